"""Ask a language model the eighty questions about pinned packages in `tests/data`, by `codeqa eval run`.

    python -m benchmarks.walks ~/walks --model qwen3:8b --out ~/walks/run.jsonl

fetches the nine packages into the folder, from PyPI and npm by pip and npm, and from a Debian mirror by apt, each
checked by hash; writes `walks.jsonl` there; and hands the rest of the command line to `codeqa eval run`. What is
there already is not fetched again. A package whose client this machine lacks is left out with its questions, and that
is said. Without further options the command to run is printed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from shutil import rmtree

import click

from tests import packages

DATA = Path(__file__).parent.parent / "tests" / "data"
SETS = ("questions", "walks1.dev", "walks1.held", "walks2.dev", "walks2.held")
CLIENTS = {"pypi": "PyPI, by pip", "npm": "npm, by npm pack", "debian": "a Debian mirror, by apt-get"}


def lines(questions: Iterable[packages.Question], folders: dict[str, Path], beside: Path) -> list[dict[str, object]]:
    """Return the questions about packages that are there, as lines of `--questions`."""
    return [
        {**packages.line(question), "repo": folders[question["package"]].relative_to(beside).as_posix()}
        for question in questions
        if question["package"] in folders
    ]


def fetched(wanted: Sequence[packages.Package], folder: Path) -> dict[str, Path]:
    """Return the folder of each package that is there or could be fetched."""
    found: dict[str, Path] = {}
    for package in wanted:
        name, mark = package["name"], folder / f"{package['name']}.sha256"
        root = folder / name / "tree" / package["root"]
        if not mark.is_file() or mark.read_text() != package["sha256"] or not root.is_dir():
            click.echo(f"fetching {name} {package['version']} from {CLIENTS[package['registry']]}", err=True)
            rmtree(folder / name, ignore_errors=True)
            try:
                root = packages.fetch(package, folder)
            except (AssertionError, OSError) as error:
                click.echo(f"left out: {name}: {error}", err=True)
                continue
            mark.write_text(package["sha256"])
        found[name] = root
    return found


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.argument("rest", nargs=-1, type=click.UNPROCESSED, metavar="[OPTIONS OF codeqa eval run]")
def main(folder: Path, rest: tuple[str, ...]) -> None:
    """Fetch the packages into FOLDER, and ask a model the questions about them."""
    folder = folder.expanduser().resolve()
    folder.mkdir(parents=True, exist_ok=True)
    wanted: dict[str, packages.Package] = {}
    questions: list[packages.Question] = []
    for name in SETS:
        its, asked = packages.load(DATA / f"{name}.json")
        wanted |= {package["name"]: package for package in its}
        questions += asked
    written = lines(questions, fetched(list(wanted.values()), folder), folder)
    path = folder / "walks.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in written), encoding="utf-8")
    click.echo(f"{len(written)} of {len(questions)} questions in {path}", err=True)
    command = ["eval", "run", "--questions", str(path)]
    if not rest:
        click.echo(f"codeqa {' '.join(command)} --model NAME")
        return
    from codeqa.cli import main as codeqa

    sys.exit(codeqa([*command, *rest]))


if __name__ == "__main__":
    main()
