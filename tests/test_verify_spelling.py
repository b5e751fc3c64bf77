"""A name stands in a line as a whole or not at all, whatever a language lets stand in names."""

from __future__ import annotations

import pytest

from codeqa.verify import spelling

HAS = [
    ("python", "x = check(y)", "check"),
    ("python", "verify.check", "verify.check"),
    ("python", "from codeqa import verify", "codeqa.verify"),  # the last part is what a line states
    ("python", "größe = 1", "größe"),
    ("python", 'say("\\ncheck")', "check"),
    ("ruby", "return unless ready?", "ready?"),
    ("ruby", "ready!= 1", "ready"),
    ("ruby", "job.save!", "job.save!"),
    ("ruby", "def name=(value)", "name="),
    ("ruby", "def [](at)", "[]"),
    ("ruby", "@check = :check", "check"),
    ("elixir", "def empty?(list), do: list == []", "empty?"),
    ("javascript", "$check(1)", "$check"),
    ("javascript", "`${check}/x`", "check"),
    ("javascript", "`/check${x}`", "check"),
    ("typescript", "a?.check?.()", "check"),
    ("php", "$check = 1;", "check"),
    ("php", "$check = 1;", "$check"),
    ("rust", "check!(x)?", "check"),
    ("bash", "echo ${check-none} $check-1", "check"),
    ("bash", "run-check all", "run-check"),
    ("yaml", "check-all: true", "check-all"),
    ("cpp", "bool operator==(const T& other)", "operator=="),
    ("cpp", "bool operator==<T>(const T& other)", "operator=="),
    ("cpp", "std::map<K, List<V>> all;", "List<V>"),
    ("cpp", "out << 1 <<-2", "<<"),
    ("cpp", "bool Shop::check() {", "Shop::check"),
    ("", "a check.", "check"),
    ("", "See *Checks & more*", "Checks & more"),
]
HAS_NOT = [
    ("python", "x = checked(y)", "check"),
    ("python", "x = recheck(y)", "check"),
    ("python", "x = check_all(y)", "check"),
    ("python", "x = check2(y)", "check"),
    ("python", "verify.checked", "verify.check"),
    ("python", "größen = 1", "größe"),
    ("python", "cafe\u0301 = 1", "cafe"),
    ("python", "名前空間 = 1", "名前"),
    ("ruby", "return unless ready?", "ready"),
    ("ruby", "job.save!", "save"),
    ("ruby", "job.already?", "ready?"),
    ("ruby", "def name==(other)", "name="),
    ("ruby", "def []=(at, value)", "[]"),
    ("elixir", "empty?(list)", "empty"),
    ("javascript", "$check(1)", "check"),
    ("javascript", "check$(1)", "check"),
    ("javascript", "check\u200d(1)", "check"),
    ("java", "check$1()", "check"),
    ("bash", "check-all now", "check"),
    ("bash", "re-check now", "check"),
    ("html", '<p class="check-all">', "check"),
    ("cpp", "bool operator===(const T& other)", "operator=="),
    ("cpp", "x <<= 1", "<<"),
    ("cpp", "x <= 1", "<"),
    ("cpp", "Shop::checked()", "Shop::check"),
    ("", "checked", "check"),
    ("", "", "check"),
]


@pytest.mark.parametrize(("language", "line", "name"), HAS)
def test_a_whole_name_is_there(language: str, line: str, name: str) -> None:
    assert spelling.of(language).lacking(line, name) == ""


@pytest.mark.parametrize(("language", "line", "name"), HAS_NOT)
def test_a_part_of_another_name_is_not(language: str, line: str, name: str) -> None:
    assert not spelling.of(language).has(line, name)
    assert spelling.of(language).lacking(line, name)


def test_of_several_places_one_has_to_be_whole() -> None:
    assert spelling.of("python").has("checked = check(recheck)", "check")


def test_no_name_is_nowhere() -> None:
    assert not spelling.of("python").has("x", "")
