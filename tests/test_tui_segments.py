"""An answer's text as sentences that one can stand on."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeqa.domain import Answer, Citation, Claim
from codeqa.tui.segments import Segment, citation_at, hops_of, segments
from tests.asking import SHOP, ask
from tests.conftest import MakeRepo
from tests.scripted import ANSWERED, HOPS


@pytest.fixture(scope="module")
def shop(make_module_repo: MakeRepo) -> Path:
    return make_module_repo(SHOP)


def answer(text: str, *claims: Claim) -> Answer:
    return Answer("q", "k", "answered", text, claims=claims)


def claim(text: str, *citations: int) -> Claim:
    return Claim(text, citations, "verified", "quote")


def test_each_claim_is_a_segment_with_what_it_cites() -> None:
    claims = claim("A calls B.", 1), claim("It is called by C.", 2, 3)

    found = segments(answer("A calls B [1]. It is called by C [2][3].", *claims))

    assert found == [
        Segment("A calls B [1].", claim=0, citations=(1,)),
        Segment("It is called by C [2][3].", claim=1, citations=(2, 3)),
    ]


def test_marks_behind_the_full_stop_belong_to_their_sentence() -> None:
    found = segments(answer('It says: "so." [2] It ends [3].', claim('It says: "so."', 2), claim("It ends.", 3)))

    assert [(s.text, s.claim) for s in found] == [('It says: "so." [2]', 0), ("It ends [3].", 1)]


def test_a_bullet_leads_its_first_sentence_and_the_others_are_set_in() -> None:
    found = segments(answer("- A [1]. B [2].\n  1. C [3].", claim("A.", 1), claim("B.", 2), claim("C.", 3)))

    assert [(s.lead, s.indent, s.text) for s in found] == [
        ("• ", 2, "A [1]."),
        ("", 2, "B [2]."),
        ("  1. ", 5, "C [3]."),
    ]


def test_a_sentence_that_is_worded_otherwise_is_the_claim_with_its_citations() -> None:
    found = segments(answer("All of it. Of these, A [1][2].", claim("`x` is A.", 1, 2)))

    assert [(s.text, s.claim) for s in found] == [("All of it.", None), ("Of these, A [1][2].", 0)]


def test_fences_headings_and_gaps() -> None:
    found = segments(answer("## Title\n\n```py\n- no bullet [1]\n```"))

    assert [(s.kind, s.text) for s in found] == [("heading", "Title"), ("gap", ""), ("code", "- no bullet [1]")]


@pytest.mark.parametrize(
    "question",
    [
        "who calls retry?",
        "how does place reach backoff?",
        "what does Checkout.place do?",
        "what breaks if I change send?",
        "where are orders charged?",
        "which classes inherit from Gateway?",
    ],
)
def test_nothing_of_a_real_answer_is_lost_or_said_twice(shop: Path, question: str) -> None:
    given = ask(shop, question)

    found = segments(given)

    words = [segment.text for segment in found]
    assert " ".join(" ".join(words).split()) == " ".join(
        " ".join(line.lstrip("-* ") for line in given.text.split("\n")).split()
    )
    assert {s.claim for s in found} - {None} or not given.claims
    numbers = {citation.n for citation in given.citations}
    assert {n for s in found for n in s.citations} <= numbers


def test_a_claim_leads_to_its_steps_and_a_site_to_its_narrowest_citation() -> None:
    assert hops_of(ANSWERED.claims[0], HOPS) == [HOPS[0]]
    wide = Citation(9, "shop/app.py", 1, 20, "", "", 1, "")
    assert citation_at(Answer("q", "k", "s", "", citations=(wide, *ANSWERED.citations)), "shop/app.py:6") == 1
    assert citation_at(ANSWERED, "shop/app.py:99") is None
    assert citation_at(ANSWERED, "nonsense") is None
