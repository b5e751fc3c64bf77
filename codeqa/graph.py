"""Walks over the index: neighbours, hierarchies, paths, impact.

The sole owner of networkx, which sees only what is walked. Two kinds of step are derived here, never stored, so that
they are always as fresh as what they follow from: a call of a method may *dispatch* to any method that overrides it,
and a function *contains* the functions that are defined inside of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from codeqa import languages
from codeqa.domain import CALLABLE, CLASS_LIKE, Edge, EdgeKind, Relation, Strategy, Symbol
from codeqa.store import Store

CALLS = frozenset({EdgeKind.CALLS, EdgeKind.INSTANTIATES})
HANDED_ON = frozenset({EdgeKind.REGISTERS, EdgeKind.REFERS})  # what may lead to a call that nobody writes
USES = CALLS | HANDED_ON | {EdgeKind.READS, EdgeKind.WRITES, EdgeKind.DECORATES, EdgeKind.TYPES, EdgeKind.RAISES}
HIERARCHY = frozenset({EdgeKind.INHERITS, EdgeKind.IMPLEMENTS})
WALKED = CALLS | HANDED_ON | {EdgeKind.READS, EdgeKind.DECORATES, EdgeKind.RAISES}
TRUSTED = frozenset({Strategy.EXACT, Strategy.INFERRED, Strategy.DISPATCH, Strategy.CALLBACK, Strategy.JOIN})
COST = {
    EdgeKind.CALLS: 1.0,
    EdgeKind.INSTANTIATES: 1.1,
    EdgeKind.CONTAINS: 1.0,
    EdgeKind.DECORATES: 1.6,
    EdgeKind.RAISES: 1.6,
    EdgeKind.REGISTERS: 1.8,
    EdgeKind.REFERS: 1.8,
    EdgeKind.READS: 2.0,
}
DISPATCH_COST = 0.4  # on top: one of several targets
MAX_OVERRIDES = 24  # a method with more targets than this says nothing about where a call goes
FRONTIER = 4000  # symbols looked at before a search gives up
LONGEST_CHAIN = 12  # edges between two symbols


class Graph:
    """Reads one generation of the index. Symbols are named by id."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._symbols: dict[str, Symbol] = {}

    def symbol(self, key: str) -> Symbol | None:
        """Return a symbol by id."""
        if key not in self._symbols:
            found = self.store.symbol(key)
            if found is None:
                return None
            self._symbols[key] = found
        return self._symbols[key]

    def symbols(self, keys: Iterable[str]) -> dict[str, Symbol]:
        """Return the symbols with these ids, those that exist."""
        wanted = list(dict.fromkeys(keys))
        missing = [key for key in wanted if key not in self._symbols]
        if missing:
            self._symbols.update(self.store.symbols(missing))
        return {key: self._symbols[key] for key in wanted if key in self._symbols}

    # ------------------------------------------------------------------------------------------------------ one step

    def outgoing(self, keys: Sequence[str], kinds: Iterable[EdgeKind] = WALKED) -> list[Edge]:
        """Return the trusted edges out of symbols, dispatch included where calls are asked for."""
        wanted = frozenset(kinds)
        edges = [e for e in self.store.edges_from(keys, wanted) if e.strategy in TRUSTED]
        if EdgeKind.CALLS not in wanted:
            return edges
        calls = [e for e in edges if e.kind is EdgeKind.CALLS]
        targets = self.overridden_by({e.dst for e in calls})
        return edges + [
            edge._replace(dst=target, strategy=Strategy.DISPATCH, candidates=len(targets[edge.dst]))
            for edge in calls
            for target in targets.get(edge.dst, ())
        ]

    def incoming(self, keys: Sequence[str], kinds: Iterable[EdgeKind] = WALKED) -> list[Edge]:
        """Return the trusted edges into symbols; a call of a method that one of them overrides may dispatch to it."""
        wanted = frozenset(kinds)
        edges = [e for e in self.store.edges_to(keys, wanted) if e.strategy in TRUSTED]
        if EdgeKind.CALLS not in wanted:
            return edges
        above = self._closure(keys, outwards=True)
        bases = sorted({base for found in above.values() for base in found})
        counts = self.overridden_by(set(bases))
        calls: dict[str, list[Edge]] = defaultdict(list)
        for edge in self.store.edges_to(bases, {EdgeKind.CALLS}):
            if edge.strategy in TRUSTED and counts.get(edge.dst):
                calls[edge.dst].append(edge)
        return edges + [
            edge._replace(dst=key, strategy=Strategy.DISPATCH, candidates=len(counts[base]))
            for key, found in above.items()
            for base in found
            if key in counts.get(base, ())
            for edge in calls[base]
        ]

    def overridden_by(self, keys: Iterable[str]) -> dict[str, list[str]]:
        """Return for each method what overrides it, directly or through another; too many count as none."""
        found = self._closure(sorted(keys), outwards=False)
        known = self.symbols(target for targets in found.values() for target in targets)
        kept = {k: [s.id for s in without_declarations(known[t] for t in v if t in known)] for k, v in found.items()}
        return {key: targets for key, targets in kept.items() if len(targets) <= MAX_OVERRIDES}

    def _closure(self, keys: Iterable[str], *, outwards: bool) -> dict[str, list[str]]:
        """Follow overrides edges from each key to the end."""
        step: dict[str, list[str]] = {}
        frontier = list(dict.fromkeys(keys))
        starts = frontier
        for _ in range(6):
            if not frontier:
                break
            step.update({key: [] for key in frontier})
            kinds = {EdgeKind.OVERRIDES}
            edges = self.store.edges_from(frontier, kinds) if outwards else self.store.edges_to(frontier, kinds)
            for edge in edges:
                here, there = (edge.src, edge.dst) if outwards else (edge.dst, edge.src)
                step[here].append(there)
            frontier = [key for key in {k for e in edges for k in (e.src, e.dst)} if key not in step]
        return {key: found for key in starts if (found := _reach(key, step))}

    # ---------------------------------------------------------------------------------------------------- listings

    def relations(self, edges: Iterable[Edge], *, backwards: bool, depth: int = 1) -> list[Relation]:
        """Pair edges with the symbol at their far end: one relation for each symbol and kind, the first one."""
        kept: dict[tuple[str, EdgeKind], Edge] = {}
        for edge in edges:
            end = edge.src if backwards else edge.dst
            key = (end, edge.kind)
            if key not in kept or (edge.strategy is not Strategy.DISPATCH and kept[key].strategy is Strategy.DISPATCH):
                kept[key] = edge
        symbols = self.symbols(end for end, _ in kept)
        return [Relation(symbols[end], edge, depth) for (end, _), edge in kept.items() if end in symbols]

    def callers(self, keys: Sequence[str]) -> list[Relation]:
        """Return what calls these symbols, source before tests, exact before inferred before dispatch."""
        found = self.relations(self.incoming(keys, CALLS), backwards=True)
        return sorted(found, key=by_trust)

    def callees(self, keys: Sequence[str]) -> list[Relation]:
        """Return what these symbols and the functions inside of them call, in the order of the calls."""
        everything = [*keys, *self.nested(keys)]
        found = self.relations(self.outgoing(everything, CALLS), backwards=False)
        return sorted(found, key=lambda r: (r.symbol.external, r.edge.path, r.edge.start_byte, r.symbol.id))

    def nested(self, keys: Sequence[str]) -> list[str]:
        """Return the functions that are defined inside of these functions, at any depth."""
        found: list[str] = []
        frontier = [key for key, s in self.symbols(keys).items() if s.kind in CALLABLE]
        while frontier:
            inner = [e.dst for e in self.store.edges_from(frontier, {EdgeKind.CONTAINS})]
            frontier = [k for k, s in self.symbols(inner).items() if s.kind in CALLABLE and k not in found]
            found += frontier
        return found

    def members(self, key: str) -> list[Symbol]:
        """Return what a symbol contains, in source order."""
        inside = self.symbols(e.dst for e in self.store.edges_from([key], {EdgeKind.CONTAINS}))
        return sorted(inside.values(), key=lambda s: (s.span.path, s.span.start_byte))

    def bases(self, key: str) -> list[Relation]:
        """Return what a class inherits from or implements, directly and further up."""
        return self._hierarchy(key, upwards=True)

    def derived(self, key: str) -> list[Relation]:
        """Return what inherits from or implements a class, directly and further down."""
        return self._hierarchy(key, upwards=False)

    def _hierarchy(self, key: str, *, upwards: bool) -> list[Relation]:
        found: list[Relation] = []
        seen = {key}
        frontier = [key]
        depth = 0
        while frontier and depth < 12:
            depth += 1
            edges = self.store.edges_from(frontier, HIERARCHY) if upwards else self.store.edges_to(frontier, HIERARCHY)
            edges = [e for e in edges if e.strategy in TRUSTED and (e.dst if upwards else e.src) not in seen]
            step = self.relations(edges, backwards=not upwards, depth=depth)
            step = list({r.symbol.id: r for r in reversed(step)}.values())[::-1]
            frontier = [r.symbol.id for r in step]
            seen.update(frontier)
            found += step
        return found

    def overriding(self, key: str) -> list[Relation]:
        """Return the methods that override this one, nearest first."""
        targets = self.symbols(self._closure([key], outwards=False).get(key, ())).values()
        edges = [
            edge
            for target in without_declarations(targets)
            for edge in self.store.edges_from([target.id], {EdgeKind.OVERRIDES})
        ]
        return self.relations(edges, backwards=True)

    def overridden(self, key: str) -> list[Relation]:
        """Return the methods that this one overrides, nearest first."""
        return self.relations(self.store.edges_from([key], {EdgeKind.OVERRIDES}), backwards=False)

    # ------------------------------------------------------------------------------------------------------- walks

    def starts(self, symbol: Symbol) -> list[str]:
        """Return where a walk from a symbol starts: a class stands for its members, a file for what it holds."""
        if symbol.kind in CLASS_LIKE or symbol.kind == "module":
            inside = [s for s in self.members(symbol.id) if s.kind in CALLABLE or s.kind in CLASS_LIKE]
            deeper = [m.id for s in inside if s.kind in CLASS_LIKE for m in self.members(s.id) if m.kind in CALLABLE]
            return [symbol.id, *(s.id for s in inside), *deeper]
        return [symbol.id]

    def path(
        self, sources: Sequence[str], targets: Sequence[str], max_hops: int = LONGEST_CHAIN
    ) -> tuple[list[Edge], int]:
        """Return a cheapest chain of edges from any source to any target, and how many symbols were looked at.

        Grows from both ends by turns, the smaller side first, and lets networkx weigh what was hydrated.
        """
        if overlap := set(sources) & set(targets):
            return [], len(overlap)
        edges: dict[tuple[str, str], Edge] = {}
        ahead, behind = set(sources), set(targets)
        front, back = sorted(ahead), sorted(behind)
        hops = 0
        extra = 1  # one more round after the ends meet: the first meeting is not always the cheapest
        while hops < max_hops and (front or back) and len(ahead) + len(behind) < FRONTIER:
            forwards = bool(front) and (not back or len(front) <= len(back))
            if forwards:
                front = self._grow(front, ahead, edges, forwards=True)
            else:
                back = self._grow(back, behind, edges, forwards=False)
            hops += 1
            if ahead & behind:
                if not extra:
                    break
                extra -= 1
        return _cheapest(edges, sources, targets), len(ahead | behind)

    def reachable(self, sources: Sequence[str], max_hops: int = 8) -> dict[str, int]:
        """Return what a walk from these symbols can reach, with the number of hops, up to a budget of symbols."""
        distance = dict.fromkeys(sources, 0)
        seen, frontier = set(sources), sorted(sources)
        for hop in range(1, max_hops + 1):
            if not frontier or len(seen) >= FRONTIER:
                break
            frontier = self._grow(frontier, seen, {}, forwards=True)
            distance.update(dict.fromkeys(frontier, hop))
        return distance

    def _grow(
        self, frontier: Sequence[str], seen: set[str], edges: dict[tuple[str, str], Edge], *, forwards: bool
    ) -> list[str]:
        inside = (
            [e for e in self.store.edges_from(frontier, {EdgeKind.CONTAINS})]
            if forwards
            else [e for e in self.store.edges_to(frontier, {EdgeKind.CONTAINS})]
        )
        symbols = self.symbols(k for e in inside for k in (e.src, e.dst))
        closures = [e for e in inside if _is_callable(symbols, e.src) and _is_callable(symbols, e.dst)]
        found = (self.outgoing(frontier) if forwards else self.incoming(frontier)) + closures
        ends = self.symbols(e.dst if forwards else e.src for e in found)
        tables = self._tables(found, ends) if forwards else set()
        fresh: list[str] = []
        for edge in found:
            end = edge.dst if forwards else edge.src
            symbol = ends.get(end)
            if symbol is None or symbol.external or not (not forwards or end in tables or _leads_on(edge, symbol)):
                continue
            key = (edge.src, edge.dst)
            if key not in edges or _cost(edge) < _cost(edges[key]):
                edges[key] = edge
            if end not in seen:
                seen.add(end)
                fresh.append(end)
        return fresh

    def _tables(self, edges: Iterable[Edge], ends: Mapping[str, Symbol]) -> set[str]:
        """Of the data that is read, return what holds functions: who reads a table of handlers may call them."""
        data = {e.dst for e in edges if e.kind is EdgeKind.READS and e.dst in ends and not _runs(ends[e.dst])}
        return {e.src for e in self.store.edges_from(sorted(data), {EdgeKind.REGISTERS})} if data else set()

    def users(
        self, keys: Sequence[str], kinds: Iterable[EdgeKind], max_depth: int, limit: int = 2000
    ) -> list[Relation]:
        """Return everything that leads to these symbols backwards, by distance, each symbol once."""
        seen = set(keys)
        found: list[Relation] = []
        frontier = list(keys)
        wanted = frozenset(kinds)
        for depth in range(1, max_depth + 1):
            edges = [e for e in self.incoming(frontier, wanted) if e.src not in seen]
            step: dict[str, Relation] = {}
            for relation in self.relations(edges, backwards=True, depth=depth):
                old = step.get(relation.symbol.id)
                if old is None or by_trust(relation) < by_trust(old):
                    step[relation.symbol.id] = relation
            seen.update(step)
            found += sorted(step.values(), key=by_trust)
            frontier = [r.symbol.id for r in step.values() if r.symbol.kind != "module"]
            around = [r for r in self._around(frontier, depth) if r.symbol.id not in seen]
            seen.update(r.symbol.id for r in around)
            found += around
            frontier += [r.symbol.id for r in around]
            if not frontier or len(found) >= limit:
                break
        return found

    def _around(self, keys: Sequence[str], depth: int) -> list[Relation]:
        """A function around one that was reached is reached too: it is what other code can call."""
        edges = self.store.edges_to(keys, {EdgeKind.CONTAINS})
        symbols = self.symbols(e.src for e in edges)
        found = [Relation(s, e, depth) for e in edges if (s := symbols.get(e.src)) and s.kind in CALLABLE]
        return list({r.symbol.id: r for r in reversed(found)}.values())[::-1]


