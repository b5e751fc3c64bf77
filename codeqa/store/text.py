"""The words of chunks: full text, and what embedders read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from typing import TYPE_CHECKING

from codeqa.domain import Chunk, Span
from codeqa.store import codec
from codeqa.store.reading import Reader

if TYPE_CHECKING:
    from codeqa.domain import ChunkFact

_BLOCK = 500  # values in one statement
_KNOWN = 20_000  # chunks that a reader keeps: questions about one thing meet the same ones
_CHUNK = "SELECT c.id, c.file_id, c.symbol_id, c.start_byte, c.end_byte, c.start_line, c.end_line, c.sha256 FROM {}"


class TextReader(Reader):
    """What can be asked of the chunks of one generation."""

    def fulltext(
        self, match: str, weights: Sequence[float] = (1.0, 1.0, 1.0, 1.0), limit: int = 100
    ) -> list[tuple[int, float]]:
        """Return (chunk id, BM25 score, higher is better) of the best matches, best first.

        `match` is an FTS5 expression over terms, see `match_any`; `weights` are those of name, signature, doc and body.
        """
        if not match:
            return []
        rank = f"bm25({', '.join(str(float(weight)) for weight in weights)})"
        rows = self._rows(
            "SELECT rowid, rank FROM chunk_fts WHERE chunk_fts MATCH ? AND rank MATCH ? ORDER BY rank LIMIT ?",
            (match, rank, limit),
        )
        return [(chunk, -score) for chunk, score in rows]

    def document_frequency(self, terms: Iterable[str]) -> dict[str, int]:
        """Return how many chunks have each term, 0 for none."""
        found = dict.fromkeys(terms, 0)
        found.update(
            self._rows_for(
                "SELECT v.term, v.doc FROM json_each(?) j CROSS JOIN chunk_vocab v ON v.term = j.value", found
            )
        )
        return found

    def chunks(self, ids: Iterable[int]) -> list[Chunk]:
        """Return the chunks with these ids, in the order asked."""
        if self._lock is not None:  # a writer may change what is behind an id
            return self._chunks("json_each(?) j CROSS JOIN chunks c ON c.id = j.value", "ORDER BY j.key", ids)
        wanted = list(ids)
        missing = [number for number in wanted if number not in self._known_chunks]
        if len(self._known_chunks) + len(missing) > _KNOWN:
            self._known_chunks.clear()
            missing = wanted
        read = self._chunks("json_each(?) j CROSS JOIN chunks c ON c.id = j.value", "", missing) if missing else ()
        self._known_chunks.update((chunk.id, chunk) for chunk in read)
        return [self._known_chunks[number] for number in wanted if number in self._known_chunks]

    def chunks_of(self, symbols: Iterable[int]) -> dict[int, Chunk]:
        """Return the chunk in which each symbol, by integer id, begins; files and externals have none."""
        rows = self._rows_for(
            """SELECT s.id, c.id FROM json_each(?) j CROSS JOIN symbols s ON s.id = j.value AND s.qualname != ''
               CROSS JOIN chunks c ON c.file_id = s.file_id
                   AND c.start_byte <= s.start_byte AND c.end_byte > s.start_byte""",
            symbols,
        )
        chunks = {chunk.id: chunk for chunk in self.chunks(chunk for _, chunk in rows)}
        return {symbol: chunks[chunk] for symbol, chunk in rows}

    def chunks_in(self, path: str) -> list[Chunk]:
        """List the chunks of a file in source order."""
        return self._chunks(
            "json_each(?) j CROSS JOIN files f ON f.path = j.value CROSS JOIN chunks c ON c.file_id = f.id",
            "ORDER BY c.start_byte, c.end_byte",
            [path],
        )

    def all_chunks(self) -> list[Chunk]:
        """List every chunk, by path and source order."""
        chunks = self._chunks("json_each(?) j CROSS JOIN chunks c", "", [0])
        with self._intact:
            return sorted(chunks, key=lambda chunk: (chunk.span.path, chunk.span.start_byte, chunk.span.end_byte))

    def chunks_with(self, shas: Iterable[str]) -> list[Chunk]:
        """Return a chunk of each of these texts, the first by path and source order, in that order."""
        found: list[int] = []
        texts = [bytes.fromhex(sha) for sha in shas]
        for start in range(0, len(texts), _BLOCK):
            block = texts[start : start + _BLOCK]
            marks = ",".join("?" * len(block))
            found += [n for (n,) in self._rows(f"SELECT id FROM chunks WHERE sha256 IN ({marks})", block)]
        first: dict[str, Chunk] = {}
        for chunk in sorted(self.chunks(found), key=lambda chunk: (chunk.span.path, chunk.span.start_byte)):
            first.setdefault(chunk.sha256, chunk)
        return list(first.values())

    def count_texts(self) -> int:
        """Count the distinct texts of chunks."""
        return int(self._rows("SELECT count(DISTINCT sha256) FROM chunks")[0][0])

    def _chunks(self, source: str, order: str, values: Iterable[object]) -> list[Chunk]:
        rows = self._rows_for(f"{_CHUNK.format(source)} {order}", values)
        with self._intact:
            keys = self.symbol_keys(row[2] for row in rows)
            paths = self._paths_of(row[1] for row in rows)
            return [
                Chunk(number, Span(paths[file_id], *place), keys.get(symbol, paths[file_id]), sha256.hex())
                for number, file_id, symbol, *place, sha256 in rows
            ]

    def texts(self, wanted: Set[str] | None = None) -> Iterator[tuple[str, str]]:
        """Yield (sha256, terms) of every distinct chunk, or of those wanted, by path and source order."""
        seen: set[str] = set()
        for facts_id in self._facts_with(wanted):
            for chunk in self._chunks_of_facts(facts_id):
                if chunk.sha256 not in seen and (wanted is None or chunk.sha256 in wanted):
                    seen.add(chunk.sha256)
                    yield chunk.sha256, f"{chunk.name} {chunk.signature} {chunk.doc} {chunk.body}"

    def _facts_with(self, wanted: Set[str] | None) -> list[int]:
        """Return the facts of the files that hold wanted chunks, by path; of all files for None."""
        if wanted is None:
            return [n for (n,) in self._rows("SELECT facts_id FROM files WHERE facts_id IS NOT NULL ORDER BY path")]
        texts = [bytes.fromhex(sha) for sha in sorted(wanted)]
        found: set[tuple[str, int]] = set()
        for start in range(0, len(texts), _BLOCK):
            block = texts[start : start + _BLOCK]
            found.update(
                self._rows(
                    f"""SELECT f.path, f.facts_id FROM chunks c JOIN files f ON f.id = c.file_id
                        WHERE f.facts_id IS NOT NULL AND c.sha256 IN ({",".join("?" * len(block))})""",
                    block,
                )
            )
        return [number for _, number in sorted(found)]

    def vocabulary(self) -> list[tuple[str, int, int]]:
        """Return (term, chunks that have it, occurrences) of every term in the full-text index."""
        return self._rows("SELECT term, doc, cnt FROM chunk_vocab")

    def text_totals(self) -> list[str]:
        """Return what BM25 averages over, as FTS5 keeps it: chunks, and terms of each field."""
        rows = self._rows("SELECT block FROM chunk_fts_data WHERE id = 1")
        return [totals.hex() for (block,) in rows if (totals := block.rstrip(b"\0"))]  # all zeros: as good as none

    def _chunks_of_facts(self, facts_id: int) -> list[ChunkFact]:
        rows = self._rows("SELECT chunks FROM facts WHERE id = ?", (facts_id,))
        return codec.decode_chunks(rows[0][0]) if rows else []


def match_any(terms: Iterable[str]) -> str:
    """Return the FTS5 expression for chunks that have at least one of these terms; "" for no terms."""
    return " OR ".join(map(_quoted, terms))


def match_all(terms: Iterable[str]) -> str:
    """Return the FTS5 expression for chunks that have all of these terms; "" for no terms."""
    return " AND ".join(map(_quoted, terms))


def _quoted(term: str) -> str:
    return '"' + term.replace('"', "").replace("\0", "") + '"'
