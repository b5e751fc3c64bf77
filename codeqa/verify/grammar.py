"""What a sentence states: a grammar of the relations that a graph can tell.

A sentence that it does not account for to the last word states nothing here: half of a sentence may be true where the
whole is not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from codeqa.verify.stated import (
    BASE,
    DETERMINERS,
    DONE,
    KINDS,
    NOUNS,
    PLACES,
    SKIPPED,
    STARTS,
    STRATEGIES,
    THIRD,
    Name,
    Spot,
    Statement,
)
from codeqa.verify.words import Token

T = TypeVar("T")


class Unaccounted(Exception):
    """The grammar does not account for a sentence."""


def statements(sentence: Sequence[Token]) -> list[Statement]:
    """Return what a sentence states, all of which has to hold.

    Raises:
        Unaccounted: it is not understood to the last word.
    """
    reader = _Reader(sentence)
    for form in (reader.no_chain, reader.counted, reader.nothing, reader.quoted, reader.clauses):
        found = reader.attempt(form)
        if found and reader.ended:
            return found
        reader.at = 0
    raise Unaccounted


class _Reader:
    """Reads one sentence from left to right."""

    def __init__(self, sentence: Sequence[Token]) -> None:
        self.tokens = list(sentence)
        if self.tokens and self.tokens[-1] == Token("mark", ":"):
            self.tokens.pop()
        self.at = 0

    # ------------------------------------------------------------------------------------------------------- tokens

    @property
    def ended(self) -> bool:
        return self.at >= len(self.tokens)

    @property
    def here(self) -> Token:
        return self.tokens[self.at] if not self.ended else Token("end", "")

    def attempt(self, form: Callable[[], T]) -> T | None:
        """Read a form; where it does not stand, stay."""
        before = self.at
        try:
            return form()
        except Unaccounted:
            self.at = before
            return None

    def word(self, *words: str) -> str:
        """Take one of these words; "" if none stands here."""
        if self.here.kind == "word" and self.here.text in words:
            self.at += 1
            return self.tokens[self.at - 1].text
        return ""

    def phrase(self, *words: str) -> bool:
        """Take these words, all or none."""
        if [(t.kind, t.text) for t in self.tokens[self.at : self.at + len(words)]] == [("word", w) for w in words]:
            self.at += len(words)
            return True
        return False

    def mark(self, text: str) -> bool:
        if self.here.kind == "mark" and self.here.text == text:
            self.at += 1
            return True
        return False

    def need(self, held: object) -> None:
        if not held:
            raise Unaccounted

    def number(self) -> int:
        self.need(self.here.kind == "number")
        self.at += 1
        return self.tokens[self.at - 1].start

    # -------------------------------------------------------------------------------------------------------- names

    def name(self) -> Name:
        """`X`, the method `X`, the `X` class, the `m` method of `C`, `X` (path:line)."""
        self.word(*DETERMINERS)
        kind = self._kind()
        self.need(self.here.kind in ("code", "bare", "path"))
        token = self.here
        self.at += 1
        kind = kind or ("" if self._verb_here() else self._kind())
        owner = ""
        if kind and self.phrase("of"):
            self.word(*DETERMINERS)
            self._kind()
            self.need(self.here.kind in ("code", "bare"))
            owner = self.here.text
            self.at += 1
        return Name(token.text, token.kind != "bare", kind, owner, self.attempt(self._in_parentheses))

    def _kind(self) -> str:
        """A word for a kind of symbol, if one stands here."""
        if self.here.kind != "word" or self.here.text not in KINDS:
            return ""
        self.at += 1
        return KINDS[self.tokens[self.at - 1].text]

    def _verb_here(self) -> bool:
        """`X` tests `Y`: the word is a verb if a name follows it."""
        after = self.tokens[self.at + 1] if self.at + 1 < len(self.tokens) else Token("end", "")
        return self.here.kind == "word" and self.here.text in STARTS and after.kind in ("code", "bare", "path")

    def _in_parentheses(self) -> Spot:
        self.need(self.mark("("))
        spot = self.spot()
        self.need(self.mark(")"))
        return spot

    def spot(self) -> Spot:
        """path:line, path, line N, lines N and M of a path."""
        token = self.here
        if token.kind == "place":
            self.at += 1
            return Spot(token.text, token.start, token.end)
        if token.kind == "path":
            self.at += 1
            if self.attempt(self._line_after) is not None:
                return Spot(token.text, self._line, self._line)
            return Spot(token.text)
        self.need(self.word("line"))
        line = self.number()
        if self.word("of", "in"):
            self.need(self.here.kind == "path")
            self.at += 1
            return Spot(self.tokens[self.at - 1].text, line, line)
        return Spot("", line, line)

    def _line_after(self) -> bool:
        comma = self.mark(",")
        self.need(self.word("at", "on") or comma)
        self.need(self.word("line"))
        self._line = self.number()
        return True

    def names(self, *, subjects: bool = False) -> tuple[Name, ...]:
        """`a`, `b` and `c`; unless they are subjects, a name that a verb follows begins the next clause."""
        found = [self.name()]
        while True:
            before = self.at
            comma = self.mark(",")
            both = self.word("and")
            more = self.attempt(self.name) if comma or both else None
            if more is None or (self._at_verb() and not subjects):
                self.at = before
                return tuple(found)
            found.append(more)

    def _at_verb(self) -> bool:
        return self.here.kind == "word" and self.here.text in STARTS

    # ------------------------------------------------------------------------------------------------------ clauses

    def clauses(self) -> list[Statement]:
        """One clause, or several that share what they are about."""
        if listed := self.attempt(self._listed):
            return listed
        subjects = self.names(subjects=True)
        found: list[Statement] = []
        if subjects[0].spot:
            self.mark(":")  # `A` (path:line): calls `B`
        before = self.at
        if self.mark(",") and self.word("which", "that"):  # `A`, which calls `B`, calls `C`
            found.append(self.predicate(subjects))
            self.need(self.mark(","))
        else:
            self.at = before
        while True:
            latest = self.predicate(subjects)
            found.append(latest)
            if self.ended:
                return found
            found += self._beside(latest, subjects)
            if self.ended:
                return found
            comma = self.mark(",")
            if comma and self.word("which", "that"):
                self.need(len(latest.objects) == 1)
                found.append(self.predicate(latest.objects))
                self.need(self.ended)
                return found
            joined = self.word("and", "but")
            self.need(joined or comma)
            fresh = self.attempt(self._next_subjects)
            self.need(fresh or not latest.negative or joined == "but")  # how far a "not" reaches is not always clear
            subjects = fresh or subjects

    def _listed(self) -> list[Statement]:
        """`A`, a method at path:line."""
        subject = (self.name(),)
        self.need(self.mark(",") and self.word("a", "an"))
        kind = "enum_member" if self.phrase("enum", "member") else self._kind()
        self.need(kind and self.word("at"))
        found = [Statement("kind", subject, noun=kind), Statement("at", subject, spots=(self.spot(),))]
        self.need(self.ended)
        return found

    def _next_subjects(self) -> tuple[Name, ...]:
        found = self.names(subjects=True)
        self.need(self._at_verb())
        return found

    def _beside(self, latest: Statement, subjects: tuple[Name, ...]) -> list[Statement]:
        """What may follow a definition: where it stands, and its signature; what may follow a number of places."""
        if latest.verb == "count" and latest.noun.endswith(" at"):
            return self._more_places(latest)
        if latest.verb != "kind":
            return []
        found: list[Statement] = []
        before = self.at
        if self.mark(",") and self.word("defined", "declared") and self.word("at", "in"):
            found.append(Statement("at", subjects, spots=(self.spot(),)))
        else:
            self.at = before
        before = self.at
        if self.mark(":") and self.here.kind == "code":
            found.append(Statement("signature", subjects, quote=self.here.text))
            self.at += 1
        else:
            self.at = before
        return found

    def _more_places(self, latest: Statement) -> list[Statement]:
        """… in 2 files; … outside of tests and at 3 places in tests."""
        before = self.at
        if self.word("in") and self.here.kind == "number":
            number = self.number()
            if self.word("file", "files"):
                return [replace(latest, noun=f"{latest.noun} files", number=number)]
        self.at = before
        if latest.tests == "no" and self.word("and") and self.here.kind == "number":
            number = self.number()
            if self.word(*PLACES) and self.phrase("in", "tests"):
                return [replace(latest, number=number, tests="yes")]
        self.at = before
        return []

    def predicate(self, subjects: tuple[Name, ...]) -> Statement:
        """What is said of something."""
        direct = self._adverbs()
        if self.word("does", "do"):
            self.need(self.word("not"))
            direct |= self._adverbs()
            return self._active(BASE, Statement("", subjects, negative=True, direct=direct))
        if self.word("never"):
            return self._active(THIRD, Statement("", subjects, negative=True, direct=direct))
        if self.word("is", "are"):
            return self._being(subjects)
        if self.word("has", "have"):
            return self._having(subjects)
        return self._active({**THIRD, **BASE} if len(subjects) > 1 else THIRD, Statement("", subjects, direct=direct))

    def _adverbs(self) -> bool:
        direct = False
        while word := self.word("directly", *SKIPPED):
            direct |= word == "directly"
        return direct

    def _verb(self, forms: dict[tuple[str, ...], str]) -> str:
        for form in sorted(forms, key=len, reverse=True):
            if self.phrase(*form):
                return forms[form]
        raise Unaccounted

    def _active(self, forms: dict[tuple[str, ...], str], said: Statement) -> Statement:
        verb = self._verb(forms)
        direct = self._adverbs() or said.direct
        if self.word("nothing"):
            self.need(not said.negative)
            return replace(said, verb=verb, negative=True, objects=())
        if self.here.kind == "number":
            self.need(not said.negative)
            number, noun = self.number(), self._kind()
            self.need(noun)
            return replace(said, verb="count", noun=f"{verb} {noun}", number=number, objects=said.subjects, subjects=())
        return self._tail(replace(said, verb=verb, direct=direct, objects=self.names()))

    def _being(self, subjects: tuple[Name, ...]) -> Statement:
        negative = bool(self.word("not", "never"))
        direct = self._adverbs()
        if self.word("a", "an"):
            return self._being_a(subjects, negative)
        if self.word("defined", "declared"):
            if self.word("in", "at"):
                if spot := self.attempt(self.spot):
                    self.need(not negative)
                    return Statement("at", subjects, spots=(spot, *self._more_lines()))
                return Statement("defines", self.names(), subjects, negative)
            self.need(self.word("by"))
            return Statement("defines", self.names(), subjects, negative)
        verb = self._verb(DONE)
        direct |= self._adverbs()
        if verb == "raises":
            self.phrase("by", "its", "name")
        if self.word("by"):
            if self.here.kind == "number":
                self.need(not negative)
                number = self.number()
                kind = self._kind()
                self.need(kind)
                return Statement("count", (), subjects, noun=f"{verb} by {kind}", number=number)
            return self._tail(Statement(verb, self.names(), subjects, negative, direct))
        if self.word("at", "from", "in"):
            self.need(not negative)
            return self._sites(Statement("count", (), subjects, noun=f"{verb} at"))
        self.need(negative)
        self.word("anywhere")
        return Statement(verb, (), subjects, negative=True)

    def _more_lines(self) -> list[Spot]:
        if not self.word("at", "on"):
            return []
        return [self.spot()]

    def _being_a(self, subjects: tuple[Name, ...], negative: bool) -> Statement:
        for words, verb in (
            (("subclass", "of"), "inherits"),
            (("subtype", "of"), "heirs"),
            (("direct", "subclass", "of"), "inherits"),
            (("implementation", "of"), "implements"),
        ):
            if self.phrase(*words):
                return Statement(verb, subjects, self.names(), negative, direct=words[0] == "direct")
        self.need(not negative)
        if self.phrase("file", "of"):
            number = self.number()
            self.need(self.word("line", "lines"))
            return Statement("lines", subjects, number=number)
        kind = "enum_member" if self.phrase("enum", "member") else self._kind()
        self.need(kind)
        owner = self.names() if self.word("of") else ()
        return Statement("kind", subjects, owner, noun=kind)

    def _having(self, subjects: tuple[Name, ...]) -> Statement:
        if self.word("no"):
            self.word("direct")
            noun = self.word(*NOUNS)
            self.need(noun)
            return Statement("nothing", subjects, noun=NOUNS[noun])
        if self.word("a", "an"):
            self.need(self.word("method", "member", "field"))
            return Statement("defines", subjects, self.names())
        least = self.phrase("at", "least")
        self.word("exactly")
        number = self.number()
        direct = bool(self.word("direct"))
        if self.phrase("call", "sites"):
            return Statement("count", (), subjects, noun="calls at", number=number, least=least)
        noun = self.word(*NOUNS)
        self.need(noun)
        return Statement("count", (), subjects, noun=NOUNS[noun], number=number, least=least, direct=direct)

    def _sites(self, said: Statement) -> Statement:
        least = self.phrase("at", "least")
        number = self.number()
        self.need(self.word(*PLACES))
        tests = "no" if self.phrase("outside", "of", "tests") else "yes" if self.phrase("in", "tests") else ""
        return replace(said, number=number, least=least, tests=tests)

    def _tail(self, said: Statement) -> Statement:
        """Where a relation is stated, how it was resolved, through what it goes."""
        while not self.ended:
            before = self.at
            if said.verb in ("calls", "reach") and self.word("through", "via"):
                said = replace(said, through=self.names())
            elif self.word("directly"):
                said = replace(said, direct=True)
            elif said.verb == "reach" and (steps := self.attempt(self._steps)):
                said = replace(said, number=steps)
                if self.mark(":"):
                    said = replace(said, through=self._arrows(), verb="chain")
            elif strategy := self.attempt(self._strategy):
                said = replace(said, strategy=strategy[0], candidates=strategy[1])
            elif spot := self.attempt(self._at):
                said = replace(said, spots=(*said.spots, spot))
            else:
                self.at = before
                return said
        return said

    def _steps(self) -> int:
        self.need(self.word("in"))
        number = self.number()
        self.need(self.word("step", "steps"))
        return number

    def _at(self) -> Spot:
        if self.here == Token("mark", "("):
            return self._in_parentheses()
        self.need(self.word("at", "in", "on"))
        return self.spot()

    def _strategy(self) -> tuple[str, int]:
        self.need(self.mark("("))
        for words, strategy in STRATEGIES:
            if self.phrase(*words):
                number = 0
                if strategy == "dispatch" and self.mark(","):
                    self.need(self.number() == 1 and self.word("of"))
                    number = self.number()
                    self.need(self.word("overrides"))
                self.need(self.mark(")"))
                return strategy, number
        self.need(self.phrase("joined", "by") and self.here.kind == "code")
        self.at += 1
        self.need(self.mark(")"))
        return "join", 0

    def _arrows(self) -> tuple[Name, ...]:
        found = [self.name()]
        while self.mark("→"):
            found.append(self.name())
        self.need(len(found) > 1)
        return tuple(found)

    # --------------------------------------------------------------------------------------------------- whole forms

    def no_chain(self) -> list[Statement]:
        """No chain of resolved calls from `A` to `B` was found."""
        self.need(self.phrase("no", "chain", "of", "resolved", "calls", "from"))
        source = self.name()
        self.need(self.word("to"))
        target = self.name()
        self.need(self.phrase("was", "found"))
        return [Statement("no chain", (source,), (target,))]

    def counted(self) -> list[Statement]:
        """2 types inherit from `X`, 1 directly. There are 2 subclasses of `X`. No test covers `X`."""
        if self.word("there"):
            self.need(self.word("is", "are"))
            return self._there()
        least = self.phrase("at", "least")
        negative = bool(self.word("no"))
        number = 0 if negative else self.number()
        kind = self._kind()
        self.need(kind)
        verb = self._verb({**BASE, **THIRD})
        objects = (self.name(),)
        if negative:
            self.need(not least)
            return [Statement(verb, (), objects, negative=True, noun=kind)]
        said = Statement("count", (), objects, noun=f"{verb} by {kind}", number=number, least=least)
        if verb == "refers" and kind == "test":
            self.need(self.phrase("within") and self.number() == 3 and self.phrase("steps", "of", "use"))
            said = replace(said, noun="tests")
        found = [said]
        if self.mark(","):
            number = self.number()
            self.need(self.word("directly"))
            found.append(replace(said, number=number, direct=True, least=False))
        return found

    def _there(self) -> list[Statement]:
        least = self.phrase("at", "least")
        negative = bool(self.word("no"))
        number = 0 if negative else self.number()
        direct = bool(self.word("direct"))
        noun = self.word(*NOUNS)
        self.need(noun and self.word("of", "for"))
        if negative:
            return [Statement("nothing", (self.name(),), noun=NOUNS[noun])]
        found = Statement("count", (), (self.name(),), noun=NOUNS[noun], number=number, least=least, direct=direct)
        return [found]

    def nothing(self) -> list[Statement]:
        """Nothing calls `X`."""
        self.need(self.word("nothing", "nobody"))
        direct = self._adverbs()
        verb = self._verb(THIRD)
        return [Statement(verb, (), self.names(), negative=True, direct=direct)]

    def quoted(self) -> list[Statement]:
        """The line says "…". The documentation of `X` says: "…"."""
        self.word("the")
        what = self.word("line", "lines", "comment", "documentation", "docstring")  # a comment is not what code says
        subjects: tuple[Name, ...] = ()
        if what in ("documentation", "docstring"):
            self.need(self.word("of", "for"))
            subjects = (self.name(),)
        self.need(what and self.word("says", "reads", "states", "say", "read"))
        self.mark(":")
        self.need(self.here.kind == "quote")
        quote = self.here.text
        self.at += 1
        return [Statement("quote", subjects, quote=quote)]
