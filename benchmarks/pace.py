"""How quick the full screen is: `python -m benchmarks.pace REPOSITORY` runs it at a pseudo terminal and prints a table.

The repository must have an index. Where keys are timed while an index is made, that is of a copy, all of whose files
change for it. Percentiles are of the time from the write of a key into the terminal until the end of the frame that
shows what the key does has been read. Each kind of key is timed in the same run as a letter typed into an app that is
nothing but one line of input, so that the figures of a busy machine can be read as ratios.
"""

from __future__ import annotations

import json
import random
import re
import shutil
import sqlite3
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
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

    def row(self, baseline: float) -> list[str]:
        """Return the cells of its row."""
        p50, p95 = statistics.median(self.seconds), percentile(self.seconds, 0.95)
        ms = [f"{value * 1000:.1f}" for value in (p50, p95, max(self.seconds))]
        lost = sum(each >= LOST for each in self.seconds)
        count = f"{len(self.seconds)}" + (f" ({lost} lost)" if lost else "")
        return [self.state, self.kind, count, *ms, f"{p95 / baseline:.1f}" if baseline else "–"]


Key = tuple[str, Callable[[Drawn], bool]]  # what is written, and what shows its effect


def timed(terminal: Terminal, keys: Iterator[Key], count: int, between: Callable[[], None]) -> list[float]:
    """Press so many keys, one after the other; return how long each took."""
    taken = []
    for written, seen in keys:
        between()
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
    """`n` and `p`: the rank of the citation that is shown."""
    while True:
        for key in "nnnnnp":
            before = _rank(terminal.drawn)
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


