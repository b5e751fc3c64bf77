"""The tables that `benchmarks.run` prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchmarks.corpora import Corpus

HEADER = ("", "CPU s", "wall s", "peak MB", "tree MB", "Ginstr", "x parse", "x ctags")


def start(result: dict[str, Any], instructions: bool) -> str:
    """The head of the report: versions, and what starting costs."""
    bare, guide = result["start"]["python -c pass"]["cpu"], result["start"]["codeqa --help"]["cpu"]
    counted = (
        "instructions counted by perf" if instructions else "perf cannot count instructions here: CPU seconds only"
    )
    return (
        f"codeqa {result['codeqa']}, Python {result['python']}; {counted}\n"
        f"codeqa --help: {guide * 1000:.0f} ms CPU, {guide / bare:.1f} x `python -c pass` ({bare * 1000:.0f} ms)"
    )


def repository(corpus: Corpus, measured: dict[str, Any]) -> str:
    """One repository: the table of commands, then sizes and warm latencies."""
    rows = measured["rows"]
    code = measured["parsed"]["code"]
    lines = [f"{measured['corpus']}: {code['files']} files of code, {code['bytes'] / 1e6:.1f} MB"]
    lines += _table([HEADER, *(_row(name, cost, rows) for name, cost in rows.items())])
    sizes = measured["index_bytes"]
    parts = ", ".join(f"{name} {size / 1e6:.1f}" for name, size in sizes.items())
    lines.append(f"index: {sum(sizes.values()) / 1e6:.1f} MB ({parts})")
    lines += [_latency(name, measured["warm"].get(name)) for name in ("search", "ask", "update", "check")]
    return "\n".join(lines)


def _row(name: str, cost: dict[str, Any] | None, rows: dict[str, Any]) -> tuple[str, ...]:
    if cost is None:
        return (name, "absent", "", "", "", "", "", "")
    counted = cost["giga_instructions"]
    return (
        name,
        f"{cost['cpu']:.2f}",
        f"{cost['wall']:.2f}",
        f"{cost['peak_mb']:.0f}",
        f"{cost['tree_mb']:.0f}",
        "" if counted is None else f"{counted:.2f}",
        _ratio(cost, rows.get("bare parse, code")),
        _ratio(cost, rows.get("ctags -R")),
    )


def _ratio(cost: dict[str, Any], floor: dict[str, Any] | None) -> str:
    return f"{cost['cpu'] / floor['cpu']:.2f}" if floor else ""


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if i else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]


def _latency(name: str, measured: dict[str, float] | None) -> str:
    label = {
        "search": "search, warm",
        "ask": "ask, warm",
        "update": "one file changed, warm",
        "check": "nothing changed, warm",
    }[name]
    if not measured:
        return f"{label}: not measured"
    return (
        f"{label}: p50 {measured['p50_ms']:.1f} ms, p95 {measured['p95_ms']:.1f} ms over {measured['n']:.0f}"
        f" (CPU p50 {measured['cpu_p50_ms']:.1f} ms, first {measured['first_ms']:.0f} ms)"
    )
