"""The vocabulary of codeqa: what every floor speaks, and nothing else.

Imports the standard library only. Byte offsets are the truth; lines are derived from them, 1-based and inclusive.
Facts (`Definition`, `Reference`, ...) are what parsing one file yields, with no knowledge of any other file. Symbols and edges are what
resolution makes of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    import numpy as np

# --------------------------------------------------------------------------------------------------------------- errors


class CodeqaError(Exception):
    """Something a user can act on: what happened, where, and in `hint` what to do next."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(CodeqaError):
    """The request itself is malformed."""

    exit_code = 2


class NoIndex(CodeqaError):
    """There is no index, and none could be made."""

    exit_code = 4


class UnreadableRoot(NoIndex):
    """The root is missing, not a directory, or may not be read."""


class IndexLocked(CodeqaError):
    """Another process writes this index; the message names it."""


class SchemaTooNew(NoIndex):
    """The index was written by a later codeqa."""


class UnknownSymbol(CodeqaError):
    """No symbol has that name; the hint carries the nearest ones."""


class AmbiguousSymbol(CodeqaError):
    """Several symbols have that name; `candidates` are their ids."""

    def __init__(self, message: str, *, hint: str = "", candidates: Sequence[str] = ()) -> None:
        super().__init__(message, hint=hint)
        self.candidates = tuple(candidates)


class ModelUnavailable(CodeqaError):
    """The model server did not answer, and the user required it."""

    exit_code = 5


class GrammarBroken(CodeqaError):
    """A folder under `grammars/` is malformed; the message names the file."""


# ------------------------------------------------------------------------------------------------------ facts of one file


class Definition(NamedTuple):
    """A named thing that a file defines. Offsets are bytes in that file."""

    name: str
    kind: str  # see KINDS
    qualname: str  # dotted, unique in its file ("Router.add", twins get "#2")
    parent: int  # index of the enclosing definition, -1 for the file itself
    start: int  # whole definition, decorators included
    end: int
    name_start: int
    start_line: int
    end_line: int
    name_line: int
    signature: str  # one line, white space collapsed, without the body
    doc: str  # docstring or leading comment, markers stripped
    type: str  # declared type, or declared return type; "" if none
    value: (
        str  # initialiser, or what a function returns, as a receiver chain ("Router()", "self.app.name"); "" if not one
    )
    flags: str  # space-separated: static property abstract exported private test classmethod override


class Scope(NamedTuple):
    """A region in which names are bound. Scope 0 is the file."""

    start: int
    end: int
    parent: int  # -1 for scope 0
    definition: int  # the definition whose body this is, else -1


class Binding(NamedTuple):
    """A parameter or local variable of a scope: a name that is not a definition a reader would jump to."""

    name: str
    scope: int
    start: int
    kind: str  # "parameter" | "local"
    type: str  # declared type text, "" if none
    value: str  # initialiser as a receiver chain, "" if not one
    after: int = 0  # byte behind the initialiser: inside of it the name still means what it meant before


class Import(NamedTuple):
    """One imported name: `from .app import Flask as F` has module ".app", name "Flask", local "F"."""

    module: str  # as written, quotes stripped
    name: str  # "" imports the module itself, "*" everything
    local: str  # the name bound here; "" binds none
    start: int
    line: int
    scope: int
    reexport: bool


class Reference(NamedTuple):
    """A use of a name. `definition` and `scope` index the enclosing ones of the same file (-1: the file itself)."""

    name: str
    role: str  # call | instantiate | base | implements | decorator | type | read | write | raise | mention
    receiver: str  # normalised chain left of the name ("self.app", "foo()", ""), "?" where it is no chain
    start: int
    line: int
    scope: int
    definition: int
    arguments: str = (
        ""  # where a language overloads: "(a.b,=String,?)", chains, types of literals, or neither; "" if not known
    )


class Interface(NamedTuple):
    """What other files may need to know of a file."""

    language: str
    package: str  # declared package or namespace, "" if none
    definitions: list[Definition]
    scopes: list[Scope]
    bindings: list[Binding]
    imports: list[Import]
    bases: list[Reference]  # what the file's classes extend and implement


class Facts(NamedTuple):
    """Everything that parsing one file yields."""

    interface: Interface
    references: list[Reference]
    chunks: list[ChunkFact]
    errors: int  # syntax errors met; what could be had is here all the same


class ChunkFact(NamedTuple):
    """A retrievable piece of a file. `definition` is -1 for text outside any definition."""

    definition: int
    start: int
    end: int
    start_line: int
    end_line: int
    sha256: str  # of the chunk's bytes
    name: str  # the four fields below hold space-separated code-aware terms
    signature: str
    doc: str
    body: str


# ---------------------------------------------------------------------------------------------------- symbols and edges

