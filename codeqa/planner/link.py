"""From the words of a question to symbols: names as written, names as spoken, and what search finds for the rest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log

from codeqa import terms
from codeqa.clarifying import bare, chosen
from codeqa.domain import CALLABLE, CLASS_LIKE, Hit, Symbol, UsageError
from codeqa.tools import Tools

_QUOTED = re.compile(r"[`'\"“‘]([^`'\"“”‘’\s]{2,80})[`'\"”’]")
_CODE = re.compile(
    r"""
    [\w./-]+\.(?:py|pyi|js|jsx|mjs|cjs|ts|tsx|go|rs|java|c|h|cc|cpp|hpp|md|rst|toml|ya?ml|json)
      (?:::[^\W\d][\w.\#]*\w|:\d+\b|\b(?!\.\w))                                                             # a file
    | [^\W\d]\w*(?:(?:\.\#?|::|->|\#)[^\W\d]\w*)+(?:\(\))?                                                  # dotted
    | (?<![\w-])--[a-z][\w-]+                                                                                # option
    | [^\W\d]\w*\(\)                                                                                        # called
    | \b[^\W\d]\w*_\w*\b | \b_\w+\b                                                                         # snake
    | \b[a-z]+[A-Z]\w*\b | \b[A-Z][a-z0-9]+[A-Z]\w*\b | \b[A-Z]{2,}[a-z]\w+\b                           # camel
    """,
    re.X,
)
_ABOUT = re.compile(
    r"\b(?:where|how|when|what)\s+(?:is|are|was|were|does|do|gets?)\s+(?P<thing>(?:[\w’'-]+\s+){0,5}?[\w’'-]+)\s+"
    r"(?:\w+ed|\w+en|set|read|kept|held|sent|built|made|done|put|lost|found|being|get|happen|work|come|go)\b",
    re.I,
)
_FILE = re.compile(r"\.(?:\w{1,5})\Z")
_KIND = r"(?:(?:class|struct|interface|trait|type|enum|object|file|module|package|namespace)\s+)?"
_MEMBER_OF = re.compile(
    rf"[`'\"]?(?P<member>#?[^\W\d]\w*)(?:\(\))?[`'\"]?\s+(?:of|in|on|from|(?:is\s+)?(?:defined|declared)\s+in)\s+"
    rf"(?:the\s+)?{_KIND}[`'\"]?(?P<owner>[^\W\d][\w.:#/-]*[\w]|[^\W\d])[`'\"]?"
)
_MEMBERS = re.compile(r"[`'\"]?(?P<owner>[^\W\d][\w.:#]*)[`\"]?['’]s\s+[`'\"]?(?P<member>[^\W\d]\w*)")
_MENTION = re.compile(r"(?<![\w.@/`'\"-])@([^\W\d]\w*)(?!\w*[.:/#@-]\w)")  # `@name`, no address and no part of a path
_CAPITAL = re.compile(r"\b[A-Z][a-z0-9]{2,}\b")
_WORD = re.compile(r"[^\W\d]\w*")
_TOKEN = re.compile(r"\w+")
_ABBREVIATIONS = frozenset({"e.g", "i.e", "etc", "vs"})
SPOKEN = 0.55  # share of a phrase's meaning that a name spelled by some of its words must hold
READ_LINES = 80  # of a definition that are compared with a question
HITS = 30  # that a search is asked for
LINKS = 8  # candidates that search may offer for a phrase


@dataclass(frozen=True, slots=True)
class Link:
    """What a phrase stands for.

    `how` is "name", "spoken" (its words make up the name) or "search"; `others` share the name.
    """

    phrase: str
    symbols: tuple[Symbol, ...] = ()
    how: str = ""
    others: tuple[Symbol, ...] = ()
    missing: str = ""  # a name that was written as code and does not exist
    coverage: float = 1.0  # share of the phrase's meaning that the best symbol's text holds

    def __bool__(self) -> bool:
        return bool(self.symbols)

    @property
    def first(self) -> Symbol:
        return self.symbols[0]

    @property
    def certain(self) -> bool:
        return self.how in ("name", "spoken")


def owned(owner: str, member: str) -> str:
    """Return the name of what an owner, a class or a file, holds."""
    return f"{owner}::{member}" if "/" in owner or _FILE.search(owner) else f"{owner}.{member}"


class Linker:
    """Links phrases of one question; the rest of the question helps to choose among namesakes."""

    def __init__(self, tools: Tools, question: str, meaning: Mapping[str, Sequence[str]] | None = None) -> None:
        self.tools = tools
        self.question = question
        self.meaning = meaning or {}  # ids, by the written name that was said to mean them
        self._context = set(terms.query_terms(question))
        self._weighed: dict[str, dict[str, float]] = {}
        self._hits: dict[tuple[str, int], list[Hit]] = {}
        self._terms: dict[str, tuple[set[str], set[str]]] = {}

    # --------------------------------------------------------------------------------------------------------- names

    def written(self, phrase: str) -> list[str]:
        """Return the names that a phrase writes as code, in order, each once."""
        found = [(m.start(1), m[1]) for m in _QUOTED.finditer(phrase)]
        found += [(m.start(), m[0]) for m in _CODE.finditer(phrase) if m[0].lower() not in _ABBREVIATIONS]
        found += [(m.start(1), m[1]) for m in _MENTION.finditer(phrase) if self._is_here(m[1])]
        found += [(m.start(), m[0]) for m in _CAPITAL.finditer(phrase) if self._is_type(m[0])]
        names: list[str] = []
        for _, name in sorted(found, key=lambda item: (item[0], -len(item[1]))):
            if not any(name in known for known in names):
                names.append(name)
        return names

    def _plain(self, name: str) -> bool:
        """A capitalised word may be a class or a product: it is no name unless something is called so."""
        return name.isalnum() and name[:1].isupper()

    def _is_here(self, word: str) -> bool:
        """A word behind `@` may be a decorator from elsewhere: it is a name if something here is called so."""
        return any(not s.external for s in self.tools.store.symbols_named(word))

    def _is_type(self, word: str) -> bool:
        """A capitalised English word counts as a name only if a class is called exactly that."""
        return any(s.kind in CLASS_LIKE and s.role != "test" for s in self.tools.store.symbols_named(word))

    def name(self, written: str) -> Link:
        """Link one name as written; namesakes are told apart by the question's other words."""
        found = self.tools.candidates(written)
        if not found:
            return Link(written, missing=written)
        return self._link(written, found, written)

    def chosen(self, phrase: str) -> frozenset[str]:
        """Return the ids that somebody said a phrase means."""
        return chosen(self.meaning, phrase)

    def _said_to_be(self, found: Sequence[Symbol], phrase: str) -> tuple[Symbol, ...]:
        """Keep what a phrase was said to mean; () if nothing was. Raises UsageError if it cannot mean that."""
        ids = self.chosen(phrase)
        if wrong := sorted(ids - {s.id for s in found}):
            raise UsageError(f"{bare(phrase)} does not mean {wrong[0]}", hint=f"codeqa symbol {bare(phrase)} has them")
        return tuple(s for s in found if s.id in ids)

    def _link(self, phrase: str, found: list[Symbol], written: str) -> Link:
        """Link a phrase that writes a name, which these symbols have."""
        if meant := self._said_to_be(found, phrase):
            return Link(phrase, meant, "name")
        kept, others = self._chosen(found, written)
        return Link(phrase, kept, "name", others)

    def _chosen(self, found: list[Symbol], written: str) -> tuple[tuple[Symbol, ...], tuple[Symbol, ...]]:
        files = [name for name in self.written(self.question) if _FILE.search(name)]
        there = {s.id for s in found for name in files if s.span.path == name or s.span.path.endswith(f"/{name}")}
        tier = there or {s.id for s in self.tools.leading(written)} or {s.id for s in found}
        leading = [s for s in found if s.id in tier] or found
        said = self._context - set(terms.split(written))
        scores = {s.id: self._nearness(s, said) for s in leading}
        best = max(scores.values(), default=0)
        kept = tuple(s for s in leading if scores[s.id] == best)
        return kept, tuple(s for s in found if s not in kept)

    @staticmethod
    def _nearness(symbol: Symbol, said: set[str]) -> int:
        """Count the question's words that occur in where a symbol stands."""
        return len(
            said & set(terms.split(f"{symbol.span.path.rsplit('.', 1)[0]} {symbol.qualname.rpartition('.')[0]}"))
        )

    # -------------------------------------------------------------------------------------------------------- phrases

    def link(self, phrase: str, *, kinds: frozenset[str] | None = None) -> Link:
        """Link the words for one thing: a written name, then words that spell a name, then search."""
        if member := self.membered(phrase):
            return member
        missing = ""
        plain: Link | None = None
        if (mentioned := _MENTION.search(phrase)) and self._is_here(mentioned[1]):
            return self.name(mentioned[1])
        for written in self.written(phrase):
            link = self.name(written)
            if not link or (kinds is not None and link.first.kind not in kinds):
                missing = missing or ("" if self._plain(written) else link.missing)
            elif self._plain(written) and written != phrase.strip():
                plain = plain or link
            else:
                return link
        if missing:
            return Link(phrase, missing=missing)
        return self.single(phrase) or self._spoken(phrase) or plain or self.search(phrase, kinds=kinds)

    def certain(self, phrase: str) -> Link:
        """Link plain words that are a name, or that spell one and little else; nothing is searched for."""
        if link := self.single(phrase):
            return link
        spelled = self._spoken(phrase)
        said = [w for w in _WORD.findall(phrase.lower()) if w not in terms.STOP_WORDS]
        named = set(terms.split(spelled.first.name)) if spelled else set()
        return spelled if all(set(terms.split(w)) & named for w in said) else Link(phrase)

    def is_member(self, name: str) -> bool:
        """Tell whether a method or property is called that."""
        named = self.tools.store.symbols_named(name) if name.isidentifier() else []
        return any(s.kind in ("method", "property", "function") for s in named)

    def is_folder(self, name: str) -> bool:
        """Tell whether a folder of the repository is called that."""
        return any(f"/{name}/" in f"/{record.path}" for record in self.tools.store.files())

    def membered(self, phrase: str) -> Link:
        """Link "the method m of C", "`m` in the class `C`" and "C's m", where C has such a member."""
        for pattern in (_MEMBER_OF, _MEMBERS):
            if match := pattern.search(phrase):
                name = owned(match["owner"], match["member"])
                if found := self.tools.candidates(name):
                    return self._link(match[0].strip(), found, name)
        return Link(phrase)

    def names_something(self, phrase: str) -> bool:
        """Tell whether a phrase is or holds a name, written or spoken, without searching."""
        return any(not self._plain(n) or self.name(n) for n in self.written(phrase)) or bool(
            self.membered(phrase) or self.single(phrase) or self._spoken(phrase)
        )

    def single(self, phrase: str) -> Link:
        """A phrase of one plain word may simply be a name."""
        word = phrase.strip()
        if not _WORD.fullmatch(word) or word in terms.STOP_WORDS:
            return Link(phrase)  # "it" is a pronoun, whatever is called so
        found = [s for s in self.tools.candidates(word) if s.kind in CALLABLE | CLASS_LIKE or s.name == word]
        if not found:
            return Link(phrase)
        return self._link(phrase, found, word)

    def _spoken(self, phrase: str) -> Link:
        """Two to four words in a row may spell a name: "visibility timeout" → visibility_timeout.

        What is named so must also hold most of the phrase's other words, or it is a namesake of a part of it.
        """
        words = [w.lower() for w in _WORD.findall(phrase)]
        best: tuple[tuple[int, int, int], list[Symbol]] | None = None
        for size in (4, 3, 2):
            for start in range(len(words) - size + 1):
                run = words[start : start + size]
                if run[0] in terms.STOP_WORDS or run[-1] in terms.STOP_WORDS:
                    continue
                if found := self._spelled(run):
                    said = self._context - set(run)
                    near = max(self._nearness(s, said) for s in found)
                    rank = (size + near, near, -len(found))
                    if best is None or rank > best[0]:
                        best = (rank, [s for s in found if self._nearness(s, said) == near])
        if best and (meant := self._said_to_be(best[1], phrase)):
            return Link(phrase, meant, "spoken")
        fitting = [s for s in best[1][:6] if self.fit(phrase, s) >= SPOKEN] if best else []
        return Link(phrase, tuple(fitting[:3]), "spoken", tuple(fitting[3:])) if fitting else Link(phrase)

    def _spelled(self, run: Sequence[str]) -> list[Symbol]:
        """Return the symbols whose name these words make up, the last one perhaps in the plural."""
        plural = [*run[:-1], run[-1].removesuffix("s")]
        tries = {joint.join(words) for words in (run, plural) for joint in ("", "_")}
        tries |= {f"{start}{spelled}" for spelled in tries for start in ("_", "__")}
        names = {s.name for spelled in tries for s in self.tools.store.symbols_like(spelled)}
        found = [s for name in sorted(names) for s in self.tools.candidates(name)]
        return [s for s in found if s.kind not in ("section", "key") and not s.external and s.role != "test"]

    def hits(self, words: str, limit: int = HITS) -> list[Hit]:
        """Return what search finds; the same words are searched for once."""
        wanted = HITS if limit <= HITS else limit
        if (words, wanted) not in self._hits:
            self._hits[words, wanted] = self.tools.searcher.search(words, wanted)
        return self._hits[words, wanted][:limit]

    def search(self, phrase: str, *, kinds: frozenset[str] | None = None, limit: int = LINKS) -> Link:
        """Link by what search finds for the words, code before documents."""
        hits = self.hits(phrase, limit * 2)
        symbols = self.tools.graph.symbols(h.symbol_id for h in hits)
        wanted = kinds or (CALLABLE | CLASS_LIKE)
        found = [symbols[h.symbol_id] for h in hits if h.symbol_id in symbols and symbols[h.symbol_id].kind in wanted]
        found = list(dict.fromkeys(s for s in found if s.role not in ("test", "vendored")))[:limit]
        covered = self._covered(phrase, hits[:LINKS])
        found.sort(key=lambda s: -covered.get(s.id, 0.0))  # stable: search's own order decides among equals
        return Link(phrase, tuple(found), "search", coverage=max(covered.values(), default=0.0))

    def _covered(self, phrase: str, hits: Sequence[Hit]) -> dict[str, float]:
        """Return how much of a phrase each symbol's best hit holds, in steps that leave small differences to search."""
        found: dict[str, float] = {}
        for hit in hits:
            found[hit.symbol_id] = max(found.get(hit.symbol_id, 0.0), round(self.coverage(phrase, hit) * 10) / 10)
        return found

    # ------------------------------------------------------------------------------------------------------- evidence

    def coverage(self, phrase: str, hit: Hit) -> float:
        """Return the share of a phrase's words, rare ones counting more, that a hit's text, name and path hold."""
        wanted = self._weights(phrase)
        if not wanted:
            return 0.0
        text = "\n".join(self.tools.read(hit.path, hit.start_line, hit.end_line).lines)
        held = set(terms.split(f"{hit.path} {hit.symbol} {text}"))
        return sum(weight for word, weight in wanted.items() if word in held) / sum(wanted.values())

    def fit(self, phrase: str, symbol: Symbol) -> float:
        """Return the share of a phrase's words that a symbol holds.

        A word counts whole in its name or path, half in its documentation or body.
        """
        wanted = self._weights(phrase)
        if not wanted:
            return 0.0
        named, said = self._held(symbol)
        held = sum(w * (1.0 if word in named else 0.5 if word in said else 0.0) for word, w in wanted.items())
        return held / sum(wanted.values())

    def _held(self, symbol: Symbol) -> tuple[set[str], set[str]]:
        """Return the terms of a symbol's name and path, and those of its documentation and its first lines."""
        if symbol.id not in self._terms:
            named = set(terms.split(f"{symbol.span.path.rsplit('.', 1)[0]} {symbol.qualname}"))
            end = min(symbol.span.end_line, symbol.span.start_line + READ_LINES)
            text = "\n".join(self.tools.read(symbol.span.path, symbol.span.start_line, end).lines)
            self._terms[symbol.id] = (named, set(terms.split(f"{symbol.doc}\n{text}")))
        return self._terms[symbol.id]

    def together(self, phrase: str, symbols: Iterable[Symbol]) -> float:
        """Return the share of a phrase's words that at least one of these symbols holds."""
        wanted = self._weights(phrase)
        held = set[str]().union(*(words for s in symbols for words in self._held(s)))
        return sum(w for word, w in wanted.items() if word in held) / (sum(wanted.values()) or 1.0)

    def lacking(self, phrase: str, symbols: Iterable[Symbol]) -> list[str]:
        """Return the words of a phrase that none of these symbols holds, as they are written."""
        held = set[str]().union(*(words for s in symbols for words in self._held(s)))
        found = [w for w in _TOKEN.findall(phrase) if w.lower() not in terms.STOP_WORDS and len(w) > 3]
        return [w for w in dict.fromkeys(found) if not set(terms.query_terms(w)) & held]

    def telling_lines(self, phrase: str, symbol: Symbol, limit: int, least: float) -> list[tuple[int, str]]:
        """Return the lines of a symbol that hold most of a phrase's words which its name does not, best first.

        Each holds at least that share of the words.
        """
        wanted = self._weights(phrase)
        named, _ = self._held(symbol)
        end = min(symbol.span.end_line, symbol.span.start_line + READ_LINES)
        lines = self.tools.read(symbol.span.path, symbol.name_line + 1, end).lines if end > symbol.name_line else ()
        scored: list[tuple[float, int, str]] = []
        for offset, line in enumerate(lines):
            held = {w for w in terms.split(line) if w in wanted and w not in named}
            if sum(wanted[w] for w in held) >= least * sum(wanted.values()):
                scored.append((-sum(wanted[w] for w in held), symbol.name_line + 1 + offset, line.strip()))
        return [(number, text) for _, number, text in sorted(scored)[:limit]]

    def missing(self, question: str) -> list[str]:
        """Return the names that a question writes as code and that neither a symbol nor any text here has."""
        names = [n for n in self.written(question) if not self.tools.candidates(n)]
        return [name for name in names if not (self._word(name) if self._plain(name) else self._said(name))]

    def _word(self, name: str) -> bool:
        """Tell whether a capitalised name may be an English word or a product rather than a symbol."""
        humps = len(re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]*", name))
        whole = terms.query_terms(name)[:1]
        if humps < 2 or not whole:
            return True
        return self._said(name) or self.tools.searcher.is_word(whole[0])

    def _said(self, name: str) -> bool:
        """Tell whether a text that was written as code stands somewhere, if not as a name: a message, an option."""
        if re.search(r"[.:#]|->", name):
            return False
        wanted = terms.query_terms(name)[:1]
        return bool(wanted) and all(self.tools.store.document_frequency(wanted).values())

    def by_name(self, phrase: str, symbols: Iterable[Symbol], limit: int) -> list[Symbol]:
        """Return the symbols whose qualified names share most with a phrase, rare words counting more."""
        wanted = self._weights(phrase)
        scores = [(sum(w for t, w in wanted.items() if t in set(terms.split(s.qualname))), s) for s in symbols]
        return [s for score, s in sorted(scores, key=lambda p: (-p[0], p[1].id))[:limit] if score > 0]

    def _weights(self, phrase: str) -> dict[str, float]:
        """Weigh each distinct word of a phrase by rarity; what the repository never says weighs less again."""
        if phrase not in self._weighed:
            self._weighed[phrase] = self._weigh(phrase)
        return self._weighed[phrase]

    def _weigh(self, phrase: str) -> dict[str, float]:
        words = {}
        for word in _TOKEN.findall(phrase):
            if word.lower() in terms.STOP_WORDS or word.lower() in _QUESTION_WORDS or len(word) < 2:
                continue
            split = terms.query_terms(word)
            if split:
                words[split[-1] if len(split) > 1 else split[0]] = word
        total = max(2, self.tools.chunks)
        counts = self.tools.store.document_frequency(list(words))
        unsaid = 0.5  # what the repository never says is most likely the asker's own word for something
        return {t: (log(total / (1 + counts.get(t, 0))) + 0.1) * (1.0 if counts.get(t) else unsaid) for t in words}

    def unspoken(self, question: str) -> str:
        """Return the thing a question is about, if the repository has no word for it and none that is near.

        "Where is the certificate checked?" has no answer where nothing is ever called a certificate.
        """
        match = _ABOUT.search(question)
        nouns = [w for w in _WORD.findall(match["thing"]) if w.lower() not in terms.STOP_WORDS] if match else []
        if not nouns:
            return ""
        noun = nouns[-1]
        wanted = terms.query_terms(noun)
        if not wanted or any(self.tools.store.document_frequency(wanted).values()):
            return ""
        near = [term for term, _ in self.tools.searcher.near_terms([noun])[0]]
        return noun if near and not any(self.tools.store.document_frequency(near).values()) else ""

    def absent(self, phrase: str) -> list[str]:
        """Return the words of a phrase that read like names and occur nowhere in the repository."""
        proper = [
            w for w in re.findall(r"(?<!^)\b[A-Z][\w]*\b|\b[A-Z]{2,}\w*\b", phrase) if w.lower() not in terms.STOP_WORDS
        ]
        wanted = {w: terms.query_terms(w) for w in proper}
        counts = self.tools.store.document_frequency([t for found in wanted.values() for t in found])
        return [w for w, found in wanted.items() if found and not any(counts.get(t) for t in found)]


_QUESTION_WORDS = frozenset(
    "function functions method methods class classes code file files module modules place places way ways happen "
    "happens work works use used uses call calls called implement implemented define defined handle handles handled "
    "start starts".split()
)
