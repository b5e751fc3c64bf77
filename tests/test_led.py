"""A walk that a model leads, end to end: whatever a server or a model does, it ends in an answer, and nothing is left.

The server is scripted (tests/ollama_server.py) and speaks both languages; the model looks twice and is then honest.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from codeqa.domain import Answer, EdgeCheck, ModelTimeout, ModelUnavailable, NoSuchModel
from codeqa.models import running
from tests.asking import SHOP
from tests.chat_server import ChatFault, Said
from tests.conftest import MakeRepo
from tests.honest import said
from tests.led import NAME, PATHS, Led, as_ollama, asked, done, indexed, lead, left, serve
from tests.ollama_server import Fault, OllamaServer

QUESTION = "who calls Checkout.charge"
PLANNED = ("shop/checkout.py::Checkout.place", "shop/checkout.py::Checkout.charge")  # the edge that answers it
PATIENCE = 10  # times a limit that a walk may take on a machine with other work
WAITED = 0.5  # seconds that a silent server is waited for

Any_ = Fault | ChatFault

SILENT = (Fault.STALL, ChatFault.STALL_MID, ChatFault.DRIP, ChatFault.KEEP_ALIVE)
"""Faults that only a limit of time ends."""

HARMLESS = (
    ChatFault.SLOW_LOAD,
    ChatFault.THINK_TAGS,
    ChatFault.NON_UTF8,
    ChatFault.NO_COUNTS,
    ChatFault.LENGTH,
    ChatFault.NO_FORMAT,  # where none is asked for
)
"""Faults that a model leads on with, on the same rung."""

LEADS_ON = (
    ChatFault.UNKNOWN_TOOL,
    ChatFault.WRONG_TYPES,
    ChatFault.LOOSE_TYPES,
    ChatFault.TOOL_STRING,
    ChatFault.IDENTICAL_CALLS,
    ChatFault.TEXT_CALL,
    ChatFault.NO_TOOLS,
    ChatFault.STRICT_ROLES,
)
"""Faults of native calls alone: a walk gets around them, however often."""

FAILS = (
    Fault.ERROR,
    Fault.MISSING,
    Fault.RESET,
    Fault.NO_JSON,
    Fault.REDIRECT,
    ChatFault.EOF,
    ChatFault.CUT,
    ChatFault.ERROR_MID,
    ChatFault.WRONG_SHAPE,
    ChatFault.NOT_OBJECT,
    ChatFault.DEEP,
    ChatFault.EMPTY,
    ChatFault.THINKING_ONLY,
    ChatFault.FORMAT_IGNORED,
    ChatFault.TRUNCATED_CONTEXT,
    ChatFault.TOO_LONG,
    ChatFault.SURROGATE,
    ChatFault.SEPARATORS,
    ChatFault.HUGE,
    ChatFault.HUGE_LINE,
    ChatFault.ROLE_ORDER,
    ChatFault.REFUSED,
    ChatFault.ENCODED,
)
"""Faults with which no model can lead, if they last."""

BY_API = {ChatFault.TOOL_JSON: {"ollama": False, "openai": True}}  # whether a model leads on, where it is not the same
FAULTS: tuple[Any_, ...] = (*SILENT, *HARMLESS, *LEADS_ON, *FAILS, *BY_API)


def leads_on(fault: Any_, api: str) -> bool:
    """Whether a model leads on with a fault that lasts."""
    return BY_API[fault][api] if fault in BY_API else fault in (*HARMLESS, *LEADS_ON)


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


def walk(root: Path, server: OllamaServer, api: str, fault: Any_, **settings: object) -> Led:
    """Lead a walk to its end, in time and with nothing left behind."""
    server.redirect_to = "http://127.0.0.1:9"
    led = lead(root, server, QUESTION, api, WAITED if fault in SILENT else 20, **settings)
    assert led.seconds < 2 * WAITED * PATIENCE
    assert left(server) == ""
    return led


def answers(answer: Answer) -> bool:
    """Whether an answer has the edge that the question is about."""
    checks = [check for claim in answer.claims for check in claim.checks]
    return PLANNED in [(check.src, check.dst) for check in checks if isinstance(check, EdgeCheck)]


def by_model(led: Led) -> None:
    assert led.answer.model == NAME and answers(led.answer)
    assert not any("did not" in note and "lead the walk" in note for note in led.answer.unknowns)


def by_planner(led: Led) -> None:
    """The planner's answer, which says that it is, and why."""
    assert led.answer.model is None and led.answer.status == "answered" and answers(led.answer)
    (note,) = [note for note in led.answer.unknowns if f"{NAME} was asked to lead the walk" in note]
    (notice,) = [text for text in led.notices if "the planner answers" in text]
    assert note.rpartition(" did not: ")[2] in notice


