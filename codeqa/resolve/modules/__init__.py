"""From the text of an import to files: one class for each `modules.style` that `grammars/` may name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from posixpath import dirname, normpath

from codeqa.languages import Language
from codeqa.resolve.modules.crate import Crate
from codeqa.resolve.modules.directory import Directory
from codeqa.resolve.modules.dotted import Dotted
from codeqa.resolve.modules.include import Include
from codeqa.resolve.modules.package import Package
from codeqa.resolve.modules.path import Path
from codeqa.resolve.modules.relative import Relative
from codeqa.resolve.modules.tree import Located, Memo, Style, Tree, changed_keys, ends, stem

__all__ = ["Located", "ModuleMap", "Style", "changed_keys", "stem"]


class ModuleMap:
    """Answers which files a module's text may mean, from the repository's paths and manifests alone.

    `read(path)` returns the text of a manifest such as go.mod, "" if there is none. `consulted` is told the keys that
    an answer hangs on, so that adding or removing a file re-resolves exactly the files it could matter to.
    `imports(path, name)` tells whether a file imports something under a name.
    """

    def __init__(
        self,
        paths: Iterable[str],
        read: Callable[[str], str],
        consulted: Callable[[Iterable[str]], None],
        imports: Callable[[str, str], bool] = lambda path, name: False,
    ) -> None:
        self._tree = Tree(paths, read, lambda key: consulted((key,)), consulted, imports)
        self._dotted = Dotted(self._tree)
        self._crate = Crate(self._tree)
        self._styles: dict[str, Style] = {
            "dotted": self._dotted,
            "relative": Relative(self._tree),
            "directory": Directory(self._tree),
            "package": Package(self._tree),
            "crate": self._crate,
            "include": Include(self._tree),
            "path": Path(self._tree),
        }
        self._located: Memo[tuple[str, str, str], Located] = {}

    def locate(self, language: Language, importer: str, module: str) -> Located:
        """Find the files that `module`, as written in `importer`, stands for."""
        style = self._styles.get(language.modules.style)
        if style is None:
            return Located(external=module)
        where = importer if language.modules.style == "crate" else dirname(importer)
        key = language.name, where, module
        return self._tree.remembered(self._located, key, lambda: style.locate(language, importer, module))

    def ending(self, written: str) -> list[str]:
        """Return the files whose path ends with what is written, in whole segments."""
        wanted = normpath(written).lstrip("./")
        return [path for path in self._tree.named(stem(wanted)) if ends(path, wanted)]

    def siblings(self, language: Language, path: str) -> dict[str, None]:
        """Return the files that share a package scope with `path`, itself included."""
        folder = dirname(path)
        self._tree.note(f"m:{folder.rpartition('/')[2]}")
        return self._tree.group(language, folder, [folder])

    def same_package(self, language: Language, path: str, package: str) -> dict[str, None]:
        """Return the files of a declared package, over all source roots."""
        inner = package.replace(language.modules.separator, "/")
        if not inner:
            return self.siblings(language, path)
        folders = self._tree.folders(inner.rpartition("/")[2])
        return self._tree.group(language, f"*/{inner}", (folder for folder in folders if ends(folder, inner)))

    def target(self, language: Language, name: str) -> tuple[str, ...]:
        """Return the files of the target of that name: a folder right below a source root."""
        roots = language.modules.source_roots
        folders = [f for f in self._tree.folders(name) if dirname(f).rpartition("/")[2] in roots]
        return tuple(p for f in folders for p in self._tree.inside(f) if p.endswith(language.extensions))

    def submodule(self, language: Language, package: str, name: str) -> tuple[str, ...]:
        """Return the file of `name` inside the package whose index file is `package`."""
        return self._dotted.submodule(language, package, name)

    def namespace(self, language: Language, importer: str, module: str) -> bool:
        """Tell whether a dotted module is a folder of this repository without an index file."""
        return self._dotted.namespace(language, importer, module)

    def needs(self, language: Language, importer: str, crate: str) -> bool:
        """Tell whether a manifest above the importer asks for another crate by that name."""
        return self._crate.needs(language, importer, crate)

    def crate(self, language: Language, path: str) -> str:
        """Return the root file of the crate that a file belongs to, or the folder that it starts in."""
        return self._crate.root(language, path)
