"""What rows stand where in the graph explorer. Pure: what was read from the index in, lines of styled text out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from codeqa.branching import DOTTED
from codeqa.domain import Edge, EdgeKind, Symbol, Unresolved
from codeqa.graph import LONGEST_CHAIN
from codeqa.tui.graph.around import Around, Chain, Choice, Group, Neighbour
from codeqa.tui.graph.view import View, kept
from codeqa.wording import strategy

Piece: TypeAlias = str | tuple[str, str]  # as `codeqa.tui.painting` has it: text, or text and the name of its style

UNCERTAIN = DOTTED | {"ambiguous", "name"}
SOLID_LINE, DOTTED_LINE = "─", "┄"
NAME_COLUMNS = 34  # at most, of a name in a table
SIDE = 0.35  # share of the width that each side has; the focus has the rest
MARGIN = 5  # columns of a list that are not text
SIDES = ("in", "focus", "out")
MAX_DEPTH = 3
DOC_CHARACTERS = 160
EMPTY = {"callers": "no call of it was found", "calls": "it calls nothing that was found"}


@dataclass(frozen=True, slots=True)
class Here:
    """A row that is the focus itself."""

    symbol: Symbol


@dataclass(frozen=True, slots=True)
class Named:
    """A row that is a symbol which was searched for."""

    symbol: Symbol


@dataclass(frozen=True, slots=True)
class Passed:
    """A row that is a step of the path; `edge` leads to the symbol, None for its first."""

    symbol: Symbol
    edge: Edge | None


@dataclass(frozen=True, slots=True)
class Toggle:
    """A heading that shows or hides the unresolved sites of a group."""

    group: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row: what it says, what stands on its second line, columns it is set in, what it stands for."""

    pieces: tuple[Piece, ...]
    below: tuple[Piece, ...] = ()
    indent: int = 0
    ref: object = None


# --------------------------------------------------------------------------------------------------------------- groups


def group_lines(groups: Sequence[Group], view: View, columns: int) -> list[Line]:
    """Return one side: for each group a heading with its count, its neighbours, and its unresolved sites, folded."""
    found: list[Line] = []
    every = [kept(group, view) for group in groups]
    width = _width([neighbour for shown in every for neighbour in shown], columns)
    for group, shown in zip(groups, every, strict=True):
        if view.words and not shown and found:
            continue
        if found:
            found.append(Line(("",)))
        found.append(_heading(group, shown))
        found += [_neighbour(each, width) for each in shown]
        if not group.near and not group.unresolved:
            found.append(Line(((EMPTY.get(group.name, "none"), "dim"),)))
        if unread := group.total - len(group.near):
            found.append(Line(((f"… {unread} more are not listed", "dim"),)))
        found += _unresolved(group, view)
    return found


def _heading(group: Group, shown: Sequence[Neighbour]) -> Line:
    near = sum(not neighbour.via for neighbour in shown)
    further = len(shown) - near
    count = f"{near}" if near == group.total else f"{near} of {group.total}"
    more: list[Piece] = [(f" · {further} further", "dim")] if further else []
    return Line(((group.name, "title"), (f" {count}", "dim"), *more))


def _unresolved(group: Group, view: View) -> Iterator[Line]:
    count = len(group.unresolved)
    if not count:
        return
    is_open = group.name in view.opened
    verb = "names" if count == 1 else "name"
    said = f"{count} unresolved {'site' if count == 1 else 'sites'} " + (
        f"{verb} it" if group.name == "callers" else "in it"
    )
    yield Line(((f"{'▾' if is_open else '▸'} {said}", "warn"),), ref=Toggle(group.name))
    for site in group.unresolved if is_open else ():
        name = f"{site.receiver}.{site.name}" if site.receiver and site.receiver != "?" else site.name
        yield Line((("? ", "warn"), name, (f"  {place(site.path, site.line)}", "dim")), indent=2, ref=site)


def place(path: str, line: int) -> str:
    """Return where a site is, by the name of the file alone."""
    return f"{path.rpartition('/')[2]}:{line}"


