"""What stands around a symbol, read from the index: runs in the engine's thread, knows nothing of a screen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from codeqa import files
from codeqa.domain import (
    CALLABLE,
    CLASS_LIKE,
    Edge,
    EdgeKind,
    Relation,
    Strategy,
    Symbol,
    UnknownSymbol,
    Unresolved,
)
from codeqa.graph import CALLS, by_trust
from codeqa.project import Project

MOST = 200  # neighbours of one group that are listed
EXPANDED = 60  # neighbours of one level whose own neighbours are looked at
HIGHEST = 12  # classes above one another
NEAREST = 12  # symbols that are offered for a name
FEW = 4  # of them, where misspelt names are offered too


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A symbol beside the focus, or beside another neighbour.

    Attributes:
        edge: the most trusted of those that lead there.
        sites: how many lines state such an edge.
        incoming: whether it leads to the focus, else the focus leads to it.
        depth: how many edges lie between it and the focus, as it is shown.
        via: id of the neighbour that it is shown below, "" for none.
    """

    symbol: Symbol
    edge: Edge
    sites: int = 1
    incoming: bool = True
    depth: int = 1
    via: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Neighbours of one sort.

    Attributes:
        near: those next to the focus.
        total: how many those were before any limit.
        unresolved: call sites that may belong here, and could not be resolved.
        further: neighbours of neighbours, by the id of the one that they stand beside; the focus is none of them.
        depth: how many edges may lie between the focus and one that is shown.
    """

    name: str
    near: tuple[Neighbour, ...]
    total: int
    unresolved: tuple[Unresolved, ...] = ()
    further: Mapping[str, tuple[Neighbour, ...]] = field(default_factory=dict)
    depth: int = HIGHEST


@dataclass(frozen=True, slots=True)
class Around:
    """A symbol with what leads to it and what it leads to, in one generation of the index.

    `partial`: neighbours further away were left out, there were too many nearer ones.
    """

    symbol: Symbol
    incoming: tuple[Group, ...]
    outgoing: tuple[Group, ...]
    generation: int
    depth: int = 1
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """Symbols that a name may mean; if it means none, those whose names are nearest to it."""

    name: str
    symbols: tuple[Symbol, ...]
    known: bool


@dataclass(frozen=True, slots=True)
class Chain:
    """A cheapest path from the symbol that was marked to the focus, or, `backwards`, from the focus to it.

    No edges: there is none either way.
    """

    marked: Symbol
    focus: Symbol
    edges: tuple[Edge, ...]
    symbols: tuple[Symbol, ...]
    backwards: bool
    searched: int
    unresolved: int


def look(project: Project, name: str, depth: int) -> Around | Choice:
    """Return what stands around the symbol of a name or id; a choice if it may mean several, or none.

    Raises CodeqaError: there is no index.
    """
    found = project.store.symbol(name)
    leading = [found] if found is not None else project.tools.leading(name)
    if len(leading) == 1:
        return gather(project, leading[0], depth)
    return (
        Choice(name, tuple(leading[:NEAREST]), known=True) if leading else Choice(name, nearest(project, name), False)
    )


def nearest(project: Project, name: str) -> tuple[Symbol, ...]:
    """Return the symbols of a name that may be half written or misspelt, likeliest first, as `@` in a question does."""
    if not name.strip():
        return ()
    found = {symbol.id: symbol for symbol in project.tools.candidates(name)}
    found.update({symbol.id: symbol for symbol in project.pick(name, NEAREST)})
    for near in project.tools.searcher.nearest_names(name.strip(), NEAREST) if len(found) < FEW else ():
        found.update({symbol.id: symbol for symbol in project.tools.candidates(near)[:3]})
    if not found:  # it may be said what it does
        hits = project.search(name, NEAREST)
        found.update(project.tools.graph.symbols(hit.symbol_id for hit in hits if hit.symbol_id))
    return tuple(found.values())[:NEAREST]


def gather(project: Project, symbol: Symbol, depth: int) -> Around:
    """Return what stands around a symbol; `depth` counts calls, 1 is next to it."""
    callers, more_in = _callers(project, symbol, depth)
    callees, more_out = _callees(project, symbol, depth)
    graph, store, tools = project.tools.graph, project.store, project.tools
    key = symbol.id
    runs = symbol.kind in CALLABLE or symbol.kind in CLASS_LIKE
    inside = graph.relations(store.edges_from([key], {EdgeKind.CONTAINS}), backwards=False)
    incoming = [
        callers,
        _group("may call it", _maybe(project, symbol, backwards=True)),
        _group("hand it on", tools.registrations(symbol, MOST)),
        _group("use it", [] if runs else _other_uses(tools.uses(symbol, MOST))),
        _group("override it", graph.overriding(key)),
        _hierarchy("derive from it", graph.derived(key), incoming=True),
        _group("imported by", graph.relations(graph.incoming([key], {EdgeKind.IMPORTS}), backwards=True)),
        _group("within", graph.relations(store.edges_to([key], {EdgeKind.CONTAINS}), backwards=True)),
    ]
    outgoing = [
        callees,
        _group("may call", _maybe(project, symbol, backwards=False), incoming=False),
        _group("overrides", graph.overridden(key), incoming=False),
        _hierarchy("bases", graph.bases(key), incoming=False),
        _group("contains", sorted(inside, key=_place), incoming=False),
        _group("imports", graph.relations(graph.outgoing([key], {EdgeKind.IMPORTS}), backwards=False), incoming=False),
    ]
    always = (callers, callees) if runs else (callers,) if symbol.external else ()
    kept = [tuple(g for g in side if g.near or g in always) for side in (incoming, outgoing)]
    return Around(symbol, kept[0], kept[1], store.generation, depth, more_in or more_out)


def chain(project: Project, marked: str, focus: str) -> Chain:
    """Return the path from one symbol to another, or the other way round. Raises UnknownSymbol: one is gone."""
    found = project.tools.graph.symbols([marked, focus])
    if gone := [key for key in (marked, focus) if key not in found]:
        raise UnknownSymbol(f"{gone[0]} is no longer there", hint="mark another symbol")
    one, other = found[marked], found[focus]
    there = project.tools.path(one, other)
    back = project.tools.path(other, one) if not there.edges else None
    result = back if back is not None and back.edges else there
    searched = there.searched + (back.searched if back is not None else 0)
    return Chain(one, other, result.edges, result.symbols, result is back, searched, len(there.unresolved))


def as_indexed(project: Project, path: str) -> bool:
    """Whether a file is byte for byte what was indexed: else the lines of its edges may have moved."""
    record = project.store.file(path)
    read = files.read(project.root, path, project.settings.files)
    return record is not None and not isinstance(read, files.Skip) and read.sha256 == record.sha256


# ---------------------------------------------------------------------------------------------------------------- calls


def _callers(project: Project, symbol: Symbol, depth: int) -> tuple[Group, bool]:
    listing = project.tools.callers(symbol, 10 * MOST)
    near = _neighbours(listing.relations)
    more = listing.total > len(listing.relations)

    def step(owners: Mapping[str, str]) -> list[tuple[str, Relation]]:
        edges = project.tools.graph.incoming(sorted(owners), CALLS)
        known = project.tools.graph.symbols(edge.src for edge in edges)
        found = [(owners[e.dst], Relation(known[e.src], e)) for e in edges if e.src in known and e.dst in owners]
        return sorted(found, key=lambda pair: by_trust(pair[1]))

    further, partial = _further(symbol, near[:MOST], depth, lambda beside: _stands_for(project, beside), step)
    return Group("callers", tuple(near[:MOST]), len(near), listing.unresolved, further, depth), partial or more


def _callees(project: Project, symbol: Symbol, depth: int) -> tuple[Group, bool]:
    tools = project.tools
    listing = tools.callees(symbol, 10 * MOST)
    lines: dict[str, set[str]] = defaultdict(set)  # the listing has one relation for each symbol
    for edge in tools.graph.outgoing(_body(project, symbol), CALLS):
        lines[edge.dst].add(edge.site)
    near = [
        replace(n, sites=len(lines[n.symbol.id]) or 1) for n in _neighbours(listing.relations, incoming=False)[:MOST]
    ]

    def step(owners: Mapping[str, str]) -> list[tuple[str, Relation]]:
        edges = tools.graph.outgoing(sorted(owners), CALLS)
        known = tools.graph.symbols(edge.dst for edge in edges)
        found = [(owners[e.src], Relation(known[e.dst], e)) for e in edges if e.dst in known and e.src in owners]
        return sorted(found, key=lambda p: (p[1].symbol.external, p[1].edge.path, p[1].edge.start_byte))

    further, partial = _further(symbol, near, depth, lambda beside: _body(project, beside), step)
    return Group("calls", tuple(near), listing.total, listing.unresolved, further, depth), partial


def _stands_for(project: Project, symbol: Symbol) -> list[str]:
    """Return the ids whose callers are a symbol's callers: who creates an object calls its constructor."""
    owner = [symbol.parent] if symbol.kind == "constructor" and symbol.parent else []
    return [*project.tools.itself(symbol), *owner]


