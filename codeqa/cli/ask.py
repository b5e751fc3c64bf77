"""`codeqa ask`."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import click

from codeqa.cli import model, question
from codeqa.cli.face import Face, common
from codeqa.cli.jsonable import encoded
from codeqa.cli.progress import EVERY_SECONDS
from codeqa.domain import Answer, Answered, Event, ModelUnavailable, Notice, Step, UsageError
from codeqa.wording import duration

if TYPE_CHECKING:
    from codeqa.cli.terminal import Terminal
    from codeqa.project import Project

ABSTAINED = 3
NEWEST = "newest"  # as codeqa.traces has it, which is not imported before it is needed


@click.command(short_help="Answer a question with cited sentences.")
@click.argument("words", nargs=-1, metavar="QUESTION")
@click.option("--steps", is_flag=True, help="Show the steps of the walk on standard error.")
@click.option("--diagram", type=click.Choice(["text", "mermaid"]), help="Draw the walk: as a tree, or as a flowchart.")
@model.options
@click.option("--require-model", is_flag=True, help="Fail rather than answer without a model.")
@click.option("--no-ask", is_flag=True, help="Never ask which namesake is meant: answer for each.")
@click.option("-c", "--continue", "goes_on", is_flag=True, help="Go on with the last conversation: who calls it?")
@click.option("--conversation", metavar="ID", help="Go on with that one (codeqa trace list).")
@click.option("--no-trace", is_flag=True, help="Keep nothing of this question and its answer.")
@common
def ask(
    face: Face,
    words: tuple[str, ...],
    steps: bool,
    diagram: str | None,
    chosen: Mapping[str, object],
    require_model: bool,
    no_ask: bool,
    goes_on: bool,
    conversation: str | None,
    no_trace: bool,
) -> int:
    """Answer QUESTION with cited sentences, from a walk over the graph.

    QUESTION is read from standard input if it is - or absent. Exits with 3 where the evidence does not suffice.
    On a terminal it may ask back, once, which of several things a name means.

    \b
    codeqa ask "who calls Router.add"
    codeqa ask "how does main reach Store.open"
    codeqa ask "what breaks if I change Session.close"
    codeqa ask -c "and its tests?"
    codeqa ask --model qwen3:8b "how is a failed upload cleaned up"
    """  # noqa: D301 - click reads the backspace
    asked = question.read(words, "ask", "who calls main")
    if goes_on and conversation:
        raise UsageError("--continue and --conversation exclude each other", hint="give one of them")
    wanted = {"model.required": True if require_model else None, "trace.keep": False if no_trace else None}
    with face.ready({**chosen, **wanted}) as project:
        if require_model and project.settings.model.name is None:
            raise ModelUnavailable("no model is named", hint="--model NAME; codeqa doctor lists what a server has")
        answer = _answer(face, project, asked, NEWEST if goes_on else conversation, steps=steps, no_ask=no_ask)
        drawn = _drawn(face, project, answer, diagram) if diagram and answer.walk else []
    if face.json:
        extra = {"diagram": "\n".join(drawn)} if diagram else {}
        face.out.raw(encoded({**answer.to_json(), **extra}) + "\n")
    else:
        from codeqa.cli.show_answer import show

        fenced = ["```mermaid", *drawn, "```"] if diagram == "mermaid" and drawn else drawn
        show(answer, face.out, quiet=face.quiet, diagram=fenced)
    return ABSTAINED if answer.status == "abstained" else 0


def _drawn(face: Face, project: Project, answer: Answer, form: str) -> list[str]:
    """Return the lines of the diagram, of either form."""
    from codeqa.cli import diagram

    places = project.places(key for hop in answer.walk for key in (hop.src, hop.dst))
    if form == "text":
        return diagram.text(answer.walk, places, face.out.glyphs)
    return diagram.mermaid(answer.walk, places).split("\n")


def _answer(face: Face, project: Project, asked: str, conversation: str | None, *, steps: bool, no_ask: bool) -> Answer:
    may_ask = not (no_ask or face.json or face.quiet) and face.asks()
    last = _last(face, project.ask(asked, conversation=conversation, may_ask=may_ask), steps=steps)
    if may_ask:
        from codeqa.domain import Clarify

        if isinstance(last, Clarify):
            from codeqa.cli import clarify

            meaning = clarify.ask(face.err, last)
            last = _last(face, project.ask(asked, conversation=conversation, meaning=meaning), steps=steps)
    if isinstance(last, Answered):
        return last.answer
    raise AssertionError("a walk ends with an answer")


def _last(face: Face, events: Iterable[Event], *, steps: bool) -> Event | None:
    """Show the events and return the last one."""
    event: Event | None = None
    waiting = Waiting(face.err, shown=not face.quiet)
    for event in events:
        waiting.show(event)
        if isinstance(event, Notice):
            face.notice(event)
        elif steps and (shown := _step(event)):
            face.err.line((f"{face.err.glyphs['dot']} {shown[0]:<9}", "dim"), " ", shown[1])
    return event


class Waiting:
    """Says on a terminal, in one line that goes again, what a model is at."""

    def __init__(self, terminal: Terminal, *, shown: bool) -> None:
        self._terminal = terminal
        self._shown = shown and terminal.interactive
        self._began = time.monotonic()
        self._last = 0.0
        self._calls = 0

    def show(self, event: Event) -> None:
        """Take an event; anything but a part of what a model says clears the line."""
        if not self._shown:
            return
        kind = type(event).__name__
        self._calls += kind == "ToolUse"
        if kind not in ("Heard", "ToolUse"):
            self._terminal.clear_status()
            return
        now = time.monotonic()
        if now - self._last >= EVERY_SECONDS:
            self._last = now
            what = "thinks" if getattr(event, "kind", "") == "thinking" else "writes" if kind == "Heard" else "looks"
            dot = f" {self._terminal.glyphs['dot']} "
            calls = f"{self._calls} call{'' if self._calls == 1 else 's'}"
            self._terminal.status(dot.join([f"the model {what}", calls, duration(now - self._began)]))


def _step(event: Event) -> tuple[str, str] | None:
    """Return an event of a walk as an action and a line, None for one that is not shown."""
    if isinstance(event, Step):
        return event.action, event.text
    from codeqa.domain import ToolUse  # only where somebody wants to see steps

    if isinstance(event, ToolUse):
        arguments = ", ".join(f"{name}={value}" for name, value in event.arguments.items())
        return "refuse" if event.refused else "call", f"{event.name}({arguments}): {event.observation.splitlines()[0]}"
    return None
