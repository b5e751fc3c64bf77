"""A trace step by step: what each was, what it took, and its full text. Pure; imports nothing of textual."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codeqa.traces.steps import Asked, Json, Request, Said, Told, Use, in_order, meaning, number, rows, table, text
from codeqa.wording import duration, label

if TYPE_CHECKING:
    from codeqa.tui.painting import Piece

SHOWN = 8  # lines of a message before the rest is left to the raw prompt
LONGEST = 60  # characters of an argument in the list
BAR = 6  # columns of the longest bar

Lines = list[list["Piece"]]


@dataclass(frozen=True, slots=True)
class Item:
    """One step.

    Attributes:
        sign: before its name.
        head: what it was, in one line.
        about: what is known of it, below that.
        seconds: that it took, None where no time is known.
        body: its full text, made when it is looked at.
        raw: the same as it was sent, received or written.
    """

    sign: Piece
    head: tuple[Piece, ...]
    about: tuple[Piece, ...]
    seconds: float | None
    body: Callable[[], Lines]
    raw: Callable[[], Lines]
    action: str = ""  # of a step in words: stands before `head`, which is folded beside it


def items(turn: Json) -> list[Item]:
    """Return what led to an answer, from the question to what became of its sentences."""
    found = [_question(turn)]
    shown: dict[int, int] = {}  # messages that a request above has: by place, the number of that request
    count = 0
    for step in in_order(turn):
        if isinstance(step, Told):
            found.append(_told(step))
        elif isinstance(step, Request):
            count += 1
            found.append(_request(step, count, dict(shown)))
            shown |= {place: count for place in step.places if place not in shown}
        else:
            found.append(_use(step))
    return [*found, *_verdicts(turn), *_not_kept(turn)]


def bar(seconds: float | None, most: float) -> str:
    """Return how long a step took beside the longest one, six columns."""
    if seconds is None or most <= 0:
        return " " * BAR
    share = round(min(seconds / most, 1.0) * BAR)
    return f"{'━' * share if share else '╴':<{BAR}}"


def spent(seconds: float | None) -> str:
    """Return how long a step took, eight columns."""
    if seconds is None:
        return " " * 8
    return f"{'<1 ms' if seconds < 0.0005 else duration(seconds):>8}"


def summed_up(turn: Json, found: Sequence[Item]) -> str:
    """Return what a walk came to and cost, in one line."""
    requests = [step for step in in_order(turn) if isinstance(step, Request)]
    answer = table(turn.get("answer"))
    total = table(answer.get("timing_ms")).get("total")
    parts = [text(answer.get("status")) or "no answer", f"{len(found)} steps"]
    if isinstance(total, int | float) and 0 <= total < 1e12:
        parts.append(duration(total / 1000))
    if requests:
        sent = sum(each.input_tokens or 0 for each in requests)
        received = sum(each.output_tokens or 0 for each in requests)
        parts.append(
            f"{len(requests)} request{'' if len(requests) == 1 else 's'}, {sent:,} tokens in, {received:,} out"
        )
    return " · ".join([*parts, text(answer.get("model")) or "planner"])


def as_text(lines: Lines) -> str:
    """Return lines without their styles, to be copied."""
    return "\n".join("".join(piece if isinstance(piece, str) else piece[0] for piece in line) for line in lines)


# ---------------------------------------------------------------------------------------------------------------- steps


def _question(turn: Json) -> Item:
    asked, answer = table(turn.get("codeqa")), table(turn.get("answer"))

    def body() -> Lines:
        about = [
            ("asked", text(asked.get("question"))),
            ("understood as", text(asked.get("understood"))),
            ("kind", text(asked.get("kind"))),
            ("plan", text(asked.get("plan")) or text(answer.get("plan"))),
            ("index", f"generation {number(asked.get('generation')) or 0}"),
            ("led by", text(answer.get("model")) or "the planner"),
            ("given again", text(answer.get("reused"))),
        ]
        about += [(f"{name} means", ", ".join(keys)) for name, keys in (meaning(turn) or {}).items()]
        return [line for name, said in about if said for line in _part(name, said)]

    head = text(asked.get("question")) or "(no question)"
    return Item(("?", "mark"), ((head, "name"),), (), None, body, lambda: _json(asked))


def _told(step: Told) -> Item:
    sign = ("!", "warn") if step.is_notice else ("·", "dim")

    def body() -> Lines:
        return _part("notice" if step.is_notice else step.action, step.text)

    return Item(sign, (step.text,), (), step.seconds, body, body, step.action)


def _request(step: Request, count: int, shown: dict[int, int]) -> Item:
    tokens = [f"{n:,} {what}" for n, what in ((step.input_tokens, "in"), (step.output_tokens, "out")) if n is not None]
    about = [step.model, step.rung, " + ".join(tokens) + " tokens" if tokens else "tokens not counted"]
    wrong: tuple[Piece, ...] = ((f"  no reply: {step.trouble}", "bad"),) if step.trouble else ()
    wrong += ((f"  of no use: {step.problem}", "warn"),) if step.problem else ()

    def body() -> Lines:
        lines: Lines = [[(" · ".join(part for part in (*about, duration(step.seconds)) if part), "dim")], []]
        for place, message in zip(step.places, step.messages, strict=True):
            who: list[Piece] = [(f"[{place}] {_who(message)}", "mark"), *_cost(message)]
            if place in shown:
                lines.append([*who, (f"  as in request {shown[place]}", "dim")])
            else:
                lines += [who, *_message(message, SHOWN)]
        lines += [[], [("reply", "mark")]]
        lines += _message(step.reply, None) if step.reply else [[(step.trouble or "none", "bad")]]
        return [*lines, [], [("of no use: ", "warn"), step.problem]] if step.problem else lines

    def raw() -> Lines:
        lines: Lines = []
        for place, message in zip(step.places, step.messages, strict=True):
            lines += [[(f"[{place}] {_who(message)}", "mark"), *_cost(message)], *_message(message, None), []]
        lines += [[("reply", "mark")]]
        lines += _message(step.reply, None) if step.reply else [[(step.trouble or "none", "bad")]]
        lines += [[], [("options", "mark")], *_json(step.options)]
        return lines + ([[], [("tools", "mark")], *_json(list(step.tools))] if step.tools else [])

    head: tuple[Piece, ...] = ((f"{count} ", "mark"), (step.prompt or step.purpose or "request", "name"))
    said: list[Piece] = [(" · ".join(part for part in about if part), "dim")]
    sign = ("✗", "bad") if step.trouble else ("»", "mark")
    return Item(sign, (*head, *wrong), tuple(said), step.seconds, body, raw)


def _use(step: Use) -> Item:
    refused: tuple[Piece, ...] = ((f"refused: {step.refused}", "warn"),) if step.refused else ()
    lines = step.observation.split("\n") if step.observation else []
    found: tuple[Piece, ...] = ((f"{len(lines)} line{'' if len(lines) == 1 else 's'} found", "dim"),)

    def body() -> Lines:
        said = _part("tool", step.name)
        for name, value in step.arguments.items():
            said += _part(name, _value(value))
        said += [[("refused: ", "warn"), step.refused], []] if step.refused else []
        said += [[("what it found was too long to be kept", "warn")], []] if step.cut else []
        return said + _part("what the model was shown", step.observation)

    def raw() -> Lines:
        called = _json({"name": step.name, "arguments": dict(step.arguments), "digest": step.digest})
        return [*called, [], *_plain(lines)]

    named = {name: label(value) if isinstance(value, str) else value for name, value in step.arguments.items()}
    head: tuple[Piece, ...] = (*_call(step.name, named),)
    sign = ("✗", "warn") if step.refused else ("→", "code")
    return Item(sign, head, refused or found, step.seconds, body, raw)


def _verdicts(turn: Json) -> Iterator[Item]:
    """Yield what became of the sentences: those that were struck out or could not be checked one by one."""
    answer = table(turn.get("answer"))
    claims = [table(each) for each in rows(answer.get("claims"))]
    held = [each for each in claims if text(each.get("verdict")) == "verified"]
    if held:
        head = f"{len(held)} sentence{'' if len(held) == 1 else 's'} verified"
        yield _verdict(("✓", "good"), head, "", [line for each in held for line in _claim(each)], held)
    for each in claims:
        if each not in held:
            why = f"{text(each.get('verdict')) or 'no verdict'}: shown, and marked as unverified"
            yield _verdict(("?", "warn"), text(each.get("text")), why, _claim(each), each)
    for each in map(table, rows(answer.get("dropped"))):
        said, why = text(each.get("text")), f"struck out: {text(each.get('reason'))}"
        yield _verdict(("✗", "bad"), said, why, [*_part("sentence", said), *_part("why", why)], each)
    for note in rows(answer.get("unknowns")):
        if isinstance(note, str):
            yield _verdict(("∅", "warn"), note, "not known", _part("not known", note), note)


def _verdict(sign: Piece, head: str, why: str, body: Lines, raw: object) -> Item:
    return Item(sign, (head,), ((why, "dim"),) if why else (), None, lambda: body, lambda: _json(raw))


def _claim(claim: Json) -> Lines:
    cites = ", ".join(f"[{n}]" for n in rows(claim.get("citations")))
    about = " · ".join(part for part in (text(claim.get("verdict")), text(claim.get("check")), cites) if part)
    return [[text(claim.get("text"))], [(about, "dim")], []]


def _not_kept(turn: Json) -> Iterator[Item]:
    if turn.get("cut"):
        said = "this turn was too long to be kept whole"
        more = (
            "What a model thought goes first, then what it was shown, oldest first; where something is missing says so."
        )
        yield _verdict(("!", "warn"), said, "", [[said], [], [(more, "dim")]], {"cut": True})


# ---------------------------------------------------------------------------------------------------------------- parts


def _part(name: str, said: str) -> Lines:
    return [[(name, "mark")], *_plain(said.split("\n")), []]


def _plain(said: Sequence[str]) -> Lines:
    return [[line] for line in said]


def _message(message: Said, most: int | None) -> Lines:
    lines: Lines = []
    if message.thinking:
        lines += [[("thinking: ", "dim"), (each, "dim")] for each in _most(message.thinking, most)]
    lines += [[each] for each in _most(message.text, most)]
    if message.cut:
        lines.append([("too long to be kept", "warn")])
    for call in message.calls:
        lines.append([("→ ", "code"), *_call(call.name, call.arguments), *_wrong(call)])
    return lines


def _most(said: str, most: int | None) -> list[str]:
    lines = said.strip("\n").split("\n") if said.strip() else []
    left = len(lines) - most if most is not None else 0
    return [*lines[:most], f"… {left} more line{'' if left == 1 else 's'} (x)"] if left > 0 else lines


def _wrong(call: Asked) -> list[Piece]:
    return [("  not carried out: ", "warn"), call.problem] if call.problem else []


def _who(message: Said) -> str:
    return f"{message.role} {message.tool}".strip() or "message"


def _cost(message: Said) -> list[Piece]:
    from codeqa.agent.tokens import estimate

    said = message.text + "".join(call.name + _value(dict(call.arguments)) for call in message.calls)
    return [(f"  at most {estimate(said):,} tokens", "dim")] if said else []


def _call(name: str, arguments: Json) -> list[Piece]:
    said = []
    for key, value in arguments.items():
        shown = _value(value)
        said.append(f"{key}={shown if len(shown) <= LONGEST else shown[:LONGEST] + '…'}")
    return [(name, "code"), f"({', '.join(said)})"]


def _value(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _json(value: object) -> Lines:
    return _plain(json.dumps(value, indent=2, ensure_ascii=False, default=dict).split("\n"))
