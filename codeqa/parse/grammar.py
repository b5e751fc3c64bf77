"""Compiled grammars and queries: the sole owner of tree_sitter.

`get_language` and `get_parser` have the shape of the unmaintained tree-sitter-languages package, over one wheel per
language.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from codeqa import languages
from codeqa.domain import CodeqaError, GrammarBroken
from codeqa.parse.plans import Patterns, plans

if TYPE_CHECKING:
    import tree_sitter

    from codeqa.languages import Language


class GrammarMissing(CodeqaError):
    """The grammar's wheel is not installed: files of this language are indexed as plain text."""


@cache
def get_language(name: str) -> tree_sitter.Language:
    """Return the compiled grammar of a language of `grammars/`.

    Raises:
        GrammarMissing: its wheel is not installed.
        GrammarBroken: there is no such language, or the wheel does not hold what `language.toml` says.
    """
    import tree_sitter

    found = languages.load().get(name)
    if found is None:
        raise GrammarBroken(f"no language named {name!r}", hint="codeqa languages lists them")
    grammar = found.grammar
    try:
        module = import_module(grammar.module)
    except ImportError as error:
        raise GrammarMissing(
            f"{found.title}: {grammar.wheel} is not installed", hint=f"pip install {grammar.wheel}"
        ) from error
    try:
        return tree_sitter.Language(getattr(module, grammar.function)())
    except (AttributeError, ValueError) as error:
        raise GrammarBroken(f"{found.title}: {grammar.wheel} cannot be used: {error}", hint="upgrade it") from error


@cache
def get_parser(name: str) -> tree_sitter.Parser:
    """Return a parser for a language of `grammars/`; errors as `get_language`."""
    import tree_sitter

    return tree_sitter.Parser(get_language(name))


@cache
def get_query(name: str) -> tree_sitter.Query:
    """Return the compiled queries of a language.

    Raises:
        GrammarBroken: a query does not fit the grammar; the message has tree-sitter's own words.
    """
    import tree_sitter

    language = languages.load()[name]
    try:
        return tree_sitter.Query(get_language(name), _source(language))
    except tree_sitter.QueryError as error:
        raise GrammarBroken(f"{language.folder}: {error}", hint="see CONTRIBUTING.md, adding a language") from error


@cache
def get_patterns(name: str) -> Patterns:
    """Return `get_query` and what its patterns are about; errors as there."""
    query = get_query(name)
    return Patterns(query, plans(query, _source(languages.load()[name]).encode()))


def _source(language: Language) -> str:
    return language.query + "\n(ERROR) @error\n"


def missing(language: Language) -> str:
    """Say why a language cannot be parsed here, "" if it can."""
    try:
        get_language(language.name)
    except CodeqaError as error:
        return f"{error.message} ({error.hint})"
    return ""
