"""`codeqa` in a real tmux: a shell in a window of its own server; keys go in, the screen and its modes come out."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.conftest import ROOT

MODES = "#{alternate_on}#{mouse_any_flag}#{mouse_sgr_flag}#{cursor_flag}"
AS_BEFORE = "0001"  # no alternate screen, no mouse, a cursor that is seen


class Tmux:
    """One window with a shell; `codeqa` is on its path."""

    def __init__(
        self, folder: Path, *, cwd: Path, environ: Mapping[str, str], size: tuple[int, int] = (120, 40)
    ) -> None:
        folder.mkdir()
        program = folder / "codeqa"
        command = shlex.join([sys.executable, "-c", "from codeqa.cli import main; main()"])
        program.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        program.chmod(0o755)
        self._socket = folder / "socket"
        path = f"{folder}{os.pathsep}{os.environ['PATH']}"
        self._environ = {**os.environ, **environ, "PATH": path, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
        for name in ("TMUX", "ENV", "TEXTUAL"):
            self._environ.pop(name, None)
        columns, rows = map(str, size)
        self.run("-f", "/dev/null", "new-session", "-d", "-x", columns, "-y", rows, "-c", str(cwd), "/bin/sh")
        self.type("clear; PS1='say: '\n")
        try:
            self.wait_for("say:")
        except AssertionError:
            self.__exit__(None, None, None)
            raise

    def run(self, *arguments: str) -> str:
        """Run a command of tmux; return what it writes."""
        command = ["tmux", "-S", str(self._socket), *arguments]
        done = subprocess.run(command, env=self._environ, capture_output=True, text=True, check=False, timeout=30)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def type(self, text: str) -> None:
        """Type text, as it stands."""
        self.run("send-keys", "-l", text)

    def press(self, *keys: str) -> None:
        """Press keys, by tmux's names for them."""
        self.run("send-keys", *keys)

    @property
    def screen(self) -> str:
        return self.run("capture-pane", "-p")

    def modes(self) -> str:
        return self.run("display-message", "-p", MODES).strip()

    def wait_for(self, *texts: str, seconds: float = 30) -> None:
        """Wait until all of these stand on the screen."""
        until = time.monotonic() + seconds
        while not all(text in (screen := self.screen) for text in texts):
            assert time.monotonic() < until, f"{texts} never stood there:\n{screen}"
            time.sleep(0.05)

    def at_rest(self) -> str:
        """Return the screen once it has stood still for a while."""
        last, shown = "", self.screen
        while shown != last:
            time.sleep(0.4)
            last, shown = shown, self.screen
        return shown

    def processes(self) -> list[int]:
        """Return what the shell has started and what that has."""
        shell = int(self.run("display-message", "-p", "#{pane_pid}"))
        return descendants(shell)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        subprocess.run(["tmux", "-S", str(self._socket), "kill-server"], capture_output=True, check=False)


def descendants(pid: int) -> list[int]:
    """Return the processes below one, those that have ended but are not waited for left out."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            except OSError:
                continue
            if state != "Z":
                parents[int(entry.name)] = int(parent)
    found: list[int] = []
    below = {pid}
    while below := {each for each, parent in parents.items() if parent in below}:
        found += below
    return found


def gone(pids: list[int], seconds: float) -> bool:
    """Whether all of these end within some seconds."""
    until = time.monotonic() + seconds
    while any(alive(pid) for pid in pids):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
