"""Byte offsets to lines, and nested ranges to the innermost one around an offset."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence


class Lines:
    """Byte offset → 1-based line."""

    def __init__(self, data: bytes) -> None:
        self._starts = [0, *(match.end() for match in re.finditer(b"\n", data))]
        self.count = len(self._starts) - (1 if data.endswith(b"\n") else 0)

    def of(self, offset: int) -> int:
        return bisect_right(self._starts, offset)

    def start(self, line: int) -> int:
        return self._starts[line - 1]


class Nest:
    """Nested half-open ranges, in document order; finds the innermost one around an offset."""

    def __init__(self, ranges: Sequence[tuple[int, int]], parents: Sequence[int]) -> None:
        self._starts = [start for start, _ in ranges]
        self._ends = [end for _, end in ranges]
        self._parents = parents

    def at(self, offset: int) -> int:
        index = bisect_right(self._starts, offset) - 1
        while index >= 0 and self._ends[index] <= offset:
            index = self._parents[index]
        return index


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
