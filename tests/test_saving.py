"""An answer as a document: all that it rests on is in it, and nothing in it breaks out of where it stands."""

from __future__ import annotations

import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from codeqa.domain import CodeqaError
from codeqa.tui import saving
from tests.scripted import ABSTAINED, ANSWERED

WHEN = datetime(2026, 3, 1, 14, 5, 9, tzinfo=UTC)
CHECK_STEP = "- `main` calls `check` at `shop/app.py:6`, exact .98"


def test_it_has_the_answer_the_lines_and_the_walk() -> None:
    said = saving.document(ANSWERED, WHEN)

    assert said.startswith("# what does main call?\n\n`main` calls `check` [1]")
    assert "## Not known\n\n- what sqlite3 does lies outside of the repository" in said
    for citation in ANSWERED.citations:
        assert f"**[{citation.n}]** `{citation.path}:" in said
        assert f"```py\n{citation.quote}\n```" in said
    assert CHECK_STEP in said
    assert said.endswith("answered, no model, generation 7 of the index, 2026-03-01 14:05, codeqa\n")


def test_an_answer_without_evidence_has_no_heading_for_it() -> None:
    said = saving.document(ABSTAINED, WHEN)

    assert "## Evidence" not in said
    assert "## Walk" not in said


def test_a_quote_cannot_end_its_fence_nor_command_a_terminal() -> None:
    quote = "````\n# not a heading\x1b]52;c;AAAA\x07"
    hostile = replace(ANSWERED, citations=(replace(ANSWERED.citations[0], quote=quote, path="a`b``c.py"),))
    said = saving.document(hostile, WHEN)

    assert "`````py\n````\n# not a heading" in said
    assert "``` a`b``c.py:6 ```" in said
    assert not set(said) & {"\x1b", "\x07"}


def test_it_is_written_where_only_its_user_reads_it(tmp_path: Path) -> None:
    path = saving.save(replace(ANSWERED, question="Was ist 'ÄÖ' / ../../x?"), tmp_path, WHEN)

    assert path == tmp_path / "answers" / "2026-03-01-140509-was-ist-x.md"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        saving.save(replace(ANSWERED, question="was ist x"), tmp_path, WHEN)


def test_a_folder_that_is_a_link_is_not_written_to(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "answers").symlink_to(elsewhere)

    with pytest.raises((OSError, CodeqaError)):
        saving.save(ANSWERED, tmp_path, WHEN)
    assert not list(elsewhere.iterdir())
