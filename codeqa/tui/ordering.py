"""Keys in the order in which they were typed, each where the one before it has led.

Textual hands a key to what has the focus when the key arrives, and goes on; bindings are looked up when it has come
back from there. What is typed quickly behind a key that moves the focus would land where the focus was, where letters
are commands: after `/` a `q` would quit. So a key waits here until the one before it has been dealt with.
"""

from __future__ import annotations

import time
from collections import deque

from textual import events
from textual.app import App
from textual.message import Message

LONGEST_SECONDS = 1.0  # that a key is waited for: a widget that goes away takes what it was sent with it


class Passed(Message):
    """Follows a key on its way: what the key was for has been done when this has come back."""


class InOrder(App[None]):
    """An app that takes one key after the other."""

    def __init__(self) -> None:
        super().__init__()
        self._held: deque[events.Key | events.Paste] = deque()
        self._since: float | None = None  # when the key was sent that has not come back

    async def on_event(self, event: events.Event) -> None:
        """Hold back what is typed while a key is on its way."""
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
        elif self._since is not None and time.monotonic() - self._since < LONGEST_SECONDS:
            self._held.append(event)
        else:
            self._held.append(event)
            await self._send()

    async def _send(self) -> None:
        """Send the next key, and something behind it."""
        self._since = None
        if not self._held:
            return
        event = self._held.popleft()
        target = self.focused or self.screen
        self._since = time.monotonic()
        await super().on_event(event)
        if not target.post_message(Passed()):
            await self._send()

    def on_passed(self) -> None:
        """Go on once the screen that is shown by now, which may be new, has come to rest."""
        if not self.screen.call_later(self._rested):
            self.call_next(self._send)

    def _rested(self) -> None:
        self.call_next(self._send)
