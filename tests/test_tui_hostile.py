"""Nothing of a repository commands the terminal or the app, whichever widget shows it."""

from __future__ import annotations

import asyncio
import re
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
from tests.conftest import ROOT, MakeRepo
from tests.pseudo import Pseudo
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


@pytest.mark.parametrize("name", PAYLOADS)
def test_no_widget_of_the_ask_screen_gives_a_payload_power(name: str) -> None:
    asyncio.run(Attacked(PAYLOADS[name]).run())


# What Textual writes: styles, the cursor, modes and questions about them, and the shape of the mouse pointer.
OURS = re.compile(rb"\x1b(?:\[[0-9;]*[mHJK]|\[[?>=<]?[0-9;]*[hlucnt]|\[\?[0-9]+\$p|\]22;\w*\x07)")


def test_at_a_terminal_no_control_byte_comes_out_that_is_not_ours(make_repo: MakeRepo) -> None:
    evil = "".join(PAYLOADS[name] for name in PAYLOADS if name not in {"a long line", "one huge grapheme"})
    text = evil.replace("\n", " ").encode("utf-8", "replace").decode()
    files = {
        "shop/app.py": f'def main():\n    """Opens. {text}"""\n    # {text}\n    return connect("{text}")\n\n\n'
        f'def connect(path):\n    """{text}"""\n    return path\n',
        "shop/\x1b]52;c;RVZJTA==\x07.py": "from shop.app import main\n\n\ndef run():\n    return main()\n",
        "README.md": f"# Shop\n\n`main` is {text}\n\n```\n{text}\n```\n",
    }
    root = make_repo(files)

    with Pseudo("tui", cwd=root, environ={}, size=(140, 50)) as screen:
        screen.wait_for("Ask about this repository")
        for question in ("who calls main?", "what does main do?", "what does connect do?", "where is the shop opened?"):
            screen.press(question + "\r")
            screen.wait_for(question, "Help  q Quit")  # it is answered, and has the focus
            screen.press("nnnn\t\x1b[B\x1b[B")
            screen.press("/")
            screen.wait_for("Help  ", "^q Quit")  # the question has it
        screen.press("\x11")
        assert screen.ended() == 0

    left = OURS.sub(b"", screen.output)
    assert b"EVIL" in left  # it was shown
    assert re.findall(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\xc2[\x80-\x9f]", left) == []
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", left.decode("utf-8", "replace"))
    assert b"5;7m" not in b"".join(OURS.findall(screen.output))


def test_strings_become_text_in_one_module() -> None:
    """What is shown is painted: nobody else makes text of a string, and nobody reads markup."""
    makers = re.compile(
        r"Content\((?!\"\"\))|Content\.(?:styled|from_\w+)|Text\(|from_markup|markup=True|notify\(|\btooltip\b"
    )
    made = {
        f"{path.name}: {line.strip()}"
        for path in (ROOT / "codeqa/tui").rglob("*.py")
        if path.name != "painting.py"
        for line in path.read_text().splitlines()
        if makers.search(line)
    }

    assert made == set()
