"""The steps of plans: what each takes and gives. The table is the documentation: `codeqa query --steps` prints it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from codeqa.domain import KINDS, UsageError
from codeqa.plan.language import Both, Call, Plan, Value, find

SET, NUMBER, PATH, NOTHING = "set", "number", "path", ""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value of a step. `type`: "set", "text", "number", "kind" or "step"; one without a default is required."""

    name: str
    type: str
    default: str | int | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """What a step takes from its left, what it gives, and its parameters."""

    takes: str
    gives: str
    about: str
    parameters: tuple[Parameter, ...] = ()


def _step(about: str, *parameters: Parameter) -> Signature:
    return Signature(SET, SET, about, parameters)


_DEPTH = Parameter("depth", "number", 1)
_FAMILY = Parameter("depth", "number", 12)
STEPS: dict[str, Signature] = {
    # where walks start
    "find": Signature(NOTHING, SET, "the symbols of a name, or the one with an id", (Parameter("name", "text"),)),
    "search": Signature(
        NOTHING,
        SET,
        "the symbols that search finds for words, best first",
        (Parameter("words", "text"), Parameter("limit", "number", 5)),
    ),
    "all": Signature(NOTHING, SET, "every symbol of the repository", (Parameter("kind", "kind", ""),)),
    # calls
    "callers": _step("what calls or creates it; `depth` steps of calls away at most", _DEPTH),
    "callees": _step("what it calls; `depth` steps of calls away at most", _DEPTH),
    "instantiations": _step("what creates objects of a class"),
    "creates": _step("the classes of which it creates objects"),
    "registrations": _step("where it is handed on as a value, or named by a text"),
    # hierarchy
    "subclasses": _step("what inherits from or implements it, further heirs included", _FAMILY),
    "implementers": _step("what implements an interface, or a method of one"),
    "bases": _step("what it inherits from or implements, further ancestors included", _FAMILY),
    "overriders": _step("the methods that override it"),
    "overrides": _step("the methods that it overrides"),
    # data, errors, types, files
    "readers": _step("what reads it"),
    "writers": _step("what sets it"),
    "reads": _step("the data that it reads"),
    "writes": _step("the data that it sets"),
    "raisers": _step("what raises it"),
    "raises": _step("the errors that it raises by name"),
    "decorators": _step("what decorates it"),
    "decorated": _step("what it decorates"),
    "typed": _step("what names it in a type"),
    "importers": _step("the files that import it"),
    "imports": _step("what its file imports"),
    "users": _step("every place that uses it in any way"),
    "members": _step("what it contains, or only what is named so", Parameter("name", "text", "")),
    "owner": _step("the class, function or file around it"),
    "files": _step("the file that it stands in"),
    "tests": _step("the tests that reach it within `depth` steps of use", Parameter("depth", "number", 3)),
    "documents": _step("the sections of documents that name it"),
    # further away
    "impact": _step(
        "what a change of it may break within `depth` steps, tests left out", Parameter("depth", "number", 4)
    ),
    "reach": _step("everything that it leads to within `depth` steps", Parameter("depth", "number", 6)),
    "reached_by": _step("everything that leads to it within `depth` steps", Parameter("depth", "number", 6)),
    "path": Signature(
        NOTHING,
        PATH,
        "a cheapest chain of steps from one to the other",
        (Parameter("start", "set"), Parameter("end", "set"), Parameter("hops", "number", 8)),
    ),
    "between": Signature(
        NOTHING,
        SET,
        "what lies on chains of calls from one to the other",
        (Parameter("start", "set"), Parameter("end", "set"), Parameter("depth", "number", 6)),
    ),
    # keep some
    "where": _step(
        "keep those of a kind, path (with * or a part of it), name (with *), decorator, text, language, or test",
        Parameter("kind", "kind", ""),
        Parameter("path", "text", ""),
        Parameter("name", "text", ""),
        Parameter("decorator", "text", ""),
        Parameter("text", "text", ""),
        Parameter("language", "text", ""),
        Parameter("test", "text", ""),
    ),
    "defining": _step("keep classes that have a member of that name themselves", Parameter("name", "text")),
    "calls_super": _step("keep methods that call what they override"),
    "having": _step("keep those for which a step finds something", Parameter("step", "step")),
    "without": _step("keep those for which a step finds nothing", Parameter("step", "step")),
    "rank": _step(
        'put first those with most "callers", "users", "lines", or by "name" or "place"', Parameter("by", "text")
    ),
    "first": _step("keep the first ones", Parameter("count", "number")),
    # numbers
    "count": Signature(SET, NUMBER, "how many there are"),
    "sites": Signature(SET, NUMBER, "at how many places the last step was found"),
    "unresolved": Signature(SET, NUMBER, "how many call sites name it and could not be resolved"),
    "length": Signature(PATH, NUMBER, "how many steps a chain has, 0 for none"),
}
RANKS = ("callers", "users", "lines", "name", "place")
FILTERS = ("where", "defining", "calls_super", "having", "without", "rank", "first")
KIND_WORDS = {"class": "class", "callable": "callable", "code": "code"}  # kinds of kinds, beside those of symbols


def check(plan: Plan) -> Plan:
    """Return the plan in its plain form: sources before their steps, texts that stand for sets as `find`.

    Raises:
        UsageError: a step does not exist, or does not take what it is given; the hint says what would do.
    """
    checked, _ = _checked(plan)
    return checked


