"""Draw the pictures of docs/tui.md: the screen, asked about this repository.

python -m benchmarks.screenshots [folder]
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

from textual.pilot import Pilot

from codeqa.project import Project
from codeqa.tui.app import CodeqaApp
from codeqa.tui.question import Question

ROOT = Path(__file__).resolve().parent.parent
QUESTION = "how does Project.update reach get_parser"
SIZE = (136, 34)
SECONDS = 120


async def until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    """Wait for something, as for the first index. Raises TimeoutError."""
    async with asyncio.timeout(SECONDS):
        while not holds():
            await pilot.pause(0.05)
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def draw(question: str, keys: tuple[str, ...], theme: str = "dark") -> str:
    """Return the screen after a question and some keys, as SVG."""
    project = Project.open(ROOT, overrides={"cache": True, "trace.keep": False})
    app = CodeqaApp(project, theme=theme, environ={}, clock=lambda: 0.0)
    app.root = Path("codeqa")  # whatever folder the clone lies in
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.state is not None)
        app.screen.query_one(Question).value = question
        await pilot.press("enter")
        await until(pilot, lambda: not app.ask_screen.working)
        for key in keys:
            await pilot.press(key)
            await until(pilot, lambda: True)
        return app.export_screenshot(title="codeqa")


def main() -> None:
    """Write the pictures into a folder, docs/ unless another is given."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs"
    folder.joinpath("tui.svg").write_text(asyncio.run(draw(QUESTION, ("down", "down"))), encoding="utf-8")


if __name__ == "__main__":
    main()
