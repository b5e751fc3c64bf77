"""How quick the full screen is: `python -m benchmarks.pace REPOSITORY` runs it at a pseudo terminal and prints a table.

The repository must have an index. Where keys are timed while an index is made, that is the first one of a copy.
Percentiles are of the time from the write of a key into the terminal until the end of the frame that shows what the key
does has been read. Each kind of key is timed in the same run as a letter typed into an app that is nothing but one line
of input, so that the figures of a busy machine can be read as ratios; the CPU of the app's own process for each key,
with all that goes on in it meanwhile, depends on the load little.
"""

from __future__ import annotations

import json
import random
import re
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import click

from benchmarks.measure import percentile
from benchmarks.talking import talker
from benchmarks.terminal import Drawn, Terminal

CODEQA = (sys.executable, "-c", "from codeqa.cli import main; main()", "tui")
TRIVIAL = """
from textual.app import App
from textual.containers import Horizontal
from textual.widgets import Input, Static
class Trivial(App):
    CSS = "Static { width: 2; } Horizontal { height: 1; }"
    def compose(self):
        with Horizontal():
            yield Static(">")
            yield Input(placeholder="type", compact=True)
Trivial().run()
"""
LOST = 5.0  # seconds after which a key counts as lost, and as having taken that long
LETTERS = "who calls the session and what breaks if it changes "
PAUSE = (0.02, 0.07)  # seconds between two keys: at random, so that they fall in step with nothing
STATES = ("rest", "walk", "index", "both")


@dataclass
class Taken:
    """Seconds of each key of a kind."""

    kind: str
    state: str
    seconds: list[float] = field(default_factory=list)
    cpu: float = 0.0  # seconds of the process itself, for all keys
    apart: float | None = None  # CPU seconds of its children meanwhile, where an index is to be made in them

    def row(self, baseline: float) -> list[str]:
        """Return the cells of its row."""
        p50, p95 = statistics.median(self.seconds), percentile(self.seconds, 0.95)
        ms = [f"{value * 1000:.1f}" for value in (p50, p95, max(self.seconds))]
        lost = sum(each >= LOST for each in self.seconds)
        count = f"{len(self.seconds)}" + (f" ({lost} lost)" if lost else "")
        each = f"{self.cpu * 1000 / len(self.seconds):.1f}"
        apart = "–" if self.apart is None else f"{self.apart:.1f}"
        return [self.state, self.kind, count, *ms, f"{p95 / baseline:.1f}" if baseline else "–", each, apart]


Key = tuple[str, Callable[[Drawn], bool]]  # what is written, and what shows its effect


def timed(terminal: Terminal, keys: Iterator[Key], count: int) -> list[float]:
    """Press so many keys, one after the other; return how long each took."""
    taken = []
    for written, seen in keys:
        terminal.rest(random.uniform(*PAUSE))
        began = terminal.press(written)
        ended = terminal.wait(seen, LOST)
        taken.append(LOST if ended is None else ended - began)
        if len(taken) == count:
            break
    return taken


# ---------------------------------------------------------------------------------------------------------------- keys


def typing(terminal: Terminal, sign: str) -> Iterator[Key]:
    """Letters in the line that begins with a sign; it is emptied now and then, which is not timed."""
    while True:
        said = ""
        for letter in LETTERS:
            said += letter
            if letter == " ":  # it shows nothing that could be seen
                terminal.press(letter)
            else:
                yield letter, lambda drawn, wanted=said: _typed(drawn, sign) == wanted  # type: ignore[misc]
        terminal.press("\x15")
        terminal.rest(0.2)


def _typed(drawn: Drawn, sign: str) -> str:
    line = next((line for line in map(drawn.line, range(drawn.rows)) if line.strip().startswith(sign)), "")
    return line.strip().removeprefix(sign).strip()


def moves(terminal: Terminal, columns: tuple[int, int], far: int) -> Iterator[Key]:
    """`j`, so far, then `k` as far back, in the list in these columns."""
    while True:
        for key in "j" * far + "k" * far:
            before = terminal.drawn.lit(*columns)
            yield key, lambda drawn, before=before: drawn.lit(*columns) != before  # type: ignore[misc]


