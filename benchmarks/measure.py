"""CPU seconds, memory and, where the machine counts them, instructions of a command and all its descendants."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import click

POLL_SECONDS = 0.05
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one command took.

    `cpu` and `wall` are seconds; `cpu` covers the command and every descendant that was waited for. `peak_mb` is the
    resident set of its largest single process (`ru_maxrss`), `tree_mb` the largest sum over its session seen when
    polling `/proc` (shared pages count once per process; 0 where there is no `/proc`). `giga_instructions` is None
    where `perf` cannot count them.
    """

    cpu: float
    wall: float
    peak_mb: float
    tree_mb: float
    giga_instructions: float | None

    def to_json(self) -> dict[str, float | None]:
        return asdict(self)


def run(command: Sequence[str], *, cwd: Path | None = None, allowed: Sequence[int] = (0,)) -> tuple[Cost, str]:
    """Run a command to its end; return what it took and its standard output.

    Raises:
        click.ClickException: it exited with a status that is not `allowed`; the message carries the end of its output.
    """
    with tempfile.TemporaryDirectory(prefix="codeqa-benchmark-") as scratch:
        counts = Path(scratch) / "instructions"
        prefix = (
            ["perf", "stat", "-x,", "-e", "instructions:u", "-o", str(counts), "--"] if counts_instructions() else []
        )
        with (Path(scratch) / "out").open("w+b") as out, (Path(scratch) / "err").open("w+b") as err:
            cost, code = _wait([*prefix, *command], cwd, out.fileno(), err.fileno(), counts)
            out.seek(0)
            err.seek(0)
            text, complaint = out.read().decode(errors="replace"), err.read().decode(errors="replace")
    if code not in allowed:
        raise click.ClickException(f"{' '.join(command)}: exit status {code}\n{(text + complaint)[-2000:]}")
    return cost, text


def median(costs: Sequence[Cost]) -> Cost:
    """The run with the median CPU time: a cost that was really seen, not a mix of several."""
    return sorted(costs, key=lambda cost: cost.cpu)[(len(costs) - 1) // 2]


def percentile(seconds: Sequence[float], share: float) -> float:
    """The nearest-rank percentile, `share` in 0..1."""
    ranked = sorted(seconds)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def summary(seconds: Sequence[float]) -> dict[str, float]:
    """Median and 95th percentile in milliseconds, and how many were taken."""
    return {"p50_ms": statistics.median(seconds) * 1000, "p95_ms": percentile(seconds, 0.95) * 1000, "n": len(seconds)}


def settle(marker: str, seconds: float = 120) -> None:
    """Wait until no process has `marker` in its command line: what a command left running would disturb the next."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and any(marker in line for line in _command_lines()):
        time.sleep(POLL_SECONDS)


@cache
def counts_instructions() -> bool:
    """Whether `perf` is installed and this machine lets it count."""
    if not shutil.which("perf"):
        return False
    probe = subprocess.run(
        ["perf", "stat", "-x,", "-e", "instructions:u", "true"], capture_output=True, text=True, check=False
    )
    return probe.returncode == 0 and _instructions(probe.stderr) is not None


def _wait(command: Sequence[str], cwd: Path | None, out: int, err: int, counts: Path) -> tuple[Cost, int]:
    started = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True
    )
    poller = _Poller(process.pid)
    poller.start()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    poller.stop()
    cost = Cost(
        cpu=usage.ru_utime + usage.ru_stime,
        wall=wall,
        peak_mb=usage.ru_maxrss / 1024,
        tree_mb=poller.peak / 1e6,
        giga_instructions=_instructions(counts.read_text()) if counts.is_file() else None,
    )
    return cost, process.returncode


def _instructions(text: str) -> float | None:
    """The count in perf's comma-separated output, in 1e9; None if it did not count."""
    for line in text.splitlines():
        count, _, rest = line.partition(",")
        if "instructions" in rest and count.isdigit():
            return int(count) / 1e9
    return None


def _command_lines() -> Iterator[str]:
    own = str(os.getpid())
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        if path.parent.name != own:
            with suppress(OSError):
                yield path.read_bytes().decode(errors="replace")


class _Poller(threading.Thread):
    """Watches the memory of every process in one session. A process that leaves the session is not counted."""

    def __init__(self, session: int) -> None:
        super().__init__(daemon=True)
        self.session = session
        self.peak = 0
        self._done = threading.Event()

    def run(self) -> None:
        while not self._done.wait(POLL_SECONDS):
            self.peak = max(self.peak, sum(map(self._resident, Path("/proc").glob("[0-9]*/stat"))))

    def stop(self) -> None:
        self._done.set()
        self.join()

    def _resident(self, stat: Path) -> int:
        """Bytes of one process, 0 if it is of another session or gone."""
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            return 0
        return int(fields[21]) * PAGE if int(fields[3]) == self.session else 0
