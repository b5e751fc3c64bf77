"""What a walk asks of the index: indexed lookups, many keys at a time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from codeqa.domain import (
    KINDS,
    Edge,
    EdgeKind,
    Span,
    Strategy,
    Symbol,
    Unresolved,
)
from codeqa.store import codec
from codeqa.store.database import Database, Row
from codeqa.store.schema import (
    EDGE_CODE,
    EDGE_KINDS,
    EXTERNAL,
    EXTERNAL_FILE,
    SITE_BITS,
    STRATEGIES,
    STRATEGY_CODE,
    TALLY,
    FileRecord,
    FileStats,
    implied_name,
    key_of,
    splits,
)

if TYPE_CHECKING:
    from codeqa.domain import ChunkFact, Interface, Reference

_FILE = "path, lower(hex(sha256)), size, mtime_ns, inode, language, role, skip, lines, errors"
_SYMBOL = """
    SELECT f.path, s.name, s.qualname, s.kind, s.start_byte, s.end_byte, s.start_line, s.end_line, s.name_line,
           s.signature, s.doc, s.flags, f.language, f.role, p.qualname, pf.path
    FROM {} LEFT JOIN files f ON f.id = s.file_id
    LEFT JOIN symbols p ON p.id = s.parent LEFT JOIN files pf ON pf.id = p.file_id
"""
_IDS = """
    SELECT j.key, s.id FROM json_each(?) j CROSS JOIN files f ON f.path = json_extract(j.value, '$[1]')
    CROSS JOIN symbols s ON s.file_id = f.id AND s.qualname = json_extract(j.value, '$[2]')
"""
_EXTERNAL_IDS = f"""
    SELECT j.key, s.id FROM json_each(?) j CROSS JOIN symbols s ON s.file_id = {EXTERNAL_FILE} AND s.qualname = j.value
"""
_EDGE = """
    SELECT e.id, e.src, e.dst, e.kind, e.strategy, e.candidates, e.line, e.start_byte, e.name
    FROM json_each(?) j CROSS JOIN edges e ON e.{} = j.value
"""
_CHILD = """
    SELECT s.parent, s.id, s.file_id, s.name_line, s.start_byte, s.name
    FROM json_each(?) j CROSS JOIN symbols s ON s.{} = j.value AND s.parent IS NOT NULL
"""
_SOURCE_ORDER = "ORDER BY s.qualname != '', s.start_byte, s.end_byte DESC, s.qualname"


def _ends(here: str, there: str, leaves: int) -> str:
    """The edges at one end; which of them are inside the repository must be known before they are counted."""
    return f"""
        SELECT e.{here}, e.{there}, {leaves}, e.kind, e.strategy, e.candidates
        FROM json_each(?1) j CROSS JOIN edges e ON e.id IN (
            SELECT n.id FROM edges n CROSS JOIN symbols s ON s.id = n.{there} AND s.file_id != {EXTERNAL_FILE}
            WHERE n.{here} = j.value LIMIT ?2)
    """


_CONTAINS = f"{EDGE_CODE[EdgeKind.CONTAINS]}, {STRATEGY_CODE[Strategy.EXACT]}, 1"
_NEIGHBOURS = f"""
    {_ends("src", "dst", 1)} UNION ALL {_ends("dst", "src", 0)}
    UNION ALL SELECT s.parent, s.id, 1, {_CONTAINS} FROM json_each(?1) j
        CROSS JOIN symbols s ON s.id IN (SELECT m.id FROM symbols m WHERE m.parent = j.value LIMIT ?2)
    UNION ALL SELECT s.id, s.parent, 0, {_CONTAINS} FROM json_each(?1) j
        CROSS JOIN symbols s ON s.id = j.value AND s.parent IS NOT NULL
