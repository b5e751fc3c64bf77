"""Progress as one line: stage, how far, how fast, how long still."""

from __future__ import annotations

import time

from codeqa.cli.terminal import Terminal
from codeqa.domain import Progress
from codeqa.wording import describe

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
