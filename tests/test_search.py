"""Search: each rule of the ranking decides a case, and what is found can be trusted to be there."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from conftest import MakeRepo
from hypothesis import given
from hypothesis import strategies as st

from codeqa import languages
from codeqa.config import FileSettings
from codeqa.domain import Embedder, Hit
from codeqa.index import Indexer, detect
from codeqa.search import Searcher, Weights, analyse, asking, gather
from codeqa.store import Store


def build(root: Path) -> None:
    """Index a repository into its own `.codeqa`."""
    known, settings = languages.load(), FileSettings()
    with Store.open(root / ".codeqa", write=True) as store:
        for _ in Indexer(root, store, known, settings).run(detect(root, settings, known, store)):
            pass


@contextmanager
def searching(root: Path, embedder: Embedder | None = None, weights: Weights | None = None) -> Iterator[Searcher]:
    if not (root / ".codeqa").exists():
        build(root)
    with Store.open(root / ".codeqa") as store:
        yield Searcher(store, embedder, weights)


def places(hits: Sequence[Hit]) -> list[str]:
    return [f"{hit.path}:{hit.symbol}" if hit.symbol else hit.path for hit in hits]


# ------------------------------------------------------------------------------------------------------------ each rule

LONG = "    page = 1\n" * 24
"""Lines that keep a class from being one chunk with its members."""


@dataclass(frozen=True)
class Case:
    """A question to which a rule gives the answer: without the rule, another place comes first."""

    rule: str
    question: str
    first: str
    files: Mapping[str, str]
    off: Mapping[str, Any]  # the weights that switch the rule off

    def __str__(self) -> str:
        return self.rule


FILLER = {
    f"filler/{name}.py": "".join(
        f"def {name}_{n}(colour, shape):\n    return colour * {n} + shape\n\n\n" for n in range(4)
    )
    for name in ("paint", "draw", "carve")
}
"""Unrelated code: how rare a word is means little in a repository of two files."""

USES_CACHE = "def warm(store):\n    cache_page(store)\n    cache_page(store)\n    return cache_page(store)\n"

CASES = [
    Case(
        "a definition comes before what mentions it",
        "who uses cache_page here",
        "pages.py:cache_page",
        {
            "pages.py": "def cache_page(view, timeout, key, version, headers):\n    "
            + "x = view(timeout)\n    " * 9
            + "\n",
            "warm.py": USES_CACHE,
        },
        {"definition": 0.0, "name": 0.0, "stem": 0.0},
    ),
    Case(
        "a name in another case is that name",
        "HTTPCLIENT.SEND",
        "client.py:HttpClient.send",
        {
            "client.py": "class HttpClient:\n    def send(self, request, retries, proxy):\n        return request\n",
            "other.py": "HTTPCLIENT_SEND = 1\n\ndef send(x): return x\n\ndef httpclient(): return send\n",
        },
        {"definition": 0.0, "name": 0.0, "owner": 0.0},
    ),
    Case(
        "a misspelt identifier finds what it is like",
        "dispach_request",
        "app.py:dispatch_request",
        {
            "app.py": "def dispatch_request(handlers):\n    for handler in handlers:\n        handler.run(1, 2, 3)\n",
            "request.py": "def request():\n    return request\n",
        },
        {"misspelt": 0.0},
    ),
    Case(
        "a capitalised word is the class of that name",
        "how long does a Session last",
        "core.py:Session",
        {
            "core.py": "class Session:\n    lifetime = 3600\n    path = '/'\n    backend = 'memory'\n    cookie = 1\n",
            "views.py": "def leave(session):\n    return session, session\n",
        },
        {"word": 0.0, "name": 0.0},
    ),
    Case(
        "a name made of the question's words counts more than a text with them",
        "how is a token refreshed",
        "auth.py:refresh_token",
        {
            "auth.py": "def refresh_token(grant, scope, client):\n    return grant.post(scope, client)\n",
            "jobs.py": "def nightly(jobs):\n    # refresh each token: token, token, refresh\n    return jobs\n",
        },
        {"name": 0.0},
    ),
    Case(
        "the owner's name counts with the name",
        "rollback of a ledger",
        "b.py:Ledger.rollback",
        {
            "a.py": f"class Basket:\n{LONG}    def rollback(self):\n        return ledger, ledger\n",
            "b.py": f"class Ledger:\n{LONG}    def rollback(self, until):\n        return self.entries.pop(until)\n",
        },
        {"owner": 0.0, "name": 0.0},
    ),
    Case(
        "a file that is called like the question",
        "throttling of requests",
        "throttling.py:Allow",
        {
            "throttling.py": "class Allow:\n    def check(self, requests, now):\n        return now > requests.since\n",
            "server.py": "class Serve:\n    def check(self, requests):\n        return requests\n",
        },
        {"stem": 0.0},
    ),
    Case(
        "the folders above a file",
        "payments: how are they checked",
        "payments/a.py:run",
        {
            "payments/a.py": "def run(order, when):\n    return order.checked(when)\n",
            "orders/a.py": "def run(order):\n    return order.checked()\n",
        },
        {"folder": 0.0},
    ),
    Case(
        "a file that the question names",
        "what does util.py do with lines",
        "lib/util.py:read",
        {
            "lib/util.py": "def read(source, encoding, errors):\n    return source.lines(encoding, errors)\n",
            "text.py": "def lines():\n    return lines\n",
        },
        {"named_path": 0.0, "stem": 0.0},
    ),
    Case(
        "a folder that the question names",
        "how are rows read in lib/db/",
        "lib/db/b.py:rows_of",
        {
            "lib/db/b.py": "def rows_of(cursor, limit, offset):\n    return cursor.read(limit, offset, rows=True)\n",
            "lib/fs/a.py": "def rows_from(cursor, limit):\n    return cursor.read(limit, rows=True)\n",
        },
        {"named_folder": 0.0, "folder": 0.0},
    ),
    Case(
        "what an error message says as it stands",
        "ValueError: cannot open the drawer 'x' twice",
        "chest.py:pull",
        {
            "chest.py": "def pull(name, log, now):\n    log(now)\n"
            "    raise ValueError(f'cannot open the drawer {name!r} twice')\n",
            "desk.py": "def twice(drawer):\n    cannot = open(drawer)\n    raise ValueError(cannot, drawer)\n",
        },
        {"phrase": 0.0},
    ),
    Case(
        "the file that has most of the matches",
        "archive entries",
        "pack.py:entries_of",
        {
            "pack.py": "".join(
                f"def {name}(archive):\n    return archive.entries({name!r}, 1)\n\n\n"
                for name in ("entries_of", "walk", "copy")
            ),
            "tool.py": "def entries_to(archive):\n    return archive.entries(1)\n",
        },
        {"file": 0.0},
    ),
    Case(
        "tests come later",
        "how is a coupon redeemed",
        "shop.py:use",
        {
            "shop.py": "def use(coupon, basket, now):\n    return basket.redeem(coupon, now)\n",
            "tests/test_shop.py": "def test_coupon_redeemed():\n    coupon = redeem('coupon')\n    assert coupon\n",
        },
        {"role": MappingProxyType({})},
    ),
    Case(
        "vendored code comes later",
        "parse a header",
        "app.py:read",
        {
            "app.py": "def read(header, strict, limit):\n    return parse(header, strict, limit)\n",
            "vendor/lib.py": "def parse_header(header):\n    return parse(header)\n",
        },
        {"role": MappingProxyType({})},
    ),
    Case(
        "prose and configuration come later",
        "retry delay",
        "net.py:wait",
        {
            "net.py": "def wait(attempt, base, most):\n    return min(most, base * attempt * retry_delay)\n",
            "settings.yml": "retry:\n  delay: 3\n",
        },
        {"document": 1.0},
    ),
    Case(
        "a definition comes before its prototype",
        "open_gate",
        "gate.c:open_gate",
        {
            "gate.c": "int open_gate(int key, int side)\n{\n    int turn = key + side * 2;\n"
            "    return turn - key / side + turn * side;\n}\n",
            "gate.h": "int open_gate(int key, int side);\n",
        },
        {"declaration": 1.0},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_rule_decides(case: Case, make_repo: MakeRepo) -> None:
    root = make_repo({**FILLER, **case.files})

    with searching(root) as searcher:
        assert places(searcher.search(case.question))[0] == case.first
    with searching(root, weights=Weights(**case.off)) as searcher:
        assert places(searcher.search(case.question))[0] != case.first, "decided by something else"


def test_what_a_strong_hit_calls_is_strengthened(make_repo: MakeRepo) -> None:
    root = make_repo(
        {
            **FILLER,
            "shop.py": "from store import hold\n\n\ndef checkout(stock):\n    return hold(stock)\n",
            "store.py": "def hold(stock, until):\n    return stock.add(until, 1)\n",
            "barn.py": "def feed(stock, until):\n    return stock.add(until, 1)\n",
        }
    )

    with searching(root) as searcher:
        called, other = searcher.search("how does checkout reserve stock")[1:3]
    with searching(root, weights=Weights(graph=0.0, linked=0.0, central=0.0)) as searcher:
        first, second = searcher.search("how does checkout reserve stock")[1:3]

    assert (called.symbol, other.symbol) == ("hold", "feed")
    assert (first.symbol, second.symbol) == ("feed", "hold"), "the same score: by path"


def test_a_file_that_the_best_ones_use_comes_forward(make_repo: MakeRepo) -> None:
    root = make_repo(
        {
            **FILLER,
            "ship.py": "import store\n\n\ndef ship_parcel(parcel, depot):\n    return parcel.ship(depot)\n\n\n"
            "def rest(depot):\n    return store.keep(depot, 1)\n",
            "store.py": "def keep(parcel, until):\n    return parcel.add(until, 1)\n",
            "barn.py": "def feed(parcel, until):\n    return parcel.add(until, 1)\n",
        }
    )

    with searching(root, weights=Weights(graph=0.0, central=0.0)) as searcher:
        used = [hit.path for hit in searcher.search("who ships a parcel to a depot")]
    with searching(root, weights=Weights(graph=0.0, central=0.0, linked=0.0)) as searcher:
        alike = [hit.path for hit in searcher.search("who ships a parcel to a depot")]

    assert used.index("store.py") < used.index("barn.py")
    assert alike.index("store.py") > alike.index("barn.py"), "the same score: by path"


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("how is a coupon redeemed", "shop.py:use"),
        ("which test redeems a coupon", "tests/test_shop.py:test_coupon_redeemed"),
        ("example of a redeemed coupon", "examples/coupon.py:redeem_coupon"),
        ("redeemed coupon in the docs", "docs/coupons.md:Redeemed coupons"),
        ("vendored coupon redeemed", "vendor/coupons.py:redeem_coupon"),
        ("test_coupon_redeemed", "tests/test_shop.py:test_coupon_redeemed"),
    ],
)
def test_files_of_a_role_are_found_by_who_asks_for_them(question: str, first: str, make_repo: MakeRepo) -> None:
    root = make_repo(
        {
            **FILLER,
            "shop.py": "def use(coupon, now):\n    return coupon.redeem(now)\n",
            "tests/test_shop.py": "def test_coupon_redeemed():\n    coupon = redeem('coupon')\n    assert coupon\n",
            "examples/coupon.py": "def redeem_coupon(coupon):\n    print(coupon.redeem())\n",
            "docs/coupons.md": "# Redeemed coupons\n\nOne that is used once is gone, whatever the basket holds.\n",
            "vendor/coupons.py": "def redeem_coupon(coupon):\n    return coupon.redeem()\n",
        }
    )

    with searching(root) as searcher:
        assert places(searcher.search(question))[0] == first


def test_tests_inside_of_a_source_file_come_later(make_repo: MakeRepo) -> None:
    tests = "#[cfg(test)]\nmod tests {\n    #[test]\n    fn parses_header() {\n        parse(header());\n    }\n}\n"
    root = make_repo(
        {
            **FILLER,
            "src/lib.rs": f"pub fn read(text: &str) -> Header {{\n    parse_header(text, 80)\n}}\n\n{tests}",
        }
    )

    with searching(root) as searcher:
        found = places(searcher.search("parses a header"))

    assert found[0] == "src/lib.rs:read"
    assert "src/lib.rs:tests.parses_header" in found


# ----------------------------------------------------------------------------------------------- what the hits are like


def test_a_file_has_half_of_the_first_ten_places_while_others_want_them(make_repo: MakeRepo) -> None:
    many = "".join(f"def open_valve_{n}(valve):\n    return valve.open()\n\n\n" for n in range(12))
    others = {f"pipe{n}.py": f"def flow(pipe):\n    x = {n}\n    return pipe.rest(x).valve\n" for n in range(8)}
    root = make_repo({**FILLER, "valves.py": many, **others})

    with searching(root) as searcher:
        paths = [hit.path for hit in searcher.search("open valve", 20)]

    assert paths[:10].count("valves.py") == 5
    assert paths.count("valves.py") == 12, "the others follow"


def test_a_file_alone_may_have_all_the_places(make_repo: MakeRepo) -> None:
    many = "".join(f"def open_valve_{n}(valve):\n    return valve.open()\n\n\n" for n in range(12))
    root = make_repo({**FILLER, "valves.py": many})

    with searching(root) as searcher:
        assert len(searcher.search("open valve", 10)) == 10


def test_a_hit_explains_its_score_and_stands_on_lines_that_exist(make_repo: MakeRepo) -> None:
    root = make_repo(
        {**FILLER, "tests/test_a.py": "def test_pump():\n    pump()\n", "a.py": "def pump():\n    return 1\n"}
    )

    with searching(root) as searcher:
        hits = searcher.search("how does the pump work")

    assert places(hits) == ["a.py:pump", "tests/test_a.py:test_pump"]
    for hit in hits:
        assert sum(hit.why.values()) == pytest.approx(hit.score, abs=0.001)
        assert 1 <= hit.start_line <= hit.end_line <= len((root / hit.path).read_text().splitlines())
    assert hits[0].symbol_id == "a.py::pump"
    assert hits[1].why["role"] < 0


def test_a_definition_inside_a_chunk_is_found_by_its_own_lines(make_repo: MakeRepo) -> None:
    root = make_repo({**FILLER, "conf.py": "import os\n\nROOT = os.curdir\nMAX_DEPTH = 12\nMAX_WIDTH = 80\n"})

    with searching(root) as searcher:
        hit = searcher.search("MAX_DEPTH")[0]

    assert (hit.symbol_id, hit.symbol, hit.start_line, hit.end_line) == ("conf.py::MAX_DEPTH", "MAX_DEPTH", 4, 4)


def test_twins_are_shown_without_their_number(make_repo: MakeRepo) -> None:
    root = make_repo({**FILLER, "a.py": "def pump():\n    return 1\n\n\ndef pump():\n    return 2\n"})

    with searching(root) as searcher:
        hits = searcher.search("pump")

    assert {(hit.symbol, hit.symbol_id) for hit in hits} == {("pump", "a.py::pump"), ("pump", "a.py::pump#2")}


@pytest.mark.parametrize("question", ["", "   ", "the of and", "zebra crossing", "?!", '"', "NEAR(", "''"])
def test_nothing_is_found_where_nothing_is(question: str, make_repo: MakeRepo) -> None:
    with searching(make_repo(FILLER)) as searcher:
        assert searcher.search(question) == []


def test_the_limit_holds(make_repo: MakeRepo) -> None:
    with searching(make_repo(FILLER)) as searcher:
        assert [len(searcher.search("colour", limit)) for limit in (0, 1, 5)] == [0, 1, 5]


def test_a_file_that_has_no_word_of_the_question_is_found_by_its_name(make_repo: MakeRepo) -> None:
    root = make_repo({**FILLER, "ledger_utilities.py": "def f(a):\n    return a\n", "ledger.py": "value = 10\n"})

    with searching(root) as searcher:
        assert [hit.path for hit in searcher.search("utilities of the ledger")] == ["ledger_utilities.py", "ledger.py"]


def test_a_package_is_called_like_its_folder(make_repo: MakeRepo) -> None:
    root = make_repo({**FILLER, "billing/__init__.py": "def f(amount):\n    return amount\n"})

    with searching(root) as searcher:
        assert [hit.path for hit in searcher.search("what is billing")] == ["billing/__init__.py"]


def test_common_words_count_without_being_looked_up_alone(make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "RANKED", 4)
    root = make_repo(
        {
            **FILLER,
            "a.py": "def mix(pigment):\n    return pigment.blend(water, paper)\n",
            "b.py": "def dye(pigment):\n    return pigment.blend(colour, shape)\n",
        }
    )

    with searching(root) as searcher:
        found = [hit.path for hit in searcher.search("colour and shape of a pigment")]

    assert found == ["b.py", "a.py"], "what has only common words is left out"


class OneWord:
    """Knows that a lift is an elevator."""

    id = "one-word"
    dimensions = 2

    def embed(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        near = [[1.0, 0.0] if "lift" in text or "elevator" in text else [0.0, 1.0] for text in texts]
        return np.array(near, np.float32)


def test_vectors_find_what_words_do_not(make_repo: MakeRepo) -> None:
    root = make_repo(
        {**FILLER, "elevator.py": "def up(elevator):\n    return elevator + 1\n", "b.py": "def wait(): return 10\n"}
    )
    build(root)
    with Store.open(root / ".codeqa", write=True) as store, store.batch():
        texts = dict(store.texts())
        store.vectors(OneWord.id).append(list(texts), OneWord().embed(list(texts.values())))

    with searching(root) as searcher:
        assert "elevator.py" not in {hit.path for hit in searcher.search("where does the lift wait")}
    with searching(root, OneWord()) as searcher:
        hits = searcher.search("where does the lift wait")

    assert [hit.path for hit in hits] == ["b.py", "elevator.py"], "vectors come second to words"
    assert hits[1].why["vector"] > 0


# ---------------------------------------------------------------------------------------------------------------- names

NAMES = {
    "app.py": "class Router:\n    def add_route(self): ...\n    def remove(self): ...\n",
    "shop.py": "class Basket:\n    def add_item(self): ...\n",
    "util.py": "def get_user_name(): ...\n\n\ndef get_user(): ...\n\n\ndef parse_header(): ...\n",
}


@pytest.mark.parametrize(
    ("unknown", "first"),
    [
        ("pasre_header", "parse_header"),  # two letters swapped
        ("parse_haeder", "parse_header"),
        ("router", "Router"),  # another case
        ("getUserName", "get_user_name"),  # another style
        ("user_name", "get_user_name"),  # a part of it
        ("name_user", "get_user_name"),  # its parts in another order
        ("Router.add", "Router.add_route"),  # a member of that owner, not Basket.add_item
        ("Router::removed()", "Router.remove"),
    ],
)
def test_the_nearest_name_comes_first(unknown: str, first: str, make_repo: MakeRepo) -> None:
    with searching(make_repo(NAMES)) as searcher:
        near = searcher.nearest_names(unknown, 3)

    assert near[0] == first
    assert len(near) <= 3 and len(set(near)) == len(near)


@pytest.mark.parametrize("unknown", ["", "_", "qqqqzzzz", "."])
def test_a_name_like_no_other_has_no_neighbours(unknown: str, make_repo: MakeRepo) -> None:
    with searching(make_repo(NAMES)) as searcher:
        assert searcher.nearest_names(unknown) == []


def test_a_misspelling_is_not_looked_for_where_the_word_is_written(make_repo: MakeRepo) -> None:
    root = make_repo(
        {
            **FILLER,
            "a.py": "import zlib\n\n\ndef pack(x):\n    return zlib.deflate_it(x)\n",
            "b.py": "def deflate_its(): ...\n",
        }
    )

    with searching(root) as searcher:
        hits = searcher.search("deflate_it")

    assert "a.py:pack" in places(hits)
    assert all("misspelt" not in hit.why for hit in hits)


def test_the_vocabulary_names_what_could_be_asked_instead(make_repo: MakeRepo) -> None:
    root = make_repo({**NAMES, "notes.md": "# Notes\n\nEverything about throttling.\n"})

    with searching(root) as searcher:
        words = searcher.vocabulary("how is the haeder parsed while throtling")

    assert "parse_header" in words
    assert "throttl" in words
    assert not {"how", "is", "the"} & set(words)


# -------------------------------------------------------------------------------------------------------------- queries


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Router.add", "identifier"),
        ("std::vector::push_back", "identifier"),
        ("send_request()", "identifier"),
        ("response", "identifier"),
        ("src/app/views.py", "path"),
        ("views.py", "path"),
        ("src/", "path"),
        ("KeyError: 'name' is not a field", "error"),
        ("fatal: not a git repository", "error"),
        ("panic: runtime error: index out of range", "error"),
        ("how are requests routed", "natural"),
        ("the Router class", "natural"),
    ],
)
def test_the_kind_of_a_question(text: str, kind: str) -> None:
    assert analyse(text).kind == kind


@pytest.mark.parametrize(
    ("text", "identifiers"),
    [
        ("what calls send_all and HttpClient.get?", ("send_all", "HttpClient.get")),
        ("why does `run` block", ("run",)),
        ("does flush() close it", ("flush",)),
        ("A::b and A#c", ("A.b", "A.c")),
        ("rows, e.g. lists, i.e. all of it", ()),
        ("Который класс ПолучитьДанные использует", ("ПолучитьДанные",)),
        ("plain words only", ()),
    ],
)
def test_identifiers_are_what_is_written_like_one(text: str, identifiers: tuple[str, ...]) -> None:
    assert analyse(text).identifiers == identifiers


def test_an_error_message_is_searched_without_what_varies_in_it() -> None:
    phrases = analyse("ValueError: invalid literal for int() with base 10: 'abc'").phrases

    assert ("invalid", "literal", "for", "int") in phrases
    assert all("abc" not in phrase and "10" not in phrase for phrase in phrases)


@pytest.fixture(scope="module")
def anything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("anything")
    (root / "a.py").write_text("def near(not_, or_, and_):\n    return [not_ * 2, or_, {and_: '日本語'}]\n")
    build(root)
    return root


@given(
    question=st.text(max_size=60)
    | st.lists(st.sampled_from("near NOT AND \" ' ` * ^ ( ) : { } a.py :: // 日本 \0 -".split())).map(" ".join)
)
def test_no_question_is_a_query_language(anything: Path, question: str) -> None:
    with searching(anything) as searcher:
        for hit in searcher.search(question):
            assert hit.path == "a.py"
        searcher.nearest_names(question)


def test_the_order_is_the_same_every_time(make_repo: MakeRepo) -> None:
    root = make_repo(FILLER)

    with searching(root) as one, searching(root) as two:
        assert one.search("colour shape") == two.search("colour shape")


def test_searching_imports_nothing_slow() -> None:
    slow = {"lancedb", "networkx", "numpy", "rapidfuzz", "scipy", "tree_sitter"}
    code = f"import sys, codeqa.search; print(sorted({slow} & set(sys.modules)))"

    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


# ----------------------------------------------------------------------------------------------------------- gathering


def _ledger(between: int) -> str:
    gap = "".join(f"    entry_{n} = {n}\n" for n in range(between))
    return (
        "class Ledger:\n    def post_payment(self, payment):\n        return payment\n\n"
        + gap
        + "    def void_payment(self, payment):\n        return -payment\n"
    )


def _gathered(make_repo: MakeRepo, between: int) -> list[Hit]:
    with searching(make_repo({**FILLER, "ledger.py": _ledger(between)})) as searcher:
        return gather(searcher.store, searcher.search("post and void a payment", 20), 10)


def test_members_of_one_class_are_one_hit(make_repo: MakeRepo) -> None:
    first = _gathered(make_repo, 40)[0]

    assert (first.symbol, first.start_line, first.end_line) == ("Ledger", 1, 46)
    assert sorted(first.members) == ["Ledger.post_payment", "Ledger.void_payment"]


def test_members_that_are_far_apart_stay_apart(make_repo: MakeRepo) -> None:
    symbols = [hit.symbol for hit in _gathered(make_repo, 400)]

    assert {"Ledger.post_payment", "Ledger.void_payment"} <= set(symbols)


def test_gathering_makes_room_for_what_comes_next(make_repo: MakeRepo) -> None:
    others = {f"paint{n}.py": f"def paint_{n}(colour):\n    return colour * {n}\n" for n in range(8)}
    with searching(make_repo({**others, "ledger.py": _ledger(40)})) as searcher:
        apart = searcher.search("post and void a payment in any colour", 20)
        gathered = gather(searcher.store, apart, 6)

    others = [hit for hit in apart if hit.path != "ledger.py"]
    assert len(gathered) == 6 and [hit for hit in gathered if not hit.members] == others[:5]


def _functions(between: int) -> str:
    gap = "".join(f"entry_{n} = {n}\n" for n in range(between))
    return (
        "def post_payment(payment):\n    return payment\n\n\n"
        + gap
        + "\n\ndef void_payment(payment):\n    return -payment\n"
    )


def test_hits_of_a_file_that_stand_near_are_one(make_repo: MakeRepo) -> None:
    with searching(make_repo({**FILLER, "ledger.py": _functions(10)})) as searcher:
        apart = searcher.search("post and void a payment", 20)
        first = gather(searcher.store, apart, 10)[0]

    assert (first.start_line, first.end_line, first.score) == (1, 18, apart[0].score)
    assert {first.symbol, *first.members} == {"post_payment", "void_payment"} and first.symbol not in first.members


def test_hits_of_a_file_that_stand_apart_stay_apart(make_repo: MakeRepo) -> None:
    with searching(make_repo({**FILLER, "ledger.py": _functions(60)})) as searcher:
        gathered = gather(searcher.store, searcher.search("post and void a payment", 20), 10)

    assert {"post_payment", "void_payment"} <= {hit.symbol for hit in gathered}
