"""The index: whatever happened before, an update equals a clean rebuild, byte for byte of the canonical dump."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from conftest import ROOT, MakeRepo
from editing import Editor

import codeqa.index.indexer as indexing
from codeqa import files, languages, versions
from codeqa.config import FileSettings
from codeqa.domain import CodeqaError, Event, Indexed, Notice, Progress
from codeqa.index import CRASHED, NO_LANGUAGE, STALLED, Indexer, changes, detect, pool
from codeqa.index.worker import Parsed, Request, Setup
from codeqa.store import Store

FRESH = itertools.count()


class Subject:
    """A repository and its index, which lies elsewhere."""

    def __init__(self, root: Path, settings: FileSettings | None = None) -> None:
        self.root = root
        self.settings = settings or FileSettings()
        self.directory = root.parent / f"{root.name}-index"

    def run(self, directory: Path | None = None, *, force: bool = False) -> list[Event]:
        with Store.open(directory or self.directory, write=True) as store:
            found = detect(self.root, self.settings, languages.load(), None if force else store)
            return list(Indexer(self.root, store, languages.load(), self.settings, 2).run(found, force=force))

    def update(self, *, force: bool = False) -> Indexed:
        last = self.run(force=force)[-1]
        assert isinstance(last, Indexed)
        return last

    def dump(self, directory: Path | None = None) -> list[str]:
        with Store.open(directory or self.directory) as store:
            return list(store.dump())

    def rebuilt(self) -> list[str]:
        directory = self.root.parent / f"clean-{next(FRESH)}"
        self.run(directory)
        found = self.dump(directory)
        shutil.rmtree(directory)
        return found

    def check(self, what: object = "") -> None:
        """Compare the index with a clean rebuild and say what differs."""
        found, wanted = self.dump(), self.rebuilt()
        spare, missing = sorted(set(found) - set(wanted)), sorted(set(wanted) - set(found))
        assert (spare, missing, what) == ([], [], what)
        assert found == wanted

    def write(self, files_: dict[str, str | bytes | None]) -> None:
        """Write files by relative path; None removes one."""
        for name, content in files_.items():
            path = self.root / name
            if content is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.fixture
def parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parse the same bytes once per test, in this process: a clean rebuild then takes a fraction of the time."""
    memo: dict[tuple[str, str, str], Parsed] = {}
    real = indexing.parse_file

    def remembered(root: Path, request: Request, settings: FileSettings, known: frozenset[tuple[str, str]]) -> Parsed:
        source = files.read(root, request.path, settings)
        if isinstance(source, files.Skip):
            return real(root, request, settings, known)
        key = (source.sha256, request.language, "" if request.language else request.path)
        if key not in memo:
            memo[key] = real(root, request, settings, frozenset())
        stat = source.stat
        return memo[key]._replace(path=request.path, mtime_ns=stat.mtime_ns, inode=stat.inode)

    class Here:
        def __init__(self, setup: Setup, requests: list[Request], _: int) -> None:
            self.setup, self.requests = setup, requests

        def run(self) -> Iterator[Parsed]:
            root = Path(os.fsdecode(self.setup.root))
            return (remembered(root, request, self.setup.settings, frozenset()) for request in self.requests)

    monkeypatch.setattr(indexing, "parse_file", remembered)
    monkeypatch.setattr(indexing, "Pool", Here)


@pytest.fixture
def subject(make_repo: MakeRepo) -> Callable[[dict[str, str | bytes]], Subject]:
    return lambda content: Subject(make_repo(content))


# ------------------------------------------------------------------------------------------------------- the invariant


@pytest.mark.usefixtures("parsed_once")
@pytest.mark.parametrize(
    ("source", "seed", "steps"),
    [("fixtures", 1, 20), ("fixtures", 2, 20), ("codeqa", 3, 6)],
    ids=lambda value: str(value),
)
def test_after_any_edits_an_update_equals_a_clean_rebuild(tmp_path: Path, source: str, seed: int, steps: int) -> None:
    root = tmp_path / "repository"
    spare = shutil.ignore_patterns("__pycache__", ".codeqa")
    shutil.copytree(ROOT / source, root, ignore=spare)
    subject = Subject(root)
    subject.update()
    editor = Editor(root, seed)
    for number in range(steps):
        done = [editor.step() for _ in range(1 + number % 3)]
        subject.update()
        subject.check(done)


