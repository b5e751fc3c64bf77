"""Secrets blanked before anything is written, whatever they are part of."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

SHORTEST = 12  # characters that hold a secret together with what shows that it is one

_VALUE = re.compile(
    r"""
    (?P<name>\b[\w-]*
      (?:passw(?:or)?d|passphrase|secret|(?:api|access|private)[_-]?key|(?:auth|access|refresh|bearer|session|api)[_-]?token)
      \\*["']?\s*(?:=>|:=|[:=])\s*)
    (?: (?P<quote>["'])(?P<quoted>[^"'\n]{4,})(?P=quote)
      | (?P<escape>\\+["'])(?P<escaped>[^"'\n]{4,}?)(?P=escape)  # within a text of JSON, as models write it
      | (?P<bare>(?=[^\s"'()]*\d)(?=[^\s"'()]*[A-Za-z])[^\s"'(),;.]{8,})
    )
    """,
    re.I | re.X,
)
_BEARER = re.compile(r"\b(?P<name>(?:bearer|basic)\s+)(?P<bare>[0-9A-Za-z._~+/=-]{16,})", re.I)
_ADDRESS = re.compile(r"(?P<name>\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@]{1,100}:)(?P<bare>[^\s/@]{1,200})(?=@)", re.I)
_JWT = re.compile(r"(?P<name>)\b(?P<bare>eyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]*)")


_SUSPECT = re.compile(r"passw|passphrase|secret|key|token|bearer|basic|://|eyJ", re.I)  # in every match of the others


def redacted(text: str) -> str:
    """Blank with `*` what is given as a password, key or token: values behind such names, headers, addresses, JWTs."""
    if _SUSPECT.search(text):
        for pattern in (_VALUE, _BEARER, _ADDRESS, _JWT):
            text = pattern.sub(_stars, text)
    return text


def _stars(match: re.Match[str]) -> str:
    groups = match.groupdict()
    for quote, quoted in (("quote", "quoted"), ("escape", "escaped")):
        if inner := groups.get(quoted):
            return f"{groups['name']}{groups[quote]}{'*' * len(inner)}{groups[quote]}"
    return f"{groups['name']}{'*' * len(groups['bare'])}"


def cleaned(record: Mapping[str, object], blank: Callable[[bytes], bytes]) -> dict[str, Any]:
    """Return a copy of a record, of mappings, lists and scalars, with every text of it blanked, keys among them."""
    known: dict[str, str] = {}  # paths and ids recur

    def text(value: str) -> str:
        if value not in known:
            known[value] = _blanked(value, blank)
        return known[value]

    def clean(value: object) -> object:
        if isinstance(value, str):
            return text(value)
        if isinstance(value, Mapping):
            return {text(str(name)): clean(item) for name, item in value.items()}
        return [clean(item) for item in value] if isinstance(value, list | tuple) else value

    return {name: clean(value) for name, value in record.items()}


def _blanked(text: str, blank: Callable[[bytes], bytes]) -> str:
    if len(text) < SHORTEST:
        return text
    data = text.encode("utf-8", "surrogatepass")
    return redacted(blank(data).decode("utf-8", "surrogatepass"))
