"""How far a model may go, and what it has spent."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from codeqa.config import Settings


@dataclass(frozen=True, slots=True)
class Options:
    """How a walk is led."""

    context: int = 8_192  # tokens of prompt and reply together
    calls: int = 24  # requests to the model for its next action
    seconds: float = 300.0  # after which it has to finish
    tokens: int = 400_000  # of all prompts and replies together
    max_hops: int = 6  # steps away from the question that edges are followed
    rung: str = "native"  # of the ladder, on which it begins
    think: bool = False  # before it acts; not where a schema is asked for, which servers then ignore
    check: bool = False  # whether the model looks once more at what it wrote
    seeded: bool = True  # whether it begins with what the planner found
    prompts: Path | None = None  # folder with other prompts

    @classmethod
    def of(cls, settings: Settings, rung: str) -> Self:
        """Return what settings say."""
        model = settings.model
        return cls(
            context=model.context,
            calls=model.calls,
            seconds=model.seconds,
            tokens=model.tokens,
            max_hops=settings.ask.max_hops,
            rung=rung,
            think=model.think,
            check=model.check,
            prompts=Path(model.prompts) if model.prompts else None,
        )

    @property
    def evidence_chars(self) -> int:
        """Most characters of a file that one call shows: a quarter of the context, about."""
        return self.context * 3 // 4

    @property
    def reply_tokens(self) -> int:
        """Most tokens of a reply: an answer of some twenty sentences."""
        return max(512, min(2_048, self.context // 8))

    @property
    def opening_tokens(self) -> int:
        """Most tokens of what a walk begins with."""
        return self.context // 6


@dataclass(slots=True)
class Budget:
    """What a walk has spent of what it may."""

    options: Options
    begun: float = field(default_factory=time.monotonic)
    calls: int = 0  # requests for an action
    tokens: int = 0  # of all requests, both ways

    @property
    def over(self) -> str:
        """Say why the walk has to end, "" while it has not."""
        if self.calls >= self.options.calls - 2:  # two are kept for the answer
            return "There are no calls left."
        if time.monotonic() - self.begun >= self.options.seconds:
            return "The time is up."
        if self.tokens >= self.options.tokens:
            return "There are no tokens left."
        return ""

    @property
    def spent(self) -> bool:
        """Whether nothing at all is to be asked any more: a quarter more than a walk may take is for its answer."""
        options = self.options
        return time.monotonic() - self.begun >= options.seconds * 1.25 or self.tokens >= options.tokens * 1.25
