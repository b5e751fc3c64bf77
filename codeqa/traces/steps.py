"""A walk that a model led, read from a turn as it is kept. Whatever stands in the file, it is read as text at most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from codeqa.traces.lines import CUT

Json: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """One call that a model made, as its reply has it."""

    name: str
    arguments: Mapping[str, Any]
    id: str
    problem: str


@dataclass(frozen=True, slots=True)
class Said:
    """One message, sent or received."""

    role: str
    text: str
    thinking: str = ""
    calls: tuple[Asked, ...] = ()
    tool: str = ""
    call_id: str = ""
    cut: bool = False  # some of it was too long to keep


@dataclass(frozen=True, slots=True)
class Request:
    """One request to a model. Without a `reply`, `trouble` says why; tokens are None where the server counted none."""

    end: int  # nanoseconds since the epoch
    seconds: float
    purpose: str
    prompt: str
    model: str
    rung: str
    messages: tuple[Said, ...]
    places: tuple[int, ...]  # of the messages in the turn's pool: the same one has the same place
    tools: tuple[Json, ...]
    reply: Said | None
    trouble: str
    problem: str
    input_tokens: int | None
    output_tokens: int | None
    options: Json


@dataclass(frozen=True, slots=True)
class Told:
    """A step of the walk in words, or a notice."""

    end: int
    seconds: float  # since what was told, or ended, before it
    action: str  # of a step; the level of a notice
    text: str
    is_notice: bool = False


@dataclass(frozen=True, slots=True)
class Use:
    """One call of a tool."""

    end: int
    seconds: float
    name: str
    arguments: Mapping[str, Any]
    observation: str
    digest: str
    refused: str
    cut: bool = False


def in_order(turn: Json) -> list[Told | Request | Use]:
    """Return all that led to the answer of a turn, in the order of time."""
    found: list[tuple[int, Json | Request | Use]] = [(step.end, step) for step in of_turn(turn)]
    told = [(number(event.get("time_unix_nano")) or 0, event) for event in map(table, rows(turn.get("events")))]
    before = number(turn.get("start_time_unix_nano")) or 0
    ordered: list[Told | Request | Use] = []
    for end, what in sorted([*told, *found], key=lambda item: item[0]):
        ordered.append(what if isinstance(what, Request | Use) else _told(what, end, before))
        before = end
    return ordered


def question(turn: Json) -> str:
    """Return the question that was answered: as it was understood, where that is another than was asked."""
    asked = table(turn.get("codeqa"))
    return text(asked.get("understood")) or text(asked.get("question"))


def meaning(turn: Json) -> dict[str, list[str]] | None:
    """Return what names of the question were said to mean, by ids; None where nothing was said."""
    given = table(table(turn.get("codeqa")).get("meaning"))
    return {name: [key for key in rows(keys) if isinstance(key, str)] for name, keys in given.items()} or None


def of_turn(turn: Json) -> list[Request | Use]:
    """Return requests and calls in the order in which they ended; none for a turn that no model led."""
    pool = table(turn.get("pool"))
    messages = [_said(table(each)) for each in rows(pool.get("messages"))]
    tools = [table(each) for each in rows(pool.get("tools"))]
    found: list[Request | Use] = []
    for span in map(table, rows(turn.get("spans"))):
        about = table(span.get("attributes"))
        begin, end = number(span.get("start_time_unix_nano")), number(span.get("end_time_unix_nano"))
        seconds = max((end or 0) - (begin or 0), 0) / 1e9
        if about.get("gen_ai.operation.name") == "chat":
            found.append(_request(about, end or 0, seconds, messages, tools))
        elif about.get("gen_ai.operation.name") == "execute_tool":
            found.append(
                Use(
                    end or 0,
                    seconds,
                    text(about.get("gen_ai.tool.name")),
                    table(about.get("gen_ai.tool.call.arguments")),
                    text(about.get("gen_ai.tool.call.result")),
                    text(about.get("codeqa.digest")),
                    text(about.get("codeqa.refused")),
                    cut=CUT in about,
                )
            )
    return found


def expanded(turn: Json) -> dict[str, Any]:
    """Return a turn whose spans have all that they refer to, under the conventions' own names, and no pool."""
    pool = table(turn.get("pool"))
    spans = []
    for span in map(table, rows(turn.get("spans"))):
        about = dict(table(span.get("attributes")))
        for own, kind, name in (
            ("codeqa.input.messages", "messages", "gen_ai.input.messages"),
            ("codeqa.tools", "tools", "gen_ai.tool.definitions"),
        ):
            if own in about:
                about[name] = _picked(about.pop(own), rows(pool.get(kind)))
        if "codeqa.request.format" in about:
            formats = _picked([about["codeqa.request.format"]], rows(pool.get("formats")))
            about["codeqa.request.format"] = formats[0] if formats else None
        spans.append({**span, "attributes": about})
    whole = {name: value for name, value in turn.items() if name != "pool"}
    return {**whole, "spans": spans} if spans else whole


