"""The graph explorer as it is drawn, at two sizes: `--snapshot-update` draws it anew."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from codeqa.domain import CodeqaError
from codeqa.project import Project
from codeqa.tui.app import CodeqaApp
from tests.conftest import MakeRepo
from tests.driving import until
from tests.shop import SHOP

SIZES = [(80, 24), (200, 60)]
STATES = {  # keys that lead there, beginning with the name of a symbol
    "loaded": ["serve", "l", "down"],
    "deep": ["Store.read", "plus", "plus"],
    "empty": ["lonely"],
    "unknown": ["opn_store"],
    "filter": ["main", "slash", "s", "e"],
    "path": ["main", "p", "l", "down", "down", "enter", "l", "down", "down", "enter", "p"],
}

BROKEN = CodeqaError("the index is of another version", hint="codeqa index --force")


@pytest.fixture(scope="module")
def shop(make_module_repo: MakeRepo) -> Path:
    return make_module_repo(SHOP)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("state", STATES)
def test_graph(snap_compare: Callable[..., bool], shop: Path, state: str, size: tuple[int, int]) -> None:
    app = CodeqaApp(Project.open(shop), environ={}, clock=lambda: 0.0)
    name, *keys = STATES[state]

    async def before(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.state is not None and not app.busy)
        app.show_graph(name)
        await pilot.pause()
        await app.workers.wait_for_complete()
        app.graph_screen.query_one("#typed", Input).cursor_blink = False
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
            await app.workers.wait_for_complete()
        await pilot.pause()

    assert snap_compare(app, run_before=before, terminal_size=size)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("state", ["reading", "error"])
def test_graph_without_what_it_is_of(
    snap_compare: Callable[..., bool], shop: Path, state: str, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = CodeqaApp(Project.open(shop), environ={}, clock=lambda: 0.0)
    read: Future[object] = Future()
    if state == "error":
        read.set_exception(BROKEN)

    async def before(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.state is not None and not app.busy)
        monkeypatch.setattr(app.engine, "submit", lambda job: read)
        app.show_graph("serve")
        await pilot.pause()
        app.graph_screen.query_one("#typed", Input).cursor_blink = False
        app.graph_screen.tick()
        await pilot.pause()

    assert snap_compare(app, run_before=before, terminal_size=size)
