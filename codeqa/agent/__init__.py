"""The walk that a model leads: the tools, notebook and verifier of the planner, and the planner as its fallback."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import replace

from codeqa.agent.asking import Asker, until
from codeqa.agent.drafting import Draft, Drafting
from codeqa.agent.earlier import BEGIN, Earlier, begun
from codeqa.agent.handles import Handles
from codeqa.agent.judging import Judging
from codeqa.agent.leading import Finished, Leading
from codeqa.agent.ledger import Ledger
from codeqa.agent.looking import Looking
from codeqa.agent.merging import Merged, merge
from codeqa.agent.options import Options
from codeqa.agent.second import missing
from codeqa.agent.tokens import Scale
from codeqa.agent.toolbox import HITS, Toolbox
from codeqa.agent.widening import helped
from codeqa.config import Settings
from codeqa.domain import Answer, Answered, ChatModel, Event, Hit, ModelUnavailable, Notice, Step
from codeqa.planner import Planner, Walked
from codeqa.prompts import load
from codeqa.prompts.fencing import one_line
from codeqa.traces import Traces

__all__ = ["UNLED", "Agent", "Options"]

UNLED = "was asked to lead the walk and did not"  # how an answer says that the planner gave it instead of a model
REASONS = 8  # sentences that were struck out of which the model is told


class Agent:
    """Answers questions over one generation of an index, led by a model."""

    def __init__(
        self,
        planner: Planner,
        model: ChatModel,
        settings: Settings,
        options: Options,
        *,
        traces: Traces | None = None,
        cancelled: threading.Event | None = None,
    ) -> None:
        """Lead the walk with a model; setting `cancelled`, from any thread, ends it.

        Answers that are kept in `traces` are given again where all that they rest on still holds.
        """
        self.tools = planner.tools
        self.planner = planner
        self.model = model
        self.settings = settings
        self.options = options
        self.required = settings.model.required
        self.traces = traces
        self.asker = Asker(model, cancelled or threading.Event())

    def ask(
        self,
        question: str,
        *,
        stale: Sequence[str] = (),
        meaning: Mapping[str, Sequence[str]] | None = None,
        may_ask: bool = False,
    ) -> Iterator[Event]:
        """Yield the steps of a walk and, last, the answer; as Planner.ask.

        Where the model fails, the planner answers, and the answer says so, unless settings say that it must not.
        Raises ModelCancelled once the event that was given for it is set.
        """
        walking = self.planner.walk(question, meaning=meaning, may_ask=may_ask)
        walked = yield from until(self.asker.cancelled, walking)
        if walked is None:
            return
        *steps, known = self.planner.conclude(walked, stale)
        assert isinstance(known, Answered)
        yield from steps
        began = begun(walked.book)
        yield Step(BEGIN, began)
        reuse = self.traces is not None and not stale and not meaning
        try:
            answer = (yield from self._earlier(walked, began)) if reuse else None
            answer = answer or (yield from self._led(walked, known.answer))
        except ModelUnavailable as error:
            if self.required:
                raise
            hint = f" ({error.hint})" if error.hint else ""
            yield Notice("warning", f"{error.message}: the planner answers{hint}")
            note = f"{self.model.name} {UNLED}: {error.message}"
            answer = replace(known.answer, unknowns=(*known.answer.unknowns, note))
        yield Answered(answer)

    def _earlier(self, walked: Walked, begin: str) -> Generator[Event, None, Answer | None]:
        assert self.traces is not None
        began = time.perf_counter()
        earlier = Earlier(self.traces, self.planner, self.asker, self.options)
        answer = yield from earlier.find(walked.book.question, begin)
        spent = {"walk": round(walked.seconds * 1000, 1), "reuse": round((time.perf_counter() - began) * 1000, 1)}
        return answer and replace(answer, timing_ms=spent)

    def _led(self, walked: Walked, known: Answer) -> Generator[Event, None, Answer]:
        began = time.perf_counter()
        options = self.options
        handles = Handles(self.tools)
        looking = Looking(self.tools, handles, options.max_hops, options.evidence_chars)
        toolbox = Toolbox(handles, looking, self._search)
        seed = options.opening_tokens if options.seeded else 0
        opening = looking.opening(walked.book, seed, wide=walked.weak)
        ledger = Ledger(options.context, options.reply_tokens, Scale())
        head = self._head(walked, opening)
        leading = Leading(self.asker, toolbox, ledger, options, head, opening)
        judging = Judging(self.tools, self.asker, leading.budget)
        drafting = Drafting(self.tools, handles, judging.judge)
        finished, draft = yield from self._drafted(leading, drafting)
        if options.check and draft.lines:
            finished, draft = yield from self._checked(leading, drafting, finished, draft, walked.book.question)
        merged = merge(draft, finished, known, walked, toolbox.unknowns, self.model.name)
        counts = f"{len(draft.checked)} checked, {len(draft.judged)} judged, {len(draft.result.dropped)} struck out"
        yield Step("verify", f"sentences: {counts}")
        return self._answer(merged, draft, known, leading, time.perf_counter() - began)

    def _search(self, query: str) -> Generator[Event, None, Sequence[Hit]]:
        """Search for words, with what the model thinks of them where settings ask for that."""
        settings, searcher = self.settings.search, self.tools.searcher
        help = yield from helped(
            self.asker, query, searcher, settings, num_ctx=self.options.context, folder=self.options.prompts
        )
        return searcher.search(query, HITS, help)

    def _drafted(self, leading: Leading, drafting: Drafting) -> Generator[Event, None, tuple[Finished, Draft]]:
        """Walk to an answer; where sentences were struck out, let the model try once more."""
        finished = yield from leading.run()
        draft = yield from drafting.draft(finished.sentences)
        dropped = draft.result.dropped
        if not dropped or leading.budget.over or drafting.gone:
            return finished, draft
        listed = "\n".join(f"- {one_line(d.text, 200)}: {one_line(d.reason, 200)}" for d in dropped[:REASONS])
        leading.told(finished, load("correct", self.options.prompts).filled(dropped=listed))
        return (yield from self._better(leading, drafting, finished, draft))

    def _checked(
        self, leading: Leading, drafting: Drafting, finished: Finished, draft: Draft, question: str
    ) -> Generator[Event, None, tuple[Finished, Draft]]:
        """Let the model say what its answer leaves out, and go on to look for it."""
        left = yield from missing(self.asker, self.options, question, draft)
        yield Step("check", "no judgement" if left is None else f"left out: {'; '.join(left)}" if left else "complete")
        if not left:
            return replace(finished, complete=left is not None), draft
        leading.told(finished, f"This is left out: {'; '.join(left)}. Look for it, then finish with all of it.")
        again, new = yield from self._better(leading, drafting, finished, draft)
        return (again if new is not draft else replace(finished, missing=(*finished.missing, *left))), new

    def _better(
        self, leading: Leading, drafting: Drafting, finished: Finished, draft: Draft
    ) -> Generator[Event, None, tuple[Finished, Draft]]:
        """Go on, and return the new answer if no less of it holds than of the old one."""
        try:
            again = yield from leading.run()
            new = yield from drafting.draft(again.sentences)
        except ModelUnavailable as error:
            yield Step("go on", f"the first answer stays: {error.message}")
            return finished, draft
        if len(new.lines) >= len(draft.lines):
            return again, new
        return finished, draft

    def _head(self, walked: Walked, opening: Sequence[str]) -> str:
        question = " ".join(walked.book.question.split())
        known = ["Nothing is known yet."] if not opening else ["Facts that the names and words of the question led to:"]
        unknown = [f"Not known: {one_line(text, 300)}." for text in walked.book.unknowns[:3]] if opening else []
        prompt = load("question", self.options.prompts)
        return prompt.filled(question=question, known="\n".join([*unknown, *known]))

    def _answer(self, merged: Merged, draft: Draft, known: Answer, leading: Leading, seconds: float) -> Answer:
        verified = draft.result
        return replace(
            known,
            status=merged.status,
            text=merged.text,
            claims=merged.claims,
            dropped=tuple(verified.dropped),
            citations=merged.citations,
            walk=merged.walk,
            unknowns=merged.unknowns,
            results=merged.results,
            stale=tuple(dict.fromkeys([*known.stale, *verified.stale])),
            model=self.model.name,
            timing_ms={**known.timing_ms, "model": round(seconds * 1000, 1)},
            tokens={"input": self.asker.input_tokens, "output": self.asker.output_tokens},
        )
