"""The options of commands that a language model may lead."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click

_OPTIONS = (
    click.option("--model", metavar="NAME", help="The language model. [default: model.name of your own settings]"),
    click.option("--host", metavar="URL", help="Its server; one that ends in /v1 is OpenAI-compatible."),
    click.option("--remote", is_flag=True, help="Allow a server on another machine: source text is sent there."),
    click.option("--context", type=int, metavar="TOKENS", help="Of prompt and reply together. [default: 8192]"),
)


def options(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the options of a model; it takes what they set, by the names of settings, as `chosen`."""

    @functools.wraps(command)
    def run(*, model: str | None, host: str | None, remote: bool, context: int | None, **rest: Any) -> int:  # noqa: ANN401 - click's
        chosen = {
            "model.name": model,
            "model.host": host,
            "model.remote": True if remote else None,
            "model.context": context,
        }
        return command(chosen=chosen, **rest)

    for option in reversed(_OPTIONS):
        run = option(run)
    return run
