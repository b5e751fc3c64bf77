"""In which order definitions are taken, and which are none: what a broken tree shows outside of its function."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from codeqa.parse.captures import Draft, broken

if TYPE_CHECKING:
    import tree_sitter

    from codeqa.languages import Language


def strays(language: Language, data: bytes, root: tree_sitter.Node, drafts: Iterable[Draft]) -> set[int]:
    """Return where the names stand of what are locals of such functions, as their indentation says.

    Braces that are opened in one branch of conditional text and closed behind it end a function too early, or never.
    """
    faults = broken(root) if language.conditionals and root.has_error else []
    if not faults:
        return set()
    first = min(start for start, _ in faults)
    return {draft.name[0] for draft in drafts if _local(data, draft) and draft.start > first}


def _local(data: bytes, draft: Draft) -> bool:
    """Tell whether a definition is one that a function's body may have, and is indented as if one had it."""
    line = data.rfind(b"\n", 0, draft.start) + 1
    return draft.kind == "variable" and "static" not in draft.flags and data[line : line + 1] in (b" ", b"\t")


def order(placed: tuple[Draft, list[Draft]]) -> int:
    """Types first, then members written outside of them, then what methods assign to `self`."""
    draft, around = placed
    if draft.receiver:
        return 2
    return int(bool(draft.owner or any(holder.kind == "impl" or holder.owner for holder in around)))
