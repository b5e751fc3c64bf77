"""Question → plan → walk → checked answer, with no model: read, link, walk, compose, verify."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence

from codeqa.clarifying import AskBack
from codeqa.domain import Answer, Answered, Event, Step, UsageError
from codeqa.notebook import Notebook
from codeqa.planner.compose import compose
from codeqa.planner.forms import Request
from codeqa.planner.link import Linker
from codeqa.planner.understanding import understood
from codeqa.planner.walk import Walk
from codeqa.tools import Tools
from codeqa.verify import Verified, Verifier

__all__ = ["Planner"]


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

            walk.back = Asking(self.tools, walk.runner, linker, self.max_hops + 2)
        try:
            yield from walk.run()
        except AskBack as back:
            yield Step("ask", back.clarify.question)
            yield back.clarify
            return
        walked = time.perf_counter()
        verified = self.verifier.verify(book.facts)
        yield Step("verify", f"{len(verified.claims)} claims hold, {len(verified.dropped)} dropped")
        status, text = compose(book, verified, weak=walk.weak)
        timing = {"walk": round((walked - began) * 1000, 1), "verify": round((time.perf_counter() - walked) * 1000, 1)}
        yield Answered(self._answer(request, book, verified, status, text, stale, timing))

    def _answer(
        self,
        request: Request,
        book: Notebook,
        verified: Verified,
        status: str,
        text: str,
        stale: Sequence[str],
        timing: dict[str, float],
    ) -> Answer:
        return Answer(
            question=request.question,
            kind=request.kind,
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
