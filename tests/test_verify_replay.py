"""An answer is replayed against a tree that has changed since; what is no answer ends in a message."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from asking import SHOP, ask
from conftest import MakeRepo, RunCodeqa

from codeqa.domain import Replay, UsageError
from codeqa.project import Project

QUESTIONS = [
    "who calls retry",
    "what does Checkout.place do",
    "how does Checkout.place reach send",
    "which classes inherit from Gateway",
    "where is PaymentError raised",
    "which tests cover Checkout.place",
    "what breaks if I change backoff",
    "where is DEFAULT_ATTEMPTS used",
]


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    return make_repo(SHOP)


def answer(root: Path, question: str = "who calls retry") -> dict[str, Any]:
    """Return an answer as it is written down."""
    return json.loads(json.dumps(ask(root, question).to_json()))  # type: ignore[no-any-return]


def replay(root: Path, written: object) -> Replay:
    with Project.open(root, environ={}) as project:
        for _ in project.update():
            pass
        return project.verify(written)  # type: ignore[arg-type]


def states(found: Replay) -> set[str]:
    return {claim.state for claim in found.claims}


def said(found: Replay) -> str:
    return "\n".join(text for claim in found.claims for text in (*claim.reasons, *claim.moved))


def edit(root: Path, name: str, change: Callable[[str], str]) -> None:
    path = root / name
    path.write_text(change(path.read_text()))


# ------------------------------------------------------------------------------------------------------------- checks


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_has_not_changed_holds(root: Path, question: str) -> None:
    found = replay(root, answer(root, question))

    assert states(found) == {"holds"}, said(found)
    assert found.holds


def test_each_claim_carries_its_checks(root: Path) -> None:
    checks = [check for q in QUESTIONS for claim in answer(root, q)["claims"] for check in claim["checks"]]

    assert {check["check"] for check in checks} == {"definition", "edge", "path", "count", "quote"}
    assert all(claim["checks"] for q in QUESTIONS for claim in answer(root, q)["claims"])


@pytest.mark.parametrize("question", QUESTIONS)
def test_lines_that_moved_still_hold(root: Path, question: str) -> None:
    written = answer(root, question)
    for name in SHOP:
        if name.endswith(".py") and not name.endswith("__init__.py"):
            edit(root, name, lambda text: "# a line\n# and another one\n\n" + text)
    found = replay(root, written)

    assert found.holds, said(found)
    assert "moved" in states(found)


def test_a_quote_that_moved_is_said_to_have(root: Path) -> None:
    written = answer(root, "what does retry do")
    edit(root, "shop/retry.py", lambda text: "\n\n\n" + text)
    found = replay(root, written)

    assert "the quote moved from shop/retry.py:2 to line 5" in said(found)


def test_a_file_that_is_gone_breaks_what_rests_on_it(root: Path) -> None:
    written = answer(root, "where is PaymentError defined")
    (root / "shop/errors.py").unlink()
    found = replay(root, written)

    assert not found.holds
    assert "shop/errors.py is gone" in said(found)


def test_an_edge_that_is_gone_is_named(root: Path) -> None:
    written = answer(root)
    edit(root, "shop/checkout.py", lambda text: text.replace("retry(lambda: self.charge(basket), self.attempts)", "''"))
    found = replay(root, written)

    assert "the edge does not exist any more: Checkout.place calls retry" in said(found)


def test_a_call_that_cannot_be_resolved_any_more_is_said_to_be(root: Path) -> None:
    written = answer(root)
    edit(root, "shop/checkout.py", lambda text: text.replace("from .retry import retry\n", ""))
    found = replay(root, written)

    assert not found.holds


def test_a_count_says_what_it_is_now(root: Path) -> None:
    written = answer(root, "which classes inherit from Gateway")
    edit(root, "shop/payment.py", lambda text: text + "\n\nclass CoinGateway(Gateway):\n    pass\n")
    found = replay(root, written)

    assert "the count is now 3, not 2" in said(found)
    assert [claim.state for claim in found.claims].count("broken") == 1


def test_a_definition_that_was_renamed_is_gone_and_one_that_moved_away_is_found(root: Path) -> None:
    written = answer(root, "where is backoff defined")
    (root / "shop/backoff.py").write_text("def backoff(attempt):\n    return 2**attempt\n")
    edit(root, "shop/retry.py", lambda text: "from .backoff import backoff\n" + text.partition("def backoff")[0])
    found = replay(root, written)

    assert "shop/retry.py::backoff is not in the index any more; backoff is now at shop/backoff.py:1" in said(found)


def test_an_answer_without_checks_has_its_bytes_replayed(root: Path) -> None:
    written = answer(root)
    for claim in written["claims"]:
        del claim["checks"]

    assert replay(root, written).holds
    assert "only the cited bytes" in replay(root, written).notes[0]
    edit(root, "shop/checkout.py", lambda text: text.replace("return retry(", "return  retry("))
    assert not replay(root, written).holds


def test_an_answer_without_checks_finds_lines_that_moved(root: Path) -> None:
    written = answer(root)
    for claim in written["claims"]:
        del claim["checks"]
    edit(root, "shop/checkout.py", lambda text: "\n" + text)

    assert "moved" in states(replay(root, written))


def test_an_abstention_claims_nothing_and_holds(root: Path) -> None:
    written = answer(root, "how does the Kubernetes operator reconcile")
    assert not written["claims"]

    assert replay(root, written).holds


def test_claims_that_nothing_can_be_replayed_of_do_not_pass(root: Path) -> None:
    written = answer(root)
    for claim in written["claims"]:
        claim["verdict"] = "unverified"

    assert not replay(root, written).holds


def test_an_absence_is_looked_for_again(root: Path) -> None:
    check = {"check": "absence", "from": "", "edges": ["calls"], "to": "shop/payment.py::VoucherGateway.refund"}
    claim = {"text": "nothing calls refund", "citations": [], "verdict": "verified", "check": "count"}
    written = {"version": 1, "question": "", "claims": [{**claim, "checks": [check]}], "citations": []}
    assert replay(root, written).holds

    edit(root, "shop/payment.py", lambda text: text + "\n\ndef back():\n    VoucherGateway().refund()\n")
    assert "shop/payment.py:21 states" in said(replay(root, written))


# ------------------------------------------------------------------------------------------------------------- hostile


@pytest.mark.parametrize(
    "written",
    [
        None,
        [],
        "answer",
        3,
        {},
        {"version": 2, "claims": [], "citations": []},
        {"version": True, "claims": [], "citations": []},
        {"version": 10**400, "claims": [], "citations": []},
        {"version": 1},
        {"version": 1, "claims": {}, "citations": []},
        {"version": 1, "claims": [1], "citations": []},
        {"version": 1, "claims": [{"text": 1}], "citations": []},
        {"version": 1, "error": {"message": "no", "code": 1}},
        {"version": 1, "claims": [{"text": "x"}] * 10_001, "citations": []},
    ],
)
def test_what_is_no_answer_is_refused(root: Path, written: object) -> None:
    with pytest.raises(UsageError):
        replay(root, written)


def _deep(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(levels):
        value = {"check": value}
    return value


SITE = {"from": "a.py::a", "edge": "calls", "to": "a.py::b", "site": "a.py:1", "strategy": "exact", "name": "b"}
HOSTILE: list[object] = [
    None,
    "edge",
    {"check": "hunch"},
    {"check": ["edge"]},
    {"check": None},
    _deep(300),
    {"check": "edge"},
    {"check": "edge", **SITE, "site": "a.py"},
    {"check": "edge", **SITE, "site": "a.py:-1"},
    {"check": "edge", **SITE, "site": "a.py:" + "9" * 5000},
    {"check": "edge", **SITE, "site": "../../etc/passwd:1"},
    {"check": "edge", **SITE, "edge": "rules"},
    {"check": "edge", **SITE, "from": "a\0b"},
    {"check": "edge", **SITE, "from": "\udcff"},
    {"check": "edge", **SITE, "from": "::" * 100_000},
    {"check": "edge", **SITE, "from": "/etc/passwd"},
    {"check": "edge", **SITE, "name": {"a": 1}},
    {"check": "path", "edges": []},
    {"check": "path", "edges": [SITE, SITE]},
    {"check": "path", "edges": "abc"},
    {"check": "definition", "symbol": "../x.py::x", "path": "../x.py", "line": 1, "name": "x"},
    {"check": "definition", "symbol": "/etc/passwd", "path": "/etc/passwd", "line": 1, "name": "x"},
    {"check": "definition", "symbol": "shop/retry.py::retry", "path": "/etc/passwd", "line": 1, "name": "retry"},
    {"check": "definition", "symbol": "shop/retry.py::retry", "path": "shop/retry.py", "line": 10**30, "name": "retry"},
    {"check": "definition", "symbol": "shop/retry.py::retry", "path": "shop/retry.py", "line": True, "name": "retry"},
    {"check": "definition", "symbol": "shop/retry.py::retry", "path": "shop/retry.py", "line": 1.0, "name": "retry"},
    {"check": "count", "plan": "nonsense((", "number": 0},
    {"check": "count", "plan": "", "number": 0},
    {"check": "count", "plan": 'find("retry") | count', "number": -1},
    {"check": "count", "plan": 'find("no_such_name") | count', "number": 0},
    {"check": "count", "plan": 'find("retry")' + " | callers" * 300, "number": 0},
    {"check": "count", "plan": 'find("retry")' + " | owner" * 480, "number": 0},
    {"check": "count", "plan": "(" * 3000, "number": 0},
    {"check": "count", "plan": "x" * 1_000_000, "number": 0},
    {"check": "count", "plan": 'find("\\u0000")', "number": 0},
    {"check": "count", "plan": 'find("\\udcff")', "number": 0},
    {"check": "count", "plan": 'find("retry") | callers(depth=99999999999999999999)', "number": 0},
    {"check": "count", "plan": 'all | where(text="/(a+)+$/")', "number": 0},
    {"check": "count", "plan": 'all | where(text="/[/")', "number": 0},
    {"check": "count", "plan": 'search("' + "a " * 1900 + '")', "number": 10**9},
    {"check": "quote", "citation": 1, "text": ""},
    {"check": "quote", "citation": 99, "text": "def"},
    {"check": "quote", "citation": "1", "text": "def"},
    {"check": "quote", "citation": 1, "text": "\udcff\0"},
    {"check": "quote", "citation": 2, "text": "secret"},
    {"check": "quote", "citation": 3, "text": "secret"},
    {"check": "quote", "citation": 4, "text": "secret"},
    {"check": "quote", "citation": 5, "text": "def retry"},
    {"check": "absence", "from": "", "edges": ["calls"], "to": ""},
    {"check": "absence", "from": "a", "edges": [], "to": "b"},
    {"check": "absence", "from": "a.py::a", "edges": ["calls"], "to": "b.py::b"},
]


@pytest.mark.parametrize("check", HOSTILE, ids=lambda check: repr(check)[:60])
def test_a_hostile_check_ends_in_a_reason(make_repo: MakeRepo, tmp_path: Path, check: object) -> None:
    root = make_repo(SHOP)
    (tmp_path / "secret.txt").write_text("a secret\n")
    os.symlink(tmp_path / "secret.txt", root / "link.txt")
    os.mkfifo(root / "fifo.py")
    citation = {"n": 1, "path": "shop/retry.py", "start_line": 3, "end_line": 3, "sha256": "", "quote": "a secret"}
    citations = [
        citation,
        {**citation, "n": 2, "path": "../secret.txt", "start_line": 1},
        {**citation, "n": 3, "path": "link.txt", "start_line": 1},
        {**citation, "n": 4, "path": "fifo.py", "start_line": 1},
        {**citation, "n": 5, "start_line": 2**31 - 2, "end_line": 2**31 - 1, "path": "shop/errors.py"},
        {**citation, "n": 6, "path": "\0"},
        {**citation, "n": 10**40},
        "citation",
    ]
    claim = {"text": "trust me", "citations": [1], "verdict": "verified", "check": "edge", "checks": [check]}
    found = replay(root, {"version": 1, "question": 3, "claims": [claim], "citations": citations})

    assert states(found) == {"broken"}
    assert "a secret" not in said(found)


@pytest.mark.parametrize("path", ["../secret.txt", "link.txt", "fifo.py", "/etc/passwd", "shop", "a\0b", ".", ""])
def test_old_answers_never_read_outside_the_root(make_repo: MakeRepo, tmp_path: Path, path: str) -> None:
    root = make_repo(SHOP)
    (tmp_path / "secret.txt").write_text("a secret\n")
    os.symlink(tmp_path / "secret.txt", root / "link.txt")
    os.mkfifo(root / "fifo.py")
    citation = {"n": 1, "path": path, "start_line": 1, "end_line": 1, "sha256": "", "quote": "a secret"}
    claim = {"text": "trust me", "citations": [1], "verdict": "verified", "check": "quote"}
    found = replay(root, {"version": 1, "claims": [claim], "citations": [citation]})

    assert states(found) == {"broken"}


def test_an_answer_is_not_changed_by_its_replay(root: Path) -> None:
    written = answer(root)
    before = copy.deepcopy(written)
    replay(root, written)

    assert written == before


# ----------------------------------------------------------------------------------------------------------- command


@pytest.fixture
def written(root: Path, tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "answer.json"
    path.write_text(json.dumps(answer(root)))
    yield path


def test_the_command_exits_with_0_or_1(codeqa: RunCodeqa, root: Path, written: Path) -> None:
    done = codeqa("verify", written, "--repo", root)
    assert (done.returncode, "claims hold" in done.stdout) == (0, True), done.stderr

    edit(root, "shop/checkout.py", lambda text: text.replace("retry(lambda: self.charge(basket), self.attempts)", "''"))
    done = codeqa("verify", written, "--repo", root)
    assert done.returncode == 1
    assert "the edge does not exist any more" in done.stdout


def test_the_command_reads_lines_and_standard_input(codeqa: RunCodeqa, root: Path, written: Path) -> None:
    lines = f"{written.read_text()}\n\n{written.read_text()}\n"
    done = codeqa("verify", "-", "--repo", root, "--json", stdin=lines)
    found = json.loads(done.stdout)

    assert done.returncode == 0
    assert (found["version"], found["holds"], len(found["answers"])) == (1, True, 2)
    assert {claim["state"] for each in found["answers"] for claim in each["claims"]} == {"holds"}


def test_an_answer_may_be_written_over_many_lines(codeqa: RunCodeqa, root: Path, written: Path) -> None:
    written.write_text(json.dumps(json.loads(written.read_text()), indent=2))

    assert codeqa("verify", written, "--repo", root).returncode == 0


@pytest.mark.parametrize(
    "text", ["", "no", "[]", "3", '{"version": 1}', "[" * 100_000, "9" * 5000, "\udcff", '{"version": 1}\n{'], ids=repr
)
def test_what_is_no_answer_is_wrong_usage(codeqa: RunCodeqa, root: Path, tmp_path: Path, text: str) -> None:
    path = tmp_path / "answer.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    done = codeqa("verify", path, "--repo", root)

    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert "internal error" not in done.stderr


@pytest.mark.parametrize("name", ["nothing.json", ".", "/dev/null"])
def test_what_is_no_file_is_wrong_usage(codeqa: RunCodeqa, root: Path, name: str) -> None:
    assert codeqa("verify", name, "--repo", root).returncode == 2


@pytest.mark.parametrize(("before", "after"), [("retry(", "retrying("), ("retry(", "_retry("), ("retry(", "retryé(")])
def test_a_site_that_has_only_a_longer_name_does_not_hold(root: Path, before: str, after: str) -> None:
    written = answer(root)
    edit(root, "shop/checkout.py", lambda text: text.replace(before, after))
    with Project.open(root, environ={}) as project:  # the index still says what the tree said
        found = project.verify(written)

    assert "does not name retry any more" in said(found)
    assert not found.holds


def test_a_definition_that_has_only_a_longer_name_does_not_hold(root: Path) -> None:
    written = answer(root, "where is PaymentError defined")
    edit(root, "shop/errors.py", lambda text: text.replace("PaymentError", "PaymentErrors"))
    with Project.open(root, environ={}) as project:
        found = project.verify(written)

    assert "does not name PaymentError any more" in said(found)
