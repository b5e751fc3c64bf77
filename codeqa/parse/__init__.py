"""Text → definitions and references. The sole owner of tree_sitter; knows no file system and no other file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codeqa.domain import Facts, Interface
from codeqa.parse.captures import capture
from codeqa.parse.chunks import chunks
from codeqa.parse.extract import Extractor, Lines
from codeqa.parse.grammar import GrammarMissing, get_language, get_parser, get_query, missing

if TYPE_CHECKING:
    from codeqa.languages import Language

VERSION = "1"  # of the facts: raise it when the same bytes yield other facts

__all__ = ["VERSION", "GrammarMissing", "get_language", "get_parser", "get_query", "missing", "parse", "plain"]


def parse(language: Language, data: bytes) -> Facts:
    """Return the facts of one file; broken code yields what can be had.

    Raises:
        GrammarMissing: the language's wheel is not installed; use `plain`.
        GrammarBroken: its queries do not compile.
    """
    tree = get_parser(language.name).parse(data)
    captured = capture(get_query(language.name), tree.root_node)
    extractor = Extractor(language, data, captured)
    interface, references = extractor.run()
    return Facts(interface, references, chunks(data, interface.definitions, extractor.lines), captured.errors)


def plain(language: str, data: bytes) -> Facts:
    """Return the text chunks of a file that no grammar can read."""
    interface = Interface(language, "", [], [], [], [], [])
    return Facts(interface, [], chunks(data, [], Lines(data)), 0)
