"""On which rung of the ladder of formats a model was found to stand, kept for this user."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

DEFAULT = "native"
MOST = 500  # models that are remembered
_BYTES = 200_000


def known(url: str, model: str) -> str:
    """Return the rung that was remembered for a model at a server, else the highest."""
    return remembered(url, model) or DEFAULT


def remembered(url: str, model: str) -> str:
    """Return the rung that was remembered for a model at a server, "" for one that was never asked."""
    return _read().get(_key(url, model), "")


def remember(url: str, model: str, rung: str) -> None:
    """Keep the rung of a model; where that cannot be written, it is found out again."""
    kept = {**_read(), _key(url, model): rung}
    path = _path()
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as file:
            json.dump(dict(list(kept.items())[-MOST:]), file)
        os.replace(file.name, path)


def _read() -> dict[str, str]:
    with suppress(OSError, ValueError, RecursionError):
        path = _path()
        if path.stat().st_size <= _BYTES:
            value = json.loads(path.read_text(encoding="utf-8"))
            if isinstance(value, dict):
                return {str(key): rung for key, rung in value.items() if rung in ("native", "format", "text")}
    return {}


def _path() -> Path:
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("codeqa")) / "models.json"


def _key(url: str, model: str) -> str:
    return f"{model} at {url}"
