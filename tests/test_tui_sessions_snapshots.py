"""Sessions, traces and two runs as they are drawn, at two sizes; drawn anew as tests/test_tui_snapshots.py says."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from codeqa.tui.app import CodeqaApp
from codeqa.tui.sessions.typing import Note, Words
from codeqa.tui.status import StatusLine
from tests.kept import Kept, four, keep
from tests.scripted import ANSWERED
from tests.test_tui_snapshots import SIZES

STATES = {  # keys that lead there
    "empty": [],
    "filled": ["plus", "n", "y", "e", "s", "enter", "j"],
    "none": [],
    "unread": [],
    "trace": ["t", "j", "j", "j", "j"],
    "compared": ["c", "j", "c"],
    "asking": ["j", "r"],
    "resumed": ["enter"],
}


@pytest.fixture(autouse=True)
def one_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Times are drawn as they are in one place, and what is said for a while is said for all of the test."""
    monkeypatch.setattr("codeqa.tui.status.REMARK_SECONDS", 3600)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


async def until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    for _ in range(1_000):
        if holds():
            break
        await pilot.pause(0.01)
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("state", STATES)
def test_sessions(snap_compare: Callable[..., bool], tmp_path: Path, state: str, size: tuple[int, int]) -> None:
    if state != "empty":
        keep(tmp_path, *four())
    if state == "unread":
        (tmp_path / "traces" / "20251119-120000-ffffff.jsonl").symlink_to("/dev/null")
    project = Kept([replace(ANSWERED, claims=())], directory=tmp_path)
    app = CodeqaApp(project, environ={}, clock=lambda: 0.0)
    screen = app.sessions_screen

    async def before(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.state is not None and app.indexing is None)
        await pilot.press("f3")
        await until(pilot, lambda: app.screen is screen and not screen._reading)
        for box in (screen.query_one(Words), screen.query_one(Note)):
            box.cursor_blink = False
        if state == "asking":
            project.gate.clear()
        if state == "none":
            screen.query_one(Words).value = "nobody said this"
            await until(pilot, lambda: screen._drawn[0] != "")  # type: ignore[index]
        for key in STATES[state]:
            await pilot.press(key)
            await until(pilot, lambda: True)
        if state == "asking":
            await until(pilot, lambda: "3 steps" in str(screen.query_one(StatusLine).content))

    try:
        assert snap_compare(app, run_before=before, terminal_size=size)
    finally:
        project.gate.set()
