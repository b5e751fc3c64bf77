"""Resolution: imports to files for each style of modules, type texts to names, hierarchies to an order, sites to edges.

What languages do with all this is claimed in `fixtures/`; here stand the traps that one file of a fixture cannot set.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import pytest

from codeqa import languages, parse
from codeqa.domain import Edge, EdgeKind, Strategy
from codeqa.resolve import Environment, Resolution, Resolver, changed_keys
from codeqa.resolve.chains import steps_of, type_head
from codeqa.resolve.modules import ModuleMap


def located(name: str, files: Mapping[str, str], importer: str, module: str) -> tuple[tuple[str, ...], set[str]]:
    """Return the files that a module means, and the keys that the answer hangs on."""
    keys: set[str] = set()
    modules = ModuleMap(files, lambda path: files.get(path, ""), keys.update)
    return modules.locate(languages.load()[name], importer, module).paths, keys


def resolve_all(files: Mapping[str, str]) -> dict[str, Resolution]:
    """Parse and resolve a repository made of strings."""
    known = languages.load()
    facts = {path: parse.parse(known.of(path), text.encode()) for path, text in files.items() if known.of(path)}
    named: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for path in sorted(facts):
        for definition in facts[path].interface.definitions:
            named[definition.name].append((path, definition.qualname))
    env = Environment(
        known,
        files,
        lambda path: facts[path].interface if path in facts else None,
        lambda name: sorted(named.get(name, [])),
        lambda path: files.get(path, ""),
    )
    resolver = Resolver(env)
    return {path: resolver.resolve(path, facts[path].references) for path in sorted(facts)}


def edges(files: Mapping[str, str], kind: EdgeKind = EdgeKind.CALLS) -> list[Edge]:
    return [edge for resolution in resolve_all(files).values() for edge in resolution.edges if edge.kind is kind]


def targets(files: Mapping[str, str], kind: EdgeKind = EdgeKind.CALLS) -> list[str]:
    return [f"{edge.name} → {edge.dst}" for edge in edges(files, kind)]


# -------------------------------------------------------------------------------------------------- imports to files

PYTHON = ["app.py", "pkg/__init__.py", "pkg/mod.py", "pkg/requests.py", "pkg/sub/__init__.py", "pkg/sub/leaf.py"]


@pytest.mark.parametrize(
    ("files", "importer", "module", "found"),
    [
        (PYTHON, "app.py", "pkg.mod", "pkg/mod.py"),
        (PYTHON, "app.py", "pkg", "pkg/__init__.py"),
        (PYTHON, "app.py", "pkg.sub", "pkg/sub/__init__.py"),
        (PYTHON, "pkg/mod.py", ".", "pkg/__init__.py"),
        (PYTHON, "pkg/mod.py", ".sub.leaf", "pkg/sub/leaf.py"),
        (PYTHON, "pkg/sub/leaf.py", "..mod", "pkg/mod.py"),
        (PYTHON, "pkg/sub/leaf.py", "..", "pkg/__init__.py"),
        # inside a package, a plain name is never a sibling: `import requests` means the third party
        (PYTHON, "pkg/mod.py", "requests", ""),
        (PYTHON, "app.py", "requests", ""),
        (PYTHON, "pkg/sub/leaf.py", "mod", ""),
        (PYTHON, "pkg/mod.py", ".nothing", ""),
        (PYTHON, "app.py", "pkg.mod.deeper", ""),
        (PYTHON, "app.py", "kg", ""),
        # beside a script its siblings are modules
        (["bin/run.py", "bin/helper.py"], "bin/run.py", "helper", "bin/helper.py"),
        (["src/pkg/__init__.py", "src/pkg/a.py", "tests/t.py"], "tests/t.py", "pkg.a", "src/pkg/a.py"),
        (["a/util.py", "a/x.py", "b/util.py", "b/x.py"], "b/x.py", "util", "b/util.py"),
        (["m.py", "m.pyi", "x.py"], "x.py", "m", "m.py"),
        (["m.pyi", "x.py"], "x.py", "m", "m.pyi"),
    ],
)
def test_dotted_modules(files: list[str], importer: str, module: str, found: str) -> None:
    assert located("python", dict.fromkeys(files, ""), importer, module)[0] == ((found,) if found else ())


WEB = [
    "src/app.js",
    "src/react.js",
    "src/lib/index.js",
    "src/lib/b.ts",
    "src/lib/c.tsx",
    "src/data.js",
    "src/data/index.js",
]


@pytest.mark.parametrize(
    ("importer", "module", "found"),
    [
        ("src/app.js", "./lib", "src/lib/index.js"),
        ("src/app.js", "./lib/b", "src/lib/b.ts"),
        ("src/app.js", "./lib/b.js", "src/lib/b.ts"),
        ("src/app.js", "./lib/c.js", "src/lib/c.tsx"),
        ("src/lib/b.ts", "../app", "src/app.js"),
        ("src/lib/b.ts", "..//app.js", "src/app.js"),
        ("src/lib/b.ts", ".", "src/lib/index.js"),
        ("src/app.js", "./data", "src/data.js"),
        ("src/app.js", "react", ""),
        ("src/app.js", "src/app.js", ""),
        ("src/app.js", "./react.css", ""),
        ("src/app.js", "../../src/app.js", ""),
        ("src/app.js", "/src/app.js", ""),
    ],
)
def test_relative_modules(importer: str, module: str, found: str) -> None:
    assert located("typescript", dict.fromkeys(WEB, ""), importer, module)[0] == ((found,) if found else ())


GO = {
    "go.mod": "module example.org/app\n\ngo 1.22\n",
    "main.go": "",
    "store/a.go": "",
    "store/b.go": "",
    "store/a_test.go": "",
    "log/log.go": "",
    "tools/go.mod": "module example.org/app/tools\n",
    "tools/store/c.go": "",
}


@pytest.mark.parametrize(
    ("module", "found"),
    [
        ("example.org/app/store", ("store/a.go", "store/b.go")),
        ("example.org/app", ("main.go",)),
        ("example.org/app/tools/store", ("tools/store/c.go",)),
        ("example.org/other/store", ()),
        ("example.org/application/store", ()),
        ("log", ()),
        ("store", ()),
    ],
)
def test_directory_modules(module: str, found: tuple[str, ...]) -> None:
    assert located("go", GO, "main.go", module)[0] == found


JAVA = [
    "src/main/java/org/example/mail/Item.java",
    "src/main/java/org/example/mail/util/Clerk.java",
    "src/test/java/org/example/mail/ItemTest.java",
]


@pytest.mark.parametrize(
    ("module", "found"),
    [
        ("org.example.mail.Item", JAVA[:1]),
        ("org.example.mail.Item.Inner", JAVA[:1]),
        ("org.example.mail.util", JAVA[1:2]),
        ("org.other.mail.Item", []),
        ("java.util.Item", []),
    ],
)
def test_package_modules(module: str, found: list[str]) -> None:
    paths = {path: f"package {'.'.join(path.split('/')[3:-1])};" for path in JAVA}

    assert list(located("java", paths, JAVA[0], module)[0]) == found


RUST = {
    "Cargo.toml": '[package]\nname = "tally"\n',
    "src/lib.rs": "",
    "src/report.rs": "",
    "src/shapes/mod.rs": "",
    "src/shapes/area.rs": "",
    "src/serde.rs": "",
}


@pytest.mark.parametrize(
    ("importer", "module", "found"),
    [
        ("src/lib.rs", "crate::report", "src/report.rs"),
        ("src/report.rs", "crate::shapes::area", "src/shapes/area.rs"),
        ("src/shapes/area.rs", "super", "src/shapes/mod.rs"),
        ("src/shapes/mod.rs", "self::area", "src/shapes/area.rs"),
        ("src/report.rs", "crate", "src/lib.rs"),
        ("src/report.rs", "rand::prelude", ""),
    ],
)
def test_crate_modules(importer: str, module: str, found: str) -> None:
    assert located("rust", RUST, importer, module)[0] == ((found,) if found else ())


C = ["include/ring.h", "src/ring.c", "src/log.h", "src/main.c", "vendor/x/log.h", "src/stdio.h"]


MONOREPO = {
    "package.json": '{"name": "root", "workspaces": ["packages/*", "!packages/old"]}',
    "packages/a/package.json": """{"name": "@x/a", "exports": {
        ".": {"types": "./dist/main.d.ts", "import": "./dist/main.mjs"}
    }}""",
    "packages/a/src/main.ts": "",
    "packages/a/src/deep.ts": "",
    "packages/b/package.json": '{"name": "b", "main": "dist/b.umd.js"}',
    "packages/b/index.ts": "",
    "packages/b/tsconfig.json": """{ // solution
        "files": [], "references": [{"path": "./tsconfig.app.json"},],
    }""",
    "packages/b/tsconfig.app.json": """\ufeff{"extends": ["../../base"], "compilerOptions": {"paths": {
        "@/*": ["./ui/*",], /* "@/x": [] */ "url": ["./http://x",],
    },},}""",
    "packages/b/ui/card.tsx": "",
    "base.json": '{"compilerOptions": {"paths": {"#/*": ["./packages/*"]}, "baseUrl": "./packages/b"}}',
    "packages/c/package.json": '{"name": "c", "dependencies": {"d": "link:../../vendored/d", "e": "npm:@x/a@1"}}',
    "packages/c/src/use.ts": "",
    "vendored/d/package.json": '{"main": "./d"}',
    "vendored/d/d.js": "",
    "examples/one/package.json": '{"name": "twice"}',
    "examples/one/index.js": "",
    "examples/two/package.json": '{"name": "twice"}',
    "examples/two/index.js": "",
    "test/fixtures/react/package.json": '{"name": "react"}',
    "test/fixtures/react/index.js": "",
    "test/fixtures/use.js": "",
    "loop.json": '{"extends": "./loop.json"}',
    "broken/tsconfig.json": '{"extends": "../loop"} }',
    "broken/package.json": "[1, 2",
    "broken/use.ts": "",
}


@pytest.mark.parametrize(
    ("importer", "module", "found"),
    [
        ("packages/c/src/use.ts", "@x/a", "packages/a/src/main.ts"),
        ("packages/c/src/use.ts", "@x/a/deep", ""),  # it exports nothing else
        ("packages/c/src/use.ts", "@x", ""),
        ("packages/c/src/use.ts", "b", "packages/b/index.ts"),
        ("packages/c/src/use.ts", "d", "vendored/d/d.js"),
        ("packages/c/src/use.ts", "e", "packages/a/src/main.ts"),
        ("packages/c/src/use.ts", "c/src/use", "packages/c/src/use.ts"),
        ("packages/c/src/use.ts", "react", ""),  # the tests' own
        ("packages/c/src/use.ts", "twice", ""),  # one of two
        ("packages/c/src/use.ts", "node:b", ""),
        ("test/fixtures/use.js", "react", "test/fixtures/react/index.js"),
        ("examples/one/index.js", "twice", "examples/one/index.js"),
        ("packages/b/index.ts", "@/card", "packages/b/ui/card.tsx"),
        ("packages/b/index.ts", "#/a/src/deep", ""),  # its own paths hide those that it extends
        ("packages/b/index.ts", "ui/card", "packages/b/ui/card.tsx"),
        ("packages/c/src/use.ts", "@/card", ""),
        ("packages/c/src/use.ts", "../../a/dist/deep.js", "packages/a/src/deep.ts"),
        ("packages/c/src/use.ts", "../../../../outside", ""),
        ("broken/use.ts", "anything", ""),
    ],
)
def test_packages_and_aliases(importer: str, module: str, found: str) -> None:
    assert located("typescript", MONOREPO, importer, module)[0] == ((found,) if found else ())


@pytest.mark.parametrize(
    ("importer", "module", "found"),
    [
        ("src/main.c", "log.h", "src/log.h"),
        ("src/main.c", "ring.h", "include/ring.h"),
        ("src/main.c", "<ring.h>", "include/ring.h"),
        ("src/main.c", "../include/ring.h", "include/ring.h"),
        ("src/main.c", "<stdio.h>", ""),
        ("src/main.c", "x/log.h", "vendor/x/log.h"),
        ("src/main.c", "og.h", ""),
    ],
)
def test_included_files(importer: str, module: str, found: str) -> None:
    assert located("c", dict.fromkeys(C, ""), importer, module)[0] == ((found,) if found else ())


@pytest.mark.parametrize(
    ("name", "files", "importer", "module", "added"),
    [
        ("python", PYTHON, "pkg/mod.py", ".nothing", "pkg/nothing.py"),
        ("python", PYTHON, "app.py", "other.part", "other/part.py"),
        ("python", PYTHON, "app.py", "other.part", "other/part/__init__.py"),
        ("javascript", WEB, "src/app.js", "./more", "src/more.js"),
        ("javascript", WEB, "src/app.js", "./more", "src/more/index.js"),
        ("java", JAVA, JAVA[0], "org.example.New", "src/main/java/org/example/New.java"),
        ("rust", list(RUST), "src/lib.rs", "crate::more", "src/more.rs"),
        ("rust", list(RUST), "src/lib.rs", "crate::more", "src/more/mod.rs"),
        ("c", C, "src/main.c", "more.h", "include/more.h"),
    ],
)
def test_a_file_that_comes_changes_the_answer_and_a_key_says_so(
    name: str, files: list[str], importer: str, module: str, added: str
) -> None:
    before, keys = located(name, dict.fromkeys(files, ""), importer, module)
    after, _ = located(name, dict.fromkeys([*files, added], ""), importer, module)

    assert added not in before
    assert added in after
    assert keys & changed_keys(added)


# -------------------------------------------------------------------------------------------------- texts and chains


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("Book", "Book"),
        ("'Book'", "Book"),
        ("a.b.Book", "a.b.Book"),
        ("a::b::Book", "a.b.Book"),
        ("Book | None", "Book"),
        ('"Book | None"', "Book"),
        ("None | Book", "Book"),
        ("Book | Desk", ""),
        ("Optional[Book]", "Book"),
        ("typing.Optional['Book']", "Book"),
        ("Box<dyn Book>", "Book"),
        ("&mut Book", "Book"),
        ("const Book *", "Book"),
        ("dict[str, Book]", "dict"),
        ("Book[]", ""),
        ("Optional[Book | Desk]", ""),
        ("Optional[", ""),
        ("(Book) => void", ""),
        ("", ""),
        ("None", ""),
        ("42", ""),
    ],
)
def test_type_head(text: str, head: str) -> None:
    noise = frozenset({"const", "mut", "dyn", "&", "*"})

    assert type_head(text, noise, frozenset({"Optional", "Box"})) == head


def test_steps_of_a_chain() -> None:
    assert steps_of("self.a().b[].c") == ("self", "a", "()", "b", "[]", "c")
    assert steps_of("") == ()


# ------------------------------------------------------------------------------------------------------- hierarchies

DIAMOND = """
class Top:
    def a(self): pass
    def b(self): pass
    def c(self): pass

