"""An embedder that is had when it is first needed, and that a search can do without."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from codeqa.domain import CodeqaError, Embedder, Reads

if TYPE_CHECKING:
    import numpy as np

PAUSE_SECONDS = 30.0  # after a failure: a process that stays does not wait for a dead server at every question


class Replaced(CodeqaError):
    """The embedder of a space has become another: its vectors must be made anew."""


class Late:
    """The embedder of an index, for questions.

    Most questions name what they are about and need no numpy. Where the embedder cannot be had, a question has no
    direction (a zero row), so that search goes by words alone, and `trouble` says why.
    """

    def __init__(self, name: str, dimensions: int, load: Callable[[], Embedder]) -> None:
        self.id = name
        self.dimensions = dimensions
        self.trouble: CodeqaError | None = None
        self._load = load
        self._loaded: Embedder | None = None
        self._retry_at = 0.0

    def embed(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        """As domain.Embedder, but zeros instead of an error."""
        import numpy as np

        if self.trouble is None or time.monotonic() >= self._retry_at:
            try:
                vectors = self._embedder().embed(texts)
                if vectors.shape[1] != self.dimensions:
                    raise CodeqaError(f"{self.id} gives {vectors.shape[1]} dimensions, the index has {self.dimensions}")
                self.trouble = None
                return vectors
            except CodeqaError as error:
                self.trouble = error
                self._loaded = None
                self._retry_at = time.monotonic() + PAUSE_SECONDS
        return np.zeros((len(texts), self.dimensions), np.float32)

    @property
    def reads(self) -> Reads:
        return self._embedder().reads

    def embed_chunks(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        """As domain.Embedder; this one does raise."""
        return self._embedder().embed_chunks(texts)

    def _embedder(self) -> Embedder:
        if self._loaded is None:
            self._loaded = self._load()
        return self._loaded
