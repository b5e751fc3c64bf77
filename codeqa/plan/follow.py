"""One step from a symbol, along its edges. Each function returns one relation for each place that states one."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from codeqa.domain import CALLABLE, CLASS_LIKE, Edge, EdgeKind, Relation, Symbol
from codeqa.graph import CALLS, HANDED_ON, HIERARCHY, WALKED
from codeqa.tools import Tools

EVERYTHING = 100_000
DATA = frozenset({"variable", "constant", "field", "property", "enum_member", "key"})

Step = Callable[[Tools, Symbol, int], "list[Relation]"]  # the number is the depth, where a step has one


def steps() -> dict[str, Step]:
    """Return what runs each step that follows edges, by the step's name."""
    return {
        "callers": _callers,
        "callees": _callees,
        "instantiations": _instantiations,
        "creates": _creates,
        "registrations": lambda tools, symbol, _: tools.registrations(symbol, EVERYTHING),
        "subclasses": lambda tools, symbol, depth: _near(subclasses(tools, symbol), depth),
        "implementers": _implementers,
        "bases": lambda tools, symbol, depth: _near(tools.graph.bases(symbol.id), depth),
        "overriders": lambda tools, symbol, _: tools.graph.overriding(symbol.id),
        "overrides": _overrides,
        "readers": _incoming(EdgeKind.READS),
        "writers": _writers,
        "reads": _outgoing(EdgeKind.READS, only=DATA),
        "writes": _writes,
        "raisers": _incoming(EdgeKind.RAISES),
        "raises": _outgoing(EdgeKind.RAISES),
        "decorators": _outgoing(EdgeKind.DECORATES),
        "decorated": _incoming(EdgeKind.DECORATES),
        "typed": _incoming(EdgeKind.TYPES),
        "importers": _incoming(EdgeKind.IMPORTS),
        "imports": _imports,
        "users": lambda tools, symbol, _: tools.uses(symbol, EVERYTHING),
        "owner": _owner,
        "tests": lambda tools, symbol, depth: tools.tests_of(symbol, EVERYTHING, depth),
        "documents": _incoming(EdgeKind.DOCUMENTS),
        "impact": lambda tools, symbol, depth: list(tools.impact(symbol, EVERYTHING, depth).users),
        "reached_by": lambda tools, symbol, depth: tools.graph.users(tools.itself(symbol), CALLS | HANDED_ON, depth),
        "reach": _reach,
    }


def _near(relations: Iterable[Relation], depth: int) -> list[Relation]:
    return [r for r in relations if r.depth <= depth]


def _overrides(tools: Tools, symbol: Symbol, _: int) -> list[Relation]:
    """What it overrides, its overloads included: a name means all of them."""
    return [r for key in tools.itself(symbol) for r in tools.graph.overridden(key)]


def _callers(tools: Tools, symbol: Symbol, depth: int) -> list[Relation]:
    if depth > 1:
        return tools.graph.users(tools.itself(symbol), CALLS, depth)
    return list(tools.callers(symbol, EVERYTHING).relations)


def _callees(tools: Tools, symbol: Symbol, depth: int) -> list[Relation]:
    if depth > 1:
        return _onwards(tools, inside(tools, symbol), CALLS, depth)
    if symbol.kind in CALLABLE:
        return list(tools.callees(symbol, EVERYTHING).relations)
    found = tools.graph.callees(inside(tools, symbol))
    return [r for r in found if r.symbol.id != symbol.id]


def _instantiations(tools: Tools, symbol: Symbol, _: int) -> list[Relation]:
    return list(tools.callers(symbol, EVERYTHING).relations) if symbol.kind in CLASS_LIKE else []


def _creates(tools: Tools, symbol: Symbol, _: int) -> list[Relation]:
    edges = tools.graph.outgoing(inside(tools, symbol), CALLS)
    ends = tools.graph.symbols(e.dst for e in edges)
    owners = tools.graph.symbols(s.parent for s in ends.values() if s.kind == "constructor")
    found: list[Relation] = []
    for edge in edges:
        end = ends.get(edge.dst)
        if end is not None and end.kind == "constructor":
            end = owners.get(end.parent)
        if end is not None and (edge.kind is EdgeKind.INSTANTIATES or ends[edge.dst].kind == "constructor"):
            found.append(Relation(end, edge))
    return found


def subclasses(tools: Tools, symbol: Symbol) -> list[Relation]:
    """Return what inherits from or implements a type, directly and further down.

    Where a type from elsewhere is made to implement a trait, the file that does so stands for the type.
    """
    derived = [r for r in tools.graph.derived(symbol.id) if r.symbol.kind != "module"]
    edges = tools.store.edges_to([symbol.id], HIERARCHY)
    holders = tools.graph.symbols(e.src for e in edges)
    foreign = [Relation(holders[e.src], e) for e in edges if e.src in holders and holders[e.src].kind == "module"]
    return [*derived, *foreign]


def _implementers(tools: Tools, symbol: Symbol, _: int) -> list[Relation]:
    return tools.graph.overriding(symbol.id) if symbol.kind in CALLABLE else subclasses(tools, symbol)


