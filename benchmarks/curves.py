"""How time grows with size, and quality by language, as a picture: docs/search.svg.

`python -m benchmarks.curves measure --out FILE.json FOLDER FOLDER,FOLDER …` indexes each argument, one repository or
several put together, from nothing and without vectors, then adds the vectors, then searches in a process that stays.
`python -m benchmarks.curves draw --sizes FILE.json --quality SET=FILE.json …` draws that, with the figures by language
that `benchmarks.retrieval --json` wrote. What is measured is CPU time: other work on the machine disturbs it least.
"""

from __future__ import annotations

import json
import math
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import click

from benchmarks import tables
from benchmarks.measure import run, summary
from codeqa.project import Project

PICTURE = tables.ROOT / "docs" / "search.svg"
CODEQA = [sys.executable, "-m", "codeqa"]
ROUNDS = 5
QUERIES = (
    "where is a failed request retried",
    "read the configuration file and apply defaults",
    "how are errors reported to the user",
    "parse command line arguments",
    "close the connection when the client goes away",
    "how is the cache invalidated after a write",
    "convert a value to a string for output",
    "which function opens the file for reading",
    "validate user input before it is stored",
    "start a background thread or task",
    "compare two versions",
    "what happens when a timeout expires",
    "format a date in the local time zone",
    "split a path into its parts",
    "register a handler for an event",
    "escape special characters in a template",
    "iterate over the rows of a result",
    "check permissions of the current user",
    "serialize an object to JSON",
    "load a plugin by its name",
)


@click.group(help=__doc__)
def main() -> None:
    """Measure, then draw."""


# ------------------------------------------------------------------------------------------------------------ measuring


