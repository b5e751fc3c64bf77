"""Several hits of one place are one hit, which says what was found in it: a class with its members, or neighbours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from codeqa.domain import CLASS_LIKE, Hit, Symbol
from codeqa.store import Store

LEAST = 2  # hits that are worth gathering
LINES = 200  # of what is shown as one place: more than a screen or three is not read as one
NEAR = 30  # lines between two hits of one file that a reader of one has before his eyes with the other

_HOLDERS = CLASS_LIKE - {"namespace", "module"}


def gather(store: Store, hits: Sequence[Hit], limit: int) -> list[Hit]:
    """Return at most `limit` hits, best first, in which members of a class that stand close together are one hit.

    Then so are hits of a file with few lines between them. Such a hit stands where the best of them stood, has its
    score, and names them, or all but itself, in `members`, best first. The rest moves up: give more than `limit` hits.
    """
    holders = _holders(store, hits)
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for place, hit in enumerate(hits):
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
    return _joined(gathered)[:limit]


def _joined(hits: Sequence[Hit]) -> list[Hit]:
    """Join each hit to the first one of its file that it is near to, as long as both are one place."""
    joined: list[Hit] = []
    for hit in hits:
        place = next((place for place, other in enumerate(joined) if _is_near(hit, other)), None)
        if place is None:
            joined.append(hit)
        else:
            joined[place] = _join(joined[place], hit)
    return joined


def _is_near(one: Hit, other: Hit) -> bool:
    if one.path != other.path:
        return False
    between = max(one.start_line, other.start_line) - min(one.end_line, other.end_line)
    around = max(one.end_line, other.end_line) - min(one.start_line, other.start_line)
    return between <= NEAR and around < LINES


def _join(best: Hit, other: Hit) -> Hit:
    names = dict.fromkeys([*best.members, other.symbol, *other.members])
    return replace(
        best,
        start_line=min(best.start_line, other.start_line),
        end_line=max(best.end_line, other.end_line),
        members=tuple(name for name in names if name and name != best.symbol),
    )


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
