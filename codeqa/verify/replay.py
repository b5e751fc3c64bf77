"""An answer that was written earlier, against the tree and the graph as they are now: which claims still hold?"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Mapping
from itertools import pairwise

from codeqa import files
from codeqa.domain import (
    AbsenceCheck,
    Citation,
    ClaimCheck,
    CountCheck,
    DefinitionCheck,
    Edge,
    EdgeCheck,
    EdgeKind,
    PathCheck,
    QuoteCheck,
    Replay,
    Replayed,
    Strategy,
)
from codeqa.graph import TRUSTED
from codeqa.plan import Runner
from codeqa.tools import Tools
from codeqa.verify import absence, plans, recorded, spelling
from codeqa.verify.facts import MAX_QUOTE_LINES, words_of
from codeqa.verify.recorded import Recorded, RecordedAnswer
from codeqa.verify.spelling import Spelling

SECONDS = 60.0  # that all plans of an answer may take together
_SPACE = re.compile(r"\s+")


def replay(answer: Mapping[str, object], tools: Tools) -> Replay:
    """Replay every check of every claim of an answer, as `codeqa ask --json` wrote it.

    Raises:
        UsageError: it is no answer.
    """
    return _Replayer(recorded.read(answer), tools).run()


class _Outcome:
    """What came of the checks of one claim."""

    def __init__(self) -> None:
        self.reasons: list[str] = []
        self.moved: list[str] = []


class _Replayer:
    """Replays one answer. Reads each file once."""

    def __init__(self, answer: RecordedAnswer, tools: Tools) -> None:
        self._answer = answer
        self._tools = tools
        self._runner = Runner(tools)
        self._lines: dict[str, list[bytes] | str] = {}
        self._left = SECONDS

    def run(self) -> Replay:
        claims = tuple(self._claim(claim) for claim in self._answer.claims)
        notes = []
        if any(claim.checks is None for claim in self._answer.claims):
            notes.append("written before claims carried their checks: only the cited bytes could be replayed")
        return Replay(self._answer.question, claims, tuple(notes), self._tools.store.generation)

    def _claim(self, claim: Recorded) -> Replayed:
        if claim.wrong:
            return Replayed(claim.text, "broken", (f"its checks cannot be read: {claim.wrong}",))
        if claim.verdict != "verified":
            return Replayed(claim.text, "unchecked", ("it was not verified when it was written",))
        outcome = _Outcome()
        if claim.checks is None:
            for number in claim.citations:
                self._citation(number, outcome)
            count = len(claim.citations)
        else:
            for check in claim.checks:
                self._check(check, outcome)
            count = len(claim.checks)
        if not count:
            return Replayed(claim.text, "unchecked", ("nothing of it can be replayed",))
        state = "broken" if outcome.reasons else "moved" if outcome.moved else "holds"
        return Replayed(claim.text, state, _once(outcome.reasons), _once(outcome.moved), count)

    def _check(self, check: ClaimCheck, outcome: _Outcome) -> None:
        if isinstance(check, DefinitionCheck):
            self._definition(check, outcome)
        elif isinstance(check, EdgeCheck):
            self._edge(check, outcome)
        elif isinstance(check, PathCheck):
            self._path(check, outcome)
        elif isinstance(check, CountCheck):
            self._count(check, outcome)
        elif isinstance(check, QuoteCheck):
            self._quote(check, outcome)
        else:
            self._absence(check, outcome)

    # ---------------------------------------------------------------------------------------------------------- graph

    def _definition(self, check: DefinitionCheck, outcome: _Outcome) -> None:
        now = self._tools.store.symbol(check.symbol)
        if now is None:
            outcome.reasons.append(self._gone(check.symbol, check.path) + self._elsewhere(check.symbol))
            return
        if now.external:
            return
        if now.span.path != check.path or now.name != check.name:
            outcome.reasons.append(f"{check.symbol} is {now.name} in {now.span.path}")
            return
        if now.kind == "module":
            if isinstance(trouble := self._read(now.span.path), str):
                outcome.reasons.append(trouble)
            return
        if not self._spelling(now.span.path).has(self._line(now.span.path, now.name_line), now.name):
            outcome.reasons.append(f"{now.cite} does not name {now.name} any more")
        elif now.name_line != check.line:
            outcome.moved.append(f"{now.label} moved from line {check.line} to {now.cite}")

    def _gone(self, symbol: str, path: str) -> str:
        if path and isinstance(trouble := self._read(path), str):
            return trouble
        return f"{symbol} is not in the index any more"

    def _elsewhere(self, symbol: str) -> str:
        """Say where else something has the qualified name of a symbol that is gone."""
        _, inside, name = symbol.rpartition("::")
        found = self._tools.store.symbols_qualified(name) if inside and name else []
        kept = [s for s in found if not s.external and s.label == name]
        return f"; {name} is now at {kept[0].cite}" if len(kept) == 1 else ""

    def _edge(self, check: EdgeCheck, outcome: _Outcome) -> None:
        found = self._edges(check)
        if not found:
            outcome.reasons.append(self._no_edge(check))
            return
        line = int(check.site.rpartition(":")[2])
        edge = min(found, key=lambda e: (e.site != check.site, abs(e.line - line)))
        if edge.kind is not EdgeKind.CONTAINS and (lacking := self._lacking(edge.path, edge.line, edge.name)):
            outcome.reasons.append(f"{edge.site} does not name {lacking} any more")
        elif edge.site != check.site:
            outcome.moved.append(f"the line that states it moved from {check.site} to {edge.site}")

    def _edges(self, check: EdgeCheck) -> list[Edge]:
        """Return the edges that say now what one said then, and are as sure."""
        kind = EdgeKind(check.edge)
        found = [e for e in self._tools.store.edges_from([check.src], {kind}) if e.dst == check.dst]
        if kind is EdgeKind.CALLS and check.strategy == Strategy.DISPATCH:
            found += [e for e in self._tools.graph.outgoing([check.src], {kind}) if e.dst == check.dst]
        return [e for e in found if e.strategy in TRUSTED or e.strategy == check.strategy]

    def _no_edge(self, check: EdgeCheck) -> str:
        known = self._tools.store.symbols([check.src, check.dst])
        for key in (check.src, check.dst):
            if key not in known:
                return self._gone(key, "" if key.startswith("external::") else key.partition("::")[0])
        sites = [s for s in self._tools.store.unresolved_from([check.src]) if s.name == check.name]
        unresolved = f"; {sites[0].path}:{sites[0].line} names {check.name} and could not be resolved" if sites else ""
        names = known[check.src].label, known[check.dst].label
        return f"the edge does not exist any more: {names[0]} {check.edge} {names[1]}{unresolved}"

    def _path(self, check: PathCheck, outcome: _Outcome) -> None:
        for before, after in pairwise(check.edges):
            if before.dst != after.src:
                outcome.reasons.append(f"the chain breaks between {before.dst} and {after.src}")
                return
        for edge in check.edges:
            self._edge(edge, outcome)

    def _count(self, check: CountCheck, outcome: _Outcome) -> None:
        if self._left <= 0:
            outcome.reasons.append(f"not counted again: the plans of this answer take more than {SECONDS:.0f} seconds")
            return
        began = time.monotonic()
        now, trouble = plans.count(self._runner, check.plan)
        self._left -= time.monotonic() - began
        if trouble:
            outcome.reasons.append(trouble)
        elif now != check.number:
            outcome.reasons.append(f"the count is now {now}, not {check.number}: {check.plan}")

    def _absence(self, check: AbsenceCheck, outcome: _Outcome) -> None:
        found = absence.look(self._tools, check)
        if found.stated:
            outcome.reasons.append(f"{found.stated[0].site} states what was not there")
        elif found.doubts:
            outcome.reasons.append(f"it cannot be ruled out any more: {found.doubts[0]}")

    # ---------------------------------------------------------------------------------------------------------- bytes

    def _quote(self, check: QuoteCheck, outcome: _Outcome) -> None:
        citation = self._answer.citations.get(check.citation)
        if citation is None:
            outcome.reasons.append(f"it rests on citation {check.citation}, which the answer does not have")
            return
        lines = self._read(citation.path)
        if isinstance(lines, str):
            outcome.reasons.append(lines)
            return
        start, end = citation.start_line, min(citation.end_line, citation.start_line + MAX_QUOTE_LINES - 1)
        if _says(lines[start - 1 : end], check.text):
            return
        if at := _find(lines, check.text, end - start + 1):
            outcome.moved.append(f"the quote moved from {citation.path}:{start} to line {at}")
        else:
            outcome.reasons.append(f"{citation.path}:{start} does not say that any more, nor does the rest of the file")

    def _citation(self, number: int, outcome: _Outcome) -> None:
        """Look for cited lines, byte by byte: at their place, else elsewhere in their file."""
        citation = self._answer.citations.get(number)
        if citation is None:
            outcome.reasons.append(f"it rests on citation {number}, which the answer does not have")
            return
        lines = self._read(citation.path)
        if isinstance(lines, str):
            outcome.reasons.append(lines)
            return
        raw = b"\n".join(lines[citation.start_line - 1 : citation.end_line])
        if hashlib.sha256(raw).hexdigest() == citation.sha256:
            return
        if at := _block(lines, citation):
            outcome.moved.append(f"the cited lines moved from {citation.path}:{citation.start_line} to line {at}")
        else:
            outcome.reasons.append(f"{citation.path}:{citation.start_line} does not say that any more")

    def _lacking(self, path: str, line: int, name: str) -> str:
        """Return what a line does not have of the name of an edge, "" if it has it."""
        return self._spelling(path).lacking(self._line(path, line), name)

    def _spelling(self, path: str) -> Spelling:
        record = self._tools.store.file(path)
        return spelling.of(record.language if record is not None else "")

    def _line(self, path: str, line: int) -> str:
        """Return a line of a file as it is now, "" if there is none."""
        lines = self._read(path)
        if isinstance(lines, str) or not 0 < line <= len(lines):
            return ""
        return lines[line - 1].decode("utf-8", "replace")

    def _read(self, path: str) -> list[bytes] | str:
        """Return the lines of a file as it is now, or why there are none."""
        if path not in self._lines:
            source = files.read(self._tools.root, path, self._tools.settings)
            if isinstance(source, files.Skip):
                gone = source is files.Skip.VANISHED
                self._lines[path] = f"{path} is gone" if gone else f"{path} cannot be read ({source})"
            else:
                self._lines[path] = source.data.split(b"\n")
        return self._lines[path]


def _once(texts: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


def _says(lines: list[bytes], quote: str) -> bool:
    text = b"\n".join(lines).decode("utf-8", "replace")
    return _SPACE.sub(" ", quote).strip() in _SPACE.sub(" ", text) or quote in words_of(text)


def _find(lines: list[bytes], quote: str, height: int) -> int:
    """Return the line at which a text of so many lines at most begins, 0 if it is nowhere."""
    if not _says(lines, quote):
        return 0
    windows = (n for n in range(len(lines)) if _says(lines[n : n + height], quote))
    first = next(windows, None)
    if first is None:
        return 0
    while height > 1 and first + 1 < len(lines) and _says(lines[first + 1 : first + height], quote):
        first, height = first + 1, height - 1
    return first + 1


def _block(lines: list[bytes], citation: Citation) -> int:
    """Return the line at which cited lines stand now, 0 if they do not; their hash decides."""
    height = citation.end_line - citation.start_line + 1
    if not citation.quote or citation.quote.count("\n") + 1 != height:
        return 0
    head = citation.quote.partition("\n")[0]
    for at in range(len(lines) - height + 1):
        if lines[at].decode("utf-8", "replace") == head:
            raw = b"\n".join(lines[at : at + height])
            if hashlib.sha256(raw).hexdigest() == citation.sha256:
                return at + 1
    return 0
