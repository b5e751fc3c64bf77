"""`codeqa trace`: what was asked and answered, as it is kept beside the index."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from codeqa.cli.face import Face, clean, common
from codeqa.cli.jsonable import encoded
from codeqa.cli.show_trace import LABEL_STYLES, when
from codeqa.domain import CodeqaError, Event, Notice, UsageError

if TYPE_CHECKING:
    from codeqa.cli.terminal import Piece
    from codeqa.project import Project
    from codeqa.traces import Summary, Trace, Traces

NOTHING = 3
WIDEST = 70  # characters of a question in the list
ANY = "any"


@click.group(short_help="List, show, label, export and replay what was asked before.")
def trace() -> None:
    """List and show what was asked before, and how it was answered; label, export and replay it."""


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
        date = (f"{when(each.updated)}  {turns:<12}", "dim")
        face.out.line((each.id, "mark"), "  ", date, "  ", asked, *_labels(each))
    if not found and not face.quiet:
        face.err.line(f"nothing is kept for {project.root}; codeqa ask begins a conversation")
    return 0 if found else NOTHING


def _labels(summary: Summary) -> Iterator[Piece]:
    for value, count in sorted(Counter(summary.labels.values()).items()):
        yield "  "
        yield (value if summary.turns == 1 else f"{count} {value}", LABEL_STYLES[value])


@trace.command("show", short_help="Show a conversation, or one turn of it.")
@click.argument("name", metavar="ID", default="newest")
@click.option("--prompts", is_flag=True, help="Show the messages of each request to a model in full.")
@common
def show(face: Face, name: str, prompts: bool) -> int:
    """Show the conversation ID: its questions, steps and answers, and what a model did on its way to them.

    ID:2 is its second turn, and the beginning of an ID is enough where it fits no other. [default: the newest]
    """
    from codeqa.cli import show_trace
    from codeqa.traces.steps import expanded

    with face.project() as project:
        traces = project.traces
        kept, number = traces.named(clean(name))
    _notices(face, traces)
    turns = [kept.turn(number)] if number else kept.turns
    if face.json:
        shown = [expanded(turn) if prompts else turn for turn in turns]
        labelled = [
            {**turn, "label": kept.labels[turn["turn"]]} if turn["turn"] in kept.labels else turn for turn in shown
        ]
        face.document({"conversation": kept.id, "turns": labelled})
    for turn in turns if not face.json else ():
        show_trace.turn(turn, kept.labels.get(turn["turn"]), face.out, quiet=face.quiet, prompts=prompts)
    return 0


@trace.command("label", short_help="Label an answer: good, bad or none.")
@click.argument("name", metavar="ID")
@click.argument("value", metavar="good|bad|none", type=click.Choice(["good", "bad", "none"]))
@click.argument("why", nargs=-1, metavar="[WHY]")
@common
def label(face: Face, name: str, value: str, why: tuple[str, ...]) -> int:
    """Say what you think of an answer, and why; `none` takes a label away. The last label of an answer counts.

    ID is one that `codeqa trace show` takes; without :n it is the last turn of the conversation.

    \b
    codeqa trace label newest good
    codeqa trace label 20261121-163012-a1b2c3:2 bad "it misses the callers in tests"
    """  # noqa: D301 - click reads the backspace
    with face.project() as project:
        traces = project.traces
        kept, turn = _turn(traces, name)
        reason = clean(" ".join(why))
        traces.label(kept.id, turn["turn"], value, reason)
    _notices(face, traces)
    if face.json:
        face.document({"conversation": kept.id, "turn": turn["turn"], "label": value, "why": reason})
    elif not face.quiet:
        face.out.line(
            (f"{kept.id}:{turn['turn']}", "mark"), "  ", (value, LABEL_STYLES.get(value, "dim")), "  ", reason
        )
    return 0


@trace.command("export", short_help="Write labelled answers as chats, for fine-tuning.")
@click.argument("names", nargs=-1, metavar="[ID]...")
@click.option(
    "--label",
    "value",
    metavar="LABEL",
    type=click.Choice(["good", "bad", ANY]),
    help="good, bad or any. [default: any]",
)
@click.option("--all", "everything", is_flag=True, help="Turns without a label too.")
@click.option(
    "--output", type=click.Path(path_type=Path, allow_dash=True), metavar="FILE", help="[default: standard output]"
)
@common
def export(face: Face, names: tuple[str, ...], value: str | None, everything: bool, output: Path | None) -> int:
    """Write labelled turns as JSON lines, one chat each, as programs for fine-tuning read them (docs/json.md).

    Of each ID all turns are looked at, of ID:n that one; without an ID, all that is kept. Where a model led the walk,
    the messages are those of its last request with the reply, else the question and the answer. Exits with 3 if
    nothing fits.
    """
    if everything and value:
        raise UsageError("--all and --label exclude each other", hint="--all is for turns of any label and of none")
    with face.project() as project:
        traces = project.traces
        lines, cut = _examples(traces, names, everything=everything, value=value or ANY)
    _notices(face, traces)
    if cut:
        which = ", ".join(cut[:3]) + (f" and {len(cut) - 3} more" if len(cut) > 3 else "")
        face.notice(Notice("warning", f"{which} cannot be exported: too long to be kept whole"))
    if not lines:
        if not face.quiet:
            face.err.line("no turn fits; codeqa trace label newest good labels one")
        return NOTHING
    _write(output, lines)
    if output and output != Path("-") and not face.quiet:
        face.err.line(f"{len(lines):,} examples in ", (str(output), "path"))
    return 0


@trace.command("replay", short_help="Ask the question of a turn again, and compare.")
@click.argument("name", metavar="ID", default="newest")
@click.option("--model", metavar="NAME", help="The model that leads the walk. [default: the one of the turn, if any]")
@click.option("--planner", is_flag=True, help="No model leads it: the planner answers.")
@click.option(
    "--prompts",
    type=click.Path(path_type=Path, exists=True, file_okay=False, resolve_path=True),
    metavar="DIR",
    help="A folder of prompt files that replace those of the same names.",
)
@click.option("--keep", is_flag=True, help="Keep the new answer too, in a conversation of its own.")
@common
def replay(face: Face, name: str, model: str | None, planner: bool, prompts: Path | None, keep: bool) -> int:
    """Ask the question of a turn again, of the index as it is now, and show both answers beside each other.

    ID is one that `codeqa trace show` takes; without :n it is the last turn of the conversation. A follow-up is asked
    as it was understood.

    \b
    codeqa trace replay newest --model qwen3:14b
    codeqa trace replay 20261121-163012-a1b2c3:2 --prompts my-prompts
    """  # noqa: D301 - click reads the backspace
    from codeqa.cli import show_replay
    from codeqa.traces import steps
    from codeqa.traces.comparing import replayed

    if planner and model:
        raise UsageError("--planner and --model exclude each other", hint="give one of them")
    with face.project() as project:
        traces = project.traces
        kept, turn = _turn(traces, name)
    led = model or ("" if planner else steps.text(steps.table(turn.get("answer")).get("model")))
    overrides = {
        "model.name": led,  # "": none, whatever settings say
        "model.prompts": str(prompts) if prompts else None,
        "trace.keep": None if keep else False,
    }
    question = steps.question(turn)
    if not question:
        raise UsageError(f"{kept.id}:{turn['turn']} has no question", hint=f"codeqa trace show {kept.id}")
    with face.ready(overrides) as project:
        compared, answer = replayed(turn, lambda: _again(face, project, question, steps.meaning(turn)), traces.cleaned)
    _notices(face, traces)
    title = f"{kept.id}:{turn['turn']}"
    if face.json:
        face.document(
            {"trace": title, "question": question, **show_replay.document(compared), "answer": answer.to_json()}
        )
    else:
        show_replay.show(title, question, compared, face.out, quiet=face.quiet)
    return 0


def _again(face: Face, project: Project, question: str, meaning: Mapping[str, Sequence[str]] | None) -> Iterator[Event]:
    for event in project.ask(question, meaning=meaning):
        if isinstance(event, Notice):
            face.notice(event)
        yield event


def _turn(traces: Traces, name: str) -> tuple[Trace, dict[str, Any]]:
    """Return the conversation of an ID and its turn, the last one if the ID names none."""
    kept, number = traces.named(clean(name))
    return kept, kept.turn(number)


def _examples(
    traces: Traces, names: tuple[str, ...], *, everything: bool, value: str
) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the examples, oldest first and each once, and the names of turns that were too long for one."""
    from codeqa.traces.chat import example

    found: dict[str, dict[str, Any]] = {}
    cut: list[str] = []
    wanted = [traces.named(clean(name)) for name in names] or [(kept, 0) for kept in traces.newest()]
    for kept, number in wanted:
        for turn in [kept.turn(number)] if number else kept.turns:
            label = kept.labels.get(turn["turn"])
            if not everything and (label is None or value not in (ANY, label.value)):
                continue
            name = f"{kept.id}:{turn['turn']}"
            made = example(turn, name, label)
            if made:
                found[name] = made
            elif name not in cut:
                cut.append(name)
    return [found[name] for name in sorted(found, key=_order)], cut


def _order(name: str) -> tuple[str, int]:
    conversation, _, turn = name.partition(":")
    return conversation, int(turn)


def _write(file: Path | None, records: list[dict[str, Any]]) -> None:
    """Write one JSON object a line. Raises CodeqaError if the file cannot be written."""
    if file is None or file == Path("-"):
        _write_lines(sys.stdout, records)
        return
    try:
        with file.open("w", encoding="utf-8") as stream:
            _write_lines(stream, records)
    except OSError as error:
        raise CodeqaError(f"{file} cannot be written: {error.strerror}", hint="name another file") from error


def _write_lines(stream: TextIO, records: list[dict[str, Any]]) -> None:
    for each in records:
        stream.write(encoded(each) + "\n")


def _notices(face: Face, traces: Traces) -> None:
    for text in traces.notices:
        face.notice(Notice("warning", text))
