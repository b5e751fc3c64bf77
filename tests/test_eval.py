"""A model measured: figures counted apart, runs that are cut off, servers that die, keys that people wrote."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import packages
import pytest
from conftest import ROOT, MakeRepo, RunCodeqa

from benchmarks import walks
from codeqa.domain import Answer, Citation, Claim, Hop, UsageError
from codeqa.evals import Exam, written
from codeqa.evals.outcomes import Outcome, Record, Spec, read
from codeqa.evals.summing import Share, summed
from codeqa.project import Project
from tests.asking import SHOP
from tests.chat_server import Said
from tests.honest import honest
from tests.ollama_server import Model, OllamaServer

NAME = "honest:1b"
CHARGE, PLACE = "shop/checkout.py::Checkout.charge", "shop/checkout.py::Checkout.place"


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    with OllamaServer(models=[Model(NAME, capabilities=("completion", "tools"))], script=honest) as running:
        yield running


@pytest.fixture
def shop(make_repo: MakeRepo) -> Path:
    return make_repo(SHOP)


def slow(body: dict[str, Any]) -> Said:
    time.sleep(0.05)
    return honest(body)


def of_walks(server: OllamaServer) -> list[dict[str, Any]]:
    """Return the requests that belong to questions, not to the search for the rung."""
    return [body for body in server.asked("/api/chat") if "Question: " in json.dumps(body["messages"])]


def started(*arguments: str | Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", "from codeqa.cli import main; main()", "eval", "run", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # ignored in the background of a shell
    )


def until_lines(path: Path, count: int) -> None:
    """Wait until a run has written so many lines."""
    for _ in range(1_000):
        if path.exists() and path.read_bytes().count(b"\n") >= count:
            return
        time.sleep(0.02)
    raise AssertionError(f"{path} has no {count} lines")


# ------------------------------------------------------------------------------------------------------------ exam


def test_figures_are_those_that_can_be_counted_apart(codeqa: RunCodeqa, server: OllamaServer, shop: Path) -> None:
    done = codeqa("eval", "run", "--model", NAME, "--host", server.url, "--repo", shop, "--exam", "12", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    model, planner = found["columns"]
    items = {name: [item for item in found["items"] if item["column"] == name] for name in ("model", "planner")}

    with Project.open(shop, overrides={"trace.keep": False}, environ={}) as project:
        sitting = Exam(project, questions=12, seed=0)
        grades = list(sitting.sit())
    assert (model["name"], planner["name"], found["rung"], found["left"]) == ("model", "planner", "native", 0)
    assert model["asked"] == planner["asked"] == len(grades) == 12
    assert [item["question"] for item in items["model"]] == [grade.item.question for grade in grades]
    assert [item["verdict"] for item in items["planner"]] == [grade.verdict for grade in grades]
    assert planner["right"] == sum(grade.right for grade in grades)
    assert planner["prompt_tokens"] == planner["reply_tokens"] == sum(item["calls"] for item in items["planner"]) == 0

    asked = of_walks(server)
    assert sum(item["calls"] for item in items["model"]) == len(asked)
    assert model["prompt_tokens"] == sum(len(m.get("content", "").split()) for body in asked for m in body["messages"])
    assert model["calls"]["p50"] == sorted(item["calls"] for item in items["model"])[6]
    assert model["refuted"] == planner["refuted"] == model["false_claims"] == 0
    assert model["fallbacks"] == [] and model["rungs"] == {"native": 12}
    assert sum(row["columns"][0]["asked"] for row in found["rows"] if row["family"]) == 12
    assert {(o["set"], o["id"]) for o in found["lost"]} == {
        (m["set"], m["id"])
        for m, p in zip(items["model"], items["planner"], strict=True)
        if p["verdict"] == "right" != m["verdict"]
    }
    assert not (shop / ".codeqa" / "traces").exists()


def test_what_an_answer_holds_of_the_model_and_of_the_planner_is_counted(
    codeqa: RunCodeqa, server: OllamaServer, shop: Path
) -> None:
    """A model that says nothing true: the planner's claims are all of its answers, and count as such."""
    server.script = lambda body: (
        Said(calls=(("finish", {"sentences": ["Nothing of this is so."]}),))
        if "Question: " in str(body)
        else honest(body)
    )
    arguments = ("--model", NAME, "--host", server.url, "--repo", shop, "--exam", "12", "--json")
    model, planner = json.loads(codeqa("eval", "run", *arguments).stdout)["columns"]

    assert model["dropped"] > 0 and model["judged"] == 0
    assert model["verified"] == model["added"] > 0
    assert model["right"] <= planner["right"]


