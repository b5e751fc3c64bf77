"""`codeqa search`."""

from __future__ import annotations

from pathlib import Path

import click

from codeqa.cli import question
from codeqa.cli.face import Face, common
from codeqa.cli.jsonable import encoded
from codeqa.cli.terminal import WIDEST
from codeqa.domain import CodeqaError, Hit
from codeqa.wording import lines

NOTHING = 3


@click.command(short_help="List the best places for a query.")
@click.argument("words", nargs=-1, metavar="QUERY")
@click.option("--limit", type=click.IntRange(1, 1000), metavar="N", help="How many hits. [default: 10]")
@click.option("--explain", is_flag=True, help="Show what each score is made of.")
@common
def search(face: Face, words: tuple[str, ...], limit: int | None, explain: bool) -> int:
    """List the best places for QUERY: words, names, or what the code does.

    QUERY is read from standard input if it is - or absent. With --json each hit is one line. Exits with 3 where there
    is no hit.
    """
    asked = question.read(words, "search", "read the configuration")
    with face.ready() as project:
        hits = project.search(asked, limit)
        near = [] if hits else project.vocabulary(asked)
        for notice in project.notices():
            face.notice(notice)
    if face.json:
        for hit in hits:
            face.out.raw(encoded(as_json(hit, explain=explain)) + "\n")
    else:
        _show(face, project.root, hits, near, explain=explain)
    return 0 if hits else NOTHING


def as_json(hit: Hit, *, explain: bool) -> dict[str, object]:
    """Return the hit as docs/json.md has it."""
    found: dict[str, object] = {
        "path": hit.path,
        "start_line": hit.start_line,
        "end_line": hit.end_line,
        "symbol": hit.symbol,
        "score": round(float(hit.score), 6),
    }
    if hit.members:
        found["members"] = list(hit.members)
    if explain:
        found["why"] = {part: round(float(share), 6) for part, share in hit.why.items()}
    return found


def _show(face: Face, root: Path, hits: list[Hit], near: list[str], *, explain: bool) -> None:
    if not hits and not face.quiet:
        face.err.line(
            f"nothing found; what is here and looks like it: {', '.join(near)}"
            if near
            else "nothing found; try other words"
        )
    for hit in hits:
        place = (f"{hit.path}:{lines(hit.start_line, hit.end_line)}", "path")
        name = (f"  {hit.symbol}" if hit.symbol else "", "name")
        face.out.line(place, name, (f"  {hit.score:.3f}", "dim"))
        if hit.members:
            names = ", ".join(member.removeprefix(f"{hit.symbol}.") for member in hit.members)
            face.out.line("    ", (f"with {names}"[: (face.out.width or WIDEST) - 5], "dim"))
        elif first := _first_line(root, hit):
            face.out.line("    ", (first[: (face.out.width or WIDEST) - 5], "dim"))
        if explain:
            ranked = sorted(hit.why.items(), key=lambda part: -abs(part[1]))
            face.out.line("    ", ("  ".join(f"{part} {share:+.3f}" for part, share in ranked), "dim"))


def _first_line(root: Path, hit: Hit) -> str:
    """Return the first line of a hit that says something, as the file has it now; "" if it is gone."""
    from codeqa import files

    try:
        head = files.read_lines(root, hit.path, hit.start_line, min(hit.end_line, hit.start_line + 5))
    except CodeqaError:
        return ""
    return next((line.strip() for line in head if line.strip()), "")
