"""LanceDB behind the matrix: for repositories of many chunks and for processes that stay.

It is derived, may be lost, and nobody waits for it: `python -m codeqa.store.lance DIRECTORY EMBEDDER` fills it in a
process of its own, since importing LanceDB alone takes a second or two. Text is named by sha256, so a row is never
stale. LanceDB can roll back in silence after a crash; `index.db` therefore keeps the rows and the version that were
there, and what has fewer is filled again.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codeqa.domain import CodeqaError, IndexLocked
from codeqa.store import Store, Vectors
from codeqa.store.lock import Lock

if TYPE_CHECKING:
    import numpy as np

WORTH_IT = 500_000
"""Vectors from which on it is filled and asked. At 204,453 the scan of the matrix takes 13 ms and is exact; LanceDB
takes 67 ms and finds 96 % of that, in three times the memory (docs/measurements.md)."""

_FOLDER = "vectors.lance"
_ROWS = 20_000  # of one commit: many small commits make a table slow
_MANY_COMMITS = 30  # after which the table is made of one piece again
_INDEXED = 50_000  # rows from which on an index beats a scan
_PROBES, _REFINE = 20, 10  # of that index: recall 0.98 at 100,000 rows
_LOCK_WAIT_S = 60.0
_BROKEN = (OSError, RuntimeError, ValueError)  # what LanceDB raises for a table that is damaged


def fill(directory: Path, embedder: str) -> int:
    """Copy the vectors that LanceDB lacks, and return how many rows it has then; resumes where another fill stopped.

    Returns 0 if another process is filling it.
    """
    os.environ.setdefault("LANCEDB_LOG", "error")
    with Store.open(directory) as store:
        try:
            lock = Lock.acquire(directory / "vectors.lock")
        except IndexLocked:
            return 0
        try:
            vectors = store.vectors(embedder)
            table = _filled(store, vectors)
            rows = int(table.count_rows())
            record = {"rows": rows, "version": int(table.version), "matrix": vectors.state}
        finally:
            lock.release()
    with suppress(IndexLocked), Store.open(directory, write=True, wait_s=_LOCK_WAIT_S) as store, store.batch():
        store.set_meta(_key(embedder), json.dumps(record))
    return rows


def fill_in_background(directory: Path, embedder: str) -> None:
    """Do it in a process of its own: importing LanceDB alone takes longer than most answers."""
    import subprocess  # a question starts nothing, mostly

    subprocess.Popen(
        [sys.executable, "-P", "-m", "codeqa.store.lance", str(directory), embedder],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def ready(store: Store, embedder: str) -> bool:
    """Whether LanceDB was filled from all vectors that there are; imports nothing."""
    recorded, vectors = _recorded(store, embedder), store.vectors(embedder)
    return recorded["rows"] > 0 and recorded["matrix"] == vectors.state and (store.directory / _FOLDER).is_dir()


def behind(store: Store, embedder: str) -> int:
    """Count the vectors that were added since LanceDB was last filled; imports nothing."""
    return max(0, len(store.vectors(embedder)) - int(_recorded(store, embedder)["rows"]))


class Lance:
    """A table of vectors, open for search."""

    def __init__(self, store: Store, embedder: str) -> None:
        """Open the table of an embedder; CodeqaError if there is none or if it lost rows."""
        self._vectors = store.vectors(embedder)
        try:
            self._table = _open(store, self._vectors)
        except _BROKEN as error:
            raise CodeqaError(f"the vectors in {store.directory / _FOLDER} cannot be read: {error}") from error
        if self._table is None:
            raise CodeqaError(f"there are no vectors in {store.directory / _FOLDER} yet")

    def nearest(self, query: np.ndarray[Any, np.dtype[np.float32]], limit: int) -> list[tuple[int, float]]:
        """Return (chunk id, cosine) of the chunks nearest to a query vector of shape (dimensions,), best first."""
        if not query.any():
            return []
        search = self._table.search(query, vector_column_name="vector").distance_type("cosine")
        if self._table.list_indices():
            search = search.nprobes(_PROBES).refine_factor(_REFINE)
        found = search.select(["sha256", "_distance"]).limit(2 * limit + 16).to_list()  # some rows are dead
        return self._vectors.chunks_of({row["sha256"]: 1.0 - float(row["_distance"]) for row in found})[:limit]


def _filled(store: Store, vectors: Vectors) -> Any:  # noqa: ANN401 - LanceDB has no types
    try:
        return _fill(store, vectors, _open(store, vectors))
    except _BROKEN:
        shutil.rmtree(store.directory / _FOLDER, ignore_errors=True)
        return _fill(store, vectors, None)


def _fill(store: Store, vectors: Vectors, table: Any) -> Any:  # noqa: ANN401
    shas = vectors.shas()
    present = set() if table is None else set(table.search().select(["sha256"]).to_arrow()["sha256"].to_pylist())
    if table is not None and len(present.difference(shas)) > len(shas):  # most of it is dead
        table, present = None, set()
    if table is None:
        table = _created(store, vectors)
    for batch in _batches(vectors, shas, present):
        table.add(batch)
    return _tidied(table)


def _created(store: Store, vectors: Vectors) -> Any:  # noqa: ANN401
    import pyarrow as pa

    fields = [("sha256", pa.string()), ("vector", pa.list_(pa.float32(), vectors.dimensions))]
    return _connected(store).create_table(vectors.safe_name, schema=pa.schema(fields), mode="overwrite")


def _batches(vectors: Vectors, shas: list[str], present: set[str]) -> Iterator[Any]:
    """Yield the missing rows as Arrow tables, without those of length zero, which have no direction."""
    import numpy as np
    import pyarrow as pa

    matrix = vectors.matrix()
    rows = [row for row, sha in enumerate(shas[: len(matrix)]) if sha not in present]
    for start in range(0, len(rows), _ROWS):
        block = np.array(rows[start : start + _ROWS])
        values = matrix[block].astype(np.float32)
        alive = values.any(axis=1)
        column = pa.FixedSizeListArray.from_arrays(pa.array(values[alive].ravel()), vectors.dimensions)
        yield pa.table({"sha256": [shas[row] for row in block[alive]], "vector": column})


def _tidied(table: Any) -> Any:  # noqa: ANN401
    if table.count_rows() >= _INDEXED and not table.list_indices():
        table.create_index(metric="cosine", vector_column_name="vector", index_type="IVF_PQ")
    elif len(table.list_versions()) > _MANY_COMMITS:
        table.optimize()
    return table


def _open(store: Store, vectors: Vectors) -> Any:  # noqa: ANN401
    """Return the table, or None if there is none or if it has less than it had."""
    if not (store.directory / _FOLDER / f"{vectors.safe_name}.lance").is_dir():
        return None
    table = _connected(store).open_table(vectors.safe_name)
    recorded = _recorded(store, vectors.embedder)
    whole = int(table.version) >= recorded["version"] and int(table.count_rows()) >= recorded["rows"]
    return table if whole else None


def _connected(store: Store) -> Any:  # noqa: ANN401
    import lancedb

    folder = store.directory / _FOLDER
    if folder.is_symlink():
        raise CodeqaError(f"{folder} is a link", hint="remove it")
    return lancedb.connect(str(folder), read_consistency_interval=timedelta(0))


def _recorded(store: Store, embedder: str) -> dict[str, Any]:
    """Return what there was after the last fill: rows and version of the table, and the state of the matrix."""
    return {"rows": 0, "version": 0, "matrix": "", **json.loads(store.get_meta(_key(embedder)) or "{}")}


def _key(embedder: str) -> str:
    return f"lance:{embedder}"


def main(arguments: list[str]) -> int:
    """Fill LanceDB in silence: DIRECTORY EMBEDDER. Returns the exit status."""
    try:
        fill(Path(arguments[0]), arguments[1])
    except CodeqaError as error:
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
