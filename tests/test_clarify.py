"""A question back where a name may mean several things: when, which, and what an answer to it does."""

from __future__ import annotations

import io
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, MakeRepo, RunCodeqa

from codeqa.clarifying.splitting import Candidate, listing, question
from codeqa.cli import clarify as face
from codeqa.cli.terminal import Terminal
from codeqa.conversation import Conversation
from codeqa.domain import Answer, Answered, Clarify, Option, Span, Symbol, UsageError
from codeqa.project import Project

STORE = "shop/store.py"
SESSION, BASKET, IDLE = (f"{STORE}::{name}.close" for name in ("Session", "Basket", "Idle"))

SHOP = {
    STORE: '''class Session:
    def close(self) -> None:
        """End the session."""

    def commit(self) -> None:
        self.close()


class Basket:
    def close(self) -> None:
        """Empty the basket."""


class Idle:
    def close(self) -> None:
        """Nobody calls this."""


def leave(session: Session) -> None:
    session.close()


def pay(basket: Basket) -> None:
    basket.close()
''',
    "shop/a.py": """def load() -> int:
    return 1


def start() -> int:
    return load()
""",
    "shop/b.py": """def load() -> int:
    return 2


def begin() -> int:
    return load()


def end() -> int:
    return load()
""",
    "shop/jobs.py": """def attempt() -> None: ...


def wait() -> None:
    attempt()


class Fast:
    def run(self) -> None:
        attempt()


class Slow:
    def run(self) -> None:
        wait()
""",
    "shop/twins.py": """class Red:
    def paint(self) -> None: ...


class Blue:
    def paint(self) -> None: ...


def both(red: Red, blue: Blue) -> None:
    red.paint()
    blue.paint()
""",
}


@pytest.fixture(scope="module")
def shop(make_module_repo: MakeRepo) -> Iterator[Project]:
    with Project.open(make_module_repo(SHOP), overrides={"index.embedder": "none"}) as project:
        for _ in project.update():
            pass
        yield project


def asked_back(project: Project, text: str) -> Clarify:
    *_, last = project.ask(text, may_ask=True)
    assert isinstance(last, Clarify), last
    return last


def answered(project: Project, text: str, **options: object) -> Answer:
    *_, last = project.ask(text, **options)  # type: ignore[arg-type]
    assert isinstance(last, Answered), last
    return last.answer


# ------------------------------------------------------------------------------------------------------------ planner


def test_classes_tell_methods_apart_and_what_gives_nothing_is_not_offered(shop: Project) -> None:
    back = asked_back(shop, "who calls close?")

    assert (back.question, back.name) == ("Which class's `close`?", "close")
    assert back.options == (
        Option("`Session.close`, 2 callers", (SESSION,)),
        Option("`Basket.close`, 1 caller", (BASKET,)),
    )


def test_files_tell_functions_apart(shop: Project) -> None:
    back = asked_back(shop, "how many callers does `load` have?")

    assert back.question == "Which file's `load`?"
    assert [option.label for option in back.options] == [
        "`load` in shop/b.py, 2 callers",
        "`load` in shop/a.py, 1 caller",
    ]


def test_a_description_says_where_each_stands(shop: Project) -> None:
    back = asked_back(shop, "what does close do?")

    assert back.options[0].label == f"`Session.close`, method at {STORE}:2"
    assert len(back.options) == 3


@pytest.mark.parametrize("text", ["who calls paint?", "which tests reach close?", "who calls Session.close?"])
def test_equal_answers_and_empty_ones_need_no_question(shop: Project, text: str) -> None:
    answered(shop, text, may_ask=True)


def test_without_leave_there_is_an_answer_for_each(shop: Project) -> None:
    answer = answered(shop, "who calls close?")

    assert {hop.dst for hop in answer.walk} == {SESSION, BASKET}
    assert any("ambiguous" in text for text in answer.unknowns)


def test_the_answer_is_about_what_was_chosen(shop: Project) -> None:
    answer = answered(shop, "who calls close?", meaning={"close": (BASKET,)})

    assert {hop.dst for hop in answer.walk} == {BASKET}
    assert answer.unknowns == (f"`close` was taken for `{BASKET}`, as was chosen",)


