"""Text → definitions and references. The sole owner of tree_sitter; knows no file system and no other file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codeqa.domain import Facts, Interface
from codeqa.parse.captures import Used, capture, error_bytes
from codeqa.parse.chunks import chunks
from codeqa.parse.extract import Extractor
from codeqa.parse.grammar import GrammarMissing, get_language, get_parser, get_query, missing
from codeqa.parse.nesting import Lines
from codeqa.parse.support import supports
from codeqa.parse.text import first_branches, without_noise

if TYPE_CHECKING:
    import tree_sitter

    from codeqa.languages import Language

VERSION = "2"  # of the facts: raise it when the same bytes yield other facts

__all__ = ["VERSION", "GrammarMissing", "get_language", "get_parser", "get_query", "missing", "parse", "plain", "supports"]


def parse(language: Language, data: bytes) -> Facts:
    """Return the facts of one file; broken code yields what can be had.

    Raises:
        GrammarMissing: the language's wheel is not installed; use `plain`.
        GrammarBroken: its queries do not compile.
    """
    seen, blanked = without_noise(data, language.blank)
    tree = get_parser(language.name).parse(seen)
    if language.conditionals and tree.root_node.has_error:
        tree = _best(tree, get_parser(language.name).parse(first_branches(seen, language.conditionals)))
    captured = capture(get_query(language.name), tree.root_node)
    for start, end in blanked:
        node = tree.root_node.descendant_for_byte_range(start, end)
        if node is None or node.type not in language.text.comment_nodes:
            captured.uses.setdefault(start, Used("read", end, None))
    extractor = Extractor(language, data, captured)
    interface, references = extractor.run()
    return Facts(interface, references, chunks(data, interface.definitions, extractor.lines), captured.errors)


def _best(tree: tree_sitter.Tree, other: tree_sitter.Tree) -> tree_sitter.Tree:
    """Return the tree with fewer bytes that do not parse, the first if in doubt."""
    return other if error_bytes(other.root_node) < error_bytes(tree.root_node) else tree


def plain(language: str, data: bytes) -> Facts:
    """Return the text chunks of a file that no grammar can read."""
    interface = Interface(language, "", [], [], [], [], [])
    return Facts(interface, [], chunks(data, [], Lines(data)), 0)
