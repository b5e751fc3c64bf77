"""Names that exist and are near to one that does not: typos, another case or style, parts of names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from codeqa import terms
from codeqa.store import Store

_NEAR = 65.0
"""Likeness in per cent of a name that is worth suggesting: three letters of nine may differ."""

_ALIKE = 80.0
"""Likeness of what is taken for a misspelling without asking: one slip in five letters, two in ten."""

_LONGEST = 100  # characters of a name that is compared with every other


class Names:
    """The distinct symbol names of one generation, kept for repeated questions."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @cached_property
    def _names(self) -> list[str]:
        return [name for name, _ in self._store.names() if name]

    @cached_property
    def _folded(self) -> list[str]:
        return list(map(_fold, self._names))

    def nearest(self, name: str, limit: int = 5) -> list[str]:
        """Return up to `limit` names, nearest first; of a dotted name the members of its owner come first."""
        owner, _, last = name.strip().replace("::", ".").removesuffix("()").rpartition(".")
        near = self._near(last, 4 * limit if owner else limit)
        if owner:
            near = [*self._members(owner, near), *near]
        return list(dict.fromkeys(near))[:limit]

    def alike(self, name: str) -> str:
        """Return the name that this is most likely a misspelling of, "" if it is like none."""
        found = self._typos(_fold(name), 1, _ALIKE)
        return found[0] if found else ""

    def _near(self, name: str, limit: int) -> list[str]:
        wanted = _fold(name)
        if not wanted:
            return []
        slips = self._typos(wanted, limit, _ALIKE)
        near = [*slips, *self._containing(name, limit), *self._typos(wanted, limit, _NEAR)]
        return list(dict.fromkeys(near))[:limit]

    def _typos(self, wanted: str, limit: int, likeness: float) -> list[str]:
        from rapidfuzz import fuzz, process

        if not wanted or len(wanted) > _LONGEST:
            return []
        found = process.extract(wanted, self._folded, scorer=fuzz.ratio, limit=limit, score_cutoff=likeness)
        ranked = sorted(found, key=lambda item: (-item[1], len(self._names[item[2]]), item[2]))
        return [self._names[place] for _, _, place in ranked]

    def _containing(self, name: str, limit: int) -> list[str]:
        """Names that hold this one, or all of its parts, the shortest first."""
        wanted = _fold(name)
        if not 3 <= len(wanted) <= _LONGEST:
            return []
        parts = [part for part in terms.split(name)[1:] if len(part) > 2]
        found = [place for place, folded in enumerate(self._folded) if wanted in folded]
        if not found and len(parts) > 1:
            found = [place for place, folded in enumerate(self._folded) if all(part in folded for part in parts)]
        names = [self._names[place] for place in found]
        return sorted(names, key=lambda name: (" " in name, len(name), name))[:limit]

    def _members(self, owner: str, near: Sequence[str]) -> Iterator[str]:
        for name in near:
            qualified = f"{owner}.{name}"
            if self._store.symbols_qualified(qualified):
                yield qualified


def _fold(name: str) -> str:
    """What is left of a name when case and style do not count: "getUser", "get_user" and "GET_USER" are one."""
    return name.casefold().replace("_", "").replace("-", "")
