"""Walks that end in a list: callers, callees, uses, heirs, tests, what a change may break, all places of something."""

from __future__ import annotations

import re
from collections.abc import Sequence

from codeqa.domain import CALLABLE, CLASS_LIKE, EdgeKind, Impact, Relation, Strategy, Symbol, Unresolved
from codeqa.graph import without_declarations
from codeqa.notebook import Fact, Notebook, Place
from codeqa.plan import Plan, find, follow, piped
from codeqa.plan.follow import subclasses
from codeqa.planner import sentences as say
from codeqa.tools import IMPACT_DEPTH, Mention, Tools

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
        _handed_on(tools, book, symbol, part)
        return
    tail = f" and {say.counted(len(tests), 'place')} in tests" if tests else ""
    likely = sum(1 for r in listing.relations if r.edge.strategy is Strategy.DISPATCH)
    tail += f", {likely} of them only by dynamic dispatch" if likely else ""
    least = "at least " if listing.unresolved else ""
    text = f"{say.cited(symbol)} is {verb} from {least}{say.counted(len(source), 'place')} outside of tests{tail}."
    book.add(say.count(text, len(listing.relations), _counted(symbol, "callers"), part, say.heads(symbol)))
    _items(tools, book, source, part)
    _items(tools, book, tests[: max(3, SHOWN - len(source))] if not source else tests[:3], part)
    _handed_on(tools, book, symbol, part)
    _unresolved(book, symbol, listing.unresolved)


def _handed_on(tools: Tools, book: Notebook, symbol: Symbol, part: str) -> None:
    """List, apart from its calls, where a symbol is handed on as a value or named by a text."""
    found = tools.registrations(symbol, 10_000)
    if not found:
        return
    source = [r for r in found if not tools.is_test(r.symbol)]
    tail = f", {'all' if not source else len(found) - len(source)} of them in tests" if len(source) < len(found) else ""
    text = f"{say.named(symbol)} is handed on or named by a text at {say.counted(len(found), 'place')}{tail}."
    book.add(say.count(text, len(found), _counted(symbol, "registrations"), part, say.heads(symbol)))
    _items(tools, book, source or found[:3], part)


def callers_or_uses(tools: Tools, book: Notebook, symbol: Symbol, part: str) -> None:
    """What is no code is never called, only used."""
    (callers if say.is_code(symbol) else uses)(tools, book, symbol, part)


def callees(tools: Tools, book: Notebook, symbol: Symbol, part: str) -> None:
    """List what a symbol calls, in the order of the calls; what lies outside of the repository by name."""
    listing = tools.callees(symbol, 10_000)
    inside = [r for r in listing.relations if not r.symbol.external]
    outside = [r for r in listing.relations if r.symbol.external]
    book.add(say.definition(symbol))
    _items(tools, book, inside, part)
    if outside:
        names, shown = say.names(outside, 8)
        places = tuple(say.site(r.edge, tools.graph.symbol(r.edge.src)) for r in shown)
        text = f"Outside of the repository it calls {names}."
        book.add(Fact(text, places, "edge", edges=tuple(r.edge for r in shown), part=part))
    if not listing.relations and symbol.external:
        book.unknown(f"{symbol.label} lies outside of the repository: what it calls is not known")
    elif not listing.relations:
        open_sites = len(listing.unresolved)
        text = f"No call inside {say.named(symbol)} was resolved."
        covered = "" if open_sites else part
        book.add(say.count(text, 0, piped(find(symbol.id), "callees"), covered, say.heads(symbol)))
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
    text = f"{say.cited(symbol)} is used at {places} in {files}{tail}."
    book.add(say.count(text, len(found), _counted(symbol, "users"), part, say.heads(symbol)))
    _items(tools, book, _calls_first(source or found), part)
    _unresolved(book, symbol, tools.unresolved(symbol))


def implementations(tools: Tools, book: Notebook, symbol: Symbol, part: str) -> None:
    """List what implements an interface, or a method of one."""
    (overriders if symbol.kind in CALLABLE else heirs)(tools, book, symbol, part)


