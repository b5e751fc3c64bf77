"""Walks that a model leads as traces keep, show, label, export and replay them. No model: events are made by hand."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from asking import SHOP
from conftest import MakeRepo, RunCodeqa
from hypothesis import given
from hypothesis import strategies as st

from codeqa import files
from codeqa.cli.app import main
from codeqa.config import TraceSettings
from codeqa.conversation import Names
from codeqa.dialogue import Dialogue
from codeqa.domain import (
    Answer,
    Answered,
    ChatMessage,
    ChatOptions,
    Citation,
    Claim,
    CodeqaError,
    Dropped,
    Event,
    Heard,
    ModelCall,
    Reply,
    Step,
    ToolCall,
    ToolSpec,
    ToolUse,
    UsageError,
)
from codeqa.project import Project
from codeqa.traces import Traces, lines
from codeqa.traces.chat import example
from codeqa.traces.comparing import Run, compared, replayed, run_of
from codeqa.traces.steps import Request, Use, expanded, of_turn

SEARCH = ToolSpec("search", "Find code.", {"type": "object", "properties": {"query": {"type": "string"}}})
READ = ToolSpec("read", "Read lines.", {"type": "object", "properties": {"handle": {"enum": ["S1", "S2"]}}})
OPTIONS = ChatOptions(8_192, num_predict=1_024, seed=7)
SYSTEM = ChatMessage("system", "You answer questions about a repository.")
MODEL = "qwen3:8b"
PROMPT = "walk@1:3f2a9c04"


def told(reply: Reply | None, *messages: ChatMessage, **changes: Any) -> ModelCall:  # noqa: ANN401  # of any field
    call = ModelCall(
        "walk", PROMPT, MODEL, "native", messages, (SEARCH, READ), OPTIONS, reply, "" if reply else "down", 1.5, 900
    )
    return replace(call, **changes)


def used(name: str, found: str, refused: str = "", **arguments: str) -> ToolUse:
    return ToolUse(name, arguments, found, "" if refused else "d1", refused, 0.02)


def answered(text: str = "`a` calls `b` [1].", **changes: Any) -> Answered:  # noqa: ANN401
    citation = Citation(1, "shop/retry.py", 3, 4, "retry", "0" * 64, 1, "def retry(): ...")
    claim = Claim(text, (1,), "verified", "edge")
    answer = Answer("q", "single fact", "answered", text, (claim,), (), (citation,), model=MODEL)
    return Answered(replace(answer, **changes))


def walk(question: str = "who calls retry?") -> list[Event]:
    """A search, a call that is refused, one whose server gave no id, and an end."""
    user = ChatMessage("user", question)
    call = ToolCall("search", {"query": "retry"}, id="c1")
    first = Reply("Let me see.", "Hmm, retry.", (call,), None, "", 800, 40, "tool_calls", {"total": 1.4, "load": 0.2})
    asked = ChatMessage("assistant", "Let me see.", (call,))
    found = ChatMessage("tool", "S1 retry shop/retry.py:3", tool="search", call_id="c1")
    calls = (ToolCall("read", {"handle": "S9"}), ToolCall("read", {"handle": "S1"}))
    shown = [
        ChatMessage("assistant", "", calls),
        ChatMessage("tool", "there is no S9", tool="read"),
        ChatMessage("tool", "3: def retry():", tool="read"),
    ]
    return [
        Step("link", "`retry`"),
        Heard("thinking", "Hmm"),
        told(first, SYSTEM, user),
        used("search", "S1 retry shop/retry.py:3", query="retry"),
        told(Reply("", calls=calls, prompt_tokens=900, completion_tokens=20), SYSTEM, user, asked, found),
        used("read", "there is no S9", refused="there is no S9", handle="S9"),
        used("read", "3: def retry():", handle="shop/retry.py::retry"),
        told(
            Reply("`place` calls `retry` [1].", prompt_tokens=1_000, completion_tokens=30, done_reason="stop"),
            SYSTEM, user, asked, found, *shown,
        ),
        told(
            Reply('{"verdict": "supported"}', prompt_tokens=100, completion_tokens=5), ChatMessage("user", "Is it?"),
            purpose="entail", prompt="entail@2:aaaaaaaa", rung="format", tools=(),
            options=replace(OPTIONS, format={"type": "object"}),
        ),
        answered("`place` calls `retry` [1].", dropped=(Dropped("it is fast.", "nothing says so"),)),
    ]  # fmt: skip


@pytest.fixture
def kept(tmp_path: Path) -> Traces:
    return Traces(tmp_path, TraceSettings(), files.redact)


def nothing(_: object) -> dict[str, Any]:
    return {}


def keep(
    traces: Traces, events: list[Event], question: str = "who calls retry?", conversation: str | None = None
) -> str:
    names = Names(lambda _: [], nothing)
    dialogue = Dialogue(traces, names, conversation)
    *_, last = dialogue.ask(question, lambda _: iter(events), generation=1)
    assert isinstance(last, Answered)
    return last.answer.trace


def kept_turn(traces: Traces, name: str) -> dict[str, Any]:
    trace, number = traces.named(name)
    return trace.turn(number)


# ---------------------------------------------------------------------------------------------------------------- spans


def test_requests_and_calls_are_spans_below_the_turn(kept: Traces) -> None:
    turn = kept_turn(kept, keep(kept, walk()))

    names = [f"chat {MODEL}", "execute_tool search", f"chat {MODEL}", "execute_tool read", "execute_tool read"]
    assert [span["name"] for span in turn["spans"]] == [*names, f"chat {MODEL}", f"chat {MODEL}"]
    assert {(span["trace_id"], span["parent_span_id"]) for span in turn["spans"]} == {
        (turn["trace_id"], turn["span_id"])
    }
    assert len({span["span_id"] for span in turn["spans"]}) == len(turn["spans"])
    first = turn["spans"][0]
    assert first["end_time_unix_nano"] - first["start_time_unix_nano"] == 1_500_000_000
    assert turn["attributes"]["gen_ai.request.model"] == MODEL
    assert turn["attributes"]["gen_ai.usage.input_tokens"] == 2_800
    assert turn["attributes"]["codeqa.prompts"] == ["entail@2:aaaaaaaa", PROMPT]
    assert "Hmm" not in json.dumps(turn["events"])  # what was heard is in the reply


def test_a_request_has_the_names_of_the_conventions(kept: Traces) -> None:
    turn = kept_turn(kept, keep(kept, walk()))
    about = turn["spans"][0]["attributes"]

    assert (
        about.items()
        >= {
            "gen_ai.operation.name": "chat",
            "gen_ai.conversation.id": turn["attributes"]["gen_ai.conversation.id"],
            "gen_ai.request.model": MODEL,
            "gen_ai.request.temperature": 0.0,
            "gen_ai.request.seed": 7,
            "gen_ai.request.max_tokens": 1_024,
            "gen_ai.usage.input_tokens": 800,
            "gen_ai.usage.output_tokens": 40,
            "gen_ai.prompt.name": "walk",
            "codeqa.prompt": PROMPT,
            "codeqa.rung": "native",
            "codeqa.request.num_ctx": 8_192,
            "codeqa.input.tokens.estimated": 900,
        }.items()
    )
    assert about["gen_ai.response.finish_reasons"] == ["tool_call"]
    assert about["codeqa.reply.seconds"] == {"total": 1.4, "load": 0.2}
    assert about["gen_ai.output.messages"] == [
        {
            "role": "assistant",
            "parts": [
                {"type": "reasoning", "content": "Hmm, retry."},
                {"type": "text", "content": "Let me see."},
                {"type": "tool_call", "name": "search", "arguments": {"query": "retry"}, "id": "c1"},
            ],
            "finish_reason": "tool_call",
        }
    ]


def test_a_call_of_a_tool_has_the_names_of_the_conventions(kept: Traces) -> None:
    found, refused = (kept_turn(kept, keep(kept, walk()))["spans"][at] for at in (1, 3))

    assert found["attributes"] == {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "search",
        "gen_ai.tool.type": "function",
        "gen_ai.tool.call.id": "c1",
        "gen_ai.tool.call.arguments": {"query": "retry"},
        "gen_ai.tool.call.result": "S1 retry shop/retry.py:3",
        "codeqa.digest": "d1",
    }
    assert refused["attributes"]["codeqa.refused"] == "there is no S9"
    assert refused["status"] == {"code": "ERROR", "message": "there is no S9"}


def test_calls_of_one_tool_have_their_own_ids(kept: Traces) -> None:
    calls = tuple(ToolCall("read", {"handle": f"S{n}"}, id=f"c{n}") for n in (1, 2))
    uses = [used("read", "", handle="S1"), used("read", "", handle="S2"), used("read", "", handle="S3")]
    turn = kept_turn(kept, keep(kept, [told(Reply("", calls=calls), SYSTEM), *uses, answered()]))

    ids = [span["attributes"].get("gen_ai.tool.call.id") for span in turn["spans"][1:]]
    assert ids == ["c1", "c2", None]


def test_each_message_is_kept_once_and_comes_back_whole(kept: Traces) -> None:
    turn = kept_turn(kept, keep(kept, walk()))
    sent = [span["attributes"]["codeqa.input.messages"] for span in turn["spans"] if span["name"].startswith("chat")]

    assert sent == [[0, 1], [0, 1, 2, 3], [0, 1, 2, 3, 4, 5, 6], [7]]
    assert len(turn["pool"]["messages"]) == 8
    assert [tool["name"] for tool in turn["pool"]["tools"]] == ["search", "read"]
    assert turn["pool"]["formats"] == [{"type": "object"}]
    whole = expanded(turn)
    assert "pool" not in whole
    about = [span["attributes"] for span in whole["spans"] if span["name"].startswith("chat")]
    assert about[1]["gen_ai.input.messages"][3] == {
        "role": "tool",
        "parts": [{"type": "tool_call_response", "id": "c1", "response": "S1 retry shop/retry.py:3"}],
        "name": "search",
    }
    assert about[0]["gen_ai.tool.definitions"][0] == {
        "type": "function", "name": "search", "description": "Find code.", "parameters": SEARCH.parameters,
    }  # fmt: skip
    assert about[3]["codeqa.request.format"] == {"type": "object"}


def test_a_request_without_a_reply_says_why(kept: Traces) -> None:
    turn = kept_turn(kept, keep(kept, [told(None, SYSTEM, trouble="no reply within 60 s"), answered(model=None)]))

    (span,) = turn["spans"]
    assert span["status"] == {"code": "ERROR", "message": "no reply within 60 s"}
    assert "gen_ai.output.messages" not in span["attributes"]
    (request,) = of_turn(turn)
    assert isinstance(request, Request)
    assert (request.reply, request.trouble) == (None, "no reply within 60 s")


def test_a_turn_of_the_planner_has_no_spans(kept: Traces) -> None:
    turn = kept_turn(kept, keep(kept, [Step("link", "x"), answered(model=None)]))

    assert not {"spans", "pool"} & set(turn)
    assert of_turn(turn) == []


SECRETS = {
    "ghp_" + "a1" * 18: "{}",
    "hunter22": "password = '{}'",
    "s3cr3t-value": '{{"client_secret": "{}"}}',
    "a1b2c3d4e5": r"{{\"api_key\": \"{}\"}}",
}


@pytest.mark.parametrize("secret", SECRETS)
def test_no_secret_of_a_walk_reaches_the_disk(kept: Traces, secret: str) -> None:
    text = SECRETS[secret].format(secret)
    call = ToolCall("search", {"query": text}, problem=f"wrong: {text}")
    tool = replace(SEARCH, description=text)
    events = [
        told(Reply(text, text, (call,), problem=text), ChatMessage("user", text), ChatMessage("tool", text)),
        told(None, ChatMessage("assistant", text, (call,)), tools=(tool,), trouble=text),
        used("search", text, query=text),
        used("search", text, refused=text),
        answered(),
    ]
    name = keep(kept, events)
    kept.label(name.partition(":")[0], 1, "bad", text)

    written = [path.read_text() for path in (kept.directory / "traces").iterdir()]
    assert len(written) == 2
    assert not [each for each in written if secret in each]
    assert sum(each.count("*" * len(secret)) for each in written) >= 10


@pytest.mark.parametrize("depth", [100, 100_000])
def test_arguments_may_nest_as_deep_as_a_model_likes(kept: Traces, depth: int) -> None:
    nested: Any = "x"
    for _ in range(depth):
        nested = [nested]
    name = keep(kept, [told(Reply("", calls=(ToolCall("search", {"query": nested}),)), SYSTEM), answered()])

    assert bool(name) is (depth == 100)
    assert bool(kept.notices) is (depth != 100)


# --------------------------------------------------------------------------------------------------------------- limits


def long_walk(calls: int, chars: int, *, repeats: bool = True) -> list[Event]:
    """A walk in which each observation has so many characters, and the prompt is cut to what fits 8k tokens."""
    events: list[Event] = []
    said: list[ChatMessage] = []
    for n in range(calls):
        call = ToolCall("search", {"query": f"q{n}"}, id=f"c{n}")
        room = said[-12:] if repeats else [ChatMessage("user", f"{n} " + "y" * 4 * 8_192)]
        thinking = f"{n} " + "t" * chars
        events.append(told(Reply("so", thinking, (call,), prompt_tokens=5), SYSTEM, ChatMessage("user", "q"), *room))
        found = f"{n} " + "x" * chars
        events.append(used("search", found, query=f"q{n}"))
        said += [ChatMessage("assistant", "so", (call,)), ChatMessage("tool", found, tool="search", call_id=f"c{n}")]
    return [*events, answered()]


def line_of(kept: Traces, name: str) -> bytes:
    return (kept.directory / "traces" / f"{name.partition(':')[0]}.jsonl").read_bytes().splitlines()[-1]


def test_a_walk_of_20_calls_in_a_small_context_is_kept_whole(kept: Traces) -> None:
    name = keep(kept, long_walk(20, 4_000))

    assert "cut" not in kept_turn(kept, name)
    assert len(line_of(kept, name)) < lines.MAX_RECORD / 3


def test_what_is_too_long_loses_thinking_first(kept: Traces) -> None:
    name = keep(kept, long_walk(20, 20_000))
    turn = kept_turn(kept, name)

    assert turn["cut"]
    assert len(line_of(kept, name)) <= lines.MAX_RECORD
    steps = of_turn(turn)
    thinking = [len(step.reply.thinking) for step in steps if isinstance(step, Request) and step.reply]
    assert 0 == thinking[0] < thinking[-1]  # the oldest, and no more than has to be
    assert not [step for step in steps if isinstance(step, Use) and step.cut]


def test_then_it_loses_the_oldest_observations_and_messages(kept: Traces) -> None:
    turn = kept_turn(kept, keep(kept, long_walk(20, 40_000)))
    steps = of_turn(turn)

    found = [step.observation for step in steps if isinstance(step, Use)]
    assert found[0] == ""
    requests = [step for step in steps if isinstance(step, Request)]
    assert [message.cut for message in requests[-1].messages] == [False] * 14  # what an example is made of
    assert example(turn, "x:1", None) is not None
    assert turn["answer"]["citations"][0]["quote"]


def test_at_the_worst_only_the_question_and_the_answer_are_left(kept: Traces) -> None:
    turn = kept_turn(kept, keep(kept, long_walk(60, 200_000)))
    many = kept_turn(kept, keep(kept, [*[used("search", "", query=str(n)) for n in range(20_000)], answered()]))

    assert turn["cut"]
    assert example(turn, "x:1", None) is None
    assert turn["answer"]["answer"] == many["answer"]["answer"] == "`a` calls `b` [1]."
    assert "spans" not in many


@given(st.lists(st.integers(0, 60_000), max_size=12), st.integers(1_000, 60_000), st.booleans())
def test_whatever_its_size_a_turn_fits_or_is_refused(sizes: list[int], most: int, repeats: bool) -> None:
    record: dict[str, Any] = {"type": "turn", "turn": 1, "codeqa": {"question": "q"}, "events": [], "answer": {}}
    events = [event for size in sizes for event in long_walk(2, size, repeats=repeats)]
    from codeqa.traces import spans
    from codeqa.traces.redaction import cleaned

    record |= cleaned(
        spans.of_walk([(n, each) for n, each in enumerate(events)], trace_id="", parent="", conversation=""), bytes
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "MAX_RECORD", most)
        line = lines.fitted(record)

    assert len(line) <= most
    assert ("cut" in json.loads(line)) is ("cut" in record)
    of_turn(json.loads(line))


def test_nothing_of_a_walk_is_kept_if_nothing_is_to_be(kept: Traces) -> None:
    dialogue = Dialogue(kept, Names(lambda _: [], nothing), None, keep=False)
    *_, last = dialogue.ask("q", lambda _: iter(walk()), generation=1)

    assert isinstance(last, Answered)
    assert last.answer.trace == ""
    assert not (kept.directory / "traces").exists()


@pytest.mark.parametrize(
    "settings", [TraceSettings(megabytes=0.2), TraceSettings(days=1), TraceSettings(conversations=1)], ids=str
)
def test_walks_of_models_and_their_labels_expire(tmp_path: Path, settings: TraceSettings) -> None:
    kept = Traces(tmp_path, settings)
    old = keep(kept, long_walk(10, 4_000)).partition(":")[0]
    kept.label(old, 1, "good")
    for path in (tmp_path / "traces").iterdir():
        os.utime(path, (time.time() - 2 * 86_400,) * 2)
    new = keep(kept, long_walk(10, 4_000)).partition(":")[0]

    assert sorted(path.name for path in (tmp_path / "traces").iterdir()) == [f"{new}.jsonl"]


HOSTILE: list[Any] = [
    None, 3, "x", [], {}, [None], [[]], {"messages": 3}, {"messages": [{"parts": 3}]}, {"messages": [{"parts": [3]}]},
]  # fmt: skip


@pytest.mark.parametrize("pool", HOSTILE, ids=repr)
@pytest.mark.parametrize("messages", [None, "x", [-1], [10**9], [True, 0], [[0]], {"0": 0}], ids=repr)
def test_a_record_that_is_none_is_read_as_far_as_it_goes(pool: object, messages: object) -> None:
    about = {
        "gen_ai.operation.name": "chat", "codeqa.input.messages": messages, "codeqa.tools": messages,
        "gen_ai.output.messages": pool, "codeqa.request.format": messages, "gen_ai.usage.input_tokens": "many",
    }  # fmt: skip
    tool = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.call.arguments": pool, "codeqa.refused": 3}
    spans = [{"attributes": about, "start_time_unix_nano": "x"}, {"attributes": tool}, pool]
    turn = {"turn": 1, "pool": pool, "spans": spans, "answer": {"model": "m", "claims": pool, "citations": pool}}

    assert len(of_turn(turn)) == 2
    expanded(turn)
    example(turn, "x:1", None)
    assert isinstance(run_of(turn), Run)


# --------------------------------------------------------------------------------------------------------------- labels


def test_of_labels_the_last_one_counts(kept: Traces) -> None:
    conversation, _, _ = keep(kept, walk()).partition(":")
    keep(kept, walk(), conversation=conversation)
    for turn, value, why in ((1, "bad", "no tests"), (2, "good", ""), (1, "good", "after all"), (2, "none", "")):
        kept.label(conversation, turn, value, why)

    labels = kept.named(conversation)[0].labels
    assert {number: (label.value, label.why) for number, label in labels.items()} == {1: ("good", "after all")}
    assert kept.summaries()[0].labels == {1: "good"}
    assert len(line_of(kept, conversation)) > 1_000  # the conversation itself is as it was
    path = kept.directory / "traces" / f"{conversation}.labels.jsonl"
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(path.read_text().splitlines()) == 5
    assert json.loads(path.read_text().splitlines()[1])["attributes"] == {
        "gen_ai.evaluation.name": "label",
        "gen_ai.evaluation.score.label": "bad",
        "gen_ai.evaluation.explanation": "no tests",
    }


def test_a_label_does_not_make_a_conversation_the_newest(kept: Traces) -> None:
    first = keep(kept, walk()).partition(":")[0]
    time.sleep(0.02)
    second = keep(kept, walk()).partition(":")[0]
    kept.label(first, 1, "good")

    assert [trace.id for trace in kept.newest()] == [second, first]


@pytest.mark.parametrize("what", ["link", "readable by others", "begun elsewhere"])
def test_labels_of_others_are_not_read_and_not_written(kept: Traces, tmp_path: Path, what: str) -> None:
    conversation = keep(kept, walk()).partition(":")[0]
    kept.label(conversation, 1, "good")
    path = tmp_path / "traces" / f"{conversation}.labels.jsonl"
    if what == "link":
        path.rename(tmp_path / "elsewhere")
        path.symlink_to(tmp_path / "elsewhere")
    elif what == "readable by others":
        path.chmod(0o644)
    else:
        head, label = path.read_text().splitlines()
        path.write_text(json.dumps({**json.loads(head), "origin": "1 1"}) + "\n" + label + "\n")

    assert kept.named(conversation)[0].labels == {}
    assert "labels.jsonl is not read" in kept.notices[0]
    if what != "begun elsewhere":
        with pytest.raises(CodeqaError):
            kept.label(conversation, 1, "bad")


def test_lines_that_are_no_labels_are_left_out(kept: Traces) -> None:
    conversation = keep(kept, walk()).partition(":")[0]
    kept.label(conversation, 1, "good", "yes")
    wrong = [{}, {"type": "label"}, {"type": "label", "turn": True, "attributes": {}}]
    wrong.append({"type": "label", "turn": 1, "attributes": {"gen_ai.evaluation.score.label": "superb"}})
    with (kept.directory / "traces" / f"{conversation}.labels.jsonl").open("a") as file:
        file.write("".join(json.dumps(each) + "\n" for each in wrong) + '["\n[[[')

    assert kept.named(conversation)[0].labels[1].why == "yes"
    kept.label(conversation, 1, "bad")
    assert kept.named(conversation)[0].labels[1].value == "bad"


def test_a_label_is_one_of_a_few(kept: Traces) -> None:
    conversation = keep(kept, walk()).partition(":")[0]

    with pytest.raises(UsageError):
        kept.label(conversation, 1, "superb")
    with pytest.raises(UsageError):
        kept.label(conversation, 1, "good", "x" * 5_000)


# --------------------------------------------------------------------------------------------------------------- export


def test_an_example_is_the_last_request_of_the_walk_with_its_reply(kept: Traces) -> None:
    name = keep(kept, walk())
    kept.label(name.partition(":")[0], 1, "good", "all of it")
    trace = kept.named(name)[0]
    made = example(trace.turn(1), name, trace.labels[1])

    assert made is not None
    assert [message["role"] for message in made["messages"]] == [
        "system", "user", "assistant", "tool", "assistant", "tool", "tool", "assistant",
    ]  # fmt: skip
    assert made["messages"][2]["tool_calls"] == [
        {"id": "c1", "type": "function", "function": {"name": "search", "arguments": '{"query": "retry"}'}}
    ]
    assert made["messages"][3]["tool_call_id"] == "c1"
    without = made["messages"][4]["tool_calls"]  # to which the server gave no ids
    assert len({call["id"] for call in without} | {"c1"}) == 3
    assert [made["messages"][at]["tool_call_id"] for at in (5, 6)] == [call["id"] for call in without]
    assert made["messages"][-1] == {"role": "assistant", "content": "`place` calls `retry` [1]."}
    assert [tool["function"]["name"] for tool in made["tools"]] == ["search", "read"]
    assert {key: made[key] for key in ("label", "why", "model", "prompt", "question", "status", "trace")} == {
        "label": "good", "why": "all of it", "model": MODEL, "prompt": PROMPT, "question": "who calls retry?",
        "status": "answered", "trace": name,
    }  # fmt: skip


def test_a_walk_that_the_planner_ended_is_a_question_and_its_answer(kept: Traces) -> None:
    *calls, _ = walk()
    turn = kept_turn(kept, keep(kept, [*calls, answered("From the planner [1].", model=None)]))
    made = example(turn, "x:1", None)

    assert made is not None
    assert made["messages"] == [
        {"role": "user", "content": "who calls retry?"},
        {"role": "assistant", "content": "From the planner [1]."},
    ]
    assert (made["model"], made["prompt"], made["tools"]) == (None, None, [])


# --------------------------------------------------------------------------------------------------------------- replay


def claims(*texts: tuple[str, int]) -> Answered:
    """An answer with a claim for each text, which cites that line."""
    cited = [Citation(n, "a.py", line, line, "", "", 1, "") for n, (_, line) in enumerate(texts, 1)]
    said = tuple(Claim(text, (n,), "verified", "edge") for n, (text, _) in enumerate(texts, 1))
    return Answered(Answer("q", "list", "answered", "text", said, (), tuple(cited), timing_ms={"total": 250.0}))


def test_claims_are_told_apart_by_text_and_lines(kept: Traces) -> None:
    before = kept_turn(kept, keep(kept, [claims(("a", 1), ("b", 2), ("c", 3), ("d", 4), ("a", 9))]))
    after = claims(("a", 1), ("b ", 7), ("sea", 3), ("e", 5))
    found, _ = replayed(before, lambda: [told(Reply("x", prompt_tokens=7)), used("read", "", "no"), after], dict)

    assert [(each.same, each.before.text, each.now.text) for each in found.both] == [
        ("text and lines", "a", "a"), ("text", "b", "b "), ("lines", "c", "sea"),
    ]  # fmt: skip
    assert [each.text for each in found.only_before] == ["d", "a"]
    assert [each.text for each in found.only_now] == ["e"]
    assert found.differs
    assert (found.before.cost.requests, found.now.cost.requests) == (0, 1)
    assert (found.now.cost.calls, found.now.cost.refused, found.now.cost.input_tokens) == (1, 1, 7)
    assert found.now.cost.seconds == 0.25


def test_the_same_run_is_no_difference(kept: Traces) -> None:
    events = walk()
    turn = kept_turn(kept, keep(kept, events))
    found, answer = replayed(turn, lambda: iter(events), kept.cleaned)

    assert not found.differs
    assert (found.only_before, found.only_now) == ((), ())
    assert replace(found.now.cost, seconds=0) == replace(found.before.cost, seconds=0)
    assert found.now.prompts == ("entail@2:aaaaaaaa", PROMPT)
    assert isinstance(events[-1], Answered)
    assert answer == events[-1].answer


def test_secrets_are_no_difference(kept: Traces) -> None:
    events: list[Event] = [claims(("it sets password = 'hunter22'", 1))]
    turn = kept_turn(kept, keep(kept, events))
    found, _ = replayed(turn, lambda: events, kept.cleaned)

    assert "hunter22" not in turn["answer"]["claims"][0]["text"]
    assert not found.differs


@given(st.lists(st.sampled_from("abc")), st.lists(st.sampled_from("abc")))
def test_each_claim_has_at_most_one_partner(left: list[str], right: list[str]) -> None:
    runs = [
        run_of({"answer": {"claims": [{"text": text, "citations": []} for text in each]}}) for each in (left, right)
    ]
    found = compared(*runs)

    assert sorted([each.before.text for each in found.both] + [each.text for each in found.only_before]) == sorted(left)
    assert sorted([each.now.text for each in found.both] + [each.text for each in found.only_now]) == sorted(right)
    assert not {each.text for each in found.only_before} & {each.text for each in found.only_now}


# ---------------------------------------------------------------------------------------------------- on a command line


@dataclass(frozen=True)
class Shop:
    """A repository with an index and one conversation: a walk of a model, then a turn of the planner."""

    root: Path
    conversation: str


@pytest.fixture
def shop(make_repo: MakeRepo) -> Iterator[Shop]:
    root = make_repo(SHOP)
    events = walk()
    events[3] = replace(events[3], observation="\n".join(f"S{n} \x1b[31mred" for n in range(9)))
    with Project.open(root, environ={}) as project:
        list(project.update())
        name = keep(project.traces, events)
        conversation = name.partition(":")[0]
        *_, last = project.ask("who calls retry?", conversation=conversation)
        assert isinstance(last, Answered)
        yield Shop(root, conversation)


def test_a_walk_is_shown_step_by_step(shop: Shop, codeqa: RunCodeqa) -> None:
    shown = codeqa("trace", "show", "newest:1", "--repo", shop.root).stdout
    full = codeqa("trace", "show", "newest:1", "--prompts", "--repo", shop.root).stdout
    quiet = codeqa("trace", "show", "newest:1", "-q", "--repo", shop.root).stdout
    raw = json.loads(codeqa("trace", "show", "newest:1", "--json", "--prompts", "--repo", shop.root).stdout)

    order = ["link", f" 1 {PROMPT}", "▶ search(query: retry)", "search(query: retry)  20 ms", "S0 \\e[31mred"]
    order += ["… 5 more lines", f" 2 {PROMPT}", "refused: there is no S9", f" 3 {PROMPT}", " 4 entail@2:aaaaaaaa"]
    order += ["`place` calls `retry` [1].", "verdicts", "(verified, edge)", "it is fast.  (dropped: nothing says so)"]
    rest = shown
    for each in order:
        assert each in rest, each
        rest = rest.partition(each)[2]
    assert f"{MODEL} · native · 800 in + 40 out tokens · 1.5 s" in shown
    assert "\x1b" not in shown + full
    assert SYSTEM.content not in shown
    assert full.count(SYSTEM.content) == 1
    assert "[0] system: as above" in full
    assert "Hmm, retry." in full
    assert "num_ctx 8192" in full
    assert "S8 \\e[31mred" in full
    assert "walk@" not in quiet
    assert (
        raw["turns"][0]["spans"][0]["attributes"]["gen_ai.input.messages"][0]["parts"][0]["content"] == SYSTEM.content
    )


def test_labels_are_given_shown_and_taken_away(shop: Shop, codeqa: RunCodeqa) -> None:
    last = codeqa("trace", "label", "newest", "good", "it", "is right", "--json", "--repo", shop.root)
    first = codeqa("trace", "label", f"{shop.conversation}:1", "bad", "no \x1b[1mtests", "--repo", shop.root)

    about = {"version": 1, "conversation": shop.conversation, "turn": 2, "label": "good", "why": "it is right"}
    assert json.loads(last.stdout) == about
    assert first.stdout == f"{shop.conversation}:1  bad  no \\e[1mtests\n"
    assert codeqa("trace", "list", "--repo", shop.root).stdout.endswith("1 bad  1 good\n")
    listed = json.loads(codeqa("trace", "list", "--json", "--repo", shop.root).stdout)
    assert listed["conversations"][0]["labels"] == {"1": "bad", "2": "good"}
    assert "\nbad  no \\e[1mtests\n" in codeqa("trace", "show", "newest:1", "--repo", shop.root).stdout
    turns = json.loads(codeqa("trace", "show", "--json", "--repo", shop.root).stdout)["turns"]
    assert [turn["label"]["value"] for turn in turns] == ["bad", "good"]
    codeqa("trace", "label", "newest:1", "none", "--repo", shop.root)
    assert codeqa("trace", "list", "--repo", shop.root).stdout.endswith("1 good\n")
    for wrong in (["newest", "superb"], ["newest:9", "good"], ["20200101", "good"]):
        assert codeqa("trace", "label", *wrong, "--repo", shop.root).returncode == 2


def test_labelled_turns_are_exported(shop: Shop, codeqa: RunCodeqa, tmp_path: Path) -> None:
    assert codeqa("trace", "export", "--repo", shop.root).returncode == 3
    codeqa("trace", "label", "newest:1", "good", "--repo", shop.root)
    codeqa("trace", "label", "newest:2", "bad", "too long", "--repo", shop.root)

    def export(*arguments: str) -> list[dict[str, Any]]:
        return [
            json.loads(line) for line in codeqa("trace", "export", *arguments, "--repo", shop.root).stdout.splitlines()
        ]

    assert [row["label"] for row in export()] == ["good", "bad"]
    assert [row["trace"][-2:] for row in export("newest:2", "newest")] == [":1", ":2"]
    (bad,) = export("--label", "bad")
    assert (bad["why"], bad["model"], [message["role"] for message in bad["messages"]]) == (
        "too long", None, ["user", "assistant"],
    )  # fmt: skip
    codeqa("trace", "label", "newest:2", "none", "--repo", shop.root)
    assert [row["label"] for row in export("--label", "any")] == ["good"]
    assert [row["label"] for row in export("--all")] == ["good", None]
    assert codeqa("trace", "export", "newest:2", "--repo", shop.root).returncode == 3
    assert codeqa("trace", "export", "--all", "--label", "bad", "--repo", shop.root).returncode == 2
    file = tmp_path / "examples.jsonl"
    assert codeqa("trace", "export", "--output", file, "--repo", shop.root).stdout == ""
    assert json.loads(file.read_text())["messages"][0] == {"role": "system", "content": SYSTEM.content}
    assert codeqa("trace", "export", "--output", tmp_path / "no/where", "--repo", shop.root).returncode == 1


def test_a_turn_is_asked_again_and_compared(shop: Shop, codeqa: RunCodeqa) -> None:
    before = json.loads(codeqa("trace", "list", "--json", "--repo", shop.root).stdout)
    unchanged = codeqa("trace", "replay", "--repo", shop.root)
    (shop.root / "shop/more.py").write_text("from .retry import retry\n\n\ndef more():\n    return retry(more, 2)\n")
    changed = codeqa("trace", "replay", "newest:2", "--json", "--repo", shop.root)
    shown = codeqa("trace", "replay", "newest:1", "--planner", "--repo", shop.root).stdout

    assert "both say the same" in unchanged.stdout
    told = json.loads(changed.stdout)
    assert told["differs"]
    assert told["now"]["generation"] == told["before"]["generation"] + 1
    assert "more" in json.dumps(told["claims"]["only_now"])
    assert told["answer"]["trace"] == ""
    assert f"{MODEL:<28}the planner" in shown
    assert "only before (1)\n- `place` calls `retry` [1]." in shown
    assert json.loads(codeqa("trace", "list", "--json", "--repo", shop.root).stdout) == before
    kept = codeqa("trace", "replay", "--keep", "--json", "--repo", shop.root)
    assert json.loads(kept.stdout)["answer"]["trace"].endswith(":1")
    assert len(json.loads(codeqa("trace", "list", "--json", "--repo", shop.root).stdout)["conversations"]) == 2
    assert codeqa("trace", "replay", "--planner", "--model", "x", "--repo", shop.root).returncode == 2
    assert codeqa("trace", "replay", "--prompts", "/no/where", "--repo", shop.root).returncode == 2


@pytest.mark.parametrize(
    ("arguments", "name"),
    [([], MODEL), (["--model", "other:1b"], "other:1b"), (["--planner"], None)],
    ids=["as it was", "another model", "the planner"],
)
def test_a_replay_is_led_by_the_model_that_is_named_or_led_before(
    shop: Shop,
    arguments: list[str],
    name: str | None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    seen: list[Any] = []

    def ask(project: Project, question: str, **_: object) -> Iterator[Event]:
        seen.extend(
            [question, project.settings.model.name, project.settings.model.prompts, project.settings.trace.keep]
        )
        yield from [
            told(Reply("x", prompt_tokens=3, completion_tokens=2), prompt="walk@2:bbbbbbbb"),
            answered("New [1]."),
        ]

    monkeypatch.setattr(Project, "ask", ask)
    monkeypatch.setenv("CODEQA_MODEL_NAME", "of the settings")
    line = ["trace", "replay", "newest:1", "--prompts", str(tmp_path), "--repo", str(shop.root), *arguments]
    assert main.main(line, standalone_mode=False) == 0

    assert seen == ["who calls retry?", name, str(tmp_path), False]
    said = capsys.readouterr().out
    assert "2,800 in, 95 out            3 in, 2 out" in said
    assert f"prompts     {'entail@2:aaaaaaaa':<28}walk@2:bbbbbbbb" in said
    assert "both say (1)\n- New [1].  shop/retry.py:3-4 (the same lines)" in said


def test_what_a_name_was_said_to_mean_is_said_again(shop: Shop, codeqa: RunCodeqa) -> None:
    with Project.open(shop.root, environ={}) as project:
        *_, last = project.ask("who calls retry?", meaning={"retry": ["shop/retry.py::retry"]})
        assert isinstance(last, Answered)
        turn = kept_turn(project.traces, last.answer.trace)
    assert turn["codeqa"]["meaning"] == {"retry": ["shop/retry.py::retry"]}

    replay = json.loads(codeqa("trace", "replay", last.answer.trace, "--json", "--repo", shop.root).stdout)

    assert not replay["differs"]
    assert "`retry` was taken for `shop/retry.py::retry`, as was chosen" in replay["answer"]["unknowns"]
