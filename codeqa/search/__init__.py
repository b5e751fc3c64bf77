"""Ranking over text, names, paths and vectors, fused into one score that every hit explains."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from functools import cached_property

from codeqa import languages, terms
from codeqa.domain import Chunk, Embedder, Hit, Symbol
from codeqa.search.names import Names
from codeqa.search.query import IDENTIFIER, Query, analyse
from codeqa.search.ranking import Candidate, Weights, in_order, reward_files, spread
from codeqa.store import FileRecord, Store, match_any

__all__ = ["Searcher", "Weights"]

POOL = 200  # candidates of each source that are ranked
POSTINGS = 8_000  # occurrences that one question may cost: 2 µs each


class Searcher:
    """Searches the generation that `store` reads. Make a new one when the generation changes."""

    def __init__(self, store: Store, embedder: Embedder | None = None, weights: Weights | None = None) -> None:
        self.store = store
        self.embedder = embedder
        self.weights = weights or Weights()
        self._names = Names(store)

    def search(self, query: str, limit: int = 10) -> list[Hit]:
        """Return up to `limit` hits, best first; none if nothing has to do with the question."""
        return _Search(self, analyse(query)).hits(limit) if query.strip() and limit > 0 else []

    def nearest_names(self, name: str, limit: int = 5) -> list[str]:
        """Return the symbol names that are most like an unknown one, nearest first."""
        return self._names.nearest(name, limit)

    def vocabulary(self, query: str, limit: int = 8) -> list[str]:
        """Return names and terms that exist and are near to the words of a question that found nothing."""
        asked = analyse(query)
        wanted = [*asked.identifiers, *(word for word in re.findall(r"\w+", query) if len(word) > 2)]
        near = [self._names.nearest(word, 3) for word in dict.fromkeys(wanted) if word.lower() not in terms.STOP_WORDS]
        best_first = [names[rank] for rank in range(3) for names in near if rank < len(names)]
        return list(dict.fromkeys([*best_first, *self._near_terms(asked.terms)]))[:limit]

    def _near_terms(self, unknown: Sequence[str]) -> list[str]:
        from rapidfuzz import fuzz, process

        counts = {term: count for term, count, _ in self.store.vocabulary()}
        near = [
            process.extractOne(term, counts.keys(), scorer=fuzz.ratio, score_cutoff=75)
            for term in unknown
            if term not in counts
        ]
        return [found[0] for found in near if found]

    @cached_property
    def files(self) -> dict[str, FileRecord]:
        return {record.path: record for record in self.store.files() if not record.skip}

    @cached_property
    def path_terms(self) -> dict[str, frozenset[str]]:
        """The terms of each file's path, its ending left out."""
        return {path: frozenset(terms.split(path.rpartition(".")[0] or path)) for path in self.files}

    @cached_property
    def documents(self) -> frozenset[str]:
        """The languages that are prose or configuration."""
        return frozenset(language.name for language in languages.load() if language.kind == "document") | {""}