def test_several_that_were_chosen_are_answered_each_and_not_asked_about_again(shop: Project) -> None:
    answer = answered(shop, "who calls close?", meaning={"`close`": (SESSION, BASKET)}, may_ask=True)

    assert {hop.dst for hop in answer.walk} == {SESSION, BASKET}


@pytest.mark.parametrize(
    ("meaning", "says"),
    [
        ({"close": ("shop/a.py::load",)}, "close does not mean shop/a.py::load"),
        ({"close": ("nowhere.py::close",)}, "close does not mean nowhere.py::close"),
        ({"open": (SESSION,)}, "the question does not name open"),
    ],
)
def test_a_name_means_only_what_has_that_name(shop: Project, meaning: dict[str, tuple[str]], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        answered(shop, "who calls close?", meaning=meaning)


def test_of_two_names_the_one_is_asked_about_that_leaves_less_open(shop: Project) -> None:
    assert asked_back(shop, "compare load and close").name == "close"


def test_an_end_of_a_chain_is_asked_about_where_the_chains_differ(shop: Project) -> None:
    answered(shop, "how does pay reach close?", may_ask=True)  # it reaches one of them

    back = asked_back(shop, "how does run reach attempt?")

    assert [option.label for option in back.options] == ["`Slow.run`, 2 steps", "`Fast.run`, 1 step"]


# -------------------------------------------------------------------------------------------------------- conversation


def test_a_reference_with_several_meanings_is_asked_about(shop: Project) -> None:
    talk = Conversation()
    answered(shop, "how does Session.commit reach Session.close?", conversation=talk)

    *_, back = shop.ask("who calls it?", conversation=talk, may_ask=True)

    assert isinstance(back, Clarify)
    assert (back.question, back.name) == ("What does `it` mean?", "it")
    assert [option.symbols for option in back.options] == [(f"{STORE}::Session.commit",), (SESSION,)]
    assert len(talk.turns) == 1  # nothing is kept of what is not answered

    answer = answered(shop, "who calls it?", conversation=talk, meaning={"it": (SESSION,)})

    assert answer.understood == f"who calls `{SESSION}`?"
    assert answer.status == "answered"
    assert len(talk.turns) == 2


def test_all_that_a_reference_may_mean_is_no_answer(shop: Project) -> None:
    talk = Conversation()
    answered(shop, "how does Session.commit reach Session.close?", conversation=talk)

    assert answered(shop, "who calls it?", conversation=talk).status == "abstained"


@pytest.mark.parametrize("ids", [(BASKET,), (SESSION, f"{STORE}::Session.commit")])
def test_a_reference_means_one_of_what_was_spoken_of(shop: Project, ids: tuple[str, ...]) -> None:
    talk = Conversation()
    answered(shop, "how does Session.commit reach Session.close?", conversation=talk)

    with pytest.raises(UsageError, match="it does not mean"):
        answered(shop, "who calls it?", conversation=talk, meaning={"it": ids})


def test_a_follow_up_goes_on_with_what_was_chosen(shop: Project) -> None:
    talk = Conversation()
    answered(shop, "who calls close?", conversation=talk, meaning={"close": (BASKET,)})

    assert answered(shop, "what does it do?", conversation=talk).understood == f"what does `{BASKET}` do?"


# --------------------------------------------------------------------------------------------------------------- split


def symbol(key: str, kind: str = "method", **rest: str) -> Symbol:
    path, _, name = key.partition("::")
    return Symbol(key, name.rpartition(".")[2], name, kind, Span(path, 0, 9, 1, 2), 1, **rest)


def candidate(key: str, number: int = 1, kind: str = "method", **rest: str) -> Candidate:
    made = symbol(key, kind, **rest)
    name = made.qualname.rpartition(".")[0]
    owner = symbol(f"{made.span.path}::{name}", "class") if name else None
    return Candidate(made, frozenset(f"{key} {n}" for n in range(number)), number, owner)


def test_many_candidates_are_divided_by_what_leaves_few() -> None:
    many = [candidate(f"{folder}/f{n}.py::C{folder}{n}.run") for folder in ("api", "cli", "web") for n in range(4)]

    back = question([("run", many)], "caller")

    assert back is not None
    assert back.question == "`run` in which folder?"
    assert [option.label for option in back.options] == [
        f"{f}/, 4 of that name, 4 callers" for f in ("api", "cli", "web")
    ]


def test_what_nothing_divides_well_is_listed_and_the_rest_named_by_id() -> None:
    many = [candidate(f"api/f{n}.py::C{n}.run", n + 1) for n in range(8)]

    back = question([("run", many)], "caller")

    assert back is not None
    assert back.question == "Which `run`?"
    assert [option.label for option in back.options][:2] == ["`C7.run`, 8 callers", "`C6.run`, 7 callers"]
    assert back.others == ("api/f1.py::C1.run", "api/f0.py::C0.run")


@pytest.mark.parametrize(
    ("candidates", "says", "labels"),
    [
        (
            [candidate("a.py::run", 1, "function"), candidate("a.py::C.run", 2)],
            "Is `run` the function or the method?",
            ["`C.run` (method), 2 users", "`run` (function), 1 user"],
        ),
        (
            [candidate("a.py::C.run", 1), candidate("b.py::C.run", 2)],
            "Which file's `run`?",
            ["`C.run` in b.py, 2 users", "`C.run` in a.py, 1 user"],
        ),
        (
            [candidate("a.c::run", 1, "function"), candidate("a.c::run#2", 2, "function")],
            "Which `run`?",
            ["`run` in a.c:1, 2 users", "`run` in a.c:1, 1 user"],
        ),
    ],
)
def test_the_wording_follows_what_divides(candidates: list[Candidate], says: str, labels: list[str]) -> None:
    back = question([("run", candidates)], "user")

    assert back is not None
    assert back.question == says
    assert [option.label for option in back.options] == labels


def test_few_groups_go_before_a_list_of_overloads() -> None:
    kinds = [candidate(f"a.py::C.run#{n}") for n in range(2, 5)] + [candidate(f"a.py::D.run#{n}") for n in range(2, 5)]

    back = question([("run", kinds)])

    assert back is not None
    assert back.question == "Which class's `run`?"
    assert [len(option.symbols) for option in back.options] == [3, 3]


# ---------------------------------------------------------------------------------------------------------------- face

BACK = Clarify(
    "Which class's `close`?",
    (Option("`Session.close`, 2 callers", (SESSION,)), Option("`Basket.close`, 1 caller", (BASKET,))),
    "close",
    (IDLE,),
)


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        ("1", (SESSION,)),
        ("2", (BASKET,)),
        ("0", ()),
        ("3", ()),
        ("9" * 5000, ()),
        ("²", ()),
        ("session", (SESSION,)),
        ("`Basket.close`", (BASKET,)),
        (BASKET, (BASKET,)),
        (IDLE, (IDLE,)),
        ("close", ()),
        (STORE, ()),
        ("callers", ()),
        ("nonsense", ()),
    ],
)
def test_an_answer_is_a_number_or_a_name(typed: str, keys: tuple[str, ...]) -> None:
    assert face.meant(BACK, typed) == keys


