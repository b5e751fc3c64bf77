"""One SQLite file: how it is opened, trusted, pinned to a generation, and what its errors mean to a user."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from codeqa.domain import Chunk, CodeqaError, NoIndex, SchemaTooNew
from codeqa.store.lock import Lock
from codeqa.store.schema import APPLICATION_ID, INDEXES, SCHEMA_VERSION, TABLES

if TYPE_CHECKING:
    import numpy as np

DATABASE = "index.db"
_ORIGIN = "origin"
_OWNED = ("index.db*", "vectors*", "lsa-*")  # what is thrown away with an index that cannot be used
_COMMON = (
    "PRAGMA trusted_schema=OFF",
    "PRAGMA cell_size_check=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA busy_timeout=5000",
)
# Not mapped into memory: what is mapped is not kept, and the check of its cells would be made at every look at a page.
_READER = ("PRAGMA query_only=ON", "PRAGMA mmap_size=0", "PRAGMA cache_size=-32000")
_WRITER = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA cache_size=-64000",
    "PRAGMA wal_autocheckpoint=4000",
)

_FAILURES = (sqlite3.Error, UnicodeDecodeError)  # the latter where damaged text gets into an error's message
_MISFITS = (AttributeError, IndexError, KeyError, TypeError, ValueError)  # what rows give that do not fit together

Row: TypeAlias = tuple[Any, ...]


class Intact:
    """Around code that makes objects of rows: what a damaged row causes there is said in words."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def __enter__(self) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, _MISFITS):
            path = self._directory / DATABASE
            hint = f"delete {self._directory} and index again"
            raise CodeqaError(f"the index {path} is damaged: {type(error).__name__}: {error}", hint=hint) from error


class Database:
    """A connection to `index.db` that reads one generation, or holds the lock and writes the next."""

    def __init__(self, directory: Path, connection: sqlite3.Connection, lock: Lock | None) -> None:
        self.directory = directory
        self.generation = 0
        self._connection = connection
        self._lock = lock
        self._inode = _inode(directory / DATABASE)
        self._intact = Intact(directory)
        self.matrices: dict[str, np.ndarray[Any, np.dtype[np.float32]]] = {}  # vectors widened for search, by file
        self._paths: dict[int, str] = {}
        self._keys: dict[int, str] = {}
        self._known_chunks: dict[int, Chunk] = {}
        self._known_links: dict[str, dict[str, int]] = {}  # edges of a file into others, by path

    @classmethod
    def open(cls, directory: Path, *, write: bool = False, wait_s: float = 0.0) -> Self:
        """Open the index in `directory`, to read its newest generation or to write the next.

        A reader raises NoIndex where there is none or it was made elsewhere. A writer makes what is missing, throws
        away what is foreign or older than the schema, and raises IndexLocked if another writer has not finished after
        `wait_s` seconds. Both raise SchemaTooNew for the index of a later codeqa, and CodeqaError for a damaged one.
        """
        return cls._open_writer(directory, wait_s) if write else cls._open_reader(directory)

    @classmethod
    def _open_reader(cls, directory: Path) -> Self:
        if not trusted(directory):
            raise NoIndex(f"no index of this repository in {directory}", hint="run: codeqa index")
        with ExitStack() as undo:
            store = cls(directory, _connect(directory, write=False), None)
            undo.callback(store.close)
            store._check_version(directory)
            store._pin()
            undo.pop_all()
        return store

    @classmethod
    def _open_writer(cls, directory: Path, wait_s: float) -> Self:
        with ExitStack() as undo:
            lock = _prepare(directory, wait_s)
            undo.callback(lock.release)
            if not trusted(directory) or _outdated(directory):
                destroy(directory)
                _create(directory)
            store = cls(directory, _connect(directory, write=True), lock)
            undo.callback(store.close)
            store.generation = store._read_generation()
            undo.pop_all()
        return store

    def close(self) -> None:
        """End the reading or writing; a second time is harmless."""
        self._connection.close()
        if self._lock:
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def refresh(self) -> bool:
        """Move a reader to the newest generation; True if that is another one than before."""
        before = self.generation, self._inode
        if _inode(self.directory / DATABASE) != self._inode:
            fresh = self._open_reader(self.directory)
            self._connection.close()
            self._connection, self._inode = fresh._connection, fresh._inode
            self.generation = fresh.generation
        elif self._lock is None:
            self._execute("ROLLBACK")
            self._pin()
        changed = before != (self.generation, self._inode)
        if changed:
            self._forget()
        return changed

    def _forget(self) -> None:
        self._paths.clear()
        self._keys.clear()
        self._known_chunks.clear()
        self._known_links.clear()

    def _pin(self) -> None:
        """Begin the read transaction, whose first SELECT fixes the generation."""
        self._execute("BEGIN")
        self.generation = self._read_generation()
        if not self.generation:
            raise NoIndex(f"the index in {self.directory} was never finished", hint="run: codeqa index")

    def _check_version(self, directory: Path) -> None:
        version = int(self._rows("PRAGMA user_version")[0][0])
        if version > SCHEMA_VERSION:
            raise SchemaTooNew(f"the index in {directory} was written by a later codeqa", hint="upgrade codeqa")
        if version < SCHEMA_VERSION:
            raise NoIndex(f"the index in {directory} was written by an older codeqa", hint="run: codeqa index")

    def _read_generation(self) -> int:
        return int(self.get_meta("generation") or 0)

    # ------------------------------------------------------------------------------------------------------------- meta

    def get_meta(self, key: str) -> str | None:
        """Return the value kept under `key`."""
        rows = self._rows("SELECT value FROM meta WHERE key = ?", (key,))
        return str(rows[0][0]) if rows else None

    def set_meta(self, key: str, value: str) -> None:
        """Keep a value under `key`; inside a transaction or batch, or at once."""
        self._execute("INSERT OR REPLACE INTO meta(key, value) VALUES (?, ?)", (key, value))

    # -------------------------------------------------------------------------------------------------------------- SQL

    def _rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        try:
            return self._connection.execute(sql, parameters).fetchall()
        except _FAILURES as error:
            raise _explained(error, self.directory) from error

    def _execute(self, sql: str, parameters: Sequence[object] = ()) -> None:
        try:
            self._connection.execute(sql, parameters)
        except _FAILURES as error:
            raise _explained(error, self.directory) from error

    def _many(self, sql: str, rows: Iterable[Row]) -> None:
        try:
            self._connection.executemany(sql, rows)
        except _FAILURES as error:
            raise _explained(error, self.directory) from error

    def _rows_for(self, sql: str, values: Iterable[object]) -> list[Row]:
        """Run a query over `json_each(?)`: many values in one statement that is compiled once."""
        with self._intact:
            listed = json.dumps(list(values))
        return self._rows(sql, (listed,))


