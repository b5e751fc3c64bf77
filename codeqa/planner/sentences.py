"""Facts in words: each sentence is written from one piece of evidence and carries the check that proves it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from codeqa.domain import CALLABLE, CLASS_LIKE, Edge, EdgeKind, Relation, Strategy, Symbol
from codeqa.graph import HIERARCHY
from codeqa.notebook import Fact, Place
from codeqa.plan import Plan, render
from codeqa.tools import Tools
from codeqa.verify import words_of

BODY_LINES = 40  # of a definition that a citation shows
VERBS = {
    EdgeKind.CALLS: "calls",
    EdgeKind.INSTANTIATES: "creates",
    EdgeKind.CONTAINS: "defines",
    EdgeKind.READS: "refers to",
    EdgeKind.WRITES: "sets",
    EdgeKind.DECORATES: "is decorated by",
    EdgeKind.TYPES: "names in a type",
    EdgeKind.RAISES: "raises",
    EdgeKind.INHERITS: "inherits from",
    EdgeKind.IMPLEMENTS: "implements",
    EdgeKind.OVERRIDES: "overrides",
    EdgeKind.IMPORTS: "imports",
    EdgeKind.REGISTERS: "hands on",
    EdgeKind.REFERS: "leads to",
}
_ARTICLE = {"enum_member": "an enum member", "enum": "an enum", "interface": "an interface", "external": "external"}
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z`])")


def code(text: str) -> str:
    """Mark text as code; a back-tick inside would end it early."""
    return f"`{text.replace('`', chr(39))}`"


def named(symbol: Symbol) -> str:
    """What a sentence calls a symbol."""
    return code(symbol.label)


def kind_of(symbol: Symbol) -> str:
    """A kind with its article."""
    return _ARTICLE.get(symbol.kind, f"a {symbol.kind.replace('_', ' ')}")


def listed(items: Sequence[str]) -> str:
    """Join as English does."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def counted(number: int, noun: str) -> str:
    """Return "1 place", "2 places"."""
    plural = (
        noun
        if number == 1
        else f"{noun[:-1]}ies"
        if noun.endswith("y")
        else f"{noun}es"
        if noun.endswith(("s", "x"))
        else f"{noun}s"
    )
    return f"{number} {plural}"


def names(relations: Iterable[Relation], limit: int) -> tuple[str, list[Relation]]:
    """Return "`a`, `b` (3 of that name) and 2 more", and the relations that stand behind what is named."""
    groups: dict[str, dict[str, Relation]] = {}
    for relation in relations:
        groups.setdefault(named(relation.symbol), {}).setdefault(relation.symbol.id, relation)
    shown = dict(list(groups.items())[:limit])
    texts = [name if len(group) == 1 else f"{name} ({len(group)} of that name)" for name, group in shown.items()]
    more = sum(len(group) for name, group in groups.items() if name not in shown)
    return listed([*texts, f"{more} more"] if more else texts), [r for group in shown.values() for r in group.values()]


def cited(symbol: Symbol) -> str:
    """A symbol with the line that defines it."""
    if symbol.kind == "module":
        return code(symbol.span.path)
    return f"{named(symbol)} ({symbol.cite if symbol.span.path else 'outside of the repository'})"


def heads(symbol: Symbol) -> tuple[Place, ...]:
    """The line that names a definition, none for what lies outside."""
    return (head(symbol),) if symbol.span.path else ()


def body(symbol: Symbol) -> Place:
    """The lines of a definition, from its first, capped."""
    end = min(symbol.span.end_line, symbol.span.start_line + BODY_LINES - 1)
    return Place(symbol.span.path, symbol.span.start_line, max(end, symbol.span.start_line), symbol.qualname)


def head(symbol: Symbol) -> Place:
    """The line that names a definition."""
    return Place(symbol.span.path, symbol.name_line, symbol.name_line, symbol.qualname)


def site(edge: Edge, holder: Symbol | None) -> Place:
    """The line that states an edge, in the symbol it stands in."""
    return Place(edge.path, edge.line, edge.line, holder.qualname if holder else "")


