"""Latencies inside one long-lived process: `python -m benchmarks.warm REPOSITORY PLAN.json` prints them as JSON.

The plan names the queries and questions, how often each is put, and the file that the update measurement changes. What
comes first (imports, opening, filling caches) is reported apart and left out of the percentiles.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import click

from benchmarks.measure import summary
from codeqa.domain import CodeqaError, Event
from codeqa.project import Project


@click.command(help=__doc__)
@click.argument("repository", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("plan", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(repository: Path, plan: Path) -> None:
    """Open once, then time each kind of work."""
    wanted = json.loads(plan.read_text())
    project = Project.open(repository)
    repeats: int = wanted["repeats"]

    def drain(events: Iterator[Event]) -> None:
        for _ in events:
            pass

    def search(query: str) -> None:
        project.search(query)

    def ask(question: str) -> None:
        drain(project.ask(question))

    def update(edited: str) -> None:
        path = repository / edited
        path.write_bytes(path.read_bytes() + b"\n")
        drain(project.update())

    def check(_: str) -> None:
        drain(project.update())

    try:
        report = {
            "search": _timed(search, wanted["queries"], repeats),
            "ask": _timed(ask, wanted["questions"], repeats),
            "update": _edits(update, wanted["edited"], repeats),
            "check": _timed(check, [""], repeats),
        }
    except CodeqaError as error:
        raise click.ClickException(f"{error.message} {error.hint}") from error
    sys.stdout.write(json.dumps(report) + "\n")


def _timed(work: Callable[[str], None], inputs: Sequence[str], repeats: int) -> dict[str, float]:
    """Time `work` on every input, `repeats` times round, after one round that is not counted."""
    if not inputs:
        return {}
    first, _ = _seconds(work, inputs[0])
    for item in inputs[1:]:
        work(item)
    taken = [_seconds(work, item) for _ in range(repeats) for item in inputs]
    cpu = summary([used for _, used in taken])
    return {"first_ms": first * 1000, **summary([wall for wall, _ in taken]), "cpu_p50_ms": cpu["p50_ms"]}


def _edits(work: Callable[[str], None], edited: str, repeats: int) -> dict[str, float]:
    """Time updates after one small edit each; the work includes the edit itself, which is microseconds."""
    return _timed(work, [edited], repeats) if edited else {}


def _seconds(work: Callable[[str], None], item: str) -> tuple[float, float]:
    """Wall and CPU seconds; processes that the work started and waited for are counted."""
    started, used = time.perf_counter(), _cpu()
    work(item)
    return time.perf_counter() - started, _cpu() - used


def _cpu() -> float:
    own, waited = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + waited.ru_utime + waited.ru_stime


if __name__ == "__main__":
    main()
