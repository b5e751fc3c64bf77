"""The Search screen as a person uses it: what is typed, every key, and that an old answer never wins."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from codeqa.domain import CodeqaError, Notice
from codeqa.tui.app import CodeqaApp
from codeqa.tui.lines import Lines
from codeqa.tui.query import Query
from codeqa.tui.question import Question
from codeqa.tui.rows import Rows
from codeqa.tui.search import SearchScreen
from tests.driving import Driven, drive
from tests.scripted import MAIN, PARSING
from tests.stocked import HITS, Stocked

WIDE, NARROW = (140, 40), (80, 24)


class Search(Driven):
    """An app that shows its Search screen."""

    def __init__(self, app: CodeqaApp, pilot: Pilot[None], project: Stocked) -> None:
        super().__init__(app, pilot)
        self.project = project
        self.screen = app.search_screen

    async def search(self, query: str = "main") -> None:
        """Type a query and wait for what is found, and for its preview."""
        self.box.value = query
        await self.until(lambda: self.screen.found.query == query)
        await self.settled()

    @property
    def box(self) -> Query:
        return self.screen.query_one(Query)

    @property
    def hits(self) -> list[str]:
        return [row.lead.plain + row.body.plain for row in self.screen.query_one("#hits", Rows).rows]

    @property
    def status(self) -> str:
        return str(self.screen.query_one("#status", Static).content)

    @property
    def place(self) -> str:
        return str(self.screen.query_one("#place", Static).content)

    @property
    def source(self) -> str:
        return self.screen.query_one(Lines).plain


def on_search(
    check: Callable[[Search], Awaitable[None]],
    project: Stocked | None = None,
    *,
    size: tuple[int, int] = WIDE,
    environ: dict[str, str] | None = None,
) -> None:
    """Run a check on an app whose Search screen was opened by its key."""
    project = project or Stocked()
    app = CodeqaApp(project, environ=environ or {}, clock=lambda: 0.0)

    async def run(pilot: Pilot[None]) -> None:
        search = Search(app, pilot, project)
        await search.until(lambda: isinstance(app.focused, Question))
        await search.press("ctrl+f")
        assert isinstance(app.screen, SearchScreen)
        await check(search)

    drive(app, run, size=size, free=project.free)
    assert project.closed
    assert project.threads <= {"codeqa-index", "codeqa-walk", "codeqa-read"}


# ------------------------------------------------------------------------------------------------------------ searching


def test_a_hit_has_place_symbol_score_reason_and_its_lines() -> None:
    async def check(search: Search) -> None:
        await search.search()

        assert search.hits[0] == (
            "1.52  main\nshop/app.py:4-7  with opened, closed\ntext ▇  name ▄  graph ▃  role −".replace("▇", "█")
        )
        assert search.hits[3].startswith("0.10  store.py\nshop/store.py:1\n")
        assert search.status == "4 hits · 0 ms"
        assert search.place == "1/4  shop/app.py:4-7\nmain  as it is now"
        assert "▌ 4 def main() -> object:" in search.source

    on_search(check)


def test_one_search_is_made_for_keys_that_follow_one_another() -> None:
    async def check(search: Search) -> None:
        await search.press(*"main")
        await search.until(lambda: search.screen.found.query == "main")

        assert search.project.searched == ["main"]

    on_search(check)


def test_an_older_answer_never_overwrites_a_newer_one() -> None:
    project = Stocked(hits={"old": HITS[:1], "new": HITS[1:2]}, held={"old": threading.Event()})

    async def check(search: Search) -> None:
        search.box.value = "old"
        await search.until(lambda: project.searched == ["old"])
        search.box.value = "new"
        await search.until(lambda: search.screen._asked == "new")
        project.held["old"].set()
        await search.until(lambda: search.screen.found.query == "new")
        await search.settled()

        assert search.screen.found.hits == HITS[1:2]
        assert search.hits[0].startswith("0.71  check")

    on_search(check, project)


def test_a_query_that_was_overtaken_before_its_turn_is_never_searched() -> None:
    project = Stocked(held={"a": threading.Event()})

    async def check(search: Search) -> None:
        for query in "abc":
            search.box.value = query
            await search.until(lambda query=query: search.screen._asked == query)
        await search.until(lambda: project.searched == ["a"])
        project.held["a"].set()
        await search.until(lambda: search.screen.found.query == "c")

        assert project.searched == ["a", "c"]

    on_search(check, project)


def test_typing_goes_on_while_a_search_takes_its_time() -> None:
    project = Stocked(held={"slow": threading.Event()})

    async def check(search: Search) -> None:
        search.box.value = "slow"
        await search.until(lambda: project.searched == ["slow"])
        assert search.status.startswith("◒ ")
        await search.press("e", "r")
        assert search.box.value == "slower"

    on_search(check, project)


def test_a_search_waits_for_the_index_and_says_so() -> None:
    project = Stocked(indexing=[PARSING], has_index=False)
    project.index_gate.clear()

    async def check(search: Search) -> None:
        search.box.value = "main"
        await search.until(lambda: search.screen._waits)
        from codeqa.tui.engine import Happened

        search.screen.told(Happened(1, PARSING))
        assert search.status.startswith("◒ waits for the index: parse  120/900  60/s  13.0 s left")
        project.index_gate.set()
        await search.until(lambda: search.status == "4 hits · 0 ms")

    on_search(check, project)


def test_a_search_does_not_wait_for_a_walk() -> None:
    project = Stocked()
    project.gate.clear()

    async def check(search: Search) -> None:
        await search.press("escape")
        search.app.ask_screen.query_one(Question).value = "who calls main?"
        await search.press("enter", "ctrl+f")
        search.box.value = "main"
        await search.until(lambda: search.status == "4 hits · 0 ms")
        assert search.app.ask_screen.working

    on_search(check, project)


def test_what_a_run_of_the_index_brings_is_searched_again() -> None:
    from codeqa.tui.engine import Ended, State

    async def check(search: Search) -> None:
        await search.search()
        search.screen.told(Ended(9, State(8)))
        await search.until(lambda: search.project.searched == ["main", "main"])
        await search.settled()
        search.screen.told(Ended(9, State(7)))
        await search.settled()
        assert search.project.searched == ["main", "main"]

    on_search(check)


def test_an_empty_query_shows_examples_and_asks_nothing() -> None:
    async def check(search: Search) -> None:
        assert "  · retry with backoff" in search.hits
        await search.search()
        search.box.value = "  "
        await search.until(lambda: not search.screen.found.query)
        assert search.status == "type to search"
        assert search.project.searched == ["main"]
        assert not search.screen.query_one("#preview").display

    on_search(check)


def test_without_a_hit_it_says_what_the_repository_has_and_enter_searches_for_that() -> None:
    project = Stocked(hits={"mian": ()})

    async def check(search: Search) -> None:
        await search.search("mian")
        assert search.status == "no hits · 0 ms"
        assert search.hits[0] == "nothing found for mian"
        assert search.hits[-2:] == ["  · main", "  · check"]
        search.screen.query_one("#hits", Rows).focus()
        await search.press("home", "enter")
        await search.until(lambda: search.screen.found.query == "main")
        assert search.box.value == "main"

    on_search(check, project)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (CodeqaError("the index is broken", hint="codeqa index --force"), ["✗ the index is broken", "codeqa index"]),
        (ValueError("oops"), ["✗ ValueError: oops", "a bug in codeqa"]),
    ],
)
def test_an_error_is_said_and_the_next_query_may_do_better(error: Exception, said: Sequence[str]) -> None:
    async def check(search: Search) -> None:
        search.box.value = "bad"
        await search.until(lambda: "failed" in search.status)
        assert search.hits[0] == said[0]
        assert search.hits[1].startswith(said[1])
        await search.search("main")
        assert search.status == "4 hits · 0 ms"

    on_search(check, Stocked(hits={"bad": error}))


def test_what_a_search_went_without_is_said() -> None:
    async def check(search: Search) -> None:
        await search.search()
        assert search.status == "4 hits · 0 ms · searched by words alone: the server is down"

    on_search(check, Stocked(said=[Notice("warning", "searched by words alone: the server is down")]))


def test_a_file_that_changed_since_it_was_indexed_is_marked() -> None:
    async def check(search: Search) -> None:
        await search.search()
        assert search.hits[0].startswith("1.52  main ✎ changed since\n")
        assert search.place.endswith("main  ✎ changed since it was indexed")
        assert "✎" not in search.hits[2]

    on_search(check, Stocked(stale=("shop/app.py",)))


def test_a_file_that_is_gone_shows_no_lines() -> None:
    from dataclasses import replace

    async def check(search: Search) -> None:
        await search.search()
        assert search.place.endswith("✗ gone or unreadable now")

    on_search(check, Stocked(otherwise=[replace(HITS[0], path="shop/gone.py")]))


# ----------------------------------------------------------------------------------------------------------------- keys


def test_the_footer_offers_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(CodeqaApp, "show_graph", raising=False)

    async def check(search: Search) -> None:
        assert set(search.footer) == {"enter", "escape", "f1"} | ({"ctrl+p"} & set(search.footer))
        await search.search()
        await search.press("enter")
        assert {"enter": "Open", "w": "Why", "a": "Ask", "e": "Edit", "y": "Copy"}.items() <= search.footer.items()
        assert "g" not in search.footer  # there is no graph to show

    on_search(check)


@pytest.mark.parametrize("key", ["enter", "down"])
def test_keys_enter_and_down_go_to_the_hits_and_up_comes_back(key: str) -> None:
    async def check(search: Search) -> None:
        await search.search()
        await search.press(key)
        assert search.app.focused is search.screen.query_one("#hits")
        await search.press("down")
        await search.settled()
        assert search.place.startswith("2/4  shop/app.py:10-11")
        await search.press("up", "up")
        assert search.app.focused is search.box

    on_search(check)


def test_keys_n_and_p_go_through_the_hits() -> None:
    async def check(search: Search) -> None:
        await search.search()
        await search.press("enter", "n", "n")
        await search.settled()
        assert search.place.startswith("3/4  shop/store.py:4-5\nconnect")
        await search.press("p")
        await search.settled()
        assert search.place.startswith("2/4")

    on_search(check)


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_key_enter_shows_the_lines_large_and_escape_goes_back_twice(size: tuple[int, int]) -> None:
    async def check(search: Search) -> None:
        await search.search()
        await search.press("enter", "enter")
        assert not search.screen.query_one("#hits").display
        assert isinstance(search.app.focused, Lines)
        await search.press("n")
        await search.settled()
        assert search.place.startswith("2/4")
        await search.press("escape")
        assert search.app.focused is search.screen.query_one("#hits")
        assert search.screen.query_one("#hits").display
        await search.press("escape")
        assert search.app.screen is search.app.ask_screen

    on_search(check, size=size)


def test_what_was_searched_is_still_there_when_one_comes_back() -> None:
    async def check(search: Search) -> None:
        await search.search()
        await search.press("escape")
        await search.press("ctrl+f")
        assert search.app.screen is search.screen
        assert search.box.value == "main"
        assert len(search.hits) == 4
        await search.press("ctrl+f")  # once more changes nothing
        assert len(search.app.screen_stack) == 3

    on_search(check)


def test_key_slash_goes_to_the_query() -> None:
    async def check(search: Search) -> None:
        await search.search()
        await search.press("enter", "enter", "slash")
        assert search.app.focused is search.box
        assert search.box.value == "main"

    on_search(check)


def test_key_w_lists_what_the_score_is_made_of() -> None:
    async def check(search: Search) -> None:
        await search.search()
        await search.press("enter", "w")
        assert search.hits[0].split("\n")[2:] == [
            "text  +1.00 ━━━━━━━━━━━━ has the words",
            "name  +0.42 ━━━━━        its name is made of the",
            "                         words",
            "graph +0.30 ━━━━         lies around the best hits in",
            "                         the graph",
            "role  -0.20 ╌╌           test, docs, example,",
            "                         generated or vendored",
        ]
        assert search.hits[1].count("\n") == 2
        await search.press("w")
        assert search.hits[0].count("\n") == 2

    on_search(check)


def test_key_a_goes_back_to_the_question_with_the_hit_in_it() -> None:
    async def check(search: Search) -> None:
        question = search.app.ask_screen.query_one(Question)
        question.value = "who calls "
        question.cursor_position = len(question.value)
        await search.search()
        await search.press("enter", "a")
        assert search.app.screen is search.app.ask_screen
        assert search.app.focused is question
        assert question.value == "who calls @main "

    on_search(check)


def test_key_y_copies_the_place() -> None:
    async def check(search: Search) -> None:
        await search.search()
        await search.press("enter", "y")
        assert search.app.clipboard == "shop/app.py:4-7"
        await search.until(lambda: search.status == "copied shop/app.py:4-7")

    on_search(check)


def test_key_e_opens_the_editor_at_the_hit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Sequence[str]] = []
    monkeypatch.setattr(subprocess, "Popen", lambda argv, **_: started.append(argv))
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/app.py").write_text("")

    async def check(search: Search) -> None:
        await search.search()
        await search.press("enter", "n", "e")
        assert started == [("code", "--goto", f"{tmp_path}/shop/app.py:10")]

    on_search(check, Stocked(root=tmp_path), environ={"VISUAL": "code"})


def test_key_g_shows_the_hit_in_the_graph_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    explored: list[str] = []
    monkeypatch.setattr(CodeqaApp, "show_graph", lambda self, symbol: explored.append(symbol), raising=False)

    async def check(search: Search) -> None:
        await search.search()
        await search.press("enter")
        assert search.footer["g"] == "Graph"
        await search.press("g")
        assert explored == [MAIN]
        await search.press("n", "n", "n", "g")  # a file has no place in it
        assert explored == [MAIN]

    on_search(check)


def test_letters_are_letters_while_one_types() -> None:
    async def check(search: Search) -> None:
        await search.search()
        await search.press(*"wayeq")
        assert search.box.value == "mainwayeq"
        assert search.app.screen is search.screen

    on_search(check)


def test_it_can_be_reached_from_the_palette() -> None:
    async def check(search: Search) -> None:
        offered = {command.title: command for command in search.app.get_system_commands(search.app.screen)}
        await search.press("escape")
        await offered["Search as you type"].callback()
        await search.pilot.pause()
        assert search.app.screen is search.screen

    on_search(check)
