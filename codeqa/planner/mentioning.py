"""How a question has to name a symbol so that exactly that one is understood."""

from __future__ import annotations

import re

from codeqa.domain import Symbol
from codeqa.planner.link import Linker
from codeqa.tools import Tools

MANY = 200  # symbols of one name: to compare them all takes too long for a list that is made with every key
_PLAIN = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")


def mention(tools: Tools, symbol: Symbol) -> str:
    """Return `@Class.method` where that means this symbol alone; else its id or its place, as a question reads them."""
    label, line = symbol.label, f"{symbol.span.path}:{symbol.name_line}"
    forms = [f"@{symbol.id}", f"`{symbol.id}`", f"@{line}", f"`{line}`"]
    if symbol.qualname and _PLAIN.fullmatch(label) and tools.searcher.picker.namesakes(symbol.name) <= MANY:
        forms.insert(0, f"@{label}")
    return next((written for written in forms if _means(tools, written, symbol)), f"`{symbol.id}`")


def _means(tools: Tools, written: str, symbol: Symbol) -> bool:
    linker = Linker(tools, written)
    name = written.strip("@`")
    return linker.written(written) == [name] and linker.name(name).symbols == (symbol,)
