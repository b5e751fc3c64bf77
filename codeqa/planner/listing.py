"""Walks that end in a list: callers, callees, uses, heirs, tests, what a change may break, all places of something."""

from __future__ import annotations

import re
from collections.abc import Sequence

from codeqa.domain import CLASS_LIKE, EdgeKind, Relation, Symbol, Unresolved
from codeqa.notebook import Fact, Notebook, Place
from codeqa.planner import sentences as say
from codeqa.tools import Mention, Tools

SHOWN = 25
MENTIONED = 10  # lines that hold a name without a resolved use
QUOTED = 110  # columns of a line of code that a sentence shows


def callers(tools: Tools, book: Notebook, symbol: Symbol, part: str) -> None:
    """List what calls a symbol, source before tests, with the sites that nothing resolved."""
    listing = tools.callers(symbol, 10_000)
    source = [r for r in listing.relations if not tools.is_test(r.symbol)]
    tests = [r for r in listing.relations if tools.is_test(r.symbol)]
    verb = "created" if symbol.kind in CLASS_LIKE else "called"
    if not listing.relations:
        _nothing(tools, book, symbol, f"No call of {say.named(symbol)} was resolved", part)
        return
    tail = f" and from {say.counted(len(tests), 'test')}" if tests else ""
    places = say.counted(len(source), "place")
    text = f"{say.named(symbol)} ({symbol.cite}) is {verb} from {places} outside of tests{tail}."
    book.add(say.count(text, len(listing.relations), lambda: tools.callers(symbol, 1).total, part, (say.head(symbol),)))
    _items(tools, book, source, part)
    _items(tools, book, tests[: max(3, SHOWN - len(source))] if not source else tests[:3], part)
    _unresolved(book, symbol, listing.unresolved)


def callees(tools: Tools, book: Notebook, symbol: Symbol, part: str) -> None:
    """List what a symbol calls, in the order of the calls; what lies outside of the repository by name."""
    listing = tools.callees(symbol, 10_000)
    inside = [r for r in listing.relations if not r.symbol.external]
    outside = [r for r in listing.relations if r.symbol.external]
    book.add(say.definition(symbol, part))
    _items(tools, book, inside, part)
    if outside:
        names = say.listed([say.code(r.symbol.qualname) for r in outside[:8]])
        places = tuple(say.site(r.edge, tools.graph.symbol(r.edge.src)) for r in outside[:8])
        text = (
            f"Outside of the repository it calls {names}{f' and {len(outside) - 8} more' if len(outside) > 8 else ''}."
        )
        book.add(Fact(text, places, "edge", edges=tuple(r.edge for r in outside[:8]), part=part))
    if not listing.relations:
        book.unknown(f"no call out of {symbol.label} was resolved")
    _open_sites(book, symbol, listing.unresolved)


def uses(tools: Tools, book: Notebook, symbol: Symbol, part: str) -> None:
    """List every place that uses a symbol, source before tests."""
    found = tools.uses(symbol, 10_000)
    if not found:
        _nothing(tools, book, symbol, f"No use of {say.named(symbol)} was resolved", part)
        return
    source = [r for r in found if not tools.is_test(r.symbol)]
    tests = len(found) - len(source)
    places = say.counted(len(source), "place")
    files = say.counted(len({r.edge.path for r in source}), "file")
    tail = f", besides {say.counted(tests, 'place')} in tests" if tests else ""
    text = f"{say.named(symbol)} ({symbol.cite}) is used at {places} in {files}{tail}."
    book.add(say.count(text, len(found), lambda: len(tools.uses(symbol, 10_000)), part, (say.head(symbol),)))
    _items(tools, book, _calls_first(source or found), part)
    _unresolved(book, symbol, tools.unresolved(symbol))


def _calls_first(relations: Sequence[Relation]) -> list[Relation]:
    """An import says less than a call does."""
    return sorted(relations, key=lambda r: r.edge.kind is EdgeKind.IMPORTS)


