"""The conversations of one index: written turn by turn, labelled, read again, and deleted in time."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

from codeqa.config import TraceSettings
from codeqa.domain import CodeqaError, UsageError
from codeqa.traces import folder, labels, lines
from codeqa.traces.folder import FOLDER, LABELS, TURNS
from codeqa.traces.labels import Label
from codeqa.traces.redaction import cleaned

NEWEST = "newest"  # stands for the conversation that was written last


@dataclass(frozen=True, slots=True)
class Trace:
    """One conversation as it is kept: turns, oldest first, as they were written."""

    id: str
    turns: tuple[dict[str, Any], ...] = ()
    unread: int = 0  # lines that are none, as after a crash
    labels: Mapping[int, Label] = field(default_factory=dict)  # by the number of the turn

    def turn(self, number: int = 0) -> dict[str, Any]:
        """Return the turn of that number; of 0 the last. Raises UsageError if there is none."""
        found = [turn for turn in self.turns if number in (0, turn["turn"])]
        if not found:
            raise UsageError(f"conversation {self.id} has no turn {number}", hint=f"codeqa trace show {self.id}")
        return found[-1]


@dataclass(frozen=True, slots=True)
class Summary:
    """One conversation in a list."""

    id: str
    updated: float  # seconds since the epoch
    bytes: int
    turns: int
    first: str  # question
    last: str
    status: str  # of the last answer
    labels: Mapping[int, str] = field(default_factory=dict)  # by the number of the turn


Stamp: TypeAlias = tuple[tuple[int, int], ...]  # nanoseconds and bytes of the files of a conversation


@dataclass(slots=True)
class Traces:
    """The conversations of one index.

    `blank` blanks secrets in bytes, whatever they are part of. `notices` has what could not be read or written, in
    words, each once.
    """

    directory: Path  # of the index
    settings: TraceSettings = field(default_factory=TraceSettings)
    blank: Callable[[bytes], bytes] = bytes
    notices: list[str] = field(default_factory=list)
    _passed: dict[str, list[str]] = field(default_factory=dict)  # files that are not read, by the reason

    # --------------------------------------------------------------------------------------------------------- writing

    @staticmethod
    def begin() -> str:
        """Return the id of a new conversation; ids sort by time. Nothing is written before its first turn."""
        return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{os.urandom(3).hex()}"

    def append(self, conversation: str, turn: Callable[[str], Mapping[str, object]]) -> str:
        """Write one turn behind the others; return its name, or "" where it could not be written.

        `turn` makes the record for that name. What is in the way is a notice, no error: an answer is worth more.
        """
        name = ""

        def line(before: bytes) -> bytes:
            nonlocal name
            number = 1 + lines.last(before)
            name = f"{conversation}:{number}"
            return lines.fitted({"type": "turn", "turn": number, **self.cleaned(turn(name))})

        try:
            with folder.opened(self.directory, create=True) as there:
                new = not folder.exists(there, conversation + TURNS)
                folder.append(there, conversation + TURNS, {"type": "conversation", "id": conversation}, line)
                if new:
                    self._prune(there, keep=conversation)
        except (OSError, CodeqaError, RecursionError) as error:  # the last: a model may nest as deep as it likes
            self._note(f"this answer is not kept in {self.directory / FOLDER}: {_reason(error)}")
            return ""
        return name

    def label(self, conversation: str, turn: int, value: str, why: str = "") -> None:
        """Label a turn of a conversation that is kept; what was said of it before counts no longer.

        `value` is "good", "bad", or "none", which takes a label away. Raises UsageError for another, or if `why` is
        too long; CodeqaError if it cannot be written.
        """
        record = self.cleaned(labels.record(turn, value, why))
        try:
            with folder.opened(self.directory) as there:
                head = {"type": "labels", "id": conversation}
                folder.append(there, conversation + LABELS, head, lambda _: folder.as_line(record))
        except (OSError, CodeqaError) as error:
            raise CodeqaError(f"the label is not kept in {self.directory / FOLDER}: {_reason(error)}") from error

    def delete(self, conversation: str) -> None:
        """Delete a conversation that is kept, with its labels. Raises CodeqaError if it cannot be deleted."""
        try:
            with folder.opened(self.directory) as there:
                if conversation not in folder.own(there, TURNS):
                    raise CodeqaError("there is none of that name")
                for ending in (TURNS, LABELS):
                    _delete(there, conversation + ending)
        except (OSError, CodeqaError) as error:
            raise CodeqaError(f"conversation {conversation} is not deleted: {_reason(error)}") from error

    def cleaned(self, record: Mapping[str, object]) -> dict[str, Any]:
        """Return a copy of a record as it would be kept: with its secrets blanked."""
        return cleaned(record, self.blank)

    def _prune(self, there: int, keep: str) -> None:
        """Delete what is older, more, or larger than settings allow, oldest first, with its labels."""
        found, labelled = folder.own(there, TURNS), folder.own(there, LABELS)
        kept = size = 0
        oldest = time.time() - self.settings.days * 86_400
        for name, seen in sorted(found.items(), key=lambda item: -item[1].st_mtime):
            whole = seen.st_size + (labelled[name].st_size if name in labelled else 0)
            kept += 1
            size += whole
            much = kept > self.settings.conversations or size > self.settings.megabytes * 1_000_000
            if (much or seen.st_mtime < oldest) and name != keep:
                kept -= 1
                size -= whole
                _delete(there, name + TURNS)
        for name in labelled:
            if not folder.exists(there, name + TURNS):
                _delete(there, name + LABELS)

    # --------------------------------------------------------------------------------------------------------- reading

    def summaries(self) -> list[Summary]:
        """Return the conversations, newest first."""
        found = []
        for name, seen in self._files():
            trace = self._read(name)
            if trace and trace.turns:
                asked = [_asked(turn) for turn in trace.turns]
                status = str(_answer(trace.turns[-1]).get("status") or "")
                said = {number: label.value for number, label in trace.labels.items()}
                found.append(
                    Summary(trace.id, seen.st_mtime, seen.st_size, len(asked), asked[0], asked[-1], status, said)
                )
        return found

    def stamps(self) -> dict[str, Stamp]:
        """Return for each conversation, newest first, what is another where it was written to or labelled since."""
        files = self._files()
        try:
            with folder.opened(self.directory) as there:
                labelled = folder.own(there, LABELS)
        except (OSError, CodeqaError):
            labelled = {}
        return {
            name: tuple((each.st_mtime_ns, each.st_size) for each in (seen, labelled.get(name)) if each)
            for name, seen in files
        }

    def read(self, conversation: str) -> Trace | None:
        """Return the conversation of an id; None, with a notice, if it is gone or none of ours."""
        return self._read(conversation)

    def named(self, name: str) -> tuple[Trace, int]:
        """Return a conversation and the number of a turn in it, 0 for all.

        `name` is an id, the beginning of one that fits no other, an id with `:n` behind it, or `newest`. Raises
        UsageError for any other.
        """
        wanted, _, number = name.strip().partition(":")
        names = [known for known, _ in self._files() if wanted and (known + TURNS).startswith(wanted)]
        fitting = self.newest() if wanted == NEWEST else (self._read(known) for known in names if len(names) == 1)
        trace = next(iter(fitting), None)
        if trace is None or not (number.isdigit() or not number) or int(number or 0) > 10**6:
            what = f"{len(names)} conversations begin with" if len(names) > 1 else "there is no conversation"
            raise UsageError(f"{what} {name!r}", hint="codeqa trace list shows them")
        return trace, int(number or 0)

    def newest(self) -> Iterator[Trace]:
        """Yield conversations, the one that was written last first."""
        return (trace for name, _ in self._files() if (trace := self._read(name)) and trace.turns)

    def _files(self) -> list[tuple[str, os.stat_result]]:
        """Return the ids of conversations and what the system says of their files, newest first."""
        try:
            with folder.opened(self.directory) as there:
                found = folder.own(there, TURNS, self._note)
        except (OSError, CodeqaError) as error:
            if not isinstance(error, FileNotFoundError):
                self._note(f"{self.directory / FOLDER} is not read: {getattr(error, 'message', error)}")
            return []
        return sorted(found.items(), key=lambda item: (-item[1].st_mtime_ns, item[0]))

    def _read(self, conversation: str) -> Trace | None:
        """Read one conversation; None, with a notice, if it is none of ours."""
        data = self._data(conversation, TURNS)
        if data is None:
            return None
        turns, unread = lines.turns(data)
        if unread:
            name = f"{FOLDER}/{conversation}{TURNS}"
            self._note(f"{name}: {unread} of its lines cannot be read, as after a crash, and are left out")
        return Trace(conversation, tuple(turns), unread, labels.read(self._data(conversation, LABELS) or b""))

    def _data(self, conversation: str, ending: str) -> bytes | None:
        """Return the lines of a file; None, with a notice, if it is none of ours, and without if no label was given."""
        try:
            with folder.opened(self.directory) as there:
                return folder.read(there, conversation + ending, conversation)
        except (OSError, CodeqaError) as error:
            if ending != LABELS or not isinstance(error, FileNotFoundError):
                self._unread(f"{FOLDER}/{conversation}{ending}", getattr(error, "message", None) or str(error))
            return None

    def _unread(self, name: str, reason: str) -> None:
        """Note a file that is not read; of several for one reason, as after a copy, in one sentence."""
        names = self._passed.setdefault(reason, [])
        if name in names:
            return
        names.append(name)
        if len(names) == 1:
            self._note(f"{name} is not read: {reason}")
            return
        before = names[0] if len(names) == 2 else f"{len(names) - 1} files of {FOLDER}"
        old = next(
            (n for n, text in enumerate(self.notices) if text.startswith(before) and text.endswith(reason)), None
        )
        text = f"{len(names)} files of {FOLDER}, such as {names[0]}, are not read: {reason}"
        if old is None:
            self._note(text)
        else:
            self.notices[old] = text

    def _note(self, text: str) -> None:
        if text not in self.notices:
            self.notices.append(text)


def _reason(error: Exception) -> str:
    if isinstance(error, CodeqaError):
        return error.message
    return (error.strerror if isinstance(error, OSError) else "") or str(error)


def _delete(there: int, name: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(name, dir_fd=there)


def _asked(turn: Mapping[str, Any]) -> str:
    asked = turn.get("codeqa")
    return str(asked.get("question", "")) if isinstance(asked, Mapping) else ""


def _answer(turn: Mapping[str, Any]) -> Mapping[str, Any]:
    answer = turn.get("answer")
    return answer if isinstance(answer, Mapping) else {}
