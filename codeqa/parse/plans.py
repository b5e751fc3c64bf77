"""What the patterns of a language's queries are about, known before any of them matches."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import tree_sitter

ROLES = {
    name: rank
    for rank, name in enumerate(
        ["mention", "read", "pass", "write", "type", "call", "instantiate", "raise", "decorator", "implements", "base"]
    )
}
NOT_CAPTURES = re.compile(r'"(?:\\.|[^"\\])*"|;[^\n]*')  # strings and comments of a query
CAPTURE = re.compile(r"@([\w.]+)")
_DECISIVE = (
    "definition.",
    "import",
    "binding.",
    "reference.",
    "callback",
    "scope",
    "ignore",
    "export.default",
    "package",
    "embedded",
    "turns.",
    "inner.",
    "error",
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What one pattern is about: the capture that decides it, and all that it may capture."""

    pattern: int
    about: str
    captures: frozenset[str]

    @property
    def family(self) -> str:
        return self.about.partition(".")[0]

    @property
    def role(self) -> str:
        """The role of a reference."""
        role = self.about.removeprefix("reference.")
        return "implements" if role == "base" and "implements" in self.captures else role


class Patterns(NamedTuple):
    """The compiled queries of a language, and what they are about."""

    query: tree_sitter.Query
    plans: tuple[Plan, ...]


def plans(query: tree_sitter.Query, source: bytes) -> tuple[Plan, ...]:
    """Return what the patterns of a query, compiled from `source`, are about, in the order in which they are heeded.

    That is file order, but references come last, the strongest role and the most telling patterns first.
    """
    found: list[Plan] = []
    for pattern in range(query.pattern_count):
        written = source[query.start_byte_for_pattern(pattern) : query.end_byte_for_pattern(pattern)].decode()
        captures = dict.fromkeys(CAPTURE.findall(NOT_CAPTURES.sub(" ", written)))
        found += [Plan(pattern, about, frozenset(captures)) for about in _about(captures)]
    return tuple(sorted(found, key=_order))


def _about(captures: Iterable[str]) -> list[str]:
    """Name the captures that decide what a pattern is about: one, or all references that it marks."""
    for prefix in _DECISIVE:
        names = [name for name in captures if name.startswith(prefix)]
        if names:
            return [prefix] if prefix in ("import", "callback") else names if prefix == "reference." else names[:1]
    return []


def _order(plan: Plan) -> tuple[int, bool]:
    if not plan.about.startswith("reference."):
        return -len(ROLES), False
    return -ROLES[plan.role], plan.captures.isdisjoint({"receiver", "arguments"})