def sure(edge: Edge) -> str:
    """Say how an edge was resolved where that is less than certain."""
    if edge.strategy is Strategy.DISPATCH:
        return (
            f" (by dynamic dispatch, one of {edge.candidates} overrides)"
            if edge.candidates > 1
            else " (by dynamic dispatch)"
        )
    if edge.strategy is Strategy.CALLBACK:
        return " (registered as a callback)"
    if edge.strategy is Strategy.JOIN:
        return f" (joined by {code(edge.name)})"
    return " (by the type of its receiver)" if edge.strategy is Strategy.INFERRED else ""


def definition(symbol: Symbol, part: str = "", *, whole: bool = True) -> Fact:
    """`X` is a method of `C`, defined in path at line N, with its signature."""
    owner = symbol.label.rpartition(".")[0]
    of = f" of {code(owner)}" if owner and symbol.kind not in ("section", "key") else ""
    if symbol.kind == "module":
        text = f"{code(symbol.span.path)} is a file of {counted(symbol.span.end_line, 'line')}."
    else:
        written = f": {code(symbol.signature)}" if symbol.signature and symbol.kind not in ("section",) else ""
        text = f"{named(symbol)} is {kind_of(symbol)}{of}, defined at {symbol.cite}{written}."
    if symbol.external:
        return Fact(f"{named(symbol)} lies outside of the repository.", (), "definition", symbols=(symbol,), part=part)
    place = body(symbol) if whole and symbol.kind != "module" else head(symbol)
    return Fact(text, (place,), "definition", symbols=(symbol,), part=part)


def documentation(tools: Tools, symbol: Symbol) -> Fact | None:
    """What its documentation says, quoted: its first sentence, from the fewest lines that hold it."""
    if not symbol.doc:
        return None
    quote = _SENTENCE.split(" ".join(symbol.doc.split("\n\n")[0].split()))[0][:300]
    if len(quote) < 4 or quote.startswith("@"):
        return None
    start = max(1, symbol.span.start_line - symbol.doc.count("\n") - 4)
    lines = tools.read(symbol.span.path, start, min(symbol.span.end_line, symbol.name_line + 60)).lines
    for first in range(len(lines)):
        for last in range(first, min(first + 6, len(lines))):
            if quote in words_of("\n".join(lines[first : last + 1])):
                while first < last and quote in words_of("\n".join(lines[first + 1 : last + 1])):
                    first += 1
                place = Place(symbol.span.path, start + first, start + last, symbol.qualname)
                end = "" if quote[-1] in ".!?" else "."
                return Fact(f'Its documentation says: "{quote}"{end}', (place,), "quote", quote=quote)
    return None


def entry(tools: Tools, symbol: Symbol) -> Fact:
    """A symbol as one line of a list, with the first sentence of its documentation."""
    doc = documentation(tools, symbol)
    said = f": {doc.quote}" if doc else ""
    places = (body(symbol), *(doc.places if doc else ()))
    text = f"{named(symbol)}, {kind_of(symbol)} at {symbol.cite}{said}"
    return Fact(text if text.endswith(".") else f"{text}.", places, "definition", symbols=(symbol,), item=True)


def relation(tools: Tools, edge: Edge, part: str = "", *, item: bool = False) -> Fact | None:
    """`A` calls `B` at path:line."""
    ends = tools.graph.symbols([edge.src, edge.dst])
    if len(ends) < 2:
        return None
    src, dst = ends[edge.src], ends[edge.dst]
    text = f"{named(src)} {VERBS.get(edge.kind, str(edge.kind))} {named(dst)} at {edge.site}{sure(edge)}."
    if src.kind == "module" and edge.kind in HIERARCHY:  # `impl Trait for Foreign`: the type lies outside
        line = tools.line(edge.path, edge.line).strip().rstrip("{ ")
        text = f"A type from elsewhere {VERBS[edge.kind]} {named(dst)} at {edge.site}: {code(line)}."
    return Fact(text, (site(edge, src),), "edge", edges=(edge,), part=part, item=item)


def step(tools: Tools, edge: Edge) -> str:
    """One hop of a chain as a clause, with the condition it stands under."""
    ends = tools.graph.symbols([edge.src, edge.dst])
    src, dst = ends.get(edge.src), ends.get(edge.dst)
    guard = condition(tools, edge.path, edge.line, src)
    under = f", under {code(guard[1])}" if guard else ""
    one, other = named(src) if src else edge.src, named(dst) if dst else edge.dst
    return f"{one} {VERBS.get(edge.kind, str(edge.kind))} {other} at {edge.site}{under}{sure(edge)}"


