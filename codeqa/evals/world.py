"""The whole graph of an index in memory, as sets: what keys are computed from.

Reads stored symbols and edges and nothing that answers questions, so that a mistake in a walk is not in its key too.
What the graph derives is derived here anew, from what is stored: dispatch from overrides, containment from parents.
"""

from __future__ import annotations

import math
import random
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cached_property

from codeqa.domain import CALLABLE, CLASS_LIKE, Edge, EdgeKind, Strategy, Symbol
from codeqa.evals.items import Reading
from codeqa.graph import CALLS, HIERARCHY, TRUSTED, USES, WALKED, Graph, without_declarations
from codeqa.store import Store

DATA = frozenset({"field", "variable", "constant", "enum_member"})
SAYABLE = re.compile(r"[A-Za-z_]\w{2,}(?:\.[A-Za-z_]\w*)*\Z")  # a name that a person would write into a question
UNNAMED = frozenset({"section", "key", "module", "external"})  # namesakes that leave no doubt which one is meant
AT_ONCE = 20_000  # symbols whose edges are read together
FAR = 40  # calls: further than any walk goes


class World:
    """Symbols and edges of one generation.

    A name means a group of ids: definitions of one name in one file, a declaration with its definition, a class with
    its constructors. What must be in a key is walked from id to id, each twin by itself, for two functions of one name
    are not one; what may be in it is walked from group to group, for an answer may not tell them apart.
    """

    def __init__(self, store: Store, graph: Graph, is_test: Callable[[str, str], bool]) -> None:
        self.store = store
        self.symbols = {symbol.id: symbol for symbol in store.all_symbols()}
        self._is_test = is_test
        self._out: dict[str, list[Edge]] = defaultdict(list)
        self._in: dict[str, list[Edge]] = defaultdict(list)
        keys = list(self.symbols)
        for start in range(0, len(keys), AT_ONCE):
            for edge in store.edges_from(keys[start : start + AT_ONCE]):
                self._out[edge.src].append(edge)
                self._in[edge.dst].append(edge)
        self.children: dict[str, list[str]] = defaultdict(list)
        self._named: dict[str, list[str]] = defaultdict(list)
        for symbol in self.symbols.values():
            self.children[symbol.parent].append(symbol.id)
            self._named[symbol.name].append(symbol.id)
        self._twin = self._twins()
        self._groups: dict[str, list[str]] = defaultdict(list)
        for key in self.symbols:
            self._groups[self.canon(key)].append(key)
        based = {e.dst for edges in self._in.values() for e in edges if e.kind is EdgeKind.OVERRIDES}
        self.overridden_by = graph.overridden_by(based) if based else {}
        self._bases: dict[str, set[str]] = defaultdict(set)
        for base, targets in self.overridden_by.items():
            for target in targets:
                self._bases[target].add(base)
        self._near: dict[str, frozenset[str]] = {}
        self._wide: dict[str, frozenset[str]] = {}

    # ------------------------------------------------------------------------------------------------------- identity

    def _twins(self) -> dict[str, str]:
        first: dict[tuple[str, str], str] = {}
        twin: dict[str, str] = {}
        for symbol in self.symbols.values():  # in source order
            twin[symbol.id] = first.setdefault((symbol.span.path, symbol.label), symbol.id)
        announced: dict[str, list[Symbol]] = defaultdict(list)
        for symbol in self.symbols.values():
            if "declaration" in symbol.flags.split():
                announced[symbol.name].append(symbol)
        for name, declared in announced.items():
            for one in declared:
                same = [self.symbols[key] for key in self._named[name] if self.symbols[key].label == one.label]
                kept = without_declarations(same)
                if kept and one not in kept:
                    twin[one.id] = twin[kept[0].id]
        return {key: twin[target] for key, target in twin.items()}

    def twin(self, key: str) -> str:
        """Return the id that stands for all definitions of one thing."""
        return self._twin.get(key, key)

    def canon(self, key: str) -> str:
        """Return the same, where a constructor stands for its class."""
        symbol = self.symbols.get(key)
        if symbol and symbol.kind == "constructor" and symbol.parent and self.is_class(symbol.parent):
            return self.twin(symbol.parent)
        return self.twin(key)

    def owner(self, key: str) -> str:
        """Return the class that something is in, or itself: "which subclass" may be answered with its method."""
        symbol = self.symbols.get(key)
        if symbol and not self.is_class(key) and self.is_class(symbol.parent):
            return self.twin(symbol.parent)
        return self.twin(key)

    def group(self, key: str) -> list[str]:
        """Return all ids that mean the same thing."""
        return self._groups.get(self.canon(key), [key])

    def is_class(self, key: str) -> bool:
        return key in self.symbols and self.symbols[key].kind in CLASS_LIKE

    def is_callable(self, key: str) -> bool:
        return key in self.symbols and self.symbols[key].kind in CALLABLE

    def in_tests(self, key: str) -> bool:
        """Tell whether it is test code."""
        symbol = self.symbols.get(key)
        if symbol is None:
            return False
        around = symbol.qualname.split(".")[:-1] if symbol.kind in CALLABLE else ()
        inside = any(self._is_test(symbol.language, part) for part in around)
        return symbol.role == "test" or self._named_as_test(key) or inside

    def is_case(self, key: str) -> bool:
        """Tell whether it is what a test runner runs."""
        return self.is_callable(key) and self._named_as_test(key)

    def _named_as_test(self, key: str) -> bool:
        symbol = self.symbols[key]
        named = self._is_test(symbol.language, symbol.name) or "test" in symbol.flags.split()
        return symbol.kind in CALLABLE and named

    def within(self, key: str, holder: str) -> bool:
        """Tell whether it stands inside of another symbol, at any depth."""
        while key in self.symbols:
            key = self.symbols[key].parent
            if key == holder:
                return True
        return False

    def around(self, key: str) -> list[str]:
        """Return the functions around one, innermost first."""
        found: list[str] = []
        while key in self.symbols and (key := self.symbols[key].parent):
            if self.is_callable(key):
                found.append(key)
        return found

    # ---------------------------------------------------------------------------------------------------------- names

    def namesakes(self, symbol: Symbol) -> list[str]:
        """Return what else a reader may mean by a symbol's qualified name: it, or what ends in it."""
        wanted = f".{symbol.label}"
        last = symbol.label.rpartition(".")[2]
        known = [self.symbols[key] for key in {*self._named.get(symbol.name, ()), *self._named.get(last, ())}]
        same = [s for s in known if s.kind not in UNNAMED and f".{s.label}".endswith(wanted)]
        return sorted({self.canon(s.id) for s in same} - {self.canon(symbol.id)})

    def single(self, symbol: Symbol) -> bool:
        """Tell whether its name means one id: a chain of calls leads through one of several, and which is not said."""
        return len(self.group(symbol.id)) == 1

    def sole(self, symbol: Symbol) -> bool:
        """Tell whether its qualified name means it alone."""
        return not self.namesakes(symbol)

    def sole_in_file(self, symbol: Symbol) -> bool:
        """Tell whether its qualified name and its file mean it alone."""
        return all(self.symbols[key].span.path != symbol.span.path for key in self.namesakes(symbol))

    @cached_property
    def spoken(self) -> frozenset[str]:
        """Every name, in lower case and without underscores."""
        return frozenset(plain(name) for name in self._named)

    def subjects(
        self, rng: random.Random, kinds: Iterable[str], *, doubtful: float = 0.1, tests: bool = False
    ) -> Iterator[Symbol]:
        """Yield what a question can be about, from all languages and, by turns, files.

        Names that mean several things are yielded with the chance `doubtful`: the question will have to say where.
        """
        wanted = frozenset(kinds)
        files: dict[str, dict[str, list[Symbol]]] = defaultdict(lambda: defaultdict(list))
        for symbol in self.symbols.values():
            if symbol.kind in wanted and self._askable(symbol) and (tests or not self.in_tests(symbol.id)):
                files[symbol.language][symbol.span.path].append(symbol)
        queues = {language: files[language] for language in sorted(files)}
        for symbol in _drawn(queues, rng):
            if self.sole(symbol) or (rng.random() < doubtful and self.sole_in_file(symbol)):
                yield symbol

    def _askable(self, symbol: Symbol) -> bool:
        return (
            symbol.role in ("", "test", "example")
            and self.canon(symbol.id) == symbol.id
            and SAYABLE.match(symbol.label) is not None
        )

    # ---------------------------------------------------------------------------------------------------------- edges

    def into(self, ids: Iterable[str], kinds: Iterable[EdgeKind], *, trusted: bool = True) -> list[Edge]:
        """Return the stored edges into exactly these ids."""
        wanted = frozenset(kinds)
        found = (e for k in ids for e in self._in.get(k, ()) if e.kind in wanted)
        return [e for e in found if not trusted or e.strategy in TRUSTED]

    def out_of(self, ids: Iterable[str], kinds: Iterable[EdgeKind], *, trusted: bool = True) -> list[Edge]:
        """Return the stored edges out of exactly these ids."""
        wanted = frozenset(kinds)
        found = (e for k in ids for e in self._out.get(k, ()) if e.kind in wanted)
        return [e for e in found if not trusted or e.strategy in TRUSTED]

    def edges_in(self, key: str, kinds: Iterable[EdgeKind], *, trusted: bool = True) -> list[Edge]:
        """Return the stored edges into what a name means."""
        return self.into(self.group(key), kinds, trusted=trusted)

    def edges_out(self, key: str, kinds: Iterable[EdgeKind], *, trusted: bool = True) -> list[Edge]:
        """Return the stored edges out of what a name means."""
        return self.out_of(self.group(key), kinds, trusted=trusted)

    def stored(self, src: str, dst: str) -> list[Edge]:
        """Return the stored edges between exactly these two."""
        return [e for e in self._out.get(src, ()) if e.dst == dst]

    def leaving(self, src: str) -> list[Edge]:
        """Return the stored edges of exactly this symbol."""
        return self._out.get(src, [])

    def dispatched_into(self, ids: Iterable[str]) -> list[Edge]:
        """Return the calls of what these override: a run may take them instead."""
        bases = {base for k in ids for base in self._bases.get(k, ())}
        return self.into(sorted(bases), {EdgeKind.CALLS})

    def dispatched_out_of(self, ids: Iterable[str]) -> set[str]:
        """Return what overrides the methods that these call."""
        calls = self.out_of(ids, {EdgeKind.CALLS})
        return {target for e in calls for target in self.overridden_by.get(e.dst, ())}

    def called_into(self, ids: Iterable[str]) -> list[Edge]:
        """Return the calls of exactly these ids, dispatch included."""
        keys = list(ids)
        return [*self.into(keys, CALLS), *self.dispatched_into(keys)]

    def called_from(self, ids: Iterable[str]) -> set[str]:
        """Return what exactly these ids call, dispatch included."""
        keys = list(ids)
        return {e.dst for e in self.out_of(keys, CALLS)} | self.dispatched_out_of(keys)

    def nested(self, ids: Iterable[str]) -> list[str]:
        """Return the functions inside of functions, at any depth."""
        found: list[str] = []
        frontier = [k for k in ids if self.is_callable(k)]
        while frontier:
            frontier = [c for k in frontier for c in self.children.get(k, ()) if self.is_callable(c)]
            found += frontier
        return found

    # -------------------------------------------------------------------------------------------------------- readings

    def reading(self, must: Iterable[str], may: Iterable[str] = ()) -> Reading:
        """Return a reading whose `may` has everything that its members' names mean."""
        asked = frozenset(must)
        return Reading.of(asked, {same for k in asked.union(may) for same in self.group(k)})

    def sources(self, edges: Iterable[Edge]) -> Reading:
        """Read the sources of edges: functions for certain; modules, classes and what is around, if one likes."""
        ends = {e.src for e in edges}
        outer = {k for end in ends for k in self.around(end)}
        return self.reading((end for end in ends if self.is_callable(end)), ends | outer)

    def callers(self, key: str) -> Reading:
        """Read who calls or creates what a name means, dispatch included; that it calls itself need not be said."""
        return self.callers_of(self.group(key))

    def callers_of(self, ids: Collection[str]) -> Reading:
        """Read who calls or creates exactly these."""
        found = self.sources(self.called_into(ids))
        return Reading(found.must.difference(ids), found.may)

    def callees(self, key: str) -> Reading:
        """Read what it calls or creates within the repository; what lies outside, if one likes."""
        return self.callees_of(self.group(key))

    def callees_of(self, ids: Collection[str]) -> Reading:
        """Read what exactly these call or create; what functions inside of them do, if one likes."""
        ends = self.called_from(ids)
        inner = self.called_from(self.nested(ids))
        return self.reading((k for k in ends if self._runs(k) and k not in ids), ends | inner)

    def derived(self, key: str) -> Reading:
        """Read what inherits from it: directly, or at any depth."""
        direct = {self.canon(e.src) for e in self.edges_in(key, HIERARCHY)} - {self.canon(key)}
        every = self.closure([self.canon(key)], lambda k: {self.canon(e.src) for e in self.edges_in(k, HIERARCHY)})
        return self.reading(filter(self.is_class, direct), every)

    def all_derived(self, key: str) -> frozenset[str]:
        """Return what inherits from it at any depth."""
        return frozenset(self.canon(k) for k in self.derived(key).may if self.is_class(k))

    def bases(self, key: str) -> Reading:
        """Read what it inherits from, externals too: directly, or at any height."""
        direct = {self.canon(e.dst) for e in self.edges_out(key, HIERARCHY)}
        every = self.closure([self.canon(key)], lambda k: {self.canon(e.dst) for e in self.edges_out(k, HIERARCHY)})
        return self.reading(direct, every)

    def overriding(self, key: str) -> Reading:
        """Read what overrides a method: directly, or through another."""
        step = {EdgeKind.OVERRIDES}
        every = self.closure(self.group(key), lambda k: {e.src for e in self.edges_in(k, step)})
        return self.reading({e.src for e in self.edges_in(key, step)}, every)

    def overridden(self, key: str) -> Reading:
        """Read what a method overrides: directly, or through another."""
        step = {EdgeKind.OVERRIDES}
        every = self.closure(self.group(key), lambda k: {e.dst for e in self.edges_out(k, step)})
        return self.reading({e.dst for e in self.edges_out(key, step)}, every)

    def raisers(self, key: str) -> Reading:
        """Read who raises it; who raises a subclass of it, if one likes."""
        found = self.sources(self.edges_in(key, {EdgeKind.RAISES}))
        heirs = [self.sources(self.edges_in(k, {EdgeKind.RAISES})).may for k in self.all_derived(key)]
        return Reading.of(found.must, found.may.union(*heirs))

    def users(self, key: str) -> frozenset[str]:
        """Return whatever uses it in any way."""
        return self.sources(self.edges_in(key, USES)).may

    def holders(self, symbol: Symbol) -> list[str]:
        """Return what a definition stands in by its place: a field may be defined in the body of a constructor."""
        return [s.id for s in self._in_file(symbol) if _holds(s, symbol)]

    def defined_in(self, symbol: Symbol) -> list[str]:
        """Return what is defined in the lines of a symbol."""
        return [s.id for s in self._in_file(symbol) if _holds(symbol, s)]

    def _in_file(self, symbol: Symbol) -> list[Symbol]:
        return [s for s in self.store.symbols_in(symbol.span.path) if s.id != symbol.id]

    def direct_tests(self, key: str) -> Reading:
        """Read which tests call it themselves; helpers and tests that otherwise use it, if one likes."""
        calls = {e.src for e in self.edges_in(key, CALLS)}
        uses = {e.src for e in [*self.edges_in(key, set(EdgeKind)), *self.dispatched_into(self.group(key))]}
        outer = {k for use in uses for k in self.around(use)}
        return self.reading(filter(self.is_case, calls), filter(self.in_tests, uses | outer))

    def reaching(self, key: str) -> dict[str, int]:
        """Return by distance, in calls, all functions from which calls certainly lead here."""
        return self.distances(self.group(key), lambda k: self.callers_of([k]).must)

    def touching(self, key: str) -> dict[str, int]:
        """Return by distance everything that any edge connects with it backwards, what is around included."""
        found = self.distances([self.canon(key)], self._backwards)
        return {same: distance for k, distance in found.items() for same in self.group(k)}

    def _backwards(self, key: str) -> set[str]:
        group = self.group(key)
        used = {e.src for e in [*self.into(group, set(EdgeKind)), *self.dispatched_into(group)]}
        if self.is_class(key):
            used |= {e.src for k in self.children.get(key, ()) for e in self._in.get(k, ()) if e.strategy in TRUSTED}
        outer = {p for k in used for p in [*self.around(k), self.symbols[k].parent] if p in self.symbols}
        return {self.canon(k) for k in used | outer if k in self.symbols}

    # ----------------------------------------------------------------------------------------------------------- reach

    def near(self, key: str) -> frozenset[str]:
        """Return what exactly this id calls or creates with no dispatch between: a step that nobody doubts."""
        if key not in self._near:
            self._near[key] = frozenset(e.dst for e in self.out_of([key], CALLS) if self._runs(e.dst))
        return self._near[key]

    def wide(self, key: str) -> frozenset[str]:
        """Return canonical ids of all that any step of any walk may lead to; a class stands for its members."""
        if key not in self._wide:
            group = self.group(key)
            ends = {e.dst for e in self.out_of(group, WALKED)} | self.dispatched_out_of(group)
            ends |= {c for k in group for c in self.children.get(k, ()) if self._runs(c)}
            self._wide[key] = frozenset(self.canon(k) for k in ends if not self.symbols[k].external)
        return self._wide[key]

    def _runs(self, key: str) -> bool:
        return self.is_callable(key) or self.is_class(key)

    def distances(self, starts: Iterable[str], step: Callable[[str], Iterable[str]], most: int = FAR) -> dict[str, int]:
        """Return how many steps away everything is, the starts left out."""
        found = dict.fromkeys(starts, 0)
        frontier = sorted(found)
        for distance in range(1, most + 1):
            frontier = sorted({k for here in frontier for k in step(here)} - found.keys())
            found.update(dict.fromkeys(frontier, distance))
            if not frontier:
                break
        return {key: distance for key, distance in found.items() if distance}

    def closure(self, starts: Iterable[str], step: Callable[[str], Iterable[str]]) -> set[str]:
        """Return everything that steps lead to."""
        return set(self.distances(starts, step))

    def unused(self, key: str) -> bool:
        """Tell whether no edge, no dispatch, no doubtful edge and no open call site leads to it."""
        kinds = set(EdgeKind) - {EdgeKind.CONTAINS, EdgeKind.IMPORTS, EdgeKind.OVERRIDES}
        if self.edges_in(key, kinds, trusted=False) or self.dispatched_into(self.group(key)):
            return False
        return not self.store.unresolved_named(self.symbols[key].name)


