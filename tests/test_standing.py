"""Facts of the planner as sentences that can be read by themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeqa.agent.handles import Handles
from codeqa.agent.looking import Looking
from codeqa.agent.standing import standing
from codeqa.domain import UsageError
from codeqa.notebook import Fact
from codeqa.project import Project
from tests.asking import SHOP
from tests.conftest import MakeRepo

FILES = {
    **SHOP,
    "shop/cash.py": """from .payment import Gateway


class CashGateway(Gateway):
    def authorise(self, amount: int) -> str:
        return "coins"
""",
}


@pytest.fixture(scope="module")
def root(make_module_repo: MakeRepo) -> Path:
    root = make_module_repo(FILES)
    with Project.open(root) as project:
        list(project.update())
    return root


def test_no_fact_leans_on_another(root: Path) -> None:
    with Project.open(root) as project:
        looking = Looking(project.tools, Handles(project.tools), 6, 6_000)
        lines = [
            line
            for name in ("Checkout", "Checkout.place", "Checkout.charge", "retry", "shop/checkout.py", "PaymentError")
            for line in looking.symbol(name).facts
        ]

    assert len(lines) >= 15
    for line in lines:
        said = line.partition(": ")[2]
        assert not said.startswith(("It ", "Its ", "Of these", "Both ")), line
        assert "`" in said, line


def test_one_call_that_may_go_several_ways_is_one_fact(root: Path) -> None:
    with Project.open(root) as project:
        looking = Looking(project.tools, Handles(project.tools), 6, 6_000)
        lines = looking.expand("Checkout.charge", "calls", "out").facts
        facts = looking.handles.facts()

    (dispatch,) = [line for line in lines if "dispatch" in line]
    assert "calls one of `CashGateway.authorise` and `CardGateway.authorise` at shop/checkout.py" in dispatch
    assert len(facts[dispatch.partition(":")[0]].edges) == 2


def test_errors_teach(root: Path) -> None:
    with Project.open(root) as project:
        looking = Looking(project.tools, Handles(project.tools), 6, 6_000)
        hints = []
        for act in (
            lambda: looking.find("S9"),
            lambda: looking.find("Checkout.teleport"),
            lambda: looking.find("authorise"),
            lambda: looking.expand("retry", "tests", "out"),
            lambda: looking.read("nowhere.py:1-4"),
            lambda: looking.read("shop/retry.py:900"),
            lambda: looking.read("../outside.py:1"),
            lambda: looking.read("/etc/passwd:1-3"),
        ):
            with pytest.raises(UsageError) as caught:
                act()
            hints.append(f"{caught.value.message}: {caught.value.hint}")

    assert "no handles yet: search first" in hints[0]
    assert "search for what it does" in hints[1]
    assert hints[2].count("S") >= 3, "each candidate has a handle"
    assert "expand retry tests in" in hints[3]
    assert all("give the whole path" in hint for hint in (hints[4], hints[6], hints[7]))
    assert "has no line 900" in hints[5]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("`run` calls `Bucket.take` at a.py:3 (by the type of its receiver).", True),
        ("`run` calls `it` at a.py:3.", True),
        ("`run` calls it at a.py:3.", False),
        ("Its callers are many.", False),
    ],
)
def test_what_leans_on_what_was_said_before_is_left_out(text: str, kept: bool) -> None:
    assert bool(standing([Fact(text, (), "edge")], None)) is kept
