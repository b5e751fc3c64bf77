"""The exam: the same questions for a seed, keys as a reader has them, and a grader that catches what is planted."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import MakeRepo, RunCodeqa

from codeqa import languages
from codeqa.domain import Answer, Citation, Claim, Hop
from codeqa.evals import UNANSWERABLE, Draft, Exam, Item, Reading, far, joined, near, nothing, tally, wording
from codeqa.evals.drawing import draw
from codeqa.evals.grading import Grader
from codeqa.evals.world import World
from codeqa.project import Project

SHAPES = {
    "shapes/base.py": """class ShapeError(Exception):
    pass


class Shape:
    scale = 1

    def area_of(self):
        raise ShapeError

    def describe_it(self):
        return format_area(self.area_of())


class Circle(Shape):
    def __init__(self, radius):
        self.radius = check_radius(radius)

    def area_of(self):
        return square_of(self.radius)


class Ring(Circle):
    def area_of(self):
        return square_of(self.radius) - 1

    def never_used(self):
        return 0


def square_of(value):
    return multiply(value, value)


def multiply(left, right):
    return left * right


def check_radius(radius):
    if radius < 0:
        raise ShapeError
    return radius


def format_area(area):
    return str(area)


def set_scale(value):
    Shape.scale = value


def get_scale():
    return Shape.scale
""",
    "shapes/draw.py": """from .base import Circle, Ring, Shape, check_radius, square_of


def draw_all():
    return [draw_one(Circle(1)), draw_one(Ring(2))]


def draw_one(shape: Shape):
    return shape.describe_it()


def measure_both(value):
    check_radius(value)
    return square_of(value)
""",
    "tests/test_shapes.py": """from shapes.base import square_of
from shapes.draw import draw_all


def test_square():
    assert square_of(2) == 4


def test_draw():
    assert draw_all()
