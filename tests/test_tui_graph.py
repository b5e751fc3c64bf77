"""The graph explorer: what rows stand where, and every key as a person presses it."""

from __future__ import annotations

import subprocess
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, Static

from codeqa.domain import Edge, EdgeKind, Span, Strategy, Symbol, Unresolved
from codeqa.project import Project
from codeqa.tui.app import CodeqaApp
from codeqa.tui.graph.around import Around, Chain, Choice, Group, Neighbour, chain, gather, look, nearest
from codeqa.tui.graph.layout import (
    Here,
    Line,
    Showing,
    Toggle,
    about_mark,
    focus_lines,
    group_lines,
    panes,
    question,
    sideways,
    site,
    summary,
    where,
)
from codeqa.tui.graph.screen import GraphScreen
from codeqa.tui.graph.view import Trail, View, first_match, kept
from codeqa.tui.lines import Lines
from codeqa.tui.question import Question
from codeqa.tui.rows import Rows
from tests.conftest import MakeRepo
from tests.driving import Driven, drive
from tests.shop import SHOP
from tests.test_sanitise import unsafe
from tests.test_tui_hostile import APART, assert_tame

WIDE, NARROW = (200, 60), (80, 24)
MAIN, SERVE, READ, OPEN = "shop/app.py::main", "shop/app.py::serve", "shop/store.py::Store.read", "open_store"


# ------------------------------------------------------------------------------------------------ what rows stand where


def symbol(name: str, kind: str = "function", path: str = "shop/app.py", line: int = 3) -> Symbol:
    return Symbol(f"{path}::{name}", name.rpartition(".")[2], name, kind, Span(path, 0, 9, line, line + 4), line)


def edge(src: Symbol, dst: Symbol, strategy: Strategy = Strategy.EXACT, line: int = 5, candidates: int = 1) -> Edge:
    return Edge(src.id, dst.id, EdgeKind.CALLS, strategy, src.span.path, line, 0, dst.name, candidates)


FOCUS, ONE, TWO, THREE = symbol("focus"), symbol("one"), symbol("two", path="shop/two.py"), symbol("three")
CERTAIN = Neighbour(ONE, edge(ONE, FOCUS))
GUESS = Neighbour(TWO, edge(TWO, FOCUS, Strategy.DISPATCH, 8, 3), sites=2)
FURTHER = Neighbour(THREE, edge(THREE, TWO))
OPEN_SITE = Unresolved("focus", ONE.id, "shop/app.py", 31, "thing")


def said(lines: Sequence[Line]) -> list[str]:
    """Return lines as they are read, without their styles."""

    def text(pieces: Sequence[str | tuple[str, str]]) -> str:
        return "".join(piece if isinstance(piece, str) else piece[0] for piece in pieces)

    return [" " * line.indent + text(line.pieces) + (f" / {text(line.below)}" if line.below else "") for line in lines]


KEYS = {"graph.deeper": "+", "graph.nearer": "-", "graph.unsurer": "<", "graph.surer": ">"}
KEYS |= {"graph.filter": "/", "graph.open": "o"}


def test_a_neighbour_takes_one_line_where_there_is_room_and_else_two() -> None:
    group = Group("callers", (CERTAIN, GUESS), 2)
    assert said(group_lines([group], View(), 80)) == [
        "callers 2",
        "one ─calls▶  exact .98 · app.py:5",
        "two ┄calls▶  dispatch .32 · 1 of 3 · two.py:8 · 2 sites",
    ]
    assert said(group_lines([group], View(), 40))[1:] == [
        "one ─calls▶ / exact .98 · app.py:5",
        "two ┄calls▶ / dispatch .32 · 1 of 3 · two.py:8 · 2 sites",
    ]


def test_what_the_focus_leads_to_stands_behind_its_arrow() -> None:
    out = Neighbour(TWO, edge(FOCUS, TWO, Strategy.CALLBACK), incoming=False)
    assert said(group_lines([Group("calls", (out,), 1)], View(), 80))[1] == "┄calls▶ two  callback .97 · app.py:5"


