"""What is done with the traces of a project: everything here runs in the engine's thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from codeqa.conversation import Conversation
from codeqa.dialogue import conversation_of
from codeqa.domain import CodeqaError, Event, Notice, Step, ToolUse, UsageError
from codeqa.project import Project
from codeqa.traces import Label, Trace, Traces, cases, comparing, steps
from codeqa.traces.comparing import Comparison
from codeqa.traces.keeping import Stamp
from codeqa.traces.steps import Request, Told, Use
from codeqa.tui.sessions.entries import Entry, of_trace
from codeqa.verify.recalling import Recalled


@dataclass(frozen=True, slots=True)
class Listed:
    """What of the folder there is. `traces` reads it, and collects what it does not read."""

    traces: Traces
    stamps: dict[str, Stamp]


@dataclass(frozen=True, slots=True)
class Resumed:
    """An earlier answer with what of it holds, and the conversation that the next question goes on with."""

    entry: Entry
    recalled: Recalled
    conversation: Conversation
    events: tuple[Event, ...]
    branches: bool  # whether it goes on from an earlier turn than the last, as a conversation of its own


@dataclass(slots=True)
class Again:
    """A question that is asked again; `comparison` is there once that has ended."""

    entry: Entry
    comparison: Comparison | None = None
    number: int = 0  # of the steps so far
    doing: str = ""
    notices: list[str] = field(default_factory=list)


def listed(project: Project) -> Listed:
    """Look what there is; nothing is read yet."""
    traces = project.traces
    return Listed(traces, traces.stamps())


def read(traces: Traces, names: Sequence[str]) -> dict[str, list[Entry]]:
    """Read conversations; one that cannot be read has no entries."""
    found = {}
    for name in names:
        trace = traces.read(name)
        found[name] = of_trace(trace) if trace is not None else []
    return found


def turn(project: Project, entry: Entry) -> tuple[Trace, dict[str, object]]:
    """Return the conversation of an entry and its turn. Raises CodeqaError if it is gone."""
    trace = project.traces.read(entry.conversation)
    if trace is None:
        raise CodeqaError(f"conversation {entry.conversation} is gone, or cannot be read")
    return trace, trace.turn(entry.number)


def label(project: Project, entry: Entry, value: str, why: str) -> list[Entry]:
    """Label a turn; return its conversation as it is now. Raises CodeqaError, UsageError."""
    traces = project.traces
    traces.label(entry.conversation, entry.number, value, why)
    return read(traces, [entry.conversation])[entry.conversation]


def delete(project: Project, conversation: str) -> None:
    """Delete a conversation. Raises CodeqaError."""
    project.traces.delete(conversation)


def save(project: Project, entry: Entry) -> tuple[Path, bool, int]:
    """Write a case; return its file, whether it is new there, and how many symbols a right answer needs."""
    trace, kept = turn(project, entry)
    made = cases.case(kept, entry.name, trace.labels.get(entry.number))
    return project.directory / cases.FILE, cases.add(project.directory, made), len(made.get("must", ()))


def resumed(project: Project, entry: Entry) -> Resumed:
    """Read an answer with what of it holds now. Raises CodeqaError if it is gone, or too little of it is kept."""
    trace, kept = turn(project, entry)
    recalled = project.recall(steps.table(kept.get("answer")))
    conversation = conversation_of(trace)
    branches = kept is not trace.turns[-1]
    if branches:
        before = Trace(trace.id, tuple(each for each in trace.turns if each["turn"] <= entry.number))
        conversation = Conversation(turns=conversation_of(before).turns)
    events = [event for each in steps.in_order(kept) if (event := _event(each)) is not None]
    return Resumed(entry, recalled, conversation, tuple(events), branches)


def _event(step: Told | Request | Use) -> Event | None:
    if isinstance(step, Told):
        return Notice(step.action, step.text) if step.is_notice else Step(step.action, step.text)
    if isinstance(step, Use):
        arguments = {name: value if isinstance(value, str) else repr(value) for name, value in step.arguments.items()}
        return ToolUse(step.name, arguments, step.observation, step.digest, step.refused, step.seconds)
    return None


def again(project: Project, outcome: Again, cancelled: threading.Event) -> Iterator[Event]:
    """Ask the question of a turn as it would be now; `outcome` gets the comparison. Nothing of it is kept."""
    _, kept = turn(project, outcome.entry)
    question = steps.question(kept)
    if not question:
        raise UsageError(f"{outcome.entry.name} has no question", hint="another one has")
    yield from project.update()
    events = project.ask(question, meaning=steps.meaning(kept), cancelled=cancelled, keep=False)
    outcome.comparison, _ = yield from comparing.watched(kept, events, project.traces.cleaned)


def compared(project: Project, first: Entry, second: Entry) -> Comparison:
    """Compare two turns that are kept. Raises CodeqaError if one is gone."""
    runs = [comparing.run_of(turn(project, entry)[1]) for entry in (first, second)]
    return comparing.compared(*runs)


def labels_of(entry: Entry) -> tuple[str, str]:
    """Return value and reason of a label, as they are written."""
    said = entry.label or Label("none")
    return said.value, said.why
