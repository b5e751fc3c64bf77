"""What an exam came to: right of asked by hops and by family, what was false, how long it took."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from codeqa.evals.items import Grade

ENOUGH = 3  # questions of a family before it is called strong or weak


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table."""

    name: str
    right: int
    asked: int
    abstained: int  # of those that are not right

    @property
    def share(self) -> float:
        return self.right / self.asked if self.asked else 0.0


@dataclass(frozen=True, slots=True)
class Tally:
    """All of an exam. `by_hops` has "1" to "5" and "unanswerable"."""

    whole: Row
    by_hops: tuple[Row, ...]
    by_family: tuple[Row, ...]  # answerable families by hops, then the reasons why others have no answer
    false_claims: int
    unanswerable_abstained: int  # of the unanswerable: abstained rather than said that there is none
    p50_ms: float
    p95_ms: float

    @property
    def percent(self) -> float:
        return 100 * self.whole.share

    def strongest(self, most: int = 3) -> list[Row]:
        """Return the families with the largest share of right answers, best first."""
        known = [row for row in self.by_family if row.asked >= ENOUGH and row.right]
        return sorted(known, key=lambda row: (-row.share, -row.asked))[:most]

    def weakest(self, most: int = 3) -> list[Row]:
        """Return the families with the smallest share that have a wrong answer, worst first."""
        known = [row for row in self.by_family if row.asked >= ENOUGH and row.right < row.asked]
        return sorted(known, key=lambda row: (row.share, -row.asked))[:most]


def tally(grades: Sequence[Grade]) -> Tally:
    """Sum up an exam."""
    by_hops: dict[str, list[Grade]] = defaultdict(list)
    by_family: dict[str, list[Grade]] = defaultdict(list)
    order = sorted(grades, key=lambda g: (bool(g.item.draft.unanswerable), g.item.draft.hops, g.item.number))
    for grade in order:
        by_hops["unanswerable" if grade.item.draft.unanswerable else str(grade.item.draft.hops)].append(grade)
        by_family[grade.item.family].append(grade)
    times = sorted(grade.ms for grade in grades)
    return Tally(
        whole=_row("all", grades),
        by_hops=tuple(_row(name, found) for name, found in by_hops.items()),
        by_family=tuple(_row(name, found) for name, found in by_family.items()),
        false_claims=sum(len(grade.false_claims) for grade in grades),
        unanswerable_abstained=sum(g.status == "abstained" for g in by_hops.get("unanswerable", ())),
        p50_ms=quantile(times, 0.5),
        p95_ms=quantile(times, 0.95),
    )


def _row(name: str, grades: Iterable[Grade]) -> Row:
    found = list(grades)
    return Row(name, sum(g.right for g in found), len(found), sum(g.verdict == "abstained" for g in found))


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return the smallest value that so many are not above; 0 for none."""
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0
