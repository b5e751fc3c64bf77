"""Parsing: broken, hostile and odd sources yield what can be had, and every offset is one of the file's own bytes."""

from __future__ import annotations

import gc
import hashlib
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codeqa import languages, parse
from codeqa.domain import Definition, Facts
from codeqa.parse import captures, text
from codeqa.parse import plans as parse_plans
from codeqa.parse.chunks import MAX_KEYS, OVERLAP, SMALL
from codeqa.parse.grammar import get_patterns
from codeqa.parse.nesting import MAX_DEPTH, Lines, Nest, nest

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
GRAMMARS = sorted(language.name for language in languages.load() if language.grammar.module)
CODE = sorted(name for name in GRAMMARS if languages.load()[name].kind == "code")
DEEP = 50_000
SLOW_TO_RECOVER = {("scala", "["): 20_000}  # the parser's own recovery takes the square: 5 s, and 30 s for `DEEP`


def facts(name: str, source: str | bytes) -> Facts:
    return parse.parse(languages.load()[name], source.encode() if isinstance(source, str) else source)


def defined(found: Facts) -> list[str]:
    return [f"{d.kind} {d.qualname}" for d in found.interface.definitions]


def one(found: Facts, qualname: str) -> Definition:
    return next(d for d in found.interface.definitions if d.qualname == qualname)


# ---------------------------------------------------------------------------------------------------------- broken code


@pytest.mark.parametrize(
    ("name", "source", "kept"),
    [
        (
            "python",
            "def good():\n    pass\n\ndef bad(:\n    (\n\nclass After:\n    def m(self): pass\n",
            "function good",
        ),
        ("javascript", "function good() {}\nfunction bad( {\n", "function good"),
        ("typescript", "function good(): void {}\nclass { : }\n", "function good"),
        ("tsx", "function good() { return <a/>; }\nconst x = <b>;\n", "function good"),
        ("go", "package p\nfunc good() {}\nfunc bad( {\n", "function good"),
        ("rust", "fn good() {}\nfn bad( {\n", "function good"),
        ("java", "class Good { void m() {} }\nclass Bad {{{ int\n", "class Good"),
        ("c", "int good(void) { return 1; }\nint bad( {\n", "function good"),
        ("cpp", "int good() { return 1; }\nclass Bad : {\n", "function good"),
    ],
)
def test_broken_code_yields_what_can_be_had(name: str, source: str, kept: str) -> None:
    found = facts(name, source)

    assert kept in defined(found)
    assert found.errors > 0


def test_sound_code_has_no_errors() -> None:
    assert facts("python", "def good():\n    pass\n").errors == 0


@pytest.mark.parametrize("bracket", ["(", "[", "{"])
@pytest.mark.parametrize("name", CODE)
def test_deep_brackets_neither_crash_nor_hang(name: str, bracket: str) -> None:
    closing = {"(": ")", "[": "]", "{": "}"}[bracket]
    deep = SLOW_TO_RECOVER.get((name, bracket), DEEP)

    assert facts(name, bracket * deep + closing * deep).interface.definitions == []


@pytest.mark.parametrize("name", CODE)
def test_brackets_that_never_close(name: str) -> None:
    assert facts(name, "{" * DEEP).interface.definitions == []


@pytest.mark.parametrize(
    ("name", "opening", "closing"),
    [
        ("java", "class A{", "}"),
        ("cpp", "namespace A{", "}"),
        ("rust", "fn a(){", "}"),
        ("c", "struct a{", "};"),
        ("javascript", "function a(){", "}"),
        ("json", '{"a":', "}"),
    ],
)
def test_definitions_nest_to_a_limit(name: str, opening: str, closing: str) -> None:
    """Qualified names grow with the depth: without a limit their text would grow with its square."""
    found = facts(name, opening * 5_000 + closing * 5_000)

    assert len(found.interface.definitions) == MAX_DEPTH + 1
    assert len(facts(name, opening * 20 + closing * 20).interface.definitions) == 20


@pytest.mark.parametrize("name", ["python", "javascript", "c"])
def test_calls_in_calls_in_calls(name: str) -> None:
    assert facts(name, "a(" * DEEP + ")" * DEEP).errors == 0


