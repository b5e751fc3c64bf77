"""Runs `codeqa tui` with a mistake in it: python crashing.py WHERE TEXT, which the error says and a variable holds.

WHERE is `key` (F1 raises), `start` (the first screen cannot be made), or `task` (what F1 begins raises).
"""

from __future__ import annotations

import sys
from pathlib import Path


def main(where: str, text: str) -> None:
    from codeqa.cli import main as command
    from codeqa.tui.app import CodeqaApp

    def fail(*_: object) -> None:
        held = {"of a file": text + " held"}
        raise ValueError(text[: len(text) * len(held)])

    async def task() -> None:
        fail()

    if where == "start":
        CodeqaApp.on_mount = fail  # type: ignore[method-assign]
    elif where == "key":
        CodeqaApp.action_help = fail  # type: ignore[method-assign]
    else:
        CodeqaApp.action_help = lambda app: app.run_worker(task())  # type: ignore[assignment, method-assign, return-value]
    command(["tui"])


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    main(*sys.argv[1:])
