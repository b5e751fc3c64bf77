"""How the scripted server talks: /api/chat line by line as Ollama does, /v1/chat/completions as event stream.

A script says what is said, from the body of the request alone; a fault is what becomes of it on the way.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

CHAT_PATHS = ("/api/chat", "/v1/chat/completions")


class ChatFault(StrEnum):
    """What goes wrong with a reply."""

    SLOW_LOAD = "the first part comes late"
    STALL_MID = "after the first part nothing more, until the server is released"
    DRIP = "after the first part single bytes without end, and no line"
    KEEP_ALIVE = "comments, or empty parts, without end, and nothing said"
    EOF = "a clean end before it is done"
    CUT = "the connection is closed in the middle of a part"
    ERROR_MID = "an error in place of the second part"
    TOOL_JSON = "a call of a tool whose arguments are no JSON"
    TOOL_STRING = "arguments as text where an object belongs"
    UNKNOWN_TOOL = "a call of a tool that there is not"
    WRONG_TYPES = "arguments of other types than the tool wants"
    LOOSE_TYPES = "numbers and truth values as text"
    WRONG_SHAPE = "JSON of another shape"
    NOT_OBJECT = "JSON that is no object"
    DEEP = "JSON that is nested deeply"
    IDENTICAL_CALLS = "the first call of a tool, sixty times over"
    EMPTY = "nothing said"
    THINKING_ONLY = "thoughts and no answer"
    THINK_TAGS = "thoughts in tags within the text"
    TEXT_CALL = "a call of a tool as text"
    FORMAT_IGNORED = "prose although a format was asked for"
    TRUNCATED_CONTEXT = "as many tokens of prompt as the context has, for more were cut off"
    NON_UTF8 = "bytes that are no UTF-8"
    SURROGATE = "half of a surrogate pair"
    SEPARATORS = "signs that Python takes for ends of lines"
    HUGE = "text without end"
    HUGE_LINE = "a line without end"
    ROLE_ORDER = "400: the roles are in no order that the model knows"
    STRICT_ROLES = "400 unless user and assistant take turns, behind the system's text"
    NO_TOOLS = "400 where tools are given: the model's template has no place for them"
    NO_FORMAT = "400 where a format is asked for"
    REFUSED = "403, whatever is asked"
    TOO_LONG = "400: the prompt is longer than the context"
    NO_COUNTS = "no counts and no durations"
    LENGTH = "cut at the most tokens allowed"
    ENCODED = "a Content-Encoding that nobody asked for"


@dataclass(frozen=True)
class Said:
    """What the scripted model says."""

    text: str = ""
    thinking: str = ""
    calls: tuple[tuple[str, dict[str, Any]], ...] = ()


Script = Callable[[dict[str, Any]], Said]


def echo(body: dict[str, Any]) -> Said:
    """Say back what the user said last; call the first tool if the user asks for it."""
    last = next((str(m.get("content", "")) for m in reversed(body["messages"]) if m["role"] == "user"), "")
    if body.get("tools") and "call" in last:
        return Said(calls=(first_call(body),))
    schema = body.get("format") or body.get("response_format")
    return Said(json.dumps({"said": last}) if schema else f"You said: {last}")


def first_call(body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return a right call of the first tool."""
    function = body["tools"][0]["function"]
    made = {"string": "x", "integer": 3, "boolean": True, "array": ["x"]}
    known = function["parameters"]["properties"]
    return function["name"], {
        name: about["enum"][0] if "enum" in about else made[about["type"]] for name, about in known.items()
    }


def spoilt(said: Said, fault: ChatFault | None, body: dict[str, Any]) -> Said:
    """Return what is said, as far as a fault lies in what is said."""
    if fault is ChatFault.EMPTY:
        return Said()
    if fault is ChatFault.THINKING_ONLY:
        return Said(thinking="Let me see. It may be so.")
    if fault is ChatFault.THINK_TAGS:
        return replace(said, text=f"<think>Let me see.</think>\n\n{said.text}")
    if fault is ChatFault.FORMAT_IGNORED:
        return Said("Sure! Here is what I found.")
    if fault is ChatFault.SURROGATE:
        return Said("half \ud83d of a pair")
    if fault is ChatFault.SEPARATORS:
        return Said("one\u2028two\x85three\u2029four")
    return spoilt_calls(said, fault, body)


