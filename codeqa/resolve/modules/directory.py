"""A module is a folder below a manifest that names it (Go)."""

from __future__ import annotations

import re
from posixpath import dirname, join, normpath
from typing import NamedTuple

from codeqa.languages import Language
from codeqa.resolve.modules.tree import Located, Memo, Tree, below

_MODULE = re.compile(r"^\s*module\s+[\"`]?([^\s\"`]+)", re.M)
_REPLACE = re.compile(r"^\s*(?:replace\s+)?[\"`]?([^\s\"`]+)[\"`]?(?:\s+v\S+)?\s*=>\s*[\"`]?(\.{1,2}[^\s\"`]*)", re.M)
_COMMENT = re.compile(r"//[^\n]*")


class Declared(NamedTuple):
    """What the manifest in `folder` says."""

    folder: str
    module: str
    replaced: tuple[tuple[str, str], ...]  # module → folder of the repository that stands for it


class Directory:
    """Finds the folder of a module by the longest name that a manifest declares, or puts another folder for."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._declared: Memo[str, list[Declared]] = {}

    def locate(self, language: Language, importer: str, module: str) -> Located:
        """Find the files of a package: without those that only its own tests see."""
        for name, root in self._roots(language, importer):
            if module == name or module.startswith(f"{name}/"):
                folder = join(root, module[len(name) :].strip("/")).rstrip("/")
                files = [p for p in self.tree.inside(folder) if p.endswith(language.extensions)]
                sources = [p for p in files if not p.endswith(language.modules.unshared)] or files
                if sources:
                    return Located(tuple(sources))
        return self._vendored(language, importer, module)

    def _vendored(self, language: Language, importer: str, module: str) -> Located:
        folder = dirname(importer)
        while language.modules.vendored:
            for name in language.modules.vendored:
                inside = self.tree.inside(join(folder, name, module))
                sources = [p for p in inside if p.endswith(language.extensions)]
                if sources := [p for p in sources if not p.endswith(language.modules.unshared)]:
                    return Located(tuple(sources))
            if not folder:
                break
            folder = dirname(folder)
        return Located(external=module)

    def _roots(self, language: Language, importer: str) -> list[tuple[str, str]]:
        """Return (module, folder) of what an importer may name: the longest names first, its own module's last word."""
        found = self.tree.remembered(self._declared, language.name, lambda: self._manifests(language))
        own = max((m for m in found if below(importer, m.folder)), key=lambda m: len(m.folder), default=None)
        replaced = list(own.replaced) if own else []
        named = [(m.module, m.folder) for m in found]
        named.sort(key=lambda item: (not below(importer, item[1]), len(item[1])))
        return sorted([*replaced, *named], key=lambda item: -len(item[0]))

    def _manifests(self, language: Language) -> list[Declared]:
        found = []
        for path in self.tree.called(language.modules.manifests("module")):
            text = _COMMENT.sub("", self.tree.text(path))
            folder = dirname(path)
            replaced = [(name, normpath(join(folder, to)).lstrip(".")) for name, to in _REPLACE.findall(text)]
            if match := _MODULE.search(text):
                found.append(Declared(folder, match[1], tuple(replaced)))
        return found
