"""One connection to a model server that any thread can cut, and that takes no more than it should.

httpx cannot end a read from outside, and reads lines of any length: this transport knows its socket and counts.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx

LINE_BYTES = 4_000_000
"""Longest line that is taken."""

WIRE_BYTES = 128_000_000
"""All that is taken of one reply: every token comes in a line of its own, with a hundred bytes around it."""

# Python takes these for ends of lines, JSON does not; where they stand in JSON, they stand in a string.
_SEPARATORS = {b"\xc2\x85": b"\\u0085", b"\xe2\x80\xa8": b"\\u2028", b"\xe2\x80\xa9": b"\\u2029"}


class TooMuch(ValueError):
    """More came than a reply can have."""


class Wire(httpx.BaseTransport):
    """A transport for one client and one request at a time. `stop` may be called from any thread, and more than once.

    Responses arrive line by line; lines end in a newline alone.
    """

    def __init__(self, url: str) -> None:
        """`url` decides whether certificates are looked for, which takes time."""
        self._inner = httpx.HTTPTransport(
            verify=url.startswith("https"), trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)
        )
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._stopped = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """As httpx.BaseTransport."""
        request.extensions = {**request.extensions, "trace": self._trace}
        request.headers["Accept-Encoding"] = "identity"
        response = self._inner.handle_request(request)
        encoding = response.headers.get("Content-Encoding", "identity")
        if encoding != "identity":
            response.close()
            raise httpx.DecodingError(f"it is encoded as {encoding[:20]}")
        assert isinstance(response.stream, httpx.SyncByteStream)
        return httpx.Response(
            response.status_code,
            headers=response.headers,
            stream=_Lines(response.stream),
            extensions=response.extensions,
        )

    @property
    def stopped(self) -> bool:
        return self._stopped

    def stop(self) -> None:
        """Cut the connection: whoever reads from it wakes up."""
        with self._lock:
            self._stopped = True
            if self._socket is not None:
                with suppress(OSError):  # it is closed already
                    # Not the method of a TLS socket, which forgets its state under the feet of the thread that reads.
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def close(self) -> None:
        """As httpx.BaseTransport."""
        self._inner.close()

    def _trace(self, event: str, info: dict[str, Any]) -> None:
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            with self._lock:
                self._socket = info["return_value"].get_extra_info("socket")
            if self._stopped:
                self.stop()


class _Lines(httpx.SyncByteStream):
    def __init__(self, stream: httpx.SyncByteStream) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        rest: list[bytes] = []
        held = total = 0
        for block in self._stream:
            total += len(block)
            if total > WIRE_BYTES:
                raise TooMuch(f"more than {WIRE_BYTES:,} bytes")
            *lines, last = block.split(b"\n")
            for line in lines:
                yield _escaped(b"".join([*rest, line])) + b"\n"
                rest, held = [], 0
            rest.append(last)
            held += len(last)
            if held > LINE_BYTES:
                raise TooMuch(f"a line of more than {LINE_BYTES:,} bytes")
        if held:
            yield _escaped(b"".join(rest))

    def close(self) -> None:
        self._stream.close()


def _escaped(line: bytes) -> bytes:
    for separator, escape in _SEPARATORS.items():
        line = line.replace(separator, escape)
    return line
