"""What the other modules of this folder, and their callers, hand around."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Skip(StrEnum):
    """Why a file that the ignore rules leave is not read; the value is what a user is told."""

    BINARY = "binary"
    UTF16 = "UTF-16 text"
    GENERATED = "generated"
    MINIFIED = "minified"
    LFS = "lfs pointer"
    TOO_LARGE = "too large"
    SECRET = "secret"
    UNREADABLE = "unreadable"
    NOT_REGULAR = "not a regular file"
    SYMLINK = "symlink"
    BAD_NAME = "name is not UTF-8"
    VANISHED = "vanished"


class FileStat(NamedTuple):
    """A regular file as lstat saw it. `path` is relative to the root, with forward slashes."""

    path: str
    size: int  # bytes
    mtime_ns: int  # of the last change to bytes or inode: `cp -p` sets the one back, never the other
    inode: int


@dataclass(frozen=True, slots=True)
class Scan:
    """The files below a root, sorted by path; those refused by name or type; and what a user should know."""

    files: list[FileStat]
    skipped: dict[str, Skip]
    warnings: list[str]


@dataclass(frozen=True, slots=True)
class Source:
    """One file's text. `sha256` (hex) is of the bytes on disk; `data` is as long, with secrets blanked by `*`."""

    path: str
    data: bytes
    sha256: str
    stat: FileStat
