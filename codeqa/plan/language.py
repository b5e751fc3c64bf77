"""The words of a plan: `find("Router") | subclasses | defining("add") - find("Router") | members`.

    plan  := chain (("&" | "+" | "-") chain)*        intersect, unite, subtract; from left to right
    chain := step ("|" step)*                        each step takes what the one before it found
    step  := NAME [ "(" [value ("," value)*] ")" ] | "(" plan ")"
    value := [NAME "="] (TEXT | NUMBER | plan)

A text is quoted as JSON does, or bare if it is one lower-case word. Where a step takes a set, a quoted text stands for
`find(text)`, and a step that nothing stands before takes its first value: `callers("Router.add")` is
`find("Router.add") | callers`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from codeqa.domain import UsageError

MAX_PLAN = 4000  # characters
MAX_DEPTH = 40  # of parentheses
MAX_STEPS = 100  # of one chain, and sets joined in one
_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<number>\d+)|(?P<name>[^\W\d]\w*)|(?P<mark>[|&+\-(),=]))""",
    re.S,
)
_BARE = re.compile(r"[a-z][a-z_]*\Z")


@dataclass(frozen=True, slots=True)
class Call:
    """One step: its name, what it takes from, and its values in the order of the signature."""

    name: str
    source: Plan | None = None
    values: tuple[Value, ...] = ()
    options: tuple[tuple[str, Value], ...] = ()  # values that were given by name, in the order of writing

    def __str__(self) -> str:
        return render(self)


@dataclass(frozen=True, slots=True)
class Both:
    """Two sets made into one: `&` what is in both, `+` what is in either, `-` what is in the left one only."""

    mark: str
    left: Plan
    right: Plan

    def __str__(self) -> str:
        return render(self)


Plan: TypeAlias = Call | Both
Value: TypeAlias = "str | int | Call | Both"


def find(name: str) -> Call:
    """The symbols of a name, or the one with an id."""
    return Call("find", None, (name,))


def search(words: str) -> Call:
    """What search finds for words."""
    return Call("search", None, (words,))


def piped(source: Plan, name: str, /, *values: Value, **options: Value) -> Call:
    """Return `source | name(values, options)`."""
    return Call(name, source, values, tuple(options.items()))


def united(plans: Sequence[Plan]) -> Plan:
    """Return what is in any of these, at least one."""
    whole = plans[0]
    for plan in plans[1:]:
        whole = Both("+", whole, plan)
    return whole


# ----------------------------------------------------------------------------------------------------------- writing


def render(plan: Plan) -> str:
    """Write a plan so that `parse` reads the same one."""
    if isinstance(plan, Both):
        right = f"({render(plan.right)})" if isinstance(plan.right, Both) else render(plan.right)
        return f"{render(plan.left)} {plan.mark} {right}"
    before = ""
    if plan.source is not None:
        before = f"({render(plan.source)}) | " if isinstance(plan.source, Both) else f"{render(plan.source)} | "
    given = [_value(v) for v in plan.values] + [f"{name}={_value(v)}" for name, v in plan.options]
    return f"{before}{plan.name}" + (f"({', '.join(given)})" if given or plan.source is None else "")


def _value(value: Value) -> str:
    if isinstance(value, (Call, Both)):
        return render(value)
    return str(value) if isinstance(value, int) else json.dumps(value, ensure_ascii=False)


# ----------------------------------------------------------------------------------------------------------- reading


def parse(text: str) -> Plan:
    """Read a plan; its names and values are not checked here, see `check`.

    Raises:
        UsageError: it cannot be read; the message says where.
    """
    if len(text) > MAX_PLAN:
        raise UsageError(f"the plan has {len(text)} characters, more than {MAX_PLAN}", hint="ask for less at once")
    return _Reader(text).whole()


