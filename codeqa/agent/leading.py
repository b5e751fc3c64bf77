"""One walk that a model leads: ask for an action, carry it out, show what came of it, until it finishes."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from codeqa.agent import ladder
from codeqa.agent.asking import Asker
from codeqa.agent.ladder import Heard
from codeqa.agent.ledger import Ledger
from codeqa.agent.options import Budget, Options
from codeqa.agent.toolbox import FINISH, Toolbox
from codeqa.agent.turns import Observation, Turn
from codeqa.domain import (
    BrokenReply,
    ChatOptions,
    ContextFull,
    Event,
    ModelRefused,
    ModelTimeout,
    ModelUnavailable,
    Reply,
    Step,
    ToolCall,
    ToolSpec,
)
from codeqa.prompts import Prompt, load

STRIKES = 2  # replies in a row that cannot be used, after which the next rung is tried
REFUSALS = 3  # refused calls in a row, after which nothing is left but to finish
SHRINK = 3  # times that a prompt which filled the context is composed again


@dataclass(frozen=True, slots=True)
class Finished:
    """What a model ended with, as it wrote it."""

    sentences: tuple[str, ...]
    missing: tuple[str, ...]
    call: ToolCall
    said: str  # all of the reply
    complete: bool = False  # a second pass found nothing left out


class Unled(ModelUnavailable):
    """A model is there and does not do what it is asked for: on no rung, or without an end."""


@dataclass(slots=True)
class Leading:
    """The state of one walk. `head` is the question with what is known of it, which never leaves the prompt."""

    asker: Asker
    toolbox: Toolbox
    ledger: Ledger
    options: Options
    head: str
    known: tuple[str, ...] = ()  # facts of the head, a line each
    budget: Budget = field(init=False)
    turns: list[Turn] = field(default_factory=list)
    rung: str = ""
    _strikes: int = 0
    _refusals: int = 0
    _waited: bool = False  # in vain, once already
    _walk: Prompt = field(init=False)
    _last: str = ""  # what is said behind everything else, until the next action

    def __post_init__(self) -> None:
        self.budget = Budget(self.options)
        self.rung = self.rung or self.options.rung
        self._walk = load("walk", self.options.prompts)

    # ------------------------------------------------------------------------------------------------------------ walk

    def run(self) -> Generator[Event, None, Finished]:
        """Walk until the model finishes.

        Raises:
            Unled: it never does.
            ModelUnavailable, ModelCancelled: as ChatModel.chat.
        """
        while True:
            over = self._over()
            if self.budget.calls >= self.options.calls:
                raise Unled(f"{self.asker.model.name} made {self.budget.calls} calls and did not finish")
            if over:
                self._last = load("final", self.options.prompts).filled(reason=over)
            tools = self.toolbox.specs(only_finish=bool(over))
            heard, reply = yield from self._next(tools)
            self._last = ""
            if heard.problem:
                cut = reply.done_reason == "length"
                yield from self._strike(
                    f"it was cut off at {self.options.reply_tokens} tokens" if cut else heard.problem
                )
                continue
            finish = next((call for call in heard.calls if call.name == FINISH and not call.problem), None)
            if finish is not None:
                self._strikes = 0
                return _finished(finish, reply.text)
            yield from self._carry_out(heard.calls, reply)

    def told(self, finished: Finished, observation: str) -> None:
        """Say what became of an answer, so that the model may mend it."""
        self.turns.append(Turn.of(finished.said, (Observation(finished.call, observation),)))

    def _over(self) -> str:
        if self._refusals >= REFUSALS:
            return "The same calls were made again and again."
        return self.budget.over

    def _carry_out(self, calls: Sequence[ToolCall], reply: Reply) -> Generator[Event, None, None]:
        seen: list[Observation] = []
        problems = 0
        for call in calls:
            used = yield from self.toolbox.use(call)
            seen.append(used.observation)
            problems += bool(call.problem)
            self._refusals = self._refusals + 1 if used.refused else 0
        self.turns.append(Turn.of(reply.text, seen))
        if problems == len(calls):
            self._strikes += 1
            yield from self._step_down(next(call.problem for call in calls))
        else:
            self._strikes = 0

    def _strike(self, problem: str) -> Generator[Event, None, None]:
        """Note a reply that cannot be used; what it was is not shown to the model again, which would go on with it."""
        self._strikes += 1
        yield Step("strike", problem)
        self._last = f"Your last reply was of no use: {problem}. Call one of the tools, or finish."
        yield from self._step_down(problem)

    def _step_down(self, problem: str) -> Generator[Event, None, None]:
        if self._strikes < STRIKES:
            return
        self._strikes = 0
        lower = ladder.below(self.rung)
        if not lower:
            raise Unled(f"{self.asker.model.name} makes no calls that can be carried out: {problem}")
        yield Step("step down", f"{self.rung} → {lower}")
        self.rung = lower

    # --------------------------------------------------------------------------------------------------------- request

    def _next(self, tools: Sequence[ToolSpec]) -> Generator[Event, None, tuple[Heard, Reply]]:
        """Ask for the next action. What the server cannot read of a reply counts as one that cannot be used.

        A walk waits in vain once, then asks again; the second time the server is as good as gone.
        """
        nothing = Reply("")
        try:
            reply = yield from self._ask(tools)
        except BrokenReply as error:
            return Heard(problem=error.message), nothing
        except ModelTimeout as error:
            if self._waited or self.budget.over:
                raise
            self._waited = True
            yield Step("retry", error.message)
            return (yield from self._next(tools))
        except ModelRefused as error:
            if not ladder.below(self.rung):
                raise
            yield Step("step down", f"{self.rung} → {ladder.below(self.rung)}: {error.message}")
            self.rung = ladder.below(self.rung)
            return (yield from self._next(tools))
        return ladder.heard(self.rung, reply, tools), reply

    def _ask(self, tools: Sequence[ToolSpec]) -> Generator[Event, None, Reply]:
        native = self.rung == "native"
        for attempt in range(SHRINK + 1):
            composed = self.ledger.compose(
                self._system(tools),
                self.head,
                self.known,
                self.turns,
                tools if native else (),
                self._last,
                native=native,
            )
            options = ChatOptions(
                num_ctx=self.options.context,
                num_predict=self.options.reply_tokens,
                format=ladder.schema(tools) if self.rung == "format" else None,
                think=self.options.think and self.rung != "format",
            )
            try:
                reply = yield from self.asker.ask(
                    "walk",
                    self._walk.id,
                    composed.messages,
                    options,
                    tools=tools if native else (),
                    rung=self.rung,
                    estimated=composed.tokens,
                )
            except ContextFull:
                self.ledger.scale.exceeded(self.options.context)
                if attempt == SHRINK:
                    raise
                yield Step("shrink", f"the prompt filled the context of {self.options.context:,} tokens")
                continue
            finally:
                self.budget.calls += 1
                self.budget.tokens = self.asker.input_tokens + self.asker.output_tokens
            self.ledger.scale.learn(composed.tokens, reply.prompt_tokens)
            return reply
        raise AssertionError("the last attempt raises or returns")

    def _system(self, tools: Sequence[ToolSpec]) -> str:
        how = instructions(self.rung, tools, self.options.prompts)
        return f"{self._walk.text}\n\n{how}" if how else self._walk.text


def instructions(rung: str, tools: Sequence[ToolSpec], folder: Path | None) -> str:
    """Return how a model is told to act on a rung; nothing on the highest, where the server tells it."""
    if rung == "native":
        return ""
    prompt = load(f"act_{rung}", folder)
    edges = next((tool.parameters["properties"]["edge"]["enum"] for tool in tools if tool.name == "expand"), ())
    return prompt.filled(tools="\n".join(map(_line, tools)), edges=", ".join(edges))


def _line(tool: ToolSpec) -> str:
    """Return a tool as one line of a text."""
    arguments = []
    for name, about in tool.parameters["properties"].items():
        among = about.get("enum")
        few = f" ({', '.join(among)})" if among and not among[0].startswith("S") else ""
        arguments.append(f"{name}{few}")
    return f"- {tool.name}: {tool.description} Arguments: {', '.join(arguments)}."


def _finished(call: ToolCall, said: str) -> Finished:
    return Finished(_texts(call.arguments.get("sentences")), _texts(call.arguments.get("missing")), call, said)


def _texts(value: object) -> tuple[str, ...]:
    items = value if isinstance(value, list | tuple) else [value] if value else []
    return tuple(item.strip() for item in items if isinstance(item, str) and item.strip())
