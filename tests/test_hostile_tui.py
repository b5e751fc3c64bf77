"""Nothing of a repository or a model commands the terminal or the app, on any screen: the app as a process at a pty."""

from __future__ import annotations

import ast
import base64
import importlib
import json
import pkgutil
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from textual.screen import Screen

import codeqa.tui
from codeqa import sanitise
from codeqa.project import Project
from codeqa.tui.composing import ASKED
from codeqa.tui.sessions import entries, listing
from tests import hostile
from tests.conftest import ROOT
from tests.payloads import MARKER, PAYLOADS, Payload
from tests.pseudo import Pseudo
from tests.strict import FULL_SCREEN, LINES, foreign, shown

SIZE = (150, 110)  # tall: most of what a pane can show of its lines it shows at once
SECONDS = 40  # that something may take to stand on the screen, on a machine that does other things too
PASTED = "\x1b[200~{}\x1b[201~"
F1, F2, F3, RIGHT, DOWN, ENTER, ESCAPE, TAB = "\x1bOP", "\x1bOQ", "\x1bOR", "\x1b[C", "\x1b[B", "\r", "\x1b", "\t"
PAGE_DOWN = "\x1b[6~"
BACKTAB, HOME, CTRL_F, CTRL_O, CTRL_P, CTRL_R, CTRL_U = "\x1b[Z", "\x1b[H", "\x06", "\x0f", "\x10", "\x12", "\x15"

IN_ANSWER, TYPING = "z Zoom", "^q Quit"  # what the footer says where
SIGNS = {  # a class of each screen that can be shown, and what says that it is
    "AskScreen": "─walk",
    "SearchScreen": "▸ search",
    "IndexScreen": "Look again",
    "GraphScreen": "▸ graph",
    "SessionsScreen": "─earlier questions",
    "StepsScreen": "sessions ▸ trace",
    "ComparisonScreen": "sessions ▸ two runs",
    "JumpScreen": " a ",
}
OSC_52 = b"\x1b]52;"
COPYING = re.compile(r"copied (.+?) *$", re.MULTILINE)
DRAWN = re.compile(r"[\s\u2500-\u259f]")  # frames, bars, and where lines are folded


class Tour:
    """Goes through the screens key by key, and looks each time that it came to where it wanted."""

    def __init__(self, at: Pseudo, root: Path) -> None:
        self.at, self.root = at, root
        self.came: set[str] = set()  # screens
        self.copied: list[str] = []  # what was to be copied

    def press(self, key: str, *texts: str, gone: Sequence[str] = ()) -> None:
        """Press one key: of two that are written at once the second goes where the focus was before the first."""
        self.at.press(key)
        self.at.wait_for(*texts, gone=gone, seconds=SECONDS)
        self.at.quiet()

    def keys(self, *keys: str) -> None:
        for key in keys:
            self.press(key)

    def screen(self, key: str, name: str, *texts: str) -> None:
        """Press a key that leads to a screen."""
        self.press(key, SIGNS[name], *texts)
        self.came.add(name)

    def typed(self, text: str) -> None:
        """Type, where one types already."""
        self.press(text, text[-60:])

    def paste(self, payloads: Sequence[Payload], *, most: int = 20_000) -> None:
        """Paste payloads, as a terminal does, without ESC; see the last one of them that has room."""
        text = " ".join(payload.text for payload in payloads).replace("\x1b", "")[:most]
        self.press(PASTED.format(text), f"EV{MARKER.findall(text)[-1]}")

    def typing(self) -> None:
        self.press("/", TYPING, gone=[IN_ANSWER])

    def ask(self, text: str, *texts: str) -> None:
        self.typed(text)
        self.press(ENTER, *texts, IN_ANSWER)

    def copy(self, key: str, expected: str = "") -> None:
        """Copy what is expected: else that place which the line of status names."""
        self.at.press(key)
        self.at.wait_written(OSC_52, times=len(self.copied) + 1, seconds=SECONDS)
        self.press("", "copied ")
        self.copied.append(expected or COPYING.findall(str(self.at.drawn))[-1])

    def copy_shown(self, key: str) -> None:
        """Copy what one pane has of the screen, which shows as much of it as has room."""
        self.copy(key, "what is shown")
        self.copied[-1] = base64.b64decode(self.at.output.rpartition(OSC_52 + b"c;")[2].partition(b"\x07")[0]).decode()
        assert DRAWN.sub("", self.copied[-1])[:1_500] in DRAWN.sub("", str(self.at.drawn)), self.copied[-1]

    @property
    def first(self) -> str:
        """The first question with its answer, as the list of them copies it."""
        with Project.open(self.root, environ={}) as project:
            traces = [trace for name in project.traces.stamps() if (trace := project.traces.read(name)) is not None]
        found = [entry for trace in traces for entry in entries.of_trace(trace)]
        return sanitise.text(listing.markdown(min(found, key=lambda entry: entry.when)))

    @property
    def answer(self) -> str:
        """The last answer, as it is copied."""
        traces = sorted((self.root / ".codeqa" / "traces").glob("*.jsonl"), key=lambda path: path.stat().st_mtime_ns)
        records = [json.loads(line) for line in traces[-1].read_text().splitlines()]
        answer = [record["answer"] for record in records if "answer" in record][-1]
        places = "\n".join(
            f"- [{c['n']}] `{c['path']}:{_lines(c['start_line'], c['end_line'])}` {c['symbol']}".rstrip()
            for c in answer["citations"]
        )
        unknowns = "\n".join(f"- {note}" for note in answer["unknowns"])
        end = f"codeqa: {answer['status']}, {answer['model'] or 'no model'}, generation {answer['index']['generation']}"
        parts = [f"**{answer['question']}**", answer["answer"], places, unknowns and f"Not known:\n\n{unknowns}", end]
        return sanitise.text("\n\n".join(part for part in parts if part)) + "\n"


