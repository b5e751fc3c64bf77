"""Relational questions → plans: a small grammar of noun phrases and verb phrases about code.

"which subclasses of `X` override `m` and call super" is a noun that stands for a step, a name, and two predicates that
narrow what the step finds. The grammar takes a question only if it understands every word of it; what it does not
take is left to the forms (forms.py), which read a question by its outline.
"""

from __future__ import annotations

import re
from dataclasses import replace

from codeqa.domain import Symbol
from codeqa.plan import Both, Call, Plan, find
from codeqa.planner.grammar import vocabulary
from codeqa.planner.grammar.questions import Compiled, Questions
from codeqa.planner.grammar.reader import Set
from codeqa.planner.link import Linker

__all__ = ["Compiled", "alternatives", "compile_parts", "compile_question", "is_participle", "understands"]

_PARTS = re.compile(r"(?<=[\w`'\")])[?.!]\s+|,?\s+and\s+(?=(?:which|what|who|where|how\s+many|do|does|are|is)\b)", re.I)


def compile_question(question: str, linker: Linker, before: Compiled | None = None) -> Compiled | None:
    """Return the plan of a relational question, None if the grammar does not understand all of it.

    `before` is a question whose subject "it" stands for at its beginning, and whose answer "them" in "which of them".
    """
    if before is None:
        return Questions(question, linker).question()
    those = None if before.number else Set(before.plan, before.sort)
    return Questions(question, linker, before=before.subject, those=those).question()


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
        before = replace(found[-1], subject=found[0].subject) if found else None
        compiled = compile_question(part, linker, before) if found or part is parts[0] else None
        if compiled is not None:
            found.append(compiled)
        else:
            rest.append(part)
    return (found, " ".join(rest)) if found else ([], "")


def understands(word: str) -> bool:
    """Tell whether a word, in lower case, is one that questions are made of: it narrows nothing by itself."""
    return word in vocabulary.PLAIN


def is_participle(word: str) -> bool:
    """Tell whether a word, in lower case, says what is done to a thing: called, read, raised."""
    return word in vocabulary.VERBS and vocabulary.VERBS[word][1] == "ed"


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
