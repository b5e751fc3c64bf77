"""Nothing of a repository, or of a model server, commands the terminal from the Search or the Index screen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from codeqa import models, sanitise
from codeqa.domain import CodeqaError, Embedding, Hit, InstalledModel, ModelServer, Notice, Progress
from codeqa.tui import inventory
from codeqa.tui.app import CodeqaApp
from codeqa.tui.engine import Happened
from codeqa.tui.question import LONGEST, Question
from codeqa.tui.rows import Rows
from tests.scripted import FILES
from tests.stocked import STATUS, Stocked
from tests.test_sanitise import unsafe
from tests.test_tui_hostile import APART, assert_tame


def project_with(payload: str) -> Stocked:
    """Return a project in which all that is told is the payload."""
    path = f"shop/{payload}.py"
    FILES[path] = f"def f():\n    {payload}\n    return 1\n"
    hit = Hit(path, 2, 2, payload, f"{path}::{payload}", 1.0, {payload: 1.0, "text": 0.5, "role": -0.1}, (payload,))
    status = replace(
        STATUS,
        directory=payload,
        languages={payload: 3},
        edges={payload: 2},
        vectors={payload: 1},
        embedding=Embedding(payload, payload, payload, 1, 2, True, payload),
        skipped={payload: (path, payload)},
        stale=(path, payload),
        warnings=(payload,),
        summaries={payload: 3},
    )
    root = Path("/home/you") / payload.replace("/", "").replace("\0", "")[:200]
    return Stocked(
        root=root,
        model=payload,
        otherwise=[hit],
        hits={"none": (), "bad": CodeqaError(payload, hint=payload)},
        near=[payload],
        said=[Notice("warning", payload)],
        state=status,
        stale=(path,),
    )


async def until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    for _ in range(1000):
        if holds():
            return
        await pilot.pause(0.01)
    raise AssertionError("it never came")


async def settled(app: CodeqaApp, pilot: Pilot[None]) -> None:
    await app.workers.wait_for_complete()
    await pilot.pause()
    assert_tame(app)


@pytest.mark.parametrize("payload", APART.values(), ids=APART)
def test_no_widget_of_these_screens_gives_a_payload_power(payload: str, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = InstalledModel(payload, 1, payload, payload, payload, 1, tools=True, remote=payload)
    server = ModelServer("http://127.0.0.1:11434", payload, (installed, replace(installed, name="m", remote="")))
    monkeypatch.setattr(models, "look", lambda url, environ, seconds: server)
    project = project_with(payload)
    app = CodeqaApp(project, environ={"VISUAL": payload}, clock=lambda: 0.0)

    async def run() -> None:
        async with app.run_test(size=(140, 50), notifications=True) as pilot:
            await until(pilot, lambda: app.state is not None and app.indexing is None)
            await pilot.press("ctrl+f")
            await search(pilot)
            await pilot.press("escape", "f2")
            await index(pilot)
            assert unsafe(app.clipboard) == set()
            assert unsafe(app.ask_screen.query_one(Question).value) == set()
            assert not app._exit

    async def search(pilot: Pilot[None]) -> None:
        screen = app.search_screen
        for query in ("hit", "none", "bad", payload[:2_000], "hit"):
            screen.search(query)
            await until(pilot, lambda: not screen._waits)
            await settled(app, pilot)
        await pilot.press("enter")
        for key in ("w", "y", "e", "enter", "y", "f1", "f1"):
            await pilot.press(key)
            await settled(app, pilot)
        screen.told(Happened(1, Progress("parse", 1, 9, 1.0, payload)))
        await pilot.press("escape", "a")
        await settled(app, pilot)
        assert ("@" in app.ask_screen.query_one(Question).value) == (
            len(sanitise.line(payload)) < LONGEST - 2
        )  # more is refused

    async def index(pilot: Pilot[None]) -> None:
        screen = app.index_screen
        await until(pilot, lambda: screen.looked is not None and screen.status is not None)
        await settled(app, pilot)
        for pane in ("#state", "#models"):
            rows = screen.query_one(pane, Rows)
            rows.focus()
            for number in [at for at, row in enumerate(rows.rows) if row.ref is not None]:
                rows.highlighted = number
                rows.action_select()
                await pilot.pause()
            await settled(app, pilot)
        screen.say(*inventory.progress(Progress("parse", 1, 9, 1.0, payload)))
        await settled(app, pilot)
        project.state = CodeqaError(payload, hint=payload)
        screen._ask_status()
        await settled(app, pilot)

    asyncio.run(run())
