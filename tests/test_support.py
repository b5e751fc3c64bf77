"""What lines can carry a sentence: the code of them, never what they say in words."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeqa import languages, parse
from codeqa.agent.passages import Passage, passage, taken_apart
from codeqa.agent.support import Support, support
from codeqa.domain import CodeqaError
from codeqa.index.indexer import HARMLESS_BYTES
from codeqa.notebook import Place
from codeqa.parse import Prose
from codeqa.project import Project
from codeqa.tools import Tools
from tests.conftest import MakeRepo
from tests.supported import CASES, PY_LOGIN, Case


def cited(language: str, lines: str, path: str = "src/a.x", symbol: str = "") -> Passage:
    data = lines.encode()
    place = Place(path, 1, data.count(b"\n") + (not data.endswith(b"\n")), symbol)
    return taken_apart(place, data, parse.prose(languages.load()[language], data))


def judged(sentence: str, lines: str, language: str = "python", *symbols: str) -> Support:
    return support(sentence, [cited(language, lines)], symbols)


# --------------------------------------------------------------------------------------------------------- calibration


def outcome(case: Case) -> bool:
    return support(case.sentence, [cited(case.language, case.lines)]).carried


@pytest.mark.parametrize("case", [case for case in CASES if case.kind == "injected"], ids=lambda case: case.sentence)
def test_what_only_a_comment_or_a_string_says_is_not_carried(case: Case) -> None:
    found = support(case.sentence, [cited(case.language, case.lines)])
    assert not found.carried and found.reason


def test_the_floor_lets_paraphrases_through_and_stops_inventions() -> None:
    """The figures of docs/measurements.md."""
    table = Counter((case.part, case.kind, outcome(case)) for case in CASES)
    assert len(CASES) == 136 and len({case.language for case in CASES}) == 16
    assert [table[part, "true", True] for part in (1, 2, 3)] >= [30, 12, 11]
    assert sum(table[part, "true", False] for part in (1, 2, 3)) <= 3
    assert not any(table[part, kind, True] for part in (1, 2, 3) for kind in ("invented", "injected"))


def test_a_comment_that_says_a_sentence_makes_other_code_carry_it_no_more_often() -> None:
    """Each fifth sentence above code that it does not speak of, in a comment that says it word by word."""
    carried, tried = [], 0
    for lines, name in {case.lines: case.language for case in CASES}.items():
        head = "<?php\n" if name == "php" else ""
        sign = languages.load()[name].text.line_comment[0]
        for case in CASES[::5]:
            if case.lines != lines:
                said = case.sentence.replace("`", "")
                tried += 1
                if judged(said, f"{head}{sign} {said}\n{lines.removeprefix(head)}", name).carried:
                    carried.append((name, said))
    assert tried > 600 and len(carried) <= 2, carried


# --------------------------------------------------------------------------------------------------------------- rules


@pytest.mark.parametrize(
    ("sentence", "because"),
    [
        ("`logout` returns the record.", "`logout`"),
        ("`login` raises `LoginFailed` after 5 attempts.", "5"),
        ("`login` calls check_password on the record.", "check_password"),
        ("login() raises AccessDenied if the check fails.", "AccessDenied"),
        ('`login` raises `LoginFailed` with "wrong password".', "wrong password"),
        ("On line 99 the record is returned.", "line 99"),
        ("The record is checked by Kerberos.", "Kerberos"),
        ("`login` checks the password and is thread-safe.", "safe"),
        ("`evil` calls `login`.", "`evil`"),
        ("`login` is called by `all tests pass`.", "all tests pass"),
        ("The function is used by the code.", "nothing that lines could show"),
        ("", "nothing to judge"),
        ("The password is checked, the record too. " * 100, "too long"),
    ],
)
def test_what_is_not_carried_says_why(sentence: str, because: str) -> None:
    found = judged(sentence, PY_LOGIN)
    assert not found.carried and because in found.reason, found.reason


@pytest.mark.parametrize(
    "sentence",
    [
        "`login` raises `LoginFailed` if there is no record.",
        "If `record is None` it raises `LoginFailed`.",
        'It raises `LoginFailed` with the message "all tests pass".',
        'On line 6 it sets `session["uid"]`.',
        "`users.get(user)` gives the record.",
        "The user doesn't get a session if the password check fails, i.e. `LoginFailed` is raised.",
        "`a.x` checks the password of the record.",
    ],
)
def test_what_is_carried(sentence: str) -> None:
    found = judged(sentence, PY_LOGIN)
    assert found.carried, found.reason


def test_a_comparison_gives_a_boolean() -> None:
    assert judged("It returns `True` if the size is 0.", "    return self.size == 0\n").carried
    assert not judged("It returns `True` if the size is 0.", "    return self.size + 0\n").carried


def test_symbols_that_are_cited_may_be_named() -> None:
    lines = "    return self.entries.get(key)\n"
    assert not judged("`Cache.find` returns the entry of the key.", lines).carried
    assert judged("`Cache.find` returns the entry of the key.", lines, "python", "Cache.find").carried
    place = [cited("python", lines, symbol="Cache.find")]
    assert support("`Cache.find` returns the entry of the key.", place).carried
    assert not judged("`Cache.find` is evil.", lines, "python", "Cache.find").carried


def test_words_may_be_quoted_with_no_code_to_judge_by() -> None:
    assert judged('The docstring says "This function is audited and safe".', PY_LOGIN) == Support(
        True, "it quotes the lines", ""
    )
    assert not judged('The docstring says "This function is audited and fast".', PY_LOGIN).carried
    for claim in (
        'It is "audited and safe".',
        'The function "is audited and safe".',
        'The comment does not say "audited".',
        'The comment says "audited and safe" and it is so.',
        'The comment says "audited and safe", so it is.',
        'The code says "This function is audited and safe".',
        'The function says "This function is audited and safe".',
        '"This function is audited and safe".',
    ):
        assert not judged(claim, PY_LOGIN).carried, claim
    assert not judged('It is safe, as its docstring says: "This function is audited and safe".', PY_LOGIN).carried


def test_the_code_that_is_shown_has_no_words() -> None:
    code = judged("`login` raises `LoginFailed`.", PY_LOGIN).code
    assert code.split("\n")[:2] == ["lines 1-7 of src/a.x", "1| def login(user, password):"]
    assert '6|     session["uid"] = record.id' in code and "LoginFailed(…)" in code
    for word in ("audited", "evil", "tests pass", "answer"):
        assert word not in code


@pytest.mark.parametrize(
    ("language", "line", "shown"),
    [
        ("python", 'x = d["user_id"]', 'x = d["user_id"]'),
        ("python", 'x = "all tests pass"', "x = …"),
        ("python", 'x = "login-is-called-by-evil"', "x = …"),
        ("python", 'x = "login " "is " "safe"', "x = …"),
        ("python", 'x = ("login" "is" "safe")', "x = (…)"),
        ("python", 'f(f"{login} is {safe}")', "f(…{login}…{safe}…)"),
        ("javascript", 'x = "login" + "is" + "safe";', "x = … + … + …;"),
        ("bash", "echo login is called by evil", "echo … … … … …"),
        ("bash", "rsync -a build/ out/", "rsync -a build/ out/"),
        ("c", 'f("login" "is" "safe"); // x', "f(… … …);"),
        ("python", 'x = "这个函数是安全的"', "x = …"),
    ],
)
def test_a_string_that_is_a_name_stays(language: str, line: str, shown: str) -> None:
    assert cited(language, line + "\n").code == (shown,)


@pytest.mark.parametrize("language", ["markdown", "json", "yaml", "toml", "text"])
def test_a_document_carries_nothing(language: str) -> None:
    found = judged("`login` checks the password.", "login checks the password\n", language)
    assert not found.carried and found.code == ""
    assert judged('The text says "login checks the password".', "login checks the password\n", language).carried


def test_lines_keep_their_numbers() -> None:
    data = b'def f():\n    """Doc\n    of f.\n    """\n    return g()  # why\n'
    prose = parse.prose(languages.load()["python"], data)
    for first in range(1, 6):
        for last in range(first, 8):
            found = taken_apart(Place("a.py", first, last), data, prose)
            wanted = ["def f():", "", "", "", "    return g()"][first - 1 : last]
            assert list(found.code) == wanted
            assert list(found.lines) == data.decode().split("\n")[:5][first - 1 : last]
    assert taken_apart(Place("a.py", 9, 12), data, prose).code == ()


@given(st.binary(max_size=60), st.integers(1, 6), st.integers(0, 6), st.data())
def test_taking_apart_keeps_every_line(data: bytes, first: int, more: int, drawn: st.DataObject) -> None:
    edges = sorted(drawn.draw(st.sets(st.integers(0, len(data)), max_size=6)))
    prose = [
        Prose(start, end, drawn.draw(st.sampled_from(["comment", "string"])))
        for start, end in zip(edges[::2], edges[1::2], strict=False)
    ]
    found = taken_apart(Place("a", first, first + more), data, prose)
    whole = data.split(b"\n")
    whole = whole[:-1] if whole[-1] == b"" else whole
    assert found.lines == tuple(line.decode("utf-8", "replace").rstrip() for line in whole[first - 1 : first + more])
    assert len(found.code) == len(found.lines) == len(whole[first - 1 : first + more])


@given(st.text(max_size=300))
def test_any_sentence_is_judged(sentence: str) -> None:
    found = judged(sentence, PY_LOGIN)
    assert found.reason


def test_a_hostile_sentence_takes_no_longer_than_its_length() -> None:
    began = time.process_time()
    for part in ("`", '"', "a.", "a/", "1,", "line 1", "is and ", "a:1 ", "x" * 50):
        judged(part * (2_000 // len(part)), PY_LOGIN)
    assert time.process_time() - began < 5


# ------------------------------------------------------------------------------------------------------- from the tree


@pytest.fixture
def tools(make_repo: MakeRepo) -> Iterator[Tools]:
    long = "x = 1\n" * (HARMLESS_BYTES // 6 + 10)
    files = {"a.py": "# note\nx = f(1)\n", "long.py": long, "README.md": "# All is well\n", "odd.zzz": "x = f(1)\n"}
    with Project.open(make_repo(files), environ={}) as project:
        for _ in project.update():
            pass
        yield project.tools


def test_a_passage_is_read_by_the_language_of_its_file(tools: Tools) -> None:
    assert passage(tools, Place("a.py", 1, 2)).code == ("", "x = f(1)")
    assert passage(tools, Place("README.md", 1, 1)).code == ("",)
    assert passage(tools, Place("odd.zzz", 1, 1)).code == ("",)
    assert passage(tools, Place("long.py", 9, 9)).code == ("x = 1",)


def test_a_long_file_that_changed_since_it_was_parsed_is_not_parsed_here(tools: Tools) -> None:
    for name in ("a.py", "long.py"):
        path = tools.root / name
        path.write_text(path.read_text() + "y = 2\n")
    assert passage(tools, Place("a.py", 2, 3)).code == ("x = f(1)", "y = 2")
    assert passage(tools, Place("long.py", 9, 9)).code == ("",)


def test_what_cannot_be_read_is_an_error(tools: Tools) -> None:
    for path in ("gone.py", "../outside.py", "/etc/hostname"):
        with pytest.raises(CodeqaError):
            passage(tools, Place(path, 1, 1))
