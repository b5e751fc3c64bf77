"""A turn as a person reads it: the question, what led to the answer, and the answer. Its fields hold text at most."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from codeqa.wording import duration

if TYPE_CHECKING:
    from codeqa.cli.terminal import Piece, Terminal
    from codeqa.traces import Label
    from codeqa.traces.steps import Asked, Json, Request, Said, Use

LABEL_STYLES = {"good": "good", "bad": "bad"}
MAX_LINES = 4  # of an observation, and of what a model says
MAX_VERDICTS = 12
MAX_ARGUMENT = 80  # characters
_VERDICTS = {"verified": ("yes", "good"), "unverified": ("dot", "warn")}


def turn(turn: Json, label: Label | None, out: Terminal, *, quiet: bool, prompts: bool) -> None:
    """Write one turn; `quiet` leaves out how it came to its answer, `prompts` adds all that a model was sent."""
    from codeqa.traces.steps import of_turn, rows, table, text

    asked, answer = table(turn.get("codeqa")), table(turn.get("answer"))
    out.heading(f"{turn['turn']}. {asked.get('question', '')}")
    if label:
        out.line((label.value, LABEL_STYLES[label.value]), f"  {label.why}" if label.why else "")
    if asked.get("understood"):
        out.prose(f"understood as: {asked['understood']}")
    if asked.get("plan"):
        out.prose(f"plan: {asked['plan']}")
    steps = of_turn(turn)
    if not quiet or prompts:
        _Walk(out, prompts=prompts).show(turn)
    out.line()
    out.prose(text(answer.get("answer")))
    for each in map(table, rows(answer.get("citations"))):
        place = f"{each.get('path', '')}:{each.get('start_line', '')}"
        out.line((f"[{each.get('n', '')}]", "mark"), " ", (place, "path"), "  ", (str(each.get("symbol", "")), "name"))
    if not quiet:
        if steps:
            _verdicts(answer, out)
        _last_line(turn, out)


def when(seconds: float) -> str:
    """Return a time since the epoch as people here write it."""
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M")


class _Walk:
    """Writes steps, requests and calls of tools in the order of time."""

    def __init__(self, out: Terminal, *, prompts: bool) -> None:
        self._out = out
        self._prompts = prompts
        self._shown: set[int] = set()  # places of messages that stand above
        self._count = 0

    def show(self, turn: Json) -> None:
        from codeqa.traces.steps import Request, Told, in_order

        for what in in_order(turn):
            if isinstance(what, Told):
                self._out.line((f"{self._out.glyphs['dot']} {what.action:<10}", "dim"), " ", what.text)
            elif isinstance(what, Request):
                self._request(what)
            else:
                self._use(what)

    def _request(self, request: Request) -> None:
        out, dot = self._out, f" {self._out.glyphs['dot']} "
        self._count += 1
        tokens = [f"{count:,} {name}" for count, name in _tokens(request)]
        about = [request.rung, " + ".join(tokens) + " tokens" if tokens else "", duration(request.seconds)]
        out.line(
            (f"{self._count:>2} ", "mark"),
            (request.prompt or request.purpose, "name"),
            (f"  {request.model}{dot}" + dot.join(part for part in about if part), "dim"),
        )
        if self._prompts:
            self._messages(request)
        if request.trouble:
            out.line("     ", ("no reply: ", "bad"), request.trouble)
        if request.reply:
            self._reply(request.reply)
        if request.problem:
            out.line("     ", ("of no use: ", "warn"), request.problem)

    def _messages(self, request: Request) -> None:
        options = ", ".join(f"{name} {value}" for name, value in request.options.items() if name != "format")
        self._out.line((f"     {options}", "dim"))
        for place, message in zip(request.places, request.messages, strict=True):
            if place in self._shown:
                self._out.line((f"     [{place}] {message.role}: as above", "dim"))
                continue
            self._shown.add(place)
            who = f"{message.role} {message.tool}".strip() + (", too long to be kept" if message.cut else "")
            self._out.line((f"     [{place}] {who}", "mark"))
            self._text(message.text, "         ")
            for call in message.calls:
                self._out.line("         ", *_call(call.name, call.arguments))

    def _reply(self, reply: Said) -> None:
        least = None if self._prompts else MAX_LINES
        if reply.thinking and self._prompts:
            self._out.line(("     thinking", "mark"))
            self._text(reply.thinking, "         ")
        self._text(reply.text, "     ", least)
        for call in reply.calls:
            self._out.line("     ", (f"{self._out.glyphs['right']} ", "dim"), *_asked(call))

    def _use(self, use: Use) -> None:
        out = self._out
        mark: Piece = (f" {out.glyphs['no']} ", "bad") if use.refused else (f" {out.glyphs['dot']} ", "dim")
        out.line(mark, *_call(use.name, use.arguments), (f"  {duration(use.seconds)}", "dim"))
        if use.refused:
            out.line("     ", ("refused: ", "bad"), use.refused)
        if use.cut:
            out.line(("     what it found was too long to be kept", "dim"))
        if use.observation.strip() != use.refused.strip():
            self._text(use.observation, "     ", None if self._prompts else MAX_LINES)

    def _text(self, text: str, indent: str, most: int | None = None) -> None:
        lines = text.strip("\n").split("\n") if text.strip() else []
        for line in lines[:most]:
            self._out.line(indent, line)
        if most is not None and len(lines) > most:
            more = f"{len(lines) - most} more line" + ("s" if len(lines) - most > 1 else "")
            self._out.line((f"{indent}{self._out.glyphs['more']} {more}", "dim"))


def _tokens(request: Request) -> Iterator[tuple[int, str]]:
    for count, name in ((request.input_tokens, "in"), (request.output_tokens, "out")):
        if count is not None:
            yield count, name


def _asked(call: Asked) -> list[Piece]:
    wrong: list[Piece] = [("  not carried out: ", "warn"), call.problem] if call.problem else []
    return [*_call(call.name, call.arguments), *wrong]


def _call(name: str, arguments: Mapping[str, object]) -> list[Piece]:
    said = []
    for key, value in arguments.items():
        shown = value if isinstance(value, str) else repr(value)
        said.append(f"{key}: {shown if len(shown) <= MAX_ARGUMENT else shown[: MAX_ARGUMENT - 3] + '...'}")
    return [(name, "code"), f"({', '.join(said)})"]


def _verdicts(answer: Json, out: Terminal) -> None:
    """Write what the verifier made of each sentence."""
    from codeqa.traces.steps import rows, table, text

    claims, dropped = list(map(table, rows(answer.get("claims")))), list(map(table, rows(answer.get("dropped"))))
    if claims or dropped:
        out.heading("verdicts")
    for each in claims[:MAX_VERDICTS]:
        verdict = text(each.get("verdict"))
        glyph, style = _VERDICTS.get(verdict, ("dot", "dim"))
        why = f"  ({verdict}, {each['check']})" if each.get("check") else f"  ({verdict})"
        out.line((f"{out.glyphs[glyph]} ", style), text(each.get("text")), (why, "dim"))
    if len(claims) > MAX_VERDICTS:
        out.line((f"{out.glyphs['more']} {len(claims) - MAX_VERDICTS} more", "dim"))
    for each in dropped[:MAX_VERDICTS]:
        why = f"  (dropped: {text(each.get('reason'))})"
        out.line((f"{out.glyphs['no']} ", "bad"), text(each.get("text")), (why, "dim"))


def _last_line(turn: Json, out: Terminal) -> None:
    from codeqa.traces.steps import number, table

    asked, answer = table(turn.get("codeqa")), table(turn.get("answer"))
    began = number(turn.get("start_time_unix_nano"))
    parts = [
        str(answer.get("status", "")),
        str(answer.get("model") or ""),
        f"generation {asked.get('generation', '')}",
        when(began / 1e9) if began else "",
        "shortened" if turn.get("cut") else "",
    ]
    out.line()
    out.line((f" {out.glyphs['dot']} ".join(part for part in parts if part), "dim"))
