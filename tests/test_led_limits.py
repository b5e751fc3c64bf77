"""What holds a led walk: the ladder of formats, budgets, cancelling, and which host may be asked."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from codeqa.domain import Heard, ModelCancelled
from codeqa.models import rungs as remembered
from codeqa.models import running
from codeqa.project import Project
from tests.asking import SHOP
from tests.chat_server import ChatFault, Said
from tests.conftest import ROOT, MakeRepo, RunCodeqa
from tests.honest import honest, said
from tests.led import (
    NAME,
    PATHS,
    as_ollama,
    asked,
    done,
    indexed,
    lead,
    left,
    offered,
    overrides,
    rungs,
    serve,
)
from tests.ollama_server import Fault, OllamaServer

QUESTION = "who calls Checkout.charge"
AT_ONCE = 1.0  # seconds; 0.2 are promised, and measured where nothing else runs


@pytest.fixture(autouse=True)
def no_long_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "PAUSE_SECONDS", 0.01)


@pytest.fixture(scope="module")
def shop(make_module_repo: MakeRepo) -> Path:
    return indexed(make_module_repo(SHOP))


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    with serve() as scripted:
        yield scripted


@pytest.fixture(params=list(PATHS))
def api(request: pytest.FixtureRequest) -> str:
    return str(request.param)


# ----------------------------------------------------------------------------------------------------------- the ladder


def has_tools(body: dict[str, Any]) -> bool:
    return bool(body.get("tools"))


def has_format(body: dict[str, Any]) -> bool:
    return bool(body.get("format") or body.get("response_format"))


def test_without_native_tools_a_walk_goes_on_by_format(shop: Path, server: OllamaServer, api: str) -> None:
    server.fail(PATHS[api], ChatFault.NO_TOOLS, when=has_tools)
    led = lead(shop, server, QUESTION, api)
    assert rungs(led) == ["native", "format"] and led.answer.model == NAME and led.answer.status == "answered"
    assert len(led.calls) == 5 and all(not body.get("tools") for body in asked(server)[1:])


@pytest.mark.parametrize("fault", [ChatFault.FORMAT_IGNORED, ChatFault.NO_FORMAT])
def test_without_format_a_walk_goes_on_by_text(shop: Path, server: OllamaServer, api: str, fault: ChatFault) -> None:
    server.fail(PATHS[api], ChatFault.NO_TOOLS, when=has_tools)
    server.fail(PATHS[api], fault, when=has_format)
    led = lead(shop, server, QUESTION, api)
    assert rungs(led) == ["native", "format", "text"] and led.answer.model == NAME and led.answer.status == "answered"
    assert not asked(server)[-1].get("tools") and not has_format(asked(server)[-1])


def test_a_model_that_holds_on_to_nothing_ends_with_the_planner(shop: Path, server: OllamaServer, api: str) -> None:
    server.script = lambda body: Said("I would first look at the code of the shop.")
    led = lead(shop, server, QUESTION, api)
    assert [call.rung for call in led.calls] == ["native", "native", "format", "format", "text", "text"]
    assert led.answer.model is None and led.answer.status == "answered"
    assert led.answer.citations and "calls that can be carried out" in led.answer.unknowns[-1]


@pytest.mark.parametrize(("lost", "rung"), [((), "native"), (("tools",), "format"), (("tools", "format"), "text")])
def test_the_doctor_finds_the_rung_and_the_next_walk_begins_there(
    shop: Path, server: OllamaServer, api: str, lost: tuple[str, ...], rung: str
) -> None:
    def search_or_lead(body: dict[str, Any]) -> Said:
        probed = "Look for the word" in str(body["messages"][-1]["content"])
        return said(body, "search", {"query": "main"}) if probed else honest(body)

    server.script = as_ollama(search_or_lead)
    if "tools" in lost:
        server.fail(PATHS[api], ChatFault.NO_TOOLS, when=has_tools)
    if "format" in lost:
        server.fail(PATHS[api], ChatFault.FORMAT_IGNORED, when=has_format)
    with Project.open(shop, overrides=overrides(server, api), environ={}) as project:
        (check,) = [check for check in project.doctor() if check.name == "model"]
        assert check.ok and remembered.known(project.server_url, NAME) == rung
    led = lead(shop, server, QUESTION, api)
    assert rungs(led) == [rung] and led.answer.model == NAME and left(server) == ""


def test_the_doctor_remembers_nothing_of_a_model_that_acts_in_no_form(
    shop: Path, server: OllamaServer, api: str
) -> None:
    server.script = lambda body: Said("I would look for it.")
    with Project.open(shop, overrides=overrides(server, api), environ={}) as project:
        (check,) = [check for check in project.doctor() if check.name == "model"]
        assert check.ok is False and "planner" in check.detail
        assert remembered.known(project.server_url, NAME) == remembered.DEFAULT
    assert left(server) == ""


# --------------------------------------------------------------------------------------------------------------- limits


def other_words(body: dict[str, Any]) -> Said:
    """Search for something else each time, as long as that is offered; then be honest."""
    if offered(body) == ["finish"]:
        return honest(body)
    return said(body, "search", {"query": f"word {len(str(body))}"})


def test_the_third_identical_call_is_refused_and_then_only_finish_is_left(
    shop: Path, server: OllamaServer, api: str
) -> None:
    def stuck(body: dict[str, Any]) -> Said:
        return honest(body) if offered(body) == ["finish"] else said(body, "search", {"query": "charge"})

    server.script = as_ollama(stuck)
    led = lead(shop, server, QUESTION, api)
    assert [bool(use.refused) for use in led.used] == [False, False, True, True, True]
    assert all("made before" in use.observation for use in led.used[2:])
    assert [offered(body) == ["finish"] for body in asked(server)] == [False] * 5 + [True]
    assert led.answer.model == NAME and left(server) == ""


def test_calls_that_are_written_differently_and_mean_the_same_are_identical(shop: Path, server: OllamaServer) -> None:
    ways = ["S2", "[S2]", "s2"]

    def disguised(body: dict[str, Any]) -> Said:
        over = offered(body) == ["finish"] or done(body) >= len(ways)
        return honest(body) if over else said(body, "symbol", {"name": ways[done(body)]})

    server.script = as_ollama(disguised)
    first, second, third, *_ = lead(shop, server, QUESTION).used
    assert first.arguments == second.arguments and first.digest == second.digest != ""
    assert third.refused


@pytest.mark.parametrize("never", [False, True])
def test_calls_are_limited(shop: Path, server: OllamaServer, api: str, never: bool) -> None:
    def searches(body: dict[str, Any]) -> Said:
        return said(body, "search", {"query": f"word {len(str(body))}"})

    server.script = as_ollama(searches if never else other_words)
    led = lead(shop, server, QUESTION, api, model__calls=6)
    assert [use.refused == "" for use in led.used] == [True] * 4 + [False] * 2 * never
    assert [offered(body) for body in asked(server)][4:] == [["finish"]] * (2 if never else 1)
    assert led.answer.model == (None if never else NAME) and led.answer.status == "answered" and left(server) == ""


def test_a_model_that_never_finishes_ends_with_the_planner(shop: Path, server: OllamaServer) -> None:
    server.script = as_ollama(lambda body: said(body, "search", {"query": f"word {len(str(body))}"}))
    led = lead(shop, server, QUESTION)
    assert len(asked(server)) <= 24 and led.answer.model is None and led.answer.status == "answered"
    assert NAME in led.answer.unknowns[-1]


def test_time_is_limited(shop: Path, server: OllamaServer) -> None:
    def slow(body: dict[str, Any]) -> Said:
        time.sleep(0.3)
        return other_words(body)

    server.script = as_ollama(slow)
    led = lead(shop, server, QUESTION, model__seconds=1)
    assert offered(asked(server)[-1]) == ["finish"] and "time is up" in str(asked(server)[-1])
    assert 1 <= led.seconds < 10 and led.answer.model == NAME


def test_tokens_are_limited(shop: Path, server: OllamaServer) -> None:
    server.script = as_ollama(other_words)
    led = lead(shop, server, QUESTION, model__tokens=1_000)
    assert offered(asked(server)[-1]) == ["finish"] and "no tokens left" in str(asked(server)[-1])
    assert len(asked(server)) <= 5 and led.answer.model == NAME
    assert led.answer.tokens["input"] + led.answer.tokens["output"] >= 1_000


def test_tokens_are_counted_where_the_server_counts_none(shop: Path, server: OllamaServer, api: str) -> None:
    server.script = as_ollama(other_words)
    server.fail(PATHS[api], ChatFault.NO_COUNTS)
    led = lead(shop, server, QUESTION, api, model__tokens=1_000)
    assert offered(asked(server)[-1]) == ["finish"] and len(asked(server)) <= 3 and led.answer.model == NAME


def test_steps_away_from_the_question_are_limited(make_repo: MakeRepo, server: OllamaServer) -> None:
    """A model that follows calls from the newest symbol on is stopped where the walk ends."""

    def deeper(body: dict[str, Any]) -> Said:
        expand = next((t["function"] for t in body.get("tools", ()) if t["function"]["name"] == "expand"), None)
        if expand is None:
            return honest(body)
        newest = expand["parameters"]["properties"]["handle"]["enum"][-1]
        return said(body, "expand", {"handle": newest, "edge": "calls", "direction": "out"})

    steps = "".join(f"def step_{n}():\n    step_{n + 1}()\n\n\n" for n in range(12))
    root = indexed(make_repo({"chain.py": f"{steps}def step_12():\n    pass\n"}))
    server.script = as_ollama(deeper)
    led = lead(root, server, "who calls step_0", ask__max_hops=3)
    followed = [use.arguments["handle"] for use in led.used if use.digest]
    assert followed == [f"chain.py::step_{n}" for n in range(3)]
    assert "3 steps away from the question" in led.used[3].observation and led.answer.model == NAME


def test_the_context_and_the_question_are_in_every_request(shop: Path, server: OllamaServer) -> None:
    server.script = as_ollama(other_words)
    lead(shop, server, QUESTION, model__context=4_096, model__calls=20)
    assert len(asked(server)) > 10
    for body in asked(server):
        assert body["options"]["num_ctx"] == 4_096 and 0 < body["options"]["num_predict"] < 1_024
        system, head, *_ = body["messages"]
        assert system["role"] == "system" and "finish" in system["content"]
        assert head["role"] == "user" and f"Question: {QUESTION}" in head["content"]


# --------------------------------------------------------------------------------------------------------------- cancel


def talk(body: dict[str, Any]) -> Said:
    return Said("and so on " * 400)


def cancelled_after(root: Path, server: OllamaServer, api: str) -> float:
    """Cancel a walk a moment after its first request has come; return how long it went on."""
    event, at = threading.Event(), [0.0]

    def cancel() -> None:
        until = time.monotonic() + 30
        while not asked(server) and time.monotonic() < until:
            time.sleep(0.005)
        time.sleep(0.1)
        at[0] = time.monotonic()
        event.set()

    thread = threading.Thread(target=cancel)
    thread.start()
    with Project.open(root, overrides=overrides(server, api), environ={}) as project:
        with pytest.raises(ModelCancelled) as caught:
            list(project.ask(QUESTION, cancelled=event))
        ended = time.monotonic() - at[0]
    thread.join()
    assert caught.value.exit_code == 130 and len(asked(server)) == 1
    return ended


def test_a_walk_is_cancelled_in_the_middle_of_a_word(shop: Path, server: OllamaServer, api: str) -> None:
    server.script, server.pause_between = talk, 0.01
    seconds = cancelled_after(shop, server, api)
    sys.stdout.write(f"cancelled in {seconds * 1000:.0f} ms\n")
    assert seconds < AT_ONCE and left(server) == ""


@pytest.mark.parametrize("fault", [Fault.STALL, ChatFault.STALL_MID, ChatFault.DRIP, ChatFault.KEEP_ALIVE])
def test_a_walk_is_cancelled_while_nothing_comes(shop: Path, server: OllamaServer, api: str, fault: Fault) -> None:
    server.fail(PATHS[api], fault)
    assert cancelled_after(shop, server, api) < AT_ONCE
    assert left(server) == ""


def test_a_walk_that_was_cancelled_before_asks_nothing(shop: Path, server: OllamaServer, api: str) -> None:
    event = threading.Event()
    event.set()
    with (
        Project.open(shop, overrides=overrides(server, api), environ={}) as project,
        pytest.raises(ModelCancelled),
    ):
        list(project.ask(QUESTION, cancelled=event))
    assert asked(server) == [] and left(server) == ""


def test_a_walk_is_cancelled_before_the_planner_is_done(shop: Path, server: OllamaServer) -> None:
    event, steps = threading.Event(), []
    with Project.open(shop, overrides=overrides(server), environ={}) as project, pytest.raises(ModelCancelled):
        for happened in project.ask(QUESTION, cancelled=event):
            steps.append(happened)
            event.set()
    assert len(steps) == 1 and asked(server) == []


def test_whoever_stops_listening_closes_the_connection(shop: Path, server: OllamaServer, api: str) -> None:
    server.script, server.pause_between = talk, 0.01
    with Project.open(shop, overrides=overrides(server, api), environ={}) as project:
        events = project.ask(QUESTION)
        while not isinstance(next(events), Heard):
            pass
        events.close()  # type: ignore[attr-defined]  # it is a generator
        assert left(server) == "" and len(asked(server)) == 1


@pytest.mark.parametrize("fault", [ChatFault.STALL_MID, None])
def test_ctrl_c_ends_the_command(shop: Path, server: OllamaServer, api: str, fault: Fault | None) -> None:
    if fault is None:
        server.script, server.pause_between = talk, 0.01
    else:
        server.fail(PATHS[api], fault)
    host = server.url + ("/v1" if api == "openai" else "")
    arguments = ["ask", QUESTION, "--model", NAME, "--host", host, "--repo", str(shop)]
    with subprocess.Popen(
        [sys.executable, "-c", "from codeqa.cli import main; main()", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        until = time.monotonic() + 30
        while not asked(server) and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130 and out == "" and "Traceback" not in err
    assert len(asked(server)) == 1 and left(server) == ""


# -------------------------------------------------------------------------------------------------- the command, hosts

NOWHERE = "http://192.0.2.1:11434"  # an address that nobody has (RFC 5737)


def test_the_command_is_led_by_a_model(shop: Path, server: OllamaServer, api: str, codeqa: RunCodeqa) -> None:
    host = server.url + ("/v1" if api == "openai" else "")
    run = codeqa("ask", QUESTION, "--model", NAME, "--host", host, "--repo", shop, "--json", "--no-trace")
    answer = json.loads(run.stdout)
    assert run.returncode == 0 and answer["model"] == NAME and answer["status"] == "answered" and run.stderr == ""
    assert left(server) == ""


@pytest.mark.parametrize("fault", [Fault.ERROR, ChatFault.FORMAT_IGNORED])
def test_the_command_falls_back_and_says_so(shop: Path, server: OllamaServer, codeqa: RunCodeqa, fault: Fault) -> None:
    server.fail("/api/chat", fault)
    arguments = ("ask", QUESTION, "--model", NAME, "--host", server.url, "--repo", shop, "--no-trace")
    run = codeqa(*arguments)
    assert run.returncode == 0 and "`Checkout.place` calls" in run.stdout and "no model" in run.stdout
    assert "the planner answers" in run.stderr and f"{NAME} was asked to lead" in run.stdout
    run = codeqa(*arguments, "--require-model")
    assert run.returncode == 5 and run.stdout == "" and NAME in run.stderr
    assert left(server) == ""


@pytest.mark.parametrize("way", ["option", "variable"])
def test_a_host_that_is_not_this_machine_is_refused(
    shop: Path, codeqa: RunCodeqa, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setenv("OLLAMA_HOST", NOWHERE)
    host = ("--host", NOWHERE) if way == "option" else ()
    began = time.monotonic()
    run = codeqa("ask", QUESTION, "--model", NAME, *host, "--repo", shop)
    assert run.returncode == 2 and "192.0.2.1, which is not this machine" in run.stderr and run.stdout == ""
    assert "SENT" not in run.stderr and time.monotonic() - began < 20


def test_with_the_flag_a_banner_says_where_text_goes(
    shop: Path, codeqa: RunCodeqa, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODEQA_MODEL_TIMEOUT_SECONDS", "1")
    arguments = ("ask", QUESTION, "--model", NAME, "--host", NOWHERE, "--remote", "--repo", shop, "--no-trace")
    run = codeqa(*arguments)
    assert run.returncode == 0 and f"SOURCE TEXT IS SENT TO ANOTHER MACHINE: {NOWHERE}" in run.stderr
    assert "`Checkout.place` calls" in run.stdout and "the planner answers" in run.stderr
    run = codeqa(*arguments, "--require-model")
    assert run.returncode == 5 and f"SENT TO ANOTHER MACHINE: {NOWHERE}" in run.stderr and run.stdout == ""


def test_no_banner_stands_over_this_machine(shop: Path, server: OllamaServer) -> None:
    assert lead(shop, server, QUESTION, model__remote=True).notices == []


def test_the_variable_of_ollama_is_honoured(
    shop: Path, server: OllamaServer, codeqa: RunCodeqa, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLLAMA_HOST", server.url.removeprefix("http://"))
    run = codeqa("ask", QUESTION, "--model", NAME, "--repo", shop, "--json", "--no-trace")
    assert json.loads(run.stdout)["model"] == NAME and asked(server)


def test_no_redirect_is_followed(shop: Path, server: OllamaServer, api: str) -> None:
    with serve() as other:
        server.redirect_to = other.url
        server.fail(PATHS[api], Fault.REDIRECT)
        led = lead(shop, server, QUESTION, api)
        assert other.requests == [] and led.answer.model is None and led.answer.status == "answered"
    server.mend()
    with serve() as other:
        server.redirect_to = other.url
        server.fail("/api/show", Fault.REDIRECT)
        assert lead(shop, server, QUESTION).answer.model is None and other.requests == []
