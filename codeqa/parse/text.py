"""Small pure functions on source text: chains, signatures, doc comments."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from inspect import cleandoc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codeqa.languages import Scopes

MAX_CHAIN = 160
MAX_CHOICE = 400
MAX_CHAINS = 65536  # that are remembered
MAX_SIGNATURE = 240
MAX_DOC = 1600

_SIMPLE = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*\Z")
_STEP = re.compile(r"[\w$#@.\[\]()]+\Z")
_PREFIX = re.compile(r"(?:(?:new|await|typeof|move|yield|mut)\s+|[&*!]+\s*)+")
_MAKER = re.compile(r"(?:\w+(?:::|\.))*\b(\w+)\s*[<(]")
_MADE = re.compile(r"\s*[\"']?(?:(?:const|struct|class|typename)\s+|\*)*([^\W\d]\w*(?:(?:::|\.)\w+)*)")
_LOGICAL_LINE = re.compile(rb"(?:[^\n\\]|\\(?:\r?\n|.|\Z))*(?:\n|\Z)")
_ALIEN = re.compile("[\udc80-\udcff]")  # bytes that are not UTF-8, as Python escapes them
_NOT_NEWLINE = re.compile(rb"[^\r\n]")
_NAME = re.compile(rb"[A-Za-z_]\w*")
_BRACKET_OR_STRING = re.compile(r"[()\[\]{}]|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`")
_SPACE = re.compile(r"\s+")
_LISTS = re.compile(r"\(\)(?:\(\))+")


class Chains(dict[str, str]):
    """`chain` by text as written, for the rules of one language. Emptied when it grows too large."""

    def __init__(self, rules: Scopes) -> None:
        self._rules = rules

    def __missing__(self, text: str) -> str:
        if len(self) >= MAX_CHAINS:
            self.clear()
        rules = self._rules
        found = chain(rooted(text, rules.root), rules.separators, rules.makers, rules.casts)
        self[text] = found = _LISTS.sub("()", found) if rules.curried else found
        return found


@cache
def chains(rules: Scopes) -> Chains:
    """Return the chains of a language as they have been asked for."""
    return Chains(rules)


def chain(
    text: str, separators: tuple[str, ...], makers: frozenset[str] = frozenset(), casts: tuple[str, ...] = ()
) -> str:
    """Normalise an expression to a receiver chain: `a.b()`, `self.x[]`; "?" if it is none.

    Argument lists become "()", subscripts "[]", type arguments vanish, `T{...}` becomes `T()`, and so does the call of
    a maker: `new(T)`, `make_unique<T>(...)`, and a cast, whose patterns have the type in group 1: `((T) x)`.
    """
    if len(text) <= MAX_CHAIN and _SIMPLE.match(text):
        return text
    text = text.strip()
    prefix = _PREFIX.match(text)
    text = text[prefix.end() :] if prefix else text
    text = _strip_parens(_uncast(text, casts) if casts else text)
    if len(text) > 4000:
        return "?"
    flat = _flatten(_made(text, makers) if makers else text)
    for separator in separators:
        if separator != ".":
            flat = flat.replace(separator, ".")
    flat = _SPACE.sub("", flat).replace("!.", ".").replace("![", "[").replace("..", ".").lstrip(".").rstrip("!.")
    return flat if len(flat) <= MAX_CHAIN and _STEP.match(flat) and flat[0] not in "([0123456789" else "?"


@lru_cache(maxsize=64)
def _roots(roots: tuple[str, ...]) -> re.Pattern[str]:
    marks = "|".join(map(re.escape, roots))
    bare = "|".join(re.escape(root.rstrip(":.")) for root in roots)
    return re.compile(rf"(?<![\w)\]])(?:{marks})(?=\w)|\A(?:{marks}|{bare})\Z")


def rooted(text: str, roots: tuple[str, ...]) -> str:
    """Write "@." for what says that a name starts in the outermost namespace, "@" where nothing follows."""
    if not roots:
        return text
    return _roots(roots).sub(lambda match: "@." if match.end() < len(text) else "@", text)


_QUOTED = re.compile(r"""'[^'\n]*'|"[^"\n]*\"""")
_BRACKETED = re.compile(r"[(\[{][^()\[\]{}]*[)\]}]")


def choice(text: str, patterns: tuple[str, ...], read: Callable[[str], str]) -> str:
    """Return the chains of what an expression may be, with "|" between them: `a or b()`; "?" if it is no such choice.

    `read` makes a chain of a text; what is none is left out.
    """
    if " " not in text or len(text) > MAX_CHOICE:
        return "?"
    text = text.strip()
    while text[:1] == "(" and _closing(text, 0) == len(text) - 1:
        text = text[1:-1].strip()
    plain = _outside(text)
    for pattern in patterns:
        if (match := re.fullmatch(pattern, plain, re.DOTALL)) is not None:
            parts = (text[slice(*match.span(group))].strip() for group in range(1, len(match.groups()) + 1))
            options = []
            for part in parts:
                inner = choice(part, patterns, read)
                options += inner.split("|") if inner != "?" else [read(part)]
            flat = "|".join(option for option in dict.fromkeys(options) if option not in ("?", ""))
            return flat if 0 < len(flat) <= MAX_CHAIN else "?"
    return "?"


