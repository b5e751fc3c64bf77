"""What a language's queries can tell, read off their capture names: nothing is supported because someone says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codeqa import languages
from codeqa.parse.plans import CAPTURE, NOT_CAPTURES

if TYPE_CHECKING:
    from codeqa.languages import Language

_OWNERS = frozenset({"class", "interface", "trait", "impl"})  # what turns a function inside it into a method


def supports(language: Language) -> dict[str, bool]:
    """Return which facts a language's queries yield; its fixture proves each (tests/test_fixtures.py)."""
    if language.inner.language:
        return supports(languages.load()[language.inner.language])
    captures = set(CAPTURE.findall(NOT_CAPTURES.sub(" ", language.query)))
    kinds = {name.removeprefix("definition.") for name in captures if name.startswith("definition.")}
    return {
        "definitions": bool(kinds),
        "methods": bool(kinds & {"method", "constructor"}) or ("function" in kinds and bool(kinds & _OWNERS)),
        "docs": bool(kinds) and (language.text.doc != "none" or "doc" in captures),
        "imports": "import" in captures,
        "locals": any(name.startswith("binding.") for name in captures),
        "calls": "reference.call" in captures,
        "inheritance": "reference.base" in captures,
        "types": "reference.type" in captures,
        "decorators": "reference.decorator" in captures,
        "callbacks": "reference.pass" in captures,
    }
