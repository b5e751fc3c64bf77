"""The root command: a table of commands imported when called, and the one handler of everything that goes wrong."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator, MutableMapping, Sequence
from typing import Any

import click

from codeqa import __version__

COMMANDS = {  # name: (where it is, what it does)
    "ask": ("codeqa.cli.ask:ask", "Answer a question with cited sentences."),
    "tui": ("codeqa.cli.tui:tui", "Ask on a full screen, as codeqa alone does on a terminal."),
    "plan": ("codeqa.cli.plan:plan", "Show the plan that a question compiles to."),
    "query": ("codeqa.cli.plan:query", "Run a plan: callers, heirs, readers … of what another step found."),
    "search": ("codeqa.cli.search:search", "List the best places for a query."),
    "symbol": ("codeqa.cli.graph:symbol", "Show a card of one symbol: signature, callers, callees, bases, tests."),
    "callers": ("codeqa.cli.graph:callers", "List what calls a symbol, with the call sites."),
    "callees": ("codeqa.cli.graph:callees", "List what a symbol calls."),
    "path": ("codeqa.cli.graph:path", "Show a chain of edges from one symbol to another."),
    "impact": ("codeqa.cli.graph:impact", "List what a change of a symbol may break."),
    "verify": ("codeqa.cli.verify:verify", "Say which claims of an earlier answer still hold."),
    "graph": ("codeqa.cli.export:graph", "Export the graph as JSON lines."),
    "trace": ("codeqa.cli.trace:trace", "List and show what was asked before, and how it was answered."),
    "index": ("codeqa.cli.index:index", "Make or update the index, and sum it up."),
    "enrich": ("codeqa.cli.enrich:enrich", "Let a local model describe symbols, which helps search."),
    "status": ("codeqa.cli.report:status", "Show what the index holds, what was skipped and why."),
    "exam": ("codeqa.cli.exam:exam", "Examine the walk on this repository."),
    "eval": ("codeqa.cli.eval:evaluate", "Measure a language model: the exam and your own questions, graded."),
    "languages": ("codeqa.cli.report:languages", "List the languages and what each supports."),
    "doctor": ("codeqa.cli.report:doctor", "Check the installation and the index."),
    "completion": ("codeqa.cli.completion:completion", "Print the completion script of a shell."),
}
HIDDEN = {"completion"}  # set up once; the last line of the help names it

INTERRUPTED = 130
PIPE_CLOSED = 141  # as a shell reports a process that SIGPIPE ended

EPILOG = 'For example: codeqa ask "who calls Router.add". Shell completion: codeqa completion bash|zsh|fish.'


class _Commands(MutableMapping[str, click.Command]):
    """The commands of the table, each imported when it is looked up."""

    def __init__(self) -> None:
        self._loaded: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._loaded:
            from importlib import import_module

            module, _, attribute = COMMANDS[name][0].partition(":")
            self._loaded[name] = getattr(import_module(module), attribute)
        return self._loaded[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        del self._loaded[name]

    def __contains__(self, name: object) -> bool:  # the mixin's would import it
        return name in COMMANDS

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


class Root(click.Group):
    """`codeqa` itself. Exits with the codes of docs/cli.md, whatever happens."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table; the group's own method would import every command for its first line."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items() if name not in HIDDEN])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            raise click.UsageError(_unknown_command(args[0]), ctx)
        return super().resolve_command(ctx, args)

    def main(  # type: ignore[override]  # click's overloads promise that this returns; a command line exits
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        **extra: Any,  # noqa: ANN401  # as click has it
    ) -> object:
        """Run a command line and exit; with `standalone_mode=False` return, and raise, as click does."""
        if not extra.pop("standalone_mode", True):
            return super().main(args, prog_name, standalone_mode=False, **extra)
        arguments = list(sys.argv[1:] if args is None else args)
        sys.exit(self._guarded(arguments or ["tui" if _on_a_terminal() else "--help"], extra))

    def _guarded(self, arguments: list[str], extra: dict[str, Any]) -> int:
        """Return the exit code. The only place of the package that catches everything."""
        _fill_closed_streams()
        gc.set_threshold(200_000, 20, 20)  # what a command makes lives until it ends: looking through it is for nothing
        try:
            code = self._run(arguments, extra)
            sys.stdout.flush()
        except (KeyboardInterrupt, click.Abort):
            return _interrupted()
        except BrokenPipeError:
            return _pipe_closed()
        except Exception as error:  # noqa: BLE001  # the top: whatever it is, a user must not meet a traceback
            return _failed(error, arguments)
        return code

    def _run(self, arguments: list[str], extra: dict[str, Any]) -> int:
        if "_CODEQA_COMPLETE" in os.environ:  # a shell asks for completions
            super().main(arguments, "codeqa", complete_var="_CODEQA_COMPLETE", **extra)
        try:
            with self.make_context("codeqa", list(arguments), **extra) as context:
                return int(self.invoke(context) or 0)
        except click.exceptions.Exit as stop:
            return stop.exit_code


def _on_a_terminal() -> bool:
    """Whether a full screen can be shown. A stream may be closed, and then it is None."""
    streams = (sys.stdin, sys.stdout)
    return os.environ.get("TERM") != "dumb" and all(stream is not None and stream.isatty() for stream in streams)


def _unknown_command(name: str) -> str:
    import difflib  # only for a mistake

    from codeqa import sanitise

    if " " in name.strip():
        return 'a question needs its command: codeqa ask "…"'
    close = difflib.get_close_matches(name[:100], COMMANDS, n=1)
    return f"no command {sanitise.line(name)!r}" + (f"; did you mean {close[0]}?" if close else "")


def _failed(error: Exception, arguments: list[str]) -> int:
    from codeqa.cli.failure import report

    try:
        code = report(error, arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        return _pipe_closed()
    except KeyboardInterrupt:
        return _interrupted()
    return code


def _interrupted() -> int:
    click.echo("\ncodeqa: interrupted", err=True)
    return INTERRUPTED


def _fill_closed_streams() -> None:
    """Give whatever was closed before the start (`>&-`) a place to write to."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115  # open until the end


def _pipe_closed() -> int:
    """Let the interpreter's own last flush meet no closed pipe."""
    null = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            os.dup2(null, stream.fileno())
    return PIPE_CLOSED


@click.group(
    name="codeqa",
    cls=Root,
    commands=_Commands(),
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="codeqa", message="%(prog)s %(version)s")
def main() -> None:
    """Answer questions about a repository by walking its code.

    Every sentence of an answer cites lines whose bytes were checked. The index is made by the first question and kept
    up to date by the next ones.
    """