def refused(model: str, fault: ChatFault | None, body: dict[str, Any]) -> tuple[int, str] | None:
    """Return status and words of a refusal, where a fault makes one of this request."""
    if fault is ChatFault.ROLE_ORDER or (fault is ChatFault.STRICT_ROLES and not _in_turns(body)):
        return 400, "conversation roles must alternate user/assistant/user/assistant"
    if fault is ChatFault.NO_TOOLS and body.get("tools"):
        return 400, f"registry.ollama.ai/library/{model} does not support tools"
    if fault is ChatFault.NO_FORMAT and (body.get("format") or body.get("response_format")):
        return 400, "failed to parse grammar"
    if fault is ChatFault.REFUSED:
        return 403, "this model is not for you"
    if fault is ChatFault.TOO_LONG:
        return 400, "request (9000 tokens) exceeds the available context size (8192 tokens), try increasing it"
    return None


def _in_turns(body: dict[str, Any]) -> bool:
    roles = [message["role"] for message in body["messages"]]
    turns = roles[1:] if roles[0] == "system" else roles
    return turns == [("user", "assistant")[n % 2] for n in range(len(turns))]


def spoilt_calls(said: Said, fault: ChatFault | None, body: dict[str, Any]) -> Said:
    if not body.get("tools"):
        return said
    name, arguments = first_call(body)
    if fault is ChatFault.UNKNOWN_TOOL:
        return Said(calls=(("delete_everything", arguments),))
    if fault is ChatFault.WRONG_TYPES:
        return Said(calls=((name, {key: [value] for key, value in arguments.items()}),))
    if fault is ChatFault.LOOSE_TYPES:
        return Said(calls=((name, {key: str(value) for key, value in arguments.items()}),))
    if fault is ChatFault.IDENTICAL_CALLS:
        return Said(calls=((name, arguments),) * 60)
    if fault is ChatFault.TEXT_CALL:
        return Said("```json\n" + json.dumps({"name": name, "arguments": arguments}) + "\n```")
    if fault in (ChatFault.TOOL_JSON, ChatFault.TOOL_STRING):
        return Said(calls=((name, arguments),))
    return said


def counts(said: Said, body: dict[str, Any]) -> tuple[int, int]:
    """Return tokens of prompt and reply: words, here."""
    prompt = sum(len(str(message.get("content", "")).split()) for message in body["messages"])
    return prompt, len(said.text.split()) + len(said.thinking.split())


def pieces(text: str) -> list[str]:
    return re.findall(r"\s*\S+\s*", text)


def parts(path: str, said: Said, fault: ChatFault | None, body: dict[str, Any]) -> Iterator[bytes]:
    """Yield the reply's parts, the last of them `done`."""
    yield from (_ollama if path == "/api/chat" else _openai)(said, fault, body)


# --------------------------------------------------------------------------------------------------------------- ollama


