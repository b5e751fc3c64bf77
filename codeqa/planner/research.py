"""Finding what a question in plain words is about: search, then the neighbours of what it found that say more of it.

Each part of a question is searched for, and the graph brings what calls, is called by or is held by the best hits. What
is read first is what the question's words, the search and the neighbours agree on.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from codeqa.domain import CALLABLE, CLASS_LIKE, EdgeKind, Strategy, Symbol
from codeqa.graph import CALLS, HANDED_ON
from codeqa.notebook import Fact, Notebook, Place
from codeqa.planner import sentences as say
from codeqa.planner.link import Linker
from codeqa.tools import Tools

HITS = 30  # of the whole question
PART_HITS = 12  # of each part of it
PARTS_SEARCHED = 3
SEEDS = 10  # hits whose surroundings are looked at
NEIGHBOURS = 60  # that are read and compared with the question
PARTS = 0.4  # weight of a part's hits beside those of the whole question
FIT = 1.2  # of the share of the question's words
NEAR = 0.7  # of the neighbourhood of the best hits
NEAR_FIT = 0.2
RANKS = 20  # ranks after which a source says half as much
NEAREST = 5  # texts of which the mean cosine is taken
LIKENESS = 0.33  # mean cosine and half of the fit: nearly all questions have it in their repository, a third in another
FITTING = 0.12  # as much by words alone: 90, and 50
TOLD = 8  # leads of which more than a line is told
LINES = 1  # of each that are quoted
TELLING = 0.2  # share of the question's words that a line must hold to be quoted
QUOTED = 110  # columns of one
CALLED, CALLING = 6, 4  # neighbours of each that are named
SET = 3  # data that one sets of which the readers are named
MANY = 40  # that are compared with the question
SHARED = 4.0  # how much less it says that data is shared
FLAGS, FEW = 40, 8  # data that is looked at, and how many may use one
_DATA = frozenset({EdgeKind.READS, EdgeKind.WRITES})
_STEPS = CALLS | HANDED_ON | {EdgeKind.READS, EdgeKind.WRITES, EdgeKind.RAISES, EdgeKind.OVERRIDES}
_CLAUSE = re.compile(r"(?<=[a-z)])[.?!;:]\s+|,?\s+(?:and|but|so|while|although|because|then)\s+|,\s+", re.I)


@dataclass(frozen=True, slots=True)
class Lead:
    """A symbol that may be part of the answer. `fit` is the share of the question's words that it holds."""

    symbol: Symbol
    score: float
    fit: float


def leads(
    tools: Tools, linker: Linker, question: str, limit: int, *, tests: bool = False, known: Sequence[Symbol] = ()
) -> list[Lead]:
    """Return what a question is about, best first.

    `tests`: test code may be part of it. `known`: what it names, whose surroundings count as those of the best hit.
    """
    ranks = [(1.0, _found(linker, question, HITS))]
    parts = sorted(clauses(question), key=len, reverse=True)[:PARTS_SEARCHED]
    ranks += [(PARTS, _found(linker, part, PART_HITS)) for part in parts]
    scores: defaultdict[str, float] = defaultdict(float)
    for weight, keys in ranks:
        for rank, key in enumerate(keys):
            scores[key] += weight / (RANKS + rank)
    seeds = [key for key, _ in sorted(scores.items(), key=lambda item: -item[1])]
    top = max(scores.values(), default=1.0)
    starts = {key: scores[key] for key in seeds[:SEEDS]} | {s.id: top for s in known}
    near = _around(tools, starts)
    read = tools.graph.symbols([*scores, *sorted(near, key=lambda k: -near[k])[:NEIGHBOURS]])
    kept = {k: s for k, s in read.items() if _worth(tools, s, tests=tests)}
    fits = {key: linker.fit(question, symbol) for key, symbol in kept.items()}
    for weight, values in ((FIT, fits), (NEAR, {k: near.get(k, 0.0) * (NEAR_FIT + fits[k]) for k in kept})):
        for rank, key in enumerate(sorted((k for k in kept if values[k]), key=lambda k: (-values[k], k))):
            scores[key] += weight / (RANKS + rank)
    best = sorted(kept, key=lambda key: (-scores[key], key))
    return [Lead(kept[key], scores[key], fits[key]) for key in _without_holders(kept, best)[:limit]]


def about(tools: Tools, question: str, found: Sequence[Lead]) -> bool:
    """Tell whether a repository is likely to be what a question is about at all.

    By how near the nearest texts are in meaning, which tells questions about other repositories from those about this
    one far better than the words that both share; without vectors of the embedder that ships, by the words alone.
    """
    fit = max((lead.fit for lead in found), default=0.0)
    embedder = tools.searcher.embedder
    if embedder is None or not embedder.id.startswith("static"):
        return fit >= FITTING
    near = [cosine for _, cosine in tools.searcher.near(question, NEAREST)]
    return sum(near) / NEAREST + fit / 2 >= LIKENESS


