"""Calls of tools as models make them: checked against what there is, and found where they stand in plain text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from codeqa.domain import ToolCall, ToolSpec

_DEEPEST = 40  # levels of JSON: what is nested deeper can be read, but not always written again
_SHOWN = 80  # characters of a wrong value
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}
_TAGGED = re.compile(r"<(tool_call|function_call)>(.*?)(?:</\1>|\Z)", re.S)
_FENCED = re.compile(r"\A```\w*[^\S\n]*\n(.*?)\n?```\Z", re.S)
_MARK = "[TOOL_CALLS]"


def checked(call: ToolCall, tools: Sequence[ToolSpec]) -> ToolCall:
    """Return the call with its arguments as the tool wants them, or with the problem that it has.

    Numbers and truth values that come as text are read; nothing else is guessed.
    """
    if call.problem:
        return call
    spec = next((tool for tool in tools if tool.name == call.name), None)
    if spec is None:
        names = ", ".join(tool.name for tool in tools) or "none"
        return replace(call, problem=f"there is no tool {_short(call.name)}; tools: {names}")
    arguments = _read(call.arguments, spec.parameters)
    return replace(call, arguments=arguments, problem=wrong(arguments, spec.parameters))


def wrong(value: object, schema: Mapping[str, Any], where: str = "") -> str:
    """Say how a value differs from its JSON schema: type, enum, required, properties, items. "" if it does not."""
    name = where or "the value"
    kinds = _kinds(schema)
    if kinds and not any(_is(value, kind) for kind in kinds):
        return f"{name} must be {' or '.join(kinds)}, not {_short(value)}"
    if "enum" in schema and value not in list(schema["enum"]):
        among = ", ".join(map(str, list(schema["enum"])[:20]))
        return f"{name} must be one of {among}, not {_short(value)}"
    if isinstance(value, Mapping):
        return _wrong_member(value, schema, where)
    if isinstance(value, list) and isinstance(schema.get("items"), Mapping):
        return next(
            (text for n, item in enumerate(value) if (text := wrong(item, schema["items"], f"{name}[{n}]"))), ""
        )
    return ""


def _wrong_member(value: Mapping[str, Any], schema: Mapping[str, Any], where: str) -> str:
    known = schema.get("properties", {})
    prefix = f"{where}." if where else ""
    for name in schema.get("required", ()):
        if name not in value:
            return f"{prefix}{name} is missing"
    for name, member in value.items():
        if name in known:
            if text := wrong(member, known[name], f"{prefix}{name}"):
                return text
        elif known and schema.get("additionalProperties") is not True:
            return f"there is no {prefix}{name[:_SHOWN]}; there are {', '.join(known)}"
    return ""


def written(text: str, tools: Sequence[ToolSpec]) -> tuple[ToolCall, ...]:
    """Return the calls that a text consists of: JSON with the name of a tool and its arguments, bare, fenced or tagged.

    A text that merely mentions one makes none.
    """
    names = {tool.name for tool in tools}
    stripped = text.strip().removeprefix(_MARK).strip()
    tagged = [match.group(2) for match in _TAGGED.finditer(stripped)]
    if tagged and _TAGGED.sub("", stripped).strip():
        return ()
    if fenced := _FENCED.match(stripped):
        stripped = fenced.group(1)
    found: list[ToolCall] = []
    for part in tagged or [stripped]:
        calls = list(_calls(loaded(part)))
        if not calls or any(call.name not in names for call in calls):
            return ()
        found += calls
    return tuple(found)


def _calls(value: object) -> Iterator[ToolCall]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict) and isinstance(item.get("function"), dict):
            item = item["function"]
        if isinstance(item, dict) and isinstance(item.get("name"), str):
            arguments = item.get("arguments", item.get("parameters"))
            if isinstance(arguments, str):
                arguments = loaded(arguments)
            if isinstance(arguments, dict):
                yield ToolCall(item["name"], arguments, written=True)
                continue
        yield ToolCall("", {})  # no tool has that name: the text is none of calls


def loaded(text: str) -> Any:  # noqa: ANN401 - whatever JSON says
    """Read JSON; None for what is none."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if shallow(value) else None


def shallow(value: object) -> bool:
    """Whether a value can be walked and written without care."""
    level = [value]
    for _ in range(_DEEPEST):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return True
    return False


def parsed_arguments(text: str) -> tuple[dict[str, Any], str]:
    """Return arguments that come as text, and the problem if it is not JSON of an object."""
    if not text.strip():
        return {}, ""
    value = loaded(text)
    return (value, "") if isinstance(value, dict) else ({}, f"the arguments are no JSON object: {_short(text)}")


def _read(arguments: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    known = schema.get("properties", {})
    return {name: _as(value, _kinds(known.get(name, {}))) for name, value in arguments.items()}


def _as(value: object, kinds: Sequence[str]) -> object:
    if isinstance(value, float) and value.is_integer() and "integer" in kinds and "number" not in kinds:
        return int(value)
    if not isinstance(value, str) or "string" in kinds or len(value) > 20:
        return value
    text = value.strip().lower()
    if "boolean" in kinds and text in ("true", "false"):
        return text == "true"
    if {"integer", "number"} & set(kinds) and re.fullmatch(r"-?\d{1,15}", text, re.ASCII):
        return int(text)
    if "number" in kinds and re.fullmatch(r"-?\d{1,15}\.\d{1,15}", text, re.ASCII):
        return float(text)
    return value


def _kinds(schema: object) -> tuple[str, ...]:
    kind = schema.get("type") if isinstance(schema, Mapping) else None
    return (kind,) if isinstance(kind, str) else tuple(kind or ())


def _is(value: object, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _TYPES.get(kind, (object,)))


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= _SHOWN else shown[: _SHOWN - 3] + "..."
