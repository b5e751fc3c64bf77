"""The Index screen: what the index has and what it left out, and the models that may lead a walk."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen

from codeqa.config import ModelSettings
from codeqa.domain import CodeqaError, ModelServer, Progress, Status
from codeqa.hosts import address, is_this_machine
from codeqa.project import Project
from codeqa.tui import inventory
from codeqa.tui.engine import Engine, Happened, State, Told
from codeqa.tui.footing import Keys
from codeqa.tui.heading import Heading
from codeqa.tui.inventory import Choice, Line
from codeqa.tui.painting import Piece, lines, paint
from codeqa.tui.rows import Row, Rows
from codeqa.tui.status import StatusLine

if TYPE_CHECKING:
    from codeqa.tui.app import CodeqaApp

NARROW = 110  # columns below which the panes are stacked
LOOK_SECONDS = 5.0  # that a server has to say what it has
STATE_HELP = """## Index

What codeqa knows of the repository, and what it left out. {list.select} on a line with ▸ lists the files.

*freshness* compares the tree with the index now. **{index.update}** brings the index to the tree, whatever it takes.
"""
MODELS_HELP = """## Models

What may lead a walk: ● leads now, ○ can be chosen, ✗ cannot. {list.select} chooses one for this
session; `model.name` in your
own settings keeps it. Without a model the planner answers. *seen*: how the model was found to call tools.
"""


@dataclass(frozen=True, slots=True)
class Fold:
    """A line that opens and closes what is below it."""

    name: str


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found where the model server should be: a server, or why there is none."""

    server: ModelServer | None
    rungs: Mapping[str, str]  # of the models that were asked before
    url: str = ""
    trouble: str = ""
    hint: str = ""


class Foldable(Rows):
    """Lines that open and close."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Open", id="list.select", tooltip="open or close a line with ▸")
    ]
    HELP = STATE_HELP


class Models(Rows):
    """Models to choose from."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Choose", id="list.select", tooltip="let the model lead the walks of this session")
    ]
    HELP = MODELS_HELP


