"""A module is a file that another one takes in as text (C, C++)."""

from __future__ import annotations

from posixpath import dirname, join, normpath

from codeqa.languages import Language
from codeqa.resolve.modules.tree import Located, Tree, common, ends, stem


class Include:
    """Finds headers: beside the file that asks, or else by the end of their path."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree

    def locate(self, language: Language, importer: str, module: str) -> Located:
        """Find the header; of several the one nearest to its importer."""
        written = module.strip("<>")
        beside = normpath(join(dirname(importer), written))
        if not module.startswith("<") and self.tree.has(beside):
            return Located((beside,))
        wanted = normpath(written).lstrip("./")
        found = [p for p in self.tree.named(stem(wanted)) if ends(p, wanted)]
        if module.startswith("<") and "/" not in wanted:
            found = [p for p in found if not set(language.modules.source_roots[:1]).isdisjoint(p.split("/"))]
        if not found:
            return Located(external=written)
        return Located((min(found, key=lambda p: (-common(p, importer), len(p), p)),))
