"""Chat models of an Ollama server, by /api/chat, and what the server has installed."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any, TypeVar

import httpx
import ollama

from codeqa.domain import (
    BrokenReply,
    ChatLimits,
    ChatMessage,
    ChatOptions,
    CodeqaError,
    Delta,
    InstalledModel,
    ModelRefused,
    ModelServer,
    NoSuchModel,
    Reply,
    ToolCall,
    ToolSpec,
)
from codeqa.models.replies import Assembly, clean
from codeqa.models.running import HINT, Passing, Patience, persistently
from codeqa.models.wire import Wire

_T = TypeVar("_T")

_MODELS = 100  # of a server that are looked at
_OTHER = "another model may do better"
_TOOL_ERROR = re.compile(r"\b(parsing|parse|invalid|malformed)\b.*\btool", re.I | re.S)


class Ollama:
    """One chat model, see domain.ChatModel. Nothing is asked of the server before the first `chat`."""

    def __init__(self, name: str, url: str, limits: ChatLimits | None = None) -> None:
        """`url` is one that hosts.address allowed."""
        self.name = name
        self.url = url
        self._limits = limits or ChatLimits()

    def chat(
        self,
        messages: Sequence[ChatMessage],
        tools: Sequence[ToolSpec] = (),
        *,
        options: ChatOptions,
        cancelled: threading.Event | None = None,
    ) -> Iterator[Delta | Reply]:
        """As domain.ChatModel."""
        who = f"{self.name} of Ollama at {self.url}"
        patience = Patience(self._limits, cancelled)
        assembly = Assembly(who, tools, options, self._limits)
        request = _request(self.name, messages, tools, options)

        def ask(wire: Wire) -> Iterator[ollama.ChatResponse]:
            with _client(self.url, wire, self._limits) as client, closing(client.chat(**request)) as chunks:
                try:
                    for chunk in chunks:
                        yield chunk
                        if chunk.done:
                            return
                except ollama.ResponseError as error:
                    raise _explained(error, who, self.name) from error

        with closing(persistently(self.url, ask, patience, who)) as chunks:
            for chunk in chunks:
                delta = _delta(chunk)
                assembly.add(delta)
                if delta:
                    yield delta
                if chunk.done:
                    yield assembly.reply(
                        prompt_tokens=chunk.prompt_eval_count,
                        completion_tokens=chunk.eval_count,
                        done_reason=chunk.done_reason or "",
                        seconds=_seconds(chunk, patience),
                    )
                    return
        raise BrokenReply(f"{who} ended its reply before it was done", hint=HINT)


def look(url: str, seconds: float) -> ModelServer:
    """Ask a server what it is and has, within a time. Raises ModelUnavailable.

    Models that the time does not suffice for, or that the server says nothing about, are listed by name and size.
    """
    limits = ChatLimits(min(seconds, 5.0), seconds, seconds, seconds)
    until = time.monotonic() + seconds
    models = _once(url, limits, lambda client: client.list())
    found = []
    for listed in models.models[:_MODELS]:
        if listed.model:
            left = until - time.monotonic()
            shown = _shown(url, listed.model, left) if left > 0 else None
            found.append(_installed(listed, shown))
    left = max(until - time.monotonic(), 0.1)
    return ModelServer(url, _version(url, left), tuple(found))


def installed(url: str, seconds: float) -> tuple[InstalledModel, ...]:
    """Return the models that a server has. Raises ModelUnavailable."""
    return look(url, seconds).models


# --------------------------------------------------------------------------------------------------------- what is sent


def _client(url: str, wire: Wire, limits: ChatLimits) -> ollama.Client:
    # Waiting is timed outside, where it can be ended; neither a redirect nor a proxy may lead source text elsewhere.
    timeout = httpx.Timeout(None, connect=limits.connect_seconds)
    return ollama.Client(url, timeout=timeout, follow_redirects=False, trust_env=False, transport=wire)


def _request(
    model: str, messages: Sequence[ChatMessage], tools: Sequence[ToolSpec], options: ChatOptions
) -> dict[str, Any]:
    sent: dict[str, Any] = {"num_ctx": options.num_ctx, "temperature": options.temperature, "seed": options.seed}
    if options.num_predict is not None:
        sent["num_predict"] = options.num_predict
    return {
        "model": model,
        "messages": [_message(message) for message in messages],
        "tools": [
            {"type": "function", "function": {"name": t.name, "description": t.description, "parameters": t.parameters}}
            for t in tools
        ],
        "stream": True,
        "think": options.think,
        "format": options.format,
        "options": sent,
    }


def _message(message: ChatMessage) -> dict[str, Any]:
    calls = [{"function": {"name": call.name, "arguments": dict(call.arguments)}} for call in message.calls]
    return {"role": message.role, "content": message.content, "tool_calls": calls, "tool_name": message.tool}


# ----------------------------------------------------------------------------------------------------- what comes back


def _delta(chunk: ollama.ChatResponse) -> Delta:
    said = chunk.message
    calls = tuple(ToolCall(clean(c.function.name), dict(c.function.arguments)) for c in said.tool_calls or ())
    return Delta(clean(said.content or ""), clean(said.thinking or ""), calls)


def _seconds(chunk: ollama.ChatResponse, patience: Patience) -> Mapping[str, float]:
    said = {"load": chunk.load_duration, "prompt": chunk.prompt_eval_duration, "reply": chunk.eval_duration}
    return {"total": patience.seconds, **{name: value / 1e9 for name, value in said.items() if value is not None}}


def _explained(error: ollama.ResponseError, who: str, model: str = "") -> CodeqaError:
    said, status = str(error.error)[:200], error.status_code
    if _TOOL_ERROR.search(said):
        return BrokenReply(
            f"{who} made a call of a tool that cannot be read: {said}", hint="another model may do better"
        )
    if status == 404 and model:
        return NoSuchModel(f"{who}: {said or 'not found'}", hint=f"ollama pull {model}")
    if status >= 500:
        return Passing(f"{who} says {status}: {said}", hint=HINT)
    if status > 0:
        return ModelRefused(f"{who} says {status}: {said}", hint=HINT)
    return BrokenReply(f"{who} broke its reply off: {said}", hint=HINT)


# ---------------------------------------------------------------------------------------------------- what is installed


def _once(url: str, limits: ChatLimits, act: Callable[[ollama.Client], _T]) -> _T:
    who = f"Ollama at {url}"

    def ask(wire: Wire) -> Iterator[_T]:
        with _client(url, wire, limits) as client:
            try:
                yield act(client)
            except ollama.ResponseError as error:
                raise _explained(error, who) from error

    with closing(persistently(url, ask, Patience(limits), who)) as answers:
        return next(answers)


def _shown(url: str, model: str, seconds: float) -> ollama.ShowResponse | None:
    try:
        return _once(url, ChatLimits(seconds, seconds, seconds, seconds), lambda client: client.show(model))
    except CodeqaError:
        return None


def _version(url: str, seconds: float) -> str:
    """Return the server's version, "" if it does not say: an old one, or something that acts as Ollama."""

    def ask(wire: Wire) -> Iterator[object]:
        with httpx.Client(transport=wire, timeout=httpx.Timeout(None, connect=seconds), trust_env=False) as client:
            yield client.get(f"{url}/api/version").json()

    patience = Patience(ChatLimits(seconds, seconds, seconds, seconds))
    try:
        with closing(persistently(url, ask, patience, f"Ollama at {url}")) as answers:
            said = next(answers)
    except CodeqaError:
        return ""
    version = said.get("version") if isinstance(said, dict) else None
    return clean(version)[:40] if isinstance(version, str) else ""


def _installed(listed: ollama.ListResponse.Model, shown: ollama.ShowResponse | None) -> InstalledModel:
    details = listed.details
    abilities = shown.capabilities if shown else None
    tools = None if abilities is None else "tools" in abilities
    if tools is None and shown and shown.template:
        tools = ".Tools" in shown.template  # a server that lists no capabilities yet
    return InstalledModel(
        name=clean(listed.model or ""),
        bytes=int(listed.size) if listed.size is not None else None,
        family=clean(details.family or "") if details else "",
        parameters=clean(details.parameter_size or "") if details else "",
        quantization=clean(details.quantization_level or "") if details else "",
        context=_context(shown.modelinfo) if shown and shown.modelinfo else None,
        tools=tools,
        thinking=None if abilities is None else "thinking" in abilities,
        chats=None if abilities is None else "completion" in abilities,
    )


def _context(about: Mapping[str, Any]) -> int | None:
    length = about.get(f"{about.get('general.architecture')}.context_length")
    return length if isinstance(length, int) else None
