"""What a bare name stands for: scopes from the inside out, then imports, the package, the built-in names."""

from __future__ import annotations

from collections.abc import Container, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING

from codeqa.domain import CALLABLE, CLASS_LIKE, Binding, Import
from codeqa.resolve.environment import MEMBERS, UNKNOWN, Environment, Tables, Value, plain
from codeqa.resolve.linkage import Linkage
from codeqa.resolve.messages import Messages
from codeqa.resolve.modules import Located, stem
from codeqa.resolve.namespaces import Namespaces

if TYPE_CHECKING:
    from codeqa.languages import Language
    from codeqa.resolve.types import Types

MAX_HOPS = 12  # through re-exports and star imports
MAX_INLINE = 3  # of these through modules that are written inside of files


class Names:
    """Looks names up, by the rules of their file's language."""

    def __init__(self, environment: Environment) -> None:
        self.env = environment
        self.linkage = Linkage(environment)
        self.namespaces = Namespaces(environment)
        self._beyond: dict[tuple[str, str], tuple[list[Value], frozenset[str]]] = {}
        self.messages = Messages(environment)
        self.types: Types  # set by the resolver: names and types need one another

    def bare(
        self, path: str, name: str, scope: int, *, at: int = -1, before: int = -1, called: bool | None = None
    ) -> list[Value]:
        """Return what `name` means in a scope of a file; [] if nothing in the repository binds it.

        `at` is the byte of the use: in the initialiser of a binding the name means what it meant before. With
        `before`, only what is bound before that byte counts. `called` tells whether it is called, None where it may
        be a type: some languages look that up apart.
        """
        tables = self.env.tables(path)
        language = self.env.language(path)
        if tables is None or language is None:
            return []
        if language.constants and language.constants.match(name):
            return self.messages.constant(path, name, scope, language)
        scopes = tables.interface.scopes
        every = not self.open_scopes(language)
        if not every and name not in tables.inner:
            return self.types.once(("file", path, name), lambda: self._outermost(path, name, tables, language))
        level = scope
        meant = called if language.scopes.separate else None
        while level >= 0:
            holder = scopes[level].definition
            if not meant and (values := self._bindings(path, _bound(tables, level, name, at, before))):
                return values
            if holder >= 0 and (every or (holder, name) in tables.children):
                inside = self._of_space(self._inside(path, holder, name, level == scope, language), meant)
                if found := inside if self._overloaded(inside, language) else self._near(path, inside, scope):
                    return found
            imported = [v for item in tables.imports.get((level, name)) for v in self.imported(path, item)]
            imported = self._of_space(imported, meant)
            if level == 0:
                return self._of_space(self._file(path, name, imported, language, scope), meant)
            if imported:
                return imported
            level = scopes[level].parent
        return []

    def _bindings(self, path: str, bindings: Sequence[Binding]) -> list[Value]:
        """Return what a parameter or local holds; [] if all that is known is a branch that tells nothing."""
        values = [value for binding in bindings for value in self.types.bound(path, binding)]
        if values or any(binding.kind != "narrowed" for binding in bindings):
            return list(dict.fromkeys(values)) or [UNKNOWN]
        return []

    def _of_space(self, values: list[Value], called: bool | None) -> list[Value]:
        """Keep what a name may mean where it is called, or is not, in a language that tells these apart."""
        if called is None:
            return values
        return [v for v in values if self.types.of_space(v, called=called)]

    def open_scopes(self, language: Language) -> bool:
        """Tell whether a file shows all that its inner scopes bind: no inherited members, nothing that is included."""
        if language.scopes.implicit or language.constants:
            return False
        return language.scopes.members != "visible" and language.modules.style not in ("include", "namespace")

    def function(self, path: str, name: str) -> list[Value]:
        """Return the functions that a name means at the top of a file, where variables have names of their own."""
        tables, language = self.env.tables(path), self.env.language(path)
        if tables is None or language is None:
            return []
        for found in (self.env.top(path, name), self._starred(path, name, language, {path})):
            if functions := [v for v in found if self.env.definition(v).kind in CALLABLE]:
                return functions
        return []

    def _outermost(self, path: str, name: str, tables: Tables, language: Language) -> list[Value]:
        imported = [v for item in tables.imports.get((0, name)) for v in self.imported(path, item)]
        return self._file(path, name, imported, language, 0)

    def declared_type(self, path: str, name: str, scope: int, at: int) -> str:
        """Return the type that the parameter or local `name` is declared to have, "" if none."""
        tables = self.env.tables(path)
        while tables is not None and scope >= 0:
            if found := _bound(tables, scope, name, at, -1):
                return next((binding.type for binding in found if binding.type), "")
            scope = tables.interface.scopes[scope].parent
        return ""

    def _inside(self, path: str, holder: int, name: str, direct: bool, language: Language) -> list[Value]:
        """Look among what a definition holds: locals of a function, members of a class where they are visible."""
        tables = self.env.tables(path)
        assert tables is not None
        definition = tables.interface.definitions[holder]
        visible = language.scopes.members == "visible"
        if definition.kind == "namespace" and language.modules.style == "include":
            return self.linkage.visible(path, f"{plain(definition.qualname)}.{name}")
        if definition.kind == "namespace" and language.modules.style == "namespace":
            return []  # looked up last, over all files: see `_file`
        if definition.kind in CLASS_LIKE and definition.kind != "namespace":
            if language.scopes.implicit:
                return []  # its members answer to self
            if visible:
                return self._members(Value("definition", path, holder), name)
            if not direct:
                return []
        found = [
            Value("definition", path, i)
            for i in tables.children.get((holder, name))
            if visible or definition.kind in CLASS_LIKE or tables.interface.definitions[i].kind not in MEMBERS
        ]
        if found or not visible or definition.kind not in MEMBERS or self.types.classes.lexical(path, holder):
            return found
        owner = self.types.classes.owner(path, holder)  # a member written outside of its class sees the class
        while owner and not found:
            found = self._members(owner, name)
            owner = self.types.classes.owner(owner.path, owner.index)
        return found

    def _members(self, cls: Value, name: str) -> list[Value]:
        """Return the members that a bare name reaches: the name of a class is the class, not its constructor."""
        found = self.types.classes.members(cls, name)
        return [v for v in found if self.env.definition(v).kind != "constructor"]

    def _overloaded(self, values: list[Value], language: Language) -> bool:
        """Tell whether these are the overloads of a type that is written in several places: none hides another."""
        if not language.scopes.overloads or language.modules.style != "namespace" or len(values) < 2:
            return False
        return all(v.kind == "definition" and self.env.definition(v).kind in MEMBERS for v in values)

    def _near(self, path: str, values: list[Value], scope: int) -> list[Value]:
        """Of the definitions of one name in a file, keep those of the innermost block around the reference."""
        tables = self.env.tables(path)
        language = self.env.language(path)
        assert tables is not None and language is not None
        scopes, homes = tables.interface.scopes, tables.home
        if not values or any(v.kind != "definition" or v.path != path or v.index < 0 for v in values):
            return values
        at = scope
        around = {v: homes[v.index] for v in values}
        if language.modules.style == "include":  # no block has functions: what is around one is its template
            for value, home in around.items():
                while home > 0 and scopes[home].definition < 0 and self.env.definition(value).kind in CALLABLE:
                    home = scopes[home].parent
                around[value] = home
        while at >= 0:
            if found := [v for v in values if around[v] == at]:
                return found
            at = scopes[at].parent
        return [] if language.scopes.blocks else values

    def _file(self, path: str, name: str, imported: list[Value], language: Language, scope: int) -> list[Value]:
        if language.modules.style == "namespace":
            return self.namespaces.seen(path, name, scope, imported)
        local = [value for value in imported if value.kind not in ("external", "unknown")]
        if language.modules.style == "include":
            found = self._near(path, local or self.linkage.seen(path, name, scope), scope)
        else:
            found = self._near(path, self.env.top(path, name), scope)
            found = self.linkage.with_bodies([*found, *[v for v in local if v not in found]])
        if found or imported:
            return found or imported
        if self.types.classes.busy:  # an answer that a cycle of bases cut short is not worth keeping
            found = self._package(path, name, language)
        else:
            found = self.env.remembered(self._beyond, (path, name), lambda: self._package(path, name, language))
        if found or not language.scopes.globals:
            return found or (self.linkage.linked(path, name, scope) if language.modules.style == "include" else [])
        if (found := self.linkage.shared(path, name)) or not language.scopes.fold:
            return found
        others = (name.lower(), name.upper())
        return next((v for n in others if (v := self.env.top(path, n) or self.linkage.shared(path, n))), [])

    def _package(self, path: str, name: str, language: Language) -> list[Value]:
        """Look beyond the file: what it imports by stars, what shares its package, what the language brings."""
        if found := self._starred(path, name, language, set()):
            return self.linkage.with_bodies(found)
        style = language.modules.style
        tables = self.env.tables(path)
        assert tables is not None
        if style == "directory":
            files = self.env.modules.siblings(language, path)
            if found := [v for file in self._defining(name, files) if file != path for v in self.env.top(file, name)]:
                return found
            if found := self._declared(path, name, language):
                return found
        elif style == "package":
            package = tables.interface.package
            for other in self._defining(name, self.env.modules.same_package(language, path, package)):
                if other != path and (found := self.env.top(other, name)):
                    return found
        elif style == "crate" and (found := self._macros(path, name, language)):
            return found
        if name in language.scopes.builtins:
            return [Value("external", name=f"builtins.{name}")]
        return []

    def _declared(self, path: str, name: str, language: Language) -> list[Value]:
        """Return the imported module whose files declare a package of that name, which its own last word is not."""
        tables = self.env.tables(path)
        for item in tables.interface.imports if tables else ():
            if not item.name and item.local != name and item.local in item.module:  # an alias hides it
                files = self.env.modules.locate(language, path, item.module).paths
                inner = self.env.tables(files[0]) if files else None
                if inner and inner.interface.package == name:
                    return [Value("module", files[0], name=item.module, paths=files)]
        return []

    def _macros(self, path: str, name: str, language: Language) -> list[Value]:
        """Return the macros that are in sight without a path: the crate's own, else those of crates that it names."""
        every = [v for v in self.env.named(name) if self.env.definition(v).kind == "macro"]
        crate = self.env.modules.crate
        own = crate(language, path) if every else ""
        if found := [v for v in every if crate(language, v.path) == own]:
            return found
        tables = self.env.tables(own) if every else None
        named = [i.module for i in tables.interface.imports if not i.name] if tables else []
        roots = {root for module in named for root in self.env.modules.locate(language, own, module).paths}
        return [v for v in every if crate(language, v.path) in roots and self._shared(v)]

    def _shared(self, macro: Value) -> bool:
        definition = self.env.definition(macro)
        return definition.kind == "macro" and "exported" in definition.flags.split()

    # ------------------------------------------------------------------------------------------------------- imports

    def imported(self, path: str, item: Import, hops: int = 0) -> list[Value]:
        """Return what an import binds; an external one names its target."""
        language = self.env.language(path)
        if language is None or hops > MAX_HOPS:
            return []
        separator = language.modules.separator
        if (
            not item.module and item.name and language.modules.style != "namespace"
        ):  # `export { a as b }` of this very file
            return (
                self.exported(path, item.name, hops + 1, own=True)
                if item.local != item.name
                else self.env.top(path, item.name)
            )
        module = item.module
        if not item.name and language.modules.style == "dotted" and item.local == module.split(".", 1)[0]:
            module = item.local  # `import a.b` binds a
        if not item.name and language.modules.style in ("crate", "package"):
            head, _, last = module.rpartition(separator)
            if head:
                return self.imported(path, item._replace(module=head, name=last), hops + 1)
        if language.modules.style in ("include", "namespace"):
            return self._used(path, item, language)
        if language.modules.style == "crate":
            module = self._unnested(path, module, item.scope, language)
        located = self.env.modules.locate(language, path, module)
        if not located.paths:
            return self._outside(path, item, module, language, located.external)
        if not item.name:
            return [Value("module", located.paths[0], name=module, paths=located.paths)]
        return self._member(located, module, item.name, language, hops)

    def located(self, path: str, item: Import, language: Language) -> Located:
        """Return the files that an import leads to."""
        if language.modules.style == "namespace":
            return self.namespaces.located(path, item)
        return self.env.modules.locate(language, path, item.module)

    def _used(self, path: str, item: Import, language: Language) -> list[Value]:
        """Return what a using declaration, or the alias of a namespace, brings in."""
        if language.modules.style == "namespace":
            return self.namespaces.imported(path, item)
        dotted = ".".join(part for part in (item.module.replace(language.modules.separator, "."), item.name) if part)
        return self.types.evaluate(path, dotted.strip("."), item.scope, -1) or [Value("external", name=dotted)]

    def within(self, namespace: Value, name: str) -> list[Value]:
        """Return what a namespace holds, as seen from the file that asks."""
        language = self.env.language(namespace.path)
        if language is not None and language.modules.style == "namespace":
            return self.namespaces.within(namespace, name)
        dotted = f"{namespace.name}.{name}"
        return self.linkage.visible(namespace.path, dotted) or self.linkage.only(dotted)

    def rooted(self, path: str, steps: tuple[str, ...], scope: int) -> tuple[list[Value], int]:
        """Return what a path's root that nothing binds means, and how many steps it takes: `crate::`, `org.acme.`."""
        language = self.env.language(path)
        if language is not None and language.modules.style == "crate":
            return self._crate(path, steps, scope, language)
        if language is not None and language.modules.style == "package":
            return self._qualified(path, steps, language)
        if language is not None and language.modules.style == "namespace":
            return self.namespaces.rooted(path, steps, scope)
        return [], 1

    def _crate(self, path: str, steps: tuple[str, ...], scope: int, language: Language) -> tuple[list[Value], int]:
        used, around = 1, language.modules.anchors[2]
        while steps[0] == around and steps[used : used + 1] == (around,):
            used += 1
        module = self._unnested(path, language.modules.separator.join(steps[:used]), scope, language)
        located = self.env.modules.locate(language, path, module)
        if located.paths and not located.rest:
            return [Value("module", located.paths[0], name=module, paths=located.paths)], used
        if self.env.modules.needs(language, path, steps[0]):
            return [Value("external", name=steps[0])], used
        return [], 1

    def _unnested(self, path: str, module: str, scope: int, language: Language) -> str:
        """Rewrite a path that an inline module writes (`super::x`) as its file would."""
        tables = self.env.tables(path)
        separator = language.modules.separator
        parts = module.split(separator)
        _, own, around = language.modules.anchors
        while tables is not None and scope >= 0 and parts[0] == around:
            holder = tables.interface.scopes[scope].definition
            if holder >= 0 and tables.interface.definitions[holder].kind == "namespace":
                parts = parts[1:] if parts[1:2] == [around] else [own, *parts[1:]]
            scope = tables.interface.scopes[scope].parent
        return separator.join(parts)

    def _qualified(self, path: str, steps: tuple[str, ...], language: Language) -> tuple[list[Value], int]:
        """Find the class that a chain names with its package."""
        names = list(takewhile(str.isidentifier, steps))
        for size in range(len(names), 1, -1):
            module = language.modules.separator.join(names[: size - 1])
            located = self.env.modules.locate(language, path, module)
            if located.paths and (found := self._of_package(located, module, names[size - 1], language)):
                return found, size
        return [], 1

    def _outside(self, path: str, item: Import, module: str, language: Language, external: str) -> list[Value]:
        if language.modules.style == "dotted" and self.env.modules.namespace(language, path, module):
            if not item.name:
                return [Value("module", path, name=module)]
            inner = self.env.modules.locate(language, path, f"{module}.{item.name}")
            return [Value("module", inner.paths[0], name=item.name, paths=inner.paths)] if inner.paths else []
        if module.startswith(".") or module.split(language.modules.separator)[0] in language.modules.anchors:
            return []  # it should be here, and is not
        name = external or module
        paths = language.modules.style == "directory" or (language.modules.style, language.modules.separator) == (
            "path",
            "/",
        )
        clean = name if paths else name.replace(language.modules.separator, ".")
        return [Value("external", name=f"{clean}.{item.name}" if item.name else clean)]

    def _member(self, located: Located, module: str, name: str, language: Language, hops: int) -> list[Value]:
        """Return `name` out of the module that some files make up."""
        paths = located.paths
        if language.modules.style == "crate":
            return self._item(located, name, language, hops)
        if language.modules.style == "package":
            return self._of_package(located, module, name, language)
        found = [v for file in paths for v in self.exported(file, name, hops + 1)]
        if not found and language.modules.style == "dotted":
            for file in paths:
                if inner := self.env.modules.submodule(language, file, name):
                    return [Value("module", inner[0], name=name, paths=inner)]
        if not found and language.modules.value:
            whole = self.default(Value("module", paths[0], name=module, paths=paths))
            return [v for value in whole for v in self.types.attribute(value, name)]
        return found

    def _of_package(self, located: Located, module: str, name: str, language: Language) -> list[Value]:
        """`a.b` + C is a class of a package; `a.b.C` + m, `a.b.C.D` + m static members of a class."""
        last = module.split(language.modules.separator)[-1 - len(located.rest)]
        for file in located.paths:
            if not located.rest and (found := self._classes(file, name, language)):
                return found
            values = self._classes(file, last, language)
            for part in (*located.rest, name):
                values = [v for value in values for v in self.types.classes.members(value, part)]
            if values:
                return values
        return []

    def _classes(self, file: str, name: str, language: Language) -> list[Value]:
        """Return the classes of a file that other packages see."""
        found = [v for v in self.env.top(file, name) if self.env.is_class(v)]
        if language.visibility.default != "package":
            return found
        return [v for v in found if "exported" in self.env.definition(v).flags.split()]

    def _item(self, located: Located, name: str, language: Language, hops: int) -> list[Value]:
        """Follow the inline modules and types of a path that files did not account for."""
        values = [Value("module", located.paths[0], paths=located.paths[:1])]
        for part in (*located.rest, name):
            values = [found for value in values for found in self.step(value, part, language, hops)]
        return values

    def _inline(self, value: Value, name: str, language: Language, hops: int) -> list[Value]:
        """Return what a module that is written inside of a file has, or brings together, under a name."""
        tables = self.env.tables(value.path)
        if tables is None or hops > MAX_INLINE + 2:
            return []
        if found := [Value("definition", value.path, i) for i in tables.children.get((value.index, name))]:
            return found
        scope = tables.scope_of.get(value.index, -1)
        items = [item for item in tables.imports.get((scope, name)) if item.reexport]
        if found := [v for item in items for v in self.imported(value.path, item, hops + 1)]:
            return found
        for item in tables.stars:
            if item.scope == scope and item.reexport:
                module = self._unnested(value.path, item.module, scope, language)
                located = self.env.modules.locate(language, value.path, module)
                if located.paths and (found := self._item(located, name, language, hops + 2)):
                    return found
        return []

    def step(self, value: Value, name: str, language: Language, hops: int = 0) -> list[Value]:
        """Return the item, or the module below, that a path of modules names next."""
        if value.kind == "module":
            if found := self.exported(value.path, name, hops + 1):
                return found
            below = self.env.modules.locate(
                language, value.path, language.modules.separator.join((language.modules.anchors[1], name))
            )
            return [Value("module", p, name=name, paths=(p,)) for p in below.paths if not below.rest]
        if value.kind != "definition" or value.index < 0:
            return []
        if self.env.definition(value).kind == "namespace":
            return self._inline(value, name, language, hops)
        return self.types.classes.members(value, name)

    def default(self, value: Value) -> list[Value]:
        """Return what a module is as a value, its default export: `const Queue = require("./queue")`."""
        if value.kind != "module" or (language := self.env.language(value.path)) is None or not language.modules.value:
            return []
        return [v for path in value.paths for v in self.exported(path, "default")]

    def exported(self, path: str, name: str, hops: int = 0, *, own: bool = False) -> list[Value]:
        """Return what another file sees under `name` in this one: definitions, then imports, then star imports."""
        tables = self.env.tables(path)
        language = self.env.language(path)
        if tables is None or language is None or hops > MAX_HOPS:
            return []
        if self.types.classes.busy:
            return self._exported(path, name, hops, own, tables, language)
        key = ("exported", path, name, own)
        return self.env.once(key, hops, lambda: self._exported(path, name, hops, own, tables, language))

    def _exported(self, path: str, name: str, hops: int, own: bool, tables: Tables, language: Language) -> list[Value]:
        private_imports = language.modules.style in ("relative", "crate", "directory", "package") and not own
        definitions = [] if name == "default" else self.env.top(path, name)
        if name == "default":
            self.env.consulted.add(name)
            definitions = [
                Value("definition", path, i)
                for i, d in enumerate(tables.interface.definitions)
                if d.parent < 0 and "default" in d.flags.split()
            ]
        if language.scopes.blocks:  # what a block holds is nobody else's
            definitions = [v for v in definitions if not tables.home[v.index]]
        if language.scopes.globals and not own:  # and neither is what a file keeps to itself
            definitions = [v for v in definitions if "static" not in self.env.definition(v).flags.split()]
        if definitions:
            return self.linkage.with_bodies(definitions)
        found = []
        for item in tables.imports.get((0, name)):
            renamed = item.module or item.name != item.local or language.scopes.globals
            if (item.reexport or not private_imports) and renamed:
                found += [v for v in self.imported(path, item, hops + 1) if v not in found]
        inside = [v for v in found if v.kind not in ("external", "unknown")]
        found = inside or found or self._starred(path, name, language, {path}, exported=True, hops=hops)
        if not found and language.modules.style == "crate" and self.env.modules.crate(language, path) == path:
            crate = self.env.modules.crate  # its shared macros, wherever they are written, are at its root
            return [v for v in self.env.named(name) if self._shared(v) and crate(language, v.path) == path]
        return found

    def _starred(
        self, path: str, name: str, language: Language, seen: set[str], *, exported: bool = False, hops: int = 0
    ) -> list[Value]:
        """Look through star imports and includes, transitively, each file once."""
        tables = self.env.tables(path)
        if tables is None or hops > MAX_HOPS:
            return []
        for item in tables.stars if language.modules.style != "include" else ():
            if exported and language.modules.style in ("relative", "crate") and not item.reexport:
                continue
            if found := self._from_inline(path, name, item, language, hops):
                return found
            for file in self._star_files(path, item, language):
                if file in seen or (language.modules.style == "dotted" and not self._public(file, name)):
                    continue
                if language.modules.style != "package":
                    seen.add(file)
                if found := self._from_star(file, name, item, language, seen, hops):
                    return found
        return []

    def _public(self, file: str, name: str) -> bool:
        """Tell whether a star import of a file brings a name, if it has that."""
        tables = self.env.tables(file)
        listed, others = tables.public if tables else (frozenset[str](), True)
        return name in listed or (others and not name.startswith("_"))

    def _defining(self, name: str, files: Container[str]) -> list[str]:
        """Return those of the files that have a definition of that name."""
        return list(dict.fromkeys(path for path, _ in self.env.pairs(name) if path in files))

    def _from_inline(self, path: str, name: str, item: Import, language: Language, hops: int) -> list[Value]:
        """Return what a star import brings of a module that is written inside of a file."""
        if language.modules.style != "crate" or hops > MAX_INLINE:
            return []
        located = self.env.modules.locate(language, path, self._unnested(path, item.module, item.scope, language))
        return self._item(located, name, language, hops + 2) if located.paths and located.rest else []

    def _star_files(self, path: str, item: Import, language: Language) -> tuple[str, ...]:
        if language.modules.style != "crate":
            return self.env.modules.locate(language, path, item.module).paths
        located = self.env.modules.locate(language, path, self._unnested(path, item.module, item.scope, language))
        return () if located.rest else located.paths

    def _from_star(
        self, file: str, name: str, item: Import, language: Language, seen: set[str], hops: int
    ) -> list[Value]:
        if language.modules.style == "package":
            located = self.env.modules.locate(language, file, item.module)
            parts = item.module.split(language.modules.separator)
            is_class = stem(file) in parts[-1 - len(located.rest) :]
            found = [v for v in self._of_package(located, item.module, name, language) if v.path == file]
            return found if is_class else self._classes(file, name, language)
        return self.exported(file, name, hops + 1) or self._starred(
            file, name, language, seen, exported=True, hops=hops + 1
        )


def _bound(tables: Tables, scope: int, name: str, at: int, before: int) -> Sequence[Binding]:
    found = tables.bindings.get((scope, name))
    if not found or (at < 0 and before < 0):
        return found
    return [b for b in found if not b.start <= at < b.after and (before < 0 or b.start < before)]
