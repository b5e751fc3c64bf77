"""Walks about one or two symbols: where they are, what they do, how they differ."""

from __future__ import annotations

import re

from codeqa import terms
from codeqa.domain import CALLABLE, CLASS_LIKE, EdgeKind, Relation, Strategy, Symbol
from codeqa.notebook import Fact, Notebook
from codeqa.planner import sentences as say
from codeqa.tools import Tools

SHOWN = 6
DIFFERENCE = "difference"  # part of a comparison: what the two share, and what only one of them has


def describe(tools: Tools, book: Notebook, symbol: Symbol, part: str, *, deep: bool = True) -> None:
    """Say what a symbol is, what its documentation says, what it checks, calls and raises, and who uses it."""
    book.add(say.definition(symbol, part))
    if symbol.external:
        _external(tools, book, symbol)
        return
    twins = tools.graph.symbols(tools.itself(symbol)).values()  # C documents the declaration
    documented = (doc for s in (symbol, *twins) if s.label == symbol.label and (doc := say.documentation(tools, s)))
    if said := next(documented, None):
        book.add(said)
    if symbol.kind in CLASS_LIKE:
        _class(tools, book, symbol, part)
    elif symbol.kind in CALLABLE:
        _callable(tools, book, symbol, part, deep=deep)
    elif symbol.kind == "module":
        _module(tools, book, symbol)
    else:
        _value(tools, book, symbol)
    if deep:
        users(tools, book, symbol)


def _callable(tools: Tools, book: Notebook, symbol: Symbol, part: str, *, deep: bool) -> None:
    for guard in say.guards(tools, symbol, SHOWN if deep else 2):
        book.add(guard)
    keys = [symbol.id, *tools.graph.nested([symbol.id])]
    for edge in tools.graph.outgoing(keys, {EdgeKind.RAISES})[:3]:
        if fact := say.relation(tools, edge, part):
            book.add(fact)
            book.walk([edge])
    for fact in say.callees(tools, symbol, tools.callees(symbol, 500).relations):
        book.add(fact)
        book.walk(fact.edges)
    for found in tools.graph.overridden(symbol.id)[:2]:
        if fact := say.relation(tools, found.edge, part):
            book.add(fact)
    overriding = tools.graph.overriding(symbol.id)
    if overriding:
        _named_count(tools, book, f"{say.named(symbol)} is overridden by", overriding, part)


def _class(tools: Tools, book: Notebook, symbol: Symbol, part: str) -> None:
    for found in tools.graph.bases(symbol.id):
        if found.depth == 1 and (fact := say.relation(tools, found.edge, part)):
            book.add(fact)
            book.walk([found.edge])
    members = [m for m in tools.graph.members(symbol.id) if m.label == m.qualname and m.name[:1] not in ("_", "#")]
    methods = [m for m in members if m.kind in CALLABLE]
    if methods:
        shown = list({m.name: m for m in reversed(methods)}.values())[::-1]
        text = f"Its methods include {_capped([say.code(m.name) for m in shown], 8)}."
        shown = shown[:8]
        book.add(Fact(text, tuple(say.head(m) for m in shown), "definition", symbols=tuple(shown)))
    derived = tools.graph.derived(symbol.id)
    if derived:
        _named_count(tools, book, f"{say.named(symbol)} is inherited or implemented by", derived, part)


def _module(tools: Tools, book: Notebook, symbol: Symbol) -> None:
    """Name what a file defines at its top."""
    inside = [m for m in tools.graph.members(symbol.id) if m.kind not in ("section", "key", "external")]
    code = [m for m in inside if m.kind in CALLABLE | CLASS_LIKE] or inside
    if shown := list({m.label: m for m in reversed(code)}.values())[::-1]:
        text = f"It defines {_capped([say.named(m) for m in shown], 12)}."
        shown = shown[:12]
        book.add(Fact(text, tuple(say.head(m) for m in shown), "definition", symbols=tuple(shown)))


def _external(tools: Tools, book: Notebook, symbol: Symbol) -> None:
    """Of what lies outside, the index knows who uses it."""
    if used := [r for r in tools.uses(symbol, 500) if not tools.is_test(r.symbol)]:
        _named_count(tools, book, "It is used by", used, "")


def _value(tools: Tools, book: Notebook, symbol: Symbol) -> None:
    line = tools.line(symbol.span.path, symbol.name_line).strip()
    if line and line not in symbol.signature:
        book.add(Fact(f"The line reads {say.code(line[:120])}.", (say.head(symbol),), "quote", quote=line[:120]))


def _named_count(tools: Tools, book: Notebook, start: str, found: list[Relation], part: str) -> None:
    names, shown = say.names(found, SHOWN)
    places = tuple(say.site(r.edge, r.symbol) for r in shown)
    book.add(Fact(f"{start} {names}.", places, "edge", edges=tuple(r.edge for r in shown)))
    book.walk([r.edge for r in shown])


def _capped(items: list[str], limit: int) -> str:
    return say.listed([*items[:limit], f"{len(items) - limit} more"] if len(items) > limit else items)


def users(tools: Tools, book: Notebook, symbol: Symbol) -> None:
    """Say what calls a symbol, and apart from it what only dispatch may bring to it."""
    if symbol.kind not in CALLABLE | CLASS_LIKE:
        return
    outside = [r for r in tools.callers(symbol, 500).relations if not tools.is_test(r.symbol)]
    sure = [r for r in outside if r.edge.strategy is not Strategy.DISPATCH]
    likely = [r for r in outside if r.edge.strategy is Strategy.DISPATCH]
    verb = "created" if symbol.kind in CLASS_LIKE else "called"
    if sure:
        _named_count(tools, book, f"It is {verb} by", sure, "")
    if likely:
        _named_count(tools, book, f"It may {'also ' if sure else ''}be {verb}, by dynamic dispatch, by", likely, "")


