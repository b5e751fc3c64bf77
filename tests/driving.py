"""An app that a test drives: what the tests of all screens do with it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

from textual.pilot import Pilot
from textual.widgets import Static
from textual.worker import WorkerCancelled

from codeqa.tui.app import CodeqaApp
from codeqa.tui.rows import Rows

POLL_SECONDS = 0.002
SECONDS = 30.0  # until what never comes is given up; a machine may be busy


async def until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    """Wait until something holds and what follows from it is drawn."""
    end = time.monotonic() + SECONDS
    while not holds():
        if pilot.app._exception is not None or time.monotonic() > end:
            status = [str(each.content) for each in pilot.app.screen.query("#status").results(Static)]
            raise AssertionError(f"it never came: {status}") from pilot.app._exception
        await asyncio.sleep(POLL_SECONDS)
    await pilot.pause()


async def settled(pilot: Pilot[None]) -> None:
    """Wait until nothing is read any more and all is drawn."""
    await pilot.pause()
    for worker in list(pilot.app.workers):
        with suppress(WorkerCancelled):  # a newer one has overtaken it
            await asyncio.wait_for(worker.wait(), SECONDS)
    await pilot.pause()


class Driven:
    """An app that runs, with keys to press and a screen to read."""

    def __init__(self, app: CodeqaApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot

    async def until(self, holds: Callable[[], bool]) -> None:
        await until(self.pilot, holds)

    async def settled(self) -> None:
        await settled(self.pilot)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    @property
    def footer(self) -> dict[str, str]:
        """What the footer offers: label by key."""
        bindings = self.app.screen.active_bindings.values()
        return {each.binding.key: each.binding.description for each in bindings if each.binding.show and each.enabled}

    def rows(self, name: str) -> list[str]:
        """What a list of the screen that is shown says, row by row."""
        return [row.lead.plain + row.body.plain for row in self.app.screen.query_one(f"#{name}", Rows).rows]

    def text(self, name: str) -> str:
        """What a part of the screen that is shown says."""
        return str(self.app.screen.query_one(f"#{name}", Static).content)


def drive(
    app: CodeqaApp,
    check: Callable[[Pilot[None]], Awaitable[None]],
    *,
    size: tuple[int, int] = (140, 40),
    free: Callable[[], None] = lambda: None,
) -> None:
    """Run a check on an app; `free` lets go of what the check left waiting, whatever came of it."""

    async def run() -> None:
        async with app.run_test(size=size) as pilot:
            try:
                await check(pilot)
            finally:
                free()

    asyncio.run(run())
