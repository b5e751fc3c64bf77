"""Jump: a letter on each part of the screen; the letter, or a click on it, goes there."""

from __future__ import annotations

import string
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Label

from codeqa.tui.painting import paint


class Target(Label):
    """A letter over a part of the screen."""

    def __init__(self, letter: str, part: Widget) -> None:
        super().__init__(paint(f" {letter} "), markup=False)
        self.letter, self.part = letter, part


class JumpScreen(ModalScreen[Widget | None]):
    """Shows a letter on each part that can have the focus. Gives back the one that was chosen."""

    BINDING_GROUP_TITLE = "jump"
    CSS: ClassVar[str] = """
    JumpScreen { background: transparent; }
    JumpScreen Target { position: absolute; width: 3; background: $foreground; color: $background;
                        text-style: bold; }
    App:nocolor JumpScreen Target { text-style: bold reverse; }
    """

    def __init__(self, below: Screen[object]) -> None:
        super().__init__()
        self.below = below

    def compose(self) -> ComposeResult:
        """The letters, in the order in which Tab goes."""
        parts = [part for part in self.below.focus_chain if part.region]
        for letter, part in zip(string.ascii_lowercase, parts, strict=False):
            target = Target(letter, part)
            target.styles.offset = (part.region.x, part.region.y)
            yield target

    def on_key(self, event: events.Key) -> None:
        """Go to the part of the letter; any other key goes nowhere."""
        event.stop()
        targets = {target.letter: target.part for target in self.query(Target)}
        self.dismiss(targets.get(event.key))

    def on_click(self, event: events.Click) -> None:
        """Go to the part whose letter was clicked."""
        event.stop()
        self.dismiss(event.widget.part if isinstance(event.widget, Target) else None)