# --------------------------------------------------------------------------------------------------- every known fault


def test_every_fault_of_a_reply_is_in_the_catalogue() -> None:
    assert set(FAULTS) >= set(ChatFault) and len(FAULTS) == len(set(FAULTS))
    assert len(FAULTS) >= 20


def test_a_walk_without_a_fault(shop: Path, server: OllamaServer, api: str) -> None:
    led = lead(shop, server, QUESTION, api)
    by_model(led)
    assert led.answer.status == "answered" and led.notices == []
    assert [use.name for use in led.used] == ["search", "symbol", "expand"]
    assert len(asked(server)) == 4 and left(server) == ""


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_passes_does_not_end_a_walk(shop: Path, server: OllamaServer, api: str, fault: Any_) -> None:
    server.fail(PATHS[api], fault, times=1)
    led = walk(shop, server, api, fault)
    if fault is Fault.MISSING:  # a model that is not there does not come back
        by_planner(led)
    else:
        by_model(led)
        assert led.answer.status == "answered"


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_comes_in_the_middle_and_stays(shop: Path, server: OllamaServer, api: str, fault: Any_) -> None:
    server.fail(PATHS[api], fault, when=lambda body: len(asked(server)) > 2)
    led = walk(shop, server, api, fault)
    assert [use.name for use in led.used][:2] == ["search", "symbol"]
    (by_model if leads_on(fault, api) else by_planner)(led)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_stays(shop: Path, server: OllamaServer, api: str, fault: Any_) -> None:
    server.fail(PATHS[api], fault)
    (by_model if leads_on(fault, api) else by_planner)(walk(shop, server, api, fault))
    assert len(asked(server)) <= 10


@pytest.mark.parametrize(
    "fault", [Fault.ERROR, Fault.RESET, Fault.STALL, Fault.NO_JSON, Fault.WRONG_TYPES, Fault.MISSING]
)
def test_a_fault_of_what_is_asked_before_the_first_prompt(shop: Path, server: OllamaServer, fault: Fault) -> None:
    """Where a model runs is asked of Ollama before any text is sent."""
    server.fail("/api/show", fault)
    led = lead(shop, server, QUESTION, wait=WAITED if fault is Fault.STALL else 20)
    server.mend()
    assert led.seconds < 2 * WAITED * PATIENCE and left(server) == ""
    if fault is Fault.WRONG_TYPES:  # it says nothing of another host
        by_model(led)
    else:
        by_planner(led)
        assert asked(server) == []


def test_a_server_that_is_down(shop: Path, server: OllamaServer, api: str) -> None:
    server.stop()
    led = lead(shop, server, QUESTION, api)
    by_planner(led)
    assert led.seconds < PATIENCE and "does not answer" in led.answer.unknowns[-1]


def test_a_server_that_goes_down_in_the_middle(shop: Path, server: OllamaServer, api: str) -> None:
    honestly = server.script

    def last_words(body: dict[str, Any]) -> Said:
        if len(asked(server)) == 2:
            server.stop()
        return honestly(body)

    server.script = last_words
    led = lead(shop, server, QUESTION, api)
    by_planner(led)
    assert led.seconds < PATIENCE and led.used and left(server) == ""


