"""Questions and the plans that they mean, by hand: what the grammar understands, and what it must not take."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from asking import KITCHEN, ask
from conftest import MakeRepo

from codeqa.planner.grammar import compile_parts, compile_question
from codeqa.planner.grammar.reader import Reader
from codeqa.planner.link import Linker
from codeqa.project import Project
from codeqa.tools import Tools

# Names in the plans below: `spark` stands for find("kitchen/stove.py::spark").
PLACES = {
    "stove.py": "spark vent warm preheat ignite watch polish Appliance Stove GasStove Oven",
    "menu.py": "serve dinner Menu Tray rehearse",
    "errors.py": "KitchenError BurnError SpillError",
}
SHORT = {name: f"kitchen/{file}::{name}" for file, names in PLACES.items() for name in names.split()}

UNDERSTOOD: dict[str, tuple[tuple[str, str], ...]] = {
    "calls": (
        ("who calls `spark`?", "<spark> | callers"),
        ("What invokes `ignite`?", "<ignite> | callers"),
        ("which code runs `warm`?", "<warm> | callers"),
        ("`spark` is called by what?", "<spark> | callers"),
        ("callers of `vent`", "<vent> | callers"),
        ("Show me every caller of `preheat`.", "<preheat> | callers"),
        ("`spark`'s callers", "<spark> | callers"),
        ("Please list the functions that trigger `watch`.", "<watch> | callers"),
        ("from where is `serve` called?", "<serve> | callers"),
        ("Where do we call `preheat`?", "<preheat> | callers"),
        ("by which functions is `warm` invoked?", "<warm> | callers"),
        ("can you tell me who calls `spark` please?", "<spark> | callers"),
        ("who calls `spark` in this repository?", "<spark> | callers"),
        ("who calls spark()?", "<spark> | callers"),
        ("does anything call `polish`?", "<polish> | callers"),
        ("are there any callers of `polish`?", "<polish> | callers"),
        ("which functions depend on `spark`?", "<spark> | users"),
        ("who uses `GasStove`?", "<GasStove> | users"),
        ("what does `dinner` call?", "<dinner> | callees"),
        ("What is called by `Stove.start`?", "<Stove.start> | callees"),
        ("callees of `serve`", "<serve> | callees"),
        ("which functions does `preheat` invoke?", "<preheat> | callees"),
        ("what does `Menu.cook` rely on?", "<Menu.cook> | callees"),
        ("`dinner` calls what?", "<dinner> | callees"),
        ("who calls the method `clear` of `Tray`?", "<Tray.clear> | callers"),
        ("who calls Tray's `clear`?", "<Tray.clear> | callers"),
        ("who calls clear of Menu?", "<Menu.clear> | callers"),
        ("who calls the method value of Tray?", "<Tray.value> | callers"),
        ("which functions does value of Tray call?", "<Tray.value> | callees"),
    ),
    "objects": (
        ("who instantiates `Menu`?", "<Menu> | instantiations"),
        ("Where are `Oven` objects created?", "<Oven> | instantiations"),
        ("which functions build a `GasStove`?", "<GasStove> | instantiations"),
        ("what does `dinner` create?", "<dinner> | creates"),
        ("which classes does `dinner` instantiate?", "<dinner> | creates"),
        ("which subclasses of `Appliance` does `dinner` create?", "<Appliance> | subclasses & <dinner> | creates"),
        ("who creates subclasses of `Appliance`?", "<Appliance> | subclasses | instantiations"),
    ),
    "heirs": (
        ("subclasses of `Appliance`", "<Appliance> | subclasses"),
        ("what inherits from `Stove`?", "<Stove> | subclasses"),
        ("which classes are derived from `Appliance`?", "<Appliance> | subclasses"),
        ("direct subclasses of `Appliance`", "<Appliance> | subclasses(depth=1)"),
        ("which immediate children does `Appliance` have?", "<Appliance> | subclasses(depth=1)"),
        ("what does `GasStove` inherit from?", "<GasStove> | bases"),
        ("ancestors of `GasStove`", "<GasStove> | bases"),
        ("which base classes does `GasStove` have?", "<GasStove> | bases"),
        ("direct bases of `GasStove`", "<GasStove> | bases(depth=1)"),
    ),
    "overrides": (
        ("what overrides `Appliance.start`?", "<Appliance.start> | overriders"),
        ("overrides of `Appliance.stop`", "<Appliance.stop> | overriders"),
        ("which method does `Oven.start` override?", "<Oven.start> | overrides"),
        ("is `Appliance.stop` overridden anywhere?", "<Appliance.stop> | overriders"),
        (
            "In which subclasses of `Appliance` is `start` overridden?",
            '<Appliance> | subclasses | members(name="start")',
        ),
        (
            "which subclasses of `Appliance` override `start` and call super?",
            '<Appliance> | subclasses | members(name="start") | calls_super',
        ),
        (
            "Which subclasses of `Appliance` override `stop` without calling super?",
            '<Appliance> | subclasses | members(name="stop") - '
            '<Appliance> | subclasses | members(name="stop") | calls_super',
        ),
        (
            "which heirs of `Appliance` override `start` but never call the parent's version?",
            '<Appliance> | subclasses | members(name="start") - '
            '<Appliance> | subclasses | members(name="start") | calls_super',
        ),
        (
            "which subclasses of `Appliance` do not override `stop`?",
            '<Appliance> | subclasses - <Appliance> | subclasses | defining("stop")',
        ),
        (
            "which subclasses of `Appliance` override both `start` and `stop`?",
            '<Appliance> | subclasses | defining("start") | defining("stop")',
        ),
        (
            "which subclasses of `Appliance` override `start`, `stop` and `boil`?",
            '<Appliance> | subclasses | defining("start") | defining("stop") | defining("boil")',
        ),
        (
            "which subclasses of `Appliance` override `start` but not `stop`?",
            '<Appliance> | subclasses | defining("start") - <Appliance> | subclasses | defining("stop")',
        ),
        (
            "among the subclasses of `Appliance`, which ones override `stop`?",
            '<Appliance> | subclasses | members(name="stop")',
        ),
        (
            "which methods of `GasStove` call super?",
            '<GasStove> | members | where(kind="method") | calls_super',
        ),
    ),
    "data": (
        ("who reads `Appliance.heat`?", "<Appliance.heat> | readers"),
        ("what sets `Appliance.heat`?", "<Appliance.heat> | writers"),
        ("where is `Menu.dishes` assigned?", "<Menu.dishes> | writers"),
        ("who reads the value of `Appliance.heat`?", "<Appliance.heat> | readers"),
        ("which fields does `Menu.clear` change?", "<Menu.clear> | writes"),
        ("what does `Stove.boil` read?", "<Stove.boil> | reads"),
        ("who reads the field that `Appliance.stop` writes?", "<Appliance.stop> | writes | readers"),
        ("who reads what `Menu.clear` sets?", "<Menu.clear> | writes | readers"),
        ("which functions write what `Stove.boil` reads?", "<Stove.boil> | reads | writers"),
    ),
    "errors": (
        ("what raises `BurnError`?", "<BurnError> | raisers"),
        ("where is `SpillError` thrown?", "<SpillError> | raisers"),
        ("which errors does `ignite` raise?", "<ignite> | raises"),
        ("which functions can fail with `SpillError`?", "<SpillError> | raisers"),
        ("which callers of `warm` raise `BurnError`?", "<warm> | callers & <BurnError> | raisers"),
        ("which callees of `Stove.start` raise `BurnError`?", "<Stove.start> | callees & <BurnError> | raisers"),
        ("who calls the functions that raise `BurnError`?", "<BurnError> | raisers | callers"),
    ),
    "tests": (
        ("which tests cover `warm`?", "<warm> | tests"),
        ("tests for `dinner`", "<dinner> | tests"),
        ("is `polish` tested?", "<polish> | tests"),
        ("which tests call `warm`?", '<warm> | callers | where(test="yes")'),
        ("which test functions call `dinner` themselves?", '<dinner> | callers | where(test="yes")'),
        ("which test functions call the function `warm`?", '<warm> | callers | where(test="yes")'),
        ("which tests directly cover `warm`?", '<warm> | callers | where(test="yes")'),
        (
            "which tests reach `vent` without calling it directly?",
            "<vent> | tests(depth=6) - <vent> | callers",
        ),
        (
            "which tests exercise `spark` only through other functions?",
            "<spark> | tests(depth=6) - <spark> | callers",
        ),
        ("which tests cover the functions that raise `SpillError`?", "<SpillError> | raisers | tests"),
        (
            "which functions of `kitchen/menu.py` have no tests?",
            'all(kind="callable") | where(path="kitchen/menu.py") | without("tests")',
        ),
    ),
    "members": (
        ("methods of `Menu`", '<Menu> | members | where(kind="method")'),
        ("what members does `Appliance` have?", "<Appliance> | members"),
        ("what is defined in `Tray`?", "<Tray> | members"),
        ("which methods belong to `Oven`?", '<Oven> | members | where(kind="method")'),
        ("which methods of `Oven` call `preheat`?", '<Oven> | members | where(kind="method") & <preheat> | callers'),
        (
            "which methods of `Menu` does `dinner` call?",
            '<Menu> | members | where(kind="method") & <dinner> | callees',
        ),
        (
            "which methods of `Menu` are never called?",
            '<Menu> | members | where(kind="method") | without("callers")',
        ),
        ("who calls the methods of `Tray`?", '<Tray> | members | where(kind="method") | callers'),
        (
            "which classes have a method that calls `spark`?",
            '<spark> | callers | where(kind="method") | owner | where(kind="class")',
        ),
    ),
    "places": (
        (
            "which functions in `kitchen/stove.py` does nobody call?",
            'all(kind="callable") | where(path="kitchen/stove.py") | without("callers")',
        ),
        ("what in `kitchen/stove.py` calls `vent`?", '<vent> | callers | where(path="kitchen/stove.py")'),
        ("Inside `kitchen/menu.py`, what calls `preheat`?", '<preheat> | callers | where(path="kitchen/menu.py")'),
        ("callers of `spark` in `kitchen/menu.py`", '<spark> | callers | where(path="kitchen/menu.py")'),
        ("which functions of `kitchen` call `spark`?", '<spark> | callers | where(path="kitchen")'),
        ("callers of `warm` outside of tests", '<warm> | callers | where(test="no")'),
        ("callers of `warm` in tests", '<warm> | callers | where(test="yes")'),
        ("Inside `tests`, what calls `warm`?", '<warm> | callers | where(path="tests")'),
        ("which files import `kitchen/stove.py`?", 'find("kitchen/stove.py") | importers'),
        ("which files call `spark`?", "<spark> | callers | files"),
    ),
    "and, or, but not": (
        ("who calls `spark` or `vent`?", "<spark> | callers + <vent> | callers"),
        ("who calls `spark`, `vent` or `warm`?", "<spark> | callers + <vent> | callers + <warm> | callers"),
        ("who calls both `spark` and `preheat`?", "<spark> | callers & <preheat> | callers"),
        ("who calls `spark`, `preheat` and `vent`?", "<spark> | callers & <preheat> | callers & <vent> | callers"),
        ("who calls `spark`, `preheat`, and `vent`?", "<spark> | callers & <preheat> | callers & <vent> | callers"),
        ("who calls `spark` but not `preheat`?", "<spark> | callers - <preheat> | callers"),
        ("who calls `preheat` but not `spark`?", "<preheat> | callers - <spark> | callers"),
        (
            "who calls `spark` but not `preheat` or `warm`?",
            "<spark> | callers - <preheat> | callers - <warm> | callers",
        ),
        (
            "which callers of `spark` call neither `preheat` nor `warm`?",
            "<spark> | callers - <preheat> | callers - (<spark> | callers & <warm> | callers)",
        ),
        (
            "which callers of `spark` do not call `preheat` or `warm`?",
            "<spark> | callers - <preheat> | callers - (<spark> | callers & <warm> | callers)",
        ),
        ("which functions call `spark` and are called by `dinner`?", "<spark> | callers & <dinner> | callees"),
        ("which functions call `preheat` and raise `SpillError`?", "<preheat> | callers & <SpillError> | raisers"),
        ("which functions are called by both `serve` and `warm`?", "<serve> | callees & <warm> | callees"),
        ("which functions are called by `serve` or `warm`?", "<serve> | callees + <warm> | callees"),
        (
            "which functions are called by `serve` but not by `Oven.start`?",
            "<serve> | callees - <Oven.start> | callees",
        ),
        ("common callers of `spark` and `preheat`", "<spark> | callers & <preheat> | callers"),
        ("by which functions are `spark` and `preheat` called?", "<spark> | callers & <preheat> | callers"),
        ("where are `spark` and `vent` called?", "<spark> | callers + <vent> | callers"),
        ("where are `spark` and `vent` both called?", "<spark> | callers & <vent> | callers"),
        ("which tests cover `warm` or `dinner`?", "<warm> | tests + <dinner> | tests"),
        ("which of `serve`, `warm` and `polish` call `spark`?", "<serve> + <warm> + <polish> & <spark> | callers"),
        (
            "which of `Oven`, `Menu` and `Stove` inherit from `Appliance`?",
            "<Oven> + <Menu> + <Stove> & <Appliance> | subclasses",
        ),
        (
            "which of `spark`, `warm` and `polish` does `preheat` call?",
            "<spark> + <warm> + <polish> & <preheat> | callees",
        ),
        ("Of the functions that call `spark`, which do not call `preheat`?", "<spark> | callers - <preheat> | callers"),
    ),
    "several steps": (
        ("who calls the callers of `vent`?", "<vent> | callers | callers"),
        ("callers of callers of `warm`", "<warm> | callers | callers"),
        ("callees of callees of `dinner`", "<dinner> | callees | callees"),
        ("what calls what calls `warm`?", "<warm> | callers | callers"),
        ("what eventually calls `vent`?", "<vent> | reached_by"),
        ("which functions lead to `warm`?", "<warm> | reached_by"),
        ("what does `dinner` ultimately call?", "<dinner> | reach"),
        ("transitive callers of `warm`", "<warm> | reached_by"),
        ("transitive callees of `dinner`", "<dinner> | reach"),
        ("who indirectly calls `vent`?", "<vent> | reached_by - <vent> | callers"),
        ("who directly reaches `vent`?", "<vent> | callers"),
        ("what calls `Stove.start` directly?", "<Stove.start> | callers"),
        ("which callers of `spark` directly reach `vent`?", "<spark> | callers & <vent> | callers"),
    ),
    "numbers": (
        ("how many callers does `vent` have?", "<vent> | callers | count"),
        ("how many functions call `spark`?", "<spark> | callers | count"),
        ("how many functions call `spark` or `vent`?", "(<spark> | callers + <vent> | callers) | count"),
        ("how many subclasses of `Appliance` are there?", "<Appliance> | subclasses | count"),
        ("how many direct subclasses does `Appliance` have?", "<Appliance> | subclasses(depth=1) | count"),
        ("number of methods of `Menu`", '<Menu> | members | where(kind="method") | count'),
        ("how many tests cover `warm`?", "<warm> | tests | count"),
        ("how often is `spark` called?", "<spark> | callers | sites"),
        ("count the callers of `spark`", "<spark> | callers | count"),
    ),
}  # fmt: skip
LEFT = {
    "research": """
        how does `dinner` reach `vent`?
        why does `preheat` call `warm`?
        how does the stove get hot?
        what happens when the oven starts?
        explain `Menu.cook`
        what is `Menu` for?
        where is the power of an appliance kept?
        how are errors handled in the kitchen?
        which design pattern does `Menu` follow?
        describe the flow from `dinner` to `vent`
        trace `dinner` to `spark`
        compare `Oven` and `Stove`
        what is the difference between `warm` and `preheat`?
        what would break if I changed `spark`?
        give me a summary of `Menu`
        is `spark` safe to call from `Menu.cook`?
        who wrote `spark`?
        when was `spark` added?
        should `spark` call `vent`?
        write a test for `warm`
        please rename `spark`
        does `serve` always call `spark`?
    """,
    "only, all, denials without a set": """
        who only calls `spark`?
        which functions call nothing but `spark`?
        which functions just call `vent`?
        which functions always call `vent`?
        which functions do not call `spark`?
        which functions call neither `spark` nor `vent`?
        who calls `spark` nor `vent`?
        what does `serve` call other than `spark`?
        what does `serve` call except `spark`?
        which functions call `spark` and nothing else?
        who calls `spark`, excluding `Menu`?
        is `polish` not called anywhere?
        what calls `spark` (not counting tests)?
        who calls `spark` instead of `vent`?
    """,
    "lists that may mean two things": """
        who calls `spark`, `vent`?
        who calls `spark` and `preheat` or `vent`?
        who calls `spark` but not `preheat` and `warm`?
        who calls `spark` & `vent`?
        callers of `spark` and `preheat`
        what do `serve` and `warm` call?
        which of `Oven` and `spark` call `vent`?
    """,
    "clauses and adjectives": """
        who calls `spark` twice?
        who calls `spark` more than once?
        who calls `spark` in a loop?
        who calls `spark` before `vent`?
        who calls `spark` after calling `vent`?
        who calls `warm` with a negative power?
        who calls `spark` on startup?
        who calls `spark` unless `vent` fails?
        who calls `spark` when the power is high?
        who calls `ignite` because of `Stove`?
        what does `serve` call first?
        which recursive functions call `spark`?
        which static methods does `Menu` have?
        concrete subclasses of `Appliance`
        inherited methods of `Oven`
        the longest method of `Menu`
        which subclass of `Appliance` is used most?
        who calls `spark` most often?
        who calls `spark` and why?
        who calls `spark` and how?
        who calls `spark` in python?
        who reads `Appliance.heat` without locking?
        which functions eventually write `Appliance.heat`?
        callers of `spark` sorted by name
        the last caller of `spark`
        who may call `vent` if `spark` is removed?
    """,
}
ROWS = [row for rows in UNDERSTOOD.values() for row in rows]
NOT = [line.strip() for lines in LEFT.values() for line in lines.strip().splitlines()]


@pytest.fixture(scope="module")
def kitchen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tools]:
    root = tmp_path_factory.mktemp("kitchen")
    for path, text in KITCHEN.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    with Project.open(root, environ={}) as project:
        for _ in project.update():
            pass
        yield project.tools


def plan_of(tools: Tools, question: str) -> str | None:
    compiled = compile_question(question, Linker(tools, question))
    return str(compiled.plan) if compiled else None


def written(plan: str) -> str:
    """Return a plan with its short names written out."""

    def found(match: re.Match[str]) -> str:
        owner, dot, member = match[1].partition(".")
        return f'find("{SHORT[owner]}{dot}{member}")'

    return re.sub(r"<([\w.]+)>", found, plan)


def test_the_tables_are_large() -> None:
    assert (len(ROWS) >= 120, len(NOT) >= 40) == (True, True)
    assert len({question for question, _ in ROWS}) == len(ROWS)


@pytest.mark.parametrize(("question", "plan"), ROWS, ids=[question for question, _ in ROWS])
def test_understood(kitchen: Tools, question: str, plan: str) -> None:
    assert plan_of(kitchen, question) == written(plan)


@pytest.mark.parametrize("question", NOT)
def test_left_to_others(kitchen: Tools, question: str) -> None:
    """A plan would pass over a word that changes what is asked."""
    assert plan_of(kitchen, question) is None


@pytest.mark.parametrize("question", [question for question, _ in ROWS])
def test_no_word_is_passed_over(kitchen: Tools, question: str) -> None:
    """Wherever an unknown word stands, the question is not understood, or the word is said to be left."""
    words = question.rstrip("?.").split()
    taken = []
    for at in range(1, len(words) + 1):
        asked = " ".join([*words[:at], "zorbly", *words[at:]])
        found, rest = compile_parts(asked, Linker(kitchen, asked))
        if found and "zorbly" not in rest:
            taken.append(asked)

    assert taken == []


@pytest.mark.parametrize(
    "tail",
    ["twice", "on Tuesdays", "in a loop", "and why", "if possible", "before lunch", "with care", "except one"],
)
def test_no_tail_is_passed_over(kitchen: Tools, tail: str) -> None:
    asked = f"who calls `spark` {tail}?"
    found, rest = compile_parts(asked, Linker(kitchen, asked))

    assert not found or tail.split()[-1] in rest


@pytest.mark.parametrize("joint", ["but not", "and not", "but never call", "without calling"])
def test_the_names_of_a_difference_can_be_swapped(kitchen: Tools, joint: str) -> None:
    one = plan_of(kitchen, f"which functions call `spark` {joint} `preheat`?")
    other = plan_of(kitchen, f"which functions call `preheat` {joint} `spark`?")

    assert one is not None and other is not None
    swapped = one.replace("::spark", "::X").replace("::preheat", "::spark").replace("::X", "::preheat")
    assert (swapped, one == other) == (other, False)


def test_a_part_that_is_not_understood_is_said(kitchen: Tools) -> None:
    asked = "who calls `spark`? explain the weather."
    found, rest = compile_parts(asked, Linker(kitchen, asked))

    assert ([str(c.plan) for c in found], rest) == ([written("<spark> | callers")], "explain the weather.")


def test_it_is_what_the_part_before_was_about(kitchen: Tools) -> None:
    asked = "who calls `warm` and which tests cover it?"
    found, rest = compile_parts(asked, Linker(kitchen, asked))

    assert [str(c.plan) for c in found] == [written("<warm> | callers"), written("<warm> | tests")]
    assert rest == ""


NESTED = {
    "clauses": lambda n: "which " + "functions that call " * n + "`spark`",
    "what calls": lambda n: "who calls " + "what calls " * n + "`spark`",
    "callers of": lambda n: "callers of " * n + "`spark`",
    "passive": lambda n: "which functions call " + "the functions that are called by " * n + "`spark`",
    "with a bad end": lambda n: "who calls " + "the functions that call " * n + "`spark` on Tuesdays",
    "without a name": lambda n: "which functions call " + "the functions that call " * n + "the code",
    "of": lambda n: "who calls " + "the setting of the method of " * n,
    "what": lambda n: "who reads " + "what " * n + "`spark` writes",
    "and": lambda n: "which functions call `spark`" + " and call `vent`" * n,
    "a list": lambda n: "who calls `spark`" + ", `vent`" * n + " or `warm`",
    "a bad list": lambda n: "who calls `spark`" + " and `vent`" * n + " on Tuesdays",
}


@pytest.mark.parametrize("name", NESTED)
def test_reading_takes_no_more_than_quadratic_time(kitchen: Tools, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted in looks at a word: twice the depth costs four times as many at most."""
    looks = 0

    def counted(method: str) -> None:
        plain = getattr(Reader, method)

        def look(self: Reader, *options: str) -> object:
            nonlocal looks
            looks += 1
            return plain(self, *options)

        monkeypatch.setattr(Reader, method, look)

    for method in ("_word", "_maybe", "_peek"):
        counted(method)
    costs = []
    for depth in (6, 12):
        looks = 0
        plan_of(kitchen, NESTED[name](depth))
        costs.append(looks)

    assert costs[1] <= 4 * costs[0] < 40_000


