"""What a model was measured to do: as a page, as Markdown that can be pasted, and as `--json` has it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from codeqa import __version__
from codeqa.cli.jsonable import Json, jsonable
from codeqa.cli.terminal import Terminal
from codeqa.wording import duration

if TYPE_CHECKING:
    from codeqa.evals.evaluation import Measured
    from codeqa.evals.outcomes import Outcome, Spec
    from codeqa.evals.summing import Column, Row, Share, Summary

SHOWN = 10  # questions of a list; --json has them all
_ADDRESS = re.compile(r"https?://[^\s,;)]+")
NARROWEST = 12  # characters of a column

ABOUT = (
    "Where the planner answered for certain, what the model left out of that is added to its answer; these claims are "
    "counted as the planner's. What a model understands by itself shows where the planner alone abstains or is wrong."
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A run as it is reported."""

    found: Summary
    spec: Spec
    measured: Measured
    left: int  # answers that are still to come

    @property
    def names(self) -> list[str]:
        """The heads of the columns."""
        titles = {"model": self.spec.model, "planner": "planner alone"}
        return [titles.get(column.name, f"with {column.name}") for column in self.found.columns]


Table = list[tuple[str, list[str]]]  # rows: a name, and a cell for each column


def facts(shown: Shown) -> list[tuple[str, str]]:
    """Return what was measured, and how."""
    spec = shown.spec
    asked = [f"exam of {spec.exam} with seed {spec.seed}"] if spec.exam else []
    asked += [name for name in dict.fromkeys(row.set for row in shown.found.rows) if name != "exam"]
    return [
        ("codeqa", __version__),
        ("model", f"{spec.model} ({shown.measured.about})" if shown.measured.about else spec.model),
        ("options", ", ".join([f"context {spec.context:,} tokens, temperature 0, seed 0", *shown.measured.settings])),
        ("rung", shown.measured.rung),
        ("prompts", ", ".join(shown.found.prompts) or "none"),
        ("asked", ", ".join(asked)),
        *([("not done", f"{shown.left:,} answers are still to come")] if shown.left else []),
    ]


def figures(shown: Shown) -> Table:
    """Return what each column came to."""
    rows: list[tuple[str, Callable[[Column], str]]] = [
        ("right", lambda c: _share(c.right)),
        ("  95 % interval", lambda c: "{:.0f} to {:.0f} %".format(*c.right.interval)),
        ("partly right", lambda c: f"{c.partly:,}"),
        ("wrong", lambda c: f"{c.wrong:,}"),
        ("abstained", lambda c: f"{c.abstained:,}"),
        ("false claims", lambda c: f"{c.false_claims:,}"),
        ("claims checked", lambda c: f"{c.verified:,}"),
        ("claims judged", lambda c: f"{c.judged:,}"),
        ("of these the planner's", lambda c: f"{c.added:,}"),
        ("sentences dropped", lambda c: f"{c.dropped:,}"),
        ("refuted by replay", lambda c: f"{c.refuted:,}"),
        ("citations", lambda c: f"{c.citations:,}"),
        ("tokens in", lambda c: f"{c.prompt_tokens:,}"),
        ("tokens out", lambda c: f"{c.reply_tokens:,}"),
        ("calls p50, p95", lambda c: "{}, {}".format(*c.calls)),
        ("time p50, p95", lambda c: ", ".join(map(duration, c.seconds))),
        ("planner instead", lambda c: f"{c.fallen_back:,}"),
        ("rungs at the end", lambda c: ", ".join(f"{name} {count}" for name, count in c.rungs) or "none"),
    ]
    return [(name, [cell(column) for column in shown.found.columns]) for name, cell in rows]


def families(shown: Shown) -> Table:
    """Return right of asked by family, each set summed up behind its own."""
    return [(_name(row), [f"{share.part} / {share.of}" for share in row.shares]) for row in shown.found.rows]


def _name(row: Row) -> str:
    return f"{row.set}: {row.family}" if row.family else f"{row.set}, all"


def _share(share: Share) -> str:
    return f"{share.part} / {share.of} {share.percent:.0f} %"


def _reasons(shown: Shown) -> list[str]:
    pairs = zip(shown.names, shown.found.columns, strict=True)
    return [f"{name}, {count} times: {why}" for name, column in pairs for why, count in column.fallbacks]


def _lists(shown: Shown) -> list[tuple[str, Sequence[Outcome]]]:
    model = shown.spec.model
    return [
        (f"lost: the planner alone is right, {model} is not", shown.found.lost),
        (f"won: {model} is right, the planner alone is not", shown.found.won),
    ]


