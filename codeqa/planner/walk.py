"""One question on its way through the graph: linking its words, then the walk that its form asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from codeqa import terms
from codeqa.domain import CALLABLE, CLASS_LIKE, Event, Step, Symbol
from codeqa.notebook import Notebook
from codeqa.plan import Plan, Runner, check, find, piped, render, search
from codeqa.planner import describing, leftover, listing, reaching, relating, research
from codeqa.planner import sentences as say
from codeqa.planner.forms import Request, wanted
from codeqa.planner.grammar import Compiled, alternatives
from codeqa.planner.link import Link, Linker
from codeqa.tools import IMPACT_DEPTH, Tools

if TYPE_CHECKING:
    from codeqa.planner.asking import Asking

LEADS = 14  # places that research reads
FURTHER = 14  # places more that are only named
BACKGROUND = 6  # of them beside an answer
STRONGEST = 6  # of them that must hold what a question is about together
MOST_NAMED = 6  # things that one question may ask about each of
MAX_NAMESAKES = 3  # an ambiguous name is answered for each of so many candidates
CHOSEN = 6  # of so many, where somebody chose them
WIDE = 30  # candidates for the end of a chain, of which only some can be reached
STRONG = 0.75  # share of a phrase's meaning above which what search found is what was asked about
OPEN = ("compare", "search", "scattered")  # forms that may ask for more than their names say
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
UNSLOTTED = ("callers", "callees", "uses", "tests")
LISTED = ("callers", "callees", "uses", "tests", "hierarchy", "scattered")  # forms whose lists know no exceptions
NEGATION = re.compile(
    r"\b(?:never|not|no\s+longer|without|except|excluding|other\s+than|apart\s+from|do(?:es)?n[’']t|isn[’']t)\b", re.I
)


class Walk:
    """One question on its way through the graph."""

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

    def run(self) -> Iterator[Event]:
        if self.request.compiled:
            yield from self._relations()
            return
        if absent := self.linker.absent(self.request.question):
            self.final = True
            self.book.unknown(f"nothing in this repository mentions {say.listed(absent)}")
            self._nearest(self.request.question)
            yield Step("abstain", f"not mentioned anywhere: {', '.join(absent)}")
            return
        if missing := self.linker.missing(self.request.question):
            yield from self._no_such_name(Link(missing[0], missing=missing[0]))
            return
        if self.request.form in LISTED and (word := NEGATION.search(self.request.question)):
            self.book.unknown(f"{word[0]!r} is not understood: this answers the question without it")
            self.weak = True
        if self.request.form in UNSLOTTED:
            self._ignored(leftover.unslotted(self.request, self.linker))
        elif self.request.form in LISTED and (unread := self._unread()):
            self.book.unknown(f"not understood: {' '.join(unread[:8])}; this answers the question without it")
            self.weak = True
        handler = getattr(self, f"_{self.request.form}")
        yield from handler(self.request.slots.get("a", ""), self.request.slots.get("b", ""))
        if self._supposes_nothing():
            return
        if not self.book.facts and not self.final:
            yield from self._research(self.request.question)
        elif self.book.facts and not self.final and (self.weak or self.request.form in OPEN) and self._says_more():
            yield from self._research(self.request.question, background=True)

    def _unread(self) -> list[str]:
        """Return the words of a question that its form has no place for, if they are more than a few."""
        read = {w for slot in self.request.slots.values() for w in terms.query_terms(slot)}
        words = [w for w in re.findall(r"[^\W\d]\w+", self.request.question) if w.lower() not in terms.STOP_WORDS]
        rest = [w for w in dict.fromkeys(words) if not set(terms.query_terms(w)) & (read | _FORM_WORDS)]
        return rest if len(rest) > UNEXPLAINED else []

    def _says_more(self) -> bool:
        """Tell whether a question says more than the names it writes and the words of its form."""
        text = self.request.question
        for name in self.linker.written(text):
            text = text.replace(name, " ")
        words = {w for w in terms.query_terms(text) if len(w) > 2}
        return len(words - _FORM_WORDS) >= UNEXPLAINED

    # --------------------------------------------------------------------------------------------------------- linking

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
        if idle := [s.id for s in link.symbols if s not in kept]:
            more = f" and {len(idle) - 3} more" if len(idle) > 3 else ""
            self.book.unknown(f"nothing was found for other symbols of that name: {', '.join(idle[:3])}{more}")
        return Link(link.phrase, tuple(kept), link.how, link.others)

    def _namesakes(self, link: Link) -> None:
        if self.back:
            self.back.ends(self.request.form, self.request.slots)
        shown = [*link.symbols[MAX_NAMESAKES:], *(s for s in link.others if s.role != "test")]
        if len(link.symbols) > 1:
            more = f" and {len(link.symbols) - 6} more" if len(link.symbols) > 6 else ""
            self.book.unknown(f"{link.phrase!r} is ambiguous: {', '.join(s.id for s in link.symbols[:6])}{more}")
        elif shown:
            names = ", ".join(s.id for s in shown[:3])
            more = f" and {len(shown) - 3} more" if len(shown) > 3 else ""
            self.book.unknown(f"other symbols named {link.first.name}, not meant here: {names}{more}")

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

    # ------------------------------------------------------------------------------------------------------- relations

    def _relations(self) -> Iterator[Event]:
        """Answer each part that the grammar understood, then research what it did not."""
        for compiled in self.request.compiled:
            yield from self._relation(compiled)
        self.weak = self.weak or bool(self.request.slots.get("rest"))
        if self._supposes_nothing():
            return
        if rest := self.request.slots.get("rest", ""):
            self.book.unknown(f"not understood, only searched for: {rest!r}")
            self.weak = True
            if self.book.facts:
                yield from self._research(self.request.question, background=True)

    def _supposes_nothing(self) -> bool:
        """Tell whether all that was found is that there is none of what the rest of the question is about."""
        if self.request.form == "path":
            return False  # how near both ends come is told
        composed = any(plan.count("|") > 1 or " & " in plan or " - " in plan for plan in self.book.plans)
        absent = [f for f in self.book.facts if f.check == "count" and not f.count]
        unsure = self.weak or (composed and any(not fact.part for fact in absent))
        if self.book.results or not absent or not unsure or len(absent) < sum(bool(f.part) for f in self.book.facts):
            return False
        self.book.nothing()
        self.final = True
        return True

    def _relation(self, compiled: Compiled) -> Iterator[Event]:
        """Answer a question that the grammar understood: run its plan, for each thing that its name may mean."""
        for link in compiled.links:
            if link.missing:
                yield from self._no_such_name(link)
                return
        if wrong := relating.wrong_kind(self.tools, compiled.plan):
            self.final = True
            self.book.unknown(wrong)
            yield Step("abstain", wrong)
            return
        yield Step("plan", str(compiled.plan))
        for link in compiled.links:
            if link.how == "search":
                yield from self._by_search(link)
                if not self.link:
                    return
            elif link:
                self._spelled_otherwise(link)
        plans = self._meant(compiled)
        parts = [f"relation {len(self.book.parts) + n + 1}" for n in range(len(plans))]
        self.book.parts += parts
        for plan, part in zip(plans, parts, strict=True):
            found = relating.tell(self.tools, self.runner, self.book, plan, part)
            yield Step("expand", f"{plan}: {found.number if found.gives == 'number' else len(found.rows)}")

    def _meant(self, compiled: Compiled) -> list[Plan]:
        """Return the plan for each candidate of an ambiguous name that it finds something for, most first."""
        link = next((link for link in compiled.links if link.certain and len(link.symbols) > 1), None)
        if link is None:
            for known in compiled.links:
                self._namesakes(known)
            return [compiled.plan]
        if self.back:
            self.back.relation(compiled)
        for other in compiled.links:
            if other is not link:
                self._namesakes(other)
        plans = {s.id: alternatives(compiled, s, link.first) for s in link.symbols[:WIDE]}
        sizes = {key: self.runner.number(plan) for key, plan in plans.items()}
        kept = sorted((key for key in plans if sizes[key]), key=lambda key: -sizes[key])
        if idle := [key for key in plans if key not in kept and kept]:
            more = f" and {len(idle) - 3} more" if len(idle) > 3 else ""
            self.book.unknown(f"nothing was found for other symbols of that name: {', '.join(idle[:3])}{more}")
        if len(kept) > 1 or not kept:
            names = kept or list(plans)
            more = f" and {len(names) - 6} more" if len(names) > 6 else ""
            self.book.unknown(f"{link.phrase!r} is ambiguous: {', '.join(names[:6])}{more}")
        return [plans[key] for key in (kept or list(plans))[: self._most(link)]]

    def _most(self, link: Link) -> int:
        """Return for how many of its symbols a name is answered: what was chosen is not asked about again."""
        return CHOSEN if self.linker.chosen(link.phrase) else MAX_NAMESAKES

    def _no_such_name(self, link: Link) -> Iterator[Event]:
        self.final = True
        near = self.tools.searcher.nearest_names(link.missing.rpartition(".")[2])
        self.book.unknown(f"no symbol is named {link.missing}" + (f"; nearest: {', '.join(near)}" if near else ""))
        self.book.unknowns.extend(h for h in self._hit_lines(self.request.question) if h not in self.book.unknowns)
        yield Step("link", f"{link.missing}: no such name")

    # ----------------------------------------------------------------------------------------------------------- forms

    def _listed(self, phrase: str, step: str, **options: int) -> Iterator[Event]:
        """Answer with one list for each symbol that a phrase may mean."""
        size = (lambda s: self.tools.callees(s).total) if step == "callees" else lambda s: len(self.tools.uses(s))
        yield from self._subject(phrase, weigh=size)
        self._leftover(phrase)
        for symbol, part in self._each(step):
            plan = piped(find(symbol.id), step, **options)
            found = relating.tell(self.tools, self.runner, self.book, plan, part)
            yield Step("expand", f"{plan}: {len(found.rows)}")

    def _leftover(self, phrase: str) -> None:
        """Say which words of a phrase its name leaves unexplained: an answer that ignores them is no whole answer."""
        said = phrase
        for name in self.linker.written(phrase):
            said = said.replace(name, " ")
        named = {w for s in self.link.symbols for w in terms.split(s.qualname)} | set(terms.split(self.link.phrase))
        rest = [
            w
            for w in re.findall(r"[^\W\d][\w-]*", said)
            if w.lower() not in terms.STOP_WORDS | IGNORED and not set(terms.split(w)) & named
        ]
        others = [n for n in self.linker.written(phrase) if n not in self.link.phrase and self.linker.name(n)]
        rest += [n for n in others if not set(terms.split(n)) <= named]
        if self.link.how == "name" and rest and self.linker.written(phrase):
            self.book.unknown(f"not understood: {' '.join(rest)!r}; this answers the question without it")
            self.weak = True

    def _ignored(self, words: Sequence[str]) -> None:
        """Say which words an answer passes over."""
        if words:
            self.book.unknown(f"not understood: {' '.join(words)!r}; this answers the question without it")
            self.weak = True

    def _callers(self, a: str, b: str) -> Iterator[Event]:
        yield from self._listed(a, "callers")

    def _callees(self, a: str, b: str) -> Iterator[Event]:
        yield from self._listed(a, "callees")

    def _uses(self, a: str, b: str) -> Iterator[Event]:
        yield from self._listed(a, "raisers" if listing.RAISED.search(self.request.question) else "users")

    def _tests(self, a: str, b: str) -> Iterator[Event]:
        yield from self._listed(a, "tests")

    def _impact(self, a: str, b: str) -> Iterator[Event]:
        depth = int(self.request.slots.get("depth", IMPACT_DEPTH))
        yield from self._subject(a, weigh=lambda s: len(self.tools.uses(s)))
        self._leftover(a)
        tests = "tests" in self.request.wants
        for symbol, part in self._each("impact"):
            if tests and "tests" not in self.book.parts:
                self.book.parts.append("tests")  # they were asked for as well: without them it is not covered
            plan = piped(find(symbol.id), "impact", depth=depth)
            self.book.plans.append(str(check(plan)))
            found = listing.impact(self.tools, self.book, symbol, part, depth)
            self.book.found(r.symbol for r in (*found.users, *(found.tests if tests else ())))
            yield Step("expand", f"{plan}: {found.total}")

    def _hierarchy(self, a: str, b: str) -> Iterator[Event]:
        names = [self.linker.name(n) for n in self.linker.written(self.request.question)]
        classes = [link for link in names if link and (link.first.kind in CLASS_LIKE or link.first.external)]
        method = next(iter(self._members_named(self.request.question)), "")
        whole = next((link for link in names if link and link.first.kind in CALLABLE and "." in link.phrase), None)
        if whole is not None:
            self.link = self._weighed(whole, lambda s: len(self.tools.graph.overriding(s.id)))
            self._namesakes(self.link)
            self._leftover(a)
            for symbol, part in self._each("overrides"):
                relating.tell(self.tools, self.runner, self.book, piped(find(symbol.id), "overriders"), part)
                yield Step("expand", f"overrides of {symbol.id}")
            return
        if classes:
            self.link = classes[0]
            self.link = self._weighed(self.link, lambda s: self._heirs(s, method) or self._heirs(s, ""))
            yield Step("link", f"{self.link.phrase} → {', '.join(s.id for s in self.link.symbols[:3])}")
            self._namesakes(self.link)
        elif method and "overrides" in self.request.wants and (found := self._owners_of(method)):
            self.link = Link(method, tuple(found[:1]), "name", tuple(found[1:]))
            for symbol, part in self._each("overrides"):
                relating.tell(self.tools, self.runner, self.book, piped(find(symbol.id), "overriders"), part)
            return
        elif other := next((link.first for link in names if link), None):
            self.final = True
            self.book.unknown(f"{other.label} is {say.kind_of(other)}: nothing inherits from it")
            return
        else:
            yield from self._subject(a, CLASS_LIKE)
        self._leftover(a.replace(method, " ") if method else a)
        for symbol, part in self._each("heirs"):
            plan = piped(find(symbol.id), "subclasses")
            plan = piped(plan, "members", name=method) if method else plan
            self.book.plans.append(str(plan))
            self.book.found(row.symbol for row in self.runner.run(plan).rows)
            if method:
                self.book.parts.append("overrides")
            listing.heirs(self.tools, self.book, symbol, part, method)
            yield Step("expand", f"heirs of {symbol.id}" + (f" that override {method}" if method else ""))

    def _members_named(self, text: str) -> list[str]:
        """Return the names in a text that are methods of something."""
        written = self.linker.written(text)
        words = [*written, *text.replace("?", " ").split()]
        bare = [word.strip("`'\".,()").rpartition(".")[2] for word in words]
        last = text.lower().rstrip("? ")
        return [
            name
            for name in bare
            if self._is_member(name) and (name in written or "_" in name or last.endswith(name.lower()))
        ]

    def _is_member(self, name: str) -> bool:
        named = self.tools.store.symbols_named(name) if name.isidentifier() else []
        return any(s.kind in ("method", "property") for s in named)

    def _heirs(self, symbol: Symbol, method: str) -> int:
        """Count what inherits from a class; with `method`, only what defines that."""
        heirs = self.tools.graph.derived(symbol.id)
        if not method:
            return len(heirs)
        return sum(1 for r in heirs if any(m.name == method for m in self.tools.graph.members(r.symbol.id)))

    def _owners_of(self, method: str) -> list[Symbol]:
        """Return the methods of that name which others override, most overridden first."""
        found = [s for s in self.tools.store.symbols_named(method) if s.kind in CALLABLE and not self.tools.is_test(s)]
        ranked = [(len(self.tools.graph.overriding(s.id)), s) for s in found]
        return [s for n, s in sorted(ranked, key=lambda p: (-p[0], p[1].id)) if n]

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
        self.book.plans.append(str(reaching.plan(source, target, self.max_hops + 2)))
        found = reaching.path(self.tools, self.book, source, target, self.max_hops + 2)
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

    def _where(self, a: str, b: str) -> Iterator[Event]:
        if several := leftover.several(self.request, self.linker):
            yield from self._of_each(several, self._where)
            return
        yield from self._subject(a)
        if not self.link.certain:
            return
        self._ignored(leftover.undone(a, self.linker))
        for symbol, part in self._each("where"):
            if symbol.external:
                listing.uses(self.tools, self.book, symbol, part)
            else:
                describing.where(self.tools, self.book, symbol, part, self.request.wants)
            self._about(symbol)
            yield Step("read", symbol.id)

    def _what(self, a: str, b: str) -> Iterator[Event]:
        if several := leftover.several(self.request, self.linker):
            yield from self._of_each(several, self._what)
            return
        names = [self.alone] if self.alone else self.linker.written(self.request.question)
        yield from self._subject(a if self.alone or not names else names[0])
        if not self.link.certain:
            return
        if (away := self._apart(names)) is not None:
            yield away
            return
        for symbol, part in self._each("what"):
            describing.describe(self.tools, self.book, symbol, part)
            self._about(symbol)
            self._unsaid(symbol)
            yield Step("read", symbol.id)

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
                self.book.unknowns += [f"{s.label} is at {s.cite}" for s in (one[0], two[0])]
                return Step("abstain", text)
        return None

    def _holders(self, symbols: Sequence[Symbol]) -> list[str]:
        """Return what symbols stand in, and what that inherits from."""
        owners = [s.parent for s in symbols if s.parent]
        return [*owners, *(r.symbol.id for key in owners for r in self.tools.graph.bases(key))]

    def _unsaid(self, symbol: Symbol) -> None:
        """Say which words of the question neither a symbol nor what it calls ever says: they may suppose too much."""
        if symbol.external:
            return
        text = self.request.question
        for name in self.linker.written(text):
            text = text.replace(name, " ")
        calls = [r.symbol for r in self.tools.callees(symbol, 40).relations if not r.symbol.external]
        around = [symbol, *self.tools.graph.members(symbol.id)[:40], *calls]
        lacking = [w for w in self.linker.lacking(text, around) if w.lower() not in FORM_VERBS]
        if lacking:
            self.weak = True
            self.book.unknown(f"nothing in {symbol.label}, or in what it calls, speaks of {say.listed(lacking)}")

    def _of_each(self, names: Sequence[str], walk: Callable[[str, str], Iterator[Event]]) -> Iterator[Event]:
        """Answer for each name of a list."""
        whole = self.request
        for name in names[:MOST_NAMED]:
            self.alone = name
            self.request = replace(whole, slots={**whole.slots, "a": name})
            yield from walk(f"`{name}`", "")
        self.request, self.alone = whole, ""
        if len(names) > MOST_NAMED:
            self.book.unknown(
                f"answered for {MOST_NAMED} of these: nothing is said of {say.listed(names[MOST_NAMED:])}"
            )
            self.weak = True

    def _about(self, symbol: Symbol) -> None:
        """Note that a symbol itself is what was asked for."""
        self.book.plans.append(str(find(symbol.id)))
        self.book.found([symbol])

    def _compare(self, a: str, b: str) -> Iterator[Event]:
        yield from self._subject(a)
        one = self.link
        if not one:
            return
        yield from self._subject(b)
        if not self.link:
            return
        self.book.parts += ["first", "second"]
        self._about(one.first)
        self._about(self.link.first)
        describing.compare(self.tools, self.book, one.first, self.link.first, self.request.question)
        yield Step("connect", f"{one.first.id} beside {self.link.first.id}")

    def _scattered(self, a: str, b: str) -> Iterator[Event]:
        names = [link for n in self.linker.written(a or self.request.question) if (link := self.linker.name(n))]
        if not names:
            yield from self._search(self.request.question, "")
            return
        self.link = names[0]
        yield Step("link", f"{self.link.phrase} → {self.link.first.id}")
        self._namesakes(self.link)
        for symbol, part in self._each("places"):
            listing.places(self.tools, self.book, symbol, self.request.question, part)
            self.book.plans.append(str(piped(find(symbol.id), "users")))
            if symbol.kind in CALLABLE:
                self._routes(symbol)
            yield Step("expand", f"places of {symbol.id}")

    def _routes(self, symbol: Symbol) -> None:
        """Ways to get somewhere may be longer than one call: add the step before each caller."""
        for relation in self.tools.callers(symbol, 6).relations:
            if self.tools.is_test(relation.symbol):
                continue
            for further in self.tools.callers(relation.symbol, 3).relations:
                if not self.tools.is_test(further.symbol) and (
                    fact := say.relation(self.tools, further.edge, item=True)
                ):
                    self.book.add(fact)
                    self.book.walk([further.edge])

    def _search(self, a: str, b: str) -> Iterator[Event]:
        """No form fits: read the best hits, and connect what they found."""
        names = self.linker.written(self.request.question)
        if names and (link := self.linker.name(names[0])):
            self.link = link
            self._namesakes(link)
            for symbol, part in self._each("what"):
                describing.describe(self.tools, self.book, symbol, part)
            self.weak = True
            yield Step("read", link.first.id)
            return
        yield from self._research(self.request.question)

    def _research(self, question: str, *, background: bool = False) -> Iterator[Event]:
        """Read what the words of a question lead to; as `background` it adds to what was found already."""
        self.weak = self.weak or not background
        if missing := self.linker.missing(question):
            if not background:
                yield from self._no_such_name(Link(missing[0], missing=missing[0]))
            return
        if not background and (unspoken := self.linker.unspoken(question)):
            self.book.unknown(f"nothing in this repository speaks of {unspoken}")
            self._nearest(question)
            yield Step("abstain", f"not mentioned anywhere: {unspoken}")
            return
        known = [link.first for n in self.linker.written(question) if (link := self.linker.name(n))]
        tests = "tests" in wanted(question)
        found = research.leads(self.tools, self.linker, question, LEADS + FURTHER, tests=tests, known=known)
        covered = self.linker.together(question, [lead.symbol for lead in found[:STRONGEST]])
        if not background and (not found or not research.about(self.tools, question, found[:STRONGEST])):
            self.book.unknown("no symbol is named in the question, and nothing here is near enough to what it says")
            self._nearest(question)
            yield Step("abstain", f"the best places hold {covered:.0%} of the question, and mean something else")
            return
        yield Step("read", f"{len(found)} places that hold {covered:.0%} of the question's words")
        if not background:
            self.book.parts.append("search")
            self.book.plans.append(render(search(question)))
            self.book.preface = "These places fit the words of the question best, in the order in which they call:"
            self.book.unknown("no symbol is named in the question: these places fit its words best")
        told = set(self.book.results)
        fresh = [lead for lead in found if lead.symbol.id not in told]
        read = BACKGROUND if background else LEADS
        research.tell(self.tools, self.linker, self.book, fresh[:read], question)
        research.mention(self.book, fresh[read : read + FURTHER])
        if not background:
            self.book.found(lead.symbol for lead in found[:LEADS])
