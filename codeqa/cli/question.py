"""A question or query: from the command line, or from standard input."""

from __future__ import annotations

import sys

from codeqa.cli.face import clean
from codeqa.domain import UsageError

LONGEST = 20_000  # characters


def read(words: tuple[str, ...], command: str, example: str) -> str:
    """Return what is asked. `-`, or no words where standard input is no terminal, reads standard input.

    Raises UsageError, with an example, if it is empty or too long.
    """
    if words == ("-",) or (not words and sys.stdin is not None and not sys.stdin.isatty()):
        asked = _standard_input()
    else:
        asked = " ".join(words)
    asked = clean(asked)
    if not asked:
        what = {"ask": "question", "plan": "question", "query": "plan"}.get(command, "query")
        raise UsageError(f"the {what} is empty", hint=f'codeqa {command} "{example}"')
    if len(asked) > LONGEST:
        raise UsageError(f"{len(asked):,} characters are too long", hint=f"up to {LONGEST:,} are read; shorten it")
    return asked


def _standard_input() -> str:
    if sys.stdin is None:
        return ""
    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    return sys.stdin.read(LONGEST + 1)
