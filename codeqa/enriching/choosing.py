"""Which symbols are worth a summary, and which of them first."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from codeqa.domain import Chunk, EdgeKind, Symbol
from codeqa.store import Store

LINES = 3  # of a body: what is shorter says what it does
_KINDS = frozenset("function method constructor property class struct interface trait enum".split())
_LEFT_OUT = frozenset({"test", "vendored", "generated"})
_USES = (EdgeKind.CALLS, EdgeKind.INSTANTIATES, EdgeKind.INHERITS, EdgeKind.IMPLEMENTS, EdgeKind.TYPES, EdgeKind.READS)
_MOST = 100_000  # uses that are counted


class Wanted(NamedTuple):
    """A symbol, and the chunk in which it begins: the bytes that a summary is of."""

    symbol: Symbol
    chunk: Chunk


def choose(store: Store, is_test: Callable[[str, str], bool], *, everything: bool = False) -> list[Wanted]:
    """Return functions, methods and classes with a body, those most used first; one for each text of a chunk.

    Members of a class so small that it is one chunk are left to the class. Tests, vendored and generated code are left
    out unless `everything` is wanted; `is_test` tells a test by language and name where its file does not.
    """
    found = {
        symbol.id: symbol
        for symbol in store.all_symbols()
        if _has_body(symbol) and (everything or not (symbol.role in _LEFT_OUT or is_test(symbol.language, symbol.name)))
    }
    keys = store.symbol_ids(found)
    chunks = store.chunks_of(keys.values())
    uses = store.uses(found, _USES, _MOST)
    wanted = [
        Wanted(found[key], chunks[number])
        for key, number in keys.items()
        if number in chunks and chunks[number].symbol == key
    ]
    wanted.sort(key=lambda one: (-uses.get(one.symbol.id, 0), one.symbol.span.path, one.symbol.span.start_byte))
    first: dict[str, Wanted] = {}
    for one in wanted:
        first.setdefault(one.chunk.sha256, one)
    return list(first.values())


def _has_body(symbol: Symbol) -> bool:
    if symbol.external or symbol.kind not in _KINDS or "declaration" in symbol.flags.split():
        return False
    return symbol.span.end_line - symbol.name_line >= LINES
