"""Nothing of a repository or a model commands the terminal or the app, on any screen: the app as a process at a pty."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from textual.screen import Screen

import codeqa.tui
from codeqa.project import Project
from tests import hostile
from tests.conftest import ROOT
from tests.payloads import MARKER, PAYLOADS
from tests.pseudo import Pseudo
from tests.strict import FULL_SCREEN, LINES, foreign, shown

SIZE = (150, 310)  # tall: whatever a pane can show of its lines it shows at once
PASTED = "\x1b[200~{}\x1b[201~"
F1, F2, LEFT, RIGHT, DOWN, ENTER, ESCAPE, TAB = "\x1bOP", "\x1bOQ", "\x1b[D", "\x1b[C", "\x1b[B", "\r", "\x1b", "\t"


IN_ANSWER, TYPING = "Help  q Quit", "^q Quit"  # what the footer says where


class Tour:
    """Goes through a screen by its keys, and looks that it came to where it wanted."""

    def __init__(self, screen: Pseudo) -> None:
        self.at = screen

    def press(self, keys: str, *texts: str) -> None:
        self.at.press(keys)
        if texts:
            self.at.wait_for(*texts, seconds=40)

    def typing(self) -> None:
        """Go to the question; what is pressed before that is done goes where the focus was."""
        self.press("/", TYPING)

    def question(self, text: str, *texts: str) -> None:
        self.typing()
        self.press(text + ENTER, *texts)

    def paste(self, text: str) -> None:
        self.at.press(PASTED.format(text))


def ask(on: Tour) -> None:
    """Answers of the planner: sentences, steps, citations one by one, what is folded, what is copied."""
    on.press("what does catalogue do?" + ENTER, "✓ answered", IN_ANSWER, "catalogue.py:1")
    on.press("nnpYyj", "copied ")
    on.question("who calls catalogue?", "is called from", IN_ANSWER)
    on.press(DOWN * 8 + "n" * 8 + "y", "copied ")
    on.press("e", "No such file or directory")
    on.question("what does minified do?", "minified(a,b)", IN_ANSWER)
    on.press("n" + F1, "One sentence")
    on.press(F1)
    for n in range(0, len(PAYLOADS), 60):
        on.typing()
        on.paste(" ".join(payload.text for payload in PAYLOADS[n : n + 60]))
        on.press(ENTER, IN_ANSWER)


def index(on: Tour) -> None:
    """What was skipped, and the models, whose names attack; then one of them is chosen, and leads a walk."""
    on.press(F2, "evil:1b", "skipped", "Look again")
    on.press("\x1b[Z", "Open")
    on.press("G" + ENTER, "▾")
    on.press(TAB, "Choose")
    on.press("G" + ENTER)
    on.press("\x1b[H" + DOWN + ENTER, "evil:1b leads the walks of this session")
    on.press("b", "─answer")
    on.question("who calls run_EV000?", "evil:1b", "run_EV000", IN_ANSWER)
    on.press("G" + ENTER + "k" + ENTER + "nnY", "copied ")
    on.press("\x1b[Z")
    on.press("G" + ENTER)


def search(on: Tour) -> None:
    """Hits for each payload, their reasons, their lines."""
    on.press("\x06", "type to search", "⏎ Hits")
    on.press("catalogue", "catalogue.py", "30 hits")
    on.press(ENTER, "Why")
    on.press("w" + DOWN * 5 + "y", "copied ")
    for n in range(0, len(PAYLOADS), 100):
        on.press("/", "⏎ Hits")
        on.press("\x15", "type to search")
        on.paste(
            " ".join(payload.text for payload in PAYLOADS[n : n + 60])[:900]
        )  # with its escapes, as much as a query may have: else the bell rings
        on.press("", " hits")
        on.press(ENTER, "Why")
    on.press("g", "what leads here", "Filter")
    on.press(ESCAPE, "Why")
    on.press("a", TYPING)


def graph(on: Tour) -> None:
    """What stands around a symbol, and what around that; first the palette, where it is looked for."""
    on.press("\x10", "Search for commands")
    on.paste("\x1b]52;c;aGk=\x07 catalogue \x9b2J \u202e")
    on.press("", "Graph of users/")
    on.press(ESCAPE, TYPING)
    on.press("\x10", "Search for commands")
    on.press("catalogue", "Graph of catalogue")
    on.press(ENTER, "what leads here", "callers", "Filter")
    on.press("hj" * 3 + "y", "copied ")
    on.press("o", "symbol ❯")
    on.paste(PAYLOADS[90].text)
    on.press("", PAYLOADS[90].marker)
    on.press(ENTER, "Enter opens one")
    on.press(ESCAPE, "Filter")
    on.press("a", TYPING)


TOURS: dict[str, Callable[[Tour], None]] = {
    "AskScreen": ask,
    "IndexScreen": index,
    "SearchScreen": search,
    "GraphScreen": graph,
}


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
        with Pseudo("tui", cwd=root, environ=environ, size=SIZE) as screen:
            screen.wait_for("Ask about this repository", "fresh")
            for tour in TOURS.values():
                tour(Tour(screen))
            screen.press("\x11")
            assert screen.ended() == 0

    copied: list[str] = []
    assert foreign(screen.output, FULL_SCREEN, copied) == []
    assert copied
    for text in copied:  # nothing else than what a key copied, as it was shown
        assert foreign(text.encode(), LINES) == []
        assert "EVILCOPY" not in text
    seen = set(MARKER.findall(shown(screen.output, FULL_SCREEN)))
    assert {f"{payload.number:03d}" for payload in PAYLOADS} <= seen


def test_every_screen_is_gone_through() -> None:
    """A new screen needs a tour of its own."""
    for module in pkgutil.walk_packages(codeqa.tui.__path__, "codeqa.tui."):
        importlib.import_module(module.name)
    ours = {each for each in below(Screen) if each.__module__.startswith("codeqa.")}
    bases = {base for each in ours for base in each.__mro__[1:]}

    assert {each.__name__ for each in ours - bases} == set(TOURS)


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
        return "" if isinstance(node.value, ast.Constant) and node.value.value is False else node.arg
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
        return name
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
        "self.title = name",
        "Option('[b]')",
    ],
)
def test_what_shows_a_string_is_seen(source: str) -> None:
    assert any(_raw(node) for node in ast.walk(ast.parse(source)))
