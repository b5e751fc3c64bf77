"""What happens while codeqa works; a face renders it, a trace keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codeqa.domain.answers import Answer


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened; a face renders it, a trace keeps it."""


@dataclass(frozen=True, slots=True)
class Progress(Event):
    """Long work moved on: `done` of `total` units of `stage` ("scan", "parse", "resolve", "store", "embed")."""

    stage: str
    done: int
    total: int
    seconds: float  # since the stage began
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Notice(Event):
    """Something a user should know; `level` is "info" or "warning"."""

    level: str
    text: str


@dataclass(frozen=True, slots=True)
class Indexed(Event):
    """An index run ended."""

    generation: int
    changed: bool  # False: nothing to do
    files: int
    parsed: int  # files parsed in this run
    removed: int
    languages: dict[str, int]  # files by language
    symbols: int
    edges: dict[str, int]  # by strategy
    skipped: dict[str, int]  # by reason
    crashed: tuple[str, ...]  # files whose parse killed a worker
    seconds: float
    cpu_seconds: float
    bytes: int  # size of index.db


@dataclass(frozen=True, slots=True)
class Step(Event):
    """One step of a walk, in words: `action` such as "classify", "link", "expand", "read", "verify"."""

    action: str
    text: str


@dataclass(frozen=True, slots=True)
class Answered(Event):
    """The walk ended with this answer."""

    answer: Answer
