"""Walks that a scripted model leads: a server in either language, a question, and what became of it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from codeqa.domain import Answer, Answered, Event, ModelCall, Notice, Step, ToolUse
from codeqa.project import Project
from tests.chat_server import Said, Script
from tests.honest import honest, said
from tests.ollama_server import Model, OllamaServer

NAME = "honest:1b"
PATHS = {"ollama": "/api/chat", "openai": "/v1/chat/completions"}
THREAD = "codeqa-model"


def as_ollama(script: Script) -> Script:
    """Let a script that reads requests of Ollama's read those of OpenAI's too."""

    def run(body: dict[str, Any]) -> Said:
        asked = body.get("response_format")
        messages = [_message(message) for message in body["messages"]]
        given = {"format": asked["json_schema"]["schema"]} if asked else {}
        return script({**body, "messages": messages, **given})

    return run


def _message(message: dict[str, Any]) -> dict[str, Any]:
    calls = []
    for call in message.get("tool_calls") or ():
        given = call["function"]["arguments"]
        arguments = json.loads(given) if isinstance(given, str) else given
        calls.append({"function": {"name": call["function"]["name"], "arguments": arguments}})
    return {**message, "tool_calls": calls}


def thorough(body: dict[str, Any]) -> Said:
    """Look twice, so that there is a third request, and be honest then."""
    if offered(body) != ["finish"]:
        if done(body) == 0:
            return said(body, "search", {"query": "charge a basket"})
        if done(body) == 1:
            return said(body, "symbol", {"name": "S1"})
    return honest(body)


def rungs(led: Led) -> list[str]:
    """Return the rungs on which a walk asked for actions, in their order, each once while it stays."""
    found = [call.rung for call in led.calls if call.purpose == "walk"]
    return [rung for n, rung in enumerate(found) if not n or found[n - 1] != rung]


def offered(body: dict[str, Any]) -> list[str]:
    """Return the tools that a request offers, on the rungs that name them."""
    if body.get("tools"):
        return [tool["function"]["name"] for tool in body["tools"]]
    asked = body.get("format") or (body.get("response_format") or {}).get("json_schema", {}).get("schema")
    return list(asked["properties"]["action"]["enum"]) if asked else []


def done(body: dict[str, Any]) -> int:
    """Return how many actions came before, as far as a prompt shows them."""
    return sum(message["role"] == "assistant" for message in body["messages"])


def serve(script: Script = thorough) -> OllamaServer:
    """Return a server with one model, which says what a script says."""
    model = Model(NAME, capabilities=("completion", "tools"), family="honest", context=40_960)
    return OllamaServer([model], script=as_ollama(script), load_seconds=0.1)


@dataclass
class Led:
    """A walk that ended."""

    answer: Answer
    seconds: float
    events: list[Event] = field(default_factory=list)

    @property
    def steps(self) -> list[str]:
        return [f"{e.action}: {e.text}" for e in self.events if isinstance(e, Step)]

    @property
    def notices(self) -> list[str]:
        return [e.text for e in self.events if isinstance(e, Notice)]

    @property
    def calls(self) -> list[ModelCall]:
        return [e for e in self.events if isinstance(e, ModelCall)]

    @property
    def used(self) -> list[ToolUse]:
        return [e for e in self.events if isinstance(e, ToolUse)]


def indexed(root: Path) -> Path:
    """Index a repository."""
    with Project.open(root, environ={}) as project:
        list(project.update())
    return root


def overrides(server: OllamaServer, api: str = "ollama", **settings: object) -> dict[str, object]:
    """Return settings that name the model of a server; of `settings`, `__` stands for a dot."""
    found: dict[str, object] = {
        "model.name": NAME,
        "model.host": server.url + ("/v1" if api == "openai" else ""),
        "model.reuse": False,
        "trace.keep": False,
    }
    return found | {name.replace("__", "."): value for name, value in settings.items()}


def lead(
    root: Path, server: OllamaServer, question: str, api: str = "ollama", wait: float = 20.0, **settings: object
) -> Led:
    """Ask a repository that is indexed, led by the model of a server, of which each reply may take `wait` seconds."""
    began = time.monotonic()
    with Project.open(root, overrides=overrides(server, api, **settings), environ={}) as project:
        model = replace(project.settings.model, timeout_seconds=wait)  # which may be shorter than a setting may
        project.settings = replace(project.settings, model=model)
        events = list(project.ask(question))
    *_, last = events
    assert isinstance(last, Answered)
    return Led(last.answer, time.monotonic() - began, events)


def asked(server: OllamaServer) -> list[dict[str, Any]]:
    """Return the bodies of all requests for a reply."""
    return [request.body for request in server.requests if request.path in PATHS.values()]


def left(server: OllamaServer, seconds: float = 10.0) -> str:
    """Say what a walk left behind: connections that are open, threads that run. "" if nothing."""
    chats = [request for request in server.requests if request.path in PATHS.values()]
    if not _soon(lambda: all(request.closed.is_set() for request in chats), seconds):
        return f"{sum(not request.closed.is_set() for request in chats)} of {len(chats)} connections are open"
    if not _soon(lambda: not server.connections, seconds):
        return f"{len(server.connections)} connections are open"
    if not _soon(lambda: not any(t.name == THREAD for t in threading.enumerate()), seconds):
        return "a thread runs"
    return ""


def _soon(holds: Callable[[], bool], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.005)
    return True
