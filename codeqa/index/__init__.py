"""Moves the index from one generation to the next; most questions find that nothing has changed.

Comparing the tree with the index needs none of the parsers and resolvers: `Indexer` is imported when it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from codeqa.index.changes import NO_LANGUAGE, Changes, detect

if TYPE_CHECKING:
    from codeqa.index.indexer import Indexer
    from codeqa.index.pool import CRASHED, STALLED

__all__ = ["CRASHED", "NO_LANGUAGE", "STALLED", "Changes", "Indexer", "detect"]

_LATE = {"Indexer": "codeqa.index.indexer", "CRASHED": "codeqa.index.pool", "STALLED": "codeqa.index.pool"}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever has that name
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_LATE[name]), name)
