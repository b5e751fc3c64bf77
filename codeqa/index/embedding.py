"""Which space of vectors is searched, which one is made, and how the one takes the other's place.

A question sees one space: the one under `embedder`, whose vectors were complete when it got there. Another choice of
embedder makes another space beside it (`embedder_next`), batch by batch, in a process of its own: `python -m
codeqa.index.embedding JOB`. Whatever stops that process, the next one goes on behind the last batch. When nothing is
missing any more, one transaction puts the new space in the place of the old and forgets the old.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from codeqa import embed, files
from codeqa.config import FileSettings
from codeqa.domain import CodeqaError, Embedder, Event, IndexLocked, Progress
from codeqa.store import Store, readable, trusted
from codeqa.store.lance import WORTH_IT, behind, fill_in_background
from codeqa.store.lock import Lock

if TYPE_CHECKING:
    import numpy as np

    from codeqa.domain import Embedding

USED = "embedder"  # keys in `meta`: the id of the space that is searched
NEXT = "embedder_next"  # the id of the space that is made to take its place
WANTED = "embedder_wanted"  # the setting that the spaces are to follow
TROUBLE = "embedder_trouble"  # when and why making vectors failed

QUICK_BATCH = 4_000  # chunks whose vectors are committed together
SLOW_BATCH = 64
LANCE_CHUNKS = 2_000  # vectors that LanceDB lacks: for fewer, filling it costs more than it can ever save
PAUSE_SECONDS = 60.0  # after a failure, before an update starts another process
_AT_ONCE = 4_096  # chunks whose text is held in memory
_PASSES = 5  # over the chunks, while other processes change them
_CHANGES = 10  # of the choice of embedder that one process follows
_UNREAD = (
    0.05  # share of chunks that may have no vector yet in a space that is searched: their files have changed since
)
_LOCK_FILE = "embedding.lock"
_LOCK_WAIT_S = 60.0


class Job(NamedTuple):
    """What the process in the background is told, as JSON in its one argument."""

    root: str
    directory: str
    url: str  # of the model server
    timeout_seconds: float  # of one request to it
    max_file_bytes: int

    @property
    def place(self) -> Path:
        return Path(self.directory)

    @property
    def server(self) -> embed.Server:
        return embed.Server(self.url, self.timeout_seconds)


class _Superseded(Exception):
    """Somebody chose another embedder, or finished this one, meanwhile."""


# ----------------------------------------------------------------------------------------------- while an index is made


def keep(store: Store, job: Job, setting: str, *, refit: bool = False) -> Iterator[Event]:
    """Give chunks the vectors that they lack, at the end of a run that holds the lock.

    What takes seconds is done here: keeping a table-lookup embedder up to date, and its first space, or a new fit of it
    where `refit` asks for one. All else is left to a process in the background.
    """
    if store.get_meta(WANTED) != setting:
        with store.batch():
            store.set_meta(WANTED, setting)
            store.set_meta(TROUBLE, "")
    if setting == embed.NONE:
        return
    used = store.get_meta(USED) or ""
    known = _loaded(job, used)
    lost = known is None and not embed.by_server_or_extra(used)
    if embed.quick(setting) and (refit or lost or embed.serves(setting, used)):
        yield from _quickly(store, job, setting, None if refit else known)
        return
    if known is not None:
        yield from _fill_now(store, known)
        yield from describe(store, known)
    if due(store, setting):
        start(store, job)


def due(store: Store, setting: str) -> bool:
    """Whether there is work for a process in the background; asked often, so it looks at little."""
    if setting == embed.NONE:
        return False
    used = store.get_meta(USED) or ""
    if not embed.serves(setting, used):
        return store.counts()["chunks"] >= embed.least(setting)
    return bool(store.get_meta(NEXT)) or bool(store.vectors(used).lacking(limit=1))


def start(store: Store, job: Job) -> bool:
    """Start the process in the background, unless one is at work or has just failed."""
    trouble = _trouble(store)
    if running(job.place) or 0 <= time.time() - float(trouble.get("at", 0)) < PAUSE_SECONDS:
        return False
    _spawn(job)
    return True


def _spawn(job: Job) -> None:
    import subprocess  # a question mostly finds nothing to start

    subprocess.Popen(
        [sys.executable, "-P", "-m", "codeqa.index.embedding", json.dumps(job)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def running(directory: Path) -> bool:
    """Whether a process is making vectors of this index."""
    try:
        Lock.acquire(directory / _LOCK_FILE).release()
    except IndexLocked:
        return True
    except OSError:
        return False
    return False


def state(store: Store, setting: str) -> Embedding:
    """Say what is chosen, what is searched, and how far the space is that will be searched."""
    from codeqa.domain import Embedding

    used, following = store.get_meta(USED) or "", store.get_meta(NEXT) or ""
    name = following or used
    total = store.count_texts() if name else 0
    lacking = len(store.vectors(name).missing()) if name else 0
    trouble = str(_trouble(store).get("text", ""))
    return Embedding(setting, used, following, total - lacking, total, running(store.directory), trouble)


def _trouble(store: Store) -> dict[str, Any]:
    found = json.loads(store.get_meta(TROUBLE) or "{}")
    return found if isinstance(found, dict) else {}


def _loaded(job: Job, name: str) -> Embedder | None:
    """Return the embedder of an id if it is one that needs nothing but this machine's disk, and is whole."""
    if embed.by_server_or_extra(name):
        return None
    try:
        return embed.load(job.place, name)
    except CodeqaError:
        return None


