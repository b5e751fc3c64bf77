"""The part of the Ask screen where a question is made: offers, history, the draft, the editor."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on
from textual.app import SuspendNotSupported
from textual.screen import Screen
from textual.widgets import TextArea

from codeqa.domain import CodeqaError, Symbol
from codeqa.tui import editor
from codeqa.tui.engine import Engine
from codeqa.tui.offers import MOST, Offer, Offers, of_questions, of_symbols
from codeqa.tui.question import Question
from codeqa.tui.rows import Rows

if TYPE_CHECKING:
    from codeqa.tui.app import CodeqaApp

DRAFT_SECONDS = 2.0  # between two writings of what is typed
RESTORED = "what you had typed is back"
NAMES, ASKED = "names · Tab takes", "asked before · Tab takes"


class Composing(Screen[None]):
    """A screen with a question box and its list. Nothing here waits for the engine: what comes too late is dropped."""

    app: CodeqaApp

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self.engine = engine
        self.typed = ""  # what stands in the question and was not asked before
        self.restored = False  # it was typed in an earlier run

    def begin_composing(self) -> None:
        """Bring back what was asked, and what was typed and not sent, in earlier runs."""
        self.set_interval(DRAFT_SECONDS, self.save_draft)
        self.run_worker(self._recall(), group="history", exit_on_error=False)

    async def _recall(self) -> None:
        history, box = self.app.history, self.query_one(Question)
        box.recall(await asyncio.to_thread(history.load))
        draft = await asyncio.to_thread(history.restore)
        if not draft:
            return
        if box.value:  # somebody types already
            box.remember(draft)
        else:
            box.value = draft
            self.restored, self.typed = True, draft
            self.save_draft()
            self.app.remark(RESTORED)

    def save_draft(self) -> None:
        """Keep what is typed by now."""
        self.app.history.save(self.typed)

    def sent(self, question: str) -> None:
        """Keep a question that is asked now, before anything is done with it."""
        box = self.query_one(Question)
        box.remember(question)
        box.value = ""
        self.app.history.add(question)
        self.typed = ""
        self.save_draft()

    # ----------------------------------------------------------------------------------------------------------- offers

    @on(Question.Wanted)
    def _on_wanted(self, event: Question.Wanted) -> None:
        part, box = event.part, self.query_one(Question)
        if part is None:
            self.workers.cancel_group(self, "offers")
            self._offer([], "")
        elif event.history:
            found = of_questions(box.asked, part)
            self._offer(found, ASKED)
            if not found:
                self.app.remark("nothing that was asked here has these words; Esc ends the search")
        else:
            self.run_worker(self._look_up(part), group="offers", exclusive=True, exit_on_error=False)

    async def _look_up(self, part: str) -> None:
        future = self.engine.submit(lambda project: project.pick(part, MOST))
        try:
            found: list[Symbol] = await asyncio.wrap_future(future)
        except CodeqaError:  # no index yet: the name can be typed without
            found = []
        if self.query_one(Question).wants(part, history=False):
            self._offer(of_symbols(found), NAMES)

    def _offer(self, offers: list[Offer], title: str) -> None:
        pane = self.query_one(Offers)
        was_open = pane.is_open
        pane.offer(offers, title, self.query_one(Question).region.bottom)
        if pane.is_open or was_open:
            self.refresh_bindings()

    @on(Rows.OptionSelected, "#offers")
    def _on_clicked(self, event: Rows.OptionSelected) -> None:
        event.stop()
        offer = self.query_one(Offers).chosen
        if offer is not None:
            self.query_one(Question).take(offer)

    @on(Question.Taken)
    def _on_taken(self, event: Question.Taken) -> None:
        """Name the symbol so that no other is meant; what that takes is looked up while one types on."""
        symbol = event.offer.symbol
        if symbol is None:
            return
        self.name_exactly(event.start, event.offer.text, symbol.id)

    def name_exactly(self, start: int, text: str, key: str) -> None:
        """Put what means the symbol of an id alone in place of a text of the question, if it still stands there."""
        future, box = self.engine.submit(lambda project: project.mention(key)), self.query_one(Question)

        async def name() -> None:
            box.correct(start, text, await asyncio.wrap_future(future))

        self.run_worker(name(), group="mention", exit_on_error=False)

    @on(TextArea.Changed, "#question")
    def _on_changed(self) -> None:
        """Know what is typed also when the box is gone; one that takes another row moves what hangs below it."""
        box = self.query_one(Question)
        self.typed = "" if box.value in box.asked else box.value  # what was asked already is kept anyhow
        self.call_after_refresh(self._below_the_box)

    def _below_the_box(self) -> None:
        pane = self.query_one(Offers)
        if pane.is_open:
            pane.styles.offset = (0, self.query_one(Question).region.bottom)

    # ----------------------------------------------------------------------------------------------------------- editor

    @on(Question.Edit)
    def _on_edit(self) -> None:
        """Open the editor on the question, and take back what is saved there."""
        before = self.query_one(Question).value
        try:
            folder = Path(tempfile.mkdtemp(prefix="codeqa-"))  # its owner's alone
            file = folder / "question.md"
            file.write_text(before + "\n", encoding="utf-8")
        except OSError as error:
            self.app.remark(f"no file for the editor could be written: {error.strerror}", "bad")
            return
        command = editor.waiting(self.app.environ, str(file))
        if command.terminal:
            try:
                with self.app.suspend():
                    subprocess.run(command.argv, check=False)
            except (OSError, SuspendNotSupported) as error:
                why = error.strerror if isinstance(error, OSError) else "this terminal cannot be handed over"
                self.app.remark(f"{command.argv[0]}: {why}; $VISUAL or $EDITOR names your editor", "bad")
            self.app.refresh(layout=True)
            self._take_back(folder, before)
        else:
            self.app.remark(f"{command.argv[0]} has the question: what you save there comes back when you close it")
            self.run_worker(self._await_window(command.argv, folder, before), group="window", exit_on_error=False)

    async def _await_window(self, argv: tuple[str, ...], folder: Path, before: str) -> None:
        silent = asyncio.subprocess.DEVNULL
        try:
            window = await asyncio.create_subprocess_exec(*argv, stdin=silent, stdout=silent, stderr=silent)
            await window.wait()
        except OSError as error:
            self.app.remark(f"{argv[0]}: {error.strerror}; $VISUAL or $EDITOR names your editor", "bad")
        self._take_back(folder, before)

    def _take_back(self, folder: Path, before: str) -> None:
        """Put what was saved into the question; nothing in place of something is no wish to lose it."""
        box = self.query_one(Question)
        try:
            text = " ".join((folder / "question.md").read_text(encoding="utf-8", errors="replace").split())
        except OSError:
            text = ""
        shutil.rmtree(folder, ignore_errors=True)
        box.focus()
        if not text or text == before:
            return
        if box.value != before and box.value.strip():  # typed while a window was open: a key (Up) away
            box.remember(box.value)
        box.value = text
