"""Plans: what they are written like, what they find, and what is said of those that are wrong."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from asking import SHOP
from conftest import MakeRepo

from codeqa.domain import CodeqaError, UnknownSymbol, UsageError
from codeqa.plan import STEPS, Both, Call, Plan, Runner, check, parse
from codeqa.project import Project


@pytest.fixture(scope="module")
def runner(make_module_repo: MakeRepo) -> Iterator[Runner]:
    with Project.open(make_module_repo(SHOP), environ={}) as project:
        for _ in project.update():
            pass
        yield Runner(project.tools)


def names(runner: Runner, plan: str) -> list[str]:
    return [row.symbol.label for row in runner.run(parse(plan)).rows]


@pytest.mark.parametrize(
    ("plan", "found"),
    [
        ('find("retry") | callers', ["Checkout.place"]),
        ('callers("retry")', ["Checkout.place"]),
        ('find("retry") | callers | callers', ["test_place_charges_the_card"]),
        ('find("retry") | callees', ["backoff"]),
        ('find("Checkout.place") | callees(depth=2) | where(name="backoff")', ["backoff"]),
        ('find("Gateway") | subclasses', ["CardGateway", "VoucherGateway"]),
        ('find("Gateway") | subclasses | defining("authorise")', ["CardGateway"]),
        ('find("Gateway") | subclasses - find("Gateway") | subclasses | defining("authorise")', ["VoucherGateway"]),
        ('find("Gateway.authorise") | overriders', ["CardGateway.authorise"]),
        ('find("CardGateway.authorise") | overrides', ["Gateway.authorise"]),
        ('find("CardGateway") | bases', ["Gateway"]),
        ('find("PaymentError") | raisers', ["Checkout.place"]),
        ('find("Checkout.place") | raises', ["PaymentError"]),
        ('find("Checkout.attempts") | readers', ["Checkout.place"]),
        ('find("Checkout.attempts") | writers', ["Checkout.__init__"]),
        ('find("Checkout.__init__") | writes | readers | where(name="place")', ["Checkout.place"]),
        ('find("CardGateway") | instantiations | where(test="no")', ["make_checkout"]),
        ('find("make_checkout") | creates', ["CardGateway", "Checkout"]),
        ('find("Checkout") | members(name="charge")', ["Checkout.charge"]),
        ('find("Checkout.charge") | owner', ["Checkout"]),
        ('find("backoff") | tests', ["test_place_charges_the_card"]),
        ('find("backoff") | tests - find("backoff") | callers', ["test_place_charges_the_card"]),
        ('find("Checkout") | members | where(kind="method") | without(callers)', []),
        ('find("Checkout.place") | callees & find("make_checkout") | callees', []),
        ('path("Checkout.place", "backoff")', ["Checkout.place", "retry", "backoff"]),
        ('between("Checkout.place", "backoff")', ["retry"]),
        ('all(kind="function") | where(path="shop/r*") | rank("callers")', ["retry", "backoff"]),
    ],
)
def test_steps_find_what_the_code_says(runner: Runner, plan: str, found: list[str]) -> None:
    assert sorted(names(runner, plan)) == sorted(found)


@pytest.mark.parametrize(
    ("plan", "number"),
    [
        ('find("Gateway") | subclasses | count', 2),
        ('find("retry") | callers | sites', 1),
        ('path("Checkout.place", "backoff") | length', 2),
        ('path("backoff", "Checkout.place") | length', 0),
    ],
)
def test_numbers(runner: Runner, plan: str, number: int) -> None:
    assert runner.number(parse(plan)) == number


def test_a_row_carries_the_edges_that_led_to_it(runner: Runner) -> None:
    (row,) = runner.run(parse('find("backoff") | callers | callers')).rows

    assert [(e.kind.value, e.src.rpartition(":")[2], e.site) for e in row.edges] == [
        ("calls", "retry", "shop/retry.py:7"),
        ("calls", "Checkout.place", "shop/checkout.py:21"),
    ]


def test_calls_of_what_is_overridden(make_repo: MakeRepo) -> None:
    root = make_repo(
        {
            "a.py": "class A:\n    def m(self):\n        pass\n\n"
            "class B(A):\n    def m(self):\n        super().m()\n\n"
            "class C(A):\n    def m(self):\n        pass\n"
        }
    )
    with Project.open(root, environ={}) as project:
        list(project.update())
        runner = Runner(project.tools)

        assert names(runner, 'find("A") | subclasses | members("m") | calls_super') == ["B.m"]


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        ("", "empty"),
        ('find("retry"', "missing"),
        ('find("retry") callers', "one too many"),
        ('find("retry") | callerz', "no step is called 'callerz'"),
        ("callers", "needs something to start from"),
        ('find("a") | find("b")', "nothing can stand before it"),
        ('find("retry") | callers | count | callers', "gives a number"),
        ('find("retry") | callers(width=3)', "no value 'width'"),
        ('find("retry") | members(3)', "is a text"),
        ('find("retry") | where(kind="functoin")', "no symbol is of kind"),
        ('find("retry") | without(count)', "takes the name of a step"),
        ('find("retry") | where(text="/(/")', "no regular expression"),
        ("(" * 60, "nested too deeply"),
        ('find("x") | callers ~', "cannot be read"),
    ],
)
def test_a_wrong_plan_says_what_is_wrong(runner: Runner, plan: str, said: str) -> None:
    with pytest.raises(UsageError) as error:
        runner.run(parse(plan))

    assert said in error.value.message
    assert error.value.hint


def test_a_name_that_does_not_exist_says_the_nearest(runner: Runner) -> None:
    with pytest.raises(UnknownSymbol) as error:
        runner.run(parse('find("retri") | callers'))

    assert "retry" in error.value.hint


def test_what_is_written_is_read_again() -> None:
    rng = random.Random(7)
    for _ in range(400):
        plan = check(_random(rng, 4))

        assert check(parse(str(plan))) == plan


def test_any_text_is_read_or_refused_in_words() -> None:
    rng = random.Random(3)
    pieces = ["find", '"x"', "(", ")", "|", "&", "-", ",", "callers", "=", "3", "'", "\\", "é", " ", '"\\q"', "\n"]
    for _ in range(2000):
        text = "".join(rng.choice(pieces) for _ in range(rng.randint(0, 14)))
        try:
            check(parse(text))
        except CodeqaError as error:
            assert error.message


def _random(rng: random.Random, depth: int) -> Plan:
    if depth == 0 or rng.random() < 0.2:
        return Call("find", None, (rng.choice(["a", 'quo"te', "back\\slash", "x::y#2", "new\nline", "é"]),))
    if rng.random() < 0.3:
        return Both(rng.choice("&+-"), _random(rng, depth - 1), _random(rng, depth - 1))
    name = rng.choice([n for n, s in STEPS.items() if s.takes == "set" and s.gives == "set"])
    given = {"name": "m", "step": "callers", "by": "name", "count": 3}
    values = tuple(given[p.name] for p in STEPS[name].parameters if p.default is None)
    options = (("depth", 2),) if any(p.name == "depth" for p in STEPS[name].parameters) else ()
    return Call(name, _random(rng, depth - 1), values, options)
