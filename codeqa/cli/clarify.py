"""A question back, asked on a terminal."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping

from codeqa import sanitise
from codeqa.cli.face import clean
from codeqa.cli.terminal import Terminal
from codeqa.domain import Clarify, Option

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


def meant(clarify: Clarify, typed: str) -> tuple[str, ...]:
    """Return the ids that an answer keeps: a number, an id, or a name that fits one option; () if it fits none."""
    if typed.isdecimal():
        number = int(typed) if len(typed) < 4 else 0
        return clarify.options[number - 1].symbols if 0 < number <= len(clarify.options) else ()
    wanted = typed.strip("`'\" ").casefold()
    ids = [key for option in clarify.options for key in option.symbols] + list(clarify.others)
    if found := [key for key in ids if key.casefold() == wanted]:
        return (found[0],)
    for fits in (_names, _words):
        options = [option for option in clarify.options if wanted in fits(option)]
        if len(options) == 1:
            return options[0].symbols
    return ()


def _names(option: Option) -> set[str]:
    """Return what an option may be called: the names and paths in its label, and those of what it keeps."""
    said = {part.strip("`") for part in option.label.split(",")[0].split()}
    for key in option.symbols:
        path, _, name = key.partition("::")
        said |= {path, path.rpartition("/")[2], name, name.rpartition(".")[0]}
    return {name.casefold() for name in said if name}


def _words(option: Option) -> set[str]:
    """Return the words in the name of an option."""
    return set(re.findall(r"\w+", option.label.split(",")[0].casefold()))
