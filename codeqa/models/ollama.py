"""Chat models of an Ollama server, by /api/chat, and what the server has installed."""

from __future__ import annotations

import re
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from typing import Any

import httpx
import ollama

from codeqa.domain import (
    BrokenReply,
    ChatLimits,
    ChatMessage,
    ChatOptions,
    CodeqaError,
    ContextFull,
    Delta,
    InstalledModel,
    ModelRefused,
    ModelServer,
    NoSuchModel,
    Reply,
    ToolCall,
    ToolSpec,
    UsageError,
)
from codeqa.hosts import is_of_the_cloud
from codeqa.models.calls import shallow
from codeqa.models.replies import Assembly, clean, is_too_long
from codeqa.models.running import HINT, Passing, Patience, persistently
from codeqa.models.wire import Wire

_MODELS = 100  # of a server that are looked at
_OTHER = "another model may do better"
_TOOL_ERROR = re.compile(r"\b(parsing|parse|invalid|malformed)\b.*\btool", re.I | re.S)


class Ollama:
    """One chat model, see domain.ChatModel. Nothing is asked of the server before the first `chat`."""

    def __init__(self, name: str, url: str, limits: ChatLimits | None = None, *, remote: bool = False) -> None:
        """`url` is one that hosts.address allowed. `remote` allows a model that the server has run elsewhere."""
        self.name = name
        self.url = url
        self._limits = limits or ChatLimits()
        self._allowed = remote

    def chat(
        self,
        messages: Sequence[ChatMessage],
        tools: Sequence[ToolSpec] = (),
        *,
        options: ChatOptions,
        cancelled: threading.Event | None = None,
    ) -> Generator[Delta | Reply, None, None]:
        """As domain.ChatModel."""
        who = f"{self.name} of Ollama at {self.url}"
        patience = Patience(self._limits, cancelled)
        assembly = Assembly(who, tools, options, self._limits)
        request = _request(self.name, messages, tools, options)
        if not self._allowed:
            self._refuse_elsewhere(_told(self.url, "show", self.name, patience, who))

        def ask(wire: Wire) -> Generator[ollama.ChatResponse, None, None]:
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

    def _refuse_elsewhere(self, shown: Mapping[str, Any]) -> None:
        """Refuse a cloud model: the server is on this machine, but what it is sent is not to leave it."""
        if host := _elsewhere(self.name, shown):
            raise UsageError(
                f"{self.name} runs at {host}, which is not this machine: source text would be sent there",
                hint="--remote, or model.remote = true in your own settings, if that is meant",
            )
        self._allowed = True


def look(url: str, seconds: float) -> ModelServer:
    """Ask a server what it is and has, within a time. Raises ModelUnavailable.

    Models that the time does not suffice for, or that the server says nothing about, are listed by name and size.
    """
    who = f"Ollama at {url}"
    patience = Patience(_within(seconds))

    def ask(wire: Wire) -> Generator[ollama.ListResponse, None, None]:
        with _client(url, wire, patience.limits) as client:
            try:
                yield client.list()
            except ollama.ResponseError as error:
                raise _explained(error, who) from error

    with closing(persistently(url, ask, patience, who)) as answers:
        listed = next(answers).models
    found = [_installed(model, _tried(url, "show", model.model, patience)) for model in listed[:_MODELS] if model.model]
    version = clean(_text(_tried(url, "version", None, patience).get("version")))[:40]
    return ModelServer(url, version, tuple(found))


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
    if not all(shallow(call.arguments) for call in calls):
        raise BrokenReply("a call of a tool is nested too deeply", hint=_OTHER)
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
    if status > 0 and is_too_long(said):
        return ContextFull(f"{who} says {status}: {said}", hint="a larger context, or a shorter prompt")
    if status >= 500:
        return Passing(f"{who} says {status}: {said}", hint=HINT)
    if status > 0:
        return ModelRefused(f"{who} says {status}: {said}", hint=HINT)
    return BrokenReply(f"{who} broke its reply off: {said}", hint=HINT)


# ---------------------------------------------------------------------------------------------------- what is installed


def _within(seconds: float) -> ChatLimits:
    return ChatLimits(min(seconds, 5.0), seconds, seconds, seconds)


def _tried(url: str, what: str, model: str | None, patience: Patience) -> Mapping[str, Any]:
    """Return what /api/show or /api/version says; nothing if it fails, or the time is over."""
    left = patience.limits.total_seconds - patience.seconds
    try:
        return _told(url, what, model, Patience(_within(left)), f"Ollama at {url}") if left > 0 else {}
    except CodeqaError:
        return {}


def _told(url: str, what: str, model: str | None, patience: Patience, who: str) -> Mapping[str, Any]:
    """Ask what the client library has no word for, or leaves out: versions, and where a model runs."""

    def ask(wire: Wire) -> Generator[Mapping[str, Any], None, None]:
        timeout = httpx.Timeout(None, connect=patience.limits.connect_seconds)
        with httpx.Client(transport=wire, timeout=timeout, follow_redirects=False, trust_env=False) as client:
            path = f"{url}/api/{what}"
            response = client.post(path, json={"model": model}) if model else client.get(path)
        if response.status_code != 200:
            raise _explained(ollama.ResponseError(response.text, response.status_code), who, model or "")
        value = response.json()
        if not isinstance(value, dict):
            raise ValueError("it is no object")
        yield value

    with closing(persistently(url, ask, patience, who)) as answers:
        return next(answers)


def _installed(listed: ollama.ListResponse.Model, shown: Mapping[str, Any]) -> InstalledModel:
    details = listed.details
    abilities = shown.get("capabilities")
    abilities = abilities if isinstance(abilities, list) else None
    template, about = _text(shown.get("template")), shown.get("model_info")
    tools = None if abilities is None else "tools" in abilities
    if tools is None and template:
        tools = ".Tools" in template  # a server that lists no capabilities yet
    return InstalledModel(
        name=clean(listed.model or ""),
        bytes=int(listed.size) if listed.size is not None else None,
        family=clean(details.family or "") if details else "",
        parameters=clean(details.parameter_size or "") if details else "",
        quantization=clean(details.quantization_level or "") if details else "",
        context=_context(about) if isinstance(about, dict) else None,
        tools=tools,
        thinking=None if abilities is None else "thinking" in abilities,
        chats=None if abilities is None else "completion" in abilities,
        remote=_elsewhere(listed.model or "", shown),
    )


def _elsewhere(model: str, shown: Mapping[str, Any]) -> str:
    """Return the host that the server hands requests for this model on to; "" if it runs the model itself."""
    return clean(_text(shown.get("remote_host")))[:200] or ("Ollama's cloud" if is_of_the_cloud(model) else "")


def _context(about: Mapping[str, Any]) -> int | None:
    length = about.get(f"{about.get('general.architecture')}.context_length")
    return length if isinstance(length, int) else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
