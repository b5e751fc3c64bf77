"""An answer as a person reads it: prose, citations, walk, what was dropped and what is not known."""

from __future__ import annotations

import re
from collections.abc import Sequence

from codeqa.cli.terminal import Terminal
from codeqa.domain import Answer, Citation, Hop
from codeqa.wording import duration, label, lines, strategy

MAX_CITATIONS = 20
MAX_QUOTED = 8  # citations that are shown with lines
MAX_LINES = 3  # of each
MAX_HOPS = 16
MAX_NOTES = 8

_WORD = re.compile(r"[^\W\d]\w*")
_CODE = re.compile(r"`([^`]+)`")
_STATUS_STYLE = {"answered": "good", "partial": "warn", "abstained": "bad"}


def show(answer: Answer, out: Terminal, *, quiet: bool, diagram: Sequence[str] = ()) -> None:
    """Write the answer; `quiet` leaves out all but prose, citations and diagram. A diagram stands for the walk."""
    if answer.understood:  # not the question that was typed: whoever reads the answer has to see it
        out.prose(f"understood as: {answer.understood}")
        out.line()
    out.prose(answer.text)
    _citations(answer, out)
    if diagram:
        out.heading("walk")
        for line in diagram:
            out.line(line)
    if quiet:
        return
    if answer.walk and not diagram:
        out.heading("walk")
        chain(answer.walk, out)
    _notes("dropped", [f"{each.text} ({each.reason})" for each in answer.dropped], out)
    _notes("not known", answer.unknowns, out)
    _notes("changed since they were indexed", answer.stale, out)
    _status(answer, out)


def _citations(answer: Answer, out: Terminal) -> None:
    if answer.citations:
        out.line()
    wanted = _wanted(answer)
    for number, citation in enumerate(answer.citations[:MAX_CITATIONS]):
        place = (f"{citation.path}:{lines(citation.start_line, citation.end_line)}", "path")
        out.line((f"[{citation.n}]", "mark"), " ", place, "  ", (citation.symbol, "name"))
        if number < MAX_QUOTED:
            _quote(citation, wanted.get(citation.n, set()), out)
    _rest(len(answer.citations) - MAX_CITATIONS, "citations", out)


def _wanted(answer: Answer) -> dict[int, set[str]]:
    """Return, for each citation, the names that the claims resting on it speak of; a whole signature is no name."""
    wanted: dict[int, set[str]] = {}
    for claim in answer.claims:
        names = {word for code in _CODE.findall(claim.text) if " " not in code for word in _WORD.findall(code)}
        for number in claim.citations:
            wanted.setdefault(number, set()).update(names)
    return wanted


def _quote(citation: Citation, names: set[str], out: Terminal) -> None:
    quoted = [line.rstrip() for line in citation.quote.expandtabs(4).split("\n")]
    first = _first_relevant(quoted, names)
    shown = [(first + at, line) for at, line in enumerate(quoted[first : first + MAX_LINES])]
    margin = min((len(line) - len(line.lstrip()) for _, line in shown if line), default=0)
    width = len(str(citation.start_line + len(quoted)))
    room = (out.width or 10_000) - width - 8
    for at, line in shown:
        number = f"{citation.start_line + at:>{width}}"
        out.line("    ", (f"{number} {out.glyphs['bar']} {line[margin:][:room]}".rstrip(), "dim"))


def _first_relevant(quoted: list[str], names: set[str]) -> int:
    """Return where to start: at the first line if few are there, else at the line that speaks of most of `names`."""
    if len(quoted) <= MAX_LINES or not names:
        return 0
    scores = [len(names & set(_WORD.findall(line))) for line in quoted]
    return scores.index(max(scores))


def chain(hops: Sequence[Hop], out: Terminal, *, indent: str = "") -> None:
    """Write hops as chains: one that goes on where the last one ended stands below it, without its start."""
    end = ""
    for hop in hops[:MAX_HOPS]:
        step(hop, out, start="" if hop.src == end else label(hop.src), indent=indent)
        end = hop.dst
    _rest(len(hops) - MAX_HOPS, "steps", out)


def step(hop: Hop, out: Terminal, *, start: str = "", backwards: bool = False, indent: str = "") -> None:
    """Write one hop: `main ─calls▶ Store.open  (app.py:12, exact .98)`; without `start` it goes on from the line above.

    `backwards`: the walk went against the edge, and `start` is its end.
    """
    line, right, left = out.glyphs["line"], out.glyphs["right"], out.glyphs["left"]
    arrow = f"{left}{line}{hop.edge}{line}" if backwards else f"{line}{hop.edge}{right}"
    end = hop.src if backwards else hop.dst
    evidence = f"({hop.site}, {strategy(hop.strategy, hop.confidence)})"
    begin = (f"  {start} " if start else "      ", "name")
    out.line(indent, begin, (arrow, "code"), " ", (label(end), "name"), "  ", (evidence, "dim"))


def _notes(title: str, notes: list[str] | tuple[str, ...], out: Terminal) -> None:
    if not notes:
        return
    out.heading(title)
    for note in notes[:MAX_NOTES]:
        out.prose(f"{out.glyphs['dot']} {note}", indent="  ")
    _rest(len(notes) - MAX_NOTES, "", out)


def _rest(count: int, what: str, out: Terminal) -> None:
    if count > 0:
        out.line(("  " + f"{out.glyphs['more']} {count:,} more {what}".rstrip() + " (--json has them all)", "dim"))


def _status(answer: Answer, out: Terminal) -> None:
    total = answer.timing_ms.get("total", sum(answer.timing_ms.values()))
    dot = f" {out.glyphs['dot']} "
    rest = [duration(total / 1000), f"generation {answer.generation}", answer.model or "no model"]
    if answer.reused:
        rest.append(f"as {answer.reused}, all of it checked again")
    out.line()
    out.line(
        (answer.status, _STATUS_STYLE.get(answer.status, "warn")), (dot + answer.kind + dot + dot.join(rest), "dim")
    )
