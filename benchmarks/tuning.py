"""What the weights of the ranking are worth on repositories that they were not chosen on.

Every candidate of a question keeps the parts of its score, so that another weighing is a product of matrices and a
sort, with no search. A weight here is a factor of one part of `codeqa.search.ranking.Weights` (1: as shipped).
Coordinate ascent chooses factors on all repositories but one, which is then judged; this is done for each. Which
candidates there are, what the graph adds around the best of them, and what links between files add, stays as the
shipped weights had it. Judged are the candidates themselves: what stands together is not gathered into one hit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks import metrics
from benchmarks.metrics import FIRST, Question, Score
from codeqa.domain import Hit
from codeqa.search.ranking import Weights

Floats = np.ndarray[Any, np.dtype[np.float64]]
DERIVED = ("file", "linked", "role")  # parts that come of the others
FACTORS = (0.0, 0.5, 0.75, 1.33, 2.0)
DEPTH = 8  # candidates of a file that its coherence counts, see ranking.reward_files
GAIN = 1e-4  # of the aim, that a change of a factor must bring
_WEIGHTS = Weights()


@dataclass(frozen=True, slots=True)
class Pool:
    """The candidates of one question, in the order that breaks ties: row i of `parts` is candidate i."""

    question: Question
    hits: list[Hit]
    parts: Floats  # (candidates, names of parts)
    role: Floats  # (candidates,): the factor of each one's role
    linked: Floats  # (candidates,): what links between files add to its score
    file: np.ndarray[Any, np.dtype[np.int64]]  # (candidates,): number of its file
    files: int


def pools(found: Iterable[tuple[Question, Sequence[Hit]]], names: Sequence[str]) -> list[Pool]:
    """Take the candidates of each question apart."""
    made = []
    for question, hits in found:
        ordered = sorted(hits, key=lambda hit: (hit.path, hit.start_line))
        parts = np.array([[hit.why.get(name, 0.0) for name in names] for hit in ordered]).reshape(-1, len(names))
        linked = np.array([hit.why.get("linked", 0.0) for hit in ordered])
        whole = parts.sum(axis=1) + linked + [hit.why.get("file", 0.0) for hit in ordered]
        role = np.array([hit.score for hit in ordered]) / np.where(whole > 0, whole, 1.0)
        numbers: dict[str, int] = {}
        file = np.array([numbers.setdefault(hit.path, len(numbers)) for hit in ordered], dtype=np.int64)
        made.append(Pool(question, ordered, parts, role, role * linked, file, len(numbers)))
    return made


def ranked(pool: Pool, factors: Floats) -> list[Hit]:
    """Order the candidates as the ranking would with these factors; the last is that of the file's coherence."""
    if not pool.files:
        return []
    scores = pool.role * (pool.parts @ factors[:-1])
    order = np.lexsort((np.arange(len(scores)), -scores, pool.file))  # by file, the best of each first
    starts = np.flatnonzero(np.diff(pool.file[order], prepend=-1))
    within = np.arange(len(order)) - np.repeat(starts, np.diff(starts, append=len(order)))
    best = order[within < DEPTH]
    totals = np.bincount(pool.file[best], weights=scores[best], minlength=pool.files)
    heads = order[starts]
    if totals.max() > 0:
        rewarded = _WEIGHTS.file * factors[-1] * totals[pool.file[heads]] / totals.max()
        scores[heads] += pool.role[heads] * rewarded
    return [pool.hits[index] for index in _spread(np.argsort(-scores - pool.linked, kind="stable"), pool.file)]


def _spread(order: Iterable[int], file: Sequence[int] | Any) -> list[int]:  # noqa: ANN401 - an array
    """Let no file have more than its share of the first ten; return what is judged."""
    seen: Counter[int] = Counter()
    early: list[int] = []
    late: list[int] = []
    for index in order:
        seen[file[index]] += 1
        (early if len(early) < FIRST and seen[file[index]] <= _WEIGHTS.per_file else late).append(index)
        if len(early) == FIRST and len(late) >= 2 * FIRST:
            break
    return [*early, *late]


def scores(pools: Iterable[Pool], factors: Floats) -> list[Score]:
    """Judge every question with these factors."""
    return [metrics.judge(pool.question, ranked(pool, factors)) for pool in pools]


def aim(scores: Sequence[Score]) -> float:
    """Return what is maximised: NDCG first, then that nothing is missing, then the first hit."""
    return (
        _mean(score.ndcg for score in scores)
        + 0.3 * (_mean(score.every for score in scores) + _mean(score.symbols for score in scores))
        + 0.1 * _mean(score.hit for score in scores)
    )


def _mean(values: Iterable[float | None]) -> float:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else 0.0


def ascend(value: Callable[[Floats], float], factors: Floats, rounds: int = 2) -> Floats:
    """Change one factor at a time for as long as that pays; the order is fixed, so the result is, too."""
    best = value(factors)
    for _ in range(rounds):
        before = best
        for place in range(len(factors)):
            tried = [factors.copy() for _ in FACTORS]
            for candidate, factor in zip(tried, FACTORS, strict=True):
                candidate[place] *= factor
            gains = [value(candidate) for candidate in tried]
            if max(gains) > best + GAIN:
                best, factors = max(gains), tried[int(np.argmax(gains))]
        if best <= before:
            break
    return factors


def leave_out(found: Sequence[tuple[Question, Sequence[Hit]]]) -> str:
    """Return a table: the shipped weights, weights chosen on everything, and weights chosen without the judged one."""
    names = sorted({part for _, hits in found for hit in hits for part in hit.why} - set(DERIVED))
    made = pools(found, names)
    shipped = np.ones(len(names) + 1)
    repositories = [pool.question["repo"] for pool in made]

    def chosen(left_out: str) -> Floats:
        rest = [pool for pool, its in zip(made, repositories, strict=True) if its != left_out]
        return ascend(lambda factors: aim(scores(rest, factors)), shipped)

    unseen: list[Score] = []
    for repository in sorted(set(repositories)):
        held = [pool for pool, its in zip(made, repositories, strict=True) if its == repository]
        unseen += scores(held, chosen(repository))
    everywhere = chosen("")
    rows = {
        "as shipped": scores(made, shipped),
        "chosen on all repositories, judged on the same": scores(made, everywhere),
        "chosen on all but the one that is judged": unseen,
    }
    lines = ["| weights | NDCG@10 | hit@1 | multi all@10 | sym@10 |", "|---|---|---|---|---|"]
    for name, judged in rows.items():
        cells = [_mean(getattr(score, field) for score in judged) for field in ("ndcg", "hit", "every", "symbols")]
        lines.append(f"| {name} | {' | '.join(f'{cell:.3f}'.removeprefix('0') for cell in cells)} |")
    moved = ", ".join(
        f"{name} ×{factor:.2f}"
        for name, factor in zip([*names, "file"], everywhere, strict=True)
        if abs(factor - 1) > 0.01
    )
    return "\n".join([*lines, "", f"Chosen on all: {moved or 'nothing moves'}."])
