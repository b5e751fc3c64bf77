"""A scripted Ollama server on the loopback: the endpoints that codeqa uses, spoken as the real one speaks them.

    with OllamaServer() as server:
        server.fail("/api/embed", Fault.ERROR, times=1)

It knows no model: vectors are made of the words of a text, so that texts with common words are near, and what is said
is what `script` makes of the request's body; tests/chat_server.py has the words. Every request is kept in `requests`. A
fault is what the server does instead of answering, for the next `times` requests to a path.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import select
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from tests.chat_server import CHAT_PATHS, ChatFault, Script, echo, nonsense, parts, refused, spoilt

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
    family: str = "bert"
    context: int = 2048
    template: str = "{{ .Prompt }}"
    remote_host: str = ""  # of a cloud model

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
                "family": self.family,
                "families": [self.family],
                "parameter_size": "137M",
                "quantization_level": "F16",
            },
        }


@dataclass
class Asked:
    """A request as it came."""

    path: str
    body: dict[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)
    closed: threading.Event = field(default_factory=threading.Event)  # by the client, as the server sees it


@dataclass
class _Planned:
    fault: Fault | ChatFault
    times: int
    when: Callable[[dict[str, Any]], bool]


@dataclass
class OllamaServer:
    """See the module. `models` may be changed while it runs."""

    models: list[Model] = field(default_factory=lambda: [Model("nomic-embed-text:latest"), Model("all-minilm:l6")])
    requests: list[Asked] = field(default_factory=list)
    redirect_to: str = ""
    pause_seconds: float = 0.0  # before every /api/embed
    pause_between: float = 0.0  # the parts of a reply
    load_seconds: float = 0.3  # of Fault.SLOW_LOAD
    vector: Callable[[str, int], list[float]] = field(default_factory=lambda: words_vector)
    script: Script = field(default_factory=lambda: echo)
    key: str = ""  # that /v1 asks for

    def __post_init__(self) -> None:
        self._planned: dict[str, list[_Planned]] = {}
        self._released = threading.Event()
        self._down = False
        self._lock = threading.Lock()
        self.connections: set[socket.socket] = set()
        self._server = self._listen(0)

    def _listen(self, port: int) -> ThreadingHTTPServer:
        handler = type("Handler", (_Handler,), {"scripted": self})
        server = _Server(("127.0.0.1", port), handler)
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
        fault: Fault | ChatFault,
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
        self._down = True
        self._server.shutdown()
        self._server.server_close()
        for connection in list(self.connections):  # those that clients keep open would be served on
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def restart(self) -> None:
        """Come up again at the same port."""
        self._released = threading.Event()
        self._down = False
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

    def fault_of(self, path: str, body: dict[str, Any]) -> Fault | ChatFault | None:
        """Return what is to go wrong with this request, once less from now on."""
        with self._lock:
            for planned in self._planned.get(path, []):
                if planned.times > 0 and planned.when(body):
                    planned.times -= 1
                    return planned.fault
        return None

    @property
    def released(self) -> bool:
        """Whether the server goes down."""
        return self._down

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
        if path == "/v1/models":
            return 200, {"object": "list", "data": [{"id": m.name, "object": "model"} for m in self.models]}
        if path not in ("/api/show", "/api/embed"):
            return 404, {"error": "404 page not found"}
        model = self.model(str(body.get("model")))
        if model is None:
            return 404, {"error": f'model "{body.get("model")}" not found, try pulling it first'}
        if path == "/api/show":
            about = {
                "general.architecture": model.family,
                f"{model.family}.embedding_length": model.dimensions,
                f"{model.family}.context_length": model.context,
            }
            shown = {"details": model.listed()["details"], "model_info": about, "template": model.template}
            if model.remote_host:
                shown |= {"remote_host": model.remote_host, "remote_model": model.name}
            return 200, {**shown, "capabilities": list(model.capabilities)} if model.capabilities else shown
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


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Keep silent: clients may leave at any moment."""


_ENDLESS: dict[ChatFault, Callable[[bool, bytes], bytes]] = {
    ChatFault.DRIP: lambda ollama, part: b"{" if ollama else b"d",
    ChatFault.KEEP_ALIVE: lambda ollama, part: (
        b'{"message":{"role":"assistant","content":""},"done":false}\n' if ollama else b": keep-alive\n\n"
    ),
    ChatFault.HUGE: lambda ollama, part: (
        (
            b'{"message":{"role":"assistant","content":"and so on, and so on, and so on "},"done":false}\n'
            if ollama
            else b'data: {"choices":[{"index":0,"delta":{"content":"and so on, and so on, and so on "}}]}\n\n'
        )
        * 50
    ),
    ChatFault.HUGE_LINE: lambda ollama, part: b"x" * 65_536,
}
_PAUSES = {ChatFault.DRIP: 0.02, ChatFault.KEEP_ALIVE: 0.02}