def without_declarations(symbols: Iterable[Symbol]) -> list[Symbol]:
    """Leave out each declaration that a header makes if its definition is among the symbols: both are one thing."""
    found = list(symbols)
    defined = {s.label for s in found if "declaration" not in s.flags.split()}
    return [s for s in found if s.label not in defined or not _announces(s)]


def _announces(symbol: Symbol) -> bool:
    """Whether a symbol is a declaration in a language whose files include one another."""
    language = languages.load().get(symbol.language)
    return language is not None and language.modules.style == "include" and "declaration" in symbol.flags.split()


def _is_callable(symbols: dict[str, Symbol], key: str) -> bool:
    return key in symbols and symbols[key].kind in CALLABLE


def _leads_on(edge: Edge, end: Symbol) -> bool:
    """A read is a step of a walk only if a function or class is passed on, never if it is data."""
    return edge.kind is not EdgeKind.READS or _runs(end)


def _runs(symbol: Symbol) -> bool:
    return symbol.kind in CALLABLE or symbol.kind in CLASS_LIKE


def _reach(key: str, step: dict[str, list[str]]) -> list[str]:
    found: list[str] = []
    frontier = list(step.get(key, ()))
    while frontier:
        here = frontier.pop(0)
        if here not in found and here != key:
            found.append(here)
            frontier += step.get(here, ())
    return found


