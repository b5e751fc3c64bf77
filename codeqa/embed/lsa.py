"""Latent semantic analysis: TF-IDF over code-aware terms, and the best 128 directions of it.

After Deerwester et al. (1990); the decomposition is the randomised one of Halko, Martinsson and Tropp (2011), which
takes a second where an exact one takes minutes. A fit is a table with one row per term, and a text is the sum of the
rows of its terms: a question costs microseconds, and only the rows that it needs are ever read from disk.
"""

from __future__ import annotations

import heapq
import math
import mmap
import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codeqa.domain import CodeqaError, Reads
from codeqa.embed.lexicon import Lexicon, Vocabulary, header, packed
from codeqa.terms import spaced

if TYPE_CHECKING:
    import numpy as np
    import scipy.sparse as sp

DIMENSIONS = 128
_MAGIC = b"codeqa lsa 1\n"
_SAMPLE = 10_000  # texts that a fit looks at
_MAX_TERMS = 50_000
_OVERSAMPLE = 16  # directions beyond those kept, for the accuracy of the last ones
_ITERATIONS = 2  # of the power method, which sharpens the decomposition
_FEW = 32  # texts that are summed row by row, without scipy, which takes long to import
_PEAK = (
    1024.0  # largest number of a table: well inside float16, and the scale is lost when vectors are made unit vectors
)
_ID = re.compile(r"lsa-\d{1,4}-[0-9a-f]{12}")


