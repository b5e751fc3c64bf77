"""An exam as a person reads it, and as `--json` has it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from codeqa.cli.jsonable import Json, jsonable
from codeqa.cli.terminal import Terminal
from codeqa.wording import duration

if TYPE_CHECKING:
    from codeqa.evals import Grade, Tally
    from codeqa.evals.tally import Row

MAX_FALSE = 10  # shown; --json has them all
GOOD, FAIR = 0.9, 0.6  # shares that are painted so

ABOUT = (
    "The questions and their keys were made from the graph of this index, without the planner; their wordings were "
    "written apart from it. So this examines the walk and not the graph: an edge that the graph lacks, keys lack too."
)


def page(found: Tally, grades: Sequence[Grade], out: Terminal, *, show_wrong: bool) -> None:
    """Write what was right, what was false, and where codeqa is strong here."""
    out.prose(ABOUT)
    out.heading("right of asked, by hops")
    for row in (*found.by_hops, found.whole):
        _row(row, out)
    out.heading("by family")
    for row in found.by_family:
        _row(row, out)
    _false(found, grades, out)
    unanswerable = [g for g in grades if g.item.draft.unanswerable]
    if unanswerable:
        rest = sum(g.right for g in unanswerable) - sum(g.right and g.status == "abstained" for g in unanswerable)
        out.line(
            ("unanswerable  ", "dim"),
            f"{found.unanswerable_abstained} of {len(unanswerable)} abstained, {rest} rightly answered with none",
        )
    out.line(("time          ", "dim"), f"p50 {duration(found.p50_ms / 1000)}, p95 {duration(found.p95_ms / 1000)}")
    _examples("strongest", found.strongest(), grades, out, right=True)
    _examples("weakest", found.weakest(), grades, out, right=False)
    if show_wrong:
        _wrong(grades, out)
    elif found.whole.right < found.whole.asked:
        out.line()
        out.line(("--show-wrong lists what was not right, --json has every question with its key", "dim"))


def _row(row: Row, out: Terminal) -> None:
    style = "good" if row.share >= GOOD else "warn" if row.share >= FAIR else "bad"
    abstained = f"  {row.abstained} abstained" if row.abstained else ""
    out.line(f"  {row.name:<24}", (f"{row.right:>5} / {row.asked:<5}", style), f"{row.share:>5.0%}", (abstained, "dim"))


def _false(found: Tally, grades: Sequence[Grade], out: Terminal) -> None:
    out.line()
    style = "bad" if found.false_claims else "good"
    out.line(("false claims  ", "dim"), (str(found.false_claims) if found.false_claims else "none", style))
    claims = [(grade, claim) for grade in grades for claim in grade.false_claims]
    for grade, claim in claims[:MAX_FALSE]:
        out.line("  ", claim, (f"  ({grade.item.question})", "dim"))
    if len(claims) > MAX_FALSE:
        out.line((f"  {out.glyphs['more']} {len(claims) - MAX_FALSE} more (--json has them all)", "dim"))


def _examples(title: str, rows: Sequence[Row], grades: Sequence[Grade], out: Terminal, *, right: bool) -> None:
    if rows:
        out.heading(title)
    for row in rows:
        example = next(g for g in grades if g.item.family == row.name and g.right is right)
        out.line((f"  {row.name:<24}", "name"), f"{row.share:>5.0%}  ", example.item.question)
        if not right:
            out.line(" " * 33, (example.reason, "dim"))


def _wrong(grades: Sequence[Grade], out: Terminal) -> None:
    wrong = [grade for grade in grades if not grade.right]
    out.heading(f"not right ({len(wrong)})")
    for grade in wrong:
        hops = f"{grade.item.draft.hops} hop{'s' * (grade.item.draft.hops > 1)}"
        out.line((grade.item.question, "name"), (f"  {grade.item.family}, {hops}", "dim"))
        out.line("    ", (grade.reason, "warn" if grade.verdict == "abstained" else "bad"))


def document(found: Tally, grades: Sequence[Grade]) -> dict[str, Json]:
    """Return the object of docs/json.md."""
    return {
        "asked": found.whole.asked,
        "right": found.whole.right,
        "false_claims": found.false_claims,
        "unanswerable_abstained": found.unanswerable_abstained,
        "ms": {"p50": found.p50_ms, "p95": found.p95_ms},
        "by_hops": [_counts(row) for row in found.by_hops],
        "by_family": [_counts(row) for row in found.by_family],
        "items": [_item(grade) for grade in grades],
    }


def _counts(row: Row) -> dict[str, Json]:
    return {"name": row.name, "right": row.right, "asked": row.asked, "abstained": row.abstained}


def _item(grade: Grade) -> dict[str, Json]:
    draft = grade.item.draft
    return {
        "number": grade.item.number,
        "question": grade.item.question,
        "family": draft.family,
        "hops": draft.hops,
        "unanswerable": draft.unanswerable,
        "language": draft.language,
        "subjects": jsonable(draft.subjects),
        "grading": draft.grading,
        "key": jsonable(sorted(draft.key.must)),
        "also": jsonable(sorted(draft.key.may - draft.key.must)),
        "counts": jsonable(sorted(draft.counts)),
        "length": draft.length,
        "status": grade.status,
        "got": jsonable(grade.got),
        "verdict": grade.verdict,
        "reason": grade.reason,
        "false_claims": jsonable(grade.false_claims),
        "ms": grade.ms,
    }
