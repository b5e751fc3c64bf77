"""Questions as people write them, from `wordings.toml`."""

from __future__ import annotations

import random
import re
import tomllib
from dataclasses import replace
from functools import cache
from importlib.resources import files

from codeqa.domain import CLASS_LIKE, Symbol
from codeqa.evals.items import Draft, Reading
from codeqa.evals.world import DATA, World

_WORD = re.compile(r"[a-z]+\Z")  # a bare one reads as English
_AT_LARGE = re.compile(r"\b(?:uses|depends)\b")  # who uses a value may also set it, or hand it on
_SLOT = re.compile(r"\{(\w+)\}")
_KIND = re.compile(r"\b(?:class|method|variable|field|function)( `?){([qmo])}")


@cache
def _table() -> dict[str, list[str]]:
    data = tomllib.loads(files("codeqa.evals").joinpath("wordings.toml").read_text("utf-8"))
    names = {f"names.{style}": forms for style, forms in data.pop("names").items()}
    return {**names, **{family: table["asks"] for family, table in data.items()}}


def families() -> list[str]:
    """Return the families that have wordings."""
    return [name for name in _table() if not name.startswith("names.")]


def asks(family: str) -> list[str]:
    """Return the wordings of a family, with slots."""
    return _table()[family]


def worded(draft: Draft, world: World, rng: random.Random) -> tuple[str, Draft]:
    """Return the question in one of its wordings, and the draft as that wording reads."""
    form = rng.choice(asks(draft.family))
    if draft.loose and _AT_LARGE.search(form):
        draft = replace(draft, key=Reading.of(draft.key.must, draft.key.may | draft.loose))
    names = {
        slot: called(value, world, rng) if isinstance(value, Symbol) and slot != "m" else _text(value)
        for slot, value in draft.slots.items()
    }
    return _SLOT.sub(lambda match: names[match[1]], form).replace("``", "`"), draft


def called(symbol: Symbol, world: World, rng: random.Random) -> str:
    """Return what a person calls a symbol; where its name means several things, with its file."""
    sole = symbol.external or world.sole(symbol)
    style = _style(symbol, world) if sole else "placed"
    forms = _table()[f"names.{style}"]
    label = symbol.name if symbol.external else symbol.label
    if _WORD.match(label):
        forms = [form for form in forms if form not in ("{q}", "{q}()")]
    owner = world.symbols.get(symbol.parent)
    form = _KIND.sub(
        lambda match: _kind(owner if match[2] == "o" else symbol) + match[1] + f"{{{match[2]}}}", rng.choice(forms)
    )
    return form.format(q=label, o=owner.label if owner else "", m=symbol.name, p=symbol.span.path)


def _kind(symbol: Symbol | None) -> str:
    return symbol.kind.replace("_", " ") if symbol else ""


def _style(symbol: Symbol, world: World) -> str:
    owned = world.is_class(symbol.parent) and "." in symbol.label
    if symbol.external:
        return "plain"
    if symbol.kind in CLASS_LIKE:
        return "type"
    if symbol.kind in DATA:
        return "field" if owned else "data"
    if owned:
        return "member"
    return "callable" if "." not in symbol.label else "plain"


def _text(value: Symbol | str) -> str:
    return value.name if isinstance(value, Symbol) else value
