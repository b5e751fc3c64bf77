"""The keys at the bottom: as many as there is room for, none cut, the most useful first; and what is opened is seen."""

from __future__ import annotations

import pytest
from textual.binding import Binding
from textual.css.styles import RulesMap
from textual.pilot import Pilot
from textual.style import Style
from textual.visual import RenderOptions
from textual.widgets._footer import FooterKey

from codeqa.tui.app import CodeqaApp
from codeqa.tui.footing import ALWAYS, ROOM, SPACES, TIGHT, Keys, Shown, fitting
from codeqa.tui.index import IndexScreen
from codeqa.tui.painting import lines, paint
from codeqa.tui.rows import Hung, Row, Rows
from codeqa.tui.sessions.screen import SessionsScreen
from tests.driving import Driven, drive
from tests.stocked import STATUS, Stocked


def offered() -> list[Shown]:
    """As many keys as a screen has: its own, then those of all screens, then those of `ROOM`."""
    own = [each for each in SessionsScreen.BINDINGS if isinstance(each, Binding) and each.show]
    ours = [each for each in CodeqaApp.BINDINGS if isinstance(each, Binding)]
    ours = [each for each in ours if each.id in {ALWAYS, "app.quit"}][:1] + [each for each in ours if each.id in ROOM]
    return [Shown(each, each.key[:1], enabled=True, tooltip="") for each in (*own, *ours)]


@pytest.mark.parametrize("columns", [10, 40, 65, 80, 120, 200])
def test_what_has_no_room_is_left_out_whole_and_the_help_never_is(columns: int) -> None:
    keys = offered()
    named, tight = fitting(keys, columns)

    assert sum(each.width + (TIGHT if tight else SPACES) for each in named) <= columns
    assert ALWAYS in {each.binding.id for each in named}
    own = [each for each in keys if each.binding.id not in {ALWAYS, *ROOM}]
    left = [each for each in named if each.binding.id not in {ALWAYS, *ROOM}]
    assert left == own[: len(left)]  # from the last to the first
    assert len(named) == len(keys) or tight or columns == 200


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_no_key_of_any_screen_is_cut(columns: int) -> None:
    async def check(pilot: Pilot[None]) -> None:
        on = Driven(app, pilot)
        await on.until(lambda: app.state is not None)
        for keys in ((), ("ctrl+f", *"main", "enter"), ("escape", "escape", "f2"), ("escape", "f3")):
            await on.press(*keys)
            await on.settled()
            footer = app.screen.query_one(Keys)
            await on.until(lambda footer=footer: len(footer.query(FooterKey)) > 1)  # type: ignore[misc]
            *shown, palette = footer.query(FooterKey)
            assert palette.description == "Commands" and palette.region.right <= columns
            assert all(each.region.right <= palette.region.x for each in shown)
            assert "Help" in {each.description for each in shown}

    app = CodeqaApp(Stocked(), environ={}, clock=lambda: 0.0)
    drive(app, check, size=(columns, 24))


def test_what_is_opened_at_the_end_comes_into_view() -> None:
    async def check(pilot: Pilot[None]) -> None:
        on = Driven(app, pilot)
        await on.until(lambda: app.state is not None)
        await on.press("f2")
        assert isinstance(app.screen, IndexScreen)
        await on.until(lambda: app.index_screen.status is not None)
        pane = app.screen.query_one("#state", Rows)
        pane.focus()
        await on.press("end", "enter")
        await on.settled()
        assert pane.scroll_offset.y == pane.max_scroll_y
        assert on.rows("state")[-1].strip() == STATUS.skipped["too large"][-1]

    app = CodeqaApp(Stocked(), environ={}, clock=lambda: 0.0)
    drive(app, check, size=(80, 24))


@pytest.mark.parametrize("width", [24, 25, 26, 27, 28, 29, 30])
def test_no_place_of_the_walk_loses_a_figure(width: int) -> None:
    row = Row(lines(paint("─calls▶ ● connect"), paint("dispatch .32 · app.py:1057")), paint("└"), paint("  "))
    strips = Hung(row).render_strips(width, None, Style(), RenderOptions(lambda _: Style(), RulesMap()))

    assert "app.py:1057" in {word for strip in strips for word in strip.text.split()}
