"""Symbols and files picked by a part of their name, as somebody types it: exact, prefix, word starts, any letters.

Everything that names are compared by is read once for a generation, so that a further letter costs milliseconds.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from heapq import nsmallest
from math import log1p

from codeqa.domain import KINDS, Symbol
from codeqa.store import Store

LONGEST = 100  # characters of a part of a name
MANY = 1_500  # names that begin alike
WORDS = 12  # of a name that are looked at: headings are sentences
_SEPARATOR = re.compile(r"::|->|[.#]")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\dA-Za-z_]+")
_TWIN = re.compile(r"#\d+(?=\.|$)")
_ROLES = {"test": 30.0, "docs": 20.0, "example": 30.0, "vendored": 60.0, "generated": 40.0}
_KINDS = {"section": 150.0, "key": 150.0, "variable": 12.0, "field": 10.0, "constant": 6.0, "enum_member": 8.0}
EXACT, PREFIX, WORD, STARTS, INSIDE, LETTERS = -150.0, 0.0, 40.0, 60.0, 100.0, 150.0
"""What a way to match costs, before what a symbol costs by itself: an exact name goes before all others."""
ELSEWHERE = 400.0  # costs a match that the name before the dot is not like: it is none


class Picker:
    """The names of one generation."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._in_line: dict[str, list[tuple[str, str]]] = {}

    def find(self, query: str, limit: int) -> list[Symbol]:
        """Return up to `limit` symbols, likeliest first; of an empty query those that are used most.

        `Class.part` asks for members, `folder/part` for files, `folder/part::name` for what is in them.
        """
        query = query.strip()
        path, _, rest = query.rpartition("::") if "/" in query else ("", "", query)
        if len(query) > 4 * LONGEST:
            return []
        if "/" in rest:
            scored = self._files(rest.casefold())
        elif not query:
            scored = [(self._costs[i], i) for i in self._favourites]
        else:
            owner, name = _split(rest)
            wanted = name.casefold()[:LONGEST]
            if owner or path:
                scored = self._within(owner.casefold(), wanted, path.casefold(), 4 * limit)
            else:
                scored = self._named(wanted, name, 4 * limit)
            if not path:
                scored += self._files(f"{owner.casefold()}.{wanted}" if owner else wanted)
        return self._read(scored, limit)

    def namesakes(self, name: str) -> int:
        """Return how many symbols of the repository have that name."""
        return len(self._by_name.get(name, ()))

    # ---------------------------------------------------------------------------------------------------------- tables

    @cached_property
    def _rows(self) -> list[tuple[int, str, int, str, str, str, int, str]]:
        """(id, qualified name, kind, path, role, flags, uses, name) of each symbol of the repository."""
        return self._store.named()

    @cached_property
    def _costs(self) -> list[float]:
        """What each symbol costs by itself: little where it is public, of the source, and used much."""
        kinds = [_KINDS.get(kind, 0.0) for kind in KINDS]
        costs = []
        for _, qualname, kind, _, role, flags, uses, name in self._rows:
            cost = kinds[kind] + (_ROLES.get(role, 0.0) if role else 0.0) + min(len(name), 40) * 0.5
            cost += 0.2 * min(len(qualname), 80)
            if name[:1] == "_" or "private" in flags:
                cost += 12.0
            costs.append(cost - 6.0 * min(log1p(uses), 6.0))
        return costs

    @cached_property
    def _by_name(self) -> dict[str, list[int]]:
        """The symbols of each name, those first that cost least."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        for number, row in enumerate(self._rows):
            if row[1]:
                found[row[7]].append(number)
        for numbers in found.values():
            numbers.sort(key=self._costs.__getitem__)
        return dict(found)

    @cached_property
    def _best(self) -> dict[str, float]:
        """What the cheapest symbol of each name costs."""
        return {name: self._costs[numbers[0]] for name, numbers in self._by_name.items()}

    @cached_property
    def _by_fold(self) -> dict[str, list[str]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for name in self._by_name:
            found[name.casefold()].append(name)
        return dict(found)

    @cached_property
    def _text(self) -> str:
        """All names in lower case, one a line: one expression finds those that have some letters in some order."""
        return "\n".join(folded for folded in self._by_fold if "\n" not in folded)

    @cached_property
    def _tails(self) -> dict[str, list[tuple[str, str]]]:
        """What each name is from each of its words on, in lower case and without `_`, and the name; by first letter."""
        tails: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        for name in self._by_name:
            tail = ""
            for word in reversed(_WORDS.findall(name)[:WORDS]):
                tail = word.casefold() + tail
                tails[tail[0]].append((tail, name))
        return dict(tails)

    def _sorted(self, letter: str) -> list[tuple[str, str]]:
        """Return the tails that begin so; sorted when they are first asked for, since nothing else runs meanwhile."""
        if letter not in self._in_line:
            self._in_line[letter] = sorted(self._tails.get(letter, ()))
        return self._in_line[letter]

    @cached_property
    def _wheres(self) -> list[str]:
        """What each symbol stands in, in lower case: `outer.class`."""
        return [_TWIN.sub("", row[1]).casefold()[: -len(row[7]) - 1] if row[1] else "" for row in self._rows]

    @cached_property
    def _modules(self) -> list[tuple[int, str, str]]:
        """(number, path, its last part) of each file, in lower case."""
        return [
            (i, row[3].casefold(), row[3].rpartition("/")[2].casefold())
            for i, row in enumerate(self._rows)
            if not row[1]
        ]

    @cached_property
    def _favourites(self) -> list[int]:
        return nsmallest(50, range(len(self._rows)), key=self._costs.__getitem__)

    # --------------------------------------------------------------------------------------------------------- matching

    def _begun(self, wanted: str) -> set[str]:
        """Return the names of which a word, with those behind it, begins so."""
        plain = wanted.replace("_", "")
        if not plain:
            return {name for folded in self._by_fold if folded.startswith(wanted) for name in self._by_fold[folded]}
        tails = self._sorted(plain[0])
        start, end = bisect_left(tails, (plain,)), bisect_left(tails, (plain + "\U0010ffff",))
        return {name for _, name in tails[start:end]}

    def _having(self, wanted: str) -> list[str]:
        """Return the names that have these letters in this order."""
        pattern = "".join(rf"[^{re.escape(letter)}\n]*+{re.escape(letter)}" for letter in wanted)
        found = re.findall(rf"^{pattern}.*$", self._text, re.M)
        return [name for folded in found for name in self._by_fold.get(folded, ())]

    def _named(self, wanted: str, written: str, enough: int) -> list[tuple[float, int]]:
        """Return what it costs to take `wanted` for symbols, at least the cheapest."""
        by_name, costs = self._by_name, self._costs
        best = self._best
        names = self._begun(wanted)
        if len(names) > MANY:  # to look at each takes longer than a key may: those that cost most would not be shown
            exact = self._by_fold.get(wanted, ())
            names = {*nsmallest(MANY // 2, names, key=best.__getitem__), *exact}
        found = [(_begins(wanted, name) + best[name], name) for name in names]
        if len(found) < enough and len(wanted) > 1:
            for name in self._having(wanted):
                if name not in names and (cost := _far(wanted, name)) is not None:
                    found.append((cost + best[name], name))
        return [
            (cost + costs[i] - best[name] - (2.0 if name.startswith(written) else 0.0), i)
            for cost, name in nsmallest(enough, found)
            for i in by_name[name][:enough]
        ]

    def _within(self, owner: str, wanted: str, path: str, enough: int) -> list[tuple[float, int]]:
        """Return what it costs to take `wanted` for symbols in `owner` and `path`."""
        rows, wheres, costs = self._rows, self._wheres, self._costs
        if not wanted:
            some = (i for i, where in enumerate(wheres) if owner in where or owner in rows[i][3].casefold())
            return [
                (far + costs[i], i)
                for i in some
                if rows[i][1]
                and path in rows[i][3].casefold()
                and (far := _distance(owner, wheres[i], rows[i][3])) < ELSEWHERE
            ]
        scored = []
        names: Iterable[str] = self._begun(wanted)
        for cost_of in (_begins, _far):
            for name in names:
                cost = cost_of(wanted, name)
                if cost is None:
                    continue
                for i in self._by_name[name]:
                    if path in rows[i][3].casefold() and ((far := _distance(owner, wheres[i], rows[i][3])) < ELSEWHERE):
                        scored.append((cost + far + costs[i], i))
            if len(scored) >= enough // 4:
                break
            names = set(self._having(wanted)) - set(names)
        return scored

    def _files(self, wanted: str) -> list[tuple[float, int]]:
        scored = []
        for i, path, last in self._modules:
            text = path if "/" in wanted else last
            if wanted in text:
                cost = EXACT if wanted == text else PREFIX if text.startswith(wanted) else WORD
            elif "/" in wanted and _in_order(wanted, text):
                cost = LETTERS
            else:
                continue
            scored.append((cost + 25.0 + self._costs[i] + 0.2 * len(path), i))
        return scored

    def _read(self, scored: Iterable[tuple[float, int]], limit: int) -> list[Symbol]:
        """Return the cheapest; of definitions of one name in one file the first stands for all."""
        cheapest: dict[tuple[str, str], int] = {}
        for _, i in nsmallest(4 * limit, scored):
            cheapest.setdefault((self._rows[i][3], _TWIN.sub("", self._rows[i][1])), i)
        return self._store.symbols_by_ids([self._rows[i][0] for i in list(cheapest.values())[:limit]])


def _split(query: str) -> tuple[str, str]:
    """Split `Class.part` at its last separator."""
    parts = _SEPARATOR.split(query)
    return ".".join(parts[:-1]).strip("."), parts[-1]


def _begins(wanted: str, name: str) -> float:
    """Return what it costs to take `wanted` for a name of which a word begins so."""
    folded = name.casefold()
    if folded.startswith(wanted):
        return EXACT if folded == wanted else PREFIX
    bare = folded.strip("_")
    if bare.startswith(wanted):
        return EXACT + 20.0 if bare == wanted else PREFIX + 5.0
    return WORD


def _far(wanted: str, name: str) -> float | None:
    """Return what it costs to take `wanted` for a name that has its letters in this order, None if it is too far."""
    words = [word.casefold() for word in _WORDS.findall(name)]
    plain = wanted.replace("_", "")
    if _starts(plain, words):
        return STARTS
    if wanted in (folded := name.casefold()):
        return INSIDE
    return LETTERS + len(folded) - len(wanted) if any(word[0] == plain[:1] for word in words) else None


def _starts(wanted: str, words: Sequence[str]) -> bool:
    """Tell whether letters are the beginnings of words, in order: "gsm" or "getsema" of get_session_maker."""
    ends = {0}
    for word in words:
        further = set()
        for end in ends:
            size = 0
            while end + size < len(wanted) and size < len(word) and word[size] == wanted[end + size]:
                size += 1
                further.add(end + size)
        ends |= further
        if len(wanted) in ends:
            return True
    return False


def _distance(owner: str, where: str, path: str) -> float:
    """Return what it costs to take `owner` for what a symbol stands in: classes, else its file."""
    if not owner:
        return 0.0
    if owner in where:
        if f".{where}".endswith(f".{owner}"):
            return 0.0
        return 15.0 if where.rpartition(".")[2].startswith(owner.rpartition(".")[2]) else 30.0
    file = path.casefold().rpartition(".")[0]
    whole = owner.replace(".", "/")
    if whole in file:
        return 20.0 if f"/{file}".endswith(f"/{whole}") else 60.0
    return 80.0 if where and where[0] == owner[0] and _in_order(owner, where) else ELSEWHERE


def _in_order(wanted: str, text: str) -> bool:
    letters = iter(text)
    return all(letter in letters for letter in wanted)
