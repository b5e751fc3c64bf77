"""One question on its way through the graph: linking its words, then the walk that its form asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from codeqa.domain import CALLABLE, CLASS_LIKE, Event, Step, Symbol
from codeqa.plan import Plan, check, find, piped, render, search
from codeqa.planner import describing, leftover, listing, relating, research
from codeqa.planner import sentences as say
from codeqa.planner.chains import Chains
from codeqa.planner.forms import wanted
from codeqa.planner.grammar import Compiled, alternatives
from codeqa.planner.link import Link
from codeqa.planner.linking import WIDE
from codeqa.tools import IMPACT_DEPTH

LEADS = 14  # places that research reads
FURTHER = 14  # places more that are only named
BACKGROUND = 6  # of them beside an answer
MOST_NAMED = 6  # things that one question may ask about each of
STRONGEST = 6  # of them that must hold what a question is about together
OPEN = ("compare", "search", "scattered")  # forms that may ask for more than their names say
UNSLOTTED = ("callers", "callees", "uses", "tests")
LISTED = ("callers", "callees", "uses", "tests", "hierarchy", "scattered")  # forms whose lists know no exceptions
NEGATION = re.compile(
    r"\b(?:never|not|no\s+longer|without|except|excluding|other\s+than|apart\s+from|do(?:es)?n[’']t|isn[’']t)\b", re.I
)


class Walk(Chains):
    """One question on its way through the graph."""

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
        self._idle([key for key in plans if key not in kept and kept])
        if len(kept) > 1 or not kept:
            self._ambiguous(link, kept or list(plans))
        return [plans[key] for key in (kept or list(plans))[: self._most(link)]]

    def _listed(self, phrase: str, step: str, **options: int) -> Iterator[Event]:
        """Answer with one list for each symbol that a phrase may mean."""
        size = (lambda s: self.tools.callees(s).total) if step == "callees" else lambda s: len(self.tools.uses(s))
        yield from self._subject(phrase, weigh=size)
        self._leftover(phrase)
        for symbol, part in self._each(step):
            plan = piped(find(symbol.id), step, **options)
            found = relating.tell(self.tools, self.runner, self.book, plan, part)
            yield Step("expand", f"{plan}: {len(found.rows)}")

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

    def _of_each(self, names: Sequence[str], walk: Callable[[str, str], Iterator[Event]]) -> Iterator[Event]:
        """Answer for each name of a list."""
        whole = self.request
        for name in names[:MOST_NAMED]:
            self.alone = name
            self.request = replace(whole, slots={**whole.slots, "a": name})
            yield from walk(f"`{name}`", "")
        self.request, self.alone = whole, ""
        if len(names) > MOST_NAMED:
            left = say.listed(names[MOST_NAMED:])
            self.book.unknown(f"answered for {MOST_NAMED} of these: nothing is said of {left}")
            self.weak = True

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
        if self.linker.missing(question):
            return  # only of what the grammar left: any other question ended with that
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
