"""Names picked by a part of them, and how a question has to name what was picked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from codeqa.planner.link import Linker
from codeqa.project import Project
from tests.asking import SHOP
from tests.conftest import MakeRepo

FILES = {
    **SHOP,
    "shop/json.py": "def dumps(value):\n    return str(value)\n\n\ndef send_all(them):\n    return dumps(them)\n",
    "shop/text.py": "def dumps(value):\n    return value\n\n\nclass S:\n    def f(self):\n        return 1\n",
    "shop/http_server.py": """class HTTPServer:
    def get_retry_count(self):
        return 1
""",
    "docs/guide.md": "# Sending\n\n## A long heading, with a comma\n\nText.\n",
    "tests/test_json.py": "from shop.json import dumps\n\n\ndef test_dumps():\n    assert dumps(1)\n",
}


@pytest.fixture(scope="module")
def project(make_module_repo: MakeRepo) -> Iterator[Project]:
    with Project.open(make_module_repo(FILES), environ={}) as project:
        list(project.index())
        yield project


def labels(project: Project, part: str) -> list[str]:
    return [symbol.label for symbol in project.pick(part, 8)]


@pytest.mark.parametrize(
    ("part", "first"),
    [
        ("retry", "retry"),  # exact before HTTPServer.get_retry_count and shop/retry.py
        ("Che", "Checkout"),
        ("che", "Checkout"),
        ("make_c", "make_checkout"),
        ("grc", "HTTPServer.get_retry_count"),  # beginnings of words
        ("retry_c", "HTTPServer.get_retry_count"),  # a word within
        ("httpserver", "HTTPServer"),
        ("shop/http", "shop/http_server.py"),
        ("HTTPs", "HTTPServer"),
        ("Checkout.", "Checkout.place"),
        ("Checkout.ch", "Checkout.charge"),
        ("Check.pl", "Checkout.place"),
        ("CardG.auth", "CardGateway.authorise"),
        ("json.du", "dumps"),  # of that file
        ("shop/che", "shop/checkout.py"),
        ("payment.py", "shop/payment.py"),
        ("shop/payment.py::Card", "CardGateway"),
        ("athrs", "Gateway.authorise"),  # letters in this order
    ],
)
def test_the_likeliest_comes_first(project: Project, part: str, first: str) -> None:
    assert labels(project, part)[0] == first


def test_source_comes_before_tests_and_headings_and_nothing_is_offered_for_what_nothing_is_like(
    project: Project,
) -> None:
    found = labels(project, "dumps")

    assert found[:2] == ["dumps", "dumps"]
    assert found.index("test_dumps") == 2
    assert labels(project, "zzqx") == labels(project, "app.route/") == labels(project, "x" * 1_000) == []
    assert labels(project, "send")[0] == "send"
    assert "Sending" in labels(project, "send")
    assert labels(project, "")  # what is used most


def test_every_symbol_is_named_so_that_a_question_means_it_alone(project: Project) -> None:
    symbols = [symbol for symbol in project.store.all_symbols() if not symbol.external]
    forms = {symbol.id: project.mention(symbol.id) for symbol in symbols}

    assert forms["shop/checkout.py::Checkout.place"] == "@Checkout.place"
    assert forms["shop/payment.py::send"] == "@send"
    assert forms["shop/json.py::dumps"] == "@shop/json.py::dumps"
    assert forms["shop/retry.py"] == "@shop/retry.py"
    for symbol in symbols:
        said = Linker(project.tools, f"who uses {forms[symbol.id]} there?").link(f"{forms[symbol.id]} there")
        assert [each.id for each in said.symbols] == [symbol.id], forms[symbol.id]


def test_a_plan_has_what_was_mentioned_and_an_address_or_a_decorator_is_no_mention(project: Project) -> None:
    plans, _ = project.plan("how does @make_checkout reach @send")

    assert plans == ['path(find("shop/checkout.py::make_checkout"), find("shop/payment.py::send"), hops=12)']
    assert project.plan("who calls @retry?")[0] == ['find("shop/retry.py::retry") | callers']
    linker = Linker(project.tools, "")
    assert linker.written("ask send@retry.org") == ["retry.org"]
    assert linker.written("where is @dataclass used") == []
