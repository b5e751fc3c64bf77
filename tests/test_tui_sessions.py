"""The Sessions screen as a person uses it: every key, and that nothing of an earlier answer is claimed unseen."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from codeqa.config import TraceSettings
from codeqa.domain import Answered, CodeqaError, UsageError
from codeqa.evals import written
from codeqa.files import redact
from codeqa.project import Project
from codeqa.traces import Label, Trace, Traces, cases, comparing
from codeqa.tui.app import CodeqaApp
from codeqa.tui.question import Question
from codeqa.tui.rows import Rows
from codeqa.tui.sessions import details
from codeqa.tui.sessions.comparison import ComparisonScreen
from codeqa.tui.sessions.entries import Library, day, of_trace
from codeqa.tui.sessions.pane import Pane
from codeqa.tui.sessions.screen import SessionsScreen
from codeqa.tui.sessions.steps import StepsScreen
from tests.conftest import MakeRepo
from tests.kept import BEGAN, MODEL, Kept, four, keep, led, turn
from tests.scripted import ABSTAINED, ANSWERED, QUESTION
from tests.shop import SHOP
from tests.test_sanitise import unsafe
from tests.test_tui_hostile import PAYLOADS, assert_tame

WIDE, NARROW = (140, 40), (80, 24)


class Sessions:
    """An app that shows its Sessions screen."""

    def __init__(self, app: CodeqaApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot
        self.screen = app.sessions_screen

    async def until(self, holds: Callable[[], bool]) -> None:
        for _ in range(1_000):
            if holds():
                await self.pilot.pause()
                return
            await self.pilot.pause(0.01)
        raise AssertionError(f"it never came: {self.status} | {self.rows}")

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)
            await self.settled()

    async def settled(self) -> None:
        await self.app.workers.wait_for_complete()
        await self.pilot.pause()

    async def read(self) -> None:
        await self.until(lambda: not self.screen._reading)
        await self.settled()

    async def search(self, words: str) -> None:
        self.screen.query_one("#words").value = words  # type: ignore[attr-defined]
        await self.until(lambda: self.screen._drawn[0] == words)  # type: ignore[index]

    def _rows(self, name: str = "#entries") -> list[str]:
        return [row.lead.plain + row.body.plain for row in self.app.screen.query_one(name, Rows).rows]

    @property
    def rows(self) -> list[str]:
        return self._rows()

    @property
    def questions(self) -> list[str]:
        return [line.split("\n")[0] for line in self.rows if "\n" in line]

    @property
    def status(self) -> str:
        return str(self.app.screen.query_one("#status", Static).content)

    @property
    def text(self) -> str:
        """What the pane beside the list says."""
        return "\n".join(line.plain for line in self.app.screen.query_one(Pane).said)

    @property
    def footer(self) -> dict[str, str]:
        bindings = self.app.screen.active_bindings.values()
        return {each.binding.key: each.binding.description for each in bindings if each.binding.show and each.enabled}


def on_sessions(
    project: Kept | Project, check: Callable[[Sessions], Awaitable[None]], size: tuple[int, int] = WIDE
) -> None:
    """Run a check on an app whose Sessions screen was opened by its key."""
    app = CodeqaApp(project, environ={}, clock=lambda: 0.0)  # type: ignore[arg-type]

    async def run() -> None:
        async with app.run_test(size=size) as pilot:
            sessions = Sessions(app, pilot)
            await sessions_ready(sessions)
            await check(sessions)

    asyncio.run(run())


async def sessions_ready(sessions: Sessions) -> None:
    await sessions.until(lambda: sessions.app.state is not None and sessions.app.indexing is None)
    await sessions.pilot.press("f3")
    await sessions.until(lambda: sessions.app.screen is sessions.screen)
    await sessions.read()


# ----------------------------------------------------------------------------------------------------------------- list


def test_questions_stand_newest_first_with_their_conversation_and_are_searched_as_one_types(tmp_path: Path) -> None:
    keep(tmp_path, *four())

    async def check(sessions: Sessions) -> None:
        assert [each.strip() for each in sessions.questions] == [
            "✓ what does main call?",
            "┌ ✓ who opens the shop?",
            "└ ✓ and what does it open?",
            "∅ who calls frobnicate?",
        ]
        assert f"{MODEL} · answered · 2 facts · 1.0 s" in sessions.rows[1]
        assert "planner · abstained · 12 ms" in sessions.rows[-1]
        assert sessions.status == "4 questions · 3 conversations"
        assert "what does main call?" in sessions.text and "shop/app.py:6 shop/app.py::main" in sessions.text
        await sessions.press("j", "j")
        assert "understood as what does shop/app.py::main open?" in sessions.text
        await sessions.press("slash")
        await sessions.search("WHO OPENS")
        assert [each.strip() for each in sessions.questions] == ["✓ who opens the shop?"]
        await sessions.search("frobnicate named")  # words of the answer
        assert [each.strip() for each in sessions.questions] == ["∅ who calls frobnicate?"]
        assert sessions.status == "1 of 4 questions · 3 conversations"
        await sessions.press("enter", "escape", "f3")  # as one left it
        assert [each.strip() for each in sessions.questions] == ["∅ who calls frobnicate?"]
        await sessions.press("slash")
        await sessions.search("nobody said this")
        assert sessions.rows[0] == "nothing has nobody said this"
        await sessions.press("escape")
        assert sessions.app.screen is sessions.app.ask_screen

    on_sessions(Kept(directory=tmp_path), check)


@pytest.mark.parametrize(("keeps", "said"), [(True, "Nothing has been asked here yet."), (False, "Nothing is kept")])
def test_an_empty_list_says_what_will_stand_there(tmp_path: Path, keeps: bool, said: str) -> None:
    async def check(sessions: Sessions) -> None:
        assert said in sessions.rows[1]
        assert {"t", "d", "plus"}.isdisjoint(sessions.footer)
        await sessions.press("enter", "t", "plus", "n", "u", "c", "r", "s", "y", "d")  # nothing to do, nothing breaks
        assert sessions.app.screen is sessions.screen

    on_sessions(Kept(directory=tmp_path, keeps=keeps), check)


def test_many_are_read_in_parts_and_listed_in_pages_and_only_what_is_new_is_read_again(tmp_path: Path) -> None:
    keep(tmp_path, *([turn(question=f"question {number}")] for number in range(130)))
    read: list[str] = []
    original = Traces.read

    def watch(traces: Traces, conversation: str) -> object:
        read.append(conversation)
        return original(traces, conversation)

    async def check(sessions: Sessions) -> None:
        assert sessions.status == "130 questions · 130 conversations"
        assert len(sessions.questions) == 60 and sessions.rows[-1] == "… 70 more"
        await sessions.press("G")
        assert len(sessions.questions) == 120 and sessions.screen.entry is not None
        assert sessions.screen.entry.asked == "question 60"
        await sessions.search("129")
        assert [each.strip() for each in sessions.questions] == ["✓ question 129"]
        assert len(read) == 130
        keep(tmp_path, [turn(question="one more")])  # behind the newest
        await sessions.press("escape", "f3")
        await sessions.read()
        assert len(read) == 131 and sessions.screen.library.turns == 131

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Traces, "read", watch)
        on_sessions(Kept(directory=tmp_path), check)


# --------------------------------------------------------------------------------------------------------------- labels


def test_a_label_is_kept_with_its_note_and_taken_back_and_hits_what_is_stood_on(tmp_path: Path) -> None:
    first, second, _ = keep(tmp_path, *four())
    project = Kept(directory=tmp_path)

    def labels(name: str) -> Mapping[int, Label]:
        return project.traces.named(name)[0].labels

    async def check(sessions: Sessions) -> None:
        assert "n" not in sessions.footer and "u" not in sessions.footer
        await sessions.press("plus")
        assert labels(first)[1].value == "good" and "▲ good" in sessions.rows[1]
        assert sessions.status.startswith("▲ good · n adds a note")
        await sessions.press("n", *"it ", "escape")  # as it was
        assert labels(first)[1].why == ""
        await sessions.press("n", *"all true", "enter")
        assert (labels(first)[1].why, "▲ good: all true" in sessions.rows[1]) == ("all true", True)
        assert sessions.app.focused is sessions.screen.query_one("#entries")
        await sessions.pilot.press("j", "minus")  # as fast as can be
        await sessions.settled()
        assert labels(second)[1].value == "bad" and labels(first)[1].value == "good"
        assert sessions.status.startswith("▼ bad")
        await sessions.press("u", "u", "u")
        assert (labels(first), labels(second)) == ({}, {})
        assert "u" not in sessions.footer
        shutil.rmtree(tmp_path / "traces")
        await sessions.press("minus")
        assert "the label is not kept" in sessions.status

    on_sessions(project, check, NARROW)


# ------------------------------------------------------------------------------------------------------------ two runs


def test_two_questions_are_marked_and_compared(tmp_path: Path) -> None:
    keep(tmp_path, *four())

    async def check(sessions: Sessions) -> None:
        await sessions.press("c")
        assert "◆ to compare" in sessions.rows[1] and sessions.footer["c"] == "Unmark"
        await sessions.press("c")
        assert "◆" not in "".join(sessions.rows) and sessions.footer["c"] == "Mark"
        await sessions.press("c", "down", "c")
        assert isinstance(sessions.app.screen, ComparisonScreen)
        shown = "\n".join(sessions._rows("#lines"))
        assert "before      who opens the shop?" in shown and "now         what does main call?" in shown
        assert "two questions" in shown and "both say (2)" in shown
        table = {line.split()[0]: line for line in sessions._rows("#lines") if line[:1].isalpha()}
        assert "≠ " + MODEL in table["led"] and "≠" not in table["claims"]
        assert "≠ 2" in table["requests"] and "≠ 812 in, 82 out" in table["tokens"]
        assert sessions.status.startswith("✓ both say the same")
        await sessions.press("y")
        assert "both say (2)" in sessions.app.clipboard
        await sessions.pilot.resize_terminal(*NARROW)
        await sessions.press("e", "escape")
        assert sessions.app.screen is sessions.screen and "◆" not in "".join(sessions.rows)

    on_sessions(Kept(directory=tmp_path), check)


def test_a_question_is_asked_again_without_being_kept_and_can_be_stopped(tmp_path: Path) -> None:
    keep(tmp_path, *four())
    project = Kept([replace(ANSWERED, claims=ANSWERED.claims[:1], status="partial")], directory=tmp_path)

    async def check(sessions: Sessions) -> None:
        await sessions.press("down")
        project.gate.clear()
        await sessions.pilot.press("r")
        await sessions.until(lambda: "3 steps · expand calls of main" in sessions.status)
        assert sessions.footer["escape"] == "Stop" and sessions.app.walking
        await sessions.press("enter")  # no two at once
        assert "a walk goes on" in sessions.status
        await sessions.press("escape")
        await sessions.until(lambda: sessions.status == "■ stopped")
        project.gate.set()
        await sessions.pilot.press("r")
        await sessions.until(lambda: isinstance(sessions.app.screen, ComparisonScreen))
        shown = "\n".join(sessions._rows("#lines"))
        assert "only before (1)" in shown and "− Dynamic dispatch may take it to connect." in shown
        assert sessions.status.startswith("≠ they differ · claims: 1 only before, 0 only now, 1 in both")
        assert project.asked == ["who opens the shop?"] * 2 and project.asked_again == [False, False]
        await sessions.press("escape")
        project.gate.clear()
        await sessions.pilot.press("r", "escape", "escape")  # the second one is no key that stops: it goes back
        project.gate.set()
        project.answers = [CodeqaError("the server is down", hint="start it")]
        await sessions.until(lambda: not sessions.app.walking and sessions.app.indexing is None)
        await sessions.press("f3")
        await sessions.pilot.press("r")
        await sessions.until(lambda: "the server is down · start it" in sessions.status)

    on_sessions(project, check)


def test_what_was_asked_again_waits_until_one_comes_back(tmp_path: Path) -> None:
    keep(tmp_path, *four())
    project = Kept(directory=tmp_path)

    async def check(sessions: Sessions) -> None:
        project.gate.clear()
        await sessions.pilot.press("r")
        await sessions.until(lambda: "3 steps" in sessions.status)
        await sessions.pilot.press("f2")
        await sessions.until(lambda: sessions.app.screen is sessions.app.index_screen)
        project.gate.set()
        await sessions.until(lambda: not sessions.app.walking and sessions.app.indexing is None)
        assert sessions.app.screen is sessions.app.index_screen
        await sessions.pilot.press("f3")
        await sessions.until(lambda: isinstance(sessions.app.screen, ComparisonScreen))

    on_sessions(project, check)


# ---------------------------------------------------------------------------------------------- case, copy, delete


def test_a_case_is_written_once_and_eval_reads_it(tmp_path: Path) -> None:
    name, second, third = keep(tmp_path, *four())
    file = tmp_path / cases.FILE

    async def check(sessions: Sessions) -> None:
        await sessions.press("s")
        assert sessions.status.startswith(f"✓ saved · codeqa eval run --questions {file} --model NAME")
        assert "cites 2 symbols" in sessions.status
        await sessions.press("s")
        assert sessions.status.startswith("✓ there already")
        await sessions.press("down", "minus", "s")
        assert "labelled bad" in sessions.status
        await sessions.press("down", "down", "s")  # it abstained: is that right?
        assert "label it good first" in sessions.status
        await sessions.press("plus", "s")
        assert "right is that there is no answer" in sessions.status

    on_sessions(Kept(directory=tmp_path), check)
    one, none = written.load(file)
    assert (one.id, one.question, one.kind) == (f"{name}:1", QUESTION, "multi fact")
    assert len(one.must) == 2
    assert (none.id, none.answerable) == (f"{third}:1", False)
    assert written.grade(none, ABSTAINED) == ("right", "")
    assert file.stat().st_mode & 0o777 == 0o600
    assert second


def test_a_case_file_that_is_a_link_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("")
    (tmp_path / cases.FILE).symlink_to(tmp_path / "elsewhere")
    made = cases.case({"turn": 1, **turn()}, "c:1", None)
    with pytest.raises(CodeqaError, match="no case is written"):
        cases.add(tmp_path, made)
    assert (tmp_path / "elsewhere").read_text() == ""
    with pytest.raises(UsageError):
        cases.case({"turn": 1}, "c:1", None)


def test_a_conversation_is_deleted_by_the_second_press_and_copied_as_markdown(tmp_path: Path) -> None:
    _, second, _ = keep(tmp_path, *four())
    project = Kept(directory=tmp_path)

    async def check(sessions: Sessions) -> None:
        await sessions.press("down", "y")
        assert sessions.app.clipboard.startswith("**who opens the shop?**\n\n`main` calls `check` [1]")
        assert "- `shop/app.py:6 shop/app.py::main`" in sessions.app.clipboard
        await sessions.press("plus", "d")
        assert sessions.status == "d again deletes this conversation of 2 questions"
        await sessions.press("down", "d")  # another one: it asks anew
        assert len(project.traces.stamps()) == 3
        await sessions.press("t", "escape", "d", "plus", "d")  # so does any other key in between
        assert len(project.traces.stamps()) == 3
        await sessions.press("d")
        assert sessions.status == "deleted, 2 questions"
        assert [each.strip() for each in sessions.questions] == ["✓ what does main call?", "∅ who calls frobnicate?"]
        assert not list((tmp_path / "traces").glob(f"{second}*"))
        assert sessions.screen.entry is not None and sessions.screen.entry.asked == ABSTAINED.question
        shutil.rmtree(tmp_path / "traces")
        await sessions.press("d", "d")
        assert "is not deleted" in sessions.status

    on_sessions(project, check)


# ---------------------------------------------------------------------------------------------------------------- trace


def test_a_trace_is_gone_through_step_by_step(tmp_path: Path) -> None:
    name, *_ = keep(tmp_path, *four())

    async def check(sessions: Sessions) -> None:
        await sessions.press("t")
        assert isinstance(sessions.app.screen, StepsScreen)
        rows = sessions._rows("#steps")
        assert f"{name}:1 · answered · 1" in sessions.status and "2 requests, 812 tokens in, 82 out" in sessions.status
        assert any("600 ms ━━━━━━ » 1 walk@1:33aa0a42" in row for row in rows)
        assert any("812 in + 41 out tokens" in row for row in rows)
        assert any("20 ms" in row and "→ expand(handle=main, edge=calls)" in row for row in rows)
        assert any("✗ read(handle=S9)\nrefused: no such handle: S9" in row for row in rows)
        assert any("✗ `main` opens a socket.\nstruck out: no line says so" in row for row in rows)
        assert any("✓ 2 sentences verified" in row for row in rows)
        await sessions.press("j", "j", "j", "J")
        assert "asked as in" not in sessions.text and "[1] user  at most" in sessions.text
        assert "… 13 more lines (x)" in sessions.text and "I look what main calls." in sessions.text
        await sessions.press("x")
        assert "Rule 20." in sessions.text and '"num_ctx": 8192' in sessions.text
        assert '"description": "follows edges"' in sessions.text
        await sessions.press("y")
        assert "Rule 20." in sessions.app.clipboard
        await sessions.press("x", "J", "J", "J", "enter")
        assert "[0] system  at most" in sessions.text and "as in request 1" in sessions.text
        assert sessions.app.screen.has_class("-large")
        await sessions.press("K", "escape")
        assert not sessions.app.screen.has_class("-large") and "no such handle" in sessions.text
        await sessions.press("escape", "t")
        assert sessions.app.screen.query_one("#steps", Rows).highlighted == 6  # where one was
        await sessions.press("escape", "j", "t")
        assert any("verify     2 claims hold" in row for row in sessions._rows("#steps"))
        await sessions.press("f3")
        assert sessions.app.screen is sessions.screen

    on_sessions(Kept(directory=tmp_path), check, NARROW)


# --------------------------------------------------------------------------------------------------------------- resume


@pytest.fixture(scope="module")
def shop(make_module_repo: MakeRepo) -> Path:
    root = make_module_repo(SHOP)
    with Project.open(root, environ={}) as project:
        list(project.update())
        conversation = ""
        for question in ("what does main call", "and its tests?"):
            *_, last = project.ask(question, conversation=conversation or None)
            assert isinstance(last, Answered)
            conversation = last.answer.trace.partition(":")[0]
    return root


async def evidence(sessions: Sessions) -> str:
    await sessions.settled()
    return str(sessions.app.ask_screen.query_one("#place", Static).content)


def test_enter_takes_a_question_up_again_and_the_next_one_goes_on_from_it(shop: Path) -> None:
    async def check(sessions: Sessions) -> None:
        ask = sessions.app.ask_screen
        await sessions.press("down", "up", "enter")  # the first of two
        await sessions.until(lambda: sessions.app.screen is ask)
        assert ask.answer is not None and ask.answer.question == "what does main call"
        assert ask.answer.walk and all(claim.verdict == "verified" for claim in ask.answer.claims)
        assert "facts hold now; what you ask begins a branch of it" in sessions.status
        assert "✓ checked" in await evidence(sessions)
        assert any("steps (" in row for row in sessions._rows("#walk"))
        await sessions.press("f3", "down", "enter")  # the last one
        await sessions.until(lambda: sessions.app.screen is ask)
        assert "what you ask goes on from it" in sessions.status
        id = ask._conversation.id
        await sessions.press("escape")
        ask.query_one(Question).value = "and what does it call?"
        await sessions.press("enter")
        await sessions.until(lambda: not ask.working)
        assert ask.answer is not None and "main" in ask.answer.understood
        assert ask.answer.trace == f"{id}:3"
        assert "of 20" not in sessions.status  # that was of the earlier one
        await sessions.press("f3")
        await sessions.until(lambda: sessions.screen.library.turns == 3)
        await sessions.press("d", "d")
        assert ask._conversation.id == ""  # what is deleted does not come back with the next question

    root = shop.parent / "resumed"
    fresh(shop, root)
    on_sessions(Project.open(root, environ={}), check)


def test_what_has_changed_since_is_said_and_not_claimed_to_be_checked(shop: Path) -> None:
    root = shop.parent / "changed"
    fresh(shop, root)

    async def check(sessions: Sessions) -> None:
        ask = sessions.app.ask_screen
        app = root / "shop/app.py"
        app.write_text(app.read_text().replace('check("shop.db")', "None"))
        await sessions.press("enter")
        await sessions.until(lambda: sessions.app.screen is ask)
        assert ask.answer is not None and "?unverified" in "".join(sessions._rows("#answer"))
        rows = sessions._rows("#answer")
        assert any(row.startswith("▾ other than it was") for row in rows)
        assert any("is not what it was" in row for row in rows), rows
        assert "2 of 4 facts hold now" in sessions.status
        badges = set()
        for _ in ask.answer.citations:
            badges.add((await evidence(sessions)).split("  ")[-1])
            await sessions.press("n")
        assert "✗ changed since" in badges
        changed = [c.n for c in ask.answer.citations if "check(" in c.quote]
        for n in changed:
            ask._shown = None
            ask._cite(n)
            assert "✓ checked" not in await evidence(sessions)
        shutil.rmtree(root / ".codeqa")

    on_sessions(Project.open(root, environ={}), check)


def test_nothing_is_checked_without_an_index(tmp_path: Path) -> None:
    keep(tmp_path, *four())

    async def check(sessions: Sessions) -> None:
        await sessions.press("enter")
        await sessions.until(lambda: sessions.app.screen is sessions.app.ask_screen)
        assert "? not checked again" in await evidence(sessions)
        assert any("nothing of it was checked again: there is no index" in row for row in sessions._rows("#answer"))
        assert "hold now" not in sessions.status

    on_sessions(Kept(directory=tmp_path), check)


def fresh(shop: Path, root: Path) -> None:
    """Copy a repository with its index and its first conversation, which no copy of the folder could have."""
    shutil.copytree(shop, root)
    with Project.open(shop, environ={}) as project:
        (trace,) = project.traces.newest()
    shutil.rmtree(root / ".codeqa/traces")
    traces = Traces(root / ".codeqa", TraceSettings(), redact)
    for each in trace.turns:
        record = {name: value for name, value in each.items() if name not in ("type", "turn")}
        traces.append(trace.id, lambda _, record=record: record)  # type: ignore[misc]


def test_an_answer_asked_again_of_the_project_is_not_kept_and_a_case_of_it_is_right(shop: Path) -> None:
    with Project.open(shop, environ={}) as project:
        before = project.traces.stamps()
        (trace,) = project.traces.newest()
        kept = trace.turn(1)
        compared, answer = comparing.replayed(
            kept, lambda: project.ask("what does main call", keep=False), project.traces.cleaned
        )
        assert not compared.differs and answer.trace == ""
        assert project.traces.stamps() == before
        question = written.read(cases.case(kept, "c:1", None), "1")
        assert question.must and written.grade(question, answer) == ("right", "")


# -------------------------------------------------------------------------------------------------------------- hostile

WRONG: tuple[Any, ...] = (None, 7, -1, 1e308, "text", [], [[1], {"n": 9**30}], {"a": {"b": [None]}}, True)


@pytest.mark.parametrize("value", WRONG, ids=[str(number) for number in range(len(WRONG))])
def test_a_record_of_any_shape_is_text_at_most(value: Any) -> None:  # noqa: ANN401
    whole = {"turn": 1, **led()}
    wrong = [{**whole, name: value} for name in whole if name != "turn"]
    wrong += [{**whole, "answer": {**whole["answer"], name: value}} for name in whole["answer"]]
    wrong += [{**whole, "codeqa": {"question": value, "understood": value, "meaning": value}}]
    for record in wrong:
        for item in details.items(record):
            details.as_text(item.body()), details.as_text(item.raw())
            details.bar(item.seconds, 1.0), details.spent(item.seconds)
        (entry,) = of_trace(Trace("c", (record,)))
        library = Library()
        library.take("c", [entry])
        assert isinstance(day(entry.when, date(2026, 1, 1)), str)


def test_a_broken_folder_is_told_in_a_line_and_nothing_falls_over(tmp_path: Path) -> None:
    names = keep(tmp_path, [led()], [turn()], [turn()], [{"answer": 7, "codeqa": [], "events": {"a": 1}}])
    folder = tmp_path / "traces"
    with (folder / f"{names[0]}.jsonl").open("a") as file:
        file.write(
            '{"type": "turn", "turn": 2, "answer": {"citations": [{"n": "x"}], "claims": "none"}}\nnot json\n[[['
        )
    (folder / f"{names[1]}.jsonl").unlink()
    (folder / f"{names[1]}.jsonl").symlink_to("/etc/passwd")
    os.chmod(folder / f"{names[2]}.jsonl", 0o644)
    (folder / "20251120-999999-ffffff.jsonl").write_text(json.dumps({"type": "conversation", "id": "another"}))
    os.chmod(folder / "20251120-999999-ffffff.jsonl", 0o600)

    async def check(sessions: Sessions) -> None:
        unread = str(sessions.screen.query_one("#unread", Static).content)
        assert unread.startswith("! traces/") and "more like it" in unread
        assert len(sessions.questions) == 3
        for _ in range(3):
            await sessions.press("t", "x", "J", "escape", "r")
            await sessions.until(lambda: not sessions.app.walking and sessions.app.indexing is None)
            if isinstance(sessions.app.screen, ComparisonScreen):
                await sessions.press("escape")
            await sessions.press("plus", "s", "y", "enter")
            if not isinstance(sessions.app.screen, SessionsScreen):
                await sessions.press("f3")
            sessions.screen.query_one("#entries").focus()
            await sessions.press("j")

    on_sessions(Kept(directory=tmp_path), check)


ALONE = ("a long line", "one huge grapheme", "markup that acts", "markup that does not close")  # they hide the others
TOGETHER = "".join(payload for name, payload in PAYLOADS.items() if name not in ALONE)


@pytest.mark.parametrize("payload", [PAYLOADS["markup that acts"], TOGETHER], ids=["markup", "all others"])
def test_no_widget_gives_a_payload_power(tmp_path: Path, payload: str) -> None:
    def filled(value: Any) -> Any:  # noqa: ANN401
        if isinstance(value, dict):
            return {name: filled(each) for name, each in value.items()}
        if isinstance(value, list):
            return [filled(each) for each in value]
        kept = ("chat", "execute_tool", "walk", "verified", "answered", "calls", "text", "reasoning", "tool_call")
        return payload[:10_000] if isinstance(value, str) and value not in (*kept, "edge") else value

    record = filled(led())
    keep(tmp_path, [record], [{**record, "start_time_unix_nano": BEGAN - 1}])

    async def check(sessions: Sessions) -> None:
        for key in ("plus", "n", "enter", "y", "c", "j", "t", "x", "J", "J", "J", "J", "J", "y", "escape"):
            await sessions.press(key)
            assert_tame(sessions.app)
        await sessions.press("c")
        assert_tame(sessions.app)
        await sessions.press("y", "escape", "s")
        assert_tame(sessions.app)
        await sessions.press("enter")
        assert_tame(sessions.app)
        assert unsafe(sessions.app.clipboard) == set()

    on_sessions(Kept(directory=tmp_path), check)
