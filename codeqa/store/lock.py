"""One writer at a time, by name."""

from __future__ import annotations

import fcntl
import json
import os
import sys
import time
from datetime import datetime
from pathlib import Path

from codeqa.domain import IndexLocked

_PAUSE_S = 0.05


class Lock:
    """An advisory lock on a file whose content names the holder; released when the process ends, however it ends."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor

    @classmethod
    def acquire(cls, path: Path, wait_s: float = 0.0) -> Lock:
        """Take the lock, or raise IndexLocked with the holder's name after `wait_s` seconds."""
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
        deadline = time.monotonic() + wait_s
        while not _try(descriptor):
            if time.monotonic() >= deadline:
                holder = _holder(descriptor)
                os.close(descriptor)
                raise IndexLocked(f"the index is being written by {holder}", hint="wait until it is done, or stop it")
            time.sleep(_PAUSE_S)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(_self()).encode(), 0)
        return cls(path, descriptor)

    def release(self) -> None:
        """Give the lock back; a second time is harmless."""
        if self._descriptor >= 0:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = -1


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _self() -> dict[str, object]:
    command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:3]]) if sys.argv else "codeqa"
    return {"pid": os.getpid(), "command": command[:80], "since": datetime.now().astimezone().isoformat(" ", "seconds")}


def _holder(descriptor: int) -> str:
    try:
        holder = json.loads(os.pread(descriptor, 4096, 0))
        return f"process {int(holder['pid'])} ({str(holder['command'])[:80]}, since {str(holder['since'])[:40]})"
    except (ValueError, KeyError, TypeError):
        return "another process"