def _outside(text: str) -> str:
    """Blank what stands in quotes and brackets, to see which words stand outside of them."""
    for pattern in (_QUOTED, _BRACKETED):
        found = 1
        while found:
            text, found = pattern.subn(lambda match: "_" * len(match[0]), text)
    return text


def wraps(value: str, name: str) -> bool:
    """Tell whether `name = f(.., name, ..)` decorates a function or class by hand."""
    return name in value and re.search(rf"[(,]\s*{re.escape(name)}\s*[,)]", value) is not None


def _uncast(text: str, casts: tuple[str, ...]) -> str:
    """Replace a cast that a text begins with by what makes an object of its type."""
    for pattern in casts:
        if match := re.match(pattern, text):
            end = _closing(text, 0) if text[0] == "(" else match.end() - 1
            return f"{match[1]}(){text[end + 1 :]}" if end > 0 else text
    return text


def _made(text: str, makers: frozenset[str]) -> str:
    """Replace the calls of makers by those of the types that they make."""
    numbers = _arguments(makers)
    for match in reversed([m for m in _MAKER.finditer(text) if m[1] in numbers]):
        opening = match.end() - 1
        end = _closing(text, opening) if text[opening] == "(" else _closing_angle(text, opening)
        first = _argument(text, opening + 1, numbers[match[1]]) if text[opening] == "(" else opening + 1
        made = _MADE.match(text[first:end]) if end > 0 else None
        if made is None:
            continue
        if text[opening] == "<":
            following = end + 1 + len(text[end + 1 :]) - len(text[end + 1 :].lstrip())
            end = _closing(text, following) if text[following : following + 1] == "(" else -1
        if end > 0:
            text = f"{text[: match.start()]}{made[1]}(){text[end + 1 :]}"
    return text


@lru_cache(maxsize=64)
def _arguments(makers: frozenset[str]) -> dict[str, int]:
    """Return which argument, from 1 on, says what each maker makes: "new" the first, "setmetatable 2" the second."""
    split = (maker.partition(" ") for maker in makers)
    return {name: int(number or 1) for name, _, number in split}


def _argument(text: str, start: int, number: int) -> int:
    """Return where an argument of a list begins whose first one starts at `start`; the end of the text for none."""
    offset = start
    while number > 1 and offset < len(text):
        if text[offset] == ",":
            number -= 1
        elif text[offset] in "([{":
            offset = max(offset, _closing(text, offset))
        elif text[offset] in ")]}":
            return len(text)
        offset += 1
    return offset


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
    for match in _BRACKET_OR_STRING.finditer(text, start):
        if match[0] in "([{":
            depth += 1
        elif match[0] in ")]}":
            depth -= 1
            if not depth:
                return match.start()
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


