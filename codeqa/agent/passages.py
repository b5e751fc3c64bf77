"""Cited lines, taken apart: the code, from which something may be asserted, and the words, which may only be quoted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from codeqa import files, languages, parse
from codeqa.domain import CodeqaError
from codeqa.index.indexer import HARMLESS_BYTES
from codeqa.notebook import Place
from codeqa.parse import Prose
from codeqa.prompts.fencing import fenced
from codeqa.tools import Tools

LEFT_OUT = "…"
MOST_PARTS = 2  # words that a string may have and still be a name: "user_id", "Content-Type", "/login"

_PART = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_LITERAL = re.compile(r"[A-Za-z@$]{0,3}#*(?P<quote>\"{3}|'{3}|[\"'`])(?P<text>.*)(?P=quote)#*", re.S)
_BARE = re.compile(r"[\w./:=@%+-]+", re.A)  # a word that needs no quotes: an argument of a shell's command
_JOINS = re.compile(rb"[\s+.\\~<>&]*")  # what may stand between two strings that become one


@dataclass(frozen=True, slots=True)
class Passage:
    """What a place holds. `code` and `lines` have one item for each line; without code, `code` is empty lines."""

    place: Place
    lines: tuple[str, ...]  # as they are
    code: tuple[str, ...]  # without comments; LEFT_OUT stands for the text of a string
    prose: tuple[str, ...]  # comments and texts of strings, as far as they lie within the place

    def shown(self) -> str:
        """Return the code for a prompt, "" if there is none."""
        if not any(line.strip() for line in self.code):
            return ""
        return fenced(self.place.path, self.place.start_line, self.code)


def passage(tools: Tools, place: Place) -> Passage:
    """Read a place as it is now. All of it is words where nothing tells the code.

    That is so for documents, for languages without an installed grammar, and for files that the index does not know
    with these bytes and that are long enough to harm a parser. Raises CodeqaError if it cannot be read.
    """
    source = files.read(tools.root, place.path, tools.settings)
    if isinstance(source, files.Skip):
        raise CodeqaError(f"{place.path} cannot be read: {source}", hint="update the index: codeqa index")
    record = tools.store.file(place.path)
    language = languages.load().get(record.language) if record and not record.skip else None
    harmless = record is not None and (record.sha256 == source.sha256 or len(source.data) <= HARMLESS_BYTES)
    found = [Prose(0, len(source.data), "comment")]
    if language is not None and harmless:
        with suppress(parse.GrammarMissing):
            found = parse.prose(language, source.data)
    return taken_apart(place, source.data, found)


def taken_apart(place: Place, data: bytes, prose: Sequence[Prose]) -> Passage:
    """Return the passage at a place of a file with those bytes, of which `prose` is no code."""
    whole = data.split(b"\n")
    if not whole[-1]:
        whole.pop()  # what ends in a line feed has no line behind it
    first = max(place.start_line, 1) - 1
    lines = whole[first : max(place.end_line, first)]
    begin = at = sum(len(line) + 1 for line in whole[:first])
    end = begin + sum(len(line) + 1 for line in lines) - 1
    kept = _names(data, prose)
    code, words = bytearray(), []
    for piece in prose if lines else ():
        start, stop = max(piece.start, begin), min(piece.end, end)
        if start >= stop or piece in kept:
            continue
        text = data[start:stop]
        words.append(text.decode("utf-8", "replace"))
        code += data[at:start] + (LEFT_OUT.encode() if piece.kind == "string" else b"") + b"\n" * text.count(b"\n")
        at = stop
    code += data[at:end]
    return Passage(place, _read(lines), _read(bytes(code).split(b"\n") if lines else []), tuple(words))


def _read(lines: Sequence[bytes]) -> tuple[str, ...]:
    return tuple(line.decode("utf-8", "replace").rstrip() for line in lines)


def _names(data: bytes, prose: Sequence[Prose]) -> set[Prose]:
    """Return the strings that are names of something, for they are no sentence: also not with their neighbours."""
    runs: list[list[Prose]] = []
    joins = False
    for piece in (piece for piece in prose if piece.kind == "string"):
        alone = _is_option(data, piece) or _is_fragment(data, piece)
        if runs and joins and not alone and _JOINS.fullmatch(data, runs[-1][-1].end, piece.start):
            runs[-1].append(piece)
        else:
            runs.append([piece])
        joins = not alone
    return {piece for run in runs if sum(_parts(data, part) for part in run) <= MOST_PARTS for piece in run}


def _is_option(data: bytes, piece: Prose) -> bool:
    return data.startswith(b"-", piece.start)


def _is_fragment(data: bytes, piece: Prose) -> bool:
    """Tell whether a range is only a part of a string, beside code that is put into it."""
    text = data[piece.start : piece.end]
    return any(sign in text for sign in (b'"', b"'", b"`")) and not _LITERAL.fullmatch(text.decode("utf-8", "replace"))


def _parts(data: bytes, piece: Prose) -> int:
    """Return how many words a string has, too many if it is no single name."""
    text = data[piece.start : piece.end].decode("utf-8", "replace")
    literal = _LITERAL.fullmatch(text)
    inner = literal["text"] if literal else text
    if literal and not inner:
        return 1  # the empty string says nothing
    return max(1, len(_PART.findall(inner))) if _BARE.fullmatch(inner) else MOST_PARTS + 1
