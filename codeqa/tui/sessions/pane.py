"""A pane of text to scroll in."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from codeqa.tui.lines import Folded
from codeqa.tui.painting import paint

MOST_LINES = 1_200  # of one text: to fold them takes time for each


class Pane(Folded):
    """Shows lines, folded to its width."""

    HELP = "## Text\n\nWhat one stands on in the list, in full."

    def show(self, said: Sequence[Content], rest: str = "") -> None:
        """Show lines, from the first; `rest` says where those are that are too many to be shown."""
        shown = list(said[:MOST_LINES])
        if len(said) > MOST_LINES:
            shown.append(paint((f"… {len(said) - MOST_LINES:,} more lines; {rest}", "warn")))
        self.write(shown)
        self.scroll_home(animate=False)
