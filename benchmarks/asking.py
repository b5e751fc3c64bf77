"""How well answers cite and name what is right: `python -m benchmarks.asking --questions SET.jsonl --checkouts FOLDER`.

The same sets, indexes and metrics as `benchmarks.retrieval`; each question is asked in process, of the planner, and
searched. Citations are judged as hits are. Search is judged twice: by its first ten files, and by as many as the answer
cites, since whoever cites less is right more easily. Abstentions cite nothing and find nothing.
"""

from __future__ import annotations

import json
import re
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

import click

from benchmarks import metrics, tables
from benchmarks.measure import summary
from benchmarks.metrics import FIRST, Figure, Question, Score
from benchmarks.retrieval import KEPT, by_checkout, line, opened, read, shown, speed
from codeqa.domain import Answer, Answered, Hit
from codeqa.project import Project

ASK, SEARCH, SAME = "ask", "search, ten files", "search, as many files as ask cites"
Done = TypeVar("Done")
HEAD = ("", "questions", "precision", "precision, answered", "sym cited", "sym in text", "multi all@10", "NDCG@10")


@dataclass(frozen=True, slots=True)
class Judged:
    """What one way to answer did with one question.

    `precision` is the share of right files among the first ten distinct ones, None where there are none; `named` the
    share of right definitions whose name is in the text, None where there is no text or no such definition.
    """

    question: Question
    score: Score
    precision: float | None
    named: float | None = None


@dataclass(slots=True)
class Outcome:
    """Every question, each way; how answers ended; seconds of each answer (wall and CPU) and of each search."""

    judged: dict[str, list[Judged]] = field(default_factory=lambda: {ASK: [], SEARCH: [], SAME: []})
    answers: list[Answer] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    searched: list[float] = field(default_factory=list)
    searched_cpu: list[float] = field(default_factory=list)


@click.command()
@click.option("--questions", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True)
@click.option("--checkouts", type=click.Path(exists=True, file_okay=False, path_type=Path), required=True)
@click.option("--embedder", default="static", show_default=True, help="What makes the vectors that search uses.")
@click.option("--by", default="source,hop,lang", show_default=True, help="What to group the questions by.")
@click.option("--only", "names", multiple=True, help="Only this checkout; may be repeated.")
@click.option("--index", "kept", type=click.Path(file_okay=False, path_type=Path), help="Where to keep the indexes.")
@click.option("--predictions", type=click.Path(dir_okay=False, path_type=Path), help="Write what was answered here.")
@click.option("--json", "target", type=click.Path(dir_okay=False, path_type=Path), help="Write every number here too.")
@click.option("--write", metavar="NAME", help="Keep the table in docs/measurements.md, between the markers NAME.")
def main(
    questions: Path,
    checkouts: Path,
    embedder: str,
    by: str,
    names: tuple[str, ...],
    kept: Path | None,
    predictions: Path | None,
    target: Path | None,
    write: str | None,
) -> None:
    """Index the repositories of a question set, ask every question, and score what is cited and said."""
    asked = [question for question in read(questions) if not names or question["checkout"] in names]
    outcome = Outcome()
    with tempfile.TemporaryDirectory(prefix="codeqa-benchmark-") as scratch:
        for name, group in by_checkout(asked).items():
            with opened(checkouts / name, (kept or Path(scratch)) / name, embedder) as project:
                put(project, group, outcome)
            click.echo(f"{name}: {len(group)} questions", err=True)
    table = report(outcome, [key for key in by.split(",") if key])
    click.echo(table)
    if predictions:
        predictions.write_text("".join(f"{json.dumps(each)}\n" for each in predicted(outcome)), encoding="utf-8")
    if target:
        target.write_text(json.dumps(numbers(outcome), indent=1) + "\n", encoding="utf-8")
    if write:
        tables.keep({write: table})


def put(project: Project, questions: Sequence[Question], outcome: Outcome) -> None:
    """Ask and search each question; the first one once more before, so that nothing is timed that happens only once."""
    answer_of(project, questions[0]["question"])
    for question in questions:
        text = question["question"]
        answer = timed(partial(answer_of, project, text), outcome.wall, outcome.cpu)
        hits = timed(partial(project.search, text, KEPT), outcome.searched, outcome.searched_cpu)
        cited = citations(answer)
        outcome.answers.append(answer)
        outcome.judged[ASK].append(judge(question, cited, answer.text if answer.status != "abstained" else ""))
        outcome.judged[SEARCH].append(judge(question, hits))
        outcome.judged[SAME].append(judge(question, first_files(hits, len({hit.path for hit in cited}))))


def timed(act: Callable[[], Done], wall: list[float], cpu: list[float]) -> Done:
    """Run something, and note its seconds."""
    began, used = time.perf_counter(), time.process_time()
    done = act()
    wall.append(time.perf_counter() - began)
    cpu.append(time.process_time() - used)
    return done


def answer_of(project: Project, question: str) -> Answer:
    """Return the answer to a question."""
    *_, last = project.ask(question)
    if not isinstance(last, Answered):
        raise AssertionError("a walk ends with an answer")
    return last.answer


def citations(answer: Answer) -> list[Hit]:
    """Return the citations of an answer as hits, in their order; an abstention vouches for none."""
    if answer.status == "abstained":
        return []
    return [Hit(c.path, c.start_line, c.end_line, c.symbol, f"{c.path}::{c.symbol}", 1.0) for c in answer.citations]


