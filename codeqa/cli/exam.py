"""`codeqa exam`: codeqa asked about this repository, by questions whose answers the graph has."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import click

from codeqa.cli.face import Face, common
from codeqa.cli.progress import ProgressLine
from codeqa.domain import Notice, Progress, UsageError

if TYPE_CHECKING:
    from codeqa.evals import Exam, Grade

MOST_HOPS = 5


def _hops(context: click.Context, parameter: click.Parameter, value: str) -> tuple[int, int]:
    """Convert `3` or `1-5`. Raises UsageError."""
    match = re.fullmatch(r"([1-5])(?:-([1-5]))?", value.strip())
    if not match or int(match[2] or match[1]) < int(match[1]):
        raise UsageError(f"{value!r} is no range of hops", hint=f"give one such as 3 or 1-{MOST_HOPS}")
    return int(match[1]), int(match[2] or match[1])


@click.command(short_help="Examine the walk on this repository.")
@click.option("--questions", type=click.IntRange(1, 10_000), default=200, metavar="N", help="How many. [default: 200]")
@click.option("--seed", type=int, default=0, metavar="S", help="Another seed asks other questions. [default: 0]")
@click.option("--hops", callback=_hops, default="1-5", metavar="A-B", help="Of how many hops. [default: 1-5]")
@click.option("--show-wrong", is_flag=True, help="List each question that was not answered right.")
@click.option(
    "--at-least", type=click.FloatRange(0, 100), metavar="PERCENT", help="Exit with 1 where fewer answers are right."
)
@common
def exam(face: Face, questions: int, seed: int, hops: tuple[int, int], show_wrong: bool, at_least: float | None) -> int:
    """Ask questions that are made from the graph of this repository, and grade the answers.

    The keys come from the graph, so this examines the walk and not the graph: it shows what to ask codeqa here, and
    what not. The same seed asks the same questions of the same index.
    """
    from codeqa.evals import Exam, tally

    with face.ready({"trace.keep": False}) as project:  # nobody goes on with these, and they would push others out
        sitting = Exam(project, questions=questions, seed=seed, hops=hops)
        grades = _sit(face, sitting)
    if len(grades) < questions:
        face.notice(Notice("warning", f"the graph has {len(grades):,} questions in it, not {questions:,}"))
    found = tally(grades)
    if face.json:
        from codeqa.cli.show_exam import document

        face.document({"seed": seed, "hops": list(hops), **document(found, grades)})
    else:
        from codeqa.cli.show_exam import page

        page(found, grades, face.out, show_wrong=show_wrong)
    return 1 if at_least is not None and found.percent < at_least else 0


def _sit(face: Face, sitting: Exam) -> list[Grade]:
    progress = ProgressLine(face.err, shown=not face.quiet)
    began = time.monotonic()
    grades: list[Grade] = []
    try:
        for grade in sitting.sit():
            grades.append(grade)
            progress.show(Progress("ask", len(grades), len(sitting.items), time.monotonic() - began))
    finally:
        progress.clear()
    return grades
