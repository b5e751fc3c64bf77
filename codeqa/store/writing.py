"""How the index moves from one generation to the next: whole files are replaced, and one transaction holds it all."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from codeqa.domain import CodeqaError, Edge, Unresolved
from codeqa.store import codec
from codeqa.store.database import Row
from codeqa.store.schema import (
    EDGE_CODE,
    EXTERNAL,
    EXTERNAL_FILE,
    INDEXES,
    KIND_CODE,
    SITE_BITS,
    STRATEGY_CODE,
    TALLY,
    FileRecord,
    SymbolRow,
    implied_name,
    key_of,
)
from codeqa.store.text import TextReader

if TYPE_CHECKING:
    from codeqa.domain import ChunkFact, Interface, Reference

_implied_name = lru_cache(maxsize=100_000)(implied_name)  # most edges go to few symbols
_EXTERNAL_PREFIX = EXTERNAL + "::"
_SPARE_FACTS = 200  # facts kept although no file has them now: what an undo or a change of branches brings back
_SYMBOL_COLUMNS = """
    file_id, name, qualname, kind, parent, start_byte, end_byte, start_line, end_line, name_line, signature, doc, flags
"""
_INSERT_SYMBOL = f"INSERT INTO symbols({_SYMBOL_COLUMNS}, id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_UPDATE_SYMBOL = f"UPDATE symbols SET ({_SYMBOL_COLUMNS}) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE id = ?"
_INSERT_EXTERNAL = f"INSERT INTO symbols({_SYMBOL_COLUMNS}, id) VALUES (?, ?, ?, ?, NULL, 0, 0, 0, 0, 0, '', '', '', ?)"
_DELETE_TEXT = "INSERT INTO chunk_fts(chunk_fts, rowid, name, signature, doc, body) VALUES ('delete', ?, ?, ?, ?, ?)"
_AMONG = "IN (SELECT value FROM json_each(?))"


@dataclass(slots=True)
class _Pending:
    """What one transaction has to remember until it ends."""

    fresh: bool  # it began on an empty index: rows first, indexes at the end
    symbol: int  # next free id
    chunk: int  # next free id
    known: dict[str, int] = field(default_factory=dict)  # symbol ids by key; all of them if fresh
    symbols_of: set[int] = field(default_factory=set)  # files whose symbols it wrote
    sites_of: set[int] = field(default_factory=set)  # files whose edges it wrote
    adopted: list[tuple[int, str]] = field(default_factory=list)  # symbols whose parent's key was not known yet
    orphans: set[int] = field(default_factory=set)  # symbols that may be externals without an edge
    tally: Counter[int] = field(default_factory=Counter)  # edges by strategy


class Writer(TextReader):
    """The one that holds the lock. Inside `transaction`, replace symbols of all changed files before edges of any."""

    _pending: _Pending  # there is one inside a transaction only

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make the next generation of what is written inside, or change nothing if it is left by an exception."""
        with self.batch():
            self._begin()
            try:
                yield
                self._finish()
            finally:
                del self._pending
            self.set_meta("generation", str(self.generation + 1))
        self.generation += 1

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Commit facts, vectors, `touch` and `set_meta` without a new generation: an interrupted run resumes here."""
        self._execute("BEGIN IMMEDIATE")
        try:
            yield
            self._execute("COMMIT")
        finally:
            if self._connection.in_transaction:  # left by an exception
                self._execute("ROLLBACK")
            self._forget()

    def _begin(self) -> None:
        symbol, chunk = self._next_id("symbols"), self._next_id("chunks")
        self._pending = _Pending(symbol == 1, symbol, chunk, tally=Counter(self._tally()))
        self._lower(chunk - 1)
        if self._pending.fresh:
            self._drop_indexes()

    def _lower(self, chunk: int) -> None:
        """Let no embedder believe that it has the vectors of chunks behind this one, whose ids will be used again."""
        self._execute("UPDATE embedders SET complete = ? WHERE complete > ?", (chunk, chunk))

    def _next_id(self, table: str) -> int:
        return int(self._rows(f"SELECT ifnull(max(id), 0) + 1 FROM {table}")[0][0])

    def _drop_indexes(self) -> None:
        for name in INDEXES:
            self._execute(f"DROP INDEX IF EXISTS {name}")

    def _finish(self) -> None:
        pending = self._pending
        if pending.fresh:
            for statement in INDEXES.values():
                self._execute(statement)
        parents = self._ids(key for _, key in pending.adopted)
        rows = [(parents[key], child) for child, key in pending.adopted if key in parents]
        self._many("UPDATE symbols SET parent = ? WHERE id = ?", rows)
        self._rows_for(
            f"""DELETE FROM symbols WHERE id {_AMONG} AND file_id = {EXTERNAL_FILE}
                AND NOT EXISTS (SELECT 1 FROM edges e WHERE e.dst = symbols.id)""",
            pending.orphans,
        )
        self.set_meta(TALLY, json.dumps({code: count for code, count in sorted(pending.tally.items()) if count}))
        self._drop_spare_facts()

    def clear(self) -> None:
        """Forget all files and what was made of them, inside a transaction; facts and vectors stay.

        Quicker than replacing most files one by one, for what is written next is written as into a new index.
        """
        for table in ("files", "symbols", "edges", "unresolved", "texts", "deps", "chunks"):
            self._execute(f"DELETE FROM {table}")
        self._execute("INSERT INTO chunk_fts(chunk_fts) VALUES ('delete-all')")
        self._drop_indexes()
        self._forget()
        self._lower(0)
        self._pending = _Pending(fresh=True, symbol=1, chunk=1)

    # ------------------------------------------------------------------------------------------------------------ facts

    def put_facts(
        self,
        sha256: str,
        language: str,
        version: str,
        interface: Interface,
        references: list[Reference],
        chunks: list[ChunkFact],
        errors: int,
    ) -> None:
        """Keep what parsing these bytes yielded. Facts never change: a second time for one version does nothing."""
        texts = codec.encode(interface), codec.encode(references), codec.encode(chunks)
        self.put_encoded(sha256, language, version, texts, errors)

    def put_encoded(
        self, sha256: str, language: str, version: str, texts: tuple[bytes, bytes, bytes], errors: int
    ) -> None:
        """As `put_facts`, of an interface, references and chunks that `codec.encode` has made bytes of elsewhere."""
        self._execute(
            """INSERT OR IGNORE INTO facts(sha256, language, version, errors, interface, refs, chunks)
               VALUES (?, ?, ?, ?, ?, ?, ?)""",
            (bytes.fromhex(sha256), language, version, errors, *texts),
        )

    def drop_facts(self, version: str) -> None:
        """Forget the facts of other versions than this, after `clear`."""
        self._execute("DELETE FROM facts WHERE version != ?", (version,))

    def _drop_spare_facts(self) -> None:
        self._execute(
            """DELETE FROM facts WHERE id IN (
                   SELECT id FROM facts INDEXED BY facts_key
                   WHERE id NOT IN (SELECT facts_id FROM files WHERE facts_id IS NOT NULL)
                   ORDER BY id DESC LIMIT -1 OFFSET max(?, (SELECT count(*) / 4 FROM files)))""",
            (_SPARE_FACTS,),
        )

    # ------------------------------------------------------------------------------------------------------------ files

    def set_file(self, record: FileRecord) -> int:
        """Write what is known of a file and return its integer id, which stays the same for a path."""
        path, sha256, *rest = record
        rows = self._rows(
            """INSERT INTO files(path, sha256, size, mtime_ns, inode, language, role, skip, lines, errors)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
               ON CONFLICT(path) DO UPDATE SET sha256 = excluded.sha256, size = excluded.size,
                   mtime_ns = excluded.mtime_ns, inode = excluded.inode, language = excluded.language,
                   role = excluded.role, skip = excluded.skip, lines = excluded.lines, errors = excluded.errors
               RETURNING id""",
            (path, bytes.fromhex(sha256), *rest),
        )
        return int(rows[0][0])

    def touch(self, stats: Iterable[tuple[str, int, int]]) -> None:
        """Note (path, mtime_ns, inode) of files whose bytes are the same as before; a `batch` is enough."""
        rows = ((mtime_ns, inode, path) for path, mtime_ns, inode in stats)
        self._many("UPDATE files SET mtime_ns = ?, inode = ? WHERE path = ?", rows)

    def remove_file(self, path: str) -> None:
        """Forget a file and all that was made of it, and the edges that reach into it."""
        rows = self._rows("SELECT id FROM files WHERE path = ?", (path,))
        for (file_id,) in rows:
            self._delete_sites(file_id)
            self._delete_chunks(file_id)
            self._delete_symbols(file_id, path, self._symbols_of(file_id))
            self._execute("DELETE FROM deps WHERE file_id = ?", (file_id,))
            self._execute("DELETE FROM texts WHERE file_id = ?", (file_id,))
            self._execute("DELETE FROM files WHERE id = ?", (file_id,))
            self._paths.pop(file_id, None)

    def replace_texts(self, file_id: int, keys: Iterable[str]) -> None:
        """Make these the texts that a file provides."""
        if not self._pending.fresh:
            self._execute("DELETE FROM texts WHERE file_id = ?", (file_id,))
        self._many("INSERT INTO texts VALUES (?, ?)", [(key, file_id) for key in sorted(set(keys))])

    # ---------------------------------------------------------------------------------------------------------- symbols

    def replace_symbols(self, file_id: int, rows: Sequence[SymbolRow]) -> None:
        """Make these the symbols of a file. One that stays keeps its id; one that is gone takes its edges along."""
        path, pending = self._paths_of([file_id])[file_id], self._pending
        names = [row.qualname for row in rows]
        if len(set(names)) < len(names):
            raise ValueError(f"qualified names are not unique in {path}")
        old = {} if pending.fresh and file_id not in pending.symbols_of else self._symbols_of(file_id)
        pending.symbols_of.add(file_id)
        self._delete_symbols(file_id, path, {name: old[name] for name in old.keys() - set(names)})
        first = pending.symbol
        ids = [old.get(name) or first + place for place, name in enumerate(names)]
        pending.symbol += len(rows)
        pending.known.update(zip((key_of(path, name) for name in names), ids, strict=True))
        values = [self._symbol_values(file_id, number, row) for number, row in zip(ids, rows, strict=True)]
        self._many(_INSERT_SYMBOL, (value for value in values if value[-1] >= first))
        self._many(_UPDATE_SYMBOL, (value for value in values if value[-1] < first))

    def _symbol_values(self, file_id: int, number: int, row: SymbolRow) -> Row:
        qualname, name, kind, parent, *rest = row
        parent_id = self._pending.known.get(parent)
        if parent and parent_id is None:
            self._pending.adopted.append((number, parent))
        return (file_id, name, qualname, KIND_CODE[kind], parent_id, *rest, number)

    def _symbols_of(self, file_id: int) -> dict[str, int]:
        return dict(self._rows("SELECT qualname, id FROM symbols WHERE file_id = ?", (file_id,)))

    def _delete_symbols(self, file_id: int, path: str, ids: Mapping[str, int]) -> None:
        """Delete symbols of one file, given by qualified name, with all that points at them."""
        if not ids:
            return
        gone = list(ids.values())
        self._delete_edges(f"src {_AMONG}", (json.dumps(gone),))
        self._delete_edges(f"dst {_AMONG}", (json.dumps(gone),))
        for statement in (
            "DELETE FROM unresolved WHERE src",
            "UPDATE symbols SET parent = NULL WHERE parent",
            "DELETE FROM symbols WHERE id",
        ):
            self._rows_for(f"{statement} {_AMONG}", gone)
        of_file = "UPDATE chunks SET symbol_id = 0 WHERE file_id = ? AND symbol_id"
        self._rows(f"{of_file} {_AMONG}", (file_id, json.dumps(gone)))
        for name in ids:
            self._pending.known.pop(key_of(path, name), None)

    # ------------------------------------------------------------------------------------------------------------ edges

    def replace_edges(
        self, file_id: int, edges: Sequence[Edge], unresolved: Sequence[Unresolved], deps: bytes | None = None
    ) -> int:
        """Make these the edges and unresolved sites that a file states; return how many were dropped.

        Dropped are those that name a symbol which is not in the index; externals are made as they are named. `deps`, if
        given, is kept for `deps()`.
        """
        if not self._pending.fresh or file_id in self._pending.sites_of:
            self._delete_sites(file_id)
        self._pending.sites_of.add(file_id)
        ids = self._ends(edges, unresolved)
        base = file_id << SITE_BITS
        rows = _edge_values(base, edges, ids)
        sites = [
            (base + n, site.name, ids[site.src], site.line, site.receiver)
            for n, site in enumerate(unresolved)
            if site.src in ids
        ]
        self._pending.tally.update(row[4] for row in rows)
        self._many("INSERT INTO edges VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        self._many("INSERT INTO unresolved VALUES (?, ?, ?, ?, ?)", sites)
        if deps is not None:
            self._execute("INSERT OR REPLACE INTO deps(file_id, keys) VALUES (?, ?)", (file_id, deps))
        return len(edges) - len(rows) + len(unresolved) - len(sites)

    def _delete_sites(self, file_id: int) -> None:
        span = file_id << SITE_BITS, (file_id + 1) << SITE_BITS
        self._delete_edges("id >= ? AND id < ?", span)
        self._execute("DELETE FROM unresolved WHERE id >= ? AND id < ?", span)

    def _delete_edges(self, where: str, parameters: Sequence[object]) -> None:
        rows = self._rows(f"DELETE FROM edges WHERE {where} RETURNING strategy, dst", parameters)
        self._pending.tally.subtract(strategy for strategy, _ in rows)
        self._pending.orphans.update(dst for _, dst in rows)

    def _ends(self, edges: Sequence[Edge], unresolved: Sequence[Unresolved]) -> dict[str, int]:
        """Return the ids of all symbols that are named in a file's edges, making externals as they are needed."""
        known = self._pending.known
        ends = {edge[0] for edge in edges}
        ends.update(edge[1] for edge in edges)
        ends.update(site.src for site in unresolved)
        missing = ends.difference(known)
        if missing and not self._pending.fresh:
            known.update(self._ids(missing))
        externals = sorted(key for key in missing if key.startswith(_EXTERNAL_PREFIX) and key not in known)
        if externals:
            self._add_externals(externals)
        return known

    def _add_externals(self, keys: Sequence[str]) -> None:
        pending = self._pending
        ids = dict(zip(keys, range(pending.symbol, pending.symbol + len(keys)), strict=True))
        pending.symbol += len(keys)
        pending.known.update(ids)
        kind = KIND_CODE[EXTERNAL]
        self._many(
            _INSERT_EXTERNAL,
            [
                (EXTERNAL_FILE, implied_name(key), key.removeprefix(_EXTERNAL_PREFIX), kind, number)
                for key, number in ids.items()
            ],
        )

    # ----------------------------------------------------------------------------------------------------------- chunks

    def replace_chunks(self, file_id: int, definitions: Sequence[str]) -> None:
        """Make the chunks in the file's facts the ones that are searched; `put_facts` comes first.

        `definitions` are the keys of the definitions in the facts' interface, in its order. A file without facts has no
        chunks.
        """
        self._delete_chunks(file_id)
        rows = self._rows(
            """SELECT f.path, a.id, a.chunks FROM files f LEFT JOIN facts a
               ON a.sha256 = f.sha256 AND a.language = f.language WHERE f.id = ? ORDER BY a.id DESC LIMIT 1""",
            (file_id,),
        )
        path, facts_id, data = rows[0]
        self._execute("UPDATE files SET facts_id = ? WHERE id = ?", (facts_id, file_id))
        if facts_id is not None:
            self._add_chunks(file_id, codec.decode_chunks(data), [*definitions, path])

    def _add_chunks(self, file_id: int, chunks: Sequence[ChunkFact], keys: Sequence[str]) -> None:
        ids = self._symbols_by_key(keys)
        own = ids.get(keys[-1], 0)
        first = self._pending.chunk
        self._pending.chunk += len(chunks)
        self._many(
            "INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (first + n, file_id, ids.get(keys[chunk.definition], own), *chunk[1:5], bytes.fromhex(chunk.sha256))
                for n, chunk in enumerate(chunks)
            ],
        )
        self._many(
            "INSERT INTO chunk_fts(rowid, name, signature, doc, body) VALUES (?, ?, ?, ?, ?)",
            [(first + n, *chunk[6:]) for n, chunk in enumerate(chunks)],
        )

    def _symbols_by_key(self, keys: Sequence[str]) -> Mapping[str, int]:
        known = self._pending.known
        if not self._pending.fresh and not all(key in known for key in keys):
            known.update(self._ids(keys))
        return known

    def _delete_chunks(self, file_id: int) -> None:
        """Take a file's chunks out of the full-text index by the very terms that they were put in with."""
        facts_id = self._rows("SELECT facts_id FROM files WHERE id = ?", (file_id,))[0][0]
        if facts_id is None:
            return
        ids = self._rows("SELECT id FROM chunks WHERE file_id = ? ORDER BY id", (file_id,))
        chunks = self._chunks_of_facts(facts_id)
        if len(ids) != len(chunks):
            raise CodeqaError("the index is damaged: facts and chunks differ", hint="delete .codeqa and index again")
        self._many(_DELETE_TEXT, [(number, *chunk[6:]) for (number,), chunk in zip(ids, chunks, strict=True)])
        self._execute("DELETE FROM chunks WHERE file_id = ?", (file_id,))


def _edge_values(base: int, edges: Sequence[Edge], ids: Mapping[str, int]) -> list[Row]:
    """Return the rows of the table; a name is stored only where the target's key does not imply it."""
    return [
        (
            base + n,
            ids[src],
            ids[dst],
            EDGE_CODE[kind],
            STRATEGY_CODE[strategy],
            candidates,
            line,
            start,
            None if _implied_name(dst) == name else name,
        )
        for n, (src, dst, kind, strategy, _, line, start, name, candidates) in enumerate(edges)
        if src in ids and dst in ids
    ]
