"""Reading a question word by word: tokens, what stands next, and the way back where a reading does not fit."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial, wraps
from typing import Concatenate, ParamSpec, TypeVar

from codeqa.plan import Call, Plan, piped
from codeqa.planner.grammar import vocabulary as words
from codeqa.planner.grammar.vocabulary import ANY, Verb
from codeqa.planner.link import Link, Linker

_T = TypeVar("_T")
_P = ParamSpec("_P")
_R = TypeVar("_R", bound="Reader")
_WORDS = re.compile(r"[^\W\d][\w’'-]*|[,;]|\d+")
_STAND_IN = "Xname_"
_FOLDER = re.compile(r"(?<![\w/])[\w.-]+(?:/[\w.*-]+)+/?")


@dataclass(frozen=True, slots=True)
class Token:
    """A word, or a name as it is written."""

    text: str
    low: str
    name: bool = False  # written as code


@dataclass(frozen=True, slots=True)
class Set:
    """What a phrase stands for so far; without a plan it is everything of its sort."""

    plan: Plan | None
    sort: str = ANY
    kind: str = ""
    of_class: bool = False  # the plan finds classes
    place: str = ""  # part of the paths of everything of its sort


@dataclass(frozen=True, slots=True)
class Further:
    """One more member of a list, and what it does to those before: `&`, `+` or `-`."""

    mark: str
    found: Set


class NotUnderstood(Exception):
    """This reading does not fit; another may."""


@dataclass(slots=True)
class State:
    """Where a reading stands, to go back to."""

    at: int
    links: list[Link]
    last: Plan | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a reading that began at a place: what it found, or that it does not fit, and where it ended."""

    found: Set | None
    at: int = 0
    links: tuple[Link, ...] = ()
    last: Plan | None = None


