"""Help of a model for a search: what is right raises the right place, what is wrong does little harm, all is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from click.testing import CliRunner

from benchmarks import retrieval
from codeqa import embed
from codeqa.agent.asking import Asker
from codeqa.agent.widening import expansion, helped, hypothesis, vocabulary
from codeqa.config import SearchSettings
from codeqa.domain import ChatLimits, Event, Heard, Hit, ModelCall, ModelCancelled, Notice, UsageError
from codeqa.models import running
from codeqa.models.ollama import Ollama
from codeqa.project import Project
from codeqa.search import Help, Searcher, Weights
from tests.chat_server import ChatFault, Said
from tests.conftest import MakeRepo
from tests.ollama_server import Fault, Model, OllamaServer

_T = TypeVar("_T")
NAME = "writer:7b"
BOTH = SearchSettings(hyde=True, expand=True)

QUESTION = "throw away what nobody has looked at for a long time"
RIGHT = "pool.py:evict_stale"
FILES = {
    "pool.py": "def evict_stale(bucket, ttl, clock):\n"
    "    for key, entry in list(bucket.items()):\n"
    "        if clock() - entry.touched > ttl:  # too long\n"
    "            del bucket[key]\n"
    "    return bucket\n",
    "paint.py": "".join(f"def paint_{n}(colour, shape):\n    return colour * {n} + shape\n\n\n" for n in range(12)),
    "route.py": "class Router:\n    def add_route(self, path, view):\n        self.routes[path] = view\n"
    "        return view\n",
    "errors.py": "def throw_error(message):\n    raise ValueError(message)\n",
    **{
        f"part{n}.py": f"def handle_{n}(item, other):\n    # {word}\n    return item + other + {n}\n"
        for n, word in enumerate("throw nobody looked long time away".split())
    },
}
ORACLE = """def evict_stale(bucket, ttl):
    for entry in bucket:
        if entry.touched > ttl:
            del bucket[entry]
