"""Keeps the index at the tree: makes it, brings it up to date, and knows by how much it is behind."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from codeqa import embed, versions
from codeqa.domain import Event, Indexed, IndexLocked, NoIndex, Notice, SchemaTooNew, UsageError
from codeqa.index.portions import PARTIAL
from codeqa.project.opened import PINNED, Opened
from codeqa.store import Store

if TYPE_CHECKING:
    from codeqa.index import Changes
    from codeqa.index.embedding import Job

PARSE_BYTES_PER_SECOND = 700_000  # on one slow core: what an update is expected to take, to keep within its budget
LOCK_WAIT_SECONDS = 0.5


class Indexing(Opened):
    """Writes the index; what it is behind by stands in `stale` and `missing`."""

    def index(
        self,
        *,
        force: bool = False,
        embedder: str | None = None,
        portions: bool = False,
        cancelled: threading.Event | None = None,
    ) -> Iterator[Event]:
        """Bring the index to the tree, whatever it takes; ends with `Indexed`.

        With `portions` a large first index is made in several, each of which is there to be asked when its `Indexed`
        comes: for a face that goes on meanwhile with a project of its own (`another`).
        `embedder` chooses one for this repository, whatever settings say from now on; "default" takes that back.
        `cancelled` ends a run in a process of its own at once, with a CodeqaError; any run ends when it is closed.

        Raises:
            CodeqaError: that embedder cannot be had.
            UnreadableRoot, IndexLocked, NoIndex: it cannot be read, another process writes it, or it cannot be written.
        """
        from codeqa.index import detect

        yield from self._warnings()
        if embedder not in (None, "default", embed.NONE):
            embed.check(str(embedder), self._server(str(embedder)))
        changes = detect(self.root, self.settings.files, self._languages(), None if force else self._peek())
        yield from self._write(changes, force=force, pin=embedder, in_portions=portions, cancelled=cancelled)

    def update(self, *, portions: bool = False, cancelled: threading.Event | None = None) -> Iterator[Event]:
        """Make the index if there is none or only a part; else bring it up to date, or say that this takes too long.

        `portions` and `cancelled` are those of `index`.
        """
        from codeqa.index import detect

        yield from self._warnings()
        store = self._peek()
        changes = detect(self.root, self.settings.files, self._languages(), store)
        self._behind(None)
        if store is not None and not changes and not changes.moved:
            yield from self._tend(store)
            return
        partial = store is not None and bool(store.get_meta(PARTIAL))
        takes = changes.bytes / PARSE_BYTES_PER_SECOND
        if store is not None and not partial and takes > self.settings.index.update_seconds:
            self._behind(changes)
            yield Notice("warning", f"{_difference(changes)}; run: codeqa index")
            return
        try:
            yield from self._write(changes, force=False, in_portions=portions, cancelled=cancelled)
        except (IndexLocked, NoIndex) as error:
            if store is None or isinstance(error, SchemaTooNew):
                raise
            self._behind(changes)
            if partial:
                yield Notice("warning", f"the index is still being made: {_difference(changes)}")
            elif changes:
                yield Notice("warning", f"{error.message}: answering from the generation before")

    def _behind(self, changes: Changes | None) -> None:
        """Note what the index does not say of the tree as it is, None for nothing."""
        self.stale = (*sorted(changes.read), *changes.removed) if changes else ()
        self.missing = len(changes.read.keys() - changes.known.keys()) if changes else 0

    def _peek(self) -> Store | None:
        """Return the index if there is one that this codeqa made, to compare the tree with."""
        try:
            made_by = versions.of_index(self._languages())
            return self.store if self.store.get_meta("facts_version") == made_by else None
        except SchemaTooNew:
            raise
        except NoIndex:
            return None

    def _write(
        self,
        changes: Changes,
        *,
        force: bool,
        pin: str | None = None,
        in_portions: bool = False,
        cancelled: threading.Event | None = None,
    ) -> Iterator[Event]:
        from codeqa.project import apart

        if self._resident and apart.worth_it(changes):
            yield from apart.index(self, force=force, pin=pin, portions=in_portions, cancelled=cancelled)
        else:
            yield from self._write_here(changes, force=force, pin=pin, in_portions=in_portions)
        self._behind(None)
        if self._store:
            self._store.refresh()
        self._tools = self._searching = None

    def _write_here(self, changes: Changes, *, force: bool, pin: str | None, in_portions: bool) -> Iterator[Event]:
        from codeqa.index import Indexer, detect, portions

        with Store.open(self.directory, write=True, wait_s=LOCK_WAIT_SECONDS) as store:
            indexer = Indexer(self.root, store, self._languages(), self.settings.files, self.settings.index.workers)
            force = force or not store.generation or store.get_meta("facts_version") != indexer.version
            if changes.generation != (0 if force else store.generation):  # another process wrote in between
                changes = detect(self.root, self.settings.files, self._languages(), None if force else store)
            first = in_portions and not store.generation
            for event in portions.run(indexer, store, changes) if first else indexer.run(changes, force=force):
                if isinstance(event, Indexed) and not event.missing:
                    if store.get_meta(PARTIAL):
                        store.set_meta(PARTIAL, "")
                    if pin is not None:
                        with store.batch():
                            store.set_meta(PINNED, "" if pin == "default" else pin)
                    yield from self._keep(store, refit=force)
                yield event

    def _tend(self, store: Store) -> Iterator[Event]:
        """See that vectors are made, if any are to be, although no file has changed."""
        from codeqa.index import embedding

        setting = self._chosen(store)
        if not embedding.due(store, setting):
            return
        self.refresh()  # by now it may have been done, with no new generation
        if not embedding.due(store, setting):
            return
        if store.get_meta(embedding.WANTED) == setting:
            yield from self._about_server(lambda: embedding.start(store, self._job(setting)))
            return
        try:
            with Store.open(self.directory, write=True) as writer:
                yield from self._keep(writer, refit=False)
        except (IndexLocked, NoIndex):
            return  # another process writes: the next question looks again
        store.refresh()
        self._tools = self._searching = None

    def _keep(self, store: Store, *, refit: bool) -> Iterator[Event]:
        from codeqa.index import embedding

        setting = self._chosen(store)
        jobs: list[Job] = []
        yield from self._about_server(lambda: jobs.append(self._job(setting)))
        for job in jobs:
            yield from embedding.keep(store, job, setting, refit=refit)

    @staticmethod
    def _about_server(act: Callable[[], object]) -> Iterator[Event]:
        """Do what needs the address of a model server; one that may not be used costs the vectors only."""
        try:
            act()
        except UsageError as error:
            yield Notice("warning", f"no vectors are made: {error.message} ({error.hint})")

    def _warnings(self) -> Iterator[Event]:
        yield from (Notice("warning", text) for text in self.settings.warnings)


def _difference(changes: Changes) -> str:
    """Say how the tree differs from the index: `3 files changed since the index was made`."""
    missing = len(changes.read.keys() - changes.known.keys())
    changed = len(changes.read) + len(changes.removed) - missing
    there = sum(not record.skip for record in changes.known.values())
    said = [f"{missing:,} of {missing + there:,} files are not in it yet"] if missing else []
    if changed or not said:
        said.append(f"{changed} files changed since the index was made")
    return ", ".join(said)
