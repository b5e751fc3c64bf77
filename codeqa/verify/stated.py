"""What a sentence can state, and the words for it."""

from __future__ import annotations

from dataclasses import dataclass

ANY_LINE = -1


@dataclass(frozen=True, slots=True)
class Spot:
    """A place that a sentence names: a file, a line, or both."""

    path: str
    start: int = ANY_LINE
    end: int = ANY_LINE


@dataclass(frozen=True, slots=True)
class Name:
    """Something that a sentence names, with what it says of it on the way."""

    text: str
    written: bool = True  # in back-ticks
    kind: str = ""
    owner: str = ""
    spot: Spot | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """One relation that a sentence states.

    `verb` is a key of RELATIONS, or kind, at, reach, count, chain, nothing, quote, lines. "" stands for anything, as a
    subject ("nothing calls") or an object ("calls nothing").
    """

    verb: str
    subjects: tuple[Name, ...] = ()
    objects: tuple[Name, ...] = ()
    negative: bool = False
    direct: bool = False
    spots: tuple[Spot, ...] = ()
    strategy: str = ""
    candidates: int = 0
    number: int = 0
    noun: str = ""
    least: bool = False
    tests: str = ""  # "no": outside of tests, "yes": in tests
    through: tuple[Name, ...] = ()
    quote: str = ""


# forms: third person, base, participle
VERBS: tuple[tuple[str, str, str, str], ...] = (
    ("calls", "calls", "call", "called"),
    ("calls", "invokes", "invoke", "invoked"),
    ("creates", "creates", "create", "created"),
    ("creates", "instantiates", "instantiate", "instantiated"),
    ("creates", "constructs", "construct", "constructed"),
    ("raises", "raises", "raise", "raised"),
    ("raises", "throws", "throw", "thrown"),
    ("reads", "reads", "read", "read"),
    ("reads", "refers to", "refer to", "referred to"),
    ("writes", "sets", "set", "set"),
    ("writes", "assigns", "assign", "assigned"),
    ("writes", "writes", "write", "written"),
    ("inherits", "inherits from", "inherit from", "inherited"),
    ("inherits", "extends", "extend", "extended"),
    ("inherits", "derives from", "derive from", "subclassed"),
    ("heirs", "inherits from or implements", "inherit from or implement", "inherited or implemented"),
    ("implements", "implements", "implement", "implemented"),
    ("overrides", "overrides", "override", "overridden"),
    ("decorates", "decorates", "decorate", "decorated"),
    ("imports", "imports", "import", "imported"),
    ("defines", "defines", "define", "defined"),
    ("defines", "contains", "contain", "contained"),
    ("registers", "hands on", "hand on", "handed on"),
    ("types", "names in a type", "name in a type", "named in a type"),
    ("refers", "leads to", "lead to", "led to"),
    ("tests", "tests", "test", "tested"),
    ("tests", "covers", "cover", "covered"),
    ("uses", "uses", "use", "used"),
    ("reach", "reaches", "reach", "reached"),
)
THIRD = {tuple(third.split()): verb for verb, third, _, _ in VERBS}
BASE = {tuple(base.split()): verb for verb, _, base, _ in VERBS}
DONE = {tuple(done.split()): verb for verb, _, _, done in VERBS}
STARTS = {form[0] for forms in (THIRD, BASE) for form in forms} | {
    *("is", "are", "does", "do", "has", "have", "never", "directly", "also", "itself")
}
SKIPPED = ("also", "itself", "explicitly")
DETERMINERS = ("the", "a", "an")
KINDS = {
    **dict.fromkeys(("function", "functions"), "function"),
    **dict.fromkeys(("method", "methods"), "method"),
    **dict.fromkeys(("class", "classes"), "class"),
    **dict.fromkeys(("type", "types"), "type"),
    **dict.fromkeys(("file", "files", "module", "modules"), "module"),
    **dict.fromkeys(("test", "tests"), "test"),
    **{kind: kind for kind in "struct interface trait enum constructor variable constant field property macro".split()},
    **{"namespace": "namespace", "external": "external", "section": "section", "key": "key"},
}
NOUNS = {  # of which something has so many: (step, how they are counted)
    **dict.fromkeys(("caller", "callers"), "callers"),
    **dict.fromkeys(("callee", "callees"), "callees"),
    **dict.fromkeys(("subclass", "subclasses", "heir", "heirs", "subtype", "subtypes", "descendants"), "subclasses"),
    **dict.fromkeys(("implementer", "implementers", "implementation", "implementations"), "implementers"),
    **dict.fromkeys(("override", "overrides", "overrider", "overriders"), "overriders"),
    **dict.fromkeys(("base", "bases", "superclass", "superclasses", "ancestors"), "bases"),
    **dict.fromkeys(("user", "users"), "users"),
    **dict.fromkeys(("reader", "readers"), "readers"),
    **dict.fromkeys(("writer", "writers"), "writers"),
    **dict.fromkeys(("test", "tests"), "tests"),
    **dict.fromkeys(("member", "members"), "members"),
    **dict.fromkeys(("method", "methods"), "methods"),
}
STRATEGIES = (
    (("by", "the", "type", "of", "its", "receiver"), "inferred"),
    (("registered", "as", "a", "callback"), "callback"),
    (("by", "dynamic", "dispatch"), "dispatch"),
)
PLACES = ("place", "places", "site", "sites")
