"""What was asked in a repository, and what was typed and not yet sent: kept beside its conversations.

Both are written under the rules of the folder of traces (folder.py), secrets blanked. A question is written when it is
asked, so that one that ends the process is there too. What is typed has a file of its own for each process, which holds
a lock on it: a file that nobody holds was left behind, and who finds it takes it up.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from codeqa.domain import CodeqaError
from codeqa.traces import folder
from codeqa.traces.redaction import cleaned

NEWEST = 1_000  # questions that are remembered
MAX_BYTES = 1_000_000  # of the file, before the next one is begun; the one before is still read
LONGEST = 20_000  # characters of a question
QUESTIONS, BEFORE = "questions.log", "questions.before.log"
_HEAD = {"type": "questions", "id": "questions"}
_DRAFT = re.compile(r"draft-[0-9a-f]{12}\.log")
_TROUBLE = (OSError, CodeqaError)  # what is in the way of keeping is no error of who asks


@dataclass(slots=True)
class History:
    """The questions of one index, and one draft. Without `keep` nothing is read or written.

    `blank` blanks secrets in bytes, whatever they are part of.
    """

    directory: Path  # of the index
    blank: Callable[[bytes], bytes] = bytes
    keep: bool = True
    _waiting: list[str] = field(default_factory=list)  # asked before there was a folder to write to
    _draft: tuple[int, str] | None = None  # open file, with a lock, and its name
    _saved: str = ""

    # ------------------------------------------------------------------------------------------------------- questions

    def load(self) -> list[str]:
        """Return what was asked, oldest first, each once, at its last place."""
        found: list[str] = []
        if self.keep:
            with suppress(*_TROUBLE), folder.opened(self.directory) as there:
                for name in (BEFORE, QUESTIONS):
                    with suppress(*_TROUBLE):
                        lines = folder.read(there, name, _HEAD["id"]).split(b"\n")
                        found += [_text(line, "question") for line in lines]
        return newest(found)

    def add(self, question: str) -> None:
        """Keep a question that is asked now."""
        if not self.keep:
            return
        self._waiting = [*self._waiting, question][-NEWEST:]
        with suppress(*_TROUBLE), folder.opened(self.directory, create=True) as there:
            if not _is_ours(there):
                os.rename(QUESTIONS, BEFORE, src_dir_fd=there, dst_dir_fd=there)  # read no more than it was
            while self._waiting:
                line = self._line("question", self._waiting[0])
                folder.append(there, QUESTIONS, _HEAD, lambda _, line=line: line)  # type: ignore[misc]
                self._waiting.pop(0)
            if os.stat(QUESTIONS, dir_fd=there, follow_symlinks=False).st_size > MAX_BYTES:
                os.rename(QUESTIONS, BEFORE, src_dir_fd=there, dst_dir_fd=there)

    def _line(self, kind: str, text: str) -> bytes:
        return folder.as_line(cleaned({"type": kind, "text": text[:LONGEST]}, self.blank))

    # ----------------------------------------------------------------------------------------------------------- draft

    def restore(self) -> str:
        """Return what was typed and not sent when a process ended that used this index, "" if nothing was.

        The newest is taken up, older ones are thrown away; what another process is at is left alone.
        """
        left: list[tuple[int, str]] = []
        if self.keep:
            with suppress(*_TROUBLE), folder.opened(self.directory) as there:
                for name in filter(_DRAFT.fullmatch, os.listdir(there)):
                    with suppress(*_TROUBLE):
                        if text := self._left_behind(there, name):
                            left.append(text)
        return max(left, default=(0, ""))[1]

    def save(self, text: str) -> None:
        """Keep what is typed by now; of nothing no file is made."""
        if not self.keep or text == self._saved or (not text and self._draft is None):
            return
        with suppress(*_TROUBLE):
            if self._draft is None:
                self._draft = self._begun()
            name = self._draft[1]
            with folder.opened(self.directory) as there:
                folder.append_held(self._draft[0], there, {"type": "draft", "id": name}, self._line("draft", text))
            self._saved = text

    def close(self) -> None:
        """Let go of the draft: what is in it waits for the next one; an empty one is deleted."""
        if self._draft is None:
            return
        file, name = self._draft
        self._draft = None
        with suppress(*_TROUBLE):
            if not self._saved:
                with folder.opened(self.directory) as there:
                    os.unlink(name, dir_fd=there)
        os.close(file)

    def _begun(self) -> tuple[int, str]:
        name = f"draft-{os.urandom(6).hex()}.log"
        with folder.opened(self.directory, create=True) as there:
            file = folder.created(there, name)
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return file, name

    def _left_behind(self, there: int, name: str) -> tuple[int, str] | None:
        """Return when a draft was written that nobody holds, and its text; the file is deleted."""
        with folder.locked(there, name):  # raises where somebody holds it
            data = folder.read(there, name, name)
            at = os.stat(name, dir_fd=there, follow_symlinks=False).st_mtime_ns
            os.unlink(name, dir_fd=there)
        texts = [folder.as_object(line) for line in data.split(b"\n") if line]
        said = [str(each.get("text", "")) for each in texts if each.get("type") == "draft"]
        return (at, said[-1]) if said and said[-1] else None


def newest(questions: Sequence[str]) -> list[str]:
    """Return the newest questions, oldest first, each once, at its last place."""
    last = dict.fromkeys(question for question in reversed(questions) if question)
    return list(last)[:NEWEST][::-1]


def _is_ours(there: int) -> bool:
    """Tell whether questions may be written behind those that are there, if there are any."""
    try:
        folder.read(there, QUESTIONS, _HEAD["id"])
    except FileNotFoundError:
        return True
    except _TROUBLE:
        return False
    return True


def _text(line: bytes, kind: str) -> str:
    record = folder.as_object(line)
    text = record.get("text")
    return text[:LONGEST] if record.get("type") == kind and isinstance(text, str) else ""
