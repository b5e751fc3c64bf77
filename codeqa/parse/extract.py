"""From captures to facts: nesting, qualified names, scopes, bindings, imports, references."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from codeqa.domain import CALLABLE, CLASS_LIKE, Binding, Definition, Import, Interface, Literal, Reference, Scope
from codeqa.parse import text
from codeqa.parse.bindings import Blocks, kind_of, passed_parameters, told_of
from codeqa.parse.captures import Bound, Captured, Draft, stretch
from codeqa.parse.docs import Docs
from codeqa.parse.imports import expand, full_name, inline_name, lazily, module_named, one_name
from codeqa.parse.nesting import MAX_DEPTH, Lines, Nest, around_of, depths, nest
from codeqa.parse.references import references_of
from codeqa.parse.strays import order, strays

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import tree_sitter

    from codeqa.languages import Language

OWNERS = CLASS_LIKE | {"impl"}
CONTAINERS = OWNERS | CALLABLE | {"module", "section", "key"}
PLAIN_VALUES = frozenset({"variable", "field", "constant"})
MAX_VALUES = 4  # that one local may be assigned, of which any may be meant
SIGNATURE = "()"  # the name of bindings that keep what can be called
MAX_HEAD = 4000  # bytes of a function's head that are searched for its parameters
_IDENTIFIER = re.compile(r"[^\W\d]\w*")
_TWIN = re.compile(r"#\d+")
_HAVE_MEMBERS = CLASS_LIKE | PLAIN_VALUES | {"function"}
_OPEN_SCOPE = frozenset({"function", "method", "constructor"})  # even where no body shows it


LITERALS = frozenset({"None", "null", "nil", "undefined", "true", "false", "True", "False", "nullptr", "NULL"})


class Extractor:
    """Turns the captures of one file into its `Interface` and references."""

    def __init__(
        self,
        language: Language,
        data: bytes,
        captured: Captured,
        root: tree_sitter.Node,
        lines: Lines | None = None,
    ) -> None:
        self.language = language
        self.data = data
        self._ascii = data.decode("ascii") if data.isascii() else None  # a slice of it is had cheaper than from bytes
        self.captured = captured
        self._chains = text.chains(language.scopes)
        self.root = root
        self.lines = lines or Lines(data)  # of the file: what the parser sees may have others
        self._docs = Docs(language.text, data)
        self.definitions: list[Definition] = []
        self.drafts: list[Draft] = []  # parallel to definitions
        self.scopes: list[Scope] = []
        self.inner_scopes = Nest([])
        self.bindings: list[Binding] = []
        self.imports: list[Import] = []
        self._named: dict[str, list[int]] = defaultdict(list)  # name → definitions
        self.rewrites: set[int] = set()  # later assignments to a known name: they are writes
        self._local_drafts: list[Draft] = []
        self._stretched: set[int] = set()  # drafts of namespaces that have no braces
        rules = language.conditionals, language.switches
        self._switched = text.switched(data, *rules) if language.switches else []
        self._inline = [
            (found.start, found.end, inline_name(self.text_of(found.parts["module"]).strip("\"'`")))
            for found in captured.imports.values()
            if "inline" in found.parts
        ]

    def run(self) -> tuple[Interface, list[Reference]]:
        """Extract everything; the order of the steps matters."""
        self._drop_imported()
        self._stretched = stretch(self.captured, len(self.data))
        self._extend_headings()
        if self.language.scopes.clauses:
            self._join_clauses()
        self._define()
        self._scope()
        self._import()
        self.literals: list[Literal] = []
        references = references_of(self)
        bases = [r for r in references if r.role in ("base", "implements")]
        return (
            Interface(
                self.language.name,
                self._package(),
                self.definitions,
                self.scopes,
                self.bindings,
                self.imports,
                bases,
                self.literals,
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
            form = (
                self.text_of((start, start + 1)),
                start < draft.name[0],
            )  # over- and underlined differs from underlined
            rank = number or ranks.setdefault(form, len(ranks) + 1)
            while around and around[-1][0] >= rank:
                _close(around.pop()[1], draft.start)
            around.append((rank, draft))
        for _, draft in around:
            _close(draft, len(self.data))

    def _join_clauses(self) -> None:
        """Callables of one name and number of parameters that follow one another are one, from first to last."""
        drafts = sorted((d for d in self.captured.drafts.values() if d.node.parent is not None), key=lambda d: d.start)
        last: dict[int, Draft] = {}  # id of the node around → what was defined in it last
        for draft in drafts:
            around = draft.node.parent.id if draft.node.parent is not None else 0
            before = last.get(around)
            if before is None or not self._continues(before, draft):
                last[around] = draft
                continue
            self.captured.scopes |= {(before.node.start_byte, before.node.end_byte), (draft.start, draft.end)}
            before.end, before.span = draft.end, (before.span[0], draft.end)
            del self.captured.drafts[draft.name[0]]
            self.captured.ignored.add(draft.name[0])

    def _continues(self, before: Draft, draft: Draft) -> bool:
        same = before.kind == draft.kind and before.arity == draft.arity and before.kind in CALLABLE
        return same and self.text_of(before.name) == self.text_of(draft.name)

    # ------------------------------------------------------------------------------------------------- definitions

    def _define(self) -> None:
        number: dict[int, int] = {}  # id(draft) → index in self.definitions
        twins: Counter[str] = Counter()
        seen: set[tuple[int, str, int]] = set()
        callables: set[tuple[int, str]] = set()
        turned = {self.text_of((start, end)): kind for start, (kind, end) in self.captured.kinds.items()}
        announced = self._announced()
        straying = strays(self.language, self.data, self.root, self.captured.drafts.values())
        for draft, around in sorted(_placed(self.captured.drafts.values()), key=order):
            if draft.kind == "impl" or draft.name[0] in announced:
                continue
            holder = around[0] if around else None
            lost = holder is None and draft.name[0] in straying
            if lost or (draft.kind == "variable" and holder is not None and holder.kind in CALLABLE):
                self._local_drafts.append(draft)
                continue
            if draft.kind == "field" and draft.receiver and not self._is_self(draft, around):
                self.rewrites.add(draft.name[0])
                continue
            owner, prefix = self._owner(draft, around, number)
            name = self._name(draft)
            if not name:  # a node that the parser made up
                continue
            kind = self._kind(draft, name, owner, prefix, around)
            if kind in PLAIN_VALUES:
                block = around_of(draft.name[0], self.captured.scopes) if kind == "constant" else -1
                again = (owner, name) in callables and (
                    draft.receiver or text.wraps(self._text(draft.value or draft.name), name)
                )
                if again or (owner, name, block) in seen:
                    self.rewrites.add(draft.name[0])
                    self._fill_in(owner, name, draft, around)
                    continue
                seen.add((owner, name, block))
            else:
                callables.add((owner, name))
            if owner < 0 and kind in PLAIN_VALUES:
                kind = turned.get(name, kind)
            qualname = f"{prefix}.{name}" if prefix else name
            twins[qualname] += 1
            number[id(draft)] = len(self.definitions)
            self._named[name].append(len(self.definitions))
            self.drafts.append(draft)
            self.definitions.append(self._definition(draft, kind, name, owner, qualname, twins[qualname]))

    def _announced(self) -> set[int]:
        """Return the names of variables that a function of their own defines later; it takes their flags."""
        ahead = {self.text_of(d.name): d for d in self.captured.drafts.values() if "ahead" in d.flags}
        functions = [d for d in self.captured.drafts.values() if ahead and d.kind in CALLABLE and not d.owner]
        found: set[int] = set()
        for draft in functions:
            variable = ahead.get(self.text_of(draft.name))
            if variable is not None and variable is not draft and "static" not in draft.flags:
                draft.flags |= variable.flags - {"ahead"}
                found.add(variable.name[0])
        return found

    def _name(self, draft: Draft) -> str:
        name = self.name_of(draft.name)
        if draft.kind != "namespace":
            return name
        flat = text.chain(name, self.language.scopes.separators)  # `namespace a::b`
        return "" if flat == "?" else flat

    def _is_self(self, draft: Draft, around: list[Draft]) -> bool:
        receiver = self.text_of(draft.receiver) if draft.receiver else ""
        if draft.receiver == draft.name:  # its form says whose it is: `@size`
            return any(d.kind in OWNERS or d.owner for d in around)
        return receiver in self.language.scopes.self and any(d.kind in OWNERS or d.owner for d in around)

    def _owner(self, draft: Draft, around: list[Draft], number: dict[int, int]) -> tuple[int, str]:
        """Return the definition that a draft belongs to (-1: none in this file) and its qualified prefix."""
        if "global" in draft.flags:
            return -1, ""
        if draft.owner:
            return self.named_owner(self.name_of(draft.owner), self._visible_prefix(around, number))
        if draft.kind == "field" and draft.receiver:
            for index, holder in enumerate(around):
                if holder.kind in OWNERS:
                    around = around[index:]
                    break
                if holder.owner:
                    return self.named_owner(self.text_of(holder.owner), "")
        for holder in around:
            if holder.kind == "impl":
                return self.named_owner(self.text_of(holder.name), "")
            if (index := number.get(id(holder), -1)) >= 0:
                return index, self._prefix(index)
        return -1, ""

    def _prefix(self, index: int) -> str:
        """A namespace that is opened twice is one."""
        definition = self.definitions[index]
        return _TWIN.sub("", definition.qualname) if definition.kind == "namespace" else definition.qualname

    def _visible_prefix(self, around: list[Draft], number: dict[int, int]) -> str:
        for holder in around:
            if (index := number.get(id(holder), -1)) >= 0:
                return self._prefix(index)
        return ""

    def named_owner(self, written: str, prefix: str) -> tuple[int, str]:
        """Find the type that a member written outside of it belongs to."""
        flat = text.chain(written, self.language.scopes.separators)
        words = [word for word in flat.split(".") if word]
        if flat == "?" or not words:
            found = _IDENTIFIER.findall(written)
            words = found[:1]
        words = [word.removesuffix("[]").removesuffix("()") for word in words]
        wanted = ".".join(words)
        options = [i for i in self._named[words[-1]] if self.definitions[i].kind in _HAVE_MEMBERS] if words else []
        full = f"{prefix}.{wanted}" if prefix else wanted
        for test in (full.__eq__, wanted.__eq__, lambda name: name.endswith(f".{wanted}")):
            for index in options:
                if test(_TWIN.sub("", self.definitions[index].qualname)):
                    return index, self._prefix(index)
        return -1, full

    def _kind(self, draft: Draft, name: str, owner: int, prefix: str, around: list[Draft]) -> str:
        kind = draft.kind
        if owner >= 0:
            in_class = self.definitions[owner].kind in CLASS_LIKE - {"namespace"}
        else:
            in_class = bool(prefix) and (bool(draft.owner) or not (around and around[0].kind == "namespace"))
        if not in_class:
            in_namespace = owner >= 0 and self.definitions[owner].kind == "namespace"
            return "function" if kind == "method" and in_namespace else kind
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
        names = name.split("|")
        if holder is None or not names[0].lstrip("$").isidentifier():
            return ""
        end = holder.body.start_byte if holder.body else holder.end
        for offset in range(holder.start, min(end, holder.start + MAX_HEAD)):
            bound = self.captured.bounds.get(offset)
            if bound and bound.type and bound.kind == "parameter" and self.text_of(bound.name) == names[0]:
                return self._flat(bound.type)
        return ""

    def _definition(self, draft: Draft, kind: str, name: str, owner: int, qualname: str, twin: int) -> Definition:
        start, end = draft.span
        doc = self._docs.of(draft)
        flags = draft.flags - {"ahead"}
        if self.language.private and self.language.private.search(name):
            flags |= {"private"}
        flags |= {condition for begin, last, condition in self._switched if begin <= start and end <= last}
        return Definition(
            name=name,
            kind=kind,
            qualname=qualname if twin == 1 else f"{qualname}#{twin}",
            parent=owner,
            start=start,
            end=end,
            name_start=self.unquoted(draft.name[0]),
            start_line=self.lines.of(start),
            end_line=self.lines.of(max(start, end - 1)),
            name_line=self.lines.of(draft.name[0]),
            signature=self._signature(draft),
            doc=doc,
            type=self._type(draft) or self._told(kind, doc),
            value=self._value(draft.value),
            flags=" ".join(sorted(flags)),
        )

    def _signature(self, draft: Draft) -> str:
        end = draft.body.start_byte if draft.body is not None else min(draft.end, draft.start + 400)
        head = self.text_of((draft.start, max(end, draft.name[1])))
        if draft.kind == "section":
            return text.signature(self.text_of(draft.name))
        if draft.kind == "key":
            return text.signature(head.split("\n", 1)[0])
        return text.signature(head if draft.body is not None else head.split("\n\n", 1)[0])

    def _type(self, draft: Draft) -> str:
        return self._qualified(draft.type) if draft.type else ""

    def _qualified(self, where: tuple[int, int]) -> str:
        return text.qualified(self.data, where, self._flat(where), self.language.scopes.constant)

    def _told(self, kind: str, doc: str) -> str:
        """Return the type that only a definition's documentation tells."""
        rule = self.language.doc_type
        found = rule.search(doc) if rule and (kind in PLAIN_VALUES or kind in CALLABLE) else None
        return text.rooted(found[1], self.language.scopes.root) if found else ""

    def _flat(self, where: tuple[int, int]) -> str:
        return text.rooted(" ".join(self.name_of(where).lstrip(":").split()), self.language.scopes.root)[:160]

    def _value(self, where: tuple[int, int] | None) -> str:
        if where is None or where[1] - where[0] > 2000:
            return ""
        choices = self.language.scopes.choices
        flat = text.choice(self.text_of(where), choices, self._chain) if choices else "?"
        if flat == "?":
            flat = self.chain(where)
        return "" if flat == "?" or flat in LITERALS else flat

    def _chain(self, written: str) -> str:
        flat = self._chains[written]
        return "" if flat in LITERALS else flat

    def chain(self, where: tuple[int, int]) -> str:
        """Return an expression as a receiver chain, "?" if it is none."""
        written = self.name_of(where)
        for start, end, name in self._inline if self._inline else ():
            if where[0] <= start and end <= where[1]:
                written = self.text_of((where[0], start)) + name + self.text_of((end, where[1]))
                break
        return self._chains[written]

    # ------------------------------------------------------------------------------------------ scopes and bindings

    def _scope(self) -> None:
        raw: list[tuple[int, int, int]] = []
        for index, draft in enumerate(self.drafts):
            if draft.body is not None or draft.kind in _OPEN_SCOPE or id(draft) in self._stretched:
                region = _range(draft.body) if draft.body and draft.kind in OWNERS else (draft.start, draft.end)
                raw.append((*region, index))
        owned = {(start, end) for start, end, _ in raw}
        regions = self.captured.scopes | {b.region for b in self.captured.narrowed if b.region}
        raw += [(start, end, -1) for start, end in regions if (start, end) not in owned]
        raw.sort(key=lambda s: (s[0], -s[1], s[2]))  # a body that is nothing but one method lies around it
        raw.insert(0, (0, len(self.data) + 1, -1))
        deep = depths(nest([(start, end) for start, end, _ in raw]))
        raw = [scope for scope, depth in zip(raw, deep, strict=True) if depth <= 2 * MAX_DEPTH]
        parents = nest([(start, end) for start, end, _ in raw])
        names = Blocks(raw, parents, regions - self.captured.scopes - owned)
        bound = list(self._bound(names))
        used = {0} | {binding.scope for binding in bound}
        used |= {i for i, (_, _, d) in enumerate(raw) if d >= 0 and self.drafts[d].body is not None}
        used |= {
            parents[at] if raw[at][2] == i else at
            for i, d in enumerate(self.drafts)
            if (at := names.at(d.name[0])) >= 0
        }
        used.discard(-1)
        new = {old: index for index, old in enumerate(sorted(used))}

        def kept(index: int) -> int:
            while index >= 0 and index not in new:
                index = parents[index]
            return new[index] if index >= 0 else -1

        self.scopes = [Scope(raw[old][0], raw[old][1], kept(parents[old]), raw[old][2]) for old in sorted(used)]
        self.bindings = [binding._replace(scope=new[binding.scope]) for binding in bound]
        self.inner_scopes = Nest([(s.start, s.end) for s in self.scopes])

    def _local_type(self, draft: Draft) -> str:
        bound = self.captured.bounds.get(draft.name[0])
        return self._type(draft) or (self._qualified(bound.type) if bound and bound.type else "")

    def _local_value(self, draft: Draft) -> str:
        bound = self.captured.bounds.get(draft.name[0])
        return self._value(draft.value) or (self._typed(bound, None)[1] if bound else "")

    def _bound(self, scopes: Blocks) -> Iterator[Binding]:
        """Yield parameters and locals; their scopes are numbered as in `scopes`."""
        seen: dict[tuple[str, int], set[tuple[str, str]]] = {}
        outer = {
            (self.text_of(b.name), scopes.at(b.name[0])) for b in self.captured.bounds.values() if b.kind == "outer"
        }
        told = passed_parameters(self.captured, self._value, self._flat)
        rows = [(d.name, "local", self._local_type(d), self._local_value(d), _end(d.value)) for d in self._local_drafts]
        rows += [
            (b.name, kind_of(b), *self._typed(b, told.get(b.name[0])), b.after)
            for b in self.captured.bounds.values()
            if (draft := self.captured.drafts.get(b.name[0])) is None
            or (b.kind == "parameter" and draft.receiver)  # a constructor's may declare a field too
        ]
        for where, kind, type_, value, after in sorted(rows, key=lambda row: (not (row[2] or row[3]), row[0])):
            if kind == "signature":
                yield Binding(SIGNATURE, scopes.at(where[0] - 1), where[0], kind, self._text(where), "")
                continue
            name, scope = self.name_of(where), scopes.of_binding(where[0])
            known = seen.setdefault((name, scope), set())
            if (name, scope) in outer:
                self.rewrites.add(where[0])
            elif not known or ((type_ or value) and (type_, value) not in known and len(known) < MAX_VALUES):
                known.add((type_, value))
                yield Binding(name, scope, where[0], kind, type_, value, after)

        for branch in sorted(self.captured.narrowed, key=lambda bound: bound.name):
            if branch.region and branch.type:
                name, type_ = self.text_of(branch.name), self._flat(branch.type)
                yield Binding(name, scopes.at(branch.region[0]), branch.name[0], "narrowed", type_, "")

    def _typed(self, bound: Bound, told: tuple[str, str] | None) -> tuple[str, str]:
        type_, value = self._qualified(bound.type) if bound.type else "", self._value(bound.value)
        return told_of(bound, type_, value, told)

    def _text(self, where: tuple[int, int]) -> str:
        return " ".join(self.text_of(where).split())[:MAX_HEAD]

    # ------------------------------------------------------------------------------------------------------ imports

    def _import(self) -> None:
        branches = {b.region for b in self.captured.narrowed if b.region} - self.captured.scopes
        ranges = [(s.start, s.end, s.definition) for s in self.scopes]
        scopes = Blocks(ranges, [s.parent for s in self.scopes], branches)
        binding = {found.parts.get("module") for found in self.captured.imports.values() if len(found.parts) > 1}
        for found in sorted(self.captured.imports.values(), key=lambda i: (i.start, sorted(i.parts.values()))):
            parts = {name: self.text_of(where) for name, where in found.parts.items()}
            if parts.keys() == {"module"} and found.parts["module"] in binding:
                continue  # the statement around binds what this imports
            reexport = "reexport" in parts
            for module, name, local in self._imported(parts):
                anchor = min((w for k, w in found.parts.items() if k in ("name", "default", "namespace")), default=None)
                start = anchor[0] if anchor else found.start
                self.imports.append(
                    Import(module, name, local, start, self.lines.of(start), scopes.of_binding(found.start), reexport)
                )
        for _, where in sorted(self.captured.exports.items()):
            name = self.text_of(where)
            self.imports.append(Import("", name, "default", where[0], self.lines.of(where[0]), 0, True))

    def _imported(self, parts: dict[str, str]) -> list[tuple[str, str, str]]:
        module = module_named(parts)
        if "public" in parts:
            return [("", parts["public"].strip("\"'"), "")]
        if "computed" in parts:
            return [("", "", "")]
        if "lazy" in parts:
            answers = any(name in self._named for name in self.language.scopes.answers)
            return lazily(parts["lazy"], parts["name"]) if answers else []
        if "tree" in parts:
            return expand(parts["tree"], self.language.modules.separator)
        if "star" in parts:
            return [(module, "*", parts.get("namespace", ""))]
        if "default" in parts:
            return [(module, "default", parts["default"])]
        rules = self.language.modules
        return [
            full_name(module, parts, rules.separator)
            if rules.style == "namespace"
            else one_name(module, parts, rules.style)
        ]

    def _package(self) -> str:
        """Return what the file declares itself to be in: clauses that continue one another are one, with spaces."""
        clauses = ["".join(self.text_of(where).split()) for where in sorted(set(self.captured.packages))]
        return " ".join(clauses if self.language.modules.style == "namespace" else clauses[:1])

    def unquoted(self, start: int) -> int:
        """Return where a name begins that may stand in quotes."""
        quotes = self.language.text.quotes.encode()
        while quotes and self.data[start : start + 1] in [quotes[i : i + 1] for i in range(len(quotes))]:
            start += 1
        return start

    def name_of(self, where: tuple[int, int]) -> str:
        """Return a name without the quotes that it may stand in."""
        name, quotes = self.text_of(where), self.language.text.quotes
        return name.strip(quotes) if quotes else name

    def text_of(self, where: tuple[int, int]) -> str:
        if self._ascii is not None:
            return self._ascii[where[0] : where[1]]
        return self.data[where[0] : where[1]].decode("utf-8", "replace")