def _lines(first: int, last: int) -> str:
    return f"{first}" if first == last else f"{first}-{last}"


def asking(on: Tour) -> None:
    """Answers of the planner: sentences, steps, citations one by one, what is folded, what is copied."""
    on.typed("what does catalogue do?")
    on.screen(ENTER, "AskScreen", "✓ answered", IN_ANSWER, "catalogue.py:1")
    on.press("n", "2/7")
    on.press("p", "1/7")
    on.copy("Y", on.answer)
    on.copy("y")
    on.keys("j", "j")
    on.typing()
    on.ask("who calls catalogue?", "is called from")
    on.keys(*[DOWN] * 4, *"nnn")
    on.copy("y")
    on.press("e", "No such file or directory")
    on.typing()
    on.ask("what does minified do?", "minified(a,b)")
    on.press("n")
    on.press(F1, "One sentence")
    on.press(F1, gone=["One sentence"])
    for n in range(0, len(PAYLOADS), 90):
        on.typing()
        on.paste(PAYLOADS[n : n + 90])
        on.press(ENTER, IN_ANSWER)
    on.typing()
    names = [f"run_{payload.marker}" for payload in PAYLOADS[245:]]  # the longest, of which the others hid the last
    on.press(f"what do {', '.join(names)} do?", names[-1])
    on.press(ENTER, IN_ANSWER)


def asked_back(on: Tour) -> None:
    """Names behind @, what was asked before, a question back, a letter on each part."""
    on.typing()
    on.typed("what does @settl")
    on.press("", "function · users/EV000")
    on.press(ENTER, "::settle`", gone=["function · users/EV000"])
    on.press(CTRL_U, "Ask about this repository")
    on.press(CTRL_R, ASKED, "what does minified do?")
    on.press(ESCAPE, gone=[ASKED])
    on.typed("what does settle do?")
    on.press(ENTER, "? asks back", "Which file's", "users/EV004")
    on.keys(DOWN, DOWN)
    on.press("3", IN_ANSWER, "✓ answered", "a\\x02b END.py:10-11")
    on.screen(CTRL_O, "JumpScreen", " b ")
    on.press("a", gone=[" b "])


def index(on: Tour) -> None:
    """What was skipped, and the models, whose names attack; then one of them is chosen, and leads a walk."""
    on.screen(F2, "IndexScreen", "evil:1b", "skipped")
    on.press(BACKTAB, "Open")
    on.press("G")
    on.press(ENTER, "▾")
    on.press(TAB, "Choose")
    on.keys(PAGE_DOWN, PAGE_DOWN)
    on.press("G")
    on.press(ENTER)
    on.press(HOME)
    on.press(DOWN)
    on.press(ENTER, "evil:1b leads the walks of this session")
    on.press("b", SIGNS["AskScreen"])
    on.typing()
    on.ask("who calls run_EV000?", "evil:1b", "run_EV000")
    on.press("G")
    on.press(ENTER)
    on.keys("n", "n")
    on.copy("Y", on.answer)


