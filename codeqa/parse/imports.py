"""What one import statement binds, from its text alone."""

from __future__ import annotations

import re

_DOTTED = re.compile(r"\.*[^\W\d]\w*(?:\.[^\W\d]\w*)*\Z")
_KEYWORD = re.compile(r"import\s+")  # where the whole statement is the tree


def expand(tree: str, separator: str) -> list[tuple[str, str, str]]:
    """Expand a use tree to (module, name, local): `a::{b::C, d as e, self, f::*}`."""
    found: list[tuple[str, str, str]] = []
    for part in _split(_KEYWORD.sub("", " ".join(tree.split()))):
        _expand("", part, separator, found)
    return found


def _expand(prefix: str, tree: str, separator: str, found: list[tuple[str, str, str]]) -> None:
    brace = tree.find("{")
    if brace >= 0:
        head = tree[:brace].strip().removesuffix(separator).strip()
        inner = f"{prefix}{separator}{head}" if prefix and head else prefix or head
        for part in _split(tree[brace + 1 : tree.rfind("}")]):
            _expand(inner, part, separator, found)
        return
    path, _, alias = tree.replace("=>", " as ").partition(" as ")
    full = f"{prefix}{separator}{path.strip()}" if prefix else path.strip()
    module, _, name = full.rpartition(separator)
    alias = alias.strip()
    if name == "self":
        module, _, name = module.rpartition(separator)
    if name in ("*", "_"):
        found.append((module, "*", ""))
    elif name:
        found.append((module, name, "" if alias == "_" else alias or name))


def _split(tree: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for offset, char in enumerate(tree):
        depth += (char == "{") - (char == "}")
        if char == "," and not depth:
            parts.append(tree[start:offset])
            start = offset + 1
    parts.append(tree[start:])
    return [part.strip() for part in parts if part.strip()]


def lazily(module: str, name: str) -> list[tuple[str, str, str]]:
    """Return the import that a table of strings stands for, if it may be one; the module is near its importer."""
    module, name = module.strip("\"'"), name.strip("\"'")
    if not name.isidentifier() or not _DOTTED.match(module):
        return []
    return [(module if module.startswith(".") else f".{module}", name, name)]


def inline_name(module: str) -> str:
    """Return what stands for a module that is imported in the middle of an expression: `require("./x").y`."""
    return "@" + re.sub(r"\W", "_", module)


def bound_name(module: str, style: str) -> str:
    """Return the name that importing a whole module binds."""
    if style == "dotted":
        return module.split(".", 1)[0]
    if style == "directory":
        last = re.sub(r"/v\d+$", "", module).rpartition("/")[2]
        return re.sub(r"\.v\d+$", "", last).removeprefix("go-")
    if style in ("package", "crate", "namespace"):
        return re.split(r"\.|::|\\", module)[-1]
    return ""


def module_named(parts: dict[str, str]) -> str:
    """Return what an import names, from where it leads."""
    module = parts.get("module", "").strip("\"'`")
    return f"./{module}" if "relative" in parts and not module.startswith(".") else module


def one_name(module: str, parts: dict[str, str], style: str) -> tuple[str, str, str]:
    """Return where one imported name is from, what it is called there, and what here."""
    if "name" in parts:
        name = parts["name"].strip("\"'")
        return module, name, parts.get("alias", name).strip("\"'")
    if "namespace" in parts:
        return module, "", parts["namespace"]
    return module, "", inline_name(module) if "inline" in parts else bound_name(module, style)


def full_name(module: str, parts: dict[str, str], separator: str) -> tuple[str, str, str]:
    """Split the full name that an import names into where it is declared and its last part, which is bound."""
    full = separator.join(part for part in (module, parts.get("name", "")) if part).strip(separator)
    head, _, last = full.rpartition(separator)
    return head, last, parts.get("alias") or parts.get("namespace") or last
