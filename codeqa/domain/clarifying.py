"""A question back: what a name may mean, as options to choose from."""

from __future__ import annotations

from dataclasses import dataclass

from codeqa.domain.events import Event


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to a question back: `label` is shown, `symbols` are the ids that it keeps."""

    label: str
    symbols: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clarify(Event):
    """The walk ended with a question back: what does `name`, as it was written, mean?

    Whoever asks again gives, as `meaning`, the name with the symbols of one option, or with one of `others`: the ids
    that may be meant too and that no option holds.
    """

    question: str
    options: tuple[Option, ...]
    name: str
    others: tuple[str, ...] = ()