class Tree:
    """The copy of the repository, which can be made to differ from its index, and whose generation is known."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.runs = 0

    def generation(self) -> int:
        """Return the generation of the index."""
        with closing(sqlite3.connect(f"file:{self.root / '.codeqa/index.db'}?mode=ro", uri=True)) as connection:
            found = connection.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()
        return int(found[0]) if found else 0

    def change(self) -> None:
        """Change all files of source."""
        for path in self.root.rglob("*.py"):
            with path.open("ab") as file:
                file.write(b"\n")


@dataclass
class Session:
    """An app at a terminal, in which a walk or a run of the index may go on."""

    terminal: Terminal
    tree: Tree
    state: str
    indexed: int = 0  # the generation when the run of the index that goes on began

    def between(self) -> None:
        """See that what is to go on does: a run of the index that has ended is begun again."""
        if self.state in ("index", "both") and self.tree.generation() != self.indexed:
            self.index()

    def index(self) -> None:
        """Begin a run of the index over a tree all of which has changed."""
        self.tree.change()
        self.indexed = self.tree.generation()
        self.tree.runs += 1
        self.command("Index now")
        self.terminal.rest(1.0)

    def command(self, name: str) -> None:
        """Do something by the palette."""
        self.terminal.press("\x10")
        self.terminal.wait(lambda drawn: drawn.has("Search for commands"), LOST)
        self.terminal.press(name)
        self.terminal.rest(2.0)  # it searches among all symbols too
        self.terminal.press("\r")
        self.terminal.wait(lambda drawn: not drawn.has("Search for commands"), LOST)

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


def baseline(scratch: Path, keys: int) -> tuple[list[float], float, float]:
    """Return what letters take in an app that is one line of input; CPU and wall seconds until its first frame."""
    with Terminal((sys.executable, "-c", TRIVIAL), cwd=scratch, environ={}) as terminal:
        painted = terminal.wait(lambda drawn: drawn.has("type"), 30)
        cpu = terminal.cpu()
        terminal.rest(0.5)
        taken = timed(terminal, typing(terminal, ">"), keys, lambda: None)
        return taken, cpu, (painted or LOST) - terminal.began


def kinds(session: Session, question: str, symbol: str, keys: int) -> Iterator[Taken]:
    """Yield what each kind of key takes, in the state that the session is to be in."""
    terminal, state, between = session.terminal, session.state, session.between
    if state in ("rest", "index"):
        session.ask(question, "✓ checked")
    terminal.rest(1)
    session.command("Graph explorer")
    terminal.rest(1)
    terminal.press("o")
    terminal.rest(0.5)
    for each in ("\x15", symbol, "\r"):
        terminal.press(each)
        terminal.rest(1.5)
    if terminal.wait(lambda drawn: drawn.has("what leads here", symbol), 15) is None:
        raise click.ClickException(f"no graph of {symbol}:\n{terminal.drawn}")
    terminal.rest(2)
    terminal.press("\x1b")
    terminal.rest(1)
    if state in ("walk", "both"):
        session.ask("how are cookies signed", "the model thinks")
    if state in ("index", "both"):
        session.index()
    if state in ("rest", "index"):
        for each in ("\x1b", "\t", "\t"):
            terminal.press(each)
            terminal.rest(0.3)
        yield Taken("j, k in the answer", state, timed(terminal, moves(terminal, (36, 78), 6), keys, between))
        yield Taken("n, p", state, timed(terminal, citations(terminal), keys, between))
    terminal.press("/")
    terminal.rest(0.5)
    yield Taken("letters of a question", state, timed(terminal, typing(terminal, "❯"), keys, between))
    terminal.press("\x15")
    yield Taken("another size", state, resized(terminal, max(keys // 5, 10)))
    terminal.resize(120, 40)
    terminal.rest(0.5)
    terminal.press("\x06")
    terminal.wait(lambda drawn: drawn.has("⌕"), LOST)
    terminal.rest(0.5)
    yield Taken("letters of a search", state, timed(terminal, typing(terminal, "⌕"), keys, between))
    terminal.press("\x1b")
    terminal.rest(0.5)
    session.command("Graph explorer")
    terminal.rest(1)
    terminal.press("h")
    terminal.rest(0.5)
    yield Taken("j, k in the graph", state, timed(terminal, moves(terminal, (2, 36), 25), keys, between))


def idle(command: Sequence[str], root: Path, question: str, seconds: float) -> Iterator[tuple[str, float, float]]:
    """Yield CPU seconds of so long at rest, and MB that are resident: ready, answered, a model that says nothing."""
    with Terminal(command, cwd=root, environ={}) as terminal:
        started(terminal)
        session = Session(terminal, Tree(root), "rest")
        for what in ("ready", "answered"):
            if what == "answered":
                session.ask(question, "✓ checked")
            terminal.rest(3)
            before = terminal.cpu()
            terminal.rest(seconds)
            yield what, terminal.cpu() - before, terminal.resident_mb()
        for number in range(49):
            session.ask(f"{question} {'and why' if number % 2 else ''}", "walking")
            terminal.wait(lambda drawn: not drawn.has("walking"), 60)
        yield "50 questions", 0.0, terminal.resident_mb()
    with talker(0) as (environ, _), Terminal(command, cwd=root, environ=environ) as terminal:
        started(terminal)
        Session(terminal, Tree(root), "rest").ask("how are cookies signed", "walking")
        terminal.rest(8)
        before = terminal.cpu()
        terminal.rest(seconds)
        yield "a silent model", terminal.cpu() - before, terminal.resident_mb()


# ----------------------------------------------------------------------------------------------------------------- main


@click.command(help=__doc__)
@click.argument("repository", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--question", default="who calls HttpResponse", show_default=True, help="One with several citations.")
@click.option("--symbol", default="HttpResponse", show_default=True, help="One with 200 callers or more.")
@click.option("--keys", default=300, show_default=True, help="Of each kind.")
@click.option("--rate", default=100.0, show_default=True, help="Tokens a second of the model.")
@click.option("--state", "states", multiple=True, type=click.Choice(STATES), default=STATES, help="[default: all]")
@click.option("--starts", default=7, show_default=True, help="Of the app, to time its first frame.")
@click.option("--idle", "idle_seconds", default=30.0, show_default=True, help="Seconds at rest; 0: not measured.")
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
    out: Path | None,
) -> None:
    """Measure the full screen."""
    random.seed(1)
    with tempfile.TemporaryDirectory(prefix="codeqa-pace-") as folder:
        root = repository.resolve()
        if {"index", "both"} & set(states):
            root = Path(folder) / "tree"
            shutil.copytree(repository, root, symlinks=True)
        command = (*CODEQA, "--repo", str(root))
        with Terminal(command, cwd=root, environ={}) as terminal:  # of a copy an index is made first
            terminal.wait(lambda drawn: drawn.line(-2).strip().startswith("ready"), 900)
        report: dict[str, object] = {}
        if starts:
            report["start"] = _starts(command, root, starts)
        if idle_seconds:
            report["idle"] = _table(
                ("at rest", f"CPU s in {idle_seconds:g} s", "resident MB"),
                [[what, f"{cpu:.2f}", f"{mb:.0f}"] for what, cpu, mb in idle(command, root, question, idle_seconds)],
            )
        taken: list[Taken] = []
        trivial, _, _ = baseline(root, keys)
        bottom = percentile(trivial, 0.95)
        rows = [Taken("a letter in a trivial app", "–", trivial)]
        for state in states:
            with talker(rate) as (environ, said):
                settings = environ if state in ("walk", "both") else {}
                with Terminal(command, cwd=root, environ=settings) as terminal:
                    started(terminal)
                    session = Session(terminal, Tree(root), state)
                    for each in kinds(session, question, symbol, keys):
                        click.echo(" | ".join(each.row(bottom)), err=True)
                        taken.append(each)
            if said and float(said[1]):
                click.echo(f"{state}: {float(said[0]) / float(said[1]):.0f} tokens a second", err=True)
        rows += taken
        head = ("while", "key", "keys", "p50 ms", "p95 ms", "max ms", "p95 / trivial")
        report["keys"] = _table(head, [each.row(bottom) for each in rows])
        if out:
            out.write_text(json.dumps({**report, "keys": [asdict(each) for each in rows]}))


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
