"""Whether a line has a name as a whole: `check` is not in `checked`, nor Ruby's in `check?`, nor `<<` in `<<=`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from codeqa import languages

_JOINERS = "\u200c\u200d"  # nobody sees them, and they may stand in a name
_OPERATORS = (
    "=== !== <=> <<= >>= >>> >>>= **= ** &&= ||= ??= ?? // //= ... ..= ..< .. => -> |> <| :: := == != <= >= << >> "
    "+= -= *= /= %= &= |= ^= && || ++ -- ++= --= =~ !~ ~= ->* .* <- <> []= !!"
).split()
_OPERATOR = re.compile(r"(?:(?:.*\W)?operator\s*|\w+(?==))?[^\w\s`'\"]+\Z", re.S)  # `<<`, `operator<<`, `name=`


@dataclass(frozen=True, slots=True)
class Spelling:
    """What may stand in a name of one language beside what Unicode lets stand in identifiers.

    `letters`: anywhere in it. `endings`: at its end.
    """

    letters: str = ""
    endings: str = ""

    def has(self, text: str, name: str) -> bool:
        """Tell whether a line has a name that does not begin or end in the middle of another."""
        at = text.find(name) if name else -1
        while at >= 0:
            if not self._cut(text, name, at) and not self._cut(text, name, at + len(name)):
                return True
            at = text.find(name, at + 1)
        return False

    def lacking(self, text: str, name: str) -> str:
        """Return "" if a line has a name, or its last part where that is qualified; else what it does not have."""
        name = name.strip()
        last = re.split(rf"[^\w{re.escape(self.letters + self.endings + _JOINERS)}]+", name)[-1] or name
        return "" if self.has(text, name) or self.has(text, last) else last

    def _cut(self, text: str, name: str, at: int) -> bool:
        """Tell whether an end of a name in a line, before the character at `at`, is in the middle of a longer name."""
        before, behind = text[at - 1 : at] if at else "", text[at : at + 1]
        if not before or not behind:
            return False
        if _OPERATOR.match(name) and _in_operator(text, at):
            return True
        if not self._is_letter(before):
            return False
        if behind in self.endings:
            return text[at + 1 : at + 2] != "="  # `a!= b`
        if not self._is_letter(behind):
            return False
        if text[at - 2 : at] in _ESCAPES:  # "\nname"
            return False
        if behind == "$" and text[at + 1 : at + 2] == "{":  # an expression in a text
            return False
        return not (behind == "-" and text[: at - len(name)].endswith(("$", "${")))  # the variable of a shell has none

    def _is_letter(self, character: str) -> bool:
        return f"a{character}".isidentifier() or character in self.letters or character in _JOINERS


_ESCAPES = tuple(f"\\{letter}" for letter in "abefnrtv0")


def of(language: str) -> Spelling:
    """Return how names are spelled in a language; one that is not known has no letters of its own."""
    found = languages.load().get(language)
    return Spelling(found.text.letters, found.text.endings) if found is not None else Spelling()


def _in_operator(text: str, at: int) -> bool:
    """Tell whether an operator of a line begins before a position and ends behind it."""
    return any(
        text.startswith(operator, start)
        for operator in _OPERATORS
        for start in range(max(at - len(operator) + 1, 0), at)
    )