def citations(terminal: Terminal) -> Iterator[Key]:
    """`n` to the last citation, `p` back to the first: the rank of the one that is shown."""
    key = "n"
    while True:
        before = _rank(terminal.drawn)
        at, _, last = before.partition("/")
        key = "p" if at == last else "n" if at == "1" else key
        yield key, lambda drawn, before=before: _rank(drawn) != before  # type: ignore[misc]


def _rank(drawn: Drawn) -> str:
    found = re.search(r"(\d+/\d+)  \S+:\d", str(drawn))
    return found[1] if found else ""


def resized(terminal: Terminal, count: int) -> list[float]:
    """Give the terminal two sizes in turn: until the keys stand in its last line."""
    taken = []
    for number in range(count):
        terminal.rest(random.uniform(*PAUSE))
        began = terminal.resize(*((120, 40), (100, 30))[(number + 1) % 2])
        ended = terminal.wait(lambda drawn: "palette" in drawn.line(-1) or "Help" in drawn.line(-1), LOST)
        taken.append(LOST if ended is None else ended - began)
    return taken


# --------------------------------------------------------------------------------------------------------------- states


@dataclass
class Session:
    """An app at a terminal, in which a walk or a run of the index may go on."""

    terminal: Terminal
    state: str

    def take(self, kind: str, measure: Callable[[], list[float]]) -> Taken:
        """Measure a kind of key, and the CPU meanwhile."""
        terminal, indexes = self.terminal, self.state in ("index", "both")
        before, apart = terminal.cpu(children=False), terminal.cpu_below()
        seconds = measure()
        cpu = terminal.cpu(children=False) - before
        return Taken(kind, self.state, seconds, cpu, terminal.cpu_below() - apart if indexes else None)

    def ask(self, question: str, *shown: str, seconds: float = 120) -> None:
        """Ask, and wait until something stands there."""
        for keys in ("\x1b", "\x15", question, "\r"):
            self.terminal.press(keys)
            self.terminal.rest(0.3)
        if self.terminal.wait(lambda drawn: drawn.has(*shown), seconds) is None:
            raise click.ClickException(f"{shown} never stood there:\n{self.terminal.drawn}")


def started(terminal: Terminal) -> tuple[float, float, float, float]:
    """Return CPU and wall seconds until the first frame with the question, and until the app says that it is ready."""
    painted = terminal.wait(lambda drawn: drawn.has("Ask about this repository") and "Quit" in drawn.line(-1))
    cpu = terminal.cpu()
    ready = terminal.wait(lambda drawn: drawn.line(-2).strip().startswith("ready"), 120)
    if painted is None or ready is None:
        raise click.ClickException(f"it does not start:\n{terminal.drawn}")
    return cpu, painted - terminal.began, terminal.cpu(), ready - terminal.began


def baseline(scratch: Path, keys: int) -> tuple[Taken, float, float]:
    """Return what letters take in an app that is one line of input; CPU and wall seconds until its first frame."""
    with Terminal((sys.executable, "-c", TRIVIAL), cwd=scratch, environ={}) as terminal:
        painted = terminal.wait(lambda drawn: drawn.has("type"), 30)
        cpu = terminal.cpu()
        terminal.rest(0.5)
        session = Session(terminal, "–")
        taken = session.take("a letter in a trivial app", lambda: timed(terminal, typing(terminal, ">"), keys))
        return taken, cpu, (painted or LOST) - terminal.began


