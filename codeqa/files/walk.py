"""One walk over the tree: what the ignore rules leave, with each file's stat. It opens ignore files and nothing else.

Layers, first to decide wins: settings, `.codeqaignore`, the defaults below, `.ignore`, `.gitignore`,
`.git/info/exclude`; within a layer the deepest folder's file, within a file the last line. So `.codeqaignore` can put
back what the defaults leave out. As in ripgrep, a `.gitignore` of an outer repository does not reach into an inner one;
unlike there, none is needed for `.gitignore` to count (source packages have none), nothing outside the root counts, the
user's global ignore file included, and hidden *files* are listed (`.gitlab-ci.yml`, `.eslintrc.js`): only hidden
folders are passed over, except those that hold configuration.
"""

from __future__ import annotations

import os
import stat
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from codeqa.config import FileSettings
from codeqa.domain import UnreadableRoot
from codeqa.files.access import read_ignore_file
from codeqa.files.content import is_secret_name
from codeqa.files.ignore import Rules, compile_rules, parse
from codeqa.files.types import FileStat, Scan, Skip

NEVER = frozenset({".git", ".hg", ".svn", ".codeqa", "__pycache__"})
"""Folders that no setting opens."""

DEFAULTS = ("node_modules/", "bower_components/")
HIDDEN_DEFAULTS = (".*/", "!.github/", "!.gitlab/", "!.circleci/", "!.devcontainer/", "!.cargo/")
IGNORE_FILES = (".codeqaignore", ".ignore", ".gitignore")

_MAX_WARNINGS = 20


@dataclass(frozen=True, slots=True)
class _Layers:
    """The ignore files in force in a folder, each kind deepest first."""

    settings: tuple[Rules, ...] = ()
    own: tuple[Rules, ...] = ()  # .codeqaignore
    defaults: tuple[Rules, ...] = ()
    plain: tuple[Rules, ...] = ()  # .ignore
    git: tuple[Rules, ...] = ()  # .gitignore
    exclude: tuple[Rules, ...] = ()  # .git/info/exclude

    def flat(self) -> tuple[Rules, ...]:
        return self.settings + self.own + self.defaults + self.plain + self.git + self.exclude


@dataclass(slots=True)
class _Walk:
    """The state of one scan."""

    root: str
    files: list[FileStat] = field(default_factory=list)
    skipped: dict[str, Skip] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)  # entries, by the ignore file that named them
    pending: list[tuple[str, _Layers]] = field(default_factory=list)  # folders: "" or "a/b/"


def scan(root: Path, settings: FileSettings) -> Scan:
    """List the files below `root`. Raises UnreadableRoot; a folder that cannot be read is a warning."""
    walk = _Walk(root=os.fspath(root))
    entries = _root_entries(root)
    _folder(walk, "", _settings_layers(walk, settings), entries)
    while walk.pending:
        folder, layers = walk.pending.pop()
        try:
            entries = _entries(os.path.join(walk.root, folder))
        except OSError as error:
            walk.warnings.append(f"{folder}: not read ({error.strerror})")
            continue
        _folder(walk, folder, layers, entries)
    walk.files.sort()  # by path: no two have the same
    _explain_emptiness(walk)
    return Scan(walk.files, walk.skipped, _capped(walk.warnings))


def find_root(start: Path) -> Path:
    """Return the nearest folder at or above `start` with `.codeqa` or `.git` (a worktree's is a file), else `start`."""
    start = start.absolute()
    if os.path.isfile(start):
        start = start.parent
    for folder in (start, *start.parents):  # os.path, unlike Path, takes "may not look" for "is not there"
        if os.path.lexists(folder / ".git") or os.path.isdir(folder / ".codeqa"):
            return folder
    return start


def _entries(folder: str) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return list(entries)


def _root_entries(root: Path) -> list[os.DirEntry[str]]:
    try:
        return _entries(os.fspath(root))
    except FileNotFoundError as error:
        raise UnreadableRoot(f"{root} does not exist", hint="name a folder with --repo") from error
    except NotADirectoryError as error:
        raise UnreadableRoot(f"{root} is not a folder", hint=f"name its folder: --repo {root.parent}") from error
    except OSError as error:
        hint = "check the permissions of the folder and of those above it"
        raise UnreadableRoot(f"{root} cannot be read ({error.strerror})", hint=hint) from error


def _settings_layers(walk: _Walk, settings: FileSettings) -> _Layers:
    included = [f"!{pattern}" for pattern in settings.include]
    chosen, warnings = compile_rules([*included, *settings.exclude], "settings", "")
    walk.warnings += warnings
    defaults, _ = compile_rules(DEFAULTS if settings.hidden else DEFAULTS + HIDDEN_DEFAULTS, "defaults", "")
    return _Layers(settings=(chosen,) if chosen else (), defaults=(defaults,))


