"""The Index screen as a person uses it: what is indexed, what is not, and which model leads."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from codeqa import models
from codeqa.domain import ModelServer
from codeqa.models import rungs
from codeqa.project import Project
from codeqa.tui.app import CodeqaApp
from codeqa.tui.index import IndexScreen
from codeqa.tui.question import Question
from codeqa.tui.rows import Rows
from tests.conftest import MakeRepo
from tests.driving import Driven, drive
from tests.scripted import PARSING
from tests.stocked import DOWN, SERVER, STATUS, Stocked


class Index(Driven):
    """An app that shows its Index screen."""

    def __init__(self, app: CodeqaApp, pilot: Pilot[None], project: Stocked) -> None:
        super().__init__(app, pilot)
        self.project = project
        self.screen = app.index_screen

    def _rows(self, name: str) -> list[str]:
        return [(row.lead.plain + row.body.plain).strip() for row in self.screen.query_one(name, Rows).rows]

    @property
    def state(self) -> list[str]:
        return self._rows("#state")

    @property
    def models(self) -> list[str]:
        return self._rows("#models")

    @property
    def status(self) -> str:
        return str(self.screen.query_one("#status", Static).content)


def on_index(check: Callable[[Index], Awaitable[None]], project: Stocked | None = None) -> None:
    """Run a check on an app whose Index screen was opened by its key."""
    project = project or Stocked()
    app = CodeqaApp(project, environ={}, clock=lambda: 0.0)

    async def run(pilot: Pilot[None]) -> None:
        index = Index(app, pilot, project)
        held = not project.index_gate.is_set()
        await index.until(lambda: isinstance(app.focused, Question) and (held or app.state is not None))
        await index.press("f2")
        assert isinstance(app.screen, IndexScreen)
        if not held:
            await index.settled()
        await check(index)

    drive(app, run, free=project.free)
    assert project.closed
    assert project.threads <= {"codeqa-index", "codeqa-walk", "codeqa-read"}


@pytest.fixture(autouse=True)
def server(monkeypatch: pytest.MonkeyPatch) -> list[ModelServer | Exception]:
    """What answers where the model server should be; a test may change it."""
    answers: list[ModelServer | Exception] = [SERVER]

    def look(url: str, environ: object, seconds: float) -> ModelServer:
        if isinstance(answers[0], Exception):
            raise answers[0]
        return answers[0]

    monkeypatch.setattr(models, "look", look)
    return answers


# ---------------------------------------------------------------------------------------------------------------- index


def test_it_tells_what_is_indexed_and_what_is_not() -> None:
    async def check(index: Index) -> None:
        assert index.state[0] == "index      generation 7 · 12 files · 4.7 MB"
        assert "freshness  ✓ fresh" in index.state
        assert "languages  python        10 ━━━━━━━━━━━━━━━━━━━━" in index.state
        assert "edges      940 · exact 900 · join 40" in index.state
        assert "vectors    380 of static-256" in index.state
        assert "skipped    3 files" in index.state
        assert index.state[-2:] == ["▸ secret (1)", "▸ too large (2)"]

    on_index(check)


def test_key_enter_opens_and_closes_what_was_skipped() -> None:
    async def check(index: Index) -> None:
        index.screen.query_one("#state").focus()
        await index.press("end", "enter")
        assert index.state[-3:] == ["▾ too large (2)", "shop/data.json", "shop/more.json"]
        assert index.footer["enter"] == "Open"
        await index.press("enter")
        assert index.state[-1] == "▸ too large (2)"

    on_index(check)


def test_changed_files_are_counted_and_listed() -> None:
    async def check(index: Index) -> None:
        assert "freshness  ▸ ✎ 2 files changed since; i indexes them" in index.state
        assert str(index.screen.query_one("#freshness", Static).content).endswith("✎ 2 changed")
        index.screen.query_one("#state").focus()
        await index.press("home", "enter")
        assert "shop/app.py" in index.state

    on_index(check, Stocked(state=replace(STATUS, stale=("shop/app.py", "shop/new.py"))))


def test_without_an_index_it_says_how_to_make_one() -> None:
    from codeqa.domain import NoIndex

    async def check(index: Index) -> None:
        assert index.state == ["✗ there is no index", "codeqa index"]

    on_index(check, Stocked(state=NoIndex("there is no index", hint="codeqa index")))


def test_key_i_indexes_with_rate_and_time_left() -> None:
    project = Stocked()

    async def check(index: Index) -> None:
        project.indexing = [PARSING]
        project.index_gate.clear()
        assert index.footer["i"] == "Index"
        await index.press("i")
        await index.until(lambda: index.status.startswith("███░"))
        assert index.status.endswith(" parse  120/900  60/s  13.0 s left  shop/app.py")
        assert index.footer["escape"] == "Stop" and "i" not in index.footer
        project.index_gate.set()
        await index.until(lambda: index.status == "✓ the index is that of the tree")
        assert index.footer["escape"] == "Back" and "i" in index.footer

    on_index(check, project)


def test_key_escape_stops_a_run_and_then_goes_back() -> None:
    project = Stocked()

    async def check(index: Index) -> None:
        project.indexing = [PARSING]
        project.index_gate.clear()
        await index.press("i")
        await index.until(lambda: "parse" in index.status)
        await index.press("escape")
        assert index.app.screen is index.screen
        assert index.status == "■ stopping …"
        project.index_gate.set()
        await index.until(lambda: index.app.indexing is None)
        stopped = "■ stopped · the index is that of generation 7; i begins again"
        await index.until(lambda: index.status == stopped)
        await index.press("escape")
        assert index.app.screen is index.app.ask_screen

    on_index(check, project)


def test_key_b_goes_back_while_a_run_goes_on() -> None:
    project = Stocked()

    async def check(index: Index) -> None:
        project.index_gate.clear()
        await index.press("i", "b")
        assert index.app.screen is index.app.ask_screen
        assert index.app.indexing is not None and not index.app.indexing.cancelled.is_set()

    on_index(check, project)


def test_a_run_that_is_stopped_leaves_an_index_that_the_next_run_completes(make_repo: MakeRepo) -> None:
    """On a real project: cancelled in the middle, indexed again."""
    from codeqa.domain import Event, Progress
    from codeqa.tui.engine import Ended, Engine, Happened, Lane, Told

    root = make_repo({f"shop/part{n}.py": f"def part{n}():\n    return {n}\n" for n in range(60)})
    told: list[Told] = []
    events: list[Event] = []

    def tell(what: Told) -> None:
        told.append(what)
        if isinstance(what, Happened):
            events.append(what.event)
            if what.job == 1 and isinstance(what.event, Progress):
                first.cancel()

    project = Project.open(root)
    engine = Engine(project, tell)
    first = engine.stream(lambda each, cancelled: each.index(), Lane.INDEX)
    engine.stream(lambda each, cancelled: each.index(), Lane.INDEX)
    status = engine.submit(lambda each: each.status())
    engine.start()
    try:
        assert status.result(60).files == 60
        assert status.result().stale == ()
    finally:
        engine.close()
    ends = [each for each in told if isinstance(each, Ended)]
    assert [(end.cancelled, end.error) for end in ends] == [(True, None), (False, None)]


# --------------------------------------------------------------------------------------------------------------- models


def test_models_are_told_with_what_is_known_of_them() -> None:
    rungs.remember("http://127.0.0.1:11434", "small:1b", "format")

    async def check(index: Index) -> None:
        assert index.models == [
            "✓ http://127.0.0.1:11434, version 0.12.3 · 3 models",
            "",
            "● no model  in use\nthe planner answers, from the graph alone",
            "○ small:1b\n1.3 GB, qwen3 1.7B Q4_K_M, context 40,960, calls tools, seen: acts by JSON of a schema",
            "✗ vectors\n274.3 MB, bert, context 2,048\nit makes vectors only",
            "✗ huge:cloud\ncontext 262,144, calls tools\n"
            "it runs at ollama.com, not on this machine; model.remote in your own settings allows that",
        ]

    on_index(check)


def test_key_enter_chooses_a_model_and_takes_it_back() -> None:
    async def check(index: Index) -> None:
        assert index.footer["enter"] == "Choose"
        await index.press("down", "enter")
        await index.settled()
        assert index.project.led == ["small:1b"]
        assert index.app.model == "small:1b"
        assert "● small:1b  in use" in "\n".join(index.models)
        assert index.status.startswith("✓ small:1b leads the walks of this session")
        assert "small:1b · " in str(index.screen.query_one("#freshness", Static).content)

        await index.press("up", "enter")
        await index.settled()
        assert index.project.led == ["small:1b", None]
        assert index.app.model is None

    on_index(check)


def test_a_model_at_another_machine_is_said_in_the_header() -> None:
    project = Stocked(server="http://gpu.example:11434")

    async def check(index: Index) -> None:
        await index.press("down", "enter")
        await index.settled()
        said = str(index.screen.query_one("#freshness", Static).content)
        assert said.startswith("SOURCE IS SENT TO gpu.example · small:1b")

    on_index(check, project)


def test_a_model_that_cannot_lead_is_not_chosen_and_the_line_says_why() -> None:
    async def check(index: Index) -> None:
        await index.press("end", "enter")
        assert index.project.led == []
        assert index.status.startswith("✗ huge:cloud cannot be chosen: it runs at ollama.com")

    on_index(check)


def test_a_server_that_is_down_is_a_line_and_key_r_looks_again(server: list[ModelServer | Exception]) -> None:
    server[0] = DOWN

    async def check(index: Index) -> None:
        assert index.models == [
            "○ no server answers at http://127.0.0.1:11434 (is it running?)",
            "",
            "○ no model\nthe planner answers, from the graph alone",
            "● small:1b  in use\nits server does not answer",
        ]
        server[0] = SERVER
        await index.press("r")
        await index.settled()
        assert index.models[0].startswith("✓ http://127.0.0.1:11434")
        assert index.models[3].startswith("● small:1b  in use\n1.3 GB")

    on_index(check, Stocked(model="small:1b"))


def test_a_chosen_model_leads_the_next_walk(make_repo: MakeRepo) -> None:
    """On a real project, at no server: what is asked next is asked of the model, and the planner takes over."""
    with Project.open(make_repo({"a.py": "def f(): pass\n"}), environ={"OLLAMA_HOST": "127.0.0.1:9"}) as project:
        project.lead_by("small:1b")
        assert project.chat_model().name == "small:1b"
        project.lead_by(None)
        assert project.settings.model.name is None


def test_no_dialog_opens_and_it_can_be_reached_from_the_palette() -> None:
    async def check(index: Index) -> None:
        offered = {command.title: command for command in index.app.get_system_commands(index.app.screen)}
        await index.press("escape")
        await offered["Index and models"].callback()
        await index.pilot.pause()
        assert index.app.screen is index.screen
        assert not index.app.screen.is_modal

    on_index(check)


def test_what_the_index_has_is_there_before_it_is_compared_with_the_tree() -> None:
    async def check(index: Index) -> None:
        screen = index.app.index_screen
        screen._show_status(comparing=True)
        assert any("comparing with the tree" in row.body.plain for row in screen.query_one("#state", Rows).rows)
        assert screen.query_one("#state", Rows).rows[0].body.plain.startswith("generation")
        screen._show_status()
        assert "comparing" not in " ".join(row.body.plain for row in screen.query_one("#state", Rows).rows)

    on_index(check)
