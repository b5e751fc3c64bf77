"""The `--json` contracts of docs/json.md, but for `ask`, whose answer knows its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import PurePath
from typing import Any

from codeqa.domain import Edge

VERSION = 1


def document(values: Mapping[str, object]) -> str:
    """Return one line: the values and the version of their contract."""
    return json.dumps({"version": VERSION, **jsonable(values)}, ensure_ascii=True)


def record(value: object) -> dict[str, Any]:
    """Return the fields of a dataclass as JSON values."""
    found: dict[str, Any] = jsonable(value)
    return found


def jsonable(value: object) -> Any:
    """Return the value as JSON has it: dataclasses by their fields, tuples as arrays, confidence to four places."""
    if is_dataclass(value) and not isinstance(value, type):
        found = {each.name: jsonable(getattr(value, each.name)) for each in fields(value)}
        if isinstance(value, Edge):
            found["confidence"] = round(value.confidence, 4)
        return found
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, tuple | list | set | frozenset):
        return [jsonable(item) for item in value]
    return str(value) if isinstance(value, str | PurePath) else value