KINDS = (
    "module namespace class struct interface trait enum enum_member type function method constructor property field "
    "variable constant macro section key external"
).split()
CLASS_LIKE = frozenset({"class", "struct", "interface", "trait", "enum", "type", "namespace"})
CALLABLE = frozenset({"function", "method", "constructor", "macro", "property"})


class EdgeKind(StrEnum):
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


class Strategy(StrEnum):
    """How an edge was resolved, best first."""

    EXACT = "exact"  # scope or import binding
    INFERRED = "inferred"  # type of the receiver
    DISPATCH = "dispatch"  # one of n overriding targets
    AMBIGUOUS = "ambiguous"  # one of n candidates, n stored
    NAME = "name"  # same name, nothing more: kept out of walks

    @property
    def confidence(self) -> float:
        """The strategy's precision for calls, as measured against compilers (docs/measurements.md)."""
        return CONFIDENCE[self]


CONFIDENCE: dict[Strategy, float] = {
    Strategy.EXACT: 0.98,
    Strategy.INFERRED: 0.93,
    Strategy.DISPATCH: 0.6,
    Strategy.AMBIGUOUS: 0.4,
    Strategy.NAME: 0.2,
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
        """What a sentence calls it."""
        return self.qualname.split("#")[0] or self.span.path


@dataclass(frozen=True, slots=True)
class Edge:
    """A checked relation between two symbols, with the place that states it."""

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
class Hit:
    """One search result; `why` maps each part of the score to its share."""

    path: str
    start_line: int
    end_line: int
    symbol: str  # qualified name without the path, "" outside any definition
    symbol_id: str
    score: float
    why: dict[str, float] = field(default_factory=dict)


# ---------------------------------------------------------------------------------------------------------------- cards


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


@dataclass(frozen=True, slots=True)
class Listing:
    """The relations of one symbol in one direction, with what could not be resolved: absence is never claimed by mistake."""

    symbol: Symbol
    relations: tuple[Relation, ...]
    total: int  # before any limit
    unresolved: tuple[Unresolved, ...]


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
    skipped: dict[str, tuple[str, ...]]  # reason → paths
    stale: tuple[str, ...]  # files that differ from the index now
    bytes: int
    warnings: tuple[str, ...] = ()


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


# -------------------------------------------------------------------------------------------------------------- answers


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
class Claim:
    """One sentence of an answer. `check` says what was verified: quote, edge, path, count or definition."""

    text: str
    citations: tuple[int, ...]
    verdict: str  # "verified" | "unverified"
    check: str


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

    def to_json(self) -> dict[str, Any]:
        """Return the version 1 object of docs/json.md."""
        return {
            "version": 1,
            "question": self.question,
            "kind": self.kind,
            "status": self.status,
            "answer": self.text,
            "claims": [
                {"text": c.text, "citations": list(c.citations), "verdict": c.verdict, "check": c.check}
                for c in self.claims
            ],
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


# --------------------------------------------------------------------------------------------------------------- events


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened; a face renders it, a trace keeps it."""


@dataclass(frozen=True, slots=True)
class Progress(Event):
    """Long work moved on: `done` of `total` units of `stage` ("scan", "parse", "resolve", "store", "embed")."""

    stage: str
    done: int
    total: int
    seconds: float  # since the stage began
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Notice(Event):
    """Something a user should know; `level` is "info" or "warning"."""

    level: str
    text: str


@dataclass(frozen=True, slots=True)
class Indexed(Event):
    """An index run ended."""

    generation: int
    changed: bool  # False: nothing to do
    files: int
    parsed: int  # files parsed in this run
    removed: int
    languages: dict[str, int]  # files by language
    symbols: int
    edges: dict[str, int]  # by strategy
    skipped: dict[str, int]  # by reason
    crashed: tuple[str, ...]  # files whose parse killed a worker
    seconds: float
    cpu_seconds: float
    bytes: int  # size of index.db


@dataclass(frozen=True, slots=True)
class Step(Event):
    """One step of a walk, in words: `action` such as "classify", "link", "expand", "read", "verify"."""

    action: str
    text: str


@dataclass(frozen=True, slots=True)
class Answered(Event):
    """The walk ended with this answer."""

    answer: Answer


# ------------------------------------------------------------------------------------------------------------ protocols


class Embedder(Protocol):
    """Turns text into vectors of one space. Vectors of different `id`s are never compared."""

    @property
    def id(self) -> str:
        """Names the space: kind, dimensions and, if fitted, a hash of the fit."""
        ...

    @property
    def dimensions(self) -> int: ...

    def embed(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        """Return unit vectors, shape (len(texts), dimensions); a text with no known term gives a zero row."""
        ...


class ChatModel(Protocol):
    """A language model that may lead a walk. Reserved for local servers; the planner needs none."""

    @property
    def name(self) -> str: ...

    def chat(self, messages: Sequence[dict[str, Any]], tools: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Yield the reply's parts as they arrive."""
        ...
