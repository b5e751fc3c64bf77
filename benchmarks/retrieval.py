"""How well search finds: `python -m benchmarks.retrieval --questions SET.jsonl --checkouts FOLDER`.

The set has one question a line (`id`, `question`, `checkout`, and what `benchmarks.metrics` says); the folder has a
repository for each name that `checkout` takes. Each is indexed from nothing into a scratch folder, and
searched in process. Printed are the figures of each embedder, then those of the last by group, with
95 % bootstrap intervals over questions. `--tune` says what the weights are worth on repositories that they were not
chosen on. `--model NAME` with `--hyde`, `--expand` or `--summaries` asks a language model for help, and adds a row for
each kind of it, and for all together, beside the one without.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from benchmarks import metrics, tables, tuning, widening
from benchmarks.measure import summary
from benchmarks.metrics import Figure, Question, Score
from codeqa import config, embed
from codeqa.domain import Hit
from codeqa.project import Project
from codeqa.search import Help

KEPT = 30  # hits of a question that are judged: ten files at least, mostly
EVERY = 100_000  # hits, to see what every candidate scored
FIELDS = {"ndcg": "NDCG@10", "hit": "hit@1", "every": "multi all@10", "symbols": "sym@10", "spans": "NDCG over spans"}
EMBEDDERS = {"none": "without vectors", "lsa": "LSA", "static": "static vectors, the default"}


@dataclass(frozen=True, slots=True)
class Run:
    """What one embedder found: hits and score of each question, seconds of each search (wall and CPU)."""

    questions: list[Question]
    hits: list[list[Hit]]
    scores: list[Score]
    wall: list[float]
    cpu: list[float]

    @classmethod
    def empty(cls) -> Run:
        return cls([], [], [], [], [])


@click.command()
@click.option("--questions", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True)
@click.option("--checkouts", type=click.Path(exists=True, file_okay=False, path_type=Path), required=True)
@click.option("--embedder", "embedders", multiple=True, help="none, lsa, static …; may be repeated. [all three]")
@click.option("--by", default="source,hop,lang", show_default=True, help="What to group the questions of the last by.")
@click.option("--only", "names", multiple=True, help="Only this checkout; may be repeated.")
@click.option("--index", "kept", type=click.Path(file_okay=False, path_type=Path), help="Where to keep the indexes.")
@click.option("--tune", is_flag=True, help="Choose weights on the other repositories, judge them on the one left out.")
@click.option("--predictions", type=click.Path(dir_okay=False, path_type=Path), help="Write what the last found here.")
@click.option("--json", "target", type=click.Path(dir_okay=False, path_type=Path), help="Write every number here too.")
@click.option("--model", metavar="NAME", help="A language model, which is to help the last embedder's search.")
@click.option("--hyde", is_flag=True, help="By code as it might be found.")
@click.option("--expand", is_flag=True, help="By further words.")
@click.option("--summaries", is_flag=True, help="By summaries; missing ones are made first, which takes long: --index.")
@click.option(
    "--write",
    metavar="NAME",
    help="Keep the tables in docs/measurements.md, between the markers NAME and, with --tune, NAME-tuned.",
)
def main(
    questions: Path,
    checkouts: Path,
    embedders: tuple[str, ...],
    by: str,
    names: tuple[str, ...],
    kept: Path | None,
    tune: bool,
    predictions: Path | None,
    target: Path | None,
    model: str | None,
    hyde: bool,
    expand: bool,
    summaries: bool,
    write: str | None,
) -> None:
    """Index the repositories of a question set, search every question, and score what is found."""
    if model is None and (hyde or expand or summaries):
        raise click.UsageError("--hyde, --expand and --summaries need --model NAME")
    wanted = widening.Wanted(model, hyde, expand, summaries) if model else None
    asked = [question for question in read(questions) if not names or question["checkout"] in names]
    runs, pools = measured(asked, checkouts, embedders or tuple(EMBEDDERS), kept, wanted, tune=tune)
    last = list(runs.values())[-1]
    table = report(runs, [key for key in by.split(",") if key])
    click.echo(table)
    made = {write or "": table}
    if tune:
        made[f"{write}-tuned"] = tuning.leave_out(pools)
        click.echo("\n" + made[f"{write}-tuned"])
    if predictions:
        predictions.write_text("".join(f"{json.dumps(line)}\n" for line in predicted(last)), encoding="utf-8")
    if target:
        target.write_text(json.dumps(numbers(runs, by.split(",")), indent=1) + "\n", encoding="utf-8")
    if write:
        tables.keep(made)


def measured(
    asked: Sequence[Question],
    checkouts: Path,
    embedders: Sequence[str],
    kept: Path | None,
    wanted: widening.Wanted | None,
    *,
    tune: bool,
) -> tuple[dict[str, Run], list[tuple[Question, list[Hit]]]]:
    """Return what each embedder found, in place of the last what it found with each kind of help if any is wanted.

    With `tune` also every candidate of the last, by question.
    """
    *others, last = embedders
    runs = {name: Run.empty() for name in (*others, *(widening.ROWS if wanted else [last]))}
    pools: list[tuple[Question, list[Hit]]] = []
    spent = widening.Spent()
    with tempfile.TemporaryDirectory(prefix="codeqa-benchmark-") as scratch:
        for name, group in by_checkout(asked).items():
            place = (kept or Path(scratch)) / name
            for embedder in others:
                with opened(checkouts / name, place, embedder) as project:
                    search(project, group, runs[embedder])
            with opened(checkouts / name, place, last, wanted) as project:
                if wanted:
                    search_with_help(project, group, wanted, runs, spent)
                else:
                    search(project, group, runs[last])
                if tune:
                    pools += [(one, project.tools.searcher.search(one["question"], EVERY)) for one in group]
            click.echo(f"{name}: {len(group)} questions", err=True)
    if wanted:
        click.echo(widening.told(wanted.model, spent), err=True)
        idle = set(widening.ROWS) - set(widening.rows(wanted, spent))
        runs = {name: run for name, run in runs.items() if name not in idle}
    return runs, pools


def read(path: Path) -> list[Question]:
    """Return the questions of a set."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def by_checkout(questions: Sequence[Question]) -> dict[str, list[Question]]:
    """Return the questions by the folder of their repository."""
    groups: defaultdict[str, list[Question]] = defaultdict(list)
    for question in questions:
        groups[question["checkout"]].append(question)
    return dict(sorted(groups.items()))


