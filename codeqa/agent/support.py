"""What code can say about whether cited lines support a sentence: a floor for a model's yes, and never a yes.

A sentence that lines carry names nothing, and gives no number, that is not in their code; at least half of its other
words are words of that code, all of them where they are few; and no part of it is better explained by a comment or by
the text of a string, which may be quoted but not asserted. That the code then does what the sentence says is for
somebody else to judge, who is shown `code` alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from codeqa import terms
from codeqa.agent.passages import Passage
from codeqa.agent.words import GENERIC, JUDGING, KEYWORDS, SHAPES, SHORT, SPEAKERS, TELLING, is_shown

NUMBERS = {
    word: str(number)
    for number, word in enumerate("two three four five six seven eight nine ten eleven twelve".split(), 2)
}
FEW = 3  # words of which none may be missing: half of them is a coincidence
LONGEST = 2_000  # characters of a sentence
_MARK = "\x00"  # where something was that holds
_PREFIX = 4  # letters that an abbreviation and its word must have in common

_QUOTED = re.compile(  # a group for what is quoted; code in back-ticks, which may have quotes in it, has none
    r"``([^\n]+?)``|`([\"'][^`\n]*[\"'])`|`[^`\n]+`|\"([^\"\n]+)\"|“([^”\n]+)”"
)
_TICKED = re.compile(r"`([^`\n]+)`")
_PLACE = re.compile(r"\b(?:lines?)\s+(\d+)(?:\s*(?:-|–|to|and)\s*(\d+))?|([\w./@+-]+):(\d+)(?:[-–](\d+))?(?![\w.])")
_NUMBER = re.compile(r"(?<![\w.])(?:0[xX][0-9a-fA-F]+|\d[\d_,]*(?:\.\d+)?)(?![\w])")
_NAME = re.compile(r"(?:[^\W\d]|\$)[\w$]*(?:(?:\.|::|->|#|/)[\w$-]+)+(?:\(\))?|[^\W\d][\w$]*\(\)|(?:[^\W\d]|\$)[\w$]*")
_AS_CODE = re.compile(r"[._$#:()/]|[a-z0-9][A-Z]|\d")
_IDENTIFIER = re.compile(r"[^\W\d][\w$]*")
_CLAUSE = re.compile(r"[;,—]|\s-\s|\b(?:and|but|then|which|that|so|because|while|by)\b", re.I)
_ACRONYMS = re.compile(r"[A-Z]{2,}s")
_WORDS = re.compile(r"[a-z]+(?:/[a-z]+)+|[A-Z][a-z]+")
_DENYING = frozenset("no not never none nothing nobody cannot only all every always".split())
_BOOLEANS = ("True", "False", "true", "false")  # what a comparison gives, too
_LATIN = re.compile(r"\b(?:e\.g|i\.e|etc|vs|cf)\.", re.I)
_CONTRACTED = re.compile(r"n[’']t\b")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Support:
    """Whether lines can carry a sentence. `code` is what shows it, "" where the sentence only quotes."""

    carried: bool
    reason: str  # one sentence for a person, or for the model that wrote it
    code: str


class _Evidence:
    """What the passages of a sentence hold, as sets."""

    def __init__(self, passages: Sequence[Passage], symbols: Iterable[str]) -> None:
        self.code = "\n".join(line for passage in passages for line in passage.code)
        self.flat = _flat(self.code)
        self.raw = _flat("\n".join(line for passage in passages for line in passage.lines))
        self.names = set(_IDENTIFIER.findall(self.code))
        paths = [passage.place.path for passage in passages]
        symbols = [*symbols, *(passage.place.symbol for passage in passages)]
        self.topics = {part for text in (*symbols, *paths) for part in _IDENTIFIER.findall(text)}
        self.places = {*filter(None, symbols), *paths, *(path.rpartition("/")[2] for path in paths)}
        self.lines = {str(n) for p in passages for n in range(p.place.start_line, p.place.start_line + len(p.lines))}
        self.numbers = {_number(match[0]) for match in re.finditer(r"0[xX][0-9a-fA-F]+|\d[\d_]*(?:\.\d+)?", self.code)}
        words = {name for name in self.names if name.lower() not in KEYWORDS}
        self.words = _vocabulary(" ".join(words))
        self.prose = _vocabulary(" ".join(text for passage in passages for text in passage.prose))


def support(sentence: str, passages: Sequence[Passage], symbols: Iterable[str] = ()) -> Support:
    """Judge a sentence without citation marks. `symbols` are the qualified names that it may speak of."""
    shown = "\n\n".join(text for passage in passages if (text := passage.shown()))
    evidence = _Evidence(passages, symbols)
    if not sentence.strip() or not passages:
        return Support(False, "there is nothing to judge", shown)
    if len(sentence) > LONGEST:
        return Support(False, "it is too long for one sentence", shown)
    quotes = [quote for match in _QUOTED.finditer(sentence) for quote in match.groups() if quote]
    for quote in quotes:
        if _flat(quote.strip("\"'")) not in evidence.raw:
            return Support(False, f'the lines do not have "{quote}"', shown)
    text = _CONTRACTED.sub(" not", _LATIN.sub(" ", _unquoted(sentence)))
    missing, text, named = _names(text, evidence)
    if missing:
        return Support(False, f"the code of the lines does not have {missing}", shown)
    telling = TELLING if quotes else frozenset()
    counts = [_clause(part, evidence, GENERIC | telling) for part in _CLAUSE.split(text)]
    if quotes and not named and _only_quotes(text):
        return Support(True, "it quotes the lines", "")
    if not shown:
        return Support(False, "the lines have no code, and words may only be quoted", "")
    return _weighed(counts, named, shown)


@dataclass(frozen=True, slots=True)
class _Count:
    """The words of a part of a sentence, by what has them."""

    code: tuple[str, ...] = ()
    shape: tuple[str, ...] = ()  # syntax: told by code of any kind
    absent: tuple[str, ...] = ()  # from the code
    told: tuple[str, ...] = ()  # of these the ones that comments or strings have
    judged: tuple[str, ...] = ()  # verdicts that the code does not have
    echoed: int = 0  # words that comments or strings have, in the code or not
    named: bool = False


def _weighed(counts: Sequence[_Count], named: int, shown: str) -> Support:
    code = sum(len(count.code) for count in counts)
    absent = [word for count in counts for word in count.absent]
    shapes = sum(len(count.shape) for count in counts)
    for count in counts:
        if count.judged:
            return Support(False, f"no code shows that something is {count.judged[0]}", shown)
        if count.told and count.echoed > len(count.code) + len(count.shape):
            return Support(False, f"only words of the lines say {_listed(count.told)}: quote them", shown)
        if count.absent and not count.code and not count.named and not count.shape:
            return Support(False, f"the code of the lines says nothing of {_listed(count.absent)}", shown)
    if len(absent) > code or (absent and code + len(absent) < FEW):
        return Support(False, f"the code of the lines says nothing of {_listed(absent)}", shown)
    if code + named + shapes < 1 or (not shapes and not code and named < 2):
        return Support(False, "it says nothing that lines could show", shown)
    return Support(True, "the code has its names, its numbers and most of its words", shown)


def _unquoted(sentence: str) -> str:
    plain = sentence.replace(_MARK, " ")
    return _QUOTED.sub(lambda match: " " if any(match.groups()) else match[0], plain)


def _only_quotes(text: str) -> bool:
    """Tell whether a sentence, its quotes left out, does nothing but introduce them, as whose they are."""
    if SPEAKERS.isdisjoint(_stem(word) for word in map(str.lower, _IDENTIFIER.findall(text))):
        return False
    for part in _CLAUSE.split(text):
        words = [word.lower() for word in _IDENTIFIER.findall(part)]
        stems = {_stem(word) for word in words if word not in terms.STOP_WORDS}
        if words and (not stems & TELLING or not stems <= TELLING | GENERIC or not _DENYING.isdisjoint(words)):
            return False
    return True


def _names(text: str, evidence: _Evidence) -> tuple[str, str, int]:
    """Look for names and numbers; return the first that is missing, the sentence without them, and how many hold.

    What holds leaves a mark, so that the part of the sentence that it stood in is known to be about something.
    """
    missing = _place(text, evidence)
    text = _PLACE.sub(lambda match: " " if not match[3] or match[3] in evidence.places else match[0], text)
    ticked, text = _TICKED.findall(text), _TICKED.sub(f" {_MARK} ", text)
    numbers, text = _NUMBER.findall(text), _NUMBER.sub(f" {_MARK} ", text)
    missing = missing or next((f"`{name}`" for name in ticked if not _known(name, evidence)), "")
    missing = missing or next((number for number in numbers if _number(number) not in evidence.numbers), "")
    return missing or _bare(text, evidence), text, len(ticked) + len(numbers)


def _place(text: str, evidence: _Evidence) -> str:
    """Return the first place that is not among the cited ones."""
    for match in _PLACE.finditer(text):
        line, last, path, at, to = match.groups()
        known = path is None or path in evidence.places
        if known and {number for number in (line, last, at, to) if number} - evidence.lines:
            return match[0]
    return ""


def _bare(text: str, evidence: _Evidence) -> str:
    """Return the first word that looks like a name and is none of the code."""
    for match in _NAME.finditer(text):
        written = match[0] if match[0].endswith("()") else match[0].rstrip("./")
        if _AS_CODE.search(written) and not _WORDS.fullmatch(written):
            if not _known(written, evidence):
                return written
        elif written[:1].isupper() and text[: match.start()].strip(" -*") and not _has(written, evidence):
            return written
    return ""


def _known(name: str, evidence: _Evidence) -> bool:
    """Tell whether code has a name or an expression as written, or each part of a dotted name."""
    bare = name.strip().removesuffix("()").strip()
    flat = _flat(bare)
    if bare in evidence.places or re.search(rf"(?<![\w$]){re.escape(flat)}(?![\w$])", evidence.flat):
        return True
    if _number(bare) in evidence.numbers or (bare in _BOOLEANS and is_shown("boolean", evidence.code)):
        return True
    parts = _IDENTIFIER.findall(bare)
    chained = re.fullmatch(r"[\w$]+(?:(?:\.|::|->|#|/)[\w$]+)*", bare)
    return bool(parts and chained) and all(part in evidence.names or part in evidence.topics for part in parts)


def _has(word: str, evidence: _Evidence) -> bool:
    """Tell whether a word in capitals is one that the code, a symbol or the path has."""
    stem = _stem(word)
    return stem in GENERIC or _in(stem, evidence.words) or _in(stem, _vocabulary(" ".join(evidence.topics)))


def _clause(text: str, evidence: _Evidence, generic: frozenset[str]) -> _Count:
    found: dict[str, list[str]] = {kind: [] for kind in ("code", "shape", "absent", "told", "judged")}
    echoed = 0
    for match in _IDENTIFIER.finditer(text):
        word, stem = match[0].lower(), _stem(match[0])
        if (word in terms.STOP_WORDS and stem not in SHAPES) or len(word) < 2:
            continue
        echoes = _in(stem, evidence.prose)
        echoed += echoes
        kind = "" if stem in generic and not _in(stem, evidence.words) else _kind(match[0], stem, evidence)
        if kind:
            found[kind].append(word)
        if kind == "absent" and echoes:
            found["told"].append(word)
    return _Count(**{kind: tuple(words) for kind, words in found.items()}, echoed=echoed, named=_MARK in text)


def _kind(word: str, stem: str, evidence: _Evidence) -> str:
    """Return what a word is by what has it."""
    if _in(stem, evidence.words) or word in evidence.names:
        return "code"
    if word.lower() in NUMBERS:
        return "code" if NUMBERS[word.lower()] in evidence.numbers else "absent"
    if is_shown(stem, evidence.code):
        return "shape"
    if stem in JUDGING:
        return "judged"
    return "absent"


def _stem(word: str) -> str:
    return word[:-1].lower() if _ACRONYMS.fullmatch(word) else terms.stem(word.lower())


def _in(stem: str, words: frozenset[str]) -> bool:
    """Tell whether a word is there, in a form of it, or shortened as names shorten words."""
    if stem in words or not words.isdisjoint(SHORT.get(stem, ())):
        return True
    if len(stem) < _PREFIX:
        return False
    return any(
        word.startswith(stem) or stem.startswith(word) for word in words if len(word) >= _PREFIX and word[0] == stem[0]
    )


def _vocabulary(text: str) -> frozenset[str]:
    return frozenset(terms.split(text)) | {terms.stem(word) for word in terms.split(text)}


def _flat(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


def _number(text: str) -> str:
    plain = text.replace("_", "").replace(",", "")
    try:
        return str(int(plain, 0 if plain[:2].lower() == "0x" else 10))
    except ValueError:
        return plain


def _listed(words: Sequence[str]) -> str:
    return ", ".join(f'"{word}"' for word in dict.fromkeys(words))
