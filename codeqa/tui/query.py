"""Where a search is typed."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.widgets import Input

from codeqa import sanitise

LONGEST = 2_000  # characters of a query


class Query(Input):
    """One line; down goes to the hits."""

    HELP = (
        "## Search\n\nWords, names as the source has them, paths, or what the code does. Hits come while you type.\n\n"
        "{query.hits} or ↓ go to the hits."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Hits", id="query.hits", tooltip="go to the hits"),
        Binding("down", "submit", "Hits", show=False, id="query.hits"),
    ]

    def __init__(self, *, id: str) -> None:
        super().__init__(placeholder="Search this repository", id=id, compact=True, max_length=LONGEST)

    def _on_paste(self, event: events.Paste) -> None:
        """Take what is pasted as one line in which nothing commands the terminal."""
        event.prevent_default()
        event.stop()
        self.insert_text_at_cursor(sanitise.text(" ".join(event.text.split())))
