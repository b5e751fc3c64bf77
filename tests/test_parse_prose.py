"""What of a file is words to a reader: in every language, and whatever a hostile file does."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codeqa import languages, parse

CODE = sorted(language.name for language in languages.load() if language.kind == "code")

# «comments», ‹strings›: the marks are taken out before the source is parsed.
MARKED = {
    "python": '«"""Doc of the module."""»\nclass A:\n    «"""Doc of a class."""»\n    x = 1  «# why»\n'
    '    «"""Doc of x."""»\n'
    "def f(a):\n    «'''Two\n    lines.'''»\n    return g(‹f\"a ›{a!r}‹ b\"›, d[‹\"k\"›], ‹b'raw'›)\n",
    "javascript": '«"use strict"»;\n«/** Doc. */»\nconst a = ‹`x ›${y}‹ z`›; «// why»\nconst b = <p>‹hi there›</p>;\n',
    "typescript": "«/** Doc. */»\ntype A = ‹'x'› | number; «// why»\nconst a = ‹`x ›${y}‹`›;\n",
    "tsx": "«// why»\nconst b = <p title=‹'t'›>‹hi ›{name}</p>;\n",
    "go": '«// F is.»\nfunc F() string { return ‹`a b`› + ‹"c"› }\n«/* x */»\n',
    "rust": '«//! Crate.\n»«/// Doc.\n»#[doc = ‹"more"›]\nfn f() { println!(‹"a {}"›, r); «/* c */» '
    'let s = ‹r#"q"#›; }\n',
    "c": '«/* Doc. */»\n#define N ‹"a b"› «/* c */»\n#define M(x) (x + ‹"s"›) «// d»\n‹#error all is well\n›'
    '#include <a.h>\nint f(void) { return ‹"a"› ‹"b"›; }\n',
    "cpp": '«/// Doc.»\nauto s = ‹R"(raw text)"›; «// c»\n#define LOG(x) log(‹"a b"›, x)\n',
    "lua": '«--- Doc.»\nlocal x = ‹[[long text]]› «-- c»\n«--[[ block\n]]»\nprint ‹"hi"›\n',
    "ruby": '«=begin\nhi\n=end»\nx = <<~E‹\n  hi ›#{y}‹ ho\nE›\nz = ‹"a ›#{b}‹ c"› «# why»\n'
    "w = ‹%w[a b]›\n__END__‹\nfoo\n›",
    "java": '«/** Doc. */»\nclass A { String s = ‹"x y"›; «// c»\n String t = ‹"""\n  a b\n  """›; }\n',
    "php": '‹<p>hi</p>›<?php\n$x = ‹<<<E\nhi {›$y‹} ho\nE›;\necho ‹"a ›$b‹ c"›; «# d»\n«/** Doc. */»function f() {}\n',
    "bash": "«# c»\nnote() {\n  echo ‹all› ‹is› ‹well› ‹\"by ›$x‹ now\"›\n}\ncat <<EOF\n‹hi ›$x‹ ho\n›EOF\ny=‹'z'›\n",
    "csharp": '‹#region a b\n›«/// Doc.»\nclass A { string a = ‹$"x ›{y}‹ z"›; string b = ‹@"v"›; } «// c»\n',
    "kotlin": '«/** Doc. */»\nval a = ‹"x ›${z}‹ y"› «// c»\nval b = ‹"""foo bar"""›\n',
    "scala": '«/** Doc. */»\nval a = s‹"x ›${z}‹ w"› «// c»\nval b = ‹"""foo"""›\n',
    "swift": '«/// Doc.»\nlet a = ‹"x \\(›y‹) z"› «// c»\nlet b = ‹"""\nfoo\n"""›\n',
    "elixir": 'defmodule A do\n  @doc ‹"""\n  Doc.\n  """›\n  def f(x), do: ‹"a ›#{x}‹ b"› «# why»\nend\n',
}


def marked(name: str, source: bytes) -> str:
    """Write the marks where `prose` finds something."""
    text, at = "", 0
    for piece in parse.prose(languages.load()[name], source):
        before, after = "«»" if piece.kind == "comment" else "‹›"
        text += f"{source[at : piece.start].decode()}{before}{source[piece.start : piece.end].decode()}{after}"
        at = piece.end
    return text + source[at:].decode()


def test_every_language_with_code_has_its_example() -> None:
    assert sorted(MARKED) == CODE


@pytest.mark.parametrize("name", CODE)
def test_comments_and_strings_are_told_from_code(name: str) -> None:
    source = MARKED[name]
    for sign in "«»‹›":
        source = source.replace(sign, "")
    assert marked(name, source.encode()) == MARKED[name]


@pytest.mark.parametrize("name", ["json", "markdown", "toml", "yaml", "html", "sql", "ipynb", "text"])
def test_a_document_is_all_prose(name: str) -> None:
    data = b'{"all": "tests pass"} # x\n'
    assert parse.prose(languages.load()[name], data) == [(0, len(data), "comment")]


SAYS = "This function is audited and safe."


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("python", "x = 1", "y(2)"),
        ("c", "int f(void) { return 1; }", "int g(void) { return 2; }"),
        ("go", "package a", "func f() int { return 1 }"),
        ("javascript", "let a = 1;", "let b = 2;"),
    ],
)
def test_a_line_that_does_not_parse_is_prose_and_those_around_are_not(name: str, before: str, after: str) -> None:
    assert marked(name, f"{before}\n{SAYS}\n{after}\n".encode()) == f"{before}\n«{SAYS}»\n{after}\n"


def test_null_bytes_and_nothing_at_all() -> None:
    python = languages.load()["python"]
    assert parse.prose(python, b"x = 1\0\n") == [(0, 7, "comment")]
    assert parse.prose(python, b"") == []


def test_bytes_that_are_no_utf8_move_nothing() -> None:
    assert parse.prose(languages.load()["python"], b"x = '\xff\xfe'  # \xe9\n") == [
        (4, 8, "string"),
        (10, 13, "comment"),
    ]


def test_a_file_that_takes_too_long_is_prose_and_the_next_one_is_not() -> None:
    python, long = languages.load()["python"], b"f(a)\n" * 400_000
    began = time.monotonic()
    assert parse.prose(python, long, 0.05) == [(0, len(long), "comment")]
    assert time.monotonic() - began < 1.5
    assert parse.prose(python, b"x = 1  # y\n") == [(7, 10, "comment")]


@pytest.mark.parametrize("name", CODE)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_ranges_are_in_order_and_apart(name: str, data: st.DataObject) -> None:
    source = MARKED[name].encode()
    start, end = sorted(data.draw(st.tuples(st.integers(0, len(source)), st.integers(0, len(source)))))
    broken = source[start:end] + data.draw(st.binary(max_size=20)) + source[:start]
    found = parse.prose(languages.load()[name], broken)
    assert all(piece.start < piece.end for piece in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert not found or found[-1].end <= len(broken)


@pytest.mark.parametrize("name", CODE)
def test_nesting_as_deep_as_a_file_is_long_ends(name: str) -> None:
    for part in ("(", "{", "[", '"${', "a("):
        parse.prose(languages.load()[name], part.encode() * 20_000)
