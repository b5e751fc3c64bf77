"""From facts to symbols and edges in the store: resolve what changed and what hangs on it, nothing else."""

from __future__ import annotations

import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from codeqa.domain import CALLABLE, CLASS_LIKE, Binding, Definition, Interface
from codeqa.languages import Joins, Languages
from codeqa.resolve import Environment, Resolver, Tables, changed_keys, outside, provided_keys, symbol_key
from codeqa.store import FileRecord, Store, SymbolRow

_WORD = re.compile(r"[\w$#@]+")


class Facts:
    """Interfaces of the files as they will be, decoded when asked for."""

    def __init__(self, store: Store, records: Mapping[str, FileRecord]) -> None:
        self._store = store
        self._records = records
        self._known: dict[str, Interface | None] = {}

    def __call__(self, path: str) -> Interface | None:
        if path not in self._known:
            record = self._records.get(path)
            self._known[path] = (
                self._store.get_interface(record.sha256, record.language) if record and not record.skip else None
            )
        return self._known[path]


def names_in_memory(facts: Facts, paths: Iterable[str]) -> Callable[[str], list[tuple[str, str]]]:
    """Return the look-up of definitions by name for an index that is made anew."""
    named: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for path in paths:
        interface = facts(path)
        for definition in interface.definitions if interface else ():
            named[definition.name].append((path, definition.qualname))
    for found in named.values():
        found.sort()
    return lambda name: named.get(name, [])


