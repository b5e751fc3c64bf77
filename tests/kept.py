"""Conversations that are kept, and a scripted project that has them: for the Sessions screen."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from codeqa.config import ModelSettings, Settings, TraceSettings
from codeqa.domain import (
    Answer,
    ChatMessage,
    ChatOptions,
    Event,
    ModelCall,
    NoIndex,
    Reply,
    ToolCall,
    ToolSpec,
    ToolUse,
)
from codeqa.files import redact
from codeqa.tools import Tools
from codeqa.traces import Traces, spans
from codeqa.verify.recalling import Recalled, recalled
from tests.scripted import ABSTAINED, ANSWERED, MAIN, QUESTION
from tests.stocked import Stocked

BEGAN = int(datetime(2025, 11, 20, 12, 30, tzinfo=UTC).timestamp() * 1e9)
MS = 1_000_000
MODEL = "small:1b"


def turn(answer: Answer = ANSWERED, *, question: str = "", at: int = BEGAN, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return a turn as it is kept, but for its number."""
    asked = question or answer.question
    steps = (("classify", "relations of main", 1), ("expand", "calls of main", 30), ("verify", "2 claims hold", 41))
    return {
        "start_time_unix_nano": at,
        "events": [
            {"time_unix_nano": at + ms * MS, "attributes": {"action": action, "text": text}}
            for action, text, ms in steps
        ],
        "codeqa": {"question": asked, "plan": "find(main) | callees", "generation": 7},
        "answer": {**answer.to_json(), "question": asked},
        **more,
    }


def led(at: int = BEGAN) -> dict[str, Any]:
    """Return a turn of a walk that a model led: two requests, a call of a tool, one that was refused."""
    from dataclasses import replace

    system = ChatMessage("system", "You lead a walk.\n" + "\n".join(f"Rule {n}." for n in range(1, 21)))
    asked = ChatMessage("user", QUESTION)
    call = ToolCall("expand", {"handle": "S1", "edge": "calls"}, "1")
    said = Reply("", "I look what main calls.", (call,), prompt_tokens=812, completion_tokens=41)
    found = ChatMessage("tool", "F1: main calls check (S1, S2)", tool="expand", call_id="1")
    tool = ToolSpec("expand", "follows edges", {"type": "object"})
    options = ChatOptions(num_ctx=8192)

    def request(messages: tuple[ChatMessage, ...], reply: Reply | None, seconds: float, trouble: str = "") -> ModelCall:
        return ModelCall(
            "walk", "walk@1:33aa0a42", MODEL, "native", messages, (tool,), options, reply, trouble, seconds, 900
        )

    last = replace(said, text="main calls check [F1].", thinking="", calls=(), prompt_tokens=None)
    events: list[tuple[int, Event]] = [
        (at + 700 * MS, request((system, asked), said, 0.6)),
        (
            at + 720 * MS,
            ToolUse("expand", {"handle": MAIN, "edge": "calls"}, "F1: main calls check\nF2", "d", "", 0.02),
        ),
        (at + 730 * MS, ToolUse("read", {"handle": "S9"}, "", "", "no such handle: S9", 0.001)),
        (at + 990 * MS, request((system, asked, found), last, 0.2)),
    ]
    made = spans.of_walk(events, trace_id="0" * 32, parent="0" * 16, conversation="c")
    answer = replace(ANSWERED, model=MODEL, tokens={"input": 812, "output": 41}, timing_ms={"total": 1000.0})
    return {**turn(answer, at=at), **made}


@dataclass
class Kept(Stocked):
    """A scripted project with conversations; nothing of an answer can be checked again, for there is no index."""

    directory: Path = Path("/nowhere")
    keeps: bool = True
    asked_again: list[bool] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        return Settings(model=ModelSettings(name=self.model), trace=TraceSettings(keep=self.keeps))

    @property
    def traces(self) -> Traces:
        return Traces(self.directory, TraceSettings(days=3_650, conversations=100_000), redact)

    def recall(self, kept: Mapping[str, object]) -> Recalled:
        def tools() -> Tools:
            raise NoIndex("there is no index")

        return recalled(kept, tools)

    def ask(self, question: str, **options: Any) -> Any:  # noqa: ANN401
        self.asked_again.append(options.get("keep", True))
        return super().ask(question, conversation=None, cancelled=options["cancelled"])


def keep(directory: Path, *conversations: list[dict[str, Any]]) -> list[str]:
    """Keep conversations, the first one as the newest; return their ids."""
    (directory / "traces").mkdir(mode=0o700, parents=True, exist_ok=True)
    traces = Traces(directory, TraceSettings(days=3_650, conversations=100_000), redact)
    names = []
    for number, turns in enumerate(conversations):
        name = f"20251120-12{number // 60 % 60:02}{number % 60:02}-{number:06x}"
        for each in turns:
            assert traces.append(name, lambda _, each=each: each)  # type: ignore[misc]
        when = BEGAN / 1e9 - 60 * number
        os.utime(directory / "traces" / f"{name}.jsonl", (when, when))
        names.append(name)
    return names


def four() -> list[list[dict[str, Any]]]:
    """Return a walk of a model, a conversation of two questions, and one that abstained the day before."""
    before = BEGAN - 86_400 * 1000 * MS
    follow_up = turn(ANSWERED, question="and what does it open?", at=BEGAN - 60_000 * MS)
    follow_up["codeqa"]["understood"] = f"what does {MAIN} open?"
    return [
        [led()],
        [turn(question="who opens the shop?", at=BEGAN - 120_000 * MS), follow_up],
        [turn(ABSTAINED, at=before)],
    ]
