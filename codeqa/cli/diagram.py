"""The walk of an answer as a diagram: lines of a tree for a terminal, or a Mermaid flowchart.

Pure: hops in, text out. A step that rests on `dispatch`, `callback` or `join` is dotted, for it may not happen.
"""

from __future__ import annotations

import string
from collections import deque
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from codeqa.cli import sanitise
from codeqa.cli.show_answer import label, strategy
from codeqa.domain import Hop

FORMS = ("text", "mermaid")
MAX_EDGES = 40
LONGEST = 80  # characters of a name in a flowchart
DOTTED = frozenset({"dispatch", "callback", "join"})
_SAFE = frozenset(string.ascii_letters + string.digits + " _./:-")


class _Branch(NamedTuple):
    """One step as a tree has it: away from its root, whichever way the edge points."""

    hop: Hop
    end: str
    backwards: bool
    again: bool  # its end stands elsewhere in the tree, with what follows from it


def text(hops: Sequence[Hop], places: Mapping[str, str], glyphs: Mapping[str, str]) -> list[str]:
    """Return the lines of a tree for each group of steps that hang together.

    A chain is told from its start, a list from what its members have in common. `places` has `path:line` by symbol id.
    """
    drawn = _distinct(hops)
    lines: list[str] = []
    kept = drawn[:MAX_EDGES]
    while kept:
        root = _root(kept)
        branches, kept = _tree(kept, root)
        lines.append(_node(root, places))
        lines += _below(root, branches, places, glyphs, "")
    if len(drawn) > MAX_EDGES:
        lines.append(f"{glyphs['more']} {_left_out(len(drawn) - MAX_EDGES)}")
    return lines


def mermaid(hops: Sequence[Hop], places: Mapping[str, str]) -> str:
    """Return a flowchart. Whatever a name holds, it stays inside its label: see `_quoted`."""
    drawn = _distinct(hops)
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


def _distinct(hops: Sequence[Hop]) -> list[Hop]:
    """Return the steps in their order, one of those that differ by their site alone."""
    return list({(h.src, h.edge, h.dst, h.strategy in DOTTED): h for h in reversed(hops)}.values())[::-1]


# ----------------------------------------------------------------------------------------------------------------- tree


def _root(hops: Sequence[Hop]) -> str:
    """Return where a tree is told from: what most steps lead away from, or lead to; of several, an end of the first."""
    ends = list(dict.fromkeys(end for hop in hops for end in (hop.src, hop.dst)))
    away = [(hop.src, hop.dst) for hop in hops]
    back = [(dst, src) for src, dst in away]

    def weight(end: str) -> tuple[int, bool, int]:
        return max(_led(end, away), _led(end, back)), end in away[0], sum(end in pair for pair in away)

    return max(ends, key=weight)


def _led(start: str, steps: Sequence[tuple[str, str]]) -> int:
    """Return how many steps can be gone from a start, each in its direction."""
    seen = {start}
    waiting = [start]
    while waiting:
        here = waiting.pop()
        fresh = {end for begin, end in steps if begin == here} - seen
        seen |= fresh
        waiting += fresh
    return sum(begin in seen for begin, _ in steps)


def _tree(hops: Sequence[Hop], root: str) -> tuple[dict[str, list[_Branch]], list[Hop]]:
    """Return the steps from each symbol, every one placed as near to the root as can be, and the hops out of reach."""
    found: dict[str, list[_Branch]] = {}
    seen = {root}
    rest = list(hops)
    waiting = deque([root])
    while waiting:
        here = waiting.popleft()
        beside = [hop for hop in rest if here in (hop.src, hop.dst)]
        rest = [hop for hop in rest if here not in (hop.src, hop.dst)]
        for hop in beside:
            end = hop.dst if hop.src == here else hop.src
            found.setdefault(here, []).append(_Branch(hop, end, hop.src != here, end in seen))
            if end not in seen:
                seen.add(end)
                waiting.append(end)
    return found, rest


def _below(
    here: str, branches: Mapping[str, list[_Branch]], places: Mapping[str, str], glyphs: Mapping[str, str], margin: str
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
