"""What of the graph the user wants to see, and where the user has been. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from codeqa.tui.graph.around import Around, Group, Neighbour

STEPS = (0.0, 0.3, 0.5, 0.9, 0.98)  # minimum confidence: all, no rare dispatch, no dispatch, no candidates, bindings


@dataclass(frozen=True, slots=True)
class View:
    """What the user wants to see of what is there."""

    words: str = ""
    minimum: float = 0.0
    opened: frozenset[str] = frozenset()

    def stepped(self, by: int) -> View:
        """Return the view with the next higher or lower minimum confidence."""
        at = min(max(STEPS.index(self.minimum) + by, 0), len(STEPS) - 1)
        return replace(self, minimum=STEPS[at])

    def toggled(self, group: str) -> View:
        """Return the view with the unresolved sites of a group shown, or hidden again."""
        return replace(self, opened=self.opened ^ {group})


@dataclass(frozen=True, slots=True)
class Trail:
    """Where one has been: ids of symbols."""

    places: tuple[str, ...] = ()
    at: int = -1

    def visit(self, key: str) -> Trail:
        """Go on from here; what was ahead is forgotten."""
        if self.here == key:
            return self
        places = (*self.places[: self.at + 1], key)
        return Trail(places, len(places) - 1)

    def step(self, by: int) -> Trail:
        """Go back or forward, if there is somewhere to go."""
        return Trail(self.places, self.at + by) if 0 <= self.at + by < len(self.places) else self

    @property
    def here(self) -> str | None:
        return self.places[self.at] if self.places else None


def kept(group: Group, view: View) -> list[Neighbour]:
    """Return the neighbours of a group that a view shows, as a tree: each is followed by those below it.

    Each is shown once, as near to the focus as edges that are likely enough lead to it. With words, those that have
    all of them are left, and what they stand below.
    """
    below: dict[str, list[Neighbour]] = {}
    seen: set[str] = set()
    level, depth = list(group.near), 1
    while level and depth <= group.depth:
        fresh = []
        for neighbour in level:
            if neighbour.edge.confidence >= view.minimum and neighbour.symbol.id not in seen:
                seen.add(neighbour.symbol.id)
                below.setdefault(neighbour.via, []).append(neighbour)
                fresh.append(neighbour)
        depth += 1
        level = [
            replace(further, depth=depth, via=neighbour.symbol.id)
            for neighbour in fresh
            for further in group.further.get(neighbour.symbol.id, ())
        ]
    likely = list(_tree("", below))
    words = view.words.casefold().split()
    if not words:
        return likely
    wanted: set[str] = set()
    for neighbour in reversed(likely):  # those below come first
        if neighbour.symbol.id in wanted or has(neighbour, words):
            wanted |= {neighbour.symbol.id, neighbour.via}
    return [neighbour for neighbour in likely if neighbour.symbol.id in wanted]


def _tree(key: str, below: Mapping[str, list[Neighbour]]) -> Iterator[Neighbour]:
    for neighbour in below.get(key, ()):
        yield neighbour
        yield from _tree(neighbour.symbol.id, below)


def has(neighbour: Neighbour, words: Sequence[str]) -> bool:
    """Whether a neighbour has all of these words in its name, its path or the kind of its edge."""
    said = f"{neighbour.symbol.label} {neighbour.symbol.span.path} {neighbour.edge.kind}".casefold()
    return all(word in said for word in words)


def first_match(around: Around, view: View) -> Neighbour | None:
    """Return the first neighbour that is shown for the words of a view, not for what stands below it."""
    words = view.words.casefold().split()
    shown = (n for group in (*around.incoming, *around.outgoing) for n in kept(group, view))
    return next((n for n in shown if has(n, words)), None) if words else None
