"""What comes from a repository, made safe to show: no byte of it commands a terminal or reorders a line.

Control characters (C0 but line feed and tab, DEL, C1), bidirectional controls, characters that nobody sees, the line
separators of Unicode and lone surrogates (bytes of a file name that are no UTF-8) become visible escapes. So do joiners
and selectors where they join and select nothing, and signs that are piled higher than any script piles them.
"""

from __future__ import annotations

import re

_PILED = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"  # combining marks
_HIGHEST = 8  # of them on one letter: a terminal draws more over other lines, or is slow
_NEVER = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but \t and \n, DEL, C1
    "\u00ad\u061c"  # soft hyphen, Arabic letter mark
    "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"  # letters and marks without a shape: names that look alike
    "\u180b-\u180f"  # Mongolian selectors, vowel separator
    "\u200b\u200e\u200f"  # zero width space, direction marks
    "\u2028-\u202e\u2060-\u206f"  # ends of lines, embeddings, isolates, invisible operators
    "\ufeff\ufff0-\ufffb\ufffe\uffff"  # byte order mark, interlinear annotation, what no character has
    "\ud800-\udfff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # controls of shorthand and of music
    "\U000e0000-\U000e0fff"  # tags and variation selectors beyond the first sixteen
    "\U0010eeee"  # by which a terminal shows a picture that it was sent before
)
_JOINERS, _SELECTORS = "\u200c\u200d", "\ufe00-\ufe0f"
_UNSAFE = re.compile(
    f"[{_NEVER}]"
    f"|(?<![^\x00-\x7f])[{_JOINERS}\ufe00-\ufe0e]"  # behind what they do not apply to; 1 and \ufe0f begin a keycap
    f"|(?<=[{_JOINERS}])[{_JOINERS}{_SELECTORS}]"  # in a row: bytes are smuggled
    f"|(?<=[{_SELECTORS}])[\u200c{_SELECTORS}]"
    rf"|(?<=[{_PILED}]{{{_HIGHEST}}})[{_PILED}]"
)
_MAY_BE = re.compile(f"[{_NEVER}{_JOINERS}{_SELECTORS}{_PILED}]")  # ten times as fast; most texts have none of these
_MARK = re.compile(r"\[(\s*\d+(?:\s*[,;]\s*\d+)*\s*)\]")
_NAMED = {"\r": "\\r", "\n": "\\n", "\x1b": "\\e", "\x07": "\\a", "\x08": "\\b", "\x0c": "\\f", "\x0b": "\\v"}


def text(value: str) -> str:
    """Return text of any number of lines; a line may end in CR LF."""
    value = value.replace("\r\n", "\n")
    return _UNSAFE.sub(_visible, value) if _MAY_BE.search(value) else value


def line(value: str) -> str:
    """Return text of one line: line feeds become visible too."""
    return (_UNSAFE.sub(_visible, value) if _MAY_BE.search(value) else value).replace("\n", "\\n")


def sentence(value: str) -> str:
    """Return text of one line that can stand among others in Markdown: nothing in it is the mark of a citation.

    Code is left as it is, where no face looks for marks, and does not go on behind the sentence.
    """
    parts = line(value).split("`")
    if len(parts) % 2 == 0:  # one back-tick is alone
        parts[-2:] = [f"{parts[-2]}'{parts[-1]}"]
    parts[::2] = [_MARK.sub(r"[\1\\]", part) for part in parts[::2]]
    return "`".join(parts)


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
