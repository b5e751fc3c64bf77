"""Where a question refers to what was said before, and where a word only looks as if it did.

"it" may stand for nothing ("is it possible to…"), or for what the same question names ("does add check its arguments").
Both are told by general rules of English: what a pronoun can mean within its own sentence (a pronoun that is an object
is never its clause's own subject, a possessive can be), and number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from codeqa.conversation.wording import (
    ANY,
    AUX,
    BOUNDARIES,
    CLOSED,
    FACETS,
    KINDS,
    LAST,
    ORDINALS,
    PLURALS,
    PREPOSITIONS,
    RESULTS,
    TAKES_VERB,
    VERBS,
    Token,
    plural,
    tokens,
)

LONGEST = 1_000  # characters of a question that may refer to another


@dataclass(frozen=True, slots=True)
class Reference:
    """A place of a question that means something said before."""

    start: int
    end: int
    text: str
    sort: str  # "it", "its", "they", "their", "ones", "both", "nth", "other", "former" or "latter"
    noun: str = ""  # of KINDS, in the singular; what it means has to agree with it
    number: int = 0  # of "nth": 0 is the first, LAST the last


_ADJECTIVES = (
    r"(?:possible|impossible|feasible|safe|unsafe|ok|okay|fine|good|bad|better|best|easy|easier|hard|harder|difficult|"
    r"simple|necessary|needed|required|useful|useless|worth|worthwhile|wise|likely|unlikely|true|false|clear|unclear|"
    r"obvious|common|rare|normal|usual|important|right|wrong|correct|legal|allowed|permitted|cheap|expensive|enough|"
    r"sufficient|desirable|recommended|advisable|sensible|intended|expected|guaranteed|assumed|known|said|time|fair|"
    r"reasonable|faster|slower|cheaper|sure|just|only|because|when|where|why|how|who|that)"
)
_SO = r"(?:be|ever|still|also|really|actually|always|not|\w+ly)"
_CLAUSE = r"\b(?:to|that|if|whether|for|when|with|while)\b"
_EMPTY = rf"""
      \b(?:is|was|isn['’]?t|be|are|would|could|might|may|will|should|can)\s+(?P<a>it)\s+(?:{_SO}\s+)*
        (?: (?:possible|impossible|true|ok|okay)\b | {_ADJECTIVES}\b[^?.!,;]*?{_CLAUSE}
          | (?:just|only|because|when|where|why|how|who|that)\b | the\s+case\b )
    | \b(?P<b>it)\s*(?:['’]s|\s+(?:is|was|be|will\s+be|would\s+be))\s+(?:{_SO}\s+)*{_ADJECTIVES}\s+(?:\w+\s+)?{_CLAUSE}
    | \b(?P<c>it)\s+(?:seems?|appears?|turns?\s+out|looks?\s+(?:like|as)|matters?|follows|happens?\s+(?:to|that)
          |makes?\s+sense|takes?\s+\w+(?:\s+\w+)?\s+to)\b
    | \b(?:does|do|did|would|will|can|could|should)\s+(?P<d>it)\s+(?:(?:even|{_SO})\s+)?
        (?:matter|make\s+(?:any\s+)?sense|seem|appear|happen\s+that|turn\s+out|help\s+to|hurt\s+to|look\s+(?:like|as\s+if)
          |take\b[^?.!,;]*\bto\b)
    | \b(?:mak(?:e|es|ing)|made)\s+(?P<e>it)\s+(?:\w+ly\s+)?
        (?:(?:in|to|into|through|past|out|back)\b|as\s+far|all\s+the\s+way|{_ADJECTIVES}\b)
    | \b(?:find|finds|found|consider|considers|keep|keeps|think|thinks)\s+(?P<f>it)\s+{_ADJECTIVES}\b
    | \b(?:is|was)\s+(?P<g>it)\s+
        (?:\S+|(?:(?:the|a|an|some|one|any|each|every|this|our)\b|`|["“]|[A-Z_]|\S*[._]\S)[^?!,;]*?)
        \s+(?:that|who|which|where|whose)\s
    | \b(?:what|who|where|when|why|how|which)\s+(?:\S+\s+){{0,2}}?(?:is|was)\s+(?P<h>it)\s+(?:that|who|which)\b
    | \bas\s+(?P<i>it)\s+(?:is\s*[,?.]|was\s*[,?.]|were\b|stands\b|happens\b)
    | \bwhen\s+(?P<j>it)\s+comes\s+to\b
    | \b(?:take|believe|call|get|gets|got|has)\s+(?P<k>it)\s+(?:that|or\s+not|a\s+day|right|wrong|easy)\b
    | \b(?:the|a|an|function|method|named|keyword|helper|word)\s+(?P<l>it)\b
    """


def _empty(question: str) -> frozenset[int]:
    """Return where "it" stands for nothing."""
    pattern = re.compile(_EMPTY, re.X)  # here, since few questions need it, and it takes milliseconds
    texts = (question, question.lower())
    return frozenset(match.start(match.lastgroup or 0) for text in texts for match in pattern.finditer(text))


def find(question: str) -> list[Reference]:
    """Return the references of a question, in order; a text longer than any follow-up has none."""
    words = tokens(question) if len(question) <= LONGEST else []
    empty = _empty(question) if any(token.lower == "it" for token in words) else frozenset()
    found: list[Reference] = []
    for at, token in enumerate(words):
        if found and token.start < found[-1].end:
            continue
        reference = None
        if token.lower in ("it", "its", "they", "them", "their", "theirs"):
            reference = None if token.start in empty else _pronoun(words, at)
        elif token.lower in ("this", "that"):
            reference = _this(words, at)
        elif token.lower in ("these", "those"):
            reference = _these(words, at)
        elif token.lower == "the":
            reference = _the(words, at)
        elif token.lower in ("one", "ones") and at and words[at - 1].lower == "which":
            reference = _which(words, at)
        elif token.lower == "both" and _done(words, at + 1) and _general(_things(words, at)):
            reference = _made(words, at, at, "both")
        if reference:
            found.append(reference)
    return found


def _made(words: Sequence[Token], first: int, last: int, sort: str, noun: str = "", number: int = 0) -> Reference:
    start, end = words[first].start, words[last].end
    text = " ".join(token.text for token in words[first : last + 1])
    return Reference(start, end, text, sort, noun, number)


# ------------------------------------------------------------------------------------------------- in the same question


def _clause(words: Sequence[Token], at: int) -> int:
    """Return where the clause begins that the word at `at` stands in."""
    if at and _things(words[at - 1 : at], 1) and not _done(words, at + 1):
        return at  # "the links it finds": a clause of its own
    for here in range(at - 1, -1, -1):
        token = words[here]
        if token.sort == "mark" and token.text in ",;:.?!()":
            return here + 1
        if token.lower in BOUNDARIES and not (here == at - 1 and _done(words, at + 1)):
            return here + 1
        following = words[here + 1].lower
        if token.lower == "to" and here + 1 < at and following in VERBS and words[here + 1].sort == "word":
            return here + 1
        if token.lower in ("by", "for", "of") and here + 1 < at and following.endswith("ing"):
            return here + 1
    return 0


def _done(words: Sequence[Token], at: int) -> bool:
    """Whether a phrase ends before `at`: nothing follows, or a mark, or a conjunction."""
    return at >= len(words) or words[at].sort == "mark" or words[at].lower in ("and", "or", "but")


def _things(words: Sequence[Token], end: int) -> list[Token]:
    """Return the names and nouns before `end`, without those of "in X, …", which only says where."""
    first = 0
    if words and words[0].lower in ("in", "within", "inside", "for", "from"):
        first = next((n for n, token in enumerate(words[:end]) if token.text == ","), 0)
    found = []
    for at in range(first, end):
        token = words[at]
        before = words[at - 1].lower if at else ""
        if token.sort == "name" or (before in _DETERMINERS and token.lower in _NOUNS):
            found.append(token)
        elif token.sort == "word" and token.lower not in CLOSED:
            if before in TAKES_VERB or token.lower.endswith(("ly", "ing")):
                continue
            if before in ("who", "what", "also") and token.lower.endswith("s"):
                continue  # a verb: who maintains…
            if token.lower.endswith("ed") and before not in ("the", "a", "an"):
                continue
            found.append(token)
    return found


_DETERMINERS = frozenset("the a an which what each every any some one".split())
_NOUNS = VERBS | frozenset(KINDS)  # "the store", "which test": no verbs behind these


def _named_before(words: Sequence[Token], at: int) -> bool:
    """Whether an earlier clause of the question names something."""
    return any(token.sort == "name" for token in _things(words, _clause(words, at)))


def _pronoun(words: Sequence[Token], at: int) -> Reference | None:
    word = words[at].lower
    possessive = word in ("its", "their", "theirs")
    things = _things(words, at if possessive or _contained(words, at) else _clause(words, at))
    if possessive:
        things += [token for token in words[:at] if plural(token) and token.lower in (*PLURALS, *FACETS)]
    names = [token for token in things if token.sort == "name"]
    if word in ("it", "its"):
        if names or any(not plural(token) and (token.lower in KINDS or token.lower not in FACETS) for token in things):
            return None
        return _made(words, at, at, word)
    if len(names) > 1 or any(plural(token) for token in things if token.sort == "word"):
        return None
    joins = [token.start for token in words[:at] if token.lower == "and"]
    if any(things[0].start < join < things[-1].start for join in joins if things):
        return None  # "the parser and the lexer … their state"
    return _made(words, at, at, "their" if possessive else "they")


def _contained(words: Sequence[Token], at: int) -> bool:
    """Whether it is what something has inside: "does the list have duplicates in it"."""
    held = {"have", "has", "had", "hold", "holds", "contain", "contains", "with"}
    return at > 0 and words[at - 1].lower in ("in", "inside", "within", "on") and any(w.lower in held for w in words)


# ------------------------------------------------------------------------------------------------------- this and those


def _ends_phrase(words: Sequence[Token], at: int) -> bool:
    """Whether a noun phrase ends before `at`: what follows is no part of it, nor a name for it."""
    if _done(words, at):
        return True
    follows = {"in", "from", "to", "with", "when", "if", "by", "directly", "itself", "also", "then", "now", "before"}
    follows |= {"after", "for", "on", "at", "as", "first", "anywhere", "than", "instead", "because", "while", "do"}
    return words[at].sort == "short" or words[at].lower in follows | AUX | VERBS


def _after_noun(words: Sequence[Token], at: int) -> bool:
    """Whether "that" at `at` can begin a phrase, and does not join a clause to a noun or verb of saying."""
    before = words[at - 1] if at else None
    return before is None or before.lower in PREPOSITIONS | AUX | (VERBS - _SAYING) | BOUNDARIES | {"just", "about"}


_SAYING = frozenset(
    "know knows known check checks checked checking mean means tell tells told see sees seen find finds found show "
    "shows verify verifies verified verifying document documents declare declares test tests tested testing "
    "depends".split()
)


def _this(words: Sequence[Token], at: int) -> Reference | None:
    token = words[at]
    noun_at = at + 1
    if noun_at < len(words) and words[noun_at].lower in ("same", "very", "particular", "exact", "last"):
        noun_at += 1
    noun = words[noun_at].lower if noun_at < len(words) else ""
    if noun in KINDS or noun in ANY:
        if (token.lower == "that" and not _after_noun(words, at)) or not _ends_phrase(words, noun_at + 1):
            return None
        if _named_before(words, at):
            return None
        return _made(words, at, noun_at, "it", noun if noun in KINDS else "")
    before = ("is" if words[at - 1].sort == "short" else words[at - 1].lower) if at else ""
    if _named_before(words, at):
        return None
    following = words[at + 1].lower if at + 1 < len(words) else ""
    if before in AUX - {"be", "been", "being"}:
        alone = _done(words, at + 1) and before in ("is", "was")
        return _made(words, at, at, "it") if following in VERBS | {"do"} and not alone else None
    ends = at + 1 >= len(words) or words[at + 1].text in "?.!,;" or following in ("and", "or", "directly", "when", "if")
    return _made(words, at, at, "it") if ends and before in (VERBS | PREPOSITIONS) - {"like"} else None


def _these(words: Sequence[Token], at: int) -> Reference | None:
    following = words[at + 1].lower if at + 1 < len(words) else ""
    if _named_before(words, at):
        return None
    if following in PLURALS and _ends_phrase(words, at + 2):
        return _made(words, at, at + 1, "they", PLURALS[following])
    if following in ("two", "three", "results", "ones", "hits"):
        return _made(words, at, at + 1, "they") if _ends_phrase(words, at + 2) else None
    if _done(words, at + 1) or following in AUX | VERBS:
        return _made(words, at, at, "they")
    return None


def _which(words: Sequence[Token], at: int) -> Reference | None:
    """Understand "which one is tested": of what was found."""
    following = words[at + 1].lower if at + 1 < len(words) else ""
    plain = _general(_things(words, at - 1)) and (_done(words, at + 1) or following in AUX | VERBS)
    return _made(words, at, at, "ones") if plain else None


# ------------------------------------------------------------------------------------------------------------------ the


def _the(words: Sequence[Token], at: int) -> Reference | None:
    following = words[at + 1].lower if at + 1 < len(words) else ""
    if following in ORDINALS or following == "last":
        return _nth(words, at, LAST if following == "last" else ORDINALS[following])
    beyond = words[at + 2].lower if at + 2 < len(words) else ""
    if following in ("former", "latter") and _ends_phrase(words, at + 2):
        return _made(words, at, at + 1, following)
    if following == "other" and (beyond == "one" or _done(words, at + 2)) and not _things(words, at):
        return _made(words, at, at + (2 if beyond == "one" else 1), "other")
    if following == "same" and beyond in ("file", "class", "module") and _ends_phrase(words, at + 3):
        return _made(words, at, at + 2, "it", beyond) if _plain(words, at, at + 2) else None
    if following in ("class", "function", "method") and _ends_phrase(words, at + 2) and _plain(words, at, at + 1):
        return _made(words, at, at + 1, "it", following)
    return None


def _plain(words: Sequence[Token], first: int, last: int) -> bool:
    """Whether the rest of the question names nothing, so that only what was said before can be meant."""
    return _general(_things([*words[:first], *words[last + 1 :]], len(words) - (last + 1 - first)))


def _general(things: Sequence[Token]) -> bool:
    """Whether all are words such as "tests" and "class", which name nothing by themselves."""
    return all(token.lower in (*FACETS, *KINDS, *PLURALS) for token in things)


def _nth(words: Sequence[Token], at: int, number: int) -> Reference | None:
    noun_at = at + 2
    noun = words[noun_at].lower if noun_at < len(words) else ""
    if noun == "of" and noun_at + 1 < len(words) and words[noun_at + 1].lower in ("them", "those", "these"):
        return _made(words, at, noun_at + 1, "nth", number=number)
    if noun not in RESULTS and noun not in KINDS and noun not in FACETS:
        if not (_done(words, noun_at) and _plain(words, at, at + 1)):
            return None
        return _made(words, at, at + 1, "nth", number=number)
    last = noun_at
    if [w.lower for w in words[noun_at + 1 : noun_at + 3]] in (["of", "them"], ["of", "those"], ["of", "these"]):
        last = noun_at + 2
    elif not _ends_phrase(words, noun_at + 1) or _restricts(words, noun_at + 1):
        return None
    if _things(words, _clause(words, at)) or (noun != "one" and not _plain(words, at, last)):
        return None
    return _made(words, at, last, "nth", noun if noun in KINDS else "", number)


def _restricts(words: Sequence[Token], at: int) -> bool:
    """Whether what follows a noun says which one is meant, so that the question does."""
    return at < len(words) and words[at].lower in ("in", "of", "to", "from", "with", "for", "on", "at", "by", "that")
