"""The screen of the graph explorer: its keys, and what they do."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Static

from codeqa.domain import Symbol
from codeqa.tui import copying
from codeqa.tui.evidence import Evidence
from codeqa.tui.footing import Keys
from codeqa.tui.graph.around import Around, Chain, Choice, chain, gather, nearest
from codeqa.tui.graph.drawing import Explorer
from codeqa.tui.graph.layout import (
    MAX_DEPTH,
    SIDES,
    Named,
    Toggle,
    about_mark,
    question,
    sideways,
    site,
    standing,
)
from codeqa.tui.graph.view import first_match
from codeqa.tui.graph.widgets import HELP, Neighbours, Typed
from codeqa.tui.heading import Heading
from codeqa.tui.painting import paint
from codeqa.tui.rows import Rows
from codeqa.tui.status import StatusLine

SLIM = 110  # columns below which there is one list
DEBOUNCE_SECONDS = 0.12
EVERY_SECONDS = 0.25  # that is looked whether the index changed, or the engine is busy
TITLES = {"in": "what leads here", "focus": "focus", "out": "what it leads to", "all": "graph", "code": "source"}


class GraphScreen(Explorer):
    """Shows one symbol at a time. Everything of the project is read in the engine's thread."""

    AUTO_FOCUS = None
    CSS_PATH = "graph.tcss"
    HELP = HELP
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", id="graph.close", tooltip="leave what is typed, else the graph"),
        Binding("b,alt+left", "history(-1)", "Back", key_display="b", id="graph.back", tooltip="the symbol before"),
        Binding("f,alt+right", "history(1)", "Forward", show=False, id="graph.forward", tooltip="forward again"),
        Binding("slash", "filter", "Filter", id="graph.filter", tooltip="filter by words"),
        Binding("p", "mark", "Mark", id="graph.mark", tooltip="mark the focus, for a path"),
        Binding("p", "path", "Path", id="graph.path", tooltip="the path to what is marked"),
        Binding("p", "unmark", "Unmark", id="graph.unmark", tooltip="forget mark and path"),
        Binding("a", "ask", "Ask", id="graph.ask", tooltip="ask about it"),
        Binding("e", "edit", "Edit", id="graph.edit", tooltip="open the editor at the line"),
        Binding("y", "copy", "Copy", id="graph.copy", tooltip="copy path:line"),
        Binding(
            "plus,equals_sign",
            "depth(1)",
            "Deeper",
            show=False,
            id="graph.deeper",
            tooltip="calls that are further away",
        ),
        Binding("minus", "depth(-1)", "Less deep", show=False, id="graph.nearer", tooltip="fewer calls"),
        Binding(
            "greater_than_sign",
            "minimum(1)",
            "Surer",
            show=False,
            id="graph.surer",
            tooltip="leave out what is less certain",
        ),
        Binding(
            "less_than_sign",
            "minimum(-1)",
            "Less sure",
            show=False,
            id="graph.unsurer",
            tooltip="show what is less certain",
        ),
        Binding("o", "name", "Open", show=False, id="graph.open", tooltip="another symbol, by its name"),
        Binding("h,left", "side(-1)", "Left", show=False, id="graph.left", tooltip="to the column on the left"),
        Binding("l,right", "side(1)", "Right", show=False, id="graph.right", tooltip="to the column on the right"),
    ]

    def compose(self) -> ComposeResult:
        """Where we are, three columns or one, the source, what is shown, keys."""
        yield Heading("graph")
        with Horizontal(id="typing"):
            yield Static(id="sign", markup=False)
            yield Typed(id="typed", compact=True)
        with Horizontal(id="columns"):
            for name in (*SIDES, "all"):
                yield Neighbours(id=name)
        yield Evidence(id="code")
        yield StatusLine()
        yield Keys()

    def on_mount(self) -> None:
        """Name the panes, and show what was asked for."""
        for name, title in TITLES.items():
            pane = self.query_one(f"#{name}")
            pane.add_class("pane")
            pane.border_title = title
        self.set_interval(EVERY_SECONDS, self.tick)
        if self.wanted is None:
            self.action_name()
        else:
            self.look_at(self.wanted)

    def open(self, name: str) -> None:
        """Show a symbol, by name or id; without one, ask for it."""
        self.wanted = name or None
        if not self.is_mounted:
            return
        if name:
            self._stop_typing()
            self.look_at(name)
        elif self.around is None:
            self.action_name()

    def on_resize(self) -> None:
        """Make one list of the columns where there is little room."""
        slim = self.size.width < SLIM
        if slim != self.has_class("-slim"):
            self.set_class(slim, "-slim")
        self.show_all(self.selected)

    # ----------------------------------------------------------------------------------------------------------- moving

    @on(Rows.OptionHighlighted)
    def _on_row(self, event: Rows.OptionHighlighted) -> None:
        pane = event.option_list
        if not isinstance(pane, Rows):
            return
        ref = pane.ref(event.option_index)
        if ref is not None and ref != self.selected and (pane.has_focus or self.typing or pane.is_mouse_over):
            before, self.selected = self.selected, ref
            self.show_source(site(ref))
            if (site(before) is None) != (site(ref) is None):  # to draw the footer anew takes as long as the rest
                self.refresh_bindings()

    def on_descendant_focus(self) -> None:
        """Stand on a row of the list that got the focus."""
        pane = self.focused
        if isinstance(pane, Rows) and pane.rows:
            if pane.highlighted is None:
                pane.highlighted = next((i for i, row in enumerate(pane.rows) if row.ref is not None), None)
            ref = pane.ref(pane.highlighted)
            if ref is not None and ref != self.selected:
                self.selected = ref
                self.show_source(site(self.selected))

    @on(Rows.OptionSelected)
    def _on_chosen(self, event: Rows.OptionSelected) -> None:
        pane = event.option_list
        ref = pane.ref(event.option_index) if isinstance(pane, Rows) else None
        self._enter(ref)

    def _enter(self, ref: object) -> None:
        symbol = standing(ref)
        if isinstance(ref, Toggle):
            self.view = self.view.toggled(ref.group)
            self.show_all(ref)
        elif symbol is not None and (self.around is None or symbol.id != self.around.symbol.id or self.choice):
            self._stop_typing()
            self.view = replace(self.view, words="")
            self.look_at(symbol.id)

    def action_history(self, by: int) -> None:
        """Go back to the symbol before, or forward again."""
        trail = self.trail.step(by)
        if trail is not self.trail and trail.here is not None:
            self.trail = trail
            self.look_at(trail.here, back=True)

    def action_side(self, by: int) -> None:
        """Go to the column beside; in one list, to the part before or after."""
        if self.choice is not None or self.around is None:
            return
        if not self.has_class("-slim"):
            at = next((i for i, name in enumerate(SIDES) if self.query_one(f"#{name}").has_focus), 1)
            steps = SIDES[at + 1 :] if by > 0 else SIDES[:at][::-1]
            target = next(
                (n for n in steps if any(r.ref is not None for r in self.query_one(f"#{n}", Rows).rows)), None
            )
            if target is not None:
                self.query_one(f"#{target}", Rows).focus()
            return
        pane = self.query_one("#all", Rows)
        pane.highlighted = sideways([row.ref for row in pane.rows], pane.highlighted or 0, by)

    # ----------------------------------------------------------------------------------------------------------- typing

    def action_filter(self) -> None:
        """Type words that a neighbour must have."""
        self._start_typing("filter", "/ ", self.view.words, "words of a name, a path or a kind of edge")

    def action_name(self) -> None:
        """Type the name of another symbol."""
        self._start_typing("name", "symbol ❯ ", "", "a name, Class.method, path:line; part of it is enough")

    def _start_typing(self, what: str, sign: str, value: str, hint: str) -> None:
        self.typing = what
        self.query_one("#sign", Static).update(paint((sign, "mark")))
        box = self.query_one(Typed)
        box.placeholder = hint
        with box.prevent(Input.Changed):
            box.value = value
        self.add_class("-typing")
        box.focus()
        self.refresh_bindings()

    def _stop_typing(self) -> None:
        self.typing, self.offered = "", None
        self.remove_class("-typing")

    @on(Input.Changed, "#typed")
    def _on_typed(self, event: Input.Changed) -> None:
        if self.typing == "filter":
            self.view = replace(self.view, words=event.value)
            self.show_all(self.selected)
        elif self.typing == "name":
            name = event.value
            self.picked = False

            def found(symbols: tuple[Symbol, ...]) -> None:
                if self.typing == "name":
                    self.choice, self.offered = Choice("" if symbols else name, symbols, known=False), name
                    self.show_all(None)

            self.read("names", lambda project: nearest(project, name), found, wait=DEBOUNCE_SECONDS)

    @on(Input.Submitted, "#typed")
    def _on_submitted(self, event: Input.Submitted) -> None:
        if self.typing == "filter":
            self._stop_typing()
            found = first_match(self.around, self.view) if self.around is not None else None
            self.show_all(found or self.selected)
            return
        name = event.value.strip()
        chosen = self.selected if self.offered == event.value and isinstance(self.selected, Named) else None
        self._stop_typing()
        self.workers.cancel_group(self, "names")
        if chosen is not None and (self.picked or name.casefold() in chosen.symbol.label.casefold()):
            self._enter(chosen)
        elif name:
            self.look_at(name)
        else:
            self.action_close()

    def on_key(self, event: events.Key) -> None:
        """While a name is typed, up and down choose among those that were found."""
        if self.typing == "name" and event.key in ("up", "down") and isinstance(self.focused, Typed):
            pane = self.query_one("#all" if self.has_class("-slim") else "#focus", Rows)
            self.picked = True
            if event.key == "down":
                pane.action_cursor_down()
            else:
                pane.action_cursor_up()
            event.stop()

    # ---------------------------------------------------------------------------------------------------------- actions

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what makes sense now."""
        ready = self.around is not None and self.choice is None
        if self.typing and action not in {"close", "side"}:
            return False
        if action in {"edit", "copy"}:
            return site(self.selected) is not None
        if action == "history":
            return self.trail.step(int(str(parameters[0]))) is not self.trail
        if action in {"filter", "depth", "minimum", "side"}:
            return ready
        if action in {"mark", "path", "unmark"}:
            return ready and action == about_mark(self.around, self.marked, self.path)
        if action == "ask":
            return ready or standing(self.selected) is not None
        return True

    def action_depth(self, by: int) -> None:
        """Show calls that are further away, or fewer."""
        depth = min(max(self.depth + by, 1), MAX_DEPTH)
        if self.around is not None and depth != self.depth:
            self.depth = depth
            symbol, stand = self.around.symbol, self.selected

            def found(got: Around) -> None:
                self.around = got
                self.show_all(stand)

            self.read("look", lambda project: gather(project, symbol, depth), found)

    def action_minimum(self, by: int) -> None:
        """Leave out what is less certain, or show more."""
        self.view = self.view.stepped(by)
        self.show_all(self.selected)

    def action_mark(self) -> None:
        """Mark the focus."""
        if self.around is not None:
            self.marked, self.path = self.around.symbol, None
            self.show_all(self.selected)

    def action_path(self) -> None:
        """Show the path between what is marked and the focus."""
        if self.marked is None or self.around is None:
            return
        one, other = self.marked.id, self.around.symbol.id

        def found(got: Chain) -> None:
            if self.around is not None and self.around.symbol.id == other:
                self.path = got
                self.show_all(None)

        self.read("path", lambda project: chain(project, one, other), found)

    def action_unmark(self) -> None:
        """Forget what is marked, and the path."""
        self.marked = self.path = None
        self.show_all(None)

    def action_ask(self) -> None:
        """Go back to the question, with what may be asked about the selected row."""
        if self.around is not None and self.choice is None:
            asked = question(self.selected, self.around)
        elif (symbol := standing(self.selected)) is not None:
            asked = f"what does `{symbol.label}` do?"
        else:
            return
        self.app.ask_about(asked)

    def action_edit(self) -> None:
        """Open the editor at the line that the selected row is about."""
        if (found := site(self.selected)) is not None:
            self.app.edit(found[0], found[1])

    def action_copy(self) -> None:
        """Copy `path:line` of what the selected row is about."""
        if (found := site(self.selected)) is not None:
            place = copying.citation(found[0], found[1], found[2])
            self.app.copy(place, place)

    def action_close(self) -> None:
        """Leave what is typed, or go back to the question."""
        if self.typing or self.choice is not None:
            filtering = self.typing == "filter"
            self._stop_typing()
            self.workers.cancel_group(self, "names")
            if filtering:
                self.view = replace(self.view, words="")
            if self.around is not None:
                self.choice = None
                self.show_all(self.selected)
                return
        self.app.pop_screen()
