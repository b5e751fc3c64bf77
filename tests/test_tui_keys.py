"""Every key of every screen: that it has an id, does what it says, can be bound otherwise, and is in the palette."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from codeqa import models
from codeqa.domain import ModelServer
from codeqa.project import Project
from codeqa.tui import keys
from codeqa.tui.app import CodeqaApp
from codeqa.tui.evidence import READ_NOW, Evidence, Exhibit
from codeqa.tui.helping import Help
from codeqa.tui.lines import Lines
from codeqa.tui.offers import Offers
from codeqa.tui.painting import paint
from codeqa.tui.question import Question
from codeqa.tui.rows import Row, Rows
from tests.conftest import ROOT, MakeRepo
from tests.scripted import ANSWERED, ASKED_BACK, QUESTION
from tests.shop import SHOP
from tests.stocked import SERVER, Stocked

KNOWN = keys.actions()


# ----------------------------------------------------------------------------------------------------------------- ids


def test_every_binding_has_an_id_that_says_where_it_holds_and_what_it_does() -> None:
    declared = [(each, binding) for each in keys.classes() for binding in keys.declared(each)]
    assert len(declared) > 60
    assert [(each.__name__, binding.key) for each, binding in declared if not binding.id] == []
    assert {action.place for action in KNOWN.values()} <= set(keys.PLACES)
    assert [action.id for action in KNOWN.values() if not action.about] == []


def test_what_is_no_id_no_key_or_taken_is_said_with_the_nearest_and_the_rest_holds() -> None:
    wishes = [
        ("ask.edti", "x"),
        ("ask.stop", "ctl+x"),
        ("question.submit", "x"),
        ("ask.edit", "y"),
        ("search.edit", "Ctrl+E, E"),
        ("app.quit", ""),
    ]
    keymap = keys.choose("default", wishes, KNOWN)
    assert keymap.troubles == (
        "no action 'ask.edti'; did you mean ask.edit?",
        "ask.stop: no key 'ctl+x'; did you mean ctrl+x?",
        "question.submit: a letter in a line of text is text",
        "app.quit: no key ''",
        "ask.edit: y is ask.copy already",
    )
    assert keymap.changed == {"search.edit": ("ctrl+e", "E")}
    assert keys.choose("emacs", [], KNOWN).troubles == ("no keymap 'emacs'",)


def test_two_keys_may_change_places_and_one_key_may_mean_two_things_in_two_places() -> None:
    assert not keys.choose("default", [("ask.edit", "y"), ("ask.copy", "e")], KNOWN).troubles
    assert not keys.choose("default", [("index.look", "e"), ("ask.stop", "v"), ("ask.question", "v")], KNOWN).troubles
    assert keys.choose("default", [("graph.mark", "j")], KNOWN).troubles == ("graph.mark: j is list.down already",)
    assert keys.choose("default", [("app.search", "ctrl+n")], KNOWN).troubles


@pytest.mark.parametrize("name", keys.KEYMAPS)
def test_a_keymap_that_ships_has_no_clash(name: str) -> None:
    as_if_own = list(keys.KEYMAPS[name].items())
    assert keys.choose("default", as_if_own, KNOWN).troubles == ()


@pytest.mark.parametrize(
    ("said", "key"),
    [("Ctrl+X", "ctrl+x"), ("?", "question_mark"), ("G", "G"), ("shift+g", "G"), ("F5", "f5"), ("Esc", None)],
)
def test_keys_are_read_as_people_write_them(said: str, key: str | None) -> None:
    assert keys.named(said) == key


def test_the_manual_has_the_same_list() -> None:
    rows = [line for line in (ROOT / "docs/tui.md").read_text().splitlines() if line.startswith("| `")]
    listed = [line for line in rows if line.split("`")[1] in KNOWN]
    keymap = keys.choose("default", [], KNOWN)
    vim = keys.choose("vim", [], KNOWN)
    assert listed == [
        f"| `{each.id}` | {default} | {keys.listing(vim, {each.id: each})[0][2] if each.id in vim.changed else ''} "
        f"| {each.about} |"
        for each, default, _ in keys.listing(keymap, KNOWN)
    ]


# ------------------------------------------------------------------------------------------------- what each key does


class Driven:
    """An app that is driven step by step, and what it opened, copied and left."""

    def __init__(self, app: CodeqaApp, pilot: Pilot[None], project: Stocked | Project) -> None:
        self.app, self.pilot = app, pilot
        self.project: Any = project
        self.opened: list[str] = []
        self.graphs: list[str] = []
        self.quits = 0
        self.looks = 0

    def seen(self) -> dict[str, Any]:
        """What a key may change."""
        app, screen = self.app, self.app.screen_stack[-1]
        focused = screen.focused
        seen: dict[str, Any] = {
            "screen": type(screen).__name__,
            "focus": focused.id if focused is not None else None,
            "help": bool(screen.query(Help)),
            "opened": len(self.opened),
            "graphs": len(self.graphs),
            "quits": self.quits,
            "looks": self.looks,
            "copied": app.clipboard,
            "classes": {name for name in screen.classes if name.startswith("-")},
            "asked": len(getattr(self.project, "asked", ())),
            "working": app.ask_screen.working,
            "cited": str(app.ask_screen.query_one("#place").content)[:3],
            "question": app.ask_screen.query_one(Question).value,
            "offers": len(app.ask_screen.query_one(Offers).rows) if app.ask_screen.query_one(Offers).is_open else 0,
            "tables": len(app.search_screen._tables),
            "hit": app.search_screen._at,
            "indexing": app.indexing is not None,
            "stopped": app.index_screen._stopped,
        }
        if screen.query("#status"):
            seen["status"] = str(screen.query_one("#status").content)
        if isinstance(focused, Rows):
            seen["row"] = focused.highlighted
        if isinstance(focused, Lines):
            seen |= {"y": focused.scroll_target_y, "x": focused.scroll_target_x}
        graph = app.graph_screen
        seen |= {"depth": graph.depth, "minimum": graph.view.minimum, "typing": graph.typing, "wanted": graph.wanted}
        seen |= {"marked": graph.marked is not None, "path": graph.path is not None}
        return seen

    async def until(self, holds: Callable[[], bool], what: object = "") -> None:
        for _ in range(600):
            if holds():
                return
            await self.pilot.pause(0.01)
        raise AssertionError(f"{what}: {self.seen()}")


Step = tuple[str, str, str, Any]  # id, key, what changes, to what


def more(before: float, after: float) -> bool:
    return bool(after > before)


def less(before: float, after: float) -> bool:
    return bool(after < before)


async def many_rows(on: Driven) -> None:
    pane = on.app.ask_screen.query_one("#answer", Rows)
    pane.show([Row(paint(str(number)), ref=number) for number in range(60)], at=0)
    pane.focus()
    await on.pilot.pause()


async def many_lines(on: Driven) -> None:
    text = tuple("x" * 300 for _ in range(200))
    on.app.ask_screen.query_one(Evidence).show(Exhibit("a.txt", 1, 1, "", text, 1, READ_NOW))
    on.app.ask_screen.query_one(Lines).focus()
    await on.pilot.pause()


async def held(on: Driven) -> None:
    on.project.gate.clear()
    on.app.ask_screen.query_one(Question).value = QUESTION
    await on.pilot.press("enter")


async def let_go(on: Driven) -> None:
    on.project.gate.set()
    await on.pilot.pause()


async def typed(on: Driven) -> None:
    on.app.ask_screen.query_one(Question).value = QUESTION


async def answered(on: Driven) -> None:
    await typed(on)
    on.app.ask_screen.action_question()
    await on.pilot.press("enter")
    await on.until(lambda: not on.app.ask_screen.working and on.app.ask_screen.answer is not None)


async def outdated(on: Driven) -> None:
    ask = on.app.ask_screen
    assert ask.answer is not None
    ask.answer = replace(ask.answer, stale=("shop/app.py",), generation=1)


async def asked_back(on: Driven) -> None:
    on.project.answers = [ASKED_BACK, ANSWERED]
    on.app.ask_screen.ask(QUESTION)
    await on.until(lambda: on.app.ask_screen.clarify is not None and not on.app.ask_screen.working)


async def named(on: Driven) -> None:
    on.app.ask_screen.query_one(Question).value = ""
    await on.pilot.press("@", "c", "h")
    await on.until(lambda: bool(on.seen()["offers"]))


async def walked(on: Driven) -> None:
    await on.until(lambda: not on.app.ask_screen.working and on.app.ask_screen.answer is not None)


def on(path: str) -> Callable[[Driven], Any]:
    async def focus(driven: Driven) -> None:
        driven.app.screen.query_one(path).focus()
        await driven.pilot.pause()

    return focus


def press(*pressed: str) -> Callable[[Driven], Any]:
    async def go(driven: Driven) -> None:
        await driven.pilot.press(*pressed)
        await driven.pilot.pause()

    return go


async def search_main(on: Driven) -> None:
    on.app.screen.query_one("#query", Input).value = "main"
    await on.until(lambda: bool(on.app.search_screen.found.hits) and on.app.search_screen.found.query == "main")


async def index_held(on: Driven) -> None:
    on.project.index_gate.clear()


async def index_let_go(on: Driven) -> None:
    on.project.index_gate.set()
    await on.until(lambda: on.app.indexing is None)


async def graph_of(on: Driven, name: str = "serve") -> None:
    on.app.show_graph(name)
    await on.until(lambda: on.app.graph_screen.around is not None and on.app.graph_screen.around.symbol.name == name)


ASK: list[Step | Callable[[Driven], Any]] = [
    ("app.help", "f1", "help", True),
    press("f1"),
    typed,
    ("question.submit", "enter", "asked", 1),
    answered,
    ("app.help", "question_mark", "help", True),
    press("question_mark"),
    ("ask.next", "n", "cited", "2/3"),
    ("ask.previous", "p", "cited", "1/3"),
    ("ask.below", "w", "classes", {"-narrow", "-below-walk"}),
    ("ask.zoom", "z", "classes", lambda _, now: "-zoom" in now),
    ("ask.zoom", "z", "classes", lambda _, now: "-zoom" not in now),
    ("ask.edit", "e", "opened", 1),
    ("ask.copy", "y", "copied", "shop/app.py:6"),
    ("ask.copy_answer", "Y", "copied", lambda _, now: "main" in now),
    ("ask.save", "x", "status", lambda _, now: "saved as " in now),
    outdated,
    ("ask.again", "r", "asked", more),
    walked,
    ("ask.graph", "g", "graphs", 1),
    asked_back,
    ("ask.choose", "1", "asked", more),
    walked,
    asked_back,
    ("ask.each", "a", "asked", more),
    walked,
    ("ask.new", "ctrl+n", "status", lambda _, now: "new conversation" in now),
    ("ask.question", "slash", "focus", "question"),
    ("question.earlier", "up", "question", QUESTION),
    ("question.later", "down", "question", ""),
    ("question.search", "ctrl+r", "offers", more),
    ("question.shut", "escape", "offers", 0),
    named,
    ("question.take", "tab", "question", lambda _, now: now.startswith("@check")),
    named,
    ("question.take", "enter", "question", lambda _, now: now.startswith("@check")),
    ("question.editor", "ctrl+g", "status", lambda _, now: "handed over" in now),
    on("#answer"),
    ("ask.question", "escape", "focus", "question"),
    held,
    ("ask.stop", "escape", "working", False),
    let_go,
    ("app.search", "ctrl+f", "screen", "SearchScreen"),
    press("escape"),
    ("app.search", "f4", "screen", "SearchScreen"),
    press("escape"),
    ("app.index", "f2", "screen", "IndexScreen"),
    press("escape"),
    ("app.palette", "ctrl+p", "screen", "CommandPalette"),
    press("escape"),
    ("app.palette", "f9", "screen", "CommandPalette"),
    press("escape"),
    ("app.jump", "ctrl+o", "screen", "JumpScreen"),
    press("escape"),
    ("app.jump", "f6", "screen", "JumpScreen"),
    press("escape"),
    ("app.leave", "ctrl+q", "quits", 1),
    ("app.leave", "f10", "quits", 2),
    on("#answer"),
    ("app.quit", "q", "quits", 3),
    many_rows,
    ("list.down", "down", "row", 1),
    ("list.down", "j", "row", 2),
    ("list.up", "up", "row", 1),
    ("list.up", "k", "row", 0),
    ("list.page_down", "pagedown", "row", more),
    ("list.page_up", "pageup", "row", less),
    ("list.half_down", "ctrl+d", "row", more),
    ("list.half_up", "ctrl+u", "row", 0),
    ("list.last", "end", "row", 59),
    ("list.first", "home", "row", 0),
    ("list.last", "G", "row", 59),
    press("w"),
    many_lines,
    ("lines.down", "down", "y", more),
    ("lines.down", "j", "y", more),
    ("lines.up", "up", "y", less),
    ("lines.up", "k", "y", less),
    ("lines.right", "right", "x", more),
    ("lines.right", "l", "x", more),
    ("lines.left", "left", "x", less),
    ("lines.left", "h", "x", less),
    ("lines.page_down", "pagedown", "y", more),
    ("lines.page_up", "pageup", "y", less),
    ("lines.half_down", "ctrl+d", "y", more),
    ("lines.half_up", "ctrl+u", "y", less),
    ("lines.last", "end", "y", more),
    ("lines.first", "home", "y", 0),
    ("lines.last", "G", "y", more),
]
SEARCH: list[Step | Callable[[Driven], Any]] = [
    press("ctrl+f"),
    search_main,
    ("query.hits", "enter", "focus", "hits"),
    ("search.query", "slash", "focus", "query"),
    ("query.hits", "down", "focus", "hits"),
    ("search.next", "n", "hit", 1),
    ("search.previous", "p", "hit", 0),
    ("search.why", "w", "tables", 1),
    ("search.edit", "e", "opened", 1),
    ("search.copy", "y", "copied", "shop/app.py:4-7"),
    ("search.graph", "g", "graphs", 1),
    ("list.select", "enter", "classes", lambda _, now: "-large" in now),
    press("escape"),
    ("search.ask", "a", "screen", "AskScreen"),
    press("ctrl+f"),
    ("search.back", "escape", "screen", "AskScreen"),
]
INDEX: list[Step | Callable[[Driven], Any]] = [
    press("f2"),
    ("index.back", "escape", "screen", "AskScreen"),
    press("f2"),
    ("index.back", "b", "screen", "AskScreen"),
    ("app.sessions", "f3", "screen", "SessionsScreen"),
    press("escape"),
    press("f2"),
    ("index.look", "r", "looks", more),
    index_held,
    ("index.update", "i", "indexing", True),
    ("index.stop", "escape", "stopped", True),
    index_let_go,
]
GRAPH: list[Step | Callable[[Driven], Any]] = [
    graph_of,
    ("graph.deeper", "plus", "depth", 2),
    ("graph.deeper", "equals_sign", "depth", 3),
    ("graph.nearer", "minus", "depth", 2),
    ("graph.surer", "greater_than_sign", "minimum", more),
    ("graph.unsurer", "less_than_sign", "minimum", less),
    ("graph.left", "h", "focus", "in"),
    ("graph.right", "l", "focus", "focus"),
    ("graph.left", "left", "focus", "in"),
    ("graph.right", "right", "focus", "focus"),
    ("graph.edit", "e", "opened", 1),
    ("graph.copy", "y", "copied", lambda _, now: now.startswith("shop/app.py:")),
    ("graph.mark", "p", "marked", True),
    ("graph.unmark", "p", "marked", False),
    press("p"),
    lambda driven: graph_of(driven, "main"),
    ("graph.path", "p", "path", True),
    press("p"),
    ("graph.back", "b", "wanted", "shop/app.py::serve"),
    ("graph.forward", "f", "wanted", "shop/app.py::main"),
    ("graph.back", "alt+left", "wanted", "shop/app.py::serve"),
    ("graph.forward", "alt+right", "wanted", "shop/app.py::main"),
    ("graph.filter", "slash", "typing", "filter"),
    ("graph.close", "escape", "typing", ""),
    ("graph.open", "o", "typing", "name"),
    press("escape"),
    ("graph.ask", "a", "screen", "AskScreen"),
]
SCRIPTS = {"ask": ASK, "search": SEARCH, "index": INDEX, "graph": GRAPH}


def test_each_key_of_each_binding_is_driven_below() -> None:
    driven = {(step[0], step[1]) for script in SCRIPTS.values() for step in script if isinstance(step, tuple)}
    elsewhere = {"sessions", "words", "note", "trace", "runs"}  # tests/test_tui_sessions.py presses these
    here = [action for action in KNOWN.values() if action.place not in elsewhere]
    assert {(action.id, key) for action in here for key in action.keys} == driven


@pytest.fixture(scope="module")
def shop(make_module_repo: MakeRepo) -> Path:
    return make_module_repo(SHOP)


@pytest.mark.parametrize("name", SCRIPTS)
def test_each_key_does_what_it_says(name: str, shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project: Any = Project.open(shop) if name == "graph" else Stocked(directory=tmp_path)
    app = CodeqaApp(project, environ={}, clock=lambda: 0.0)

    async def drive(driven: Driven) -> None:
        def look(url: str, environ: object, seconds: float) -> ModelServer:
            driven.looks += 1
            return SERVER

        async def quits() -> None:
            driven.quits += 1

        monkeypatch.setattr(models, "look", look)
        monkeypatch.setattr(app, "edit", lambda path, line: driven.opened.append(f"{path}:{line}"))
        monkeypatch.setattr(app, "action_quit", quits)
        if name != "graph":
            monkeypatch.setattr(app, "show_graph", driven.graphs.append)
        await driven.until(lambda: app.state is not None and app.indexing is None)
        for step in SCRIPTS[name]:
            if not isinstance(step, tuple):
                await step(driven)
                continue
            _, key, what, expected = step
            before = driven.seen()[what]
            assert callable(expected) or before != expected, step
            await driven.pilot.press(key)

            def holds(what: str = what, expected: object = expected, before: object = before) -> bool:
                now = driven.seen().get(what)
                return bool(expected(before, now)) if callable(expected) else now == expected

            await driven.until(holds, step)
            await driven.pilot.pause()

    async def run() -> None:
        async with app.run_test(size=(140, 44) if name == "graph" else (80, 24)) as pilot:
            try:
                await drive(Driven(app, pilot, project))
            finally:
                if name != "graph":
                    project.gate.set()
                    project.index_gate.set()

    asyncio.run(run())
