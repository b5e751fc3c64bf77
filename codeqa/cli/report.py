"""`codeqa status`, `languages` and `doctor`: what there is, and whether it works."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from codeqa.cli import model
from codeqa.cli.face import Face, common
from codeqa.cli.index import counted
from codeqa.cli.jsonable import record
from codeqa.cli.terminal import Piece, Terminal
from codeqa.config import TuiSettings
from codeqa.domain import Check, Embedding, LanguageReport, Notice, Status
from codeqa.wording import size

MAX_SKIPPED = 10  # paths shown for one reason
MAX_STALE = 10


@click.command(short_help="Show what the index holds, what was skipped and why.")
@common
def status(face: Face) -> int:
    """Show what the index holds, which files were skipped and why, and which have changed since. Updates nothing."""
    with face.project() as project:
        found = project.status()
    if face.json:
        face.document(record(found))
        return 0
    for warning in found.warnings:
        face.notice(Notice("warning", warning))
    _status(found, face.out)
    return 0


def _status(found: Status, out: Terminal) -> None:
    rows = {
        "root": found.root,
        "index": f"{found.directory}, generation {found.generation}, {size(found.bytes)}",
        "files": f"{found.files:,}  {counted(found.languages)}",
        "symbols": f"{found.symbols:,}",
        "edges": f"{sum(found.edges.values()):,}  {counted(found.edges)}",
        "unresolved": f"{found.unresolved:,} call sites",
        "chunks": f"{found.chunks:,}",
        "vectors": counted(found.vectors) or "none",
        "embedder": _embedding(found.embedding),
        "summaries": ", ".join(f"{count:,} by {model}" for model, count in found.summaries.items()) or "none",
        "stale": _stale(found),
    }
    for name, value in rows.items():
        out.line((f"{name:<11}", "dim"), value)
    _paths(found.stale, MAX_STALE, out)
    if found.skipped:
        out.heading(f"skipped ({sum(map(len, found.skipped.values())):,})")
    for reason, paths in found.skipped.items():
        out.line(f"  {reason} ({len(paths):,})")
        _paths(paths, MAX_SKIPPED, out)


def _stale(found: Status) -> str:
    if not found.stale:
        return "none: the index is up to date"
    return f"{len(found.stale):,} files" + (f", of which {found.missing:,} are not in it yet" if found.missing else "")


def _embedding(found: Embedding) -> str:
    """Say `lsa`, or `ollama:x; until its 512 of 4,000 vectors are made, lsa-128-… is searched`."""
    said = found.chosen
    if found.chosen != "none":
        at_work = "" if found.running else ", by no process now"
        if found.next:
            until = f"{found.used} is searched" if found.used else "words alone are searched"
            said += f"; {found.done:,} of {found.total:,} vectors made{at_work}; until then {until}"
        elif found.used and found.done < found.total:
            said += f"; {found.done:,} of {found.total:,} vectors made{at_work}"
        elif not found.used:
            said += "; no vectors yet"
        said += f"; trouble: {found.trouble}" if found.trouble else ""
    return said


def _paths(paths: Sequence[str], limit: int, out: Terminal) -> None:
    for path in paths[:limit]:
        out.line("    ", (path, "path"))
    if len(paths) > limit:
        out.line((f"    {out.glyphs['more']} {len(paths) - limit:,} more (--json has them all)", "dim"))


@click.command(short_help="List the languages and what each supports.")
@common
def languages(face: Face) -> int:
    """List the languages and what each supports, as its folder of grammars/ says."""
    with face.project() as project:
        found = project.languages()
    if face.json:
        face.document({"languages": found})
    else:
        _languages(found, face.out)
    return 0


def _languages(found: Sequence[LanguageReport], out: Terminal) -> None:
    for language in found:
        able = ", ".join(name for name, supported in language.supports.items() if supported)
        what: Piece = (language.problem, "bad") if language.problem else (able, "code")
        extensions = " ".join(language.extensions)
        version = f"grammar {language.grammar}" if language.grammar else ""
        out.line((f"{language.title:<18}", "name"), (f"{language.kind:<9} ", "dim"), what)
        out.line(" " * 28, ("  ".join(part for part in (extensions, version) if part), "dim"))


@click.command(short_help="Check the installation and the index.")
@model.options
@common
def doctor(face: Face, chosen: Mapping[str, object]) -> int:
    """Check the installation, the index and the terminal. Exits with 1 if anything needed is missing.

    A model that is named is asked for a call, to see in what form it makes one; that is remembered.
    """
    with face.project(chosen) as project:
        checks = [*project.doctor(), _writable(project.directory), _lancedb(), _terminal(face.out)]
        checks += _keys(project.settings.tui)
    healthy = all(check.ok is not False for check in checks)
    if face.json:
        face.document({"ok": healthy, "checks": checks})
    else:
        for check in checks:
            _check(check, face.out)
    return 0 if healthy else 1


def _check(check: Check, out: Terminal) -> None:
    sign, style = {
        True: (out.glyphs["yes"], "good"),
        False: (out.glyphs["no"], "bad"),
        None: (out.glyphs["dot"], "dim"),
    }[check.ok]
    out.line((f"{sign:<3}", style), (f"{check.name:<26}", "name"), check.detail)
    if check.hint and check.ok is not True:
        out.line(" " * 29, (check.hint, "dim"))


def _writable(directory: Path) -> Check:
    """Check that the index can be written, or its folder made."""
    there = next(folder for folder in (directory, *directory.parents) if folder.exists())
    if os.access(there, os.W_OK | os.X_OK):
        return Check("index folder", True, f"{directory} can be written")
    return Check("index folder", False, f"{there} cannot be written", "--cache keeps the index in your cache folder")


def _lancedb() -> Check:
    """Look for LanceDB without importing it, which takes seconds."""
    from importlib.util import find_spec

    if find_spec("lancedb") is None:
        return Check("lancedb", False, "not installed", "pip install lancedb")
    return Check("lancedb", True, "installed")


def _keys(wishes: TuiSettings) -> list[Check]:
    """Look at the user's own keys of the full screen, if there are any."""
    if not wishes.keys and wishes.keymap == TuiSettings().keymap:
        return []
    from codeqa.tui import app as _all_screens  # noqa: F401  # they declare what can be bound
    from codeqa.tui import keys

    keymap = keys.choose(wishes.keymap, wishes.keys, keys.actions())
    if not keymap.troubles:
        return [Check("keys", True, f"keymap {wishes.keymap}, {len(keymap.changed)} other than by default")]
    return [Check("keys", None, trouble, "codeqa tui --keys lists the ids") for trouble in keymap.troubles]


def _terminal(out: Terminal) -> Check:
    width = f"{out.width} columns" if out.width else "no terminal"
    colour = "colours" if out.colour else "no colours"
    return Check("terminal", True, f"{width}, {out.encoding}, {colour}")
