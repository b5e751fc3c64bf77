"""Names as people write them, and listings that never claim absence by mistake."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from asking import SHOP
from conftest import MakeRepo

from codeqa.domain import AmbiguousSymbol, UnknownSymbol
from codeqa.project import Project
from codeqa.tools import Tools


@pytest.fixture
def tools(make_repo: MakeRepo) -> Iterator[Tools]:
    with Project.open(make_repo(SHOP), environ={}) as project:
        for _ in project.update():
            pass
        yield project.tools


@pytest.mark.parametrize(
    "written",
    [
        "Checkout.place",
        "shop/checkout.py::Checkout.place",
        "Checkout::place",
        "Checkout#place",
        "Checkout.place()",
        "`Checkout.place`",
        "shop.checkout.Checkout.place",
        "place",
        "PLACE",
        "shop/checkout.py:21",
        "checkout.py:20",
    ],
)
def test_ways_to_write_one_name(tools: Tools, written: str) -> None:
    assert tools.find(written).id == "shop/checkout.py::Checkout.place"


def test_a_path_names_its_file(tools: Tools) -> None:
    assert tools.find("retry.py").id == "shop/retry.py"


def test_an_unknown_name_teaches(tools: Tools) -> None:
    with pytest.raises(UnknownSymbol, match="chekout") as error:
        tools.find("chekout")
    assert "Checkout" in error.value.hint


def test_an_ambiguous_name_lists_its_candidates(tools: Tools) -> None:
    with pytest.raises(AmbiguousSymbol) as error:
        tools.find("authorise")
    assert error.value.candidates == ("shop/payment.py::Gateway.authorise", "shop/payment.py::CardGateway.authorise")


def test_source_is_meant_before_tests(make_repo: MakeRepo) -> None:
    files = {"a.py": "def run(): ...\n", "tests/test_a.py": "def run(): ...\n"}
    with Project.open(make_repo(files), environ={}) as project:
        for _ in project.update():
            pass
        assert project.tools.find("run").id == "a.py::run"


def test_a_card_has_everything_around(tools: Tools) -> None:
    card = tools.card(tools.find("CardGateway.authorise"))

    assert [r.symbol.id for r in card.callees] == ["shop/payment.py::send"]
    assert [r.symbol.id for r in card.callers] == ["shop/checkout.py::Checkout.charge"]
    assert [r.symbol.id for r in card.overrides] == ["shop/payment.py::Gateway.authorise"]


def test_tests_of_a_class_are_those_of_its_members(tools: Tools) -> None:
    found = tools.tests_of(tools.find("Checkout"))

    assert [r.symbol.name for r in found] == ["test_place_charges_the_card"]


def test_mentions_are_whole_words(tools: Tools) -> None:
    assert {m.path for m in tools.mentions("retry")} == {"shop/checkout.py", "shop/retry.py"}
    assert tools.mentions("retr") == []


def test_unresolved_sites_are_listed_beside_callers(make_repo: MakeRepo) -> None:
    files = {"a.py": "class A:\n    def go(self): ...\n\ndef sure():\n    A().go()\n\ndef unsure(x):\n    x.go()\n"}
    with Project.open(make_repo(files), environ={}) as project:
        for _ in project.update():
            pass
        listing = project.callers("A.go")

    assert [r.symbol.name for r in listing.relations] == ["sure"]
    assert [(s.src, s.line) for s in listing.unresolved] == [("a.py::unsure", 8)]


def opened(make_repo: MakeRepo, files: dict[str, str]) -> Project:
    project = Project.open(make_repo(files), environ={})
    for _ in project.update():
        pass
    return project


def test_a_class_and_its_constructor_are_one(make_repo: MakeRepo) -> None:
    source = (
        "class Lost extends Exception {\n  Lost(String s) { super(s); }\n  void go() { throw new Lost(null); }\n}\n"
    )
    with opened(make_repo, {"Lost.java": source}) as project:
        found = project.tools.callers(project.tools.find("Lost"))

    assert found.symbol.kind == "class"
    assert [r.edge.site for r in found.relations] == ["Lost.java:3"]


def test_a_declaration_and_its_definition_are_one(make_repo: MakeRepo) -> None:
    files = {
        "shape.h": "class Shape {\n public:\n  virtual int area();\n};\nclass Disk : public Shape {\n"
        " public:\n  int area() override;\n};\n",
        "shape.cc": '#include "shape.h"\nint Shape::area() { return 0; }\nint Disk::area() { return 3; }\n'
        "int use(Shape* s) { return s->area(); }\n",
    }
    with opened(make_repo, files) as project:
        tools = project.tools
        found = tools.callers(tools.find("Disk::area"))

        assert found.symbol.id == "shape.cc::Disk.area"
        assert [(r.edge.site, r.edge.candidates) for r in found.relations] == [("shape.cc:4", 1)]
        assert [r.symbol.id for r in tools.graph.overriding(tools.find("Shape::area").id)] == ["shape.cc::Disk.area"]


def test_a_prefix_is_a_module_before_it_is_a_class_in_one(make_repo: MakeRepo) -> None:
    files = {"net/api.py": "def get(): ...\n", "net/client.py": "class Client:\n    def get(self): ...\n"}
    with opened(make_repo, files) as project:
        assert project.tools.find("net.get").id == "net/api.py::get"
        assert project.tools.find("net.client").id == "net/client.py"


def test_each_calling_line_is_a_caller(make_repo: MakeRepo) -> None:
    with opened(make_repo, {"a.py": "def f(): ...\ndef g():\n    f()\n    f()\n"}) as project:
        found = project.tools.callers(project.tools.find("f"))

    assert [r.edge.line for r in found.relations] == [3, 4]
    assert found.total == 2


def test_a_private_name_keeps_its_mark(make_repo: MakeRepo) -> None:
    with opened(make_repo, {"a.js": "class A {\n  #load() {}\n  run() { this.#load() }\n}\n"}) as project:
        assert project.tools.find("a.js::A.#load").label == "A.#load"


def test_what_a_method_assigns_to_a_field_is_called_by_the_method(make_repo: MakeRepo) -> None:
    files = {"a.py": "def make(): ...\n\nclass A:\n    def __init__(self):\n        self.made = make()\n"}
    with Project.open(make_repo(files), environ={}) as project:
        for _ in project.update():
            pass
        assert [r.symbol.id for r in project.callers("make").relations] == ["a.py::A.__init__"]
