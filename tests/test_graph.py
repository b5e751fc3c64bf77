"""Walks over small graphs: dispatch, closures, hierarchies, cheapest chains."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from conftest import MakeRepo

from codeqa.domain import EdgeKind, Strategy
from codeqa.graph import MAX_OVERRIDES, Graph
from codeqa.project import Project

Open = Callable[[dict[str, str]], Graph]


@pytest.fixture
def graph(make_repo: MakeRepo) -> Iterator[Open]:
    projects: list[Project] = []

    def open_graph(files: dict[str, str]) -> Graph:
        project = Project.open(make_repo(files), environ={})
        projects.append(project)
        for _ in project.update():
            pass
        return project.tools.graph

    yield open_graph
    for project in projects:
        project.close()


ANIMALS = """
class Animal:
    def speak(self): ...

class Dog(Animal):
    def speak(self):
        return bark()

class Puppy(Dog):
    def speak(self):
        return "yip"

def bark():
    return "woof"

def hear(animal: Animal):
    return animal.speak()
"""


def test_a_call_may_dispatch_to_every_override_however_deep(graph: Open) -> None:
    edges = graph({"zoo.py": ANIMALS}).outgoing(["zoo.py::hear"])

    assert {(e.dst, e.strategy) for e in edges if e.kind is EdgeKind.CALLS} == {
        ("zoo.py::Animal.speak", Strategy.INFERRED),
        ("zoo.py::Dog.speak", Strategy.DISPATCH),
        ("zoo.py::Puppy.speak", Strategy.DISPATCH),
    }
    assert {e.candidates for e in edges if e.strategy is Strategy.DISPATCH} == {2}


def test_callers_of_an_override_include_those_of_what_it_overrides(graph: Open) -> None:
    callers = graph({"zoo.py": ANIMALS}).callers(["zoo.py::Puppy.speak"])

    assert [(r.symbol.id, r.edge.strategy) for r in callers] == [("zoo.py::hear", Strategy.DISPATCH)]


def test_dispatch_to_too_many_says_nothing(graph: Open) -> None:
    many = "".join(f"class A{n}(Base):\n    def go(self): ...\n" for n in range(MAX_OVERRIDES + 1))
    source = f"class Base:\n    def go(self): ...\n{many}def run(base: Base):\n    base.go()\n"

    assert {e.dst for e in graph({"a.py": source}).outgoing(["a.py::run"])} == {"a.py::Base.go"}


def test_a_path_goes_through_closures_and_passed_functions(graph: Open) -> None:
    source = """
def outer():
    def inner():
        deep()
    register(inner)

def register(f): ...
def deep():
    bottom()
def bottom(): ...
def passer():
    register(deep)
"""
    found = graph({"a.py": source})

    assert [e.dst for e in found.path(["a.py::outer"], ["a.py::bottom"])[0]] == [
        "a.py::outer.inner",
        "a.py::deep",
        "a.py::bottom",
    ]
    assert [(e.kind, e.dst) for e in found.path(["a.py::passer"], ["a.py::bottom"])[0]] == [
        (EdgeKind.REGISTERS, "a.py::deep"),
        (EdgeKind.CALLS, "a.py::bottom"),
    ]


def test_who_reads_a_table_of_functions_may_call_them(graph: Open) -> None:
    source = """
TABLE = {"a": first}
LIMIT = 3
def first():
    last()
def last(): ...
def pick(key):
    TABLE[key](LIMIT)
"""
    found = graph({"a.py": source})

    assert [(e.kind, e.dst) for e in found.path(["a.py::pick"], ["a.py::last"])[0]] == [
        (EdgeKind.READS, "a.py::TABLE"),
        (EdgeKind.REGISTERS, "a.py::first"),
        (EdgeKind.CALLS, "a.py::last"),
    ]
    assert "a.py::LIMIT" not in found.reachable(["a.py::pick"])


def test_the_cheapest_path_is_taken_not_the_first(graph: Open) -> None:
    source = ANIMALS + "\ndef start(animal: Animal):\n    animal.speak()\n    direct()\n\ndef direct():\n    bark()\n"
    edges, _ = graph({"zoo.py": source}).path(["zoo.py::start"], ["zoo.py::bark"])

    assert [e.dst for e in edges] == ["zoo.py::direct", "zoo.py::bark"]


def test_no_path_and_no_budget(graph: Open) -> None:
    found = graph({"a.py": "def a():\n    b()\ndef b():\n    c()\ndef c(): ...\n"})

    assert found.path(["a.py::c"], ["a.py::a"])[0] == []
    assert found.path(["a.py::a"], ["a.py::c"], max_hops=1)[0] == []
    assert [e.dst for e in found.path(["a.py::a"], ["a.py::c"])[0]] == ["a.py::b", "a.py::c"]


def test_a_cycle_ends(graph: Open) -> None:
    found = graph({"a.py": "def a():\n    b()\ndef b():\n    a()\n"})

    assert {r.symbol.id for r in found.users(["a.py::a"], {EdgeKind.CALLS}, 9)} == {"a.py::b"}
    assert found.path(["a.py::a"], ["a.py::missing"])[0] == []


def test_hierarchies_have_depth(graph: Open) -> None:
    found = graph({"zoo.py": ANIMALS})

    assert [(r.symbol.name, r.depth) for r in found.derived("zoo.py::Animal")] == [("Dog", 1), ("Puppy", 2)]
    assert [(r.symbol.name, r.depth) for r in found.bases("zoo.py::Puppy")] == [("Dog", 1), ("Animal", 2)]


def test_ambiguous_edges_are_not_walked(graph: Open) -> None:
    source = "try:\n    from fast import go\nexcept ImportError:\n    from slow import go\n\ndef run():\n    go()\n"
    files = {"a.py": source, "fast.py": "def go(): ...\n", "slow.py": "def go(): ...\n"}
    found = graph(files)
    stored = found.store.edges_from(["a.py::run"], {EdgeKind.CALLS})

    assert {(e.dst, e.strategy) for e in stored} == {
        ("fast.py::go", Strategy.AMBIGUOUS),
        ("slow.py::go", Strategy.AMBIGUOUS),
    }
    assert found.outgoing(["a.py::run"]) == []
