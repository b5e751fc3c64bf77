"""Search and Index as they are drawn, at two sizes; drawn anew as tests/test_tui_snapshots.py says."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from codeqa import models
from codeqa.domain import CodeqaError, ModelServer, NoIndex
from codeqa.tui.app import CodeqaApp
from codeqa.tui.query import Query
from codeqa.tui.rows import Rows
from tests.driving import until
from tests.scripted import PARSING
from tests.stocked import DOWN, SERVER, STATUS, Stocked
from tests.test_tui_snapshots import SIZES

BROKEN = CodeqaError("the index is of another version", hint="codeqa index --force")
STALE = replace(STATUS, stale=("shop/app.py", "shop/new.py"))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("state", ["empty", "working", "hits", "why", "large", "nothing", "error"])
def test_search(snap_compare: Callable[..., bool], state: str, size: tuple[int, int]) -> None:
    project = Stocked(hits={"nothing": (), "error": BROKEN}, held={"working": threading.Event()})
    app = CodeqaApp(project, environ={}, clock=lambda: 0.0)
    screen = app.search_screen

    async def before(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.state is not None and app.indexing is None)
        await pilot.press("ctrl+f")
        await pilot.pause()
        box = screen.query_one(Query)
        box.cursor_blink = False
        if state != "empty":
            box.value = state
            await until(pilot, lambda: bool(screen._asked))
            await until(pilot, lambda: state == "working" or not screen._waits)
        if state != "working":
            await app.workers.wait_for_complete()
        if state in {"why", "large"}:
            await pilot.press("enter", "w" if state == "why" else "enter")
        await pilot.pause()

    try:
        assert snap_compare(app, run_before=before, terminal_size=size)
    finally:
        project.held["working"].set()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("state", ["fresh", "changed", "working", "none", "down", "error"])
def test_index(
    snap_compare: Callable[..., bool], state: str, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(url: str, environ: object, seconds: float) -> ModelServer:
        if state == "down":
            raise DOWN
        return SERVER

    monkeypatch.setattr(models, "look", look)
    known = NoIndex("there is no index", hint="i makes it; so does codeqa index") if state == "none" else STATUS
    known = BROKEN if state == "error" else known
    project = Stocked(state=STALE if state == "changed" else known, has_index=state != "none")
    project.model = "small:1b" if state in {"changed", "down"} else None
    app = CodeqaApp(project, environ={}, clock=lambda: 0.0)
    screen = app.index_screen

    async def before(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.state is not None and app.indexing is None)
        await pilot.press("f2")
        await until(pilot, lambda: screen.looked is not None and bool(screen.status or screen._failure))
        await app.workers.wait_for_complete()
        if state == "changed":
            screen.query_one("#state", Rows).focus()
            await pilot.press("end", "enter")
        if state == "working":
            project.indexing = [PARSING]
            project.index_gate.clear()
            await pilot.press("i")
            await until(pilot, lambda: "parse" in str(screen.query_one("#status").content))
        await pilot.pause()

    try:
        assert snap_compare(app, run_before=before, terminal_size=size)
    finally:
        project.index_gate.set()
