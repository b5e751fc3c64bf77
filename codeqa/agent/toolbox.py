"""The six tools that a model sees: what they take, and one call carried out or refused."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from codeqa.agent.handles import Handles
from codeqa.agent.looking import EDGES, Found, Looking
from codeqa.agent.turns import Observation
from codeqa.domain import CodeqaError, Event, Hit, ToolCall, ToolSpec, ToolUse
from codeqa.prompts.fencing import one_line, restored

FINISH = "finish"
REPEATS = 2  # identical calls that are carried out: the next one is refused
HITS = 20  # of a search, before those that stand together are one
ENUM = 40  # handles that arguments are chosen from, the newest
LONGEST = 200  # characters of an argument
DIRECTIONS = ("in", "out")

Search = Callable[[str], Generator[Event, None, Sequence[Hit]]]
"""Searches for words; what a model does to help it on the way is yielded."""


@dataclass(frozen=True, slots=True)
class Used:
    """What became of a call. `finish` calls are not carried out here."""

    observation: Observation
    refused: bool = False
    failed: bool = False


class Toolbox:
    """Carries out calls of tools, and teaches by its errors."""

    def __init__(self, handles: Handles, looking: Looking, search: Search) -> None:
        self.handles = handles
        self.looking = looking
        self.unknowns: list[str] = []  # what calls could not tell
        self._search = search
        self._made: Counter[str] = Counter()

    def specs(self, *, only_finish: bool = False) -> tuple[ToolSpec, ...]:
        """Return the tools; handles are to be chosen from those that were given."""
        handles = self.handles.latest(ENUM)
        handle: dict[str, Any] = {"type": "string", "description": "handle of a symbol"}
        if handles:
            handle["enum"] = handles
        finish = _spec(
            FINISH,
            "End with the answer.",
            {
                "sentences": {
                    "type": "array",
                    "items": {"type": "string"},
                    "description": "The answer, one sentence each, each with its marks: `a` calls `b` [F4].",
                },
                "missing": {
                    "type": "array",
                    "items": {"type": "string"},
                    "description": "Parts of the question that were not found.",
                },
            },
            ("sentences",),
        )
        if only_finish:
            return (finish,)
        found = (
            _spec("search", "Find places by words or names.", {"query": _text("what to look for")}, ("query",)),
            _spec("symbol", "What a symbol is, says and calls.", {"name": _text("handle or name")}, ("name",)),
            _spec(
                "expand",
                "Follow one kind of edge: in = what leads to it (its callers), out = where it leads (its callees).",
                {
                    "handle": handle,
                    "edge": {"type": "string", "enum": list(EDGES), "description": "kind of edge"},
                    "direction": {"type": "string", "enum": list(DIRECTIONS), "description": "in or out"},
                },
                ("handle", "edge", "direction"),
            ),
            _spec(
                "path", "The chain of calls between two.", {"source": handle, "target": handle}, ("source", "target")
            ),
            _spec("read", "Read lines.", {"what": _text("handle, or path:first-last")}, ("what",)),
            finish,
        )
        return found if handles else tuple(spec for spec in found if spec.name not in ("expand", "path"))

    def use(self, call: ToolCall) -> Generator[Event, None, Used]:
        """Carry a call out, or refuse it; yields what a trace keeps of it."""
        began = time.monotonic()
        arguments = {name: restored(_short(value)) for name, value in call.arguments.items()}
        if reason := call.problem or self._repeated(call.name, arguments):
            observation = Observation(call, f"Refused: {one_line(reason, LONGEST * 2)}.")
            yield ToolUse(call.name, arguments, observation.text, "", reason, time.monotonic() - began)
            return Used(observation, refused=True)
        try:
            found = yield from self._found(call.name, arguments)
        except CodeqaError as error:
            hint = f" Do this: {one_line(error.hint, LONGEST * 2)}." if error.hint else ""
            observation = Observation(call, f"Error: {one_line(error.message, LONGEST)}.{hint}")
            yield ToolUse(call.name, arguments, observation.text, "", "", time.monotonic() - began)
            return Used(observation, failed=True)
        self.unknowns += [text for text in found.unknowns if text not in self.unknowns]
        observation = Observation(call, found.summary, found.facts, found.evidence)
        given = {name: self._meant(value) for name, value in arguments.items()}
        yield ToolUse(call.name, given, observation.text, digest(found), "", time.monotonic() - began)
        return Used(observation)

    def _found(self, name: str, given: Mapping[str, str]) -> Generator[Event, None, Found]:
        looking = self.looking
        if name == "search":
            return looking.search((yield from self._search(given["query"])))
        if name == "symbol":
            return looking.symbol(given["name"])
        if name == "expand":
            return looking.expand(given["handle"], given["edge"], given["direction"])
        if name == "path":
            return looking.path(given["source"], given["target"])
        return looking.read(given["what"])

    def _repeated(self, name: str, given: Mapping[str, str]) -> str:
        key = json.dumps([name, {k: self._meant(v) for k, v in sorted(given.items())}])
        self._made[key] += 1
        if self._made[key] <= REPEATS:
            return ""
        return "this call was made before and shows the same again: make another one, or finish"

    def _meant(self, value: str) -> str:
        """Return what a handle stands for, by which the call can be made again."""
        if symbol := self.handles.meant(value):
            return symbol.id
        if place := self.handles.place(value):
            return f"{place.path}:{place.start_line}-{place.end_line}"
        return value


def digest(found: Found) -> str:
    """Return a hash of what was found, the same wherever the same is found."""
    return sha256("\0".join(found.ids).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _spec(name: str, about: str, properties: dict[str, Any], required: Sequence[str]) -> ToolSpec:
    return ToolSpec(name, about, {"type": "object", "properties": properties, "required": list(required)})


def _text(about: str) -> dict[str, Any]:
    return {"type": "string", "description": about}


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text[:LONGEST].strip()