@pytest.mark.parametrize(
    ("strategy", "sign"),
    [
        (Strategy.EXACT, "─"),
        (Strategy.INFERRED, "─"),
        (Strategy.DISPATCH, "┄"),
        (Strategy.CALLBACK, "┄"),
        (Strategy.JOIN, "┄"),
        (Strategy.AMBIGUOUS, "┄"),
        (Strategy.NAME, "┄"),
    ],
)
def test_an_edge_that_is_uncertain_is_dotted_and_says_why(strategy: Strategy, sign: str) -> None:
    line = said(group_lines([Group("callers", (Neighbour(ONE, edge(ONE, FOCUS, strategy)),), 1)], View(), 80))[1]
    assert f"{sign}calls▶" in line
    assert strategy.value in line


def test_no_callers_and_unresolved_sites_are_two_things() -> None:
    assert said(group_lines([Group("callers", (), 0)], View(), 80)) == ["callers 0", "no call of it was found"]
    some = Group("callers", (), 0, (OPEN_SITE,))
    assert said(group_lines([some], View(), 80)) == ["callers 0", "▸ 1 unresolved site names it"]
    opened = group_lines([some], View().toggled("callers"), 80)
    assert said(opened)[1:] == ["▾ 1 unresolved site names it", "  ? thing.focus  app.py:31"]
    assert opened[1].ref == Toggle("callers")
    assert site(opened[2].ref) == ("shop/app.py", 31, 31, ONE.id)


def test_what_is_not_listed_is_counted() -> None:
    assert said(group_lines([Group("callers", (CERTAIN,), 7)], View(), 80)) == [
        "callers 1 of 7",
        "one ─calls▶  exact .98 · app.py:5",
        "… 6 more are not listed",
    ]


def test_what_is_further_away_stands_below_what_it_leads_to() -> None:
    group = Group("callers", (CERTAIN, GUESS), 2, (), {TWO.id: (FURTHER,)}, 2)
    assert said(group_lines([group], View(), 80)) == [
        "callers 2 · 1 further",
        "one     ─calls▶  exact .98 · app.py:5",
        "two     ┄calls▶  dispatch .32 · 1 of 3 · two.py:8 · 2 sites",
        "  three ─calls▶  exact .98 · app.py:5",
    ]


def test_a_minimum_leaves_out_what_is_reached_by_less_alone() -> None:
    group = Group("callers", (CERTAIN, GUESS), 2, (), {TWO.id: (FURTHER,)}, 2)
    assert [n.symbol.name for n in kept(group, View(minimum=0.5))] == ["one"]
    both = replace(group, further={TWO.id: (FURTHER,), ONE.id: (FURTHER,)})
    assert [(n.symbol.name, n.via) for n in kept(both, View(minimum=0.5))] == [("one", ""), ("three", ONE.id)]
    assert said(group_lines([group], View(minimum=0.5), 80))[0] == "callers 1 of 2"


def test_no_more_than_the_depth_is_shown_whatever_way_it_is_reached() -> None:
    further = {ONE.id: (Neighbour(TWO, edge(TWO, ONE)),), TWO.id: (FURTHER,)}
    group = Group("callers", (CERTAIN, GUESS), 2, (), further, 2)
    assert [n.symbol.name for n in kept(group, View())] == ["one", "two", "three"]
    assert [n.symbol.name for n in kept(group, View(minimum=0.5))] == ["one", "two"]


def test_a_circle_of_calls_ends() -> None:
    group = Group("callers", (CERTAIN,), 1, (), {ONE.id: (FURTHER,), THREE.id: (CERTAIN,)}, 12)
    assert [n.symbol.name for n in kept(group, View())] == ["one", "three"]


def test_words_keep_what_has_all_of_them_and_what_it_stands_below() -> None:
    group = Group("callers", (CERTAIN, GUESS), 2, (), {TWO.id: (FURTHER,)}, 2)
    assert [n.symbol.name for n in kept(group, View(words="THR"))] == ["two", "three"]
    assert [n.symbol.name for n in kept(group, View(words="two.py calls"))] == ["two"]
    assert kept(group, View(words="one two")) == []
    around = Around(FOCUS, (group,), (), 1)
    found = first_match(around, View(words="thr"))
    assert found is not None and found.symbol is THREE
    assert first_match(around, View()) is None


