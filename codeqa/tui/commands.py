"""The command palette: everything that a key does on the screen that is shown, each with its key."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING

from textual.actions import parse
from textual.app import SystemCommand
from textual.screen import Screen

from codeqa.tui.keys import MOVEMENT, shown

if TYPE_CHECKING:
    from textual.binding import Binding
    from textual.dom import DOMNode

    from codeqa.tui.app import CodeqaApp

NOT_HERE = frozenset({"app.palette"})  # one is in it


def of_screen(app: CodeqaApp, screen: Screen[object]) -> Iterator[SystemCommand]:
    """Yield what the focused part, its screen and the app offer now, also by letters that a line of text takes."""
    focused = screen.focused
    nodes = list(focused.ancestors_with_self) if focused is not None else [screen, app]
    seen: set[str] = set()
    for node in nodes:
        keys: dict[str, list[str]] = {}
        first: dict[str, Binding] = {}
        for key, binding in node._bindings:
            id = binding.id or ""
            if not id or id in NOT_HERE or id.partition(".")[0] in MOVEMENT - {"list"} or _moves(id):
                continue
            if _offered(node, binding):
                keys.setdefault(id, []).append(shown(key))
                first.setdefault(id, binding)
        for id, binding in first.items():
            about = binding.tooltip or app.actions[id].about
            about = about[:1].upper() + about[1:]
            if about not in seen:
                seen.add(about)
                yield SystemCommand(about, ", ".join(dict.fromkeys(keys[id])), _run(app, node, binding))


def _moves(id: str) -> bool:
    return id.startswith("list.") and id != "list.select"


def _offered(node: DOMNode, binding: Binding) -> bool:
    _, name, parameters = parse(binding.action)
    return node.check_action(name, parameters) is not False


def _run(app: CodeqaApp, node: DOMNode, binding: Binding) -> Callable[[], Awaitable[object]]:
    return lambda: app.run_action(binding.action, node)
