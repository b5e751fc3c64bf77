"""Type arguments: what the parameters of a generic type stand for, and what containers hold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codeqa.resolve.chains import top_level
from codeqa.resolve.environment import Environment, Typed, Value
from codeqa.resolve.shapes import TUPLE, closing, type_parameters

if TYPE_CHECKING:
    from codeqa.languages import Language
    from codeqa.resolve.types import Types

Given = tuple[tuple[str, Typed], ...]
RESULT = "()"  # in `Value.given`: the type of what a call gives
ITERATED = "[*]"  # the step, and the key in a language's containers: what iterating gives
INNER = "[?]"  # the step to what is in something that may be empty
SUBSCRIPT = "[]"
MAX_BASES = 12  # that are climbed to find the arguments of one
MAX_NESTED = 6
_WORD = re.compile(r"\$?\w+")


def lookup(given: Given, name: str) -> Typed | None:
    """Return what a type parameter stands for."""
    return next((typed for key, typed in given if key == name), None)


def closed(text: str, path: str, scope: int, given: Given) -> Typed:
    """Return a type text with what it needs of what is given."""
    if found := lookup(given, text):
        return found
    words = set(_WORD.findall(text)) if given else ()
    return Typed(text, path, scope, tuple(item for item in given if item[0] in words))


def outer(name: str, args: tuple[str, ...], where: Typed) -> Value:
    """Return an object of a type from outside of the repository, with its arguments."""
    given = tuple((f"${i}", closed(text, where.path, where.scope, where.given)) for i, text in enumerate(args))
    return Value("external", name=name, given=given)


def is_container(value: Value) -> bool:
    """Tell whether a value is something from outside whose type arguments are known."""
    return value.kind == "external" and lookup(value.given, "$0") is not None


def plainly(value: Value) -> Value:
    """Return a value without type arguments."""
    return value._replace(given=()) if value.given else value


class Generics:
    """Binds type parameters, and says what iteration, subscripts and methods of containers give."""

    def __init__(self, environment: Environment, types: Types) -> None:
        self.env = environment
        self.types = types

    def bind(self, cls: Value, args: tuple[str, ...], where: Typed) -> Given:
        """Return what the type parameters of a class stand for, given arguments as written at `where`."""
        definition = self.env.definition(cls)
        found: list[tuple[str, Typed]] = []
        for number, (name, default) in enumerate(type_parameters(definition.signature, definition.name)):
            if number < len(args):
                found.append((name, closed(args[number], where.path, where.scope, where.given)))
            elif default:
                found.append((name, closed(default, cls.path, self.types.scope_around(cls), tuple(found))))
        return tuple(found)

    def inside(self, cls: Value, path: str, scope: int) -> Value:
        """Return an object of a class as its own methods see it: their scopes may bound its type parameters."""
        definition = self.env.definition(cls)
        names = [name for name, _ in type_parameters(definition.signature, definition.name)]
        return cls._replace(kind="instance", given=tuple((name, Typed(name, path, scope)) for name in names))

    def through(self, value: Value, member: Value) -> Value:
        """Return a member with what the type parameters of its class stand for in an object."""
        if member.kind != "definition" or member.index < 0 or value.index < 0:
            return member
        definition = self.env.definition(member)
        language = self.env.language(member.path)
        if language is not None and definition.type in language.scopes.self_types:
            return member._replace(given=((definition.type, self._itself(value)),))
        if not definition.type or (not value.given and definition.parent == value.index):
            return member
        owner = (member.path, definition.parent)
        if definition.parent < 0 or owner == (value.path, value.index):
            return member._replace(given=value.given) if value.given else member
        given = self._above(value._replace(kind="definition", inferred=False), owner, set())
        return member._replace(given=given) if given else member

    def _itself(self, value: Value) -> Typed:
        return Typed(self.env.definition(value).name, value.path, self.types.scope_around(value), value.given)

    def same(self, value: Value, name: str) -> list[Value]:
        """Return the method that gives the object itself, if the language says that objects may have it."""
        language = self.env.language(value.path)
        if language is None or value.kind != "instance" or value.index < 0 or name not in language.scopes.same:
            return []
        return [Value("external", name=f"builtins.{name}", inferred=True, given=((RESULT, self._itself(value)),))]

    def _above(self, cls: Value, target: tuple[str, int], seen: set[tuple[str, int]]) -> Given:
        """Return the arguments that a base gets from what inherits from it."""
        if (cls.path, cls.index) == target:
            return cls.given
        if (cls.path, cls.index) in seen or len(seen) > MAX_BASES:
            return ()
        seen.add((cls.path, cls.index))
        tables = self.env.tables(cls.path)
        assert tables is not None
        signature = self.env.definition(cls).signature
        where = Typed("", cls.path, self.types.scope_around(cls), cls.given)
        bases, written = self.types.classes.bases(cls), tables.bases.get(cls.index, ())
        for number, base in enumerate(bases):
            if base.kind != "definition" or base.index < 0:
                continue
            named = written[number].name if len(written) == len(bases) else self.env.definition(base).name
            given = self.bind(base, _arguments(signature, named), where)
            if found := self._above(base._replace(given=given), target, seen):
                return found
        return ()

    def bases_outside(self, value: Value) -> list[Value]:
        """Return the generic types from outside that the class of an object inherits from, with their arguments."""
        found = []
        for cls in self.types.classes.ancestors(value._replace(kind="definition", inferred=False)):
            if cls.kind != "definition" or cls.index < 0:
                continue
            signature = self.env.definition(cls).signature
            own = value.given if cls[1:3] == value[1:3] else ()
            where = Typed("", cls.path, self.types.scope_around(cls), own)
            for base in self.types.classes.bases(cls):
                if base.kind == "external" and (args := _arguments(signature, base.name.rpartition(".")[2])):
                    found.append(outer(base.name, args, where))
        return found

    def language(self, value: Value) -> Language | None:
        """Return the language that a container is used in."""
        return self.env.language(value.given[-1][1].path) if value.given else None

    def of_container(self, value: Value, key: str) -> Typed | None:
        """Return the type of what a member of a container gives, as its language's data have it."""
        language = self.language(value)
        name = value.name.rpartition(".")[2]
        text = language.held.get(name, {}).get(key) if language else None
        if text is None and name == TUPLE and key[1:-1].isdigit():
            text = f"${key[1:-1]}"
        if text is None:
            return None
        given = tuple(item for item in value.given if item[0] != RESULT)
        return closed(text, given[0][1].path, 0, given)

    def member(self, value: Value, name: str) -> list[Value]:
        """Return a member of something outside; some containers pass everything on to what they hold."""
        named = Value("external", name=f"{value.name}.{name}", inferred=value.inferred, given=value.given)
        if result := lookup(value.given, RESULT):
            held = self.types.resolved(result)
            return [found for v in held for found in self.types.attribute(v, name)] or [plainly(named)]
        if not is_container(value):
            return [plainly(named)]
        if found := self.of_container(value, name):
            return [named._replace(given=(*value.given, (RESULT, found)))]
        return [found for v in self._inside(value) for found in self.types.attribute(v, name)] or [named]

    def _inside(self, value: Value) -> list[Value]:
        """Return what a container that passes everything on holds."""
        language = self.language(value)
        passes = language is not None and value.name.rpartition(".")[2] in language.scopes.type_wrappers
        return self.types.resolved(value.given[0][1]) if passes else []

    def element(self, value: Value, key: str, hops: int = 0) -> list[Value]:
        """Return what iterating over a value ("[*]"), a subscript ("[]") or the n-th of a tuple ("[n]") gives."""
        if key[1:-1].isdigit() and value.kind == "definition" and value.index >= 0:
            definition = self.env.definition(value)
            if definition.kind == "enum_member":  # what a variant holds
                return self._payload(value, definition.type, int(key[1:-1]))
        values = self.types.typed(value)
        if values != [value]:
            return [v for held in values for v in self.element(held, key, hops + 1)] if hops < MAX_NESTED else []
        if is_container(value):
            found = self.of_container(value, ITERATED if key == INNER else key)
            if found is not None or hops > MAX_NESTED:
                return self.types.resolved(found) if found else []
            return [v for inner in self._inside(value) for v in self.element(inner, key, hops + 1)]
        if key == INNER:
            return [value]
        return self._of_object(value, key, hops)

    def _payload(self, value: Value, text: str, number: int) -> list[Value]:
        items = [item.strip() for item in top_level(text[1:-1], ",")] if text[:1] == "(" else []
        scope = self.types.scope_around(value)
        return self.types.declared(value.path, items[number], scope) if number < len(items) and items[number] else []

    def _of_object(self, value: Value, key: str, hops: int) -> list[Value]:
        """Return the element of an object of a class; a class with a subscript, `Box[int]`, is that class."""
        language = self.env.language(value.path)
        if language is None or value.index < 0 or hops > MAX_NESTED:
            return []
        if value.kind == "definition":
            return [value] if key == SUBSCRIPT and self.env.is_class(value) else []
        if value.kind != "instance":
            return []
        if self.env.definition(value).kind == "type":
            return [v for held in self.types.declared_by(value) for v in self.element(held, key, hops + 1)]
        for held in self.bases_outside(value):
            if found := self.of_container(held, key):
                return self.types.resolved(found)
        if key == ITERATED:
            return self._iterated(value, language, hops)
        names = language.scopes.subscript if key == SUBSCRIPT else ()
        given = [r for n in names for m in self.types.attribute(value, n) for r in self.types.called(m)]
        return given or ([value] if language.scopes.pointers and key == SUBSCRIPT else [])

    def _iterated(self, value: Value, language: Language, hops: int) -> list[Value]:
        for name in language.scopes.iterate:
            for member in self.types.attribute(value, name):
                if member.kind != "definition":
                    continue
                if self.env.definition(member).kind == "type":
                    return self.types.declared_by(member)
                given = [v for v in self.types.called(member) if v[:3] != value[:3]]
                found = [v for held in given for v in self.element(held, ITERATED, hops + 1)]
                return found or (given if language.scopes.pointers else [])
        return []


def _arguments(signature: str, name: str) -> tuple[str, ...]:
    """Return the type arguments that a class passes to the base of that name."""
    for match in re.finditer(rf"(?<![\w$]){re.escape(name)}\s*(?=[<\[])", signature):
        end = closing(signature, match.end())
        if end > 0:
            return tuple(item.strip() for item in top_level(signature[match.end() + 1 : end], ",") if item.strip())
    return ()
