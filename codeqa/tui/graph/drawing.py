"""What the graph explorer knows, and how that is drawn: `layout` says what rows stand where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from codeqa.domain import Symbol
from codeqa.tui.engine import Engine
from codeqa.tui.graph.around import Around, Chain, Choice, look
from codeqa.tui.graph.layout import Line, Showing, panes, site, summary, where
from codeqa.tui.graph.view import Trail, View
from codeqa.tui.graph.widgets import Reader
from codeqa.tui.heading import Heading
from codeqa.tui.painting import lines, paint
from codeqa.tui.rows import Row, Rows
from codeqa.tui.status import StatusLine

if TYPE_CHECKING:
    from codeqa.tui.app import CodeqaApp


class Explorer(Reader):
    """Keeps what was read of one symbol, and draws it anew whenever the view changes."""

    app: CodeqaApp

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.around: Around | None = None
        self.choice: Choice | None = None
        self.path: Chain | None = None
        self.marked: Symbol | None = None
        self.view = View()
        self.trail = Trail()
        self.depth = 1
        self.wanted: str | None = None  # what is to be shown once the screen is
        self.typing = ""  # "filter" or "name"
        self.offered: str | None = None  # what the names that are offered were found for
        self.picked = False  # one of the names that were found was chosen by hand: else what is typed counts
        self.selected: object = None  # what the row stands for that one stands on
        self._reading = False
        self._generation = 0  # of the index when it was last looked at
        self._said = Content("")  # what is said in place of the summary, as long as nothing else is shown

    # ---------------------------------------------------------------------------------------------------------- reading

    def look_at(self, name: str, *, back: bool = False) -> None:
        """Show a symbol, by name or id; `back`: stand on the one that was the focus, and leave the trail as it is."""
        depth, came = self.depth, self.around.symbol.id if self.around is not None else None

        def found(got: Around | Choice) -> None:
            self._reading = False
            self.wanted = name
            if isinstance(got, Choice):
                self.choice = got
                if self.around is not None and self.around.symbol.id == name:  # it is gone from the index
                    self.around = None
                self.show_all(None)
                return
            self.choice, self.around, self._generation = None, got, got.generation
            if not back:
                self.trail = self.trail.visit(got.symbol.id)
            if self.path is not None and got.symbol.id not in {symbol.id for symbol in self.path.symbols}:
                self.path = None
            self.show_all(came if back else None)

        self._reading, self._said = True, Content("")
        self._generation = self.app.state.generation if self.app.state is not None else 0
        self.read("look", lambda project: look(project, name, depth), found)

    def failed(self, message: str, hint: str) -> None:
        """Say what went wrong."""
        self._reading = False
        more = f" · {hint.splitlines()[0]}" if hint else ""
        self._said = paint(("✗ ", "bad"), message, (more, "dim"))
        self._status()

    def remark(self, text: str, style: str = "") -> None:
        """Say something for a moment."""
        self.query_one(StatusLine).remark(text, style)

    def tick(self) -> None:
        """Say what is waited for, and look again if the index is another by now."""
        if not self.is_current:
            return
        generation = self.app.state.generation if self.app.state is not None else 0
        self._header()
        if self._reading:
            said = f"waits for {self.app.busy} …" if self.app.busy else "reading …"
            self.query_one(StatusLine).say((said, "dim"))
        elif generation <= self._generation or self.typing or self.choice is not None:
            return
        elif (name := self.around.symbol.id if self.around is not None else self.wanted) is not None:
            self.look_at(name, back=True)

    # ---------------------------------------------------------------------------------------------------------- drawing

    def show_all(self, stand: object) -> None:
        """Draw the rows anew, standing on one that stands for `stand`, an id or what a row stands for."""
        if not self.is_mounted:
            return
        self.set_class(self.choice is not None, "-choosing")
        state = Showing(self.around, self.choice, self.view, self.marked, self.path)
        columns = panes(state, self.size.width, slim=self.has_class("-slim"))
        name, at = where(columns, stand)
        self.selected = columns[name][at].ref if at is not None else None
        shown = {each: [_row(line) for line in found] for each, found in columns.items()}
        for each, rows in shown.items():
            pane = self.query_one(f"#{each}", Rows)
            pane.show(rows, at=at if each == name else None)
        if not self.typing:
            self.query_one(f"#{name}", Rows).focus()
        self.show_source(site(self.selected))
        self._header()
        self._status()
        if not self.typing:
            self.refresh_bindings()

    def _header(self) -> None:
        heading = self.query_one(Heading)
        heading.where = f"graph ▸ {self.around.symbol.label}" if self.around is not None else "graph"
        heading.about(self.app)

    def _status(self) -> None:
        if self._said:
            said = self._said
        elif self.choice is not None:
            opens, back = self.app.shown("list.select"), self.app.shown("graph.close")
            said = paint((f"{opens} opens one · {back} goes back", "dim"))
        elif self.around is not None:
            said = paint(*summary(self.around, self.view, self.app.shown))
        else:
            said = Content("")
        self.query_one(StatusLine).show(said)


def _row(line: Line) -> Row:
    lead = paint(" " * line.indent)
    text = paint(*line.pieces)
    return Row(lines(text, paint(*line.below)) if line.below else text, lead, lead, line.ref)
