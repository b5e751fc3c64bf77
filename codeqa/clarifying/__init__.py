"""Questions back, and what is answered to them: which symbols a written name was said to mean.

What makes a question (splitting.py) is imported only where somebody may be asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codeqa.domain import Clarify

__all__ = ["AskBack", "bare", "chosen"]


class AskBack(Exception):
    """Raised out of a walk: instead of an answer for each candidate, ask which one is meant."""

    def __init__(self, clarify: Clarify) -> None:
        super().__init__(clarify.question)
        self.clarify = clarify


def bare(name: str) -> str:
    """Return a written name without the marks around it."""
    return name.strip().strip("`'\"").removesuffix("()").strip()


def chosen(meaning: Mapping[str, Sequence[str]], name: str) -> frozenset[str]:
    """Return the ids that a written name was said to mean, none if nothing was said of it."""
    wanted = bare(name)
    return frozenset(key for said, keys in meaning.items() if bare(said) == wanted for key in keys)
