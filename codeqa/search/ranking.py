"""How the parts of a score are weighed, and what the order of the hits owes to their files."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from codeqa.domain import Chunk, Symbol


@dataclass(frozen=True, slots=True)
class Weights:
    """Every number of the ranking. The unit is the best full-text score of the question: that chunk has `text` 1."""

    fields: tuple[float, float, float, float] = (4.0, 2.0, 1.5, 1.0)  # BM25: name, signature, doc, body
    definition: float = 1.0  # defines an identifier that the question writes out
    word: float = 0.3  # defines a capitalised word of the question: often a name, often just English
    misspelt: float = 0.6  # defines what an unknown identifier is a misspelling of
    name: float = 0.4  # all parts of its name are in the question
    path: float = 0.4  # all words of its path are in the question
    named_path: float = 1.0  # the question names the file
    phrase: float = 0.5  # has quoted text, or what an error message says, as it stands
    vector: float = 0.15  # embeddings fitted on a repository are worse than BM25, and know other words
    coherence: float = 0.3  # the best hit of the file that has most of the matches
    repeated: float = 0.5  # each further hit of a file counts this much of the one before it, past `per_file`
    per_file: int = 3
    role: Mapping[str, float] = field(
        default_factory=lambda: {"test": 0.4, "example": 0.5, "docs": 0.5, "vendored": 0.3, "generated": 0.3}
    )
    document: float = 0.6  # prose and configuration where code is asked about
    asked: float = 1.3  # files of a role that the question asks for


@dataclass(slots=True)
class Candidate:
    """A chunk on its way to become a hit. `symbol` is set where a definition inside the chunk is what was found."""

    chunk: Chunk
    symbol: Symbol | None = None
    parts: dict[str, float] = field(default_factory=dict)
    factor: float = 1.0

    @property
    def score(self) -> float:
        return self.factor * sum(self.parts.values())

    def add(self, part: str, value: float) -> None:
        """Raise a part of the score to this value."""
        if value > self.parts.get(part, 0.0):
            self.parts[part] = value


def reward_files(candidates: Iterable[Candidate], weight: float) -> None:
    """Strengthen the best candidate of each file by what the others of the file have: an idea of semble's."""
    files: defaultdict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        files[candidate.chunk.span.path].append(candidate)
    totals = {path: sum(sorted((c.score for c in group), reverse=True)[:8]) for path, group in files.items()}
    most = max(totals.values(), default=0.0)
    for path, group in files.items():
        if len(group) > 1 and most > 0:
            best = max(group, key=lambda candidate: candidate.score)
            best.add("file", weight * totals[path] / most)


def in_order(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Sort by score; what scores the same by path and place, so that the order never changes from run to run."""
    return sorted(candidates, key=lambda c: (-c.score, c.chunk.span.path, c.chunk.span.start_byte))


def spread(ordered: Sequence[Candidate], per_file: int, first: int = 10) -> list[Candidate]:
    """Let no file have more than `per_file` of the first ten places, as long as others could have them."""
    seen: Counter[str] = Counter()
    early: list[Candidate] = []
    late: list[Candidate] = []
    for candidate in ordered:
        path = candidate.chunk.span.path
        fits = len(early) >= first or seen[path] < per_file
        (early if fits else late).append(candidate)
        seen[path] += 1
    return [*early[:first], *in_order([*early[first:], *late])]
