"""Ignore files: gitignore's language, layered as ripgrep layers it.

Written here rather than taken from ripgrep's own `ignore` crate (ignore-python 0.4.2), for two measured reasons. Its
walk opens whatever is called `.gitignore`: a link to /dev/zero, which git will happily clone, aborts the process, and a
FIFO stops it for good. And it is slower than one walk that also yields each file's stat (docs/measurements.md). The
crate stays as the oracle of the tests. Braces are literal, as in git.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from codeqa.files.globs import BadGlob, translate

MAX_PATTERN = 4_096
MAX_RULES = 5_000
"""Rules read of one ignore file; more can only be meant to slow a scan down."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of an ignore file."""

    text: str
    line: int
    negated: bool
    folders_only: bool
    literal: str  # the name it matches, "" if it is no plain name
    whole: str  # the path it matches, relative to the rule's folder, "" if it is no plain path
    suffix: str  # ".pyc" of "*.pyc", "" if it is not of that form
    expression: re.Pattern[str] | None  # of the path relative to the rule's folder

    def matches(self, name: str, path: str, folder: bool) -> bool:
        """Say whether the rule speaks of `path` (relative to the rule's folder), whose last component is `name`."""
        if self.folders_only and not folder:
            return False
        if self.literal:
            return name == self.literal
        if self.whole:
            return path == self.whole
        if self.suffix:
            return name.endswith(self.suffix)
        return self.expression is not None and self.expression.fullmatch(path) is not None


class Rules:
    """The rules of one ignore file. `folder` is its folder's path relative to the root, "" or ending in a slash."""

    __slots__ = ("_folder_length", "_globs", "_literals", "_rules", "_suffixes", "_wholes", "folder", "source")

    def __init__(self, source: str, folder: str, rules: list[Rule]) -> None:
        self.source = source
        self.folder = folder
        self._folder_length = len(folder)
        self._rules = rules[::-1]
        self._literals = {rule.literal for rule in rules if rule.literal}
        self._wholes = {rule.whole for rule in rules if rule.whole}
        self._suffixes = {rule.suffix for rule in rules if rule.suffix}
        globs = [rule.expression.pattern for rule in rules if rule.expression]
        self._globs = re.compile("|".join(globs)).fullmatch if globs else None

    def __bool__(self) -> bool:
        return bool(self._rules)

    def decide(self, name: str, path: str, folder: bool) -> Rule | None:
        """Return the last rule that speaks of `path` (relative to the root), or None."""
        relative = path[self._folder_length :]
        named = name in self._literals or name[name.rfind(".") :] in self._suffixes or relative in self._wholes
        if not named and (self._globs is None or self._globs(relative) is None):
            return None
        for rule in self._rules:
            if rule.matches(name, relative, folder):
                return rule
        return None


def parse(text: str, source: str, folder: str) -> tuple[Rules, list[str]]:
    """Read an ignore file's text. Returns its rules and warnings about lines that can match nothing."""
    return compile_rules(text.removeprefix("\ufeff").split("\n"), source, folder)


def compile_rules(lines: Iterable[str], source: str, folder: str) -> tuple[Rules, list[str]]:
    """Compile lines of gitignore's language. Returns the rules, and warnings about lines that can match nothing."""
    rules: list[Rule] = []
    warnings: list[str] = []
    for number, line in enumerate(lines, 1):
        if len(rules) == MAX_RULES:
            warnings.append(f"{source}: more than {MAX_RULES} rules; the rest is not read")
            break
        try:
            rule = _rule(line, number)
        except BadGlob:
            warnings.append(f"{source}:{number}: a pattern that can match nothing")
            continue
        if rule is not None:
            rules.append(rule)
    return Rules(source, folder, rules), warnings


def _rule(line: str, number: int) -> Rule | None:
    """Compile one line; None for a comment or a blank. Raises BadGlob."""
    text = _strip(line.removesuffix("\r"))
    if not text or text.startswith("#"):
        return None
    negated = text.startswith("!")
    pattern = text[1:] if negated else text
    folders_only = pattern.endswith("/")
    pattern = pattern.removesuffix("/")
    anchored = pattern.startswith("/")
    pattern = pattern.removeprefix("/")
    if not pattern:
        return None
    literal = whole = suffix = ""
    expression = None
    anchored = anchored or "/" in pattern
    if not _MAGIC.search(pattern):
        literal, whole = ("", pattern) if anchored else (pattern, "")
    elif not anchored and _SUFFIX.fullmatch(pattern):
        suffix = pattern[1:]
    elif len(pattern) > MAX_PATTERN:
        raise BadGlob(pattern)
    else:
        expression = re.compile(translate(pattern, anchored=anchored))
    return Rule(text, number, negated, folders_only, literal, whole, suffix, expression)


_MAGIC = re.compile(r"[*?\[\\]")
_SUFFIX = re.compile(r"\*\.[^.*?\[\\]*")


def _strip(line: str) -> str:
    """Drop trailing blanks, unless the last of them is escaped."""
    text = line.rstrip(" \t")
    escapes = len(text) - len(text.rstrip("\\"))
    if escapes % 2 and len(text) < len(line):
        text += line[len(text)]
    return text
