"""The line of keys at the bottom of a screen: as many as there is room for, none cut in two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

FIRST = ("ask.stop", "sessions.stop", "index.stop", "question.take", "question.shut", "question.submit", "ask.choose")
ALWAYS = "app.help"  # it lists what there was no room for
ROOM = {  # other screens, named where there is room
    "app.search": "SearchScreen",
    "app.index": "IndexScreen",
    "app.sessions": "SessionsScreen",
}
SPARE = {*ROOM, "app.quit"}  # those that go before the others stand closer together
SPACES, TIGHT = 3, 2  # columns beside key and label


@dataclass(frozen=True, slots=True)
class Shown:
    """A key of the footer: what it presses, how it is written, its label."""

    binding: Binding
    key: str
    enabled: bool
    tooltip: str

    @property
    def width(self) -> int:
        """Columns of key and label without what is around them."""
        return len(self.key) + len(self.binding.description)


def fitting(keys: Sequence[Shown], columns: int) -> tuple[list[Shown], bool]:
    """Return the keys that stand in so many columns, in their order, and whether they stand close together.

    The help stays; the others go from the last to the first.
    """
    named = list(keys)
    for spaces, spare in ((SPACES, SPARE), (TIGHT, {each.binding.id for each in keys} - {ALWAYS})):
        named = list(keys)
        while sum(each.width + spaces for each in named) > columns:
            dropped = next((each for each in reversed(named) if each.binding.id in spare), None)
            if dropped is None:
                break
            named.remove(dropped)
        else:
            return named, spaces == TIGHT
    return named, True


class Keys(Footer):
    """What can be pressed now, the most useful first; F1 and the palette have all of it."""

    def compose(self) -> ComposeResult:
        """As many keys as there is room for, and at the right the palette."""
        if not self._bindings_ready:
            return
        palette = self.screen.active_bindings.get(self.app.COMMAND_PALETTE_BINDING)
        columns = self.screen.size.width
        if palette is not None:
            columns -= len(self.app.get_key_display(palette.binding)) + len(palette.binding.description) + SPACES + 3
        keys, self.compact = fitting(list(self._offered()), columns)
        for each in keys:
            yield FooterKey(
                each.binding.key,
                each.key,
                each.binding.description,
                each.binding.action,
                disabled=not each.enabled,
                tooltip=each.tooltip,
            ).data_bind(compact=Footer.compact)
        if palette is not None:
            yield FooterKey(
                palette.binding.key,
                self.app.get_key_display(palette.binding),
                palette.binding.description,
                palette.binding.action,
                classes="-command-palette",
                tooltip=palette.binding.tooltip,
            )

    def _offered(self) -> Iterator[Shown]:
        """Yield what may be shown: one key for an action, those of `FIRST` first, those of `ROOM` last."""
        elsewhere = [id for id, name in ROOM.items() if name != type(self.screen).__name__]
        bindings = self.screen.active_bindings.values()
        active = [each for each in bindings if each.binding.show or each.binding.id in elsewhere]
        seen: set[str] = set()
        for _, binding, enabled, tooltip in sorted(active, key=lambda each: _rank(each.binding.id)):
            if binding.action not in seen:
                seen.add(binding.action)
                yield Shown(binding, self.app.get_key_display(binding), enabled, tooltip)

    def on_resize(self) -> None:
        """Show as many as there is room for by now."""
        if self._bindings_ready:
            self.call_after_refresh(self.recompose)


def _rank(id: str | None) -> int:
    if id in FIRST:
        return FIRST.index(id)
    return len(FIRST) + (1 + list(ROOM).index(id) if id in ROOM else 0)