def tests(tools: Tools, book: Notebook, symbol: Symbol, part: str) -> None:
    """List the tests that reach a symbol, those that use it directly first."""
    found = tools.tests_of(symbol, 10_000)
    if not found:
        _nothing(tools, book, symbol, f"No test reaches {say.named(symbol)} through resolved calls", part)
        return
    direct = [r for r in found if r.depth == 1]
    reach = f"{say.counted(len(found), 'test')} {'reaches' if len(found) == 1 else 'reach'}"
    text = f"{reach} {say.named(symbol)} ({symbol.cite}) within three steps, {len(direct)} of them directly."
    book.add(say.count(text, len(found), lambda: len(tools.tests_of(symbol, 10_000)), part, (say.head(symbol),)))
    _items(tools, book, direct or found, part)


def impact(tools: Tools, book: Notebook, symbol: Symbol, part: str) -> None:
    """List what a change to a symbol may break, nearest first, and the tests that would tell."""
    found = tools.impact(symbol, 10_000)
    direct = [r for r in found.users if r.depth == 1]
    further = [r for r in found.users if r.depth > 1]
    if not found.users and not found.tests:
        _nothing(tools, book, symbol, f"Nothing that uses {say.named(symbol)} was resolved", part)
        return
    text = (
        f"A change to {say.named(symbol)} ({symbol.cite}) touches {say.counted(len(direct), 'direct user')} and "
        f"{say.counted(len(further), 'symbol')} further away, outside of tests."
    )
    book.add(say.count(text, found.total, lambda: tools.impact(symbol, 1).total, part, (say.head(symbol),)))
    _items(tools, book, direct, part)
    _further(tools, book, further, part)
    if found.tests:
        near = [r for r in found.tests if r.depth == 1] or list(found.tests)
        names = say.listed([say.named(r.symbol) for r in near[:8]])
        more = f" and {len(found.tests) - min(8, len(near))} more" if len(found.tests) > min(8, len(near)) else ""
        places = tuple(say.site(r.edge, r.symbol) for r in near[:8])
        book.add(
            Fact(
                f"Tests that would tell: {names}{more}.",
                places,
                "edge",
                edges=tuple(r.edge for r in near[:8]),
                part="tests",
            )
        )
    elif "tests" in book.parts:
        book.unknown(f"no test reaches {symbol.label} through resolved calls")
    _unresolved(book, symbol, found.unresolved)


def _further(tools: Tools, book: Notebook, relations: Sequence[Relation], part: str) -> None:
    """Two and more steps away: one sentence for each, as long as there are few; else the nearest ones by name."""
    _items(tools, book, relations[:8], part)
    if len(relations) > 8:
        names = say.listed([say.named(r.symbol) for r in relations[8:14]])
        more = f" and {len(relations) - 14} more" if len(relations) > 14 else ""
        edges = tuple(r.edge for r in relations[8:14])
        places = tuple(say.site(r.edge, r.symbol) for r in relations[8:14])
        book.add(Fact(f"Through these, also {names}{more}.", places, "edge", edges=edges, part=part))


def heirs(tools: Tools, book: Notebook, symbol: Symbol, method: str, part: str) -> None:
    """List what inherits from or implements a class; with `method`, which of them override it."""
    found = tools.graph.derived(symbol.id)
    if not found:
        _nothing(tools, book, symbol, f"Nothing in the index inherits from or implements {say.named(symbol)}", part)
        return
    direct = sum(1 for r in found if r.depth == 1)
    text = (
        f"{say.counted(len(found), 'type')} {'inherits' if len(found) == 1 else 'inherit'} from or "
        f"{'implements' if len(found) == 1 else 'implement'} {say.named(symbol)} ({symbol.cite}), {direct} directly."
    )
    book.add(say.count(text, len(found), lambda: len(tools.graph.derived(symbol.id)), part, (say.head(symbol),)))
    ordered = sorted(found, key=lambda r: (tools.is_test(r.symbol), r.depth, r.symbol.span.path, r.symbol.name_line))
    if not method:
        _items(tools, book, ordered, part)
        return
    _items(tools, book, [r for r in ordered if not tools.is_test(r.symbol)][:12], part)
    _overriders(tools, book, symbol, [r.symbol for r in ordered], method)


