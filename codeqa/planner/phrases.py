"""Relational questions → plans: a small grammar of noun phrases and verb phrases about code.

"which subclasses of `X` override `m` and call super" is a noun that stands for a step, a name, and two predicates that
narrow what the step finds. The grammar takes a question only if it understands every word of it; what it does not
take is left to the forms (forms.py), which read a question by its outline.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

from codeqa.domain import CLASS_LIKE, Symbol
from codeqa.plan import Both, Call, Plan, find, piped
from codeqa.planner import vocabulary as words
from codeqa.planner.link import Link, Linker
from codeqa.planner.vocabulary import ANY, CALLABLE, CLASS, DATA, FILE, TEST, Noun, Verb

_T = TypeVar("_T")
_WORDS = re.compile(r"[^\W\d][\w’'-]*|[,;]|\d+")
_PATHLIKE = re.compile(r"[\w.-]*/[\w./*-]*|[\w-]+\.\w{1,5}\Z")
_FOLDER = re.compile(r"(?<![\w/])[\w.-]+(?:/[\w.*-]+)+/?")


@dataclass(frozen=True, slots=True)
class Compiled:
    """A question as a plan. `links` say what its phrases were taken for, the subject first."""

    plan: Plan
    links: tuple[Link, ...]
    sort: str = ANY
    number: bool = False  # it asks how many


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    low: str
    name: bool = False  # written as code


@dataclass(frozen=True, slots=True)
class _Set:
    """What a phrase stands for so far; without a plan it is everything of its sort."""

    plan: Plan | None
    sort: str = ANY
    kind: str = ""
    of_class: bool = False  # the plan finds classes
    place: str = ""  # part of the paths of everything of its sort


class _NotUnderstood(Exception):
    """This reading does not fit; another may."""


@dataclass(slots=True)
class _State:
    at: int
    links: list[Link]
    last: Plan | None


def compile_question(question: str, linker: Linker) -> Compiled | None:
    """Return the plan of a relational question, None if the grammar does not understand all of it."""
    return _Parser(question, linker).question()


@dataclass(slots=True)
class _Parser:
    """Reads one question from left to right; each method takes what it understands or raises _NotUnderstood."""

    text: str
    linker: Linker
    tokens: list[_Token] = field(default_factory=list)
    at: int = 0
    links: list[Link] = field(default_factory=list)
    last: Plan | None = None  # what "it" stands for

    # -------------------------------------------------------------------------------------------------------- reading

    def question(self) -> Compiled | None:
        """Read the whole question."""
        self.tokens = _tokens(_stripped(self.text), self.linker)
        if not self.tokens:
            return None
        for reading in (self._counting, self._where, self._asked, self._anything, self._bare):
            self.at, self.links, self.last = 0, [], None
            try:
                found, number = reading()
                self._end()
            except _NotUnderstood:
                continue
            if found.plan is not None and self.links:
                return Compiled(found.plan, tuple(self.links), found.sort, number)
        return None

    def _end(self) -> None:
        if self.at < len(self.tokens):
            raise _NotUnderstood

    def _counting(self) -> tuple[_Set, bool]:
        """How many subclasses does X have; how many functions call X; how many times is X called."""
        self._word("how")
        self._word("many", "often")
        if self._maybe("times", "places", "spots") or self.tokens[self.at - 1].low == "often":
            found = self._passive_question()
            return replace(found, plan=_sites(found.plan)), True
        found = self._either(self._has, self._counted)
        return replace(found, plan=piped(_needed(found), "count")), True

    def _counted(self) -> _Set:
        found = self._noun(bare=True)
        return self._either(lambda: self._does(found), lambda: self._predicates(found), lambda: _whole(found))

    def _has(self) -> _Set:
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

    def _where(self) -> tuple[_Set, bool]:
        """Where is X called; from where is X used; where do we set X."""
        self._maybe("from")
        self._word("where")
        if self._maybe("all"):
            pass
        return self._passive_question(), False

    def _passive_question(self) -> _Set:
        if self._maybe("do", "does"):
            self._maybe("we", "you", "they", "the code", "it")
            verb, _ = self._verb("base")
            return self._did(verb, self._object())
        self._word("is", "are", "was", "were", "gets", "get")
        target = self._object()
        self._maybe("being", "getting", "get")
        self._adverbs()
        verb, _ = self._verb("ed")
        if verb.active in ("owner", "writers", "readers"):
            raise _NotUnderstood  # where it is defined or configured: places, not a relation
        self._adverbs()
        found = self._in_place(self._did(verb, target))
        self._maybe("from", "in", "by")
        return found

    def _asked(self) -> tuple[_Set, bool]:
        """Which methods of X call Y; what calls X; what does X call; who is called by X."""
        self._word("which", "what", "who", "whose", "whom")
        self._maybe("all", "else")
        found = self._either(
            self._auxiliary_question,
            lambda: self._predicates(_Set(None), relative=False),
            self._which,
            self._has,
        )
        return found, False

    def _which(self) -> _Set:
        self._maybe("of")
        noun = self._noun(bare=True)
        return self._either(lambda: self._does(noun), lambda: self._predicates(noun), lambda: _whole(noun))

    def _auxiliary_question(self) -> _Set:
        """[what] does X call; is X called by; is called by X."""
        aux = self._word("does", "do", "is", "are", "can", "did", "will", "could")
        if aux in ("is", "are"):
            return self._either(
                lambda: self._by_whom(), lambda: self._predicates(_Set(None), be=True), self._relative_listing
            )
        return self._doing(_Set(None))

    def _relative_listing(self) -> _Set:
        """[what are] the callers of X."""
        return self._predicates(self._noun())

    def _by_whom(self) -> _Set:
        """[what is] X called by."""
        target = self._object()
        verb, _ = self._verb("ed")
        self._word("by", "from", "in")
        return self._did(verb, target)

    def _does(self, noun: _Set) -> _Set:
        """[which errors] does X raise; [which classes] can X create."""
        self._word("does", "do", "did", "can", "will", "could", "may", "is", "are")
        return self._doing(noun)

    def _doing(self, noun: _Set) -> _Set:
        agent = self._object()
        far = self._adverbs()
        verb, stem = self._verb("base", "s")
        far = self._adverbs() or far
        if stem in ("have",) and noun.plan is None:
            return self._narrowed(noun, self._undergone(verb, agent, far=far))
        found = self._narrowed(noun, self._undergone(verb, agent, far=far))
        return self._in_place(found)

    def _anything(self) -> tuple[_Set, bool]:
        """Does anything call X; are there any callers of X; is there a test for X."""
        if self._maybe("does", "do"):
            self._word("anything", "anyone", "any", "something", "anybody")
            subject = self._try(lambda: self._noun(bare=True)) or _Set(None)
            return self._predicates(subject, relative=False), False
        self._word("are", "is")
        self._word("there")
        return self._predicates(self._noun(bare=True)), False

    def _bare(self) -> tuple[_Set, bool]:
        """Callers of X; [list] the methods of X that nobody calls; X's callers."""
        noun = self._noun(bare=True)
        return self._either(lambda: self._does(noun), lambda: self._predicates(noun), lambda: _whole(noun)), False

    # ---------------------------------------------------------------------------------------------------------- nouns

    def _noun(self, *, bare: bool = False) -> _Set:
        """Read a noun phrase; `bare` allows one that stands for everything of its sort."""
        self._determiners()
        found = self._try(self._possessive) or self._try(self._relation) or self._try(lambda: self._kinded(bare=bare))
        if found is None:
            raise _NotUnderstood
        return self._in_place(found)

    def _possessive(self) -> _Set:
        """X's callers."""
        token = self._peek()
        if not token.name or not token.text.endswith(("'s", "’s")):
            raise _NotUnderstood
        self.at += 1
        target = self._linked(token.text[:-2])
        self._determiners()
        return self._related_to(target)

    def _related_to(self, target: _Set) -> _Set:
        noun = words.NOUNS.get(self._peek().low)
        if step := self._try(self._relative_noun):
            return self._stepped(step, target)
        if noun is None:
            raise _NotUnderstood
        self.at += 1
        return self._of(noun, target)

    def _relation(self) -> _Set:
        """Callers of X, tests for X, call sites of X."""
        step = self._relative_noun()
        if self.at < len(self.tokens) and self._peek().low in ("of", "for", "to", "on"):
            self.at += 1
            return self._stepped(step, self._object())
        raise _NotUnderstood

    def _relative_noun(self) -> Noun:
        """Read a noun that stands for a step; in a question that goes on, `of X` may come later."""
        pair = tuple(t.low for t in self.tokens[self.at : self.at + 2])
        if pair in words.HEADS:
            self.at += 2
            return Noun(CLASS, "", words.HEADS[pair])
        noun = words.NOUNS.get(self._peek().low)
        if noun is not None and noun.sort == TEST:
            self.at += 1
            return replace(noun, step="tests")
        if noun is None or not noun.step:
            raise _NotUnderstood
        self.at += 1
        if self._maybe("methods", "classes", "types", "functions"):
            pass
        return noun

    def _stepped(self, noun: Noun, target: _Set) -> _Set:
        plan = piped(_needed(target), noun.step)
        found = _Set(plan, noun.sort, of_class=noun.step in ("subclasses", "bases"))
        if noun.step == "implementers":
            found = replace(found, of_class=self._is_class(target))
        return found

    def _kinded(self, *, bare: bool) -> _Set:
        """Functions, methods of X, files in P, the classes named so."""
        adjective = words.ADJECTIVES.get(self._peek().low, "")
        if adjective:
            self.at += 1
        noun = words.NOUNS.get(self._peek().low)
        if noun is None or noun.step:
            raise _NotUnderstood
        self.at += 1
        found = _Set(None, noun.sort, noun.kind)
        if self.at < len(self.tokens) and self._peek().low in ("of", "on", "in", "inside", "within", "from", "defined"):
            found = self._try(lambda: self._members(noun)) or found
        if found.plan is None and not bare and self.at >= len(self.tokens):
            raise _NotUnderstood
        if adjective:
            found = replace(found, plan=piped(_needed(found), "without", adjective))
        return found

    def _members(self, noun: Noun) -> _Set:
        """[methods] of X, [functions] defined in the file P."""
        self._maybe("defined", "declared")
        self._word("of", "on", "in", "inside", "within", "from")
        if self._place_follows():
            raise _NotUnderstood  # where it stands, not what it belongs to: see _in_place
        return self._of(noun, self._object())

    def _of(self, noun: Noun, target: _Set) -> _Set:
        """What a thing contains, or what tests it."""
        if noun.sort == TEST:
            return _Set(piped(_needed(target), "tests"), TEST)
        plan: Plan = piped(_needed(target), "members")
        if noun.kind and noun.sort != DATA:
            plan = piped(plan, "where", kind=noun.kind)
        return _Set(plan, noun.sort)

    def _in_place(self, found: _Set) -> _Set:
        """Narrow to where it stands: in tests, in src/app, outside of tests."""
        while self.at < len(self.tokens) and self._peek().low in ("in", "inside", "within", "under", "outside", "from"):
            narrowed = self._try(partial(self._placed, found))
            if narrowed is None:
                break
            found = narrowed
        return found

    def _placed(self, found: _Set) -> _Set:
        outside = self._word("in", "inside", "within", "under", "outside", "from") == "outside"
        self._maybe("of")
        self._determiners()
        self._maybe("file", "folder", "directory", "module", "package", "path", "dir")
        token = self._peek()
        if token.low in ("tests", "test"):
            self.at += 1
            self._maybe("code", "files", "suite")
            return replace(found, plan=piped(_needed(found), "where", test="no" if outside else "yes"))
        if token.low in ("source", "sources", "production", "non-test"):
            self.at += 1
            self._maybe("code", "files")
            return replace(found, plan=piped(_needed(found), "where", test="yes" if outside else "no"))
        if not self._place_follows() or outside:
            raise _NotUnderstood
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
        while at < len(self.tokens) and self.tokens[at].low in words.DETERMINERS | {
            "file", "folder", "directory", "module", "package", "path", "tests", "test", "dir",
        }:  # fmt: skip
            if self.tokens[at].low in ("tests", "test"):
                return True
            at += 1
        return at < len(self.tokens) and bool(_PATHLIKE.match(self.tokens[at].text.strip("`'\"")))

    # -------------------------------------------------------------------------------------------------------- objects

    def _object(self) -> _Set:
        """Read what a verb is done to: a name, "it", words that name something, or a phrase with a name in it."""
        token = self._peek()
        if (
            token.low in ("it", "them", "itself", "that", "this", "he", "she")
            and self.last is not None
            and not token.name
        ):
            self.at += 1
            return _Set(self.last)
        found = (
            self._try(self._phrase) or self._try(self._named) or self._try(self._worded) or self._try(self._described)
        )
        if found is None:
            raise _NotUnderstood
        self.last = found.plan
        return found

    def _phrase(self) -> _Set:
        """A noun phrase with a name somewhere in it."""
        start = len(self.links)
        noun = self._noun(bare=True)
        found = self._try(lambda: self._predicates(noun)) or noun
        if found.plan is None or len(self.links) == start:
            raise _NotUnderstood
        return found

    def _named(self) -> _Set:
        """A name, perhaps with the kind of thing before or after it, or `of` its class."""
        self._determiners()
        before = self._kind_word()
        token = self._peek()
        if not token.name or token.text.endswith(("'s", "’s")):
            raise _NotUnderstood
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
        if not token.name or _PATHLIKE.match(token.text):
            raise _NotUnderstood
        self.at += 1
        return token.text

    def _kind_word(self) -> str:
        low = self.tokens[self.at].low if self.at < len(self.tokens) else ""
        singular = {"function", "method", "class", "interface", "struct", "trait", "enum", "type", "field", "property"}
        singular |= {"attribute", "variable", "constant", "setting", "error", "exception", "symbol", "file", "module"}
        singular |= {"macro", "constructor", "object", "option", "flag", "value", "member"}
        if low in singular:
            self.at += 1
            return low
        return ""

    def _worded(self) -> _Set:
        """Plain words up to the next clause that name something without being written as code."""
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
        raise _NotUnderstood

    def _described(self) -> _Set:
        """The code that does something, in words: search finds it, or not."""
        self._determiners()
        self._word("code", "function", "method", "class", "thing", "part", "logic", "place", "piece", "stuff", "bit")
        self._maybe("of")
        self._maybe("code")
        self._word("that", "which", "where", "to", "for", "responsible", "doing", "handling")
        rest = " ".join(t.text for t in self.tokens[self.at :])
        link = self.linker.search(rest)
        if not link:
            raise _NotUnderstood
        self.at = len(self.tokens)
        return self._kept(link)

    def _linked(self, name: str) -> _Set:
        link = self.linker.name(name)
        if not link:
            self.links.append(link)
            return _Set(find(name))
        return self._kept(link)

    def _kept(self, link: Link) -> _Set:
        self.links.append(link)
        return _Set(find(link.first.id), of_class=link.first.kind in CLASS_LIKE)

    def _is_class(self, target: _Set) -> bool:
        return target.of_class

    # ----------------------------------------------------------------------------------------------------- predicates

    def _predicates(self, subject: _Set, *, relative: bool = True, be: bool = False) -> _Set:
        """Read what is said of a subject: one predicate or more, joined by and, but, without."""
        if relative:
            self._relativizer()
        found = self._predicate(subject, be=be)
        while self.at < len(self.tokens):
            further = self._try(partial(self._joined, found))
            if further is None:
                break
            found = further
        return self._in_place(found)

    def _joined(self, found: _Set) -> _Set:
        if self._maybe("without"):
            return self._lacking(found, negated=True)
        while self._maybe(",", ";"):
            pass
        self._maybe("and", "but", "yet", "while")
        self._maybe("also", "then", "itself", "themselves")
        self._relativizer()
        return self._predicate(found)

    def _predicate(self, subject: _Set, *, be: bool = False) -> _Set:
        return self._either(
            lambda: self._supering(subject),
            lambda: self._nobody(subject),
            lambda: self._with(subject),
            lambda: self._called(subject, be=be),
            lambda: self._doing_it(subject),
            lambda: self._done_by(subject),
            lambda: self._whose(subject),
            lambda: self._naming(subject),
        )

    def _supering(self, subject: _Set) -> _Set:
        """Call super; delegate to the parent's implementation."""
        negated = self._negation()
        self._verb("base", "s", "ing", "ed")
        for phrase in _SUPERS:
            if self._sequence(phrase):
                break
        else:
            raise _NotUnderstood
        plan = _needed(self._methods(subject))
        kept = piped(plan, "calls_super")
        return _Set(Both("-", plan, kept) if negated else kept, CALLABLE)

    def _nobody(self, subject: _Set) -> _Set:
        """[that] nobody calls; no test covers."""
        if self._maybe("no"):
            self._word("one", "test", "tests", "code", "other", "function", "body", "class", "caller")
            tests = self.tokens[self.at - 1].low in ("test", "tests")
        else:
            self._word(*words.NOBODY)
            tests = False
        self._maybe("else", "code", "in")
        self._adverbs()
        verb, _ = self._verb("base", "s")
        self._adverbs()
        step = "tests" if tests else verb.active
        return replace(subject, plan=piped(_needed(subject), "without", step))

    def _with(self, subject: _Set) -> _Set:
        """Have no callers; with tests; without tests."""
        if self._maybe("without"):
            return self._lacking(subject, negated=True)
        negated = self._negation()
        self._word("have", "has", "with", "having")
        negated = self._maybe("no", "zero") is not None or negated
        return self._lacking(subject, negated=negated)

    def _lacking(self, subject: _Set, *, negated: bool) -> _Set:
        """[without] tests; [without] calling it directly."""
        if self._is_verb("ing"):
            return self._doing_it(subject, negated=negated)
        self._maybe("any", "a", "its", "their", "own")
        noun = self._relative_noun()
        return replace(subject, plan=piped(_needed(subject), "without" if negated else "having", noun.step))

    def _called(self, subject: _Set, *, be: bool) -> _Set:
        """[are] called by X; are never called; is overridden in X."""
        negated = self._negation()
        if not be and self._maybe("is", "are", "was", "were", "gets", "get", "be") and not negated:
            be = True
            negated = self._negation()
        self._maybe("being", "be", "get")
        adverb = self._adverbs()
        negated = self._negation() or negated
        verb, _ = self._verb("ed")
        far = self._adverbs() or adverb
        if self._maybe("by", "from", "in", "inside", "with", "within", "through"):
            agent = self._try(self._object)
            if agent is not None:
                step = self._undergone(verb, agent, far=far)
                return self._narrowed(subject, step, negated=negated)
            raise _NotUnderstood
        if not be:
            raise _NotUnderstood
        return replace(subject, plan=piped(_needed(subject), "without" if negated else "having", verb.active))

    def _doing_it(self, subject: _Set, *, negated: bool = False) -> _Set:
        """Call X; never set X; calling both X and Y; call X but not Y."""
        negated = self._negation() or negated
        far = self._adverbs()
        derived = self._peek().low in ("derived", "descended")
        verb, stem = self._verb(*(("base", "s", "ing", "ed") if negated or derived else ("base", "s", "ing")))
        far = self._adverbs() or far
        self._maybe("to") if stem == "call" else None
        both = self._maybe("both", "either")
        found = self._objected(subject, verb, far, negated=negated)
        while self.at < len(self.tokens):
            more = self._try(partial(self._more_objects, subject, found, verb, far, both is not None))
            if more is None:
                break
            found = more
        return found

    def _more_objects(self, subject: _Set, found: _Set, verb: Verb, far: bool, both: bool) -> _Set:
        """[call X] and Y; or Y; but not Y."""
        joint = self._word("and", "or", "but", ",", "nor")
        negated = self._negation()
        if joint == "but" and not negated:
            raise _NotUnderstood
        if not both and self._is_verb("base", "s", "ing"):
            raise _NotUnderstood  # the next predicate
        other = self._objected(subject, verb, far, negated=False)
        names = [_member_of(side.plan, subject.plan) for side in (found, other)]
        if all(names) and joint != "or" and not negated:  # classes that have both, for no method is two
            return replace(subject, plan=piped(piped(_needed(subject), "defining", names[0]), "defining", names[1]))
        mark = "-" if negated else "+" if joint == "or" else "&"
        return replace(found, plan=Both(mark, _needed(found), _needed(other)))

    def _objected(self, subject: _Set, verb: Verb, far: bool, *, negated: bool) -> _Set:
        """A verb with its object, as a narrower subject."""
        if verb.active == "overriders" and (found := self._try(lambda: self._own_member(subject, negated=negated))):
            return found
        target = self._object()
        direct = self._adverbs_of_directness()
        found = self._did(verb, target, far=far or direct == "far", subject=subject)
        return self._narrowed(subject, found, negated=negated)

    def _own_member(self, subject: _Set, *, negated: bool) -> _Set:
        """[subclasses of X that] override m."""
        if subject.plan is None or not (subject.of_class or subject.sort == CLASS):
            raise _NotUnderstood
        self._determiners()
        self._kind_word()
        token = self._peek()
        name = token.text.removesuffix("()").replace("::", ".").replace("#", ".").rpartition(".")[2]
        if not self.linker.is_member(name):
            raise _NotUnderstood
        self.at += 1
        self._kind_word()
        self.links.append(Link(token.text))
        if negated:
            return replace(subject, plan=Both("-", subject.plan, piped(subject.plan, "defining", name)))
        self.last = piped(subject.plan, "members", name=name)
        return _Set(self.last, CALLABLE)

    def _done_by(self, subject: _Set) -> _Set:
        """[that] X calls; [the setting that] Y writes."""
        agent = self._object()
        negated = self._negation()
        far = self._adverbs()
        verb, _ = self._verb("base", "s", "ed")
        far = self._adverbs() or far
        return self._narrowed(subject, self._undergone(verb, agent, far=far), negated=negated)

    def _whose(self, subject: _Set) -> _Set:
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
            raise _NotUnderstood
        self.at += 1
        self._kind_word()
        return self._predicate(_Set(piped(subject.plan, "members", name=name), CALLABLE))

    def _naming(self, subject: _Set) -> _Set:
        """Named X; called "x"."""
        self._word("named", "called")
        token = self._peek()
        if not token.name:
            raise _NotUnderstood
        self.at += 1
        self.links.append(Link(token.text))
        return replace(subject, plan=piped(_needed(subject), "where", name=token.text))

    # ---------------------------------------------------------------------------------------------------------- plans

    def _did(self, verb: Verb, target: _Set, *, far: bool = False, subject: _Set | None = None) -> _Set:
        """Those who do something to a target."""
        step = verb.active
        doer = verb.doer
        if subject is not None and subject.sort == TEST and step in ("reached_by", "users", "tests", "impact"):
            return _Set(piped(_needed(target), "tests"), TEST)
        if far and step == "callers":
            step = "reached_by"
        if step == "callers" and target.of_class:
            step = "instantiations"
        return _Set(piped(_needed(target), step), doer, of_class=step in ("subclasses", "bases"))

    def _undergone(self, verb: Verb, agent: _Set, *, far: bool = False) -> _Set:
        """What an agent does something to."""
        step = "reach" if far and verb.passive == "callees" else verb.passive
        return _Set(piped(_needed(agent), step), verb.done, of_class=step in ("bases", "creates"))

    def _methods(self, subject: _Set) -> _Set:
        if subject.plan is not None and subject.of_class:
            return _Set(piped(subject.plan, "members"), CALLABLE)
        return subject

    def _narrowed(self, subject: _Set, found: _Set, *, negated: bool = False) -> _Set:
        """What of a subject is in a set, or what is not."""
        plan = _needed(found)
        if subject.plan is None:
            if negated:
                raise _NotUnderstood  # everything but: not a list that anybody wants
            kept = self._of_sort(subject, found)
            return replace(kept, plan=piped(_needed(kept), "where", path=subject.place)) if subject.place else kept
        base = subject
        if subject.of_class and not found.of_class and found.sort in (CALLABLE, TEST, ANY):
            base = self._methods(subject)
        return replace(base, plan=Both("-" if negated else "&", _needed(base), plan))

    def _of_sort(self, subject: _Set, found: _Set) -> _Set:
        plan = _needed(found)
        if subject.sort == TEST:
            return _Set(plan if found.sort == TEST else piped(plan, "where", test="yes"), TEST)
        if subject.sort == FILE:
            return _Set(plan if found.sort == FILE else piped(plan, "files"), FILE)
        if subject.sort == CLASS and not found.of_class and found.sort in (CALLABLE, ANY):
            return _Set(piped(piped(plan, "owner"), "where", kind="class"), CLASS, of_class=True)
        if subject.kind == "method":
            return _Set(piped(plan, "where", kind="method"), CALLABLE)
        if subject.kind == "callable" and found.sort != CALLABLE:
            return _Set(piped(plan, "where", kind="callable"), CALLABLE)
        return replace(found, sort=subject.sort if subject.sort != ANY else found.sort)

    # --------------------------------------------------------------------------------------------------------- tokens

    def _peek(self) -> _Token:
        if self.at >= len(self.tokens):
            raise _NotUnderstood
        return self.tokens[self.at]

    def _word(self, *options: str) -> str:
        token = self._peek()
        if token.name or token.low not in options:
            raise _NotUnderstood
        self.at += 1
        return token.low

    def _maybe(self, *options: str) -> str | None:
        if self.at < len(self.tokens) and not self.tokens[self.at].name and self.tokens[self.at].low in options:
            self.at += 1
            return self.tokens[self.at - 1].low
        return None

    def _sequence(self, phrase: Sequence[str]) -> bool:
        low = [t.low.removesuffix("()") for t in self.tokens[self.at : self.at + len(phrase)]]
        if low != list(phrase):
            return False
        self.at += len(phrase)
        return True

    def _determiners(self) -> None:
        while self._maybe(*words.DETERMINERS):
            if self.tokens[self.at - 1].low == "all":
                self._maybe("of")

    def _negation(self) -> bool:
        return self._maybe(*words.NEGATIONS) is not None

    def _relativizer(self) -> None:
        if self._maybe(*words.RELATIVE):
            self._maybe("do", "does", "can", "could", "may", "might", "will", "would")

    def _adverbs(self) -> bool:
        """Skip adverbs; True if one says that it may happen over several steps."""
        far = False
        while found := self._maybe(*words.ADVERBS):
            far = far or found in words.FAR
        return far

    def _adverbs_of_directness(self) -> str:
        return "far" if self._adverbs() else ""

    def _is_verb(self, *forms: str) -> bool:
        state = self._state()
        try:
            self._verb(*forms)
        except _NotUnderstood:
            return False
        finally:
            self._restore(state)
        return True

    def _verb(self, *forms: str) -> tuple[Verb, str]:
        """Read a verb in one of these forms, with the words that belong to it; return its meaning and its stem."""
        token = self._peek()
        if token.name:
            raise _NotUnderstood
        stem, which = words.FIRST_WORDS.get(token.low, ("", ""))
        for key, verb in words.PHRASES.items():
            low = tuple(t.low for t in self.tokens[self.at + 1 : self.at + len(key)])
            if key[0] == stem and low == key[1:] and self._fits(stem, which, forms):
                self.at += len(key)
                return verb, stem
        if token.low not in words.VERBS:
            raise _NotUnderstood
        stem, which, verb = words.VERBS[token.low]
        if not self._fits(stem, which, forms):
            raise _NotUnderstood
        self.at += 1
        return verb, stem

    @staticmethod
    def _fits(stem: str, which: str, forms: Sequence[str]) -> bool:
        return which in forms or (which == "base" and "ed" in forms and stem in words.SAME_FORM)

    # --------------------------------------------------------------------------------------------------- backtracking

    def _state(self) -> _State:
        return _State(self.at, list(self.links), self.last)

    def _restore(self, state: _State) -> None:
        self.at, self.links, self.last = state.at, list(state.links), state.last

    def _try(self, reading: Callable[[], _T]) -> _T | None:
        state = self._state()
        try:
            return reading()
        except _NotUnderstood:
            self._restore(state)
            return None

    def _either(self, *readings: Callable[[], _Set]) -> _Set:
        """Return what the reading gives that gets furthest; of equals the first."""
        state = self._state()
        best: tuple[int, _State, _Set] | None = None
        for reading in readings:
            self._restore(state)
            try:
                found = reading()
            except _NotUnderstood:
                continue
            if best is None or self.at > best[0]:
                best = (self.at, self._state(), found)
        if best is None:
            self._restore(state)
            raise _NotUnderstood
        self._restore(best[1])
        return best[2]


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


