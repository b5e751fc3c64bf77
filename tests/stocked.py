"""A scripted project with a search, an index to tell of, and models to choose from."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from codeqa.domain import CodeqaError, Embedding, Hit, InstalledModel, ModelServer, NoIndex, Notice, Status
from tests.scripted import CHECK, CONNECT, MAIN, Scripted

HITS = (
    Hit(
        "shop/app.py",
        4,
        7,
        "main",
        MAIN,
        1.52,
        {"text": 1.0, "name": 0.42, "graph": 0.3, "role": -0.2},
        ("main.opened", "main.closed"),
    ),
    Hit("shop/app.py", 10, 11, "check", CHECK, 0.71, {"text": 0.5, "vector": 0.21}),
    Hit("shop/store.py", 4, 5, "connect", CONNECT, 0.4, {"vector": 0.4}),
    Hit("shop/store.py", 1, 1, "", "", 0.1, {"text": 0.1}),
)
STATUS = Status(
    root="/home/you/shop",
    directory="/home/you/shop/.codeqa",
    generation=7,
    files=12,
    languages={"python": 10, "markdown": 2},
    symbols=1_204,
    edges={"exact": 900, "join": 40},
    unresolved=31,
    chunks=400,
    vectors={"static-256": 380},
    embedding=Embedding("static", "static-256", "", 380, 400, False, ""),
    skipped={"secret": ("shop/.env",), "too large": ("shop/data.json", "shop/more.json")},
    stale=(),
    missing=0,
    bytes=4_700_000,
)
SERVER = ModelServer(
    "http://127.0.0.1:11434",
    "0.12.3",
    (
        InstalledModel("small:1b", 1_300_000_000, "qwen3", "1.7B", "Q4_K_M", 40_960, tools=True, chats=True),
        InstalledModel("vectors", 274_302_450, "bert", context=2_048, chats=False),
        InstalledModel("huge:cloud", context=262_144, tools=True, chats=True, remote="ollama.com"),
    ),
)


@dataclass
class Stocked(Scripted):
    """A scripted project that can also be searched.

    Attributes:
        hits: what each query finds; an exception is raised. Any other query finds `otherwise`.
        held: queries whose search waits until it is let go.
        searched: queries, in the order in which they were searched for.
        led: models that were chosen.
    """

    root: Path = Path("/home/you/shop")
    hits: dict[str, Sequence[Hit] | Exception] = field(default_factory=dict)
    otherwise: Sequence[Hit] = HITS
    near: Sequence[str] = ("main", "check")
    said: Sequence[Notice] = ()
    state: Status | Exception = STATUS
    held: dict[str, threading.Event] = field(default_factory=dict)
    searched: list[str] = field(default_factory=list)
    led: list[str | None] = field(default_factory=list)

    def search(self, query: str, limit: int) -> list[Hit]:
        self.threads.add(threading.current_thread().name)
        self.searched.append(query)
        if query in self.held:
            self.held[query].wait(30)
        found = self.hits.get(query, self.otherwise)
        if isinstance(found, Exception):
            raise found
        return list(found)[:limit]

    def free(self) -> None:
        super().free()
        for held in self.held.values():
            held.set()

    def vocabulary(self, query: str) -> list[str]:
        return list(self.near)

    def notices(self) -> list[Notice]:
        return list(self.said)

    def status(self, *, compare: bool = True) -> Status:
        self.threads.add(threading.current_thread().name)
        if isinstance(self.state, Exception):
            raise self.state
        if not self.has_index:
            raise NoIndex("there is no index", hint="codeqa index")
        return self.state

    def lead_by(self, name: str | None) -> None:
        self.threads.add(threading.current_thread().name)
        self.led.append(name)
        self.model = name


DOWN = CodeqaError("no server answers at http://127.0.0.1:11434", hint="is it running?")
