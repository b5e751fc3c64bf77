"""How often a dispatch edge is taken: `python -m benchmarks.dispatch CHECKOUT [--path src] -- PYTEST_ARGUMENTS`.

A call of a method may reach any method that overrides it: the graph derives one edge for each (`Strategy.DISPATCH`).
Compilers know static targets only, so this asks a run: the tests of a pure Python repository are run under
`sys.setprofile`, and every call between two functions of the repository is kept as (file and lines of the call
expression, file, first line and name of what was entered). A call site is *executed* if its static target or one of
its overrides was entered from it; a dispatch edge at an executed site is *confirmed* if its own target was.

Printed: the share of confirmed dispatch edges at executed sites (the measured confidence of the strategy), the same
for sites outside the tests only, by number of candidates, and the share of static targets. What no test exercises
counts against an edge: the share is a lower bound. A method that is called from hundreds of tests counts once in the
line "pairs": each pair of a static target and an override, confirmed if any executed site took it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import CodeType, FrameType
from typing import NamedTuple

import click

BANDS = ((1, 1), (2, 3), (4, 8), (9, 24))
LONGEST = 200  # lines of one call expression
DECORATORS = 20  # lines of decorators above a `def`, at most
Target = tuple[str, int, int, str]  # path, first line, last line, name


class Entered(NamedTuple):
    """A call that was seen: lines of the call expression, and the function that it entered."""

    path: str
    first: int
    last: int
    to_path: str
    to_line: int  # of `def`, or of its first decorator
    name: str


class Site(NamedTuple):
    """A call site of the graph."""

    path: str
    line: int
    start_byte: int
    name: str


# ------------------------------------------------------------------------------------------------ the recording process


class Recorder:
    """Keeps the calls between functions of one repository while it is the profile function."""

    def __init__(self, root: Path) -> None:
        self.root = str(root.resolve()) + os.sep
        self.seen: set[tuple[CodeType, int, CodeType]] = set()

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_back is not None and frame.f_code.co_filename.startswith(self.root):
            caller = frame.f_back
            if caller.f_code.co_filename.startswith(self.root):
                self.seen.add((caller.f_code, caller.f_lasti, frame.f_code))

    def entered(self) -> Iterable[Entered]:
        """Yield what was seen, with paths relative to the repository."""
        for caller, instruction, callee in self.seen:
            first, last, _, _ = list(caller.co_positions())[instruction // 2]
            if first is not None and last is not None:
                yield Entered(
                    self._relative(caller), first, last, self._relative(callee), callee.co_firstlineno, callee.co_name
                )

    def _relative(self, code: CodeType) -> str:
        return code.co_filename.removeprefix(self.root).replace(os.sep, "/")


def record(root: Path, target: Path, arguments: Sequence[str]) -> int:
    """Run pytest in this process, write the calls that it made as lines of JSON; return pytest's status."""
    import pytest

    recorder = Recorder(root)
    threading.setprofile(recorder)
    sys.setprofile(recorder)
    try:
        status = int(pytest.main([*arguments]))
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    with target.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(call) + "\n" for call in recorder.entered())
    return status


def recorded(root: Path, paths: Sequence[str], arguments: Sequence[str]) -> list[Entered]:
    """Run the tests of a repository in a process of their own; return the calls that they made.

    Raises:
        SystemExit: the tests could not be run.
    """
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch) / "calls"
        before = [str((root / path).resolve()) for path in paths]
        here = dict(os.environ, PYTHONPATH=os.pathsep.join([*before, os.environ.get("PYTHONPATH", "")]))
        command = [sys.executable, str(Path(__file__).resolve()), str(root.resolve()), "--record", str(target), "--"]
        status = subprocess.run([*command, *arguments], cwd=root, env=here, check=False).returncode
        if not target.exists():
            raise SystemExit(f"the tests could not be run: exit status {status}")
        return [Entered(*json.loads(line)) for line in target.read_text(encoding="utf-8").splitlines()]


# ------------------------------------------------------------------------------------------------------ the comparison


class Tally(NamedTuple):
    """Counts at executed sites that have at least one dispatch edge."""

    sites: int
    static: int  # sites whose static target was entered
    edges: int
    confirmed: int

    def __str__(self) -> str:
        share = f"{self.confirmed / self.edges:.3f}" if self.edges else "-"
        static = f"{self.static / self.sites:.3f}" if self.sites else "-"
        return (
            f"{self.sites:6d} sites, static target entered at {static}; "
            f"{self.confirmed:6d} of {self.edges:6d} dispatch edges confirmed: {share}"
        )


class Candidate(NamedTuple):
    """What the graph says of one call site: targets as (path, first line, last line, name)."""

    site: Site
    static: frozenset[Target]
    dispatched: frozenset[Target]
    tests: bool
    own: bool  # the receiver is `self` or `cls`