def _overriders(tools: Tools, book: Notebook, base: Symbol, classes: Sequence[Symbol], method: str) -> None:
    overriding = [m for cls in classes for m in tools.graph.members(cls.id) if m.name == method]
    own = [m for m in tools.graph.members(base.id) if m.name == method]
    if not own and not overriding:
        book.unknown(f"{base.label} has no member named {method}, and neither has any of its heirs")
        return
    source = [m for m in overriding if not tools.is_test(m)]
    word = "override" if own else "define"
    verb = f"{word}s" if len(source) == 1 else word
    text = f"Of these, {say.counted(len(source), 'type')} {verb} {say.code(method)}{':' if source else '.'}"
    book.add(
        say.count(
            text,
            len(source),
            lambda: sum(
                1 for c in classes for m in tools.graph.members(c.id) if m.name == method and not tools.is_test(m)
            ),
            "overrides",
            tuple(say.head(m) for m in (source or own)[:1]),
        )
    )
    for member in source[:SHOWN]:
        text = f"{say.named(member)} at {member.cite}."
        book.add(Fact(text, (say.head(member),), "definition", symbols=(member,), part="overrides", item=True))
    if len(source) > SHOWN:
        book.unknown(f"{len(source) - SHOWN} more of them are not listed")
    for member in source:
        for edge in tools.store.edges_from([member.id], {EdgeKind.OVERRIDES}):
            book.walk([edge])


def overriders(tools: Tools, book: Notebook, method: Symbol, part: str) -> None:
    """List the methods that override one."""
    found = tools.graph.overriding(method.id)
    if not found:
        _nothing(tools, book, method, f"Nothing in the index overrides {say.named(method)}", part)
        return
    source = [r for r in found if not tools.is_test(r.symbol)]
    text = f"{say.named(method)} ({method.cite}) is overridden by {say.counted(len(found), 'method')}."
    book.add(say.count(text, len(found), lambda: len(tools.graph.overriding(method.id)), part, (say.head(method),)))
    _items(tools, book, source or found, part)


_ASSIGNED = re.compile(r"\b(?:set|sets|setting|assign|assigns|assigning|mark|marks|marking|initiali[sz]e[sd]?)\b", re.I)
_VALUE = re.compile(r"\bto\s+[`'\"]?(true|false|null|none|nil|\d+|[A-Z_]{3,})\b", re.I)


def places(tools: Tools, book: Notebook, symbol: Symbol, question: str, part: str) -> None:
    """List all places that use a symbol; "setting X to true" keeps those whose line does that."""
    found = [r for r in tools.uses(symbol, 10_000) if r.edge.kind is not EdgeKind.IMPORTS]
    source = [r for r in found if not tools.is_test(r.symbol)] or found
    if _ASSIGNED.search(question):
        value = _VALUE.search(question)
        after = re.escape(value[1]) if value else r"[^=\s]"
        pattern = re.compile(rf"\b{re.escape(symbol.name)}\b\W*?(?<![=!<>])(?::=|=)(?![=>])\s*{after}", re.I)
        kept = [r for r in source if pattern.search(tools.line(r.edge.path, r.edge.line))]
        if kept:
            _assignments(tools, book, symbol, kept, value[1] if value else "", part)
            return
    if not source:
        _nothing(tools, book, symbol, f"No use of {say.named(symbol)} was resolved", part, SHOWN)
        return
    text = f"{say.named(symbol)} ({symbol.cite}) is used at {say.counted(len(source), 'place')}."
    book.add(say.count(text, len(source), lambda: _still(tools, symbol), part, (say.head(symbol),)))
    _items(tools, book, source, part)
    _unresolved(book, symbol, tools.unresolved(symbol))


def _still(tools: Tools, symbol: Symbol) -> int:
    found = [r for r in tools.uses(symbol, 10_000) if r.edge.kind is not EdgeKind.IMPORTS]
    return len([r for r in found if not tools.is_test(r.symbol)] or found)


def _assignments(
    tools: Tools, book: Notebook, symbol: Symbol, relations: Sequence[Relation], value: str, part: str
) -> None:
    to = f" to {say.code(value)}" if value else ""
    text = f"{say.named(symbol)} ({symbol.cite}) is set{to} at {say.counted(len(relations), 'place')}:"
    book.add(say.definition(symbol, part))
    first = [say.site(r.edge, r.symbol) for r in relations[:1]]
    book.add(Fact(text, tuple(first), "edge", edges=tuple(r.edge for r in relations), part=part))
    for relation in relations[:SHOWN]:
        line = tools.line(relation.edge.path, relation.edge.line).strip()
        place = say.site(relation.edge, relation.symbol)
        text = f"{say.named(relation.symbol)} at {relation.edge.site}: {say.code(line[:QUOTED])}."
        book.add(Fact(text, (place,), "edge", edges=(relation.edge,), part=part, item=True))
        book.walk([relation.edge])