# ---------------------------------------------------------------------------------------------------------------- page


def page(shown: Shown, out: Terminal) -> None:
    """Write the report."""
    for name, value in facts(shown):
        out.line((f"{name:<10}", "dim"), value)
    if not shown.found.columns:
        return
    out.line()
    if shown.spec.compare:
        out.prose(ABOUT)
    _table("what it came to", figures(shown), shown.names, out)
    _table("right of asked", families(shown), shown.names, out)
    if reasons := _reasons(shown):
        out.heading("why the planner answered instead")
        for reason in reasons:
            out.line("  ", reason)
    for title, outcomes in _lists(shown) if shown.spec.compare else ():
        out.heading(f"{title} ({len(outcomes)})")
        for outcome in outcomes[:SHOWN]:
            out.line("  ", (outcome.question, "name"), (f"  {outcome.reason}", "dim"))
        if len(outcomes) > SHOWN:
            out.line((f"  {out.glyphs['more']} {len(outcomes) - SHOWN} more (--json has them all)", "dim"))


def _table(title: str, rows: Table, heads: Sequence[str], out: Terminal) -> None:
    first = max(len(name) for name, _ in rows)
    widths = [max(NARROWEST, len(head), *(len(cells[i]) for _, cells in rows)) for i, head in enumerate(heads)]
    out.heading(title)
    out.line(" " * (first + 2), *((f"  {head:>{width}}", "dim") for head, width in zip(heads, widths, strict=True)))
    for name, cells in rows:
        out.line(f"  {name:<{first}}", *(f"  {cell:>{width}}" for cell, width in zip(cells, widths, strict=True)))


# ------------------------------------------------------------------------------------------------------------ Markdown


def markdown(shown: Shown) -> str:
    """Return the report as Markdown. Of questions it has only numbers and families: they may name what is private."""
    lines = [f"### {_plain(shown.spec.model)} with codeqa {__version__}", ""]
    lines += [f"- {name}: {_plain(value)}" for name, value in facts(shown) if name != "codeqa"]
    lines += [f"- planner instead: {_plain(reason)}" for reason in _reasons(shown)]
    if shown.spec.compare:
        lines += [f"- {_plain(title)}: {len(outcomes)}" for title, outcomes in _lists(shown)]
    for table in (figures(shown), families(shown)) if shown.found.columns else ():
        lines += ["", f"| | {' | '.join(map(_plain, shown.names))} |", "|---|" + "---:|" * len(shown.names)]
        lines += [f"| {_plain(name.strip())} | {' | '.join(cells)} |" for name, cells in table]
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    """Return text that neither ends a cell nor a line, is read as nothing but text, and names no server."""
    joined = " ".join(_ADDRESS.sub("the server", text).split())
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>|#" else sign for sign in joined)


# ---------------------------------------------------------------------------------------------------------------- JSON


def document(shown: Shown, done: Sequence[Outcome]) -> dict[str, Json]:
    """Return the object of docs/json.md."""
    spec = {name: value for name, value in asdict(shown.spec).items() if name not in ("repo", "questions", "digest")}
    return {
        "codeqa": __version__,
        **_object(spec),
        **_object(asdict(shown.measured)),
        "prompts": jsonable(shown.found.prompts),
        "left": shown.left,
        "columns": [_column(column) for column in shown.found.columns],
        "rows": [_row(row, shown) for row in shown.found.rows],
        "lost": [{"set": outcome.set, "id": outcome.id} for outcome in shown.found.lost],
        "won": [{"set": outcome.set, "id": outcome.id} for outcome in shown.found.won],
        "items": [jsonable(outcome) for outcome in done],
    }


def _object(values: dict[str, object]) -> dict[str, Json]:
    return {name: jsonable(value) for name, value in values.items()}


def _column(column: Column) -> dict[str, Json]:
    low, high = column.right.interval
    return {
        **_object(asdict(column)),
        "right": column.right.part,
        "asked": column.right.of,
        "percent": round(column.right.percent, 1),
        "interval": [round(low, 1), round(high, 1)],
        "calls": {"p50": column.calls[0], "p95": column.calls[1]},
        "seconds": {"p50": column.seconds[0], "p95": column.seconds[1]},
        "fallbacks": [{"reason": reason, "count": count} for reason, count in column.fallbacks],
        "rungs": dict(column.rungs),
    }


def _row(row: Row, shown: Shown) -> dict[str, Json]:
    columns: list[Json] = [
        {"column": column.name, "right": share.part, "asked": share.of}
        for column, share in zip(shown.found.columns, row.shares, strict=True)
    ]
    return {"set": row.set, "family": row.family, "columns": columns}
