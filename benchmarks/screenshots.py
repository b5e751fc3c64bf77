"""Draw the pictures of docs/tui.md and of the README: the screen, asked about fixtures/python.

python -m benchmarks.screenshots [folder]
"""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from threading import Semaphore
from typing import Any, ClassVar

from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from benchmarks.drawing import Frame, Lines, film, picture
from codeqa.domain import Event, Step
from codeqa.project import Project
from codeqa.tui.app import CodeqaApp
from codeqa.tui.question import Question

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
REPOSITORY = ROOT / "fixtures" / "python"
MARK = re.compile(r"^\s*#\s*(?:<-|\^|\s+\^).*\n|\s*# (?:<-|\^) .*$", re.MULTILINE)  # what the tests of the fixture read
QUESTION = "what breaks if I change Catalog.find"
SEARCHED = "lend a book"
SIZE = (120, 32)
SECONDS = 60
TITLES = {
    "answer": "codeqa: an answer, the walk that led to it, and the lines that it cites",
    "graph": "codeqa: a method in the graph explorer, with what leads to it and what it leads to",
    "search": "codeqa: hits of a search, with what their scores are made of",
    "sessions": "codeqa: earlier questions",
    "trace": "codeqa: how an answer came about, step by step",
    "tour": "codeqa: a question, its walk, its citations one after the other, and the graph around one",
}


class Tour:
    """An app that is led through its screens, and what has been seen of them."""

    def __init__(self, app: CodeqaApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot
        self.seen: dict[str, Lines] = {}
        self.frames: list[Frame] = []

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds and is drawn. Raises TimeoutError."""
        async with asyncio.timeout(SECONDS):
            while not holds():
                await asyncio.sleep(0.002)
        await self.settled()

    async def settled(self) -> None:
        """Wait until nothing is read any more and all is drawn."""
        await self.pilot.pause()
        await self.app.workers.wait_for_complete()
        await self.pilot.pause()
        for line in self.app.screen.query(Input):
            line.cursor_blink = False
        for box in self.app.screen.query(TextArea):
            box.cursor_blink = False
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            await self.pilot.press(key)
            await self.settled()

    def frame(self, seconds: float) -> Lines:
        """Take what is shown as a part of the film."""
        lines = [list(strip) for strip in self.app.screen._compositor.render_strips()]
        self.frames.append(Frame(lines, seconds))
        return lines


class Paced(Project):
    """A project whose walks wait after each step until they may go on, to be seen; they are the same walks."""

    may_go_on: ClassVar = Semaphore(0)

    def ask(self, question: str, **options: Any) -> Iterator[Event]:  # noqa: ANN401  # handed on
        """Yield what a project does, and wait."""
        for event in super().ask(question, **options):
            yield event
            if isinstance(event, Step):
                self.may_go_on.acquire(timeout=SECONDS)


async def tour(project: Project) -> Mapping[str, str]:
    """Return the pictures by their names, as SVG."""
    app = CodeqaApp(project, theme="dark", environ={})
    async with app.run_test(size=SIZE) as pilot:
        on = Tour(app, pilot)
        walk = app.ask_screen.query_one("#walk")
        await on.until(lambda: app.state is not None and app.indexing is None)
        on.frame(2)
        box = app.ask_screen.query_one(Question)
        for end in (*(found.start() for found in re.finditer(" ", QUESTION)), len(QUESTION)):
            box.value = QUESTION[:end]
            box.cursor_position = end
            await on.settled()
            on.frame(0.3)
        await pilot.press("enter")
        while app.ask_screen.working:
            steps = len(walk.rows)  # type: ignore[attr-defined]
            await on.settled()
            if steps:
                on.frame(0.5)
            Paced.may_go_on.release()
            await on.until(lambda steps=steps: len(walk.rows) > steps or not app.ask_screen.working)  # type: ignore[attr-defined,misc]
        await on.settled()
        on.frame(2.5)
        await on.press("down")
        on.seen["answer"] = on.frame(2)
        for _ in range(2):
            await on.press("n")
            on.frame(1.5)
        await on.press("shift+tab", "home", "down")
        on.frame(2)
        await on.press("g")
        on.frame(2.5)
        await on.press("l", "down")
        on.seen["graph"] = on.frame(4)
        moving = list(on.frames)

        await on.press("escape", "ctrl+f")
        app.search_screen.query_one("#query", Input).value = SEARCHED
        await on.until(lambda: app.search_screen.found.query == SEARCHED)
        await on.press("enter", "w")
        on.seen["search"] = on.frame(1)
        await on.press("escape", "f3")
        await on.until(lambda: bool(app.sessions_screen.query_one("#entries").rows))  # type: ignore[attr-defined]
        on.seen["sessions"] = on.frame(1)
        await on.press("t", "j", "j")
        on.seen["trace"] = on.frame(1)
    drawn = {name: picture(lines, TITLES[name]) for name, lines in on.seen.items()}
    return {**drawn, "tour": film(moving, TITLES["tour"])}


def draw() -> Mapping[str, str]:
    """Return the pictures of a copy of the fixture, which is indexed for that, by their names."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "lending"
        shutil.copytree(REPOSITORY, root)
        for path in root.rglob("*.py"):
            path.write_text(MARK.sub("", path.read_text(encoding="utf-8")), encoding="utf-8")
        project = Paced.open(root, environ={})
        for _ in project.index():
            pass
        for question in ("who calls Catalog.lend", "how does Report.build reach Item.lend"):
            for _ in Project.ask(project, question):
                pass
        return asyncio.run(tour(project))


def main() -> None:
    """Write the pictures into a folder, docs/pictures unless another is given."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURES
    folder.mkdir(parents=True, exist_ok=True)
    for name, drawn in draw().items():
        folder.joinpath(f"{name}.svg").write_text(drawn, encoding="utf-8")


if __name__ == "__main__":
    main()
