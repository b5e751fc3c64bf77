"""Mine what training looks at from the sources: documented definitions, comments, calls, tests, sections, and words.

Each source gives one file of JSON lines, `mined/FOLDER.jsonl`, made with codeqa's own parser:

    {"kind": "definition", "language", "role", "name", "qualname", "signature", "doc", "rest", "body", "bare"}
    {"kind": "comment" | "section", "left", "right"}
    {"kind": "call" | "test" | "mention", "left", "right"}                right: number of a definition
    {"kind": "chunk", "text"}                                             held-out sources only: not of a definition
    {"kind": "words", "words": {word as written: [occurrences, files]}}

Everything but `name` and `words` is terms as the index holds them. `body` is without the documentation, `bare` also
without the definition's name: neither gives away what it is to be found by.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from sources import Source, read_list

from codeqa import languages
from codeqa.domain import CALLABLE, CLASS_LIKE, ChunkFact, Facts, Interface
from codeqa.files.roles import role
from codeqa.languages import Language
from codeqa.parse import parse
from codeqa.terms import spaced

MAX_SOURCE = 2_500_000  # bytes looked at of a source
MAX_FILE = 150_000
MAX_CALLS = 2  # of one definition, and as many mentions
CODE = frozenset("python javascript typescript tsx go rust java c cpp".split())
PROSE = frozenset({"markdown", "rst"})
_WORD = re.compile(r"[^\W\d_][\w$]+|_\w+")
_MARKERS = " \t*/#\"'!-;<>"
_TAIL = re.compile(
    r"\n\s*\n|\n\s*(?:@|:param|:return|:rais|Args:|Param|Returns?:|Raises:|Example|>>>|```|\.\. )|[.!?]\s+(?=[A-Z`<{])"
)
_TAG = re.compile(r"</?\w[^>]*>|\{@\w+|\}|https?://\S+|:\w+:`")
_PARAGRAPH = re.compile(r"\n\s*\n|\n\s*[-*+] |\n\s*\d+\. ")
_NAMED = re.compile(r"`[\w.]+(?:\(\))?`|\b\w+_\w+\b|\b[a-z]+[A-Z]\w+\b|\b[A-Z][a-z]+[A-Z]\w+\b|\b[\w.]+\(\)")
_LICENCE = re.compile(
    r"copyright|licen[cs]e|SPDX|all rights reserved|eslint|pylint|noqa|type: ignore|clang-format|@ts-", re.I
)


class Place(NamedTuple):
    """A definition of the source, as others refer to it."""

    number: int
    path: str
    parts: frozenset[str]
    test: bool


def files(root: Path, wanted: frozenset[str]) -> Iterator[tuple[str, Language, bytes]]:
    """Yield (path, language, bytes) of a source's files in a fixed random order, up to the cap."""
    known = languages.load()
    paths = [path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file() and not path.is_symlink()]
    total = prose = 0
    for path in sorted(paths, key=lambda p: hashlib.sha256(p.encode()).digest()):
        language = known.of(path)
        if language is None or language.name not in wanted | PROSE or role(path) in ("vendored", "generated"):
            continue
        if "bundled" in path or path.endswith((".min.js", ".d.ts")):
            continue
        data = (root / path).read_bytes()
        if not 200 < len(data) < MAX_FILE or b"\0" in data or len(data) > 200 * (data.count(b"\n") + 1):
            continue
        if language.name in PROSE:
            prose += len(data)
            if prose > MAX_SOURCE / 3:
                continue
        elif total > MAX_SOURCE:
            continue
        else:
            total += len(data)
        yield path, language, data


