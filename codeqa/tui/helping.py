"""The help beside a screen: what the focused part is for, and every key that does something there now."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Markdown, Static

from codeqa.tui.keys import MOVEMENT
from codeqa.tui.keys import shown as written
from codeqa.tui.painting import lines, paint

if TYPE_CHECKING:
    from codeqa.tui.app import CodeqaApp

KEY = re.compile(r"\{([a-z_]+\.[a-z_]+)\}")  # stands for the key of an action


class Help(VerticalScroll):
    """Shows the help of what has the focus, and follows it; `{ask.next}` in a text becomes the key of it."""

    def compose(self) -> ComposeResult:
        """Words, and keys: below them, or beside them where the help is wide and low."""
        with Horizontal(id="help"):
            yield Markdown(id="words", open_links=False)
            yield Static(id="keys", markup=False)

    def on_mount(self) -> None:
        """Follow the focus, and what is offered."""
        self.watch(self.screen, "focused", self._follow)
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self._keys())

    async def _follow(self, focused: Widget | None) -> None:
        if focused is self:  # to scroll in it
            return
        nodes = focused.ancestors_with_self if focused is not None else [self.screen]
        text = next((node.HELP for node in nodes if isinstance(node, Widget) and node.HELP), "") or ""
        app = cast("CodeqaApp", self.app)
        await self.query_one(Markdown).update(KEY.sub(lambda match: app.shown(match[1]), text))
        self.scroll_home(animate=False)
        self._keys()

    def _keys(self) -> None:
        if self.is_attached:
            self.query_one("#keys", Static).update(self._listed())

    def _listed(self) -> Content:
        """Return a line for each action that can be done now, what moves last."""
        app = cast("CodeqaApp", self.app)
        found: dict[str, tuple[list[str], str]] = {}
        for each in self.screen.active_bindings.values():
            binding = each.binding
            if binding.id and each.enabled:
                shown, _ = found.setdefault(binding.id, ([], binding.tooltip or app.actions[binding.id].about))
                shown.append(written(binding.key))
        ordered = sorted(found.items(), key=lambda item: item[0].partition(".")[0] in MOVEMENT)
        return lines(*(paint((" ".join(dict.fromkeys(keys)), "name"), "  ", about) for _, (keys, about) in ordered))
