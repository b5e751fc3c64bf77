"""How well ranked hits answer a question whose right places are known, and how sure the mean over questions is.

A question is one line of a question set: `gold_files`, paths that should be found; `gold_symbol_spans`, the definitions
(`path`, `start`, `end`, 1-based inclusive, `symbol`); `hop`, "multi" if it needs several files; `source`, `lang`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from codeqa.domain import Hit

Question = Mapping[str, Any]
FIRST = 10  # places that a reader looks at
RESAMPLES = 2_000
SPANS_SOURCE = "semble"  # its authors count over spans, so their own figure compares with that only


class Score(NamedTuple):
    """Each figure of one question, 0..1; None where the question has none."""

    ndcg: float  # NDCG@10 over files, each counted where it first comes
    hit: float  # the first file is right
    every: float | None  # all right files are among the first ten: where several files are needed
    symbols: float | None  # the share of the right definitions that the first ten hits touch or name
    spans: float | None  # NDCG@10 over hits, a file as often as it has hits: questions of semble's


class Figure(NamedTuple):
    """A mean over questions with its 95 % interval; `questions` are those that have it."""

    mean: float
    low: float
    high: float
    questions: int


def judge(question: Question, hits: Sequence[Hit]) -> Score:
    """Score the hits of a question, best first."""
    gold = set(question["gold_files"])
    paths = [hit.path for hit in hits]
    found = [path in gold for path in dict.fromkeys(paths)]
    firsts = [path in gold and path not in paths[:rank] for rank, path in enumerate(paths)]
    return Score(
        ndcg(found, len(gold)),
        float(found[:1] == [True]),
        float(sum(found[:FIRST]) == len(gold)) if question["hop"] == "multi" else None,
        symbols_found(question.get("gold_symbol_spans") or [], hits),
        ndcg(firsts, len(gold)) if question["source"] == SPANS_SOURCE else None,
    )


def ndcg(right: Sequence[bool], wanted: int) -> float:
    """Normalised discounted cumulative gain of the first ten: 1 if all that is wanted comes first."""
    gain = sum(_discount(rank) for rank, is_right in enumerate(right[:FIRST]) if is_right)
    return gain / sum(map(_discount, range(min(wanted, FIRST)))) if wanted else 0.0


def _discount(rank: int) -> float:
    return 1 / math.log2(rank + 2)


def symbols_found(gold: Sequence[Mapping[str, Any]], hits: Sequence[Hit]) -> float | None:
    """Return the share of these definitions that one of the first ten hits overlaps, or names in the right file."""
    if not gold:
        return None
    named = {(hit.path, simple(hit.symbol)) for hit in [hit for hit in hits if hit.symbol][:FIRST]}
    met = [
        any(overlaps(one, hit) for hit in hits[:FIRST]) or (one["path"], simple(one["symbol"])) in named for one in gold
    ]
    return sum(met) / len(gold)


def overlaps(gold: Mapping[str, Any], hit: Hit) -> bool:
    """Whether a hit and a right definition share a line."""
    return bool(hit.path == gold["path"] and hit.start_line <= gold["end"] and hit.end_line >= gold["start"])


def simple(name: str) -> str:
    """Return the last part of a qualified name."""
    return name.rpartition(".")[2]


def figure(values: Iterable[float | None], seed: int = 7) -> Figure | None:
    """Return mean and bootstrap interval over the questions that have a value; None if there is none."""
    known = np.array([value for value in values if value is not None], dtype=np.float64)
    if not len(known):
        return None
    drawn = np.random.default_rng(seed).integers(0, len(known), (RESAMPLES, len(known)))
    low, high = np.percentile(known[drawn].mean(axis=1), [2.5, 97.5])
    return Figure(float(known.mean()), float(low), float(high), len(known))


def figures(scores: Sequence[Score]) -> dict[str, Figure | None]:
    """Return every figure over these questions, by the name of its field."""
    return {name: figure(getattr(score, name) for score in scores) for name in Score._fields}
