"""Lines of turns: what is too long is shortened, and what cannot be read is left out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeGuard

from codeqa.domain import CodeqaError
from codeqa.traces.folder import as_line, as_object

MAX_RECORD = 1_000_000  # bytes of one turn
CUT = "codeqa.cut"  # stands beside a text that was taken out of a record
_GAIN = 40  # characters that a text must have to be worth taking out


def fitted(record: dict[str, Any]) -> bytes:
    """Return the line of a turn, which is changed; one that is too long loses what is needed least, and says so.

    First goes what a model thought, then what it was shown, oldest first: results of tools, and what it was sent but
    not with the last request. Then go quotes and walk of the answer, what else it was sent and said, and last all of
    its walk and the steps. Raises CodeqaError if what remains is still too long.
    """
    line = as_line(record)
    for cut in _CUTS:
        if len(line) <= MAX_RECORD:
            return line
        if cut(record, len(line) - MAX_RECORD):
            record["cut"] = True
            line = as_line(record)
    if len(line) > MAX_RECORD:
        line = as_line({"type": "turn", "turn": record["turn"], "codeqa": record.get("codeqa"), "cut": True})
    if len(line) > MAX_RECORD:
        raise CodeqaError(f"one turn would take {len(line):,} bytes")
    return line


def turns(data: bytes) -> tuple[list[dict[str, Any]], int]:
    """Return the turns in lines, and how many other lines there are; the first line is the conversation's."""
    found: list[dict[str, Any]] = []
    unread = 0
    for line in data.split(b"\n"):
        if not line.strip():
            continue
        record = as_object(line)
        if record.get("type") == "turn" and is_number(record.get("turn")):
            found.append(record)
        elif record.get("type") != "conversation":
            unread += 1
    return found, unread


def last(data: bytes) -> int:
    """Return the number of the last turn in lines, 0 if there is none."""
    end = len(data)
    while end > 0:
        start = data.rfind(b"\n", 0, end) + 1
        if found := turns(data[start:end])[0]:
            return int(found[0]["turn"])
        end = start - 1
    return 0


def is_number(value: object) -> TypeGuard[int]:
    """Whether it can be the number of a turn."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**6


# -------------------------------------------------------------------------------------------------------------- cutting


def _thinking(record: dict[str, Any], over: int) -> bool:
    return _emptied(((part, "content") for part in _said(record) if part.get("type") == "reasoning"), over)


def _observations(record: dict[str, Any], over: int) -> bool:
    return _emptied(((about, "gen_ai.tool.call.result") for about in _attributes(record)), over)


def _earlier_messages(record: dict[str, Any], over: int) -> bool:
    """Empty what was sent, oldest first, but for the last request of the walk: an example is made of that."""
    wanted: list[int] = []
    for about in _attributes(record):
        if about.get("codeqa.purpose") == "walk" and "gen_ai.output.messages" in about:
            wanted = about["codeqa.input.messages"]
    return _emptied(_sent(record, frozenset(wanted)), over)


def _quotes(record: dict[str, Any], _: int) -> bool:
    answer = record.get("answer")
    for citation in answer.get("citations", ()) if isinstance(answer, dict) else ():
        citation["quote"] = ""
    return True


def _hops(record: dict[str, Any], _: int) -> bool:
    if isinstance(answer := record.get("answer"), dict):
        answer["walk"] = []
    return True


def _messages(record: dict[str, Any], over: int) -> bool:
    return _emptied(_sent(record), over)


def _replies(record: dict[str, Any], over: int) -> bool:
    return _emptied(((part, "content") for part in _said(record)), over)


def _spans(record: dict[str, Any], _: int) -> bool:
    for name in ("spans", "pool"):
        record.pop(name, None)
    return True


def _events(record: dict[str, Any], _: int) -> bool:
    record["events"] = []
    return True


_CUTS: tuple[Callable[[dict[str, Any], int], bool], ...] = (
    _thinking,
    _observations,
    _earlier_messages,
    _quotes,
    _hops,
    _messages,
    _replies,
    _spans,
    _events,
)


def _attributes(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    return (span["attributes"] for span in record.get("spans", ()))


def _said(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the parts of replies, oldest first."""
    for about in _attributes(record):
        for message in about.get("gen_ai.output.messages", ()):
            yield from message["parts"]


def _sent(record: Mapping[str, Any], but: frozenset[int] = frozenset()) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield the texts of messages that were sent, oldest first: results of tools, then others."""
    messages = record.get("pool", {}).get("messages", ())
    parts = [part for at, message in enumerate(messages) if at not in but for part in message["parts"]]
    yield from ((part, "response") for part in parts)
    yield from ((part, "content") for part in parts)


def _emptied(texts: Iterable[tuple[dict[str, Any], str]], over: int) -> bool:
    """Empty texts until the record is shorter by `over` bytes; return whether there was any."""
    found = False
    for holder, name in texts:
        if over <= 0:
            break
        text = holder.get(name)
        if isinstance(text, str) and len(text) >= _GAIN:
            over -= len(json.dumps(text)) - _GAIN
            holder[name] = ""
            holder[CUT] = found = True
    return found
