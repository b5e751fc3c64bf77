"""Whether an object may be changed: of two methods that differ by nothing else, it says which one a call means."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codeqa.domain import CALLABLE, Reference
from codeqa.resolve.chains import parameters, steps_of, type_head
from codeqa.resolve.environment import MEMBERS, Environment, Value

if TYPE_CHECKING:
    from codeqa.languages import Language
    from codeqa.resolve.types import Types

MAX_STEPS = 12


def constant(environment: Environment, value: Value) -> bool:
    """Tell whether a method says behind its parameters that it leaves its object as it is."""
    language = environment.language(value.path)
    if language is None or not language.scopes.constant:
        return False
    definition = environment.definition(value)
    word = re.escape(language.scopes.constant)
    return re.search(rf"\)\s*{word}\b[^()]*\Z", definition.signature) is not None


class Constness:
    """Follows the word that makes objects unchangeable through declarations, fields and what methods return."""

    def __init__(self, environment: Environment, types: Types) -> None:
        self.env = environment
        self.types = types

    def choose(self, path: str, reference: Reference, values: list[Value]) -> list[Value]:
        """Of methods that differ by that word alone return those that an object of its kind answers with."""
        language = self.env.language(path)
        if language is None or not language.scopes.constant or len(values) < 2 or not self._methods(values):
            return values
        sides = {constant(self.env, value) for value in values}
        if len(sides) < 2:
            return values
        chain = reference.receiver or language.scopes.self[0]
        known = self._of(path, steps_of(chain), reference.scope, reference.definition, reference.start, language)
        return values if known is None else self._answering(values, known)

    def _methods(self, values: list[Value]) -> bool:
        whole = all(value.kind == "definition" and value.index >= 0 for value in values)
        return whole and all(self.env.definition(value).kind in CALLABLE & MEMBERS for value in values)

    def _answering(self, values: list[Value], known: bool) -> list[Value]:
        if known:
            return [v for v in values if constant(self.env, v)] or values
        free = {self._taken(v) for v in values if not constant(self.env, v)}
        return [v for v in values if not constant(self.env, v) or self._taken(v) not in free]

    def _taken(self, value: Value) -> tuple[str, ...] | None:
        definition = self.env.definition(value)
        found = parameters(definition.signature, definition.name)
        return None if found is None else tuple("".join(p.type.split()) for p in found)

    def _of(
        self, path: str, steps: tuple[str, ...], scope: int, holder: int, at: int, language: Language
    ) -> bool | None:
        """Tell whether what a chain stands for is unchangeable, None if nothing says so."""
        if not steps or len(steps) > MAX_STEPS:
            return None
        last = steps[-1]
        where = (scope, holder, at, language)
        if last == "()":
            return self._returned(path, steps[:-1], *where)
        if last[0] in "[(":
            return None
        if len(steps) == 1:
            if last in language.scopes.self:
                return self._inside(path, holder)
            if (declared := self._local(path, last, *where)) is not False:
                return declared == "yes" if declared else None
        found = self.types.evaluate(path, _chain(steps), scope, holder, at=at)
        if len(found) != 1 or found[0].kind != "definition" or found[0].index < 0:
            return None
        return self._field(found[0], path, steps, *where)

    def _inside(self, path: str, holder: int) -> bool | None:
        """Tell whether the object that the method around works on is unchangeable."""
        tables = self.env.tables(path)
        while tables is not None and holder >= 0:
            if tables.interface.definitions[holder].kind in CALLABLE & MEMBERS:
                return constant(self.env, Value("definition", path, holder))
            holder = tables.interface.definitions[holder].parent
        return None

    def _local(self, path: str, name: str, scope: int, holder: int, at: int, language: Language) -> str | bool:
        """Return "yes" or "no" for a parameter or local, "" if nothing says so, False if it is none."""
        tables = self.env.tables(path)
        while tables is not None and scope >= 0:
            if bindings := tables.bindings.get((scope, name)):
                if any(binding.kind not in ("local", "parameter") or not binding.type for binding in bindings):
                    return ""
                answers = {self._declared(path, binding.type, binding.scope, language) for binding in bindings}
                answer = answers.pop() if len(answers) == 1 else None
                return "" if answer is None else "yes" if answer else "no"
            scope = tables.interface.scopes[scope].parent
        return False

    def _declared(self, path: str, text: str, scope: int, language: Language) -> bool | None:
        """Tell whether a type as it is written is unchangeable; of a pointer's, what it points to."""
        word = f"{language.scopes.constant} "
        whole = text.startswith(word)
        head = type_head(text, language.scopes.type_noise, frozenset())
        if head.rpartition(".")[2] in language.scopes.type_wrappers:
            return "<" in text and text.partition("<")[2].lstrip().startswith(word)
        named = self.types.evaluate(path, head, scope, -1) if whole and head else []
        if any(v.kind == "definition" and v.index >= 0 and self.env.definition(v).kind == "type" for v in named):
            return None  # what it stands for may be a pointer
        return whole

    def _field(
        self, value: Value, path: str, steps: tuple[str, ...], scope: int, holder: int, at: int, language: Language
    ) -> bool | None:
        """Tell whether a field or variable is unchangeable: what is part of such an object is too."""
        definition = self.env.definition(value)
        if definition.kind in CALLABLE or not definition.type:
            return None
        known = self._declared(value.path, definition.type, self.types.scope_around(value), language)
        head = definition.signature.partition(definition.name)[0]
        if known is not False or "*" in head or "&" in head or definition.kind not in MEMBERS:
            return known
        if "mutable" in head or "static" in definition.flags.split():
            return False
        if type_head(definition.type, language.scopes.type_noise, frozenset()) in language.scopes.type_wrappers:
            return False
        around = steps[:-1] or (language.scopes.self[0],)
        return self._of(path, around, scope, holder, at, language)

    def _returned(
        self, path: str, steps: tuple[str, ...], scope: int, holder: int, at: int, language: Language
    ) -> bool | None:
        """Tell whether what a call gives is unchangeable."""
        found = self.types.evaluate(path, _chain(steps), scope, holder, at=at, called=True)
        if not found or not self._methods(found):
            return None
        if len({constant(self.env, value) for value in found}) > 1:
            around = steps[:-1] or (language.scopes.self[0],)
            known = self._of(path, around, scope, holder, at, language)
            found = found if known is None else self._answering(found, known)
        answers = {self._given(value, language) for value in found}
        return answers.pop() if len(answers) == 1 else None

    def _given(self, value: Value, language: Language) -> bool | None:
        text = self.env.definition(value).type
        return self._declared(value.path, text, self.types.scope_around(value), language) if text else None


def _chain(steps: tuple[str, ...]) -> str:
    """Write steps as a chain again."""
    return "".join(step if step[0] in "([" or not number else f".{step}" for number, step in enumerate(steps))
