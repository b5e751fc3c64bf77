"""Earlier questions as the list has them: read from traces, searched, in days. Pure; imports nothing of textual."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from codeqa.traces import Label, Trace
from codeqa.traces.keeping import Stamp
from codeqa.traces.steps import number, question, rows, table, text
from codeqa.wording import lines

LONGEST = 6_000  # characters of an answer that are kept to be searched and shown
PLACES = 12  # of an answer that are listed


@dataclass(frozen=True, slots=True)
class Entry:
    """One question with its answer.

    Attributes:
        when: seconds since the epoch, 0 if that is not known.
        understood: the question that was answered, "" where it is the one that was asked.
        model: what led the walk, "" for the planner.
        requests: to a model, whoever answered in the end.
        places: `path:line symbol` of what is cited.
        words: what is searched, in lower case.
        last: whether no turn of its conversation comes after it.
    """

    conversation: str
    number: int
    when: float
    asked: str
    understood: str
    answer: str
    status: str
    model: str
    requests: int
    seconds: float
    claims: int
    dropped: int
    places: tuple[str, ...]
    cited: int
    label: Label | None
    words: str
    cut: bool
    last: bool

    @property
    def name(self) -> str:
        """As `codeqa trace show` takes it."""
        return f"{self.conversation}:{self.number}"

    def has(self, wanted: Sequence[str]) -> bool:
        """Whether question, answer, places, model or note have all of these words, in lower case."""
        return all(word in self.words for word in wanted)


def of_trace(trace: Trace) -> list[Entry]:
    """Return the turns of a conversation, oldest first; whatever stands in its file is text at most."""
    return [_entry(trace, turn, last=at == len(trace.turns)) for at, turn in enumerate(trace.turns, 1)]


def _entry(trace: Trace, turn: Mapping[str, object], *, last: bool) -> Entry:
    asked, answer = table(turn.get("codeqa")), table(turn.get("answer"))
    began = number(turn.get("start_time_unix_nano"))
    said, mark = text(answer.get("answer"))[:LONGEST], number(turn.get("turn")) or 0
    label, model = trace.labels.get(mark), text(answer.get("model"))
    cited = list(map(table, rows(answer.get("citations"))))
    places = tuple(_place(each) for each in cited[:PLACES])
    understood = question(turn)
    original = text(asked.get("question"))
    total = table(answer.get("timing_ms")).get("total")
    words = "\n".join([original, understood, said, *places, model, label.why if label else ""])
    return Entry(
        trace.id,
        mark,
        (began or 0) / 1e9,
        original,
        understood if understood != original else "",
        said,
        text(answer.get("status")),
        model,
        sum(map(_is_chat, rows(turn.get("spans")))),
        total / 1000 if isinstance(total, int | float) and 0 <= total < 1e9 else 0.0,
        len(rows(answer.get("claims"))),
        len(rows(answer.get("dropped"))),
        places,
        len(cited),
        label,
        words.casefold(),
        bool(turn.get("cut")),
        last=last,
    )


def _is_chat(span: object) -> bool:
    return table(table(span).get("attributes")).get("gen_ai.operation.name") == "chat"


def _place(citation: Mapping[str, object]) -> str:
    first, last = number(citation.get("start_line")) or 0, number(citation.get("end_line")) or 0
    return f"{text(citation.get('path'))}:{lines(first, last)} {text(citation.get('symbol'))}".strip()


# -------------------------------------------------------------------------------------------------------------- library


@dataclass(slots=True)
class Library:
    """What is known of the conversations of an index, newest first.

    `notices` say what of the folder is not read.
    """

    stamps: dict[str, Stamp] = field(default_factory=dict)
    entries: dict[str, list[Entry]] = field(default_factory=dict)  # by the id of the conversation
    read: dict[str, Stamp] = field(default_factory=dict)  # of those that are in `entries`, as they were then
    notices: list[str] = field(default_factory=list)
    _sought: tuple[str, ...] = ()  # the words that were looked for last
    _having: dict[str, list[Entry]] = field(default_factory=dict)  # of the conversations looked at, what has them

    def now(self, stamps: Mapping[str, Stamp]) -> list[str]:
        """Take what there is now; return the ids of what is still to be read, newest first."""
        self.stamps = dict(stamps)
        for gone in self.entries.keys() - self.stamps.keys():
            del self.entries[gone]
            self.read.pop(gone, None)
            self._having.pop(gone, None)
        return [name for name, stamp in self.stamps.items() if self.read.get(name) != stamp]

    def take(self, name: str, entries: list[Entry]) -> None:
        """Take the turns of a conversation."""
        self.entries[name] = entries
        self._having.pop(name, None)
        if name in self.stamps:
            self.read[name] = self.stamps[name]

    def forget(self, name: str) -> None:
        """Forget a conversation that is gone."""
        for each in (self.stamps, self.entries, self.read, self._having):
            each.pop(name, None)

    def seek(self, query: str, seconds: float = math.inf) -> bool:
        """Look which turns have all words of a query, for so long; tell whether all have been looked at.

        What was looked at for the same words is not looked at again.
        """
        wanted = tuple(query.casefold().split())
        if wanted != self._sought:
            self._sought, self._having = wanted, {}
        until = time.monotonic() + seconds
        for name in self.stamps:
            if name not in self._having and name in self.entries:
                self._having[name] = [each for each in self.entries[name] if each.has(wanted)]
                if time.monotonic() > until:
                    break
        return all(name in self._having for name in self.entries)

    def found(self, query: str) -> list[list[Entry]]:
        """Return what has all words of a query, by conversation, newest first; everything for no words."""
        self.seek(query)
        groups = (self._having.get(name) for name in self.stamps)
        return [group for group in groups if group]

    def entry(self, name: str) -> Entry | None:
        """Return the entry of that name."""
        conversation, _, _ = name.partition(":")
        return next((each for each in self.entries.get(conversation, ()) if each.name == name), None)

    @property
    def turns(self) -> int:
        return sum(map(len, self.entries.values()))

    def labelled(self, value: str) -> int:
        """Return how many turns have a label."""
        return sum(e.label is not None and e.label.value == value for each in self.entries.values() for e in each)


def day(seconds: float, today: date) -> str:
    """Return the day of a time as a heading says it."""
    if not seconds:
        return "at no known time"
    then = _local(seconds).date()
    if then == today:
        return "today"
    if then == today - timedelta(days=1):
        return "yesterday"
    return f"{then:%A} {then.isoformat()}" if (today - then).days < 7 else then.isoformat()


def clock(seconds: float) -> str:
    """Return the time of day, five columns."""
    return f"{_local(seconds):%H:%M}" if seconds else "--:--"


def moment(seconds: float) -> str:
    """Return day and time."""
    return f"{_local(seconds):%Y-%m-%d %H:%M}" if seconds else "at no known time"


def _local(seconds: float) -> datetime:
    try:
        return datetime.fromtimestamp(seconds).astimezone()
    except (OSError, OverflowError, ValueError):  # a file may say any year
        return datetime.fromtimestamp(0).astimezone()


def total(groups: Iterable[Sequence[Entry]]) -> int:
    """Return how many entries there are in groups."""
    return sum(map(len, groups))


def some(groups: Iterable[list[Entry]], most: int) -> Iterator[list[Entry]]:
    """Yield whole conversations until there are as many entries, at least one of them."""
    count = 0
    for group in groups:
        if count >= most:
            return
        yield group
        count += len(group)
