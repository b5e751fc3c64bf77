"""The state of a conversation: what each turn was about, what it answered, and how both are kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from codeqa.domain import Symbol

Candidates: TypeAlias = Callable[[str], Sequence[Symbol]]  # what a written name may mean, likeliest first

MAX_RESULTS = 200  # symbols of one answer that a later turn can mean
LONGEST_ID = 500  # characters; ids are made of paths and names


@dataclass(frozen=True, slots=True)
class Names:
    """What there is now, by name and by id."""

    candidates: Candidates
    symbols: Callable[[Iterable[str]], Mapping[str, Symbol]]  # by id; what is gone is left out

    def symbol(self, key: str) -> Symbol | None:
        return self.symbols([key]).get(key)


@dataclass(frozen=True, slots=True)
class Mention:
    """A symbol as a turn knew it, so that it can be named even where it is gone."""

    id: str
    kind: str
    label: str  # its qualified name, or the path of a file
    path: str
    role: str = ""

    @classmethod
    def of(cls, symbol: Symbol) -> Mention:
        return cls(symbol.id, symbol.kind, symbol.label, symbol.span.path, symbol.role)

    @property
    def is_file(self) -> bool:
        return self.id == self.path

    @property
    def name(self) -> str:
        """The last part of its qualified name, or its path."""
        return self.label if self.is_file else re.split(r"::|[.#]", self.label)[-1]


@dataclass(frozen=True, slots=True)
class Turn:
    """One question with what its answer was about."""

    question: str
    understood: str = ""  # the question that was answered, where it is another than was asked
    status: str = ""
    kind: str = ""
    plan: str = ""
    focus: tuple[Mention, ...] = ()  # what the question names, in its order
    results: tuple[Mention, ...] = ()  # what the answer gave, in its order
    generation: int = 0
    trouble: str = ""  # why a reference in the question could not be resolved; such a turn is about nothing

    @property
    def asked(self) -> str:
        """The question that was answered."""
        return self.understood or self.question

    def to_json(self) -> dict[str, object]:
        """Return what `from_json` reads."""
        return {
            "question": self.question,
            "understood": self.understood,
            "status": self.status,
            "kind": self.kind,
            "plan": self.plan,
            "focus": [_listed(m) for m in self.focus],
            "results": [_listed(m) for m in self.results],
            "generation": self.generation,
            "trouble": self.trouble,
        }

    @classmethod
    def from_json(cls, values: object) -> Turn | None:
        """Read a turn; None where it is none. What is kept in a folder may hold anything."""
        if not isinstance(values, Mapping) or not isinstance(values.get("question"), str):
            return None
        texts = {
            name: str(values[name])
            for name in ("question", "understood", "status", "kind", "plan", "trouble")
            if isinstance(values.get(name), str)
        }
        generation = values.get("generation")
        return cls(
            **texts,
            focus=_mentions(values.get("focus")),
            results=_mentions(values.get("results")),
            generation=generation if isinstance(generation, int) else 0,
        )


@dataclass(slots=True)
class Conversation:
    """Turns, oldest first."""

    id: str = ""
    turns: list[Turn] = field(default_factory=list)

    @property
    def last(self) -> Turn | None:
        """The last turn that was about something; one whose reference was not understood changes nothing."""
        return next(self.backwards(), None)

    def backwards(self) -> Iterator[Turn]:
        """Yield the turns that were about something, last first."""
        return (turn for turn in reversed(self.turns) if not turn.trouble)


@dataclass(frozen=True, slots=True)
class Understood:
    """A question that stands for itself, or why it cannot be made one."""

    question: str
    replaced: tuple[tuple[str, str], ...] = ()  # what was written, and what it stands for
    trouble: str = ""
    notes: tuple[str, ...] = ()  # what the answer has to say besides
    choices: tuple[str, ...] = ()  # ids of what may be meant, where that is the trouble: a face can ask which
    unclear: str = ""  # the words that may mean them
    settled: tuple[str, ...] = ()  # words that were replaced by what the user, asked back, said they mean

    @property
    def changed(self) -> bool:
        """Whether it is another question than was asked."""
        return bool(self.replaced)


def _listed(mention: Mention) -> list[str]:
    return [mention.id, mention.kind, mention.label, mention.path, mention.role]


def _mentions(values: object) -> tuple[Mention, ...]:
    found = []
    for each in values[:MAX_RESULTS] if isinstance(values, list) else ():
        if isinstance(each, list) and len(each) == 5 and all(isinstance(v, str) and len(v) <= LONGEST_ID for v in each):
            found.append(Mention(*each))
    return tuple(found)
