"""A module is a path below some source root, its segments joined by dots (Python)."""

from __future__ import annotations

import configparser
import tomllib
from collections.abc import Mapping
from posixpath import dirname, join, normpath, splitext

from codeqa.languages import Language
from codeqa.resolve.modules.tree import Located, Memo, Tree, below, ends, stem

BEYOND = (99, 0)  # a rank behind that of any source root


class Dotted:
    """Finds modules below the source roots that an importer may look in, the nearest first."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._declared: Memo[str, dict[str, str]] = {}

    def locate(self, language: Language, importer: str, module: str) -> Located:
        """Find the file of a module, or that of the package which it is."""
        if module.startswith("."):
            dots = len(module) - len(module.lstrip("."))
            folder = dirname(importer)
            for _ in range(dots - 1):
                if not folder:
                    return Located(external=module)  # beyond the repository
                folder = dirname(folder)
            return Located(self._module_files(language, folder, module[dots:].replace(".", "/")))
        inner = module.replace(".", "/")
        best: tuple[tuple[int, int], list[str]] = (BEYOND, [])
        for path in self._candidates(language, inner):
            rank = self._rank(language, importer, self._prefix(language, path, inner), inner)
            if rank is None or rank > best[0]:
                continue
            best = (rank, [*best[1], path] if rank == best[0] else [path])
        if not best[1]:
            return Located(external=module)
        return Located(tuple(self._prefer(language, best[1])))

    def submodule(self, language: Language, package: str, name: str) -> tuple[str, ...]:
        """Return the file of `name` inside the package whose index file is `package`."""
        if stem(package) not in language.modules.index:
            return ()
        return self._module_files(language, dirname(package), name)

    def namespace(self, language: Language, importer: str, module: str) -> bool:
        """Tell whether a dotted module is a folder of this repository without an index file."""
        inner = module.replace(".", "/")
        return any(
            ends(folder, inner) and self._rank(language, importer, folder[: -len(inner)].rstrip("/"), inner) is not None
            for folder in self.tree.folders(inner.rpartition("/")[2])
        )

    def _candidates(self, language: Language, inner: str) -> list[str]:
        last = inner.rpartition("/")[2]
        named = self.tree.named(last)
        found = [p for p in named if ends(splitext(p)[0], inner) and p.endswith(language.extensions)]
        folders = [folder for folder in self.tree.folders(last) if ends(folder, inner)]
        for index in language.modules.index:
            found += [
                path
                for folder in folders
                for path in self.tree.inside(folder)
                if stem(path) == index and path.endswith(language.extensions)
            ]
        return found

    def _prefix(self, language: Language, path: str, inner: str) -> str:
        bare = splitext(path)[0]
        folder, _, last = bare.rpartition("/")
        if last in language.modules.index and ends(folder, inner) and not ends(bare, inner):
            bare = folder
        return bare[: len(bare) - len(inner)].rstrip("/")

    def _rank(self, language: Language, importer: str, prefix: str, inner: str) -> tuple[int, int] | None:
        """Rank a source root for an importer, nearest first; None where the language would not look."""
        if self._package(language, prefix):
            return None
        if prefix == dirname(importer) or (prefix and below(importer, prefix)):
            return (0, -len(prefix))
        if not prefix or prefix.rpartition("/")[2] in language.modules.source_roots:
            return (1, len(prefix))
        if (project := self._roots(language).get(prefix)) is not None and below(importer, project):
            return (1, len(prefix))
        first = f"{prefix}/{inner.split('/', 1)[0]}"
        return (2, len(prefix)) if self._package(language, first) else None

    def _package(self, language: Language, folder: str) -> bool:
        names = [index + ext for index in language.modules.index for ext in language.modules.resolve_extensions]
        return bool(self.tree.held(folder, names))

    def _roots(self, language: Language) -> dict[str, str]:
        """Return the source roots that manifests declare, with the folder of the manifest."""
        return self.tree.remembered(self._declared, language.name, lambda: self._read_roots(language))

    def _read_roots(self, language: Language) -> dict[str, str]:
        found: dict[str, str] = {}
        for path in self.tree.called(language.modules.manifests("project")):
            text, folder = self.tree.text(path), dirname(path)
            for root in declared_roots(text, toml=path.endswith(".toml")):
                found.setdefault(normpath(join(folder, root)).lstrip("."), folder)
        return found

    def _module_files(self, language: Language, folder: str, inner: str) -> tuple[str, ...]:
        """Return the file of a module inside a folder, or the folder's index."""
        base = join(folder, inner) if inner else folder
        extensions = language.modules.resolve_extensions
        found = [path for ext in extensions if base and self.tree.has(path := base + ext)]
        found += self.tree.held(base, [index + ext for index in language.modules.index for ext in extensions])
        return tuple(self._prefer(language, found))

    def _prefer(self, language: Language, paths: list[str]) -> list[str]:
        """A module that has a source and a stub is its source; a package hides a module of its name."""
        order = {ext: rank for rank, ext in enumerate(language.modules.resolve_extensions)}
        by_base: dict[str, str] = {}
        for path in sorted(paths, key=lambda p: (order.get(splitext(p)[1], 9), p)):
            by_base.setdefault(splitext(path)[0], path)
        return list(by_base.values())[:1] if len({dirname(p) for p in by_base}) <= 2 else list(by_base.values())


def declared_roots(text: str, *, toml: bool) -> list[str]:
    """Return the folders that a project's manifest (pyproject.toml or setup.cfg) says its packages lie in."""
    try:
        data = tomllib.loads(text) if toml else _ini(text)
    except (tomllib.TOMLDecodeError, configparser.Error):
        return []
    tool = _table(data, "tool")
    found: list[object] = []
    for table in (_table(tool, "setuptools"), _table(data, "options")):
        where = table.get("package-dir", table.get("package_dir"))
        found += [where.get("")] if isinstance(where, Mapping) else [_pairs(where).get("")]
    find = _table(tool, "setuptools", "packages", "find").get("where")
    found += find if isinstance(find, list) else []
    found += str(_table(data, "options.packages.find").get("where") or "").split()
    found += [item.get("from") for item in _list(_table(tool, "poetry"), "packages") if isinstance(item, Mapping)]
    found += [_table(tool, "maturin").get("python-source"), _table(tool, "pdm", "build").get("package-dir")]
    found += _list(_table(tool, "pytest", "ini_options"), "pythonpath")
    wheel = _table(tool, "hatch", "build", "targets", "wheel")
    found += _list(wheel, "sources")
    found += [dirname(package) for package in _list(wheel, "packages") if isinstance(package, str)]
    return [root for root in found if isinstance(root, str) and root not in ("", ".")]


def _table(data: Mapping[str, object], *keys: str) -> Mapping[str, object]:
    for key in keys:
        inner = data.get(key)
        data = inner if isinstance(inner, Mapping) else {}
    return data


def _list(table: Mapping[str, object], key: str) -> list[object]:
    found = table.get(key)
    return found if isinstance(found, list) else []


def _pairs(text: object) -> dict[str, str]:
    """Read the lines `package = folder` that setup.cfg puts under one key."""
    lines = [line.partition("=") for line in text.splitlines() if "=" in line] if isinstance(text, str) else []
    return {key.strip(): value.strip() for key, _, value in lines}


def _ini(text: str) -> dict[str, object]:
    parser = configparser.RawConfigParser()
    parser.read_string(text)
    return {name: dict(parser[name]) for name in parser.sections()}
