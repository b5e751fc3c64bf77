"""A module is a file, or a folder, below the root of a crate that a manifest declares (Rust)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from posixpath import dirname, join, normpath, splitext
from typing import NamedTuple

from codeqa.languages import Language
from codeqa.resolve.modules.tree import Located, Memo, Tree, below, stem


class Manifest(NamedTuple):
    """What a crate's manifest says."""

    folder: str
    names: frozenset[str]  # as paths in code spell the crate
    needs: frozenset[str]  # the crates it asks for, spelled so too
    renamed: tuple[tuple[str, str], ...]  # the name that it gives a crate → that crate's own
    roots: tuple[str, ...]  # files that are the root of a crate: the library's first, "" if not said
    package: bool  # is there a package, or only a workspace


class Crate:
    """Follows paths of modules from the root of a crate, from the module itself or from the one around it."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._known: Memo[str, list[Manifest]] = {}
        self._places: Memo[tuple[str, str], tuple[str, str]] = {}

    def locate(self, language: Language, importer: str, module: str) -> Located:
        """Find the file that a path of modules leads to; what files do not account for is its rest."""
        separator = language.modules.separator
        if module.endswith(language.modules.resolve_extensions):  # `#[path = "unix.rs"]`
            path = normpath(join(dirname(importer), module))
            return Located((path,)) if self.tree.has(path) else Located(external=module)
        parts = [part for part in module.split(separator) if part]
        top, own, around = language.modules.anchors
        root, file = self._place(language, importer)
        if not parts:
            return Located((file,) if file else ())
        folder = self._module_folder(language, importer, file)
        if parts[0] == top:
            return self._descend(language, root, parts[1:], module, file)
        if parts[0] == own:
            return self._descend(language, folder, parts[1:], module, importer)
        if parts[0] == around:
            while parts and parts[0] == around:
                folder, parts = dirname(folder), parts[1:]
            return self._descend(language, folder, parts, module, file if folder == root else "")
        inner = self._descend(language, folder, parts, "", importer)  # 2018 paths: a module of this one
        if len(inner.rest) < len(parts):
            return inner
        if manifest := self._called(language, importer, parts[0]):
            library = self._library(language, manifest)
            if library and library != file:
                return self._descend(language, dirname(library), parts[1:], module, library)
        return Located(external=module)

    def needs(self, language: Language, importer: str, crate: str) -> bool:
        """Tell whether a manifest above the importer asks for another crate by that name."""
        return any(crate in m.needs for m in self._crates(language) if below(importer, m.folder))

    def _called(self, language: Language, importer: str, name: str) -> Manifest | None:
        """Return the crate of the repository that an importer knows by a name."""
        crates = self._crates(language)
        above = sorted((m for m in crates if below(importer, m.folder)), key=lambda m: -len(m.folder))
        if above and name in above[0].names:
            return above[0]
        if above and above[0].package and name not in above[0].needs:
            return None
        wanted = next((dict(m.renamed)[name] for m in above if name in dict(m.renamed)), name)
        return next((m for m in crates if wanted in m.names), None)

    def root(self, language: Language, path: str) -> str:
        """Return the root file of the crate that a file belongs to, or the folder that it starts in."""
        folder, file = self._place(language, path)
        return file or folder

    def _crates(self, language: Language) -> list[Manifest]:
        """Return the manifest of each crate of the repository."""
        return self.tree.remembered(self._known, language.name, lambda: list(self._manifests(language)))

    def _manifests(self, language: Language) -> Iterator[Manifest]:
        for path in self.tree.called(language.modules.manifests("package")):
            yield read_manifest(self.tree.text(path), dirname(path))

    def _library(self, language: Language, manifest: Manifest) -> str:
        """Return the root file of the library of a crate, "" if it has none."""
        if manifest.roots[0]:
            return self.tree.first(manifest.roots[:1])
        return self.tree.first(self._usual(language, manifest.folder, language.modules.roots))

    def _usual(self, language: Language, folder: str, stems: tuple[str, ...]) -> Iterator[str]:
        for root in language.modules.source_roots[:1]:
            yield from (join(folder, root, name) + ext for name in stems for ext in language.modules.resolve_extensions)

    def _place(self, language: Language, importer: str) -> tuple[str, str]:
        """Return the folder that the modules of an importer's crate start in, and the file that is its root."""
        key = language.name, importer
        return self.tree.remembered(self._places, key, lambda: self._find_place(language, importer))

    def _find_place(self, language: Language, importer: str) -> tuple[str, str]:
        own = max(
            (m for m in self._crates(language) if below(importer, m.folder)), key=lambda m: len(m.folder), default=None
        )
        if own is None:
            return self._without_manifest(language, importer)
        declared = [root for root in own.roots if root]
        library = self._library(language, own)
        source = dirname(library) if library else join(own.folder, language.modules.source_roots[0])
        usual = [path for path in self._usual(language, own.folder, language.modules.roots) if path in self.tree.paths]
        roots = list(dict.fromkeys(filter(None, [library, *usual, *declared])))
        if importer in roots:
            return dirname(importer), importer
        for name in language.modules.targets:
            if below(importer, join(source, name)):
                return self._target(language, importer, source)
        around = [root for root in roots if below(importer, dirname(root))]
        if len(around) > 1:  # which of them has the module
            first = splitext(importer[len(dirname(around[0])) :].strip("/").split("/")[0])[0]
            around = [root for root in around if self.tree.imports(root, first)] or around
        if around:
            return dirname(around[0]), around[0]
        return (source, "") if below(importer, source) else self._target(language, importer, own.folder)

    def _target(self, language: Language, importer: str, folder: str) -> tuple[str, str]:
        """A file right in `tests/`, `examples/` or `benches/` is a crate; so is a folder there that has a root."""
        inner = importer[len(folder) :].strip("/").split("/")
        if len(inner) > 2:
            place = join(folder, *inner[:2])
            names = [name + ext for name in language.modules.roots for ext in language.modules.resolve_extensions]
            if found := self.tree.held(place, names):
                return place, found[0]
        return dirname(importer), importer

    def _without_manifest(self, language: Language, importer: str) -> tuple[str, str]:
        root = language.modules.source_roots[0]
        head, found, _ = f"/{importer}".rpartition(f"/{root}/")
        folder = f"{head}/{root}".lstrip("/") if found else dirname(importer)
        stems = (*language.modules.roots, *language.modules.index)
        names = [name + ext for name in stems for ext in language.modules.resolve_extensions]
        return folder, next(iter(self.tree.held(folder, names)), "")

    def _module_folder(self, language: Language, importer: str, root: str) -> str:
        """Return the folder that the children of a file's module lie in."""
        if importer == root or stem(importer) in (*language.modules.index, *language.modules.roots):
            return dirname(importer)
        return splitext(importer)[0]

    def _files(self, language: Language, folder: str, parts: list[str]) -> tuple[str, ...]:
        base = join(folder, *parts)
        extensions = language.modules.resolve_extensions
        found = [path for ext in extensions if self.tree.has(path := base + ext)]
        found += self.tree.held(base, [index + ext for index in language.modules.index for ext in extensions])
        return tuple(found[:1])

    def _descend(self, language: Language, folder: str, parts: list[str], module: str, itself: str = "") -> Located:
        """Follow a path of modules as far as files go; what is left names items inside."""
        for size in range(len(parts), 0, -1):
            if files := self._files(language, folder, parts[:size]):
                return Located(files, rest=tuple(parts[size:]))
        files = (itself,) if itself else self._files(language, folder, []) if folder else ()
        return Located(files, rest=tuple(parts)) if files else Located(external=module)


