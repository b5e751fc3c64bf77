"""A model that never ends: it thinks, writes and searches, at so many tokens a second, until standard input is closed.

    python -m benchmarks.talking 100

It prints the address at which it speaks as Ollama does, and at the end how many tokens it sent in how many seconds.
With a rate of 0 it says nothing at all.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from subprocess import PIPE, Popen

import click

from tests.chat_server import ChatFault, Said
from tests.ollama_server import Model, OllamaServer

NAME = "talker:7b"
THOUGHTS, WORDS = 300, 100  # tokens between two calls of a tool
TOPICS = ("cookie signing", "retry with backoff", "template cache", "session store", "form field", "query compiler")


@dataclass
class Talk:
    """What is said, and when each reply began."""

    began: list[float] = field(default_factory=list)

    def say(self, body: dict[str, object]) -> Said:
        """Think, write, and search for something else each time, where that is offered."""
        self.began.append(time.monotonic())
        number = len(self.began)
        thoughts = " ".join(f"thought{number}.{word}" for word in range(THOUGHTS))
        words = " ".join(f"word{number}.{word}" for word in range(WORDS))
        offered = "'search'" in str(body.get("tools"))
        query = f"{TOPICS[number % len(TOPICS)]} {number}"
        return Said(words, thoughts, (("search", {"query": query}),) if offered else ())


@contextmanager
def talker(rate: float) -> Iterator[tuple[dict[str, str], list[str]]]:
    """Run it in a process of its own; give settings that let it lead for ever, and a list for what it says at last."""
    said: list[str] = []
    with Popen([sys.executable, "-m", "benchmarks.talking", str(rate)], stdin=PIPE, stdout=PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        settings = {"name": NAME, "host": process.stdout.readline().strip(), "calls": "1000", "seconds": "86400"}
        settings |= {"tokens": "1000000000", "timeout_seconds": "3600", "reuse": "false", "think": "true"}
        try:
            yield {f"CODEQA_MODEL_{name.upper()}": value for name, value in settings.items()}, said
        finally:
            process.stdin.close()
            said += process.stdout.read().split()


def main() -> None:
    """Talk until standard input ends."""
    rate, talk = float(sys.argv[1]), Talk()
    model = Model(NAME, capabilities=("completion", "tools", "thinking"), family="qwen3", context=40_960)
    with OllamaServer(models=[model], script=talk.say, pause_between=0.93 / rate if rate else 0.0) as server:
        if not rate:
            server.fail("/api/chat", ChatFault.STALL_MID)
        click.echo(server.url)
        sys.stdin.read()
        sent = (THOUGHTS + WORDS + 2) * max(len(talk.began) - 1, 0)
        click.echo(f"{sent} {talk.began[-1] - talk.began[0] if talk.began else 0}")


if __name__ == "__main__":
    main()