def texts_in_memory(facts: Facts, paths: Iterable[str], joins: Joins) -> Callable[[str], list[str]]:
    """Return the look-up of what provides a text for an index that is made anew."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(paths):
        for key in provided_keys(facts(path), joins):
            found[key].append(path)
    return lambda key: found.get(key, [])


def names_in_store(store: Store) -> Callable[[str], list[tuple[str, str]]]:
    """Return the look-up of definitions by name for an index that is updated."""

    def named(name: str) -> list[tuple[str, str]]:
        found = [(s.span.path, s.qualname) for s in store.symbols_named(name) if s.qualname and not s.external]
        return sorted(found)

    return named


def symbol_rows(
    path: str, size: int, lines: int, interface: Interface | None, resolver: Resolver | None
) -> list[SymbolRow]:
    """Return the rows of a file and its definitions; with a resolver, members find their type in other files."""
    name = path.rpartition("/")[2]
    rows = [SymbolRow("", name, "module", "", 0, size, 1, max(1, lines), 1)]
    for index, definition in enumerate(interface.definitions if interface else ()):
        parent = (
            symbol_key(path, interface.definitions[definition.parent].qualname)
            if definition.parent >= 0 and interface
            else path
        )
        if resolver and outside(definition):
            owner = resolver.classes.owner(path, index)
            if owner:
                parent = symbol_key(owner.path, resolver.env.definition(owner).qualname)
        rows.append(
            SymbolRow(
                definition.qualname,
                definition.name,
                definition.kind,
                parent,
                definition.start,
                definition.end,
                definition.start_line,
                definition.end_line,
                definition.name_line,
                definition.signature,
                definition.doc,
                definition.flags,
            )
        )
    return rows


def has_orphans(interface: Interface | None) -> bool:
    """Tell whether a file writes members outside of their type."""
    return interface is not None and any(outside(definition) for definition in interface.definitions)


@lru_cache(maxsize=1 << 18)
def hashed(key: str) -> int:
    """Return 64 bits of a dependency key."""
    return int.from_bytes(blake2b(key.encode("utf-8", "replace"), digest_size=8).digest(), "little")


def packed(keys: Iterable[str]) -> bytes:
    """Return dependency keys as the store keeps them."""
    return array("Q", sorted(map(hashed, keys))).tobytes()


@dataclass(slots=True)
class Changed:
    """What a change may answer otherwise: all that hangs on a key, or on a file and one of these names of it."""

    keys: set[str] = field(default_factory=set)
    names: dict[str, set[str]] = field(default_factory=dict)  # key of a file → names

    def compare(self, path: str, old: Interface | None, new: Interface | None, *, joins: Joins) -> None:
        """Add what differs between two interfaces of a file; None is a file that is not indexed."""
        if old is None or new is None:
            if old is not new:
                self.keys |= {f"f:{path}", *changed_keys(path)}
        else:
            before, after = views(old), views(new)
            if before.all != after.all:
                self.keys.add(f"f:{path}")
            differ = (name for name in before.named.keys() | after.named.keys() if before.of(name) != after.of(name))
            self.names[f"f:{path}"] = set(differ)
        self.keys |= {f"n:{name}" for name, *_ in _names(old) ^ _names(new)}
        before_, after_ = texts(old, joins), texts(new, joins)
        self.keys |= {f"j:{key}" for key in before_.keys() | after_.keys() if before_.get(key) != after_.get(key)}

    def dependents(self, deps: Mapping[str, bytes]) -> set[str]:
        """Return the files whose keys, as `packed`, say that they hang on it."""
        keys = set(map(hashed, self.keys))
        names = [
            (hashed(key).to_bytes(8, "little"), set(map(hashed, found))) for key, found in self.names.items() if found
        ]
        affected = set()
        for path, data in deps.items():
            held = array("Q")
            held.frombytes(data)
            if not keys.isdisjoint(held) or any(key in data and not found.isdisjoint(held) for key, found in names):
                affected.add(path)
        return affected


def _names(interface: Interface | None) -> set[tuple[str, str, str, str]]:
    return {(d.name, d.qualname, d.kind, d.flags) for d in interface.definitions} if interface else set()


def texts(interface: Interface | None, joins: Joins) -> dict[str, list[object]]:
    """Return what other files can see of the texts that a file provides, by key; equal only within one process."""
    if interface is None or not interface.literals:
        return {}
    scopes = _scopes(interface, Tables(interface))
    found: dict[str, list[object]] = {}
    for key, literals in provided_keys(interface, joins).items():
        found[key] = [
            (each.receiver, each.value, scopes[each.scope], _qualname(interface, each.definition)) for each in literals
        ]
    return found


def _qualname(interface: Interface, index: int) -> str:
    return interface.definitions[index].qualname if index >= 0 else ""


_GENERIC = CALLABLE | CLASS_LIKE | {"type"}  # what has parameters, of either sort


class Views(NamedTuple):
    """What other files can see of an interface: no positions, no documentation, no locals that nothing hangs on.

    `named` is what they see under a name; who never looks that name up, anywhere, does not depend on it.
    """

    all: object
    named: dict[str, list[object]]

    def of(self, name: str) -> list[object]:
        """Return what is seen under a name."""
        return self.named.get(name, [])


def views(interface: Interface) -> Views:
    """Return what can be seen; equal only within one process."""
    tables = Tables(interface)
    scopes = _scopes(interface, tables)
    named: dict[str, list[object]] = defaultdict(list)
    for number, seen in enumerate(_definitions(interface, tables, scopes)):
        definition = interface.definitions[number]
        for name in {definition.name, *_implied(interface, definition)}:
            named[name].append(seen)
    unnamed: list[object] = []
    for item in interface.imports:
        fact = item.module, item.name, scopes[item.scope], item.reexport
        (named[item.local] if item.local else unnamed).append(fact)
    return Views((interface.language, interface.package, sorted(tables.namespaces), unnamed), named)


def _implied(interface: Interface, definition: Definition) -> Iterator[str]:
    """Yield under which other names a definition is seen.

    A function that has methods is no plain function; an interface with a single method is the type of a function.
    """
    if "default" in definition.flags:
        yield "default"
    if definition.parent >= 0:
        holder = interface.definitions[definition.parent]
        if holder.kind in CALLABLE or (holder.kind == "interface" and definition.kind == "method"):
            yield holder.name


def _definitions(interface: Interface, tables: Tables, scopes: list[int]) -> list[int]:
    """Return a hash of each definition with all that can be reached from it without asking for another name."""
    found: list[int] = []
    for number, d in enumerate(interface.definitions):
        signature = d.signature if d.kind in _GENERIC else ""
        bases = tuple((b.name, b.role, b.receiver, scopes[b.scope]) for b in tables.bases.get(number, ()))
        body = scopes[tables.scope_of[number]] if number in tables.scope_of else 0
        place = (
            scopes[tables.home[number]],
            body,
            _inside(interface, d),
            found[d.parent] if 0 <= d.parent < number else 0,
        )
        found.append(hash((d.name, d.kind, d.qualname, d.type, d.value, d.flags, signature, bases, place)))
    return found


def _scopes(interface: Interface, tables: Tables) -> list[int]:
    """Return a hash of each scope with what it binds, the same when others come and go around it."""
    seen = _seen(interface)
    bound: dict[int, list[tuple[str, str, str, str]]] = defaultdict(list)
    for b in sorted(interface.bindings, key=_start):
        if b.name in seen or b.kind == "signature":
            bound[b.scope].append((b.name, b.kind, b.type, b.value))
    found: list[int] = []
    unnamed: Counter[int] = Counter()
    for number, scope in enumerate(interface.scopes):
        around = found[scope.parent] if scope.parent >= 0 else 0
        owner: tuple[object, ...] = (unnamed[around],)
        if scope.definition >= 0:
            definition = interface.definitions[scope.definition]
            owner = definition.qualname, definition.kind, tables.first_parameter.get(number)
        else:
            unnamed[around] += 1
        found.append(hash((around, owner, tuple(bound[number]))))
    return found


def _inside(interface: Interface, definition: Definition) -> bool:
    """Tell whether a member stands inside of what it belongs to; it may be written elsewhere in the file."""
    parent = interface.definitions[definition.parent] if definition.parent >= 0 else definition
    return parent.start <= definition.start < parent.end


def _start(binding: Binding) -> int:
    return binding.start


def _seen(interface: Interface) -> set[str]:
    """Return the names that types and values of definitions hang on, at first or at second hand."""
    behind: dict[str, list[str]] = defaultdict(list)
    for binding in interface.bindings:
        behind[binding.name] += [binding.type, binding.value]
    texts = [
        text for d in interface.definitions for text in (d.type, d.value, d.signature if d.kind in _GENERIC else "")
    ]
    texts += [b.type for b in interface.bindings if b.kind == "signature"]
    texts += [text for b in interface.bases for text in (b.receiver, b.name)]
    texts += [text for each in interface.literals if each.role == "provides" for text in (each.receiver, each.value)]
    seen: set[str] = set()
    while texts:
        words = set(_WORD.findall(texts.pop())) - seen
        seen |= words
        texts += [text for word in words for text in behind.get(word, ()) if text]
    return seen


def environment(
    languages: Languages,
    paths: Iterable[str],
    facts: Facts,
    named: Callable[[str], list[tuple[str, str]]],
    read: Callable[[str], str],
    provided: Callable[[str], list[str]],
    testing: Callable[[str], bool],
) -> Resolver:
    """Return a resolver over the repository as it will be."""
    return Resolver(Environment(languages, paths, facts, named, read, provided, testing))