def test_the_steps_of_the_minimum_end_at_both_ends() -> None:
    view = View()
    assert view.stepped(-1) == view
    seen = []
    for _ in range(6):
        view = view.stepped(1)
        seen.append(view.minimum)
    assert seen == [0.3, 0.5, 0.9, 0.98, 0.98, 0.98]
    assert said([Line(summary(Around(FOCUS, (), (), 1, 2), View("x", 0.5), KEYS.__getitem__))]) == [
        "+- depth 2 · <> confidence ≥ .5 · / only what has “x” · o another symbol"
    ]


def test_a_trail_forgets_what_was_ahead_when_one_goes_elsewhere() -> None:
    trail = Trail().visit("a").visit("b").visit("b").visit("c")
    assert trail.places == ("a", "b", "c")
    back = trail.step(-1)
    assert (back.here, back.step(1).here) == ("b", "c")
    assert back.visit("d") == Trail(("a", "b", "d"), 2)
    assert trail.step(1) is trail and Trail().step(-1).here is None


def test_a_path_is_told_in_its_direction_and_none_says_how_far_was_looked() -> None:
    around = Around(FOCUS, (), (), 1)
    path = Chain(FOCUS, ONE, (edge(ONE, FOCUS),), (ONE, FOCUS), True, 2, 0)
    assert said(focus_lines(around, FOCUS, path, 80))[-3:] == [
        "⚑ path from the focus to what is marked, 1 step",
        "  one",
        "  ─calls▶ focus  exact .98 · app.py:5",
    ]
    none = Chain(ONE, FOCUS, (), (), False, 214, 2)
    assert said(focus_lines(around, ONE, none, 80))[-3:] == [
        "⚑ no path of up to 12 steps between one and focus",
        "  either way; 214 symbols were looked at",
        "  ? 2 unresolved sites name focus: one may be the missing step",
    ]


def test_what_p_does_follows_from_what_is_marked_and_shown() -> None:
    here, there = Around(FOCUS, (), (), 1), Around(TWO, (), (), 1)
    path = Chain(FOCUS, TWO, (), (), False, 1, 0)
    assert [about_mark(here, None, None), about_mark(here, FOCUS, None), about_mark(there, FOCUS, None)] == [
        "mark",
        "unmark",
        "path",
    ]
    assert about_mark(there, FOCUS, path) == "unmark"
    assert about_mark(Around(ONE, (), (), 1), FOCUS, path) == "path"


def test_three_lists_or_one_and_the_focus_is_stood_on() -> None:
    around = Around(FOCUS, (Group("callers", (CERTAIN,), 1),), (Group("calls", (), 0),), 1)
    state = Showing(around, None, View())
    wide = panes(state, 200, slim=False)
    assert list(wide) == ["in", "focus", "out"]
    assert where(wide, None) == ("focus", 0)
    assert where(wide, ONE.id) == ("in", 1)
    assert where(wide, "gone") == ("focus", 0)
    slim = panes(state, 80, slim=True)
    assert list(slim) == ["all"]
    name, at = where(slim, None)
    assert slim[name][at or 0].ref == Here(FOCUS)
    assert where(panes(Showing(None, None, View()), 80, slim=True), None) == ("all", None)


def test_sideways_in_one_list_goes_from_side_to_side() -> None:
    out = Neighbour(TWO, edge(FOCUS, TWO), incoming=False)
    refs = [Here(FOCUS), None, CERTAIN, Toggle("callers"), OPEN_SITE, None, None, out, Toggle("calls")]
    assert [sideways(refs, at, 1) for at in (2, 4, 0, 7)] == [0, 0, 7, 7]
    assert [sideways(refs, at, -1) for at in (8, 0, 2)] == [0, 2, 2]
    assert sideways([Here(FOCUS), None], 0, 1) == 0


def test_what_is_asked_follows_from_what_one_stands_on() -> None:
    around = Around(FOCUS, (Group("callers", (CERTAIN,), 1),), (), 1)
    out = Neighbour(TWO, edge(FOCUS, TWO), incoming=False)
    assert question(Here(FOCUS), around) == "what does `focus` do?"
    assert question(CERTAIN, around) == "how does `one` reach `focus`?"
    assert question(out, around) == "how does `focus` reach `two`?"
    assert question(None, around) == "what does `focus` do?"


# ------------------------------------------------------------------------------------------------------- what is read


@pytest.fixture(scope="module")
def shop(make_module_repo: MakeRepo) -> Path:
    root = make_module_repo(SHOP)
    with Project.open(root) as project:
        list(project.index())
    return root


