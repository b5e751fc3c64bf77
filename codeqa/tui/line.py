"""One line to type in, whatever it is for."""

from __future__ import annotations

from textual import events
from textual.widgets import Input

from codeqa import sanitise


class Line(Input):
    """What is pasted becomes one line in which nothing commands the terminal; of what is too long the end is left."""

    def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        self._take(event.text)

    def action_paste(self) -> None:
        """Paste what was copied here: an answer has many lines."""
        self._take(self.app.clipboard)

    def _take(self, text: str) -> None:
        said = sanitise.text(" ".join(text.split()))
        if self.max_length:
            start, end = sorted(self.selection)
            said = said[: max(self.max_length - len(self.value) + end - start, 0)]
        self.replace(said, *sorted(self.selection))

    def restricted(self) -> None:
        """Take no more, and ring no bell: that the line is full is seen."""
