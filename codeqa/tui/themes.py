"""The three themes; what they tell apart by colour is told by a sign or a word too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.filter import LineFilter
from textual.theme import Theme

if TYPE_CHECKING:
    from textual.color import Color

DARK = Theme(
    name="codeqa-dark",
    primary="#7aa2f7",
    secondary="#7dcfff",
    accent="#9ece6a",
    warning="#e0af68",
    error="#f7768e",
    success="#9ece6a",
    foreground="#c8d0e0",
    background="#16181f",
    surface="#20232d",
    panel="#1d2029",
    dark=True,
    variables={"quiet": "#a9b1c4"},
)
LIGHT = Theme(
    name="codeqa-light",
    primary="#2a5db0",
    secondary="#0f6f8c",
    accent="#3d6b1f",
    warning="#8a5a00",
    error="#b3261e",
    success="#2f6f1f",
    foreground="#24272e",
    background="#fbfbf9",
    surface="#f0f0ec",
    panel="#ebebe6",
    dark=False,
    variables={"quiet": "#4a4f5a"},
)
CONTRAST = Theme(
    name="codeqa-contrast",
    primary="#80d8ff",
    secondary="#80d8ff",
    accent="#ffff00",
    warning="#ffd166",
    error="#ff6b6b",
    success="#6bff6b",
    foreground="#ffffff",
    background="#000000",
    surface="#1c1c1c",
    panel="#000000",
    dark=True,
    text_alpha=1.0,
    variables={"quiet": "#d8d8d8"},
)
THEMES = {"dark": DARK, "light": LIGHT, "contrast": CONTRAST}


class Colourless(LineFilter):
    """Takes every colour out, as NO_COLOR asks; bold, reverse, dim and underlined stay."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments of a line without colours."""
        return [
            Segment(segment.text, segment.style and segment.style.without_color, segment.control)
            for segment in segments
        ]