def table(value: object) -> Json:
    """Return an object; an empty one for anything else."""
    return value if isinstance(value, Mapping) else {}


def rows(value: object) -> list[Any]:
    """Return a list; an empty one for anything else."""
    return value if isinstance(value, list) else []


def text(value: object) -> str:
    """Return a text; "" for anything else."""
    return value if isinstance(value, str) else ""


def number(value: object) -> int | None:
    """Return a whole number that a clock or a counter can show; None for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 62 else None


def _told(event: Json, end: int, before: int) -> Told:
    about = table(event.get("attributes"))
    level = text(about.get("level"))
    seconds = max(end - before, 0) / 1e9 if before else 0.0
    return Told(end, seconds, text(about.get("action")) or level, text(about.get("text")), bool(level))


def _request(about: Json, end: int, seconds: float, messages: list[Said], tools: list[Json]) -> Request:
    said = rows(about.get("gen_ai.output.messages"))
    places = tuple(at for at in _places(about.get("codeqa.input.messages")) if at < len(messages))
    options = {
        name.rpartition(".")[2]: value
        for name, value in about.items()
        if name.startswith(("gen_ai.request.", "codeqa.request.")) and name != "gen_ai.request.model"
    }
    return Request(
        end,
        seconds,
        text(about.get("codeqa.purpose")),
        text(about.get("codeqa.prompt")),
        text(about.get("gen_ai.request.model")),
        text(about.get("codeqa.rung")),
        tuple(messages[at] for at in places),
        places,
        tuple(_picked(about.get("codeqa.tools"), tools)),
        _said(table(said[0])) if said else None,
        text(about.get("codeqa.trouble")),
        text(about.get("codeqa.reply.problem")),
        number(about.get("gen_ai.usage.input_tokens")),
        number(about.get("gen_ai.usage.output_tokens")),
        options,
    )


def _said(message: Json) -> Said:
    parts = list(map(table, rows(message.get("parts"))))
    of = {kind: [part for part in parts if part.get("type") == kind] for kind in ("text", "reasoning", "tool_call")}
    responses = [part for part in parts if part.get("type") == "tool_call_response"]
    shown = [*(text(part.get("content")) for part in of["text"]), *(text(part.get("response")) for part in responses)]
    return Said(
        text(message.get("role")),
        "\n".join(each for each in shown if each),
        "\n".join(text(part.get("content")) for part in of["reasoning"]),
        tuple(
            Asked(
                text(part.get("name")),
                table(part.get("arguments")),
                text(part.get("id")),
                text(part.get("codeqa.problem")),
            )
            for part in of["tool_call"]
        ),
        text(message.get("name")),
        next((text(part.get("id")) for part in responses), ""),
        cut=any(CUT in part and part.get("type") != "reasoning" for part in parts),
    )


def _places(value: object) -> list[int]:
    return [at for each in rows(value) if (at := number(each)) is not None]


def _picked(places: object, items: list[Any]) -> list[Any]:
    return [items[at] for at in _places(places) if at < len(items)]
