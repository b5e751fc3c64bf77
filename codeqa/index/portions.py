"""A first index in portions: what is asked while it is made is answered from those that are in already."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from codeqa.domain import Event, Indexed, Notice, Progress

if TYPE_CHECKING:
    from codeqa.index.changes import Changes
    from codeqa.index.indexer import Indexer
    from codeqa.store import FileRecord, Store

PARTIAL = "partial"  # key in `meta`: set while files of the first run are still to come, "" for a whole index
FIRST_BYTES = 1_500_000  # of source in the first portion: two or three seconds on a slow machine
GROWTH = 4  # each is this much larger: all that is in is written anew with each, which then costs a third in all
_ROLES = ("", "docs", "test")  # what is asked about first; any other role stands after them


def portions(changes: Changes, role: Callable[[str], str]) -> list[list[str]]:
    """Cut the files to read into portions: source before tests, what lies near the root first.

    One portion where two would not be worth their while.
    """

    def rank(path: str) -> tuple[int, int, str]:
        kind = role(path)
        return _ROLES.index(kind) if kind in _ROLES else len(_ROLES), path.count("/"), path

    cut: list[list[str]] = [[]]
    room, left = FIRST_BYTES, changes.bytes
    for path in sorted(changes.read, key=rank):
        size = changes.stats[path].size if path in changes.stats else 0
        if room < size and cut[-1] and left > FIRST_BYTES:  # a small rest is not worth a portion
            cut.append([])
            room = FIRST_BYTES * (GROWTH ** (len(cut) - 1))
        cut[-1].append(path)
        room -= size
        left -= size
    return cut


def run(indexer: Indexer, store: Store, changes: Changes) -> Iterator[Event]:
    """Make an index where there is none, portion by portion; ends with `Indexed`, of which others came before.

    Whatever ends it early, the index says that it is partial, and the next run goes on; whoever ends the run clears
    that. Progress is of the whole.
    """
    cut = portions(changes, indexer.role)
    if len(cut) > 1:
        store.set_meta(PARTIAL, "1")
    began, done, parsed = time.monotonic(), 0, 0
    cpu, said = 0.0, set[str]()
    for number, paths in enumerate(cut, 1):
        last = number == len(cut)
        left = len(changes.read) - done - len(paths)
        known: Mapping[str, FileRecord] = {record.path: record for record in store.files()} if number > 1 else {}
        part = replace(
            changes,
            read={path: changes.read[path] for path in paths},
            known=dict(known),
            skipped=changes.skipped if number == 1 else {},
            warnings=changes.warnings if number == 1 else (),
        )
        for event in indexer.run(part, force=True):
            match event:
                case Progress(stage="parse"):
                    seconds = time.monotonic() - began
                    yield replace(event, done=done + event.done, total=len(changes.read), seconds=seconds)
                case Progress() if not last:
                    yield Progress("parse", done + len(paths), len(changes.read), time.monotonic() - began)
                case Notice(text=text) if text in said:
                    pass
                case Indexed():
                    parsed, cpu = parsed + event.parsed, cpu + event.cpu_seconds
                    seconds = time.monotonic() - began
                    yield replace(event, parsed=parsed, cpu_seconds=cpu, seconds=seconds, missing=left)
                case _:
                    said |= {event.text} if isinstance(event, Notice) else set()
                    yield event
        done += len(paths)