def _range(node: tree_sitter.Node) -> tuple[int, int]:
    return node.start_byte, node.end_byte


def _placed(drafts: Iterable[Draft]) -> Iterator[tuple[Draft, list[Draft]]]:
    """Yield definitions with the containers around them, innermost first; none that lie too deep."""
    ordered = sorted(drafts, key=lambda d: (d.start, -d.end, d.name[0]))
    containers = [d for d in ordered if d.body is not None or d.kind in CONTAINERS]
    ranges = [(d.start, d.end) for d in containers]
    inside, chains = Nest(ranges), _chains(containers, nest(ranges))
    index_of = {id(d): i for i, d in enumerate(containers)}
    for draft in ordered:
        own = index_of.get(id(draft))
        index = inside.at(draft.start) if own is None else own
        chain = chains[index] if index >= 0 else []
        if chain is not None:
            yield draft, chain if own is not None or index < 0 else [containers[index], *chain]


def _chains(containers: Sequence[Draft], parents: Sequence[int]) -> list[list[Draft] | None]:
    """Return the containers around each, innermost first; None where there are too many."""
    found: list[list[Draft] | None] = []
    for parent in parents:
        outer = found[parent] if parent >= 0 else []
        if outer is None or len(outer) >= MAX_DEPTH:
            found.append(None)
        else:
            found.append([containers[parent], *outer] if parent >= 0 else [])
    return found


def _end(where: tuple[int, int] | None) -> int:
    return where[1] if where else 0


def _close(draft: Draft, end: int) -> None:
    draft.end = end
    draft.span = (draft.start, end)
