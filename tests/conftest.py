"""What several test files share: repositories made of strings, and the command line as a user meets it."""

from __future__ import annotations

import faulthandler
import gc
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from _pytest.faulthandler import fault_handler_stderr_fd_key
from hypothesis import settings

from tests import idle

idle.install()

# The same examples in every CI run: what a new seed would find is looked for by people, not by a landing.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")

LONG = frozenset({"test_hostile_cli.py", "test_index.py", "test_readme.py", "test_wheel.py"})  # 15 to 30 s a test
HANGS_SECONDS = 300.0  # a test that takes longer; the slowest takes a tenth of it

ROOT = Path(__file__).resolve().parent.parent

MakeRepo = Callable[[Mapping[str, str | bytes]], Path]
RunCodeqa = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(autouse=True)
def no_settings_of_this_user(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the settings, caches and environment of whoever runs the tests out of them."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    for name in [name for name in os.environ if name.startswith("CODEQA_") or name == "NO_COLOR"]:
        monkeypatch.delenv(name)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long in one piece: at the end one worker would wait for it, with nothing left to do."""
    items.sort(key=lambda item: item.path.name not in LONG)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """End a worker whose test hangs, with a traceback: xdist fails that test and starts another worker."""
    if "PYTEST_XDIST_WORKER" not in os.environ:  # somebody may be debugging
        return (yield)
    to = item.config.stash[fault_handler_stderr_fd_key]  # not one that is captured
    faulthandler.dump_traceback_later(HANGS_SECONDS, exit=True, file=to)
    try:
        return (yield)
    finally:
        faulthandler.cancel_dump_traceback_later()


def pytest_collection_finish() -> None:
    """Collect garbage more seldom: a fifth of the time went into looking at objects that live as long as the tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _maker(folder: Path) -> MakeRepo:
    def make(files: Mapping[str, str | bytes]) -> Path:
        root = folder / "repository"
        (root / ".git").mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return root

    return make


@pytest.fixture
def make_repo(tmp_path: Path) -> MakeRepo:
    """Return a function that writes files, given by relative path, into a new repository and returns its root."""
    return _maker(tmp_path)


@pytest.fixture(scope="module")
def make_module_repo(tmp_path_factory: pytest.TempPathFactory) -> MakeRepo:
    """As `make_repo`, for a repository that all tests of a module read."""
    return _maker(tmp_path_factory.mktemp("module"))


@pytest.fixture
def codeqa(tmp_path: Path) -> RunCodeqa:
    """Return a function that runs the command line in its own process, outside a repository unless `cwd` is one."""

    def run(*arguments: str | Path, cwd: Path | None = None, stdin: str = "") -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", "from codeqa.cli import main; main()", *map(str, arguments)]
        return subprocess.run(
            command, cwd=cwd or tmp_path, input=stdin, env=environment, capture_output=True, text=True, check=False
        )

    return run