def tell(tools: Tools, linker: Linker, book: Notebook, found: Sequence[Lead], question: str) -> None:
    """Write down what each lead is, the lines that say most of the question's words, and how the leads are joined."""
    ids = {lead.symbol.id for lead in found}
    for number, lead in enumerate(_in_order(tools, found)):
        symbol = lead.symbol
        entry = say.entry(tools, symbol)
        book.add(entry)
        if number >= TOLD:
            continue
        _, *documentation = entry.places
        told = {line for place in documentation for line in range(place.start_line, place.end_line + 1)}
        telling = linker.telling_lines(question, symbol, LINES + len(told), TELLING)
        for line, text in [(line, text) for line, text in telling if line not in told][:LINES]:
            place = Place(symbol.span.path, line, line, symbol.qualname)
            short = text if len(text) <= QUOTED else text[: QUOTED - 1] + "…"
            quote = text[: QUOTED - 1]
            book.add(Fact(f"It says {say.code(short)} at line {line}.", (place,), "quote", quote=quote, goes_on=True))
        _neighbours(tools, linker, book, symbol, question, ids)


def mention(book: Notebook, found: Sequence[Lead]) -> None:
    """Name further leads in one sentence."""
    symbols = tuple(lead.symbol for lead in found)
    if symbols:
        names = say.listed([say.cited(symbol) for symbol in symbols])
        places = tuple(say.head(symbol) for symbol in symbols)
        book.add(Fact(f"Further places that may matter: {names}.", places, "definition", symbols=symbols))


def _in_order(tools: Tools, found: Sequence[Lead]) -> list[Lead]:
    """Order leads as they are read: best first, and after each one those that it calls."""
    by_id = {lead.symbol.id: lead for lead in found}
    edges = tools.graph.outgoing(list(by_id), CALLS)
    after: defaultdict[str, list[str]] = defaultdict(list)
    for edge in edges:
        if edge.dst in by_id and edge.dst != edge.src:
            after[edge.src].append(edge.dst)
    ordered: dict[str, Lead] = {}
    for lead in found:
        waiting = [lead.symbol.id]
        while waiting:
            key = waiting.pop(0)
            if key not in ordered:
                ordered[key] = by_id[key]
                waiting = [*after[key], *waiting]
    return list(ordered.values())


def _neighbours(
    tools: Tools, linker: Linker, book: Notebook, symbol: Symbol, question: str, leads: Collection[str]
) -> None:
    """Say what a lead calls and what calls it: other leads first, then what holds most of the question's words."""
    if symbol.kind not in CALLABLE:
        return
    callees = [r for r in tools.callees(symbol, 200).relations if not r.symbol.external and not tools.is_test(r.symbol)]
    callers = [r for r in tools.callers(symbol, 200).relations if not tools.is_test(r.symbol)]
    for relations, verb, limit in ((callees, "calls", CALLED), (callers, "is called by", CALLING)):
        sure = [r for r in relations if r.edge.strategy is not Strategy.DISPATCH and r.symbol.id != symbol.id]
        fits = {r.symbol.id: linker.fit(question, r.symbol) for r in sure[:MANY]}
        best = sorted(sure[:MANY], key=lambda r: (r.symbol.id not in leads, -fits[r.symbol.id], r.edge.start_byte))
        built = {r.symbol.parent for r in best if r.symbol.kind == "constructor"}
        best = [r for r in best if r.symbol.id not in built]  # to create one is to call its constructor: said once
        names, shown = say.names(best[:limit], limit)
        if shown:
            sites = [(say.site(r.edge, tools.graph.symbol(r.edge.src)), say.head(r.symbol)) for r in shown]
            places = tuple(place for pair in sites for place in pair)
            more = f", and {len(sure) - limit} more" if len(sure) > limit else ""
            edges = tuple(r.edge for r in shown)
            text = f"{say.named(symbol)} {verb} {names}{more}."
            book.add(Fact(text, places, "edge", edges=edges, goes_on=True))
            book.walk(edges)
    if not callers:
        _may_call(tools, book, symbol)
    _heeded(tools, book, symbol)


def _may_call(tools: Tools, book: Notebook, symbol: Symbol) -> None:
    """Where nothing is known to call a lead, show the unresolved calls of its name as what they are."""
    sites = [s for s in tools.unresolved(symbol) if s.name == symbol.name]
    holders = tools.graph.symbols(s.src for s in sites)
    for site in [s for s in sites if s.src in holders and not tools.is_test(holders[s.src])][:CALLING]:
        line = tools.line(site.path, site.line).strip()[: QUOTED - 1]
        place = Place(site.path, site.line, site.line, holders[site.src].qualname)
        where = f"{say.named(holders[site.src])} calls some {say.code(symbol.name)} at {site.path}:{site.line}"
        text = f"{where}, which one is not known: {say.code(line)}."
        book.add(Fact(text, (place,), "quote", quote=line, goes_on=True))


