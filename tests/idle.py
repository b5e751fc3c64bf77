"""Waiting until an app that is driven by a test has nothing left to do.

Textual's own wait sleeps in steps of 20 ms until the process burns little CPU: each key of a test costs 40 ms or more
of doing nothing, and on a machine under load it takes a busy app for an idle one. The event loop knows better: it is
idle when nothing is ready to run and nothing (a repaint, say) is due at once. What takes longer, a thread or a timer,
is not waited for, as before: a test waits for what it wants to see.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import Any

import textual.app
import textual.pilot
from textual.worker import Worker, WorkerCancelled
from textual.worker_manager import WorkerManager

TURNS = 3  # of the loop, without work, that count as idle: a task that was woken runs in the next turn
WORKER_SECONDS = 60.0  # after which a worker that is waited for never ends: its test fails, and holds up no other
SOON_SECONDS = 0.02  # within which what is due is waited for: the screen is painted 60 times a second


async def wait_for_idle(min_sleep: float = 0.0, max_sleep: float = 1.0) -> None:
    """Return when the loop has had nothing to run for some turns, or after `max_sleep` seconds."""
    loop = asyncio.get_running_loop()
    until = time.monotonic() + max_sleep
    quiet = 0
    while quiet < TURNS and time.monotonic() < until:
        await asyncio.sleep(0)
        quiet = 0 if loop._ready else quiet + 1  # type: ignore[attr-defined]
        due = [timer.when() for timer in loop._scheduled if not timer.cancelled()]  # type: ignore[attr-defined]
        if quiet == TURNS and due and min(due) < loop.time() + SOON_SECONDS:
            await asyncio.sleep(max(min(due) - loop.time(), 0))
            quiet = 0


_complete = WorkerManager.wait_for_complete


async def wait_for_complete(self: WorkerManager, workers: Iterable[Worker[Any]] | None = None) -> None:
    """Wait for workers as Textual does, but not for ever; one that a newer one has overtaken is complete."""
    async with asyncio.timeout(WORKER_SECONDS):
        waits = True
        while waits:
            try:
                await _complete(self, workers)
                waits = False
            except WorkerCancelled:
                waits = any(worker.is_running for worker in workers or self)
                await asyncio.sleep(0)


def install() -> None:
    """Have pilots wait that way."""
    WorkerManager.wait_for_complete = wait_for_complete  # type: ignore[assignment,method-assign]
    for module in (textual.app, textual.pilot):
        module.wait_for_idle = wait_for_idle  # type: ignore[attr-defined]
