"""What was asked and answered, kept beside the index: one file of JSON lines for each conversation.

The first line says which conversation it is and where it was begun; each further one is a turn, written in one piece
behind what is there, so that a crash costs the turn that it was at. Names are those of OpenTelemetry (a turn is a span
of `invoke_agent`) where it has them. A file that another user wrote, that others may write, that is a link or was
begun elsewhere (a repository may bring a folder of traces) is not read, and nothing in one can do more than be shown.
Secrets are blanked before anything is written.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from codeqa.config import TraceSettings
from codeqa.domain import CodeqaError, UsageError

FOLDER = "traces"
VERSION = 1
NEWEST = "newest"  # stands for the conversation that was written last
MAX_READ = 8_000_000  # bytes of one conversation, from its end
MAX_RECORD = 1_000_000  # bytes of one turn
SHORTEST = 12  # characters that hold a secret together with what shows that it is one
_HEAD = 4_096  # bytes that hold the first line
_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{6}")
_NAMED = re.compile(rf"(?P<id>{_ID.pattern})(?::(?P<turn>\d{{1,6}}))?")
_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
_APPEND = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
_DIRECTORY = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_DIRECTORY


@dataclass(frozen=True, slots=True)
class Trace:
    """One conversation as it is kept: turns, oldest first, as they were written."""

    id: str
    turns: tuple[dict[str, Any], ...] = ()
    unread: int = 0  # lines that are none, as after a crash


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

    # --------------------------------------------------------------------------------------------------------- writing

    @staticmethod
    def begin() -> str:
        """Return the id of a new conversation; ids sort by time. Nothing is written before its first turn."""
        return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{os.urandom(3).hex()}"

    def append(self, conversation: str, turn: Callable[[str], Mapping[str, object]]) -> str:
        """Write one turn behind the others; return its name, or "" where it could not be written.

        `turn` makes the record for that name. What is in the way is a notice, no error: an answer is worth more.
        """
        try:
            with self._folder(create=True) as folder:
                new = not _exists(folder, f"{conversation}.jsonl")
                name = self._append(folder, conversation, turn)
                if new:
                    self._prune(folder, keep=conversation)
                return name
        except (OSError, CodeqaError) as error:
            reason = error.message if isinstance(error, CodeqaError) else error.strerror or str(error)
            self._note(f"this answer is not kept in {self.directory / FOLDER}: {reason}")
            return ""

    def _append(self, folder: int, conversation: str, turn: Callable[[str], Mapping[str, object]]) -> str:
        file = os.open(f"{conversation}.jsonl", _APPEND, 0o600, dir_fd=folder)
        try:
            _require_own(file)
            fcntl.flock(file, fcntl.LOCK_EX)
            size = os.fstat(file).st_size
            lines: list[bytes] = []
            if not size:
                lines.append(_line(self._head(folder, conversation)))
            elif os.pread(file, 1, size - 1) != b"\n":
                lines.append(b"")  # a line that a crash cut off: it ends here
            number = 1 + _last(_tail(file))
            name = f"{conversation}:{number}"
            lines.append(_fitted({"type": "turn", "turn": number, **self._blanked(turn(name))}))
            data = b"\n".join(lines) + b"\n"
            while data:
                data = data[os.write(file, data) :]
        finally:
            os.close(file)
        return name

    @staticmethod
    def _head(folder: int, conversation: str) -> dict[str, object]:
        return {"type": "conversation", "version": VERSION, "id": conversation, "origin": _origin(folder)}

    def _blanked(self, record: Mapping[str, object]) -> dict[str, Any]:
        known: dict[str, str] = {}  # paths and ids recur

        def clean(value: object) -> object:
            if isinstance(value, str):
                if value not in known:
                    known[value] = self._blank(value)
                return known[value]
            if isinstance(value, Mapping):
                return {str(name): clean(item) for name, item in value.items()}
            return [clean(item) for item in value] if isinstance(value, list | tuple) else value

        return {name: clean(value) for name, value in record.items()}

    def _blank(self, text: str) -> str:
        if len(text) < SHORTEST:
            return text
        data = text.encode("utf-8", "surrogatepass")
        return redacted(self.blank(data).decode("utf-8", "surrogatepass"))

    def _prune(self, folder: int, keep: str) -> None:
        """Delete what is older, more, or larger than settings allow, oldest first."""
        kept = size = 0
        oldest = time.time() - self.settings.days * 86_400
        for name, seen in sorted(_own_files(folder), key=lambda item: -item[1].st_mtime):
            kept += 1
            size += seen.st_size
            much = kept > self.settings.conversations or size > self.settings.megabytes * 1_000_000
            if (much or seen.st_mtime < oldest) and name != f"{keep}.jsonl":
                kept -= 1
                size -= seen.st_size
                with suppress(FileNotFoundError):
                    os.unlink(name, dir_fd=folder)

    # --------------------------------------------------------------------------------------------------------- reading

    def summaries(self) -> list[Summary]:
        """Return the conversations, newest first."""
        found = []
        for name, seen in self._files():
            trace = self._read(name)
            if trace and trace.turns:
                asked = [_asked(turn) for turn in trace.turns]
                status = _answer(trace.turns[-1]).get("status")
                found.append(
                    Summary(trace.id, seen.st_mtime, seen.st_size, len(asked), asked[0], asked[-1], str(status or ""))
                )
        return found

    def named(self, name: str) -> tuple[Trace, int]:
        """Return a conversation and the number of a turn in it, 0 for all.

        `name` is an id, the beginning of one that fits no other, an id with `:n` behind it, or `newest`. Raises
        UsageError for any other.
        """
        wanted, _, number = name.strip().partition(":")
        names = [file for file, _ in self._files() if wanted and file.startswith(wanted)]
        known = self.newest() if wanted == NEWEST else (self._read(file) for file in names if len(names) == 1)
        trace = next(iter(known), None)
        if trace is None or not (number.isdigit() or not number) or int(number or 0) > 10**6:
            what = f"{len(names)} conversations begin with" if len(names) > 1 else "there is no conversation"
            raise UsageError(f"{what} {name!r}", hint="codeqa trace list shows them")
        return trace, int(number or 0)

    def newest(self) -> Iterator[Trace]:
        """Yield conversations, the one that was written last first."""
        return (trace for name, _ in self._files() if (trace := self._read(name)) and trace.turns)

    def _files(self) -> list[tuple[str, os.stat_result]]:
        """Return the names of conversations and what the system says of them, newest first."""
        try:
            with self._folder(create=False) as folder:
                found = _own_files(folder, self._note)
        except (OSError, CodeqaError) as error:
            if not isinstance(error, FileNotFoundError):
                self._note(f"{self.directory / FOLDER} is not read: {getattr(error, 'message', error)}")
            return []
        return sorted(found, key=lambda item: (-item[1].st_mtime_ns, item[0]))

    def _read(self, name: str) -> Trace | None:
        """Read one file; None, with a notice, if it is none of ours."""
        try:
            with self._folder(create=False) as folder:
                file = os.open(name, _READ, dir_fd=folder)
                try:
                    _require_own(file)
                    head = _object(os.pread(file, _HEAD, 0).partition(b"\n")[0])
                    data = _tail(file)
                    origin = _origin(folder)
                finally:
                    os.close(file)
        except (OSError, CodeqaError) as error:
            self._note(f"{FOLDER}/{name} is not read: {getattr(error, 'message', error)}")
            return None
        if head.get("id") != name.removesuffix(".jsonl") or head.get("origin") != origin:
            self._note(f"{FOLDER}/{name} is not read: it was not begun here")
            return None
        if head.get("version") != VERSION:
            self._note(f"{FOLDER}/{name} is not read: another version of codeqa wrote it")
            return None
        turns, unread = _turns(data)
        if unread:
            self._note(f"{FOLDER}/{name}: {unread} of its lines cannot be read, as after a crash, and are left out")
        return Trace(name.removesuffix(".jsonl"), tuple(turns), unread)

    @contextmanager
    def _folder(self, *, create: bool) -> Iterator[int]:
        """Open the folder of traces, which has to be this user's and no link."""
        parent = os.open(self.directory, _DIRECTORY)
        try:
            if create:
                with suppress(FileExistsError):
                    os.mkdir(FOLDER, 0o700, dir_fd=parent)
            folder = os.open(FOLDER, _DIRECTORY, dir_fd=parent)
        finally:
            os.close(parent)
        try:
            if os.fstat(folder).st_uid != os.getuid():
                raise CodeqaError("it belongs to another user")
            yield folder
        finally:
            os.close(folder)

    def _note(self, text: str) -> None:
        if text not in self.notices:
            self.notices.append(text)


