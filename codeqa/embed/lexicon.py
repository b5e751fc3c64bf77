"""The file of an embedding that looks terms up: a head, the terms in byte order, and a row of numbers for each.

A head of 256 bytes, of which JSON tells the sizes; then the offsets of the terms (uint32), their text, and from a
multiple of 64 bytes on their rows. All numbers are little-endian.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

_HEAD = 256
_ALIGN = 64
_SIZES = ("dimensions", "terms", "text")


def header(data: bytes | mmap.mmap, magic: bytes, width: int) -> dict[str, Any]:
    """Return the head of a file whose numbers have `width` bytes; ValueError if the rest cannot be what it says."""
    if data[: len(magic)] != magic:
        raise ValueError("no header")
    head = json.loads(data[len(magic) : _HEAD])
    sizes = [head.get(key) for key in _SIZES] if isinstance(head, dict) else [None]
    if not all(isinstance(size, int) and size >= 0 for size in sizes):
        raise ValueError("sizes are missing")
    if not re.fullmatch("[0-9a-f]{64}", str(head.get("digest"))):
        raise ValueError("the digest is missing")
    if len(data) != _table_start(head["terms"], head["text"]) + width * head["terms"] * head["dimensions"]:
        raise ValueError("it is too short or too long")
    return dict(head)


def packed(magic: bytes, terms: Sequence[bytes], table: np.ndarray[Any, Any], dimensions: int) -> bytes:
    """Return the file of terms, which are in byte order, and of their rows, shape (terms, dimensions)."""
    import numpy as np

    text = b"".join(terms)
    offsets = np.cumsum([0, *map(len, terms)]).astype("<u4").tobytes()
    gap = bytes(_table_start(len(terms), len(text)) - _HEAD - len(offsets) - len(text))
    body = b"".join((offsets, text, gap, table.tobytes()))
    sizes = dict(zip(_SIZES, (dimensions, len(terms), len(text)), strict=True))
    digest = hashlib.sha256(body).hexdigest()
    return (magic + json.dumps({**sizes, "digest": digest}).encode()).ljust(_HEAD) + body


def _table_start(terms: int, text: int) -> int:
    end = _HEAD + 4 * (terms + 1) + text
    return end + -end % _ALIGN


class Lexicon:
    """What a file with this head holds: its terms, and `table`, the rows, shape (terms, dimensions)."""

    def __init__(self, data: bytes | mmap.mmap, head: dict[str, Any], dtype: str) -> None:
        import numpy as np

        self.count: int = head["terms"]
        self._data = data
        self._offsets = np.frombuffer(data, "<u4", self.count + 1, _HEAD)
        self._text = _HEAD + 4 * (self.count + 1)
        numbers = np.frombuffer(data, dtype, self.count * head["dimensions"], _table_start(self.count, head["text"]))
        self.table: np.ndarray[Any, np.dtype[Any]] = numbers.reshape(self.count, head["dimensions"])

    def row(self, term: bytes) -> int:
        """Find a term by bisection of the file, -1 if it has no row: nothing is read ahead."""
        low, high = 0, self.count
        while low < high:
            middle = (low + high) // 2
            if self._term(middle) < term:
                low = middle + 1
            else:
                high = middle
        return low if low < self.count and self._term(low) == term else -1

    def rows(self) -> Iterator[tuple[str, int]]:
        """Yield every term with its row."""
        text = self._data[self._text : self._text + int(self._offsets[-1])]
        offsets = self._offsets.tolist()
        return ((text[offsets[row] : offsets[row + 1]].decode(), row) for row in range(self.count))

    def _term(self, row: int) -> bytes:
        return self._data[self._text + int(self._offsets[row]) : self._text + int(self._offsets[row + 1])]


class Vocabulary(dict[str, int]):
    """Rows by term; a term without a row has -1."""

    def __missing__(self, term: str) -> int:
        return -1
