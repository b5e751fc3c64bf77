"""What the help of a language model is worth to search: each kind of it alone, and all together, beside none.

Needs a model server. docs/measurements.md has no figures of a real model: those are for whoever has one to measure.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from benchmarks.metrics import Question
from codeqa.agent.asking import Asker
from codeqa.agent.widening import helped
from codeqa.config import SearchSettings
from codeqa.domain import Enriched, Notice
from codeqa.project import Project
from codeqa.search import Help, Weights

NONE, SUMMARIES, HYDE, EXPANSION, ALL = ROWS = ("no help", "summaries", "HyDE", "expansion", "all of it")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which model is to help, and how."""

    model: str
    hyde: bool = False
    expand: bool = False
    summaries: bool = False  # make those that are missing first

    def overrides(self) -> dict[str, object]:
        """Return the settings that say so."""
        return {"model.name": self.model}

    @property
    def search(self) -> SearchSettings:
        return SearchSettings(hyde=self.hyde, expand=self.expand)


@dataclass(slots=True)
class Spent:
    """What the model cost, and how often it failed."""

    summaries: int = 0  # that the indexes have
    questions: int = 0
    seconds: float = 0.0
    failures: list[str] = field(default_factory=list)


def environ() -> dict[str, str]:
    """Return what says where the model server is, and nothing else of this machine's settings."""
    kept = {name: value for name, value in os.environ.items() if name.startswith("CODEQA_MODEL_")}
    kept |= {name: os.environ[name] for name in ("OLLAMA_HOST", "OPENAI_API_KEY") if name in os.environ}
    return {**kept, "CODEQA_CONFIG": os.devnull}


def enrich(project: Project) -> Enriched:
    """Make the summaries that are missing."""
    return next(event for event in project.enrich() if isinstance(event, Enriched))


def rows(wanted: Wanted, spent: Spent) -> list[str]:
    """Return the rows that say something: no help, each kind that there was, and all together if there were several."""
    there = ((SUMMARIES, spent.summaries > 0), (HYDE, wanted.hyde), (EXPANSION, wanted.expand))
    alone = [name for name, is_there in there if is_there]
    return [NONE, *alone, *([ALL] if len(alone) > 1 else [])]


def ask(project: Project, questions: Sequence[Question], wanted: Wanted, spent: Spent) -> list[Help | None]:
    """Return the help for each question; the model is asked once for all rows."""
    asker, searcher, context = Asker(project.chat_model()), project.tools.searcher, project.settings.model.context
    spent.summaries += sum(project.store.summaries().counts().values())
    found: list[Help | None] = []
    for question in questions:
        began = time.perf_counter()
        steps = helped(asker, question["question"], searcher, wanted.search, num_ctx=context)
        while True:
            try:
                event = next(steps)
            except StopIteration as end:
                found.append(end.value)
                break
            if isinstance(event, Notice):
                spent.failures.append(event.text)
        spent.questions += 1
        spent.seconds += time.perf_counter() - began
    return found


def part(help: Help | None, kind: str) -> Help | None:
    """Return what of the help a row of the table uses."""
    if help is None or kind in (NONE, SUMMARIES):
        return None
    if kind == ALL:
        return help
    return Help(passages=help.passages) if kind == HYDE else Help(terms=help.terms)


def weigh(project: Project, kind: str) -> None:
    """Let a row count summaries, or not."""
    weights = Weights()
    project.tools.searcher.weights = weights if kind in (SUMMARIES, ALL) else replace(weights, summary=0.0)


def told(model: str, spent: Spent) -> str:
    """Say what the model cost."""
    per = f"{spent.seconds / spent.questions:.1f} s a question" if spent.questions else "nothing asked"
    lines = [f"{model}: {per}, {len(spent.failures)} replies of no use, {spent.summaries:,} summaries"]
    return "\n".join([*lines, *(f"  {text}" for text in list(dict.fromkeys(spent.failures))[:3])])
