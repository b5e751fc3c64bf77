"""`codeqa symbol`, `callers`, `callees`, `path` and `impact`: one question each, asked of the graph by name."""

from __future__ import annotations

import click

from codeqa.cli.face import Face, common, symbol_name
from codeqa.cli.jsonable import record

NOT_FOUND = 3


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
    if face.json:
        face.document(record(found))
    else:
        show_cards.card(found, face.out)
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
    if face.json:
        face.document(record(found))
    else:
        show_cards.callers(found, face.out)
    return 0


@click.command(params=[_limit(50)], short_help="List what a symbol calls.")
@click.argument("name", type=symbol_name)
@common
def callees(face: Face, name: str, limit: int) -> int:
    """List what the symbol NAME calls, inside the repository and outside of it."""
    from codeqa.cli import show_cards

    with face.ready() as project:
        found = project.callees(name, limit)
    if face.json:
        face.document(record(found))
    else:
        show_cards.callees(found, face.out)
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
    if face.json:
        face.document(record(found))
    else:
        show_cards.path(found, face.out)
    return 0 if found.edges or found.source.id == found.target.id else NOT_FOUND


@click.command(params=[_limit(100)], short_help="List what a change of a symbol may break.")
@click.argument("name", type=symbol_name)
@common
def impact(face: Face, name: str, limit: int) -> int:
    """List what uses the symbol NAME, directly and further away, and the tests among that."""
    from codeqa.cli import show_cards

    with face.ready() as project:
        found = project.impact(name, limit)
    if face.json:
        face.document(record(found))
    else:
        show_cards.impact(found, face.out)
    return 0
