"""An answer and a walk as rows, and the line that sums them up. Pure: domain objects in, painted text out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from textual.content import Content

from codeqa.branching import DOTTED, Branch, distinct, forest
from codeqa.domain import Answer, Event, Hop, ModelCall, Step, ToolUse
from codeqa.tui.painting import Piece, inline, lines, paint
from codeqa.tui.rows import Row
from codeqa.tui.segments import Segment, citation_at
from codeqa.wording import duration, label, strategy

SOLID, GUESSED, UNREAD = "●", "◌", "○"
UNCERTAIN = DOTTED | {"ambiguous", "name"}
MAX_HOPS = 200
CHANGES = "other than it was"  # heading of what does not hold of an earlier answer
STATUS_STYLE = {"answered": "good", "partial": "warn", "abstained": "warn"}
STATUS_SIGN = {"answered": "✓", "partial": "◐", "abstained": "∅"}


@dataclass(frozen=True, slots=True)
class Fold:
    """A heading that shows or hides what is below it."""

    name: str


@dataclass(frozen=True, slots=True)
class Said:
    """A row that is a sentence of the answer: its number among the segments."""

    number: int


# --------------------------------------------------------------------------------------------------------------- answer


def answer_rows(
    answer: Answer,
    segments: Sequence[Segment],
    notices: Sequence[str],
    opened: frozenset[str],
    changes: Sequence[str] = (),
) -> list[Row]:
    """Return what the middle shows: the answer, then what was dropped and what is not known, folded unless opened.

    `changes` says what of an earlier answer does not hold any more.
    """
    rows: list[Row] = []
    if answer.understood:  # not the question that was typed: whoever reads the answer has to see it
        said = Content.assemble(paint(("understood as ", "dim")), inline(answer.understood))
        rows += [Row(said), Row(Content(""))]
    rows += [_segment(number, segment, answer) for number, segment in enumerate(segments)]
    for number, (name, notes) in enumerate(_sections(answer, notices, changes)):
        if not number:
            rows.append(Row(Content("")))
        is_open = name in opened
        rows.append(Row(paint((f"{'▾' if is_open else '▸'} {name} ({len(notes)})", "dim")), ref=Fold(name)))
        if is_open:
            rows += [Row(inline(note, "dim"), paint("  · "), paint("    "), ref=Fold(name)) for note in notes]
    return rows


def _sections(answer: Answer, notices: Sequence[str], changes: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    sections = {
        CHANGES: list(changes),
        "dropped": [f"{each.text} ({each.reason})" for each in answer.dropped],
        "not known": list(answer.unknowns),
        "changed, or not indexed yet": list(answer.stale),
        "notes": list(notices),
    }
    yield from ((name, notes) for name, notes in sections.items() if notes)


def _segment(number: int, segment: Segment, answer: Answer) -> Row:
    if segment.kind == "gap":
        return Row(Content(""))
    if segment.kind == "code":
        return Row(paint((segment.text.expandtabs(4), "code")), paint(" " * segment.indent), ref=None)
    if segment.kind == "heading":
        return Row(inline(segment.text, "title"), ref=None)
    lead = paint(segment.lead or " " * segment.indent)
    body = inline(segment.text)
    if segment.claim is not None and answer.claims[segment.claim].verdict != "verified":
        body = Content.assemble(body, paint((" ?unverified", "warn")))
    return Row(body, lead, paint(" " * segment.indent), ref=Said(number))


# ----------------------------------------------------------------------------------------------------------------- walk


def walk_rows(answer: Answer) -> list[Row]:
    """Return the hops that the answer rests on as trees, two lines for each hop."""
    rows: list[Row] = []
    drawn = distinct(answer.walk)
    for root, branches in forest(drawn[:MAX_HOPS]):
        if rows:
            rows.append(Row(Content("")))
        first = branches[root][0].hop
        rows.append(Row(paint(f"{SOLID} ", (label(root), "name")), ref=first))
        rows += _below(root, branches, answer, "")
    if len(drawn) > MAX_HOPS:
        rows.append(Row(paint((f"… {len(drawn) - MAX_HOPS} more steps", "dim"))))
    return rows


def _below(here: str, branches: Mapping[str, list[Branch]], answer: Answer, margin: str) -> list[Row]:
    rows: list[Row] = []
    own = branches.get(here, [])
    for number, branch in enumerate(own):
        last = number == len(own) - 1
        under = margin + ("  " if last else "│ ")
        rows.append(_branch(branch, answer, margin, under, "└" if last else "├"))
        if not branch.again:
            rows += _below(branch.end, branches, answer, under)
    return rows


def _branch(branch: Branch, answer: Answer, margin: str, under: str, corner: str) -> Row:
    hop = branch.hop
    line = "┄" if hop.strategy in UNCERTAIN else "─"
    arrow = f"◀{hop.edge}{line}" if branch.backwards else f"{line}{hop.edge}▶"
    again: list[Piece] = [(" (above)", "dim")] if branch.again else []
    evidence = f"{strategy(hop.strategy, hop.confidence)} · {hop.site.rpartition('/')[2]}"
    body = lines(
        paint((arrow, "code"), f" {sign(hop, answer)} ", (label(branch.end), "name"), *again), paint((evidence, "dim"))
    )
    return Row(body, paint((margin + corner, "dim")), paint((under, "dim")), ref=hop)


def sign(hop: Hop, answer: Answer) -> str:
    """Return how a hop is drawn: solid, dotted where it may not happen, hollow where its line was not read."""
    if hop.strategy in UNCERTAIN:
        return GUESSED
    return SOLID if citation_at(answer, hop.site) is not None else UNREAD


def step_row(event: Event) -> Row | None:
    """Return a step of a walk that goes on; None for an event that is none."""
    if isinstance(event, Step):
        return Row(paint((f"{event.action:<9} ", "code"), (event.text, "dim")), paint("· "), paint("  "))
    if isinstance(event, ToolUse):
        arguments = ", ".join(f"{name}={value}" for name, value in event.arguments.items())
        seen = (event.observation.splitlines() or [event.refused])[0]
        called = paint((f"{event.name}(", "code"), arguments, (")", "code"), (f" {seen}", "dim"))
        return Row(called, paint(("✗ ", "warn") if event.refused else ("→ ", "code")), paint("  "))
    return None


# --------------------------------------------------------------------------------------------------------------- status


@dataclass(frozen=True, slots=True)
class Spent:
    """What a model has been given and has said in a walk, so far.

    Attributes:
        tokens: of all prompts and replies, by the server's count or else, `about`, by codeqa's own.
        share: of the context that the fullest request took, in percent; 0 before the first.
        context: its size in tokens.
    """

    tokens: int = 0
    share: int = 0
    context: int = 0
    about: bool = False

    def after(self, call: ModelCall) -> Spent:
        """Return what it is after one request more. One that failed was sent as well: it counts as in an answer."""
        counted = call.reply.prompt_tokens if call.reply is not None else None
        said = (call.reply.completion_tokens or 0) if call.reply is not None else 0
        taken = (call.estimated_tokens if counted is None else counted) + said
        share = round(100 * taken / call.options.num_ctx)
        fuller = (share, call.options.num_ctx) if share >= self.share else (self.share, self.context)
        return Spent(self.tokens + taken, *fuller, self.about or counted is None)

    def parts(self) -> list[str]:
        """Return it as parts of a line of status."""
        if not self.tokens:
            return []
        about = "about " if self.about else ""
        return [f"{about}{self.tokens:,} tokens", f"context {self.share}% of {self.context // 1024}k"]


def summed_up(answer: Answer, spent: Spent = Spent(), failed: str = "") -> Content:  # it cannot be changed
    """Return the line below the panes. `failed` is the model that was to lead, where the planner did in its place."""
    total = answer.timing_ms.get("total", sum(answer.timing_ms.values()))
    checked = sum(claim.verdict == "verified" for claim in answer.claims)
    parts = [f"planner in place of {failed}: see notes"] if failed else []
    parts += [f"hops {len(answer.walk)}"] if answer.walk else []
    if (threads := sum(1 for _ in forest(distinct(answer.walk)))) > 1:  # trees of the walk
        parts.append(f"threads {threads}")
    parts += [f"facts {len(answer.claims)}"] if answer.claims else []
    if checked != len(answer.claims):
        parts.append(f"✓ {checked} checked")
    if answer.dropped:
        parts.append(f"✗ {len(answer.dropped)} dropped")
    parts += [duration(total / 1000)]
    if not failed:
        parts.append(answer.model or "no model")
    if spent.tokens:
        parts += spent.parts()
    elif tokens := sum(answer.tokens.values()):
        parts.append(f"{tokens:,} tokens")
    if answer.reused:
        parts.append("an earlier answer, checked again")
    said = f"{STATUS_SIGN.get(answer.status, '·')} {answer.status}"
    return paint((said, STATUS_STYLE.get(answer.status, "warn")), (" · " + " · ".join(parts), "dim"))