def readers(tools: Tools, book: Notebook, symbol: Symbol, part: str) -> None:
    """List what reads a value, after the line that defines it."""
    _accesses(tools, book, symbol, part, "readers", "read")


def writers(tools: Tools, book: Notebook, symbol: Symbol, part: str) -> None:
    """List what sets a value, after the line that defines it, which may set it too."""
    _accesses(tools, book, symbol, part, "writers", "set")


def _accesses(tools: Tools, book: Notebook, symbol: Symbol, part: str, step: str, done: str) -> None:
    found = follow.steps()[step](tools, symbol, 1)
    if not found and not symbol.external and symbol.kind not in CALLABLE | CLASS_LIKE and done == "set":
        line = tools.line(symbol.span.path, symbol.name_line).strip()
        text = f"Nothing was found to set {say.cited(symbol)} after its definition: {say.code(line[:QUOTED])}."
        book.add(say.count(text, 0, _counted(symbol, step), part, say.heads(symbol)))
        return
    if not found:
        _nothing(tools, book, symbol, f"No place that {done}s {say.named(symbol)} was resolved", part)
        return
    source = [r for r in found if not tools.is_test(r.symbol)]
    tests = len(found) - len(source)
    tail = f", {'all' if not source else tests} of them in tests" if tests else ""
    text = f"{say.cited(symbol)} is {done} at {say.counted(len(found), 'place')}{tail}."
    book.add(say.count(text, len(found), _counted(symbol, step), part, say.heads(symbol)))
    _items(tools, book, source or found, part)


def raised(tools: Tools, book: Notebook, symbol: Symbol, part: str) -> None:
    """List the places that raise an exception; where none does, those that use it."""
    found = _raising(tools, symbol)
    if not found:
        uses(tools, book, symbol, part)
        return
    source = [r for r in found if not tools.is_test(r.symbol)]
    tail = f" and {say.counted(len(found) - len(source), 'place')} in tests" if len(source) < len(found) else ""
    text = f"{say.cited(symbol)} is raised by its name at {say.counted(len(source), 'place')} outside of tests{tail}."
    book.add(say.count(text, len(found), _counted(symbol, "raisers"), part, say.heads(symbol)))
    _items(tools, book, source or found, part)
    _unresolved(book, symbol, tools.unresolved(symbol))


def _raising(tools: Tools, symbol: Symbol) -> list[Relation]:
    edges = tools.graph.incoming(tools.itself(symbol), {EdgeKind.RAISES})
    holders = tools.graph.symbols(e.src for e in edges)
    found = {e.site: Relation(holders[e.src], e) for e in edges if e.src in holders}
    return sorted(found.values(), key=lambda r: (r.edge.path, r.edge.line))


def _calls_first(relations: Sequence[Relation]) -> list[Relation]:
    """An import says less than a call does."""
    return sorted(relations, key=lambda r: r.edge.kind is EdgeKind.IMPORTS)


def tests(tools: Tools, book: Notebook, symbol: Symbol, part: str) -> None:
    """List the tests that use a symbol, and by name those that use it through others."""
    found = tools.tests_of(symbol, 10_000)
    if not found:
        _nothing(tools, book, symbol, f"No test reaches {say.named(symbol)} through resolved calls", part)
        return
    direct = [r for r in found if r.depth == 1]
    further = [r for r in found if r.depth > 1]
    open_sites = tools.unresolved(symbol)
    least = "At least " if open_sites else ""
    lead = f"{least}{say.counted(len(found), 'test')} {'leads' if len(found) == 1 else 'lead'}"
    text = f"{lead} to {say.cited(symbol)} within three steps of use, {len(direct)} directly."
    book.add(say.count(text, len(found), piped(find(symbol.id), "tests"), part, say.heads(symbol)))
    _items(tools, book, direct or found, part)
    if direct and further:
        names, shown = say.names(further, 6)
        places = tuple(say.site(r.edge, r.symbol) for r in shown)
        edges = tuple(r.edge for r in shown)
        book.add(Fact(f"Through other code, also {names}.", places, "edge", edges=edges, part=part))
    _unresolved(book, symbol, open_sites)


