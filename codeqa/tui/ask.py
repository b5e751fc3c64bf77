"""The Ask screen: a question, the walk, the answer, the evidence."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from threading import Event as Flag
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from codeqa.clarifying.answering import meant
from codeqa.conversation import Conversation
from codeqa.domain import Answer, Answered, Clarify, CodeqaError, Event, Heard, Hop, ModelCall, Notice, Progress
from codeqa.project import Project
from codeqa.tui.asking_back import AskingBack
from codeqa.tui.composing import RESTORED
from codeqa.tui.engine import Ended, Engine, Job, State
from codeqa.tui.evidence import Evidence
from codeqa.tui.following import Following
from codeqa.tui.footing import Keys
from codeqa.tui.heading import Heading
from codeqa.tui.meanings import Choice
from codeqa.tui.offers import Offers
from codeqa.tui.painting import inline, paint
from codeqa.tui.question import LONGEST, Question
from codeqa.tui.rows import Row, Rows
from codeqa.tui.segments import segments
from codeqa.tui.showing import CHANGES, Fold, Said, Spent, answer_rows, step_row, summed_up, walk_rows
from codeqa.tui.status import StatusLine
from codeqa.tui.texts import ANSWER_HELP, WALK_HELP, Example, welcome
from codeqa.verify.recalling import Recalled
from codeqa.wording import describe, duration, explained

if TYPE_CHECKING:
    from codeqa.tui.app import CodeqaApp

NARROW = 110  # columns below which the panes are stacked
EVERY_SECONDS = 0.25  # that the elapsed time is written anew
STEPS = "steps"


class AskScreen(Following):
    """What it shows follows from `answer` and the events since; the engine is only told what to do."""

    app: CodeqaApp
    AUTO_FOCUS = "#question"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "Stop", id="ask.stop", tooltip="stop the walk"),
        Binding("escape", "question", "Ask", id="ask.question", tooltip="go to the question"),
        Binding("slash", "question", "Question", show=False, id="ask.question"),
        Binding("n", "citation(1)", "Cited", key_display="n/p", id="ask.next", tooltip="the next citation"),
        Binding("p", "citation(-1)", "Cited before", show=False, id="ask.previous", tooltip="the citation before"),
        Binding("w", "below", "Walk", id="ask.below", tooltip="walk or evidence below the answer"),
        Binding("z", "zoom", "Zoom", id="ask.zoom", tooltip="this pane alone, or all again"),
        Binding("g", "graph", "Graph", id="ask.graph", tooltip="the graph around the step or the evidence"),
        Binding("r", "again", "Ask again", id="ask.again", tooltip="ask again, now that the index has more"),
        Binding("e", "edit", "Edit", id="ask.edit", tooltip="open the editor at the cited line"),
        Binding("y", "copy_citation", "Copy", id="ask.copy", tooltip="copy path:line of the evidence"),
        Binding("Y", "copy_answer", "All", id="ask.copy_answer", tooltip="copy the answer as Markdown"),
        Binding("x", "export", "Save", show=False, id="ask.save", tooltip="save the answer as a Markdown file"),
        Binding("1", "choose(1)", "Choose", key_display="1-9", id="ask.choose", tooltip="choose what is meant"),
        Binding("a", "choose(0)", "Each", show=False, id="ask.each", tooltip="an answer for each of what may be meant"),
        Binding("ctrl+n", "begin", "New conversation", show=False, id="ask.new", tooltip="begin a new conversation"),
    ]

    def __init__(self, engine: Engine, clock: Callable[[], float]) -> None:
        super().__init__(engine)
        self.job: Job | None = None
        self._clock = clock
        self._began = 0.0
        self._question = ""
        self._doing = ""
        self._spent = Spent()
        self._leading: str | None = None  # the model that is to lead the walk
        self._indexing: Progress | None = None
        self._conversation = Conversation()
        self._opened: set[str] = set()
        self._notices: list[str] = []
        self._steps: list[Row] = []
        self._greeted = False

    def compose(self) -> ComposeResult:
        """Question, three panes, one line of status, keys."""
        yield Heading()
        with Horizontal(id="ask"):
            yield Static("❯", id="prompt", markup=False)
            yield Question(id="question")
        with Horizontal(id="panes"):
            yield Rows(id="walk")
            yield Rows(id="answer")
            yield Evidence(id="evidence")
        yield StatusLine()
        yield Offers()
        yield Keys()

    def on_mount(self) -> None:
        """Name the panes and show where we are."""
        for name in ("walk", "answer", "evidence"):
            pane = self.query_one(f"#{name}")
            pane.add_class("pane")
            pane.border_title = name
        self.query_one("#walk", Rows).HELP = WALK_HELP  # type: ignore[misc]  # one class, two panes
        self.query_one("#answer", Rows).HELP = ANSWER_HELP  # type: ignore[misc]
        self.add_class("-below-evidence", "-idle")
        self.about_project()
        self.say(("looking at the index …", "dim"))
        self.query_one("#answer", Rows).show(welcome(self.app.keymap.troubles))
        self.set_interval(EVERY_SECONDS, self._tick)
        self.begin_composing()

    def on_resize(self) -> None:
        """Stack the panes where there is little room."""
        self.set_class(self.size.width < NARROW, "-narrow")
        self.refresh_bindings()

    @property
    def working(self) -> bool:
        return self.job is not None

    # ---------------------------------------------------------------------------------------------------------- asking

    @on(Question.Submitted)
    def _submitted(self, event: Question.Submitted) -> None:
        asked = event.value.strip()
        if not asked:
            return
        if self.working:
            self.remark(f"a walk goes on: {self.app.shown('ask.stop')} stops it; what you typed stays", "warn")
            return
        if self.clarify is not None and (keys := meant(self.clarify, asked)):  # as on the command line
            self.query_one(Question).value = ""
            self.mean(Choice(keys))
            return
        self.ask(asked)

    def ask(self, question: str) -> None:
        """Begin a walk; what it takes comes by `happened` and `ended`."""
        self.sent(question)
        self._begin(question, may_ask=True)

    def _begin(self, question: str, meaning: Mapping[str, Sequence[str]] | None = None, *, may_ask: bool) -> None:
        self.clarify = None
        self._question, self._began, self._doing = question, self._clock(), ""
        self._notices, self._steps, self._spent = [], [], Spent()
        self._leading = self.app.model
        self.answer = self._recalled = None
        self._opened = set()
        self.remove_class("-idle")
        self._below("walk")
        self.query_one("#walk", Rows).show([])
        self.query_one("#answer", Rows).show([Row(inline(question, "title"))])
        self._exhibit(None)
        conversation = self._conversation
        self.job = self.engine.stream(
            lambda project, cancelled: _walk(project, question, conversation, meaning, may_ask, cancelled)
        )
        self._tick()
        self.refresh_bindings()

    @on(AskingBack.Meant)
    def _meant(self, event: AskingBack.Meant) -> None:
        self.mean(event.choice)

    def mean(self, choice: Choice) -> None:
        """Go on with what was chosen."""
        clarify = self.clarify
        if clarify is None or self.working:
            return
        self._begin(self._question, {clarify.name: choice.symbols} if choice.symbols else None, may_ask=False)

    def happened(self, event: Event) -> None:
        """Take an event of the walk."""
        if isinstance(event, Answered):
            self._answered(event.answer)
        elif isinstance(event, Clarify):
            self.asked_back(event, self._question)
            self._below("evidence")
            self.query_one("#walk", Rows).show(self._steps)
        elif isinstance(event, Heard):
            self._doing = "the model thinks" if event.kind == "thinking" else "the model writes"
        elif isinstance(event, ModelCall):
            self._spent = self._spent.after(event)
        elif isinstance(event, Notice):
            self._notices.append(event.text)
            self._step(Row(paint((event.text, "warn")), paint(("! ", "warn")), paint("  ")))
        elif isinstance(event, Progress):
            self._doing = describe(event)
        elif (row := step_row(event)) is not None:
            self._doing = ""
            self._step(row)

    def _step(self, row: Row) -> None:
        self._steps.append(row)
        self.query_one("#walk", Rows).add(row)

    def ended(self, ended: Ended) -> None:
        """Take the end of the walk."""
        self.job = None
        if ended.error is not None:
            self._failed(ended.error)
        self.refresh_bindings()

    def _answered(self, answer: Answer) -> None:
        self.answer = answer
        self._segments = segments(answer)
        self._show_answer(first=True)
        self._show_walk(None)
        self._below("evidence" if answer.citations else "walk" if answer.walk else "")
        failed = self._leading if self._notices and answer.model is None else None
        self.query_one(StatusLine).show(summed_up(answer, self._spent, failed or ""))
        if not self.query_one(Question).value:  # nobody is typing the next question
            self.set_focus(self.query_one("#answer", Rows))

    def resume(self, recalled: Recalled, conversation: Conversation, steps: Sequence[Event], said: str) -> None:
        """Show an earlier answer with what of it holds now; the next question goes on with `conversation`.

        `said` stands at the beginning of the line of status. What is typed stays, and no walk may go on.
        """
        self._question, self._conversation, self._recalled = recalled.answer.question, conversation, recalled
        self.clarify = None
        self._notices = [event.text for event in steps if isinstance(event, Notice)]
        self._spent, self._leading = Spent(), recalled.answer.model
        self._steps = [row for event in steps if (row := step_row(event)) is not None]
        self._opened = {CHANGES}
        self.remove_class("-idle")
        self._exhibit(None)
        self._answered(recalled.answer)
        line = Content.assemble(paint(("↺ ", "mark"), said, (" · ", "dim")), summed_up(recalled.answer))
        self.query_one(StatusLine).show(line)
        self.refresh_bindings()

    def forget(self, conversation: str) -> None:
        """Go on as a conversation of its own where the one of this id is no longer kept."""
        if conversation and self._conversation.id == conversation:
            self._conversation = Conversation(turns=self._conversation.turns)

    def _changes(self) -> Sequence[str]:
        return self._recalled.changes if self._recalled is not None else ()

    def _show_walk(self, at: int | None) -> None:
        assert self.answer is not None
        rows = walk_rows(self.answer) or [Row(paint(("no step from one symbol to another", "dim")))]
        if self._steps:
            is_open = STEPS in self._opened
            heading = f"{'▾' if is_open else '▸'} {STEPS} ({len(self._steps)})"
            rows += [Row(Content("")), Row(paint((heading, "dim")), ref=Fold(STEPS))]
            rows += self._steps if is_open else []
        self.query_one("#walk", Rows).show(rows, at=at)

    def _show_answer(self, *, first: bool = False) -> None:
        assert self.answer is not None
        pane = self.query_one("#answer", Rows)
        at = None if first else pane.highlighted
        rows = [
            Row(inline(self.answer.question, "title")),
            Row(Content("")),
            *answer_rows(self.answer, self._segments, self._notices, frozenset(self._opened), self._changes()),
        ]
        if first:
            at = next((i for i, row in enumerate(rows) if isinstance(row.ref, Said)), None)
        pane.show(rows, at=at)

    def _failed(self, error: Exception) -> None:
        message, hint = explained(error)
        rows = [Row(inline(self._question, "title")), Row(Content("")), Row(paint(("✗ ", "bad"), message))]
        rows += [Row(paint(("hint: ", "dim"), line.strip())) for line in hint.splitlines()]
        self.query_one("#answer", Rows).show(rows)
        self.say(("✗ failed", "bad"), (" · " + message, "dim"))

    def _tick(self) -> None:
        if self.job is None or self.answer is not None or self.clarify is not None:  # they come before the job's end
            return
        spent = duration(self._clock() - self._began)
        waits = f"waits for the index: {describe(self._indexing)}" if self._indexing and not self._steps else ""
        goes_on = waits or self._doing or f"{self.app.shown('ask.stop')} stops it"
        self.say(("◒ walking", "mark"), (" · " + " · ".join([spent, *self._spent.parts(), goes_on]), "dim"))

    def say(self, *pieces: str | tuple[str, str]) -> None:
        """Write the line of status."""
        self.query_one(StatusLine).say(*pieces)

    def remark(self, text: str, style: str = "") -> None:
        """Say something in the line of status for a while, in place of what stands there."""
        self.query_one(StatusLine).remark(text, style)

    def about_index(self, progress: Progress | None, state: State | None = None) -> None:
        """Take how far the index is, None where it is at rest."""
        self._indexing = progress
        if progress is None and state is not None and state.generation:
            self._greet()
        if progress is None and state is not None and self._outdated(state):
            self.say(
                ("✓ the index is that of the tree now", "good"), (f" · {self.app.shown('ask.again')} asks again", "dim")
            )
            self.refresh_bindings()
        elif self.job is None and self.answer is None and self.clarify is None:
            if progress is not None:
                self.say((f"index: {describe(progress)} · you can ask already", "dim"))
            elif state is not None:
                more = " · no model is needed" if not self.app.model else ""
                self.say(("ready", "good"), (f"{more} · {RESTORED}" if self.restored else more, "dim"))

    def _greet(self) -> None:
        """Show questions about this repository as soon as there is an index to make them of."""
        if self._greeted or not self.has_class("-idle"):
            return
        self._greeted = True
        future = self.engine.submit(lambda project: project.examples())

        async def show() -> None:
            questions = await asyncio.wrap_future(future)
            if self.has_class("-idle") and questions:
                self.query_one("#answer", Rows).show(welcome(self.app.keymap.troubles, questions))

        showing: Callable[[], Awaitable[None]] = show
        self.run_worker(showing, group="examples", exit_on_error=False)

    def _outdated(self, state: State | None) -> bool:
        """Whether the answer that is shown was made without files that the index has by now."""
        answer = self.answer
        return (
            self.job is None
            and answer is not None
            and bool(answer.stale)
            and state is not None
            and state.generation > answer.generation
        )

    def about_project(self) -> None:
        """Write the header: which repository, who leads the walk, how fresh the index is."""
        self.query_one(Heading).about(self.app)

    # --------------------------------------------------------------------------------------------------- moving around

    @on(Rows.OptionSelected, "#answer")
    def _on_fold(self, event: Rows.OptionSelected) -> None:
        ref = self.query_one("#answer", Rows).ref(event.option_index)
        if isinstance(ref, Example):
            self.ask(ref.question)
        elif isinstance(ref, Fold):
            self._opened ^= {ref.name}
            self._show_answer()
            self.query_one("#answer", Rows).reveal()
        elif isinstance(ref, Said):
            self.action_citation(1)
        elif isinstance(ref, Choice):
            self.mean(ref)

    @on(Rows.OptionSelected, "#walk")
    def _on_steps(self, event: Rows.OptionSelected) -> None:
        if isinstance(self.query_one("#walk", Rows).ref(event.option_index), Fold):
            self._opened ^= {STEPS}
            self._show_walk(event.option_index)
            self.query_one("#walk", Rows).reveal()

    def _below(self, name: str) -> None:
        self.set_class(name == "walk", "-below-walk")
        self.set_class(name == "evidence", "-below-evidence")

    # ---------------------------------------------------------------------------------------------------------- actions

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what makes sense now."""
        if action in {"citation", "edit", "copy_citation"}:
            return bool(self.answer and self.answer.citations)
        if action == "choose":
            return self.clarify is not None and not self.working
        if action == "stop":
            return self.working
        if action == "question":
            return not self.working and not isinstance(self.focused, Question)
        if action in {"copy_answer", "export"}:
            return self.answer is not None
        if action == "zoom":
            return self.has_class("-zoom") or any(pane.has_focus_within for pane in self.query(".pane"))
        if action == "again":
            return self._outdated(self.app.state)
        if action == "below":
            return self.has_class("-narrow") and not self.has_class("-idle")
        return True

    def action_stop(self) -> None:
        """Stop the walk: the screen is free at once, whatever the engine is at."""
        if self.job is None:
            return
        self.job.cancel()
        self.job = None
        box = self.query_one(Question)
        if not box.value:  # what was typed in the meantime is worth more
            box.value = self._question
            box.cursor_position = len(box.value)
        self.say(("■ stopped", "warn"), (f" · after {duration(self._clock() - self._began)}", "dim"))
        self.refresh_bindings()
        self.set_focus(box)

    def action_again(self) -> None:
        """Ask once more what was asked last: the index has what it did not have then."""
        if not self.working and self._question:
            self.ask(self._question)

    def action_question(self) -> None:
        """Go to the question."""
        self.set_focus(self.query_one(Question))

    def mention(self, text: str, key: str = "") -> None:
        """Put the mention of a symbol where a question is typed, and see that it means the one with this id."""
        box = self.query_one(Question)
        if len(text) > LONGEST - len(box.value):  # a part of a name names something else
            self.app.remark("the question has no room for that name", "bad")
            return
        start = box.cursor_position
        box.insert_text_at_cursor(text)
        box.focus()
        if key:
            self.name_exactly(start, text.strip(), key)

    def suggest(self, question: str) -> None:
        """Put a question into the box; what was typed there is found with Up."""
        box = self.query_one(Question)
        if box.value.strip():
            box.remember(box.value)
        box.value = question
        box.cursor_position = len(question)
        box.focus()

    def action_graph(self) -> None:
        """Show what stands around the symbol of the selected step or citation."""
        walk = self.query_one("#walk", Rows)
        hop = walk.ref(walk.highlighted) if walk.has_focus else None
        if isinstance(hop, Hop):
            backwards = walk.rows[walk.highlighted or 0].body.plain.startswith("◀")
            self.app.show_graph(hop.src if backwards else hop.dst)
        else:
            self.app.show_graph(self._base.symbol if self._base is not None else "")

    def action_below(self) -> None:
        """Where panes are stacked: show the other one below the answer."""
        self._below("walk" if self.has_class("-below-evidence") else "evidence")

    def action_zoom(self) -> None:
        """Show the pane that has the focus alone, or all again."""
        pane = next((pane for pane in self.query(".pane") if pane.has_focus or pane.has_focus_within), None)
        zoomed = self.has_class("-zoom") or pane is None
        self.set_class(not zoomed, "-zoom")
        for each in self.query(".pane"):
            each.set_class(each is pane and not zoomed, "-zoomed")

    def action_begin(self) -> None:
        """Begin a new conversation: the next question means nothing of what was said before."""
        self._conversation = Conversation()
        self.remark("a new conversation begins: the next question means nothing said before")

    def action_edit(self) -> None:
        """Open the editor at what the evidence pane shows."""
        if self._base is not None:
            self.app.edit(self._base.path, self._base.start)
            self._exhibit(self._base)  # it may be another by now

    def action_copy_citation(self) -> None:
        """Copy `path:line` of what the evidence pane shows."""
        from codeqa.tui import copying

        if self._base is not None:
            place = copying.citation(self._base.path, self._base.start, self._base.end)
            self.app.copy(place, place)

    def action_copy_answer(self) -> None:
        """Copy the answer with its citations, as Markdown."""
        from codeqa.tui import copying

        if self.answer is not None:
            self.app.copy(copying.markdown(self.answer), "the answer")

    def action_export(self) -> None:
        """Write the answer with all that it rests on to a Markdown file."""
        from datetime import datetime

        from codeqa.tui import saving

        if self.answer is None:
            return
        try:
            path = saving.save(self.answer, self.app.directory, datetime.now().astimezone())
        except (OSError, CodeqaError) as error:
            why = error.message if isinstance(error, CodeqaError) else error.strerror
            self.remark(f"the answer was not saved in {self.app.directory / saving.FOLDER}: {why}", "bad")
            return
        shown = path.relative_to(self.app.root) if path.is_relative_to(self.app.root) else path
        self.remark(f"saved as {shown}")


def _walk(
    project: Project,
    question: str,
    conversation: Conversation,
    meaning: Mapping[str, Sequence[str]] | None,
    may_ask: bool,  # handed on
    cancelled: Flag,
) -> Iterator[Event]:
    """Bring the index up to date, as every question does, and answer."""
    yield from project.update()
    yield from project.ask(question, conversation=conversation, meaning=meaning, may_ask=may_ask, cancelled=cancelled)
