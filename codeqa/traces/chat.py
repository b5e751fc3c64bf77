"""Turns as examples for fine-tuning: one object each, in the form of a chat that trainers read."""

from __future__ import annotations

import json
from typing import Any

from codeqa.traces.labels import Label
from codeqa.traces.steps import Asked, Json, Request, Said, of_turn, table, text


def example(turn: Json, name: str, label: Label | None) -> dict[str, Any] | None:
    """Return a turn as an example; None if what it is made of was too long to be kept.

    Where a model's walk gave the answer, the messages are those of the last request of that walk, with its reply behind
    them; else they are the question and the answer.
    """
    asked, answer = table(turn.get("codeqa")), table(turn.get("answer"))
    question = text(asked.get("understood")) or text(asked.get("question"))
    model = text(answer.get("model"))
    request = _last(turn) if model else None
    if request is None:
        said = text(answer.get("answer"))
        messages = [{"role": "user", "content": question}, {"role": "assistant", "content": said}] if said else []
    else:
        messages = _chat(request)
    if not messages:
        return None
    return {
        "messages": messages,
        "tools": [_tool(each) for each in request.tools] if request else [],
        "label": label.value if label else None,
        "why": label.why if label else "",
        "model": model or None,
        "prompt": request.prompt if request else None,
        "question": question,
        "status": text(answer.get("status")),
        "trace": name,
    }


def _last(turn: Json) -> Request | None:
    """Return the last request of the walk that was replied to."""
    walk = (each for each in reversed(of_turn(turn)) if isinstance(each, Request) and each.purpose == "walk")
    return next((each for each in walk if each.reply), None)


def _chat(request: Request) -> list[dict[str, Any]]:
    """Return messages and reply in the common form; nothing if any of it is no longer whole."""
    assert request.reply
    said = [*request.messages, request.reply]
    if any(each.cut for each in said):
        return []
    messages: list[dict[str, Any]] = []
    open_calls: list[tuple[str, str]] = []  # ids and names of calls that no result has been seen of
    count = 0
    for each in said:
        message: dict[str, Any] = {"role": each.role, "content": each.text}
        if each.calls:
            # Not every server gives ids, and a result has to say which call it is of.
            named = [(call.id or f"call_{count + at}", call) for at, call in enumerate(each.calls, 1)]
            count += len(named)
            open_calls = [(number, call.name) for number, call in named]
            message["tool_calls"] = [_call(number, call) for number, call in named]
        elif each.role == "tool":
            message |= {"tool_call_id": _answered(each, open_calls), "name": each.tool}
        messages.append(message)
    return messages


def _answered(result: Said, open_calls: list[tuple[str, str]]) -> str:
    """Return the id of the call that a result is of, and take that from those that are open."""
    fitting = (
        call for call in open_calls if call[0] == result.call_id or (not result.call_id and call[1] == result.tool)
    )
    call = next(fitting, None) or next(iter(open_calls), None)
    if call is None:
        return result.call_id
    open_calls.remove(call)
    return result.call_id or call[0]


def _call(number: str, call: Asked) -> dict[str, Any]:
    arguments = json.dumps(dict(call.arguments))
    return {"id": number, "type": "function", "function": {"name": call.name, "arguments": arguments}}


def _tool(tool: Json) -> dict[str, Any]:
    about = {name: tool[name] for name in ("name", "description", "parameters") if name in tool}
    return {"type": "function", "function": about}