def search(on: Tour) -> None:
    """Hits for each payload, their reasons, their lines."""
    on.screen(CTRL_F, "SearchScreen", "type to search", "⏎ Hits")
    on.typed("catalogue")
    on.press("", "30 hits")
    on.press(ENTER, "w Why")
    on.keys("w", DOWN, DOWN)
    on.copy("y")
    for n in range(0, len(PAYLOADS), 100):
        on.press("/", "⏎ Hits")
        on.press(CTRL_U, "type to search")
        on.paste(PAYLOADS[n : n + 100], most=1_000)
        on.press("", " hits")
    on.press(PASTED.format("more than has room " * 200))  # no bell
    on.press(CTRL_U, "type to search")
    on.typed("catalogue")
    on.press("", "30 hits")
    on.press(ENTER, "w Why")
    on.screen("g", "GraphScreen", "what leads here", "Filter")
    on.press(ESCAPE, "w Why", SIGNS["SearchScreen"])
    on.press("a", TYPING)


def graph(on: Tour) -> None:
    """What stands around a symbol, and what around that; first the palette, where it is looked for."""
    on.press(CTRL_P, "Search for commands")
    on.press(PASTED.format("]52;c;aGk=\x07 catalogue \x9b2J \u202e"), "catalogue")
    on.press("", "Graph of ")
    on.press(ESCAPE, gone=["Graph of "])
    on.press(CTRL_P, "Search for commands")
    on.typed("catalogue")
    on.press("", "Graph of catalogue")
    on.screen(ENTER, "GraphScreen", "what leads here", "callers", "Filter")
    on.keys(*"hjhj")
    on.copy("y")
    on.press("o", "symbol ❯")
    on.paste(PAYLOADS[90:91])
    on.press(ENTER, "Enter opens one")
    on.press(ESCAPE, "Filter")
    on.press(ESCAPE, SIGNS["AskScreen"])


def sessions(on: Tour) -> None:
    """Earlier questions, their labels and notes, their traces, two beside each other, one taken up again."""
    on.screen(F3, "SessionsScreen", "─answer, as it was", " conversation")
    on.keys(DOWN, DOWN)
    on.press("+", "▲ good")
    on.press("n", "▲ good ❯")
    on.paste(PAYLOADS[60:64])
    on.press(ENTER, "noted")
    on.press(HOME)
    on.copy("y", on.first)
    on.screen("t", "StepsScreen", "─steps")
    on.keys("J", "J")
    on.press("x", "raw 3/")
    on.press(ENTER, gone=["─steps"])
    on.copy_shown("y")
    on.press(ESCAPE, "─steps")
    on.press(ESCAPE, SIGNS["SessionsScreen"])
    on.press("c", "◆ to compare")
    on.press(DOWN)
    on.screen("c", "ComparisonScreen", "two questions")
    on.copy_shown("y")
    on.press(ESCAPE, SIGNS["SessionsScreen"])
    on.press("r", SIGNS["ComparisonScreen"])
    on.press(ESCAPE, SIGNS["SessionsScreen"])
    on.press("s", "✓ saved")
    on.press("/", "⏎ List")
    on.paste(PAYLOADS[60:61])
    on.press(ENTER, "c Mark")
    on.press("/", "⏎ List")
    on.press(CTRL_U, "words of a question")
    on.paste(PAYLOADS[50:54])
    on.press(CTRL_U, "words of a question")
    on.press(ENTER, "c Mark")
    on.press(ENTER, "↺ of ", SIGNS["AskScreen"])
    on.press(F3, SIGNS["SessionsScreen"], "d Delete")
    on.press("d", "d again deletes")
    on.press("d", "deleted, ", "Nothing has been asked here yet")


TOURS = (asking, asked_back, index, search, graph, sessions)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = hostile.repository(tmp_path_factory.mktemp("hostile"))
    with Project.open(made, environ={}) as project:
        for _ in project.update():
            pass
    return made


