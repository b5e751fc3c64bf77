"""A model leads the walk, on the full screen: what is seen of it while it works, and what is said when it fails."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from codeqa.project import Project
from codeqa.tui.app import CodeqaApp
from codeqa.tui.question import Question
from codeqa.tui.rows import Rows
from tests.asking import SHOP
from tests.asking import ask as index
from tests.chat_server import ChatFault, Said
from tests.conftest import MakeRepo
from tests.driving import Driven, drive
from tests.led import NAME, serve, thorough
from tests.ollama_server import Fault, OllamaServer

QUESTION = "who calls retry?"


@pytest.fixture(scope="module")
def shop(make_module_repo: MakeRepo) -> Path:
    root = make_module_repo(SHOP)
    index(root, QUESTION)
    return root


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    with serve() as scripted:
        yield scripted


class Led(Driven):
    """An app whose walks a model leads."""

    async def ask(self) -> None:
        self.app.ask_screen.query_one(Question).value = QUESTION
        await self.press("enter")

    async def answered(self) -> None:
        await self.until(lambda: not self.app.ask_screen.working)
        await self.settled()


def led(root: Path, server: OllamaServer, check: Callable[[Led], Awaitable[None]], *, model: str | None = NAME) -> None:
    """Run a check on an app at a model server."""
    overrides = {"model.name": model, "model.reuse": False}
    project = Project.open(root, overrides=overrides, environ={"OLLAMA_HOST": server.url})
    app = CodeqaApp(project, environ={"OLLAMA_HOST": server.url})

    async def run(pilot: Pilot[None]) -> None:
        on = Led(app, pilot)
        await on.until(lambda: app.state is not None and app.indexing is None)
        await check(on)

    drive(app, run)


def thinking(body: dict[str, Any]) -> Said:
    return replace(thorough(body), thinking="let me see")


def test_a_led_walk_is_seen_as_it_goes_and_summed_up(shop: Path) -> None:
    async def check(on: Led) -> None:
        await on.ask()
        await on.until(lambda: "the model thinks" in on.text("status"))
        await on.until(lambda: " tokens · context " in on.text("status"))
        assert "walking" in on.text("status")
        assert any(row.startswith(("→ ", "· ")) for row in on.rows("walk"))
        await on.answered()

        answer = on.app.ask_screen.answer
        assert answer is not None
        assert answer.model == NAME
        assert answer.citations
        status = on.text("status")
        for part in ("✓ answered", "hops ", "facts ", f"{sum(answer.tokens.values()):,} tokens", "context ", NAME):
            assert part in status

    with serve(thinking) as server:
        server.pause_between = 0.3
        led(shop, server, check)


@pytest.mark.parametrize("said", ["nothing", "half"])
def test_escape_stops_a_silent_model_at_once_and_gives_the_question_back(
    shop: Path, server: OllamaServer, said: str
) -> None:
    server.fail("/api/chat", Fault.STALL if said == "nothing" else ChatFault.STALL_MID)

    async def check(on: Led) -> None:
        await on.ask()
        await on.until(lambda: bool(server.asked("/api/chat")))
        began = time.monotonic()
        await on.pilot.press("escape")
        await on.until(lambda: not on.app.ask_screen.working)
        seconds = time.monotonic() - began
        assert on.app.ask_screen.query_one(Question).value == QUESTION
        assert "stopped" in on.text("status")
        assert seconds < 0.2, seconds
        job = on.app.engine.submit(lambda _: None)  # the thread is free as well
        await on.until(job.done)
        assert time.monotonic() - began < 2

    led(shop, server, check)


@pytest.mark.parametrize(
    "fault",
    [Fault.ERROR, Fault.RESET, Fault.TRUNCATED, ChatFault.CUT, ChatFault.EOF, ChatFault.EMPTY, ChatFault.NO_TOOLS],
)
def test_what_goes_wrong_is_said_and_who_led_instead(
    shop: Path, server: OllamaServer, fault: Fault | ChatFault
) -> None:
    server.fail("/api/chat", fault)

    async def check(on: Led) -> None:
        await on.ask()
        await on.answered()
        answer, status = on.app.ask_screen.answer, on.text("status")
        assert answer is not None
        assert answer.citations
        if answer.model is None:
            assert f"planner in place of {NAME}: see notes" in status
            assert any("notes (1)" in row for row in on.rows("answer"))
        else:  # tried again, or asked in another form
            assert fault in {Fault.TRUNCATED, ChatFault.NO_TOOLS}
            assert NAME in status

    led(shop, server, check)


def test_a_model_chosen_on_the_other_screen_leads_the_next_walk(shop: Path, server: OllamaServer) -> None:
    async def check(on: Led) -> None:
        await on.press("f2")
        await on.until(lambda: any(NAME in row for row in on.rows("models")))
        await on.settled()
        models = on.app.screen.query_one("#models", Rows)
        models.focus()
        models.highlighted = next(n for n, row in enumerate(on.rows("models")) if NAME in row)
        await on.press("enter")
        await on.settled()
        await on.press("escape")
        await on.ask()
        await on.answered()
        assert NAME in on.text("status")
        assert server.asked("/api/chat")

    led(shop, server, check, model=None)
