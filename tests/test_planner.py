"""Each form of question, on a repository small enough to know every right answer by heart."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from asking import SHOP, ask, cited
from conftest import MakeRepo

from codeqa.domain import UsageError
from codeqa.planner import forms


@pytest.fixture
def shop(make_repo: MakeRepo) -> Path:
    return make_repo(SHOP)


def test_who_calls(shop: Path) -> None:
    answer = ask(shop, "Who calls retry?")

    assert answer.status == "answered"
    assert "shop/checkout.py::Checkout.place" in cited(answer)
    assert [(h.src, h.edge, h.dst) for h in answer.walk] == [
        ("shop/checkout.py::Checkout.place", "calls", "shop/retry.py::retry")
    ]


def test_what_a_function_calls(shop: Path) -> None:
    answer = ask(shop, "What does Checkout.place call?")

    assert {h.dst for h in answer.walk} >= {"shop/retry.py::retry", "shop/checkout.py::Checkout.charge"}


def test_a_path_crosses_files_and_says_how_each_step_was_resolved(shop: Path) -> None:
    answer = ask(shop, "How does Checkout.place reach send?")

    assert answer.status == "answered"
    assert [h.dst for h in answer.walk] == [
        "shop/checkout.py::Checkout.charge",
        "shop/payment.py::CardGateway.authorise",
        "shop/payment.py::send",
    ]
    assert answer.walk[1].strategy == "dispatch"
    assert {c.path for c in answer.citations} == {"shop/checkout.py", "shop/payment.py"}


def test_no_path_is_said_with_the_nearest_approach(shop: Path) -> None:
    answer = ask(shop, "How does backoff reach CardGateway.authorise?")

    assert answer.status != "answered"
    assert any("no chain of resolved calls" in text for text in answer.unknowns)


def test_a_chain_the_other_way_is_not_passed_off_as_an_answer(shop: Path) -> None:
    answer = ask(shop, "How does send reach Checkout.charge?")

    assert answer.status == "partial"
    assert any("other way" in text for text in answer.unknowns)


def test_heirs_and_who_of_them_overrides(shop: Path) -> None:
    answer = ask(shop, "Which classes inherit from Gateway and override authorise?")

    assert answer.status == "answered"
    assert {"shop/payment.py::CardGateway", "shop/payment.py::VoucherGateway"} <= cited(answer)
    assert "`CardGateway.authorise`" in answer.text
    assert "VoucherGateway.authorise" not in answer.text


def test_impact_names_users_and_the_tests_that_would_tell(shop: Path) -> None:
    answer = ask(shop, "What breaks if I change Checkout.place, and which tests would tell me?")

    assert "tests/test_checkout.py::test_place_charges_the_card" in cited(answer)


def test_impact_reaches_further_than_one_step(shop: Path) -> None:
    answer = ask(shop, "What is affected if I rename CardGateway.authorise?")

    assert {"shop/checkout.py::Checkout.charge", "shop/checkout.py::Checkout.place"} <= cited(answer)


def test_which_tests_cover(shop: Path) -> None:
    answer = ask(shop, "Which tests cover Checkout?")

    assert cited(answer) >= {"tests/test_checkout.py::test_place_charges_the_card"}


def test_where_is_it_defined(shop: Path) -> None:
    answer = ask(shop, "Where is PaymentError defined?")

    assert answer.status == "answered"
    assert answer.citations[0].path == "shop/errors.py"
    assert answer.citations[0].start_line == 1


def test_spoken_names_link(shop: Path) -> None:
    assert "shop/checkout.py::DEFAULT_ATTEMPTS" in cited(ask(shop, "Where are the default attempts set?"))


def test_what_does_it_do_quotes_documentation_and_checks(shop: Path) -> None:
    answer = ask(shop, "What does Checkout.place do?")

    assert '"Charge the basket and return the order\'s number."' in answer.text
    assert "`if not basket`" in answer.text
    assert "`PaymentError`" in answer.text


def test_compare(shop: Path) -> None:
    answer = ask(shop, "How does CardGateway differ from VoucherGateway?")

    assert answer.kind == "comparison"
    assert {"shop/payment.py::CardGateway", "shop/payment.py::VoucherGateway"} <= cited(answer)
    assert "`refund`" in answer.text


def test_a_question_without_names_is_searched_and_stays_partial(shop: Path) -> None:
    answer = ask(shop, "run an action again until it works")

    assert answer.status == "partial"
    assert "shop/retry.py::retry" in cited(answer)


def test_an_unknown_name_abstains_with_the_nearest(shop: Path) -> None:
    answer = ask(shop, "Who calls make_chekout?")

    assert answer.status == "abstained"
    assert not answer.claims
    assert any("make_checkout" in text for text in answer.unknowns)


def test_what_the_repository_never_mentions_abstains(shop: Path) -> None:
    answer = ask(shop, "How does the Kubernetes operator restart the shop?")

    assert answer.status == "abstained"
    assert "Kubernetes" in answer.text


def test_absence_is_only_claimed_with_what_was_looked_at(shop: Path) -> None:
    answer = ask(shop, "Who calls VoucherGateway.refund?")

    assert "No call of `VoucherGateway.refund` was resolved, among" in answer.text


def test_an_unresolved_call_keeps_absence_from_being_claimed(make_repo: MakeRepo) -> None:
    root = make_repo(
        {"a.py": "class A:\n    def go(self):\n        pass\n", "b.py": "def run(thing):\n    thing.go()\n"}
    )
    answer = ask(root, "Who calls A.go?")

    assert answer.status == "partial"
    assert "b.py::run" in cited(answer)
    assert "which one is not known" in answer.text


def test_a_namesake_outside_is_not_a_caller(make_repo: MakeRepo) -> None:
    root = make_repo(
        {
            "own.py": "def get(url):\n    return url\n",
            "use.py": "import requests\n\n\ndef load():\n    return requests.get('x')\n",
        }
    )
    answer = ask(root, "Who calls get?")

    assert "use.py::load" not in cited(answer)
    assert not answer.walk


def test_every_quote_is_the_bytes_of_its_lines(shop: Path) -> None:
    for question in ("How does Checkout.place reach send?", "What does retry do?", "Who calls Checkout.charge?"):
        for citation in ask(shop, question).citations:
            lines = (shop / citation.path).read_bytes().split(b"\n")[citation.start_line - 1 : citation.end_line]
            assert citation.quote.encode() == b"\n".join(lines)
            assert citation.sha256 == hashlib.sha256(b"\n".join(lines)).hexdigest()


def test_an_edit_shows_in_the_next_answer(shop: Path) -> None:
    ask(shop, "Who calls retry?")
    path = shop / "shop/errors.py"
    path.write_text(path.read_text() + "\n\ndef again():\n    from .retry import retry\n\n    retry(print, 1)\n")

    assert "shop/errors.py::again" in cited(ask(shop, "Who calls retry?"))


def test_an_empty_question_teaches(shop: Path) -> None:
    with pytest.raises(UsageError, match="empty") as error:
        ask(shop, "  \n")
    assert "codeqa ask" in error.value.hint


@pytest.mark.parametrize(
    ("question", "form", "slots"),
    [
        ("who calls foo", "callers", {"a": "foo"}),
        ("Which functions invoke Foo.bar()?", "callers", {"a": "Foo.bar()"}),
        ("where is the parser used?", "uses", {"a": "parser"}),
        ("what does A.b call?", "callees", {"a": "A.b"}),
        ("how does A get to B?", "path", {"a": "A", "b": "B"}),
        ("trace the request from a.b to c.d", "path", {"a": "a.b", "b": "c.d"}),
        ("what breaks if I rename foo_bar?", "impact", {"a": "foo_bar"}),
        ("Which classes implement Reader?", "hierarchy", {"a": "Reader"}),
        ("tests for parse_date", "tests", {"a": "parse_date"}),
        ("What is the difference between A and B?", "compare", {"a": "A", "b": "B"}),
        ("how does X differ from Y", "compare", {"a": "X", "b": "Y"}),
        ("what are all the ways to open a file", "scattered", {"a": "open a file"}),
        ("where is Foo defined", "where", {"a": "Foo defined"}),
        ("what does parse do", "what", {"a": "parse"}),
        ("sessions and cookies", "search", {"a": "sessions and cookies"}),
    ],
)
def test_forms(question: str, form: str, slots: dict[str, str]) -> None:
    request = forms.readings(question)[0]

    assert request.form == form
    assert {name: value for name, value in request.slots.items() if name in ("a", "b")} == slots
