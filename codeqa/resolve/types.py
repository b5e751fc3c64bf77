"""What an expression's value is: declared types, constructor assignments, `self`, class hierarchies."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from codeqa.domain import CALLABLE, CLASS_LIKE, Binding, Definition
from codeqa.resolve.environment import MEMBERS, UNKNOWN, Environment, Value

if TYPE_CHECKING:
    from codeqa.languages import Language
    from codeqa.resolve.names import Names

MAX_DEPTH = 10
MAX_ANCESTORS = 40
_PATH = re.compile(r"[^\W\d]\w*(?:\s*(?:\.|::|\\)\s*[^\W\d]\w*)*")
_STEP = re.compile(r"([\w$#@]+)|(\(\))|(\[\])|\.")


class Types:
    """Evaluates receiver chains and type texts to values."""

    def __init__(self, environment: Environment, names: Names) -> None:
        self.env = environment
        self.names = names
        self._depth = 0
        self._mro: dict[Value, tuple[list[Value], frozenset[str]]] = {}
        self._open: set[Value] = set()  # classes being linearised
        self._cyclic = False

    # ---------------------------------------------------------------------------------------------------- hierarchy

    def ancestors(self, cls: Value) -> list[Value]:
        """Return the class and what it inherits from, nearest first; externals by name."""
        cls = Value("definition", cls.path, cls.index)
        if cls in self._open:
            self._cyclic = True
            return [cls]
        if cls not in self._mro:
            return self._computed(cls)
        known, keys = self._mro[cls]
        self.env.consulted |= keys
        return known

    def _computed(self, cls: Value) -> list[Value]:
        """Linearise a class, whatever the depth it is asked at, and remember what the answer hangs on."""
        outer, self.env.consulted = self.env.consulted, set()
        depth, self._depth = self._depth, 0
        self._open.add(cls)
        try:
            found = self._linearise(cls)
            if not self._cyclic:  # what a cycle cut short depends on where it was entered
                self._mro[cls] = (found, frozenset(self.env.consulted))
        finally:
            self._open.discard(cls)
            self._cyclic = self._cyclic and bool(self._open)
            self._depth = depth
            outer |= self.env.consulted
            self.env.consulted = outer
        return found

    def _linearise(self, cls: Value) -> list[Value]:
        order = [cls]
        for base in self.bases(cls):
            inherited = self.ancestors(base) if base.kind == "definition" else [base]
            order = [known for known in order if known not in inherited] + inherited  # a shared base comes last
        return order[:MAX_ANCESTORS]

    def bases(self, cls: Value) -> list[Value]:
        """Return the direct bases of a class, in order."""
        tables = self.env.tables(cls.path)
        if tables is None:
            return []
        found: list[Value] = []
        for reference in tables.bases.get(cls.index, ()):
            receiver = reference.receiver
            chain = f"{receiver}.{reference.name}" if receiver and receiver != "?" else reference.name
            for value in self.evaluate(cls.path, chain, reference.scope, cls.index):
                value = self._aliased(next(iter(self.names.default(value)), value))
                if value.kind == "external" or (self.env.is_class(value) and (value.path, value.index) != cls[1:3]):
                    found.append(Value(value.kind, value.path, value.index, value.name))
        return list(dict.fromkeys(found))

    def _aliased(self, value: Value) -> Value:
        """Follow `Alias = Real` and `type Alias = Real`."""
        for _ in range(4):
            if value.kind != "definition" or value.index < 0:
                return value
            definition = self.env.definition(value)
            text = definition.value or (definition.type if definition.kind == "type" else "")
            if definition.kind not in ("variable", "type", "constant") or not text or "(" in text:
                return value
            behind = [v for v in self.evaluate(value.path, text, 0, -1) if v.kind in ("definition", "external")]
            if len(behind) != 1 or behind[0] == value:
                return value
            value = behind[0]
        return value

    def members(self, cls: Value, name: str, *, above: bool = False) -> list[Value]:
        """Return the member `name` of a class or of its nearest ancestor that has one; `above` leaves out the class."""
        for ancestor in self.ancestors(cls)[1 if above else 0 :]:
            if ancestor.kind != "definition":
                continue
            if found := self.own(ancestor, name):
                return found
        return []

    def own(self, cls: Value, name: str) -> list[Value]:
        """Return the members of that name that the class itself has, wherever they are written."""
        tables = self.env.tables(cls.path)
        if tables is None:
            return []
        found = [Value("definition", cls.path, i) for i in tables.children.get((cls.index, name), ())]
        if not found:
            found = self._outside(cls, name)
        elif all("declaration" in self.env.definition(v).flags.split() for v in found):
            found = [v for one in found for v in (self.names.behind(one) or [one])]
        return self._one_of_twins(list(dict.fromkeys(found)))

    def _one_of_twins(self, values: list[Value]) -> list[Value]:
        """A property's getter and setter, or overloads, are one member to a reader: keep the first with a body."""
        if len(values) < 2:
            return values
        bodies = [v for v in values if "declaration" not in self.env.definition(v).flags.split()]
        return (bodies or values)[:1] if len({v.path for v in values}) == 1 else bodies or values

    def _outside(self, cls: Value, name: str) -> list[Value]:
        """Look for members that are written outside of the type, in other files."""
        language = self.env.language(cls.path)
        if language is None or language.modules.style not in ("directory", "include", "crate"):
            return []
        owner = self.env.definition(cls)
        files: set[str] | None = None
        if language.modules.style == "directory":
            files = set(self.env.modules.siblings(language, cls.path))
        found = []
        for value in self.env.named(name):
            definition = self.env.definition(value)
            prefix = definition.qualname.split("#")[0].rpartition(".")[0]
            if definition.parent < 0 and prefix.rpartition(".")[2] == owner.name and (files is None or value.path in files):
                found.append(value)
        return found

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
            if holder.parent < 0 and "." in holder.qualname:
                return self.owner(path, parent)
            parent = holder.parent
        prefix = definition.qualname.split("#")[0].rpartition(".")[0] if definition.parent < 0 else ""
        if not prefix:
            return None
        return self._type_named(path, prefix)

    def _type_named(self, path: str, qualified: str) -> Value | None:
        """Find the type that members written outside of it belong to."""
        name = qualified.rpartition(".")[2]
        tables = self.env.tables(path)
        scope = 0
        found = [v for v in self.names.bare(path, name, scope) if self.env.is_class(v)] if tables else []
        if not found:
            found = [
                v
                for v in self.env.named(name)
                if self.env.is_class(v) and qualified.endswith(self.env.definition(v).qualname)
                and self.env.language(v.path) == self.env.language(path)
            ]
        return found[0] if len(found) == 1 or (found and len({v.path for v in found}) == 1) else None

    # ----------------------------------------------------------------------------------------------------- bindings

    def bound(self, path: str, binding: Binding) -> list[Value]:
        """Return what a parameter or local holds, [] if nothing says so."""
        if binding.type and (found := self.declared(path, binding.type, binding.scope)):
            return [v._replace(inferred=True) for v in found]
        if binding.value and binding.kind != "parameter":
            tables = self.env.tables(path)
            holder = tables.interface.scopes[binding.scope].definition if tables else -1
            if binding.value.split(".")[0].rstrip("()[]") == binding.name:
                return []
            found = self.evaluate(path, binding.value, binding.scope, holder)
            if binding.kind == "entered":
                found = [v for value in found for v in self._entered(path, value)]
            return [v._replace(inferred=True) for v in found if v.kind != "unknown"]
        return []

    def _entered(self, path: str, value: Value) -> list[Value]:
        """Return what entering a context gives: the object itself unless its class says otherwise."""
        language = self.env.language(path)
        if value.kind != "instance" or language is None:
            return [value]
        found = [v for name in language.scopes.enter for m in self.members(value, name) for v in self.called(m)]
        return found or [value]

    def declared(self, path: str, text: str, scope: int) -> list[Value]:
        """Return instances of the type that `text` names, as seen from a scope."""
        language = self.env.language(path)
        if language is None or self._depth > MAX_DEPTH:
            return []
        self._depth += 1
        try:
            head = type_head(text, language.scopes.type_noise, language.scopes.type_wrappers)
            if not head:
                return []
            if head in ("Self", "self", "this"):
                tables = self.env.tables(path)
                holder = tables.interface.scopes[scope].definition if tables else -1
                owner = self.owner(path, holder)
                return [owner._replace(kind="instance")] if owner else []
            values = [self._aliased(v) for v in self._path(path, head, scope)]
            return [
                v._replace(kind="instance") if v.kind == "definition" else Value("external", name=v.name)
                for v in values
                if v.kind == "external" or self.env.is_class(v)
            ]
        finally:
            self._depth -= 1

    def _path(self, path: str, dotted: str, scope: int) -> list[Value]:
        first, *rest = dotted.split(".")
        values = self.names.bare(path, first, scope)
        for name in rest:
            values = [found for value in values for found in self.attribute(value, name)]
        return values

    def typed(self, value: Value) -> list[Value]:
        """Turn a field, variable or property into what it holds."""
        if value.kind != "definition" or value.index < 0 or self._depth > MAX_DEPTH:
            return [value]
        definition = self.env.definition(value)
        if definition.kind in CLASS_LIKE or (definition.kind in CALLABLE and "property" not in definition.flags.split()):
            return [value]
        return [v._replace(inferred=True) for v in self._held(value, definition)]

    def _held(self, value: Value, definition: Definition) -> list[Value]:
        tables = self.env.tables(value.path)
        assert tables is not None
        scope = self._scope_around(value)
        if definition.type:
            return self.declared(value.path, definition.type, scope)
        if not definition.value:
            return []
        self._depth += 1
        try:
            holder = tables.interface.scopes[scope].definition
            root = definition.value.split(".")[0].rstrip("()[]")
            if root == definition.name and definition.kind != "field":
                return []
            return [v for v in self.evaluate(value.path, definition.value, scope, holder) if v.kind != "unknown"]
        finally:
            self._depth -= 1

    def _scope_around(self, value: Value) -> int:
        """Return the innermost scope around a definition's name."""
        tables = self.env.tables(value.path)
        assert tables is not None
        offset = tables.interface.definitions[value.index].name_start
        best = 0
        for index, scope in enumerate(tables.interface.scopes):
            if scope.start > offset:
                break
            if scope.end > offset and scope.definition != value.index:
                best = index
        return best

    # ------------------------------------------------------------------------------------------------------- chains

    def evaluate(self, path: str, chain: str, scope: int, holder: int) -> list[Value]:
        """Return what a chain such as `self.app.router()` stands for; `holder` is the definition around it."""
        language = self.env.language(path)
        if language is None or chain == "?" or self._depth > MAX_DEPTH:
            return []
        self._depth += 1
        try:
            return self._evaluate(path, chain, scope, holder, language)
        finally:
            self._depth -= 1

    def _evaluate(self, path: str, chain: str, scope: int, holder: int, language: Language) -> list[Value]:
        steps = steps_of(chain)
        if not steps:
            return []
        values, used = self._root(path, steps, scope, holder, language)
        for step in steps[used:]:
            if step == "()":
                values = [found for value in values for found in self.called(value)]
            elif step == "[]":
                values = []  # what containers hold is not tracked
            else:
                values = [found for value in values for found in self.attribute(value, step)]
            values = list(dict.fromkeys(values))[:8]
        return values

    def _root(
        self, path: str, steps: tuple[str, ...], scope: int, holder: int, language: Language
    ) -> tuple[list[Value], int]:
        first = steps[0]
        called = len(steps) > 1 and steps[1] == "()"
        if first in language.scopes.super or (called and f"{first}()" in language.scopes.super):
            owner = self.owner(path, holder)
            return ([owner._replace(kind="super")] if owner else []), 2 if called else 1
        if this := self._this(path, first, scope, holder, language):
            return this, 1
        return self.names.bare(path, first, scope), 1

    def _this(self, path: str, name: str, scope: int, holder: int, language: Language) -> list[Value]:
        """Return the enclosing instance if `name` is how the language, or this method, calls it."""
        tables = self.env.tables(path)
        if tables is None or holder < 0:
            return []
        if not language.scopes.self_parameter:
            if name not in language.scopes.self:
                return []
            owner = self.owner(path, holder) or self._class_itself(path, holder)
            return [owner._replace(kind="instance")] if owner else self._object(path, holder)
        at = scope
        while at >= 0:  # the nearest function whose first parameter has this name and that is a method
            inner = tables.interface.scopes[at].definition
            if (at, name) in tables.bindings:
                definition = tables.interface.definitions[inner] if inner >= 0 else None
                method = definition is not None and definition.kind in ("method", "constructor", "property")
                if not method or tables.first_parameter.get(at) != name or "static" in definition.flags.split():  # type: ignore[union-attr]
                    return []
                owner = self.owner(path, inner)
                is_class = "classmethod" in definition.flags.split() or definition.name in ("__new__", "__init_subclass__")  # type: ignore[union-attr]
                return [owner._replace(kind="definition" if is_class else "instance")] if owner else []
            at = tables.interface.scopes[at].parent
        return []

    def _object(self, path: str, holder: int) -> list[Value]:
        """Return what a method outside of any class belongs to: an object literal, a function with a prototype."""
        tables = self.env.tables(path)
        while tables is not None and holder >= 0:
            definition = tables.interface.definitions[holder]
            if definition.kind in MEMBERS:
                return [Value("definition", path, definition.parent, inferred=True)] if definition.parent >= 0 else []
            holder = definition.parent
        return []

    def _class_itself(self, path: str, holder: int) -> Value | None:
        value = Value("definition", path, holder)
        return value if self.env.is_class(value) else None

    def attribute(self, value: Value, name: str) -> list[Value]:
        """Return the member `name` of a value."""
        if value.kind == "external":
            return [Value("external", name=f"{value.name}.{name}", inferred=value.inferred)]
        if value.kind == "module":
            return self._of_module(value, name) or [v for d in self.names.default(value) for v in self.attribute(d, name)]
        if value.kind == "unknown":
            return [UNKNOWN]
        if value.kind == "definition" and value.index >= 0 and not self.env.is_class(value):
            held = self._aliased(value)
            if held != value:
                return self.attribute(held, name)
            return self._of_object(value, name) or self._of_held(value, name)
        found = self.members(value, name, above=value.kind == "super")
        if found:
            return [v._replace(inferred=value.inferred or v.inferred) for v in found]
        return self._of_external_base(value, name)

    def _of_module(self, value: Value, name: str) -> list[Value]:
        found = [v for path in value.paths for v in self.names.exported(path, name)]
        if found or not value.name:
            return found
        language = self.env.language(value.path) if value.path else self.env.languages.get("python")
        if language is None:
            return []
        for path in value.paths:
            if inner := self.env.modules.submodule(language, path, name):
                return [Value("module", inner[0], name=f"{value.name}.{name}", paths=inner)]
        if not value.paths:
            inner = self.env.modules.locate(language, "", f"{value.name}.{name}").paths
            return [Value("module", inner[0], name=f"{value.name}.{name}", paths=inner)] if inner else []
        return []

    def _of_object(self, value: Value, name: str) -> list[Value]:
        """Members of an object literal, or attributes set on a function, in the same file."""
        tables = self.env.tables(value.path)
        return [Value("definition", value.path, i) for i in tables.children.get((value.index, name), ())] if tables else []

    def _of_held(self, value: Value, name: str) -> list[Value]:
        """Members of what a field, variable or property holds."""
        if self._depth > MAX_DEPTH:
            return []
        self._depth += 1
        try:
            return [found for inner in self.typed(value) if inner != value for found in self.attribute(inner, name)]
        finally:
            self._depth -= 1

    def _of_external_base(self, value: Value, name: str) -> list[Value]:
        """A member that no class here has may come from the one base that is outside of the repository."""
        ancestors = self.ancestors(value._replace(kind="definition", inferred=False))
        outside = [a for a in ancestors if a.kind == "external" and a.name != "builtins.object"]
        if len(outside) == 1:
            return [Value("external", name=f"{outside[0].name}.{name}", inferred=True)]
        return []

    def _makes(self, value: Value) -> bool:
        """Tell whether a function has methods of its own: a prototype's, or those of an object literal that it returns."""
        tables = self.env.tables(value.path)
        definitions = tables.interface.definitions if tables else []
        return any(d.parent == value.index and d.kind == "method" for d in definitions)

    def called(self, value: Value) -> list[Value]:
        """Return what calling a value gives."""
        if value.kind == "module":
            return [found for v in self.names.default(value) for found in self.called(v)]
        if value.kind == "external":
            return [Value("external", name=value.name, inferred=True)]
        if value.kind != "definition" or value.index < 0:
            return []
        value = self._aliased(value)
        if value.kind != "definition":
            return self.called(value) if value.kind == "external" else []
        if self.env.is_class(value):
            return [value._replace(kind="instance", inferred=True)]
        definition = self.env.definition(value)
        if definition.kind in CALLABLE and definition.type:
            tables = self.env.tables(value.path)
            scope = tables.scope_of.get(value.index, 0) if tables else 0
            return [v._replace(inferred=True) for v in self.declared(value.path, definition.type, scope)]
        if definition.kind == "function" and self._makes(value):
            return [value._replace(inferred=True)]
        if definition.kind == "constructor":
            owner = self.owner(value.path, value.index)
            return [owner._replace(kind="instance", inferred=True)] if owner else []
        return []


