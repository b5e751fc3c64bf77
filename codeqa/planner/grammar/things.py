"""Noun phrases: what a question is about, from a name or from words that stand for a step."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from functools import partial

from codeqa.domain import CLASS_LIKE
from codeqa.plan import Both, Call, Plan, find, piped
from codeqa.planner.grammar import vocabulary as words
from codeqa.planner.grammar.reader import NotUnderstood, Reader, Set, Token, needed, remembered
from codeqa.planner.grammar.vocabulary import ANY, CALLABLE, CLASS, DATA, FILE, TEST, Noun, Verb
from codeqa.planner.link import Link, owned

_PLACED = ("in", "inside", "within", "under", "outside", "from", "of")
_HELD_BY = ("of", "in", "on", "from")
_WITHIN = ("in", "inside", "within", "under", "folder", "directory", "package", "the")  # before a folder, as a word
REACHED = 6  # steps within which a test reaches something, where a question asks for all that do
_PATHLIKE = re.compile(r"[\w.-]*/[\w./*-]*|[\w-]+\.\w{1,5}\Z")


@dataclass(slots=True)
class Things(Reader, ABC):
    """Reads noun phrases, and what a verb makes of two of them."""

    @abstractmethod
    def _predicates(self, subject: Set, *, relative: bool = True, be: bool = False) -> Set:
        """See Predicates: a noun phrase may hold a relative clause."""

    # ---------------------------------------------------------------------------------------------------------- nouns

    @remembered
    def _noun(self, *, bare: bool = False) -> Set:
        """Read a noun phrase; `bare` allows one that stands for everything of its sort."""
        self._determiners()
        found = self._try(self._possessive) or self._try(self._relation) or self._try(lambda: self._kinded(bare=bare))
        if found is None:
            raise NotUnderstood
        return self._in_place(found)

    def _possessive(self) -> Set:
        """X's callers."""
        token = self._peek()
        if not token.name or not token.text.endswith(("'s", "’s")):
            raise NotUnderstood
        self.at += 1
        target = self._linked(token.text[:-2])
        self._determiners()
        return self._related_to(target)

    def _related_to(self, target: Set) -> Set:
        noun = words.NOUNS.get(self._peek().low)
        if step := self._try(self._relative_noun):
            return self._stepped(step, target)
        if noun is None:
            raise NotUnderstood
        self.at += 1
        return self._of(noun, target)

    def _relation(self) -> Set:
        """Callers of X, tests for X, call sites of X."""
        step = self._relative_noun()
        if self.at < len(self.tokens) and self._peek().low in ("of", "for", "to", "on"):
            self.at += 1
            return self._stepped(step, self._object())
        raise NotUnderstood

    def _relative_noun(self) -> Noun:
        """Read a noun that stands for a step; in a question that goes on, `of X` may come later."""
        direct = self._maybe(*words.DIRECT) is not None
        pair = tuple(t.low for t in self.tokens[self.at : self.at + 2])
        if pair in words.HEADS:
            self.at += 2
            return Noun(CLASS, "", words.HEADS[pair], direct)
        noun = words.NOUNS.get(self._peek().low)
        if direct and noun is not None and noun.step not in ("callers", "callees", "subclasses", "bases"):
            raise NotUnderstood
        if noun is not None and noun.sort == TEST:
            self.at += 1
            return replace(noun, step="tests")
        if noun is None or not noun.step:
            raise NotUnderstood
        self.at += 1
        self._maybe("methods", "classes", "types", "functions")
        return replace(noun, direct=direct)

    def _stepped(self, noun: Noun, target: Set) -> Set:
        nearest = {"depth": 1} if noun.direct and noun.step in ("subclasses", "bases") else {}
        plan = piped(needed(target), noun.step, **nearest)
        found = Set(plan, noun.sort, of_class=noun.step in ("subclasses", "bases"))
        if noun.step == "implementers":
            found = replace(found, of_class=self._is_class(target))
        return found

    def _kinded(self, *, bare: bool) -> Set:
        """Functions, methods of X, files in P, the classes named so."""
        adjective = words.ADJECTIVES.get(self._peek().low, "")
        if adjective:
            self.at += 1
        noun = words.NOUNS.get(self._peek().low)
        if noun is None or noun.step:
            raise NotUnderstood
        self.at += 1
        if noun.sort == TEST:
            self._maybe("functions", "function", "methods", "cases", "case", "code")
        found = Set(None, noun.sort, noun.kind)
        if self.at < len(self.tokens) and self._peek().low in ("of", "on", "in", "inside", "within", "from", "defined"):
            found = self._try(lambda: self._members(noun)) or found
        if found.plan is None and not bare and self.at >= len(self.tokens):
            raise NotUnderstood
        if adjective:
            found = replace(found, plan=piped(needed(found), "without", adjective))
        return found

    def _members(self, noun: Noun) -> Set:
        """[methods] of X, [functions] defined in the file P."""
        word = self.tokens[self.at - 1].low
        self._maybe("defined", "declared")
        preposition = self._word("of", "on", "in", "inside", "within", "from")
        if preposition == "of" and noun.sort == ANY and word not in ("member", "members", "things", "symbols"):
            raise NotUnderstood  # the definition of X is where it stands
        if self._place_follows():
            raise NotUnderstood  # where it stands, not what it belongs to: see _in_place
        return self._of(noun, self._object())

    def _of(self, noun: Noun, target: Set) -> Set:
        """What a thing contains, or what tests it."""
        if noun.sort == TEST:
            return Set(piped(needed(target), "tests"), TEST)
        plan: Plan = piped(needed(target), "members")
        if noun.kind and noun.sort != DATA:
            plan = piped(plan, "where", kind=noun.kind)
        return Set(plan, noun.sort, noun.kind)

    def _in_place(self, found: Set) -> Set:
        """Narrow to where it stands: in tests, in src/app, outside of tests."""
        if found.plan is not None and (how := self._try(self._last_adverbs)):
            found = self._further(found, how)
        while self.at < len(self.tokens) and self._peek().low in _PLACED:
            narrowed = self._try(partial(self._placed, found))
            if narrowed is None:
                break
            found = narrowed
        return found

    def _last_adverbs(self) -> str:
        """Read adverbs that belong to no verb after them."""
        how = self._adverbs()
        if self.at < len(self.tokens) and self._is_verb("base", "s", "ing", "ed"):
            raise NotUnderstood
        return how

    def _further(self, found: Set, how: str) -> Set:
        """[callers of X] transitively."""
        plan = found.plan
        if isinstance(plan, Call) and plan.source is not None and not plan.options:
            return replace(found, plan=_taken(plan.source, plan.name, how))
        if how == words.NEAR:
            return found
        raise NotUnderstood

    def _placed(self, found: Set) -> Set:
        word = self._word(*_PLACED)
        outside = word == "outside"
        if outside:
            self._maybe("of")
        elif word == "of" and not self._place_follows():
            raise NotUnderstood
        self._determiners()
        self._maybe("file", "folder", "directory", "module", "package", "path", "dir")
        token = self._peek()
        if token.low in ("tests", "test") and not token.name:
            self.at += 1
            self._maybe("code", "files", "suite")
            if found.plan is None and not outside and found.sort in (ANY, CALLABLE):
                return replace(found, sort=TEST)
            return replace(found, plan=piped(needed(found), "where", test="no" if outside else "yes"))
        if token.low in ("source", "sources", "production", "non-test"):
            self.at += 1
            self._maybe("code", "files")
            return replace(found, plan=piped(needed(found), "where", test="yes" if outside else "no"))
        if not self._place_follows() or outside:
            raise NotUnderstood
        self.at += 1
        self._maybe("file", "folder", "directory", "module", "package")
        self.links.append(Link(token.text))
        path = token.text.strip("`'\"").removeprefix("./")
        if found.plan is None:
            return replace(found, place=path)
        return replace(found, plan=piped(found.plan, "where", path=path))

    def _place_follows(self) -> bool:
        """Tell whether a path stands next, and no file that is a thing of its own."""
        at = self.at
        while at < len(self.tokens) and not self.tokens[at].name and self.tokens[at].low in words.DETERMINERS | {
            "file", "folder", "directory", "module", "package", "path", "tests", "test", "dir",
        }:  # fmt: skip
            if self.tokens[at].low in ("tests", "test"):
                return True
            at += 1
        return at < len(self.tokens) and self._is_path(self.tokens[at])

    def _is_path(self, token: Token) -> bool:
        """Tell whether a token is a path, or may be one for nothing else is called so: `app.py`, not `shop.Tea`."""
        text = token.text.strip("`'\"")
        if "/" in text:
            return bool(_PATHLIKE.match(text))
        known = self.linker.tools.candidates(text)
        if not _PATHLIKE.match(text):
            holders = any(symbol.kind in CLASS_LIKE or symbol.kind == "module" for symbol in known)
            before = self.tokens[self.tokens.index(token) - 1].low if token in self.tokens[1:] else ""
            said = token.name or (before in _WITHIN and token.low not in words.PLAIN)
            return said and not holders and self.linker.is_folder(text)
        return all(symbol.kind == "module" and symbol.span.path.endswith(text) for symbol in known)

    # -------------------------------------------------------------------------------------------------------- objects

    @remembered
    def _object(self) -> Set:
        """Read what a verb is done to: a name, "it", words that name something, or a phrase with a name in it."""
        if self.last is not None and self._pronoun():
            return Set(self.last)
        found = (
            self._try(self._membered)
            or self._try(self._named)
            or self._try(self._free_relative)
            or self._try(self._phrase)
            or self._try(self._worded)
            or self._try(self._described)
        )
        if found is None:
            raise NotUnderstood
        self.last = found.plan
        return found

    def _pronoun(self) -> bool:
        """Read "it"; "that" begins a clause if a verb stands after it."""
        state = self._state()
        word = self._maybe("it", "them", "itself", "that", "this", "he", "she")
        clause = word == "that" and self.at < len(self.tokens) and self._begins_predicate()
        if clause:
            self._restore(state)
        return word is not None and not clause

    def _begins_predicate(self) -> bool:
        low = self._peek().low
        return low in words.AUXILIARIES | words.NEGATIONS | words.NOBODY or self._is_verb("base", "s", "ing", "ed")

    def _phrase(self) -> Set:
        """A noun phrase with a name somewhere in it."""
        start = len(self.links)
        noun = self._noun(bare=True)
        found = self._try(lambda: self._predicates(noun)) or noun
        if found.plan is None or len(self.links) == start:
            raise NotUnderstood
        return found

    def _membered(self) -> Set:
        """The method m of C, where m need not be written as code; C's m."""
        self._determiners()
        kind = self._kind_word()
        if kind and self._peek().low in _HELD_BY and self._next() not in _HELD_BY:
            self.at, kind = self.at - 1, ""  # a member that is called "value", not the value of something
        token = self._peek()
        self.at += 1
        if token.text.endswith(("'s", "’s")):
            member = self._peek()
            if not token.name and not self._is_member(token.text[:-2], member.text):
                raise NotUnderstood
            self.at += 1
            return self._linked_member(token.text[:-2], member.text)
        spoken = not kind and not token.name and token.low in words.NOUNS
        self._maybe("defined", "declared")
        self._word("of", "in", "on", "from")
        self._determiners()
        self._kind_word()
        owner = self._peek()
        if spoken and not (owner.name and self._is_member(owner.text, token.text)):
            raise NotUnderstood  # a noun, unless the owner has a member that is called so
        known = token.name and self._is_member(owner.text, token.text)
        if not known and not owner.name and (owner.low in words.NOUNS or owner.low in words.BOUNDARY):
            raise NotUnderstood
        self.at += 1
        if self._is_path(owner):
            alone = self.linker.name(token.text)
            if len(alone.symbols) + len(alone.others) == 1:
                raise NotUnderstood  # its name is enough: the path says where to look for what is asked
        return self._linked_member(owner.text, token.text)

    def _is_member(self, owner: str, name: str) -> bool:
        """Tell whether what an owner is called has a member of exactly that name."""
        found = self.linker.tools.candidates(owned(owner.strip("`'\""), name))
        return any(symbol.name == name and not symbol.external for symbol in found)

    def _linked_member(self, owner: str, member: str) -> Set:
        name = owned(owner.strip("`"), member.strip("`").removesuffix("()"))
        link = self.linker.name(name)
        if not link:
            raise NotUnderstood
        return self._kept(link)

    def _free_relative(self) -> Set:
        """What X writes; the things that call X."""
        start = len(self.links)
        self._determiners()
        self._word("what", "whatever", "everything", "those", "things")
        self._maybe("that", "which")
        found = self._either(lambda: self._done_by(Set(None)), lambda: self._predicate(Set(None)))
        if found.plan is None or len(self.links) == start:
            raise NotUnderstood
        return found

    @abstractmethod
    def _done_by(self, subject: Set) -> Set:
        """See Predicates."""

    @abstractmethod
    def _predicate(self, subject: Set, *, be: bool = False) -> Set:
        """See Predicates."""

    def _named(self) -> Set:
        """A name, perhaps with the kind of thing before or after it, or `of` its class."""
        self._determiners()
        before = self._kind_word()
        token = self._peek()
        if before and not token.name and (link := self.linker.single(token.text)):
            self.at += 1
            return self._kept(link)
        if not token.name or token.text.endswith(("'s", "’s")):
            raise NotUnderstood
        self.at += 1
        name = token.text
        if before and (owner := self._try(self._owner)):
            name = f"{owner}.{name}"
        self._kind_word()
        return self._linked(name)

    def _owner(self) -> str:
        """[the method m] of C."""
        self._word("of", "on", "in", "from")
        self._determiners()
        self._kind_word()
        token = self._peek()
        if not token.name or self._is_path(token):
            raise NotUnderstood
        self.at += 1
        return token.text

    def _kind_word(self) -> str:
        low = self.tokens[self.at].low if self.at < len(self.tokens) and not self.tokens[self.at].name else ""
        singular = {"function", "method", "class", "interface", "struct", "trait", "enum", "type", "field", "property"}
        singular |= {"attribute", "variable", "constant", "setting", "error", "exception", "symbol", "file", "module"}
        singular |= {"macro", "constructor", "namespace", "package", "object", "option", "flag", "value", "member"}
        if low in singular:
            self.at += 1
            if low == "enum":
                self._maybe("member")
            return low
        return ""

    def _worded(self) -> Set:
        """Plain words up to the next clause that name something without being written as code."""
        if self._peek().low in ("a", "an", "any", "some", "each", "every", "another"):
            raise NotUnderstood  # "a hash" is one of many, not what is named so
        self._determiners()
        start = self.at
        end = start
        while end < len(self.tokens) and self.tokens[end].low not in words.BOUNDARY and end - start < 6:
            end += 1
        for stop in range(end, start, -1):
            phrase = " ".join(t.text for t in self.tokens[start:stop])
            if words.NOUNS.get(phrase.lower()):
                continue
            link = self.linker.certain(phrase)
            if link:
                self.at = stop
                return self._kept(link)
        raise NotUnderstood

    def _described(self) -> Set:
        """The code that does something, in words: search finds it, or not."""
        self._determiners()
        self._word("code", "function", "method", "class", "thing", "part", "logic", "place", "piece", "stuff", "bit")
        self._maybe("of")
        self._maybe("code")
        self._word("that", "which", "where", "to", "for", "responsible", "doing", "handling")
        if any(t.name for t in self.tokens[self.at :]):
            raise NotUnderstood  # what is said of a name is a relation, or not understood
        rest = " ".join(t.text for t in self.tokens[self.at :])
        link = self.linker.search(rest)
        if not link:
            raise NotUnderstood
        self.at = len(self.tokens)
        return self._kept(link)

    def _linked(self, name: str) -> Set:
        link = self.linker.name(name)
        if not link:
            self.links.append(link)
            return Set(find(name))
        return self._kept(link)

    def _kept(self, link: Link) -> Set:
        self.links.append(link)
        return Set(find(link.first.id), of_class=link.first.kind in CLASS_LIKE)

    def _is_class(self, target: Set) -> bool:
        return target.of_class

    # ---------------------------------------------------------------------------------------------------------- plans

    def _did(self, verb: Verb, target: Set, *, how: str = "", subject: Set | None = None) -> Set:
        """Those who do something to a target."""
        step = verb.active
        doer = verb.doer
        if step == "owner" and subject is not None and subject.sort == FILE:
            return Set(piped(needed(target), "files"), FILE)
        if subject is not None and subject.sort == TEST and step in ("reached_by", "users", "tests", "impact"):
            if step == "users" and subject.plan is not None:  # said of tests that are known: what they name themselves
                return Set(piped(needed(target), step), doer)
            if how == words.NEAR:  # a test that covers it directly calls it
                return Set(piped(needed(target), "callers"), CALLABLE)
            far_away = step == "reached_by" or how
            reached = piped(needed(target), "tests", **({"depth": REACHED} if far_away else {}))
            apart = how == words.APART
            return Set(Both("-", reached, piped(needed(target), "callers")) if apart else reached, TEST)
        if step == "raisers":
            target = self._raisable(target)
        if step == "callers" and target.of_class and how in ("", words.NEAR):
            step = "instantiations"
        return Set(_taken(needed(target), step, how), doer, of_class=step in ("subclasses", "bases", "owner"))

    def _raisable(self, target: Set) -> Set:
        """Of namesakes, only a class can be raised, or what is not of this repository."""
        link = self.links[-1] if self.links else Link("")
        if not link or target.plan != find(link.first.id):
            return target
        errors = tuple(s for s in (*link.symbols, *link.others) if s.kind in CLASS_LIKE or s.external)
        if not errors or link.first in errors:
            return target
        self.links[-1] = replace(link, symbols=errors[:1], others=errors[1:])
        return replace(target, plan=find(errors[0].id), of_class=True)

    def _undergone(self, verb: Verb, agent: Set, *, how: str = "") -> Set:
        """What an agent does something to."""
        step = verb.passive
        done = CALLABLE if step == "callees" else verb.done  # a class that is created is one of them
        return Set(_taken(needed(agent), step, how), done, of_class=step in ("bases", "creates"))

    def _methods(self, subject: Set) -> Set:
        if subject.plan is not None and subject.of_class:
            return Set(piped(subject.plan, "members"), CALLABLE)
        return subject

    def _narrowed(self, subject: Set, found: Set, *, negated: bool = False) -> Set:
        """What of a subject is in a set, or what is not."""
        plan = needed(found)
        if subject.plan is None:
            if negated:
                raise NotUnderstood  # everything but: not a list that anybody wants
            kept = self._of_sort(subject, found)
            return replace(kept, plan=piped(needed(kept), "where", path=subject.place)) if subject.place else kept
        base = subject
        if subject.of_class and not found.of_class and found.sort in (CALLABLE, TEST, ANY):
            base = self._methods(subject)
        if plan == base.plan:
            raise NotUnderstood  # all of it, or nothing: that was not meant
        return replace(base, plan=Both("-" if negated else "&", needed(base), plan))

    def _of_sort(self, subject: Set, found: Set) -> Set:
        plan = needed(found)
        if subject.sort == TEST:
            return Set(plan if found.sort == TEST else piped(plan, "where", test="yes"), TEST)
        if subject.sort == FILE:
            return Set(plan if found.sort == FILE else piped(plan, "files"), FILE)
        if subject.sort == CLASS and isinstance(plan, Call) and plan.name == "owner":
            return Set(piped(plan, "where", kind="class"), CLASS, of_class=True)
        if subject.sort == CLASS and not found.of_class and found.sort in (CALLABLE, ANY):
            return Set(piped(piped(plan, "owner"), "where", kind="class"), CLASS, of_class=True)
        if subject.kind == "method":
            return Set(piped(plan, "where", kind="method"), CALLABLE)
        if subject.kind == "callable" and found.sort != CALLABLE:
            return Set(piped(plan, "where", kind="callable"), CALLABLE)
        return replace(found, sort=subject.sort if subject.sort != ANY else found.sort)


def _taken(target: Plan, step: str, how: str) -> Plan:
    """Take a step from what a plan finds, or as many as an adverb says."""
    family = step in ("subclasses", "bases")
    if how == words.NEAR:
        return piped(target, words.NEAR_STEPS.get(step, step), **({"depth": 1} if family else {}))
    if not how:
        return piped(target, step)
    whole = words.FAR_STEPS.get(step, step)
    if whole not in words.ALL_THE_WAY:
        raise NotUnderstood
    if how == words.FAR:
        return piped(target, whole)
    if not family and whole not in words.NEAR_STEPS:
        raise NotUnderstood
    return Both("-", piped(target, whole), _taken(target, whole, words.NEAR))
