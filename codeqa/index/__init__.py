"""files → parse → resolve → store: brings the index to the tree as it is now, and yields what happens as events."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from codeqa import files, parse, resolve
from codeqa.config import FileSettings
from codeqa.domain import Event, Indexed, Interface, Notice, Progress
from codeqa.index import graphing
from codeqa.index.changes import NO_LANGUAGE, Changes, detect
from codeqa.index.pool import CRASHED, STALLED, parse_all
from codeqa.index.worker import Parsed, Request, parse_file
from codeqa.languages import Languages
from codeqa.store import FileRecord, Store
from codeqa.store.codec import decode_interface

__all__ = ["FACTS_VERSION", "NO_LANGUAGE", "Changes", "Indexer", "detect"]

FACTS_VERSION = f"{parse.VERSION}.{resolve.VERSION}"
IN_PROCESS = 12  # files: fewer are parsed here, for starting a process costs more
BATCH = 200  # files whose facts are committed at a time, so that an interrupted run resumes
IN_FLIGHT_FILE = "parsing"  # names the file being parsed in this very process: if it kills us, the next run knows


@dataclass(slots=True)
class _Run:
    """What one run learns as it goes."""

    began: float = field(default_factory=time.monotonic)
    cpu: float = field(default_factory=lambda: _cpu_seconds())
    parsed: dict[str, Parsed] = field(default_factory=dict)
    interfaces: dict[str, Interface | None] = field(default_factory=dict)  # of the parsed files
    previous: dict[str, Interface | None] = field(default_factory=dict)  # as they were in the index


class Indexer:
    """Writes one index. `store` is open for writing."""

    def __init__(self, root: Path, store: Store, languages: Languages, settings: FileSettings, workers: int = 0) -> None:
        self.root = root
        self.store = store
        self.languages = languages
        self.settings = settings
        self.workers = workers or os.cpu_count() or 1
        self._globs = languages.test_globs()

    def run(self, changes: Changes, *, force: bool = False) -> Iterator[Event]:
        """Bring the index to the state that `changes` describe; ends with `Indexed`.

        With `force`, everything is written anew; facts of unchanged bytes are still reused. Whatever happened before, the result equals a
        clean rebuild (tests/test_index.py).
        """
        run = _Run()
        yield from (Notice("warning", text) for text in changes.warnings)
        if not changes and not force and self.store.generation:
            self._note(changes)
            yield self._summary(run, changed=False, removed=0)
            return
        started = time.time_ns()
        yield from self._parse(run, changes)
        known = {record.path: record for record in self.store.files()}
        records = self._records(run, changes, known)
        yield from self._write(run, changes, known, records, anew=force or len(run.parsed) > len(known) // 2)
        with self.store.batch():
            self.store.set_meta("checked_ns", str(started))
        yield from _notices(run)
        yield self._summary(run, changed=True, removed=len(changes.removed))

    # -------------------------------------------------------------------------------------------------------- parsing

    def _parse(self, run: _Run, changes: Changes) -> Iterator[Event]:
        requests = [Request(path, language) for path, language in sorted(changes.read.items())]
        began, done, total = time.monotonic(), 0, len(requests)
        batch: list[Parsed] = []
        small = len(requests) <= IN_PROCESS
        source = self._parse_here(requests) if small else parse_all(self.root, requests, self.settings, self.workers)
        for parsed in source:
            run.parsed[parsed.path] = parsed._replace(interface=b"", references=b"", chunks=b"")
            run.interfaces[parsed.path] = decode_interface(parsed.interface) if parsed.interface else None
            batch.append(parsed)
            done += 1
            if len(batch) >= BATCH:
                self._keep(batch)
                batch = []
            if not small:
                yield Progress("parse", done, total, time.monotonic() - began, parsed.path)
        self._keep(batch)

    def _parse_here(self, requests: Sequence[Request]) -> Iterator[Parsed]:
        """Parse a few files in this process; a file that killed the last one that tried is named, not tried again."""
        journal = self.store.directory / IN_FLIGHT_FILE
        killer = journal.read_text(encoding="utf-8") if journal.is_file() else ""
        for request in requests:
            source = files.read(self.root, request.path, self.settings)
            mark = f"{request.path}\n{'' if isinstance(source, files.Skip) else source.sha256}"
            if killer and killer == mark:
                yield Parsed(request.path, request.language, skip=CRASHED)
                continue
            journal.write_text(mark, encoding="utf-8")
            yield parse_file(self.root, request, self.settings)
        if killer and not any(killer.startswith(f"{request.path}\n") for request in requests):
            return
        journal.unlink(missing_ok=True)

    def _keep(self, batch: Sequence[Parsed]) -> None:
        if not batch:
            return
        with self.store.batch():
            for parsed in batch:
                if parsed.interface:
                    self.store.put_encoded(
                        parsed.sha256,
                        parsed.language,
                        FACTS_VERSION,
                        (parsed.interface, parsed.references, parsed.chunks),
                        parsed.errors,
                    )

    def _records(self, run: _Run, changes: Changes, known: Mapping[str, FileRecord]) -> dict[str, FileRecord]:
        """Return the record of every file as it will be."""
        gone = set(changes.removed)
        records = {path: record for path, record in known.items() if path not in gone}
        for path, reason in changes.skipped.items():
            stat = changes.stats.get(path) or files.FileStat(path, 0, 0, 0)
            records[path] = FileRecord(path, "", stat.size, stat.mtime_ns, stat.inode, "", self._role(path), reason)
        for path, parsed in run.parsed.items():
            stat = changes.stats.get(path) or files.FileStat(path, 0, 0, 0)
            if parsed.skip:
                records[path] = FileRecord(
                    path, "", stat.size, stat.mtime_ns, stat.inode, parsed.language, self._role(path), parsed.skip
                )
                continue
            records[path] = FileRecord(
                path,
                parsed.sha256,
                parsed.size,
                parsed.mtime_ns,
                parsed.inode,
                parsed.language,
                self._role(path),
                "",
                parsed.lines,
                parsed.errors,
            )
        return records

    def _role(self, path: str) -> str:
        return files.role(path, self._globs)

    # -------------------------------------------------------------------------------------------------------- writing

    def _write(
        self, run: _Run, changes: Changes, known: Mapping[str, FileRecord], records: Mapping[str, FileRecord], *, anew: bool
    ) -> Iterator[Event]:
        facts = graphing.Facts(self.store, records)
        for path, interface in run.interfaces.items():
            run.previous[path] = self._previous(known.get(path))
            facts.put(path, interface)
        for path in changes.removed:
            run.previous[path] = self._previous(known.get(path))
        with self.store.transaction():
            if anew:
                self.store.clear()
            touched = sorted(records) if anew else sorted(run.parsed.keys() | changes.skipped.keys())
            for path in () if anew else changes.removed:
                self.store.remove_file(path)
            ids = {path: self.store.set_file(records[path]) for path in touched}
            paths = sorted(path for path, record in records.items() if record.sha256)
            for path in touched:
                self._put_symbols(path, ids[path], records[path], facts, None)
            named = graphing.names_in_memory(facts, paths) if anew else graphing.names_in_store(self.store)
            resolver = graphing.environment(self.languages, paths, facts, named, self._manifest)
            affected = paths if anew else self._affected(run, changes, known, records)
            yield from self._resolve(affected, records, facts, resolver)
            for path in touched:
                if records[path].sha256:
                    self.store.replace_chunks(ids[path], self._definition_keys(path, facts))
                elif not anew:
                    self.store.replace_chunks(ids[path], [])
            self.store.touch(changes.moved)
            yield Progress("store", len(touched), len(touched), 0.0)

    def _previous(self, record: FileRecord | None) -> Interface | None:
        return self.store.get_interface(record.sha256, record.language) if record and record.sha256 else None

    def _put_symbols(
        self, path: str, file_id: int, record: FileRecord, facts: graphing.Facts, resolver: resolve.Resolver | None
    ) -> None:
        rows = graphing.symbol_rows(path, record.size, record.lines, facts(path), resolver) if record.sha256 else []
        self.store.replace_symbols(file_id, rows)

    def _definition_keys(self, path: str, facts: graphing.Facts) -> list[str]:
        interface = facts(path)
        return [resolve.symbol_key(path, d.qualname) for d in interface.definitions] if interface else []

    def _affected(
        self, run: _Run, changes: Changes, known: Mapping[str, FileRecord], records: Mapping[str, FileRecord]
    ) -> list[str]:
        """Return the files to resolve again: those that changed, and those whose answers hang on what changed."""
        keys: set[str] = set()
        for path in changes.removed:
            keys |= graphing.keys_of_change(path, run.previous[path], None, listed=True)
        for path, interface in run.interfaces.items():
            before, after = known.get(path), records[path]
            listed = bool(before and before.sha256) != bool(after.sha256)
            keys |= graphing.keys_of_change(path, run.previous[path], interface, listed=listed)
            if after.language != (before.language if before else ""):
                keys.add(f"f:{path}")
            if resolve.is_manifest(path, self.languages):
                keys.add(f"f:{path}")
        for path in changes.skipped:
            if path in known and known[path].sha256:
                keys |= graphing.keys_of_change(path, self._previous(known[path]), None, listed=True)
        found = graphing.dependents(self.store.deps(), keys) | run.parsed.keys()
        return sorted(path for path in found if path in records and records[path].sha256)

    def _resolve(
        self, affected: Sequence[str], records: Mapping[str, FileRecord], facts: graphing.Facts, resolver: resolve.Resolver
    ) -> Iterator[Event]:
        """Resolve files one by one. Members written outside of their type find it first, for edges hang on that."""
        began = time.monotonic()
        ids = {path: self.store.set_file(records[path]) for path in affected}
        owned: dict[str, frozenset[str]] = {}
        for path in affected:
            if graphing.has_orphans(facts(path)):
                resolver.env.consulted = set()
                self._put_symbols(path, ids[path], records[path], facts, resolver)
                owned[path] = frozenset(resolver.env.consulted)
        for number, path in enumerate(affected, 1):
            record = records[path]
            references = self.store.get_references(record.sha256, record.language)
            resolution = resolver.resolve(path, references)
            keys = resolution.keys | owned.get(path, frozenset())
            self.store.replace_edges(ids[path], graphing.edge_rows(resolution), resolution.unresolved, graphing.packed(keys))
            if number % 50 == 0 or number == len(affected):
                yield Progress("resolve", number, len(affected), time.monotonic() - began, path)

    def _manifest(self, path: str) -> str:
        source = files.read(self.root, path, self.settings)
        return "" if isinstance(source, files.Skip) else source.data.decode("utf-8", "replace")

    # -------------------------------------------------------------------------------------------------------- summary

    def _note(self, changes: Changes) -> None:
        if changes.moved:
            with self.store.batch():
                self.store.touch(changes.moved)

    def _summary(self, run: _Run, *, changed: bool, removed: int) -> Indexed:
        counts = self.store.counts()
        skipped: dict[str, int] = {}
        for record in self.store.files():
            if record.skip:
                skipped[record.skip] = skipped.get(record.skip, 0) + 1
        crashed = tuple(sorted(p.path for p in run.parsed.values() if p.skip in (CRASHED, STALLED)))
        return Indexed(
            generation=self.store.generation,
            changed=changed,
            files=counts["files"],
            parsed=sum(1 for parsed in run.parsed.values() if not parsed.skip),
            removed=removed,
            languages=self.store.files_by_language(),
            symbols=counts["symbols"],
            edges=self.store.edges_by_strategy(),
            skipped=skipped,
            crashed=crashed,
            seconds=time.monotonic() - run.began,
            cpu_seconds=_cpu_seconds() - run.cpu,
            bytes=_size(self.store.directory),
        )


def _notices(run: _Run) -> Iterator[Notice]:
    """Say once per language that its grammar is missing, and name each file that a parser did not survive."""
    yield from (Notice("warning", text) for text in sorted({p.notice for p in run.parsed.values() if p.notice}))
    for parsed in run.parsed.values():
        if parsed.skip in (CRASHED, STALLED):
            yield Notice("warning", f"{parsed.path}: {parsed.skip}; the rest of the repository is indexed")


def _cpu_seconds() -> float:
    """Return the CPU seconds of this process and of the workers that ended."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def _size(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.glob("index.db*") if path.is_file())
