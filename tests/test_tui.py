"""The Ask screen as a person uses it: every key of the footer, what is never lost, what is never stolen."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Footer, Static

from codeqa.domain import Heard, Notice, Step, UsageError
from codeqa.tui.app import CodeqaApp
from codeqa.tui.engine import Job
from codeqa.tui.evidence import Evidence
from codeqa.tui.helping import Help
from codeqa.tui.lines import Lines
from codeqa.tui.query import Query
from codeqa.tui.question import Question
from codeqa.tui.rows import Rows
from tests.driving import Driven, drive
from tests.scripted import ABSTAINED, ANSWERED, CHECK, PARSING, QUESTION, Scripted

WIDE, NARROW = (140, 40), (80, 24)


class Screen(Driven):
    """An app that runs, and what stands on it."""

    def __init__(self, app: CodeqaApp, pilot: Pilot[None], project: Scripted) -> None:
        super().__init__(app, pilot)
        self.project = project

    async def ask(self, question: str = QUESTION) -> None:
        """Ask, and wait for the end."""
        self.box.focus()
        self.box.value = question
        await self.press("enter")
        await self.until(lambda: not self.app.ask_screen.working)
        await self.app.workers.wait_for_complete()
        await self.pilot.pause()

    @property
    def box(self) -> Question:
        return self.app.ask_screen.query_one(Question)

    @property
    def walk(self) -> list[str]:
        return [row.body.plain for row in self.pane("walk").rows]

    @property
    def answer(self) -> list[str]:
        return [row.body.plain for row in self.pane("answer").rows]

    @property
    def status(self) -> str:
        return str(self.app.ask_screen.query_one("#status", Static).content)

    @property
    def evidence(self) -> str:
        return str(self.app.ask_screen.query_one("#place", Static).content)

    @property
    def source(self) -> str:
        return self.app.ask_screen.query_one("#evidence #lines", Lines).plain

    def pane(self, name: str) -> Rows:
        return self.app.ask_screen.query_one(f"#{name}", Rows)

    def marked(self, name: str) -> list[str]:
        pane = self.pane(name)
        return [pane.rows[index].body.plain for index in sorted(pane._marked)]


def on_screen(
    check: Callable[[Screen], Awaitable[None]],
    project: Scripted | None = None,
    *,
    size: tuple[int, int] = WIDE,
    environ: dict[str, str] | None = None,
) -> None:
    """Run a check on an app whose project is scripted."""
    project = project or Scripted()
    app = CodeqaApp(project, environ=environ or {}, clock=lambda: 0.0)

    async def run(pilot: Pilot[None]) -> None:
        screen = Screen(app, pilot, project)
        await screen.until(lambda: isinstance(app.focused, Question))
        await check(screen)

    drive(app, run, size=size, free=project.free)
    assert project.closed


# --------------------------------------------------------------------------------------------------------------- asking


def test_the_question_has_the_focus_and_enter_asks_and_empties_it() -> None:
    async def check(screen: Screen) -> None:
        assert isinstance(screen.app.focused, Question)
        await screen.press(*"who calls q".replace(" ", "_"))
        assert screen.box.value == "who_calls_q"  # q is a letter here
        await screen.press("enter")
        await screen.until(lambda: bool(screen.project.asked))

        assert screen.project.asked == ["who_calls_q"]
        assert screen.box.value == ""

    on_screen(check)


def test_an_answer_stands_beside_its_walk_and_its_evidence() -> None:
    async def check(screen: Screen) -> None:
        await screen.ask()

        assert screen.answer[0] == QUESTION
        assert "main calls check at shop/app.py:6 [1]." in screen.answer
        assert screen.walk[:3] == [
            "● main",
            "─calls▶ ● check\nexact .98 · app.py:6",
            "┄calls▶ ◌ connect\ndispatch .32 · app.py:7",
        ]
        assert screen.evidence == "1/3  shop/app.py:6\nmain  ✓ checked"
        assert "▌ 6 " in screen.source and "  5 " in screen.source
        assert screen.status == "✓ answered · hops 2 · facts 2 · ✗ 1 dropped · 41 ms · no model"
        assert screen.app.focused is screen.pane("answer")

    on_screen(check)


def test_the_clock_of_a_walk_stops_with_its_answer() -> None:
    """The answer comes before the end of its job: a tick between the two would say for ever that it walks."""

    async def check(screen: Screen) -> None:
        await screen.ask()
        ask = screen.app.ask_screen
        ask.job = Job(99)
        ask._tick()
        ask.job = None

        assert screen.status.startswith("✓ answered")

    on_screen(check)


def test_key_r_asks_again_once_the_index_has_what_it_did_not_have() -> None:
    part = replace(ANSWERED, generation=1, stale=("tests/test_app.py",), unknowns=("1 file is not indexed yet",))

    async def check(screen: Screen) -> None:
        screen.project.answers = [part, ANSWERED]
        screen.project.stale, screen.project.missing = ("tests/test_app.py",), 1
        screen.project.store.generation = 1
        await screen.ask()
        assert "r" not in screen.footer
        assert "◔ 1 not indexed yet" in str(screen.app.screen.query_one("#freshness", Static).content)

        screen.project.stale, screen.project.missing = (), 0
        screen.project.store.generation = 7
        screen.app.action_index(force=False)
        await screen.until(lambda: screen.status == "✓ the index is that of the tree now · r asks again")
        assert screen.footer["r"] == "Ask again"
        await screen.press("r")
        await screen.until(lambda: not screen.app.ask_screen.working)

        assert screen.project.asked == [QUESTION, QUESTION]
        assert "r" not in screen.footer

    on_screen(check)


def test_what_is_typed_at_once_behind_a_key_that_moves_the_focus_goes_there() -> None:
    """Keys of a burst: a `q` behind `/` is a letter, and what follows Enter belongs to the answer."""

    async def check(screen: Screen) -> None:
        await screen.ask()
        assert screen.app.focused is screen.pane("answer")
        for key in "/q why e":
            screen.app.post_message(events.Key("slash" if key == "/" else "space" if key == " " else key, key))
        screen.app.post_message(events.Paste("!\nand y"))
        await screen.until(lambda: screen.box.value == "q why e! and y")

        assert screen.app.is_running
        screen.box.value = ""
        for key, character in (("ctrl+f", None), ("x", "x"), ("y", "y"), ("escape", None), ("z", "z")):
            screen.app.post_message(events.Key(key, character))
        await screen.until(lambda: screen.box.value == "z")
        assert screen.app.search_screen.query_one(Query).value == "xy"

    on_screen(check)


def test_the_first_screen_offers_questions_about_this_repository() -> None:
    async def check(screen: Screen) -> None:
        await screen.until(lambda: "who calls check" in screen.answer)
        screen.app.set_focus(screen.pane("answer"))
        await screen.press("end", "enter")
        await screen.until(lambda: screen.project.asked == ["what breaks if I change `check`"])

    on_screen(check, Scripted(questions=("who calls `check`", "what breaks if I change `check`")))


def test_an_empty_question_asks_nothing() -> None:
    async def check(screen: Screen) -> None:
        screen.box.value = "   "
        await screen.press("enter")

        assert not screen.app.ask_screen.working

    on_screen(check)


def test_the_walk_grows_while_it_goes_on() -> None:
    async def check(screen: Screen) -> None:
        screen.project.gate.clear()
        screen.box.value = QUESTION
        await screen.press("enter")
        await screen.until(lambda: len(screen.walk) == 3)

        assert screen.walk[1] == "link      main → shop/app.py::main"
        assert screen.status == "◒ walking · 0 ms · Esc stops it"

    on_screen(check)


def test_what_a_model_says_is_no_answer() -> None:
    async def check(screen: Screen) -> None:
        screen.project.gate.clear()
        screen.box.value = QUESTION
        await screen.press("enter")
        await screen.until(lambda: "the model writes" in screen.status or len(screen.walk) == 3)
        screen.app.ask_screen._tick()

        assert "the model writes" in screen.status
        assert "UNCHECKED" not in " ".join([*screen.answer, *screen.walk, screen.status])

    on_screen(check, Scripted(model="small:1b", heard=[Heard("thinking", "hm"), Heard("text", "UNCHECKED")]))


@pytest.mark.parametrize("slow", [False, True], ids=["a model is waited for", "the planner is at work"])
def test_escape_stops_the_walk_within_200_ms_and_gives_the_question_back(slow: bool) -> None:
    async def check(screen: Screen) -> None:
        screen.project.gate.clear()
        screen.box.value = QUESTION
        await screen.press("enter")
        await screen.until(lambda: len(screen.walk) == 3)

        began = time.process_time()  # of this process alone: others may load the machine
        await screen.pilot.press("escape")
        await screen.until(lambda: not screen.app.ask_screen.working)
        assert time.process_time() - began < 0.2

        assert screen.status.startswith("■ stopped")
        assert screen.box.value == QUESTION
        screen.project.gate.set()  # whatever the engine still comes to is not shown
        await screen.pilot.pause(0.1)
        assert screen.status.startswith("■ stopped")
        await screen.ask("again?")
        assert screen.answer[0] == ANSWERED.question

    on_screen(check, Scripted(slow=slow))


def test_what_is_typed_while_a_walk_goes_on_is_never_lost() -> None:
    async def check(screen: Screen) -> None:
        screen.project.gate.clear()
        screen.box.value = QUESTION
        await screen.press("enter")
        await screen.press("n", "e", "x", "t", "enter")  # a walk goes on: nothing is asked
        assert (screen.box.value, screen.project.asked) == ("next", [QUESTION])

        screen.project.gate.set()
        await screen.until(lambda: not screen.app.ask_screen.working)
        assert screen.box.value == "next"
        assert screen.app.focused is screen.box  # an answer steals no focus from who is typing

        screen.project.gate.clear()
        await screen.press("enter", "x", "escape")
        assert screen.box.value == "x"

    on_screen(check)


def test_up_and_down_go_through_what_was_asked_and_back_to_what_is_typed() -> None:
    async def check(screen: Screen) -> None:
        for question in ("one?", "two?", "two?"):
            await screen.ask(question)
        await screen.press("escape")
        screen.box.value = "thr"
        seen = []
        for key in ("up", "up", "up", "down", "down", "down"):
            await screen.press(key)
            seen.append(screen.box.value)

        assert seen == ["two?", "one?", "one?", "two?", "thr", "thr"]

    on_screen(check)


def test_what_is_pasted_commands_no_terminal() -> None:
    async def check(screen: Screen) -> None:
        screen.box.post_message(events.Paste("who calls\n\x1b]52;c;aGk=\x07 \u202emain"))
        await screen.pilot.pause()

        assert screen.box.value == "who calls \\e]52;c;aGk=\\a \\u202emain"

    on_screen(check)


def test_an_error_is_said_with_what_to_do_and_the_next_question_may_do_better() -> None:
    async def check(screen: Screen) -> None:
        await screen.ask()
        assert screen.answer[2:] == ["✗ no model is there", "hint: start one"]
        assert screen.status == "✗ failed · no model is there"

        await screen.ask()
        assert screen.status.startswith("✓ answered")

    on_screen(check, Scripted([UsageError("no model is there", hint="start one"), ANSWERED]))


def test_a_question_waits_for_the_first_index_and_says_so() -> None:
    async def check(screen: Screen) -> None:
        await screen.until(lambda: "120/900" in screen.status)
        assert "you can ask already" in screen.status
        screen.box.value = QUESTION
        await screen.press("enter")
        assert "waits for the index: parse  120/900" in screen.status

        screen.project.index_gate.set()
        await screen.until(lambda: screen.status.startswith("✓ answered"))

    project = Scripted(indexing=[PARSING], has_index=False)
    project.index_gate.clear()
    on_screen(check, project)


def test_the_header_says_how_fresh_the_index_is() -> None:
    async def check(screen: Screen) -> None:
        fresh = screen.app.ask_screen.query_one("#freshness", Static)
        await screen.until(lambda: "gen 7" in str(fresh.content))
        assert str(fresh.content) == "no model · gen 7 · ✓ fresh"
        screen.project.stale = ("a.py", "b.py")
        await screen.ask()
        assert str(fresh.content) == "no model · gen 7 · ✎ 2 changed"

    on_screen(check)


@pytest.mark.parametrize(
    ("server", "said"),
    [("http://127.0.0.1:11434", ""), ("https://models.example.org/v1", "SOURCE IS SENT TO models.example.org · ")],
)
def test_the_header_says_where_source_is_sent(server: str, said: str) -> None:
    async def check(screen: Screen) -> None:
        fresh = screen.app.ask_screen.query_one("#freshness", Static)
        await screen.until(lambda: "gen 7" in str(fresh.content))
        assert str(fresh.content) == f"{said}small:1b · gen 7 · ✓ fresh"

    on_screen(check, Scripted(model="small:1b", server=server))


# -------------------------------------------------------------------------------------------------------- moving around


def test_a_sentence_shows_what_it_rests_on_and_a_step_its_sentences() -> None:
    async def check(screen: Screen) -> None:
        await screen.ask()
        await screen.press("down")
        await screen.press("down")
        await screen.settled()
        assert screen.answer[screen.pane("answer").highlighted or 0].startswith("Dynamic dispatch")
        assert [text.partition("\n")[0] for text in screen.marked("walk")] == ["┄calls▶ ◌ connect"]
        assert screen.evidence.startswith("2/3  shop/app.py:7")

        screen.pane("walk").focus()
        await screen.press("home", "down")
        await screen.settled()
        assert screen.walk[screen.pane("walk").highlighted or 0].startswith("─calls▶ ● check")
        assert screen.evidence.startswith("1/3  shop/app.py:6")
        assert "main calls check at shop/app.py:6 [1]." in screen.marked("answer")

    on_screen(check)


def test_while_keys_follow_fast_the_evidence_says_that_it_is_of_a_row_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codeqa.tui.following.REST_SECONDS", 0.5)  # a machine may be busy

    async def check(screen: Screen) -> None:
        await screen.ask()
        pane = screen.app.ask_screen.query_one(Evidence)
        screen.pane("walk").focus()
        await screen.press("home", "down")
        await screen.settled()
        assert screen.evidence.startswith("1/3")
        await screen.press("down")
        assert pane.border_title == "evidence"  # one key: at once, for whoever looks
        await screen.press("up")
        assert (pane.border_title, screen.evidence[:3]) == ("evidence", "1/3")  # of this row
        await screen.press("down")
        assert (pane.border_title, screen.evidence[:3]) == ("evidence · of a row before", "1/3")
        await screen.settled()
        assert (pane.border_title, screen.evidence[:3]) == ("evidence", "2/3")

    on_screen(check)


def test_a_first_sentence_that_cites_nothing_leaves_no_pane_empty() -> None:
    async def check(screen: Screen) -> None:
        await screen.ask()
        assert screen.answer[2:4] == ["understood as who calls main?", ""]
        assert screen.pane("answer").highlighted == 4
        assert screen.evidence.startswith("1/3")

    said = replace(ANSWERED, text="These places fit best:\n\n" + ANSWERED.text, understood="who calls `main`?")
    on_screen(check, Scripted([said]))


def test_the_mouse_over_a_sentence_is_enough() -> None:
    async def check(screen: Screen) -> None:
        await screen.ask()
        pane = screen.pane("answer")
        at = next(i for i, text in enumerate(screen.answer) if text.startswith("Dynamic dispatch"))
        await screen.pilot.hover("#answer", offset=(4, pane._index_to_line[at] + 1))
        await screen.settled()

        assert pane.highlighted == at
        assert screen.evidence.startswith("2/3")

    on_screen(check)


def test_a_step_that_no_citation_has_is_read() -> None:
    async def check(screen: Screen) -> None:
        await screen.ask()
        assert any("○ connect" in text or "◌ connect" in text for text in screen.walk)
        screen.pane("walk").focus()
        await screen.press("home", "down")
        await screen.app.workers.wait_for_complete()
        await screen.pilot.pause()
        assert screen.evidence.endswith("read just now, not cited")
        assert "check(" in screen.source

    on_screen(check, Scripted([replace(ANSWERED, citations=ANSWERED.citations[2:], claims=())]))


def test_lines_that_have_changed_since_are_shown_as_they_were_and_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    async def check(screen: Screen) -> None:
        await screen.ask()
        assert screen.evidence.endswith("✗ changed since")
        assert "was_here()" in screen.source

    first = replace(ANSWERED.citations[0], quote="    was_here()")
    on_screen(check, Scripted([replace(ANSWERED, citations=(first, *ANSWERED.citations[1:]))]))


@pytest.mark.parametrize("name", ["dropped", "not known"])
def test_what_is_folded_opens_and_closes(name: str) -> None:
    async def check(screen: Screen) -> None:
        await screen.ask()
        folded = f"▸ {name} (1)"
        screen.pane("answer").highlighted = screen.answer.index(folded)
        await screen.press("enter")
        opened = list(screen.answer)
        await screen.press("enter")

        assert f"▾ {name} (1)" in opened
        assert opened[opened.index(f"▾ {name} (1)") + 1] in {
            "main opens a socket. (no line says so)",
            "what sqlite3 does lies outside of the repository",
        }
        assert folded in screen.answer
        assert len(screen.answer) == len(opened) - 1

    on_screen(check)


def test_the_steps_of_a_walk_stay_to_be_looked_at() -> None:
    async def check(screen: Screen) -> None:
        await screen.ask()
        screen.pane("walk").focus()
        await screen.press("end", "enter")

        assert "link      main → shop/app.py::main" in screen.walk

    on_screen(check)


def test_somebody_who_has_scrolled_up_is_left_there_until_key_end() -> None:
    async def check(screen: Screen) -> None:
        screen.project.gate.clear()
        screen.box.value = QUESTION
        await screen.press("enter")
        await screen.until(lambda: len(screen.walk) == 3)
        walk = screen.pane("walk")
        for number in range(60):
            screen.app.ask_screen.happened(Step("expand", str(number)))
        await screen.pilot.pause()
        await screen.until(lambda: walk.scroll_y == walk.max_scroll_y > 0)
        walk.focus()
        await screen.press("up", "k")
        above = walk.scroll_y
        screen.app.ask_screen.happened(Step("expand", "more"))
        await screen.pilot.pause()
        assert walk.scroll_y == above == walk.max_scroll_y - 3
        await screen.press("home")
        assert walk.scroll_y == 0
        await screen.press("end")
        screen.app.ask_screen.happened(Step("expand", "yet more"))
        await screen.until(lambda: walk.scroll_y == walk.max_scroll_y)

    on_screen(check)


def test_a_notice_is_shown_and_stays() -> None:
    async def check(screen: Screen) -> None:
        screen.project.indexing = [Notice("warning", "12 files changed")]
        await screen.ask()
        screen.pane("answer").highlighted = screen.answer.index("▸ notes (1)")
        await screen.press("enter")
        assert "12 files changed" in screen.answer

    on_screen(check)


@pytest.mark.parametrize("size", [NARROW, (200, 60)], ids=str)
def test_all_that_matters_is_seen_at_any_size_and_after_a_resize(size: tuple[int, int]) -> None:
    async def check(screen: Screen) -> None:
        await screen.ask()
        for width, height in (size, WIDE, (60, 12), size):
            await screen.pilot.resize_terminal(width, height)
            await screen.pilot.pause()
            shown = {name for name in ("walk", "answer", "evidence") if screen.app.screen.query_one(f"#{name}").region}
            assert shown == ({"answer", "evidence"} if width < 110 else {"walk", "answer", "evidence"})
            for each in screen.app.screen.query("#header, #ask, #answer, #evidence, #status, Footer"):
                assert each.region.right <= width and each.region.bottom <= height and each.region.area, each

    on_screen(check, size=size)


# --------------------------------------------------------------------------------------------------- keys of the footer


def test_the_footer_has_these_keys_and_each_has_a_test_below() -> None:
    async def check(screen: Screen) -> None:
        assert screen.footer == {"up": "History", "enter": "Ask", "ctrl+q": "Quit", "f1": "Help"}
        await screen.ask()
        panes = {"escape": "Ask", "n": "Cited", "e": "Edit", "y": "Copy", "Y": "All", "f1": "Help", "q": "Quit"}
        panes |= {"g": "Graph", "z": "Zoom"}  # tests/test_tui_keys.py
        assert screen.footer == panes
        await screen.pilot.resize_terminal(*NARROW)
        await screen.pilot.pause()
        assert screen.footer == {**panes, "w": "Walk"}
        assert screen.app.screen.query_one(Footer).region.width == 80

        await screen.press("escape")
        screen.project.gate.clear()
        screen.box.value = QUESTION
        await screen.press("enter")
        assert screen.footer["escape"] == "Stop"

    on_screen(check)


def test_key_n_and_p_go_through_the_citations() -> None:
    async def check(screen: Screen) -> None:
        await screen.ask()
        seen = []
        for key in ("n", "n", "n", "p"):
            await screen.press(key)
            seen.append(screen.evidence.partition(" ")[0])
        assert seen == ["2/3", "3/3", "1/3", "3/3"]
        assert screen.marked("answer") == ["Dynamic dispatch may take it to connect [2][3]."]

    on_screen(check)


def test_key_w_changes_what_is_below_the_answer() -> None:
    async def check(screen: Screen) -> None:
        await screen.ask()
        shown = lambda: [n for n in ("walk", "evidence") if screen.app.screen.query_one(f"#{n}").display]  # noqa: E731
        assert shown() == ["evidence"]
        await screen.press("w")
        assert shown() == ["walk"]
        await screen.press("w")
        assert shown() == ["evidence"]

    on_screen(check, size=NARROW)


def test_key_escape_and_slash_go_to_the_question() -> None:
    async def check(screen: Screen) -> None:
        for key in ("escape", "slash"):
            await screen.ask()
            assert screen.app.focused is not screen.box
            await screen.press(key)
            assert screen.app.focused is screen.box
            assert screen.box.value == ""

    on_screen(check)


def test_key_f1_shows_help_for_what_has_the_focus_and_hides_it() -> None:
    async def check(screen: Screen) -> None:
        await screen.press("f1")
        assert len(screen.app.screen.query(Help)) == 1
        await screen.press("f1")
        assert len(screen.app.screen.query(Help)) == 0

    on_screen(check)


@pytest.mark.parametrize(("key", "asked"), [("q", True), ("ctrl+q", True), ("ctrl+q", False)])
def test_keys_that_quit(key: str, asked: bool) -> None:
    async def check(screen: Screen) -> None:
        if asked:
            await screen.ask()
        assert not screen.app._exit
        await screen.press(key)
        assert screen.app._exit

    on_screen(check)


def test_key_ctrl_p_offers_the_commands() -> None:
    async def check(screen: Screen) -> None:
        offered = {command.title for command in screen.app.get_system_commands(screen.app.screen)}
        assert {"Index now", "Begin a new conversation", "Theme: light", "Quit"} <= offered
        assert "Open the editor at the cited line" not in offered
        await screen.ask()
        offered = {command.title for command in screen.app.get_system_commands(screen.app.screen)}
        copies = {"Copy the answer as Markdown", "Copy path:line of the evidence"}
        assert {"Open the editor at the cited line", "Go to the question"} | copies <= offered

        await screen.press("ctrl+p")
        await screen.press(*"contrast")
        await screen.until(lambda: bool(screen.app.screen.query("CommandList")))
        await screen.pilot.pause(0.3)
        await screen.press("enter")
        await screen.until(lambda: screen.app.theme == "codeqa-contrast")

    on_screen(check)


def test_key_y_copies_the_place_and_key_shift_y_the_answer() -> None:
    async def check(screen: Screen) -> None:
        await screen.ask()
        await screen.press("n", "n", "y")
        assert screen.app.clipboard == "shop/store.py:4-5"
        await screen.press("Y")
        assert screen.app.clipboard.startswith(f"**{QUESTION}**\n\n`main` calls `check` [1]")
        assert "- [3] `shop/store.py:4-5` shop/store.py::connect" in screen.app.clipboard

    on_screen(check)


def test_what_is_copied_is_kept_in_a_file_where_the_terminal_may_not_take_it() -> None:
    from platformdirs import user_cache_dir

    async def check(screen: Screen) -> None:
        await screen.ask()
        await screen.press("y")
        kept = Path(user_cache_dir("codeqa")) / "copied.md"
        assert kept.read_text() == "shop/app.py:6"
        assert kept.stat().st_mode & 0o077 == 0

    on_screen(check, environ={"TMUX": "/tmp/tmux-0/default,1,0"})


def test_key_e_opens_an_editor_with_windows_of_its_own_and_the_screen_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Sequence[str]] = []
    monkeypatch.setattr(subprocess, "Popen", lambda argv, **_: started.append(argv))

    async def check(screen: Screen) -> None:
        await screen.ask()
        await screen.press("e")
        assert started == []  # the file is gone
        (tmp_path / "shop").mkdir()
        (tmp_path / "shop/app.py").write_text("")
        await screen.press("e")
        assert started == [("code", "-w", "--goto", f"{tmp_path}/shop/app.py:6")]

    on_screen(check, Scripted(root=tmp_path), environ={"VISUAL": "code -w"})


def test_an_abstention_shows_no_evidence_and_says_what_is_missing() -> None:
    async def check(screen: Screen) -> None:
        await screen.ask(ABSTAINED.question)
        assert screen.status.startswith("∅ abstained")
        assert screen.app.ask_screen.query_one(Evidence).exhibit is None
        assert "e" not in screen.footer and "n" not in screen.footer

    on_screen(check, Scripted([ABSTAINED]))


def test_no_symbol_is_told_by_its_colour_alone() -> None:
    from codeqa.tui.showing import sign

    signs = [sign(hop, ANSWERED) for hop in ANSWERED.walk]
    assert signs == ["●", "◌"]
    assert CHECK in ANSWERED.walk[0].dst


@pytest.mark.parametrize(
    "text", ["def f():\n    return 1", "def f():\n    return 1\n", "\ndef f():\n    return 1\n\n\n"]
)
def test_lines_are_highlighted_whatever_empty_lines_they_end_with(text: str) -> None:
    from codeqa.tui.painting import source

    painted = source(text, "shop/app.py")
    assert [line.plain for line in painted] == text.split("\n")
    assert any(line.spans for line in painted)
