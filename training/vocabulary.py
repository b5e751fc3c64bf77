"""Choose the terms that get a row, and tell how each is written."""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from minilm import MiniLM
from sources import read_list

from codeqa.terms import _PARTS, MAX_TERM, spaced, stem

ENGLISH = 12_000  # of the teacher's words, the most frequent first


class Vocabulary(NamedTuple):
    """Terms in byte order, how each is written in words, and in what share of the files it occurs."""

    terms: list[str]
    surfaces: list[str]
    shares: list[float]


def choose(work: Path, teacher: MiniLM, size: int) -> Vocabulary:
    """Return the best terms: those of code that many files in several sources have, and frequent English words."""
    sources: Counter[str] = Counter()
    found: Counter[str] = Counter()
    weight: defaultdict[str, float] = defaultdict(float)
    written: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for words in _words(work):
        within: Counter[str] = Counter()
        for word, (count, files) in words.items():
            for term, surface in _terms(word):
                within[term] += files
                written[term][surface] += count
        for term, files in within.items():
            sources[term] += 1
            found[term] += files
            weight[term] += math.log1p(files)
    english = teacher.words()[:ENGLISH]
    chosen: dict[str, None] = {}
    for word in english:
        for term, surface in _terms(word):
            chosen[term] = None
            written[term].setdefault(surface, 0)
    ranked = sorted((term for term in weight if sources[term] > 1), key=lambda term: (-weight[term], term))
    for term in ranked:
        if len(chosen) >= size:
            break
        chosen[term] = None
    terms = sorted(chosen, key=str.encode)
    total = max(found.values())
    surfaces = [min(written[term].items(), key=lambda item: (-item[1], item[0]))[0] for term in terms]
    return Vocabulary(terms, surfaces, [found[term] / total for term in terms])


def _words(work: Path) -> Iterator[dict[str, tuple[int, int]]]:
    for source in read_list():
        if source.split == "train":
            with open(work / "mined" / f"{source.folder}.jsonl") as file:
                for line in file:
                    if line.startswith('{"kind": "words"'):
                        yield json.loads(line)["words"]


def _terms(word: str) -> Iterable[tuple[str, str]]:
    """Yield each term of a word with the English that it stands for: ("getuser", "get user"), ("user", "user")."""
    terms = spaced(word).split()
    if not word.isascii() or not terms:
        return [(term, term) for term in terms]
    parts = _PARTS.findall(word)
    stems = {stem(part.lower())[:MAX_TERM]: part.lower() for part in parts if len(part) > 1}
    return [(terms[0], " ".join(parts).lower() or terms[0]), *((t, stems.get(t, t)) for t in terms[1:])]