# ------------------------------------------------------------------------------------------------ answers, of each


def test_each_of_a_list_is_answered_for(make_repo: MakeRepo) -> None:
    root = make_repo(KITCHEN)

    where = ask(root, "where are `spark` and `vent` defined?")
    what = ask(root, "what do `Menu`, `Tray` and `vent` do?")

    assert (where.status, list(where.results)) == ("answered", ["kitchen/stove.py::spark", "kitchen/stove.py::vent"])
    assert set(what.results) == {"kitchen/menu.py::Menu", "kitchen/menu.py::Tray", "kitchen/stove.py::vent"}


def test_which_of_these(make_repo: MakeRepo) -> None:
    answer = ask(make_repo(KITCHEN), "which of `Oven`, `Menu` and `Stove` inherit from `Appliance`?")

    assert (answer.status, set(answer.results)) == ("answered", {"kitchen/stove.py::Oven", "kitchen/stove.py::Stove"})


@pytest.mark.parametrize(
    ("question", "lost"),
    [
        ("which recursive functions call `spark`?", "recursive"),
        ("callers of `spark` and `preheat`", "preheat"),
        ("what does `serve` call except `spark`?", "serve"),
        ("who calls `spark` & `vent`?", "vent"),
    ],
)
def test_a_form_says_which_words_its_list_ignores(make_repo: MakeRepo, question: str, lost: str) -> None:
    answer = ask(make_repo(KITCHEN), question)

    assert answer.status == "partial"
    assert any(text.startswith("not understood") and lost in text for text in answer.unknowns)


