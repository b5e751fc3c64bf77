"""The full screen at a real terminal device, from the start to the end."""

from __future__ import annotations

import json
import os
import re
import stat
from pathlib import Path

import pytest

from tests.asking import SHOP
from tests.conftest import MakeRepo, RunCodeqa
from tests.pseudo import Pseudo

STUB = """#!/bin/sh
printf '%s\\n' "$@" > "$RECORD"
"""


@pytest.fixture
def editor(tmp_path: Path) -> Path:
    """A program named vim that records its arguments."""
    stub = tmp_path / "bin" / "vim"
    stub.parent.mkdir()
    stub.write_text(STUB)
    stub.chmod(stub.stat().st_mode | stat.S_IXUSR)
    return stub


def test_start_ask_follow_a_citation_open_the_editor_and_quit(
    make_repo: MakeRepo, tmp_path: Path, editor: Path
) -> None:
    root = make_repo(SHOP)
    record = tmp_path / "arguments"
    environ = {"VISUAL": f"{editor} -n", "RECORD": str(record)}

    with Pseudo(cwd=root, environ=environ) as screen:  # without arguments: on a terminal that opens it
        screen.wait_for("Ask about this repository")
        screen.press("who calls retry?\r")  # while the index is made
        screen.wait_for("✓ answered", "n/p Cited", "1/2  shop/retry.py:1")
        screen.press("n")
        screen.wait_for("2/2  shop/checkout.py")
        screen.press("e")
        screen.wait_for("2/2  shop/checkout.py")
        screen.press("Y")
        screen.wait_for("copied the answer")  # back from the editor
        screen.press("q")

        assert screen.ended() == 0

    source = (root / "shop/checkout.py").read_text().splitlines()
    line = 1 + next(number for number, text in enumerate(source) if "return retry(" in text)
    assert record.read_text().splitlines() == ["-n", f"+{line}", f"{root}/shop/checkout.py"]
    trace = next((root / ".codeqa/traces").glob("*.jsonl")).read_text().splitlines()
    assert any(json.loads(record).get("answer", {}).get("question") == "who calls retry?" for record in trace)


def test_ctrl_q_quits_from_the_question_and_the_terminal_is_given_back(make_repo: MakeRepo) -> None:
    with Pseudo("tui", cwd=make_repo(SHOP), environ={"NO_COLOR": "1"}) as screen:
        screen.wait_for("ready")
        screen.press("\x11")

        assert screen.ended() == 0
    final = dict(re.findall(rb"\x1b\[\?(\d+)([hl])", screen.output))  # of each mode the last
    assert final == {**dict.fromkeys(final, b"l"), b"7": b"h", b"25": b"h"}  # lines wrap, the cursor is seen
    codes = {code for each in re.findall(rb"\x1b\[([\d;]*)m", screen.output) for code in each.split(b";")}
    assert codes
    assert codes <= {b"", b"0", b"1", b"2", b"3", b"4", b"7"}  # bold, dim, italic, underlined, reversed: no colour


def test_a_terminal_that_can_show_no_screen_is_told_what_to_do(make_repo: MakeRepo) -> None:
    with Pseudo("tui", cwd=make_repo(SHOP), environ={"TERM": "dumb"}) as screen:
        screen.wait_for(
            "no full screen can be shown where TERM is dumb", 'codeqa ask "who calls main" answers in lines'
        )

        assert screen.ended() == 2


def test_without_a_terminal_there_is_help_or_an_error(codeqa: RunCodeqa, make_repo: MakeRepo) -> None:
    root = make_repo(SHOP)
    alone, named = codeqa(cwd=root), codeqa("tui", cwd=root)

    assert (alone.returncode, "Usage: codeqa" in alone.stdout) == (0, True)
    assert (named.returncode, "needs a terminal" in named.stderr) == (2, True)
    assert not os.path.exists(root / ".codeqa")
