"""The list of names and a question back as they are drawn, at two sizes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from codeqa.tui.app import CodeqaApp
from codeqa.tui.offers import Offers
from codeqa.tui.question import Question
from tests.scripted import ASKED_BACK, Scripted
from tests.test_tui_snapshots import settled


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("state", ["names", "history", "asked-back"])
def test_question(snap_compare: Callable[..., bool], state: str, size: tuple[int, int]) -> None:
    app = CodeqaApp(Scripted([ASKED_BACK]), environ={}, clock=lambda: 0.0)
    screen = app.ask_screen

    async def before(pilot: Pilot[None]) -> None:
        await settled(pilot, lambda: app.state is not None)
        box = screen.query_one(Question)
        if state == "names":
            box.value = "how does @main, which takes the name of a shop on the command line, reach "
            await pilot.press("@", "c")
            await settled(pilot, lambda: len(screen.query_one(Offers).rows) == 4)
            await pilot.press("down")
        elif state == "history":
            for question in ("who calls main", "what does check do", "who calls connect, and why"):
                box.remember(question)
            await pilot.press("ctrl+r", *"call")
            await settled(pilot, lambda: len(screen.query_one(Offers).rows) == 2)
        else:
            box.value = "who calls connect?"
            await pilot.press("enter")
            await settled(pilot, lambda: bool(screen.meanings))
        await pilot.pause()

    assert snap_compare(app, run_before=before, terminal_size=size)
