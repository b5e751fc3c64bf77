"""Chat models of any server that speaks OpenAI's chat completions: llama.cpp, vLLM, LM Studio and others.

Such a server has a fixed context window: `num_ctx` cannot be sent, but a prompt that is counted longer is an error.
Nor is there a common word for whether to think: `think` is not sent.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import httpx

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
)
from codeqa.hosts import is_this_machine
from codeqa.models.calls import parsed_arguments, shallow
from codeqa.models.replies import Assembly, clean, is_too_long
from codeqa.models.running import Passing, Patience, persistently
from codeqa.models.wire import Wire

KEY = "OPENAI_API_KEY"
"""The variable that a key is taken from, and the only place."""

_HINT = "is it running? codeqa doctor checks it"
_MOST_CALLS = 64  # of one reply
_MODELS = 100  # of a server that are looked at


class OpenAI:
    """One chat model, see domain.ChatModel. Nothing is asked of the server before the first `chat`."""

    def __init__(self, name: str, url: str, limits: ChatLimits | None, environ: Mapping[str, str]) -> None:
        """`url` is one that hosts.address allowed, up to and with its /v1."""
        self.name = name
        self.url = url
        self._limits = limits or ChatLimits()
        self._environ = environ  # not the key itself, which would show where this is shown

    def chat(
        self,
        messages: Sequence[ChatMessage],
        tools: Sequence[ToolSpec] = (),
        *,
        options: ChatOptions,
        cancelled: threading.Event | None = None,
    ) -> Generator[Delta | Reply, None, None]:
        """As domain.ChatModel."""
        who = f"{self.name} at {self.url}"
        patience = Patience(self._limits, cancelled)
        assembly = Assembly(who, tools, options, self._limits)
        body = _request(self.name, messages, tools, options)
        headers = _headers(self.url, self._environ)

        def ask(wire: Wire) -> Generator[dict[str, Any], None, None]:
            with (
                _client(wire, headers, self._limits) as client,
                client.stream("POST", f"{self.url}/chat/completions", json=body) as response,
            ):
                if response.status_code != 200:
                    response.read()
                    raise _refusal(response, who, self.name, headers)
                yield from _events(response, who)

        told = _Told()
        with closing(persistently(self.url, ask, patience, who)) as events:
            for event in events:
                delta, more = told.take(event)
                assembly.add(delta, more)
                if delta:
                    yield delta
        if not told.done:
            raise BrokenReply(f"{who} ended its reply before it was done", hint=_HINT)
        calls = Delta(calls=told.calls())
        assembly.add(calls)
        if calls:
            yield calls
        yield assembly.reply(
            prompt_tokens=told.count("prompt_tokens"),
            completion_tokens=told.count("completion_tokens"),
            done_reason=told.reason,
            seconds={"total": patience.seconds},
        )


def look(url: str, seconds: float, environ: Mapping[str, str]) -> ModelServer:
    """Ask a server which models it has, within a time. Raises ModelUnavailable."""
    who = f"the model server at {url}"
    limits = ChatLimits(min(seconds, 5.0), seconds, seconds, seconds)
    headers = _headers(url, environ)

    def ask(wire: Wire) -> Generator[object, None, None]:
        with _client(wire, headers, limits) as client:
            response = client.get(f"{url}/models")
            if response.status_code != 200:
                raise _refusal(response, who, "", headers)
            yield response.json()

    with closing(persistently(url, ask, Patience(limits), who)) as answers:
        said = next(answers)
    models = said.get("data") if isinstance(said, dict) else None
    if not isinstance(models, list):
        raise BrokenReply(f"{who} gave a list of models that is none", hint=_HINT)
    found = [_installed(model) for model in models[:_MODELS] if isinstance(model, dict)]
    return ModelServer(url, "", tuple(model for model in found if model.name))


def _installed(model: Mapping[str, Any]) -> InstalledModel:
    length = model.get("max_model_len")
    return InstalledModel(clean(str(model.get("id") or "")), context=length if isinstance(length, int) else None)


# --------------------------------------------------------------------------------------------------------- what is sent


def _client(wire: Wire, headers: Mapping[str, str], limits: ChatLimits) -> httpx.Client:
    # Waiting is timed outside, where it can be ended; neither a redirect nor a proxy may lead source text elsewhere.
    timeout = httpx.Timeout(None, connect=limits.connect_seconds)
    return httpx.Client(transport=wire, headers=headers, timeout=timeout, follow_redirects=False, trust_env=False)


def _headers(url: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the key, if there is one and nobody on the way can read it."""
    key, parts = environ.get(KEY, "").strip(), urlsplit(url)
    private = parts.scheme == "https" or is_this_machine(parts.hostname or "")
    sendable = key.isascii() and key.isprintable()
    return {"Authorization": f"Bearer {key}"} if key and private and sendable else {}


def _request(
    model: str, messages: Sequence[ChatMessage], tools: Sequence[ToolSpec], options: ChatOptions
) -> dict[str, Any]:
    body: dict[str, Any] = {
        "model": model,
        "messages": [_message(message) for message in messages],
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": options.temperature,
        "seed": options.seed,
    }
    if tools:
        body["tools"] = [
            {"type": "function", "function": {"name": t.name, "description": t.description, "parameters": t.parameters}}
            for t in tools
        ]
    if options.num_predict is not None:
        body["max_tokens"] = options.num_predict
    if options.format is not None:
        schema = {"name": "reply", "strict": True, "schema": options.format}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    return body


