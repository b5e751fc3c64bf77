"""From captured uses of names to references: which of them mean anything, and what holds them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from typing import TYPE_CHECKING

from codeqa.domain import CLASS_LIKE, Literal, Reference
from codeqa.parse.captures import BASE_ROLES
from codeqa.parse.literals import Literals
from codeqa.parse.nesting import Nest

if TYPE_CHECKING:
    from collections.abc import Iterator

    import tree_sitter

    from codeqa.parse.extract import Extractor

MAX_RECEIVER = 2000  # bytes
MAX_ARGUMENT = 80  # bytes of an argument that may be a chain
MAX_ARGUMENTS = 20
_VALUES = frozenset({"read", "pass", "write"})
_PLACED = BASE_ROLES | {"decorator"}
_NEVER_DECORATED = frozenset({"variable", "field", "constant", "section", "key"})


def _place(literal: Literal) -> tuple[int, str, str, Literal]:
    return literal.start, literal.domain, literal.role, literal


def references_of(extractor: Extractor) -> list[Reference]:
    """Return the references of a file whose definitions, scopes, bindings and imports are known, in document order."""
    return _References(extractor).run()


class _References:
    def __init__(self, extractor: Extractor) -> None:
        self.ex = extractor
        captured = extractor.captured
        definitions = extractor.definitions
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
        self.literals = Literals(extractor)

    def run(self) -> list[Reference]:
        uses = self.ex.captured.uses
        found = list(self._worthy(self._possible()))
        standing = self.literals.standing(self.ex.inner_scopes, self._holder)
        self.ex.literals += sorted({*self.literals.found, *standing}, key=_place)
        starts = [start for start, *_ in found]
        lines = self.ex.lines.all_of(starts)
        holders = [self.order[holder] if holder >= 0 else -1 for holder in self.holders.all_at(starts)]
        references: list[Reference] = []
        for (start, role, name, receiver, scope), line, holder in zip(found, lines, holders, strict=True):
            arguments, outside = uses[start][3], self.ex.captured.outside.get(start, ())
            shapes = self._shapes(arguments, len(outside)) if arguments or outside else ""
            if role in _PLACED:
                scope, holder = self._placed(start, role, scope, holder)
            start = self.ex.unquoted(start)
            references.append(Reference(name, role, receiver, start, line, scope, holder, shapes))
        return references

    def _possible(self) -> list[int]:
        """Return where captured uses stand, in order, without names that are none."""
        captured = self.ex.captured
        starts = sorted(captured.uses.keys() - captured.ignored - self._names())
        found: list[int] = []
        after = 0
        unread = captured.unread | {(i.start, i.end) for i in captured.imports.values()}
        for first, last in sorted(unread):
            found += starts[after : bisect_left(starts, first, after)]
            after = bisect_left(starts, last, after)
        return found + starts[after:]

    def _names(self) -> set[int]:
        """Return where names stand that are no uses: of definitions, bindings and default exports."""
        captured = self.ex.captured
        defined = {start for start, draft in captured.drafts.items() if draft.kind != "impl"}
        names = captured.bounds.keys() | (defined - self.ex.rewrites) | captured.exports.keys()
        return {start for start in names if start not in captured.uses or captured.uses[start][0] not in BASE_ROLES}

    def _worthy(self, starts: list[int]) -> Iterator[tuple[int, str, str, str, int]]:
        """Yield (start, role, name, receiver, scope) of the uses that can mean anything."""
        uses, rewrites, name_of = self.ex.captured.uses, self.ex.rewrites, self.ex.name_of
        known, worth, literals = self.visible.known, self.visible.worth, self.literals
        heeded = None if known is None or literals.tables else known | literals.names
        for start, scope in zip(starts, self.ex.inner_scopes.all_at(starts), strict=True):
            role, end, left, _ = uses[start]
            name = name_of((start, end))
            value = role in _VALUES
            if value and left is None and heeded is not None and name not in heeded:
                continue  # what `worth` says of most names, said quicker
            receiver = self._receiver(left) if left else ""
            if start in rewrites:
                role, value = "write", True
            if literals.wanted(name, receiver):
                holder = self._holder(start)
                holder = self._decorated(start, holder) if role == "decorator" else holder
                literals.at(start, end, name, receiver, role, scope, holder)
            if role == "pass" and literals.tables:
                literals.in_table(start, end, name, scope, self._holder(start))
            if name and (not value or worth(name, receiver, scope)):
                yield start, role, name, receiver, scope

    def _placed(self, start: int, role: str, scope: int, holder: int) -> tuple[int, int]:
        """Return the scope and the definition of a decorator or base, which is not what stands around it."""
        if role == "decorator":
            return scope, self._decorated(start, holder)
        holder = self._implementer(start, holder)
        if holder >= 0 and self.ex.scopes[scope].definition == holder:
            scope = self.ex.scopes[scope].parent  # the name of an embedded field is also that field's own
        return scope, holder

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

    def _shapes(self, arguments: tree_sitter.Node | None, outside: int) -> str:
        """Return the shapes of a call's arguments, as `Reference.arguments` has them; some stand in no list."""
        listed = arguments.named_children if arguments else []
        shapes = ["?"] * outside + [self._labelled(node) for node in listed if node.type not in self._comments]
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
        """Tell whether a node ends with a text ("*L"), is like "~PATTERN", or has such a child; operands count too."""
        if not inside or inside[0] == "*":
            return (node.text or b"").lower().endswith(inside[1:].lower().encode())
        if inside[0] == "~":
            return re.fullmatch(inside[1:].encode(), (node.text or b"").lower()) is not None
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

    def _receiver(self, where: tuple[int, int]) -> str:
        if where[1] - where[0] > MAX_RECEIVER:
            return "?"
        return self.ex.chain(where)


def _argument(node: tree_sitter.Node) -> tree_sitter.Node | None:
    """Return the expression of an argument that is a node of its own, named or not; None for the expression itself."""
    if node.named_child_count == 1 and (child := node.named_children[0]).byte_range == node.byte_range:
        return child
    return node.child_by_field_name("value") if node.type.endswith("argument") else None


class _Visible:
    """Which reads and writes of a file can mean anything outside of the function they stand in.

    `known` are the names that a bare one must be among; None where other files may bind a name without a word.
    """

    def __init__(self, extractor: Extractor) -> None:
        rules = extractor.language
        self._parents = [scope.parent for scope in extractor.scopes]
        own = set(rules.scopes.self)
        self._locals: dict[str, dict[int, bool]] = defaultdict(dict)  # name → scope → does it say anything of its type
        for b in extractor.bindings:
            bound = self._locals[b.name]
            bound[b.scope] = bool(b.type or b.value or b.name in own) or bound.get(b.scope, False)
        stars = any(i.name == "*" for i in extractor.imports)
        closed = rules.modules.style in ("dotted", "relative", "none") and not stars and not rules.scopes.globals
        self.known: set[str] | None = None
        if closed:
            self.known = {d.name for d in extractor.definitions} | {i.local for i in extractor.imports} | own

    def worth(self, name: str, receiver: str, scope: int) -> bool:
        if receiver == "?":
            return False
        root = receiver.split(".", 1)[0].rstrip("()[]") if receiver else name
        if (bound := self._locals.get(root)) is not None:
            while scope >= 0:
                typed = bound.get(scope)
                if typed is not None:
                    return typed and bool(receiver)
                scope = self._parents[scope]
        return self.known is None or root in self.known
