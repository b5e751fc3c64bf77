"""The list of earlier questions as rows, and the one that is stood on beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from textual.content import Content

from codeqa.tui.painting import Piece, inline, lines, paint
from codeqa.tui.rows import EMPTY, Row
from codeqa.tui.sessions.entries import Entry, clock, day, moment
from codeqa.tui.showing import STATUS_SIGN, STATUS_STYLE
from codeqa.wording import duration

THUMBS = {"good": ("▲ good", "good"), "bad": ("▼ bad", "bad")}
MARKED = "◆"


@dataclass(frozen=True, slots=True)
class More:
    """A row that shows more of what there is."""

    left: int


def list_rows(
    groups: Sequence[Sequence[Entry]], today: date, marked: str, left: int, *, counted: bool = True
) -> list[Row]:
    """Return days, and below them the questions; the turns of one conversation hang together.

    `marked` is the name of the entry to compare with, `left` how many more there are, if all are counted.
    """
    rows: list[Row] = []
    last = ""
    for group in groups:
        heading = day(group[0].when, today)
        if heading != last:
            rows += [Row(EMPTY)] if rows else []
            rows.append(Row(paint((heading, "dim"))))
            last = heading
        for at, entry in enumerate(group):
            rows.append(_row(entry, len(group), at, marked=entry.name == marked))
    if left:
        rows += [Row(EMPTY), Row(paint((f"… {left:,} more" if counted else "… more", "dim")), ref=More(left))]
    return rows


def _row(entry: Entry, of: int, at: int, *, marked: bool) -> Row:
    thread = "  " if of == 1 else "┌ " if at == 0 else "└ " if at == of - 1 else "├ "
    under = "  " if of == 1 or at == of - 1 else "│ "
    sign = STATUS_SIGN.get(entry.status, "·")
    lead = paint((thread, "dim"), (f"{sign} ", STATUS_STYLE.get(entry.status, "warn")))
    mark: list[Piece] = [(f" {MARKED} to compare", "mark")] if marked else []
    head = Content.assemble(inline(entry.asked or "(no question)"), paint(*mark))
    body = lines(head, paint(*_about(entry)))
    return Row(body, lead, paint((under, "dim"), "  "), ref=entry)


def _about(entry: Entry) -> list[Piece]:
    facts = f"{entry.claims} fact{'' if entry.claims == 1 else 's'}" if entry.claims else ""
    parts = [clock(entry.when), entry.model or "planner", entry.status or "no answer", facts, duration(entry.seconds)]
    said: list[Piece] = [(" · ".join(part for part in parts if part), "dim")]
    return [*said, *thumb(entry)]


def thumb(entry: Entry) -> list[Piece]:
    """Return the label of an entry with its note, nothing if it has none."""
    if entry.label is None:
        return []
    sign, style = THUMBS[entry.label.value]
    note: list[Piece] = [(f": {entry.label.why}", "")] if entry.label.why else []
    return [("  ", ""), (sign, style), *note]


def preview(entry: Entry) -> list[Content]:
    """Return a question with its answer, as it was, line by line."""
    who = entry.model or "the planner"
    about = f"{moment(entry.when)} · {who} · {entry.status or 'no answer'} · {entry.name}"
    said = [inline(entry.asked, "title"), paint((about, "dim"), *thumb(entry))]
    if entry.understood:
        said.append(Content.assemble(paint(("understood as ", "dim")), inline(entry.understood)))
    said += [EMPTY, *map(inline, entry.answer.split("\n"))]
    if entry.places:
        said += [EMPTY, *(paint("  · ", (place, "path")) for place in entry.places)]
        said += [paint((f"  … {more} more", "dim")) for more in [entry.cited - len(entry.places)] if more]
    notes = [f"{entry.dropped} sentence{'' if entry.dropped == 1 else 's'} dropped"] if entry.dropped else []
    notes += ["too long to be kept whole"] if entry.cut else []
    return [*said, EMPTY, paint((" · ".join(notes), "warn"))] if notes else said


def markdown(entry: Entry) -> str:
    """Return a question with its answer, to be pasted; it is still to be made safe."""
    places = "\n".join(f"- `{place}`" for place in entry.places)
    who = f"codeqa: {entry.status}, {entry.model or 'no model'}, {moment(entry.when)}"
    said = [f"**{entry.asked}**", f"understood as: {entry.understood}" if entry.understood else "", entry.answer]
    return "\n\n".join(part for part in [*said, places, who] if part) + "\n"


def nothing(*, keeps: bool, reading: bool) -> list[Row]:
    """Return what stands in the list while there is nothing in it."""
    if reading:
        return [Row(paint(("reading …", "dim")))]
    if not keeps:
        hint = "trace.keep is off in your settings: nothing that you ask is kept."
        return [Row(EMPTY), Row(paint(("Nothing is kept here.", "title"))), Row(EMPTY), Row(paint((hint, "dim")))]
    said = (
        "Ask something (Esc goes back to the question) and it stands here, with its answer.",
        "Enter then takes it up again where it was left; t shows how its answer came about.",
        "It is kept beside the index, on this machine, and blanked of secrets.",
    )
    title = Row(paint(("Nothing has been asked here yet.", "title")))
    return [Row(EMPTY), title, Row(EMPTY), *(Row(paint((line, "dim"))) for line in said)]


def no_match(query: str) -> list[Row]:
    """Return what stands in the list where nothing has the words."""
    hint = "Words of question, answer, cited places, model and note are looked for, all of them."
    return [Row(paint("nothing has ", (query, "name"))), Row(EMPTY), Row(paint((hint, "dim")))]
