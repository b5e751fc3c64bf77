"""From captured uses of names to references: which of them mean anything, and what holds them."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from typing import TYPE_CHECKING

from codeqa.domain import CLASS_LIKE, Literal, Reference
from codeqa.parse.captures import BASE_ROLES
from codeqa.parse.literals import Literals
from codeqa.parse.nesting import Nest

if TYPE_CHECKING:
    from collections.abc import Iterator

    import tree_sitter

    from codeqa.parse.captures import Used
    from codeqa.parse.extract import Extractor

MAX_RECEIVER = 2000  # bytes
MAX_ARGUMENT = 80  # bytes of an argument that may be a chain
MAX_ARGUMENTS = 20
_NEVER_DECORATED = frozenset({"variable", "field", "constant", "section", "key"})


def _start(literal: Literal) -> tuple[int, str, str, str]:
    return literal.start, literal.domain, literal.role, literal.text


def references_of(extractor: Extractor) -> Iterator[Reference]:
    """Yield the references of a file whose definitions, scopes, bindings and imports are known."""
    return _References(extractor).run()


class _References:
    def __init__(self, extractor: Extractor) -> None:
        self.ex = extractor
        captured = extractor.captured
        definitions = extractor.definitions
        self.scopes = Nest([(s.start, s.end) for s in extractor.scopes])
        # In `self.x = f()` it is the method that calls, not the field.
        holding = [i for i, draft in enumerate(extractor.drafts) if draft.receiver is None]
        self.order = sorted(holding, key=lambda i: (definitions[i].start, -definitions[i].end))
        ranges = [(definitions[i].start, definitions[i].end) for i in self.order]
        self.holders = Nest(ranges)
        blocks = [draft for draft in captured.drafts.values() if draft.kind == "impl"]
        self.blocks = sorted(blocks, key=lambda d: (d.start, -d.end))
        spans = [(d.start, d.end) for d in self.blocks]
        self.inside_block = Nest(spans)
        self.visible = _Visible(extractor)
        self._below: dict[int, list[tuple[int, int]]] = defaultdict(list)  # parent → (start, definition), sorted
        for index in self.order:
            if definitions[index].kind not in _NEVER_DECORATED:
                self._below[definitions[index].parent].append((definitions[index].start, index))
        self._comments = set(extractor.language.text.comment_nodes)
        self.literals = Literals(extractor, self._decorated)

    def run(self) -> Iterator[Reference]:
        captured = self.ex.captured
        statements = sorted({(i.start, i.end) for i in captured.imports.values()})
        inside_import = Nest(statements)
        names = self._names()
        for start in sorted(captured.uses):
            use = captured.uses[start]
            if start in captured.ignored or inside_import.at(start) >= 0:
                continue
            if start in names and use.role not in BASE_ROLES:
                continue
            if found := self._reference(start, use):
                yield found
        self.ex.literals += sorted(
            {*self.literals.found, *self.literals.standing(self.scopes, self._holder)}, key=_start
        )

    def _names(self) -> set[int]:
        """Return where names stand that are no uses: of definitions, bindings and default exports."""
        captured = self.ex.captured
        defined = {start for start, draft in captured.drafts.items() if draft.kind != "impl"}
        return captured.bounds.keys() | (defined - self.ex.rewrites) | captured.exports.keys()

    def _reference(self, start: int, use: Used) -> Reference | None:
        role = "write" if start in self.ex.rewrites else use.role
        name = self.ex.name_of((start, use.end))
        receiver = self._receiver(use.receiver)
        scope = self.scopes.at(start)
        if self.literals.wanted(name, receiver):
            self.literals.at(start, use.end, name, receiver, role, scope, self._holder(start))
        if role == "pass":
            self.literals.in_table(start, use.end, name, scope, self._holder(start))
        if not name or (role in ("read", "pass", "write") and not self.visible.worth(name, receiver, scope)):
            return None
        definition = self._holder(start)
        if role in BASE_ROLES:
            definition = self._implementer(start, definition)
            if definition >= 0 and self.ex.scopes[scope].definition == definition:
                scope = self.ex.scopes[scope].parent  # the name of an embedded field is also that field's own
        elif role == "decorator":
            definition = self._decorated(start, definition)
        line = self.ex.lines.of(start)
        start = self.ex.unquoted(start)
        return Reference(name, role, receiver, start, line, scope, definition, self._arguments(use))

    def _holder(self, offset: int) -> int:
        holder = self.holders.at(offset)
        return self.order[holder] if holder >= 0 else -1

    def _decorated(self, offset: int, definition: int) -> int:
        """A decorator that stands before its definition, not inside, belongs to the next one at its level."""
        if definition >= 0 and self.ex.definitions[definition].name_start > offset:
            return definition
        below = self._below[definition]
        later = bisect_right(below, (offset, len(self.ex.definitions)))
        return below[later][1] if later < len(below) else definition

    def _implementer(self, offset: int, definition: int) -> int:
        """The bases written on an `impl` block are those of its type; an embedded field is a base of its struct."""
        if (block := self.inside_block.at(offset)) >= 0:
            return self.ex.named_owner(self.ex.text_of(self.blocks[block].name), "")[0]
        while definition >= 0 and self.ex.definitions[definition].kind not in CLASS_LIKE:
            definition = self.ex.definitions[definition].parent
        return definition

    def _arguments(self, use: Used) -> str:
        """Return the shapes of a call's arguments, as `Reference.arguments` has them."""
        if use.arguments is None:
            return ""
        shapes = [self._labelled(node) for node in use.arguments.named_children if node.type not in self._comments]
        return f"({','.join(shapes[:MAX_ARGUMENTS])})"

    def _labelled(self, node: tree_sitter.Node) -> str:
        """Return the shape of an argument, behind its label where labels tell overloads apart."""
        if not self.ex.language.scopes.labelled:
            return self._shape(node)
        label = node.child_by_field_name("name")
        written = self.ex.text_of((label.start_byte, label.end_byte)) if label is not None else ""
        return f"{written}:{self._shape(node)}"

    def _shape(self, node: tree_sitter.Node) -> str:
        for inside, text in self.ex.language.literals.get(node.type, ()):
            if self._has(node, inside):
                return self._typed(node, text)
        if (inner := _argument(node)) is not None:
            return self._shape(inner)
        if node.end_byte - node.start_byte > MAX_ARGUMENT:
            return "?"
        found = self.ex.chain((node.start_byte, node.end_byte))
        return self._of_literal(node) if found == "?" else found

    def _of_literal(self, node: tree_sitter.Node) -> str:
        """Return the shape of a method's call on something that has a type as it stands: `"x".trim()`."""
        whole, name = node.child_by_field_name("object"), node.child_by_field_name("name")
        shape = self._shape(whole) if whole is not None and name is not None else "?"
        if name is None or shape[0] != "=" or shape == "=()":
            return "?"
        return f"{shape}.{self.ex.name_of((name.start_byte, name.end_byte))}()"

    def _has(self, node: tree_sitter.Node, inside: str) -> bool:
        """Tell whether a node ends with a text ("*L"), or has a child of that type; operands of operands count too."""
        if not inside or inside[0] == "*":
            return (node.text or b"").lower().endswith(inside[1:].lower().encode())
        if any(child.type == inside for child in node.children):
            return True
        named = inside[0].isalpha()
        return named and any(self._has(child, inside) for child in node.named_children if child.type == node.type)

    def _typed(self, node: tree_sitter.Node, text: str) -> str:
        """Return the shape that a literal's type text means: "@field" that of a child, "<field>" the type it names."""
        if text[0] == "@":
            child = node.child_by_field_name(text[1:]) if text[1:] else next(iter(node.named_children), None)
            return self._shape(child) if child is not None else "?"
        if text[0] != "<":
            return f"={text}"
        field, _, rest = text[1:].partition(">")
        child = node.child_by_field_name(field)
        named = self.ex.chain((child.start_byte, child.end_byte)) if child is not None else "?"
        return f"={named}{rest}" if "?" not in named else "?"

    def _receiver(self, where: tuple[int, int] | None) -> str:
        if where is None:
            return ""
        if where[1] - where[0] > MAX_RECEIVER:
            return "?"
        return self.ex.chain(where)