def test_a_list_of_symbols_is_a_question() -> None:
    back = listing("it", [symbol("a.py::f", "function"), symbol("a.py::g", "function")])

    assert [option.label for option in back.options] == ["`f`, function at a.py:1", "`g`, function at a.py:1"]


def test_nothing_of_a_name_commands_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    evil = Clarify(
        "Which \x1b[2J`f`?", (Option("`f\x1b]0;x\x07`\n  9. `g`", ("a.py::f",)),), "f", ("\x1b[31m\nb.py::f",)
    )
    shown = io.StringIO()
    monkeypatch.setattr(sys, "stdin", io.StringIO("\x1b[2J\n"))

    assert face.ask(Terminal(shown, colour=False), evil) == {}
    assert "\x1b" not in shown.getvalue()
    assert "\x07" not in shown.getvalue()
    assert not any(line.startswith("  9.") for line in shown.getvalue().splitlines())


class Typed:
    """The command line on a terminal of its own, where somebody types; standard output is a pipe."""

    def __init__(self, root: Path, *arguments: str) -> None:
        self.master, end = pty.openpty()
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "NO_COLOR": "1"}
        command = [sys.executable, "-c", "from codeqa.cli import main; main()", "ask", *arguments]

        def lead() -> None:
            os.setsid()
            import fcntl
            import signal
            import termios

            signal.signal(signal.SIGINT, signal.SIG_DFL)  # ignored where the tests run in the background of a shell
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(
            command,
            cwd=root,
            env=environment,
            stdin=end,
            stdout=subprocess.PIPE,
            stderr=end,
            text=True,
            preexec_fn=lead,
        )
        os.close(end)
        self.shown = ""

    def see(self, text: str, times: int = 1) -> None:
        """Wait until something was shown so often."""
        until = time.monotonic() + 60
        while self.shown.count(text) < times:
            if not select.select([self.master], [], [], max(0.0, until - time.monotonic()))[0]:
                raise AssertionError(self.shown)
            try:
                self.shown += os.read(self.master, 4096).decode()
            except OSError as error:  # the other end is closed
                raise AssertionError(self.shown) from error

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def interrupt(self) -> None:
        """Press Ctrl-C until it ends: one that falls between the prompt and the read is lost in the interpreter."""
        for _ in range(30):
            self.type("\x03")
            try:
                self.process.wait(timeout=2)
            except subprocess.TimeoutExpired:
                continue
            return

    def end(self) -> tuple[int, str]:
        out, _ = self.process.communicate(timeout=60)
        os.close(self.master)
        return self.process.returncode, out


