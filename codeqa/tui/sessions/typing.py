"""What is typed on the Sessions screen: words to search, and a note."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from codeqa.traces.labels import LONGEST
from codeqa.tui.line import Line
from codeqa.tui.query import Query


class Words(Query):
    """Words that a question or its answer has; down goes to the list."""

    HELP = (
        "## Search\n\nWords that question, answer, cited places, model or note have, all of them. What has them is "
        "listed while you type.\n\nEnter or Down go to the list."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "List", id="words.list", tooltip="go to the list"),
        Binding("down", "submit", "List", show=False, id="words.list"),
    ]

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.placeholder = "words of a question or its answer"


class Note(Line):
    """Why an answer is good or bad, in one line."""

    HELP = "## Note\n\nWhy the answer is good or bad. Enter keeps it with the label, Esc leaves it as it was."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Keep", id="note.keep", tooltip="keep the note")
    ]

    def __init__(self, *, id: str) -> None:
        super().__init__(placeholder="why; Enter keeps it", id=id, compact=True, max_length=LONGEST)