def test_a_word_within_a_name_makes_no_comparison(make_repo: MakeRepo) -> None:
    root = make_repo(KITCHEN | {"kitchen/rank.py": "class Compare:\n    def compare(self):\n        pass\n"})

    answer = ask(root, "does `dinner` ever reach `Compare.compare`?")

    assert (answer.plan.startswith("path("), answer.kind) == (True, "multi fact")


def test_where_something_is_done_is_not_where_it_stands(make_repo: MakeRepo) -> None:
    answer = ask(make_repo(KITCHEN), "where around the house is `spark` invoked?")

    assert answer.status != "answered"


def test_creating_an_object_calls_its_constructor(make_repo: MakeRepo) -> None:
    answer = ask(make_repo(KITCHEN), "who calls `Menu.__init__`?")

    assert list(answer.results) == ["kitchen/menu.py::dinner"]


def test_what_is_handed_on_is_not_simply_uncalled(make_repo: MakeRepo) -> None:
    files = {"app.py": "def one():\n    pass\n\n\ndef two():\n    pass\n\n\nTABLE = {1: one}\n"}

    answer = ask(make_repo(files), "which functions in `app.py` does nobody call?")

    assert set(answer.results) == {"app.py::one", "app.py::two"}
    assert any("handed on as values" in text and "one" in text for text in answer.unknowns)
