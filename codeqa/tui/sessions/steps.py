"""The screen of a trace: its steps, and the full text of the one that is stood on."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen

from codeqa import sanitise
from codeqa.traces.steps import Json
from codeqa.tui.footing import Keys
from codeqa.tui.heading import Heading
from codeqa.tui.painting import lines, paint
from codeqa.tui.rows import Row, Rows
from codeqa.tui.sessions import details
from codeqa.tui.sessions.details import Item
from codeqa.tui.sessions.pane import Pane
from codeqa.tui.status import StatusLine

if TYPE_CHECKING:
    from codeqa.tui.app import CodeqaApp

NARROW = 110  # columns below which the panes are stacked
ACTION = 10  # columns of what a step in words is called
HELP = """## Trace

What led to an answer, in the order of time. Beside each step stands what it took: a request and a call their own time,
anything else the time since the step before; the bar compares it with the longest one.

- ? the question, » a request to a model, → a call of a tool, · a step of the planner, ! a notice
- ✓ verified, ? shown but not verified, ✗ struck out or refused, with the reason; ∅ not known

**x** shows a step as it was sent and received: all messages of a prompt, tools, options.
"""


class Steps(Rows):
    """The steps of a walk."""

    HELP = HELP
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Large", id="list.select", tooltip="the step on the whole screen"),
    ]


class StepsScreen(Screen[int]):
    """Shows one turn; ends with the number of the step that was stood on."""

    app: CodeqaApp
    AUTO_FOCUS = "#steps"
    CSS = """
    StepsScreen #steps { width: 55%; padding: 0 1 0 0; }
    StepsScreen #detail { width: 1fr; padding: 0 1; }
    StepsScreen.-narrow #steps { width: 1fr; height: 1fr; }
    StepsScreen.-narrow #detail { width: 1fr; height: 1fr; }
    StepsScreen.-large #steps { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="trace.back", tooltip="back"),
        Binding("J", "step(1)", "Next step", key_display="J/K", id="trace.next", tooltip="the next step"),
        Binding("K", "step(-1)", "Step before", show=False, id="trace.previous", tooltip="the step before"),
        Binding("x", "raw", "Raw", id="trace.raw", tooltip="the step as it was sent"),
        Binding("y", "copy", "Copy", id="trace.copy", tooltip="copy the step"),
    ]

    def __init__(self, name: str, turn: Json, at: int = 0) -> None:
        super().__init__()
        self.named = name
        self.turn = turn
        self.items = details.items(turn)
        self.at = min(at, len(self.items) - 1)
        self._raw = False

    def compose(self) -> ComposeResult:
        """Steps, the text of one, one line of status, keys."""
        yield Heading("sessions ▸ trace")
        with Horizontal(id="panes"):
            yield Steps(id="steps")
            yield Pane(id="detail")
        yield StatusLine()
        yield Keys()

    def on_mount(self) -> None:
        """Name the panes and show the steps."""
        for name in ("steps", "detail"):
            self.query_one(f"#{name}").add_class("pane")
        self.query_one("#steps").border_title = "steps"
        self.query_one(Heading).about(self.app)
        most = max((item.seconds or 0.0 for item in self.items), default=0.0)
        self.query_one(Steps).show([_row(item, number, most) for number, item in enumerate(self.items)], at=self.at)
        self.query_one(StatusLine).say((f"{self.named} · {details.summed_up(self.turn, self.items)}", "dim"))
        self._show()

    def on_resize(self) -> None:
        """Stack the panes where there is little room."""
        self.set_class(self.size.width < NARROW, "-narrow")

    @on(Rows.OptionHighlighted, "#steps")
    def _on_step(self, event: Rows.OptionHighlighted) -> None:
        if event.option_index != self.at:
            self.at = event.option_index
            self._show()

    @on(Rows.OptionSelected, "#steps")
    def _on_large(self) -> None:
        self.add_class("-large")
        self.query_one(Pane).focus()

    def _show(self) -> None:
        item = self.items[self.at]
        pane = self.query_one(Pane)
        pane.border_title = f"{'raw ' if self._raw else ''}{self.at + 1}/{len(self.items)}"
        said = item.raw() if self._raw else item.body()
        pane.show(said, f"y copies all; codeqa trace show {self.named} --prompts has them")

    def remark(self, text: str, style: str = "") -> None:
        """Say something in the line of status for a while."""
        self.query_one(StatusLine).remark(text, style)

    def action_step(self, by: int) -> None:
        """Go to the next step, or the one before, from whichever pane."""
        pane = self.query_one(Steps)
        pane.highlighted = min(max((pane.highlighted or 0) + by, 0), len(self.items) - 1)

    def action_raw(self) -> None:
        """Show steps as they were sent and received, or in short again."""
        self._raw = not self._raw
        self._show()

    def action_copy(self) -> None:
        """Copy the text of the step."""
        item = self.items[self.at]
        said = details.as_text(item.raw() if self._raw else item.body())
        self.app.copy(sanitise.text(said.strip()) + "\n", "the step")

    def action_back(self) -> None:
        """Close what is large; else go back to the list."""
        if self.has_class("-large"):
            self.remove_class("-large")
            self.query_one(Steps).focus()
        else:
            self.dismiss(self.at)


def _row(item: Item, number: int, most: float) -> Row:
    style = "mark" if item.seconds is not None and item.seconds == most else "dim"
    time = paint((f"{details.spent(item.seconds)} ", "dim"), (details.bar(item.seconds, most), style), " ")
    action = f"{item.action:<{ACTION}} " if item.action else ""
    lead = Content.assemble(time, paint(item.sign, " ", (action, "code")))
    head = paint(*item.head)
    body = lines(head, paint(*item.about)) if item.about else head
    return Row(body, lead, paint(" " * lead.cell_length), ref=number)
