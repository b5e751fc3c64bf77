"""Symbols, listings, paths and impact as a person reads them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from codeqa.cli.show_answer import step
from codeqa.cli.terminal import Piece, Terminal
from codeqa.domain import Edge, Hop, Impact, Listing, PathResult, Relation, Symbol, SymbolCard, Unresolved
from codeqa.wording import label, lines, strategy

MAX_ROWS = 10  # of one section of a card
MAX_USERS = 20  # at one distance
CARD_LIMIT = 20  # relations of one kind that a card has at most: there may be more
MAX_SITES = 5
WIDEST_NAME = 44


def card(found: SymbolCard, out: Terminal) -> None:
    """Write a symbol with its surroundings."""
    symbol = found.symbol
    head(symbol, out)
    if symbol.signature:
        out.line("  ", (symbol.signature, "code"))
    if symbol.doc:
        out.prose(symbol.doc.strip().split("\n\n")[0].replace("\n", " "), indent="  ")
    if found.summary:
        out.prose(found.summary.text, indent="  ")
        tags = ", ".join(found.summary.tags)
        said = f"summary by {found.summary.model} (not checked)"
        out.line("  ", (f"{said}; {tags}" if tags else said, "dim"))
    for title, relations in (
        ("bases", found.bases),
        ("derived", found.derived),
        ("overrides", found.overrides),
        ("overridden by", found.overridden_by),
    ):
        _section(title, [place_row(relation.symbol) for relation in relations], out)
    _section("members", [place_row(member) for member in found.members], out)
    _section("callers", [site_row(relation) for relation in found.callers], out)
    _section("callees", [callee_row(relation, symbol.span.path) for relation in found.callees], out)
    _section("tests", [site_row(relation) for relation in found.tests], out)
    if found.unresolved:
        out.line()
        out.line((f"{_sites(found.unresolved)} named {symbol.name} could not be resolved", "warn"))


def head(symbol: Symbol, out: Terminal) -> None:
    """Write `method Router.add  src/app.py:12-30`."""
    span = symbol.span
    place = f"{span.path}:{lines(span.start_line, span.end_line)}" if span.path else "outside of the repository"
    extra = " ".join(part for part in (symbol.flags.replace("declaration", "").strip(), symbol.role) if part)
    out.line((symbol.kind, "dim"), " ", (symbol.label, "name"), "  ", (place, "path"), (f"  {extra}".rstrip(), "dim"))


def callers(found: Listing, out: Terminal) -> None:
    """Write what calls a symbol."""
    head(found.symbol, out)
    _rows([site_row(relation) for relation in found.relations], out)
    _ending(found, f"nothing in the repository is known to call {found.symbol.label}", out)
    _section("handed on or named by a text", [site_row(relation) for relation in found.registrations], out)


def callees(found: Listing, out: Terminal) -> None:
    """Write what a symbol calls."""
    head(found.symbol, out)
    _rows([callee_row(relation, found.symbol.span.path) for relation in found.relations], out)
    _ending(found, f"{found.symbol.label} is not known to call anything", out)


def path(found: PathResult, out: Terminal) -> None:
    """Write a chain of edges, or that there is none that was found."""
    head(found.source, out)
    here = found.source.id
    for edge in found.edges:
        start = ""
        if here not in (edge.src, edge.dst):  # the walk left from a member of the source
            start, here = label(edge.src), edge.src
        backwards = edge.src != here
        step(hop_of(edge), out, start=start, backwards=backwards)
        here = edge.src if backwards else edge.dst
    if found.edges:
        return
    if found.source.id == found.target.id:
        out.line("  both names mean this symbol")
        return
    out.line(f"  no chain of edges to {found.target.label} was found; {found.searched:,} symbols were looked at")
    unresolved(found.unresolved, out)


def impact(found: Impact, out: Terminal) -> None:
    """Write what a change may break, nearest first."""
    head(found.symbol, out)
    for depth, group in groupby(found.users, key=lambda relation: relation.depth):
        rows = [site_row(relation) for relation in group]
        out.heading(f"{depth} {'step' if depth == 1 else 'steps'} away ({len(rows)})")
        _rows(rows[:MAX_USERS], out)
        _more(len(rows) - MAX_USERS, out)
    if found.total > len(found.users):
        out.line()
        out.line((f"{found.total:,} in all; --limit N shows more than {len(found.users):,}", "dim"))
    if not found.users:
        out.line(f"  nothing in the repository is known to use {found.symbol.label}")
    _section("tests", [site_row(relation) for relation in found.tests], out)
    unresolved(found.unresolved, out)


# ----------------------------------------------------------------------------------------------------------------- rows


def site_row(relation: Relation) -> list[Piece]:
    """A user of a symbol, and the line where it uses it."""
    edge = relation.edge
    what = "" if edge.kind == "calls" else f"{edge.kind} "
    return [(relation.symbol.label, "name"), (edge.site, "path"), (what + _how(edge), "dim")]


def callee_row(relation: Relation, home: str) -> list[Piece]:
    """A callee, where it stands, and the line that calls it; `home` is the path that needs no saying."""
    site = f"line {relation.edge.line}" if relation.edge.path == home else relation.edge.site
    where = "external" if relation.symbol.external else relation.symbol.cite
    return [
        (relation.symbol.label, "name"),
        (where, "path"),
        (f"called at {site}, {_how(relation.edge)}", "dim"),
    ]


def place_row(symbol: Symbol) -> list[Piece]:
    """A symbol and where it stands."""
    if symbol.external:
        return [(symbol.label, "name"), ("external", "path"), ""]
    return [(symbol.label, "name"), (symbol.cite, "path"), (symbol.kind, "dim")]


def _how(edge: Edge) -> str:
    return strategy(edge.strategy, edge.confidence)


def hop_of(edge: Edge) -> Hop:
    """Return an edge as a step of a walk."""
    return Hop(edge.src, edge.kind, edge.dst, edge.site, edge.strategy, edge.confidence)


def _section(title: str, rows: Sequence[list[Piece]], out: Terminal) -> None:
    if not rows:
        return
    out.heading(f"{title} ({len(rows)}{'+' if len(rows) >= CARD_LIMIT else ''})")
    _rows(rows[:MAX_ROWS], out)
    _more(len(rows) - MAX_ROWS, out)


def _more(count: int, out: Terminal) -> None:
    if count > 0:
        out.line((f"  {out.glyphs['more']} {count:,} more (--json has them)", "dim"))


def _rows(rows: Sequence[list[Piece]], out: Terminal) -> None:
    """Write rows in columns; a cell that is too wide shifts its own row only."""
    if not rows:
        return
    for pieces in columns(rows):
        out.line("  ", *pieces)


def columns(rows: Sequence[list[Piece]]) -> list[list[Piece]]:
    """Return the rows with blanks between their cells, so that these stand below each other."""
    wide = range(len(rows[0]) - 1) if rows else range(0)
    widths = [min(max(len(_text(row[column])) for row in rows), WIDEST_NAME) for column in wide]
    found: list[list[Piece]] = []
    for row in rows:
        pieces: list[Piece] = []
        for cell, width in zip(row, [*widths, 0], strict=True):
            pieces += [cell, " " * max(0, width - len(_text(cell))) + "  "]
        found.append(pieces[:-1])
    return found


def _text(piece: Piece) -> str:
    return piece if isinstance(piece, str) else piece[0]


# -------------------------------------------------------------------------------------------------------------- endings


def _ending(found: Listing, nothing: str, out: Terminal) -> None:
    if not found.relations:
        out.line("  ", nothing)
    elif found.total > len(found.relations):
        more = found.total - len(found.relations)
        out.line((f"  {out.glyphs['more']} {more:,} more (--limit {found.total} shows them)", "dim"))
    unresolved(found.unresolved, out)


def unresolved(sites: Sequence[Unresolved], out: Terminal) -> None:
    """Say what could not be resolved, so that absence is never claimed by mistake."""
    if not sites:
        return
    out.line()
    out.line((f"{_sites(len(sites))} could not be resolved:", "warn"))
    for site in sites[:MAX_SITES]:
        written = f"{site.receiver}.{site.name}" if site.receiver not in ("", "?") else site.name
        out.line("  ", (f"{site.path}:{site.line}", "path"), "  ", written)
    _more(len(sites) - MAX_SITES, out)


def _sites(count: int) -> str:
    return "1 call site" if count == 1 else f"{count:,} call sites"
