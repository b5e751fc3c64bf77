"""What `codeqa doctor` says of a model server."""

from __future__ import annotations

from collections.abc import Mapping

from codeqa.config import ModelSettings
from codeqa.domain import Check, CodeqaError, InstalledModel
from codeqa.hosts import address
from codeqa.models import look

_SECONDS = 5.0  # that a server has to say what it is and has


def checks(settings: ModelSettings, environ: Mapping[str, str]) -> list[Check]:
    """Return one check of the server and one of each model. All are optional: nothing fails for want of a server."""
    try:
        server = look(address(settings.host, environ, remote=settings.remote), environ, _SECONDS)
    except CodeqaError as error:
        return [Check("model server", None, error.message, error.hint)]
    count = f"{len(server.models)} model{'' if len(server.models) == 1 else 's'}"
    version = f", version {server.version}" if server.version else ""
    found = [Check("model server", True, f"{server.url}{version}, {count}")]
    return found + [Check(f"model {model.name}", _usable(model), _about(model)) for model in server.models]


def _usable(model: InstalledModel) -> bool | None:
    return None if model.chats is False or model.remote else True


def _about(model: InstalledModel) -> str:
    kind = " ".join(part for part in (model.family, model.parameters, model.quantization) if part)
    said = [
        f"{model.bytes / 1e9:.1f} GB" if model.bytes is not None else "",
        kind,
        f"context {model.context:,}" if model.context is not None else "",
        "makes vectors only" if model.chats is False else _TOOLS[model.tools],
        "thinks" if model.thinking else "",
        f"runs at {model.remote}, not on this machine" if model.remote else "",
    ]
    return ", ".join(part for part in said if part)


_TOOLS = {True: "calls tools", False: "calls no tools", None: "does not say whether it calls tools"}
