"""Cut a file into retrievable pieces along its definitions: no overlap, no orphan brackets, nothing lost."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from codeqa import terms
from codeqa.domain import CALLABLE, ChunkFact, Definition
from codeqa.parse.nesting import Lines

if TYPE_CHECKING:
    from codeqa.parse.inner import Program

MAX_LINES = 80
MAX_BYTES = 6000
_WORDS = re.compile(rb"[0-9A-Za-z_\x80-\xff]{3}")
_COMMENT = re.compile(rb"[ \t]*(?://|/\*|\*|#|--|;;)")
_UNITS = CALLABLE | {"section"}


class _Piece(NamedTuple):
    definition: int
    start: int
    end: int


def chunks(
    data: bytes, definitions: Sequence[Definition], lines: Lines, inner: Program | None = None
) -> list[ChunkFact]:
    """Return the chunks of a file in document order.

    A callable is a chunk with what nests in it and the comment above it; what lies between the callables of a class
    belongs to the class, the rest to the file (-1). Pieces over 80 lines or 6,000 bytes are cut at line ends.
    """
    read = inner.readable if inner else data
    regions = inner.regions if inner else [(0, len(data))]
    return [
        _chunk(data, read, piece, definitions, lines)
        for whole in _pieces(read, definitions, regions)
        for piece in _cut(whole, data, lines)
        if _has_words(read, piece)
    ]


def _pieces(data: bytes, definitions: Sequence[Definition], regions: Sequence[tuple[int, int]]) -> Iterator[_Piece]:
    """Walk the tree of definitions; each byte of a region goes to the innermost unit or container around it."""
    top, children = _outline(definitions)
    starts = [definitions[index].start for index in top]
    position = 0  # what stands in two regions belongs to the first
    for start, end in regions:
        inside = top[bisect_left(starts, start) : bisect_left(starts, end)]
        for piece in _fill(data, -1, max(start, position), end, inside, definitions, children):
            position = piece.end
            yield piece


def _outline(definitions: Sequence[Definition]) -> tuple[list[int], dict[int, list[int]]]:
    """Return the outermost definitions and those directly inside each, by containment of their spans."""
    order = sorted(range(len(definitions)), key=lambda i: (definitions[i].start, -definitions[i].end))
    top: list[int] = []
    children: dict[int, list[int]] = {}
    stack: list[int] = []
    for index in order:
        found = definitions[index]
        while stack and not _inside(found, definitions[stack[-1]]):
            stack.pop()
        (children.setdefault(stack[-1], []) if stack else top).append(index)
        stack.append(index)
    return top, children


def _inside(inner: Definition, outer: Definition) -> bool:
    """Two names of one statement (`a, b = f()`) stand beside one another, not inside."""
    return inner.end <= outer.end and inner.start < outer.end and (inner.start, inner.end) != (outer.start, outer.end)


def _fill(
    data: bytes,
    holder: int,
    start: int,
    end: int,
    inside: Sequence[int],
    definitions: Sequence[Definition],
    children: dict[int, list[int]],
) -> Iterator[_Piece]:
    position = start
    for index in inside:
        found = definitions[index]
        below = children.get(index, [])
        unit = found.kind in _UNITS
        if found.kind == "key" or (not unit and not below) or found.start < position:
            continue  # configuration is cut by size: one chunk a key would be many thousands
        first = _with_comment(data, found.start, position)
        if first > position:
            yield _Piece(holder, position, first)
        if unit and found.kind != "section":
            yield _Piece(index, first, found.end)
        else:
            yield from _fill(data, index, first, found.end, below, definitions, children)
        position = found.end
    if position < end:
        yield _Piece(holder, position, end)


def _with_comment(data: bytes, start: int, lowest: int) -> int:
    """Return where the comment lines directly above a definition begin, no lower than `lowest`."""
    line = data.rfind(b"\n", lowest, start) + 1
    if data[line:start].strip():
        return start
    first = start
    while line > lowest:
        above = max(data.rfind(b"\n", lowest, line - 1) + 1, lowest)
        if not _COMMENT.match(data, above, line):
            break
        first = line = above
    return first


def _has_words(data: bytes, piece: _Piece) -> bool:
    """Brackets and blank lines alone are not worth finding."""
    return _WORDS.search(data, piece.start, piece.end) is not None


def _cut(piece: _Piece, data: bytes, lines: Lines) -> Iterator[_Piece]:
    start = piece.start
    while start < piece.end:
        if piece.end - start <= MAX_BYTES and lines.of(piece.end - 1) - lines.of(start) < MAX_LINES:
            yield _Piece(piece.definition, start, piece.end)
            return
        line = lines.of(start)
        end = lines.start(min(line + MAX_LINES, lines.count + 1)) if line + MAX_LINES <= lines.count else piece.end
        if end - start > MAX_BYTES:
            newline = data.rfind(b"\n", start, start + MAX_BYTES)
            end = newline + 1 if newline > start else _character_end(data, start + MAX_BYTES)
        end = min(end, piece.end)
        yield _Piece(piece.definition, start, end)
        start = end


def _character_end(data: bytes, offset: int) -> int:
    """Never cut inside a UTF-8 sequence."""
    while offset < len(data) and data[offset] & 0xC0 == 0x80:
        offset += 1
    return offset


def _chunk(data: bytes, read: bytes, piece: _Piece, definitions: Sequence[Definition], lines: Lines) -> ChunkFact:
    raw = data[piece.start : piece.end]
    owner = definitions[piece.definition] if piece.definition >= 0 else None
    first = owner is not None and piece.start <= owner.start < piece.end
    return ChunkFact(
        definition=piece.definition,
        start=piece.start,
        end=piece.end,
        start_line=lines.of(piece.start),
        end_line=lines.of(max(piece.start, piece.end - 1)),
        sha256=hashlib.sha256(raw).hexdigest(),
        name=terms.spaced(owner.qualname) if owner else "",
        signature=terms.spaced(owner.signature) if owner and first else "",
        doc=terms.spaced(owner.doc) if owner and first else "",
        body=terms.spaced(read[piece.start : piece.end].decode("utf-8", "replace")),
    )
