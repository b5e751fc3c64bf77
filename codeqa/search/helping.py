"""What a language model may add to a question: hypothetical passages, and further terms.

A passage is embedded and turns the question's vector towards code that looks like it (HyDE: Gao, Ma, Lin and Callan,
2022). A model that knows nothing of the repository is often wrong about it; so that help can do little harm, what it
names counts only where it exists, less than what the question says itself, and every hit tells its share apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from codeqa import terms
from codeqa.search.query import looks_like_code

MOST_NAMES = 12  # of passages, or of further terms, that are looked up
MOST_TERMS = 16
LONGEST = 4_000  # characters of a passage that are read
_NAME = re.compile(r"[^\W\d][\w$]*")
_CHAIN = re.compile(r"[^\W\d][\w$]*(?:(?:\.|::|#)[^\W\d][\w$]*)*")


@dataclass(frozen=True, slots=True)
class Help:
    """What was made of a question by somebody who has not seen the repository, or only some of it."""

    passages: tuple[str, ...] = ()  # code, or an answer, as it might be found
    terms: tuple[str, ...] = ()  # words and names that the question does not have

    def __bool__(self) -> bool:
        return bool(self.passages or self.terms)

    def names(self) -> list[str]:
        """Return the names that passages define, call, or write as names are written, in order."""
        found = (name for passage in self.passages for name in _named(passage[:LONGEST]))
        return list(dict.fromkeys(found))[: 4 * MOST_NAMES]

    def further_names(self) -> list[str]:
        """Return the last parts of the terms that may be names."""
        chains = (term.strip().removesuffix("()") for term in self.terms)
        return _distinct(_NAME.findall(chain)[-1] for chain in chains if _CHAIN.fullmatch(chain))[:MOST_NAMES]

    def further_terms(self, asked: Iterable[str]) -> list[str]:
        """Return the terms of full text that a question with these terms lacks."""
        known = frozenset(asked)
        return [term for term in terms.query_terms(" ".join(self.terms)) if term not in known][:MOST_TERMS]


def _named(passage: str) -> Iterator[str]:
    for match in _NAME.finditer(passage):
        called = passage[match.end() : match.end() + 1] == "("
        name = match.group()
        if len(name) > 2 and name.lower() not in terms.STOP_WORDS and (called or looks_like_code(name)):
            yield name


def _distinct(items: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(items))
