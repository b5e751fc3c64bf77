"""What is answered to a question back: a number, an id, or a name that fits one option."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codeqa.domain import Clarify, Option


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