@dataclass(slots=True)
class Reader:
    """Reads from left to right; each method takes what it understands or raises NotUnderstood."""

    text: str
    linker: Linker
    tokens: list[Token] = field(default_factory=list)
    at: int = 0
    links: list[Link] = field(default_factory=list)
    last: Plan | None = None  # what "it" stands for
    memory: dict[tuple[object, ...], Outcome] = field(default_factory=dict)

    # --------------------------------------------------------------------------------------------------------- tokens

    def _peek(self) -> Token:
        if self.at >= len(self.tokens):
            raise NotUnderstood
        return self.tokens[self.at]

    def _next(self) -> str:
        """Return the word after the one that stands next, "" if a name or nothing does."""
        after = self.tokens[self.at + 1] if self.at + 1 < len(self.tokens) else None
        return after.low if after is not None and not after.name else ""

    def _word(self, *options: str) -> str:
        token = self._peek()
        if token.name or token.low not in options:
            raise NotUnderstood
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
        """Read "not", "never", "don't" or "do not"."""
        state = self._state()
        if self._maybe("do", "does", "did", "can") and not self._maybe("not"):
            self._restore(state)
            return False
        return self.at > state.at or self._maybe(*words.NEGATIONS) is not None

    def _relativizer(self) -> None:
        if self._maybe(*words.RELATIVE):
            self._maybe("do", "does", "can", "could", "may", "might", "will", "would")

    def _adverbs(self) -> str:
        """Read adverbs; return what they say of the number of steps: NEAR, FAR, APART, or "" for nothing."""
        how = ""
        while found := self._maybe(*words.ADVERBS):
            said = words.HOW.get(found, "")
            if how and said not in ("", how):
                raise NotUnderstood
            how = how or said
        return how

    def _is_verb(self, *forms: str) -> bool:
        state = self._state()
        try:
            self._verb(*forms)
        except NotUnderstood:
            return False
        finally:
            self._restore(state)
        return True

    def _verb(self, *forms: str) -> tuple[Verb, str]:
        """Read a verb in one of these forms, with the words that belong to it; return its meaning and its stem."""
        token = self._peek()
        if token.name:
            raise NotUnderstood
        stem, which = words.FIRST_WORDS.get(token.low, ("", ""))
        for key, verb in words.PHRASES.items():
            low = tuple(t.low for t in self.tokens[self.at + 1 : self.at + len(key)])
            if key[0] == stem and low == key[1:] and self._fits(stem, which, forms):
                self.at += len(key)
                return verb, stem
        if token.low not in words.VERBS:
            raise NotUnderstood
        if token.low == "test" and self._next() in words.CASES:
            raise NotUnderstood  # a noun: test functions
        stem, which, verb = words.VERBS[token.low]
        if not self._fits(stem, which, forms):
            raise NotUnderstood
        self.at += 1
        return verb, stem

    @staticmethod
    def _fits(stem: str, which: str, forms: Sequence[str]) -> bool:
        return which in forms or (which == "base" and "ed" in forms and stem in words.SAME_FORM)

    # ---------------------------------------------------------------------------------------------------------- lists

    def _listed(self, read: Callable[[], Set], *, verbs: bool = False, negated: bool = False) -> list[Further]:
        """Read what follows the first of several: `, Y and Z`, `, Y or Z`, `but not Y or Z`.

        The last joint says what the commas mean. `negated` says that the first one is denied; `verbs` allows that one
        begins with what could be a verb as well, which otherwise begins the next thing that is said.
        """
        items: list[tuple[str, bool, Set]] = []
        while self.at < len(self.tokens) and (item := self._try(partial(self._further_one, read, verbs))):
            items.append(item)
        turn = next((n for n, (_, turns, _) in enumerate(items) if turns), len(items))
        joints = [joint for joint, _, _ in items[:turn]]
        denials = [joint for joint, turns, _ in items[turn:] if not turns]
        if negated and turn < len(items):
            raise NotUnderstood  # not A but not B
        mark = "-" if negated else self._mark_of(joints)
        for several in (joints if negated else [], denials):
            if "and" in several or (several and not {"or", "nor"} & set(several)):
                raise NotUnderstood  # not A and B: who does one of them only?
        return [Further(mark if n < turn else "-", found) for n, (_, _, found) in enumerate(items)]

    def _further_one(self, read: Callable[[], Set], verbs: bool) -> tuple[str, bool, Set]:
        """Read the joint, whether it turns to what is denied, and one member of a list."""
        joint = self._word("and", "or", "but", ",", "nor")
        if joint == ",":
            joint = self._maybe("and", "or", "but", "nor") or joint
        turns = self._negation()
        if (joint == "but" and not turns) or (not verbs and self._is_verb("base", "s", "ing")):
            raise NotUnderstood  # the next predicate
        return joint, turns, read()

    @staticmethod
    def _mark_of(joints: Sequence[str]) -> str:
        """Return what the joints of a list make of it; the last one says what its commas mean."""
        said = set(joints) - {","}
        if not joints:
            return "&"
        if len(said) != 1 or said == {"nor"}:
            raise NotUnderstood  # A and B or C may be two things
        return "&" if said == {"and"} else "+"

    # --------------------------------------------------------------------------------------------------- backtracking

    def _state(self) -> State:
        return State(self.at, list(self.links), self.last)

    def _restore(self, state: State) -> None:
        self.at, self.links, self.last = state.at, list(state.links), state.last

    def _try(self, reading: Callable[[], _T]) -> _T | None:
        state = self._state()
        try:
            return reading()
        except NotUnderstood:
            self._restore(state)
            return None

    def _either(self, *readings: Callable[[], Set]) -> Set:
        """Return what the reading gives that gets furthest; of equals the first."""
        state = self._state()
        best: tuple[int, State, Set] | None = None
        for reading in readings:
            self._restore(state)
            try:
                found = reading()
            except NotUnderstood:
                continue
            if best is None or self.at > best[0]:
                best = (self.at, self._state(), found)
        if best is None:
            self._restore(state)
            raise NotUnderstood
        self._restore(best[1])
        return best[2]


