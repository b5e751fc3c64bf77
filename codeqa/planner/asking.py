"""Questions back: what each thing that a name may mean would give, and when that is worth asking about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from codeqa.clarifying import AskBack
from codeqa.clarifying.splitting import Candidate, question
from codeqa.domain import CLASS_LIKE, Symbol
from codeqa.plan import Both, Plan, Runner, find, piped
from codeqa.planner.grammar import Compiled, alternatives
from codeqa.planner.link import Link
from codeqa.planner.reaching import plan as path_plan
from codeqa.planner.relating import NUMBERS
from codeqa.tools import Tools

MOST = 30  # candidates whose answers are compared
ENDS = 8  # of them at either end of a chain, which takes longer to look for
_ITSELF = frozenset({"what", "where", "definition"})  # parts of an answer that tell of the symbol and of nothing else
_STEPS = {"overrides": "overriders", "heirs": "subclasses", "places": "users"}  # by part, where it is another word
_NOUNS = {
    "callers": "caller",
    "callees": "callee",
    "tests": "test",
    "documents": "section",
    "subclasses": "heir",
    "implementers": "implementation",
    "overriders": "override",
    "users": "user",
    "readers": "reader",
    "writers": "writer",
    "instantiations": "place",
    "raisers": "place",
    "impact": "dependent",
    "members": "member",
    "bases": "base",
    "sites": "place",
    "path": "step",
}


def relation(tools: Tools, runner: Runner, compiled: Compiled) -> None:
    """Ask about the names of a question that has a plan. Raises AskBack."""
    unsure = [link for link in compiled.links if link.certain and len(link.symbols) > 1]
    names = [
        (link.phrase, _given(tools, runner, {s: alternatives(compiled, s, link.first) for s in link.symbols[:MOST]}))
        for link in unsure
    ]
    _ask(names, noun(compiled.plan))


def each(tools: Tools, runner: Runner, link: Link, part: str) -> None:
    """Ask about what a question of one part is about. Raises AskBack."""
    if not link.certain or len(link.symbols) < 2:
        return
    if part in _ITSELF:
        _ask([(link.phrase, _themselves(tools, link.symbols))], "")
        return
    step = _STEPS.get(part, part)
    plans = {symbol: piped(find(symbol.id), step) for symbol in link.symbols[:MOST]}
    _ask([(link.phrase, _given(tools, runner, plans))], _NOUNS.get(step, "result"))


def beside(tools: Tools, links: Sequence[Link]) -> None:
    """Ask about the two things that are to be compared. Raises AskBack."""
    _ask([(link.phrase, _themselves(tools, link.symbols)) for link in links if link.certain], "")


def ends(tools: Tools, runner: Runner, source: Link, target: Link, max_hops: int) -> None:
    """Ask about the two ends of a chain. Raises AskBack."""
    if not (source.certain and target.certain):
        return
    starts = {s: path_plan(Link(source.phrase, (s,), source.how), target, max_hops) for s in source.symbols[:ENDS]}
    stops = {s: path_plan(source, Link(target.phrase, (s,), target.how), max_hops) for s in target.symbols[:ENDS]}
    names = [
        (link.phrase, _given(tools, runner, plans))
        for link, plans in ((source, starts), (target, stops))
        if len(plans) > 1
    ]
    _ask(names, "step")


def noun(plan: Plan) -> str:
    """Return what a plan counts, in the singular."""
    while not isinstance(plan, Both):
        if plan.name in _NOUNS:
            return _NOUNS[plan.name]
        if plan.name not in (*NUMBERS, "where", "rank", "first", "having", "without", "defining") or not plan.source:
            break
        plan = plan.source
    return "result"


def _ask(names: Sequence[tuple[str, Sequence[Candidate]]], counted: str) -> None:
    clarify = question(names, counted)
    if clarify is not None:
        raise AskBack(clarify)


def _themselves(tools: Tools, symbols: Sequence[Symbol]) -> list[Candidate]:
    return [Candidate(s, frozenset((s.id,)), 1, _owner(tools, s)) for s in symbols[:MOST]]


def _given(tools: Tools, runner: Runner, plans: Mapping[Symbol, Plan]) -> list[Candidate]:
    return [Candidate(s, _found(runner, plan), runner.number(plan), _owner(tools, s)) for s, plan in plans.items()]


def _found(runner: Runner, plan: Plan) -> frozenset[str]:
    """Return what a plan finds: the ids of its rows, or the steps of its chain."""
    while not isinstance(plan, Both) and plan.source is not None and plan.name in NUMBERS:
        plan = plan.source
    result = runner.run(plan)
    if result.edges:
        return frozenset(f"{e.src} {e.dst} {e.site}" for e in result.edges)
    return frozenset(row.symbol.id for row in result.rows)


def _owner(tools: Tools, symbol: Symbol) -> Symbol | None:
    owner = tools.graph.symbol(symbol.parent) if symbol.parent else None
    return owner if owner is not None and owner.kind in CLASS_LIKE else None
