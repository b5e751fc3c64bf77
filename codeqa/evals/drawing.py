"""Which questions an exam asks: drawn by turns from hops and families, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from codeqa.evals import far, joined, near, nothing
from codeqa.evals.items import Draft, Item
from codeqa.evals.near import Drawing
from codeqa.evals.wording import worded
from codeqa.evals.world import World

UNANSWERABLE = 0.12  # of all questions
SHARES = {1: 0.35, 2: 0.35, 3: 0.10, 4: 0.10, 5: 0.10}  # of the others, by hops
TRIES = 6  # wordings of a question that was asked already


def draw(world: World, count: int, seed: int, hops: tuple[int, int] = (1, 5)) -> list[Item]:
    """Return up to `count` questions; fewer where the repository has no more to ask about."""
    wanted = [n for n in SHARES if hops[0] <= n <= hops[1]]
    answerable = count - round(count * UNANSWERABLE)
    families = {1: near.FAMILIES, 2: joined.FAMILIES, **far.FAMILIES}
    pools = {n: _pool(families[n], world, f"{seed}:{n}") for n in wanted}
    whole = sum(SHARES[n] for n in wanted)
    drafts: list[Draft] = []
    asked: set[object] = set()
    quotas = {n: round(answerable * SHARES[n] / whole) for n in wanted}
    for n in wanted:
        drafts += _take(pools[n], quotas[n], asked)
    while len(drafts) < answerable:  # what one distance lacks, the others give
        more = [draft for n in wanted for draft in _take(pools[n], 1, asked)]
        if not more:
            break
        drafts += more[: answerable - len(drafts)]
    drafts = drafts[:answerable]
    drafts += _take(_pool(nothing.FAMILIES, world, f"{seed}:0"), count - answerable, asked)
    return _items(drafts, world, random.Random(f"{seed}:words"))


def _pool(families: Sequence[Drawing], world: World, seed: str) -> Iterator[Draft]:
    """Yield drafts of families by turns, until the last of them has no more."""
    sources = [family(world, random.Random(f"{seed}:{number}")) for number, family in enumerate(families)]
    while sources:
        left = []
        for source in sources:
            draft = next(source, None)
            if draft is not None:
                left.append(source)
                yield draft
        sources = left


def _take(pool: Iterator[Draft], count: int, asked: set[object]) -> list[Draft]:
    taken: list[Draft] = []
    while len(taken) < count and (draft := next(pool, None)) is not None:
        same = (draft.family, draft.subjects)
        if same not in asked:
            asked.add(same)
            taken.append(draft)
    return taken


def _items(drafts: list[Draft], world: World, rng: random.Random) -> list[Item]:
    items: list[Item] = []
    used: set[str] = set()
    for draft in drafts:
        for _ in range(TRIES):
            question, read = worded(draft, world, rng)
            if question not in used:
                break
        used.add(question)
        items.append(Item(len(items) + 1, question, read))
    return items
