"""Calls of tools as models make them: what is a call, and what is wrong with it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codeqa.domain import ToolCall, ToolSpec
from codeqa.models.calls import checked, loaded, parsed_arguments, written, wrong

SEARCH = ToolSpec(
    "search",
    "Look for text.",
    {
        "type": "object",
        "properties": {
            "query": {"type": "string"},
            "limit": {"type": "integer"},
            "share": {"type": "number"},
            "exact": {"type": ["boolean", "null"]},
            "paths": {"type": "array", "items": {"type": "string"}},
            "kind": {"enum": ["code", "docs"]},
        },
        "required": ["query"],
    },
)
FINISH = ToolSpec("finish", "End.", {"type": "object", "properties": {}})
TOOLS = (SEARCH, FINISH)
CALL = '{"name": "search", "arguments": {"query": "x"}}'


@pytest.mark.parametrize(
    "text",
    [
        CALL,
        f"  {CALL}\n",
        f"```json\n{CALL}\n```",
        f"```\n{CALL}```",
        f"<tool_call>\n{CALL}\n</tool_call>",
        f"<tool_call>{CALL}",
        f"[TOOL_CALLS][{CALL}]",
        f"[{CALL}]",
        '{"name": "search", "parameters": {"query": "x"}}',
        '{"type": "function", "function": {"name": "search", "arguments": "{\\"query\\": \\"x\\"}"}}',
    ],
)
def test_a_text_that_is_a_call(text: str) -> None:
    (call,) = written(text, TOOLS)
    assert (call.name, call.arguments, call.written) == ("search", {"query": "x"}, True)


def test_several_calls_in_one_text() -> None:
    calls = written(
        f'<tool_call>{CALL}</tool_call>\n<tool_call>{{"name": "finish", "arguments": {{}}}}</tool_call>', TOOLS
    )
    assert [call.name for call in calls] == ["search", "finish"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I would call search.",
        f"You could send {CALL} to it.",
        f"First this. <tool_call>{CALL}</tool_call>",
        '{"name": "delete", "arguments": {}}',
        f'[{CALL}, {{"name": "delete", "arguments": {{}}}}]',
        '{"name": "search"}',
        '{"name": "search", "arguments": [1]}',
        '{"name": ["search"], "arguments": {}}',
        '{"query": "x"}',
        "[]",
        "[1, 2]",
        CALL[:-1],
        "[" * 100_000,
        '{"name": "search", "arguments": ' + '{"a": ' * 500 + "1" + "}" * 501,
    ],
)
def test_a_text_that_is_none(text: str) -> None:
    assert written(text, TOOLS) == ()


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"query": "x"}, ""),
        ({"query": "x", "limit": 3, "share": 1, "exact": None, "paths": ["a"], "kind": "docs"}, ""),
        ({}, "query is missing"),
        ({"query": 3}, "query must be string, not 3"),
        ({"query": "x", "limit": True}, "limit must be integer, not True"),
        ({"query": "x", "limit": "many"}, "limit must be integer, not 'many'"),
        ({"query": "x", "limit": 2.5}, "limit must be integer, not 2.5"),
        ({"query": "x", "exact": "maybe"}, "exact must be boolean or null, not 'maybe'"),
        ({"query": "x", "paths": ["a", 1]}, "paths[1] must be string, not 1"),
        ({"query": "x", "paths": "a"}, "paths must be array, not 'a'"),
        ({"query": "x", "kind": "tests"}, "kind must be one of code, docs, not 'tests'"),
        ({"query": "x", "depth": 1}, "there is no depth; there are query, limit, share, exact, paths, kind"),
    ],
)
def test_arguments_are_held_against_their_schema(arguments: dict[str, Any], problem: str) -> None:
    assert checked(ToolCall("search", arguments), TOOLS).problem == problem


def test_numbers_and_truth_values_are_read_from_text() -> None:
    call = checked(ToolCall("search", {"query": "7", "limit": " 7", "share": "0.5", "exact": "False"}), TOOLS)
    assert call.arguments == {"query": "7", "limit": 7, "share": 0.5, "exact": False} and call.problem == ""
    assert checked(ToolCall("search", {"query": "x", "limit": 7.0}), TOOLS).arguments["limit"] == 7


def test_a_problem_that_is_known_stays() -> None:
    assert checked(ToolCall("search", {}, problem="no JSON"), TOOLS).problem == "no JSON"
    assert "tools: none" in checked(ToolCall("search", {}), ()).problem


def test_arguments_that_come_as_text() -> None:
    assert parsed_arguments("") == ({}, "") and parsed_arguments('{"a": 1}') == ({"a": 1}, "")
    for text in ('{"a": ', "[1]", "3", "x" * 10_000):
        arguments, problem = parsed_arguments(text)
        assert arguments == {} and problem.startswith("the arguments are no JSON object") and len(problem) < 150


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from([*SEARCH.parameters["properties"], "other"]), values))
def test_whatever_is_given_is_checked(arguments: dict[str, Any]) -> None:
    call = checked(ToolCall("search", arguments), TOOLS)
    assert bool(call.problem) is bool(wrong(call.arguments, SEARCH.parameters))
    assert checked(call, TOOLS) == call


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text() | values.map(json.dumps))
def test_whatever_is_said_is_read(text: str) -> None:
    assert written(text, TOOLS) == ()
    loaded(text)