@pytest.mark.parametrize("name", CODE)
def test_one_line_of_five_megabytes(name: str) -> None:
    found = facts(name, b"x" * 5_000_000)

    assert sum(chunk.end - chunk.start for chunk in found.chunks) == 5_000_000
    assert max(chunk.end - chunk.start for chunk in found.chunks) <= 6_000


@pytest.mark.parametrize("name", GRAMMARS)
@pytest.mark.parametrize(
    "source",
    [b"", b"\n", b"\0", b"\0" * 5_000, b"\xff\xfe\xfd" * 500, b"\xef\xbb\xbf", b"\r\n\r\n", b"\xc3", b"a\0b\xffc"],
    ids=repr,
)
def test_odd_bytes_yield_facts(name: str, source: bytes) -> None:
    sound(facts(name, source), source)


def test_an_empty_file_has_nothing() -> None:
    found = facts("python", b"")

    assert found.interface.definitions == []
    assert found.chunks == []
    assert found.references == []


def test_code_around_invalid_utf8_is_found() -> None:
    source = b"def one():\n    return b'\xff\xfe'\n\n# \xe9t\xe9\ndef two(): one()\n"
    found = facts("python", source)

    assert defined(found) == ["function one", "function two"]
    assert [(r.name, source[r.start : r.start + 3]) for r in found.references if r.role == "call"] == [("one", b"one")]


def test_offsets_are_bytes_not_characters() -> None:
    source = "ü = 'äöü'; naïve = 1\ndef größe(): pass\n"
    found = facts("python", source)

    for definition in found.interface.definitions:
        encoded = definition.name.encode()
        assert source.encode()[definition.name_start :].startswith(encoded)
    assert one(found, "größe").name_line == 2


def test_crlf_lines_are_lines() -> None:
    source = "class A:\r\n    '''Says.'''\r\n\r\n    def m(self, x):\r\n        return x\r\n"
    found = facts("python", source)
    method = one(found, "A.m")

    assert (method.start_line, method.end_line, method.signature) == (4, 5, "def m(self, x)")
    assert one(found, "A").doc == "Says."


# --------------------------------------------------------------------------------------------- what holds of any source


def sound(found: Facts, data: bytes) -> None:
    """Hold the facts of a file against its bytes."""
    lines = Lines(data)
    _sound_chunks(found, data, lines)
    names = [d.qualname for d in found.interface.definitions]
    assert len(names) == len(set(names)), "qualified names are unique in a file"
    for index, d in enumerate(found.interface.definitions):
        assert 0 <= d.start <= d.name_start < d.end <= len(data)
        written = data[d.name_start :].decode("utf-8", "replace")
        assert written.startswith(d.name) or (
            d.kind == "namespace" and written.replace("::", ".").replace("\\", ".").startswith(d.name)
        )
        assert (d.start_line, d.name_line) == (lines.of(d.start), lines.of(d.name_start))
        assert d.start_line <= d.name_line <= d.end_line
        assert -1 <= d.parent < len(names) and d.parent != index
    scopes = found.interface.scopes
    assert all(-1 <= scope.parent < index for index, scope in enumerate(scopes))
    for binding in found.interface.bindings:
        written = data[binding.start :].decode("utf-8", "replace")
        assert written.startswith(binding.name) or binding.kind == "signature", "what can be called has no name"
        scope = scopes[binding.scope]
        assert scope.start <= binding.start < scope.end or binding.kind == "narrowed"  # what is asked stands before
    for reference in found.references:
        assert data[reference.start :].decode("utf-8", "replace").startswith(reference.name)
        assert scopes[reference.scope].start <= reference.start < scopes[reference.scope].end
        assert reference.line == lines.of(reference.start)
        assert -1 <= reference.definition < len(names)


def _sound_chunks(found: Facts, data: bytes, lines: Lines) -> None:
    for before, after in pairwise(found.chunks):
        assert before.start < after.start and before.end < after.end, "chunks come in order"
        if after.start < before.end:
            assert before.definition == after.definition, "only parts of one piece overlap"
            assert before.end_line - after.start_line < OVERLAP, "and not by much"
    for chunk in found.chunks:
        assert 0 <= chunk.start < chunk.end <= len(data)
        assert hashlib.sha256(data[chunk.start : chunk.end]).hexdigest() == chunk.sha256
        assert (chunk.start_line, chunk.end_line) == (lines.of(chunk.start), lines.of(chunk.end - 1))
        assert -1 <= chunk.definition < len(found.interface.definitions)


