"""`codeqa index`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click

from codeqa.cli.face import Face, common
from codeqa.cli.jsonable import record
from codeqa.cli.terminal import Terminal
from codeqa.domain import Indexed, UsageError
from codeqa.wording import duration, size

MAX_CRASHED = 20


@click.command(short_help="Make or update the index, and sum it up.")
@click.argument("place", required=False, type=click.Path(path_type=Path), metavar="[PATH]")
@click.option("--force", is_flag=True, help="Write everything anew, whatever has changed.")
@click.option("--embedder", metavar="NAME", help="Make vectors with static, lsa, minilm, ollama:MODEL or none.")
@common
def index(face: Face, place: Path | None, force: bool, embedder: str | None) -> int:
    """Make or update the index of the repository at PATH, and sum it up.

    --embedder chooses what makes the vectors of this repository from now on, whatever settings say; with default they
    decide again. The vectors are made in the background, and the old ones are searched until they are complete.
    """
    if place is not None:
        if face.repo is not None and face.repo != place:
            raise UsageError(f"PATH is {place}, --repo is {face.repo}", hint="give one of them")
        face = replace(face, repo=place)
    with face.project({"index.embedder": None if embedder == "default" else embedder}) as project:
        run = face.drain(project.index(force=force, embedder=embedder))
    assert run is not None, "an index run ends with its summary"
    if face.json:
        face.document(record(run))
    elif not face.quiet:
        show(run, face.out)
    return 0


def show(run: Indexed, out: Terminal) -> None:
    """Write the summary of a run."""
    if not run.changed:
        out.line(
            ("up to date", "good"),
            f": {run.files:,} files, {run.symbols:,} symbols, generation {run.generation}",
            (f"  {duration(run.seconds)}", "dim"),
        )
        return
    work = f"{run.parsed:,} parsed" + (f", {run.removed:,} removed" if run.removed else "")
    _row("files", f"{run.files:,}", work, out)
    _row("languages", counted(run.languages), "", out)
    _row("symbols", f"{run.symbols:,}", "", out)
    _row("edges", f"{sum(run.edges.values()):,}", counted(run.edges), out)
    if run.skipped:
        reasons = counted(run.skipped) + ": codeqa status lists them"
        _row("skipped", f"{sum(run.skipped.values()):,}", reasons, out)
    _row("time", duration(run.seconds), f"{run.cpu_seconds:.1f} s of CPU", out)
    _row("size", size(run.bytes), f"generation {run.generation}", out)
    for path in run.crashed[:MAX_CRASHED]:
        out.line(("crashed", "bad"), "   ", (path, "path"), "  its parser died; left out")


def counted(counts: Mapping[str, int]) -> str:
    """Say `python 83, markdown 4`, the most frequent first."""
    return ", ".join(f"{name} {count:,}" for name, count in sorted(counts.items(), key=lambda item: -item[1]))


def _row(name: str, value: str, about: str, out: Terminal) -> None:
    out.line((f"{name:<10}", "dim"), value, (f"  {about}" if about else "", "dim"))
