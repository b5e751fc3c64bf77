"""Measure retrieval on the held-out sources: recall and MRR of the right definition among all texts of its source."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np
import scipy.sparse as sp
from data import Questions

from codeqa.terms import query_terms

KINDS = ("doc", "mention", "test", "call")
Embed = Callable[[Sequence[str]], np.ndarray]


def ranks(scores: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return the rank of the right text of each question, from 1; ties count half."""
    own = scores[np.arange(len(right)), right][:, None]
    return 1 + (scores > own).sum(axis=1) + ((scores == own).sum(axis=1) - 1) / 2


def figures(rank: np.ndarray) -> tuple[float, float, float]:
    """Return MRR@10, recall@1 and recall@10."""
    return (
        float(np.where(rank <= 10, 1 / rank, 0).mean()),
        float((rank < 2).mean()),
        float((rank <= 10).mean()),
    )


def bm25(texts: Sequence[str], asked: Sequence[str]) -> np.ndarray:
    """Return BM25 scores (k1 1.2, b 0.75), shape (asked, texts)."""
    rows: dict[str, int] = {}
    found = [[rows.setdefault(term, len(rows)) for term in text.split()] for text in texts]
    places = np.repeat(np.arange(len(found)), [len(row) for row in found])
    columns = np.concatenate([np.array(row, int) for row in found])
    matrix = sp.csr_matrix((np.ones(len(columns), np.float32), (places, columns)))
    matrix.sum_duplicates()
    lengths = np.asarray(matrix.sum(axis=1)).ravel()
    frequency = np.bincount(matrix.indices, minlength=matrix.shape[1])
    idf = np.log(1 + (len(texts) - frequency + 0.5) / (frequency + 0.5))
    norm = np.repeat(1.2 * (0.25 + 0.75 * lengths / lengths.mean()), np.diff(matrix.indptr))
    matrix.data = matrix.data * 2.2 / (matrix.data + norm) * idf[matrix.indices]
    questions = sp.lil_matrix((len(asked), len(rows)), dtype=np.float32)
    for place, question in enumerate(asked):
        for term in set(question.split()):
            if term in rows:
                questions[place, rows[term]] = 1
    return np.asarray((questions.tocsr() @ matrix.T).todense())


def asked_terms(question: str) -> str:
    """Return the terms of a question that is terms already, as a search would ask it."""
    return " ".join(query_terms(question))


def fused(*scores: np.ndarray) -> np.ndarray:
    """Return reciprocal rank fusion, k = 20."""
    total = np.zeros_like(scores[0])
    for score in scores:
        order = np.argsort(np.argsort(-score, axis=1, kind="stable"), axis=1)
        total += 1 / (20 + order)
    return total


class Bench:
    """The held-out questions, with what does not change from one model to the next."""

    def __init__(self, sets: Sequence[Questions]) -> None:
        self.sets = sets
        self.lexical = [bm25(each.texts, [asked_terms(q) for _, q, _ in each.asked]) for each in sets]

    def scores(self, embed: Embed | None, each: Questions) -> np.ndarray:
        assert embed is not None
        return embed([q for _, q, _ in each.asked]) @ embed(each.texts).T

    def run(self, models: Callable[[Questions], Embed] | None, fuse: bool = False) -> dict[str, tuple[float, ...]]:
        """Return figures by kind of question and by language ("doc", "doc python"), for an embedder a source."""
        found: defaultdict[str, list[np.ndarray]] = defaultdict(list)
        for each, lexical in zip(self.sets, self.lexical, strict=True):
            scores = lexical if models is None else self.scores(models(each), each)
            if fuse:
                scores = fused(scores, lexical)
            rank = ranks(scores, np.array([text for _, _, text in each.asked]))
            kinds = np.array([kind for kind, _, _ in each.asked])
            for kind in KINDS:
                if (kinds == kind).any():
                    found[kind].append(rank[kinds == kind])
            if (kinds == "doc").any():
                found["doc " + each.source.languages].append(rank[kinds == "doc"])
        return {name: figures(np.concatenate(parts)) for name, parts in found.items()}


def line(name: str, result: dict[str, tuple[float, ...]]) -> str:
    """Return a row of the table."""
    return (
        f"| {name} | "
        + " | ".join(" ".join(f"{x:.3f}"[1:] if x < 1 else "1.00" for x in result[k]) for k in KINDS)
        + " |"
    )
