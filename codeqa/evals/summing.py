"""What a run came to, in each of the ways in which its questions were asked."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from codeqa.evals.outcomes import Outcome
from codeqa.evals.tally import quantile

Z = 1.959964  # of 95 %
PLANNER = "planner"
MODEL = "model"


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with Wilson's interval of 95 %: what chance alone would let it be."""

    part: int
    of: int

    @property
    def percent(self) -> float:
        return 100 * self.part / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Both ends, in percent; everything where nothing was asked."""
        if not self.of:
            return 0.0, 100.0
        share, n = self.part / self.of, self.of
        middle = share + Z * Z / (2 * n)
        spread = Z * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
        whole = 1 + Z * Z / n
        return 100 * max(0.0, (middle - spread) / whole), 100 * min(1.0, (middle + spread) / whole)


@dataclass(frozen=True, slots=True)
class Column:
    """All questions asked in one way."""

    name: str
    right: Share
    partly: int
    wrong: int
    abstained: int  # of those that are not right
    false_claims: int
    verified: int
    judged: int
    added: int  # of these claims by the planner
    dropped: int
    refuted: int
    citations: int
    prompt_tokens: int
    reply_tokens: int
    calls: tuple[int, int]  # p50, p95
    seconds: tuple[float, float]  # p50, p95
    fallbacks: tuple[tuple[str, int], ...]  # why the planner answered instead, the most frequent first
    rungs: tuple[tuple[str, int], ...]  # questions by where they ended on the ladder

    @property
    def fallen_back(self) -> int:
        return sum(count for _, count in self.fallbacks)


@dataclass(frozen=True, slots=True)
class Row:
    """One family of one set, or all of a set where `family` is empty; a share for each column."""

    set: str
    family: str
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """A run. `lost` are questions that the planner alone has right and the model has not, `won` the other way round."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    prompts: tuple[str, ...]
    lost: tuple[Outcome, ...] = ()  # as the model answered
    won: tuple[Outcome, ...] = ()

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)


def summed(outcomes: Sequence[Outcome], columns: Iterable[str]) -> Summary:
    """Sum up what is done; a column of which nothing is done is left out."""
    by_column = {name: [o for o in outcomes if o.column == name] for name in columns}
    asked = {name: found for name, found in by_column.items() if found}
    sets = list(dict.fromkeys(outcome.set for outcome in outcomes))
    rows: list[Row] = []
    for each in sets:
        families = list(dict.fromkeys(o.family for o in outcomes if o.set == each))
        rows += [_row(each, family, asked.values()) for family in (*families, "")]
    alone = {o.key[1:]: o for o in asked.get(PLANNER, ())}
    both = [(o, alone[o.key[1:]]) for o in asked.get(MODEL, ()) if o.key[1:] in alone]
    return Summary(
        columns=tuple(_column(name, found) for name, found in asked.items()),
        rows=tuple(rows),
        prompts=tuple(sorted({prompt for o in outcomes for prompt in o.prompts})),
        lost=tuple(o for o, planner in both if planner.verdict == "right" != o.verdict),
        won=tuple(o for o, planner in both if o.verdict == "right" != planner.verdict),
    )


def _row(name: str, family: str, columns: Iterable[Sequence[Outcome]]) -> Row:
    shares = []
    for found in columns:
        its = [o for o in found if o.set == name and family in ("", o.family)]
        shares.append(Share(sum(o.verdict == "right" for o in its), len(its)))
    return Row(name, family, tuple(shares))


def _column(name: str, found: Sequence[Outcome]) -> Column:
    verdicts = Counter(o.verdict for o in found)
    calls = sorted(o.calls for o in found)
    seconds = sorted(o.seconds for o in found)
    return Column(
        name,
        Share(verdicts["right"], len(found)),
        verdicts["partly"],
        verdicts["wrong"],
        verdicts["abstained"],
        false_claims=sum(len(o.false_claims) for o in found),
        verified=sum(o.verified for o in found),
        judged=sum(o.judged for o in found),
        added=sum(o.added for o in found),
        dropped=sum(o.dropped for o in found),
        refuted=sum(len(o.refuted) for o in found),
        citations=sum(o.citations for o in found),
        prompt_tokens=sum(o.prompt_tokens for o in found),
        reply_tokens=sum(o.reply_tokens for o in found),
        calls=(int(quantile(calls, 0.5)), int(quantile(calls, 0.95))),
        seconds=(quantile(seconds, 0.5), quantile(seconds, 0.95)),
        fallbacks=tuple(Counter(o.fallback for o in found if o.fallback).most_common()),
        rungs=tuple(Counter(o.rungs[-1] for o in found if o.rungs and not o.fallback).most_common()),
    )