def test_a_setting_is_tried_beside_and_the_report_is_written_to_be_pasted(
    codeqa: RunCodeqa, server: OllamaServer, shop: Path, tmp_path: Path
) -> None:
    arguments = (
        "--model",
        NAME,
        "--host",
        server.url,
        "--repo",
        shop,
        "--exam",
        "5",
        "--with",
        "check",
        "--with",
        "hyde",
    )
    done = codeqa("eval", "run", *arguments, "--markdown", tmp_path / "report.md", "--at-least", "0")
    report = (tmp_path / "report.md").read_text()

    assert done.returncode == 0, done.stderr
    assert "with check" in done.stdout and "planner alone" in done.stdout
    assert "| right |" in report and "| | honest:1b | with check | with hyde | planner alone |" in report
    assert "check@" in report and "walk@" in report
    assert str(shop) not in report and server.url not in report
    rows = [line for line in report.splitlines() if line.startswith("|")]
    assert {line.count("|") - line.count("\\|") for line in rows} == {6}


def test_without_the_planner_there_is_one_column(codeqa: RunCodeqa, server: OllamaServer, shop: Path) -> None:
    arguments = ("--model", NAME, "--host", server.url, "--repo", shop, "--exam", "3", "--no-compare", "--json")
    found = json.loads(codeqa("eval", "run", *arguments).stdout)

    assert [column["name"] for column in found["columns"]] == ["model"]
    assert len(found["items"]) == 3


# -------------------------------------------------------------------------------------------------------------- trouble


def test_a_run_that_was_killed_is_gone_on_with(
    codeqa: RunCodeqa, server: OllamaServer, shop: Path, tmp_path: Path
) -> None:
    server.script = slow
    out = tmp_path / "run.jsonl"
    running = started("--model", NAME, "--host", server.url, "--repo", shop, "--exam", "12", "--out", out)
    until_lines(out, 6)
    running.kill()
    running.communicate()
    _, kept = read(out)
    before = len(of_walks(server))
    with out.open("ab") as file:
        file.write(b'{"column": "model", "set": "ex')  # as a crash cuts a line off
    done = codeqa("eval", "run", "--resume", out, "--host", server.url, "--json")
    found = json.loads(done.stdout)

    assert done.returncode == 0, done.stderr
    assert 5 <= len(kept) < 24
    assert len(found["items"]) == 24 and len({(i["column"], i["id"]) for i in found["items"]}) == 24
    assert [item["seconds"] for item in found["items"][: len(kept)]] == [outcome.seconds for outcome in kept]
    new = sum(item["calls"] for item in found["items"][len(kept) :])
    assert len(of_walks(server)) - before == new
    assert read(out)[1] == read(out)[1] and len(read(out)[1]) == 24

    again = codeqa("eval", "run", "--resume", out, "--host", server.url, "--json")
    assert json.loads(again.stdout)["columns"] == found["columns"]
    other = codeqa("eval", "run", "--resume", out, "--host", server.url, "--exam", "9")
    assert other.returncode == 2 and "goes on with what that run asks" in other.stderr
    (shop / "shop" / "more.py").write_text("from .retry import retry\n\n\ndef again():\n    return retry(None, 1)\n")
    changed = codeqa("eval", "run", "--resume", out, "--host", server.url)
    assert changed.returncode == 2 and "changed since" in changed.stderr


def test_an_interrupt_reports_what_is_done(server: OllamaServer, shop: Path, tmp_path: Path) -> None:
    server.script = slow
    out = tmp_path / "run.jsonl"
    running = started("--model", NAME, "--host", server.url, "--repo", shop, "--exam", "12", "--out", out, "--json")
    until_lines(out, 4)
    running.send_signal(signal.SIGINT)
    said, errors = running.communicate(timeout=30)
    found = json.loads(said)

    assert running.returncode == 130, errors
    assert 3 <= len(found["items"]) < 24 and found["left"] == 24 - len(found["items"])
    assert len(read(out)[1]) == len(found["items"])


def test_a_server_that_dies_on_the_way_leaves_the_rest_to_the_planner(
    codeqa: RunCodeqa, server: OllamaServer, shop: Path, tmp_path: Path
) -> None:
    def dying(body: dict[str, Any]) -> Said:
        if len(of_walks(server)) == 10:
            threading.Thread(target=server.stop).start()
            time.sleep(0.2)
        return honest(body)

    server.script = dying
    arguments = ("--model", NAME, "--host", server.url, "--repo", shop, "--exam", "12", "--json")
    done = codeqa("eval", "run", *arguments, "--markdown", tmp_path / "report.md")
    found = json.loads(done.stdout)
    model, planner = found["columns"]
    items = [item for item in found["items"] if item["column"] == "model"]
    fallen = [item for item in items if item["fallback"]]

    assert done.returncode == 0, done.stderr
    assert 0 < len(fallen) < 12
    assert [bool(item["fallback"]) for item in items] == sorted(bool(item["fallback"]) for item in items)
    assert sum(each["count"] for each in model["fallbacks"]) == len(fallen)
    assert all(each["reason"] and each["reason"] != "it does not say why" for each in model["fallbacks"])
    assert planner["fallbacks"] == []
    report = (tmp_path / "report.md").read_text()
    assert "planner instead: honest:1b, " in report and str(server.port) not in report
    alone = {item["id"]: item["verdict"] for item in found["items"] if item["column"] == "planner"}
    assert all(item["verdict"] == alone[item["id"]] for item in fallen)