SOURCES = sorted(
    (name, path)
    for name in GRAMMARS
    for path in (FIXTURES / name).rglob("*")
    if path.is_file() and (known := languages.load().of(path.name)) and known.name == name
)
INSERTED = st.one_of(
    st.binary(max_size=12),
    st.sampled_from(
        [b"{", b"}", b"(", b")", b'"', b"'", b"\n", b":", b"class A", b"def f(", b"/*", b"#", b"\xff", b"\0"]
    ),
)
EDIT = st.tuples(st.floats(0, 1), st.integers(0, 40), INSERTED)  # where, how many bytes go, what comes


@pytest.mark.parametrize("name", GRAMMARS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_facts_of_any_source_point_at_its_bytes(name: str, data: st.DataObject) -> None:
    _, path = data.draw(st.sampled_from([pair for pair in SOURCES if pair[0] == name]))
    source = path.read_bytes()
    for where, gone, come in data.draw(st.lists(EDIT, max_size=4)):
        at = int(where * len(source))
        source = source[:at] + come + source[at + gone :]

    sound(facts(name, source), source)


@pytest.mark.parametrize(("name", "path"), SOURCES, ids=lambda value: value if isinstance(value, str) else value.name)
def test_facts_of_the_fixtures_point_at_their_bytes(name: str, path: Path) -> None:
    sound(facts(name, path.read_bytes()), path.read_bytes())


def test_parsing_twice_yields_the_same() -> None:
    source = (FIXTURES / "python/lending/catalog.py").read_bytes()

    assert facts("python", source) == facts("python", source)


# --------------------------------------------------------------------------------------------------------------- chunks


def _held(found: Facts, source: str) -> list[tuple[str, str]]:
    """Return of each chunk the name of its definition, and its text."""
    names = [found.interface.definitions[c.definition].qualname if c.definition >= 0 else "" for c in found.chunks]
    return [(name, source[c.start : c.end].strip()) for name, c in zip(names, found.chunks, strict=True)]


def test_a_function_is_a_chunk_and_the_rest_of_a_class_another() -> None:
    long = "        step = 1\n" * SMALL
    source = f"import os\n\nclass A:\n    limit = 3\n\n    def one(self):\n{long}\n    other = 4\n"

    assert _held(facts("python", source), source) == [
        ("", "import os"),
        ("A", "class A:\n    limit = 3"),
        ("A.one", f"def one(self):\n{long}".strip()),
        ("A", "other = 4"),
    ]


def test_a_small_class_is_one_chunk() -> None:
    source = "import os\n\nclass A:\n    limit = 3\n\n    def one(self):\n        return 1\n"

    assert [name for name, _ in _held(facts("python", source), source)] == ["", "A"]


def test_a_long_function_is_cut_at_line_ends_into_parts_that_overlap() -> None:
    source = "def long():\n" + "    call_of_something()\n" * 200
    chunks = facts("python", source).chunks

    assert len(chunks) == 3
    assert all(chunk.end_line - chunk.start_line < 80 for chunk in chunks)
    assert all(source[chunk.start - 1] == "\n" for chunk in chunks[1:])
    assert [before.end_line - after.start_line + 1 for before, after in pairwise(chunks)] == [OVERLAP, OVERLAP]
    assert chunks[0].start == 0 and source[chunks[-1].end :].strip() == ""
    assert all(chunk.signature for chunk in chunks), "each part says what it is a part of"


def test_a_long_function_is_cut_where_it_pauses() -> None:
    step = "    if ready:\n        one()\n        two()\n\n"
    source = "def long():\n" + step * 30
    first = facts("python", source).chunks[0]

    assert source[first.end :].startswith("    if ready:")


def test_configuration_is_cut_between_its_keys() -> None:
    table = "[table{}]\n" + "".join(f"key{n} = {n}\n" for n in range(15))
    source = "".join(table.format(n) for n in range(9))
    chunks = facts("toml", source).chunks

    assert all(chunk.end_line - chunk.start_line < MAX_KEYS for chunk in chunks)
    assert all(a.end == b.start for a, b in pairwise(chunks)), "nothing is told twice"


def test_a_cut_never_splits_a_character() -> None:
    source = ("x = '" + "ü" * 7_001 + "'").encode()

    for chunk in facts("python", source).chunks:
        source[chunk.start : chunk.end].decode("utf-8")


def test_brackets_alone_are_no_chunk() -> None:
    assert facts("java", "{\n}\n;\n").chunks == []


def test_text_without_a_grammar_is_cut_all_the_same() -> None:
    found = parse.plain("text", b"some words\n" * 100)

    assert [(chunk.start_line, chunk.end_line) for chunk in found.chunks] == [(1, 80), (75, 100)]
    assert found.interface.language == "text"


# ----------------------------------------------------------------------------------------------------- names and scopes


def test_a_body_that_is_one_method_lies_around_it() -> None:
    """Both have the same bytes; the method is the inner one."""
    interface = facts("python", "class A:\n    def m(self):\n        self.n()\n").interface
    by_definition = {scope.definition: scope for scope in interface.scopes}

    assert interface.scopes[by_definition[1].parent] == by_definition[0]
    assert {(b.name, interface.scopes[b.scope].definition) for b in interface.bindings} == {("self", 1)}


def test_twins_have_names_of_their_own() -> None:
    found = facts("python", "def f(): pass\ndef f(): pass\nclass A:\n    def f(self): pass\n    def f(self): pass\n")

    assert defined(found) == ["function f", "function f#2", "class A", "method A.f", "method A.f#2"]


def test_a_fault_inside_of_a_function_costs_no_other_branch() -> None:
    source = "#if A\nint f(void *p) { return cast(const char **, p); }\n#else\nint g(void) { return 0; }\n#endif\n"

    assert [d.name for d in facts("c", source).interface.definitions] == ["f", "g"]


def test_of_branches_that_break_the_syntax_the_first_is_read() -> None:
    source = (
        "int f(int n) {\n#if A\n  if (n) {\n#else\n  if (!n) {\n#endif\n    n++;\n  }\n  return n;\n}\nint g(void);\n"
    )

    assert facts("c", source).errors == 0
    assert [d.name for d in facts("c", source).interface.definitions] == ["f", "g"]


def test_a_comment_inside_of_a_macro_is_none_of_its_names() -> None:
    found = facts("c", "#define store(out) /* says who */ \\\n  *(out) = one(); /* don't */ two()\nint f(void);\n")

    assert found.errors == 0
    assert [r.name for r in found.references if r.role in ("call", "read")] == ["one", "two"]


@pytest.mark.parametrize(
    ("condition", "flags"),
    [
        ("#ifdef A", ["if=A", "unless=A"]),
        ("#if !defined(A) /* why */", ["unless=A", "if=A"]),
        ("# ifndef A", ["unless=A", "if=A"]),
        ("#if A > 1", ["", ""]),
        ("#if defined(A) && B", ["", ""]),
    ],
)
def test_what_one_name_decides_says_so(condition: str, flags: list[str]) -> None:
    found = facts("c", f"{condition}\nint f(void) {{ return 1; }}\n#else\nint g(void) {{ return 1; }}\n#endif\n")

    assert [one(found, name).flags for name in ("f", "g")] == flags


def test_a_later_assignment_tells_the_type_of_a_field() -> None:
    source = (
        "class A:\n    def __init__(self):\n        self.x = None\n        self.y = None\n"
        "    def set(self, x: Book):\n        self.x = x\n        self.y = Desk()\n"
    )
    found = facts("python", source)

    assert (one(found, "A.x").type, one(found, "A.y").value) == ("Book", "Desk()")
    assert len([d for d in found.interface.definitions if d.name in "xy"]) == 2


def test_global_names_are_no_locals() -> None:
    found = facts("python", "count = 0\ndef f():\n    global count\n    count = 1\n    other = 2\n")

    assert [b.name for b in found.interface.bindings] == ["other"]
    assert [(r.name, r.role) for r in found.references] == [("count", "write")]


@pytest.mark.parametrize(
    ("name", "source", "qualname", "doc"),
    [
        ("python", 'def f():\n    """Adds.\n\n    More.\n    """\n', "f", "Adds.\n\nMore."),
        ("python", "def f():\n    # no doc\n    r'''Raw.'''\n", "f", "Raw."),
        ("python", "# not this\ndef f(): pass\n", "f", ""),
        ("javascript", "/**\n * Adds.\n * @param {A} a\n */\nfunction f(a) {}\n", "f", "Adds.\n@param {A} a"),
        ("javascript", "// Adds\n// two.\nfunction f(a) {}\n", "f", "Adds\ntwo."),
        ("javascript", "// far away\n\n\nfunction f(a) {}\n", "f", ""),
        ("javascript", "g(); // of the call\nfunction f(a) {}\n", "f", ""),
        ("go", "package p\n\n// F adds.\nfunc F() {}\n", "F", "F adds."),
        ("rust", "/// Adds.\n#[inline]\nfn f() {}\n", "f", "Adds."),
        ("java", "/** Adds. */\nclass A {}\n", "A", "Adds."),
        ("c", "/* Adds. */\nint f(void) { return 1; }\n", "f", "Adds."),
    ],
)
def test_documentation_loses_its_markers(name: str, source: str, qualname: str, doc: str) -> None:
    assert one(facts(name, source), qualname).doc == doc


@pytest.mark.parametrize(
    ("name", "source", "qualname", "signature"),
    [
        (
            "python",
            "@deco(1)\ndef f(\n    a: int,\n    b=2,\n) -> str:\n    pass\n",
            "f",
            "def f( a: int, b=2, ) -> str",
        ),
        ("python", "class A(B, metaclass=C):\n    pass\n", "A", "class A(B, metaclass=C)"),
        ("go", "package p\nfunc (s *S) Run(n int) error {\n\treturn nil\n}\n", "S.Run", "func (s *S) Run(n int) error"),
        ("rust", "pub fn f<T>(t: T) -> u8 {\n 1\n}\n", "f", "pub fn f<T>(t: T) -> u8"),
        ("java", "class A {\n  @X public int f(int a) {\n return 1; }\n}", "A.f", "@X public int f(int a)"),
    ],
)
def test_a_signature_is_the_head_on_one_line(name: str, source: str, qualname: str, signature: str) -> None:
    assert one(facts(name, source), qualname).signature == signature


# ------------------------------------------------------------------------------------------------------- text functions


@pytest.mark.parametrize(
    ("written", "chain"),
    [
        ("a", "a"),
        ("a.b.c", "a.b.c"),
        ("self.app", "self.app"),
        ("a.b(1, c(2)).d", "a.b().d"),
        ("a[0].b", "a[].b"),
        ("a[b[0]]", "a[]"),
        ("A::b->c", "A.b.c"),
        ("a?.b!.c", "a.b.c"),
        ("new Foo(1)", "Foo()"),
        ("await a.b()", "a.b()"),
        ("(await a.b()).c", "a.b().c"),
        ("*p", "p"),
        ("&mut x", "x"),
        ("Point{X: 1}", "Point()"),
        ("Vec::<u8>::new()", "Vec.new()"),
        ("Map<String, List<A>>()", "Map()"),
        ("a\n  .b()\n  .c", "a.b().c"),
        ("f(')')", "f()"),
        ("f('it\\'s (', \"]\").g", "f().g"),
        ("a + b", "?"),
        ("'text'", "?"),
        ("1.5", "?"),
        ("", "?"),
        ("[x, y]", "?"),
        ("a(", "?"),
        ("lambda: x", "?"),
        ("a." * 100 + "a", "?"),
        ("x" * 5_000, "?"),
        ("a.!", "a"),
    ],
)
def test_chain(written: str, chain: str) -> None:
    assert text.chain(written, (".", "::", "->", "?.")) == chain


@given(st.text(alphabet="ab.()[]{}<>:-?!&* \n'\"", max_size=60))
def test_a_chain_is_a_chain_or_a_question_mark(written: str) -> None:
    chain = text.chain(written, (".", "::", "->", "?."))

    assert chain == "?" or (chain and set(chain) <= set("ab.()[]$#@_") and chain[0] not in "([")
    assert text.chain(chain, (".",)) == chain


@pytest.mark.parametrize(
    ("written", "content"),
    [
        ('"""Says."""', "Says."),
        ("'''\n    Says.\n      More.\n    '''", "Says.\n  More."),
        ("r'raw'", "raw"),
        ('""', ""),
        ('"', ""),
    ],
)
def test_string_content(written: str, content: str) -> None:
    assert text.string_content(written) == content


def test_long_documentation_is_cut() -> None:
    assert len(text.string_content('"' + "x" * 9_000 + '"')) == text.MAX_DOC
    assert len(text.signature("def " + "x" * 9_000)) == text.MAX_SIGNATURE


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 20)), max_size=12), st.integers(-1, 70))
def test_the_innermost_range_around_an_offset(raw: list[tuple[int, int]], offset: int) -> None:
    """As told by looking at every range."""
    ranges: list[tuple[int, int]] = []
    for start, end in sorted({(s, s + size) for s, size in raw}, key=lambda r: (r[0], -r[1])):
        if all(end <= e or start >= e for s, e in ranges):  # drop what would overlap without nesting
            ranges.append((start, end))
    around = [index for index, (start, end) in enumerate(ranges) if start <= offset < end]

    assert Nest(ranges).at(offset) == (around[-1] if around else -1)
    for index, parent in enumerate(nest(ranges)):
        outer = [i for i in range(index) if ranges[i][0] <= ranges[index][0] and ranges[i][1] >= ranges[index][1]]
        assert parent == (outer[-1] if outer else -1)


