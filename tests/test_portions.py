"""A first index in portions: each may be asked, the last is what a run in one piece makes, and a stop loses nothing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import pytest

from codeqa.domain import Answer, Answered, Event, Indexed, Notice, Progress
from codeqa.index import portions
from codeqa.project import Project
from codeqa.store import Store
from tests.conftest import MakeRepo

CALLS = "from shop.core import connect\n\n\ndef call_{0}():\n    return connect({0})\n"
FILES = {
    "shop/core.py": "def connect(x):\n    return x\n",
    "shop/__init__.py": "",
    **{f"shop/part_{n}.py": CALLS.format(n) for n in range(12)},
    **{f"shop/deep/er/late_{n}.py": CALLS.format(f"late_{n}") for n in range(20)},
    **{f"tests/test_{n}.py": CALLS.format(f"test_{n}") for n in range(9)},
    "README.md": "# Shop\n\nIt connects.\n",
    "notes.bin": "\0\1\2",
}


@pytest.fixture
def shop(make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(portions, "FIRST_BYTES", 400)
    monkeypatch.setattr(portions, "GROWTH", 2)
    return make_repo(FILES)


@pytest.fixture
def project(shop: Path) -> Iterator[Project]:
    with Project.open(shop) as project:
        yield project


def dump(project: Project) -> list[str]:
    with Store.open(project.directory) as store:
        return list(store.dump())


def first_portion(project: Project) -> list[Event]:
    """Index until the first portion is in, and stop there."""
    events = project.update(portions=True)
    seen: list[Event] = []
    for event in events:
        seen.append(event)
        if isinstance(event, Indexed):
            break
    events.close()  # type: ignore[attr-defined]
    return seen


def answer(events: Iterator[Event]) -> Answer:
    return next(event.answer for event in events if isinstance(event, Answered))


def test_the_whole_is_what_one_run_makes(project: Project) -> None:
    runs = [event for event in project.index(portions=True) if isinstance(event, Indexed)]
    made = dump(project)

    assert len(runs) > 2
    assert [run.missing for run in runs] == sorted((run.missing for run in runs), reverse=True)
    assert (runs[-1].missing, runs[-1].parsed, runs[-1].files) == (0, 44, 44)
    list(project.index(force=True))
    assert dump(project) == made


def test_source_near_the_root_comes_first_and_tests_last(project: Project) -> None:
    first_portion(project)
    project.refresh()
    there = {record.path for record in project.store.files() if not record.skip}

    assert "shop/core.py" in there
    assert not any(path.startswith(("tests/", "shop/deep/")) for path in there)


def test_progress_is_of_the_whole_and_never_goes_back(project: Project) -> None:
    seen = [event for event in project.index(portions=True) if isinstance(event, Progress) and event.stage == "parse"]

    assert {event.total for event in seen} == {44}
    assert [event.done for event in seen] == sorted(event.done for event in seen)


def test_an_answer_from_a_part_says_what_it_does_not_know(project: Project) -> None:
    """Another project asks while the first one writes: it neither waits nor takes a part for the whole."""
    events = project.update(portions=True)
    list(takewhile(lambda event: not isinstance(event, Indexed), events))
    asker = project.another()
    said = [event.text for event in asker.update() if isinstance(event, Notice)]
    found = answer(asker.ask("who calls connect"))
    known, missing = asker.store.counts()["files"], asker.missing

    assert missing == len(asker.stale) > 20
    assert said == [f"the index is still being made: {missing} of {known + missing} files are not in it yet"]
    assert found.status == "answered"
    assert found.unknowns[-1] == f"{missing} files are not indexed yet; this answer knows nothing of what they say"
    assert "places in tests" not in found.text

    list(events)
    assert not [event for event in asker.update() if isinstance(event, Notice)]
    whole = answer(asker.ask("who calls connect"))
    assert asker.missing == 0
    assert "9 places in tests" in whole.text
    assert not any("not indexed" in unknown for unknown in whole.unknowns)
    asker.close()


def test_a_run_that_was_stopped_is_finished_by_whoever_comes_next_whatever_it_takes(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    first_portion(project)
    monkeypatch.setattr("codeqa.project.indexing.PARSE_BYTES_PER_SECOND", 0.1)  # beyond the budget of an update
    after = project.another()
    list(after.update())
    made = dump(project)

    assert (after.missing, after.stale) == (0, ())
    list(after.index(force=True))
    assert dump(project) == made
    (project.root / "shop/core.py").write_text("def connect(y):\n    return y\n")
    assert any("files changed" in event.text for event in after.update() if isinstance(event, Notice))
    after.close()


def test_a_small_repository_is_one_portion(make_repo: MakeRepo) -> None:
    with Project.open(make_repo({"a.py": "def a():\n    pass\n"})) as project:
        runs = [event for event in project.index(portions=True) if isinstance(event, Indexed)]

    assert [run.missing for run in runs] == [0]


def test_an_index_that_is_there_is_never_cut_down_to_a_part(project: Project) -> None:
    list(project.index())
    before = project.store.counts()["files"]
    runs = [event for event in project.index(force=True, portions=True) if isinstance(event, Indexed)]

    assert [(run.missing, run.files) for run in runs] == [(0, before)]
