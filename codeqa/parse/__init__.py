"""Text → definitions and references. The sole owner of tree_sitter; knows no file system and no other file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codeqa import languages
from codeqa.domain import Facts, Interface
from codeqa.parse.captures import Used, broken, capture
from codeqa.parse.chunks import chunks
from codeqa.parse.extract import Extractor
from codeqa.parse.grammar import GrammarMissing, get_language, get_parser, get_query, missing
from codeqa.parse.nesting import Lines
from codeqa.parse.support import supports
from codeqa.parse.embedded import program
from codeqa.parse.text import first_branches, spaced, without_noise

if TYPE_CHECKING:
    import tree_sitter

    from codeqa.languages import Language

VERSION = "4"  # of the facts: raise it when the same bytes yield other facts

MAX_ATTEMPTS = 3  # at a file whose conditional text breaks the syntax

__all__ = [
    "VERSION",
    "GrammarMissing",
    "get_language",
    "get_parser",
    "get_query",
    "missing",
    "parse",
    "plain",
    "supports",
]


def parse(language: Language, data: bytes) -> Facts:
    """Return the facts of one file; broken code yields what can be had.

    Raises:
        GrammarMissing: the language's wheel is not installed; use `plain`.
        GrammarBroken: its queries do not compile.
    """
    if language.embedded.language:
        return _embedded(language, data)
    seen, blanked = without_noise(spaced(data, language.foreign), language.blank)
    tree = _parsed(language, seen)
    captured = capture(get_query(language.name), tree.root_node)
    for start, end in blanked:
        node = tree.root_node.descendant_for_byte_range(start, end)
        if node is None or node.type not in language.text.comment_nodes:
            captured.uses.setdefault(start, Used("read", end, None))
    extractor = Extractor(language, data, captured)
    interface, references = extractor.run()
    return Facts(interface, references, chunks(data, interface.definitions, extractor.lines), captured.errors)


def _embedded(language: Language, data: bytes) -> Facts:
    """Return the facts of the program that lies in another format: its names and lines are those of the file."""
    outer = capture(get_query(language.name), get_parser(language.name).parse(data).root_node)
    found = program(language, data, outer.embedded)
    inner = languages.load().get(found.language)
    lines = Lines(data)
    if inner is None or not inner.grammar.module:
        interface = Interface(language.name, "", [], [], [], [], [])
        return Facts(interface, [], chunks(data, [], lines, found), outer.errors)
    captured = capture(get_query(inner.name), _parsed(inner, found.text).root_node)
    interface, references = Extractor(inner, found.text, captured, lines).run()
    return Facts(interface, references, chunks(data, interface.definitions, lines, found), captured.errors)


def _parsed(language: Language, data: bytes) -> tree_sitter.Tree:
    """Return the best tree of a file; where conditional text breaks the syntax, only its first branch is read."""
    parser = get_parser(language.name)
    tree = best = parser.parse(data)
    for _ in range(MAX_ATTEMPTS if language.conditionals else 0):
        faults = broken(tree.root_node)
        reduced = first_branches(data, language.conditionals, faults)
        if not faults or reduced == data:
            break
        data, tree = reduced, parser.parse(reduced)
        best = min(best, tree, key=lambda t: sum(max(1, end - start) for start, end in broken(t.root_node)))
    return best


def plain(language: str, data: bytes) -> Facts:
    """Return the text chunks of a file that no grammar can read."""
    interface = Interface(language, "", [], [], [], [], [])
    return Facts(interface, [], chunks(data, [], Lines(data)), 0)
