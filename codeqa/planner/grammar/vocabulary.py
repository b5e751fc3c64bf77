"""The words that relational questions are made of: verbs and nouns, each with the step of a plan that it stands for."""

from __future__ import annotations

from dataclasses import dataclass

CALLABLE, CLASS, TEST, FILE, DATA, ANY = "callable", "class", "test", "file", "data", "any"  # sorts of things


@dataclass(frozen=True, slots=True)
class Verb:
    """`active` leads from the object to those who do it, `passive` from the doer to what it is done to."""

    active: str
    passive: str
    doer: str = CALLABLE  # sort of those who do it
    done: str = ANY  # sort of what it is done to


@dataclass(frozen=True, slots=True)
class Noun:
    """A word for things: of a `sort`, kept by `kind`; one with a `step` is relative, as "callers of" is."""

    sort: str = ANY
    kind: str = ""  # of the symbols, as `where(kind=…)` has it
    step: str = ""
    direct: bool = False  # one step, where the step's own depth is more


_VERBS: tuple[tuple[str, Verb], ...] = (
    ("call invoke trigger run execute", Verb("callers", "callees", CALLABLE, CALLABLE)),
    ("use employ consume need name", Verb("users", "callees")),
    ("create instantiate construct build make", Verb("instantiations", "creates", CALLABLE, CLASS)),
    ("read access load consult inspect", Verb("readers", "reads", CALLABLE, DATA)),
    ("write set assign modify change update store mutate", Verb("writers", "writes", CALLABLE, DATA)),
    ("raise throw emit fail", Verb("raisers", "raises", CALLABLE, CLASS)),
    ("override redefine replace reimplement", Verb("overriders", "overrides", CALLABLE, CALLABLE)),
    ("implement", Verb("implementers", "bases", CLASS, CLASS)),
    ("inherit extend subclass derive descend", Verb("subclasses", "bases", CLASS, CLASS)),
    ("import", Verb("importers", "imports", FILE)),
    ("test cover exercise verify check", Verb("tests", "callees", TEST)),
    ("decorate wrap", Verb("decorators", "decorated", CALLABLE, CALLABLE)),
    ("define declare contain have hold offer provide comprise", Verb("owner", "members")),
    ("document mention describe", Verb("documents", "documents")),
    ("register", Verb("registrations", "registrations")),
)
# What a verb says together with the words after it, or before it.
PHRASES: dict[tuple[str, ...], Verb] = {
    ("lead", "to"): Verb("reached_by", "reach"),
    ("get", "to"): Verb("reached_by", "reach"),
    ("end", "up", "in"): Verb("reached_by", "reach"),
    ("end", "up", "calling"): Verb("reached_by", "reach"),
    ("end", "up", "at"): Verb("reached_by", "reach"),
    ("reach",): Verb("reached_by", "reach"),
    ("hit",): Verb("reached_by", "reach"),
    ("touch",): Verb("users", "callees"),
    ("depend", "on"): Verb("users", "callees"),
    ("rely", "on"): Verb("users", "callees"),
    ("refer", "to"): Verb("users", "callees"),
    ("reference",): Verb("users", "callees"),
    ("delegate", "to"): Verb("callers", "callees", CALLABLE, CALLABLE),
    ("inherit", "from"): Verb("subclasses", "bases", CLASS, CLASS),
    ("derive", "from"): Verb("subclasses", "bases", CLASS, CLASS),
    ("descend", "from"): Verb("subclasses", "bases", CLASS, CLASS),
    ("call", "into"): Verb("callers", "callees", CALLABLE, CALLABLE),
    ("go", "through"): Verb("users", "callees"),
    ("write", "to"): Verb("writers", "writes", CALLABLE, DATA),
    ("consist", "of"): Verb("owner", "members"),
    ("look", "at"): Verb("readers", "reads", CALLABLE, DATA),
    ("make", "use", "of"): Verb("users", "callees"),
    ("make", "calls", "to"): Verb("callers", "callees", CALLABLE, CALLABLE),
}
_IRREGULAR = {
    "make": "makes made making",
    "build": "builds built building",
    "run": "runs ran running run",
    "read": "reads read reading",
    "write": "writes wrote written writing",
    "set": "sets set setting",
    "throw": "throws threw thrown throwing",
    "hold": "holds held holding",
    "have": "has had having",
    "get": "gets got getting",
    "hit": "hits hit hitting",
    "go": "goes went going",
    "lead": "leads led leading",
    "emit": "emits emitted emitting",
    "override": "overrides overrode overridden overriding",
    "wrap": "wraps wrapped wrapping",
    "rely": "relies relied relying",
    "refer": "refers referred referring",
    "modify": "modifies modified modifying",
    "verify": "verifies verified verifying",
    "trigger": "triggers triggered triggering",
    "inherit": "inherits inherited inheriting",
}


