"""A parsing process: file names in, encoded facts out. `python -P -m codeqa.index.worker`.

Parsing lives in a process of its own because a grammar is C code that may crash or hang on a hostile file, and because
tree-sitter holds the interpreter's lock. Messages are MessagePack with a length before them: first a `Setup`, which
None answers, then requests and their replies, in order; standard output carries nothing else.
"""

from __future__ import annotations

import gc
import os
import resource
import sys
from collections.abc import Set
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec

from codeqa import files, languages, parse
from codeqa.config import FileSettings
from codeqa.store import codec

TEXT = "text"  # the language of files that only have words
MEMORY_BYTES = 4 << 30  # that a parsing process may map: parsing 2 MB of sane code takes a tenth of it


class Setup(NamedTuple):
    """What a worker is told once. `known` are (sha256, language) of the facts that need not be made again."""

    root: bytes  # as the system spells it
    settings: FileSettings
    known: frozenset[tuple[str, str]]


class Request(NamedTuple):
    """A file to parse; `language` is "" where only its first line can tell."""

    path: str
    language: str


class Parsed(NamedTuple):
    """What became of one file: encoded facts, or the reason why there are none; neither if they are known."""

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


class Stream(Protocol):
    """A pipe's end, buffered or not."""

    def read(self, size: int, /) -> bytes | None: ...

    def write(self, data: bytes, /) -> int | None: ...

    def flush(self) -> None: ...


def parse_file(root: Path, request: Request, settings: FileSettings, known: Set[tuple[str, str]]) -> Parsed:
    """Read one file of the repository, and parse it unless its facts are known."""
    source = files.read(root, request.path, settings)
    if isinstance(source, files.Skip):
        return Parsed(request.path, request.language, skip=str(source.value))
    grammars = languages.load()
    name = request.language
    if not name:
        found = grammars.of(request.path, source.data[:256])
        name = found.name if found else TEXT
    stat = (source.sha256, source.stat.size, source.stat.mtime_ns, source.stat.inode, lines_of(source.data))
    if (source.sha256, name) in known:
        return Parsed(request.path, name, *stat)
    language = grammars.get(name)
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


def send(stream: Stream, value: object) -> None:
    """Write one message."""
    body = msgspec.msgpack.encode(value)
    stream.write(len(body).to_bytes(4, "big") + body)
    stream.flush()


def receive(stream: Stream) -> bytes | None:
    """Read one message's body and not a byte more, None at the end of the stream."""
    head = _exactly(stream, 4)
    return None if head is None else _exactly(stream, int.from_bytes(head, "big"))


def _exactly(stream: Stream, size: int) -> bytes | None:
    parts = []
    while size:
        part = stream.read(size)
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _limit_memory() -> None:
    """A grammar that meets a hostile file may ask for all memory there is: this process dies of it, not the machine."""
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    if most == resource.RLIM_INFINITY or most > MEMORY_BYTES:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, most))


def main() -> None:
    """Serve requests until the input ends."""
    _limit_memory()
    gc.disable()  # captures are many, short-lived and free of cycles: collecting them costs a third of the time
    inputs, outputs = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing may write between the messages
    first = receive(inputs)
    if first is None:
        return
    setup = msgspec.msgpack.decode(first, type=Setup)
    root = Path(os.fsdecode(setup.root))
    send(outputs, None)
    while (body := receive(inputs)) is not None:
        request = msgspec.msgpack.decode(body, type=Request)
        send(outputs, parse_file(root, request, setup.settings, setup.known))


if __name__ == "__main__":
    main()