_GUARD = re.compile(
    r"\s*(?:\}\s*)?"
    r"(?:(?:el|else\s+)?if\b|elif\b|except\b|catch\b|case\b|when\b|unless\b|while\b|for\b|match\b|switch\b)"
)


def condition(tools: Tools, path: str, line: int, holder: Symbol | None) -> tuple[int, str] | None:
    """Return the nearest condition above a line that is indented less than it, inside the same definition."""
    first = max(holder.name_line if holder else 1, line - 25)
    lines = tools.read(path, first, line).lines
    if not lines:
        return None
    indent = _indent(lines[-1])
    if _GUARD.match(lines[-1]):
        return None
    for offset in range(len(lines) - 2, 0 if holder and first == holder.name_line else -1, -1):
        text = lines[offset]
        if not text.strip():
            continue
        if _indent(text) < indent:
            if _GUARD.match(text):
                found = text.strip().lstrip("} ").rstrip("{: ").rstrip()
                return (first + offset, found if len(found) <= 90 else found[:89] + "…")
            return None
    return None


def _indent(line: str) -> int:
    expanded = line.expandtabs(4)
    return len(expanded) - len(expanded.lstrip())


_CHECK = re.compile(r"^\s*(?:\}\s*)?(?:else\s+)?(?:if|elif|assert)\b")
_OUTCOME = re.compile(r"^\s*(?:raise|throw|return|panic!?|abort|exit|reject|die)\b")


def guards(tools: Tools, symbol: Symbol, limit: int = 5) -> list[Fact]:
    """Each check of a short body, verbatim, with the outcome that follows it directly."""
    start, end = symbol.name_line + 1, min(symbol.span.end_line, symbol.name_line + 120)
    lines = tools.read(symbol.span.path, start, end).lines
    prose = " ".join(symbol.doc.split())
    found: list[Fact] = []
    for offset, line in enumerate(lines):
        if not _CHECK.match(line) or len(found) >= limit or " ".join(line.split()) in prose:
            continue
        test = line.strip().lstrip("} ").rstrip("{").rstrip().rstrip(":")
        outcome, last = "", offset
        for later in range(offset + 1, min(offset + 6, len(lines))):
            if lines[later].strip() and _indent(lines[later]) <= _indent(line):
                break
            if _OUTCOME.match(lines[later]):
                outcome, last = lines[later].strip().rstrip(";"), later
                break
        text = f"It checks {code(_short(test))}" + (f" and then does {code(_short(outcome))}." if outcome else ".")
        place = Place(symbol.span.path, start + offset, start + last, symbol.qualname)
        found.append(Fact(text, (place,), "quote", quote=line.strip()))
    return found


def _short(text: str) -> str:
    return text if len(text) <= 110 else text[:109] + "…"


def callees(tools: Tools, symbol: Symbol, relations: Sequence[Relation], limit: int = 8) -> list[Fact]:
    """`X` calls a, b and c, in the order of the calls; then where dispatch may take these calls, source only."""
    inside = [r for r in relations if not r.symbol.external]
    sure_ones = [r for r in inside if r.edge.strategy is not Strategy.DISPATCH]
    likely = [r for r in inside if r.edge.strategy is Strategy.DISPATCH and not tools.is_test(r.symbol)]
    found: list[Fact] = []
    for start, group, size in (
        (f"{named(symbol)} calls", sure_ones, limit),
        ("Dynamic dispatch may take its calls to", likely, 4),
    ):
        if group:
            text, shown = names(group, size)
            places = tuple(p for r in shown for p in (site(r.edge, tools.graph.symbol(r.edge.src)), head(r.symbol)))
            found.append(Fact(f"{start} {text}.", places, "edge", edges=tuple(r.edge for r in shown)))
    return found


def count(text: str, number: int, plan: Plan, part: str = "", places: tuple[Place, ...] = ()) -> Fact:
    """A sentence that states a number, and the plan that gives it."""
    return Fact(text, places, "count", count=number, plan=render(plan), part=part)


def is_code(symbol: Symbol) -> bool:
    """Tell whether a symbol is something that runs or is instantiated."""
    return symbol.kind in CALLABLE or symbol.kind in CLASS_LIKE
