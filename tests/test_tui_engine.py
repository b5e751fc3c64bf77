"""The threads that own the projects."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from queue import Queue

import pytest

from codeqa.domain import Answered, CodeqaError, Indexed, NoIndex, Step
from codeqa.tui.engine import Ended, Engine, Happened, Lane, State, Told
from tests.scripted import ANSWERED, STEPS, Scripted

INDEXED = Indexed(7, True, 40, 40, 0, {}, 9, {}, {}, (), 1.0, 1.0, 9_000, missing=60)


class Watched:
    """An engine, and all that it tells."""

    def __init__(self, project: Scripted) -> None:
        self.project = project
        self.told: Queue[Told] = Queue()
        self.kept: list[Told] = []
        self.engine = Engine(project, self.told.put)
        self.engine.start()

    def ask(self, question: str = "who") -> int:
        self.job = self.engine.stream(
            lambda project, cancelled: project.ask(question, conversation=None, cancelled=cancelled)
        )
        return self.job.number

    def until_ended(self, job: int) -> tuple[list[Told], Ended]:
        """Return what a job told and its end; what others tell meanwhile is kept for later."""
        events: list[Told] = []
        while True:
            told = next((kept for kept in self.kept if kept.job == job), None)
            if told is not None:
                self.kept.remove(told)
            else:
                told = self.told.get(timeout=10)
            if told.job != job:
                self.kept.append(told)
            elif isinstance(told, Ended):
                return events, told
            else:
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


def test_no_project_is_touched_by_two_threads() -> None:
    made: list[Scripted] = []

    class Copied(Scripted):
        def another(self) -> Scripted:
            made.append(Scripted())
            return made[-1]

    watched = Watched(Copied())
    watched.until_ended(watched.ask())
    job = watched.engine.stream(lambda project, _: project.update(), Lane.INDEX)
    watched.until_ended(job.number)
    watched.engine.submit(lambda project: project.store).result(10)
    watched.engine.close()

    assert [len(project.threads) for project in made] == [1, 1, 1]
    assert set.union(*(project.threads for project in made)) == {"codeqa-index", "codeqa-walk", "codeqa-read"}
    assert all(project.closed for project in made)


def test_one_reads_while_a_walk_and_the_index_go_on(watched: Watched, project: Scripted) -> None:
    project.gate.clear()
    project.index_gate.clear()
    watched.ask()
    index = watched.engine.stream(lambda project, _: project.update(), Lane.INDEX)

    assert watched.engine.submit(lambda project: project.store.generation).result(10) == 7
    project.index_gate.set()
    assert watched.until_ended(index.number)[1].error is None


def test_what_needs_an_index_waits_for_the_first_one(watched: Watched, project: Scripted) -> None:
    project.has_index = False
    project.index_gate.clear()
    index = watched.engine.stream(lambda project, _: project.update(), Lane.INDEX)
    read = watched.engine.submit(lambda project: project.store.generation)
    walk = watched.ask()
    with pytest.raises(TimeoutError):
        read.result(0.2)
    assert not project.asked

    project.index_gate.set()
    watched.until_ended(index.number)

    assert read.result(10) == 7
    assert watched.until_ended(walk)[1].error is None


def test_reading_says_that_there_is_no_index_where_none_is_made(watched: Watched, project: Scripted) -> None:
    project.has_index = False

    with pytest.raises(NoIndex):
        watched.engine.submit(lambda project: project.store.generation).result(10)


def test_a_walk_goes_over_the_first_portion_while_the_rest_is_indexed(watched: Watched, project: Scripted) -> None:
    project.index_gate.clear()
    project.indexing = [INDEXED]
    index = watched.engine.stream(lambda project, _: project.update(), Lane.INDEX)

    events, end = watched.until_ended(watched.ask())  # long before PATIENCE_SECONDS, and before the index is whole

    assert end.error is None
    assert events[-1] == Happened(end.job, Answered(ANSWERED))
    project.index_gate.set()
    watched.until_ended(index.number)


def test_a_walk_that_waits_for_the_index_can_be_cancelled(watched: Watched, project: Scripted) -> None:
    project.has_index = False
    project.index_gate.clear()
    watched.engine.stream(lambda project, _: project.update(), Lane.INDEX)
    walk = watched.ask()
    watched.job.cancel()

    assert watched.until_ended(walk)[1].cancelled
    assert not project.asked
    project.index_gate.set()


def test_who_waits_for_a_read_gets_its_error_whatever_it_is(watched: Watched) -> None:
    """What asyncio cannot hand on, a StopIteration, left whoever waited there for ever."""

    async def read() -> None:
        await asyncio.wait_for(asyncio.wrap_future(watched.engine.submit(lambda _: next(iter(())))), 10)

    with pytest.raises(RuntimeError, match="StopIteration"):
        asyncio.run(read())


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
