"""Which arguments a callable takes: the types of both, and whether the language converts one to the other."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from codeqa.domain import Reference
from codeqa.resolve.chains import noise_pattern, steps_of, type_head
from codeqa.resolve.environment import Environment, Value
from codeqa.resolve.hierarchy import type_variables

if TYPE_CHECKING:
    from codeqa.languages import Language
    from codeqa.resolve.names import Names
    from codeqa.resolve.types import Types

NULL = "null"
LAMBDA = "()"


class Fit(IntEnum):
    """How a value of one type becomes one of another."""

    EXACT = 0
    ABOVE = 1
    BOXED = 2
    UNSURE = 3
    NEVER = 4


class Kind(NamedTuple):
    """A type as conversions see it.

    `sort` is "primitive", "class" (of the repository: `value`), "outside", "variable" (a type parameter), "null",
    "lambda" or "" (nothing known); `dims` counts the brackets of an array, `name` is its element's last name.
    """

    sort: str = ""
    name: str = ""
    dims: int = 0
    value: Value | None = None
    bounded: bool = False


UNSAID = Kind()


class Arguments:
    """Reads the types of arguments and parameters."""

    def __init__(self, environment: Environment, names: Names, types: Types) -> None:
        self.env = environment
        self.names = names
        self.types = types

    # -------------------------------------------------------------------------------------------------------- types

    def given(self, path: str, reference: Reference, shape: str, language: Language) -> Kind:
        """Return the type of an argument, from its shape as `Reference.arguments` has it."""
        if shape == f"={NULL}":
            return Kind("null")
        if shape == f"={LAMBDA}":
            return Kind("lambda")
        if shape.startswith("=") and shape.endswith("()"):
            owner, _, name = shape[1:-2].rpartition(".")
            whole = self.given(path, reference, f"={owner}", language)
            text = language.results.get(f"{whole.name}.{name}") or language.results.get(name)
            return self.read(path, text, 0, language, -1) if text and not whole.dims else UNSAID
        if shape.startswith("="):
            return self.read(path, shape[1:], reference.scope, language, reference.definition)
        if shape in ("?", ""):
            return UNSAID
        kind = self._declared(path, reference, shape, language)
        return kind if kind.sort else self._evaluated(path, reference, shape, language)

    def read(self, path: str, text: str, scope: int, language: Language, holder: int) -> Kind:
        """Return the type that a text names, as seen from a scope."""
        text = noise_pattern(language.scopes.type_noise).sub(" ", text).strip()
        dims = _dimensions(text)
        head = type_head(text.replace("[", " ").replace("]", " ").strip() if dims else text, frozenset(), frozenset())
        name = head.rpartition(".")[2]
        if not name:
            return UNSAID
        if head in language.conversions.boxes:
            return Kind("primitive", name, dims)
        variables = type_variables(self.env, Value("definition", path, holder)) if holder >= 0 else {}
        if head in variables:
            return Kind("variable", name, dims, bounded=bool(variables[head]))
        found = {v._replace(given=(), inferred=False) for v in self.types.declared(path, head, scope)}
        if not found:
            return Kind("outside", name, dims)
        return self._kind(found.pop(), dims) if len(found) == 1 else UNSAID

    def _kind(self, value: Value, dims: int) -> Kind:
        if value.kind == "external":
            return Kind("outside", value.name.rpartition(".")[2], dims)
        if value.kind != "instance" or value.index < 0:
            return UNSAID
        cls = Value("definition", value.path, value.index)
        return Kind("class", self.env.definition(cls).name, dims, cls)

    def _declared(self, path: str, reference: Reference, shape: str, language: Language) -> Kind:
        """Return the type that the declaration of an argument's last name writes."""
        array = shape.endswith("[]")
        steps = steps_of(shape.removesuffix("[]"))
        if "[]" in steps:
            return UNSAID
        if len(steps) == 1 and (text := self.names.declared_type(path, steps[0], reference.scope, reference.start)):
            return _element(self.read(path, text, reference.scope, language, reference.definition), array)
        chain = shape.removesuffix("[]").removesuffix("()")
        called = chain != shape.removesuffix("[]")
        where = (path, chain, reference.scope, reference.definition)
        found = self.types.evaluate(*where, at=reference.start, called=called)
        kinds = set()
        for value in found:
            definition = self.env.definition(value) if value.kind == "definition" and value.index >= 0 else None
            if definition is None or not definition.type:
                return UNSAID
            scope = self.types.scope_around(value)
            kinds.add(self.read(value.path, definition.type, scope, language, value.index))
        kind = kinds.pop() if len(kinds) == 1 else UNSAID
        return _element(kind, array) if kind.sort != "variable" else UNSAID

    def _evaluated(self, path: str, reference: Reference, shape: str, language: Language) -> Kind:
        """Return the type of what an expression gives; what a call from outside gives only a table tells."""
        steps = [step for step in steps_of(shape) if step[0] not in "(["]
        called = shape.endswith("()")
        if called and "." in shape and (text := language.results.get(steps[-1])):
            return self.read(path, text, 0, language, -1)
        where = (path, shape, reference.scope, reference.definition)
        found = {v._replace(given=(), inferred=False) for v in self.types.evaluate(*where, at=reference.start)}
        value = found.pop() if len(found) == 1 else None
        if value is None:
            return UNSAID
        if value.kind == "external" and steps and value.name.rpartition(".")[2] == steps[-1]:
            text = language.results.get(".".join(value.name.split(".")[-2:])) if called else None
            return self.read(path, text, 0, language, -1) if text else UNSAID
        return self._kind(value, 0)

    # -------------------------------------------------------------------------------------------------- conversions

    def fit(self, given: Kind, wanted: Kind, language: Language) -> Fit:
        """Tell how a value of one type becomes one of another."""
        if not given.sort or not wanted.sort:
            return Fit.UNSURE
        if given.sort == "null":
            return Fit.NEVER if wanted.sort == "primitive" and not wanted.dims else Fit.ABOVE
        if given.sort == "lambda":
            return self._function(wanted, language)
        if "variable" in (given.sort, wanted.sort):
            return self._variable(given, wanted, language)
        same = given.value is None or wanted.value is None or given.value == wanted.value
        if same and given.name == wanted.name and given.dims == wanted.dims:
            return Fit.EXACT
        if wanted.name == language.conversions.top and wanted.value is None:
            return _to_top(given, wanted)
        if given.dims != wanted.dims:
            whole = not wanted.dims and given.dims and wanted.name in ("Cloneable", "Serializable")
            return Fit.ABOVE if whole else Fit.NEVER
        if "primitive" in (given.sort, wanted.sort):
            return Fit.NEVER if given.dims else self._primitive(given, wanted, language)
        return self._reference(given, wanted, language)

    def _function(self, wanted: Kind, language: Language) -> Fit:
        if wanted.dims or wanted.sort == "primitive":
            return Fit.NEVER
        if wanted.value is not None:
            return Fit.UNSURE if self.env.definition(wanted.value).kind == "interface" else Fit.NEVER
        closed = wanted.name == language.conversions.top or wanted.name in language.conversions.final
        return Fit.NEVER if closed and wanted.sort == "outside" else Fit.UNSURE

    def _variable(self, given: Kind, wanted: Kind, language: Language) -> Fit:
        if wanted.sort != "variable":
            if wanted.dims > given.dims or (wanted.sort == "primitive" and wanted.dims == given.dims):
                return Fit.NEVER
            return Fit.ABOVE if wanted.name == language.conversions.top and not wanted.value else Fit.UNSURE
        if given == wanted:
            return Fit.EXACT
        if given.dims < wanted.dims or (wanted.dims and given.dims == wanted.dims and given.sort == "primitive"):
            return Fit.NEVER
        if wanted.bounded or given.sort == "variable":
            return Fit.UNSURE
        return Fit.BOXED if given.sort == "primitive" and not given.dims else Fit.ABOVE

    def _primitive(self, given: Kind, wanted: Kind, language: Language) -> Fit:
        boxes = language.conversions.boxes
        if given.sort == wanted.sort:
            return Fit.ABOVE if wanted.name in language.above.get(given.name, ()) else Fit.NEVER
        if given.sort == "primitive":
            fit = self._reference(Kind("outside", boxes[given.name]), wanted, language)
            return fit if fit in (Fit.NEVER, Fit.UNSURE) else Fit.BOXED
        inner = next((name for name, box in boxes.items() if box == given.name and given.value is None), "")
        fits = inner == wanted.name or wanted.name in language.above.get(inner, ())
        return Fit.BOXED if fits else Fit.NEVER

    def _reference(self, given: Kind, wanted: Kind, language: Language) -> Fit:
        if given.value is not None:
            return self._of_class(given.value, wanted, language)
        if wanted.value is not None:  # what is outside of the repository inherits from nothing in it
            return Fit.NEVER
        if given.name == wanted.name:
            return Fit.EXACT
        if given.name in language.above:
            return Fit.ABOVE if wanted.name in language.above[given.name] else Fit.NEVER
        return Fit.NEVER if given.name == language.conversions.top or wanted.name in boxes_of(language) else Fit.UNSURE

    def _of_class(self, cls: Value, wanted: Kind, language: Language) -> Fit:
        ancestors = self.types.classes.ancestors(cls)
        if wanted.value in ancestors:
            return Fit.ABOVE
        sure = all(self._whole(a) for a in ancestors if a.kind == "definition")
        if wanted.value is not None:
            return Fit.NEVER if sure else Fit.UNSURE
        for base in ancestors:
            name = base.name.rpartition(".")[2]
            if base.kind == "external":
                if wanted.name == name or wanted.name in language.above.get(name, ()):
                    return Fit.ABOVE
                sure = sure and name in language.above
        enum = self.env.definition(cls).kind == "enum" and wanted.name in ("Enum", "Comparable", "Serializable")
        return Fit.ABOVE if enum else Fit.NEVER if sure else Fit.UNSURE

    def _whole(self, cls: Value) -> bool:
        """Tell whether all bases that a class names are known."""
        tables = self.env.tables(cls.path)
        return tables is not None and len(self.types.classes.bases(cls)) >= len(tables.bases.get(cls.index, ()))


def boxes_of(language: Language) -> frozenset[str]:
    """Return the classes of the objects that primitives become: nothing inherits from these."""
    return frozenset(language.conversions.boxes.values()) | {"String"}


def _to_top(given: Kind, wanted: Kind) -> Fit:
    dims = given.dims - wanted.dims
    if given.sort != "primitive":
        return Fit.ABOVE if dims >= 0 else Fit.NEVER
    return Fit.ABOVE if dims > 0 else Fit.BOXED if not dims and not given.dims else Fit.NEVER


def _element(kind: Kind, array: bool) -> Kind:
    """Return the type of an array's element, if that is asked for."""
    if not array:
        return kind
    return kind._replace(dims=kind.dims - 1) if kind.dims else UNSAID


def _dimensions(text: str) -> int:
    """Count the brackets behind a type."""
    text, found = "".join(text.split()), 0
    while text.endswith("[]"):
        text, found = text[:-2], found + 1
    return found