@pytest.fixture
def project(shop: Path) -> Iterator[Project]:
    with Project.open(shop) as opened:
        yield opened


def names(groups: Sequence[Group]) -> dict[str, list[str]]:
    return {group.name: [n.symbol.label for n in group.near] for group in groups}


def test_calls_stand_on_both_sides_with_what_could_not_be_resolved(project: Project) -> None:
    found = look(project, "main", 1)
    assert isinstance(found, Around)
    assert names(found.incoming) == {
        "callers": ["test_main"],
        "imported by": ["tests/test_app.py"],
        "within": ["shop/app.py"],
    }
    assert names(found.outgoing) == {"calls": ["check", "open_store", "serve"]}
    assert [(u.name, u.receiver) for u in found.incoming[0].unresolved] == [("main", "thing")]


def test_the_hierarchy_stands_beside_the_calls(project: Project) -> None:
    store = look(project, "Store", 1)
    read = look(project, "Store.read", 1)
    base = look(project, "Base", 1)
    assert isinstance(store, Around) and isinstance(read, Around) and isinstance(base, Around)
    assert names(store.incoming)["derive from it"] == ["Cached"]
    assert names(store.outgoing)["bases"] == ["Base"]
    assert names(store.outgoing)["contains"] == ["Store.read"]
    assert names(read.incoming)["override it"] == ["Cached.read"]
    assert names(read.outgoing)["overrides"] == ["Base.read"]
    derived = next(group for group in base.incoming if group.name == "derive from it")
    assert [(n.symbol.label, n.depth) for n in kept(derived, View())] == [("Store", 1), ("Cached", 2)]


def test_a_call_may_dispatch_and_a_callback_is_handed_on(project: Project) -> None:
    serve, close = look(project, "serve", 1), look(project, "close", 1)
    assert isinstance(serve, Around) and isinstance(close, Around)
    drawn = said(group_lines(serve.outgoing, View(), 80))
    assert "┄calls▶ Cached.read  dispatch .32 · app.py:20" in drawn
    assert "─calls▶ Store.read   inferred .99 · app.py:20" in drawn
    drawn = said(group_lines(close.incoming, View(), 80))
    assert drawn[:2] == ["callers 0", "no call of it was found"]
    assert "serve       ┄registers▶  callback .97 · app.py:19" in drawn


def test_depth_is_how_many_calls_away(project: Project) -> None:
    deep = [gather(project, project.tools.find(READ), depth) for depth in (1, 2, 3)]
    shown = [[(n.symbol.label, n.depth) for n in kept(each.incoming[0], View())] for each in deep]
    assert shown[0] == [("Cached.read", 1), ("serve", 1)]
    assert shown[1] == [("Cached.read", 1), ("serve", 1), ("main", 2)]
    assert shown[2] == [("Cached.read", 1), ("serve", 1), ("main", 2), ("test_main", 3)]


def test_what_lies_outside_has_callers_too(project: Project) -> None:
    found = look(project, "sqlite3.connect", 1)
    assert isinstance(found, Around)
    assert names(found.incoming) == {"callers": ["Store.read"]}
    assert site(Here(found.symbol)) is None


def test_a_name_of_several_offers_them_and_one_of_none_the_nearest(project: Project) -> None:
    several, none = look(project, "read", 1), look(project, "opn_store", 1)
    assert isinstance(several, Choice) and isinstance(none, Choice)
    assert several.known and {s.label for s in several.symbols} == {"Base.read", "Store.read", "Cached.read"}
    assert not none.known and none.symbols[0].label == "open_store"
    assert nearest(project, "  ") == ()


def test_a_path_is_found_whichever_end_was_marked(project: Project) -> None:
    there, back = chain(project, MAIN, READ), chain(project, READ, MAIN)
    assert [s.label for s in there.symbols] == ["main", "serve", "Store.read"]
    assert (there.backwards, back.backwards) == (False, True)
    assert back.edges == there.edges
    assert chain(project, MAIN, "shop/store.py::lonely").edges == ()


# ----------------------------------------------------------------------------------------------------------- the screen