def opened(root: Path, place: Path, embedder: str, wanted: widening.Wanted | None = None) -> Project:
    """Return a repository with an index of today that lies elsewhere; settings of this machine do not count.

    Each embedder has an index of its own, a copy of the one without vectors: another choice for the same index would be
    followed in the background, and a question asked meanwhile be answered by the choice before.
    """
    bare, directory = place / embed.NONE, place / embedder
    if directory != bare and not directory.exists():
        if not bare.exists():
            opened(root, place, embed.NONE).close()
        shutil.copytree(bare, directory)
    environ = widening.environ() if wanted else {"CODEQA_CONFIG": os.devnull}
    overrides: dict[str, object] = {"index.embedder": embedder, "trace.keep": False}
    settings = config.load(root, overrides | (wanted.overrides() if wanted else {}), environ)
    project = Project(root, directory, settings, resident=True, environ=environ if wanted else {})
    for _ in project.index():
        pass
    if wanted and wanted.summaries:
        widening.enrich(project)
    return project


def search_with_help(
    project: Project,
    questions: Sequence[Question],
    wanted: widening.Wanted,
    runs: dict[str, Run],
    spent: widening.Spent,
) -> None:
    """Put each question without help, with each kind of it, and with all."""
    help = widening.ask(project, questions, wanted, spent)
    for kind in widening.ROWS:
        widening.weigh(project, kind)
        search(project, questions, runs[kind], [widening.part(one, kind) for one in help])


