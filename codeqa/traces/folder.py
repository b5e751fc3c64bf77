"""The folder of traces: files of JSON lines that this user alone wrote, begun here and nowhere else.

What another user owns, others may read or write, is a link, has a second name, or was begun in another folder is not
read and not written to.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from codeqa.domain import CodeqaError

FOLDER = "traces"
VERSION = 1
MAX_READ = 8_000_000  # bytes of one file, from its end
MAX_HELD = 200_000  # bytes of a file of which the last line counts
TURNS = ".jsonl"  # endings of the files of a conversation
LABELS = ".labels.jsonl"
_HEAD = 4_096  # bytes that hold the first line
_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{6}")
_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
_APPEND = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
_DIRECTORY = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_DIRECTORY


@contextmanager
def opened(directory: Path, *, create: bool = False, name: str = FOLDER) -> Iterator[int]:
    """Open a folder beside an index, that of traces unless named, which has to be this user's and no link.

    Raises OSError, CodeqaError.
    """
    parent = os.open(directory, _DIRECTORY)
    try:
        if create:
            with suppress(FileExistsError):
                os.mkdir(name, 0o700, dir_fd=parent)
        folder = os.open(name, _DIRECTORY, dir_fd=parent)
    finally:
        os.close(parent)
    try:
        if os.fstat(folder).st_uid != os.getuid():
            raise CodeqaError("it belongs to another user")
        yield folder
    finally:
        os.close(folder)


def append(folder: int, name: str, head: Mapping[str, object], line: Callable[[bytes], bytes]) -> None:
    """Write one line behind the others, in one piece and under a lock; a new file begins with `head`.

    `line` makes it, of what the file ends with. Raises OSError, CodeqaError.
    """
    file = os.open(name, _APPEND, 0o600, dir_fd=folder)
    try:
        require_own(file)
        fcntl.flock(file, fcntl.LOCK_EX)
        size = os.fstat(file).st_size
        lines: list[bytes] = []
        if not size:
            lines.append(as_line({**head, "version": VERSION, "origin": _origin(folder)}))
        elif os.pread(file, 1, size - 1) != b"\n":
            lines.append(b"")  # a line that a crash cut off: it ends here
        lines.append(line(_tail(file)))
        data = b"\n".join(lines) + b"\n"
        while data:
            data = data[os.write(file, data) :]
    finally:
        os.close(file)


def created(folder: int, name: str) -> int:
    """Open a new file of this user to append to; who called closes it. Raises OSError if there is one of that name."""
    return os.open(name, _APPEND | os.O_EXCL, 0o600, dir_fd=folder)


def append_held(file: int, folder: int, head: Mapping[str, object], line: bytes) -> None:
    """Write one line behind the others of a file that is held open and locked; a new one begins with `head`.

    What a file was before it grew large is dropped: of its lines the last one counts. Raises OSError.
    """
    size = os.fstat(file).st_size
    first = as_line({**head, "version": VERSION, "origin": _origin(folder)}) + b"\n"
    if size > MAX_HELD:
        os.ftruncate(file, 0)
    data = (first if not size or size > MAX_HELD else b"") + line + b"\n"
    while data:
        data = data[os.write(file, data) :]


@contextmanager
def locked(folder: int, name: str) -> Iterator[None]:
    """Hold the lock of a file that is there. Raises OSError where another holds it, CodeqaError if it is not ours."""
    file = os.open(name, _READ, dir_fd=folder)
    try:
        require_own(file)
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(file)


def read(folder: int, name: str, conversation: str) -> bytes:
    """Return the last lines of a file, whole ones. Raises OSError; CodeqaError if it is none of ours."""
    file = os.open(name, _READ, dir_fd=folder)
    try:
        require_own(file)
        head = as_object(os.pread(file, _HEAD, 0).partition(b"\n")[0])
        data = _tail(file)
    finally:
        os.close(file)
    if head.get("id") != conversation or head.get("origin") != _origin(folder):
        raise CodeqaError("it was not begun here")
    if head.get("version") != VERSION:
        raise CodeqaError("another version of codeqa wrote it")
    return data


def exists(folder: int, name: str) -> bool:
    """Whether there is anything of that name."""
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def own(folder: int, ending: str, note: Callable[[str], None] = lambda _: None) -> dict[str, os.stat_result]:
    """Return the conversations of this user that have a file of that ending, and what the system says of the file."""
    found = {}
    for name in os.listdir(folder):
        conversation = name.removesuffix(ending)
        if not _ID.fullmatch(conversation) or not name.endswith(ending):
            continue
        with suppress(FileNotFoundError):
            seen = os.stat(name, dir_fd=folder, follow_symlinks=False)
            if trouble := _trouble(seen):
                note(f"{FOLDER}/{name} is not read: {trouble}")
            else:
                found[conversation] = seen
    return found


def as_line(record: Mapping[str, object]) -> bytes:
    """Return a record as one line, without its end."""
    return json.dumps(record, ensure_ascii=True, separators=(",", ":")).encode()


def as_object(line: bytes) -> dict[str, Any]:
    """Return the object of a line; an empty one if it is none."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _tail(file: int) -> bytes:
    size = os.fstat(file).st_size
    if size <= MAX_READ:
        return os.pread(file, MAX_READ, 0)
    return os.pread(file, MAX_READ, size - MAX_READ).partition(b"\n")[2]


def _origin(folder: int) -> str:
    """Return what no copy of the folder has."""
    return f"{os.fstat(folder).st_ino} {os.getuid()}"


def _trouble(seen: os.stat_result) -> str:
    if not stat.S_ISREG(seen.st_mode):
        return "it is a link" if stat.S_ISLNK(seen.st_mode) else "it is no regular file"
    if seen.st_uid != os.getuid():
        return "it belongs to another user"
    if seen.st_nlink != 1:
        return "it has another name elsewhere"
    return "others may read or write it" if seen.st_mode & 0o077 else ""


def require_own(file: int) -> None:
    """Raise CodeqaError, which says why, for an open file that others may have written."""
    if trouble := _trouble(os.fstat(file)):
        raise CodeqaError(trouble)
