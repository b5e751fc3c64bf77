"""What is said to a language model and what comes back, whatever server it runs at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Role = Literal["system", "user", "assistant", "tool"]


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool that a model may call. `parameters` is the JSON schema of an object, one level deep."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that a model made. One with a `problem` must not be carried out: the problem says why, to the model."""

    name: str
    arguments: Mapping[str, Any]
    id: str = ""  # which a server may give, to tell the results apart
    problem: str = ""
    written: bool = False  # found in the text of the reply, where the server saw no call


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One turn of the conversation. A result of a tool has its name, and the id of the call if it had one."""

    role: Role
    content: str
    calls: tuple[ToolCall, ...] = ()
    tool: str = ""
    call_id: str = ""


@dataclass(frozen=True, slots=True)
class ChatOptions:
    """How a reply is made. Tokens are the model's own; None leaves the choice to the server."""

    num_ctx: int  # tokens of prompt and reply together: without it a server cuts the prompt's head and says nothing
    temperature: float = 0.0
    seed: int = 0
    num_predict: int | None = None  # most tokens of the reply
    format: Mapping[str, Any] | None = None  # JSON schema that the reply is to follow
    think: bool | None = False


@dataclass(frozen=True, slots=True)
class ChatLimits:
    """How long to wait, in seconds, and how much to take."""

    connect_seconds: float = 5.0
    load_seconds: float = 120.0  # until the first part: the model may have to be read from disk
    idle_seconds: float = 60.0  # between two parts
    total_seconds: float = 600.0  # all of it, the retry included
    reply_chars: int = 200_000  # of text, thinking and calls together


@dataclass(frozen=True, slots=True)
class Delta:
    """A part of a reply as it arrived, unchecked: what counts is the Reply."""

    text: str = ""
    thinking: str = ""
    calls: tuple[ToolCall, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.text or self.thinking or self.calls)


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole reply. Tokens are as the server counts them, None if it does not; durations are in seconds."""

    text: str
    thinking: str = ""
    calls: tuple[ToolCall, ...] = ()
    value: Any = None  # what the text says as JSON, where a format was asked for and is kept
    problem: str = ""  # why there is nothing to go on with: it is empty, or not of the format
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    done_reason: str = ""  # "stop", "length", "tool_calls": as the server says
    seconds: Mapping[str, float] = field(default_factory=dict)  # "total", and "load", "prompt", "reply" if it is said


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A model that a server has; None and "" for what it does not say."""

    name: str
    bytes: int | None = None
    family: str = ""
    parameters: str = ""  # "8.2B"
    quantization: str = ""
    context: int | None = None  # tokens that the model was made for
    tools: bool | None = None
    thinking: bool | None = None
    chats: bool | None = None  # False for one that only makes vectors
    remote: str = ""  # host that the server hands its requests on to


@dataclass(frozen=True, slots=True)
class ModelServer:
    """A server that answers."""

    url: str
    version: str
    models: tuple[InstalledModel, ...]
