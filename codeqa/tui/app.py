"""The app: one project, one engine, the screens, and what all of them may do."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from threading import Event as Flag
from typing import Any, ClassVar, Protocol, runtime_checkable

from textual import events, on
from textual.app import App, SuspendNotSupported, SystemCommand
from textual.binding import Binding, BindingType
from textual.css.query import NoMatches
from textual.dom import DOMNode
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget
from textual.worker import WorkerFailed

from codeqa import sanitise
from codeqa.domain import CodeqaError, Event, Indexed, Progress
from codeqa.project import Project
from codeqa.tui import commands, copying, editor, kept, keys
from codeqa.tui.ask import AskScreen
from codeqa.tui.engine import Ended, Engine, Happened, Job, Lane, State, Told
from codeqa.tui.graph.screen import GraphScreen
from codeqa.tui.graph.symbols import Symbols
from codeqa.tui.heading import Heading
from codeqa.tui.helping import Help
from codeqa.tui.index import IndexScreen, elsewhere
from codeqa.tui.jump import JumpScreen
from codeqa.tui.ordering import InOrder
from codeqa.tui.question import Question
from codeqa.tui.search import SearchScreen
from codeqa.tui.sessions.screen import SessionsScreen
from codeqa.tui.themes import THEMES, Colourless
from codeqa.tui.thinning import Thinner

SIGNALS = ("SIGTERM", "SIGHUP")  # that leave as q does: else the terminal would stay in the state of a full screen


class FromEngine(Message):
    """What the engine told, in the app's thread."""

    def __init__(self, told: Told) -> None:
        super().__init__()
        self.told = told


@runtime_checkable
class Remarking(Protocol):
    """A screen with a line of status."""

    def remark(self, text: str, style: str = "") -> None:
        """Say something in it for a while."""


