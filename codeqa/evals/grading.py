"""Grading an answer: right or not by its key, and every checkable statement of it true or not."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

from codeqa import files
from codeqa.config import FileSettings
from codeqa.domain import Answer, EdgeKind, Hop
from codeqa.evals.items import Grade, Item
from codeqa.evals.world import World, is_dispatch

_SAID = re.compile(
    r"`[^`]*`|\[\d+(?:, ?\d+)*\]|\([^\s()]+:\d+\)"
)  # names, marks and places, whose digits count nothing
_NUMBER = re.compile(r"\b\d[\d,]*\b")
_NONE = re.compile(r"\b(?:no|none|nothing|nobody|never|not|without)\b", re.IGNORECASE)
_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
SLACK = 1  # hops by which a path may be longer than the shortest


class Grader:
    """Grades answers about one generation of an index."""

    def __init__(self, root: Path, world: World, settings: FileSettings) -> None:
        self._root = root
        self._settings = settings
        self._world = world
        self._lines: dict[str, list[bytes]] = {}

    def grade(self, item: Item, answer: Answer, ms: float = 0.0) -> Grade:
        """Return whether an answer is right by its key, and what it states that is false."""
        judges = {
            "list": self._list,
            "count": self._count,
            "place": self._place,
            "path": self._path,
            "yes": self._path,
            "nothing": self._nothing,
        }
        got, reason = judges[item.draft.grading](item, answer)
        false = (*self.false_hops(answer.walk), *self.false_citations(answer), *self._false_results(item, answer))
        return Grade(item, answer.status, tuple(got), not reason, reason, false, ms, answer.text)

    # ------------------------------------------------------------------------------------------------------ by its key

    def _list(self, item: Item, answer: Answer) -> tuple[list[str], str]:
        got = self._folded(frozenset(answer.results), item.draft.fold)
        must = self._folded(item.draft.key.must, item.draft.fold)
        may = self._folded(item.draft.key.may, item.draft.fold)
        missing, extra = sorted(must - got), sorted(got - may)
        if answer.status == "abstained":
            return sorted(got), "abstained"
        return sorted(got), _both(_listed("missing", missing), _listed("not in the key", extra))

    def _count(self, item: Item, answer: Answer) -> tuple[list[str], str]:
        said = _counted(answer)
        wanted = " or ".join(map(str, sorted(item.draft.counts)))
        if answer.status == "abstained" or not said:
            return [], "abstained" if answer.status == "abstained" else f"no number is claimed; it is {wanted}"
        numbers = list(map(str, said))
        right = not item.draft.counts.isdisjoint(said)
        return numbers, "" if right else f"{' and '.join(numbers)} is not {wanted}"

    def _place(self, item: Item, answer: Answer) -> tuple[list[str], str]:
        symbol = self._world.symbols[item.draft.subjects[0]]
        got = frozenset(answer.results)
        places = [f"{c.path}:{c.start_line}" for c in answer.citations]
        if answer.status == "abstained":
            return sorted(got), "abstained"
        if got & item.draft.key.may and got <= item.draft.key.may:
            return sorted(got), ""
        there = any(
            c.path == symbol.span.path and c.start_line <= symbol.name_line <= c.end_line for c in answer.citations
        )
        return places, "" if there else f"{symbol.cite} is not cited"

    def _path(self, item: Item, answer: Answer) -> tuple[list[str], str]:
        source, target = item.draft.subjects
        length = self.chain(answer.walk, source, target)
        got = [f"{hop.src} {hop.edge} {hop.dst}" for hop in answer.walk]
        if answer.status == "abstained":
            return got, "abstained"
        if length is None:
            return got, "the steps do not join the ends"
        if item.draft.grading == "path" and length > item.draft.length + SLACK:
            return got, f"{length} steps where {item.draft.length} are enough"
        return got, _listed("false step", self.false_hops(answer.walk))

    def _nothing(self, item: Item, answer: Answer) -> tuple[list[str], str]:
        got = sorted(frozenset(answer.results))
        if answer.status == "abstained":
            return got, _listed("abstained, but with results", got) if answer.results else ""
        if item.draft.unanswerable in ("unknown name", "near miss"):
            return got, "answered about a name that does not exist"
        if item.draft.unanswerable == "no path":
            joined = self.chain(answer.walk, *item.draft.subjects) is not None
            return got, "joins ends that nothing joins" if joined else _listed("nothing is right, but", got)
        if got:
            return got, _listed("nothing is right, but", got)
        return got, "" if says_none(answer) else "does not say that there is none"

    # ---------------------------------------------------------------------------------------- statement by statement

    def chain(self, walk: Iterable[Hop], source: str, target: str) -> int | None:
        """Return the least number of hops of a walk that lead from one symbol to another, None if none do."""
        world = self._world
        steps: dict[str, set[str]] = defaultdict(set)
        for hop in walk:
            steps[world.canon(hop.src)].add(world.canon(hop.dst))
        found = world.distances([world.canon(source)], lambda key: steps.get(key, ()))
        return found.get(world.canon(target))

    def false_hops(self, walk: Iterable[Hop]) -> list[str]:
        """Return the hops that no stored edge, dispatch or containment makes true."""
        return [f"no such edge: {h.src} {h.edge} {h.dst} at {h.site}" for h in walk if not self._true(h)]

    def _true(self, hop: Hop) -> bool:
        world = self._world
        if hop.edge == EdgeKind.CONTAINS:
            return hop.dst in world.symbols and world.symbols[hop.dst].parent == hop.src
        if hop.edge == EdgeKind.TESTS:  # never stored: that calls lead there
            return world.in_tests(hop.src) and hop.src in world.touching(hop.dst)
        if is_dispatch(hop.strategy):
            calls = [e for e in world.leaving(hop.src) if e.kind == hop.edge and e.site == hop.site]
            return any(hop.dst in world.overridden_by.get(e.dst, ()) for e in calls)
        same = world.stored(hop.src, hop.dst)
        return any(e.kind == hop.edge and e.site == hop.site and e.strategy == hop.strategy for e in same)

    def false_citations(self, answer: Answer) -> list[str]:
        """Return the citations whose quote or hash is not that of the lines."""
        found = []
        for c in answer.citations:
            raw = b"\n".join(self._read(c.path)[c.start_line - 1 : c.end_line])
            if raw.decode("utf-8", "replace") != c.quote or hashlib.sha256(raw).hexdigest() != c.sha256:
                found.append(f"{c.path}:{c.start_line}-{c.end_line} does not read as quoted")
        return found

    def _read(self, path: str) -> list[bytes]:
        if path not in self._lines:
            source = files.read(self._root, path, self._settings)
            self._lines[path] = [] if isinstance(source, files.Skip) else source.data.split(b"\n")
        return self._lines[path]

    def _false_results(self, item: Item, answer: Answer) -> list[str]:
        """Return what an answer that takes itself for one states beyond the key, and wrong numbers."""
        draft = item.draft
        given = frozenset(answer.results)
        false = [f"no such symbol: {key}" for key in sorted(given - self._world.symbols.keys())]
        if answer.status != "answered":
            return false
        if draft.grading in ("list", "count"):
            extra = self._folded(given, draft.fold) - self._folded(draft.key.may, draft.fold)
            false += [f"not true of the question: {key}" for key in sorted(extra)]
        if draft.grading == "nothing":
            false += [f"stated where there is nothing: {key}" for key in sorted(given)]
            if draft.unanswerable in ("unknown name", "near miss"):
                false.append("answered about a name that does not exist")
        elif not given and self._denies(item, answer):
            false.append("says that there is none, and there is")
        said = _counted(answer)
        if draft.grading == "count" and said and draft.counts.isdisjoint(said):
            wanted = " or ".join(map(str, sorted(draft.counts)))
            false.append(f"a count of {' and '.join(map(str, said))} where it is {wanted}")
        return false

    def _denies(self, item: Item, answer: Answer) -> bool:
        """Tell whether an answer says that there is nothing, and shows nothing, where its key has something."""
        return item.draft.grading in ("list", "path", "yes") and not answer.walk and says_none(answer)

    def _folded(self, keys: Iterable[str], fold: str) -> frozenset[str]:
        folds: dict[str, Callable[[str], str]] = {
            "class": self._world.canon,
            "owner": self._world.owner,
            "twin": self._world.twin,
        }
        return frozenset(map(folds[fold], keys))


def says_none(answer: Answer) -> bool:
    """Tell whether a claim that was checked by counting says that there is none."""
    counted = [_SAID.sub("", claim.text) for claim in answer.claims if claim.check == "count"]
    return any(_NONE.search(text) or "0" in _NUMBER.findall(text) for text in counted)


def _counted(answer: Answer) -> list[int]:
    """Return the first number of each counting claim: beside the number that was asked for, others may be counted."""
    found = (_number(_SAID.sub("", claim.text)) for claim in answer.claims if claim.check == "count")
    return list(dict.fromkeys(number for number in found if number is not None))


def _number(text: str) -> int | None:
    for word in re.findall(r"\w[\w,]*", text.lower()):
        if _NUMBER.fullmatch(word):
            return int(word.replace(",", ""))
        if word in _WORDS:
            return _WORDS[word]
    return 0 if _NONE.search(text) else None


def _listed(what: str, keys: list[str], most: int = 4) -> str:
    more = f" and {len(keys) - most} more" if len(keys) > most else ""
    return f"{what}: {', '.join(keys[:most])}{more}" if keys else ""


def _both(*reasons: str) -> str:
    return "; ".join(filter(None, reasons))
