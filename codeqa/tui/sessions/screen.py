"""The Sessions screen: earlier questions, to search, take up again, label, compare, and look into."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Input, Static

from codeqa import sanitise
from codeqa.domain import Heard, Progress, Step, ToolUse
from codeqa.tui.engine import Ended, Told
from codeqa.tui.heading import Heading
from codeqa.tui.painting import paint
from codeqa.tui.rows import Rows
from codeqa.tui.sessions import listing, reading
from codeqa.tui.sessions.browsing import Browser, Entries, many
from codeqa.tui.sessions.comparison import ComparisonScreen
from codeqa.tui.sessions.entries import Entry, moment
from codeqa.tui.sessions.reading import Again, Resumed
from codeqa.tui.sessions.steps import StepsScreen
from codeqa.tui.sessions.typing import Note, Words
from codeqa.tui.status import REMARK_SECONDS
from codeqa.wording import describe

if TYPE_CHECKING:
    from codeqa.tui.app import CodeqaApp


class SessionsScreen(Browser):
    """Earlier questions, and what can be done with them."""

    app: CodeqaApp
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "Stop", id="sessions.stop", tooltip="stop asking again"),
        Binding("escape", "back", "Back", id="sessions.back", tooltip="back"),
        Binding("slash", "words", "Search", id="sessions.words", tooltip="go to the words"),
        Binding("t", "trace", "Trace", id="sessions.trace", tooltip="the trace, step by step"),
        Binding(
            "plus,equals_sign", "thumb('good')", "Good", key_display="+", id="sessions.good", tooltip="a good answer"
        ),
        Binding("minus", "thumb('bad')", "Bad", key_display="-", id="sessions.bad", tooltip="a bad answer"),
        Binding("n", "note", "Note", id="sessions.note", tooltip="a note with the label"),
        Binding("u", "undo", "Undo", id="sessions.undo", tooltip="take the last label back"),
        Binding("c", "mark", "Mark", id="sessions.mark", tooltip="mark, then compare with another"),
        Binding("c", "compare", "Compare", id="sessions.mark"),
        Binding("c", "unmark", "Unmark", id="sessions.mark"),
        Binding("r", "replay", "Again", id="sessions.replay", tooltip="ask again and compare"),
        Binding("s", "save", "Case", id="sessions.save", tooltip="save as a case of an evaluation"),
        Binding("y", "copy", "Copy", id="sessions.copy", tooltip="copy question and answer"),
        Binding("d", "delete", "Delete", id="sessions.delete", tooltip="delete the conversation"),
    ]

    @on(Rows.OptionSelected, "#entries")
    def _on_chosen(self) -> None:
        entry = self._take()
        if entry is None:
            return
        if self.app.walking:
            self.remark("a walk goes on: Esc stops it, here or in the question", "warn")
            return
        self._resuming = True
        self.say(("◒ ", "mark"), ("looking what of it still holds …", "dim"))
        self.refresh_bindings()
        self.read("resume", lambda project: reading.resumed(project, entry), self._resume)

    def _resume(self, found: Resumed) -> None:
        self._resuming = False
        self.refresh_bindings()
        ask = self.app.ask_screen
        if self.app.screen is not self or ask.working:
            return
        recalled = found.recalled
        said = f"of {moment(found.entry.when)}"
        if recalled.verified and recalled.looked:
            said += f", {recalled.holding} of {recalled.verified} facts hold now"
        said += "; what you ask begins a branch of it" if found.branches else "; what you ask goes on from it"
        self.app.pop_screen()
        ask.resume(recalled, found.conversation, found.events, said)

    # ---------------------------------------------------------------------------------------------------------- labels

    def action_thumb(self, value: str) -> None:
        """Say that an answer is good, or bad."""
        if (entry := self._take()) is not None:
            why = entry.label.why if entry.label is not None and entry.label.value == value else ""
            self._label(entry, value, why, f"{listing.THUMBS[value][0]} · n adds a note, u takes it back")

    def action_note(self) -> None:
        """Type why an answer is good or bad."""
        entry = self._take()
        if entry is None or entry.label is None:
            return
        sign, style = listing.THUMBS[entry.label.value]
        self.query_one("#sign", Static).update(paint((f"{sign} ❯ ", style)))
        box = self.query_one(Note)
        box.value = sanitise.line(entry.label.why)
        box.cursor_position = len(box.value)
        self._noting = entry.name
        self.add_class("-noting")
        box.focus()

    @on(Input.Submitted, "#note")
    def _noted(self) -> None:
        entry = self.library.entry(self._noting)
        why = " ".join(self.query_one(Note).value.split())
        self._stop_noting()
        if entry is not None and entry.label is not None and why != entry.label.why:
            self._label(entry, entry.label.value, why, "noted · u takes it back" if why else "without a note")

    def _stop_noting(self) -> None:
        self.remove_class("-noting")
        self.query_one(Entries).focus()

    def action_undo(self) -> None:
        """Make the last label what it was before."""
        self._take()
        if self._before:
            name, value, why = self._before.pop()
            if (entry := self.library.entry(name)) is not None:
                self._label(entry, value, why, f"the label of “{entry.asked}” is what it was", undo=True)

    def _label(self, entry: Entry, value: str, why: str, said: str, *, undo: bool = False) -> None:
        if not undo:
            self._before.append((entry.name, *reading.labels_of(entry)))

        def took(entries: list[Entry]) -> None:
            self.library.take(entry.conversation, entries)
            self._show()
            self.remark(said, "good" if value == "good" else "")

        self._do(lambda project: reading.label(project, entry, value, why), took)

    # -------------------------------------------------------------------------------------------------------- two runs

    def action_mark(self) -> None:
        """Mark a question, to compare it with another."""
        if (entry := self._take()) is not None:
            self._marked = entry.name
            self._show()
            self.remark(f"{listing.MARKED} marked; c on another one compares")

    def action_unmark(self) -> None:
        """Forget what is marked."""
        self._take()
        self._marked = ""
        self._show()

    def action_compare(self) -> None:
        """Compare what is marked with what is stood on, the older one first; then forget the mark."""
        entry, other = self._take(), self.library.entry(self._marked)
        if entry is None or other is None:
            return
        first, second = sorted((entry, other), key=lambda each: (each.when, each.name))
        self._marked = ""
        self._do(
            lambda project: reading.compared(project, first, second),
            lambda found: self._push(
                ComparisonScreen((_title(first), first.asked), (_title(second), second.asked), found)
            ),
        )

    def action_replay(self) -> None:
        """Ask a question again, as it would be now, and compare."""
        entry = self._take()
        if entry is None:
            return
        if self.app.walking:
            self.remark("a walk goes on: Esc stops it", "warn")
            return
        again = self._again = Again(entry)
        self.replaying = self.engine.stream(lambda project, cancelled: reading.again(project, again, cancelled))
        self.say(("◒ asking again", "mark"), (" · Esc stops it", "dim"))
        self.refresh_bindings()

    def told(self, told: Told) -> None:
        """Take what the engine tells: how far a question is that is asked again."""
        if self is self.app.screen:
            self.query_one(Heading).about(self.app)
        if self.replaying is None or self._again is None or told.job != self.replaying.number:
            return
        if isinstance(told, Ended):
            self.replaying, again = None, self._again
            self.refresh_bindings()
            self._show()
            if told.error is not None:
                self._failed_by(told.error)
            elif told.cancelled:
                self.say(("■ stopped", "warn"))
            else:
                self._compare_again(again)
            return
        again, event = self._again, told.event
        if isinstance(event, Step | ToolUse):
            again.number += 1
            again.doing = f"{event.action} {event.text}" if isinstance(event, Step) else event.name
        elif isinstance(event, Heard):
            again.doing = "the model thinks" if event.kind == "thinking" else "the model writes"
        elif isinstance(event, Progress):
            again.doing = describe(event)
        steps = many(again.number, "step")
        self.say(("◒ asking again", "mark"), (f" · {steps} · {again.doing or 'Esc stops it'}", "dim"))

    def _compare_again(self, again: Again) -> None:
        found, asked = again.comparison, again.entry.asked
        assert found is not None  # a walk that neither failed nor was stopped ended with its answer
        screen = ComparisonScreen((_title(again.entry), asked), ("asked again now", asked), found)
        if self.app.screen is self:
            self._push(screen)
        else:
            self._ready = lambda: self._push(screen)
            self.app.remark("asked again: F3 shows how the answers differ")

    def _push(self, screen: ComparisonScreen) -> None:
        self.app.push_screen(screen)

    # ---------------------------------------------------------------------------------------------------------- actions

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what makes sense now."""
        entry = self.entry
        if action == "stop":
            return self.replaying is not None or self._resuming
        if action in {"trace", "thumb", "save", "copy", "delete"}:
            return entry is not None
        if action == "replay":
            return entry is not None and self.replaying is None
        if action == "note":
            return entry is not None and entry.label is not None
        if action == "undo":
            return bool(self._before)
        if action == "mark":
            return entry is not None and not self._marked
        if action in {"compare", "unmark"}:
            return entry is not None and bool(self._marked) and (self._marked == entry.name) == (action == "unmark")
        return True

    def _take(self) -> Entry | None:
        """Return the question that is stood on; what was about to be deleted no longer is."""
        self._doomed = ""
        return self.entry

    def action_words(self) -> None:
        """Go to the words."""
        self.query_one(Words).focus()

    def action_stop(self) -> None:
        """Stop asking again, or taking up."""
        if self._resuming:
            self._resuming = False
            self.workers.cancel_group(self, "resume")
            self._stand()
        elif self.replaying is not None:
            self.replaying.cancel()
            self.say(("■ stopping …", "warn"))
        self.refresh_bindings()

    def action_back(self) -> None:
        """Leave a note as it was; else go back to the question."""
        if self.has_class("-noting"):
            self._stop_noting()
        else:
            self.app.pop_screen()

    def action_trace(self) -> None:
        """Show how an answer came about, step by step."""
        if (entry := self._take()) is None:
            return

        def show(kept: dict[str, object]) -> None:
            screen = StepsScreen(entry.name, kept, self._steps.get(entry.name, 0))
            self.app.push_screen(screen, lambda at: self._steps.update({entry.name: at or 0}))

        self._do(lambda project: reading.turn(project, entry)[1], show)

    def action_save(self) -> None:
        """Write a question with what its answer cites as a case of an evaluation."""
        if (entry := self._take()) is None:
            return

        def saved(found: tuple[Path, bool, int]) -> None:
            path, new, needed = found
            inside = path.is_relative_to(self.app.root)
            file = shlex.quote(os.path.relpath(path, self.app.root) if inside else str(path))
            command = f"codeqa eval run --questions {file} --model {shlex.quote(self.app.model or 'NAME')}"
            what = f"a right answer cites {many(needed, 'symbol')}" if needed else "right is that there is no answer"
            self.say(("✓ saved" if new else "✓ there already", "good"), f" · {command}", (f" · {what}", "dim"))

        self._do(lambda project: reading.save(project, entry), saved)

    def action_copy(self) -> None:
        """Copy a question with its answer, as Markdown."""
        if (entry := self._take()) is not None:
            self.app.copy(sanitise.text(listing.markdown(entry)), "question and answer")

    def action_delete(self) -> None:
        """Delete a conversation, when pressed a second time."""
        entry = self.entry
        if entry is None:
            return
        conversation, asked = entry.conversation, len(self.library.entries.get(entry.conversation, ()))
        if self._doomed != conversation:
            self._doomed = conversation
            self.remark(f"d again deletes this conversation of {many(asked, 'question')}", "warn")
            self.set_timer(REMARK_SECONDS, self._spare)
            return
        self._doomed = ""

        def deleted(_: None) -> None:
            self.library.forget(conversation)
            self._before = [each for each in self._before if not each[0].startswith(f"{conversation}:")]
            self._marked = "" if self._marked.startswith(f"{conversation}:") else self._marked
            self.app.ask_screen.forget(conversation)
            self._show()
            self.remark(f"deleted, {many(asked, 'question')}")

        self._do(lambda project: reading.delete(project, conversation), deleted)

    def _spare(self) -> None:
        self._doomed = ""


def _title(entry: Entry) -> str:
    return f"{moment(entry.when)} {entry.model or 'planner'}"
