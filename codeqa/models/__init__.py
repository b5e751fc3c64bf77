"""Chat models at a server, see domain.ChatModel. The server's address says which language it speaks.

An address that ends in /v1 is that of an OpenAI-compatible server, any other that of Ollama. Clients are imported when
one is needed: they take half a second.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from codeqa.domain import ChatLimits, ChatModel, ModelServer

__all__ = ["connect", "look"]


def connect(name: str, url: str, environ: Mapping[str, str], limits: ChatLimits | None = None) -> ChatModel:
    """Return the model of that name at a server that hosts.address allowed. The server is not asked yet."""
    if _is_openai(url):
        from codeqa.models.openai import OpenAI

        return OpenAI(name, url, limits, environ)
    from codeqa.models.ollama import Ollama

    return Ollama(name, url, limits)


def look(url: str, environ: Mapping[str, str], seconds: float = 5.0) -> ModelServer:
    """Return what a server is and has. Raises ModelUnavailable, in about that time at most."""
    if _is_openai(url):
        from codeqa.models import openai

        return openai.look(url, seconds, environ)
    from codeqa.models import ollama

    return ollama.look(url, seconds)


def _is_openai(url: str) -> bool:
    return urlsplit(url).path.rstrip("/").endswith("/v1")
