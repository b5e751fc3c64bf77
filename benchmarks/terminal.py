"""A program at a pseudo terminal, as fast as it can be read: keys go in, and each frame's time of arrival comes out.

What stands on the screen is kept as text and background colours, which is where a list shows what one stands on. Frames
are told apart by synchronised output (mode 2026), which the terminal says that it has, as most do by now.
"""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

SEQUENCE = re.compile(
    r"\x1b(?:\[([0-?]*)[ -/]*([@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)|P[^\x1b]*\x1b\\|[()][A-Z0-9]|[=>78DEHM])"
)
BACKGROUND = re.compile(r"48;(?:2;\d+;\d+;\d+|5;\d+)")
LONGEST = 64  # characters of a sequence that may still be incomplete
TICKS = os.sysconf("SC_CLK_TCK")


class Drawn:
    """What stands on a terminal, from what was written to it."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self.text = [[" "] * columns for _ in range(rows)]
        self.back = [[""] * columns for _ in range(rows)]
        self.written = 0  # characters
        self.asked = ""  # questions to the terminal that wait for an answer
        self.drawing = False  # a frame is half drawn
        self._x = self._y = 0
        self._now = ""  # background of what is written next
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""

    def feed(self, data: bytes) -> None:
        """Take what the program wrote."""
        text = self._rest + self._decoder.decode(data)
        self.written += len(text)
        at = 0
        while at < len(text):
            start = text.find("\x1b", at)
            if start != at:
                self._put(text[at : start if start >= 0 else len(text)])
                at = start if start >= 0 else len(text)
                continue
            match = SEQUENCE.match(text, at)
            if match is None and len(text) - at < LONGEST:
                break  # the rest of it is still to come
            if match is not None:
                self._obey(match[1] or "", match[2] or "")
            at = match.end() if match else at + 1
        self._rest = text[at:]

    def _obey(self, given: str, final: str) -> None:
        if final == "m":
            found = BACKGROUND.findall(given)
            self._now = found[-1] if found else "" if given in ("", "0") else self._now
        elif final in ("H", "f"):
            row, _, column = given.partition(";")
            self._y, self._x = int(row or 1) - 1, int(column or 1) - 1
        elif given == "?2026" and final == "p":
            self.asked += "\x1b[?2026;2$y"
        elif given == "?2026":
            self.drawing = final == "h"

    def _put(self, text: str) -> None:
        for number, piece in enumerate(text.split("\n")):
            if number:
                self._y += 1
            if "\r" in piece:
                piece = piece.rpartition("\r")[2]
                self._x = 0
            if piece and self._y < self.rows:
                end = min(self._x + len(piece), self.columns)
                self.text[self._y][self._x : end] = piece[: end - self._x]
                self.back[self._y][self._x : end] = [self._now] * (end - self._x)
                self._x += len(piece)

    def line(self, row: int) -> str:
        """Return the text of a row, from the bottom if it is negative."""
        return "".join(self.text[row])

    def has(self, *texts: str) -> bool:
        """Whether all of these stand there."""
        shown = str(self)
        return all(text in shown for text in texts)

    def lit(self, start: int, end: int) -> tuple[int, ...]:
        """Return the rows that stand out from most others by their background somewhere in these columns."""
        found = []
        middle = (start + end) // 2
        column = [row[middle] for row in self.back]
        usual = max(set(column), key=column.count)
        for number, colour in enumerate(column):
            if colour != usual:
                found.append(number)
        return tuple(found)

    def __str__(self) -> str:
        return "\n".join("".join(row).rstrip() for row in self.text)


class Terminal:
    """A command at a terminal of so many columns and rows. Leaving it kills the command."""

    def __init__(
        self, command: Sequence[str], *, cwd: Path, environ: Mapping[str, str], size: tuple[int, int] = (120, 40)
    ) -> None:
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **environ}
        for name in ("TMUX", "STY", "VTE_VERSION", "TERM_PROGRAM", "TEXTUAL", "COLUMNS", "LINES", "NO_COLOR"):
            environment.pop(name, None)
        self.began = time.perf_counter()
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
            os.chdir(cwd)
            os.execvpe(command[0], list(command), environment)
        self.drawn = Drawn(*size)
        self.at = self.began  # when the last bytes came

    def press(self, keys: str) -> float:
        """Write keys; return when."""
        began = time.perf_counter()
        os.write(self._terminal, keys.encode())
        return began

    def resize(self, columns: int, rows: int) -> float:
        """Give the terminal another size; return when. What stood there is forgotten."""
        self.drawn = Drawn(columns, rows)
        began = time.perf_counter()
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.kill(self.pid, signal.SIGWINCH)
        return began

    def wait(self, seen: Callable[[Drawn], bool], seconds: float = 30.0) -> float | None:
        """Read until a whole frame shows something; return when its last bytes came, None if that takes too long."""
        until = time.perf_counter() + seconds
        while not (seen(self.drawn) and not self.drawn.drawing):
            left = until - time.perf_counter()
            if left <= 0 or not self.read(left):
                return None
        return self.at

    def rest(self, seconds: float) -> None:
        """Read whatever comes for so long."""
        until = time.perf_counter() + seconds
        while (left := until - time.perf_counter()) > 0 and self.read(left):
            pass

    def read(self, seconds: float) -> bool:
        """Read what comes within so long; False once the program has ended."""
        if not select.select([self._terminal], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self._terminal, 65536)
        except OSError:  # the other side is closed
            return False
        self.at = time.perf_counter()
        self.drawn.feed(data)
        if self.drawn.asked:
            os.write(self._terminal, self.drawn.asked.encode())
            self.drawn.asked = ""
        return bool(data)

    def cpu(self, *, children: bool = True) -> float:
        """Return the CPU seconds of the process, and of those of its children that have ended."""
        fields = _stat(self.pid)
        return sum(map(int, fields[11 : 15 if children else 13])) / TICKS

    def below(self) -> set[int]:
        """Return the processes that it has begun, and those that they have, while they run."""
        parents = {}
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                parents[int(folder.name)] = int(_stat(int(folder.name))[1])
        found, last = set[int](), {self.pid}
        while last := {pid for pid, parent in parents.items() if parent in last}:
            found |= last
        return found

    def cpu_below(self) -> float:
        """Return the CPU seconds of the processes below, also of those that have ended."""
        ticks = sum(map(int, _stat(self.pid)[13:15]))
        for pid in self.below():
            with suppress(OSError):
                ticks += sum(map(int, _stat(pid)[11:15]))
        return ticks / TICKS

    def resident_mb(self) -> float:
        """Return the resident set of the process, in MiB."""
        fields = Path(f"/proc/{self.pid}/status").read_text().split("VmRSS:")[1].split()
        return int(fields[0]) / 1024

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._terminal)


def _stat(pid: int) -> list[str]:
    """Return the fields of a process from its state on. Raises OSError if there is none."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
