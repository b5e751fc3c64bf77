"""The list below the question: symbols and files for a name that is being typed, or questions that were asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content

from codeqa import sanitise
from codeqa.domain import Symbol
from codeqa.tui.painting import paint
from codeqa.tui.rows import Row, Rows

MOST = 8  # rows
MOST_COLUMNS = 120
FRAME = 5  # columns of border, gutter and margin
WIDEST = 44  # columns of a name, behind which the places stand in line


@dataclass(frozen=True, slots=True)
class Offer:
    """What may be taken: `text` is what it puts into the question, `symbol` what that means; none for a question."""

    text: str
    symbol: Symbol | None = None


def of_symbols(symbols: Sequence[Symbol]) -> list[Offer]:
    """Return offers for symbols, by what they are called."""
    return [Offer(sanitise.line(f"@{symbol.label}"), symbol) for symbol in symbols]


def of_questions(asked: Sequence[str], typed: str) -> list[Offer]:
    """Return what was asked that has all words of what is typed, the newest first."""
    words = typed.casefold().split()
    found = (question for question in reversed(asked) if all(word in question.casefold() for word in words))
    return [Offer(question) for _, question in zip(range(MOST), found, strict=False)]


def rows(offers: Sequence[Offer], width: int) -> list[Row]:
    """Return a row for each, that many columns wide: a name, its kind and its place; of a question the text."""
    names = [len(sanitise.line(each.symbol.label)) for each in offers if each.symbol]
    column = min(max(names, default=0), WIDEST, width // 2)
    return [Row(_row(each, column, width), ref=each) for each in offers]


def _row(offer: Offer, column: int, width: int) -> Content:
    symbol = offer.symbol
    if symbol is None:
        return paint(offer.text)
    kind = symbol.kind.replace("_", " ") + (f", {symbol.role}" if symbol.role else "")
    place = _end(sanitise.line(symbol.cite if symbol.qualname else ""), width - column - len(kind) - 5)
    said = f"  {kind} · {place}" if place else f"  {kind}"
    return paint((f"{_end(sanitise.line(symbol.label), column):<{column}}", "name"), (said, "dim"))


def _end(text: str, width: int) -> str:
    """Return the end of a text, which tells names and places apart, where it has no room."""
    return text if len(text) <= width else "…" + text[len(text) - max(width - 1, 0) :] if width > 1 else ""


class Offers(Rows, can_focus=False):
    """Hangs below the question, over what is there; it is moved in from the question, or by the mouse."""

    def __init__(self) -> None:
        super().__init__(id="offers")
        self.display = False

    @property
    def is_open(self) -> bool:
        return bool(self.display)

    @property
    def chosen(self) -> Offer | None:
        """What one stands on."""
        ref = self.ref(self.highlighted)
        return ref if isinstance(ref, Offer) else None

    def is_whole(self, text: str) -> bool:
        """Whether what one stands on would put there what stands there."""
        return self.chosen is not None and self.chosen.text == text

    def offer(self, offers: Sequence[Offer], title: str, below: int) -> None:
        """Show offers in the row `below`, the first one chosen; none closes the list."""
        if not offers:
            self.shut()
            return
        self.show(rows(offers, min(self.app.size.width - 2, MOST_COLUMNS) - FRAME), at=0)
        self.border_title = title
        self.styles.offset = (0, below)
        self.display = True

    def shut(self) -> None:
        """Close it."""
        self.display = False

    def move(self, by: int) -> None:
        """Choose the one above or below; behind the last comes the first."""
        if self.rows:
            self.highlighted = ((self.highlighted or 0) + by) % len(self.rows)