def _heeded(tools: Tools, book: Notebook, symbol: Symbol) -> None:
    """Say where else the data is read that a lead sets: a flag is set in one place and heeded in another."""
    written = tools.graph.relations(tools.graph.outgoing([symbol.id], {EdgeKind.WRITES}), backwards=False)
    for data in written[:SET]:
        reads = tools.graph.relations(tools.graph.incoming([data.symbol.id], {EdgeKind.READS}), backwards=True)
        others = [r for r in reads if r.symbol.id != symbol.id and not tools.is_test(r.symbol)]
        if others and len(others) <= FEW:
            names, shown = say.names(others, FEW)
            edges = (data.edge, *(r.edge for r in shown))
            places = (say.site(data.edge, symbol), *(say.site(r.edge, r.symbol) for r in shown))
            verb = "reads" if len(shown) == 1 else "read"
            text = f"{say.named(symbol)} sets {say.named(data.symbol)}, which {names} {verb}."
            book.add(Fact(text, places, "edge", edges=edges, goes_on=True))
            book.walk(edges)


def clauses(question: str) -> list[str]:
    """Return the parts of a question that say something of their own; none if it has but one."""
    found = [part.strip(" ,.?!") for part in _CLAUSE.split(question) if len(part.split()) > 2]
    return found if len(found) > 1 else []


def _found(linker: Linker, words: str, limit: int) -> list[str]:
    return list(dict.fromkeys(h.symbol_id for h in linker.hits(words, limit)))


def _around(tools: Tools, seeds: dict[str, float]) -> dict[str, float]:
    """Share the score of each seed among its neighbours; one of many gets little."""
    near: defaultdict[str, float] = defaultdict(float)
    symbols = tools.graph.symbols(seeds)
    for key, score in seeds.items():
        symbol = symbols.get(key)
        if symbol is None:
            continue
        own = [key, *(m.id for m in tools.graph.members(key))] if symbol.kind in CLASS_LIKE else [key]
        heirs = [r.symbol.id for r in tools.graph.derived(key)[:FEW]] if symbol.kind in CLASS_LIKE else []
        for heir in heirs:
            members = [m.id for m in tools.graph.members(heir) if m.kind in CALLABLE]
            for end in members:
                near[end] += score / (1 + len(members)) ** 0.5
        out = [e.dst for e in tools.graph.outgoing(own, _STEPS)]
        back = [e.src for e in tools.graph.incoming(own[:12], _STEPS)]
        for ends in (set(out), set(back), set(own[1:])):
            for end in ends - {key}:
                near[end] += score / (1 + len(ends)) ** 0.5
        for end in _sharing(tools, own):
            near[end] += score / SHARED
    return dict(near)


def _sharing(tools: Tools, keys: Sequence[str]) -> set[str]:
    """Return what reads or sets the same data, where few do: a flag is set in one place and heeded in another."""
    data = {e.dst for e in tools.store.edges_from(keys, _DATA)}
    users: defaultdict[str, set[str]] = defaultdict(set)
    for edge in tools.store.edges_to(sorted(data)[:FLAGS], _DATA):
        users[edge.dst].add(edge.src)
    return {end for ends in users.values() if len(ends) <= FEW for end in ends} - set(keys)


def _worth(tools: Tools, symbol: Symbol, *, tests: bool) -> bool:
    return (
        not symbol.external
        and symbol.kind not in ("section", "key", "module", "external", "namespace")
        and symbol.role not in ("vendored", "generated")
        and (tests or not tools.is_test(symbol))
    )


def _without_holders(symbols: dict[str, Symbol], ordered: Sequence[str]) -> list[str]:
    """Leave out a class if a better lead is one of its members, and a local of a function that is a lead itself."""
    kept: list[str] = []
    labels: set[tuple[str, str]] = set()
    holders = _holders(symbols[key] for key in ordered)
    for key in ordered:
        symbol = symbols[key]
        inside = symbol.parent in kept and symbols.get(symbol.parent, symbol).kind in CALLABLE
        inside = inside or (symbol.span.path, symbol.label) in labels  # one of several overloads
        labels.add((symbol.span.path, symbol.label))
        if not inside and key not in {p for k in kept for p in holders.get(k, ())}:
            kept.append(key)
    return kept


def _holders(symbols: Iterable[Symbol]) -> dict[str, tuple[str, ...]]:
    return {s.id: (s.parent,) if s.parent else () for s in symbols}
