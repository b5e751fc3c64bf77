"""A module is a path relative to its importer, or a package that a manifest names (JavaScript, TypeScript)."""

from __future__ import annotations

from fnmatch import fnmatchcase
from itertools import islice
from posixpath import dirname, join, normpath
from typing import NamedTuple

from codeqa.languages import Language
from codeqa.resolve.modules.manifests import Npm, aliases, npm, patterns_of, substituted, targets
from codeqa.resolve.modules.tree import Located, Memo, Tree, below

MAX_EXTENDS = 8  # settings that extend one another


class Package(NamedTuple):
    """A package of the repository."""

    folder: str
    said: Npm


class Settings(NamedTuple):
    """What settings say of modules, those included that they extend; folders are the repository's."""

    folder: str  # of the file that has the paths
    base: str | None = None
    paths: dict[str, list[str]] = {}  # noqa: RUF012  # never written to
    roots: tuple[str, ...] = ()


class Relative:
    """Finds files beside their importer, then by aliases of settings, then packages of the repository by name."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._packages: Memo[str, dict[str, list[Package]]] = {}
        self._nearest: Memo[tuple[str, str], Package | None] = {}
        self._aliases: Memo[tuple[str, str], tuple[Settings, ...]] = {}

    def locate(self, language: Language, importer: str, module: str) -> Located:
        """Find the one file that a module is."""
        folder = dirname(importer)
        written = module.partition("?")[0].rstrip("/") or module
        if module.startswith("."):
            found = self._file(language, _joined(folder, written), folder) or self._merged(language, folder, written)
            return Located((found,)) if found else Located(external=module)
        if module.startswith("/"):
            return Located(external=module)
        if module.startswith("#"):
            found = self._internal(language, folder, written) or self._aliased(language, folder, written)
        else:
            found = self._aliased(language, folder, written) or self._package(language, folder, written)
        return Located((found,)) if found else Located(external=module)

    # -------------------------------------------------------------------------------------------------------- files

    def _file(self, language: Language, path: str, folder: str) -> str:
        """Return the file that a path without an extension, a folder or what a build will write stands for."""
        if path.startswith(".."):
            return ""
        return self._source(language, path) or self._inside(language, path) or self._unbuilt(language, path, folder)

    def _source(self, language: Language, path: str) -> str:
        """Return the file of that path, with one of the extensions, or what is compiled to it."""
        modules = language.modules
        if not path:
            return ""
        compiled = [path.removesuffix(end) + ext for end, ext in modules.compiled if path.endswith(end)]
        return self.tree.first([path, *compiled, *(path + ext for ext in modules.resolve_extensions)])

    def _inside(self, language: Language, path: str) -> str:
        """Return the file that a folder stands for."""
        manifest = self._manifest(language, path)
        if manifest and (found := next(filter(None, (self._source(language, p) for p in manifest.mains)), "")):
            return found
        names = [index + ext for index in language.modules.index for ext in language.modules.resolve_extensions]
        return next(iter(self.tree.held(path, names)), "")

    def _manifest(self, language: Language, folder: str) -> Npm | None:
        found = self.tree.held(folder, language.modules.manifests("package"))
        if not found:
            return None
        said = npm(self.tree.text(found[0]))
        return said._replace(mains=tuple(_joined(folder, main) for main in said.mains))

    def _unbuilt(self, language: Language, path: str, folder: str) -> str:
        """Return the source of a file that only a build writes: `dist/x.js` is `src/x.ts`."""
        package = self._around(language, folder if below(path, folder) else dirname(path))
        base = package.folder if package and below(path, package.folder) else ""
        return self._built_from(language, base, path[len(base) :].strip("/"))

    def _built_from(self, language: Language, base: str, inner: str) -> str:
        modules = language.modules
        parts = inner.split("/")
        for size in range(1, len(parts)):
            if parts[size - 1] not in modules.outputs:
                break
            rest = "/".join(parts[size:])
            for root in (*modules.source_roots, ""):
                path = _joined(base, join(root, rest))
                if root != parts[0] and (found := self._source(language, path) or self._stemmed(language, path)):
                    return found
        return ""

    def _stemmed(self, language: Language, path: str) -> str:
        """Return the source of a built file, whatever its extension."""
        ends = {end for end, _ in language.modules.compiled if path.endswith(end)}
        bare = path.removesuffix(max(ends, key=len, default=""))
        return self.tree.first(bare + ext for ext in language.modules.resolve_extensions) if ends else ""

    def _merged(self, language: Language, folder: str, written: str) -> str:
        """Look below the other folders that settings lay over the one of the importer (`rootDirs`)."""
        for said in self._settings(language, folder):
            for root in said.roots:
                if folder == root or below(folder, root):
                    path = join(folder[len(root) :].strip("/"), written)
                    others = (_joined(other, path) for other in said.roots if other != root)
                    if found := next(filter(None, (self._source(language, other) for other in others)), ""):
                        return found
        return ""

    # ------------------------------------------------------------------------------------------------------ aliases

    def _aliased(self, language: Language, folder: str, module: str) -> str:
        """Return the file that the settings nearest to an importer put for a module."""
        for said in self._settings(language, folder):
            for pattern, star in islice(patterns_of(said.paths, module), 1):
                for target in said.paths[pattern]:
                    path = _joined(said.base if said.base is not None else said.folder, substituted(target, star))
                    if found := self._file(language, path, said.folder):
                        return found
            path = "" if said.base is None else _joined(said.base, module)
            if path and (found := self._source(language, path) or self._inside(language, path)):
                return found
        return ""

    def _settings(self, language: Language, folder: str) -> tuple[Settings, ...]:
        """Return the settings nearest to a folder, and those that they refer to."""
        key = language.name, folder
        return self.tree.remembered(self._aliases, key, lambda: self._find_settings(language, folder))

    def _find_settings(self, language: Language, folder: str) -> tuple[Settings, ...]:
        names = language.modules.manifests("aliases")
        if not (found := self.tree.held(folder, names)):
            return self._settings(language, dirname(folder)) if folder else ()
        said, own = self._read(language, found[0], 0), aliases(self.tree.text(found[0]))
        others = [_joined(folder, other) for other in own.references]
        files = [self.tree.first([path, *(join(path, name) for name in names)]) for path in others]
        return said, *(self._read(language, path, 1) for path in files if path)

    def _read(self, language: Language, path: str, depth: int) -> Settings:
        """Read settings: what they do not say is as in those that they extend, the last one of several first."""
        said, folder = aliases(self.tree.text(path)), dirname(path)
        found = Settings(folder)
        for other in said.extends if depth < MAX_EXTENDS else ():
            if target := self._extended(language, folder, other):
                inner = self._read(language, target, depth + 1)
                found = inner if inner.paths else inner._replace(paths=found.paths, folder=found.folder)
        if said.paths:
            found = found._replace(folder=folder, paths=said.paths)
        if said.base is not None:
            found = found._replace(base=_joined(folder, said.base))
        return found._replace(roots=tuple(_joined(folder, root) for root in said.roots) or found.roots)

    def _extended(self, language: Language, folder: str, module: str) -> str:
        if module.startswith("."):
            path = _joined(folder, module)
            return self.tree.first([path, f"{path}.json"])
        name, inner = _split(module)
        for package in self._called(language, folder, name):
            path = join(package.folder, inner)
            names = [join(path, manifest) for manifest in language.modules.manifests("aliases")]
            if found := self.tree.first([path, f"{path}.json", *names]):
                return found
        return ""

    # ----------------------------------------------------------------------------------------------------- packages

    def _internal(self, language: Language, folder: str, module: str) -> str:
        """Return the file that the importer's own package puts for a name of its own (`#utils`)."""
        package = self._around(language, folder)
        return self._mapped(language, package, package.said.imports, module) if package else ""

    def _mapped(self, language: Language, package: Package, table: dict[str, object], module: str) -> str:
        for pattern, star in islice(patterns_of(table, module), 1):
            found = [
                found
                for target in targets(table[pattern])
                if target.startswith("./")
                if (found := self._file(language, _joined(package.folder, substituted(target, star)), package.folder))
            ]
            if found:  # the source before what only declares it
                return min(found, key=lambda path: path.endswith(language.modules.stubs))
        return ""

    def _package(self, language: Language, folder: str, module: str) -> str:
        """Return the file of a package of this repository that a bare module names."""
        name, inner = _split(module)
        for package in self._called(language, folder, name):
            if package.said.exports:
                if found := self._mapped(language, package, package.said.exports, f"./{inner}" if inner else "."):
                    return found
            elif inner:
                if found := self._file(language, join(package.folder, inner), package.folder):
                    return found
                if found := self._built_from(
                    language, package.folder, f"{'/'.join(language.modules.outputs[:1])}/{inner}"
                ):
                    return found
            if not inner and (found := self._main(language, package)):
                return found
        return ""

    def _main(self, language: Language, package: Package) -> str:
        mains = [_joined(package.folder, main) for main in package.said.mains]
        found = [found for main in mains if (found := self._file(language, main, package.folder))]
        if found:
            return min(found, key=lambda path: path.endswith(language.modules.stubs))
        roots = [join(package.folder, root).rstrip("/") for root in ("", *language.modules.source_roots)]
        names = [index + ext for index in language.modules.index for ext in language.modules.resolve_extensions]
        return next((path for root in roots for path in self.tree.held(root, names)), "")

    def _called(self, language: Language, folder: str, name: str) -> list[Package]:
        """Return the package that an importer gets under a name: its own, one beside it, or the only one."""
        own = self._around(language, folder)
        if own and own.said.name == name:
            return [own]
        if own and (linked := own.said.linked.get(name)) is not None:
            path = _joined(own.folder, linked)
            said = self._manifest(language, path)
            return [Package(path, npm(self.tree.text(self._at(language, path))))] if said else []
        every = self._every(language)
        found = every.get(own.said.renamed.get(name, name) if own else name, [])
        near = [p for p in found if not _apart(language, p.folder, folder)]
        return near if len(near) == 1 else [p for p in near if self._joint(language, p.folder, folder)][:1]

    def _joint(self, language: Language, one: str, other: str) -> bool:
        """Tell whether one workspace holds both folders."""
        folder = dirname(one) if one else ""
        while True:
            said = self._workspaces(language, folder)
            if any(fnmatchcase(one, pattern) for pattern in said):
                return below(other, folder)
            if not folder:
                return False
            folder = dirname(folder)

    def _workspaces(self, language: Language, folder: str) -> list[str]:
        manifest = self._manifest(language, folder)
        found = list(manifest.workspaces) if manifest else []
        for path in self.tree.held(folder, language.modules.manifests("workspace")):
            found += _yaml_list(self.tree.text(path))
        return [_joined(folder, pattern) for pattern in found if not pattern.startswith("!")]

    def _at(self, language: Language, folder: str) -> str:
        return next(iter(self.tree.held(folder, language.modules.manifests("package"))), "")

    def _around(self, language: Language, folder: str) -> Package | None:
        """Return the package that a folder belongs to: the nearest manifest that has a name, or else the nearest."""
        key = language.name, folder
        return self.tree.remembered(self._nearest, key, lambda: self._find_around(language, folder))

    def _find_around(self, language: Language, folder: str) -> Package | None:
        path = self._at(language, folder)
        outer = self._around(language, dirname(folder)) if folder else None
        if not path:
            return outer
        found = Package(folder, npm(self.tree.text(path)))
        return found if found.said.name or not outer else outer

    def _every(self, language: Language) -> dict[str, list[Package]]:
        """Return every package of the repository by its name."""
        return self.tree.remembered(self._packages, language.name, lambda: self._read_every(language))

    def _read_every(self, language: Language) -> dict[str, list[Package]]:
        found: dict[str, list[Package]] = {}
        for path in self.tree.called(language.modules.manifests("package")):
            said = npm(self.tree.text(path))
            if said.name:
                found.setdefault(said.name, []).append(Package(dirname(path), said))
        return found


def _joined(folder: str, path: str) -> str:
    """Return a path of the repository; the root is "", and what lies outside begins with ".."."""
    found = normpath(join(folder, path.lstrip("/")))
    return "" if found == "." else found


def _split(module: str) -> tuple[str, str]:
    """Split a bare module into the name of its package and the path inside of it."""
    parts = module.split("/")
    size = 2 if module.startswith("@") else 1
    return "/".join(parts[:size]), "/".join(parts[size:])


def _apart(language: Language, package: str, folder: str) -> bool:
    """Tell whether a package is a fixture of tests that an importer has nothing to do with."""
    parts = package.split("/")
    for size in range(len(parts), 0, -1):
        if parts[size - 1] in language.modules.apart:
            return not below(f"{folder}/", "/".join(parts[:size]))
    return False


def _yaml_list(text: str) -> list[str]:
    """Return the items of the lists in a short YAML file."""
    lines = [line.strip() for line in text.splitlines()]
    return [line[1:].split(" #")[0].strip().strip("\"'") for line in lines if line.startswith("-")]
