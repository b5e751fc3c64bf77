"""The honest model, led through questions of the planner's kinds: its answers cite what the planner's cite.

What the planner is sure of and a model leaves out is added to its answer, so that the answer as a whole would cite it
with any model. Hence the sentences of the model itself are held to it too, for the kinds that it has rules for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import pytest

from codeqa.agent import Agent, Options
from codeqa.agent.merging import BESIDES
from codeqa.agent.standing import standing
from codeqa.domain import (
    Answer,
    Answered,
    Citation,
    Claim,
    CountCheck,
    EdgeCheck,
    ModelCall,
    PathCheck,
)
from codeqa.notebook import Fact
from codeqa.planner import Planner
from codeqa.project import Project
from codeqa.verify import Verifier
from tests.conftest import MakeRepo
from tests.harbour import ABSENT, HARBOUR, KNOWN, NEW
from tests.honest import honest
from tests.led import NAME, indexed, left, overrides, serve
from tests.ollama_server import OllamaServer

RELATIONS = ("edge", "path", "count")

Edge: TypeAlias = tuple[str, str, str, str]  # source, kind, target, site
Number: TypeAlias = tuple[str, int]  # plan, what it counts


@pytest.fixture(scope="module")
def harbour(make_module_repo: MakeRepo) -> Path:
    return indexed(make_module_repo(HARBOUR))


@pytest.fixture(scope="module")
def server() -> Iterator[OllamaServer]:
    with serve(honest) as scripted:
        yield scripted


@pytest.fixture
def project(harbour: Path, server: OllamaServer) -> Iterator[Project]:
    with Project.open(harbour, overrides=overrides(server), environ={}) as opened:
        yield opened


def planner(project: Project) -> Planner:
    return Planner(project.tools, Verifier(project.tools))


def planned(project: Project, question: str) -> Answer:
    *_, last = planner(project).ask(question)
    assert isinstance(last, Answered)
    return last.answer


def by_honest(project: Project, question: str, rung: str, *, seeded: bool) -> Answer:
    """Ask the model on one rung, on which it stays; with `seeded` it is shown what the planner found."""
    options = replace(Options.of(project.settings, rung), seeded=seeded)
    *events, last = Agent(planner(project), project.chat_model(), project.settings, options).ask(question)
    calls = [event for event in events if isinstance(event, ModelCall)]
    assert {call.rung for call in calls if call.purpose == "walk"} == {rung}
    assert seeded or "F1" not in calls[0].messages[1].content
    assert isinstance(last, Answered)
    return last.answer


def edges(claims: Iterable[Claim], cited: Iterable[Citation]) -> set[Edge]:
    """Return the edges that claims tell and whose sites are cited."""
    lines = {(c.path, line) for c in cited for line in range(c.start_line, c.end_line + 1)}
    checks = [check for claim in claims for check in claim.checks]
    found = [edge for check in checks for edge in (check.edges if isinstance(check, PathCheck) else (check,))]
    told = [(e.src, e.edge, e.dst, e.site) for e in found if isinstance(e, EdgeCheck)]
    return {edge for edge in told if (edge[3].rpartition(":")[0], int(edge[3].rpartition(":")[2])) in lines}


def numbers(claims: Iterable[Claim]) -> set[Number]:
    """Return what claims count."""
    return {(check.plan, check.number) for c in claims for check in c.checks if isinstance(check, CountCheck)}


def of_question(answer: Answer) -> list[Claim]:
    """Return the claims of the planner's answer that tell relations."""
    return [claim for claim in answer.claims if claim.check in RELATIONS]


def of_model(answer: Answer) -> list[Claim]:
    """Return the claims that are sentences of the model itself: the planner's stand below BESIDES."""
    text = answer.text.partition(BESIDES)[0]
    return [claim for claim in answer.claims if claim.text.rstrip(".:") in text]


