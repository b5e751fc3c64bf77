"""Short names for what a walk has met: S12 a symbol, F4 a fact, R2 lines that were read.

A model may name nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from codeqa.domain import Symbol
from codeqa.notebook import Fact, Place
from codeqa.planner import sentences as say
from codeqa.tools import Tools

MARK = re.compile(r"[\[(]\s*([SFR]\d{1,4}(?::\d+(?:-\d+)?)?(?:\s*[,;]\s*[SFR]\d{1,4}(?::\d+(?:-\d+)?)?)*)\s*[\])]")
_WITH_SPACE = re.compile(rf"\s*{MARK.pattern}")
_ONE = re.compile(r"([SFR]\d{1,4})(?::(\d+)(?:-(\d+))?)?")
_AS_IS = r"(?P<as_is>`[^`\n]*`|\"[^\"\n]*\")"  # code and quotes, in which nothing is a mark or a handle
_BARE = re.compile(rf"{_AS_IS}|(?<![\w`/.])S\d{{1,4}}\b(?![`/.]\w)")
_NUMBER = re.compile(rf"{_AS_IS}|\s*\[\d{{1,4}}(?:\s*[,;]\s*\d{{1,4}})*\]")  # of a citation, which only codeqa gives


@dataclass(frozen=True, slots=True)
class Source:
    """What a mark of a sentence stands for: facts to be checked again, and lines to be cited."""

    facts: tuple[Fact, ...] = ()
    places: tuple[Place, ...] = ()
    symbols: tuple[Symbol, ...] = ()


class Handles:
    """Gives handles in the order of meeting, each thing one, and finds things by them."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._symbols: dict[str, Symbol] = {}
        self._depths: dict[str, int] = {}
        self._facts: dict[str, Fact] = {}
        self._said: dict[str, list[str]] = {}  # what facts say, and those that say so
        self._reads: dict[str, Place] = {}
        self._known: dict[object, str] = {}

    # ---------------------------------------------------------------------------------------------------------- giving

    def symbol(self, symbol: Symbol, depth: int = 0) -> str:
        """Return the handle of a symbol; `depth` counts the steps from what the question is about."""
        handle = self._known.get(symbol.id)
        if handle is None:
            handle = self._known[symbol.id] = f"S{len(self._symbols) + 1}"
            self._symbols[handle] = symbol
            self._depths[handle] = depth
        self._depths[handle] = min(depth, self._depths[handle])
        return handle

    def fact(self, fact: Fact, shown: str = "") -> str:
        """Return the handle of a fact, which is shown as `shown`; the same words about the same lines are one."""
        key = (fact.text, fact.places)
        if key not in self._known:
            handle = self._known[key] = f"F{len(self._facts) + 1}"
            self._facts[handle] = fact
            for text in (fact.text, shown or fact.text):
                self._said.setdefault(_plain(text), []).append(handle)
        return self._known[key]

    def read(self, place: Place) -> str:
        """Return the handle of lines that were read."""
        if place not in self._known:
            self._known[place] = f"R{len(self._reads) + 1}"
            self._reads[self._known[place]] = place
        return self._known[place]

    # --------------------------------------------------------------------------------------------------------- finding

    def meant(self, handle: str) -> Symbol | None:
        """Return the symbol of a handle."""
        return self._symbols.get(handle.strip().strip("[]`").upper())

    def place(self, handle: str) -> Place | None:
        """Return the lines of a handle of lines."""
        return self._reads.get(handle.strip().strip("[]`").upper())

    def has(self, symbol: Symbol) -> bool:
        """Tell whether a symbol has a handle."""
        return symbol.id in self._known

    def depth(self, symbol: Symbol) -> int:
        """Return how many steps a symbol is away from what the question is about; 0 for one that was not met."""
        return self._depths.get(self._known.get(symbol.id, ""), 0)

    def latest(self, most: int) -> list[str]:
        """Return the handles of the symbols that were met last, newest last."""
        return list(self._symbols)[-most:]

    def facts(self) -> dict[str, Fact]:
        """Return all facts by handle."""
        return dict(self._facts)

    def known(self, text: str, marks: Sequence[str] = ()) -> Fact | None:
        """Return the fact that says just this, or was shown as this, if there is one; of several that of the marks."""
        handles = self._said.get(_plain(text), [])
        return next((self._facts[h] for h in [*(m for m in marks if m in handles), *handles]), None)

    def source(self, mark: str) -> Source | None:
        """Return what a mark such as F4, S2, S2:10-12 or R1:30 stands for; None if it is none of those given."""
        match = _ONE.fullmatch(mark.strip())
        if match is None:
            return None
        handle, first, last = match.groups()
        if fact := self._facts.get(handle):
            return Source((fact,), fact.places, fact.symbols)
        symbol = self._symbols.get(handle)
        whole = self._reads.get(handle) or (say.body(symbol) if symbol is not None and symbol.span.path else None)
        if symbol is not None and first is None:
            return Source((say.definition(symbol),), (whole,) if whole else (), (symbol,))
        if whole is None:
            return None
        start = int(first or whole.start_line)
        end = int(last or first or whole.end_line)
        limit = symbol.span.end_line if symbol is not None else whole.end_line
        if not whole.start_line <= start <= end <= limit:
            return None
        return Source((), (replace(whole, start_line=start, end_line=end),), (symbol,) if symbol is not None else ())

    # ------------------------------------------------------------------------------------------------------- sentences

    def marks(self, text: str) -> tuple[str, list[str]]:
        """Return a sentence without its marks, with names in the place of handles of symbols, and the marks."""
        found = [mark.strip() for group in MARK.findall(text) for mark in re.split(r"[,;]", group)]
        bare = " ".join(_NUMBER.sub(_as_is, _WITH_SPACE.sub("", text)).split())
        return _BARE.sub(self._named, bare), found

    def _named(self, match: re.Match[str]) -> str:
        symbol = None if match["as_is"] else self._symbols.get(match.group())
        return say.named(symbol) if symbol is not None and not self._is_word(match.group()) else match.group()

    def _is_word(self, handle: str) -> bool:
        """Tell whether the repository speaks of what looks like a handle, as of the storage S3."""
        return bool(self._tools.store.document_frequency([handle.lower()])[handle.lower()])


def _as_is(match: re.Match[str]) -> str:
    return match["as_is"] or ""


def _plain(text: str) -> str:
    return " ".join(text.replace("`", "").lower().split()).rstrip(".")
