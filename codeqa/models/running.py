"""A request in a thread of its own, so that whoever waits for it can leave at any moment."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Generator
from contextlib import closing, suppress
from typing import TypeVar

import httpx

from codeqa.domain import (
    BrokenReply,
    ChatLimits,
    CodeqaError,
    ModelCancelled,
    ModelTimeout,
    ModelUnavailable,
)
from codeqa.models.wire import TooMuch, Wire

_T = TypeVar("_T")

Ask = Callable[[Wire], Generator[_T, None, None]]
"""Makes a request by a transport and yields what comes, in a thread of its own."""

PAUSE_SECONDS = 0.3
"""Before the one retry."""

HINT = "is it running? ollama serve; codeqa doctor checks it"

_LOOK_SECONDS = 0.05  # how often a waiting thread looks whether it was cancelled
_AHEAD = 256  # parts that wait for whoever reads them
_END = object()

# All that a client may raise on what a stranger sends: in a thread, what nobody expects would be printed.
_EXPECTED = (
    CodeqaError,
    httpx.HTTPError,
    httpx.InvalidURL,
    httpx.StreamError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    OSError,
    RecursionError,
    RuntimeError,
    TypeError,
    ValueError,
)


class Passing(ModelUnavailable):
    """What a second try may mend."""


class Patience:
    """The time that a request has, and who may end it earlier. It begins when this is made."""

    def __init__(self, limits: ChatLimits, cancelled: threading.Event | None = None) -> None:
        self.limits = limits
        self.begun = time.monotonic()
        self._cancelled = cancelled or threading.Event()

    @property
    def seconds(self) -> float:
        """Since it began."""
        return time.monotonic() - self.begun

    def left(self, since: float, *, first: bool) -> float:
        """Return how long the next part may take still. Raises ModelCancelled or ModelTimeout."""
        if self._cancelled.is_set():
            raise ModelCancelled("the request was cancelled")
        now, limits = time.monotonic(), self.limits
        if now - self.begun >= limits.total_seconds:
            raise ModelTimeout(f"the model was not done within {limits.total_seconds:g} seconds", hint=_SLOW)
        allowed = limits.load_seconds if first else limits.idle_seconds
        if now - since >= allowed:
            what = "did not begin to answer" if first else "said nothing more"
            raise ModelTimeout(f"the model {what} for {allowed:g} seconds", hint=_SLOW)
        return min(allowed - (now - since), limits.total_seconds - (now - self.begun))

    def pause(self) -> None:
        """Wait before a retry, unless cancelled."""
        self._cancelled.wait(PAUSE_SECONDS)
        self.left(time.monotonic(), first=True)


_SLOW = "a smaller model is quicker; model.timeout_seconds in your own settings is how long it may take"


def persistently(url: str, ask: Ask[_T], patience: Patience, who: str) -> Generator[_T, None, None]:
    """Yield what `ask` yields, from a thread; once more from the beginning if it fails before anything came.

    What fails with Passing is retried, and is a BrokenReply once something came; `who` names the server in errors.
    Closing this closes the connection.
    """
    for last in (False, True):
        begun = False
        try:
            with closing(_run(url, ask, patience, who)) as items:
                for item in items:
                    begun = True
                    yield item
            return
        except Passing as error:
            if begun:
                raise BrokenReply(error.message, hint=error.hint) from error
            if last:
                raise
        patience.pause()


def _run(url: str, ask: Ask[_T], patience: Patience, who: str) -> Generator[_T, None, None]:
    wire = Wire(url)
    arrived: queue.Queue[object] = queue.Queue(_AHEAD)

    def hand(item: object) -> bool:
        """Hand something over; whether anybody is there to take it."""
        while not wire.stopped:
            with suppress(queue.Full):
                arrived.put(item, timeout=_LOOK_SECONDS)
                return True
        return False

    def work() -> None:
        try:
            with closing(ask(wire)) as items:
                for item in items:
                    if not hand(item):
                        return
        except _EXPECTED as error:
            hand(_Failed(error))
        finally:
            hand(_END)
            wire.close()

    threading.Thread(target=work, name="codeqa-model", daemon=True).start()
    try:
        first = True
        while (item := _next(arrived, patience, first=first)) is not _END:
            first = False
            if isinstance(item, _Failed):
                raise _explain(item.error, who) from item.error
            yield item  # type: ignore[misc]  # the thread puts in what `ask` gives
    finally:
        wire.stop()


class _Failed:
    def __init__(self, error: Exception) -> None:
        self.error = error


def _next(arrived: queue.Queue[object], patience: Patience, *, first: bool) -> object:
    since = time.monotonic()
    while True:
        left = patience.left(since, first=first)
        try:
            return arrived.get(timeout=min(left, _LOOK_SECONDS))
        except queue.Empty:
            continue


def _explain(error: Exception, who: str) -> CodeqaError:
    """Return what went wrong between here and the server, for whatever client was at work."""
    if isinstance(error, CodeqaError):
        return error
    said = str(error)[:100]
    if isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout):
        return ModelTimeout(f"{who} cannot be reached in time", hint=HINT)
    if isinstance(error, httpx.TimeoutException):
        return ModelTimeout(f"{who} takes too long", hint=HINT)
    if isinstance(error, httpx.ConnectError | ConnectionError):
        return Passing(f"{who} does not answer", hint=HINT)
    if isinstance(error, httpx.DecodingError):
        return BrokenReply(f"{who} gave a reply that cannot be read: {said}", hint=HINT)
    if isinstance(error, httpx.HTTPError | httpx.StreamError | OSError):
        return Passing(f"{who} broke off", hint=HINT)
    if isinstance(error, TooMuch):
        return BrokenReply(f"{who} sent too much: {said}", hint="another model may end its replies")
    return BrokenReply(f"{who} gave a reply that is none: {said}", hint=HINT)
