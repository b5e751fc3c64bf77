"""Relational questions → plans: a small grammar of noun phrases and verb phrases about code.

"which subclasses of `X` override `m` and call super" is a noun that stands for a step, a name, and two predicates that
narrow what the step finds. The grammar takes a question only if it understands every word of it; what it does not
take is left to the forms (forms.py), which read a question by its outline.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from codeqa.domain import Symbol
from codeqa.plan import Both, Call, Plan, find, piped
from codeqa.planner.grammar.predicates import Predicates
from codeqa.planner.grammar.reader import NotUnderstood, Set, needed, stripped, tokens_of
from codeqa.planner.grammar.vocabulary import ANY
from codeqa.planner.link import Link, Linker

__all__ = ["Compiled", "alternatives", "compile_question"]


_PARTS = re.compile(r"(?<=[\w`'\")])[?.!]\s+|,?\s+and\s+(?=(?:which|what|who|where|how\s+many|do|does|are|is)\b)", re.I)


@dataclass(frozen=True, slots=True)
class Compiled:
    """A question as a plan. `links` say what its phrases were taken for, the subject first."""

    plan: Plan
    links: tuple[Link, ...]
    sort: str = ANY
    number: bool = False  # it asks how many
    subject: Plan | None = None  # what "it" stands for in what follows


def compile_question(question: str, linker: Linker, last: Plan | None = None) -> Compiled | None:
    """Return the plan of a relational question, None if the grammar does not understand all of it.

    `last` is what "it" stands for at its beginning.
    """
    return _Questions(question, linker, before=last).question()


def compile_parts(question: str, linker: Linker) -> tuple[list[Compiled], str]:
    """Return the plans of a question that may ask several things, and the words that were not understood.

    Either the first part is understood, or nothing is: what follows leans on it.
    """
    if whole := compile_question(question, linker):
        return [whole], ""
    parts = [part for part in _PARTS.split(question) if part.strip()]
    if len(parts) < 2:
        return [], ""
    found: list[Compiled] = []
    rest: list[str] = []
    for part in parts:
        last = found[0].subject if found else None
        compiled = compile_question(part, linker, last) if found or part is parts[0] else None
        if compiled is not None:
            found.append(compiled)
        else:
            rest.append(part)
    return (found, " ".join(rest)) if found else ([], "")


@dataclass(slots=True)
class _Questions(Predicates):
    """Reads whole questions."""

    before: Plan | None = None  # what "it" stands for at the beginning

    # -------------------------------------------------------------------------------------------------------- reading

    def question(self) -> Compiled | None:
        """Read the whole question."""
        self.tokens = tokens_of(stripped(self.text), self.linker)
        if not self.tokens:
            return None
        for reading in (self._counting, self._where, self._asked, self._anything, self._bare):
            self.at, self.links, self.last = 0, [], self.before
            try:
                found, number = reading()
                self._end()
            except NotUnderstood:
                continue
            if found.plan is not None and (self.links or self.before is not None):
                return Compiled(found.plan, tuple(self.links), found.sort, number, self.last)
        return None

    def _end(self) -> None:
        if self.at < len(self.tokens):
            raise NotUnderstood

    def _counting(self) -> tuple[Set, bool]:
        """How many subclasses does X have; how many functions call X; how many times is X called."""
        self._word("how")
        self._word("many", "often")
        if self._maybe("times", "places", "spots") or self.tokens[self.at - 1].low == "often":
            found = self._passive_question()
            return replace(found, plan=_sites(found.plan)), True
        found = self._either(self._has, self._counted)
        return replace(found, plan=piped(needed(found), "count")), True

    def _counted(self) -> Set:
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

    def _where(self) -> tuple[Set, bool]:
        """Where is X called; from where is X used; where do we set X."""
        self._maybe("from")
        self._word("where")
        if self._maybe("all"):
            pass
        return self._passive_question(), False

    def _passive_question(self) -> Set:
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
            raise NotUnderstood  # where it is defined or configured: places, not a relation
        self._adverbs()
        found = self._in_place(self._did(verb, target))
        self._maybe("from", "in", "by")
        return found

    def _asked(self) -> tuple[Set, bool]:
        """Which methods of X call Y; what calls X; what does X call; who is called by X."""
        self._word("which", "what", "who", "whose", "whom")
        self._maybe("all", "else")
        found = self._either(
            self._auxiliary_question,
            lambda: self._predicates(Set(None), relative=False),
            self._which,
            self._has,
        )
        return found, False

    def _which(self) -> Set:
        self._maybe("of")
        noun = self._noun(bare=True)
        return self._either(lambda: self._does(noun), lambda: self._predicates(noun), lambda: _whole(noun))

    def _auxiliary_question(self) -> Set:
        """[what] does X call; is X called by; is called by X."""
        aux = self._word("does", "do", "is", "are", "can", "did", "will", "could")
        if aux in ("is", "are"):
            return self._either(
                lambda: self._by_whom(), lambda: self._predicates(Set(None), be=True), self._relative_listing
            )
        return self._doing(Set(None))

    def _relative_listing(self) -> Set:
        """[what are] the callers of X."""
        return self._predicates(self._noun())

    def _by_whom(self) -> Set:
        """[what is] X called by."""
        target = self._object()
        verb, _ = self._verb("ed")
        self._word("by", "from", "in")
        return self._did(verb, target)

    def _does(self, noun: Set) -> Set:
        """[which errors] does X raise; [which classes] can X create."""
        self._word("does", "do", "did", "can", "will", "could", "may", "is", "are")
        return self._doing(noun)

    def _doing(self, noun: Set) -> Set:
        agent = self._object()
        far = self._adverbs()
        verb, stem = self._verb("base", "s")
        far = self._adverbs() or far
        if stem in ("have",) and noun.plan is None:
            return self._narrowed(noun, self._undergone(verb, agent, far=far))
        found = self._narrowed(noun, self._undergone(verb, agent, far=far))
        return self._in_place(found)

    def _anything(self) -> tuple[Set, bool]:
        """Does anything call X; are there any callers of X; is there a test for X."""
        if self._maybe("does", "do"):
            self._word("anything", "anyone", "any", "something", "anybody")
            subject = self._try(lambda: self._noun(bare=True)) or Set(None)
            return self._predicates(subject, relative=False), False
        self._word("are", "is")
        self._word("there")
        return self._predicates(self._noun(bare=True)), False

    def _bare(self) -> tuple[Set, bool]:
        """Callers of X; [list] the methods of X that nobody calls; X's callers."""
        noun = self._noun(bare=True)
        return self._either(lambda: self._does(noun), lambda: self._predicates(noun), lambda: _whole(noun)), False


def _whole(found: Set) -> Set:
    needed(found)
    return found


def _sites(plan: Plan | None) -> Plan:
    if plan is None:
        raise NotUnderstood
    return piped(plan, "sites")


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
