"""A turn as a question of an evaluation: what its answer cites is what a right answer needs."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from codeqa.domain import CodeqaError, UsageError
from codeqa.traces import folder
from codeqa.traces.labels import Label
from codeqa.traces.steps import Json, question, rows, table, text

FILE = "cases.jsonl"  # beside the index; `codeqa eval run --questions` reads it
LABEL_FIRST = "label it good first, if that is right"


def case(turn: Json, name: str, label: Label | None) -> dict[str, Any]:
    """Return a turn in the form of docs/models.md, "Measuring your model".

    What was answered needs the symbols of the answer that it cites; of an answer that is no list of symbols, all that
    its claims cite. An abstention is a question without an answer. Raises UsageError where a turn does not tell what is
    right: its answer was labelled bad, or an abstention, or an answer in part, was not labelled good.
    """
    answer, said = table(turn.get("answer")), question(turn)
    status = text(answer.get("status"))
    if not said.strip():
        raise UsageError("it has no question")
    if label is not None and label.value == "bad":
        raise UsageError("an answer that is labelled bad does not tell what a right one needs")
    if label is None and status != "answered":
        raise UsageError(f"it ended {status or 'without an answer'}: {LABEL_FIRST}")
    about = {"question": said, "id": name, "kind": text(answer.get("kind")) or "question"}
    if status == "abstained":
        return {**about, "answerable": False}
    if must := _needed(answer):
        return {**about, "must": must}
    raise UsageError("it cites nothing that a right answer could be known by")


def _needed(answer: Json) -> list[str]:
    claimed = {n for claim in map(table, rows(answer.get("claims"))) for n in rows(claim.get("citations"))}
    cited = [each for each in map(table, rows(answer.get("citations"))) if each.get("n") in claimed]
    names = [f"{text(each.get('path'))}::{text(each.get('symbol'))}".removesuffix("::") for each in cited]
    listed = {key for key in rows(answer.get("results")) if isinstance(key, str)}
    of_list = [name for name in names if name in listed]
    return list(dict.fromkeys(name for name in of_list or names if name))


def add(directory: Path, made: Json) -> bool:
    """Write a case behind the others of an index; return False where it is there already. Raises CodeqaError."""
    path = directory / FILE
    try:
        file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
        try:
            folder.require_own(file)
            size = os.fstat(file).st_size
            if size > folder.MAX_READ:
                raise CodeqaError("it is too large")
            before = os.pread(file, size, 0)
            if any(folder.as_object(line).get("id") == made["id"] for line in before.split(b"\n") if line.strip()):
                return False
            gap = b"" if before.endswith(b"\n") or not before else b"\n"
            os.write(file, gap + json.dumps(dict(made)).encode() + b"\n")
        finally:
            os.close(file)
    except (OSError, CodeqaError) as error:
        reason = error.message if isinstance(error, CodeqaError) else error.strerror or str(error)
        raise CodeqaError(f"no case is written to {path}: {reason}") from error
    return True
