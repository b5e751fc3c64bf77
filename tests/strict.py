"""A terminal that takes nothing but what codeqa is known to write, and says which payload wrote the rest."""

from __future__ import annotations

import base64
import re
import unicodedata

from tests.payloads import named

_COLOUR = r"[34]8;(?:5;\d{1,3}|2;\d{1,3};\d{1,3};\d{1,3})"
_SGR = rf"(?:[0-479]|2[1-57-9]|[349][0-79]|10[0-7]|{_COLOUR})"  # neither blink, 5 and 6, nor conceal, 8
FULL_SCREEN = re.compile(
    rf"\x1b\[(?:{_SGR}(?:;{_SGR})*)?m"  # styles
    r"|\x1b\[\d+;\d+H|\x1b\[H|\x1b\[2J"  # where to write
    r"|\x1b\[\?(?:25|1000|1003|1004|1006|1015|1016|1049|2004|2026|2048|7)[hl]"  # modes
    r"|\x1b\[\?(?:2026|2048)\$p|\x1b\[c|\x1b\[>\d+u|\x1b\[<u|\x1b\[\?u"  # what the terminal can do
    r"|\x1b\]22;(?:default|pointer|text|grab|grabbing|ew-resize|ns-resize)\x07"  # the shape of the mouse pointer
    r"|\r?\n"
)
COPIED = re.compile(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")
LINES = re.compile(r"\x1b\[(?:[0-2]|3[1-6])m|\r\x1b\[2K|\r?\n|\t")  # what a command writes
ENDS = re.compile(r"\r?\n|\t|\x1b\[(?:[0-2]|3[1-6])m")  # what it writes to a pipe; colours where it was told to

UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\U0010eeee")  # letters and marks that nobody sees


def commands(character: str) -> bool:
    """Whether a character does anything but stand there: what no file may bring to a terminal."""
    kind = unicodedata.category(character)
    return (
        kind in {"Cc", "Cs", "Zl", "Zp"}
        or character in UNSEEN
        or (kind == "Cf" and character not in "\u200c\u200d" and not 0x600 <= ord(character) <= 0x8E2)
        or 0xE0000 <= ord(character) <= 0xE0FFF
    )


def foreign(output: bytes, ours: re.Pattern[str], copied: list[str] | None = None) -> list[str]:
    """Return what is not ours in an output, each with the payload that stands before it.

    What is copied (OSC 52) is put into `copied`; where that is None nothing may be.
    """
    text = output.decode("utf-8", "surrogateescape")  # a byte that is no UTF-8 is a surrogate, and foreign
    acting = "".join(re.escape(c) for c in sorted(set(text)) if commands(c))
    found: list[str] = []
    end = 0  # of what is known to be ours
    for at in (match.start() for match in re.finditer(f"[{acting}]", text)) if acting else ():
        if at < end:
            continue
        match = ours.match(text, at)
        if match is None and copied is not None and (match := COPIED.match(text, at)):
            copied.append(base64.b64decode(match[1]).decode())
        if match is None:
            before = shown(text[max(at - 2_000, 0) : at], ours)
            found.append(f"{named(before)}: {text[at : at + 30]!r} after {before[-30:]!r}")
        else:
            end = match.end()
    return found


def shown(output: bytes | str, ours: re.Pattern[str]) -> str:
    """Return what was written, without our sequences."""
    text = output if isinstance(output, str) else output.decode("utf-8", "replace")
    return ours.sub("", COPIED.sub("", text))
