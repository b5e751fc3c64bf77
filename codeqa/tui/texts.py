"""What the Ask screen says of itself: before the first question, and as help for its panes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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

One sentence a line. Standing on one shows what it cites, and marks ▎ its steps. **{ask.next}** and
**{ask.previous}** go through the citations. {list.select} opens and closes what is folded.
"""


@dataclass(frozen=True, slots=True)
class Example:
    """A question that can be asked from its row."""

    question: str


def welcome(troubles: Sequence[str] = (), questions: Sequence[str] = ()) -> list[Row]:
    """Return what stands in the middle before anything is asked.

    `troubles`: settings that were not understood. `questions`: some about this very repository, in place of examples.
    """
    more = f" (and {len(troubles) - 1} more; codeqa doctor lists them)" if len(troubles) > 1 else ""
    wrong = [Row(EMPTY), Row(paint(("! ", "warn"), "your keys: ", troubles[0], (more, "dim")))] if troubles else []
    return [
        Row(EMPTY),
        Row(paint(("Ask about this repository in plain English.", "title"))),
        Row(EMPTY),
        *(_example(each, Example(each) if questions else None) for each in questions or EXAMPLES),
        Row(EMPTY),
        Row(paint(("Every sentence of an answer cites lines whose bytes were checked.", "dim"))),
        *wrong,
    ]


def _example(question: str, ref: Example | None) -> Row:
    return Row(inline(question, "dim"), paint("  · "), paint("    "), ref=ref)
