"""The files of an index as search sees them: what their paths say, and what they are for."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from functools import cache, cached_property, lru_cache
from typing import NamedTuple

from codeqa import languages, terms
from codeqa.store import Store


class PathWords(NamedTuple):
    """The terms of a path. A file that stands for its folder ("__init__.py", "mod.rs") is called like the folder."""

    stem: frozenset[str]
    folders: frozenset[str]


class Place(NamedTuple):
    """What is known of a file besides its path."""

    language: str
    role: str  # see domain.Symbol.role


class Places:
    """The indexed files of one generation, kept for repeated questions."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @cached_property
    def files(self) -> dict[str, Place]:
        """The files that were indexed, by path."""
        return {path: Place(language, role) for path, language, role in self._store.roles()}

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        """Paths by the last component in lower case."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for path in self.files:
            found[path.rpartition("/")[2].lower()].append(path)
        return found

    @cached_property
    def _stems(self) -> list[tuple[str, str]]:
        """What each file is called, in lower case, and its path."""
        return [(_name(path)[1].lower(), path) for path in self.files]

    def named(self, wanted: str) -> list[str]:
        """List the files that a path in a question means: its ending, whole components, in any case."""
        ending = "/" + wanted.strip("/").removeprefix("./").lower()
        return [
            path for path in self._by_name.get(ending.rpartition("/")[2], ()) if f"/{path.lower()}".endswith(ending)
        ]

    def inside(self, wanted: str, paths: Collection[str]) -> Iterator[str]:
        """Yield those of `paths` that lie in the folder that a question names."""
        folder = f"/{wanted.strip('/').removeprefix('./').lower()}/"
        return (path for path in paths if folder in f"/{path.lower()}")

    def called(self, asked: frozenset[str], besides: Collection[str]) -> list[str]:
        """List the files all words of whose name are among these terms, but for those in `besides`."""
        if not asked:
            return []
        roots = re.compile("|".join(re.escape(term.removesuffix("y")) for term in asked))  # "utility" of utilities.py
        near = (path for stem, path in self._stems if roots.search(stem) and path not in besides)
        return [path for path in near if words(path).stem <= asked]

    def is_document(self, record: Place) -> bool:
        """Whether a file is prose or configuration."""
        return record.language in _documents()


@lru_cache(maxsize=50_000)
def words(path: str) -> PathWords:
    """Return the terms of a path, those of its ending left out."""
    folder, stem = _name(path)
    return PathWords(frozenset(_parts(stem)), frozenset(_parts(folder)))


def _name(path: str) -> tuple[str, str]:
    """Split a path into its folders and what the file is called."""
    folder, _, name = path.rpartition("/")
    stem = name.partition(".")[0] or name
    if folder and stem in _indexes():
        folder, _, stem = folder.rpartition("/")
    return folder, stem


def _parts(text: str) -> list[str]:
    """The words of a name, without the name as a whole where it has several."""
    return [part for word in text.split("/") for part in parts_of(word)]


@lru_cache(maxsize=50_000)
def parts_of(name: str) -> tuple[str, ...]:
    """Return the terms of which a name is made: `get_user` is get and user, `get` is get."""
    whole, *parts = terms.split(name) or [""]
    return tuple(parts) or ((whole,) if whole else ())


@cache
def _indexes() -> frozenset[str]:
    return frozenset(stem for language in languages.load() for stem in language.modules.index)


@cache
def _documents() -> frozenset[str]:
    return frozenset(language.name for language in languages.load() if language.kind == "document") | {""}
