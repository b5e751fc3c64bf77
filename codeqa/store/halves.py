"""Arithmetic on matrices of float16, without the slow conversion of numpy and without the threads of a BLAS.

Shifted into the place that float32 has for them, the bits of a float16 are its value times 2**-112, exactly, whatever
finite number it is: two passes over integers take a quarter of the time of `astype`. A product with one vector is bound
by memory: more threads make it no quicker, and those of OpenBLAS go on spinning for a while after each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

_BLOCK = 512  # rows at a time, which stay in the cache of a core
_SHIFT = 13  # bits: float32 has 23 of mantissa, float16 has 10
_KEPT = -0x70000001  # all bits but those that the sign left on its way up
_SCALE = 2.0**112  # the exponent of float32 is biased by 127, that of float16 by 15


def widened(halves: np.ndarray[Any, np.dtype[np.float16]]) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return finite float16 numbers, shape (rows, columns), as float32: exactly what `astype` does."""
    import numpy as np

    wide = np.empty(halves.shape, np.float32)
    for start in range(0, len(halves), _BLOCK):
        block = wide[start : start + _BLOCK]
        _shifted(halves[start : start + _BLOCK], block.view(np.int32))
        block *= np.float32(_SCALE)
    return wide


def products(
    matrix: np.ndarray[Any, np.dtype[np.float16]] | np.ndarray[Any, np.dtype[np.float32]],
    vector: np.ndarray[Any, np.dtype[np.float32]],
) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return the product of a matrix, shape (rows, columns), with a vector of numbers below 2**15, shape (columns,)."""
    import numpy as np

    if matrix.dtype == np.float32:
        return np.asarray(np.einsum("ij,j->i", matrix, vector))
    found = np.empty(len(matrix), np.float32)
    scaled = vector * np.float32(_SCALE)
    buffer = np.empty((min(_BLOCK, len(matrix)), matrix.shape[1]), np.int32)
    for start in range(0, len(matrix), _BLOCK):
        halves = matrix[start : start + _BLOCK]
        block = buffer[: len(halves)]
        _shifted(halves, block)
        np.einsum("ij,j->i", block.view(np.float32), scaled, out=found[start : start + _BLOCK])
    return found


def _shifted(halves: np.ndarray[Any, Any], out: np.ndarray[Any, np.dtype[np.int32]]) -> None:
    """Write the bits of float16 numbers to where float32 has them; the sign is carried up by the wider integer."""
    out[...] = halves.view("<i2")
    out <<= _SHIFT
    out &= _KEPT
