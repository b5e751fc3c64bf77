"""What language models said of chunks: by sha256 of a chunk's bytes, model and prompt; a text that is searched, too.

They belong to no generation and are no part of the canonical dump. What was said of bytes holds for those bytes where
ever they are, so that nothing here can be out of date: a chunk that changed has none until it is asked for again.
Of several models or prompts one is used, the one that has said most of what is there; the others wait for their turn.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from codeqa import terms
from codeqa.domain import Summary
from codeqa.store.database import Database, Row
from codeqa.store.vectors import DERIVED, Vectors

if TYPE_CHECKING:
    from codeqa.domain import Embedder

USED = "summaries"  # key in `meta`: the source whose summaries are searched and shown, by its id
_MIN_DEAD = 1_000  # summaries of bytes that are nowhere: as many are kept for what comes back
_BLOCK = 500  # values in one statement


class Said(NamedTuple):
    """One reply of a model about a chunk, checked. Without a text, `problem` says why it is not to be used."""

    sha256: str  # of the chunk's bytes, hexadecimal
    text: str
    tags: tuple[str, ...] = ()
    problem: str = ""


class Summaries:
    """Summaries of chunks, beside the vectors."""

    def __init__(self, store: Database) -> None:
        self._store = store

    # ---------------------------------------------------------------------------------------------------------- reading

    @property
    def used(self) -> int:
        """The source that is used, 0 for none."""
        return int(self._store.get_meta(USED) or 0)

    def source(self, model: str, prompt: str) -> int:
        """Return the id of what a model said to a prompt, 0 if it said nothing yet."""
        rows = self._store._rows("SELECT id FROM summary_sources WHERE model = ? AND prompt = ?", (model, prompt))
        return int(rows[0][0]) if rows else 0

    def known(self, source: int) -> set[str]:
        """Return the sha256 of the chunks that a source was asked about, whether its reply can be used or not."""
        rows = self._store._rows("SELECT sha256 FROM summaries WHERE source = ?", (source,))
        return {row[0].hex() for row in rows}

    def of(self, shas: Iterable[str]) -> dict[str, Summary]:
        """Return what the source in use said of chunks, by the sha256 of their bytes."""
        found: dict[str, Summary] = {}
        for block in _blocks(shas):
            rows = self._store._rows(
                f"""SELECT s.sha256, s.text, s.tags, o.model FROM summaries s JOIN summary_sources o ON o.id = s.source
                    WHERE s.source = ? AND s.text != '' AND s.sha256 IN ({",".join("?" * len(block))})""",
                [self.used, *block],
            )
            found.update(self._read(rows))
        return found

    def fulltext(self, match: str, limit: int) -> list[tuple[int, float]]:
        """Return (chunk id, BM25 score, higher is better) of the best matches of an FTS5 expression, best first."""
        if not match:
            return []
        rows = self._store._rows(
            """SELECT c.id, f.rank FROM
               (SELECT rowid, rank FROM summary_fts WHERE summary_fts MATCH ? ORDER BY rank LIMIT ?) f
               CROSS JOIN summaries s ON s.id = f.rowid CROSS JOIN chunks c ON c.sha256 = s.sha256
               ORDER BY f.rank, c.id LIMIT ?""",
            (match, limit, limit),
        )
        return [(chunk, -score) for chunk, score in rows]

    def space(self, embedder: str, source: int | None = None) -> Vectors:
        """Return the vectors of a source's summaries, of the one in use unless named.

        Their rows are keyed by the chunk that a summary is of.
        """
        return Vectors(self._store, f"{embedder}{DERIVED}summaries-{self.used if source is None else source}")

    def counts(self) -> dict[str, int]:
        """Count by model the chunks of this generation that have a summary, the source in use first."""
        counts = self._living()
        rows = self._store._rows("SELECT id, model FROM summary_sources ORDER BY id = ? DESC, id DESC", (self.used,))
        found: dict[str, int] = {}
        for source, model in rows:
            if counts.get(source):
                found[model] = max(found.get(model, 0), counts[source])
        return found

    def _living(self) -> dict[int, int]:
        return dict(
            self._store._rows(
                """SELECT source, count(*) FROM summaries s WHERE text != ''
                   AND EXISTS (SELECT 1 FROM chunks c WHERE c.sha256 = s.sha256) GROUP BY source"""
            )
        )

    def without_vector(self, embedder: str, limit: int) -> list[tuple[str, Summary]]:
        """Return (sha256 of the chunk, summary) of up to `limit` summaries in use that an embedder has no vector of."""
        if not self.used:
            return []
        space = self.space(embedder)
        rows = self._store._rows(
            """SELECT s.sha256, s.text, s.tags, o.model FROM summaries s JOIN summary_sources o ON o.id = s.source
               WHERE s.source = ? AND s.text != ''
               AND NOT EXISTS (SELECT 1 FROM vectors v WHERE v.sha256 = s.sha256 AND v.embedder = ? AND v.row < ?)
               ORDER BY s.id LIMIT ?""",
            (self.used, space._id, space._present(), limit),
        )
        return list(self._read(rows))

    def _read(self, rows: Sequence[Row]) -> Iterator[tuple[str, Summary]]:
        with self._store._intact:
            for sha, text, tags, model in rows:
                yield sha.hex(), Summary(text, tuple(json.loads(tags)), model)

    # ---------------------------------------------------------------------------------------------------------- writing

    def put(self, model: str, prompt: str, replies: Sequence[Said]) -> None:
        """Keep what a model said of chunks that it was not asked about before; inside a `batch`."""
        self._store._execute("INSERT OR IGNORE INTO summary_sources(model, prompt) VALUES (?, ?)", (model, prompt))
        source = self.source(model, prompt)
        before = self.used
        have = self.known(source)
        replies = list({said.sha256: said for said in replies if said.sha256 not in have}.values())
        self._store._many(
            "INSERT INTO summaries(source, sha256, text, tags, problem) VALUES (?, ?, ?, ?, ?)",
            [(source, bytes.fromhex(said.sha256), said.text, json.dumps(said.tags), said.problem) for said in replies],
        )
        counts = self._living()
        if source != before and counts.get(source, 0) and counts[source] >= counts.get(before, 0):
            self._store.set_meta(USED, str(source))
            self.index()
        elif source == before:
            for block in _blocks(said.sha256 for said in replies):
                self._index(f"AND sha256 IN ({','.join('?' * len(block))})", block)

    def embed(self, embedder: Embedder, most: int) -> int:
        """Give summaries in use the vectors that they lack, up to so many, inside a `batch`; return how many."""
        lacking = dict(self.without_vector(embedder.id, most))
        if lacking:
            texts = [readable(embedder, summary) for summary in lacking.values()]
            self.space(embedder.id).append(list(lacking), embedder.embed_chunks(texts))
        return len(lacking)

    def index(self) -> None:
        """Make the full text of the summaries in use anew, inside a `batch` or `transaction`."""
        self._store._execute("INSERT INTO summary_fts(summary_fts) VALUES ('delete-all')")
        self._index("", [])

    def _index(self, where: str, shas: Sequence[bytes]) -> None:
        rows = self._store._rows(
            f"SELECT id, text, tags FROM summaries WHERE source = ? AND text != '' {where}",
            [self.used, *shas],
        )
        with self._store._intact:
            values = [(number, terms.spaced(f"{text} {' '.join(json.loads(tags))}")) for number, text, tags in rows]
        self._store._many("INSERT INTO summary_fts(rowid, terms) VALUES (?, ?)", values)

    def prune(self) -> bool:
        """Forget summaries of bytes that are nowhere, if they are most; inside a `batch`."""
        dead = "NOT EXISTS (SELECT 1 FROM chunks c WHERE c.sha256 = summaries.sha256)"
        gone = int(self._store._rows(f"SELECT count(*) FROM summaries WHERE {dead}")[0][0])
        total = int(self._store._rows("SELECT count(*) FROM summaries")[0][0])
        if gone <= max(_MIN_DEAD, total - gone):
            return False
        self._store._execute(f"DELETE FROM summaries WHERE {dead}")
        for (name,) in self._store._rows("SELECT name FROM embedders WHERE instr(name, ?)", (f"{DERIVED}summaries-",)):
            space = Vectors(self._store, name)  # whoever embeds next makes those of the rest anew
            space.forget()
            space.path.unlink(missing_ok=True)
        self.index()
        return True


def readable(embedder: Embedder, summary: Summary) -> str:
    """Return a summary as an embedder reads texts of chunks."""
    text = f"{summary.text}\n{', '.join(summary.tags)}"
    return terms.spaced(text) if embedder.reads == "terms" else text


def _blocks(shas: Iterable[str]) -> Iterator[list[bytes]]:
    texts = [bytes.fromhex(sha) for sha in dict.fromkeys(shas)]
    for start in range(0, len(texts), _BLOCK):
        yield texts[start : start + _BLOCK]
