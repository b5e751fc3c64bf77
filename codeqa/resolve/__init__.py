"""References → edges: pure, one file at a time, with a note of what each answer hangs on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from codeqa.domain import CALLABLE, CLASS_LIKE, Edge, EdgeKind, Import, Reference, Strategy, Unresolved
from codeqa.languages import Language
from codeqa.resolve.environment import Environment, Tables, Value, outside
from codeqa.resolve.generics import plainly
from codeqa.resolve.joins import Matching, provided_keys
from codeqa.resolve.modules import changed_keys
from codeqa.resolve.names import Names
from codeqa.resolve.overloads import Overloads
from codeqa.resolve.shapes import type_parameters
from codeqa.resolve.types import Types

__all__ = [
    "Environment",
    "Resolution",
    "Resolver",
    "Tables",
    "changed_keys",
    "outside",
    "provided_keys",
    "symbol_key",
]

KIND_OF_ROLE = {
    "call": EdgeKind.CALLS,
    "instantiate": EdgeKind.INSTANTIATES,
    "base": EdgeKind.INHERITS,
    "implements": EdgeKind.IMPLEMENTS,
    "decorator": EdgeKind.DECORATES,
    "type": EdgeKind.TYPES,
    "read": EdgeKind.READS,
    "pass": EdgeKind.READS,
    "write": EdgeKind.WRITES,
    "raise": EdgeKind.RAISES,
    "mention": EdgeKind.DOCUMENTS,
}
MAX_CANDIDATES = 8
_PROGRAM = re.compile(r"[\w@][\w@.+-]*")  # a command that no path and nothing at run time has a part in


class Resolution(NamedTuple):
    """What resolving one file yields. `keys` are those of `Environment.consulted`."""

    edges: list[Edge]
    unresolved: list[Unresolved]
    keys: frozenset[str]


def symbol_key(path: str, qualname: str) -> str:
    """Return the id of a symbol; a file's own is its path."""
    return f"{path}::{qualname}" if qualname else path


class _Plan(NamedTuple):
    """The edges that a use of some values makes, but for where it stands."""

    targets: list[tuple[EdgeKind, str]]
    strategy: Strategy
    candidates: int
    built: list[tuple[Value, list[Value]]]  # each class that is called, with its constructors


