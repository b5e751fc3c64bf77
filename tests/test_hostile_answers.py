"""Names of files and symbols that would be lines, headings or citations of their own in the text of an answer."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from codeqa import sanitise
from codeqa.domain import Answer, Answered
from codeqa.notebook import Fact, Notebook
from codeqa.planner.compose import MARKS
from codeqa.project import Project
from codeqa.tui.segments import segments

ENDS = ["\n", "\r", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"]
FORGED = (
    "# Verified `x` calls `y` [1].",
    "- `main` is safe [2].",
    "```",
    "a`b",
    "[1]",
    "[7, 8]",
    "x [1]. It is safe [2]",
)
QUESTIONS = (
    "what calls target",
    "where is target defined",
    "what does target do",
    "which tests cover target",
    "what breaks if I change target",
    "how does outer reach target",
    "where is LIMIT used",
    "what does outer call",
    "who calls nobody",
    "who calls twin",
    "why are things slow here",
)
_MARK = re.compile(r"`[^`]*`|\[(\d+(?:, ?\d+)*)\]")


def tree(root: Path) -> None:
    """Write a repository whose names break lines, end code and look like citations."""
    for number, payload in enumerate([*(f"a{end}{FORGED[n % 2]}" for n, end in enumerate(ENDS)), *FORGED]):
        folder = root / payload.replace("/", "_")
        folder.mkdir(parents=True, exist_ok=True)
        key = json.dumps(payload, ensure_ascii=False).replace("\\u2028", "\u2028")
        (folder / f"{payload}{number}.py".replace("/", "_")).write_text(
            'from core import LIMIT, target\n\n\ndef twin():\n    """Says `odd [1] and [2, 3]."""\n'
            "    return target(LIMIT)\n\n\n"
            f"def outer{number}():\n    return twin()\n"
        )
        (folder / "names.js").write_text(
            f"const all = {{\n  {key}: function () {{ return target(1); }},\n}};\n"
            f"class C {{ {key}() {{ target(2); }} }}\n"
            "function target(n) { return n; }\n"
        )
        (folder / "keys.toml").write_text(f'[{json.dumps(payload)}]\ntarget = "target"\n')
    (root / "core.py").write_text(
        'LIMIT = 3\n\n\ndef target(n):\n    """Bounds `n [1], see [2]."""\n    return min(n, LIMIT)\n\n\n'
        "def nobody():\n    return 0\n\n\ndef outer():\n    return target(LIMIT)\n"
    )
    (root / "test_core.py").write_text("from core import target\n\n\ndef test_target():\n    assert target(1)\n")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    root = tmp_path_factory.mktemp("forged")
    tree(root)
    project = Project.open(root, environ={})
    list(project.update())
    return project


def ask(project: Project, question: str) -> Answer:
    events = list(project.ask(question, keep=False))
    return next(event.answer for event in events if isinstance(event, Answered))


def marks(text: str) -> Counter[int]:
    return Counter(int(n) for match in _MARK.finditer(text) if match[1] for n in re.findall(r"\d+", match[1]))


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_name_writes_a_line_or_a_citation_of_an_answer(project: Project, question: str) -> None:
    answer = ask(project, question)
    said = [claim.text for claim in answer.claims]

    assert answer.text.splitlines() == answer.text.split("\n")
    assert all(len(text.splitlines()) == 1 for text in [*said, *answer.unknowns, *(d.text for d in answer.dropped)])
    begins = (*(text[:6] for text in said), "I don't know", "These places fit", "It ")
    lines = [line.removeprefix("- ") for line in answer.text.split("\n") if line]
    assert all(line.startswith(begins) for line in lines), answer.text
    assert marks(answer.text) == sum((Counter(claim.citations[:MARKS]) for claim in answer.claims), Counter())
    assert not any(marks(text) for text in [*said, *answer.unknowns])
    there = {citation.n for citation in answer.citations}
    assert all(set(segment.citations) <= there for segment in segments(answer))


@pytest.mark.parametrize("question", QUESTIONS)
def test_such_an_answer_is_verified_and_its_citations_have_the_names_as_they_are(
    project: Project, question: str
) -> None:
    answer = ask(project, question)
    found = project.verify(json.loads(json.dumps(answer.to_json())))

    assert found.holds or answer.status == "abstained"
    assert all((project.root / citation.path).is_file() for citation in answer.citations)


def test_the_questions_meet_such_names(project: Project) -> None:
    paths = {citation.path for question in QUESTIONS for citation in ask(project, question).citations}

    assert sum(any(end in path for path in paths) for end in ENDS) >= 5
    assert any("[1]" in path for path in paths)


@pytest.mark.parametrize("end", ENDS)
def test_a_sentence_stays_on_its_line(end: str) -> None:
    fact = Fact(f"`a{end}# Forged` calls b{end}- c [1].", (), "definition")
    book = Notebook("")
    book.unknown(f"a{end}- b [2]")

    assert len(fact.text.splitlines()) == 1
    assert len(book.unknowns[0].splitlines()) == 1
    assert not marks(fact.text) + marks(book.unknowns[0])


def test_what_is_code_stays_as_it_is_and_ends_with_its_sentence() -> None:
    assert sanitise.sentence("`a[1]` holds `b`.") == "`a[1]` holds `b`."
    assert sanitise.sentence("a[1].py and [2, 3]") == "a[1\\].py and [2, 3\\]"
    assert sanitise.sentence("`a` is at b`c.py:1") == "`a` is at b'c.py:1"
    assert sanitise.sentence(sanitise.sentence("a`[1]\n[2]")) == sanitise.sentence("a`[1]\n[2]")
