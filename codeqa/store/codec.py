"""Facts as bytes: MessagePack, compressed. Never pickle, for the index lies in a repository that may be hostile."""

from __future__ import annotations

import zlib
from functools import cache
from typing import TYPE_CHECKING, Any

from codeqa.domain import CodeqaError

if TYPE_CHECKING:
    import msgspec

    from codeqa.domain import ChunkFact, Interface, Reference

_LEVEL = 1  # a third of the size for 10 ms per MB; higher levels cost more than they save


@cache
def _encoder() -> msgspec.msgpack.Encoder:
    import msgspec  # slow to import, and a search reads no facts

    return msgspec.msgpack.Encoder()


@cache
def _decoder(kind: str) -> msgspec.msgpack.Decoder[Any]:
    import msgspec

    from codeqa.domain import ChunkFact, Interface, Reference

    kinds: dict[str, Any] = {"interface": Interface, "references": list[Reference], "chunks": list[ChunkFact]}
    return msgspec.msgpack.Decoder(kinds[kind])


def encode(value: object) -> bytes:
    """Return the bytes of facts: tuples, lists, texts and numbers."""
    return zlib.compress(_encoder().encode(value), _LEVEL)


def _decode(kind: str, data: bytes) -> Any:  # noqa: ANN401 - the three functions below know the type
    import msgspec

    try:
        return _decoder(kind).decode(zlib.decompress(data))
    except (zlib.error, msgspec.MsgspecError) as error:
        raise CodeqaError(
            f"facts in the index cannot be decoded: {error}", hint="delete .codeqa and index again"
        ) from error


def decode_interface(data: bytes) -> Interface:
    """Return the interface that `encode` made these bytes of; CodeqaError if they are damaged."""
    return _decode("interface", data)  # type: ignore[no-any-return]


def decode_references(data: bytes) -> list[Reference]:
    """Return the references that `encode` made these bytes of; CodeqaError if they are damaged."""
    return _decode("references", data)  # type: ignore[no-any-return]


def decode_chunks(data: bytes) -> list[ChunkFact]:
    """Return the chunks that `encode` made these bytes of; CodeqaError if they are damaged."""
    return _decode("chunks", data)  # type: ignore[no-any-return]
