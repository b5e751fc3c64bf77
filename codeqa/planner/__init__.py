"""Question → plan → walk → checked answer, with no model: read, link, walk, compose, verify."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass

from codeqa.clarifying import AskBack
from codeqa.domain import Answer, Answered, Event, Step, UsageError
from codeqa.notebook import Notebook
from codeqa.planner.compose import compose
from codeqa.planner.link import Linker
from codeqa.planner.understanding import understood
from codeqa.planner.walk import Walk
from codeqa.tools import Tools
from codeqa.verify import Verifier

__all__ = ["Planner", "Walked"]


@dataclass(frozen=True, slots=True)
class Walked:
    """What a walk found, not checked yet.

    `weak`: its subject, or a part of it, was only found by search. `named`: the question names something here.
    """

    book: Notebook
    weak: bool
    named: bool
    seconds: float


class Planner:
    """Answers questions over one generation of an index."""

    def __init__(self, tools: Tools, verifier: Verifier, *, max_hops: int = 6, evidence: float = 0.5) -> None:
        self.tools = tools
        self.verifier = verifier
        self.max_hops = max_hops
        self.evidence = evidence

    def ask(
        self,
        question: str,
        *,
        stale: Sequence[str] = (),
        meaning: Mapping[str, Sequence[str]] | None = None,
        may_ask: bool = False,
    ) -> Iterator[Event]:
        """Yield the steps of a walk and, last, the answer.

        `meaning` says by ids what names of the question mean. With `may_ask` the last event is `Clarify` where a name
        may mean several things that would be answered differently.

        Raises:
            UsageError: the question is empty, or `meaning` has an id that its name cannot mean.
        """
        walked = yield from self.walk(question, meaning=meaning, may_ask=may_ask)
        if walked is not None:
            yield from self.conclude(walked, stale)

    def walk(
        self, question: str, *, meaning: Mapping[str, Sequence[str]] | None = None, may_ask: bool = False
    ) -> Generator[Event, None, Walked | None]:
        """Yield the steps of a walk and return what it found; None where it asked back. As `ask`."""
        if not question.strip():
            raise UsageError("the question is empty", hint='for instance: codeqa ask "who calls main?"')
        began = time.perf_counter()
        linker = Linker(self.tools, " ".join(question.split()), meaning or {})
        request = understood(question, linker)
        yield Step("classify", f"{request.kind}: {request.form}" + (f" {request.slots}" if request.slots else ""))
        book = Notebook(request.question, request.kind)
        walk = Walk(self.tools, request, book, linker, max_hops=self.max_hops, evidence=self.evidence)
        if may_ask:
            from codeqa.planner.asking import Asking

            walk.back = Asking(self.tools, walk.runner, linker, 2 * self.max_hops)
        try:
            yield from walk.run()
        except AskBack as back:
            yield Step("ask", back.clarify.question)
            yield back.clarify
            return None
        named = any(self.tools.candidates(name) for name in linker.written(question))
        return Walked(book, weak=walk.weak, named=named, seconds=time.perf_counter() - began)

    def conclude(self, walked: Walked, stale: Sequence[str] = ()) -> Iterator[Event]:
        """Check what a walk found, and yield the answer last."""
        began = time.perf_counter()
        book = walked.book
        verified = self.verifier.verify(book.facts)
        yield Step("verify", f"{len(verified.claims)} claims hold, {len(verified.dropped)} dropped")
        status, text = compose(book, verified, weak=walked.weak)
        timing = {
            "walk": round(walked.seconds * 1000, 1),
            "verify": round((time.perf_counter() - began) * 1000, 1),
        }
        yield Answered(
            Answer(
                question=book.question,
                kind=book.kind,
                status=status,
                text=text,
                claims=tuple(verified.claims),
                dropped=tuple(verified.dropped),
                citations=tuple(verified.citations),
                walk=tuple(book.hops),
                unknowns=tuple(book.unknowns),
                generation=self.tools.store.generation,
                stale=tuple(dict.fromkeys([*stale, *verified.stale])),
                timing_ms=timing,
                tokens={},
                plan="\n".join(book.plans),
                results=tuple(book.results) if status != "abstained" else (),
            )
        )
