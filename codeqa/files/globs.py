"""Globs of ignore files as regular expressions that cannot be made slow.

A hostile `*a*a*a*…` must not stall a scan, so every star but the last of a component is atomic: for a component made of
fixed-length pieces the earliest match is always good enough, the argument by which the standard library's `fnmatch`
does the same. Braces are literal and `[` classes never match a slash, as in git.
"""

from __future__ import annotations

import re

_POSIX = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": " \\t",
    "digit": "0-9",
    "lower": "a-z",
    "punct": "!-/:-@\\[-`{-~",
    "space": "\\s",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}


class BadGlob(ValueError):
    """A glob that can match nothing: an open bracket, a trailing backslash, a reversed range."""


def translate(glob: str, *, anchored: bool = False) -> str:
    """Return a regular expression, for `fullmatch` against a path relative to the glob's folder.

    `glob` has no leading or trailing slash. Without a slash it matches a name at any depth, unless it is `anchored`;
    `**` as a whole component matches any number of folders. Raises BadGlob.
    """
    components = glob.split("/")
    if len(components) == 1 and not anchored:
        components = ["**", *components]
    inside = components[-1] == "**"
    if inside:
        components.pop()
    groups: list[list[str]] = [[]]
    for component in components:
        if component == "**":
            groups.append([])
        else:
            groups[-1].append(_component(component))
    expression = "".join(f"{part}/" for part in groups[0]) if len(groups) > 1 else ""
    for group in groups[1:-1]:
        if group:
            expression += "(?>(?:[^/]++/)*?" + "".join(f"{part}/" for part in group) + ")"
    if len(groups) > 1:
        expression += "(?:[^/]++/)*"
    tail = "/".join(groups[-1])
    if inside:
        tail = f"{tail}/.+" if tail else ".+"
    elif not groups[-1]:
        raise BadGlob(glob)
    return "(?s:" + expression + tail + ")"


def _component(text: str) -> str:
    """Translate one path component, which matches no slash."""
    pieces = [""]
    position = 0
    while position < len(text):
        char = text[position]
        position += 1
        if char == "*":
            if pieces[-1] or len(pieces) == 1:
                pieces.append("")
        elif char == "?":
            pieces[-1] += "[^/]"
        elif char == "[":
            expression, position = _bracket(text, position)
            pieces[-1] += expression
        elif char == "\\":
            if position == len(text):
                raise BadGlob(text)
            pieces[-1] += re.escape(text[position])
            position += 1
        else:
            pieces[-1] += re.escape(char)
    if len(pieces) == 1:
        return pieces[0]
    first, *middle, last = pieces
    return first + "".join(f"(?>[^/]*?{piece})" for piece in middle) + "[^/]*" + last


def _bracket(text: str, position: int) -> tuple[str, int]:
    """Translate the class that opens before `position`; return it and the position behind its end."""
    negated = text[position : position + 1] in {"!", "^"}
    position += negated
    body = ""
    start = position
    while True:
        if position >= len(text):
            raise BadGlob(text)
        char = text[position]
        if char == "]" and position > start:
            break
        if char == "[" and text.startswith("[:", position):
            name, _, rest = text[position + 2 :].partition(":]")
            if name not in _POSIX:
                raise BadGlob(text)
            body += _POSIX[name]
            position = len(text) - len(rest)
            continue
        if char == "\\" and position + 1 < len(text):
            position += 1
            char = text[position]
            body += "\\" + char if not char.isalnum() else char
        elif char == "-" and position > start and text[position + 1 : position + 2] not in {"", "]"}:
            body += "-"
        else:
            body += "\\" + char if not char.isalnum() and char.isascii() else char
        position += 1
    expression = f"(?!/)[{'^' if negated else ''}{body}]"
    try:
        re.compile(expression)
    except re.error as error:
        raise BadGlob(text) from error
    return expression, position + 1
