"""Whole questions: how one begins says what its noun phrases and verb phrases are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from codeqa.plan import Both, Plan, piped, united
from codeqa.planner.grammar import idioms
from codeqa.planner.grammar import vocabulary as words
from codeqa.planner.grammar.predicates import Predicates
from codeqa.planner.grammar.reader import Further, NotUnderstood, Set, masked, needed, stripped, tokens_of, unmasked
from codeqa.planner.grammar.vocabulary import ANY, CALLABLE, CLASS, TEST
from codeqa.planner.link import Link


@dataclass(frozen=True, slots=True)
class Compiled:
    """A question as a plan. `links` say what its phrases were taken for, the subject first."""

    plan: Plan
    links: tuple[Link, ...]
    sort: str = ANY
    number: bool = False  # it asks how many
    subject: Plan | None = None  # what "it" stands for in what follows


@dataclass(slots=True)
class Questions(Predicates):
    """Reads whole questions."""

    before: Plan | None = None  # what "it" stands for at the beginning
    those: Set | None = None  # what "them" stands for in "which of them", at the beginning

    def question(self) -> Compiled | None:
        """Read the whole question."""
        said = idioms.plain_values(stripped(self.text), lambda owner, name: self._is_member(owner, name))
        hidden, names = masked(said, self.linker)
        self.tokens = tokens_of(unmasked(stripped(idioms.plain(hidden)), names), self.linker)
        if not self.tokens:
            return None
        readings = (
            self._of_those,
            self._counting,
            self._by_which,
            self._where,
            self._inside,
            self._among,
            self._asked,
            self._anything,
            self._passively,
            self._common,
            self._bare,
            self._inverted,
        )
        for reading in readings:
            self.at, self.links, self.last = 0, [], self.before
            try:
                found, number = reading()
                self._ending()
            except NotUnderstood:
                continue
            if found.plan is not None and (self.links or self.before is not None):
                return Compiled(found.plan, tuple(self.links), found.sort, number, self.last)
        return None

    def _ending(self) -> None:
        self._maybe("counted")
        if self.at < len(self.tokens):
            raise NotUnderstood

    def _of_those(self) -> tuple[Set, bool]:
        """[A question, and] which of them override X; how many of those call Y."""
        if self.those is None:
            raise NotUnderstood
        number = bool(self._maybe("how"))
        self._word(*(("many",) if number else ("which", "who", "what")))
        self._word("of")
        self._word("them", "these", "those")
        found = self._predicates(self.those, relative=False)
        return (replace(found, plan=piped(needed(found), "count")) if number else found), number

    # -------------------------------------------------------------------------------------------------------- numbers

    def _counting(self) -> tuple[Set, bool]:
        """How many subclasses does X have; number of callers of X; by how many functions is X called."""
        if self._maybe("by", "from", "in"):
            self._word("how")
            self._word("many")
            noun = self._noun(bare=True)
            return replace(noun, plan=piped(needed(self._undergoes(noun)), "count")), True
        if self._maybe("how"):
            self._word("many", "often")
            if self.tokens[self.at - 1].low == "often" and self.tokens[-1].low == "counted":
                return replace(Set(None), plan=piped(needed(self._passive_question()), "count")), True
            if self._maybe("times", "places", "spots") or self.tokens[self.at - 1].low == "often":
                found = self._passive_question()
                return replace(found, plan=piped(needed(found), "sites")), True
        elif self._maybe("count"):
            pass
        else:
            if self._maybe("what"):
                self._word("is")
            self._determiners()
            self._word("number", "count", "amount")
            self._word("of")
        found = self._either(self._has, self._counted)
        return replace(found, plan=piped(needed(found), "count")), True

    def _counted(self) -> Set:
        if self._maybe("what"):
            return self._predicates(Set(None), relative=False)
        found = self._noun(bare=True)
        return self._either(lambda: self._does(found), lambda: self._predicates(found), lambda: _whole(found))

    def _has(self) -> Set:
        """[how many] callers does X have; tests are there for X."""
        self._determiners()
        relative = self._relative_noun()
        if self._maybe("are", "is", "exist", "exists"):
            self._maybe("there")
            self._word("of", "for", "to")
            return self._stepped(relative, self._object())
        self._word("does", "do", "has", "have")
        target = self._object()
        self._word("have", "has", "got")
        return self._stepped(relative, target)

    # --------------------------------------------------------------------------------------------------------- places

    def _where(self) -> tuple[Set, bool]:
        """Where is X called; from where is X used; where do we set X; where in P is X called."""
        self._maybe("from")
        self._word("where")
        self._maybe("all")
        if self._peek().low in ("in", "inside", "within", "under", "do", "does") and (
            found := self._try(self._where_in)
        ):
            return found, False
        return self._try(self._found_where) or self._passive_question(), False

    def _found_where(self) -> Set:
        """[where] can I find callers of X."""
        self._word("do", "can")
        self._word("i", "we", "you")
        self._word("find")
        return self._bare()[0]

    def _where_in(self) -> Set:
        """[where] in P is X called; in C is X called."""
        place = self._surroundings()
        return self._within(place, self._passive_question())

    def _surroundings(self) -> Set:
        """In P, inside C: what stands there, without a plan for a path."""
        self._word("in", "inside", "within", "under", "from")
        if self._place_follows():
            self.at -= 1
            return self._placed(Set(None))
        target = self._object()
        if not target.of_class:
            raise NotUnderstood
        return Set(piped(needed(target), "members"), CALLABLE)

    def _within(self, place: Set, found: Set) -> Set:
        if place.plan is None and place.sort == TEST:
            return replace(found, plan=piped(needed(found), "where", test="yes"))
        if place.plan is None:
            return replace(found, plan=piped(needed(found), "where", path=place.place))
        return Set(Both("&", place.plan, needed(found)), found.sort)

    def _inside(self) -> tuple[Set, bool]:
        """Inside P, what calls X; in C, who calls X; what in C is not called by anything."""
        asked = self._maybe("what", "which", "who")
        place = self._surroundings()
        if asked:
            return self._predicates(place, be=False), False
        self._maybe(",")
        self._word("who", "what", "which")
        noun = self._try(lambda: self._noun(bare=True)) or Set(None)
        return self._within(place, self._predicates(noun, relative=False)), False

    def _passive_question(self) -> Set:
        if self._maybe("do", "does"):
            self._maybe("we", "you", "they", "it")
            verb, _ = self._verb("base")
            return self._did(verb, self._object())
        self._word("is", "are", "was", "were", "gets", "get")
        return self._undergone_by(Set(None), self._targets(apart=True))

    def _targets(self, *, apart: bool = False) -> list[Further]:
        """X; both X and Y; X or Y. `apart` says that without "both" each is asked for: where are X and Y called."""
        both = self._maybe("both")
        found = [Further("&", self._object()), *self._listed(self._object)]
        both = self._maybe("both", "all") or both
        same = any(t.low == "same" for t in self.tokens[self.at :])
        mark = "+" if apart and not both and not same else "&"
        if any(more.mark == "-" for more in found):
            raise NotUnderstood
        return [replace(more, mark=mark) if more.mark == "&" else more for more in found]

    def _undergone_by(self, noun: Set, targets: Sequence[Further]) -> Set:
        """[is X] called, as those who do that."""
        self._maybe("being", "getting", "get")
        how = self._adverbs()
        verb, _ = self._verb("ed")
        if noun.plan is None and noun.sort == ANY and verb.active == "owner":
            raise NotUnderstood  # where it is defined: a place, not a relation
        how = self._adverbs() or how
        self._maybe("anywhere", "somewhere")
        if self._maybe("by"):
            self._determiners()
            self._word("same")
            self._word("function", "method", "code", "place")
        found = self._did(verb, targets[0].found, how=how, subject=noun)
        for other in targets[1:]:
            more = self._did(verb, other.found, how=how, subject=noun)
            found = replace(found, plan=Both(other.mark, needed(found), needed(more)))
        found = self._in_place(found)
        self._maybe("from", "in", "by")
        return self._narrowed(noun, found)

    # ------------------------------------------------------------------------------------------------------- passives

    def _by_which(self) -> tuple[Set, bool]:
        """By which functions is X called; from which tests is X called; in which subclasses of C is m overridden."""
        lead = self._word("by", "from", "in", "through", "with", "of")
        self._word("which", "what", "whom", "where")
        if self._maybe("is", "are"):
            self.at -= 1
            noun = Set(None)
        else:
            noun = self._try(lambda: self._noun(bare=True)) or Set(None)
            noun = self._try(partial(self._until_comma, noun)) or noun
        if self._peek().low in ("does", "do", "can"):  # from what does X derive; with which error does X fail
            if lead == "through":
                raise NotUnderstood  # a chain of calls is asked for
            if noun.sort == CALLABLE and noun.plan is None:
                return self._from_methods(noun), False
            return self._does(noun), False
        return self._undergoes(noun), False

    def _from_methods(self, noun: Set) -> Set:
        """[from which methods] does C call X."""
        self._word("does", "do", "can")
        owner = self._object()
        if not owner.of_class:
            raise NotUnderstood
        subject = Set(piped(piped(needed(owner), "members"), "where", kind=noun.kind or "callable"), CALLABLE)
        return self._predicates(subject, relative=False)

    def _undergoes(self, noun: Set) -> Set:
        """[by which functions] is X called; [in which classes] is m overridden."""
        self._word("is", "are", "was", "were", "gets", "get", "does")
        start = self._state()
        if noun.plan is not None and noun.of_class and (found := self._try(lambda: self._member_overridden(noun))):
            return found
        self._restore(start)
        if self._is_verb("ed"):  # by whom is read what X writes
            verb, _ = self._verb("ed")
            return self._narrowed(noun, self._did(verb, self._object(), subject=noun))
        return self._undergone_by(noun, self._targets())

    def _member_overridden(self, noun: Set) -> Set:
        found = self._own_member(noun, negated=False)
        verb, _ = self._verb("ed")
        if verb.active != "overriders":
            raise NotUnderstood
        return found

    def _passively(self) -> tuple[Set, bool]:
        """Is X overridden anywhere; is X tested."""
        self._word("is", "are")
        return self._undergone_by(Set(None), [Further("&", self._object())]), False

    def _inverted(self) -> tuple[Set, bool]:
        """X is called by what; X overrides what; C is the base class of which classes."""
        target = self._object()
        if self._maybe("is"):
            self._determiners()
            step = self._try(self._relative_noun)
            if step is not None and self._maybe("of") and step.step == "bases":
                self._word("which", "what")
                self._try(lambda: self._noun(bare=True))
                return Set(piped(needed(target), "subclasses"), of_class=True), False
            if step is not None:
                raise NotUnderstood
            self.at -= 1
        if self._maybe("is", "are", "gets", "get"):
            verb, _ = self._verb("ed")
            self._word("by", "from")
            self._word("what", "whom", "which")
            noun = self._try(lambda: self._noun(bare=True)) or Set(None)
            return self._narrowed(noun, self._did(verb, target, subject=noun)), False
        verb, _ = self._verb("s", "base")
        self._word("what", "whom", "which")
        noun = self._try(lambda: self._noun(bare=True)) or Set(None)
        return self._narrowed(noun, self._undergone(verb, target)), False

    # ----------------------------------------------------------------------------------------------------------- lists

    def _asked(self) -> tuple[Set, bool]:
        """Which methods of X call Y; what calls X; what does X call; who is called by X."""
        self._word("which", "what", "who", "whose", "whom")
        self._maybe("all", "else")
        found = self._either(
            self._auxiliary_question,
            lambda: self._predicates(Set(None), relative=False),
            self._which,
            self._has,
            self._held,
            self._free,
        )
        return found, False

    def _free(self) -> Set:
        """[what] X calls."""
        return self._done_by(Set(None))

    def _held(self) -> Set:
        """[what methods and fields] are in C; [which methods] are defined on C; [which functions] belong to C."""
        nouns = []
        while words.NOUNS.get(self._peek().low):
            nouns.append(words.NOUNS[self._peek().low])
            self.at += 1
            self._maybe("and", ",", "or")
        if self._maybe("is", "are"):
            self._maybe("defined", "declared", "there", "contained")
            self._word("in", "on", "inside", "within", "of")
        else:
            self._word("belong", "belongs")
            self._word("to")
        target = self._object()
        return self._of(nouns[0], target) if len(nouns) == 1 else Set(piped(needed(target), "members"))

    def _these(self) -> Set:
        """[which] of A, B and C call X."""
        self._word("of")
        first = self._named()
        further = self._listed(self._named)
        names = [first, *(more.found for more in further)]
        of_class = first.of_class
        if not further or any(more.mark == "-" or more.found.of_class is not of_class for more in further):
            raise NotUnderstood
        noun = Set(united([needed(name) for name in names]), CLASS if of_class else ANY, of_class=of_class)
        return self._either(lambda: self._does(noun), lambda: self._predicates(noun, relative=False))

    def _which(self) -> Set:
        if found := self._try(self._these):
            return found
        self._maybe("of")
        noun = self._noun(bare=True)
        return self._either(
            lambda: self._does(noun),
            lambda: self._predicates(noun),
            lambda: self._whether(noun),
            lambda: _whole(noun),
        )

    def _whether(self, noun: Set) -> Set:
        """[which methods of C] does nobody call."""
        self._word("does", "do", "did")
        return self._nobody(noun)

    def _among(self) -> tuple[Set, bool]:
        """Of the functions that call A, which do not call B; among the subclasses of C, which ones override m."""
        self._word("of", "among", "from")
        self._maybe("all")
        noun = self._phrase_or_bare()
        self._maybe(",")
        self._word("which", "what", "who")
        self._maybe("ones", "one", "of")
        self._maybe("them", "these", "those")
        if self._peek().low in ("do", "does") and self.tokens[self.at + 1].low in words.NEGATIONS:
            self.at += 1
        return self._either(lambda: self._does(noun), lambda: self._predicates(noun, relative=False)), False

    def _phrase_or_bare(self) -> Set:
        noun = self._either(self._everything, lambda: self._noun(bare=True))
        return self._either(lambda: self._until_comma(noun), lambda: _whole(noun))

    def _everything(self) -> Set:
        """Everything X calls."""
        self._word("everything", "anything", "all", "what")
        self._maybe("that")
        return self._done_by(Set(None))

    def _until_comma(self, noun: Set) -> Set:
        self._relativizer()
        return self._predicate(noun)

    def _auxiliary_question(self) -> Set:
        """[what] does X call; is X called by; is called by X."""
        aux = self._word("does", "do", "is", "are", "can", "did", "will", "could")
        if aux in ("is", "are"):
            return self._either(
                self._by_whom, lambda: self._predicates(Set(None), be=True), self._relative_listing, self._contained
            )
        if self._maybe("i", "we", "you"):
            self._verb("base")
            self._word("on", "with")
            return Set(piped(piped(needed(self._object()), "members"), "where", kind="method"), CALLABLE)
        return self._doing(Set(None))

    def _contained(self) -> Set:
        """[what is] in C; defined inside C; declared in C."""
        self._maybe("defined", "declared", "contained")
        self._word("in", "inside", "within", "on")
        return Set(piped(needed(self._object()), "members"))

    def _relative_listing(self) -> Set:
        """[what are] the callers of X; the tests there are for X."""
        noun = self._noun()
        return self._either(lambda: self._predicates(noun), lambda: _whole(noun))

    def _by_whom(self) -> Set:
        """[what is] X called by."""
        target = self._object()
        verb, _ = self._verb("ed")
        self._word("by", "from", "in")
        return self._did(verb, target)

    def _does(self, noun: Set) -> Set:
        """[which errors] does X raise; [which classes] can X create; [which types] is C derived from."""
        aux = self._word("does", "do", "did", "can", "will", "could", "may", "is", "are")
        if aux in ("is", "are"):
            agent = self._object()
            verb, _ = self._verb("ed")
            if verb.active != "subclasses" or noun.plan is not None:
                raise NotUnderstood
            return Set(piped(needed(agent), "bases"), of_class=True)
        return self._doing(noun)

    def _doing(self, noun: Set) -> Set:
        if self._maybe("OVERRIDDEN".lower()):
            return self._overridden_member(noun)
        agent = self._object()
        how = self._adverbs()
        verb, stem = self._verb("base", "s")
        how = self._adverbs() or how
        if stem == "have" and self.at < len(self.tokens):
            kind = self._noun(bare=True)
            return self._predicates(self._member_set(kind, agent))
        if verb.passive == "members" and noun.plan is None:
            return self._member_set(noun, agent)
        if verb.active == "overriders" and noun.plan is None:
            return Set(piped(needed(agent), "overrides"), CALLABLE)
        found = self._in_place(self._narrowed(noun, self._undergone(verb, agent, how=how)))
        while self.at < len(self.tokens) and (more := self._try(partial(self._joined, found))):
            found = more
        return found

    def _member_set(self, noun: Set, owner: Set) -> Set:
        plan: Plan = piped(needed(owner), "members")
        if noun.sort == TEST:
            return Set(piped(needed(owner), "tests"), TEST)
        if noun.kind and noun.sort == CALLABLE:
            plan = piped(plan, "where", kind=noun.kind)
        return Set(plan, noun.sort)

    def _overridden_member(self, noun: Set) -> Set:
        """[in which class derived from C does] the overridden m [get to X]."""
        return self._predicate(self._own_member(noun, negated=False))

    def _anything(self) -> tuple[Set, bool]:
        """Does anything call X; are there any callers of X; is there a test for X; does C have methods like that."""
        if self._maybe("does", "do"):
            if self._maybe("anything", "anyone", "any", "something", "anybody"):
                subject = self._try(lambda: self._noun(bare=True)) or Set(None)
                return self._predicates(subject, relative=False), False
            return self._doing(Set(None)), False
        self._word("are", "is")
        self._word("there")
        noun = self._noun(bare=True)
        return self._either(lambda: self._predicates(noun), lambda: _whole(noun)), False

    def _common(self) -> tuple[Set, bool]:
        """Common callers of A and B."""
        self._determiners()
        self._word("common", "shared")
        step = self._relative_noun()
        self._word("of", "for", "to")
        found = self._stepped(step, self._object())
        while self._maybe("and", ","):
            found = replace(found, plan=Both("&", needed(found), needed(self._stepped(step, self._object()))))
        return found, False

    def _bare(self) -> tuple[Set, bool]:
        """Callers of X; [list] the methods of X that nobody calls; X's callers; [list] what inherits from X."""
        if self._peek().low in ("what", "who", "whatever"):
            self.at += 1
            return self._either(lambda: self._predicates(Set(None), relative=False), self._free), False
        return self._either(self._bare_noun, self._everything), False

    def _bare_noun(self) -> Set:
        noun = self._noun(bare=True)
        return self._either(lambda: self._does(noun), lambda: self._predicates(noun), lambda: _whole(noun))


def _whole(found: Set) -> Set:
    needed(found)
    return found
