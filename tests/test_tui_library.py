"""Which of the earlier questions have the words that are typed."""

from __future__ import annotations

from codeqa.tui.sessions.entries import Entry, Library


def entry(name: str, words: str) -> Entry:
    return Entry(name, 1, 0.0, words, "", "", "answered", "", 0, 0.0, 0, 0, (), 0, None, words, cut=False, last=True)


def library(count: int = 50) -> Library:
    made = Library(stamps={f"c{n}": (n,) for n in range(count)})
    for n in range(count):
        made.take(f"c{n}", [entry(f"c{n}", f"who calls part{n % 10}")])
    return made


def names(found: list[list[Entry]]) -> list[str]:
    return [group[0].conversation for group in found]


def test_a_search_is_made_in_slices_and_finds_what_one_at_once_does() -> None:
    sliced, whole = library(), library()
    slices = 1
    while not sliced.seek("WHO part3", 0.0):
        slices += 1

    assert slices == 50  # one conversation each: no time is none to look at more
    assert names(sliced.found("who PART3")) == names(whole.found("who part3")) == ["c3", "c13", "c23", "c33", "c43"]
    assert not sliced.seek("part4", 0.0)  # other words: all are looked at again


def test_what_changes_is_looked_at_again() -> None:
    kept = library(4)
    assert names(kept.found("part2")) == ["c2"]
    kept.take("c1", [entry("c1", "now about part2")])
    assert names(kept.found("part2")) == ["c1", "c2"]
    kept.forget("c2")
    assert names(kept.found("part2")) == ["c1"]
    kept.now({"c3": (3,)})
    assert names(kept.found("part2")) == []
    assert names(kept.found("")) == ["c3"]
