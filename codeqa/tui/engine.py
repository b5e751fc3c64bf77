"""The thread that owns the project: jobs go in, what happens comes out, and the screen never waits for either.

A `Project` must not be shared between threads. Whatever needs it is a job: `submit` for a result, `stream` for events
as they come. Jobs are done one after the other.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import count
from queue import SimpleQueue
from typing import TypeVar

from codeqa.domain import Event, ModelCancelled, NoIndex
from codeqa.project import Project

T = TypeVar("T")

CLOSING_SECONDS = 2.0  # that quitting waits for the job at hand: the index is safe whenever it ends


@dataclass(frozen=True, slots=True)
class State:
    """The index as the last job left it. Generation 0: there is none."""

    generation: int = 0
    stale: int = 0  # files that differ from it


@dataclass(frozen=True, slots=True)
class Job:
    """Events that were asked for. Told apart by number: what comes of one that was cancelled is not looked at."""

    number: int
    cancelled: threading.Event = field(default_factory=threading.Event)

    def cancel(self) -> None:
        """End it: at once where a model is waited for, else with its next event. From any thread."""
        self.cancelled.set()


@dataclass(frozen=True, slots=True)
class Happened:
    """A job yielded an event."""

    job: int
    event: Event


@dataclass(frozen=True, slots=True)
class Ended:
    """A job is over. `error` is why it failed, if it did; one that was cancelled did not."""

    job: int
    state: State
    error: Exception | None = None
    cancelled: bool = False


Told = Happened | Ended


class Engine:
    """Runs jobs on a project in a thread of its own, which begins with `start`.

    `tell` is called in that thread and must not block.
    """

    def __init__(self, project: Project, tell: Callable[[Told], None]) -> None:
        self._project = project
        self._tell = tell
        self._numbers = count(1)
        self._closing = threading.Event()
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._running: list[Job] = []  # those that have not ended
        self._thread = threading.Thread(target=self._work, name="codeqa-engine", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def submit(self, job: Callable[[Project], T]) -> Future[T]:
        """Do something with the project once what was asked for before is done."""
        future: Future[T] = Future()

        def work() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(job(self._project))
            except Exception as error:  # noqa: BLE001  # whoever waits for the result gets it
                future.set_exception(error)

        self._jobs.put(work)
        return future

    def stream(self, events: Callable[[Project, threading.Event], Iterator[Event]]) -> Job:
        """Tell each event of a run, and that it has ended; the run is handed what cancels it."""
        job = Job(next(self._numbers))
        self._running.append(job)
        self._jobs.put(lambda: self._stream(job, events))
        return job

    def close(self) -> None:
        """Cancel everything and let go of the project."""
        self._closing.set()
        for job in list(self._running):
            job.cancel()
        self._jobs.put(None)
        if self._thread.is_alive():
            self._thread.join(CLOSING_SECONDS)

    # ------------------------------------------------------------------------------------------- in the engine's thread

    def _work(self) -> None:
        while (work := self._jobs.get()) is not None:
            if not self._closing.is_set():
                work()
        self._project.close()

    def _stream(self, job: Job, events: Callable[[Project, threading.Event], Iterator[Event]]) -> None:
        error: Exception | None = None
        try:
            if not job.cancelled.is_set():
                self._drain(job, events(self._project, job.cancelled))
        except ModelCancelled:
            job.cancel()
        except Exception as failure:  # noqa: BLE001  # a face: it is shown, and the next question may do better
            error = failure
        self._running.remove(job)
        cancelled = job.cancelled.is_set()
        self._tell(Ended(job.number, self._state(), None if cancelled else error, cancelled))

    def _drain(self, job: Job, events: Iterator[Event]) -> None:
        try:
            for event in events:
                if job.cancelled.is_set():
                    return
                self._tell(Happened(job.number, event))
        finally:
            close = getattr(events, "close", None)  # a generator gives back its locks now, not when it is collected
            if close is not None:
                close()

    def _state(self) -> State:
        try:
            return State(self._project.store.generation, len(self._project.stale))
        except NoIndex:
            return State()
