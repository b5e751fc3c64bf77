"""What of a file is words to a reader and not code: comments, documentation and the text of strings."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from codeqa.parse.grammar import get_parser
from codeqa.parse.text import readable, spaced

if TYPE_CHECKING:
    import tree_sitter

    from codeqa.languages import Language, Text

PARSE_SECONDS = 1.0  # 5 MB of sane code; what a hostile file makes a grammar do ends here
_PIECE = 4096  # bytes handed to the parser at a time: it looks at the clock between two
_STRING = rb"\"(?:\\.|[^\"\\])*(?:\"|\Z)"


class Prose(NamedTuple):
    """A range of bytes. `kind`: "comment", which documentation is too, or "string"."""

    start: int
    end: int  # exclusive
    kind: str


def prose(language: Language, data: bytes, seconds: float = PARSE_SECONDS) -> list[Prose]:
    """Return what of a file is no code, in order and apart from one another; what is put into a string stays code.

    All of a document is one comment, and so is all of a file that is not parsed within `seconds`, and of one with null
    bytes. Lines that the grammar cannot read are comments, too. A string that is a statement is documentation.

    Raises:
        GrammarMissing: the language's wheel is not installed.
    """
    whole = [Prose(0, len(data), "comment")] if data else []
    if language.kind != "code" or not language.grammar.module or b"\0" in data:
        return whole
    seen, cut = _as_parsed(language, data)
    tree = _tree(language.name, seen, seconds)
    if tree is None:
        return whole
    return _apart([*cut, *_Walk(language.text, seen).run(tree)])


def _as_parsed(language: Language, data: bytes) -> tuple[bytes, list[Prose]]:
    """Return the bytes as a grammar can read them, as `parse` does, and what of them is a comment."""
    plain = readable(data)
    seen = spaced(plain, language.foreign)
    cut = [Prose(*match.span(), "comment") for pattern in language.foreign for match in pattern.finditer(plain)]
    openings = (
        *(start.encode() for start, _ in language.text.block_comment),
        *(start.encode() for start in language.text.line_comment),
    )
    for pattern in language.blank:
        spans = [match.span(1) for match in pattern.finditer(seen)]
        cut += [Prose(start, end, "comment") for start, end in spans if seen.startswith(openings, start)]
        blanked = bytearray(seen)
        for start, end in spans:
            blanked[start:end] = re.sub(rb"[^\r\n]", b" ", seen[start:end])
        seen = bytes(blanked)
    return seen, cut


def _tree(name: str, data: bytes, seconds: float) -> tree_sitter.Tree | None:
    parser = get_parser(name)
    until = time.monotonic() + seconds
    tree: tree_sitter.Tree | None = None
    try:
        tree = parser.parse(
            lambda offset, point: data[offset : offset + _PIECE],
            progress_callback=lambda offset, has_error: time.monotonic() > until,
        )
    except ValueError:  # what it says when it is stopped
        pass
    finally:
        parser.reset()  # else the next file begins where this one was left
    return tree


class _Walk:
    """One file's tree, walked without recursion: it may be as deep as the file is long."""

    def __init__(self, rules: Text, data: bytes) -> None:
        self._data = data
        self._comments = frozenset(rules.comment_nodes)
        self._strings = frozenset((*rules.string_nodes, *rules.prose_nodes))
        self._holes = frozenset(rules.holes)
        self._unparsed = frozenset(rules.unparsed)
        openings = [re.escape(start.encode()) + rb"[^\n]*" for start in rules.line_comment]
        openings += [
            re.escape(start.encode()) + rb"(?s:.*?)(?:" + re.escape(end.encode()) + rb"|\Z)"
            for start, end in rules.block_comment
        ]
        self._lexical = re.compile(rb"(?s:(?P<string>" + _STRING + rb"))|(?P<comment>" + rb"|".join(openings) + rb")")

    def run(self, tree: tree_sitter.Tree) -> Iterator[Prose]:
        waiting = [("", tree.root_node)]  # with the type of the node around
        while waiting:
            above, node = waiting.pop()
            if node.type in self._comments:
                yield Prose(node.start_byte, node.end_byte, "comment")
            elif node.is_error:
                holes = [child for child in node.children if child.child_count]
                yield from map(self._lines, self._around(node, holes, "comment"))
                waiting += [(node.type, hole) for hole in holes]
            elif node.type in self._strings or f"{above}/{node.type}" in self._strings:
                if above == "expression_statement":
                    yield Prose(node.start_byte, node.end_byte, "comment")
                else:
                    holes = self._in_string(node)
                    yield from self._around(node, holes, "string")
                    waiting += [(node.type, hole) for hole in holes]
            elif node.type in self._unparsed:
                yield from self._lexed(node)
            else:
                waiting += [(node.type, child) for child in node.children]

    def _in_string(self, string: tree_sitter.Node) -> list[tree_sitter.Node]:
        """Return the outermost nodes of a string that are code."""
        found: list[tree_sitter.Node] = []
        waiting = list(string.children)
        while waiting:
            node = waiting.pop()
            if node.type in self._holes:
                found.append(node)
            else:
                waiting += node.children
        return sorted(found, key=lambda hole: hole.start_byte)

    @staticmethod
    def _around(node: tree_sitter.Node, holes: list[tree_sitter.Node], kind: str) -> Iterator[Prose]:
        start = node.start_byte
        for hole in holes:
            if start < hole.start_byte:
                yield Prose(start, hole.start_byte, kind)
            start = hole.end_byte
        if start < node.end_byte:
            yield Prose(start, node.end_byte, kind)

    def _lines(self, piece: Prose) -> Prose:
        """Widen a range to whole lines, unless it is white space: words that fail in one place are read in the next."""
        if not self._data[piece.start : piece.end].strip():
            return piece
        end = self._data.find(b"\n", piece.end)
        start = self._data.rfind(b"\n", 0, piece.start) + 1
        return Prose(start, len(self._data) if end < 0 else end, "comment")

    def _lexed(self, node: tree_sitter.Node) -> Iterator[Prose]:
        """Look for strings and comments in what the grammar leaves as it is: the body of a macro."""
        for match in self._lexical.finditer(self._data, node.start_byte, node.end_byte):
            yield Prose(*match.span(), match.lastgroup or "comment")


def _apart(found: list[Prose]) -> list[Prose]:
    """Sort, and leave out what lies in another; what begins in another ends it."""
    kept: list[Prose] = []
    for piece in sorted(found, key=lambda piece: (piece.start, -piece.end)):
        if kept and piece.start < kept[-1].end:
            if piece.end <= kept[-1].end:
                continue
            piece = Prose(kept[-1].end, piece.end, piece.kind)
        if piece.start < piece.end:
            kept.append(piece)
    return kept
