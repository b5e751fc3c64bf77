"""The Search screen: hits as you type, why they score what they do, and their lines beside them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Input, Static

from codeqa import sanitise
from codeqa.domain import Hit, Progress
from codeqa.project import Project
from codeqa.tui import copying, finding
from codeqa.tui.engine import Ended, Engine, Happened, Told
from codeqa.tui.evidence import CHANGED, Evidence, Exhibit, around, body
from codeqa.tui.finding import Found
from codeqa.tui.footing import Keys
from codeqa.tui.heading import Heading
from codeqa.tui.lines import Lines
from codeqa.tui.painting import Piece, lines, paint
from codeqa.tui.query import Query
from codeqa.tui.rows import GUTTER, Row, Rows
from codeqa.tui.status import StatusLine
from codeqa.wording import describe, explained

if TYPE_CHECKING:
    from codeqa.tui.app import CodeqaApp

DEBOUNCE_SECONDS = 0.15
NARROW = 110  # columns below which the panes are stacked
LIMIT = 30
SCORE = 6  # columns of a score

NOW = ("dim", "as it is now")
STALE = ("warn", "✎ changed since it was indexed")
GONE = ("bad", "✗ gone or unreadable now")
HITS_HELP = """## Hits

The best places for the query, best first: score, symbol, place, and the largest parts of the score, each with a bar.

