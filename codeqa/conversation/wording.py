"""English, as far as references need it: words with a place in a sentence, and lists of words that are no names."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
      (?P<quoted>`[^`]+` | "[^"]+" | “[^”]+” | (?<!\w)'[^']+'(?!\w))
    | (?P<word>[^\W\d][\w$]*(?:(?:::|->|[./\#-])[\w$][\w$]*)*(?:\(\))?)
    | (?P<number>\#?\d\w*)
    | (?P<short>['’](?:s|re|d|ll|ve|m|t)\b)
    | (?P<mark>[^\w\s])
    """,
    re.X,
)
_SHAPED = re.compile(r"[_./#:>$(]|[a-z][A-Z]|\d|\A[A-Z]{2}")  # letters that no English word has inside


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a name or a mark of a question; `start` and `end` are offsets into it."""

    text: str
    start: int
    end: int
    sort: str  # "name" (quoted, or shaped like code), "word", "number", "short" ('s) or "mark"

    @property
    def lower(self) -> str:
        """The word as lists have it; a name is never one of theirs."""
        return self.text.lower() if self.sort != "name" else ""

    @property
    def bare(self) -> str:
        """A name without its quotes."""
        return self.text.strip("`\"'“”").removesuffix("()")


def tokens(text: str) -> list[Token]:
    """Split a question into tokens, in order."""
    found = []
    for match in _TOKEN.finditer(text):
        sort = str(match.lastgroup)
        if sort == "quoted" or (sort == "word" and _is_name(match[0])):
            sort = "name"
        found.append(Token(match[0], match.start(), match.end(), sort))
    return found


def _is_name(word: str) -> bool:
    return bool(_SHAPED.search(word)) or (word[:1].isupper() and word.lower() not in CLOSED and word != "I")


def _forms(stems: str, irregular: str = "") -> frozenset[str]:
    """Return verbs with their endings."""
    found = set(irregular.split())
    for stem in stems.split():
        cut = stem.removesuffix("e")
        y = stem[:-1] + "i" if stem.endswith("y") and stem[-2:-1] not in "aeou" else ""
        s = f"{y}es" if y else f"{stem}es" if stem.endswith(("s", "x", "ch", "sh")) else f"{stem}s"
        found |= {stem, s, f"{y or cut}ed", f"{cut}ing"}
    return frozenset(found)


WH = frozenset("who what which where when why how whom whose".split())
AUX = frozenset(
    "is are was were be been being do does did can could will would shall should may might must has have had".split()
)
PREPOSITIONS = frozenset(
    "of for in on at by from to with without within inside into through about over under between after before during "
    "via per than like against behind beside around upon".split()
)
_FUNCTION = frozenset(
    "i you we me us my our your it its they them their this that these those one ones both the a an any some all each "
    "every no not other another same and or but if whether while because so then unless until also too else now just "
    "actually really exactly ever even still already again directly indirectly internally first next last there here "
    "never only more most much many few please ok okay yes as well right well thanks up down out off get gets got "
    "getting make makes made let lets go goes".split()
)
VERBS = _forms(
    "call use cover test reach override overrid extend implement inherit define declare import instantiate construct "
    "create invoke explain describe show raise throw return handle change rename remove delete trigger run happen work "
    "need depend rely document check mean list find tell look see touch modify move edit locate define live edit "
    "store update load open close break refactor inline pass contain hold reference subclass exercise verify start "
    "stop fail compare differ derive configure access consume affect compute produce",
    "read reads reading write writes written writing wrote set sets setting give gives given know knows known thrown "
    "found broken held told seen built build builds ran kept keep keeps caught catch catches meant begin begins "
    "stopped passing calls called overridden broke takes take taken",
)
FACETS: dict[str, str] = {  # what something has → how it is asked for
    "tests": "which tests cover {}?",
    "test": "which tests cover {}?",
    "callers": "who calls {}?",
    "caller": "who calls {}?",
    "callees": "what does {} call?",
    "users": "where is {} used?",
    "uses": "where is {} used?",
    "usages": "where is {} used?",
    "usage": "where is {} used?",
    "references": "where is {} used?",
    "subclasses": "which classes inherit from {}?",
    "subclass": "which classes inherit from {}?",
    "subtypes": "which classes inherit from {}?",
    "children": "which classes inherit from {}?",
    "descendants": "which classes inherit from {}?",
    "heirs": "which classes inherit from {}?",
    "implementers": "which classes implement {}?",
    "implementors": "which classes implement {}?",
    "implementations": "which classes implement {}?",
    "overrides": "which methods override {}?",
    "overriders": "which methods override {}?",
    "definition": "where is {} defined?",
    "declaration": "where is {} defined?",
    "impact": "what breaks if I change {}?",
    "purpose": "what does {} do?",
}
RESULTS = frozenset("one result hit match entry item answer candidate place".split())  # nouns for what an answer lists
KINDS: dict[str, tuple[frozenset[str], ...]] = {  # a noun → kinds that it agrees with, the nearest first
    "class": (frozenset({"class", "struct"}), frozenset({"interface", "trait", "enum", "type"})),
    "struct": (frozenset({"struct"}), frozenset({"class"})),
    "interface": (frozenset({"interface", "trait"}), frozenset({"class", "type"})),
    "trait": (frozenset({"trait"}), frozenset({"interface"})),
    "enum": (frozenset({"enum"}), frozenset({"class"})),
    "type": (frozenset({"type"}), frozenset({"class", "struct", "interface", "trait", "enum"})),
    "function": (frozenset({"function"}), frozenset({"method", "constructor", "macro", "property"})),
    "method": (frozenset({"method", "constructor"}), frozenset({"function", "property"})),
    "constructor": (frozenset({"constructor"}),),
    "property": (frozenset({"property"}), frozenset({"field", "method"})),
    "field": (frozenset({"field", "property"}), frozenset({"variable"})),
    "attribute": (frozenset({"field", "property"}), frozenset({"variable"})),
    "variable": (frozenset({"variable", "constant"}), frozenset({"field"})),
    "constant": (frozenset({"constant", "enum_member"}), frozenset({"variable", "field"})),
    "macro": (frozenset({"macro"}),),
    "file": (frozenset({"module"}),),
    "module": (frozenset({"module", "namespace"}),),
    "test": (frozenset(),),  # told by its role
}
PLURALS = {"classes": "class", "properties": "property", **{f"{noun}s": noun for noun in KINDS if noun[-1] not in "sy"}}
ANY = frozenset("code symbol thing name definition one".split())  # nouns that agree with every kind
NUMBERS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
ORDINALS = {word: n for n, word in enumerate(NUMBERS)} | {
    word: n for n, word in enumerate("1st 2nd 3rd 4th 5th 6th 7th 8th 9th 10th".split())
}
LAST = -1
CLOSED = (
    WH
    | AUX
    | PREPOSITIONS
    | _FUNCTION
    | VERBS
    | frozenset(ORDINALS)
    | (frozenset(FACETS) - {"test", "caller", "subclass"})
)
TAKES_VERB = frozenset("i you we they one can could should would will shall must may might".split())
BOUNDARIES = frozenset(
    "and or but if when while because after before until unless whether that which who what why where how so "
    "without".split()
)


def plural(token: Token) -> bool:
    """Whether an ordinary noun reads like more than one thing."""
    word = token.lower
    return word.endswith("s") and not word.endswith(("ss", "us", "is"))


def code(text: str) -> str:
    """Mark text as code; a back-tick inside would end it early."""
    return f"`{text.replace('`', chr(39))}`"


def listed(items: list[str], word: str = "and") -> str:
    """Join as English does."""
    return f"{', '.join(items[:-1])} {word} {items[-1]}" if len(items) > 1 else "".join(items)