def _quickly(store: Store, job: Job, setting: str, known: Embedder | None) -> Iterator[Event]:
    """Fill the space of a setting, and search it from now on."""
    if known is None:
        if store.counts()["chunks"] < embed.least(setting):
            return
        following = store.get_meta(NEXT) or ""
        known = _loaded(job, following) if embed.serves(setting, following) else None
    if known is None:
        yield Progress("fit", 0, 1, 0.0)
        known = embed.make(setting, job.place, job.server, store.texts)
    if store.get_meta(USED) != known.id and store.get_meta(NEXT) != known.id:
        with store.batch():
            store.set_meta(NEXT, known.id)
    yield from _fill_now(store, known)
    if store.get_meta(NEXT):
        _switch(store, known.id)
    yield from describe(store, known)


def _fill_now(store: Store, embedder: Embedder) -> Iterator[Event]:
    began, done = time.monotonic(), 0
    missing = store.vectors(embedder.id).missing()
    if not missing:
        return
    for batch in _batches(store.texts(missing), QUICK_BATCH):
        vectors = embedder.embed_chunks([text for _, text in batch])
        with store.batch():
            _append(store, embedder, batch, vectors)
        done += len(batch)
        yield Progress("embed", done, len(missing), time.monotonic() - began)
    with store.batch():
        store.vectors(embedder.id).compact()
    _tell_lance(store, embedder.id)


def describe(store: Store, embedder: Embedder) -> Iterator[Event]:
    """Give the summaries that models made the vectors that they lack; nothing where there are no summaries."""
    began, done = time.monotonic(), 0
    while store.summaries().used:
        with store.batch():
            made = store.summaries().embed(embedder, QUICK_BATCH)
        if not made:
            return
        done += made
        yield Progress("embed", done, done, time.monotonic() - began, "summaries")


def _append(
    store: Store,
    embedder: Embedder,
    batch: Sequence[tuple[str, str]],
    vectors: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
) -> None:
    space = store.vectors(embedder.id)
    space.append([sha for sha, _ in batch], vectors)
    space.settle()


def _switch(store: Store, name: str) -> None:
    """Search this space from now on, and forget all others."""
    with store.batch():
        store.set_meta(USED, name)
        store.set_meta(NEXT, "")
        store.set_meta(TROUBLE, "")
        for other in store.embedders():
            if other != name:
                store.vectors(other).forget()
    store.tidy(name)


