"""A scripted Ollama server on the loopback: the endpoints that codeqa uses, spoken as the real one speaks them.

    with OllamaServer() as server:
        server.fail("/api/embed", Fault.ERROR, times=1)

It knows no model: vectors are made of the words of a text, so that texts with common words are near. Every request is
kept in `requests`. A fault is what the server does instead of answering, for the next `times` requests to a path.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

VERSION = "0.12.3"
FOREVER = 10**9


class Fault(StrEnum):
    """What goes wrong with a request."""

    ERROR = "500 with an error of Ollama's"
    MISSING = "404, model not found"
    RESET = "the connection is closed before any answer"
    STALL = "no answer until the server is released"
    TRUNCATED = "half of the answer, then the connection is closed"
    NO_JSON = "200 with HTML"
    WRONG_TYPES = "200 with JSON of another shape"
    REDIRECT = "307 to `redirect_to`"
    FEWER = "one vector fewer than there are texts"
    DIMENSIONS = "vectors that are one number shorter"
    RAGGED = "vectors of different lengths"
    NAN = "a vector with a number that is none"
    ZERO = "vectors of zeros"


@dataclass
class Model:
    """A model that is installed at the server."""

    name: str
    dimensions: int = 16
    digest: str = ""
    capabilities: tuple[str, ...] = ("embedding",)
    size: int = 274_302_450

    def __post_init__(self) -> None:
        self.digest = self.digest or hashlib.sha256(self.name.encode()).hexdigest()

    def listed(self) -> dict[str, Any]:
        """As an item of /api/tags."""
        return {
            "name": self.name,
            "model": self.name,
            "modified_at": "2026-01-02T03:04:05.678901234+01:00",
            "size": self.size,
            "digest": self.digest,
            "details": {
                "parent_model": "",
                "format": "gguf",
                "family": "bert",
                "families": ["bert"],
                "parameter_size": "137M",
                "quantization_level": "F16",
            },
        }


@dataclass
class Asked:
    """A request as it came."""

    path: str
    body: dict[str, Any]


@dataclass
class _Planned:
    fault: Fault
    times: int
    when: Callable[[dict[str, Any]], bool]


@dataclass
class OllamaServer:
    """See the module. `models` may be changed while it runs."""

    models: list[Model] = field(default_factory=lambda: [Model("nomic-embed-text:latest"), Model("all-minilm:l6")])
    requests: list[Asked] = field(default_factory=list)
    redirect_to: str = ""
    pause_seconds: float = 0.0  # before every /api/embed
    vector: Callable[[str, int], list[float]] = field(default_factory=lambda: words_vector)

    def __post_init__(self) -> None:
        self._planned: dict[str, list[_Planned]] = {}
        self._released = threading.Event()
        self._lock = threading.Lock()
        self.connections: set[socket.socket] = set()
        self._server = self._listen(0)

    def _listen(self, port: int) -> ThreadingHTTPServer:
        handler = type("Handler", (_Handler,), {"scripted": self})
        server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        server.daemon_threads = True
        self.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return server

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def fail(
        self,
        path: str,
        fault: Fault,
        times: int = FOREVER,
        when: Callable[[dict[str, Any]], bool] = lambda body: True,
    ) -> None:
        """Let the next requests to `path` go wrong, those whose body `when` picks."""
        with self._lock:
            self._planned.setdefault(path, []).append(_Planned(fault, times, when))

    def mend(self) -> None:
        """Forget all faults, and release what is stalled."""
        with self._lock:
            self._planned.clear()
        self._released.set()
        self._released = threading.Event()

    def stop(self) -> None:
        """Go down: connections to the port are refused."""
        self._released.set()
        self._server.shutdown()
        self._server.server_close()
        for connection in list(self.connections):  # those that clients keep open would be served on
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def restart(self) -> None:
        """Come up again at the same port."""
        self._released = threading.Event()
        self._server = self._listen(self.port)

    def asked(self, path: str) -> list[dict[str, Any]]:
        """Return the bodies of the requests to a path."""
        return [request.body for request in self.requests if request.path == path]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # ------------------------------------------------------------------------------------------------------- answering

    def fault_of(self, path: str, body: dict[str, Any]) -> Fault | None:
        """Return what is to go wrong with this request, once less from now on."""
        with self._lock:
            for planned in self._planned.get(path, []):
                if planned.times > 0 and planned.when(body):
                    planned.times -= 1
                    return planned.fault
        return None

    def wait(self) -> None:
        """Stall until `mend` or `stop`."""
        self._released.wait(60)

    def model(self, name: str) -> Model | None:
        """Return the model of a name, which may lack its tag."""
        return next((model for model in self.models if model.name in (name, f"{name}:latest")), None)

    def reply(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Return status and JSON of a request that nothing goes wrong with."""
        if path == "/api/version":
            return 200, {"version": VERSION}
        if path == "/api/tags":
            return 200, {"models": [model.listed() for model in self.models]}
        if path not in ("/api/show", "/api/embed"):
            return 404, {"error": "404 page not found"}
        model = self.model(str(body.get("model")))
        if model is None:
            return 404, {"error": f'model "{body.get("model")}" not found, try pulling it first'}
        if path == "/api/show":
            about = {"general.architecture": "bert", "bert.embedding_length": model.dimensions}
            details = model.listed()["details"]
            return 200, {"details": details, "model_info": about, "capabilities": list(model.capabilities)}
        given = body.get("input")
        texts = [given] if isinstance(given, str) else list(given or [])
        rows = [self.vector(text, model.dimensions) for text in texts]
        return 200, {
            "model": body["model"],
            "embeddings": rows,
            "total_duration": 14_143_917,
            "load_duration": 1_019_500,
            "prompt_eval_count": sum(len(text.split()) for text in texts),
        }


