"""Questions of two hops: one relation of another, or two of them together."""

from __future__ import annotations

import random
from collections.abc import Iterator

from codeqa.domain import EdgeKind, Symbol
from codeqa.evals.items import Draft, Reading
from codeqa.evals.near import CLASSES, FUNCTIONS, MOST, Drawing, errors
from codeqa.evals.world import DATA, World
from codeqa.graph import CALLS

WHOLE = 5  # calls: tests further away than this need not be named


def callers_of_callers(world: World, rng: random.Random) -> Iterator[Draft]:
    """Ask for what is exactly two calls away; what also calls it directly may be named."""
    for symbol in world.subjects(rng, FUNCTIONS):
        first = world.callers(symbol.id)
        yield from _list(
            "callers_of_callers",
            {"x": symbol},
            _apart(
                [world.callers_of([k]) for k in first.must],
                [world.callers(k) for k in first.may],
                first.may | {symbol.id},
            ),
        )


def callees_of_callees(world: World, rng: random.Random) -> Iterator[Draft]:
    """Ask for what is exactly two calls down."""
    for symbol in world.subjects(rng, FUNCTIONS):
        first = world.callees(symbol.id)
        within = [k for k in first.may if not world.symbols[k].external]
        yield from _list(
            "callees_of_callees",
            {"x": symbol},
            _apart(
                [world.callees_of([k]) for k in first.must], [world.callees(k) for k in within], first.may | {symbol.id}
            ),
        )


def _apart(certain: list[Reading], possible: list[Reading], before: frozenset[str]) -> Reading:
    must = frozenset[str]().union(*(r.must for r in certain)) - before
    return Reading.of(must, frozenset[str]().union(*(r.may for r in possible)))


def subclasses_overriding(world: World, rng: random.Random) -> Iterator[Draft]:
    """Ask which subclasses override a method."""
    for method in world.subjects(rng, ("method",), doubtful=1.0):
        owner = world.symbols.get(world.owner(method.id))
        if owner is None or owner.kind not in CLASSES or not world.sole(owner):
            continue
        heirs = world.all_derived(owner.id)
        ours = {world.owner(k) for k in world.overriding(method.id).may} & heirs
        named = {k for k in heirs if any(world.symbols[c].name == method.name for c in world.children.get(k, ()))}
        direct = ours & world.derived(owner.id).must
        if direct:
            key = Reading.of(direct, ours | named | world.overriding(method.id).may)
            yield from _list("subclasses_overriding", {"c": owner, "m": method.name}, key, fold="owner")


def readers_of_written(world: World, rng: random.Random) -> Iterator[Draft]:
    """Ask who reads what a function writes."""
    for symbol in world.subjects(rng, FUNCTIONS):
        written = {e.dst for e in world.edges_out(symbol.id, {EdgeKind.WRITES})}
        data = [k for k in written if world.symbols[k].kind in DATA]
        every = [world.sources(world.into([k], {EdgeKind.READS})) for k in data]
        given = [k for k in world.defined_in(symbol) if world.symbols[k].kind in DATA]  # a first value is written too
        more = [world.sources(world.edges_in(k, {EdgeKind.READS})) for k in [*written, *given]]
        key = _apart(every, more, frozenset(world.group(symbol.id)))
        loose = frozenset(user for k in [*written, *given] for user in world.users(k))
        yield from _list("readers_of_written", {"x": symbol}, key, loose=loose)


def calls_both(world: World, rng: random.Random) -> Iterator[Draft]:
    """Ask who calls two functions that one function is known to call."""
    for a, b in _called_together(world, rng):
        yield from _list("calls_both", {"a": a, "b": b}, world.callers(a.id) & world.callers(b.id))


def calls_not(world: World, rng: random.Random) -> Iterator[Draft]:
    """Ask who calls one function and not another that some of its callers do call."""
    for a, b in _called_together(world, rng):
        yield from _list("calls_not", {"a": a, "b": b}, world.callers(a.id).without(world.callers(b.id)))


def _called_together(world: World, rng: random.Random) -> Iterator[tuple[Symbol, Symbol]]:
    for symbol in world.subjects(rng, FUNCTIONS, doubtful=1.0, tests=True):
        called = [world.symbols[k] for k in sorted(world.callees(symbol.id).must)]
        named = [s for s in called if s.kind in FUNCTIONS and _plain(world, s)]
        if len(named) >= 2:
            a, b = rng.sample(named, 2)
            yield a, b


def _plain(world: World, symbol: Symbol) -> bool:
    """Tell whether a symbol can be asked about by its name alone, in source."""
    return world.sole(symbol) and len(symbol.name) > 2 and not world.in_tests(symbol.id) and symbol.name.isidentifier()


