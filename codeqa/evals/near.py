"""Questions of one hop, with keys read off stored edges."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import partial

from codeqa.domain import EdgeKind, Symbol
from codeqa.evals.items import Draft, Reading
from codeqa.evals.world import DATA, World
from codeqa.graph import HIERARCHY

Drawing = Callable[[World, random.Random], Iterator[Draft]]

FUNCTIONS = ("function", "method", "macro")
MOST = 40  # members of a key: a longer list nobody asks for
INTERFACES = ("interface", "trait")
CLASSES = ("class", "struct", "enum", *INTERFACES)


def lists(
    world: World, rng: random.Random, family: str, slot: str, kinds: tuple[str, ...], fold: str = "class"
) -> Iterator[Draft]:
    """Yield a question about each symbol of these kinds for which its family's relation is not empty."""
    read = RELATIONS[family]
    for symbol in world.subjects(rng, kinds):
        key = read(world, symbol)
        if 0 < len(key.must) <= MOST:
            loose = world.users(symbol.id) if family == "readers" else frozenset[str]()
            yield Draft(family, 1, {slot: symbol}, "list", key, fold, loose=loose)


def raisers(world: World, rng: random.Random) -> Iterator[Draft]:
    """Ask who raises an error, be it of the repository or from outside of it."""
    for symbol in errors(world, rng):
        key = world.raisers(symbol.id)
        if 0 < len(key.must) <= MOST:
            yield Draft("raisers", 1, {"e": symbol}, "list", key)


def defined(world: World, rng: random.Random) -> Iterator[Draft]:
    """Ask where a function or class is."""
    for symbol in world.subjects(rng, (*FUNCTIONS, "class", "struct", "interface", "trait", "enum"), doubtful=0.0):
        yield Draft(
            "defined", 1, {"x": symbol}, "place", Reading.of([symbol.id], [*world.group(symbol.id), symbol.span.path])
        )


def count_callers(world: World, rng: random.Random) -> Iterator[Draft]:
    """Ask for the number of callers, where twins and constructors leave no doubt what is counted."""
    for symbol in world.subjects(rng, FUNCTIONS):
        key = world.callers(symbol.id)
        ends = {e.src for e in world.called_into(world.group(symbol.id))}
        if key.must and len({world.canon(end) for end in ends}) == len(ends):
            counts = frozenset({len(key.must), len(ends)})
            yield Draft("count_callers", 1, {"x": symbol}, "count", key, counts=counts)


def count_subclasses(world: World, rng: random.Random) -> Iterator[Draft]:
    """Ask for the number of subclasses, direct or all."""
    for symbol in world.subjects(rng, ("class", "struct", *INTERFACES)):
        key = world.derived(symbol.id)
        if key.must:
            foreign = {e.site for e in world.edges_in(symbol.id, HIERARCHY) if world.symbols[e.src].kind == "module"}
            sizes = (len(key.must), len(world.all_derived(symbol.id)))
            counts = frozenset({*sizes, *(size + len(foreign) for size in sizes)})  # types from elsewhere are heirs too
            yield Draft("count_subclasses", 1, {"c": symbol}, "count", key, counts=counts)


def errors(world: World, rng: random.Random) -> list[Symbol]:
    """Return what is raised somewhere and has a name of its own, in any order."""
    raised_here = {e.dst for key in world.symbols for e in world.leaving(key) if e.kind is EdgeKind.RAISES}
    known = [world.symbols[key] for key in sorted({world.canon(k) for k in raised_here})]
    names = [s.name for s in known]
    found = [s for s in known if world.is_class(s.id) or s.external]
    found = [s for s in found if names.count(s.name) == 1 and s.name.isidentifier() and world.sole(s)]
    rng.shuffle(found)
    return found


# ------------------------------------------------------------------------------------------------------------ relations


def _subclasses_all(world: World, symbol: Symbol) -> Reading:
    return world.reading(world.all_derived(symbol.id), world.derived(symbol.id).may)


