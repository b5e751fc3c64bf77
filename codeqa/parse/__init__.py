"""Text → definitions and references. The sole owner of tree_sitter; knows no file system and no other file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codeqa import languages
from codeqa.domain import Facts, Interface
from codeqa.parse.captures import Captured, broken, capture, shifted
from codeqa.parse.chunks import chunks
from codeqa.parse.extract import Extractor
from codeqa.parse.grammar import GrammarMissing, get_language, get_parser, get_patterns, get_query, missing
from codeqa.parse.inner import program
from codeqa.parse.nesting import Lines
from codeqa.parse.prose import Prose, prose
from codeqa.parse.support import supports
from codeqa.parse.text import first_branches, readable, spaced, with_ends, without_noise

if TYPE_CHECKING:
    import tree_sitter

    from codeqa.languages import Language

MAX_EMBEDDED = 20_000  # bytes of code inside of text
_CODE = re.compile(rb"[A-Za-z_]\w+\s*\(")
_EMBEDDED_ROLES = frozenset({"call", "instantiate"})
MAX_ATTEMPTS = 3  # at a file whose conditional text breaks the syntax

__all__ = [
    "GrammarMissing",
    "Prose",
    "get_language",
    "get_parser",
    "get_query",
    "missing",
    "parse",
    "plain",
    "prose",
    "supports",
]


def parse(language: Language, data: bytes) -> Facts:
    """Return the facts of one file; broken code yields what can be had.

    Raises:
        GrammarMissing: the language's wheel is not installed; use `plain`.
        GrammarBroken: its queries do not compile.
    """
    if language.inner.language:
        return _inner(language, data)
    comments = tuple(start.encode() for start, _ in language.text.block_comment)
    seen, blanked = without_noise(spaced(readable(data), language.foreign), language.blank, comments)
    tree, captured = _parsed(language, seen)
    for start, end in blanked:
        node = tree.root_node.descendant_for_byte_range(start, end)
        if node is None or node.type not in language.text.comment_nodes:
            captured.uses.setdefault(start, ("read", end, None, None))
    _add_embedded(language, seen, captured)
    extractor = Extractor(language, data, captured, tree.root_node)
    interface, references = extractor.run()
    return Facts(interface, references, chunks(data, interface.definitions, extractor.lines), captured.errors)


def _add_embedded(language: Language, data: bytes, captured: Captured) -> None:
    """Add what code uses that the grammar takes for text: the bodies of macros."""
    if len(language.text.embedded) != 2:
        return
    parser, patterns = get_parser(language.name), get_patterns(language.name)
    before, after = (part.encode() for part in language.text.embedded)
    for start, end in captured.embedded:
        if end - start > MAX_EMBEDDED or not _CODE.search(data, start, end):
            continue
        by = start - len(before)
        for offset, used in capture(patterns, parser.parse(before + data[start:end] + after).root_node).uses.items():
            if len(before) <= offset < end - by and used[0] in _EMBEDDED_ROLES:
                captured.uses.setdefault(offset + by, shifted(used, by))


def _inner(language: Language, data: bytes) -> Facts:
    """Return the facts of the program that lies in another format: its names and lines are those of the file."""
    if readable(data) != data:  # what escapes stand for is told in UTF-8 only
        return plain(language.name, data)
    outer = capture(get_patterns(language.name), get_parser(language.name).parse(data).root_node)
    found = program(language, data, outer.inner)
    inner = languages.load().get(found.language)
    lines = Lines(data)
    if inner is None or not inner.grammar.module:
        interface = Interface(language.name, "", [], [], [], [], [])
        return Facts(interface, [], chunks(data, [], lines, found), outer.errors)
    tree, captured = _parsed(inner, found.text)
    interface, references = Extractor(inner, found.text, captured, tree.root_node, lines).run()
    return Facts(interface, references, chunks(data, interface.definitions, lines, found), captured.errors)


def _parsed(language: Language, data: bytes) -> tuple[tree_sitter.Tree, Captured]:
    """Return the best tree of a file; where conditional text breaks the syntax, only its first branch is read."""
    parser, patterns = get_parser(language.name), get_patterns(language.name)
    first = tree = best = parser.parse(data)
    captured = capture(patterns, first.root_node)
    if language.ends and first.root_node.has_error and (ended := with_ends(data, language.ends)) != data:
        data, tree = ended, parser.parse(ended)
        best = min(best, tree, key=_broken)
    for _ in range(MAX_ATTEMPTS if language.conditionals else 0):
        faults = broken(tree.root_node)
        whole = [(draft.start, draft.end) for draft in captured.drafts.values() if draft.body is not None]
        reduced = first_branches(data, language.conditionals, faults, whole) if faults else data
        if reduced == data:
            break
        data, tree = reduced, parser.parse(reduced)
        best = min(best, tree, key=_broken)
    return best, captured if best is first else capture(patterns, best.root_node)


def _broken(tree: tree_sitter.Tree) -> int:
    """Return how many bytes of a tree do not parse."""
    return sum(max(1, end - start) for start, end in broken(tree.root_node))


def plain(language: str, data: bytes) -> Facts:
    """Return the text chunks of a file that no grammar can read."""
    interface = Interface(language, "", [], [], [], [], [])
    return Facts(interface, [], chunks(data, [], Lines(data)), 0)
