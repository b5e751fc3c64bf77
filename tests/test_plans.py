"""docs/plans.md: its table is that of the steps, and its examples come out as it says."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from asking import SHOP
from click.testing import CliRunner
from conftest import ROOT, MakeRepo

from codeqa.cli import main, show_plan
from codeqa.plan import STEPS, Runner, check, parse
from codeqa.project import Project

GUIDE = (ROOT / "docs/plans.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```console\n\$ codeqa query '([^\n]*)'\n(.*?)^```$", GUIDE, re.M | re.S)
_CONFIDENCE = re.compile(r"(?<=[a-z] )\.\d\d\b")  # measured anew now and then


@pytest.fixture(scope="module")
def shop(make_module_repo: MakeRepo) -> Path:
    root = make_module_repo(SHOP)
    with Project.open(root, environ={}) as project:
        list(project.update())
    return root


@pytest.fixture(scope="module")
def query(shop: Path) -> Callable[..., str]:
    def run(*arguments: str) -> str:
        return CliRunner().invoke(main, ["query", *arguments, "--repo", str(shop), "--no-update", "--no-color"]).output

    return run


def test_the_table_of_steps_is_the_one_of_the_code() -> None:
    _, _, rest = GUIDE.partition("<!-- steps -->\n")

    shown = rest.partition("<!-- /steps -->")[0].strip()
    assert shown == show_plan.table().strip(), "put there what codeqa.cli.show_plan.table() returns"


def test_every_step_is_listed_once_with_an_example_of_it() -> None:
    listed = [name for names in show_plan.GROUPS.values() for name in names]

    assert sorted(listed) == sorted(STEPS) == sorted(show_plan.EXAMPLES)
    assert [name for name, plan in show_plan.EXAMPLES.items() if not re.search(rf"\b{name}\b", plan)] == []


def test_every_example_of_a_step_runs(shop: Path) -> None:
    with Project.open(shop, environ={}) as project:
        runner = Runner(project.tools)
        for plan in show_plan.EXAMPLES.values():
            assert str(check(parse(plan))) == plan, "an example is in the plain form"
            runner.run(parse(plan))


def test_the_shop_of_the_examples_is_shown_as_it_is() -> None:
    shown = dict(re.findall(r"^`(\S+)`:\n\n```python\n(.*?)^```$", GUIDE, re.M | re.S))

    assert shown and {path: SHOP[path] for path in shown} == shown


def test_there_are_twelve_examples() -> None:
    assert len(EXAMPLES) == GUIDE.count("```console") == 12


@pytest.mark.parametrize(("plan", "shown"), EXAMPLES, ids=[plan for plan, _ in EXAMPLES])
def test_an_example_finds_what_the_guide_shows(query: Callable[..., str], plan: str, shown: str) -> None:
    assert _CONFIDENCE.sub("", query(plan)) == _CONFIDENCE.sub("", shown)


def test_the_question_of_the_guide_compiles_to_a_plan(shop: Path) -> None:
    (question,) = re.findall(r'^codeqa plan "(.*)"$', GUIDE, re.M)

    done = CliRunner().invoke(main, ["plan", question, "--repo", str(shop), "--no-update", "--no-color"])

    assert done.exit_code == 0
    assert done.output.splitlines() == [
        'find("shop/retry.py::retry") | callers - find("shop/retry.py::backoff") | callers',
        "  callers of `retry` that are not callers of `backoff`",
        "",
        "names",
        "  retry    shop/retry.py:1   shop/retry.py::retry",
        "  backoff  shop/retry.py:11  shop/retry.py::backoff",
    ]


def test_the_grammar_is_the_one_of_the_code() -> None:
    from codeqa.plan import language

    written = re.findall(r"^    (\w+ +:= .*)$", GUIDE, re.M)

    assert [line.split("  ")[0] for line in written] == [
        line.strip().split("  ")[0] for line in (language.__doc__ or "").splitlines() if ":=" in line
    ]
