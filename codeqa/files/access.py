"""Opening a file of the repository without ever leaving the root, and without being held up by what is no file.

On Linux the kernel resolves the path (openat2 with RESOLVE_BENEATH, no links of either kind); elsewhere, or where a
sandbox forbids that call, each component is opened in turn with O_NOFOLLOW.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import struct
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

from codeqa.config import FileSettings
from codeqa.domain import CodeqaError
from codeqa.files.content import judge, judge_name, redact
from codeqa.files.types import FileStat, Skip, Source

MAX_ANSWER_BYTES = 64_000_000
"""Largest file that spans for answers are cut from."""

MAX_IGNORE_BYTES = 256_000

_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW
_FOLDER_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_DIRECTORY
_OPENAT2 = 437  # the same number on every architecture
_RESOLVE = 0x08 | 0x04 | 0x02  # beneath, no symlinks, no magic links
_OPEN_HOW = struct.Struct("=QQQ")  # flags, mode, resolve


def read(root: Path, path: str, settings: FileSettings) -> Source | Skip:
    """Read the file at `path` (relative, forward slashes), or say why it is not read."""
    refused = judge_name(path)
    if refused is not None:
        return refused
    got = _read(root, path, settings.max_file_bytes)
    if isinstance(got, Skip):
        return got
    data, seen = got
    refused = judge(path, data)
    if refused is not None:
        return refused
    return Source(path, redact(data), hashlib.sha256(data).hexdigest(), seen)


def read_span(root: Path, path: str, start_byte: int, end_byte: int) -> bytes:
    """Return bytes `start_byte` to `end_byte` (exclusive) of a file, secrets blanked. Raises CodeqaError."""
    return _whole(root, path)[max(start_byte, 0) : max(end_byte, 0)]


def read_lines(root: Path, path: str, start_line: int, end_line: int) -> list[str]:
    """Return lines `start_line` to `end_line` (1-based, inclusive) without their ends. Raises CodeqaError.

    Undecodable bytes become U+FFFD and secrets `*`; lines past the end of the file are left out.
    """
    lines = _whole(root, path).split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    wanted = lines[max(start_line - 1, 0) : max(end_line, 0)]
    return [line.removesuffix(b"\r").decode("utf-8", "replace") for line in wanted]


def read_ignore_file(path: str) -> str | Skip:
    """Read a small text file at an absolute path whose last component is not a link. Used for ignore files alone."""
    if "\0" in path:  # `gitdir:` can say anything
        return Skip.UNREADABLE
    try:
        if not stat.S_ISREG(mode := os.lstat(path).st_mode):
            return Skip.SYMLINK if stat.S_ISLNK(mode) else Skip.NOT_REGULAR
        descriptor = os.open(path, _FLAGS)
    except OSError as error:
        return _reason(error)
    got = _drain(descriptor, path, MAX_IGNORE_BYTES)
    return got if isinstance(got, Skip) else got[0].decode("utf-8", "replace")


def _whole(root: Path, path: str) -> bytes:
    refused = judge_name(path)
    got = Skip.SECRET if refused is Skip.SECRET else _read(root, path, MAX_ANSWER_BYTES)
    if isinstance(got, Skip):
        raise CodeqaError(f"{path} cannot be read: {got}", hint="update the index: codeqa index")
    return redact(got[0])


def _read(root: Path, path: str, limit: int) -> tuple[bytes, FileStat] | Skip:
    """Open, check and read a file of at most `limit` bytes."""
    if not is_inside(path):
        return Skip.UNREADABLE
    try:
        # Asked before opening: opening a device can have effects. Between here and there it may become anything, so
        # the open does not wait and its result is checked again.
        mode = os.lstat(os.path.join(root, path)).st_mode
        if not stat.S_ISREG(mode):
            return Skip.SYMLINK if stat.S_ISLNK(mode) else Skip.NOT_REGULAR
        descriptor = open_beneath(root, path)
    except OSError as error:
        return _reason(error)
    return _drain(descriptor, path, limit)


def is_inside(path: str) -> bool:
    """Say whether `path` is relative, names no parent folder and can be passed to the system."""
    parts = path.split("/")
    return bool(path) and "\0" not in path and "" not in parts and "." not in parts and ".." not in parts


def open_beneath(root: Path, path: str) -> int:
    """Open a file below `root` for reading; return its descriptor. Raises OSError (ELOOP or EXDEV on any link)."""
    top = os.open(root, os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY)
    try:
        if _has_openat2():
            return _openat2(top, path, _FLAGS)
        return _open_stepwise(top, path)
    finally:
        os.close(top)


def _open_stepwise(top: int, path: str) -> int:
    *folders, name = path.split("/")
    current = os.dup(top)
    try:
        for folder in folders:
            below = _open_folder(folder, current)
            os.close(current)
            current = below
        return os.open(name, _FLAGS, dir_fd=current)
    finally:
        os.close(current)


def _open_folder(name: str, parent: int) -> int:
    try:
        return os.open(name, _FOLDER_FLAGS, dir_fd=parent)
    except NotADirectoryError:  # which is also what a link to a folder is called, with these flags
        if stat.S_ISLNK(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), name) from None
        raise


@cache
def _syscall() -> Callable[[int, int, bytes, bytes, int], int]:
    import ctypes  # some milliseconds, and only for those who read

    call = ctypes.CDLL(None, use_errno=True).syscall
    call.argtypes = (ctypes.c_long, ctypes.c_int, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_size_t)
    call.restype = ctypes.c_long

    def checked(number: int, folder: int, path: bytes, how: bytes, size: int) -> int:
        result: int = call(number, folder, path, how, size)
        return result if result >= 0 else -ctypes.get_errno()

    return checked


def _openat2(top: int, path: str, flags: int) -> int:
    how = _OPEN_HOW.pack(flags, 0, _RESOLVE)
    name = os.fsencode(path)
    while True:
        result = _syscall()(_OPENAT2, top, name, how, len(how))
        if result >= 0:
            return result
        if -result not in {errno.EAGAIN, errno.EINTR}:  # EAGAIN: a rename raced with the resolution
            raise OSError(-result, os.strerror(-result), path)


@cache
def _has_openat2() -> bool:
    """Ask once: old kernels answer ENOSYS, some sandboxes EPERM."""
    if not sys.platform.startswith("linux"):
        return False
    top = os.open("/", os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY)
    try:
        os.close(_openat2(top, ".", os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY))
    except OSError:
        return False
    finally:
        os.close(top)
    return True


def _drain(descriptor: int, path: str, limit: int) -> tuple[bytes, FileStat] | Skip:
    """Read and close a descriptor. The stat is from before the reading: a later change shows as a newer time."""
    try:
        seen = os.fstat(descriptor)
        if not stat.S_ISREG(seen.st_mode):
            return Skip.NOT_REGULAR
        if seen.st_size > limit:
            return Skip.TOO_LARGE
        data = os.read(descriptor, seen.st_size + 1)
        if len(data) != seen.st_size:  # it grows or shrinks while we read, or reports no size
            while len(data) <= limit and (more := os.read(descriptor, 65_536)):
                data += more
        if len(data) > limit:
            return Skip.TOO_LARGE
        return data, FileStat(path, seen.st_size, max(seen.st_mtime_ns, seen.st_ctime_ns), seen.st_ino)
    except OSError as error:
        return _reason(error)
    finally:
        os.close(descriptor)


_REASONS = {
    errno.ENOENT: Skip.VANISHED,
    errno.ENOTDIR: Skip.VANISHED,
    errno.ELOOP: Skip.SYMLINK,
    errno.EXDEV: Skip.SYMLINK,
    errno.ENXIO: Skip.NOT_REGULAR,
    errno.EISDIR: Skip.NOT_REGULAR,
}


def _reason(error: OSError) -> Skip:
    return _REASONS.get(error.errno or 0, Skip.UNREADABLE)
