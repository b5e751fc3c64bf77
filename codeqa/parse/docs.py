"""The documentation of a definition: a string in its body, the comments above it, or a node of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codeqa.parse import text

if TYPE_CHECKING:
    import tree_sitter

    from codeqa.languages import Text
    from codeqa.parse.captures import Draft


class Docs:
    """Reads the documentation of the definitions of one file."""

    def __init__(self, rules: Text, data: bytes) -> None:
        self.rules = rules
        self.data = data

    def of(self, draft: Draft) -> str:
        """Return the documentation of a definition without its markers, "" if it has none."""
        rules = self.rules
        if draft.doc is not None:
            return text.comment_content(self._text(draft.doc), rules.line_comment, rules.block_comment)
        if rules.doc == "body-string" and draft.body is not None:
            return self._body_string(draft.body)
        if rules.doc == "leading-comment":
            return self._leading_comment(draft.outer or draft.node)
        return ""

    def _body_string(self, body: tree_sitter.Node) -> str:
        first = _first_child(body)
        while first is not None and first.type in self.rules.comment_nodes:
            first = first.next_named_sibling
        if first is not None and first.type == "expression_statement":
            first = _first_child(first)
        if first is None or first.type not in self.rules.string_nodes:
            return ""
        return text.string_content(self._text(first))

    def _leading_comment(self, node: tree_sitter.Node) -> str:
        rules = self.rules
        parts: list[str] = []
        row = node.start_point[0]
        parent = node.parent
        while node.prev_sibling is None and parent is not None and parent.type in rules.skip_between:
            node, parent = parent, parent.parent  # the first thing of a body
        previous = node.prev_sibling
        while previous is not None and previous.end_point[0] + 1 >= row - (previous.end_point[1] == 0):
            if previous.type in rules.comment_nodes:
                if self._shares_line(previous):
                    break
                parts.append(self._text(previous))
            elif previous.type not in rules.skip_between:
                break
            row = previous.start_point[0]
            previous = previous.prev_sibling
        joined = "\n".join(reversed(parts))
        joined = re.sub(rules.markup, "", joined) if rules.markup else joined
        return text.comment_content(joined, rules.line_comment, rules.block_comment) if parts else ""

    def _shares_line(self, comment: tree_sitter.Node) -> bool:
        """A comment behind code on its line belongs to that code."""
        start = self.data.rfind(b"\n", 0, comment.start_byte) + 1
        return bool(self.data[start : comment.start_byte].strip())

    def _text(self, node: tree_sitter.Node) -> str:
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "replace")


def _first_child(node: tree_sitter.Node) -> tree_sitter.Node | None:
    return node.named_child(0) if node.named_child_count else None  # out of range is an IndexError from 0.26 on
