"""Numbers that a sentence states, counted again by plans."""

from __future__ import annotations

from collections.abc import Sequence

from codeqa.domain import CALLABLE, CLASS_LIKE, CountCheck, EdgeKind, Strategy, Symbol
from codeqa.plan import Both, Call, Plan, Result, Row, Runner, find, piped, render
from codeqa.tools import Tools
from codeqa.verify.absence import inner
from codeqa.verify.judgement import Judgement, refuted, unverified
from codeqa.verify.naming import Named
from codeqa.verify.stated import Statement

INCOMING = {  # what a verb is counted by, seen from its object
    "calls": "callers",
    "creates": "instantiations",
    "raises": "raisers",
    "reads": "readers",
    "writes": "writers",
    "inherits": "subclasses",
    "heirs": "subclasses",
    "implements": "implementers",
    "overrides": "overriders",
    "uses": "users",
    "imports": "importers",
    "tests": "tests",
}
OUTGOING = {
    "calls": "callees",
    "creates": "creates",
    "raises": "raises",
    "reads": "reads",
    "writes": "writes",
    "overrides": "overrides",
    "inherits": "bases",
    "defines": "members",
}
STRUCTURE = ("subclasses", "implementers", "overriders", "bases", "members", "overrides")  # hidden by no call site


class Counter:
    """Counts again what a sentence counts."""

    def __init__(self, tools: Tools, named: Named) -> None:
        self.tools = tools
        self.named = named
        self.runner = Runner(tools)

    def count(self, said: Statement) -> Judgement:
        """Judge a number. Verified if it is what its words mean; refuted if it is so in no reading of them."""
        found = self.named.meant(said.objects[0]) if len(said.objects) == 1 else []
        if len(found) != 1:
            return unverified(f"{len(found)} symbols may be meant")
        symbol = found[0]
        step, kind, places, outgoing = self._step(said.noun)
        if not step:
            return unverified(f"{said.noun} cannot be counted")
        source = find(symbol.id)
        plan = self._plan(source, step, kind, said)
        if plan is None:
            return unverified(f"direct {step} cannot be counted")
        rows = self.runner.run(plan)
        if said.noun.endswith(" files"):
            number = len({e.path for row in rows.rows for e in row.sites})
            if number != said.number:
                return unverified(f"they are in {number} files")
            return Judgement("verified")
        whole = piped(plan, "sites" if places else "count")
        number = self.runner.number(whole)
        hidden = self._hidden(symbol, step, outgoing=outgoing, rows=rows.rows)
        if number == said.number and not self._unfit(rows, kind, step) and (not hidden or said.least):
            sites = tuple((e.path, e.line) for row in rows.rows for e in row.sites)
            return Judgement("verified", "", (CountCheck(render(whole), number),), sites)
        if hidden or said.number in self._readings(source, step, rows):
            return unverified(hidden or f"in one reading of it there are {number}")
        return refuted(f"there are {number}: {render(whole)}")

    def _plan(self, source: Plan, step: str, kind: str, said: Statement) -> Plan | None:
        """Return what finds what is counted; None where no plan does."""
        plan = self._direct(source, step) if said.direct else piped(source, step)
        if plan is not None and kind == "methods":
            plan = piped(plan, "where", kind="method")
        return piped(plan, "where", test=said.tests) if plan is not None and said.tests else plan

    def _step(self, noun: str) -> tuple[str, str, bool, bool]:
        """Return step, kind of what is counted, whether places are counted, and whether the step leads away."""
        words = noun.split()
        if len(words) == 1:
            return ("members", "methods", False, True) if noun == "methods" else (noun, "", False, noun == "bases")
        if words[1] == "at":  # a number of files is judged by the places in them
            return INCOMING.get(words[0], ""), "", True, False
        if words[1] == "by":
            return INCOMING.get(words[0], ""), words[2], False, False
        return OUTGOING.get(words[0], ""), words[1], False, True

    def _direct(self, source: Plan, step: str) -> Plan | None:
        """Return the plan that counts what is one step away only."""
        if step == "tests":
            return Call("tests", source, (), (("depth", 1),))
        if step in ("callers", "callees"):
            return piped(source, step)
        if step == "subclasses":
            below = piped(piped(source, step), step)
            return Both("-", piped(source, step), below)
        return None

    def _unfit(self, found: Result, kind: str, step: str) -> bool:
        """Tell whether some of what is counted is not of the kind that the sentence says, or not surely there."""
        rows = found.rows
        if kind and kind != "methods" and not all(self.named.is_a(row.symbol, kind) for row in rows):
            return True
        if any(row.symbol.external for row in rows):
            return True
        return bool(found.notes) or any(_unsure(row) for row in rows)

    def _hidden(self, symbol: Symbol, step: str, *, outgoing: bool, rows: Sequence[Row]) -> str:
        if step in STRUCTURE:
            return ""
        if outgoing:
            sites = self.tools.store.unresolved_from(inner(self.tools, symbol))
        else:
            sites = self.tools.unresolved(symbol) if symbol.kind in CALLABLE | CLASS_LIKE else []
        if sites:
            return f"{sites[0].path}:{sites[0].line} could not be resolved and may be one more"
        return "some of them are reached by dispatch only" if any(_unsure(row) for row in rows) else ""

    def _readings(self, source: Plan, step: str, rows: Result) -> set[int]:
        """Return every number that the words may mean, with and without tests, by symbols, places and files."""
        found: set[int] = set()
        everything = self.runner.run(piped(source, step)).rows
        for kept in (rows.rows, everything):
            for test in (None, True, False):
                part = [r for r in kept if test is None or self.tools.is_test(r.symbol) is test]
                found |= {len(part), len({(r.symbol.id, e.site) for r in part for e in r.sites})}
                found |= {len({e.path for r in part for e in r.sites}), len({e.site for r in part for e in r.sites})}
                found |= {len([r for r in part if len(r.edges) < 2]), len([r for r in part if not r.symbol.external])}
                found |= {len([r for r in part if not _unsure(r)])}
        return found

    def no_chain(self, source: Symbol, target: Symbol) -> Judgement:
        """No chain of resolved calls was found."""
        plan = Call("length", Call("path", None, (find(source.id), find(target.id))))
        number = self.runner.number(plan)
        if number:
            return refuted(f"there is one of {number} steps")
        return Judgement("verified", checks=(CountCheck(render(plan), 0),))

    def tests(self, test: Symbol, target: Symbol, *, direct: bool) -> Judgement:
        """A test reaches something within the steps that a search for tests goes."""
        if not self.tools.is_test(test):
            return unverified(f"{test.label} is no test")
        reached: Plan = Call("tests", find(target.id), (), (("depth", 1),) if direct else ())
        plan = piped(Both("&", reached, find(test.id)), "count")
        if self.runner.number(plan) == 1:
            return Judgement("verified", checks=(CountCheck(render(plan), 1),))
        return unverified(f"that {test.label} reaches {target.label} was not found")


def _unsure(row: Row) -> bool:
    """Tell whether only dynamic dispatch leads to something."""
    calls = [e for e in row.sites if e.kind is EdgeKind.CALLS]
    return bool(calls) and len(calls) == len(row.sites) and all(e.strategy is Strategy.DISPATCH for e in calls)
