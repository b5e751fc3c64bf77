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
    missing: int = 0  # files that are still to come: not the last of the run


@dataclass(frozen=True, slots=True)
class Enriched(Event):
    """A run that asked a model for summaries ended; those asked for before are not counted in `kept` and the like."""

    model: str
    prompt: str  # name, version and hash of the prompt file
    wanted: int  # symbols that are worth a summary
    before: int  # of them, those that the model was asked about in an earlier run
    kept: int  # summaries that this run stored
    rejected: int  # replies that name what does not exist
    failed: int  # replies that are empty, or not of the form that was asked for
    changed: int  # symbols whose file has changed since it was indexed, and that wait for that
    left: int  # not asked about yet
    seconds: float


@dataclass(frozen=True, slots=True)
class Step(Event):
    """One step of a walk, in words: `action` such as "classify", "link", "expand", "read", "verify"."""

    action: str
    text: str


@dataclass(frozen=True, slots=True)
class Answered(Event):
    """The walk ended with this answer."""

    answer: Answer
