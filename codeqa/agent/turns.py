"""What was said so far in a walk that a model leads, in the pieces that may be left out of a prompt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from codeqa.domain import ToolCall
from codeqa.prompts.fencing import neutral, one_line, restored

LONGEST_NAME = 40  # characters of the name of a tool that there may not be


@dataclass(frozen=True, slots=True)
class Observation:
    """What a model is shown of one call of a tool."""

    call: ToolCall
    summary: str  # what came of it, in a line or two: never left out while its turn is in the prompt
    facts: tuple[str, ...] = ()  # one line each, with its handle: "F4 `a` calls `b` at x.py:3. (S1, S2)"
    evidence: str = ""  # fenced lines of files: the first to go

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join(part for part in (self.summary, *self.facts, self.evidence) if part)


@dataclass(frozen=True, slots=True)
class Turn:
    """What a model said, and what its calls showed.

    Of what it said special tokens are taken apart: it may have put them together from what it read.
    """

    said: str
    calls: tuple[ToolCall, ...]
    seen: tuple[Observation, ...]

    @classmethod
    def of(cls, said: str, seen: Sequence[Observation]) -> Self:
        """Return what a model said and was shown, to be said again in a prompt."""
        again = tuple(replace(each, call=_again(each.call)) for each in seen)
        return cls(_neutral(said), tuple(each.call for each in again), again)


def _again(call: ToolCall) -> ToolCall:
    arguments = {neutral(name): _neutral(value) for name, value in call.arguments.items()}
    return replace(call, name=one_line(call.name, LONGEST_NAME), arguments=arguments)


def _neutral(value: Any) -> Any:  # noqa: ANN401 - whatever JSON says
    if isinstance(value, str):
        return neutral(restored(value))  # what it copied was neutral already
    if isinstance(value, Mapping):
        return {neutral(str(key)): _neutral(item) for key, item in value.items()}
    return [_neutral(item) for item in value] if isinstance(value, list | tuple) else value
