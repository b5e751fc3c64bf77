"""`codeqa enrich`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing

import click

from codeqa.cli.face import Face, common
from codeqa.cli.jsonable import record
from codeqa.cli.terminal import Terminal
from codeqa.domain import Enriched, Event
from codeqa.wording import duration


@click.command(short_help="Let a local model describe symbols, which helps search.")
@click.option("--model", metavar="NAME", help="The model to ask. [default: model.name of your settings]")
@click.option("--limit", type=click.IntRange(1, 1_000_000), metavar="N", help="Ask about so many symbols at most.")
@click.option("--all", "everything", is_flag=True, help="Tests, vendored and generated code, too.")
@common
def enrich(face: Face, model: str | None, limit: int | None, everything: bool) -> int:
    """Ask a local model for a sentence and tags for each function and class, which search then uses.

    Those most used come first. Stop it at any time: what is done is kept, and the next run goes on there. What is said
    of code is kept by the bytes of that code, so that it is never out of date. Exits with 5 if the model is not there.
    """
    with face.project({"model.name": model}) as project:
        project.chat_model()  # raises what is wrong with it, before an index is made for nothing
    with (
        face.ready({"model.name": model}) as project,
        closing(project.enrich(limit=limit, everything=everything)) as run,
    ):
        ended: list[Enriched] = []
        face.drain(_watched(run, ended))
    if face.json:
        face.document(record(ended[0]))
    elif not face.quiet:
        show(ended[0], face.out)
    return 0


def _watched(events: Iterable[Event], ended: list[Enriched]) -> Iterator[Event]:
    for event in events:
        if isinstance(event, Enriched):
            ended.append(event)
        yield event


def show(run: Enriched, out: Terminal) -> None:
    """Write the summary of a run."""
    _row("summaries", f"{run.kept:,}", f"by {run.model}, {duration(run.seconds)}", out)
    if run.before:
        _row("before", f"{run.before:,}", "asked for in earlier runs", out)
    if run.rejected:
        _row("rejected", f"{run.rejected:,}", "name what does not exist", out)
    if run.failed:
        _row("failed", f"{run.failed:,}", "empty, broken, or not of the form that was asked for", out)
    if run.changed:
        _row("changed", f"{run.changed:,}", "since they were indexed; run: codeqa index", out)
    _row("left", f"{run.left:,}", f"of {run.wanted:,} symbols", out)


def _row(name: str, value: str, about: str, out: Terminal) -> None:
    out.line((f"{name:<10}", "dim"), value, (f"  {about}", "dim"))
