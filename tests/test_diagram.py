"""Diagrams of walks: what is drawn, how much of it, and that no name gets out of its label."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeqa.cli import diagram
from codeqa.cli.terminal import _ASCII, _FANCY
from codeqa.domain import Hop


def hop(src: str, dst: str, edge: str = "calls", strategy: str = "exact") -> Hop:
    return Hop(f"a.py::{src}", edge, f"a.py::{dst}", f"a.py:{len(src)}", strategy, 0.98)


CHAIN = (hop("main", "run"), hop("run", "Store.open", strategy="dispatch"), hop("Store.open", "connect"))
STAR = (hop("One", "Base", "inherits"), hop("Two", "Base", "inherits"), hop("Three", "Base", "inherits"))
PLACES = {"a.py::main": "a.py:3", "a.py::Base": "a.py:9"}


def test_a_chain_is_told_from_its_start() -> None:
    assert diagram.text(CHAIN, PLACES, _FANCY) == [
        "main  a.py:3",
        "└─calls─▶ run  (a.py:4, exact .98)",
        "    └┄calls┄▶ Store.open  (a.py:3, dispatch .98)",
        "        └─calls─▶ connect  (a.py:10, exact .98)",
    ]


def test_a_list_is_told_from_what_its_members_have_in_common() -> None:
    assert diagram.text(STAR, PLACES, _FANCY) == [
        "Base  a.py:9",
        "├◀─inherits─ One  (a.py:3, exact .98)",
        "├◀─inherits─ Two  (a.py:3, exact .98)",
        "└◀─inherits─ Three  (a.py:5, exact .98)",
    ]


def test_what_a_change_breaks_is_told_from_what_changes() -> None:
    impact = (hop("A", "X"), hop("B", "X"), hop("C", "A"), hop("D", "A"), hop("E", "A"))

    assert [line.split("  (")[0] for line in diagram.text(impact, {}, _FANCY)] == [
        "X",
        "├◀─calls─ A",
        "│   ├◀─calls─ C",
        "│   ├◀─calls─ D",
        "│   └◀─calls─ E",
        "└◀─calls─ B",
    ]


def test_a_terminal_without_signs_gets_ascii() -> None:
    lines = diagram.text((*CHAIN, *STAR), PLACES, _ASCII)

    assert "\n".join(lines).isascii()
    assert "    +.calls.> Store.open  (a.py:3, dispatch .98)" in lines


def test_what_comes_back_to_the_tree_is_marked_and_not_followed() -> None:
    lines = diagram.text((hop("a", "b"), hop("b", "c"), hop("c", "a"), hop("c", "c")), {}, _FANCY)

    assert sorted(re.findall(r"(\w+) \(above\)", "\n".join(lines))) == ["c", "c"]
    assert len(lines) == 5


def test_steps_that_do_not_hang_together_are_trees_of_their_own() -> None:
    lines = diagram.text((hop("a", "b"), hop("x", "y")), {}, _FANCY)

    assert [line for line in lines if not line.startswith(("├", "└", " "))] == ["a", "x"]


def test_no_more_than_forty_edges_are_drawn_and_that_is_said() -> None:
    many = tuple(hop(f"f{n}", "hub") for n in range(52))

    lines = diagram.text(many, {}, _FANCY)
    chart = diagram.mermaid(many, {})

    assert len(lines) == 42 and lines[-1] == "… 12 more steps are not drawn"
    assert chart.count("-->") == 40 and 'rest["12 more steps are not drawn"]' in chart


def test_a_step_at_several_places_is_drawn_once() -> None:
    twice = (hop("a", "b"), Hop("a.py::a", "calls", "a.py::b", "a.py:77", "exact", 0.98))

    assert len(diagram.text(twice, {}, _FANCY)) == 2
    assert diagram.mermaid(twice, {}).count("-->") == 1


def test_no_walk_is_no_tree() -> None:
    assert diagram.text((), {}, _FANCY) == []
    assert diagram.mermaid((), {}) == "flowchart LR"


def test_a_flowchart_has_places_kinds_and_dots() -> None:
    assert diagram.mermaid(CHAIN, PLACES).splitlines() == [
        "flowchart LR",
        '    n0["main<br/>a.py:3"]',
        '    n1["run"]',
        '    n2["Store.open"]',
        '    n3["connect"]',
        '    n0 -->|"calls"| n1',
        '    n1 -.->|"calls"| n2',
        '    n2 -->|"calls"| n3',
    ]


@pytest.mark.parametrize("strategy", ["dispatch", "callback", "join"])
def test_what_may_not_happen_is_dotted(strategy: str) -> None:
    assert "-.->" in diagram.mermaid((hop("a", "b", strategy=strategy),), {})


# -------------------------------------------------------------------------------------------------------- hostile names

HOSTILE = [
    'x"]; click n0 "javascript:alert(1)"',
    'x]\n    click n0 href "https://example.org"\n    n9[',
    '%%{init: {"securityLevel": "loose"}}%%',
    "`**markdown**`",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "a#quot;b",
    "&quot;&lt;",
    "---\ntitle: x\n---",
    "end",
    "x\u2028y\u202ez\x1b[2J\x00",
    "subgraph\r\nstyle n0 fill:#f00",
    "${x}|{y}|>z",
    "\udcff\U0001f4a5",
    "[[(({{",
]
NODE = re.compile(r'    (?:n\d+|rest)\["((?:[\w ./:-]|#\d+;|<br/>)*)"\]', re.ASCII)
EDGE = re.compile(r'    n\d+ -\.?->\|"((?:[\w ./:-]|#\d+;)*)"\| n\d+', re.ASCII)


def whole(chart: str) -> bool:
    """Tell whether every line is one that the code writes, with nothing but plain signs and codes in its label."""
    first, *rest = chart.split("\n")
    return first == "flowchart LR" and all(NODE.fullmatch(line) or EDGE.fullmatch(line) for line in rest)


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_gets_out_of_its_label(name: str) -> None:
    chart = diagram.mermaid((hop(name, "b", name), hop("b", f"c{name}")), {f"a.py::{name}": f"{name}:3"})

    assert whole(chart)
    assert chart.isascii()
    assert chart.count("\n") == 3 + 2


@given(st.text(), st.text())
def test_no_text_gets_out_of_its_label(one: str, other: str) -> None:
    assert whole(diagram.mermaid((Hop(one, other, other, one, "exact", 0.9),), {one: other, other: one}))


def test_a_name_is_shown_as_it_is_when_its_codes_are_read() -> None:
    chart = diagram.mermaid((hop('operator<"é"', "b"),), {})

    shown = html.unescape(re.sub(r"#(\d+);", r"&#\1;", chart))

    assert 'n0["operator<"é""]' in shown


def test_a_long_name_is_cut() -> None:
    assert max(map(len, diagram.mermaid((hop("x" * 500, "b"),), {}).splitlines())) < 120