def _holds(outer: Symbol, inner: Symbol) -> bool:
    return outer.span.start_byte <= inner.span.start_byte and inner.span.end_byte <= outer.span.end_byte


def plain(name: str) -> str:
    """Return a name in lower case and without underscores."""
    return name.replace("_", "").lower()


def is_dispatch(strategy: str) -> bool:
    """Tell whether an edge was derived from an override."""
    return strategy == Strategy.DISPATCH.value


def _drawn(languages: dict[str, dict[str, list[Symbol]]], rng: random.Random) -> Iterator[Symbol]:
    """Yield all symbols: languages by chance, the larger the more often, and of each its files by turns."""
    turns: dict[str, Iterator[Symbol]] = {}
    weights = {language: math.sqrt(sum(map(len, files.values()))) for language, files in languages.items()}
    for language, files in languages.items():
        queues = [files[path] for path in sorted(files)]
        for queue in queues:
            rng.shuffle(queue)
        rng.shuffle(queues)
        turns[language] = _by_turns([iter(queue) for queue in queues])
    while turns:
        (language,) = rng.choices(list(turns), [weights[each] for each in turns])
        symbol = next(turns[language], None)
        if symbol is None:
            del turns[language]
        else:
            yield symbol


def _by_turns(queues: list[Iterator[Symbol]]) -> Iterator[Symbol]:
    while queues:
        left = []
        for queue in queues:
            symbol = next(queue, None)
            if symbol is not None:
                yield symbol
                left.append(queue)
        queues = left
