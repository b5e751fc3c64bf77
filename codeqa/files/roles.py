"""What a file is for, told from its path."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from codeqa.files.content import is_generated_name
from codeqa.files.globs import translate

_VENDORED = frozenset(
    {"vendor", "vendored", "_vendor", "_vendored", "third_party", "third-party", "thirdparty", "3rdparty"}
    | {"node_modules", "bower_components", "jspm_packages", "extern", "externals", "deps", "Godeps", "Pods"}
)
_GENERATED = frozenset({"generated", "__generated__", "_generated", "autogen"})
_TEST = frozenset({"test", "tests", "__tests__", "testing", "testdata", "spec", "specs", "e2e"})
_EXAMPLE = frozenset({"example", "examples", "demo", "demos", "sample", "samples"})
_DOCS = frozenset({"doc", "docs", "documentation"})
_PROSE = (".md", ".markdown", ".rst", ".adoc", ".txt")


def role(path: str, test_globs: Iterable[str] = ()) -> str:
    """Return "vendored", "generated", "test", "example", "docs" or "" (source); the first that fits, in that order.

    `test_globs` are those of the file's language; they match at the end of the path, whole components at a time.
    """
    *folders, name = path.split("/")
    above = frozenset(folders)
    if above & _VENDORED:
        return "vendored"
    if above & _GENERATED or is_generated_name(name):
        return "generated"
    if _is_test(path, above, tuple(test_globs)):
        return "test"
    if above & _EXAMPLE:
        return "example"
    return "docs" if above & _DOCS or name.endswith(_PROSE) else ""


def _is_test(path: str, folders: frozenset[str], globs: tuple[str, ...]) -> bool:
    if not globs:
        return bool(folders & _TEST)
    return _any_of(globs).fullmatch(path) is not None


@lru_cache(maxsize=64)
def _any_of(globs: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(translate(f"**/{glob.strip('/')}") for glob in globs))
