"""`codeqa trace`: what was asked and answered, as it is kept beside the index."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from codeqa.cli.face import Face, clean, common
from codeqa.domain import Notice, UsageError

if TYPE_CHECKING:
    from codeqa.cli.terminal import Terminal
    from codeqa.traces import Traces

NOTHING = 3
WIDEST = 70  # characters of a question in the list


@click.group(short_help="List and show what was asked before.")
def trace() -> None:
    """List and show what was asked before, and how it was answered."""


@trace.command("list", short_help="List conversations, newest first.")
@common
def list_(face: Face) -> int:
    """List the conversations that are kept, newest first. Exits with 3 if there is none."""
    with face.project() as project:
        traces = project.traces
        found = traces.summaries()
    _notices(face, traces)
    if face.json:
        face.document({"conversations": found})
    for each in found if not face.json else ():
        turns = "1 question" if each.turns == 1 else f"{each.turns} questions"
        asked = each.first if len(each.first) <= WIDEST else f"{each.first[: WIDEST - 1]}{face.out.glyphs['more']}"
        face.out.line((each.id, "mark"), "  ", (f"{_time(each.updated)}  {turns:<12}", "dim"), "  ", asked)
    if not found and not face.quiet:
        face.err.line(f"nothing is kept for {project.root}; codeqa ask begins a conversation")
    return 0 if found else NOTHING


@trace.command("show", short_help="Show a conversation, or one turn of it.")
@click.argument("name", metavar="ID", default="newest")
@common
def show(face: Face, name: str) -> int:
    """Show the conversation ID: its questions, steps and answers.

    ID:2 is its second turn, and the beginning of an ID is enough where it fits no other. [default: the newest]
    """
    with face.project() as project:
        traces = project.traces
        kept, number = traces.named(clean(name))
    _notices(face, traces)
    turns = [turn for turn in kept.turns if number in (0, turn["turn"])]
    if not turns:
        raise UsageError(f"conversation {kept.id} has no turn {number}", hint=f"codeqa trace show {kept.id}")
    if face.json:
        face.document({"conversation": kept.id, "turns": turns})
    for turn in turns if not face.json else ():
        _turn(turn, face.out, quiet=face.quiet)
    return 0


def _notices(face: Face, traces: Traces) -> None:
    for text in traces.notices:
        face.notice(Notice("warning", text))


def _turn(turn: Mapping[str, Any], out: Terminal, *, quiet: bool) -> None:
    """Write one turn. Whatever its fields hold is text at most."""
    asked, answer = _table(turn.get("codeqa")), _table(turn.get("answer"))
    out.heading(f"{turn['turn']}. {asked.get('question', '')}")
    if asked.get("understood"):
        out.prose(f"understood as: {asked['understood']}")
    if asked.get("plan"):
        out.prose(f"plan: {asked['plan']}")
    events = turn.get("events")
    for event in events if isinstance(events, list) and not quiet else ():
        step = _table(_table(event).get("attributes"))
        what = str(step.get("action") or step.get("level") or "")
        out.line((f"{out.glyphs['dot']} {what:<10}", "dim"), " ", str(step.get("text", "")))
    out.line()
    out.prose(str(answer.get("answer", "")))
    citations = answer.get("citations")
    for each in map(_table, citations if isinstance(citations, list) else ()):
        place = f"{each.get('path', '')}:{each.get('start_line', '')}"
        out.line((f"[{each.get('n', '')}]", "mark"), " ", (place, "path"), "  ", (str(each.get("symbol", "")), "name"))
    if not quiet:
        began = turn.get("start_time_unix_nano")
        when = _time(began / 1e9) if isinstance(began, int) and 0 < began < 1 << 62 else ""
        generation = f"generation {asked.get('generation', '')}"
        out.line()
        dot = f" {out.glyphs['dot']} "
        out.line((dot.join([str(answer.get("status", "")), generation, when]), "dim"))


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M")