def _tell_lance(store: Store, name: str) -> None:
    rows = len(store.vectors(name))
    if rows >= WORTH_IT and behind(store, name) >= max(LANCE_CHUNKS, rows // 10):
        fill_in_background(store.directory, name)


def _batches(texts: Iterable[tuple[str, str]], size: int) -> Iterator[list[tuple[str, str]]]:
    waiting = iter(texts)
    while batch := list(islice(waiting, size)):
        yield batch


# ---------------------------------------------------------------------------------------------------- in the background


def run(job: Job) -> None:
    """Make the space that is wanted, and put it in its place; nothing if another process is at it.

    Raises CodeqaError, which is also noted in the index: a server is down, an extra is missing.
    """
    try:
        lock = Lock.acquire(job.place / _LOCK_FILE, wait_s=1.0)
    except IndexLocked:
        return
    try:
        for _ in range(_CHANGES):
            with suppress(_Superseded, embed.Replaced):
                _follow(job)
                return
    except CodeqaError as error:
        _note(job, error)
        raise
    finally:
        lock.release()


def _follow(job: Job) -> None:
    with Store.open(job.place) as store:
        setting = store.get_meta(WANTED) or embed.NONE
        if setting == embed.NONE or store.counts()["chunks"] < embed.least(setting):
            return
        embedder = _embedder(store, job, setting)
        used = store.get_meta(USED) or ""
    if embedder.id != used:
        with _writer(job) as store, store.batch():
            _check(store, setting)
            store.set_meta(NEXT, embedder.id)
    for _ in range(_PASSES):
        unread = _fill(job, setting, embedder)
        if _finish(job, setting, embedder, unread):
            _describe(job, setting, embedder)
            return


def _embedder(store: Store, job: Job, setting: str) -> Embedder:
    """Return what the setting asks for: a fit that is there already, or else a new one."""
    if embed.quick(setting):
        for name in (store.get_meta(USED) or "", store.get_meta(NEXT) or ""):
            known = _loaded(job, name) if embed.serves(setting, name) else None
            if known is not None:
                return known
    return embed.make(setting, job.place, job.server, store.texts)


def _fill(job: Job, setting: str, embedder: Embedder) -> set[str]:
    """Go once over the chunks that lack a vector; return those whose text could not be read.

    The index is open only while text is read or vectors are written: neither updates nor its log have to wait.
    """
    after, unread = 0, set[str]()
    size = QUICK_BATCH if embedder.reads == "terms" else SLOW_BATCH
    while True:
        with Store.open(job.place) as store:
            rows = store.vectors(embedder.id).lacking(after, _AT_ONCE)
            wanted = {sha for _, sha in rows}
            texts = dict(store.texts(wanted)) if embedder.reads == "terms" else sources(store, job, wanted)
        if not rows:
            return unread
        after = rows[-1][0]
        unread |= wanted - texts.keys()
        for batch in _batches(texts.items(), size):
            vectors = embedder.embed_chunks([text for _, text in batch])
            with _writer(job) as store, store.batch():
                _check(store, setting, embedder.id)
                _append(store, embedder, batch, vectors)


def sources(store: Store, job: Job, wanted: Iterable[str]) -> dict[str, str]:
    """Return readable texts by sha256: the symbol of a chunk, and its bytes as they are in the tree, secrets blanked.

    A chunk whose file has changed since it was indexed is left out: what is there now is another text.
    """
    settings = FileSettings(max_file_bytes=job.max_file_bytes)
    found: dict[str, str] = {}
    path, data = "", b""
    for chunk in store.chunks_with(wanted):
        if chunk.span.path != path:
            path = chunk.span.path
            source = files.read(Path(job.root), path, settings)
            data = b"" if isinstance(source, files.Skip) else source.data
        raw = data[chunk.span.start_byte : chunk.span.end_byte]
        if hashlib.sha256(raw).hexdigest() == chunk.sha256:
            found[chunk.sha256] = f"{chunk.symbol}\n{raw.decode('utf-8', 'replace')}"
    return found


def _finish(job: Job, setting: str, embedder: Embedder, unread: set[str]) -> bool:
    """Put the space in its place if it is complete; False if chunks came in the meantime."""
    with _writer(job) as store:
        _check(store, setting, embedder.id)
        space = store.vectors(embedder.id)
        missing = space.missing()
        if missing - unread:
            return False
        if len(missing) > _UNREAD * store.count_texts():
            raise CodeqaError(f"{len(missing)} chunks have changed since they were indexed", hint="run: codeqa index")
        if store.get_meta(USED) != embedder.id or store.get_meta(NEXT) or store.get_meta(TROUBLE):
            _switch(store, embedder.id)
        with store.batch():
            store.vectors(embedder.id).settle()
            store.vectors(embedder.id).compact()
        _tell_lance(store, embedder.id)
    return True


def _describe(job: Job, setting: str, embedder: Embedder) -> None:
    """As `describe`, with the index open only while something is read or written."""
    while True:
        with Store.open(job.place) as store:
            source = store.summaries().used
            batch = dict(store.summaries().without_vector(embedder.id, SLOW_BATCH))
        if not batch:
            return
        vectors = embedder.embed_chunks([readable(embedder, one) for one in batch.values()])
        with _writer(job) as store, store.batch():
            _check(store, setting, embedder.id)
            store.summaries().space(embedder.id, source).append(list(batch), vectors)


def _check(store: Store, setting: str, name: str = "") -> None:
    """Raise _Superseded if what is made here is not wanted any more; inside the lock."""
    if store.get_meta(WANTED) != setting or (name and name not in (store.get_meta(USED), store.get_meta(NEXT))):
        raise _Superseded


def _writer(job: Job) -> Store:
    if not trusted(job.place):  # opening it to write would make a new one
        raise CodeqaError(f"the index in {job.directory} is gone", hint="run: codeqa index")
    return Store.open(job.place, write=True, wait_s=_LOCK_WAIT_S)


def _note(job: Job, error: CodeqaError) -> None:
    text = json.dumps({"at": time.time(), "text": f"{error.message} ({error.hint})" if error.hint else error.message})
    with suppress(CodeqaError), _writer(job) as store, store.batch():
        store.set_meta(TROUBLE, text)


def main(arguments: Sequence[str]) -> int:
    """Make vectors in silence, without getting in anyone's way. Returns the exit status."""
    os.nice(10)
    try:
        run(Job(*json.loads(arguments[0])))
    except CodeqaError as error:
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