def test_at_a_terminal_no_screen_writes_what_is_not_ours(root: Path, tmp_path: Path) -> None:
    with hostile.server() as server:
        environ = {
            "OLLAMA_HOST": server.url,
            "XDG_CONFIG_HOME": str(tmp_path),
            "XDG_CACHE_HOME": str(tmp_path),
            "VISUAL": f"/nowhere/{PAYLOADS[60].one_line}",
        }
        (tmp_path / "codeqa").mkdir()
        (tmp_path / "codeqa" / "config.toml").write_text(hostile.keys(PAYLOADS[90:93]))
        with Pseudo("tui", cwd=root, environ=environ, size=SIZE) as screen:
            screen.wait_for("Ask about this repository", "fresh", "no action")
            tour = Tour(screen, root)
            for part in TOURS:
                part(tour)
            screen.press("\x11")
            assert screen.ended() == 0

    copied: list[str] = []
    assert foreign(screen.output, FULL_SCREEN, copied) == []
    assert copied == tour.copied
    assert [text for text in copied if foreign(text.encode(), LINES) or "EVILCOPY" in text] == []
    seen = set(MARKER.findall(shown(screen.output, FULL_SCREEN)))
    assert {f"{payload.number:03d}" for payload in PAYLOADS} <= seen
    assert tour.came == set(SIGNS)


def test_every_screen_is_gone_through() -> None:
    """A new screen needs a tour of its own."""
    for module in pkgutil.walk_packages(codeqa.tui.__path__, "codeqa.tui."):
        importlib.import_module(module.name)
    ours = {each for each in below(Screen) if each.__module__.startswith("codeqa.")}
    bases = {base for each in ours for base in each.__mro__[1:]}

    assert {each.__name__ for each in ours - bases} == set(SIGNS)


def below(kind: type) -> Iterator[type]:
    for each in kind.__subclasses__():
        yield each
        yield from below(each)


# What makes text of a string, or shows one: painting does, and `Static` where it is told to read no markup. A widget is
# updated with what `painting` made; a name of a key, a placeholder, a title are words of ours.
MAKERS = {"Text", "from_markup", "from_rich_text", "notify", "Label", "RichLog", "Log", "Markdown", "Tree", "TextArea"}
MAKERS |= {"DataTable", "styled", "Pretty", "Collapsible", "Toast", "set_title", "print"}


def test_strings_become_text_in_one_module() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {why}"
        for path in sorted((ROOT / "codeqa" / "tui").rglob("*.py"))
        if path.name != "painting.py"
        for node in ast.walk(ast.parse(path.read_text()))
        if (why := _raw(node))
    ]

    assert found == []


def _raw(node: ast.AST) -> str:
    """Say what is wrong with a piece of source, "" if nothing is."""
    if isinstance(node, ast.keyword) and node.arg in {"markup", "tooltip"}:
        said = node.value.value if isinstance(node.value, ast.Constant) else node
        again = isinstance(node.value, ast.Attribute) and node.value.attr == "tooltip"  # one that stands somewhere
        ours = said is False or (node.arg == "tooltip" and (isinstance(said, str) or again))  # of a key: words of ours
        return "" if ours else node.arg
    if isinstance(node, ast.Assign | ast.AugAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names = {target.attr for target in targets if isinstance(target, ast.Attribute)}
        return ", ".join(names & {"tooltip", "title", "sub_title", "border_subtitle"})
    if not isinstance(node, ast.Call):
        return ""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    given = node.args[0] if node.args else None
    text = isinstance(given, ast.JoinedStr | ast.BinOp) or (
        isinstance(given, ast.Constant) and isinstance(given.value, str)
    )
    if name in MAKERS:
        return "" if given is None or isinstance(given, ast.Constant) else name  # words of ours
    if name == "Static" and not any(keyword.arg == "markup" for keyword in node.keywords):
        return "Static that reads markup"
    if name == "Content" and not (isinstance(given, ast.Constant) and given.value in ("", "\n")):
        return "Content of a string"
    return f"{name} of a string" if name in {"update", "add_option", "Option", "Row"} and text else ""


@pytest.mark.parametrize(
    "source",
    [
        "self.notify(name)",
        "Static(name)",
        "Static(name, markup=True)",
        "box.update(f'{name}')",
        "Content(name)",
        "Content.from_markup(name)",
        "pane.tooltip = name",
        "Binding('a', 'b', tooltip=name)",
        "self.title = name",
        "Option('[b]')",
    ],
)
def test_what_shows_a_string_is_seen(source: str) -> None:
    assert any(_raw(node) for node in ast.walk(ast.parse(source)))
