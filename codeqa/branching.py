"""The hops of a walk as trees, whichever way their edges point. Pure: faces draw what comes of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from codeqa.domain import Hop

DOTTED = frozenset({"dispatch", "callback", "join"})  # strategies of steps that may not happen when the code runs


class Branch(NamedTuple):
    """One step as a tree has it: away from its root, whichever way the edge points."""

    hop: Hop
    end: str
    backwards: bool
    again: bool  # its end stands elsewhere in the tree, with what follows from it


def forest(hops: Sequence[Hop]) -> Iterator[tuple[str, dict[str, list[Branch]]]]:
    """Yield a tree for each group of steps that hang together: its root, and the steps from each symbol in it.

    A chain is told from its start, a list from what its members have in common.
    """
    rest = list(hops)
    while rest:
        root = _root(rest)
        branches, rest = _tree(rest, root)
        yield root, branches


def distinct(hops: Sequence[Hop]) -> list[Hop]:
    """Return the steps in their order, one of those that differ by their site alone."""
    return list({(h.src, h.edge, h.dst, h.strategy in DOTTED): h for h in reversed(hops)}.values())[::-1]


def _root(hops: Sequence[Hop]) -> str:
    """Return where a tree is told from: what all steps lead away from, or all lead to.

    Where nothing is that, as in a walk that looked around, an end of the first step: there it began.
    """
    ends = list(dict.fromkeys(end for hop in hops for end in (hop.src, hop.dst)))
    away = [(hop.src, hop.dst) for hop in hops]
    back = [(dst, src) for src, dst in away]
    together = _led(ends[0], [*away, *back]) // 2

    def weight(end: str) -> tuple[bool, bool, int]:
        most = max(_led(end, away), _led(end, back))
        return most >= together, end in away[0], sum(end in pair for pair in away)

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


def _tree(hops: Sequence[Hop], root: str) -> tuple[dict[str, list[Branch]], list[Hop]]:
    """Return the steps from each symbol, every one placed as near to the root as can be, and the hops out of reach."""
    found: dict[str, list[Branch]] = {}
    seen = {root}
    rest = list(hops)
    waiting = deque([root])
    while waiting:
        here = waiting.popleft()
        beside = [hop for hop in rest if here in (hop.src, hop.dst)]
        rest = [hop for hop in rest if here not in (hop.src, hop.dst)]
        for hop in beside:
            end = hop.dst if hop.src == here else hop.src
            found.setdefault(here, []).append(Branch(hop, end, hop.src != here, end in seen))
            if end not in seen:
                seen.add(end)
                waiting.append(end)
    return found, rest
