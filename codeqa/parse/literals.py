"""Texts and objects that join one place to another: which of them matter is data, `grammars/joins.toml`."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from codeqa.domain import Literal
from codeqa.parse import text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import tree_sitter

    from codeqa.languages import Join, Joins
    from codeqa.parse.extract import Extractor
    from codeqa.parse.nesting import Nest

MAX_TEXT = 200  # characters of a text that means something elsewhere
MAX_STATEMENT = 4000  # characters of a text that is read as SQL
MAX_ITEMS = 200  # texts of one table
MAX_WRITTEN = 2000  # texts of one file that a pattern finds
_QUOTES = re.compile(r"\A[A-Za-z]{0,2}(?:\"\"\"|'''|#*\"|'|`)|(?:\"\"\"|'''|\"#*|'|`)\Z")
_SQL = re.compile(r"\A\s*(?:SELECT|INSERT|UPDATE|DELETE|WITH|REPLACE|MERGE|TRUNCATE)\b", re.I)
_TABLE = re.compile(
    r"\b(?:FROM|JOIN|INTO|UPDATE|TRUNCATE\s+TABLE)\s+(?:ONLY\s+)?[\"`\[]?(?:\w+[\"`\]]?\.[\"`\[]?)?([A-Za-z_]\w*)(?![\w(.])",
    re.I,
)
_WORD = frozenset({"select", "set", "where", "values", "the", "a", "lateral", "unnest", "only"})


class _Rules(NamedTuple):
    """The table of one language by what is looked at."""

    names: dict[str, tuple[Join, ...]]
    chains: dict[str, tuple[Join, ...]]
    assigned: dict[str, tuple[Join, ...]]
    functions: tuple[Join, ...]
    definitions: tuple[tuple[re.Pattern[str], Join], ...]
    tables: dict[str, tuple[Join, ...]]
    written: tuple[tuple[re.Pattern[bytes], Join], ...]


@lru_cache(maxsize=64)
def _rules(joins: Joins, language: str) -> _Rules:
    names: dict[str, list[Join]] = defaultdict(list)
    chains: dict[str, list[Join]] = defaultdict(list)
    assigned: dict[str, list[Join]] = defaultdict(list)
    for rule in joins.of(language):
        for name in {*rule.calls, *rule.decorators, *rule.indexes}:
            names[name].append(rule)
        for chain in rule.members:
            chains[chain].append(rule)
        for name in rule.assigned:
            assigned[name].append(rule)
    names_, chains_, assigned_ = (
        {name: tuple(found) for name, found in table.items()} for table in (names, chains, assigned)
    )
    functions = tuple(rule for rule in joins.of(language) if rule.functions)
    written = ((re.compile(each.encode(), re.M), rule) for rule in joins.of(language) for each in rule.written)
    named = tuple((re.compile(each), rule) for rule in joins.of(language) for each in rule.definitions)
    tables: dict[str, tuple[Join, ...]] = {}
    for rule in joins.of(language):
        tables |= {name: (*tables.get(name, ()), rule) for name in rule.tables}
    return _Rules(names_, chains_, assigned_, functions, named, tables, tuple(written))


class Literals:
    """Collects the literals of one file while its references are read."""

    def __init__(self, extractor: Extractor) -> None:
        self.ex = extractor
        self._joins = extractor.language.joins
        self._rules = _rules(self._joins, extractor.language.name)
        self._strings = frozenset(extractor.language.text.string_nodes)
        self._comments = frozenset(extractor.language.text.comment_nodes)
        self.names = self._rules.names.keys()  # whose uses may bring a literal
        self.tables = self._rules.tables.keys()  # types whose values are tables that bring some
        self.found: set[Literal] = set()

    def wanted(self, name: str, receiver: str) -> bool:
        """Tell whether a use of a name may bring a literal."""
        return name in self._rules.names or receiver in self._rules.chains

    def at(self, start: int, end: int, name: str, receiver: str, role: str, scope: int, definition: int) -> None:
        """Collect what stands at one use of a name; `role` is that of its reference, `definition` what holds it."""
        for rule in self._rules.chains.get(receiver, ()):
            self._add(rule, [(name, start)], receiver, "", scope, definition)
        rules = [
            rule
            for rule in self._rules.names.get(name, ())
            if (name in rule.indexes or role in ("call", "decorator", "instantiate"))
            and (name not in rule.decorators or role == "decorator")
            and (not rule.receiver or _fits(rule.receiver, receiver))
        ]
        if not rules:
            return
        around = self._around(start, end)
        arguments = around.child_by_field_name("arguments") if around is not None else None
        provided: set[str] = set()
        for rule in sorted(rules, key=lambda rule: rule.role != "provides"):
            if rule.role == "uses" and rule.domain in provided:  # `http.get("/x", handler)` is no request
                continue
            before = len(self.found)
            if name in rule.indexes:
                self._index(rule, around, receiver, scope, definition)
            else:
                self._call(rule, _Arguments(self, arguments), start, receiver, role, scope, definition)
            if rule.role == "provides" and len(self.found) > before:
                provided.add(rule.domain)

    def in_table(self, start: int, end: int, name: str, scope: int, definition: int) -> None:
        """Collect the row of a table that hands on a name: `{"dumps", dumps_function}`."""
        if not self._rules.tables or definition < 0:
            return
        kind = self.ex.definitions[definition].type.rpartition(" ")[2]
        node = self.ex.root.descendant_for_byte_range(start, end) if kind in self._rules.tables else None
        while node is not None and node.end_byte <= end:
            node = node.parent
        strings = [child for child in node.named_children if child.type in self._strings] if node is not None else []
        for rule in self._rules.tables.get(kind, ()) if strings and strings[0].start_byte < start else ():
            self._add(rule, self._texts(strings[0]), "", name, scope, definition)

    def _around(self, start: int, end: int) -> tree_sitter.Node | None:
        """Return the node in which something follows the name: a call, or an access by index."""
        node = self.ex.root.descendant_for_byte_range(start, end)
        while node is not None and node.end_byte <= end:
            node = node.parent
        return node

    def _index(self, rule: Join, node: tree_sitter.Node | None, receiver: str, scope: int, definition: int) -> None:
        for child in node.named_children[1:2] if node is not None and "arguments" not in node.type else ():
            if child.type in self._strings:
                self._add(rule, self._texts(child), receiver, "", scope, definition)

    def _call(
        self, rule: Join, arguments: _Arguments, start: int, receiver: str, role: str, scope: int, definition: int
    ) -> None:
        value = "@" if role == "decorator" else self._value(rule, arguments)
        if value == "?" or (value == "@" and definition < 0):
            return
        if rule.text == "receiver":
            found = [(receiver.rpartition(".")[2], start)] if receiver not in ("", "?") else []
        elif rule.text == "definition":
            given = arguments.get(-1, rule.keyword)
            name = self.ex.definitions[definition].name if definition >= 0 else ""
            found = self._texts(given) if given is not None else [(name, start)]
        else:
            given = arguments.get(rule.argument, rule.keyword)
            if rule.text in ("object", "member"):
                held = given if rule.text == "object" else arguments.get(0, "")
                receiver = self._chain(held) if held is not None else "?"
                if receiver in ("", "?"):
                    return
            if rule.text == "object":
                found = [(receiver.rpartition(".")[2], start)]
            else:
                found = self._texts(given) if given is not None else []
        self._add(rule, found, receiver, value, scope, definition)

    def _value(self, rule: Join, arguments: _Arguments) -> str:
        """Return the chain of what a call provides, "" if that is what is around, "?" if it provides nothing."""
        if rule.value < 0 and not rule.value_keyword:
            return ""
        given = arguments.get(rule.value, rule.value_keyword)
        if given is None or given.type in self._strings:
            return "?"
        return "" if given.type in self._joins.callables else self._chain(given)

    def standing(self, scopes: Nest, holder: Callable[[int], int]) -> Iterator[Literal]:
        """Yield the texts that no use of a name leads to: assigned ones, and parameters that ask for something."""
        before, self.found = self.found, set()
        for draft in self.ex.captured.drafts.values() if self._rules.assigned else ():
            name = self.ex.text_of(draft.name)
            if name in self._rules.assigned and draft.value is not None:
                node = self.ex.root.descendant_for_byte_range(*draft.value)
                found = list(self._inside(node))[:MAX_ITEMS] if node is not None else []
                definition = holder(draft.start)
                while definition >= 0 and self.ex.definitions[definition].name_start == draft.name[0]:
                    definition = self.ex.definitions[definition].parent
                for rule in self._rules.assigned[name]:
                    self._add(rule, found, "", "", scopes.at(draft.start), definition)
        self._parameters(before)
        for expression, rule in self._rules.definitions:
            for index, each in enumerate(self.ex.definitions):
                if named := expression.fullmatch(each.name):
                    self._add(rule, [(named[1], each.name_start)], "", "", scopes.at(each.name_start), index)
        for pattern, rule in self._rules.written:
            for match in islice(pattern.finditer(self.ex.data), MAX_WRITTEN):
                start = match.start(1)
                text_ = match[1].decode("utf-8", "replace")
                self._add(rule, [(text_, start)], "", "", scopes.at(start), holder(start))
        yield from self.found
        self.found = before

    def _parameters(self, found: Iterable[Literal]) -> None:
        provided = {(literal.domain, literal.definition) for literal in found if literal.role == "provides"}
        for rule in self._rules.functions:
            pattern = re.compile("|".join(rule.functions))
            for binding in self.ex.bindings:
                owner = self.ex.scopes[binding.scope].definition
                if binding.kind != "parameter" or owner < 0:
                    continue
                if pattern.search(self.ex.definitions[owner].name) or (rule.domain, owner) in provided:
                    self._add(rule, [(binding.name, binding.start)], "", "", binding.scope, owner)

    # ---------------------------------------------------------------------------------------------------------- texts

    def _add(
        self, rule: Join, texts: Iterable[tuple[str, int]], receiver: str, value: str, scope: int, definition: int
    ) -> None:
        for written, start in texts:
            for part, offset in _tables(written) if rule.form == "tables" else [(written, 0)]:
                if not part or len(part) > MAX_TEXT or (rule.pattern and not _fits(rule.pattern, part)):
                    continue
                at = start + len(written[:offset].encode())
                line = self.ex.lines.of(at)
                self.found.add(Literal(part, rule.domain, rule.role, receiver, value, at, line, scope, definition))

    def _inside(self, node: tree_sitter.Node) -> Iterator[tuple[str, int]]:
        """Yield the texts of a value: its own, or those of a list."""
        if node.type in self._strings:
            yield from self._texts(node)
            return
        for child in node.named_children[:MAX_ITEMS]:
            if child.type in self._strings:
                yield from self._texts(child)

    def _texts(self, node: tree_sitter.Node) -> list[tuple[str, int]]:
        """Return the text of a string with the byte it starts at; [] if it is no string, or too long."""
        if node.type not in self._strings or node.end_byte - node.start_byte > MAX_STATEMENT:
            return []
        written = self.ex.text_of((node.start_byte, node.end_byte))
        inserts = [child for child in node.named_children if child.type in self._joins.inserts]
        if inserts:
            data, at = self.ex.data, node.start_byte
            parts = []
            for child in inserts:
                parts += [data[at : child.start_byte], b"*"]
                at = child.end_byte
            written = b"".join([*parts, data[at : node.end_byte]]).decode("utf-8", "replace")
        opening = _QUOTES.match(written)
        if opening is None or "\\" in written:
            return []
        closing = _QUOTES.search(written, opening.end())
        end = closing.start() if closing else len(written)
        return [(written[opening.end() : end], node.start_byte + len(opening[0].encode()))]

    def _chain(self, node: tree_sitter.Node) -> str:
        if node.end_byte - node.start_byte > MAX_TEXT:
            return "?"
        scopes = self.ex.language.scopes
        found = text.chain(self.ex.text_of((node.start_byte, node.end_byte)), scopes.separators, scopes.makers)
        for trim in self._joins.trims:
            found = found.removesuffix(trim)
        return found


class _Arguments:
    """The arguments of a call by position and by keyword."""

    def __init__(self, literals: Literals, node: tree_sitter.Node | None) -> None:
        self.positional: list[tree_sitter.Node] = []
        self.named: dict[str, tree_sitter.Node] = {}
        for child in node.named_children if node is not None else ():
            if child.type in literals._comments:
                continue
            key = child.child_by_field_name("name") or child.child_by_field_name("key")
            value = child.child_by_field_name("value")
            if key is not None and value is not None:
                self.named[literals.ex.text_of((key.start_byte, key.end_byte))] = value
            else:
                self.positional.append(child)

    def get(self, position: int, keyword: str) -> tree_sitter.Node | None:
        if keyword and keyword in self.named:
            return self.named[keyword]
        return self.positional[position] if 0 <= position < len(self.positional) else None


@lru_cache(maxsize=256)
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _fits(pattern: str, written: str) -> bool:
    return _pattern(pattern).fullmatch(written) is not None


def _tables(statement: str) -> list[tuple[str, int]]:
    """Return the tables that an SQL statement names, with their offsets."""
    if not _SQL.match(statement):
        return []
    found: dict[str, int] = {}
    for match in _TABLE.finditer(statement):
        if match[1].lower() not in _WORD:
            found.setdefault(match[1], match.start(1))
    return list(found.items())
