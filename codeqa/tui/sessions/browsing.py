"""What the Sessions screen shows: the list of earlier questions, as far as they are read, and one of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widgets import Input, Static

from codeqa.project import Project
from codeqa.tui.engine import Engine, Job
from codeqa.tui.footing import Keys
from codeqa.tui.graph.widgets import Reader
from codeqa.tui.heading import Heading
from codeqa.tui.painting import Piece, paint
from codeqa.tui.rows import Row, Rows
from codeqa.tui.sessions import listing, reading
from codeqa.tui.sessions.entries import Entry, Library, some, total
from codeqa.tui.sessions.listing import More
from codeqa.tui.sessions.pane import Pane
from codeqa.tui.sessions.reading import Again, Listed
from codeqa.tui.sessions.typing import Note, Words
from codeqa.tui.status import StatusLine
from codeqa.wording import explained

if TYPE_CHECKING:
    from codeqa.tui.app import CodeqaApp

T = TypeVar("T")

NARROW = 110  # columns below which the panes are stacked
DEBOUNCE_SECONDS = 0.1
SLICE_SECONDS = 0.01  # that is searched at once
PAUSE_SECONDS = 0.001  # between two slices, for what else there is to do
BATCH = 25  # conversations that are read at once: others wait for the engine no longer than that takes
PAGE = 60  # questions that are listed; more when one comes to the last
HELP = """## Earlier questions

What was asked of this repository, newest first; `┌ └` hold the questions of one conversation together. Below each:
when, who led the walk, how it ended, and what you thought of it.

- ✓ answered, ◐ in part, ∅ not known
- ▲ good, ▼ bad, with your note

