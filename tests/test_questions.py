"""Twenty questions about three pinned packages.

They were written by reading the code of these, before the planner was built (data/README.md). Needs PyPI and npm, so it
is a lane of its own: `pytest -m packages`, run by .ci/run.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import packages
import pytest
from packages import ROLES, claimed, is_right

from codeqa.domain import Answer

pytestmark = pytest.mark.packages

PACKAGES, QUESTIONS = packages.load(Path(__file__).parent / "data/questions.json")
RIGHT = 16  # of twenty


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Answer]:
    """Index each package once and answer every question about it."""
    return packages.ask(PACKAGES, QUESTIONS, tmp_path_factory.mktemp("packages")).answers


def test_at_least_sixteen_are_right(answers: dict[str, Answer]) -> None:
    wrong = [q["id"] for q in QUESTIONS if not is_right(q, answers[q["id"]])]

    assert len(QUESTIONS) - len(wrong) >= RIGHT, wrong


@pytest.mark.parametrize("question", [q for q in QUESTIONS if not q["answerable"]], ids=lambda q: q["id"])
def test_what_has_no_answer_gets_none(answers: dict[str, Answer], question: dict[str, Any]) -> None:
    answer = answers[question["id"]]

    assert answer.status == "abstained"
    assert not answer.claims
    assert answer.unknowns


@pytest.mark.parametrize("question", [q for q in QUESTIONS if q["forbidden"]], ids=lambda q: q["id"])
def test_no_namesake_is_taken_for_the_other(answers: dict[str, Answer], question: dict[str, Any]) -> None:
    traps = [trap for trap in question["forbidden"] if trap["as"] in ROLES]

    assert {trap["symbol"]: found for trap in traps if (found := claimed(answers[question["id"]], trap))} == {}


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q["id"])
def test_nothing_was_refuted_or_left_unchecked(answers: dict[str, Answer], question: dict[str, Any]) -> None:
    answer = answers[question["id"]]

    assert answer.dropped == ()
    assert {claim.verdict for claim in answer.claims} <= {"verified"}
