"""Measure codeqa on real repositories: `python -m benchmarks.run`.

See its `--help`, and benchmarks/README.md for what the numbers mean.
"""

from __future__ import annotations

import json
import platform
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
from platformdirs import user_cache_path

from benchmarks import report
from benchmarks.corpora import CORPORA, Corpus, fetch, fresh_copy
from benchmarks.measure import Cost, counts_instructions, median, run, settle
from codeqa import __version__

CODEQA = [str(Path(sys.executable).with_name("codeqa"))]


@dataclass(frozen=True, slots=True)
class Job:
    """One repository under measurement: its copy, what is asked of it, and how often each thing is measured."""

    root: Path
    corpus: Corpus
    repeats: int


@click.command()
@click.argument("names", nargs=-1, metavar="[flask] [django]")
@click.option("--repo", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Measure this one instead.")
@click.option("--question", "questions", multiple=True, help="A question for --repo; may be repeated.")
@click.option("--query", "queries", multiple=True, help="A search for --repo; may be repeated.")
@click.option("--edited", default="", help="The file of --repo that updates change, relative to it.")
@click.option(
    "--repeats", default=3, show_default=True, help="Runs of each command; the one with the median CPU counts."
)
@click.option("--cache", type=click.Path(file_okay=False, path_type=Path), help="Where downloads are kept.")
@click.option("--json", "target", type=click.Path(dir_okay=False, path_type=Path), help="Write every number here too.")
def main(
    names: tuple[str, ...],
    repo: Path | None,
    questions: tuple[str, ...],
    queries: tuple[str, ...],
    edited: str,
    repeats: int,
    cache: Path | None,
    target: Path | None,
) -> None:
    """Index and question real repositories, beside ctags and a bare parse of the same files in the same run.

    Without names: flask and django, source packages from PyPI, downloaded once. The repositories are copied first; the
    originals stay as they are.
    """
    unknown = sorted(set(names) - set(CORPORA))
    if unknown:
        raise click.UsageError(f"no corpus named {unknown[0]}; there are: {', '.join(CORPORA)}")
    cache = cache or user_cache_path("codeqa") / "benchmarks"
    if repo:
        sources = [(repo.resolve(), Corpus(repo.resolve().name, "", "", edited, queries, questions))]
    else:
        sources = [(fetch(CORPORA[name], cache), CORPORA[name]) for name in names or CORPORA]
    result: dict[str, Any] = {"codeqa": __version__, "python": platform.python_version(), "start": start_up(repeats)}
    click.echo(report.start(result, counts_instructions()))
    with TemporaryDirectory(prefix="codeqa-benchmark-") as work:
        for source, corpus in sources:
            measured = measure_repository(Job(fresh_copy(source, Path(work)), corpus, repeats))
            result[corpus.name] = measured
            click.echo("\n" + report.repository(corpus, measured))
    if target:
        target.write_text(json.dumps(result, indent=1) + "\n")


def start_up(repeats: int) -> dict[str, Any]:
    """CPU of `codeqa --help` beside that of a Python that does nothing, alternately, many times: both are short."""
    bare, guide = [], []
    for _ in range(max(repeats * 5, 10)):
        bare.append(run([sys.executable, "-c", "pass"])[0])
        guide.append(run([*CODEQA, "--help"])[0])
    return {"python -c pass": median(bare).to_json(), "codeqa --help": median(guide).to_json()}


def measure_repository(job: Job) -> dict[str, Any]:
    """Every measurement of one repository, in the order in which a user would meet them."""
    measured: dict[str, Any] = {"rows": {}, "corpus": f"{job.corpus.name} {job.corpus.version}".strip()}
    rows: dict[str, dict[str, Any] | None] = measured["rows"]
    measured["parsed"] = _baselines(job, rows)
    rows["codeqa index"] = median([_index_anew(job) for _ in range(job.repeats)]).to_json()
    measured["index_bytes"] = _index_bytes(job.root)
    rows["codeqa index, nothing changed"] = _repeated(job, "index", str(job.root))
    if job.corpus.edited:
        rows["codeqa index, one file changed"] = median([_index_edited(job) for _ in range(job.repeats)]).to_json()
    rows["codeqa search, cold"] = _each(job, "search", job.corpus.queries)
    rows["codeqa ask, cold"] = _each(job, "ask", job.corpus.questions)
    measured["warm"] = _warm(job)
    return measured


def _baselines(job: Job, rows: dict[str, dict[str, Any] | None]) -> dict[str, Any]:
    """Measure what codeqa is compared with; return the files and bytes that were parsed."""
    parsed: dict[str, Any] = {}
    for kind, flags in (("code", ["--code"]), ("code and documents", [])):
        command = [sys.executable, "-m", "benchmarks.baseline", str(job.root), *flags]
        runs = [run(command) for _ in range(job.repeats)]
        rows[f"bare parse, {kind}"] = median([cost for cost, _ in runs]).to_json()
        parsed[kind] = json.loads(runs[0][1])
    rows["ctags -R"] = None
    if shutil.which("ctags"):
        tags = ["ctags", "-R", "-f", str(job.root.parent / "tags"), "."]
        rows["ctags -R"] = median([run(tags, cwd=job.root)[0] for _ in range(job.repeats)]).to_json()
    return parsed


def _index_anew(job: Job) -> Cost:
    shutil.rmtree(job.root / ".codeqa", ignore_errors=True)
    cost, _ = run([*CODEQA, "index", str(job.root)])
    settle(str(job.root))
    return cost


def _index_edited(job: Job) -> Cost:
    path = job.root / job.corpus.edited
    path.write_bytes(path.read_bytes() + b"\n")
    cost, _ = run([*CODEQA, "index", str(job.root)])
    settle(str(job.root))
    return cost


def _repeated(job: Job, *arguments: str) -> dict[str, Any]:
    return median([run([*CODEQA, *arguments])[0] for _ in range(job.repeats)]).to_json()


def _each(job: Job, command: str, inputs: tuple[str, ...]) -> dict[str, Any] | None:
    """The median cost over all inputs, each once per repeat; an abstention (3) is an answer."""
    costs = [
        run([*CODEQA, command, text, "--repo", str(job.root)], allowed=(0, 3))[0]
        for _ in range(job.repeats)
        for text in inputs
    ]
    return median(costs).to_json() if costs else None


def _index_bytes(root: Path) -> dict[str, int]:
    """Bytes by part of the index: the database, vectors, and the rest."""
    sizes: dict[str, int] = {}
    folder = root / ".codeqa"
    for path in folder.rglob("*"):
        if path.is_file():
            part = path.relative_to(folder).parts[0].partition("-")[0]
            sizes[part] = sizes.get(part, 0) + path.stat().st_size
    return dict(sorted(sizes.items()))


def _warm(job: Job) -> dict[str, Any]:
    plan = job.root.parent / "plan.json"
    corpus = job.corpus
    wanted = {
        "queries": corpus.queries,
        "questions": corpus.questions,
        "edited": corpus.edited,
        "repeats": job.repeats * 5,
    }
    plan.write_text(json.dumps(wanted))
    _, text = run([sys.executable, "-m", "benchmarks.warm", str(job.root), str(plan)])
    measured: dict[str, Any] = json.loads(text.splitlines()[-1])
    return measured


if __name__ == "__main__":
    main()
