"""That something is not there: said only where nothing that could not be resolved may hide it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from codeqa.domain import CALLABLE, AbsenceCheck, Edge, EdgeKind, Strategy, Symbol
from codeqa.graph import HANDED_ON, HIERARCHY, TRUSTED, USES
from codeqa.tools import Tools

MENTIONS = 200  # lines with a name that are looked at


@dataclass(slots=True)
class Looked:
    """What was found where nothing was said to be.

    `stated` are edges that say the contrary. `doubts` are reasons for which the contrary cannot be ruled out.
    """

    stated: list[Edge] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)


def look(tools: Tools, check: AbsenceCheck) -> Looked:
    """Look for what an absence denies."""
    found = Looked()
    ends = [tools.store.symbol(key) if key else None for key in (check.src, check.dst)]
    for key, end in zip((check.src, check.dst), ends, strict=True):
        if key and end is None:
            found.doubts.append(f"{key} is not in the index")
    if found.doubts:
        return found
    source, target = ends
    kinds = {EdgeKind(kind) for kind in check.edges}
    for edge in _edges(tools, source, target, kinds | _similar(kinds)):
        if edge.kind in kinds and edge.strategy in TRUSTED - {Strategy.DISPATCH}:
            found.stated.append(edge)
        else:
            found.doubts.append(f"{edge.site} may be one ({edge.kind}, {edge.strategy})")
    if not kinds & HIERARCHY:
        found.doubts += _unresolved(tools, source, target)
    if source is None and target is not None and not found.stated and not found.doubts:
        found.doubts += _mentioned(tools, target)
    found.doubts += _unread(tools, source)
    return found


def _mentioned(tools: Tools, target: Symbol) -> list[str]:
    """Lines of code outside of its definition that have its name, and that no edge explains."""
    found = [m for m in tools.mentions(target.name, MENTIONS) if m.holder.kind not in ("section", "key")]
    if len(found) >= MENTIONS:
        return [f"{MENTIONS} lines and more have the name {target.name}"]
    holders = {m.holder.id for m in found} | {m.path for m in found}
    explained = {(e.path, e.line) for e in tools.store.edges_from(holders) if e.name == target.name}
    explained |= {(s.span.path, s.name_line) for s in tools.store.symbols_named(target.name)}
    inside = range(target.span.start_line, target.span.end_line + 1)
    return [
        f"{m.path}:{m.line} has the name, and no edge says what that is"
        for m in found
        if (m.path, m.line) not in explained and (m.path != target.span.path or m.line not in inside)
    ]


def _similar(kinds: set[EdgeKind]) -> set[EdgeKind]:
    """Of what is used in another way nobody can say that it is not used in this one."""
    return set(HIERARCHY) if kinds & HIERARCHY else set(USES)


def _edges(tools: Tools, source: Symbol | None, target: Symbol | None, kinds: set[EdgeKind]) -> Iterable[Edge]:
    if source is None and target is not None:
        keys = tools.itself(target)
        return _all([tools.store.edges_to(keys, kinds), tools.graph.incoming(keys, kinds)])
    assert source is not None  # a check names one end at least
    inside = inner(tools, source)
    found = _all([tools.store.edges_from(inside, kinds), tools.graph.outgoing(inside, kinds)])
    if target is None:
        return found
    ends = set(tools.itself(target))
    passed = tools.store.edges_to(list(ends), HANDED_ON) if EdgeKind.CALLS in kinds else []
    return _all([[e for e in found if e.dst in ends], passed])


def _all(lists: Sequence[Iterable[Edge]]) -> list[Edge]:
    return list(dict.fromkeys(edge for edges in lists for edge in edges))


def inner(tools: Tools, symbol: Symbol) -> list[str]:
    """Return the ids whose edges a symbol's own are: of a function what is nested in it, of a class its members."""
    keys = tools.itself(symbol) if symbol.kind in CALLABLE else tools.graph.starts(symbol)
    return [*keys, *tools.graph.nested(keys)]


def _unresolved(tools: Tools, source: Symbol | None, target: Symbol | None) -> list[str]:
    if target is None:
        assert source is not None
        sites = tools.store.unresolved_from(inner(tools, source))
    else:
        sites = tools.store.unresolved_named(target.name)
        if target.kind == "constructor" and target.parent:
            sites += tools.store.unresolved_named(target.parent.rpartition("::")[2].rpartition(".")[2])
    return [f"{site.path}:{site.line} names {site.name} and could not be resolved" for site in sites[:20]]


def _unread(tools: Tools, source: Symbol | None) -> list[str]:
    """A file that was not understood whole may say anything."""
    record = tools.store.file(source.span.path) if source is not None and source.span.path else None
    return [f"{record.path} has syntax errors"] if record is not None and record.errors else []
