"""Cut a file into retrievable pieces along its definitions: no orphan brackets, nothing lost.

A small class is one piece, a larger one is cut into its members. What is too long for one piece is cut where the text
itself pauses, and its parts overlap by some lines, so that no sentence or statement is torn from what it belongs to.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from codeqa import terms
from codeqa.domain import CALLABLE, CLASS_LIKE, ChunkFact, Definition
from codeqa.parse.nesting import Lines

if TYPE_CHECKING:
    from codeqa.parse.inner import Program

MAX_LINES = 80
MAX_BYTES = 6000
MAX_KEYS = 40  # lines of configuration in one piece: a question about one key wants no more around it
OVERLAP = 6  # lines that a part of a long piece repeats of the one before
SMALL = 24  # lines of a class that is not cut into its members
_WORDS = re.compile(rb"[0-9A-Za-z_\x80-\xff]{3}")
_COMMENT = re.compile(rb"[ \t]*(?://|/\*|\*|#|--|;;)")
_UNITS = CALLABLE | {"section"}
_HOLDERS = CLASS_LIKE - {"namespace"}


class _Piece(NamedTuple):
    definition: int
    start: int
    end: int


def chunks(
    data: bytes, definitions: Sequence[Definition], lines: Lines, inner: Program | None = None
) -> list[ChunkFact]:
    """Return the chunks of a file in document order.

    A callable is a chunk with what nests in it and the comment above it, and so is a small class; what lies between the
    callables of a larger class belongs to the class, the rest to the file (-1). Pieces over 80 lines or 6,000 bytes are
    cut at line ends, configuration between its keys.
    """
    read = inner.readable if inner else data
    regions = inner.regions if inner else [(0, len(data))]
    keys = sorted({lines.of(found.start) for found in definitions if found.kind == "key"})
    return [
        _chunk(data, read, piece, definitions, lines)
        for whole in _pieces(read, definitions, regions)
        for piece in _cut(whole, data, lines, keys)
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
        unit = found.kind in _UNITS or (found.kind in _HOLDERS and found.end_line - found.start_line < SMALL)
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


def _cut(piece: _Piece, data: bytes, lines: Lines, keys: Sequence[int]) -> Iterator[_Piece]:
    """Cut a piece that is too long; `keys` are the lines on which keys of configuration begin."""
    start, last = piece.start, lines.of(piece.end - 1)
    most = MAX_KEYS if keys and piece.definition < 0 else MAX_LINES
    while start < piece.end:
        line = lines.of(start)
        if piece.end - start <= MAX_BYTES and last - line < most:
            yield _Piece(piece.definition, start, piece.end)
            return
        after = _pause(data, lines, line + most // 2, min(line + most, last + 1), keys)
        end = min(lines.start(after), piece.end) if after <= lines.count else piece.end
        if end - start > MAX_BYTES:
            newline = data.rfind(b"\n", start, start + MAX_BYTES)
            end = newline + 1 if newline > start else _character_end(data, start + MAX_BYTES)
        yield _Piece(piece.definition, start, end)
        start = end if keys or end >= piece.end else _before(start, end, lines)


def _pause(data: bytes, lines: Lines, first: int, last: int, keys: Sequence[int]) -> int:
    """Return before which of these lines the text pauses most: a key, else a blank line, else the least indentation."""
    if within := keys[bisect_left(keys, first) : bisect_left(keys, last + 1)]:
        return within[-1]
    best, least = last, (2, 0)
    for number in range(last, first, -1):
        if number > lines.count:
            continue
        written = data[lines.start(number) : data.find(b"\n", lines.start(number)) + 1 or len(data)]
        blank = not data[lines.start(number - 1) : lines.start(number)].strip()
        depth = len(written) - len(written.lstrip())
        if (rank := (0 if blank else 1, depth)) < least:
            best, least = number, rank
    return best


def _before(start: int, end: int, lines: Lines) -> int:
    """Return where the part after one from `start` to `end` begins: some lines before that ends, if they are short."""
    line = lines.of(end)
    if lines.start(line) != end or line - lines.of(start) < 3 * OVERLAP:
        return end
    begin = lines.start(line - OVERLAP)
    return begin if end - begin <= MAX_BYTES // 6 else end


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
        signature=terms.spaced(owner.signature) if owner else "",
        doc=terms.spaced(owner.doc) if owner and first else "",
        body=terms.spaced(read[piece.start : piece.end].decode("utf-8", "replace")),
    )
