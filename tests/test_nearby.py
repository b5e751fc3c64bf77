"""What lies around some symbols in the graph, and what a file means as a whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from codeqa.project import Project
from codeqa.search.nearby import FAN, near, shared
from codeqa.store import EDGE_KINDS, Store

MakeRepo = Callable[..., Path]

SHOP = {
    "shop.py": """
import json

from store import Stock


def checkout(stock: Stock, order):
    check(order)
    return stock.hold(order)


def check(order):
    return json.dumps(order)
""",
    "report.py": "import json\n\n\ndef unrelated(order):\n    return json.dumps(order)\n",
    "store.py": """
class Stock:
    def hold(self, order):
        return self.take(order)

    def take(self, order):
        return order
""",
}


@pytest.fixture
def shop(make_repo: MakeRepo) -> Store:
    project = Project.open(make_repo(SHOP))
    for _ in project.index():
        pass
    return project.store


def _around(store: Store, name: str) -> dict[str, float]:
    seeds = {number: 1.0 for number in store.symbol_ids([name]).values()}
    shares = near(store, seeds)
    return {key: shares[number] for number, key in store.symbol_keys(shares).items()}


def test_what_is_called_is_near_and_what_that_calls_less_so(shop: Store) -> None:
    found = _around(shop, "shop.py::checkout")

    assert found["store.py::Stock.hold"] > found["store.py::Stock.take"] > 0


def test_two_that_use_the_same_library_are_not_near_one_another(shop: Store) -> None:
    assert "report.py::unrelated" not in _around(shop, "shop.py::check")


def test_neighbours_are_edges_both_ways_and_containment(shop: Store) -> None:
    ids = shop.symbol_ids(["store.py::Stock.hold", "shop.py::checkout", "store.py::Stock", "store.py::Stock.take"])
    number = ids["store.py::Stock.hold"]
    rows = {(there, leaves, EDGE_KINDS[kind].value) for _, there, leaves, kind, _, _ in shop.neighbours([number], FAN)}

    assert {
        (ids["shop.py::checkout"], 0, "calls"),
        (ids["store.py::Stock.take"], 1, "calls"),
        (ids["store.py::Stock"], 0, "contains"),
    } <= rows


def test_of_many_neighbours_only_some_are_read(make_repo: MakeRepo) -> None:
    calls = "".join(f"def use_{n}():\n    return hub()\n\n\n" for n in range(3 * FAN))
    project = Project.open(make_repo({"hub.py": f"def hub():\n    return 1\n\n\n{calls}"}))
    for _ in project.index():
        pass
    ids = project.store.symbol_ids(["hub.py::hub"])

    assert len(project.store.neighbours(ids.values(), FAN)) <= 2 * FAN + 1


def test_links_are_counted_between_the_files_that_are_asked_about(shop: Store) -> None:
    links = shop.links(["shop.py", "store.py", "report.py", "no such.py"])

    assert set(links) == {("shop.py", "store.py")} and links["shop.py", "store.py"] >= 2
    assert shop.links(["shop.py"]) == {}, "what is outside does not count, nor what is within"


def test_a_file_shares_with_those_that_it_uses_and_those_that_use_it() -> None:
    links = {("best.py", "much.py"): 9, ("best.py", "little.py"): 1, ("user.py", "best.py"): 3, ("x.py", "y.py"): 5}
    found = shared({"best.py": 1.0}, links)

    assert found["much.py"] > found["little.py"] > 0 < found["user.py"]
    assert not found["x.py"] and not found["y.py"]


def test_a_file_means_what_its_chunks_mean(make_repo: MakeRepo) -> None:
    project = Project.open(make_repo(SHOP))
    for _ in project.index():
        pass
    store = project.store
    vectors = store.vectors(store.embedders()[0])
    rows = vectors.matrix().astype(np.float32)
    places = dict(zip(vectors.shas(), rows, strict=True))
    mean = np.sum([places[chunk.sha256] for chunk in store.chunks_in("store.py")], axis=0)
    query = rows[0]

    found = vectors.of_files(query, ["store.py", "shop.py", "none.py"])

    assert found["store.py"] == pytest.approx(
        float(mean @ query / np.linalg.norm(mean) / np.linalg.norm(query)), abs=1e-3
    )
    assert set(found) == {"store.py", "shop.py", "none.py"} and found["none.py"] == 0.0