@main.command()
@click.argument("folders", nargs=-1, required=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
def measure(folders: tuple[str, ...], out: Path) -> None:
    """Measure each argument; what is there already of this file stays."""
    points: list[dict[str, Any]] = json.loads(out.read_text()) if out.exists() else []
    for names in folders:
        with tempfile.TemporaryDirectory(prefix="codeqa-benchmark-") as scratch:
            root = Path(scratch) / "tree"
            for name in names.split(","):
                skipped = shutil.ignore_patterns(".codeqa", ".git")
                shutil.copytree(name, root / Path(name).name, symlinks=True, ignore=skipped)
            points.append(point(root))
        click.echo(json.dumps(points[-1]))
        out.write_text(json.dumps(sorted(points, key=lambda it: it["chunks"]), indent=1) + "\n")


def point(root: Path) -> dict[str, Any]:
    """Return chunks, CPU seconds of index and vectors, and how a search then takes."""
    text, _ = run([*CODEQA, "index", str(root), "--embedder", "none"])
    idle, _ = run([*CODEQA, "index", str(root)])
    both, _ = run([*CODEQA, "index", str(root), "--embedder", "static"])
    _, probed = run([sys.executable, "-m", "benchmarks.curves", "probe", str(root)])
    return {"index_cpu": text.cpu, "embed_cpu": both.cpu - idle.cpu, **json.loads(probed.splitlines()[-1])}


@main.command(hidden=True)
@click.argument("root", type=click.Path(exists=True, file_okay=False, path_type=Path))
def probe(root: Path) -> None:
    """Search an index in this process; print times, size and memory."""
    with Project.open(root, resident=True) as project:
        for query in QUERIES:
            project.search(query)
        wall, cpu = [], []
        for query in QUERIES * ROUNDS:
            started, used = time.perf_counter(), time.process_time()
            project.search(query)
            wall.append(time.perf_counter() - started)
            cpu.append(time.process_time() - used)
        found = {
            **project.store.counts(),
            "vectors": project.store.get_meta("embedder") or "",
            "wall": summary(wall),
            "cpu": summary(cpu),
            "resident_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
    click.echo(json.dumps(found))


# -------------------------------------------------------------------------------------------------------------- drawing

WIDTH, HEIGHT = 380, 250  # of a panel's axes
LEFT, TOP, GAP = 64, 46, 92
COLOURS = ("#0969da", "#bc4c00", "#1a7f37")
FONT = 'font-family="system-ui, sans-serif" font-size="12" fill="#24292f"'


class Mark(NamedTuple):
    """A value with its interval."""

    mean: float
    low: float
    high: float


@main.command()
@click.option("--sizes", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True)
@click.option("--quality", "sets", multiple=True, metavar="TITLE=FILE", help="May be repeated.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=PICTURE, show_default=True)
def draw(sizes: Path, sets: tuple[str, ...], out: Path) -> None:
    """Draw the picture."""
    points = json.loads(sizes.read_text())
    quality = {}
    for given in sets:
        title, _, path = given.partition("=")
        quality[title] = languages_of(json.loads(Path(path).read_text()))
    out.write_text(picture(points, quality), encoding="utf-8")


def languages_of(numbers: Mapping[str, Any]) -> dict[str, Mark]:
    """Return NDCG@10 by language, of what `benchmarks.retrieval --json` wrote."""
    by_language = numbers["groups"]["lang"]
    return {name: Mark(*found["ndcg"][:3]) for name, found in by_language.items()}


def picture(points: Sequence[Mapping[str, Any]], quality: Mapping[str, Mapping[str, Mark]]) -> str:
    """Return the picture as SVG."""
    chunks = [one["chunks"] for one in points]
    times = {
        "index, without vectors": [one["index_cpu"] for one in points],
        "vectors on top": [max(0.01, one["embed_cpu"]) for one in points],
    }
    speed = {
        "median": [one["cpu"]["p50_ms"] for one in points],
        "95th percentile": [one["cpu"]["p95_ms"] for one in points],
    }
    panels = [
        bars("NDCG@10 by language, 95 % intervals", quality),
        lines("index: CPU seconds by chunks", chunks, times),
        lines("search, warm: CPU milliseconds by chunks", chunks, speed),
    ]
    step = WIDTH + GAP
    body = "\n".join(f'<g transform="translate({LEFT + n * step},{TOP})">{it}</g>' for n, it in enumerate(panels))
    width, height = LEFT + len(panels) * step - GAP + 20, TOP + HEIGHT + 74
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" {FONT}>\n'
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>\n{body}\n</svg>\n'
    )


def bars(title: str, sets: Mapping[str, Mapping[str, Mark]]) -> str:
    """Return a panel of dots with intervals: a column for each language, a colour for each set."""
    names = sorted({name for marks in sets.values() for name in marks})
    low = 0.3

    def height(value: float) -> float:
        return HEIGHT * (1 - (max(value, low) - low) / (1 - low))

    parts = [_title(title), *_grid((height(tick / 10), f".{tick}" if tick < 10 else "1") for tick in range(3, 11))]
    column = WIDTH / max(1, len(names))
    for number, marks in enumerate(sets.values()):
        for place, name in enumerate(names):
            if name not in marks:
                continue
            x = column * (place + 0.5) + 12 * (number - (len(sets) - 1) / 2)
            mark = marks[name]
            ends = f'x1="{x:.1f}" x2="{x:.1f}" y1="{height(mark.low):.1f}" y2="{height(mark.high):.1f}"'
            parts.append(f'<line {ends} stroke="{COLOURS[number]}" stroke-width="2"/>')
            parts.append(f'<circle cx="{x:.1f}" cy="{height(mark.mean):.1f}" r="4.5" fill="{COLOURS[number]}"/>')
    parts += [_text(column * (place + 0.5), HEIGHT + 18, name, "middle") for place, name in enumerate(names)]
    return "".join([*parts, *_legend(list(sets))])


def lines(title: str, xs: Sequence[float], series: Mapping[str, Sequence[float]]) -> str:
    """Return a panel of curves, both axes logarithmic."""
    across = _scale(xs, WIDTH)
    values = [value for curve in series.values() for value in curve]
    up = _scale(values, HEIGHT)

    def y(value: float) -> float:
        return HEIGHT - up(value)

    parts = [_title(title), *_grid((y(tick), _number(tick)) for tick in _ticks(values))]
    for tick in _ticks(xs):
        parts.append(_text(across(tick), HEIGHT + 18, _number(tick), "middle"))
        parts.append(f'<line x1="{across(tick):.1f}" x2="{across(tick):.1f}" y1="0" y2="{HEIGHT}" stroke="#eaeef2"/>')
    for number, curve in enumerate(series.values()):
        places = [(across(x), y(value)) for x, value in zip(xs, curve, strict=True)]
        path = " ".join(f"{x:.1f},{v:.1f}" for x, v in places)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{COLOURS[number]}" stroke-width="2"/>')
        for (x, v), value in zip(places, curve, strict=True):
            parts.append(f'<circle cx="{x:.1f}" cy="{v:.1f}" r="3.5" fill="{COLOURS[number]}"/>')
            parts.append(_text(x, v - 8, _number(value), "middle", COLOURS[number]))
    return "".join([*parts, *_legend(list(series))])


def _scale(values: Sequence[float], length: float) -> Callable[[float], float]:
    """Return what places a value on a logarithmic axis that ends a little outside of these values."""
    low, high = math.log10(min(values)) - 0.15, math.log10(max(values)) + 0.15
    return lambda value: length * (math.log10(value) - low) / (high - low)


def _ticks(values: Sequence[float]) -> list[float]:
    """Return 1, 3, 10, 30 … within these values."""
    low, high = min(values) / 1.4, max(values) * 1.4
    tens = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    return [value for ten in tens for value in (10.0**ten, 3 * 10.0**ten) if low <= value <= high]


def _number(value: float) -> str:
    if value >= 1_000:
        return f"{value / 1_000:.0f}k" if value >= 10_000 else f"{value / 1_000:.1f}".removesuffix(".0") + "k"
    return f"{value:.0f}" if value >= 10 else f"{value:.2g}"


def _title(text: str) -> str:
    return f'<text x="0" y="-20" font-weight="600" font-size="14">{escape(text)}</text>'


def _text(x: float, y: float, text: str, anchor: str, colour: str = "#57606a") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" font-size="11">{escape(text)}</text>'


def _grid(ticks: Iterator[tuple[float, str]]) -> Iterator[str]:
    for y, text in ticks:
        yield f'<line x1="0" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="#d0d7de"/>'
        yield _text(-8, y + 4, text, "end")


def _legend(names: Sequence[str]) -> Iterator[str]:
    x = 0.0
    for number, name in enumerate(names):
        yield f'<circle cx="{x + 5:.0f}" cy="{HEIGHT + 44}" r="5" fill="{COLOURS[number]}"/>'
        yield _text(x + 16, HEIGHT + 48, name, "start", "#24292f")
        x += 40 + 6.4 * len(name)


if __name__ == "__main__":
    main()