def readable(data: bytes) -> bytes:
    """Return the bytes with `_` in place of each that is not UTF-8: the parser hands all text on as UTF-8."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return _ALIEN.sub("_", data.decode("utf-8", "surrogateescape")).encode()
    return data


def spaced(data: bytes, patterns: tuple[re.Pattern[bytes], ...]) -> bytes:
    """Return the bytes with all that the patterns match as spaces; lines stay."""
    for pattern in patterns:
        data = pattern.sub(lambda match: _NOT_NEWLINE.sub(b" ", match[0]), data)
    return data


def without_noise(
    data: bytes, noise: tuple[re.Pattern[bytes], ...], comments: tuple[bytes, ...] = ()
) -> tuple[bytes, list[tuple[int, int]]]:
    """Return the bytes with group 1 of each match as spaces, no byte moved, and where the names lie that went.

    What begins with one of `comments` has no names.
    """
    blanked: list[tuple[int, int]] = []
    for pattern in noise:
        found = [match.span(1) for match in pattern.finditer(data)]
        if not found:
            continue
        seen = bytearray(data)
        for start, end in found:
            seen[start:end] = bytes(byte if byte in b"\r\n" else 0x20 for byte in data[start:end])
            if not data.startswith(comments, start) and (name := _NAME.search(data, start, end)):
                blanked.append(name.span())
        data = bytes(seen)
    return data, blanked


def with_ends(data: bytes, ends: tuple[re.Pattern[bytes], ...]) -> bytes:
    """Return the bytes with a semicolon in place of group 1 of each match, a single byte."""
    seen = bytearray(data)
    for pattern in ends:
        for match in pattern.finditer(data):
            seen[match.start(1)] = 0x3B
    return bytes(seen)


def first_branches(
    data: bytes,
    rules: tuple[re.Pattern[bytes], ...],
    around: Sequence[tuple[int, int]],
    whole: Sequence[tuple[int, int]] = (),
) -> bytes:
    """Return the bytes where the innermost conditional text at each of the ranges is its first branch; no byte moves.

    `rules` match the lines that open, switch and close a conditional; those, and the other branches, become spaces.
    A conditional that holds one of the ranges `whole`, and in it what it should be the reason of, is not.
    """
    seen = bytearray(data)
    open_ = list(around)
    for start, directives, end in _conditionals(data, rules):
        rest = [(first, last) for first, last in open_ if first >= end or start > last]
        if len(rest) == len(open_):
            continue
        held = [(first, last) for first, last in whole if start <= first and last <= end]
        blamed = [r for r in open_ if r not in rest and not any(a <= r[0] and r[1] <= b for a, b in held)]
        open_ = rest
        if not blamed:
            continue
        later = directives[1][0] if len(directives) > 2 else directives[-1][0]
        for a, b in (directives[0], (later, directives[-1][1])):
            seen[a:b] = _NOT_NEWLINE.sub(b" ", seen[a:b])
    return bytes(seen)


def switched(
    data: bytes, rules: tuple[re.Pattern[bytes], ...], asks: tuple[re.Pattern[bytes], ...]
) -> list[tuple[int, int, str]]:
    """Return (start, end, condition) of each branch that one name alone decides: "if=NAME", "unless=NAME".

    `asks` match the directives that want a name to be set, and those that want it not to be; group 1 is the name.
    """
    found: list[tuple[int, int, str]] = []
    for _, directives, _ in _conditionals(data, rules):
        refused: list[str] = []  # what holds in a branch since those before it were not taken
        for number, (start, end) in enumerate(directives[:-1]):
            line, last = data[start:end], directives[number + 1][0]
            wanted, unwanted = (
                next((m[1].decode("utf-8", "replace") for m in (ask.match(line),) if m), "") for ask in asks
            )
            found += [(end, last, condition) for condition in refused]
            if wanted or unwanted:
                found.append((end, last, f"if={wanted}" if wanted else f"unless={unwanted}"))
                refused.append(f"unless={wanted}" if wanted else f"if={unwanted}")
    return found


def _conditionals(
    data: bytes, rules: tuple[re.Pattern[bytes], ...]
) -> Iterator[tuple[int, list[tuple[int, int]], int]]:
    """Yield (start, lines of directives, end) of each conditional, the inner ones first."""
    opening, switch, closing = rules
    stack: list[list[tuple[int, int]]] = []
    for match in _LOGICAL_LINE.finditer(data):
        line = match[0]
        if opening.match(line):
            stack.append([match.span()])
        elif stack and switch.match(line):
            stack[-1].append(match.span())
        elif stack and closing.match(line):
            found = [*stack.pop(), match.span()]
            yield found[0][0], found, found[-1][1]


def qualified(data: bytes, where: tuple[int, int], flat: str, word: str) -> str:
    """Return the text of a type at a range, behind the word that makes what has it unchangeable if that is there."""
    if not word or flat.startswith(f"{word} "):
        return flat
    token = rb"\b" + word.encode() + rb"\b"
    before, behind = data[max(0, where[0] - 40) : where[0]], data[where[1] : where[1] + 40]
    whole = re.search(token + rb"\s+\Z", before) or re.match(rb"\s*" + token, behind)
    return f"{word} {flat}" if whole else flat


def signature(text: str) -> str:
    """Collapse a definition's head to one line."""
    flat = _SPACE.sub(" ", text).strip().rstrip(":{=").rstrip()
    flat = flat.removesuffix("=>").rstrip()
    return flat if len(flat) <= MAX_SIGNATURE else flat[: MAX_SIGNATURE - 1] + "…"


def string_content(text: str) -> str:
    """Return the text of a string literal used as documentation."""
    body = re.sub(r"\A[A-Za-z]{0,2}(\"\"\"|'''|\"|')", "", text)
    quote = re.search(r"(\"\"\"|'''|\"|')\Z", body)
    return _cut(cleandoc(body[: quote.start()] if quote else body).rstrip())


@lru_cache(maxsize=64)
def _markers(line: tuple[str, ...], block: tuple[tuple[str, str], ...]) -> re.Pattern[str]:
    opening = [re.escape(start) + r"[*!]*" for start, _ in block] + [re.escape(mark) + r"[/!*#]*" for mark in line]
    closing = "|".join(re.escape(end) for _, end in block)
    return re.compile(
        rf"^[ \t]*(?:{'|'.join(opening)}|\*(?!/))? ?|(?:[ \t]*\**(?:{closing}))[ \t]*$"
        if closing
        else rf"^[ \t]*(?:{'|'.join(opening)})? ?",
        re.M,
    )


def comment_content(text: str, line: tuple[str, ...], block: tuple[tuple[str, str], ...]) -> str:
    """Return the words of a comment, its markers stripped."""
    return _cut(cleandoc(_markers(line, block).sub("", text)).strip())


def _cut(text: str) -> str:
    return text if len(text) <= MAX_DOC else text[: MAX_DOC - 1] + "…"
