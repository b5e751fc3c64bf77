"""What comes from a repository, made safe to show: no byte of it commands a terminal or reorders a line.

Control characters (C0 but line feed and tab, DEL, C1), bidirectional controls, invisible format characters, the line
separators of Unicode and lone surrogates (bytes of a file name that are no UTF-8) become visible escapes.
"""

from __future__ import annotations

import re

_UNSAFE = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but \t and \n, DEL, C1
    "\u00ad\u061c\u180e"  # soft hyphen, Arabic letter mark, Mongolian vowel separator
    "\u200b\u200e\u200f"  # zero width space, direction marks
    "\u2028-\u202e\u2060-\u206f"  # line and paragraph separators, embeddings, overrides, isolates, invisible operators
    "\ufeff\ufff9-\ufffb"  # byte order mark, interlinear annotation
    "\ud800-\udfff"
    "\U000e0000-\U000e0fff"  # tags and variation selectors beyond the first sixteen
    "]"
)
_NAMED = {"\r": "\\r", "\n": "\\n", "\x1b": "\\e", "\x07": "\\a", "\x08": "\\b", "\x0c": "\\f", "\x0b": "\\v"}


def text(value: str) -> str:
    """Return text of any number of lines; a line may end in CR LF."""
    return _UNSAFE.sub(_visible, value.replace("\r\n", "\n"))


def line(value: str) -> str:
    """Return text of one line: line feeds become visible too."""
    return _UNSAFE.sub(_visible, value).replace("\n", "\\n")


def _visible(match: re.Match[str]) -> str:
    character = match[0]
    code = ord(character)
    if character in _NAMED:
        return _NAMED[character]
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a file name, as Python carries it
        return f"\\x{code - 0xDC00:02x}"
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
