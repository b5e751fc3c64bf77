"""Embedders: text to vectors, see domain.Embedder. The one here is fitted on the repository and needs no download."""

from __future__ import annotations

from codeqa.embed.lsa import Lsa, fit, load

__all__ = ["Lsa", "fit", "load"]
