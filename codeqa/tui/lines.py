"""Lines to scroll in, drawn one by one: what is not in view costs nothing, and other lines need no new layout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.style import Style
from textual.visual import Visual
from textual.widget import Widget


class Lines(ScrollView, can_focus=True):
    """Shows lines as they are, none of them folded; they are scrolled sideways too."""

    HELP = """## Evidence

The lines that the answer cites, marked ▌, with what stands around them. *checked*: their bytes were compared when the
answer was made; those of an earlier answer again when it was resumed. *changed since*: they are others by now.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "scroll_down", "Down", id="lines.down", show=False, tooltip="a line down"),
        Binding("up,k", "scroll_up", "Up", id="lines.up", show=False, tooltip="a line up"),
        Binding("left,h", "scroll_left", "Left", id="lines.left", show=False, tooltip="to the left"),
        Binding("right,l", "scroll_right", "Right", id="lines.right", show=False, tooltip="to the right"),
        Binding("pagedown", "page_down", "Page down", id="lines.page_down", show=False, tooltip="a page down"),
        Binding("pageup", "page_up", "Page up", id="lines.page_up", show=False, tooltip="a page up"),
        Binding("ctrl+d", "half(1)", "Half down", id="lines.half_down", show=False, tooltip="half a page down"),
        Binding("ctrl+u", "half(-1)", "Half up", id="lines.half_up", show=False, tooltip="half a page up"),
        Binding("home", "scroll_home", "First", id="lines.first", show=False, tooltip="the first line"),
        Binding("end,G", "scroll_end", "Last", id="lines.last", show=False, tooltip="the last line"),
    ]

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._lines: list[Content] = []
        self._drawn: dict[int, Strip] = {}  # those that have been in view

    @property
    def plain(self) -> str:
        """The text that is shown, in view or not."""
        return "\n".join(line.plain for line in self._lines)

    def write(self, lines: Sequence[Content]) -> None:
        """Show these lines, scrolled as the others were."""
        if len(lines) == len(self._lines) and all(map(Content.is_same, lines, self._lines)):
            return
        self._lines = list(lines)
        self._drawn.clear()
        # Not by assigning it, which would lay out the whole screen: the widget is as large as it was.
        size = Size(max((line.cell_length for line in lines), default=0), len(lines))
        self.set_reactive(Widget.virtual_size, size)
        self._scroll_update(size)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return a line of what is in view."""
        left, top = self.scroll_offset
        width = self.scrollable_content_region.width
        style = self.visual_style.rich_style
        if top + y >= len(self._lines):
            return Strip.blank(width, style)
        return self._strip(top + y).crop_extend(left, left + width, style).apply_offsets(left, top + y)

    def _strip(self, number: int) -> Strip:
        """Return a whole line, drawn once."""
        span = self.text_selection.get_span(number) if self.text_selection is not None else None
        if span is None and number in self._drawn:
            return self._drawn[number]
        line = self._lines[number]
        if span is not None:
            start, end = span
            chosen = Style.from_styles(self.screen.get_component_styles("screen--selection"))
            line = line.stylize(chosen, start, len(line.plain) if end == -1 else end)
        strips = Visual.to_strips(self, line, max(line.cell_length, 1), 1, self.visual_style, apply_selection=False)
        strip = strips[0] if strips else Strip.blank(0)
        if span is None:
            self._drawn[number] = strip
        return strip

    def notify_style_update(self) -> None:
        """Draw anew: the colours may be others."""
        super().notify_style_update()
        self._drawn.clear()

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return what is selected by the mouse."""
        return selection.extract(self.plain), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Draw what is selected, or is no longer."""
        self.refresh()

    def action_half(self, step: int) -> None:
        """Scroll half a page."""
        self.scroll_relative(y=step * max(self.scrollable_content_region.height // 2, 1), animate=False)


class Folded(Lines):
    """Shows lines folded to its width."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.said: Sequence[Content] = ()
        self._folded: object = None  # the room that they were folded for

    def write(self, lines: Sequence[Content]) -> None:
        """Show these lines, as many rows for each as it takes."""
        self.said = lines
        self._fold()

    def on_resize(self) -> None:
        """Fold to the width that there is now."""
        if self._folded != self._room:
            self._fold()

    @property
    def _room(self) -> tuple[int, int]:
        """Columns, with that of a scrollbar, and rows."""
        width, height = self.scrollable_content_region.size
        return max(width + self.scrollbar_size_vertical, 2), height

    def _fold(self) -> None:
        self._folded = width, height = self._room
        rows = _rows(self.said, width) if len(self.said) <= height else []
        if not rows or len(rows) > height:  # a scrollbar takes one column
            rows = _rows(self.said, width - 1)
        super().write(rows)


def _rows(lines: Sequence[Content], width: int) -> list[Content]:
    return [row for line in lines for row in (line.wrap(width) if line else (line,))]
