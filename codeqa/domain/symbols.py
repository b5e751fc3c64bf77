"""What resolution makes of facts: symbols, and edges that say how they were resolved."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

_TWIN = re.compile(r"#\d+(?=\.|$)")  # tells definitions of one name apart; `#load` is a private name
KINDS = (
    "module namespace class struct interface trait enum enum_member type function method constructor property field "
    "variable constant macro section key external"
).split()
CLASS_LIKE = frozenset({"class", "struct", "interface", "trait", "enum", "type", "namespace"})
CALLABLE = frozenset({"function", "method", "constructor", "macro", "property"})


class EdgeKind(StrEnum):
    """What an edge says of its two ends, read from source to target."""

    CONTAINS = "contains"
    IMPORTS = "imports"
    CALLS = "calls"
    INHERITS = "inherits"
    IMPLEMENTS = "implements"
    OVERRIDES = "overrides"
    INSTANTIATES = "instantiates"
    READS = "reads"
    WRITES = "writes"
    DECORATES = "decorates"
    TYPES = "types"
    RAISES = "raises"
    TESTS = "tests"
    DOCUMENTS = "documents"
    REGISTERS = "registers"  # hands on a function, method or class as a value: what gets it may call it
    REFERS = "refers"  # names by a text, or through an object, what another place provides


class Strategy(StrEnum):
    """How an edge was resolved, best first."""

    EXACT = "exact"  # scope or import binding
    INFERRED = "inferred"  # type of the receiver
    DISPATCH = "dispatch"  # one of n overriding targets
    AMBIGUOUS = "ambiguous"  # one of n candidates, n stored
    NAME = "name"  # same name, nothing more: kept out of walks
    CALLBACK = "callback"  # handed on as a value: who calls it, and when, is not said
    JOIN = "join"  # both sides write the same text, or use the same object

    @property
    def confidence(self) -> float:
        """The share of edges resolved so that compilers confirm (docs/measurements.md, benchmarks/graph.py)."""
        return CONFIDENCE[self]


CONFIDENCE: dict[Strategy, float] = {
    Strategy.EXACT: 0.986,
    Strategy.INFERRED: 0.997,
    Strategy.DISPATCH: 0.32,  # that a run takes this one of the overrides, benchmarks/dispatch.py: a lower bound
    Strategy.AMBIGUOUS: 0.959,  # that one of the candidates is meant
    Strategy.NAME: 0.024,
    Strategy.CALLBACK: 0.97,
    Strategy.JOIN: 0.966,  # read by eye: docs/measurements.md
}


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a file of the repository. `path` is relative to the root, with forward slashes."""

    path: str
    start_byte: int
    end_byte: int
    start_line: int
    end_line: int

    @property
    def cite(self) -> str:
        return f"{self.path}:{self.start_line}"


@dataclass(frozen=True, slots=True)
class Symbol:
    """Something a reader can jump to."""

    id: str  # "src/app.py::Router.add"; a file's own symbol is its path; an external one is "external::requests.get"
    name: str
    qualname: str  # "" for a file
    kind: str
    span: Span  # empty path for an external
    name_line: int
    signature: str = ""
    doc: str = ""
    parent: str = ""  # id
    flags: str = ""
    language: str = ""
    role: str = ""  # role of its file: "" source, "test", "vendored", "generated", "example", "docs"

    @property
    def external(self) -> bool:
        return self.kind == "external"

    @property
    def cite(self) -> str:
        return f"{self.span.path}:{self.name_line}" if self.span.path else self.qualname

    @property
    def label(self) -> str:
        """What a sentence calls it: its qualified name without a twin's number, or its path."""
        return _TWIN.sub("", self.qualname) or self.span.path


class Edge(NamedTuple):
    """A checked relation between two symbols, with the place that states it.

    A tuple, since an index makes hundreds of thousands of them.
    """

    src: str
    dst: str
    kind: EdgeKind
    strategy: Strategy
    path: str
    line: int
    start_byte: int
    name: str  # identifier text at the site
    candidates: int = 1

    @property
    def confidence(self) -> float:
        return self.strategy.confidence / (self.candidates if self.strategy is Strategy.AMBIGUOUS else 1)

    @property
    def site(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A call site that could not be resolved, kept so that absence is never claimed by mistake."""

    name: str
    src: str
    path: str
    line: int
    receiver: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """A retrievable piece of a file, as stored."""

    id: int
    span: Span
    symbol: str  # id of its definition, or of its file
    sha256: str


@dataclass(frozen=True, slots=True)
class Summary:
    """What a language model said of the bytes of a chunk. Its names were looked up; whether it is true was not."""

    text: str
    tags: tuple[str, ...]
    model: str


@dataclass(frozen=True, slots=True)
class Hit:
    """One search result; `why` maps each part of the score to its share. `members` are hits that it was made of."""

    path: str
    start_line: int
    end_line: int
    symbol: str  # qualified name without the path, "" outside any definition
    symbol_id: str
    score: float
    why: dict[str, float] = field(default_factory=dict)
    members: tuple[str, ...] = ()  # qualified names, best first
