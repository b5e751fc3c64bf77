"""A list of rows that one can stand on: what the walk and the answer are shown in."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.strip import Strip
from textual.style import Style
from textual.visual import Visual
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from codeqa.tui.painting import paint

if TYPE_CHECKING:
    from textual.css.styles import RulesMap
    from textual.events import MouseMove
    from textual.visual import RenderOptions

GUTTER = 2
MARK = "▎"
EMPTY = Content("")
REVERSE = Style(reverse=True)
NARROWEST = 8  # columns that text is folded to at least
MARKED, UNMARKED = paint((MARK, "mark"), " "), paint((" ", "mark"), " ")


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of a list.

    Attributes:
        body: what it says; it is folded to the width, behind `lead`.
        lead: stands before the first line.
        rest: stands before each further line.
        ref: what it stands for, to whoever asks; a row without one cannot be stood on.
    """

    body: Content
    lead: Content = EMPTY
    rest: Content = EMPTY
    ref: object = None


class Hung(Visual):
    """A row as textual renders it: a gutter, and a body that hangs behind its lead."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self._height = (0, 0)  # the width that it was last asked for, and the lines that it takes then

    def _width(self, width: int) -> int:
        before = max(self.row.lead.cell_length, self.row.rest.cell_length)
        return max(width - GUTTER - before, NARROWEST)

    def render_strips(self, width: int, height: int | None, style: Style, options: RenderOptions) -> list[Strip]:
        """Render all lines; textual asks for them by the width that it has."""
        body = self.row.body.render_strips(self._width(width), None, style, options)
        gutter = UNMARKED.render_strips(GUTTER, 1, style, options)[:1]
        strips = []
        for number, strip in enumerate(body):
            lead = self.row.rest if number else self.row.lead
            before = lead.render_strips(lead.cell_length, 1, style, options)[:1] if lead else []
            strips.append(Strip.join([*gutter, *before, strip]).crop(0, width))
        return strips[:height]

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        return GUTTER + self.row.lead.cell_length + self.row.body.get_optimal_width(rules, container_width)

    def get_height(self, rules: RulesMap, width: int) -> int:
        if self._height[0] != width:
            self._height = width, self.row.body.get_height(rules, self._width(width))
        return self._height[1]


class Rows(OptionList):
    """Rows to move over, by keys or mouse. `OptionHighlighted` and `OptionSelected` name a row by its index."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "cursor_down", "Down", id="list.down", show=False, tooltip="a row down"),
        Binding("up,k", "cursor_up", "Up", id="list.up", show=False, tooltip="a row up"),
        Binding("pagedown", "page_down", "Page down", id="list.page_down", show=False, tooltip="a page down"),
        Binding("pageup", "page_up", "Page up", id="list.page_up", show=False, tooltip="a page up"),
        Binding("ctrl+d", "half(1)", "Half down", id="list.half_down", show=False, tooltip="half a page down"),
        Binding("ctrl+u", "half(-1)", "Half up", id="list.half_up", show=False, tooltip="half a page up"),
        Binding("home", "first", "First", id="list.first", show=False, tooltip="the first row"),
        Binding("end,G", "last", "Last", id="list.last", show=False, tooltip="the last row"),
        Binding("enter", "select", "Open", id="list.select", show=False, tooltip="open what one stands on"),
    ]

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, markup=False, compact=True)
        self.rows: list[Row] = []
        self._marked: frozenset[int] = frozenset()

    def show(self, rows: Sequence[Row], *, at: int | None = None) -> None:
        """Show these rows, and stand on one of them; the last one comes into view if none is given."""
        stood = self._stands
        self.rows = list(rows)
        self._marked = frozenset()
        self.clear_options()
        self.add_options(Option(Hung(row), disabled=row.ref is None) for row in self.rows)
        self.highlighted = at
        if at is None:
            self.scroll_home(animate=False)
        if stood != self._stands:
            self.refresh_bindings()

    def reveal(self) -> None:
        """Bring into view what was opened: the rows below the one that is stood on, up to the next of that kind."""
        at = self.highlighted
        if at is None:
            return
        self._update_lines()
        of_it = (None, self.rows[at].ref)
        after = next((i for i in range(at + 1, len(self.rows)) if self.rows[i].ref not in of_it), len(self.rows))
        bottom = self._index_to_line.get(after, len(self._lines))
        y = min(self._index_to_line.get(at, 0), bottom - self.scrollable_content_region.height)
        if y > self.scroll_y:
            self.scroll_to(y=y, animate=False, force=True, immediate=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to open only where there is something to stand on."""
        return self._stands if action == "select" else super().check_action(action, parameters)

    def add(self, row: Row) -> None:
        """Show one row more; it comes into view unless somebody has scrolled up."""
        follows = self.is_vertical_scroll_end
        self.rows.append(row)
        self.add_option(Option(Hung(row), disabled=row.ref is None))
        if follows:
            self.scroll_end(animate=False)

    @property
    def _stands(self) -> bool:
        """Whether there is a row to stand on; where there is none, as while a walk goes on, keys scroll."""
        return any(row.ref is not None for row in self.rows)

    def action_cursor_up(self) -> None:
        """Go up, or scroll."""
        if self._stands:
            super().action_cursor_up()
        else:
            self.scroll_up(animate=False)

    def action_cursor_down(self) -> None:
        """Go down, or scroll."""
        if self._stands:
            super().action_cursor_down()
        else:
            self.scroll_down(animate=False)

    def action_first(self) -> None:
        """Go to the first row and the top."""
        super().action_first()
        self.scroll_home(animate=False)

    def action_last(self) -> None:
        """Go to the last row and the end; what comes then is followed again."""
        super().action_last()
        self.scroll_end(animate=False)

    def mark(self, indices: Collection[int]) -> None:
        """Mark rows that belong to what is stood on elsewhere."""
        marked = frozenset(indices)
        if marked != self._marked:
            self._marked = marked
            self.refresh()
        if marked and self.highlighted not in marked:
            self._bring_into_view(min(marked))

    def _get_option_render(self, option: Option, style: Style) -> list[Strip]:
        """Put the mark before what is kept of a row: to replace the row would measure all of them anew."""
        strips = super()._get_option_render(option, style)
        index = self._option_to_index[option]
        if index not in self._marked:
            return strips
        (gutter,) = Visual.to_strips(self, MARKED, GUTTER, 1, style)
        gutter = gutter.apply_meta({"option": index})
        return [Strip.join([gutter, strip.crop(GUTTER)]) for strip in strips]

    def _bring_into_view(self, index: int) -> None:
        top = self._index_to_line.get(index)
        if top is not None and not self.scroll_y <= top < self.scroll_y + self.scrollable_content_region.height:
            self.scroll_to(y=max(top - 1, 0), animate=False)

    def get_visual_style(self, *component_classes: str, partial: bool = False) -> Style:
        """Return the style of a part; what is stood on is reversed where there are no colours to show it."""
        style = super().get_visual_style(*component_classes, partial=partial)
        if self.app.no_color and self.has_focus and "option-list--option-highlighted" in component_classes:
            return style + REVERSE  # in a style sheet textual leaves it out
        return style

    def action_half(self, step: int) -> None:
        """Stand on the row half a page further, on the last or first one at the end."""
        line = self._index_to_line.get(self.highlighted or 0, 0) + step * (self.scrollable_content_region.height // 2)
        rows = [index for index, row in enumerate(self.rows) if row.ref is not None]
        if rows and self.highlighted is None:
            self.highlighted = rows[0]
        elif rows:
            ahead = [i for i in rows if (i - (self.highlighted or 0)) * step > 0]
            if ahead:
                self.highlighted = min(ahead, key=lambda i: abs(self._index_to_line.get(i, 0) - line))

    def ref(self, index: int | None) -> object:
        """Return what a row stands for."""
        return self.rows[index].ref if index is not None and index < len(self.rows) else None

    def _on_mouse_move(self, event: MouseMove) -> None:
        """Stand on the row under the mouse: to move over it is enough."""
        super()._on_mouse_move(event)
        index = event.style.meta.get("option")
        if isinstance(index, int) and index < len(self.rows) and self.rows[index].ref is not None:
            self.highlighted = index
