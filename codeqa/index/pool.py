"""Parsing processes: a file that kills or stalls one costs that file, named, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from io import BufferedReader
from selectors import EVENT_READ, DefaultSelector
from time import monotonic
from typing import cast

import msgspec

from codeqa.domain import CodeqaError
from codeqa.index.worker import Parsed, Request, Setup, Stream, receive, send

CRASHED = "parser crashed"
STALLED = "parser stalled"
STALL_SECONDS = 60.0
IN_FLIGHT = 8  # requests a worker holds: enough to never wait, few enough to keep the load even
COMMAND = (sys.executable, "-P", "-m", "codeqa.index.worker")


class _Worker:
    """One process and the requests it has not answered, oldest first."""

    def __init__(self, setup: Setup) -> None:
        self.process = subprocess.Popen(
            COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONSAFEPATH": "1"},
        )
        self.output = cast(BufferedReader, self.process.stdout)
        self.ready = False
        self.requests: deque[Request] = deque()
        self.since = monotonic()
        self._send(setup)

    def ask(self, request: Request) -> None:
        self.requests.append(request)
        self._send(request)

    def _send(self, message: object) -> None:
        with suppress(BrokenPipeError):  # it died: reading its output will tell
            send(cast(Stream, self.process.stdin), message)

    def stalls(self) -> bool:
        return monotonic() - self.since > STALL_SECONDS

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
                with suppress(BrokenPipeError):  # what was still unsent has no reader
                    stream.close()


class Pool:
    """Some workers and the files that wait for them. Abandoning `run` ends the processes."""

    def __init__(self, setup: Setup, requests: Sequence[Request], workers: int) -> None:
        self._setup = setup
        self._waiting = deque(requests)
        self._size = max(1, min(workers, len(requests)))
        self._crew: list[_Worker] = []
        self._selector = DefaultSelector()

    def run(self) -> Iterator[Parsed]:
        """Yield what became of every file, in no order.

        Raises:
            CodeqaError: a worker cannot even be started.
        """
        try:
            for _ in range(self._size):
                self._hire()
            while any(worker.requests for worker in self._crew):
                ready = [cast(_Worker, key.data) for key, _ in self._selector.select(timeout=1.0)]
                for worker in ready:
                    yield from self._hear(worker)
                for worker in [w for w in self._crew if w not in ready and w.requests and w.stalls()]:
                    yield self._lose(worker, STALLED)
        finally:
            for worker in self._crew:
                worker.stop()
            self._selector.close()

    def _hire(self) -> None:
        worker = _Worker(self._setup)
        self._crew.append(worker)
        self._selector.register(worker.output, EVENT_READ, worker)
        while self._waiting and len(worker.requests) < IN_FLIGHT:
            worker.ask(self._waiting.popleft())

    def _hear(self, worker: _Worker) -> Iterator[Parsed]:
        body = receive(cast(Stream, worker.output.raw))  # a second reply in a buffer is none that a selector sees
        worker.since = monotonic()
        if body is None:
            if not worker.ready:
                raise CodeqaError("a parsing process ended before it began", hint="see: codeqa doctor")
            if worker.requests:
                yield self._lose(worker, CRASHED)
            else:
                self._dismiss(worker)
        elif not worker.ready:
            worker.ready = True
        else:
            worker.requests.popleft()
            if self._waiting:
                worker.ask(self._waiting.popleft())
            yield msgspec.msgpack.decode(body, type=Parsed)

    def _lose(self, worker: _Worker, reason: str) -> Parsed:
        """Replace a worker; the file it was at is the oldest that it has not answered."""
        request = worker.requests.popleft()
        self._waiting.extendleft(reversed(worker.requests))
        self._dismiss(worker)
        if self._waiting:
            self._hire()
        return Parsed(request.path, request.language, skip=reason)

    def _dismiss(self, worker: _Worker) -> None:
        self._crew.remove(worker)
        self._selector.unregister(worker.output)
        worker.stop()
