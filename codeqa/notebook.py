"""Facts as a walk finds them: what is claimed, where it stands, and how that can be checked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from codeqa import sanitise
from codeqa.domain import Edge, Hop, Symbol


@dataclass(frozen=True, slots=True)
class Place:
    """Lines of a file that a fact rests on, and the qualified name of the symbol they belong to."""

    path: str
    start_line: int
    end_line: int
    symbol: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One sentence with its evidence.

    `check` names what the verifier has to confirm; the fields it needs are filled in. definition: each of `symbols`
    stands where it is said to. edge: each of `edges` exists and its site still names it. path: as edge, and each edge
    begins where the one before it ends. count: `plan`, run again, still gives `count`. quote: `quote` stands in the
    first place.
    """

    text: str  # one line, without citation marks; what a name has of either is escaped
    places: tuple[Place, ...]
    check: str
    symbols: tuple[Symbol, ...] = ()
    edges: tuple[Edge, ...] = ()
    quote: str = ""
    count: int = 0
    plan: str = ""  # what counts again
    part: str = ""  # which part of the question it answers; "" is background
    item: bool = False  # one of a list, shown as a bullet
    goes_on: bool = False  # says more of the item before it

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", sanitise.sentence(self.text))


@dataclass(slots=True)
class Notebook:
    """What a walk has found so far, in reading order, with what it could not find."""

    question: str
    kind: str = "single fact"
    parts: list[str] = field(default_factory=list)  # what has to be covered for the question to be answered
    facts: list[Fact] = field(default_factory=list)
    unknowns: list[str] = field(default_factory=list)
    preface: str = ""  # says what kind of answer follows; it claims nothing of the code
    hops: list[Hop] = field(default_factory=list)
    results: list[str] = field(default_factory=list)  # ids of the symbols that answer the question
    plans: list[str] = field(default_factory=list)  # what was walked, one for each part

    def add(self, fact: Fact) -> None:
        """Write a fact down, once; the same words about other lines are another fact."""
        if all((known.text, known.places) != (fact.text, fact.places) for known in self.facts):
            self.facts.append(fact)

    def walk(self, edges: Sequence[Edge]) -> None:
        """Note the steps that the answer rests on."""
        for edge in edges:
            hop = Hop(edge.src, str(edge.kind), edge.dst, edge.site, str(edge.strategy), round(edge.confidence, 3))
            if hop not in self.hops:
                self.hops.append(hop)

    def nothing(self) -> None:
        """Let what was found only be part of what was checked: it answers nothing."""
        self.unknowns += [fact.text for fact in self.facts if fact.check == "count" and fact.text not in self.unknowns]
        self.facts.clear()
        self.parts.clear()
        self.hops.clear()

    def found(self, symbols: Iterable[Symbol]) -> None:
        """Note the symbols that answer the question, each once."""
        self.results = list(dict.fromkeys([*self.results, *(s.id for s in symbols)]))

    def unknown(self, text: str) -> None:
        """Note what could not be found or decided, in one line."""
        text = sanitise.sentence(text)
        if text not in self.unknowns:
            self.unknowns.append(text)
