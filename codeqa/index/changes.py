"""What differs between the tree and the index: stat first, bytes only where that leaves doubt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from codeqa import files
from codeqa.config import FileSettings
from codeqa.languages import Language, Languages

if TYPE_CHECKING:
    from codeqa.store import FileRecord, Store

NO_LANGUAGE = "no known language"
RACY_NS = 2_000_000_000  # a file written this shortly before it was read may have changed within one clock tick


@dataclass(frozen=True, slots=True)
class Changes:
    """Files to read, with the language their name tells ("": the first line decides), and files that are gone."""

    read: dict[str, str] = field(default_factory=dict)
    removed: tuple[str, ...] = ()
    skipped: dict[str, str] = field(default_factory=dict)  # refused by name alone
    moved: tuple[tuple[str, int, int], ...] = ()  # path, mtime, inode: same bytes, other stat
    stats: dict[str, files.FileStat] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.read or self.removed or self.skipped)

    @property
    def bytes(self) -> int:
        return sum(self.stats[path].size for path in self.read if path in self.stats)


def detect(root: Path, settings: FileSettings, languages: Languages, store: Store | None) -> Changes:
    """Compare the tree below `root` with what the index holds (nothing, for None)."""
    scan = files.scan(root, settings)
    known = {record.path: record for record in store.files()} if store else {}
    checked = int((store.get_meta("checked_ns") or "0") if store else 0)
    named = _languages(scan.files, languages)
    read: dict[str, str] = {}
    moved: list[tuple[str, int, int]] = []
    skipped: dict[str, str] = {}
    for stat in scan.files:
        language = named[stat.path]
        record = known.get(stat.path)
        if language is None:
            if record is None or record.skip != NO_LANGUAGE:
                skipped[stat.path] = NO_LANGUAGE
        elif record is None or _differs(stat, record, language, checked):
            if record and record.sha256 and record.size == stat.size and not _other_language(record, language):
                if _same_bytes(root, stat.path, record.sha256, settings):
                    moved.append((stat.path, stat.mtime_ns, stat.inode))
                    continue
            read[stat.path] = language
    for path, reason in scan.skipped.items():
        if path not in known or known[path].skip != str(reason.value):
            skipped[path] = str(reason.value)
    present = {stat.path for stat in scan.files} | scan.skipped.keys()
    return Changes(
        read,
        tuple(sorted(known.keys() - present)),
        skipped,
        tuple(moved),
        {stat.path: stat for stat in scan.files},
        tuple(scan.warnings),
    )


def _differs(stat: files.FileStat, record: FileRecord, language: str, checked: int) -> bool:
    if (stat.size, stat.mtime_ns, stat.inode) != (record.size, record.mtime_ns, record.inode):
        return True
    return _other_language(record, language) or stat.mtime_ns > checked - RACY_NS


def _other_language(record: FileRecord, language: str) -> bool:
    return bool(language) and record.language != language


def _same_bytes(root: Path, path: str, sha256: str, settings: FileSettings) -> bool:
    source = files.read(root, path, settings)
    return not isinstance(source, files.Skip) and source.sha256 == sha256


def _languages(stats: list[files.FileStat], languages: Languages) -> dict[str, str | None]:
    """Name the language of each file; None for one that holds nothing to ask about, "" where its first line must tell.

    An extension that two languages share (`.h`) goes to the one with more files of its own.
    """
    found = {stat.path: languages.of(stat.path) for stat in stats}
    counts = Counter(language.name for path, language in found.items() if language and not languages.shared(path))
    return {path: _name(path, language, languages, counts) for path, language in found.items()}


def _name(path: str, language: Language | None, languages: Languages, counts: Mapping[str, int]) -> str | None:
    if language is None:
        return None if "." in path.rpartition("/")[2][1:] else ""
    other = languages.shared(path)
    return other.name if other and counts.get(other.name, 0) > counts.get(language.name, 0) else language.name