class IndexScreen(Screen[None]):
    """What it shows is asked for whenever it comes to the front, and when a run of the index has ended."""

    app: CodeqaApp
    AUTO_FOCUS = "#models"
    CSS = """
    IndexScreen #state { width: 58%; padding: 0 1 0 0; }
    IndexScreen #models { width: 1fr; padding: 0 1 0 0; }
    IndexScreen.-narrow #state, IndexScreen.-narrow #models { width: 1fr; height: 1fr; }
    IndexScreen.-narrow #state { height: 3fr; }
    IndexScreen.-narrow #models { height: 2fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "Stop", id="index.stop", tooltip="stop the run of the index"),
        Binding("escape", "back", "Back", id="index.back", tooltip="back"),
        Binding("b", "back", "Back", show=False, id="index.back"),
        Binding("i", "index", "Index", id="index.update", tooltip="bring the index to the tree"),
        Binding("r", "look", "Look again", id="index.look", tooltip="look at the model server again"),
    ]

    def __init__(self, engine: Engine, settings: ModelSettings) -> None:
        super().__init__()
        self.engine = engine
        self.settings = settings
        self.status: Status | None = None
        self.looked: Looked | None = None
        self._opened: set[str] = set()
        self._comparing = False
        self._failure: tuple[str, str] | None = None  # why there is no status, and what to do
        self._stopped = False

    def compose(self) -> ComposeResult:
        """The index, the models, one line of status, keys."""
        yield Heading("index and models")
        with Horizontal(id="panes"):
            yield Foldable(id="state")
            yield Models(id="models")
        yield StatusLine()
        yield Keys()

    def on_mount(self) -> None:
        """Name the panes."""
        for name, title in (("state", "index"), ("models", "models")):
            pane = self.query_one(f"#{name}")
            pane.add_class("pane")
            pane.border_title = title
        self.query_one("#state", Rows).show([Row(paint(("looking …", "dim")))])
        self.query_one("#models", Rows).show([Row(paint(("looking …", "dim")))])

    def on_screen_resume(self) -> None:
        """Ask for everything: it may be other than it was."""
        self.query_one(Heading).about(self.app)
        self.say(("◒ the index is being brought to the tree …" if self.app.indexing else "", "dim"))
        self._ask_status()
        self.action_look()

    def on_resize(self) -> None:
        """Stack the panes where there is little room."""
        self.set_class(self.size.width < NARROW, "-narrow")

    # ----------------------------------------------------------------------------------------------------------- index

    def told(self, told: Told) -> None:
        """Take how far the index is."""
        self.query_one(Heading).about(self.app)
        if isinstance(told, Happened):
            if isinstance(told.event, Progress) and self.app.indexing and not self._stopped:
                self.say(*inventory.progress(told.event))
            return
        if self._stopped and told.cancelled:
            self.say(
                ("■ stopped", "warn"), (f" · {_left(told.state)}; {self.app.shown('index.update')} begins again", "dim")
            )
        elif told.error is not None:
            said = told.error.message if isinstance(told.error, CodeqaError) else str(told.error)
            self.say(("✗ ", "bad"), said)
        elif not told.cancelled:
            self.say(("✓ the index is that of the tree", "good") if not told.state.stale else ("", ""))
        self._stopped = False
        self.refresh_bindings()
        self._ask_status()

    def _ask_status(self) -> None:
        """Show what the index has, then how the tree differs from it, which takes longer to find out."""
        before = self.engine.submit(lambda project: project.status(compare=False))
        future = self.engine.submit(lambda project: project.status())

        async def wait() -> None:
            try:
                self.status, self._failure = await asyncio.wrap_future(before), None
                self._show_status(comparing=True)
                self.status = await asyncio.wrap_future(future)
            except CodeqaError as error:
                self.status, self._failure = None, (error.message, error.hint)
            except Exception as error:  # noqa: BLE001  # a face: it is shown
                self.status, self._failure = None, (f"{type(error).__name__}: {error}", "a bug in codeqa")
            self._show_status()

        self.run_worker(wait(), group="status", exclusive=True, exit_on_error=False)

    def _show_status(self, *, comparing: bool = False) -> None:
        self._comparing = comparing
        if self.status is not None:
            said = inventory.index_lines(self.status, frozenset(self._opened), comparing=comparing)
            if not comparing:
                seen = self.status  # just now
                self.app.state = State(seen.generation, len(seen.stale), seen.missing)
                self.query_one(Heading).about(self.app)
        else:
            said = inventory.no_index(*(self._failure or ("", "")))
        pane = self.query_one("#state", Rows)
        pane.show([_row(line) for line in said], at=pane.highlighted)

    @on(Rows.OptionSelected, "#state")
    def _on_fold(self, event: Rows.OptionSelected) -> None:
        ref = self.query_one("#state", Rows).ref(event.option_index)
        if isinstance(ref, Fold):
            self._opened ^= {ref.name}
            self._show_status(comparing=self._comparing)
            self.query_one("#state", Rows).reveal()

    # ---------------------------------------------------------------------------------------------------------- models

    def action_look(self) -> None:
        """Look which models there are; a server that is slow, or down, holds up nothing."""
        settings, environ = self.settings, dict(self.app.environ)

        async def wait() -> None:
            self.looked = await asyncio.to_thread(look, settings, environ)
            self._show_models()

        self.run_worker(wait(), group="models", exclusive=True, exit_on_error=False)

    def _show_models(self) -> None:
        looked = self.looked
        if looked is None:
            return
        rows = [Row(paint(("○ ", "dim"), looked.trouble, (f" ({looked.hint})" if looked.hint else "", "dim")))]
        if looked.server is not None:
            rows = [Row(paint(*inventory.server_pieces(looked.server)))]
        at = None
        rows.append(Row(Content("")))
        for choice in self.choices():
            if choice.state == "in use":
                at = len(rows)
            sign, *head = inventory.choice_pieces(choice)
            why_not: list[Content] = [paint((choice.why_not, "warn"))] if choice.why_not else []
            rows.append(
                Row(lines(paint(*head), paint((choice.about, "dim")), *why_not), paint(sign), paint("  "), choice)
            )
        pane = self.query_one("#models", Rows)
        pane.show(rows, at=at if pane.highlighted is None else pane.highlighted)

    def choices(self) -> list[Choice]:
        """Return what may lead a walk, as far as is known now."""
        looked = self.looked or Looked(None, {})
        return inventory.choices(
            looked.server,
            self.app.model,
            remote=self.settings.remote,
            rung=lambda name: looked.rungs.get(name, ""),
        )

    @on(Rows.OptionSelected, "#models")
    def _on_choice(self, event: Rows.OptionSelected) -> None:
        choice = self.query_one("#models", Rows).ref(event.option_index)
        if not isinstance(choice, Choice):
            return
        if choice.why_not:
            self.say(("✗ ", "warn"), (choice.name or "", "name"), f" cannot be chosen: {choice.why_not}")
        elif choice.state != "in use":
            self._choose(choice.name)

    def _choose(self, name: str | None) -> None:
        future = self.engine.submit(lambda project: lead(project, name))

        async def wait() -> None:
            try:
                self.app.sent_to = await asyncio.wrap_future(future)
            except CodeqaError as error:
                self.say(("✗ ", "bad"), error.message, (f" ({error.hint})", "dim"))
                return
            self.app.model = name
            self.engine.lead_by(name)
            self.query_one(Heading).about(self.app)
            who = f"{name} leads the walks of this session" if name else "no model: the planner answers in this session"
            self.say(("✓ ", "good"), who, (" · model.name in your own settings keeps one", "dim" if name else ""))
            self._show_models()

        self.run_worker(wait(), group="choice", exclusive=True, exit_on_error=False)

    # ---------------------------------------------------------------------------------------------------------- actions

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what makes sense now."""
        if action == "stop":
            return self.app.indexing is not None
        if action == "index":
            return self.app.indexing is None
        return True

    def say(self, *pieces: Piece) -> None:
        """Write the line of status."""
        self.query_one(StatusLine).say(*pieces)

    def remark(self, text: str, style: str = "") -> None:
        """Say something in the line of status for a while."""
        self.query_one(StatusLine).remark(text, style)

    def action_stop(self) -> None:
        """End the run of the index with its next event."""
        if self.app.indexing is not None:
            self.app.indexing.cancel()
            self._stopped = True
            self.say(("■ stopping …", "warn"))

    def action_back(self) -> None:
        """Go back to where one was."""
        self.app.pop_screen()

    def action_index(self) -> None:
        """Bring the index to the tree."""
        self.app.action_index()
        self.say(("◒ looking at the tree …", "dim"))
        self.refresh_bindings()


