"""A sentence as tokens: names written as code, places, quotes, numbers, words. What is none of these is `odd`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

NUMBERS = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen twenty".split()
    )
}
_TOKEN = re.compile(
    r"""
      (?P<fence>(?:```|~~~).*)
    | (?<!`)(?P<ticks>`)(?P<code>[^`]+)`(?!`)
    | (?P<quote>(?<!\w)"[^"\n]+"(?!\w)|“[^”\n]+”)
    | (?P<cite>\[\d+(?:,\s*\d+)*\])
    | (?P<place>[\w@+-][\w./@+-]*:\d+(?:[-–]\d+)?(?![\w.]*\w))
    | (?P<not>(?:[Dd]oes|[Dd]o|[Ii]s|[Aa]re|[Hh]as)n[’']t\b)
    | (?P<bare>(?:[^\W\d]|\$)[\w$]*(?:(?:\.|::|->|\#|/)[\w$-]+)+(?:\(\))?|[^\W\d][\w$]*\(\)|(?:[^\W\d]|\$)[\w$]*)
    | (?P<number>\d{1,9}(?![\w.]*\w))
    | (?P<mark>→|->|[,;:().!])
    | (?P<emphasis>\*{1,2})
    | (?P<space>\s+)
    | (?P<odd>.)
    """,
    re.X | re.S,
)
_PLACE = re.compile(r"(?P<path>.+):(?P<start>\d{1,9})(?:[-–](?P<end>\d{1,9}))?\Z", re.S)
_WORD = re.compile(r"[A-Za-z]+\Z")
_WRITTEN_AS_CODE = re.compile(r"[._$#:()/]|[a-z0-9][A-Z]|\d")
_BULLET = re.compile(r"(?m)^\s*(?:[-*+]|\d+[.)])\s+")


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of a sentence.

    `kind`: code (in back-ticks), bare (a name without), path (a file of the repository), place (a path and its lines),
    quote, number, word (in lower case), mark or odd.
    """

    kind: str
    text: str
    start: int = 0  # line of a place, value of a number
    end: int = 0


def tokens(text: str, is_path: Callable[[str], bool]) -> list[Token]:
    """Split a text. `is_path` tells whether a text is the path of a file of the repository."""
    found: list[Token] = []
    for match in _TOKEN.finditer(_BULLET.sub(" ", text)):
        kind = match.lastgroup or ""
        if kind in ("cite", "space", "emphasis"):
            continue
        if kind == "not":
            found += [Token("word", match[0][:-3].lower()), Token("word", "not")]
            continue
        written = match["code"] if match["ticks"] else match[0]
        found.append(_token("code" if match["ticks"] else kind, written, is_path))
    return found


def _token(kind: str, text: str, is_path: Callable[[str], bool]) -> Token:
    if kind in ("code", "place") and (match := _PLACE.match(text)) and is_path(match["path"]):
        start = int(match["start"])
        return Token("place", match["path"], start, int(match["end"] or start))
    if kind in ("code", "bare") and is_path(text):
        return Token("path", text)
    if kind == "code":
        return Token("odd" if hidden(text) else "code", text)
    if kind == "bare":
        if _WORD.match(text) and not _WRITTEN_AS_CODE.search(text):
            number = NUMBERS.get(text.lower())
            return Token("word", text.lower()) if number is None else Token("number", text, number)
        return Token("bare", text)
    if kind == "number":
        return Token("number", text, int(text))
    if kind == "quote":
        return Token("quote", text[1:-1])
    return Token("mark", "→" if text == "->" else text) if kind == "mark" else Token("odd", text)


def hidden(text: str) -> bool:
    """Tell whether a text holds what no reader sees: controls, directions, joiners."""
    return any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co") and c not in "\n\t" for c in text)


def sentences(found: list[Token]) -> list[list[Token]]:
    """Split at the ends of sentences; parts of a list that semicolons separate are sentences too."""
    whole: list[list[Token]] = [[]]
    for token in found:
        if token.kind == "mark" and token.text in (".", "!", ";"):
            whole.append([])
        else:
            whole[-1].append(token)
    return [each for each in whole if each]
