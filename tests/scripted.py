"""A project that says what a test wants it to say, when it wants it to: for what a screen does with it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from codeqa.config import ModelSettings, Settings
from codeqa.domain import (
    Answer,
    Answered,
    Citation,
    Claim,
    Clarify,
    CodeqaError,
    Dropped,
    EdgeCheck,
    Event,
    Hop,
    ModelCancelled,
    NoIndex,
    Option,
    Progress,
    Span,
    Step,
    Symbol,
    UnknownSymbol,
)
from codeqa.tools import Snippet
from codeqa.traces import History

APP = """from shop.store import connect


def main() -> object:
    \"\"\"Open the shop.\"\"\"
    checked = check("shop.db")
    return connect(checked)


def check(path: str) -> str:
    return path.strip()
"""
STORE = """import sqlite3


def connect(path: str) -> object:
    return sqlite3.connect(path)
"""
FILES = {"shop/app.py": APP, "shop/store.py": STORE}
MAIN, CHECK, CONNECT = "shop/app.py::main", "shop/app.py::check", "shop/store.py::connect"


def lines(path: str, start: int, end: int) -> str:
    return "\n".join(FILES[path].split("\n")[start - 1 : end])


def cite(n: int, path: str, start: int, end: int, symbol: str) -> Citation:
    return Citation(n, path, start, end, symbol, "0" * 64, 7, lines(path, start, end))


def edge(hop: Hop, name: str) -> EdgeCheck:
    return EdgeCheck(hop.src, hop.edge, hop.dst, hop.site, hop.strategy, name)


HOPS = (
    Hop(MAIN, "calls", CHECK, "shop/app.py:6", "exact", 0.986),
    Hop(MAIN, "calls", CONNECT, "shop/app.py:7", "dispatch", 0.32),
    Hop(CONNECT, "calls", "external::sqlite3.connect", "shop/store.py:5", "inferred", 0.997),
)
QUESTION = "what does main call?"
ANSWERED = Answer(
    QUESTION,
    "multi fact",
    "answered",
    "`main` calls `check` [1] and may call `connect` [2].\n\n"
    "- `main` calls `check` at shop/app.py:6 [1].\n"
    "- Dynamic dispatch may take it to `connect` [2][3].",
    claims=(
        Claim("`main` calls `check` at shop/app.py:6.", (1,), "verified", "edge", (edge(HOPS[0], "check"),)),
        Claim("Dynamic dispatch may take it to `connect`.", (2, 3), "verified", "edge", (edge(HOPS[1], "connect"),)),
    ),
    dropped=(Dropped("`main` opens a socket.", "no line says so"),),
    citations=(
        cite(1, "shop/app.py", 6, 6, MAIN),
        cite(2, "shop/app.py", 7, 7, MAIN),
        cite(3, "shop/store.py", 4, 5, CONNECT),
    ),
    walk=HOPS[:2],
    unknowns=("what sqlite3 does lies outside of the repository",),
    generation=7,
    timing_ms={"total": 41.0},
)
ABSTAINED = Answer(
    "who calls frobnicate?",
    "research",
    "abstained",
    "I don't know: no symbol is named `frobnicate`; nearest: `main`.",
    unknowns=("no symbol is named `frobnicate`",),
    generation=7,
    timing_ms={"total": 12.0},
)
STEPS = (
    Step("classify", "relations of main"),
    Step("link", "main → shop/app.py::main"),
    Step("expand", "calls of main"),
)


def symbol(path: str, name: str, line: int, kind: str = "function") -> Symbol:
    return Symbol(f"{path}::{name}", name.rpartition(".")[2], name, kind, Span(path, 0, 9, line, line + 2), line)


SYMBOLS = (
    symbol("shop/app.py", "main", 4),
    symbol("shop/app.py", "check", 10),
    symbol("shop/store.py", "connect", 4),
    symbol("shop/store.py", "Store.check", 12, "method"),
    symbol("shop/old.py", "connect", 9),
    Symbol("shop/store.py", "store.py", "", "module", Span("shop/store.py", 0, 99, 1, 9), 1),
)
ASKED_BACK = Clarify(
    "Which file's `connect`?",
    (
        Option("`connect` in shop/store.py, 7 callers", ("shop/store.py::connect",)),
        Option("`connect` in shop/old.py, 1 caller", ("shop/old.py::connect",)),
    ),
    "connect",
    ("shop/gone.py::connect",),
)


@dataclass
class Store:
    generation: int = 7


class Graph:
    def symbols(self, keys: Iterable[str]) -> dict[str, Symbol]:
        known = {symbol.id: symbol for symbol in SYMBOLS}
        return {key: known[key] for key in keys if key in known}


class Tools:
    graph = Graph()

    def read(self, path: str, start_line: int, end_line: int) -> Snippet:
        if path not in FILES:
            raise CodeqaError(f"{path} cannot be read")
        found = FILES[path].split("\n")[start_line - 1 : end_line]
        return Snippet(path, start_line, start_line + len(found) - 1, tuple(found))


@dataclass
class Scripted:
    """Stands for a `Project`.

    Attributes:
        answers: taken in turn; an exception is raised.
        gate: a walk waits for it after its steps; it is open from the beginning.
        heard: what a model says and does before it is waited.
        slow: whether a walk with a closed gate looks at nobody's wish to cancel it, as the planner does.
    """

    answers: list[Answer | Clarify | Exception] = field(default_factory=lambda: [ANSWERED])
    root: Path = Path("/home/you/shop")
    directory: Path = Path("/home/you/shop/.codeqa")
    model: str | None = None
    server: str = "http://127.0.0.1:11434"
    indexing: Sequence[Event] = ()
    heard: Sequence[Event] = ()
    slow: bool = False
    stale: tuple[str, ...] = ()
    missing: int = 0
    has_index: bool = True
    asked: list[str] = field(default_factory=list)
    meant: list[object] = field(default_factory=list)
    may_ask: list[bool] = field(default_factory=list)
    picked: list[str] = field(default_factory=list)  # parts of names that were looked up
    names: Sequence[Symbol] = SYMBOLS
    closed: bool = False
    threads: set[str] = field(default_factory=set)
    tools: Tools = field(default_factory=Tools)
    made: Store = field(default_factory=Store)
    questions: Sequence[str] = ()

    def __post_init__(self) -> None:
        self.gate, self.index_gate, self.pick_gate = threading.Event(), threading.Event(), threading.Event()
        self.pick_gate.set()
        self.gate.set()
        self.index_gate.set()

    @property
    def settings(self) -> Settings:
        return Settings(model=ModelSettings(name=self.model))

    @property
    def history(self) -> History:
        return History(self.directory)

    @property
    def server_url(self) -> str:
        return self.server

    @property
    def store(self) -> Store:
        self.threads.add(threading.current_thread().name)
        if not self.has_index:
            raise NoIndex("there is none")
        return self.made

    def another(self) -> Scripted:
        return self

    def refresh(self) -> None: ...

    def examples(self) -> list[str]:
        return list(self.questions)

    def lead_by(self, name: str | None) -> None:
        self.model = name

    def update(self, *, portions: bool = False, cancelled: threading.Event | None = None) -> Iterator[Event]:
        self.threads.add(threading.current_thread().name)
        yield from self.indexing
        self.index_gate.wait(30)
        self.has_index = True
        self.indexing = ()

    index = update

    def pick(self, part: str, limit: int) -> list[Symbol]:
        self.picked.append(part)
        self.pick_gate.wait(30)
        return [symbol for symbol in self.names if part.casefold() in symbol.label.casefold()][:limit]

    def mention(self, key: str) -> str:
        label = next((each.label for each in self.names if each.id == key), None)
        if label is None:
            raise UnknownSymbol(f"no symbol {key}")
        return f"@{key}" if sum(label == each.label for each in self.names) > 1 else f"@{label}"

    def ask(
        self,
        question: str,
        *,
        conversation: object,
        cancelled: threading.Event,
        meaning: object = None,
        may_ask: bool = False,
    ) -> Iterator[Event]:
        self.threads.add(threading.current_thread().name)
        self.asked.append(question)
        self.meant.append(meaning)
        self.may_ask.append(may_ask)
        yield from STEPS
        yield from self.heard
        while not self.gate.wait(0.01):
            if cancelled.is_set() and not self.slow:
                raise ModelCancelled("it was told to")
        said = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(said, Exception):
            raise said
        yield said if isinstance(said, Clarify) else Answered(said)

    def close(self) -> None:
        self.closed = True

    def free(self) -> None:
        """Let go of everything that waits."""
        self.gate.set()
        self.index_gate.set()


PARSING = Progress("parse", 120, 900, 2.0, "shop/app.py")
Script = Callable[[], Scripted]
