"""Questions of three to five hops: paths, impact, reach."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial

from codeqa.domain import Symbol
from codeqa.evals.items import Draft, Reading
from codeqa.evals.near import CLASSES, FUNCTIONS, Drawing
from codeqa.evals.world import World

WIDEST = 60  # members of an impact that is asked for


def path(hops: int, world: World, rng: random.Random) -> Iterator[Draft]:
    """Ask how one function reaches another that is so many calls away, and by no other step nearer."""
    for a, b in _apart(hops, world, rng):
        yield Draft("path", hops, {"a": a, "b": b}, "path", length=hops)


def reaches(hops: int, world: World, rng: random.Random) -> Iterator[Draft]:
    """Ask whether it does."""
    for a, b in _apart(hops, world, rng):
        yield Draft("reaches", hops, {"a": a, "b": b}, "yes", length=hops)


def _apart(hops: int, world: World, rng: random.Random) -> Iterator[tuple[Symbol, Symbol]]:
    for start in filter(world.single, world.subjects(rng, FUNCTIONS, doubtful=0.0)):
        sure = world.distances([start.id], world.near, hops)
        any_way = world.distances([start.id], world.wide, hops - 1)
        ends = sorted(k for k, far in sure.items() if far == hops and k not in any_way)
        named = [world.symbols[k] for k in ends if world.symbols[k].kind in FUNCTIONS]
        named = [s for s in named if world.sole(s) and world.single(s) and len(s.name) > 2 and s.name.isidentifier()]
        if named:
            yield start, rng.choice(named)


def impact(hops: int, world: World, rng: random.Random) -> Iterator[Draft]:
    """Ask what a change affects within so many calls, tests included; other users may be named."""
    for symbol in world.subjects(rng, FUNCTIONS):
        reaching = world.reaching(symbol.id)
        must = {k for k, far in reaching.items() if far <= hops and (world.is_case(k) or not world.in_tests(k))}
        if len(must) <= WIDEST and any(reaching[k] == hops for k in must):
            touching = world.touching(symbol.id)
            may = {k for k, far in touching.items() if far <= hops or world.in_tests(k)}
            key = world.reading(must, may | {symbol.id})
            yield Draft("impact", hops, {"x": symbol, "n": str(hops)}, "list", key)


def overrides_reaching(hops: int, world: World, rng: random.Random) -> Iterator[Draft]:
    """Ask which subclasses have an override from which calls lead to a function."""
    for method in world.subjects(rng, ("method",), doubtful=1.0):
        owner = world.symbols.get(world.owner(method.id))
        if owner is None or owner.kind not in CLASSES or not world.sole(owner):
            continue
        heirs = world.all_derived(owner.id)
        ours = sorted(k for k in world.overriding(method.id).may if world.owner(k) in heirs)
        reached = {k: world.distances([k], world.near) for k in ours}
        ends = sorted({end for found in reached.values() for end, far in found.items() if far == hops - 2})
        named = [world.symbols[k] for k in ends if world.symbols[k].kind in FUNCTIONS]
        named = [s for s in named if world.sole(s) and world.single(s) and not world.in_tests(s.id)]
        named = [s for s in named if s.name.isidentifier()]
        if named:
            end = rng.choice(named)
            must = {world.owner(k) for k in ours if end.id in reached[k]}
            may = {world.owner(k) for k in ours if end.id in world.closure([world.canon(k)], world.wide)}
            slots: dict[str, Symbol | str] = {"c": owner, "m": method.name, "x": end}
            yield Draft("overrides_reaching", hops, slots, "list", Reading.of(must, may), fold="owner")


FAMILIES: dict[int, tuple[Drawing, ...]] = {
    hops: tuple(partial(family, hops) for family in (path, reaches, impact, overrides_reaching)) for hops in (3, 4, 5)
}
