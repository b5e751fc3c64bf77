"""Tables of docs/measurements.md that a benchmark writes: each between two markers that carry its name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent
MEASUREMENTS = ROOT / "docs" / "measurements.md"


def keep(tables: Mapping[str, str], path: Path = MEASUREMENTS) -> None:
    """Put each table between its markers.

    Raises:
        click.ClickException: the document has no such markers.
    """
    text = path.read_text(encoding="utf-8")
    for name, table in tables.items():
        begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        before, found, rest = text.partition(begin)
        _, closed, after = rest.partition(end)
        if not found or not closed:
            raise click.ClickException(f"{path} has no {begin} … {end}")
        text = f"{before}{begin}\n{table}\n{end}{after}"
    path.write_text(text, encoding="utf-8")