class Explorer(Driven):
    """An app that shows the graph of a symbol."""

    @property
    def screen(self) -> GraphScreen:
        return self.app.graph_screen

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)
            await self.settled()

    async def show(self, name: str) -> None:
        self.app.show_graph(name)
        await self.settled()

    def rows(self, name: str) -> list[str]:
        return [row.lead.plain + row.body.plain for row in self.screen.query_one(f"#{name}", Rows).rows]

    def text(self, name: str) -> str:
        return str(self.screen.query_one(f"#{name}", Static).content)

    @property
    def here(self) -> str:
        return self.screen.around.symbol.label if self.screen.around is not None else ""

    @property
    def stands_on(self) -> str:
        pane = self.app.focused
        assert isinstance(pane, Rows) and pane.highlighted is not None
        return pane.rows[pane.highlighted].body.plain


def on_graph(
    root: Path,
    check: Callable[[Explorer], Awaitable[None]],
    *,
    name: str = "main",
    size: tuple[int, int] = WIDE,
    environ: dict[str, str] | None = None,
) -> None:
    """Run a check on an app that shows the graph of a symbol."""
    app = CodeqaApp(Project.open(root), environ=environ or {}, clock=lambda: 0.0)

    async def run(pilot: Pilot[None]) -> None:
        explorer = Explorer(app, pilot)
        await explorer.until(lambda: app.state is not None and not app.busy)
        await explorer.show(name)
        await check(explorer)

    drive(app, run, size=size)


def test_the_focus_stands_between_what_leads_to_it_and_what_it_leads_to_above_its_source(shop: Path) -> None:
    async def check(on: Explorer) -> None:
        assert on.rows("in")[:3] == [
            "callers 1",
            "test_main         ─calls▶  exact .98 · test_app.py:5 · test",
            "▸ 1 unresolved site names it",
        ]
        assert on.rows("focus")[:4] == [
            "◉ main",
            "  function · shop/app.py:4 · 8 lines",
            "  def main() -> object",
            "  Open the shop, then serve.",
        ]
        assert on.rows("out") == [
            "calls 3",
            "─calls▶ check       exact .98 · app.py:9",
            "─calls▶ open_store  exact .98 · app.py:10",
            "─calls▶ serve       exact .98 · app.py:11",
        ]
        assert on.text("place") == "shop/app.py:4-11\nmain  ✓ as indexed"
        assert "▌ 4 def main() -> object:" in on.screen.query_one("#lines", Lines).plain
        assert on.text("repository") == "codeqa ▸ repository ▸ graph ▸ main"
        assert on.text("freshness") == "no model · gen 1 · ✓ fresh"
        assert on.stands_on == "◉ main"

    on_graph(shop, check)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_keys_h_and_l_go_from_side_to_side_and_enter_makes_a_neighbour_the_focus(
    shop: Path, size: tuple[int, int]
) -> None:
    async def check(on: Explorer) -> None:
        await on.press("l")
        assert on.stands_on.startswith("─calls▶ check")
        assert on.text("place").startswith("shop/app.py:9\nmain")  # the line that states the call
        await on.press("h", "left")
        assert on.stands_on.startswith("test_main")
        await on.press("right")
        assert on.stands_on == "◉ main"
        await on.press("l", "down", "down", "enter")
        assert on.here == "serve"

    on_graph(shop, check, size=size)


def test_keys_b_and_f_go_back_and_forward_and_stand_where_one_came_from(shop: Path) -> None:
    async def check(on: Explorer) -> None:
        assert "b,alt+left" not in on.footer and "b" not in on.footer
        await on.press("l", "down", "down", "enter", "l", "down", "enter")
        assert on.here == "Cached.read"
        assert on.footer["b"] == "Back"
        await on.press("b")
        assert (on.here, on.stands_on.split()[1]) == ("serve", "Cached.read")
        await on.press("alt+left")
        assert (on.here, on.stands_on.split()[1]) == ("main", "serve")
        await on.press("f", "alt+right", "f")
        assert on.here == "Cached.read"

    on_graph(shop, check)


def test_key_slash_filters_as_one_types_and_escape_shows_all_again(shop: Path) -> None:
    async def check(on: Explorer) -> None:
        await on.press("slash", "s", "e", "r")
        assert on.rows("out") == ["calls 1 of 3", "─calls▶ serve  exact .98 · app.py:11"]
        assert on.rows("in") == ["callers 0 of 1", "▸ 1 unresolved site names it"]
        assert on.text("status") == "+- depth 1 · <> every confidence · / only what has “ser” · o another symbol"
        await on.press("enter")
        assert on.stands_on.split()[1] == "serve"
        await on.press("slash", "escape")
        assert len(on.rows("out")) == 4
        assert on.app.screen is on.screen

    on_graph(shop, check)


