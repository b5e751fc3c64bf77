"""Run a language's queries over a tree and sort what they capture, by the vocabulary of CONTRIBUTING.md.

Nothing here knows a language: the capture names say everything. A tree has as many matches as identifiers and more, of
which most tell nothing new. So matches are taken pattern by pattern instead of one by one: what a pattern is about is
known beforehand, and the patterns that say most of a name come first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    import tree_sitter

    from codeqa.parse.plans import Patterns, Plan

    Captures: TypeAlias = dict[str, list[tree_sitter.Node]]

Range: TypeAlias = tuple[int, int]

BASE_ROLES = frozenset({"base", "implements"})
MAX_TREE_DEPTH = 2000  # nodes deeper than this are no code that someone wrote, and matching slows down with the depth


@dataclass(slots=True)
class Draft:
    """A definition as captured; several matches of one name merge into it, the first pattern winning."""

    kind: str
    name: Range
    start: int  # the definition node, decorators excluded: decides nesting
    end: int
    node: tree_sitter.Node
    span: Range
    body: tree_sitter.Node | None = None
    type: Range | None = None
    value: Range | None = None
    owner: Range | None = None
    receiver: Range | None = None
    doc: tree_sitter.Node | None = None
    outer: tree_sitter.Node | None = None
    flags: frozenset[str] = frozenset()
    arity: int = 0  # parameters, as far as they are captured
    level: Range | None = None  # of a heading: its number (0: ranked by first appearance), byte of what shows it


class Bound(NamedTuple):
    """A parameter or local as captured; offsets are byte ranges."""

    kind: str
    name: Range
    type: Range | None
    value: Range | None
    after: int = 0  # byte behind the initialiser
    region: Range | None = None  # the branch that it holds in
    steps: str = ""  # from the value to what is bound: ".key" of a pattern, "[1]" of a tuple


class Passed(NamedTuple):
    """A function without a name whose context says what it is called with."""

    callee: Range | None  # what it is passed to
    argument: str  # as which argument: its number or name
    type: Range | None  # or: the type that is declared for it
    keys: tuple[str, ...]  # where it is part of an object that is passed, or typed
    parameters: tuple[Range, ...]


class Imported(NamedTuple):
    """One import match; ranges are bytes of its parts."""

    start: int
    end: int
    parts: dict[str, Range]


Used: TypeAlias = "tuple[str, int, Range | None, tree_sitter.Node | None]"
"""A reference as captured: role, end, receiver, list of arguments. A bare tuple, for there are many."""


@dataclass(slots=True)
class Captured:
    """All that the queries of a language say of one tree."""

    drafts: dict[int, Draft] = field(default_factory=dict)  # by the byte of the name
    bounds: dict[int, Bound] = field(default_factory=dict)
    scopes: set[Range] = field(default_factory=set)
    narrowed: list[Bound] = field(default_factory=list)  # what is known of a name in one branch
    passed: dict[int, Passed] = field(default_factory=dict)  # by the byte of the function
    imports: dict[tuple[int, ...], Imported] = field(default_factory=dict)
    exports: dict[int, Range] = field(default_factory=dict)  # identifiers exported as the default
    uses: dict[int, Used] = field(default_factory=dict)  # by the byte of the identifier
    outside: dict[int, set[int]] = field(default_factory=dict)  # identifier → arguments that stand in no list of it
    ignored: set[int] = field(default_factory=set)
    unread: set[Range] = field(default_factory=set)  # in which nothing is a use
    inner: list[tuple[str, tree_sitter.Node]] = field(default_factory=list)  # "code" or "text", and where it lies
    kinds: dict[int, tuple[str, int]] = field(default_factory=dict)  # of identifiers: what they turn out to name, end
    embedded: list[Range] = field(default_factory=list)  # code that the grammar reads as mere text
    packages: list[Range] = field(default_factory=list)
    parts: list[Range] = field(default_factory=list)  # names of namespaces that reach to the next one
    errors: int = 0


def capture(patterns: Patterns, root: tree_sitter.Node) -> Captured:
    """Run the queries once over the tree and sort their matches.

    Never over a part of it: a cursor that has a range does not enter what lies outside, and misses a `@doc` before it.
    """
    from tree_sitter import QueryCursor

    cursor = QueryCursor(patterns.query)
    cursor.set_max_start_depth(MAX_TREE_DEPTH)
    found = Captured()
    matches: list[list[Captures]] = [[] for _ in range(patterns.query.pattern_count)]
    for pattern, nodes in cursor.matches(root):
        matches[pattern].append(nodes)
    for plan in patterns.plans:
        if matches[plan.pattern]:
            _TAKERS[plan.family](found, plan, matches[plan.pattern])
    return found


def stretch(found: Captured, size: int) -> set[int]:
    """A file in one namespace is in it as a whole; of several, each holds what follows it, up to the next.

    Returns the ids of the drafts that were made to hold something.
    """
    parts = sorted(found.parts)
    if len(parts) < 2:
        found.packages += parts
        return set()
    drafts = [found.drafts[start] for start, _ in parts if start in found.drafts]
    for draft, end in zip(drafts, [*(after.start for after in drafts[1:]), size], strict=True):
        draft.end = end
        draft.span = (draft.start, end)
    return {id(draft) for draft in drafts}


def shifted(used: Used, by: int) -> Used:
    """Return a use as if its text stood elsewhere; its arguments are not known there."""
    role, end, receiver, _ = used
    return role, end + by, (receiver[0] + by, receiver[1] + by) if receiver else None, None


def broken(root: tree_sitter.Node) -> list[Range]:
    """Return the ranges of a tree that do not parse; that of a missing token is empty."""
    found = []
    stack = [root]
    while stack:
        node = stack.pop()
        if node.is_error or node.is_missing:
            found.append(_range(node))
        elif node.has_error:
            stack += node.children
    return found


def _range(node: tree_sitter.Node) -> Range:
    return node.start_byte, node.end_byte


def _first(found: list[tree_sitter.Node]) -> Range:
    return found[0].start_byte, found[0].end_byte


def _node(found: list[tree_sitter.Node]) -> tree_sitter.Node:
    return found[0]


def _whole(found: list[tree_sitter.Node]) -> Range:
    """Return the range from the first to the last node of a capture: `a::b::` may be two nodes."""
    if len(found) == 1:
        return found[0].start_byte, found[0].end_byte
    return min(n.start_byte for n in found), max(n.end_byte for n in found)


# ------------------------------------------------------------------------------------------------------- references


def _uses(found: Captured, plan: Plan, matches: list[Captures]) -> None:
    """Note uses of a role. What is known by now has a stronger role, or the same: it can only be filled in."""
    if "argument" in plan.captures:
        _outside(found, plan, matches)
    if not plan.captures.isdisjoint({"receiver", "arguments"}):
        _calls(found, plan, matches)
        return
    uses, role = found.uses, plan.role
    for node in [node for nodes in matches for node in nodes.get(plan.about, ())]:
        start = node.start_byte
        if start not in uses:
            uses[start] = role, node.end_byte, None, None


def _outside(found: Captured, plan: Plan, matches: list[Captures]) -> None:
    for nodes in matches:
        for node in nodes.get(plan.about, ()):
            found.outside.setdefault(node.start_byte, set()).update(n.start_byte for n in nodes["argument"])


def _calls(found: Captured, plan: Plan, matches: list[Captures]) -> None:
    """Note uses with what stands before them, and behind."""
    uses, about, role = found.uses, plan.about, plan.role
    for nodes in matches:
        for node in nodes.get(about, ()):
            start = node.start_byte
            old = uses.get(start)
            if old and old[2] and old[3]:
                continue
            receiver = _whole(nodes["receiver"]) if "receiver" in nodes else None
            arguments = nodes["arguments"][0] if "arguments" in nodes else None
            if old is None:
                uses[start] = role, node.end_byte, receiver, arguments
            elif receiver or arguments:
                uses[start] = old[0], old[1], old[2] or receiver, old[3] or arguments


# ------------------------------------------------------------------------------------------------------ definitions

_PARTS: dict[str, Callable[[list[tree_sitter.Node]], object]] = {
    "body": _node,
    "type": _first,
    "owner": _whole,
    "receiver": _first,
    "doc": _node,
}


def _definitions(found: Captured, plan: Plan, matches: list[Captures]) -> None:
    kind = plan.about.removeprefix("definition.")
    parts = [(name, take) for name, take in _PARTS.items() if name in plan.captures]
    marked = any(name.startswith(("flag.", "export.", "level", "span", "arguments")) for name in plan.captures)
    for nodes in matches:
        if "name" not in nodes:
            continue
        node = nodes[plan.about][0]
        start, end = node.start_byte, node.end_byte
        for number, name in enumerate(nodes["name"]):
            at = name.start_byte
            draft = found.drafts.get(at)
            if draft is None:
                draft = found.drafts[at] = Draft(kind, (at, name.end_byte), start, end, node, (start, end))
            for part, take in parts:
                if part in nodes and getattr(draft, part) is None:
                    setattr(draft, part, take(nodes[part]))
            if draft.value is None and "value" in nodes:
                draft.value = _value(nodes, number)
            if marked:
                _mark(draft, nodes)


def _value(nodes: Captures, number: int) -> Range | None:
    """Return the value of the n-th name: its own where there are as many values, none where some are not seen."""
    values = nodes["value"]
    if len(values) < 2:
        return _first(values)
    return _range(values[number]) if len(values) == len(nodes["name"]) else None


def _mark(draft: Draft, nodes: Captures) -> None:
    flags = {name[5:] for name in nodes if name.startswith("flag.")}
    if "export.default" in nodes:
        flags |= {"default", "exported"}
    draft.flags |= flags
    draft.level = draft.level or _level(nodes)
    if "arguments" in nodes:
        draft.arity = sum(not item.is_extra for item in nodes["arguments"][0].named_children)
    outer = nodes["span"][0] if "span" in nodes else None
    if outer is not None and outer.start_byte <= draft.span[0] and outer.end_byte >= draft.span[1]:
        draft.outer = outer
        draft.span = _range(outer)


def _level(nodes: Captures) -> Range | None:
    """Return the number in `@level.N`, 0 for a bare `@level`, and where the node starts."""
    for name, items in nodes.items():
        if name.startswith("level"):
            return int(name[6:] or 0), items[0].start_byte
    return None


# ------------------------------------------------------------------------------------------ bindings, imports, scopes


def _bindings(found: Captured, plan: Plan, matches: list[Captures]) -> None:
    kind = plan.about.removeprefix("binding.")
    if kind == "narrowed":
        _narrowed(found, plan, matches)
        return
    bounds = found.bounds
    stepped = not plan.captures.isdisjoint({"item", "key"})
    for nodes in matches:
        type_ = _first(nodes["type"]) if "type" in nodes else None
        value = _first(nodes["value"]) if "value" in nodes else None
        after = max(value[1] if value else 0, nodes["after"][0].end_byte if "after" in nodes else 0)
        steps = _steps(nodes) if stepped else ""
        for node in nodes.get(plan.about, ()):
            start = node.start_byte
            old = bounds.get(start)
            if old is None:
                bounds[start] = Bound(kind, (start, node.end_byte), type_, value, after, steps=steps)
            else:
                at_last = max(after, old.after)
                told = type_ or old.type, value or old.value
                known = Bound(kind, old.name, *told, at_last, steps=steps or old.steps)
                bounds[start] = known if known[2:] != old[2:] else old


def _narrowed(found: Captured, plan: Plan, matches: list[Captures]) -> None:
    for nodes in matches:
        type_, region = (_first(nodes[part]) if part in nodes else None for part in ("type", "narrowed"))
        found.narrowed.append(Bound("narrowed", _first(nodes[plan.about]), type_, None, region=region))


def _steps(nodes: Captures) -> str:
    """Return the way from a value to the part of it that a pattern binds."""
    if "item" in nodes:
        around = nodes["item"][0].parent
        assert around is not None
        return f"[{_number(nodes['item'][0], around)}]"
    key = nodes["key"][0].text if "key" in nodes else None
    return f".{key.decode('utf-8', 'replace')}" if key else ""


def _number(node: tree_sitter.Node, around: tree_sitter.Node) -> int:
    """Return which of the items of a list a node is."""
    before = [child for child in around.named_children if child.end_byte <= node.start_byte]
    return sum(1 for child in before if not child.is_extra)


def _callbacks(found: Captured, plan: Plan, matches: list[Captures]) -> None:
    for nodes in matches:
        start = nodes["callback"][0].start_byte
        if start not in found.passed or "callback.type" in nodes:  # a declared type tells most
            found.passed[start] = _passed(nodes)


def _passed(nodes: Captures) -> Passed:
    node = nodes["callback"][0]
    lists = nodes.get("callback.parameters", ())
    items = [item for part in lists for item in (part.named_children or [part]) if not item.is_extra]
    keys = [(key.text or b"").decode("utf-8", "replace") for key in nodes.get("callback.key", ())]
    callee = _whole(nodes["callback.callee"]) if "callback.callee" in nodes else None
    type_ = _first(nodes["callback.type"]) if "callback.type" in nodes else None
    return Passed(callee, _argument(node, nodes, keys), type_, tuple(keys), tuple(map(_range, items)))


def _argument(node: tree_sitter.Node, nodes: Captures, keys: list[str]) -> str:
    """Return as which argument a function, or the object that it is part of, is passed: by number, or by name."""
    if "callback.argument" in nodes:
        return (nodes["callback.argument"][0].text or b"").decode("utf-8", "replace")
    item = nodes["callback.item"][0] if "callback.item" in nodes else node
    return (
        str(_number(item, item.parent)) if item.parent is not None and ("callback.item" in nodes or not keys) else "0"
    )


def _imports(found: Captured, plan: Plan, matches: list[Captures]) -> None:
    for nodes in matches:
        statement = (nodes.get("import") or next(iter(nodes.values())))[0]
        parts = {name[7:]: _first(items) for name, items in nodes.items() if name.startswith("import.")}
        named = (
            parts.get("name")
            or parts.get("default")
            or parts.get("namespace")
            or parts.get("star")
            or parts.get("tree")
        )
        key = (statement.start_byte, *(named or parts.get("module") or (0, 0)))
        old = found.imports.get(key)
        if old is None or len(old.parts) < len(parts):  # an optional alias may match twice: keep the fuller match
            found.imports[key] = Imported(*_range(statement), parts)


def _scopes(found: Captured, plan: Plan, matches: list[Captures]) -> None:
    found.scopes.update([_range(node) for nodes in matches for node in nodes.get(plan.about, ())])


def _ignored(found: Captured, plan: Plan, matches: list[Captures]) -> None:
    if plan.about == "ignore.inside":
        found.unread.update([_range(node) for nodes in matches for node in nodes[plan.about]])
    else:
        found.ignored.update([node.start_byte for nodes in matches for node in nodes.get(plan.about, ())])


def _exports(found: Captured, plan: Plan, matches: list[Captures]) -> None:
    found.exports.update({nodes[plan.about][0].start_byte: _first(nodes[plan.about]) for nodes in matches})


def _package(found: Captured, plan: Plan, matches: list[Captures]) -> None:
    where = found.parts if plan.about == "package.part" else found.packages
    where += [_first(nodes[plan.about]) for nodes in matches]


def _embedded(found: Captured, plan: Plan, matches: list[Captures]) -> None:
    found.embedded += [_range(n) for nodes in matches for n in nodes[plan.about]]


def _turns(found: Captured, plan: Plan, matches: list[Captures]) -> None:
    sort = plan.about.removeprefix("turns.")
    found.kinds.update({n.start_byte: (sort, n.end_byte) for nodes in matches for n in nodes[plan.about]})


def _inner(found: Captured, plan: Plan, matches: list[Captures]) -> None:
    sort = plan.about.removeprefix("inner.")
    found.inner += [(sort, n) for nodes in matches for n in nodes[plan.about]]


def _errors(found: Captured, plan: Plan, matches: list[Captures]) -> None:
    found.errors += len(matches)


_TAKERS: dict[str, Callable[[Captured, Plan, list[Captures]], None]] = {
    "definition": _definitions,
    "binding": _bindings,
    "reference": _uses,
    "import": _imports,
    "scope": _scopes,
    "ignore": _ignored,
    "export": _exports,
    "callback": _callbacks,
    "package": _package,
    "embedded": _embedded,
    "turns": _turns,
    "inner": _inner,
    "error": _errors,
}
