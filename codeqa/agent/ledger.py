"""What of a walk goes into the next prompt, counted so that no server has to cut any of it.

A server cuts a prompt that is longer than its context at the head, where the rules and the question stand, and says
nothing. So a prompt is composed within the context here, and what is left out is chosen: evidence that was read, the
oldest first, then whole turns, whose facts move to a notebook under the question, and last the oldest of those facts.
What was left out stays out, and enough goes at a time that most prompts only add to the one before: a server then has
most of each prompt in its cache.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from codeqa.agent.tokens import Scale, estimate
from codeqa.agent.turns import Observation, Turn
from codeqa.domain import ChatMessage, ContextFull, ToolCall, ToolSpec

# Tokens that the templates of models put around, on the high side.
_AROUND_PROMPT = 40
_AROUND_MESSAGE = 10
_AROUND_CALL = 24
_AROUND_TOOLS = 160  # how to call them

# Once something has to go, so much of the room for the walk may stay filled.
_FILLED = 0.7
_FILLED_BY_FACTS = 0.85  # less goes at once: they are what the answer is made from
_WORTH_READING = 0.25  # of the room: older turns go before the newest evidence is cut below this

_MOST_ARGUMENTS = 12
_WRITTEN = 200  # bytes of an argument where a call is named
_NUMBERED = re.compile(r"\s*(\d+)\|")  # a line of a file, fenced
_NO_CALL = "That held no call of a tool."

_Place = tuple[int, int]  # index of a turn, and of an observation in it


@dataclass(frozen=True, slots=True)
class Composed:
    """What is sent, how long it is, and what of the walk is not in it."""

    messages: tuple[ChatMessage, ...]
    tokens: int  # to reckon with, tools included: the model's scale applied: at most the context less the reserve
    evidence_left_out: int  # observations whose evidence is not shown, or not all of it
    facts_left_out: int
    turns_left_out: int


@dataclass(frozen=True, slots=True)
class _Walk:
    """What a prompt is composed of."""

    system: str
    head: str
    known: Sequence[str]
    turns: Sequence[Turn]
    tools: int  # estimated tokens
    last: str
    native: bool


class Ledger:
    """Composes the prompts of one walk, whose turns and facts are only ever added to, and remembers what it left out.

    A prompt comes to at most `num_ctx - reserve` tokens: the reserve is for the reply.
    """

    def __init__(self, num_ctx: int, reserve: int, scale: Scale | None = None) -> None:
        self.num_ctx = num_ctx
        self.scale = scale or Scale()
        self._budget = num_ctx - max(reserve, 1)
        self._bare: frozenset[_Place] = frozenset()  # where evidence is left out
        self._cut: dict[_Place, int] = {}  # where it is cut: how many of its lines are left out
        self._dropped = 0  # oldest turns left out
        self._forgotten: frozenset[str] = frozenset()  # facts that had to go
        self._counts: dict[tuple[str, ...], int] = {}  # estimates of messages

    def compose(
        self,
        system: str,
        head: str,
        known: Sequence[str],
        turns: Sequence[Turn],
        tools: Sequence[ToolSpec],
        last: str,
        *,
        native: bool,
    ) -> Composed:
        """Return the next prompt: `system`, `head` with the facts `known` from the beginning, the turns, then `last`.

        A turn is an assistant message and, if calls are `native`, a tool message for each observation, else one user
        message with all of them; calls without an observation are left away. `last` joins a user message that it would
        follow, as some templates refuse two in a row. Facts of turns that are left out stand under those of the head.

        Raises:
            ContextFull: not even system, head, tools and `last` fit.
        """
        walk = _Walk(system, head, known, turns, _tools(tools), last, native)
        self._make_room(walk)
        messages = tuple(self._messages(walk))
        tokens = self.scale.apply(self._count(walk))
        self._counts = {key: self._counts[key] for key in map(_key, messages)}
        return Composed(
            messages,
            tokens,
            sum(at[0] < self._dropped or at in self._bare or at in self._cut for at in _evidence(turns)),
            len(self._forgotten.difference(_facts(turns[self._dropped :]))),
            self._dropped,
        )

    # ------------------------------------------------------------------------------------------------ what is left out

    def _make_room(self, walk: _Walk) -> None:
        least = self.scale.apply(self._least(walk))
        if least > self._budget:
            needed = least + self.num_ctx - self._budget
            raise ContextFull(
                f"the question and what belongs to it need {needed:,} tokens, and the context has {self.num_ctx:,}",
                hint=f"set a context of at least {-(-needed // 1024) * 1024:,} tokens",
            )
        if not self._over(walk, self._budget):
            return
        room = self._budget - least
        self._bare_older(walk, least + int(room * _FILLED))
        self._cut_newest(walk, int(room * _WORTH_READING))
        self._drop_turns(walk, least + int(room * _FILLED))
        self._cut_newest(walk, 0)
        self._forget(walk, least + int(room * _FILLED_BY_FACTS))

    def _bare_older(self, walk: _Walk, enough: int) -> None:
        """Leave out evidence, the oldest first, but not the newest."""
        bare = self._bare
        places = [at for at in self._shown_evidence(walk)[:-1] if at not in bare]

        def leave(count: int) -> None:
            self._bare = bare.union(places[:count])

        self._leave_least(walk, enough, range(len(places) + 1), leave)

    def _cut_newest(self, walk: _Walk, worth: int) -> None:
        """Leave out lines of the newest evidence, from its end, but none of the first that `worth` tokens hold."""
        at = next(iter(self._shown_evidence(walk)[-1:]), None)
        if at is None or at in self._bare or not self._over(walk, self._budget):
            return
        seen, bare, cut = walk.turns[at[0]].seen[at[1]], self._bare, self._cut
        before, lines = cut.get(at, 0), seen.evidence.count("\n") + 1

        def holds(left_out: int) -> bool:
            return self.scale.apply(estimate(_cut(seen, left_out))) <= worth

        def leave(left_out: int) -> None:
            self._bare = bare | {at} if left_out == lines else bare
            self._cut = cut | {at: left_out} if left_out else cut

        if not holds(before):
            most = bisect_left(range(lines), True, lo=before, key=holds)
            self._leave_least(walk, self._budget, range(before, most + 1), leave)

    def _drop_turns(self, walk: _Walk, enough: int) -> None:
        """Leave out turns, the oldest first, but not the last one; their facts go to the notebook."""
        before, forgotten = self._dropped, self._forgotten

        def leave(count: int) -> None:
            self._dropped = before + count
            # What such a turn found once more is as good as new.
            self._forgotten = forgotten.difference(_facts(walk.turns[before : self._dropped]))

        if self._over(walk, self._budget):
            self._leave_least(walk, enough, range(max(len(walk.turns) - before, 1)), leave)

    def _forget(self, walk: _Walk, enough: int) -> None:
        """Leave out facts of the notebook, the oldest first, then those of the head, the last first."""
        if not self._over(walk, self._budget):
            return
        forgotten = self._forgotten
        self._forgotten = forgotten.union(walk.known, self._notebook(walk))
        if self._over(walk, self._budget):  # it is the last turn that is too long
            forgotten = forgotten.difference(_facts(walk.turns[self._dropped :]))
            self._dropped = len(walk.turns)
        self._forgotten = forgotten
        facts = [*self._notebook(walk), *(fact for fact in reversed(walk.known) if fact not in forgotten)]

        def leave(count: int) -> None:
            self._forgotten = forgotten.union(facts[:count])

        if self._over(walk, self._budget):
            self._leave_least(walk, enough, range(len(facts) + 1), leave)

    def _leave_least(self, walk: _Walk, enough: int, counts: range, leave: Callable[[int], None]) -> None:
        """Leave out the least of `counts` with which the prompt is not over `enough`, all of it if there is none."""

        def suffices(count: int) -> bool:
            leave(count)
            return not self._over(walk, enough)

        leave(counts[bisect_left(counts[:-1], True, key=suffices)])

    def _notebook(self, walk: _Walk) -> list[str]:
        """Return the facts of turns that are left out, the oldest first."""
        facts = _facts(walk.turns[: self._dropped])
        return [fact for fact in facts if fact not in self._forgotten and fact not in walk.known]

    def _shown_evidence(self, walk: _Walk) -> list[_Place]:
        return [at for at in _evidence(walk.turns) if at[0] >= self._dropped]

    # -------------------------------------------------------------------------------------------------- how long it is

    def _over(self, walk: _Walk, tokens: int) -> bool:
        return self.scale.apply(self._count(walk)) > tokens

    def _count(self, walk: _Walk) -> int:
        return _AROUND_PROMPT + walk.tools + sum(map(self._count_message, self._messages(walk)))

    def _least(self, walk: _Walk) -> int:
        """Return what the prompt comes to when all is left out that may be."""
        opening = _joined(walk.head, _noted(99_999, 99_999, [""]), walk.last)
        messages = (ChatMessage("system", walk.system), ChatMessage("user", opening))
        return _AROUND_PROMPT + walk.tools + sum(map(self._count_message, messages))

    def _count_message(self, message: ChatMessage) -> int:
        key = _key(message)
        if key not in self._counts:
            around = _AROUND_MESSAGE + _AROUND_CALL * (len(message.calls) + bool(message.tool))
            self._counts[key] = around + sum(map(estimate, key))
        return self._counts[key]

    # ----------------------------------------------------------------------------------------------------- what is said

    def _messages(self, walk: _Walk) -> list[ChatMessage]:
        noted = _noted(self._dropped, len(self._forgotten), self._notebook(walk))
        head = "\n".join((walk.head, *(fact for fact in walk.known if fact not in self._forgotten)))
        messages = [ChatMessage("system", walk.system), ChatMessage("user", _joined(head, noted))]
        for number, turn in enumerate(walk.turns[self._dropped :], self._dropped):
            messages += self._turn(number, turn, native=walk.native)
        if walk.last and messages[-1].role == "user":
            messages[-1] = replace(messages[-1], content=_joined(messages[-1].content, walk.last))
        elif walk.last:
            messages.append(ChatMessage("user", walk.last))
        return messages

    def _turn(self, number: int, turn: Turn, *, native: bool) -> list[ChatMessage]:
        said, shown = self._clip(turn.said), [self._shown((number, i), seen) for i, seen in enumerate(turn.seen)]
        if not turn.seen:
            return [ChatMessage("assistant", said or "(nothing)"), ChatMessage("user", _NO_CALL)]
        if not native:
            results = [f"Result of {_written(seen.call)}:\n{text}" for seen, text in zip(turn.seen, shown, strict=True)]
            said = said or "\n".join(_written(seen.call) for seen in turn.seen)
            return [ChatMessage("assistant", said), ChatMessage("user", "\n\n".join(results))]
        calls = self._calls(number, turn.seen)
        tools = [ChatMessage("tool", text, (), call.name, call.id) for call, text in zip(calls, shown, strict=True)]
        return [ChatMessage("assistant", said, calls), *tools]

    def _shown(self, at: _Place, seen: Observation) -> str:
        if at in self._bare and seen.evidence:
            count = seen.evidence.count("\n") + 1
            evidence = f"[{count} lines are left out to save room. To see them again: {_written(seen.call)}]"
        else:
            evidence = _cut(seen, self._cut.get(at, 0))
        return "\n".join(part for part in (self._clip(seen.summary), *seen.facts, evidence) if part)

    def _calls(self, number: int, seen: Sequence[Observation]) -> tuple[ToolCall, ...]:
        """Return the calls with an id each, so that a result can be told to belong to its call."""
        calls: list[ToolCall] = []
        for i, call in enumerate(observation.call for observation in seen):
            known = {other.id for other in calls}
            its_id = call.id if call.id and call.id not in known else f"call_{number}_{i}"
            calls.append(replace(call, name=_clipped(call.name, 60), arguments=_arguments(call, self._long), id=its_id))
        return tuple(calls)

    def _clip(self, text: str) -> str:
        return _clipped(text, self._long)

    @property
    def _long(self) -> int:
        # In bytes, of which each may be a token, so that nothing that a model says takes all the room.
        return max(self._budget // 2, 0)


def _evidence(turns: Sequence[Turn]) -> list[_Place]:
    return [(i, j) for i, turn in enumerate(turns) for j, seen in enumerate(turn.seen) if seen.evidence]


def _facts(turns: Sequence[Turn]) -> list[str]:
    """Return each fact of turns once, the oldest first."""
    return list(dict.fromkeys(fact for turn in turns for seen in turn.seen for fact in seen.facts))


def _cut(seen: Observation, left_out: int) -> str:
    if not left_out:
        return seen.evidence
    kept = seen.evidence.split("\n")[:-left_out]
    last = _NUMBERED.match(kept[-1]) if kept else None
    ask = f"they begin at line {int(last[1]) + 1}" if last else "ask for fewer lines to see them"
    return "\n".join((*kept, f"[{left_out} more lines are left out to save room: {ask}]"))


def _noted(dropped: int, forgotten: int, facts: Sequence[str]) -> str:
    lines = [
        f"[{dropped} earlier turns are left out]" if dropped else "",
        f"[{forgotten} facts are left out]" if forgotten else "",
        "Facts that the walk has found:" if facts else "",
        *facts,
    ]
    return "\n".join(filter(None, lines))


def _joined(*parts: str) -> str:
    return "\n\n".join(filter(None, parts))


def _written(call: ToolCall) -> str:
    arguments = (
        f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in _arguments(call, _WRITTEN).items()
    )
    return f"{_clipped(call.name, 60)}({', '.join(arguments)})"


def _arguments(call: ToolCall, size: int) -> Mapping[str, Any]:
    """Return the arguments, cut to `size` bytes each: a model may write anything there."""
    some = list(call.arguments.items())[:_MOST_ARGUMENTS]
    return {_clipped(name, 60): _short(value, size) for name, value in some}


def _short(value: Any, size: int) -> Any:  # noqa: ANN401 - whatever JSON says
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    clipped = _clipped(text, size)
    return value if clipped == text else clipped


def _clipped(text: str, size: int) -> str:
    data = text.encode(errors="surrogatepass")
    return text if len(data) <= size else data[:size].decode(errors="ignore") + " …"


def _tools(tools: Sequence[ToolSpec]) -> int:
    specs = (
        {"type": "function", "function": {"name": t.name, "description": t.description, "parameters": t.parameters}}
        for t in tools
    )
    return sum((estimate(json.dumps(spec, ensure_ascii=False)) for spec in specs), _AROUND_TOOLS if tools else 0)


def _key(message: ChatMessage) -> tuple[str, ...]:
    """Return all that a template writes of a message, but its role."""
    calls = (json.dumps([call.name, call.id, call.arguments], ensure_ascii=False) for call in message.calls)
    return (message.content, message.tool, message.call_id, *calls)
