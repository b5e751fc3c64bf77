"""`codeqa verify`: do the claims of an earlier answer still hold?"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from codeqa.cli.face import Face, common
from codeqa.cli.terminal import Terminal
from codeqa.domain import CodeqaError, Replay, UsageError

BROKEN = 1
LARGEST = 64_000_000  # bytes of what is read
MAX_ANSWERS = 10_000
HINT = "give what `codeqa ask --json` wrote: one answer, or one a line"
_STYLE = {"holds": "good", "moved": "good", "broken": "bad", "unchecked": "warn"}


@click.command(short_help="Say which claims of an earlier answer still hold.")
@click.argument("file", metavar="ANSWER.json")
@common
def verify(face: Face, file: str) -> int:
    """Say which claims of an earlier answer still hold, and why others do not.

    ANSWER.json is what `codeqa ask --json` wrote, or several of these, one a line; - reads standard input. Exits with
    0 if all claims hold, else with 1.

    \b
    codeqa ask --json "who calls Router.add" > answer.json
    codeqa verify answer.json
    """  # noqa: D301 - click reads the backspace
    answers = _answers(file)
    with face.ready() as project:
        replays = [project.verify(answer) for answer in answers]
        stale = list(project.stale)
    if face.json:
        found = [_record(replay) for replay in replays]
        holds = all(replay.holds for replay in replays)
        index = {"generation": replays[0].generation, "stale": stale}
        face.document({"holds": holds, "answers": found, "index": index})
    else:
        for number, replay in enumerate(replays):
            if number:
                face.out.line()
            _show(replay, face.out, quiet=face.quiet)
    return 0 if all(replay.holds for replay in replays) else BROKEN


def _answers(file: str) -> list[Mapping[str, object]]:
    """Read one answer or several. Raises UsageError if it is none, CodeqaError if it cannot be read."""
    data = _bytes(file)
    try:
        values = _values(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError is a ValueError
        said = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)[:200]
        raise UsageError(f"this is no JSON: {said}", hint=HINT) from None
    if not values:
        raise UsageError("this holds no answer", hint=HINT)
    if len(values) > MAX_ANSWERS:
        raise UsageError(f"{len(values):,} answers are too many", hint=f"up to {MAX_ANSWERS:,} are read at once")
    for value in values:
        if not isinstance(value, Mapping):
            raise UsageError("this is no answer: not a JSON object", hint=HINT)
    return [value for value in values if isinstance(value, Mapping)]


def _values(text: str) -> list[object]:
    try:
        return [json.loads(text)]
    except json.JSONDecodeError as error:
        if not error.msg.startswith("Extra data"):
            raise
    return [json.loads(line) for line in text.split("\n") if line.strip()]


def _bytes(file: str) -> bytes:
    try:
        if file == "-":
            data = sys.stdin.buffer.read(LARGEST + 1) if sys.stdin is not None else b""
        else:
            path = Path(file)
            if not path.is_file():
                said = "is no file" if path.exists() else "does not exist"
                raise UsageError(f"{file} {said}", hint=HINT)
            with path.open("rb") as stream:
                data = stream.read(LARGEST + 1)
    except OSError as error:
        raise CodeqaError(f"{file} cannot be read: {error.strerror}") from error
    except ValueError:  # a NUL in the name
        raise UsageError("this names no file", hint=HINT) from None
    if len(data) > LARGEST:
        raise UsageError(f"{file} is larger than {LARGEST:,} bytes", hint=HINT)
    return data


def _record(replay: Replay) -> dict[str, object]:
    return {
        "question": replay.question,
        "holds": replay.holds,
        "claims": list(replay.claims),
        "notes": list(replay.notes),
    }


def _show(replay: Replay, out: Terminal, *, quiet: bool) -> None:
    """Write one line for each claim, with what is to be said about it below."""
    if replay.question:
        out.line((replay.question, "title"))
    for claim in replay.claims:
        holds = claim.state in ("holds", "moved")
        if quiet and holds:
            continue
        mark = out.glyphs["yes"] if holds else out.glyphs["no"] if claim.state == "broken" else out.glyphs["dot"]
        out.line((f"{mark} {claim.state:<9}", _STYLE[claim.state]), " ", claim.text)
        for said in (*claim.reasons, *claim.moved):
            out.line(("    " + said, "dim"))
    for note in replay.notes:
        out.line((f"{out.glyphs['dot']} {note}", "dim"))
    out.line(_sum(replay))


def _sum(replay: Replay) -> str:
    states = [claim.state for claim in replay.claims]
    holding = states.count("holds") + states.count("moved")
    if not states:
        return "the answer makes no claim"
    parts = [f"{holding:,} of {len(states):,} claims hold"]
    parts += [f"{states.count('moved'):,} of them on other lines"] if "moved" in states else []
    parts += [f"{states.count('unchecked'):,} not checked"] if "unchecked" in states else []
    return ", ".join(parts)