def _needed(found: _Set) -> Plan:
    """Return a plan; what is everything of its sort is a list only where a place bounds it."""
    if found.plan is not None:
        return found.plan
    if not found.place:
        raise _NotUnderstood
    everything = Call("all", None, (), (("kind", found.kind),) if found.kind else ())
    return piped(everything, "where", path=found.place)


def _member_of(plan: Plan | None, of: Plan | None) -> str:
    """Return the name if a plan finds the members of a name in what another finds, else ""."""
    if isinstance(plan, Call) and plan.name == "members" and plan.source == of and plan.options:
        return str(plan.options[0][1])
    return ""


def _whole(found: _Set) -> _Set:
    _needed(found)
    return found


def _sites(plan: Plan | None) -> Plan:
    if plan is None:
        raise _NotUnderstood
    return piped(plan, "sites")


def _stripped(question: str) -> str:
    """Leave out what only makes it a polite question, at both ends."""
    text = " ".join(question.split()).strip(" ?.!")
    again = True
    while again:
        again = False
        low = text.lower()
        for lead in words.LEADS:
            if low.startswith(f"{lead} ") and len(text) > len(lead) + 4:
                text, again = text[len(lead) :].lstrip(" ,:"), True
                break
        low = text.lower()
        for tail in words.TAILS:
            if low.endswith(f" {tail}"):
                text, again = text[: -len(tail)].rstrip(" ,:?"), True
                break
    return text


