"""From the text of an import to files: one strategy for each `modules.style` that `grammars/` may name."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable
from posixpath import dirname, join, normpath, splitext
from typing import NamedTuple

from codeqa.languages import Language


class Located(NamedTuple):
    """Where an import leads: files of the repository, or else the name of something outside of it."""

    paths: tuple[str, ...] = ()
    external: str = ""
    rest: tuple[str, ...] = ()  # segments that no file accounts for: inline modules and types inside


class ModuleMap:
    """Answers which files a module's text may mean, from the repository's paths alone.

    `read(path)` returns the text of a manifest such as go.mod, "" if there is none. `consulted` is told every key that
    an answer hangs on, so that adding or removing a file re-resolves exactly the files it could matter to.
    """

    def __init__(self, paths: Iterable[str], read: Callable[[str], str], consulted: Callable[[str], None]) -> None:
        self._read = read
        self._consulted = consulted
        self._paths = set(paths)
        self._by_last: dict[str, list[str]] = defaultdict(list)  # last segment without extension → module paths' files
        self._directories: dict[str, list[str]] = defaultdict(list)  # directory → its files
        self._directory_by_last: dict[str, list[str]] = defaultdict(list)
        for path in sorted(self._paths):
            self._by_last[stem(path)].append(path)
            folder = dirname(path)
            if folder not in self._directories:
                self._directory_by_last[folder.rpartition("/")[2]].append(folder)
            self._directories[folder].append(path)
        self._packages = {dirname(path) for path in self._by_last["__init__"]}
        self._memo: dict[tuple[str, str, str], tuple[Located, frozenset[str]]] = {}
        self._groups: dict[tuple[str, str], dict[str, None]] = {}
        self._declared: dict[str, Manifest] = {}

    def locate(self, language: Language, importer: str, module: str) -> Located:
        """Find the files that `module`, as written in `importer`, stands for."""
        where = importer if language.modules.style == "crate" else dirname(importer)
        key = (language.name, where, module)
        if key not in self._memo:
            keys: set[str] = set()
            outer, self._consulted = self._consulted, keys.add
            try:
                self._memo[key] = (self._locate(language, importer, module), frozenset(keys))
            finally:
                self._consulted = outer
        located, consulted = self._memo[key]
        for name in consulted:
            self._consulted(name)
        return located

    def _locate(self, language: Language, importer: str, module: str) -> Located:
        style = language.modules.style
        if style == "dotted":
            return self._dotted(language, importer, module)
        if style == "relative":
            return self._relative(language, importer, module)
        if style == "directory":
            return self._directory(language, importer, module)
        if style == "package":
            return self._package(language, importer, module)
        if style == "crate":
            return self._crate(language, importer, module)
        if style == "include":
            return self._include(importer, module)
        return Located(external=module)

    def siblings(self, language: Language, path: str) -> dict[str, None]:
        """Return the files that share a package scope with `path`, itself included."""
        folder = dirname(path)
        self._consulted(f"m:{folder.rpartition('/')[2]}")
        return self._group(language, folder, [folder])

    def same_package(self, language: Language, path: str, package: str) -> dict[str, None]:
        """Return the files of a declared package, over all source roots."""
        inner = package.replace(language.modules.separator, "/")
        last = inner.rpartition("/")[2]
        if not inner:
            return self.siblings(language, path)
        self._consulted(f"m:{last}")
        return self._group(language, f"*/{inner}", [f for f in self._directory_by_last[last] if _ends(f, inner)])

    def _group(self, language: Language, name: str, folders: list[str]) -> dict[str, None]:
        key = (language.name, name)
        if key not in self._groups:
            files = [p for folder in folders for p in self._directories.get(folder, ())]
            self._groups[key] = dict.fromkeys(p for p in files if p.endswith(language.extensions))
        return self._groups[key]

    # ------------------------------------------------------------------------------------------------ dotted: Python

    def _dotted(self, language: Language, importer: str, module: str) -> Located:
        if module.startswith("."):
            dots = len(module) - len(module.lstrip("."))
            folder = dirname(importer)
            for _ in range(dots - 1):
                folder = dirname(folder)
            return Located(self._module_files(language, folder, module[dots:].replace(".", "/")))
        inner = module.replace(".", "/")
        best: tuple[tuple[int, int], list[str]] = ((99, 0), [])
        for path in self._candidates(language, inner):
            prefix = self._prefix(language, path, inner)
            rank = self._root_rank(language, importer, prefix, inner)
            if rank is None or rank > best[0]:
                continue
            best = (rank, [*best[1], path] if rank == best[0] else [path])
        if not best[1]:
            return Located(external=module)
        return Located(tuple(self._prefer(language, best[1])))

    def _candidates(self, language: Language, inner: str) -> list[str]:
        last = inner.rpartition("/")[2]
        self._consulted(f"m:{last}")
        found = [p for p in self._by_last[last] if _ends(splitext(p)[0], inner) and p.endswith(language.extensions)]
        for index in language.modules.index:
            found += [
                p
                for folder in self._directory_by_last[last]
                if _ends(folder, inner)
                for p in self._directories[folder]
                if stem(p) == index and p.endswith(language.extensions)
            ]
        return found

    def _prefix(self, language: Language, path: str, inner: str) -> str:
        bare = splitext(path)[0]
        folder, _, last = bare.rpartition("/")
        if last in language.modules.index and _ends(folder, inner) and not _ends(bare, inner):
            bare = folder
        return bare[: len(bare) - len(inner)].rstrip("/")

    def _root_rank(self, language: Language, importer: str, prefix: str, inner: str) -> tuple[int, int] | None:
        """Rank a source root for an importer, nearest first; None where Python would not look."""
        self._consulted(f"m:{prefix.rpartition('/')[2]}")
        self._consulted(f"m:{inner.split('/', 1)[0]}")
        if prefix in self._packages:
            return None
        if prefix == dirname(importer) or (prefix and importer.startswith(f"{prefix}/")):
            return (0, -len(prefix))
        if not prefix or prefix.rpartition("/")[2] in language.modules.source_roots:
            return (1, len(prefix))
        first = f"{prefix}/{inner.split('/', 1)[0]}"
        return (2, len(prefix)) if first in self._packages else None

    def _module_files(self, language: Language, folder: str, inner: str) -> tuple[str, ...]:
        """Return the file of a module inside a folder, or the folder's index."""
        base = join(folder, inner) if inner else folder
        self._consulted(f"m:{base.rpartition('/')[2]}")
        found = [base + ext for ext in language.modules.resolve_extensions if base + ext in self._paths]
        for index in language.modules.index:
            found += [
                join(base, index) + ext
                for ext in language.modules.resolve_extensions
                if join(base, index) + ext in self._paths
            ]
        return tuple(self._prefer(language, found))

    def _prefer(self, language: Language, paths: list[str]) -> list[str]:
        """A module that has a source and a stub is its source; a package hides a module of its name."""
        order = {ext: rank for rank, ext in enumerate(language.modules.resolve_extensions)}
        by_base: dict[str, str] = {}
        for path in sorted(paths, key=lambda p: (order.get(splitext(p)[1], 9), p)):
            by_base.setdefault(splitext(path)[0], path)
        return list(by_base.values())[:1] if len({dirname(p) for p in by_base}) <= 2 else list(by_base.values())

    def submodule(self, language: Language, package: str, name: str) -> tuple[str, ...]:
        """Return the file of `name` inside the package whose index file is `package`."""
        if stem(package) not in language.modules.index:
            return ()
        return self._module_files(language, dirname(package), name)

    def namespace(self, language: Language, importer: str, module: str) -> bool:
        """Tell whether a dotted module is a folder of this repository without an index file."""
        inner = module.replace(".", "/")
        self._consulted(f"m:{inner.rpartition('/')[2]}")
        return any(
            _ends(folder, inner)
            and self._root_rank(language, importer, folder[: -len(inner)].rstrip("/"), inner) is not None
            for folder in self._directory_by_last[inner.rpartition("/")[2]]
        )

    # --------------------------------------------------------------------------------- relative: JavaScript, TypeScript

    def _relative(self, language: Language, importer: str, module: str) -> Located:
        if not module.startswith("."):
            return Located(external=module)
        base = normpath(join(dirname(importer), module)).removeprefix(".")  # the root is "" here
        self._consulted(f"m:{stem(base)}")
        self._consulted(f"m:{base.rpartition('/')[2]}")
        extensions = language.modules.resolve_extensions
        options = [base, *(base + ext for ext in extensions)]
        bare, written = splitext(base)
        if written in (".js", ".jsx", ".mjs", ".cjs"):  # TypeScript names the file that will be compiled
            options += [bare + ext for ext in extensions]
        options += [join(base, index) + ext for index in language.modules.index for ext in extensions]
        found = next((path for path in options if path in self._paths), "")
        return Located((found,)) if found else Located(external=module)

    # ------------------------------------------------------------------------------------------------- directory: Go

    def _directory(self, language: Language, importer: str, module: str) -> Located:
        for root, name in self._manifests(language.modules.manifest):
            if module == name or module.startswith(f"{name}/"):
                folder = join(root, module[len(name) :].strip("/")).rstrip("/")
                self._consulted(f"m:{folder.rpartition('/')[2]}")
                files = [p for p in self._directories.get(folder, ()) if p.endswith(language.extensions)]
                sources = [p for p in files if not p.endswith("_test.go")] or files
                if sources:
                    return Located(tuple(sources))
        return Located(external=module)

    def _manifests(self, manifest: str) -> list[tuple[str, str]]:
        """Return (folder, declared module) of each manifest, deepest first."""
        last = splitext(manifest)[0]
        self._consulted(f"m:{last}")
        found = []
        for path in self._by_last[last]:
            if path.rpartition("/")[2] == manifest and (
                match := re.search(r"^module\s+\"?([^\s\"]+)", self._text(path), re.M)
            ):
                found.append((dirname(path), match[1]))
        return sorted(found, key=lambda item: -len(item[0]))

    def _text(self, manifest: str) -> str:
        self._consulted(f"f:{manifest}")
        return self._read(manifest)

    # ------------------------------------------------------------------------------------------------- package: Java

    def _package(self, language: Language, importer: str, module: str) -> Located:
        """A package is a folder, a class of it a file; `a.b.C` may name either, or a class inside a class."""
        inner = module.replace(language.modules.separator, "/")
        parts = inner.split("/")
        for size in range(len(parts), 0, -1):
            head = "/".join(parts[:size])
            if size == 1 and len(parts) > 1:
                break
            self._consulted(f"m:{parts[size - 1]}")
            files = [
                p
                for p in self._by_last[parts[size - 1]]
                if _ends(splitext(p)[0], head) and p.endswith(language.extensions)
            ]
            if files:
                return Located(tuple(files))
            if size == len(parts):
                folders = [f for f in self._directory_by_last[parts[-1]] if _ends(f, inner)]
                inside = [p for f in folders for p in self._directories[f] if p.endswith(language.extensions)]
                if inside:
                    return Located(tuple(inside))
        return Located(external=module)

    # -------------------------------------------------------------------------------------------------- crate: Rust

    def _crate(self, language: Language, importer: str, module: str) -> Located:
        separator = language.modules.separator
        parts = [part for part in module.split(separator) if part]
        if not parts:
            return Located(self._crate_files(self._crate_root(language, importer), []))
        folder = self._module_folder(language, importer)
        if parts[0] == "crate":
            root = self._crate_root(language, importer)
            itself = importer if dirname(importer) == root and stem(importer) in language.modules.index else ""
            return self._descend(root, parts[1:], module, itself)
        if parts[0] == "self":
            return self._descend(folder, parts[1:], module, importer)
        if parts[0] == "super":
            while parts and parts[0] == "super":
                folder, parts = dirname(folder), parts[1:]
            return self._descend(folder, parts, module)
        inner = self._descend(folder, parts, "", importer)  # 2018 paths: a module of this one
        if len(inner.rest) < len(parts):
            return inner
        for root, declared in self._crates(language):  # this crate by its name, or another one of the workspace
            if parts[0] in declared.names:
                return self._descend(root, parts[1:], module)
        return Located(external=module)

    def needs(self, language: Language, importer: str, crate: str) -> bool:
        """Tell whether a manifest above the importer asks for another crate by that name."""
        return any(crate in m.needs for root, m in self._crates(language) if _below(importer, dirname(root)))

    def _crates(self, language: Language) -> list[tuple[str, Manifest]]:
        """Return the folder of sources and the manifest of each crate of the repository."""
        last = stem(language.modules.manifest)
        self._consulted(f"m:{last}")
        found = [path for path in self._by_last[last] if path.rpartition("/")[2] == language.modules.manifest]
        root = language.modules.source_roots[0] if language.modules.source_roots else ""
        return [(join(dirname(path), root), self._manifest(path)) for path in found]

    def _manifest(self, path: str) -> Manifest:
        self._consulted(f"f:{path}")
        if path not in self._declared:
            self._declared[path] = read_manifest(self._text(path), dirname(path))
        return self._declared[path]

    def _crate_root(self, language: Language, importer: str) -> str:
        """Return the folder that `crate::` starts in."""
        inside = [root for root, _ in self._crates(language) if _below(importer, root)]
        if inside:
            return max(inside, key=len)
        head, found, _ = f"/{importer}".rpartition("/src/")
        return f"{head}/src".lstrip("/") if found else dirname(importer)

    def _module_folder(self, language: Language, importer: str) -> str:
        """Return the folder that the children of a file's module lie in."""
        return dirname(importer) if stem(importer) in language.modules.index else splitext(importer)[0]

    def _crate_files(self, folder: str, parts: list[str]) -> tuple[str, ...]:
        base = join(folder, *parts) if parts else folder
        self._consulted(f"m:{base.rpartition('/')[2]}")
        options = [f"{base}.rs", f"{base}/mod.rs"]
        if not parts:
            options = [join(base, "lib.rs"), join(base, "main.rs"), join(base, "mod.rs"), f"{base}.rs"]
        return tuple(path for path in options if path in self._paths)[:1]

    def _descend(self, folder: str, parts: list[str], module: str, itself: str = "") -> Located:
        """Follow a path of modules as far as files go; what is left names items inside."""
        for size in range(len(parts), -1, -1):
            files = self._crate_files(folder, parts[:size]) if size or not itself else (itself,)
            if files:
                return Located(files, rest=tuple(parts[size:]))
        return Located(external=module)

    # ------------------------------------------------------------------------------------------------ include: C, C++

    def _include(self, importer: str, module: str) -> Located:
        written = module.strip("<>")
        self._consulted(f"m:{stem(written)}")
        beside = normpath(join(dirname(importer), written))
        if not module.startswith("<") and beside in self._paths:
            return Located((beside,))
        wanted = normpath(written).lstrip("./")
        found = [p for p in self._by_last[stem(wanted)] if _ends(p, wanted)]
        if module.startswith("<") and "/" not in wanted:
            found = [p for p in found if "include" in p.split("/")]
        if not found:
            return Located(external=written)
        return Located((min(found, key=lambda p: (-_common(p, importer), len(p), p)),))


