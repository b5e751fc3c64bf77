"""Where text is shown: one stream, with its colour, width and character set.

Every piece of a line is sanitised here and nowhere else has to; escape codes are written by this module alone.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import textwrap
from collections.abc import Mapping
from typing import TextIO

import click

from codeqa import sanitise

Piece = str | tuple[str, str]  # text, or text and the name of its style

WIDEST = 100  # columns of prose
NARROWEST = 30

STYLES: dict[str, dict[str, str | bool]] = {
    "name": {"bold": True},
    "path": {"fg": "blue"},
    "code": {"fg": "cyan"},
    "mark": {"fg": "yellow"},
    "title": {"bold": True},
    "dim": {"dim": True},
    "good": {"fg": "green"},
    "warn": {"fg": "yellow"},
    "bad": {"fg": "red", "bold": True},
}

_FANCY = {"line": "─", "right": "▶", "left": "◀", "bar": "│", "dot": "·", "more": "…", "yes": "✓", "no": "✗"}
_FANCY |= {"dotted": "┄", "tee": "├", "end": "└"}
_ASCII = {"line": "-", "right": ">", "left": "<", "bar": "|", "dot": "-", "more": "...", "yes": "yes", "no": "no"}
_ASCII |= {"dotted": ".", "tee": "+", "end": "+"}

_INLINE = re.compile(r"(?P<code>`[^`]+`)|(?P<strong>\*\*[^*]+\*\*)|(?P<mark>\[\d+(?:, ?\d+)*\])")
_BULLET = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+|\s*")


class Terminal:
    """Standard output or standard error, as a face uses it.

    Attributes:
        interactive: a person looks at it, and it understands cursor movements.
        colour: whether styles are written.
        width: columns; None where lines are not to be folded, as in a pipe.
    """

    def __init__(self, stream: TextIO, colour: bool | None = None, environ: Mapping[str, str] | None = None) -> None:
        environ = os.environ if environ is None else environ
        self._stream = stream
        self._status = False
        self.interactive = stream.isatty() and environ.get("TERM") != "dumb"
        self.colour = wants_colour(environ, self.interactive) if colour is None else colour
        self.width = _columns() if stream.isatty() else None
        self.glyphs = _FANCY if _can_show(stream, "".join(_FANCY.values())) else _ASCII
        if hasattr(stream, "reconfigure"):  # a character that the encoding lacks is no reason to fail
            stream.reconfigure(errors="backslashreplace")

    @property
    def encoding(self) -> str:
        return self._stream.encoding or "ascii"

    def line(self, *pieces: Piece) -> None:
        """Write one line."""
        self.clear_status()
        self._stream.write("".join(map(self._paint, pieces)) + "\n")

    def heading(self, title: str) -> None:
        """Write an empty line and a title."""
        self.line()
        self.line((title, "title"))

    def raw(self, text: str) -> None:
        """Write text that is safe by construction, such as JSON."""
        self._stream.write(text)

    def prose(self, text: str, indent: str = "") -> None:
        """Write Markdown: paragraphs folded to the width, inline code and marks painted, fenced blocks as they are."""
        fenced = False
        for line in sanitise.text(text).split("\n"):
            if line.lstrip().startswith("```"):
                fenced = not fenced
            elif fenced:
                self.line(indent + "    " + line)
            else:
                self._fold(line, indent)

    def status(self, text: str) -> None:
        """Show a line that the next one replaces. Only for an interactive stream."""
        room = (self.width or 80) - 1
        self._stream.write("\r\x1b[2K" + sanitise.line(text)[:room])
        self._stream.flush()
        self._status = True

    def clear_status(self) -> None:
        if self._status:
            self._stream.write("\r\x1b[2K")
            self._stream.flush()
            self._status = False

    def prompt(self, text: str) -> None:
        """Write what is to be answered on the same line."""
        self.clear_status()
        self._stream.write(sanitise.line(text))
        self._stream.flush()

    def flush(self) -> None:
        self._stream.flush()

    def _fold(self, line: str, indent: str) -> None:
        bullet = _BULLET.match(line)
        hanging = indent + " " * (bullet.end() if bullet else 0)
        width = min(self.width, WIDEST) if self.width else sys.maxsize
        # A code span stays on one line, as what it quotes does.
        held = _INLINE.sub(lambda match: match[0].replace(" ", "\xa0"), line)
        folded = textwrap.wrap(
            held,
            max(width, len(hanging) + NARROWEST),
            initial_indent=indent,
            subsequent_indent=hanging,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for part in folded or [""]:
            self.line(*self._inline(part.replace("\xa0", " ")))

    def _inline(self, line: str) -> list[Piece]:
        if not self.colour:
            return [line]
        pieces: list[Piece] = []
        end = 0
        for match in _INLINE.finditer(line):
            pieces.append(line[end : match.start()])
            end = match.end()
            if match["code"]:
                pieces.append((match[0][1:-1], "code"))
            elif match["strong"]:
                pieces.append((match[0][2:-2], "name"))
            else:
                pieces.append((match[0], "mark"))
        return [*pieces, line[end:]]

    def _paint(self, piece: Piece) -> str:
        if isinstance(piece, str):
            return sanitise.line(piece)
        text, style = piece
        safe = sanitise.line(text)
        return click.style(safe, **STYLES[style]) if self.colour and safe else safe  # type: ignore[arg-type]


def wants_colour(environ: Mapping[str, str], interactive: bool) -> bool:
    """What the environment says: NO_COLOR, then FORCE_COLOR and CLICOLOR_FORCE, then CLICOLOR, then the stream.

    See no-color.org, force-color.org and bixense.com/clicolors.
    """
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR", "0") not in {"", "0", "false"} or environ.get("CLICOLOR_FORCE", "0") not in {"", "0"}:
        return True
    return interactive and environ.get("CLICOLOR") != "0"


def _columns() -> int:
    return max(shutil.get_terminal_size().columns, NARROWEST)


def _can_show(stream: TextIO, characters: str) -> bool:
    try:
        characters.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
