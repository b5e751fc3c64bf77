"""What was said so far in a walk that a model leads, in the pieces that may be left out of a prompt."""

from __future__ import annotations

from dataclasses import dataclass

from codeqa.domain import ToolCall


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
    """What a model said, and what its calls showed."""

    said: str  # its text, as it was
    calls: tuple[ToolCall, ...]
    seen: tuple[Observation, ...]