def _imports(tools: Tools, symbol: Symbol, _: int) -> list[Relation]:
    keys = [symbol.span.path] if symbol.span.path else []
    return _relations(tools, tools.store.edges_from(keys, {EdgeKind.IMPORTS}), backwards=False)


def _owner(tools: Tools, symbol: Symbol, _: int) -> list[Relation]:
    return _relations(tools, tools.store.edges_to([symbol.id], {EdgeKind.CONTAINS}), backwards=True)


def members(tools: Tools, symbol: Symbol, name: str) -> list[Relation]:
    """Return what a symbol contains, in source order; with a name only what is called so."""
    edges = tools.store.edges_from([symbol.id], {EdgeKind.CONTAINS})
    found = _relations(tools, edges, backwards=False)
    found.sort(key=lambda r: (r.symbol.span.path, r.symbol.span.start_byte))
    return [r for r in found if not name or r.symbol.name == name]


def _reach(tools: Tools, symbol: Symbol, depth: int) -> list[Relation]:
    return _onwards(tools, inside(tools, symbol), WALKED, depth)


def _onwards(tools: Tools, keys: list[str], kinds: Iterable[EdgeKind], depth: int) -> list[Relation]:
    """Return what edges of these kinds lead to, nearest first, each symbol once."""
    seen = set(keys)
    found: list[Relation] = []
    frontier = keys
    wanted = frozenset(kinds)
    for distance in range(1, depth + 1):
        edges = [e for e in tools.graph.outgoing(frontier, wanted) if e.dst not in seen]
        step = {r.symbol.id: r for r in reversed(tools.graph.relations(edges, backwards=False, depth=distance))}
        fresh = [r for r in reversed(step.values()) if not r.symbol.external]
        seen.update(step)
        found += fresh
        frontier = [r.symbol.id for r in fresh]
        frontier += [k for k in tools.graph.nested(frontier) if k not in seen]
        if not frontier or len(found) > EVERYTHING:
            break
    return found


def inside(tools: Tools, symbol: Symbol) -> list[str]:
    """Return the ids whose edges a symbol's own are: its twins and what is nested in it; of a class, its members."""
    if symbol.kind in CALLABLE:
        keys = tools.itself(symbol)
        return [*keys, *tools.graph.nested(keys)]
    keys = tools.graph.starts(symbol)
    return [*keys, *tools.graph.nested(keys)]


def _incoming(kind: EdgeKind) -> Step:
    def step(tools: Tools, symbol: Symbol, _: int) -> list[Relation]:
        edges = tools.graph.incoming(tools.itself(symbol), {kind})
        return _relations(tools, sorted(edges, key=lambda e: (e.path, e.start_byte)), backwards=True)

    return step


def _outgoing(kind: EdgeKind, only: frozenset[str] = frozenset()) -> Step:
    def step(tools: Tools, symbol: Symbol, _: int) -> list[Relation]:
        edges = tools.graph.outgoing(inside(tools, symbol), {kind})
        found = _relations(tools, sorted(edges, key=lambda e: (e.path, e.start_byte)), backwards=False)
        return [r for r in found if not only or r.symbol.kind in only]

    return step


def _writers(tools: Tools, symbol: Symbol, _: int) -> list[Relation]:
    """What sets it; a method that defines a field by assigning to it sets it as well."""
    found = _incoming(EdgeKind.WRITES)(tools, symbol, 1)
    around = [s for s in tools.store.symbols_in(symbol.span.path) if _assigns(s, symbol)] if symbol.span.path else []
    if around:
        innermost = max(around, key=lambda s: s.span.start_byte)
        edges = tools.store.edges_to([symbol.id], {EdgeKind.CONTAINS})
        found = [*(Relation(innermost, e) for e in edges), *found]
    return found


def _writes(tools: Tools, symbol: Symbol, _: int) -> list[Relation]:
    found = _outgoing(EdgeKind.WRITES)(tools, symbol, 1)
    if symbol.kind not in CALLABLE:
        return found
    defined = [s for s in tools.store.symbols_in(symbol.span.path) if _assigns(symbol, s)]
    edges = tools.store.edges_to([s.id for s in defined], {EdgeKind.CONTAINS})
    return [*_relations(tools, edges, backwards=False), *found]


def _assigns(method: Symbol, data: Symbol) -> bool:
    """Tell whether the definition of a class's field stands in the body of a method."""
    return (
        data.kind in ("field", "property", "variable", "constant")
        and method.kind in CALLABLE
        and data.parent != method.id
        and method.parent == data.parent
        and method.span.start_byte <= data.span.start_byte
        and data.span.end_byte <= method.span.end_byte
    )


def _relations(tools: Tools, edges: Iterable[Edge], *, backwards: bool) -> list[Relation]:
    kept = list(edges)
    ends = tools.graph.symbols(e.src if backwards else e.dst for e in kept)
    return [Relation(ends[key], e) for e in kept if (key := e.src if backwards else e.dst) in ends]