class Lsa:
    """A fitted embedder, see domain.Embedder; `fit` and `load_fit` make one."""

    reads: Reads = "terms"

    def __init__(self, data: bytes | mmap.mmap) -> None:
        head = header(data, _MAGIC, 2)
        self.id = f"lsa-{head['dimensions']}-{head['digest'][:12]}"
        self.dimensions: int = head["dimensions"]
        self._data = data
        self._lexicon = Lexicon(data, head, "<f2")
        self._table = self._lexicon.table
        self._vocabulary: Vocabulary | None = None

    def embed(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        """Return unit vectors of questions or source text, shape (texts, dimensions); zeros if no term is known."""
        return self.embed_terms([spaced(text) for text in texts])

    def embed_terms(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        """Do the same for texts that are split into terms already, as `Store.texts` yields them."""
        return _normalised(self._sums(texts) if len(texts) <= _FEW else self._product(texts))

    embed_chunks = embed_terms

    def _sums(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        import numpy as np

        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            for term, count in Counter(text.split()).items():
                row = self._lexicon.row(term.encode())
                if row >= 0:
                    vector += self._table[row].astype(np.float32) * (1 + math.log(count))
        return vectors

    def _product(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        import numpy as np

        if self._vocabulary is None:
            self._vocabulary = Vocabulary(self._lexicon.rows())
            self._table = self._table.astype(np.float32)
        product = _weighted(_counts(texts, self._vocabulary, self._lexicon.count)) @ self._table
        return np.asarray(product, np.float32)

    def save(self, directory: Path) -> Path:
        """Write the fit into a directory, under the embedder's id, and return its path; all of it or nothing."""
        path = directory / self.id
        partial = directory / f"{self.id}.{os.getpid()}"
        try:
            with open(partial, "xb") as file:
                file.write(self._data)
            partial.replace(path)
        except OSError as error:
            raise CodeqaError(
                f"cannot write {path}: {error.strerror}", hint="free some space, or use --cache"
            ) from error
        finally:
            partial.unlink(missing_ok=True)
        return path


def load_fit(directory: Path, embedder: str) -> Lsa:
    """Return the embedder with this id as `Lsa.save` wrote it; CodeqaError if it is not there or damaged."""
    if not _ID.fullmatch(embedder):
        raise CodeqaError(f"{embedder[:80]!r} is not a fitted embedder")
    try:
        with open(directory / embedder, "rb") as file:
            return Lsa(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except OSError as error:
        raise CodeqaError(f"cannot read {directory / embedder}: {error.strerror}", hint="index again") from error
    except ValueError as error:
        raise CodeqaError(
            f"the fit {directory / embedder} is damaged: {error}", hint="delete it and index again"
        ) from error


def fit(texts: Iterable[tuple[str, str]], dimensions: int = DIMENSIONS) -> Lsa:
    """Fit an embedder on (sha256, terms) of texts, as `Store.texts` yields them; their order does not matter.

    Only the 10,000 texts with the smallest sha256 are looked at, a sample that is random and yet always the same.
    """
    sample = [terms for _, terms in heapq.nsmallest(_SAMPLE, texts)]
    vocabulary = _common_terms(sample)
    table = _decomposed(_counts(sample, vocabulary, len(vocabulary)), dimensions)
    return Lsa(packed(_MAGIC, [term.encode() for term in vocabulary], table, table.shape[1]))


# ---------------------------------------------------------------------------------------------------------- the numbers


def _common_terms(texts: Sequence[str]) -> Vocabulary:
    """Return the terms that at least two texts have, in byte order, the most frequent if there are too many."""
    frequency = Counter(chain.from_iterable(set(text.split()) for text in texts))
    common = [term for term, count in frequency.items() if count > 1]
    if len(common) > _MAX_TERMS:
        common = heapq.nsmallest(_MAX_TERMS, common, key=lambda term: (-frequency[term], term))
    return Vocabulary(zip(sorted(common, key=str.encode), range(len(common)), strict=True))


def _counts(texts: Sequence[str], vocabulary: Vocabulary, terms: int) -> sp.csr_matrix:
    """Count terms, shape (texts, terms)."""
    import numpy as np
    import scipy.sparse as sp

    rows = [list(map(vocabulary.__getitem__, text.split())) for text in texts]
    columns = np.fromiter(chain.from_iterable(rows), np.int32)
    places = np.repeat(np.arange(len(rows), dtype=np.int32), [len(row) for row in rows])
    known = columns >= 0
    ones = np.ones(int(known.sum()), np.float32)
    return sp.csr_matrix((ones, (places[known], columns[known])), (len(texts), terms))


def _weighted(counts: sp.csr_matrix) -> sp.csr_matrix:
    import numpy as np

    counts.data = 1 + np.log(counts.data)
    return counts


def _decomposed(counts: sp.csr_matrix, dimensions: int) -> np.ndarray[Any, np.dtype[np.float16]]:
    """Return the table of rows by term, shape (terms, dimensions): right singular vectors, weighted by idf."""
    import numpy as np

    texts, terms = counts.shape
    table = np.zeros((terms, dimensions), np.float32)
    if texts and terms:
        frequency = np.bincount(counts.indices, minlength=terms)
        idf = (np.log((1 + texts) / (1 + frequency)) + 1).astype(np.float32)
        weighted = _weighted(counts)
        weighted.data *= idf[weighted.indices]
        directions = _directions(_unit_rows(weighted), dimensions)
        table[:, : directions.shape[1]] = directions * idf[:, None]
        table *= _PEAK / max(float(np.abs(table).max()), 1e-30)
    return table.astype("<f2")


def _unit_rows(matrix: sp.csr_matrix) -> sp.csr_matrix:
    import numpy as np

    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1))).ravel()
    matrix.data /= np.repeat(np.maximum(lengths, 1e-12), np.diff(matrix.indptr)).astype(np.float32)
    return matrix


def _directions(matrix: sp.csr_matrix, wanted: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return the first right singular vectors as columns, at most `wanted`, of a fixed sign."""
    import numpy as np

    flipped = matrix.T.tocsr()
    width = min(wanted + _OVERSAMPLE, *matrix.shape)
    basis = np.random.default_rng(0).standard_normal((matrix.shape[1], width), np.float32)
    for _ in range(_ITERATIONS):
        basis = _orthonormal(flipped @ _orthonormal(matrix @ basis))
    left = _orthonormal(matrix @ basis)
    directions = _orthonormal(flipped @ left)[:, :wanted]  # matrix ~ left @ (flipped @ left).T
    peaks = np.abs(directions).argmax(axis=0)
    signs = np.sign(directions[peaks, np.arange(directions.shape[1])])
    return np.asarray(directions * signs, np.float32)


def _orthonormal(columns: np.ndarray[Any, np.dtype[np.float32]]) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return the principal directions of columns, the longest first, without those that are none.

    By way of the small matrix of their products: twenty times quicker than QR, and exact enough between two iterations.
    """
    import numpy as np

    values, vectors = np.linalg.eigh((columns.T @ columns).astype(np.float64))
    order = [place for place in np.argsort(-values) if values[place] > 1e-6 * values.max() > 0]
    return np.asarray(columns @ (vectors[:, order] / np.sqrt(values[order])).astype(np.float32))


def _normalised(vectors: np.ndarray[Any, np.dtype[np.float32]]) -> np.ndarray[Any, np.dtype[np.float32]]:
    import numpy as np

    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0), np.float32)
