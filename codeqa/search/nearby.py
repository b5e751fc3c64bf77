"""What lies near to some symbols in the graph: personalised PageRank, by local push.

After Andersen, Chung and Lang (2006): what a symbol holds is shared out along its edges, and only around the seeds is
the graph ever read. A hub shares what it gets among so many that nearly nothing arrives anywhere.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from functools import cache

from codeqa.domain import EdgeKind
from codeqa.store import EDGE_KINDS, STRATEGIES, Store

KEPT = 0.4  # share of what arrives at a symbol that stays there
ROUNDS = 2
FAN = 60  # edges of one symbol in one direction that are looked at
PUSHED = 40  # symbols that are looked at in one round: those with most to share
_OUT_IN = {
    EdgeKind.CALLS: (1.0, 0.8),
    EdgeKind.INSTANTIATES: (0.8, 0.8),
    EdgeKind.INHERITS: (0.8, 0.6),
    EdgeKind.IMPLEMENTS: (0.8, 0.6),
    EdgeKind.OVERRIDES: (0.8, 0.5),
    EdgeKind.RAISES: (0.3, 0.8),
    EdgeKind.DECORATES: (0.3, 0.5),
    EdgeKind.READS: (0.3, 0.3),
    EdgeKind.WRITES: (0.3, 0.4),
    EdgeKind.TYPES: (0.3, 0.2),
    EdgeKind.REGISTERS: (0.6, 0.6),
    EdgeKind.REFERS: (0.6, 0.6),
    EdgeKind.TESTS: (0.3, 0.2),
    EdgeKind.CONTAINS: (0.3, 0.3),
}
"""How readily one follows an edge, from its source and from its target."""


def near(store: Store, seeds: Mapping[int, float]) -> dict[int, float]:
    """Return what arrives at the symbols around the seeds (both by integer id); the seeds' own share is left out."""
    arrived: defaultdict[int, float] = defaultdict(float)
    waiting: dict[int, float] = dict(seeds)
    for _ in range(ROUNDS):
        most = sorted(waiting, key=lambda number: (-waiting[number], number))[:PUSHED]
        ways: defaultdict[int, dict[int, float]] = defaultdict(dict)
        for here, there, leaves, kind, strategy, candidates in store.neighbours(most, FAN):
            weight = _weights()[kind][1 - leaves] * STRATEGIES[strategy].confidence / max(1, candidates)
            if there != here and weight > ways[here].get(there, 0.0):
                ways[here][there] = weight
        pushed: defaultdict[int, float] = defaultdict(float)
        for here in most:
            total = sum(ways[here].values())
            for there, weight in ways[here].items():
                pushed[there] += (1 - KEPT) * waiting[here] * weight / total
        for there, share in pushed.items():
            arrived[there] += share
        waiting = pushed
    return dict(arrived)


def shared(seeds: Mapping[str, float], links: Mapping[tuple[str, str], int]) -> dict[str, float]:
    """Return what arrives at files if the seeds share what they hold along links, (source, target) to how many.

    Each holds it twice: once for the files that it uses, once for those that use it. Many links say little more than
    a few.
    """
    weights = {ends: math.log1p(count) for ends, count in links.items()}
    leaving: defaultdict[str, float] = defaultdict(float)
    reaching: defaultdict[str, float] = defaultdict(float)
    for (source, target), weight in weights.items():
        leaving[source] += weight
        reaching[target] += weight
    arrived: defaultdict[str, float] = defaultdict(float)
    for (source, target), weight in weights.items():
        arrived[target] += seeds.get(source, 0.0) * weight / leaving[source]
        arrived[source] += seeds.get(target, 0.0) * weight / max(1.0, reaching[target])
    return dict(arrived)


@cache
def _weights() -> list[tuple[float, float]]:
    return [_OUT_IN.get(kind, (0.0, 0.0)) for kind in EDGE_KINDS]
