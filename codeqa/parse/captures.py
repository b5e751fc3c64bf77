"""Run a language's queries over a tree and sort what they capture, by the vocabulary of CONTRIBUTING.md.

Nothing here knows a language: the capture names say everything.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import tree_sitter

    Captures = dict[str, list[tree_sitter.Node]]

BASE_ROLES = frozenset({"base", "implements"})
MAX_TREE_DEPTH = 2000  # nodes deeper than this are no code that someone wrote, and matching slows down with the depth
ROLES = {
    name: rank
    for rank, name in enumerate(
        ["mention", "read", "pass", "write", "type", "call", "instantiate", "raise", "decorator", "implements", "base"]
    )
}


@dataclass(slots=True)
class Draft:
    """A definition as captured; several matches of one name merge into it, the first one winning."""

    kind: str
    name: tuple[int, int]
    start: int  # the definition node, decorators excluded: decides nesting
    end: int
    node: tree_sitter.Node
    span: tuple[int, int]
    pattern: int  # the first pattern of the file decides kind and node, whichever match is reported first
    body: tree_sitter.Node | None = None
    type: tuple[int, int] | None = None
    value: tuple[int, int] | None = None
    owner: tuple[int, int] | None = None
    receiver: tuple[int, int] | None = None
    doc: tree_sitter.Node | None = None
    outer: tree_sitter.Node | None = None
    flags: set[str] = field(default_factory=set)
    level: tuple[int, int] | None = (
        None  # of a heading: its number (0: ranked by first appearance), byte of what shows it
    )


class Bound(NamedTuple):
    """A parameter or local as captured; offsets are byte ranges."""

    kind: str
    name: tuple[int, int]
    type: tuple[int, int] | None
    value: tuple[int, int] | None
    after: int = 0  # byte behind the initialiser
    region: tuple[int, int] | None = None  # the branch that it holds in
    steps: str = ""  # from the value to what is bound: ".key" of a pattern, "[1]" of a tuple


class Passed(NamedTuple):
    """A function without a name whose context says what it is called with."""

    callee: tuple[int, int] | None  # what it is passed to
    argument: str  # as which argument: its number or name
    type: tuple[int, int] | None  # or: the type that is declared for it
    keys: tuple[str, ...]  # where it is part of an object that is passed, or typed
    parameters: tuple[tuple[int, int], ...]


class Imported(NamedTuple):
    """One import match; ranges are bytes of its parts."""

    start: int
    end: int
    parts: dict[str, tuple[int, int]]


class Used(NamedTuple):
    """A reference as captured."""

    role: str
    end: int
    receiver: tuple[int, int] | None
    arguments: tree_sitter.Node | None = None


@dataclass(slots=True)
class Captured:
    """All that the queries of a language say of one tree."""

    drafts: dict[int, Draft] = field(default_factory=dict)  # by the byte of the name
    bounds: dict[int, Bound] = field(default_factory=dict)
    scopes: set[tuple[int, int]] = field(default_factory=set)
    narrowed: list[Bound] = field(default_factory=list)  # what is known of a name in one branch
    passed: dict[int, Passed] = field(default_factory=dict)  # by the byte of the function
    imports: dict[tuple[int, ...], Imported] = field(default_factory=dict)
    exports: dict[int, tuple[int, int]] = field(default_factory=dict)  # identifiers exported as the default
    uses: dict[int, Used] = field(default_factory=dict)  # by the byte of the identifier
    ignored: set[int] = field(default_factory=set)
    inner: list[tuple[str, tree_sitter.Node]] = field(default_factory=list)  # "code" or "text", and where it lies
    kinds: dict[int, tuple[str, int]] = field(default_factory=dict)  # of identifiers: what they turn out to name, end
    embedded: list[tuple[int, int]] = field(default_factory=list)  # code that the grammar reads as mere text
    packages: list[tuple[int, int]] = field(default_factory=list)
    parts: list[tuple[int, int]] = field(default_factory=list)  # names of namespaces that reach to the next one
    errors: int = 0


def capture(query: tree_sitter.Query, root: tree_sitter.Node) -> Captured:
    """Run `query` once over the tree and sort its matches."""
    from tree_sitter import QueryCursor

    found = Captured()
    plans: dict[int, str] = {}
    cursor = QueryCursor(query)
    cursor.set_max_start_depth(MAX_TREE_DEPTH)
    for pattern, nodes in cursor.matches(root):
        plan = plans.get(pattern)
        if plan is None:
            plan = plans[pattern] = _plan(nodes)
        if plan.startswith("reference."):
            _use(found, plan, nodes)
        elif plan.startswith("definition."):
            _definition(found, plan, nodes, pattern)
        elif plan.startswith("binding."):
            _binding(found, plan, nodes)
        else:
            _other(found, plan, nodes)
    return found


def _other(found: Captured, plan: str, nodes: Captures) -> None:
    if plan == "import":
        _import(found, nodes)
    elif plan == "callback":
        _callback(found, nodes)
    elif plan == "scope":
        found.scopes.update(_range(node) for node in nodes["scope"])
    elif plan == "ignore":
        found.ignored.update(node.start_byte for node in nodes["ignore"])
    elif plan == "export.default":
        node = nodes["export.default"][0]
        found.exports[node.start_byte] = _range(node)
    elif plan == "package":
        where = _range(nodes["package"][0])
        if where not in found.packages:
            found.packages.append(where)
    elif plan == "embedded":
        found.embedded += [_range(node) for node in nodes["embedded"]]
    elif plan == "error":
        found.errors += 1
    else:
        _sorted(found, plan, nodes)


def _sorted(found: Captured, plan: str, nodes: Captures) -> None:
    """Keep what says of which sort something is."""
    kind, _, sort = plan.partition(".")
    if plan == "package.part":
        found.parts.append(_range(nodes[plan][0]))
    elif kind == "turns":
        found.kinds.update((node.start_byte, (sort, node.end_byte)) for node in nodes[plan])
    elif kind == "inner":
        found.inner += [(sort, node) for node in nodes[plan]]


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
    receiver = (used.receiver[0] + by, used.receiver[1] + by) if used.receiver else None
    return Used(used.role, used.end + by, receiver)


def broken(root: tree_sitter.Node) -> list[tuple[int, int]]:
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


def _plan(nodes: Captures) -> str:
    """Name the capture that decides what a pattern is about."""
    for prefix in (
        "definition.",
        "import",
        "binding.",
        "reference.",
        "callback",
        "scope",
        "ignore",
        "export.default",
        "package",
        "embedded",
        "turns.",
        "inner.",
        "error",
    ):
        for name in nodes:
            if name.startswith(prefix):
                return prefix if prefix in ("import", "callback") else name
    return ""


def _range(node: tree_sitter.Node) -> tuple[int, int]:
    return node.start_byte, node.end_byte


def _first(nodes: Captures, name: str) -> tuple[int, int] | None:
    found = nodes.get(name)
    return _range(found[0]) if found else None


def _whole(nodes: Captures, name: str) -> tuple[int, int] | None:
    """Return the range from the first to the last node of a capture: `a::b::` may be two nodes."""
    found = nodes.get(name)
    return (min(n.start_byte for n in found), max(n.end_byte for n in found)) if found else None


def _use(found: Captured, plan: str, nodes: Captures) -> None:
    role = plan[10:]
    if role == "base" and "implements" in nodes:
        role = "implements"
    rank = ROLES[role]
    receiver = _whole(nodes, "receiver") if "receiver" in nodes else None
    arguments = nodes["arguments"][0] if "arguments" in nodes else None
    for node in nodes[plan]:
        start = node.start_byte
        old = found.uses.get(start)
        if old is None or ROLES[old.role] < rank or (old.role == role and old.receiver is None):
            kept = receiver or (old.receiver if old else None)
            found.uses[start] = Used(role, node.end_byte, kept, arguments or (old.arguments if old else None))
        elif (receiver and old.receiver is None) or (arguments and old.arguments is None):
            found.uses[start] = Used(old.role, old.end, old.receiver or receiver, old.arguments or arguments)


def _definition(found: Captured, plan: str, nodes: Captures, pattern: int) -> None:
    if "name" not in nodes:
        return
    node = nodes[plan][0]
    flags = {name[5:] for name in nodes if name.startswith("flag.")}
    if "export.default" in nodes:
        flags |= {"default", "exported"}
    outer = nodes["span"][0] if "span" in nodes else None
    for number, name in enumerate(nodes["name"]):
        draft = found.drafts.get(name.start_byte)
        if draft is None:
            draft = Draft(plan[11:], _range(name), *_range(node), node, _range(node), pattern)
            found.drafts[name.start_byte] = draft
        elif pattern < draft.pattern:
            draft.kind, draft.pattern, draft.node = plan[11:], pattern, node
            draft.start, draft.end = _range(node)
            if draft.outer is None:
                draft.span = _range(node)
        draft.flags |= flags
        draft.body = draft.body or (nodes["body"][0] if "body" in nodes else None)
        draft.type = draft.type or _first(nodes, "type")
        draft.value = draft.value or _value(nodes, number)
        draft.owner = draft.owner or _whole(nodes, "owner")
        draft.receiver = draft.receiver or _first(nodes, "receiver")
        draft.doc = draft.doc or (nodes["doc"][0] if "doc" in nodes else None)
        draft.level = draft.level or _level(nodes)
        if outer is not None and outer.start_byte <= draft.span[0] and outer.end_byte >= draft.span[1]:
            draft.outer = outer
            draft.span = _range(outer)


def _value(nodes: Captures, number: int) -> tuple[int, int] | None:
    """Return the value of the n-th name: its own where there are as many values, none where some are not seen."""
    values = nodes.get("value", ())
    if len(values) < 2:
        return _first(nodes, "value")
    return _range(values[number]) if len(values) == len(nodes["name"]) else None


def _level(nodes: Captures) -> tuple[int, int] | None:
    """Return the number in `@level.N`, 0 for a bare `@level`, and where the node starts."""
    for name, items in nodes.items():
        if name.startswith("level"):
            return int(name[6:] or 0), items[0].start_byte
    return None


def _binding(found: Captured, plan: str, nodes: Captures) -> None:
    kind, value, type_ = plan[8:], _first(nodes, "value"), _first(nodes, "type")
    if kind == "narrowed":
        found.narrowed.append(Bound(kind, _range(nodes[plan][0]), type_, None, region=_first(nodes, "narrowed")))
        return
    after = max((where[1] for where in (value, _first(nodes, "after")) if where), default=0)
    for node in nodes[plan]:
        old = found.bounds.get(node.start_byte)
        steps = _steps(node, nodes)
        if old is None:
            found.bounds[node.start_byte] = Bound(kind, _range(node), type_, value, after, steps=steps)
        else:
            at_last = max(after, old.after)
            known = Bound(kind, _range(node), type_ or old.type, value or old.value, at_last, steps=steps or old.steps)
            found.bounds[node.start_byte] = known if known[2:] != old[2:] else old


def _steps(node: tree_sitter.Node, nodes: Captures) -> str:
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


def _callback(found: Captured, nodes: Captures) -> None:
    node = nodes["callback"][0]
    lists = nodes.get("callback.parameters", ())
    items = [item for part in lists for item in (part.named_children or [part]) if not item.is_extra]
    keys = [(key.text or b"").decode("utf-8", "replace") for key in nodes.get("callback.key", ())]
    callee, type_ = _whole(nodes, "callback.callee"), _first(nodes, "callback.type")
    passed = Passed(callee, _argument(node, nodes, keys), type_, tuple(keys), tuple(map(_range, items)))
    if node.start_byte not in found.passed or type_:  # a declared type tells most
        found.passed[node.start_byte] = passed


def _argument(node: tree_sitter.Node, nodes: Captures, keys: list[str]) -> str:
    """Return as which argument a function, or the object that it is part of, is passed: by number, or by name."""
    if "callback.argument" in nodes:
        return (nodes["callback.argument"][0].text or b"").decode("utf-8", "replace")
    item = nodes["callback.item"][0] if "callback.item" in nodes else node
    return (
        str(_number(item, item.parent)) if item.parent is not None and ("callback.item" in nodes or not keys) else "0"
    )


def _import(found: Captured, nodes: Captures) -> None:
    statement = (nodes.get("import") or next(iter(nodes.values())))[0]
    parts = {name[7:]: _range(items[0]) for name, items in nodes.items() if name.startswith("import.")}
    named = (
        parts.get("name") or parts.get("default") or parts.get("namespace") or parts.get("star") or parts.get("tree")
    )
    key = (statement.start_byte, *(named or parts.get("module") or (0, 0)))
    old = found.imports.get(key)
    if old is None or len(old.parts) < len(parts):  # an optional alias may match twice: keep the fuller match
        found.imports[key] = Imported(*_range(statement), parts)
