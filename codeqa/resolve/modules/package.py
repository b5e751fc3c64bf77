"""A module is a package that files declare, a folder in some source root, or a class in it (Java)."""

from __future__ import annotations

from codeqa.languages import Language
from codeqa.resolve.modules.tree import Located, Tree, ends


class Package:
    """Finds packages and classes by the end of their path, whatever the source root."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree

    def locate(self, language: Language, importer: str, module: str) -> Located:
        """A package is a folder, a class of it a file; `a.b.C` may name either, or a class inside a class."""
        inner = module.replace(language.modules.separator, "/")
        parts = inner.split("/")
        for size in range(len(parts), 0, -1):
            head = "/".join(parts[:size])
            if size == 1 and len(parts) > 1:
                break
            files = [
                path
                for path in self.tree.named(parts[size - 1])
                if ends(path[: path.rfind(".")], head) and path.endswith(language.extensions)
            ]
            if files:
                return Located(tuple(files), rest=tuple(parts[size:]))
            if size == len(parts):
                folders = [folder for folder in self.tree.folders(parts[-1]) if ends(folder, inner)]
                inside = [p for folder in folders for p in self.tree.inside(folder) if p.endswith(language.extensions)]
                if inside:
                    return Located(tuple(inside))
        return Located(external=module)
