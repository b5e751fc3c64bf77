"""What every command shares: its common options, and the project with events shown as they come."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from codeqa.cli import jsonable
from codeqa.cli.progress import ProgressLine
from codeqa.cli.terminal import Terminal
from codeqa.domain import Event, Indexed, Notice, Progress, UsageError
from codeqa.wording import duration

if TYPE_CHECKING:
    from codeqa.project import Project


@dataclass(frozen=True, slots=True)
class Face:
    """One command's run: what its common options say, and where it writes."""

    repo: Path | None
    json: bool
    update: bool
    cache: bool
    quiet: bool
    out: Terminal
    err: Terminal
    said: set[str] = field(default_factory=set)  # notices, each shown once

    @contextmanager
    def project(self, overrides: Mapping[str, object] | None = None) -> Iterator[Project]:
        """Open the project of `--repo`, or the nearest one upwards, as it is."""
        from codeqa.project import Project

        given = {"cache": self.cache or None, **(overrides or {})}
        environ = {name: value for name, value in os.environ.items() if name != "CODEQA_DEBUG"}
        with Project.open(self.repo, overrides=given, environ=environ) as project:
            for warning in project.settings.warnings:
                self.notice(Notice("warning", warning))
            yield project

    @contextmanager
    def ready(self, overrides: Mapping[str, object] | None = None) -> Iterator[Project]:
        """Open the project and, unless told not to, bring its index up to date."""
        with self.project(overrides) as project:
            if self.update:
                self._sum_up(self.drain(project.update()))
            yield project

    def asks(self) -> bool:
        """Whether somebody can see a question and answer it."""
        return self.err.interactive and sys.stdin is not None and sys.stdin.isatty()

    def drain(self, events: Iterable[Event]) -> Indexed | None:
        """Show progress and notices; return how the run ended."""
        ended = None
        progress = ProgressLine(self.err, shown=not self.quiet)
        try:
            for event in events:
                if isinstance(event, Progress):
                    progress.show(event)
                elif isinstance(event, Notice):
                    self.notice(event)
                elif isinstance(event, Indexed):
                    ended = event
        finally:
            progress.clear()
        if ended and not ended.files:
            self.notice(Notice("warning", "there is no file to read: the repository is empty, or all of it is ignored"))
        return ended

    def notice(self, notice: Notice) -> None:
        """Show it on standard error."""
        if self.quiet or notice.text in self.said:
            return
        self.said.add(notice.text)
        if notice.level == "warning":
            self.err.line("codeqa: ", ("warning:", "warn"), " ", notice.text)
        else:
            self.err.line(("codeqa: " + notice.text, "dim"))

    def document(self, values: Mapping[str, object]) -> None:
        """Write one versioned JSON object."""
        self.out.raw(jsonable.document(values) + "\n")

    def _sum_up(self, run: Indexed | None) -> None:
        """Say what a question had to wait for, to whoever watched it."""
        if run and run.changed and self.err.interactive and not self.quiet:
            files = f"{run.parsed:,} of {run.files:,} files"
            self.err.line((f"indexed {files} in {duration(run.seconds)}", "dim"))


_COMMON = (
    click.option("--repo", type=click.Path(path_type=Path), metavar="DIR", help="The repository. [default: upwards]"),
    click.option("--json", "as_json", is_flag=True, help="Write JSON (docs/json.md)."),
    click.option("--no-update", is_flag=True, help="Answer from the index as it is."),
    click.option("--cache", is_flag=True, help="Keep the index in the user's cache folder."),
    click.option("--color/--no-color", "color", default=None, help="Colours. [default: on a terminal]"),
    click.option("-q", "--quiet", is_flag=True, help="Nothing but the result: no progress, no notices."),
)


def common(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the options that all have; it takes a `Face` first and returns its exit code."""

    @functools.wraps(command)
    def run(
        *,
        repo: Path | None,
        as_json: bool,
        no_update: bool,
        cache: bool,
        color: bool | None,
        quiet: bool,
        **own: object,  # what the command itself takes
    ) -> int:
        out, err = Terminal(sys.stdout, color), Terminal(sys.stderr, color)
        return command(Face(repo, as_json, not no_update, cache, quiet, out, err), **own)

    decorated: Callable[..., int] = run
    for option in reversed(_COMMON):
        decorated = option(decorated)
    return decorated


def clean(text: str) -> str:
    """Return what the user typed as text that any store takes: bytes that are no UTF-8 and NULs replaced."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\0", " ").strip()


def symbol_name(value: str) -> str:
    """Convert an argument that names a symbol. Raises UsageError if it is empty."""
    cleaned = clean(value)
    if not cleaned:
        raise UsageError("the name of a symbol is empty", hint="give one, such as Router.add or src/app.py:12")
    return cleaned
