"""What an expression's value is: declared types, constructor assignments, `self`, class hierarchies."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from codeqa.domain import CALLABLE, CLASS_LIKE, Binding, Definition
from codeqa.resolve.callbacks import Callbacks
from codeqa.resolve.chains import calls, steps_of
from codeqa.resolve.environment import MEMBERS, UNKNOWN, Environment, Typed, Value
from codeqa.resolve.generics import RESULT, Generics, Given, lookup
from codeqa.resolve.hierarchy import Hierarchy
from codeqa.resolve.shapes import shape_of
from codeqa.resolve.written import Written

if TYPE_CHECKING:
    from codeqa.languages import Language
    from codeqa.resolve.names import Names

T = TypeVar("T")
_START = re.compile(r"[.(\[]")
MAX_DEPTH = 10
MAX_VALUES = 8  # that one expression may have
MAX_ALIASES = 4  # of one another


class Types:
    """Evaluates receiver chains and type texts to values."""

    def __init__(self, environment: Environment, names: Names) -> None:
        self.env = environment
        self.names = names
        self.classes = Hierarchy(environment, names, self)
        self.generics = Generics(environment, self)
        self.callbacks = Callbacks(environment, names, self)
        self.written = Written(environment, names, self)
        self._depth = 0

    @contextmanager
    def afresh(self) -> Iterator[None]:
        """Look into something whose answer must not hang on how deep the question was."""
        depth, self._depth = self._depth, 0
        try:
            yield
        finally:
            self._depth = depth

    def once(self, key: object, compute: Callable[[], T]) -> T:
        """Return what `compute` gives, made once while one file is resolved; not what a cycle of bases cut short."""
        return compute() if self.classes.busy else self.env.once(key, self._depth, compute)

    # ----------------------------------------------------------------------------------------------------- bindings

    def bound(self, path: str, binding: Binding) -> list[Value]:
        """Return what a parameter or local holds, [] if nothing says so."""
        if binding.type and (found := self._typed_binding(path, binding)):
            return [v._replace(inferred=True) for v in found]
        if binding.value and (binding.kind != "parameter" or ":" in binding.value):
            holder = self._holder(path, binding.scope)
            own = binding.name in {_START.split(option)[0] for option in binding.value.split("|")}
            found = self.evaluate(path, binding.value, binding.scope, holder, before=binding.start if own else -1)
            if binding.kind == "entered":
                found = [v for value in found for v in self._entered(path, value)]
            elif binding.kind == "part":  # a name of its own: what it holds is known, but it is no other name for that
                found = [v for value in found for v in self.typed(value) if not self._callable(v)]
            return [v._replace(inferred=True) for v in found if v.kind != "unknown"]
        return []

    def _holder(self, path: str, scope: int) -> int:
        """Return the innermost definition that a scope lies in, -1 for none."""
        tables = self.env.tables(path)
        while tables is not None and scope >= 0:
            if (found := tables.interface.scopes[scope].definition) >= 0:
                return found
            scope = tables.interface.scopes[scope].parent
        return -1

    def _typed_binding(self, path: str, binding: Binding) -> list[Value]:
        """Return what a binding with a declared type holds; its value may be a way from that type on."""
        if not binding.value or binding.value[0] not in "(.[":
            return self.declared(path, binding.type, binding.scope)
        values = self.declared(path, binding.type, binding.scope)
        steps = steps_of(binding.value)
        for step in steps:
            values = self._step(values, step, called=False)
        if binding.kind == "parameter" and steps[-1][0] not in "([":
            return [v for value in values for v in self._taken(value)]
        return values

    def _taken(self, value: Value) -> list[Value]:
        """Return what a name holds that a pattern takes out of an object: to call it is not to call the member."""
        if not self._callable(value):
            return self.typed(value)
        definition = self.env.definition(value)
        made = Typed(f"() => {definition.type}", value.path, self.scope_around(value), value.given)
        return [Value("function", given=((RESULT, made),))] if definition.type else [UNKNOWN]

    def _entered(self, path: str, value: Value) -> list[Value]:
        """Return what entering a context gives: the object itself unless its class says otherwise."""
        language = self.env.language(path)
        if value.kind != "instance" or language is None:
            return [value]
        found = [v for name in language.scopes.enter for m in self.classes.members(value, name) for v in self.called(m)]
        return found or [value]

    def resolved(self, typed: Typed) -> list[Value]:
        """Return instances of a type as written somewhere."""
        return self.declared(typed.path, typed.text, typed.scope, typed.given)

    def declared(self, path: str, text: str, scope: int, given: Given = ()) -> list[Value]:
        """Return instances of the type that `text` names, as seen from a scope."""
        language = self.env.language(path)
        if language is None or self._depth > MAX_DEPTH:
            return []
        if language.scopes.constant:
            text = text.removeprefix(f"{language.scopes.constant} ")
        self._depth += 1
        try:
            if known := lookup(given, text):
                return self.resolved(known)
            shape = shape_of(text, language.scopes.type_noise)
            where = Typed(text, path, scope, given)
            if shape.kind == "function":
                return [Value("function", given=((RESULT, where),))]
            if shape.kind == "union":
                options = [v for option in shape.args for v in self.declared(path, option, scope, given)]
                return list(dict.fromkeys(options))[:MAX_VALUES]
            return self.written.instances(shape, where, language) if shape.kind == "named" else []
        finally:
            self._depth -= 1

    def typed(self, value: Value) -> list[Value]:
        """Turn a field, variable or property into what it holds."""
        if value.kind != "definition" or value.index < 0 or self._depth > MAX_DEPTH:
            return [value]
        definition = self.env.definition(value)
        if definition.kind in CLASS_LIKE or (
            definition.kind in CALLABLE and "property" not in definition.flags.split()
        ):
            language = self.env.language(value.path)
            implicit = definition.kind in CALLABLE and language is not None and language.scopes.implicit
            return self.called(value) if implicit else [value]
        return [v._replace(inferred=True) for v in self._held(value, definition)]

    def declared_by(self, value: Value) -> list[Value]:
        """Return objects of the type that a member declares."""
        definition = self.env.definition(value)
        return (
            self.declared(value.path, definition.type, self.scope_around(value), value.given) if definition.type else []
        )

    def _held(self, value: Value, definition: Definition) -> list[Value]:
        tables = self.env.tables(value.path)
        assert tables is not None
        scope = self.scope_around(value)
        if definition.kind in CALLABLE:  # a property that does not declare what it returns
            scope = tables.scope_of.get(value.index, scope)
        if definition.kind == "enum_member" and (found := self._of_enum(value, definition)):
            return found
        if definition.type:
            return self.declared(value.path, definition.type, scope, value.given)
        if not definition.value:
            return self._shown(value, definition)
        self._depth += 1
        try:
            holder = tables.interface.scopes[scope].definition
            root = definition.value.split(".")[0].rstrip("()[]")
            if root == definition.name and definition.kind != "field":
                return []
            return [v for v in self.evaluate(value.path, definition.value, scope, holder) if v.kind != "unknown"]
        finally:
            self._depth -= 1

    def _shown(self, value: Value, definition: Definition) -> list[Value]:
        """Return what the field holds that a property shows by its own name."""
        language = self.env.language(value.path)
        owner = self.classes.owner(value.path, value.index)
        if language is None or not language.scopes.held_in or owner is None or definition.kind != "property":
            return []
        found = self.classes.members(owner, language.scopes.held_in + definition.name)
        return [held for field in found for held in self.typed(field)]

    def behind_alias(self, value: Value, hops: int = 0) -> list[Value]:
        """Return what a variable that was given a plain name is called for, the variable itself if nothing is known."""
        if value.kind != "definition" or value.index < 0 or hops > MAX_ALIASES:
            return [value]
        definition = self.env.definition(value)
        if definition.kind not in ("variable", "field", "constant") or not definition.value or "(" in definition.value:
            return [value]
        root = definition.value.partition(".")[0]
        if root == definition.name:  # `local print = print`
            language = self.env.language(value.path)
            own = language is not None and root in language.scopes.builtins
            return [Value("external", name=f"builtins.{root}")] if own else [value]
        held = self.evaluate(value.path, definition.value, self.scope_around(value), -1)
        found = [v for h in held if h.kind in ("definition", "external") for v in self.behind_alias(h, hops + 1)]
        return [v._replace(inferred=True) for v in found] or [value]

    def _of_enum(self, value: Value, definition: Definition) -> list[Value]:
        """Return the object that a constant of an enum is."""
        owner = Value("definition", value.path, definition.parent)
        return [owner._replace(kind="instance")] if definition.parent >= 0 and self.env.is_class(owner) else []

    def scope_around(self, value: Value) -> int:
        """Return the innermost scope around a definition's name."""
        tables = self.env.tables(value.path)
        assert tables is not None
        return tables.home[value.index]

    # ------------------------------------------------------------------------------------------------------- chains

    def evaluate(
        self, path: str, chain: str, scope: int, holder: int, *, at: int = -1, before: int = -1, called: bool = False
    ) -> list[Value]:
        """Return what a chain such as `self.app.router()` stands for; `holder` is the definition around it.

        `at` and `before` are those of `Names.bare`, for the chain's first name; `called` tells that what is asked for
        is what is called.
        """
        if "|" in chain:
            options = [(path, option, scope, holder) for option in chain.split("|")]
            found = [v for option in options for v in self.evaluate(*option, at=at, before=before)]
            return [v for v in dict.fromkeys(found) if v.kind != "unknown"][:MAX_VALUES]
        language = self.env.language(path)
        steps = steps_of(chain)
        if language is None or not steps or chain == "?" or self._depth > MAX_DEPTH:
            return []
        self._depth += 1
        try:
            whole = (*steps, "()") if called else steps
            values, used = self._root(path, whole, scope, holder, language, at, before)
            if used >= len(steps):
                return values
            rest = steps[used:]
            return self.once(("walk", tuple(values), rest, called), lambda: self._walk(values, rest, called))
        finally:
            self._depth -= 1

    def _walk(self, values: list[Value], steps: tuple[str, ...], called: bool) -> list[Value]:
        for number, step in enumerate(steps):
            following = steps[number + 1] if number + 1 < len(steps) else "()" if called else ""
            values = self._step(values, step, called=calls(following))
        return values

    def _step(self, values: list[Value], step: str, *, called: bool) -> list[Value]:
        if step == "()":
            found = [v for value in values for v in self.called(value)]
        elif step[0] == "[":
            found = [v for value in values for v in self.generics.element(value, step)]
        elif step[0] == "(":
            found = [v for value in values for v in self._argument(value, step[1:-1])]
        else:
            found = [v for value in values for v in self._sent(value, step, called=called)]
        found = list(dict.fromkeys(found))
        return self.suited(found, called=called)[:MAX_VALUES]

    def _sent(self, value: Value, name: str, *, called: bool) -> list[Value]:
        """Return a member of a value, or what it gives where naming it calls it."""
        found = self.attribute(value, name)
        language = self.env.language(value.path) if value.path and not called else None
        if language is None or not language.scopes.implicit:
            return found
        return self.names.messages.sent(value, found)

    def _argument(self, value: Value, step: str) -> list[Value]:
        """Return what a function is called with: "1:0" for the one passed second, ":0" for the value itself."""
        if step[0] == "=":
            return self.callbacks.nth_result(value, int(step[1:]))
        argument, _, number = step.partition(":")
        if argument and number:
            return self.callbacks.passed(value, argument, int(number))
        return self.callbacks.parameter(value, int(number)) if number else self.callbacks.argument(value, argument)

    def suited(self, values: list[Value], *, called: bool) -> list[Value]:
        """Of a field and a method of one name, return the one that is meant: the method where it is called."""
        values = [v for v in values if self.of_space(v, called=called)]
        if len(values) < 2:
            return values
        if any(v.kind == "external" and self._universal(v, values) for v in values):
            return values  # one of several types is from outside, and it too has what every object has
        wanted = [v for v in values if self._callable(v) == called]
        return wanted or values

    def _universal(self, value: Value, values: list[Value]) -> bool:
        """Tell whether a member from outside is one that any object has, as the language of one of `values` says."""
        name = value.name.rpartition(".")[2]
        languages = (self.env.language(v.path) for v in values if v.path)
        return any(language is not None and name in language.results for language in languages)

    def _apart(self, value: Value) -> bool:
        """Tell whether the language of a definition gives functions names of their own."""
        language = self.env.language(value.path) if value.path else None
        return language is not None and language.scopes.separate

    def of_space(self, value: Value, *, called: bool) -> bool:
        """Tell whether a name may mean this where it is called, or is not, if the language tells these apart."""
        if value.kind != "definition" or value.index < 0:
            return True
        if not self._apart(value) or self.env.definition(value).kind in CLASS_LIKE:
            return True
        return self._callable(value) == called

    def _callable(self, value: Value) -> bool:
        if value.kind != "definition" or value.index < 0:
            return False
        definition = self.env.definition(value)
        return definition.kind in CALLABLE and "property" not in definition.flags.split()

    def _root(
        self,
        path: str,
        steps: tuple[str, ...],
        scope: int,
        holder: int,
        language: Language,
        at: int,
        before: int,
    ) -> tuple[list[Value], int]:
        first = steps[0]
        called = len(steps) > 1 and calls(steps[1])
        if first in language.scopes.super or (called and f"{first}()" in language.scopes.super):
            owner = self.classes.owner(path, holder)
            return ([owner._replace(kind="super")] if owner else []), 2 if called else 1
        if this := self._this(path, first, scope, holder, language):
            return this, 1
        if values := self.names.bare(path, first, scope, at=at, before=before, called=called):
            return self.suited(values, called=called), 1
        if language.scopes.implicit and (values := self.names.messages.message(path, first, holder, called=called)):
            return self.suited(values, called=called), 1
        return self.names.rooted(path, steps, scope)

    def _this(self, path: str, name: str, scope: int, holder: int, language: Language) -> list[Value]:
        """Return the enclosing instance if `name` is how the language, or this method, calls it."""
        tables = self.env.tables(path)
        if tables is None or holder < 0:
            return []
        if not language.scopes.self_parameter:
            if name not in language.scopes.self:
                return []
            if language.scopes.implicit:
                return self.names.messages.this(path, holder)
            if declared := self._declared_self(path, name, scope):
                return declared
            owner = self.classes.owner(path, holder) or self.class_itself(path, holder)
            return [self.generics.inside(owner, path, scope)] if owner else self._object(path, holder)
        at = scope if name in tables.bound else -1
        while at >= 0 and (at, name) not in tables.bindings:
            at = tables.interface.scopes[at].parent
        if at < 0:
            return []
        return self.once(("first", path, name, at), lambda: self._first_parameter(path, name, at))

    def _declared_self(self, path: str, name: str, scope: int) -> list[Value]:
        """Return what a function says that it is called on: `function (this: Task)`."""
        tables = self.env.tables(path)
        while tables is not None and scope >= 0:
            if bindings := tables.bindings.get((scope, name)):
                return [v for binding in bindings for v in self.bound(path, binding)]
            scope = tables.interface.scopes[scope].parent
        return []

    def _first_parameter(self, path: str, name: str, scope: int) -> list[Value]:
        """Return the instance, or the class, that the first parameter of a method is."""
        tables = self.env.tables(path)
        assert tables is not None
        inner = tables.interface.scopes[scope].definition
        definition = tables.interface.definitions[inner] if inner >= 0 else None
        language = self.env.language(path)
        if (
            language is None
            or definition is None
            or definition.kind not in MEMBERS
            or tables.first_parameter.get(scope) != name
        ):
            return []
        flags = definition.flags.split()
        owner = self.classes.owner(path, inner)
        if owner is None or "static" in flags:
            return []
        is_class = "classmethod" in flags or definition.name in language.scopes.class_methods
        return [owner._replace(kind="definition" if is_class else "instance")]

    def _object(self, path: str, holder: int) -> list[Value]:
        """Return what a method outside of any class belongs to: an object literal, a function with a prototype."""
        tables = self.env.tables(path)
        while tables is not None and holder >= 0:
            definition = tables.interface.definitions[holder]
            if definition.kind in MEMBERS:
                return [Value("definition", path, definition.parent, inferred=True)] if definition.parent >= 0 else []
            holder = definition.parent
        return []

    def class_itself(self, path: str, holder: int) -> Value | None:
        """Return a definition if it is a class."""
        value = Value("definition", path, holder)
        return value if self.env.is_class(value) else None

    def attribute(self, value: Value, name: str) -> list[Value]:
        """Return the member `name` of a value."""
        if value.kind == "external":
            return self.generics.member(value, name)
        if value.kind == "module":
            return self._of_module(value, name) or [
                v for d in self.names.default(value) for v in self.attribute(d, name)
            ]
        if value.kind == "namespace":
            return self.names.within(value, name)
        if value.kind == "unknown":
            return [UNKNOWN]
        if found := self._of_distinct(value, name):
            return found
        value = self._behind_type(value)
        if value.kind == "external":
            return self.attribute(value, name)
        if value.kind == "definition" and value.index >= 0 and not self.env.is_class(value):
            held = self.classes.aliased(value)
            if held != value:
                return self.attribute(held, name)
            return self._of_object(value, name) or self._of_held(value, name)
        return self._of_class(value, name)

    def _of_class(self, value: Value, name: str) -> list[Value]:
        """Return the member of a class, or of an object of it."""
        if name == "0" and value.index >= 0:  # what a struct without field names wraps
            return self.declared(value.path, self.env.definition(value).type, self.scope_around(value), value.given)
        if found := self._answers(value, name):
            return [self.generics.through(value, v._replace(inferred=value.inferred or v.inferred)) for v in found]
        return self.generics.same(value, name) or self._of_external_base(value, name)

    def _answers(self, value: Value, name: str) -> list[Value]:
        """Return the members of a class, or of an object of it, that a name reaches."""
        language = self.env.language(value.path)
        if language is not None and language.scopes.implicit:
            return self.names.messages.answer(value, name)
        return self.classes.members(value, name, above=value.kind == "super")

    def _of_distinct(self, value: Value, name: str) -> list[Value]:
        """Return the methods that a type has of its own, though it is made of another."""
        if value.kind != "instance" or value.index < 0 or self.env.definition(value).kind != "type":
            return []
        language = self.env.language(value.path)
        found = self.classes.own(value, name) if language is not None and language.scopes.distinct else []
        return [v._replace(inferred=value.inferred or v.inferred) for v in found]

    def _behind_type(self, value: Value) -> Value:
        """Members are those of what a typedef stands for."""
        if value.index < 0 or self.env.definition(value).kind != "type":
            return value
        found = self.classes.aliased(value._replace(kind="definition", inferred=False))
        if found.kind == "external":
            return found
        return found._replace(kind=value.kind, inferred=value.inferred)

    def _of_module(self, value: Value, name: str) -> list[Value]:
        language = self.env.language(value.path)
        if language is None:
            return []
        if language.modules.style == "crate":
            return self.names.step(value, name, language)
        found = [v for path in value.paths for v in self.names.exported(path, name)]
        if found or not value.name:
            return found
        for path in value.paths:
            if inner := self.env.modules.submodule(language, path, name):
                return [Value("module", inner[0], name=f"{value.name}.{name}", paths=inner)]
        return self._below(value, name, language)

    def _below(self, value: Value, name: str, language: Language) -> list[Value]:
        """Return what a folder without an index file holds, or such a folder itself."""
        if language.modules.style != "dotted":
            return []
        dotted = f"{value.name}.{name}"
        inner = () if value.paths else self.env.modules.locate(language, value.path, dotted).paths
        if inner or self.env.modules.namespace(language, value.path, dotted):
            return [Value("module", inner[0] if inner else value.path, name=dotted, paths=inner)]
        return []

    def _of_object(self, value: Value, name: str) -> list[Value]:
        """Members of an object literal, or attributes set on a function, in the same file."""
        tables = self.env.tables(value.path)
        return [Value("definition", value.path, i) for i in tables.children.get((value.index, name))] if tables else []

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
        ancestors = self.classes.ancestors(value._replace(kind="definition", inferred=False))
        outside = [a for a in ancestors if a.kind == "external" and a.name != "builtins.object"]
        for held in self.generics.bases_outside(value):
            if self.generics.of_container(held, name):
                return self.generics.member(held, name)
        if len(outside) == 1:
            return [Value("external", name=f"{outside[0].name}.{name}", inferred=True)]
        return []

    def _makes(self, value: Value) -> bool:
        """Tell whether a function has methods of its own: a prototype's, or those of an object that it returns."""
        tables = self.env.tables(value.path)
        definitions = tables.interface.definitions if tables else []
        return any(d.parent == value.index and d.kind == "method" for d in definitions)

    def called(self, value: Value) -> list[Value]:
        """Return what calling a value gives."""
        if value.kind == "module":
            return [found for v in self.names.default(value) for found in self.called(v)]
        if value.kind == "external":
            typed = lookup(value.given, RESULT)
            found = self.resolved(typed) if typed else []
            return [v._replace(inferred=True) for v in found] or [Value("external", name=value.name, inferred=True)]
        if value.kind in ("function", "instance"):
            return [v._replace(inferred=True) for v in self.callbacks.result(value)]
        if value.kind != "definition" or value.index < 0:
            return []
        value = self.classes.aliased(value)
        if value.kind != "definition":
            return self.called(value) if value.kind == "external" else []
        return [v._replace(inferred=True) for v in self._given_by(value)]

    def _given_by(self, value: Value) -> list[Value]:
        """Return what calling a definition gives: an object, what a function declares or is seen to return."""
        definition = self.env.definition(value)
        if definition.kind == "type":
            return self.written.instance_of(value, (), Typed("", value.path, 0))
        if self.env.is_class(value):
            applied = self.applied(value) if "companion" in definition.flags.split() else []
            return [v for m in applied for v in self.called(m)] or [value._replace(kind="instance")]
        if definition.kind == "enum_member":  # with what it holds
            return self._of_enum(value, definition)
        if definition.kind not in CALLABLE:
            return self.callbacks.result(value)
        if definition.type:
            return self.declared(value.path, definition.type, self.inner_scope(value), value.given)
        if definition.kind == "function" and self._makes(value):
            return [value]
        if definition.kind == "constructor":
            owner = self.classes.owner(value.path, value.index)
            return [owner._replace(kind="instance")] if owner else []
        return self._returned(value, definition)

    def applied(self, cls: Value) -> list[Value]:
        """Return the method that calling a class, or an object of its name, calls, if there is just one such."""
        language = self.env.language(cls.path)
        names = language.scopes.applied if language else ()
        found = [m for name in names for m in self.classes.own(cls._replace(kind="definition"), name)]
        return found if len(found) == 1 else []

    def inner_scope(self, value: Value) -> int:
        """Return the scope of a callable's body, or the one around it if it shows none."""
        tables = self.env.tables(value.path)
        assert tables is not None
        found = tables.scope_of.get(value.index)
        return self.scope_around(value) if found is None else found

    def _returned(self, value: Value, definition: Definition) -> list[Value]:
        """Return what a callable that declares no type is seen to return."""
        if definition.kind not in CALLABLE or not definition.value:
            return []
        found = self.evaluate(value.path, definition.value, self.inner_scope(value), value.index)
        return [v for v in found if v.kind in ("instance", "external")]
