"""What a form leaves of a question: words that it has no place for, and lists of which it would take the first name."""

from __future__ import annotations

import re
from collections.abc import Iterable

from codeqa.planner.forms import Request, wanted
from codeqa.planner.grammar import is_participle, understands
from codeqa.planner.link import Linker

_LIST = frozenset(
    "and or both the function functions method methods class classes defined declared located live".split()
)


def unslotted(request: Request, linker: Linker) -> list[str]:
    """Return the names and words that stand in none of a form's slots and are not plain words of questions."""
    said = request.question
    for slot in request.slots.values():
        said = said.replace(slot, " ")
    names = [n for n in linker.written(said) if linker.name(n) or "/" in n]
    plain = without(re.sub(r"^\W*how\s+(?:many|often)\b", " ", said, flags=re.I), names)
    return [*names, *(w for w in re.findall(r"[^\W\d][\w’'-]*", plain) if not understands(w.lower()))]


def undone(phrase: str, linker: Linker) -> list[str]:
    """Return what a phrase says is done to a thing: where it is called is not where it stands."""
    plain = without(phrase, linker.written(phrase))
    return [w for w in re.findall(r"\w+", plain) if is_participle(w.lower()) and not wanted(w)]


def several(request: Request, linker: Linker) -> list[str]:
    """Return the names of a list that a question asks about each of; [] if it asks about one thing."""
    phrase = request.slots.get("a", "")
    names = linker.written(phrase)
    between = without(phrase, names)
    words = set(re.findall(r"\w+", between.lower()))
    listed = len(names) > 1 and words <= _LIST and bool({"and", "or"} & words or "," in between)
    return names if listed and all(linker.name(name) for name in names) else []


def without(text: str, names: Iterable[str]) -> str:
    """Return a text with a blank in the place of each name."""
    for name in names:
        text = text.replace(name, " ")
    return text
