"""A bare parse: every file that codeqa would parse, through its grammar, and nothing kept.

`python -m benchmarks.baseline REPOSITORY` prints `{"files": n, "bytes": n}`; with `--code` it leaves documents out.
It is the floor that index times are compared with.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from codeqa import files, languages
from codeqa.config import FileSettings
from codeqa.parse.grammar import get_parser, missing


@click.command(help=__doc__)
@click.argument("repository", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--code", is_flag=True, help="Only programming languages.")
def main(repository: Path, code: bool) -> None:
    """Parse, count, print."""
    known = languages.load()
    parsable = {language.name for language in known if language.grammar.module and not missing(language)}
    count = size = 0
    for stat in files.scan(repository, FileSettings()).files:
        language = known.of(stat.path)
        if language is None or language.name not in parsable or (code and language.kind != "code"):
            continue
        data = (repository / stat.path).read_bytes()
        get_parser(language.name).parse(data)
        count, size = count + 1, size + len(data)
    sys.stdout.write(json.dumps({"files": count, "bytes": size}) + "\n")


if __name__ == "__main__":
    main()
