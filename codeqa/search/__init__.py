"""Ranking over text, names, paths, vectors and edges, fused into one score that every hit explains."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from codeqa import terms
from codeqa.domain import Embedder, Hit
from codeqa.search.asking import Asking
from codeqa.search.gathering import gather
from codeqa.search.names import Names
from codeqa.search.places import Places
from codeqa.search.query import Query, analyse
from codeqa.search.ranking import Weights
from codeqa.store import Store, Vectors
from codeqa.store.lance import Lance, ready

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Query", "Searcher", "Weights", "analyse", "gather"]


class Searcher:
    """Searches the generation that `store` reads, and keeps what it has read of it: make a new one for the next."""

    def __init__(
        self,
        store: Store,
        embedder: Embedder | None = None,
        weights: Weights | None = None,
        *,
        lance_rows: int | None = None,
    ) -> None:
        """Search with the vectors of `embedder`, through LanceDB if there are at least `lance_rows` of them.

        Importing LanceDB takes longer than most answers: only a process that stays sets `lance_rows`.
        """
        self.store = store
        self.embedder = embedder
        self.weights = weights or Weights()
        self._lance_rows = lance_rows
        self._names = Names(store)
        self._places = Places(store)

    def search(self, query: str, limit: int = 10) -> list[Hit]:
        """Return up to `limit` hits, best first; none if nothing in the repository has a word of the question."""
        asked = analyse(query)
        if limit < 1 or not (asked.terms or asked.identifiers or asked.paths):
            return []
        return Asking(self.store, asked, self.weights, self._names, self._places, _Meaning(self, query)).hits(limit)

    def near(self, query: str, limit: int) -> list[tuple[int, float]]:
        """Return (chunk id, cosine) of the chunks nearest in meaning, best first, as far as there are vectors."""
        return _Meaning(self, query).chunks(limit)

    @cached_property
    def _vectors(self) -> Vectors | Lance | None:
        vectors = self._space
        if not len(vectors):
            return None
        many = self._lance_rows is not None and len(vectors) >= self._lance_rows
        return Lance(self.store, vectors.embedder) if many and ready(self.store, vectors.embedder) else vectors

    @cached_property
    def _space(self) -> Vectors:
        return self.store.vectors(self.embedder.id if self.embedder else "")

    def nearest_names(self, name: str, limit: int = 5) -> list[str]:
        """Return the symbol names that are most like an unknown one, nearest first."""
        return self._names.nearest(name, limit)

    def near_terms(self, words: Sequence[str], limit: int = 8) -> list[list[tuple[str, float]]]:
        """Return for each word the terms that mean most nearly what it does, with cosines, by what ships."""
        from codeqa.embed import static

        return static.load().nearest(words, limit)

    def is_word(self, term: str) -> bool:
        """Tell whether the embedding that ships knows a term: then it is no name of one repository alone."""
        from codeqa.embed import static

        return static.load().knows(term)

    def vocabulary(self, query: str, limit: int = 8) -> list[str]:
        """Return names and terms that exist and are near to the words of a question: what to ask with instead."""
        asked = analyse(query)
        said = [*asked.identifiers, *re.findall(r"\w{3,}", query)]
        near = [self._names.nearest(word, 3) for word in dict.fromkeys(said) if word.lower() not in terms.STOP_WORDS]
        best_first = [names[rank] for rank in range(3) for names in near if rank < len(names)]
        return list(dict.fromkeys([*best_first, *self._near_terms(asked.terms)]))[:limit]

    def _near_terms(self, asked: Sequence[str]) -> list[str]:
        """The most similar term of the full-text index for each that is not in it."""
        from rapidfuzz import fuzz, process

        counts = self.store.document_frequency(asked)
        unknown = [term for term in asked if not counts[term]]
        known = [term for term, _, _ in self.store.vocabulary()] if unknown else []
        near = [process.extractOne(term, known, scorer=fuzz.ratio, score_cutoff=75) for term in unknown]
        return [found[0] for found in near if found]


class _Meaning:
    """A question as a vector, made when it is first needed; nothing is near where there are no vectors."""

    def __init__(self, searcher: Searcher, query: str) -> None:
        self._searcher = searcher
        self._query = query

    @cached_property
    def _vector(self) -> np.ndarray[Any, np.dtype[np.float32]] | None:
        searcher = self._searcher
        if searcher.embedder is None or searcher._vectors is None:
            return None
        vector: np.ndarray[Any, np.dtype[np.float32]] = searcher.embedder.embed([self._query])[0]
        return vector

    def chunks(self, limit: int) -> list[tuple[int, float]]:
        vectors = self._searcher._vectors
        if not self._searcher.weights.vector or vectors is None or self._vector is None:
            return []
        return vectors.nearest(self._vector, limit)

    def files(self, paths: Iterable[str]) -> dict[str, float]:
        if not self._searcher.weights.meaning or self._vector is None or self._searcher.embedder is None:
            return {}
        return self._searcher._space.of_files(self._vector, paths)