class Left(Top):
    def a(self): pass

class Right(Top):
    def a(self): pass
    def b(self): pass

class Bottom(Left, Right):
    def go(self):
        self.a()
        self.b()
        self.c()
        super().a()
        self.d()
"""


def test_a_shared_base_comes_last() -> None:
    assert targets({"m.py": DIAMOND}) == [
        "a → m.py::Left.a",
        "b → m.py::Right.b",
        "c → m.py::Top.c",
        "a → m.py::Left.a",
    ]


def test_what_overrides_what() -> None:
    found = [f"{edge.src} → {edge.dst}" for edge in edges({"m.py": DIAMOND}, EdgeKind.OVERRIDES)]

    assert found == ["m.py::Left.a → m.py::Top.a", "m.py::Right.a → m.py::Top.a", "m.py::Right.b → m.py::Top.b"]


@pytest.mark.parametrize("order", [("a.py", "b.py"), ("b.py", "a.py")])
def test_a_hierarchy_that_goes_round_in_circles(order: tuple[str, str]) -> None:
    sources = {
        "a.py": "from b import B\nclass A(B):\n    def one(self):\n        self.two()\n        self.none()\n",
        "b.py": "from a import A\nclass B(A):\n    def two(self):\n        self.one()\n",
    }

    assert sorted(targets({path: sources[path] for path in order})) == ["one → a.py::A.one", "two → b.py::B.two"]


def test_a_class_that_extends_itself() -> None:
    assert targets({"a.py": "class A(A):\n    def one(self):\n        self.one()\n        self.two()\n"}) == [
        "one → a.py::A.one"
    ]


def test_a_hierarchy_in_which_all_inherit_from_all() -> None:
    """Whoever walks every way through it never comes back."""
    names = [f"C{n}" for n in range(30)]
    classes = "".join(f"class {name}({', '.join(names)}):\n    def m(self): self.gone()\n" for name in names)

    assert targets({"a.py": classes}) == []


def test_a_hierarchy_of_many_levels() -> None:
    levels = "".join(f"class C{n}(C{n - 1}):\n    pass\n" for n in range(1, 2_000))
    source = f"class C0:\n    def m(self): pass\n{levels}def f(x: C30, y: C1999):\n    x.m()\n    y.m()\n"

    assert targets({"a.py": source})[0] == "m → a.py::C0.m"


def test_long_chains_end() -> None:
    hops = "".join(f"class C{n}:\n    def next(self) -> 'C{n + 1}': ...\n" for n in range(40))
    source = f"{hops}def f(x: C0):\n    x{'.next()' * 39}\n"
    found = targets({"a.py": source})

    assert found[0] == "next → a.py::C0.next"
    assert len(found) <= 39


@pytest.mark.parametrize(
    "source",
    [
        "a = b\nb = a\na.go()\n",
        "a = a.b\na.go()\n",
        "def f(x):\n    y = x\n    x = y\n    x.go()\n",
        "class A:\n    def m(self):\n        self.x = self.y\n        self.y = self.x\n        self.x.go()\n",
        "def f() -> 'f': ...\nf().go()\n",
        "from a import go\ngo()\n",
        "from a import *\ngo()\n",
        "T = 'T'\ndef f(x: T): x.go()\n",
    ],
)
def test_names_that_mean_themselves(source: str) -> None:
    assert [t for t in targets({"a.py": source}) if t.startswith("go")] == []


def test_imports_in_circles_end() -> None:
    files = {
        "a.py": "from b import *\nfrom b import thing\nthing()\nother()\nhere()\n",
        "b.py": "from a import *\nfrom a import thing\ndef here(): pass\n",
    }

    assert targets(files) == ["here → b.py::here"]


# ---------------------------------------------------------------------------------------------------- sites to edges


def test_an_edge_says_where_it_stands() -> None:
    source = "def one(): pass\n\ndef two():\n    one()\n"
    (edge,) = edges({"a.py": source})

    assert (edge.src, edge.dst, edge.strategy) == ("a.py::two", "a.py::one", Strategy.EXACT)
    assert (edge.path, edge.line, edge.name) == ("a.py", 4, "one")
    assert source[edge.start_byte :].startswith("one()")


def test_a_receiver_of_known_type_is_inferred() -> None:
    (edge,) = edges({"a.py": "class A:\n    def m(self): pass\n\ndef f(a: A):\n    a.m()\n"})

    assert (edge.dst, edge.strategy, edge.candidates) == ("a.py::A.m", Strategy.INFERRED, 1)


def test_one_of_two_is_ambiguous_and_both_are_stored() -> None:
    source = "if x:\n    def f(): pass\nelse:\n    def f(): pass\nf()\n"

    assert [(e.dst, e.strategy, e.candidates) for e in edges({"a.py": source})] == [
        ("a.py::f", Strategy.AMBIGUOUS, 2),
        ("a.py::f#2", Strategy.AMBIGUOUS, 2),
    ]


def test_a_namesake_in_another_file_is_no_target() -> None:
    files = {
        "a.py": "import requests\nrequests.get('x')\nget('x')\nthing.get('x')\n",
        "b.py": "def get(url): pass\nclass Session:\n    def get(self): pass\n",
        "requests_like.py": "def get(url): pass\n",
    }

    assert targets(files) == ["get → external::requests.get"]


def test_what_could_not_be_resolved_is_kept() -> None:
    resolution = resolve_all({"a.py": "def f(x):\n    x.go()\n    print(len(x))\n    gone()\n"})["a.py"]

    assert [(u.name, u.receiver, u.src, u.line) for u in resolution.unresolved] == [
        ("go", "x", "a.py::f", 2),
        ("gone", "", "a.py::f", 4),
    ]


def test_the_keys_name_what_an_answer_hangs_on() -> None:
    files = {"a.py": "from b import f\nf()\n", "b.py": "from c import f\n", "c.py": "def f(): pass\n", "d.py": ""}
    keys = resolve_all(files)["a.py"].keys

    assert {"f:b.py", "f:c.py"} <= keys
    assert "f:d.py" not in keys


def test_the_order_of_files_changes_nothing() -> None:
    files = {
        "a.py": "from b import B\nclass A(B):\n    def m(self):\n        self.n()\n",
        "b.py": "from c import C\nclass B(C): pass\n",
        "c.py": "import a\nclass C:\n    def n(self):\n        a.A().m()\n",
    }
    turned = dict(reversed(files.items()))

    assert resolve_all(files) == resolve_all(turned)


@pytest.mark.parametrize(
    ("package", "source", "found"),
    [
        ("requests", "import requests\nrequests.get(1)\n", "external::requests.get"),
        ("requests", "import requests as r\nr.Session().get(1)\n", "external::requests.Session"),
        ("os", "import os.path\nos.path.join(1)\n", "external::os.path.join"),
        ("a.b", "from a.b import c\nc.d(1)\n", "external::a.b.c.d"),
        ("numpy", "def f():\n    import numpy as np\n    np.zeros(1)\n", "external::numpy.zeros"),
    ],
)
def test_a_call_that_leaves_the_repository_names_its_target(package: str, source: str, found: str) -> None:
    last = package.rpartition(".")[2]
    namesakes = {f"pkg/{last}.py": "def get(): pass\ndef join(): pass\ndef zeros(): pass\n", "pkg/__init__.py": ""}

    assert found in [edge.dst for edge in edges({"pkg/use.py": source, **namesakes})]
    assert [e.dst for e in edges({"pkg/use.py": source, **namesakes}) if not e.dst.startswith("external::")] == []


def test_what_is_made_of_its_own_result_ends_the_look_at_it() -> None:
    source = "class Range:\n    def __init__(self):\n        self.base = self.base()\n        self.base.go()\n"

    assert "go" not in " ".join(targets({"a.py": source}))
