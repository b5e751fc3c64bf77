"""One question within a conversation: what it means there, and how it is kept."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from codeqa import sanitise
from codeqa.clarifying import bare
from codeqa.conversation import Conversation, Names, Turn, Understood, refers, told, understand
from codeqa.conversation.wording import code
from codeqa.domain import Answer, Answered, Event, ModelCall, Notice, Step, ToolUse, UsageError
from codeqa.traces import NEWEST, Trace, Traces, spans

TAKEN = 6  # ids that are said of a name that was chosen
KEPT = (Step, Notice, ModelCall, ToolUse)  # events; what a model says as it arrives is in its replies
NEAR = 5  # conversations back that -c looks for one that was about something


class Dialogue:
    """A conversation that a question is part of.

    `conversation` is an id, "newest", one that is kept in memory, or None for a new one; unless `keep`, nothing is
    written. Raises UsageError if there is none of that id.
    """

    def __init__(
        self, traces: Traces, names: Names, conversation: str | Conversation | None, *, keep: bool = True
    ) -> None:
        self.names = names
        self._traces = traces
        self._keep = keep
        self._begun = conversation is None
        self._notices: list[str] = []
        self.conversation = (
            conversation
            if isinstance(conversation, Conversation)
            else self._opened(conversation)
            if conversation
            else Conversation()
        )

    def _opened(self, name: str) -> Conversation:
        if name != NEWEST:
            return conversation_of(self._traces.named(name)[0])
        newest: Conversation | None = None
        for found in map(conversation_of, islice(self._traces.newest(), NEAR)):
            # A question that meant nothing, as when -c was forgotten, is not what anybody goes on with.
            if any(turn.focus or turn.results for turn in found.turns):
                return found
            newest = newest or found
        if newest is None:
            self._notices.append("there is no earlier conversation: this question begins one")
        return newest or Conversation()

    def ask(
        self,
        question: str,
        walk: Callable[[str], Iterator[Event]],
        *,
        generation: int,
        stale: Sequence[str] = (),
        meaning: Mapping[str, Sequence[str]] | None = None,
        may_ask: bool = False,
    ) -> Iterator[Event]:
        """Yield the events of `walk` for what the question means here, and last its answer; then keep the turn.

        `meaning` says by ids what names and references mean. With `may_ask` the last event may be `Clarify`; nothing is
        kept of such a question. Raises UsageError if `meaning` is of what the question does not have.
        """
        began, clock = time.time_ns(), time.perf_counter()
        said = meaning or {}
        yield from (Notice("warning", text) for text in (*self._traces.notices, *self._notices))
        asked = Understood(question) if self._begun else understand(question, self.conversation, self.names, said)
        if self._begun and refers(question):
            yield Notice("info", "this begins a conversation; -c goes on with the last one")
        notes = [*asked.notes, *_taken(asked, said)]
        events: list[tuple[int, Event]] = []
        if may_ask and asked.choices:
            yield self._which(asked)
            return
        for event in self._events(asked, question, walk, generation, stale):
            if isinstance(event, KEPT):
                events.append((time.time_ns(), event))
            if not isinstance(event, Answered):
                yield event
                continue
            spent = round((time.perf_counter() - clock) * 1000, 1)
            answer = replace(
                event.answer,
                question=question,
                understood=sanitise.line(asked.question) if asked.changed else "",
                unknowns=tuple(dict.fromkeys([*map(sanitise.sentence, notes), *event.answer.unknowns])),
                timing_ms={**event.answer.timing_ms, "total": spent},
            )
            known = len(self._traces.notices)
            taken = {name: list(keys) for name, keys in said.items() if bare(name) not in asked.settled}
            answer = self._kept(asked, question, answer, events, began, taken)
            yield from (Notice("info", text) for text in self._traces.notices[known:])
            yield Answered(answer)

    def _which(self, asked: Understood) -> Event:
        """Ask what a reference means that may mean several things."""
        from codeqa.clarifying.splitting import listing

        there = self.names.symbols(asked.choices)
        symbols = [there[key] for key in asked.choices if key in there]
        return listing(asked.unclear, symbols, f"What does {code(asked.unclear)} mean?")

    def _events(
        self,
        asked: Understood,
        question: str,
        walk: Callable[[str], Iterator[Event]],
        generation: int,
        stale: Sequence[str],
    ) -> Iterator[Event]:
        if asked.changed:
            yield Step("understand", f"{question} → {asked.question}")
        if asked.trouble:
            yield Step("understand", asked.trouble)
            trouble = sanitise.sentence(asked.trouble)
            text = f"I don't know what is asked: {trouble}."
            yield Answered(
                Answer(
                    question,
                    "single fact",
                    "abstained",
                    text,
                    unknowns=(trouble,),
                    generation=generation,
                    stale=tuple(stale),
                )
            )
        else:
            yield from walk(asked.question)

    # --------------------------------------------------------------------------------------------------------- keeping

    def _kept(
        self,
        asked: Understood,
        question: str,
        answer: Answer,
        events: Sequence[tuple[int, Event]],
        began: int,
        meaning: Mapping[str, Sequence[str]],
    ) -> Answer:
        """Add the turn to the conversation, and to what is written of it; return the answer with its trace."""
        turn = told(asked, question, answer, self.names)
        self.conversation.turns.append(turn)
        if not self._keep:
            return answer
        self.conversation.id = self.conversation.id or self._traces.begin()
        conversation = self.conversation.id
        name = self._traces.append(
            conversation, lambda name: _record(conversation, turn, replace(answer, trace=name), events, began, meaning)
        )
        return replace(answer, trace=name)


def _taken(asked: Understood, meaning: Mapping[str, Sequence[str]]) -> list[str]:
    """Say what names were taken for because it was said so. Raises UsageError if the question does not have one."""
    notes = []
    for name, keys in meaning.items():
        if bare(name) in asked.settled:
            continue  # what is answered shows it
        if not set(re.findall(r"\w+", name)) <= set(re.findall(r"\w+", asked.question)):
            raise UsageError(f"the question does not name {bare(name)}", hint="it can only be said what its names mean")
        shown = [code(key) for key in keys[:TAKEN]]
        more = f" and {len(keys) - TAKEN} more" if len(keys) > TAKEN else ""
        notes.append(f"{code(bare(name))} was taken for {', '.join(shown)}{more}, as was chosen")
    return notes


def conversation_of(trace: Trace) -> Conversation:
    """Return a conversation that is kept as one that can be gone on with."""
    turns = [turn for record in trace.turns if (turn := Turn.from_json(record.get("codeqa")))]
    return Conversation(trace.id, turns)


def _record(
    conversation: str,
    turn: Turn,
    answer: Answer,
    events: Sequence[tuple[int, Event]],
    began: int,
    meaning: Mapping[str, Sequence[str]],
) -> dict[str, object]:
    """Return a turn as a span of OpenTelemetry's conventions for generative AI, with what only codeqa has beside it.

    Of a walk that a model led it has the requests and the calls of tools as spans of the same trace.
    """
    calls = [event for _, event in events if isinstance(event, ModelCall)]
    replies = [call.reply for call in calls if call.reply]
    counted = {
        "input": sum(reply.prompt_tokens or 0 for reply in replies),
        "output": sum(reply.completion_tokens or 0 for reply in replies),
    }
    tokens = {
        f"gen_ai.usage.{name}_tokens": n for name, n in (counted | answer.tokens if calls else answer.tokens).items()
    }
    model = {"gen_ai.request.model": answer.model} if answer.model else {}
    prompts = {"codeqa.prompts": sorted({call.prompt for call in calls})} if calls else {}
    trace_id, span_id = os.urandom(16).hex(), os.urandom(8).hex()
    return {
        "name": "invoke_agent codeqa",
        "trace_id": trace_id,
        "span_id": span_id,
        "start_time_unix_nano": began,
        "end_time_unix_nano": time.time_ns(),
        "attributes": {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": "codeqa",
            "gen_ai.conversation.id": conversation,
            **model,
            **prompts,
            **tokens,
        },
        "events": [_event(when, event) for when, event in events if isinstance(event, Step | Notice)],
        **spans.of_walk(events, trace_id=trace_id, parent=span_id, conversation=conversation),
        "codeqa": {**turn.to_json(), **({"meaning": meaning} if meaning else {})},
        "answer": answer.to_json(),
    }


def _event(when: int, event: Step | Notice) -> dict[str, object]:
    named = {"action": event.action} if isinstance(event, Step) else {"level": event.level}
    kind = "codeqa.step" if isinstance(event, Step) else "codeqa.notice"
    return {"name": kind, "time_unix_nano": when, "attributes": {**named, "text": event.text}}
