"""A pane of text to scroll in."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from codeqa.tui.lines import Folded
from codeqa.tui.painting import Piece, paint

MOST_LINES = 1_200  # of one text: to fold them takes time for each
MOST_CHARACTERS = 200_000  # of them


class Pane(Folded):
    """Shows lines, folded to its width."""

    HELP = "## Text\n\nWhat one stands on in the list, in full."

    def show(self, said: Sequence[Content] | Sequence[Sequence[Piece]], rest: str = "") -> None:
        """Show lines, from the first; `rest` says where those are that are too many to be shown."""
        shown: list[Content] = []
        room = MOST_CHARACTERS
        for line in said[:MOST_LINES]:  # no more are painted: a step may have found a file of fifty thousand
            painted = line if isinstance(line, Content) else paint(*line)
            room -= len(painted)
            if room < 0:
                break
            shown.append(painted)
        if len(said) > len(shown):
            shown.append(paint((f"… {len(said) - len(shown):,} more lines; {rest}", "warn")))
        self.write(shown)
        self.scroll_home(animate=False)
