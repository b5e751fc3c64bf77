"""Parsing processes: a file that kills or stalls one costs that file, named, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from time import monotonic
from typing import BinaryIO, cast

import msgspec

from codeqa.config import FileSettings
from codeqa.index.worker import Parsed, Request, receive, send

CRASHED = "parser crashed"
STALLED = "parser stalled"
STALL_SECONDS = 60.0
IN_FLIGHT = 8  # requests a worker holds: enough to never wait, few enough to keep the load even


class _Worker:
    """One process and the requests it has not answered, oldest first."""

    def __init__(self, root: Path, settings: FileSettings) -> None:
        encoded = msgspec.json.encode(asdict(settings)).decode()
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "codeqa.index.worker", str(root), encoded],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONSAFEPATH": "1"},
        )
        self.requests: deque[Request] = deque()
        self.since = monotonic()

    @property
    def output(self) -> BinaryIO:
        return cast(BinaryIO, self.process.stdout)

    def ask(self, request: Request) -> None:
        self.requests.append(request)
        try:
            send(cast(BinaryIO, self.process.stdin), request)
        except BrokenPipeError:
            pass  # it died: reading its output will tell

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
                try:
                    stream.close()
                except BrokenPipeError:
                    pass  # what was still unsent has no reader


def parse_all(root: Path, requests: Sequence[Request], settings: FileSettings, workers: int) -> Iterator[Parsed]:
    """Yield what became of every file, in no order. Abandoning the iterator ends the processes."""
    waiting = deque(requests)
    selector = DefaultSelector()
    crew: list[_Worker] = []
    try:
        for _ in range(max(1, min(workers, len(waiting)))):
            crew.append(_start(root, settings, waiting, selector))
        while any(worker.requests for worker in crew):
            ready = [cast(_Worker, key.data) for key, _ in selector.select(timeout=1.0)]
            for worker in ready:
                body = receive(worker.output)
                if body is None:
                    yield _lost(worker, CRASHED)
                    crew.remove(worker)
                    crew.append(_replace(worker, root, settings, waiting, selector))
                    continue
                worker.requests.popleft()
                worker.since = monotonic()
                if waiting:
                    worker.ask(waiting.popleft())
                yield msgspec.msgpack.decode(body, type=Parsed)
            for worker in [w for w in crew if w not in ready and w.requests and monotonic() - w.since > STALL_SECONDS]:
                yield _lost(worker, STALLED)
                crew.remove(worker)
                crew.append(_replace(worker, root, settings, waiting, selector))
    finally:
        for worker in crew:
            worker.stop()
        selector.close()


def _start(root: Path, settings: FileSettings, waiting: deque[Request], selector: DefaultSelector) -> _Worker:
    worker = _Worker(root, settings)
    selector.register(worker.output, EVENT_READ, worker)
    while waiting and len(worker.requests) < IN_FLIGHT:
        worker.ask(waiting.popleft())
    return worker


def _lost(worker: _Worker, reason: str) -> Parsed:
    request = worker.requests.popleft()
    return Parsed(request.path, request.language, skip=reason)


def _replace(
    worker: _Worker, root: Path, settings: FileSettings, waiting: deque[Request], selector: DefaultSelector
) -> _Worker:
    waiting.extendleft(reversed(worker.requests))
    selector.unregister(worker.output)
    worker.stop()
    return _start(root, settings, waiting, selector)
