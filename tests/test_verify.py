"""The verifier refutes what is not so: each check is shown a fact that holds and one that does not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from asking import SHOP
from conftest import MakeRepo

from codeqa.domain import Edge, EdgeKind
from codeqa.notebook import Fact, Place
from codeqa.project import Project
from codeqa.verify import Verified, Verifier, words_of


@pytest.fixture
def project(make_repo: MakeRepo) -> Iterator[Project]:
    with Project.open(make_repo(SHOP), environ={}) as project:
        for _ in project.update():
            pass
        yield project


def verify(project: Project, *facts: Fact) -> Verified:
    return Verifier(project.tools).verify(facts)


def edge(project: Project) -> Edge:
    return project.store.edges_from(["shop/checkout.py::Checkout.place"], {EdgeKind.CALLS})[0]


HERE = (Place("shop/retry.py", 1, 2, "retry"),)


def test_an_edge_that_is_stored_and_named_at_its_site_holds(project: Project) -> None:
    result = verify(project, Fact("place calls retry", HERE, "edge", edges=(edge(project),), part="calls"))

    assert [c.verdict for c in result.claims] == ["verified"]
    assert result.parts == {"calls"}


@pytest.mark.parametrize("change", [{"dst": "shop/payment.py::send"}, {"start_byte": 1}, {"kind": EdgeKind.RAISES}])
def test_an_edge_that_is_not_in_the_index_is_refuted(project: Project, change: dict[str, object]) -> None:
    invented = edge(project)._replace(**change)  # type: ignore[arg-type]
    result = verify(project, Fact("an invention", HERE, "edge", edges=(invented,)))

    assert not result.claims
    assert "no such edge" in result.dropped[0].reason


def test_an_edge_whose_site_was_edited_since_is_refuted(project: Project) -> None:
    fact = Fact("place calls retry", HERE, "edge", edges=(edge(project),))
    path = project.root / "shop/checkout.py"
    path.write_text("# moved\n" * 40 + path.read_text())
    result = verify(project, fact)

    assert "does not name retry" in result.dropped[0].reason
    assert result.stale == ["shop/checkout.py"]


def test_a_path_must_be_a_chain(project: Project) -> None:
    first = edge(project)
    other = project.store.edges_from(["shop/payment.py::CardGateway.authorise"], {EdgeKind.CALLS})[0]

    assert "breaks" in verify(project, Fact("a leap", HERE, "path", edges=(first, other))).dropped[0].reason
    assert verify(project, Fact("one step", HERE, "path", edges=(first,))).claims


def test_a_quote_must_stand_where_it_is_cited(project: Project) -> None:
    good = Fact("says", HERE, "quote", quote="Run an action again until it works")
    bad = Fact("says not", HERE, "quote", quote="Run an action twice")
    result = verify(project, good, bad)

    assert [c.text for c in result.claims] == ["says"]
    assert [d.text for d in result.dropped] == ["says not"]


def test_a_count_is_counted_again(project: Project) -> None:
    result = verify(
        project,
        Fact("two", HERE, "count", count=2, plan='find("Gateway") | subclasses'),
        Fact("three", HERE, "count", count=3, plan='find("Gateway") | subclasses'),
    )

    assert [c.text for c in result.claims] == ["two"]


def test_a_definition_that_moved_away_is_refuted(project: Project) -> None:
    symbol = project.tools.find("backoff")
    path = project.root / "shop/retry.py"
    path.write_text(path.read_text().replace("backoff", "wait_a_while"))

    assert verify(project, Fact("backoff is here", HERE, "definition", symbols=(symbol,))).dropped


def test_a_file_that_is_gone_is_refuted_and_stale(project: Project) -> None:
    symbol = project.tools.find("PaymentError")
    (project.root / "shop/errors.py").unlink()
    result = verify(project, Fact("it is here", (Place("shop/errors.py", 1, 1),), "definition", symbols=(symbol,)))

    assert not result.claims
    assert result.stale == ["shop/errors.py"]


def test_an_unknown_check_proves_nothing(project: Project) -> None:
    assert verify(project, Fact("trust me", HERE, "hunch")).dropped


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("  // one\n  // two", "one two"),
        ("/**\n * one\n * two\n */", "one two"),
        ("# one\n# two", "one two"),
        ('"""one\n   two"""', 'one two"""'),
        ("a = b * c", "a = b * c"),
    ],
)
def test_words_of(text: str, words: str) -> None:
    assert words_of(text) == words


def test_citations_are_shared_and_numbered_in_order(project: Project) -> None:
    one = Fact("one", HERE, "quote", quote="def retry")
    two = Fact("two", (Place("shop/errors.py", 1, 1),), "quote", quote="class PaymentError")
    three = Fact("three", HERE, "quote", quote="def retry")
    result = verify(project, one, two, three)

    assert [c.citations for c in result.claims] == [(1,), (2,), (1,)]
    assert [c.n for c in result.citations] == [1, 2]


def test_root_is_never_left(project: Project, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("a secret")
    fact = Fact("outside", (Place("../secret.txt", 1, 1),), "quote", quote="a secret")

    assert verify(project, fact).dropped