def _tokens(text: str, linker: Linker) -> list[_Token]:
    """Split a question into names, as written, and words."""
    spans: list[tuple[int, int, str]] = []
    at = 0
    names = linker.written(text)
    names += [m[0] for m in _FOLDER.finditer(text) if not any(m[0] in name for name in names)]
    for name in sorted(names, key=text.find):
        start = text.find(name, at)
        if start >= 0:
            spans.append((start, start + len(name), name))
            at = start + len(name)
    found: list[_Token] = []
    at = 0
    for start, end, name in [*spans, (len(text), len(text), "")]:
        found += [_Token(m[0], m[0].lower()) for m in _WORDS.finditer(text[at:start])]
        after = text[end : end + 3]
        if name:
            tail = re.match(r"[`\"'”’]?(['’]s)\b", after)
            found.append(_Token(name + (tail[1] if tail else ""), name.lower(), name=True))
            end += tail.end() if tail else 0
        at = end
    return found


def alternatives(compiled: Compiled, symbol: Symbol, chosen: Symbol) -> Plan:
    """Return the plan with another candidate for a name."""
    return _replaced(compiled.plan, chosen.id, symbol.id)


def _replaced(plan: Plan, old: str, new: str) -> Plan:
    if isinstance(plan, Both):
        return Both(plan.mark, _replaced(plan.left, old, new), _replaced(plan.right, old, new))
    if plan.name == "find" and plan.values == (old,):
        return find(new)
    source = _replaced(plan.source, old, new) if plan.source is not None else None
    values = tuple(_replaced(v, old, new) if isinstance(v, (Call, Both)) else v for v in plan.values)
    return Call(plan.name, source, values, plan.options)