def _argument(node: tree_sitter.Node) -> tree_sitter.Node | None:
    """Return the expression of an argument that is a node of its own, named or not; None for the expression itself."""
    if node.named_child_count == 1 and (child := node.named_children[0]).byte_range == node.byte_range:
        return child
    return node.child_by_field_name("value") if node.type.endswith("argument") else None


class _Visible:
    """Which reads and writes of a file can mean anything outside of the function they stand in."""

    def __init__(self, extractor: Extractor) -> None:
        rules = extractor.language
        self._scopes = extractor.scopes
        self._self = set(rules.scopes.self)
        self._locals: dict[tuple[str, int], bool] = {}  # → does it say anything about its type
        for b in extractor.bindings:
            told = bool(b.type or b.value or (b.name in self._self))
            self._locals[b.name, b.scope] = told or self._locals.get((b.name, b.scope), False)
        stars = any(i.name == "*" for i in extractor.imports)
        closed = rules.modules.style in ("dotted", "relative", "none") and not stars and not rules.scopes.globals
        self._known: set[str] | None = None
        if closed:
            self._known = {d.name for d in extractor.definitions} | {i.local for i in extractor.imports} | self._self

    def worth(self, name: str, receiver: str, scope: int) -> bool:
        if receiver == "?":
            return False
        root = receiver.split(".", 1)[0].rstrip("()[]") if receiver else name
        while scope >= 0:
            typed = self._locals.get((root, scope))
            if typed is not None:
                return typed and bool(receiver)
            scope = self._scopes[scope].parent
        return self._known is None or root in self._known
