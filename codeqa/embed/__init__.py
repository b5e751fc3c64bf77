"""Embedders: text to vectors, see domain.Embedder. One is fitted on the repository, one was trained; none downloads."""

from __future__ import annotations

from codeqa.embed.lsa import Lsa, fit, load
from codeqa.embed.static import Static

__all__ = ["Lsa", "Static", "fit", "load"]
