"""What a walk may call: few tools, typed, capped, and errors that teach the next call."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from codeqa import files
from codeqa.config import FileSettings
from codeqa.domain import (
    CALLABLE,
    CLASS_LIKE,
    AmbiguousSymbol,
    Edge,
    EdgeKind,
    Impact,
    Listing,
    PathResult,
    Relation,
    Summary,
    Symbol,
    SymbolCard,
    UnknownSymbol,
    Unresolved,
)
from codeqa.graph import CALLS, HANDED_ON, HIERARCHY, LONGEST_CHAIN, USES, Graph, by_trust, without_declarations
from codeqa.search import Searcher
from codeqa.store import Store, match_all

CODE = (".py", ".pyi", ".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".rs")  # languages that name a file by dots or ::
LONGEST_NAME = 400  # characters of what may be a name or an id: looking for a prefix takes the cube of its parts
IMPACT_DEPTH = 4
TEST_DEPTH = 3
FIELDS = (1.0, 1.0, 1.0, 1.0)  # of full text, when only presence matters
_SEPARATOR = re.compile(r"::|->|(?<!\.)#|(?<=\w)/(?=[A-Z_a-z]\w*\()")
_PLACE = re.compile(r"(?P<path>[^\s:]+\.[\w]+)(?::(?P<line>\d+))?\Z")


@dataclass(frozen=True, slots=True)
class Snippet:
    """Verbatim lines of a file, as they are now."""

    path: str
    start_line: int
    end_line: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """A line that holds a name; nothing says what the name means there."""

    holder: Symbol
    path: str
    line: int
    text: str


class Tools:
    """Tools over one generation of an index."""

    def __init__(
        self,
        root: Path,
        store: Store,
        graph: Graph,
        searcher: Searcher,
        settings: FileSettings,
        is_test: Callable[[str, str], bool],
    ) -> None:
        self.root = root
        self.store = store
        self.graph = graph
        self.searcher = searcher
        self.settings = settings
        self._found: dict[str, list[Symbol]] = {}  # what names may mean: one question looks the same up many times
        self._is_test = is_test  # (language, name) → is it a test by its name

    # ---------------------------------------------------------------------------------------------------------- names

    def candidates(self, name: str) -> list[Symbol]:
        """Return the symbols that a written name may mean, likeliest first; [] if there is none.

        Understands ids, `path`, `path:line`, `Class.method`, `Class::method`, `method()`, and module prefixes.
        """
        written = name
        name = name.strip().strip("`'\"").removesuffix("()").strip()
        if written != name and len(written) <= LONGEST_NAME and (found := self.store.symbol(written)):
            return [found]  # the id of what lies in a file whose name begins with a quote, say
        if not name or len(name) > LONGEST_NAME:
            return []
        if name not in self._found:
            self._found[name] = self._candidates(name)
        return list(self._found[name])

    def _candidates(self, name: str) -> list[Symbol]:
        if found := self.store.symbol(name):
            return [found]
        if (match := _PLACE.match(name)) and (found := self._at(match["path"], match["line"])):
            return [found]
        dotted = _SEPARATOR.sub(".", name).strip(".")
        found_all = (
            self.store.symbols_qualified(dotted)
            or self._module(dotted)
            or self._prefixed(dotted)
            or self.store.symbols_like(dotted)
        )
        return self._ranked(found_all or self._inherited(dotted))

    def _inherited(self, dotted: str) -> list[Symbol]:
        """Understand `Class.member` where an ancestor of the class has the member."""
        owner, _, member = dotted.rpartition(".")
        found: list[Symbol] = []
        for cls in self.candidates(owner) if owner else ():
            if cls.kind in CLASS_LIKE and not cls.external:
                above = [
                    m for r in self.graph.bases(cls.id) for m in self.graph.members(r.symbol.id) if m.name == member
                ]
                found += above[:1]
        return found

    @cached_property
    def paths(self) -> list[str]:
        """The files that were read."""
        return [r.path for r in self.store.files() if not r.skip]

    @cached_property
    def chunks(self) -> int:
        """The number of chunks in this generation."""
        return self.store.counts()["chunks"]

    def _at(self, path: str, line: str | None) -> Symbol | None:
        """Return the file, or the innermost symbol around a line of it."""
        paths = [known for known in self.paths if known == path or known.endswith(f"/{path}")]
        if len(paths) != 1:
            return None
        if line is None:
            return self.store.symbol(paths[0])
        inside = [s for s in self.store.symbols_in(paths[0]) if s.span.start_line <= int(line) <= s.span.end_line]
        return max(inside, key=lambda s: (s.span.start_line, -s.span.end_line), default=None)

    def _module(self, dotted: str) -> list[Symbol]:
        """Understand `package.module`: a file, or what stands for a folder."""
        wanted = "/" + dotted.replace(".", "/")
        if wanted.count("/") < 2:
            return []
        paths = self.paths
        bare = {p: re.sub(r"/(?:__init__|index|mod|lib)$", "", "/" + p.rpartition(".")[0]) for p in paths}
        found = [self.store.symbol(p) for p in paths if p.endswith(CODE) and bare[p].endswith(wanted)]
        return [s for s in found if s is not None]

    def _prefixed(self, dotted: str) -> list[Symbol]:
        """Understand `package.module.Class.method`: the head must be part of the path."""
        parts = dotted.split(".")
        for cut in range(1, len(parts)):
            head = "/" + "/".join(parts[:cut])
            rest = ".".join(parts[cut:])
            found = [s for s in self.store.symbols_qualified(rest) if head in f"/{s.span.path.rsplit('.', 1)[0]}"]
            if found:
                return [s for s in found if s.label == rest] or found  # `httpx.get` is no method of a class in there
        return []

    def _ranked(self, symbols: Iterable[Symbol]) -> list[Symbol]:
        """Order by how likely a reader means it.

        Twins of one definition count once, and so does a class with its constructors of the same name.
        """
        best: dict[tuple[str, str], Symbol] = {}
        for symbol in sorted(symbols, key=_likelihood):
            best.setdefault((symbol.span.path, symbol.label), symbol)
        kept = without_declarations(best.values())
        return [s for s in kept if s.kind != "constructor" or not s.parent or all(s.parent != c.id for c in kept)]

    def leading(self, name: str) -> list[Symbol]:
        """Return the candidates that are as likely as the likeliest one."""
        found = self.candidates(name)
        return [s for s in found if _tier(s) == _tier(found[0])] if found else []

    def find(self, name: str) -> Symbol:
        """Return the one symbol of that name.

        Raises:
            UnknownSymbol: there is none; the hint has the nearest names.
            AmbiguousSymbol: there are several; `candidates` has their ids.
        """
        leading = self.leading(name)
        if not leading:
            near = self.searcher.nearest_names(name.rpartition(".")[2])
            hint = f"nearest names: {', '.join(near)}" if near else "codeqa search finds symbols by what they do"
            raise UnknownSymbol(f"no symbol named {name!r}", hint=hint)
        if len(leading) > 1:
            listed = "\n".join(f"  {s.id}  ({s.kind}, {s.cite})" for s in leading[:12])
            more = f"\n  and {len(leading) - 12} more" if len(leading) > 12 else ""
            raise AmbiguousSymbol(
                f"{len(leading)} symbols are named {name!r}",
                hint=f"name one of them by its id:\n{listed}{more}",
                candidates=[s.id for s in leading],
            )
        return leading[0]

    # ------------------------------------------------------------------------------------------------------ listings

    def itself(self, symbol: Symbol) -> list[str]:
        """Return the ids that stand for a symbol when it is used: twins, declarations, and a class's constructors."""
        named = [s for s in self.store.symbols_named(symbol.name) if s.label == symbol.label]
        declared = [s for s in named if s not in without_declarations([symbol, s])]
        twins = [s.id for s in [*(n for n in named if n.span.path == symbol.span.path), *declared]]
        constructors = (
            [m.id for m in self.graph.members(symbol.id) if m.kind == "constructor"]
            if symbol.kind in CLASS_LIKE
            else []
        )
        return list(dict.fromkeys([symbol.id, *twins, *constructors]))

    def callers(self, symbol: Symbol, limit: int = 50) -> Listing:
        """Return what calls or creates a symbol, `raise Error()` included: one relation for each line that does."""
        kinds = CALLS | {EdgeKind.RAISES} if symbol.kind in CLASS_LIKE else CALLS
        edges = [*self.graph.incoming(self.itself(symbol), kinds), *self._created(symbol)]
        holders = self.graph.symbols(e.src for e in edges)
        found = sorted((Relation(holders[e.src], e) for e in edges if e.src in holders), key=by_trust)
        kept = list({(r.symbol.id, r.edge.site): r for r in reversed(found)}.values())[::-1]
        handed_on = tuple(self.registrations(symbol, limit))
        return Listing(symbol, tuple(kept[:limit]), len(kept), tuple(self.unresolved(symbol)), handed_on)

    def _created(self, symbol: Symbol) -> list[Edge]:
        """Return where objects are created of which a symbol is the constructor: that calls it."""
        owner = [symbol.parent] if symbol.kind == "constructor" and symbol.parent else []
        return self.graph.incoming(owner, {EdgeKind.INSTANTIATES}) if owner else []

    def registrations(self, symbol: Symbol, limit: int = 50) -> list[Relation]:
        """Return where a symbol is handed on as a value or named by a text: one relation for each line."""
        edges = self.graph.incoming(self.itself(symbol), HANDED_ON)
        holders = self.graph.symbols(e.src for e in edges)
        found = sorted((Relation(holders[e.src], e) for e in edges if e.src in holders), key=by_trust)
        return list({(r.symbol.id, r.edge.site): r for r in reversed(found)}.values())[::-1][:limit]

    def callees(self, symbol: Symbol, limit: int = 50) -> Listing:
        """Return what a symbol calls; what it calls without a trace counts as unresolved."""
        keys = self.itself(symbol)
        found = self.graph.callees(keys)
        kept = list({r.symbol.id: r for r in reversed(found)}.values())[::-1]
        open_sites = self.store.unresolved_from([*keys, *self.graph.nested(keys)])
        return Listing(symbol, tuple(kept[:limit]), len(kept), tuple(open_sites))

    def uses(self, symbol: Symbol, limit: int = 200) -> list[Relation]:
        """Return every place that uses a symbol, one relation for each site, in source order."""
        kinds = USES | HIERARCHY | {EdgeKind.IMPORTS} if symbol.kind == "module" else USES | HIERARCHY
        edges = [*self.graph.incoming(self.itself(symbol), kinds), *self._created(symbol)]
        seen: dict[tuple[str, int], Relation] = {}
        symbols = self.graph.symbols(e.src for e in edges)
        for edge in sorted(edges, key=lambda e: (e.path, e.start_byte)):
            if edge.src in symbols:
                seen.setdefault((edge.path, edge.line), Relation(symbols[edge.src], edge))
        return sorted(seen.values(), key=lambda r: (r.symbol.role == "test", r.edge.path, r.edge.line))[:limit]

    def unresolved(self, symbol: Symbol) -> list[Unresolved]:
        """Return the call sites that name a symbol and could not be resolved."""
        return self.store.unresolved_named(symbol.name) if symbol.kind in CALLABLE | CLASS_LIKE else []

    def path(self, source: Symbol, target: Symbol, max_hops: int = LONGEST_CHAIN) -> PathResult:
        """Return the cheapest chain from one symbol to another."""
        edges, searched = self.chain([source], [target], max_hops)
        keys = [edges[0].src, *(e.dst for e in edges)] if edges else []
        known = self.graph.symbols(keys)
        bridges = () if edges else tuple(self.unresolved(target))
        return PathResult(source, target, tuple(edges), tuple(known[k] for k in keys if k in known), searched, bridges)

    def chain(
        self, sources: Sequence[Symbol], targets: Sequence[Symbol], max_hops: int = LONGEST_CHAIN
    ) -> tuple[list[Edge], int]:
        """Return the cheapest chain from any source to any target, and how many symbols were looked at.

        A class is reached where it is created or used; where it is not, one of its members may be.
        """
        starts = [key for symbol in sources for key in self.graph.starts(symbol)]
        ends = [key for symbol in targets for key in self.itself(symbol)]
        edges, searched = self.graph.path(starts, [e for e in ends if e not in starts], max_hops)
        if edges or not any(s.kind in CLASS_LIKE or s.kind == "module" for s in targets):
            return edges, searched
        wider = [key for symbol in targets for key in self.graph.starts(symbol) if key not in starts]
        edges, more = self.graph.path(starts, wider, max_hops)
        return edges, searched + more

    def impact(self, symbol: Symbol, limit: int = 100, depth: int = IMPACT_DEPTH) -> Impact:
        """Return what uses a symbol, directly and further away, and which of that are tests."""
        keys = self._whole(symbol)
        heirs = self.graph.relations(self.store.edges_to(keys, {EdgeKind.OVERRIDES}), backwards=True)
        used = self.graph.users(keys, USES | HIERARCHY, depth)
        found = list({r.symbol.id: r for r in reversed([*heirs, *used]) if r.symbol.id not in keys}.values())[::-1]
        if symbol.kind == "module":
            used = self.graph.relations(self.graph.incoming([symbol.id], {EdgeKind.IMPORTS}), backwards=True)
            found = [r for r in [*used, *found] if r.symbol.span.path != symbol.span.path]
            found = list({r.symbol.id: r for r in reversed(found)}.values())[::-1]
        users = [r for r in found if not self.is_test(r.symbol)]
        tests = self._cases([r for r in found if self.is_test(r.symbol)])
        return Impact(symbol, tuple(users[:limit]), tuple(tests[:limit]), len(users), tuple(self.unresolved(symbol)))

    def _whole(self, symbol: Symbol) -> list[str]:
        """Return the ids of a symbol and, for a class or a file, of what is in it."""
        inside = self.graph.starts(symbol) if symbol.kind in CLASS_LIKE else []
        if symbol.kind == "module":
            inside = [s.id for s in self.store.symbols_in(symbol.span.path)]
        return list(dict.fromkeys([*self.itself(symbol), *inside]))

    def tests_of(self, symbol: Symbol, limit: int = 50, depth: int = TEST_DEPTH) -> list[Relation]:
        """Return the tests that reach a symbol, those that use it directly first."""
        found = self.graph.users(self._whole(symbol), USES | HIERARCHY, depth)
        return self._cases([r for r in found if self.is_test(r.symbol)])[:limit]

    def _cases(self, relations: list[Relation]) -> list[Relation]:
        """Of test code, keep what a test runner runs; helpers only where nothing else is left."""
        code = [r for r in relations if r.symbol.kind in CALLABLE]
        cases = [r for r in code if self._is_case(r.symbol)]
        return cases or code or relations

    def is_test(self, symbol: Symbol) -> bool:
        """Tell whether a symbol is test code: by its file, by its name, or by what it stands in."""
        if symbol.role == "test" or (symbol.kind in CALLABLE and self._is_case(symbol)):
            return True
        around = symbol.qualname.split(".")[:-1] if symbol.kind in CALLABLE else ()
        return any(self._is_test(symbol.language, part) for part in around)

    def _is_case(self, symbol: Symbol) -> bool:
        """Tell whether a test runner runs it."""
        return "test" in symbol.flags.split() or self._is_test(symbol.language, symbol.name)

    def card(self, symbol: Symbol, limit: int = 20) -> SymbolCard:
        """Return a symbol with its surroundings."""
        return SymbolCard(
            symbol=symbol,
            callers=self.callers(symbol, limit).relations,
            callees=self.callees(symbol, limit).relations,
            bases=tuple(self.graph.bases(symbol.id)[:limit]),
            derived=tuple(self.graph.derived(symbol.id)[:limit]),
            overrides=tuple(self.graph.overridden(symbol.id)[:limit]),
            overridden_by=tuple(self.graph.overriding(symbol.id)[:limit]),
            members=tuple(self.graph.members(symbol.id)[: limit * 5]),
            tests=tuple(self.tests_of(symbol, limit)),
            unresolved=len(self.unresolved(symbol)),
            summary=self.summary(symbol),
        )

    def summary(self, symbol: Symbol) -> Summary | None:
        """Return what a model said of a symbol's code as it is in this generation, if it was asked."""
        chunks = self.store.chunks_of(self.store.symbol_ids([symbol.id]).values())
        said = self.store.summaries().of(chunk.sha256 for chunk in chunks.values() if chunk.symbol == symbol.id)
        return next(iter(said.values()), None)

    # ----------------------------------------------------------------------------------------------------------- text

    def mentions(self, name: str, limit: int = 40) -> list[Mention]:
        """Return the lines that hold a name as a whole word, source before tests; text, not a resolved reference."""
        wanted = re.compile(rf"(?<![\w$]){re.escape(name)}(?![\w$])")
        found: list[Mention] = []
        chunks = self.store.chunks(i for i, _ in self.store.fulltext(match_all([name.lower()]), FIELDS, limit * 4))
        for chunk in sorted(chunks, key=lambda c: (c.span.path, c.span.start_byte)):
            lines = self.read(chunk.span.path, chunk.span.start_line, chunk.span.end_line).lines
            holder = self.graph.symbol(chunk.symbol)
            for offset, line in enumerate(lines):
                if holder is not None and wanted.search(line):
                    found.append(Mention(holder, chunk.span.path, chunk.span.start_line + offset, line.strip()))
        return sorted(found, key=lambda m: (self.is_test(m.holder), m.path, m.line))[:limit]

    def read(self, path: str, start_line: int, end_line: int) -> Snippet:
        """Return lines of a file as they are now. Raises CodeqaError if it cannot be read."""
        lines = files.read_lines(self.root, path, start_line, end_line)
        return Snippet(path, start_line, start_line + len(lines) - 1, tuple(lines))

    def line(self, path: str, number: int) -> str:
        """Return one line of a file, "" if it is gone."""
        found = self.read(path, number, number).lines
        return found[0] if found else ""


def _tier(symbol: Symbol) -> tuple[int, int]:
    """How far from what a reader most likely means: the role of its file, then the kind of thing."""
    role = {"": 0, "example": 2, "docs": 2, "test": 3, "vendored": 3, "generated": 3}.get(symbol.role, 1)
    if symbol.external:
        return (4, 0)
    if symbol.kind in CALLABLE or symbol.kind in CLASS_LIKE:
        return (role, 0)
    return (role, 1 if symbol.kind in ("variable", "constant", "field", "enum_member") else 2)


def _likelihood(symbol: Symbol) -> tuple[object, ...]:
    declared = "declaration" in symbol.flags.split()
    return (*_tier(symbol), declared, symbol.qualname.count("."), symbol.span.path, symbol.span.start_byte)


def trim(relations: Sequence[Relation], limit: int) -> tuple[tuple[Relation, ...], int]:
    """Return the first relations and how many more there are."""
    return tuple(relations[:limit]), max(0, len(relations) - limit)