# ------------------------------------------------------------------------------------------------------- files on disk


def trusted(directory: Path) -> bool:
    """Whether the index in `directory` was made there by this user.

    One that was copied, or that came with the repository, has another origin: the inodes of the folder and of the
    database, and the user. Nothing of it is opened.
    """
    if not _is_folder(directory) or not _is_file(directory / DATABASE) or not _is_file(directory / _ORIGIN):
        return False
    try:
        return (directory / _ORIGIN).read_text("ascii", "replace") == _origin(directory)
    except OSError:
        return False


def destroy(directory: Path) -> None:
    """Throw the index in `directory` away, vectors included; traces and feedback stay. No link is followed."""
    for pattern in (_ORIGIN, *_OWNED):
        for path in directory.glob(pattern):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def version_of_sqlite() -> tuple[str, bool]:
    """Return the version of SQLite in use, and whether it has the full-text search that an index needs."""
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("CREATE VIRTUAL TABLE t USING fts5(x)")
    except sqlite3.OperationalError:
        return sqlite3.sqlite_version, False
    finally:
        connection.close()
    return sqlite3.sqlite_version, True


def _prepare(directory: Path, wait_s: float) -> Lock:
    try:
        directory.mkdir(exist_ok=True, parents=True)
        if not _is_folder(directory):
            raise NoIndex(f"{directory} is not a folder of its own", hint="remove it, or use --cache")
        ignore = directory / ".gitignore"
        if not os.path.lexists(ignore):
            ignore.write_text("*\n")
        return Lock.acquire(directory / "lock", wait_s)
    except OSError as error:
        raise NoIndex(f"cannot write an index in {directory}: {error.strerror}", hint="use --cache") from error


def _create(directory: Path) -> None:
    connection = _connect(directory, write=True)
    try:
        connection.execute("BEGIN")
        for statement in (TABLES + ";".join(INDEXES.values())).split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
        connection.execute("COMMIT")
    except _FAILURES as error:
        raise _explained(error, directory) from error
    finally:
        connection.close()
    (directory / _ORIGIN).write_text(_origin(directory), "ascii")


def _outdated(directory: Path) -> bool:
    connection = _connect(directory, write=True)
    try:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    except _FAILURES as error:
        raise _explained(error, directory) from error
    finally:
        connection.close()
    if version > SCHEMA_VERSION:
        raise SchemaTooNew(f"the index in {directory} was written by a later codeqa", hint="upgrade codeqa")
    return version < SCHEMA_VERSION


def _connect(directory: Path, *, write: bool) -> sqlite3.Connection:
    path = (directory / DATABASE).absolute().as_uri()
    options = "mode=rwc" if write else "mode=ro" if os.access(directory, os.W_OK) else "mode=ro&immutable=1"
    try:
        connection = sqlite3.connect(f"{path}?{options}", uri=True, isolation_level=None, check_same_thread=False)
        for pragma in (*_COMMON, *(_WRITER if write else _READER)):
            connection.execute(pragma)
    except _FAILURES as error:
        raise _explained(error, directory) from error
    return connection


def _explained(error: Exception, directory: Path) -> CodeqaError:
    path = directory / DATABASE
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith("SQLITE_FULL"):
        return CodeqaError(f"no room left to write {path}", hint="free some space; the last generation is intact")
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return NoIndex(f"cannot write {path}: {error}", hint="use --cache")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return CodeqaError(f"{path} is in use: {error}", hint="try again")
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_IOERR", "SQLITE_FORMAT")):
        return CodeqaError(f"the index {path} is damaged: {error}", hint=f"delete {directory} and index again")
    return CodeqaError(f"the index {path} cannot be used: {error}", hint=f"delete {directory} and index again")


def _origin(directory: Path) -> str:
    return f"{_inode(directory)} {_inode(directory / DATABASE)} {os.getuid()}\n"


def _inode(path: Path) -> int:
    try:
        return path.lstat().st_ino
    except OSError:
        return -1


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except OSError:
        return False


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False
