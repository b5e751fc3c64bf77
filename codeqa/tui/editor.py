"""The command line that opens an editor at a line. Pure; the app runs it."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

PLUS = frozenset(  # `editor +12 file`
    "vi vim nvim view vimdiff elvis gvim mvim emacs emacsclient mg jed nano pico micro kak joe jmacs ne mcedit "
    "gedit".split()
)
COLON = frozenset(
    {"hx", "helix", "zed", "zeditor", "zedit", "subl", "sublime_text", "mate", "lapce"}
)  # `editor file:12`
GOTO = frozenset({"code", "code-insiders", "codium", "vscodium", "cursor", "windsurf", "positron"})  # `--goto file:12`
LINE = frozenset(  # `--line 12 file`: JetBrains, and Kate
    "idea pycharm goland webstorm phpstorm clion rubymine rider rustrover datagrip dataspell studio aqua fleet "
    "kate kwrite".split()
)
WINDOWS = (COLON - {"hx", "helix"}) | GOTO | LINE | {"gvim", "mvim", "gedit"}  # they open one; the terminal stays ours
FALLBACK = "vi"  # POSIX has it


@dataclass(frozen=True, slots=True)
class Command:
    """An editor to run. `terminal`: it takes the terminal while it runs; `at_line`: it can be told the line."""

    argv: tuple[str, ...]
    terminal: bool
    at_line: bool


def command(environ: Mapping[str, str], path: str, line: int) -> Command:
    """Return how to open a file, given by its absolute path, at a 1-based line.

    The editor is $VISUAL, else $EDITOR, else vi; either may have arguments. One that is not known gets the path alone.
    """
    words = _words(environ.get("VISUAL", "")) or _words(environ.get("EDITOR", "")) or [FALLBACK]
    name = _name(words[0])
    return Command(
        (*words, *_place(name, path, line)), terminal=name not in WINDOWS, at_line=name in PLUS | COLON | GOTO | LINE
    )


def waiting(environ: Mapping[str, str], path: str) -> Command:
    """Return how to open a file so that the program ends when it is closed: one that opens a window is told to."""
    words = _words(environ.get("VISUAL", "")) or _words(environ.get("EDITOR", "")) or [FALLBACK]
    name = _name(words[0])
    wait = {"gvim": "-f", "mvim": "-f", "kate": "--block", "gedit": "--wait", "kwrite": ""}.get(name, "--wait")
    flags = (wait,) if name in WINDOWS and wait and wait not in words else ()
    return Command((*words, *flags, path), terminal=name not in WINDOWS, at_line=False)


def _place(name: str, path: str, line: int) -> tuple[str, ...]:
    if name in PLUS:
        return f"+{line}", path
    if name in GOTO:
        return "--goto", f"{path}:{line}"
    if name in COLON:
        return (f"{path}:{line}",)
    if name in LINE:
        return "--line", str(line), path
    return (path,)


def _words(value: str) -> list[str]:
    try:
        return shlex.split(value)
    except ValueError:  # a quote that is not closed
        return value.split()


def _name(program: str) -> str:
    """Return what a program is called, without folder, version and suffix: `/usr/bin/vim.basic` is vim."""
    name = os.path.basename(program).lower()
    for end in (".exe", ".cmd", ".bat", ".sh", ".basic", ".tiny", ".gtk3", ".nox"):
        name = name.removesuffix(end)
    return name.removesuffix("64") if name.endswith("64") else name
