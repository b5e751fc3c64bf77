"""Keys of ones own, the palette, jumping, the mouse, themes and no colours, as a person meets them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from textual.color import Color
from textual.pilot import Pilot
from textual.widgets import Footer, Input, Static

from codeqa import models
from codeqa.cli import main
from codeqa.config import ModelSettings, Settings, TuiSettings
from codeqa.domain import ModelServer
from codeqa.tui import commands, kept, keys
from codeqa.tui.app import CodeqaApp
from codeqa.tui.helping import Help
from codeqa.tui.jump import JumpScreen, Target
from codeqa.tui.question import Question
from codeqa.tui.rows import Rows
from codeqa.tui.themes import THEMES
from tests.driving import settled
from tests.scripted import QUESTION
from tests.stocked import SERVER, Stocked


class Bound(Stocked):
    """A stocked project whose user has settings of their own."""

    tui = TuiSettings()

    @property
    def settings(self) -> Settings:
        return Settings(model=ModelSettings(), tui=self.tui)


def using(
    check: Callable[[CodeqaApp, Pilot[None]], Awaitable[None]],
    tui: TuiSettings | None = None,
    *,
    size: tuple[int, int] = (140, 44),
    theme: str | None = None,
) -> None:
    project = Bound()
    project.tui = tui or TuiSettings()
    app = CodeqaApp(project, environ={}, clock=lambda: 0.0, theme=theme)

    async def run() -> None:
        async with app.run_test(size=size) as pilot:
            await until(pilot, lambda: app.state is not None and app.indexing is None)
            await check(app, pilot)

    asyncio.run(run())


async def until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    for _ in range(500):
        if holds():
            await pilot.pause()
            return
        await pilot.pause(0.01)
    raise AssertionError("it never came")


async def ask(app: CodeqaApp, pilot: Pilot[None]) -> None:
    box = app.ask_screen.query_one(Question)
    box.focus()
    box.value = QUESTION
    await pilot.press("enter")
    await until(pilot, lambda: app.ask_screen.answer is not None and not app.ask_screen.working)
    await app.workers.wait_for_complete()
    await pilot.pause()


def shown(app: CodeqaApp) -> dict[str, str]:
    """What the footer says: label by key."""
    found = app.screen.active_bindings.values()
    return {
        each.binding.description: app.get_key_display(each.binding)
        for each in found
        if each.binding.show and each.enabled
    }


def test_keys_of_ones_own_hold_in_footer_help_and_hints_and_take_no_letter_from_a_line_of_text() -> None:
    wishes = (("app.search", "v"), ("app.quit", "ctrl+x"), ("ask.next", "m"), ("ask.stop", "ctrl+t"), ("ask.edti", "x"))

    async def check(app: CodeqaApp, pilot: Pilot[None]) -> None:
        box = app.ask_screen.query_one(Question)
        rows = [row.body.plain for row in app.ask_screen.query_one("#answer", Rows).rows]
        assert rows[-1] == "! your keys: no action 'ask.edti'; did you mean ask.edit?"
        await pilot.press("v", "m")
        assert (box.value, app.screen) == ("vm", app.ask_screen)  # a letter, although search is bound first of all
        await ask(app, pilot)
        assert shown(app)["Cited"] == "m/p" and shown(app)["Ask"] == "Esc"  # Esc still leads to the question
        await pilot.press("n", "f1")
        await settled(pilot)
        assert str(app.screen.query_one("#place", Static).content).startswith("1/3")
        await pilot.press("m")
        await settled(pilot)
        assert str(app.screen.query_one("#place", Static).content).startswith("2/3")
        listed = str(app.screen.query_one("#keys", Static).content)
        assert "m  the next citation" in listed and "\nn  " not in listed and "Ctrl+X  quit" in listed
        await until(pilot, lambda: "**m** and\n**p**" in app.screen.query_one(Help).query_one("#words")._markdown)  # type: ignore[attr-defined]
        await pilot.press("v")
        assert app.screen is app.search_screen
        await pilot.press("escape", "escape")
        offered = {command.title: command.help for command in app.get_system_commands(app.screen)}
        assert offered["Search as you type"] == "v"

    using(check, TuiSettings(keys=wishes))


def test_the_vim_keymap() -> None:
    async def check(app: CodeqaApp, pilot: Pilot[None]) -> None:
        await ask(app, pilot)
        await pilot.press("n", "n", "N")
        await settled(pilot)
        assert str(app.screen.query_one("#place", Static).content).startswith("2/3")
        pane = app.screen.query_one("#answer", Rows)
        first = pane.highlighted
        await pilot.press("G")
        assert pane.highlighted != first
        await pilot.press("g", "g")
        assert pane.highlighted == first
        await pilot.press("colon")
        await until(pilot, lambda: type(app.screen).__name__ == "CommandPalette")

    using(check, TuiSettings(keymap="vim"))


def test_the_palette_has_what_every_binding_does_but_moving(monkeypatch: pytest.MonkeyPatch) -> None:
    def look(url: str, environ: object, seconds: float) -> ModelServer:
        return SERVER

    monkeypatch.setattr(models, "look", look)
    missing: dict[str, set[str]] = {}
    met: set[str] = set()

    def compare(app: CodeqaApp, where: str) -> None:
        offered = {each.title.casefold(): each.help for each in commands.of_screen(app, app.screen)}
        for each in app.screen.active_bindings.values():
            id = each.binding.id or ""
            if not id or id.partition(".")[0] in keys.MOVEMENT or id in commands.NOT_HERE:
                continue
            met.add(id)
            about = (each.binding.tooltip or app.actions[id].about).casefold()
            if keys.shown(each.binding.key) not in offered.get(about, "").split(", "):
                missing.setdefault(where, set()).add(f"{id} {each.binding.key}")

    async def check(app: CodeqaApp, pilot: Pilot[None]) -> None:
        compare(app, "question")
        await ask(app, pilot)
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        compare(app, "answer")
        await pilot.press("slash")  # letters are text here, and still commands in the palette
        offered = {each.title for each in commands.of_screen(app, app.screen)}
        assert {"The next citation", "Open the editor at the cited line", "Quit"} <= offered
        await pilot.press("ctrl+f")
        app.screen.query_one("#query", Input).value = "main"
        await until(pilot, lambda: bool(app.search_screen.found.hits))
        compare(app, "query")
        await pilot.press("enter")
        compare(app, "hits")
        await pilot.press("f2")
        await until(pilot, lambda: app.index_screen.looked is not None)
        compare(app, "models")
        app.show_graph("main")
        await pilot.pause()
        compare(app, "graph")
        run = next(each for each in commands.of_screen(app, app.screen) if each.title.startswith("Leave what is typed"))
        await pilot.press("ctrl+p")
        await until(pilot, lambda: type(app.screen).__name__ == "CommandPalette")
        await pilot.press("escape")
        await run.callback()
        await pilot.pause()
        assert app.screen is not app.graph_screen

    using(check)
    assert missing == {}
    assert {id.partition(".")[0] for id in met} == {"app", "ask", "question", "search", "query", "index", "graph"}


def test_a_letter_or_a_click_jumps_to_a_part_and_the_mouse_goes_back_and_presses_keys() -> None:
    async def check(app: CodeqaApp, pilot: Pilot[None]) -> None:
        await ask(app, pilot)
        await pilot.press("ctrl+o")
        await pilot.pause()
        assert isinstance(app.screen, JumpScreen)
        targets = {target.part.id: target.letter for target in app.screen.query(Target)}
        assert list(targets) == ["question", "walk", "answer", "lines"]
        await pilot.press(targets["walk"])
        assert app.focused is not None and app.focused.id == "walk"
        await pilot.press("ctrl+o")
        await pilot.pause()
        target = next(target for target in app.screen.query(Target) if target.part.id == "lines")
        await pilot.click(target)
        assert app.focused is not None and app.focused.id == "lines"
        await pilot.press("ctrl+o", "0")
        assert app.focused.id == "lines"

        for go in ("ctrl+f", "f2"):
            await pilot.press(go)
            await pilot.pause()
            assert app.screen is not app.ask_screen
            await pilot.click("#repository")
            await until(pilot, lambda: app.screen is app.ask_screen)
        footer = app.screen.query_one(Footer)
        await until(pilot, lambda: any(str(each.description) == "Help" for each in footer.query("FooterKey")))  # type: ignore[attr-defined]
        key = next(each for each in footer.query("FooterKey") if each.description == "Help")  # type: ignore[attr-defined]
        await pilot.click(key)
        await until(pilot, lambda: bool(app.screen.query(Help)))

    using(check)


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
def test_help_leaves_what_is_worked_with_in_sight(size: tuple[int, int]) -> None:
    async def check(app: CodeqaApp, pilot: Pilot[None]) -> None:
        await ask(app, pilot)
        await pilot.press("f1")
        await pilot.pause()
        answer, panel = app.screen.query_one("#answer"), app.screen.query_one(Help)
        assert not panel.region.overlaps(answer.region)
        assert answer.region.height >= 5 and answer.region.width >= 40
        assert panel.region.height >= 8 and panel.region.width >= 30

    using(check, size=size)


# -------------------------------------------------------------------------------------------------------------- themes


def test_a_theme_is_kept_until_the_settings_say_another(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "tui.json"
    assert kept.theme(file, None, THEMES) is None
    assert kept.theme(file, "light", THEMES) == "light"
    kept.keep_theme(file, "contrast", "light")
    assert kept.theme(file, "light", THEMES) == "contrast"
    assert kept.theme(file, "dark", THEMES) == "dark"
    for broken in ('{"theme": "pink", "configured": ""}', "[", '{"theme": 3}', "[" * 9_000, "3"):
        file.write_text(broken)
        assert kept.theme(file, None, THEMES) is None


def test_what_the_palette_chose_is_there_next_time_and_a_flag_wins() -> None:
    async def choose(app: CodeqaApp, pilot: Pilot[None]) -> None:
        assert app.theme == "codeqa-dark"
        command = next(each for each in app.get_system_commands(app.screen) if each.title == "Theme: light")
        command.callback()
        await pilot.pause()
        assert app.theme == "codeqa-light"

    async def again(app: CodeqaApp, pilot: Pilot[None]) -> None:
        assert app.theme == "codeqa-light"
        assert not (app.root / ".codeqa").exists()

    async def flag(app: CodeqaApp, pilot: Pilot[None]) -> None:
        assert app.theme == "codeqa-contrast"

    using(choose)
    using(again)
    using(flag, theme="contrast")


def luminance(colour: Color) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [part / 255 for part in colour.rgb]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_computed_as_wcag_says() -> None:
    assert contrast(Color(0, 0, 0), Color(255, 255, 255)) == 21
    assert round(contrast(Color(0x77, 0x77, 0x77), Color(255, 255, 255)), 2) == 4.48


def pairs(app: CodeqaApp) -> dict[tuple[Color, Color], str]:
    """Every colour of text on every background that is on the screen now, with a text in it."""
    found = {}
    for strip in app.screen._compositor.render_strips():
        for segment in strip.apply_filter(app._filters[0], Color(0, 0, 0)):
            if segment.style is None or not any(character.isalnum() for character in segment.text):
                continue
            colour, on = segment.style.color, segment.style.bgcolor
            assert colour is not None and on is not None, segment
            both = Color.from_rich_color(colour), Color.from_rich_color(on)
            found[both[::-1] if segment.style.reverse else both] = segment.text.strip()
    return found


@pytest.mark.parametrize("theme", THEMES)
def test_every_text_can_be_read(theme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def look(url: str, environ: object, seconds: float) -> ModelServer:
        return SERVER

    monkeypatch.setattr(models, "look", look)
    found: dict[tuple[Color, Color], str] = {}

    async def check(app: CodeqaApp, pilot: Pilot[None]) -> None:
        found.update(pairs(app))
        await ask(app, pilot)
        await pilot.press("f1")
        for pressed in (("n",), ("ctrl+p",), ("escape", "ctrl+o"), ("escape", "f1", "w"), ("ctrl+f",)):
            await pilot.press(*pressed)
            await pilot.pause(0.05)
            found.update(pairs(app))
        app.screen.query_one("#query", Input).value = "main"
        await until(pilot, lambda: bool(app.search_screen.found.hits))
        await pilot.press("enter", "w")
        await app.workers.wait_for_complete()
        await pilot.pause()
        found.update(pairs(app))
        await pilot.press("f2")
        await until(pilot, lambda: app.index_screen.looked is not None and app.index_screen.status is not None)
        found.update(pairs(app))
        await pilot.press("shift+tab")
        await pilot.pause()
        found.update(pairs(app))

    using(check, theme=theme)
    least = 7 if theme == "contrast" else 4.5
    assert len(found) > 15
    assert [f"{contrast(*both):.2f} {both} {text!r}" for both, text in found.items() if contrast(*both) < least] == []


def test_without_colours_focus_and_what_one_stands_on_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def check(app: CodeqaApp, pilot: Pilot[None]) -> None:
        await ask(app, pilot)
        drawn = [segment for strip in app.screen._compositor.render_strips() for segment in strip]
        drawn = app._filters[0].apply(drawn, Color(0, 0, 0))
        styles = [segment.style for segment in drawn if segment.style is not None]
        assert not any(style.color or style.bgcolor for style in styles)
        reverse = "".join(segment.text for segment in drawn if segment.style and segment.style.reverse)
        assert "main calls check" in reverse and "answer" in reverse and "walk" not in reverse
        assert "━" in "".join(segment.text for segment in drawn)
        app.screen.query_one(Question).cursor_blink = False
        await pilot.press("slash")
        await pilot.pause()
        drawn = [segment for strip in app.screen._compositor.render_strips() for segment in strip]
        assert any(segment.style and segment.style.reverse for segment in drawn)  # the cursor

    using(check)


# -------------------------------------------------------------------------------------------------------- command line


def test_the_command_line_lists_what_can_be_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = tmp_path / "config.toml"
    settings.write_text('[tui]\nkeymap = "vim"\n[tui.keys]\nask.edit = "E"\nask.edti = "x"\n')
    monkeypatch.setenv("CODEQA_CONFIG", str(settings))
    run = CliRunner()
    done = run.invoke(main, ["tui", "--keys", "--repo", str(tmp_path)])
    assert "ask.edit             E               open the editor at the cited line  (default: e)" in done.output
    assert "! no action 'ask.edti'; did you mean ask.edit?" in done.output

    said = json.loads(run.invoke(main, ["tui", "--keys", "--json", "--repo", str(tmp_path)]).stdout)
    by_id = {each["id"]: each for each in said["actions"]}
    assert by_id["ask.graph"] == {
        "id": "ask.graph",
        "default": ["g"],
        "keys": ["o"],
        "does": "the graph around the step or the evidence",
    }
    assert (said["keymap"], len(said["troubles"]), set(by_id)) == ("vim", 1, set(keys.actions()))

    (tmp_path / "a.py").write_text("def f(): pass\n")
    checks = json.loads(run.invoke(main, ["doctor", "--json", "--repo", str(tmp_path), "--cache"]).stdout)["checks"]
    assert [each["detail"] for each in checks if each["name"] == "keys"] == said["troubles"]
