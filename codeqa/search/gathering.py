"""Several hits of one class are one hit: the class, which says which of its members were found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from codeqa.domain import CLASS_LIKE, Hit, Symbol
from codeqa.store import Store

LEAST = 2  # hits that are worth gathering
LINES = 200  # of what is shown as one place: more than a screen or three is not read as one

_HOLDERS = CLASS_LIKE - {"namespace", "module"}


def gather(store: Store, hits: Sequence[Hit], limit: int) -> list[Hit]:
    """Return at most `limit` hits, best first, in which members of one class that stand close together are one.

    It stands where the best of them stood, has its score, and names them in `members`, best first. The rest moves up.
    """
    holders = _holders(store, hits)
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for place, hit in enumerate(hits[:limit]):
        if hit.symbol_id in holders:
            groups[holders[hit.symbol_id].id].append(place)
    whole: dict[int, Hit] = {}
    inside: set[int] = set()
    for places in groups.values():
        found = _together([hits[place] for place in places], holders[hits[places[0]].symbol_id])
        if len(places) >= LEAST and found is not None:
            whole[places[0]] = found
            inside.update(places[1:])
    gathered = [whole.get(place, hit) for place, hit in enumerate(hits) if place not in inside]
    return gathered[:limit]


def _together(hits: Sequence[Hit], holder: Symbol) -> Hit | None:
    """Return the hit of a class for those of its members: all of it if it is short, else what lies around them."""
    first, last = min(hit.start_line for hit in hits), max(hit.end_line for hit in hits)
    span = holder.span
    if span.end_line - span.start_line < LINES:
        first, last = min(first, span.start_line), max(last, span.end_line)
    elif last - first >= LINES:
        return None
    members = tuple(dict.fromkeys(hit.symbol for hit in hits if hit.symbol_id != holder.id))
    if not members:
        return None
    qualname = holder.id.removeprefix(span.path).removeprefix("::")
    return replace(hits[0], start_line=first, end_line=last, symbol=qualname, symbol_id=holder.id, members=members)


def _holders(store: Store, hits: Sequence[Hit]) -> dict[str, Symbol]:
    """Return by symbol the class that it is, or that it is a member of."""
    symbols = store.symbols(hit.symbol_id for hit in hits)
    around = store.symbols(symbol.parent for symbol in symbols.values() if symbol.parent)
    found: dict[str, Symbol] = {}
    for key, symbol in symbols.items():
        parent = around.get(symbol.parent)
        holder = symbol if symbol.kind in _HOLDERS else parent
        if holder is not None and holder.kind in _HOLDERS and holder.span.path == symbol.span.path:
            found[key] = holder
    return found
