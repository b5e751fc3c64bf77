"""Nothing of a repository or a model commands the terminal or the app, on any screen: the app as a process at a pty."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from codeqa.project import Project
from tests import hostile
from tests.conftest import ROOT
from tests.payloads import LONG, MARKER, PAYLOADS
from tests.pseudo import Pseudo
from tests.strict import FULL_SCREEN, foreign, shown

SIZE = (170, 420)  # tall: whatever a pane can show of its lines it shows at once
PASTED = "\x1b[200~{}\x1b[201~"
F1, F2, LEFT, RIGHT, DOWN, ENTER, ESCAPE, TAB = "\x1bOP", "\x1bOQ", "\x1b[D", "\x1b[C", "\x1b[B", "\r", "\x1b", "\t"


class Tour:
    """Goes through a screen by its keys, and looks that it came to where it wanted."""

    def __init__(self, screen: Pseudo) -> None:
        self.at = screen

    def press(self, keys: str, *texts: str) -> None:
        self.at.press(keys)
        if texts:
            self.at.wait_for(*texts)

    def paste(self, text: str) -> None:
        self.at.press(PASTED.format(text))
