"""The app: one project, one engine, the screens, and what all of them may do."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from threading import Event as Flag
from typing import ClassVar, Protocol, runtime_checkable

from textual import on
from textual.app import App, SuspendNotSupported, SystemCommand
from textual.binding import Binding, BindingType
from textual.css.query import NoMatches
from textual.message import Message
from textual.screen import Screen
from textual.widgets import HelpPanel

from codeqa.domain import CodeqaError, Event, Indexed, Progress
from codeqa.project import Project
from codeqa.tui import copying, editor
from codeqa.tui.ask import AskScreen
from codeqa.tui.engine import Ended, Engine, Happened, Job, Lane, State, Told
from codeqa.tui.graph.screen import GraphScreen
from codeqa.tui.graph.symbols import Symbols
from codeqa.tui.heading import Heading
from codeqa.tui.index import IndexScreen, elsewhere
from codeqa.tui.question import Question
from codeqa.tui.search import SearchScreen
from codeqa.tui.themes import THEMES


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


class CodeqaApp(App[None]):
    """Asks, shows, opens. Whatever needs the index is done in the engine's threads."""

    TITLE = "codeqa"
    CSS_PATH = "tui.tcss"
    COMMANDS = App.COMMANDS | {Symbols}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Help"),
        Binding("ctrl+f", "search", "Search", show=False, priority=True),
        Binding("f2", "inventory", "Index and models", show=False, priority=True),
        Binding("q", "quit", "Quit"),
        Binding("ctrl+q", "leave", "Quit", priority=True),
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True),
    ]

    def __init__(
        self,
        project: Project,
        *,
        theme: str = "dark",
        environ: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self.environ = os.environ if environ is None else environ
        self.root = project.root
        self.directory = project.directory
        self.model = project.settings.model.name
        self.sent_to = elsewhere(project) if self.model else ""  # another machine, which gets source text
        self.state: State | None = None
        self._indexing: Job | None = None  # what makes or updates the index
        self._progress: Progress | None = None
        self.engine = Engine(project, self._tell)
        self.ask_screen = AskScreen(self.engine, clock)
        self.search_screen = SearchScreen(self.engine, clock)
        self.index_screen = IndexScreen(self.engine, project.settings.model)
        self.graph_screen = GraphScreen(self.engine)
        for each in THEMES.values():
            self.register_theme(each)
        self.theme = THEMES[theme].name

    def _tell(self, told: Told) -> None:
        """Hand on what the engine's thread tells; to post a message is safe there."""
        self.post_message(FromEngine(told))

    def on_mount(self) -> None:
        """Show the first screen, then look after the index."""
        self.install_screen(self.graph_screen, "graph")  # kept when it is left: it knows where one has been
        self.push_screen(self.ask_screen)
        self.engine.start()
        self.call_after_refresh(self.action_index, force=False)

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

    def on_unmount(self) -> None:
        """Let go of the project."""
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
        for listening in (self.search_screen, self.index_screen):
            if listening is self.screen and listening.query(Heading):  # it may not be composed yet
                listening.told(told)

    def _index_happened(self, told: Happened) -> None:
        if isinstance(told.event, Progress):
            self._progress = told.event
            self.ask_screen.about_index(told.event)
        elif isinstance(told.event, Indexed) and told.event.missing:
            self.state = State(told.event.generation, told.event.missing, told.event.missing)
        elif isinstance(told.event, Indexed) and told.event.changed:
            self.remark(f"indexed {told.event.parsed:,} of {told.event.files:,} files")

    def _index_ended(self, told: Ended) -> None:
        self._indexing = self._progress = None
        self.ask_screen.about_index(None, told.state)
        if told.error is not None:
            self._failed(told.error)

    @property
    def busy(self) -> str:
        """What those who read wait for, "" for nothing."""
        there = self.state is not None and self.state.generation
        return "the index" if self._indexing is not None and not there else ""

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
        yield SystemCommand("Ask", "Go to the question", ask.action_question)
        yield SystemCommand("New conversation", "The next question means nothing said before", ask.action_begin)
        yield SystemCommand("Graph explorer", "What leads to a symbol, what it leads to", self.show_graph)
        yield SystemCommand("Index now", "Bring the index to the tree, whatever it takes", self.action_index)
        yield SystemCommand("Search", "Hits as you type, with the reasons for their scores", self.action_search)
        yield SystemCommand(
            "Index and models", "What is indexed, what was skipped; choose a model", self.action_inventory
        )
        if ask.answer is not None:
            yield SystemCommand("Save answer", "As Markdown, with the cited lines and the walk", ask.action_export)
            yield SystemCommand("Copy answer", "As Markdown, with its citations", ask.action_copy_answer)
        if ask.answer is not None and ask.answer.citations:
            yield SystemCommand("Copy place", "path:line of the evidence", ask.action_copy_citation)
            yield SystemCommand("Open in editor", "$VISUAL or $EDITOR, at the cited line", ask.action_edit)
        yield SystemCommand("Help", "Keys, and what has the focus", self.action_help)
        for name, theme in THEMES.items():
            yield SystemCommand(f"Theme: {name}", "Colours", self._theming(theme.name))
        yield SystemCommand("Quit", "Leave codeqa", self.action_quit)

    def _theming(self, name: str) -> Callable[[], None]:
        def use() -> None:
            self.theme = name

        return use

    def show_graph(self, name: str = "") -> None:
        """Show a symbol, by name or id, in the graph explorer; without one, ask for it there."""
        self.graph_screen.open(name)
        if self.graph_screen not in self.screen_stack:
            self.push_screen("graph")

    def ask_about(self, question: str) -> None:
        """Go back to the question, with a text to ask or to change."""
        while self.screen is not self.ask_screen and len(self.screen_stack) > 1:
            self.pop_screen()
        self.ask_screen.suggest(question)

    def action_index(self, *, force: bool = True) -> None:
        """Bring the index to the tree; unless forced only if that fits the budget of a question."""

        def events(project: Project, cancelled: Flag) -> Iterator[Event]:
            return project.index(portions=True) if force else project.update(portions=True)

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
            self.screen.query_one(HelpPanel)
        except NoMatches:
            self.action_show_help_panel()
        else:
            self.action_hide_help_panel()

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
