"""Small pure functions on source text: chains, signatures, doc comments."""

from __future__ import annotations

import re
from functools import lru_cache
from inspect import cleandoc

MAX_CHAIN = 160
MAX_SIGNATURE = 240
MAX_DOC = 1600

_SIMPLE = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*\Z")
_STEP = re.compile(r"[\w$#@.\[\]()]+\Z")
_PREFIX = re.compile(r"(?:(?:new|await|typeof|move|yield|mut)\s+|[&*!]+\s*)+")
_BRACKETS = {"(": ")", "[": "]", "{": "}", "<": ">"}
_NOT_NEWLINE = re.compile(rb"[^\r\n]")
_NAME = re.compile(rb"[A-Za-z_]\w*")
_SPACE = re.compile(r"\s+")


@lru_cache(maxsize=65536)
def chain(text: str, separators: tuple[str, ...]) -> str:
    """Normalise an expression to a receiver chain: `a.b()`, `self.x[]`; "?" if it is none.

    Argument lists become "()", subscripts "[]", type arguments vanish, `T{...}` becomes `T()`.
    """
    if _SIMPLE.match(text):
        return text
    text = _strip_parens(_PREFIX.sub("", text.strip(), count=1))
    if len(text) > 4000:
        return "?"
    flat = _flatten(text)
    for separator in separators:
        if separator != ".":
            flat = flat.replace(separator, ".")
    flat = _SPACE.sub("", flat).replace("!.", ".").replace("..", ".").strip(".")
    return flat if len(flat) <= MAX_CHAIN and _STEP.match(flat) and flat[0] not in "([0123456789" else "?"


def _strip_parens(text: str) -> str:
    while text.startswith("("):
        end = _closing(text, 0)
        if end < 0:
            return text
        inner = _PREFIX.sub("", text[1:end].strip(), count=1)
        if not inner or any(char in inner for char in " \n\t,"):
            return text
        text = inner + text[end + 1 :]
    return text


def _closing(text: str, start: int) -> int:
    """Return the offset of the bracket that closes the one at `start`, -1 if none does."""
    depth = 0
    for offset in range(start, len(text)):
        if text[offset] in "([{":
            depth += 1
        elif text[offset] in ")]}":
            depth -= 1
            if not depth:
                return offset
    return -1


def _flatten(text: str) -> str:
    out: list[str] = []
    offset = 0
    while offset < len(text):
        char = text[offset]
        if char in "([{":
            end = _closing(text, offset)
            if end < 0:
                return "?"
            out.append({"(": "()", "[": "[]", "{": "()"}[char])
            offset = end + 1
        elif char == "<" and (end := _closing_angle(text, offset)) > 0:
            offset = end + 1
        else:
            out.append(char)
            offset += 1
    return "".join(out)


def _closing_angle(text: str, start: int) -> int:
    depth = 0
    for offset in range(start, min(len(text), start + 200)):
        char = text[offset]
        if char == "<":
            depth += 1
        elif char == ">" and text[offset - 1] not in "-=":
            depth -= 1
            if not depth:
                return offset
        elif char in ";{}":
            return -1
    return -1


def without_noise(data: bytes, noise: tuple[re.Pattern[bytes], ...]) -> tuple[bytes, list[tuple[int, int]]]:
    """Return the bytes with group 1 of each match as spaces, no byte moved, and where the names lie that went."""
    blanked: list[tuple[int, int]] = []
    for pattern in noise:
        found = [match.span(1) for match in pattern.finditer(data)]
        if not found:
            continue
        seen = bytearray(data)
        for start, end in found:
            seen[start:end] = bytes(byte if byte in b"\r\n" else 0x20 for byte in data[start:end])
            if name := _NAME.search(data, start, end):
                blanked.append(name.span())
        data = bytes(seen)
    return data, blanked


def first_branches(data: bytes, rules: tuple[re.Pattern[bytes], ...]) -> bytes:
    """Return the bytes with conditional directives, and all branches but the first, as spaces; no byte moves."""
    opening, switch, closing = rules
    depth, skipped, continued = 0, 0, False  # `skipped`: the depth of the conditional whose later branch this is
    lines = []
    for line in data.splitlines(keepends=True):
        directive = continued
        if opening.match(line):
            depth, directive = depth + 1, True
        elif depth and switch.match(line):
            skipped, directive = skipped or depth, True
        elif depth and closing.match(line):
            skipped = 0 if skipped == depth else skipped
            depth, directive = depth - 1, True
        continued = directive and line.rstrip().endswith(b"\\")
        lines.append(_NOT_NEWLINE.sub(b" ", line) if directive or skipped else line)
    return b"".join(lines)


def signature(text: str) -> str:
    """Collapse a definition's head to one line."""
    flat = _SPACE.sub(" ", text).strip().rstrip(":{=").rstrip()
    flat = flat.removesuffix("=>").rstrip()
    return flat if len(flat) <= MAX_SIGNATURE else flat[: MAX_SIGNATURE - 1] + "…"


def string_content(text: str) -> str:
    """Return the text of a string literal used as documentation."""
    body = re.sub(r"\A[A-Za-z]{0,2}(\"\"\"|'''|\"|')", "", text)
    quote = re.search(r"(\"\"\"|'''|\"|')\Z", body)
    return _cut(cleandoc(body[: quote.start()] if quote else body))


@lru_cache(maxsize=64)
def _markers(line: tuple[str, ...], block: tuple[tuple[str, str], ...]) -> re.Pattern[str]:
    opening = [re.escape(start) + r"[*!]*" for start, _ in block] + [re.escape(mark) + r"[/!*#]*" for mark in line]
    closing = "|".join(re.escape(end) for _, end in block)
    return re.compile(rf"^[ \t]*(?:{'|'.join(opening)}|\*(?!/))? ?|(?:[ \t]*\**(?:{closing}))[ \t]*$" if closing else rf"^[ \t]*(?:{'|'.join(opening)})? ?", re.M)


def comment_content(text: str, line: tuple[str, ...], block: tuple[tuple[str, str], ...]) -> str:
    """Return the words of a comment, its markers stripped."""
    return _cut(cleandoc(_markers(line, block).sub("", text)).strip())


def _cut(text: str) -> str:
    return text if len(text) <= MAX_DOC else text[: MAX_DOC - 1] + "…"
