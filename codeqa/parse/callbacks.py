"""Parameters whose types the context of a function declares: it is passed to something, or has a type itself."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codeqa.parse.captures import Captured


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