class _Reader:
    """Reads one plan from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = self._split(text)
        self.at = 0
        self.depth = 0

    def _split(self, text: str) -> list[tuple[str, str, int]]:
        found: list[tuple[str, str, int]] = []
        at = 0
        while text[at:].strip():
            match = _TOKEN.match(text, at)
            if match is None:
                raise self._error(at + len(text[at:]) - len(text[at:].lstrip()), "this cannot be read")
            kind = match.lastgroup or ""
            found.append((kind, match[kind], match.start(kind)))
            at = match.end()
        return [*found, ("end", "", len(text))]

    def whole(self) -> Plan:
        """Read everything."""
        if self.tokens[0][0] == "end":
            raise UsageError("the plan is empty", hint='for instance: find("main") | callees')
        plan = self._plan()
        if self._kind != "end":
            raise self._error(self.tokens[self.at][2], f"{self._text!r} is one too many")
        return plan

    def _plan(self) -> Plan:
        plan = self._chain()
        sides = 1
        while self._text in ("&", "+", "-") and self._kind == "mark":
            sides += 1
            if sides > MAX_STEPS:
                raise self._error(self.tokens[self.at][2], f"more than {MAX_STEPS} sets are joined")
            plan = Both(self._take(), plan, self._chain())
        return plan

    def _chain(self) -> Plan:
        plan = self._step(None)
        steps = 1
        while self._is("|"):
            steps += 1
            if steps > MAX_STEPS:
                raise self._error(self.tokens[self.at][2], f"this chain has more than {MAX_STEPS} steps")
            self._take()
            plan = self._step(plan)
        return plan

    def _step(self, source: Plan | None) -> Plan:
        if source is None and self._is("("):
            self._open()
            plan = self._plan()
            self._close()
            return plan
        if source is None and self._kind == "text":
            return find(self._quoted())
        if self._kind != "name":
            raise self._error(self.tokens[self.at][2], "a step is missing")
        name = self._take()
        values: list[Value] = []
        options: list[tuple[str, Value]] = []
        if self._is("("):
            self._open()
            while not self._is(")"):
                self._argument(values, options)
                if not self._is(")"):
                    self._expect(",")
            self._close()
        return Call(name, source, tuple(values), tuple(options))

    def _argument(self, values: list[Value], options: list[tuple[str, Value]]) -> None:
        if self._kind == "name" and self.tokens[self.at + 1][1] == "=":
            name = self._take()
            self._take()
            options.append((name, self._given()))
        else:
            values.append(self._given())

    def _given(self) -> Value:
        after = self.tokens[min(self.at + 1, len(self.tokens) - 1)]
        alone = after[0] == "mark" and after[1] in (",", ")")
        if self._kind == "number":
            return int(self._take())
        if self._kind == "text" and alone:
            return self._quoted()
        if self._kind == "name" and alone and _BARE.match(self._text):
            return self._take()
        return self._plan()

    def _quoted(self) -> str:
        raw = self._take()
        if raw[0] == "'":
            raw = '"' + raw[1:-1].replace("\\'", "'").replace('"', '\\"') + '"'
        try:
            return str(json.loads(raw, strict=False))
        except ValueError:
            raise self._error(self.tokens[self.at - 1][2], "a backslash in a text is written twice") from None

    @property
    def _kind(self) -> str:
        return self.tokens[self.at][0]

    @property
    def _text(self) -> str:
        return self.tokens[self.at][1]

    def _is(self, mark: str) -> bool:
        return self._kind == "mark" and self._text == mark

    def _take(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1][1]

    def _expect(self, mark: str) -> None:
        if not self._is(mark):
            raise self._error(self.tokens[self.at][2], f"a {mark!r} is missing")
        self._take()

    def _open(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self._error(self.tokens[self.at][2], "this is nested too deeply")
        self._expect("(")

    def _close(self) -> None:
        self.depth -= 1
        self._expect(")")

    def _error(self, at: int, what: str) -> UsageError:
        return UsageError(
            f"in the plan, at column {at + 1}: {what}", hint="codeqa query --steps lists the steps, with examples"
        )