SHOP = {
    "shop/__init__.py": "from .cart import Cart\n",
    "shop/cart.py": "from .item import Item\n\n\nclass Cart:\n    def add(self, i: Item):\n        return i.price()\n",
    "shop/item.py": "class Item:\n    def price(self):\n        return 1\n",
    "main.py": "from shop import Cart\n\n\ndef main():\n    Cart().add(None)\n",
}
NPM = {
    "tsconfig.json": '{"extends": "./tsconfig.base"}',
    "tsconfig.base.json": '{"compilerOptions": {"paths": {"~": ["./kit/one"]}}}',
    "kit/package.json": '{"name": "kit", "exports": "./one.js"}',
    "kit/one.js": "export function run() {}\n",
    "kit/two.js": "export function run() {}\n",
    "app/use.ts": 'import { run } from "kit";\nimport { run as go } from "~";\nrun();\ngo();\n',
}
GO = {
    "go.mod": "module example.org/depot\n",
    "store/store.go": "package store\n\nfunc Open() int { return 1 }\n",
    "main.go": 'package main\n\nimport "example.org/depot/store"\n\nfunc main() { store.Open() }\n',
}
HELD = """
class Box:
    def __init__(self):
        first = {made}()
        second = first
        self.held = second


class One:
    def go(self):
        pass


class Two:
    def go(self):
        pass
"""
OVERLOADS = "class Tool {{\n  int cut({first} a) {{ return 1; }}\n  int cut({second} a) {{ return 2; }}\n}}\n"
LAYERS = "class Base:\n    def go(self):\n        pass\n\n\nclass Other:\n    def go(self):\n        pass\n\n\n{inner}"
# What each stands for was missed once, or is easily missed: (name, files, edits)
CASES: list[tuple[str, dict[str, str | bytes], dict[str, str | bytes | None]]] = [
    (
        "a field's value comes through two locals",
        {"box.py": HELD.format(made="One"), "use.py": "from box import Box\n\nBox().held.go()\n"},
        {"box.py": HELD.format(made="Two")},
    ),
    (
        "a local's name has a dollar",
        {
            "box.js": "export class One { go() {} }\nexport class Two { go() {} }\n"
            "export class Box { constructor() { const $a = new One(); this.held = $a; } }\n",
            "use.js": 'import { Box } from "./box.js";\nnew Box().held.go();\n',
        },
        {
            "box.js": "export class One { go() {} }\nexport class Two { go() {} }\n"
            "export class Box { constructor() { const $a = new Two(); this.held = $a; } }\n",
        },
    ),
    (
        "another export is the default",
        {
            "made.js": "export default function one() {}\nexport function two() {}\n",
            "use.js": 'import run from "./made.js";\nrun();\n',
        },
        {"made.js": "export function one() {}\nexport default function two() {}\n"},
    ),
    (
        "a class behind an instance has another base",
        {
            "made.py": LAYERS.format(inner="class Made(Base):\n    pass\n\n\ndef make() -> Made:\n    pass\n"),
            "use.py": "from made import make\n\nmake().go()\n",
        },
        {"made.py": LAYERS.format(inner="class Made(Other):\n    pass\n\n\ndef make() -> Made:\n    pass\n")},
    ),
    (
        "what a function returns is bound to something else",
        {
            "made.py": LAYERS.format(inner="def make():\n    found = Base()\n    return found\n"),
            "use.py": "from made import make\n\nmake().go()\n",
        },
        {"made.py": LAYERS.format(inner="def make():\n    found = Other()\n    return found\n")},
    ),
    (
        "a method's first parameter comes second",
        {
            "made.py": LAYERS.format(inner="class Made(Base):\n    def keep(self, item):\n        self.me = self\n"),
            "use.py": "from made import Made\n\nMade().me.go()\n",
        },
        {"made.py": LAYERS.format(inner="class Made(Base):\n    def keep(item, self):\n        self.me = self\n")},
    ),
    (
        "a function returns an object with methods",
        {"made.js": "export function make() {}\n", "use.js": 'import { make } from "./made.js";\nmake().go();\n'},
        {"made.js": "export function make() {\n  return { go() {} };\n}\n"},
    ),
    (
        "a class becomes a function that has its name",
        {"made.py": "class Made:\n    def go(self): pass\n", "use.py": "from made import Made\n\nMade().go()\n"},
        {"made.py": "def Made():\n    def go(self): pass\n"},
    ),
    (
        "an overload takes another type",
        {
            "Tool.java": OVERLOADS.format(first="String", second="int"),
            "Use.java": 'class Use {\n  int go() { return new Tool().cut("x"); }\n}\n',
        },
        {"Tool.java": OVERLOADS.format(first="int", second="String")},
    ),
    (
        "a declaration file appears",
        {"src/use.ts": 'import { run } from "./made";\nrun();\n'},
        {"src/made.d.ts": "export declare function run(): void;\n"},
    ),
    (
        "the root's index appears",
        {"use.ts": 'import { run } from ".";\nrun();\n'},
        {"index.ts": "export function run() {}\n"},
    ),
    (
        "a class joins a package without a name",
        {"app/Main.java": "class Main {\n  void go() { Tool.cut(); }\n}\n"},
        {"app/Tool.java": "class Tool {\n  static void cut() {}\n}\n"},
    ),
    ("a package exports another file", NPM, {"kit/package.json": '{"name": "kit", "exports": "./two.js"}'}),
    ("a package is called otherwise", NPM, {"kit/package.json": '{"name": "tool", "exports": "./one.js"}'}),
    ("an alias leads elsewhere", NPM, {"tsconfig.base.json": '{"compilerOptions": {"paths": {"~": ["./kit/two"]}}}'}),
    ("settings come nearer", NPM, {"app/tsconfig.json": '{"compilerOptions": {"paths": {"~": ["../kit/two.js"]}}}'}),
    ("go.mod names another module", GO, {"go.mod": "module example.org/other\n"}),
    ("go.mod goes", GO, {"go.mod": None}),
    ("go.mod comes", {name: text for name, text in GO.items() if name != "go.mod"}, {"go.mod": GO["go.mod"]}),
    ("a file becomes binary", SHOP, {"shop/cart.py": b"\0\1\2"}),
    ("a file becomes text", {**SHOP, "shop/cart.py": b"\0\1\2"}, {"shop/cart.py": SHOP["shop/cart.py"]}),
    ("a file is named as a secret", SHOP, {"shop/cart.py": None, "shop/cart.pem": "-----BEGIN"}),
    (
        "headers turn out to be C++",
        {
            "a.h": "struct A { int n; };\n",
            "b.h": "struct B { int n; };\n",
            "main.c": '#include "a.h"\nint main() { return 0; }\n',
        },
        {"x.cc": '#include "a.h"\n', "y.cc": "int y;\n"},
    ),
    ("a package loses its index", SHOP, {"shop/__init__.py": None}),
    ("a package's index exports something else", SHOP, {"shop/__init__.py": "from .item import Item as Cart\n"}),
    ("a module appears that hides another", SHOP, {"shop.py": "def Cart():\n    pass\n"}),
    ("everything is ignored", SHOP, {".gitignore": "*\n"}),
    ("a folder is ignored", SHOP, {".gitignore": "/shop/\n"}),
    ("everything goes", SHOP, dict.fromkeys(SHOP)),
]


