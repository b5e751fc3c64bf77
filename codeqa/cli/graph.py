"""`codeqa symbol`, `callers`, `callees`, `path` and `impact`: one question each, asked of the graph by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import click

from codeqa.cli.face import Face, common, symbol_name
from codeqa.cli.jsonable import record

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from codeqa.cli.terminal import Terminal

NOT_FOUND = 3
Found = TypeVar("Found", bound="DataclassInstance")


def _tell(face: Face, found: Found, show: Callable[[Found, Terminal], None]) -> None:
    """Write what was found: a document with --json, else text."""
    if face.json:
        face.document(record(found))
    else:
        show(found, face.out)


@click.command(short_help="Show a card of one symbol.")
@click.argument("name", type=symbol_name)
@common
def symbol(face: Face, name: str) -> int:
    """Show a card of the symbol NAME: signature, documentation, callers, callees, bases, tests.

    NAME is a name (add), a qualified one (Router.add), an id (src/app.py::Router.add) or a place (src/app.py:12).
    """
    from codeqa.cli import show_cards

    with face.ready() as project:
        found = project.card(name)
    _tell(face, found, show_cards.card)
    return 0


def _limit(default: int) -> click.Option:
    return click.Option(
        ["--limit"],
        type=click.IntRange(1, 100_000),
        default=default,
        metavar="N",
        help=f"How many. [default: {default}]",
    )


@click.command(params=[_limit(50)], short_help="List what calls a symbol.")
@click.argument("name", type=symbol_name)
@common
def callers(face: Face, name: str, limit: int) -> int:
    """List what calls the symbol NAME, with the call sites."""
    from codeqa.cli import show_cards

    with face.ready() as project:
        found = project.callers(name, limit)
    _tell(face, found, show_cards.callers)
    return 0


@click.command(params=[_limit(50)], short_help="List what a symbol calls.")
@click.argument("name", type=symbol_name)
@common
def callees(face: Face, name: str, limit: int) -> int:
    """List what the symbol NAME calls, inside the repository and outside of it."""
    from codeqa.cli import show_cards

    with face.ready() as project:
        found = project.callees(name, limit)
    _tell(face, found, show_cards.callees)
    return 0


@click.command(short_help="Show a chain of edges from A to B.")
@click.argument("source", type=symbol_name, metavar="A")
@click.argument("target", type=symbol_name, metavar="B")
@common
def path(face: Face, source: str, target: str) -> int:
    """Show a chain of calls and other edges from the symbol A to the symbol B. Exits with 3 where none was found."""
    from codeqa.cli import show_cards

    with face.ready() as project:
        found = project.path(source, target)
    _tell(face, found, show_cards.path)
    return 0 if found.edges or found.source.id == found.target.id else NOT_FOUND


@click.command(params=[_limit(100)], short_help="List what a change of a symbol may break.")
@click.argument("name", type=symbol_name)
@common
def impact(face: Face, name: str, limit: int) -> int:
    """List what uses the symbol NAME, directly and further away, and the tests among that."""
    from codeqa.cli import show_cards

    with face.ready() as project:
        found = project.impact(name, limit)
    _tell(face, found, show_cards.impact)
    return 0
