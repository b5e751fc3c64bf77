"""`codeqa eval run`: a language model measured on this machine, beside the planner."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from codeqa.cli import model
from codeqa.cli.face import Face, common
from codeqa.cli.progress import ProgressLine
from codeqa.domain import ModelUnavailable, Notice, Progress, UsageError

if TYPE_CHECKING:
    from codeqa.evals.evaluation import Evaluation
    from codeqa.evals.outcomes import Outcome, Record, Spec

EXAM = 40  # questions, unless there is a file of them
INTERRUPTED = 130
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group("eval", short_help="Measure a language model with codeqa.")
def evaluate() -> None:
    """Measure a language model with codeqa."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the options say."""

    questions: Path | None
    exam: int | None
    seed: int | None
    extras: tuple[str, ...]
    compare: bool | None

    @property
    def any(self) -> bool:
        return any(value is not None for value in (self.questions, self.exam, self.seed, self.compare)) or bool(
            self.extras
        )


@dataclass(slots=True)
class _Session:
    """What is done, with what was done before, and how it ended."""

    done: list[Outcome] = field(default_factory=list)
    interrupted: bool = False


@evaluate.command("run", short_help="Ask a model questions whose answers are known.")
@model.options
@click.option("--questions", type=_FILE, metavar="FILE", help="Questions with their keys, as JSON lines.")
@click.option("--exam", type=click.IntRange(0, 10_000), metavar="N", help="Of this graph. [default: 40, or 0]")
@click.option("--seed", type=int, metavar="S", help="Another seed asks another exam. [default: 0]")
@click.option("--compare/--no-compare", default=None, help="Ask the planner alone too. [default: --compare]")
@click.option(
    "--with",
    "extras",
    multiple=True,
    type=click.Choice(["check", "hyde", "expand"]),
    help="Ask once more with this setting on; repeatable.",
)
@click.option("--out", type=_FILE, metavar="FILE", help="Keep each answer's grade, to go on after an interruption.")
@click.option("--resume", type=_FILE, metavar="FILE", help="Go on with the run that --out kept.")
@click.option("--markdown", type=_FILE, metavar="FILE", help="Write the report there too, to be pasted.")
@click.option(
    "--at-least", type=click.FloatRange(0, 100), metavar="PERCENT", help="Exit with 1 where the model has fewer right."
)
@common
def run(
    face: Face,
    chosen: Mapping[str, object],
    questions: Path | None,
    exam: int | None,
    seed: int | None,
    compare: bool | None,
    extras: tuple[str, ...],
    out: Path | None,
    resume: Path | None,
    markdown: Path | None,
    at_least: float | None,
) -> int:
    """Ask a language model questions whose answers are known, and grade its answers beside the planner's.

    Without --questions it is an exam made from the graph of this repository; with them and --exam N both are asked.
    Exits with 5 if the model is not there. Interrupted, it reports what is done.

    \b
    codeqa eval run --model qwen3:8b
    codeqa eval run --model qwen3:8b --exam 100 --with check --out run.jsonl
    codeqa eval run --resume run.jsonl --markdown report.md
    """  # noqa: D301 - click reads the backspace
    import os

    from codeqa.evals.evaluation import Evaluation
    from codeqa.evals.summing import MODEL, summed

    session = _Session()
    asked = _Asked(questions, exam, seed, tuple(dict.fromkeys(extras)), compare)
    spec = _resumed(resume, asked, out, chosen, session) if resume else _spec(face, asked, chosen)
    own = {name: value for name, value in chosen.items() if name not in ("model.name", "model.context")}
    evaluation = Evaluation(spec, {"cache": face.cache or None, **own}, os.environ, update=face.update)
    measured = evaluation.probe()
    face.notice(Notice("info", f"{spec.model} acts on the rung {measured.rung!r}"))
    face.drain(evaluation.prepare())
    with ExitStack() as stack:
        _ask(face, evaluation, session, _record(stack, resume, out, evaluation))
    report = summed(session.done, evaluation.columns)
    from codeqa.cli import show_eval

    shown = show_eval.Shown(report, evaluation.spec, measured, evaluation.left(session.done))
    if face.json:
        face.document(show_eval.document(shown, session.done))
    else:
        show_eval.page(shown, face.out)
    if markdown:
        markdown.write_text(show_eval.markdown(shown), encoding="utf-8")
    if session.interrupted:
        return INTERRUPTED
    its = report.column(MODEL)
    return 1 if at_least is not None and (its is None or its.right.percent < at_least) else 0


def _spec(face: Face, asked: _Asked, chosen: Mapping[str, object]) -> Spec:
    """Return what is to be asked. Raises ModelUnavailable if neither option nor setting names a model."""
    from codeqa.evals.outcomes import Spec

    with face.project(chosen) as project:
        settings, root = project.settings.model, project.root
    if settings.name is None:
        raise ModelUnavailable("no model is named", hint="--model NAME; codeqa doctor lists what a server has")
    exam = asked.exam if asked.exam is not None else 0 if asked.questions else EXAM
    if not exam and not asked.questions:
        raise UsageError("there is nothing to ask", hint="--exam N, or --questions FILE")
    return Spec(
        settings.name,
        settings.context,
        str(root),
        str(asked.questions.resolve()) if asked.questions else "",
        exam,
        asked.seed or 0,
        asked.extras,
        asked.compare is not False,
    )


def _resumed(path: Path, asked: _Asked, out: Path | None, chosen: Mapping[str, object], session: _Session) -> Spec:
    """Return what that run asks. Raises UsageError for options that would ask something else."""
    from codeqa.evals import outcomes

    spec, session.done = outcomes.read(path)
    other = chosen["model.name"] not in (None, spec.model) or chosen["model.context"] not in (None, spec.context)
    if asked.any or out or other:
        raise UsageError(
            "--resume goes on with what that run asks, of the same model",
            hint=f"codeqa eval run --resume {path}, with --host and --remote where they are needed",
        )
    return spec


def _record(stack: ExitStack, resume: Path | None, out: Path | None, evaluation: Evaluation) -> Record | None:
    from codeqa.evals.outcomes import Record

    if resume:
        return stack.enter_context(Record.resume(resume))
    return stack.enter_context(Record.create(out, evaluation.spec)) if out else None


def _ask(face: Face, evaluation: Evaluation, session: _Session, record: Record | None) -> None:
    """Ask what is left, until it is done or somebody interrupts it."""
    from codeqa.evals.outcomes import Outcome

    progress = ProgressLine(face.err, shown=not face.quiet)
    total, began, count = evaluation.left(session.done), time.monotonic(), 0
    try:
        for event in evaluation.run(tuple(session.done)):
            if isinstance(event, Notice):
                face.notice(event)
            elif isinstance(event, Outcome):
                session.done.append(event)
                if record:
                    record.add(event)
                count += 1
                progress.show(Progress("ask", count, total, time.monotonic() - began, event.question))
    except KeyboardInterrupt:
        session.interrupted = True
    finally:
        progress.clear()