def test_the_questions_are_twenty_and_half_of_them_new() -> None:
    assert len(KNOWN) == len(NEW) == 10 and len({*KNOWN, *NEW, *ABSENT}) == 20 + len(ABSENT)


@pytest.mark.parametrize("seeded", [True, False], ids=["seeded", "alone"])
@pytest.mark.parametrize("rung", ["native", "format", "text"])
def test_the_answers_cite_what_those_of_the_planner_cite(
    project: Project, server: OllamaServer, rung: str, seeded: bool
) -> None:
    sure = own = 0
    for question in (*KNOWN, *NEW):
        known = planned(project, question)
        answer = by_honest(project, question, rung, seeded=seeded)
        assert answer.model == NAME and answer.status == known.status != "abstained", question
        assert project.verify(answer.to_json()).holds, question
        if known.status != "answered":
            continue
        wanted = edges(of_question(known), known.citations)
        said = edges(of_model(answer), answer.citations)
        assert wanted <= edges(answer.claims, answer.citations), question
        assert numbers(of_question(known)) <= numbers(answer.claims), question
        assert question not in KNOWN or wanted <= said, question
        sure, own = sure + 1, own + (wanted <= said)
    assert sure >= 19 and own >= 14
    assert left(server) == ""


@pytest.mark.parametrize("seeded", [True, False], ids=["seeded", "alone"])
@pytest.mark.parametrize("rung", ["native", "format", "text"])
def test_what_does_not_exist_is_never_answered(project: Project, rung: str, seeded: bool) -> None:
    for question in ABSENT:
        answer = by_honest(project, question, rung, seeded=seeded)
        assert answer.status != "answered", question
        assert not edges(answer.claims, answer.citations) and project.verify(answer.to_json()).holds


def test_what_goes_by_the_type_of_its_receiver_is_shown(project: Project) -> None:
    """A sentence that names what it speaks of stands by itself, whatever pronouns follow."""
    answer = by_honest(project, "Which tests reach Berth.take?", "native", seeded=False)
    assert any("`test_release`" in claim.text for claim in of_model(answer))


@pytest.mark.parametrize(
    ("text", "stands"),
    [
        ("`a` calls `b` at x.py:1 (by the type of its receiver).", True),
        ("Nothing overrides `a`; 1 unresolved site names it.", True),
        ('`a`: its documentation says "It is."', True),
        ("There are 3 callers of `a`:", True),
        ("It calls `a`.", False),
        ("Outside of the repository it calls `print`.", False),
        ("Of these, 2 are in tests.", False),
    ],
)
def test_which_sentences_stand_by_themselves(text: str, stands: bool) -> None:
    assert bool(standing([Fact(text, (), "edge")], None)) is stands


def test_what_is_said_of_namesakes_is_said_of_each(make_repo: MakeRepo, server: OllamaServer) -> None:
    """Facts in the same words about other lines are others, and each says what it speaks of."""
    test = "def test_it():\n    def helper():\n        pass\n\n    helper()\n"
    root = indexed(make_repo({"tests/test_one.py": test, "tests/test_two.py": test}))
    with Project.open(root, overrides=overrides(server), environ={}) as project:
        known = planned(project, "What breaks if I change helper?")
        answer = by_honest(project, "What breaks if I change helper?", "native", seeded=True)
    wanted = edges(of_question(known), known.citations)
    assert len(wanted) == 2 and wanted <= edges(answer.claims, answer.citations)
    tests = {claim.text for claim in answer.claims if "that would tell" in claim.text}
    assert len(tests) == 2 and all("of a change to `test_it.helper` (tests/test_" in text for text in tests)


def test_a_comparison_is_not_lost_where_the_model_says_less(project: Project) -> None:
    answer = by_honest(project, "How do Berth.take and Berth.release differ?", "native", seeded=True)
    added = answer.text.partition(BESIDES)[2]
    assert "`Berth.take` and `Berth.release` both call `log_event`" in added
    assert "only `Berth.take` calls `Vessel.describe`" in added