def kinds(session: Session, question: str, symbol: str, keys: int) -> Iterator[Taken]:
    """Yield what each kind of key takes, in the state that the session is to be in."""
    terminal, state = session.terminal, session.state
    if state in ("rest", "index"):
        session.ask(question, "✓ checked")
        for each in ("\x1b", "\t", "\t"):
            terminal.press(each)
            terminal.rest(0.3)
        yield session.take("j, k in the answer", lambda: timed(terminal, moves(terminal, (36, 78), 6), keys))
        yield session.take("n, p", lambda: timed(terminal, citations(terminal), keys))
    else:
        session.ask("how are cookies signed", "the model thinks")
    for each in ("\x1b[<0;20;2M", "\x1b[<0;20;2m", "\x15"):  # the mouse goes there, whatever else goes on
        terminal.press(each)
        terminal.rest(0.3)
    yield session.take("letters of a question", lambda: timed(terminal, typing(terminal, "❯"), keys))
    terminal.press("\x15")
    yield session.take("another size", lambda: resized(terminal, max(keys // 5, 10)))
    terminal.resize(120, 40)
    terminal.rest(0.5)
    terminal.press("\x06")
    terminal.wait(lambda drawn: drawn.has("⌕"), LOST)
    terminal.rest(0.5)
    yield session.take("letters of a search", lambda: timed(terminal, typing(terminal, "⌕"), keys))
    terminal.press("\x1b")
    terminal.rest(0.5)
    if state != "rest":
        return
    for each in ("\x1b", "\t", "\t", "g"):
        terminal.press(each)
        terminal.rest(0.5)
    terminal.wait(lambda drawn: drawn.has("what leads here"), 15)
    terminal.press("o")
    terminal.rest(0.5)
    for each in ("\x15", symbol, "\r"):
        terminal.press(each)
        terminal.rest(1.5)
    if terminal.wait(lambda drawn: drawn.has("what leads here", symbol), 15) is None:
        raise click.ClickException(f"no graph of {symbol}:\n{terminal.drawn}")
    terminal.rest(2)
    terminal.press("h")
    terminal.rest(0.5)
    yield session.take("j, k in the graph", lambda: timed(terminal, moves(terminal, (2, 36), 5), keys))


def idle(
    command: Sequence[str], root: Path, question: str, questions: int, seconds: float
) -> Iterator[tuple[str, float, float]]:
    """Yield CPU seconds of so long at rest, and MB that are resident: ready, answered, a model that says nothing."""
    with Terminal(command, cwd=root, environ={}) as terminal:
        started(terminal)
        session = Session(terminal, "rest")
        for what in ("ready", "answered"):
            if what == "answered":
                session.ask(question, "✓ checked")
            terminal.rest(3)
            before = terminal.cpu()
            terminal.rest(seconds)
            yield what, terminal.cpu() - before, terminal.resident_mb()
        for number in range(questions):
            session.ask(f"{question} {'and why' if number % 2 else ''}", "walking")
            terminal.wait(lambda drawn: not drawn.has("walking"), 60)
        if questions:
            yield f"{questions + 1} questions", 0.0, terminal.resident_mb()
    with talker(0) as (environ, _), Terminal(command, cwd=root, environ=environ) as terminal:
        started(terminal)
        Session(terminal, "rest").ask("how are cookies signed", "walking")
        terminal.rest(8)
        before = terminal.cpu()
        terminal.rest(seconds)
        yield "a silent model", terminal.cpu() - before, terminal.resident_mb()


# ----------------------------------------------------------------------------------------------------------------- main


@click.command(help=__doc__)
@click.argument("repository", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--question", default="who calls HttpResponse", show_default=True, help="One with several citations.")
@click.option("--symbol", default="HttpResponse", show_default=True, help="One with 200 callers or more.")
@click.option("--keys", default=100, show_default=True, help="Of each kind.")
@click.option("--rate", default=100.0, show_default=True, help="Tokens a second of the model.")
@click.option("--state", "states", multiple=True, type=click.Choice(STATES), default=STATES, help="[default: all]")
@click.option("--starts", default=3, show_default=True, help="Of the app, to time its first frame.")
@click.option("--idle", "idle_seconds", default=5.0, show_default=True, help="Seconds at rest; 0: not measured.")
@click.option("--questions", default=0, show_default=True, help="To ask, to see what memory they take.")
@click.option("--json", "out", type=click.Path(path_type=Path), help="Write all figures there too.")
def main(
    repository: Path,
    question: str,
    symbol: str,
    keys: int,
    rate: float,
    states: tuple[str, ...],
    starts: int,
    idle_seconds: float,
    questions: int,
    out: Path | None,
) -> None:
    """Measure the full screen."""
    random.seed(1)
    root = repository.resolve()
    with Terminal(_command(root), cwd=root, environ={}) as terminal:
        terminal.wait(lambda drawn: drawn.line(-2).strip().startswith("ready"), 900)
    report: dict[str, object] = {}
    if starts:
        report["start"] = _starts(_command(root), root, starts)
    if idle_seconds:
        found = idle(_command(root), root, question, questions, idle_seconds)
        report["idle"] = _table(
            ("at rest", f"CPU s in {idle_seconds:g} s", "resident MB"),
            [[what, f"{cpu:.2f}", f"{mb:.0f}"] for what, cpu, mb in found],
        )
    trivial, _, _ = baseline(root, keys)
    bottom = percentile(trivial.seconds, 0.95)
    rows = [trivial]
    notes: list[str] = []
    for state in states:
        for taken in _state(state, root, rate, question, symbol, keys, notes):
            click.echo(" | ".join(taken.row(bottom)), err=True)
            rows.append(taken)
    head = ("while", "key", "keys", "p50 ms", "p95 ms", "max ms", "p95 / trivial", "CPU ms a key", "index CPU s")
    report["keys"] = _table(head, [each.row(bottom) for each in rows])
    for note in notes:
        click.echo(note)
    if out:
        out.write_text(json.dumps({**report, "keys": [asdict(each) for each in rows], "notes": notes}))


def _state(
    state: str, root: Path, rate: float, question: str, symbol: str, keys: int, notes: list[str]
) -> Iterator[Taken]:
    """Yield what keys take while something goes on; say in `notes` whether it did."""
    with tempfile.TemporaryDirectory(prefix="codeqa-pace-") as folder:
        tree, first = root, state in ("index", "both")
        if first:
            tree = Path(folder) / "tree"
            shutil.copytree(root, tree, symlinks=True, ignore=shutil.ignore_patterns(".codeqa"))
        with talker(rate) as (environ, said):
            settings = environ if state in ("walk", "both") else {}
            with Terminal(_command(tree), cwd=tree, environ=settings) as terminal:
                if not first:
                    started(terminal)
                elif terminal.wait(lambda drawn: drawn.has("not indexed yet"), 120) is None:  # a portion is in
                    raise click.ClickException(f"no first portion of the index:\n{terminal.drawn}")
                yield from kinds(Session(terminal, state), question, symbol, keys)
                if first and not terminal.below():
                    notes.append(f"{state}: the index was there before the last key was pressed; see its CPU")
        if float(said[1]):
            notes.append(f"{state}: the model sent {float(said[0]) / float(said[1]):.0f} tokens a second")


def _command(root: Path) -> tuple[str, ...]:
    return (*CODEQA, "--repo", str(root))


def _starts(command: Sequence[str], root: Path, count: int) -> object:
    found, trivial = [], []
    for _ in range(count):
        with Terminal(command, cwd=root, environ={}) as terminal:
            found.append(started(terminal))
        trivial.append(baseline(root, 1)[1:])
    seconds = [[statistics.median(each) for each in zip(*rows, strict=True)] for rows in (found, trivial)]
    (cpu, wall, ready_cpu, ready), (least, least_wall) = seconds
    rows = [
        ["first frame", f"{cpu:.2f}", f"{wall:.2f}"],
        ["ready", f"{ready_cpu:.2f}", f"{ready:.2f}"],
        ["first frame of a trivial app", f"{least:.2f}", f"{least_wall:.2f}"],
    ]
    return _table(("from the start", "CPU s", "wall s"), rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Sequence[Sequence[str]]:
    for row in (head, ["---"] * len(head), *rows):
        click.echo("| " + " | ".join(row) + " |")
    click.echo("")
    return rows


if __name__ == "__main__":
    main()