@lru_cache(maxsize=16384)
def steps_of(chain: str) -> tuple[str, ...]:
    """Split a chain into names, "()" and "[]"."""
    return tuple(match[0] for match in _STEP.finditer(chain) if match[0] != ".")


@lru_cache(maxsize=16384)
def type_head(text: str, noise: frozenset[str], wrappers: frozenset[str]) -> str:
    """Return the dotted name that a type text is about, "" if it is none or several.

    Wrappers pass their first argument through; `None` falls out of unions; a union of two real types names none.
    """
    text = text.strip().strip("\"'")
    for token in noise:
        text = re.sub(rf"(?<!\w){re.escape(token)}(?!\w)" if token[0].isalpha() else re.escape(token), " ", text)
    text = " ".join(text.split())
    options = [part.strip().strip("\"'") for part in _top_level(text, "|")]
    options = [part for part in options if part not in ("None", "null", "undefined", "nil", "")]
    if len(options) != 1:
        return ""
    match = _PATH.match(options[0])
    if not match:
        return ""
    head = re.sub(r"\s*(::|\\|\.)\s*", ".", match[0])
    rest = options[0][match.end() :].strip()
    if rest and rest[0] in "[<(" and head.rpartition(".")[2] in wrappers:
        inner = _top_level(rest[1:-1] if len(rest) > 1 else "", ",")
        return type_head(inner[0], noise, wrappers) if inner else ""
    if rest.startswith("[]") or (rest and rest[0] == "["  and rest.endswith("]") and not rest[1:-1].strip()):
        return ""
    return head


def _top_level(text: str, separator: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for offset, char in enumerate(text):
        if char in "[<({":
            depth += 1
        elif char in "]>)}":
            depth -= 1
        elif char == separator and depth <= 0:
            parts.append(text[start:offset])
            start = offset + 1
    parts.append(text[start:])
    return parts
