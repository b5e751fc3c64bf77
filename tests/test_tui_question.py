"""The question box: names behind `@`, history, what is typed and not sent, the editor, and a question back."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from textual import events

from codeqa.tui.offers import MOST, Offers
from codeqa.tui.question import LONGEST, Question
from codeqa.tui.rows import Rows
from tests.scripted import ANSWERED, ASKED_BACK, QUESTION, Scripted, symbol
from tests.test_tui import NARROW, Screen, on_screen
from tests.test_tui_hostile import assert_tame


def offers(screen: Screen) -> list[str]:
    """What the list has, [] if it is closed."""
    pane = screen.app.ask_screen.query_one(Offers)
    return [row.body.plain for row in pane.rows] if pane.is_open else []


def has(screen: Screen, *names: str) -> Callable[[], bool]:
    return lambda: [row.split()[0] for row in offers(screen)] == list(names)


# --------------------------------------------------------------------------------------------------------------- names


def test_a_name_behind_an_at_sign_is_offered_narrowed_chosen_and_taken() -> None:
    async def check(screen: Screen) -> None:
        await screen.press(*"who", "space", "@", "c")
        await screen.until(has(screen, "check", "connect", "Store.check", "connect"))
        assert offers(screen)[0].split()[1:] == ["function", "·", "shop/app.py:10"]
        assert screen.footer["enter"] == "Take"
        assert screen.footer["escape"] == "Close"
        pane = screen.app.ask_screen.query_one(Offers)
        assert pane.region.y == screen.box.region.bottom  # at the box, and not over it

        await screen.press("h")
        await screen.until(has(screen, "check", "Store.check"))
        await screen.press("down", "enter")
        assert screen.box.value == "who @Store.check "
        assert screen.project.asked == []  # Enter took, and did not ask
        assert offers(screen) == []

        await screen.press("@", "c", "o", "n")
        await screen.until(has(screen, "connect", "connect"))
        await screen.press("up", "tab")  # behind the first comes the last
        await screen.until(lambda: screen.box.value == "who @Store.check @shop/old.py::connect ")  # one of two
        assert isinstance(screen.app.focused, Question)

        await screen.press("@", "m", "a", "i", "n")
        await screen.until(has(screen, "main"))
        assert screen.footer["enter"] == "Ask"  # there is nothing to take
        await screen.press("enter")
        await screen.until(lambda: bool(screen.project.asked))
        assert screen.project.asked == ["who @Store.check @shop/old.py::connect @main"]
        assert offers(screen) == []

    on_screen(check)


def test_escape_closes_the_list_first_keeps_what_is_typed_and_leaves_the_walk_alone() -> None:
    project = Scripted()
    project.gate.clear()

    async def check(screen: Screen) -> None:
        screen.box.value = QUESTION
        await screen.press("enter", *"of", "space", "@", "m")
        project.gate.set()  # the engine is free, the answer comes while one types
        await screen.until(lambda: not screen.app.ask_screen.working)
        await screen.until(has(screen, "main"))
        project.gate.clear()
        screen.app.ask_screen.ask("who calls check")
        screen.box.value = ""
        await screen.press("@", "m")
        screen.app.ask_screen.query_one(Offers).offer(_symbols(), "names", 2)  # as with an engine that is free

        await screen.press("escape")
        assert screen.box.value == "@m"
        assert screen.app.ask_screen.working
        await screen.press("a")  # nor does it come back while that name is typed
        assert offers(screen) == []
        await screen.press("escape")
        assert not screen.app.ask_screen.working
        assert screen.box.value == "@ma"

    on_screen(check, project)


def _symbols() -> list[object]:
    from codeqa.tui.offers import of_symbols
    from tests.scripted import SYMBOLS

    return list(of_symbols(SYMBOLS[:1]))


def test_an_address_is_no_name_and_a_space_ends_one() -> None:
    async def check(screen: Screen) -> None:
        await screen.press(*"me@main")
        await screen.app.workers.wait_for_complete()
        assert (offers(screen), screen.project.picked) == ([], [])
        await screen.press("space", "@", "m")
        await screen.until(has(screen, "main"))
        await screen.press("space")
        await screen.until(lambda: not offers(screen))
        await screen.press("left")  # back into the name
        await screen.until(has(screen, "main"))
        await screen.press("end", "@", "z", "z")
        await screen.until(lambda: screen.project.picked[-1] == "zz")
        assert offers(screen) == []

    on_screen(check)


def test_a_key_never_waits_for_a_lookup_and_a_later_one_overtakes_it() -> None:
    project = Scripted()

    async def check(screen: Screen) -> None:
        await screen.until(lambda: screen.app.state is not None)
        project.pick_gate.clear()
        await screen.press("@", "c", "h", "e")
        assert screen.box.value == "@che"
        assert offers(screen) == []
        project.pick_gate.set()
        await screen.until(has(screen, "check", "Store.check"))
        assert project.picked == ["", "che"]  # what was overtaken is not even begun

    on_screen(check, project)


def test_a_click_takes_at_80_columns_and_the_list_stays_inside() -> None:
    async def check(screen: Screen) -> None:
        await screen.press("@")
        await screen.until(lambda: len(offers(screen)) == 6)
        pane = screen.app.ask_screen.query_one(Offers)
        assert pane.region.right <= NARROW[0]
        assert pane.region.height <= MOST + 2
        await screen.pilot.click(Offers, offset=(6, 2))  # the second row
        await screen.pilot.pause()

        assert screen.box.value.strip() == "@check"
        assert isinstance(screen.app.focused, Question)

    on_screen(check, size=NARROW)


def test_nothing_of_a_name_a_file_or_the_history_commands_the_terminal(tmp_path: Path) -> None:
    evil = "ev\x1b]52;c;RVZJTA==\x07il\u202e[/][@click=app.quit]x\n" + "é" * 300
    named = symbol(f"{evil}.py", evil, 3)
    project = Scripted([replace(ASKED_BACK, question=evil, name=evil)], names=(named, named), directory=tmp_path)
    project.history.add(evil)

    async def check(screen: Screen) -> None:
        await screen.app.workers.wait_for_complete()
        await screen.press("@", "e", "v")
        await screen.until(lambda: len(offers(screen)) == 2)
        assert_tame(screen.app)
        await screen.press("tab")
        await screen.app.workers.wait_for_complete()
        screen.box.value = ""
        await screen.press("ctrl+r")
        await screen.until(lambda: len(offers(screen)) == 1)
        assert_tame(screen.app)
        await screen.press("enter", "enter")
        await screen.until(lambda: len(choices(screen)) == 3)
        assert_tame(screen.app)

    on_screen(check, project)


# ------------------------------------------------------------------------------------------------------------- history


def test_what_was_asked_and_what_was_typed_is_there_in_the_next_run(tmp_path: Path) -> None:
    async def first(screen: Screen) -> None:
        for question in ("who calls main", "what does check do", "who calls main"):
            await screen.ask(question)
        screen.box.focus()
        screen.box.value = "where is the"

    async def second(screen: Screen) -> None:
        await screen.until(lambda: screen.box.value == "where is the")
        await screen.until(lambda: "what you had typed is back" in screen.status)
        await screen.press("up", "up", "up")
        assert screen.box.value == "what does check do"
        await screen.press("down", "down")
        assert screen.box.value == "where is the"

        await screen.press("ctrl+u", "ctrl+r")
        await screen.until(lambda: offers(screen) == ["who calls main", "what does check do"])
        await screen.press(*"chec")
        await screen.until(lambda: offers(screen) == ["what does check do"])
        await screen.press("escape")
        assert (screen.box.value, offers(screen)) == ("chec", [])
        await screen.press("ctrl+r")
        await screen.until(lambda: bool(offers(screen)))
        await screen.press("enter")
        assert screen.box.value == "what does check do"
        assert screen.project.asked == []
        await screen.press("down", "down")
        assert screen.box.value == "chec"  # nothing that was typed is lost
        await screen.press("ctrl+r", *"zz")
        await screen.until(lambda: screen.status.startswith("nothing that was asked here"))
        await screen.press("escape", "ctrl+u", "up")
        assert screen.box.value == "who calls main"  # nobody typed it: it is no draft

    async def third(screen: Screen) -> None:
        await screen.app.workers.wait_for_complete()
        assert screen.box.value == ""  # what was sent or thrown away is no draft

    for check in (first, second, third):
        on_screen(check, Scripted(directory=tmp_path))


def test_a_question_that_ends_the_process_is_remembered(tmp_path: Path) -> None:
    project = Scripted(directory=tmp_path)
    project.gate.clear()

    async def check(screen: Screen) -> None:
        screen.box.value = QUESTION
        await screen.press("enter")
        assert project.history.load() == [QUESTION]  # while the walk goes on

    on_screen(check, project)


# ------------------------------------------------------------------------------------------------------------- the box


def test_a_long_question_grows_the_box_and_a_paste_stays_one_line() -> None:
    long = "how does the thing that " + "goes on and on " * 18 + "end"

    async def check(screen: Screen) -> None:
        assert screen.box.region.height == 1
        screen.box.post_message(events.Paste("who calls\r\n  main\x1b[31m\n"))
        await screen.pilot.pause()
        assert screen.box.value == "who calls main\\e[31m"

        screen.app.ask_screen.query_one(Question).remember("before")
        screen.box.value = long
        await screen.pilot.pause()
        assert screen.box.region.height == 4
        assert screen.box.document.line_count == 1
        await screen.press("up", "up", "up")  # from row to row, then to what was asked
        assert screen.box.value == long
        await screen.press("up")
        assert screen.box.value == "before"
        await screen.press("down")
        assert screen.box.value == long

        screen.box.value = "x" * (LONGEST + 5)
        await screen.press("y")
        assert screen.box.value == "x" * LONGEST
        await screen.pilot.pause()
        assert screen.box.region.height == 5

    on_screen(check, size=NARROW)


def test_key_ctrl_g_opens_the_editor_on_the_question_and_takes_back_what_is_saved(tmp_path: Path) -> None:
    script = tmp_path / "code"  # it opens windows: it is told to wait
    script.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/arguments\nfor file; do :; done\ncp "$file" {tmp_path}/was\n'
        f'cat {tmp_path}/saved > "$file"\n'
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    saved = tmp_path / "saved"

    async def check(screen: Screen) -> None:
        screen.box.value = "who calls"
        saved.write_text("who calls\n   main \x07 and why?\n")
        await screen.press("ctrl+g")
        await screen.until(lambda: screen.box.value == "who calls main \\a and why?")
        flag, path = (tmp_path / "arguments").read_text().split()
        assert (flag, (tmp_path / "was").read_text()) == ("--wait", "who calls\n")
        assert not os.path.exists(path)
        await screen.press("ctrl+z")
        assert screen.box.value == "who calls"

        saved.write_text("\n")  # nothing is no wish to lose it
        await screen.press("ctrl+g")
        await screen.until(lambda: (tmp_path / "was").read_text() == "who calls\n")
        await screen.app.workers.wait_for_complete()
        assert screen.box.value == "who calls"

        script.unlink()
        await screen.press("ctrl+g")
        await screen.until(lambda: "names your editor" in screen.status)
        assert screen.box.value == "who calls"

    on_screen(check, environ={"EDITOR": str(script)})


# ------------------------------------------------------------------------------------------------------ a question back


def choices(screen: Screen) -> list[str]:
    pane: Rows = screen.pane("answer")
    return [f"{row.lead.plain}{row.body.plain}" for row in pane.rows if row.ref is not None]


@pytest.mark.parametrize(
    ("keys", "meant"),
    [
        (("enter",), {"connect": ("shop/store.py::connect",)}),
        (("2",), {"connect": ("shop/old.py::connect",)}),
        (("down", "enter"), {"connect": ("shop/old.py::connect",)}),
        (("a",), None),
        (("slash", *"old.py", "enter"), {"connect": ("shop/old.py::connect",)}),  # as in the shell
        (("slash", "1", "enter"), {"connect": ("shop/store.py::connect",)}),
    ],
)
def test_what_is_meant_is_chosen_by_row_number_or_name_and_the_walk_goes_on(
    keys: tuple[str, ...], meant: object
) -> None:
    async def check(screen: Screen) -> None:
        await screen.ask("who calls connect?")
        await screen.app.workers.wait_for_complete()
        await screen.pilot.pause()
        assert screen.answer[2] == ASKED_BACK.question.replace("`", "")
        assert choices(screen)[0] == "1  connect in shop/store.py, 7 callers\nfunction · shop/store.py:4"
        assert screen.evidence.startswith("shop/store.py:4")
        assert "def connect" in screen.source
        assert screen.status.startswith("? asks back")
        assert "1" in screen.footer

        await screen.press(*keys)
        await screen.until(lambda: screen.app.ask_screen.answer is not None)
        assert screen.project.asked == ["who calls connect?"] * 2
        assert screen.project.meant == [None, meant]
        assert screen.project.may_ask == [True, False]
        assert screen.box.asked == ["who calls connect?"]

    on_screen(check, Scripted([ASKED_BACK, ANSWERED]))


def test_another_question_may_be_asked_instead_and_escape_leaves() -> None:
    async def check(screen: Screen) -> None:
        await screen.ask("who calls connect?")
        await screen.press("9", "escape")
        assert isinstance(screen.app.focused, Question)
        assert screen.project.asked == ["who calls connect?"]
        assert len(choices(screen)) == 3  # they are still there
        await screen.ask(QUESTION)
        assert screen.project.asked[-1] == QUESTION
        assert screen.project.may_ask == [True, True]
        assert "1" not in screen.footer

    on_screen(check, Scripted([ASKED_BACK, ANSWERED]))
