"""What is kept of conversations: whole lines whatever happens, nothing of strangers, no secrets, and not for ever."""

from __future__ import annotations

import json
import os
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from asking import SHOP
from conftest import MakeRepo, RunCodeqa
from hypothesis import given
from hypothesis import strategies as st

from codeqa import files, traces
from codeqa.config import TraceSettings
from codeqa.domain import Answer, Answered, Event, Notice, UsageError
from codeqa.project import Project
from codeqa.traces import Traces, folder, lines, redacted


@pytest.fixture
def kept(tmp_path: Path) -> Traces:
    return Traces(tmp_path, TraceSettings(), files.redact)


def turn(question: str = "who calls f?") -> Callable[[str], dict[str, object]]:
    return lambda name: {"codeqa": {"question": question}, "answer": {"status": "answered", "trace": name}}


def path_of(kept: Traces, conversation: str) -> Path:
    return kept.directory / "traces" / f"{conversation}.jsonl"


def fresh(kept: Traces) -> Traces:
    return Traces(kept.directory, kept.settings, kept.blank)


def test_turns_are_numbered_and_come_back_in_order(kept: Traces) -> None:
    conversation = kept.begin()

    assert [kept.append(conversation, turn(word)) for word in "ab"] == [f"{conversation}:1", f"{conversation}:2"]
    trace, number = kept.named(conversation)
    assert (number, [each["codeqa"]["question"] for each in trace.turns]) == (0, ["a", "b"])
    assert trace.turns[1]["answer"]["trace"] == f"{conversation}:2"
    assert kept.named(f"{conversation}:2")[1] == 2
    assert kept.named(conversation[:-2])[0].id == conversation
    assert kept.notices == []


def test_nobody_else_may_read_them(kept: Traces) -> None:
    conversation = kept.begin()
    kept.append(conversation, turn())

    assert stat.S_IMODE(path_of(kept, conversation).stat().st_mode) == 0o600
    assert stat.S_IMODE(path_of(kept, conversation).parent.stat().st_mode) == 0o700


def test_the_newest_is_the_one_that_was_written_last(kept: Traces) -> None:
    first, second = "20260101-000000-aaaaaa", "20260101-000001-bbbbbb"
    for conversation in (first, second, first):
        kept.append(conversation, turn())
        time.sleep(0.02)

    assert [trace.id for trace in kept.newest()] == [first, second]
    assert [summary.turns for summary in kept.summaries()] == [2, 1]


@pytest.mark.parametrize("cut", [1, 10, 60])
def test_a_crash_costs_the_turn_that_it_was_at(kept: Traces, cut: int) -> None:
    conversation = kept.begin()
    for word in "abc":
        kept.append(conversation, turn(word))
    path = path_of(kept, conversation)
    os.truncate(path, path.stat().st_size - cut)

    torn = fresh(kept).named(conversation)[0]
    after = fresh(kept)
    after.append(conversation, turn("d"))

    lost = 0 if cut == 1 else 1  # the line's end alone is no loss
    assert [each["codeqa"]["question"] for each in torn.turns] == ["a", "b", "c"][: 3 - lost]
    asked = [each["codeqa"]["question"] for each in after.named(conversation)[0].turns]
    assert asked == ["a", "b", "c", "d"] if not lost else ["a", "b", "d"]
    assert bool(after.notices) is bool(lost)


