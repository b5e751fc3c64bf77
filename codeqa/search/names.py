"""Names that exist and are near to one that does not: typos, other case, parts of names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from codeqa import terms
from codeqa.store import Store

_LIKENESS = 72.0
"""Share in per cent of characters that a typo leaves in place: two of eight may differ."""


class Names:
    """The distinct symbol names of one generation, kept for repeated questions."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @cached_property
    def _names(self) -> list[str]:
        return [name for name, _ in self._store.names()]

    @cached_property
    def _folded(self) -> list[str]:
        return [name.casefold() for name in self._names]

    @cached_property
    def _counts(self) -> dict[str, int]:
        return dict(self._store.names())

    def nearest(self, name: str, limit: int = 5) -> list[str]:
        """Return up to `limit` names, nearest first; of a dotted name the members of its owner come first."""
        owner, _, last = name.replace("::", ".").removesuffix("()").rpartition(".")
        near = self._near(last.strip() or name, limit if not owner else 4 * limit)
        if owner:
            near = [*self._members(owner, near), *near]
        return list(dict.fromkeys(near))[:limit]

    def alike(self, name: str, likeness: float = 88.0) -> str:
        """Return the one name that this is most likely a misspelling of, or ""."""
        found = self._typos(name.casefold(), 1, likeness)
        return found[0] if found else ""

    def _near(self, name: str, limit: int) -> list[str]:
        wanted = name.casefold()
        if not wanted:
            return []
        same = [self._names[place] for place in _places(self._folded, wanted)]
        near = [*same, *self._typos(wanted, limit, _LIKENESS), *self._containing(name, limit)]
        return list(dict.fromkeys(near))[:limit]

    def _typos(self, wanted: str, limit: int, likeness: float) -> list[str]:
        from rapidfuzz import fuzz, process

        found = process.extract(wanted, self._folded, scorer=fuzz.ratio, limit=limit, score_cutoff=likeness)
        ranked = sorted(found, key=lambda item: (-item[1], len(item[0]), item[2]))
        return [self._names[place] for _, _, place in ranked]

    def _containing(self, name: str, limit: int) -> list[str]:
        """Names that hold this one, or all of its parts, the shortest first."""
        wanted = name.casefold()
        parts = [part for part in terms.split(name) if len(part) > 2]
        found = [
            self._names[place]
            for place, folded in enumerate(self._folded)
            if (len(wanted) > 2 and wanted in folded) or (len(parts) > 1 and all(part in folded for part in parts[1:]))
        ]
        return sorted(found, key=lambda found: (" " in found, len(found), found))[:limit]

    def _members(self, owner: str, near: Sequence[str]) -> Iterator[str]:
        for name in near:
            qualified = f"{owner}.{name}"
            if self._store.symbols_qualified(qualified):
                yield qualified


def _places(items: Sequence[str], wanted: str) -> Iterator[int]:
    return (place for place, item in enumerate(items) if item == wanted)
