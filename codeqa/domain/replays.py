"""What has become of an answer that was written earlier."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Replayed:
    """What has become of one claim of an old answer.

    `state`: holds; moved: it holds, but lines are others; broken: it does not; unchecked: nothing could be replayed.
    """

    text: str
    state: str
    reasons: tuple[str, ...] = ()  # why it does not hold, or was not replayed
    moved: tuple[str, ...] = ()
    checks: int = 0  # how many were replayed


@dataclass(frozen=True, slots=True)
class Replay:
    """What has become of an old answer."""

    question: str
    claims: tuple[Replayed, ...]
    notes: tuple[str, ...] = ()
    generation: int = 0

    @property
    def holds(self) -> bool:
        """Whether no claim is broken, and one at least could be replayed where there are any."""
        states = {claim.state for claim in self.claims}
        return "broken" not in states and (not states or states != {"unchecked"})
