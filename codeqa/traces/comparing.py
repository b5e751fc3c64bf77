"""Two runs of one question beside each other: what both say, what only one says, and what each cost."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from codeqa.domain import Answer, Answered, Event, ModelCall, ToolUse
from codeqa.traces.steps import Json, Request, Use, number, of_turn, rows, table, text
from codeqa.wording import duration

Place = tuple[str, int, int]  # path, first and last line


@dataclass(frozen=True, slots=True)
class Sentence:
    """One claim of an answer, and where its citations point."""

    text: str
    verdict: str
    places: tuple[Place, ...]  # sorted


@dataclass(frozen=True, slots=True)
class Cost:
    """What a run took. Tokens are those that servers counted, 0 where none did."""

    seconds: float
    requests: int  # to a model
    calls: int  # of tools, refused ones too
    refused: int
    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class Run:
    """What of one run is compared."""

    status: str
    model: str  # "" where the planner answered
    prompts: tuple[str, ...]  # ids of those of all requests, sorted
    generation: int  # of the index
    cost: Cost
    claims: tuple[Sentence, ...]
    dropped: int  # sentences that the verifier refuted
    results: tuple[str, ...]  # ids of the symbols that are the answer


@dataclass(frozen=True, slots=True)
class Both:
    """A claim that both answers make. `same`: "text and lines", "text", or "lines" where the words differ."""

    same: str
    before: Sentence
    now: Sentence


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs, and their claims told apart."""

    before: Run
    now: Run
    both: tuple[Both, ...]
    only_before: tuple[Sentence, ...]
    only_now: tuple[Sentence, ...]

    @property
    def differs(self) -> bool:
        """Whether the answers say different things, whatever they cost."""
        alike = self.before.status == self.now.status and set(self.before.results) == set(self.now.results)
        return bool(self.only_before or self.only_now or not alike)


def replayed(
    turn: Json, ask: Callable[[], Iterable[Event]], clean: Callable[[Mapping[str, object]], Mapping[str, Any]]
) -> tuple[Comparison, Answer]:
    """Ask again, and compare with a turn that is kept; return that with the new answer.

    `ask` gives the events of a walk, the last of which is its answer. `clean` blanks secrets, as those of the turn
    were before it was kept: without it they would be differences.
    """
    walk = watched(turn, ask(), clean)
    while True:
        try:
            next(walk)
        except StopIteration as ended:
            result: tuple[Comparison, Answer] = ended.value
            return result


def watched(
    turn: Json, events: Iterable[Event], clean: Callable[[Mapping[str, object]], Mapping[str, Any]]
) -> Generator[Event, None, tuple[Comparison, Answer]]:
    """Yield the events of a walk, and return what `replayed` does."""
    calls: list[ModelCall] = []
    uses: list[ToolUse] = []
    for event in events:
        yield event
        if isinstance(event, ModelCall):
            calls.append(event)
        elif isinstance(event, ToolUse):
            uses.append(event)
        elif isinstance(event, Answered):
            kept = clean(event.answer.to_json())
            counted = (
                sum(call.reply.prompt_tokens or 0 for call in calls if call.reply),
                sum(call.reply.completion_tokens or 0 for call in calls if call.reply),
            )
            cost = Cost(_seconds(kept), len(calls), len(uses), sum(bool(use.refused) for use in uses), *counted)
            return compared(run_of(turn), _run(kept, {call.prompt for call in calls}, cost)), event.answer
    raise AssertionError("a walk ends with an answer")


def compared(before: Run, now: Run) -> Comparison:
    """Pair the claims of two runs: those of one text and the same lines, then of one text, then of the same lines.

    White space is no difference. Each claim has at most one partner.
    """
    both: list[Both] = []
    left, right = list(before.claims), list(now.claims)
    for same, key in _SAME:
        for each in list(left):
            partner = next((other for other in right if key(each) and key(other) == key(each)), None)
            if partner:
                left.remove(each)
                right.remove(partner)
                both.append(Both(same, each, partner))
    return Comparison(before, now, tuple(both), tuple(left), tuple(right))


_ROWS: tuple[tuple[str, Callable[[Run], str]], ...] = (
    ("status", lambda run: run.status),
    ("led by", lambda run: run.model or "the planner"),
    ("generation", lambda run: str(run.generation)),
    ("claims", lambda run: f"{len(run.claims)}, {run.dropped} dropped"),
    ("results", lambda run: str(len(run.results))),
    ("time", lambda run: duration(run.cost.seconds)),
)
_ROWS_OF_MODELS: tuple[tuple[str, Callable[[Run], str]], ...] = (
    ("requests", lambda run: str(run.cost.requests)),
    ("calls", lambda run: f"{run.cost.calls}, {run.cost.refused} refused"),
    ("tokens", lambda run: f"{run.cost.input_tokens:,} in, {run.cost.output_tokens:,} out"),
)


def beside(before: Run, now: Run) -> Iterator[tuple[str, str, str]]:
    """Yield what two runs came to and cost: what it is, the one, the other; "" where a line goes on with that above."""
    led = before.cost.requests or now.cost.requests
    for name, of in (*_ROWS, *(_ROWS_OF_MODELS if led else ())):
        yield name, of(before), of(now)
    for at, (left, right) in enumerate(zip_longest(before.prompts, now.prompts, fillvalue="")):
        yield "" if at else "prompts", left, right


def run_of(turn: Json) -> Run:
    """Return the run that a turn keeps."""
    steps, answer = of_turn(turn), table(turn.get("answer"))
    requests = [step for step in steps if isinstance(step, Request)]
    uses = [step for step in steps if isinstance(step, Use)]
    cost = Cost(
        _seconds(answer),
        len(requests),
        len(uses),
        sum(bool(use.refused) for use in uses),
        sum(request.input_tokens or 0 for request in requests),
        sum(request.output_tokens or 0 for request in requests),
    )
    return _run(answer, {request.prompt for request in requests}, cost)


def _run(answer: Json, prompts: Iterable[str], cost: Cost) -> Run:
    places = {}
    for each in map(table, rows(answer.get("citations"))):
        lines = number(each.get("start_line")) or 0, number(each.get("end_line")) or 0
        if isinstance(n := each.get("n"), int):
            places[n] = (text(each.get("path")), *lines)
    claims = tuple(
        Sentence(
            text(each.get("text")),
            text(each.get("verdict")),
            tuple(sorted({places[n] for n in rows(each.get("citations")) if isinstance(n, int) and n in places})),
        )
        for each in map(table, rows(answer.get("claims")))
    )
    return Run(
        text(answer.get("status")),
        text(answer.get("model")),
        tuple(sorted(prompts)),
        number(table(answer.get("index")).get("generation")) or 0,
        cost,
        claims,
        len(rows(answer.get("dropped"))),
        tuple(each for each in rows(answer.get("results")) if isinstance(each, str)),
    )


def _seconds(answer: Json) -> float:
    total = table(answer.get("timing_ms")).get("total")
    return round(total / 1000, 3) if isinstance(total, int | float) and 0 <= total < 1e12 else 0.0


def _words(claim: Sentence) -> str:
    return " ".join(claim.text.split())


def _lines(claim: Sentence) -> tuple[Place, ...]:
    return claim.places


def _all(claim: Sentence) -> tuple[object, ...]:
    return _words(claim), claim.places


_SAME: tuple[tuple[str, Callable[[Sentence], object]], ...] = (
    ("text and lines", _all),
    ("text", _words),
    ("lines", _lines),
)
