"""A run of the index in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from conftest import MakeRepo

from codeqa.domain import CodeqaError, Indexed, IndexLocked, NoIndex, Progress
from codeqa.index import Changes
from codeqa.project import Project, apart
from codeqa.store import Store

FILES = {f"shop/part{n}.py": f"def part{n}():\n    return part{n - 1}()\n" for n in range(30)}
SEVERAL = 5.0  # seconds within which the machine surely comes round to a process


@pytest.fixture(autouse=True)
def always_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "WORTH_BYTES", -1)


def children() -> list[int]:
    """Return the processes that make an index for this one."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            parent = status.read_text().split("PPid:")[1].split()[0]
            command = (status.parent / "cmdline").read_bytes()
        except (OSError, IndexError):
            continue
        if parent == str(os.getpid()) and b"codeqa.project.apart" in command:
            found.append(int(status.parent.name))
    return found


def test_only_long_runs_are_worth_a_process() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(apart, "WORTH_BYTES", 300_000)
        many = {f"{n}.py": "python" for n in range(apart.WORTH_FILES + 1)}

        assert not apart.worth_it(Changes({"a.py": "python"}))
        assert apart.worth_it(Changes(many)) and apart.worth_it(Changes(removed=tuple(many)))


def test_the_run_is_that_of_the_project_and_so_are_its_settings(make_repo: MakeRepo, tmp_path: Path) -> None:
    root = make_repo({**FILES, "left/out.py": "x = 1\n", "codeqa.toml": "unheard = 1\n"})
    environ = {"CODEQA_FILES_EXCLUDE": "left/", "XDG_CACHE_HOME": str(tmp_path)}
    overrides = {"files.exclude": ("left/",), "index.embedder": "none"}
    with Project.open(root, overrides=overrides, environ=environ, resident=True) as project:
        events = list(project.update(portions=True))
        last = events[-1]

        assert isinstance(last, Indexed) and last.changed and last.generation == project.store.generation
        assert any(isinstance(event, Progress) and event.stage == "parse" for event in events)
        files = {record.path for record in project.store.files()}
        assert files >= FILES.keys() and "left/out.py" not in files
        assert project.stale == () and not project.store.get_meta("embedder")
        warnings = [event for event in events if "unheard" in str(event)]
        assert len(warnings) == 1  # once, although two processes read the settings
        (root / "shop/part3.py").write_text("def part3():\n    return 3\n")
        assert [event.parsed for event in project.index() if isinstance(event, Indexed)] == [1]
        assert children() == []


def test_what_the_run_raises_there_is_raised_here(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    with Project.open(root, resident=True) as project, Store.open(project.directory, write=True):
        with pytest.raises(IndexLocked) as caught:
            list(project.index())
        assert str(os.getpid()) in caught.value.message and caught.value.hint
    assert type(apart._error(apart.Failed("NoIndex", "none", "make one"))) is NoIndex
    assert type(apart._error(apart.Failed("Path", "what", ""))) is CodeqaError


def test_a_process_that_dies_is_an_error(make_repo: MakeRepo) -> None:
    with Project.open(make_repo(FILES), resident=True) as project:
        run = project.index()
        next(run)
        (child,) = children()
        os.kill(child, signal.SIGKILL)
        with pytest.raises(CodeqaError, match=r"exit code -9"):
            list(run)


def test_cancelling_ends_it_and_leaves_the_index_that_was_there(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    with Project.open(root, resident=True) as project:
        list(project.index())
        for path in FILES:
            (root / path).write_text("def changed(): pass\n")
        cancelled = threading.Event()
        run = project.index(cancelled=cancelled)
        next(run)
        (child,) = children()
        os.kill(child, signal.SIGSTOP)  # it tells nothing any more, and cannot end by itself
        cancelled.set()
        began = time.monotonic()
        with pytest.raises(CodeqaError, match="stopped"):
            list(run)

        assert time.monotonic() - began < apart.GRACE_SECONDS + SEVERAL
        assert children() == []
        assert project.store.generation == 1
        assert [event.parsed for event in project.index() if isinstance(event, Indexed)] == [len(FILES)]


def test_it_does_not_outlive_its_parent(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    begin = f"""
from pathlib import Path
from codeqa.project import Project, apart
import sys, time
apart.WORTH_BYTES = -1
apart.GRACE_SECONDS = 0.2
run = Project.open(Path({str(root)!r}), resident=True).index()
print(next(run), flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", begin], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None and parent.stdout.readline()
        found = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
        assert len(found) == 1
        os.kill(int(found[0]), signal.SIGCONT)
        parent.kill()
    until = time.monotonic() + apart.GRACE_SECONDS + SEVERAL
    while _runs(int(found[0])) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _runs(int(found[0]))


def _runs(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
