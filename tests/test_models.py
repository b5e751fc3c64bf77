"""Chat models: what is sent, what comes back, and that no fault of a server leaves anybody waiting."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from codeqa import models
from codeqa.domain import (
    BrokenReply,
    ChatLimits,
    ChatMessage,
    ChatModel,
    ChatOptions,
    CodeqaError,
    ContextFull,
    Delta,
    ModelCancelled,
    ModelRefused,
    ModelTimeout,
    ModelUnavailable,
    NoSuchModel,
    Reply,
    ToolCall,
    ToolSpec,
    UsageError,
)
from codeqa.models import running
from tests.chat_server import ChatFault, Said
from tests.conftest import RunCodeqa
from tests.ollama_server import Asked, Fault, Model, OllamaServer

NAME = "talker:7b"
PATHS = {"ollama": "/api/chat", "openai": "/v1/chat/completions"}
LIMITS = ChatLimits(5, 20, 20, 40, 20_000)  # no test waits for one of these
SHORT = ChatLimits(5, 0.4, 0.4, 0.8, 20_000)
OPTIONS = ChatOptions(num_ctx=4096)
SEARCH = ToolSpec(
    "search",
    "Look for text.",
    {
        "type": "object",
        "properties": {
            "query": {"type": "string"},
            "limit": {"type": "integer"},
            "exact": {"type": "boolean"},
            "kind": {"type": "string", "enum": ["code", "docs"]},
        },
        "required": ["query"],
    },
)
FINISH = ToolSpec("finish", "End.", {"type": "object", "properties": {"answer": {"type": "string"}}})
TOOLS = (SEARCH, FINISH)
FORMAT = {"type": "object", "properties": {"said": {"type": "string"}}, "required": ["said"]}
HELLO = (ChatMessage("system", "Be brief."), ChatMessage("user", "hello there friend"))
CALL = (ChatMessage("system", "Be brief."), ChatMessage("user", "please call it"))
RIGHT = {"query": "x", "limit": 3, "exact": True, "kind": "code"}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[OllamaServer]:
    monkeypatch.setattr(running, "PAUSE_SECONDS", 0.01)
    talker = Model(
        NAME, capabilities=("completion", "tools", "thinking"), size=4_683_087_332, family="talker", context=40_960
    )
    with OllamaServer([talker, Model("nomic-embed-text:latest")]) as scripted:
        yield scripted


@pytest.fixture(params=list(PATHS))
def api(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def opened(server: OllamaServer, api: str, limits: ChatLimits = LIMITS, name: str = NAME, **environ: str) -> ChatModel:
    return models.connect(name, server.url + ("/v1" if api == "openai" else ""), environ, limits)


def said(
    model: ChatModel,
    messages: tuple[ChatMessage, ...] = HELLO,
    tools: tuple[ToolSpec, ...] = (),
    options: ChatOptions = OPTIONS,
) -> Reply:
    *deltas, reply = model.chat(messages, tools, options=options)
    assert all(isinstance(delta, Delta) and delta for delta in deltas)
    assert isinstance(reply, Reply)
    return reply


def chats(server: OllamaServer) -> list[Asked]:
    return [asked for asked in server.requests if asked.path in PATHS.values()]


def all_closed(server: OllamaServer) -> bool:
    return all(asked.closed.wait(10) for asked in chats(server))


# -------------------------------------------------------------------------------------------------------- what is right


def test_a_reply_comes_in_parts_and_then_whole(server: OllamaServer, api: str) -> None:
    parts = list(opened(server, api).chat(HELLO, options=OPTIONS))
    assert len(parts) > 3
    reply = parts.pop()
    assert isinstance(reply, Reply)
    assert "".join(part.text for part in parts) == reply.text == "You said: hello there friend"
    assert (reply.prompt_tokens, reply.completion_tokens, reply.done_reason, reply.problem) == (5, 5, "stop", "")
    assert reply.seconds["total"] > 0 and all_closed(server) and len(chats(server)) == 1


def test_ollama_says_how_long_it_took(server: OllamaServer) -> None:
    assert said(opened(server, "ollama")).seconds["load"] == pytest.approx(0.001334875)


def test_the_context_is_always_sent_with_all_options(server: OllamaServer) -> None:
    model = opened(server, "ollama")
    said(model)
    said(model, options=ChatOptions(8192, 0.5, 7, 99, FORMAT, True))
    plain, full = server.asked("/api/chat")
    assert plain["options"] == {"num_ctx": 4096, "temperature": 0.0, "seed": 0}
    assert plain["think"] is False and plain["stream"] is True and "format" not in plain
    assert full["options"] == {"num_ctx": 8192, "temperature": 0.5, "seed": 7, "num_predict": 99}
    assert full["think"] is True and full["format"] == FORMAT


def test_openai_gets_what_it_has_words_for(server: OllamaServer) -> None:
    said(opened(server, "openai"), options=ChatOptions(8192, 0.5, 7, 99, FORMAT))
    (body,) = server.asked("/v1/chat/completions")
    assert (body["temperature"], body["seed"], body["max_tokens"]) == (0.5, 7, 99)
    assert body["response_format"]["json_schema"]["schema"] == FORMAT and body["stream_options"]["include_usage"]


def test_roles_go_in_their_order_and_results_with_their_tool(server: OllamaServer, api: str) -> None:
    call = ToolCall("search", {"query": "x"}, id="call_9")
    messages = (*HELLO, ChatMessage("assistant", "", (call,)), ChatMessage("tool", "3 hits", tool="search"))
    messages = (*messages[:-1], ChatMessage("tool", "3 hits", tool="search", call_id="call_9"))
    said(opened(server, api), messages, TOOLS)
    (body,) = server.asked(PATHS[api])
    assert [message["role"] for message in body["messages"]] == ["system", "user", "assistant", "tool"]
    made = body["messages"][2]["tool_calls"][0]["function"]
    result = body["messages"][3]
    assert made["name"] == "search" and result["content"] == "3 hits"
    if api == "ollama":
        assert made["arguments"] == {"query": "x"} and result["tool_name"] == "search"
    else:
        assert json.loads(made["arguments"]) == {"query": "x"} and result["tool_call_id"] == "call_9"
    sent = body["tools"][0]["function"]
    assert sent["name"] == "search" and sent["parameters"]["properties"]["kind"]["enum"] == ["code", "docs"]


def test_a_call_of_a_tool(server: OllamaServer, api: str) -> None:
    reply = said(opened(server, api), CALL, TOOLS)
    (call,) = reply.calls
    assert (call.name, call.arguments, call.problem, call.written) == ("search", RIGHT, "", False)
    assert reply.text == "" and reply.problem == ""


def test_thoughts_are_apart(server: OllamaServer, api: str) -> None:
    server.script = lambda body: Said("It is so.", "Is it so? It is.")
    reply = said(opened(server, api))
    assert (reply.text, reply.thinking) == ("It is so.", "Is it so? It is.")


def test_a_format_that_is_kept(server: OllamaServer, api: str) -> None:
    reply = said(opened(server, api), options=ChatOptions(4096, format=FORMAT))
    assert reply.value == {"said": "hello there friend"} and reply.problem == ""


# ------------------------------------------------------------------------------- faults that end in a reply of one form


@pytest.mark.parametrize(
    ("fault", "messages", "expected"),
    [
        (ChatFault.EMPTY, HELLO, {"text": "", "problem": "it is empty"}),
        (ChatFault.THINKING_ONLY, HELLO, {"text": "", "problem": "it is thinking and no answer"}),
        (ChatFault.THINK_TAGS, HELLO, {"text": "You said: hello there friend", "thinking": "Let me see."}),
        (ChatFault.SURROGATE, HELLO, {"text": "half \ufffd of a pair"}),
        (ChatFault.SEPARATORS, HELLO, {"text": "one\u2028two\x85three\u2029four"}),
        (ChatFault.NO_COUNTS, HELLO, {"prompt_tokens": None, "completion_tokens": None}),
        (ChatFault.LENGTH, HELLO, {"done_reason": "length"}),
        (ChatFault.SLOW_LOAD, HELLO, {"text": "You said: hello there friend"}),
    ],
)
def test_a_fault_that_ends_in_a_reply(
    server: OllamaServer, api: str, fault: ChatFault, messages: tuple[ChatMessage, ...], expected: dict[str, object]
) -> None:
    server.fail(PATHS[api], fault)
    reply = said(opened(server, api), messages)
    assert {name: getattr(reply, name) for name in expected} == expected
    assert len(chats(server)) == 1 and all_closed(server)


def test_bytes_that_are_no_utf_8_are_replaced(server: OllamaServer, api: str) -> None:
    server.fail(PATHS[api], ChatFault.NON_UTF8)
    reply = said(opened(server, api))
    assert "caf\ufffd" in reply.text and reply.text.encode() and all_closed(server)


def test_prose_where_a_format_was_asked_for(server: OllamaServer, api: str) -> None:
    server.fail(PATHS[api], ChatFault.FORMAT_IGNORED)
    reply = said(opened(server, api), options=ChatOptions(4096, format=FORMAT))
    assert reply.problem == "it is not JSON" and reply.value is None and reply.text.startswith("Sure!")
    server.script = lambda body: Said('{"said": 3}')
    server.mend()
    assert "said must be string" in said(opened(server, api), options=ChatOptions(4096, format=FORMAT)).problem


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (ChatFault.UNKNOWN_TOOL, "there is no tool 'delete_everything'; tools: search, finish"),
        (ChatFault.WRONG_TYPES, "query must be string, not ['x']"),
        (ChatFault.LOOSE_TYPES, ""),
        (ChatFault.TEXT_CALL, ""),
    ],
)
def test_what_is_wrong_with_a_call_is_said(server: OllamaServer, api: str, fault: ChatFault, problem: str) -> None:
    server.fail(PATHS[api], fault)
    (call,) = said(opened(server, api), CALL, TOOLS).calls
    assert call.problem == problem and call.written is (fault is ChatFault.TEXT_CALL)
    assert problem or (call.name, call.arguments) == ("search", RIGHT)
    assert all_closed(server)


def test_a_call_that_is_nested_deeply_is_no_call(server: OllamaServer, api: str) -> None:
    nested: dict[str, object] = {}
    for _ in range(500):
        nested = {"query": nested}
    server.script = lambda body: Said(calls=(("search", nested),))
    try:
        (call,) = said(opened(server, api), CALL, TOOLS).calls
        assert call.problem
    except BrokenReply:
        pass
    assert all_closed(server)


def test_identical_calls_are_all_there(server: OllamaServer, api: str) -> None:
    server.fail(PATHS[api], ChatFault.IDENTICAL_CALLS)
    calls = said(opened(server, api), CALL, TOOLS).calls
    assert len(calls) == 60 and len({json.dumps(dict(call.arguments)) for call in calls}) == 1


def test_arguments_that_are_no_json(server: OllamaServer, api: str) -> None:
    server.fail(PATHS[api], ChatFault.TOOL_JSON)
    model = opened(server, api)
    if api == "ollama":  # its own parser fails, and says so
        with pytest.raises(BrokenReply, match="call of a tool that cannot be read"):
            said(model, CALL, TOOLS)
    else:
        (call,) = said(model, CALL, TOOLS).calls
        assert call.name == "search" and "no JSON object" in call.problem and call.arguments == {}
    assert all_closed(server)


# ------------------------------------------------------------------------------------------ faults that end in an error

ERRORS = [
    (Fault.ERROR, ModelUnavailable, 2),
    (Fault.RESET, ModelUnavailable, 2),
    (Fault.MISSING, NoSuchModel, 1),
    (Fault.NO_JSON, BrokenReply, 1),
    (Fault.REDIRECT, ModelRefused, 1),
    (ChatFault.EOF, BrokenReply, 1),
    (ChatFault.CUT, BrokenReply, 1),
    (ChatFault.ERROR_MID, BrokenReply, 1),
    (ChatFault.WRONG_SHAPE, BrokenReply, 1),
    (ChatFault.NOT_OBJECT, BrokenReply, 1),
    (ChatFault.DEEP, BrokenReply, 1),
    (ChatFault.HUGE, BrokenReply, 1),
    (ChatFault.HUGE_LINE, BrokenReply, 1),
    (ChatFault.ROLE_ORDER, ModelRefused, 1),
    (ChatFault.REFUSED, ModelRefused, 1),
    (ChatFault.TOO_LONG, ContextFull, 1),
    (ChatFault.TRUNCATED_CONTEXT, ContextFull, 1),
    (ChatFault.ENCODED, BrokenReply, 1),
]


@pytest.mark.parametrize(("fault", "kind", "requests"), ERRORS)
def test_a_fault_that_ends_in_an_error(
    server: OllamaServer, api: str, fault: Fault | ChatFault, kind: type[CodeqaError], requests: int
) -> None:
    server.redirect_to = "http://127.0.0.1:9"
    server.fail(PATHS[api], fault)
    with pytest.raises(kind) as caught:
        said(opened(server, api))
    assert caught.value.hint and caught.value.exit_code == 5 and len(caught.value.message) < 400
    assert len(chats(server)) == requests and all_closed(server)


def test_arguments_as_text_are_an_error_of_ollama(server: OllamaServer) -> None:
    server.fail("/api/chat", ChatFault.TOOL_STRING)
    with pytest.raises(BrokenReply):
        said(opened(server, "ollama"), CALL, TOOLS)
    assert all_closed(server)


@pytest.mark.parametrize("fault", [Fault.STALL, ChatFault.STALL_MID, ChatFault.DRIP, ChatFault.KEEP_ALIVE])
def test_a_fault_that_would_last_forever_ends_at_a_limit(server: OllamaServer, api: str, fault: Fault) -> None:
    server.fail(PATHS[api], fault)
    with pytest.raises(ModelTimeout) as caught:
        said(opened(server, api, SHORT))
    assert caught.value.hint and len(chats(server)) == 1 and all_closed(server)


def test_each_limit_has_its_words(server: OllamaServer, api: str) -> None:
    server.fail(PATHS[api], Fault.STALL, times=1)
    with pytest.raises(ModelTimeout, match=r"did not begin to answer for 0\.2 seconds"):
        said(opened(server, api, ChatLimits(5, 0.2, 30, 30)))
    server.fail(PATHS[api], ChatFault.STALL_MID, times=1)
    with pytest.raises(ModelTimeout, match=r"said nothing more for 0\.2 seconds"):
        said(opened(server, api, ChatLimits(5, 30, 0.2, 30)))
    server.fail(PATHS[api], Fault.STALL, times=1)
    with pytest.raises(ModelTimeout, match=r"not done within 0\.2 seconds"):
        said(opened(server, api, ChatLimits(5, 30, 30, 0.2)))
    assert all_closed(server)


@pytest.mark.parametrize("fault", [Fault.ERROR, Fault.RESET])
def test_a_fault_that_passes_costs_one_retry(server: OllamaServer, api: str, fault: Fault) -> None:
    server.fail(PATHS[api], fault, times=1)
    assert said(opened(server, api)).text and len(chats(server)) == 2


def test_nothing_is_retried_once_something_was_said(server: OllamaServer, api: str) -> None:
    server.script = lambda body: Said("word " * 10)
    server.fail(PATHS[api], ChatFault.CUT, times=1)
    with pytest.raises(ModelUnavailable):
        said(opened(server, api))
    assert len(chats(server)) == 1


def test_a_server_that_is_down(server: OllamaServer, api: str) -> None:
    model = opened(server, api)
    server.stop()
    with pytest.raises(ModelUnavailable, match="does not answer") as caught:
        said(model)
    assert "doctor" in caught.value.hint
    server.restart()
    assert said(model).text


def test_a_model_that_is_not_there(server: OllamaServer, api: str) -> None:
    with pytest.raises(NoSuchModel, match="not found") as caught:
        said(opened(server, api, name="missing:1b"))
    assert ("ollama pull missing:1b" in caught.value.hint) is (api == "ollama")


def test_no_redirect_and_no_proxy_is_followed(server: OllamaServer, api: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with OllamaServer() as elsewhere:
        monkeypatch.setenv("HTTP_PROXY", elsewhere.url)
        monkeypatch.setenv("ALL_PROXY", elsewhere.url)
        server.redirect_to = elsewhere.url
        server.fail(PATHS[api], Fault.REDIRECT)
        with pytest.raises(ModelUnavailable):
            said(opened(server, api))
        assert elsewhere.requests == []


# ----------------------------------------------------------------------------------------------------------- cancelling


def test_a_request_is_cancelled_in_the_middle_of_a_reply(server: OllamaServer, api: str) -> None:
    server.pause_between = 0.05
    server.script = lambda body: Said("word " * 10_000)
    cancelled = threading.Event()
    parts = opened(server, api).chat(HELLO, options=OPTIONS, cancelled=cancelled)
    assert next(parts)
    threading.Timer(0.05, cancelled.set).start()
    with pytest.raises(ModelCancelled) as caught:
        for _ in parts:
            pass
    assert caught.value.exit_code == 130 and all_closed(server)


@pytest.mark.parametrize("fault", [Fault.STALL, ChatFault.STALL_MID, ChatFault.DRIP, ChatFault.SLOW_LOAD])
def test_a_request_is_cancelled_while_nothing_comes(server: OllamaServer, api: str, fault: Fault) -> None:
    server.load_seconds = 30
    server.fail(PATHS[api], fault)
    cancelled = threading.Event()
    asked = time.monotonic()
    threading.Timer(0.2, cancelled.set).start()
    with pytest.raises(ModelCancelled):
        list(opened(server, api).chat(HELLO, options=OPTIONS, cancelled=cancelled))
    assert time.monotonic() - asked < 15, "it waits for the limit"
    assert all_closed(server)


def test_a_request_that_was_cancelled_before_is_not_retried(server: OllamaServer, api: str) -> None:
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(ModelCancelled):
        list(opened(server, api).chat(HELLO, options=OPTIONS, cancelled=cancelled))
    assert len(chats(server)) <= 1 and all_closed(server)


def test_whoever_stops_listening_closes_the_connection(server: OllamaServer, api: str) -> None:
    server.pause_between = 0.05
    server.script = lambda body: Said("word " * 10_000)
    parts = opened(server, api).chat(HELLO, options=OPTIONS)
    assert next(parts)
    parts.close()  # type: ignore[attr-defined]
    assert all_closed(server)


def test_no_thread_stays(server: OllamaServer, api: str) -> None:
    for fault in (Fault.STALL, ChatFault.DRIP, ChatFault.EOF):
        server.fail(PATHS[api], fault, times=1)
        with pytest.raises(ModelUnavailable):
            said(opened(server, api, SHORT))
    for thread in [thread for thread in threading.enumerate() if thread.name == "codeqa-model"]:
        thread.join(10)
        assert not thread.is_alive()


# ----------------------------------------------------------------------------------------------------------------- keys


def test_a_key_comes_from_the_environment_alone_and_is_never_shown(server: OllamaServer) -> None:
    server.key = "sk-right-0123456789"
    assert said(opened(server, "openai", OPENAI_API_KEY=server.key)).text
    wrong = opened(server, "openai", OPENAI_API_KEY="sk-wrong-9876543210")
    with pytest.raises(ModelRefused) as caught:
        said(wrong)
    assert "sk-wrong" not in caught.value.message + caught.value.hint + repr(wrong)
    assert "OPENAI_API_KEY" in caught.value.hint and "***" in caught.value.message


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("http://127.0.0.1:8000/v1", True),
        ("https://models.example.org/v1", True),
        ("http://models.example.org/v1", False),
    ],
)
def test_a_key_goes_over_no_open_wire(url: str, sent: bool) -> None:
    from codeqa.models.openai import _headers

    assert bool(_headers(url, {"OPENAI_API_KEY": "sk-1234567890"})) is sent


# ---------------------------------------------------------------------------------------------------- what is installed


def test_a_server_says_what_it_has(server: OllamaServer) -> None:
    found = models.look(server.url, {})
    assert found.version == "0.12.3" and [model.name for model in found.models] == [NAME, "nomic-embed-text:latest"]
    talker, embedder = found.models
    assert (talker.bytes, talker.family, talker.context) == (4_683_087_332, "talker", 40_960)
    assert (talker.tools, talker.thinking, talker.chats) == (True, True, True)
    assert (embedder.tools, embedder.chats, embedder.parameters) == (False, False, "137M")


def test_an_old_server_shows_tools_by_the_template(server: OllamaServer) -> None:
    server.models = [Model("a", capabilities=(), template="{{ .Tools }}"), Model("b", capabilities=())]
    first, second = models.look(server.url, {}).models
    assert (first.tools, second.tools, first.thinking) == (True, False, None)


def test_a_cloud_model_is_another_machine(server: OllamaServer) -> None:
    server.models = [Model("big:latest", remote_host="https://ollama.com:443")]
    with pytest.raises(UsageError, match=r"runs at https://ollama\.com:443, which is not this machine") as caught:
        said(opened(server, "ollama", name="big"))
    assert "model.remote" in caught.value.hint and chats(server) == []
    assert models.look(server.url, {}).models[0].remote == "https://ollama.com:443"
    assert said(models.connect("big", server.url, {}, LIMITS, remote=True)).text


@pytest.mark.parametrize("name", ["big:cloud", "big:120b-cloud", "them/big:1t-cloud"])
def test_a_cloud_model_is_told_by_its_name(server: OllamaServer, api: str, name: str) -> None:
    with pytest.raises(UsageError, match="not on this machine"):
        opened(server, api, name=name)
    assert server.requests == []


def test_what_cannot_be_asked_where_it_runs_gets_no_prompt(server: OllamaServer) -> None:
    server.fail("/api/show", Fault.ERROR)
    with pytest.raises(ModelUnavailable):
        said(opened(server, "ollama"))
    assert chats(server) == []


@pytest.mark.parametrize("fault", [Fault.ERROR, Fault.STALL, Fault.NO_JSON, Fault.WRONG_TYPES, Fault.MISSING])
def test_a_model_that_cannot_be_shown_is_listed(server: OllamaServer, fault: Fault) -> None:
    server.fail("/api/show", fault)
    found = models.look(server.url, {}, 1.0)
    assert [model.name for model in found.models] == [NAME, "nomic-embed-text:latest"]
    assert found.models[0].bytes == 4_683_087_332 and found.models[0].tools is None


@pytest.mark.parametrize(
    "fault", [f for f in Fault if f.name in "ERROR RESET STALL TRUNCATED NO_JSON REDIRECT".split()]
)
def test_a_server_that_lists_nothing(server: OllamaServer, api: str, fault: Fault) -> None:
    server.fail("/api/tags", fault)
    server.fail("/v1/models", fault)
    with pytest.raises(ModelUnavailable):
        models.look(server.url + ("/v1" if api == "openai" else ""), {}, 1.0)


def test_a_compatible_server_names_its_models(server: OllamaServer) -> None:
    found = models.look(f"{server.url}/v1", {})
    assert [model.name for model in found.models] == [NAME, "nomic-embed-text:latest"]
    assert found.version == "" and found.models[0].tools is None


def test_the_doctor_lists_the_server(
    server: OllamaServer, codeqa: RunCodeqa, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OLLAMA_HOST", server.url)
    (tmp_path / ".git").mkdir()
    shown = codeqa("doctor", "--repo", tmp_path).stdout
    assert "version 0.12.3, 2 models" in shown
    assert "4.7 GB, talker 137M F16, context 40,960, calls tools, thinks" in shown and "makes vectors only" in shown
    healthy = json.loads(codeqa("doctor", "--repo", tmp_path, "--json").stdout)["ok"]
    server.stop()
    absent = json.loads(codeqa("doctor", "--repo", tmp_path, "--json").stdout)
    (check,) = (check for check in absent["checks"] if check["name"].startswith("model server"))
    assert check["ok"] is None and "does not answer" in check["detail"] and absent["ok"] is healthy
    monkeypatch.setenv("OLLAMA_HOST", "http://192.0.2.1:11434")
    refused = json.loads(codeqa("doctor", "--repo", tmp_path, "--json").stdout)
    (check,) = (check for check in refused["checks"] if check["name"] == "model server")
    assert check["ok"] is None and "not this machine" in check["detail"] and "model.remote" in check["hint"]


def test_a_port_where_nobody_answers_at_all() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(1)
        with pytest.raises(ModelTimeout):
            models.look(f"http://127.0.0.1:{silent.getsockname()[1]}", {}, 0.3)