def _forms(stem: str) -> dict[str, str]:
    """Return the forms of a verb, each with what it is: "base", "s", "ed" or "ing"."""
    if stem in _IRREGULAR:
        words = _IRREGULAR[stem].split()
        return {words[0]: "s", **dict.fromkeys(words[1:-1], "ed"), words[-1]: "ing", stem: "base"}
    root = stem.removesuffix("e")
    s = f"{stem}es" if stem.endswith(("s", "sh", "ch", "x")) else f"{stem}s"
    return {stem: "base", s: "s", f"{root}ed": "ed", f"{root}ing": "ing"}


VERBS: dict[str, tuple[str, str, Verb]] = {  # form → its stem, what form it is, what the verb means
    form: (stem, which, verb)
    for stems, verb in _VERBS
    for stem in stems.split()
    for form, which in _forms(stem).items()
}
FIRST_WORDS: dict[str, tuple[str, str]] = {  # of PHRASES: form → stem, what form it is
    form: (key[0], which) for key in PHRASES for form, which in _forms(key[0]).items()
}
FROM_VERBS = frozenset({"inherit", "derive", "descend"})  # "from" says from what
SAME_FORM = frozenset({"read", "set", "hit", "run"})  # the base form is the participle as well

_NOUNS: tuple[tuple[str, Noun], ...] = (
    ("function functions routine routines procedure procedures callable callables", Noun(CALLABLE, "callable")),
    ("method methods", Noun(CALLABLE, "method")),
    ("class classes", Noun(CLASS, "class")),
    ("type types struct structs", Noun(CLASS, "class")),
    ("interface interfaces", Noun(CLASS, "class")),
    ("trait traits", Noun(CLASS, "class")),
    ("enum enums", Noun(CLASS, "enum")),
    ("test tests testcase testcases", Noun(TEST, "")),
    ("file files module modules", Noun(FILE, "")),
    ("error errors exception exceptions", Noun(CLASS, "class")),
    (
        "field fields attribute attributes variable variables setting settings option options constant constants "
        "value values flag flags state data",
        Noun(DATA, "data"),
    ),
    ("property properties", Noun(DATA, "")),
    ("member members", Noun(ANY, "")),
    (
        "place places spot spots code thing things symbol symbols site sites location locations definition "
        "definitions line lines somewhere everything anything something anyone one ones part parts",
        Noun(ANY, ""),
    ),
    ("caller callers", Noun(CALLABLE, "", "callers")),
    ("callee callees", Noun(CALLABLE, "", "callees")),
    (
        "subclass subclasses subtype subtypes child children descendant descendants heir heirs derivative derivatives",
        Noun(CLASS, "", "subclasses"),
    ),
    ("implementation implementations implementer implementers implementor implementors", Noun(ANY, "", "implementers")),
    (
        "base bases parent parents superclass superclasses ancestor ancestors supertype supertypes",
        Noun(CLASS, "", "bases"),
    ),
    ("override overrides overrider overriders overriding", Noun(CALLABLE, "", "overriders")),
    ("user users usage usages use uses reference references client clients consumer consumers", Noun(ANY, "", "users")),
    ("reader readers", Noun(CALLABLE, "", "readers")),
    ("writer writers setter setters", Noun(CALLABLE, "", "writers")),
    ("instantiation instantiations creator creators", Noun(CALLABLE, "", "instantiations")),
    ("dependent dependents dependant dependants", Noun(ANY, "", "impact")),
)
NOUNS: dict[str, Noun] = {word: noun for words, noun in _NOUNS for word in words.split()}
HEADS = {
    ("call", "sites"): "callers",
    ("call", "site"): "callers",
    ("base", "classes"): "bases",
    ("base", "class"): "bases",
}
HEADS |= {("parent", "classes"): "bases", ("parent", "class"): "bases", ("child", "classes"): "subclasses"}
HEADS |= {("derived", "classes"): "subclasses", ("derived", "types"): "subclasses", ("sub", "classes"): "subclasses"}
HEADS |= {("super", "classes"): "bases", ("super", "class"): "bases", ("implementing", "classes"): "implementers"}
CASES = ("functions", "function", "methods", "method", "cases", "case", "code", "suite", "files", "file")
ADJECTIVES = {
    "unused": "users",
    "untested": "tests",
    "uncalled": "callers",
    "undocumented": "documents",
    "dead": "users",
}
DETERMINERS = frozenset(
    "the a an any all every each of our other another some these those both its their different distinct various "
    "existing actual own".split()
)
NEGATIONS = frozenset(
    {"not", "never", "don't", "doesn't", "don’t", "doesn’t", "isn't", "isn’t", "aren't", "aren’t", "cannot"}
)
AUXILIARIES = frozenset(
    "is are was were be been being gets get got do does did can could will would may might has have".split()
)
ADVERBS = frozenset(
    "directly indirectly transitively eventually ultimately ever also themselves itself actually explicitly then "
    "currently in-turn finally still else somehow anywhere internally together".split()
)
NEAR, FAR, APART = "near", "far", "apart"  # in one step; in one or more; in more than one only
HOW = dict.fromkeys(("transitively", "eventually", "ultimately", "finally", "somehow"), FAR)
HOW |= {"directly": NEAR, "indirectly": APART}
NEAR_STEPS = {"reached_by": "callers", "reach": "callees"}
DIRECT = frozenset({"direct", "immediate"})  # before a noun that stands for a step: one step, and no further
ALL_THE_WAY = frozenset(
    {"subclasses", "bases", "implementers", "overriders", "overrides", "tests", "reach", "reached_by"}
)
FAR_STEPS = {"callers": "reached_by", "callees": "reach"}  # what a step is when it may be taken again and again
NOBODY = frozenset({"nobody", "nothing", "no-one", "none", "noone"})
RELATIVE = frozenset({"that", "which", "who", "whom"})
_JOINTS = "that which who whom whose and or but without with in inside within under outside from by when , ; yet while"
BOUNDARY = frozenset(_JOINTS.split()) | NEGATIONS | NOBODY
TAILS = (
    "in this repository", "in this repo", "in this codebase", "in this code base", "in this project", "in the codebase",
    "in the code base", "in the code", "in the repo", "in the repository", "in the project", "in the whole codebase",
    "in our code", "in our codebase", "across the codebase", "across the repo", "across the project", "in here", "here",
    "at all", "anywhere", "if any", "please", "in total", "altogether", "exist", "are there", "is there", "exactly",
    "there are", "do we have", "for me", "right now", "today", "in turn", "overall", 
    "from anywhere", "to me", "thanks", "in the source", "in the sources", "so far", "i need to know",
    "by name",
)  # fmt: skip
LEADS = (
    "please",
    "can you tell me", "could you tell me", "can you show me", "could you show me", "can you list", "could you list",
    "please list", "please show me", "please find", "please tell me", "i want to know", "i would like to know",
    "i'd like to know", "i'd like to see", "i want to see", "i need", "tell me", "show me", "give me", "list", "show",
    "find me", "find", "enumerate", "name", "print", "get me", "display", "identify", "look up",
    "point me to", "i am looking for", "i'm looking for",
)  # fmt: skip
_ASKED = "who what which where many by from for to list show find give name me there you we i it they if about"
PLAIN = (
    frozenset(_ASKED.split()) | frozenset(VERBS) | frozenset(FIRST_WORDS) | frozenset(NOUNS) | DETERMINERS | AUXILIARIES
    | ADVERBS | RELATIVE | frozenset(word for phrase in (*PHRASES, *HEADS) for word in phrase)
    | frozenset(word for phrase in (*TAILS, *LEADS) for word in phrase.split()) | {"of", "in", "on", "at", "and"}
)  # fmt: skip