class Resolver:
    """Resolves the references of one file at a time against an environment."""

    def __init__(self, environment: Environment) -> None:
        self.env = environment
        self.names = Names(environment)
        self.types = Types(environment, self.names)
        self.names.types = self.names.messages.types = self.names.namespaces.types = self.types
        self.classes = self.types.classes
        self.overloads = Overloads(environment, self.names, self.types)
        self.joins = Matching(environment, self.types)

    def resolve(self, path: str, references: Sequence[Reference]) -> Resolution:
        """Return the edges out of a file, its unresolved call sites, and what they hang on."""
        self.env.begin()
        tables = self.env.tables(path)
        if tables is None or self.env.language(path) is None:
            return Resolution([], [], frozenset(self.env.consulted))
        edges: dict[tuple[int, str, str], Edge] = {}
        unresolved: list[Unresolved] = []
        for edge in [*self._imports(path), *self._overrides(path)]:
            edges.setdefault((edge.start_byte, edge.dst, edge.kind), edge)
        for reference in references:
            found = list(self._reference(path, reference))
            for edge in found:
                edges.setdefault((edge.start_byte, edge.dst, edge.kind), edge)
            if not found and reference.role in ("call", "instantiate") and not self._builtin(path, reference):
                src = self._holder(path, reference.definition)
                unresolved.append(Unresolved(reference.name, src, path, reference.line, reference.receiver))
        for edge in [*self.joins.edges(path), *self.joins.beyond(path, edges.values())]:
            edges.setdefault((edge.start_byte, edge.dst, edge.kind), edge)
        return Resolution(list(edges.values()), unresolved, frozenset(self.env.consulted))

    def _builtin(self, path: str, reference: Reference) -> bool:
        language = self.env.language(path)
        root = (reference.receiver or reference.name).split(".")[0]
        if language is None or root in language.scopes.builtins:
            return language is not None
        if not language.scopes.aliases or reference.role != "call":
            return False
        values = [v for value in self._values(path, reference) for v in self.types.behind_alias(value)]
        return any(v.kind == "external" and v.name.startswith("builtins.") for v in values)

    def _holder(self, path: str, index: int) -> str:
        """Return the id of the definition around a site: the file itself for none."""
        tables = self.env.tables(path)
        assert tables is not None
        return symbol_key(path, tables.interface.definitions[index].qualname if index >= 0 else "")

    # ------------------------------------------------------------------------------------------------------ imports

    def _imports(self, path: str) -> Iterator[Edge]:
        tables = self.env.tables(path)
        language = self.env.language(path)
        assert tables is not None and language is not None
        for item in tables.interface.imports:
            if not item.module:
                continue
            located = self.names.located(path, item, language)
            if item.name not in ("", "*"):
                values = self.names.imported(path, item)
                yield from self._edges(path, values, EdgeKind.IMPORTS, item, -1)
            for file in located.paths[:MAX_CANDIDATES]:
                if file != path:
                    edge = self._edge(path, path, file, EdgeKind.IMPORTS, Strategy.EXACT, item)
                    yield edge._replace(name=item.module)
            if not located.paths and item.name in ("", "*") and located.external:
                known = item.name == "" or language.modules.style == "path"
                values = self.names.imported(path, item._replace(name="")) if known else []
                if language.modules.style == "namespace":  # one that is opened, and not declared here
                    values = [Value("external", name=located.external)]
                yield from self._edges(path, values, EdgeKind.IMPORTS, item, -1)

    # ---------------------------------------------------------------------------------------------------- overrides

    def _overrides(self, path: str) -> Iterator[Edge]:
        """Each method of a class here that a base has too."""
        tables = self.env.tables(path)
        assert tables is not None
        for index, definition in enumerate(tables.interface.definitions):
            if definition.kind not in ("method", "property", "function") or "static" in definition.flags.split():
                continue
            owner = self._class_around(path, index)
            if owner is None or (definition.name.startswith("__") and not definition.name.endswith("__")):
                continue
            several = self._several(path)
            for found in self.classes.members(owner, definition.name, above=True):
                target = self.env.definition(found)
                if several and not self.classes.overrides(Value("definition", path, index), found):
                    continue
                if target.kind in CALLABLE and found[1:3] != (path, index):
                    key = symbol_key(found.path, target.qualname)
                    yield Edge(
                        symbol_key(path, definition.qualname),
                        key,
                        EdgeKind.OVERRIDES,
                        Strategy.EXACT,
                        path,
                        definition.name_line,
                        definition.name_start,
                        definition.name,
                    )

    def _several(self, path: str) -> bool:
        """Tell whether methods of one name may stand beside one another."""
        language = self.env.language(path)
        return language is not None and language.scopes.overloads

    def _class_around(self, path: str, index: int) -> Value | None:
        tables = self.env.tables(path)
        assert tables is not None
        definition = tables.interface.definitions[index]
        if definition.parent >= 0:
            holder = tables.interface.definitions[definition.parent]
            is_class = holder.kind in CLASS_LIKE and holder.kind != "namespace"
            return Value("definition", path, definition.parent) if is_class else None
        return self.classes.owner(path, index) if outside(definition) else None

    # --------------------------------------------------------------------------------------------------- references

    def _reference(self, path: str, reference: Reference) -> Iterator[Edge]:
        values = self._values(path, reference)
        if any(value.kind == "module" for value in values):
            values = [v for value in values for v in self.names.default(value) or [value]]
        if reference.role in ("read", "pass"):
            values = [v for v in values if v.kind == "definition"]
        language = self.env.language(path)
        if language is not None and language.scopes.aliases and reference.role == "call":
            values = list(dict.fromkeys(v for value in values for v in self.types.behind_alias(value)))
        values = self.overloads.choose(path, reference, values)
        kind = KIND_OF_ROLE[reference.role]
        if language is not None and language.scopes.implicit and reference.role == "read":
            kind = EdgeKind.CALLS if all(map(self._is_method, values)) else kind
        edges = self._edges(path, values, kind, reference, reference.definition)
        return self._handed_on(values, edges) if reference.role == "pass" else edges

    def _handed_on(self, values: Sequence[Value], edges: Iterable[Edge]) -> Iterator[Edge]:
        """A read that hands on something that can be called registers it, if there is no doubt what it is."""
        certain = values and all(self._is_passed(value) for value in values)
        for edge in edges:
            sure = certain and edge.strategy is not Strategy.AMBIGUOUS
            yield edge._replace(kind=EdgeKind.REGISTERS, strategy=Strategy.CALLBACK) if sure else edge

    def _is_method(self, value: Value) -> bool:
        """Tell whether naming a definition calls it, where that needs no parentheses."""
        return value.index >= 0 and self.env.definition(value).kind in CALLABLE - {"property"}

    def _is_passed(self, value: Value) -> bool:
        """Tell whether a definition, as a value, is something to call."""
        language = self.env.language(value.path)
        if language is None or value.index < 0:
            return False
        definition = self.env.definition(value)
        return definition.kind in language.scopes.passed and "property" not in definition.flags.split()

    def _values(self, path: str, reference: Reference) -> list[Value]:
        """Return what a reference may mean; uses of one expression in one scope, or everywhere, are looked up once."""
        if reference.receiver == "?" or (reference.role == "type" and self._is_parameter(path, reference)):
            return []
        memo = self.env.consulted.memo
        everywhere = (reference.receiver, reference.name, reference.role)
        here = (*everywhere, reference.scope, reference.definition)
        known = memo.get(everywhere) or memo.get(here)
        if known is not None:
            return known[1]  # type: ignore[return-value]
        found = self._evaluated(path, reference)
        root = (reference.receiver or reference.name).partition(".")[0].rstrip("()[]")
        tables, language = self.env.tables(path), self.env.language(path)
        assert tables is not None and language is not None
        if root not in tables.initialised:
            anywhere = self.names.open_scopes(language) and root not in tables.inner
            special = (
                root in language.scopes.self or root in language.scopes.super or f"{root}()" in language.scopes.super
            )
            memo[everywhere if anywhere and not special else here] = 0, found
        return found

    def _is_parameter(self, path: str, reference: Reference) -> bool:
        """Tell whether a type's name is a type parameter of a definition around it."""
        tables, language = self.env.tables(path), self.env.language(path)
        if tables is None or language is None or not language.scopes.type_parameters or reference.receiver:
            return False
        index, name = reference.definition, reference.name
        while index >= 0:
            definition = tables.interface.definitions[index]
            if name in definition.signature and any(
                name == declared for declared, _ in type_parameters(definition.signature, definition.name)
            ):
                return True
            index = definition.parent
        return False

    def _evaluated(self, path: str, reference: Reference) -> list[Value]:
        if not reference.receiver:
            if reference.role in ("call", "read", "pass", "instantiate") and (
                special := self._super_call(path, reference)
            ):
                return special
            language = self.env.language(path)
            if reference.role == "call" and language is not None and language.scopes.commands:
                return self._command(path, reference.name, language)
            called = None if reference.role not in ("call", "read", "write") else reference.role == "call"
            found = self.names.bare(path, reference.name, reference.scope, at=reference.start, called=called)
            found = found or self._shortened(path, reference)
            if reference.role == "type" and found and all(map(self.types.written.is_member, found)):
                found = self.types.written.named(path, reference.name, reference.scope)
            if not found and language is not None and language.scopes.implicit:
                found = self.names.messages.message(path, reference.name, reference.definition)
            return list(dict.fromkeys(map(plainly, found)))
        receivers = self.types.evaluate(
            path, reference.receiver, reference.scope, reference.definition, at=reference.start
        )
        if not receivers:
            return []
        key = ("member", tuple(receivers), reference.name)
        return self.types.once(key, lambda: self._members(receivers, reference.name))

    def _command(self, path: str, name: str, language: Language) -> list[Value]:
        """Return the function that a command is; what no function of the repository is called leaves it."""
        if found := self.names.function(path, name):
            return found
        if name in language.scopes.builtins or not _PROGRAM.fullmatch(name):
            return []
        if any(self.env.language(file) is language for file, _ in self.env.pairs(name)):
            return []
        return [Value("external", name=name)]

    def _members(self, receivers: list[Value], name: str) -> list[Value]:
        return list(dict.fromkeys(plainly(v) for value in receivers for v in self.types.attribute(value, name)))

    def _shortened(self, path: str, reference: Reference) -> list[Value]:
        """Return the class of a decorator that leaves out how such classes' names end."""
        language = self.env.language(path)
        if reference.role != "decorator" or language is None or not language.scopes.decorator_suffix:
            return []
        return self.names.bare(path, reference.name + language.scopes.decorator_suffix, reference.scope)

    def _super_call(self, path: str, reference: Reference) -> list[Value]:
        """`super(...)` as a call of the base's constructor, `this(...)` as one of another constructor."""
        language = self.env.language(path)
        if language is None or language.scopes.self_parameter:
            return []
        if language.scopes.implicit:
            named = reference.name in language.scopes.super
            return self.names.messages.above(path, reference.definition) if named else []
        if reference.role == "instantiate" and reference.name in (*language.scopes.self, *language.scopes.super):
            owner = self.classes.owner(path, reference.definition)
            if owner is None or reference.name in language.scopes.self:
                return [owner] if owner else []
            return self.classes.bases(owner)
        own = reference.role == "call" and reference.name in language.scopes.self
        if not own and reference.name not in language.scopes.super:
            return []
        owner = self.classes.owner(path, reference.definition)
        if owner is None or own:
            return self._constructors(owner) if owner else []
        return [
            v
            for base in self.classes.bases(owner)
            for v in ([base] if base.kind == "external" else self._constructors(base) or [base])
        ]

    def _constructors(self, cls: Value) -> list[Value]:
        language = self.env.language(cls.path)
        if language is None:
            return []
        name = self.env.definition(cls).name
        for constructor in language.scopes.constructors:
            find = self.classes.own if language.scopes.own_constructors else self.classes.members
            found = find(cls, name if constructor == "<class>" else constructor)
            if found := [v for v in found if self.env.definition(v).kind == "constructor" and not self._required(v)]:
                return found
        return []

    def _required(self, constructor: Value) -> bool:
        """Tell whether an interface only asks for a constructor."""
        owner = self.classes.owner(constructor.path, constructor.index)
        return owner is not None and self.env.definition(owner).kind == "interface"

    def _edges(
        self, path: str, values: Sequence[Value], kind: EdgeKind, at: Reference | Import, holder: int
    ) -> Iterator[Edge]:
        if not values:
            return
        plan = self.types.once(("plan", tuple(values), kind), lambda: self._plan(values, kind))
        src = self._holder(path, holder)
        for edge_kind, dst in plan.targets:
            if dst != src or kind is EdgeKind.CALLS:
                yield self._edge(path, src, dst, edge_kind, plan.strategy, at, plan.candidates)
        if plan.built and isinstance(at, Reference):
            for cls, built in plan.built:
                constructors = self.overloads.constructors(path, at, cls, built)
                unsure = plan.strategy if len(constructors) < 2 else Strategy.AMBIGUOUS
                for constructor in constructors:
                    dst = symbol_key(constructor.path, self.env.definition(constructor).qualname)
                    count = plan.candidates * len(constructors)
                    yield self._edge(path, src, dst, EdgeKind.CALLS, unsure, at, count)

    def _plan(self, values: Sequence[Value], kind: EdgeKind) -> _Plan:
        """Return what edges a use of these values makes, whoever uses them."""
        known = [v for v in values if v.kind in ("definition", "instance", "external", "module")]
        known = list(dict.fromkeys(v._replace(inferred=False) for v in known))[:MAX_CANDIDATES]
        inferred = any(v.inferred for v in values)
        strategy = Strategy.AMBIGUOUS if len(known) > 1 else Strategy.INFERRED if inferred else Strategy.EXACT
        targets = [target for value in known for target in self._targets(value, kind)]
        called = EdgeKind.CALLS if kind is EdgeKind.RAISES else kind
        made = [value._replace(kind="definition") for value in known if self._constructs(value, called)]
        built = [(cls, self._constructors(cls)) for cls in made]
        if kind is EdgeKind.RAISES:  # what is raised is the class; it is made by a constructor of its own, if any
            built = [(cls, [v for v in found if self.env.definition(v).parent == cls.index]) for cls, found in built]
        return _Plan(targets, strategy, len(known), [(cls, found) for cls, found in built if found])

    def _constructs(self, value: Value, kind: EdgeKind) -> bool:
        """Tell whether a use calls or instantiates a class."""
        if kind not in (EdgeKind.CALLS, EdgeKind.INSTANTIATES) or value.kind == "external" or value.index < 0:
            return False
        return self.env.definition(value).kind in CLASS_LIKE and not (
            value.kind == "instance" and kind is EdgeKind.CALLS
        )

    def _targets(self, value: Value, kind: EdgeKind) -> Iterator[tuple[EdgeKind, str]]:
        if value.kind == "external":
            if not value.name.startswith("builtins."):
                yield kind, f"external::{value.name}"
            return
        if value.index < 0:
            if kind is EdgeKind.IMPORTS and value.paths:
                yield kind, value.path
            return
        if value.kind == "instance" and kind is EdgeKind.CALLS:
            return  # calling an object: its __call__ is not tracked
        definition = self.env.definition(value)
        key = symbol_key(value.path, definition.qualname)
        if self._constructs(value, kind):
            yield from self._made(value, kind)
        elif kind is EdgeKind.INHERITS and definition.kind in ("interface", "trait"):
            yield EdgeKind.IMPLEMENTS, key
        elif value.kind == "instance":
            return
        else:
            called = kind is EdgeKind.INSTANTIATES or (kind is EdgeKind.READS and self._called_bare(value))
            yield EdgeKind.CALLS if called else kind, key

    def _made(self, cls: Value, kind: EdgeKind) -> Iterator[tuple[EdgeKind, str]]:
        """Yield what calling or instantiating a class makes, and what such a call really calls."""
        definition = self.env.definition(cls)
        applied = self.types.applied(cls) if kind is EdgeKind.CALLS else []
        if not applied or "companion" not in definition.flags.split():
            yield EdgeKind.INSTANTIATES, symbol_key(cls.path, definition.qualname)
        for method in applied:
            yield EdgeKind.CALLS, symbol_key(method.path, self.env.definition(method).qualname)

    def _called_bare(self, value: Value) -> bool:
        """Tell whether the language calls a method by naming it."""
        language = self.env.language(value.path)
        bare = language is not None and language.scopes.bare_calls
        return bare and self.env.definition(value).kind in ("method", "function")

    def _edge(
        self,
        path: str,
        src: str,
        dst: str,
        kind: EdgeKind,
        strategy: Strategy,
        at: Reference | Import,
        candidates: int = 1,
    ) -> Edge:
        name = at.name or at.local if isinstance(at, Import) else at.name
        return Edge(src, dst, kind, strategy, path, at.line, at.start, name, candidates)