def test_keys_plus_and_minus_change_the_depth(shop: Path) -> None:
    async def check(on: Explorer) -> None:
        await on.press("l", "plus")
        assert "  ┄calls▶ Cached.read  dispatch .32 · app.py:20" in on.rows("out")
        assert on.rows("out")[0].startswith("calls 3 · ")
        assert on.stands_on.split()[1] == "check"
        await on.press("equals_sign", "plus")
        assert on.text("status").startswith("+- depth 3")
        await on.press("minus", "minus", "minus")
        assert on.text("status").startswith("+- depth 1")
        assert len(on.rows("out")) == 4

    on_graph(shop, check)


def test_keys_less_and_greater_change_the_minimum_confidence(shop: Path) -> None:
    async def check(on: Explorer) -> None:
        assert any("Cached.read" in row for row in on.rows("out"))
        await on.press("greater_than_sign", "greater_than_sign")
        assert on.text("status") == "+- depth 1 · <> confidence ≥ .5 · o another symbol"
        assert on.rows("out")[0] == "calls 2 of 3"
        assert not any("Cached.read" in row for row in on.rows("out"))
        await on.press("less_than_sign", "less_than_sign")
        assert any("Cached.read" in row for row in on.rows("out"))

    on_graph(shop, check, name="serve")


def test_key_p_marks_then_shows_the_path_then_forgets_it(shop: Path) -> None:
    async def check(on: Explorer) -> None:
        assert on.footer["p"] == "Mark"
        await on.press("p")
        assert "⚑ this is marked" in on.rows("focus")
        assert on.footer["p"] == "Unmark"
        await on.show("Store.read")
        assert "⚑ main is marked: p shows the path" in on.rows("focus")
        assert on.footer["p"] == "Path"
        await on.press("p")
        assert on.rows("focus")[-4:] == [
            "⚑ path from what is marked to the focus, 2 steps",
            "  main",
            "  ─calls▶ serve  exact .98 · app.py:11",
            "  ─calls▶ Store.read  inferred .99 · app.py:20",
        ]
        assert on.footer["p"] == "Unmark"
        await on.press("down", "down", "enter")  # along the path
        assert on.here == "serve"
        assert "  ─calls▶ Store.read  inferred .99 · app.py:20" in on.rows("focus")
        await on.show("lonely")
        await on.press("p")
        assert "⚑ no path of up to 12 steps between main and lonely" in on.rows("focus")
        await on.press("p")
        assert not any("⚑" in row for row in on.rows("focus"))

    on_graph(shop, check)


def test_key_a_goes_back_to_the_question_and_loses_nothing(shop: Path) -> None:
    async def check(on: Explorer) -> None:
        await on.press("a")
        box = on.app.screen.query_one(Question)
        assert (box.value, on.app.focused) == ("what does `main` do?", box)
        box.value = "half a quest"
        await on.show("main")
        await on.press("l", "down", "a")
        assert box.value == "how does `main` reach `open_store`?"
        await on.press("up")
        assert box.value == "half a quest"

    on_graph(shop, check)


def test_key_e_opens_the_editor_at_the_line_and_key_y_copies_it(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Sequence[str]] = []
    monkeypatch.setattr(subprocess, "Popen", lambda argv, **_: started.append(argv))

    async def check(on: Explorer) -> None:
        await on.press("y")
        assert on.app.clipboard == "shop/app.py:4-11"
        assert on.text("status") == "copied shop/app.py:4-11"
        await on.press("l", "down", "y", "e")
        assert on.app.clipboard == "shop/app.py:10"
        assert started == [("code", "--goto", f"{shop}/shop/app.py:10")]

    on_graph(shop, check, environ={"VISUAL": "code"})


def test_key_o_takes_a_name_that_is_half_typed(shop: Path) -> None:
    async def check(on: Explorer) -> None:
        await on.press("o", *"open_s")
        assert on.rows("focus")[0].startswith("open_store  function · shop/store.py:21")
        assert on.rows("in") == on.rows("out") == []
        await on.press("enter")
        assert on.here == "open_store"
        await on.press("o", *"read", "down", "enter")
        assert on.here.endswith(".read") and on.screen.choice is None
        before = on.here
        await on.press("o", *"chec", "escape")
        assert on.here == before and on.stands_on == f"◉ {before}"

    on_graph(shop, check)