def _checked(plan: Plan) -> tuple[Plan, str]:
    if isinstance(plan, Both):
        sides = []
        for side in (plan.left, plan.right):
            done, gives = _checked(side)
            if gives != SET:
                hint = f"a step after both sides needs parentheses: (A {plan.mark} B) | count"
                raise UsageError(f"{plan.mark!r} joins sets, and {side} gives a {gives}", hint=hint)
            sides.append(done)
        return Both(plan.mark, sides[0], sides[1]), SET
    signature = STEPS.get(plan.name)
    if signature is None:
        near = difflib.get_close_matches(plan.name, STEPS, n=3)
        hint = f"did you mean {', '.join(near)}?" if near else "codeqa query --steps lists them"
        raise UsageError(f"no step is called {plan.name!r}", hint=hint)
    source, values = _source(plan, signature)
    return Call(plan.name, source, *_arguments(plan, signature, values)), signature.gives


def _source(plan: Call, signature: Signature) -> tuple[Plan | None, tuple[Value, ...]]:
    """Return what a step takes from, and its values without it."""
    source, values = plan.source, plan.values
    if source is None and signature.takes and values and not isinstance(values[0], int):
        source, values = _as_set(values[0]), values[1:]
    if not signature.takes:
        if source is not None:
            raise UsageError(f"{plan.name} starts a plan: nothing can stand before it", hint=_example(plan.name))
        return None, values
    if source is None:
        raise UsageError(f"{plan.name} needs something to start from", hint=_example(plan.name))
    done, gives = _checked(source)
    if gives != signature.takes:
        raise UsageError(
            f"{plan.name} takes a {signature.takes}, and {source} gives a {gives}", hint=_example(plan.name)
        )
    return done, values


def _arguments(
    plan: Call, signature: Signature, values: tuple[Value, ...]
) -> tuple[tuple[Value, ...], tuple[tuple[str, Value], ...]]:
    known = {p.name: p for p in signature.parameters}
    if len(values) > len(known):
        raise UsageError(f"{plan.name} takes {len(known)} values, not {len(values)}", hint=_example(plan.name))
    given = dict(zip(known, values, strict=False))
    for name, value in plan.options:
        if name not in known:
            takes = f"it takes {', '.join(known)}" if known else "it takes none"
            raise UsageError(f"{plan.name} has no value {name!r}", hint=takes)
        if name in given:
            raise UsageError(f"{plan.name} is given {name!r} twice", hint=_example(plan.name))
        given[name] = value
    if lacking := [p.name for p in known.values() if p.default is None and p.name not in given]:
        raise UsageError(f"{plan.name} needs {', '.join(lacking)}", hint=_example(plan.name))
    fitted = {name: _fitted(plan.name, known[name], value) for name, value in given.items()}
    required = tuple(fitted[p.name] for p in signature.parameters if p.default is None)
    rest = tuple((p.name, fitted[p.name]) for p in signature.parameters if p.default is not None and p.name in fitted)
    return required, tuple((name, value) for name, value in rest if value != known[name].default)


def _fitted(step: str, parameter: Parameter, value: Value) -> Value:
    """Return a value as its parameter takes it."""
    if parameter.type == "set":
        plan = _as_set(value)
        done, gives = _checked(plan)
        if gives != SET:
            raise UsageError(f"{step} takes a set as {parameter.name}, and {plan} gives a {gives}", hint=_example(step))
        return done
    if parameter.type == "number":
        if not isinstance(value, int):
            raise UsageError(f"{step}: {parameter.name} is a number", hint=_example(step))
        return value
    if not isinstance(value, str):
        raise UsageError(f"{step}: {parameter.name} is a text in quotes", hint=_example(step))
    if parameter.type == "kind" and value and value not in KINDS and value not in KIND_WORDS:
        near = difflib.get_close_matches(value, [*KINDS, *KIND_WORDS], n=3)
        raise UsageError(f"no symbol is of kind {value!r}", hint=f"kinds: {', '.join(near or KINDS)}")
    if parameter.type == "step":
        _step_over_sets(step, value)
    if step == "rank" and value not in RANKS:
        raise UsageError(f"rank cannot order by {value!r}", hint=f"by {', '.join(RANKS)}")
    return value


def _step_over_sets(step: str, name: str) -> None:
    signature = STEPS.get(name)
    if signature is None or signature.takes != SET or signature.gives != SET or name in FILTERS:
        raise UsageError(f"{step} takes the name of a step such as callers, not {name!r}", hint=_example(step))
    if any(p.default is None for p in signature.parameters):
        raise UsageError(f"{step} takes a step without values, not {name!r}", hint=_example(step))


def _as_set(value: Value) -> Plan:
    if isinstance(value, int):
        raise UsageError(f"{value} is no set", hint='find("NAME") is one')
    return find(value) if isinstance(value, str) else value


def _example(name: str) -> str:
    signature = STEPS[name]
    given = ", ".join(
        f'find("{p.name.upper()}")' if p.type == "set" else "3" if p.type == "number" else _word(p)
        for p in signature.parameters
        if p.default is None
    )
    call = f"{name}({given})" if given or not signature.takes else name
    before = {SET: 'find("NAME") | ', PATH: 'path(find("A"), find("B")) | '}.get(signature.takes, "")
    return f"for instance: {before}{call}"


def _word(parameter: Parameter) -> str:
    return {"step": "callers", "by": '"callers"'}.get(
        parameter.type if parameter.type == "step" else parameter.name, f'"{parameter.name.upper()}"'
    )
