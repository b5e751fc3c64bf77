"""What the graph explorer is made of: lists, a line to type in, and reading in the engine's thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen

from codeqa.project import Project
from codeqa.tui.engine import Engine
from codeqa.tui.evidence import CHANGED, Evidence, Exhibit, around, body
from codeqa.tui.graph.around import as_indexed
from codeqa.tui.line import Line
from codeqa.tui.rows import Rows
from codeqa.wording import explained

T = TypeVar("T")

REST_SECONDS = 0.06
AS_INDEXED = ("good", "✓ as indexed")
HELP = """## Graph

What leads to a symbol, the symbol, what it leads to; below, the line that states what you stand on.

- `─calls▶` resolved for certain, or by the type of the receiver
- `┄calls▶` may not happen when the code runs: a dispatch, a callback, a join of texts; or it is one of several
  candidates
- ▸ unresolved: call sites of which nothing says what they mean. {list.select} shows them

**{list.select}** makes what you stand on the focus, **{graph.back}** and **{graph.forward}** go back and forward.
**{graph.deeper} {graph.nearer}** show what is further away, **{graph.unsurer} {graph.surer}** leave out what is less
certain. **{graph.mark}** marks a symbol, then shows the path between it and the focus.
"""


class Neighbours(Rows):
    """Rows of which Enter makes one the focus."""

    HELP = HELP
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Focus", id="list.select", tooltip="make it the focus")
    ]


class Typed(Line):
    """Words of a filter, or the name of a symbol."""


class Reader(Screen[None]):
    """A screen that reads the project, in the engine's thread, and shows lines of its files."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self.engine = engine
        self._exhibit: Exhibit | None = None  # what the source pane shows, or is about to

    def read(self, group: str, job: Callable[[Project], T], then: Callable[[T], None], *, wait: float = 0.0) -> None:
        """Do something with the project, and take the result unless something newer of its group was asked for."""

        async def read() -> None:
            if wait:
                await asyncio.sleep(wait)
            try:
                got = await asyncio.wrap_future(self.engine.submit(job))
            except Exception as error:  # noqa: BLE001  # a face: it is shown, and the next one may do better
                self.failed(*explained(error))
            else:
                then(got)

        self.run_worker(read(), group=group, exclusive=True, exit_on_error=False)

    def failed(self, message: str, hint: str) -> None:
        """Take an error of `read`."""
        raise NotImplementedError

    def show_source(self, found: tuple[str, int, int, str] | None) -> None:
        """Show lines: path, first and last one, id of their symbol; None shows none."""
        pane = self.query_one(Evidence)
        if found is None:
            self._exhibit = None
            self.workers.cancel_group(self, "source")
            pane.show(None)
            return
        path, start, end, symbol = found
        asked = Exhibit(path, start, end, symbol, (), start, AS_INDEXED)
        if asked == self._exhibit:
            return
        self._exhibit = asked

        def read(project: Project) -> tuple[Exhibit, list[Content]]:
            wider = around(project, asked)
            if wider.badge == AS_INDEXED and not as_indexed(project, path):
                wider = replace(wider, badge=CHANGED)
            return wider, body(wider)

        def show(got: tuple[Exhibit, list[Content]]) -> None:
            if self._exhibit is asked:
                pane.show(*got)

        # Who holds a key down sees the lines of where it stops: to colour what is passed would take from drawing.
        self.read("source", read, show, wait=REST_SECONDS)
