"""Questions that leave out what the last one said: "and its tests?", "what about Router.add?", "why?"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from codeqa.conversation import references
from codeqa.conversation.turns import Candidates
from codeqa.conversation.wording import AUX, CLOSED, FACETS, KINDS, PLURALS, VERBS, WH, Token, tokens


@dataclass(frozen=True, slots=True)
class Ellipsis:
    """A question that is none by itself.

    `form`: "facet" (something that what was asked about has), "about" (the last question again, of another subject),
    "within" (the last question again, of a place), "more", "why" or "reverse". `subject`: its words for a thing, if it
    has any.
    """

    form: str
    text: str
    subject: str = ""
    facet: str = ""
    many: bool = False  # of all results, not of one thing
    side: str = ""  # "from" or "to": which end of the last question is another


_AND = r"(?:(?:and|but|ok|okay|so|now|then|also|well)[\s,]+)*"
_ABOUT = re.compile(rf"^{_AND}(?:(?:what|how)\s+about|what\s+of)\s+(?P<x>.+)$", re.I)
_SAME = re.compile(
    rf"^{_AND}(?:(?:do|show|find|ask|give\s+me)\s+)?(?:the\s+)?(?:same|likewise)(?:\s+(?:question|thing))?"
    rf"\s+(?:for|with|of|about|on)\s+(?P<x>.+)$",
    re.I,
)
_BARE = re.compile(r"^(?:(?:ok|okay|so|now|then|well)[\s,]+)*(?:and|or|but)\s+(?:also\s+)?(?P<x>.+)$", re.I)
_FOR = re.compile(r"^(?:for|of|with|about)\s+(?P<x>.+)$", re.I)
_END = re.compile(r"^(?P<side>from|to)\s+(?P<x>.+)$", re.I)
_WITHIN = re.compile(r"^(?:in|within|inside|under)\s+(?P<x>\S+)$", re.I)
_FACET = re.compile(
    rf"^(?:(?:show|list|find|give)\s+(?:me\s+)?)?(?:(?P<whose>its|their|the|all|any)\s+)?"
    rf"(?P<facet>{'|'.join(sorted(FACETS, key=len, reverse=True))})(?:\s+(?:of|for)\s+(?P<x>.+))?$",
    re.I,
)
_DEFINITE = re.compile(r"^the\s+(?P<noun>\w+)$", re.I)
_MORE = re.compile(
    rf"^{_AND}(?:(?:please\s+)?(?:show|tell|give)\s+(?:me|us)\s+(?:some\s+)?more|more|more\s+(?:please|details?)|what\s+else|"
    r"anything\s+else|go\s+on|continue|and\s+the\s+rest|the\s+rest)(?:\s+please)?$",
    re.I,
)
_WHY = re.compile(
    rf"^{_AND}(?:why(?:\s+(?:so|not|is\s+that(?:\s+so)?|is\s+this|that|this))?|how\s+so|how\s+come|how|how\s+exactly)$",
    re.I,
)
_WHY_ONE = re.compile(rf"^{_AND}why\s+(?P<x>(?:the|that|this)\s+.+)$", re.I)
_REVERSE = re.compile(
    rf"^{_AND}(?:the\s+other\s+way(?:\s+(?:a)?round)?|vice\s+versa|conversely|the\s+reverse|in\s+reverse|backwards|back)$",
    re.I,
)
_STARTS = (
    WH | AUX | (VERBS - {"test", "tests", "uses", "references"}) | frozenset("if in let i we you please can".split())
)


def read(question: str, candidates: Candidates) -> Ellipsis | None:
    """Return what a question leaves out, if it does; `candidates` tells names from words."""
    text = question.strip().rstrip("?!. ").strip()
    for form, pattern in (("more", _MORE), ("why", _WHY), ("reverse", _REVERSE)):
        if pattern.match(text):
            return Ellipsis(form, question)
    if (match := _WHY_ONE.match(text)) and _whole(match["x"]):
        return Ellipsis("why", question, match["x"])
    if match := _ABOUT.match(text) or _SAME.match(text):
        return _subject(question, match["x"])
    if facet := _facet(question, text):
        return facet
    if _whole(text):
        return Ellipsis("about", question, text)
    match = _BARE.match(text)
    return _bare(question, match["x"], candidates) if match and not _sentence(match["x"]) else None


def _bare(question: str, rest: str, candidates: Candidates) -> Ellipsis | None:
    """Understand what follows an "and" that begins a question."""
    if facet := _facet(question, rest):
        return facet
    if within := _WITHIN.match(rest):
        return Ellipsis("within", question, within["x"])
    if (side := _END.match(rest)) or (side := _FOR.match(rest)):
        return _subject(question, side["x"], side.groupdict().get("side") or "")
    return _subject(question, rest) if _is_thing(rest, candidates) else None


def _subject(question: str, words: str, side: str = "") -> Ellipsis | None:
    if match := _WITHIN.match(words):
        return Ellipsis("within", question, match["x"])
    if match := _END.match(words):
        words, side = match["x"], match["side"].lower()
    elif match := _FOR.match(words):
        words = match["x"]
    if (match := _DEFINITE.match(words)) and match["noun"].lower() in (*KINDS, *PLURALS):
        words = f"{'that' if match['noun'].lower() in KINDS else 'those'} {match['noun']}"  # of what was spoken of
    return _facet(question, words) or Ellipsis("about", question, words, side=side.lower())


def _facet(question: str, words: str) -> Ellipsis | None:
    """Understand "its tests", "the callers", "tests of the second one"; a full phrase of names stands for itself."""
    match = _FACET.match(words)
    if not match or (match["facet"].lower() in ("test", "caller", "subclass") and not match["whose"]):
        return None
    if not match["x"]:
        many = (match["whose"] or "").lower() == "their"
        return Ellipsis("facet", question, facet=match["facet"].lower(), many=many)
    if references.find(match["x"]):
        return Ellipsis("facet", question, match["x"], match["facet"].lower())
    return None


def _whole(words: str) -> bool:
    """Whether words are one reference and nothing else."""
    found = references.find(words)
    return len(found) == 1 and (found[0].start, found[0].end) == (0, len(words))


def _sentence(words: str) -> bool:
    """Whether words begin a question of their own."""
    return tokens(words)[0].lower in _STARTS and not _WITHIN.match(words) if tokens(words) else True


def _is_thing(words: str, candidates: Candidates) -> bool:
    """Whether words name one thing: a name, a known word, a reference, or "the" and a few words."""
    found = tokens(words)
    if found[0].lower in ("its", "their") and len(found) <= 4 and not any(_verb(token) for token in found):
        return True
    if _whole(words):
        return True
    if len(found) == 1 and found[0].lower not in CLOSED and (found[0].sort == "name" or candidates(found[0].bare)):
        return True
    return found[0].lower in ("the", "a", "an") and len(found) <= 5 and not any(_verb(token) for token in found)


def _verb(token: Token) -> bool:
    return token.lower in AUX | WH
