"""What was asked and what is typed outlives the process, and only its user reads it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from codeqa import files
from codeqa.traces import History, history


def kept(folder: Path) -> History:
    return History(folder, files.redact)


def test_questions_are_kept_once_each_newest_last_with_secrets_blanked(tmp_path: Path) -> None:
    one, other = kept(tmp_path), kept(tmp_path)  # two processes
    one.add("who calls f")
    other.add("where is api_key = 'hunter2hunter2' read")
    one.add("who calls g")
    one.add("who calls f")

    assert kept(tmp_path).load() == ["where is api_key = '**************' read", "who calls g", "who calls f"]
    file = tmp_path / "traces" / history.QUESTIONS
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert b"hunter2" not in file.read_bytes()


def test_a_line_that_a_crash_cut_off_costs_itself_only(tmp_path: Path) -> None:
    kept(tmp_path).add("first")
    with (tmp_path / "traces" / history.QUESTIONS).open("ab") as file:
        file.write(b'{"type":"question","te')
    kept(tmp_path).add("second")

    assert kept(tmp_path).load() == ["first", "second"]


@pytest.mark.parametrize("how", ["readable", "link", "copied"])
def test_what_another_may_have_written_is_not_read(tmp_path: Path, how: str) -> None:
    kept(tmp_path).add("mine")
    file = tmp_path / "traces" / history.QUESTIONS
    if how == "readable":
        file.chmod(0o644)
    elif how == "link":
        file.rename(tmp_path / "elsewhere")
        file.symlink_to(tmp_path / "elsewhere")
    else:
        (tmp_path / "traces").rename(tmp_path / "old")
        (tmp_path / "traces").mkdir(mode=0o700)
        (tmp_path / "old" / history.QUESTIONS).rename(file)

    assert kept(tmp_path).load() == []
    kept(tmp_path).add("more")
    assert kept(tmp_path).load() == ["more"]
    before = file.with_name(history.BEFORE)  # put aside as it was
    assert before.is_symlink() == (how == "link")
    assert b"more" not in before.read_bytes()


def test_a_large_file_is_begun_anew_and_the_one_before_still_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "MAX_BYTES", 400)
    monkeypatch.setattr(history, "NEWEST", 8)
    mine = kept(tmp_path)
    for number in range(20):
        mine.add(f"question {number}")

    assert kept(tmp_path).load()[-4:] == [f"question {n}" for n in range(16, 20)]
    assert len(kept(tmp_path).load()) <= 8
    assert sum(f.stat().st_size for f in (tmp_path / "traces").iterdir()) < 1_200


def test_what_is_asked_before_there_is_a_folder_is_kept_once_there_is(tmp_path: Path) -> None:
    mine = kept(tmp_path / "later")
    mine.add("early")
    mine.save("typing")
    (tmp_path / "later").mkdir()
    mine.add("late")

    assert kept(tmp_path / "later").load() == ["early", "late"]


def test_a_draft_is_left_to_who_holds_it_and_taken_up_once_when_nobody_does(tmp_path: Path) -> None:
    mine, other = kept(tmp_path), kept(tmp_path)
    mine.save("who ca")
    mine.save("who calls password = 'hunter2hunter2'")

    assert other.restore() == ""  # it is being typed
    mine.close()  # so does the system, if a process is killed
    assert other.restore() == "who calls password = '**************'"
    assert other.restore() == ""
    assert os.listdir(tmp_path / "traces") == []


def test_a_draft_that_was_sent_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codeqa.traces.folder.MAX_HELD", 500)
    mine = kept(tmp_path)
    for number in range(30):
        mine.save(f"typing {number}")
    held = next((tmp_path / "traces").iterdir())
    assert held.stat().st_size < 700
    mine.save("")
    mine.close()

    assert os.listdir(tmp_path / "traces") == []
    assert kept(tmp_path).restore() == ""


def test_nothing_is_kept_where_nothing_shall_be(tmp_path: Path) -> None:
    mine = History(tmp_path, keep=False)
    mine.add("secret")
    mine.save("secret")

    assert os.listdir(tmp_path) == []
    assert mine.load() == []
