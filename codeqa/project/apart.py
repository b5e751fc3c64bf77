"""A run of the index in a process of its own, for a project whose process has more to do than that.

To resolve references holds the interpreter's lock for seconds, in which a screen draws nothing. Events come over a pipe
as MessagePack; the process ends within `GRACE_SECONDS` when its standard input does, so also when whoever began it is
gone. What it has not committed by then is lost, what it has stays: the index is that of a generation all the time.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn, cast

import msgspec

from codeqa import domain
from codeqa.config import Settings
from codeqa.domain import CodeqaError, Event, Indexed, Notice, Progress
from codeqa.index.worker import Stream, receive, send

if TYPE_CHECKING:
    from codeqa.index import Changes
    from codeqa.project.opened import Opened

COMMAND = (sys.executable, "-P", "-m", "codeqa.project.apart")
WORTH_BYTES = 300_000  # of changed files: below, to start a process takes about as long as the run
WORTH_FILES = 200
GRACE_SECONDS = 1.0  # that a run which is told to end has to do so by itself
LOOK_SECONDS = 0.1  # between two looks whether the run was cancelled
EVERY_SECONDS = 0.05  # that progress of one stage is told
NICENESS = 5
_EVENTS: Mapping[str, type[Event]] = {each.__name__: each for each in (Indexed, Notice, Progress)}


class Setup(NamedTuple):
    """What the process is told."""

    root: bytes  # as the system spells it
    directory: bytes
    settings: Settings
    environ: dict[str, str]
    force: bool
    pin: str | None
    portions: bool


class Failed(NamedTuple):
    """A `CodeqaError`: the name of its class, and what it says."""

    error: str
    message: str
    hint: str


class Message(NamedTuple):
    """An event, by the name of its class; or how the run ended: `failed`, or with neither."""

    name: str = ""
    event: msgspec.Raw = msgspec.Raw(b"\xc0")
    failed: Failed | None = None


def worth_it(changes: Changes) -> bool:
    """Whether a run takes long enough to start a process for it."""
    return changes.bytes > WORTH_BYTES or len(changes.read) + len(changes.removed) > WORTH_FILES


def index(
    project: Opened, *, force: bool, pin: str | None, portions: bool, cancelled: threading.Event | None = None
) -> Iterator[Event]:
    """Run `Project.index` in a process of its own; closing this, and `cancelled`, end it.

    Raises:
        CodeqaError: what the run raises there; or that the process ended before the run did, or was told to.
    """
    settings = replace(project.settings, warnings=())  # they are told already
    place = os.fsencode(project.root), os.fsencode(project.directory)
    setup = Setup(*place, settings, dict(project.environ), force, pin, portions)
    process = subprocess.Popen(
        COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONSAFEPATH": "1"},
        start_new_session=True,  # what is typed while an editor has the terminal is not for it
        bufsize=0,
    )
    try:
        with suppress(BrokenPipeError):  # it died: reading its output will tell
            send(cast(Stream, process.stdin), setup)
        while (message := _hear(process, cancelled)).name or message.failed:
            if message.failed is not None:
                raise _error(message.failed)
            yield msgspec.msgpack.decode(message.event, type=_EVENTS[message.name])
    finally:
        _end(process)


def _hear(process: subprocess.Popen[bytes], cancelled: threading.Event | None) -> Message:
    assert process.stdout is not None
    output = process.stdout
    while not select.select([output], [], [], LOOK_SECONDS)[0]:
        if cancelled is not None and cancelled.is_set():
            raise CodeqaError("the run of the index was stopped")
    body = receive(cast(Stream, output))
    if body is None:
        code = process.wait()
        raise CodeqaError(f"the process that made the index ended early (exit code {code})", hint="run: codeqa index")
    return msgspec.msgpack.decode(body, type=Message)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process, at last by force; it has ended when this returns."""
    for stream in (process.stdin, process.stdout):
        if stream:
            with suppress(BrokenPipeError):
                stream.close()
    try:
        process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _error(failed: Failed) -> CodeqaError:
    kind = getattr(domain, failed.error, CodeqaError)
    known = isinstance(kind, type) and issubclass(kind, CodeqaError)
    return kind(failed.message, hint=failed.hint) if known else CodeqaError(failed.message, hint=failed.hint)


# ------------------------------------------------------------------------------------------------------ in that process


def main() -> None:
    """Run the index as standard input says, and tell its events."""
    with suppress(OSError):
        os.nice(NICENESS)
    inputs, outputs = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing may write between the messages
    first = receive(inputs)
    if first is None:
        return
    stop = threading.Event()
    threading.Thread(target=_watch, args=(inputs.fileno(), stop), daemon=True).start()
    with suppress(BrokenPipeError):
        try:
            _tell(outputs, msgspec.msgpack.decode(first, type=Setup), stop)
        except CodeqaError as error:
            send(outputs, Message(failed=Failed(type(error).__name__, error.message, error.hint)))
        else:
            send(outputs, Message())
    _leave()


def _tell(outputs: Stream, setup: Setup, stop: threading.Event) -> None:
    from codeqa.project import Project

    place = Path(os.fsdecode(setup.root)), Path(os.fsdecode(setup.directory))
    stage, told = "", 0.0
    with Project(*place, setup.settings, environ=setup.environ) as project:
        for event in project.index(force=setup.force, embedder=setup.pin, portions=setup.portions):
            if stop.is_set():
                return
            if isinstance(event, Progress):
                now = time.monotonic()
                if event.stage == stage and event.done != event.total and now - told < EVERY_SECONDS:
                    continue
                stage, told = event.stage, now
            send(outputs, Message(type(event).__name__, msgspec.Raw(msgspec.msgpack.encode(event))))


def _watch(inputs: int, stop: threading.Event) -> None:
    """End the process when its input ends: with the next event of the run, or without one."""
    with suppress(OSError):
        os.read(inputs, 1)
    stop.set()
    time.sleep(GRACE_SECONDS)
    _leave()


def _leave() -> NoReturn:
    """End at once, whatever other threads are doing: each message has been flushed."""
    os._exit(0)


if __name__ == "__main__":
    main()