def remembered(reading: Callable[Concatenate[_R, _P], Set]) -> Callable[Concatenate[_R, _P], Set]:
    """Do a reading once for a place: alternatives that begin alike would double the work with each clause within."""

    @wraps(reading)
    def read(self: _R, /, *args: _P.args, **kwargs: _P.kwargs) -> Set:
        key = (reading.__qualname__, self.at, self.last, args, tuple(kwargs.items()))
        known = self.memory.get(key)
        if known is None:
            before = len(self.links)
            try:
                found = reading(self, *args, **kwargs)
                known = Outcome(found, self.at, tuple(self.links[before:]), self.last)
            except NotUnderstood:
                known = Outcome(None)
            self.memory[key] = known
        else:
            self.links = [*self.links, *known.links]
        if known.found is None:
            raise NotUnderstood
        self.at, self.last = known.at, known.last
        return known.found

    return read


def needed(found: Set) -> Plan:
    """Return a plan; what is everything of its sort is a list only where a place bounds it."""
    if found.plan is not None:
        return found.plan
    if not found.place:
        raise NotUnderstood
    everything = Call("all", None, (), (("kind", found.kind),) if found.kind else ())
    return piped(everything, "where", path=found.place)


def member_of(plan: Plan | None, of: Plan | None) -> str:
    """Return the name if a plan finds the members of a name in what another finds, else ""."""
    if isinstance(plan, Call) and plan.name == "members" and plan.source == of and plan.options:
        return str(plan.options[0][1])
    return ""


def stripped(question: str) -> str:
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


def _mark(text: str, names: Sequence[str], spans: list[tuple[int, int, str]]) -> None:
    """Add every place where a name stands, longer names first."""
    for name in sorted(set(names), key=lambda n: (-len(n), n)):
        at = text.find(name)
        while at >= 0:
            end = at + len(name)
            if _bounded(text, at, end) and not any(s < end and at < e for s, e, _ in spans):
                spans.append((at, end, name))
            at = text.find(name, end)


def masked(text: str, linker: Linker) -> tuple[str, list[str]]:
    """Put a stand-in for each name that a text writes as code, so that nothing takes one for words."""
    spans: list[tuple[int, int, str]] = []
    _mark(text, linker.written(text), spans)
    names: list[str] = []
    for start, end, name in sorted(spans, reverse=True):
        text = f"{text[:start]}{_STAND_IN}{len(names)}_{text[end:]}"
        names.append(name)
    return text, names


def unmasked(text: str, names: Sequence[str]) -> str:
    """Put the names back."""
    return re.sub(rf"{_STAND_IN}(\d+)_", lambda match: names[int(match[1])], text)


def _bounded(text: str, start: int, end: int) -> bool:
    """Tell whether a piece of text is no part of a longer word."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (before.isalnum() or before == "_" or after.isalnum() or after == "_")


def _is_name(word: str, linker: Linker) -> bool:
    """Tell whether a word of the vocabulary is a name all the same: capitalised within a question, as a symbol is."""
    if len(word) < 3 or not word[0].isupper() or not {word.lower()} & (words.NOUNS.keys() | words.VERBS.keys()):
        return False
    return any(symbol.name == word for symbol in linker.tools.candidates(word))


def tokens_of(text: str, linker: Linker) -> list[Token]:
    """Split a question into names, as written, and words."""
    spans: list[tuple[int, int, str]] = []
    at = 0
    names = linker.written(text)
    names += [m[0] for m in _FOLDER.finditer(text) if not any(m[0] in name for name in names)]
    _mark(text, names, spans)
    edges = [0, *(at for start, end, _ in sorted(spans) for at in (start, end)), len(text)]
    between = [text[edges[n] : edges[n + 1]] for n in range(0, len(edges) - 1, 2)]
    _mark(text, [name for part in between for name in linker.written(part)], spans)  # what a longer name holds as well
    spans.sort()
    found: list[Token] = []
    at = 0
    for start, end, name in [*spans, (len(text), len(text), "")]:
        found += [
            Token(m[0], m[0].lower(), name=at + m.start() > 0 and _is_name(m[0], linker))
            for m in _WORDS.finditer(text[at:start])
        ]
        after = text[end : end + 3]
        if name:
            tail = re.match(r"[`\"'”’]?(['’]s)\b", after)
            found.append(Token(name + (tail[1] if tail else ""), name.lower(), name=True))
            end += tail.end() if tail else 0
        at = end
    return found