"""
_LINKING = 500  # edges of a file that are looked at: most files have fewer
_LINKS = f"""
    SELECT source, t.path, edges FROM (
        SELECT f.path AS source, s.file_id, count(*) AS edges
        FROM json_each(?) j CROSS JOIN files f ON f.path = j.value
        CROSS JOIN edges e ON e.id >= f.id << {SITE_BITS} AND e.id < (f.id << {SITE_BITS}) + {_LINKING}
        CROSS JOIN symbols s ON s.id = e.dst AND s.file_id NOT IN (f.id, {EXTERNAL_FILE})
        GROUP BY f.id, s.file_id)
    CROSS JOIN files t ON t.id = file_id
"""


class Reader(Database):
    """Everything that can be asked of one generation. Symbols are named by key, see domain.Symbol.id."""

    # ------------------------------------------------------------------------------------------------------------ files

    def files(self) -> list[FileRecord]:
        """List every file that was indexed or refused, by path."""
        with self._intact:
            return sorted(map(FileRecord._make, self._rows(f"SELECT {_FILE} FROM files")))

    def roles(self) -> list[tuple[str, str, str]]:
        """Return (path, language, role) of the files that were indexed, by path."""
        return self._rows("SELECT path, language, role FROM files WHERE skip = '' ORDER BY path")

    def file(self, path: str) -> FileRecord | None:
        """Return what is known of one file."""
        rows = self._rows(f"SELECT {_FILE} FROM files WHERE path = ?", (path,))
        with self._intact:
            return FileRecord._make(rows[0]) if rows else None

    def file_stats(self) -> dict[str, FileStats]:
        """Return by path what a scan of the tree is compared with; made for thousands of files."""
        rows = self._rows("SELECT path, size, mtime_ns, inode, sha256, skip FROM files")
        with self._intact:
            return {
                path: FileStats(size, mtime, inode, sha.hex(), skip) for path, size, mtime, inode, sha, skip in rows
            }

    def files_by_language(self) -> dict[str, int]:
        """Count the indexed files of each language, most frequent first."""
        return dict(self._rows("SELECT language, count(*) n FROM files WHERE skip = '' GROUP BY 1 ORDER BY n DESC, 1"))

    def deps(self) -> dict[str, bytes]:
        """Return by path what each file's edges depend on, as `replace_edges` was told."""
        return dict(self._rows("SELECT f.path, d.keys FROM deps d JOIN files f ON f.id = d.file_id"))

    def counts(self) -> dict[str, int]:
        """Count files, skipped files, symbols, externals, edges, unresolved sites and chunks."""
        queries = {
            "files": "files WHERE skip = ''",
            "skipped": "files WHERE skip != ''",
            "symbols": f"symbols WHERE file_id != {EXTERNAL_FILE}",
            "externals": f"symbols WHERE file_id = {EXTERNAL_FILE}",
            "unresolved": "unresolved",
            "chunks": "chunks",
        }
        counts = {name: int(self._rows(f"SELECT count(*) FROM {query}")[0][0]) for name, query in queries.items()}
        return {**counts, "edges": sum(self._tally().values())}

    def edges_by_strategy(self) -> dict[str, int]:
        """Count the edges of each strategy, best strategy first."""
        with self._intact:
            return {STRATEGIES[code].value: count for code, count in sorted(self._tally().items())}

    def _tally(self) -> dict[int, int]:
        with self._intact:
            return {int(code): int(count) for code, count in json.loads(self.get_meta(TALLY) or "{}").items()}

    # ------------------------------------------------------------------------------------------------------------ facts

    def has_facts(self, version: str) -> set[tuple[str, str]]:
        """Return (sha256, language) of all facts made by this version of the extractor."""
        rows = self._rows("SELECT sha256, language FROM facts WHERE version = ?", (version,))
        with self._intact:
            return {(sha256.hex(), language) for sha256, language in rows}

    def files_providing(self, key: str) -> list[str]:
        """Return the paths of the files that provide a text, in order."""
        rows = self._rows("SELECT f.path FROM texts t JOIN files f ON f.id = t.file_id WHERE t.key = ?", (key,))
        with self._intact:
            return sorted(path for (path,) in rows)

    def all_texts(self) -> list[tuple[str, str]]:
        """Return the (path, key) of every text that a file provides, in order."""
        rows = self._rows("SELECT f.path, t.key FROM texts t JOIN files f ON f.id = t.file_id")
        with self._intact:
            return sorted((path, key) for path, key in rows)

    def get_interface(self, sha256: str, language: str) -> Interface | None:
        """Return the newest interface of these bytes in this language."""
        data = self._fact("interface", sha256, language)
        return None if data is None else codec.decode_interface(data)

    def get_references(self, sha256: str, language: str) -> list[Reference]:
        """Return the newest references of these bytes, empty if they were never parsed."""
        data = self._fact("refs", sha256, language)
        return [] if data is None else codec.decode_references(data)

    def get_errors(self, sha256: str, language: str) -> int:
        """Return how many syntax errors these bytes have, 0 if they were never parsed."""
        data = self._fact("errors", sha256, language)
        return 0 if data is None else int(data)

    def get_chunks(self, sha256: str, language: str) -> list[ChunkFact]:
        """Return the newest chunks of these bytes, empty if they were never parsed."""
        data = self._fact("chunks", sha256, language)
        return [] if data is None else codec.decode_chunks(data)

    def _fact(self, column: str, sha256: str, language: str) -> Any:  # noqa: ANN401 - as the column is declared
        rows = self._rows(
            f"SELECT {column} FROM facts WHERE sha256 = ? AND language = ? ORDER BY id DESC LIMIT 1",
            (bytes.fromhex(sha256), language),
        )
        return rows[0][0] if rows else None

    # ---------------------------------------------------------------------------------------------------------- symbols

    def symbol(self, key: str) -> Symbol | None:
        """Return the symbol with this key."""
        return self.symbols((key,)).get(key)

    def symbols(self, keys: Iterable[str]) -> dict[str, Symbol]:
        """Return the symbols that exist of these keys, by key, in the order asked."""
        ids = self._ids(keys)
        found = {symbol.id: symbol for symbol in self.symbols_by_ids(ids.values())}
        return {key: found[key] for key in ids if key in found}

    def symbols_by_ids(self, ids: Iterable[int]) -> list[Symbol]:
        """Return the symbols with these integer ids, in the order asked."""
        rows = self._rows_for(
            _SYMBOL.format("json_each(?) j CROSS JOIN symbols s ON s.id = j.value") + " ORDER BY j.key", ids
        )
        with self._intact:
            return [_symbol(row) for row in rows]

    def symbols_named(self, name: str) -> list[Symbol]:
        """List the symbols with exactly this name, externals too, by key."""
        return self._sorted_symbols("s.name = ?", name)

    def symbols_like(self, name: str) -> list[Symbol]:
        """List the symbols with this name in any case of ASCII letters, by key."""
        return self._sorted_symbols("s.name = ? COLLATE NOCASE", name)

    def symbols_qualified(self, qualname: str) -> list[Symbol]:
        """List the symbols whose qualified name is this, or ends in it after a dot; twins ("#2") are matched too."""
        parts = qualname.split(".")
        ends = [".".join(parts[n:]) for n in range(len(parts))]  # a name may hold dots: the key "a.b" of a document
        names = {*ends, *(_without_twins(end) for end in ends)}
        rows = self._rows_for(_SYMBOL.format("json_each(?) j CROSS JOIN symbols s ON s.name = j.value"), names)
        with self._intact:
            found = {symbol.id: symbol for symbol in map(_symbol, rows) if _qualifies(symbol.qualname, qualname)}
            return [found[key] for key in sorted(found)]

    def symbols_in(self, path: str) -> list[Symbol]:
        """List the symbols of a file in source order, the file's own first."""
        rows = self._rows(
            _SYMBOL.format("symbols s") + f"WHERE s.file_id = (SELECT id FROM files WHERE path = ?) {_SOURCE_ORDER}",
            (path,),
        )
        with self._intact:
            return [_symbol(row) for row in rows]

    def names(self) -> list[tuple[str, int]]:
        """Return every distinct name of a symbol in the repository with the number of symbols that have it, by name."""
        return self._rows(
            f"SELECT name, count(*) FROM symbols INDEXED BY symbols_name WHERE file_id != {EXTERNAL_FILE} GROUP BY name"
        )

    def named(self) -> list[tuple[int, str, int, str, str, str, int, str]]:
        """Return (id, qualified name, kind, path, role, flags, edges that reach it, name) of each symbol of a file.

        All at once and without what only a reader of one symbol needs: they are made to be compared with what is typed.
        """
        return self._rows(f"""
            SELECT s.id, s.qualname, s.kind, f.path, f.role, s.flags, coalesce(u.uses, 0), s.name
            FROM symbols s JOIN files f ON f.id = s.file_id
            LEFT JOIN (SELECT dst, count(*) uses FROM edges GROUP BY dst) u ON u.dst = s.id
            WHERE s.file_id != {EXTERNAL_FILE} ORDER BY s.id""")

    def all_symbols(self) -> Iterator[Symbol]:
        """Yield every symbol of the repository, externals too, by key of its file and source order."""
        for (path,) in self._rows("SELECT path FROM files ORDER BY path"):
            yield from self.symbols_in(path)
        yield from self._sorted_symbols("s.file_id = ?", EXTERNAL_FILE)

    def _sorted_symbols(self, where: str, value: object) -> list[Symbol]:
        rows = self._rows(_SYMBOL.format("symbols s") + "WHERE " + where, (value,))
        with self._intact:
            return sorted(map(_symbol, rows), key=lambda symbol: symbol.id)

    # ------------------------------------------------------------------------------------------------------------ edges

    def edges_from(self, keys: Iterable[str], kinds: Iterable[EdgeKind] | None = None) -> list[Edge]:
        """List the edges that leave these symbols, in source order; without `kinds`, all but `contains`."""
        ids, kinds = self._ids(keys), None if kinds is None else set(kinds)
        edges = self._edges("src", ids.values(), kinds)
        if kinds and EdgeKind.CONTAINS in kinds:
            edges += self._contained("parent", ids.values())
        with self._intact:
            return sorted(edges, key=_source_order)

    def edges_to(self, keys: Iterable[str], kinds: Iterable[EdgeKind] | None = None) -> list[Edge]:
        """List the edges that reach these symbols, in source order; without `kinds`, all but `contains`."""
        ids, kinds = self._ids(keys), None if kinds is None else set(kinds)
        edges = self._edges("dst", ids.values(), kinds)
        if kinds and EdgeKind.CONTAINS in kinds:
            edges += self._contained("id", ids.values())
        with self._intact:
            return sorted(edges, key=_source_order)

    def degrees(self, keys: Iterable[str], kinds: Iterable[EdgeKind]) -> dict[str, tuple[int, int]]:
        """Count by key the edges of these kinds that reach and that leave each symbol, without reading them."""
        ids = self._ids(keys)
        codes = json.dumps([EDGE_CODE[kind] for kind in kinds])
        count = "(SELECT count(*) FROM edges e WHERE e.{} = j.value AND e.kind IN (SELECT value FROM json_each(?1)))"
        rows = self._rows(
            f"SELECT {count.format('dst')}, {count.format('src')} FROM json_each(?2) j",
            (codes, json.dumps(list(ids.values()))),
        )
        return dict(zip(ids, rows, strict=True))

    def uses(self, keys: Iterable[str], kinds: Iterable[EdgeKind], most: int) -> dict[str, int]:
        """Count by key the edges of these kinds that reach each symbol, up to `most`: a hub has tens of thousands."""
        ids = self._ids(keys)
        codes = ",".join(str(EDGE_CODE[kind]) for kind in kinds)
        rows = self._rows_for(
            f"""SELECT (SELECT count(*) FROM (SELECT 1 FROM edges e WHERE e.dst = j.value AND e.kind IN ({codes})
                        LIMIT {int(most)})) FROM json_each(?) j""",
            ids.values(),
        )
        return {key: used for key, (used,) in zip(ids, rows, strict=True)}

    def neighbours(self, ids: Iterable[int], limit: int) -> list[tuple[int, int, int, int, int, int]]:
        """Return the edges at these symbols, as integers: for ranking, where reading whole edges would take too long.

        A row is (one of `ids`, the other end, 1 if the edge leaves it and 0 if it reaches it, kind, strategy,
        candidates), see `edge_rows`; containment is among them, what lies outside of the repository is not. Of a symbol
        with more than `limit` edges in one direction only so many are returned, and which is not said.
        """
        with self._intact:
            return self._rows(_NEIGHBOURS, (json.dumps(list(dict.fromkeys(ids))), limit))

    def links(self, paths: Iterable[str]) -> dict[tuple[str, str], int]:
        """Return how many edges each of these files has into each other of them; containment is not among them."""
        wanted = dict.fromkeys(paths)
        missing = [path for path in wanted if path not in self._known_links]
        self._known_links.update((path, {}) for path in missing)
        for source, target, count in self._rows_for(_LINKS, missing):
            self._known_links[source][target] = count
        return {
            (source, target): count
            for source in wanted
            for target, count in self._known_links[source].items()
            if target in wanted
        }

    def edge_rows(self) -> list[tuple[int, int, int, int, int]]:
        """Return (source id, target id, kind, strategy, candidates) of every stored edge, as integers, for ranking.

        Ids are those of `symbols_by_ids` and `symbol_keys`; kind and strategy are positions in EDGE_KINDS and
        STRATEGIES.
        """
        return self._rows("SELECT src, dst, kind, strategy, candidates FROM edges")

    def symbol_keys(self, ids: Iterable[int]) -> dict[int, str]:
        """Return the keys of symbols by integer id."""
        wanted = dict.fromkeys(ids)
        missing = [number for number in wanted if number not in self._keys]
        if missing:
            rows = self._rows_for(
                "SELECT s.id, s.file_id, s.qualname FROM json_each(?) j CROSS JOIN symbols s ON s.id = j.value", missing
            )
            paths = self._paths_of(file_id for _, file_id, _ in rows)
            with self._intact:
                self._keys.update((number, key_of(paths[file_id], qualname)) for number, file_id, qualname in rows)
        return {number: self._keys[number] for number in wanted if number in self._keys}

    def symbol_ids(self, keys: Iterable[str]) -> dict[str, int]:
        """Return the integer ids of the symbols that exist of these keys."""
        return self._ids(keys)

    def unresolved_named(self, name: str) -> list[Unresolved]:
        """List the call sites of this name that could not be resolved, in source order."""
        return self._unresolved("u.name = j.value", [name])

    def unresolved_from(self, keys: Iterable[str]) -> list[Unresolved]:
        """List the call sites inside these symbols that could not be resolved, in source order."""
        return self._unresolved("u.src = j.value", self._ids(keys).values())

    def _edges(self, end: str, ids: Iterable[int], kinds: set[EdgeKind] | None) -> list[Edge]:
        codes = "" if kinds is None else f" AND e.kind IN ({','.join(str(EDGE_CODE[kind]) for kind in sorted(kinds))})"
        rows = self._rows_for(_EDGE.format(end) + codes, ids)
        with self._intact:
            keys = self.symbol_keys(end for row in rows for end in row[1:3])
            paths = self._paths_of(row[0] >> SITE_BITS for row in rows)
            return [
                Edge(
                    src=keys[src],
                    dst=keys[dst],
                    kind=EDGE_KINDS[kind],
                    strategy=STRATEGIES[strategy],
                    path=paths[rowid >> SITE_BITS],
                    line=line,
                    start_byte=start,
                    name=implied_name(keys[dst]) if name is None else name,
                    candidates=candidates,
                )
                for rowid, src, dst, kind, strategy, candidates, line, start, name in rows
            ]

    def _contained(self, column: str, ids: Iterable[int]) -> list[Edge]:
        rows = self._rows_for(_CHILD.format(column), ids)
        with self._intact:
            keys = self.symbol_keys(end for row in rows for end in row[:2])
            paths = self._paths_of(row[2] for row in rows)
            return [
                Edge(keys[parent], keys[child], EdgeKind.CONTAINS, Strategy.EXACT, paths[file_id], line, start, name)
                for parent, child, file_id, line, start, name in rows
            ]

    def _unresolved(self, join: str, values: Iterable[object]) -> list[Unresolved]:
        rows = self._rows_for(
            f"SELECT u.id, u.name, u.src, u.line, u.receiver FROM json_each(?) j CROSS JOIN unresolved u ON {join}",
            values,
        )
        with self._intact:
            keys = self.symbol_keys(row[2] for row in rows)
            paths = self._paths_of(row[0] >> SITE_BITS for row in rows)
            found = [
                (paths[rowid >> SITE_BITS], rowid, name, src, line, receiver)
                for rowid, name, src, line, receiver in rows
            ]
            return [
                Unresolved(name, keys[src], path, line, receiver)
                for path, _, name, src, line, receiver in sorted(found)
            ]

    def _ids(self, keys: Iterable[str]) -> dict[str, int]:
        """Return integer ids by key, in the order asked; keys that no symbol has are left out."""
        wanted = [(key, path, name) for key in dict.fromkeys(keys) for path, name in splits(key)]
        found = {wanted[position][0]: number for position, number in self._rows_for(_IDS, wanted)}
        externals = [(key, name) for key, path, name in wanted if path == EXTERNAL and name]
        if externals:
            rows = self._rows_for(_EXTERNAL_IDS, [name for _, name in externals])
            found.update((externals[position][0], number) for position, number in rows)
        return {key: found[key] for key, _, _ in wanted if key in found}

    def _paths_of(self, file_ids: Iterable[int]) -> dict[int, str]:
        missing = set(file_ids).difference(self._paths)
        if missing:
            self._paths[EXTERNAL_FILE] = EXTERNAL
            rows = self._rows_for(
                "SELECT f.id, f.path FROM json_each(?) j CROSS JOIN files f ON f.id = j.value", missing
            )
            self._paths.update(rows)
        return self._paths


def _symbol(row: Row) -> Symbol:
    (
        path,
        name,
        qualname,
        kind,
        start,
        end,
        first,
        last,
        line,
        signature,
        doc,
        flags,
        language,
        role,
        outer,
        outer_path,
    ) = row
    return Symbol(
        id=key_of(path or EXTERNAL, qualname),
        name=name,
        qualname=qualname,
        kind=KINDS[kind],
        span=Span(path or "", start, end, first, last),
        name_line=line,
        signature=signature,
        doc=doc,
        parent="" if outer is None else key_of(outer_path or EXTERNAL, outer),
        flags=flags,
        language=language or "",
        role=role or "",
    )


def _qualifies(qualname: str, wanted: str) -> bool:
    return any(f".{candidate}".endswith(f".{wanted}") for candidate in (qualname, _without_twins(qualname)))


def _without_twins(qualname: str) -> str:
    return re.sub(r"#\d+(?=\.|$)", "", qualname)


def _source_order(edge: Edge) -> tuple[str, int, str, str, str]:
    return edge.path, edge.start_byte, edge.kind, edge.dst, edge.src
