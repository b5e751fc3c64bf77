"""Editors, each told the line in its own way."""

from __future__ import annotations

import pytest

from codeqa.tui.editor import Command, command

FILE = "/repo/a b.py"


@pytest.mark.parametrize(
    ("editor", "argv", "terminal"),
    [
        ("vim", ("vim", "+12", FILE), True),
        ("/usr/bin/vim.basic", ("/usr/bin/vim.basic", "+12", FILE), True),
        ("nvim -p", ("nvim", "-p", "+12", FILE), True),
        ("emacs -nw", ("emacs", "-nw", "+12", FILE), True),
        ("emacsclient -t", ("emacsclient", "-t", "+12", FILE), True),
        ("nano", ("nano", "+12", FILE), True),
        ("micro", ("micro", "+12", FILE), True),
        ("kak", ("kak", "+12", FILE), True),
        ("hx", ("hx", f"{FILE}:12"), True),
        ("helix", ("helix", f"{FILE}:12"), True),
        ("code", ("code", "--goto", f"{FILE}:12"), False),
        ("code --wait", ("code", "--wait", "--goto", f"{FILE}:12"), False),
        ("codium", ("codium", "--goto", f"{FILE}:12"), False),
        ("zed", ("zed", f"{FILE}:12"), False),
        ("subl -n", ("subl", "-n", f"{FILE}:12"), False),
        ("idea", ("idea", "--line", "12", FILE), False),
        ("pycharm.sh", ("pycharm.sh", "--line", "12", FILE), False),
        ("'/opt/My Tools/goland64.exe'", ("/opt/My Tools/goland64.exe", "--line", "12", FILE), False),
    ],
)
def test_each_editor_opens_at_the_line(editor: str, argv: tuple[str, ...], terminal: bool) -> None:
    assert command({"VISUAL": editor, "EDITOR": "ed"}, FILE, 12) == Command(argv, terminal, at_line=True)


@pytest.mark.parametrize(
    ("environ", "argv"),
    [
        ({}, ("vi", "+12", FILE)),
        ({"VISUAL": " ", "EDITOR": "nano"}, ("nano", "+12", FILE)),
        ({"EDITOR": "nano"}, ("nano", "+12", FILE)),
        ({"VISUAL": "vim -c 'set nu"}, ("vim", "-c", "'set", "nu", "+12", FILE)),  # a quote that is not closed
    ],
)
def test_visual_goes_before_editor_and_vi_is_there_always(environ: dict[str, str], argv: tuple[str, ...]) -> None:
    assert command(environ, FILE, 12).argv == argv


def test_an_editor_that_is_not_known_gets_the_path_alone_and_the_terminal() -> None:
    assert command({"EDITOR": "ed"}, FILE, 12) == Command(("ed", FILE), terminal=True, at_line=False)
