"""Chat models at a server, see domain.ChatModel. The server's address says which language it speaks.

An address that ends in /v1 is that of an OpenAI-compatible server, any other that of Ollama. Clients are imported when
one is needed: they take half a second.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from codeqa.config import ModelSettings
from codeqa.domain import ChatLimits, ChatModel, ModelServer, UsageError
from codeqa.hosts import is_of_the_cloud

__all__ = ["chosen", "connect", "look"]


def connect(
    name: str, url: str, environ: Mapping[str, str], limits: ChatLimits | None = None, *, remote: bool = False
) -> ChatModel:
    """Return the model of that name at a server that hosts.address allowed. The server is not asked yet.

    `remote` is the setting that allows other machines: Ollama hands requests for cloud models on to one. Raises
    UsageError if it does not and the name tells; what the server alone can tell is asked before the first prompt.
    """
    if is_of_the_cloud(name) and not remote:
        raise UsageError(
            f"{name} runs in Ollama's cloud, not on this machine: source text would be sent there",
            hint="--remote, or model.remote = true in your own settings, if that is meant",
        )
    if _is_openai(url):
        from codeqa.models.openai import OpenAI

        return OpenAI(name, url, limits, environ)
    from codeqa.models.ollama import Ollama

    return Ollama(name, url, limits, remote=remote)


def chosen(settings: ModelSettings, url: str, environ: Mapping[str, str]) -> ChatModel:
    """Return the model that settings name, at a server that hosts.address allowed; it is not asked yet.

    Raises UsageError if none is named, or as `connect`.
    """
    if settings.name is None:
        raise UsageError("no model is named", hint="--model NAME; codeqa doctor lists what a server has")
    wait = settings.timeout_seconds
    limits = ChatLimits(
        connect_seconds=min(5.0, wait), load_seconds=wait, idle_seconds=min(60.0, wait), total_seconds=wait
    )
    return connect(settings.name, url, environ, limits, remote=settings.remote)


def look(url: str, environ: Mapping[str, str], seconds: float = 5.0) -> ModelServer:
    """Return what a server is and has. Raises ModelUnavailable, in about that time at most."""
    if _is_openai(url):
        from codeqa.models import openai

        return openai.look(url, seconds, environ)
    from codeqa.models import ollama

    return ollama.look(url, seconds)


def _is_openai(url: str) -> bool:
    return urlsplit(url).path.rstrip("/").endswith("/v1")
