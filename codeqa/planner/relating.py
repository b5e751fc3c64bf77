"""Walks along a plan: run it, and tell what it found, each symbol with the edges that led to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias, TypeGuard

from codeqa.domain import CALLABLE, CLASS_LIKE, Edge, EdgeKind, Symbol
from codeqa.graph import HIERARCHY
from codeqa.notebook import Fact, Notebook
from codeqa.plan import Both, Call, Plan, Result, Row, Runner, piped
from codeqa.plan.wording import describe
from codeqa.planner import listing
from codeqa.planner import sentences as say
from codeqa.tools import Tools

SHOWN = 25
NUMBERS = ("count", "sites", "unresolved", "length")
Teller: TypeAlias = Callable[[Tools, Notebook, Symbol, str], None]
# Plans of one step from one symbol have a teller that knows more to say of it than the rows.
TELLERS: dict[str, Teller] = {
    "callers": listing.callers_or_uses,
    "instantiations": listing.callers_or_uses,
    "callees": listing.callees,
    "users": listing.uses,
    "raisers": listing.raised,
    "tests": listing.tests,
    "overriders": listing.overriders,
    "subclasses": listing.heirs,
    "implementers": listing.implementations,
    "readers": listing.readers,
    "writers": listing.writers,
}


def tell(tools: Tools, runner: Runner, book: Notebook, plan: Plan, part: str) -> Result:
    """Run a plan and write down what it found, for a part of the question."""
    result = runner.run(plan)
    book.plans.append(str(result.plan))
    found = runner.run(_without_number(result.plan)) if result.gives == "number" else result
    book.found(row.symbol for row in found.rows)
    if simple := _simple(tools, result.plan):
        TELLERS[simple[0]](tools, book, simple[1], part)
    else:
        _lead(tools, book, result, found, part)
        _rows(tools, book, found, part)
        _caveats(book, found)
    return result


def _simple(tools: Tools, plan: Plan) -> tuple[str, Symbol] | None:
    """Return the step and the symbol of a plan that is nothing more."""
    if not isinstance(plan, Call) or plan.name not in TELLERS or plan.options or not isinstance(plan.source, Call):
        return None
    symbol = tools.graph.symbol(str(plan.source.values[0])) if plan.source.name == "find" else None
    if symbol is None or (plan.name in ("callees", "callers") and symbol.kind == "module"):
        return None
    return plan.name, symbol


def _without_number(plan: Plan) -> Plan:
    return plan.source if isinstance(plan, Call) and plan.source is not None and plan.name in NUMBERS else plan


def wrong_kind(tools: Tools, plan: Plan) -> str:
    """Say which step asks of a symbol what its kind never has, "" if none does."""
    if isinstance(plan, Both):
        return wrong_kind(tools, plan.left) or wrong_kind(tools, plan.right)
    if plan.source is None:
        return ""
    symbol = tools.graph.symbol(str(plan.source.values[0])) if _finds(plan.source) else None
    if symbol is None:
        return wrong_kind(tools, plan.source)
    of_class = symbol.kind in CLASS_LIKE or symbol.external
    if plan.name in ("subclasses", "bases", "instantiations") and not of_class:
        verb = "creates one" if plan.name == "instantiations" else "inherits from it"
        return f"{symbol.label} is {say.kind_of(symbol)}: nothing {verb}"
    return ""


def _finds(plan: Plan) -> TypeGuard[Call]:
    return isinstance(plan, Call) and plan.name == "find"


def words(tools: Tools, plan: Plan) -> str:
    """Return what a plan finds, in English."""

    def named(key: str) -> str:
        symbol = tools.graph.symbol(key)
        return say.named(symbol) if symbol is not None else say.code(key)

    return describe(_without_number(plan), named)


def _lead(tools: Tools, book: Notebook, result: Result, found: Result, part: str) -> None:
    number = result.number if result.gives == "number" else len(found.rows)
    counted = result.plan if result.gives == "number" else piped(result.plan, "count")
    what = words(tools, result.plan)
    at_places = isinstance(result.plan, Call) and result.plan.name == "sites"
    if not number:
        text = f"The index holds no {what}" + _among(found)
        book.add(say.count(text, 0, counted, "" if found.unresolved else part))
        return
    place = say.heads(found.rows[0].symbol) if found.rows else ()
    if at_places:
        text = f"{what[:1].upper()}{what[1:]} stand at {say.counted(number, 'place')}"
    else:
        text = f"There are {number} {what}" if number > 1 else f"One symbol is among the {what}"
    book.add(say.count(f"{text}{':' if found.rows else '.'}", number, counted, part, place))


def _among(found: Result) -> str:
    """Say how far absence can be claimed."""
    if not found.unresolved:
        return "."
    return f"; {say.counted(len(found.unresolved), 'unresolved call site')} could add to that."


def _rows(tools: Tools, book: Notebook, found: Result, part: str) -> None:
    ordered = sorted(found.rows, key=lambda r: tools.is_test(r.symbol))
    for row in ordered[:SHOWN]:
        book.add(_row(tools, row, part))
        book.walk([e for e in row.edges if e.kind is not EdgeKind.CONTAINS] or row.edges)
    if len(ordered) > SHOWN:
        book.unknown(f"{len(ordered) - SHOWN} more are not listed here; codeqa query lists them all, with the plan")


def _row(tools: Tools, row: Row, part: str) -> Fact:
    """One symbol with what was found of it."""
    edges = [e for e in row.edges if e.kind is not EdgeKind.CONTAINS]
    if row.symbol.kind in CALLABLE and any(e.kind in HIERARCHY for e in edges):  # a member of an heir: what it replaces
        edges += [r.edge for r in tools.graph.overridden(row.symbol.id)[:1] if r.edge not in edges]
    if not edges:
        text = f"{say.named(row.symbol)}, {say.kind_of(row.symbol)} at {row.symbol.cite}."
        return Fact(text, say.heads(row.symbol), "definition", symbols=(row.symbol,), part=part, item=True)
    places = tuple(dict.fromkeys(say.site(e, tools.graph.symbol(e.src)) for e in edges))
    text = f"{say.cited(row.symbol)}: {_clauses(tools, row.symbol, edges)}."
    return Fact(text, (*say.heads(row.symbol), *places), "edge", edges=tuple(edges), part=part, item=True)


def _clauses(tools: Tools, symbol: Symbol, edges: Sequence[Edge]) -> str:
    """The edges of a row in words, those of the symbol itself first."""
    ends = tools.graph.symbols(k for e in edges for k in (e.src, e.dst))
    own = [e for e in edges if e.src == symbol.id]
    rest = [e for e in reversed(edges) if e.src != symbol.id]
    said: list[str] = []
    for edge in dict.fromkeys([*own, *rest]):
        src, dst = ends.get(edge.src), ends.get(edge.dst)
        start = "" if edge.src == symbol.id else f"{say.named(src) if src else say.code(edge.src)} "
        end = "it" if edge.dst == symbol.id else say.named(dst) if dst else say.code(edge.dst)
        said.append(f"{start}{say.VERBS.get(edge.kind, str(edge.kind))} {end} at {edge.site}{say.sure(edge)}")
    return "; ".join(dict.fromkeys(said))


def _caveats(book: Notebook, found: Result) -> None:
    for note in found.notes:
        book.unknown(note)
    if found.unresolved:
        shown = ", ".join(f"{s.path}:{s.line}" for s in found.unresolved[:5])
        more = f" and {len(found.unresolved) - 5} more" if len(found.unresolved) > 5 else ""
        book.unknown(
            f"{say.counted(len(found.unresolved), 'call site')} of these names could not be resolved: {shown}{more}"
        )
