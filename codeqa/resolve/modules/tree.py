"""The paths of a repository as the styles of modules ask for them, with a note of everything that was asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from posixpath import dirname, join, splitext
from typing import NamedTuple, Protocol, TypeVar

from codeqa.languages import Language

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")
Memo = dict[K, tuple[T, frozenset[str]]]


class Located(NamedTuple):
    """Where an import leads: files of the repository, or else the name of something outside of it."""

    paths: tuple[str, ...] = ()
    external: str = ""
    rest: tuple[str, ...] = ()  # segments that no file accounts for: inline modules and types inside


class Style(Protocol):
    """One way in which languages name modules."""

    def locate(self, language: Language, importer: str, module: str) -> Located:
        """Find the files that `module`, as written in the file `importer`, stands for."""
        ...


class Tree:
    """The files of a repository, by last segment and by folder.

    `note`, or `note_all`, is told every key that an answer hangs on: "m:stem" for paths that were looked for, "t:path"
    for files whose text was read, "f:path" and a name for what a file imports.
    """

    def __init__(
        self,
        paths: Iterable[str],
        read: Callable[[str], str],
        note: Callable[[str], None],
        note_all: Callable[[Iterable[str]], None],
        imports: Callable[[str, str], bool],
    ) -> None:
        self.note = note
        self.note_all = note_all
        self._read = read
        self._imports = imports
        self.paths = set(paths)
        self._by_stem: dict[str, list[str]] = defaultdict(list)
        self._folders: dict[str, list[str]] = defaultdict(list)
        self._folder_by_last: dict[str, list[str]] = defaultdict(list)
        for path in sorted(self.paths):
            self._by_stem[stem(path)].append(path)
            folder = dirname(path)
            if folder not in self._folders:
                self._folder_by_last[folder.rpartition("/")[2]].append(folder)
            self._folders[folder].append(path)
        self._groups: dict[tuple[str, str], dict[str, None]] = {}

    def remembered(self, memo: Memo[K, T], key: K, compute: Callable[[], T]) -> T:
        """Return what `compute` gives, made once; what it hangs on is noted every time."""
        if key not in memo:
            keys: set[str] = set()
            outer = self.note, self.note_all
            self.note, self.note_all = keys.add, keys.update
            try:
                found = compute()
            finally:
                self.note, self.note_all = outer
            memo[key] = found, frozenset(keys)
        value, consulted = memo[key]
        self.note_all(consulted)
        return value

    def has(self, path: str) -> bool:
        """Tell whether there is such a file."""
        self.note(f"m:{path.rpartition('/')[2].partition('.')[0]}")
        return path in self.paths

    def held(self, folder: str, names: Iterable[str]) -> list[str]:
        """Return the files right in a folder that have one of these names."""
        self.note(f"m:{folder.rpartition('/')[2]}")
        return [path for name in names if (path := join(folder, name)) in self.paths]

    def first(self, options: Iterable[str]) -> str:
        """Return the first of these files that there is, "" if none."""
        return next((path for path in options if self.has(path)), "")

    def text(self, path: str) -> str:
        """Return what a file says, "" if there is none."""
        self.note(f"t:{path}")
        return self._read(path) if self.has(path) else ""

    def imports(self, path: str, name: str) -> bool:
        """Tell whether a file imports something under a name, for all of it to see."""
        self.note(f"f:{path}")
        self.note(name)
        return self._imports(path, name)

    def named(self, last: str) -> Sequence[str]:
        """Return the files whose last segment, without its last extension, is this."""
        self.note(f"m:{last}")
        return self._by_stem.get(last, ())

    def called(self, names: Iterable[str]) -> list[str]:
        """Return the files that have one of these names, in whichever folder."""
        return [path for name in names for path in self.named(stem(name)) if path.rpartition("/")[2] == name]

    def folders(self, last: str) -> Sequence[str]:
        """Return the folders with files whose last segment is this."""
        self.note(f"m:{last}")
        return self._folder_by_last.get(last, ())

    def inside(self, folder: str) -> Sequence[str]:
        """Return the files right in a folder."""
        self.note(f"m:{folder.rpartition('/')[2]}")
        return self._folders.get(folder, ())

    def group(self, language: Language, name: str, folders: Iterable[str]) -> dict[str, None]:
        """Return the files of a language in some folders; `name` is what these are called together."""
        key = (language.name, name)
        if key not in self._groups:
            files = [path for folder in folders for path in self._folders.get(folder, ())]
            self._groups[key] = dict.fromkeys(path for path in files if path.endswith(language.extensions))
        return self._groups[key]


def changed_keys(path: str) -> set[str]:
    """Return the keys of `Tree.note` that adding or removing `path` may answer otherwise."""
    folder, _, name = path.rpartition("/")
    parts = name.split(".")
    stems = {".".join(parts[:size]) for size in range(1, len(parts) + 1)}  # "a.d.ts" is the module "a", or "a.d"
    return {f"m:{last}" for last in (*stems, folder.rpartition("/")[2])}


def stem(path: str) -> str:
    """Return the last segment without its last extension."""
    return splitext(path.rpartition("/")[2])[0]


def below(path: str, folder: str) -> bool:
    """Tell whether a path lies in a folder, "" being the root."""
    return not folder or path.startswith(f"{folder}/")


def ends(path: str, inner: str) -> bool:
    """Tell whether the last segments of a path are these."""
    return path == inner or path.endswith(f"/{inner}")


def common(one: str, other: str) -> int:
    """Count the leading folders that two paths share."""
    count = 0
    for a, b in zip(one.split("/"), other.split("/"), strict=False):
        if a != b:
            break
        count += 1
    return count
