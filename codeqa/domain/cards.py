"""What faces show of the index: cards, listings, paths, the state of things."""

from __future__ import annotations

from dataclasses import dataclass, field

from codeqa.domain.symbols import Edge, Summary, Symbol, Unresolved


@dataclass(frozen=True, slots=True)
class Relation:
    """A symbol that an edge leads to. `depth` counts edges from where the question started, 1 is next to it."""

    symbol: Symbol
    edge: Edge
    depth: int = 1


@dataclass(frozen=True, slots=True)
class SymbolCard:
    """One symbol with its surroundings. `unresolved` counts call sites that name it and could not be resolved."""

    symbol: Symbol
    callers: tuple[Relation, ...]
    callees: tuple[Relation, ...]
    bases: tuple[Relation, ...]
    derived: tuple[Relation, ...]
    overrides: tuple[Relation, ...]
    overridden_by: tuple[Relation, ...]
    members: tuple[Symbol, ...]
    tests: tuple[Relation, ...]
    unresolved: int
    summary: Summary | None = None  # for a reader: no answer rests on it


@dataclass(frozen=True, slots=True)
class Listing:
    """The relations of one symbol in one direction, with what could not be resolved beside them."""

    symbol: Symbol
    relations: tuple[Relation, ...]
    total: int  # before any limit
    unresolved: tuple[Unresolved, ...]
    registrations: tuple[Relation, ...] = ()  # of callers: where it is handed on as a value or named by a text


@dataclass(frozen=True, slots=True)
class PathResult:
    """A shortest chain of edges between two symbols; empty `edges` mean that there is none within the budget."""

    source: Symbol
    target: Symbol
    edges: tuple[Edge, ...]
    symbols: tuple[Symbol, ...]  # along the path, source and target included
    searched: int  # symbols visited
    unresolved: tuple[Unresolved, ...] = ()  # sites near both ends that could bridge a gap


@dataclass(frozen=True, slots=True)
class Impact:
    """What may break if a symbol changes: users by distance, and the tests among them."""

    symbol: Symbol
    users: tuple[Relation, ...]  # nearest first, tests left out
    tests: tuple[Relation, ...]
    total: int
    unresolved: tuple[Unresolved, ...]


@dataclass(frozen=True, slots=True)
class Embedding:
    """Which vectors are searched, and which are made."""

    chosen: str  # the setting: "lsa", "ollama:MODEL", "none" and so on
    used: str  # id of the embedder whose vectors are searched; "" for none
    next: str  # id of the one that will take its place; "" for none
    done: int  # texts that have a vector of `next`, or else of `used`
    total: int
    running: bool  # a process is making vectors
    trouble: str  # why the last one failed, "" if it did not


@dataclass(frozen=True, slots=True)
class Status:
    """The state of an index beside its tree."""

    root: str
    directory: str
    generation: int
    files: int
    languages: dict[str, int]
    symbols: int
    edges: dict[str, int]  # by strategy
    unresolved: int
    chunks: int
    vectors: dict[str, int]  # by embedder
    embedding: Embedding
    skipped: dict[str, tuple[str, ...]]  # reason → paths
    stale: tuple[str, ...]  # files that differ from the index now
    missing: int  # of them, those that it does not have at all
    bytes: int
    warnings: tuple[str, ...] = ()
    summaries: dict[str, int] = field(default_factory=dict)  # chunks that have one, by model; the first is used


@dataclass(frozen=True, slots=True)
class LanguageReport:
    """A language as `codeqa languages` shows it."""

    name: str
    title: str
    kind: str  # code | document
    extensions: tuple[str, ...]
    grammar: str  # version of its wheel, "" if none is needed
    problem: str  # why it is read as plain text here, "" if it is not
    supports: dict[str, bool]


@dataclass(frozen=True, slots=True)
class Check:
    """One line of `codeqa doctor`; `ok` None means: optional, and absent."""

    name: str
    ok: bool | None
    detail: str
    hint: str = ""
