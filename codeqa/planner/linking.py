"""What a walk knows of its question: what its words were taken for, and what of it is left unexplained."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from codeqa import terms
from codeqa.domain import Event, Step, Symbol
from codeqa.notebook import Notebook
from codeqa.plan import Runner, find
from codeqa.planner import sentences as say
from codeqa.planner.forms import Request
from codeqa.planner.leftover import without
from codeqa.planner.link import Link, Linker
from codeqa.tools import Tools

if TYPE_CHECKING:
    from codeqa.planner.asking import Asking


MAX_NAMESAKES = 3  # an ambiguous name is answered for each of so many candidates
CHOSEN = 6  # of so many, where somebody chose them
WIDE = 30  # candidates for the end of a chain, of which only some can be reached
STRONG = 0.75  # share of a phrase's meaning above which what search found is what was asked about
FORM_VERBS = frozenset(
    "return returns do does happen happens check checks mean means contain handle handles produce compute raise raises "
    "work works use used function method class argument parameter value result purpose role".split()
)
UNEXPLAINED = 3  # words beside the names of a question that are worth looking for
_FORM_WORDS = frozenset(
    terms.query_terms(
        "how does reach call calls called use uses used differ difference between compare chain path lead ends way "
        "ways place places where what which who why function method class test tests break change"
    )
)
IGNORED = frozenset(
    "function functions method methods class classes code file files module modules name named called all every "
    "directly symbol type types field variable constant setting error exception repo codebase project".split()
)


class Linking:
    """A question, what its words were linked to, and the notebook that is filled."""

    def __init__(
        self, tools: Tools, request: Request, book: Notebook, linker: Linker, *, max_hops: int, evidence: float
    ) -> None:
        self.tools = tools
        self.runner = Runner(tools)
        self.max_hops = max_hops
        self.evidence = evidence
        self.back: Asking | None = None  # asks which namesake is meant, where somebody may be asked
        self.request = request
        self.book = book
        self.linker = linker
        self.link = Link("")  # what the subject of the question was taken for
        self.alone = ""  # of several names, the one that is answered for
        self.final = False  # what the question is about is not there: nothing else is looked for
        self.weak = False  # the subject was found by search, and not all of its words were

    def _subject(
        self, phrase: str, kinds: frozenset[str] | None = None, weigh: Callable[[Symbol], int] | None = None
    ) -> Iterator[Event]:
        """Link a phrase and remember it as `self.link`; what cannot be linked is said, with the nearest names."""
        link = self.linker.link(phrase, kinds=kinds)
        if not link and not link.missing and phrase != self.request.question:
            link = self.linker.search(self.request.question, kinds=kinds)
        self.link = link
        if link.missing:
            yield from self._no_such_name(link)
        elif link.how == "search":
            yield from self._by_search(link)
        elif link:
            self.link = link = self._weighed(link, weigh) if weigh else link
            self._spelled_otherwise(link)
            yield Step("link", f"{phrase} → {', '.join(s.id for s in link.symbols[:MAX_NAMESAKES])} ({link.how})")
            self._namesakes(link)

    def _by_search(self, link: Link) -> Iterator[Event]:
        if not link or link.coverage < self.evidence:
            self.link = Link(link.phrase)
            yield Step("link", f"best text covers {link.coverage:.0%} of {link.phrase!r}")
            return
        self.weak = self.weak or link.coverage < STRONG
        if absent := [n for n in self.linker.written(link.phrase) if not self.tools.candidates(n)]:
            self.book.unknown(f"no symbol is named {say.listed(absent)}")
            self.weak = True
        if self.request.form != "search":
            self.book.unknown(f"no symbol is named {link.phrase!r}: {link.first.label} fits these words best")
        yield Step("link", f"{link.phrase} → {link.first.id} (search, {link.coverage:.0%} of its words)")

    def _spelled_otherwise(self, link: Link) -> None:
        """`MAX_SIZE` may be `max_size` here, or something else: say so."""
        bare = re.split(r"[.:/#>]", link.phrase.strip("`'\"() "))[-1]
        if link.how == "name" and bare != link.first.name and bare.lower() == link.first.name.lower():
            self.book.unknown(f"nothing is named {bare} here; {link.first.label} differs in case")
            self.weak = True

    def _weighed(self, link: Link, weigh: Callable[[Symbol], int]) -> Link:
        """Of namesakes, keep those that there is something to say of, most first, and name the others."""
        weights = {s.id: weigh(s) for s in link.symbols[:WIDE]} if len(link.symbols) > 1 else {}
        kept = sorted((s for s in link.symbols if weights.get(s.id)), key=lambda s: -weights[s.id])
        if not kept:
            return link
        self._idle([s.id for s in link.symbols if s not in kept])
        return Link(link.phrase, tuple(kept), link.how, link.others)

    def _namesakes(self, link: Link) -> None:
        if self.back:
            self.back.ends(self.request.form, self.request.slots)
        shown = [*link.symbols[MAX_NAMESAKES:], *(s for s in link.others if s.role != "test")]
        if len(link.symbols) > 1:
            self._ambiguous(link, [s.id for s in link.symbols])
        elif shown:
            names = _first([s.id for s in shown], 3)
            self.book.unknown(f"other symbols named {link.first.name}, not meant here: {names}")

    def _ambiguous(self, link: Link, keys: Sequence[str]) -> None:
        self.book.unknown(f"{link.phrase!r} is ambiguous: {_first(keys, 6)}")

    def _idle(self, keys: Sequence[str]) -> None:
        """Name the namesakes that there is nothing to say of."""
        if keys:
            self.book.unknown(f"nothing was found for other symbols of that name: {_first(keys, 3)}")

    def _nearest(self, query: str) -> None:
        for line in self._hit_lines(query):
            self.book.unknown(line)
        if not any(u.startswith("nearest hit") for u in self.book.unknowns):
            words = self.tools.searcher.vocabulary(query)
            if words:
                self.book.unknown(f"words that this repository does use: {', '.join(words)}")

    def _hit_lines(self, query: str) -> list[str]:
        hits = self.linker.hits(query)[:3]
        return [f"nearest hit: {h.path}:{h.start_line}{f' {h.symbol}' if h.symbol else ''}" for h in hits]

    def _each(self, part: str) -> list[tuple[Symbol, str]]:
        """The symbols to answer for, each with the name of the part that it covers."""
        if self.back:
            self.back.each(self.link, part)
        symbols = self.link.symbols[: self._most(self.link) if self.link.certain else 1]
        parts = [part if n == 0 else f"{part} {n + 1}" for n in range(len(symbols))]
        self.book.parts += parts
        return list(zip(symbols, parts, strict=True))

    def _most(self, link: Link) -> int:
        """Return for how many of its symbols a name is answered: what was chosen is not asked about again."""
        return CHOSEN if self.linker.chosen(link.phrase) else MAX_NAMESAKES

    def _no_such_name(self, link: Link) -> Iterator[Event]:
        self.final = True
        near = self.tools.searcher.nearest_names(link.missing.rpartition(".")[2])
        self.book.unknown(f"no symbol is named {link.missing}" + (f"; nearest: {', '.join(near)}" if near else ""))
        for line in self._hit_lines(self.request.question):
            self.book.unknown(line)
        yield Step("link", f"{link.missing}: no such name")

    def _leftover(self, phrase: str) -> None:
        """Say which words of a phrase its name leaves unexplained: an answer that ignores them is no whole answer."""
        said = without(phrase, self.linker.written(phrase))
        named = {w for s in self.link.symbols for w in terms.split(s.qualname)} | set(terms.split(self.link.phrase))
        rest = [
            w
            for w in re.findall(r"[^\W\d][\w-]*", said)
            if w.lower() not in terms.STOP_WORDS | IGNORED and not set(terms.split(w)) & named
        ]
        others = [n for n in self.linker.written(phrase) if n not in self.link.phrase and self.linker.name(n)]
        rest += [n for n in others if not set(terms.split(n)) <= named]
        if self.link.how == "name" and self.linker.written(phrase):
            self._ignored(rest)

    def _ignored(self, words: Sequence[str]) -> None:
        """Say which words an answer passes over."""
        if words:
            self.book.unknown(f"not understood: {' '.join(words)!r}; this answers the question without it")
            self.weak = True

    def _unread(self) -> list[str]:
        """Return the words of a question that its form has no place for, if they are more than a few."""
        read = {w for slot in self.request.slots.values() for w in terms.query_terms(slot)}
        words = [w for w in re.findall(r"[^\W\d]\w+", self.request.question) if w.lower() not in terms.STOP_WORDS]
        rest = [w for w in dict.fromkeys(words) if not set(terms.query_terms(w)) & (read | _FORM_WORDS)]
        return rest if len(rest) > UNEXPLAINED else []

    def _says_more(self) -> bool:
        """Tell whether a question says more than the names it writes and the words of its form."""
        text = without(self.request.question, self.linker.written(self.request.question))
        words = {w for w in terms.query_terms(text) if len(w) > 2}
        return len(words - _FORM_WORDS) >= UNEXPLAINED

    def _holders(self, symbols: Sequence[Symbol]) -> list[str]:
        """Return what symbols stand in, and what that inherits from."""
        owners = [s.parent for s in symbols if s.parent]
        return [*owners, *(r.symbol.id for key in owners for r in self.tools.graph.bases(key))]

    def _unsaid(self, symbol: Symbol) -> None:
        """Say which words of the question neither a symbol nor what it calls ever says: they may suppose too much."""
        if symbol.external:
            return
        text = without(self.request.question, self.linker.written(self.request.question))
        calls = [r.symbol for r in self.tools.callees(symbol, 40).relations if not r.symbol.external]
        around = [symbol, *self.tools.graph.members(symbol.id)[:40], *calls]
        lacking = [w for w in self.linker.lacking(text, around) if w.lower() not in FORM_VERBS]
        if lacking:
            self.weak = True
            self.book.unknown(f"nothing in {symbol.label}, or in what it calls, speaks of {say.listed(lacking)}")

    def _about(self, symbol: Symbol) -> None:
        """Note that a symbol itself is what was asked for."""
        self.book.plans.append(str(find(symbol.id)))
        self.book.found([symbol])


def _first(keys: Sequence[str], limit: int) -> str:
    """Return the first of them and how many more there are."""
    more = f" and {len(keys) - limit} more" if len(keys) > limit else ""
    return f"{', '.join(keys[:limit])}{more}"
