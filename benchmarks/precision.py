"""How right the edges of each strategy are, against what compilers say.

Run as `python -m benchmarks.precision --truth … --checkouts …`. The truth is a folder with a scorer and one folder per
repository (`refs.jsonl.gz`, one line per reference that a compiler or language server resolved); the checkouts are
those repositories at the truth's commits. `codeqa graph export --all` is run on each, and the scorer once per strategy.
The figures stand in docs/measurements.md and as CONFIDENCE in codeqa/domain/symbols.py.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from codeqa.domain import Strategy

Line = dict[str, Any]


def scorer(path: Path) -> Any:  # noqa: ANN401 - a module of the truth's, not of ours
    """Load the truth's own scorer."""
    spec = importlib.util.spec_from_file_location("score_graph", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def exported(root: Path) -> list[Line]:
    """Return every edge of a repository, ambiguous ones and mere namesakes included."""
    with tempfile.TemporaryDirectory() as scratch:
        edges = Path(scratch) / "edges.jsonl"
        command = [
            sys.executable,
            "-m",
            "codeqa",
            "graph",
            "export",
            "--repo",
            str(root),
            "--all",
            "--edges",
            str(edges),
        ]
        subprocess.run(command, check=True, capture_output=True)
        return [json.loads(line) for line in edges.read_text().splitlines()]


def tally(judge: Any, truth: Path, edges: Iterable[Line]) -> dict[str, tuple[int, int]]:  # noqa: ANN401
    """Return (right, wrong) calls by strategy."""
    by_strategy: dict[str, list[Line]] = defaultdict(list)
    for edge in edges:
        by_strategy[edge["strategy"]].append(edge)
    found = {}
    for strategy, lines in by_strategy.items():
        calls = judge.score(str(truth), lines)["call"]
        found[strategy] = (calls["correct"], calls["wrong"])
    return found


def main() -> None:
    """Print a line for each repository and strategy, then the sums."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--truth", type=Path, required=True, help="folder with score_graph.py and repos/")
    parser.add_argument("--checkouts", type=Path, required=True, help="folder with one checkout for each of repos/")
    options = parser.parse_args()
    judge = scorer(options.truth / "score_graph.py")
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for truth in sorted((options.truth / "repos").iterdir()):
        found = tally(judge, truth, exported(options.checkouts / truth.name))
        for strategy, (right, wrong) in sorted(found.items()):
            sums[strategy][0] += right
            sums[strategy][1] += wrong
            _show(truth.name, strategy, right, wrong)
    for strategy in Strategy:
        if strategy in sums:
            _show("all", strategy, *sums[strategy])


def _show(repository: str, strategy: str, right: int, wrong: int) -> None:
    share = f"{right / (right + wrong):.3f}" if right + wrong else "-"
    sys.stdout.write(f"{repository:14} {strategy:10} {share:>6}  {right} right, {wrong} wrong\n")


if __name__ == "__main__":
    main()
