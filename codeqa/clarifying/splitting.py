"""Which question to ask back when a name may mean several things: the one that tells them apart best.

An attribute that divides the candidates into few groups of like size, said in a short question, goes before a list of
them all. Nothing here reads the index: whoever calls says what each candidate would give.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from codeqa.clarifying import bare
from codeqa.domain import Clarify, Option, Symbol

SHOWN = 6  # options
READING = 0.4  # what one more option costs, in candidates that stay
LISTING = 0.5  # what a list costs more than a question for one attribute
NAMING = 3.0  # what it costs to find and type an id
_ROLES = {"": "source", "test": "tests", "docs": "documentation", "example": "examples"}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A symbol that a name may mean. `found` is what the answer would give for it, in ids; nothing if that is empty."""

    symbol: Symbol
    found: frozenset[str]
    number: int
    owner: Symbol | None = None  # the class that it is a member of


class _Split(NamedTuple):
    left: float  # answers that are still possible after this question, on average
    cost: float
    clarify: Clarify


def question(names: Sequence[tuple[str, Sequence[Candidate]]], noun: str = "") -> Clarify | None:
    """Return the question back that leaves least open, None if none is needed.

    `names` are the written names, each with what it may mean; `noun` is what the answer counts, "" if nothing. A name
    is asked about where two of its candidates give something, and not the same.
    """
    best: tuple[float, float, Clarify] | None = None
    for name, candidates in names:
        told = [each for each in candidates if each.found]
        if _answers(told) < 2:
            continue
        split = min(_splits(bare(name), told, noun), key=lambda split: split.cost)
        rank = (split.left / len(told), split.cost, split.clarify)
        if best is None or rank[:2] < best[:2]:
            best = rank
    return best[2] if best else None


def listing(name: str, symbols: Sequence[Symbol], text: str = "") -> Clarify:
    """Return the question which of these symbols is meant, each by itself."""
    candidates = [Candidate(each, frozenset((each.id,)), 1) for each in symbols]
    return _listed(name, candidates, "", text or f"Which {_code(name)}?").clarify


def _answers(candidates: Iterable[Candidate]) -> int:
    """Count the answers that differ."""
    return len({(each.found, each.number) for each in candidates})


# -------------------------------------------------------------------------------------------------------------- splits


def _splits(name: str, told: Sequence[Candidate], noun: str) -> Iterable[_Split]:
    yield _listed(name, told, noun, f"Which {_code(name)}?")
    called = {each.symbol.name for each in told}
    said = _code(called.pop() if len(called) == 1 else name)
    for preference, attribute in enumerate(_ATTRIBUTES):
        groups: dict[str, list[Candidate]] = {}
        for each in told:
            groups.setdefault(attribute.value(each), []).append(each)
        if "" in groups or not 1 < len(groups) <= SHOWN:
            continue
        left = sum(len(group) * _answers(group) for group in groups.values()) / len(told)
        cost = left + READING * len(groups) + preference / 100
        options = [(_head(key, group, told, attribute), group) for key, group in groups.items()]
        yield _Split(left, cost, Clarify(attribute.worded(said, told), _options(options, noun), name))


def _listed(name: str, told: Sequence[Candidate], noun: str, text: str) -> _Split:
    ordered = sorted(told, key=lambda each: -each.number)
    shown, others = ordered[:SHOWN], ordered[SHOWN:]
    missed = len(others) / len(told)
    left = 1 - missed + missed * len(others)
    cost = left + missed * NAMING + READING * len(shown) + LISTING
    options = _options([(_told_apart(each.symbol, told), [each]) for each in shown], noun)
    return _Split(left, cost, Clarify(text, options, name, tuple(each.symbol.id for each in others)))


def _owner(candidate: Candidate) -> str:
    return candidate.owner.label if candidate.owner else ""