def read_manifest(text: str, folder: str) -> Manifest:
    """Read a Cargo.toml; one that is broken says what its folder's name says."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        data = {}
    tables = [data.get(key) for key in ("package", "lib")]
    names = {table["name"] for table in tables if isinstance(table, dict) and isinstance(table.get("name"), str)}
    wanted: set[str] = set()
    renamed: list[tuple[str, str]] = []
    for table in _dependencies(data):
        for name, asked in table.items():
            wanted.add(_spelled(name))
            if isinstance(asked, Mapping) and isinstance(asked.get("package"), str):
                renamed.append((_spelled(name), _spelled(asked["package"])))
    roots = [_path(data.get("lib"), folder)]
    for kind in ("bin", "test", "example", "bench"):
        targets = data.get(kind)
        roots += [_path(target, folder) for target in targets] if isinstance(targets, list) else []
    names = names or {folder.rpartition("/")[2]}
    return Manifest(
        folder, frozenset(map(_spelled, names)), frozenset(wanted), tuple(renamed), tuple(roots), "package" in data
    )


def _dependencies(data: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    targets = data.get("target")
    places = [data, *(targets.values() if isinstance(targets, Mapping) else ()), data.get("workspace")]
    for place in places:
        for kind in ("dependencies", "dev-dependencies", "build-dependencies"):
            if isinstance(place, Mapping) and isinstance(found := place.get(kind), Mapping):
                yield found


def _path(target: object, folder: str) -> str:
    path = target.get("path") if isinstance(target, Mapping) else None
    return normpath(join(folder, path)) if isinstance(path, str) else ""


def _spelled(name: str) -> str:
    return name.replace("-", "_")