def search(
    project: Project, questions: Sequence[Question], run: Run, help: Sequence[Help | None] | None = None
) -> None:
    """Put each question; the first is put once more before, so that nothing is timed that happens only once."""
    project.search(questions[0]["question"])
    for question, helping in zip(questions, help or [None] * len(questions), strict=True):
        wall, cpu = time.perf_counter(), time.process_time()
        hits = project.search(question["question"], KEPT, helping)
        run.wall.append(time.perf_counter() - wall)
        run.cpu.append(time.process_time() - cpu)
        run.questions.append(question)
        run.hits.append(hits)
        run.scores.append(metrics.judge(question, hits))


def report(runs: Mapping[str, Run], keys: Sequence[str]) -> str:
    """Return the table: a row for each embedder, then one for each group of questions of the last."""
    first = next(iter(runs.values()))
    fields = [name for name in FIELDS if any(getattr(score, name) is not None for score in first.scores)]
    head = ["", "questions", *(FIELDS[name] for name in fields), "ms, p50 / p95", "CPU ms, p50 / p95"]
    lines = [line(head), line(["---"] * len(head))]
    for name, run in runs.items():
        took = [speed(run.wall), speed(run.cpu)]
        lines.append(line([EMBEDDERS.get(name, name), *_cells(run.scores, fields), *took]))
    last = list(runs.values())[-1]
    for key in keys:
        for value, scores in groups(last, key):
            lines.append(line([f"{key}: {value}", *_cells(scores, fields), "", ""]))
    return "\n".join(lines)


def numbers(runs: Mapping[str, Run], keys: Sequence[str]) -> dict[str, object]:
    """Return every figure: [mean, low, high, questions] by embedder, then by group of questions of the last."""
    whole = {
        name: {**metrics.figures(run.scores), "wall": summary(run.wall), "cpu": summary(run.cpu)}
        for name, run in runs.items()
    }
    last = list(runs.values())[-1]
    parts = {key: {value: metrics.figures(scores) for value, scores in groups(last, key)} for key in keys if key}
    return {"embedders": whole, "groups": parts}


def groups(run: Run, key: str) -> Iterator[tuple[str, list[Score]]]:
    """Yield the scores of the questions that have the same value for a key."""
    values = [str(question.get(key)) for question in run.questions]
    for value in sorted(set(values)):
        yield value, [score for score, its in zip(run.scores, values, strict=True) if its == value]


def _cells(scores: Sequence[Score], fields: Sequence[str]) -> list[str]:
    found = metrics.figures(scores)
    return [str(len(scores)), *(shown(found[name]) for name in fields)]


def shown(figure: Figure | None) -> str:
    """Return a figure as it stands in a table."""
    if figure is None:
        return "–"
    return f"{_short(figure.mean)} [{_short(figure.low)}–{_short(figure.high)}]"


def _short(share: float) -> str:
    return f"{share:.3f}".removeprefix("0")


def speed(seconds: Sequence[float]) -> str:
    """Return how long questions took, in ms."""
    taken = summary(seconds)
    return f"{taken['p50_ms']:.0f} / {taken['p95_ms']:.0f}"


def line(cells: Sequence[str]) -> str:
    """Return a row of a table of Markdown."""
    return f"| {' | '.join(cells)} |"


def predicted(run: Run) -> Iterator[dict[str, object]]:
    """Yield what was found for each question, as scorers of the public sets read it."""
    for question, hits in zip(run.questions, run.hits, strict=True):
        yield {
            "id": question["id"],
            "files": list(dict.fromkeys(hit.path for hit in hits)),
            "symbols": [f"{hit.path}::{hit.symbol}" for hit in hits if hit.symbol],
            "spans": [{"path": hit.path, "start": hit.start_line, "end": hit.end_line} for hit in hits],
        }


if __name__ == "__main__":
    main()
