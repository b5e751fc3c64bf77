"""Whole walks within small contexts, counted by the server: nothing it is sent exceeds what it was told to expect."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from codeqa.domain import Answered
from codeqa.models import rungs
from codeqa.project import Project
from tests import chat_server
from tests.asking import SHOP
from tests.chat_server import Said
from tests.conftest import MakeRepo
from tests.honest import said, seen
from tests.ollama_server import Model, OllamaServer

QUESTION = "What does Checkout.place do when the basket is empty, and who calls it?"
FILES = 8
LINES = 900
CONTEXTS = (4_096, 8_192, 32_768)
_PIECE = re.compile(r"[A-Za-z]{1,4}|[0-9]|[\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e]{1,2}|\s+|[^\x00-\x7f]", re.ASCII)


def tokens(value: object) -> int:
    """Count as a poor tokenizer does: few letters a token, two signs, one digit, one byte beyond ASCII."""
    return sum(len(piece.encode()) if ord(piece[0]) > 127 else 1 for piece in _PIECE.findall(str(value)))


def size(body: dict[str, Any]) -> int:
    """Count a request: what stands in it and some tokens around each message, as templates add them."""
    count = 0
    for message in body["messages"]:
        calls = json.dumps(message["tool_calls"]) if message.get("tool_calls") else ""
        count += 4 + tokens(message.get("content", "")) + tokens(calls)
    return count + tokens(json.dumps(body["tools"]) if body.get("tools") else "")


class Glutton:
    """Reads everything there is, again and again, and finishes only when nothing else is left."""

    def __init__(self) -> None:
        self._turns = count(1)

    def __call__(self, body: dict[str, Any]) -> Said:
        shown, turn = seen(body), next(self._turns)
        if "read" not in shown.tools or "Finish now" in str(body["messages"][-1]["content"]):
            facts = [f"{text} [{handle}]" for handle, text in shown.facts.items()]
            return said(body, "finish", {"sentences": facts[:12]})
        if turn % 5 == 0:
            return said(body, "search", {"query": f"filler number {turn}"})
        if turn == 7:
            return said(body, "symbol", {"name": "Checkout.place"})
        first = 1 + turn * 53 % LINES
        return said(body, "read", {"what": f"big/part{turn % FILES}.py:{first}-{first + 79}"})


@pytest.fixture(scope="module")
def root(make_module_repo: MakeRepo) -> Path:
    files: dict[str, str | bytes] = dict(SHOP)
    for number in range(FILES):
        lines = [
            f"def filler_{number}_{n}(x): return {n}{'0123456789' * (n % 4)} + x['{'ключ' * (n % 3)}']"
            f"  # {'漢字' * (n % 5)}"
            for n in range(LINES)
        ]
        lines[500] = f"DATA = '{'x9!' * 3_000}'"
        files[f"big/part{number}.py"] = "\n".join(lines) + "\n"
    root = make_module_repo(files)
    with Project.open(root, overrides={"files.max_file_bytes": 900_000}) as project:
        list(project.update())
    return root


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    with OllamaServer(models=[Model("glutton:1b", capabilities=("completion", "tools"))], script=Glutton()) as server:
        yield server


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize("rung", ["native", "format", "text"])
def test_no_request_exceeds_its_context_and_the_head_is_whole(
    server: OllamaServer, root: Path, context: int, rung: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rungs, "known", lambda url, model: rung)
    monkeypatch.setattr(chat_server, "counts", lambda said, body: (size(body), tokens(said.text)))
    overrides = {
        "model.name": "glutton:1b",
        "model.host": server.url,
        "model.context": context,
        "model.calls": 30,
        "trace.keep": False,
        "files.max_file_bytes": 900_000,
    }
    with Project.open(root, overrides=overrides) as project:
        *_, last = project.ask(QUESTION)

    bodies = server.asked("/api/chat")
    assert isinstance(last, Answered)
    assert last.answer.model == "glutton:1b", last.answer.unknowns
    assert len(bodies) > 20, "it walks until it is stopped"
    sizes = [size(body) for body in bodies]
    for body, counted in zip(bodies, sizes, strict=True):
        assert body["options"]["num_ctx"] == context
        assert counted + body["options"]["num_predict"] <= context
        system, head = body["messages"][:2]
        assert (system["role"], head["role"]) == ("system", "user")
        assert system["content"].startswith("You answer one question about a repository")
        assert "What does Checkout.place do when the basket is empty" in head["content"]
    assert max(sizes) > context * 0.4, "and the context is used"
