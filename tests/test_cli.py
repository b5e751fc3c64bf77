"""The command line as its users meet it: exit codes, pipes, colours, questions, bad input."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from codeqa import wording
from codeqa.cli import main
from codeqa.cli.failure import explain
from codeqa.cli.progress import ProgressLine
from codeqa.cli.terminal import Terminal, wants_colour
from codeqa.config import Settings
from codeqa.domain import (
    AmbiguousSymbol,
    Answer,
    Answered,
    Check,
    Citation,
    Claim,
    CodeqaError,
    Dropped,
    Edge,
    EdgeKind,
    Embedding,
    Event,
    Hit,
    Hop,
    Impact,
    Indexed,
    LanguageReport,
    Listing,
    NoIndex,
    Notice,
    PathResult,
    Progress,
    Relation,
    Span,
    Status,
    Step,
    Strategy,
    Symbol,
    SymbolCard,
    UnknownSymbol,
    Unresolved,
)
from codeqa.plan import STEPS, Call, Row, check, find, parse, piped
from codeqa.plan import Result as Found
from codeqa.wording import describe, duration, size
from tests.conftest import ROOT, MakeRepo, RunCodeqa
from tests.test_sanitise import unsafe

ESC = "\x1b"
HOSTILE = "x\x1b]52;c;aGk=\x07\x9b2J\u202e\r"  # would write the clipboard, clear the screen, turn the line around

SHOP = {
    "shop/store.py": 'def connect(path: str) -> object:\n    """Open the database."""\n    return open(path)\n',
    "shop/app.py": "from shop.store import connect\n\n\ndef main() -> object:\n    return connect('shop.db')\n",
}


# -------------------------------------------------------------------------------------------------- a project of words


def symbol(word: str = "", kind: str = "method") -> Symbol:
    return Symbol(
        id=f"src/app{word}.py::Router.add{word}",
        name=f"add{word}",
        qualname=f"Router.add{word}",
        kind=kind,
        span=Span(f"src/app{word}.py", 10, 90, 3, 9),
        name_line=3,
        signature=f"def add(self{word})",
        doc=f"Adds.{word}\n\nMore.",
    )


def relation(word: str = "", depth: int = 1) -> Relation:
    edge = Edge("a.py::main", symbol(word).id, EdgeKind.CALLS, Strategy.EXACT, f"a{word}.py", 12, 40, f"add{word}")
    return Relation(symbol(word), edge, depth)


def answer(word: str = "", status: str = "answered") -> Answer:
    quote = f"    @route{word}\n    @other\n    def unrelated(): pass\n    def add(self):\n        pass"
    return Answer(
        question="who calls add",
        kind="single fact",
        status=status,
        text=f"`main{word}` calls **Router.add** [1].\n\n- {word}first\n```\ncode{word}\n```",
        claims=(Claim("`main` calls `Router.add`", (1,), "verified", "edge"),),
        dropped=(Dropped(f"no{word}", f"refuted{word}"),),
        citations=(Citation(1, f"src/app{word}.py", 10, 14, f"Router.add{word}", "0" * 64, 3, quote),),
        walk=(
            Hop(f"a.py::main{word}", "calls", f"b.py::run{word}", f"a{word}.py:12", "exact", 0.98),
            Hop(f"b.py::run{word}", "calls", "src/app.py::Router.add", "b.py:4", "inferred", 0.93),
        ),
        unknowns=(f"3 call sites of add{word} could not be resolved",),
        generation=3,
        stale=(f"old{word}.py",),
        timing_ms={"total": 41.0},
    )


@dataclass
class Words:
    """A project whose every word ends in `word`; `fails` is raised by whatever it is asked."""

    word: str = ""
    status_: str = "answered"
    fails: BaseException | None = None
    root: Path = Path("/nowhere")
    directory: Path = Path("/nowhere/.codeqa")
    settings: Settings = field(default_factory=Settings)
    opened: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    conversation: str | None = None

    def __enter__(self) -> Words:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def _maybe(self) -> None:
        if self.fails:
            raise self.fails

    def update(self) -> Iterator[Event]:
        yield Notice("warning", f"stale{self.word}")
        yield Progress("parse", 1, 2, 0.1, self.word)

    def index(self, *, force: bool = False, embedder: str | None = None) -> Iterator[Event]:
        self._maybe()
        yield Indexed(
            generation=4,
            changed=True,
            files=12,
            parsed=3,
            removed=1,
            languages={f"python{self.word}": 12},
            symbols=1200,
            edges={"exact": 40, "name": 2},
            skipped={"binary": 2},
            crashed=(f"bad{self.word}.py",),
            seconds=1.5,
            cpu_seconds=2.5,
            bytes=123456,
        )

    def ask(
        self, question: str, *, conversation: str | None = None, may_ask: bool = False, meaning: object = None
    ) -> Iterator[Event]:
        self._maybe()
        self.asked.append(question)
        self.conversation = conversation
        yield Step("classify", f"single fact{self.word}")
        yield Answered(answer(self.word, self.status_))

    def plan(self, question: str) -> tuple[list[str], list[str]]:
        self._maybe()
        self.asked.append(question)
        plans = [str(piped(find(f"add{self.word}"), "callers")), str(piped(find("add"), "count"))]
        return plans if self.status_ == "answered" else [], [f"add → Router.add{self.word} (name)"]

    def query(self, plan: str) -> Found:
        self._maybe()
        self.asked.append(plan)
        parsed = check(parse(plan))
        gives = STEPS[parsed.name].gives if isinstance(parsed, Call) else "set"
        site = Unresolved(f"add{self.word}", "z.py", f"z{self.word}.py", 5, "thing")
        found = Found(parsed, gives, unresolved=[site], notes=[f"2 symbols are named add{self.word}"], searched=7)
        if self.status_ != "answered":
            return found
        edges = (relation(self.word).edge, relation(self.word).edge._replace(line=40))
        if gives == "set":
            found.rows = [Row(symbol(self.word), edges[:1], edges)] * 3
        return replace(found, number=1234, edges=edges if gives == "path" else ())

    def places(self, symbols: Iterable[str]) -> dict[str, str]:
        return {key: f"a{self.word}.py:3" for key in symbols}

    def search(self, query: str, limit: int | None = None) -> list[Hit]:
        self._maybe()
        self.asked.append(query)
        hit = Hit(f"src/app{self.word}.py", 3, 9, f"Router.add{self.word}", "id", 1.23456789, {f"text{self.word}": 1.0})
        return [hit] * (limit or 2) if self.status_ == "answered" else []

    def vocabulary(self, query: str) -> list[str]:
        return [f"Router.add{self.word}"]

    def card(self, name: str) -> SymbolCard:
        self._maybe()
        some = (relation(self.word),) * 12
        return SymbolCard(symbol(self.word), some, some, some, some, some, some, (symbol(self.word),) * 3, some, 3)

    def callers(self, name: str, limit: int = 50) -> Listing:
        self._maybe()
        site = Unresolved(f"add{self.word}", "z.py", f"z{self.word}.py", 5, "thing")
        return Listing(symbol(self.word), (relation(self.word),), 3, (site,) * 7)

    callees = callers

    def path(self, source: str, target: str) -> PathResult:
        self._maybe()
        edge = relation(self.word).edge._replace(src="a.py::main", dst="b.py::x" + self.word)
        edges = (edge,) if self.status_ == "answered" else ()
        return PathResult(replace(symbol(self.word), id="a.py::main"), symbol(), edges, (symbol(),), 12)

    def impact(self, name: str, limit: int = 100) -> Impact:
        self._maybe()
        users = (relation(self.word), relation(self.word, 2))
        return Impact(symbol(self.word), users, (relation(self.word),), 9, ())

    def export_edges(self, *, everything: bool = False) -> Iterator[dict[str, object]]:
        yield {"name": self.word, "all": everything}

    def export_definitions(self) -> Iterator[dict[str, object]]:
        yield {"name": self.word}

    def notices(self) -> list[Notice]:
        return []

    def status(self) -> Status:
        self._maybe()
        return Status(
            root="/nowhere",
            directory="/nowhere/.codeqa",
            generation=3,
            files=12,
            languages={"python": 12},
            symbols=1200,
            edges={"exact": 40},
            unresolved=4,
            chunks=99,
            vectors={},
            embedding=Embedding("lsa", f"lsa-{self.word}", "", 1, 2, False, f"down{self.word}"),
            skipped={f"binary{self.word}": tuple(f"{n}{self.word}.bin" for n in range(30))},
            stale=(f"new{self.word}.py",),
            missing=0,
            bytes=123456,
            warnings=(f"careful{self.word}",),
        )

    def languages(self) -> list[LanguageReport]:
        supports = {"definitions": True, "calls": False}
        broken = LanguageReport("odd", "Odd", "code", (".odd",), "", f"not installed{self.word}", supports)
        return [LanguageReport("python", f"Python{self.word}", "code", (".py",), "0.25", "", supports), broken]

    def doctor(self) -> list[Check]:
        return [Check("Python", True, "3.11"), Check("model", None, f"none{self.word}", "name one")]


Run = Callable[..., Result]


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> Words:
    """Put a project of words behind the command line."""
    project = Words()

    def opened(repo: Path | None = None, **given: object) -> Words:
        project.opened = {"repo": repo, **given}
        return project

    monkeypatch.setattr("codeqa.project.Project.open", opened)
    return project


@pytest.fixture
def run() -> Run:
    def invoke(*arguments: str, stdin: str | bytes = "") -> Result:
        return CliRunner().invoke(main, arguments, input=stdin)

    return invoke


EVERY_COMMAND = [
    ["ask", "who calls add"],
    ["ask", "who calls add", "--steps"],
    ["ask", "who calls add", "--diagram", "text"],
    ["ask", "who calls add", "--diagram", "mermaid"],
    ["plan", "who calls add"],
    ["query", 'find("add") | callers'],
    ["query", 'path("a", "b")'],
    ["query", 'find("add") | callers | count'],
    ["query", "--steps"],
    ["search", "add"],
    ["search", "add", "--explain"],
    ["symbol", "add"],
    ["callers", "add"],
    ["callees", "add"],
    ["path", "a", "b"],
    ["impact", "add"],
    ["index"],
    ["status"],
    ["languages"],
    ["doctor"],
]


# --------------------------------------------------------------------------------------------------------- exit codes


@pytest.mark.parametrize(("status", "code"), [("answered", 0), ("partial", 0), ("abstained", 3)])
def test_the_exit_code_says_how_a_question_was_answered(words: Words, run: Run, status: str, code: int) -> None:
    words.status_ = status

    assert run("ask", "who calls add").exit_code == code


@pytest.mark.parametrize("command", [["search", "add"], ["path", "a", "b"], ["plan", "add"], ["query", "find(add)"]])
def test_nothing_found_is_no_success(words: Words, run: Run, command: list[str]) -> None:
    words.status_ = "abstained"

    assert run(*command).exit_code == 3


def test_a_search_that_finds_nothing_says_what_is_here(words: Words, run: Run) -> None:
    words.status_ = "abstained"

    assert f"looks like it: Router.add{words.word}" in run("search", "add").stderr


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UnknownSymbol("no symbol named 'x'", hint="nearest names: y"), 1),
        (NoIndex("there is no index", hint="codeqa index"), 4),
        (CodeqaError("it broke", hint="mend it"), 1),
    ],
)
def test_an_error_says_what_happened_and_what_to_do_next(words: Words, run: Run, error: CodeqaError, code: int) -> None:
    words.fails = error

    result = run("symbol", "x")

    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr.endswith(f"codeqa: {error.message}\n  hint: {error.hint}\n")


def test_an_ambiguous_name_lists_what_it_may_mean(words: Words, run: Run) -> None:
    words.fails = AmbiguousSymbol(
        "2 symbols are named 'add'",
        hint="name one:\n  a.py::add  (a.py:3)\n  b.py::add  (b.py:7)",
        candidates=["a", "b"],
    )

    shown = run("callers", "add")
    told = json.loads(run("callers", "add", "--json").stdout)

    assert shown.exit_code == 1
    assert "    b.py::add  (b.py:7)\n" in shown.stderr
    assert told["error"]["candidates"] == ["a", "b"]


def test_an_error_is_json_where_json_was_asked_for(words: Words, run: Run) -> None:
    words.fails = UnknownSymbol("no symbol named 'x'", hint="nearest names: y")

    result = run("symbol", "x", "--json")

    assert json.loads(result.stdout) == {
        "version": 1,
        "error": {"message": "no symbol named 'x'", "hint": "nearest names: y", "code": 1, "type": "UnknownSymbol"},
    }


@pytest.mark.parametrize("debug", [False, True])
def test_a_bug_is_one_line_unless_debugging(
    words: Words, run: Run, monkeypatch: pytest.MonkeyPatch, debug: bool
) -> None:
    words.fails = ZeroDivisionError("division by zero")
    if debug:
        monkeypatch.setenv("CODEQA_DEBUG", "1")

    result = run("symbol", "x", "-q")

    assert result.exit_code == 1
    assert result.stderr.startswith("codeqa: internal error: ZeroDivisionError: division by zero\n  hint: ")
    assert ("Traceback" in result.stderr) is debug


def test_an_error_of_the_system_names_the_file(words: Words, run: Run) -> None:
    words.fails = OSError(28, "No space left on device", "/disk/index.db")

    result = run("symbol", "x", "-q")

    assert (result.exit_code, result.stderr) == (1, "codeqa: No space left on device (/disk/index.db)\n")


def test_an_interruption_is_quiet(words: Words, run: Run) -> None:
    words.fails = KeyboardInterrupt()

    result = run("ask", "x", "-q")

    assert (result.exit_code, result.stderr) == (130, "\ncodeqa: interrupted\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["serch", "x"], "did you mean search?"),
        (["who calls add"], 'codeqa ask "'),
        (["--json", "ask"], "options follow the command"),
        (["ask", "--frobnicate"], "--frobnicate"),
        (["ask", " "], 'codeqa ask "who calls main"'),
        (["search", ""], "the query is empty"),
        (["query", ""], "the plan is empty"),
        (["query", 'find("a") | callerz'], "no step is called 'callerz'"),
        (["query", "--steps", "find(a)"], "--steps takes no plan"),
        (["plan", " "], "the question is empty"),
        (["symbol", ""], "the name of a symbol is empty"),
        (["path", "a"], "Missing argument 'B'"),
        (["search", "x", "--limit", "0"], "--limit"),
        (["graph"], "Missing command"),
        (["graph", "export", "--edges", "x", "--defs", "x"], "the same file"),
        (["index", "a", "--repo", "b"], "give one of them"),
        (["completion", "tcsh"], "tcsh"),
    ],
)
def test_wrong_usage_teaches(words: Words, run: Run, arguments: list[str], said: str) -> None:
    result = run(*arguments)

    assert result.exit_code == 2
    assert said in result.stderr
    assert "  hint: " in result.stderr


def test_a_required_model_is_not_replaced(words: Words, run: Run) -> None:
    assert run("ask", "x", "--require-model", "--model", "qwen3:8b").exit_code == 5


def test_the_options_of_a_model_are_settings(words: Words, run: Run) -> None:
    result = run("ask", "x", "--model", "qwen3:8b", "--host", "http://127.0.0.1:9/v1", "--context", "4096")

    assert result.exit_code == 0
    assert words.opened["overrides"] == {
        "cache": None,
        "model.name": "qwen3:8b",
        "model.host": "http://127.0.0.1:9/v1",
        "model.remote": None,
        "model.context": 4096,
        "model.required": None,
        "trace.keep": None,
    }


# ---------------------------------------------------------------------------------------------------------- questions


@pytest.mark.parametrize("command", ["ask", "plan", "search"])
@pytest.mark.parametrize(("arguments", "stdin"), [(["-"], " who\n"), ([], "who\n"), (["who"], "unread")])
def test_a_question_comes_from_the_arguments_or_from_standard_input(
    words: Words, run: Run, command: str, arguments: list[str], stdin: str
) -> None:
    assert run(command, *arguments, stdin=stdin).exit_code == 0
    assert words.asked == ["who"]


def test_words_need_no_quotes(words: Words, run: Run) -> None:
    run("ask", "who", "calls", "add")

    assert words.asked == ["who calls add"]


def test_bytes_that_are_no_text_are_replaced(words: Words, run: Run) -> None:
    assert run("ask", stdin=b"who \xff\x00 calls").exit_code == 0
    assert words.asked == ["who �  calls"]


def test_a_question_without_end_is_refused(words: Words, run: Run) -> None:
    result = run("ask", stdin="x" * 100_000)

    assert result.exit_code == 2
    assert "too long" in result.stderr


# -------------------------------------------------------------------------------------------------- what is written


def test_an_answer_reads_well(words: Words, run: Run) -> None:
    result = run("ask", "who calls add")

    assert result.stdout == (
        "`main` calls **Router.add** [1].\n"
        "\n"
        "- first\n"
        "    code\n"
        "\n"
        "[1] src/app.py:10-14  Router.add\n"
        "    13 │ def add(self):\n"
        "    14 │     pass\n"
        "\n"
        "walk\n"
        "  main ─calls▶ run  (a.py:12, exact .98)\n"
        "      ─calls▶ Router.add  (b.py:4, inferred .93)\n"
        "\n"
        "dropped\n"
        "  · no (refuted)\n"
        "\n"
        "not known\n"
        "  · 3 call sites of add could not be resolved\n"
        "\n"
        "changed since they were indexed\n"
        "  · old.py\n"
        "\n"
        "answered · single fact · 41 ms · generation 3 · no model\n"
    )


def test_quiet_leaves_prose_and_citations(words: Words, run: Run) -> None:
    result = run("ask", "who calls add", "-q")

    assert result.stderr == ""
    assert result.stdout.endswith("    14 │     pass\n")


def test_an_answer_as_json_is_the_contract(words: Words, run: Run) -> None:
    assert json.loads(run("ask", "who calls add", "--json").stdout) == answer().to_json()


def test_a_hit_is_one_line_of_json(words: Words, run: Run) -> None:
    hit = {"path": "src/app.py", "start_line": 3, "end_line": 9, "symbol": "Router.add", "score": 1.234568}

    plain = run("search", "add", "--json", "--limit", "3").stdout.splitlines()
    explained = run("search", "add", "--json", "--explain").stdout.splitlines()

    assert [json.loads(line) for line in plain] == [hit] * 3
    assert [json.loads(line) for line in explained] == [hit | {"why": {"text": 1.0}}] * 2


@pytest.mark.parametrize("command", [c for c in EVERY_COMMAND if c[0] not in {"search"}], ids=" ".join)
def test_json_is_one_versioned_line_of_ascii(words: Words, run: Run, command: list[str]) -> None:
    words.word = HOSTILE + "é\udcff"

    result = run(*command, "--json")

    assert result.stdout.isascii()
    assert unsafe(result.stdout) == set()
    assert result.stdout.count("\n") == 1
    assert json.loads(result.stdout)["version"] == 1


def test_an_edge_says_how_sure_it_is(words: Words, run: Run) -> None:
    told = json.loads(run("callers", "add", "--json").stdout)

    assert told["relations"][0]["edge"]["confidence"] == Strategy.EXACT.confidence
    assert told["relations"][0]["edge"]["strategy"] == "exact"
    assert told["total"] == 3


@pytest.mark.parametrize("command", EVERY_COMMAND, ids=" ".join)
def test_nothing_of_a_repository_commands_the_terminal(words: Words, run: Run, command: list[str]) -> None:
    words.word = HOSTILE

    plain, coloured = run(*command), run(*command, "--color")

    assert unsafe(plain.stdout + plain.stderr) == set()
    assert unsafe(coloured.stdout + coloured.stderr) <= {ESC}
    assert "\x1b]" not in coloured.stdout + coloured.stderr
    assert plain.exit_code == coloured.exit_code == 0


def test_nor_does_an_error(words: Words, run: Run) -> None:
    words.fails = UnknownSymbol(f"no symbol named {HOSTILE}", hint=HOSTILE)

    assert unsafe(run("symbol", HOSTILE).stderr) == set()
    assert unsafe(run(HOSTILE).stderr) == set()


@pytest.mark.parametrize("command", EVERY_COMMAND, ids=" ".join)
def test_an_ascii_terminal_gets_ascii(
    words: Words, run: Run, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words.word = "é"

    result = CliRunner(charset="ascii").invoke(main, command)

    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert result.exit_code == 0
    assert result.stdout_bytes.isascii()


@pytest.mark.parametrize(
    ("environ", "interactive", "colour"),
    [
        ({}, False, False),
        ({}, True, True),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "0"}, False, False),
        ({"CLICOLOR_FORCE": "1"}, False, True),
        ({"CLICOLOR": "0"}, True, False),
        ({"CLICOLOR": "1"}, False, False),
    ],
)
def test_colours_follow_the_environment(environ: dict[str, str], interactive: bool, colour: bool) -> None:
    assert wants_colour(environ, interactive) is colour


def test_a_flag_overrides_the_environment(words: Words, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert ESC in run("callers", "add").stdout
    assert ESC not in run("callers", "add", "--no-color").stdout

    monkeypatch.setenv("NO_COLOR", "1")
    assert ESC not in run("callers", "add").stdout
    assert ESC in run("callers", "add", "--color").stdout


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"  # type: ignore[assignment]

    def isatty(self) -> bool:
        return True


def test_prose_is_folded_to_a_terminal_and_left_alone_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    screen, pipe = Screen(), io.StringIO()
    text = "- " + "many words in one bullet point " * 4 + "`a code span with spaces`"

    Terminal(screen, colour=False).prose(text)
    Terminal(pipe, colour=False).prose(text)

    lines = screen.getvalue().splitlines()
    assert pipe.getvalue() == text + "\n"
    assert max(map(len, lines)) <= 40
    assert all(line.startswith("  ") for line in lines[1:])
    assert any("`a code span with spaces`" in line for line in lines)


def test_progress_is_one_line_that_vanishes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codeqa.cli.progress.EVERY_SECONDS", 0)
    monkeypatch.setenv("TERM", "xterm")
    screen = Screen()
    progress = ProgressLine(Terminal(screen), shown=True)

    progress.show(Progress("parse", 600, 6000, 2.0, "src/a.py"))
    progress.show(Progress("parse", 601, 6000, 2.0, HOSTILE))
    progress.clear()

    assert screen.getvalue().startswith("\r\x1b[2Kparse  600/6,000  300/s  18.0 s left  src/a.py\r\x1b[2K")
    assert screen.getvalue().endswith("\r\x1b[2K")
    assert unsafe(screen.getvalue().replace("\r\x1b[2K", "")) == set()


def test_progress_is_silent_in_a_pipe(words: Words, run: Run) -> None:
    assert run("ask", "x").stderr == "codeqa: warning: stale\n"


def test_times_and_sizes_are_said_in_their_largest_unit() -> None:
    assert [duration(s) for s in (0.0412, 2.44, 200)] == ["41 ms", "2.4 s", "3 min 20 s"]
    assert [size(n) for n in (812, 1_400_000, 3 * 10**12)] == ["812 B", "1.4 MB", "3000.0 GB"]
    assert describe(Progress("scan", 12, 0, 0.0)) == "scan  12"


def test_an_index_run_is_summed_up(words: Words, run: Run) -> None:
    assert run("index").stdout == (
        "files     12  3 parsed, 1 removed\n"
        "languages python 12\n"
        "symbols   1,200\n"
        "edges     42  exact 40, name 2\n"
        "skipped   2  binary 2: codeqa status lists them\n"
        "time      1.5 s  2.5 s of CPU\n"
        "size      123.5 kB  generation 4\n"
        "crashed   bad.py  its parser died; left out\n"
    )


def test_the_graph_is_exported_as_lines(words: Words, run: Run, tmp_path: Path) -> None:
    edges, definitions = tmp_path / "e.jsonl", tmp_path / "d.jsonl"

    result = run("graph", "export", "--edges", str(edges), "--defs", str(definitions), "--all")

    assert result.exit_code == 0
    assert json.loads(edges.read_text()) == {"name": "", "all": True}
    assert json.loads(definitions.read_text()) == {"name": ""}
    assert json.loads(run("graph", "export").stdout) == {"name": "", "all": False}


def test_a_file_that_cannot_be_written_is_named(words: Words, run: Run, tmp_path: Path) -> None:
    result = run("graph", "export", "--edges", str(tmp_path))

    assert result.exit_code == 1
    assert f"{tmp_path} cannot be written" in result.stderr


# --------------------------------------------------------------------------------------------------------- completion


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_learns_to_complete(run: Run, shell: str) -> None:
    result = run("completion", shell)

    assert result.exit_code == 0
    assert "_CODEQA_COMPLETE" in result.stdout


def test_a_shell_completes_commands_and_options(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_CODEQA_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "codeqa se")
    monkeypatch.setenv("COMP_CWORD", "1")
    assert run().stdout == "plain,search\n"

    monkeypatch.setenv("COMP_WORDS", "codeqa search --ex")
    monkeypatch.setenv("COMP_CWORD", "2")
    assert run().stdout == "plain,--explain\n"


# ------------------------------------------------------------------------------------------------------- what is paid


def imported(arguments: list[str], cwd: Path) -> set[str]:
    """Run a command line in its own process; return the modules that it imported, by their full names."""
    report = "import sys; from codeqa.cli import main\ntry: main()\nfinally: print('|', *sys.modules, file=sys.stderr)"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", report, *arguments]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.rpartition("|")[2].split())


def test_help_costs_next_to_nothing(tmp_path: Path) -> None:
    modules = imported(["--help"], tmp_path)

    assert (
        modules & {"numpy", "sqlite3", "tree_sitter", "codeqa.project", "codeqa.domain", "dataclasses", "json"} == set()
    )


SLOW = {"lancedb", "mcp", "ollama", "pyarrow", "pydantic", "scipy", "sklearn", "textual", "torch"}


NEEDLESS = {"codeqa.embed.ollama", "msgspec", "subprocess"}  # where nothing has changed and nothing is to be started
UNSHOWN = {"codeqa.domain.answers", "codeqa.domain.cards", "codeqa.domain.facts", "networkx"}  # of what a search tells


@pytest.mark.parametrize(
    ("command", "slow"),
    [(["ask", "who calls connect"], SLOW | NEEDLESS), (["search", "connect"], SLOW | NEEDLESS | UNSHOWN)],
)
def test_a_question_imports_nothing_slow(
    codeqa: RunCodeqa, make_repo: MakeRepo, command: list[str], slow: set[str]
) -> None:
    root = make_repo(SHOP)
    assert codeqa("index", root).returncode == 0

    first, second = (imported([*command, "--repo", str(root)], root) for _ in range(2))
    modules = first & second  # one of them may have had to look again at files that had just been written

    assert "codeqa.project" in modules
    assert modules & slow == set()


# ------------------------------------------------------------------------------------------------------- for real


def test_the_first_question_makes_the_index(codeqa: RunCodeqa, make_repo: MakeRepo) -> None:
    root = make_repo(SHOP)

    done = codeqa("ask", "who calls connect", "--repo", root)

    assert done.returncode == 0, done.stderr
    assert "[1] shop/" in done.stdout
    assert ESC not in done.stdout + done.stderr


def test_the_repository_is_found_upwards_and_the_question_read_from_a_pipe(
    codeqa: RunCodeqa, make_repo: MakeRepo
) -> None:
    root = make_repo(SHOP)

    done = codeqa("ask", "--json", cwd=root / "shop", stdin="who calls connect\n")
    told = json.loads(done.stdout)

    assert done.returncode == 0, done.stderr
    assert told["status"] == "answered"
    assert {citation["path"] for citation in told["citations"]} <= set(SHOP)


def test_indexing_twice_does_nothing_the_second_time(codeqa: RunCodeqa, make_repo: MakeRepo) -> None:
    root = make_repo(SHOP)

    first, second = codeqa("index", root), codeqa("index", root)

    assert first.stdout.startswith("files     2  2 parsed\n")
    assert second.stdout.startswith("up to date: 2 files")


@pytest.mark.parametrize("arguments", [["status"], ["search", "connect", "--no-update"]])
def test_without_an_index_and_without_making_one(codeqa: RunCodeqa, make_repo: MakeRepo, arguments: list[str]) -> None:
    done = codeqa(*arguments, "--repo", make_repo(SHOP))

    assert done.returncode == 4
    assert "hint: " in done.stderr


def test_a_root_that_is_none(codeqa: RunCodeqa, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")

    for place in (file, tmp_path / "missing"):
        done = codeqa("ask", "who calls connect", "--repo", place)
        assert (done.returncode, done.stdout) == (4, "")
        assert str(place) in done.stderr


@pytest.mark.parametrize("command", ["index", "ask what"])
def test_an_empty_repository_is_said_to_be_empty(codeqa: RunCodeqa, make_repo: MakeRepo, command: str) -> None:
    done = codeqa(*command.split(), "--repo", make_repo({}))

    assert done.returncode == (0 if command == "index" else 3)
    assert "there is no file to read" in done.stderr


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">/dev/full"])
def test_streams_may_be_closed_or_full(make_repo: MakeRepo, closed: str) -> None:
    root = make_repo(SHOP)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    script = f'"{sys.executable}" -m codeqa search connect --repo "{root}" {closed}'

    done = subprocess.run(["sh", "-c", script], env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == (1 if "full" in closed else 0), done.stderr
    assert "Traceback" not in done.stderr
    assert "internal error" not in done.stderr


def test_an_unknown_name_proposes_the_nearest(codeqa: RunCodeqa, make_repo: MakeRepo) -> None:
    done = codeqa("symbol", "conect", "--repo", make_repo(SHOP))

    assert done.returncode == 1
    assert "connect" in done.stderr


def test_every_reading_command_works_on_a_repository(codeqa: RunCodeqa, make_repo: MakeRepo) -> None:
    root = make_repo(SHOP)

    for command, said in {
        ("symbol", "connect"): "Open the database.",
        ("callers", "connect"): "shop/app.py:5",
        ("callees", "main"): "connect",
        ("path", "main", "connect"): "calls",
        ("impact", "connect"): "main",
        ("search", "database"): "shop/store.py",
        ("status",): "python 2",
        ("languages",): "Python",
        ("doctor",): "index",
    }.items():
        done = codeqa(*command, "--repo", root)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        assert said in done.stdout, command
        assert done.stderr == ""


def test_a_closed_pipe_is_no_error(codeqa: RunCodeqa, make_repo: MakeRepo) -> None:
    root = make_repo({"many.py": "".join(f"def function_{n}(): pass\n" for n in range(5000))})
    codeqa("index", root)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "codeqa", "graph", "export", "--defs", "-", "--repo", str(root)]

    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        complaint = process.stderr.read()

    assert (process.returncode, complaint) == (141, b"")


def test_the_module_is_the_console_script() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "codeqa", "--version"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)

    from codeqa import __version__

    assert done.stdout == f"codeqa {__version__}\n"


def test_no_argument_shows_the_help(run: Run) -> None:
    assert run().stdout == run("--help").stdout
    assert run().exit_code == 0


def every_command() -> dict[str, click.Command]:
    """The commands by their names as they are typed: those of a group behind its own."""
    found: dict[str, click.Command] = {}
    for name, command in main.commands.items():
        members = command.commands if isinstance(command, click.Group) else {"": command}
        found |= {f"{name} {member}".strip(): each for member, each in members.items()}
    return found


def test_every_command_has_the_common_options() -> None:
    common = {"repo", "as_json", "no_update", "cache", "color", "quiet"}
    commands = [command for name, command in every_command().items() if name not in {"completion", "tui"}]

    for command in commands:
        assert common <= {parameter.name for parameter in command.params}, command.name


# ---------------------------------------------------------------------------------------------------------------- docs


OPEN_KEYS = {"languages", "edges", "skipped", "vectors", "timing_ms", "supports", "why"}  # their keys are names


def keys_of(value: object, *, named: bool = False) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if not named:
                yield key
            yield from keys_of(item, named=key in OPEN_KEYS and isinstance(item, dict))
    elif isinstance(value, list):
        for item in value:
            yield from keys_of(item)


@pytest.mark.parametrize("command", EVERY_COMMAND, ids=" ".join)
def test_every_key_of_the_json_is_documented(words: Words, run: Run, command: list[str]) -> None:
    documented = (ROOT / "docs/json.md").read_text()
    told = [json.loads(line) for line in run(*command, "--json").stdout.splitlines()]

    assert {key for key in keys_of(told) if f'"{key}"' not in documented and f"`{key}`" not in documented} == set()


def test_every_command_and_option_is_documented() -> None:
    documented = (ROOT / "docs/cli.md").read_text()
    commands = every_command()
    options = {
        option
        for command in commands.values()
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
    }

    assert [name for name in commands if f"`{name}" not in documented] == []
    assert [option for option in options if option not in documented] == []


def test_no_confidence_is_shown_as_certainty() -> None:
    assert [wording.strategy("inferred", share) for share in (0.998, 0.98, 0.6)] == [
        "inferred .99",
        "inferred .98",
        "inferred .60",
    ]


def test_a_working_directory_that_is_gone_is_said() -> None:
    failure = explain(FileNotFoundError(2, "No such file or directory"))

    assert failure.message == "the working directory does not exist any more"
    assert failure.code == 1