def elsewhere(project: Project) -> str:
    """Return the host of the model server if it is another machine. Raises UsageError if it must not be."""
    host = urlsplit(project.server_url).hostname or ""
    return "" if is_this_machine(host) else host


def lead(project: Project, name: str | None) -> str:
    """Let a model lead, or the planner; return the host that source text is sent to, if it is another machine's."""
    host = elsewhere(project) if name else ""
    project.lead_by(name)
    return host


def look(settings: ModelSettings, environ: Mapping[str, str]) -> Looked:
    """Ask the model server what it has; blocks for some seconds at most."""
    from codeqa import models
    from codeqa.models import rungs

    try:
        url = address(settings.host, environ, remote=settings.remote)
        server = models.look(url, environ, LOOK_SECONDS)
    except CodeqaError as error:
        return Looked(None, {}, trouble=error.message, hint=error.hint)
    return Looked(server, {model.name: rungs.remembered(url, model.name) for model in server.models}, url)


def _left(state: State) -> str:
    """Say what index there is after a run that was stopped: what it had not finished is not in it."""
    return f"the index is that of generation {state.generation}" if state.generation else "there is no index yet"


def _row(line: Line) -> Row:
    lead = paint((f"{line.label:<{inventory.LABEL}}", "dim"))
    return Row(paint(*line.pieces), lead, paint(" " * inventory.LABEL), Fold(line.fold) if line.fold else None)
