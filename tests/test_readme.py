"""The README's commands are the real ones."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", README, re.M | re.S)


def test_ci_runs_the_test_command_word_for_word() -> None:
    script = (ROOT / ".ci/run").read_text().splitlines()

    assert BLOCKS[1].strip() == script[-1]


def test_the_first_two_blocks_are_one_line_each() -> None:
    assert [block.count("\n") for block in BLOCKS[:2]] == [1, 1]


def test_every_command_is_described() -> None:
    from codeqa.cli import main

    described = set(re.findall(r"^\| `codeqa ([a-z]+)", README, re.M))

    assert described == {name for name, command in main.commands.items() if not command.hidden}
