"""A mistake in the full screen ends it in order, and is told in a line in which nothing commands the terminal."""

from __future__ import annotations

import re

import pytest

from tests.asking import SHOP
from tests.conftest import ROOT, MakeRepo
from tests.pseudo import Pseudo
from tests.strict import FULL_SCREEN, LINES, foreign

TEXT = "EV000 \x1b]52;c;RVZJTENPUFk=\x07 \x1b[2J [red]x[/] \x9b5;8m \u202e"
BACK = b"\x1b[?1049l"  # to what was on the terminal before
KEPT = dict.fromkeys((b"1049", b"1000", b"1003", b"1004", b"1006", b"1015", b"2004"), b"l") | {b"25": b"h"}


@pytest.mark.parametrize("where", ["key", "start", "task"])
def test_a_crash_is_one_line_and_the_terminal_is_given_back(make_repo: MakeRepo, where: str) -> None:
    output, code = crashed(make_repo, where, {})
    after = output.rpartition(BACK)[2]

    assert code == 1
    assert foreign(output, FULL_SCREEN) == []
    final = dict(re.findall(rb"\x1b\[\?(\d+)([hl])", output))
    assert {mode: final.get(mode, KEPT[mode]) for mode in KEPT} == KEPT
    said = [line.strip() for line in LINES.sub(lambda at: "\n" * at[0].endswith("\n"), after.decode()).splitlines()]
    first, second = (line for line in said if "codeqa:" in line or "hint:" in line)
    assert re.search(r"codeqa: internal error: ValueError: EV000 .*$", first)
    assert "please report it" in second
    assert "CODEQA_DEBUG=1" in second
    assert "Traceback" not in after.decode()
    assert "crashing.py" not in after.decode()
    assert "held" not in after.decode()


def test_the_traceback_is_shown_to_who_asks_for_it_without_what_variables_hold(make_repo: MakeRepo) -> None:
    output, code = crashed(make_repo, "task", {"CODEQA_DEBUG": "1"})
    after = output.rpartition(BACK)[2]

    assert code == 1
    assert foreign(output, FULL_SCREEN) == []
    assert b"Traceback (most recent call last)" in after
    assert re.search(rb'crashing.py", line \d+, in fail', after)
    assert b"WorkerFailed" not in after
    assert b" held" not in after
    assert re.search(rb"codeqa: .*internal error", LINES.sub("", after.decode()).encode())


def crashed(make_repo: MakeRepo, where: str, environ: dict[str, str]) -> tuple[bytes, int]:
    """Return all that was written, and the exit code."""
    program = ROOT / "tests" / "crashing.py"
    with Pseudo(where, TEXT, cwd=make_repo(SHOP), environ=environ, program=program) as screen:
        if where != "start":
            screen.wait_for("ready")
            screen.press("\x1bOP")
        code = screen.ended()
        return screen.output, code
