"""Questions that have no answer: invented and misspelt names, empty relations, ends with no path, wrong premises."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from codeqa.domain import EdgeKind, Symbol
from codeqa.evals.items import Draft
from codeqa.evals.near import FUNCTIONS, Drawing
from codeqa.evals.world import DATA, World, plain
from codeqa.graph import CALLS, HIERARCHY

_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_STYLES = ("{}", "`{}`")

OF_FUNCTIONS = (
    ("callers", 1),
    ("callees", 1),
    ("defined", 1),
    ("raised", 1),
    ("count_callers", 1),
    ("direct_tests", 1),
)
OF_FUNCTIONS_2 = (
    ("callers_of_callers", 2),
    ("callees_of_callees", 2),
    ("readers_of_written", 2),
    ("indirect_tests", 2),
)
OF_CLASSES = (("subclasses", 1), ("instantiators", 1), ("bases", 1), ("methods", 1), ("methods_uncalled", 2))
OF_TYPES = ("subclasses", "subclasses_all", "implementers", "bases")
OF_PAIRS = (("calls_both", 2), ("calls_not", 2), ("path", 3), ("reaches", 3))


def unknown(world: World, rng: random.Random) -> Iterator[Draft]:
    """Ask about names that the repository could have, made of parts of its own."""
    yield from _misnamed(world, rng, "unknown name")


def near_miss(world: World, rng: random.Random) -> Iterator[Draft]:
    """Ask about names that are a letter or a word away from real ones."""
    yield from _misnamed(world, rng, "near miss")


def _misnamed(world: World, rng: random.Random, reason: str) -> Iterator[Draft]:
    functions = world.subjects(rng, FUNCTIONS)
    classes = world.subjects(rng, ("class", "struct", "interface", "trait"))
    others = [s for s in world.subjects(rng, FUNCTIONS, doubtful=0.0)]
    words = sorted({part for s in others for part in _PART.findall(s.name) if len(part) > 2})
    while others and words:
        of_class = rng.random() < 0.3
        symbol = next(classes if of_class else functions, None)
        symbol = symbol or next(functions if of_class else classes, None)
        if symbol is None:
            return
        name = _invented(symbol, words, rng) if reason == "unknown name" else _misspelt(symbol.name, words, rng)
        if not name or plain(name) in world.spoken:
            continue
        owner = symbol.label.rpartition(".")[0]
        said = rng.choice(_STYLES).format(f"{owner}.{name}" if owner and rng.random() < 0.7 else name)
        if symbol.kind not in FUNCTIONS:
            family, hops = rng.choice(OF_CLASSES)
            yield Draft(family, hops, {"c": said}, "nothing", unanswerable=reason)
            continue
        family, hops = rng.choice((*OF_FUNCTIONS, *rng.sample(OF_FUNCTIONS_2, 2), *rng.sample(OF_PAIRS, 2)))
        if (family, hops) in OF_PAIRS:
            ends: list[Symbol | str] = [said, rng.choice(others)]
            rng.shuffle(ends)
            yield Draft(family, hops, {"a": ends[0], "b": ends[1]}, "nothing", unanswerable=reason)
        else:
            yield Draft(family, hops, {"x": said}, "nothing", unanswerable=reason)


def _invented(symbol: Symbol, words: list[str], rng: random.Random) -> str:
    """Return a name in the manner of a symbol's: some of its words, and one or two from elsewhere."""
    parts = _PART.findall(symbol.name)
    kept = parts[: max(1, len(parts) - 1)]
    return _joined([*kept, *rng.sample(words, min(len(words), rng.choice((1, 2))))], symbol.name)


def _misspelt(name: str, words: list[str], rng: random.Random) -> str:
    """Return a name with a letter left out, doubled or swapped, or a word replaced or added; "" where it is short."""
    parts = _PART.findall(name)
    if len(name) < 5 or not parts:
        return ""
    kind = rng.choice(("drop", "double", "swap", "replace", "add"))
    at = rng.randrange(1, len(name) - 1)
    if kind == "drop":
        return name[:at] + name[at + 1 :]
    if kind == "double":
        return name[:at] + name[at] + name[at:]
    if kind == "swap":
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    if kind == "replace" and len(parts) > 1:
        parts[rng.randrange(len(parts))] = rng.choice(words)
        return _joined(parts, name)
    return _joined([*parts, rng.choice(words)], name)


