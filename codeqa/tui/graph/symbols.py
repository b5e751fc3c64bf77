"""Symbols in the command palette: type a name, open it in the graph explorer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from textual.command import Hit, Hits, Provider

from codeqa import sanitise
from codeqa.domain import CodeqaError
from codeqa.tui.graph.around import nearest
from codeqa.tui.painting import paint

if TYPE_CHECKING:
    from codeqa.tui.app import CodeqaApp

SHORTEST = 3  # characters of a name that is looked up
WAIT_SECONDS = 0.15  # that typing has to rest


class Symbols(Provider):
    """Offers the symbols whose names are near to what is typed."""

    async def search(self, query: str) -> Hits:
        """Yield symbols, nearest first; none while there is no index yet."""
        name = query.strip()
        if len(name) < SHORTEST:
            return
        await asyncio.sleep(WAIT_SECONDS)
        app = cast("CodeqaApp", self.app)
        try:
            found = await asyncio.wrap_future(app.engine.submit(lambda project: nearest(project, name)))
        except CodeqaError:  # no index yet
            return
        for place, symbol in enumerate(found):
            # No help text: the palette would read it as markup.
            shown = paint(("Graph of ", "dim"), (symbol.label, "name"), (f"  {symbol.kind} · {symbol.cite}", "dim"))

            def show(key: str = symbol.id) -> None:
                app.show_graph(key)

            yield Hit(0.5 - place / 100, shown, show, text=sanitise.line(symbol.label))
