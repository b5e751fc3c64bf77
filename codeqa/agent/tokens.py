"""How many tokens a text may be."""

from __future__ import annotations


def estimate(text: str) -> int:
    """Return an estimate of the tokens of a text."""
    return len(text) // 3 + 1


class Scale:
    """The factor by which estimates are raised for one model."""

    def learn(self, estimated: int, reported: int | None) -> None:
        """Compare an estimate with what the server counted."""

    def exceeded(self, num_ctx: int) -> None:
        """Raise the factor: a prompt filled the context."""
