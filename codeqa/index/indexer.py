"""files → parse → resolve → store: brings the index to the tree as it is now, and yields what happens as events."""

from __future__ import annotations

import os
import resource
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from codeqa import files, resolve, versions
from codeqa.config import FileSettings
from codeqa.domain import Event, Indexed, Notice, Progress
from codeqa.index import graphing
from codeqa.index.changes import Changes
from codeqa.index.garbage import uncollected
from codeqa.index.pool import CRASHED, STALLED, Pool
from codeqa.index.worker import Parsed, Request, Setup, parse_file
from codeqa.languages import Languages
from codeqa.store import FileRecord, Store

HARMLESS_BYTES = 8_000  # of a file: what a hostile one can make its parser take grows with the square of this
IN_PROCESS = 12  # files: fewer are parsed here, for starting a process costs more
BATCH = 200  # files whose facts are committed at a time, so that an interrupted run resumes
IN_FLIGHT_FILE = "parsing"  # is there while files are parsed in this very process: if it stays, they killed it
LOST = (CRASHED, STALLED)


@dataclass(slots=True)
class _Run:
    """What one run learns as it goes."""

    changes: Changes
    began: float = field(default_factory=time.monotonic)
    cpu: float = field(default_factory=lambda: _cpu_seconds())
    read: dict[str, Parsed] = field(default_factory=dict)  # without the facts themselves
    parsed: int = 0  # files whose facts were not known before


