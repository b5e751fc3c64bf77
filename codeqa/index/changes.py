"""What differs between the tree and the index: stat first, bytes only where that leaves doubt."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from codeqa import files
from codeqa.config import FileSettings
from codeqa.index.garbage import uncollected
from codeqa.languages import Language, Languages

if TYPE_CHECKING:
    from codeqa.store import FileRecord, Store

NO_LANGUAGE = "no known language"
_BY_NAME = (files.Skip.GENERATED, files.Skip.MINIFIED, files.Skip.SECRET)  # or by what comes before any other reason
RACY_NS = 2_000_000_000  # a file written this shortly before it was read may have changed within one clock tick


@dataclass(frozen=True, slots=True)
class Changes:
    """Files to read, with the language their name tells ("": the first line decides), and files that are gone."""

    read: dict[str, str] = field(default_factory=dict)
    removed: tuple[str, ...] = ()
    skipped: dict[str, str] = field(default_factory=dict)  # refused by name or kind alone
    moved: tuple[tuple[str, int, int], ...] = ()  # path, mtime, inode: same bytes, and worth noting that they are
    stats: dict[str, files.FileStat] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    known: dict[str, FileRecord] = field(default_factory=dict)  # the files of the index
    generation: int = 0  # of the index that the tree was compared with
    since_ns: int = 0  # when the comparison began

    def __bool__(self) -> bool:
        return bool(self.read or self.removed or self.skipped)

    @property
    def bytes(self) -> int:
        return sum(self.stats[path].size for path in self.read if path in self.stats)


def detect(root: Path, settings: FileSettings, languages: Languages, store: Store | None) -> Changes:
    """Compare the tree below `root` with what the index holds (nothing, for None)."""
    with uncollected():
        return _detect(root, settings, languages, store)


def _detect(root: Path, settings: FileSettings, languages: Languages, store: Store | None) -> Changes:
    since = time.time_ns()
    scan = files.scan(root, settings)
    known = {record.path: record for record in store.files()} if store else {}
    checked = int((store.get_meta("checked_ns") or "0") if store else 0)
    named = _languages(scan.files, languages)
    read: dict[str, str] = {}
    moved: list[tuple[str, int, int]] = []
    skipped = {path: str(reason.value) for path, reason in scan.skipped.items() if reason is not files.Skip.VANISHED}
    for stat in scan.files:
        language = named[stat.path]
        record = known.get(stat.path)
        if language is None:
            skipped[stat.path] = NO_LANGUAGE
        elif record is None or _other_language(record, language):
            read[stat.path] = language
        elif _moved(stat, record) or stat.mtime_ns > checked - RACY_NS or _undone(record, stat.size, settings):
            if record.size != stat.size or not _same(root, record, settings):
                read[stat.path] = language
            elif _moved(stat, record) or checked - RACY_NS < stat.mtime_ns <= since - RACY_NS:
                moved.append((stat.path, stat.mtime_ns, stat.inode))
    return Changes(
        read,
        tuple(sorted(known.keys() - {stat.path for stat in scan.files} - skipped.keys())),
        {path: reason for path, reason in skipped.items() if path not in known or known[path].skip != reason},
        tuple(moved),
        {stat.path: stat for stat in scan.files},
        tuple(scan.warnings),
        known,
        store.generation if store else 0,
        since,
    )


def _moved(stat: files.FileStat, record: FileRecord) -> bool:
    return (stat.size, stat.mtime_ns, stat.inode) != (record.size, record.mtime_ns, record.inode)


def _undone(record: FileRecord, size: int, settings: FileSettings) -> bool:
    """Tell whether what was refused, or not, may be judged otherwise by now although the file is the same."""
    if record.skip in _BY_NAME:
        return False
    return record.skip == files.Skip.UNREADABLE or (record.skip == files.Skip.TOO_LARGE) != (
        size > settings.max_file_bytes
    )


def _other_language(record: FileRecord, language: str) -> bool:
    return bool(language) and record.language != language


def _same(root: Path, record: FileRecord, settings: FileSettings) -> bool:
    source = files.read(root, record.path, settings)
    if isinstance(source, files.Skip):
        return record.skip == source
    return bool(record.sha256) and record.sha256 == source.sha256


def _languages(stats: list[files.FileStat], languages: Languages) -> dict[str, str | None]:
    """Name the language of each file; None for one that holds nothing to ask about, "" where its first line must tell.

    An extension that two languages share (`.h`) goes to the one with more files of its own. Many files share a name
    (`__init__.py`), so each name is judged once.
    """
    names = {stat.path: stat.path.rpartition("/")[2] for stat in stats}
    times = Counter(names.values())
    found = {name: languages.of(name) for name in times}
    counts: Counter[str] = Counter()
    for name, language in found.items():
        if language and not languages.shared(name):
            counts[language.name] += times[name]
    judged = {name: _name(name, language, languages, counts) for name, language in found.items()}
    return {path: judged[name] for path, name in names.items()}


def _name(name: str, language: Language | None, languages: Languages, counts: Mapping[str, int]) -> str | None:
    if language is None:
        return None if "." in name[1:] and name not in languages.manifests else ""
    other = languages.shared(name)
    return other.name if other and counts.get(other.name, 0) > counts.get(language.name, 0) else language.name
