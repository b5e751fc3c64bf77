"""The text of an answer as what a reader can stand on: one segment for each sentence, with what it rests on.

Pure; imports nothing of textual.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from codeqa.domain import Answer, Claim, EdgeCheck, Hop, PathCheck

LONGEST = 20_000  # characters of a line that is taken apart; no sentence is as long

_MARKS = re.compile(r"`[^`]*`|(?P<marks>(?:\s?\[\d{1,9}(?:, ?\d{1,9})*\])+)")  # none is in code
_NUMBER = re.compile(r"\d{1,9}")
_LEAD = re.compile(r"(?P<indent>\s*)(?:(?P<bullet>[-*+])\s+|(?P<number>\d+[.)])\s+|(?P<heading>#{1,6})\s+)?")
_SENTENCE = re.compile(r"(?<=[.!?])((?:\s?\[\d+(?:, ?\d+)*\])*)\s+(?=[A-Z`\"])")


@dataclass(frozen=True, slots=True)
class Segment:
    """A sentence of an answer, a heading, or a line of a fenced block.

    Attributes:
        text: Markdown of one line, with its [n] marks.
        kind: "text", "heading", "code", or "gap" for an empty line.
        lead: what stands before its first line, such as a bullet; only the first sentence of a paragraph has one.
        indent: columns that its further lines, and the sentences after it, are set in.
        claim: number of the claim that it is, None where none is.
        citations: their numbers, in order.
    """

    text: str
    kind: str = "text"
    lead: str = ""
    indent: int = 0
    claim: int | None = None
    citations: tuple[int, ...] = ()


def segments(answer: Answer) -> list[Segment]:
    """Return the answer's text in its order."""
    left = dict(enumerate(answer.claims))
    found: list[Segment] = []
    fenced = False
    for line in answer.text.split("\n"):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif fenced:
            found.append(Segment(line, "code", indent=2))
        elif not line.strip():
            found.append(Segment("", "gap"))
        else:
            found += _line(line, left)
    return found


def hops_of(claim: Claim, walk: tuple[Hop, ...]) -> list[Hop]:
    """Return the steps of the walk that a claim states."""
    steps = [
        step
        for check in claim.checks
        for step in ((check,) if isinstance(check, EdgeCheck) else check.edges if isinstance(check, PathCheck) else ())
    ]
    exact = {(step.src, step.edge, step.dst) for step in steps}
    return [hop for hop in walk if (hop.src, hop.edge, hop.dst) in exact]


def citation_at(answer: Answer, site: str) -> int | None:
    """Return the number of the narrowest citation that holds a `path:line`."""
    path, _, line = site.rpartition(":")
    number = int(line) if line.isdecimal() else 0
    holding = [c for c in answer.citations if c.path == path and c.start_line <= number <= c.end_line]
    return min(holding, key=lambda c: c.end_line - c.start_line).n if holding else None


def key(ref: object) -> tuple[str, str, str] | None:
    """Return what makes two hops the same step; None for what is no hop."""
    return (ref.src, ref.edge, ref.dst) if isinstance(ref, Hop) else None


def states(answer: Answer, segment: Segment, hop: Hop) -> bool:
    """Whether a sentence states a hop, or cites its line."""
    if segment.claim is not None:
        stated = hops_of(answer.claims[segment.claim], answer.walk)
        if stated:
            return key(hop) in map(key, stated)
    n = citation_at(answer, hop.site)
    return n is not None and n in segment.citations


def _line(line: str, left: dict[int, Claim]) -> Iterator[Segment]:
    if len(line) > LONGEST:
        yield Segment(line)
        return
    start = _LEAD.match(line)
    assert start is not None  # it matches nothing too
    if start["heading"]:
        yield Segment(line[start.end() :], "heading")
        return
    margin = len(start["indent"].expandtabs(4))
    bullet = "•" if start["bullet"] else start["number"] or ""
    lead = " " * margin + (bullet + " " if bullet else "")
    for number, (text, claim) in enumerate(_sentences(line[start.end() :], left)):
        cited = [int(n) for mark in _marks(text) for n in _NUMBER.findall(mark[0])]
        more = left_citations(claim, left)
        taken = claim if claim is not None else _resting_on(cited, left)
        yield Segment(
            text,
            lead=lead if number == 0 else "",
            indent=len(lead),
            claim=taken,
            citations=tuple(dict.fromkeys([*cited, *more])),
        )


def left_citations(claim: int | None, claims: dict[int, Claim]) -> tuple[int, ...]:
    """Return what a claim cites, also where the text does not show it."""
    return claims[claim].citations if claim is not None else ()


def _resting_on(cited: list[int], claims: dict[int, Claim]) -> int | None:
    """Return the claim with just these citations, for a sentence that is worded otherwise than its claim."""
    return next((number for number, claim in claims.items() if cited and set(claim.citations) == set(cited)), None)


def _sentences(text: str, claims: dict[int, Claim]) -> Iterator[tuple[str, int | None]]:
    """Yield the parts of a line: those that are a claim word for word, and what is between them, by sentences."""
    bare, places = _without_marks(text)
    at = 0
    while at < len(bare):
        found = [(bare.find(claim.text, at), -len(claim.text), number) for number, claim in claims.items()]
        start, length, number = min((each for each in found if each[0] >= 0), default=(-1, 0, 0))
        if start < 0:
            break
        yield from ((part, None) for part in _split(text[places[at] : places[start]]))
        end = start - length
        yield text[places[start] : places[end]].strip(), number
        at = end
    yield from ((part, None) for part in _split(text[places[at] :]))


def _marks(text: str) -> list[re.Match[str]]:
    return [match for match in _MARKS.finditer(text) if match["marks"]]


def _without_marks(text: str) -> tuple[str, list[int]]:
    """Return the text without its marks, and for each offset in it, and its end, the one in the text.

    Marks that stand behind a character belong to it: a part that ends there has them.
    """
    bare: list[str] = []
    places = [0]
    end = 0
    for match in _marks(text):
        for offset in range(end, match.start()):
            bare.append(text[offset])
            places.append(offset + 1)
        places[-1] = match.end()
        end = match.end()
    for offset in range(end, len(text)):
        bare.append(text[offset])
        places.append(offset + 1)
    return "".join(bare), places


def _split(text: str) -> Iterator[str]:
    """Yield the sentences of a text."""
    at = 0
    for match in _SENTENCE.finditer(text):
        yield text[at : match.end(1)].strip()
        at = match.end()
    if rest := text[at:].strip():
        yield rest