def _width(shown: Sequence[Neighbour], columns: int) -> int:
    """Return the columns of the names, 0 where a neighbour takes two lines: there is no room beside its name."""
    name = min(max((len(n.symbol.label) + 2 * (n.depth - 1) for n in shown), default=0), NAME_COLUMNS)
    beside = max((len(arrow(n.edge)) + len(_evidence(n)) for n in shown), default=0)
    return name if name + beside + 3 <= columns else 0


def _evidence(neighbour: Neighbour) -> str:
    symbol, edge = neighbour.symbol, neighbour.edge
    # What contains what is read off the source: there was nothing to resolve.
    said = [] if edge.kind is EdgeKind.CONTAINS else [strategy(edge.strategy, edge.confidence)]
    if edge.candidates > 1 and edge.strategy in UNCERTAIN:
        said.append(f"1 of {edge.candidates}")
    if edge.path:
        said.append(place(edge.path, edge.line))
    if neighbour.sites > 1:
        said.append(f"{neighbour.sites} sites")
    if symbol.external:
        said.append("outside")
    elif symbol.role:
        said.append(symbol.role)
    return " · ".join(said)


def _neighbour(neighbour: Neighbour, width: int) -> Line:
    indent = 2 * (neighbour.depth - 1)
    name: Piece = (neighbour.symbol.label.ljust(width - indent), "name")  # ljust takes less than nothing as nothing
    mark: Piece = (arrow(neighbour.edge), "code")
    pieces = (name, " ", mark) if neighbour.incoming else (mark, " ", name)
    said: Piece = (_evidence(neighbour), "dim")
    return Line((*pieces, "  ", said) if width else pieces, () if width else (said,), indent, neighbour)


def arrow(edge: Edge) -> str:
    """Return how an edge is drawn: solid, or dotted where it may not happen, or may mean another."""
    return f"{DOTTED_LINE if edge.strategy in UNCERTAIN else SOLID_LINE}{edge.kind.value}▶"


# ---------------------------------------------------------------------------------------------------------------- focus


def focus_lines(around: Around, marked: Symbol | None, path: Chain | None, columns: int) -> list[Line]:
    """Return what is known of the focus, and the path to it if there is one to show."""
    symbol = around.symbol
    found = [Line((("◉ ", "mark"), (symbol.label, "name")), ref=Here(symbol))]
    if symbol.external:
        found.append(Line((("outside of the repository", "dim"),), indent=2))
    else:
        length = symbol.span.end_line - symbol.span.start_line + 1
        count = f"{length:,} line" + ("s" if length != 1 else "")
        role = f" · {symbol.role}" if symbol.role else ""
        found.append(Line(((f"{symbol.kind} · {symbol.cite}", "path"), (f" · {count}{role}", "dim")), indent=2))
    if symbol.signature:
        found.append(Line(((symbol.signature, "code"),), indent=2))
    if doc := " ".join(symbol.doc.strip().split("\n\n")[0].split()):
        found.append(Line(((doc if len(doc) <= DOC_CHARACTERS else doc[:DOC_CHARACTERS] + " …", "dim"),), indent=2))
    if around.partial:
        found.append(Line((("? of what is further away some was left out", "warn"),), indent=2))
    if path is not None:
        found += [Line(("",)), *chain_lines(path, columns)]
    elif marked is not None:
        said = "this is marked" if marked.id == symbol.id else f"{marked.label} is marked: p shows the path"
        found += [Line(("",)), Line((("⚑ ", "mark"), (said, "dim")))]
    return found


