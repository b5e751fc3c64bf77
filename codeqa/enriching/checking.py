"""What code can check of a summary, before anybody sees it: that it names nothing that is not there."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

LONGEST = 240  # characters of a summary
MOST_TAGS = 6
LONGEST_TAG = 30  # characters
SCHEMA = {
    "type": "object",
    "properties": {"summary": {"type": "string"}, "tags": {"type": "array", "items": {"type": "string"}}},
    "required": ["summary", "tags"],
}
_QUOTED = re.compile(r"`+([^`]+)`+")
_NAME = re.compile(r"[^\W\d]\w*")
_END = re.compile(r"[.!?](?=\s|\Z)")


class Checked(NamedTuple):
    """A summary that may be kept; or, with an empty text, the reason why there is none."""

    text: str
    tags: tuple[str, ...] = ()
    problem: str = ""
    invented: bool = False  # it names what does not exist


def check(value: Any, source: str, exists: Callable[[str], bool]) -> Checked:  # noqa: ANN401  # what JSON gives
    """Check a reply of the form of SCHEMA against the code that it is about.

    A name in back-ticks has to stand in `source`, or `exists` has to know it. What is too long ends with a sentence.
    """
    text = shortened(_plain(str(value["summary"])))
    if not _NAME.search(text):
        return Checked("", problem="it is empty")
    known = frozenset(_NAME.findall(source))
    named = [name for quoted in _QUOTED.findall(text) for name in _NAME.findall(quoted)]
    unknown = [name for name in dict.fromkeys(named) if name not in known and not exists(name)]
    if unknown:
        return Checked("", problem=f"it names {', '.join(unknown[:3])}", invented=True)
    return Checked(text, _tags(value["tags"]))


def shortened(text: str) -> str:
    """Return a text of at most LONGEST characters that ends with a sentence if one fits, else with a word."""
    if len(text) <= LONGEST:
        return text
    ends = [match.end() for match in _END.finditer(text) if match.end() <= LONGEST]
    if ends:
        return text[: ends[-1]]
    return text[:LONGEST].rpartition(" ")[0] + "…"


def _tags(given: list[str]) -> tuple[str, ...]:
    plain = (_plain(tag).strip("`#.,;:\"' ").lower() for tag in given)
    return tuple(dict.fromkeys(tag for tag in plain if tag and len(tag) <= LONGEST_TAG))[:MOST_TAGS]


def _plain(text: str) -> str:
    """Return a text as one line without control characters."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