# ------------------------------------------------------------------------------------------------------------ redaction

_VALUE = re.compile(
    r"""
    (?P<name>\b[\w-]*
      (?:passw(?:or)?d|passphrase|secret|(?:api|access|private)[_-]?key|(?:auth|access|refresh|bearer|session|api)[_-]?token)
      ["']?\s*(?:=>|:=|[:=])\s*)
    (?: (?P<quote>["'])(?P<quoted>[^"'\n]{4,})(?P=quote)
      | (?P<bare>(?=[^\s"'()]*\d)(?=[^\s"'()]*[A-Za-z])[^\s"'(),;.]{8,})
    )
    """,
    re.I | re.X,
)
_BEARER = re.compile(r"\b(?P<name>(?:bearer|basic)\s+)(?P<bare>[0-9A-Za-z._~+/=-]{16,})", re.I)
_ADDRESS = re.compile(r"(?P<name>\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@]{1,100}:)(?P<bare>[^\s/@]{1,200})(?=@)", re.I)
_JWT = re.compile(r"(?P<name>)\b(?P<bare>eyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]*)")


_SUSPECT = re.compile(r"passw|passphrase|secret|key|token|bearer|basic|://|eyJ", re.I)  # in every match of the others


def redacted(text: str) -> str:
    """Blank with `*` what is given as a password, key or token: values behind such names, headers, addresses, JWTs."""
    if _SUSPECT.search(text):
        for pattern in (_VALUE, _BEARER, _ADDRESS, _JWT):
            text = pattern.sub(_stars, text)
    return text


