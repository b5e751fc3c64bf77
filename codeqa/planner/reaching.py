"""Walks from one thing to another, and what stands in the way where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from codeqa.domain import CALLABLE, Edge, EdgeKind, Symbol
from codeqa.notebook import Fact, Notebook
from codeqa.plan import Call, Plan, find, piped, united
from codeqa.planner import sentences as say
from codeqa.planner.link import Link
from codeqa.tools import Tools

Ends: TypeAlias = tuple[Sequence[Symbol], Sequence[Symbol]]  # what either end of a chain may be


def path(tools: Tools, book: Notebook, source: Link, target: Link, max_hops: int) -> bool:
    """Tell the cheapest chain from one link's symbols to the other's; True if there is one."""
    ends = _ends(source, target)
    edges, searched = tools.chain(*ends, max_hops)
    backwards = False
    if not edges:
        edges, more = tools.chain(ends[1], ends[0], max_hops)
        backwards, searched = bool(edges), searched + more
    if not edges:
        why_not(tools, book, ends, searched, max_hops)
        return False
    first, last = tools.graph.symbol(edges[0].src), tools.graph.symbol(edges[-1].dst)
    if first is None or last is None:
        return False
    if backwards:
        book.unknown(f"the chain runs the other way: nothing was found from {ends[0][0].label} to {ends[1][0].label}")
        book.add(_no_chain(ends, _chain(ends, max_hops)))
    tell(tools, book, first, last, edges)
    return not backwards


def plan(source: Link, target: Link, max_hops: int) -> Plan:
    """The plan that looks for a chain between what two links may mean."""
    ends = _ends(source, target)
    return _path(ends, max_hops)


def _ends(source: Link, target: Link) -> Ends:
    """A name that was found by search may be any of the first few; a written one is what it says."""
    return (
        source.symbols if source.certain else source.symbols[:6],
        target.symbols if target.certain else target.symbols[:6],
    )


def tell(tools: Tools, book: Notebook, first: Symbol, last: Symbol, edges: Sequence[Edge]) -> None:
    """Tell a chain: one sentence for the whole, one for each hop, then what stands at its end."""
    symbols = tools.graph.symbols([edges[0].src, *(e.dst for e in edges)])
    names = " → ".join(say.named(symbols[key]) for key in [edges[0].src, *(e.dst for e in edges)] if key in symbols)
    text = f"{say.named(first)} reaches {say.named(last)} in {say.counted(len(edges), 'step')}: {names}."
    places = (say.head(first), say.head(last))
    book.add(Fact(text, places, "path", edges=tuple(edges), part="path"))
    for edge in edges:
        holder = tools.graph.symbol(edge.src)
        hop = [say.site(edge, holder)]
        target = symbols.get(edge.dst)
        if target is not None:
            hop.append(say.head(target))
        book.add(Fact(f"{say.step(tools, edge)}.", tuple(hop), "edge", edges=(edge,), part="path", item=True))
    book.walk(edges)
    if doc := say.documentation(tools, last):
        book.add(Fact(doc.text.replace("Its", f"{say.named(last)}: its", 1), doc.places, "quote", quote=doc.quote))


def climb(tools: Tools, symbol: Symbol, max_hops: int) -> list[Edge]:
    """Return the chain of calls that leads to a symbol from as far above as sources go, tests left out."""
    edges: list[Edge] = []
    seen = {symbol.id}
    here = symbol
    while len(edges) < max_hops:
        above = [
            r
            for r in tools.graph.callers(tools.itself(here))
            if r.symbol.id not in seen and not tools.is_test(r.symbol)
        ]
        if not above:
            holders = tools.graph.symbols(e.src for e in tools.store.edges_to([here.id], {EdgeKind.CONTAINS}))
            around = [s for s in holders.values() if s.kind in CALLABLE and s.id not in seen]
            if not around:
                break
            inside = tools.store.edges_to([here.id], {EdgeKind.CONTAINS})
            edges.insert(0, inside[0])
            here = around[0]
        else:
            edges.insert(0, above[0].edge)
            here = above[0].symbol
        seen.add(here.id)
    return edges


def _chain(ends: Ends, max_hops: int) -> Plan:
    """The plan that looks for a chain again."""
    return piped(_path(ends, max_hops), "length")


def _path(ends: Ends, max_hops: int) -> Plan:
    start, end = (united([find(s.id) for s in side]) for side in ends)
    return Call("path", None, (start, end), (("hops", max_hops),))


def _no_chain(ends: Ends, plan: Plan) -> Fact:
    source, target = ends[0][0], ends[1][0]
    text = f"No chain of resolved calls from {say.named(source)} to {say.named(target)} was found."
    return say.count(text, 0, plan, "", (*say.heads(source), *say.heads(target)))


def why_not(tools: Tools, book: Notebook, ends: Ends, searched: int, max_hops: int) -> None:
    """Say how near both ends come to one another, and which unresolved sites could bridge the gap."""
    source, target = ends[0][0], ends[1][0]
    book.unknown(
        f"no chain of up to {max_hops} resolved calls leads from {source.label} to {target.label} "
        f"({searched} symbols looked at)"
    )
    callers = tools.callers(target, 5)
    callees = tools.callees(source, 5)
    near = [*callers.relations[:3], *[r for r in callees.relations if not r.symbol.external][:3]]
    if near:
        book.add(_no_chain(ends, _chain(ends, max_hops)))
    for relation in near:
        if fact := say.relation(tools, relation.edge, item=True):
            book.add(fact)
            book.walk([relation.edge])
    sites = tools.unresolved(target)
    tests = {key for key, s in tools.graph.symbols(u.src for u in sites).items() if tools.is_test(s)}
    bridges = [u for u in sites if u.src not in tests or tools.is_test(source)]
    if bridges:
        shown = ", ".join(f"{s.path}:{s.line}" for s in bridges[:5])
        book.unknown(
            f"{say.counted(len(bridges), 'unresolved call site')} of some {target.name} could bridge the gap: {shown}"
        )
    open_sites = callees.unresolved
    if open_sites:
        shown = ", ".join(f"{s.name} (line {s.line})" for s in open_sites[:5])
        book.unknown(f"calls inside {source.label} that could not be resolved: {shown}")
