"""What may be exchanged: embedders and chat models."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    import threading

    import numpy as np

    from codeqa.domain.chat import ChatMessage, ChatOptions, Delta, Reply, ToolSpec


Reads = Literal["terms", "source"]
"""Terms as `codeqa.terms.spaced` makes them, or readable text: a line with a chunk's symbol, then its bytes."""


class Embedder(Protocol):
    """Turns text into vectors of one space. Vectors of different `id`s are never compared."""

    @property
    def id(self) -> str:
        """Names the space: kind, dimensions and, if fitted, a hash of the fit."""
        ...

    @property
    def dimensions(self) -> int: ...

    @property
    def reads(self) -> Reads:
        """What `embed_chunks` takes."""
        ...

    def embed(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        """Return unit vectors of questions, shape (len(texts), dimensions); one with no known term gives a zero row.

        Raises CodeqaError where the embedder needs what is not there, such as a server.
        """
        ...

    def embed_chunks(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        """Do the same for chunks, as terms or as source."""
        ...


class ChatModel(Protocol):
    """A language model at a server, which may lead a walk. The planner needs none."""

    @property
    def name(self) -> str: ...

    def chat(
        self,
        messages: Sequence[ChatMessage],
        tools: Sequence[ToolSpec] = (),
        *,
        options: ChatOptions,
        cancelled: threading.Event | None = None,
    ) -> Generator[Delta | Reply, None, None]:
        """Yield the parts as they arrive, and last the Reply; nothing ends without one, or without an error.

        Setting `cancelled`, from any thread, ends it with ModelCancelled within 200 ms and closes the connection, as
        closing the iterator does. Raises ModelUnavailable, and of its kinds the one that tells what went wrong.
        """
        ...
