"""`codeqa tui`, and `codeqa` alone on a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from codeqa.cli import model
from codeqa.domain import UsageError

SWITCH_SECONDS = 0.001  # that a walk computes before a key is looked at; 0.005 by default, several times for each key


@click.command(short_help="Ask on a full screen: the walk, the answer and the evidence side by side.")
@click.option("--repo", type=click.Path(path_type=Path), metavar="DIR", help="The repository. [default: upwards]")
@click.option("--cache", is_flag=True, help="Keep the index in the user's cache folder.")
@click.option("--theme", type=click.Choice(["dark", "light", "contrast"]), help="Colours.")
@click.option("--keys", is_flag=True, help="List what can be bound to other keys, and end.")
@click.option("--json", "as_json", is_flag=True, help="With --keys: as JSON.")
@model.options
def tui(
    repo: Path | None, cache: bool, theme: str | None, keys: bool, as_json: bool, chosen: Mapping[str, object]
) -> int:
    """Open the full screen, as `codeqa` alone does on a terminal.

    Type a question, read the answer beside the lines that it cites, open your editor there. F1 tells the keys.
    """
    if keys:
        return _list_keys(repo or Path.cwd(), as_json=as_json)
    if as_json:
        raise UsageError("--json goes with --keys", hint="codeqa tui --keys --json")
    instead = 'codeqa ask "who calls main" answers in lines'
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("the full screen needs a terminal", hint=f"in a pipe, {instead}")
    if os.environ.get("TERM", "") in {"dumb", "unknown"}:
        raise UsageError(f"no full screen can be shown where TERM is {os.environ['TERM']}", hint=instead)
    from codeqa.project import Project
    from codeqa.tui.app import CodeqaApp

    environ = {name: value for name, value in os.environ.items() if name != "CODEQA_DEBUG"}
    overrides = {"cache": cache or None, **chosen}
    project = Project.open(repo, overrides=overrides, environ=environ, resident=True)
    sys.setswitchinterval(SWITCH_SECONDS)
    app = CodeqaApp(project, theme=theme)
    app.run()
    if app.failure is not None:
        raise app.failure
    return app.return_code or 0


def _list_keys(root: Path, *, as_json: bool) -> int:
    """List each action with the keys by default, those that hold now, and what it does."""
    from codeqa import config
    from codeqa.cli.jsonable import document
    from codeqa.cli.terminal import Terminal
    from codeqa.tui import app as _all_screens  # noqa: F401  # they declare what can be bound
    from codeqa.tui import keys

    wishes = config.load(root, {}, os.environ).tui
    known = keys.actions()
    keymap = keys.choose(wishes.keymap, wishes.keys, known)
    listing = keys.listing(keymap, known)
    if as_json:
        rows = [
            {"id": each.id, "default": each.keys, "keys": keymap.keys[each.id], "does": each.about}
            for each, _, _ in listing
        ]
        click.echo(document({"keymap": wishes.keymap, "actions": rows, "troubles": keymap.troubles}))
        return 0
    out = Terminal(sys.stdout)
    for each, default, now in listing:
        changed = f"  (default: {default})" if now != default else ""
        out.line((f"{each.id:<20} ", "name"), (f"{now:<15} ", "code"), each.about, (changed, "dim"))
    for trouble in keymap.troubles:
        Terminal(sys.stderr).line(("! ", "warn"), trouble)
    return 0
