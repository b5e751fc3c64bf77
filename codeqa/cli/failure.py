"""What went wrong, as a user reads it: what, where, what to do next, and the exit code."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass

import click

from codeqa import __version__, sanitise
from codeqa.cli.jsonable import VERSION, encoded
from codeqa.cli.terminal import Terminal
from codeqa.domain import AmbiguousSymbol, CodeqaError


@dataclass(frozen=True, slots=True)
class Failure:
    """One error, ready to show.

    `kind` is the name of its class, and `candidates` are the ids that an ambiguous name may mean: for programs. For
    people the hint has them, with their places.
    """

    message: str
    hint: str
    code: int
    kind: str
    candidates: tuple[str, ...] = ()


def report(error: Exception, arguments: Sequence[str]) -> int:
    """Show the error on standard error and, where JSON was asked for, on standard output too; return the exit code."""
    failure = explain(error)
    _show(failure, Terminal(sys.stderr, colour=False if "--no-color" in arguments else None))
    if os.environ.get("CODEQA_DEBUG") == "1":
        trace = sanitise.text("".join(traceback.format_exception(error)))  # it quotes what the error says
        sys.stderr.write(trace.encode("ascii", "backslashreplace").decode())
    if "--json" in arguments:
        sys.stdout.write(as_json(failure) + "\n")
    return failure.code


def explain(error: Exception) -> Failure:
    """Turn any exception into what its user needs to know."""
    if isinstance(error, CodeqaError):
        candidates = error.candidates if isinstance(error, AmbiguousSymbol) else ()
        return Failure(error.message, error.hint, error.exit_code, type(error).__name__, candidates)
    if isinstance(error, click.UsageError):
        return Failure(error.format_message(), _usage_hint(error), 2, "UsageError")
    if isinstance(error, click.ClickException):
        return Failure(error.format_message(), "", error.exit_code, type(error).__name__)
    if isinstance(error, FileNotFoundError) and error.filename is None:  # what os.getcwd raises
        said, hint = "the working directory does not exist any more", "go to one that does, as with: cd"
        return Failure(said, hint, 1, "OSError")
    if isinstance(error, OSError) and error.strerror:
        where = f" ({os.fsdecode(error.filename)})" if isinstance(error.filename, str | bytes) else ""
        return Failure(error.strerror + where, "", 1, "OSError")
    if isinstance(error, ImportError):
        return Failure(f"the installation is incomplete: {error}", "install codeqa again, with pip", 1, "ImportError")
    said = " ".join(str(error).split())[:300]
    return Failure(
        f"internal error: {type(error).__name__}" + (f": {said}" if said else ""),
        f"a bug in codeqa {__version__}; please report it to its authors with what CODEQA_DEBUG=1 prints",
        1,
        "InternalError",
    )


def as_json(failure: Failure) -> str:
    """Return the error object of docs/json.md."""
    error: dict[str, object] = {
        "message": failure.message,
        "hint": failure.hint,
        "code": failure.code,
        "type": failure.kind,
    }
    if failure.candidates:
        error["candidates"] = list(failure.candidates)
    return encoded({"version": VERSION, "error": error})


def _usage_hint(error: click.UsageError) -> str:
    if error.ctx is None:
        return "codeqa --help lists the commands"
    if isinstance(error, click.NoSuchOption) and error.ctx.parent is None:
        return "options follow the command, as in: codeqa ask --json"
    usage = error.ctx.command.collect_usage_pieces(error.ctx)
    return f"usage: {' '.join([error.ctx.command_path, *usage])}"


def _show(failure: Failure, terminal: Terminal) -> None:
    first, *rest = failure.message.splitlines() or [""]
    terminal.line(("codeqa:", "bad"), " ", first)
    for line in rest:
        terminal.line("  ", line)
    first, *rest = failure.hint.splitlines() or [""]
    if first:
        terminal.line("  ", ("hint:", "dim"), " ", first)
    for line in rest:
        terminal.line("    ", line.strip())
