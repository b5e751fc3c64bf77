"""The Ask screen as it is drawn, at two sizes: `pytest tests/test_tui_snapshots.py --snapshot-update` draws it anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import pytest
from textual.pilot import Pilot

from codeqa.domain import Answer, ChatOptions, CodeqaError, Heard, ModelCall, Notice, Reply, ToolUse, UsageError
from codeqa.tui.app import CodeqaApp
from codeqa.tui.question import Question
from tests.driving import until
from tests.scripted import ABSTAINED, ANSWERED, MAIN, PARSING, QUESTION, Scripted

SIZES = [(80, 24), (200, 60)]
MODEL = "small:1b"
BROKEN = UsageError("no model is named small:1b there", hint="codeqa doctor lists what a server has")
CALL = Reply("I look what main calls.", prompt_tokens=812, completion_tokens=41)
SENT = ModelCall("walk", "walk@1:33aa0a42", MODEL, "native", (), (), ChatOptions(num_ctx=8192), CALL, "", 0.6, 900)
LOOKED = (
    SENT,
    ToolUse("expand", {"handle": MAIN, "edge": "calls"}, "F1: main calls check\nF2", "d", "", 0.02),
    ToolUse("read", {"handle": "S9"}, "", "", "no such handle: S9", 0.001),
    SENT,
    Heard("text", "main calls"),
)
UNCHECKED = replace(ANSWERED.claims[1], verdict="unchecked")
LED = replace(ANSWERED, model=MODEL, claims=(ANSWERED.claims[0], UNCHECKED), timing_ms={"total": 1400.0})
PARTIAL = replace(
    ANSWERED,
    status="partial",
    generation=1,
    stale=tuple(f"tests/test_{name}.py" for name in ("app", "store", "till")),
    unknowns=("3 files are not indexed yet: what they call is not known",),
)
GONE = Notice("warning", "small:1b stalled for 30 s; the planner answers in its place")


@dataclass(frozen=True)
class State:
    """How a picture comes about: what the project does, and the keys after the question.

    Attributes:
        steps: of the walk that is waited for and goes on; 0 waits for its end.
        portion: files that the index does not have yet.
    """

    said: Answer | CodeqaError = field(default_factory=lambda: ANSWERED)
    question: str = QUESTION
    model: str | None = None
    heard: Sequence[object] = ()
    steps: int = 0
    portion: int = 0
    keys: Sequence[str] = ()


STATES = {
    "empty": State(question=""),
    "indexing": State(question="", portion=-1),
    "working": State(steps=3),
    "answered": State(),
    "opened": State(keys=("end", "up", "enter")),
    "walk": State(keys=("w", "shift+tab", "home", "down")),
    "abstained": State(ABSTAINED, ABSTAINED.question),
    "error": State(BROKEN),
    "stopped": State(steps=3, keys=("escape",)),
    "partial": State(PARTIAL, portion=3),
    "leading": State(model=MODEL, heard=LOOKED, steps=5),
    "led": State(LED, model=MODEL, heard=LOOKED),
    "fallback": State(model=MODEL, heard=(*LOOKED[:1], GONE)),
}


async def settled(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    """Wait until something holds and all is drawn; a cursor that blinks would be another picture."""
    await until(pilot, holds)
    await pilot.app.workers.wait_for_complete()
    pilot.app.screen.query_one(Question).cursor_blink = False
    await pilot.pause()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", STATES)
def test_ask(snap_compare: Callable[..., bool], name: str, size: tuple[int, int]) -> None:
    state = STATES[name]
    project = Scripted([state.said], model=state.model, heard=state.heard)  # type: ignore[arg-type]
    if state.steps:
        project.gate.clear()
    if state.portion > 0:
        project.stale, project.missing, project.made.generation = PARTIAL.stale, state.portion, 1
    elif state.portion:
        project.indexing, project.has_index = [PARSING], False
        project.index_gate.clear()
    app = CodeqaApp(project, environ={}, clock=lambda: 0.0)
    screen = app.ask_screen

    async def before(pilot: Pilot[None]) -> None:
        if state.portion < 0:
            await settled(pilot, lambda: "parse" in str(screen.query_one("#status").content))
        else:
            await settled(pilot, lambda: app.state is not None)
        if not state.question:
            return
        screen.query_one(Question).value = state.question
        await pilot.press("enter")
        if state.steps:
            await settled(pilot, lambda: len(screen.query_one("#walk").rows) == state.steps)
            await settled(pilot, lambda: not state.heard or "writes" in str(screen.query_one("#status").content))
        else:
            await settled(pilot, lambda: not screen.working)
        for key in state.keys:
            await pilot.press(key)
            await settled(pilot, lambda: True)

    try:
        assert snap_compare(app, run_before=before, terminal_size=size)
    finally:
        project.free()
