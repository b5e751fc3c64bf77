"""What an index was made by, readable without importing what makes it."""

from __future__ import annotations

from codeqa.languages import Languages

FACTS = "6"
"""Of the facts: raise it when `parse` makes other facts of the same bytes."""

EDGES = "3"
"""Of the edges: raise it when `resolve` makes other edges of the same facts."""


def of_index(languages: Languages) -> str:
    """Name what facts and edges depend on besides the bytes: another one makes the index anew."""
    return f"{FACTS}.{EDGES}.{languages.fingerprint}"