@pytest.mark.parametrize("trouble", ["no such model", "no server", "none named", "no form"])
def test_without_the_model_nothing_is_asked(
    codeqa: RunCodeqa, server: OllamaServer, shop: Path, tmp_path: Path, trouble: str
) -> None:
    if trouble == "no server":
        server.stop()
    if trouble == "no form":
        server.script = lambda body: Said("Sure!")
    named = {"none named": (), "no such model": ("--model", "other:7b")}.get(trouble, ("--model", NAME))
    out = tmp_path / "run.jsonl"
    done = codeqa("eval", "run", *named, "--host", server.url, "--repo", shop, "--exam", "3", "--out", out)

    assert done.returncode == 5, done.stderr
    assert not out.exists() and not of_walks(server)


def test_a_percentage_that_is_not_reached_is_the_exit_code(
    codeqa: RunCodeqa, server: OllamaServer, shop: Path, tmp_path: Path
) -> None:
    questions = tmp_path / "mine.jsonl"
    questions.write_text('{"question": "who calls send?", "must": ["README.md", "shop/nowhere.py::gone"]}\n')
    arguments = ("--model", NAME, "--host", server.url, "--repo", shop, "--questions", questions)
    done = codeqa("eval", "run", *arguments, "--at-least", "50")

    assert done.returncode == 1
    assert "there is no shop/nowhere.py in the index" in done.stderr
    assert "mine, all" in done.stdout and "exam" not in done.stdout.split("what it came to")[1]


# --------------------------------------------------------------------------------------------------- written questions


def test_questions_of_people_are_graded_in_the_repositories_that_they_name(
    codeqa: RunCodeqa, server: OllamaServer, shop: Path
) -> None:
    lines: list[dict[str, object]] = [
        {"question": "Who calls backoff?", "must": ["shop/retry.py::retry"], "kind": "callers", "repo": shop.name},
        {"question": "Who calls backoff?", "must": ["shop/retry.py", "shop/errors.py"], "repo": shop.name},
        {"question": "Who calls `frobnicate_all`?", "answerable": False, "kind": "absent", "repo": shop.name},
    ]
    questions = shop.parent / "set.jsonl"
    questions.write_text("".join(json.dumps(line) + "\n" for line in lines))
    arguments = ("--model", NAME, "--host", server.url, "--repo", shop, "--exam", "4", "--questions", questions)
    found = json.loads(codeqa("eval", "run", *arguments, "--json").stdout)
    planner = [item for item in found["items"] if item["column"] == "planner"]

    assert [item["verdict"] for item in planner if item["set"] == "set"] == ["right", "partly", "right"]
    assert [item["family"] for item in planner if item["set"] == "set"] == ["callers", "question", "absent"]
    assert {row["set"]: row["columns"][1]["asked"] for row in found["rows"] if not row["family"]} == {
        "exam": 4,
        "set": 3,
    }


def cite(path: str, symbol: str) -> Citation:
    return Citation(1, path, 1, 1, symbol, "", 1, "")


def answer(*cited: Citation, status: str = "answered", walk: tuple[Hop, ...] = ()) -> Answer:
    claims = (Claim("x", (1,), "verified", "edge"),) if status != "abstained" else ()
    return Answer("q", "lookup", status, "x", claims=claims, citations=cited, walk=walk)


RETRY = cite("shop/retry.py", "retry")
ORDER = (
    Hop(PLACE, "calls", CHARGE, "a.py:1", "exact", 1.0),
    Hop(CHARGE, "calls", "p.py::send", "a.py:2", "exact", 1.0),
)