""",
}
BASE, DRAW, TEST = "shapes/base.py::", "shapes/draw.py::", "tests/test_shapes.py::"
AREAS = [BASE + "Circle.area_of", BASE + "Ring.area_of"]


@pytest.fixture(scope="module")
def project(make_module_repo: MakeRepo) -> Iterator[Project]:
    with Project.open(make_module_repo(SHAPES), environ={}) as opened:
        for _ in opened.update():
            pass
        yield opened


@pytest.fixture(scope="module")
def world(project: Project) -> World:
    return World(project.store, project.tools.graph, languages.load().is_test_symbol)


@pytest.fixture(scope="module")
def grader(project: Project, world: World) -> Grader:
    return Grader(project.root, world, project.settings.files)


Drawing = Callable[[World, random.Random], Iterator[Draft]]


Drafts = dict[str, dict[tuple[str, ...], Draft]]


@pytest.fixture(scope="module")
def drafts(world: World) -> Drafts:
    """Every question that the repository has, by family and subjects."""
    makers: list[Drawing] = [*near.FAMILIES, *joined.FAMILIES, *(f for each in far.FAMILIES.values() for f in each)]
    found: Drafts = {}
    for seed in range(12):  # some families choose one of several
        for make in makers:
            for draft in make(world, random.Random(seed)):
                found.setdefault(draft.family, {})[draft.subjects] = draft
    return found


# ------------------------------------------------------------------------------------------------------------- drawing


def test_a_seed_draws_the_same_questions_again(world: World) -> None:
    first, again, other = draw(world, 60, 7), draw(world, 60, 7), draw(world, 60, 8)

    assert [item.question for item in first] == [item.question for item in again]
    assert first == again
    assert [item.question for item in first] != [item.question for item in other]


def test_hops_are_those_asked_for_and_some_questions_have_no_answer(world: World) -> None:
    items = draw(world, 50, 1, (2, 3))

    assert {item.draft.hops for item in items if not item.draft.unanswerable} == {2, 3}
    assert sum(bool(item.draft.unanswerable) for item in items) == 6


def test_every_reason_to_have_no_answer_is_drawn(world: World) -> None:
    found = {next(family(world, random.Random(1))).unanswerable for family in nothing.FAMILIES}

    assert found == set(UNANSWERABLE)


def test_no_invented_name_exists(world: World) -> None:
    for family in (nothing.unknown, nothing.near_miss):
        drafts = list(family(world, random.Random(3)))
        invented = [v for d in drafts for v in d.slots.values() if isinstance(v, str)]

        assert invented
        assert not [name for name in invented if world.store.symbols_like(name.strip("`").rpartition(".")[2])]


def test_every_family_has_wordings_that_fill_up(world: World) -> None:
    assert min(len(wording.asks(family)) for family in wording.families()) >= 8
    for item in draw(world, 200, 3):
        assert "{" not in item.question


def test_a_name_that_means_two_things_is_asked_about_with_its_file(make_repo: MakeRepo) -> None:
    root = make_repo({"one.py": "def run_it():\n    pass\n", "two.py": "def run_it():\n    pass\n"})
    with Project.open(root, environ={}) as project:
        for _ in project.update():
            pass
        twice = World(project.store, project.tools.graph, languages.load().is_test_symbol)
        found = twice.symbols["one.py::run_it"]

        assert not twice.sole(found)
        assert "one.py" in wording.called(found, twice, random.Random(0))


# ---------------------------------------------------------------------------------------------------------------- keys


@pytest.mark.parametrize(
    ("family", "subjects", "must"),
    [
        ("callers", [BASE + "square_of"], [*AREAS, DRAW + "measure_both", TEST + "test_square"]),
        ("callers", [BASE + "Ring.area_of"], [BASE + "Shape.describe_it"]),
        ("callees", [DRAW + "draw_all"], [DRAW + "draw_one", BASE + "Circle", BASE + "Ring"]),
        ("subclasses", [BASE + "Shape"], [BASE + "Circle"]),
        ("subclasses_all", [BASE + "Shape"], [BASE + "Circle", BASE + "Ring"]),
        ("bases", [BASE + "Ring"], [BASE + "Circle"]),
        ("overridden", [BASE + "Circle.area_of"], [BASE + "Shape.area_of"]),
        ("overriders", [BASE + "Shape.area_of"], [BASE + "Circle.area_of"]),
        ("instantiators", [BASE + "Ring"], [DRAW + "draw_all"]),
        ("raised", [BASE + "check_radius"], [BASE + "ShapeError"]),
        ("raisers", [BASE + "ShapeError"], [BASE + "Shape.area_of", BASE + "check_radius"]),
        ("readers", [BASE + "Shape.scale"], [BASE + "get_scale"]),
        ("writers", [BASE + "Shape.scale"], [BASE + "set_scale"]),
        ("methods", [BASE + "Ring"], [BASE + "Ring.area_of", BASE + "Ring.never_used"]),
        ("tests", [BASE + "square_of"], [TEST + "test_square"]),
        ("callees_of_callees", [DRAW + "draw_one"], [BASE + "Shape.area_of", *AREAS, BASE + "format_area"]),
        ("callers_of_callers", [BASE + "Shape.describe_it"], [DRAW + "draw_all"]),
        ("subclasses_overriding", [BASE + "Shape", "area_of"], [BASE + "Circle.area_of"]),
        ("readers_of_written", [BASE + "set_scale"], [BASE + "get_scale"]),
        ("derived_made_by", [BASE + "Shape", DRAW + "draw_all"], [BASE + "Circle", BASE + "Ring"]),
        ("methods_calling", [BASE + "Ring", BASE + "square_of"], [BASE + "Ring.area_of"]),
        ("methods_uncalled", [BASE + "Ring"], [BASE + "Ring.never_used"]),
        ("callers_within", [BASE + "square_of", "shapes/draw.py"], [DRAW + "measure_both"]),
        ("callees_raising", [DRAW + "measure_both", BASE + "ShapeError"], [BASE + "check_radius"]),
        ("indirect_tests", [DRAW + "draw_one"], [TEST + "test_draw"]),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)  # fmt: skip
def test_a_key_is_what_a_reader_finds(
    world: World, drafts: Drafts, family: str, subjects: list[str], must: list[str]
) -> None:
    assert tuple(subjects) in drafts[family], sorted(drafts[family])
    draft = drafts[family][tuple(subjects)]
    fold = world.owner if draft.fold == "owner" else world.canon
    assert {fold(key) for key in draft.key.must} == {fold(key) for key in must}


def test_what_some_readings_add_is_allowed_and_not_asked_for(world: World, drafts: Drafts) -> None:
    key = drafts["subclasses"][(BASE + "Shape",)].key

    assert (key.must, set(map(world.canon, key.may))) == ({BASE + "Circle"}, {BASE + "Circle", BASE + "Ring"})


def test_both_and_but_not(world: World) -> None:
    both = world.callers(BASE + "square_of") & world.callers(BASE + "check_radius")
    only = world.callers(BASE + "square_of").without(world.callers(BASE + "check_radius"))

    assert both.must == {DRAW + "measure_both"}
    assert only.must == {BASE + "Circle.area_of", BASE + "Ring.area_of", TEST + "test_square"}


def test_a_path_is_as_long_as_its_shortest(drafts: Drafts) -> None:
    assert drafts["path"][(DRAW + "draw_all", BASE + "format_area")].length == 3


def test_counting_takes_either_reading(drafts: Drafts) -> None:
    assert drafts["count_callers"][(BASE + "multiply",)].counts == {1}
    assert drafts["count_subclasses"][(BASE + "Shape",)].counts == {1, 2}


def test_impact_has_the_tests_that_would_tell(drafts: Drafts) -> None:
    draft = drafts["impact"][(BASE + "format_area", "4")]

    assert draft.key.must == {BASE + "Shape.describe_it", DRAW + "draw_one", DRAW + "draw_all", TEST + "test_draw"}


# ------------------------------------------------------------------------------------------------------------- grading

CALLERS = Draft(
    "callers", 1, {}, "list", Reading.of([DRAW + "measure_both", TEST + "test_square"], [DRAW + "draw_one"])
)
CALL = Hop(DRAW + "draw_one", "calls", BASE + "Shape.describe_it", "shapes/draw.py:9", "inferred", 0.9)


def item(draft: Draft) -> Item:
    return Item(1, "?", draft)


def answer(results: list[str], status: str = "answered", **more: object) -> Answer:
    return replace(Answer("?", "multi fact", status, ""), results=tuple(results), **more)  # type: ignore[arg-type]


def test_a_list_has_all_that_it_must_and_nothing_that_it_may_not(grader: Grader) -> None:
    def right(*results: str) -> bool:
        return grader.grade(item(CALLERS), answer(list(results))).right

    assert right(DRAW + "measure_both", TEST + "test_square")
    assert right(DRAW + "measure_both", TEST + "test_square", DRAW + "draw_one")
    assert not right(DRAW + "measure_both")
    assert not right(DRAW + "measure_both", TEST + "test_square", DRAW + "draw_all")


def test_a_key_is_right_in_each_of_its_readings(grader: Grader, drafts: Drafts) -> None:
    listed = [d for found in drafts.values() for d in found.values() if d.grading == "list"]

    for draft in listed:
        for given in (draft.key.must, draft.key.may):
            found = grader.grade(item(draft), answer(sorted(given)))
            assert (found.right, found.false_claims) == (True, ()), draft
        assert not grader.grade(item(draft), answer([])).right


def test_denying_what_there_is_is_a_false_claim(grader: Grader) -> None:
    none = (Claim("nothing calls `x`", (), "verified", "count"),)

    assert grader.grade(item(CALLERS), answer([], claims=none)).false_claims
    assert not grader.grade(item(CALLERS), answer([], "partial", claims=none)).false_claims


def test_a_constructor_counts_as_its_class(grader: Grader) -> None:
    draft = Draft("callees", 1, {}, "list", Reading.of([BASE + "Circle"]))

    assert grader.grade(item(draft), answer([BASE + "Circle.__init__"])).right


def test_a_result_beyond_the_key_is_a_false_claim_of_an_answer_that_takes_itself_for_one(grader: Grader) -> None:
    planted = [DRAW + "measure_both", TEST + "test_square", DRAW + "draw_all"]

    assert grader.grade(item(CALLERS), answer(planted)).false_claims
    assert not grader.grade(item(CALLERS), answer(planted, "partial")).false_claims
    assert grader.grade(item(CALLERS), answer([DRAW + "nowhere"], "partial")).false_claims


def test_a_false_step_is_a_false_claim_even_of_a_right_answer(grader: Grader) -> None:
    right = [DRAW + "measure_both", TEST + "test_square"]
    true = grader.grade(item(CALLERS), answer(right, walk=(CALL,)))
    planted = [
        replace(CALL, dst=BASE + "square_of"),
        replace(CALL, site="shapes/draw.py:4"),
        replace(CALL, edge="reads"),
        replace(CALL, strategy="dispatch"),
    ]

    assert (true.right, true.false_claims) == (True, ())
    for hop in planted:
        found = grader.grade(item(CALLERS), answer(right, walk=(hop,)))
        assert (found.right, len(found.false_claims)) == (True, 1), hop


def test_dispatch_is_a_true_step(grader: Grader, world: World) -> None:
    (call,) = [e for e in world.leaving(BASE + "Shape.describe_it") if e.name == "area_of"]
    hop = Hop(call.src, "calls", BASE + "Ring.area_of", call.site, "dispatch", 0.3)

    assert grader.false_hops([hop]) == []
    assert grader.false_hops([replace(hop, dst=BASE + "Ring.never_used")])


def test_a_citation_must_read_as_quoted(grader: Grader) -> None:
    import hashlib

    text = "def draw_all():"
    good = Citation(1, "shapes/draw.py", 4, 4, "draw_all", hashlib.sha256(text.encode()).hexdigest(), 1, text)

    assert grader.false_citations(answer([], citations=(good,))) == []
    assert grader.false_citations(answer([], citations=(replace(good, quote="def draw_none():"),)))
    assert grader.false_citations(answer([], citations=(replace(good, sha256="0" * 64),)))
    assert grader.false_citations(answer([], citations=(replace(good, start_line=5, end_line=5),)))


def test_a_path_joins_its_ends_by_true_steps(grader: Grader, world: World) -> None:
    a, b = world.symbols[DRAW + "draw_all"], world.symbols[BASE + "Shape.describe_it"]
    draft = Draft("path", 2, {"a": a, "b": b}, "path", length=2)
    (first,) = world.stored(a.id, DRAW + "draw_one")[:1]
    step = Hop(first.src, "calls", first.dst, first.site, first.strategy.value, 0.9)

    assert grader.grade(item(draft), answer([], walk=(step, CALL))).right
    assert not grader.grade(item(draft), answer([], walk=(CALL,))).right
    assert not grader.grade(item(draft), answer([], walk=(replace(step, site="shapes/draw.py:1"), CALL))).right


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("`a2` has 2 callers [3]", True),
        ("`a2` (src/v3.py:53) is called from 2 places", True),
        ("two callers", True),
        ("3 callers of 2", False),
    ],
)
def test_a_count_is_the_first_number_said(grader: Grader, text: str, right: bool) -> None:
    draft = Draft("count_callers", 1, {}, "count", counts=frozenset({2}))
    found = grader.grade(item(draft), answer([], claims=(Claim(text, (), "verified", "count"),)))

    assert (found.right, not found.false_claims) == (right, right)


def test_what_has_no_answer(grader: Grader, world: World) -> None:
    none = (Claim("`x` has no callers", (), "verified", "count"),)
    unknown = item(Draft("callers", 1, {"x": "nope"}, "nothing", unanswerable="near miss"))
    empty = item(Draft("callers", 1, {}, "nothing", unanswerable="empty relation"))

    assert grader.grade(unknown, answer([], "abstained")).right
    assert not grader.grade(unknown, answer([], claims=none)).right
    assert grader.grade(unknown, answer([DRAW + "draw_all"])).false_claims
    assert grader.grade(empty, answer([], "abstained")).right
    assert grader.grade(empty, answer([], claims=none)).right
    assert not grader.grade(empty, answer([])).right
    assert not grader.grade(empty, answer([DRAW + "draw_all"], "partial")).right


# ---------------------------------------------------------------------------------------------------------------- whole


def test_an_exam_is_sat_and_summed_up(project: Project) -> None:
    grades = list(Exam(project, questions=40, seed=2).sit())
    found = tally(grades)

    assert found.whole.asked == len(grades) == 40
    assert sum(row.asked for row in found.by_hops) == sum(row.asked for row in found.by_family) == 40
    assert found.whole.right == sum(grade.right for grade in grades)


def test_the_page_says_what_it_tests_and_the_exit_code_follows(codeqa: RunCodeqa, make_repo: MakeRepo) -> None:
    root: Path = make_repo(SHAPES)
    page = codeqa("exam", "--repo", root, "--questions", "20", "--show-wrong")
    document = codeqa("exam", "--repo", root, "--questions", "20", "--json", "--at-least", "100")
    found = json.loads(document.stdout)

    assert page.returncode == 0, page.stderr
    assert "the walk and not the graph" in page.stdout
    assert document.returncode == (0 if found["right"] == found["asked"] else 1)
    assert len(found["items"]) == found["asked"] == 20
    assert codeqa("exam", "--repo", root, "--hops", "6").returncode == 2