def candidates(root: Path) -> list[Candidate]:
    """Index a repository in a scratch directory; return its call sites that have dispatch edges."""
    from codeqa import config
    from codeqa.domain import EdgeKind, Strategy
    from codeqa.graph import Graph
    from codeqa.project import Project

    settings = config.load(root, {}, {})
    with tempfile.TemporaryDirectory() as scratch, Project(root, Path(scratch), settings) as project:
        for _ in project.index():
            pass
        graph = Graph(project.store)
        edges = graph.outgoing([s.id for s in project.store.all_symbols() if not s.external], {EdgeKind.CALLS})
        symbols = graph.symbols({e.dst for e in edges} | {e.src for e in edges})
        static: dict[Site, set[Target]] = defaultdict(set)
        dispatched: dict[Site, set[Target]] = defaultdict(set)
        tests: set[Site] = set()
        for edge in edges:
            target = symbols.get(edge.dst)
            if target is None or target.external or edge.strategy in (Strategy.CALLBACK, Strategy.JOIN):
                continue
            site = Site(edge.path, edge.line, edge.start_byte, edge.name)
            place = (target.span.path, target.span.start_line, target.span.end_line, target.name)
            (dispatched if edge.strategy is Strategy.DISPATCH else static)[site].add(place)
            if edge.src in symbols and symbols[edge.src].role == "test":
                tests.add(site)
        return [
            Candidate(site, frozenset(static[site]), frozenset(found - static[site]), site in tests, _own(root, site))
            for site, found in sorted(dispatched.items())
        ]


def _own(root: Path, site: Site) -> bool:
    data = (root / site.path).read_bytes()
    end = data.find(site.name.encode(), site.start_byte)
    return data[: max(end, 0)].rstrip().endswith((b"self.", b"cls."))


def pairs(results: Iterable[tuple[Candidate, set[Target]]]) -> tuple[int, int]:
    """Count the pairs of a static target and an override at executed sites: (all, confirmed at some site)."""
    every: set[tuple[Target, Target]] = set()
    taken: set[tuple[Target, Target]] = set()
    for candidate, entered in results:
        for base in candidate.static:
            every |= {(base, target) for target in candidate.dispatched}
            taken |= {(base, target) for target in candidate.dispatched & entered}
    return len(every), len(taken)


def compare(found: Iterable[Candidate], calls: Iterable[Entered]) -> list[tuple[Candidate, set[Target]]]:
    """Return the executed sites, each with those of its targets that were entered from it."""
    by_line: dict[tuple[str, int], list[Entered]] = defaultdict(list)
    for call in calls:
        for line in range(call.first, min(call.last, call.first + LONGEST) + 1):
            by_line[call.path, line].append(call)
    results = []
    for candidate in found:
        near = by_line.get((candidate.site.path, candidate.site.line), ())
        entered = {t for t in candidate.static | candidate.dispatched if any(_is(call, t) for call in near)}
        if entered and candidate.dispatched:
            results.append((candidate, entered))
    return results


def _is(call: Entered, target: Target) -> bool:
    path, first, last, name = target
    return call.to_path == path and call.name == name and first - DECORATORS <= call.to_line <= last


def tally(results: Iterable[tuple[Candidate, set[Target]]]) -> Tally:
    """Sum up results of `compare`."""
    kept = list(results)
    return Tally(
        len(kept),
        sum(bool(candidate.static & entered) for candidate, entered in kept),
        sum(len(candidate.dispatched) for candidate, _ in kept),
        sum(len(candidate.dispatched & entered) for candidate, entered in kept),
    )


def main() -> None:
    """Run one repository's tests and print how many of its dispatch edges they take."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path, help="a checkout of a pure Python repository")
    parser.add_argument("--path", action="append", default=[], help="folder of the checkout to import from (src)")
    parser.add_argument("--verbose", action="store_true", help="list the executed sites")
    parser.add_argument("--record", type=Path, help=argparse.SUPPRESS)
    at = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    options, arguments = parser.parse_args(sys.argv[1:at]), sys.argv[at + 1 :]
    if options.record:
        raise SystemExit(record(options.root, options.record, arguments))
    calls = recorded(options.root, options.path, arguments)
    found = candidates(options.root)
    results = compare(found, calls)
    source = [r for r in results if not r[0].tests]
    click.echo(
        f"{len(calls)} distinct calls seen; {len(found)} call sites with dispatch edges, {len(results)} executed"
    )
    click.echo(f"all sites         {tally(results)}")
    click.echo(f"outside of tests  {tally(source)}")
    click.echo(f"  on self, cls    {tally(r for r in source if r[0].own)}")
    click.echo(f"  on others       {tally(r for r in source if not r[0].own)}")
    for low, high in BANDS:
        banded = tally(r for r in results if low <= len(r[0].dispatched) <= high)
        click.echo(f"  {low:2d}-{high:2d} overrides {banded}")
    every, taken = pairs(results)
    click.echo(f"pairs            {every:6d} of a static target and an override, {taken} taken at some site")
    if options.verbose:
        for candidate, entered in results:
            site, every = candidate.site, 1 + len(candidate.dispatched)
            click.echo(
                f"{site.path}:{site.line} {site.name}: {len(entered)} of {len(candidate.dispatched) + 1} targets"
            )


if __name__ == "__main__":
    main()
