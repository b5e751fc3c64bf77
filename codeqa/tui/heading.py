"""The line at the top of a screen: which repository, where in the app, who leads the walk, how fresh the index is."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from codeqa.tui.inventory import freshness
from codeqa.tui.painting import paint
from codeqa.tui.status import write

if TYPE_CHECKING:
    from codeqa.tui.app import CodeqaApp


class Heading(Horizontal):
    """Shows what `about` was told last. `where` is the name of the screen, "" for the first."""

    def __init__(self, where: str = "") -> None:
        super().__init__(id="header")
        self.where = where

    def compose(self) -> ComposeResult:
        """Left where we are, right the index."""
        yield Static(id="repository", markup=False)
        yield Static(id="freshness", markup=False)

    def on_click(self) -> None:
        """Go back to the question, as Esc does in the end."""
        cast("CodeqaApp", self.app).go_to_ask()

    def about(self, app: CodeqaApp) -> None:
        """Say how things stand."""
        arrow = (" ▸ ", "dim")
        here = (arrow, self.where) if self.where else ()
        where = paint(("codeqa", "title"), arrow, (app.root.name or "/", "name"), *here)
        write(self.query_one("#repository", Static), where)
        write(self.query_one("#freshness", Static), paint(*freshness(app.model, app.state, app.sent_to)), layout=True)
