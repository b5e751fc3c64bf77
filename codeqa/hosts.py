"""Where a model server is, and whether source text may be sent there."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from codeqa.domain import UsageError

_DEFAULT = "http://127.0.0.1:11434"


def address(host: str | None, environ: Mapping[str, str], *, remote: bool = False) -> str:
    """Return the URL of the server: that of the settings, else OLLAMA_HOST, else this machine.

    Raises UsageError for a host that is not this machine, unless `remote` allows it.
    """
    source, given = ("model.host", host) if host else ("OLLAMA_HOST", environ.get("OLLAMA_HOST", ""))
    given = (given or _DEFAULT).strip()
    has_scheme = "://" in given
    parts = urlsplit(given if has_scheme else f"http://{given}")
    try:
        port = parts.port or ((443 if parts.scheme == "https" else 80) if has_scheme else 11434)
    except ValueError:
        raise UsageError(f"{source} is no address: {given[:80]!r}", hint="such as http://127.0.0.1:11434") from None
    if parts.scheme not in ("http", "https"):
        raise UsageError(f"{source} is no address: {given[:80]!r}", hint="such as http://127.0.0.1:11434")
    name = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(parts.hostname or "", parts.hostname or "")
    if not (remote or is_this_machine(name)):
        raise UsageError(
            f"{source} is {name}, which is not this machine: source text would be sent there",
            hint="--remote, or model.remote = true in your own settings, if that is meant",
        )
    shown = f"[{name}]" if ":" in name else name
    return f"{parts.scheme}://{shown}:{port}{parts.path.rstrip('/')}"


def is_of_the_cloud(model: str) -> bool:
    """Whether a model's tag says that a local Ollama hands its requests on to Ollama's cloud."""
    tag = model.rpartition("/")[2].partition(":")[2].lower()
    return tag == "cloud" or tag.endswith("-cloud")


def is_this_machine(host: str) -> bool:
    """Whether a host name or address is the loopback, with no question asked of a name server."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
