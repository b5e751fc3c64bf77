"""An answer as a Markdown document with all that it rests on, written beside the index."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from codeqa import sanitise, wording
from codeqa.domain import Answer, Citation, Hop
from codeqa.traces.folder import opened

FOLDER = "answers"
LONGEST_NAME = 60  # characters of a question in the name of its file
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW


def save(answer: Answer, directory: Path, when: datetime) -> Path:
    """Write an answer into the folder of answers beside an index; return where. Raises OSError, CodeqaError.

    There it is not indexed: an answer must not become what the next one cites.
    """
    words = re.sub(r"[^a-z0-9]+", "-", answer.question.casefold())[:LONGEST_NAME].strip("-")
    name = "-".join(part for part in (f"{when:%Y-%m-%d-%H%M%S}", words) if part) + ".md"
    with opened(directory, create=True, name=FOLDER) as folder:
        descriptor = os.open(name, _WRITE, 0o600, dir_fd=folder)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(document(answer, when))
    return directory / FOLDER / name


def document(answer: Answer, when: datetime) -> str:
    """Return an answer, what is not known, the cited lines and the walk as Markdown; safe to show and to paste."""
    return sanitise.text("\n\n".join(_parts(answer, when))) + "\n"


def _parts(answer: Answer, when: datetime) -> Iterator[str]:
    yield f"# {' '.join(answer.question.split())}"
    yield answer.text
    if answer.unknowns:
        yield "## Not known"
        yield "\n".join(f"- {note}" for note in answer.unknowns)
    if answer.citations:
        yield "## Evidence"
        for citation in answer.citations:
            yield from _evidence(citation)
    if answer.walk:
        yield "## Walk"
        yield "\n".join(_step(hop) for hop in answer.walk)
    led = f"led by {answer.model}" if answer.model else "no model"
    yield f"---\n\n{answer.status}, {led}, generation {answer.generation} of the index, {when:%Y-%m-%d %H:%M}, codeqa"


def _evidence(citation: Citation) -> Iterator[str]:
    place = f"{citation.path}:{wording.lines(citation.start_line, citation.end_line)}"
    symbol = f" {_code(wording.label(citation.symbol))}" if citation.symbol else ""
    yield f"**[{citation.n}]** {_code(place)}{symbol}, SHA-256 of the file {_code(citation.sha256[:12])}"
    fence = "`" * max(3, _longest_run(citation.quote) + 1)
    yield f"{fence}{Path(citation.path).suffix[1:]}\n{citation.quote}\n{fence}"


def _step(hop: Hop) -> str:
    ends = f"{_code(wording.label(hop.src))} {hop.edge} {_code(wording.label(hop.dst))}"
    return f"- {ends} at {_code(hop.site)}, {wording.strategy(hop.strategy, hop.confidence)}"


def _code(text: str) -> str:
    """Return text as a code span, whatever backticks it has."""
    marks = "`" * (_longest_run(text) + 1)
    return f"{marks} {text} {marks}" if "`" in text else f"`{text}`"


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)
