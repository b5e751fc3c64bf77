"""What the text of a type stands for: objects of classes, functions, tuples, containers from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codeqa.resolve.environment import MEMBERS, Environment, Typed, Value
from codeqa.resolve.generics import RESULT, closed, lookup, outer
from codeqa.resolve.shapes import ARRAY, TUPLE, Shape

if TYPE_CHECKING:
    from codeqa.languages import Language
    from codeqa.resolve.names import Names
    from codeqa.resolve.types import Types


class Written:
    """Turns the types that a file writes into values."""

    def __init__(self, environment: Environment, names: Names, types: Types) -> None:
        self.env = environment
        self.names = names
        self.types = types

    def instances(self, shape: Shape, where: Typed, language: Language) -> list[Value]:
        """Return objects of the type that a shape names."""
        head, args = shape.head, shape.args
        if known := lookup(where.given, head):
            return self.types.resolved(known)
        if head in (ARRAY, TUPLE):
            return [outer(head, args, where)]
        if head in language.scopes.self_types:
            owner = self._around(where.path, where.scope)
            return [owner._replace(kind="instance")] if owner else []
        own, _, inner = head.partition(".")
        if inner and own in language.scopes.self_types:  # `Self::Item`
            owner = self._around(where.path, where.scope)
            types = self.types.attribute(owner, inner) if owner else []
            return [found for v in types if v.kind == "definition" for found in self.instance_of(v, args, where)]
        last = head.rpartition(".")[2]
        if args and (found := self._special(last, args, where, language)):
            return found
        holds = args and last in language.held
        if args and not holds and last in language.scopes.type_wrappers:
            return self.types.declared(where.path, args[0], where.scope, where.given)
        found = []
        for value in self.named(where.path, head, where.scope):
            found += self.instance_of(value, args, where)
        if holds and not any(v.kind == "instance" for v in found):
            return [outer(found[0].name if found else head, args, where)]
        return found

    def _special(self, name: str, args: tuple[str, ...], where: Typed, language: Language) -> list[Value]:
        """Return a function, a class or a tuple, where the name of a generic type says that it is one."""
        if name in language.scopes.callables:
            return [Value("function", given=((RESULT, where),))]
        if name in language.scopes.classes:
            made = closed(args[0], where.path, where.scope, where.given)
            return [Value("external", name=f"builtins.{name}", given=((RESULT, made),))]
        if name in language.scopes.tuples:
            return [outer(ARRAY, args[:1], where) if args[1:] == ("...",) else outer(TUPLE, args, where)]
        return []

    def instance_of(self, value: Value, args: tuple[str, ...], where: Typed) -> list[Value]:
        """Return an object of what a type's name stands for; [] if it stands for no type."""
        if value.kind == "instance":  # what bounds a type parameter
            return [value]
        if value.kind == "definition" and value.index >= 0 and self.env.definition(value).kind == "type":
            definition = self.env.definition(value)
            language = self.env.language(value.path)
            if language is not None and language.scopes.distinct:
                return [value._replace(kind="instance", given=())]
            if definition.type and not definition.value:
                given = self.types.generics.bind(value, args, where)
                if found := self.types.declared(value.path, definition.type, self.types.scope_around(value), given):
                    return found
        value = self.types.classes.aliased(value)
        if value.kind == "external":
            return [outer(value.name, args, where) if args else Value("external", name=value.name)]
        if not self.env.is_class(value):
            return [value] if value.kind == "instance" else []
        return [value._replace(kind="instance", given=self.types.generics.bind(value, args, where) if args else ())]

    def named(self, path: str, dotted: str, scope: int) -> list[Value]:
        """Return what a dotted name of a type means at a scope: fields and variants do not hide it."""
        steps = tuple(dotted.split("."))
        values = self.names.bare(path, steps[0], scope)
        tables = self.env.tables(path)
        while tables is not None and scope > 0 and values and all(self.is_member(v) for v in values):
            scope = tables.interface.scopes[scope].parent
            values = self.names.bare(path, steps[0], scope)
        used = 1
        if not values:
            values, used = self.names.rooted(path, steps, scope)
        for name in steps[used:]:
            values = [found for value in values for found in self.types.attribute(value, name)]
        return values

    def is_member(self, value: Value) -> bool:
        """Tell whether a value is a member of a type, or one of its variants, and so no type."""
        if value.kind != "definition" or value.index < 0:
            return False
        kind = self.env.definition(value).kind
        return kind in MEMBERS or kind == "enum_member"

    def _around(self, path: str, scope: int) -> Value | None:
        """Return the class that a scope lies in."""
        tables = self.env.tables(path)
        while tables is not None and scope >= 0:
            holder = tables.interface.scopes[scope].definition
            if holder >= 0 and (
                found := self.types.class_itself(path, holder) or self.types.classes.owner(path, holder)
            ):
                return found
            scope = tables.interface.scopes[scope].parent
        return None
