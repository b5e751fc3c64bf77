"""What a bare name stands for: scopes from the inside out, then imports, the package, the built-in names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codeqa.domain import CALLABLE, CLASS_LIKE, Import
from codeqa.resolve.environment import MEMBERS, UNKNOWN, Environment, Value

if TYPE_CHECKING:
    from codeqa.languages import Language
    from codeqa.resolve.types import Types

MAX_HOPS = 12  # through re-exports and star imports


class Names:
    """Looks names up, by the rules of their file's language."""

    def __init__(self, environment: Environment) -> None:
        self.env = environment
        self.types: Types  # set by the resolver: names and types need one another

    def bare(self, path: str, name: str, scope: int) -> list[Value]:
        """Return what `name` means in a scope of a file; [] if nothing in the repository binds it."""
        tables = self.env.tables(path)
        language = self.env.language(path)
        if tables is None or language is None:
            return []
        scopes = tables.interface.scopes
        at = scope
        while at >= 0:
            holder = scopes[at].definition
            if bindings := tables.bindings.get((at, name)):
                values = [value for binding in bindings for value in self.types.bound(path, binding)]
                return list(dict.fromkeys(values)) or [UNKNOWN]
            if holder >= 0 and (found := self._near(path, self._inside(path, holder, name, at == scope, language), scope)):
                return found
            imported = [v for item in tables.imports.get((at, name), ()) for v in self.imported(path, item)]
            if at == 0:
                return self._file(path, name, imported, language, scope)
            if imported:
                return imported
            at = scopes[at].parent
        return []

    def _inside(self, path: str, holder: int, name: str, direct: bool, language: Language) -> list[Value]:
        """Look among what a definition holds: locals of a function, members of a class where they are visible."""
        tables = self.env.tables(path)
        assert tables is not None
        definition = tables.interface.definitions[holder]
        visible = language.scopes.members == "visible"
        if definition.kind in CLASS_LIKE and definition.kind != "namespace":
            if visible:
                return self.types.members(Value("definition", path, holder), name)
            if not direct:
                return []
        found = [
            Value("definition", path, i)
            for i in tables.children.get((holder, name), ())
            if visible or definition.kind in CLASS_LIKE or tables.interface.definitions[i].kind not in MEMBERS
        ]
        if found or not visible or definition.kind not in CALLABLE or definition.parent >= 0:
            return found
        owner = self.types.owner(path, holder)  # a member written outside of its class sees the class
        return self.types.members(owner, name) if owner else []

    def _near(self, path: str, values: list[Value], scope: int) -> list[Value]:
        """Of the definitions of one name in a file, keep those of the innermost block around the reference."""
        tables = self.env.tables(path)
        language = self.env.language(path)
        assert tables is not None and language is not None
        scopes, homes = tables.interface.scopes, tables.home
        if not values or any(v.kind != "definition" or v.path != path or v.index < 0 for v in values):
            return values
        at = scope
        while at >= 0:
            if found := [v for v in values if homes[v.index] == at]:
                return found
            at = scopes[at].parent
        return [] if language.modules.style == "relative" else values

    def _file(self, path: str, name: str, imported: list[Value], language: Language, scope: int) -> list[Value]:
        found = self._near(path, self.env.top(path, name), scope)
        local = [value for value in imported if value.kind not in ("external", "unknown")]
        if found or local:
            return self._bodies([*found, *[v for v in local if v not in found]])
        if imported:
            return imported
        if found := self._starred(path, name, language, set()):
            return self._bodies(found)
        return self._package(path, name, language)

    def _package(self, path: str, name: str, language: Language) -> list[Value]:
        """Look beyond the file: what shares its package, what its headers link to, what the language brings."""
        style = language.modules.style
        tables = self.env.tables(path)
        assert tables is not None
        if style == "directory":
            found = [
                v for other in self.env.modules.siblings(language, path) if other != path for v in self.env.top(other, name)
            ]
            if found:
                return found
        elif style == "package":
            package = tables.interface.package
            for other in self.env.modules.same_package(language, path, package):
                if other != path and (found := self.env.top(other, name)):
                    return found
        if name in language.scopes.builtins:
            return [Value("external", name=f"builtins.{name}")]
        return self._linked(path, name, language) if style == "include" else []

    def _linked(self, path: str, name: str, language: Language) -> list[Value]:
        """C and C++ link by name: a function that no header declares may still be the program's only one."""
        found = [v for v in self.env.named(name) if self._linkable(v)]
        bodies = self._bodies(found)
        return [v._replace(inferred=True) for v in bodies] if len(bodies) == 1 else []

    def _linkable(self, value: Value) -> bool:
        definition = self.env.definition(value)
        language = self.env.language(value.path)
        return (
            definition.parent < 0
            and "." not in definition.qualname
            and language is not None
            and language.modules.style == "include"
            and "static" not in definition.flags.split()
            and (definition.kind != "macro" or value.path.endswith(".h"))
        )

    def _bodies(self, values: list[Value]) -> list[Value]:
        """Prefer definitions over prototypes, and look behind a header for the body."""
        found = [v for v in values if v.kind != "definition" or v.index < 0 or not self._declares(v)]
        if found:
            return found
        behind: list[Value] = []
        for value in values:
            behind += [v for v in self.behind(value) if v not in behind]
        return behind or values

    def _declares(self, value: Value) -> bool:
        return "declaration" in self.env.definition(value).flags.split()

    def behind(self, value: Value) -> list[Value]:
        """Return the definitions with a body that a declaration announces."""
        declared = self.env.definition(value)
        if "static" in declared.flags.split() and declared.parent < 0:
            return []
        wanted = declared.qualname.split("#")[0]
        found = []
        for other in self.env.named(declared.name):
            if other == value:
                continue
            definition = self.env.definition(other)
            qualname = definition.qualname.split("#")[0]
            same = qualname == wanted or wanted.endswith(f".{qualname}") or qualname.endswith(f".{wanted}")
            if same and "declaration" not in definition.flags.split() and definition.kind in CALLABLE:
                if (("." in wanted) == ("." in qualname)) and definition.kind != "macro":
                    found.append(other)
        return found

    # ------------------------------------------------------------------------------------------------------- imports

    def imported(self, path: str, item: Import, hops: int = 0) -> list[Value]:
        """Return what an import binds; an external one names its target."""
        language = self.env.language(path)
        if language is None or hops > MAX_HOPS:
            return []
        separator = language.modules.separator
        if not item.module and item.name:  # `export { a as b }` of this very file
            return self.exported(path, item.name, hops + 1, own=True) if item.local != item.name else self.env.top(path, item.name)
        module = item.module
        if not item.name and language.modules.style == "dotted" and item.local == module.split(".", 1)[0]:
            module = item.local  # `import a.b` binds a
        if not item.name and language.modules.style in ("crate", "package"):
            head, _, last = module.rpartition(separator)
            if head:
                return self.imported(path, item._replace(module=head, name=last), hops + 1)
        located = self.env.modules.locate(language, path, module)
        if not located.paths:
            return self._outside(path, item, module, language, located.external)
        if not item.name:
            return [Value("module", located.paths[0], name=module, paths=located.paths)]
        return self._member(path, located.paths, module, item.name, language, hops)

    def _outside(self, path: str, item: Import, module: str, language: Language, external: str) -> list[Value]:
        if language.modules.style == "dotted" and self.env.modules.namespace(language, path, module):
            if not item.name:
                return [Value("module", "", name=module)]
            inner = self.env.modules.locate(language, path, f"{module}.{item.name}")
            return [Value("module", inner.paths[0], name=item.name, paths=inner.paths)] if inner.paths else []
        if module.startswith(".") or (language.modules.style == "crate" and module.split("::")[0] in ("crate", "self", "super")):
            return []  # it should be here, and is not
        name = external or module
        clean = name.replace(language.modules.separator, ".") if language.modules.style != "directory" else name
        return [Value("external", name=f"{clean}.{item.name}" if item.name else clean)]

    def _member(
        self, path: str, paths: tuple[str, ...], module: str, name: str, language: Language, hops: int
    ) -> list[Value]:
        """Return `name` out of the module that the files `paths` make up."""
        if language.modules.style == "crate":
            return self._item(path, paths[0], module, name, language, hops)
        if language.modules.style == "package":
            return self._java(paths, module, name, language)
        found = [v for file in paths for v in self.exported(file, name, hops + 1)]
        if not found and language.modules.style == "dotted":
            for file in paths:
                if inner := self.env.modules.submodule(language, file, name):
                    return [Value("module", inner[0], name=name, paths=inner)]
        return found

    def _java(self, paths: tuple[str, ...], module: str, name: str, language: Language) -> list[Value]:
        """`a.b` + C is a class of a package; `a.b.C` + m a static member of a class."""
        last = module.rpartition(language.modules.separator)[2]
        for file in paths:
            if found := [v for v in self.env.top(file, name) if self.env.is_class(v)]:
                return found
            for value in self.env.top(file, last):
                if self.env.is_class(value) and (found := self.types.members(value, name)):
                    return found
        return []

    def _item(self, path: str, file: str, module: str, name: str, language: Language, hops: int) -> list[Value]:
        """Follow the inline modules and types of a Rust path that files did not account for."""
        stops = {"crate", "self", "super", ""}
        parts = [part for part in module.split(language.modules.separator) if part not in stops]
        names = [part for part in parts if part not in file.replace("/", " ").replace(".rs", "").split()]
        values = [Value("module", file, paths=(file,))]
        for part in [*names, name]:
            values = [found for value in values for found in self._step(value, part, language, hops)]
        return values

    def _step(self, value: Value, name: str, language: Language, hops: int) -> list[Value]:
        if value.kind == "module":
            if found := self.exported(value.path, name, hops + 1):
                return found
            folder = self.env.modules.locate(language, value.path, f"self::{name}")
            return [Value("module", p, name=name, paths=(p,)) for p in folder.paths if p != value.path]
        return self.types.members(value, name) if value.kind == "definition" and value.index >= 0 else []

    def default(self, value: Value) -> list[Value]:
        """Return what a module is when it is used as a value: its default export (`const Queue = require("./queue")`)."""
        if value.kind != "module" or (language := self.env.language(value.path)) is None or language.modules.style != "relative":
            return []
        return [v for path in value.paths for v in self.exported(path, "default")]

    def exported(self, path: str, name: str, hops: int = 0, *, own: bool = False) -> list[Value]:
        """Return what another file sees under `name` in this one: definitions, then imports, then star imports."""
        tables = self.env.tables(path)
        language = self.env.language(path)
        if tables is None or language is None or hops > MAX_HOPS:
            return []
        private_imports = language.modules.style in ("relative", "crate", "directory", "package") and not own
        definitions = [] if name == "default" else self.env.top(path, name)
        if name == "default":
            definitions = [
                Value("definition", path, i)
                for i, d in enumerate(tables.interface.definitions)
                if d.parent < 0 and "default" in d.flags.split()
            ]
        if language.modules.style == "relative":  # what a block holds is nobody else's
            definitions = [v for v in definitions if not tables.home[v.index]]
        if definitions:
            return self._bodies(definitions)
        found = []
        for item in tables.imports.get((0, name), ()):
            if item.reexport or not private_imports:
                if item.module or item.name != item.local:
                    found += [v for v in self.imported(path, item, hops + 1) if v not in found]
        inside = [v for v in found if v.kind not in ("external", "unknown")]
        return inside or found or self._starred(path, name, language, {path}, exported=True, hops=hops)

    def _starred(
        self, path: str, name: str, language: Language, seen: set[str], *, exported: bool = False, hops: int = 0
    ) -> list[Value]:
        """Look through star imports and includes, transitively, each file once."""
        tables = self.env.tables(path)
        if tables is None or hops > MAX_HOPS or (language.modules.style == "dotted" and name.startswith("_")):
            return []
        for item in tables.stars:
            if exported and language.modules.style in ("relative", "crate") and not item.reexport:
                continue
            for file in self._star_files(path, item, language):
                if file in seen:
                    continue
                seen.add(file)
                if found := self._from_star(file, name, language, seen, hops):
                    return found
        return []

    def _star_files(self, path: str, item: Import, language: Language) -> tuple[str, ...]:
        return self.env.modules.locate(language, path, item.module).paths

    def _from_star(self, file: str, name: str, language: Language, seen: set[str], hops: int) -> list[Value]:
        if language.modules.style == "include":
            return self.env.top(file, name) or self._starred(file, name, language, seen, hops=hops + 1)
        if language.modules.style == "package":
            found = self.env.top(file, name)
            if not found:
                stem = file.rpartition("/")[2].partition(".")[0]
                for value in self.env.top(file, stem):
                    found = found or self.types.members(value, name)
            return found
        return self.exported(file, name, hops + 1) or self._starred(file, name, language, seen, exported=True, hops=hops + 1)