def _ollama(said: Said, fault: ChatFault | None, body: dict[str, Any]) -> Iterator[bytes]:
    def line(message: object, **more: object) -> bytes:
        record = {"model": body["model"], "created_at": "2026-01-02T03:04:05.678901234Z", "message": message}
        return json.dumps({**record, "done": False, **more}, ensure_ascii=fault is not ChatFault.SEPARATORS).encode(
            "utf-8"
        ) + (b"\n")

    def message(content: str = "", **more: object) -> dict[str, object]:
        return {"role": "assistant", "content": content, **more}

    if fault is ChatFault.TOOL_JSON:  # so the real one does when its parser fails
        yield line(message("I"))
        yield b'{"error":"error parsing tool call: raw=\'{\\"a\\":\', err=unexpected end of JSON input"}\n'
        return
    for piece in pieces(said.thinking):
        yield line(message(thinking=piece))
    for piece in pieces(said.text):
        yield line(message(piece))
    for name, arguments in said.calls:
        given: object = json.dumps(arguments) if fault is ChatFault.TOOL_STRING else arguments
        yield line(message(tool_calls=[{"function": {"name": name, "arguments": given}}]))
    prompt, reply = counts(said, body)
    if fault is ChatFault.TRUNCATED_CONTEXT:
        prompt = body["options"]["num_ctx"]
    told: dict[str, object] = {
        "total_duration": 4_883_583_458,
        "load_duration": 1_334_875,
        "prompt_eval_count": prompt,
        "prompt_eval_duration": 342_546_000,
        "eval_count": reply,
        "eval_duration": 4_535_599_000,
    }
    reason = "length" if fault is ChatFault.LENGTH else "stop"
    yield line(message(), done=True, done_reason=reason, **({} if fault is ChatFault.NO_COUNTS else told))


# --------------------------------------------------------------------------------------------------------------- openai


def _openai(said: Said, fault: ChatFault | None, body: dict[str, Any]) -> Iterator[bytes]:
    def event(delta: object, reason: str | None = None, **more: object) -> bytes:
        choices = [{"index": 0, "delta": delta, "finish_reason": reason}]
        record = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": body["model"], "choices": choices}
        data = json.dumps({**record, **more}, ensure_ascii=fault is not ChatFault.SEPARATORS)
        return b"data: " + data.encode() + b"\n\n"

    yield event({"role": "assistant", "content": ""})
    for piece in pieces(said.thinking):
        yield event({"reasoning_content": piece})
    for piece in pieces(said.text):
        yield event({"content": piece})
    for index, (name, arguments) in enumerate(said.calls):
        first = {"index": index, "id": f"call_{index}", "type": "function", "function": {"name": name, "arguments": ""}}
        yield event({"tool_calls": [first]})
        text = json.dumps(arguments)
        text = text[: len(text) // 2] if fault is ChatFault.TOOL_JSON else text
        for start in range(0, len(text), 5):
            yield event({"tool_calls": [{"index": index, "function": {"arguments": text[start : start + 5]}}]})
    reason = "tool_calls" if said.calls else "length" if fault is ChatFault.LENGTH else "stop"
    yield event({}, reason)
    prompt, reply = counts(said, body)
    if fault is ChatFault.TRUNCATED_CONTEXT:
        prompt = 10**6
    if fault is not ChatFault.NO_COUNTS:
        usage = {"prompt_tokens": prompt, "completion_tokens": reply, "total_tokens": prompt + reply}
        yield b"data: " + json.dumps({"choices": [], "usage": usage}).encode() + b"\n\n"
    yield b"data: [DONE]\n\n"


def nonsense(path: str, fault: ChatFault) -> bytes | None:
    """Return the part that a fault puts in place of the second one."""
    api = path == "/api/chat"
    said = {
        ChatFault.ERROR_MID: '{"error":"an error was encountered while running the model: CUDA error"}'
        if api
        else '{"error":{"message":"an error was encountered while running the model","code":500}}',
        ChatFault.WRONG_SHAPE: '{"message":["a","list"],"done":false}' if api else '{"choices":[{"delta":["a"]}]}',
        ChatFault.NOT_OBJECT: "[1,2,3]",
        ChatFault.DEEP: "[" * 200_000,
    }.get(fault)
    if fault is ChatFault.NON_UTF8:
        data = b'{"message":{"role":"assistant","content":"caf\xe9 \xff\xfe "},"done":false}\n'
        return data if api else b'data: {"choices":[{"index":0,"delta":{"content":"caf\xe9 \xff\xfe "}}]}\n\n'
    if said is None:
        return None
    return f"{said}\n".encode() if api else f"data: {said}\n\n".encode()