class Miner:
    """Collects the records of one source."""

    def __init__(self, keep_chunks: bool) -> None:
        self.keep_chunks = keep_chunks
        self.records: list[dict[str, Any]] = []
        self.named: dict[str, list[Place]] = {}
        self.uses: list[tuple[str, str, str, str, str]] = []  # kind, name called, path, left, words of the test's name
        self.counts: Counter[str] = Counter()
        self.files: Counter[str] = Counter()

    def add(self, path: str, language: Language, data: bytes) -> None:
        """Look at one file."""
        text = data.decode("utf-8", "replace")
        words = Counter(word for word in _WORD.findall(text) if len(word) < 50)
        self.counts.update(words)
        self.files.update(words.keys())
        facts = parse(language, data)
        if language.name in PROSE:
            self._sections(facts, data)
            self._mentions(path, text)
            return
        test = role(path, language.tests.files) == "test"
        lines = text.split("\n")
        for chunk in facts.chunks:
            self._chunk(path, language, data, facts.interface, chunk, test)
        self._uses(path, facts, lines, test)
        for left, right in comments(lines, language):
            self.records.append({"kind": "comment", "language": language.name, "left": left, "right": right})

    def _chunk(
        self, path: str, language: Language, data: bytes, interface: Interface, chunk: ChunkFact, test: bool
    ) -> None:
        found = interface.definitions[chunk.definition] if chunk.definition >= 0 else None
        raw = data[chunk.start : chunk.end].decode("utf-8", "replace")
        if found is None or not chunk.signature or found.kind not in CALLABLE | CLASS_LIKE:
            if self.keep_chunks:
                self.records.append(
                    {"kind": "chunk", "text": f"{chunk.name} {chunk.signature} {chunk.doc} {chunk.body}"}
                )
            return
        body = without_doc(raw, found.doc)
        name = found.name
        bare = re.sub(rf"(?<![\w$]){re.escape(name)}(?![\w$])", " ", body)
        doc, rest = first_sentence(found.doc)
        place = Place(len(self.records), path, frozenset(spaced(name).split()[1:]), test)
        self.named.setdefault(name, []).append(place)
        self.records.append(
            {
                "kind": "definition",
                "language": language.name,
                "role": "test" if test else "",
                "name": name,
                "qualname": chunk.name,
                "signature": chunk.signature,
                "doc": doc,
                "rest": rest,
                "body": spaced(body),
                "bare": spaced(bare),
            }
        )

    def _uses(self, path: str, facts: Facts, lines: list[str], test: bool) -> None:
        for reference in facts.references:
            if reference.role not in ("call", "instantiate") or len(reference.name) < 4 or reference.definition < 0:
                continue
            user = facts.interface.definitions[reference.definition]
            around = "\n".join(
                lines[max(reference.line - 4, user.start_line - 1) : min(reference.line + 2, user.end_line)]
            )
            left = spaced(re.sub(rf"(?<![\w$]){re.escape(reference.name)}(?![\w$])", " ", around))
            tested = " ".join(spaced(user.name).split()[1:]) if test and "test" in user.name.lower() else ""
            tested = " ".join(word for word in tested.split() if word != "test")
            doc = first_sentence(user.doc)[0] if tested else ""
            self.uses.append(
                ("test" if tested else "call", reference.name, path, f"{tested} {doc}" if tested else left, tested)
            )

    def _sections(self, facts: Facts, data: bytes) -> None:
        definitions = facts.interface.definitions
        for chunk in facts.chunks:
            found = definitions[chunk.definition] if chunk.definition >= 0 else None
            if found is None or not chunk.start <= found.start < chunk.end:
                continue
            body = data[found.start : chunk.end].decode("utf-8", "replace").replace(found.name, " ", 1)
            left, right = spaced(found.name), spaced(body)
            if len(left.split()) >= 2 and len(right.split()) >= 12:
                self.records.append({"kind": "section", "language": "prose", "left": left, "right": right})

    def _mentions(self, path: str, text: str) -> None:
        """Note the paragraphs that speak of something by name: change logs and manuals say what it is for."""
        for paragraph in _PARAGRAPH.split(text):
            words = paragraph.split()
            if not 6 <= len(words) <= 80 or _LICENCE.search(paragraph) or "```" in paragraph or "|--" in paragraph:
                continue
            for name in dict.fromkeys(_NAMED.findall(paragraph)):
                name = name.strip("`").rpartition(".")[2].removesuffix("()")
                if len(name) >= 4:
                    told = _TAG.sub(" ", re.sub(rf"(?<![\w$]){re.escape(name)}(?![\w$])", " ", paragraph))
                    self.uses.append(("mention", name, path, spaced(" ".join(told.split()[:60])), ""))

    def finish(self) -> list[dict[str, Any]]:
        """Join calls and tests with what they mean, where a name means one definition of the source only."""
        seen: Counter[tuple[str, int]] = Counter()
        best: dict[str, tuple[int, int]] = {}
        for kind, name, path, left, tested in self.uses:
            places = [place for place in self.named.get(name, ()) if not place.test]
            if len(places) != 1 or places[0].path == path:
                continue
            place = places[0]
            if kind == "test":
                overlap = len(place.parts & set(tested.split()))
                if overlap > best.get(left, (0, 0))[0]:
                    best[left] = (overlap, place.number)
            elif seen[kind, place.number] < MAX_CALLS and len(left.split()) > 5:
                seen[kind, place.number] += 1
                self._join(kind, left, place.number)
        for left, (_, number) in best.items():
            self._join("test", left, number)
        counts = {word: [count, self.files[word]] for word, count in sorted(self.counts.items()) if count > 1}
        return [*self.records, {"kind": "words", "words": counts}]

    def _join(self, kind: str, left: str, number: int) -> None:
        self.records.append({"kind": kind, "language": self.records[number]["language"], "left": left, "right": number})


