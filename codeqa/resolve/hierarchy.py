"""Classes: what they inherit, what their members are, which class a member belongs to."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from codeqa.domain import CALLABLE, CLASS_LIKE
from codeqa.resolve.chains import behind_name, noise_pattern, parameters, top_level, type_head
from codeqa.resolve.environment import Environment, Notes, Value, outside, plain

if TYPE_CHECKING:
    from codeqa.resolve.names import Names
    from codeqa.resolve.types import Types


def type_variables(environment: Environment, value: Value) -> dict[str, str]:
    """Return the type parameters that a callable sees, its own and those of the types around it, with their bounds."""
    tables = environment.tables(value.path)
    found: dict[str, str] = {}
    index = value.index
    while tables is not None and index >= 0:
        definition = tables.interface.definitions[index]
        for item in _listed(definition.signature, definition.name):
            if match := _VARIABLE.match(item):
                found.setdefault(match[1], match[2] or "")
        index = definition.parent
    return found


@lru_cache(maxsize=16384)
def _listed(signature: str, name: str) -> tuple[str, ...]:
    """Return what a list of type parameters holds: behind the name, or before it and behind no other."""
    named = behind_name(signature, name, _NAMED)
    if named is None:
        return ()
    behind = _LISTED.match(signature, named.end())
    before = next(
        (m for m in _LISTED.finditer(signature, 0, named.start() - len(name)) if _free(signature, m.start())), None
    )
    listed = behind or before
    return tuple(top_level(listed[1], ",")) if listed else ()


def _free(text: str, offset: int) -> bool:
    return not offset or text[offset - 1].isspace()


Memo = dict[Value, tuple[list[Value], frozenset[str]]]
_NAMED = re.compile(r"\s*(?=[<({]|\Z|extends\b|implements\b)")
_LISTED = re.compile(r"<((?:[^<>]|<[^<>]*>)*)>")
_VARIABLE = re.compile(r"\s*([^\W\d]\w*)\s*(?:(?:extends|:)\s*(.+?))?\s*\Z", re.DOTALL)
MAX_ANCESTORS = 40
MAX_REACHED = 3 * MAX_ANCESTORS
MAX_ALIASES = 4


class Hierarchy:
    """Looks members up along inheritance, wherever they are written."""

    def __init__(self, environment: Environment, names: Names, types: Types) -> None:
        self.env = environment
        self.names = names
        self.types = types
        self._mro: Memo = {}
        self._bases: Memo = {}
        self._open: set[Value] = set()  # classes being linearised
        self._naming: set[Value] = set()  # classes whose bases are being looked up
        self._cyclic = False

    @property
    def busy(self) -> bool:
        """Tell whether some class is being linearised."""
        return bool(self._open)

    def ancestors(self, cls: Value) -> list[Value]:
        """Return the class and what it inherits from, nearest first; externals by name."""
        cls = Value("definition", cls.path, cls.index)
        if cls in self._open:
            self._cyclic = True
            return [cls]
        self._open.add(cls)
        try:
            return self._noted(self._mro, cls, self._linearise)
        finally:
            self._open.discard(cls)
            self._cyclic = self._cyclic and bool(self._open or self._naming)

    def _noted(self, memo: Memo, cls: Value, compute: Callable[[Value], list[Value]]) -> list[Value]:
        """Compute something about a class, whatever the depth it is asked at, and remember what the answer hangs on."""
        if cls not in memo:
            outer, self.env.consulted = self.env.consulted, Notes()
            try:
                with self.types.afresh():
                    found = compute(cls)
                keys = frozenset(self.env.consulted)
            finally:
                self.env.consulted = outer
            self.env.consulted |= keys
            if self._cyclic:  # what a cycle cut short depends on where it was entered
                return found
            memo[cls] = (found, keys)
        known, keys = memo[cls]
        self.env.consulted |= keys
        return known

    def _linearise(self, cls: Value) -> list[Value]:
        """Order a class and all above it: a base stands behind everything that inherits from it."""
        done: list[Value] = []  # bases before what inherits from them
        seen = {cls}
        path = [(cls, reversed(self.bases(cls)))]
        while path:
            base = next(path[-1][1], None)
            if base is None:
                done.append(path.pop()[0])
            elif base not in seen and len(seen) < MAX_REACHED:
                seen.add(base)
                path.append((base, reversed(self.bases(base) if base.kind == "definition" else [])))
        return done[::-1][:MAX_ANCESTORS]

    def bases(self, cls: Value) -> list[Value]:
        """Return the direct bases of a class, in order."""
        cls = Value("definition", cls.path, cls.index)
        if cls in self._naming:  # a base that is a member of the class itself
            self._cyclic = True
            return []
        self._naming.add(cls)
        try:
            return self._noted(self._bases, cls, self._named_bases)
        finally:
            self._naming.discard(cls)
            self._cyclic = self._cyclic and bool(self._open or self._naming)

    def _named_bases(self, cls: Value) -> list[Value]:
        language = self.env.language(cls.path)
        if language is not None and language.constants:
            found = [v for part in self.names.messages.parts(cls) for v in self._written_bases(part)]
            found.sort(
                key=lambda v: v.kind == "external" or self.env.definition(v).kind != "trait"
            )  # mixins come first
            own = self.names.messages.parts(cls)
            return [v for v in dict.fromkeys(found) if v not in own]
        if language is not None and language.modules.style == "namespace":
            parts = [p for p in self.names.namespaces.parts(cls) if "partial" in self.env.definition(p).flags.split()]
            return self._by_precedence([v for part in (cls, *parts) for v in self._written_bases(part)])
        return self._written_bases(cls)

    def _by_precedence(self, bases: list[Value]) -> list[Value]:
        """What traits bring hides what a base class does, the last one first; interfaces only declare."""
        kinds = {v: self.env.definition(v).kind if v.kind == "definition" else "" for v in bases}
        traits = [v for v in kinds if kinds[v] == "trait"]
        interfaces = [v for v in kinds if kinds[v] == "interface"]
        return [*reversed(traits), *(v for v in kinds if v not in traits and v not in interfaces), *interfaces]

    def _written_bases(self, cls: Value) -> list[Value]:
        """Return the bases that are written where a class is."""
        found: list[Value] = []
        tables = self.env.tables(cls.path)
        if tables is None:
            return []
        for reference in tables.bases.get(cls.index, ()):
            receiver = reference.receiver
            chain = f"{receiver}.{reference.name}" if receiver and receiver != "?" else reference.name
            for value in self.types.evaluate(cls.path, chain, reference.scope, cls.index):
                value = self.aliased(next(iter(self.names.default(value)), value))
                if value.kind == "external" or (self.env.is_class(value) and (value.path, value.index) != cls[1:3]):
                    found.append(Value(value.kind, value.path, value.index, value.name))
        return list(dict.fromkeys(found))

    def aliased(self, value: Value) -> Value:
        """Follow `Alias = Real` and `type Alias = Real`."""
        for _ in range(MAX_ALIASES):
            behind = self._behind_alias(value)
            if len(behind) != 1 or behind[0] == value:
                return value
            value = behind[0]
        return value

    def _behind_alias(self, value: Value) -> list[Value]:
        if value.kind != "definition" or value.index < 0:
            return []
        definition = self.env.definition(value)
        language = self.env.language(value.path)
        if definition.kind == "type" and definition.type and language:
            return self._typedef(value, type_head(definition.type, language.scopes.type_noise, frozenset()))
        if definition.kind not in ("variable", "type", "constant") or not definition.value or "(" in definition.value:
            return []
        found = self.types.evaluate(value.path, definition.value, 0, -1)
        return [v for v in found if v.kind in ("definition", "external")]

    def _typedef(self, value: Value, head: str) -> list[Value]:
        """Return what a typedef stands for: `typedef struct X X;` is the struct, wherever it is."""
        definition = self.env.definition(value)
        if not head or definition.value:
            return []
        if head == definition.name:
            return self.names.linkage.tagged(value.path, plain(definition.qualname))
        found = self.types.written.named(value.path, head, self.types.scope_around(value))
        return [v for v in found if v.kind in ("definition", "external")]

    # ------------------------------------------------------------------------------------------------------ members

    def members(self, cls: Value, name: str, *, above: bool = False) -> list[Value]:
        """Return the members `name` of a class or of its nearest ancestor that has some; `above` leaves out the class.

        Several are a field and a method of one name, or overloads: these come from all ancestors.
        """
        found: list[Value] = []
        for ancestor in self.ancestors(cls)[1 if above else 0 :]:
            if ancestor.kind != "definition" or not (own := self.own(ancestor, name)):
                continue
            if not self._gathers(own[0]):
                return found or own
            found += self._inherited(found, own)
        return found

    def _gathers(self, value: Value) -> bool:
        """Tell whether a member stands beside those of its name in the bases, where their parameters differ."""
        language = self.env.language(value.path)
        if language is None or not language.scopes.overloads or language.scopes.hides:
            return False
        return self.env.definition(value).kind != "constructor"

    def _inherited(self, found: list[Value], above: list[Value]) -> list[Value]:
        """Return what a base's members of one name add to those below: no field that is hidden, nothing overridden."""
        callables = [v for v in found if self.env.definition(v).kind in CALLABLE]
        new = []
        for value in above:
            is_callable = self.env.definition(value).kind in CALLABLE
            if not (any(self.overrides(c, value) for c in callables) if is_callable else len(callables) < len(found)):
                new.append(value)
        return new

    def overrides(self, value: Value, above: Value) -> bool:
        """Tell whether a method takes what another one takes; a type parameter may stand for anything."""
        one, other = (self._erased(v) for v in (value, above))
        if one is None or other is None:
            return True
        return len(one) == len(other) and all(a == b or not a or not b for a, b in zip(one, other, strict=True))

    def _erased(self, value: Value) -> list[str] | None:
        """Return the names of a method's parameter types, "" for type parameters; None if not all are known."""
        definition = self.env.definition(value)
        language = self.env.language(value.path)
        declared = parameters(definition.signature, definition.name)
        if declared is None or language is None:
            return None
        free = type_variables(self.env, value)
        found = []
        for parameter in declared:
            text = noise_pattern(language.scopes.type_noise).sub(" ", parameter.type)
            head = type_head(text.replace("[", " ").replace("]", " ").strip(), frozenset(), frozenset())
            name = head.rpartition(".")[2]
            found.append("" if name in free else name + "[]" * (text.count("[]") + parameter.variadic))
        return found

    def own(self, cls: Value, name: str) -> list[Value]:
        """Return the members of that name that the class itself has, wherever they are written."""
        tables = self.env.tables(cls.path)
        if tables is None:
            return []
        language = self.env.language(cls.path)
        if language is not None and language.constants:
            found = self.names.messages.own(cls, name)
        else:
            found = [Value("definition", cls.path, i) for i in tables.children.get((cls.index, name))]
            if not found or self._spread(cls):
                found += self._elsewhere(cls, name)
        if not found:
            return []
        if any(self.names.linkage.declares(v) for v in found):
            found = self._with_bodies(found)
        return found if len(found) == 1 else self._one_of_twins(list(dict.fromkeys(found)))

    def _with_bodies(self, values: list[Value]) -> list[Value]:
        """Replace each prototype by its body, if there is one; signatures beside a body are its own."""
        linkage = self.names.linkage
        language = self.env.language(values[0].path)
        if language is not None and language.modules.style == "include":
            return [b for v in values for b in ((linkage.declares(v) and linkage.behind(v)) or [v])]
        return [v for v in values if not linkage.declares(v)] or values

    def _one_of_twins(self, values: list[Value]) -> list[Value]:
        """A property's getter and setter are one member to a reader: keep the first, of values and of callables."""
        language = self.env.language(values[0].path)
        if language is not None and language.scopes.overloads:
            return values
        callables = [v for v in values if self.env.definition(v).kind in CALLABLE]
        others = [v for v in values if v not in callables]
        if len({v.path for v in callables}) > 1:
            return values
        return [*others[:1], *callables[:1]]

    def _has(self, cls: Value, name: str) -> bool:
        tables = self.env.tables(cls.path)
        return tables is not None and (cls.index, name) in tables.children

    def _spread(self, cls: Value) -> bool:
        """Tell whether overloads of a member may stand in several places."""
        language = self.env.language(cls.path)
        return language is not None and language.modules.style == "namespace" and language.scopes.overloads

    def _elsewhere(self, cls: Value, name: str) -> list[Value]:
        """Look for members that are written outside of the type, in other files."""
        language = self.env.language(cls.path)
        if language is not None and language.modules.style == "namespace":
            namespaces = self.names.namespaces
            return namespaces.elsewhere(cls, name) or ([] if self._has(cls, name) else namespaces.extending(cls, name))
        if language is None or language.modules.style not in ("directory", "crate"):
            return []
        owner = self.env.definition(cls).name
        pairs = [p for p in self.env.pairs(name) if plain(p[1]).rpartition(".")[0].rpartition(".")[2] == owner]
        if pairs and language.modules.style == "directory":
            files = set(self.env.modules.siblings(language, cls.path))
            pairs = [(path, qualname) for path, qualname in pairs if path in files]
        found = [self.env.numbered(path, qualname) for path, qualname in pairs]
        return [v for v in found if v and outside(self.env.definition(v))]

    # ------------------------------------------------------------------------------------------------------- owners

    def owner(self, path: str, index: int) -> Value | None:
        """Return the class that a definition is a member of."""
        tables = self.env.tables(path)
        if tables is None or index < 0:
            return None
        definition = tables.interface.definitions[index]
        parent = definition.parent
        while parent >= 0:
            holder = tables.interface.definitions[parent]
            if holder.kind in CLASS_LIKE and holder.kind != "namespace":
                return Value("definition", path, parent)
            if outside(holder):
                return self.owner(path, parent)
            parent = holder.parent
        return self._type_named(path, plain(definition.qualname).rpartition(".")[0]) if outside(definition) else None

    def _type_named(self, path: str, qualified: str) -> Value | None:
        """Find the type that members written outside of it belong to."""
        name = qualified.rpartition(".")[2]
        language = self.env.language(path)
        if language is not None and language.modules.style == "include":
            values = self.names.linkage.visible(path, qualified) or self.names.linkage.only(qualified)
        elif language is not None and language.modules.style == "namespace":
            return next((v for v in self.types.written.named(path, qualified, 0) if self.env.is_class(v)), None)
        else:
            values = self.names.bare(path, name, 0)
        found = [v for v in values if self.env.is_class(v)]
        if not found:
            found = [
                value
                for file, qualname in self.env.pairs(name)
                if f".{qualified}".endswith(f".{qualname}") or f".{qualname}".endswith(f".{qualified}")
                if (value := self.env.numbered(file, qualname)) and self.env.is_class(value)
                if self.env.language(file) == language
            ]
        return found[0] if len(found) == 1 or (found and len({v.path for v in found}) == 1) else None

    def lexical(self, path: str, index: int) -> bool:
        """Tell whether a definition stands inside of the one that it belongs to."""
        tables = self.env.tables(path)
        assert tables is not None
        definition = tables.interface.definitions[index]
        parent = tables.interface.definitions[definition.parent] if definition.parent >= 0 else None
        return parent is not None and parent.start <= definition.start < parent.end
