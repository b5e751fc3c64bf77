"""A program at a pseudo terminal: keys go in, bytes come out."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import sys
import termios
import time
from pathlib import Path
from types import TracebackType

from tests.conftest import ROOT

SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][A-Z0-9]|[=>78DEHM])")

QUIET_SECONDS = 1.0


class Pseudo:
    """`codeqa` with arguments, at a terminal of so many columns and rows."""

    def __init__(self, *arguments: str, cwd: Path, environ: dict[str, str], size: tuple[int, int] = (100, 30)) -> None:
        command = [sys.executable, "-c", "from codeqa.cli import main; main()", *arguments]
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            **environ,
        }
        for name in ("TMUX", "STY", "VTE_VERSION", "TERM_PROGRAM", "TEXTUAL"):
            environment.pop(name, None)
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(cwd)
            os.execvpe(command[0], command, environment)
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        self.output = b""
        self._seen = 0

    def press(self, keys: str) -> None:
        os.write(self.terminal, keys.encode())

    def wait_for(self, text: str, seconds: float = 30) -> None:
        """Wait until something is written behind what was waited for before; escape sequences aside."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            shown = self._shown()
            if (at := shown.find(text, self._seen)) >= 0:
                self._seen = at + len(text)
                return
            if not self._read(0.1):
                break
        raise AssertionError(f"{text!r} never came; the end of what did: {self._shown()[-3000:]}")

    def settle(self, seconds: float = 30) -> None:
        """Wait until nothing has been written for a while: a walk that goes on writes its time."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            before = len(self.output)
            self._read(QUIET_SECONDS)
            if len(self.output) == before:
                return
        raise AssertionError("it never came to rest")

    def ended(self, seconds: float = 15) -> int:
        """Wait for its end; return the exit code."""
        until = time.monotonic() + seconds
        while self._read(0.1) and time.monotonic() < until:
            pass
        _, status = os.waitpid(self.pid, 0)
        self.pid = 0
        return os.waitstatus_to_exitcode(status)

    def _shown(self) -> str:
        return SEQUENCE.sub("", self.output.decode("utf-8", "replace"))

    def _read(self, seconds: float) -> bool:
        if not select.select([self.terminal], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.terminal, 65536)
        except OSError:  # the other side is closed
            return False
        self.output += data
        return bool(data)

    def __enter__(self) -> Pseudo:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.pid:
            os.kill(self.pid, 9)
            os.waitpid(self.pid, 0)
        os.close(self.terminal)
