"""What of an engine's events reaches the screen, and what a start of the full screen loads."""

from __future__ import annotations

import subprocess
import sys
from itertools import count

from textual.content import Content

from codeqa.domain import Heard, Notice, Progress
from codeqa.tui.engine import Ended, Happened, State
from codeqa.tui.rows import Hung, Row
from codeqa.tui.thinning import Thinner

# Not tree_sitter: the text area of textual, in which a question is typed, imports it where it is there (5 ms). What
# loads grammars, and takes longer, is codeqa.parse.
LATER = ("lancedb", "pyarrow", "httpx", "mcp", "acp", "numpy", "tree_sitter_python", "codeqa.parse", "codeqa.models")


def test_of_a_hundred_tokens_only_a_change_of_what_the_model_does_is_drawn() -> None:
    thinner = Thinner(lambda: 0.0)
    said = [Heard("thinking", "so")] * 100 + [Heard("text", "it")] * 100 + [Heard("thinking", "or")] * 100

    kept = [event for event in said if thinner.keeps(Happened(1, event))]

    assert [event.kind for event in kept] == ["thinking", "text", "thinking"]
    assert thinner.keeps(Happened(2, Heard("thinking", "another walk")))
    assert thinner.keeps(Happened(1, Notice("info", "a step between")))
    assert thinner.keeps(Happened(1, Heard("thinking", "it goes on behind the step")))


def test_progress_is_drawn_at_the_ends_of_a_stage_and_now_and_then_between() -> None:
    clock = count(1.0, 0.01)  # a file every hundredth of a second
    thinner = Thinner(lambda: next(clock))
    files = [Progress("parse", done, 100, 0.0) for done in range(1, 101)]

    kept = [event.done for event in files if thinner.keeps(Happened(1, event))]

    assert kept[0] == 1
    assert kept[-1] == 100
    assert 5 <= len(kept) <= 15
    assert thinner.keeps(Happened(1, Progress("resolve", 1, 9, 0.0)))
    assert thinner.keeps(Ended(1, State()))


def test_a_row_is_measured_once_for_a_width() -> None:
    class Counted(Content):
        measured = 0

        def get_height(self, rules: object, width: int) -> int:  # type: ignore[override]
            type(self).measured += 1
            return 3

    hung = Hung(Row(Counted("three lines")))

    assert [hung.get_height({}, width) for width in (20, 20, 20, 30, 30)] == [3] * 5
    assert Counted.measured == 2


def test_the_first_frame_needs_no_library_of_a_later_one() -> None:
    program = "import sys; import codeqa.cli.tui, codeqa.project, codeqa.tui.app; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    loaded = set(run.stdout.split())

    assert "codeqa.tui.ask" in loaded
    assert [name for name in LATER if name in loaded] == []
