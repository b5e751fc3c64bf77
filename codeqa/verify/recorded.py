"""Answers as they were written down: JSON of docs/json.md into claims, with nothing in it taken on trust."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from codeqa.domain import (
    AbsenceCheck,
    Citation,
    ClaimCheck,
    CountCheck,
    DefinitionCheck,
    EdgeCheck,
    EdgeKind,
    Hop,
    PathCheck,
    QuoteCheck,
    UsageError,
)

VERSION = 1
MAX_CLAIMS = 10_000
MAX_CHECKS = 100_000  # of one answer
MAX_NAME = 4_000  # characters of an id or a path
MAX_PARTS = 60  # of a qualified name
MAX_NUMBER = 2**31 - 1
_PART = re.compile(r"[.:#/>]")
HINT = "give what `codeqa ask --json` wrote"


class Malformed(ValueError):
    """A part of an answer that is not what docs/json.md says."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One claim as it was written down. `wrong` says why its checks cannot be read, "" if they can.

    `checks` is None where the claim was written before claims carried any.
    """

    text: str
    verdict: str
    citations: tuple[int, ...]
    checks: tuple[ClaimCheck, ...] | None
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class RecordedAnswer:
    """An answer as it was written down."""

    question: str
    claims: tuple[Recorded, ...]
    citations: Mapping[int, Citation]


def read(answer: object) -> RecordedAnswer:
    """Read one answer.

    Raises:
        UsageError: it is no answer of version 1.
    """
    if not isinstance(answer, Mapping):
        raise UsageError("this is no answer: not a JSON object", hint=HINT)
    if isinstance(answer.get("error"), Mapping):
        raise UsageError("this is an error that was written instead of an answer", hint=HINT)
    version = answer.get("version")
    if type(version) is not int or version != VERSION:
        said = version if isinstance(version, int) and abs(version) < MAX_NUMBER else "none that can be read"
        raise UsageError(f"this is no answer of version {VERSION}: its version is {said}", hint=HINT)
    claims, citations = answer.get("claims"), answer.get("citations")
    if not isinstance(claims, list) or not isinstance(citations, list):
        raise UsageError("this is no answer: it has no list of claims or no list of citations", hint=HINT)
    if len(claims) > MAX_CLAIMS or len(citations) > MAX_CHECKS:
        raise UsageError(f"{len(claims)} claims with {len(citations)} citations are too many", hint=HINT)
    question = answer.get("question")
    read_claims = tuple(_claim(each) for each in claims)
    if sum(len(claim.checks or ()) for claim in read_claims) > MAX_CHECKS:
        raise UsageError(f"this answer has more than {MAX_CHECKS} checks", hint=HINT)
    return RecordedAnswer(question if isinstance(question, str) else "", read_claims, _citations(citations))


def _claim(value: object) -> Recorded:
    """Read a claim; one whose checks are wrong keeps its text, so that it can be named."""
    if not isinstance(value, Mapping) or not isinstance(value.get("text"), str):
        raise UsageError("this is no answer: a claim is no object with a text", hint=HINT)
    text, verdict = str(value["text"]), value.get("verdict")
    try:
        numbers = tuple(_number(n) for n in _list(value.get("citations", [])))
        given = value.get("checks")
        checks = None if given is None else _checks(given)
        return Recorded(text, verdict if isinstance(verdict, str) else "", numbers, checks)
    except Malformed as error:
        return Recorded(text, "verified", (), (), str(error))


def _checks(value: object) -> tuple[ClaimCheck, ...]:
    return tuple(_check(each) for each in _list(value))


def _check(value: object) -> ClaimCheck:
    if not isinstance(value, Mapping):
        raise Malformed("a check is no object")
    reader = _READERS.get(value["check"]) if isinstance(value.get("check"), str) else None
    if reader is None:
        raise Malformed("a check is of no kind that this version knows")
    return reader(value)


def _definition(value: Mapping[str, object]) -> DefinitionCheck:
    path = value.get("path")
    return DefinitionCheck(
        _name(value, "symbol"),
        "" if path == "" else _name(value, "path"),
        _number(value.get("line")),
        _text(value, "name"),
    )


def _edge(value: Mapping[str, object]) -> EdgeCheck:
    site = _name(value, "site")
    path, _, line = site.rpartition(":")
    if not path or not line.isascii() or not line.isdigit() or len(line) > 10:
        raise Malformed("the site of an edge is no path:line")
    name = _text(value, "name") if value.get("name") != "" else ""
    return EdgeCheck(_name(value, "from"), _kind(value.get("edge")), _name(value, "to"), site, _strategy(value), name)


def _path(value: Mapping[str, object]) -> PathCheck:
    edges = []
    for each in _list(value.get("edges")):
        if not isinstance(each, Mapping):
            raise Malformed("a step of a path is no object")
        edges.append(_edge(each))
    if not edges:
        raise Malformed("a path has no steps")
    return PathCheck(tuple(edges))


def _count(value: Mapping[str, object]) -> CountCheck:
    return CountCheck(_text(value, "plan"), _number(value.get("number")))


def _quote(value: Mapping[str, object]) -> QuoteCheck:
    text = value.get("text")
    if not isinstance(text, str) or not text.strip():
        raise Malformed("a quote has no text")
    return QuoteCheck(_number(value.get("citation")), text)


def _absence(value: Mapping[str, object]) -> AbsenceCheck:
    kinds = tuple(_kind(each) for each in _list(value.get("edges")))
    ends = [_name(value, end) if value.get(end) != "" else "" for end in ("from", "to")]
    if not kinds or not any(ends):
        raise Malformed("an absence names no kind of edge, or no symbol")
    return AbsenceCheck(ends[0], kinds, ends[1])


_READERS: dict[str, Callable[[Mapping[str, object]], ClaimCheck]] = {
    "definition": _definition,
    "edge": _edge,
    "path": _path,
    "count": _count,
    "quote": _quote,
    "absence": _absence,
}


def _citations(values: Sequence[object]) -> dict[int, Citation]:
    """Read the citations by number; one that is wrong is left out, and what rests on it does not hold."""
    found: dict[int, Citation] = {}
    for value in values:
        try:
            if isinstance(value, Mapping):
                citation = _citation(value)
                found[citation.n] = citation
        except Malformed:
            continue
    return found


def _citation(value: Mapping[str, object]) -> Citation:
    quote, symbol, digest = value.get("quote"), value.get("symbol"), value.get("sha256")
    if not isinstance(quote, str) or not isinstance(digest, str):
        raise Malformed("a citation has no quote or no hash")
    start, end = _number(value.get("start_line")), _number(value.get("end_line"))
    if not 0 < start <= end:
        raise Malformed("a citation has no lines")
    symbol = symbol if isinstance(symbol, str) else ""
    return Citation(_number(value.get("n")), _name(value, "path"), start, end, symbol, digest, 0, quote)


def hops(answer: Mapping[str, object]) -> tuple[Hop, ...]:
    """Read the steps of the walk of an answer; one that is wrong is left out."""
    given = answer.get("walk")
    found = []
    for value in given[:MAX_CHECKS] if isinstance(given, list) else ():
        try:
            if isinstance(value, Mapping):
                step = _edge({**value, "name": ""})
                confidence = value.get("confidence")
                known = float(confidence) if isinstance(confidence, int | float) and 0 <= confidence <= 1 else 0.0
                found.append(Hop(step.src, step.edge, step.dst, step.site, step.strategy, known))
        except Malformed:
            continue
    return tuple(found)


def _list(value: object) -> list[object]:
    if not isinstance(value, list) or len(value) > MAX_CHECKS:
        raise Malformed("a list is missing, or too long")
    return value


def _number(value: object) -> int:
    if type(value) is not int or not 0 <= value <= MAX_NUMBER:  # True is no number
        raise Malformed("a number is missing, or none that can be")
    return value


def _text(value: Mapping[str, object], key: str) -> str:
    text = value.get(key)
    if not isinstance(text, str) or not text or not storable(text):
        raise Malformed(f"{key!r} is missing, or nothing that an index can hold")
    return text


def _name(value: Mapping[str, object], key: str) -> str:
    text = _text(value, key)
    if len(text) > MAX_NAME:
        raise Malformed(f"{key!r} is too long")
    return text


def _kind(value: object) -> str:
    if not isinstance(value, str) or value not in set(EdgeKind):
        raise Malformed("an edge is of no kind that this version knows")
    return value


def _strategy(value: Mapping[str, object]) -> str:
    strategy = value.get("strategy")
    return strategy if isinstance(strategy, str) else ""


def speakable(name: str) -> bool:
    """Tell whether a text can be looked up as a name: what has hundreds of parts takes minutes, and is none."""
    return len(_PART.findall(name)) <= MAX_PARTS and len(name) <= MAX_NAME and storable(name)


def storable(text: str) -> bool:
    """Tell whether an index can hold a text: NULs and halves of characters are in none."""
    try:
        return "\0" not in text and bool(text.encode() or True)
    except UnicodeEncodeError:
        return False
