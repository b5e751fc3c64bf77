"""`codeqa graph export`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

import click

from codeqa.cli.face import Face, common
from codeqa.cli.jsonable import encoded
from codeqa.domain import CodeqaError, UsageError


@click.group(no_args_is_help=False, short_help="Export the graph as JSON lines.")
def graph() -> None:
    """Export the graph."""


@graph.command("export", short_help="Write edges and definitions as JSON lines.")
@click.option("--edges", type=click.Path(path_type=Path, allow_dash=True), metavar="FILE", help="One edge a line.")
@click.option("--defs", type=click.Path(path_type=Path, allow_dash=True), metavar="FILE", help="One definition a line.")
@click.option("--all", "everything", is_flag=True, help="Doubtful edges too: ambiguous ones and those by name alone.")
@common
def export(face: Face, edges: Path | None, defs: Path | None, everything: bool) -> int:
    """Write edges and definitions as JSON lines (docs/json.md).

    FILE may be -, standard output. Without --edges and --defs the edges go to standard output.
    """
    if edges is None and defs is None:
        edges = Path("-")
    to_output = Path("-") in (edges, defs)
    if edges == defs:
        raise UsageError("--edges and --defs name the same file", hint="give each a file of its own")
    if to_output and face.json:
        raise UsageError("--json would write among the lines", hint="name files with --edges and --defs")
    written: dict[str, object] = {}
    with face.ready() as project:
        if edges:
            lines = project.export_edges(everything=everything)
            written["edges"] = {"file": str(edges), "lines": _write(edges, lines)}
        if defs:
            written["definitions"] = {"file": str(defs), "lines": _write(defs, project.export_definitions())}
    if face.json:
        face.document(written)
    elif not face.quiet and not to_output:
        for what, about in written.items():
            assert isinstance(about, dict)
            face.out.line(f"{about['lines']:,} {what} ", (str(about["file"]), "path"))
    return 0


def _write(file: Path, records: Iterable[dict[str, object]]) -> int:
    """Write one JSON object a line; return how many. Raises CodeqaError if the file cannot be written."""
    if file == Path("-"):
        return _write_lines(sys.stdout, records)
    try:
        with file.open("w", encoding="utf-8") as stream:
            return _write_lines(stream, records)
    except OSError as error:
        raise CodeqaError(f"{file} cannot be written: {error.strerror}", hint="name another file") from error


def _write_lines(stream: TextIO, records: Iterable[dict[str, object]]) -> int:
    count = 0
    for each in records:
        stream.write(encoded(each) + "\n")
        count += 1
    return count
