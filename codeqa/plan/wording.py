"""A plan in English: what its result is, as a noun phrase in the plural."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from codeqa.plan.language import Both, Call, Plan

_PLAIN = {
    "callers": "callers of {}",
    "callees": "things that {} calls",
    "instantiations": "places that create {}",
    "creates": "classes that {} creates objects of",
    "registrations": "places that hand on {}",
    "subclasses": "heirs of {}",
    "implementers": "implementations of {}",
    "bases": "bases of {}",
    "overriders": "methods that override {}",
    "overrides": "methods that {} overrides",
    "readers": "readers of {}",
    "writers": "writers of {}",
    "reads": "data that {} reads",
    "writes": "data that {} sets",
    "raisers": "places that raise {}",
    "raises": "errors that {} raises",
    "decorators": "decorators of {}",
    "decorated": "things that {} decorates",
    "typed": "places that name {} in a type",
    "importers": "files that import {}",
    "imports": "imports of {}",
    "users": "users of {}",
    "members": "members of {}",
    "owner": "owners of {}",
    "files": "files of {}",
    "tests": "tests that reach {}",
    "documents": "sections of documents that name {}",
    "impact": "things that a change of {} may break",
    "reach": "things that {} leads to",
    "reached_by": "things that lead to {}",
    "calls_super": "{} that call what they override",
}
_WITH_VALUE = {
    "defining": "{} that define `{}`",
    "having": "{} with {}",
    "without": "{} without {}",
    "rank": "{}, ordered by {}",
    "first": "{}, the first {}",
}
_NUMBERS = {
    "count": "{}",
    "sites": "places of {}",
    "unresolved": "unresolved call sites of {}",
    "length": "steps of {}",
}


def describe(plan: Plan, named: Callable[[str], str]) -> str:
    """Return what a plan finds, in words. `named` gives the words for the argument of a find."""
    if isinstance(plan, Both):
        left, right = describe(plan.left, named), describe(plan.right, named)
        joint = {"&": "that are also", "+": "and", "-": "that are not"}[plan.mark]
        return f"{left} {joint} {right}"
    return _step(plan, named)


def _step(plan: Call, named: Callable[[str], str]) -> str:
    options = dict(plan.options)
    first = str(plan.values[0]) if plan.values else ""
    if plan.source is None:
        return _start(plan, named)
    before = describe(plan.source, named)
    if plan.name == "members" and options.get("name"):
        return f"members named `{options['name']}` of {before}"
    if plan.name == "where":
        return f"{before} {_conditions(options)}"
    if plan.name in _WITH_VALUE:
        return _WITH_VALUE[plan.name].format(before, first.replace("_", " ") if plan.name != "defining" else first)
    depth = f" within {options['depth']} steps" if "depth" in options else ""
    return (_NUMBERS | _PLAIN)[plan.name].format(before) + depth


def _start(plan: Call, named: Callable[[str], str]) -> str:
    """What a plan that nothing stands before finds."""
    if plan.name == "find":
        return named(str(plan.values[0]))
    if plan.name == "search":
        return f"hits for “{plan.values[0]}”"
    if plan.name == "all":
        kind = dict(plan.options).get("kind")
        return f"symbols of kind {kind}" if kind else "symbols"
    start, end = (describe(v, named) for v in plan.values if isinstance(v, (Call, Both)))
    return f"steps from {start} to {end}" if plan.name == "path" else f"things between {start} and {end}"


def _conditions(options: Mapping[str, object]) -> str:
    said = []
    for name, value in options.items():
        if name == "test":
            said.append("in tests" if str(value).lower() in ("yes", "true", "only", "1") else "outside of tests")
        elif name == "kind":
            said.append(f"that are of kind {value}")
        elif name == "path":
            said.append(f"in `{value}`")
        elif name == "text":
            said.append(f"that hold “{value}”")
        else:
            said.append(f"of {name} `{value}`")
    return " and ".join(said)