def derived_made_by(world: World, rng: random.Random) -> Iterator[Draft]:
    """Ask which subclasses of a class a function creates."""
    for symbol in world.subjects(rng, FUNCTIONS, doubtful=0.0, tests=True):
        made = {world.canon(e.dst) for e in world.edges_out(symbol.id, {EdgeKind.INSTANTIATES})}
        inner = {world.canon(k) for f in world.nested(world.group(symbol.id)) for k in world.near(f)}
        above = sorted({base for k in made for base in world.bases(k).must})
        choices = [world.symbols[k] for k in above if not world.symbols[k].external and world.sole(world.symbols[k])]
        if choices:
            base = rng.choice(choices)
            heirs = world.all_derived(base.id)
            key = Reading.of(made & heirs, (made | inner) & (heirs | {base.id}))
            yield from _list("derived_made_by", {"c": base, "x": symbol}, key)


def methods_calling(world: World, rng: random.Random) -> Iterator[Draft]:
    """Ask which methods of a class call a function."""
    for owner in world.subjects(rng, CLASSES, doubtful=0.0):
        inside = [k for k in _methods(world, owner) if world.single(world.symbols[k])]
        called = sorted({k for each in inside for k in world.callees(each).must})
        choices = [s for s in (world.symbols[k] for k in called) if s.kind in FUNCTIONS and _plain(world, s)]
        if len(inside) > 1 and choices:
            target = rng.choice(choices)
            sources = {e.src for e in world.called_into(world.group(target.id))}
            lexical = {k for k in sources if world.within(k, owner.id)}
            outer = {p for k in lexical for p in world.around(k) if world.within(p, owner.id)}
            must = sources.intersection(_methods(world, owner)) - {target.id}
            key = world.reading(must, lexical | outer)
            yield from _list("methods_calling", {"c": owner, "x": target}, key, fold="twin")


def methods_uncalled(world: World, rng: random.Random) -> Iterator[Draft]:
    """Ask which methods nobody calls; those that may be called unseen may be left out."""
    for owner in world.subjects(rng, CLASSES, doubtful=0.0):
        methods = _methods(world, owner)
        uncalled = {k for k in methods if not world.called_into(world.group(k))}
        called = {world.symbols[k].label for k in methods if k not in uncalled}  # one of several definitions may run
        must = {k for k in uncalled if world.symbols[k].kind == "method" and world.unused(k)}
        must -= {k for k in must if world.symbols[k].label in called}
        if len(methods) > 1 and len(uncalled) < len(methods):
            yield from _list("methods_uncalled", {"c": owner}, world.reading(must, uncalled), fold="twin")


def _methods(world: World, owner: Symbol) -> list[str]:
    return [k for k in world.children.get(owner.id, ()) if world.is_callable(k)]


def callers_within(world: World, rng: random.Random) -> Iterator[Draft]:
    """Ask for the callers in one file or folder of several."""
    for symbol in world.subjects(rng, FUNCTIONS):
        key = world.callers(symbol.id)
        paths = sorted({world.symbols[k].span.path for k in key.must})
        folders = sorted({p.rpartition("/")[0] for p in paths} - {""})
        places = [p for p in [*paths, *folders] if not all(_under(path, p) for path in paths)]
        if places:
            place = rng.choice(places)
            inside = key.only(k for k in key.may if _under(world.symbols[k].span.path, place))
            yield from _list("callers_within", {"x": symbol, "p": place}, inside)


def _under(path: str, place: str) -> bool:
    return path == place or path.startswith(f"{place}/")


def callees_raising(world: World, rng: random.Random) -> Iterator[Draft]:
    """Ask through which of its calls a function meets an error."""
    raising = [(error, world.raisers(error.id)) for error in errors(world, rng)]
    for symbol in world.subjects(rng, FUNCTIONS):
        called = world.callees(symbol.id)
        met = [(error, called & raisers) for error, raisers in raising if called.must & raisers.must]
        if met:
            error, key = rng.choice(met)
            yield from _list("callees_raising", {"x": symbol, "e": error}, key)


def indirect_tests(world: World, rng: random.Random) -> Iterator[Draft]:
    """Ask which tests get to a function through others only."""
    for symbol in world.subjects(rng, FUNCTIONS):
        direct = {e.src for e in world.edges_in(symbol.id, CALLS)}
        dispatched = world.dispatched_into(world.group(symbol.id))  # direct or not, as one likes
        used = world.reading({e.src for e in [*world.edges_in(symbol.id, set(EdgeKind)), *dispatched]}).may
        reaching = world.reaching(symbol.id)
        must = {k for k, far in reaching.items() if far <= WHOLE and world.is_case(k)} - used
        if 0 < len(must) <= MOST:
            may = set(filter(world.in_tests, world.touching(symbol.id))) - direct
            yield from _list("indirect_tests", {"x": symbol}, Reading.of(must, may))


def _list(
    family: str,
    slots: dict[str, Symbol | str],
    key: Reading,
    fold: str = "class",
    loose: frozenset[str] = frozenset(),
) -> Iterator[Draft]:
    if 0 < len(key.must) <= MOST:
        yield Draft(family, 2, slots, "list", key, fold, loose=loose)


FAMILIES: tuple[Drawing, ...] = (
    callers_of_callers,
    callees_of_callees,
    subclasses_overriding,
    readers_of_written,
    calls_both,
    calls_not,
    derived_made_by,
    methods_calling,
    methods_uncalled,
    callers_within,
    callees_raising,
    indirect_tests,
)
