"""An earlier answer is given again only where all that it rests on still holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from codeqa.domain import Answer, Answered
from codeqa.project import Project
from tests.asking import SHOP
from tests.chat_server import Said
from tests.conftest import MakeRepo
from tests.honest import honest, seen
from tests.ollama_server import Model, OllamaServer

QUESTION = "Who calls retry?"
SAME = {"answer": True}


def script(body: dict[str, Any]) -> Said:
    """As the honest model, which thinks of two questions what the test says."""
    wanted = body.get("format")
    if isinstance(wanted, dict) and "same" in wanted.get("properties", {}):
        return Said(json.dumps({"same": SAME["answer"]}))
    return honest(body)


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    models = [Model(name, capabilities=("completion", "tools")) for name in ("one:1b", "other:1b")]
    with OllamaServer(models=models, script=script) as server:
        yield server


@pytest.fixture
def shop(make_repo: MakeRepo) -> Path:
    return make_repo(SHOP)


def ask(server: OllamaServer, root: Path, question: str = QUESTION, **overrides: object) -> Answer:
    given = {"model.name": "one:1b", "model.host": server.url, "model.required": True, **overrides}
    with Project.open(root, overrides=given) as project:
        list(project.update())
        *_, last = project.ask(question)
    assert isinstance(last, Answered)
    assert last.answer.model == given["model.name"]
    return last.answer


def chats(server: OllamaServer) -> int:
    return len(server.asked("/api/chat"))


def test_the_same_question_is_answered_without_the_model(server: OllamaServer, shop: Path) -> None:
    first = ask(server, shop)
    asked = chats(server)

    again = ask(server, shop, "please tell me who calls retry")

    assert chats(server) == asked
    assert again.reused == first.trace
    assert (again.text, again.claims, again.walk) == (first.text, first.claims, first.walk)
    assert [(c.path, c.start_line, c.sha256) for c in again.citations] == [
        (c.path, c.start_line, c.sha256) for c in first.citations
    ]
    assert ask(server, shop).reused == first.trace, "what was given again is no source of its own"


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (
            "shop/checkout.py",
            "def make_checkout() -> Checkout:",
            "def late():\n    retry(1, 2)\n\n\ndef make_checkout():",
        ),
        ("shop/checkout.py", "return retry(lambda: self.charge(basket), self.attempts)", "return retry(1, 2)"),
        ("shop/checkout.py", '"""Taking orders."""', '"""Taking orders.\n\nAnd more.\n"""'),
        ("shop/checkout.py", "return retry(lambda: self.charge(basket), self.attempts)", "return self.charge(basket)"),
    ],
    ids=["a caller more", "the cited line", "lines above it", "the edge"],
)
def test_what_has_changed_is_asked_anew(server: OllamaServer, shop: Path, path: str, old: str, new: str) -> None:
    ask(server, shop)
    asked = chats(server)
    text = (shop / path).read_text()
    assert old in text
    (shop / path).write_text(text.replace(old, new))

    again = ask(server, shop)

    assert not again.reused
    assert chats(server) > asked


def test_what_a_walk_began_with_counts_too(server: OllamaServer, shop: Path) -> None:
    """An answer of facts that no call of a tool showed is not given again where there is one fact more."""

    def finishing(body: dict[str, Any]) -> Said:
        return Said(calls=(("finish", {"sentences": [f"{t} [{h}]" for h, t in seen(body).facts.items()]}),))

    server.script = finishing
    first = ask(server, shop)
    assert first.claims
    assert ask(server, shop, "tell me who calls retry").reused == first.trace
    late = "\n\ndef late():\n    retry(1, 2)\n"
    (shop / "shop/checkout.py").write_text((shop / "shop/checkout.py").read_text() + late)

    assert not ask(server, shop).reused
    assert ask(server, shop, "tell me who calls retry").reused != first.trace


def test_a_change_elsewhere_costs_nothing(server: OllamaServer, shop: Path) -> None:
    first = ask(server, shop)
    (shop / "shop/errors.py").write_text((shop / "shop/errors.py").read_text() + "\nUNRELATED = 1\n")

    again = ask(server, shop)

    assert again.reused == first.trace
    assert again.generation > first.generation
    assert {c.generation for c in again.citations} == {again.generation}


def test_a_bad_answer_another_model_and_another_prompt_are_not_given_again(
    server: OllamaServer, shop: Path, tmp_path: Path
) -> None:
    first = ask(server, shop)
    prompts = tmp_path / "prompts"
    prompts.mkdir()
    (prompts / "walk.md").write_text("version: 2\n\nWalk, and finish.\n")

    assert not ask(server, shop, **{"model.name": "other:1b"}).reused
    assert not ask(server, shop, **{"model.prompts": str(prompts)}).reused
    assert not ask(server, shop, **{"model.reuse": False}).reused
    with Project.open(shop) as project:
        for summary in project.traces.summaries():
            project.traces.label(summary.id, 1, "bad", "it misses one")
    assert first.trace
    assert not ask(server, shop).reused


@pytest.mark.parametrize("same", [True, False])
def test_the_model_says_whether_near_questions_are_the_same(server: OllamaServer, shop: Path, same: bool) -> None:
    SAME["answer"] = same
    first = ask(server, shop, "where is a basket of the shop charged")

    again = ask(server, shop, "where is the basket of a shop charged again")

    assert (again.reused == first.trace) is same
    assert any("taken to be the same" in text for text in again.unknowns) is same


def test_questions_that_name_other_things_are_never_the_same(server: OllamaServer, shop: Path) -> None:
    SAME["answer"] = True
    ask(server, shop, "Which tests reach Checkout.place?")

    assert not ask(server, shop, "Which tests reach Checkout.charge?").reused
    assert not [b for b in server.asked("/api/chat") if "same" in (b.get("format") or {}).get("properties", {})]
