"""What the Search and the Index screen say, without a screen."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from codeqa.domain import Embedding, Hit, InstalledModel, ModelServer, Progress
from codeqa.tui import finding, inventory
from codeqa.tui.engine import State
from codeqa.tui.finding import Found
from codeqa.tui.inventory import MOST_PATHS, Choice
from tests.stocked import HITS, SERVER, STATUS


def plain(pieces: object) -> str:
    """Return the text of pieces, whatever their style."""
    assert isinstance(pieces, list | tuple)
    return "".join(piece if isinstance(piece, str) else piece[0] for piece in pieces)


def said(status: object, opened: frozenset[str] = frozenset()) -> list[str]:
    return [f"{line.label}|{plain(line.pieces)}" for line in inventory.index_lines(status, opened)]


def never(name: str) -> str:
    return ""


def test_the_words_of_a_screen_are_made_without_textual() -> None:
    code = (
        "import sys; import codeqa.tui.finding, codeqa.tui.inventory; "
        "sys.exit(any(name.split('.')[0] in ('textual', 'rich') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --------------------------------------------------------------------------------------------------------------- search


@pytest.mark.parametrize(
    ("why", "line"),
    [
        ({}, ""),
        ({"text": 1.0}, "text █"),
        ({"text": 0.001}, "text ▁"),
        ({"a": 0.5, "b": 1.0}, "b █  a ▅"),
        ({"a": 1.0, "b": 0.9, "c": 0.8, "d": 0.7, "e": 0.6, "f": 0.5}, "a █  b ▇  c ▇  d ▆  +2"),
        ({"text": 0.5, "role": -0.3}, "text ▅  role −"),
    ],
)
def test_reasons_are_the_largest_parts_first_and_losses_in_words(why: dict[str, float], line: str) -> None:
    assert finding.reasons(why, 1.0) == line


def test_a_table_has_every_part_and_its_bars_are_in_proportion() -> None:
    rows = [plain(row) for row in finding.table({"text": 0.2, "role": -0.1, "something": 0.4})]
    assert rows == [
        "something +0.40 ━━━━━━━━━━━━ ",
        "text      +0.20 ━━━━━━       has the words",
        "role      -0.10 ╌╌╌          test, docs, example, generated or vendored",
    ]
    assert finding.table({}) == []


def test_what_a_part_says_is_folded_below_itself() -> None:
    rows = [plain(row) for row in finding.table({"graph": 0.4}, 46)]
    assert rows == [
        "graph +0.40 ━━━━━━━━━━━━ lies around the best",
        "                         hits in the graph",
    ]


def test_every_part_of_a_score_that_the_documents_name_is_explained() -> None:
    from tests.conftest import ROOT

    text = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
    section = text.partition("## What a score is made of")[2].partition("\n## ")[0]
    parts = [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")]
    assert len(parts) > 10
    assert set(parts) <= finding.MEANS.keys()


def test_a_hit_is_called_by_its_symbol_or_its_file() -> None:
    bare = Hit("shop/app.py", 3, 3, "", "", 0.1)
    assert (finding.title(HITS[0]), finding.title(bare)) == ("main", "app.py")
    assert (finding.mention(HITS[0]), finding.mention(bare)) == ("@main ", "`shop/app.py` ")
    assert (finding.place(HITS[0]), finding.place(bare)) == ("shop/app.py:4-7", "shop/app.py:3")


def test_of_what_a_hit_was_made_of_three_are_named() -> None:
    hit = replace(HITS[0], members=("main.a", "main.b", "other", "main.c"))
    assert plain(finding.under(hit)) == "shop/app.py:4-7  with a, b, other +1"


def test_a_search_is_summed_up() -> None:
    assert plain(finding.summed_up(Found("x", HITS[:1], seconds=0.041))) == "1 hit · 41 ms"
    assert plain(finding.summed_up(Found("x", notices=("by words alone",)))) == "no hits · 0 ms · by words alone"


def test_where_nothing_is_found_it_says_what_to_do() -> None:
    assert [plain(line) for line in finding.nothing(Found("zz"))] == [
        "nothing found for zz",
        "",
        "try other words, or fewer",
    ]
    assert plain(finding.nothing(Found("zz", near=("a",)))[-1]).startswith("what is here and looks like it")


# ---------------------------------------------------------------------------------------------------------------- index


def test_vectors_that_are_being_made_and_trouble_are_said() -> None:
    making = Embedding("ollama:e5", "static-256", "ollama:e5", 120, 400, True, "")
    lines = said(replace(STATUS, embedding=making))
    assert "vectors|380 of static-256" in lines
    assert "|120 of 400 of ollama:e5 (being made)" in lines
    troubled = replace(making, running=False, trouble="the server is down")
    lines = said(replace(STATUS, embedding=troubled))
    assert "|120 of 400 of ollama:e5 (to be made)" in lines
    assert "|✗ the server is down" in lines
    none = Embedding("none", "", "", 0, 400, False, "")
    assert "embedder|none: search goes by words alone" in said(replace(STATUS, embedding=none, vectors={}))


def test_summaries_and_warnings_are_said() -> None:
    lines = said(replace(STATUS, summaries={"qwen3": 30}, warnings=("codeqa.toml: unknown key",)))
    assert "summaries|30 of 400 by qwen3" in lines
    assert lines[-1] == "|! codeqa.toml: unknown key"


def test_where_nothing_was_skipped_it_says_so() -> None:
    assert said(replace(STATUS, skipped={}))[-1] == "skipped|nothing"


def test_a_long_list_of_files_ends_with_how_many_more_there_are() -> None:
    many = tuple(f"data/{number}.bin" for number in range(MOST_PATHS + 7))
    lines = said(replace(STATUS, skipped={"binary": many}), frozenset({"skipped: binary"}))
    assert lines[-1] == "|  … 7 more: codeqa status lists all"
    assert len([line for line in lines if ".bin" in line]) == MOST_PATHS


@pytest.mark.parametrize(
    ("event", "bar"),
    [
        (Progress("scan", 40, 0, 0.0), "◒ scan  40"),
        (Progress("parse", 0, 10, 0.0), "░" * 20 + " parse  0/10"),
        (Progress("parse", 5, 10, 1.0, "a.py"), "█" * 10 + "░" * 10 + " parse  5/10  5.0/s  1.0 s left  a.py"),
        (Progress("parse", 12, 10, 1.0), "█" * 20 + " parse  12/10  12/s"),
    ],
)
def test_progress_is_a_bar_with_rate_and_time_left(event: Progress, bar: str) -> None:
    assert plain(inventory.progress(event)) == bar


@pytest.mark.parametrize(
    ("state", "line"),
    [
        (None, "no model · …"),
        (State(), "no model · no index yet"),
        (State(4), "no model · gen 4 · ✓ fresh"),
        (State(4, 1_200), "no model · gen 4 · ✎ 1,200 changed"),
    ],
)
def test_freshness(state: State | None, line: str) -> None:
    assert plain(inventory.freshness(None, state)) == line


def test_that_source_is_sent_away_stands_first() -> None:
    assert plain(inventory.freshness("m", State(4), "gpu.example")).startswith("SOURCE IS SENT TO gpu.example · m")
    away = ModelServer("http://gpu.example:11434", "", ())
    assert plain(inventory.server_pieces(away)).endswith("0 models · another machine: source text is sent there")
    assert "another" not in plain(inventory.server_pieces(SERVER))


# --------------------------------------------------------------------------------------------------------------- models


def test_the_planner_is_always_a_choice() -> None:
    assert inventory.choices(None, None, remote=False, rung=never) == [
        Choice(None, "in use", "the planner answers, from the graph alone")
    ]
    names = [choice.name for choice in inventory.choices(SERVER, "small:1b", remote=False, rung=never)]
    assert names == [None, "small:1b", "vectors", "huge:cloud"]


def test_a_model_elsewhere_can_be_chosen_only_where_settings_allow_it() -> None:
    def states(*, remote: bool) -> dict[str | None, str]:
        return {each.name: each.state for each in inventory.choices(SERVER, None, remote=remote, rung=never)}

    assert states(remote=False)["huge:cloud"] == "unusable"
    assert states(remote=True)["huge:cloud"] == "free"
    assert states(remote=True)["vectors"] == "unusable"


def test_a_tag_of_the_cloud_tells_too() -> None:
    server = ModelServer("u", "", (InstalledModel("big:480b-cloud"),))
    assert inventory.choices(server, None, remote=False, rung=never)[1].why_not.startswith("it runs at another place")


def test_a_model_that_is_named_and_not_there_is_said() -> None:
    assert inventory.choices(SERVER, "gone:7b", remote=False, rung=never)[1] == Choice(
        "gone:7b", "in use", "not at this server"
    )


def test_what_is_not_known_of_a_model_is_left_out() -> None:
    assert inventory.about(InstalledModel("m"), "") == ""
    assert inventory.about(InstalledModel("m", tools=False, thinking=True), "text") == (
        "calls no tools, thinks, seen: acts by lines of text"
    )
