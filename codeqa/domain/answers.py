"""An answer and the evidence in it: the `--json` contract of `codeqa ask`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Citation:
    """Lines of a file whose bytes were checked when the answer was made. `quote` is their verbatim text."""

    n: int
    path: str
    start_line: int
    end_line: int
    symbol: str
    sha256: str
    generation: int
    quote: str


@dataclass(frozen=True, slots=True)
class DefinitionCheck:
    """A symbol stands where it is said to. Of an external one the path is empty and the line 0."""

    symbol: str  # id
    path: str
    line: int
    name: str

    def to_json(self) -> dict[str, Any]:
        return {"check": "definition", "symbol": self.symbol, "path": self.path, "line": self.line, "name": self.name}


@dataclass(frozen=True, slots=True)
class EdgeCheck:
    """The graph holds an edge, and its site names what it leads to."""

    src: str  # ids of both ends
    edge: str
    dst: str
    site: str  # path:line
    strategy: str
    name: str  # identifier at the site

    def to_json(self) -> dict[str, Any]:
        return {"check": "edge", **self.step()}

    def step(self) -> dict[str, Any]:
        """Return what a chain says of one of its steps."""
        return {
            "from": self.src,
            "edge": self.edge,
            "to": self.dst,
            "site": self.site,
            "strategy": self.strategy,
            "name": self.name,
        }


@dataclass(frozen=True, slots=True)
class PathCheck:
    """Each edge exists, and begins where the one before it ends."""

    edges: tuple[EdgeCheck, ...]

    def to_json(self) -> dict[str, Any]:
        return {"check": "path", "edges": [edge.step() for edge in self.edges]}


@dataclass(frozen=True, slots=True)
class CountCheck:
    """A plan, run again, gives the number."""

    plan: str
    number: int

    def to_json(self) -> dict[str, Any]:
        return {"check": "count", "plan": self.plan, "number": self.number}


@dataclass(frozen=True, slots=True)
class QuoteCheck:
    """A text stands in the cited lines, white space and the marks of comments aside."""

    citation: int  # its n
    text: str

    def to_json(self) -> dict[str, Any]:
        return {"check": "quote", "citation": self.citation, "text": self.text}


@dataclass(frozen=True, slots=True)
class AbsenceCheck:
    """No edge of these kinds leads from one to the other, and nothing that could not be resolved may be one.

    An empty `src` or `dst` is anything.
    """

    src: str  # ids
    edges: tuple[str, ...]
    dst: str

    def to_json(self) -> dict[str, Any]:
        return {"check": "absence", "from": self.src, "edges": list(self.edges), "to": self.dst}


ClaimCheck: TypeAlias = DefinitionCheck | EdgeCheck | PathCheck | CountCheck | QuoteCheck | AbsenceCheck


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of an answer. `check` says what was verified: quote, edge, path, count or definition.

    `checks` are what has to be looked up again to tell whether the sentence still holds.
    """

    text: str
    citations: tuple[int, ...]
    verdict: str  # "verified" | "unverified"
    check: str
    checks: tuple[ClaimCheck, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "citations": list(self.citations),
            "verdict": self.verdict,
            "check": self.check,
            "checks": [check.to_json() for check in self.checks],
        }


@dataclass(frozen=True, slots=True)
class Dropped:
    """A sentence that the verifier refuted, and why."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of the walk that an answer rests on; ends are symbol ids."""

    src: str
    edge: str
    dst: str
    site: str
    strategy: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Answer:
    """The `--json` contract of `codeqa ask`, version 1 (docs/json.md)."""

    question: str
    kind: str
    status: str  # answered | partial | abstained
    text: str  # markdown with [1] marks
    claims: tuple[Claim, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    citations: tuple[Citation, ...] = ()
    walk: tuple[Hop, ...] = ()
    unknowns: tuple[str, ...] = ()
    generation: int = 0
    stale: tuple[str, ...] = ()
    model: str | None = None
    timing_ms: dict[str, float] = field(default_factory=dict)
    tokens: dict[str, int] = field(default_factory=dict)
    plan: str = ""  # what was walked, in the language of `codeqa query`
    results: tuple[str, ...] = ()  # ids of the symbols that are the answer, where it is a list of them
    understood: str = ""  # the question that was answered, where a follow-up was made one that stands for itself
    reused: str = ""  # trace of the earlier answer that this is, checked again
    trace: str = ""  # conversation and number of the turn, as `codeqa trace show` takes it

    def to_json(self) -> dict[str, Any]:
        """Return the version 1 object of docs/json.md."""
        return {
            "version": 1,
            "question": self.question,
            "kind": self.kind,
            "status": self.status,
            "answer": self.text,
            "claims": [claim.to_json() for claim in self.claims],
            "dropped": [{"text": d.text, "reason": d.reason} for d in self.dropped],
            "citations": [
                {
                    "n": c.n,
                    "path": c.path,
                    "start_line": c.start_line,
                    "end_line": c.end_line,
                    "symbol": c.symbol,
                    "sha256": c.sha256,
                    "generation": c.generation,
                    "quote": c.quote,
                }
                for c in self.citations
            ],
            "plan": self.plan,
            "results": list(self.results),
            "understood": self.understood,
            "trace": self.trace,
            "reused": self.reused,
            "walk": [
                {
                    "from": h.src,
                    "edge": h.edge,
                    "to": h.dst,
                    "site": h.site,
                    "strategy": h.strategy,
                    "confidence": h.confidence,
                }
                for h in self.walk
            ],
            "unknowns": list(self.unknowns),
            "index": {"generation": self.generation, "stale": list(self.stale)},
            "model": self.model,
            "timing_ms": self.timing_ms,
            "tokens": self.tokens,
        }
