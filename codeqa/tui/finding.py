"""Hits and the reasons for their scores, as pieces of text. Pure; imports nothing of textual."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codeqa.wording import duration, lines

if TYPE_CHECKING:
    from codeqa.domain import Hit
    from codeqa.tui.painting import Piece

LEVELS = "▁▂▃▄▅▆▇█"
BAR = 12  # columns of the longest bar of a table
MEMBERS = 3  # that are named of what a hit was made of
LEAST = 12  # columns that what a part says is folded to
PARTS = 4  # reasons that stand in one line
MEANS: Mapping[str, str] = {  # see docs/cli.md, "What a score is made of"
    "text": "has the words",
    "vector": "means what the query means",
    "meaning": "its file as a whole means it",
    "definition": "defines a name of the query",
    "misspelt": "defines what a name is a misspelling of",
    "phrase": "has the quoted text as it stands",
    "name": "its name is made of the words",
    "path": "its file or folders are",
    "graph": "lies around the best hits in the graph",
    "linked": "uses the best files, or is used by them",
    "central": "much of the repository uses it",
    "file": "best of the file with most matches",
    "summary": "what a model said of it matches",
    "hyde": "is near to a passage that a model imagined",
    "expansion": "has further terms of a model",
    "role": "test, docs, example, generated or vendored",
}


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to.

    Attributes:
        near: names and terms of the repository that look like the query, where there is no hit.
        notices: what the search had to do without.
        stale: files that have changed since they were indexed.
        seconds: that it took.
        generation: of the index that was searched.
    """

    query: str
    hits: tuple[Hit, ...] = ()
    near: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    stale: frozenset[str] = frozenset()
    seconds: float = 0.0
    generation: int = 0


def place(hit: Hit) -> str:
    """Return where a hit is: `src/app.py:12-20`."""
    return f"{hit.path}:{lines(hit.start_line, hit.end_line)}"


def title(hit: Hit) -> str:
    """Return what a hit is called: its symbol, or the name of its file outside of any."""
    return hit.symbol or hit.path.rpartition("/")[2]


def mention(hit: Hit) -> str:
    """Return a hit as a question mentions it: `@Router.add`, or its file in backquotes."""
    return f"@{hit.symbol} " if hit.symbol else f"`{hit.path}` "


def highest(hits: Sequence[Hit]) -> float:
    """Return the largest share of a score that any part of any hit has."""
    return max((share for hit in hits for share in hit.why.values()), default=0.0)


def reasons(why: Mapping[str, float], most: float) -> str:
    """Return the largest parts of a score in one line, each with a bar of one column: `text ▇  graph ▃`.

    What is taken away, and what more there is, is said in words.
    """
    gains = [(part, share) for part, share in ranked(why) if share > 0]
    said = [f"{part} {LEVELS[min(round(share / most * 7), 7)]}" for part, share in gains[:PARTS]]
    said += [f"+{len(gains) - PARTS}"] if len(gains) > PARTS else []
    said += [f"{part} −" for part, share in why.items() if share < 0]
    return "  ".join(said)


def ranked(why: Mapping[str, float]) -> list[tuple[str, float]]:
    """Return the parts of a score, the largest first."""
    return sorted(why.items(), key=lambda part: (-abs(part[1]), part[0]))


def table(why: Mapping[str, float], columns: int = 0) -> list[list[Piece]]:
    """Return lines for each part of a score: name, share, bar, and what it says.

    What it says is folded to the columns that all of it may take, if they are known and there is room at all.
    """
    most = max((abs(share) for share in why.values()), default=1.0) or 1.0
    width = max(map(len, why), default=0)
    indent = width + len(" +0.00 ") + BAR + 1
    room = columns - indent if columns - indent >= LEAST else max(map(len, MEANS.values()))
    rows: list[list[Piece]] = []
    for part, share in ranked(why):
        says, *more = textwrap.wrap(MEANS.get(part, ""), room) or [""]
        bar = ("━" if share > 0 else "╌") * max(round(abs(share) / most * BAR), 1)
        rows.append(
            [
                (f"{part:<{width}} ", "code"),
                (f"{share:+.2f} ", "" if share > 0 else "warn"),
                (f"{bar:<{BAR}} ", "mark" if share > 0 else "warn"),
                (says, "dim"),
            ]
        )
        rows += [[(" " * indent + line, "dim")] for line in more]
    return rows


def headline(hit: Hit, *, stale: bool) -> list[Piece]:
    """Return the first line of a hit."""
    changed: list[Piece] = [(" ✎ changed since", "warn")] if stale else []
    return [(title(hit), "name"), *changed]


def under(hit: Hit) -> list[Piece]:
    """Return the second line of a hit: the place, and what it was made of."""
    prefix = f"{hit.symbol}."
    names = ", ".join(member.removeprefix(prefix) for member in hit.members[:MEMBERS])
    names += f" +{len(hit.members) - MEMBERS}" if len(hit.members) > MEMBERS else ""
    return [(place(hit), "path"), (f"  with {names}" if names else "", "dim")]


def summed_up(found: Found) -> list[Piece]:
    """Return the line below the hits."""
    count = len(found.hits)
    said: list[Piece] = [
        (f"{count} hit{'' if count == 1 else 's'}" if count else "no hits", "good" if count else "warn")
    ]
    said.append((f" · {duration(found.seconds)}", "dim"))
    said += [(f" · {notice}", "warn") for notice in found.notices]
    return said


def nothing(found: Found) -> list[list[Piece]]:
    """Return what to say where there is no hit."""
    said: list[list[Piece]] = [["nothing found for ", (found.query, "name")], []]
    if not found.near:
        return [*said, [("try other words, or fewer", "dim")]]
    return [*said, [("what is here and looks like it; Enter searches for it:", "dim")]]
