"""Nothing of a repository commands the terminal or the app, whichever widget shows it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.segment import Segment

from codeqa.domain import (
    Answer,
    Claim,
    CodeqaError,
    Dropped,
    EdgeCheck,
    Event,
    Hop,
    Notice,
    Progress,
    Step,
    ToolUse,
)
from codeqa.tui.app import CodeqaApp
from codeqa.tui.question import Question
from codeqa.tui.rows import Rows
from tests.scripted import FILES, Scripted, cite
from tests.test_sanitise import unsafe

PAYLOADS = {
    "an escape sequence": "\x1b[5;7mEVIL\x1b[2J",
    "the clipboard": "\x1b]52;c;RVZJTA==\x07",
    "a link": "\x1b]8;;http://example.org\x1b\\EVIL\x1b]8;;\x1b\\",
    "C1": "\x9b5;7mEVIL\x9d52;c;RVZJTA==\x9c",
    "bidirectional": "\u202eLIVE\u202c\u2066x\u2069",
    "a bell in a fence": "\n```\n\x07EVIL\n```\n",
    "markup that acts": "[@click=app.quit]EVIL[/] [link=http://example.org]EVIL[/link] [reverse]EVIL[/]",
    "markup that does not close": "[/EVIL] [/] [bold",
    "markdown": "![EVIL](http://example.org/x.png) [EVIL](http://example.org) <b onclick=x>EVIL</b>",
    "one huge grapheme": "e" + "\u0301" * 5000,
    "a long line": "EVIL " * 200_000,
    "a lone surrogate": "EVIL\udc80\ud800",
    "line separators": "EVIL\u2028EVIL\u2029\x85EVIL\x0b\x0c",
    "wide and zero": "\u200b\ufeff関\u200d数\U000e0041",
}
HIDING = ("markup that does not close", "one huge grapheme", "a long line")  # these hide what stands behind them
TOGETHER = "".join(payload for name, payload in PAYLOADS.items() if name not in HIDING)
APART = {
    "all that are short": TOGETHER + "".join(PAYLOADS[name] for name in HIDING[:2]),
    "a long line": PAYLOADS[HIDING[2]],
}


def everything(payload: str) -> tuple[Answer, list[Event]]:
    """Return an answer and events with a payload wherever there is room for one."""
    path = f"shop/{payload}.py"
    FILES[path] = f"def f():\n    {payload}\n    return 1\n"
    hop = Hop(f"{path}::{payload}", payload, f"{path}::b{payload}", f"{path}:2", "exact", 0.9)
    guess = replace(hop, dst=f"{path}::c{payload}", strategy=payload)
    check = EdgeCheck(hop.src, hop.edge, hop.dst, hop.site, hop.strategy, payload)
    answer = Answer(
        payload,
        payload,
        "answered",
        f"## {payload}\n\n`{payload}` **{payload}** {payload} [1].\n\n- {payload} [1]\n```py\n{payload}\n```\n",
        claims=(Claim(payload, (1,), "unverified", payload, (check,)),),
        dropped=(Dropped(payload, payload),),
        citations=(cite(1, path, 2, 2, f"{path}::{payload}"),),
        walk=(hop, guess),
        unknowns=(payload,),
        stale=(path,),
        model=payload,
        understood=payload,
        reused=payload,
        timing_ms={"total": 1.0},
    )
    happened: list[Event] = [
        Progress("parse", 1, 9, 1.0, path),
        Step(payload, payload),
        Notice("warning", payload),
        ToolUse(payload, {payload: payload}, payload, "", "", 0.1),
    ]
    return answer, happened


def drawn(app: CodeqaApp) -> list[Segment]:
    """Return all segments that would be written."""
    strips = app.screen._compositor.render_strips(app.screen.size)
    return [segment for strip in strips for segment in strip]


def assert_tame(app: CodeqaApp) -> None:
    segments = drawn(app)
    assert unsafe("".join(segment.text for segment in segments)) == set()
    for segment in segments:
        assert segment.control is None
        if segment.style is not None:
            assert segment.style.link is None, segment
            assert not any(key.startswith("@") for key in segment.style.meta if "EVIL" in segment.text), segment


class Attacked:
    """The app, shown a payload wherever it shows anything."""

    def __init__(self, payload: str) -> None:
        answer, self.happened = everything(payload)
        self.error = CodeqaError(payload, hint=payload)
        root = Path("/home/you") / payload.replace("/", "").replace("\0", "")[:200]
        self.project = Scripted([answer, self.error], root=root, model=payload)
        self.app = CodeqaApp(self.project, environ={"VISUAL": payload}, clock=lambda: 0.0)
        self.screen = self.app.ask_screen

    async def until(self, holds: Callable[[], bool]) -> None:
        for _ in range(1_000):
            if holds():
                break
            await self.pilot.pause(0.01)
        assert holds()
        await self.app.workers.wait_for_complete()
        await self.pilot.pause()
        assert_tame(self.app)

    async def ask(self) -> None:
        self.screen.query_one(Question).value = "who?"
        await self.screen.query_one(Question).action_submit()

    async def walk_goes_on(self) -> None:
        self.project.gate.clear()
        await self.ask()
        await self.until(lambda: bool(self.screen.query_one("#walk", Rows).rows))
        for event in self.happened:
            self.screen.happened(event)
            await self.until(lambda: True)
        self.project.gate.set()
        await self.until(lambda: not self.screen.working)

    async def stand_on_everything(self, pane: str) -> None:
        rows = self.screen.query_one(f"#{pane}", Rows)
        self.screen.set_focus(rows)
        closed = [index for index, row in enumerate(rows.rows) if row.body.plain.startswith("▸")]
        for index in reversed(closed):  # what opens moves what is below it
            await self.select(rows, index)
        for index, row in enumerate(list(rows.rows)):
            if row.ref is not None and not row.body.plain.startswith("▾"):
                rows.highlighted = index
                await self.until(lambda: True)

    async def select(self, rows: Rows, index: int) -> None:
        rows.highlighted = index
        rows.action_select()
        await self.until(lambda: rows.rows[index].body.plain.startswith("▾"))

    async def run(self) -> None:
        async with self.app.run_test(size=(140, 50)) as self.pilot:
            await self.until(lambda: self.app.state is not None)
            await self.walk_goes_on()
            await self.stand_on_everything("answer")
            await self.stand_on_everything("walk")
            for key in ("Y", "y", "e", "n", "f1"):
                await self.pilot.press(key)
                await self.until(lambda: True)
                assert unsafe(self.app.clipboard) == set()
            await self.ask()
            await self.until(lambda: not self.screen.working)
            self.app._failed(self.error)
            await self.until(lambda: True)
            assert not self.app._exit


@pytest.mark.parametrize("payload", APART.values(), ids=APART)
def test_no_widget_of_the_ask_screen_gives_a_payload_power(payload: str) -> None:
    asyncio.run(Attacked(payload).run())
