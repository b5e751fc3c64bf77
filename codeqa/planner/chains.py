"""Walks that look for a chain between two things, named or only described."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

from codeqa.domain import CALLABLE, Event, Step, Symbol
from codeqa.planner import reaching
from codeqa.planner import sentences as say
from codeqa.planner.link import Link
from codeqa.planner.linking import MAX_NAMESAKES, STRONG, WIDE, Linking


class Chains(Linking, ABC):
    """Looks for chains."""

    def _path(self, a: str, b: str) -> Iterator[Event]:
        if not b:
            yield from self._what(a, b)
            return
        if not self.linker.names_something(a) and not self.linker.names_something(b):
            yield from self._spoken_path(a, b)
            return
        yield from self._subject(a)
        source = self.link
        if source.missing:
            return
        target = self.linker.link(b)
        if target.missing or target.certain or not source.certain:
            yield from self._subject(b)
            target = self.link
        if not source or not target:
            return
        self.book.parts.append("path")
        if not target.certain:
            target = self._reachable(source, target)
            yield Step("link", f"{b} → {target.first.id if target else 'nothing within reach'} (search)")
        if not target:
            self.book.unknown(f"nothing that {source.first.label} reaches fits {b!r}")
            self._nearest(self.request.question)
            return
        longest = 2 * self.max_hops  # it grows from both ends
        self.book.plans.append(str(reaching.plan(source, target, longest)))
        found = reaching.path(self.tools, self.book, source, target, longest)
        self.weak = self.weak or not found
        self.final = self.final or (not found and source.certain and target.certain)
        yield Step("connect", f"{source.first.id} … {target.first.id}: {'connected' if found else 'no path'}")

    def _spoken_path(self, a: str, b: str) -> Iterator[Event]:
        """Neither end is named: connect what fits one with what fits the other, or climb from what fits both."""
        offered = [s for p in (a, b, f"{a} {b}") for s in self.linker.search(p, limit=WIDE).symbols]
        offered = list(dict.fromkeys(s for s in offered if say.is_code(s) and s.kind in CALLABLE))
        starts = self._fitting(a, offered)
        ends = self._fitting(b, offered)
        both = sorted(
            (s for s in offered if s.id in starts and s.id in ends), key=lambda s: -(starts[s.id] + ends[s.id])
        )
        yield Step(
            "link",
            f"{a} → {len(starts)} candidates; {b} → {len(ends)}; both: {', '.join(s.id for s in both[:3]) or 'none'}",
        )
        self.weak = True
        edges = reaching.climb(self.tools, both[0], self.max_hops) if both else []
        if not edges:
            edges, _ = self.tools.graph.path(
                list(starts)[:6], [k for k in list(ends)[:6] if k not in starts], self.max_hops + 2
            )
        symbols = self.tools.graph.symbols([edges[0].src, edges[-1].dst]) if edges else {}
        if not edges or len(symbols) < 2:
            self.book.unknown(f"nothing that fits {a!r} was found to reach anything that fits {b!r}")
            self._nearest(self.request.question)
            yield Step("connect", "no path")
            return
        self.book.parts.append("path")
        self.book.unknown(f"neither {a!r} nor {b!r} names a symbol; this chain is the best fit for their words")
        reaching.tell(self.tools, self.book, symbols[edges[0].src], symbols[edges[-1].dst], edges)
        yield Step("connect", f"{edges[0].src} … {edges[-1].dst}")

    def _fitting(self, phrase: str, symbols: Sequence[Symbol]) -> dict[str, float]:
        """Return the symbols that hold enough of a phrase's words, the best first."""
        fits = {s.id: self.linker.fit(phrase, s) for s in symbols}
        good = sorted((key for key, fit in fits.items() if fit >= self.evidence), key=lambda key: (-fits[key], key))
        return {key: fits[key] for key in good}

    def _reachable(self, source: Link, target: Link) -> Link:
        """Of what search and names offer for the end of a chain, keep the one that fits best and is reached."""
        offered = self.linker.search(target.phrase, limit=WIDE)
        starts = [k for s in source.symbols[:MAX_NAMESAKES] for k in self.tools.graph.starts(s)]
        reached = self.tools.graph.symbols(self.tools.graph.reachable(starts, self.max_hops + 2))
        known = [s for s in reached.values() if s.id not in starts and say.is_code(s) and not s.external]
        options = [*(s for s in offered.symbols if s in known), *self.linker.by_name(target.phrase, known, WIDE)]
        fits = {s.id: self.linker.fit(target.phrase, s) for s in options}
        best = max(options, key=lambda s: fits[s.id], default=None)
        if best is None or fits[best.id] < self.evidence * 0.8:
            return Link(target.phrase, offered.symbols[:1] if offered.coverage >= STRONG else (), "search")
        self.weak = self.weak or fits[best.id] < STRONG
        if fits[best.id] < STRONG:
            self.book.unknown(f"{target.phrase!r} names no symbol; {best.label} is the best fit within reach")
        return Link(target.phrase, (best,), "search", coverage=fits[best.id])

    def _apart(self, names: Sequence[str]) -> Event | None:
        """A question that speaks of two things supposes that they meet: say how, or that nothing shows them to."""
        links = [link for n in names if (link := self.linker.name(n))]
        for other in [
            link for link in links[1:] if not {s.id for s in link.symbols} & {s.id for s in self.link.symbols}
        ]:
            one, two = self.link.symbols[:MAX_NAMESAKES], other.symbols[:MAX_NAMESAKES]
            if set(self._holders(one)) & {s.id for s in two} or set(self._holders(two)) & {s.id for s in one}:
                continue
            edges, searched = self.tools.chain(one, two, self.max_hops)
            if not edges:
                edges, more = self.tools.chain(two, one, self.max_hops)
                searched += more
            ends = self.tools.graph.symbols([edges[0].src, edges[-1].dst]) if edges else {}
            if len(ends) == 2:
                reaching.tell(self.tools, self.book, ends[edges[0].src], ends[edges[-1].dst], edges)
            else:
                self.final = True
                text = f"nothing was found that leads from {one[0].label} to {two[0].label}, or back"
                self.book.unknown(f"{text} ({searched} symbols looked at)")
                for symbol in (one[0], two[0]):
                    self.book.unknown(f"{symbol.label} is at {symbol.cite}")
                return Step("abstain", text)
        return None

    @abstractmethod
    def _what(self, a: str, b: str) -> Iterator[Event]:
        """See Walk: a question for a chain may name but one end."""