def impact(tools: Tools, book: Notebook, symbol: Symbol, part: str, depth: int = IMPACT_DEPTH) -> Impact:
    """List what a change to a symbol may break, nearest first, and the tests that would tell."""
    found = tools.impact(symbol, 10_000, depth)
    direct = [r for r in found.users if r.depth == 1]
    further = [r for r in found.users if r.depth > 1]
    if not found.users and not found.tests:
        _nothing(tools, book, symbol, f"Nothing that uses {say.named(symbol)} was resolved", part)
        return found
    users = say.counted(len(direct), "direct user")
    away = f" and {say.counted(len(further), 'symbol')} further away" if further else ""
    text = f"A change to {say.cited(symbol)} touches {users}{away}, outside of tests."
    if not found.users:
        text = f"Nothing outside of tests was found to use {say.cited(symbol)}."
    book.add(say.count(text, found.total, piped(find(symbol.id), "impact", depth=depth), part, say.heads(symbol)))
    _items(tools, book, direct, part)
    _further(tools, book, further, part)
    if found.tests:
        names, shown = say.names(found.tests, 8)
        places = tuple(say.site(r.edge, r.symbol) for r in shown)
        edges = tuple(r.edge for r in shown)
        book.add(Fact(f"Tests that would tell: {names}.", places, "edge", edges=edges, part="tests"))
    elif "tests" in book.parts:
        book.unknown(f"no test reaches {symbol.label} through resolved calls")
    _unresolved(book, symbol, found.unresolved)
    return found


def _further(tools: Tools, book: Notebook, relations: Sequence[Relation], part: str) -> None:
    """Two and more steps away: one sentence for each, as long as there are few; else the nearest ones by name."""
    _items(tools, book, relations[:8], part)
    if len(relations) > 8:
        names, shown = say.names(relations[8:], 6)
        edges = tuple(r.edge for r in shown)
        places = tuple(say.site(r.edge, r.symbol) for r in shown)
        book.add(Fact(f"Through these, also {names}.", places, "edge", edges=edges, part=part))


def heirs(tools: Tools, book: Notebook, symbol: Symbol, part: str, method: str = "") -> None:
    """List what inherits from or implements a class; with `method`, which of them override it."""
    found = subclasses(tools, symbol)
    if not found:
        _nothing(tools, book, symbol, f"Nothing in the index inherits from or implements {say.named(symbol)}", part)
        return
    direct = sum(1 for r in found if r.depth == 1)
    verbs = "inherits from or implements" if len(found) == 1 else "inherit from or implement"
    tests = sum(1 for r in found if tools.is_test(r.symbol))
    tail = f"; {tests} of them {'is' if tests == 1 else 'are'} in tests" if tests else ""
    text = f"{say.counted(len(found), 'type')} {verbs} {say.cited(symbol)}, {direct} directly{tail}."
    book.add(say.count(text, len(found), piped(find(symbol.id), "subclasses"), part, say.heads(symbol)))
    ordered = sorted(found, key=lambda r: (tools.is_test(r.symbol), r.depth, r.symbol.span.path, r.symbol.name_line))
    if not method:
        _items(tools, book, ordered, part)
        return
    source = [r for r in ordered if not tools.is_test(r.symbol)]
    _items(tools, book, source[:12], part)
    if len(source) > 12:
        book.unknown(f"{len(source) - 12} more types are not listed here; codeqa symbol lists them with --json")
    _overriders(tools, book, symbol, [r.symbol for r in ordered], method)


def _counted(symbol: Symbol, step: str) -> Plan:
    """The plan that counts at how many places a step leads to a symbol."""
    return piped(piped(find(symbol.id), step), "sites")


