"""The thread that owns the project."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from queue import Queue

import pytest

from codeqa.domain import Answered, CodeqaError, Step
from codeqa.tui.engine import Ended, Engine, Happened, State, Told
from tests.scripted import ANSWERED, STEPS, Scripted


class Watched:
    """An engine, and all that it tells."""

    def __init__(self, project: Scripted) -> None:
        self.project = project
        self.told: Queue[Told] = Queue()
        self.engine = Engine(project, self.told.put)
        self.engine.start()

    def ask(self, question: str = "who") -> int:
        self.job = self.engine.stream(
            lambda project, cancelled: project.ask(question, conversation=None, cancelled=cancelled)
        )
        return self.job.number

    def until_ended(self, job: int) -> tuple[list[Told], Ended]:
        events: list[Told] = []
        while True:
            told = self.told.get(timeout=10)
            if told.job == job:
                if isinstance(told, Ended):
                    return events, told
                events.append(told)


@pytest.fixture
def project() -> Scripted:
    return Scripted()


@pytest.fixture
def watched(project: Scripted) -> Iterator[Watched]:
    watched = Watched(project)
    yield watched
    project.gate.set()
    watched.engine.close()


def test_events_come_as_they_happen_and_the_end_last(watched: Watched, project: Scripted) -> None:
    project.gate.clear()
    job = watched.ask()

    first = [watched.told.get(timeout=10) for _ in STEPS]  # although the walk has not ended
    project.gate.set()
    rest, end = watched.until_ended(job)

    assert first == [Happened(job, step) for step in STEPS]
    assert rest == [Happened(job, Answered(ANSWERED))]
    assert end == Ended(job, State(generation=7, stale=0))


def test_nobody_but_one_thread_touches_the_project(watched: Watched, project: Scripted) -> None:
    watched.until_ended(watched.ask())
    where = watched.engine.submit(lambda _: threading.current_thread().name).result(10)

    assert project.threads == {where}
    assert where != threading.current_thread().name


def test_an_error_ends_a_job_and_not_the_engine(watched: Watched, project: Scripted) -> None:
    error = CodeqaError("gone", hint="look")
    project.answers = [error, ANSWERED]

    assert watched.until_ended(watched.ask())[1].error is error
    assert watched.until_ended(watched.ask())[1].error is None
    with pytest.raises(ZeroDivisionError):
        watched.engine.submit(lambda _: 1 // 0).result(10)


def test_a_walk_that_waits_for_a_model_ends_at_once_when_it_is_cancelled(watched: Watched, project: Scripted) -> None:
    project.gate.clear()
    job = watched.ask()
    for _ in STEPS:
        watched.told.get(timeout=10)

    began = time.process_time()  # of this process alone: others may load the machine
    watched.job.cancel()
    _, end = watched.until_ended(job)

    assert time.process_time() - began < 0.2
    assert (end.cancelled, end.error) == (True, None)


def test_a_walk_without_a_model_ends_with_its_next_event(watched: Watched) -> None:
    going, closed = threading.Event(), threading.Event()

    def events(_: object, __: threading.Event) -> Iterator[Step]:
        try:
            yield STEPS[0]
            going.wait(10)
            yield STEPS[1]
            raise AssertionError("nobody asked for more")
        finally:
            closed.set()

    job = watched.engine.stream(events)
    watched.told.get(timeout=10)
    job.cancel()
    going.set()
    rest, end = watched.until_ended(job.number)

    assert (rest, end.cancelled, closed.is_set()) == ([], True, True)


def test_what_was_cancelled_before_its_turn_is_never_begun(watched: Watched, project: Scripted) -> None:
    project.gate.clear()
    first = watched.ask("first")
    watched.ask("second")
    watched.job.cancel()
    second = watched.job.number
    project.gate.set()

    assert watched.until_ended(first)[1].error is None
    assert watched.until_ended(second)[1].cancelled
    assert project.asked == ["first"]


def test_closing_cancels_what_goes_on_and_closes_the_project(project: Scripted) -> None:
    watched = Watched(project)
    project.gate.clear()
    watched.ask()
    watched.told.get(timeout=10)

    began = time.monotonic()
    watched.engine.close()

    assert project.closed
    assert time.monotonic() - began < 1
