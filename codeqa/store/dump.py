"""The canonical form of an index: equal for equal repositories, whatever happened on the way."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator

from codeqa.domain import Span
from codeqa.store.text import TextReader


def dump(store: TextReader) -> Iterator[str]:
    """Yield every table by natural keys, sorted, one JSON array a line; no integer ids, times or vectors."""
    yield from _lines("file", ((f.path, f.sha256, f.size, *f[5:]) for f in store.files()))
    yield from _symbols(store)
    yield from _edges(store)
    yield from _lines("deps", ((path, _digest(keys)) for path, keys in store.deps().items()))
    yield from _lines("text", store.all_texts())
    yield from _chunks(store)
    yield from _text(store)


def _lines(table: str, rows: Iterable[tuple[object, ...]]) -> Iterator[str]:
    yield from sorted(json.dumps([table, *row], ensure_ascii=False, default=repr) for row in rows)


def _digest(data: bytes | str) -> str:
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()[:16]


def _place(span: Span) -> tuple[int, int, int, int]:
    return span.start_byte, span.end_byte, span.start_line, span.end_line


def _symbols(store: TextReader) -> Iterator[str]:
    rows = (
        (s.id, s.name, s.kind, s.parent, *_place(s.span), s.name_line, s.signature, s.doc, s.flags, s.language, s.role)
        for s in store.all_symbols()
    )
    yield from _lines("symbol", rows)


def _edges(store: TextReader) -> Iterator[str]:
    keys = [symbol.id for symbol in store.all_symbols()]
    edges = (
        (e.src, e.dst, e.kind, e.strategy, e.path, e.line, e.start_byte, e.name, e.candidates)
        for e in store.edges_from(keys)
    )
    yield from _lines("edge", edges)
    unresolved = ((u.name, u.src, u.path, u.line, u.receiver) for u in store.unresolved_from(keys))
    yield from _lines("unresolved", unresolved)


def _chunks(store: TextReader) -> Iterator[str]:
    rows = ((c.span.path, *_place(c.span), c.symbol, c.sha256) for c in store.all_chunks())
    yield from _lines("chunk", rows)


def _text(store: TextReader) -> Iterator[str]:
    """Yield what the full-text index counts, which must not keep a trace of what was deleted."""
    yield from _lines("term", store.vocabulary())
    yield json.dumps(["text", *store.text_totals()])