class Indexer:
    """Writes one index. `store` is open for writing."""

    def __init__(
        self, root: Path, store: Store, languages: Languages, settings: FileSettings, workers: int = 0
    ) -> None:
        self.root = root
        self.store = store
        self.languages = languages
        self.settings = settings
        self.workers = workers or os.cpu_count() or 1
        self.version = versions.of_index(languages)
        self._globs = languages.test_globs()

    def run(self, changes: Changes, *, force: bool = False) -> Iterator[Event]:
        """Bring the index to the state that `changes` describe; ends with `Indexed`.

        `changes` are those from this generation of the index to the tree, or from nothing. With `force`, everything is
        written anew; facts of unchanged bytes are reused all the same. Whatever happened before, the result equals a
        clean rebuild (tests/test_index.py).
        """
        run = _Run(changes)
        yield from (Notice("warning", text) for text in changes.warnings)
        changed = bool(changes) or force or not self.store.generation
        records: Mapping[str, FileRecord] = changes.known
        if changed:
            with uncollected():
                yield from self._parse(run)
                records = self._records(run)
                yield from self._write(run, records, anew=force or len(run.read) > len(changes.known) // 2)
            yield from _notices(run)
        elif changes.moved:
            with self.store.batch():
                self._note(changes)
        yield self._summary(run, records, changed=changed)

    def _note(self, changes: Changes) -> None:
        """Write down when the tree was looked at, and what has another stat without being another file."""
        self.store.touch(changes.moved)
        self.store.set_meta("checked_ns", str(changes.since_ns))

    # -------------------------------------------------------------------------------------------------------- parsing

    def _parse(self, run: _Run) -> Iterator[Event]:
        requests = [Request(path, language) for path, language in sorted(run.changes.read.items())]
        known = frozenset(self.store.has_facts(self.version)) if requests else frozenset()
        batch: list[Parsed] = []
        began = time.monotonic()
        for parsed in self._replies(run, requests, known):
            run.read[parsed.path] = parsed._replace(interface=b"", references=b"", chunks=b"")
            batch += [parsed] if parsed.interface else []
            if len(batch) >= BATCH:
                run.parsed += self._keep(batch)
                batch = []
            yield Progress("parse", len(run.read), len(requests), time.monotonic() - began, parsed.path)
        run.parsed += self._keep(batch)

    def _replies(self, run: _Run, requests: Sequence[Request], known: frozenset[tuple[str, str]]) -> Iterator[Parsed]:
        """Parse a few files in this process, and many, or one that may kill its process, in others."""
        journal = self.store.directory / IN_FLIGHT_FILE
        lost = any(path in run.changes.known and run.changes.known[path].skip in LOST for path, _ in requests)
        strange = any(self._strange(run, path) for path, _ in requests)
        if strange or len(requests) > IN_PROCESS or lost or journal.exists():
            yield from Pool(Setup(os.fsencode(self.root), self.settings, known), requests, self.workers).run()
            journal.unlink(missing_ok=True)
            return
        journal.touch()
        try:
            for request in requests:
                yield parse_file(self.root, request, self.settings, known)
        finally:
            journal.unlink(missing_ok=True)

    @staticmethod
    def _strange(run: _Run, path: str) -> bool:
        """Whether a file is long enough to harm its parser and was never parsed before."""
        known = run.changes.known.get(path)
        return run.changes.stats[path].size > HARMLESS_BYTES and not (known and known.sha256)

    def _keep(self, batch: Sequence[Parsed]) -> int:
        if batch:
            with self.store.batch():
                for p in batch:
                    facts = p.interface, p.references, p.chunks
                    self.store.put_encoded(p.sha256, p.language, self.version, facts, p.errors)
        return len(batch)

    def _records(self, run: _Run) -> dict[str, FileRecord]:
        """Return the record of every file as it will be."""
        changes = run.changes
        gone = {*changes.removed, *(path for path, parsed in run.read.items() if parsed.skip == files.Skip.VANISHED)}
        records = {path: record for path, record in changes.known.items() if path not in gone}
        for path, reason in changes.skipped.items():
            records[path] = FileRecord(path, "", 0, 0, 0, "", self.role(path), reason)
        for path, parsed in run.read.items():
            if path not in gone:
                records[path] = self._refused(parsed, changes.stats[path]) if parsed.skip else self._record(parsed)
        return records

    def _record(self, parsed: Parsed) -> FileRecord:
        path, language, sha256, size, mtime_ns, inode, lines, *_ = parsed
        errors = self.store.get_errors(sha256, language)
        return FileRecord(path, sha256, size, mtime_ns, inode, language, self.role(path), "", lines, errors)

    def _refused(self, parsed: Parsed, stat: files.FileStat) -> FileRecord:
        """Return the record of a file without facts. What its parser did not survive is not tried again."""
        source = files.read(self.root, parsed.path, self.settings) if parsed.skip in LOST else None
        sha256 = source.sha256 if isinstance(source, files.Source) else ""
        seen = stat.size, stat.mtime_ns, stat.inode
        return FileRecord(parsed.path, sha256, *seen, parsed.language, self.role(parsed.path), parsed.skip)

    def _is_test(self, path: str) -> bool:
        return self.role(path) == "test"

    def role(self, path: str) -> str:
        """Return what a file is for: "source", "test", "docs" and the like."""
        return files.role(path, self._globs)

    # -------------------------------------------------------------------------------------------------------- writing

    def _write(self, run: _Run, records: Mapping[str, FileRecord], *, anew: bool) -> Iterator[Event]:
        """Make the next generation: symbols of what changed first, then the edges of that and of what hangs on it."""
        facts = graphing.Facts(self.store, records)
        paths = sorted(path for path, record in records.items() if not record.skip)
        with self.store.transaction():
            if anew:
                self.store.clear()
                self.store.drop_facts(self.version)
                self.store.summaries().index()  # terms may be made in another way
                touched = sorted(records)
            else:
                touched = sorted((run.read.keys() | run.changes.skipped.keys()) & records.keys())
                self._remove(run, records)
            ids = {path: self.store.set_file(records[path]) for path in touched}
            changed = [path for path in touched if not records[path].skip]
            for path in changed:
                self._put_symbols(path, ids[path], records[path], facts, None)
                self.store.replace_texts(ids[path], resolve.provided_keys(facts(path), self.languages.joins))
            named = graphing.names_in_memory(facts, paths) if anew else graphing.names_in_store(self.store)
            joins = self.languages.joins
            provided = graphing.texts_in_memory(facts, paths, joins) if anew else self.store.files_providing
            resolver = graphing.environment(
                self.languages, paths, facts, named, self._manifest, provided, self._is_test
            )
            yield from self._resolve(paths if anew else self._affected(run, records, facts), records, facts, resolver)
            for path in changed:
                self.store.replace_chunks(ids[path], self._definition_keys(path, facts))
            self._note(run.changes)
            self.store.set_meta("facts_version", self.version)
            yield Progress("store", len(touched), len(touched), 0.0)

    def _remove(self, run: _Run, records: Mapping[str, FileRecord]) -> None:
        """Take out the files that are gone, and all that was made of those that are refused now."""
        for path in (*run.changes.removed, *run.read, *run.changes.skipped):
            if path not in records or (records[path].skip and path in run.changes.known):
                self.store.remove_file(path)

    def _put_symbols(
        self, path: str, file_id: int, record: FileRecord, facts: graphing.Facts, resolver: resolve.Resolver | None
    ) -> None:
        self.store.replace_symbols(
            file_id, graphing.symbol_rows(path, record.size, record.lines, facts(path), resolver)
        )

    def _definition_keys(self, path: str, facts: graphing.Facts) -> list[str]:
        interface = facts(path)
        return [resolve.symbol_key(path, d.qualname) for d in interface.definitions] if interface else []

    def _affected(self, run: _Run, records: Mapping[str, FileRecord], facts: graphing.Facts) -> list[str]:
        """Return the files to resolve again: those that changed, and those whose answers hang on what changed."""
        touched = {*run.read, *run.changes.skipped, *run.changes.removed}
        changed = graphing.Changed()
        for path in touched:
            before = run.changes.known.get(path)
            old = self.store.get_interface(before.sha256, before.language) if before and not before.skip else None
            changed.compare(path, old, facts(path), joins=self.languages.joins)
            changed.keys.add(f"t:{path}")
        found = changed.dependents(self.store.deps()) | touched
        return sorted(path for path in found if path in records and not records[path].skip)

    def _resolve(
        self,
        affected: Sequence[str],
        records: Mapping[str, FileRecord],
        facts: graphing.Facts,
        resolver: resolve.Resolver,
    ) -> Iterator[Event]:
        """Resolve files one by one. Members written outside of their type find it first, for edges hang on that."""
        began = time.monotonic()
        ids = {path: self.store.set_file(records[path]) for path in affected}
        owned: dict[str, frozenset[str]] = {}
        for path in affected:
            if graphing.has_orphans(facts(path)):
                resolver.env.begin()
                self._put_symbols(path, ids[path], records[path], facts, resolver)
                owned[path] = frozenset(resolver.env.consulted)
        for number, path in enumerate(affected, 1):
            record = records[path]
            references = self.store.get_references(record.sha256, record.language)
            resolution = resolver.resolve(path, references)
            keys = resolution.keys | owned.get(path, frozenset())
            self.store.replace_edges(ids[path], resolution.edges, resolution.unresolved, graphing.packed(keys))
            if number % 50 == 0 or number == len(affected):
                yield Progress("resolve", number, len(affected), time.monotonic() - began, path)

    def _manifest(self, path: str) -> str:
        source = files.read(self.root, path, self.settings)
        return "" if isinstance(source, files.Skip) else source.data.decode("utf-8", "replace")

    # -------------------------------------------------------------------------------------------------------- summary

    def _summary(self, run: _Run, records: Mapping[str, FileRecord], *, changed: bool) -> Indexed:
        counts = self.store.counts()
        return Indexed(
            generation=self.store.generation,
            changed=changed,
            files=counts["files"],
            parsed=run.parsed,
            removed=len(run.changes.removed),
            languages=self.store.files_by_language(),
            symbols=counts["symbols"],
            edges=self.store.edges_by_strategy(),
            skipped=dict(Counter(record.skip for record in records.values() if record.skip)),
            crashed=tuple(sorted(path for path, parsed in run.read.items() if parsed.skip in LOST)),
            seconds=time.monotonic() - run.began,
            cpu_seconds=_cpu_seconds() - run.cpu,
            bytes=_size(self.store.directory),
        )


def _notices(run: _Run) -> Iterator[Notice]:
    """Say once per language that its grammar is missing, and name each file that a parser did not survive."""
    yield from (Notice("warning", text) for text in sorted({p.notice for p in run.read.values() if p.notice}))
    for parsed in run.read.values():
        if parsed.skip in LOST:
            yield Notice("warning", f"{parsed.path}: {parsed.skip}; the rest of the repository is indexed")


def _cpu_seconds() -> float:
    """Return the CPU seconds of this process and of the workers that ended."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def _size(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.glob("index.db*") if path.is_file())
