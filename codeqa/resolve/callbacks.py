"""What a function that is passed along is called with: the types that its context declares for its parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from codeqa.domain import CALLABLE
from codeqa.resolve.chains import Parameter, top_level
from codeqa.resolve.environment import MEMBERS, Environment, Typed, Value
from codeqa.resolve.generics import RESULT, Given, closed, is_container, lookup, plainly
from codeqa.resolve.shapes import ARRAY, TUPLE, Shape, Signature, shape_of, signature_of

if TYPE_CHECKING:
    from codeqa.languages import Language
    from codeqa.resolve.names import Names
    from codeqa.resolve.types import Types

MAX_NESTED = 6  # aliases and unions behind one type
MAX_SIGNATURES = 64
SIGNATURE = "()"  # the name of the bindings that keep call signatures
_NAMED_RESULT = re.compile(r"\A(?!(?:map|chan|func)\b)[^\W\d]\w*\s+(?=\S)")  # of `(found *Item, err error)`
Key = tuple[Value, str, int]


class Called(NamedTuple):
    """A signature and where it is written."""

    signature: Signature
    path: str
    scope: int
    given: Given


class Callbacks:
    """Finds the signatures that a value, or a type, can be called by."""

    def __init__(self, environment: Environment, names: Names, types: Types) -> None:
        self.env = environment
        self.names = names
        self.types = types
        self._memo: dict[Key, tuple[list[Value], frozenset[str]]] = {}
        self._open: set[Key] = set()  # whose results are being looked for

    def passed(self, callee: Value, argument: str, number: int) -> list[Value]:
        """Return what the `number`-th parameter of a function is that a call of `callee` gets as that argument.

        The argument is told by its number, or by its name. Signatures that differ about it say nothing.
        """
        if is_container(callee):
            held, _, method = callee.name.rpartition(".")
            container = callee._replace(name=held)
            found = self.types.generics.of_container(container, f"{method}({argument}:{number})")
            return self.types.resolved(found) if found else []
        key = callee._replace(inferred=False), argument, number
        return self.env.remembered(self._memo, key, lambda: self._passed(callee, argument, number))

    def _passed(self, callee: Value, argument: str, number: int) -> list[Value]:
        with self.types.afresh():
            return _agreed(
                self._nth(called, number) for option in self._declared(callee, argument) for called in option
            )

    def _declared(self, callee: Value, argument: str) -> list[list[Called]]:
        """Return the signatures of the functions that a call takes as an argument."""
        options = [typed for called in self.of_value(callee) if (typed := _declared(called, argument))]
        return [self.of_type(typed) for typed in dict.fromkeys(options)]

    def _nth(self, called: Called, number: int) -> list[Value]:
        typed = _declared(called, str(number))
        return self.types.resolved(typed) if typed else []

    def parameter(self, function: Value, number: int) -> list[Value]:
        """Return what the `number`-th parameter of a function is."""
        return _agreed(self._nth(called, number) for called in self.of_value(function))

    def argument(self, callee: Value, argument: str) -> list[Value]:
        """Return what a call takes as an argument."""
        typed = (_declared(called, argument) for called in self.of_value(callee))
        return _agreed(self.types.resolved(found) for found in typed if found)

    def nth_result(self, function: Value, number: int) -> list[Value]:
        """Return what a function gives as one of several results."""
        found: list[list[Value]] = []
        for signature, path, scope, given in self.of_value(function):
            language = self.env.language(path)
            shape = shape_of(signature.result, language.scopes.type_noise) if language else None
            if shape and shape.head == TUPLE and number < len(shape.args):
                text = _NAMED_RESULT.sub("", shape.args[number])
                found.append(self.types.resolved(closed(text, path, scope, given)))
        return _agreed(found)

    def result(self, function: Value) -> list[Value]:
        """Return what calling something gives that is no plain function: a field, an object, a function type."""
        key = function._replace(inferred=False), "", -1
        if key in self._open or len(self._open) > MAX_NESTED:
            return []  # what is made of its own result says nothing
        if self._open:  # an answer that a cycle may have cut short is not worth keeping
            return self._result(function, key)
        return self.env.remembered(self._memo, key, lambda: self._result(function, key))

    def _result(self, function: Value, key: Key) -> list[Value]:
        self._open.add(key)
        try:
            return self._returned(function)
        finally:
            self._open.remove(key)

    def _returned(self, function: Value) -> list[Value]:
        with self.types.afresh():
            found = dict.fromkeys(
                closed(signature.result, path, scope, given)
                for signature, path, scope, given in self.of_value(function)
                if signature.result
            )
            return _agreed(map(self.types.resolved, found))

    # ------------------------------------------------------------------------------------------------------- values

    def of_value(self, value: Value, depth: int = 0) -> list[Called]:
        """Return the signatures of a function, a class, or an object that can be called."""
        if depth > MAX_NESTED:
            return []
        if value.kind == "function":
            typed = lookup(value.given, RESULT)
            return self.of_type(typed, depth) if typed else []
        if is_container(value):
            language = self.types.generics.language(value)
            return self._outside(value.name, value.given, language) if language else []
        if value.index < 0 or value.kind not in ("definition", "instance"):
            return []
        if value.kind == "instance":
            return self._of_interface(value)
        definition = self.env.definition(value)
        if self.env.is_class(value):
            return [called for made in self._constructors(value) for called in self._of_definition(made)]
        if definition.kind in CALLABLE and "property" not in definition.flags.split():
            return self._of_definition(value)
        if definition.type:
            return self.of_type(
                Typed(definition.type, value.path, self.types.scope_around(value), value.given), depth + 1
            )
        held = [v for v in self.types.typed(value) if v != value]
        held += [v for v in [self.types.classes.aliased(value)] if v != value]
        return [called for v in held for called in self.of_value(v, depth + 1)]

    def _constructors(self, cls: Value) -> list[Value]:
        language = self.env.language(cls.path)
        own = self.env.definition(cls).name
        for name in language.scopes.constructors if language else ():
            found = self.types.classes.members(cls, own if name == "<class>" else name)
            if found := [v for v in found if self.env.definition(v).kind == "constructor"]:
                return [v._replace(given=cls.given) for v in found]
        return []

    def _of_definition(self, value: Value) -> list[Called]:
        definition = self.env.definition(value)
        scope = self.types.inner_scope(value)
        texts = self._written(value.path, scope)
        read = [signature_of(text) for text in texts] or [signature_of(definition.signature, definition.name)]
        return [
            Called(self._bound(value, signature), value.path, scope, value.given) for signature in read if signature
        ]

    def _bound(self, value: Value, signature: Signature) -> Signature:
        """Leave out the parameter that the receiver is."""
        language = self.env.language(value.path)
        definition = self.env.definition(value)
        if language is None or not signature.parameters or definition.kind not in MEMBERS:
            return signature
        first = signature.parameters[0][0]
        taken = language.scopes.self_parameter and "static" not in definition.flags.split()
        if taken or first in language.scopes.self:
            return signature._replace(parameters=signature.parameters[1:])
        return signature

    def _written(self, path: str, scope: int) -> list[str]:
        tables = self.env.tables(path)
        return [binding.type for binding in tables.bindings.get((scope, SIGNATURE))] if tables else []

    def _of_interface(self, value: Value) -> list[Called]:
        """Return the call signatures of an interface, or those of its one method."""
        tables = self.env.tables(value.path)
        scope = tables.scope_of.get(value.index) if tables else None
        if tables is None or scope is None:
            return []
        texts = self._written(value.path, scope)
        read = [signature for text in texts[:MAX_SIGNATURES] if (signature := signature_of(text))]
        if read:
            return [Called(signature, value.path, scope, value.given) for signature in read]
        definition = self.env.definition(value)
        language = self.env.language(value.path)
        if definition.kind != "interface" or language is None or not language.scopes.functional:
            return []
        methods = [
            i
            for i, d in enumerate(tables.interface.definitions)
            if d.parent == value.index and d.kind == "method" and "abstract" in d.flags.split()
        ]
        if len(methods) != 1:
            return []
        return self._of_definition(Value("definition", value.path, methods[0], given=value.given))

    # -------------------------------------------------------------------------------------------------------- types

    def of_type(self, typed: Typed, depth: int = 0) -> list[Called]:
        """Return the signatures that a type has: of a union, those of all its options."""
        language = self.env.language(typed.path)
        if language is None or depth > MAX_NESTED:
            return []
        if known := lookup(typed.given, typed.text):
            return self.of_type(known, depth + 1)
        shape = shape_of(typed.text, language.scopes.type_noise)
        if shape.kind == "function":
            signature = signature_of(shape.args[0])
            return [Called(signature, *typed[1:])] if signature else []
        if shape.kind == "union":
            return [c for option in shape.args for c in self.of_type(typed._replace(text=option), depth + 1)]
        if shape.kind != "named":
            return []
        if last := shape.head.rpartition(".")[2]:
            if last in language.scopes.callables and shape.args:
                return self._listed(typed, shape.args)
            if last in language.scopes.type_wrappers and shape.args:
                return self.of_type(typed._replace(text=shape.args[0]), depth + 1)
        if behind := self._behind(typed, shape.head):
            return self.of_type(behind, depth + 1)
        found = [
            c
            for v in self.types.written.named(typed.path, shape.head, typed.scope)
            for c in self._named(v, shape, typed, depth)
        ]
        return found or self._outer(typed, shape, language)

    def _behind(self, typed: Typed, head: str) -> Typed | None:
        """Return what a type parameter stands for, or is bounded by."""
        if known := lookup(typed.given, head):
            return known
        bound = self.names.declared_type(typed.path, head, typed.scope, -1) if "." not in head else ""
        return typed._replace(text=bound) if bound and bound != typed.text else None

    def _named(self, value: Value, shape: Shape, typed: Typed, depth: int) -> list[Called]:
        """Return the signatures of what a type's name stands for."""
        if value.kind != "definition" or value.index < 0:
            return []
        definition = self.env.definition(value)
        given = self.types.generics.bind(value, shape.args, typed)
        if definition.kind == "type" and definition.type:
            scope = self.types.scope_around(value)
            return self.of_type(Typed(definition.type, value.path, scope, given), depth + 1)
        return self._of_interface(value._replace(kind="instance", given=given)) if self.env.is_class(value) else []

    def _listed(self, typed: Typed, args: tuple[str, ...]) -> list[Called]:
        """Read `Callable[[X, Y], R]`."""
        listed = args[0].strip()
        if not listed.startswith("["):
            return []
        items = [item.strip() for item in top_level(listed[1:-1], ",") if item.strip()]
        parameters = tuple(("", Parameter(item, False, False)) for item in items)
        return [Called(Signature((), parameters, args[1] if len(args) > 1 else ""), *typed[1:])]

    def _outer(self, typed: Typed, shape: Shape, language: Language) -> list[Called]:
        """Return the signature that a language's data give a functional type from outside."""
        given = tuple((f"${i}", closed(text, *typed[1:])) for i, text in enumerate(shape.args))
        return self._outside(shape.head, given, language) if given else []

    def _outside(self, name: str, given: Given, language: Language) -> list[Called]:
        table = language.held.get(name.rpartition(".")[2], {})
        keys = sorted(key for key in table if key[0] == "(" and key[1:-1].isdigit())
        parameters = tuple(("", Parameter(table[key], False, False)) for key in keys)
        return [Called(Signature((), parameters, table.get(RESULT, "")), given[0][1].path, 0, given)] if keys else []