@pytest.mark.parametrize(
    ("line", "given", "verdict"),
    [
        ({"must": ["shop/retry.py::retry"]}, answer(RETRY), "right"),
        ({"must": ["shop"]}, answer(RETRY, status="partial"), "right"),
        ({"must": ["shop/retry.py::retr"]}, answer(RETRY), "wrong"),
        ({"must": ["shop/retry.py", "shop/errors.py"]}, answer(RETRY), "partly"),
        ({"must": ["shop/retry.py"]}, answer(status="abstained"), "abstained"),
        ({"any": ["shop/errors.py", "shop/retry.py"]}, answer(RETRY), "right"),
        ({"any": ["shop/errors.py"]}, answer(RETRY), "wrong"),
        ({"path_steps": [PLACE, "p.py::send"]}, answer(walk=ORDER), "right"),
        ({"path_steps": [PLACE, CHARGE, "p.py::send"]}, answer(walk=ORDER[:1]), "partly"),
        ({"path_steps": ["p.py::send", PLACE]}, answer(walk=ORDER), "wrong"),
        ({"answerable": False}, answer(status="abstained"), "right"),
        ({"answerable": False}, answer(RETRY, status="partial"), "wrong"),
    ],
)
def test_what_a_right_answer_needs(line: dict[str, Any], given: Answer, verdict: str) -> None:
    found, reason = written.grade(written.read({"question": "q", **line}, "1"), given)

    assert (found, bool(reason)) == (verdict, verdict != "right")


def test_an_answer_that_takes_itself_for_one_may_fall_into_a_trap() -> None:
    trap = {"traps": [{"symbol": PLACE, "as": "caller"}, {"symbol": CHARGE, "as": "place of it"}]}
    question = written.read({"question": "q", "must": ["p.py"], **trap}, "1")

    assert written.trapped(question, answer(walk=ORDER)) == [f"{PLACE} is no caller here"]
    assert written.trapped(question, answer(walk=ORDER, status="partial")) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"question": "q"}', "what a right answer needs"),
        ('{"question": "q", "must": "a.py"}', "must is a list"),
        ('{"question": "", "must": ["a.py"]}', "has no question"),
        ('{"question": "q", "must": ["a.py"], "answerabel": true}', "answerabel"),
        ('{"question": "q", "path_steps": ["a.py"]}', "two or more"),
        ("[1]", "no object"),
        ("{", "questions.jsonl:1"),
        ('{"id": "a", "question": "q", "must": ["a.py"]}\n' * 2, "a second question has the id"),
        ("\n", "has no question"),
    ],
)
def test_a_file_of_questions_that_is_wrong_says_where(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text(text)

    with pytest.raises(UsageError, match=said):
        written.load(path)


def test_the_questions_about_pinned_packages_are_such_a_file(tmp_path: Path) -> None:
    questions = [q for name in walks.SETS for q in packages.load(walks.DATA / f"{name}.json")[1]]
    folders = {q["package"]: tmp_path / q["package"] / "tree" for q in questions}
    path = tmp_path / "walks.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in walks.lines(questions, folders, tmp_path)))
    found = written.load(path)

    assert len(found) == len(questions) == 80
    assert all(f"{tmp_path}/{q.repo}".endswith("/tree") for q in found)
    assert sum(not q.answerable for q in found) == 12
    assert not walks.lines(questions, {}, tmp_path)


# ------------------------------------------------------------------------------------------------------------- figures


@pytest.mark.parametrize(
    ("part", "of", "low", "high"), [(0, 0, 0, 100), (10, 10, 72.2, 100), (5, 10, 23.7, 76.3), (0, 20, 0, 16.1)]
)
def test_an_interval_is_wilsons(part: int, of: int, low: float, high: float) -> None:
    assert Share(part, of).interval == pytest.approx((low, high), abs=0.05)


def test_what_is_lost_and_won_is_of_questions_that_both_were_asked() -> None:
    def outcome(column: str, number: int, verdict: str, seconds: float = 0, calls: int = 0, why: str = "") -> Outcome:
        made = Outcome(column, "exam", str(number), "q", "callers", verdict, "", "answered")
        return replace(made, seconds=seconds, calls=calls, fallback=why)

    found = summed(
        [
            outcome("model", 1, "right", seconds=1.0, calls=3),
            outcome("planner", 1, "wrong"),
            outcome("model", 2, "abstained", seconds=3.0, calls=9, why="it is down"),
            outcome("planner", 2, "right"),
            outcome("model", 3, "wrong", seconds=2.0, calls=4),
        ],
        ["model", "check", "planner"],
    )
    model = found.column("model")

    assert [o.id for o in found.lost] == ["2"] and [o.id for o in found.won] == ["1"]
    assert model is not None and found.column("check") is None
    assert (model.right.part, model.wrong, model.abstained, model.fallen_back) == (1, 1, 1, 1)
    assert (model.seconds, model.calls) == ((2.0, 3.0), (4, 9))


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    path, spec = tmp_path / "run.jsonl", Spec("m", exam=3, extras=("check",))
    outcome = Outcome("model", "exam", "1", "q\u2028", "callers", "wrong", "é", "answered", ("false",), refuted=("x",))
    with Record.create(path, spec) as record:
        record.add(outcome)

    assert read(path) == (spec, [outcome])
    with pytest.raises(UsageError, match="there already"):
        Record.create(path, spec)
    path.write_text('{"version": 1}\n')
    with pytest.raises(UsageError, match="no run to go on with"):
        read(path)
