"""The right pane: lines of a file, those that are cited marked, and whether they still stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from codeqa.domain import Answer, CodeqaError, Hop
from codeqa.project import Project
from codeqa.tui.lines import Lines
from codeqa.tui.painting import lines, paint, source
from codeqa.tui.status import write
from codeqa.verify.recalling import Recalled
from codeqa.wording import label
from codeqa.wording import lines as line_range

BEFORE, AFTER = 6, 30  # lines around what is cited
FROM_THE_START = 1_000  # lines that are coloured to know what is a string: 0.1 ms each, off the screen's thread
MOST = 400  # lines of one exhibit
CITED = "▌"
TITLE = "evidence"
BLANKED = "****"


@dataclass(frozen=True, slots=True)
class Exhibit:
    """Lines to show.

    Attributes:
        start, end: the lines that are cited, 1-based, inclusive.
        first: number of the first of `quoted`, which has lines around the cited ones too once they have been read.
        badge: name of a style and text: what is known of the lines.
        rank: "2/8", or "" for lines that no citation has.
    """

    path: str
    start: int
    end: int
    symbol: str
    quoted: tuple[str, ...]
    first: int
    badge: tuple[str, str]
    rank: str = ""
    before: tuple[str, ...] = ()  # the file up to `quoted`, which is not shown: colours depend on it


CHECKED = ("good", "✓ checked")
CHANGED = ("bad", "✗ changed since")
READ_NOW = ("dim", "read just now, not cited")
UNVERIFIED = ("warn", "? what cites it is not verified")
NOT_LOOKED = ("warn", "? not checked again")


def place_of(exhibit: Exhibit) -> tuple[str, int, int, str]:
    """Return what two exhibits of the same lines have in common, whatever is shown around them."""
    return exhibit.path, exhibit.start, exhibit.end, exhibit.rank


def cited(answer: Answer, n: int) -> Exhibit:
    """Return a citation as the answer has it."""
    at = next(i for i, c in enumerate(answer.citations) if c.n == n)
    citation = answer.citations[at]
    resting = [claim for claim in answer.claims if n in claim.citations]
    held = not resting or any(claim.verdict == "verified" for claim in resting)
    quoted = tuple(citation.quote.split("\n"))
    return Exhibit(
        citation.path,
        citation.start_line,
        citation.end_line,
        citation.symbol,
        quoted,
        citation.start_line,
        CHECKED if held else UNVERIFIED,
        f"{at + 1}/{len(answer.citations)}",
    )


def cited_earlier(recalled: Recalled, n: int) -> Exhibit:
    """Return a citation of an earlier answer; it is said to be checked only if it was checked again."""
    exhibit = cited(recalled.answer, n)
    if not recalled.looked:
        return replace(exhibit, badge=NOT_LOOKED)
    if n not in recalled.standing:
        return replace(exhibit, badge=CHANGED)
    blanked = BLANKED in "\n".join(exhibit.quoted)  # a trace keeps no secret, so there is nothing to compare
    return replace(exhibit, quoted=()) if blanked else exhibit


def at_site(hop: Hop) -> Exhibit:
    """Return the line of a hop that no citation has; its text is still to be read."""
    path, _, line = hop.site.rpartition(":")
    number = int(line) if line.isdecimal() else 1
    return Exhibit(path, number, number, hop.src, (), number, READ_NOW)


def around(project: Project, exhibit: Exhibit) -> Exhibit:
    """Return it with the lines around, as they are now; where the cited ones are others by now, as it was, and said."""
    first = max(1, exhibit.start - BEFORE)
    last = min(exhibit.end + AFTER, first + MOST)
    try:
        whole = last <= FROM_THE_START
        read = project.tools.read(exhibit.path, 1 if whole else first, last).lines
    except CodeqaError:
        return replace(exhibit, badge=CHANGED)
    before, now = (read[: first - 1], read[first - 1 :]) if whole else ((), read)
    offset = exhibit.start - first
    there = now[offset : offset + len(exhibit.quoted)]
    if exhibit.quoted and not _same(there, exhibit.quoted):
        return replace(exhibit, badge=CHANGED)
    return replace(exhibit, quoted=now, first=first, before=before)


def _same(now: tuple[str, ...], quoted: tuple[str, ...]) -> bool:
    """Whether lines are those of a quote, which begins and ends within its first and last line."""
    return "\n".join(quoted).strip() in "\n".join(now)


def heading(exhibit: Exhibit) -> Content:
    """Return place, symbol and badge, in two lines."""
    rank = f"{exhibit.rank}  " if exhibit.rank else ""
    place = f"{exhibit.path}:{line_range(exhibit.start, exhibit.end)}"
    style, badge = exhibit.badge
    return lines(paint((rank, "mark"), (place, "path")), paint((label(exhibit.symbol), "name"), "  ", (badge, style)))


def body(exhibit: Exhibit) -> list[Content]:
    """Return the lines with their numbers; the cited ones are marked in the margin."""
    width = len(str(exhibit.first + len(exhibit.quoted)))
    shown = []
    text = "\n".join([*exhibit.before, *exhibit.quoted[:MOST]])
    for offset, line in enumerate(source(text, exhibit.path)[len(exhibit.before) :]):
        number = exhibit.first + offset
        is_cited = exhibit.start <= number <= exhibit.end
        margin = paint((CITED if is_cited else " ", "mark"), (f"{number:>{width}} ", "mark" if is_cited else "dim"))
        shown.append(Content.assemble(margin, line.stylize("on $primary 15%") if is_cited else line))
    return shown


class Evidence(Vertical):
    """Shows one exhibit."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.exhibit: Exhibit | None = None

    def compose(self) -> ComposeResult:
        """Where, and what."""
        yield Static(id="place", markup=False)
        yield Lines(id="lines")

    def show(self, exhibit: Exhibit | None, painted: Sequence[Content] | None = None) -> None:
        """Show it, or nothing; the cited lines come into view. `painted` is its body, if that was made already."""
        self.exhibit = exhibit
        pane = self.query_one(Lines)
        write(self.query_one("#place", Static), heading(exhibit) if exhibit else Content(""))
        pane.write((painted or body(exhibit)) if exhibit else ())
        if exhibit is None:
            return
        if pane.size.height:
            self._to_cited(exhibit)
        else:  # it is about to come into view
            self.call_after_refresh(self._to_cited, exhibit)

    def awaits(self, exhibit: Exhibit | None) -> None:
        """Say that what is shown is not yet this, which is waited for as long as keys follow each other too fast."""
        waits = exhibit is not None and self.exhibit is not None and place_of(exhibit) != place_of(self.exhibit)
        title = f"{TITLE} · of a row before" if waits else TITLE
        if self.border_title != title:
            self.border_title = title

    def _to_cited(self, exhibit: Exhibit) -> None:
        if exhibit is self.exhibit:
            pane = self.query_one(Lines)
            top = exhibit.start - exhibit.first
            last = exhibit.end - exhibit.first
            room = pane.scrollable_content_region.height
            pane.scroll_to(x=0, y=max(top - 1, 0) if last >= room else 0, animate=False)