def _cost(edge: Edge) -> float:
    cost = COST.get(edge.kind, 2.0)
    if edge.strategy is Strategy.DISPATCH:
        return cost + DISPATCH_COST + 0.05 * edge.candidates
    return cost + (0.1 if edge.strategy is Strategy.INFERRED else 0.0)


def _cheapest(edges: dict[tuple[str, str], Edge], sources: Sequence[str], targets: Sequence[str]) -> list[Edge]:
    import networkx as nx

    graph: nx.DiGraph[str] = nx.DiGraph()
    for (src, dst), edge in edges.items():
        graph.add_edge(src, dst, weight=_cost(edge))
    inside = [key for key in sources if key in graph]
    wanted = set(targets)
    if not inside or not any(key in graph for key in wanted):
        return []
    lengths, paths = nx.multi_source_dijkstra(graph, set(inside), weight="weight")
    reached = [key for key in wanted if key in lengths]
    if not reached:
        return []
    path = paths[min(reached, key=lambda key: (lengths[key], key))]
    return [edges[pair] for pair in pairwise(path)]


def by_trust(relation: Relation) -> tuple[object, ...]:
    """Source before tests, sure before likely, then where it stands."""
    order = list(Strategy)
    symbol = relation.symbol
    return (
        relation.depth,
        symbol.role == "test",
        order.index(relation.edge.strategy),
        symbol.span.path,
        relation.edge.line,
    )