def chain_lines(path: Chain, columns: int) -> list[Line]:
    """Return the path, one step a row, or that there is none, and what may be why."""
    if not path.edges:
        ends = f"{path.marked.label} and {path.focus.label}"
        found = [
            Line((("⚑ ", "mark"), (f"no path of up to {LONGEST_CHAIN} steps between {ends}", "warn"))),
            Line(((f"either way; {path.searched:,} symbols were looked at", "dim"),), indent=2),
        ]
        if path.unresolved:
            sites = "1 unresolved site names" if path.unresolved == 1 else f"{path.unresolved} unresolved sites name"
            found.append(Line(((f"? {sites} {path.focus.name}: one may be the missing step", "warn"),), indent=2))
        return found
    steps = f"{len(path.edges)} step" + ("s" if len(path.edges) != 1 else "")
    ends = "from the focus to what is marked" if path.backwards else "from what is marked to the focus"
    found = [Line((("⚑ ", "mark"), ("path", "title"), (f" {ends}, {steps}", "dim")))]
    first, *others = path.symbols
    found.append(Line(((first.label, "name"),), indent=2, ref=Passed(first, None)))
    for edge, symbol in zip(path.edges, others, strict=False):
        evidence = f"{strategy(edge.strategy, edge.confidence)} · {place(edge.path, edge.line)}"
        pieces: tuple[Piece, ...] = ((arrow(edge), "code"), " ", (symbol.label, "name"))
        fits = len(arrow(edge)) + len(symbol.label) + len(evidence) + 5 <= columns
        more: Piece = (f"  {evidence}" if fits else evidence, "dim")
        found.append(Line((*pieces, more) if fits else pieces, () if fits else (more,), 2, Passed(symbol, edge)))
    return found


def choice_lines(choice: Choice) -> list[Line]:
    """Return the symbols that a name may mean; without a name, those that are found while one is typed."""
    if not choice.name:
        return offered(choice.symbols)
    if choice.known:
        head: tuple[Piece, ...] = ((f"{len(choice.symbols)} symbols are named ", "warn"), (choice.name, "name"))
    elif choice.symbols:
        head = (("no symbol is named ", "warn"), (choice.name, "name"), ("; nearest:", "warn"))
    else:
        head = (("no symbol is named ", "warn"), (choice.name, "name"), (", and none is near to it", "warn"))
    return [Line(head), Line(("",)), *offered(choice.symbols)]


def offered(symbols: Sequence[Symbol]) -> list[Line]:
    """Return symbols to choose from."""
    width = min(max((len(symbol.label) for symbol in symbols), default=0), NAME_COLUMNS)
    return [
        Line(((symbol.label.ljust(width), "name"), (f"  {symbol.kind} · {symbol.cite}", "dim")), ref=Named(symbol))
        for symbol in symbols
    ]


# ----------------------------------------------------------------------------------------------------------- everything


@dataclass(frozen=True, slots=True)
class Showing:
    """All that the lists are made of. A choice is shown in place of what is around."""

    around: Around | None
    choice: Choice | None
    view: View
    marked: Symbol | None = None
    path: Chain | None = None


def panes(state: Showing, width: int, *, slim: bool) -> dict[str, list[Line]]:
    """Return the lines of each list: of `in`, `focus` and `out`, or, where there is little room, of `all` alone."""
    columns = width - MARGIN if slim else int(width * SIDE) - MARGIN
    middle = columns if slim else width - 2 * int(width * SIDE) - MARGIN
    sides: dict[str, list[Line]] = {"in": [], "focus": [], "out": []}
    if state.choice is not None:
        sides["focus"] = choice_lines(state.choice)
    elif state.around is None:
        sides["focus"] = [Line((("Type the name of a symbol.", "dim"),))]
    else:
        sides = {
            "in": group_lines(state.around.incoming, state.view, columns),
            "focus": focus_lines(state.around, state.marked, state.path, middle),
            "out": group_lines(state.around.outgoing, state.view, columns),
        }
    if not slim:
        return sides
    # The focus comes first: it is what one stands on, and a path is read there.
    parts = [part for part in (sides["focus"], sides["in"], sides["out"]) if part]
    return {"all": [line for number, part in enumerate(parts) for line in ([Line(("",))] if number else []) + part]}


def where(columns: dict[str, list[Line]], stand: object) -> tuple[str, int | None]:
    """Return the list and the row to stand on: that of `stand`, an id or what a row stands for, else the focus.

    None: there is no row that can be stood on.
    """
    for name, lines in columns.items():
        for at, line in enumerate(lines):
            if _is(line.ref, stand):
                return name, at
    home = "all" if "all" in columns else "focus"
    rows = [(not isinstance(line.ref, Here), at) for at, line in enumerate(columns[home]) if line.ref is not None]
    return home, min(rows)[1] if rows else None


