"""What goes into a prompt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from codeqa.agent.tokens import Scale, estimate
from codeqa.agent.turns import Turn
from codeqa.domain import ChatMessage, ToolSpec


@dataclass(frozen=True, slots=True)
class Composed:
    """A prompt, and its estimated tokens."""

    messages: tuple[ChatMessage, ...]
    tokens: int


class Ledger:
    """Composes prompts."""

    def __init__(self, num_ctx: int, reserve: int, scale: Scale) -> None:
        self.num_ctx = num_ctx
        self.reserve = reserve
        self.scale = scale

    def compose(
        self,
        system: str,
        head: str,
        known: Sequence[str],
        turns: Sequence[Turn],
        tools: Sequence[ToolSpec],
        last: str,
        *,
        native: bool,
    ) -> Composed:
        """Return the prompt of the next request."""
        found = [ChatMessage("system", system), ChatMessage("user", "\n".join([head, *known]))]
        for turn in turns:
            found.append(ChatMessage("assistant", turn.said, turn.calls if native else ()))
            for seen in turn.seen:
                said = f"Result of {seen.call.name}:\n{seen.text}"
                found.append(
                    ChatMessage("tool", seen.text, (), seen.call.name, seen.call.id)
                    if native
                    else ChatMessage("user", said)
                )
        if last:
            found.append(ChatMessage("user", last))
        return Composed(tuple(found), sum(estimate(m.content) for m in found))
