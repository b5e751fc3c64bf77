"""Byte offsets to lines, and nested ranges to the innermost one around an offset."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence

MAX_DEPTH = 100  # of definitions and scopes: nobody reads deeper code, and names grow with the depth


class Lines:
    """Byte offset → 1-based line."""

    def __init__(self, data: bytes) -> None:
        self._starts = [0, *(match.end() for match in re.finditer(b"\n", data))]
        self.count = len(self._starts) - (1 if data.endswith(b"\n") else 0)

    def of(self, offset: int) -> int:
        return bisect_right(self._starts, offset)

    def all_of(self, offsets: Iterable[int]) -> list[int]:
        """Return `of` of each offset: half the time where there are many."""
        starts = self._starts
        return [bisect_right(starts, offset) for offset in offsets]

    def start(self, line: int) -> int:
        return self._starts[line - 1]


class Nest:
    """Nested half-open ranges, in document order; finds the innermost one around an offset."""

    def __init__(self, ranges: Sequence[tuple[int, int]]) -> None:
        self._points = [-1]  # where the innermost range changes,
        self._inner = [-1]  # and to which: a look-up costs the same however deep the nesting
        open_: list[int] = []
        for index, (start, _) in enumerate(ranges):
            if open_ and ranges[open_[-1]][1] <= start:
                self._close(open_, ranges, start)
            open_.append(index)
            self._points.append(start)
            self._inner.append(index)
        self._close(open_, ranges, None)

    def _close(self, open_: list[int], ranges: Sequence[tuple[int, int]], until: int | None) -> None:
        """End the ranges that end before the offset `until`, all of them for None."""
        while open_ and (until is None or ranges[open_[-1]][1] <= until):
            end = ranges[open_.pop()][1]
            while open_ and ranges[open_[-1]][1] <= end:
                open_.pop()
            self._points.append(end)
            self._inner.append(open_[-1] if open_ else -1)

    def at(self, offset: int) -> int:
        """Return the index of the innermost range around an offset, -1 for none."""
        return self._inner[bisect_right(self._points, offset) - 1]

    def all_at(self, offsets: Iterable[int]) -> list[int]:
        """Return `at` of each offset: half the time where there are many."""
        points, inner = self._points, self._inner
        return [inner[bisect_right(points, offset) - 1] for offset in offsets]


def nest(ranges: Sequence[tuple[int, int]]) -> list[int]:
    """Return the index of the innermost other range around each; `ranges` are sorted by (start, -end)."""
    parents: list[int] = []
    stack: list[int] = []
    for index, (start, end) in enumerate(ranges):
        while stack and not (ranges[stack[-1]][1] >= end and ranges[stack[-1]][0] <= start):
            stack.pop()
        parents.append(stack[-1] if stack else -1)
        stack.append(index)
    return parents


def depths(parents: Sequence[int]) -> list[int]:
    """Return how many ranges lie around each; a parent comes before its children."""
    found: list[int] = []
    for parent in parents:
        found.append(found[parent] + 1 if parent >= 0 else 0)
    return found


def around_of(offset: int, regions: Iterable[tuple[int, int]]) -> int:
    """Return where the innermost region around an offset begins, -1 for none."""
    return max((start for start, end in regions if start <= offset < end), default=-1)
