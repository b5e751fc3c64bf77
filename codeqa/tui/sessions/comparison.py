"""The screen of two runs beside each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import Screen

from codeqa import sanitise
from codeqa.traces.comparing import Comparison, Sentence, beside
from codeqa.tui.footing import Keys
from codeqa.tui.heading import Heading
from codeqa.tui.painting import Piece, inline, lines, paint
from codeqa.tui.rows import EMPTY, Row, Rows
from codeqa.tui.status import StatusLine
from codeqa.wording import lines as line_range

if TYPE_CHECKING:
    from codeqa.tui.app import CodeqaApp

MOST = 200  # sentences of one group
NAME = 12  # columns of what a line is about
HELP = """## Two runs

Above what both came to and what they cost, `≠` where they differ; below their claims: those that only one makes, then
those that both make. Two claims are one if they have the same text or cite the same lines; which of both is said.
"""


class Lines(Rows):
    """What differs."""

    HELP = HELP


class ComparisonScreen(Screen[None]):
    """Shows a comparison. `first` and `second` say which runs they are: a name, and the question."""

    app: CodeqaApp
    AUTO_FOCUS = "#lines"
    CSS = "ComparisonScreen #lines { width: 1fr; padding: 0 1 0 0; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="runs.back", tooltip="back"),
        Binding("e", "edit", "Edit", id="runs.edit", tooltip="open the editor at the claim"),
        Binding("y", "copy", "Copy", id="runs.copy", tooltip="copy the comparison"),
    ]

    def __init__(self, first: tuple[str, str], second: tuple[str, str], comparison: Comparison) -> None:
        super().__init__()
        self.first, self.second, self.comparison = first, second, comparison

    def compose(self) -> ComposeResult:
        """What differs, one line of status, keys."""
        yield Heading("sessions ▸ two runs")
        with Horizontal(id="panes"):
            yield Lines(id="lines")
        yield StatusLine()
        yield Keys()

    def on_mount(self) -> None:
        """Show both runs."""
        pane = self.query_one(Lines)
        pane.add_class("pane")
        pane.border_title = "two runs"
        self.query_one(Heading).about(self.app)
        self._show()

    def on_resize(self) -> None:
        """The table takes half of the width for each run."""
        if self.query(Lines):
            self._show()

    def _show(self) -> None:
        pane = self.query_one(Lines)
        rows = list(self._rows((max(self.size.width, 40) - NAME - 6) // 2))
        at = pane.highlighted
        pane.show(
            rows, at=at if at is not None else next((i for i, row in enumerate(rows) if row.ref is not None), None)
        )
        if at is None:
            pane.scroll_home(animate=False)
        self.query_one(StatusLine).say(*self._verdict())

    def _verdict(self) -> list[Piece]:
        found = self.comparison
        if not found.differs:
            return [("✓ both say the same", "good"), (f" · {len(found.both)} claims", "dim")]
        counts = f"{len(found.only_before)} only before, {len(found.only_now)} only now, {len(found.both)} in both"
        said = f" · claims: {counts}"
        return [("≠ they differ", "warn"), (said, "dim")]

    def _rows(self, width: int) -> Iterator[Row]:
        found = self.comparison
        (before, asked), (now, again) = self.first, self.second
        yield Row(inline(asked, "title"), paint((f"{'before':<{NAME}}", "dim")), paint(" " * NAME))
        if again != asked:
            yield Row(inline(again, "title"), paint((f"{'now':<{NAME}}", "dim")), paint(" " * NAME))
            yield Row(paint(("two questions: what differs may be what was asked", "warn")), paint(" " * NAME))
        yield Row(EMPTY)
        yield _line("", before, now, width, heading=True)
        for name, left, right in beside(found.before, found.now):
            yield _line(name, left, right, width)
        both = [(each.now, "" if each.same == "text and lines" else f"the same {each.same}") for each in found.both]
        yield from _claims("only before", [(each, "") for each in found.only_before], ("− ", "bad"))
        yield from _claims("only now", [(each, "") for each in found.only_now], ("+ ", "good"))
        yield from _claims("both say", both, ("= ", "dim"))
        for title, names, sign in (
            ("results only before", set(found.before.results) - set(found.now.results), "− "),
            ("results only now", set(found.now.results) - set(found.before.results), "+ "),
        ):
            if names:
                yield from (Row(EMPTY), Row(paint((f"{title} ({len(names)})", "title"))))
                lead = paint((sign, "mark"))
                yield from (Row(paint(name), lead, paint("  "), ref=name) for name in sorted(names)[:MOST])

    @property
    def place(self) -> tuple[str, int] | None:
        """Path and line of what is stood on."""
        ref = self.query_one(Lines).ref(self.query_one(Lines).highlighted)
        return (ref.places[0][0], ref.places[0][1]) if isinstance(ref, Sentence) and ref.places else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what makes sense now."""
        found = self.comparison
        sentences = (*found.only_before, *found.only_now, *(each.now for each in found.both))
        return any(each.places for each in sentences) if action == "edit" else True

    def remark(self, text: str, style: str = "") -> None:
        """Say something in the line of status for a while."""
        self.query_one(StatusLine).remark(text, style)

    def action_edit(self) -> None:
        """Open the editor at the first lines that a claim cites."""
        if self.place is not None:
            self.app.edit(*self.place)

    def action_copy(self) -> None:
        """Copy what is shown."""
        said = [f"{row.lead.plain}{row.body.plain}".rstrip() for row in self.query_one(Lines).rows]
        self.app.copy(sanitise.text("\n".join(said)) + "\n", "the comparison")

    def action_back(self) -> None:
        """Go back to the list."""
        self.dismiss()


def _line(name: str, left: str, right: str, width: int, *, heading: bool = False) -> Row:
    style = "dim" if heading or left == right else "mark"
    differs = "≠ " if left != right and not heading else "  "
    cut = left if len(left) < width else left[: width - 2] + "…"
    said: list[Piece] = [(f"{cut:<{width}}", "dim" if heading else ""), (differs, "mark"), (right, style)]
    return Row(paint(*said), paint((f"{name:<{NAME}}", "dim")), paint(" " * NAME))


def _claims(title: str, claims: Sequence[tuple[Sentence, str]], sign: Piece) -> Iterator[Row]:
    if not claims:
        return
    yield from (Row(EMPTY), Row(paint((f"{title} ({len(claims)})", "title"))))
    for each, note in claims[:MOST]:
        places = ", ".join(f"{path}:{line_range(first, last)}" for path, first, last in each.places)
        about = paint((places, "path"), (f"  {note}" if note else "", "dim"))
        body = inline(" ".join(each.text.split()))
        yield Row(lines(body, about) if places or note else body, paint(sign), paint("  "), ref=each)
    if len(claims) > MOST:
        yield Row(paint((f"… {len(claims) - MOST} more", "dim")))