def _agreed(options: Iterable[list[Value]]) -> list[Value]:
    """Return what all options that say something say, [] where they differ."""
    found: list[Value] = []
    for values in options:
        if found and values and {plainly(v) for v in values} != {plainly(v) for v in found}:
            return []
        found = found or values
    return found


def _declared(called: Called, argument: str) -> Typed | None:
    """Return the type that a signature declares for an argument, told by its number or its name."""
    signature, path, scope, given = called
    parameters = signature.parameters
    if not argument.isdigit():
        text = next((p.type for name, p in parameters if name == argument), "")
        return closed(text, path, scope, given) if text else None
    number = int(argument)
    if number < len(parameters) and not parameters[number][1].variadic:
        text = parameters[number][1].type
    elif parameters and number >= len(parameters) - 1 and parameters[-1][1].variadic:
        text = _element(parameters[-1][1].type, number - len(parameters) + 1)
    else:
        return None
    return closed(text, path, scope, given) if text else None


def _element(text: str, number: int) -> str:
    """Return the type of the n-th of what a rest parameter takes: some languages write the array, some do not."""
    shape = shape_of(text, frozenset())
    if shape.kind == "named" and shape.head == ARRAY:
        return shape.args[0]
    if shape.kind == "named" and shape.head == TUPLE:
        return shape.args[number] if number < len(shape.args) else ""
    return text
