"""What a reply asks for, whatever form it has."""

from __future__ import annotations

import json

import pytest

from codeqa.agent.ladder import below, heard, schema
from codeqa.domain import Reply, ToolCall, ToolSpec
from codeqa.models.calls import checked

EXPAND = ToolSpec(
    "expand",
    "Follow an edge.",
    {
        "type": "object",
        "properties": {
            "handle": {"type": "string", "enum": ["S1", "S2"]},
            "edge": {"type": "string", "enum": ["calls", "tests"]},
            "direction": {"type": "string", "enum": ["in", "out"]},
        },
        "required": ["handle", "edge", "direction"],
    },
)
SEARCH = ToolSpec(
    "search", "Find.", {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]}
)
FINISH = ToolSpec(
    "finish",
    "End.",
    {
        "type": "object",
        "properties": {
            "sentences": {"type": "array", "items": {"type": "string"}},
            "missing": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["sentences"],
    },
)
TOOLS = (SEARCH, EXPAND, FINISH)


def native(name: str, **arguments: object) -> Reply:
    return Reply("", calls=(checked(ToolCall(name, arguments, id="c1"), TOOLS),))


def test_the_ladder_ends() -> None:
    assert [below("native"), below("format"), below("text")] == ["format", "text", ""]


def test_the_schema_of_an_action_is_flat_and_names_handles() -> None:
    wanted = schema(TOOLS)

    assert wanted["properties"]["action"]["enum"] == ["search", "expand", "finish"]
    assert wanted["properties"]["handle"]["enum"] == ["S1", "S2"]
    assert all("anyOf" not in about for about in wanted["properties"].values())
    assert schema((FINISH,))["required"] == ["thought", "action", "sentences"]


def test_a_name_does_where_a_handle_is_asked_for() -> None:
    (call,) = heard("native", native("expand", handle="Router.add", edge="calls", direction="in"), TOOLS).calls

    assert (call.problem, call.arguments["handle"], call.id) == ("", "Router.add", "c1")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"handle": "S1", "edge": "hugs", "direction": "in"}, "edge must be one of calls, tests"),
        ({"handle": "S1", "edge": "calls"}, "expand needs direction"),
        ({"handle": "", "edge": "calls", "direction": "in"}, "expand needs handle"),
    ],
)
def test_what_is_wrong_with_a_call_is_said(arguments: dict[str, object], said: str) -> None:
    (native_call,) = heard("native", native("expand", **arguments), TOOLS).calls
    value = {"thought": "so", "action": "expand", **arguments}
    (format_call,) = heard("format", Reply(json.dumps(value), value=value), TOOLS).calls

    if arguments["handle"]:
        assert said in native_call.problem
    assert said in format_call.problem


def test_an_answer_as_one_text_is_taken_apart() -> None:
    text = "It works so:\n1. `a` calls `b` [F1].\n- `b` ends [F2].\n`c` is one [F3]. `d` is two [F4].\nmissing: why"
    expected = ["It works so:", "- `a` calls `b` [F1].", "- `b` ends [F2].", "`c` is one [F3].", "`d` is two [F4]."]

    for reply, rung in (
        (native("finish", sentences=text), "native"),
        (Reply(text), "native"),
        (Reply(text, problem="it is not JSON"), "format"),
        (Reply(f"finish: {text}"), "text"),
        (Reply(f"I know enough.\n\nACTION: finish: {text}"), "text"),
    ):
        (call,) = heard(rung, reply, TOOLS).calls
        assert (call.name, call.problem) == ("finish", "")
        assert (call.arguments["sentences"], call.arguments["missing"]) == (expected, ["why"])


@pytest.mark.parametrize(
    ("line", "arguments"),
    [
        ("expand: S1 calls in", {"handle": "S1", "edge": "calls", "direction": "in"}),
        ("> **expand**(S2, tests, out)", {"handle": "S2", "edge": "tests", "direction": "out"}),
        ("Action: expand(handle=S1, edge=calls, direction=in)", {"handle": "S1", "edge": "calls", "direction": "in"}),
        ("search: how it ends", {"query": "how it ends"}),
        ('- search("how it ends")', {"query": "how it ends"}),
    ],
)
def test_lines_of_text(line: str, arguments: dict[str, str]) -> None:
    (call,) = heard("text", Reply(f"First I look.\n{line}\nThen I see."), TOOLS).calls

    assert dict(call.arguments) == arguments


@pytest.mark.parametrize("rung", ["native", "format", "text"])
@pytest.mark.parametrize(
    "text", ["", "I would call the tool search.", "Sure! Here is what I found.", '{"action": "dance"}', "expanding: S1"]
)
def test_what_asks_for_nothing_is_a_problem(rung: str, text: str) -> None:
    value = json.loads(text) if text.startswith("{") else None

    assert heard(rung, Reply(text, value=value), TOOLS).problem


def test_a_flood_of_calls_is_cut() -> None:
    calls = tuple(ToolCall("search", {"query": str(n)}) for n in range(60))

    assert len(heard("native", Reply("", calls=calls), TOOLS).calls) == 4
