"""Which of several definitions of one name a call means: by the number of its arguments, then by their types."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from codeqa.domain import CALLABLE, CLASS_LIKE, Reference
from codeqa.resolve.arguments import UNSAID, Arguments, Fit, Kind
from codeqa.resolve.chains import Parameter, accepts, labelled, parameters, steps_of, type_head
from codeqa.resolve.constness import Constness
from codeqa.resolve.environment import Environment, Value, plain

if TYPE_CHECKING:
    from codeqa.languages import Language
    from codeqa.resolve.names import Names
    from codeqa.resolve.types import Types

MAX_CONSIDERED = 64
TYPE_ROLES = frozenset({"type", "implements"})
TYPES_ONLY = frozenset({"interface", "type", "trait"})

VARIADIC = 3


class Option(NamedTuple):
    """A callable that may take some arguments: in which phase, and as what each of them."""

    value: Value
    phase: int  # 1: as they are, 2: boxed, 3: as many as there are
    sure: bool
    kinds: list[Kind]
    fits: list[Fit]


class Overloads:
    """Chooses among twins. What cannot be told apart is all returned: the edges then say that they are ambiguous."""

    def __init__(self, environment: Environment, names: Names, types: Types) -> None:
        self.env = environment
        self.names = names
        self.types = types
        self.arguments = Arguments(environment, names, types)
        self.constness = Constness(environment, types)

    def choose(self, path: str, reference: Reference, values: list[Value]) -> list[Value]:
        """Return those of `values` that the reference may mean."""
        values = [v for v in values if self._in_sight(path, reference, v)]
        called = reference.role in ("call", "instantiate", "raise", "decorator")
        if len(values) > 1:
            values = self._meant(reference, values)
            values = self.types.suited(values, called=called)
        if not values or len(values) > MAX_CONSIDERED or not all(self._callable(v) for v in values):
            return values
        language = self.env.language(values[0].path)
        if language is None:
            return values
        if reference.arguments:
            return self._by_arguments(path, reference, values, language)
        if language.scopes.clauses:
            return self._functions(values)
        return values if len(values) < 2 or self._conditional(values) else values[:1]

    def _by_arguments(self, path: str, reference: Reference, values: list[Value], language: Language) -> list[Value]:
        shapes = self._shapes(path, reference)
        exactly = language.scopes.arity
        fitting = [v for v in values if self._accepts(path, reference, v, len(shapes))] or ([] if exactly else values)
        if exactly and language.conversions.top:
            return self._applicable(path, reference, shapes, fitting, language)
        if language.scopes.clauses:
            return self._functions(fitting)
        found = self._by_types(path, reference, shapes, fitting) if len(fitting) > 1 else fitting
        return self.constness.choose(path, reference, found) if len(found) > 1 else found

    def _functions(self, values: list[Value]) -> list[Value]:
        """Return the first part of each function: those of one name and number of parameters are one."""
        first: dict[tuple[str, str, int], Value] = {}
        for value in sorted(values, key=lambda v: (v.path, v.index)):
            name = plain(self.env.definition(value).qualname)
            first.setdefault((value.path, name, len(self._parameters(value) or ())), value)
        return list(first.values())

    def _in_sight(self, path: str, reference: Reference, value: Value) -> bool:
        """Tell whether a use may mean a member: a private one is seen in the outermost type around it."""
        if value.kind != "definition" or value.index < 0:
            return True
        language = self.env.language(value.path)
        if language is None or not language.visibility.enclosed:
            return True
        definition = self.env.definition(value)
        if definition.parent < 0 or "private" not in definition.flags.split():
            return True
        if path != value.path:
            return False
        return reference.definition < 0 or self._outermost(path, reference.definition) == self._outermost(*value[1:3])

    def _outermost(self, path: str, index: int) -> int:
        tables = self.env.tables(path)
        while tables is not None and tables.interface.definitions[index].parent >= 0:
            index = tables.interface.definitions[index].parent
        return index

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
            announced = self.names.linkage.announcing(value)
            return any(accepts(self._parameters(prototype), count) for prototype in announced)
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
        language = self.env.language(value.path)
        if language is None:
            return parameters(definition.signature, definition.name)
        found = parameters(definition.signature, definition.name, language.scopes.default)
        bare = language.scopes.clauses and f"{definition.name}(" not in definition.signature
        return () if found is None and bare else found  # a head without parentheses takes nothing

    # ----------------------------------------------------------------------- languages that say how types convert

    def _applicable(
        self, path: str, reference: Reference, shapes: list[str], values: list[Value], language: Language
    ) -> list[Value]:
        """Return the callables that may be meant, by the phases in which a compiler looks for them."""
        if not values or (len(values) == 1 and not shapes):
            return values
        given = [self.arguments.given(path, reference, shape, language) for shape in shapes]
        found = [option for value in values if (option := self._option(given, value, language))]
        if not found:
            return [] if all(self._outside_above(v) for v in values) else values
        sure = [option.phase for option in found if option.sure]
        found = [option for option in found if not sure or option.phase <= min(sure)]
        best = [o for o in found if not any(p is not o and self._beats(given, p, o, language) for p in found)]
        return [option.value for option in best or found]

    def _option(self, given: list[Kind], value: Value, language: Language) -> Option | None:
        """Return how a callable takes some arguments, None if it does not."""
        declared = self._parameters(value)
        if declared is None or (not declared and given):
            return Option(value, 1, sure=False, kinds=[UNSAID] * len(given), fits=[Fit.UNSURE] * len(given))
        kinds = self.types.once(("kinds", value), lambda: self._kinds(value, declared, language))
        ways = []
        if len(given) == len(declared):
            last = declared and declared[-1].variadic
            ways.append((1, [*kinds[:-1], kinds[-1]._replace(dims=kinds[-1].dims + 1)] if last else kinds))
        if declared and declared[-1].variadic:
            ways.append((VARIADIC, [*kinds[:-1], *[kinds[-1]] * (len(given) - len(kinds) + 1)]))
        for phase, wanted in ways:
            fits = [self.arguments.fit(g, w, language) for g, w in zip(given, wanted, strict=True)]
            if Fit.NEVER not in fits:
                boxed = phase == 1 and Fit.BOXED in fits
                return Option(value, 2 if boxed else phase, Fit.UNSURE not in fits, wanted, fits)
        return None

    def _kinds(self, value: Value, declared: tuple[Parameter, ...], language: Language) -> list[Kind]:
        """Return the types of a callable's parameters."""
        scope = self.types.scope_around(value)
        return [self.arguments.read(value.path, p.type, scope, language, value.index) for p in declared]

    def _beats(self, given: list[Kind], one: Option, other: Option, language: Language) -> bool:
        """Tell whether a callable is meant rather than another one, whatever is not known of the arguments."""
        better = False
        for number in range(len(given)):
            mine, theirs = one.kinds[number], other.kinds[number]
            if mine == theirs and mine.sort:
                continue
            if one.fits[number] is Fit.EXACT and other.fits[number] is not Fit.EXACT:
                better = True
                continue
            narrower = self.arguments.fit(mine, theirs, language) in (Fit.EXACT, Fit.ABOVE)
            if one.fits[number] is Fit.UNSURE or not narrower:
                return False
            better = True
        return better or self._replaces(one, other)

    def _replaces(self, one: Option, other: Option) -> bool:
        """Tell whether the first takes the same as the second and stands in a class that inherits from its class."""
        owners = [self.types.classes.owner(*option.value[1:3]) for option in (one, other)]
        if owners[0] is None or owners[1] is None or owners[0] == owners[1] or one.kinds != other.kinds:
            return False
        return owners[1] in self.types.classes.ancestors(owners[0])

    def _outside_above(self, value: Value) -> bool:
        """Tell whether the class of a member inherits from something outside of the repository."""
        owner = self.types.classes.owner(value.path, value.index)
        return owner is not None and any(a.kind == "external" for a in self.types.classes.ancestors(owner))

    # ------------------------------------------------------------------------------------------------------- others

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
            if name[0] == "=" and name[1:].rstrip("*") in language.scopes.numbers:
                score += self._taken(name[1:], parameter.type, value, language)
                continue
            name = name.lstrip("=").rstrip("*")
            wanted = type_head(parameter.type, language.scopes.type_noise, frozenset()).rpartition(".")[2]
            if wanted:
                free = name in language.scopes.numbers and self._is_variable(wanted, value)
                score += 4 if wanted == name else 2 if wanted in above else 1 if free else -1
        return score

    def _taken(self, name: str, wanted: str, value: Value, language: Language) -> int:
        """Return how well a parameter takes a number or a text: its own type, a type parameter, a conversion, not."""
        words = [word for word in re.findall(r"\w+", wanted) if word in language.scopes.numbers]
        stars = "*" * wanted.count("*")
        if words:
            own = "unsigned" if "unsigned" in words else words[0]
            if f"{own}{stars}" == name:
                return 4
            return 0 if not stars and "*" not in name else -20
        head = type_head(wanted, language.scopes.type_noise, frozenset())
        return 3 if self._is_variable(head, value) else -1

    def _is_variable(self, name: str, value: Value) -> bool:
        """Tell whether a parameter's type is one that the template around a callable leaves open."""
        tables = self.env.tables(value.path)
        scope = self.types.inner_scope(value)
        while tables is not None and scope >= 0:
            if bindings := tables.bindings.get((scope, name)):
                return any(b.kind == "parameter" and not b.type for b in bindings)
            scope = tables.interface.scopes[scope].parent
        return False

    def _given(self, path: str, reference: Reference, shape: str) -> tuple[str, list[str]]:
        """Return the name of an argument's type and of the types above it, "" if nothing tells."""
        if shape.startswith("="):
            return shape, []
        if shape == "?":
            return "", []
        language = self.env.language(path)
        if language is not None and shape.removesuffix("()") in language.scopes.numbers and shape.endswith("()"):
            return f"={shape[:-2]}", []
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
