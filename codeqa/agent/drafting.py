"""From the sentences of a model to claims: checked by code, else judged by what they cite, else dropped.

What a sentence says is verified where a fact says the same, or where the verifier's grammar accounts for each of its
words. What no code can check is judged by a model that sees nothing but the cited lines; it is kept as unverified if
they support it, and dropped otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field

from codeqa.agent.handles import Handles, Source
from codeqa.domain import (
    Claim,
    ClaimCheck,
    CountCheck,
    DefinitionCheck,
    Dropped,
    Edge,
    EdgeCheck,
    Event,
    ModelUnavailable,
    PathCheck,
    QuoteCheck,
)
from codeqa.notebook import Fact, Place
from codeqa.planner.compose import marked
from codeqa.prompts.fencing import restored
from codeqa.sanitise import line, sentence
from codeqa.tools import Tools
from codeqa.verify import Verified, Verifier
from codeqa.verify.claims import compile
from codeqa.verify.words import hidden

MOST = 40  # sentences of an answer
LONGEST = 1_000  # characters of one
JUDGED = "entailment"  # check of a claim that only a model confirms
UNCHECKED = "(not checked)"

Judge = Callable[[str, Sequence[Place]], Generator[Event, None, tuple[str, str]]]
"""Judges a sentence by the lines that it cites; returns "supported", "not" or "unclear", and why."""


@dataclass(slots=True)
class Draft:
    """What became of the sentences of a model."""

    verifier: Verifier
    result: Verified = field(default_factory=Verified)
    lines: list[tuple[Claim, bool]] = field(default_factory=list)  # claims, and whether each is one of a list
    edges: list[Edge] = field(default_factory=list)

    @property
    def checked(self) -> list[Claim]:
        """The claims that code confirmed."""
        return [claim for claim, _ in self.lines if claim.verdict == "verified"]

    @property
    def judged(self) -> list[Claim]:
        """The claims that only a model confirmed."""
        return [claim for claim, _ in self.lines if claim.verdict != "verified"]

    def add(self, claim: Claim, *, item: bool) -> None:
        """Take a claim, once."""
        if all(known.text != claim.text or known.checks != claim.checks for known, _ in self.lines):
            self.lines.append((claim, item))

    def drop(self, text: str, reason: str) -> None:
        """Note a sentence that does not hold."""
        self.result.dropped.append(Dropped(line(text), line(reason)))


Line = tuple[Claim, bool]


def render(lines: Sequence[Line]) -> str:
    """Return claims as Markdown with the marks of their citations: items of a list, and sentences that run on."""
    found: list[str] = []
    before: bool | None = None
    for claim, item in lines:
        said = marked(claim) + ("" if claim.verdict == "verified" else f" {UNCHECKED}")
        if item:
            found += ["", f"- {said}"] if before is False else [f"- {said}"]
        elif before is False:
            found[-1] += f" {said}"
        else:
            found += ["", said] if before else [said]
        before = item
    return "\n".join(found)


class Drafting:
    """Turns sentences into claims."""

    def __init__(self, tools: Tools, handles: Handles, judge: Judge) -> None:
        self.tools = tools
        self.handles = handles
        self.judge = judge
        self.gone: ModelUnavailable | None = None  # why nothing can be judged any more

    def draft(self, sentences: Sequence[str]) -> Generator[Event, None, Draft]:
        """Check sentences in their order, against the tree as it is now.

        Once the model is gone, nothing more is judged. Raises ModelUnavailable if nothing holds then.
        """
        draft = Draft(Verifier(self.tools))
        for raw in sentences[:MOST]:
            item = raw.lstrip().startswith(("- ", "* "))
            said = restored(raw.strip().removeprefix("- ").removeprefix("* ")[:LONGEST])
            text, marks = self.handles.marks(said)
            if text.strip(" .`*-"):
                yield from self._sentence(draft, text, marks, item=item)
        if len(sentences) > MOST:
            draft.drop(f"{len(sentences) - MOST} more sentences", f"an answer has {MOST} at most")
        if self.gone is not None and not draft.lines:
            raise self.gone
        return draft

    def _sentence(self, draft: Draft, text: str, marks: Sequence[str], *, item: bool) -> Generator[Event, None, None]:
        if (known := self.handles.known(text, marks)) is not None:
            self._fact(draft, known, item=item)
            return
        sources = [(mark, self.handles.source(mark)) for mark in marks]
        if unknown := [mark for mark, source in sources if source is None]:
            draft.drop(text, f"it cites {', '.join(unknown)}, which was never given")
            return
        given = [source for _, source in sources if source is not None]
        facts = [fact for source in given for fact in source.facts]
        if reason := draft.verifier.refutation(facts):
            draft.drop(text, reason)
            return
        numbers = draft.verifier.cite((place for source in given for place in source.places), draft.result)
        cited = [c for c in draft.result.citations if c.n in numbers]
        compiled = compile(text, cited, self.tools)
        if compiled.verdict == "refuted":
            draft.drop(text, compiled.reason)
        elif compiled.verdict == "verified":
            numbers = numbers or draft.verifier.cite(_places(compiled.checks), draft.result)
            draft.add(Claim(sentence(text), numbers, "verified", _kind(compiled.checks), compiled.checks), item=item)
            draft.edges += [edge for fact in facts for edge in fact.edges]
        elif not numbers:
            draft.drop(text, "it cites nothing that could confirm it")
        else:
            yield from self._judged(draft, text, given, numbers, compiled.checks, item=item)

    def _fact(self, draft: Draft, fact: Fact, *, item: bool) -> None:
        """Take a sentence that says what a fact says."""
        if reason := draft.verifier.refutation([fact]):
            draft.drop(fact.text, reason)
            return
        found = draft.verifier.verify([fact], draft.result)
        for claim in found.claims:
            draft.add(claim, item=item)
        found.claims.clear()
        draft.edges += fact.edges

    def _judged(
        self,
        draft: Draft,
        text: str,
        given: Sequence[Source],
        numbers: tuple[int, ...],
        checks: tuple[ClaimCheck, ...],
        *,
        item: bool,
    ) -> Generator[Event, None, None]:
        if hidden(text):
            draft.drop(text, "it has characters that nobody sees")
            return
        places = list(dict.fromkeys(place for source in given for place in source.places))
        verdict, why = "", ""
        if self.gone is None:
            try:
                verdict, why = yield from self.judge(text, places)
            except ModelUnavailable as error:
                self.gone = error
        if self.gone is not None:
            draft.drop(text, f"no code can check it, and it was not judged: {self.gone.message}")
            return
        if verdict == "supported":
            draft.add(Claim(sentence(text), numbers, "unverified", JUDGED, checks), item=item)
        else:
            draft.drop(text, why)


def _kind(checks: Sequence[ClaimCheck]) -> str:
    """Return what a claim is verified by, the strongest first."""
    for kind, name in (
        (PathCheck, "path"),
        (EdgeCheck, "edge"),
        (CountCheck, "count"),
        (QuoteCheck, "quote"),
        (DefinitionCheck, "definition"),
    ):
        if any(isinstance(check, kind) for check in checks):
            return name
    return "absence"


def _places(checks: Sequence[ClaimCheck]) -> list[Place]:
    """Return the lines that checks looked at, for a sentence that cites none."""
    found: list[Place] = []
    for check in checks:
        if isinstance(check, DefinitionCheck) and check.path:
            found.append(Place(check.path, check.line, check.line, check.name))
        for edge in check.edges if isinstance(check, PathCheck) else (check,):
            if isinstance(edge, EdgeCheck):
                path, _, line = edge.site.rpartition(":")
                found.append(Place(path, int(line), int(line)))
    return found
