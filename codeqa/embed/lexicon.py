"""The terms of an embedding's file, in byte order: each has a row."""

from __future__ import annotations

import mmap
from collections.abc import Iterator


class Lexicon:
    """`count` terms in a file: their offsets (uint32, little-endian, one more than terms) at `start`, then the text."""

    def __init__(self, data: bytes | mmap.mmap, count: int, start: int) -> None:
        import numpy as np

        self._data = data
        self._count = count
        self._offsets = np.frombuffer(data, "<u4", count + 1, start)
        self._text = start + 4 * (count + 1)

    def row(self, term: bytes) -> int:
        """Find a term by bisection of the file, -1 if it has no row: nothing is read ahead."""
        low, high = 0, self._count
        while low < high:
            middle = (low + high) // 2
            if self._term(middle) < term:
                low = middle + 1
            else:
                high = middle
        return low if low < self._count and self._term(low) == term else -1

    def rows(self) -> Iterator[tuple[str, int]]:
        """Yield every term with its row."""
        text = self._data[self._text : self._text + int(self._offsets[-1])]
        offsets = self._offsets.tolist()
        return ((text[offsets[row] : offsets[row + 1]].decode(), row) for row in range(self._count))

    def _term(self, row: int) -> bytes:
        return self._data[self._text + int(self._offsets[row]) : self._text + int(self._offsets[row + 1])]