# ------------------------------------------------------------------------------------------------------------- where


def where(tools: Tools, book: Notebook, symbol: Symbol, part: str, wants: frozenset[str]) -> None:
    """Say where a symbol is defined and, as asked, where it is set and where it is used."""
    book.add(say.definition(symbol, part, whole=symbol.kind not in CLASS_LIKE))
    if doc := say.documentation(tools, symbol):
        book.add(doc)
    value = symbol.kind in ("variable", "constant", "field", "property", "enum_member", "key")
    uses = tools.uses(symbol) if value or "used" in wants else []
    writes = [r for r in uses if r.edge.kind is EdgeKind.WRITES]
    reads = [r for r in uses if r.edge.kind is not EdgeKind.WRITES]
    for relation in writes[:SHOWN]:
        _site(tools, book, relation, part)
    if "used" in wants or value:
        for relation in [r for r in reads if not tools.is_test(r.symbol)][: SHOWN * 2]:
            _site(tools, book, relation, part)


def _site(tools: Tools, book: Notebook, relation: Relation, part: str) -> None:
    if fact := say.relation(tools, relation.edge, part, item=True):
        book.add(fact)
        book.walk([relation.edge])


# ------------------------------------------------------------------------------------------------------------ compare


def compare(tools: Tools, book: Notebook, one: Symbol, other: Symbol, question: str) -> None:
    """Say what two symbols are, what they share, and what only one of them has or calls."""
    for symbol, part in ((one, "first"), (other, "second")):
        book.add(say.definition(symbol, part))
        if doc := say.documentation(tools, symbol):
            book.add(doc)
    _kinship(tools, book, one, other)
    if one.kind in CLASS_LIKE and other.kind in CLASS_LIKE:
        _members(tools, book, one, other, question)
    elif one.kind in CALLABLE and other.kind in CALLABLE:
        _calls(tools, book, one, other)


def _kinship(tools: Tools, book: Notebook, one: Symbol, other: Symbol) -> None:
    for a, b in ((one, other), (other, one)):
        for found in tools.graph.bases(a.id):
            if found.symbol.id == b.id and (fact := say.relation(tools, found.edge, "first")):
                book.add(fact)
                book.walk([found.edge])
                return
    bases = {r.symbol.id: r for r in tools.graph.bases(one.id)}
    for found in tools.graph.bases(other.id):
        if found.symbol.id in bases:
            for edge in (bases[found.symbol.id].edge, found.edge):
                if fact := say.relation(tools, edge):
                    book.add(fact)
            return


def _members(tools: Tools, book: Notebook, one: Symbol, other: Symbol, question: str) -> None:
    mine = {m.name: m for m in tools.graph.members(one.id) if m.kind in CALLABLE}
    theirs = {m.name: m for m in tools.graph.members(other.id) if m.kind in CALLABLE}
    asked = set(terms.query_terms(question))
    shared = sorted(
        mine.keys() & theirs.keys(), key=lambda n: (-len(asked & set(terms.split(n))), mine[n].span.start_byte)
    )
    for name in [n for n in shared if mine[n].kind != "constructor"][:3]:
        for member in (mine[name], theirs[name]):
            book.add(say.definition(member))
            _callable(tools, book, member, "", deep=False)
    for symbol, only in ((one, mine.keys() - theirs.keys()), (other, theirs.keys() - mine.keys())):
        source = mine if symbol is one else theirs
        found = sorted((source[name] for name in only), key=lambda m: m.span.start_byte)[:8]
        if found:
            names = say.listed([say.code(m.name) for m in found])
            text = f"Only {say.named(symbol)} itself defines {names}."
            places = tuple(say.head(m) for m in found)
            book.add(Fact(text, places, "definition", symbols=tuple(found), part=DIFFERENCE))


def _calls(tools: Tools, book: Notebook, one: Symbol, other: Symbol) -> None:
    lists = {
        s.id: {r.symbol.id: r for r in tools.callees(s, 500).relations if r.edge.strategy is not Strategy.DISPATCH}
        for s in (one, other)
    }
    common = lists[one.id].keys() & lists[other.id].keys()
    if common:
        pairs = [lists[s.id][key] for key in sorted(common)[:SHOWN] for s in (one, other)]
        names = say.listed([say.named(lists[one.id][key].symbol) for key in sorted(common)[:SHOWN]])
        places = tuple(say.site(r.edge, tools.graph.symbol(r.edge.src)) for r in pairs)
        text = f"{say.named(one)} and {say.named(other)} both call {names}."
        book.add(Fact(text, places, "edge", edges=tuple(r.edge for r in pairs), part=DIFFERENCE))
    for symbol, far in ((one, other), (other, one)):
        only = [r for key, r in lists[symbol.id].items() if key not in lists[far.id] and not r.symbol.external][:SHOWN]
        if only:
            names = say.listed([say.named(r.symbol) for r in only])
            places = tuple(say.site(r.edge, tools.graph.symbol(r.edge.src)) for r in only)
            book.add(
                Fact(
                    f"Among resolved calls, only {say.named(symbol)} calls {names}.",
                    places,
                    "edge",
                    edges=tuple(r.edge for r in only),
                    part=DIFFERENCE,
                )
            )
    for symbol in (one, other):
        for fact in say.guards(tools, symbol, 3):
            book.add(Fact(re.sub(r"^It", say.named(symbol), fact.text), fact.places, "quote", quote=fact.quote))
