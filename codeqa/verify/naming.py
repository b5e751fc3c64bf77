"""What the names in a sentence mean, and what stands in the lines that it cites."""

from __future__ import annotations

import re
from collections.abc import Sequence

from codeqa import files
from codeqa.domain import CALLABLE, CLASS_LIKE, Citation, Symbol
from codeqa.tools import Tools
from codeqa.verify.facts import words_of
from codeqa.verify.recorded import speakable, storable
from codeqa.verify.stated import Name

_SEPARATOR = re.compile(r"::|->|#|/")
_NAME = re.compile(r"[^\W\d]?[\w$@]+(?:(?:\.|::|->|#|/)[\w$-]+)*(?:\(\))?\Z")
_SPACE = re.compile(r"\s+")
DATA = frozenset({"field", "property", "variable", "constant", "enum_member", "key"})
_GROUPS = {
    "function": CALLABLE,
    "method": CALLABLE,
    "constructor": CALLABLE,
    "macro": CALLABLE,
    "test": CALLABLE,
    "module": frozenset({"module"}),
    **dict.fromkeys(("class", "type", "struct", "interface", "trait", "enum", "namespace"), CLASS_LIKE),
    **dict.fromkeys(("field", "property", "variable", "constant", "enum_member", "key"), DATA),
}
_KINDS = {
    "function": frozenset({"function", "method", "constructor"}),
    "method": frozenset({"method", "constructor", "property"}),
    "type": CLASS_LIKE,
}


class Named:
    """The names of one text, over the lines that it cites."""

    def __init__(self, tools: Tools, citations: Sequence[Citation]) -> None:
        self.tools = tools
        self.citations = [c for c in citations if storable(c.path)]
        self._lines: dict[str, list[str]] = {}

    # ---------------------------------------------------------------------------------------------------------- bytes

    def cited(self) -> list[str]:
        """Return the text of each citation, as it stands there now."""
        texts = []
        for citation in self.citations:
            lines = self.lines(citation.path)
            texts.append("\n".join(lines[max(citation.start_line - 1, 0) : max(citation.end_line, 0)]))
        return texts

    def lines(self, path: str) -> list[str]:
        """Return the lines of a file as it is now, none if it cannot be read."""
        if path not in self._lines:
            source = files.read(self.tools.root, path, self.tools.settings)
            text = "" if isinstance(source, files.Skip) else source.data.decode("utf-8", "replace")
            self._lines[path] = text.split("\n")
        return self._lines[path]

    def body(self, symbol: Symbol) -> str:
        """Return the lines of a definition."""
        return "\n".join(self.lines(symbol.span.path)[symbol.span.start_line - 1 : symbol.span.end_line])

    def says(self, quote: str) -> bool:
        """Tell whether cited lines have a text, to the character; white space and the marks of comments aside."""
        return bool(self.having(quote))

    def having(self, quote: str) -> list[Citation]:
        """Return the citations whose lines have a text."""
        return [c for c, text in zip(self.citations, self.cited(), strict=True) if holds(text, quote)]

    def covers(self, path: str, line: int) -> bool:
        """Tell whether a citation has a line."""
        return any(c.path == path and c.start_line <= line <= c.end_line for c in self.citations)

    # ---------------------------------------------------------------------------------------------------------- names

    def is_path(self, text: str) -> bool:
        """Tell whether a text is the path of a file that is indexed."""
        if not text or not speakable(text):
            return False
        record = self.tools.store.file(text)
        return record is not None and not record.skip

    def missing(self, text: str) -> str:
        """Say what is wrong with a name in back-ticks, "" if it exists as a symbol or in the cited lines.

        What is no name (an expression, a line of code) is judged where it is used.
        """
        if not speakable(text) or not _NAME.match(text):
            return ""
        bare = text.removesuffix("()")
        if self.is_path(bare) or self.says(bare):
            return ""
        if self.tools.store.symbols_named(text) or self.tools.store.symbols_qualified(text):  # a title; an operator()
            return ""
        last = re.split(r"[./#]|::|->", bare)[-1]
        if any(s.name == last or s.kind == "module" for s in self.tools.candidates(bare)):
            return ""
        return f"no symbol is named {text}, and the cited lines do not have it"

    def meant(self, name: Name) -> list[Symbol]:
        """Return what a name may mean: those that the citations are about, else the likeliest; exactly its letters."""
        text = name.text.strip().removesuffix("()")
        if not text or not speakable(text):
            return []
        dotted = _SEPARATOR.sub(".", text).strip(".")
        named = self.tools.candidates(text) or self.tools.store.symbols_qualified(name.text)
        found = [s for s in named if self._exactly(s, text, dotted) or s.label == name.text]
        if name.owner:
            owner = _SEPARATOR.sub(".", name.owner.removesuffix("()"))
            found = [s for s in found if f".{s.label.rpartition('.')[0]}".endswith(f".{owner}")]
        about = [s for s in found if any(self._about(s, c) for c in self.citations)]
        if about and len(found) > 1:
            return about
        likely = {s.id for s in self.tools.leading(text)}
        return [s for s in found if s.id in likely] or found

    @staticmethod
    def _exactly(symbol: Symbol, text: str, dotted: str) -> bool:
        if text in (symbol.id, symbol.span.path):
            return True
        if symbol.kind == "module":
            bare = re.sub(r"/(?:__init__|index|mod|lib)$", "", "/" + symbol.span.path.rpartition(".")[0])
            return f"/{symbol.span.path}".endswith(f"/{text}") or bare.endswith("/" + dotted.replace(".", "/"))
        label = _SEPARATOR.sub(".", symbol.label)
        return f".{label}".endswith(f".{dotted}") or f".{dotted}".endswith(f".{label}")

    @staticmethod
    def _about(symbol: Symbol, citation: Citation) -> bool:
        span = symbol.span
        return (
            span.path == citation.path and span.start_line <= citation.end_line and citation.start_line <= span.end_line
        )

    # ---------------------------------------------------------------------------------------------------------- kinds

    def is_a(self, symbol: Symbol, kind: str) -> bool:
        """Tell whether a word for a kind is true of a symbol, in the widest sense."""
        if kind == "test":
            return self.tools.is_test(symbol)
        return symbol.kind == kind or symbol.kind in _KINDS.get(kind, ())

    @staticmethod
    def is_no(symbol: Symbol, kind: str) -> bool:
        """Tell whether a word for a kind is false of a symbol: a class is no function."""
        return bool(kind) and kind in _GROUPS and symbol.kind != kind and symbol.kind not in _GROUPS[kind]


def holds(text: str, quote: str) -> bool:
    """Tell whether a text has a quote that begins and ends with whole words."""
    wanted = _SPACE.sub(" ", quote).strip()
    if not wanted:
        return False
    before = r"(?<!\w)" if wanted[0].isalnum() or wanted[0] == "_" else ""
    after = r"(?!\w)" if wanted[-1].isalnum() or wanted[-1] == "_" else ""
    pattern = re.compile(before + re.escape(wanted) + after)
    return bool(pattern.search(_SPACE.sub(" ", text)) or pattern.search(words_of(text)))
