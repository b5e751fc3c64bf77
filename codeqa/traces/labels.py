"""What somebody thought of an answer: lines beside the conversation, of which the last one about a turn counts."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from codeqa.domain import UsageError
from codeqa.traces.folder import as_object
from codeqa.traces.lines import is_number

LABELS = ("good", "bad")
NONE = "none"  # takes a label away
LONGEST = 4_000  # characters of a reason
_NAME = "gen_ai.evaluation.result"
_VALUE = "gen_ai.evaluation.score.label"
_WHY = "gen_ai.evaluation.explanation"


@dataclass(frozen=True, slots=True)
class Label:
    """What a turn was labelled."""

    value: str  # one of LABELS
    why: str = ""
    time_unix_nano: int = 0


def record(turn: int, value: str, why: str) -> dict[str, object]:
    """Return the line of a label: an event of OpenTelemetry's conventions. Raises UsageError for what is none."""
    if value not in (*LABELS, NONE):
        raise UsageError(f"{value!r} is no label", hint=f"labels are {', '.join(LABELS)}; {NONE} takes one away")
    if len(why) > LONGEST:
        raise UsageError(f"{len(why):,} characters are too long for a reason", hint=f"up to {LONGEST:,} are kept")
    return {
        "type": "label",
        "turn": turn,
        "name": _NAME,
        "time_unix_nano": time.time_ns(),
        "attributes": {"gen_ai.evaluation.name": "label", _VALUE: value, _WHY: why},
    }


def read(data: bytes) -> dict[int, Label]:
    """Return labels by the number of the turn; lines that are none are left out."""
    found: dict[int, Label] = {}
    for line in data.split(b"\n"):
        each = as_object(line) if line else {}
        number, about, when = each.get("turn"), each.get("attributes"), each.get("time_unix_nano")
        if each.get("type") != "label" or not is_number(number) or not isinstance(about, Mapping):
            continue
        value, why = about.get(_VALUE), about.get(_WHY)
        if value == NONE:
            found.pop(number, None)
        elif value in LABELS:
            found[number] = Label(str(value), why if isinstance(why, str) else "", when if isinstance(when, int) else 0)
    return found
