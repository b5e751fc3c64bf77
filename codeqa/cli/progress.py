"""Progress as one line: stage, how far, how fast, how long still."""

from __future__ import annotations

import time

from codeqa.cli.terminal import Terminal
from codeqa.domain import Progress

EVERY_SECONDS = 0.1


class ProgressLine:
    """Shows the latest `Progress`, at most ten times a second, on a terminal; nothing elsewhere."""

    def __init__(self, terminal: Terminal, *, shown: bool) -> None:
        self._terminal = terminal
        self._shown = shown and terminal.interactive
        self._last = 0.0

    def show(self, event: Progress) -> None:
        now = time.monotonic()
        if self._shown and now - self._last >= EVERY_SECONDS:
            self._last = now
            self._terminal.status(describe(event))

    def clear(self) -> None:
        self._terminal.clear_status()


def describe(event: Progress) -> str:
    """Say it in one line: `parse  1,204/6,900  1,310/s  4 s left  src/app.py`."""
    parts = [event.stage, f"{event.done:,}/{event.total:,}" if event.total else f"{event.done:,}"]
    if event.seconds > 0 and event.done:
        rate = event.done / event.seconds
        parts.append(f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.1f}/s" if rate >= 1 else f"{duration(1 / rate)} each")
        if event.total > event.done:
            parts.append(f"{duration((event.total - event.done) / rate)} left")
    if event.detail:
        parts.append(event.detail)
    return "  ".join(parts)


def duration(seconds: float) -> str:
    """Say a time in the largest unit that fits: `41 ms`, `2.4 s`, `3 min 20 s`."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60} s"


def size(count: int) -> str:
    """Say a number of bytes: `812 B`, `1.4 MB`."""
    amount = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            break
        amount /= 1000
    return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
