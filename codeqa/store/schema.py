"""What the index looks like on disk: tables, indexes, codes, and the rows that writers hand over."""

from __future__ import annotations

from typing import NamedTuple

from codeqa.domain import KINDS, EdgeKind, Strategy

SCHEMA_VERSION = 5
APPLICATION_ID = 0x636F6471  # "codq"
TALLY = "edges_by_strategy"  # key in `meta`: how many edges each strategy has, for counting them takes long
EXTERNAL = "external"
EXTERNAL_FILE = 0  # symbols.file_id of what lies outside the repository; no row of `files` has it
SITE_BITS = 24  # edges and unresolved sites have the rowid (file id << SITE_BITS | position in their file)

# Codes are positions in these tuples: appending keeps older indexes readable, anything else needs a new SCHEMA_VERSION.
EDGE_KINDS = tuple(EdgeKind)
STRATEGIES = tuple(Strategy)
EDGE_CODE = {kind: code for code, kind in enumerate(EDGE_KINDS)}
STRATEGY_CODE = {strategy: code for code, strategy in enumerate(STRATEGIES)}
KIND_CODE = {kind: code for code, kind in enumerate(KINDS)}

TABLES = """
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files(
    id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, sha256 BLOB NOT NULL, size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL, inode INTEGER NOT NULL, language TEXT NOT NULL, role TEXT NOT NULL, skip TEXT NOT NULL,
    lines INTEGER NOT NULL, errors INTEGER NOT NULL, facts_id INTEGER);
CREATE TABLE facts(
    id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL, language TEXT NOT NULL, version TEXT NOT NULL,
    errors INTEGER NOT NULL, interface BLOB NOT NULL, refs BLOB NOT NULL, chunks BLOB NOT NULL);
CREATE UNIQUE INDEX facts_key ON facts(sha256, language, version);
CREATE TABLE symbols(
    id INTEGER PRIMARY KEY, file_id INTEGER NOT NULL, name TEXT NOT NULL, qualname TEXT NOT NULL, kind INTEGER NOT NULL,
    parent INTEGER, start_byte INTEGER NOT NULL, end_byte INTEGER NOT NULL, start_line INTEGER NOT NULL,
    end_line INTEGER NOT NULL, name_line INTEGER NOT NULL, signature TEXT NOT NULL, doc TEXT NOT NULL,
    flags TEXT NOT NULL);
CREATE TABLE edges(
    id INTEGER PRIMARY KEY, src INTEGER NOT NULL, dst INTEGER NOT NULL, kind INTEGER NOT NULL,
    strategy INTEGER NOT NULL, candidates INTEGER NOT NULL, line INTEGER NOT NULL, start_byte INTEGER NOT NULL,
    name TEXT);
CREATE TABLE unresolved(
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, src INTEGER NOT NULL, line INTEGER NOT NULL, receiver TEXT NOT NULL);
CREATE TABLE texts(key TEXT NOT NULL, file_id INTEGER NOT NULL, PRIMARY KEY(key, file_id)) WITHOUT ROWID;
CREATE TABLE deps(file_id INTEGER PRIMARY KEY, keys BLOB NOT NULL);
CREATE TABLE chunks(
    id INTEGER PRIMARY KEY, file_id INTEGER NOT NULL, symbol_id INTEGER NOT NULL, start_byte INTEGER NOT NULL,
    end_byte INTEGER NOT NULL, start_line INTEGER NOT NULL, end_line INTEGER NOT NULL, sha256 BLOB NOT NULL);
CREATE VIRTUAL TABLE chunk_fts USING fts5(
    name, signature, doc, body, content='', tokenize="ascii tokenchars '_$'");
CREATE VIRTUAL TABLE chunk_vocab USING fts5vocab('chunk_fts', 'row');
CREATE TABLE embedders(
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, dimensions INTEGER NOT NULL, rows INTEGER NOT NULL,
    epoch INTEGER NOT NULL, complete INTEGER NOT NULL DEFAULT 0);
CREATE TABLE vectors(
    embedder INTEGER NOT NULL, row INTEGER NOT NULL, sha256 BLOB NOT NULL, PRIMARY KEY(embedder, row)) WITHOUT ROWID;
CREATE UNIQUE INDEX vectors_text ON vectors(sha256, embedder);
CREATE TABLE summary_sources(
    id INTEGER PRIMARY KEY, model TEXT NOT NULL, prompt TEXT NOT NULL, UNIQUE(model, prompt));
CREATE TABLE summaries(
    id INTEGER PRIMARY KEY, source INTEGER NOT NULL, sha256 BLOB NOT NULL, text TEXT NOT NULL, tags TEXT NOT NULL,
    problem TEXT NOT NULL, UNIQUE(sha256, source));
CREATE VIRTUAL TABLE summary_fts USING fts5(terms, content='', tokenize="ascii tokenchars '_$'");
"""
"""`embedders.complete`: every chunk up to that id has a vector; it falls when ids are given out anew.

Terms are split before they come here, and the ascii tokenizer leaves every other script as it is. bm25 with weights
needs detail=full, since any other detail makes it read the text again, which a contentless table does not have."""

