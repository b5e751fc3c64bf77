"""Where a question is typed, with the earlier ones."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.widgets import Input

from codeqa import sanitise

LONGEST = 20_000  # characters, as on the command line


class Question(Input):
    """One line; up and down go through what was asked before, and what is being typed is kept meanwhile."""

    HELP = (
        "## Question\n\nIn plain English, with names as the source has them:\n\n"
        "- who calls Router.add\n- how does main reach Store.open\n- what breaks if I change Session.close\n"
        "- where is the session cookie signed\n\n"
        "A question goes on with the one before: *and its tests?*"
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Ask", id="question.submit", tooltip="ask what is typed"),
        Binding("up", "earlier", "History", key_display="↑↓", id="question.earlier", tooltip="what was asked before"),
        Binding("down", "later", "Later", show=False, id="question.later", tooltip="what was asked after that"),
    ]

    def __init__(self, *, id: str) -> None:
        super().__init__(placeholder="Ask about this repository: who calls …", id=id, compact=True, max_length=LONGEST)
        self.asked: list[str] = []
        self._at: int | None = None  # None: what is typed now
        self._typed = ""

    def remember(self, question: str) -> None:
        """Keep a question that was asked; the same one twice in a row is one."""
        if not self.asked or self.asked[-1] != question:
            self.asked.append(question)
        self._at = None

    def action_earlier(self) -> None:
        """Show the question before."""
        if not self.asked:
            return
        if self._at is None:
            self._typed = self.value
            self._at = len(self.asked)
        self._go(max(self._at - 1, 0))

    def action_later(self) -> None:
        """Show the question after, at last what was typed."""
        if self._at is not None:
            self._go(self._at + 1)

    def _go(self, at: int) -> None:
        self._at = at if at < len(self.asked) else None
        self.value = self._typed if self._at is None else self.asked[at]
        self.cursor_position = len(self.value)

    def _on_paste(self, event: events.Paste) -> None:
        """Take what is pasted as one line in which nothing commands the terminal."""
        event.prevent_default()
        event.stop()
        self.insert_text_at_cursor(sanitise.text(" ".join(event.text.split())))
