"""Summaries of symbols: what is asked about, what is kept of it, and what search and faces make of that."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from codeqa import embed, prompts, wording
from codeqa.domain import (
    CodeqaError,
    ContextFull,
    Enriched,
    Event,
    ModelTimeout,
    ModelUnavailable,
    NoSuchModel,
    Notice,
    Progress,
    UsageError,
)
from codeqa.enriching import choose, running
from codeqa.enriching.checking import LONGEST, check, shortened
from codeqa.index.embedding import running as running_now
from codeqa.models import running as requests
from codeqa.project import Project
from codeqa.search import Weights
from codeqa.store import Said, Store
from codeqa.store.lock import Lock
from tests.chat_server import ChatFault
from tests.chat_server import Said as Spoken
from tests.conftest import ROOT, MakeRepo
from tests.ollama_server import Fault, Model, OllamaServer

NAME = "describer:7b"
BODY = "    total = 0\n    for item in items:\n        total += item\n    return total\n"
FILES = {
    "shop.py": f"def often(items):\n{BODY}\n\ndef seldom(items):\n{BODY.replace('total', 'amount')}\n\n"
    "def short(x):\n    return x\n\n\n"
    "class Basket:\n    def __init__(self):\n        self.items = []\n"
    "        self.open = True\n        self.owner = None\n",
    "main.py": "from shop import often, seldom\n\n\ndef first(items):\n    often(items)\n    often(items)\n    x = 1\n"
    "    return seldom(items) + often(items)\n",
    "tests/test_shop.py": f"def test_often(items):\n{BODY.replace('total', 'found')}",
    "vendor/other.py": f"def vendored_helper(items):\n{BODY.replace('total', 'vendored')}",
}


def describing(
    text: str = "Sums the prices of a parcel.", tags: tuple[str, ...] = ("pricing",)
) -> Callable[..., Spoken]:
    return lambda body: Spoken(json.dumps({"summary": text, "tags": list(tags)}))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[OllamaServer]:
    monkeypatch.setattr(requests, "PAUSE_SECONDS", 0.01)
    with OllamaServer([Model(NAME, capabilities=("completion",))], script=describing()) as scripted:
        yield scripted


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    return make_repo(FILES)


def opened(root: Path, server: OllamaServer, model: str | None = NAME, **overrides: object) -> Project:
    given = {"model.name": model, **{name.replace("__", "."): value for name, value in overrides.items()}}
    project = Project.open(root, overrides=given, environ={"OLLAMA_HOST": server.url})
    for _ in project.update():
        pass
    return project


def enriched(project: Project, **options: int) -> tuple[Enriched, list[Event]]:
    events = list(project.enrich(**options))
    assert isinstance(events[-1], Enriched)
    return events[-1], events


def asked_about(server: OllamaServer) -> list[str]:
    """The symbols that the server was asked about, in order."""
    texts = (body["messages"][0]["content"] for body in server.asked("/api/chat"))
    return [text.partition("code of `")[2].partition("`")[0] for text in texts]


# ---------------------------------------------------------------------------------------------------------------- which


def test_the_most_used_come_first_and_trifles_tests_and_vendored_code_not_at_all(
    root: Path, server: OllamaServer
) -> None:
    with opened(root, server) as project:
        ended, _ = enriched(project)
    assert asked_about(server) == ["often", "seldom", "first", "Basket"]
    assert (ended.wanted, ended.kept, ended.left, ended.before) == (4, 4, 0, 0)


def test_all_means_all(root: Path, server: OllamaServer) -> None:
    with opened(root, server) as project:
        enriched(project, everything=True)
    assert {"test_often", "vendored_helper"} < set(asked_about(server))


def test_what_a_model_is_shown_is_the_chunk_with_secrets_blanked(root: Path, server: OllamaServer) -> None:
    token = "ghp_" + "a1B2" * 9
    (root / "deploy.py").write_text(f'def deploy(host):\n    token = "{token}"\n    x = 1\n    return host, token, x\n')
    with opened(root, server) as project:
        enriched(project)
    texts = [body["messages"][0]["content"] for body in server.asked("/api/chat")]
    assert any("def deploy(host)" in text for text in texts) and not any(token in text for text in texts)
    assert all(body["options"]["num_ctx"] == 8_192 for body in server.asked("/api/chat"))


# ----------------------------------------------------------------------------------------------------------------- kept


def test_a_run_goes_on_where_the_last_one_ended(root: Path, server: OllamaServer) -> None:
    with opened(root, server) as project:
        first, _ = enriched(project, limit=1)
        second, _ = enriched(project, limit=2)
        third, _ = enriched(project)
        fourth, _ = enriched(project)
    assert [(run.kept, run.before, run.left) for run in (first, second, third, fourth)] == [
        (1, 0, 3),
        (2, 1, 1),
        (1, 3, 0),
        (0, 4, 0),
    ]
    assert asked_about(server) == ["often", "seldom", "first", "Basket"]


def test_a_killed_run_keeps_what_was_committed(root: Path, server: OllamaServer) -> None:
    for n in range(40):
        (root / f"more{n}.py").write_text(f"def more_{n}(items):\n{BODY.replace('total', f'total{n}')}")
    server.script = slowly(describing(), 0.05)
    opened(root, server).close()
    command = [sys.executable, "-c", "from codeqa.cli import main; main()", "enrich", "--model", NAME]
    run = subprocess.Popen(command, cwd=root, env={**os.environ, "PYTHONPATH": str(ROOT), "OLLAMA_HOST": server.url})
    wait_for(lambda: len(server.asked("/api/chat")) >= 2 * running.BATCH + 2)
    run.kill()
    run.wait()
    server.script = describing()
    with opened(root, server) as project:
        ended, _ = enriched(project)
    assert ended.before >= 2 * running.BATCH and ended.before + ended.kept == 44 and ended.left == 0
    seen = asked_about(server)
    assert len(seen) - len(set(seen)) <= running.BATCH  # what was under way is asked again, and no more


def test_an_interrupted_run_keeps_everything_and_exits_with_130(root: Path, server: OllamaServer) -> None:
    server.script = slowly(describing(), 0.3)
    opened(root, server).close()
    command = [sys.executable, "-c", "from codeqa.cli import main; main()", "enrich", "--model", NAME]
    run = subprocess.Popen(command, cwd=root, env={**os.environ, "PYTHONPATH": str(ROOT), "OLLAMA_HOST": server.url})
    wait_for(lambda: len(server.asked("/api/chat")) >= 3)
    began = time.monotonic()
    run.send_signal(signal.SIGINT)
    assert run.wait(20) == 130 and time.monotonic() - began < 5
    with opened(root, server) as project:
        assert project.status().summaries == {NAME: 2}


def slowly(script: Callable[..., Spoken], seconds: float) -> Callable[..., Spoken]:
    def say(body: dict[str, Any]) -> Spoken:
        time.sleep(seconds)
        return script(body)

    return say


def wait_for(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_summaries_follow_their_bytes(root: Path, server: OllamaServer) -> None:
    with opened(root, server) as project:
        enriched(project)
    (root / "shop.py").rename(root / "store.py")
    text = (root / "store.py").read_text().replace("amount = 0", "amount = 1")
    (root / "store.py").write_text(text)
    with opened(root, server) as project:
        assert project.card("often").summary is not None
        assert project.card("seldom").summary is None  # its bytes are others now
        ended, _ = enriched(project)
    assert (ended.before, ended.kept) == (3, 1)


def test_summaries_are_no_part_of_the_canonical_dump_and_survive_a_new_index(root: Path, server: OllamaServer) -> None:
    with opened(root, server) as project:
        before = list(project.store.dump())
        enriched(project)
        assert list(project.store.dump()) == before
        for _ in project.index(force=True):
            pass
        assert list(project.store.dump()) == before and project.status().summaries == {NAME: 4}
        assert project.search("price of a parcel")[0].why["summary"] > 0


def test_a_chunk_that_changed_since_it_was_indexed_is_left_for_later(root: Path, server: OllamaServer) -> None:
    with opened(root, server) as project:
        (root / "shop.py").write_text("def often(items):\n    return 1\n")
        ended, _ = enriched(project)
    assert (ended.changed, ended.kept, ended.left) == (3, 1, 3)


def test_another_model_is_used_when_it_has_said_as_much(root: Path, server: OllamaServer) -> None:
    server.models.append(Model("other:1b", capabilities=("completion",)))
    with opened(root, server) as project:
        enriched(project)
    server.script = describing("Adds up what a crate holds.")
    with opened(root, server, "other:1b") as project:
        enriched(project, limit=2)
        assert list(project.status().summaries.items()) == [(NAME, 4), ("other:1b", 2)]
        assert project.card("often").summary.model == NAME  # type: ignore[union-attr]
        enriched(project)
        assert list(project.status().summaries) == ["other:1b", NAME]
        assert project.card("often").summary.text == "Adds up what a crate holds."  # type: ignore[union-attr]
        assert project.store.summaries().fulltext('"crate"', 9) and not project.store.summaries().fulltext(
            '"parcel"', 9
        )


def test_one_run_at_a_time(root: Path, server: OllamaServer) -> None:
    with opened(root, server) as project:
        lock = Lock.acquire(project.directory / "enriching.lock")
        with pytest.raises(CodeqaError, match="another process"):
            enriched(project)
        lock.release()
        assert enriched(project)[0].kept == 4


def test_while_somebody_indexes_what_is_done_waits(
    root: Path, server: OllamaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BATCH", 1)
    monkeypatch.setattr(running, "_LOCK_WAIT_S", 0.0)
    with opened(root, server) as project:
        steps = project.enrich()
        next(steps)
        with Store.open(project.directory, write=True):
            next(steps)
        ended = list(steps)[-1]
        assert isinstance(ended, Enriched) and ended.kept == 4 and project.status().summaries == {NAME: 4}


# -------------------------------------------------------------------------------------------------------------- checked


def known(name: str) -> bool:
    return name == "Basket"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Sums `items` for a `Basket`.", ""),
        ("Calls `ghost` on `items`.", "it names ghost"),
        ("Calls ``Basket.ghost(items)``.", "it names ghost"),
        ("Uses nothing in back-ticks such as ghost.", ""),
        ("", "it is empty"),
        (" \x1b[0m\n ", ""),
        ("…", "it is empty"),
    ],
)
def test_a_summary_names_only_what_there_is(text: str, problem: str) -> None:
    found = check({"summary": text, "tags": []}, "def often(items): ...", known)
    assert found.problem == problem and bool(found.text) == (not problem) and found.invented == ("names" in problem)
    assert "\x1b" not in found.text and "\n" not in found.text


def test_what_is_too_long_ends_with_a_sentence() -> None:
    sentence = "It reads a page of the log and counts what is in it. "
    cut = shortened(sentence * 10)
    assert len(cut) <= LONGEST and cut.endswith("in it.") and len(cut) > LONGEST - len(sentence)
    word = shortened("word " * 100)
    assert len(word) <= LONGEST and word.endswith("word…")


def test_tags_are_few_short_and_plain() -> None:
    given = ["Caching", "caching", "#http", "x" * 40, "", "a b", "`c`", "d", "e", "f"]
    assert check({"summary": "It sums.", "tags": given}, "", known).tags == ("caching", "http", "a b", "c", "d", "e")


def test_what_is_rejected_is_counted_and_not_asked_about_again(root: Path, server: OllamaServer) -> None:
    server.script = lambda body: describing(
        "Calls `ghost`." if "`often`" in body["messages"][0]["content"] else "Sums prices of `often`."
    )(body)
    with opened(root, server) as project:
        first, _ = enriched(project)
        second, _ = enriched(project)
        assert project.card("often").summary is None and project.card("seldom").summary is not None
        assert project.status().summaries == {NAME: 3}
    assert (first.kept, first.rejected, second.before, second.kept) == (3, 1, 4, 0)


@pytest.mark.parametrize("fault", [ChatFault.EMPTY, ChatFault.THINKING_ONLY, ChatFault.FORMAT_IGNORED])
def test_a_reply_of_no_use_is_a_failure_and_no_end(root: Path, server: OllamaServer, fault: ChatFault) -> None:
    server.fail("/api/chat", fault, times=1)
    with opened(root, server) as project:
        ended, _ = enriched(project)
    assert (ended.kept, ended.failed, ended.left) == (3, 1, 0)


def test_a_model_that_never_gives_anything_of_use_is_given_up_and_may_try_again(
    root: Path, server: OllamaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "HOPELESS", 3)
    server.fail("/api/chat", ChatFault.FORMAT_IGNORED)
    with opened(root, server) as project:
        with pytest.raises(ModelUnavailable, match="no summary that could be used"):
            enriched(project)
        server.mend()
        assert enriched(project)[0].kept == 4


# ------------------------------------------------------------------------------------------------------------- failures


@pytest.mark.parametrize("fault", [Fault.ERROR, Fault.RESET, Fault.NO_JSON, ChatFault.CUT, ChatFault.STALL_MID])
def test_a_server_that_fails_keeps_what_is_done(root: Path, server: OllamaServer, fault: Fault | ChatFault) -> None:
    server.fail("/api/chat", fault, when=lambda body: "`first`" in body["messages"][0]["content"])
    server.fail("/api/chat", fault, when=lambda body: "`Basket`" in body["messages"][0]["content"])
    with opened(root, server, model__timeout_seconds=1.0) as project:
        try:
            ended, _ = enriched(project)
        except ModelUnavailable:
            pass
        else:
            assert ended.failed == 2 and ended.left == 2
        assert project.status().summaries == {NAME: 2}
        server.mend()
        assert enriched(project)[0].left == 0 and project.status().summaries == {NAME: 4}


def test_three_requests_in_a_row_that_come_to_nothing_end_it(root: Path, server: OllamaServer) -> None:
    server.fail("/api/chat", ChatFault.STALL_MID)
    with opened(root, server, model__timeout_seconds=1.0) as project, pytest.raises(ModelTimeout):
        enriched(project)
    assert len(server.asked("/api/chat")) == 3


def test_a_prompt_that_fills_the_context_is_one_symbols_failure(root: Path, server: OllamaServer) -> None:
    server.fail("/api/chat", ChatFault.TRUNCATED_CONTEXT, times=1)
    with opened(root, server) as project:
        ended, _ = enriched(project)
    assert (ended.kept, ended.failed) == (3, 1)
    assert issubclass(ContextFull, ModelUnavailable)


def test_an_embedder_that_is_gone_costs_the_vectors_only(root: Path, server: OllamaServer) -> None:
    with opened(root, server) as project:
        project._embedder()
        assert project._late is not None
        project._late._load = fail
        _, events = enriched(project)
        assert [event.text for event in events if isinstance(event, Notice)] == ["summaries have no vectors: gone"]
        assert project.status().summaries == {NAME: 4}
    with opened(root, server) as project:
        enriched(project)  # makes up for it
        assert len(project.store.summaries().space(project.store.embedders()[0])) == 4


def fail() -> embed.Late:
    raise UsageError("gone")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--model", "missing:1b"], 5, "missing:1b"),
        ([], 2, "no model is named"),
        (["--model", NAME, "--limit", "0"], 2, "limit"),
    ],
)
def test_what_cannot_be_done_is_said_with_its_code(
    root: Path, server: OllamaServer, arguments: list[str], code: int, said: str
) -> None:
    run = command(root, server, *arguments)
    assert run.returncode == code and said in run.stderr and "hint" in run.stderr
    assert code == 5 or not (root / ".codeqa").exists()


def test_a_server_that_is_down_is_code_5_with_what_to_do(root: Path, server: OllamaServer) -> None:
    server.stop()
    run = command(root, server, "--model", NAME)
    assert run.returncode == 5 and "ollama serve" in run.stderr


def test_the_command_sums_up(root: Path, server: OllamaServer) -> None:
    run = command(root, server, "--model", NAME, "--limit", "3")
    assert run.returncode == 0 and "summaries 3" in run.stdout and "left      1  of 4 symbols" in run.stdout
    ended = json.loads(command(root, server, "--model", NAME, "--json").stdout)
    assert (ended["kept"], ended["before"], ended["model"]) == (1, 3, NAME) and ended["prompt"].startswith("summary@")
    assert not command(root, server, "--model", NAME, "-q").stdout


def command(
    root: Path, server: OllamaServer, *arguments: str, name: str = "enrich"
) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-c", "from codeqa.cli import main; main()", name, *arguments]
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "OLLAMA_HOST": server.url}
    return subprocess.run(line, cwd=root, env=environ, capture_output=True, text=True, check=False)


# --------------------------------------------------------------------------------------------------------------- search


def test_with_no_summaries_nothing_is_different(root: Path, server: OllamaServer) -> None:
    with opened(root, server) as project:
        searcher, off = project.tools.searcher, replace(Weights(), summary=0.0)
        for question in ("sum of items", "often", "Basket.open", "what does first do"):
            found = searcher.search(question)
            assert found and all("summary" not in hit.why for hit in found)
            searcher.weights = off
            assert searcher.search(question) == found
            searcher.weights = Weights()


def test_a_summary_finds_what_no_word_of_the_code_does(root: Path, server: OllamaServer) -> None:
    server.script = lambda body: describing(
        "Weighs a parcel for shipment." if "`seldom`" in body["messages"][0]["content"] else "Does other things."
    )(body)
    with opened(root, server) as project:
        assert project.search("parcel shipment")[0].symbol != "seldom"
        enriched(project)
        hits = project.tools.searcher.search("parcel shipment")
        assert hits[0].symbol == "seldom" and hits[0].why["summary"] > 0
        for hit in hits:
            assert sum(hit.why.values()) == pytest.approx(hit.score, abs=1e-3)


def test_the_exact_name_stays_first_whatever_is_said_of_others(root: Path, server: OllamaServer) -> None:
    server.script = describing("The place of seldom, seldom and seldom.", ("seldom",))
    with opened(root, server) as project:
        enriched(project)
        for question in ("seldom", "where is Basket"):
            assert project.search(question)[0].symbol.split(".")[0] == question.split()[-1]


def test_no_answer_says_or_cites_what_a_model_said(root: Path, server: OllamaServer) -> None:
    server.script = describing("Weighs a zeppelin.", ("zeppelin",))
    with opened(root, server) as project:
        enriched(project)
        assert "zeppelin" in project.card("often").summary.text  # type: ignore[union-attr]
    for question in ("what does often do", "who calls often", "where is the zeppelin weighed"):
        answer = command(root, server, question, "--json", name="ask").stdout
        assert answer and "zeppelin" not in answer.replace(question, "").replace("zeppelin weighed", "")


def test_a_card_says_whose_summary_it_is_and_that_nobody_checked_it(root: Path, server: OllamaServer) -> None:
    command(root, server, "--model", NAME)
    shown = command(root, server, "often", name="symbol").stdout
    assert "Sums the prices of a parcel." in shown and f"summary by {NAME} (not checked); pricing" in shown
    card = json.loads(command(root, server, "often", "--json", name="symbol").stdout)
    assert card["summary"] == {"text": "Sums the prices of a parcel.", "tags": ["pricing"], "model": NAME}
    assert json.loads(command(root, server, "short", "--json", name="symbol").stdout)["summary"] is None
    assert f"4 by {NAME}" in command(root, server, name="status").stdout


# ---------------------------------------------------------------------------------------------------------------- store


def test_another_embedder_gets_vectors_of_summaries_too(root: Path, server: OllamaServer) -> None:
    for n in range(60):
        (root / f"more{n}.py").write_text(f"def more_{n}(items):\n    return {n}\n")
    with opened(root, server) as project:
        enriched(project)
        first = project.store.embedders()[0]
        for _ in project.index(embedder="lsa"):
            pass
        wait_for(lambda: has_switched(project.directory))
    with opened(root, server) as project:
        (second,) = project.store.embedders()
        assert second.startswith("lsa-") and len(project.store.summaries().space(second)) == 4
        assert len(project.store.summaries().space(first)) == 0
        files = sorted(path.name for path in project.directory.glob("vectors-*.f16"))
        assert len(files) == 2 and all("lsa-" in name for name in files)
        assert project.search("price of a parcel")[0].why["summary"]


def has_switched(directory: Path) -> bool:
    with Store.open(directory) as store:
        return store.embedders()[0].startswith("lsa-") and not running_now(directory)


def test_what_is_said_of_bytes_that_are_nowhere_is_forgotten_when_it_is_most(root: Path, server: OllamaServer) -> None:
    with opened(root, server) as project:
        enriched(project)
        with Store.open(project.directory, write=True) as store:
            gone = [Said(f"{n:064x}", "Sums a zeppelin.") for n in range(1_100)]
            with store.batch():
                store.summaries().put(NAME, prompts.load("summary").id, gone[:900])
            with store.batch():
                assert not store.summaries().prune()
                store.summaries().put(NAME, prompts.load("summary").id, gone)
                assert store.summaries().prune()
            assert store.summaries().counts() == {NAME: 4}
            assert len(store.summaries().space(store.embedders()[0])) == 0
            assert not store.summaries().fulltext('"zeppelin"', 10) and store.summaries().fulltext('"parcel"', 10)
        assert len(list(project.directory.glob("vectors-*.f16"))) == 1
        enriched(project)
        assert len(project.store.summaries().space(project.store.embedders()[0])) == 4


def test_progress_tells_a_slow_rate_and_what_is_left() -> None:
    said = wording.describe(Progress("enrich", 3, 13, 10.0, "shop.py::often"))
    assert said == "enrich  3/13  3.3 s each  33.3 s left  shop.py::often"


def test_namesakes_of_one_text_are_asked_about_once(make_repo: MakeRepo, server: OllamaServer) -> None:
    code = f"def often(items):\n{BODY}"
    with opened(make_repo({"a.py": code, "b/a.py": code}), server) as project:
        assert enriched(project)[0].wanted == 1
        both = project.tools.graph.symbols(["a.py::often", "b/a.py::often"])
        assert all(project.tools.summary(symbol) is not None for symbol in both.values())
        assert [one.symbol.id for one in choose(project.store, lambda language, name: False)] == ["a.py::often"]


def test_no_such_model_is_a_kind_of_its_own(root: Path, server: OllamaServer) -> None:
    with opened(root, server, "missing") as project, pytest.raises(NoSuchModel):
        enriched(project)
