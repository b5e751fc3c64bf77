"""Turn mined records into pairs to learn from and questions to be measured by."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from sources import Source, read_list

MAX_KIND = 2500  # pairs of one kind of one source
KINDS = ("doc", "bare", "name", "comment", "call", "test", "section", "mention")


class Pair(NamedTuple):
    """Two texts that belong together, as terms."""

    kind: str
    left: str
    right: str


def records(source: Source, work: Path) -> list[dict[str, Any]]:
    """Return what was mined of a source."""
    with open(work / "mined" / f"{source.folder}.jsonl") as file:
        return [json.loads(line) for line in file]


def pairs(work: Path) -> Iterator[tuple[Source, list[Pair]]]:
    """Yield the pairs of each source to train on, each pair once in all sources, at most 2,500 of a kind."""
    seen: set[bytes] = set()
    for source in read_list():
        if source.split != "train":
            continue
        kept: defaultdict[str, list[tuple[bytes, Pair]]] = defaultdict(list)
        for pair in _pairs(records(source, work)):
            if len(pair.left.split()) < 2 or len(pair.right.split()) < 6:
                continue
            digest = hashlib.sha256(f"{pair.kind}\0{pair.left}\0{pair.right}".encode()).digest()[:12]
            right = hashlib.sha256(f"{pair.kind}\0{pair.right}".encode()).digest()[:12]
            if digest not in seen and (right not in seen or pair.kind in ("call", "test", "mention")):
                seen |= {digest, right}
                kept[pair.kind].append((digest, pair))
        yield source, [pair for kind in KINDS for _, pair in sorted(kept[kind])[:MAX_KIND]]


def _pairs(found: list[dict[str, Any]]) -> Iterator[Pair]:
    for number, record in enumerate(found):
        kind = record["kind"]
        if kind == "definition":
            yield from _of_definition(record, number)
        elif kind in ("comment", "section"):
            yield Pair(kind, record["left"], record["right"])
        elif kind in ("call", "test", "mention"):
            yield Pair(kind, record["left"], whole(found[record["right"]]))


def _of_definition(record: dict[str, Any], number: int) -> Iterator[Pair]:
    test = record["role"] == "test"
    name = record["name"]
    if record["doc"] and not told(record) and not (test and number % 4):
        rest = record["rest"] if number % 2 else ""
        yield Pair("doc", record["doc"], f"{record['qualname']} {record['signature']} {rest} {record['body']}")
        yield Pair("bare", record["doc"], record["bare"])
    words = record["qualname"].split()
    if name.lower() in words and not test:
        parts = words[words.index(name.lower()) + 1 :]
        if len(parts) > 1:
            yield Pair("name", " ".join(parts), record["bare"])


def told(record: dict[str, Any]) -> bool:
    """Whether the beginning of the documentation is left in the body after all: said twice, or in odd line ends."""
    return " ".join(record["doc"].split()[:6]) in " ".join(record["body"].split())


def whole(record: dict[str, Any]) -> str:
    """Return a definition as the index holds it."""
    return f"{record['qualname']} {record['signature']} {record['doc']} {record['rest']} {record['body']}"


class Questions(NamedTuple):
    """What a held-out source is asked: texts to find, and (kind, question, number of the text)."""

    source: Source
    texts: list[str]
    asked: list[tuple[str, str, int]]


def questions(work: Path) -> Iterator[Questions]:
    """Yield the questions of each held-out source: what is documented is to be found without its documentation."""
    for source in read_list():
        if source.split != "held-out":
            continue
        texts: list[str] = []
        asked: list[tuple[str, str, int]] = []
        places: dict[int, int] = {}
        found = records(source, work)
        for number, record in enumerate(found):
            if record["kind"] == "definition":
                places[number] = len(texts)
                if len(record["doc"].split()) >= 5 and record["role"] != "test" and not told(record):
                    asked.append(("doc", record["doc"], len(texts)))
                texts.append(f"{record['qualname']} {record['signature']} {record['body']}")
            elif record["kind"] == "chunk":
                texts.append(record["text"])
        for record in found:
            if record["kind"] in ("call", "test", "mention") and record["right"] in places:
                asked.append((record["kind"], record["left"], places[record["right"]]))
        yield Questions(source, texts, [q for kind in ("doc", "mention", "test", "call") for q in _some(asked, kind)])


def _some(asked: list[tuple[str, str, int]], kind: str, most: int = 300) -> list[tuple[str, str, int]]:
    """Return some questions of a kind, no two alike."""
    unique = {question: (kind, question, text) for of, question, text in asked if of == kind}
    return sorted(unique.values(), key=lambda item: hashlib.sha256(item[1].encode()).digest())[:most]


def digest(work: Path) -> str:
    """Return the hash of all mined files, in the list's order."""
    sha = hashlib.sha256()
    for source in read_list():
        sha.update((work / "mined" / f"{source.folder}.jsonl").read_bytes())
    return sha.hexdigest()