class Manifest(NamedTuple):
    """What a crate's manifest says."""

    names: frozenset[str]  # as paths in code spell the crate
    needs: frozenset[str]  # the crates it asks for, spelled so too


def read_manifest(text: str, folder: str) -> Manifest:
    """Read a Cargo.toml; one that is broken says what its folder's name says."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        data = {}
    tables = [data.get(key) for key in ("package", "lib")]
    names = {table["name"] for table in tables if isinstance(table, dict) and isinstance(table.get("name"), str)}
    needs = [data.get(f"{kind}dependencies") for kind in ("", "dev-", "build-")]
    wanted = {name for table in needs if isinstance(table, dict) for name in table}
    return Manifest(
        frozenset(name.replace("-", "_") for name in names or {folder.rpartition("/")[2]}),
        frozenset(name.replace("-", "_") for name in wanted),
    )


def changed_keys(path: str) -> set[str]:
    """Return the keys of `consulted` that adding or removing `path` may answer otherwise."""
    folder, _, name = path.rpartition("/")
    parts = name.split(".")
    stems = {".".join(parts[:size]) for size in range(1, len(parts) + 1)}  # "a.d.ts" is the module "a", or "a.d"
    return {f"m:{last}" for last in (*stems, folder.rpartition("/")[2])}


def stem(path: str) -> str:
    """Return the last segment without its last extension."""
    return splitext(path.rpartition("/")[2])[0]


def _below(path: str, folder: str) -> bool:
    return not folder or path.startswith(f"{folder}/")


def _ends(path: str, inner: str) -> bool:
    return path == inner or path.endswith(f"/{inner}")


def _common(one: str, other: str) -> int:
    """Count the leading folders that two paths share."""
    count = 0
    for a, b in zip(one.split("/"), other.split("/"), strict=False):
        if a != b:
            break
        count += 1
    return count