def words_vector(text: str, dimensions: int) -> list[float]:
    """Add up a direction for each word, of unit length; zeros for a text without words."""
    total = [0.0] * dimensions
    for word in re.findall(r"[a-z]+", text.lower()):
        digest = hashlib.sha256(word.encode()).digest()
        for place in range(dimensions):
            total[place] += digest[place % 32] / 127.5 - 1
    length = math.sqrt(sum(number * number for number in total))
    return [number / length for number in total] if length else total


class _Handler(BaseHTTPRequestHandler):
    scripted: OllamaServer
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        super().setup()
        self.scripted.connections.add(self.connection)

    def finish(self) -> None:
        self.scripted.connections.discard(self.connection)
        super().finish()

    def do_GET(self) -> None:
        self._serve({})

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            body = json.loads(data or b"{}")
        except ValueError:
            self._send(400, b'{"error":"invalid character"}')
            return
        self._serve(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep silent."""

    def _serve(self, body: dict[str, Any]) -> None:
        server = self.scripted
        server.requests.append(Asked(self.path, body))
        if self.path == "/api/embed" and server.pause_seconds:
            threading.Event().wait(server.pause_seconds)
        fault = server.fault_of(self.path, body)
        if fault is Fault.STALL:
            server.wait()
            fault = Fault.RESET
        if fault is Fault.RESET:
            self.close_connection = True
        elif fault is Fault.ERROR:
            self._send(500, b'{"error":"llama runner process has terminated: exit status 2"}')
        elif fault is Fault.MISSING:
            self._send(404, b'{"error":"model not found, try pulling it first"}')
        elif fault is Fault.NO_JSON:
            self._send(200, b"<html>a proxy's greeting</html>", "text/html")
        elif fault is Fault.REDIRECT:
            self.send_response(307)
            self.send_header("Location", server.redirect_to + self.path)
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            status, reply = server.reply(self.path, body)
            spoilt = _spoilt(reply, fault)
            self._send(status, json.dumps(spoilt).encode(), cut=fault is Fault.TRUNCATED)

    def _send(
        self, status: int, data: bytes, kind: str = "application/json; charset=utf-8", *, cut: bool = False
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: len(data) // 2] if cut else data)
        if cut:
            self.close_connection = True


def _spoilt(reply: dict[str, Any], fault: Fault | None) -> dict[str, Any]:
    rows = [list(row) for row in reply.get("embeddings", [])]
    if fault is Fault.WRONG_TYPES:
        return {"models": "none", "embeddings": "none"}
    if fault is Fault.FEWER:
        rows = rows[:-1]
    elif fault is Fault.DIMENSIONS:
        rows = [row[:-1] for row in rows]
    elif fault is Fault.RAGGED:
        rows[0] = rows[0][:-1]
    elif fault is Fault.NAN:
        rows[0][0] = math.nan
    elif fault is Fault.ZERO:
        rows = [[0.0] * len(row) for row in rows]
    return {**reply, "embeddings": rows} if "embeddings" in reply else reply
