"""Names that files share by including one another: namespaces, prototypes and their bodies (C, C++)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from codeqa.domain import CALLABLE, CLASS_LIKE
from codeqa.resolve.chains import parameters
from codeqa.resolve.constness import constant
from codeqa.resolve.environment import MEMBERS, Environment, Value, outside, plain, unscoped

if TYPE_CHECKING:
    from codeqa.languages import Language

MAX_REACH = 4000  # files that one file may include, directly or not


class Reach(NamedTuple):
    """What the includes of a file bring in."""

    order: dict[str, int]  # file → when the preprocessor meets it
    namespaces: frozenset[str]  # dotted
    opened: tuple[str, ...]  # namespaces that a using directive opens


class Linkage:
    """Looks names up across the files that a file includes, and beyond them as a linker would."""

    def __init__(self, environment: Environment) -> None:
        self.env = environment
        self._reach: dict[str, tuple[Reach, frozenset[str]]] = {}
        self._noted: dict[str, set[str]] = {}  # file → the set of keys that has those of its reach
        self._bodies: dict[Value, tuple[list[Value], frozenset[str]]] = {}

    def reach(self, path: str) -> Reach:
        """Return what a file sees of others."""
        if path in self._reach and self._noted.get(path) is self.env.consulted:
            return self._reach[path][0]
        found = self.env.remembered(self._reach, path, lambda: self._walk(path))
        self._noted[path] = self.env.consulted
        return found

    def _walk(self, path: str) -> Reach:
        order: dict[str, int] = {}
        opened: dict[str, None] = {}
        stack = [path]
        while stack and len(order) < MAX_REACH:
            file = stack.pop()
            tables = self.env.tables(file)
            language = self.env.language(file)
            if file in order or tables is None or language is None:
                continue
            order[file] = len(order)
            included: list[str] = []
            for item in tables.stars:
                files = self.env.modules.locate(language, file, item.module).paths
                included += files
                if not files:
                    opened[item.module.replace(language.modules.separator, ".")] = None
            stack += reversed(included)
        namespaces = (tables.namespaces for file in order if (tables := self.env.tables(file)))
        return Reach(order, frozenset().union(*namespaces), tuple(opened))

    def visible(self, path: str, dotted: str) -> list[Value]:
        """Return what a name qualified from the outermost namespace means in a file; not looked through `using`."""
        reach = self.reach(path)
        if dotted in reach.namespaces:
            return [Value("namespace", path, name=dotted)]
        found = sorted(self._called(dotted, reach.order), key=lambda v: (reach.order[v.path], v.index))
        kinds = {self.env.definition(v).kind for v in found}
        if "type" in kinds and kinds & (CLASS_LIKE - {"type"}):  # `typedef struct X X;`: a bare X is the typedef
            found = [v for v in found if self.env.definition(v).kind == "type"]
        found = [v for v in found if v.path == found[0].path or self._replaces(path, v, found[0])]
        return self.with_bodies(self._default(self._usual(path, found)))

    def _replaces(self, path: str, later: Value, first: Value) -> bool:
        """Tell whether a file includes a macro behind its own of that name: conditions say which one holds."""
        own = self.env.definition(first)
        if first.path != path or own.kind != "macro" or self.env.definition(later).kind != "macro":
            return False
        tables, language = self.env.tables(path), self.env.language(path)
        if tables is None or language is None:
            return False
        behind = [item for item in tables.stars if item.start > own.start]
        files = [file for item in behind for file in self.env.modules.locate(language, path, item.module).paths]
        return any(later.path == file or later.path in self.reach(file).order for file in files)

    def _usual(self, path: str, values: list[Value]) -> list[Value]:
        """Of several definitions drop those that a switch asks for which nothing that a file sees sets."""
        if len(values) < 2:
            return values
        return [v for v in values if not any(self._unset(path, name) for name in self._wanted(v))] or values

    def _default(self, values: list[Value]) -> list[Value]:
        """Of the macros of one name that a file defines in turn, return the first that no platform decides about.

        One of three or more is what a value asks for, which nothing here knows.
        """
        whole = [self.env.definition(v) for v in values]
        if len(values) < 2 or len({v.path for v in values}) > 1 or any(d.kind != "macro" for d in whole):
            return values
        if any("(" not in d.signature for d in whole[:1]):
            return values
        flags = {v: set(d.flags.split()) for v, d in zip(values, whole, strict=True)}
        free = [v for v in values if not any(self._by_platform(v.path, flags[v], flags[o]) for o in values if o != v)]
        others = [flags[o] for o in values if free and o != free[0]]
        if not free or any(flags[free[0]] != other and not _opposite(flags[free[0]], other) for other in others):
            return values  # of conditionals apart from one another
        return free[:1] if len(values) == 2 or all(_opposite(flags[free[0]], other) for other in others) else values

    def _by_platform(self, path: str, one: set[str], other: set[str]) -> bool:
        """Tell whether nothing but names that a compiler sets tell two branches apart."""
        language = self.env.language(path)
        apart = _opposite(one, other)
        return bool(apart) and all(language and language.settings and language.settings.search(n) for n in apart)

    def _wanted(self, value: Value) -> list[str]:
        """Return the names that must be set for a definition to be there, without those that a compiler sets."""
        language = self.env.language(value.path)
        names = [flag[3:] for flag in self.env.definition(value).flags.split() if flag.startswith("if=")]
        return [name for name in names if language and not (language.settings and language.settings.search(name))]

    def _unset(self, path: str, name: str) -> bool:
        order = self.reach(path).order
        return not any(file in order for file, _ in self.env.pairs(name))

    def tagged(self, path: str, dotted: str) -> list[Value]:
        """Return the struct that a typedef of its own name stands for, wherever it is."""
        reach = self.reach(path).order
        found = [v for v in self._called(dotted, None) if self.env.definition(v).kind in CLASS_LIKE - {"type"}]
        return [v for v in found if v.path in reach] or (found if len(found) == 1 else [])

    def _called(self, dotted: str, files: dict[str, int] | None) -> Iterator[Value]:
        """Yield the definitions with that full name, in these files or in all."""
        prefix, _, last = dotted.rpartition(".")
        for file, qualname in self.env.pairs(last):
            if files is not None and file not in files:
                continue
            around = plain(qualname).rpartition(".")[0]
            if around != prefix and around.rpartition(".")[0] != prefix:
                continue
            value = self.env.numbered(file, qualname)
            if value is None:
                continue
            definition = self.env.definition(value)
            if "unnamed" in definition.flags.split():
                continue
            if (around == prefix and not self._inside(value)) or (around != prefix and around and unscoped(definition)):
                yield value

    def _inside(self, value: Value) -> bool:
        """Tell whether only an object of its class, or a function's body, reaches a definition."""
        definition = self.env.definition(value)
        tables = self.env.tables(value.path)
        if definition.parent < 0 or tables is None:
            return definition.kind in MEMBERS and not outside(definition)
        return tables.interface.definitions[definition.parent].kind not in CLASS_LIKE

    def seen(self, path: str, name: str, scope: int) -> list[Value]:
        """Return what a bare name means beyond the blocks around it: in the namespaces there, then in opened ones."""
        around = self.around(path, scope)
        for prefix in around:
            if found := self.visible(path, f"{prefix}.{name}" if prefix else name):
                return found
        for opened in self.reach(path).opened:
            for prefix in around:
                if found := self.visible(path, f"{prefix}.{opened}.{name}" if prefix else f"{opened}.{name}"):
                    return found
        return []

    def around(self, path: str, scope: int) -> list[str]:
        """Return the dotted prefixes that a name at a scope may have, innermost first, "" the last."""
        tables = self.env.tables(path)
        found: dict[str, None] = {}
        while tables is not None and scope >= 0:
            holder = tables.interface.scopes[scope].definition
            if holder >= 0:
                definition = tables.interface.definitions[holder]
                name = plain(definition.qualname)
                if definition.kind == "namespace":
                    found[name] = None
                elif definition.kind in CALLABLE:
                    while "." in name:
                        name = name.rpartition(".")[0]
                        found[name] = None
            scope = tables.interface.scopes[scope].parent
        return [*found, ""]

    def linked(self, path: str, name: str, scope: int) -> list[Value]:
        """Return what no header declares here and yet is the program's only thing of that name."""
        found = next((v for prefix in self.around(path, scope) if (v := self.only(f"{prefix}.{name}".strip(".")))), [])
        return [value for value in found if self._offered(path, value)]

    def only(self, dotted: str) -> list[Value]:
        """Return the one definition with that full name that other files may use."""
        bodies = self.with_bodies([v for v in self._called(dotted, None) if self._linkable(v)])
        return [bodies[0]._replace(inferred=True)] if len(bodies) == 1 else []

    def _offered(self, path: str, value: Value) -> bool:
        """Tell whether a file may call what it sees no prototype of: a header of both may have one that is not read.

        Else the system has something of that name, which a program may well replace for itself.
        """
        if value.kind != "definition" or value.index < 0:
            return True
        definition, language = self.env.definition(value), self.env.language(value.path)
        if definition.kind not in CALLABLE - {"macro"} or language is None:
            return definition.kind != "variable" or "extern" not in definition.signature.split()
        if value.path.endswith(language.modules.headers) or self.declares(value):
            return False
        return not self.reach(path).order.keys().isdisjoint(self.reach(value.path).order) or any(self.announcing(value))

    def shared(self, path: str, name: str) -> list[Value]:
        """Return the program's globals of that name, where the files of a language share theirs."""
        language = self.env.language(path)
        found = [
            value
            for value in self._called(name, None)
            if self.env.language(value.path) is language
            and "static" not in self.env.definition(value).flags.split()
            and self.env.definition(value).kind not in MEMBERS
        ]
        return [value._replace(inferred=True) for value in found]

    def _linkable(self, value: Value) -> bool:
        definition = self.env.definition(value)
        language = self.env.language(value.path)
        return (
            language is not None
            and _shares_by_inclusion(language)
            and "static" not in definition.flags.split()
            and definition.kind not in MEMBERS
            and (definition.kind != "macro" or value.path.endswith(language.modules.headers))
        )

    def with_bodies(self, values: list[Value]) -> list[Value]:
        """Prefer definitions over prototypes, and look behind a header for the body."""
        found = [v for v in values if v.kind != "definition" or v.index < 0 or not self.declares(v)]
        if found:
            return found
        return list(dict.fromkeys(body for v in values for body in self.behind(v))) or values

    def declares(self, value: Value) -> bool:
        """Tell whether a definition is no more than a prototype or an overload's signature."""
        return "declaration" in self.env.definition(value).flags.split()

    def behind(self, declared: Value) -> list[Value]:
        """Return the definitions with a body that a declaration announces."""
        return self.env.remembered(self._bodies, declared, lambda: self._same_parameters(declared))

    def announcing(self, body: Value) -> Iterator[Value]:
        """Yield the prototypes of a definition: what it takes may be left out if one of them says so."""
        language = self.env.language(body.path)
        if language is None or not _shares_by_inclusion(language) or body.kind != "definition" or body.index < 0:
            return
        for path, qualname in self.env.pairs(self.env.definition(body).name):
            other = self.env.numbered(path, qualname)
            if other is None or other[:3] == body[:3] or not self.declares(other):
                continue
            if any(found[:3] == body[:3] for found in self.behind(other)):
                yield other

    def _same_parameters(self, declared: Value) -> list[Value]:
        """Of the bodies of a name keep the overload's own; where a program has several, one of them is not built."""
        found = list(self._behind(declared))
        language = self.env.language(declared.path)
        if len(found) > 1 and language and language.scopes.overloads:
            wanted = self._parameters(declared)
            found = [v for v in found if self._parameters(v) == wanted] or found
        return found if len(found) == 1 else []

    def _parameters(self, value: Value) -> tuple[str, ...] | None:
        definition = self.env.definition(value)
        found = parameters(definition.signature, definition.name)
        if found is None:
            return None
        return (*("".join(p.type.split()) for p in found), *(["constant"] if constant(self.env, value) else []))

    def _behind(self, value: Value) -> Iterator[Value]:
        declared = self.env.definition(value)
        wanted = plain(declared.qualname)
        free = declared.kind not in MEMBERS
        if free and "static" in declared.flags.split():
            return
        for path, qualname in self.env.pairs(declared.name):
            name = plain(qualname)
            if name != wanted and not wanted.endswith(f".{name}") and not name.endswith(f".{wanted}"):
                continue
            other = self.env.numbered(path, qualname)
            if other is None or other == value or ("." in name) != ("." in wanted) or self.declares(other):
                continue
            definition = self.env.definition(other)
            hidden = free and "static" in definition.flags.split() and path != value.path
            if definition.kind in CALLABLE - {"macro"} and not hidden:
                yield other


def _shares_by_inclusion(language: Language) -> bool:
    return language.modules.style == "include"


def _opposite(one: set[str], other: set[str]) -> set[str]:
    """Return the names that must be set for one of two definitions to be there, and must not for the other."""
    wanted, refused = ({f.partition("=")[2] for f in one if f.startswith(way)} for way in ("if=", "unless="))
    return {f[3:] for f in other if f.startswith("if=") and f[3:] in refused} | {
        f[7:] for f in other if f.startswith("unless=") and f[7:] in wanted
    }
