"""Where a search is typed."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from codeqa.tui.line import Line

LONGEST = 2_000  # characters of a query


class Query(Line):
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
