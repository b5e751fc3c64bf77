"""What resolving one file may ask of the others, with a note of everything that was asked."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import NamedTuple

from codeqa.domain import CLASS_LIKE, Binding, Definition, Import, Interface, Reference
from codeqa.languages import Language, Languages
from codeqa.resolve.modules import ModuleMap


class Value(NamedTuple):
    """What an expression stands for.

    `kind` is "definition" (the thing itself), "instance" (an object of that class), "super" (its bases), "module" (a file or several),
    "external" (something outside of the repository, by `name`) or "unknown" (bound, but nothing more is known: never look further out).
    """

    kind: str
    path: str = ""
    index: int = -1  # type: ignore[assignment]  # a tuple's own `index` is not missed
    name: str = ""
    inferred: bool = False
    paths: tuple[str, ...] = ()


UNKNOWN = Value("unknown")
MEMBERS = frozenset({"method", "constructor", "property", "field"})  # reached through a receiver, never by the bare name


class Tables:
    """Derived look-ups over one file's interface."""

    def __init__(self, interface: Interface) -> None:
        self.interface = interface

    @cached_property
    def children(self) -> dict[tuple[int, str], list[int]]:
        """(owner, name) → definitions; members of an owner of another file are not under -1."""
        found: dict[tuple[int, str], list[int]] = defaultdict(list)
        for index, definition in enumerate(self.interface.definitions):
            if definition.parent >= 0 or "." not in definition.qualname.split("#")[0]:
                found[definition.parent, definition.name].append(index)
        return found

    @cached_property
    def orphans(self) -> dict[str, list[int]]:
        """Name → members written outside of their type, which stands in another file."""
        found: dict[str, list[int]] = defaultdict(list)
        for index, definition in enumerate(self.interface.definitions):
            if definition.parent < 0 and "." in definition.qualname.split("#")[0]:
                found[definition.name].append(index)
        return found

    @cached_property
    def bindings(self) -> dict[tuple[int, str], list[Binding]]:
        """(scope, name) → its bindings: several where a local is assigned values of several kinds."""
        found: dict[tuple[int, str], list[Binding]] = defaultdict(list)
        for binding in self.interface.bindings:
            found[binding.scope, binding.name].append(binding)
        return found

    @cached_property
    def imports(self) -> dict[tuple[int, str], list[Import]]:
        found: dict[tuple[int, str], list[Import]] = defaultdict(list)
        for item in self.interface.imports:
            if item.local:
                found[item.scope, item.local].append(item)
        return found

    @cached_property
    def stars(self) -> list[Import]:
        return [item for item in self.interface.imports if item.name == "*" and not item.local]

    @cached_property
    def bases(self) -> dict[int, list[Reference]]:
        found: dict[int, list[Reference]] = defaultdict(list)
        for reference in self.interface.bases:
            found[reference.definition].append(reference)
        return found

    @cached_property
    def scope_of(self) -> dict[int, int]:
        """Definition → the scope of its body."""
        return {scope.definition: index for index, scope in enumerate(self.interface.scopes) if scope.definition >= 0}

    @cached_property
    def home(self) -> list[int]:
        """Definition → the innermost scope around its name, its own left out."""
        scopes = self.interface.scopes
        starts = [scope.start for scope in scopes]
        found = []
        for index, definition in enumerate(self.interface.definitions):
            at = bisect_right(starts, definition.name_start) - 1
            while at > 0 and (scopes[at].end <= definition.name_start or scopes[at].definition == index):
                at = scopes[at].parent
            found.append(max(at, 0))
        return found

    @cached_property
    def first_parameter(self) -> dict[int, str]:
        """Scope → the name of its first parameter."""
        found: dict[int, Binding] = {}
        for binding in self.interface.bindings:
            if binding.kind == "parameter" and (
                binding.scope not in found or binding.start < found[binding.scope].start
            ):
                found[binding.scope] = binding
        return {scope: binding.name for scope, binding in found.items()}


class Environment:
    """The repository as the resolver sees it.

    `interface(path)` returns the parsed interface of a file or None; `named(name)` the (path, qualname) pairs of definitions of that name;
    `read(path)` the text of a manifest. Everything consulted lands in `consulted`: "f:path" (interface), "m:stem" (module look-up),
    "n:name" (global names). A file needs new resolution only when one of its keys changed.
    """

    def __init__(
        self,
        languages: Languages,
        paths: Iterable[str],
        interface: Callable[[str], Interface | None],
        named: Callable[[str], list[tuple[str, str]]],
        read: Callable[[str], str],
    ) -> None:
        self.languages = languages
        self.consulted: set[str] = set()
        self._interface = interface
        self._named = named
        self._tables: dict[str, Tables | None] = {}
        self._numbers: dict[str, dict[str, int]] = {}
        self.modules = ModuleMap(paths, read, self._consult)

    def _consult(self, key: str) -> None:
        self.consulted.add(key)

    def tables(self, path: str) -> Tables | None:
        """Return the look-ups of a file, None if it has no facts."""
        self.consulted.add(f"f:{path}")
        if path not in self._tables:
            interface = self._interface(path)
            self._tables[path] = Tables(interface) if interface else None
        return self._tables[path]

    def language(self, path: str) -> Language | None:
        tables = self.tables(path)
        return self.languages.get(tables.interface.language) if tables else None

    def definition(self, value: Value) -> Definition:
        tables = self.tables(value.path)
        assert tables is not None
        return tables.interface.definitions[value.index]

    def named(self, name: str) -> list[Value]:
        """Return every definition of that name in the repository."""
        self.consulted.add(f"n:{name}")
        found = []
        for path, qualname in self._named(name):
            index = self._number(path, qualname)
            if index is not None:
                found.append(Value("definition", path, index))
        return found

    def _number(self, path: str, qualname: str) -> int | None:
        if path not in self._numbers:
            tables = self.tables(path)
            definitions = tables.interface.definitions if tables else []
            self._numbers[path] = {d.qualname: i for i, d in enumerate(definitions)}
        return self._numbers[path].get(qualname)

    def top(self, path: str, name: str) -> list[Value]:
        """Return the file-level definitions of that name."""
        tables = self.tables(path)
        if tables is None:
            return []
        numbers = tables.children.get((-1, name), ())
        return [Value("definition", path, i) for i in numbers if tables.interface.definitions[i].kind not in MEMBERS]

    def is_class(self, value: Value) -> bool:
        return value.kind == "definition" and value.index >= 0 and self.definition(value).kind in CLASS_LIKE
