"""How faces say what is not prose: a time, a size, a range of lines, a symbol, a strategy, progress, errors."""

from __future__ import annotations

import re
from math import floor
from typing import TYPE_CHECKING

from codeqa.domain import CodeqaError

if TYPE_CHECKING:
    from codeqa.domain import Progress


def describe(event: Progress) -> str:
    """Say it in one line: `parse  1,204/6,900  1,310/s  4 s left  src/app.py`."""
    parts = [event.stage, f"{event.done:,}/{event.total:,}" if event.total else f"{event.done:,}"]
    if event.seconds > 0 and event.done:
        rate = event.done / event.seconds
        parts.append(f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.1f}/s" if rate >= 1 else f"{duration(1 / rate)} each")
        if event.total > event.done:
            parts.append(f"{duration((event.total - event.done) / rate)} left")
    if event.detail:
        parts.append(event.detail)
    return "  ".join(parts)


def duration(seconds: float) -> str:
    """Say a time in the largest unit that fits: `41 ms`, `2.4 s`, `3 min 20 s`."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60} s"


def explained(error: Exception) -> tuple[str, str]:
    """Return what an error says, and what to do about it."""
    if isinstance(error, CodeqaError):
        return error.message, error.hint
    return f"{type(error).__name__}: {error}", "a bug in codeqa; please report it"


def size(count: int) -> str:
    """Say a number of bytes: `812 B`, `1.4 MB`."""
    amount = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            break
        amount /= 1000
    return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"


def lines(start: int, end: int) -> str:
    """Return a range of lines as a place says it: `12-20`, or `12`."""
    return str(start) if start == end else f"{start}-{end}"


def label(symbol: str) -> str:
    """Return a symbol id as a chain shows it: the qualified name, without a twin's number, or the path of a file."""
    _, inside, name = symbol.rpartition("::")
    return re.sub(r"#\d+(?=\.|$)", "", name) if inside else symbol


def strategy(name: str, confidence: float) -> str:
    """Return `exact .98`: rounded down, for none is certain."""
    return f"{name} {floor(confidence * 100 + 1e-9) / 100:.2f}".replace(" 0.", " .")
