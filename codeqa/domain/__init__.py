"""The vocabulary of codeqa: what every floor speaks, and nothing else.

Imports the standard library only. Byte offsets are the truth; lines are derived from them, 1-based and inclusive.
Making a dataclass takes a quarter of a millisecond, so what a search has no use for is imported when it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from codeqa.domain.errors import (
    AmbiguousSymbol,
    BrokenReply,
    CodeqaError,
    ContextFull,
    GrammarBroken,
    IndexLocked,
    ModelCancelled,
    ModelRefused,
    ModelTimeout,
    ModelUnavailable,
    NoIndex,
    NoSuchModel,
    SchemaTooNew,
    UnknownSymbol,
    UnreadableRoot,
    UsageError,
)
from codeqa.domain.events import Answered, Enriched, Event, Indexed, Notice, Progress, Step
from codeqa.domain.protocols import ChatModel, Embedder, Reads
from codeqa.domain.symbols import (
    CALLABLE,
    CLASS_LIKE,
    CONFIDENCE,
    KINDS,
    Chunk,
    Edge,
    EdgeKind,
    Hit,
    Span,
    Strategy,
    Summary,
    Symbol,
    Unresolved,
)

if TYPE_CHECKING:
    from codeqa.domain.answers import (
        AbsenceCheck,
        Answer,
        Citation,
        Claim,
        ClaimCheck,
        CountCheck,
        DefinitionCheck,
        Dropped,
        EdgeCheck,
        Hop,
        PathCheck,
        QuoteCheck,
    )
    from codeqa.domain.cards import (
        Check,
        Embedding,
        Impact,
        LanguageReport,
        Listing,
        PathResult,
        Relation,
        Status,
        SymbolCard,
    )
    from codeqa.domain.chat import (
        ChatLimits,
        ChatMessage,
        ChatOptions,
        Delta,
        InstalledModel,
        ModelServer,
        Reply,
        ToolCall,
        ToolSpec,
    )
    from codeqa.domain.clarifying import Clarify, Option
    from codeqa.domain.facts import (
        Binding,
        ChunkFact,
        Definition,
        Facts,
        Import,
        Interface,
        Literal,
        Reference,
        Scope,
    )
    from codeqa.domain.leading import Heard, ModelCall, ToolUse
    from codeqa.domain.replays import Replay, Replayed

__all__ = [
    "CALLABLE",
    "CLASS_LIKE",
    "CONFIDENCE",
    "KINDS",
    "AbsenceCheck",
    "AmbiguousSymbol",
    "Answer",
    "Answered",
    "Binding",
    "BrokenReply",
    "ChatLimits",
    "ChatMessage",
    "ChatModel",
    "ChatOptions",
    "Check",
    "Chunk",
    "ChunkFact",
    "Citation",
    "Claim",
    "ClaimCheck",
    "Clarify",
    "CodeqaError",
    "ContextFull",
    "CountCheck",
    "Definition",
    "DefinitionCheck",
    "Delta",
    "Dropped",
    "Edge",
    "EdgeCheck",
    "EdgeKind",
    "Embedder",
    "Embedding",
    "Enriched",
    "Event",
    "Facts",
    "GrammarBroken",
    "Heard",
    "Hit",
    "Hop",
    "Impact",
    "Import",
    "IndexLocked",
    "Indexed",
    "InstalledModel",
    "Interface",
    "LanguageReport",
    "Listing",
    "Literal",
    "ModelCall",
    "ModelCancelled",
    "ModelRefused",
    "ModelServer",
    "ModelTimeout",
    "ModelUnavailable",
    "NoIndex",
    "NoSuchModel",
    "Notice",
    "Option",
    "PathCheck",
    "PathResult",
    "Progress",
    "QuoteCheck",
    "Reads",
    "Reference",
    "Relation",
    "Replay",
    "Replayed",
    "Reply",
    "SchemaTooNew",
    "Scope",
    "Span",
    "Status",
    "Step",
    "Strategy",
    "Summary",
    "Symbol",
    "SymbolCard",
    "ToolCall",
    "ToolSpec",
    "ToolUse",
    "UnknownSymbol",
    "UnreadableRoot",
    "Unresolved",
    "UsageError",
]

_LATE = {
    "answers": "Answer Citation Claim Dropped Hop AbsenceCheck ClaimCheck CountCheck DefinitionCheck EdgeCheck "
    "PathCheck QuoteCheck",
    "cards": "Check Embedding Impact LanguageReport Listing PathResult Relation Status SymbolCard",
    "chat": "ChatLimits ChatMessage ChatOptions Delta InstalledModel ModelServer Reply ToolCall ToolSpec",
    "clarifying": "Clarify Option",
    "leading": "Heard ModelCall ToolUse",
    "replays": "Replay Replayed",
    "facts": "Binding ChunkFact Definition Facts Import Interface Literal Reference Scope",
}
_MODULE_OF = {name: module for module, names in _LATE.items() for name in names.split()}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever has that name
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(f"codeqa.domain.{_MODULE_OF[name]}"), name)
    return value
