"""Questions to begin with, about what is used most in the repository at hand; each is known to have an answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codeqa.domain import CALLABLE, Symbol
from codeqa.graph import CALLS
from codeqa.tools import Tools

LOOKED_AT = 12  # of those that are used most
FEW, MOST = 2, 60  # callers of what is asked about: something to tell, and not a hub
STEPS = 3  # back from it, for how it is reached


def examples(tools: Tools, used_most: Sequence[Symbol]) -> list[str]:
    """Return up to three questions by names that mean one thing: who calls, how is it reached, what breaks.

    `used_most`: symbols of the repository, those first that are used most. Fewer where it has too little to ask about.
    """
    fit = list(_fit(tools, used_most))
    if not fit:
        return []
    first, *others = fit
    found = [f"who calls `{first.qualname}`"]
    for symbol in [*others, first]:
        start = _start(tools, symbol)
        if start is not None:
            found.append(f"how does `{start.qualname}` reach `{symbol.qualname}`")
            others = [other for other in others if other is not symbol] or others
            break
    found += [f"what breaks if I change `{other.qualname}`" for other in others[:1]]
    return found


def _fit(tools: Tools, symbols: Sequence[Symbol]) -> Iterator[Symbol]:
    """Yield what can be called, by some, and is meant by its name alone."""
    looked = 0
    for symbol in symbols:
        if symbol.kind not in CALLABLE or symbol.name.startswith("_") or tools.is_test(symbol) or looked == LOOKED_AT:
            continue
        looked += 1
        callers = {r.symbol.id for r in tools.callers(symbol, MOST + 1).relations if not tools.is_test(r.symbol)}
        if FEW <= len(callers) <= MOST and _plain(tools, symbol):
            yield symbol


def _start(tools: Tools, symbol: Symbol) -> Symbol | None:
    """Return what leads to a symbol in the most steps of sure calls, up to STEPS; None if in no more than one."""
    seen, level = {symbol.id}, [symbol.id]
    found: Symbol | None = None
    for step in range(STEPS):
        edges = [edge for edge in tools.graph.incoming(level, CALLS) if edge.strategy.confidence > 0.9]
        level = list(dict.fromkeys(edge.src for edge in edges if edge.src not in seen))[:MOST]
        seen |= set(level)
        holders = tools.graph.symbols(level)
        callers = [holders[key] for key in level if key in holders]
        good = [s for s in callers if s.kind in CALLABLE and not tools.is_test(s) and _plain(tools, s)]
        if step and good:
            found = good[0]
    return found


def _plain(tools: Tools, symbol: Symbol) -> bool:
    return "`" not in symbol.qualname and [found.id for found in tools.candidates(symbol.qualname)] == [symbol.id]
