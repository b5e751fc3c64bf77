"""An answer that is kept, as a face shows it again: what it said then, and what of that was found to hold now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from codeqa import files
from codeqa.domain import Answer, Citation, Claim, CodeqaError, Dropped
from codeqa.tools import Tools
from codeqa.verify import recorded
from codeqa.verify.replay import replay

LONGEST = 1e9  # milliseconds, tokens and generations that a record can have; more is none


@dataclass(frozen=True, slots=True)
class Recalled:
    """An answer from a trace.

    Attributes:
        answer: as it was, but claims that were not found to hold now, or whose cited lines are others, are unverified.
        standing: numbers of the citations whose lines are where they were, byte for byte.
        changes: what does not hold any more, or stands elsewhere now, and why; empty if nothing has changed.
        holding: claims that hold now.
        verified: claims that were verified then.
        looked: whether it was looked at all; without an index it cannot be.
    """

    answer: Answer
    standing: frozenset[int]
    changes: tuple[str, ...]
    holding: int
    verified: int
    looked: bool = True


def recalled(kept: Mapping[str, object], tools: Callable[[], Tools]) -> Recalled:
    """Read an answer that is kept, and look what of it holds. Without an index, for which `tools` raises, none does.

    Raises:
        UsageError: it is no answer.
    """
    answer = _read(kept)
    verified = sum(claim.verdict == "verified" for claim in answer.claims)
    try:
        now = replay(kept, tools())
        standing = frozenset(each.n for each in answer.citations if stands(each, tools()))
    except CodeqaError as error:
        unsure = tuple(replace(claim, verdict="unverified") for claim in answer.claims)
        not_looked = (f"nothing of it was checked again: {error.message}",)
        return Recalled(replace(answer, claims=unsure), frozenset(), not_looked, 0, verified, looked=False)
    claims, changes = [], []
    for claim, found in zip(answer.claims, now.claims, strict=True):
        why = [*found.reasons, *found.moved] or _other_lines(answer, claim, standing)
        holds = found.state == "moved" or (found.state == "holds" and not why)
        claims.append(claim if holds else replace(claim, verdict="unverified"))
        if claim.verdict == "verified" and why:
            changes.append(f"{claim.text} ({'; '.join(why)})")
    holding = sum(claim.verdict == "verified" for claim in claims)
    return Recalled(replace(answer, claims=tuple(claims)), standing, tuple(changes), holding, verified)


def _other_lines(answer: Answer, claim: Claim, standing: frozenset[int]) -> list[str]:
    """Say which lines are others now: a replay may find a claim to hold that whoever reads them would doubt."""
    cited = [each for each in answer.citations if each.n in claim.citations and each.n not in standing]
    return [f"{each.path}:{each.start_line} is not what it was" for each in cited]


def stands(citation: Citation, tools: Tools) -> bool:
    """Tell whether cited lines are what they were, where they were: byte for byte."""
    source = files.read(tools.root, citation.path, tools.settings)
    lines = [] if isinstance(source, files.Skip) else source.data.split(b"\n")
    return sha256(b"\n".join(lines[citation.start_line - 1 : citation.end_line])).hexdigest() == citation.sha256


def _read(kept: Mapping[str, object]) -> Answer:
    written = recorded.read(kept)
    checks = [_text(_table(each), "check") for each in _list(kept.get("claims"))]
    index = _table(kept.get("index"))
    return Answer(
        question=written.question,
        kind=_text(kept, "kind"),
        status=_text(kept, "status"),
        text=_text(kept, "answer"),
        claims=tuple(
            Claim(each.text, each.citations, each.verdict, check, each.checks or ())
            for each, check in zip(written.claims, checks, strict=True)
        ),
        dropped=tuple(
            Dropped(_text(each, "text"), _text(each, "reason")) for each in map(_table, _list(kept.get("dropped")))
        ),
        citations=tuple(written.citations.values()),
        walk=recorded.hops(kept),
        unknowns=_texts(kept.get("unknowns")),
        generation=int(_number(index.get("generation"))),
        stale=_texts(index.get("stale")),
        model=_text(kept, "model") or None,
        timing_ms={name: _number(value) for name, value in _table(kept.get("timing_ms")).items()},
        tokens={name: int(_number(value)) for name, value in _table(kept.get("tokens")).items()},
        plan=_text(kept, "plan"),
        results=_texts(kept.get("results")),
        understood=_text(kept, "understood"),
        reused=_text(kept, "reused"),
        trace=_text(kept, "trace"),
    )


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _text(values: Mapping[str, object], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""


def _texts(value: object) -> tuple[str, ...]:
    return tuple(each for each in _list(value) if isinstance(each, str))


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and 0 <= value <= LONGEST else 0.0
