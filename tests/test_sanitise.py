"""Nothing that comes from a repository commands the terminal it is shown on."""

from __future__ import annotations

import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeqa import sanitise
from codeqa.cli.terminal import Terminal

BIDI = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
SEQUENCES = st.sampled_from(
    [
        "\x1b[31m",
        "\x1b]52;c;aGk=\x07",
        "\x1b]8;;http://example.org\x1b\\",
        "\x9b2J",
        "\u202eevil",
        "\r\n",
        "\udc80",
        "\x7f",
    ]
)
REPOSITORY_TEXT = st.lists(st.one_of(st.text(st.characters(codec=None)), SEQUENCES)).map("".join)


def unsafe(shown: str) -> set[str]:
    return {c for c in shown if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} or c in BIDI} - {"\n", "\t"}


@given(REPOSITORY_TEXT)
def test_no_control_character_is_left(text: str) -> None:
    assert unsafe(sanitise.text(text)) == set()
    assert unsafe(sanitise.line(text)) == set()
    assert "\n" not in sanitise.line(text)


@given(REPOSITORY_TEXT)
def test_what_is_safe_stays_as_it_is(text: str) -> None:
    once = sanitise.text(text)

    assert sanitise.text(once) == once


@given(REPOSITORY_TEXT)
def test_a_terminal_without_colours_writes_no_control_character(text: str) -> None:
    stream = io.StringIO()
    out = Terminal(stream, colour=False)

    out.line(text, (text, "name"))
    out.prose(text)

    assert unsafe(stream.getvalue()) == set()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mred", "a\\e[31mred"),
        ("\x9b2J", "\\x9b2J"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("one\r\ntwo\rthree", "one\ntwo\\rthree"),
        ("bad-\udcff.py", "bad-\\xff.py"),
        ("caf\u00e9 \u0444\u0443\u043d\u043a\u0446\u0438\u044f \u95a2\u6570 \U0001f642\tok", None),
    ],
)
def test_escapes_are_visible_and_letters_stay(text: str, shown: str | None) -> None:
    assert sanitise.text(text) == (text if shown is None else shown)