class _Handler(BaseHTTPRequestHandler):
    scripted: OllamaServer
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        super().setup()
        self.chats: list[Asked] = []  # that came by this connection
        self.scripted.connections.add(self.connection)

    def finish(self) -> None:
        if self.chats and self._hung_up():
            for asked in self.chats:
                asked.closed.set()
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

    def _hung_up(self) -> bool:
        """End this side, and wait whether the client ends the other."""
        try:
            self.connection.shutdown(socket.SHUT_WR)
            self.connection.settimeout(20)
            while self.connection.recv(4096):
                pass
        except TimeoutError:
            return False
        except OSError:
            return True
        return True

    def _gone(self, seconds: float) -> bool:
        """Wait, at most so long; whether the client has closed the connection."""
        with suppress(OSError):
            readable, _, _ = select.select([self.connection], [], [], seconds)
            return bool(readable) and not self.connection.recv(1, socket.MSG_PEEK)
        return True

    def _serve(self, body: dict[str, Any]) -> None:
        server = self.scripted
        self._note(Asked(self.path, body, dict(self.headers)))
        if self.path == "/api/embed" and server.pause_seconds:
            threading.Event().wait(server.pause_seconds)
        fault = server.fault_of(self.path, body)
        if fault is Fault.STALL:
            self._stall()
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
        elif self.path in CHAT_PATHS:
            self._chat(body, fault)
        else:
            status, reply = server.reply(self.path, body)
            spoilt = _spoilt(reply, fault)
            self._send(status, json.dumps(spoilt).encode(), cut=fault is Fault.TRUNCATED)

    def _note(self, asked: Asked) -> None:
        self.scripted.requests.append(asked)
        if self.path in CHAT_PATHS:
            self.chats.append(asked)

    def _stall(self) -> None:
        """Wait until the server is released or, in a chat, the client has had enough."""
        if self.path not in CHAT_PATHS:
            self.scripted.wait()
        while self.path in CHAT_PATHS and not self._gone(0.02) and not self.scripted.released:
            pass

    def _chat(self, body: dict[str, Any], fault: Fault | ChatFault | None) -> None:
        server, ollama = self.scripted, self.path == "/api/chat"
        if server.key and not ollama and self.headers.get("Authorization") != f"Bearer {server.key}":
            said = self.headers.get("Authorization", "none")
            self._send(401, json.dumps({"error": {"message": f"Incorrect API key provided: {said}"}}).encode())
            return
        model = server.model(str(body.get("model")))
        if model is None:
            self._send(404, json.dumps({"error": f"model '{body.get('model')}' not found"}).encode())
            return
        if (refusal := refused(str(body["model"]), fault, body)) is not None:
            status, said = refusal
            error: object = said if ollama else {"message": said, "code": status}
            self._send(status, json.dumps({"error": error}).encode())
            return
        if fault is ChatFault.SLOW_LOAD and self._gone(server.load_seconds):
            return
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson" if ollama else "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        if fault is ChatFault.ENCODED:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        with suppress(OSError):  # the client has closed the connection
            self._talk(body, fault if isinstance(fault, ChatFault) else None)

    def _talk(self, body: dict[str, Any], fault: ChatFault | None) -> None:
        said = spoilt(self.scripted.script(body), fault, body)
        second = 1 if self.path == "/api/chat" else 2  # behind the part that only names the role
        for number, part in enumerate(parts(self.path, said, fault, body)):
            if number == second and fault is not None and not self._second(fault, part):
                return
            self._chunk(part)
            if self.scripted.pause_between and self._gone(self.scripted.pause_between):
                self.close_connection = True
                return
        self._chunk(b"")

    def _second(self, fault: ChatFault, part: bytes) -> bool:
        """Do what a fault does behind the first part; whether to go on."""
        if fault is ChatFault.STALL_MID:
            self._stall()
        elif fault is ChatFault.CUT:
            self.wfile.write(f"{len(part):x}\r\n".encode() + part[: len(part) // 2])
        elif fault is ChatFault.EOF:
            self._chunk(b"")
            return False
        elif fault in _ENDLESS:
            line = _ENDLESS[fault](self.path == "/api/chat", part)
            while not self._gone(_PAUSES.get(fault, 0)):
                self._chunk(line)
        elif (wrong := nonsense(self.path, fault)) is not None:
            self._chunk(wrong)
            return True
        else:
            return True
        self.close_connection = True
        return False

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

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


def _spoilt(reply: dict[str, Any], fault: Fault | ChatFault | None) -> dict[str, Any]:
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