def _instantiators(world: World, symbol: Symbol) -> Reading:
    made = world.sources(world.edges_in(symbol.id, {EdgeKind.INSTANTIATES}))
    called = world.sources(world.edges_in(symbol.id, {EdgeKind.INSTANTIATES, EdgeKind.CALLS, EdgeKind.RAISES}))
    return Reading.of(made.must, made.may | called.may)


def _readers(world: World, symbol: Symbol) -> Reading:
    return world.sources(world.edges_in(symbol.id, {EdgeKind.READS}))


def _writers(world: World, symbol: Symbol) -> Reading:
    written = world.sources(world.edges_in(symbol.id, {EdgeKind.WRITES}))
    return Reading.of(written.must, written.may.union(world.holders(symbol)))  # whose first value it has


def _raised(world: World, symbol: Symbol) -> Reading:
    group = world.group(symbol.id)
    direct = {e.dst for e in world.out_of(group, {EdgeKind.RAISES})}
    return world.reading(direct, {e.dst for e in world.out_of(world.nested(group), {EdgeKind.RAISES})})


def _members(world: World, symbol: Symbol) -> Reading:
    inside = set(world.children.get(symbol.id, ()))
    deeper = {k for k in world.symbols if k.startswith(f"{symbol.id}.")}
    return world.reading(inside, deeper | _inherited(world, symbol))


def _methods(world: World, symbol: Symbol) -> Reading:
    inside = set(world.children.get(symbol.id, ()))
    methods = {k for k in inside if world.symbols[k].kind == "method"}
    return world.reading(methods, inside | _inherited(world, symbol))


def _inherited(world: World, symbol: Symbol) -> set[str]:
    """Return what its bases have, and what namesakes of it in its file have."""
    holders = [*world.group(symbol.id), *world.bases(symbol.id).may]
    return {c for holder in holders if world.is_class(holder) for c in world.children.get(holder, ())}


def _tests(world: World, symbol: Symbol) -> Reading:
    direct = world.direct_tests(symbol.id)
    if not direct.must:
        return direct
    return Reading.of(direct.must, direct.may.union(filter(world.in_tests, world.touching(symbol.id))))


RELATIONS: dict[str, Callable[[World, Symbol], Reading]] = {
    "callers": lambda world, symbol: world.callers(symbol.id),
    "callees": lambda world, symbol: world.callees(symbol.id),
    "subclasses": lambda world, symbol: world.derived(symbol.id),
    "subclasses_all": _subclasses_all,
    "implementers": lambda world, symbol: world.derived(symbol.id),
    "bases": lambda world, symbol: world.bases(symbol.id),
    "overriders": lambda world, symbol: world.overriding(symbol.id),
    "overridden": lambda world, symbol: world.overridden(symbol.id),
    "instantiators": _instantiators,
    "readers": _readers,
    "writers": _writers,
    "raised": _raised,
    "members": _members,
    "methods": _methods,
    "tests": _tests,
    "direct_tests": lambda world, symbol: world.direct_tests(symbol.id),
}
_LISTS = (  # family, slot, kinds of symbol it is asked of, what counts as the same
    ("callers", "x", FUNCTIONS, "class"),
    ("callees", "x", FUNCTIONS, "class"),
    ("subclasses", "c", ("class", "struct"), "class"),
    ("subclasses_all", "c", ("class", "struct"), "class"),
    ("implementers", "c", INTERFACES, "class"),
    ("bases", "c", CLASSES, "class"),
    ("overriders", "x", ("method", "property"), "owner"),
    ("overridden", "x", ("method", "property"), "owner"),
    ("instantiators", "c", ("class", "struct"), "class"),
    ("readers", "v", tuple(sorted(DATA)), "class"),
    ("writers", "v", tuple(sorted(DATA)), "class"),
    ("raised", "x", FUNCTIONS, "class"),
    ("members", "c", CLASSES, "twin"),
    ("methods", "c", CLASSES, "twin"),
    ("tests", "x", FUNCTIONS, "class"),
    ("direct_tests", "x", FUNCTIONS, "class"),
)
FAMILIES: tuple[Drawing, ...] = (
    *(partial(lists, family=family, slot=slot, kinds=kinds, fold=fold) for family, slot, kinds, fold in _LISTS),
    raisers,
    defined,
    count_callers,
    count_subclasses,
)
