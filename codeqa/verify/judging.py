"""One stated relation against the graph: verified, refuted, or neither."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise, product

from codeqa.domain import (
    AbsenceCheck,
    ClaimCheck,
    Edge,
    EdgeKind,
    PathCheck,
    Strategy,
    Symbol,
)
from codeqa.graph import CALLS, HIERARCHY, TRUSTED, USES, WALKED
from codeqa.tools import Tools
from codeqa.verify import absence
from codeqa.verify.counting import Counter
from codeqa.verify.facts import definition_check, edge_check
from codeqa.verify.judgement import Judgement, refuted, unverified
from codeqa.verify.naming import Named, holds
from codeqa.verify.stated import ANY_LINE, Name, Spot, Statement

MAX_NAMES = 40  # of one statement
DOC_LINES = 12  # between documentation and the line of a name: decorators, parameters
SURE = TRUSTED - {Strategy.DISPATCH}
RELATIONS: dict[str, frozenset[EdgeKind]] = {
    "calls": CALLS,
    "creates": CALLS,
    "raises": frozenset({EdgeKind.RAISES}),
    "reads": frozenset({EdgeKind.READS}),
    "writes": frozenset({EdgeKind.WRITES}),
    "inherits": frozenset({EdgeKind.INHERITS}),
    "implements": frozenset({EdgeKind.IMPLEMENTS, EdgeKind.OVERRIDES}),
    "heirs": HIERARCHY,
    "overrides": frozenset({EdgeKind.OVERRIDES}),
    "decorates": frozenset({EdgeKind.DECORATES}),
    "imports": frozenset({EdgeKind.IMPORTS}),
    "defines": frozenset({EdgeKind.CONTAINS}),
    "registers": frozenset({EdgeKind.REGISTERS}),
    "types": frozenset({EdgeKind.TYPES}),
    "refers": frozenset({EdgeKind.REFERS}),
    "uses": USES | HIERARCHY | {EdgeKind.IMPORTS},
}
UPWARDS = ("inherits", "implements", "heirs", "overrides")  # what holds over several steps too
OF_ITSELF = (*UPWARDS, "defines", "decorates", "imports")  # not said of what is inside
ABSENT = {  # what "has no callers" denies
    "callers": "calls",
    "subclasses": "heirs",
    "implementers": "heirs",
    "overriders": "overrides",
    "users": "uses",
    "readers": "reads",
    "writers": "writes",
}
_IDENTIFIER = re.compile(r"(?!__)[^\W\d]\w*\Z")


@dataclass(slots=True)
class _Found:
    """Edges between two names: sure ones, and others that may be meant."""

    sure: list[Edge] = field(default_factory=list)
    other: list[Edge] = field(default_factory=list)


class Judge:
    """Judges statements over the names and citations of one text."""

    def __init__(self, tools: Tools, named: Named) -> None:
        self.tools = tools
        self.named = named
        self.counter = Counter(tools, named)

    def judge(self, said: Statement) -> Judgement:
        """Look a statement up."""
        names = (*said.subjects, *said.objects, *said.through)
        if len(names) > MAX_NAMES:
            return unverified(f"{len(names)} names are too many for a sentence")
        relation = not said.negative and said.verb in RELATIONS
        for name in names:
            if trouble := self._named(name):
                return trouble
            if name.spot and not relation and not self._stands(name):  # else it may be where the relation is stated
                return _elsewhere(self.named.meant(name), name.spot)
        if said.verb in ("kind", "at", "signature", "lines", "quote"):
            return self._about_itself(said)
        if relation:
            return self._through(said) if said.through else self._each(said)
        judges = {
            "count": self.counter.count,
            "nothing": self._nothing,
            "no chain": self._no_chain,
            "reach": self._reach,
            "chain": self._reach,
            "tests": self._tests,
        }
        return self._shown((self._absent if said.negative else judges[said.verb])(said), said)

    def _each(self, said: Statement) -> Judgement:
        checks: list[ClaimCheck] = []
        for subject, target in product(said.subjects, said.objects):
            found = self._shown(self._relation(subject, target, said), said)
            if found.verdict != "verified":
                return found
            checks += found.checks
        return Judgement("verified", checks=tuple(checks))

    # ---------------------------------------------------------------------------------------------------------- names

    def _named(self, name: Name) -> Judgement | None:
        """Judge what a sentence says of a name on the way; None if there is nothing against it."""
        found = self.named.meant(name)
        if not found:
            return unverified(f"{name.text} is no symbol of this repository")
        if name.kind and all(self.named.is_no(s, name.kind) for s in found):
            return refuted(f"{name.text} is no {name.kind}: {found[0].cite} defines a {found[0].kind}")
        if name.kind and not any(self.named.is_a(s, name.kind) for s in found):
            return unverified(f"{name.text} is a {found[0].kind}")
        return None

    def _shown(self, found: Judgement, said: Statement) -> Judgement:
        """A claim that cites lines which show nothing of what it says is not verified."""
        if found.verdict != "verified" or not self.named.citations:
            return found
        symbols = [s for name in (*said.subjects, *said.objects) for s in self.named.meant(name)]
        places = [*found.places, *((s.span.path, s.name_line) for s in symbols)]
        for check in found.checks:
            edges = check.edges if isinstance(check, PathCheck) else (check,)
            for edge in edges:
                if hasattr(edge, "site"):
                    path, _, line = str(edge.site).rpartition(":")
                    places.append((path, int(line)))
        if any(self.named.covers(path, line) for path, line in places):
            return found
        return Judgement("unverified", "the cited lines show nothing of it", found.checks)

    # ------------------------------------------------------------------------------------------------------ relations

    def _relation(self, subject: Name, target: Name, said: Statement) -> Judgement:
        """Judge one relation between two names."""
        if said.verb == "decorates":
            subject, target = target, subject
        sources, targets = self.named.meant(subject), self.named.meant(target)
        found = self._between(sources, targets, said)
        sure = found.sure
        if said.strategy:
            sure = [e for e in (*found.sure, *found.other) if e.strategy == said.strategy]
            if said.candidates:
                sure = [e for e in sure if e.candidates == said.candidates]
        if not sure:
            return self._no_relation(subject, target, sources, targets, found, said)
        spots = (*said.spots, *(n.spot for n in (subject, target) if n.spot and not self._stands(n)))
        placed = [e for e in sure if all(_at(e, spot) for spot in spots)]
        if not placed:
            return refuted(f"it is stated at {', '.join(sorted({e.site for e in sure})[:3])}")
        shown = [e for e in placed if self.named.covers(e.path, e.line)] or placed
        if len(sources) > 1 and len({e.src for e in placed}) < len(sources) and not said.spots:
            cited = [e for e in placed if self.named.covers(e.path, e.line)]
            if not cited:
                return unverified(f"{len(sources)} symbols are named {subject.text}, and it is not so of all of them")
        if said.verb in UPWARDS and not said.direct:
            return self._climbed(sources, targets, said, shown)
        checks: list[ClaimCheck] = [edge_check(shown[0])]
        checks += [definition_check(s) for n in (subject, target) if n.spot for s in self.named.meant(n)]
        return Judgement("verified", checks=tuple(checks))

    def _climbed(
        self, sources: Sequence[Symbol], targets: Sequence[Symbol], said: Statement, edges: Sequence[Edge]
    ) -> Judgement:
        chain = self._chain_up(sources, targets, RELATIONS[said.verb])
        if len(chain) < 2:
            return Judgement("verified", checks=(edge_check(edges[0]),))
        return Judgement("verified", checks=(PathCheck(tuple(edge_check(e) for e in chain)),))

    def _between(self, sources: Sequence[Symbol], targets: Sequence[Symbol], said: Statement) -> _Found:
        kinds = RELATIONS[said.verb]
        ends = {key for t in targets for key in self._itself(t, said.verb)}
        found = _Found()
        for source in sources:
            if said.verb in UPWARDS:
                ids = {t.id for t in targets}
                near = [e for e in self.tools.store.edges_from(self.tools.itself(source), kinds) if e.dst in ids]
                for edge in near:
                    (found.sure if edge.strategy in SURE else found.other).append(edge)
                steps = [] if near else self._chain_up([source], targets, kinds)
                if steps and (len(steps) == 1 or not said.direct):
                    whole = steps[-1]._replace(src=source.id) if len(steps) > 1 else steps[0]
                    (found.sure if all(e.strategy in SURE for e in steps) else found.other).append(whole)
                continue
            for edge in self._outgoing(source, said.verb):
                if edge.dst in ends and edge.kind in kinds and self._fits(edge, said.verb):
                    (found.sure if edge.strategy in SURE else found.other).append(edge)
        return found

    def _outgoing(self, source: Symbol, verb: str) -> list[Edge]:
        keys = [source.id] if verb in OF_ITSELF else absence.inner(self.tools, source)
        stored = self.tools.store.edges_from(keys, RELATIONS[verb])
        derived = self.tools.graph.outgoing(keys, RELATIONS[verb]) if RELATIONS[verb] & CALLS else []
        return list(dict.fromkeys([*stored, *derived]))

    def _itself(self, target: Symbol, verb: str) -> list[str]:
        return [target.id] if verb in ("defines", "imports") else self.tools.itself(target)

    def _fits(self, edge: Edge, verb: str) -> bool:
        """An object is created by an edge that says so, or by a call of a constructor."""
        if verb != "creates" or edge.kind is EdgeKind.INSTANTIATES:
            return True
        end = self.tools.graph.symbol(edge.dst)
        return end is not None and end.kind == "constructor"

    def _chain_up(self, sources: Sequence[Symbol], targets: Sequence[Symbol], kinds: frozenset[EdgeKind]) -> list[Edge]:
        """Return the shortest chain of such edges from one to the other, [] if there is none."""
        ends = {t.id for t in targets}
        ways: dict[str, list[Edge]] = {key: [] for s in sources for key in self.tools.itself(s)}
        frontier = list(ways)
        for _ in range(12):
            edges = [e for e in self.tools.store.edges_from(frontier, kinds) if e.strategy in SURE]
            frontier = []
            for edge in edges:
                if edge.dst in ends:
                    return [*ways[edge.src], edge]
                if edge.dst not in ways:
                    ways[edge.dst] = [*ways[edge.src], edge]
                    frontier.append(edge.dst)
            if not frontier:
                break
        return []

    def _no_relation(
        self,
        subject: Name,
        target: Name,
        sources: Sequence[Symbol],
        targets: Sequence[Symbol],
        found: _Found,
        said: Statement,
    ) -> Judgement:
        """Say that no edge states it; refuted only where nothing can hide one."""
        words = f"{subject.text} {said.verb} {target.text}"
        if found.sure or found.other:
            first = (*found.other, *found.sure)[0]
            return unverified(f"{first.site} may state it: {first.strategy}, one of {first.candidates}")
        if said.verb in UPWARDS:
            mixed = self._chain_up(sources, targets, HIERARCHY | {EdgeKind.OVERRIDES})
            if mixed:
                return unverified(f"{mixed[0].site} states something like it: {mixed[0].kind}")
        if len(sources) > 1 or len(targets) > 1:
            return unverified(f"no edge states it, and several symbols have these names: {words}")
        if doubt := self._doubt(sources[0], targets[0], said.verb):
            return unverified(doubt)
        return refuted(f"the graph holds no such edge, and nothing there names {targets[0].name}: {words}")

    def _doubt(self, source: Symbol, target: Symbol, verb: str) -> str:
        """Say what may hide an edge between two symbols, "" if nothing does."""
        if verb == "defines":
            inherited = [m for r in self.tools.graph.bases(source.id) for m in self.tools.graph.members(r.symbol.id)]
            return "it is inherited" if any(m.id == target.id for m in inherited) else ""
        if source.external or not source.span.path or source.kind in ("section", "key"):
            return f"{source.label} lies outside, or is no code"
        if not _IDENTIFIER.match(target.name) or target.kind in ("module", "section", "key"):
            return f"{target.name} may be used without being named"
        texts = [self.named.body(source)]
        if verb in UPWARDS:
            above = self.tools.graph.bases(source.parent or source.id if verb == "overrides" else source.id)
            if any(r.symbol.external for r in above):
                return f"{source.label} has ancestors outside of the repository"
            texts += [self.named.body(r.symbol) for r in above]
        names = {target.name}
        if target.kind == "constructor":
            names.add(target.parent.rpartition("::")[2].rpartition(".")[2])
        if any(re.search(rf"(?<![\w]){re.escape(n)}(?!\w)", text) for text in texts for n in names if n):
            return f"{source.label} names {target.name}, and no edge says what that is"
        aliased = [e for e in self.tools.store.edges_to(self.tools.itself(target)) if e.name not in names]
        return f"{target.name} has other names: {aliased[0].name}" if aliased else ""

    def _through(self, said: Statement) -> Judgement:
        """`A` calls `B` through `C`: a call each."""
        if said.verb == "reach":
            return self._shown(self._reach(said), said)
        if len(said.subjects) > 1 or len(said.objects) > 1 or len(said.through) > 1 or said.direct:
            return unverified("which calls which is not clear")
        checks: list[ClaimCheck] = []
        for one, other in pairwise((said.subjects[0], said.through[0], said.objects[0])):
            step = Statement("calls", (one,), (other,))
            found = self._shown(self._relation(one, other, step), step)
            if found.verdict != "verified":
                return found
            checks += found.checks
        return Judgement("verified", checks=tuple(checks))

    # --------------------------------------------------------------------------------------------------------- chains

    def _reach(self, said: Statement) -> Judgement:
        if len(said.subjects) > 1 or len(said.objects) > 1 or said.spots:
            return unverified("a chain has one beginning and one end")
        if said.verb == "chain":
            return self._told(said)
        stops = (said.subjects[0], *said.through, said.objects[0])
        edges: list[Edge] = []
        checks: list[ClaimCheck] = []
        for one, other in pairwise(stops):
            sources, targets = self.named.meant(one), self.named.meant(other)
            if len(sources) > 1 or len(targets) > 1:
                return unverified(f"several symbols are named {one.text} or {other.text}")
            step, _ = self.tools.chain(sources, targets)
            if not step:
                return unverified(f"no chain was found from {one.text} to {other.text}")
            edges += step
            checks.append(PathCheck(tuple(edge_check(e) for e in step)))
        if (said.number and len(edges) != said.number) or (said.direct and len(edges) > 1):
            return unverified(f"the chain that was found has {len(edges)} steps")
        return Judgement("verified", checks=tuple(checks))

    def _told(self, said: Statement) -> Judgement:
        """A chain that is told step by step."""
        told = said.through
        if (told[0].text, told[-1].text) != (said.subjects[0].text, said.objects[0].text):
            return unverified("the chain that is told has other ends")
        if len(told) - 1 != said.number:
            return refuted(f"the chain that is told has {len(told) - 1} steps, not {said.number}")
        edges: list[Edge] = []
        here = {s.id for s in self.named.meant(told[0])}
        for one, other in pairwise(told):
            inside = [k for s in self.named.meant(one) for k in absence.inner(self.tools, s) if s.id in here]
            ends = {k for s in self.named.meant(other) for k in self.tools.itself(s)}
            held = self.tools.store.edges_from(sorted(here), {EdgeKind.CONTAINS})
            steps = [e for e in (*self.tools.graph.outgoing(inside, WALKED), *held) if e.dst in ends]
            if not steps:
                return unverified(f"no edge was found from {one.text} to {other.text}")
            edges.append(next((e for e in steps if e.src in here), steps[0]))
            here = {edges[-1].dst}
        if any(one.dst != other.src for one, other in pairwise(edges)):
            return Judgement("verified", checks=tuple(edge_check(e) for e in edges))
        return Judgement("verified", checks=(PathCheck(tuple(edge_check(e) for e in edges)),))

    def _no_chain(self, said: Statement) -> Judgement:
        sources, targets = self.named.meant(said.subjects[0]), self.named.meant(said.objects[0])
        if len(sources) > 1 or len(targets) > 1:
            return unverified("several symbols have these names")
        return self.counter.no_chain(sources[0], targets[0])

    def _tests(self, said: Statement) -> Judgement:
        checks: list[ClaimCheck] = []
        for one, other in product(said.subjects, said.objects):
            tests, targets = self.named.meant(one), self.named.meant(other)
            if len(tests) > 1 or len(targets) > 1 or said.spots:
                return unverified(f"several symbols are named {one.text} or {other.text}")
            found = self.counter.tests(tests[0], targets[0], direct=said.direct)
            if found.verdict != "verified":
                return found
            checks += found.checks
        return Judgement("verified", checks=tuple(checks))

    # ------------------------------------------------------------------------------------------------------ absence

    def _nothing(self, said: Statement) -> Judgement:
        if said.noun not in ABSENT:
            return unverified(f"that there are no {said.noun} cannot be told")
        return self._absent(Statement(ABSENT[said.noun], (), said.subjects, negative=True))

    def _absent(self, said: Statement) -> Judgement:
        if said.verb not in RELATIONS or said.spots or said.strategy or said.through:
            return unverified("that there is none cannot be told")
        if said.verb in UPWARDS and said.subjects and said.objects:
            return self._unrelated(said)
        checks: list[ClaimCheck] = []
        for one, other in product(said.subjects or (None,), said.objects or (None,)):
            for source, target in product(self._ends(one), self._ends(other)):
                kinds = tuple(sorted(RELATIONS[said.verb]))
                ends = source.id if source else "", target.id if target else ""
                check = AbsenceCheck(ends[0], kinds, ends[1])
                looked = absence.look(self.tools, check)
                stated = [e for e in looked.stated if self._fits(e, said.verb)]
                if stated:
                    holders = self.tools.graph.symbols(e.src for e in stated).values()
                    if said.noun and not any(self.named.is_a(s, said.noun) for s in holders):
                        return unverified(f"{stated[0].site} states it of what is no {said.noun}")
                    sole = len(self._ends(one)) == len(self._ends(other)) == 1
                    said_at = f"{stated[0].site} states it"
                    return refuted(said_at) if sole else unverified(said_at)
                if looked.doubts or looked.stated:
                    return unverified(f"it cannot be ruled out: {(looked.doubts or [looked.stated[0].site])[0]}")
                checks.append(check)
        return Judgement("verified", checks=tuple(checks))

    def _ends(self, name: Name | None) -> Sequence[Symbol | None]:
        return [None] if name is None else self.named.meant(name)

    def _unrelated(self, said: Statement) -> Judgement:
        for one, other in product(said.subjects, said.objects):
            sources, targets = self.named.meant(one), self.named.meant(other)
            if chain := self._chain_up(sources, targets, RELATIONS[said.verb]):
                sole = len(sources) == len(targets) == 1 and (len(chain) == 1 or not said.direct)
                return refuted(f"{chain[0].site} states it") if sole else unverified(f"{chain[0].site} states it")
        return unverified("that there is no such ancestor cannot be told")

    # -------------------------------------------------------------------------------------------------- definitions

    def _stands(self, name: Name) -> bool:
        """Tell whether the place that a sentence adds to a name is where it is defined."""
        return name.spot is not None and any(_defined_at(s, name.spot) for s in self.named.meant(name))

    def _about_itself(self, said: Statement) -> Judgement:
        if said.verb == "quote" and not said.subjects:
            return Judgement("verified")  # that it stands in the cited lines has been looked up
        found = self.named.meant(said.subjects[0]) if len(said.subjects) == 1 else []
        if not found:
            return unverified("several things are said to be one")
        if said.verb == "quote":
            return self._documented(found, said)
        judged = [(symbol, self._one(symbol, said)) for symbol in found]
        if right := [(s, j) for s, j in judged if j.verdict == "verified"]:
            if len(right) < len(found) and said.verb != "at":
                return unverified(f"{len(found)} symbols are named {said.subjects[0].text}")
            shown = self._shown(Judgement("verified", checks=tuple(definition_check(s) for s, _ in right)), said)
            return shown if not right[0][1].checks else Judgement(shown.verdict, shown.reason, right[0][1].checks)
        if len(found) > 1 and any(j.verdict != "refuted" for _, j in judged):
            return unverified(f"{len(found)} symbols are named {said.subjects[0].text}")
        return judged[0][1]

    def _one(self, symbol: Symbol, said: Statement) -> Judgement:
        if said.verb == "kind":
            return self._kind(symbol, said)
        if said.verb == "at":
            held = all(_defined_at(symbol, spot) for spot in said.spots) and not symbol.external
            return Judgement("verified") if held else _elsewhere([symbol], said.spots[-1])
        if said.verb == "signature":
            held = holds(symbol.signature, said.quote)
            return Judgement("verified") if held else unverified(f"its signature is {symbol.signature}")
        right = symbol.span.end_line == said.number and symbol.kind == "module"
        return Judgement("verified") if right else refuted(f"{symbol.label} has {symbol.span.end_line} lines")

    def _documented(self, found: Sequence[Symbol], said: Statement) -> Judgement:
        """A quote is of something's documentation if that has it, and a cited place beside its head has it too."""
        wanted = " ".join(said.quote.split())
        for symbol in found:
            lines = symbol.doc.count("\n") + DOC_LINES
            first, last = symbol.span.start_line - lines, symbol.name_line + lines
            near = [c for c in self.named.citations if c.path == symbol.span.path and first <= c.start_line <= last]
            if wanted in " ".join(symbol.doc.split()) and any(c in near for c in self.named.having(said.quote)):
                return Judgement("verified", checks=(definition_check(symbol),))
        return unverified(f"the documentation of {said.subjects[0].text} does not say so")

    def _kind(self, symbol: Symbol, said: Statement) -> Judgement:
        if self.named.is_no(symbol, said.noun):
            return refuted(f"{symbol.label} is a {symbol.kind}")
        if symbol.kind != said.noun and said.noun != "type":
            return unverified(f"{symbol.label} is a {symbol.kind}")
        owner = symbol.label.rpartition(".")[0]
        for name in said.objects:
            owners = self.named.meant(name)
            if all(o.id != symbol.parent and o.label != owner for o in owners):
                return refuted(f"{symbol.label} belongs to {owner or symbol.span.path}")
        return Judgement("verified")


def _defined_at(symbol: Symbol, spot: Spot) -> bool:
    if spot.path and symbol.span.path != spot.path:
        return False
    if spot.start == ANY_LINE:
        return True
    if spot.end > spot.start:
        return (spot.start, spot.end) == (symbol.span.start_line, symbol.span.end_line)
    return spot.start == symbol.name_line


def _elsewhere(symbols: Sequence[Symbol], spot: Spot) -> Judgement:
    """Something is defined elsewhere; that its decorators or annotations begin there is not quite wrong."""
    said = f"{symbols[0].label} is defined at {symbols[0].cite}"
    begins = any(s.span.path == (spot.path or s.span.path) and s.span.start_line == spot.start for s in symbols)
    return unverified(said) if begins else refuted(said)


def _at(edge: Edge, spot: Spot) -> bool:
    if spot.path and edge.path != spot.path:
        return False
    return spot.start == ANY_LINE or spot.start <= edge.line <= spot.end
