"""How true the graph is, against what compilers say: `python -m benchmarks.graph --truth … --checkouts …`.

The truth is a folder with a scorer (`score_graph.py`) and one folder for each repository below `repos/`
(`refs.jsonl.gz`: one line for each reference that a compiler or language server resolved); the checkouts are those
repositories at the truth's commits. `codeqa graph export --all` runs on each, from nothing. Printed are two tables: the
scores of each repository, and how right the edges of each strategy are over all of them. `--write` puts them where they
are kept: docs/measurements.md, and CONFIDENCE in codeqa/domain/symbols.py.
"""

from __future__ import annotations

import importlib.util
import json
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import click

from benchmarks import tables
from benchmarks.measure import run
from codeqa.domain import CONFIDENCE, Strategy

Line = dict[str, Any]
SYMBOLS = tables.ROOT / "codeqa" / "domain" / "symbols.py"
NOT_CALLS = frozenset({Strategy.CALLBACK})  # what they point at is named there, not called: judged as references
MINIMUM = 200  # edges of a strategy that must be judged before its share says anything


class Exported(NamedTuple):
    """What one export wrote."""

    edges: list[Line]
    definitions: list[Line]


@click.command()
@click.option("--truth", type=click.Path(exists=True, file_okay=False, path_type=Path), required=True)
@click.option("--checkouts", type=click.Path(exists=True, file_okay=False, path_type=Path), required=True)
@click.option("--repo", "names", multiple=True, help="Only this repository; may be repeated.")
@click.option("--json", "target", type=click.Path(dir_okay=False, path_type=Path), help="Write every number here too.")
@click.option("--write", is_flag=True, help="Keep the tables in docs/measurements.md and the shares as CONFIDENCE.")
def main(truth: Path, checkouts: Path, names: tuple[str, ...], target: Path | None, write: bool) -> None:
    """Export the graph of each repository of a truth set, and score it."""
    judge = scorer(truth / "score_graph.py")
    scores: dict[str, Any] = {}
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for folder in sorted((truth / "repos").iterdir()):
        if names and folder.name not in names:
            continue
        exported = export(checkouts / folder.name)
        walked = [edge for edge in exported.edges if edge["strategy"] not in ("ambiguous", "name")]
        scores[folder.name] = judge.score(str(folder), walked, exported.definitions)
        for strategy, (right, wrong) in tally(judge, folder, exported.edges).items():
            sums[strategy][0] += right
            sums[strategy][1] += wrong
        click.echo(row(folder.name, scores[folder.name]))
    made = {"graph": graph_table(scores), "confidence": confidence_table(sums)}
    click.echo("\n" + "\n\n".join(made.values()))
    if target:
        target.write_text(json.dumps({"repositories": scores, "strategies": sums}, indent=1), encoding="utf-8")
    if write:
        keep(made, shares(sums))


def scorer(path: Path) -> Any:  # noqa: ANN401 - a module of the truth's, not of ours
    """Load the truth's own scorer."""
    spec = importlib.util.spec_from_file_location("score_graph", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def export(root: Path) -> Exported:
    """Return every edge of a repository, ambiguous ones and mere namesakes included, and its definitions."""
    with tempfile.TemporaryDirectory() as scratch:
        edges, definitions = Path(scratch) / "edges.jsonl", Path(scratch) / "definitions.jsonl"
        command = [sys.executable, "-m", "codeqa", "graph", "export", "--repo", str(root), "--all"]
        run([*command, "--edges", str(edges), "--defs", str(definitions)])
        return Exported(_lines(edges), _lines(definitions))


def _lines(path: Path) -> list[Line]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def tally(judge: Any, truth: Path, edges: Iterable[Line]) -> dict[str, tuple[int, int]]:  # noqa: ANN401
    """Return (right, wrong) by strategy: calls, or references where a strategy is about none; sites if ambiguous."""
    by_strategy: dict[str, list[Line]] = defaultdict(list)
    for edge in edges:
        by_strategy[edge["strategy"]].append(edge)
    found = {}
    for strategy, lines in by_strategy.items():
        if strategy == Strategy.AMBIGUOUS:
            found[strategy] = _among(judge.Truth(str(truth)), judge, lines)
            continue
        judged = judge.score(str(truth), lines)["all" if strategy in NOT_CALLS else "call"]
        found[strategy] = (judged["correct"], judged["wrong"])
    return found


def _among(truth: Any, judge: Any, edges: Iterable[Line]) -> tuple[int, int]:  # noqa: ANN401
    """Return at how many sites the target is one of the candidates, and at how many it is not."""
    sites: dict[tuple[str, int, str], bool] = {}
    for edge in edges:
        site = (edge["src_path"], edge["src_line"], edge["name"])
        if meant := truth.site.get(site):
            hit = any(judge.hit(one, edge["dst_path"], edge["dst_line"]) for one in meant)
            sites[site] = sites.get(site, False) or hit
    right = sum(sites.values())
    return right, len(sites) - right


def shares(sums: Mapping[str, list[int]]) -> dict[str, float]:
    """Return the share of each strategy of which enough was judged."""
    judged = {strategy: (right, right + wrong) for strategy, (right, wrong) in sums.items()}
    return {strategy: round(right / both, 3) for strategy, (right, both) in judged.items() if both >= MINIMUM}


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


HEAD = (
    "| repository | P | R | F1 | exact | strict P | cross-file F1 | all references P / R / F1 | definitions P / R |\n"
    "|---|---|---|---|---|---|---|---|---|"
)


def row(name: str, score: Mapping[str, Any]) -> str:
    """Return the line of one repository: calls first, then all references, then definitions."""
    calls, everything, definitions = score["call"], score["all"], score.get("defs", {})
    cells = [_share(calls[key]) for key in ("P", "R", "F1", "exact", "Ps")]
    cells.append(_share(score["xcall"]["F1"]))
    cells.append(" / ".join(_share(everything[key]) for key in ("P", "R", "F1")))
    cells.append(" / ".join(_share(definitions.get(key)) for key in ("P", "R")))
    return f"| {name} | {' | '.join(cells)} |"


def graph_table(scores: Mapping[str, Any]) -> str:
    """Return the scores of all repositories."""
    return "\n".join([HEAD, *(row(name, score) for name, score in scores.items())])


def confidence_table(sums: Mapping[str, list[int]]) -> str:
    """Return how right each strategy was, and what stands as its confidence."""
    lines = ["| strategy | right | wrong | share | confidence |", "|---|---|---|---|---|"]
    measured = shares(sums)
    for strategy in Strategy:
        right, wrong = sums.get(strategy, (0, 0))
        share = _share(right / (right + wrong)) if right + wrong else "–"
        lines.append(
            f"| {strategy} | {right:,} | {wrong:,} | {share} | {measured.get(strategy, CONFIDENCE[strategy])} |"
        )
    return "\n".join(lines)


def keep(kept: Mapping[str, str], measured: Mapping[str, float]) -> None:
    """Put the tables between their markers, and the shares into the code."""
    tables.keep(kept)
    code = SYMBOLS.read_text(encoding="utf-8")
    for strategy, share in measured.items():
        code = re.sub(rf"(Strategy\.{strategy.upper()}: )[\d.]+", rf"\g<1>{share}", code)
    SYMBOLS.write_text(code, encoding="utf-8")


if __name__ == "__main__":
    main()
