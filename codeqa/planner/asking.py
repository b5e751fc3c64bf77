"""Questions back: what each thing that a name may mean would give, and when that is worth asking about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from codeqa.clarifying import AskBack
from codeqa.clarifying.splitting import Candidate, question
from codeqa.domain import CLASS_LIKE, Symbol
from codeqa.plan import Both, Plan, Runner, find, piped
from codeqa.planner.grammar import Compiled, alternatives
from codeqa.planner.link import Link, Linker
from codeqa.planner.reaching import plan as path_plan
from codeqa.planner.relating import NUMBERS
from codeqa.tools import Tools

MOST = 30  # candidates whose answers are compared
ENDS = 5  # of them at either end of a chain, which takes longer to look for
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


class Asking:
    """Asks back about the names of one question. Each method raises AskBack where that is worth it."""

    def __init__(self, tools: Tools, runner: Runner, linker: Linker, max_hops: int) -> None:
        self.tools = tools
        self.runner = runner
        self.linker = linker
        self.max_hops = max_hops  # of a chain

    def relation(self, compiled: Compiled) -> None:
        """Ask about the names of a question that has a plan."""
        unsure = [link for link in compiled.links if link.certain and len(link.symbols) > 1]
        plans = [{s: alternatives(compiled, s, link.first) for s in link.symbols[:MOST]} for link in unsure]
        _ask([(link.phrase, self._given(each)) for link, each in zip(unsure, plans, strict=True)], noun(compiled.plan))

    def each(self, link: Link, part: str) -> None:
        """Ask about what a question is about, of which an answer of this part tells."""
        if not link.certain or len(link.symbols) < 2:
            return
        if part in _ITSELF:
            _ask([(link.phrase, self._themselves(link.symbols))], "")
            return
        step = _STEPS.get(part, part)
        plans = {symbol: piped(find(symbol.id), step) for symbol in link.symbols[:MOST]}
        _ask([(link.phrase, self._given(plans))], _NOUNS.get(step, "result"))

    def ends(self, form: str, slots: Mapping[str, str]) -> None:
        """Ask about the two things that a comparison or a chain is of; a question of another form is of no two."""
        phrases = [slots.get(slot, "") for slot in ("a", "b")]
        if form not in ("compare", "path") or not all(phrases):
            return
        one, other = (self.linker.link(phrase) for phrase in phrases)
        if form == "compare":
            _ask([(link.phrase, self._themselves(link.symbols)) for link in (one, other) if link.certain], "")
        elif one.certain and other.certain:
            starts = {s: path_plan(_only(one, s), other, self.max_hops) for s in one.symbols[:ENDS]}
            stops = {s: path_plan(one, _only(other, s), self.max_hops) for s in other.symbols[:ENDS]}
            found = ((one, starts), (other, stops))
            _ask([(link.phrase, self._given(plans)) for link, plans in found if len(plans) > 1], "step")

    def _themselves(self, symbols: Sequence[Symbol]) -> list[Candidate]:
        return [Candidate(s, frozenset((s.id,)), 1, self._owner(s)) for s in symbols[:MOST]]

    def _given(self, plans: Mapping[Symbol, Plan]) -> list[Candidate]:
        found = ((s, _found(self.runner, plan), self.runner.number(plan)) for s, plan in plans.items())
        return [Candidate(symbol, ids, number, self._owner(symbol)) for symbol, ids, number in found]

    def _owner(self, symbol: Symbol) -> Symbol | None:
        owner = self.tools.graph.symbol(symbol.parent) if symbol.parent else None
        return owner if owner is not None and owner.kind in CLASS_LIKE else None


def _only(link: Link, symbol: Symbol) -> Link:
    return Link(link.phrase, (symbol,), link.how)


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


def _found(runner: Runner, plan: Plan) -> frozenset[str]:
    """Return what a plan finds: the ids of its rows, or the steps of its chain."""
    while not isinstance(plan, Both) and plan.source is not None and plan.name in NUMBERS:
        plan = plan.source
    result = runner.run(plan)
    if result.edges:
        return frozenset(f"{e.src} {e.dst} {e.site}" for e in result.edges)
    return frozenset(row.symbol.id for row in result.rows)
