"""A pane of text to scroll in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from codeqa.tui.painting import lines, paint

MOST_LINES = 1_200  # of one text: to lay lines out takes time for each


class Pane(VerticalScroll):
    """Shows lines, folded to its width."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", "Down", show=False),
        Binding("k", "scroll_up", "Up", show=False),
        Binding("g", "scroll_home", "First", show=False),
        Binding("G", "scroll_end", "Last", show=False),
    ]

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, classes="text")

    def compose(self) -> ComposeResult:
        """Its text."""
        yield Static(markup=False, classes="said")

    def show(self, said: Sequence[Content], rest: str = "") -> None:
        """Show lines, from the first; `rest` says where those are that are too many to be shown."""
        shown = list(said[:MOST_LINES])
        if len(said) > MOST_LINES:
            shown.append(paint((f"… {len(said) - MOST_LINES:,} more lines; {rest}", "warn")))
        self.query_one(Static).update(lines(*shown))
        self.scroll_home(animate=False)
