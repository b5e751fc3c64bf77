"""The part of the Ask screen that shows a question back, and takes what is chosen."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from textual import events
from textual.message import Message

from codeqa.domain import Clarify, Symbol
from codeqa.tui.composing import Composing
from codeqa.tui.engine import Engine
from codeqa.tui.meanings import Choice, look, rows
from codeqa.tui.question import Question
from codeqa.tui.rows import Rows
from codeqa.tui.status import StatusLine


class AskingBack(Composing):
    """Shows what a name may mean in the pane of the answer; `Meant` says what is chosen."""

    class Meant(Message):
        """One of what may be meant was chosen, or each of it."""

        def __init__(self, choice: Choice) -> None:
            super().__init__()
            self.choice = choice

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.clarify: Clarify | None = None  # what is asked back
        self.meanings: dict[str, Symbol] = {}

    def asked_back(self, clarify: Clarify, question: str) -> None:
        """Show what a name may mean, and where each stands as soon as that is known."""
        self.clarify, self.meanings = clarify, {}
        self._show_meanings(question)
        future = self.engine.submit(lambda project: look(project, clarify))

        async def read() -> None:
            found = await asyncio.wrap_future(future)
            if self.clarify is clarify:
                self.meanings = found
                self._show_meanings(question)

        reading: Callable[[], Awaitable[None]] = read  # not `read()`: one that is never begun must not be made
        self.run_worker(reading, group="meanings", exclusive=True, exit_on_error=False)
        said = " · Enter or a number chooses; or ask something else"
        self.query_one(StatusLine).say(("? asks back", "warn"), (said, "dim"))
        if not self.query_one(Question).value:  # nobody is typing
            self.set_focus(self.query_one("#answer", Rows))

    def _show_meanings(self, question: str) -> None:
        assert self.clarify is not None
        pane = self.query_one("#answer", Rows)
        shown = rows(question, self.clarify, self.meanings)
        stands = pane.highlighted if isinstance(pane.ref(pane.highlighted), Choice) else None
        first = next(number for number, row in enumerate(shown) if isinstance(row.ref, Choice))
        pane.show(shown, at=first if stands is None else stands)

    def on_key(self, event: events.Key) -> None:
        """Take the numbers that have no binding of their own; in the question they are text."""
        if self.clarify is not None and event.character in set("23456789"):
            event.stop()
            self.action_choose(int(event.character or ""))

    def action_choose(self, number: int) -> None:
        """Choose what is meant by its number; 0 is each of it."""
        if self.clarify is not None and number <= len(self.clarify.options):
            self.post_message(self.Meant(Choice(self.clarify.options[number - 1].symbols if number else ())))