def _body(project: Project, symbol: Symbol) -> list[str]:
    """Return the ids whose calls are a symbol's calls: functions inside of it call on its behalf."""
    if symbol.external:
        return []
    keys = project.tools.itself(symbol)
    return [*keys, *project.tools.graph.nested(keys)]


def _further(
    focus: Symbol,
    near: Sequence[Neighbour],
    depth: int,
    ids: Callable[[Symbol], list[str]],
    step: Callable[[Mapping[str, str]], list[tuple[str, Relation]]],
) -> tuple[dict[str, tuple[Neighbour, ...]], bool]:
    """Return the neighbours of neighbours, and whether some were left out.

    `ids` are those that stand for a symbol; `step` returns the relations of many, with the neighbour of each. One that
    stands beside several is below each: which of them a view shows is not known yet.
    """
    seen = {focus.id}
    found: dict[str, tuple[Neighbour, ...]] = {}
    level, partial = list(near), False
    for _ in range(depth - 1):
        fresh = list({n.symbol.id: n for n in level if n.symbol.id not in seen}.values())
        partial = partial or len(fresh) > EXPANDED
        fresh = fresh[:EXPANDED]
        seen.update(n.symbol.id for n in fresh)
        owners = {key: n.symbol.id for n in reversed(fresh) for key in ids(n.symbol)}
        relations: dict[str, list[Relation]] = defaultdict(list)
        for owner, relation in step(owners) if owners else ():
            if relation.symbol.id not in (focus.id, owner):
                relations[owner].append(relation)
        level = []
        for owner, those in relations.items():
            beside = _neighbours(those, incoming=near[0].incoming)
            partial = partial or len(beside) > MOST
            found[owner] = tuple(beside[:MOST])
            level += found[owner]
    return found, partial


