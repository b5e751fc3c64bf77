"""Where a question is typed: with names of the index, with what was asked before, and never lost."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import TextArea

from codeqa import sanitise
from codeqa.traces.history import newest
from codeqa.tui.offers import Offer, Offers

LONGEST = 20_000  # characters, as on the command line
MENTION = re.compile(r"(?:^|(?<=[\s(\[{,;:'\"]))@([\w./:#>$-]*)\Z")  # behind a letter it is an address


class Question(TextArea):
    """One line, however many rows it takes.

    Up and down go through what was asked before, and what is being typed is kept meanwhile. `@` begins the name of a
    symbol or file, Ctrl+R a search in what was asked; either is offered in a list, which whoever looks things up fills
    by `offer`.
    """

    HELP = (
        "## Question\n\nIn plain English, with names as the source has them:\n\n"
        "- who calls Router.add\n- how does main reach Store.open\n- what breaks if I change Session.close\n"
        "- where is the session cookie signed\n\n"
        "A question goes on with the one before: *and its tests?*\n\n"
        "`@` offers symbols by a part of their name, `@Class.part` members, `@folder/part` files. Ctrl+R searches in "
        "what was asked here, Ctrl+G opens your editor on the question, Ctrl+Z takes back."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "Take", id="question.take", tooltip="take the name that is offered"),
        Binding("enter", "submit", "Ask", id="question.submit", tooltip="ask what is typed"),
        Binding("tab", "take", "Take", show=False, id="question.take"),
        Binding("escape", "shut", "Close", id="question.shut", tooltip="close the list of names"),
        Binding("up", "earlier", "History", key_display="↑↓", id="question.earlier", tooltip="what was asked before"),
        Binding("down", "later", "Later", show=False, id="question.later", tooltip="what was asked after that"),
        Binding("ctrl+r", "search_history", "Search history", show=False, id="question.search", tooltip="search it"),
        Binding("ctrl+g", "editor", "Editor", show=False, id="question.editor", tooltip="open the editor on it"),
    ]

    class Submitted(Message):
        """Enter was pressed."""

        def __init__(self, question: Question, value: str) -> None:
            super().__init__()
            self.question, self.value = question, value

        @property
        def control(self) -> Question:
            return self.question

    class Wanted(Message):
        """Offers are wanted for a part of a name, or, with `history`, for what is typed; None: no longer."""

        def __init__(self, part: str | None, *, history: bool = False) -> None:
            super().__init__()
            self.part, self.history = part, history

    class Taken(Message):
        """An offer was put into the question, from `start` to `end`."""

        def __init__(self, offer: Offer, start: int, end: int) -> None:
            super().__init__()
            self.offer, self.start, self.end = offer, start, end

    class Edit(Message):
        """The question is to be opened in an editor."""

    def __init__(self, *, id: str) -> None:
        super().__init__(
            placeholder="Ask about this repository: who calls …", id=id, compact=True, highlight_cursor_line=False
        )
        self.asked: list[str] = []
        self._at: int | None = None  # None: what is typed now
        self._typed = ""
        self._searching = False  # in what was asked
        self._wanted: tuple[str, bool] | None = None  # the last part that offers were wanted for
        self._left: int | None = None  # where a mention begins whose offers were closed

    # ------------------------------------------------------------------------------------------------------------ text

    @property
    def value(self) -> str:
        """What is typed."""
        return self.text

    @value.setter
    def value(self, text: str) -> None:
        self.replace(_one_line(text)[:LONGEST], self.document.start, self.document.end, maintain_selection_offset=False)
        self.move_cursor(self.document.end)
        self._left = self.mention[0] if self.mention is not None else None  # nobody is typing it

    @property
    def cursor_position(self) -> int:
        """How many characters stand before the cursor."""
        return self.cursor_location[1]

    @cursor_position.setter
    def cursor_position(self, position: int) -> None:
        self.move_cursor((0, position))

    def insert_text_at_cursor(self, text: str) -> None:
        """Put text where the cursor is, in place of what is selected."""
        room = LONGEST - len(self.text)
        self.replace(_one_line(text)[: max(room, 0)], *self.selection, maintain_selection_offset=False)

    async def _on_key(self, event: events.Key) -> None:
        """Leave Enter to the bindings, and take no more than is asked about."""
        if event.key == "enter" or (event.is_printable and len(self.text) >= LONGEST and self.selection.is_empty):
            event.prevent_default()

    async def _on_paste(self, event: events.Paste) -> None:
        """Take what is pasted as one line in which nothing commands the terminal."""
        event.prevent_default()
        event.stop()
        self.insert_text_at_cursor(event.text)

    def action_paste(self) -> None:
        """Paste what was copied here."""
        self.insert_text_at_cursor(self.app.clipboard)

    async def action_submit(self) -> None:
        """Ask."""
        self.post_message(self.Submitted(self, self.text))

    def action_editor(self) -> None:
        """Open the editor on the question."""
        self.post_message(self.Edit())

    # ---------------------------------------------------------------------------------------------------------- history

    def remember(self, question: str) -> None:
        """Keep a question that was asked; one that was asked before is now the last."""
        self.asked = newest([*self.asked, question])
        self._at = None

    def recall(self, questions: Sequence[str]) -> None:
        """Put what was asked in earlier runs before what was asked in this one."""
        self.asked = newest([*(_one_line(question) for question in questions), *self.asked])

    def action_earlier(self) -> None:
        """Choose the offer above, go up a row, or show the question before."""
        if (offers := self._offers) is not None:
            offers.move(-1)
        elif self._rows_above():
            self.action_cursor_up()
        elif self.asked:
            if self._at is None:
                self._typed = self.value
                self._at = len(self.asked)
            self._go(max(self._at - 1, 0))

    def action_later(self) -> None:
        """Choose the offer below, go down a row, or show the question after, at last what was typed."""
        if (offers := self._offers) is not None:
            offers.move(1)
        elif self._rows_below():
            self.action_cursor_down()
        elif self._at is not None:
            self._go(self._at + 1)

    def _rows_above(self) -> bool:
        return self.wrapped_document.location_to_offset(self.cursor_location).y > 0

    def _rows_below(self) -> bool:
        return self.wrapped_document.location_to_offset(self.cursor_location).y < self.wrapped_document.height - 1

    def _go(self, at: int) -> None:
        self._at = at if at < len(self.asked) else None
        self.value = self._typed if self._at is None else self.asked[at]

    # ----------------------------------------------------------------------------------------------------------- offers

    @property
    def _offers(self) -> Offers | None:
        """The list, if it is open."""
        offers = self.screen.query_one(Offers)
        return offers if offers.is_open else None

    @property
    def mention(self) -> tuple[int, str] | None:
        """Where the mention that is being typed begins, and what stands behind its `@`."""
        match = MENTION.search(self.text[: self.cursor_position])
        return (match.start(), match[1]) if match is not None else None

    def on_text_area_changed(self) -> None:
        """Want offers for what is typed now."""
        self._look()

    def on_text_area_selection_changed(self) -> None:
        """Want offers for where the cursor is now."""
        self._look()

    def on_blur(self) -> None:
        """Close the list: it belongs to what is typed."""
        self._searching = False
        self._want(None)

    def _look(self) -> None:
        if not self.has_focus:
            return
        if self._searching:
            self._want((self.text, True))
            return
        mention = self.mention
        if mention is None or mention[0] != self._left:
            self._left = None
        open_ = mention is not None and self._left is None and self._at is None
        self._want((mention[1], False) if open_ and mention is not None else None)

    def _want(self, wanted: tuple[str, bool] | None) -> None:
        if wanted != self._wanted:
            self._wanted = wanted
            self.post_message(self.Wanted(wanted[0] if wanted else None, history=bool(wanted and wanted[1])))

    def wants(self, part: str, *, history: bool) -> bool:
        """Whether offers for that are still wanted."""
        return self._wanted == (part, history)

    def action_search_history(self) -> None:
        """Search in what was asked, by what is typed."""
        self._searching = not self._searching
        self._look()

    def action_shut(self) -> None:
        """Close the list, and keep what is typed."""
        mention = self.mention
        self._left = mention[0] if mention is not None and not self._searching else None
        self._searching = False
        self._want(None)

    def action_take(self) -> None:
        """Put the offer that is stood on into the question."""
        offers = self._offers
        offer = offers.chosen if offers is not None else None
        if offer is not None:
            self.take(offer)

    def take(self, offer: Offer) -> None:
        """Put an offer into the question."""
        if offer.symbol is None:
            self._typed, self._at = self.text, self._place_of(offer.text)
            self._searching = False
            self._want(None)
            self.value = offer.text
            return
        mention = self.mention
        if mention is not None:
            start, end = mention[0], self.cursor_position
            if not self.text[end : end + 1].isspace():
                self.replace(offer.text + " ", (0, start), (0, end), maintain_selection_offset=False)
            else:
                self.replace(offer.text, (0, start), (0, end), maintain_selection_offset=False)
            self._left = start
            self._want(None)
            self.post_message(self.Taken(offer, start, start + len(offer.text)))

    def _place_of(self, text: str) -> int | None:
        return self.asked.index(text) if text in self.asked else None

    def correct(self, start: int, before: str, after: str) -> None:
        """Name what was taken as it has to be named, unless it was changed meanwhile."""
        if self.text[start : start + len(before)] == before and before != after:
            self.replace(_one_line(after), (0, start), (0, start + len(before)))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While the list is open, Enter takes, unless what is typed is the offer already; Esc closes it."""
        if action not in {"take", "submit", "shut"} or not self.is_attached:
            return True
        offers = self._offers
        if action == "shut":
            return offers is not None or self._searching
        mention = self.mention
        whole = offers is not None and mention is not None and offers.is_whole(f"@{mention[1]}")
        return (offers is not None and not whole) if action == "take" else offers is None or whole


def _one_line(text: str) -> str:
    """Return text as one line in which nothing commands the terminal; what is one line already keeps its spaces."""
    lines = text.splitlines()
    return sanitise.text(text if len(lines) < 2 and lines == [text] else " ".join(text.split()))
