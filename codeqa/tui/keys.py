"""Keys: what can be bound, what a keymap that ships or a user binds instead, and what of that is a mistake.

An id is `place.what`: `app.help` holds everywhere, `ask.stop` on the Ask screen, `list.down` in every list. It never
changes; the keys may. Textual's own `App.set_keymap` reads the same ids, but is not used: it drops neighbours on a key
that is bound anew (Esc stops, else goes to the question), and looks at what a line of text takes before it remaps, so
that a letter given to an action would be lost to whoever types.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from textual.binding import Binding, BindingsMap
from textual.dom import DOMNode
from textual.keys import Keys, _character_to_key
from textual.widgets import Input, TextArea

PLACES = {  # in the order of the listing; where each holds beside its own screen
    "app": "everywhere",
    "list": "in lists",
    "lines": "in lines of source",
    "ask": "Ask",
    "question": "in the question",
    "search": "Search",
    "query": "in the query",
    "index": "Index and models",
    "graph": "Graph",
    "sessions": "Earlier questions",
    "words": "in the words",
    "note": "in a note",
    "trace": "Trace",
    "runs": "Two runs",
}
WITHIN = {"question": "ask", "query": "search", "words": "sessions", "note": "sessions"}  # parts of a screen
ANYWHERE = frozenset({"app", "list", "lines"})
MOVEMENT = frozenset({"list", "lines"})  # no commands: they only move
PAIRS = {
    "ask.next": "ask.previous",
    "trace.next": "trace.previous",
    "question.earlier": "question.later",
}  # one label for two keys in the footer

KEYMAPS: dict[str, dict[str, str]] = {
    "default": {},
    "vim": {
        "app.palette": "ctrl+p,f9,:",
        "list.first": "home,g",  # the first `g` of `gg` does it, the second changes nothing
        "lines.first": "home,g",
        "ask.previous": "N",
        "ask.graph": "o",
        "search.previous": "N",
        "search.graph": "o",
    },
}
"""Keymaps that ship. What else vim has is so by default: hjkl, G, Ctrl+D, Ctrl+U, /, n, q. `gg` is `g` twice."""

_MODIFIERS = ("ctrl", "alt", "shift", "super", "meta", "hyper")
_NAMED = frozenset(
    {each.value for each in Keys if "+" not in each.value and not each.value.startswith("<")}
    | {_character_to_key(character) for character in string.punctuation + " "}
)
_GLYPHS = {
    "escape": "Esc",
    "enter": "Enter",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "slash": "/",
    "plus": "+",
    "minus": "-",
    "equals_sign": "=",
    "greater_than_sign": ">",
    "less_than_sign": "<",
    "question_mark": "?",
    "colon": ":",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "home": "Home",
    "end": "End",
    "tab": "Tab",
    "space": "Space",
}


@dataclass(frozen=True, slots=True)
class Action:
    """What can be bound.

    Attributes:
        id: `place.what`.
        keys: those that do it by default, as textual names them.
        about: what it does, in words.
        typing: whether it belongs to a line of text, where a letter is a letter.
    """

    id: str
    keys: tuple[str, ...]
    about: str
    typing: bool = False

    @property
    def place(self) -> str:
        return self.id.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Keymap:
    """Which keys do what: all actions by id, those that are other than by default, and what was not understood."""

    keys: Mapping[str, tuple[str, ...]]
    changed: Mapping[str, tuple[str, ...]]
    troubles: tuple[str, ...] = ()

    def shown(self, id: str) -> str:
        """Return the first key of an action as people write it."""
        return shown(self.keys[id][0])


def classes() -> list[type[DOMNode]]:
    """Return every class of this package that may have bindings, of those that are imported."""
    found: dict[type[DOMNode], None] = {}

    def visit(of: type[DOMNode]) -> None:
        for each in of.__subclasses__():
            if each.__module__.startswith("codeqa.tui."):
                found[each] = None
            visit(each)

    visit(DOMNode)
    return sorted(found, key=lambda each: (each.__module__, each.__qualname__))


def declared(of: type[DOMNode]) -> list[Binding]:
    """Return the bindings that a class itself declares, one a key."""
    return list(Binding.make_bindings(of.__dict__.get("BINDINGS", ())))


def actions() -> dict[str, Action]:
    """Return all actions by id, in the order of the listing. What declares them must have been imported."""
    keys: dict[str, dict[str, None]] = {}
    about: dict[str, str] = {}
    typing: dict[str, bool] = {}
    for each in classes():
        for binding in declared(each):
            if binding.id is None:
                continue
            keys.setdefault(binding.id, {})[binding.key] = None
            said = binding.tooltip or binding.description.lower()
            if not about.get(binding.id) or (binding.id.startswith("list.") and each.__name__ == "Rows"):
                about[binding.id] = said
            typing[binding.id] = issubclass(each, (Input, TextArea))
    order = list(PLACES)

    def rank(id: str) -> int:
        place = id.partition(".")[0]
        return order.index(place) if place in order else len(order)

    return {id: Action(id, tuple(keys[id]), about[id], typing[id]) for id in sorted(keys, key=rank)}


def choose(name: str, wishes: Iterable[tuple[str, str]], known: Mapping[str, Action]) -> Keymap:
    """Return the keys of a keymap that ships, with a user's own: `(id, "key,key")` each.

    What is no id, no key, a letter in a line of text, or taken already is left out, and said in `troubles`.
    """
    base = {id: _parsed(keys)[0] for id, keys in KEYMAPS.get(name, {}).items()}
    troubles = [] if name in KEYMAPS else [f"no keymap {name!r}{_near(name, KEYMAPS)}"]
    own: dict[str, tuple[str, ...]] = {}
    for id, text in wishes:
        keys, wrong = _parsed(text)
        if id not in known:
            troubles.append(f"no action {id[:60]!r}{_near(id, known)}")
        elif wrong or not keys:
            last = wrong.rpartition("+")[2]
            near = _near(wrong, _NAMED if last == wrong else [f"{modifier}+{last}" for modifier in _MODIFIERS])
            troubles.append(f"{id}: no key {(wrong or text)[:40]!r}{near}")
        elif known[id].typing and any(len(key_text(key)) == 1 for key in keys):
            troubles.append(f"{id}: a letter in a line of text is text")
        else:
            own[id] = keys
    while True:
        all_keys = {id: own.get(id, base.get(id, action.keys)) for id, action in known.items()}
        clash = next(_clashes(all_keys, known, own), None)
        if clash is None:
            break
        mine, key, other = clash
        del own[mine]
        troubles.append(f"{mine}: {shown(key)} is {other} already")
    changed = {id: keys for id, keys in all_keys.items() if keys != known[id].keys}
    return Keymap(all_keys, changed, tuple(troubles))


def _clashes(
    keys: Mapping[str, tuple[str, ...]], known: Mapping[str, Action], own: dict[str, tuple[str, ...]]
) -> Iterator[tuple[str, str, str]]:
    """Yield what a user has bound to a key that does something else in the same place; the last one said is first."""
    for mine in reversed(own):
        for other in known:
            together = set(known[mine].keys) & set(known[other].keys)  # what takes turns on a key may go on so
            if mine == other or together or not _meet(known[mine].place, known[other].place):
                continue
            for key in keys[mine]:
                if key in keys[other]:
                    yield mine, key, other


def _meet(one: str, other: str) -> bool:
    if one in ANYWHERE or other in ANYWHERE:
        return {one, other} != {"list", "lines"}  # never focused at once
    return WITHIN.get(one, one) == WITHIN.get(other, other)


def _parsed(text: str) -> tuple[tuple[str, ...], str]:
    """Return the keys of "a,b" as textual names them, and the first that is none."""
    keys = []
    for part in text.split(","):
        key = named(part.strip())
        if key is None:
            return (), part.strip() or text
        keys.append(key)
    return tuple(dict.fromkeys(keys)), ""


def named(key: str) -> str | None:
    """Return a key as textual names it; None if there is none of that name."""
    *modifiers, last = key.split("+") if len(key) > 1 and not key.endswith("+") else [key]
    modifiers = [modifier.lower() for modifier in modifiers]
    if not last or any(modifier not in _MODIFIERS for modifier in modifiers):
        return None
    if modifiers == ["shift"] and len(last) == 1 and last.isalpha():
        return last.upper()  # as a terminal sends it
    if len(last) == 1 and last.isprintable():
        last = _character_to_key(last if not modifiers else last.lower())
    elif last.lower() in _NAMED:
        last = last.lower()
    else:
        return None
    return "+".join([*modifiers, last])


def key_text(key: str) -> str:
    """Return the character that a key types, else its name."""
    return next((c for c in string.punctuation + " " if _character_to_key(c) == key), key)


def shown(key: str) -> str:
    """Return a key as people write it."""
    *modifiers, last = key.split("+")
    written = _GLYPHS.get(last) or (key_text(last) if len(last) > 1 else last)
    if len(written) > 1 and ((written.startswith("f") and written[1:].isdigit()) or modifiers):
        written = written.capitalize() if written.isascii() else written
    if modifiers and len(written) == 1:
        written = written.upper()
    return "+".join([*(modifier.capitalize() for modifier in modifiers), written])


def rebound(bindings: BindingsMap, keymap: Keymap) -> BindingsMap:
    """Return bindings with the keys of a keymap; what takes turns on a key does so as before."""
    found: dict[str, list[Binding]] = {}
    done: set[tuple[str, str]] = set()
    taken: set[str] = set()
    for key, binding in bindings:
        id = binding.id or ""
        paired = PAIRS.get(id, "")
        if id not in keymap.changed and paired not in keymap.changed:
            found.setdefault(key, []).append(binding)
            continue
        if (id, binding.action) in done:
            continue
        done.add((id, binding.action))
        display = f"{keymap.shown(id)}/{keymap.shown(paired)}" if paired else None
        for nth, each in enumerate(keymap.keys[id]):
            taken.add(each)
            shows = binding.show and nth == 0
            found.setdefault(each, []).append(replace(binding, key=each, key_display=display, show=shows))
    for key in taken:  # what textual itself has on that key, such as Ctrl+A in a line of text
        found[key] = [binding for binding in found[key] if binding.id]
    return BindingsMap.from_keys(found)


def listing(keymap: Keymap, known: Mapping[str, Action]) -> Sequence[tuple[Action, str, str]]:
    """Return all actions with the keys by default and those of the keymap, as people write them."""
    return [(each, _all(each.keys), _all(keymap.keys[each.id])) for each in known.values()]


def _all(keys: Iterable[str]) -> str:
    return ", ".join(map(shown, keys))


def _near(name: str, known: Iterable[str]) -> str:
    import difflib  # only for a mistake

    close = difflib.get_close_matches(name[:100], list(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""
