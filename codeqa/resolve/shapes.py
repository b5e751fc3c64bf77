"""Pure functions on the texts of types: what is named, with which arguments, what a function takes and gives."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from codeqa.resolve.chains import (
    LIFETIME,
    NOTHING,
    PATH,
    Parameter,
    behind_name,
    noise_pattern,
    parameter_of,
    top_level,
)

ARRAY = "[]"  # the head of `X[]`, `[]X`, `[X; 3]`
TUPLE = "()"  # the head of `[X, Y]`, `(X, Y)`
_FUNCTION = re.compile(r"(?:(?:unsafe|async)\s+)?(?:Fn|FnMut|FnOnce|fn|func|new|abstract new)?\s*(?=[(<])")
_DIMENSION = re.compile(r"\[[^\[\],;]*\]\s*(?=[\w*&\[(])")  # of `[]T`, `[4]T`
_KEYED = re.compile(r"map\s*(?=\[)")
_INNER = re.compile(r"\s*(?:::|\.)\s*([^\W\d]\w*)")
_ASSOCIATED = re.compile(r"\A\w+\s*=\s*")  # of `Iterator<Item = T>`
_PARAMETER = re.compile(r"(?:(?:const|in|out|typename|class|\*+)\s+)*([^\W\d][\w$]*)")
_LIST = re.compile(r"\s*(?=[<\[(])")
_BRACKETS = {"(": ")", "[": "]", "{": "}", "<": ">"}


class Shape(NamedTuple):
    """What a type text says. `kind` is "named", "union" (its options are `args`), "function" or "" (nothing known).

    A named one has a dotted `head` and its type arguments as texts; arrays and tuples have heads of their own.
    """

    kind: str
    head: str = ""
    args: tuple[str, ...] = ()


class Signature(NamedTuple):
    """The parameters of a function and the text of what it gives, "" if that is not written."""

    generics: tuple[tuple[str, str], ...]  # its type parameters, each with the text that bounds it
    parameters: tuple[tuple[str, Parameter], ...]  # with their names
    result: str


NOTHING_KNOWN = Shape("")


@lru_cache(maxsize=16384)
def shape_of(text: str, noise: frozenset[str]) -> Shape:
    """Read a type text; what a language drops from it is `noise`."""
    text = noise_pattern(noise).sub(" ", LIFETIME.sub(" ", text)).strip().strip("\"'")
    text = " ".join(text.split())
    options = [part.strip().strip("\"'") for part in top_level(text, "|")]
    options = [part for part in options if part not in NOTHING]
    if len(options) > 1:
        return Shape("union", args=tuple(options))
    return _single(options[0]) if options else NOTHING_KNOWN


def _single(text: str) -> Shape:
    if text[0] in "(<" or _FUNCTION.match(text):
        return _bracketed(text)
    if match := _DIMENSION.match(text):
        return Shape("named", ARRAY, (text[match.end() :],))
    if (match := _KEYED.match(text)) and (end := closing(text, match.end())) > 0:
        return Shape("named", "map", (text[match.end() + 1 : end], text[end + 1 :]))
    if text[0] == "[":
        items = [item.strip() for item in top_level(text[1 : closing(text, 0)], ",") if item.strip()]
        if len(items) == 1:
            return Shape("named", ARRAY, (items[0].partition(";")[0],))
        return Shape("named", TUPLE, tuple(_ANNOTATION.sub("", item) for item in items))
    return _named(text)


_ANNOTATION = re.compile(r"\A[\w$]+\??\s*:\s*(?!:)")


def _bracketed(text: str) -> Shape:
    """Tell a function type from a tuple, or from a type in brackets."""
    match = _FUNCTION.match(text)
    keyword = bool(match and match[0].strip())
    end = closing(text, 0) if text[0] == "(" else -1
    rest = text[end + 1 :].strip() if end > 0 else ""
    if keyword or text[0] == "<" or rest.startswith(("=>", "->")):
        return Shape("function", args=(text,)) if "(" in text else NOTHING_KNOWN
    if end < 0:
        return NOTHING_KNOWN
    if rest in ("[]", "[][]"):
        return Shape("named", ARRAY, (text[:-2],))
    items = [item.strip() for item in top_level(text[1:end], ",") if item.strip()]
    if rest or not items:
        return NOTHING_KNOWN
    return _single(items[0]) if len(items) == 1 else Shape("named", TUPLE, tuple(items))


def _named(text: str) -> Shape:
    match = PATH.match(text)
    if not match:
        return NOTHING_KNOWN
    head = re.sub(r"\s*(::|\\|\.)\s*", ".", match[0])
    rest = text[match.end() :].strip()
    args: tuple[str, ...] = ()
    if rest[:1] in ("<", "[") and rest[:1] and not rest.startswith("[]"):
        end = closing(rest, 0)
        if end < 0:
            end = len(rest)  # cut short
        args = tuple(_ASSOCIATED.sub("", item.strip()) for item in top_level(rest[1:end], ",") if item.strip())
        rest = rest[end + 1 :].strip()
        if inner := _INNER.match(rest):
            return Shape("named", f"{head}.{inner[1]}")
    if rest.startswith("[]"):
        return Shape("named", ARRAY, (text[: text.rindex("[")].strip(),))
    return Shape("named", head, args)


def closing(text: str, start: int) -> int:
    """Return the offset of the bracket that closes the one at `start`, -1 if none does."""
    depth = 0
    for offset in range(start, len(text)):
        char = text[offset]
        if char in "([{<":
            depth += 1
        elif char in ")]}" or (char == ">" and text[offset - 1] not in "-="):
            depth -= 1
            if not depth:
                return offset
    return -1


@lru_cache(maxsize=16384)
def type_parameters(signature: str, name: str) -> tuple[tuple[str, str], ...]:
    """Return the type parameters that a definition declares behind its name, each with the text of its default."""
    match = behind_name(signature, name, _LIST)
    if match is None:
        return ()
    start = match.end()
    if signature[start] == "(":  # `class Box(Generic[T])`
        generic = re.search(r"\b(?:Generic|Protocol)(?=\[)", signature[start:])
        if generic is None or not signature.startswith("class"):
            return ()
        start += generic.end()
    return _generics(signature, start)


def _generics(text: str, start: int) -> tuple[tuple[str, str], ...]:
    end = closing(text, start)
    items = top_level(text[start + 1 : end if end > 0 else len(text)], ",")
    found = []
    for item in items:
        declared, *default = top_level(LIFETIME.sub(" ", item), "=")
        if match := _PARAMETER.match(declared.strip()):
            found.append((match[1], default[0].strip() if len(default) == 1 else ""))
    return tuple(found)


@lru_cache(maxsize=16384)
def signature_of(text: str, name: str = "") -> Signature | None:
    """Read a callable's text from its name on, or a function type; None if it shows no whole list of parameters."""
    start = 0
    if name:
        match = re.search(
            rf"(?<![\w$]){re.escape(name)}\s*[?!]?\s*(?:[:=]\s*(?:async\b|function\b)?\s*)?(?=[<\[(])", text
        )
        if match is None:
            return None
        start = match.end()
    else:
        match = _FUNCTION.match(text)
        start = match.end() if match else 0
    generics: tuple[tuple[str, str], ...] = ()
    if text[start : start + 1] in ("<", "["):
        end = closing(text, start)
        if end < 0:
            return None
        generics = _generics(text, start)
        start = end + 1 + len(text[end + 1 :]) - len(text[end + 1 :].lstrip())
    if text[start : start + 1] != "(" or (end := closing(text, start)) < 0:
        return None
    items = [item.strip() for item in top_level(text[start + 1 : end], ",")]
    result = re.sub(r"\A\s*(?:=>|->|:)?\s*", "", text[end + 1 :])
    parameters = [parameter_of(item) for item in items if item not in ("", "void")]
    return Signature(generics, tuple(p for p in parameters if p[0] != "this"), result)
