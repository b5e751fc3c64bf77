"""A question back as rows: what a name may mean, with number, name and place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from codeqa.domain import Clarify, Symbol
from codeqa.project import Project
from codeqa.tui.evidence import Exhibit
from codeqa.tui.painting import inline, lines, paint
from codeqa.tui.rows import EMPTY, Row

MOST = 9  # options that have a key
PLACES = 3  # of an option that are named
MEANING = ("dim", "what is meant by it")


@dataclass(frozen=True, slots=True)
class Choice:
    """A row that answers a question back: the ids that it keeps; none for all of them."""

    symbols: tuple[str, ...] = ()


def look(project: Project, clarify: Clarify) -> dict[str, Symbol]:
    """Return the symbols that options hold, by id."""
    return project.tools.graph.symbols(key for option in clarify.options for key in option.symbols[:PLACES])


def rows(question: str, clarify: Clarify, found: Mapping[str, Symbol]) -> list[Row]:
    """Return the question, what is asked back, and a row for each answer to that."""
    shown = [Row(inline(question, "title")), Row(EMPTY), Row(inline(clarify.question)), Row(EMPTY)]
    for number, option in enumerate(clarify.options, 1):
        places = [f"{each.kind.replace('_', ' ')} · {each.cite}" for key in option.symbols if (each := found.get(key))]
        more = len(option.symbols) - len(places)
        if places and more:
            places.append(f"and {more} more")
        body = lines(inline(option.label), *(paint((place, "dim")) for place in places))
        lead = f"{number}  " if number <= MOST else "   "
        shown.append(Row(body, paint((lead, "mark")), paint("   "), ref=Choice(option.symbols)))
    shown.append(Row(paint(("an answer for each of them", "")), paint(("a  ", "mark")), paint("   "), ref=Choice()))
    if clarify.others:
        said = f"{len(clarify.others)} more, such as `{clarify.others[0]}`: name one by its id in the question"
        shown.append(Row(inline(said, "dim"), paint("   "), paint("   ")))
    return shown


def exhibit(choice: Choice, found: Mapping[str, Symbol]) -> Exhibit | None:
    """Return the lines where the first symbol of an option stands; they are still to be read."""
    symbol = next((found[key] for key in choice.symbols if key in found), None)
    if symbol is None or not symbol.span.path:
        return None
    return Exhibit(symbol.span.path, symbol.name_line, symbol.name_line, symbol.id, (), symbol.name_line, MEANING)
