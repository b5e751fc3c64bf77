"""A program at a pseudo terminal: keys go in, bytes come out."""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import re
import select
import struct
import sys
import termios
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from rich.cells import get_character_cell_size

from tests.conftest import ROOT

SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][A-Z0-9]|[=>78DEHM])")
PLAIN = re.compile(r"[ -~\u2500-\u259f]+")  # characters that take a column each
LONGEST = 64  # characters of a sequence


class Drawn:
    """What stands on a terminal, from what was written to it: text, lines and cursor movements; no colours."""

    def __init__(self, columns: int, rows: int) -> None:
        self._columns = columns
        self._cells = [[" "] * columns for _ in range(rows)]
        self._x = self._y = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""

    def feed(self, data: bytes) -> None:
        text = self._rest + self._decoder.decode(data)
        at = 0
        while at < len(text):
            if plain := PLAIN.match(text, at):
                self._put_all(plain[0])
                at = plain.end()
                continue
            if text[at] == "\x1b":
                match = SEQUENCE.match(text, at)
                if match is None and len(text) - at < LONGEST:
                    break  # the rest of it is still to come
                at = match.end() if match else at + 1
                self._move(match[0] if match else "")
                continue
            self._put(text[at])
            at += 1
        self._rest = text[at:]

    def _move(self, sequence: str) -> None:
        if position := re.fullmatch(r"\x1b\[(\d*);?(\d*)H", sequence):
            self._y, self._x = (int(each or 1) - 1 for each in position.groups())

    def _put(self, character: str) -> None:
        if character == "\n":
            self._y += 1
        elif character == "\r":
            self._x = 0
        elif (width := get_character_cell_size(character)) == 0:
            if self._y < len(self._cells) and 0 < self._x <= self._columns:
                self._cells[self._y][self._x - 1] += character
        elif self._y < len(self._cells) and self._x < self._columns:
            self._cells[self._y][self._x : self._x + width] = [character, ""][:width]
            self._x += width

    def _put_all(self, text: str) -> None:
        if self._y < len(self._cells) and self._x < self._columns:
            text = text[: self._columns - self._x]
            self._cells[self._y][self._x : self._x + len(text)] = text
            self._x += len(text)

    def __str__(self) -> str:
        return "\n".join("".join(row).rstrip() for row in self._cells)


class Pseudo:
    """`codeqa`, or another program, with arguments, at a terminal of so many columns and rows."""

    def __init__(
        self,
        *arguments: str,
        cwd: Path,
        environ: dict[str, str],
        size: tuple[int, int] = (100, 30),
        program: Path | None = None,
    ) -> None:
        run = ["-c", "from codeqa.cli import main; main()"] if program is None else [str(program)]
        command = [sys.executable, *run, *arguments]
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            **environ,
        }
        for name in ("TMUX", "STY", "VTE_VERSION", "TERM_PROGRAM", "TEXTUAL"):
            environment.pop(name, None)
        environment |= {"COLUMNS": str(size[0]), "LINES": str(size[1])}
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(cwd)
            os.execvpe(command[0], command, environment)
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        self._output = bytearray()  # of megabytes, to which a few kilobytes are added at a time
        self._drawn = Drawn(*size)
        self._fed = 0  # bytes of the output that are drawn

    def press(self, keys: str) -> None:
        os.write(self.terminal, keys.encode())

    def wait_for(self, *texts: str, gone: Sequence[str] = (), seconds: float = 60) -> None:
        """Wait until all of these stand on the screen, and none of what is to be gone."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            shown = str(self.drawn)
            if all(text in shown for text in texts) and not any(text in shown for text in gone):
                return
            if not self._read(0.1):
                break
            while select.select([self.terminal], [], [], 0.02)[0] and self._read(0):
                pass  # all that is there, before it is drawn: a read brings four kilobytes at most
        said = f"{texts} never stood there" + (f" without {gone}" if gone else "")
        raise AssertionError(f"{said}:\n" + "\n".join(line for line in str(self.drawn).splitlines() if line))

    def wait_written(self, data: bytes, *, times: int, seconds: float = 60) -> None:
        """Wait until something was written so many times."""
        until = time.monotonic() + seconds
        while self._output.count(data) < times:
            if time.monotonic() > until or not self._read(0.1):
                raise AssertionError(f"{data!r} was not written {times} times:\n{self.drawn}")

    def quiet(self, pause: float = 0.05, *, seconds: float = 10) -> None:
        """Wait until nothing has been written for a pause: what a key does is done, unless that waits for something."""
        until = time.monotonic() + seconds
        while select.select([self.terminal], [], [], pause)[0] and self._read(0):
            if time.monotonic() > until:
                raise AssertionError(f"it never stops writing:\n{self.drawn}")

    def ended(self, seconds: float = 30) -> int:
        """Wait for its end; return the exit code. One that goes on is an error."""
        until = time.monotonic() + seconds
        while self._read(0.1):
            if time.monotonic() > until:
                raise AssertionError(f"it did not end:\n{self.drawn}")
        _, status = os.waitpid(self.pid, 0)
        self.pid = 0
        return os.waitstatus_to_exitcode(status)

    def _read(self, seconds: float) -> bool:
        if not select.select([self.terminal], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.terminal, 65536)
        except OSError:  # the other side is closed
            return False
        self._output += data
        return bool(data)

    @property
    def output(self) -> bytes:
        """All that was written."""
        return bytes(self._output)

    @property
    def drawn(self) -> Drawn:
        """The screen as it is; drawn when somebody looks at it, for that takes time."""
        self._drawn.feed(bytes(self._output[self._fed :]))
        self._fed = len(self._output)
        return self._drawn

    def __enter__(self) -> Pseudo:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.pid:
            os.kill(self.pid, 9)
            os.waitpid(self.pid, 0)
        os.close(self.terminal)
