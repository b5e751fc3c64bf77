"""What resolving one file may ask of the others, with a note of everything that was asked."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, lru_cache
from typing import Generic, NamedTuple, TypeVar

from codeqa.domain import CLASS_LIKE, Binding, Definition, Import, Interface, Reference
from codeqa.languages import Language, Languages
from codeqa.resolve.modules import ModuleMap


class Typed(NamedTuple):
    """The text of a type as written in a scope of a file, where `given` says what its type parameters stand for."""

    text: str
    path: str
    scope: int
    given: tuple[tuple[str, Typed], ...] = ()


class Value(NamedTuple):
    """What an expression stands for.

    `kind` is "definition" (the thing itself), "instance" (an object of that class), "super" (its bases), "module" (a
    file or several), "namespace" (what files that `path` includes put under `name`), "external" (something outside of
    the repository, by `name`) or "unknown" (bound, but nothing more is known: never look further out).
    """

    kind: str
    path: str = ""
    index: int = -1  # type: ignore[assignment]  # a tuple's own `index` is not missed
    name: str = ""
    inferred: bool = False
    paths: tuple[str, ...] = ()
    given: tuple[tuple[str, Typed], ...] = ()


K = TypeVar("K")
T = TypeVar("T")
UNKNOWN = Value("unknown")
MEMBERS = frozenset(
    {"method", "constructor", "property", "field"}
)  # reached through a receiver, never by the bare name
_TWIN = re.compile(r"#\d+")


@lru_cache(maxsize=1 << 16)
def plain(qualname: str) -> str:
    """Return a qualified name without the numbers that tell twins apart."""
    return _TWIN.sub("", qualname) if "#" in qualname else qualname


def outside(definition: Definition) -> bool:
    """Tell whether a member is written outside of its type, which stands in another file."""
    return definition.parent < 0 and "." in definition.qualname and definition.kind != "namespace"


def unscoped(definition: Definition) -> bool:
    """Tell whether an enumerator is visible around its enum too."""
    if "unscoped" not in definition.flags:
        return False
    flags = definition.flags.split()
    return "unscoped" in flags and "scoped" not in flags


class Lookup(Generic[T]):
    """Things by (place, name); `asked` is told each name that is looked up, found or not."""

    def __init__(self, asked: Callable[[str], None]) -> None:
        self._asked = asked
        self._found: dict[tuple[int, str], list[T]] = defaultdict(list)

    def add(self, place: int, name: str, item: T) -> None:
        """Put one more thing under a name."""
        self._found[place, name].append(item)

    def get(self, key: tuple[int, str]) -> Sequence[T]:
        """Return what is there under a name, nothing if there is none."""
        self._asked(key[1])
        return self._found.get(key, ())

    def __contains__(self, key: tuple[int, str]) -> bool:
        self._asked(key[1])
        return key in self._found


def _nobody(_: str) -> None: ...


def _nowhere(_: str) -> list[str]:
    return []


def _never(_: str) -> bool:
    return False


class Notes(set[str]):
    """The keys that an answer hangs on, with what was found while they were taken down.

    `memo` spares a second look: what is in it has its keys in the set already. It lives as long as the set, so that an
    answer is never given to someone who does not note what it hangs on.
    """

    def __init__(self) -> None:
        super().__init__()
        self.memo: dict[object, tuple[int, object]] = {}  # → (depth it was found at, what was found)


class Tables:
    """Derived look-ups over one file's interface; `asked` is told the names that are looked up."""

    def __init__(self, interface: Interface, asked: Callable[[str], None] = _nobody) -> None:
        self.interface = interface
        self._asked = asked

    @cached_property
    def children(self) -> Lookup[int]:
        """(owner, name) → definitions; members of an owner of another file are not under -1."""
        found = Lookup[int](self._asked)
        for index, definition in enumerate(self.interface.definitions):
            if "unnamed" in definition.flags and "unnamed" in definition.flags.split():
                continue
            if not outside(definition):
                found.add(definition.parent, definition.name, index)
            if definition.parent >= 0 and unscoped(definition):
                found.add(self.interface.definitions[definition.parent].parent, definition.name, index)
        return found

    @cached_property
    def namespaces(self) -> set[str]:
        """Dotted names of the namespaces that this file opens, and of those around them."""
        found: set[str] = set()
        for definition in self.interface.definitions:
            if definition.kind == "namespace":
                parts = plain(definition.qualname).split(".")
                found |= {".".join(parts[: size + 1]) for size in range(len(parts))}
        return found

    @cached_property
    def bindings(self) -> Lookup[Binding]:
        """(scope, name) → its bindings: several where a local is assigned values of several kinds."""
        found = Lookup[Binding](self._asked)
        for binding in self.interface.bindings:
            found.add(binding.scope, binding.name, binding)
        return found

    @cached_property
    def imports(self) -> Lookup[Import]:
        """(scope, name) → the imports that bind it."""
        found = Lookup[Import](self._asked)
        for item in self.interface.imports:
            if item.local:
                found.add(item.scope, item.local, item)
        return found

    @cached_property
    def stars(self) -> list[Import]:
        return [item for item in self.interface.imports if item.name == "*" and not item.local]

    @cached_property
    def public(self) -> tuple[frozenset[str], bool]:
        """What a star import brings by the file's own word, and whether others come too."""
        listed = [item.name for item in self.interface.imports if not item.module and not item.local]
        return frozenset(listed) - {""}, not listed or "" in listed

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
            at = 0 if "global" in definition.flags else bisect_right(starts, definition.name_start) - 1
            while at > 0 and (scopes[at].end <= definition.name_start or scopes[at].definition == index):
                at = scopes[at].parent
            found.append(max(at, 0))
        return found

    @cached_property
    def inner(self) -> frozenset[str]:
        """The names that something else than the file's own level binds: any other means the same in all its scopes."""
        definitions = self.interface.definitions
        found = {binding.name for binding in self.interface.bindings}
        found.update(item.local for item in self.interface.imports if item.scope)
        found.update(d.name for i, d in enumerate(definitions) if d.parent >= 0 or self.home[i])
        return frozenset(found)

    @cached_property
    def initialised(self) -> frozenset[str]:
        """The names whose meaning hangs on the byte that asks: inside of its initialiser a local is not yet bound."""
        return frozenset(binding.name for binding in self.interface.bindings if binding.after)

    @cached_property
    def bound(self) -> frozenset[str]:
        """The names of parameters and locals."""
        return frozenset(binding.name for binding in self.interface.bindings)

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

    `interface(path)` returns the parsed interface of a file or None; `named(name)` the (path, qualname) pairs of
    definitions of that name; `read(path)` the text of a manifest; `provided(key)` the files that provide a text.
    Everything consulted lands in `consulted`: "f:path" (interface), each name that was looked up in an interface,
    "m:stem" (module look-up), "t:path" (text of a manifest), "n:name" (global names), "j:domain:text" (what provides a
    text). A file needs new resolution only when what its keys stand for changed, see `index.graphing.Changed`.
    """

    def __init__(
        self,
        languages: Languages,
        paths: Iterable[str],
        interface: Callable[[str], Interface | None],
        named: Callable[[str], list[tuple[str, str]]],
        read: Callable[[str], str],
        provided: Callable[[str], list[str]] = _nowhere,
        testing: Callable[[str], bool] = _never,
    ) -> None:
        self.testing = testing  # path → is it test code, by its path alone
        self.languages = languages
        self.consulted = Notes()
        self._interface = interface
        self._named = named
        self._provided = provided
        self._files: dict[str, tuple[str, Tables | None, Language | None]] = {}  # with the key of what is consulted
        self._pairs: dict[str, list[tuple[str, str]]] = {}
        self._numbers: dict[str, dict[str, int]] = {}
        self.modules = ModuleMap(paths, read, self._consult_all, self._imports)

    def begin(self) -> None:
        """Take down from here on what is consulted, with nothing remembered."""
        self.consulted = Notes()

    def _imports(self, path: str, name: str) -> bool:
        """Tell whether a file imports something under a name; who asks notes that."""
        tables = (self._files.get(path) or self._read(path))[1]
        return tables is not None and any(i.local == name and not i.scope for i in tables.interface.imports)

    def _consult(self, key: str) -> None:
        self.consulted.add(key)

    def _consult_all(self, keys: Iterable[str]) -> None:
        self.consulted.update(keys)

    def tables(self, path: str) -> Tables | None:
        """Return the look-ups of a file, None if it has no facts."""
        key, tables, _ = self._files.get(path) or self._read(path)
        self.consulted.add(key)
        return tables

    def language(self, path: str) -> Language | None:
        """Return the language of a file, None if it has no facts or its language has no grammar."""
        key, _, language = self._files.get(path) or self._read(path)
        self.consulted.add(key)
        return language

    def _read(self, path: str) -> tuple[str, Tables | None, Language | None]:
        interface = self._interface(path)
        language = self.languages.get(interface.language) if interface else None
        self._files[path] = f"f:{path}", Tables(interface, self._consult) if interface else None, language
        return self._files[path]

    def definition(self, value: Value) -> Definition:
        tables = self.tables(value.path)
        assert tables is not None
        return tables.interface.definitions[value.index]

    def pairs(self, name: str) -> list[tuple[str, str]]:
        """Return the (path, qualname) of every definition of that name in the repository."""
        self.consulted |= {f"n:{name}", name}
        if name not in self._pairs:
            self._pairs[name] = self._named(name)
        return self._pairs[name]

    def provided(self, key: str) -> list[str]:
        """Return the files that provide a text: `key` is "domain:text" as `joins.provided_keys` has it."""
        self.consulted.add(f"j:{key}")
        return self._provided(key)

    def named(self, name: str) -> list[Value]:
        """Return every definition of that name in the repository."""
        return [value for path, qualname in self.pairs(name) if (value := self.numbered(path, qualname))]

    def numbered(self, path: str, qualname: str) -> Value | None:
        """Return the definition of a file that has this qualified name."""
        index = self._number(path, qualname)
        return None if index is None else Value("definition", path, index)

    def remembered(self, memo: dict[K, tuple[T, frozenset[str]]], key: K, compute: Callable[[], T]) -> T:
        """Return what `compute` gives, made once; what it hangs on is noted every time."""
        if key not in memo:
            outer, self.consulted = self.consulted, Notes()
            try:
                memo[key] = (compute(), frozenset(self.consulted))
            finally:
                self.consulted = outer
        value, keys = memo[key]
        self.consulted |= keys
        return value

    def once(self, key: object, depth: int, compute: Callable[[], T]) -> T:
        """Return what `compute` gives, made once for whoever takes notes now.

        `depth` is how deep in a question this is asked: an answer from deeper down may have been cut short.
        """
        memo = self.consulted.memo
        known = memo.get(key)
        if known is not None and known[0] <= depth:
            return known[1]  # type: ignore[return-value]  # a key has answers of one type
        found = compute()
        memo[key] = depth, found
        return found

    def _number(self, path: str, qualname: str) -> int | None:
        tables = self.tables(path)
        if path not in self._numbers:
            definitions = tables.interface.definitions if tables else []
            self._numbers[path] = {d.qualname: i for i, d in enumerate(definitions)}
        return self._numbers[path].get(qualname)

    def top(self, path: str, name: str) -> list[Value]:
        """Return the file-level definitions of that name."""
        tables = self.tables(path)
        if tables is None:
            return []
        numbers = tables.children.get((-1, name))
        return [Value("definition", path, i) for i in numbers if tables.interface.definitions[i].kind not in MEMBERS]

    def is_class(self, value: Value) -> bool:
        return value.kind == "definition" and value.index >= 0 and self.definition(value).kind in CLASS_LIKE
