"""What bindings hold: parameters of functions that are passed along, parts of values, what a branch asks for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from codeqa.parse.nesting import Nest

if TYPE_CHECKING:
    from codeqa.parse.captures import Bound, Captured

WAYS = {"element": "[*]", "inner": "[?]"}  # from a value to what iterating over it, or unwrapping it, gives


Read = Callable[[tuple[int, int]], str]


def passed_parameters(captured: Captured, chain: Read, text: Read) -> dict[int, tuple[str, str]]:
    """Return, by the byte of its name, the type text and the chain that say what a parameter is.

    `chain` makes a chain of what stands in a range of bytes, "" if it is none; `text` reads a type. `app.get(1:0)` is
    the first parameter of the function that `app.get` gets as its second argument, `open(0).done(:0)` that of the
    function `done` of the object which `open` gets, `(:0)` the first one of the declared type.
    """
    found: dict[int, tuple[str, str]] = {}
    starts = sorted(start for start, bound in captured.bounds.items() if bound.kind == "parameter")
    for passed in captured.passed.values():
        callee = chain(passed.callee) if passed.callee else ""
        type_ = text(passed.type) if passed.type else ""
        if not callee and not type_:
            continue
        inside = "".join(f".{key}" for key in passed.keys)
        for number, (start, end) in enumerate(passed.parameters):
            if type_:
                told = type_, f"{inside}(:{number})"
            elif inside:
                told = "", f"{callee}({passed.argument}){inside}(:{number})"
            else:
                told = "", f"{callee}({passed.argument}:{number})"
            for name in starts[bisect_left(starts, start) : bisect_left(starts, end)]:
                found[name] = told
    return found


def told_of(bound: Bound, type_: str, value: str, told: tuple[str, str] | None) -> tuple[str, str]:
    """Return the declared type of a binding, and its value; what a pattern binds is a part of either.

    `told` is what the context says of a parameter.
    """
    if told and not type_:
        return told[0], told[1] + bound.steps
    if bound.kind in WAYS and value:
        return type_, f"{value}{WAYS[bound.kind]}{bound.steps}"
    if bound.kind == "payload":  # the name of what holds it is the first of the items
        return type_, f"{value}[{int(bound.steps[1:-1]) - 1}]" if value else ""
    if bound.kind == "result":
        return type_, f"{value[:-2]}(={bound.steps[1:-1]})" if value.endswith("()") else ""
    return type_, f"{value}{bound.steps}" if value or type_ else ""


class Blocks(Nest):
    """Scopes, some of which bind nothing: in a branch that asks for a type more is known of a name, no more."""

    def __init__(
        self, scopes: Sequence[tuple[int, int, int]], parents: Sequence[int], branches: set[tuple[int, int]]
    ) -> None:
        super().__init__([(start, end) for start, end, _ in scopes])
        self._parents = parents
        self._branches = {i for i, (start, end, _) in enumerate(scopes) if (start, end) in branches}

    def of_binding(self, offset: int) -> int:
        """Return the scope that a name which is bound at an offset belongs to."""
        found = self.at(offset)
        while found in self._branches:
            found = self._parents[found]
        return found


def kind_of(bound: Bound) -> str:
    """Return the kind of a binding: part of a value, or another local."""
    if bound.kind in WAYS or bound.kind in ("result", "payload"):
        return "local"
    return "part" if bound.steps and bound.kind == "local" else bound.kind
