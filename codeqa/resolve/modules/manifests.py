"""Pure readers of the manifests of JavaScript: package.json, and settings that are JSON with comments."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n]*|/\*.*?\*/|,(?=(?:\s|//[^\n]*|/\*.*?\*/)*[}\]])', re.DOTALL)
_LOCAL = re.compile(r"(?:file|link|portal|workspace):(\.{1,2}/?.*)")
_RENAMED = re.compile(r"(?:npm|workspace):(@?[^@]+)@")
# what a source is before what is built of it, what declares it last; other conditions between
_FIRST = ("source", "development", "import", "module", "default", "require", "node", "browser")
_LAST = ("types", "typings")


class Npm(NamedTuple):
    """What a package.json says."""

    name: str = ""
    mains: tuple[str, ...] = ()
    exports: dict[str, object] = {}  # noqa: RUF012  # never written to
    imports: dict[str, object] = {}  # noqa: RUF012
    workspaces: tuple[str, ...] = ()
    linked: dict[str, str] = {}  # noqa: RUF012  # name → folder that stands for it
    renamed: dict[str, str] = {}  # noqa: RUF012  # name → the name of the package that it means


class Aliases(NamedTuple):
    """What a tsconfig.json says of modules; `base` is None where it does not say."""

    paths: dict[str, list[str]] = {}  # noqa: RUF012
    base: str | None = None
    roots: tuple[str, ...] = ()
    extends: tuple[str, ...] = ()
    references: tuple[str, ...] = ()


def read_json(text: str) -> Mapping[str, object]:
    """Read an object of JSON that may have comments and trailing commas; what is none is empty."""
    try:
        data = json.loads(text)
    except ValueError:
        try:
            data = json.loads(
                _TOKEN.sub(lambda match: match[0] if match[0].startswith('"') else "", text.lstrip("\ufeff"))
            )
        except (ValueError, RecursionError):
            data = {}
    except RecursionError:
        data = {}
    return data if isinstance(data, dict) else {}


@lru_cache(maxsize=512)
def npm(text: str) -> Npm:
    """Read a package.json."""
    data = read_json(text)
    spaces = data.get("workspaces")
    linked: dict[str, str] = {}
    renamed: dict[str, str] = {}
    for kind in ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies"):
        for name, asked in _table(data.get(kind)).items():
            if isinstance(asked, str) and (match := _LOCAL.match(asked)):
                linked[name] = match[1]
            elif isinstance(asked, str) and (match := _RENAMED.match(asked)):
                renamed[name] = match[1]
    mains = [data.get(key) for key in ("source", "module", "main", "types", "typings")]
    return Npm(
        _text(data.get("name")),
        tuple(main for main in mains if isinstance(main, str)),
        _exports(data.get("exports")),
        dict(_table(data.get("imports"))),
        tuple(_texts(spaces.get("packages") if isinstance(spaces, dict) else spaces)),
        linked,
        renamed,
    )


def _exports(said: object) -> dict[str, object]:
    """Return subpath → target; a bare target, or conditions alone, are those of "."."""
    if not said:
        return {}
    if isinstance(said, dict) and all(isinstance(key, str) and key.startswith(".") for key in said):
        return said
    return {".": said}


@lru_cache(maxsize=512)
def aliases(text: str) -> Aliases:
    """Read a tsconfig.json or jsconfig.json."""
    data = read_json(text)
    options = _table(data.get("compilerOptions"))
    base, extends, references = options.get("baseUrl"), data.get("extends"), data.get("references")
    return Aliases(
        {name: _texts(targets) for name, targets in _table(options.get("paths")).items()},
        base if isinstance(base, str) else None,
        tuple(_texts(options.get("rootDirs"))),
        tuple([extends] if isinstance(extends, str) else _texts(extends)),
        tuple(_text(_table(item).get("path")) for item in references if _table(item).get("path"))
        if isinstance(references, list)
        else (),
    )


def patterns_of(table: Mapping[str, object], module: str) -> Iterator[tuple[str, str]]:
    """Yield the patterns that a module matches, with what their star stands for: the exact, then the longest."""
    if module in table:
        yield module, ""
    found = []
    for pattern in table:
        head, star, tail = pattern.partition("*")
        if not star and pattern.endswith("/"):  # `"./lib/": "./lib/"`, a folder
            head, star = pattern, "*"
        if star and module.startswith(head) and module.endswith(tail) and len(module) >= len(head) + len(tail):
            found.append((pattern, module[len(head) : len(module) - len(tail)]))
    yield from sorted(found, key=lambda item: -len(item[0].partition("*")[0]))


def substituted(target: str, star: str) -> str:
    """Put what a pattern's star stood for into its target."""
    return target + star if target.endswith("/") else target.replace("*", star)


def targets(said: object) -> Iterator[str]:
    """Yield the files that a target names, under whatever conditions."""
    if isinstance(said, str):
        yield said
    elif isinstance(said, list):
        for item in said:
            yield from targets(item)
    elif isinstance(said, dict):
        for condition in sorted(said, key=_preference):
            yield from targets(said[condition])


def _preference(condition: str) -> int:
    if condition in _LAST:
        return len(_FIRST) + 1
    return _FIRST.index(condition) if condition in _FIRST else len(_FIRST)


def _table(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
