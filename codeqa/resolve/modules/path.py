"""A module is a path below one of several roots, or from the file that asks (Lua, Ruby, shells, HTML)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import dirname, join, normpath

from codeqa.languages import Language
from codeqa.resolve.modules.tree import Located, Tree, ends, stem

_QUOTE = re.compile("[\"']")
_OUTSIDE = re.compile(r"//|[a-z][a-z+.-]*:", re.I)  # an address, not a path
_UNKNOWN = re.compile(r"[$`{}<>*?\n]")  # a part that only running the program tells


class Path:
    """Finds files by path: beside the importer, below the folders around it, and in the source roots of these."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree

    def locate(self, language: Language, importer: str, module: str) -> Located:
        """Find the file; where the text hides from where it leads, the only file that it can mean."""
        rules = language.modules
        led = language.lead.match(module) if language.lead else None
        written = _QUOTE.split(module[led.end() :])[0] if led else module
        if _OUTSIDE.match(written):
            return Located(external=written)
        written = written.split("#")[0] if rules.separator == "/" else written.replace(rules.separator, "/")
        if not written.strip("/.") or _UNKNOWN.search(written):
            return Located()
        relative = written.startswith(("./", "../"))
        folders = (dirname(importer), "") if relative else self._folders(language, importer, free=bool(led))
        if not written.startswith("/"):
            for folder in folders:
                base = normpath(join(folder, written))
                if found := self.tree.first(self._files(language, base)):
                    return Located((found,))
        if led and (only := self._only(language, normpath(written).lstrip("./"))):
            return Located((only,))
        return Located() if led or relative else Located(external=module)

    def _files(self, language: Language, base: str) -> Iterator[str]:
        """Yield what a path may be short for, best first."""
        rules = language.modules
        for extension in rules.resolve_extensions:
            yield base + extension
        for index in rules.index:
            for extension in rules.resolve_extensions:
                yield join(base, index) + extension

    def _folders(self, language: Language, importer: str, *, free: bool) -> Iterator[str]:
        """Yield the folders that a path may start at: those around the importer, nearest first, and their roots."""
        rules = language.modules
        folder = dirname(importer)
        while True:
            if rules.beside or free:
                yield folder
            for root in rules.source_roots:
                yield join(folder, root)
            if not folder:
                return
            folder = dirname(folder)

    def _only(self, language: Language, written: str) -> str:
        """Return the one file of the repository whose path ends so, "" if there are several."""
        wanted = list(self._files(language, written))
        found = {p for name in wanted for p in self.tree.named(stem(name)) if ends(p, name)}
        return found.pop() if len(found) == 1 else ""
