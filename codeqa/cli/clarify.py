"""A question back, asked on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from codeqa import sanitise
from codeqa.clarifying.answering import meant
from codeqa.cli.face import clean
from codeqa.cli.terminal import Terminal
from codeqa.domain import Clarify

TRIES = 2


def ask(err: Terminal, clarify: Clarify) -> Mapping[str, tuple[str, ...]]:
    """Ask which is meant; return that by name, {} for all: after Enter, the end of input, or no sense in two tries."""
    err.prose(sanitise.line(clarify.question))
    for number, option in enumerate(clarify.options, 1):
        err.prose(sanitise.line(f"{number}. {option.label}"), indent="  ")
    if clarify.others:
        more = f"{len(clarify.others)} more, such as `{clarify.others[0]}`"
        err.prose(sanitise.line(f"- another: name it by its id ({more})"), indent="  ")
    for again in range(TRIES):
        err.prompt(f"1-{len(clarify.options)}, a name, or Enter for all: ")
        typed = sys.stdin.readline()
        if not typed.endswith("\n"):
            err.line()  # the end of input leaves the cursor on the line of the prompt
        answer = clean(typed)
        if not answer:
            return {}
        if keys := meant(clarify, answer):
            return {clarify.name: keys}
        err.line(f"{answer} is none of these", "; all of them are answered" if again == TRIES - 1 else "")
    return {}