def _folder(depth: int | None = None) -> Callable[[Candidate], str]:
    """Return what tells the folder of a candidate: its own, or the one so many steps down from the root."""

    def folder(candidate: Candidate) -> str:
        steps = candidate.symbol.span.path.split("/")[:-1]
        return "/".join([*steps[:depth], ""]) if steps else ""

    return folder


def _role(candidate: Candidate) -> str:
    return _ROLES.get(candidate.symbol.role, candidate.symbol.role)


def _kind(candidate: Candidate) -> str:
    return candidate.symbol.kind.replace("_", " ")


def _whose(said: str, told: Sequence[Candidate]) -> str:
    kinds = {each.owner.kind for each in told if each.owner}
    return f"Which {kinds.pop()}'s {said}?" if len(kinds) == 1 else f"Whose {said}?"


def _of_kinds(said: str, told: Sequence[Candidate]) -> str:
    kinds = [f"the {kind}" for kind in dict.fromkeys(_kind(each) for each in told)]
    return f"Is {said} {', '.join(kinds[:-1])} or {kinds[-1]}?"


class _Attribute(NamedTuple):
    value: Callable[[Candidate], str]  # "" where it has none: then it divides nothing
    worded: Callable[[str, Sequence[Candidate]], str]  # the question, of the name and the candidates
    head: Callable[[str], str] = str  # how an option says the value
    told: bool = True  # a label that has the value in it says it


# In the order of preference, all else being equal.
_ATTRIBUTES = (
    _Attribute(_owner, _whose, lambda value: _code(value)),
    _Attribute(lambda each: each.symbol.span.path, lambda said, _: f"Which file's {said}?"),
    *(_Attribute(_folder(depth), lambda said, _: f"{said} in which folder?") for depth in (None, 3, 2, 1)),
    _Attribute(_kind, _of_kinds, told=False),
    _Attribute(
        _role, lambda said, _: f"{said} in which part of the repository?", lambda value: f"in {value}", told=False
    ),
    _Attribute(lambda each: each.symbol.language, lambda said, _: f"{said} in which language?", told=False),
)


# -------------------------------------------------------------------------------------------------------------- labels


def _head(key: str, group: Sequence[Candidate], told: Sequence[Candidate], attribute: _Attribute) -> str:
    """Name a group: by its one symbol, else by what its symbols share."""
    if len(group) > 1:
        return f"{attribute.head(key)}, {len(group)} of that name"
    name = _told_apart(group[0].symbol, told)
    return name if attribute.told and key in name else f"{name} ({attribute.head(key)})"


def _told_apart(symbol: Symbol, told: Sequence[Candidate]) -> str:
    """Name a symbol so that no other candidate is named the same."""
    labels = [each.symbol.label for each in told]
    if labels.count(symbol.label) == 1 or not symbol.span.path:
        return _code(symbol.label)
    paths = [each.symbol.span.path for each in told if each.symbol.label == symbol.label]
    return f"{_code(symbol.label)} in {symbol.span.path if paths.count(symbol.span.path) == 1 else symbol.cite}"


def _options(groups: Iterable[tuple[str, Sequence[Candidate]]], noun: str) -> tuple[Option, ...]:
    """Make an option of each group, what gives most first."""
    found = []
    for head, group in groups:
        number = group[0].number if len(group) == 1 else len(frozenset[str]().union(*(each.found for each in group)))
        if noun:
            told = f", {_counted(number, noun)}"
        else:
            told = f", {_kind(group[0])} at {group[0].symbol.cite}" if len(group) == 1 else ""
        found.append((number if noun else 0, Option(head + told, tuple(each.symbol.id for each in group))))
    return tuple(option for _, option in sorted(found, key=lambda each: -each[0]))


def _counted(number: int, noun: str) -> str:
    if number == 1:
        return f"1 {noun}"
    if noun.endswith(("s", "x")):
        return f"{number} {noun}es"
    return f"{number} {noun[:-1]}ies" if noun.endswith("y") else f"{number} {noun}s"


def _code(text: str) -> str:
    return f"`{text.replace('`', chr(39))}`"
