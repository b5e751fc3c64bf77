"""A parsing process: file names in, encoded facts out. `python -P -m codeqa.index.worker ROOT SETTINGS`.

Parsing lives in a process of its own because a grammar is C code that may crash or hang on a hostile file, and because tree-sitter holds
the interpreter's lock. Requests and replies are MessagePack with a length before them; standard output carries nothing else.
"""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec

from codeqa import files, languages, parse
from codeqa.config import FileSettings
from codeqa.store import codec

TEXT = "text"  # the language of files that only have words


class Request(NamedTuple):
    """A file to parse; `language` is "" where only its first line can tell."""

    path: str
    language: str


class Parsed(NamedTuple):
    """What became of one file: encoded facts, or the reason why there are none."""

    path: str
    language: str = ""
    sha256: str = ""
    size: int = 0
    mtime_ns: int = 0
    inode: int = 0
    lines: int = 0
    errors: int = 0
    skip: str = ""
    notice: str = ""
    interface: bytes = b""
    references: bytes = b""
    chunks: bytes = b""


def parse_file(root: Path, request: Request, settings: FileSettings) -> Parsed:
    """Read and parse one file of the repository."""
    source = files.read(root, request.path, settings)
    if isinstance(source, files.Skip):
        return Parsed(request.path, request.language, skip=str(source.value))
    name = request.language
    known = languages.load()
    if not name:
        found = known.of(request.path, source.data[:256])
        name = found.name if found else TEXT
    stat = (source.sha256, source.stat.size, source.stat.mtime_ns, source.stat.inode, lines_of(source.data))
    language = known.get(name)
    notice = ""
    if language is None or not language.grammar.module:
        facts = parse.plain(name, source.data)
    else:
        try:
            facts = parse.parse(language, source.data)
        except parse.GrammarMissing as error:
            facts = parse.plain(name, source.data)
            notice = f"{error.message}: indexed as plain text ({error.hint})"
    encoded = (codec.encode(facts.interface), codec.encode(facts.references), codec.encode(facts.chunks))
    return Parsed(request.path, name, *stat, facts.errors, "", notice, *encoded)


def lines_of(data: bytes) -> int:
    """Count lines as an editor does."""
    return data.count(b"\n") + (not data.endswith(b"\n") if data else 0)


def send(stream: BinaryIO, value: object) -> None:
    """Write one message."""
    body = msgspec.msgpack.encode(value)
    stream.write(len(body).to_bytes(4, "big") + body)
    stream.flush()


def receive(stream: BinaryIO) -> bytes | None:
    """Read one message's body, None at the end of the stream."""
    head = stream.read(4)
    if len(head) < 4:
        return None
    body = stream.read(int.from_bytes(head, "big"))
    return body if len(body) == int.from_bytes(head, "big") else None


def main() -> None:
    """Serve requests until the input ends."""
    gc.disable()  # captures are many, short-lived and free of cycles: collecting them costs a third of the time
    root = Path(sys.argv[1])
    settings = msgspec.json.decode(sys.argv[2], type=FileSettings)
    inputs, outputs = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing may write between the messages
    while (body := receive(inputs)) is not None:
        request = msgspec.msgpack.decode(body, type=Request)
        send(outputs, parse_file(root, request, settings))


if __name__ == "__main__":
    main()