def _items(tools: Tools, book: Notebook, relations: Sequence[Relation], part: str) -> None:
    for relation in relations[:SHOWN]:
        if fact := say.relation(tools, relation.edge, part, item=True):
            book.add(fact)
            book.walk([relation.edge])
    if len(relations) > SHOWN:
        book.unknown(f"{len(relations) - SHOWN} more are not listed; the commands callers, impact and symbol list all")


def _nothing(tools: Tools, book: Notebook, symbol: Symbol, text: str, part: str, shown: int = MENTIONED) -> None:
    """Absence, with what it rests on: the definition that was looked at and the sites that name it unresolved."""
    book.add(say.definition(symbol, ""))
    open_sites = tools.unresolved(symbol)
    resolved = sum(tools.store.edges_by_strategy().values())
    absence = f"{text}, among {resolved} resolved references in this index" + (
        f"; {say.counted(len(open_sites), 'unresolved site')} {'names' if len(open_sites) == 1 else 'name'} it."
        if open_sites
        else "."
    )
    mentions = [] if open_sites else _elsewhere(tools, symbol)
    covered = "" if open_sites or mentions else part
    book.add(say.count(absence, len(open_sites), lambda: len(tools.unresolved(symbol)), covered, (say.head(symbol),)))
    _unresolved(book, symbol, open_sites)
    _candidates(tools, book, symbol, open_sites)
    for mention in mentions[:shown]:
        where = f"{mention.path}:{mention.line}, in {say.named(mention.holder)}"
        book.add(_quoted(f"The name {say.code(symbol.name)} stands at {where}", mention))


def _quoted(text: str, mention: Mention) -> Fact:
    """A line of a list that ends in the line of code it is about."""
    quote = mention.text[:QUOTED]
    place = Place(mention.path, mention.line, mention.line, mention.holder.qualname)
    return Fact(f"{text}: {say.code(quote)}.", (place,), "quote", quote=quote, item=True)


def _elsewhere(tools: Tools, symbol: Symbol) -> list[Mention]:
    """Lines outside of its definition that hold the symbol's name and that nothing resolved to something else."""
    found = tools.mentions(symbol.name)
    edges = tools.store.edges_from({m.holder.id for m in found})
    resolved = {(e.path, e.line) for e in edges if e.name == symbol.name and e.dst != symbol.id}
    inside = range(symbol.span.start_line, symbol.span.end_line + 1)
    return [
        m for m in found if (m.path, m.line) not in resolved and (m.path != symbol.span.path or m.line not in inside)
    ]


def _candidates(tools: Tools, book: Notebook, symbol: Symbol, sites: Sequence[Unresolved]) -> None:
    """Show the unresolved sites that name a symbol as what they are: it may be meant there, or a namesake."""
    holders = tools.graph.symbols(site.src for site in sites)
    for unresolved in sites[:SHOWN]:
        holder = holders.get(unresolved.src)
        line = tools.line(unresolved.path, unresolved.line).strip()
        if holder is None or tools.is_test(holder) or not line:
            continue
        where = f"{unresolved.path}:{unresolved.line}"
        text = f"{say.named(holder)} calls some {say.code(symbol.name)} at {where}, which one is not known"
        book.add(_quoted(text, Mention(holder, unresolved.path, unresolved.line, line)))


def _unresolved(book: Notebook, symbol: Symbol, sites: Sequence[Unresolved]) -> None:
    if sites:
        shown = ", ".join(f"{s.path}:{s.line}" for s in sites[:5])
        more = f" and {len(sites) - 5} more" if len(sites) > 5 else ""
        book.unknown(
            f"{say.counted(len(sites), 'call site')} of some {symbol.name} could not be resolved: {shown}{more}"
        )


def _open_sites(book: Notebook, symbol: Symbol, sites: Sequence[Unresolved]) -> None:
    if sites:
        shown = ", ".join(f"{s.receiver + '.' if s.receiver else ''}{s.name} (line {s.line})" for s in sites[:6])
        more = f" and {len(sites) - 6} more" if len(sites) > 6 else ""
        book.unknown(f"{say.counted(len(sites), 'call')} inside {symbol.label} could not be resolved: {shown}{more}")
