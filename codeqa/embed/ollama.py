"""Embedding models of an Ollama server, by /api/embed."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from codeqa.domain import CodeqaError, ModelUnavailable, Reads
from codeqa.embed.late import Replaced

if TYPE_CHECKING:
    import numpy as np

_T = TypeVar("_T")

PREFIXES = {
    "nomic-embed-text": ("search_query: ", "search_document: "),
    "mxbai-embed-large": ("Represent this sentence for searching relevant passages: ", ""),
    "snowflake-arctic-embed": ("Represent this sentence for searching relevant passages: ", ""),
    "snowflake-arctic-embed2": ("query: ", ""),
    "bge-large": ("Represent this sentence for searching relevant passages: ", ""),
    "embeddinggemma": ("task: search result | query: ", "title: none | text: "),
    "qwen3-embedding": ("Instruct: Given a question about a program, retrieve the code that answers it\nQuery: ", ""),
}
"""What models were trained to see before a question and before a text, by the model's name without tag and owner."""

_LAYOUT = "1"  # of the text that is made of a chunk: another one makes another space
_BATCH = 32  # texts in one request
_BAD = 3  # texts of one batch that a server may refuse by themselves, before it is the server that is broken
_PAUSE_SECONDS = 0.3  # before the one retry


class Ollama:
    """One embedding model, see domain.Embedder. Its id hangs on the model's digest: a model pulled anew is another."""

    reads: Reads = "source"

    def __init__(self, model: str, url: str, timeout_seconds: float) -> None:
        """Ask the server for the model. Raises ModelUnavailable, or CodeqaError if it has no such model."""
        import ollama

        self.model = model
        self.url = url
        # Neither a redirect nor a proxy of the environment may lead source text to another host.
        self._client = ollama.Client(url, timeout=timeout_seconds, follow_redirects=False, trust_env=False)
        self._dimensions = 0
        self._query, self._document = PREFIXES.get(model.partition(":")[0].rpartition("/")[2], ("", ""))
        self._made_of = self._digest()
        digest = self._made_of or f"{self.dimensions} dimensions"
        space = hashlib.sha256("\0".join((digest, self._document, _LAYOUT)).encode()).hexdigest()
        self.id = f"ollama-{model}-{space[:12]}"

    def _digest(self) -> str:
        """Return the digest of the model's files; "" if the server does not say."""
        models = self._asked(lambda: list(self._client.list().models))
        names = {self.model, f"{self.model}:latest"}
        for found in models:
            if found.model in names:
                return found.digest or ""
        near = ", ".join(sorted(found.model for found in models if found.model)[:8])
        hint = f"ollama pull {self.model}" + (f", or one of these: {near}" if near else "")
        raise CodeqaError(f"Ollama at {self.url} has no model {self.model}", hint=hint)

    @property
    def dimensions(self) -> int:
        """Learned from the first reply."""
        if not self._dimensions:
            self._vectors([f"{self._query}hello"])
        return self._dimensions

    def embed(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        """As domain.Embedder."""
        return self._embedded([self._query + text for text in texts])

    def embed_chunks(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        """As domain.Embedder."""
        return self._embedded([self._document + text for text in texts])

    def _embedded(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        import numpy as np

        blocks = [self._block(texts[start : start + _BATCH]) for start in range(0, len(texts), _BATCH)]
        if self._digest() != self._made_of:  # asked behind the vectors: whatever was pulled before them shows
            raise Replaced(f"{self._who} has become another", hint="run: codeqa index")
        return np.concatenate(blocks) if blocks else np.zeros((0, self.dimensions), np.float32)

    def _block(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        """Embed a few texts. One that the server can make nothing of by itself gets a zero row."""
        import numpy as np

        try:
            return self._vectors(texts)
        except _Refused:
            if len(texts) == 1:
                raise
        rows, bad = [], 0
        for text in texts:
            try:
                rows.append(self._vectors([text]))
            except _Refused:
                bad += 1
                if bad > _BAD or bad == len(texts):
                    raise
                rows.append(np.zeros((1, self.dimensions), np.float32))
        return np.concatenate(rows)

    def _vectors(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        import numpy as np

        reply = self._asked(lambda: list(self._client.embed(self.model, list(texts)).embeddings))
        if len(reply) != len(texts):
            raise ModelUnavailable(f"{self._who} gave {len(reply)} vectors for {len(texts)} texts", hint=_HINT)
        widths = {len(row) for row in reply}
        wanted = {self._dimensions} if self._dimensions else widths
        if widths != wanted or len(widths) != 1 or 0 in widths:
            raise ModelUnavailable(f"{self._who} gave vectors of {sorted(widths)} dimensions", hint=_HINT)
        found = np.array(reply, np.float64)
        if not np.isfinite(found).all():
            raise _Refused(f"{self._who} gave a vector that is no number", hint=_HINT)
        self._dimensions = widths.pop()
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        return np.asarray(np.divide(found, lengths, out=np.zeros_like(found), where=lengths > 0), np.float32)

    @property
    def _who(self) -> str:
        return f"{self.model} of Ollama at {self.url}"

    def _asked(self, ask: Callable[[], _T]) -> _T:
        """Ask the server, once more if it fails in a way that may pass."""
        try:
            return self._tried(ask)
        except _Passing:
            time.sleep(_PAUSE_SECONDS)
        return self._tried(ask)

    def _tried(self, ask: Callable[[], _T]) -> _T:
        import httpx
        import ollama

        try:
            return ask()
        except ollama.ResponseError as error:
            kind = _Refused if error.status_code >= 400 and error.status_code != 404 else ModelUnavailable
            raise kind(f"{self._who} says {error.status_code}: {error.error[:200]}", hint=_HINT) from error
        except httpx.TimeoutException as error:
            raise ModelUnavailable(f"Ollama at {self.url} takes too long", hint=_HINT) from error
        except (ConnectionError, httpx.HTTPError, httpx.InvalidURL) as error:
            raise _Passing(f"Ollama at {self.url} does not answer", hint=_HINT) from error
        except ValueError as error:  # no JSON, or JSON of another shape
            raise _Passing(f"Ollama at {self.url} gave a reply that is none: {str(error)[:80]}", hint=_HINT) from error


_HINT = "is it running? ollama serve; codeqa doctor checks it"


class _Passing(ModelUnavailable):
    """What a second try may mend."""


class _Refused(_Passing):
    """The server is there, and made nothing of these texts."""