class _Search:
    """One question on its way through the index."""

    def __init__(self, searcher: Searcher, query: Query) -> None:
        self.searcher = searcher
        self.store = searcher.store
        self.weights = searcher.weights
        self.query = query
        self.found: dict[int, Candidate] = {}
        counts = self.store.document_frequency(query.terms)
        self.frequency = {term: count for term, count in counts.items() if count}
        self.total = max(len(searcher.files), max(self.frequency.values(), default=1)) * 4
        self.rarity = {term: math.log(1 + self.total / (count or 1)) for term, count in counts.items()}

    def hits(self, limit: int) -> list[Hit]:
        self._by_text()
        self._by_phrase()
        self._by_name()
        self._by_named_path()
        self._by_vector()
        for candidate in self.found.values():
            self._judge(candidate)
        reward_files(self.found.values(), self.weights.coherence)
        ordered = spread(in_order(self.found.values()), self.weights.per_file)
        return [_hit(candidate) for candidate in ordered[:limit]]

    # ---------------------------------------------------------------------------------------------------------- sources

    def _by_text(self) -> None:
        scores = self.store.fulltext(match_any(self._affordable()), self.weights.fields, POOL)
        self._add("text", scores, 1.0)

    def _affordable(self) -> list[str]:
        """The rarest terms that do not cost too much to look up, one at least."""
        chosen: list[str] = []
        cost = 0
        for term in sorted(self.frequency, key=lambda term: (self.frequency[term], term)):
            cost += self.frequency[term]
            if chosen and cost > POSTINGS:
                break
            chosen.append(term)
        return chosen

    def _by_phrase(self) -> None:
        for phrase in self.query.phrases[:4]:
            scores = self.store.fulltext('"' + " ".join(phrase) + '"', self.weights.fields, POOL)
            self._add("phrase", scores, self.weights.phrase)

    def _by_vector(self) -> None:
        embedder = self.searcher.embedder
        if embedder is None or not self.weights.vector:
            return
        vectors = self.store.vectors(embedder.id)
        if len(vectors):
            scores = vectors.nearest(embedder.embed([self.query.text])[0], POOL)
            self._add("vector", [(chunk, cosine) for chunk, cosine in scores if cosine > 0], self.weights.vector)

    def _add(self, part: str, scores: Sequence[tuple[int, float]], weight: float) -> None:
        if not scores:
            return
        best = max(score for _, score in scores) or 1.0
        by_id = dict(scores)
        missing = [number for number in by_id if number not in self.found]
        self.found.update((chunk.id, Candidate(chunk)) for chunk in self.store.chunks(missing))
        for number, score in by_id.items():
            self.found[number].add(part, weight * score / best)

    def _by_name(self) -> None:
        exact = False
        for name in self.query.identifiers:
            symbols = self._defined(name)
            self._add_definitions(symbols, "definition", self.weights.definition)
            if not symbols and not self._is_path(name) and self.query.kind == IDENTIFIER:
                near = self.searcher._names.alike(name.rpartition(".")[2])
                self._add_definitions(self.store.symbols_named(near) if near else [], "misspelt", self.weights.misspelt)
            exact = exact or bool(symbols)
        for word in self.query.words:
            self._add_definitions(self.store.symbols_named(word), "definition", self.weights.word)

    def _defined(self, name: str) -> list[Symbol]:
        """The symbols that an identifier of the question names, the most exact way of reading it first."""
        tail = name.rpartition(".")[2]
        readings = (lambda: self.store.symbols_qualified(name), lambda: self.store.symbols_like(name))
        for read in readings:
            if symbols := [symbol for symbol in read() if not symbol.external]:
                return symbols
        owner = name.rpartition(".")[0]
        return [s for s in self.store.symbols_named(tail) if owner and not s.external]

    def _add_definitions(self, symbols: Iterable[Symbol], part: str, weight: float) -> None:
        known = [symbol for symbol in symbols if not symbol.external and symbol.qualname]
        for symbol in known[:40]:
            share = 1.0 if len(known) < 4 else 0.7
            if (candidate := self._candidate(symbol)) is not None:
                candidate.add(part, weight * share)

    def _candidate(self, symbol: Symbol) -> Candidate | None:
        """The candidate for the chunk in which a symbol is defined."""
        for chunk in self.store.chunks_in(symbol.span.path):
            if chunk.span.start_byte <= symbol.span.start_byte < chunk.span.end_byte:
                candidate = self.found.setdefault(chunk.id, Candidate(chunk))
                if chunk.symbol != symbol.id and candidate.symbol is None:
                    candidate.symbol = symbol
                return candidate
        return None

    # ------------------------------------------------------------------------------------------------------------ paths

    def _is_path(self, name: str) -> bool:
        return any(name == path.rpartition("/")[2] for path in self.searcher.files)

    def _by_named_path(self) -> None:
        for wanted in self.query.paths:
            bare = wanted.strip("/").removeprefix("./")
            paths = [path for path in self.searcher.files if f"/{path}".endswith(f"/{bare}")]
            for path in paths[:10]:
                self._add_file(path, self.weights.named_path)

    def _add_file(self, path: str, weight: float) -> None:
        inside = [c for c in self.found.values() if c.chunk.span.path == path]
        if not inside:
            inside = [self.found.setdefault(chunk.id, Candidate(chunk)) for chunk in self.store.chunks_in(path)[:1]]
        for candidate in inside:
            candidate.add("path", weight)

    # ---------------------------------------------------------------------------------------------------------- scoring

    def _judge(self, candidate: Candidate) -> None:
        path = candidate.chunk.span.path
        candidate.add("path", self.weights.path * self._share(self.searcher.path_terms.get(path, frozenset())))
        name = candidate.chunk.symbol.removeprefix(path).removeprefix("::")
        if name:
            candidate.add("name", self.weights.name * self._covered(terms.split(name.rpartition(".")[2])))
        candidate.factor = self._factor(self.searcher.files.get(path))

    def _share(self, words: frozenset[str]) -> float:
        """The share of the question's rarity that these words have."""
        whole = sum(self.rarity.values())
        return sum(self.rarity[term] for term in self.rarity if term in words) / whole if whole else 0.0

    def _covered(self, name: Sequence[str]) -> float:
        """The share of a name's parts that are in the question."""
        parts = set(name[1:] or name)
        return len(parts.intersection(self.query.terms)) / len(parts) if parts else 0.0

    def _factor(self, record: FileRecord | None) -> float:
        if record is None:
            return 1.0
        if record.role in self.query.roles:
            return self.weights.asked
        if record.role:
            return self.weights.role.get(record.role, 1.0)
        return self.weights.document if record.language in self.searcher.documents else 1.0


def _hit(candidate: Candidate) -> Hit:
    chunk, symbol = candidate.chunk, candidate.symbol
    span: Chunk | Symbol = symbol or chunk
    identity = symbol.id if symbol else chunk.symbol
    qualname = identity.removeprefix(chunk.span.path).removeprefix("::")
    return Hit(
        path=chunk.span.path,
        start_line=span.span.start_line,
        end_line=span.span.end_line,
        symbol=re.sub(r"#\d+(?=\.|$)", "", qualname),
        symbol_id=identity,
        score=round(candidate.score, 6),
        why={
            **{part: round(value, 4) for part, value in candidate.parts.items() if value},
            **({"role": round(candidate.factor, 4)} if candidate.factor != 1.0 else {}),
        },
    )
