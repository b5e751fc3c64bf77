"""The threads that own the projects: jobs go in, what happens comes out, and the screen never waits for either.

A `Project` must not be shared between threads, so each of the three lanes has its own, of the same repository: one
brings the index to the tree, one walks, one reads for what is on the screen. Within a lane jobs are done one after the
other. Reading goes on while a walk or the index does; both are over the generation that is there when they begin.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import Enum
from itertools import count
from queue import SimpleQueue
from typing import TypeVar

from codeqa.domain import Event, Indexed, ModelCancelled, NoIndex
from codeqa.project import Project

T = TypeVar("T")
Events = Callable[[Project, threading.Event], Iterator[Event]]

CLOSING_SECONDS = 2.0  # that quitting waits for the jobs at hand: the index is safe whenever they end
PATIENCE_SECONDS = 3.0  # that a walk waits for the index to be brought up to date before it takes the one before
LOOK_SECONDS = 0.05  # between two looks whether what waits for the index was cancelled


class Lane(Enum):
    """What a job does; each lane has a thread."""

    INDEX = "index"
    WALK = "walk"
    READ = "read"


@dataclass(frozen=True, slots=True)
class State:
    """The index as a job left it. Generation 0: there is none."""

    generation: int = 0
    stale: int = 0  # files that differ from it
    missing: int = 0  # of them, those that it does not have at all


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
    """Runs jobs on a project, or on others like it, in threads of its own, which begin with `start`.

    `tell` is called in those threads and must not block.
    """

    def __init__(self, project: Project, tell: Callable[[Told], None]) -> None:
        self._tell = tell
        self._numbers = count(1)
        self._closing = threading.Event()
        self._running: list[Job] = []  # those that have not ended
        self._writing = 0  # runs of the index that were asked for and have not ended
        self._portion = False  # whether the run at hand has made a part of the index already, and the rest takes long
        self._leader = project.settings.model.name
        self._made = threading.Condition()  # told whenever there is a new generation, or a run of the index has ended
        self._lanes = {lane: _Thread(lane, project.another()) for lane in Lane}

    def start(self) -> None:
        for lane in self._lanes.values():
            lane.start()

    def submit(self, job: Callable[[Project], T]) -> Future[T]:
        """Read something once what was to be read before is done; waits for the first index while it is made."""
        future: Future[T] = Future()

        def work(project: Project) -> None:
            if self._closing.is_set() or not future.set_running_or_notify_cancel():
                return
            try:
                project.refresh()
                future.set_result(self._read(project, job))
            except StopIteration as error:  # asyncio hands it to nobody: whoever waits would wait for ever
                future.set_exception(RuntimeError(f"{job} raised StopIteration").with_traceback(error.__traceback__))
            except Exception as error:  # noqa: BLE001  # whoever waits for the result gets it
                future.set_exception(error)

        self._lanes[Lane.READ].jobs.put(work)
        return future

    def stream(self, events: Events, lane: Lane = Lane.WALK) -> Job:
        """Tell each event of a run, and that it has ended; the run is handed what cancels it."""
        job = Job(next(self._numbers))
        self._running.append(job)
        if lane is Lane.INDEX:
            with self._made:
                self._writing += 1
        self._lanes[lane].jobs.put(lambda project: self._stream(project, job, events, lane))
        return job

    def lead_by(self, model: str | None) -> None:
        """Let this model lead the walks that begin from now on, or none: the planner."""
        self._leader = model

    def close(self) -> None:
        """Cancel everything and let go of the projects."""
        self._closing.set()
        for job in list(self._running):
            job.cancel()
        with self._made:
            self._made.notify_all()
        for lane in self._lanes.values():
            lane.jobs.put(None)
        until = time.monotonic() + CLOSING_SECONDS
        for lane in self._lanes.values():
            lane.end(until - time.monotonic())

    # ------------------------------------------------------------------------------------------------- in those threads

    def _read(self, project: Project, job: Callable[[Project], T]) -> T:
        while True:
            try:
                return job(project)
            except NoIndex:
                with self._made:
                    if not self._writing or self._closing.is_set():
                        raise
                    self._made.wait()

    def _stream(self, project: Project, job: Job, events: Events, lane: Lane) -> None:
        error: Exception | None = None
        try:
            if lane is Lane.WALK:
                project.lead_by(self._leader)
                self._await_index(project, job)
            if not job.cancelled.is_set() and not self._closing.is_set():
                self._drain(job, events(project, job.cancelled))
        except ModelCancelled:
            job.cancel()
        except Exception as failure:  # noqa: BLE001  # a face: it is shown, and the next question may do better
            error = failure
        self._running.remove(job)
        if lane is Lane.INDEX:
            with self._made:
                self._writing -= 1
                self._portion = False
                self._made.notify_all()
        cancelled = job.cancelled.is_set()
        self._tell(Ended(job.number, _state(project), None if cancelled else error, cancelled))

    def _await_index(self, project: Project, job: Job) -> None:
        """Wait for a run of the index: until there is one at all, and for a while that it is that of the tree."""
        until = time.monotonic() + PATIENCE_SECONDS
        while not job.cancelled.is_set() and not self._closing.is_set():
            project.refresh()
            with self._made:
                if not self._writing:
                    return
                if (self._portion or time.monotonic() > until) and _state(project).generation:
                    return
                self._made.wait(LOOK_SECONDS)

    def _drain(self, job: Job, events: Iterator[Event]) -> None:
        try:
            for event in events:
                if job.cancelled.is_set():
                    return
                self._tell(Happened(job.number, event))
                if isinstance(event, Indexed):
                    with self._made:
                        self._portion = event.missing > 0
                        self._made.notify_all()
        finally:
            close = getattr(events, "close", None)  # a generator gives back its locks now, not when it is collected
            if close is not None:
                close()


class _Thread:
    """One lane: its project, which no other thread touches, and the jobs that wait."""

    def __init__(self, lane: Lane, project: Project) -> None:
        self.jobs: SimpleQueue[Callable[[Project], None] | None] = SimpleQueue()
        self._project = project
        self._thread = threading.Thread(target=self._work, name=f"codeqa-{lane.value}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def end(self, seconds: float) -> None:
        """Wait for the job at hand, no longer than this."""
        if self._thread.is_alive():
            self._thread.join(max(seconds, 0))

    def _work(self) -> None:
        while (job := self.jobs.get()) is not None:
            job(self._project)
        self._project.close()


def _state(project: Project) -> State:
    try:
        return State(project.store.generation, len(project.stale), project.missing)
    except NoIndex:
        return State()
