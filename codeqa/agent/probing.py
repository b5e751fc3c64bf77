"""Finding out on which rung of the ladder a model stands, by asking it for one call on each."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from codeqa.agent import ladder
from codeqa.agent.asking import Asker
from codeqa.agent.leading import instructions
from codeqa.agent.options import Options
from codeqa.domain import BrokenReply, ChatMessage, ChatOptions, Event, ModelRefused, ToolSpec
from codeqa.prompts import load

TRIES = 2
_SEARCH = ToolSpec(
    "search",
    "Find places by words or names.",
    {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]},
)
_FINISH = ToolSpec(
    "finish",
    "End with the answer.",
    {
        "type": "object",
        "properties": {"sentences": {"type": "array", "items": {"type": "string"}}},
        "required": ["sentences"],
    },
)
TOOLS = (_SEARCH, _FINISH)


@dataclass(frozen=True, slots=True)
class Probed:
    """The highest rung that a model stands on, "" for none, and why it does not stand on those above."""

    rung: str
    problems: tuple[str, ...] = ()


def probe(asker: Asker, options: Options) -> Generator[Event, None, Probed]:
    """Ask for a call on each rung, from the top, until one holds. Raises what ChatModel.chat raises of a server."""
    problems: list[str] = []
    for rung in ladder.RUNGS:
        problem = ""
        for _ in range(TRIES):
            problem = yield from _held(asker, options, rung)
            if not problem:
                return Probed(rung, tuple(problems))
        problems.append(f"{rung}: {problem}")
    return Probed("", tuple(problems))


def _held(asker: Asker, options: Options, rung: str) -> Generator[Event, None, str]:
    """Return why a rung does not hold, "" if it does."""
    prompt = load("probe", options.prompts)
    messages = [ChatMessage("user", prompt.text)]
    if how := instructions(rung, TOOLS, options.prompts):
        messages.insert(0, ChatMessage("system", how))
    tools = TOOLS if rung == "native" else ()
    asked = ChatOptions(
        num_ctx=options.context,
        num_predict=options.reply_tokens,
        format=ladder.schema(TOOLS) if rung == "format" else None,
    )
    try:
        reply = yield from asker.ask("probe", prompt.id, messages, asked, tools=tools, rung=rung)
    except (BrokenReply, ModelRefused) as error:
        return error.message
    heard = ladder.heard(rung, reply, TOOLS)
    if heard.problem:
        return heard.problem
    call = heard.calls[0]
    if call.problem:
        return call.problem
    if rung == "native" and call.written:
        return "it writes calls as text"
    right = call.name == "search" and "main" in str(call.arguments.get("query", ""))
    return "" if right else f"it calls {call.name} with other arguments than it was told"
