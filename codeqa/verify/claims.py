"""Sentences that somebody else wrote: compiled to checks, or not.

Verified means true: a sentence is verified only if a grammar accounts for each of its words and the graph holds each
relation that it states. What is not understood is unverified, never verified; refuted is what names something that does
not exist, quotes what is not there, or states a relation that is fully understood and not so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from codeqa.domain import Citation, ClaimCheck, QuoteCheck
from codeqa.tools import Tools
from codeqa.verify import grammar
from codeqa.verify.judgement import Judgement
from codeqa.verify.judging import Judge
from codeqa.verify.naming import Named
from codeqa.verify.words import Token, hidden, sentences, tokens

IT, ITS = Token("word", "it"), Token("word", "its")
MAX_TEXT = 4_000  # characters of a claim
_NO_SUCH = re.compile(r"\b(?:no (?:symbol|such|function|class|method|file)|exists?|is (?:named|called) (?!by\b))\b")


@dataclass(frozen=True, slots=True)
class Compiled:
    """What became of a text. `verdict`: verified, unverified or refuted; `reason` says why it is not the first.

    `checks` are what was looked up and held; those of a verified claim suffice to replay it.
    """

    verdict: str
    reason: str = ""
    checks: tuple[ClaimCheck, ...] = ()


def compile(text: str, citations: Sequence[Citation], tools: Tools, *, about: str = "") -> Compiled:
    """Compile a text to checks and run them, against the tree and the graph as they are now.

    `about` is the name or id of what "it" means at the beginning of a sentence; without, nobody knows.
    """
    if len(text) > MAX_TEXT:
        return Compiled("unverified", f"{len(text)} characters are too many for a claim")
    named = Named(tools, citations)
    found = tokens(text, named.is_path)
    if false := _false(text, found, named):
        return Compiled("refuted", false)
    if hidden(text):
        return Compiled("unverified", "the text has characters that nobody sees")
    judge = Judge(tools, named)
    judgements: list[Judgement] = [_quotes(found, named)]
    for sentence in sentences(found):
        judgements += _sentence(_spoken_of(sentence, about), judge)
    return _together(judgements)


def _false(text: str, found: Sequence[Token], named: Named) -> str:
    """Say what the text names or quotes that is not there, whatever else it says; "" if nothing."""
    for token in found:
        if token.kind == "code" and (missing := named.missing(token.text)) and not _NO_SUCH.search(text):
            return missing
        if token.kind == "quote" and named.citations and not named.says(token.text):
            return f"the cited lines do not say {token.text[:80]!r}"
    return ""


def _spoken_of(sentence: list[Token], about: str) -> list[Token]:
    """Put what is spoken of in the place of "it" and "its documentation"."""
    subject = Token("code", about)
    if not about or sentence[0] not in (IT, ITS):
        return sentence
    if sentence[0] == IT:
        return [subject, *sentence[1:]]
    if len(sentence) > 1 and sentence[1].text in ("documentation", "docstring"):
        return [sentence[1], Token("word", "of"), subject, *sentence[2:]]
    return sentence


def _quotes(found: Sequence[Token], named: Named) -> Judgement:
    quotes = [token.text for token in found if token.kind == "quote"]
    if quotes and not named.citations:
        return Judgement("unverified", "it quotes, and cites nothing")
    return Judgement("verified", checks=tuple(QuoteCheck(named.having(quote)[0].n, quote) for quote in quotes))


def _sentence(sentence: Sequence[Token], judge: Judge) -> list[Judgement]:
    if any(token.kind in ("odd", "fence") for token in sentence):
        odd = next(token.text for token in sentence if token.kind in ("odd", "fence"))
        return [Judgement("unverified", f"{odd[:20]!r} is not understood")]
    try:
        stated = grammar.statements(sentence)
    except grammar.Unaccounted:
        words = " ".join(token.text for token in sentence)
        return [Judgement("unverified", f"what it states is not understood: {words[:80]}")]
    return [judge.judge(statement) for statement in stated]


def _together(judgements: Sequence[Judgement]) -> Compiled:
    checks = tuple(dict.fromkeys(check for each in judgements for check in each.checks))
    for verdict in ("refuted", "unverified"):
        if reason := next((each.reason for each in judgements if each.verdict == verdict), ""):
            return Compiled(verdict, reason, checks)
    return (
        Compiled("verified", "", checks) if checks else Compiled("unverified", "it states nothing that can be checked")
    )
