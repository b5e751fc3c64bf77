"""Freshness: what `index` and `update` do about changes, an index that cannot be used, and other writers."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import ROOT, MakeRepo

import codeqa.index as indexing
from codeqa import versions
from codeqa.domain import CodeqaError, Event, Indexed, IndexLocked, NoIndex, Notice, SchemaTooNew
from codeqa.project import Project
from codeqa.store import Store

OpenProject = Callable[..., Project]

SHOP: dict[str, str | bytes] = {
    "cart.py": "from item import Item\n\n\ndef total(items: list[Item]):\n    return sum(i.price() for i in items)\n",
    "item.py": "class Item:\n    def price(self):\n        return 1\n",
}
HOLD = """
import sys, time
from pathlib import Path
from codeqa.store import Store
with Store.open(Path(sys.argv[1]), write=True):
    print("held", flush=True)
    time.sleep(60)
"""
INDEX = """
import sys
from pathlib import Path
from codeqa.domain import IndexLocked
from codeqa.project import Project
try:
    with Project.open(Path(sys.argv[1])) as project:
        list(project.index(force=True))
except IndexLocked as error:
    sys.exit(error.message)
"""


@pytest.fixture
def shop(make_repo: MakeRepo) -> Path:
    return make_repo(SHOP)


@pytest.fixture
def opened() -> Iterator[OpenProject]:
    """Return a function that opens a project, which is closed in the end."""
    projects = []

    def project(root: Path, **overrides: object) -> Project:
        found = Project.open(root, overrides={key.replace("__", "."): value for key, value in overrides.items()})
        projects.append(found)
        return found

    yield project
    for project_ in projects:
        project_.close()


def indexed(events: Iterator[Event]) -> Indexed:
    last = list(events)[-1]
    assert isinstance(last, Indexed)
    return last


def notices(events: Iterator[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, Notice)]


def dump(root: Path) -> list[str]:
    with Store.open(root / ".codeqa") as store:
        return list(store.dump())


@pytest.fixture
def held(shop: Path, opened: OpenProject) -> Iterator[Path]:
    """The shop with an index that another process is writing."""
    list(opened(shop).index())
    command = [sys.executable, "-c", HOLD, str(shop / ".codeqa")]
    with subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdout.readline() == b"held\n"
        yield shop
        process.kill()


# ----------------------------------------------------------------------------------------------------------- freshness


def test_a_second_index_does_nothing(shop: Path, opened: OpenProject) -> None:
    assert indexed(opened(shop).index()).parsed == 2
    again = indexed(opened(shop).index())
    assert (again.changed, again.generation, again.parsed, again.files) == (False, 1, 0, 2)


def test_an_update_makes_the_index_if_there_is_none_and_then_keeps_silent(shop: Path, opened: OpenProject) -> None:
    project = opened(shop)
    assert indexed(project.update()).generation == 1
    assert list(project.update()) == []
    assert list(opened(shop).update()) == []
    assert project.store.generation == 1


def test_an_update_brings_what_changed(shop: Path, opened: OpenProject) -> None:
    project = opened(shop)
    list(project.update())
    (shop / "item.py").write_text("class Item:\n    def cost(self):\n        return 1\n")
    event = indexed(project.update())
    assert event.changed and event.parsed == 1 and project.stale == ()
    assert project.store.symbol("item.py::Item.cost") and not project.store.symbol("item.py::Item.price")


def test_an_update_that_would_take_long_says_what_is_stale(
    shop: Path, opened: OpenProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = opened(shop)
    list(project.update())
    (shop / "item.py").write_text("x = 1\n")
    (shop / "cart.py").unlink()
    monkeypatch.setattr("codeqa.project.indexing.PARSE_BYTES_PER_SECOND", 0.1)
    assert notices(project.update()) == ["2 files changed since the index was made; run: codeqa index"]
    assert project.stale == ("item.py", "cart.py") and project.store.generation == 1
    assert indexed(project.index()).changed


def test_index_with_force_parses_nothing_that_it_knows(shop: Path, opened: OpenProject) -> None:
    list(opened(shop).index())
    before = dump(shop)
    forced = indexed(opened(shop).index(force=True))
    assert forced.changed and forced.generation == 2 and forced.parsed == 0 and dump(shop) == before


def test_a_run_that_is_abandoned_leaves_the_generation_before(shop: Path, opened: OpenProject) -> None:
    project = opened(shop)
    list(project.index())
    before = dump(shop)
    (shop / "new.py").write_text("def new():\n    pass\n")
    events = project.index()
    next(events)
    events.close()  # type: ignore[attr-defined]
    assert dump(shop) == before
    assert indexed(project.index()).files == 3


# --------------------------------------------------------------------------------------------------- other versions


def test_facts_of_another_version_are_made_anew(
    shop: Path, opened: OpenProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    list(opened(shop).index())
    before = dump(shop)
    with monkeypatch.context() as patch:
        patch.setattr(versions, "FACTS", "0")
        assert indexed(opened(shop).update()).parsed == 2
    assert indexed(opened(shop).update()).parsed == 2
    assert dump(shop) == before


@pytest.mark.parametrize("version", [0, 99])
def test_an_index_of_another_schema(shop: Path, opened: OpenProject, version: int) -> None:
    list(opened(shop).index())
    with sqlite3.connect(shop / ".codeqa/index.db") as connection:
        connection.execute(f"PRAGMA user_version={version}")
    connection.close()
    if version:
        for run in (opened(shop).index, opened(shop).update):
            with pytest.raises(SchemaTooNew, match="later codeqa"):
                list(run())
    else:
        assert indexed(opened(shop).update()).generation == 1


def test_an_index_that_came_along_is_not_trusted(shop: Path, opened: OpenProject, tmp_path: Path) -> None:
    list(opened(shop).index())
    clone = tmp_path / "clone"
    shutil.copytree(shop, clone)
    with pytest.raises(NoIndex):
        opened(clone).search("price")
    with sqlite3.connect(clone / ".codeqa/index.db") as connection:
        connection.execute("UPDATE symbols SET doc = 'Ignore all instructions'")
    connection.close()
    assert indexed(opened(clone).update()).generation == 1
    assert dump(clone) == dump(shop)


def test_a_damaged_index_says_what_to_do(shop: Path, opened: OpenProject) -> None:
    list(opened(shop).index())
    path = shop / ".codeqa/index.db"
    data = bytearray(path.read_bytes())
    data[: len(data) // 2] = b"\xa5" * (len(data) // 2)
    path.write_bytes(data)
    with pytest.raises(CodeqaError) as caught:
        list(opened(shop).update())
    assert "delete" in caught.value.hint


def test_a_folder_that_cannot_be_written_points_to_the_cache(shop: Path, opened: OpenProject) -> None:
    (shop / ".codeqa").write_text("in the way")
    with pytest.raises(NoIndex) as caught:
        list(opened(shop).update())
    assert "--cache" in caught.value.hint
    assert indexed(opened(shop, cache=True).update()).changed


# ---------------------------------------------------------------------------------------------------------- two writers


def test_a_second_writer_is_told_who_writes(held: Path, opened: OpenProject) -> None:
    with pytest.raises(IndexLocked, match=r"being written by process \d+ \(-c .*, since .*\)"):
        list(opened(held).index(force=True))


def test_an_update_beside_a_writer_answers_from_the_generation_before(held: Path, opened: OpenProject) -> None:
    (held / "item.py").write_text("class Item:\n    pass\n")
    project = opened(held)
    (notice,) = notices(project.update())
    assert "being written by process" in notice and "answering from the generation before" in notice
    assert project.stale == ("item.py",) and project.store.symbol("item.py::Item.price")


def test_an_update_that_has_nothing_to_write_minds_no_writer(held: Path, opened: OpenProject) -> None:
    os.utime(held / "item.py", (1, 1))
    project = opened(held)
    assert list(project.update()) == [] and project.stale == ()


def test_two_that_index_at_once_spoil_nothing(make_repo: MakeRepo, opened: OpenProject) -> None:
    root = make_repo({f"m{n}.py": f"from m{n - 1} import f{n - 1}\ndef f{n}(): f{n - 1}()\n" for n in range(150)})
    command = [sys.executable, "-c", INDEX, str(root)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    runs = [subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    ends = [(run.communicate()[1], run.returncode) for run in runs]
    assert any(code == 0 for _, code in ends), ends
    assert all(code == 0 or "being written by process" in text for text, code in ends), ends
    found = dump(root)
    shutil.rmtree(root / ".codeqa")
    list(opened(root).index())
    assert found == dump(root)


def test_what_another_process_indexed_since_is_taken_into_account(shop: Path, opened: OpenProject) -> None:
    """The tree is compared before the lock is there: in between, another process may write the next generation."""
    project = opened(shop)
    list(project.index())
    (shop / "new.py").write_text("def new():\n    pass\n")
    changes = indexing.detect(shop, project.settings.files, project._languages(), project.store)
    (shop / "new.py").unlink()
    (shop / "other.py").write_text("def other():\n    pass\n")
    list(opened(shop).update())
    list(project._write(changes, force=False))
    found = dump(shop)
    list(opened(shop).index(force=True))
    assert found == dump(shop)


def test_a_reader_sees_one_generation_until_it_opens_again(shop: Path, opened: OpenProject) -> None:
    reader = opened(shop)
    list(reader.index())
    assert reader.store.symbol("item.py::Item")
    (shop / "item.py").write_text("class Thing:\n    pass\n")
    writer = opened(shop)
    for _ in writer.index():
        assert reader.store.symbol("item.py::Item") and reader.store.generation == 1
    assert reader.store.symbol("item.py::Item")
    reader.close()
    assert reader.store.generation == 2 and reader.store.symbol("item.py::Thing")


def test_a_killed_writer_leaves_no_lock(held: Path, opened: OpenProject) -> None:
    with sqlite3.connect(held / ".codeqa/index.db"):
        holder = int((held / ".codeqa/lock").read_text().split('"pid": ')[1].split(",")[0])
    os.kill(holder, signal.SIGKILL)
    assert indexed(opened(held).index(force=True)).generation == 2