**{search.why}** lists all parts of the one stood on; they add up to its score. {list.select} shows its lines on the
whole screen.
"""
EXAMPLES = ("retry with backoff", "`Session.close`", "where cookies are signed", "src/app.py")


class Hits(Rows):
    """The hits; up from the first of them goes to the query."""

    HELP = HITS_HELP
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Open", id="list.select", tooltip="the hit's lines on the whole screen"),
    ]

    def action_cursor_up(self) -> None:
        """Go up, out of the list from its first row."""
        if not self.highlighted:
            self.screen.query_one(Query).focus()
        else:
            super().action_cursor_up()


class SearchScreen(Screen[None]):
    """What it shows follows from `found` and what is typed; the project is asked in the engine's thread."""

    app: CodeqaApp
    AUTO_FOCUS = "#query"
    CSS = """
    SearchScreen #hits { width: 45%; padding: 0 1 0 0; }
    SearchScreen #preview { width: 1fr; padding: 0 1; }
    SearchScreen.-narrow #hits { width: 1fr; height: 3fr; }
    SearchScreen.-narrow #preview { width: 1fr; height: 2fr; }
    SearchScreen.-empty #preview, SearchScreen.-large #hits { display: none; }
    SearchScreen #query { width: 1fr; background: $background; border: none; padding: 0; }
    SearchScreen #search { height: 1; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="search.back", tooltip="back"),
        Binding("slash", "query", "Query", show=False, id="search.query", tooltip="go to the query"),
        Binding("n", "move(1)", "Next hit", show=False, id="search.next", tooltip="the next hit"),
        Binding("p", "move(-1)", "Hit before", show=False, id="search.previous", tooltip="the hit before"),
        Binding("w", "why", "Why", id="search.why", tooltip="all parts of the score"),
        Binding("a", "ask", "Ask", id="search.ask", tooltip="ask about the hit"),
        Binding("g", "graph", "Graph", id="search.graph", tooltip="the hit in the graph"),
        Binding("e", "edit", "Edit", id="search.edit", tooltip="open the editor at the hit"),
        Binding("y", "copy", "Copy", id="search.copy", tooltip="copy path:line of the hit"),
    ]

    def __init__(self, engine: Engine, clock: Callable[[], float]) -> None:
        super().__init__()
        self.engine = engine
        self._clock = clock
        self.found = Found("")
        self._asked = ""  # the query whose hits are shown, or waited for
        self._waits = False
        self._at: int | None = None  # the hit that is stood on
        self._tables: set[int] = set()  # hits whose whole score is listed
        self._due: Timer | None = None
        self._searching: Future[Found] | None = None

    def compose(self) -> ComposeResult:
        """Query, hits, preview, one line of status, keys."""
        yield Heading("search")
        with Horizontal(id="search"):
            yield Static("⌕", id="prompt", markup=False)
            yield Query(id="query")
        with Horizontal(id="panes"):
            yield Hits(id="hits")
            yield Evidence(id="preview")
        yield StatusLine()
        yield Keys()

    def on_mount(self) -> None:
        """Name the panes."""
        for name in ("hits", "preview"):
            pane = self.query_one(f"#{name}")
            pane.add_class("pane")
            pane.border_title = name
        self._show(Found(""))

    def on_screen_resume(self) -> None:
        """Look whether the index is that of the tree, as every question does; go on where one was."""
        self.app.action_index(force=False)
        self.query_one(Heading).about(self.app)

    def on_resize(self) -> None:
        """Stack the panes where there is little room."""
        self.set_class(self.size.width < NARROW, "-narrow")
        if self._tables:
            self.call_after_refresh(self._rows)

    # ------------------------------------------------------------------------------------------------------- searching

    @on(Input.Changed, "#query")
    def _typed(self) -> None:
        if self._due is not None:
            self._due.stop()
        self._due = self.set_timer(DEBOUNCE_SECONDS, self._search)

    @on(Input.Submitted, "#query")
    def _submitted(self) -> None:
        self._search()
        if self.query_one(Hits).highlighted is not None:
            self.query_one(Hits).focus()

    def search(self, query: str) -> None:
        """Search for something else than what was typed."""
        box = self.query_one(Query)
        box.value = sanitise.line(query)
        box.cursor_position = len(box.value)
        box.focus()
        self._search()

    def _search(self, *, anew: bool = False) -> None:
        """Search for what is typed, if that is not what is shown; whatever was searched for before is forgotten."""
        query = " ".join(self.query_one(Query).value.split())
        if query == self._asked and not anew:
            return
        self._asked = query
        if self._searching is not None:
            self._searching.cancel()  # one that has begun goes on, and nobody looks at what it finds
        if not query:
            self.workers.cancel_group(self, "search")
            self._waits = False
            self._show(Found(""))
            return
        self._waits = True
        waits = self.app.busy
        self.say((f"◒ waits for {waits} …" if waits else "◒ searching …", "dim"))
        clock = self._clock
        self._searching = future = self.engine.submit(lambda project: look_up(project, query, clock))

        async def wait() -> None:
            try:
                found = await asyncio.wrap_future(future)
            except Exception as error:  # noqa: BLE001  # a face: it is shown, and the next query may do better
                if query == self._asked:
                    self._failed(error)
                return
            if query == self._asked:
                self._show(found)

        self.run_worker(wait(), group="search", exclusive=True, exit_on_error=False)

    def told(self, told: Told) -> None:
        """Take what happens to the index: a search waits for it, and what it brings is searched again."""
        self.query_one(Heading).about(self.app)
        if isinstance(told, Happened) and isinstance(told.event, Progress) and self._waits:
            self.say((f"◒ waits for the index: {describe(told.event)}", "dim"))
        elif (
            isinstance(told, Ended)
            and self._asked
            and not self._waits
            and told.state.generation != self.found.generation
        ):
            self._search(anew=True)

    def _show(self, found: Found) -> None:
        again = found.query == self.found.query and found.hits[:1] == self.found.hits[:1]
        self.found, self._waits = found, False
        self._at = min(self._at or 0, len(found.hits) - 1) if again and found.hits else (0 if found.hits else None)
        self._tables.clear()
        self.set_class(not found.hits, "-empty")
        if not found.hits:
            self.remove_class("-large")
        self._rows()
        if self._at is None:
            self.query_one(Evidence).show(None)
        else:
            self._preview(found.hits[self._at])
        self.say(*(finding.summed_up(found) if found.query else [("type to search", "dim")]))
        self.refresh_bindings()

    def _rows(self) -> None:
        """Show the hits, or what to say where there is none."""
        found, pane = self.found, self.query_one(Hits)
        if found.hits:
            most = finding.highest(found.hits)
            pane.show([self._row(number, hit, most) for number, hit in enumerate(found.hits)], at=self._at)
        elif found.query:
            rows = [Row(paint(*pieces)) for pieces in finding.nothing(found)]
            pane.show([*rows, *(Row(paint((name, "code")), paint("  · "), ref=name) for name in found.near)])
        else:
            pane.show(_welcome())

    def _row(self, number: int, hit: Hit, most: float) -> Row:
        head: list[list[Piece]] = [finding.headline(hit, stale=hit.path in self.found.stale), finding.under(hit)]
        if number in self._tables:
            room = self.query_one(Hits).scrollable_content_region.width - GUTTER - SCORE
            head += finding.table(hit.why, room)
        else:
            head.append([(finding.reasons(hit.why, most), "dim")])
        score = paint((f"{hit.score:{SCORE - 2}.2f}  ", "mark"))
        return Row(lines(*(paint(*pieces) for pieces in head)), score, paint(" " * SCORE), ref=hit)

    def _failed(self, error: Exception) -> None:
        message, hint = explained(error)
        self._show(Found(self._asked))
        rows = [Row(paint(("✗ ", "bad"), message)), *(Row(paint((line.strip(), "dim"))) for line in hint.splitlines())]
        self.query_one(Hits).show(rows)
        self.say(("✗ failed", "bad"), (" · " + message, "dim"))

    def say(self, *pieces: Piece) -> None:
        """Write the line of status."""
        self.query_one(StatusLine).say(*pieces)

    def remark(self, text: str, style: str = "") -> None:
        """Say something in the line of status for a while."""
        self.query_one(StatusLine).remark(text, style)

    # --------------------------------------------------------------------------------------------------- moving around

    @on(Rows.OptionHighlighted, "#hits")
    def _on_hit(self, event: Rows.OptionHighlighted) -> None:
        hit = self.query_one(Hits).ref(event.option_index)
        if isinstance(hit, Hit) and event.option_index != self._at and hit in self.found.hits:
            self._at = event.option_index
            self._preview(hit)

    @on(Rows.OptionSelected, "#hits")
    def _on_opened(self, event: Rows.OptionSelected) -> None:
        ref = self.query_one(Hits).ref(event.option_index)
        if isinstance(ref, Hit):
            self.add_class("-large")
            self.query_one(Lines).focus()
        elif isinstance(ref, str):
            self.search(ref)

    def _preview(self, hit: Hit) -> None:
        """Show the lines of a hit once the engine has read them."""
        pane = self.query_one(Evidence)
        stale = hit.path in self.found.stale
        rank = f"{(self._at or 0) + 1}/{len(self.found.hits)}"
        exhibit = Exhibit(
            hit.path,
            hit.start_line,
            hit.end_line,
            finding.title(hit),
            (),
            hit.start_line,
            STALE if stale else NOW,
            rank,
        )
        future = self.engine.submit(lambda project: _read(project, exhibit))

        async def read() -> None:
            shown, painted = await asyncio.wrap_future(future)
            pane.show(shown, painted)

        self.run_worker(read(), group="preview", exclusive=True, exit_on_error=False)

    @property
    def hit(self) -> Hit | None:
        """The hit that is stood on."""
        return self.found.hits[self._at] if self._at is not None and self._at < len(self.found.hits) else None

    # ---------------------------------------------------------------------------------------------------------- actions

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what makes sense now."""
        if action in {"move", "why", "ask", "edit", "copy"}:
            return self.hit is not None
        if action == "graph":
            return self.hit is not None and bool(self.hit.symbol_id) and hasattr(self.app, "show_graph")
        return True

    def action_back(self) -> None:
        """Close what is large; else go back to the question, which is as it was."""
        if self.has_class("-large"):
            self.remove_class("-large")
            self.query_one(Hits).focus()
        else:
            self.app.pop_screen()

    def action_query(self) -> None:
        """Go to the query."""
        self.remove_class("-large")
        self.query_one(Query).focus()

    def action_move(self, step: int) -> None:
        """Stand on the next hit, or the one before."""
        if self._at is not None:
            self.query_one(Hits).highlighted = min(max(self._at + step, 0), len(self.found.hits) - 1)

    def action_why(self) -> None:
        """List what the score of a hit is made of, or stop doing so."""
        if self._at is not None:
            self._tables ^= {self._at}
            self.remove_class("-large")
            self._rows()
            self.query_one(Hits).focus()

    def action_ask(self) -> None:
        """Go back to the question, with the hit in it."""
        if self.hit is not None:
            mention, key = sanitise.line(finding.mention(self.hit)), self.hit.symbol_id if self.hit.symbol else ""
            self.remove_class("-large")
            self.app.pop_screen()
            self.app.ask_screen.mention(mention, key)

    def action_graph(self) -> None:
        """Show what is around the hit in the graph."""
        show = getattr(self.app, "show_graph", None)
        if self.hit is not None and show is not None:
            show(self.hit.symbol_id)

    def action_edit(self) -> None:
        """Open the editor at the hit."""
        if self.hit is not None:
            self.app.edit(self.hit.path, self.hit.start_line)
            self._preview(self.hit)  # it may be another by now

    def action_copy(self) -> None:
        """Copy `path:line` of the hit."""
        if self.hit is not None:
            place = copying.citation(self.hit.path, self.hit.start_line, self.hit.end_line)
            self.app.copy(place, place)


def look_up(project: Project, query: str, clock: Callable[[], float]) -> Found:
    """Search, in the engine's thread; where nothing is found, say what the repository has that looks like it."""
    began = clock()
    hits = tuple(project.search(query, LIMIT))
    near = () if hits else tuple(project.vocabulary(query))
    notices = tuple(notice.text for notice in project.notices())
    seconds = clock() - began
    return Found(query, hits, near, notices, frozenset(project.stale), seconds, project.store.generation)


def _read(project: Project, exhibit: Exhibit) -> tuple[Exhibit, list[Content]]:
    """Read the lines with what is around them, and paint them: what takes time is done in the engine's thread."""
    wider = around(project, exhibit)
    if wider.badge == CHANGED:
        wider = replace(wider, badge=GONE)
    return wider, body(wider)


def _welcome() -> list[Row]:
    return [
        Row(Content("")),
        Row(paint(("Words, names, paths, or what the code does.", "title"))),
        Row(Content("")),
        *(Row(paint((example, "dim")), paint("  · "), paint("    ")) for example in EXAMPLES),
    ]
