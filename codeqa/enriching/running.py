"""The run that asks for summaries, one after the other, and can be stopped and taken up again anywhere."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from codeqa import files
from codeqa.config import Settings
from codeqa.domain import (
    BrokenReply,
    ChatMessage,
    ChatModel,
    ChatOptions,
    CodeqaError,
    ContextFull,
    Embedder,
    Enriched,
    Event,
    IndexLocked,
    ModelTimeout,
    ModelUnavailable,
    Notice,
    Progress,
    Reply,
)
from codeqa.enriching.checking import SCHEMA, Checked, check
from codeqa.enriching.choosing import Wanted, choose
from codeqa.prompts import load
from codeqa.prompts.fencing import fenced, one_line
from codeqa.store import Said, Store, readable, trusted
from codeqa.store.lock import Lock

REPLY = 240  # tokens
ROOM = 700  # tokens of a context that prompt and reply need beside the code
BATCH = 8  # summaries that are committed together
BATCH_SECONDS = 10.0  # after which fewer are
BACKLOG = 64  # summaries that get their vectors together
HOPELESS = 8  # replies in a row that are of no use: the next thousand will not be either
BROKEN = 3  # requests in a row that came to nothing
NAME = 200  # characters of a symbol's name
_LOCK_FILE = "enriching.lock"
_LOCK_WAIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Enriching:
    """What a run works with."""

    root: Path
    directory: Path  # of the index
    settings: Settings
    model: ChatModel
    embedder: Embedder | None  # whose vectors are searched; summaries get vectors of it, too
    is_test: Callable[[str, str], bool]  # of language and name
    cancelled: threading.Event = field(default_factory=threading.Event)


def enrich(work: Enriching, *, limit: int | None = None, everything: bool = False) -> Iterator[Event]:
    """Ask for the summaries that are missing, those of the most used symbols first; ends with `Enriched`.

    At most `limit` are asked for in this run. What was said is committed in small batches, also when the run is ended
    by an exception or closed: the next one goes on there.

    Raises:
        ModelUnavailable: the model does not answer, or gives nothing of use several times in a row.
        ModelCancelled: `work.cancelled` was set.
        CodeqaError: another process makes summaries of this index.
    """
    try:
        lock = Lock.acquire(work.directory / _LOCK_FILE)
    except IndexLocked as error:
        raise CodeqaError("another process asks for summaries of this repository", hint=error.hint) from error
    try:
        yield from _Run(work).events(limit, everything=everything)
    finally:
        lock.release()


class _Run:
    def __init__(self, work: Enriching) -> None:
        self.work = work
        model = work.settings.model
        self.prompt = load("summary", Path(model.prompts) if model.prompts else None)
        # As long a context as everywhere: another would have a server load the model anew.
        self.options = ChatOptions(num_ctx=model.context, num_predict=REPLY, format=SCHEMA)
        self.began = time.monotonic()
        self.pending: list[Said] = []
        self.committed = self.began
        self.counts: Counter[str] = Counter()
        self.useless = 0  # replies in a row
        self.broken = 0  # requests in a row
        self.trouble: CodeqaError | None = None  # of the embedder

    def events(self, limit: int | None, *, everything: bool) -> Iterator[Event]:
        work = self.work
        with Store.open(work.directory) as store:
            wanted = choose(store, work.is_test, everything=everything)
            known = store.summaries().known(store.summaries().source(work.model.name, self.prompt.id))
        todo = [one for one in wanted if one.chunk.sha256 not in known]
        before = len(wanted) - len(todo)
        todo = todo[:limit]
        yield from self._vectors()
        try:
            for number, one in enumerate(todo, 1):
                self._take(one)
                if len(self.pending) >= BATCH or time.monotonic() - self.committed > BATCH_SECONDS:
                    self._commit()
                if number % BACKLOG == 0:
                    yield from self._vectors()
                yield Progress("enrich", number, len(todo), time.monotonic() - self.began, one.symbol.id)
        finally:
            self._commit(last=True)
        with self._writer() as store, store.batch():
            store.summaries().prune()
        yield from self._vectors()
        if self.trouble is not None:
            hint = f" ({self.trouble.hint})" if self.trouble.hint else ""
            yield Notice("warning", f"summaries have no vectors: {self.trouble.message}{hint}")
        yield self._summary(len(wanted), before)

    def _summary(self, wanted: int, before: int) -> Enriched:
        counts = self.counts
        return Enriched(
            self.work.model.name,
            self.prompt.id,
            wanted=wanted,
            before=before,
            kept=counts["kept"],
            rejected=counts["rejected"],
            failed=counts["failed"] + counts["broken"],
            changed=counts["changed"],
            left=wanted - before - counts["kept"] - counts["rejected"] - counts["failed"],
            seconds=time.monotonic() - self.began,
        )

    # ----------------------------------------------------------------------------------------------------------- asking

    def _take(self, one: Wanted) -> None:
        """Ask about one symbol, and keep what comes of it for the next commit."""
        source = self._source(one)
        if source is None:
            self.counts["changed"] += 1
            return
        try:
            checked = self._checked(self._ask(one, source), source)
        except ContextFull as error:
            checked = Checked("", problem=error.message)
        except (ModelTimeout, BrokenReply):
            self.counts["broken"] += 1
            self.broken += 1
            if self.broken >= BROKEN:
                raise
            return
        self.broken = 0
        self._keep(one, checked)

    def _keep(self, one: Wanted, checked: Checked) -> None:
        self.pending.append(Said(one.chunk.sha256, checked.text, checked.tags, checked.problem))
        self.counts["kept" if checked.text else "rejected" if checked.invented else "failed"] += 1
        self.useless = 0 if checked.text else self.useless + 1
        if self.useless >= HOPELESS and not self.counts["kept"]:
            self.pending.clear()  # to be asked about again, when the model does better
            raise ModelUnavailable(
                f"{self.work.model.name} gave no summary that could be used {HOPELESS} times: {checked.problem}",
                hint="another model may do better: --model NAME",
            )

    def _source(self, one: Wanted) -> str | None:
        """Return the text of a chunk, secrets blanked; None if its file is another than the one that was indexed."""
        span = one.chunk.span
        source = files.read(self.work.root, span.path, self.work.settings.files)
        raw = b"" if isinstance(source, files.Skip) else source.data[span.start_byte : span.end_byte]
        return raw.decode("utf-8", "replace") if hashlib.sha256(raw).hexdigest() == one.chunk.sha256 else None

    def _ask(self, one: Wanted, source: str) -> Reply:
        lines = _fitting(source.split("\n"), self.options.num_ctx - ROOM)
        text = self.prompt.filled(
            symbol=one_line(one.symbol.label, NAME),
            language=one.symbol.language,
            source=fenced(one.symbol.span.path, one.chunk.span.start_line, lines),
        )
        chat = self.work.model.chat([ChatMessage("user", text)], options=self.options, cancelled=self.work.cancelled)
        with closing(_generator(chat)) as parts:
            for part in parts:
                if isinstance(part, Reply):
                    return part
        raise BrokenReply(f"{self.work.model.name} ended without a reply")

    def _checked(self, reply: Reply, source: str) -> Checked:
        if reply.problem or reply.value is None:
            return Checked("", problem=reply.problem or "it is not JSON")
        with Store.open(self.work.directory) as store:
            return check(reply.value, source, lambda name: bool(store.symbols_named(name)))

    # ---------------------------------------------------------------------------------------------------------- storing

    def _commit(self, *, last: bool = False) -> None:
        """Write what is pending; while somebody else writes it can wait, but not at the end."""
        self.committed = time.monotonic()
        if not self.pending:
            return
        try:
            with self._writer() as store, store.batch():
                store.summaries().put(self.work.model.name, self.prompt.id, self.pending)
                self.pending = []
        except IndexLocked:
            if last:
                raise

    def _vectors(self) -> Iterator[Event]:
        """Give summaries the vectors that they lack, computed while nobody has to wait for the index."""
        began, done = time.monotonic(), 0
        embedder = self.work.embedder
        while embedder is not None and self.trouble is None:
            with Store.open(self.work.directory) as store:
                source = store.summaries().used
                batch = dict(store.summaries().without_vector(embedder.id, BACKLOG))
            if not batch:
                return
            try:
                vectors = embedder.embed_chunks([readable(embedder, summary) for summary in batch.values()])
            except CodeqaError as error:
                self.trouble = error
                return
            with self._writer() as store, store.batch():
                if embedder.id not in store.embedders():  # another has taken its place, and makes its own
                    return
                store.summaries().space(embedder.id, source).append(list(batch), vectors)
            done += len(batch)
            yield Progress("embed", done, 0, time.monotonic() - began, "summaries")

    def _writer(self) -> Store:
        directory = self.work.directory
        if not trusted(directory):  # opening it to write would make a new one
            raise CodeqaError(f"the index in {directory} is gone", hint="run: codeqa index")
        return Store.open(directory, write=True, wait_s=_LOCK_WAIT_S)


def _fitting(lines: Sequence[str], tokens: int) -> list[str]:
    """Return as many of the first lines as surely fit: code has two characters a token at the least, mostly three."""
    kept: list[str] = []
    left = 2 * tokens
    for line in lines:
        left -= len(line) + 8  # with its number
        if kept and left < 0:
            break
        kept.append(line)
    return kept


def _generator(chat: Iterator[object]) -> Generator[object, None, None]:
    """Closing this closes the connection, whatever kind of iterator a model gives."""
    try:
        yield from chat
    finally:
        close = getattr(chat, "close", None)
        if close is not None:
            close()
