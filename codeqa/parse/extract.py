"""From captures to facts: nesting, qualified names, scopes, bindings, imports, references."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from typing import TYPE_CHECKING

from codeqa.domain import CALLABLE, CLASS_LIKE, Binding, Definition, Import, Interface, Reference, Scope
from codeqa.parse import text
from codeqa.parse.captures import Captured, Draft, Imported

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import tree_sitter

    from codeqa.languages import Language

OWNERS = CLASS_LIKE | {"impl"}
CONTAINERS = OWNERS | CALLABLE | {"module", "section", "key"}
PLAIN_VALUES = frozenset({"variable", "field", "constant"})
MAX_VALUES = 4  # that one local may be assigned, of which any may be meant
MAX_HEAD = 4000  # bytes of a function's head that are searched for its parameters
_IDENTIFIER = re.compile(r"[^\W\d]\w*")


LITERALS = frozenset({"None", "null", "nil", "undefined", "true", "false", "True", "False", "nullptr", "NULL"})


def _order(placed: tuple[Draft, list[Draft]]) -> int:
    """Types first, then members written outside of them, then what methods assign to `self`."""
    draft, around = placed
    if draft.receiver:
        return 2
    return int(bool(draft.owner or any(holder.kind == "impl" or holder.owner for holder in around)))


class Lines:
    """Byte offset → 1-based line."""

    def __init__(self, data: bytes) -> None:
        self._starts = [0, *(match.end() for match in re.finditer(b"\n", data))]
        self.count = len(self._starts) - (1 if data.endswith(b"\n") else 0)

    def of(self, offset: int) -> int:
        return bisect_right(self._starts, offset)

    def start(self, line: int) -> int:
        return self._starts[line - 1]


class Nest:
    """Nested half-open ranges, in document order; finds the innermost one around an offset."""

    def __init__(self, ranges: Sequence[tuple[int, int]], parents: Sequence[int]) -> None:
        self._starts = [start for start, _ in ranges]
        self._ends = [end for _, end in ranges]
        self._parents = parents

    def at(self, offset: int) -> int:
        index = bisect_right(self._starts, offset) - 1
        while index >= 0 and self._ends[index] <= offset:
            index = self._parents[index]
        return index


def nest(ranges: Sequence[tuple[int, int]]) -> list[int]:
    """Return the index of the innermost other range around each; `ranges` are sorted by (start, -end)."""
    parents: list[int] = []
    stack: list[int] = []
    for index, (start, end) in enumerate(ranges):
        while stack and not (ranges[stack[-1]][1] >= end and ranges[stack[-1]][0] <= start):
            stack.pop()
        parents.append(stack[-1] if stack else -1)
        stack.append(index)
    return parents


class Extractor:
    """Turns the captures of one file into its `Interface` and references."""

    def __init__(self, language: Language, data: bytes, captured: Captured) -> None:
        self.language = language
        self.data = data
        self.captured = captured
        self.lines = Lines(data)
        self.definitions: list[Definition] = []
        self.drafts: list[Draft] = []  # parallel to definitions
        self.scopes: list[Scope] = []
        self.bindings: list[Binding] = []
        self.imports: list[Import] = []
        self._rewrites: set[int] = set()  # later assignments to a known name: they are writes
        self._local_drafts: list[Draft] = []

    def run(self) -> tuple[Interface, list[Reference]]:
        """Extract everything; the order of the steps matters."""
        self._drop_imported()
        self._extend_headings()
        self._define()
        self._scope()
        self._import()
        package = self._text(self.captured.package) if self.captured.package else ""
        references = list(self._references())
        bases = [r for r in references if r.role in ("base", "implements")]
        return (
            Interface(
                self.language.name, package, self.definitions, self.scopes, self.bindings, self.imports, bases
            ),
            references,
        )

    def _drop_imported(self) -> None:
        """`const x = require("x")` binds an import: x is no definition and no local besides."""
        for found in self.captured.imports.values():
            for part in ("alias", "namespace", "default", "name"):
                if part in found.parts:
                    self.captured.drafts.pop(found.parts[part][0], None)
                    self.captured.bounds.pop(found.parts[part][0], None)
                    break

    def _extend_headings(self) -> None:
        """A heading holds what follows it, up to the next one of its level or above."""
        ranks: dict[tuple[str, bool], int] = {}
        around: list[tuple[int, Draft]] = []
        heads = [draft for draft in self.captured.drafts.values() if draft.level is not None]
        for draft in sorted(heads, key=lambda d: d.start):
            number, start = draft.level or (0, 0)
            form = self._text((start, start + 1)), start < draft.name[0]  # over- and underlined differs from underlined
            rank = number or ranks.setdefault(form, len(ranks) + 1)
            while around and around[-1][0] >= rank:
                _close(around.pop()[1], draft.start)
            around.append((rank, draft))
        for _, draft in around:
            _close(draft, len(self.data))

    # ------------------------------------------------------------------------------------------------- definitions

    def _define(self) -> None:
        drafts = sorted(self.captured.drafts.values(), key=lambda d: (d.start, -d.end, d.name[0]))
        containers = [d for d in drafts if d.body is not None or d.kind in CONTAINERS]
        ranges = [(d.start, d.end) for d in containers]
        parents = nest(ranges)
        index_of = {id(d): i for i, d in enumerate(containers)}
        inside = Nest(ranges, parents)
        number: dict[int, int] = {}  # id(draft) → index in self.definitions
        twins: Counter[str] = Counter()
        seen: set[tuple[int, str]] = set()
        callables: set[tuple[int, str]] = set()
        placed = [(draft, self._around(draft, containers, parents, index_of, inside)) for draft in drafts]
        placed.sort(key=_order)
        for draft, around in placed:
            if draft.kind == "impl":
                continue
            holder = around[0] if around else None
            if draft.kind == "variable" and holder is not None and holder.kind in CALLABLE:
                self._local_drafts.append(draft)
                continue
            if draft.kind == "field" and draft.receiver and not self._is_self(draft, around):
                self._rewrites.add(draft.name[0])
                continue
            owner, prefix = self._owner(draft, around, number)
            name = self._text(draft.name)
            kind = self._kind(draft.kind, name, owner, prefix, around)
            if kind in PLAIN_VALUES:
                if (owner, name) in seen or (draft.receiver and (owner, name) in callables):
                    self._rewrites.add(draft.name[0])
                    self._fill_in(owner, name, draft, around)
                    continue
                seen.add((owner, name))
            else:
                callables.add((owner, name))
            qualname = f"{prefix}.{name}" if prefix else name
            twins[qualname] += 1
            number[id(draft)] = len(self.definitions)
            self.drafts.append(draft)
            self.definitions.append(self._definition(draft, kind, name, owner, qualname, twins[qualname]))

    def _around(
        self, draft: Draft, containers: list[Draft], parents: list[int], index_of: dict[int, int], inside: Nest
    ) -> list[Draft]:
        """Return the containers around a definition, innermost first."""
        own = index_of.get(id(draft))
        index = parents[own] if own is not None else inside.at(draft.start)
        found = []
        while index >= 0:
            found.append(containers[index])
            index = parents[index]
        return found

    def _is_self(self, draft: Draft, around: list[Draft]) -> bool:
        receiver = self._text(draft.receiver) if draft.receiver else ""
        return receiver in self.language.scopes.self and any(d.kind in OWNERS or d.owner for d in around)

    def _owner(self, draft: Draft, around: list[Draft], number: dict[int, int]) -> tuple[int, str]:
        """Return the definition that a draft belongs to (-1: none in this file) and its qualified prefix."""
        if draft.owner:
            return self._named_owner(self._text(draft.owner), self._visible_prefix(around, number))
        if draft.kind == "field" and draft.receiver:
            for index, holder in enumerate(around):
                if holder.kind in OWNERS:
                    around = around[index:]
                    break
                if holder.owner:
                    return self._named_owner(self._text(holder.owner), "")
        for holder in around:
            if holder.kind == "impl":
                return self._named_owner(self._text(holder.name), "")
            if (index := number.get(id(holder), -1)) >= 0:
                return index, self.definitions[index].qualname
        return -1, ""

    def _visible_prefix(self, around: list[Draft], number: dict[int, int]) -> str:
        for holder in around:
            if (index := number.get(id(holder), -1)) >= 0:
                return self.definitions[index].qualname
        return ""

    def _named_owner(self, written: str, prefix: str) -> tuple[int, str]:
        """Find the type that a member written outside of it belongs to."""
        flat = text.chain(written, self.language.scopes.separators)
        words = [word for word in flat.split(".") if word]
        if flat == "?" or not words:
            found = _IDENTIFIER.findall(written)
            words = found[:1]
        wanted = ".".join(word.removesuffix("[]").removesuffix("()") for word in words)
        for index, definition in enumerate(self.definitions):
            same = definition.qualname in (wanted, f"{prefix}.{wanted}") or (definition.qualname.endswith(f".{wanted}"))
            if same and definition.kind in CLASS_LIKE | PLAIN_VALUES | {"function"}:
                return index, definition.qualname
        return -1, f"{prefix}.{wanted}" if prefix else wanted

    def _kind(self, kind: str, name: str, owner: int, prefix: str, around: list[Draft]) -> str:
        in_class = (
            self.definitions[owner].kind in CLASS_LIKE - {"namespace"}
            if owner >= 0
            else bool(prefix) and not (around and around[0].kind == "namespace")
        )
        if not in_class:
            return kind
        if kind in ("function", "method"):
            constructors = self.language.scopes.constructors
            same = "<class>" in constructors and prefix.rpartition(".")[2].split("#")[0] == name
            return "constructor" if same or name in constructors else "method"
        return "field" if kind == "variable" else kind

    def _fill_in(self, owner: int, name: str, draft: Draft, around: list[Draft]) -> None:
        """A later assignment may tell the type that the first one (often None) does not."""
        for index in range(len(self.definitions) - 1, -1, -1):
            old = self.definitions[index]
            if old.parent == owner and old.name == name and old.kind in PLAIN_VALUES:
                if not old.type and not old.value:
                    value = self._value(draft.value)
                    type_ = self._type(draft) or self._parameter_type(value, around)
                    self.definitions[index] = old._replace(type=type_, value=value)
                return

    def _parameter_type(self, name: str, around: list[Draft]) -> str:
        """Return the declared type of the parameter `name` of the function around: no other scope can look it up."""
        holder = next((d for d in around if d.kind in CALLABLE), None)
        if holder is None or not name.isidentifier():
            return ""
        end = holder.body.start_byte if holder.body else holder.end
        for offset in range(holder.start, min(end, holder.start + MAX_HEAD)):
            bound = self.captured.bounds.get(offset)
            if bound and bound.type and bound.kind == "parameter" and self._text(bound.name) == name:
                return self._flat(bound.type)
        return ""

    def _definition(self, draft: Draft, kind: str, name: str, owner: int, qualname: str, twin: int) -> Definition:
        start, end = draft.span
        flags = set(draft.flags)
        if self.language.private and self.language.private.search(name):
            flags.add("private")
        return Definition(
            name=name,
            kind=kind,
            qualname=qualname if twin == 1 else f"{qualname}#{twin}",
            parent=owner,
            start=start,
            end=end,
            name_start=draft.name[0],
            start_line=self.lines.of(start),
            end_line=self.lines.of(max(start, end - 1)),
            name_line=self.lines.of(draft.name[0]),
            signature=self._signature(draft),
            doc=self._doc(draft),
            type=self._type(draft),
            value=self._value(draft.value),
            flags=" ".join(sorted(flags)),
        )

    def _signature(self, draft: Draft) -> str:
        end = draft.body.start_byte if draft.body is not None else min(draft.end, draft.start + 400)
        head = self._text((draft.start, max(end, draft.name[1])))
        if draft.kind == "section":
            return text.signature(self._text(draft.name))
        if draft.kind == "key":
            return text.signature(head.split("\n", 1)[0])
        return text.signature(head if draft.body is not None else head.split("\n\n", 1)[0])

    def _doc(self, draft: Draft) -> str:
        rules = self.language.text
        if draft.doc is not None:
            return text.comment_content(self._text(_range(draft.doc)), rules.line_comment, rules.block_comment)
        if rules.doc == "body-string" and draft.body is not None:
            return self._body_string(draft.body)
        if rules.doc == "leading-comment":
            return self._leading_comment(draft.outer or draft.node)
        return ""

    def _body_string(self, body: tree_sitter.Node) -> str:
        first = _first_child(body)
        while first is not None and first.type in self.language.text.comment_nodes:
            first = first.next_named_sibling
        if first is not None and first.type == "expression_statement":
            first = _first_child(first)
        if first is None or first.type not in self.language.text.string_nodes:
            return ""
        return text.string_content(self._text(_range(first)))

    def _leading_comment(self, node: tree_sitter.Node) -> str:
        rules = self.language.text
        parts: list[str] = []
        row = node.start_point[0]
        previous = node.prev_sibling
        while previous is not None and previous.end_point[0] + 1 >= row - (previous.end_point[1] == 0):
            if previous.type in rules.comment_nodes:
                if self._shares_line(previous):
                    break
                parts.append(self._text(_range(previous)))
            elif previous.type not in rules.skip_between:
                break
            row = previous.start_point[0]
            previous = previous.prev_sibling
        joined = "\n".join(reversed(parts))
        return text.comment_content(joined, rules.line_comment, rules.block_comment) if parts else ""

    def _shares_line(self, comment: tree_sitter.Node) -> bool:
        """A comment behind code on its line belongs to that code."""
        start = self.lines.start(comment.start_point[0] + 1)
        return bool(self.data[start : comment.start_byte].strip())

    def _type(self, draft: Draft) -> str:
        return self._flat(draft.type) if draft.type else ""

    def _flat(self, where: tuple[int, int]) -> str:
        return " ".join(self._text(where).lstrip(":").split())[:160]

    def _value(self, where: tuple[int, int] | None) -> str:
        if where is None or where[1] - where[0] > 2000:
            return ""
        flat = text.chain(self._text(where), self.language.scopes.separators)
        return "" if flat == "?" or flat in LITERALS else flat

    # ------------------------------------------------------------------------------------------ scopes and bindings

    def _scope(self) -> None:
        raw: list[tuple[int, int, int]] = []
        for index, draft in enumerate(self.drafts):
            if draft.body is not None:
                region = _range(draft.body) if draft.kind in OWNERS else (draft.start, draft.end)
                raw.append((*region, index))
        owned = {(start, end) for start, end, _ in raw}
        raw += [(start, end, -1) for start, end in self.captured.scopes if (start, end) not in owned]
        raw.sort(key=lambda s: (s[0], -s[1], s[2]))  # a body that is nothing but one method lies around it
        raw.insert(0, (0, len(self.data) + 1, -1))
        parents = nest([(start, end) for start, end, _ in raw])
        names = Nest([(start, end) for start, end, _ in raw], parents)
        bound = list(self._bound(names))
        used = {0} | {binding.scope for binding in bound} | {i for i, (_, _, d) in enumerate(raw) if d >= 0}
        used |= {parents[at] if raw[at][2] == i else at for i, d in enumerate(self.drafts) if (at := names.at(d.name[0])) >= 0}
        used.discard(-1)
        new = {old: index for index, old in enumerate(sorted(used))}

        def kept(index: int) -> int:
            while index >= 0 and index not in new:
                index = parents[index]
            return new[index] if index >= 0 else -1

        self.scopes = [Scope(raw[old][0], raw[old][1], kept(parents[old]), raw[old][2]) for old in sorted(used)]
        self.bindings = [binding._replace(scope=new[binding.scope]) for binding in bound]

    def _bound(self, scopes: Nest) -> Iterator[Binding]:
        """Yield parameters and locals; their scopes are numbered as in `scopes`."""
        seen: dict[tuple[str, int], set[tuple[str, str]]] = {}
        outer = {
            (self._text(b.name), scopes.at(b.name[0])) for b in self.captured.bounds.values() if b.kind == "outer"
        }
        rows = [(d.name, "local", self._type(d), self._value(d.value)) for d in self._local_drafts]
        rows += [
            (b.name, b.kind, self._flat(b.type) if b.type else "", self._value(b.value))
            for b in self.captured.bounds.values()
            if b.name[0] not in self.captured.drafts or b.kind == "parameter"  # a parameter may declare a field too
        ]
        for where, kind, type_, value in sorted(rows, key=lambda row: (not (row[2] or row[3]), row[0])):
            name, scope = self._text(where), scopes.at(where[0])
            known = seen.setdefault((name, scope), set())
            if (name, scope) in outer:
                self._rewrites.add(where[0])
            elif not known or ((type_ or value) and (type_, value) not in known and len(known) < MAX_VALUES):
                known.add((type_, value))
                yield Binding(name, scope, where[0], kind, type_, value)

    # ------------------------------------------------------------------------------------------------------ imports

    def _import(self) -> None:
        scopes = Nest([(s.start, s.end) for s in self.scopes], [s.parent for s in self.scopes])
        for found in sorted(self.captured.imports.values(), key=lambda i: (i.start, sorted(i.parts.values()))):
            parts = {name: self._text(where) for name, where in found.parts.items()}
            for module, name, local in self._imported(parts):
                anchor = min((w for k, w in found.parts.items() if k in ("name", "default", "namespace")), default=None)
                start = anchor[0] if anchor else found.start
                self.imports.append(
                    Import(module, name, local, start, self.lines.of(start), scopes.at(found.start), "reexport" in parts)
                )
        for where in self.captured.exports.values():
            name = self._text(where)
            self.imports.append(Import("", name, "default", where[0], self.lines.of(where[0]), 0, True))

    def _imported(self, parts: dict[str, str]) -> list[tuple[str, str, str]]:
        module = parts.get("module", "").strip("\"'`")
        if "tree" in parts:
            return expand(parts["tree"], self.language.modules.separator)
        if "star" in parts:
            return [(module, "*", parts.get("namespace", ""))]
        if "default" in parts:
            return [(module, "default", parts["default"])]
        if "name" in parts:
            name = parts["name"].strip("\"'")
            return [(module, name, parts.get("alias", name).strip("\"'"))]
        if "namespace" in parts:
            return [(module, "", parts["namespace"])]
        return [(module, "", _bound_name(module, self.language.modules.style))]

    # --------------------------------------------------------------------------------------------------- references

    def _references(self) -> Iterator[Reference]:
        captured = self.captured
        taken = captured.ignored | captured.bounds.keys() | (captured.drafts.keys() - self._rewrites)
        taken |= captured.exports.keys()
        statements = sorted({(i.start, i.end) for i in captured.imports.values()})
        inside_import = Nest(statements, nest(statements))
        scopes = Nest([(s.start, s.end) for s in self.scopes], [s.parent for s in self.scopes])
        order = sorted(range(len(self.definitions)), key=lambda i: (self.definitions[i].start, -self.definitions[i].end))
        ranges = [(self.definitions[i].start, self.definitions[i].end) for i in order]
        holders = Nest(ranges, nest(ranges))
        visible = _Visible(self)
        for start in sorted(captured.uses):
            if start in taken or inside_import.at(start) >= 0:
                continue
            use = captured.uses[start]
            role = "write" if start in self._rewrites else use.role
            name = self._text((start, use.end))
            receiver = self._receiver(use.receiver)
            scope = scopes.at(start)
            if role in ("read", "write") and not visible.worth(name, receiver, scope):
                continue
            holder = holders.at(start)
            definition = order[holder] if holder >= 0 else -1
            if role in ("base", "implements"):
                definition = self._implementer(start, definition)
            elif role == "decorator":
                definition = self._decorated(start, definition)
            yield Reference(name, role, receiver, start, self.lines.of(start), scope, definition)

    def _decorated(self, offset: int, definition: int) -> int:
        """A decorator that stands before its definition, not inside, belongs to the next one at its level."""
        if definition >= 0 and self.definitions[definition].name_start > offset:
            return definition
        later = [
            (d.start, index)
            for index, d in enumerate(self.definitions)
            if d.start > offset and d.parent == definition and d.kind not in PLAIN_VALUES | {"section", "key"}
        ]
        return min(later)[1] if later else definition

    def _implementer(self, offset: int, definition: int) -> int:
        """The bases written on an `impl` block are those of its type."""
        for draft in self.captured.drafts.values():
            if draft.kind == "impl" and draft.start <= offset < draft.end:
                return self._named_owner(self._text(draft.name), "")[0]
        return definition

    def _receiver(self, where: tuple[int, int] | None) -> str:
        if where is None:
            return ""
        if where[1] - where[0] > 2000:
            return "?"
        return text.chain(self._text(where), self.language.scopes.separators)

    def _text(self, where: tuple[int, int]) -> str:
        return self.data[where[0] : where[1]].decode("utf-8", "replace")


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
        closed = rules.modules.style in ("dotted", "relative", "none") and not stars
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


def expand(tree: str, separator: str) -> list[tuple[str, str, str]]:
    """Expand a use tree to (module, name, local): `a::{b::C, d as e, self, f::*}`."""
    found: list[tuple[str, str, str]] = []
    _expand("", " ".join(tree.split()), separator, found)
    return found


def _expand(prefix: str, tree: str, separator: str, found: list[tuple[str, str, str]]) -> None:
    brace = tree.find("{")
    if brace >= 0:
        head = tree[:brace].strip().removesuffix(separator).strip()
        inner = f"{prefix}{separator}{head}" if prefix and head else prefix or head
        for part in _split(tree[brace + 1 : tree.rfind("}")]):
            _expand(inner, part, separator, found)
        return
    path, _, alias = tree.replace("=>", " as ").partition(" as ")
    full = f"{prefix}{separator}{path.strip()}" if prefix else path.strip()
    module, _, name = full.rpartition(separator)
    alias = alias.strip()
    if name == "self":
        module, _, name = module.rpartition(separator)
    if name in ("*", "_"):
        found.append((module, "*", ""))
    elif name:
        found.append((module, name, "" if alias == "_" else alias or name))


def _split(tree: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for offset, char in enumerate(tree):
        depth += (char == "{") - (char == "}")
        if char == "," and not depth:
            parts.append(tree[start:offset])
            start = offset + 1
    parts.append(tree[start:])
    return [part.strip() for part in parts if part.strip()]


def _bound_name(module: str, style: str) -> str:
    """Return the name that importing a whole module binds."""
    if style == "dotted":
        return module.split(".", 1)[0]
    if style == "directory":
        last = re.sub(r"/v\d+$", "", module).rpartition("/")[2]
        return re.sub(r"\.v\d+$", "", last).removeprefix("go-")
    if style in ("package", "crate"):
        return re.split(r"\.|::", module)[-1]
    return ""


def _range(node: tree_sitter.Node) -> tuple[int, int]:
    return node.start_byte, node.end_byte


def _first_child(node: tree_sitter.Node) -> tree_sitter.Node | None:
    return node.named_child(0) if node.named_child_count else None  # out of range is an IndexError from 0.26 on


def _close(draft: Draft, end: int) -> None:
    draft.end = end
    draft.span = (draft.start, end)
