"""Two answers to one question beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from codeqa.wording import lines

if TYPE_CHECKING:
    from codeqa.cli.terminal import Terminal
    from codeqa.traces.comparing import Comparison, Sentence

MAX_CLAIMS = 20  # of each group
_WIDTH = 28  # columns of one side


def document(compared: Comparison) -> dict[str, Any]:
    """Return the object of docs/json.md."""
    return {
        "differs": compared.differs,
        "before": compared.before,
        "now": compared.now,
        "claims": {"both": compared.both, "only_before": compared.only_before, "only_now": compared.only_now},
    }


def show(title: str, question: str, compared: Comparison, out: Terminal, *, quiet: bool) -> None:
    """Write both runs as a table, then their claims; `quiet` leaves out those that both have."""
    from codeqa.traces.comparing import beside

    out.prose(f"{title}: {question}")
    out.line()
    out.line((f"{'':<12}{'before':<{_WIDTH}}now", "dim"))
    for name, before, now in beside(compared.before, compared.now):
        style = "dim" if before == now else "mark"
        out.line((f"{name:<12}", "dim"), f"{before:<{_WIDTH - 1}} ", (now, style))
    both = [(each.now, "" if each.same == "text and lines" else f"the same {each.same}") for each in compared.both]
    if not quiet:
        _claims("both say", both, out)
    _claims("only before", [(each, "") for each in compared.only_before], out)
    _claims("only now", [(each, "") for each in compared.only_now], out)
    left, right = compared.before.results, compared.now.results
    _names("results only before", [key for key in left if key not in right], out)
    _names("results only now", [key for key in right if key not in left], out)
    if not compared.differs and not quiet:
        out.line()
        out.line(("both say the same", "good"))


def _claims(title: str, claims: Sequence[tuple[Sentence, str]], out: Terminal) -> None:
    if claims:
        out.heading(f"{title} ({len(claims)})")
    for each, note in claims[:MAX_CLAIMS]:
        places = ", ".join(f"{path}:{lines(first, last)}" for path, first, last in each.places)
        about = " ".join(part for part in (places, f"({note})" if note else "") if part)
        out.line("- ", each.text.strip(), "  ", (about, "path"))
    if len(claims) > MAX_CLAIMS:
        out.line((f"{out.glyphs['more']} {len(claims) - MAX_CLAIMS} more", "dim"))


def _names(title: str, names: Sequence[str], out: Terminal) -> None:
    if names:
        out.heading(f"{title} ({len(names)})")
    for name in names[:MAX_CLAIMS]:
        out.line("- ", (name, "name"))
    if len(names) > MAX_CLAIMS:
        out.line((f"{out.glyphs['more']} {len(names) - MAX_CLAIMS} more", "dim"))
