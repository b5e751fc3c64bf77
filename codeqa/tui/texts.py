"""What the Ask screen says of itself: before the first question, and as help for its panes."""

from __future__ import annotations

from codeqa.tui.painting import inline, paint
from codeqa.tui.rows import EMPTY, Row

EXAMPLES = (
    "who calls `Router.add`",
    "how does `main` reach `Store.open`",
    "what breaks if I change `Session.close`",
    "where are retries counted",
)
WALK_HELP = """## Walk

The steps that the answer rests on: who, what, whom, and how each was resolved.

- ● its line was read, and it was resolved for certain
- ◌ it may not happen when the code runs: a dispatch, a callback, a join of texts
- ○ its line was not read

Standing on a step shows its line, and marks ▎ the sentences that state it.
"""
ANSWER_HELP = """## Answer

One sentence a line. Standing on one shows what it cites, and marks ▎ its steps. **n** and **p** go through the
citations. Enter opens and closes what is folded.
"""


def welcome() -> list[Row]:
    """Return what stands in the middle before anything is asked."""
    return [
        Row(EMPTY),
        Row(paint(("Ask about this repository in plain English.", "title"))),
        Row(EMPTY),
        *(Row(inline(example, "dim"), paint("  · "), paint("    ")) for example in EXAMPLES),
        Row(EMPTY),
        Row(paint(("Every sentence of an answer cites lines whose bytes were checked.", "dim"))),
    ]