def test_a_server_that_comes_back(shop: Path, server: OllamaServer, api: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is refused once is tried again: a server that is being restarted is there by then."""
    monkeypatch.setattr(running, "PAUSE_SECONDS", 0.3)
    server.stop()
    threading.Timer(0.1, server.restart).start()
    by_model(lead(shop, server, QUESTION, api))


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault.ERROR, ModelUnavailable),
        (Fault.MISSING, NoSuchModel),
        (ChatFault.STALL_MID, ModelTimeout),
        (ChatFault.FORMAT_IGNORED, ModelUnavailable),
    ],
)
def test_a_model_that_is_required_is_not_replaced(
    shop: Path, server: OllamaServer, api: str, fault: Any_, kind: type[ModelUnavailable]
) -> None:
    server.fail(PATHS[api], fault)
    with pytest.raises(kind) as caught:
        walk(shop, server, api, fault, model__required=True)
    assert caught.value.exit_code == 5 and left(server) == ""


def test_what_is_wrong_with_the_last_reply_is_said(shop: Path, server: OllamaServer, api: str) -> None:
    server.fail(PATHS[api], ChatFault.CUT)
    assert "broke off" in walk(shop, server, api, ChatFault.CUT).answer.unknowns[-1]


def looks_again(body: dict[str, Any]) -> bool:
    schema = body.get("format") or (body.get("response_format") or {}).get("json_schema", {}).get("schema", {})
    return "complete" in schema.get("properties", {})


@pytest.mark.parametrize("fault", [*SILENT, Fault.ERROR, Fault.MISSING, ChatFault.CUT, ChatFault.TRUNCATED_CONTEXT])
def test_a_second_look_that_fails_costs_no_answer(shop: Path, server: OllamaServer, api: str, fault: Any_) -> None:
    server.fail(PATHS[api], fault, when=looks_again)
    led = walk(shop, server, api, fault, model__check=True)
    by_model(led)
    assert any(looks_again(body) for body in asked(server))


def judges(body: dict[str, Any]) -> bool:
    schema = body.get("format") or (body.get("response_format") or {}).get("json_schema", {}).get("schema", {})
    return "verdict" in schema.get("properties", {})


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("fault", [*SILENT, Fault.ERROR, Fault.MISSING, ChatFault.CUT, ChatFault.EMPTY])
def test_a_judgement_that_fails_costs_its_sentence_alone(
    shop: Path, server: OllamaServer, api: str, fault: Any_, known: bool
) -> None:
    def reads(body: dict[str, Any]) -> Said:
        if judges(body):
            return Said(json.dumps({"verdict": "supported", "why": ""}))
        if not done(body):
            return said(body, "read", {"what": "shop/retry.py:1-9"})
        carried = [
            "On OSError, retry calls backoff with the attempt and goes on in the range of attempts [R1:3-7].",
            "Once the range of attempts is over, retry raises TimeoutError [R1:3-8].",
        ]
        fact = "`Checkout.place` calls `Checkout.charge` [F2]."
        return said(body, "finish", {"sentences": [fact] * known + carried})

    server.script = as_ollama(reads)
    led = lead(shop, server, QUESTION, api)
    by_model(led)
    assert "goes on in the range of attempts" in led.answer.text and len([b for b in asked(server) if judges(b)]) == 2
    server.requests.clear()
    server.fail(PATHS[api], fault, when=judges)
    led = walk(shop, server, api, fault)
    if known:
        by_model(led)
        assert "goes on in the range" not in led.answer.text and len(led.answer.dropped) == 2
    elif fault in (ChatFault.CUT, ChatFault.EMPTY):  # the model is there, and says nothing that can be used
        assert led.answer.model == NAME
    else:
        by_planner(led)
    if fault in (*SILENT, Fault.MISSING):  # a model that is gone is asked for no second one
        assert len([body for body in asked(server) if judges(body)]) == 1
