"""What is copied: the words, and a file for terminals that do not take them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from codeqa import sanitise
from codeqa.domain import Answer
from codeqa.wording import lines

FILE = "copied.md"


def citation(path: str, start: int, end: int) -> str:
    """Return a place as it is pasted: `src/app.py:12-20`."""
    return sanitise.line(f"{path}:{lines(start, end)}")


def markdown(answer: Answer) -> str:
    """Return an answer with its citations, safe to paste."""
    places = [f"[{c.n}] `{c.path}:{lines(c.start_line, c.end_line)}` {c.symbol}".rstrip() for c in answer.citations]
    parts = [f"**{answer.question}**", answer.text, "\n".join(f"- {place}" for place in places)]
    if answer.unknowns:
        parts.append("Not known:\n\n" + "\n".join(f"- {note}" for note in answer.unknowns))
    status = f"codeqa: {answer.status}, {answer.model or 'no model'}, generation {answer.generation}"
    return sanitise.text("\n\n".join(part for part in [*parts, status] if part)) + "\n"


def may_be_lost(environ: Mapping[str, str]) -> bool:
    """Whether this terminal may not take OSC 52, or a multiplexer may keep it."""
    if environ.get("TMUX") or environ.get("STY") or environ.get("VTE_VERSION"):
        return True
    return environ.get("TERM_PROGRAM") == "Apple_Terminal" or environ.get("TERM", "").startswith(("linux", "vt"))


def keep(text: str, folder: Path) -> Path:
    """Write what was copied to a file that only this user reads; return where. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / FILE
    beside = folder / (FILE + ".new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    beside.replace(path)
    return path
