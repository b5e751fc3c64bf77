"""The last word: a fact becomes a claim only if the bytes and edges it rests on are there when the answer is given."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from codeqa import files, sanitise
from codeqa.domain import (
    Citation,
    Claim,
    ClaimCheck,
    CountCheck,
    DefinitionCheck,
    Dropped,
    Edge,
    EdgeCheck,
    EdgeKind,
    PathCheck,
    QuoteCheck,
    Strategy,
    Symbol,
)
from codeqa.notebook import Fact, Place
from codeqa.plan import Runner, parse
from codeqa.tools import Tools
from codeqa.verify import spelling
from codeqa.verify.spelling import Spelling

MAX_QUOTE_LINES = 60
_SPACE = re.compile(r"\s+")
_TWIN = re.compile(r"#\d+(?=\.|$)")
_MARKER = re.compile(r"^[ \t]*(?:/\*+!?|\*+(?!/)|//+!?|#+|--+|;+|\"\"\"|''')?[ \t]?|[ \t]*\**\*/[ \t]*$", re.M)


def words_of(text: str) -> str:
    """Return the words of lines as one line, the markers of comments left out."""
    return _SPACE.sub(" ", _MARKER.sub("", text)).strip()


def edge_check(edge: Edge) -> EdgeCheck:
    """Return what has to be looked up to find an edge again."""
    return EdgeCheck(edge.src, str(edge.kind), edge.dst, edge.site, str(edge.strategy), edge.name)


def definition_check(symbol: Symbol) -> DefinitionCheck:
    """Return what has to be looked up to find a definition again."""
    return DefinitionCheck(symbol.id, symbol.span.path, symbol.name_line if symbol.span.path else 0, symbol.name)


def _recorded(fact: Fact, numbers: tuple[int, ...]) -> tuple[ClaimCheck, ...]:
    """Return the checks of a fact that held, as an answer records them."""
    if fact.check == "definition":
        return tuple(definition_check(symbol) for symbol in fact.symbols)
    if fact.check == "edge":
        return tuple(edge_check(edge) for edge in fact.edges)
    if fact.check == "path":
        return (PathCheck(tuple(edge_check(edge) for edge in fact.edges)),)
    return (CountCheck(fact.plan, fact.count),) if fact.check == "count" else (QuoteCheck(numbers[0], fact.quote),)


@dataclass(slots=True)
class Verified:
    """Claims that held, what was dropped, and the citations they share."""

    claims: list[Claim] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    parts: set[str] = field(default_factory=set)  # parts of the question that a verified claim covers
    stale: list[str] = field(default_factory=list)  # cited files whose bytes are no longer those that were indexed


class Verifier:
    """Checks facts against the tree as it is now. Reads each file once."""

    def __init__(self, tools: Tools) -> None:
        self._root = tools.root
        self._store = tools.store
        self._graph = tools.graph
        self._settings = tools.settings
        self._runner = Runner(tools)
        self._lines: dict[str, list[bytes]] = {}
        self._stale: dict[str, bool] = {}
        self._numbers: dict[Place, int] = {}

    def verify(self, facts: Iterable[Fact], into: Verified | None = None) -> Verified:
        """Check every fact and number the citations of those that hold; add them to `into`, if it is given."""
        result = Verified() if into is None else into
        for fact in facts:
            reason = self._refutation(fact)
            if reason:
                result.dropped.append(Dropped(fact.text, sanitise.line(reason)))
                continue
            numbers = self.cite(fact.places, result)
            if fact.places and not numbers:
                result.dropped.append(Dropped(fact.text, "the cited lines are gone"))
                continue
            result.claims.append(Claim(fact.text, numbers, "verified", fact.check, _recorded(fact, numbers)))
            if fact.part and fact.check in ("edge", "path", "count", "definition"):
                result.parts.add(fact.part)
        result.stale = sorted(path for path, stale in self._stale.items() if stale)
        return result

    def cite(self, places: Iterable[Place], result: Verified) -> tuple[int, ...]:
        """Return the numbers of citations of lines, each once; lines that are gone have none."""
        return tuple(dict.fromkeys(n for place in places if (n := self._cite(place, result))))

    def refutation(self, facts: Iterable[Fact]) -> str:
        """Say why the first of several facts that does not hold does not; "" if all hold."""
        return self._first(self._refutation(fact) for fact in facts)

    # --------------------------------------------------------------------------------------------------------- checks

    def _refutation(self, fact: Fact) -> str:
        """Say why a fact does not hold, "" if it does."""
        if fact.check == "definition":
            return self._first(self._definition(symbol) for symbol in fact.symbols)
        if fact.check == "edge":
            return self._first(self._edge(edge) for edge in fact.edges)
        if fact.check == "path":
            return self._path(fact.edges)
        if fact.check == "count":
            now = self._runner.number(parse(fact.plan))
            return "" if now == fact.count else f"the index holds {now}, not {fact.count}"
        if fact.check == "quote":
            return self._quote(fact.places[0], fact.quote)
        return f"nothing is known about the check {fact.check!r}"

    @staticmethod
    def _first(reasons: Iterable[str]) -> str:
        return next((reason for reason in reasons if reason), "")

    def _definition(self, symbol: Symbol) -> str:
        if symbol.external:
            return ""
        now = self._store.symbol(symbol.id)
        if now is None:
            return f"{symbol.id} is not in the index"
        if now.kind == "module":
            return "" if self._read(now.span.path) is not None else f"{now.span.path} cannot be read"
        if not self._spelling(now.span.path).has(self._line(now.span.path, now.name_line), now.name):
            return f"{now.cite} does not name {now.name} any more"
        return ""

    def _edge(self, edge: Edge) -> str:
        if not self._stored(edge):
            return f"the index holds no such edge at {edge.site}"
        if edge.kind is EdgeKind.CONTAINS:
            return ""
        lacking = self._lacking(edge.path, edge.line, edge.name)
        return f"{edge.site} does not name {lacking} any more" if lacking else ""

    def _stored(self, edge: Edge) -> bool:
        if edge.strategy is not Strategy.DISPATCH:
            return any(
                found.dst == edge.dst and found.start_byte == edge.start_byte
                for found in self._store.edges_from([edge.src], {edge.kind})
            )
        return any(
            edge.dst in self._graph.overridden_by([found.dst]).get(found.dst, ())
            for found in self._store.edges_from([edge.src], {edge.kind})
            if found.start_byte == edge.start_byte
        )

    def _path(self, edges: Sequence[Edge]) -> str:
        for before, after in pairwise(edges):
            if before.dst != after.src:
                return f"the chain breaks between {before.dst} and {after.src}"
        return self._first(self._edge(edge) for edge in edges)

    def _quote(self, place: Place, quote: str) -> str:
        lines = self._read(place.path)
        if lines is None:
            return f"{place.path} cannot be read"
        text = b"\n".join(lines[place.start_line - 1 : place.end_line]).decode("utf-8", "replace")
        found = _SPACE.sub(" ", quote).strip() in _SPACE.sub(" ", text) or quote in words_of(text)
        return "" if found else f"{place.path}:{place.start_line} does not say that"

    # ---------------------------------------------------------------------------------------------------------- bytes

    def _lacking(self, path: str, line: int, name: str) -> str:
        """Return what a line does not have of the name of an edge, "" if it has it."""
        return self._spelling(path).lacking(self._line(path, line), name)

    def _spelling(self, path: str) -> Spelling:
        record = self._store.file(path)
        return spelling.of(record.language if record is not None else "")

    def _line(self, path: str, line: int) -> str:
        """Return a line of a file as it is now, "" if there is none."""
        lines = self._read(path)
        if lines is None or not 0 < line <= len(lines):
            return ""
        return lines[line - 1].decode("utf-8", "replace")

    def _read(self, path: str) -> list[bytes] | None:
        """Return the lines of a file as it is now, None if it is gone."""
        if path not in self._lines:
            source = files.read(self._root, path, self._settings)
            if isinstance(source, files.Skip):
                self._stale[path] = True
                return None
            record = self._store.file(path)
            self._stale[path] = record is None or record.sha256 != source.sha256
            self._lines[path] = source.data.split(b"\n")
        return self._lines[path]

    def _cite(self, place: Place, result: Verified) -> int:
        """Return the number of a citation, 0 if its lines are gone."""
        if place in self._numbers:
            return self._numbers[place]
        lines = self._read(place.path)
        end = min(place.end_line, place.start_line + MAX_QUOTE_LINES - 1)
        if lines is None or not 0 < place.start_line <= len(lines):
            return 0
        end = min(end, len(lines))
        raw = b"\n".join(lines[place.start_line - 1 : end])
        number = len(result.citations) + 1
        result.citations.append(
            Citation(
                number,
                place.path,
                place.start_line,
                end,
                _TWIN.sub("", place.symbol),
                hashlib.sha256(raw).hexdigest(),
                self._store.generation,
                raw.decode("utf-8", "replace"),
            )
        )
        self._numbers[place] = number
        return number
