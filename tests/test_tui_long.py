"""A file of fifty thousand lines and a line of a megabyte: what is read, coloured and drawn is what can be seen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from textual.content import Content
from textual.geometry import Region
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widget import Widget

from codeqa.project import Project
from codeqa.tui import evidence, painting
from codeqa.tui.app import CodeqaApp
from codeqa.tui.evidence import AFTER, BEFORE, FROM_THE_START, MOST, READ_NOW, Exhibit
from codeqa.tui.lines import Lines
from codeqa.tui.sessions import pane
from codeqa.tui.sessions.pane import MOST_CHARACTERS, MOST_LINES, Pane
from codeqa.tui.sessions.steps import StepsScreen
from tests.conftest import MakeRepo

SIZE = (120, 30)
LINES = 50_000
NEAR, FAR = 3_900, 49_000  # lines at which functions of these names begin
MEGABYTE = "minified(a,b);" * 70_700  # nearly; with as much besides a file of it is still indexed


@dataclass
class Work:
    """What was done since it was forgotten."""

    coloured: list[int] = field(default_factory=list)  # lines of each text that was coloured
    longest: int = 0  # characters of a line in it
    drawn: list[int] = field(default_factory=list)  # lines of a widget that were drawn at once
    painted: int = 0  # lines of a step

    def forget(self) -> None:
        self.coloured, self.drawn, self.longest, self.painted = [], [], 0, 0


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    found = Work()
    source, draw, paint = evidence.source, Widget.render_lines, pane.paint

    def colour(text: str, path: str) -> list[Content]:
        shown = source(text, path)
        found.coloured.append(len(shown))
        found.longest = max(found.longest, *map(len, shown))
        return shown

    def draws(widget: Widget, crop: Region) -> list[Strip]:
        found.drawn.append(crop.height)
        return draw(widget, crop)

    def paints(*pieces: painting.Piece) -> Content:
        found.painted += 1
        return paint(*pieces)

    monkeypatch.setattr(evidence, "source", colour)
    monkeypatch.setattr(Widget, "render_lines", draws)
    monkeypatch.setattr(pane, "paint", paints)
    return found


@pytest.fixture(scope="module")
def root(make_module_repo: MakeRepo) -> Path:
    lines = ["x = call(1, 'text')  # one of many"] * LINES
    for at, name in ((NEAR, "near"), (FAR, "far")):
        lines[at - 1 : at + 1] = [f"def {name}():", "    return 1"]
    long = f'def minified():\n    text = "{MEGABYTE}"\n    return text\n' + "pass  # one of many\n" * LINES
    made = make_module_repo({"big.py": "\n".join(lines) + "\n", "long.py": long})
    with Project.open(made, overrides={"index.embedder": "none"}, environ={}) as project:
        for _ in project.update():
            pass
    return made


def test_no_pane_does_more_for_a_long_file_than_for_what_is_seen_of_it(root: Path, work: Work) -> None:
    project = Project.open(root, overrides={"index.embedder": "none"}, environ={}, resident=True)
    app = CodeqaApp(project, environ={})

    async def run() -> None:
        async with app.run_test(size=SIZE) as pilot:
            await until(pilot, lambda: app.state is not None and app.indexing is None)
            await cited(app, pilot, work)
            await found(app, pilot, work)
            await around(app, pilot, work)
            await step(app, pilot, work)

    asyncio.run(run())


async def cited(app: CodeqaApp, pilot: Pilot[None], work: Work) -> None:
    for path, start, end, most, says in (
        ("big.py", 900, 901, 901 + AFTER, "x = call"),
        ("big.py", NEAR, NEAR + 1, BEFORE + 2 + AFTER, "def near"),
        ("big.py", FAR, FAR + 1, BEFORE + 2 + AFTER, "def far"),
        ("big.py", 1, LINES, MOST + 1, "x = call"),
        ("long.py", 1, 3, 3 + AFTER, "minified"),
    ):
        work.forget()
        quoted = ("x = call(1, 'text')  # one of many",) * LINES if end == LINES else ()
        app.ask_screen.remove_class("-idle")
        app.ask_screen._exhibit(Exhibit(path, start, end, path, quoted, start, READ_NOW))
        await shows(pilot, work, says)
        assert work.coloured
        assert max(work.coloured) <= min(most, FROM_THE_START)
        assert within(work)
    app.ask_screen.query_one("#lines").focus()
    work.forget()
    for key in ("j", "j", "pagedown", "G", "home"):
        await pilot.press(key)
    assert within(work)
    assert work.coloured == []


async def found(app: CodeqaApp, pilot: Pilot[None], work: Work) -> None:
    await pilot.press("ctrl+f")
    for query, says in (("far", "def far"), ("minified", "def minified")):
        work.forget()
        app.search_screen.search(query)
        await shows(pilot, work, says)
        assert within(work)


async def around(app: CodeqaApp, pilot: Pilot[None], work: Work) -> None:
    for name, says in (("big.py::far", "def far"), ("long.py::minified", "def minified")):
        work.forget()
        app.show_graph(name)
        await shows(pilot, work, says)
        assert within(work)


async def step(app: CodeqaApp, pilot: Pilot[None], work: Work) -> None:
    for said in ("\n".join("x = call(1, 'text')" for _ in range(LINES)), "\n".join([MEGABYTE] * 300)):
        work.forget()
        app.push_screen(StepsScreen("c:1", {"codeqa": {"question": said, "generation": 1}}))
        await until(pilot, lambda: isinstance(app.screen, StepsScreen) and bool(app.screen.query(Pane)))
        shown = app.screen.query_one(Pane)
        await until(pilot, lambda shown=shown: "more lines" in shown.plain)  # type: ignore[misc]
        assert within(work)
        assert 0 < work.painted <= MOST_LINES + 1
        assert len(shown.plain) <= MOST_CHARACTERS + 2 * MOST_LINES
        await pilot.press("escape")


def within(work: Work) -> bool:
    """Whether no more was drawn at once than a window has, nor coloured than is shown, nor longer lines."""
    window = max(work.drawn) <= SIZE[1]
    coloured = all(lines <= FROM_THE_START for lines in work.coloured)
    return bool(work.drawn) and window and coloured and work.longest <= painting.LONGEST + 2


async def shows(pilot: Pilot[None], work: Work, text: str) -> None:
    """Wait until something was coloured, and stands in the pane for lines of files."""

    def stands() -> bool:
        return bool(work.coloured) and any(
            text in each.plain for each in pilot.app.screen.query("Evidence Lines").results(Lines)
        )

    await until(pilot, stands)


async def until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    for _ in range(1_000):
        if holds():
            await pilot.pause()
            return
        await pilot.pause(0.01)
    raise AssertionError("it never came")
