"""The README's commands are the real ones."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

from conftest import RunCodeqa

from codeqa.cli.app import COMMANDS, HIDDEN

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", README, re.M | re.S)


def test_ci_runs_the_test_command_word_for_word() -> None:
    lines = [line.strip() for line in (ROOT / ".ci/run").read_text().splitlines()]

    assert BLOCKS[1].strip() in lines


def test_the_first_two_blocks_are_one_line_each() -> None:
    assert [block.count("\n") for block in BLOCKS[:2]] == [1, 1]


def test_every_command_is_described() -> None:
    described = set(re.findall(r"^\| `codeqa ([a-z]+)", README, re.M))

    assert described == set(COMMANDS) - HIDDEN


def test_the_question_of_the_first_command_is_answered_across_files(codeqa: RunCodeqa) -> None:
    command = shlex.split(BLOCKS[0])
    question = command[command.index("ask") + 1]

    done = codeqa("ask", question, "--repo", ROOT, "--cache", "--json")

    answer = json.loads(done.stdout)
    assert (done.returncode, answer["status"]) == (0, "answered"), done.stderr
    assert len({citation["path"] for citation in answer["citations"]}) > 1
