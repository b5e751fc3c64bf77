"""Questions to begin with: about the repository at hand, by names that mean one thing, each with an answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeqa.domain import Answered
from codeqa.project import Project
from tests.conftest import MakeRepo

# `read` is called by two and reached from `main` in two steps; `test_read` would be a shorter way to it.
USED = {
    "shop/core.py": "def read(x):\n    return x\n\n\ndef load(x):\n    return read(x)\n\n\n"
    "def save(x):\n    return read(x)\n",
    "shop/app.py": "from shop.core import load, save\n\n\ndef main():\n    return load(save(1))\n\n\n"
    "def again():\n    return load(save(2))\n",
    "tests/test_core.py": "from shop.core import read\n\n\ndef test_read():\n    assert read(1)\n",
}
TWINS = {
    f"{name}/core.py": "def read(x):\n    return x\n\n\ndef one():\n    read(1)\n\n\ndef two():\n    read(2)\n"
    for name in ("left", "right")
}


def asked(root: Path) -> dict[str, str]:
    with Project.open(root) as project:
        list(project.index())
        return {
            question: next(event.answer.status for event in project.ask(question) if isinstance(event, Answered))
            for question in project.examples()
        }


def test_each_is_about_what_is_used_most_and_has_an_answer(make_repo: MakeRepo) -> None:
    found = asked(make_repo(USED))

    assert len(found) == 3
    assert set(found.values()) == {"answered"}
    assert "test_read" not in " ".join(found)
    assert any(question.startswith("how does `") and question.endswith("reach `read`") for question in found)


@pytest.mark.parametrize(
    "files", [TWINS, {"a.py": "def a():\n    pass\n"}, {"README.md": "# Nothing\n"}], ids=["twins", "unused", "prose"]
)
def test_where_nothing_fits_there_are_none(make_repo: MakeRepo, files: dict[str, str]) -> None:
    assert asked(make_repo(files)) == {}
