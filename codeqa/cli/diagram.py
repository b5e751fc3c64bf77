"""The walk of an answer as a diagram: lines of a tree for a terminal, or a Mermaid flowchart.

Pure: hops in, text out. A step that rests on `dispatch`, `callback` or `join` is dotted, for it may not happen.
"""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence

from codeqa import sanitise
from codeqa.branching import DOTTED, Branch, distinct, forest
from codeqa.domain import Hop
from codeqa.wording import label, strategy

FORMS = ("text", "mermaid")
MAX_EDGES = 40
LONGEST = 80  # characters of a name in a flowchart
_SAFE = frozenset(string.ascii_letters + string.digits + " _./:-")


def text(hops: Sequence[Hop], places: Mapping[str, str], glyphs: Mapping[str, str]) -> list[str]:
    """Return the lines of a tree for each group of steps that hang together.

    A chain is told from its start, a list from what its members have in common. `places` has `path:line` by symbol id.
    """
    drawn = distinct(hops)
    lines: list[str] = []
    kept = drawn[:MAX_EDGES]
    for root, branches in forest(kept):
        lines.append(_node(root, places))
        lines += _below(root, branches, places, glyphs, "")
    if len(drawn) > MAX_EDGES:
        lines.append(f"{glyphs['more']} {_left_out(len(drawn) - MAX_EDGES)}")
    return lines


def mermaid(hops: Sequence[Hop], places: Mapping[str, str]) -> str:
    """Return a flowchart. Whatever a name holds, it stays inside its label: see `_quoted`."""
    drawn = distinct(hops)
    kept = drawn[:MAX_EDGES]
    ids = {key: f"n{number}" for number, key in enumerate(dict.fromkeys(k for h in kept for k in (h.src, h.dst)))}
    lines = ["flowchart LR"]
    for key, node in ids.items():
        place = places.get(key, "")
        name = _quoted(label(key)) + (f"<br/>{_quoted(place)}" if place and place != label(key) else "")
        lines.append(f'    {node}["{name}"]')
    for hop in kept:
        arrow = "-.->" if hop.strategy in DOTTED else "-->"
        lines.append(f'    {ids[hop.src]} {arrow}|"{_quoted(hop.edge)}"| {ids[hop.dst]}')
    if len(drawn) > MAX_EDGES:
        lines.append(f'    rest["{_left_out(len(drawn) - MAX_EDGES)}"]')
    return "\n".join(lines)


def _left_out(count: int) -> str:
    return f"{count} more {'step is' if count == 1 else 'steps are'} not drawn"


# ----------------------------------------------------------------------------------------------------------------- tree


def _below(
    here: str, branches: Mapping[str, list[Branch]], places: Mapping[str, str], glyphs: Mapping[str, str], margin: str
) -> list[str]:
    lines: list[str] = []
    own = branches.get(here, [])
    for number, branch in enumerate(own):
        last = number == len(own) - 1
        line = glyphs["dotted"] if branch.hop.strategy in DOTTED else glyphs["line"]
        arrow = (
            f"{glyphs['left']}{line}{branch.hop.edge}{line}"
            if branch.backwards
            else f"{line}{branch.hop.edge}{line}{glyphs['right']}"
        )
        evidence = f"({branch.hop.site}, {strategy(branch.hop.strategy, branch.hop.confidence)})"
        again = " (above)" if branch.again else ""
        corner = glyphs["end" if last else "tee"]
        lines.append(f"{margin}{corner}{arrow} {_node(branch.end, places)}{again}  {evidence}")
        if not branch.again:
            lines += _below(branch.end, branches, places, glyphs, f"{margin}{' ' if last else glyphs['bar']}   ")
    return lines


def _node(key: str, places: Mapping[str, str]) -> str:
    name, place = label(key), places.get(key, "")
    return f"{name}  {place}" if place and place != name else name


# -------------------------------------------------------------------------------------------------------------- mermaid


def _quoted(value: str) -> str:
    """Return text for the inside of a quoted label: all but a few plain characters as Mermaid's `#code;`.

    Control characters become visible escapes first. So no name ends its label, starts a directive (`%%{init}%%`), a
    Markdown string, an HTML tag, a comment or a line.
    """
    shown = sanitise.line(value).replace("\t", " ")
    if len(shown) > LONGEST:
        shown = shown[: LONGEST - 3] + "..."
    return "".join(c if c in _SAFE else f"#{ord(c)};" for c in shown)
