"""Sixty questions of several hops about six pinned packages in six languages (data/README.md), in two halves.

Nobody tunes by the held half: what fails there is told as a number only, never by question. Needs PyPI, npm and a
Debian mirror, so it belongs to the lane `pytest -m packages`, run by .ci/run.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import packages
import pytest
from packages import ROLES, Asked, Question, claimed, is_right

from codeqa.domain import Answer

pytestmark = pytest.mark.packages

RIGHT = 30  # of sixty
UNANSWERABLE = 10
ABSTAINED = 7  # of these: that a feature is not there, asked in plain words, is not always seen
TRAPPED = 1  # answers of the held half that name what they should not

DATA = Path(__file__).parent / "data"
PACKAGES: list[packages.Package] = []
HALVES: dict[str, list[Question]] = {"dev": [], "held": []}
for _set in ("walks1", "walks2"):
    for _half, _questions in HALVES.items():
        _its, _asked = packages.load(DATA / f"{_set}.{_half}.json")
        PACKAGES += [package for package in _its if package not in PACKAGES]
        _questions += _asked
QUESTIONS = [question for half in HALVES.values() for question in half]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    """Index each package once and answer every question about it."""
    return packages.ask(PACKAGES, QUESTIONS, tmp_path_factory.mktemp("walks"))


def failing(asked: Asked, fails: Callable[[Question, Answer], bool]) -> tuple[list[str], int]:
    """Return the questions of the open half for which something fails, and the number of those of the held half."""
    found = {half: [q["id"] for q in its if fails(q, asked.answers[q["id"]])] for half, its in HALVES.items()}
    return found["dev"], len(found["held"])


def test_the_set_is_whole() -> None:
    assert len({question["id"] for question in QUESTIONS}) == len(QUESTIONS) == 60
    assert sum(not question["answerable"] for question in QUESTIONS) == UNANSWERABLE
    assert {question["package"] for question in QUESTIONS} == {package["name"] for package in PACKAGES}


def test_enough_are_right(asked: Asked) -> None:
    wrong, held = failing(asked, lambda q, answer: not is_right(q, answer))
    right = len(QUESTIONS) - len(wrong) - held

    assert right >= RIGHT, (wrong, f"and {held} of the held half")


def test_what_has_no_answer_gets_none(asked: Asked) -> None:
    told, held = failing(asked, lambda q, answer: not q["answerable"] and answer.status != "abstained")

    assert len(told) + held <= UNANSWERABLE - ABSTAINED
    assert told == []


def test_what_has_no_answer_is_never_said_to_be_answered(asked: Asked) -> None:
    assert failing(asked, lambda q, answer: not q["answerable"] and answer.status == "answered") == ([], 0)


def test_an_abstention_claims_nothing_and_says_what_is_missing(asked: Asked) -> None:
    wrong = failing(asked, lambda _, a: a.status == "abstained" and (bool(a.claims) or not a.unknowns))

    assert wrong == ([], 0)


def test_nothing_is_refuted(asked: Asked) -> None:
    assert failing(asked, lambda _, answer: bool(answer.dropped)) == ([], 0)


def test_what_is_answered_falls_into_no_trap(asked: Asked) -> None:
    """An answer in part shows what lies around, each step of it true: that it passes by a namesake is no claim."""

    def trapped(question: Question, answer: Answer) -> bool:
        traps = [trap for trap in question["forbidden"] if trap["as"] in ROLES]
        return answer.status == "answered" and any(claimed(answer, trap) for trap in traps)

    told, held = failing(asked, trapped)

    assert told == []
    assert held <= TRAPPED


def test_every_quote_stands_in_its_file(asked: Asked) -> None:
    def misquotes(question: Question, answer: Answer) -> bool:
        root = asked.roots[question["package"]]
        return any(not _stands(root, c.path, c.quote, c.start_line) for c in answer.citations)

    assert failing(asked, misquotes) == ([], 0)


def _stands(root: Path, path: str, quote: str, line: int) -> bool:
    """Tell whether a quote is what a file says from a line on."""
    lines = (root / path).read_bytes().decode("utf-8", "replace").split("\n")
    return "\n".join(lines[line - 1 :]).startswith(quote)