def first_files(hits: Sequence[Hit], count: int) -> list[Hit]:
    """Return the hits in the first so many distinct files."""
    kept = list(dict.fromkeys(hit.path for hit in hits))[:count]
    return [hit for hit in hits if hit.path in kept]


def judge(question: Question, hits: Sequence[Hit], text: str | None = None) -> Judged:
    """Score what was cited or found, best first, and what was said."""
    right = {*question["gold_files"], *(question.get("gold_secondary") or [])}
    files = list(dict.fromkeys(hit.path for hit in hits))[:FIRST]
    precision = sum(path in right for path in files) / len(files) if files else None
    return Judged(question, metrics.judge(question, hits), precision, named(question, text))


def named(question: Question, text: str | None) -> float | None:
    """Return the share of the right definitions whose simple name is a word of a text."""
    gold = question.get("gold_symbol_spans") or []
    if not gold or text is None:
        return None
    said = [re.search(rf"\b{re.escape(metrics.simple(one['symbol']))}\b", text) for one in gold]
    return sum(map(bool, said)) / len(gold)


# --------------------------------------------------------------------------------------------------------------- report


def report(outcome: Outcome, keys: Sequence[str]) -> str:
    """Return the table: a row for each way, one for each group of questions that were asked, then how answers ended."""
    head = [*HEAD, "ms, p50 / p95", "CPU ms, p50 / p95"]
    lines = [line(head), line(["---"] * len(head))]
    took = {ASK: (outcome.wall, outcome.cpu), SEARCH: (outcome.searched, outcome.searched_cpu)}
    for way, judged in outcome.judged.items():
        lines.append(line([way, *_cells(judged), *(speed(seconds) for seconds in took.get(way, ())), *_blank(way)]))
    for key in keys:
        groups: dict[str, list[Judged]] = {}
        for one in outcome.judged[ASK]:
            groups.setdefault(str(one.question.get(key)), []).append(one)
        for value, judged in sorted(groups.items()):
            lines.append(line([f"ask, {key}: {value}", *_cells(judged), "", ""]))
    return "\n".join([*lines, "", ended(outcome)])


def _blank(way: str) -> list[str]:
    return ["", ""] if way == SAME else []


def _cells(judged: Sequence[Judged]) -> list[str]:
    return [str(len(judged)), *(shown(each) for each in figures(judged).values())]


def figures(judged: Sequence[Judged]) -> dict[str, Figure | None]:
    """Return every figure over these questions. `precision` counts a question without citations as 0."""
    return {
        "precision": metrics.figure(one.precision or 0.0 for one in judged),
        "precision_answered": metrics.figure(one.precision for one in judged),
        "symbols": metrics.figure(one.score.symbols for one in judged),
        "named": metrics.figure(one.named for one in judged),
        "every": metrics.figure(one.score.every for one in judged),
        "ndcg": metrics.figure(one.score.ndcg for one in judged),
    }


def rates(answers: Sequence[Answer]) -> dict[str, float]:
    """Return shares: of answers by how they ended and of those with a refuted claim; of claims, the refuted ones."""
    many = len(answers) or 1
    claims = sum(len(answer.claims) + len(answer.dropped) for answer in answers)
    return {
        **{status: sum(a.status == status for a in answers) / many for status in ("answered", "partial", "abstained")},
        "with_refuted": sum(bool(answer.dropped) for answer in answers) / many,
        "claims": claims,
        "refuted": sum(len(answer.dropped) for answer in answers) / (claims or 1),
        "unverified": sum(c.verdict != "verified" for a in answers for c in a.claims) / (claims or 1),
    }


def ended(outcome: Outcome) -> str:
    """Return a sentence on how answers ended."""
    found = rates(outcome.answers)
    statuses = ", ".join(f"{status} {found[status]:.1%}" for status in ("answered", "partial", "abstained"))
    claims = f"of {found['claims']:,.0f} claims {found['refuted']:.2%} refuted and {found['unverified']:.2%} unverified"
    return f"Answers: {statuses}; {claims}; {found['with_refuted']:.1%} of answers had a refuted one."


def numbers(outcome: Outcome) -> dict[str, object]:
    """Return every figure: [mean, low, high, questions] by way; rates; times."""
    return {
        "ways": {way: figures(judged) for way, judged in outcome.judged.items()},
        "rates": rates(outcome.answers),
        "ask": {"wall": summary(outcome.wall), "cpu": summary(outcome.cpu)},
        "search": {"wall": summary(outcome.searched), "cpu": summary(outcome.searched_cpu)},
    }


def predicted(outcome: Outcome) -> list[dict[str, object]]:
    """Return what was answered to each question, as scorers of the public sets read it."""
    found: list[dict[str, object]] = []
    for judged, answer in zip(outcome.judged[ASK], outcome.answers, strict=True):
        hits = citations(answer)
        found.append(
            {
                "id": judged.question["id"],
                "status": answer.status,
                "kind": answer.kind,
                "plan": answer.plan,
                "answer": answer.text,
                "files": list(dict.fromkeys(hit.path for hit in hits)),
                "symbols": [f"{hit.path}::{hit.symbol}" for hit in hits if hit.symbol],
                "spans": [{"path": hit.path, "start": hit.start_line, "end": hit.end_line} for hit in hits],
            }
        )
    return found


if __name__ == "__main__":
    main()
