"""Does code say what a sentence says? One request to a model, which sees the sentence, that code and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass

from codeqa.agent.asking import Asker
from codeqa.domain import ChatMessage, ChatOptions, Event, Reply
from codeqa.prompts import Prompt
from codeqa.prompts.fencing import one_line

VERDICTS = ("supported", "not", "unclear")
LONGEST_SENTENCE = 1_000  # characters
LONGEST_WHY = 300
REPLY_TOKENS = 200  # of a verdict and one sentence
CUT = "(more lines were cited than there is room for)"
SCHEMA = {
    "type": "object",
    "properties": {"verdict": {"type": "string", "enum": list(VERDICTS)}, "why": {"type": "string"}},
    "required": ["verdict", "why"],
}

_PLAIN = re.compile(
    r"[\s*_#`'\"]*(?:verdict[\s:*`'\"]+)?(?:(supported)(?=\W*\Z|[^\w\s,?]|\s*\n|\s+[-–—])|(not|unclear)\b)\W*(.*)",
    re.I | re.S,
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a model judged. `verdict` is one of VERDICTS."""

    verdict: str
    why: str


def entails(
    asker: Asker,
    prompt: Prompt,
    sentence: str,
    code: str,
    *,
    num_ctx: int,
    estimate: Callable[[str], int],
    seed: int = 0,
) -> Generator[Event, None, Verdict]:
    """Yield what the model says and the request; return its verdict, "unclear" unless it says another.

    `code` is what Support has: fenced lines without words; of more than fits into `num_ctx` the end is left out, and
    then nothing is "supported" by what was not shown: a "not" counts as "unclear". Without code, or without room for
    it, no model is asked. Raises as ChatModel.chat, behind the event of the request.
    """
    if not code.strip():
        return Verdict("unclear", "there is no code to show")
    text, whole = _filled(prompt, one_line(sentence, LONGEST_SENTENCE), code, num_ctx - REPLY_TOKENS, estimate)
    if not text:
        return Verdict("unclear", "the context has no room for the code")
    options = ChatOptions(num_ctx, seed=seed, num_predict=REPLY_TOKENS, format=SCHEMA, think=False)
    message = ChatMessage("user", text)
    reply = yield from asker.ask("entail", prompt.id, [message], options, estimated=estimate(text))
    found = read(reply)
    return Verdict("unclear", "not all lines were shown") if found.verdict == "not" and not whole else found


def read(reply: Reply) -> Verdict:
    """Return the verdict of a reply: its JSON, or plain text that begins with one of the words."""
    if isinstance(reply.value, Mapping):
        return Verdict(str(reply.value["verdict"]), one_line(str(reply.value["why"]), LONGEST_WHY))
    if (match := _PLAIN.match(reply.text)) is not None:
        return Verdict((match[1] or match[2]).lower(), one_line(match[3], LONGEST_WHY))
    return Verdict("unclear", f"the model gave no verdict: {reply.problem or 'it says something else'}")


def _filled(prompt: Prompt, sentence: str, code: str, room: int, estimate: Callable[[str], int]) -> tuple[str, bool]:
    """Return the prompt with as many lines of code as fit, and whether that is all; "" if none fits."""
    lines = code.split("\n")
    least, most = 0, len(lines)  # lines that fit, and that may
    while least < most:
        count = (least + most + 1) // 2
        if estimate(_with(prompt, sentence, lines, count)) <= room:
            least = count
        else:
            most = count - 1
    return (_with(prompt, sentence, lines, least), least == len(lines)) if least > 1 else ("", False)


def _with(prompt: Prompt, sentence: str, lines: list[str], count: int) -> str:
    shown = lines if count == len(lines) else [*lines[:count], CUT]
    return prompt.filled(sentence=sentence, code="\n".join(shown))
