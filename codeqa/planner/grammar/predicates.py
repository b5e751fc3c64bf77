"""Verb phrases: what is said of a thing, and how several sayings narrow it together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from codeqa.plan import Both, Plan, piped
from codeqa.planner.grammar import vocabulary as words
from codeqa.planner.grammar.reader import Further, NotUnderstood, Set, member_of, needed, remembered
from codeqa.planner.grammar.things import REACHED, Things
from codeqa.planner.grammar.vocabulary import ANY, CALLABLE, CLASS, TEST, Verb
from codeqa.planner.link import Link

_SUPERS = (
    ("super",),
    ("super", "too"),
    ("the", "super", "method"),
    ("the", "super", "implementation"),
    ("the", "superclass", "method"),
    ("the", "parent",),
    ("the", "parent", "method"),
    ("the", "parent", "implementation"),
    ("the", "parent's", "implementation"),
    ("the", "parent's", "method"),
    ("the", "parent's", "version"),
    ("the", "parent", "version"),
    ("the", "base", "implementation"),
    ("the", "base", "method"),
    ("the", "base", "version"),
    ("the", "base", "class"),
    ("the", "base", "class", "implementation"),
    ("the", "original", "implementation"),
    ("the", "inherited", "implementation"),
    ("the", "inherited", "one"),
    ("the", "inherited", "version"),
    ("the", "overridden", "method"),
    ("the", "method", "they", "override"),
    ("the", "one", "they", "override"),
    ("what", "they", "override"),
)[::-1]  # fmt: skip


@dataclass(slots=True)
class Predicates(Things):
    """Reads verb phrases."""

    # ----------------------------------------------------------------------------------------------------- predicates

    @remembered
    def _predicates(self, subject: Set, *, relative: bool = True, be: bool = False) -> Set:
        """Read what is said of a subject: one predicate or more, joined by and, but, without."""
        if relative:
            self._maybe(",")
            self._maybe("but")
            self._relativizer()
        found = self._placed_where(subject) if self._maybe("where") else self._predicate(subject, be=be)
        while self.at < len(self.tokens):
            further = self._try(partial(self._joined, found))
            if further is None:
                break
            found = further
        return self._in_place(found)

    def _joined(self, found: Set) -> Set:
        if self._maybe("without"):
            return self._lacking(found, negated=True)
        if self._maybe("where"):
            return self._placed_where(found)
        if self._maybe("although", "though"):
            return self._although(found)
        while self._maybe(",", ";"):
            pass
        self._maybe("and", "but", "yet", "while")
        self._maybe("also", "then", "itself", "themselves")
        self._relativizer()
        return self._predicate(found)

    def _placed_where(self, found: Set) -> Set:
        """[the places] where X gets created."""
        if found.plan is not None or found.sort != ANY:
            raise NotUnderstood
        target = self._object()
        self._word("is", "are", "gets", "get")
        verb, _ = self._verb("ed")
        return self._did(verb, target)

    def _although(self, found: Set) -> Set:
        """[although] none of them names it; [although] they never call it directly."""
        if self._maybe("none"):
            self._maybe("of")
            self._word("them", "these", "those")
        else:
            self._word("they", "it")
            self._word(*words.NEGATIONS, "do")
            self._maybe("not")
        return self._doing_it(found, negated=True)

    @remembered
    def _predicate(self, subject: Set, *, be: bool = False) -> Set:
        return self._either(
            lambda: self._supering(subject),
            lambda: self._indirectly(subject),
            lambda: self._descending(subject),
            lambda: self._nobody(subject),
            lambda: self._with(subject),
            lambda: self._called(subject, be=be),
            lambda: self._doing_it(subject),
            lambda: self._done_by(subject),
            lambda: self._whose(subject),
            lambda: self._naming(subject),
        )

    def _indirectly(self, subject: Set) -> Set:
        """Reach X INDIRECTLY: an idiom for without calling it themselves."""
        self._verb("base", "s", "ing", "ed")
        target = self._object()
        self._word("indirectly")
        if self.tokens[self.at - 1].text != "INDIRECTLY" or subject.plan is not None:
            raise NotUnderstood
        step = "tests" if subject.sort == TEST else "reached_by"
        reached = piped(needed(target), step, **({"depth": REACHED} if step == "tests" else {}))
        return Set(Both("-", reached, piped(needed(target), "callers")), subject.sort)

    def _descending(self, subject: Set) -> Set:
        """Have C among their ancestors."""
        self._word("have", "has")
        target = self._object()
        self._word("ancestor")
        return Set(piped(needed(target), "subclasses"), CLASS, of_class=True)

    def _supering(self, subject: Set, *, negated: bool = False) -> Set:
        """Call super; delegate to the parent's implementation."""
        negated = self._negation() or negated
        self._verb("base", "s", "ing", "ed")
        for phrase in _SUPERS:
            if self._sequence(phrase):
                break
        else:
            raise NotUnderstood
        plan = needed(self._methods(subject))
        kept = piped(plan, "calls_super")
        return Set(Both("-", plan, kept) if negated else kept, CALLABLE)

    def _nobody(self, subject: Set) -> Set:
        """[that] nobody calls; no test covers."""
        if self._maybe("no"):
            self._word("one", "test", "tests", "code", "other", "function", "body", "class", "caller")
            tests = self.tokens[self.at - 1].low in ("test", "tests")
        else:
            self._word(*words.NOBODY)
            tests = False
        self._maybe("else", "code", "in")
        how = self._adverbs()
        verb, _ = self._verb("base", "s")
        how = self._adverbs() or how
        if how not in ("", words.NEAR):
            raise NotUnderstood
        step = "tests" if tests else verb.active
        return replace(subject, plan=piped(needed(subject), "without", step))

    def _with(self, subject: Set) -> Set:
        """Have no callers; with tests; without tests."""
        if self._maybe("without"):
            return self._lacking(subject, negated=True)
        negated = self._negation()
        self._word("have", "has", "with", "having")
        negated = self._maybe("no", "zero") is not None or negated
        return self._lacking(subject, negated=negated)

    def _lacking(self, subject: Set, *, negated: bool) -> Set:
        """[without] tests; [without] calling it directly."""
        if self._is_verb("ing"):
            return self._either(
                lambda: self._supering(subject, negated=negated), lambda: self._doing_it(subject, negated=negated)
            )
        self._maybe("any", "a", "its", "their", "own")
        noun = self._relative_noun()
        return self._with_or_without(subject, noun.step, negated=negated)

    def _called(self, subject: Set, *, be: bool) -> Set:
        """[are] called by X; are never called; is overridden in X."""
        negated = self._negation()
        if not be and self._maybe("is", "are", "was", "were", "gets", "get", "be") and not negated:
            be = True
            negated = self._negation()
        self._maybe("being", "be", "get")
        adverb = self._adverbs()
        negated = self._negation() or negated
        verb, _ = self._verb("ed")
        how = self._adverbs() or adverb
        if self._maybe("by", "from", "in", "inside", "with", "within", "through"):
            anybody = self._maybe("anything", "anyone", "anybody", "something", "others")
            if anybody and be and how in ("", words.NEAR):
                return self._with_or_without(subject, verb.active, negated=negated)
            if anybody:
                raise NotUnderstood
            both = self._maybe("both", "either", "neither")
            negated = negated or both == "neither"
            done_by = partial(self._done_by_agent, subject, verb, how)
            first = done_by(negated=negated)
            further = self._listed(partial(done_by, negated=False), verbs=both is not None, negated=negated)
            return self._put_together(subject, first, further)
        if not be or how not in ("", words.NEAR):
            raise NotUnderstood
        return self._with_or_without(subject, verb.active, negated=negated)

    @staticmethod
    def _with_members(subject: Set, names: Sequence[str], marks: Sequence[str]) -> Set:
        """Keep the classes that have all of these members, or not those that are denied: no method is two of them."""
        plan: Plan = piped(needed(subject), "defining", names[0])
        for mark, name in zip(marks, names[1:], strict=True):
            with_it = piped(needed(subject), "defining", name)
            plan = Both("-", plan, with_it) if mark == "-" else piped(plan, "defining", name)
        return replace(subject, plan=plan)

    def _done_by_agent(self, subject: Set, verb: Verb, how: str, *, negated: bool) -> Set:
        """[called by] X."""
        self._maybe("by")
        return self._narrowed(subject, self._undergone(verb, self._object(), how=how), negated=negated)

    def _with_or_without(self, subject: Set, step: str, *, negated: bool) -> Set:
        """Keep what a step finds something for, or nothing; only what can be called is worth saying is never called."""
        plan = needed(subject)
        if step == "callers" and not subject.kind:
            plan = piped(plan, "where", kind="callable")
        return replace(subject, plan=piped(plan, "without" if negated else "having", step))

    def _doing_it(self, subject: Set, *, negated: bool = False) -> Set:
        """Call X; never set X; calling both X and Y; call X but not Y."""
        negated = self._negation() or negated
        how = self._adverbs()
        if self._maybe("is", "are") and self._peek().low not in ("derived", "descended"):
            raise NotUnderstood
        derived = self._peek().low in ("derived", "descended")
        verb, stem = self._verb(*(("base", "s", "ing", "ed") if negated or derived else ("base", "s", "ing")))
        if stem in words.FROM_VERBS and self.tokens[self.at - 1].low != "from":
            raise NotUnderstood
        how = self._adverbs() or how
        self._maybe("to") if stem == "call" else None
        both = self._maybe("both", "either", "neither")
        if both == "neither" and negated:
            raise NotUnderstood
        negated = negated or both == "neither"
        first = self._objected(subject, verb, how, negated=negated)
        further = self._listed(
            partial(self._objected, subject, verb, how, negated=False), verbs=both is not None, negated=negated
        )
        return self._put_together(subject, first, further)

    def _put_together(self, subject: Set, first: Set, further: Sequence[Further]) -> Set:
        """Make one set of what is said of several objects."""
        names = [member_of(side.plan, subject.plan) for side in (first, *(more.found for more in further))]
        if further and all(names) and all(more.mark != "+" for more in further):
            return self._with_members(subject, names, [more.mark for more in further])
        plan = needed(first)
        for more in further:
            plan = Both(more.mark, plan, needed(more.found))
        return replace(first, plan=plan)

    def _objected(self, subject: Set, verb: Verb, how: str, *, negated: bool) -> Set:
        """A verb with its object, as a narrower subject."""
        if verb.active == "overriders" and (found := self._try(lambda: self._own_member(subject, negated=negated))):
            return found
        target = self._object()
        how = self._adverbs() or how
        found = self._did(verb, target, how=how, subject=subject)
        return self._narrowed(subject, found, negated=negated)

    def _own_member(self, subject: Set, *, negated: bool) -> Set:
        """[subclasses of X that] override m."""
        if subject.plan is None or not (subject.of_class or subject.sort == CLASS):
            raise NotUnderstood
        self._determiners()
        self._kind_word()
        token = self._peek()
        name = token.text.removesuffix("()").replace("::", ".").replace("#", ".").rpartition(".")[2]
        if not self.linker.is_member(name):
            raise NotUnderstood
        self.at += 1
        self._kind_word()
        self.links.append(Link(token.text))
        if negated:
            return replace(subject, plan=Both("-", subject.plan, piped(subject.plan, "defining", name)))
        self.last = piped(subject.plan, "members", name=name)
        return Set(self.last, CALLABLE)

    def _done_by(self, subject: Set) -> Set:
        """[that] X calls; [the setting that] Y writes."""
        agent = self._object()
        negated = self._negation()
        how = self._adverbs()
        verb, _ = self._verb("base", "s", "ed")
        how = self._adverbs() or how
        return self._narrowed(subject, self._undergone(verb, agent, how=how), negated=negated)

    def _whose(self, subject: Set) -> Set:
        """Whose m calls X; whose override of m calls X."""
        if self.tokens[self.at - 1].low != "whose":
            self._word("whose")
        if self._maybe("own"):
            pass
        if self._maybe("override", "overrides", "implementation", "version"):
            self._maybe("of")
        self._kind_word()
        token = self._peek()
        name = token.text.removesuffix("()")
        if not self.linker.is_member(name) or subject.plan is None:
            raise NotUnderstood
        self.at += 1
        self._kind_word()
        return self._predicate(Set(piped(subject.plan, "members", name=name), CALLABLE))

    def _naming(self, subject: Set) -> Set:
        """Named X; called "x"."""
        self._word("named", "called")
        token = self._peek()
        if not token.name:
            raise NotUnderstood
        self.at += 1
        self.links.append(Link(token.text))
        return replace(subject, plan=piped(needed(subject), "where", name=token.text))
