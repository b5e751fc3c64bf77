"""A program in pieces inside of another format, laid out so that every byte of it stays where it is in the file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from codeqa.parse.text import spaced

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import tree_sitter

    from codeqa.languages import Inner, Language

MAX_INDENT = 400  # spaces
_NOT_NEWLINE = re.compile(rb"[^\r\n]")


class Program(NamedTuple):
    """What a file embeds. `text` has the length of the file; `regions` are where it, and prose beside it, lies."""

    language: str
    text: bytes  # the code, its escapes read; all else is spaces and newlines
    readable: bytes  # the same with the prose
    regions: list[tuple[int, int]]


def program(language: Language, data: bytes, found: Sequence[tuple[str, tree_sitter.Node]]) -> Program:
    """Lay out what the captures `@inner.code` and `@inner.text` found."""
    rules = language.inner
    told = re.search(rules.told.encode(), data) if rules.told else None
    code = bytearray(_NOT_NEWLINE.sub(b" ", data))
    readable = bytearray(code)
    regions: list[tuple[int, int]] = []
    for kind, node in sorted(found, key=lambda item: item[1].start_byte):
        pieces = _joined(_pieces(node, rules))
        if not pieces or (regions and pieces[0][0] <= regions[-1][1]):
            continue
        start, end = pieces[0][0], pieces[-1][1]
        text = _laid_out(data, pieces, rules)
        readable[start - 1 : end + 1] = b"\n" + text + b"\n"  # a line of its own, whatever stands around
        if kind == "code":
            code[start - 1 : end + 1] = b"\n" + _without(text, rules) + b"\n"
        regions.append((start, end))
    name = told[1].decode("utf-8", "replace").lower() if told else rules.language
    return Program(name, bytes(code), bytes(readable), regions)


def _pieces(node: tree_sitter.Node, rules: Inner) -> Iterator[tuple[int, int]]:
    if node.type in rules.pieces:
        yield node.start_byte, node.end_byte
    else:
        for child in node.named_children:
            yield from _pieces(child, rules)


def _joined(pieces: Iterator[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join what has nothing between: a grammar may part a string at its escapes."""
    found: list[tuple[int, int]] = []
    for start, end in pieces:
        if found and found[-1][1] == start:
            found[-1] = found[-1][0], end
        else:
            found.append((start, end))
    return found


def _laid_out(data: bytes, pieces: Sequence[tuple[int, int]], rules: Inner) -> bytes:
    """Return the text from the first piece to the last."""
    start, end = pieces[0][0], pieces[-1][1]
    text = bytearray(b" " * (end - start))  # a line ends where the program says so, not where the file does
    pattern, meaning = _escapes(rules)
    for first, last in pieces:
        text[first - start : last - start] = pattern.sub(lambda match: _meant(match, meaning), data[first:last])
    return bytes(text)


def _escapes(rules: Inner) -> tuple[re.Pattern[bytes], dict[bytes, bytes]]:
    """Return what matches escapes, those of signs in runs, and what each stands for."""
    meaning = {written.encode(): meant.encode() for written, meant in rules.escapes}
    signs = b"|".join(re.escape(written) for written, meant in meaning.items() if meant.strip())
    options = [re.escape(written) for written, meant in meaning.items() if not meant.strip()]
    options += [rb"(?:%s)+" % signs] if signs else []
    options += [f"(?:{rules.code_point})+".encode()] if rules.code_point else []
    return re.compile(b"|".join(options) or rb"(?!)"), meaning


def _meant(match: re.Match[bytes], meaning: dict[bytes, bytes]) -> bytes:
    """Return what escapes stand for, in as many bytes: signs stay together, and lines end where they did."""
    written, found, at = match[0], b"", 0
    while at < len(written):
        size = next((n for n in (2, 1) if written[at : at + n] in meaning), 0)
        if not size:
            units = bytes.fromhex(re.sub(rb"[^0-9a-fA-F]", b"", written).decode())
            return units.decode("utf-16-be", "replace").encode().ljust(len(written))
        found += meaning[written[at : at + size]]
        at += size
    before = match.string[max(0, match.start() - MAX_INDENT) : match.start()]
    line = before.rstrip(b" ")
    opens = not line or meaning.get(line[-2:], b"").endswith(b"\n")  # a line, whose indent counts
    ends = meaning.get(match.string[match.end() : match.end() + 2], b"").endswith(b"\n")  # a line, or continues it
    leads = not found.strip() or opens or (before[-1:].isalnum() and not ends)  # `r"`
    return found.ljust(len(written)) if leads else found.rjust(len(written))


def _without(text: bytes, rules: Inner) -> bytes:
    """Blank what is no code of the language: a cell's magic."""
    return spaced(text, tuple(re.compile(pattern.encode()) for pattern in rules.blank))
