"""From facts to symbols and edges in the store: resolve what changed and what hangs on it, nothing else."""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from hashlib import blake2b

from codeqa.domain import CALLABLE, Binding, Definition, Interface
from codeqa.languages import Languages
from codeqa.resolve import Environment, Resolution, Resolver, Tables, changed_keys, outside, symbol_key
from codeqa.store import EdgeRow, FileRecord, Store, SymbolRow

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


def names_in_store(store: Store) -> Callable[[str], list[tuple[str, str]]]:
    """Return the look-up of definitions by name for an index that is updated."""

    def named(name: str) -> list[tuple[str, str]]:
        found = [(s.span.path, s.qualname) for s in store.symbols_named(name) if s.qualname and not s.external]
        return sorted(found)

    return named


def symbol_rows(
    path: str, size: int, lines: int, interface: Interface | None, resolver: Resolver | None
) -> list[SymbolRow]:
    """Return the rows of a file and its definitions; with a resolver, members find the type they belong to elsewhere."""
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


def edge_rows(resolution: Resolution) -> list[EdgeRow]:
    """Return the rows of a file's edges."""
    return [
        EdgeRow(e.src, e.dst, e.kind, e.strategy, e.line, e.start_byte, e.name, e.candidates) for e in resolution.edges
    ]


@lru_cache(maxsize=1 << 18)
def hashed(key: str) -> int:
    """Return 64 bits of a dependency key."""
    return int.from_bytes(blake2b(key.encode("utf-8", "replace"), digest_size=8).digest(), "little")


def packed(keys: Iterable[str]) -> bytes:
    """Return dependency keys as the store keeps them."""
    return array("Q", sorted(map(hashed, keys))).tobytes()


def dependents(deps: Mapping[str, bytes], keys: Iterable[str]) -> set[str]:
    """Return the files with at least one of these keys."""
    wanted = set(map(hashed, keys))
    found = set()
    for path, data in deps.items():
        held = array("Q")
        held.frombytes(data)
        if not wanted.isdisjoint(held):
            found.add(path)
    return found


def keys_of_change(
    path: str, old: Interface | None, new: Interface | None, *, listed: bool, signatures: bool
) -> set[str]:
    """Return what a change to a file may answer otherwise; `listed` tells that it came or went."""
    keys = changed_keys(path) if listed else set()
    if listed or digest(old, signatures=signatures) != digest(new, signatures=signatures):
        keys.add(f"f:{path}")
        keys |= {f"n:{name}" for name, *_ in _names(old) ^ _names(new)}
    return keys


def _names(interface: Interface | None) -> set[tuple[str, str, str, str]]:
    return {(d.name, d.qualname, d.kind, d.flags) for d in interface.definitions} if interface else set()


def digest(interface: Interface | None, *, signatures: bool) -> object:
    """Return what other files can see of an interface: no positions, no documentation, no locals that nothing hangs on.

    `signatures` tells that the language overloads, so that other files can see parameters.
    """
    if interface is None:
        return None
    tables = Tables(interface)
    seen = _seen(interface)
    first = [(scope, name) for scope, name in tables.first_parameter.items() if name in seen]
    return (
        interface.language,
        interface.package,
        [(d.name, d.kind, d.qualname, d.parent, d.type, d.value, d.flags) for d in interface.definitions],
        [d.signature for d in interface.definitions if signatures and d.kind in CALLABLE],
        [(s.parent, s.definition) for s in interface.scopes],
        tables.home,
        [_inside(interface, d) for d in interface.definitions],
        [(b.name, b.scope, b.kind, b.type, b.value) for b in sorted(interface.bindings, key=_start) if b.name in seen],
        first,
        [(i.module, i.name, i.local, i.scope, i.reexport) for i in interface.imports],
        [(b.name, b.role, b.receiver, b.definition, b.scope) for b in interface.bases],
    )


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
    texts = [text for d in interface.definitions for text in (d.type, d.value)]
    texts += [text for b in interface.bases for text in (b.receiver, b.name)]
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
) -> Resolver:
    """Return a resolver over the repository as it will be."""
    return Resolver(Environment(languages, paths, facts, named, read))