**Enter** takes a question up again: its answer is shown with what of it still holds, and the next question goes on from
it. **c** marks one, then compares it with another; **r** asks it again, as it would be now, and compares.
"""


class Entries(Rows):
    """The questions; up from the first goes to the words."""

    HELP = HELP
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Resume", id="list.select", tooltip="take the question up again"),
    ]

    def action_cursor_up(self) -> None:
        """Go up, out of the list from its first question."""
        first = next((i for i, row in enumerate(self.rows) if row.ref is not None), None)
        if self.highlighted is None or self.highlighted == first:
            self.screen.query_one(Words).focus()
        else:
            super().action_cursor_up()


class Browser(Reader):
    """Shows what follows from `library`, the words that are typed, and the question that is stood on."""

    app: CodeqaApp
    AUTO_FOCUS = "#entries"
    CSS = """
    SessionsScreen #entries { width: 50%; padding: 0 1 0 0; }
    SessionsScreen #preview { width: 1fr; padding: 0 1; }
    SessionsScreen.-narrow #entries { width: 1fr; height: 3fr; }
    SessionsScreen.-narrow #preview { width: 1fr; height: 2fr; }
    SessionsScreen.-empty #preview { display: none; }
    SessionsScreen #words, SessionsScreen #note { width: 1fr; background: $background; border: none; padding: 0; }
    SessionsScreen #search, SessionsScreen #noting { height: 1; padding: 0 1; }
    SessionsScreen #noting { display: none; }
    SessionsScreen #sign { width: auto; }
    SessionsScreen.-noting #noting { display: block; }
    SessionsScreen.-noting #search { display: none; }
    SessionsScreen #unread { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; display: none; }
    SessionsScreen.-unread #unread { display: block; }
    """

    def __init__(self, engine: Engine, *, keeps: bool = True) -> None:
        super().__init__(engine)
        self.library = Library()
        self.replaying: Job | None = None
        self._keeps = keeps
        self._again: Again | None = None
        self._shown: list[list[Entry]] = []
        self._drawn: object = None  # what the rows were made of
        self._left: list[str] = []  # conversations that are still to be read
        self._reading = True
        self._most = PAGE
        self._at = ""  # name of the question that is stood on
        self._marked = ""
        self._noting = ""  # name of the question that a note is typed for
        self._doomed = ""  # conversation that the next press deletes
        self._before: list[tuple[str, str, str]] = []  # labels as they were: name, value, note
        self._steps: dict[str, int] = {}  # where one was in a trace
        self._resuming = False
        self._ready: Callable[[], None] | None = None  # shows what ended while another screen was shown
        self._due: Timer | None = None
        self._groups = count()

    def compose(self) -> ComposeResult:
        """Words, what is not read, the questions, one of them with its answer, one line of status, keys."""
        yield Heading("sessions")
        with Horizontal(id="search"):
            yield Static("⌕", id="prompt", markup=False)
            yield Words(id="words")
        with Horizontal(id="noting"):
            yield Static(id="sign", markup=False)
            yield Note(id="note")
        yield Static(id="unread", markup=False)
        with Horizontal(id="panes"):
            yield Entries(id="entries")
            yield Pane(id="preview")
        yield StatusLine()
        yield Keys()

    def on_mount(self) -> None:
        """Name the panes."""
        for name, title in (("entries", "earlier questions"), ("preview", "answer, as it was")):
            pane = self.query_one(f"#{name}")
            pane.add_class("pane")
            pane.border_title = title
        self._show()

    def on_screen_resume(self) -> None:
        """Look what there is: questions may have been asked since, here or elsewhere."""
        self.query_one(Heading).about(self.app)
        if self._ready is not None:
            show, self._ready = self._ready, None
            self.call_after_refresh(show)
        if waits := self.app.busy:
            self.say((f"◒ waits for {waits} …", "dim"))
        self.read("look", reading.listed, self._listed)

    def on_resize(self) -> None:
        """Stack the panes where there is little room."""
        self.set_class(self.size.width < NARROW, "-narrow")

    # --------------------------------------------------------------------------------------------------------- reading

    def _listed(self, found: Listed) -> None:
        self._left = self.library.now(found.stamps)
        self._reading = bool(self._left)
        self._next(found)

    def _next(self, found: Listed) -> None:
        """Read the next conversations, newest first; what is read already can be used meanwhile."""
        self.library.notices = list(found.traces.notices)
        self._notes()
        if not self._left:
            self._reading = False
            self._show()
            return
        batch, self._left = self._left[:BATCH], self._left[BATCH:]

        def took(entries: dict[str, list[Entry]]) -> None:
            for name, each in entries.items():
                self.library.take(name, each)
            self._show()
            self._next(found)

        self.read("look", lambda project: reading.read(found.traces, batch), took)

    def _notes(self) -> None:
        notices = self.library.notices
        more = f" (and {len(notices) - 1} more like it; codeqa trace list tells all)" if len(notices) > 1 else ""
        self.set_class(bool(notices), "-unread")
        self.query_one("#unread", Static).update(paint(("! ", "warn"), (notices[0] + more if notices else "", "warn")))

    def _show(self, *, near: int | None = None) -> None:
        """Show what has the words that are typed, where one was; if that one is gone at the row `near`, or here."""
        query = " ".join(self.query_one(Words).value.split())
        groups = self.library.found(query)
        shown = list(some(groups, self._most))
        left = total(groups) - total(shown)
        pane, today = self.query_one(Entries), datetime.now().astimezone().date()
        # While there is more to be read nothing is drawn anew for a number that changes: that would take from reading.
        drawn = (query, shown, bool(left) if self._left else left, self._marked, self._reading and not groups, today)
        if drawn != self._drawn:
            self._drawn, self._shown = drawn, shown
            before = pane.highlighted if near is None else near
            if isinstance(ref := pane.ref(pane.highlighted), Entry):
                self._at = ref.name
            rows = listing.list_rows(shown, today, self._marked, left, counted=not self._left)
            if not groups:
                empty = listing.nothing(keeps=self._keeps, reading=self._reading)
                rows = listing.no_match(query) if query and self.library.turns else empty
            pane.show(rows, at=self._place(rows, before))
            self.set_class(not groups, "-empty")
            self._preview()
            self.refresh_bindings()
        self._stand()

    def _place(self, rows: list[Row], before: int | None) -> int | None:
        """Return the row of the question that was stood on; else one near to where it was, else the first."""
        refs = [i for i, row in enumerate(rows) if isinstance(row.ref, Entry)]
        same = (i for i in refs if getattr(rows[i].ref, "name", "") == self._at)
        near = (i for i in refs if before is not None and i >= before)
        end = refs[0 if before is None else -1] if refs else None
        return next(same, next(near, end))

    def _stand(self) -> None:
        """Say how things stand."""
        if self.replaying is not None or self._resuming:
            return
        known, turns = len(self.library.entries), self.library.turns
        if self._left:
            self.say((f"◒ reading {known:,} of {len(self.library.stamps):,} conversations …", "dim"))
            return
        words = self.query_one(Words).value
        found = total(self.library.found(words)) if words.strip() else turns
        counted = f"{found:,} of {turns:,} questions" if found != turns else many(turns, "question")
        labels = [f"{n:,} {value}" for value in ("good", "bad") if (n := self.library.labelled(value))]
        self.say((" · ".join([counted, many(known, "conversation"), *labels]) if turns else "", "dim"))

    # --------------------------------------------------------------------------------------------------- moving around

    @on(Input.Changed, "#words")
    def _typed(self) -> None:
        if self._due is not None:
            self._due.stop()
        self._due = self.set_timer(DEBOUNCE_SECONDS, self._search)

    def _search(self) -> None:
        """Show what has the words, once all that is read was looked at; keys come between two slices of that."""
        if self.library.seek(self.query_one(Words).value, SLICE_SECONDS):
            self._most = PAGE
            self._show(near=0)
        else:
            self._due = self.set_timer(PAUSE_SECONDS, self._search)

    @on(Input.Submitted, "#words")
    def _submitted(self) -> None:
        if self._due is not None:
            self._due.stop()
        self._most = PAGE
        self._show(near=0)
        if self._shown:
            self.query_one(Entries).focus()

    @on(Rows.OptionHighlighted, "#entries")
    def _on_entry(self, event: Rows.OptionHighlighted) -> None:
        ref = self.query_one(Entries).ref(event.option_index)
        if isinstance(ref, More):
            self._most += PAGE
            self._at = ""
            self._show(near=event.option_index - 1)  # above it is an empty line
        elif isinstance(ref, Entry) and ref.name != self._at:
            before, self._at = self.library.entry(self._at), ref.name
            had_label = before is not None and before.label is not None
            self._doomed = ""
            self._preview()
            if self._marked or had_label != (ref.label is not None):  # to draw the footer anew takes its time
                self.refresh_bindings()

    def _preview(self) -> None:
        ref = self.query_one(Entries).ref(self.query_one(Entries).highlighted)
        self._at = ref.name if isinstance(ref, Entry) else ""
        said = listing.preview(ref) if isinstance(ref, Entry) else []
        self.query_one(Pane).show(said, f"codeqa trace show {self._at} has them")

    @property
    def entry(self) -> Entry | None:
        """The question that is stood on: what the list says, for its message comes only after the next key."""
        ref = self.query_one(Entries).ref(self.query_one(Entries).highlighted)
        return self.library.entry(ref.name) if isinstance(ref, Entry) else None

    # ---------------------------------------------------------------------------------------------------------- saying

    def _do(self, job: Callable[[Project], T], then: Callable[[T], None]) -> None:
        """Do something in the engine's thread, whatever else is being done."""
        self.read(f"do {next(self._groups)}", job, then)

    def say(self, *pieces: Piece) -> None:
        """Write the line of status."""
        self.query_one(StatusLine).say(*pieces)

    def remark(self, text: str, style: str = "") -> None:
        """Say something in the line of status for a while."""
        self.query_one(StatusLine).remark(text, style)

    def failed(self, message: str, hint: str) -> None:
        """Take an error of what was asked for."""
        self._resuming = self._reading = False
        self._show()
        self.say(("✗ ", "bad"), message, (f" · {hint}" if hint else "", "dim"))

    def _failed_by(self, error: Exception) -> None:
        self.failed(*explained(error))


def many(number: int, what: str) -> str:
    """Return a number of things: `1 question`, `2,000 questions`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