class CodeqaApp(InOrder):
    """Asks, shows, opens. Whatever needs the index is done in the engine's threads."""

    TITLE = "codeqa"
    CSS_PATH = "tui.tcss"
    COMMANDS = App.COMMANDS | {Symbols}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Help", id="app.help", tooltip="keys and help, or hide them"),
        Binding("question_mark", "help", "Help", id="app.help", show=False),
        Binding(
            "ctrl+p",
            "command_palette",
            "Commands",
            id="app.palette",
            tooltip="every command",
            show=False,
            priority=True,
        ),
        Binding("f9", "command_palette", "Commands", id="app.palette", show=False, priority=True),
        Binding(
            "ctrl+o", "jump", "Jump", id="app.jump", tooltip="jump to a pane by its letter", show=False, priority=True
        ),
        Binding("f6", "jump", "Jump", id="app.jump", show=False, priority=True),
        Binding("ctrl+f", "search", "Search", id="app.search", tooltip="search as you type", show=False, priority=True),
        Binding("f4", "search", "Search", id="app.search", show=False, priority=True),
        Binding("f2", "inventory", "Index", id="app.index", tooltip="index and models", show=False, priority=True),
        Binding(
            "f3", "sessions", "Sessions", id="app.sessions", tooltip="earlier questions", show=False, priority=True
        ),
        Binding("q", "quit", "Quit", id="app.quit", tooltip="quit"),
        Binding("ctrl+q", "leave", "Quit", id="app.leave", tooltip="quit, also from a line of text", priority=True),
        Binding("ctrl+q", "quit", "Quit", id="app.leave", show=False, priority=True),
        Binding("f10", "quit", "Quit", id="app.leave", show=False, priority=True),
    ]

    def __init__(
        self,
        project: Project,
        *,
        theme: str | None = None,
        environ: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self.environ = os.environ if environ is None else environ
        self.wishes = project.settings.tui
        self.actions = keys.actions()
        self.keymap = keys.choose(self.wishes.keymap, self.wishes.keys, self.actions)
        self._bindings = keys.rebound(self._bindings, self.keymap)
        self.COMMAND_PALETTE_BINDING = self.keymap.keys["app.palette"][0]  # type: ignore[misc]  # the footer asks
        if self.no_color:
            self._filters = [Colourless()]  # textual's own leaves greys
        self.root = project.root
        self.directory = project.directory
        self.model = project.settings.model.name
        self.sent_to = elsewhere(project) if self.model else ""  # another machine, which gets source text
        self.history = project.history
        self.state: State | None = None
        self._indexing: Job | None = None  # what makes or updates the index
        self._thinner = Thinner(clock)
        self.engine = Engine(project, self._tell)
        self.ask_screen = AskScreen(self.engine, clock)
        self.search_screen = SearchScreen(self.engine, clock)
        self.index_screen = IndexScreen(self.engine, project.settings.model)
        self.graph_screen = GraphScreen(self.engine)
        self.sessions_screen = SessionsScreen(self.engine, keeps=project.settings.trace.keep)
        for each in THEMES.values():
            self.register_theme(each)
        self._kept = kept.place(self.environ)
        self.theme = THEMES[theme or kept.theme(self._kept, self.wishes.theme, THEMES) or "dark"].name

    def _register(self, parent: DOMNode, *widgets: Widget, **where: Any) -> list[Widget]:  # noqa: ANN401  # as it is
        """Give every part of a screen, as it joins the app, the keys of the keymap."""
        if self.keymap.changed:
            for each in widgets:
                if each._merged_bindings is not None:
                    each._bindings = keys.rebound(each._merged_bindings, self.keymap)
        return super()._register(parent, *widgets, **where)

    def shown(self, id: str) -> str:
        """Return the key of an action, as the screen writes it."""
        return self.keymap.shown(id)

    def get_key_display(self, binding: Binding) -> str:
        """Return a key as the footer writes it: as everywhere, but short: `^p`."""
        written = super().get_key_display(binding)
        return written.capitalize() if binding.key == "escape" or re.fullmatch(r"f\d+", binding.key) else written

    def _tell(self, told: Told) -> None:
        """Hand on what the engine's thread tells, if it can be seen; to post a message is safe there."""
        if self._thinner.keeps(told):
            self.post_message(FromEngine(told))

    def on_mount(self) -> None:
        """Show the first screen, then look after the index."""
        self.install_screen(self.graph_screen, "graph")  # kept when it is left: it knows where one has been
        self.push_screen(self.ask_screen)
        self.engine.start()
        self._listen()
        self.call_after_refresh(self.action_index, force=False)

    def _listen(self) -> None:
        """Leave when told by a signal, with the exit code that a shell gives to it."""
        if self.is_headless or os.name != "posix":
            return
        loop = asyncio.get_running_loop()
        for name in SIGNALS:
            number = signal.Signals[name].value
            loop.add_signal_handler(number, partial(self.exit, return_code=128 + number))

    async def on_event(self, event: events.Event) -> None:
        """Make safe what is pasted, wherever it goes: the palette's line shows it as it is."""
        if isinstance(event, events.Paste):
            event.text = sanitise.text(event.text)
        await super().on_event(event)

    def _handle_exception(self, error: Exception) -> None:
        """Leave; who ran the app says what happened. Textual would ring, and quote variables with what files hold."""
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._close_messages_no_wait()

    @property
    def failure(self) -> BaseException | None:
        """The error that ended the app, None if none did."""
        return self._exception.error if isinstance(self._exception, WorkerFailed) else self._exception

    def bell(self) -> None:
        """Ring none: what cannot be done is seen."""

    def _open(self, screen: Screen[None], name: str) -> None:
        """Show a screen that stays as it is while another is shown."""
        if self.screen is screen or self.screen.is_modal:
            return
        if not self.is_screen_installed(name):
            self.install_screen(screen, name)
        while self.screen is not self.ask_screen:  # one way back, however one came
            self.pop_screen()
        self.push_screen(name)

    def action_search(self) -> None:
        """Show the search."""
        self._open(self.search_screen, "search")

    def action_inventory(self) -> None:
        """Show the index and the models."""
        self._open(self.index_screen, "index")

    def action_sessions(self) -> None:
        """Show earlier questions."""
        self._open(self.sessions_screen, "sessions")

    def on_unmount(self) -> None:
        """Let go of the project, and keep what is typed."""
        self.ask_screen.save_draft()
        self.history.close()
        self.engine.close()

    # ----------------------------------------------------------------------------------------------------------- engine

    @on(FromEngine)
    def _told(self, message: FromEngine) -> None:
        told = message.told
        screen = self.ask_screen
        if not screen.query("#status"):  # it is being taken down
            return
        of_walk = screen.job is not None and told.job == screen.job.number
        if isinstance(told, Ended):
            self.state = told.state
            if self._indexing is not None and told.job == self._indexing.number:
                self._index_ended(told)
            if of_walk:
                screen.ended(told)
        elif of_walk:
            screen.happened(told.event)
        elif self._indexing is not None and told.job == self._indexing.number:
            self._index_happened(told)
        screen.about_project()
        self.sessions_screen.told(told)
        for listening in (self.search_screen, self.index_screen):
            if listening is self.screen and listening.query(Heading):  # it may not be composed yet
                listening.told(told)

    def _index_happened(self, told: Happened) -> None:
        if isinstance(told.event, Progress):
            self.ask_screen.about_index(told.event)
        elif isinstance(told.event, Indexed) and told.event.missing:
            self.state = State(told.event.generation, told.event.missing, told.event.missing)
        elif isinstance(told.event, Indexed) and told.event.changed:
            self.remark(f"indexed {told.event.parsed:,} of {told.event.files:,} files")

    def _index_ended(self, told: Ended) -> None:
        self._indexing = None
        self.ask_screen.about_index(None, told.state)
        if told.error is not None:
            self._failed(told.error)

    @property
    def busy(self) -> str:
        """What those who read wait for, "" for nothing."""
        there = self.state is not None and self.state.generation
        return "the index" if self._indexing is not None and not there else ""

    @property
    def walking(self) -> bool:
        """Whether a question is being answered, or asked again."""
        return self.ask_screen.working or self.sessions_screen.replaying is not None

    def _failed(self, error: Exception) -> None:
        said = error.message if isinstance(error, CodeqaError) else f"{type(error).__name__}: {error}"
        hint = f" ({error.hint})" if isinstance(error, CodeqaError) and error.hint else ""
        self.remark(said + hint, "bad")

    @property
    def indexing(self) -> Job | None:
        """The run that makes or updates the index, if one goes on."""
        return self._indexing

    def remark(self, text: str, style: str = "") -> None:
        """Say something for a while in the line of status of the screen that is shown."""
        for screen in reversed(self.screen_stack):
            if isinstance(screen, Remarking):  # the palette does not
                screen.remark(text, style)
                return

    # ---------------------------------------------------------------------------------------------------------- actions

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Yield what the command palette offers."""
        ask = self.ask_screen
        if screen is not ask:
            yield SystemCommand("Ask", "Go to the question", self.go_to_ask)
            yield SystemCommand("New conversation", "The next question means nothing said before", ask.action_begin)
        yield from commands.of_screen(self, screen)
        if screen is not self.graph_screen:
            yield SystemCommand("Graph explorer", "What leads to a symbol, what it leads to", self.show_graph)
        yield SystemCommand("Index now", "Bring the index to the tree, whatever it takes", self.action_index)
        for name in THEMES:
            yield SystemCommand(f"Theme: {name}", "Colours", self._theming(name))

    def _theming(self, name: str) -> Callable[[], None]:
        def use() -> None:
            self.theme = THEMES[name].name
            try:
                kept.keep_theme(self._kept, name, self.wishes.theme)
            except OSError as error:
                self.remark(f"the theme holds until you quit; it could not be kept: {error.strerror}", "warn")

        return use

    def go_to_ask(self) -> None:
        """Go back to the question, however one came."""
        while self.screen is not self.ask_screen and len(self.screen_stack) > 1:
            self.pop_screen()

    def show_graph(self, name: str = "") -> None:
        """Show a symbol, by name or id, in the graph explorer; without one, ask for it there."""
        self.graph_screen.open(name)
        if self.graph_screen not in self.screen_stack:
            self.push_screen("graph")

    def ask_about(self, question: str) -> None:
        """Go back to the question, with a text to ask or to change."""
        self.go_to_ask()
        self.ask_screen.suggest(question)

    def action_index(self, *, force: bool = True) -> None:
        """Bring the index to the tree; unless forced only if that fits the budget of a question."""

        def events(project: Project, cancelled: Flag) -> Iterator[Event]:
            run = project.index if force else project.update
            return run(portions=True, cancelled=cancelled)

        if self._indexing is None:
            self._indexing = self.engine.stream(events, Lane.INDEX)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Show how to leave by the key that does it: in the question, q is a letter."""
        return isinstance(self.focused, Question) if action == "leave" else True

    async def action_leave(self) -> None:
        """Quit; ctrl+q does so everywhere."""
        await self.action_quit()

    def action_help(self) -> None:
        """Show what the focused part is for, or hide that again."""
        try:
            self.screen.query_one(Help).remove()
        except NoMatches:
            self.screen.mount(Help())

    def action_jump(self) -> None:
        """Show a letter on each part of the screen, and go where the next key says."""
        if not self.screen.is_modal:
            below = self.screen

            def go(part: Widget | None) -> None:
                if part is not None:
                    below.set_focus(part)

            self.push_screen(JumpScreen(below), go)

    def edit(self, path: str, line: int) -> None:
        """Open the user's editor, and come back."""
        target = self.root / path
        if not os.path.isfile(target):  # Path.is_file raises for a name that no file can have
            self.remark(f"{path} is gone", "warn")
            return
        command = editor.command(self.environ, str(target), line)
        why = ""
        try:
            if command.terminal:
                with self.suspend():
                    why = _run(command.argv)  # raises nothing: what leaves `suspend` that way never comes back
                self.refresh(layout=True)
            else:
                silent = subprocess.DEVNULL
                subprocess.Popen(command.argv, stdin=silent, stdout=silent, stderr=silent, start_new_session=True)
        except OSError as error:
            why = error.strerror or type(error).__name__
        except SuspendNotSupported:
            why = "this terminal cannot be handed over"
        if why:
            self.remark(f"{command.argv[0]}: {why}; $VISUAL or $EDITOR names your editor", "bad")
            return
        if not command.at_line:
            said = f"{command.argv[0]} is not known here, so it was not told the line: {line}"
            self.remark(said)

    def copy(self, text: str, what: str) -> None:
        """Copy by OSC 52 and, where that may be lost, to a file too."""
        self.copy_to_clipboard(text)
        said = f"copied {what}"
        if copying.may_be_lost(self.environ):
            try:
                said += f"; also kept in {copying.keep(text, self._cache())}"
            except OSError as error:
                said += f"; this terminal may not take it, and no file could be written: {error.strerror}"
        self.remark(said)

    @staticmethod
    def _cache() -> Path:
        from platformdirs import user_cache_dir

        return Path(user_cache_dir("codeqa"))


def _run(argv: Sequence[str]) -> str:
    """Run a program and wait for its end; return why it could not be started, "" if it was."""
    try:
        subprocess.run(argv, check=False)
    except OSError as error:
        return error.strerror or type(error).__name__
    except ValueError as error:  # a NUL in an argument
        return str(error)
    return ""
