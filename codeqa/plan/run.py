"""Running plans: every row that comes out carries the edges that led to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from codeqa.domain import (
    CALLABLE,
    CLASS_LIKE,
    CodeqaError,
    Edge,
    EdgeKind,
    Relation,
    Symbol,
    UnknownSymbol,
    Unresolved,
    UsageError,
)
from codeqa.graph import CALLS, HIERARCHY, without_declarations
from codeqa.plan import follow
from codeqa.plan.language import Both, Call, Plan, Value
from codeqa.plan.steps import STEPS, check
from codeqa.tools import Tools

WIDE = 2000  # symbols that a step is taken from, each by itself
CODE_KINDS = CALLABLE | CLASS_LIKE
CALL_STEPS = frozenset({"callers", "instantiations", "users", "impact", "tests", "reached_by", "path", "between"})


@dataclass(frozen=True, slots=True)
class Row:
    """A symbol that a plan found.

    `edges` lead to it, one for each step, from where the plan started; `sites` are the edges of its last step, one for
    each line that states it.
    """

    symbol: Symbol
    edges: tuple[Edge, ...] = ()
    sites: tuple[Edge, ...] = ()


@dataclass(slots=True)
class Result:
    """What a plan found. `gives` is set, number or path; a path has its hops in `edges`.

    `unresolved` are the call sites which name something that a step looked for the users of, and which could not be
    resolved: what they hide may be missing. `notes` say what was cut short or is ambiguous.
    """

    plan: Plan
    gives: str
    rows: list[Row] = field(default_factory=list)
    edges: tuple[Edge, ...] = ()
    number: int = 0
    unresolved: list[Unresolved] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    searched: int = 0  # symbols that a search for a path looked at


class Runner:
    """Runs plans over one generation of an index."""

    def __init__(self, tools: Tools) -> None:
        self.tools = tools
        self._follow = follow.steps()
        self._kept: dict[str, Result] = {}

    def run(self, plan: Plan) -> Result:
        """Run a plan.

        Raises:
            UsageError: the plan is wrong, see `check`.
            UnknownSymbol: it names what does not exist.
        """
        return self._run(check(plan))

    def number(self, plan: Plan) -> int:
        """Return the number that a plan gives; of a set its size, of a path its length."""
        found = self.run(plan)
        return found.number if found.gives == "number" else len(found.edges or found.rows)

    # ---------------------------------------------------------------------------------------------------------- steps

    def _run(self, plan: Plan) -> Result:
        """Run a checked plan; the same part of one is run once."""
        key = str(plan)
        if key not in self._kept:
            self._kept[key] = self._both(plan) if isinstance(plan, Both) else self._call(plan)
        return self._kept[key]

    def _both(self, plan: Both) -> Result:
        left, right = self._run(plan.left), self._run(plan.right)
        theirs = {_key(r): r for r in right.rows}
        mine = {_key(r) for r in left.rows}
        if plan.mark == "&":
            rows = [_joined(r, theirs[_key(r)]) for r in left.rows if _key(r) in theirs]
        elif plan.mark == "-":
            rows = [r for r in left.rows if _key(r) not in theirs]
        else:
            rows = [*left.rows, *(r for r in right.rows if _key(r) not in mine)]
        return Result(
            plan,
            "set",
            rows,
            unresolved=list(dict.fromkeys([*left.unresolved, *right.unresolved])),
            notes=list(dict.fromkeys([*left.notes, *right.notes])),
        )

    def _call(self, plan: Call) -> Result:
        before = self._run(plan.source) if plan.source is not None else Result(plan, "set")
        result = Result(plan, STEPS[plan.name].gives, unresolved=list(before.unresolved), notes=list(before.notes))
        options = dict(plan.options)
        if plan.name in self._follow:
            depth = int(str(options.get("depth", _default(plan.name, "depth") or 1)))
            if plan.name == "callees" and not (isinstance(plan.source, Call) and plan.source.name == "find"):
                before = replace(before, rows=[one for row in before.rows for one in self._run_of(row)])
            self._spread(before, result, lambda s: self._follow[plan.name](self.tools, s, depth))
            if plan.name in CALL_STEPS:
                self._note_unresolved(before.rows, result)
        else:
            getattr(self, f"_{plan.name}")(plan, before, result, options)
        return result

    def _spread(self, before: Result, result: Result, step: Callable[[Symbol], Iterable[Relation]]) -> None:
        """Take a step from every row, and keep each end once, with the first way there."""
        found: dict[tuple[str, str], Row] = {}
        for row in self._capped(before.rows, result):
            relations = list(step(row.symbol))
            for relation in relations:
                fresh = Row(relation.symbol, (*row.edges, *_chain(relation, relations)), (relation.edge,))
                key = _key(fresh)
                known = found.get(key)
                if known is None:
                    found[key] = fresh
                elif relation.edge not in known.sites:
                    found[key] = replace(known, sites=(*known.sites, relation.edge))
        result.rows = list(found.values())

    def _run_of(self, row: Row) -> list[Row]:
        """What runs where a class is created: its constructors, not all of its members."""
        if row.symbol.kind not in CLASS_LIKE or not row.edges:
            return [row]
        known = self.tools.graph.symbols(self.tools.itself(row.symbol))
        return [replace(row, symbol=s) for s in known.values() if s.kind == "constructor"]

    def _capped(self, rows: Sequence[Row], result: Result) -> Sequence[Row]:
        if len(rows) > WIDE:
            result.notes.append(f"only the first {WIDE} of {len(rows)} symbols were followed: narrow the plan first")
        return rows[:WIDE]

    def _note_unresolved(self, rows: Sequence[Row], result: Result) -> None:
        names = {r.symbol.name: r.symbol for r in rows[:50]}
        sites = [site for symbol in names.values() for site in self.tools.unresolved(symbol)]
        result.unresolved = list(dict.fromkeys([*result.unresolved, *sites]))

    # --------------------------------------------------------------------------------------------------------- starts

    def _find(self, plan: Call, before: Result, result: Result, options: dict[str, Value]) -> None:
        name = str(plan.values[0])
        found = self.tools.leading(name)
        if not found:
            near = self.tools.searcher.nearest_names(name.rpartition(".")[2])
            hint = f"nearest names: {', '.join(near)}" if near else "codeqa search finds symbols by what they do"
            raise UnknownSymbol(f"no symbol named {name!r}", hint=hint)
        if len(found) > 1:
            shown = ", ".join(s.id for s in found[:4]) + (f" and {len(found) - 4} more" if len(found) > 4 else "")
            result.notes.append(f"{len(found)} symbols are named {name}, and all of them are meant: {shown}")
        result.rows = [Row(symbol) for symbol in found]

    def _search(self, plan: Call, before: Result, result: Result, options: dict[str, Value]) -> None:
        limit = int(str(options.get("limit", _default("search", "limit"))))
        hits = self.tools.searcher.search(str(plan.values[0]), limit * 3)
        symbols = self.tools.graph.symbols(h.symbol_id for h in hits)
        kept = dict.fromkeys(h.symbol_id for h in hits if h.symbol_id in symbols)
        result.rows = [Row(symbols[key]) for key in list(kept)[:limit]]

    def _all(self, plan: Call, before: Result, result: Result, options: dict[str, Value]) -> None:
        kind = str(options.get("kind", ""))
        found = [s for s in self.tools.store.all_symbols() if not s.external and _is(s, kind)]
        result.rows = [Row(s) for s in found if "declaration" not in s.flags.split()]

    # ---------------------------------------------------------------------------------------------------------- paths

    def _path(self, plan: Call, before: Result, result: Result, options: dict[str, Value]) -> None:
        start, end = self._ends(plan, result)
        hops = int(str(options.get("hops", _default("path", "hops"))))
        edges, result.searched = self.tools.chain(start, end, hops)
        result.edges = tuple(edges)
        known = self.tools.graph.symbols([edges[0].src, *(e.dst for e in edges)] if edges else [])
        result.rows = [Row(s) for s in known.values()]

    def _between(self, plan: Call, before: Result, result: Result, options: dict[str, Value]) -> None:
        start, end = self._ends(plan, result)
        depth = int(str(options.get("depth", _default("between", "depth"))))
        ahead = [r for s in start for r in self._follow["reach"](self.tools, s, depth)]
        behind = {r.symbol.id for s in end for r in self._follow["reached_by"](self.tools, s, depth)}
        ends = {s.id for s in [*start, *end]}
        kept = {r.symbol.id: Row(r.symbol, (r.edge,), (r.edge,)) for r in reversed(ahead) if r.symbol.id in behind}
        result.rows = [row for key, row in reversed(kept.items()) if key not in ends]

    def _ends(self, plan: Call, result: Result) -> tuple[list[Symbol], list[Symbol]]:
        sides: list[list[Symbol]] = []
        for value in plan.values:
            if isinstance(value, (Call, Both)):
                found = self._run(value)
                result.notes += [note for note in found.notes if note not in result.notes]
                sides.append([r.symbol for r in found.rows])
        self._note_unresolved([Row(s) for s in sides[1]], result)
        return sides[0], sides[1]

    # -------------------------------------------------------------------------------------------------------- members

    def _members(self, plan: Call, before: Result, result: Result, options: dict[str, Value]) -> None:
        name = str(options.get("name", ""))
        known = replace(before, rows=_types(before.rows))
        self._spread(known, result, lambda s: follow.members(self.tools, s, name))
        if name:  # a prototype and its definition are one member
            result.rows = [r for r in result.rows if "declaration" not in r.symbol.flags.split()] or result.rows
        kept = {s.id for s in without_declarations(r.symbol for r in result.rows)}
        result.rows = [r for r in result.rows if r.symbol.id in kept]

    def _files(self, plan: Call, before: Result, result: Result, options: dict[str, Value]) -> None:
        known = self.tools.graph.symbols(r.symbol.span.path for r in before.rows if r.symbol.span.path)
        found: dict[str, Row] = {}
        for row in before.rows:
            file = known.get(row.symbol.span.path)
            if file is not None:
                old = found.setdefault(file.id, Row(file, row.edges))
                found[file.id] = replace(old, sites=tuple(dict.fromkeys([*old.sites, *row.sites])))
        result.rows = list(found.values())

    # -------------------------------------------------------------------------------------------------------- filters

    def _where(self, plan: Call, before: Result, result: Result, options: dict[str, Value]) -> None:
        tests: list[Callable[[Symbol], bool]] = []
        for name, value in options.items():
            tests.append(self._condition(name, str(value)))
        result.rows = [row for row in before.rows if all(test(row.symbol) for test in tests)]

    def _condition(self, name: str, value: str) -> Callable[[Symbol], bool]:
        if name == "kind":
            return lambda s: _is(s, value)
        if name == "path":
            return lambda s: _within(s.span.path, value)
        if name == "name":
            return lambda s: _matches(s.name, value) or _matches(s.label, value)
        if name == "language":
            return lambda s: s.language == value.lower()
        if name == "test":
            wanted = value.lower() in ("yes", "true", "only", "1")
            return lambda s: self.tools.is_test(s) is wanted
        if name == "decorator":
            return lambda s: any(
                _matches(r.symbol.name, value) or _matches(r.symbol.label, value)
                for r in self._follow["decorators"](self.tools, s, 1)
            )
        return self._says(value)

    def _says(self, text: str) -> Callable[[Symbol], bool]:
        """Keep what holds a text, or, between slashes, a regular expression."""
        pattern = text[1:-1] if len(text) > 2 and text[0] == text[-1] == "/" else re.escape(text)
        try:
            wanted = re.compile(pattern)
        except re.error as error:
            hint = "leave the slashes out for plain text"
            raise UsageError(f"{text} is no regular expression: {error}", hint=hint) from None

        def says(symbol: Symbol) -> bool:
            try:
                lines = self.tools.read(symbol.span.path, symbol.span.start_line, symbol.span.end_line).lines
            except CodeqaError:
                return False
            return any(wanted.search(line) for line in lines)

        return says

    def _defining(self, plan: Call, before: Result, result: Result, options: dict[str, Value]) -> None:
        name = str(plan.values[0])
        kept: list[Row] = []
        for row in self._capped(_types(before.rows), result):
            if found := follow.members(self.tools, row.symbol, name):
                kept.append(replace(row, edges=(*row.edges, found[0].edge)))
        result.rows = kept

    def _calls_super(self, plan: Call, before: Result, result: Result, options: dict[str, Value]) -> None:
        kept: list[Row] = []
        for row in self._capped(before.rows, result):
            above = set(_above(self.tools, row.symbol))
            keys = follow.inside(self.tools, row.symbol)
            calls = [e for e in self.tools.store.edges_from(keys, CALLS) if e.dst in above] if above else []
            if calls:
                kept.append(replace(row, edges=(*row.edges, calls[0]), sites=tuple(calls)))
        result.rows = kept

    def _having(self, plan: Call, before: Result, result: Result, options: dict[str, Value]) -> None:
        step = self._step(str(plan.values[0]))
        kept: list[Row] = []
        for row in self._capped(before.rows, result):
            if found := step(row.symbol):
                kept.append(replace(row, edges=(*row.edges, found[0].edge)))
        result.rows = kept

    def _without(self, plan: Call, before: Result, result: Result, options: dict[str, Value]) -> None:
        name = str(plan.values[0])
        step = self._step(name)
        result.rows = [row for row in self._capped(before.rows, result) if not step(row.symbol)]
        if name in CALL_STEPS:
            self._note_unresolved(result.rows, result)
        handed_on = [r for r in result.rows if self.tools.registrations(r.symbol, 1)] if name == "callers" else []
        if handed_on:
            first = ", ".join(r.symbol.label for r in handed_on[:3])
            result.notes.append(f"handed on as values, and perhaps called there: {len(handed_on)} of these, as {first}")

    def _step(self, name: str) -> Callable[[Symbol], Sequence[Relation]]:
        if name == "members":
            return lambda symbol: follow.members(self.tools, symbol, "")
        depth = int(str(_default(name, "depth") or 1))
        return lambda symbol: self._follow[name](self.tools, symbol, depth)

    def _rank(self, plan: Call, before: Result, result: Result, options: dict[str, Value]) -> None:
        by = str(plan.values[0])
        orders: dict[str, Callable[[Row], tuple[object, ...]]] = {
            "callers": lambda r: (-len(self._follow["callers"](self.tools, r.symbol, 1)),),
            "users": lambda r: (-len(self.tools.uses(r.symbol, follow.EVERYTHING)),),
            "lines": lambda r: (r.symbol.span.start_line - r.symbol.span.end_line,),
            "name": lambda r: (r.symbol.label.lower(), r.symbol.id),
            "place": lambda r: (r.symbol.span.path, r.symbol.span.start_byte),
        }
        result.rows = sorted(self._capped(before.rows, result), key=orders[by])

    def _first(self, plan: Call, before: Result, result: Result, options: dict[str, Value]) -> None:
        result.rows = before.rows[: int(str(plan.values[0]))]

    # -------------------------------------------------------------------------------------------------------- numbers

    def _count(self, plan: Call, before: Result, result: Result, options: dict[str, Value]) -> None:
        result.number = len(before.rows)

    def _sites(self, plan: Call, before: Result, result: Result, options: dict[str, Value]) -> None:
        result.number = len({(row.symbol.id, e.site) for row in before.rows for e in row.sites})

    def _unresolved(self, plan: Call, before: Result, result: Result, options: dict[str, Value]) -> None:
        self._note_unresolved(before.rows, result)
        result.number = len(result.unresolved)

    def _length(self, plan: Call, before: Result, result: Result, options: dict[str, Value]) -> None:
        result.number = len(before.edges)


def _chain(relation: Relation, relations: Sequence[Relation]) -> tuple[Edge, ...]:
    """Return the edges that lead to a relation which is several steps away, nearest to the start first."""
    if relation.depth == 1:
        return (relation.edge,)
    nearer = {r.symbol.id: r for r in reversed(relations) if r.depth < relation.depth}
    found = [relation.edge]
    here: Relation | None = relation
    while here is not None and here.depth > 1:
        far = here.edge.dst if here.edge.src == here.symbol.id else here.edge.src
        here = nearer.get(far)
        if here is not None:
            found.insert(0, here.edge)
    return tuple(found)


def _key(row: Row) -> tuple[str, str]:
    """A file that stands for a type from elsewhere is one row for each place where it does."""
    return (row.symbol.id, row.edges[-1].site if _stands_in(row) else "")


def _stands_in(row: Row) -> bool:
    """Tell whether a file stands for a type from elsewhere: what else is in it does not belong to that type."""
    return row.symbol.kind == "module" and bool(row.edges) and row.edges[-1].kind in HIERARCHY


def _types(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if not _stands_in(row)]


def _joined(one: Row, other: Row) -> Row:
    """One row of two, with the evidence of both."""
    edges = (*one.edges, *(e for e in other.edges if e not in one.edges))
    return Row(one.symbol, edges, (*one.sites, *(e for e in other.sites if e not in one.sites)))


def _default(step: str, name: str) -> str | int | None:
    return next((p.default for p in STEPS[step].parameters if p.name == name), None)


def _is(symbol: Symbol, kind: str) -> bool:
    groups = {
        "class": CLASS_LIKE - {"namespace"},
        "callable": CALLABLE,
        "code": CODE_KINDS,
        "function": frozenset({"function", "method", "constructor"}),
        "method": frozenset({"method", "constructor"}),
    }
    return not kind or symbol.kind in groups.get(kind, frozenset({kind}))


def _matches(text: str, pattern: str) -> bool:
    return fnmatchcase(text, pattern) if "*" in pattern or "?" in pattern else text == pattern


def _within(path: str, pattern: str) -> bool:
    """Tell whether a path is, or has whole parts that are, a pattern; a file's name may lack its extension."""
    if "*" in pattern or "?" in pattern:
        return fnmatchcase(path, pattern)
    wanted = f"/{pattern.strip('/')}/"
    return wanted in f"/{path}/" or wanted in f"/{path.rpartition('.')[0]}/"


def _above(tools: Tools, method: Symbol) -> list[str]:
    """Return the methods that one overrides, however far above."""
    found: list[str] = []
    frontier = [method.id]
    while frontier:
        edges = tools.store.edges_from(frontier, {EdgeKind.OVERRIDES})
        frontier = [e.dst for e in edges if e.dst not in found]
        found += frontier
    if method.parent and method.kind == "constructor":  # overrides none by an edge, yet calls the one above it
        for base in tools.graph.bases(method.parent):
            found += [m.id for m in tools.graph.members(base.symbol.id) if m.kind == "constructor"]
            found.append(base.symbol.id)
    return found
