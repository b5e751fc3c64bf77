"""One exam of one repository: draw the questions, ask them, grade the answers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import cached_property

from codeqa import languages
from codeqa.domain import Answer, Answered
from codeqa.evals.drawing import draw
from codeqa.evals.grading import Grader
from codeqa.evals.items import Grade, Item
from codeqa.evals.world import World
from codeqa.project import Project


class Exam:
    """Questions from the graph of a project's index as it is now, the same for the same seed."""

    def __init__(
        self, project: Project, *, questions: int = 200, seed: int = 0, hops: tuple[int, int] = (1, 5)
    ) -> None:
        self._project = project
        self._world = World(project.store, project.tools.graph, languages.load().is_test_symbol)
        self._count, self._seed, self._hops = questions, seed, hops

    @cached_property
    def items(self) -> list[Item]:
        """The questions with their keys, in the order in which they are asked."""
        return draw(self._world, self._count, self._seed, self._hops)

    def sit(self) -> Iterator[Grade]:
        """Ask each question and yield what came of it."""
        project = self._project
        grader = Grader(project.root, self._world, project.settings.files)
        for item in self.items:
            began = time.perf_counter()
            answer = self._ask(item.question)
            yield grader.grade(item, answer, round((time.perf_counter() - began) * 1000, 2))

    def _ask(self, question: str) -> Answer:
        for event in self._project.ask(question):
            if isinstance(event, Answered):
                return event.answer
        raise AssertionError("a walk ends with an answer")