def _message(message: ChatMessage) -> dict[str, Any]:
    sent: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.calls:
        sent["tool_calls"] = [
            {
                "id": call.id or f"call_{number}",
                "type": "function",
                "function": {"name": call.name, "arguments": json.dumps(dict(call.arguments))},
            }
            for number, call in enumerate(message.calls)
        ]
    if message.role == "tool":
        sent["tool_call_id"] = message.call_id or "call_0"
    return sent


# ----------------------------------------------------------------------------------------------------- what comes back


def _events(response: httpx.Response, who: str) -> Iterator[dict[str, Any]]:
    """Yield the events that say something, and `{"done": True}` for [DONE]. Comments, which keep alive, are none."""
    held: list[str] = []
    for line in response.iter_lines():
        if line.startswith("data:"):
            held.append(line[5:].removeprefix(" "))
        elif not line and held:
            data, held = "\n".join(held), []
            if data.strip() == "[DONE]":
                yield {"done": True}
                return
            if event := _event(data, who):
                yield event
    if held and (event := _event("\n".join(held), who)):  # a server that ends without the empty line
        yield event


def _event(data: str, who: str) -> dict[str, Any]:
    """Return {"delta": …, "reason": …, "usage": …}, of these what is there and of its type. Raises BrokenReply."""
    value = {"done": True} if data.strip() == "[DONE]" else json.loads(data)
    if not isinstance(value, dict):
        raise ValueError("an event that is no object")
    if value.get("error"):
        error = value["error"]
        said = error.get("message") if isinstance(error, dict) else error
        raise BrokenReply(f"{who} broke its reply off: {clean(str(said))[:200]}", hint=_HINT)
    found: dict[str, Any] = {"done": True} if value.get("done") is True else {}
    if isinstance(value.get("usage"), dict):
        found["usage"] = value["usage"]
    choices = value.get("choices") or []
    choice = choices[0] if isinstance(choices, list) and choices else {}
    if not isinstance(choice, dict):
        raise ValueError("a choice that is no object")
    delta = choice.get("delta") or {}
    if not isinstance(delta, dict):
        raise ValueError("a delta that is no object")
    if any(value for name, value in delta.items() if name != "role"):
        found["delta"] = delta
    if choice.get("finish_reason"):
        found["reason"] = str(choice["finish_reason"])[:40]
    return found


class _Told:
    """What came so far, and is not whole before the end: calls, in pieces; how it ended; what was counted."""

    def __init__(self) -> None:
        self.done = False
        self.reason = ""
        self._usage: Mapping[str, Any] = {}
        self._calls: dict[int, list[str]] = {}  # index → id, name, pieces of arguments

    def take(self, event: Mapping[str, Any]) -> tuple[Delta, int]:
        """Return the part that can be shown now, and how many characters of calls came with it."""
        self.done = self.done or bool(event.get("done") or event.get("reason"))
        self.reason = event.get("reason", self.reason)
        self._usage = event.get("usage", self._usage)
        delta = event.get("delta", {})
        thinking = delta.get("reasoning_content") or delta.get("reasoning")
        return Delta(_text(delta.get("content")), _text(thinking)), self._call(delta.get("tool_calls"))

    def _call(self, pieces: object) -> int:
        size = 0
        for piece in pieces if isinstance(pieces, list) else []:
            function = piece.get("function") if isinstance(piece, dict) else None
            if not isinstance(function, dict):
                raise BrokenReply("a call of a tool that is none", hint=_HINT)
            index = piece.get("index")
            call = self._calls.setdefault(index if isinstance(index, int) else len(self._calls), ["", ""])
            if len(self._calls) > _MOST_CALLS:
                raise BrokenReply(f"more than {_MOST_CALLS} calls of tools in one reply", hint=_HINT)
            call[0] = call[0] or _text(piece.get("id"))
            call[1] = call[1] or _text(function.get("name"))
            arguments = function.get("arguments")
            if not shallow(arguments):
                raise BrokenReply("a call of a tool is nested too deeply", hint=_HINT)
            call.append(json.dumps(arguments) if isinstance(arguments, dict) else _text(arguments))
            size += len(call[-1])
        return size

    def calls(self) -> tuple[ToolCall, ...]:
        found = []
        for _, (identity, name, *pieces) in sorted(self._calls.items()):
            arguments, problem = parsed_arguments("".join(pieces))
            found.append(ToolCall(name, arguments, identity, problem))
        return tuple(found)

    def count(self, name: str) -> int | None:
        number = self._usage.get(name)
        return number if isinstance(number, int) else None


def _text(value: object) -> str:
    return clean(value) if isinstance(value, str) else ""


def _refusal(response: httpx.Response, who: str, model: str, headers: Mapping[str, str]) -> CodeqaError:
    status, said = response.status_code, response.text
    try:
        error = response.json()
    except (ValueError, RecursionError):
        error = None
    if isinstance(error, dict) and error.get("error"):
        error = error["error"]
        said = str(error.get("message", error) if isinstance(error, dict) else error)
    for secret in headers.values():  # a server may say it back
        said = said.replace(secret.removeprefix("Bearer "), "***")
    message = f"{who} says {status}: {clean(said)[:200]}"
    if status in (401, 403):
        return ModelRefused(message, hint=f"a key is taken from {KEY}, and sent over https or to this machine only")
    if status == 404 and model:
        return NoSuchModel(message, hint="codeqa doctor lists the models of the server; its address ends in /v1")
    if is_too_long(said):  # some servers say so with 500
        return ContextFull(message, hint="a larger context, or a shorter prompt")
    return (Passing if status >= 500 else ModelRefused)(message, hint=_HINT)
