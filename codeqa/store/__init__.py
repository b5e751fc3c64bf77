"""The index on disk: the only part of codeqa that knows SQLite and LanceDB.

`Store.open(directory)` reads one generation, `Store.open(directory, write=True)` holds the lock and writes the next.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from codeqa.store.database import destroy, trusted, version_of_sqlite
from codeqa.store.dump import dump
from codeqa.store.schema import (
    EDGE_CODE,
    EDGE_KINDS,
    EXTERNAL,
    STRATEGIES,
    STRATEGY_CODE,
    FileRecord,
    FileStats,
    SymbolRow,
    key_of,
)
from codeqa.store.summaries import Said, Summaries, readable
from codeqa.store.text import match_all, match_any
from codeqa.store.vectors import DERIVED, Vectors
from codeqa.store.writing import Writer

__all__ = [
    "EDGE_CODE",
    "EDGE_KINDS",
    "EXTERNAL",
    "STRATEGIES",
    "STRATEGY_CODE",
    "FileRecord",
    "FileStats",
    "Said",
    "Store",
    "Summaries",
    "SymbolRow",
    "Vectors",
    "destroy",
    "key_of",
    "match_all",
    "match_any",
    "readable",
    "trusted",
    "version_of_sqlite",
]


class Store(Writer):
    """An index: reading in `reading.py` and `text.py`, writing in `writing.py`, vectors apart in `Vectors`."""

    def vectors(self, embedder: str) -> Vectors:
        """Return the vectors of one embedder, by its id."""
        return Vectors(self, embedder)

    def embedders(self) -> list[str]:
        """List the ids of the embedders that have vectors here, the newest first."""
        return [name for name in self._spaces() if DERIVED not in name]

    def _spaces(self) -> list[str]:
        return [str(row[0]) for row in self._rows("SELECT name FROM embedders ORDER BY id DESC")]

    def summaries(self) -> Summaries:
        """Return what language models said of chunks."""
        return Summaries(self)

    def tidy(self, used: str) -> None:
        """Delete the files of embedders other than this one that have no vectors here, after a `batch` forgot them."""
        known = [self.vectors(name) for name in self._spaces()]
        kept = {*(each.path.name for each in known), *(f"{each.safe_name}.lance" for each in known)}
        kept.update((used, *(each.embedder for each in known)))
        for pattern in ("vectors-*.f16", "lsa-*", "vectors.lance/*.lance"):
            for path in self.directory.glob(pattern):
                if path.name in kept:
                    continue
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)

    def dump(self) -> Iterator[str]:
        """Yield the canonical form: every table by natural keys, sorted, with no integer id, time or vector."""
        return dump(self)
