"""The `--json` contracts of docs/json.md, but for `ask`, whose answer knows its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, TypeAlias

from codeqa.domain import Edge

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

VERSION = 1


def document(values: Mapping[str, object]) -> str:
    """Return one line: the values and the version of their contract."""
    return encoded({"version": VERSION, **{name: jsonable(value) for name, value in values.items()}})


def encoded(value: object) -> str:
    """Return JSON in one line of printable ASCII; `json` alone would leave DEL as it is. Raises as `json.dumps`."""
    return json.dumps(value, ensure_ascii=True).replace("\x7f", "\\u007f")  # it stands within texts only


def record(value: DataclassInstance) -> dict[str, Json]:
    """Return the fields of a dataclass as JSON values."""
    return {each.name: jsonable(getattr(value, each.name)) for each in fields(value)}


def jsonable(value: object) -> Json:
    """Return the value as JSON has it: dataclasses and edges by their fields, an edge's confidence too."""
    if isinstance(value, Edge):
        found = {name: jsonable(item) for name, item in value._asdict().items()}
        return {**found, "confidence": round(value.confidence, 4)}
    if is_dataclass(value) and not isinstance(value, type):
        return record(value)
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [jsonable(item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value)  # paths, and the enumerations that are texts