def _overriders(tools: Tools, book: Notebook, base: Symbol, classes: Sequence[Symbol], method: str) -> None:
    overriding = [m for cls in classes for m in _own(tools, cls, method)]
    above = [r.symbol for r in tools.graph.bases(base.id)]
    own = [m for cls in (base, *above) for m in _own(tools, cls, method)]
    if not own and not overriding:
        book.unknown(f"{base.label} has no member named {method}, and neither has any of its heirs")
        return
    source = [m for m in overriding if not tools.is_test(m)]
    having = [cls for cls in classes if _own(tools, cls, method)]
    plain = sum(1 for cls in having if not tools.is_test(cls))
    word = "override" if own else "define"
    verb = f"{word}s" if plain == 1 else word
    tail = f", and {len(having) - plain} in tests" if len(having) > plain else ""
    outside = " outside of tests" if tail else ""
    text = f"Of these, {say.counted(plain, 'type')}{outside} {verb} {say.code(method)}{tail}{':' if source else '.'}"
    book.add(
        say.count(
            text,
            len(having),
            piped(piped(find(base.id), "subclasses"), "defining", method),
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


def _own(tools: Tools, cls: Symbol, name: str) -> list[Symbol]:
    """Return the members of that name which a class itself defines."""
    return without_declarations(m for m in tools.graph.members(cls.id) if m.name == name)


def overriders(tools: Tools, book: Notebook, method: Symbol, part: str) -> None:
    """List the methods that override one."""
    found = tools.graph.overriding(method.id)
    if not found:
        _nothing(tools, book, method, f"Nothing in the index overrides {say.named(method)}", part)
        return
    source = [r for r in found if not tools.is_test(r.symbol)]
    tail = f", {len(found) - len(source)} of them in tests" if len(source) < len(found) else ""
    text = f"{say.cited(method)} is overridden by {say.counted(len(found), 'method')}{tail}."
    book.add(say.count(text, len(found), piped(find(method.id), "overriders"), part, say.heads(method)))
    _items(tools, book, source or found, part)


_ASSIGNED = re.compile(r"\b(?:set|sets|setting|assign|assigns|assigning|mark|marks|marking|initiali[sz]e[sd]?)\b", re.I)
RAISED = re.compile(r"\b(?:rais|throw)(?:e|es|ed|ing|s|n)?\b", re.I)
_VALUE = re.compile(r"\bto\s+[`'\"]?(true|false|null|none|nil|\d+|[A-Z_]{3,})\b", re.I)


def places(tools: Tools, book: Notebook, symbol: Symbol, question: str, part: str) -> None:
    """List all places that use a symbol; "setting X to true" keeps those whose line does that."""
    if RAISED.search(question) and symbol.kind in CLASS_LIKE | {"external"}:
        raised(tools, book, symbol, part)
        return
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
    tests = len([r for r in found if tools.is_test(r.symbol)])
    tail = f", {'all' if tests == len(found) else f'besides {tests}'} in tests" if tests else ""
    text = f"{say.cited(symbol)} is used at {say.counted(len(source), 'place')}{tail}."
    total = len(tools.uses(symbol, 10_000))
    book.add(say.count(text, total, _counted(symbol, "users"), part, say.heads(symbol)))
    _items(tools, book, source, part)
    _unresolved(book, symbol, tools.unresolved(symbol))


def _assignments(
    tools: Tools, book: Notebook, symbol: Symbol, relations: Sequence[Relation], value: str, part: str
) -> None:
    to = f" to {say.code(value)}" if value else ""
    text = f"{say.cited(symbol)} is set{to} at {say.counted(len(relations), 'place')}:"
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
        book.unknown(f"{len(relations) - SHOWN} more are not listed here; callers and impact list them, with --limit")


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
    book.add(say.count(absence, len(open_sites), piped(find(symbol.id), "unresolved"), covered, say.heads(symbol)))
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
    resolved |= {(s.span.path, s.name_line) for s in tools.graph.symbols(tools.itself(symbol)).values()}
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