def test_a_plain_import_beside_one_that_is_exported_again_is_kept() -> None:
    found = facts("rust", "pub use crate::a::B;\nuse crate::c::D;\n")

    assert [(i.module, i.name, i.reexport) for i in found.interface.imports] == [
        ("crate::a", "B", True),
        ("crate::c", "D", False),
    ]


# ------------------------------------------------------------------------------------------------------------- captures


@pytest.mark.parametrize("name", GRAMMARS)
def test_every_pattern_is_about_something(name: str) -> None:
    """A pattern without a decisive capture would match in vain, and an unknown capture would be heeded by nobody."""
    query, plans = get_patterns(name)

    assert {plan.pattern for plan in plans} == set(range(query.pattern_count))
    assert all(plan.role in parse_plans.ROLES for plan in plans if plan.family == "reference")


def test_the_strongest_role_wins_in_whatever_order_patterns_stand() -> None:
    source = b"""
    (identifier) @reference.read ; "@reference.call" in a comment is no capture
    (call function: [(identifier) @reference.call (attribute object: (_) @receiver attribute: (identifier) @reference.call)])
    ((call function: (identifier) @reference.raise) (#eq? @reference.raise "halt"))
    """  # noqa: E501
    import tree_sitter

    query = tree_sitter.Query(parse.get_language("python"), source.decode())
    patterns = parse_plans.Patterns(query, parse_plans.plans(query, source))
    tree = parse.get_parser("python").parse(b"a(b.c(), halt())")

    assert [plan.about for plan in patterns.plans] == ["reference.raise", "reference.call", "reference.read"]
    uses = captures.capture(patterns, tree.root_node).uses
    assert {start: use[:3] for start, use in uses.items()} == {
        0: ("call", 1, None),
        2: ("read", 3, None),
        4: ("call", 5, (2, 3)),
        9: ("raise", 13, None),
    }


def test_locals_behind_a_function_that_the_parser_lost_are_not_the_files() -> None:
    text = b"""int one(int n) {
#ifdef A
  if (n) {
#else
  while (n) {
#endif
#ifdef B
    n--;
  } }
#else
  }
#endif
  if (
  int lost = n;
  return lost;
}
static int kept;
int two;
"""
    known = languages.load()
    found = {d.name for d in parse.parse(known["c"], text).interface.definitions}
    assert "lost" not in found
    assert {"one", "two"} <= found


@pytest.mark.parametrize(("name", "path"), SOURCES, ids=lambda value: value if isinstance(value, str) else value.name)
def test_parsing_leaves_no_cycles(name: str, path: Path) -> None:
    """Workers do not collect garbage: what one file leaves behind would stay until the last."""
    data = path.read_bytes()
    facts(name, data)  # what is made once
    gc.collect()
    gc.disable()
    try:
        facts(name, data)
        assert gc.collect() == 0
    finally:
        gc.enable()
