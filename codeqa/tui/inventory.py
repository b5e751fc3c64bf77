"""The state of an index, and the models that may lead a walk, as pieces of text. Pure; imports nothing of textual."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from codeqa.hosts import is_of_the_cloud, is_this_machine
from codeqa.wording import describe, size

if TYPE_CHECKING:
    from codeqa.domain import InstalledModel, ModelServer, Progress, Status
    from codeqa.tui.engine import State
    from codeqa.tui.painting import Piece

MOST_PATHS = 500  # of one reason that are listed
BAR = 20
LABEL = 11  # columns of what a line is about
RUNGS = {
    "native": "calls tools natively",
    "format": "acts by JSON of a schema",
    "text": "acts by lines of text",
}
SIGNS: Mapping[str, str] = {"in use": "●", "free": "○", "unusable": "✗"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the state of the index.

    Attributes:
        label: what it is about, "" where it goes on with the line above.
        fold: what it opens and closes, "" for nothing.
    """

    pieces: tuple[Piece, ...]
    label: str = ""
    fold: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A model, or None for the planner.

    Attributes:
        state: "in use", "free", or "unusable".
        about: what is known of it.
        why_not: why it cannot be chosen, "" if it can.
    """

    name: str | None
    state: str
    about: str
    why_not: str = ""


def freshness(model: str | None, state: State | None, sent_to: str = "") -> list[Piece]:
    """Return who leads the walk and how fresh the index is.

    `state` None: it is not known yet; `sent_to`: another machine, which gets source text.
    """
    said: list[Piece] = [(f"SOURCE IS SENT TO {sent_to} · ", "bad")] if sent_to else []
    said.append((f"{model or 'no model'} · ", "dim"))
    if state is None:
        return [*said, ("…", "dim")]
    if not state.generation:
        return [*said, ("no index yet", "warn")]
    said.append((f"gen {state.generation} · ", "dim"))
    if state.missing:
        return [*said, (f"◔ {state.missing:,} not indexed yet", "warn")]
    return [*said, (f"✎ {state.stale:,} changed", "warn") if state.stale else ("✓ fresh", "good")]


# ---------------------------------------------------------------------------------------------------------------- index


def index_lines(status: Status, opened: frozenset[str], *, comparing: bool = False) -> list[Line]:
    """Return the state of an index; what is in `opened` is listed below its line.

    `comparing`: it is still being compared with the tree.
    """
    return [
        _said("index", f"generation {status.generation} · {status.files:,} files · {size(status.bytes)}"),
        _said("", status.directory, style="dim"),
        *([_said("freshness", "… comparing with the tree", style="dim")] if comparing else _fresh(status, opened)),
        Line(()),
        *_languages(status),
        Line(()),
        _said("symbols", f"{status.symbols:,}"),
        _said("edges", _counted(status.edges)),
        _said("unresolved", f"{status.unresolved:,} call sites"),
        Line(()),
        *_vectors(status),
        *_summaries(status),
        Line(()),
        *_skipped(status, opened),
        *(Line((("! ", "warn"), (warning, "warn"))) for warning in status.warnings),
    ]


def no_index(why: str, hint: str) -> list[Line]:
    """Return what to say where there is no index to tell of."""
    return [Line((("✗ ", "bad"), why)), *(Line(((line.strip(), "dim"),)) for line in hint.splitlines())]


def _said(label: str, text: str, *, style: str = "") -> Line:
    return Line(((text, style),), label)


def _fresh(status: Status, opened: frozenset[str]) -> Iterator[Line]:
    if not status.stale:
        yield _said("freshness", "✓ fresh", style="good")
        return
    count = len(status.stale)
    said = f"✎ {count:,} file{'' if count == 1 else 's'} changed since"
    yield _fold("changed", (said, "warn"), ("; i indexes them", "dim"), opened=opened, label="freshness")
    if "changed" in opened:
        yield from _paths(status.stale, "changed")


def _languages(status: Status) -> Iterator[Line]:
    most = max(status.languages.values(), default=1)
    width = max(map(len, status.languages), default=0)
    label = "languages"
    for name, count in sorted(status.languages.items(), key=lambda each: (-each[1], each[0])):
        bar = "━" * max(round(count / most * BAR), 1)
        yield Line((f"{name:<{width}} ", f"{count:>7,} ", (bar, "path")), label)
        label = ""


def _vectors(status: Status) -> Iterator[Line]:
    made = status.embedding
    yield _said("embedder", made.chosen if made.chosen != "none" else "none: search goes by words alone")
    if made.used:
        count = status.vectors.get(made.used, 0)
        yield _said("vectors", f"{count:,} of {made.used}")
    if made.next:
        how = "being made" if made.running else "to be made"
        yield _said("", f"{made.done:,} of {made.total:,} of {made.next} ({how})", style="warn")
    if made.trouble:
        yield _said("", "✗ " + made.trouble, style="bad")


def _summaries(status: Status) -> Iterator[Line]:
    if not status.summaries:
        yield _said("summaries", "none; codeqa enrich makes them", style="dim")
    label = "summaries"
    for model, count in status.summaries.items():
        yield _said(label, f"{count:,} of {status.chunks:,} by {model}")
        label = ""


def _skipped(status: Status, opened: frozenset[str]) -> Iterator[Line]:
    total = sum(map(len, status.skipped.values()))
    if not total:
        yield _said("skipped", "nothing")
        return
    yield _said("skipped", f"{total:,} file{'' if total == 1 else 's'}")
    for reason, paths in status.skipped.items():
        name = f"skipped: {reason}"
        yield _fold(name, (f"{reason} ", ""), (f"({len(paths):,})", "dim"), opened=opened)
        if name in opened:
            yield from _paths(paths, name)


def _fold(name: str, *pieces: Piece, opened: frozenset[str], label: str = "") -> Line:
    return Line((("▾ " if name in opened else "▸ ", "mark"), *pieces), label, name)


def _paths(paths: tuple[str, ...], fold: str) -> Iterator[Line]:
    yield from (Line(("  ", (path, "path")), fold=fold) for path in paths[:MOST_PATHS])
    if len(paths) > MOST_PATHS:
        yield Line(((f"  … {len(paths) - MOST_PATHS:,} more: codeqa status lists all", "dim"),), fold=fold)


def _counted(counts: Mapping[str, int]) -> str:
    parts = [f"{name} {count:,}" for name, count in sorted(counts.items(), key=lambda each: -each[1])]
    return " · ".join([f"{sum(counts.values()):,}", *parts])


def progress(event: Progress) -> list[Piece]:
    """Return a bar, then stage, rate and the time that is left."""
    if not event.total:
        return [("◒ ", "mark"), (describe(event), "dim")]
    filled = min(round(event.done / event.total * BAR), BAR)
    return [("█" * filled, "mark"), ("░" * (BAR - filled), "dim"), (" " + describe(event), "dim")]


# --------------------------------------------------------------------------------------------------------------- models


def choices(server: ModelServer | None, named: str | None, *, remote: bool, rung: Callable[[str], str]) -> list[Choice]:
    """Return what may lead a walk, the planner first.

    Args:
        server: what was found, None where no server answers.
        named: the model that leads now, None for the planner.
        remote: whether source text may be sent to another machine.
        rung: on which rung a model was found to stand, "" if it was never asked.
    """
    found = [Choice(None, "in use" if named is None else "free", "the planner answers, from the graph alone")]
    models = server.models if server is not None else ()
    if named is not None and all(model.name != named for model in models):
        missing = "not at this server" if server is not None else "its server does not answer"
        found.append(Choice(named, "in use", missing))
    for model in models:
        why_not = _why_not(model, remote=remote)
        state = "in use" if model.name == named else "unusable" if why_not else "free"
        found.append(Choice(model.name, state, about(model, rung(model.name), allowed=not why_not), why_not))
    return found


def _why_not(model: InstalledModel, *, remote: bool) -> str:
    if model.chats is False:
        return "it makes vectors only"
    if (model.remote or is_of_the_cloud(model.name)) and not remote:
        at = model.remote or "another place"
        return f"it runs at {at}, not on this machine; model.remote in your own settings allows that"
    return ""


def about(model: InstalledModel, rung: str, *, allowed: bool = True) -> str:
    """Return what is known of a model: size, kind, context, how it calls tools; where it runs, if it is `allowed`."""
    kind = " ".join(part for part in (model.family, model.parameters, model.quantization) if part)
    tools = {True: "calls tools", False: "calls no tools", None: ""}[model.tools]
    said = [
        size(model.bytes) if model.bytes is not None else "",
        kind,
        f"context {model.context:,}" if model.context is not None else "",
        tools if model.chats is not False else "",
        "thinks" if model.thinking else "",
        f"seen: {RUNGS[rung]}" if rung in RUNGS else "",
        f"runs at {model.remote}" if model.remote and allowed else "",
    ]
    return ", ".join(part for part in said if part)


def choice_pieces(choice: Choice) -> list[Piece]:
    """Return a choice as one line, its sign first."""
    style = {"in use": "good", "free": "dim", "unusable": "warn"}[choice.state]
    in_use: list[Piece] = [("  in use", "good")] if choice.state == "in use" else []
    return [(SIGNS[choice.state] + " ", style), (choice.name or "no model", "name"), *in_use]


def server_pieces(server: ModelServer) -> list[Piece]:
    """Return which server answers, and what it has."""
    count = len(server.models)
    version = f", version {server.version}" if server.version else ""
    away = not is_this_machine(urlsplit(server.url).hostname or "")
    warning: list[Piece] = [(" · another machine: source text is sent there", "bad")] if away else []
    models = f" · {count} model{'' if count == 1 else 's'}"
    return [("✓ ", "good"), f"{server.url}{version}", (models, "dim"), *warning]