PROMPT = "Enter for all: "


@pytest.fixture
def root(shop: Project) -> Path:
    return shop.root


def test_a_number_chooses(root: Path) -> None:
    terminal = Typed(root, "who calls close?")
    terminal.see(PROMPT)
    assert "Which class's `close`?" in terminal.shown
    assert "  2. `Basket.close`, 1 caller" in terminal.shown
    terminal.type("1\n")
    code, out = terminal.end()

    assert code == 0
    assert "Session.commit" in out
    assert "Basket.close" not in out


@pytest.mark.parametrize("typed", ["\n", "\x04"])
def test_nothing_typed_is_an_answer_for_each(root: Path, typed: str) -> None:
    terminal = Typed(root, "who calls close?")
    terminal.see(PROMPT)
    terminal.type(typed)
    code, out = terminal.end()

    assert code == 0
    assert "Session.close" in out
    assert "Basket.close" in out


def test_after_two_answers_without_sense_all_are_answered(root: Path) -> None:
    terminal = Typed(root, "who calls close?")
    terminal.see(PROMPT)
    terminal.type("rubbish\n")
    terminal.see(PROMPT, 2)
    terminal.type("17\n")
    terminal.see("17 is none of these; all of them are answered")
    code, out = terminal.end()

    assert code == 0
    assert "Session.close" in out
    assert "Basket.close" in out


def test_an_interrupt_ends_it(root: Path) -> None:
    terminal = Typed(root, "who calls close?")
    terminal.see(PROMPT)
    terminal.interrupt()
    code, out = terminal.end()

    assert (code, out) == (130, "")


@pytest.mark.parametrize("option", ["--no-ask", "--json", "-q"])
def test_who_must_not_be_asked_is_not(root: Path, option: str) -> None:
    terminal = Typed(root, "who calls close?", option)
    code, out = terminal.end()

    assert code == 0
    assert BASKET in out or "Basket.close" in out


def test_without_a_terminal_nobody_is_asked(root: Path, codeqa: RunCodeqa) -> None:
    done = codeqa("ask", "who calls close?", cwd=root, stdin="1\n")

    assert done.returncode == 0
    assert "Which class" not in done.stderr
    assert "Basket.close" in done.stdout
