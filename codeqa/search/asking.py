"""One question on its way through the index: candidates from every source, judged, ordered."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

from codeqa.domain import EdgeKind, Hit, Symbol
from codeqa.search.helping import MOST_NAMES, Help
from codeqa.search.names import Names
from codeqa.search.nearby import near, shared
from codeqa.search.places import Place, Places, parts_of, words
from codeqa.search.query import Query
from codeqa.search.ranking import Candidate, Weights, in_order, reward_files, spread
from codeqa.store import Store, match_any

POOL = 300  # candidates of each source; tests and documents among them are yet to be demoted
RANKS = 60  # ranks after which a source says half as much
RANKED = 8_000  # chunks that full-text search may score: 2 µs each
COUNTED = 50_000  # chunks that the terms of a question may be in, all together: 0.2 µs each
DEFINITIONS = 24  # of one name
FILES = 10  # that one path of the question means, or that are called like the question
SPELT = 3  # unknown identifiers that are compared with every name: 5 ms each
STRONG = 8  # hits whose surroundings are looked at
NEAREST = 80  # symbols around them
MEANT = 60  # files that are compared with the question as a whole
LINKED = 20  # files, the best ones, between which uses are counted
TELL = 8  # of them, those whose links strengthen others
CENTRAL = 60  # candidates whose uses are counted
MANY = 150  # uses that make a symbol as central as one can be
TELLING = 3  # a name that has the rarest so many terms of the question says all of it
_USES = (
    EdgeKind.CALLS,
    EdgeKind.INSTANTIATES,
    EdgeKind.INHERITS,
    EdgeKind.IMPLEMENTS,
    EdgeKind.OVERRIDES,
    EdgeKind.TYPES,
    EdgeKind.READS,
)
_TEST = re.compile(r"(?:^|\.)(?:tests?(?:[._]|$)|Test(?=[A-Z]))")  # definitions in a file that is not all tests


class Meaning(Protocol):
    """What a question means, as far as there are vectors."""

    def chunks(self, limit: int) -> list[tuple[int, float]]:
        """Return (chunk id, cosine) of the nearest chunks, best first."""
        ...

    def summaries(self, limit: int) -> list[tuple[int, float]]:
        """Return (chunk id, cosine) of the chunks whose summaries are nearest, best first."""
        ...

    def files(self, paths: Iterable[str]) -> dict[str, float]:
        """Return the cosine of each of these files as a whole."""
        ...


class Asking:
    """One question. Every source adds candidates or raises parts of their scores; `hits` is the end of it."""

    def __init__(
        self,
        store: Store,
        query: Query,
        weights: Weights,
        names: Names,
        places: Places,
        meaning: Meaning,
        *,
        help: Help | None = None,
        guided: Meaning | None = None,
    ) -> None:
        """`guided` is what the question means together with the passages of `help`."""
        self.store = store
        self.query = query
        self.weights = weights.of_kind(query.kind)
        self.names = names
        self.places = places
        self.meaning = meaning
        self.help = help
        self.guided = guided
        self.found: dict[int, Candidate] = {}
        self.near: list[tuple[int, float]] = []  # (chunk id, cosine), best first
        self._by_place: dict[str, float] = {}  # what a path says, kept for all candidates of a file
        counts = store.document_frequency(query.terms)
        self.frequency = {term: count for term, count in counts.items() if count}
        self.rarity = self._rarity(4 * max([len(places.files), *self.frequency.values()]))
        self.told = sum(sorted(self.rarity.values(), reverse=True)[:TELLING]) or 1.0

    def hits(self, limit: int) -> list[Hit]:
        """Return the best hits of all sources together."""
        self._by_text()
        self._by_phrase()
        self._by_identifier()
        self._by_path()
        self._by_vector()
        self._by_summary()
        self._by_help()
        for candidate in self.found.values():
            self._judge(candidate)
        self._by_file()
        self._follow()
        self._centre()
        reward_files(self.found.values(), self.weights.file)
        self._link()
        ordered = spread(in_order(self.found.values()), self.weights.per_file, max(10, limit))
        self._narrow(ordered[:limit])
        return [_hit(candidate) for candidate in ordered[:limit]]

    def _rarity(self, total: int) -> dict[str, float]:
        """What each term tells. A term of paths alone is as rare as it can be."""
        asked = self.query.terms
        return {term: math.log(1 + total / self.frequency.get(term, 1)) for term in asked}

    # ------------------------------------------------------------------------------------------------------------- text

    def _by_text(self) -> None:
        """Score what has one of the rarer terms by all of them: common ones alone find everything, and slowly."""
        rare, counted = _within(RANKED, self.frequency), _within(COUNTED, self.frequency)
        match = match_any(rare)
        if len(counted) > len(rare):
            match = f"({match}) AND ({match_any(counted)})"
        self._add("text", _by_rank(self.store.fulltext(match, self.weights.fields, POOL)), 1.0)

    def _by_phrase(self) -> None:
        for phrase in self.query.phrases[:4]:
            self._add("phrase", self.store.fulltext(f'"{" ".join(phrase)}"', limit=POOL), self.weights.phrase)

    def _by_vector(self) -> None:
        self.near = _positive(self.meaning.chunks(POOL))
        self._add("vector", _by_rank(self.near), self.weights.vector)

    def _by_summary(self) -> None:
        """Let a chunk be what a model said of it, too, where one was asked."""
        if not self.weights.summary or not self.store.summaries().used:
            return
        found = self.store.summaries().fulltext(match_any(self.query.terms), POOL)
        self._add("summary", _by_rank(found), self.weights.summary)
        nearer = _nearer(self.near, self._described(self.meaning))
        self._turn("summary", self.near, nearer)
        self.near = nearer

    def _described(self, meaning: Meaning) -> list[tuple[int, float]]:
        """The chunks whose summaries are nearest, with cosines that compare with those of chunks."""
        factor = self.weights.summary_cosine
        return _positive((chunk, factor * cosine) for chunk, cosine in meaning.summaries(POOL))

    def _by_help(self) -> None:
        """Let what a model made of the question change what is near to it, and what has its words."""
        if self.help:
            for part, weight, names in (
                ("hyde", self.weights.hyde, self.help.names()),
                ("expansion", self.weights.expansion, self.help.further_names()),
            ):
                known = [symbols for name in names if (symbols := _own(self.store.symbols_named(name)))]
                for symbols in known[:MOST_NAMES]:
                    self._add_definitions(symbols, part, weight)
            counts = self.store.document_frequency(self.help.further_terms(self.query.terms))
            match = match_any(_within(RANKED, {term: count for term, count in counts.items() if count}))
            self._add(
                "expansion", _by_rank(self.store.fulltext(match, self.weights.fields, POOL)), self.weights.expansion
            )
        if self.guided is not None:
            near = _positive(self.guided.chunks(POOL))
            if self.weights.summary:
                near = _nearer(near, self._described(self.guided))
            self._turn("hyde", self.near, near)

    def _turn(self, part: str, before: Sequence[tuple[int, float]], after: Sequence[tuple[int, float]]) -> None:
        """Put to a part what other cosines make of the ranks that `vector` has counted."""
        old, new = dict(_by_rank(before)), dict(_by_rank(after))
        missing = [number for number in new if number not in self.found]
        self.found.update((chunk.id, Candidate(chunk)) for chunk in self.store.chunks(missing))
        for number in {**old, **new}:
            change = self.weights.vector * (new.get(number, 0.0) - old.get(number, 0.0))
            self.found[number].shift(part, change)

    def _by_file(self) -> None:
        """Strengthen what stands in a file that is about the question as a whole."""
        best: dict[str, float] = {}
        for candidate in self.found.values():
            best[candidate.path] = max(best.get(candidate.path, 0.0), candidate.score)
        near = self.meaning.files(sorted(best, key=lambda path: (-best[path], path))[:MEANT])
        most = max(near.values(), default=0.0)
        for candidate in self.found.values() if most > 0 else ():
            candidate.add("meaning", self.weights.meaning * near.get(candidate.path, 0.0) / most)
        if self.guided is not None and most > 0:
            self._turn_files(near, self.guided.files(near))

    def _turn_files(self, before: Mapping[str, float], after: Mapping[str, float]) -> None:
        """As `_turn`, of what files mean as a whole."""
        most, highest = max(before.values()), max(after.values(), default=0.0)
        for candidate in self.found.values() if highest > 0 else ():
            old, new = (max(0.0, near.get(candidate.path, 0.0)) for near in (before, after))
            candidate.shift("hyde", self.weights.meaning * (new / highest - old / most))

    def _add(self, part: str, scores: Sequence[tuple[int, float]], weight: float) -> None:
        best = max((score for _, score in scores), default=0.0)
        if best <= 0:
            return
        missing = [number for number, _ in scores if number not in self.found]
        self.found.update((chunk.id, Candidate(chunk)) for chunk in self.store.chunks(missing))
        for number, score in scores:
            self.found[number].add(part, weight * score / best)

    # ------------------------------------------------------------------------------------------------------ identifiers

    def _by_identifier(self) -> None:
        unknown: list[str] = []
        for name in self.query.identifiers:
            symbols = self._defined(name)
            self._add_definitions(symbols, "definition", self.weights.definition)
            if not symbols and not self._is_known(name):
                unknown.append(name.rpartition(".")[2])
        for known in filter(None, map(self.names.alike, unknown[:SPELT])):
            self._add_definitions(self.store.symbols_named(known), "misspelt", self.weights.misspelt)
        for word in self.query.words:
            self._add_definitions(self.store.symbols_named(word), "definition", self.weights.word)

    def _defined(self, name: str) -> list[Symbol]:
        """The symbols that an identifier names: by all of it, else in another case, else by its last part."""
        if symbols := _own(self.store.symbols_qualified(name)):
            return symbols
        last = name.rpartition(".")[2]
        alike = _own(self.store.symbols_like(last))
        ending = f".{name}".casefold()
        whole = [symbol for symbol in alike if f".{symbol.qualname}".casefold().endswith(ending)]
        return whole or [symbol for symbol in alike if symbol.name == last]

    def _is_known(self, name: str) -> bool:
        """Whether the repository writes this name, though it does not define it."""
        return name.rpartition(".")[2].lower() in self.frequency or bool(self.places.named(name))

    def _add_definitions(self, symbols: Iterable[Symbol], part: str, weight: float) -> None:
        known = sorted(_own(symbols), key=lambda symbol: symbol.role != "")
        weight *= 1.0 if len(known) <= self.weights.few else self.weights.shared
        for symbol in known[:DEFINITIONS]:
            declared = self.weights.declaration if "declaration" in symbol.flags.split() else 1.0
            if (candidate := self._candidate(symbol)) is not None:
                candidate.add(part, weight * declared)

    def _candidate(self, symbol: Symbol) -> Candidate | None:
        """The candidate for the chunk in which a symbol is defined."""
        start = symbol.span.start_byte
        known = (c.chunk for c in self.found.values() if c.path == symbol.span.path)
        for chunk in (*known, *self.store.chunks_in(symbol.span.path)):
            if chunk.span.start_byte <= start < chunk.span.end_byte:
                candidate = self.found.setdefault(chunk.id, Candidate(chunk))
                if chunk.symbol != symbol.id and candidate.symbol is None:
                    candidate.symbol = symbol
                return candidate
        return None

    # ------------------------------------------------------------------------------------------------------------ paths

    def _by_path(self) -> None:
        for path in self.query.paths:
            for named in self.places.named(path)[:FILES]:
                self._add_file(named, "path", self.weights.named_path)
            if "/" in path:
                for inside in set(self.places.inside(path, {c.path for c in self.found.values()})):
                    self._add_file(inside, "path", self.weights.named_folder)
        reached = {candidate.path for candidate in self.found.values()}
        for path in self.places.called(frozenset(self.query.terms), reached)[:FILES]:
            self._add_file(path, "path", 0.0)

    def _add_file(self, path: str, part: str, value: float) -> None:
        """Raise a part of all candidates of a file; if there are none yet, its beginning becomes one."""
        inside = [candidate for candidate in self.found.values() if candidate.path == path]
        if not inside:
            inside = [self.found.setdefault(chunk.id, Candidate(chunk)) for chunk in self.store.chunks_in(path)[:1]]
        for candidate in inside:
            candidate.add(part, value)

    # ---------------------------------------------------------------------------------------------------------- judging

    def _judge(self, candidate: Candidate) -> None:
        path, qualname = candidate.path, _qualname(candidate.symbol_id, candidate.path)
        told = self._by_place.get(path)
        if told is None:
            stem, folders = words(path)
            told = self.weights.stem * self._told(stem) + self.weights.folder * self._share(folders)
            self._by_place[path] = told
        candidate.add("path", told)
        owner, _, name = qualname.rpartition(".")
        own, around = parts_of(name), parts_of(owner.rpartition(".")[2])
        told = self.weights.name * max(self._told(own), self._told([*around, *own]))
        told += self.weights.owner * self._told(around)
        candidate.add("name", told)
        candidate.factor = self._factor(self.places.files.get(path), qualname)

    def _centre(self) -> None:
        """Strengthen what much of the repository uses, among the best."""
        best = {candidate.symbol_id: candidate for candidate in in_order(self.found.values())[:CENTRAL]}
        for key, used in self.store.uses(best, _USES, MANY).items():
            best[key].add("central", self.weights.central * min(1.0, math.log1p(used) / math.log1p(MANY)))

    def _narrow(self, best: Sequence[Candidate]) -> None:
        """A small class is one chunk: if the question names one of its members, that is what was found."""
        whole = {candidate.symbol_id: candidate for candidate in best if candidate.symbol is None}
        named: dict[str, tuple[float, str]] = {}
        for edge in self.store.edges_from(whole, [EdgeKind.CONTAINS]):
            parts = parts_of(edge.name)
            inside = whole[edge.src].chunk.span
            if all(part in self.rarity for part in parts) and inside.start_byte <= edge.start_byte < inside.end_byte:
                named[edge.src] = max(named.get(edge.src, (0.0, "")), (self._share(parts), edge.dst))
        members = self.store.symbols(member for _, member in named.values())
        for owner, (_, member) in named.items():
            whole[owner].symbol = members.get(member)

    def _told(self, parts: Collection[str]) -> float:
        """How much of a name is in the question, times how much of the question is in the name."""
        if self.rarity.keys().isdisjoint(parts):  # most names: this is asked of every candidate
            return 0.0
        asked = sum(part in self.rarity for part in parts)
        return asked / len(parts) * self._share(parts) if asked else 0.0

    def _share(self, parts: Iterable[str]) -> float:
        """How much of the question is in these words, 1 for its rarest terms."""
        return min(1.0, sum(self.rarity[part] for part in set(parts) if part in self.rarity) / self.told)

    def _factor(self, record: Place | None, qualname: str) -> float:
        """What the role of the file, or of the definition, makes of a score."""
        weights = self.weights
        role = (record.role if record else "") or ("test" if _TEST.search(qualname) else "")
        prose = record is not None and role != "docs" and self.places.is_document(record)
        factor = weights.asked if role in self.query.roles else weights.role.get(role, 1.0)
        return factor * weights.document if prose else factor

    def _follow(self) -> None:
        """Strengthen what lies around the best candidates in the graph, and find what no word of the question finds."""
        best = in_order(self.found.values())[:STRONG]
        scores = {candidate.symbol_id: candidate.score for candidate in reversed(best)}
        seeds = {number: scores[key] for key, number in self.store.symbol_ids(scores).items()}
        total = sum(seeds.values())
        if not total:
            return
        shares = near(self.store, {number: score / total for number, score in seeds.items()})
        most = max(shares.values(), default=0.0)
        nearest = sorted(shares, key=lambda number: (-shares[number], number))[:NEAREST]
        for number, chunk in self.store.chunks_of(nearest).items():
            candidate = self.found.get(chunk.id)
            if candidate is None:
                candidate = self.found[chunk.id] = Candidate(chunk)
                self._judge(candidate)
            candidate.add("graph", self.weights.graph * shares[number] / most)

    def _link(self) -> None:
        """Strengthen files that have to do with the best files: what a question needs together uses each other."""
        best: dict[str, Candidate] = {}
        for candidate in in_order(self.found.values()):
            best.setdefault(candidate.path, candidate)
        scores = {path: candidate.score for path, candidate in list(best.items())[:LINKED]}
        seeds = {path: scores[path] for path in list(scores)[:TELL]}
        shares = shared(seeds, self.store.links(scores)) if len(scores) > 1 else {}
        most = max(shares.values(), default=0.0)
        for path, share in shares.items() if most else ():  # 0 where the best files have no links to these
            best[path].add("linked", self.weights.linked * share / most)


def _within(budget: int, frequency: Mapping[str, int]) -> list[str]:
    """The rarest terms that are in no more chunks than this, one at least."""
    chosen: list[str] = []
    for term in sorted(frequency, key=lambda term: (frequency[term], term)):
        budget -= frequency[term]
        if chosen and budget < 0:
            break
        chosen.append(term)
    return chosen


def _positive(near: Iterable[tuple[int, float]]) -> list[tuple[int, float]]:
    return [(chunk, cosine) for chunk, cosine in near if cosine > 0]


def _nearer(one: Iterable[tuple[int, float]], other: Iterable[tuple[int, float]]) -> list[tuple[int, float]]:
    """Return each chunk with the higher of its cosines, best first."""
    best = dict(one)
    for chunk, cosine in other:
        best[chunk] = max(cosine, best.get(chunk, 0.0))
    return sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))[:POOL]


def _by_rank(scores: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """Replace scores by what their ranks are worth; the same score is the same rank.

    Reciprocal ranks (Cormack, Clarke and Büttcher, 2009): neither a word that is rare by chance nor the narrow range of
    cosines then decides how far one hit is ahead of the next.
    """
    found: list[tuple[int, float]] = []
    rank = 0
    for place, (number, score) in enumerate(scores):
        if place and score < scores[place - 1][1]:
            rank = place
        found.append((number, RANKS / (RANKS + rank)))
    return found


def _own(symbols: Iterable[Symbol]) -> list[Symbol]:
    """Leave out files and what lies outside the repository."""
    return [symbol for symbol in symbols if symbol.qualname and not symbol.external]


def _qualname(identity: str, path: str) -> str:
    return identity.removeprefix(path).removeprefix("::")


def _hit(candidate: Candidate) -> Hit:
    span = candidate.symbol.span if candidate.symbol else candidate.chunk.span
    return Hit(
        path=candidate.path,
        start_line=span.start_line,
        end_line=span.end_line,
        symbol=re.sub(r"#\d+(?=\.|$)", "", _qualname(candidate.symbol_id, candidate.path)),
        symbol_id=candidate.symbol_id,
        score=round(candidate.score, 6),
        why=candidate.why(),
    )