# --------------------------------------------------------------------------------------------------------------- groups


def _neighbours(relations: Iterable[Relation], *, incoming: bool = True) -> list[Neighbour]:
    """Return one neighbour for each symbol, by the first of its relations."""
    first: dict[str, Relation] = {}
    lines: dict[str, set[str]] = defaultdict(set)
    for relation in relations:
        first.setdefault(relation.symbol.id, relation)
        lines[relation.symbol.id].add(relation.edge.site)
    return [Neighbour(r.symbol, r.edge, len(lines[key]), incoming) for key, r in first.items()]


def _group(name: str, relations: Iterable[Relation], *, incoming: bool = True) -> Group:
    found = _neighbours(relations, incoming=incoming)
    return Group(name, tuple(found[:MOST]), len(found))


def _hierarchy(name: str, relations: Sequence[Relation], *, incoming: bool) -> Group:
    """Return the classes above or below, each beside the one that it is related to."""
    near = _neighbours((r for r in relations if r.depth == 1), incoming=incoming)
    further: dict[str, list[Neighbour]] = defaultdict(list)
    for relation in relations:
        if relation.depth > 1:
            beside = relation.edge.dst if incoming else relation.edge.src
            further[beside].append(Neighbour(relation.symbol, relation.edge, 1, incoming))
    return Group(name, tuple(near[:MOST]), len(near), (), {key: tuple(those) for key, those in further.items()})


def _place(relation: Relation) -> tuple[str, int]:
    return relation.symbol.span.path, relation.symbol.span.start_byte


def _other_uses(relations: Iterable[Relation]) -> list[Relation]:
    return [r for r in relations if r.edge.kind not in CALLS | {EdgeKind.IMPORTS}]


def _maybe(project: Project, symbol: Symbol, *, backwards: bool) -> list[Relation]:
    """Return calls that may mean a symbol, or that it may make: each has several candidates, and all are stored."""
    if backwards:
        edges = project.store.edges_to(project.tools.itself(symbol), CALLS)
    else:
        edges = project.store.edges_from(_body(project, symbol), CALLS)
    doubtful = [edge for edge in edges if edge.strategy is Strategy.AMBIGUOUS]
    known = project.tools.graph.symbols(edge.src if backwards else edge.dst for edge in doubtful)
    found = [(edge.src if backwards else edge.dst, edge) for edge in doubtful]
    return [Relation(known[end], edge) for end, edge in found if end in known]
