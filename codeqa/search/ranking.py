"""How the parts of a score are weighed, and what the order of the hits owes to their files."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from codeqa.domain import Chunk, Symbol

_DEMOTED = MappingProxyType({"test": 0.4, "example": 0.5, "docs": 0.4, "vendored": 0.3, "generated": 0.3})


_KINDS: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "identifier": MappingProxyType({"definition": 2.0, "vector": 0.4, "meaning": 0.4}),
        "path": MappingProxyType({"named_path": 1.5, "vector": 0.4, "meaning": 0.4}),
        "error": MappingProxyType({"phrase": 1.5}),
    }
)
"""What makes more, or less, of a part where a question is not in words: a name means what it names."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Every number of the ranking. The unit is the best full-text score of a question: that chunk has `text` 1.

    Chosen in round numbers, where quality is flat around them (docs/measurements.md).
    """

    fields: tuple[float, float, float, float] = (
        1.0,
        1.0,
        1.0,
        1.0,
    )  # BM25: name, signature, doc, body; the body repeats them
    definition: float = 0.6  # defines an identifier that the question writes out
    misspelt: float = 0.6  # defines what an unknown identifier is a misspelling of
    word: float = 0.3  # defines a capitalised word of the question: often a name, often just English
    name: float = 0.6  # its name is made of words of the question
    owner: float = 0.2  # the name of what it belongs to is
    stem: float = 0.9  # the name of its file is
    folder: float = 0.6  # words of the question are among the folders above it
    named_path: float = 1.0  # the question names the file
    named_folder: float = 0.5  # the question names a folder that it is in
    phrase: float = 0.5  # has quoted text, or what an error message says, as it stands
    vector: float = 0.5  # it means what the question means, whatever its words are
    meaning: float = 0.25  # its file as a whole does
    graph: float = 0.4  # it lies around the best hits in the graph
    linked: float = 0.2  # it is the best of a file that uses the best files, or is used by them
    central: float = 0.2  # much of the repository uses it
    summary: float = 0.2  # what a model said of it has words of the question
    summary_cosine: float = 0.9  # factor of a summary's cosine: it is in words, as the question is, and code is not
    hyde: float = 0.3  # defines what a hypothetical passage names; its meaning counts as `vector` and `meaning` do
    passage: float = 0.5  # share of the passages in the question's vector
    expansion: float = 0.3  # has further terms, or defines one
    file: float = 0.5  # it is the best of the file that has most of the matches
    role: Mapping[str, float] = field(default_factory=lambda: _DEMOTED)  # factor of files that are not what runs
    document: float = 0.4  # factor of prose and configuration
    asked: float = 1.2  # factor of a role that the question asks for
    shared: float = 0.7  # share of a definition whose name more than `few` have
    few: int = 3
    declaration: float = 0.8  # share of a prototype, whose definition is elsewhere
    per_file: int = 5  # hits of one file among the first ten, half of them

    def of_kind(self, kind: str) -> Weights:
        """Return what they are for a kind of question, see `Query.kind`."""
        factors = _KINDS.get(kind, {})
        return replace(self, **{name: getattr(self, name) * factor for name, factor in factors.items()})


@dataclass(slots=True)
class Candidate:
    """A chunk on its way to become a hit. `symbol` is set where a definition inside the chunk is what was found."""

    chunk: Chunk
    symbol: Symbol | None = None
    parts: dict[str, float] = field(default_factory=dict)
    factor: float = 1.0
    path: str = field(init=False)  # of the chunk; kept, for it is asked for all the time

    def __post_init__(self) -> None:
        self.path = self.chunk.span.path

    @property
    def symbol_id(self) -> str:
        """The definition that was found, or the one that the chunk belongs to."""
        return self.symbol.id if self.symbol else self.chunk.symbol

    @property
    def score(self) -> float:
        """What the hits are ordered by."""
        return self.factor * sum(self.parts.values())

    def add(self, part: str, value: float) -> None:
        """Raise a part of the score to this value."""
        if value > self.parts.get(part, 0.0):
            self.parts[part] = value

    def shift(self, part: str, value: float) -> None:
        """Change a part of the score by this value, which may be negative."""
        if value:
            self.parts[part] = self.parts.get(part, 0.0) + value

    def why(self) -> dict[str, float]:
        """Return the share of each part; they add up to the score. What the role of the file takes away is negative."""
        shares = {part: round(value, 4) for part, value in self.parts.items() if value}
        if self.factor != 1.0:
            shares["role"] = round(self.score - sum(self.parts.values()), 4)
        return shares


def reward_files(candidates: Iterable[Candidate], weight: float, depth: int = 8) -> None:
    """Strengthen the best candidate of each file by the scores of its first `depth`: file coherence, as in semble."""
    files: defaultdict[str, list[Candidate]] = defaultdict(list)
    for candidate in in_order(candidates):
        files[candidate.path].append(candidate)
    totals = {path: sum(candidate.score for candidate in group[:depth]) for path, group in files.items()}
    most = max(totals.values(), default=0.0)
    for path, group in files.items():
        if most > 0:
            group[0].add("file", weight * totals[path] / most)


def in_order(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Sort by score; what scores the same by path and place, so that the order never changes from run to run."""
    return sorted(candidates, key=lambda c: (-c.score, c.path, c.chunk.span.start_byte))


def spread(ordered: Sequence[Candidate], per_file: int, first: int = 10) -> list[Candidate]:
    """Let no file have more than `per_file` of the first places, as long as others could have them."""
    seen: Counter[str] = Counter()
    early: list[Candidate] = []
    late: list[Candidate] = []
    for candidate in ordered:
        seen[candidate.path] += 1
        fits = len(early) < first and seen[candidate.path] <= per_file
        (early if fits else late).append(candidate)
    return [*early, *late]
