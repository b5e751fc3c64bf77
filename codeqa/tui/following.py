"""The part of the Ask screen in which sentence, step and evidence follow each other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from textual import on
from textual.content import Content

from codeqa.domain import Answer, Hop
from codeqa.project import Project
from codeqa.tui.asking_back import AskingBack
from codeqa.tui.engine import Engine
from codeqa.tui.evidence import Evidence, Exhibit, around, at_site, body, cited, cited_earlier
from codeqa.tui.meanings import Choice, exhibit
from codeqa.tui.rows import Rows
from codeqa.tui.segments import Segment, citation_at, hops_of, key, states
from codeqa.tui.showing import Said
from codeqa.verify.recalling import Recalled

REST_SECONDS = 0.06  # on one row, before its lines are shown: who holds a key down sees those of where it stops
QUICK_SECONDS = 0.03  # that the engine has to read them before they are shown as they were cited


class Following(AskingBack):
    """Marks the steps of the sentence one stands on, the sentences of a step, and shows the lines of either."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.answer: Answer | None = None
        self._segments: list[Segment] = []
        self._recalled: Recalled | None = None  # where the answer is an earlier one
        self._shown: int | None = None  # the citation in the evidence pane
        self._base: Exhibit | None = None  # what the evidence pane shows, or is about to, as it was cited
        self._awaited = False  # it is about to

    @on(Rows.OptionHighlighted, "#answer")
    def _on_sentence(self, event: Rows.OptionHighlighted) -> None:
        ref = self.query_one("#answer", Rows).ref(event.option_index)
        if isinstance(ref, Choice) and self.clarify is not None:
            self._exhibit(exhibit(ref, self.meanings))
        if self.answer is None or not isinstance(ref, Said):
            return
        segment = self._segments[ref.number]
        hops = hops_of(self.answer.claims[segment.claim], self.answer.walk) if segment.claim is not None else []
        walk = self.query_one("#walk", Rows)
        keys = {(hop.src, hop.edge, hop.dst) for hop in hops}
        walk.mark({i for i, row in enumerate(walk.rows) if key(row.ref) in keys})
        self.query_one("#answer", Rows).mark(())
        if segment.citations and self._has(segment.citations[0]):
            self._cite(segment.citations[0], rest=REST_SECONDS)
        elif self._shown is None and self.answer.citations:  # rather the first than an empty pane
            self._cite(self.answer.citations[0].n)

    @on(Rows.OptionHighlighted, "#walk")
    def _on_hop(self, event: Rows.OptionHighlighted) -> None:
        answer, hop = self.answer, self.query_one("#walk", Rows).ref(event.option_index)
        if answer is None or not isinstance(hop, Hop) or not self.query_one("#walk").has_focus_within:
            return
        self._mark_sentences(lambda number: states(answer, self._segments[number], hop))
        n = citation_at(answer, hop.site)
        if n is not None:
            self._cite(n, rest=REST_SECONDS)
        else:
            self._shown = None
            self._exhibit(at_site(hop), rest=REST_SECONDS)

    def action_citation(self, step: int) -> None:
        """Show the next citation, or the one before."""
        if self.answer is None or not self.answer.citations:
            return
        numbers = [citation.n for citation in self.answer.citations]
        at = numbers.index(self._shown) + step if self._shown in numbers else 0
        n = numbers[at % len(numbers)]
        self._cite(n)
        self._mark_sentences(lambda number: n in self._segments[number].citations)

    def _mark_sentences(self, rests: Callable[[int], bool]) -> None:
        pane = self.query_one("#answer", Rows)
        pane.mark({i for i, row in enumerate(pane.rows) if isinstance(row.ref, Said) and rests(row.ref.number)})

    def _has(self, n: int) -> bool:
        return self.answer is not None and any(citation.n == n for citation in self.answer.citations)

    def _cite(self, n: int, *, rest: float = 0.0) -> None:
        if self.answer is not None and n != self._shown:
            self._shown = n
            shown = cited_earlier(self._recalled, n) if self._recalled else cited(self.answer, n)
            self._exhibit(shown, rest=rest)

    def _exhibit(self, exhibit: Exhibit | None, *, rest: float = 0.0) -> None:
        """Show lines with what is around them, at first as they were cited if the engine does not read them at once.

        `rest`: seconds that have to pass without another key first: to draw what is passed would take from the keys.
        """
        pane = self.query_one(Evidence)
        self._base = exhibit
        pane.awaits(exhibit if self._awaited else None)  # it is said, but not for a moment with each key
        self._awaited = exhibit is not None
        if exhibit is None:
            self._shown = None
            self.workers.cancel_group(self, "evidence")
            pane.show(None)
            return

        def show(exhibit: Exhibit, painted: list[Content] | None = None) -> None:
            self._awaited = False
            pane.awaits(None)
            pane.show(exhibit, painted)

        async def read() -> None:
            await asyncio.sleep(rest)
            reading = asyncio.wrap_future(self.engine.submit(lambda project: _read(project, exhibit)))
            await asyncio.wait({reading}, timeout=QUICK_SECONDS)
            if not reading.done():
                show(exhibit)
                await asyncio.wait({reading})
            if reading.exception() is None:
                show(*reading.result())
            else:
                show(exhibit)

        reading: Callable[[], Awaitable[None]] = read  # not `read()`: one that is never begun must not be made
        self.run_worker(reading, group="evidence", exclusive=True, exit_on_error=False)


def _read(project: Project, exhibit: Exhibit) -> tuple[Exhibit, list[Content]]:
    """Read what is around, and paint it: what takes time is done in the engine's thread."""
    wider = around(project, exhibit)
    return wider, body(wider)