def _is(ref: object, stand: object) -> bool:
    if ref is None or stand is None:
        return False
    symbol = standing(ref)
    return symbol is not None and symbol.id == stand if isinstance(stand, str) else ref == stand


def sideways(refs: Sequence[object], at: int, by: int) -> int:
    """Return the first row of the side behind, or before, that of a row in the one list; that row if there is none.

    `refs` are what the rows stand for. The sides follow one another as the columns do, wherever they stand.
    """
    sides: list[str] = []
    for ref in refs:
        sides.append(_side(ref) or (sides[-1] if sides else ""))
    here = SIDES.index(sides[at]) if sides[at] in SIDES else 1
    for side in SIDES[here + 1 :] if by > 0 else SIDES[:here][::-1]:
        for row, ref in enumerate(refs):
            if ref is not None and sides[row] == side:
                return row
    return at


def _side(ref: object) -> str:
    if isinstance(ref, Neighbour):
        return "in" if ref.incoming else "out"
    if isinstance(ref, Toggle):
        return "in" if ref.group == "callers" else "out"
    return "focus" if isinstance(ref, Here | Passed | Named) else ""


def about_mark(around: Around | None, marked: Symbol | None, path: Chain | None) -> str:
    """Return what there is to do about a mark: "mark" the focus, show the "path" to it, or "unmark"."""
    if marked is None or around is None:
        return "mark"
    here = around.symbol.id
    shown = path is not None and here in (path.marked.id, path.focus.id)
    return "unmark" if here == marked.id or shown else "path"


def standing(ref: object) -> Symbol | None:
    """Return the symbol that a row stands for."""
    return ref.symbol if isinstance(ref, Here | Named | Passed | Neighbour) else None


def site(ref: object) -> tuple[str, int, int, str] | None:
    """Return the lines that a row is about: path, first and last line, symbol id; None if there are none to read.

    Of a neighbour and a step that is the line which states the edge.
    """
    if isinstance(ref, Unresolved):
        return ref.path, ref.line, ref.line, ref.src
    edge = ref.edge if isinstance(ref, Neighbour | Passed) else None
    if edge is not None and edge.path:
        return edge.path, edge.line, edge.line, edge.src
    symbol = standing(ref)
    if symbol is None or not symbol.span.path:
        return None
    return symbol.span.path, symbol.span.start_line, symbol.span.end_line, symbol.id


def question(ref: object, around: Around) -> str:
    """Return what may be asked about a row."""
    focus, symbol = around.symbol, standing(ref)
    if symbol is None or symbol.id == focus.id:
        return f"what does `{focus.label}` do?"
    if isinstance(ref, Neighbour):
        start, end = (symbol, focus) if ref.incoming else (focus, symbol)
        return f"how does `{start.label}` reach `{end.label}`?"
    return f"what does `{symbol.label}` do?"


DEPTH, SURE = ("graph.deeper", "graph.nearer"), ("graph.unsurer", "graph.surer")


def summary(around: Around, view: View, key: Callable[[str], str]) -> tuple[Piece, ...]:
    """Return the line that says what is shown, and by which keys that is changed: `key` knows them by their ids."""
    depth, sure = (f"{key(more)}{key(less)}" for more, less in (DEPTH, SURE))
    minimum = f"confidence ≥ {view.minimum:g}".replace("0.", ".") if view.minimum else "every confidence"
    pieces: list[Piece] = [
        (depth, "code"),
        (f" depth {around.depth} · ", "dim"),
        (sure, "code"),
        (f" {minimum}", "dim"),
    ]
    if view.words:
        pieces += [(" · ", "dim"), (key("graph.filter"), "code"), (f" only what has “{view.words}”", "dim")]
    return (*pieces, (" · ", "dim"), (key("graph.open"), "code"), (" another symbol", "dim"))
