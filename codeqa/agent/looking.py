"""What the tools of a model find: the same facts that the planner writes down, each with a handle."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from codeqa.agent.handles import Handles
from codeqa.agent.standing import dispatched, standing
from codeqa.agent.tokens import estimate
from codeqa.domain import CLASS_LIKE, AmbiguousSymbol, Hit, Symbol, UnknownSymbol, UsageError
from codeqa.notebook import Fact, Notebook, Place
from codeqa.plan import Runner, find, piped
from codeqa.planner import describing, listing, reaching
from codeqa.planner import sentences as say
from codeqa.planner.link import Link
from codeqa.prompts.fencing import fenced, one_line, restored
from codeqa.search import gather
from codeqa.tools import Snippet, Tools

HITS = 8
FACTS = 14  # of one call that get a handle
ENDS = 8  # symbols of one fact that get a handle
LINES = 80  # of one reading
COLUMNS = 240  # of a fact
CHAIN = 10  # steps of a chain
CANDIDATES = 8
_CUT = re.compile(r"(\d+) more (?:types )?are not listed")  # what the planner leaves to a command
_SPAN = re.compile(r"(?P<path>[^\n]+):(?P<first>\d{1,7})(?:-(?P<last>\d{1,7}))?\Z")

Tell = Callable[[Tools, Notebook, Symbol, str], object]

# (edge, direction) → what tells of it; where the planner has no words of its own, a step of a plan
TOLD: dict[tuple[str, str], Tell] = {
    ("calls", "in"): listing.callers,
    ("calls", "out"): listing.callees,
    ("uses", "in"): listing.uses,
    ("tests", "in"): listing.tests,
    ("impact", "in"): listing.impact,
    ("inherits", "in"): listing.heirs,
    ("overrides", "in"): listing.overriders,
    ("reads", "in"): listing.readers,
    ("writes", "in"): listing.writers,
    ("raises", "in"): listing.raised,
}
STEPS: dict[tuple[str, str], str] = {
    ("inherits", "out"): "bases",
    ("overrides", "out"): "overrides",
    ("reads", "out"): "reads",
    ("writes", "out"): "writes",
    ("raises", "out"): "raises",
    ("imports", "in"): "importers",
    ("imports", "out"): "imports",
    ("decorates", "in"): "decorators",
    ("decorates", "out"): "decorated",
    ("types", "in"): "typed",
    ("members", "out"): "members",
    ("members", "in"): "owner",
    ("documents", "in"): "documents",
}
EDGES = tuple(dict.fromkeys(edge for edge, _ in (*TOLD, *STEPS)))


@dataclass(frozen=True, slots=True)
class Found:
    """What a call found: a line or two in words, lines with handles, and lines of files. `ids` name it all."""

    summary: str
    facts: tuple[str, ...] = ()
    evidence: str = ""
    ids: tuple[str, ...] = ()
    unknowns: tuple[str, ...] = ()


class Looking:
    """Looks into one generation of an index for a model, and writes down what it found under handles."""

    def __init__(self, tools: Tools, handles: Handles, max_hops: int, evidence_chars: int) -> None:
        self.tools = tools
        self.handles = handles
        self.max_hops = max_hops
        self.evidence_chars = evidence_chars
        self.runner = Runner(tools)

    # ----------------------------------------------------------------------------------------------------------- tools

    def search(self, hits: Sequence[Hit]) -> Found:
        """Tell hits of a search."""
        found = gather(self.tools.store, hits, HITS)
        symbols = [s for hit in found if (s := self.tools.graph.symbol(hit.symbol_id)) is not None]
        if not symbols:
            return Found("nothing was found: try other words, such as a name that the code may use")
        return Found(f"{say.counted(len(symbols), 'place')}, best first:", self._entries(symbols, 0), "", _ids(symbols))

    def symbol(self, name: str) -> Found:
        """Tell what a symbol is, does and calls, and who uses it."""
        symbol = self.find(name)
        depth = self.handles.depth(symbol)
        book = Notebook(name)
        describing.describe(self.tools, book, symbol, "it", deep=True)
        members = self.tools.graph.members(symbol.id) if symbol.kind in CLASS_LIKE | {"module"} else []
        more = f" It has {say.counted(len(members), 'member')}: expand it by members." if members else ""
        owner = f"{self.handles.symbol(symbol, depth)} is {self._named(symbol)}."
        return self._told(owner + more, book, symbol, depth)

    def expand(self, handle: str, edge: str, direction: str) -> Found:
        """Tell what one kind of edge leads to, or comes from."""
        symbol = self.find(handle)
        depth = self.handles.depth(symbol)
        if depth >= self.max_hops:
            raise UsageError(
                f"{handle} is {depth} steps away from the question, as far as this walk goes",
                hint="expand something nearer, or finish",
            )
        key = (edge, direction)
        book = Notebook(handle)
        if key in TOLD:
            TOLD[key](self.tools, book, symbol, "it")
        elif key in STEPS:
            self._step(book, symbol, STEPS[key])
        else:
            other = {"in": "out", "out": "in"}[direction]
            raise UsageError(f"{edge} is only known in the direction {other}", hint=f"expand {handle} {edge} {other}")
        arrow = {"in": "leads to", "out": "leads away from"}[direction]
        return self._told(f"What {arrow} {self._named(symbol)} by {edge}:", book, symbol, depth + 1)

    def path(self, source: str, target: str) -> Found:
        """Tell the cheapest chain from one symbol to another, or why there is none."""
        ends = self.find(source), self.find(target)
        book = Notebook(source)
        links = [Link(s.label, (s,), "name") for s in ends]
        there = reaching.path(self.tools, book, links[0], links[1], CHAIN)
        said = "A chain:" if there else "No chain leads that way."
        return self._told(said, book, ends[0], 1)

    def read(self, what: str) -> Found:
        """Show lines: of a symbol, of lines that were read, or of a span such as src/app.py:10-40."""
        place = self._place(what)
        whole = self.tools.read(place.path, place.start_line, place.end_line)
        if not whole.lines:
            raise UsageError(f"{place.path} has no line {place.start_line}", hint="read a handle instead")
        snippet = self._within(whole)
        shown = replace(place, end_line=snippet.end_line)
        handle = self.handles.read(shown)
        path, rest = _plain(place.path), whole.end_line - snippet.end_line
        more = f" {rest} more lines: read {path}:{snippet.end_line + 1}-{whole.end_line}." if rest else ""
        span = f"{place.path}:{snippet.start_line}-{snippet.end_line}"
        example = f"[{handle}:{snippet.start_line}-{min(snippet.start_line + 2, snippet.end_line)}]"
        said = f"{handle} is {_plain(span)}. Cite lines of it as {example}.{more}"
        block = fenced(place.path, snippet.start_line, snippet.lines)
        return Found(said, (), block, (span, *snippet.lines))

    # --------------------------------------------------------------------------------------------------------- finding

    def find(self, name: str) -> Symbol:
        """Return the symbol of a handle, an id or a name.

        Raises:
            UsageError: it is none; the message teaches what there is.
        """
        if symbol := self.handles.meant(name):
            return symbol
        if re.fullmatch(r"\s*[SFR]\d+\s*", name):
            raise UsageError(f"there is no {name.strip()}", hint=f"there are {self._frontier()}")
        try:
            return self.tools.find(name)
        except AmbiguousSymbol as error:
            known = self.tools.graph.symbols(error.candidates[:CANDIDATES])
            listed = "; ".join(f"{self.handles.symbol(s)} {self._where(s)}" for s in known.values())
            raise UsageError(f"several symbols are named {_plain(name)}", hint=f"use a handle: {listed}") from error
        except UnknownSymbol as error:
            near = f"; near: {_plain(error.hint)}" if error.hint else ""
            raise UsageError(f"no symbol is named {_plain(name)}", hint=f"search for what it does{near}") from error

    def _place(self, what: str) -> Place:
        if place := self.handles.place(what):
            return place
        if match := _SPAN.match(what.strip().rstrip("]`")):
            path = self._path(match["path"].strip())
            first = max(1, int(match["first"]))
            return Place(path, first, max(first, int(match["last"] or first + LINES - 1)))
        symbol = self.find(what)
        if not symbol.span.path:
            raise UsageError(f"{symbol.label} lies outside of the repository", hint="it cannot be read")
        return Place(symbol.span.path, symbol.span.start_line, symbol.span.end_line, symbol.qualname)

    def _path(self, written: str) -> str:
        """Return the file of the index that a path means: no other file is ever read."""
        bare = written.lstrip("[`")
        known = self.tools.paths
        if exact := next((path for path in (written, bare) if path in known), None):
            return exact
        paths = [p for p in known if p.endswith(f"/{bare}") or _flat(p) == _flat(written)]
        if len(paths) != 1:
            many = f"{len(paths)} files end in" if paths else "no file of the index is"
            raise UsageError(f"{many} {_plain(written)}", hint="give the whole path, or a handle")
        return paths[0]

    def _frontier(self) -> str:
        latest = self.handles.latest(12)
        return ", ".join(latest) if latest else "no handles yet: search first"

    # --------------------------------------------------------------------------------------------------------- telling

    def opening(self, book: Notebook, tokens: int, *, wide: bool) -> tuple[str, ...]:
        """Return lines for what is known before the walk, with handles for what it names, of so many tokens at most.

        `wide` tells what each thing is before it tells more of any.
        """
        facts = standing(book.facts, None)
        if wide:
            facts = sorted(facts, key=lambda fact: (len(fact.symbols) > 1, fact.check != "definition"))
        lines: list[str] = []
        for fact in facts:
            line = self._lines([fact], 0)
            tokens -= sum(map(estimate, line))
            if tokens < 0:
                break
            lines += line
        return tuple(lines)

    def _told(self, summary: str, book: Notebook, symbol: Symbol, depth: int) -> Found:
        facts = dispatched(standing(book.facts, symbol))
        cut = [int(match[1]) for text in book.unknowns if (match := _CUT.match(text))]
        unknowns = tuple(text for text in book.unknowns if not _CUT.match(text))
        hidden = max(0, len(facts) - FACTS) + sum(cut)
        said = [summary] + [f"{hidden} more facts are not shown."] * (hidden > 0)
        said += [f"Not known: {_plain(text)}." for text in unknowns[:4]]
        ids = tuple(fact.text for fact in facts)
        return Found("\n".join(said), self._lines(facts[:FACTS], depth), "", ids, unknowns)

    def _lines(self, facts: Iterable[Fact], depth: int) -> tuple[str, ...]:
        lines = []
        for fact in facts:
            keys = dict.fromkeys(key for edge in fact.edges for key in (edge.src, edge.dst))
            symbols = [*fact.symbols, *self.tools.graph.symbols(keys).values()]
            unique = list({s.id: s for s in symbols}.values())
            ends = ", ".join(self._introduced(s, depth) for s in unique[:ENDS])
            tail = f" ({ends})" if ends else ""
            shown = one_line(fact.text, COLUMNS * 2)
            lines.append(f"{self.handles.fact(fact, restored(shown))}: {shown}{tail}")
        return tuple(lines)

    def _introduced(self, symbol: Symbol, depth: int) -> str:
        """Return the handle of a symbol, with its name where the handle is new."""
        new = not self.handles.has(symbol)
        handle = self.handles.symbol(symbol, depth)
        return f"{handle} {_plain(symbol.label)}" if new else handle

    def _entries(self, symbols: Sequence[Symbol], depth: int) -> tuple[str, ...]:
        lines = []
        for symbol in symbols:
            doc = say.documentation(self.tools, symbol) if symbol.span.path else None
            said = f': "{one_line(doc.quote, COLUMNS)}"' if doc else ""
            lines.append(f"{self.handles.symbol(symbol, depth)}: {self._where(symbol)}{said}")
        return tuple(lines)

    def _where(self, symbol: Symbol) -> str:
        where = symbol.cite if symbol.span.path else "outside of the repository"
        return f"{self._named(symbol)}, {say.kind_of(symbol)} at {_plain(where)}"

    def _named(self, symbol: Symbol) -> str:
        return one_line(say.named(symbol), COLUMNS)

    def _step(self, book: Notebook, symbol: Symbol, step: str) -> None:
        found = self.runner.run(piped(find(symbol.id), step))
        plan = piped(piped(find(symbol.id), step), "count")
        text = f"{say.cited(symbol)}: {_OF[step]}: {len(found.rows)}."
        book.add(say.count(text, len(found.rows), plan, "it", say.heads(symbol)))
        for row in found.rows:
            edge = row.sites[0] if row.sites else None
            fact = say.relation(self.tools, edge, "it") if edge is not None else None
            book.add(fact or say.definition(row.symbol, "it", whole=False))
        for note in found.notes:
            book.unknown(note)

    def _within(self, snippet: Snippet) -> Snippet:
        """Keep as many lines as may be read at once, and evidence may have characters, one at least."""
        size = kept = 0
        for line in snippet.lines[:LINES]:
            size += min(len(line), 400) + 8
            if kept and size > self.evidence_chars:
                break
            kept += 1
        return replace(snippet, end_line=snippet.start_line + kept - 1, lines=snippet.lines[:kept])


_OF = {
    "bases": "bases, further ancestors included",
    "overrides": "methods that it overrides",
    "reads": "data that it reads, by name",
    "writes": "data that it sets, by name",
    "raises": "errors that it raises by name",
    "importers": "files that import it",
    "imports": "imports in its file",
    "decorators": "decorators",
    "decorated": "things that it decorates",
    "typed": "places that name it in a type",
    "members": "members",
    "owner": "what is around it",
    "documents": "sections of documents that name it",
}


def _ids(symbols: Iterable[Symbol]) -> tuple[str, ...]:
    return tuple(s.id for s in symbols)


def _flat(path: str) -> str:
    """Return a path as it is shown, where a line ends it must not."""
    return " ".join(path.split())


def _plain(text: str) -> str:
    return one_line(text, COLUMNS)