@pytest.mark.parametrize(("content", "edits"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_an_update_after(
    subject: Callable[[dict[str, str | bytes]], Subject],
    content: dict[str, str | bytes],
    edits: dict[str, str | bytes | None],
) -> None:
    unconcerned = {f"other/n{number}.py": f"def f{number}():\n    pass\n" for number in range(6)}
    repo = subject({**unconcerned, **content})
    repo.update()
    before = repo.dump()
    repo.write(edits)
    assert repo.update().changed
    assert repo.dump() != before
    repo.check()
    repo.write({name: content.get(name) for name in edits})
    repo.update()
    assert repo.dump() == before


def test_what_nobody_asks_for_concerns_nobody(subject: Callable[[dict[str, str | bytes]], Subject]) -> None:
    users = {f"use{n}.py": f"from hub import Hub, later\n\n\ndef use{n}():\n    Hub().go()\n" for n in range(9)}
    hub = "class Hub:\n    def go(self):\n        pass\n"
    repo = subject({"hub.py": hub, **users, "ask.py": "from hub import later\n\nlater()\n"})
    repo.update()

    def resolved(text: str) -> int:
        repo.write({"hub.py": text})
        found = [event for event in repo.run() if isinstance(event, Progress) and event.stage == "resolve"]
        repo.check(text)
        return found[-1].total

    assert resolved(hub + "\n\ndef nobody(a):\n    return a\n") == 1
    assert resolved(hub + "\n    def nobody(self):\n        self.a = 1\n") == 1
    assert resolved("# first\n" + hub) == 1
    assert resolved(hub + "\n\ndef later(a):\n    return a\n") == 11
    assert resolved(hub.replace("go", "come")) == 11


@pytest.mark.parametrize(
    ("content", "source", "target"),
    [
        (GO, "main.go::main", "store/store.go::Open"),
        (
            {"use.ts": 'import { run } from ".";\nrun();\n', "index.ts": "export function run() {}\n"},
            "use.ts",
            "index.ts::run",
        ),
        (
            {"main.rs": "mod tool;\nfn main() { tool::cut(); }\n", "tool.rs": "pub fn cut() {}\n"},
            "main.rs::main",
            "tool.rs::cut",
        ),
    ],
    ids=["Go modules", "TypeScript at the root", "Rust at the root"],
)
def test_files_find_one_another(
    subject: Callable[[dict[str, str | bytes]], Subject], content: dict[str, str | bytes], source: str, target: str
) -> None:
    repo = subject(content)
    repo.update()
    with Store.open(repo.directory) as store:
        assert target in {edge.dst for edge in store.edges_from([source])}


# ------------------------------------------------------------------------------------------------ no more than needed


@pytest.fixture
def shop(subject: Callable[[dict[str, str | bytes]], Subject]) -> Subject:
    repo = subject({**SHOP, "logo.png": b"\0\1", "notes.zzz": "?", "id_rsa": "secret", "data.py": b"\0"})
    first = repo.update()
    assert first.changed and first.parsed == 4 and first.generation == 1
    assert first.skipped == {"binary": 1, NO_LANGUAGE: 2, "secret": 1}
    return repo


def test_a_second_run_does_nothing(shop: Subject) -> None:
    for _ in range(2):
        again = shop.update()
        assert (again.changed, again.parsed, again.generation) == (False, 0, 1)
        assert again.files == 4 and again.skipped == {"binary": 1, NO_LANGUAGE: 2, "secret": 1}


def test_a_file_that_no_language_claims_may_grow(shop: Subject) -> None:
    shop.write({"notes.zzz": "more than before"})
    assert not shop.update().changed
    shop.check()


def test_what_was_written_a_moment_before_is_looked_at_until_that_is_settled(
    make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Subject(make_repo({**SHOP, "data.py": b"\0"}))
    second = 10**9
    written = max(path.stat().st_ctime_ns for path in shop.root.rglob("*.py"))
    read: list[str] = []
    real = files.read

    def looks(seconds: float) -> int:
        read.clear()
        monkeypatch.setattr(changes.time, "time_ns", lambda: written + int(seconds * second))
        shop.update()
        return len(read)

    looks(1)
    monkeypatch.setattr(files, "read", lambda root, path, settings: read.append(path) or real(root, path, settings))
    assert [looks(1.5), looks(1.9), looks(2.1), looks(2.2)] == [5, 5, 5, 0]


def test_an_edit_that_sets_the_time_back_is_seen_all_the_same(shop: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    later = time.time_ns() + 3_600 * 10**9  # so that nothing is looked at only because it is fresh
    monkeypatch.setattr(changes.time, "time_ns", lambda: later)
    shop.update()
    path = shop.root / "shop/cart.py"
    before = path.stat()
    data = path.read_bytes()
    with path.open("r+b") as file:
        file.write(data.replace(b"a", b"b"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert shop.update().changed
    shop.check()


def test_a_touched_file_is_neither_parsed_nor_a_change(shop: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    os.utime(shop.root / "shop/cart.py", (1_000_000_000, 1_000_000_000))
    os.utime(shop.root / "data.py", (1_000_000_000, 1_000_000_000))
    monkeypatch.setattr(indexing, "parse_file", None)
    assert not shop.update().changed


def test_an_edit_within_the_same_tick_of_the_clock_is_noticed(shop: Subject) -> None:
    path = shop.root / "shop/item.py"
    seen = path.stat()
    path.write_text(path.read_text().replace("price", "worth"))
    os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    assert path.stat().st_size == seen.st_size
    assert shop.update().parsed == 1
    shop.check()


def test_facts_of_bytes_seen_before_are_reused(shop: Subject) -> None:
    (shop.root / "shop/cart.py").rename(shop.root / "shop/basket.py")
    moved = shop.update()
    assert moved.changed and moved.parsed == 0 and moved.removed == 1
    shop.check("renamed")
    assert shop.update(force=True).parsed == 0
    shop.check("forced")
    shop.write({"shop/item.py": "class Item:\n    pass\n"})
    assert shop.update().parsed == 1
    shop.write({"shop/item.py": SHOP["shop/item.py"]})
    assert shop.update().parsed == 0
    shop.check("undone")


def test_facts_of_another_version_are_not(shop: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    before = shop.dump()
    with monkeypatch.context() as patch:
        patch.setattr(versions, "FACTS", "other")
        assert shop.update(force=True).parsed == 4
    assert shop.update(force=True).parsed == 4
    assert shop.dump() == before


def test_the_largest_size_may_change(shop: Subject) -> None:
    shop.write({"big.py": "x = 1\n" * 500})
    shop.update()
    shop.settings = FileSettings(max_file_bytes=1_000)
    assert shop.update().skipped["too large"] == 1
    shop.check("smaller")
    shop.settings = FileSettings()
    assert "too large" not in shop.update().skipped
    shop.check("larger")
    assert not shop.update().changed


def test_what_could_not_be_read_is_tried_again(shop: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.write({"shop/item.py": "class Item:\n    pass  # now\n"})
    real = files.read

    def refused(root: Path, path: str, settings: FileSettings) -> files.Source | files.Skip:
        return files.Skip.UNREADABLE if path == "shop/item.py" else real(root, path, settings)

    with monkeypatch.context() as patch:
        patch.setattr(files, "read", refused)
        assert shop.update().skipped["unreadable"] == 1
        assert not shop.update().changed
    assert shop.update().parsed == 1
    shop.check()


# ----------------------------------------------------------------------------------------------------------- accidents

RUN = """
import os, signal, sys
from pathlib import Path
import codeqa.index.indexer as indexing
from codeqa.index import detect
from codeqa import languages
from codeqa.config import FileSettings
from codeqa.domain import Progress
from codeqa.store import Store
{patch}
root, directory = Path(sys.argv[1]), Path(sys.argv[2])
with Store.open(directory, write=True) as store:
    changes = detect(root, FileSettings(), languages.load(), store)
    for event in indexing.Indexer(root, store, languages.load(), FileSettings(), 2).run(changes):
        if isinstance(event, Progress) and (event.stage, event.done) == ({stage!r}, {done}):
            os.kill(os.getpid(), signal.SIGKILL)
"""
WORKER = """
import os, signal, time
from codeqa.index import worker
real = worker.parse_file
def parse_file(root, request, settings, known):
    if request.path == "deadly.py":
        {act}
    return real(root, request, settings, known)
worker.parse_file = parse_file
worker.main()
"""
DIE = "os.kill(os.getpid(), signal.SIGKILL)"


def run_and_die(subject: Subject, stage: str = "", done: int = 0, patch: str = "") -> None:
    """Update in a process of its own, which is killed when it comes to this point."""
    script = RUN.format(stage=stage, done=done, patch=patch)
    command = [sys.executable, "-c", script, str(subject.root), str(subject.directory)]
    assert subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}).returncode == -signal.SIGKILL


@pytest.mark.parametrize(
    ("stage", "done", "parsed"), [("parse", 1, 30), ("parse", 25, 10), ("resolve", 30, 0), ("store", 30, 0)]
)
def test_a_killed_run_resumes(make_repo: MakeRepo, stage: str, done: int, parsed: int) -> None:
    subject = Subject(
        make_repo({f"m{n}.py": f"from m{n - 1} import f{n - 1}\ndef f{n}(): f{n - 1}()\n" for n in range(30)})
    )
    run_and_die(subject, stage, done, "indexing.BATCH = 20")
    assert subject.update().parsed == parsed
    subject.check()


@pytest.mark.parametrize(("stage", "done"), [("parse", 3), ("resolve", 9), ("store", 4)])
def test_a_killed_update_leaves_the_generation_before(make_repo: MakeRepo, stage: str, done: int) -> None:
    subject = Subject(make_repo({f"m{n}.py": f"from m0 import f\ndef f(): pass\ndef g{n}(): f()\n" for n in range(9)}))
    subject.update()
    before = subject.dump()
    for number in range(4):
        subject.write({f"m{number}.py": "import m1\ndef f(): pass\nclass New: pass\n"})
    run_and_die(subject, stage, done, "indexing.IN_PROCESS = 2")
    assert subject.dump() == before
    assert subject.update().generation == 2
    subject.check()


@pytest.fixture
def deadly(make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch) -> Iterable[Subject]:
    """A repository with a file that kills the process that parses it."""
    content = {f"m{number}.py": f"def f{number}():\n    pass\n" for number in range(20)}
    monkeypatch.setattr(pool, "COMMAND", (sys.executable, "-P", "-c", WORKER.format(act=DIE)))
    return Subject(make_repo({**content, "deadly.py": "def deadly():\n    pass\n"}))


def test_a_file_that_kills_its_worker_costs_itself(deadly: Subject) -> None:
    events = deadly.run()
    last = events[-1]
    assert isinstance(last, Indexed)
    assert last.crashed == ("deadly.py",) and last.files == 20 and last.skipped == {CRASHED: 1}
    assert [event.text for event in events if isinstance(event, Notice)] == [
        "deadly.py: parser crashed; the rest of the repository is indexed"
    ]
    os.utime(deadly.root / "deadly.py", (1, 1))
    assert deadly.update().crashed == ()  # the same bytes are not tried again
    deadly.check()


def test_a_file_that_stalls_its_worker_costs_itself(deadly: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "COMMAND", (sys.executable, "-P", "-c", WORKER.format(act="time.sleep(60)")))
    monkeypatch.setattr(pool, "STALL_SECONDS", 1.5)
    last = deadly.update()
    assert last.crashed == ("deadly.py",) and last.files == 20 and last.skipped == {STALLED: 1}


def test_a_file_that_kills_an_update_is_named_by_the_next(deadly: Subject) -> None:
    deadly.write({"deadly.py": None})
    deadly.update()
    deadly.write({"deadly.py": "def deadly():\n    pass\n"})
    patch = f"def die(*_): {DIE}\nindexing.parse_file = die"
    run_and_die(deadly, patch=patch)
    assert deadly.update().crashed == ("deadly.py",)
    assert not deadly.update().changed
    deadly.write({"deadly.py": "def other():\n    pass\n"})
    assert deadly.update().crashed == ("deadly.py",)  # in a process of its own, for it killed one before
    deadly.check()


def test_a_file_is_not_blamed_for_a_kill_from_outside(make_repo: MakeRepo) -> None:
    subject = Subject(make_repo({**SHOP}))
    subject.update()
    subject.write({"shop/item.py": "class Item:\n    def price(self):\n        return 2\n"})
    run_and_die(subject, patch=f"def die(*_): {DIE}\nindexing.parse_file = die")
    assert subject.update().crashed == ()
    subject.check()


def test_a_worker_that_cannot_start_blames_no_file(deadly: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "COMMAND", (sys.executable, "-c", "raise SystemExit(1)"))
    with pytest.raises(CodeqaError, match="ended before it began"):
        deadly.update()


def test_replies_that_come_together_are_all_heard(make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small replies wait in the buffer of a pipe, where a selector does not see them."""
    monkeypatch.setattr(pool, "STALL_SECONDS", 30.0)  # what is not heard counts as stalled then
    subject = Subject(make_repo({f"m{number}.py": b"\0" for number in range(200)}))
    assert subject.update().skipped == {"binary": 200}


def test_files_that_vanish_while_they_are_read_are_not_in_the_index(make_repo: MakeRepo) -> None:
    subject = Subject(make_repo({**SHOP, "more/a.py": "", "more/b.py": ""}))
    with Store.open(subject.directory, write=True) as store:
        found = detect(subject.root, subject.settings, languages.load(), store)
        shutil.rmtree(subject.root / "more")
        (subject.root / "shop/item.py").unlink()
        (subject.root / "shop/item.py").mkdir()
        (subject.root / "main.py").write_text("def later():\n    pass\n")
        list(Indexer(subject.root, store, languages.load(), subject.settings).run(found))
    assert not any("more/" in line for line in subject.dump())
    subject.update()
    subject.check()


# ----------------------------------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"x = 1; " * 300_000, id="one line"),
        pytest.param(b"(" * 50_000, id="open brackets"),
        pytest.param(b"(" * 50_000 + b")" * 50_000, id="nested brackets"),
        pytest.param(b"def f():\n    return '" + b"\xff\xfe\x80" * 1000 + b"'\n", id="no UTF-8"),
        pytest.param(b"def f():\n" + b" pass\n" * 2_000 + b"\0\n", id="NUL after the start"),
        pytest.param("\N{BYTE ORDER MARK}def f():\r\n    pass\r\n".encode(), id="BOM and CRLF"),
        pytest.param(b"", id="empty"),
        pytest.param(b"def def def class ((( :::\n" * 500, id="errors"),
    ],
)
def test_bad_bytes_cost_nothing_else(make_repo: MakeRepo, content: bytes) -> None:
    subject = Subject(make_repo({**SHOP, "bad.py": content, "bad.ts": content, "bad.go": content, "bad.md": content}))
    last = subject.update()
    assert last.crashed == () and last.files >= len(SHOP)
    subject.write({"bad.py": b"def f():\n    pass\n"})
    subject.update()
    subject.check()


def test_odd_things_in_the_tree_are_refused(make_repo: MakeRepo) -> None:
    subject = Subject(make_repo({**SHOP}))
    os.mkfifo(subject.root / "pipe.py")
    (subject.root / "link.py").symlink_to("/etc/passwd")
    (subject.root / "loop").symlink_to(subject.root)
    (subject.root / "odd\udcff.py").write_text("x = 1\n")
    (subject.root / "new\nline.py").write_text("def odd(): pass\n")
    last = subject.update()
    assert last.skipped == {"not a regular file": 1, "symlink": 2, "name is not UTF-8": 1} and last.files == 5
    subject.check()


@pytest.mark.parametrize("content", [{}, {".gitignore": "*\n", "a.py": "x = 1\n"}], ids=["empty", "ignored"])
def test_a_repository_of_nothing_has_an_index_of_nothing(make_repo: MakeRepo, content: dict[str, str]) -> None:
    subject = Subject(make_repo(content))
    events = subject.run()
    assert isinstance(events[-1], Indexed) and events[-1].changed and events[-1].symbols == 0
    assert bool(content) == any(isinstance(event, Notice) and "no file is left" in event.text for event in events)
    assert not subject.update().changed
    subject.write({"new.py": "def new():\n    pass\n", ".gitignore": ""})
    assert subject.update().files >= 1
    subject.check()
