"""Which of several definitions of one name a call means: by the number of its arguments, then by their types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from codeqa.domain import CALLABLE, CLASS_LIKE, Reference
from codeqa.resolve.chains import Parameter, accepts, labelled, parameters, steps_of, type_head
from codeqa.resolve.environment import Environment, Value, plain

if TYPE_CHECKING:
    from codeqa.resolve.names import Names
    from codeqa.resolve.types import Types

MAX_CONSIDERED = 64
TYPE_ROLES = frozenset({"type", "implements"})
TYPES_ONLY = frozenset({"interface", "type", "trait"})


class Overloads:
    """Chooses among twins. What cannot be told apart is all returned: the edges then say that they are ambiguous."""

    def __init__(self, environment: Environment, names: Names, types: Types) -> None:
        self.env = environment
        self.names = names
        self.types = types

    def choose(self, path: str, reference: Reference, values: list[Value]) -> list[Value]:
        """Return those of `values` that the reference may mean."""
        if len(values) < 2:
            return values
        values = self._meant(reference, values)
        called = reference.role in ("call", "instantiate", "raise", "decorator")
        values = self.types.suited(values, called=called)
        if len(values) < 2 or len(values) > MAX_CONSIDERED or not all(self._callable(v) for v in values):
            return values
        if not reference.arguments:
            return values if self._conditional(values) else values[:1]
        shapes = self._shapes(path, reference)
        fitting = [v for v in values if self._accepts(path, reference, v, len(shapes))] or values
        return self._by_types(path, reference, shapes, fitting) if len(fitting) > 1 else fitting

    def _shapes(self, path: str, reference: Reference) -> list[str]:
        """Return the shapes of the arguments, without their labels."""
        shapes = reference.arguments[1:-1].split(",") if len(reference.arguments) > 2 else []
        return [shape.partition(":")[2] for shape in shapes] if self._has_labels(path) else shapes

    def _has_labels(self, path: str) -> bool:
        language = self.env.language(path)
        return language is not None and language.scopes.labelled

    def _accepts(self, path: str, reference: Reference, value: Value, count: int) -> bool:
        """Tell whether a callable takes as many arguments, and these labels."""
        declared = self._parameters(value)
        if declared and "extension" in self.env.definition(value).flags.split() and accepts(declared[1:], count):
            return True
        if not accepts(declared, count):
            return False
        shapes = reference.arguments[1:-1].split(",") if count else []
        return not self._has_labels(path) or labelled(declared, [shape.partition(":")[0] for shape in shapes])

    def constructors(self, path: str, reference: Reference, cls: Value, values: list[Value]) -> list[Value]:
        """Return those of a class's constructors that a use of it may call; its head may declare one more."""
        language = self.env.language(cls.path)
        own = language is not None and language.scopes.own_constructors
        if not own or not values or not reference.arguments or self._parameters(cls) is None:
            return self.choose(path, reference, values)
        shapes = self._shapes(path, reference)
        fitting = [v for v in [cls, *values] if accepts(self._parameters(v), len(shapes))]
        best = self._by_types(path, reference, shapes, fitting) if len(fitting) > 1 else fitting
        return [] if cls in best else best

    def _meant(self, reference: Reference, values: list[Value]) -> list[Value]:
        """A name may be that of a type and of a value: where a type is written it is the one, elsewhere the other."""
        if any(value.kind != "definition" or value.index < 0 for value in values):
            return values
        kinds = {value: self.env.definition(value).kind for value in values}
        if reference.role in TYPE_ROLES:
            return [v for v in values if kinds[v] in CLASS_LIKE] or values
        return [v for v in values if kinds[v] not in TYPES_ONLY] or values

    def merged(self, values: Sequence[Value]) -> bool:
        """Tell whether two definitions are the type and the value of one name, which an import brings together."""
        if len(values) != 2 or any(v.kind != "definition" or v.index < 0 for v in values):
            return False
        one, other = (self.env.definition(v) for v in values)
        same = values[0].path == values[1].path and plain(one.qualname) == plain(other.qualname)
        return same and (one.kind in TYPES_ONLY) != (other.kind in TYPES_ONLY)

    def _conditional(self, values: list[Value]) -> bool:
        """Tell whether a build may choose among these: several files, or text that a preprocessor picks."""
        language = self.env.language(values[0].path)
        if language is None or language.conditionals or len({v.path for v in values}) > 1:
            return True
        definitions = [self.env.definition(v) for v in values]  # of several classes, or each in a branch of its own
        return len({plain(d.qualname) for d in definitions}) > 1 or all(d.parent < 0 for d in definitions)

    def _callable(self, value: Value) -> bool:
        return value.kind == "definition" and value.index >= 0 and self.env.definition(value).kind in CALLABLE

    def _parameters(self, value: Value) -> tuple[Parameter, ...] | None:
        definition = self.env.definition(value)
        return parameters(definition.signature, definition.name)

    def _by_types(self, path: str, reference: Reference, shapes: list[str], values: list[Value]) -> list[Value]:
        given = [self._given(path, reference, shape) for shape in shapes]
        scores = [self._score(given, value) for value in values]
        best = max(scores)
        return [value for value, score in zip(values, scores, strict=True) if score == best]

    def _score(self, given: list[tuple[str, list[str]]], value: Value) -> int:
        declared = self._parameters(value) or ()
        language = self.env.language(value.path)
        if language is None:
            return 0
        score = 0
        for number, (name, above) in enumerate(given):
            if not declared or not name:
                continue
            parameter = declared[min(number, len(declared) - 1)]
            wanted = type_head(parameter.type, language.scopes.type_noise, frozenset()).rpartition(".")[2]
            if wanted:
                score += 4 if wanted == name else 2 if wanted in above else -1
        return score

    def _given(self, path: str, reference: Reference, shape: str) -> tuple[str, list[str]]:
        """Return the name of an argument's type and of the types above it, "" if nothing tells."""
        if shape.startswith("="):
            return shape[1:], []
        if shape == "?":
            return "", []
        where = (path, shape, reference.scope, reference.definition)
        for value in self.types.evaluate(*where, at=reference.start):
            if value.kind == "external":
                return value.name.rpartition(".")[2], []
            if value.kind == "instance":
                ancestors = self.types.classes.ancestors(value)
                names = [self.env.definition(v).name if v.kind == "definition" else v.name for v in ancestors]
                return names[0], [name.rpartition(".")[2] for name in names[1:]]
        return self._written(*where, at=reference.start), []

    def _written(self, path: str, shape: str, scope: int, holder: int, *, at: int) -> str:
        """Return the type that the declaration of an argument's last name writes: no file defines `int`."""
        language = self.env.language(path)
        steps = [step for step in steps_of(shape) if step != "()"]
        if language is None or not steps or "[]" in steps:
            return ""
        text = self.names.declared_type(path, steps[0], scope, at) if len(steps) == 1 else ""
        if not text:
            chain = shape.removesuffix("()")
            found = self.types.evaluate(path, chain, scope, holder, at=at)
            text = next((d.type for v in found if v.index >= 0 and (d := self.env.definition(v)).type), "")
        return type_head(text, language.scopes.type_noise, frozenset()).rpartition(".")[2]
