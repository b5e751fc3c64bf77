"""The graph as lines for other programs: its edges and its definitions."""

from __future__ import annotations

from collections.abc import Iterator

from codeqa.domain import Edge, EdgeKind, Strategy
from codeqa.store import Store

NOT_EXPORTED = frozenset({"declaration", "unnamed"})  # flags of what is announced only, or has no name to call it by


def edges(store: Store, *, everything: bool = False) -> Iterator[dict[str, object]]:
    """Yield one object for each resolved reference that stays in the repository, in site order.

    A construction is one reference: to the constructor, or to the class if it has none of its own. `everything`
    adds the candidates of ambiguous sites and, for sites that nothing resolved, the symbols of the same name.
    """
    symbols = [s for s in store.all_symbols() if not s.external]
    places = {s.id: (s.span.path, s.name_line) for s in symbols}
    constructors = {s.id for s in symbols if s.kind == "constructor"}
    for path in sorted({place[0] for place in places.values()}):
        keys = [s.id for s in store.symbols_in(path)]
        stated = store.edges_from(keys, [kind for kind in EdgeKind if kind is not EdgeKind.CONTAINS])
        built = {e.start_byte for e in stated if e.kind is EdgeKind.CALLS and e.dst in constructors}
        for edge in sorted(stated, key=lambda e: (e.line, e.start_byte, e.dst, e.kind)):
            if edge.dst not in places or (edge.strategy is Strategy.AMBIGUOUS and not everything):
                continue
            if edge.kind not in (EdgeKind.INSTANTIATES, EdgeKind.RAISES) or edge.start_byte not in built:
                yield _edge_line(edge, places[edge.dst])
        if everything:
            yield from _by_name(store, keys)


def definitions(store: Store) -> Iterator[dict[str, object]]:
    """Yield one object for each definition, in source order; no files, no prototypes, no macros' nameless tests."""
    for symbol in store.all_symbols():
        if symbol.external or symbol.kind == "module" or NOT_EXPORTED.intersection(symbol.flags.split()):
            continue
        yield {"path": symbol.span.path, "line": symbol.name_line, "name": symbol.name, "kind": symbol.kind}


def _by_name(store: Store, keys: list[str]) -> Iterator[dict[str, object]]:
    for site in store.unresolved_from(keys):
        for symbol in store.symbols_named(site.name):
            if not symbol.external and symbol.kind not in ("section", "key", "module"):
                place = (symbol.span.path, symbol.name_line)
                edge = Edge(site.src, symbol.id, EdgeKind.CALLS, Strategy.NAME, site.path, site.line, 0, site.name)
                yield _edge_line(edge, place)


def _edge_line(edge: Edge, place: tuple[str, int]) -> dict[str, object]:
    return {
        "src_path": edge.path,
        "src_line": edge.line,
        "name": edge.name,
        "dst_path": place[0],
        "dst_line": place[1],
        "kind": str(edge.kind),
        "strategy": str(edge.strategy),
        "confidence": round(edge.confidence, 3),
    }
