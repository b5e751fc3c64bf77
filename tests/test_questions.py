"""Twenty questions about three pinned packages.

They were written by reading the code of these, before the planner was built (data/README.md). Needs PyPI and npm, so it
is a lane of its own: `pytest -m packages`, run by .ci/run.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from codeqa.domain import Answer, Answered
from codeqa.project import Project

pytestmark = pytest.mark.packages

DATA = json.loads((Path(__file__).parent / "data/questions.json").read_text())
QUESTIONS: list[dict[str, Any]] = DATA["questions"]
RIGHT = 16  # of twenty


def fetch(package: dict[str, str], into: Path) -> Path:
    """Download one pinned source package, check its hash and unpack it."""
    pinned = f"{package['name']}=={package['version']}"
    commands = {
        "pypi": [
            sys.executable,
            "-m",
            "pip",
            "download",
            "-q",
            "--no-deps",
            "--no-binary",
            package["name"],
            "-d",
            ".",
            pinned,
        ],
        "npm": ["npm", "pack", "--silent", pinned.replace("==", "@")],
    }
    subprocess.run(commands[package["registry"]], cwd=into, check=True, capture_output=True)
    archive = into / package["file"]
    assert hashlib.sha256(archive.read_bytes()).hexdigest() == package["sha256"]
    with tarfile.open(archive) as tar:
        tar.extractall(into / package["name"], filter="data")
    return into / package["name"] / package["root"]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Answer]]:
    """Index each package once and answer every question about it."""
    found: dict[str, Answer] = {}
    for package in DATA["packages"]:
        root = fetch(package, tmp_path_factory.mktemp(package["name"]))
        with Project.open(root, environ={}) as project:
            for _ in project.update():
                pass
            for question in QUESTIONS:
                if question["package"] == package["name"]:
                    *_, last = project.ask(question["question"])
                    assert isinstance(last, Answered)
                    found[question["id"]] = last.answer
    yield found


def is_cited(answer: Answer, symbol: str) -> bool:
    """A symbol counts as cited if it, or something nested in it, is."""
    path, _, name = symbol.partition("::")
    return any(c.path == path and f"{c.symbol}.".startswith(f"{name}.") for c in answer.citations)


def is_right(question: dict[str, Any], answer: Answer) -> bool:
    if not question["answerable"]:
        return answer.status == "abstained"
    return answer.status != "abstained" and all(is_cited(answer, symbol) for symbol in question["required"])


EDGES = {"caller": {"calls", "instantiates"}, "overrider": {"overrides"}, "user": {"calls", "instantiates", "reads"}}


def claimed(answer: Answer, trap: dict[str, str]) -> list[str]:
    """Return the steps of the walk that say of a namesake what is only true of the other."""
    symbol = trap["symbol"]
    hops = [hop for hop in answer.walk if hop.edge in EDGES.get(trap["as"], {hop.edge})]
    ends = [hop.src for hop in hops] + ([hop.dst for hop in hops] if trap["as"] == "step" else [])
    return [
        end
        for end in ends
        if end.split("#")[0] == symbol or end.startswith((f"{symbol}::", f"{symbol}.", f"{symbol}/"))
    ]


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
    traps = [trap for trap in question["forbidden"] if trap["as"] in ("caller", "overrider", "step", "test", "user")]

    assert {trap["symbol"]: found for trap in traps if (found := claimed(answers[question["id"]], trap))} == {}


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q["id"])
def test_nothing_was_refuted_or_left_unchecked(answers: dict[str, Answer], question: dict[str, Any]) -> None:
    answer = answers[question["id"]]

    assert answer.dropped == ()
    assert {claim.verdict for claim in answer.claims} <= {"verified"}
