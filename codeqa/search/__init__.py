"""Ranking over text, names, paths, vectors and edges, fused into one score that every hit explains."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from codeqa import terms
from codeqa.domain import CodeqaError, Embedder, Hit
from codeqa.search.asking import Asking
from codeqa.search.gathering import gather
from codeqa.search.helping import LONGEST, Help
from codeqa.search.names import Names
from codeqa.search.picking import Picker
from codeqa.search.places import Places
from codeqa.search.query import Query, analyse
from codeqa.search.ranking import Weights
from codeqa.store import Store, Vectors
from codeqa.store.lance import Lance, ready

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Help", "Query", "Searcher", "Weights", "analyse", "gather"]


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

    def search(self, query: str, limit: int = 10, help: Help | None = None) -> list[Hit]:
        """Return up to `limit` hits, best first; none if nothing in the repository has a word of the question.

        `help` is what a model made of the question. Its share of a score stands in `why` as "hyde" and "expansion".
        """
        asked = analyse(query)
        if limit < 1 or not (asked.terms or asked.identifiers or asked.paths):
            return []
        meaning = _Meaning(self, query)
        guided = _Meaning(self, query, help.passages) if help and help.passages else None
        return Asking(
            self.store, asked, self.weights, self._names, self._places, meaning, help=help, guided=guided
        ).hits(limit)

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
    def _summaries(self) -> Vectors | None:
        """The vectors of what a model said of chunks, if there are any."""
        summaries = self.store.summaries()
        if self.embedder is None or not summaries.used:
            return None
        space = summaries.space(self.embedder.id)
        return space if len(space) else None

    @cached_property
    def _space(self) -> Vectors:
        return self.store.vectors(self.embedder.id if self.embedder else "")

    @cached_property
    def picker(self) -> Picker:
        """Symbols by a part of their name."""
        return Picker(self.store)

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
    """A question as a vector, made when it is first needed; nothing is near where there are no vectors.

    With passages it is the weighted sum of the question's vector and of their mean.
    """

    def __init__(self, searcher: Searcher, query: str, passages: Sequence[str] = ()) -> None:
        self._searcher = searcher
        self._query = query
        self._passages = passages

    @cached_property
    def _vector(self) -> np.ndarray[Any, np.dtype[np.float32]] | None:
        searcher = self._searcher
        if searcher.embedder is None or searcher._vectors is None:
            return None
        vector: np.ndarray[Any, np.dtype[np.float32]] = searcher.embedder.embed([self._query])[0]
        return self._turned(vector) if self._passages else vector

    def _turned(self, vector: np.ndarray[Any, np.dtype[np.float32]]) -> np.ndarray[Any, np.dtype[np.float32]]:
        """Return a question's vector turned towards the passages, of unit length, or as it is if they say nothing."""
        import numpy as np

        embedder, share = self._searcher.embedder, self._searcher.weights.passage
        assert embedder is not None, "there is a vector"
        try:
            texts = [passage[:LONGEST] for passage in self._passages]
            passages = embedder.embed_chunks([*map(terms.spaced, texts)] if embedder.reads == "terms" else texts)
        except CodeqaError:  # the next question asks it again, and says why there is no vector
            return vector
        mean = passages.mean(axis=0)
        if not (mean.any() and vector.any()):
            return vector
        both = (1 - share) * vector + share * mean / np.linalg.norm(mean)
        return np.asarray(both / (np.linalg.norm(both) or 1.0), np.float32)

    def chunks(self, limit: int) -> list[tuple[int, float]]:
        vectors = self._searcher._vectors
        if not self._searcher.weights.vector or vectors is None or self._vector is None:
            return []
        return vectors.nearest(self._vector, limit)

    def summaries(self, limit: int) -> list[tuple[int, float]]:
        weights, space = self._searcher.weights, self._searcher._summaries
        if not (weights.vector and weights.summary) or space is None or self._vector is None:
            return []
        return space.nearest(self._vector, limit)

    def files(self, paths: Iterable[str]) -> dict[str, float]:
        if not self._searcher.weights.meaning or self._vector is None or self._searcher.embedder is None:
            return {}
        return self._searcher._space.of_files(self._vector, paths)
