"""The line of status of a screen: what goes on, and for a while what has just been done."""

from __future__ import annotations

from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from codeqa.tui.painting import Piece, paint

REMARK_SECONDS = 4.0


def write(line: Static, text: Content, *, layout: bool = False) -> None:
    """Show a text, if it is another one. `layout`: the line is as wide as its text, so that others make room.

    To lay out anew draws the whole screen: whoever ticks must not, and a text that stands there needs no drawing.
    """
    shown = line.content
    if not (isinstance(shown, Content) and shown.is_same(text)):
        line.update(text, layout=layout)


class StatusLine(Static):
    """Says one thing; a remark stands in its place for some seconds."""

    def __init__(self) -> None:
        super().__init__(id="status", markup=False)
        self._said = Content("")
        self._remark: Timer | None = None

    def say(self, *pieces: Piece) -> None:
        """Say how things stand from now on."""
        self.show(paint(*pieces))

    def show(self, line: Content) -> None:
        """Show a line from now on."""
        self._said = line
        if self._remark is not None:
            self._remark.stop()
        write(self, self._said)

    def remark(self, text: str, style: str = "") -> None:
        """Say what has just been done, for a while."""
        if self._remark is not None:
            self._remark.stop()
        write(self, paint((text, style)))
        self._remark = self.set_timer(REMARK_SECONDS, lambda: write(self, self._said))
