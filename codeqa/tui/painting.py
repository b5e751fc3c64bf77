"""Text to show: the one place of the TUI where strings become what textual renders.

Every piece is sanitised here, and none is read as markup.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from textual.content import Content

from codeqa import sanitise

if TYPE_CHECKING:
    from textual.highlight import HighlightTheme

Piece: TypeAlias = str | tuple[str, str]  # text, or text and the name of its style

LONGEST = 2_000  # characters of one line that are shown: what lays lines out takes time for each

STYLES = {
    "": "",
    "name": "bold",
    "title": "bold",
    "code": "$text-accent",
    "path": "$text-primary",
    "mark": "$text-warning",
    "dim": "$quiet",
    "good": "$text-success",
    "warn": "$text-warning",
    "bad": "bold $text-error",
}
INLINE = re.compile(r"(?P<code>`[^`]+`)|(?P<strong>\*\*[^*]+\*\*)|(?P<mark>\[\d+(?:, ?\d+)*\])")


def paint(*pieces: Piece) -> Content:
    """Return one line."""
    return Content.assemble(*(_one(piece) for piece in pieces))


def lines(*painted: Content) -> Content:
    """Return several lines."""
    return Content("\n").join(painted)


def inline(text: str, style: str = "") -> Content:
    """Return a line of Markdown: code, bold and the marks of citations are painted, all else stays as it is."""
    text = cut(text)
    pieces: list[Piece] = []
    end = 0
    for match in INLINE.finditer(text):
        pieces.append((text[end : match.start()], style))
        end = match.end()
        if match["code"]:
            pieces.append((match[0][1:-1], "code"))
        elif match["strong"]:
            pieces.append((match[0][2:-2], "name"))
        else:
            pieces.append((match[0], "mark"))
    return paint(*pieces, (text[end:], style))


def source(text: str, path: str) -> list[Content]:
    """Return lines of a file, highlighted as its name says, tabs expanded."""
    from pygments.lexers import find_lexer_class_for_filename
    from textual.highlight import highlight

    # Cut before they are coloured: a minified line would take seconds.
    shown = [cut(sanitise.line(cut(line).expandtabs(4))) for line in text.split("\n")]
    lexer = find_lexer_class_for_filename(path.rpartition("/")[2])
    language = lexer.aliases[0] if lexer is not None and lexer.aliases else "text"
    coloured = list(highlight("\n".join(shown), language=language, theme=_calm()).split("\n", allow_blank=True))
    coloured += [Content(line) for line in shown[len(coloured) :]]  # empty ones at the end are lost
    return coloured if len(coloured) == len(shown) else [Content(line) for line in shown]


@cache
def _calm() -> type[HighlightTheme]:
    """Return textual's colours without what shouts: part of a file is no error, and a name needs no underline."""
    from pygments.token import Token
    from textual.highlight import HighlightTheme

    quiet = {Token.Comment: "italic $quiet", Token.Literal.String.Doc: "italic $quiet", Token.Error: "$text"}
    quiet |= {Token.Name.Function: "$text-warning", Token.Name.Function.Magic: "$text-warning"}

    class Calm(HighlightTheme):
        STYLES = {**HighlightTheme.STYLES, **quiet}  # noqa: RUF012  # as textual declares it

    return Calm


def cut(line: str) -> str:
    """Return a line, or as much of it as is shown."""
    return line if len(line) <= LONGEST else line[:LONGEST] + " …"


def _one(piece: Piece) -> Content:
    text, style = (piece, "") if isinstance(piece, str) else piece
    return Content.styled(cut(sanitise.line(cut(text))), STYLES[style])  # cut twice: escapes are longer