INDEXES = {
    "symbols_key": "CREATE UNIQUE INDEX symbols_key ON symbols(file_id, qualname)",
    "symbols_name": "CREATE INDEX symbols_name ON symbols(name, file_id)",
    "symbols_folded": "CREATE INDEX symbols_folded ON symbols(name COLLATE NOCASE)",
    "symbols_parent": "CREATE INDEX symbols_parent ON symbols(parent) WHERE parent IS NOT NULL",
    "edges_src": "CREATE INDEX edges_src ON edges(src, kind)",
    "edges_dst": "CREATE INDEX edges_dst ON edges(dst, kind)",
    "unresolved_name": "CREATE INDEX unresolved_name ON unresolved(name)",
    "unresolved_src": "CREATE INDEX unresolved_src ON unresolved(src)",
    "texts_file": "CREATE INDEX texts_file ON texts(file_id)",
    "chunks_file": "CREATE INDEX chunks_file ON chunks(file_id)",
    "chunks_text": "CREATE INDEX chunks_text ON chunks(sha256)",
}
"""Made after the rows when an index is new: three times quicker than keeping them up to date."""


class FileRecord(NamedTuple):
    """A file as it was indexed, or seen and refused."""

    path: str  # relative to the root, with forward slashes
    sha256: str  # of the bytes that were parsed, hexadecimal; "" if they were not read
    size: int  # bytes
    mtime_ns: int
    inode: int
    language: str
    role: str = ""  # see domain.Symbol.role
    skip: str = ""  # why it was refused, "" if it was indexed
    lines: int = 0
    errors: int = 0  # syntax errors


class FileStats(NamedTuple):
    """What tells whether a file has changed."""

    size: int
    mtime_ns: int
    inode: int
    sha256: str
    skip: str


class SymbolRow(NamedTuple):
    """A symbol of one file, whose key is `path::qualname`, or the path where `qualname` is empty."""

    qualname: str  # unique in its file
    name: str
    kind: str  # see domain.KINDS
    parent: str  # key of the enclosing symbol, also one of another file; "" for a file's own symbol
    start_byte: int
    end_byte: int
    start_line: int
    end_line: int
    name_line: int
    signature: str = ""
    doc: str = ""
    flags: str = ""


def key_of(path: str, qualname: str) -> str:
    """Return the symbol id of a qualified name in a file; `path` is "external" for what lies outside."""
    return f"{path}::{qualname}" if qualname else path


def splits(key: str) -> list[tuple[str, str]]:
    """Return every (path, qualname) that a key can stand for: "a.md::std::vector" can be split in two ways."""
    parts = key.split("::")
    return [("::".join(parts[:n]), "::".join(parts[n:])) for n in range(1, len(parts) + 1)]


def implied_name(key: str) -> str:
    """Return what an identifier that means this symbol most likely is; edges store their name only where it differs."""
    return key.rpartition("::")[2].partition("#")[0].rpartition(".")[2]
