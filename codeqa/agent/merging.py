"""A model's claims and the planner's, made one answer.

What the planner is sure of is never lost, and nothing stands twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from codeqa import sanitise
from codeqa.agent.drafting import Draft, Line, render
from codeqa.agent.leading import Finished
from codeqa.agent.standing import standing
from codeqa.domain import Answer, Citation, Claim, DefinitionCheck, Edge, Hop, QuoteCheck
from codeqa.notebook import Notebook
from codeqa.planner import Walked

BESIDES = "From the graph, besides:"
RELATIONS = ("edge", "path", "count")  # checks that say more than where something is
NOTED = 6  # things that calls could not tell, and parts that a model did not find
LONGEST = 200  # characters of one of these


@dataclass(frozen=True, slots=True)
class Merged:
    """What an answer is made of."""

    status: str
    text: str
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    walk: tuple[Hop, ...]
    unknowns: tuple[str, ...]
    results: tuple[str, ...]


def merge(
    draft: Draft, finished: Finished, known: Answer, walked: Walked, unknowns: Sequence[str], model: str
) -> Merged:
    """Put together what holds of a model's sentences and what the planner found for the parts of the question.

    What it found by search alone is for the model to choose from; it is not added to what the model says.

    answered: the planner answered for certain, or each sentence is checked by code, one of them as a relation, and a
    second pass found nothing left out: that true sentences are an answer no code can tell. abstained: nothing holds.
    """
    named = known.status != "abstained" and (walked.named or not walked.weak)
    besides, more = _besides(draft, walked) if named else ([], [])
    missing = [sanitise.sentence(f'not found, says {model}: "{_short(part)}"') for part in finished.missing[:NOTED]]
    struck = [f"{model} wrote {len(draft.result.dropped)} sentences that did not hold: they are left out"]
    notes = [*missing, *map(sanitise.sentence, unknowns[:NOTED]), *(struck if draft.result.dropped else ())]
    if not draft.lines and not besides:
        said = struck[0] if draft.result.dropped else f"{model} found nothing to say"
        looked = (*notes, *known.unknowns)
        return Merged("abstained", f"I don't know: {said}.", (), (), (), tuple(dict.fromkeys(looked)), ())
    if draft.judged:
        notes.append(f"what is marked as not checked, {model} judges to follow from the lines it cites; no code can")
    if named or known.status == "abstained":
        notes += known.unknowns
    lines, citations = _renumbered([*draft.lines, *((claim, True) for claim in besides)], draft.result.citations)
    own = len(draft.lines)
    parts = [render(lines[:own]), *([BESIDES] if own and besides else ()), render(lines[own:])]
    claims = tuple(claim for claim, _ in lines)
    return Merged(
        _status(draft, finished, known, claims),
        "\n\n".join(part for part in parts if part),
        claims,
        tuple(citations),
        _hops([*draft.edges, *more]),
        tuple(dict.fromkeys(notes)),
        known.results if named else _results(lines),
    )


def _status(draft: Draft, finished: Finished, known: Answer, claims: Sequence[Claim]) -> str:
    """Return the status that claims earn; what the planner answered for certain stays answered."""
    if finished.missing or known.status == "abstained":
        return "partial"
    if known.status == "answered":
        return "answered"
    whole = finished.complete and not draft.judged and not draft.result.dropped
    return "answered" if whole and any(c.check in RELATIONS for c in claims) else "partial"


def _besides(draft: Draft, walked: Walked) -> tuple[list[Claim], list[Edge]]:
    """Return what the planner found for parts of the question and the model did not say."""
    own = draft.checked
    said = {check for claim in own for check in claim.checks}
    claims: list[Claim] = []
    edges: list[Edge] = []
    for fact in standing(walked.book.facts, None):
        if not fact.part:
            continue
        found = draft.verifier.verify([fact], draft.result)
        for claim in found.claims:
            claim = replace(claim, text=re.sub(r":$", ".", claim.text))  # what it heads may be said already
            if not set(claim.checks) <= said and all((claim.text, claim.checks) != (c.text, c.checks) for c in claims):
                claims.append(claim)
                edges += fact.edges
        found.claims.clear()
    return claims, edges


def _renumbered(lines: Sequence[Line], citations: Sequence[Citation]) -> tuple[list[Line], list[Citation]]:
    """Number the citations that claims have in the order of the text; those of what was struck out are gone."""
    numbers = {old: new for new, old in enumerate(dict.fromkeys(n for c, _ in lines for n in c.citations), 1)}
    by_number = {c.n: c for c in citations}
    renamed: list[Line] = []
    for claim, item in lines:
        checks = tuple(
            replace(check, citation=numbers[check.citation]) if isinstance(check, QuoteCheck) else check
            for check in claim.checks
        )
        renamed.append((replace(claim, citations=tuple(numbers[n] for n in claim.citations), checks=checks), item))
    return renamed, [replace(by_number[old], n=new) for old, new in numbers.items()]


def _short(said: str) -> str:
    """Return what a model says for a quotation, which it cannot end: nobody checks it."""
    flat = " ".join(said.split()).replace('"', "'")
    return flat if len(flat) <= LONGEST else f"{flat[:LONGEST]}…"


def _hops(edges: Iterable[Edge]) -> tuple[Hop, ...]:
    book = Notebook("")
    book.walk(list(edges))
    return tuple(book.hops)


def _results(lines: Iterable[Line]) -> tuple[str, ...]:
    """Return the symbols that the items of a list define, for a question that goes on with them."""
    checks = (check for claim, item in lines if item for check in claim.checks)
    return tuple(dict.fromkeys(check.symbol for check in checks if isinstance(check, DefinitionCheck)))