"""
NONSENSE = "def paint_3(colour, shape):\n    paint_4(colour)\n    return paint_5(colour * shape)\n"


@pytest.fixture(scope="module")
def project(make_module_repo: MakeRepo) -> Iterator[Project]:
    with Project.open(make_module_repo(FILES)) as opened:
        for _ in opened.index():
            pass
        yield opened


@pytest.fixture
def searcher(project: Project) -> Searcher:
    return project.tools.searcher


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[OllamaServer]:
    monkeypatch.setattr(running, "PAUSE_SECONDS", 0.01)
    with OllamaServer([Model(NAME, capabilities=("completion",))]) as scripted:
        yield scripted


def model(server: OllamaServer) -> Ollama:
    return Ollama(NAME, server.url, ChatLimits(5, 20, 20, 40, 20_000))


def run(steps: Generator[Event, None, _T]) -> tuple[_T, list[Event]]:
    """Drain a generator; return what it returns, and what it yielded."""
    events: list[Event] = []
    while True:
        try:
            events.append(next(steps))
        except StopIteration as end:
            return end.value, events


def rank(hits: list[Hit], place: str) -> int:
    """The rank of a place from 1 on; 99 if it is not there."""
    return next((n for n, hit in enumerate(hits, 1) if f"{hit.path}:{hit.symbol}" == place), 99)


def saying(code: str, terms: tuple[str, ...] = ()) -> Callable[[dict[str, Any]], Said]:
    return lambda body: Said(json.dumps({"terms": terms}) if body.get("format") else f"Here:\n```python\n{code}\n```")


# --------------------------------------------------------------------------------------------------------------- search


def test_without_help_nothing_changes(searcher: Searcher) -> None:
    for question in (QUESTION, "evict_stale", "who calls add_route", "paint"):
        assert (
            searcher.search(question) == searcher.search(question, help=None) == searcher.search(question, help=Help())
        )


@pytest.mark.parametrize("help", [Help((ORACLE,)), Help((), ("evict", "stale")), Help((ORACLE,), ("stale", "ttl"))])
def test_right_help_raises_the_right_place(searcher: Searcher, help: Help) -> None:
    before, after = searcher.search(QUESTION), searcher.search(QUESTION, help=help)
    assert rank(before, RIGHT) > 1
    assert rank(after, RIGHT) < rank(before, RIGHT)


@pytest.mark.parametrize(
    "help", [Help((NONSENSE,)), Help((), ("paint", "colour", "shape")), Help((NONSENSE,), ("paint_7",))]
)
@pytest.mark.parametrize(
    "question", ["evict_stale", "where is evict_stale called", "add_route of Router", "throw_error"]
)
def test_nonsense_leaves_the_exact_name_in_the_first_place(searcher: Searcher, help: Help, question: str) -> None:
    before, after = searcher.search(question), searcher.search(question, help=help)
    assert after[0].symbol_id == before[0].symbol_id


@pytest.mark.parametrize("help", [Help((ORACLE,), ("stale", "paint_2")), Help((NONSENSE,), ("shape",))])
def test_parts_add_up_to_the_score_with_help_too(searcher: Searcher, help: Help) -> None:
    hits = searcher.search(QUESTION, 30, help)
    assert {"hyde", "expansion"} <= {part for hit in hits for part in hit.why}
    for hit in hits:
        assert sum(hit.why.values()) == pytest.approx(hit.score, abs=1e-3)


def test_what_does_not_exist_counts_for_nothing(searcher: Searcher) -> None:
    invented = Help((), ("frobnicate", "zzz_unheard_of"))
    assert searcher.search(QUESTION, help=invented) == searcher.search(QUESTION)
    assert Help(("x = ghost_name(1)",)).names() == ["ghost_name"]


def test_a_term_of_the_question_is_no_further_term(searcher: Searcher) -> None:
    assert Help((), ("looked", "Nobody", "stale")).further_terms(["look", "nobody", "looked"]) == ["stale"]


def test_with_no_vectors_the_names_of_a_passage_help_all_the_same(project: Project) -> None:
    bare = Searcher(project.store, None)
    assert rank(bare.search(QUESTION, help=Help((ORACLE,))), RIGHT) < rank(bare.search(QUESTION), RIGHT)


def test_an_embedder_that_is_gone_costs_the_passage_only(project: Project) -> None:
    def fail() -> embed.Late:
        raise UsageError("gone")

    late = embed.Late("static-none", 4, fail)
    assert Searcher(project.store, late).search("evict_stale", help=Help((NONSENSE,)))[0].symbol == "evict_stale"


def test_a_passage_has_the_share_that_its_weight_says(project: Project, searcher: Searcher) -> None:
    deaf = Searcher(project.store, searcher.embedder, Weights(passage=0.0, hyde=0.0))
    assert deaf.search(QUESTION, help=Help((ORACLE,))) == deaf.search(QUESTION)


# ------------------------------------------------------------------------------------------------------------ the model


def test_a_passage_is_written_twice_the_second_time_in_view_of_what_is_there(
    server: OllamaServer, searcher: Searcher
) -> None:
    server.script = lambda body: Said(
        ORACLE if "first search" in body["messages"][0]["content"] else "def drop_old(): ..."
    )
    shown: list[str] = []

    def look(passage: str) -> list[str]:
        shown.append(passage)
        return ["evict_stale: def evict_stale(bucket, ttl, clock)"]

    passage, events = run(hypothesis(Asker(model(server)), QUESTION, ["Python"], look))
    assert shown == ["def drop_old(): ..."] and passage == ORACLE.strip()
    calls = [event for event in events if isinstance(event, ModelCall)]
    assert [call.purpose for call in calls] == ["hyde", "hyde2"] and all(not call.trouble for call in calls)
    assert "".join(event.text for event in events if isinstance(event, Heard)).startswith(
        "def drop_old(): ...def evict"
    )
    first, second = (body["messages"][0]["content"] for body in server.asked("/api/chat"))
    assert QUESTION in first and "Python" in first and "def evict_stale(bucket, ttl, clock)" in second


def test_code_is_taken_out_of_its_fence(server: OllamaServer) -> None:
    server.script = saying("x = 1\ny = 2")
    assert run(hypothesis(Asker(model(server)), QUESTION, []))[0] == "x = 1\ny = 2"


def test_where_the_second_passage_fails_the_first_is_used(server: OllamaServer) -> None:
    server.script = saying(ORACLE)
    server.fail("/api/chat", Fault.ERROR, when=lambda body: "first search" in body["messages"][0]["content"])
    passage, events = run(hypothesis(Asker(model(server)), QUESTION, [], lambda passage: ["evict_stale"]))
    assert passage == ORACLE.strip()
    assert [event.level for event in events if isinstance(event, Notice)] == ["warning"]


def test_terms_are_asked_for_as_json_and_in_view_of_what_exists(server: OllamaServer, searcher: Searcher) -> None:
    server.script = saying("", ("stale", "evict", "stale", " ttl \n", "x" * 99))
    near = vocabulary(searcher, QUESTION)
    terms, _ = run(expansion(Asker(model(server)), QUESTION, near))
    assert terms == ("stale", "evict", "ttl")
    body = server.asked("/api/chat")[0]
    assert body["format"]["properties"]["terms"]["type"] == "array"
    assert "throw_error" in near and ", ".join(near) in body["messages"][0]["content"]


@pytest.mark.parametrize("settings", [SearchSettings(hyde=True), SearchSettings(expand=True), BOTH])
def test_an_oracle_raises_the_right_place(server: OllamaServer, searcher: Searcher, settings: SearchSettings) -> None:
    server.script = saying(ORACLE, ("evict", "stale", "ttl"))
    help, _ = run(helped(Asker(model(server)), QUESTION, searcher, settings))
    assert help is not None and bool(help.passages) == settings.hyde and bool(help.terms) == settings.expand
    assert rank(searcher.search(QUESTION, help=help), RIGHT) < rank(searcher.search(QUESTION), RIGHT)


def test_nonsense_of_a_model_leaves_the_exact_name_in_the_first_place(server: OllamaServer, searcher: Searcher) -> None:
    server.script = saying(NONSENSE, ("paint", "colour"))
    help, _ = run(helped(Asker(model(server)), "where is evict_stale", searcher, BOTH))
    assert help is not None and searcher.search("where is evict_stale", help=help)[0].symbol == "evict_stale"


def test_nothing_is_asked_where_nothing_is_set(server: OllamaServer, searcher: Searcher) -> None:
    assert run(helped(Asker(model(server)), QUESTION, searcher, SearchSettings())) == (None, [])
    assert not server.requests


FAULTS = [
    *(fault for fault in ChatFault if fault not in (ChatFault.SLOW_LOAD, ChatFault.HUGE, ChatFault.HUGE_LINE)),
    Fault.ERROR,
]
FAULTS += [Fault.MISSING, Fault.RESET, Fault.NO_JSON]


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_no_fault_of_a_server_costs_more_than_the_help(
    server: OllamaServer, searcher: Searcher, fault: Fault | ChatFault
) -> None:
    server.script = saying(ORACLE, ("stale",))
    server.fail("/api/chat", fault)
    asked = Ollama(NAME, server.url, ChatLimits(5, 0.4, 0.4, 0.8, 20_000))
    help, events = run(helped(Asker(asked), QUESTION, searcher, BOTH))
    calls = [event for event in events if isinstance(event, ModelCall)]
    assert calls and searcher.search(QUESTION, help=help)
    if help is None:
        assert all(call.trouble or (call.reply and call.reply.problem) for call in calls)
        assert any(isinstance(event, Notice) and "without the help" in event.text for event in events)


def test_a_server_that_is_down_is_a_notice(server: OllamaServer, searcher: Searcher) -> None:
    server.stop()
    help, events = run(helped(Asker(model(server)), QUESTION, searcher, BOTH))
    assert help is None and sum(isinstance(event, Notice) for event in events) == 2


def test_being_cancelled_ends_it(server: OllamaServer, searcher: Searcher) -> None:
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(ModelCancelled):
        run(helped(Asker(model(server), cancelled), QUESTION, searcher, BOTH))


def test_a_prompt_of_ones_own_is_used(server: OllamaServer, tmp_path: Path) -> None:
    (tmp_path / "hyde.md").write_text("version: 7\n\nCODE PLEASE: {question}\n")
    _, events = run(hypothesis(Asker(model(server)), QUESTION, [], folder=tmp_path))
    assert [event.prompt.partition(":")[0] for event in events if isinstance(event, ModelCall)] == ["hyde@7"]
    assert server.asked("/api/chat")[0]["messages"][0]["content"] == f"CODE PLEASE: {QUESTION}"


# -------------------------------------------------------------------------------------------------------- the benchmark


@pytest.fixture
def question_set(tmp_path: Path) -> list[str]:
    """The arguments that name a set of one question, and its checkout."""
    for name, text in FILES.items():
        path = tmp_path / "checkouts" / "shed" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    asked = {"id": "1", "question": QUESTION, "checkout": "shed", "gold_files": ["pool.py"], "hop": "single"}
    (tmp_path / "set.jsonl").write_text(json.dumps({**asked, "source": "own", "lang": "python"}) + "\n")
    place = ["--questions", str(tmp_path / "set.jsonl"), "--checkouts", str(tmp_path / "checkouts")]
    return [*place, "--embedder", "none", "--embedder", "static", "--index", str(tmp_path / "kept"), "--by", ""]


def measured(arguments: list[str], tmp_path: Path) -> dict[str, float]:
    """Run the benchmark; return NDCG@10 by row."""
    done = CliRunner().invoke(retrieval.main, [*arguments, "--json", str(tmp_path / "out.json")])
    assert done.exit_code == 0, done.output
    rows = json.loads((tmp_path / "out.json").read_text())["embedders"]
    assert all(name in done.output for name in rows if name not in retrieval.EMBEDDERS)
    return {name: figures["ndcg"][0] for name, figures in rows.items()}


def test_the_benchmark_has_a_row_for_each_kind_of_help(
    server: OllamaServer, question_set: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLLAMA_HOST", server.url)
    summary = json.dumps({"summary": "Throws away what nobody has looked at.", "tags": []})
    other = json.dumps({"summary": "Does nothing of the kind.", "tags": []})
    helping = saying(ORACLE, ("evict", "stale", "ttl"))

    def script(body: dict[str, Any]) -> Said:
        if "summary" not in str(body.get("format")):
            return helping(body)
        return Said(summary if "`evict_stale`" in body["messages"][0]["content"] else other)

    server.script = script
    asked = [*question_set, "--model", NAME]
    both = measured([*asked, "--hyde", "--expand"], tmp_path)
    assert list(both) == ["none", "no help", "HyDE", "expansion", "all of it"]
    assert (
        both["no help"] < both["HyDE"] and both["no help"] < both["expansion"] and both["no help"] < both["all of it"]
    )
    made = measured([*asked, "--summaries"], tmp_path)
    assert list(made) == ["none", "no help", "summaries"] and made["no help"] < made["summaries"] == 1.0
    assert made["no help"] == both["no help"]
    there = measured(asked, tmp_path)  # the summaries are kept with the index
    assert there == made


def test_a_benchmark_whose_model_is_gone_says_so_and_measures_no_help(
    server: OllamaServer, question_set: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLLAMA_HOST", server.url)
    server.stop()
    done = CliRunner().invoke(retrieval.main, [*question_set, "--model", NAME, "--hyde"])
    assert done.exit_code == 0 and "1 replies of no use" in done.output


def test_help_needs_a_model(question_set: list[str]) -> None:
    assert CliRunner().invoke(retrieval.main, [*question_set, "--hyde"]).exit_code == 2
