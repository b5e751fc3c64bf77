"""Languages in which a bare name is a message to self, constants are global, and classes are opened more than once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codeqa.domain import CALLABLE, CLASS_LIKE
from codeqa.resolve.environment import MEMBERS, Environment, Value, plain
from codeqa.resolve.modules import stem

if TYPE_CHECKING:
    from codeqa.languages import Language
    from codeqa.resolve.types import Types


class Messages:
    """Looks up constants by full name, over all files, and messages by the side of the class that answers them."""

    def __init__(self, environment: Environment) -> None:
        self.env = environment
        self.types: Types  # set by the resolver
        self._full: dict[tuple[str, str], tuple[list[Value], frozenset[str]]] = {}

    # ---------------------------------------------------------------------------------------------------- constants

    def constant(self, path: str, name: str, scope: int, language: Language) -> list[Value]:
        """Return what a constant means: in the classes around, in what the innermost inherits, then at the top."""
        around = self._around(path, scope)
        for cls in around:
            if found := self._one(path, self._nested(cls, name)):
                return found
        if around and not self.types.classes.busy:
            for ancestor in self.types.classes.ancestors(around[0])[1:]:
                if ancestor.kind == "definition" and (found := self._one(path, self._nested(ancestor, name))):
                    return found
        if found := self._one(path, self.full(path, name)):
            return found
        if name in language.scopes.builtins:
            return [Value("external", name=f"builtins.{name}")]
        if any(self.env.language(file) is language for file, _ in self.env.pairs(name)):
            return []
        return [Value("external", name=name)]

    def _around(self, path: str, scope: int) -> list[Value]:
        """Return the classes around a scope, innermost first."""
        tables = self.env.tables(path)
        found: list[Value] = []
        while tables is not None and scope >= 0:
            holder = tables.interface.scopes[scope].definition
            if holder >= 0 and tables.interface.definitions[holder].kind in CLASS_LIKE:
                found.append(Value("definition", path, holder))
            scope = tables.interface.scopes[scope].parent
        return found

    def _nested(self, cls: Value, name: str) -> list[Value]:
        return [v for v in self.own(cls, name) if self.env.definition(v).kind not in CALLABLE | MEMBERS]

    def full(self, path: str, dotted: str) -> list[Value]:
        """Return the definitions of a full name in the files of one language."""
        language = self.env.language(path)
        if language is None:
            return []
        return self.env.remembered(self._full, (language.name, dotted), lambda: self._called(dotted, language))

    def _called(self, dotted: str, language: Language) -> list[Value]:
        pairs = self.env.pairs(dotted.rpartition(".")[2])
        found = [self.env.numbered(file, name) for file, name in pairs if plain(name) == dotted]
        return [v for v in found if v and self.env.language(v.path) is language]

    def _one(self, path: str, found: list[Value]) -> list[Value]:
        """All that opens one class is that class: the file's own part stands for it, or the first."""
        if len(found) < 2 or not all(self.env.is_class(v) for v in found):
            return found
        return [min(found, key=lambda v: (v.path != path, *self._apart(v)))]

    def _apart(self, part: Value) -> tuple[bool, bool, str]:
        """Rank what may stand for a class: the part that says what it inherits, the one in the file of its name."""
        tables = self.env.tables(part.path)
        inherits = tables is not None and part.index in tables.bases
        name = self.env.definition(part).name.lower()
        return not inherits, stem(part.path).replace("_", "").lower() != name, part.path

    # ------------------------------------------------------------------------------------- classes in several places

    def parts(self, cls: Value) -> list[Value]:
        """Return all places that open a class."""
        found = self.full(cls.path, plain(self.env.definition(cls).qualname))
        return [v for v in found if self.env.is_class(v)]

    def own(self, cls: Value, name: str) -> list[Value]:
        """Return the members of that name which some part of a class defines."""
        return self.full(cls.path, f"{plain(self.env.definition(cls).qualname)}.{name}")

    # ----------------------------------------------------------------------------------------------------- messages

    def this(self, path: str, holder: int) -> list[Value]:
        """Return self: an object in a method, the class in its body and in its own methods."""
        tables = self.env.tables(path)
        while tables is not None and holder >= 0:
            definition = tables.interface.definitions[holder]
            if definition.kind in CLASS_LIKE:
                return [Value("definition", path, holder)]
            if definition.kind in CALLABLE:
                owner = self.types.classes.owner(path, holder)
                kind = "definition" if "static" in definition.flags.split() else "instance"
                return [owner._replace(kind=kind)] if owner else []
            holder = definition.parent
        return []

    def message(self, path: str, name: str, holder: int, *, called: bool = True) -> list[Value]:
        """Return what a bare name that nothing binds asks self for; what it gives, unless it is `called` yet."""
        found = [(this, self.types.attribute(this, name)) for this in self.this(path, holder)]
        return [v for this, members in found for v in (members if called else self.sent(this, members))]

    def above(self, path: str, holder: int) -> list[Value]:
        """Return what `super` in a method calls: the next method of its name."""
        tables = self.env.tables(path)
        name = tables.interface.definitions[holder].name if tables and holder >= 0 else ""
        found = [v for this in self.this(path, holder) for v in self._answer(this, name, 1)]
        return [v._replace(inferred=True) for v in found if v.kind == "definition"]

    def answer(self, value: Value, name: str) -> list[Value]:
        """Return the member of a class, or of its object, that answers to a name."""
        if found := self._answer(value, name, 1 if value.kind == "super" else 0):
            return found
        language = self.env.language(value.path)
        makes = language is not None and value.kind == "definition" and name in language.scopes.makes
        return [value] if makes else []

    def sent(self, value: Value, found: list[Value]) -> list[Value]:
        """Return what sending a message gives that no parentheses follow; `found` are the members that answer."""
        results: list[Value] = []
        for member in found:
            if member[1:3] == value[1:3] and value.kind == "definition" and self.env.is_class(value):
                results.append(member._replace(kind="instance", inferred=True))
            elif member.kind == "definition" and self.env.definition(member).kind in CALLABLE - {"property"}:
                results += self.types.called(member)
            else:
                results.append(member)
        return results

    def _answer(self, value: Value, name: str, first: int) -> list[Value]:
        classes = self.types.classes
        for ancestor in classes.ancestors(value._replace(kind="definition", inferred=False))[first:]:
            if ancestor.kind != "definition":
                continue
            if found := [v for v in self.own(ancestor, name) if self._answers(value, v, ancestor)]:
                return self._one(value.path, found)
        return []

    def _answers(self, value: Value, member: Value, owner: Value) -> bool:
        definition = self.env.definition(member)
        static = "static" in definition.flags.split() or definition.kind not in CALLABLE | MEMBERS
        if value.kind == "definition":  # what a module has, its class has that it extends
            return static or (definition.kind in CALLABLE and self.env.definition(owner).kind == "trait")
        return not static
