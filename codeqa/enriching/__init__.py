"""Asks a language model what the symbols of a repository are for: a sentence and tags for each, which help search.

What a model says is stored beside the vectors by the bytes that it was said of, see `codeqa.store.summaries`. No answer
rests on it.
"""

from __future__ import annotations

from codeqa.enriching.choosing import Wanted, choose
from codeqa.enriching.running import Enriching, enrich

__all__ = ["Enriching", "Wanted", "choose", "enrich"]
