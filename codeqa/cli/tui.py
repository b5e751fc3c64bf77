"""`codeqa tui`, and `codeqa` alone on a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from codeqa.cli import model
from codeqa.domain import UsageError


@click.command(short_help="Ask on a full screen: the walk, the answer and the evidence side by side.")
@click.option("--repo", type=click.Path(path_type=Path), metavar="DIR", help="The repository. [default: upwards]")
@click.option("--cache", is_flag=True, help="Keep the index in the user's cache folder.")
@click.option("--theme", type=click.Choice(["dark", "light", "contrast"]), default="dark", help="Colours.")
@model.options
def tui(repo: Path | None, cache: bool, theme: str, chosen: Mapping[str, object]) -> int:
    """Open the full screen, as `codeqa` alone does on a terminal.

    Type a question, read the answer beside the lines that it cites, open your editor there. F1 tells the keys.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("the full screen needs a terminal", hint='in a pipe: codeqa ask "who calls main"')
    from codeqa.project import Project
    from codeqa.tui.app import CodeqaApp

    environ = {name: value for name, value in os.environ.items() if name != "CODEQA_DEBUG"}
    overrides = {"cache": cache or None, **chosen}
    project = Project.open(repo, overrides=overrides, environ=environ, resident=True)
    app = CodeqaApp(project, theme=theme)
    app.run()
    return app.return_code or 0
