"""Answers questions: by the planner, or by a model that leads; in conversations, which are kept; and checks answers."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from codeqa import files
from codeqa.domain import Answered, Event, Notice, Step
from codeqa.project.opened import Opened

if TYPE_CHECKING:
    from codeqa.agent import Agent
    from codeqa.conversation import Conversation
    from codeqa.domain import Replay
    from codeqa.planner import Planner
    from codeqa.traces import History, Traces
    from codeqa.verify.recalling import Recalled


class Asking(Opened):
    """Asks the index that is open, as far behind the tree as it is."""

    def plan(self, question: str) -> tuple[Sequence[str], Sequence[str]]:
        """Return the plans that a question compiles to, and notes: how its names were linked, what is not known."""
        links: list[str] = []
        for event in self._walk(question):
            if isinstance(event, Step) and event.action == "link":
                links.append(event.text)
            elif isinstance(event, Answered):
                plans = [line for line in event.answer.plan.split("\n") if line]
                return plans, [*links, *event.answer.unknowns]
        raise AssertionError("a walk ends with an answer")

    def ask(
        self,
        question: str,
        *,
        conversation: str | Conversation | None = None,
        may_ask: bool = False,
        meaning: Mapping[str, Sequence[str]] | None = None,
        cancelled: threading.Event | None = None,
        keep: bool = True,
    ) -> Iterator[Event]:
        """Answer a question; yields the steps of the walk and ends with `Answered`.

        A model leads the walk if settings name one; setting `cancelled`, from any thread, then ends it with
        ModelCancelled within 200 ms.

        With `may_ask` it ends with `Clarify` instead where a name of the question may mean several things whose answers
        differ. Ask again then, with the name and the ids of one option as `meaning`, or without either for an answer
        for each; nothing is asked twice, and `meaning` takes the place of `may_ask`.

        `conversation` is the one that it goes on with: its id, "newest", or one that is kept in memory, which gets a
        turn more; None begins one. Raises UsageError if there is none of that id, or if a name cannot mean what
        `meaning` says. Without `keep` nothing is kept of it, and no earlier answer is given.
        """
        from codeqa.conversation import Names
        from codeqa.dialogue import Dialogue

        names = Names(self.tools.candidates, self.tools.graph.symbols)
        dialogue = Dialogue(self.traces, names, conversation, keep=keep and self.settings.trace.keep)
        may_ask = may_ask and not meaning
        yield from dialogue.ask(
            question,
            lambda asked: self._walk(asked, meaning, may_ask=may_ask, cancelled=cancelled, keep=keep),
            generation=self.store.generation,
            stale=self.stale,
            meaning=meaning,
            may_ask=may_ask,
        )

    def _walk(
        self,
        question: str,
        meaning: Mapping[str, Sequence[str]] | None = None,
        *,
        may_ask: bool = False,
        cancelled: threading.Event | None = None,
        keep: bool = True,
    ) -> Iterator[Event]:
        from codeqa.planner import Planner
        from codeqa.verify import Verifier

        ask = self.settings.ask
        planner = Planner(self.tools, Verifier(self.tools), max_hops=ask.max_hops, evidence=ask.evidence)
        leader: Planner | Agent = planner
        if self.settings.model.name is not None:
            from codeqa.agent import Agent, Options
            from codeqa.models import rungs

            url = self.server_url
            yield from self._banner(url)
            options = Options.of(self.settings, rungs.known(url, self.settings.model.name))
            kept = self.traces if keep and self.settings.trace.keep and self.settings.model.reuse else None
            leader = Agent(planner, self.chat_model(), self.settings, options, traces=kept, cancelled=cancelled)
        for event in leader.ask(question, stale=self.stale, meaning=meaning, may_ask=may_ask):
            if isinstance(event, Answered):
                yield from self.notices()
                event = self._qualified(event)
            yield event

    def _qualified(self, event: Answered) -> Answered:
        """Say of an answer that it was made without files that the index does not have."""
        if not self.missing:
            return event
        files = f"{self.missing:,} files are" if self.missing > 1 else "1 file is"
        said = f"{files} not indexed yet; this answer knows nothing of what they say"
        return Answered(replace(event.answer, unknowns=(*event.answer.unknowns, said)))

    @staticmethod
    def _banner(url: str) -> Iterator[Event]:
        from codeqa.hosts import is_this_machine

        if not is_this_machine(urlsplit(url).hostname or ""):
            yield Notice("warning", f"SOURCE TEXT IS SENT TO ANOTHER MACHINE: {url}")

    @property
    def traces(self) -> Traces:
        """The conversations that are kept beside the index."""
        from codeqa.traces import Traces

        return Traces(self.directory, self.settings.trace, files.redact)

    @property
    def history(self) -> History:
        """What was asked here, and what was typed and not sent. May be used in another thread than the project."""
        from codeqa.traces import History

        return History(self.directory, files.redact, keep=self.settings.trace.keep)

    def verify(self, answer: Mapping[str, object]) -> Replay:
        """Say which claims of an answer, as `Answer.to_json` writes it, still hold here.

        Raises:
            UsageError: it is no answer.
        """
        from codeqa.verify.replay import replay

        return replay(answer, self.tools)

    def recall(self, answer: Mapping[str, object]) -> Recalled:
        """Return an answer that is kept as it was, and what of it holds now.

        Raises:
            UsageError: it is no answer.
        """
        from codeqa.verify.recalling import recalled

        return recalled(answer, lambda: self.tools)
