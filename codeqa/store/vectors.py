"""Vectors in a memory-mapped matrix: content-addressed, appended to, compacted when more than half of it is dead."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from codeqa.domain import CodeqaError
from codeqa.store.database import Database
from codeqa.store.halves import products, widened

if TYPE_CHECKING:
    import numpy as np

DERIVED = "~"
"""In the name of a space whose vectors are not of the chunks' own text: the embedder's id stands before it."""

_BYTES = 2  # float16
_KEPT = 256_000_000  # bytes of float32 that an open store keeps from its second question on: one is quicker without
_ASKED = 500  # values in one statement
_MIN_DEAD = 1_000  # rows that are not worth a compaction


class _Rows(NamedTuple):
    """What a question needs of a file."""

    rows: np.ndarray[Any, np.dtype[np.int64]]  # of its chunks; those of one text share a row
    length: float  # of the sum of these rows


class Vectors:
    """The vectors of one embedder, by sha256 of the chunk's text: chunks of the same text share a row.

    They belong to no generation. The database counts the rows of the file, so that a torn append is never seen and is
    overwritten by the next.
    """

    def __init__(self, store: Database, embedder: str) -> None:
        self._store = store
        self.embedder = embedder
        rows = store._rows("SELECT id, dimensions, rows, epoch FROM embedders WHERE name = ?", (embedder,))
        self._id, self.dimensions, self._rows, self._epoch = rows[0] if rows else (0, 0, 0, 0)
        self._files: dict[str, _Rows] = {}
        self._last: tuple[bytes, np.ndarray[Any, np.dtype[np.float32]]] | None = None  # a query, and what it scored

    def __len__(self) -> int:
        """Return the number of rows of the matrix, dead ones included."""
        return int(self._rows)

    @property
    def state(self) -> str:
        """What changes whenever rows are added or dropped."""
        return f"{self._id}.{self._epoch}.{self._rows}"

    @property
    def path(self) -> Path:
        """The file of the matrix: rows of float16, no header."""
        return self._store.directory / f"vectors-{self.safe_name}.{self._id}.{self._epoch}.f16"

    @property
    def safe_name(self) -> str:
        """The embedder's id as a part of a file's name; two ids may give the same."""
        return re.sub(r"[^A-Za-z0-9._-]", "_", self.embedder)[:100]

    # ---------------------------------------------------------------------------------------------------------- reading

    def missing(self) -> set[str]:
        """Return the sha256 of the chunks that have no vector yet, at a cost that hangs on what is not `settle`d."""
        return {sha for _, sha in self.lacking()}

    def lacking(self, after: int = 0, limit: int = -1) -> list[tuple[int, str]]:
        """Return (id, sha256) of chunks without a vector, by id: those behind the chunk `after`, at most `limit`."""
        present = self._present()
        rows = self._store._rows(
            """SELECT c.id, c.sha256 FROM chunks c WHERE c.id > ?
               AND NOT EXISTS (SELECT 1 FROM vectors v WHERE v.sha256 = c.sha256 AND v.embedder = ? AND v.row < ?)
               ORDER BY c.id LIMIT ?""",
            (max(after, self._complete() if present == self._rows else 0), self._id, present, limit),
        )
        return [(number, sha256.hex()) for number, sha256 in rows]

    def _complete(self) -> int:
        """Return the chunk up to which all have vectors. Asked each time, for another writer may lower it."""
        rows = self._store._rows("SELECT complete FROM embedders WHERE id = ?", (self._id,))
        return int(rows[0][0]) if rows else 0

    def settle(self) -> bool:
        """Note up to which chunk all have vectors, inside a `batch`; True if that is the last one."""
        lacking = self.lacking(limit=1)
        if self._id:
            last = lacking[0][0] - 1 if lacking else self._store._rows("SELECT ifnull(max(id), 0) FROM chunks")[0][0]
            self._set_complete(int(last))
        return not lacking

    def _set_complete(self, chunk: int) -> None:
        self._store._execute("UPDATE embedders SET complete = ? WHERE id = ?", (chunk, self._id))

    def matrix(self) -> np.ndarray[Any, np.dtype[np.float16]]:
        """Return the rows memory-mapped, shape (rows, dimensions), float16; fewer if the file has fewer."""
        import numpy as np

        rows = self._present()
        if not rows:
            return np.empty((0, self.dimensions), np.float16)
        return np.memmap(self.path, np.float16, "r", shape=(rows, self.dimensions))

    def _present(self) -> int:
        """Count the rows that are both counted and in the file, which can lose its end when a machine stops."""
        try:
            return min(self._rows, self.path.stat().st_size // (self.dimensions * _BYTES)) if self._rows else 0
        except OSError:
            return 0

    def chunk_rows(self) -> tuple[np.ndarray[Any, np.dtype[np.int64]], np.ndarray[Any, np.dtype[np.int64]]]:
        """Return (rows, chunk ids), two arrays of one length: which rows of the matrix live, and for which chunks."""
        import numpy as np

        pairs = self._store._rows(
            "SELECT v.row, c.id FROM vectors v JOIN chunks c ON c.sha256 = v.sha256 WHERE v.embedder = ? ORDER BY 1, 2",
            (self._id,),
        )
        both = np.array(pairs, np.int64).reshape(-1, 2)
        return both[:, 0], both[:, 1]

    def nearest(self, query: np.ndarray[Any, np.dtype[np.float32]], limit: int) -> list[tuple[int, float]]:
        """Return (chunk id, cosine) of the chunks nearest to a query vector of shape (dimensions,), best first."""
        import numpy as np

        norm = float(np.linalg.norm(query))
        scores = self._scores(query)
        if not norm or not len(scores):
            return []
        found: list[tuple[int, float]] = []
        wanted = limit + limit // 8 + 16  # some rows are dead
        while len(found) < limit:
            top = np.argpartition(-scores, wanted)[:wanted] if wanted < len(scores) else np.arange(len(scores))
            found = self._living({int(row): float(scores[row]) / norm for row in top})
            if wanted >= len(scores):
                break
            wanted *= 4
        return found[:limit]

    def of_files(self, query: np.ndarray[Any, np.dtype[np.float32]], paths: Iterable[str]) -> dict[str, float]:
        """Return the cosine of each of these files, the mean of whose vectors it is, with a query vector."""
        import numpy as np

        wanted = list(dict.fromkeys(paths))
        self._learn([path for path in wanted if path not in self._files])
        known = [self._files[path] for path in wanted]
        rows = np.concatenate([np.empty(0, np.int64), *(file.rows for file in known)])
        if not len(rows):
            return {}
        # The product of a sum is the sum of products, and those of all rows have mostly been made for this query.
        places = np.repeat(np.arange(len(known)), [len(file.rows) for file in known])
        sums = np.bincount(places, self._scores_of(query, rows), len(known))
        lengths = np.array([file.length for file in known]) * (float(np.linalg.norm(query)) or 1.0)
        cosines = sums / np.where(lengths > 0, lengths, 1.0)
        return dict(zip(wanted, cosines.tolist(), strict=True))

    def _learn(self, paths: Sequence[str]) -> None:
        """Note the rows of these files, and the length of their sum."""
        import numpy as np

        if not paths:
            return
        pairs = np.array(
            self._store._rows(
                """SELECT j.key, v.row FROM json_each(?) j CROSS JOIN files f ON f.path = j.value
                   CROSS JOIN chunks c ON c.file_id = f.id
                   CROSS JOIN vectors v ON v.sha256 = c.sha256 AND v.embedder = ?
                   WHERE v.row < ? ORDER BY j.key""",
                (json.dumps(paths), self._id, self._present()),
            ),
            np.int64,
        ).reshape(-1, 2)
        self._files.update(dict.fromkeys(paths, _Rows(pairs[:0, 1], 0.0)))
        if not len(pairs):
            return
        places, starts = np.unique(pairs[:, 0], return_index=True)
        sums = np.add.reduceat(self._wide_rows(pairs[:, 1]), starts, axis=0)
        lengths = np.sqrt(np.einsum("ij,ij->i", sums, sums)).tolist()
        for place, rows, length in zip(places.tolist(), np.split(pairs[:, 1], starts[1:]), lengths, strict=True):
            self._files[paths[place]] = _Rows(rows, length)

    def _wide_rows(self, rows: np.ndarray[Any, np.dtype[np.int64]]) -> np.ndarray[Any, np.dtype[np.float32]]:
        known = self._kept()
        return widened(self.matrix()[rows]) if known is None else known[rows]

    def _scores(self, query: np.ndarray[Any, np.dtype[np.float32]]) -> np.ndarray[Any, np.dtype[np.float32]]:
        """Return the products of all rows with a query; of the last one they are kept."""
        import numpy as np

        if not self._present():
            return np.empty(0, np.float32)
        query = query.astype(np.float32)
        if self._last is None or self._last[0] != query.tobytes():
            known = self._kept()
            if known is None and self._last is not None:
                known = self._keep()
            self._last = query.tobytes(), products(self.matrix() if known is None else known, query)
        return np.asarray(self._last[1])

    def _scores_of(
        self, query: np.ndarray[Any, np.dtype[np.float32]], rows: np.ndarray[Any, np.dtype[np.int64]]
    ) -> np.ndarray[Any, np.dtype[np.float32]]:
        import numpy as np

        query = query.astype(np.float32)
        if self._last is not None and self._last[0] == query.tobytes():
            return np.asarray(self._last[1][rows])
        return products(self._wide_rows(rows), query)

    def _kept(self) -> np.ndarray[Any, np.dtype[np.float32]] | None:
        """Return the matrix as the open store keeps it, None if it has less or none of it."""
        known = self._store.matrices.get(self.path.name)
        return known if known is not None and len(known) == self._present() else None

    def _keep(self) -> np.ndarray[Any, np.dtype[np.float32]] | None:
        """Widen the matrix for all questions to come, unless it is too large for that."""
        if 2 * _BYTES * self._present() * self.dimensions > _KEPT:
            return None
        self._store.matrices[self.path.name] = widened(self.matrix())
        return self._store.matrices[self.path.name]

    def chunks_of(self, scores: Mapping[str, float]) -> list[tuple[int, float]]:
        """Return (chunk id, score) of the chunks whose text has one of these sha256, best first."""
        found: list[tuple[int, float]] = []
        for sha256, score in scores.items():
            rows = self._store._rows("SELECT id FROM chunks WHERE sha256 = ?", (bytes.fromhex(sha256),))
            found += [(row[0], score) for row in rows]
        return sorted(found, key=_best_first)

    def _living(self, scores: dict[int, float]) -> list[tuple[int, float]]:
        pairs = self._store._rows(
            """SELECT v.row, c.id FROM json_each(?) j CROSS JOIN vectors v ON v.embedder = ? AND v.row = j.value
               CROSS JOIN chunks c ON c.sha256 = v.sha256""",
            (json.dumps(list(scores)), self._id),
        )
        return sorted(((chunk, scores[row]) for row, chunk in pairs), key=_best_first)

    def shas(self) -> list[str]:
        """Return the sha256 of each row's text, in the order of the rows."""
        sql = "SELECT sha256 FROM vectors WHERE embedder = ? AND row < ? ORDER BY row"
        rows = self._store._rows(sql, (self._id, self._present()))
        return [row[0].hex() for row in rows]

    # ---------------------------------------------------------------------------------------------------------- writing

    def append(self, shas: Sequence[str], vectors: np.ndarray[Any, np.dtype[np.float32]]) -> None:
        """Add vectors, shape (len(shas), dimensions), of texts that have none; inside a `batch` or `transaction`."""
        import numpy as np

        if vectors.ndim != 2 or len(vectors) != len(shas):
            raise ValueError(f"{len(shas)} texts, but vectors of shape {vectors.shape}")
        if not self._id:
            self._register(vectors.shape[1])
        if vectors.shape[1] != self.dimensions:
            raise ValueError(f"{self.embedder} has {self.dimensions} dimensions, not {vectors.shape[1]}")
        fresh = self._fresh(shas)
        rows = np.nan_to_num(vectors[[place for place, _ in fresh]]).astype("<f2")
        first = self._write(rows.tobytes())
        keys = [(self._id, first + n, bytes.fromhex(sha)) for n, (_, sha) in enumerate(fresh)]
        self._store._many("INSERT INTO vectors(embedder, row, sha256) VALUES (?, ?, ?)", keys)
        self._rows = first + len(fresh)
        self._store._execute("UPDATE embedders SET rows = ? WHERE id = ?", (self._rows, self._id))
        self._files, self._last = {}, None

    def _register(self, dimensions: int) -> None:
        self._store._execute(
            "INSERT INTO embedders(name, dimensions, rows, epoch) VALUES (?, ?, 0, 0)", (self.embedder, dimensions)
        )
        self.__init__(self._store, self.embedder)  # type: ignore[misc]

    def _fresh(self, shas: Sequence[str]) -> list[tuple[int, str]]:
        have = self._having(shas)
        first = {sha: place for place, sha in reversed(list(enumerate(shas))) if sha not in have}
        return sorted((place, sha) for sha, place in first.items())

    def _having(self, shas: Sequence[str]) -> set[str]:
        """Return those of these texts that have a row already."""
        texts, present = [bytes.fromhex(sha) for sha in shas], self._present()
        found: set[str] = set()
        for start in range(0, len(texts), _ASKED):
            block = texts[start : start + _ASKED]
            rows = self._store._rows(
                f"""SELECT sha256 FROM vectors WHERE embedder = ? AND row < ?
                    AND sha256 IN ({",".join("?" * len(block))})""",
                [self._id, present, *block],
            )
            found.update(row[0].hex() for row in rows)
        return found

    def _write(self, data: bytes) -> int:
        """Write behind the last counted row that the file really has, and return the number of the first new row."""
        width = self.dimensions * _BYTES
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
        try:
            rows = min(self._rows, os.fstat(descriptor).st_size // width)
            if rows < self._rows:
                self._set_complete(0)
                self._store._execute("DELETE FROM vectors WHERE embedder = ? AND row >= ?", (self._id, rows))
            os.ftruncate(descriptor, rows * width)
            with os.fdopen(os.dup(descriptor), "r+b") as file:
                file.seek(rows * width)
                file.write(data)
                file.flush()
                os.fsync(descriptor)
        except OSError as error:
            raise CodeqaError(f"cannot write {self.path}: {error.strerror}", hint="free some space") from error
        finally:
            os.close(descriptor)
        return int(rows)

    def compact(self) -> bool:
        """Drop rows whose text no chunk has, if they are more than half; inside a `batch` or `transaction`."""
        if self._rows - int(self._store._rows("SELECT count(*) FROM chunks")[0][0]) < _MIN_DEAD:
            return False
        living = self._store._rows(
            """SELECT v.row, v.sha256 FROM vectors v WHERE v.embedder = ?
               AND EXISTS (SELECT 1 FROM chunks c WHERE c.sha256 = v.sha256) ORDER BY v.row""",
            (self._id,),
        )
        dead = self._rows - len(living)
        if dead < _MIN_DEAD or dead <= len(living):
            return False
        old, matrix = self.path, self.matrix()
        kept = [(row, sha) for row, sha in living if row < len(matrix)]
        if len(kept) < len(living):
            self._set_complete(0)
        self._epoch, self._rows = self._epoch + 1, 0
        self._files, self._last = {}, None
        self._write(matrix[[row for row, _ in kept]].tobytes())
        self._rows = len(kept)
        self._store._execute("DELETE FROM vectors WHERE embedder = ?", (self._id,))
        self._store._many(
            "INSERT INTO vectors(embedder, row, sha256) VALUES (?, ?, ?)",
            [(self._id, n, sha) for n, (_, sha) in enumerate(kept)],
        )
        self._store._execute(
            "UPDATE embedders SET rows = ?, epoch = ? WHERE id = ?", (self._rows, self._epoch, self._id)
        )
        old.unlink(missing_ok=True)
        return True

    def forget(self) -> None:
        """Forget all of this embedder, what is derived of it too, inside a `batch`.

        Its files go with `Store.tidy`, once that is committed.
        """
        prefix = f"{self.embedder}{DERIVED}"
        derived = self._store._rows("SELECT name FROM embedders WHERE substr(name, 1, ?) = ?", (len(prefix), prefix))
        for (name,) in derived:
            Vectors(self._store, name).forget()
        self._store._execute("DELETE FROM vectors WHERE embedder = ?", (self._id,))
        self._store._execute("DELETE FROM embedders WHERE id = ?", (self._id,))
        self._store._execute("DELETE FROM meta WHERE key = ?", (f"lance:{self.embedder}",))


def _best_first(pair: tuple[int, float]) -> tuple[float, int]:
    return -pair[1], pair[0]
