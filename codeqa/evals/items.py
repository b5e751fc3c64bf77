"""What an exam is made of: questions with their keys, and what came of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from codeqa.domain import Symbol

UNANSWERABLE = ("unknown name", "near miss", "empty relation", "no path", "wrong kind")


class Reading(NamedTuple):
    """A set as a question can be read: ids that any reading has, and ids that some reading has.

    "Who calls X" may or may not mean the module that calls it while it is imported; "subclasses" may or may not mean
    those of subclasses. What all readings share is asked for, what one of them adds is allowed.
    """

    must: frozenset[str]
    may: frozenset[str]  # holds `must`

    @classmethod
    def of(cls, must: Iterable[str], may: Iterable[str] = ()) -> Reading:
        asked = frozenset(must)
        return cls(asked, asked | frozenset(may))

    def __and__(self, other: Reading) -> Reading:
        return Reading(self.must & other.must, self.may & other.may)

    def without(self, other: Reading) -> Reading:
        return Reading(self.must - other.may, self.may - other.must)

    def only(self, kept: Iterable[str]) -> Reading:
        wanted = frozenset(kept)
        return Reading(self.must & wanted, self.may & wanted)


EMPTY = Reading(frozenset(), frozenset())


@dataclass(frozen=True, slots=True)
class Draft:
    """A question before it is worded: what fills the slots of its wording, and its key."""

    family: str  # a table of wordings.toml
    hops: int
    slots: Mapping[str, Symbol | str]
    grading: str  # "list" | "count" | "path" | "yes" | "place" | "nothing"
    key: Reading = EMPTY
    fold: str = "class"  # what counts as the same: "class": a constructor and its class; "owner": a method too; "twin"
    counts: frozenset[int] = frozenset()  # the numbers that are right
    length: int = 0  # of the shortest chain
    unanswerable: str = ""  # one of UNANSWERABLE
    loose: frozenset[str] = frozenset()  # what may be in the key too where the wording asks for any use, not for reads

    @property
    def subjects(self) -> tuple[str, ...]:
        return tuple(value.id if isinstance(value, Symbol) else value for value in self.slots.values())

    @property
    def language(self) -> str:
        return next((v.language for v in self.slots.values() if isinstance(v, Symbol) and v.language), "")


@dataclass(frozen=True, slots=True)
class Item:
    """One question of an exam."""

    number: int  # from 1
    question: str
    draft: Draft

    @property
    def family(self) -> str:
        """The family that a table shows: what cannot be answered is one for each reason."""
        return self.draft.unanswerable or self.draft.family.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Grade:
    """What came of one question."""

    item: Item
    status: str  # of the answer
    got: tuple[str, ...]  # ids, or what else was graded
    right: bool
    reason: str  # why it is wrong, "" if it is right
    false_claims: tuple[str, ...] = ()
    ms: float = 0.0
    text: str = field(default="", repr=False)  # the answer's own words

    @property
    def verdict(self) -> str:
        """Say right, wrong, or abstained: an abstention is no answer, but no lie either."""
        return "right" if self.right else "abstained" if self.status == "abstained" else "wrong"
