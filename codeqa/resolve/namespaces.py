"""Names that files share by declaring namespaces, whatever folders they lie in (`modules.style = "namespace"`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING

from codeqa.domain import CLASS_LIKE, Import
from codeqa.resolve.chains import parameters
from codeqa.resolve.environment import Environment, Value, outside, plain
from codeqa.resolve.modules import Located

if TYPE_CHECKING:
    from codeqa.languages import Language
    from codeqa.resolve.types import Types

ROOT = "@"  # how chains and types write the namespace around all others


class Namespaces:
    """Looks definitions up by their full name: what their file declares itself to be in, and their qualified name."""

    def __init__(self, environment: Environment) -> None:
        self.env = environment
        self.types: Types  # set by the resolver
        self._extending: dict[tuple[str, str], tuple[list[tuple[Value, Value]], frozenset[str]]] = {}
        self._seen: dict[tuple[str, str, str], tuple[list[Value], frozenset[str]]] = {}

    # ----------------------------------------------------------------------------------------------------- look-ups

    def find(self, path: str, dotted: str) -> list[Value]:
        """Return what a full name means to a file; several where nothing tells them apart."""
        language = self.env.language(path)
        if language is None:
            return []
        found = []
        for file, qualname in self.env.pairs(dotted.rpartition(".")[2]):
            own = plain(qualname)
            if own != dotted and not dotted.endswith(f".{own}"):
                continue
            if not _related(language, self.env.language(file)) or _join(self.package(file), own) != dotted:
                continue
            value = self.env.numbered(file, qualname)
            if value and self._reachable(path, value):
                found.append(value)
        return self._apart(path, found, language)

    def _reachable(self, path: str, value: Value) -> bool:
        """Tell whether a full name reaches a definition: no local, nothing that only its own file sees."""
        definition = self.env.definition(value)
        tables = self.env.tables(value.path)
        if definition.kind == "namespace" or "unnamed" in definition.flags or outside(definition) or tables is None:
            return False
        holder = tables.interface.definitions[definition.parent] if definition.parent >= 0 else None
        if holder is not None and holder.kind != "namespace":
            return holder.kind in CLASS_LIKE
        return value.path == path or "private" not in definition.flags.split()

    def _apart(self, path: str, found: list[Value], language: Language) -> list[Value]:
        """Of several definitions of one full name leave out what is another one's part, or plainly farther away."""
        if len(found) < 2:
            return found
        flags = [set(self.env.definition(v).flags.split()) for v in found]
        types = [self.env.definition(v).kind in CLASS_LIKE for v in found]
        if all(types) and all("partial" in held for held in flags):
            return found[:1]
        if all(types):
            found = [v for v, held in zip(found, flags, strict=True) if "companion" not in held] or found
        if language.modules.shared:
            found = self._nearest(path, found, language)
        if all(types) or not language.scopes.overloads:
            found = [v for v in found if v.path == path] or found
        return found

    def _nearest(self, path: str, found: list[Value], language: Language) -> list[Value]:
        """Keep what the file's own target holds, else what one that it imports holds."""
        tables = self.env.tables(path)
        imported = {item.module for item in tables.stars} if tables else set()
        ranks = [0 if self._same_target(path, v.path, language) else 1 for v in found]
        ranks = [
            rank + (rank > 0 and not imported & set(v.path.split("/"))) for rank, v in zip(ranks, found, strict=True)
        ]
        return [v for v, rank in zip(found, ranks, strict=True) if rank == min(ranks)]

    def _same_target(self, one: str, other: str, language: Language) -> bool:
        return _target(one, language) == _target(other, language)

    def package(self, path: str) -> str:
        """Return the dotted namespace that a whole file is in, "" for none."""
        return (self._clauses(path) or [""])[0]

    def _clauses(self, path: str) -> list[str]:
        """Return the dotted namespaces whose members a file sees for being in them, innermost first."""
        tables = self.env.tables(path)
        language = self.env.language(path)
        if tables is None or language is None or not tables.interface.package:
            return []
        clauses = tables.interface.package.replace(language.modules.separator, ".").split()
        return [".".join(clauses[:size]) for size in range(len(clauses), 0, -1)]

    def around(self, path: str, scope: int) -> list[str]:
        """Return the namespaces that a bare name at a scope is looked up in, innermost first."""
        tables = self.env.tables(path)
        language = self.env.language(path)
        if tables is None or language is None:
            return []
        found: dict[str, None] = {}
        clauses = self._clauses(path)
        package = clauses[0] if clauses else ""
        while scope >= 0:
            holder = tables.interface.scopes[scope].definition
            if holder >= 0 and tables.interface.definitions[holder].kind == "namespace":
                found[_join(package, plain(tables.interface.definitions[holder].qualname))] = None
            scope = tables.interface.scopes[scope].parent
        found |= dict.fromkeys(clauses)
        if not language.modules.enclosing:
            return list(found) or [""]
        outer = (".".join(name.split(".")[:size]) for name in found for size in range(name.count(".") + 1, 0, -1))
        return [*dict.fromkeys(outer), ""]

    def seen(self, path: str, name: str, scope: int, imported: list[Value]) -> list[Value]:
        """Return what a bare name means that no block, class or function around it binds."""
        if imported:
            return imported
        prefixes = self.around(path, scope)
        return self.env.remembered(self._seen, (path, name, prefixes[0]), lambda: self._beyond(path, name, prefixes))

    def _beyond(self, path: str, name: str, prefixes: Sequence[str]) -> list[Value]:
        language = self.env.language(path)
        assert language is not None
        if found := self.find(path, _join(prefixes[0], name)):
            return found
        around = next((v for prefix in prefixes[1:] if (v := self.find(path, _join(prefix, name)))), [])
        # What a namespace further out holds may well be built into another program than what the file opens.
        if found := list(dict.fromkeys([*around, *self._opened(path, name, prefixes)])):
            return found
        if language.modules.fallback:
            found = [v for v in self.find(path, name) if self.env.definition(v).kind in language.modules.fallback]
        if not found and name in language.scopes.builtins:
            return [Value("external", name=f"builtins.{name}")]
        return found

    def _opened(self, path: str, name: str, prefixes: Sequence[str]) -> list[Value]:
        """Look through the namespaces, and types, that the file opens."""
        tables = self.env.tables(path)
        language = self.env.language(path)
        assert tables is not None and language is not None
        found: dict[Value, None] = {}
        if language.modules.shared:  # an import opens a target, and that is no part of a name
            return []
        for item in tables.stars:
            for module in self._written(item.module, language, prefixes):
                here = self.find(path, f"{module}.{name}")
                if here := here or [v for m in self._passed_on(path, module) for v in self.find(path, f"{m}.{name}")]:
                    found |= dict.fromkeys(here)
                    break
        return list(found)

    def _passed_on(self, path: str, module: str) -> list[str]:
        """Return the namespaces that one opens for whoever opens it."""
        found: dict[str, None] = {}
        for file in self._files(path, module):
            tables = self.env.tables(file)
            for item in tables.stars if tables else ():
                if item.reexport and module in self.around(file, item.scope):
                    found[item.module] = None
        return list(found)

    def _written(self, module: str, language: Language, prefixes: Sequence[str]) -> Iterator[str]:
        """Yield what the text of an import may mean: a full name, or one that starts where the file is."""
        dotted = module.replace(language.modules.separator, ".").strip(".")
        yield dotted
        if language.modules.relative_imports:
            yield from (f"{prefix}.{dotted}" for prefix in prefixes if prefix)

    # ------------------------------------------------------------------------------------------------------ imports

    def imported(self, path: str, item: Import) -> list[Value]:
        """Return what an import of one name binds; what the repository does not declare is outside of it."""
        language = self.env.language(path)
        if language is None:
            return []
        written = language.modules.separator.join(part for part in (item.module, item.name) if part)
        names = list(self._written(written, language, self.around(path, item.scope)))
        for name in names:
            if found := self.find(path, name) or self._extensions(path, name) or self._inherited(path, name):
                return found
        if declared := next((name for name in names if self._files(path, name)), ""):
            return [Value("namespace", path, name=declared)]
        return [Value("external", name=names[0])]

    def _extensions(self, path: str, dotted: str) -> list[Value]:
        """Return the members that a namespace adds to types of elsewhere: they are imported by their last name."""
        prefix, _, last = dotted.rpartition(".")
        values = (self.env.numbered(*pair) for pair in self.env.pairs(last))
        language = self.env.language(path)
        return [
            v
            for v in values
            if v and language == self.env.language(v.path)
            if outside(self.env.definition(v)) and self.package(v.path) == prefix
        ]

    def _inherited(self, path: str, dotted: str) -> list[Value]:
        """Return the member of a type that the import names together with its type."""
        owner, _, last = dotted.rpartition(".")
        types = [v for v in self.find(path, owner) if self.env.is_class(v)] if owner else []
        return self.types.classes.members(types[0], last) if len(types) == 1 else []

    def located(self, path: str, item: Import) -> Located:
        """Return the files that an import leads to."""
        language = self.env.language(path)
        if language is None:
            return Located()
        if language.modules.shared:
            files = self.env.modules.target(language, item.module)
            return Located(files) if files else Located(external=item.module)
        name = "" if item.name == "*" else item.name
        written = language.modules.separator.join(part for part in (item.module, name) if part)
        names = list(self._written(written, language, self.around(path, item.scope)))
        for dotted in names:
            if paths := [v.path for v in self.find(path, dotted)] or self._files(path, dotted):
                return Located(tuple(dict.fromkeys(paths)))
        return Located(external=names[0])

    def _files(self, path: str, dotted: str) -> list[str]:
        """Return the files that declare a namespace."""
        language = self.env.language(path)
        assert language is not None
        found = []
        steps = dotted.split(".")
        for first in range(len(steps)):  # one that stands in others is called by what it adds to them
            for file, qualname in self.env.pairs(".".join(steps[first:])):
                value = self.env.numbered(file, qualname)
                if value is None or not _related(language, self.env.language(file)):
                    continue
                definition = self.env.definition(value)
                whole = first == 0 and definition.parent < 0
                if definition.kind == "namespace" and (whole or plain(qualname) == dotted):
                    found.append(file)
        return list(dict.fromkeys(found))

    # ------------------------------------------------------------------------------------------------------- chains

    def within(self, namespace: Value, name: str) -> list[Value]:
        """Return what a namespace holds, as seen from the file that asks."""
        dotted = _join(namespace.name, name)
        if found := self.find(namespace.path, dotted):
            return found
        if self._files(namespace.path, dotted):
            return [Value("namespace", namespace.path, name=dotted)]
        return (
            [] if namespace.name and self._files(namespace.path, namespace.name) else [Value("external", name=dotted)]
        )

    def rooted(self, path: str, steps: tuple[str, ...], scope: int) -> tuple[list[Value], int]:
        """Return what the longest qualified name at the head of a chain means, and how many steps it takes."""
        if steps[0] == ROOT:
            found, used = self._qualified(path, steps[1:], [""])
            outside = [Value("external", name=steps[1])] if len(steps) > 1 else [Value("namespace", path)]
            return (found, used + 1) if found else (outside, min(len(steps), 2))
        around = self.around(path, scope)
        language = self.env.language(path)
        if language is not None and steps[0] in language.scopes.self:
            return [Value("namespace", path, name=around[0])], 1
        found, used = self._qualified(path, steps, [*around, ""])
        if not found and language is not None and language.absolute:
            written = list(takewhile(language.absolute.match, steps))
            return ([Value("external", name=".".join(written))], len(written)) if written else ([], 1)
        return found, used

    def _qualified(self, path: str, steps: tuple[str, ...], prefixes: list[str]) -> tuple[list[Value], int]:
        names = list(takewhile(str.isidentifier, steps))
        for size in range(len(names), 0, -1):
            for prefix in dict.fromkeys(prefixes):
                dotted = _join(prefix, ".".join(names[:size]))
                if (size > 1 or prefixes == [""]) and (found := self.find(path, dotted)):
                    return found, size
                if self._files(path, dotted):
                    return [Value("namespace", path, name=dotted)], size
        return [], 1

    # -------------------------------------------------------------------------------------- types in several places

    def parts(self, cls: Value) -> list[Value]:
        """Return the other definitions that make up one type with this one: partial classes, companion objects."""
        definition = self.env.definition(cls)
        flags = definition.flags.split()
        if definition.kind not in CLASS_LIKE:
            return []
        dotted = _join(self.package(cls.path), plain(definition.qualname))
        found = []
        for file, qualname in self.env.pairs(definition.name):
            if not dotted.endswith(plain(qualname)) or (file, qualname) == (cls.path, definition.qualname):
                continue
            value = self.env.numbered(file, qualname)
            other = self.env.definition(value) if value else None
            if value is None or other is None or other.kind not in CLASS_LIKE:
                continue
            if _join(self.package(file), plain(qualname)) != dotted:
                continue
            held = other.flags.split()
            partial = (
                "partial" in flags and "partial" in held and self.env.language(file) == self.env.language(cls.path)
            )
            if partial or (file == cls.path and ("companion" in flags) != ("companion" in held)):
                found.append(value)
        return found

    def elsewhere(self, cls: Value, name: str) -> list[Value]:
        """Return the members of a type that stand in its other parts, or that another file adds to it."""
        found = []
        for part in self.parts(cls):
            tables = self.env.tables(part.path)
            numbers = tables.children.get((part.index, name)) if tables else ()
            found += [Value("definition", part.path, number) for number in numbers]
        short = self.env.definition(cls).name
        for path, qualname in self.env.pairs(name):
            if plain(qualname).rpartition(".")[0].rpartition(".")[2] != short:
                continue
            value = self.env.numbered(path, qualname)
            if value and outside(self.env.definition(value)) and self.env.language(path) == self.env.language(cls.path):
                owner = self.types.classes.owner(path, value.index)
                if owner and (owner[1:3] == cls[1:3] or cls[1:3] in [p[1:3] for p in self.parts(owner)]):
                    found.append(value)
        return found

    def extending(self, cls: Value, name: str) -> list[Value]:
        """Return the functions of that name that say they are called on a type."""
        language = self.env.language(cls.path)
        if language is None or not language.scopes.extensions:
            return []
        found = self.env.remembered(self._extending, (language.name, name), lambda: self._extended(language, name))
        return [function for function, owner in found if owner[1:3] == cls[1:3]]

    def _extended(self, language: Language, name: str) -> list[tuple[Value, Value]]:
        """Return the functions of that name that are called on their first parameter, each with its type."""
        found = []
        for path, qualname in self.env.pairs(name):
            value = self.env.numbered(path, qualname) if path.endswith(language.extensions) else None
            definition = self.env.definition(value) if value else None
            tables = self.env.tables(path)
            if value is None or definition is None or tables is None or "extension" not in definition.flags.split():
                continue
            if declared := parameters(definition.signature, definition.name):
                scope = tables.scope_of.get(value.index, 0)
                owners = self.types.declared(path, declared[0].type, scope)
                found += [(value, owner) for owner in owners if owner.kind == "instance"]
        return found


def _related(language: Language, other: Language | None) -> bool:
    """Tell whether two languages see one another's definitions."""
    if other is None or other is language:
        return other is not None
    return bool(language.modules.family) and language.modules.family == other.modules.family


def _join(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name


def _target(path: str, language: Language) -> str:
    """Return the folder of the target that a file is built into: the one below a source root, else its own."""
    parts = path.split("/")[:-1]
    for index, part in enumerate(parts[:-1]):
        if part in language.modules.source_roots:
            return "/".join(parts[: index + 2])
    return "/".join(parts[:1])