def test_writers_at_the_same_time_lose_nothing(kept: Traces) -> None:
    conversation = kept.begin()
    threads = [
        threading.Thread(target=lambda: [fresh(kept).append(conversation, turn("x" * 5_000)) for _ in range(10)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    trace = kept.named(conversation)[0]
    assert [each["turn"] for each in trace.turns] == list(range(1, 41))
    assert trace.unread == 0


# ------------------------------------------------------------------------------------------------------------ strangers


def test_what_was_begun_elsewhere_is_not_read(kept: Traces, tmp_path: Path) -> None:
    conversation = kept.begin()
    kept.append(conversation, turn())
    copy = Traces(tmp_path / "clone", TraceSettings())
    (tmp_path / "clone/traces").mkdir(parents=True)
    path_of(copy, conversation).write_bytes(path_of(kept, conversation).read_bytes())
    path_of(copy, conversation).chmod(0o600)

    assert list(copy.newest()) == []
    assert "was not begun here" in copy.notices[0]


def test_a_copied_folder_is_one_notice(kept: Traces, tmp_path: Path) -> None:
    copy = Traces(tmp_path / "clone", TraceSettings())
    (tmp_path / "clone/traces").mkdir(parents=True)
    for _ in range(4):
        conversation = kept.begin()
        kept.append(conversation, turn())
        path_of(copy, conversation).write_bytes(path_of(kept, conversation).read_bytes())
        path_of(copy, conversation).chmod(0o600)

    assert [list(copy.newest()), list(copy.newest())] == [[], []]
    (said,) = copy.notices
    assert said.startswith("4 files of traces, such as traces/")
    assert said.endswith("it was not begun here")


@pytest.mark.parametrize("what", ["link", "hard link", "fifo", "folder", "readable by others"])
def test_no_link_no_pipe_and_nothing_that_others_may_read(kept: Traces, tmp_path: Path, what: str) -> None:
    conversation = kept.begin()
    kept.append(conversation, turn())
    path, elsewhere = path_of(kept, conversation), tmp_path / "elsewhere"
    if what == "readable by others":
        path.chmod(0o644)
    elif what == "hard link":
        elsewhere.hardlink_to(path)
    else:
        path.rename(elsewhere)
        if what == "link":
            path.symlink_to(elsewhere)
        elif what == "fifo":
            os.mkfifo(path)
        else:
            path.mkdir()
    before = elsewhere.read_bytes() if elsewhere.exists() else b""

    assert list(kept.newest()) == []
    assert kept.append(conversation, turn()) == ""
    assert len(kept.notices) == 2
    assert (elsewhere.read_bytes() if elsewhere.exists() else b"") == before


def test_a_folder_that_is_a_link_is_not_entered(kept: Traces, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "traces").symlink_to(tmp_path / "elsewhere")

    assert kept.append(kept.begin(), turn()) == ""
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert "not kept" in kept.notices[0]


def test_a_folder_that_cannot_be_written_costs_no_answer(tmp_path: Path) -> None:
    kept = Traces(tmp_path / "missing")

    assert kept.append(kept.begin(), turn()) == ""
    assert list(kept.newest()) == []


HOSTILE = [
    b"\x00\xff\xfe",
    b"[" * 100_000,
    b'{"type":"turn","turn":' + b"9" * 10_000 + b"}",
    b'{"type":"turn","turn":true}',
    b'{"type":"turn","turn":-1}',
    b'{"type":"turn","turn":"1"}',
    b"null",
    b'"turn"',
]


def test_lines_that_are_none_are_left_out(kept: Traces) -> None:
    conversation = kept.begin()
    kept.append(conversation, turn("a"))
    with path_of(kept, conversation).open("ab") as file:
        file.write(b"\n".join(HOSTILE) + b"\n")

    after = fresh(kept)
    after.append(conversation, turn("b"))
    trace = after.named(conversation)[0]

    assert [each["codeqa"]["question"] for each in trace.turns if "codeqa" in each] == ["a", "b"]
    assert trace.unread >= len(HOSTILE) - 1
    assert "cannot be read" in after.notices[0]


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_left_out(data: bytes) -> None:
    turns, unread = lines.turns(data)

    assert len(turns) + unread <= data.count(b"\n") + 1


def test_names_that_lead_elsewhere_are_no_conversations(kept: Traces) -> None:
    kept.append(kept.begin(), turn())

    for name in ("../../index", "", "..", "*", "newest:x", "20260101-000000-aaaaaa:1:2"):
        with pytest.raises(UsageError):
            kept.named(name)


# --------------------------------------------------------------------------------------------------------------- limits


def begun(kept: Traces, count: int, question: str = "q") -> list[str]:
    names = [f"20260101-00000{n}-aaaaaa" for n in range(count)]
    for n, name in enumerate(names):
        kept.append(name, turn(question))
        if path_of(kept, name).exists():
            os.utime(path_of(kept, name), (time.time() - 100 + n,) * 2)
    return names


def test_no_more_conversations_are_kept_than_the_settings_say(tmp_path: Path) -> None:
    kept = Traces(tmp_path, TraceSettings(conversations=3))
    names = begun(kept, 5)

    assert sorted(summary.id for summary in kept.summaries()) == names[2:]


def test_old_conversations_are_deleted(tmp_path: Path) -> None:
    kept = Traces(tmp_path, TraceSettings(days=1))
    names = begun(kept, 3)
    os.utime(path_of(kept, names[0]), (time.time() - 2 * 86_400,) * 2)
    newest = kept.begin()
    kept.append(newest, turn())

    assert sorted(summary.id for summary in kept.summaries()) == sorted([*names[1:], newest])


def test_all_together_take_no_more_room_than_the_settings_say(tmp_path: Path) -> None:
    kept = Traces(tmp_path, TraceSettings(megabytes=0.1))
    names = begun(kept, 5, "x" * 40_000)

    assert sorted(summary.id for summary in kept.summaries()) == names[3:]


def test_only_conversations_are_deleted(tmp_path: Path) -> None:
    kept = Traces(tmp_path, TraceSettings(conversations=1))
    (tmp_path / "traces").mkdir(mode=0o700)
    (tmp_path / "traces/notes.jsonl").write_text("mine")
    begun(kept, 3)

    assert (tmp_path / "traces/notes.jsonl").read_text() == "mine"
    assert len(kept.summaries()) == 1


def test_a_turn_that_is_too_long_is_shortened(kept: Traces) -> None:
    conversation = kept.begin()
    quote = {"n": 1, "quote": "x" * 2 * traces.MAX_RECORD}

    kept.append(conversation, lambda name: {"codeqa": {"question": "a"}, "answer": {"citations": [quote]}})
    kept.append(conversation, lambda name: {"codeqa": {"question": "b"}, "other": "x" * 2 * traces.MAX_RECORD})
    kept.append(conversation, lambda name: {"codeqa": {"question": "x" * 2 * traces.MAX_RECORD}})

    found = kept.named(conversation)[0].turns
    assert [each["codeqa"]["question"] for each in found] == ["a", "b"]
    assert found[0]["answer"]["citations"] == [{"n": 1, "quote": ""}]
    assert [each["cut"] for each in found] == [True, True]
    assert "would take" in kept.notices[0]


def test_of_a_very_long_conversation_the_end_is_read(kept: Traces, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "MAX_READ", 1_000)
    conversation = kept.begin()
    for n in range(50):
        kept.append(conversation, turn(f"question {n}"))

    asked = [each["codeqa"]["question"] for each in kept.named(conversation)[0].turns]
    assert asked == [f"question {n}" for n in range(50 - len(asked), 50)]
    assert 1 < len(asked) < 20


# ------------------------------------------------------------------------------------------------------------ redaction


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ('password = "hunter22"', 'password = "********"'),
        ("DB_PASSWORD: 'hunter22'", "DB_PASSWORD: '********'"),
        ("api_key=a1b2c3d4e5", "api_key=**********"),
        ('"client_secret": "s3cr3t-value"', '"client_secret": "************"'),
        ("Authorization: Bearer abcdefghijklmnop1234", "Authorization: Bearer ********************"),
        ("postgres://user:pa55word@host/db", "postgres://user:********@host/db"),
        ("x eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc y", f"x {'*' * 40} y"),
        # within JSON that is a text of JSON
        (r'{"query": "password = \"hunter22\""}', r'{"query": "password = \"********\""}'),
        (r"{\"api_key\": \"a1b2c3d4e5\", \"n\": 1}", r"{\"api_key\": \"**********\", \"n\": 1}"),
        # nothing that is only code
        ("password = read_password()", "password = read_password()"),
        ("token = request.headers['x']", "token = request.headers['x']"),
        ("who calls reset_password?", "who calls reset_password?"),
        ("def check(secret: str) -> bool", "def check(secret: str) -> bool"),
        ("https://host:8080/path", "https://host:8080/path"),
        ("tokens: 12 of `auth_token: str`", "tokens: 12 of `auth_token: str`"),
    ],
)
def test_secrets_are_blanked(text: str, clean: str) -> None:
    assert redacted(text) == clean


@given(st.text(max_size=200))
def test_redaction_keeps_the_length(text: str) -> None:
    assert len(redacted(text)) == len(text)


@pytest.mark.parametrize(
    "text",
    [
        "password" * 5_000,
        "eyJ" * 20_000,
        "a:" * 30_000,
        "x://" * 20_000,
        "secret='" * 9_000,
        "secret=\\'" * 9_000,
        "key" + "\\" * 50_000,
    ],
)
def test_redaction_is_fast_whatever_it_meets(text: str) -> None:
    began = time.perf_counter()
    redacted(text)

    assert time.perf_counter() - began < 2


def test_no_secret_reaches_the_disk(kept: Traces) -> None:
    token = "ghp_" + "a1" * 18
    conversation = kept.begin()
    kept.append(conversation, lambda name: {"codeqa": {"question": f"who uses {token}?"}, "deep": [[{"x": token}]]})
    kept.append(conversation, turn("lone \udcff surrogate"))

    assert token not in path_of(kept, conversation).read_text()
    assert len(kept.named(conversation)[0].turns) == 2


# --------------------------------------------------------------------------------------------------------- in a project


@pytest.fixture
def shop(make_repo: MakeRepo) -> Path:
    return make_repo(SHOP)


def ask(root: Path, question: str, conversation: str | None = None, **settings: object) -> tuple[Answer, list[Event]]:
    with Project.open(root, overrides=settings, environ={}) as project:
        list(project.update())
        *events, last = project.ask(question, conversation=conversation)
    assert isinstance(last, Answered)
    return last.answer, events


def test_a_conversation_goes_on_in_another_process(shop: Path) -> None:
    first, _ = ask(shop, "who calls retry?")
    second, _ = ask(shop, "and its tests?", "newest")
    third, _ = ask(shop, "who calls it?", second.trace.partition(":")[0])

    assert second.understood == "which tests cover `shop/retry.py::retry`?"
    assert third.understood == "who calls `shop/retry.py::retry`?"
    assert [answer.trace[-2:] for answer in (first, second, third)] == [":1", ":2", ":3"]


def test_a_turn_has_what_a_tool_for_traces_needs(shop: Path) -> None:
    answer, _ = ask(shop, "who calls retry?")
    with Project.open(shop, environ={}) as project:
        (record,) = project.traces.named(answer.trace)[0].turns

    assert record["attributes"]["gen_ai.operation.name"] == "invoke_agent"
    assert record["attributes"]["gen_ai.conversation.id"] == answer.trace.partition(":")[0]
    assert record["start_time_unix_nano"] <= record["events"][0]["time_unix_nano"] <= record["end_time_unix_nano"]
    assert {event["name"] for event in record["events"]} == {"codeqa.step"}
    assert record["answer"] == json.loads(json.dumps(answer.to_json()))
    assert record["codeqa"]["generation"] == answer.generation


def test_what_is_gone_from_the_index_between_two_turns_is_said(shop: Path) -> None:
    ask(shop, "who calls retry?")
    (shop / "shop/retry.py").write_text("def again(action):\n    return action()\n")

    answer, _ = ask(shop, "and its tests?", "newest")

    assert answer.status == "abstained"
    assert answer.unknowns == ("`retry` of the last answer is gone from the index",)


def test_conversations_outlive_the_index(shop: Path) -> None:
    ask(shop, "who calls retry?")
    with Project.open(shop, environ={}) as project:
        list(project.index(force=True))

    assert ask(shop, "who calls it?", "newest")[0].understood == "who calls `shop/retry.py::retry`?"


def test_nothing_is_kept_if_nothing_is_to_be(shop: Path) -> None:
    answer, _ = ask(shop, "who calls retry?", **{"trace.keep": False})

    assert answer.trace == ""
    assert not (shop / ".codeqa/traces").exists()


def test_a_repository_cannot_decide_what_is_kept(shop: Path) -> None:
    (shop / "codeqa.toml").write_text("[trace]\nkeep = false\nconversations = 1\n")

    assert ask(shop, "who calls retry?")[0].trace


def test_there_may_be_no_earlier_conversation(shop: Path) -> None:
    answer, events = ask(shop, "who calls retry?", "newest")

    assert answer.status == "answered"
    assert any(isinstance(event, Notice) and "begins one" in event.text for event in events)
    with pytest.raises(UsageError):
        ask(shop, "who calls it?", "20200101-000000-abcdef")


def test_a_question_whose_c_was_forgotten_is_not_gone_on_with(shop: Path) -> None:
    ask(shop, "who calls retry?")
    ask(shop, "who calls it?")

    assert ask(shop, "who calls it?", "newest")[0].understood == "who calls `shop/retry.py::retry`?"


def test_the_command_line_goes_on_lists_and_shows(shop: Path, codeqa: RunCodeqa) -> None:
    assert codeqa("trace", "list", "--repo", shop).returncode == 3
    codeqa("ask", "who calls retry?", "--repo", shop)
    follow_up = codeqa("ask", "-c", "and its tests?", "--repo", shop)
    untraced = codeqa("ask", "-c", "who calls it?", "--no-trace", "--json", "--repo", shop)
    codeqa("exam", "--questions", "3", "--repo", shop)  # which is no conversation
    listed = codeqa("trace", "list", "--repo", shop)
    shown = codeqa("trace", "show", "--repo", shop)
    second = codeqa("trace", "show", "newest:2", "--json", "--repo", shop)

    assert follow_up.stdout.startswith("understood as: which tests cover `shop/retry.py::retry`?\n\n")
    assert json.loads(untraced.stdout)["understood"] == "who calls `shop/retry.py::retry`?"
    assert json.loads(untraced.stdout)["trace"] == ""
    assert "2 questions" in listed.stdout
    assert len(listed.stdout.splitlines()) == 1
    assert "1. who calls retry?" in shown.stdout
    assert "understood as: which tests cover `shop/retry.py::retry`?" in shown.stdout
    assert [each["turn"] for each in json.loads(second.stdout)["turns"]] == [2]
    assert codeqa("trace", "show", "newest:7", "--repo", shop).returncode == 2
    assert codeqa("ask", "-c", "--conversation", "x", "who?", "--repo", shop).returncode == 2
