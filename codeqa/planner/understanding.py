"""What a question asks for: plans where the grammar understands it, else a form with slots for its words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from codeqa.planner import forms
from codeqa.planner.forms import Request
from codeqa.planner.grammar import compile_parts
from codeqa.planner.link import Linker

_DIFFERENCE = re.compile(
    r"\b(?:differ(?:s|ent|ence|ences)?|versus|vs\.?|compare[sd]?|rather\s+than|instead\s+of|"
    r"which\s+of\s+the\s+(?:two|both)|what\s+sets\s+(?:them|these|the\s+two)\s+apart|in\s+common)\b",
    re.I,
)


_DEPTH = re.compile(
    r",?\s*(?:(?:directly|direct)\s+or\s+)?(?:through\s+)?(?:up\s+to|within|in\s+at\s+most|at\s+most|no\s+more\s+than)\s+"
    r"(?:depth\s+)?(?P<depth>\d{1,2})(?:\s+(?:calls?|steps?|hops?|levels?))?(?:\s+away)?(?:\s+of\s+it)?",
    re.I,
)
_TESTS_TOO = re.compile(r",?\s*(?:with\s+tests|tests?\s+(?:too|included)|including\s+tests)\b", re.I)


_IMPACT = re.compile(
    r"\b(?:who\s+uses|what\s+uses|everything\s+that\s+reaches|depends?\s+on|affected|may\s+break|if)\b", re.I
)
_SUBJECT = re.compile(
    r"\b(?:uses|reaches|depends?\s+on|(?:change|changing)\s+(?:of|to)|(?:if\s+(?:i|we|you|one)\s+)?(?:edit|change|touch)|if)\s+"
    r"(?P<a>.+?)(?=\s*,|\s+(?:changes|and\s+(?:what|which))\b|\s*[?.!]*$)",
    re.I,
)


def understood(question: str, linker: Linker) -> Request:
    """Return how a question is read: a relation with its plans, or the form that fits it best."""
    text = " ".join(question.split())
    deep = _DEPTH.search(text) and _IMPACT.search(text)
    compiled, rest = ([], "") if deep else compile_parts(text, linker)
    if compiled:
        return Request(text, "relation", {"rest": rest} if rest else {}, compiled=tuple(compiled))
    outline, depth = _without_depth(text)
    if deep and (subject := _SUBJECT.search(outline)):
        return Request(text, "impact", {"a": forms.trim(subject["a"]), "depth": depth}, forms.wanted(text))
    request = _beside(text, linker) or choose(forms.readings(outline), linker)
    slots = {**request.slots, **({"depth": depth} if depth else {})}
    return replace(request, question=text, slots=slots, wants=forms.wanted(text))


def _without_depth(text: str) -> tuple[str, str]:
    """Return a question without the words that say how far to look, and the number of steps that they say."""
    match = _DEPTH.search(text)
    if match is None:
        return text, ""
    outline = f"{text[: match.start()]} {text[match.end() :]}"
    return " ".join(_TESTS_TOO.sub(" ", outline).split()), match["depth"]


def _beside(text: str, linker: Linker) -> Request | None:
    """Two names and a word of difference are a comparison, however it is put."""
    if not _DIFFERENCE.search(text):
        return None
    names = linker.written(text)
    words = text
    for name in names:
        words = words.replace(name, " ")  # a name may have such a word in it
    if len(names) != 2 or not all(linker.name(name) for name in names) or not _DIFFERENCE.search(words):
        return None
    return Request(text, "compare", {"a": names[0], "b": names[1]}, forms.wanted(text))


def _ends_named(request: Request, linker: Linker) -> bool:
    """Tell whether this reads a chain between two things that are named."""
    ends = [request.slots.get(slot, "") for slot in ("a", "b")]
    return request.form == "path" and all(end and linker.names_something(end) for end in ends)


def choose(readings: Sequence[Request], linker: Linker) -> Request:
    """Return the first reading whose every slot names something.

    Without one, a chain is worth searching for, else plain search.
    """
    for request in readings:
        named = [linker.names_something(request.slots[slot]) for slot in ("a", "b") if slot in request.slots]
        if all(named):
            return request
        if request.form == "path" and len(named) == 2 and any(named):
            return next((other for other in readings if _ends_named(other, linker)), request)
    written = linker.written(readings[0].question)
    for request in readings:
        if request.form == "path" and "b" in request.slots:
            return request
        if written and request.form not in ("compare", "path"):
            return request
    return readings[-1]