def _folder(walk: _Walk, folder: str, layers: _Layers, entries: list[os.DirEntry[str]]) -> None:
    """Take one folder's entries: files are kept, folders queued."""
    names = {entry.name for entry in entries}
    if "pyvenv.cfg" in names and folder:
        walk.ignored["pyvenv.cfg"] += 1
        return
    layers = _enter(walk, folder, layers, names)
    rules = layers.flat()
    for entry in entries:
        name = entry.name
        path = folder + name
        if not name.isascii() and not _is_utf8(name):
            walk.skipped[_printable(path)] = Skip.BAD_NAME
            continue
        try:
            is_folder = entry.is_dir(follow_symlinks=False)
        except OSError:  # where the file system does not report types, asking takes a stat
            walk.skipped[path] = Skip.UNREADABLE
            continue
        if is_folder and name in NEVER:
            continue
        if _ignored(walk, rules, name, path, is_folder):
            continue
        if is_folder:
            walk.pending.append((path + "/", layers))
        else:
            _file(walk, path, entry)


def _ignored(walk: _Walk, rules: tuple[Rules, ...], name: str, path: str, is_folder: bool) -> bool:
    for layer in rules:
        rule = layer.decide(name, path, is_folder)
        if rule is not None:
            if not rule.negated:
                walk.ignored[f"{layer.source}:{rule.line}"] += 1
            return not rule.negated
    return False


def _file(walk: _Walk, path: str, entry: os.DirEntry[str]) -> None:
    """Keep a regular file; note what else it is."""
    try:
        seen = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        walk.skipped[path] = Skip.VANISHED
        return
    except OSError:
        walk.skipped[path] = Skip.UNREADABLE
        return
    if not stat.S_ISREG(seen.st_mode):
        walk.skipped[path] = Skip.SYMLINK if stat.S_ISLNK(seen.st_mode) else Skip.NOT_REGULAR
    elif is_secret_name(entry.name):
        walk.skipped[path] = Skip.SECRET
    else:
        walk.files.append(FileStat(path, seen.st_size, max(seen.st_mtime_ns, seen.st_ctime_ns), seen.st_ino))


def _enter(walk: _Walk, folder: str, layers: _Layers, names: set[str]) -> _Layers:
    """Add the ignore files of a folder to those in force above it."""
    repository = ".git" in names
    present = [name for name in IGNORE_FILES if name in names]
    if not present and not repository:
        return layers
    own, plain, git = (_load(walk, folder, name, folder + name) if name in present else () for name in IGNORE_FILES)
    inherited, exclude = ((), ()) if repository else (layers.git, layers.exclude)
    if repository:
        exclude = _load_exclude(walk, folder)
    return _Layers(
        layers.settings,
        own + layers.own,
        layers.defaults,
        plain + layers.plain,
        git + inherited,
        exclude,
    )


def _load(walk: _Walk, folder: str, name: str, source: str) -> tuple[Rules, ...]:
    """Read one ignore file of the tree."""
    text = read_ignore_file(os.path.join(walk.root, folder, name))
    if isinstance(text, Skip):
        walk.warnings.append(f"{source}: not read ({text})")
        return ()
    rules, warnings = parse(text, source, folder)
    walk.warnings += warnings
    return (rules,) if rules else ()


def _load_exclude(walk: _Walk, folder: str) -> tuple[Rules, ...]:
    """Read the info/exclude of the repository at `folder`, whose `.git` may be a worktree's or submodule's file."""
    git = os.path.join(walk.root, folder, ".git")
    if not os.path.isdir(git):
        git = _linked_git_folder(git)
    exclude = os.path.join(git, "info", "exclude") if git else ""
    if not exclude or not os.path.lexists(exclude):
        return ()
    return _load(walk, folder, exclude, f"{folder}.git/info/exclude")


def _linked_git_folder(link: str) -> str:
    """Follow `gitdir: …` and, in a worktree, `commondir`. Returns "" where the chain is broken."""
    text = read_ignore_file(link)
    if isinstance(text, Skip) or not text.startswith("gitdir:"):
        return ""
    git = os.path.join(os.path.dirname(link), text.removeprefix("gitdir:").strip())
    common = read_ignore_file(os.path.join(git, "commondir"))
    return git if isinstance(common, Skip) else os.path.join(git, common.strip())


def _is_utf8(name: str) -> bool:
    """Say whether the name can be stored: undecodable bytes became lone surrogates."""
    return not any("\ud800" <= char <= "\udfff" for char in name)


def _printable(path: str) -> str:
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _explain_emptiness(walk: _Walk) -> None:
    """Name the ignore file that left nothing (or nothing but ignore files)."""
    if not walk.ignored or any(file.path.rpartition("/")[2] not in IGNORE_FILES for file in walk.files):
        return
    source, count = walk.ignored.most_common(1)[0]
    entries = "1 entry" if count == 1 else f"{count} entries"
    walk.warnings.append(f"no file is left: {source} ignores {entries}; a `!pattern` in .codeqaignore puts files back")


def _capped(warnings: list[str]) -> list[str]:
    more = len(warnings) - _MAX_WARNINGS
    return [*warnings[:_MAX_WARNINGS], f"{more} more warnings"] if more > 0 else warnings
