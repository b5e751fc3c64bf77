"""A walk that a model led, as spans of OpenTelemetry's conventions for generative AI, and read again from them.

A request is a span of `chat`, a call of a tool one of `execute_tool`, both below the turn's own. Messages repeat from
request to request, and so may tools and schemas: each distinct one stands once in the turn's `pool`, and spans say
which. Messages have the form that `gen_ai.input.messages` asks for.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from codeqa.domain import ChatMessage, Event, ModelCall, Reply, ToolCall, ToolSpec, ToolUse

_FINISHED = {"tool_calls": "tool_call"}  # reasons that servers call otherwise than the conventions


def of_walk(
    events: Sequence[tuple[int, Event]], *, trace_id: str, parent: str, conversation: str
) -> dict[str, list[Any] | dict[str, list[Any]]]:
    """Return the keys `spans` and `pool` of a turn; nothing if no model and no tool was called.

    `events` have the nanoseconds since the epoch at which they were told, when they had ended.
    """
    pool = _Pool()
    spans: list[Any] = []
    asked: list[ToolCall] = []  # by the last reply, and not yet carried out
    for when, event in events:
        if isinstance(event, ModelCall):
            asked = list(event.reply.calls) if event.reply else []
            name, about, trouble = f"chat {event.model}", _chat(event, conversation, pool), event.trouble
        elif isinstance(event, ToolUse):
            call = next((call for call in asked if call.name == event.name), None)
            if call:
                asked.remove(call)
            name, about, trouble = f"execute_tool {event.name}", _tool(event, call), event.refused
        else:
            continue
        span = {
            "name": name,
            "kind": "CLIENT" if isinstance(event, ModelCall) else "INTERNAL",
            "trace_id": trace_id,
            "span_id": os.urandom(8).hex(),
            "parent_span_id": parent,
            "start_time_unix_nano": when - int(event.seconds * 1e9),
            "end_time_unix_nano": when,
            "attributes": about,
        }
        if trouble:
            span["status"] = {"code": "ERROR", "message": trouble}
        spans.append(span)
    return {"spans": spans, "pool": pool.to_json()} if spans else {}


@dataclass(slots=True)
class _Pool:
    """Each distinct message, tool and schema of a turn, once."""

    kinds: dict[str, list[Any]] = field(default_factory=dict)
    known: dict[tuple[str, str], int] = field(default_factory=dict)

    def add(self, kind: str, item: Mapping[str, Any]) -> int:
        """Return its place among those of its kind."""
        items = self.kinds.setdefault(kind, [])
        place = self.known.setdefault((kind, repr(item)), len(items))
        if place == len(items):
            items.append(item)
        return place

    def to_json(self) -> dict[str, list[Any]]:
        return self.kinds


def _chat(call: ModelCall, conversation: str, pool: _Pool) -> dict[str, Any]:
    options = call.options
    about: dict[str, Any] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.conversation.id": conversation,
        "gen_ai.request.model": call.model,
        "gen_ai.request.temperature": options.temperature,
        "gen_ai.request.seed": options.seed,
        "gen_ai.output.type": "json" if options.format else "text",
        "gen_ai.prompt.name": call.prompt.partition("@")[0],
        "codeqa.prompt": call.prompt,
        "codeqa.purpose": call.purpose,
        "codeqa.rung": call.rung,
        "codeqa.request.num_ctx": options.num_ctx,
        "codeqa.request.think": options.think,
        "codeqa.input.messages": [pool.add("messages", _message(each)) for each in call.messages],
        "codeqa.input.tokens.estimated": call.estimated_tokens,
    }
    if options.num_predict is not None:
        about["gen_ai.request.max_tokens"] = options.num_predict
    if options.format:
        about["codeqa.request.format"] = pool.add("formats", options.format)
    if call.tools:
        about["codeqa.tools"] = [pool.add("tools", _definition(each)) for each in call.tools]
    if call.reply:
        about |= _reply(call.reply)
    if call.trouble:
        about |= {"error.type": "_OTHER", "codeqa.trouble": call.trouble}
    return about


def _reply(reply: Reply) -> dict[str, Any]:
    finished = _FINISHED.get(reply.done_reason, reply.done_reason) or ("tool_call" if reply.calls else "stop")
    parts = [{"type": "reasoning", "content": reply.thinking}] if reply.thinking else []
    message = {
        "role": "assistant",
        "parts": [*parts, *_parts(reply.text, reply.calls)],
        "finish_reason": finished,
    }
    about: dict[str, Any] = {"gen_ai.response.finish_reasons": [finished], "gen_ai.output.messages": [message]}
    for name, tokens in (("input", reply.prompt_tokens), ("output", reply.completion_tokens)):
        if tokens is not None:
            about[f"gen_ai.usage.{name}_tokens"] = tokens
    if reply.problem:
        about["codeqa.reply.problem"] = reply.problem
    if reply.seconds:
        about["codeqa.reply.seconds"] = dict(reply.seconds)
    return about


def _tool(use: ToolUse, call: ToolCall | None) -> dict[str, Any]:
    about: dict[str, Any] = {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": use.name,
        "gen_ai.tool.type": "function",
        "gen_ai.tool.call.arguments": dict(use.arguments),
        "gen_ai.tool.call.result": use.observation,
        "codeqa.digest": use.digest,
    }
    if call and call.id:
        about["gen_ai.tool.call.id"] = call.id
    if use.refused:
        about |= {"error.type": "refused", "codeqa.refused": use.refused}
    return about


def _message(message: ChatMessage) -> dict[str, Any]:
    if message.role == "tool":
        number = {"id": message.call_id} if message.call_id else {}
        part = {"type": "tool_call_response", **number, "response": message.content}
        return {"role": "tool", "parts": [part], **({"name": message.tool} if message.tool else {})}
    return {"role": message.role, "parts": _parts(message.content, message.calls)}


def _parts(text: str, calls: Sequence[ToolCall]) -> list[dict[str, Any]]:
    said = [{"type": "text", "content": text}] if text or not calls else []
    return [*said, *map(_call, calls)]


def _call(call: ToolCall) -> dict[str, Any]:
    part: dict[str, Any] = {"type": "tool_call", "name": call.name, "arguments": call.arguments}
    if call.id:
        part["id"] = call.id
    if call.problem:
        part["codeqa.problem"] = call.problem
    if call.written:
        part["codeqa.written"] = True
    return part


def _definition(tool: ToolSpec) -> dict[str, Any]:
    return {"type": "function", "name": tool.name, "description": tool.description, "parameters": tool.parameters}
