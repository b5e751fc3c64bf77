"""A reply put together from its parts, and brought to one form whatever the model made of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from codeqa.domain import BrokenReply, ChatLimits, ChatOptions, ContextFull, Delta, Reply, ToolCall, ToolSpec
from codeqa.models.calls import checked, loaded, written, wrong

_LONE = re.compile("[\ud800-\udfff]")
_THINK = re.compile(r"\A\s*<think(?:ing)?>(.*?)(?:</think(?:ing)?>|\Z)", re.S)


_TOO_LONG = re.compile(r"\bcontext (?:size|length|window)\b|\bmaximum context\b", re.I)


def is_too_long(said: str) -> bool:
    """Whether a server refuses a prompt for its length, by its words: there is no common code for it."""
    return bool(_TOO_LONG.search(said))


def clean(text: str) -> str:
    """Replace what no encoding can write: halves of surrogate pairs, which JSON can spell."""
    return _LONE.sub("\ufffd", text)


class Assembly:
    """Takes deltas, and makes the Reply of them."""

    def __init__(self, who: str, tools: Sequence[ToolSpec], options: ChatOptions, limits: ChatLimits) -> None:
        self._who = who
        self._tools = tools
        self._options = options
        self._limit = limits.reply_chars
        self._chars = 0
        self._text: list[str] = []
        self._thinking: list[str] = []
        self._calls: list[ToolCall] = []

    def add(self, delta: Delta, more: int = 0) -> None:
        """Take a part; `more` characters came with it. Raises BrokenReply past the limit."""
        size = sum(len(call.name) + len(json.dumps(call.arguments, default=str)) for call in delta.calls)
        self._chars += len(delta.text) + len(delta.thinking) + size + more
        if self._chars > self._limit:
            raise BrokenReply(
                f"{self._who} sent a reply of more than {self._limit:,} characters",
                hint="another model may end its replies",
            )
        self._text.append(delta.text)
        self._thinking.append(delta.thinking)
        self._calls += delta.calls

    def reply(
        self,
        *,
        prompt_tokens: int | None,
        completion_tokens: int | None,
        done_reason: str,
        seconds: Mapping[str, float],
    ) -> Reply:
        """Return the whole. Raises ContextFull if the prompt left no room in the context window."""
        if prompt_tokens is not None and prompt_tokens >= self._options.num_ctx:
            raise ContextFull(
                f"the prompt filled the {self._options.num_ctx:,} tokens of {self._who}",
                hint="a larger context, or a shorter prompt",
            )
        text, thinking = self._parts()
        calls = tuple(self._calls)
        if not calls and self._tools and (calls := written(text, self._tools)):
            text = ""
        reply = Reply(
            text,
            thinking,
            tuple(checked(call, self._tools) for call in calls),
            prompt_tokens=prompt_tokens,
            completion_tokens=completion_tokens,
            done_reason=done_reason,
            seconds=seconds,
        )
        return self._judged(reply)

    def _parts(self) -> tuple[str, str]:
        """Return text and thinking, taking apart what a server left in one."""
        text, thinking = "".join(self._text), "".join(self._thinking)
        if not thinking and (match := _THINK.match(text)):
            text, thinking = text[match.end() :], match.group(1)
        return text.strip(), thinking.strip()

    def _judged(self, reply: Reply) -> Reply:
        if reply.calls:
            return reply
        if not reply.text:
            return replace(reply, problem="it is thinking and no answer" if reply.thinking else "it is empty")
        schema = self._options.format
        if schema is None:
            return reply
        value: Any = loaded(reply.text)
        problem = "it is not JSON" if value is None else wrong(value, schema)
        return replace(reply, problem=problem) if problem else replace(reply, value=value)
