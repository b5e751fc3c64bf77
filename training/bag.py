"""A bag of terms as a vector: counts, distilled start, contrastive training, in numpy and scipy."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
import scipy.sparse as sp
from vocabulary import Vocabulary

Floats = np.ndarray


def counts(texts: Sequence[str], rows: dict[str, int]) -> sp.csr_matrix:
    """Return 1 + log of how often each term occurs, shape (texts, terms)."""
    found = [[row for term in text.split() if (row := rows.get(term, -1)) >= 0] for text in texts]
    columns = np.fromiter(chain.from_iterable(found), np.int32)
    places = np.repeat(np.arange(len(found), dtype=np.int32), [len(row) for row in found])
    matrix = sp.csr_matrix((np.ones(len(columns), np.float32), (places, columns)), (len(texts), len(rows)))
    matrix.sum_duplicates()
    matrix.data = 1 + np.log(matrix.data)
    return matrix


def unit(vectors: Floats) -> Floats:
    """Return unit vectors; zeros stay."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


def principal(vectors: Floats, dimensions: int) -> Floats:
    """Return the first principal components, after the mean is taken off."""
    centred = vectors - vectors.mean(axis=0)
    values, axes = np.linalg.eigh((centred.T @ centred).astype(np.float64))
    order = np.argsort(-values)[:dimensions]
    axes = axes[:, order]
    axes *= np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(len(order))])
    return (centred @ axes).astype(np.float32)


def rarity(vocabulary: Vocabulary, a: float = 1e-3) -> Floats:
    """Return the weights of smooth inverse frequency (Arora et al., 2017), over the share of files."""
    shares = np.array(vocabulary.shares, np.float32)
    return (a / (a + shares / 30)).astype(np.float32)[:, None]


class Adam:
    """Adam (Kingma and Ba, 2015) on the rows that a batch touches only."""

    def __init__(self, table: Floats, rate: float) -> None:
        self.rate = rate
        self.first = np.zeros_like(table)
        self.second = np.zeros(len(table), np.float32)  # one number a row: as good here, and half the memory
        self.steps = np.zeros(len(table), np.int32)

    def step(self, table: Floats, rows: np.ndarray, gradient: Floats, rate: float) -> None:
        self.steps[rows] += 1
        steps = self.steps[rows][:, None]
        first = self.first[rows] * 0.9 + gradient * 0.1
        second = self.second[rows] * 0.99 + (gradient * gradient).mean(axis=1) * 0.01
        self.first[rows], self.second[rows] = first, second
        scale = np.sqrt(second[:, None] / (1 - 0.99**steps)) + 1e-8
        table[rows] -= (self.rate * rate) * (first / (1 - 0.9**steps)) / scale


def loss_and_gradients(
    left: Floats, right: Floats, same: np.ndarray, temperature: float
) -> tuple[float, Floats, Floats]:
    """Return InfoNCE in both directions over a batch, and its gradients by the two sides' sums of rows.

    `same` is true where another pair's right side is as good as one's own: it is no negative.
    """
    lengths = [np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-6) for side in (left, right)]
    u, v = left / lengths[0], right / lengths[1]
    logits = (u @ v.T) / np.float32(temperature)
    logits[same] = -1e4
    size = len(logits)
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    across = shifted / shifted.sum(axis=1, keepdims=True)
    shifted = np.exp(logits - logits.max(axis=0, keepdims=True))
    down = shifted / shifted.sum(axis=0, keepdims=True)
    diagonal = np.arange(size)
    loss = -float(np.log(np.maximum(across[diagonal, diagonal], 1e-9)).mean())
    slope = across + down
    slope[diagonal, diagonal] -= 2
    slope /= np.float32(2 * size * temperature)
    of_u, of_v = slope @ v, slope.T @ u
    of_left = (of_u - u * (of_u * u).sum(axis=1, keepdims=True)) / lengths[0]
    of_right = (of_v - v * (of_v * v).sum(axis=1, keepdims=True)) / lengths[1]
    return loss, of_left, of_right


def train(
    table: Floats,
    left: sp.csr_matrix,
    right: sp.csr_matrix,
    groups: np.ndarray,
    same: np.ndarray,
    *,
    epochs: int,
    batch: int = 1024,
    block: int = 1024,
    rate: float = 0.1,
    temperature: float = 0.07,
    seed: int = 0,
    report: object = None,
) -> Floats:
    """Train a copy of the table on pairs; batches are made of blocks of one source, as candidates are in use.

    `left` and `right` are counts of terms, shape (pairs, terms), `groups` the source of each pair, and pairs of equal
    `same` have the same right side. A step sees `batch` pairs, `block` in a row of one source; its rate falls to 0
    linearly. `report` is called with (epoch, loss, table) after each epoch.
    """
    random = np.random.default_rng(seed)
    table = table.copy()
    adam = Adam(table, rate)
    per_epoch = max(1, len(groups) // batch)
    step = 0
    for epoch in range(epochs):
        losses = []
        order = _order(groups, block, random)
        for place in range(per_epoch):
            chosen = order[place * batch : (place + 1) * batch]
            x, y = left[chosen], right[chosen]
            rows = np.unique(np.concatenate((x.indices, y.indices)))
            local = table[rows]
            x, y = _narrow(x, rows), _narrow(y, rows)
            equal = same[chosen][:, None] == same[chosen][None, :]
            np.fill_diagonal(equal, False)
            loss, of_left, of_right = loss_and_gradients(x @ local, y @ local, equal, temperature)
            gradient = (x.T @ of_left + y.T @ of_right).astype(np.float32)
            adam.step(table, rows, gradient, 1 - step / (epochs * per_epoch))
            losses.append(loss)
            step += 1
        if callable(report):
            report(epoch, float(np.mean(losses)), table)
    return table


def _narrow(matrix: sp.csr_matrix, rows: np.ndarray) -> sp.csr_matrix:
    columns = np.searchsorted(rows, matrix.indices).astype(np.int32)
    return sp.csr_matrix((matrix.data, columns, matrix.indptr), (matrix.shape[0], len(rows)))


def _order(groups: np.ndarray, block: int, random: np.random.Generator) -> np.ndarray:
    """Shuffle within sources, cut into blocks, shuffle the blocks."""
    blocks = []
    for group in np.unique(groups):
        members = random.permutation(np.flatnonzero(groups == group))
        blocks += [members[start : start + block] for start in range(0, len(members), block)]
    return np.concatenate([blocks[i] for i in random.permutation(len(blocks))])
