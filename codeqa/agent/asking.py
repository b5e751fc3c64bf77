"""One request to a model, with what a trace keeps of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import TypeVar, cast

from codeqa.domain import (
    ChatMessage,
    ChatModel,
    ChatOptions,
    Delta,
    Event,
    Heard,
    ModelCall,
    ModelCancelled,
    ModelUnavailable,
    Reply,
    ToolSpec,
)

_T = TypeVar("_T")


@dataclass(slots=True)
class Asker:
    """Asks one model, until it is cancelled, and counts what that takes: tokens as the server says, or as estimated."""

    model: ChatModel
    cancelled: threading.Event = field(default_factory=threading.Event)
    input_tokens: int = 0
    output_tokens: int = 0

    def ask(
        self,
        purpose: str,
        prompt: str,
        messages: Sequence[ChatMessage],
        options: ChatOptions,
        *,
        tools: Sequence[ToolSpec] = (),
        rung: str = "",
        estimated: int = 0,
    ) -> Generator[Event, None, Reply]:
        """Yield what the model says as it says it, then the request as a trace keeps it; return the reply.

        `prompt` is the id of the prompt. Raises what ChatModel.chat raises, after the event that says so.
        """
        began = time.monotonic()

        def ended(reply: Reply | None, trouble: str) -> ModelCall:
            spent = time.monotonic() - began
            counted = reply.prompt_tokens if reply is not None else None
            self.input_tokens += estimated if counted is None else counted
            self.output_tokens += (reply.completion_tokens or 0) if reply is not None else 0
            asked = (purpose, prompt, self.model.name, rung, tuple(messages), tuple(tools), options)
            return ModelCall(*asked, reply, trouble, spent, estimated)

        try:
            with closing(self.model.chat(messages, tools, options=options, cancelled=self.cancelled)) as parts:
                for part in parts:
                    if isinstance(part, Reply):
                        yield ended(part, "")
                        return part
                    yield from _heard(part)
        except ModelUnavailable as error:
            yield ended(None, error.message)
            raise
        raise AssertionError("what a model says ends with its reply, or with an error")


def until(cancelled: threading.Event, events: Generator[Event, None, _T]) -> Generator[Event, None, _T]:
    """Yield events and return what they end with. Raises ModelCancelled between two of them once `cancelled` is set."""
    while True:
        if cancelled.is_set():
            events.close()
            raise ModelCancelled("the walk was cancelled")
        try:
            event = next(events)
        except StopIteration as end:
            return cast(_T, end.value)
        yield event


def _heard(part: Delta) -> Generator[Event, None, None]:
    if part.thinking:
        yield Heard("thinking", part.thinking)
    if part.text:
        yield Heard("text", part.text)
