"""Static embeddings: a table that was trained once, with a row of small integers per term, and ships with codeqa.

A text is the weighted sum of the rows of its terms, as a unit vector; how much a term matters is the length of its row.
All sums are sums of integers, exact in any order: a text has the same vector on every machine, whatever it is embedded
together with. A question reads only the rows that it needs. How the table was made: `training/README.md`.
"""

from __future__ import annotations

import math
import mmap
from collections import Counter
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codeqa.domain import CodeqaError, Reads
from codeqa.embed.lexicon import Lexicon, Vocabulary, header, packed
from codeqa.terms import spaced

if TYPE_CHECKING:
    import numpy as np

SHIPPED = Path(__file__).with_name("data") / "static.bin"
_MAGIC = b"codeqa static 1\n"
_FEW = 16  # texts that are summed row by row: to know all terms takes longer
_BATCH = 128  # texts of one product: so few have so few different terms that the product is best a dense one
_UNIT = 16  # the weight of a term that occurs once
_WEIGHTS = [0, *(round(_UNIT * (1 + math.log(count))) for count in range(1, 1024))]
_EXACT = 2**24 // (128 * _UNIT)  # terms of a text up to which float32 holds its sums exactly


class Static:
    """A trained embedder, see domain.Embedder; `load` makes one."""

    reads: Reads = "terms"

    def __init__(self, data: bytes | mmap.mmap) -> None:
        head = header(data, _MAGIC, 1)
        self.dimensions: int = head["dimensions"]
        self.id = _id(head)
        self._lexicon = Lexicon(data, head, "i1")
        self._table = self._lexicon.table
        self._vocabulary: Vocabulary | None = None

    def embed(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        """Return unit vectors of questions or source text, shape (texts, dimensions); zeros if no term is known."""
        return self.embed_terms([spaced(text) for text in texts])

    def embed_terms(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        """Do the same for texts that are split into terms already, as `Store.texts` yields them."""
        import numpy as np

        if len(texts) <= _FEW:
            return _normalised(self._sums(texts))
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        for start in range(0, len(texts), _BATCH):
            vectors[start : start + _BATCH] = _normalised(self._product(texts[start : start + _BATCH]))
        return vectors

    embed_chunks = embed_terms

    def knows(self, term: str) -> bool:
        """Tell whether a term has a row."""
        return self._lexicon.row(term.encode()) >= 0

    def nearest(self, words: Sequence[str], limit: int) -> list[list[tuple[str, float]]]:
        """Return for each word the terms whose rows point most nearly where its own do, with their cosines.

        Without the terms that it is made of; nothing for a word that has no row.
        """
        import numpy as np

        targets = self.embed(words)
        table = self._table.astype(np.float32)
        table /= np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1.0)
        names = {row: term for term, row in self._lexicon.rows()}
        found: list[list[tuple[str, float]]] = []
        for word, target in zip(words, targets, strict=True):
            own = set(spaced(word).split())
            scores = table @ target
            best = np.argsort(-scores)[: limit + len(own)] if target.any() else ()
            found.append([(names[int(row)], float(scores[row])) for row in best if names[int(row)] not in own][:limit])
        return found

    def _sums(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float64]]:
        import numpy as np

        vectors = np.zeros((len(texts), self.dimensions))
        for vector, text in zip(vectors, texts, strict=True):
            for term, count in Counter(text.split()).items():
                row = self._lexicon.row(term.encode())
                if row >= 0:
                    vector += self._table[row] * float(_weight(count))
        return vectors

    def _product(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Multiply the weights of the terms that these texts have with the rows of those terms."""
        import numpy as np

        if self._vocabulary is None:
            self._vocabulary = Vocabulary(self._lexicon.rows())
        found = [list(map(self._vocabulary.__getitem__, text.split())) for text in texts]
        columns = np.fromiter(chain.from_iterable(found), np.int64)
        rows, places = np.unique(columns, return_inverse=True)
        cells = np.repeat(np.arange(len(found)), [len(row) for row in found]) * len(rows) + places
        counts = np.bincount(cells, minlength=len(found) * len(rows)).reshape(len(found), len(rows))
        weights = np.array(_WEIGHTS, np.float32)[np.minimum(counts, len(_WEIGHTS) - 1)]
        if len(rows) and rows[0] < 0:
            rows, weights = rows[1:], weights[:, 1:]
        exact = np.float32 if weights.sum(axis=1).max(initial=0) < _EXACT * _UNIT else np.float64
        return np.asarray(weights.astype(exact) @ self._table[rows].astype(exact), np.float64)


def load(path: Path = SHIPPED) -> Static:
    """Return the embedder in a file, the one that ships with codeqa; CodeqaError if it is not there or damaged."""
    hint = "install codeqa again"
    try:
        with open(path, "rb") as file:
            return Static(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except OSError as error:
        raise CodeqaError(f"cannot read {path}: {error.strerror}", hint=hint) from error
    except ValueError as error:
        raise CodeqaError(f"the embedding {path} is damaged: {error}", hint=hint) from error


def shipped() -> str:
    """Return the id of the embedder that ships with codeqa, from the head of its file alone; "" if it is damaged."""
    try:
        with open(SHIPPED, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return _id(header(data, _MAGIC, 1))
    except (OSError, ValueError):
        return ""


def _id(head: dict[str, Any]) -> str:
    return f"static-{head['dimensions']}-{head['digest'][:12]}"


def pack(rows: Sequence[tuple[str, Sequence[int]]], dimensions: int) -> bytes:
    """Return the file of (term, row) pairs, rows being `dimensions` integers from -127 to 127; their order is free."""
    import numpy as np

    ordered = sorted((term.encode(), row) for term, row in rows)
    table = np.array([row for _, row in ordered], "i1")
    return packed(_MAGIC, [term for term, _ in ordered], table, dimensions)


def _weight(count: int) -> int:
    """Return the weight of a term that occurs so often in a text."""
    return _WEIGHTS[min(count, len(_WEIGHTS) - 1)]


def _normalised(sums: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return unit vectors; squares of the sums are integers, too, and their sum is as exact."""
    import numpy as np

    lengths = np.sqrt((sums * sums).sum(axis=1, keepdims=True))
    return np.asarray(np.divide(sums, lengths, out=np.zeros_like(sums), where=lengths > 0), np.float32)
