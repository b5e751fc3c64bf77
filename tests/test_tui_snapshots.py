"""The Ask screen as it is drawn, at two sizes: `pytest tests/test_tui_snapshots.py --snapshot-update` draws it anew."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from codeqa.domain import UsageError
from codeqa.tui.app import CodeqaApp
from codeqa.tui.question import Question
from tests.driving import until
from tests.scripted import ABSTAINED, ANSWERED, QUESTION, Scripted

SIZES = [(80, 24), (200, 60)]
BROKEN = UsageError("no model is named small:1b there", hint="codeqa doctor lists what a server has")


async def settled(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    """Wait until something holds and all is drawn; a cursor that blinks would be another picture."""
    await until(pilot, holds)
    await pilot.app.workers.wait_for_complete()
    pilot.app.screen.query_one(Question).cursor_blink = False
    await pilot.pause()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("state", ["empty", "working", "answered", "abstained", "error"])
def test_ask(snap_compare: Callable[..., bool], state: str, size: tuple[int, int]) -> None:
    project = Scripted({"abstained": [ABSTAINED], "error": [BROKEN]}.get(state, [ANSWERED]))
    if state == "working":
        project.gate.clear()
    app = CodeqaApp(project, environ={}, clock=lambda: 0.0)
    screen = app.ask_screen

    async def before(pilot: Pilot[None]) -> None:
        await settled(pilot, lambda: app.state is not None)
        if state == "empty":
            return
        screen.query_one(Question).value = ABSTAINED.question if state == "abstained" else QUESTION
        await pilot.press("enter")
        if state == "working":
            await settled(pilot, lambda: len(screen.query_one("#walk").rows) == 3)
        else:
            await settled(pilot, lambda: not screen.working)

    try:
        assert snap_compare(app, run_before=before, terminal_size=size)
    finally:
        project.gate.set()
