"""What becomes of one thing that a sentence states."""

from __future__ import annotations

from dataclasses import dataclass

from codeqa.domain import ClaimCheck


@dataclass(slots=True)
class Judgement:
    """`verdict`: verified, unverified or refuted; `reason` says why it is not the first. The checks held."""

    verdict: str
    reason: str = ""
    checks: tuple[ClaimCheck, ...] = ()
    places: tuple[tuple[str, int], ...] = ()  # lines that show it, beside those of its checks and names


def unverified(reason: str) -> Judgement:
    """Neither shown nor ruled out."""
    return Judgement("unverified", reason)


def refuted(reason: str) -> Judgement:
    """Ruled out."""
    return Judgement("refuted", reason)
