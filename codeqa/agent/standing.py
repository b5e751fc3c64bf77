"""Facts of the planner, each made a sentence that can be read by itself.

The planner writes a text, in which a sentence may lean on the one before; a model takes single ones out of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from codeqa.domain import Strategy, Symbol
from codeqa.notebook import Fact
from codeqa.planner import sentences as say

_QUOTED = re.compile(r"`[^`]*`|\"[^\"]*\"")
_STARTS = (  # beginnings that lean on what was spoken of, and what they are with its name
    ("It ", "{} "),
    ("Its ", "{}: its "),
    ("Tests that would tell:", "Tests that would tell of a change to {}:"),
    ("Through these, also", "Further away from {}:"),
    ("Through other code, also", "Tests that reach {} through other code:"),
    ("Outside of the repository it calls", "Outside of the repository {} calls"),
    ("Dynamic dispatch may take its calls", "Dynamic dispatch may take calls of {}"),
)
_LEANING = re.compile(r"^(?:Of these|Both|The line reads|These)\b", re.I)
_CITED = re.compile(r"`[^`]+` \([^()\s]+:\d+\)")
_OBJECT = re.compile(r"`[^`]+` \w+ it\b")  # something else than what the sentence begins with
_PRONOUN = re.compile(r"\b(?:it|its)\b", re.I)


_DISPATCHED = re.compile(
    r"`[^`]+` [^`]+ `[^`]+` at \S+ \(by dynamic dispatch[^()]*\)\."
)  # as sentences.relation says it


def standing(facts: Sequence[Fact], subject: Symbol | None) -> list[Fact]:
    """Return facts with the name of what they speak of; what cannot be read by itself is left out.

    `subject` is spoken of until a fact defines something else, or counts what something else has.
    """
    found: list[Fact] = []
    name = say.named(subject) if subject is not None else ""
    for fact in facts:
        if fact.check == "definition" and len(fact.symbols) == 1 and fact.text.startswith(say.named(fact.symbols[0])):
            name = say.named(fact.symbols[0])
        elif fact.check == "count" and (cited := _CITED.search(fact.text)):
            name = cited.group()
        text = _named(fact.text, name) if name else fact.text
        if not _leans(text):
            found.append(replace(fact, text=text, item=False, goes_on=False))
    return found


def dispatched(facts: Sequence[Fact]) -> list[Fact]:
    """Return facts with one in the place of those that tell where one call may be dispatched to."""
    groups: dict[tuple[str, int], dict[str, Fact]] = {}
    for fact in facts:
        if _is_dispatch(fact):
            groups.setdefault((fact.edges[0].src, fact.edges[0].start_byte), {}).setdefault(fact.edges[0].dst, fact)
    found: list[Fact] = []
    for fact in facts:
        group = list(groups[fact.edges[0].src, fact.edges[0].start_byte].values()) if _is_dispatch(fact) else []
        if len(group) < 2:
            found.append(fact)
        elif fact == group[0]:
            found.append(_one_of(group))
    return found


def _is_dispatch(fact: Fact) -> bool:
    edge = fact.edges[0] if len(fact.edges) == 1 and fact.check == "edge" else None
    return edge is not None and edge.strategy is Strategy.DISPATCH and _DISPATCHED.fullmatch(fact.text) is not None


def _one_of(facts: Sequence[Fact]) -> Fact:
    parts = [fact.text.split("`") for fact in facts]  # "`a` calls `b` at x.py:3 (by dynamic dispatch …)."
    first, edge = facts[0], facts[0].edges[0]
    names = say.listed([say.code(each[3]) for each in parts])
    text = f"{'`'.join(parts[0][:3])}one of {names} at {edge.site}, by dynamic dispatch."
    edges = tuple(e for fact in facts for e in fact.edges)
    places = tuple(dict.fromkeys(place for fact in facts for place in fact.places))
    return replace(first, text=text, edges=edges, places=places)


def _named(text: str, name: str) -> str:
    for start, full in _STARTS:
        if text.startswith(start):
            return full.format(name) + text[len(start) :]
    return text


def _leans(text: str) -> bool:
    """Tell whether a sentence speaks of what another one names; after a name of its own, "it" is that."""
    return bool(_LEANING.match(text) or _OBJECT.match(text) or _PRONOUN.search(_QUOTED.split(text, maxsplit=1)[0]))