def first_sentence(doc: str) -> tuple[str, str]:
    """Return the terms of what a documentation says first, and of the rest; "" where it says nothing."""
    if _LICENCE.search(doc[:300]):
        return "", ""
    doc = _TAG.sub(" ", doc).strip()
    cut = _TAIL.search(doc)
    first, rest = (doc[: cut.start() + 1], doc[cut.end() - 1 :]) if cut else (doc, "")
    words = first.split()[:40]
    if len(words) < 3:
        return "", ""
    return spaced(" ".join(words)), spaced(" ".join(rest.split()[:80]))


def without_doc(raw: str, doc: str) -> str:
    """Drop the lines of a definition that its documentation consists of."""
    said = {line.strip(_MARKERS) for line in doc.splitlines()} - {""}
    if not said:
        return raw
    return "\n".join(line for line in raw.split("\n") if line.strip(_MARKERS) not in said)


def comments(lines: list[str], language: Language) -> Iterator[tuple[str, str]]:
    """Yield comments inside of code, and the code up to the next blank line."""
    marks = language.text.line_comment
    if not marks:
        return
    row = 0
    while row < len(lines):
        start = row
        while row < len(lines) and lines[row].strip().startswith(marks):
            row += 1
        if row == start:
            row += 1
            continue
        text = " ".join(line.strip(_MARKERS) for line in lines[start:row])
        indented = lines[start][:1] in " \t"
        if not indented or len(text.split()) < 4 or _LICENCE.search(text) or re.search(r"[;{}=]\s*$|\w\(\w*\)", text):
            continue
        code: list[str] = []
        for line in lines[row : row + 10]:
            if not line.strip() or line.strip().startswith(marks):
                break
            code.append(line)
        right = spaced("\n".join(code))
        if len(right.split()) >= 6:
            yield spaced(" ".join(text.split()[:40])), right


def mine(source: Source, work: Path) -> Path:
    """Write the records of one source unless they are there, and return the file."""
    path = work / "mined" / f"{source.folder}.jsonl"
    if path.exists():
        return path
    path.parent.mkdir(exist_ok=True)
    miner = Miner(source.split == "held-out")
    wanted = set(source.languages.split(","))
    wanted |= {"tsx"} if "typescript" in wanted else set()
    wanted |= {"c"} if "cpp" in wanted else set()  # headers
    wanted |= {"cpp"} if "c" in wanted else set()
    for name, language, data in files(work / "sources" / source.folder, frozenset(wanted)):
        miner.add(name, language, data)
    partial = path.with_suffix(".partial")
    with open(partial, "w") as file:
        for record in miner.finish():
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    partial.rename(path)
    return path


def main() -> None:
    """Mine every source that is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    arguments = parser.parse_args()
    for source in sorted(read_list(), key=lambda s: hashlib.sha256(s.name.encode()).digest()):
        if (arguments.work / "sources" / source.folder).exists():
            path = mine(source, arguments.work)
            kinds = Counter(line[10:].split('"', 1)[0] for line in path.read_text().splitlines())
            sys.stderr.write(f"{source.name}: {dict(kinds)}\n")


if __name__ == "__main__":
    main()
