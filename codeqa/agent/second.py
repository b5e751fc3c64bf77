"""The second pass: a model looks once more at what holds of its answer, for what the question asks besides."""

from __future__ import annotations

from collections.abc import Generator, Mapping

from codeqa.agent.asking import Asker
from codeqa.agent.drafting import Draft, render
from codeqa.agent.options import Options
from codeqa.agent.tokens import estimate
from codeqa.domain import ChatMessage, ChatOptions, Event, ModelUnavailable
from codeqa.prompts import load
from codeqa.prompts.fencing import neutral, one_line

MOST = 4  # parts that may be missing
LONGEST = 200  # characters of one
SCHEMA = {
    "type": "object",
    "properties": {"complete": {"type": "boolean"}, "missing": {"type": "array", "items": {"type": "string"}}},
    "required": ["complete", "missing"],
}


def missing(asker: Asker, options: Options, question: str, draft: Draft) -> Generator[Event, None, list[str] | None]:
    """Return what an answer leaves out of a question, as the model judges; None where it gives no such judgement."""
    prompt = load("check", options.prompts)
    room = options.context - options.reply_tokens
    answer = neutral(render(draft.lines))
    while answer and estimate(prompt.filled(question=question, answer=answer)) > room:
        answer = answer[: len(answer) * 3 // 4]
    text = prompt.filled(question=question, answer=answer)
    asked = ChatOptions(num_ctx=options.context, num_predict=options.reply_tokens, format=SCHEMA)
    try:
        reply = yield from asker.ask("check", prompt.id, [ChatMessage("user", text)], asked, estimated=estimate(text))
    except ModelUnavailable:  # what was found so far is not lost for it
        return None
    value = reply.value
    if not isinstance(value, Mapping):
        return None
    if value["complete"]:
        return []
    return [one_line(part, LONGEST) for part in value["missing"] if part.strip()][:MOST]
