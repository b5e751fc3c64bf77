"""Draw a terminal's screen as SVG, and several as one that moves: no fonts, no scripts, text that can be searched."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from rich.cells import cell_len
from rich.color import Color
from rich.segment import Segment
from rich.style import Style

FONT = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace"
WIDE, HIGH, SIZE, MARGIN = 8, 18, 13, 12  # pixels of a cell, of the letters, and around all
PLAIN, GROUND = "#c8d0e0", "#16181f"
TEXT = re.compile(r"\S+(?: \S+)*")  # two spaces end a piece: where it begins is then said anew

Lines = Sequence[Sequence[Segment]]


@dataclass(frozen=True, slots=True)
class Frame:
    """A screen, and how long it stays, in seconds."""

    lines: Lines
    seconds: float = 1.0


def picture(lines: Lines, title: str) -> str:
    """Return a screen as SVG."""
    return film([Frame(lines)], title)


def film(frames: Sequence[Frame], title: str) -> str:
    """Return screens of one size as one SVG that shows them in turn, again and again.

    A line that several of them have is in it once. Who wants nothing to move sees the last one.
    """
    styles: dict[str, str] = {}
    drawn: dict[str, str] = {}  # a line as it is drawn: the name under which it can be used
    bodies = []
    for frame in frames:
        used = []
        for y, line in enumerate(frame.lines):
            body = "".join(_line(line, styles))
            if body:
                name = drawn.setdefault(body, f"l{len(drawn)}")
                used.append(f'<use href="#{name}" y="{y * HIGH}"/>')
        bodies.append("".join(used))
    columns = max(sum(cell_len(segment.text) for segment in line) for line in frames[0].lines)
    width, height = columns * WIDE + 2 * MARGIN, len(frames[0].lines) * HIGH + 2 * MARGIN
    rules = [
        f"text{{font:{SIZE}px {FONT};fill:{PLAIN};white-space:pre}}",
        *(f".{name}{{{rule}}}" for rule, name in styles.items()),
        *(_turns(frames) if len(frames) > 1 else ()),
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
            f"<title>{escape(title)}</title>",
            f"<style>{''.join(rules)}</style>",
            "<defs>",
            *(f'<g id="{name}">{body}</g>' for body, name in drawn.items()),
            "</defs>",
            f'<rect width="{width}" height="{height}" rx="6" fill="{GROUND}"/>',
            f'<g transform="translate({MARGIN} {MARGIN})">',
            *(f'<g class="f" id="f{n}">{body}</g>' for n, body in enumerate(bodies)),
            "</g>",
            "</svg>",
            "",
        ]
    )


def _turns(frames: Sequence[Frame]) -> Iterator[str]:
    """Yield rules by which each frame is seen for its time."""
    total, begins = sum(frame.seconds for frame in frames), 0.0
    yield "@media (prefers-reduced-motion:reduce){.f{animation:none!important}"
    yield f".f:not(#f{len(frames) - 1}){{visibility:hidden}}}}"
    for n, frame in enumerate(frames):
        ends = begins + frame.seconds
        seen, gone = 100 * begins / total, 100 * ends / total
        before = "" if n == 0 else "0%{visibility:hidden}"
        after = "" if n == len(frames) - 1 else f"{gone:.2f}%,to{{visibility:hidden}}"
        yield f"@keyframes k{n}{{{before}{seen:.2f}%{{visibility:visible}}{after}}}"
        yield f"#f{n}{{animation:k{n} {total:.1f}s step-end infinite}}"
        begins = ends


def _line(line: Sequence[Segment], styles: dict[str, str]) -> Iterator[str]:
    """Yield what a line is drawn of: grounds, then text. Styles get names as they are met."""
    texts, at = [], 0
    ground, since = "", 0
    for segment in Segment.simplify(line):
        style = segment.style or Style()
        front, back = _colours(style)
        if back != ground:
            yield from _ground(ground, since, at)
            ground, since = back, at
        rule = ";".join(
            [
                *([f"fill:{front}"] if front != PLAIN else []),
                *(["font-weight:bold"] if style.bold else []),
                *(["font-style:italic"] if style.italic else []),
                *(["text-decoration:underline"] if style.underline else []),
            ]
        )
        named = f' class="{styles.setdefault(rule, f"s{len(styles)}")}"' if rule else ""
        for found in TEXT.finditer(segment.text):
            x, cells = at + cell_len(segment.text[: found.start()]), cell_len(found[0])
            length = f' textLength="{cells * WIDE}"' if cells > 1 else ""
            texts.append(f'<text x="{x * WIDE}" y="{SIZE}"{length}{named}>{escape(found[0], quote=False)}</text>')
        at += cell_len(segment.text)
    yield from _ground(ground, since, at)
    yield from texts


def _ground(colour: str, since: int, until: int) -> Iterator[str]:
    if colour not in {"", GROUND} and until > since:
        yield f'<rect x="{since * WIDE}" width="{(until - since) * WIDE}" height="{HIGH}" fill="{colour}"/>'


def _colours(style: Style) -> tuple[str, str]:
    """Return the colours of letters and ground."""
    front = _hex(style.color, PLAIN)
    back = _hex(style.bgcolor, GROUND)
    return (back, front) if style.reverse else (front, back)


def _hex(colour: Color | None, otherwise: str) -> str:
    return otherwise if colour is None or colour.is_default else colour.get_truecolor().hex