def _joined(parts: list[str], like: str) -> str:
    """Join words as a name does: by underscores, or by capitals."""
    if "_" in like.strip("_") or like == like.lower():
        joined = "_".join(part.lower() for part in parts)
        return joined.upper() if like.isupper() else joined
    head = parts[0].lower() if like[:1].islower() else parts[0].capitalize()
    return head + "".join(part.capitalize() for part in parts[1:])


def empty(world: World, rng: random.Random) -> Iterator[Draft]:
    """Ask for relations that are empty, with no doubtful edge and no open call site that could fill them."""
    functions = world.subjects(rng, FUNCTIONS, doubtful=0.0)
    classes = world.subjects(rng, ("class", "struct", "interface", "trait"), doubtful=0.0)
    methods = world.subjects(rng, ("method",), doubtful=0.0)
    data = world.subjects(rng, (*sorted(DATA),), doubtful=0.0)
    while True:
        drawn = [next(each, None) for each in (functions, classes, methods, data)]
        if not any(drawn):
            return
        function, cls, method, datum = drawn
        if function and world.unused(function.id):
            family = rng.choice(("callers", "callers", "direct_tests"))
            yield _nothing(family, 1, {"x": function})
        elif (
            function
            and not world.edges_out(function.id, {EdgeKind.RAISES}, trusted=False)
            and _calls_nothing(world, function)
        ):
            yield _nothing("raised", 1, {"x": function})
        if cls and not world.edges_in(cls.id, HIERARCHY, trusted=False):
            if world.unused(cls.id):
                yield _nothing("instantiators", 1, {"c": cls})
            yield _nothing("subclasses", 1, {"c": cls})
        if method and not world.edges_in(method.id, {EdgeKind.OVERRIDES}, trusted=False):
            yield _nothing("overriders", 1, {"x": method})
        if datum and world.unused(datum.id):
            yield _nothing("readers", 1, {"v": datum})


def _calls_nothing(world: World, symbol: Symbol) -> bool:
    """Tell whether a function raises nothing through others either."""
    return not world.edges_out(symbol.id, CALLS, trusted=False) and not world.store.unresolved_from([symbol.id])


def no_path(world: World, rng: random.Random) -> Iterator[Draft]:
    """Ask for a way where no step of any kind leads on; every other time there is one the other way round."""
    starts = world.subjects(rng, FUNCTIONS, doubtful=0.0)
    ends = [s for s in world.subjects(rng, FUNCTIONS, doubtful=0.0)]
    for start in starts:
        reached = world.closure([start.id], world.wide)
        back = [world.symbols[k] for k in sorted(world.reaching(start.id)) if world.canon(k) == k]
        back = [s for s in back if s.kind in FUNCTIONS and world.sole(s) and s.role == "" and s.name.isidentifier()]
        choices = back if back and rng.random() < 0.5 else ends
        end = rng.choice(choices)
        if end.id not in reached and end.id != start.id and world.wide(start.id):
            family = rng.choice(("path", "reaches"))
            yield _nothing(family, 3, {"a": start, "b": end}, "no path")


def wrong_kind(world: World, rng: random.Random) -> Iterator[Draft]:
    """Ask for what only a class or a method has of a function, and of data."""
    functions = world.subjects(rng, ("function",), doubtful=0.0)
    data = world.subjects(rng, (*sorted(DATA),), doubtful=0.0)
    while True:
        function, datum = next(functions, None), next(data, None)
        if function is None and datum is None:
            return
        if function and not _like_a_class(world, function):
            family = rng.choice((*OF_TYPES, "instantiators", "overriders"))
            yield _nothing(family, 1, {"x" if family == "overriders" else "c": function}, "wrong kind")
        if datum and not _like_a_class(world, datum):
            yield _nothing(rng.choice(OF_TYPES), 1, {"c": datum}, "wrong kind")


def _like_a_class(world: World, symbol: Symbol) -> bool:
    """Tell whether something is derived from, created or overridden all the same: a function may be a constructor."""
    kinds = HIERARCHY | {EdgeKind.INSTANTIATES, EdgeKind.OVERRIDES}
    found = world.edges_in(symbol.id, kinds, trusted=False)
    return bool(found or world.edges_out(symbol.id, HIERARCHY | {EdgeKind.OVERRIDES}, trusted=False))


def _nothing(family: str, hops: int, slots: dict[str, Symbol | str], reason: str = "empty relation") -> Draft:
    return Draft(family, hops, slots, "nothing", unanswerable=reason)


FAMILIES: tuple[Drawing, ...] = (unknown, near_miss, empty, no_path, wrong_kind)
