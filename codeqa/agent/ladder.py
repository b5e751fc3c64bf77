"""How a model is asked for its next action: by native calls of tools, by JSON of a schema, or by lines of plain text.

A model stands on the highest rung that it can hold on to; below the last one is the planner.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from codeqa.domain import Reply, ToolCall, ToolSpec

RUNGS = ("native", "format", "text")
_ANSWER = ("sentences", "missing")
HANDLES = ("handle", "source", "target")  # arguments that name a symbol
MOST_CALLS = 4  # of one reply that are looked at
_LINE = re.compile(r"^[\s>*#-]*(?:action\s*:\s*)?(?P<name>[a-z]+)\s*[:(]\s*(?P<rest>.*)$", re.I)
_MISSING = re.compile(r"^[\s>*-]*missing\s*:\s*(?P<rest>.+)$", re.I)
_BULLET = re.compile(r"^\s*(?:\d{1,2}[.)]\s+)")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z`\[])|(?<=\])\s+(?=[A-Z`])")
_HEADING = re.compile(r"^\s*(?:#+\s|```|---|\*\*[^*]+\*\*:?\s*$)")
_MARKED = re.compile(r"\[[SFR]\d")


@dataclass(frozen=True, slots=True)
class Heard:
    """What a reply asks for. `problem` says, to the model, why that is nothing."""

    calls: tuple[ToolCall, ...] = ()
    problem: str = ""


def below(rung: str) -> str:
    """Return the next rung, "" below the last."""
    position = RUNGS.index(rung) + 1
    return RUNGS[position] if position < len(RUNGS) else ""


def schema(tools: Sequence[ToolSpec]) -> dict[str, Any]:
    """Return the JSON schema of one action: its tool, and the arguments of all tools side by side.

    Flat, since grammars made from alternatives of objects are slow in some servers and ignored by others.
    """
    properties: dict[str, Any] = {
        "thought": {"type": "string", "description": "one short sentence"},
        "action": {"type": "string", "enum": [tool.name for tool in tools]},
    }
    for tool in tools:
        properties |= tool.parameters["properties"]
    required = ["thought", "action", *(tools[0].parameters["required"] if len(tools) == 1 else ())]
    return {"type": "object", "properties": properties, "required": required}


def heard(rung: str, reply: Reply, tools: Sequence[ToolSpec]) -> Heard:
    """Return the calls of a reply, whatever form they have: a model that leaves its rung upwards is understood too."""
    if reply.calls:
        return Heard(tuple(_mended(call, tools) for call in reply.calls[:MOST_CALLS]))
    if rung == "format":
        return _of_format(reply, tools)
    if rung == "text" and (found := _of_text(reply.text, tools)):
        return found
    if reply.text and _MARKED.search(reply.text):
        return Heard((_finish(reply.text),))
    what = reply.problem or "it calls no tool"
    return Heard(problem=f"your reply cannot be used: {what}")


def _of_format(reply: Reply, tools: Sequence[ToolSpec]) -> Heard:
    value = reply.value
    if not isinstance(value, Mapping):
        if reply.text and _MARKED.search(reply.text) and not reply.text.lstrip().startswith("{"):
            return Heard((_finish(reply.text),))
        return Heard(problem=f"your reply cannot be used: {reply.problem or 'it is not JSON'}")
    spec = next((tool for tool in tools if tool.name == value.get("action")), None)
    if spec is None:
        return Heard(problem="your reply cannot be used: its action is none of the tools")
    return Heard((_checked(spec, {k: v for k, v in value.items() if k in spec.parameters["properties"]}),))


def _mended(call: ToolCall, tools: Sequence[ToolSpec]) -> ToolCall:
    """Return a call as it was meant, where that is plain: a name in place of a handle, an answer as one text."""
    spec = next((tool for tool in tools if tool.name == call.name), None)
    if spec is None or not call.problem or not call.arguments:
        return call
    if spec.name == "finish":
        said, missing = (value if isinstance(value, str) else "" for value in map(call.arguments.get, _ANSWER))
        prose = said + (f"\nmissing: {missing}" if missing else "")
        return replace(_finish(prose), id=call.id) if prose.strip() else call
    known = spec.parameters["properties"]
    given = {name: value for name, value in call.arguments.items() if name in known and isinstance(value, str)}
    return replace(_checked(spec, given), id=call.id)


def _checked(spec: ToolSpec, given: Mapping[str, Any]) -> ToolCall:
    """Return a call; what is missing or empty is its problem. A name does where a handle is asked for."""
    call = ToolCall(spec.name, given)
    missing = [name for name in spec.parameters["required"] if not given.get(name) and name != "sentences"]
    if missing:
        return replace(call, problem=f"{spec.name} needs {', '.join(missing)}")
    for name, value in given.items():
        among = spec.parameters["properties"][name].get("enum")
        if among and value not in among and name not in HANDLES:
            return replace(call, problem=f"{name} must be one of {', '.join(map(str, among[-20:]))}, not {value!r:.40}")
    return call


def _of_text(text: str, tools: Sequence[ToolSpec]) -> Heard | None:
    """Read `tool: arguments`; what stands before the first such line is thought."""
    names = {tool.name: tool for tool in tools}
    lines = text.split("\n")
    for number, line in enumerate(lines):
        match = _LINE.match(line.replace("`", "").replace("**", ""))
        spec = names.get(match["name"].lower()) if match else None
        if match is None or spec is None:
            continue
        rest = match["rest"].strip()
        if spec.name == "finish":
            return Heard((_finish("\n".join([rest, *lines[number + 1 :]])),))
        return Heard((_written(spec, rest.strip("() \"'")),))
    return None


def _written(spec: ToolSpec, rest: str) -> ToolCall:
    required = spec.parameters["required"]
    if len(required) == 1:
        return _checked(spec, {required[0]: rest})
    parts = [part for part in re.split(r"[\s,]+(?:to\s+)?", rest) if part]
    values = [re.sub(r"^\w+=", "", part).strip("\"'[]") for part in parts]
    return _checked(spec, dict(zip(required, values, strict=False)))


def _finish(text: str) -> ToolCall:
    """Take prose for the answer: a list item or a sentence at a time."""
    sentences: list[str] = []
    missing: list[str] = []
    for line in text.split("\n"):
        if match := _MISSING.match(line):
            missing.append(match["rest"].strip())
        elif line.strip() and not _HEADING.match(line):
            item = _BULLET.sub("- ", line.strip())
            sentences += [item] if item.startswith(("- ", "* ")) else _SENTENCE.split(item)
    return ToolCall("finish", {"sentences": sentences, "missing": missing}, written=True)
