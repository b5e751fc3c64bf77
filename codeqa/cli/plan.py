"""`codeqa plan` and `codeqa query`: the plan of a question, and what a plan finds."""

from __future__ import annotations

from collections.abc import Sequence

import click

from codeqa.cli import question
from codeqa.cli.face import Face, common
from codeqa.domain import UsageError

NOTHING = 3


@click.command(short_help="Show the plan that a question compiles to.")
@click.argument("words", nargs=-1, metavar="QUESTION")
@common
def plan(face: Face, words: tuple[str, ...]) -> int:
    """Show the plans that QUESTION compiles to, what they find in words, and what its names were linked to.

    `codeqa query` runs them. QUESTION is read from standard input if it is - or absent. Exits with 3 where it compiles
    to none.
    """
    asked = question.read(words, "plan", "who calls main but not run")
    with face.ready() as project:
        plans, notes = project.plan(asked)
        described = [_described(text) for text in plans]
        names = project.places(dict.fromkeys(name for text in plans for name in _names(text)))
    if face.json:
        linked = [{"id": key, "place": place} for key, place in names.items()]
        face.document({"question": asked, "plans": described, "names": linked, "notes": list(notes)})
    else:
        from codeqa.cli import show_plan

        show_plan.plans(described, names, notes, face.out, quiet=face.quiet)
    return 0 if plans else NOTHING


def _names(text: str) -> Sequence[str]:
    from codeqa.cli import show_plan

    try:
        return show_plan.names(text)
    except UsageError:
        return ()


def _described(text: str) -> dict[str, str]:
    """Return a plan, what it gives and what it finds in words, as docs/json.md has it."""
    from codeqa.cli import show_plan

    try:
        return {"plan": text, "gives": show_plan.gives(text), "words": show_plan.in_words(text)}
    except UsageError:  # longer than a plan may be that is written by hand
        return {"plan": text, "gives": "", "words": ""}


@click.command(short_help="Run a plan.")
@click.argument("words", nargs=-1, metavar="PLAN")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, metavar="N", help="How many rows. [default: 50]")
@click.option("--steps", is_flag=True, help="List the steps of plans, with an example each.")
@common
def query(face: Face, words: tuple[str, ...], limit: int, steps: bool) -> int:
    """Run PLAN, a composition of steps over the graph, in quotes.

    PLAN is read from standard input if it is - or absent. docs/plans.md has the language. Exits with 3 where it finds
    nothing; a number is found, even if it is 0.

    \b
    codeqa query 'find("Store.open") | callers'
    codeqa query 'find("Base") | subclasses | defining("close") - find("Base") | subclasses | having(tests)'
    """  # noqa: D301 - click reads the backspace
    from codeqa.cli import show_plan
    from codeqa.plan import check, parse

    if steps:
        return _steps(face, words)
    written = question.read(words, "query", "find(main) | callees")
    checked = check(parse(written))  # before an index is made for it
    with face.ready() as project:
        found = project.query(str(checked))
        for notice in project.notices():
            face.notice(notice)
    if face.json:
        face.document(show_plan.as_json(found, limit))
    else:
        show_plan.result(found, face.out, limit)
    return 0 if found.rows or found.edges or found.gives == "number" else NOTHING


def _steps(face: Face, words: Sequence[str]) -> int:
    from codeqa.cli import show_plan

    if words:
        raise UsageError("--steps takes no plan", hint="codeqa query --steps lists the steps of plans")
    if face.json:
        face.document({"steps": show_plan.steps_as_json()})
    else:
        show_plan.steps(face.out)
    return 0