def test_what_names_no_symbol_is_said_and_never_another_one_opened(shop: Path) -> None:
    async def check(on: Explorer) -> None:
        await on.press("o", *"opn_store", "enter")
        assert on.rows("focus")[0] == "no symbol is named opn_store; nearest:"
        assert on.stands_on.startswith("open_store")
        assert on.text("place").startswith("shop/store.py:21")
        await on.press("enter")
        assert on.here == "open_store"
        await on.show("zzzzqqqq")
        assert on.rows("focus")[0].startswith("no symbol is named zzzzqqqq")

    on_graph(shop, check)


def test_enter_on_unresolved_sites_shows_them_with_their_lines(shop: Path) -> None:
    async def check(on: Explorer) -> None:
        await on.press("h", "down", "enter")
        assert on.stands_on == "▾ 1 unresolved site names it"
        await on.press("down")
        assert on.stands_on == "? thing.main  test_app.py:9"
        assert on.text("place").startswith("tests/test_app.py:9")
        await on.press("up", "enter")
        assert on.stands_on == "▸ 1 unresolved site names it"

    on_graph(shop, check)


def test_escape_goes_back_to_the_question_and_the_trail_is_kept(shop: Path) -> None:
    async def check(on: Explorer) -> None:
        await on.press("l", "enter", "escape")
        assert on.app.screen is on.app.ask_screen
        await on.show("serve")
        await on.press("b")
        assert on.here == "check"

    on_graph(shop, check)


def test_key_g_shows_the_graph_of_what_the_evidence_is_about(shop: Path) -> None:
    async def check(on: Explorer) -> None:
        await on.press("escape")
        box = on.app.ask_screen.query_one(Question)
        box.value = "who calls serve?"
        await on.press("enter")
        for _ in range(500):
            if not on.app.ask_screen.working:
                break
            await on.pilot.pause(0.01)
        await on.settled()
        assert on.footer["g"] == "Graph"
        await on.press("g")
        about = str(on.app.ask_screen.query_one("#place", Static).content).partition("\n")[2].split()[0]
        assert on.app.screen is on.screen and on.here == about
        await on.press("escape")
        walk = on.app.ask_screen.query_one("#walk", Rows)
        walk.focus()
        await on.press("home", "down")
        end = walk.rows[walk.highlighted or 0].body.plain.partition("\n")[0].split()[-1]
        await on.press("g")
        assert on.here == end

    on_graph(shop, check)


def test_key_g_without_an_answer_asks_for_a_name(shop: Path) -> None:
    async def check(on: Explorer) -> None:
        assert on.screen.has_class("-typing") and isinstance(on.app.focused, Input)
        await on.press(*"serve", "enter")
        assert on.here == "serve"

    on_graph(shop, check, name="")


def test_the_palette_finds_a_symbol_by_part_of_its_name(shop: Path) -> None:
    async def check(on: Explorer) -> None:
        await on.press("escape")
        await on.pilot.press("ctrl+p")
        await on.pilot.press(*"lonel")
        await on.pilot.pause(0.6)
        await on.settled()
        await on.pilot.press("enter")
        for _ in range(200):
            if on.here == "lonely":
                break
            await on.pilot.pause(0.02)
        assert on.here == "lonely" and on.app.screen is on.screen

    on_graph(shop, check)


def test_a_file_that_changed_since_is_said(make_repo: MakeRepo) -> None:
    root = make_repo(SHOP)

    async def check(on: Explorer) -> None:
        (root / "shop/store.py").write_text("# one line more\n" + SHOP["shop/store.py"])
        await on.show("lonely")
        assert on.text("place") == "shop/store.py:25-26\nlonely  ✗ changed since"
        on.app.action_index()
        for _ in range(500):
            await on.pilot.pause(0.02)
            if "26-27" in on.text("place"):
                break
        await on.settled()
        assert on.text("place") == "shop/store.py:26-27\nlonely  ✓ as indexed"
        assert on.text("freshness") == "no model · gen 2 · ✓ fresh"

    on_graph(root, check)


