"""A repository, a model server, and files of a user, made of payloads: each stands wherever a text can come from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.chat_server import Said
from tests.honest import honest
from tests.ollama_server import Model, OllamaServer
from tests.payloads import LONG, PAYLOADS, RAW, Payload

ROOT_NAME = "shop\n\x1b]0;EVILTITLE\x07\u202e"
CALLS_AT_ONCE = 6
ALIKE = 5  # files that have a symbol of the same name: who asks for it is asked back


def repository(folder: Path, payloads: Sequence[Payload] = PAYLOADS) -> Path:
    """Make it, below a folder; return its root, whose name attacks too."""
    root = folder / ROOT_NAME
    for name, content in _files(payloads).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    (root / ".git").mkdir()
    (root / ".git" / "HEAD").write_text(f"ref: refs/heads/{payloads[0].one_line}\n")
    return root


def _files(payloads: Sequence[Payload]) -> dict[str, str | bytes]:
    lines = [payload.one_line for payload in payloads]
    quoted = [line.replace("\\", "\\\\").replace('"', '\\"') for line in lines]
    found: dict[str, str | bytes] = {
        "shop/__init__.py": "",
        "shop/catalogue.py": "def catalogue(sign):\n    # All of them.\n"
        + "".join(f"    # {line}\n" for line in lines)
        + '    return sign + "'
        + quoted[0]
        + '"\n',
        "shop/table.py": "TABLE = {\n" + "".join(f'    "{line}": 1,\n' for line in quoted) + "}\n",
        "docs/guide.md": "# Guide\n\n" + "".join(f"## {line}\n\nIt is `{line}`: {line}\n\n" for line in lines),
        "web/app.js": "const {catalogue} = require('./catalogue');\n"
        + "".join(f'describe("{line}", () => {{ catalogue("{line}"); }});\n' for line in quoted),
        "web/table.js": "module.exports = {\n"
        + "".join(f'  "{line}": function () {{ return 1; }},\n' for line in quoted)
        + "};\n",
        "conf/app.json": json.dumps({payload.text: payload.text for payload in payloads}, ensure_ascii=False),
        "conf/app.yaml": "".join(f'"{line}": "{line}"\n' for line in quoted),
        "conf/app.toml": "".join(f'"{line}" = "{line}"\n' for line in quoted),
        "raw/latin.py": b"def latin():\n" + b"".join(b'    """EV%03d ' % n + b + b' x"""\n' for n, b in enumerate(RAW)),
        "raw/long.py": f'def minified():\n    # first\n    text = "{LONG}"\n    return text\n'
        + "pass  # one of many\n" * 50_000,
    }
    for number, (payload, line, quote) in enumerate(zip(payloads, lines, quoted, strict=True)):
        again = f"\n\ndef settle():\n    return run_{payload.marker}()\n" if number < ALIKE else ""
        found[f"users/{payload.file_name}.py"] = (
            f"from shop.catalogue import catalogue\n\n\ndef run_{payload.marker}():\n    '''{line}'''\n"
            f'    # {line}\n    return catalogue("{quote}")\n{again}'
        )
        found[f"left/{payload.file_name}/x.bin"] = b"\0"
        found[f"left/{payload.file_name}.py"] = b"\0\0"
    return found


def server(payloads: Sequence[Payload] = PAYLOADS, *, models: Sequence[Payload] = PAYLOADS) -> OllamaServer:
    """Return a model server: its models have hostile names, and whatever it says attacks."""
    names = [Model(payload.text, capabilities=("completion", "tools"), family=payload.text) for payload in models]
    return OllamaServer([Model("evil:1b", capabilities=("completion", "tools")), *names], script=Evil(payloads))


class Evil:
    """What the model says: calls of tools that there are not, and of those that there are, then an answer."""

    def __init__(self, payloads: Sequence[Payload]) -> None:
        self.payloads = list(payloads)
        self.at = 0

    def __call__(self, body: dict[str, Any]) -> Said:
        if "Question: " not in json.dumps(body["messages"]) and (
            body.get("tools") or "action" in str(body.get("format"))
        ):
            return honest(body)  # it is found out how the model calls tools: one that cannot would be asked no more
        those = self._next(CALLS_AT_ONCE)
        thinking = " ".join(payload.text for payload in those)
        turns = sum(message["role"] == "assistant" for message in body["messages"])
        if turns < 2 and body.get("tools"):
            calls: list[tuple[str, dict[str, Any]]] = [
                (payload.text, {payload.text: payload.text}) for payload in those[:2]
            ]
            calls += [("search", {"query": payload.text}) for payload in those[2:4]]
            calls += [("symbol", {"name": payload.text, payload.text: payload.text}) for payload in those[4:]]
            return Said(those[0].text, thinking, tuple(calls))
        said = "\n".join(f"`catalogue` calls {p.text} [1]. {p.text} is called at {p.text}:2 [2]." for p in those)
        if body.get("tools"):
            finish = {
                "answer": said,
                "sentences": [{"text": p.text, "citations": [1]} for p in those],
                "status": "answered",
            }
            return Said(said, thinking, (("finish", finish),))
        return Said(said, thinking)

    def _next(self, count: int) -> list[Payload]:
        found = [self.payloads[(self.at + n) % len(self.payloads)] for n in range(count)]
        self.at += count
        return found


def toml(text: str) -> str:
    """Return a text as TOML has it: what it must not hold is escaped, and comes out of a reader as it was."""
    return '"' + "".join(c if c.isalnum() else f"\\U{ord(c):08x}" for c in text) + '"'


def settings(payloads: Sequence[Payload]) -> str:
    """Return a file of settings: none is known, or has a value that it may have."""
    known = ["limit", "embedder", "rerank"]
    lines = [f"{toml(payload.text)} = {toml(payload.text)}" for payload in payloads]
    lines += ["[search]", *(f"{name} = {toml(p.text)}" for name, p in zip(known, payloads, strict=False))]
    lines += ["[tui]", f"keymap = {toml(payloads[0].text)}"]
    return "\n".join(lines) + "\n"


def keys(payloads: Sequence[Payload]) -> str:
    """Return what a file of settings says of keys: there is no such action, nor such a key."""
    own = [f"{toml(payload.text)} = {toml(payload.text)}" for payload in payloads]
    return "\n".join(["[tui.keys]", *own, f'"app.help" = {toml(payloads[0].text)}']) + "\n"


KEPT = frozenset("status kind trace conversation id name verdict label gen_ai.operation.name role type action".split())


def poisoned(value: Any, payloads: Sequence[Payload], *, kept: frozenset[str] = KEPT) -> Any:  # noqa: ANN401  # JSON
    """Return a JSON value in which each text attacks, but those whose keys are `kept`."""
    count = 0

    def poison(value: Any, key: str) -> Any:  # noqa: ANN401
        nonlocal count
        if isinstance(value, str):
            if key in kept:
                return value
            count += 1
            return f"{value} {payloads[count % len(payloads)].text}"
        if isinstance(value, dict):
            return {name: poison(each, name) for name, each in value.items()}
        if isinstance(value, list):
            return [poison(each, key) for each in value]
        return value

    return poison(value, "")
