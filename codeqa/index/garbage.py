"""The garbage collector, kept out of the way."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Spare the garbage collector the look at all that lives until the work is done.

    Even for one changed file: a process that has answered questions holds so much that looking through it once, in
    search of cycles which an update does not make, takes longer than the update.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
