"""Search: each rule of the ranking decides a case, and what is found can be trusted to be there."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeqa import languages
from codeqa.config import FileSettings
from codeqa.domain import Embedder, Hit
from codeqa.index import Indexer, detect
from codeqa.search import Searcher, Weights, analyse, asking
from codeqa.store import Store
from conftest import MakeRepo


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


# ------------------------------------------------------------------------------------------------------------- each rule


@dataclass(frozen=True)
class Case:
    """A question to which a rule gives the answer: without the rule, another place comes first."""

    rule: str
    question: str
    first: str
    files: Mapping[str, str]
    off: Mapping[str, Any] = field(default_factory=dict)  # the weights that switch the rule off

    def __str__(self) -> str:
        return self.rule


FILLER = {f"filler/part{n}.py": f"def part{n}(colour, shape):\n    return colour * {n} + shape\n" for n in range(12)}
"""Unrelated code: how rare a word is means little in a repository of two files."""

USES_CACHE = "def warm(store):\n    cache_page(store)\n    cache_page(store)\n    return cache_page(store)\n"

CASES = [
    Case(
        "a definition comes before what mentions it",
        "who uses cache_page here",
        "pages.py:cache_page",
        {
            "pages.py": "def cache_page(view, timeout, key, version, headers):\n    " + "x = view(timeout)\n    " * 9 + "\n",
            "warm.py": USES_CACHE,
        },
        {"definition": 0.0, "name": 0.0, "stem": 0.0},
    ),
    Case(
        "a name in another case is that name",
        "HTTPCLIENT.SEND",
        "client.py:HttpClient.send",
        {
            "client.py": "class HttpClient:\n    def send(self, request, timeout, retries, proxy):\n        return request\n",
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
        "when does the Session of a user end",
        "core.py:Session",
        {
            "core.py": "class Session:\n    store = None\n    started = None\n    lifetime = 3600\n    cookie = None\n",
            "views.py": "def leave(session):\n    session.end()\n    return session\n",
        },
        {"word": 0.0, "name": 0.0},
    ),
    Case(
        "a name made of the question's words counts more than a text with them",
        "how is a token refreshed",
        "auth.py:refresh_token",
        {
            "auth.py": "def refresh_token(grant, scope, client, audience):\n    return grant.post(scope, client, audience)\n",
            "jobs.py": "def nightly(jobs):\n    # refresh each token: token, token, refresh\n    return jobs\n",
        },
        {"name": 0.0},
    ),
    Case(
        "the owner's name counts with the name",
        "rollback of a ledger",
        "b.py:Ledger.rollback",
        {
            "a.py": "class Basket:\n    def rollback(self):\n        return ledger\n",
            "b.py": "class Ledger:\n    def rollback(self):\n        return self.entries.pop(0)\n",
        },
        {"owner": 0.0},
    ),
    Case(
        "a file that is called like the question",
        "throttling of requests",
        "throttling.py:Allow.check",
        {
            "throttling.py": "class Allow:\n    def check(self, requests, now):\n        return now - self.window > requests\n",
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
            "lib/util.py": "def read(source, encoding, newline, errors):\n    return source.lines(encoding, newline, errors)\n",
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
            "lib/fs/a.py": "def read_rows(rows):\n    return read(rows)\n",
        },
        {"named_folder": 0.0, "folder": 0.0},
    ),
    Case(
        "what an error message says as it stands",
        "ValueError: cannot open the drawer 'x' twice",
        "drawer.py:pull",
        {
            "drawer.py": "def pull(name, log, now, mode):\n    log.info(now, mode)\n    raise ValueError(f'cannot open the drawer {name!r} twice')\n",
            "desk.py": "def twice(drawer):\n    cannot = open(drawer)\n    raise ValueError(cannot, drawer)\n",
        },
        {"phrase": 0.0},
    ),
    Case(
        "what a strong hit leads to",
        "how does checkout reserve stock",
        "shop.py:checkout",
        {
            "shop.py": "from store import hold\n\n\ndef checkout(stock):\n    return hold(stock)\n",
            "store.py": "def hold(stock, until):\n    return stock.add(until, 1)\n",
            "zoo.py": "def feed(stock, until):\n    return stock.add(until)\n",
        },
    ),
    Case(
        "the file that has most of the matches",
        "archive entries",
        "pack.py:entries_of",
        {
            "pack.py": "".join(f"def {name}(archive):\n    return archive.entries({name!r}, 1)\n\n\n" for name in ("entries_of", "walk", "copy")),
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
            "gate.c": '#include "gate.h"\n\nint open_gate(int key, int side)\n{\n    return key + side * 2 - key / side;\n}\n',
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
    if case.off:
        with searching(root, weights=Weights(**case.off)) as searcher:
            assert places(searcher.search(case.question))[0] != case.first, "decided by something else"