def _stars(match: re.Match[str]) -> str:
    groups = match.groupdict()
    if quoted := groups.get("quoted"):
        return f"{groups['name']}{groups['quote']}{'*' * len(quoted)}{groups['quote']}"
    return f"{groups['name']}{'*' * len(groups['bare'])}"


# ---------------------------------------------------------------------------------------------------------------- lines


def _line(record: Mapping[str, object]) -> bytes:
    return json.dumps(record, ensure_ascii=True, separators=(",", ":")).encode()


def _fitted(record: dict[str, Any]) -> bytes:
    """Return the line of a turn; what is too long loses quotes first, then the walk, then steps."""
    line = _line(record)
    answer = record.get("answer")
    for part, name in ((answer, "quotes"), (answer, "walk"), (record, "events")):
        if len(line) <= MAX_RECORD:
            return line
        _without(part, name)
        record["cut"] = True
        line = _line(record)
    if len(line) > MAX_RECORD:
        line = _line({"type": "turn", "turn": record["turn"], "codeqa": record.get("codeqa"), "cut": True})
    if len(line) > MAX_RECORD:
        raise CodeqaError(f"one turn would take {len(line):,} bytes")
    return line


def _without(record: object, name: str) -> None:
    if isinstance(record, dict) and name == "quotes":
        for citation in record["citations"]:
            citation["quote"] = ""
    elif isinstance(record, dict):
        record[name] = []


def _object(line: bytes) -> dict[str, Any]:
    """Return the object of a line; an empty one if it is none."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _turns(data: bytes) -> tuple[list[dict[str, Any]], int]:
    """Return the turns in lines, and how many other lines there are; the first line is the conversation's."""
    found: list[dict[str, Any]] = []
    unread = 0
    for line in data.split(b"\n"):
        if not line.strip():
            continue
        record = _object(line)
        number = record.get("turn")
        if record.get("type") == "turn" and isinstance(number, int) and 0 < number < 10**6:
            found.append(record)
        elif record.get("type") != "conversation":
            unread += 1
    return found, unread


def _last(data: bytes) -> int:
    """Return the number of the last turn in lines, 0 if there is none."""
    end = len(data)
    while end > 0:
        start = data.rfind(b"\n", 0, end) + 1
        if found := _turns(data[start:end])[0]:
            return int(found[0]["turn"])
        end = start - 1
    return 0


def _tail(file: int) -> bytes:
    """Return the last lines of a file, whole ones."""
    size = os.fstat(file).st_size
    if size <= MAX_READ:
        return os.pread(file, MAX_READ, 0)
    return os.pread(file, MAX_READ, size - MAX_READ).partition(b"\n")[2]


def _asked(turn: Mapping[str, Any]) -> str:
    asked = turn.get("codeqa")
    return str(asked.get("question", "")) if isinstance(asked, Mapping) else ""


def _answer(turn: Mapping[str, Any]) -> Mapping[str, Any]:
    answer = turn.get("answer")
    return answer if isinstance(answer, Mapping) else {}


# ---------------------------------------------------------------------------------------------------------------- files


def _origin(folder: int) -> str:
    """Return what no copy of the folder has."""
    return f"{os.fstat(folder).st_ino} {os.getuid()}"


def _exists(folder: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _own_files(folder: int, note: Callable[[str], None] = lambda _: None) -> list[tuple[str, os.stat_result]]:
    """Return the names of files that are conversations of this user, and what the system says of them."""
    found = []
    for name in os.listdir(folder):
        if not _ID.fullmatch(name.removesuffix(".jsonl")) or not name.endswith(".jsonl"):
            continue
        with suppress(FileNotFoundError):
            seen = os.stat(name, dir_fd=folder, follow_symlinks=False)
            if trouble := _trouble(seen):
                note(f"{FOLDER}/{name} is not read: {trouble}")
            else:
                found.append((name, seen))
    return found


def _trouble(seen: os.stat_result) -> str:
    if not stat.S_ISREG(seen.st_mode):
        return "it is a link" if stat.S_ISLNK(seen.st_mode) else "it is no regular file"
    if seen.st_uid != os.getuid():
        return "it belongs to another user"
    if seen.st_nlink != 1:
        return "it has another name elsewhere"
    return "others may read or write it" if seen.st_mode & 0o077 else ""


def _require_own(file: int) -> None:
    if trouble := _trouble(os.fstat(file)):
        raise CodeqaError(trouble)
