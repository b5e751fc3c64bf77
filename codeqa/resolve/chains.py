"""Pure functions on the texts that facts keep: chains, types, parameter lists."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

PATH = re.compile(r"(?:@\.)?[^\W\d]\w*(?:\s*(?:\.|::|\\)\s*[^\W\d]\w*)*")
_STEP = re.compile(r"([\w$#@]+)|(\(=?\w*(?::\d+)?\))|(\[[\d*?]*\])|\.")
_INNER = re.compile(r">\s*(?:::|\.)\s*([^\W\d]\w*)\Z")  # of `Outer<T>::Inner`
LIFETIME = re.compile(r"'\w+(?!['\w])")
_ANNOTATED = re.compile(r"(?:[\w$]+\s+)*([\w$]+)\??\s*:(?!:)\s*")  # `name: Type`, `label name: Type`
_NAMED = re.compile(r"(.*[\s*&>\]])[A-Za-z_$][\w$]*((?:\[\])*)\Z", re.DOTALL)  # `Type name`
NOTHING = frozenset({"None", "null", "undefined", "nil", ""})


_OPENING = re.compile(r"\s*(?:<[^()]*>)?\s*\(")


class Parameter(NamedTuple):
    """One parameter of a callable, as its signature writes it."""

    type: str  # "" if it does not say
    optional: bool
    variadic: bool
    label: str = ""  # the first word before a colon, "" for none and for `_`


@lru_cache(maxsize=16384)
def steps_of(chain: str) -> tuple[str, ...]:
    """Split a chain into names, "()", "[]", and "(1:0)": the first parameter of what is passed as second argument."""
    return tuple(match[0] for match in _STEP.finditer(chain) if match[0] != ".")


def calls(step: str) -> bool:
    """Tell whether a step is about the call of what stands before it: "()", or what it calls back with, "(0:1)"."""
    return step == "()" or (step[:1] == "(" and step[1].isdigit() and ":" in step)


@lru_cache(maxsize=64)
def noise_pattern(noise: frozenset[str]) -> re.Pattern[str]:
    """Return what matches the tokens that a language drops from its types."""
    tokens = sorted(noise, key=lambda token: (-len(token), token))
    words = [rf"(?<!\w){re.escape(token)}(?!\w)" if token[0].isalpha() else re.escape(token) for token in tokens]
    return re.compile("|".join(words) or r"(?!)")


@lru_cache(maxsize=16384)
def type_head(text: str, noise: frozenset[str], wrappers: frozenset[str]) -> str:
    """Return the dotted name that a type text is about, "" if it is none or several.

    Wrappers pass their first argument through; `None` falls out of unions; a union of two real types names none.
    """
    text = noise_pattern(noise).sub(" ", LIFETIME.sub(" ", text).strip().strip("\"'"))
    options = [part.strip().strip("\"'") for part in top_level(" ".join(text.split()), "|")]
    options = [part for part in options if part not in NOTHING]
    match = PATH.match(options[0]) if len(options) == 1 else None
    if not match:
        return ""
    head = re.sub(r"\s*(::|\\|\.)\s*", ".", match[0])
    rest = options[0][match.end() :].strip()
    if rest and rest[0] in "[<(" and head.rpartition(".")[2] in wrappers:
        inner = top_level(rest[1:-1] if len(rest) > 1 else "", ",")
        return type_head(inner[0], noise, wrappers) if inner else ""
    if rest.startswith("<") and (inside := _INNER.search(rest)):
        return f"{head}.{inside[1]}"
    if rest.startswith("[]") or (rest and rest[0] == "[" and rest.endswith("]") and not rest[1:-1].strip()):
        return ""
    return head


def top_level(text: str, separator: str) -> list[str]:
    """Split a text at the separators that no bracket holds."""
    parts, depth, start = [], 0, 0
    for offset, char in enumerate(text):
        if char in "[<({":
            depth += 1
        elif char in "]>)}":
            depth -= char != ">" or text[offset - 1 : offset] not in ("-", "=")
        elif char == separator and depth <= 0:
            parts.append(text[start:offset])
            start = offset + 1
    parts.append(text[start:])
    return parts


def behind_name(text: str, name: str, follow: re.Pattern[str]) -> re.Match[str] | None:
    """Match what follows a name, where it first stands as a word; a pattern for each name would not be cheap."""
    at = text.find(name)
    while at >= 0:
        inside = at > 0 and (text[at - 1].isalnum() or text[at - 1] in "_$")
        if not inside and (match := follow.match(text, at + len(name))):
            return match
        at = text.find(name, at + 1)
    return None


@lru_cache(maxsize=16384)
def parameters(signature: str, name: str, default: str = "=") -> tuple[Parameter, ...] | None:
    """Return the parameters that a signature declares; None if it was cut short or shows none.

    `default` is what stands between a parameter and its default.
    """
    opening = behind_name(signature, name, _OPENING)
    if opening is None:
        return None
    end = _closing(signature, opening.end())
    if end < 0:
        return None
    items = [item.strip() for item in top_level(signature[opening.end() : end], ",")]
    return tuple(parameter_of(item, default)[1] for item in items if item not in ("", "void"))


def _closing(text: str, start: int) -> int:
    depth = 1
    for offset in range(start, len(text)):
        depth += (text[offset] == "(") - (text[offset] == ")")
        if not depth:
            return offset
    return -1


def parameter_of(text: str, sign: str = "=") -> tuple[str, Parameter]:
    """Return the name of a parameter, "" if it has none, and what it declares."""
    escaped = text.replace("=>", "\0") if sign == "=" else text.replace(sign, "\1")
    declared, *default = top_level(escaped, "=" if sign == "=" else "\1")
    declared = declared.replace("\0", "=>")
    variadic = "..." in declared or declared.startswith("*")
    optional = bool(default) or bool(re.match(r"[\w$]+\?\s*(:|$)", declared))
    declared = declared.replace("...", " ").strip()
    if annotated := _ANNOTATED.match(declared.lstrip("*")):
        type_ = declared.lstrip("*")[annotated.end() :]
        label = annotated[0].split()[0].rstrip(":?")
        return annotated[1], Parameter(type_.strip(), optional, variadic, "" if label == "_" else label)
    named = _NAMED.match(declared)
    name = re.search(r"([\w$]+)(?:\[\])*\Z", declared)
    return name[1] if name else "", Parameter(
        f"{named[1].strip()}{named[2]}" if named else declared, optional, variadic
    )


def labelled(found: tuple[Parameter, ...] | None, labels: list[str]) -> bool:
    """Tell whether a call whose arguments bear these labels fits."""
    if found is None:
        return True
    number = 0
    for label in labels:
        while number < len(found) and found[number].label != label:
            if not found[number].optional and not found[number].variadic:
                return not label and number > 0 and found[number - 1].variadic
            number += 1
        if number == len(found):
            return not label and found[-1].variadic if found else False
        number += 1
    return True


def accepts(found: tuple[Parameter, ...] | None, count: int) -> bool:
    """Tell whether a call with `count` arguments fits."""
    if found is None:
        return True
    required = sum(1 for parameter in found if not parameter.optional and not parameter.variadic)
    return required <= count and (count <= len(found) or any(parameter.variadic for parameter in found))
