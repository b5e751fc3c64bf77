"""What a model judges of a sentence that no code can check."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace

from codeqa.agent.asking import Asker
from codeqa.agent.entailing import entails
from codeqa.agent.options import Budget
from codeqa.agent.passages import passage
from codeqa.agent.support import support
from codeqa.agent.tokens import estimate
from codeqa.domain import BrokenReply, CodeqaError, ContextFull, Event, ModelRefused
from codeqa.notebook import Place
from codeqa.prompts import load
from codeqa.tools import Tools

MOST_PLACES = 6
MOST_LINES = 150  # of a place: among more lines every word is found somewhere


class Judging:
    """Judges sentences by the lines they cite."""

    def __init__(self, tools: Tools, asker: Asker, budget: Budget) -> None:
        self.tools = tools
        self.asker = asker
        self.budget = budget
        self.options = budget.options

    def judge(self, text: str, places: Sequence[Place]) -> Generator[Event, None, tuple[str, str]]:
        """Return "supported", "not" or "unclear", and why.

        A model is asked only where the code of the lines can carry the sentence; see support. Raises ModelUnavailable
        if the model is gone, ModelCancelled if it was told to stop.
        """
        short = [replace(p, end_line=min(p.end_line, p.start_line + MOST_LINES - 1)) for p in places[:MOST_PLACES]]
        try:
            found = support(text, [passage(self.tools, place) for place in short])
        except CodeqaError as error:
            return "unclear", error.message
        if not found.carried:
            return "not", found.reason
        if not found.code:
            return "supported", found.reason
        if self.budget.spent:
            return "unclear", "no code can check it, and there was no time or no token left to have it judged"
        prompt = load("entail", self.options.prompts)
        try:
            verdict = yield from entails(
                self.asker, prompt, text, found.code, num_ctx=self.options.context, estimate=estimate
            )
        except (BrokenReply, ContextFull, ModelRefused) as error:
            return "unclear", error.message
        return verdict.verdict, verdict.why or f"the model says: {verdict.verdict}"
