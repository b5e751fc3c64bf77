"""What happens in a walk that a model leads, beside the steps that every walk has. A trace keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from codeqa.domain.chat import ChatMessage, ChatOptions, Reply, ToolSpec
from codeqa.domain.events import Event


@dataclass(frozen=True, slots=True)
class Heard(Event):
    """A part of what a model says, as it arrives and unchecked. `kind`: "text" or "thinking"."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class ModelCall(Event):
    """One request to a model, ended. Without a `reply`, `trouble` says why there is none."""

    purpose: str  # what it was for, by the name of its prompt: "walk", "entail", "hyde" and so on
    prompt: str  # name, version and hash of the prompt file: "walk@1:3f2a9c04"
    model: str
    rung: str  # "native", "format" or "text": how actions were asked for; "" where none were
    messages: tuple[ChatMessage, ...]
    tools: tuple[ToolSpec, ...]
    options: ChatOptions
    reply: Reply | None
    trouble: str
    seconds: float
    estimated_tokens: int  # of the prompt, by codeqa's own counting


@dataclass(frozen=True, slots=True)
class ToolUse(Event):
    """A tool was called for a model, or the call was refused. `observation` is all that the model was shown."""

    name: str
    arguments: Mapping[str, str]  # as given, but handles as what they stand for: the call can be made again
    observation: str
    digest: str  # hash of what was found, the same wherever it is found again; "" if it failed
    refused: str  # why it was not carried out, "" if it was
    seconds: float