def test_the_screen_is_free_while_the_engine_is_busy_and_says_what_it_waits_for(shop: Path) -> None:
    from threading import Event

    async def check(on: Explorer) -> None:
        gate = Event()
        on.app.engine.submit(lambda _: gate.wait(30))
        on.app.show_graph("serve")
        await on.pilot.pause(0.6)
        assert on.text("status") == "reading …"
        await on.pilot.press("l")
        assert on.stands_on.split()[1] == "check"  # what was there before is still there to walk in
        gate.set()
        await on.settled()
        assert on.here == "serve"

    on_graph(shop, check)


def test_a_resize_keeps_what_one_stands_on(shop: Path) -> None:
    async def check(on: Explorer) -> None:
        await on.press("l", "down")
        before = on.stands_on.split()[1]
        await on.pilot.resize_terminal(*NARROW)
        await on.settled()
        assert on.stands_on.split()[1] == before
        assert on.rows("all")
        await on.pilot.resize_terminal(*WIDE)
        await on.settled()
        assert on.stands_on.split()[1] == before

    on_graph(shop, check)


def test_the_mouse_over_a_neighbour_shows_its_line_and_a_click_opens_it(shop: Path) -> None:
    async def check(on: Explorer) -> None:
        await on.pilot.hover("#out", offset=(6, 3))
        await on.settled()
        assert on.text("place").startswith("shop/app.py:10")
        await on.pilot.click("#out", offset=(6, 3))
        await on.settled()
        assert on.here == "open_store"

    on_graph(shop, check)


def test_what_is_pasted_into_a_name_commands_no_terminal(shop: Path) -> None:
    async def check(on: Explorer) -> None:
        await on.press("o")
        box = on.screen.query_one("#typed", Input)
        box.post_message(events.Paste("ma\n\x1b]52;c;aGk=\x07in"))
        await on.settled()
        assert box.value == "ma \\e]52;c;aGk=\\ain"

    on_graph(shop, check)


def test_without_an_index_the_error_is_said(make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_repo(SHOP)
    monkeypatch.setattr(CodeqaApp, "action_index", lambda self, force=True: None)
    app = CodeqaApp(Project.open(root), environ={}, clock=lambda: 0.0)

    async def run(pilot: Pilot[None]) -> None:
        on = Explorer(app, pilot)
        await on.show("main")
        assert on.text("status").startswith("✗ ")
        assert "codeqa index" in on.text("status")

    drive(app, run, size=WIDE)


@pytest.mark.parametrize("payload", APART.values(), ids=APART)
def test_nothing_of_a_repository_has_power_here(shop: Path, payload: str) -> None:
    evil = Symbol(f"{payload}.py::{payload}", payload, payload, payload, Span(f"{payload}.py", 0, 9, 1, 3), 2)
    evil = replace(evil, signature=payload, doc=payload, role=payload)
    other = replace(evil, id=f"{payload}::other")
    calls = Edge(other.id, evil.id, EdgeKind.CALLS, Strategy.EXACT, f"{payload}.py", 2, 0, payload)
    sites = (Unresolved(payload, other.id, f"{payload}.py", 3, payload),)
    groups = (Group("callers", (Neighbour(other, calls),), 1, sites),)
    around = Around(evil, groups, (Group("calls", (Neighbour(other, calls, incoming=False),), 1),), 1)
    path = Chain(other, evil, (calls,), (other, evil), False, 2, 1)

    async def check(on: Explorer) -> None:
        screen = on.screen
        screen.around, screen.marked, screen.view = around, other, View().toggled("callers")
        for shown in (None, path, replace(path, edges=(), symbols=())):
            screen.path = shown
            screen.show_all(None)
            await on.settled()
            assert_tame(on.app)
        for key in ("h", "down", "down", "down", "l", "l", "y", "e", "f1"):
            await on.press(key)
            assert_tame(on.app)
        assert unsafe(on.app.clipboard) == set()
        for choice in (
            Choice(payload, (evil, other), True),
            Choice(payload, (evil,), False),
            Choice(payload, (), False),
        ):
            screen.choice = choice
            screen.show_all(None)
            await on.settled()
            assert_tame(on.app)
        screen.failed(payload, payload)
        await on.settled()
        assert_tame(on.app)

    on_graph(shop, check, size=(140, 50), environ={"VISUAL": payload})
