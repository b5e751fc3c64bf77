"""What a reference means: symbols of earlier turns that agree with it, or why there is not one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from codeqa.clarifying import bare, chosen
from codeqa.conversation.references import Reference
from codeqa.conversation.turns import Conversation, Mention, Names, Turn
from codeqa.conversation.wording import KINDS, LAST, code, listed
from codeqa.domain import CLASS_LIKE, Symbol, UsageError

MOST = 12  # symbols that one question can be asked of
SHOWN = 4
_HOLDERS = {
    "class": CLASS_LIKE - {"namespace"},
    "struct": CLASS_LIKE - {"namespace"},
    "type": CLASS_LIKE - {"namespace"},
}


class Unclear(Exception):
    """A reference cannot be resolved; the message says why, for the answer.

    `choices` are ids of what `words` may mean.
    """

    def __init__(self, message: str, choices: Sequence[Mention] = (), words: str = "") -> None:
        super().__init__(message)
        self.words = words
        self.choices = tuple(mention.id for mention in choices)


class Meaning:
    """The references of one question, against a conversation."""

    def __init__(
        self, conversation: Conversation, names: Names, said: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self.conversation = conversation
        self.names = names
        self.said = said or {}  # ids, by the words that the user, asked back, said to mean them
        self.settled: list[str] = []
        self.notes: list[str] = []

    @property
    def last(self) -> Turn:
        turn = self.conversation.last
        if turn is None:
            raise Unclear("nothing was asked before")
        return turn

    def of(self, reference: Reference) -> list[Mention]:
        """Return what a reference means, at least one symbol. Raises Unclear."""
        if reference.sort == "both":
            return self._still_there(self._two(reference))
        if reference.sort in ("they", "their", "ones"):
            return self.plural(reference.noun, reference.text)
        if reference.sort == "nth":
            return [self.nth(reference)]
        if reference.sort in ("former", "latter"):
            return [self._former(reference)]
        if reference.sort == "other":
            return [self._other()]
        return [self.single(reference.noun, reference.text)]

    # ------------------------------------------------------------------------------------------------------------- one

    def single(self, noun: str = "", text: str = "") -> Mention:
        """Return the one thing that was spoken of last, or the one that a noun agrees with."""
        return self.now(self._agreeing(noun, text or f"that {noun}") if noun else self._spoken_of(text or "it"))

    def single_focus(self) -> Mention:
        """Return what the last question was about, whatever was chosen of its results."""
        for turn in self.conversation.backwards():
            if len(turn.focus) == 1 and turn.results:
                return self.now(turn.focus[0])
        raise Unclear("the last questions were about no one thing")

    def _spoken_of(self, text: str) -> Mention:
        turn = self.last
        if len(turn.focus) > 1 and (inner := [m for m in turn.focus if not m.is_file]):
            about = inner  # "who calls it in store.py": the file says where
        else:
            about = list(turn.focus)
        if len(about) == 1:
            return about[0]
        if not about and len(turn.results) == 1:
            return turn.results[0]
        if not about and turn.results and turn.plan.startswith("search("):  # ranked by how well they fit
            self.notes.append(f"{code(text)} is taken for what was found first, {code(turn.results[0].label)}")
            return turn.results[0]
        if about or turn.results:
            return self._one_of(text, about or turn.results)
        raise Unclear(f"{code(text)} refers to the last question, {turn.asked!r}, which found nothing it could mean")

    def _agreeing(self, noun: str, text: str) -> Mention:
        """Look for one symbol of the noun's kind: among what was asked about, what was found, what holds these."""
        for turn in self.conversation.backwards():
            for kinds in (*KINDS[noun], None):
                for pool in (turn.focus, turn.results):
                    found = [m for m in pool if _is(m, noun, kinds)] if kinds is not None else self._holders(pool, noun)
                    found = list(dict.fromkeys(found))
                    if len(found) > 1 and pool is turn.focus and kinds is None:
                        continue
                    if len(found) > 1:
                        return self._one_of(text, found)
                    if found:
                        return found[0]
        turn = self.last
        spoken = [*turn.focus, *turn.results][:SHOWN]
        had = listed([f"{code(m.label)} is {_a(m.kind)}" for m in spoken])
        raise Unclear(f"{code(text)} agrees with nothing that was spoken of" + (f": {had}" if had else ""))

    def _one_of(self, text: str, mentions: Sequence[Mention]) -> Mention:
        """Return the one of these that words were said to mean. Raises Unclear if nothing was said."""
        ids = chosen(self.said, text)
        if not ids:
            raise Unclear(f"{code(text)} may mean {choice(mentions)}", mentions, text)
        if len(ids) > 1 or not (found := [each for each in mentions if each.id in ids]):
            raise UsageError(f"{bare(text)} does not mean {listed(sorted(ids))}", hint=f"it may be {choice(mentions)}")
        self.settled.append(bare(text))
        return found[0]

    def _holders(self, pool: Sequence[Mention], noun: str) -> list[Mention]:
        """Return the classes, or files, that hold what was spoken of."""
        if noun in ("file", "module"):
            paths = dict.fromkeys(m.path for m in pool if m.path)
            return [Mention.of(file) for path in paths if (file := self._symbol(path))]
        wanted = _HOLDERS.get(noun, frozenset())
        return [holder for m in pool if (holder := self._holder(m, wanted))] if wanted else []

    def _holder(self, mention: Mention, wanted: frozenset[str]) -> Mention | None:
        found = self._symbol(mention.id)
        for _ in range(8):
            found = self._symbol(found.parent) if found and found.parent else None
            if found is None:
                return None
            if found.kind in wanted:
                return Mention.of(found)
        return None

    def _former(self, reference: Reference) -> Mention:
        two = self._two(reference)
        return self.now(two[0 if reference.sort == "former" else 1])

    def _two(self, reference: Reference) -> Sequence[Mention]:
        """Return the last two things that were spoken of together; "the former" and "the latter" leave them so."""
        turns = (t for t in self.conversation.backwards() if not _OF_TWO.search(t.question))
        turn = next(turns, self.last)
        for pool in (turn.focus, turn.results):
            if len(pool) == 2:
                return pool
        raise Unclear(f"{code(reference.text)} is of two, and the last question and answer name no two")

    def _other(self) -> Mention:
        for turn in self.conversation.backwards():
            if len(turn.results) > 1 or len(turn.focus) > 1:
                pool = turn.results if len(turn.results) > 1 else turn.focus
                left = [m for m in pool if m not in self.last.focus]
                if len(left) == 1:
                    return self.now(left[0])
                return self.now(self._one_of("the other one", left))
        raise Unclear("`the other one` is one of two, and no answer has named two")

    # ---------------------------------------------------------------------------------------------------- n-th and all

    def nth(self, reference: Reference) -> Mention:
        """Return the n-th result of the last answer that is a list."""
        turn = next((t for t in self.conversation.backwards() if len(t.results) > 1), self.last)
        kinds = KINDS.get(reference.noun, ())
        pool = list(turn.results)
        if kinds:
            nearest = ([m for m in pool if _is(m, reference.noun, each)] for each in kinds)
            pool = next((found for found in nearest if found), [])
        what = f"{reference.noun} in it" if kinds else "result"
        if not pool:
            raise Unclear(f"{code(reference.text)}: the last answer has no {what}")
        if reference.number >= len(pool):
            count = (
                f"{len(pool)} {what.replace(' ', 's ', 1) if kinds else 'results'}" if len(pool) > 1 else f"one {what}"
            )
            raise Unclear(f"{code(reference.text)}: the last answer has {count}")
        return self.now(pool[LAST if reference.number == LAST else reference.number])

    def plural(self, noun: str = "", text: str = "they") -> list[Mention]:
        """Return all that the last answer gave, or all of it that a noun agrees with; else what it was about."""
        for turn in self.conversation.backwards() if noun else [self.last]:
            pools = [turn.results, turn.focus]
            if len(turn.results) < 2 <= len(turn.focus):
                pools.reverse()
            found = next((each for pool in pools if (each := self._all_of(pool, noun))), [])
            if len(found) > MOST:
                raise Unclear(
                    f"{code(text)} means {len(found)} symbols, too many to ask of at once: name one, or say which by "
                    "its number"
                )
            if len(found) > 1 or (found and turn is self.last and not noun):
                return self._still_there(found)
        if noun and (found := self._all_of([*self.last.results, *self.last.focus], noun)):
            return self._still_there(found)
        raise Unclear(f"{code(text)} agrees with nothing that the last answer gave")

    @staticmethod
    def _all_of(pool: Sequence[Mention], noun: str) -> list[Mention]:
        """Return all of a pool that a noun agrees with, as nearly as one does."""
        nearest = ([m for m in pool if _is(m, noun, kinds)] for kinds in KINDS[noun]) if noun else iter([list(pool)])
        return next((found for found in nearest if found), [])

    # ------------------------------------------------------------------------------------------------------------- now

    def now(self, mention: Mention) -> Mention:
        """Return what a mention is now. Raises Unclear if it is gone."""
        symbol = self._symbol(mention.id)
        if symbol is None:
            raise Unclear(f"{code(mention.label)} of the last answer is gone from the index")
        return Mention.of(symbol)

    def _still_there(self, mentions: Sequence[Mention]) -> list[Mention]:
        there = [m for m in mentions if self._symbol(m.id)]
        self.notes += [f"{code(m.label)} of the last answer is gone from the index" for m in mentions if m not in there]
        if not there:
            raise Unclear(self.notes[0])
        return there

    def _symbol(self, key: str) -> Symbol | None:
        return self.names.symbol(key)

    def known(self, name: str) -> list[Mention]:
        """Return what a name means now."""
        return [Mention.of(symbol) for symbol in self.names.candidates(name)]

    def member(self, holder: Mention, name: str) -> Mention | None:
        """Return the member of that name, if there is one."""
        symbol = self._symbol(f"{holder.id}.{name}") or self._symbol(f"{holder.id}::{name}")
        return Mention.of(symbol) if symbol else None


_OF_TWO = re.compile(r"\bthe (?:former|latter)\b", re.I)


def choice(mentions: Sequence[Mention]) -> str:
    """Name what may be meant."""
    shown = [code(mention.label) for mention in mentions[:SHOWN]]
    more = len(mentions) - SHOWN
    return listed([*shown, f"{more} more"] if more > 0 else shown, "or")


def _is(mention: Mention, noun: str, kinds: frozenset[str]) -> bool:
    if noun == "test":
        return mention.role == "test" and mention.kind in ("function", "method")
    return mention.kind in kinds


def _a(kind: str) -> str:
    words = kind.replace("_", " ")
    return f"an {words}" if words[0] in "aeiou" else f"a {words}"
