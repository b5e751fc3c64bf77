"""Questions that people wrote, each with what a right answer needs, as JSON lines: docs/models.md has the form."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from codeqa.domain import Answer, Hop, UsageError

LONGEST = 20_000_000  # bytes of a file of questions
EDGES = {"caller": {"calls", "instantiates"}, "overrider": {"overrides"}, "user": {"calls", "instantiates", "reads"}}
ROLES = ("caller", "overrider", "step", "test", "user")  # of a trap that a walk can be seen to fall into
_TEXTS = ("id", "kind", "repo")
_LISTS = ("must", "any", "path_steps")
_KNOWN = {"question", "answerable", "traps", *_TEXTS, *_LISTS}
_FORM = 'such as {"question": "who calls add?", "must": ["src/app.py::main"]}'


@dataclass(frozen=True, slots=True)
class Question:
    """A question with what a right answer needs. A symbol is `path::Qualified.name`; a path stands for all in it."""

    question: str
    id: str
    kind: str = "question"  # what a table groups it under
    repo: str = ""  # folder of its repository, beside the file of questions; "" is the one that is asked
    must: tuple[str, ...] = ()  # each has to be cited
    any: tuple[str, ...] = ()  # one of these has to be cited
    path_steps: tuple[str, ...] = ()  # from each of these the walk has to lead to the next
    traps: tuple[tuple[str, str], ...] = ()  # symbols that are not what a role says
    answerable: bool = True


def load(path: Path) -> list[Question]:
    """Read a file of questions. Raises UsageError, which names the line that is wrong."""
    try:
        if path.stat().st_size > LONGEST:
            raise UsageError(f"{path} is too large for a file of questions", hint=f"{LONGEST:,} bytes at most")
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read: {error}", hint="it is to be JSON lines in UTF-8") from error
    found: dict[str, Question] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            question = read(json.loads(line), str(number))
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{path}:{number}: {error}", hint=f"a line is an object, {_FORM}") from error
        if question.id in found:
            raise UsageError(f"{path}:{number}: a second question has the id {question.id!r}", hint="ids are unique")
        found[question.id] = question
    if not found:
        raise UsageError(f"{path} has no question", hint=f"a line is an object, {_FORM}")
    return list(found.values())


def read(value: Any, number: str) -> Question:  # noqa: ANN401 - whatever JSON has
    """Return the question of one line; without an id its number is its id. Raises ValueError, which says why."""
    if not isinstance(value, dict):
        raise ValueError("it is no object")
    if unknown := sorted(value.keys() - _KNOWN):
        raise ValueError(f"{', '.join(unknown)}: there are only {', '.join(sorted(_KNOWN))}")
    if not isinstance(value.get("question"), str) or not value["question"].strip():
        raise ValueError("it has no question")
    answerable = value.get("answerable", True)
    if not isinstance(answerable, bool):
        raise ValueError("answerable is true or false")
    texts = {name: _text(value, name) for name in _TEXTS if name in value}
    lists = {name: _list(value, name) for name in _LISTS if name in value}
    if answerable and not any(lists.values()):
        raise ValueError("it does not say what a right answer needs: must, any or path_steps")
    if len(lists.get("path_steps", ("", ""))) == 1:
        raise ValueError("path_steps are two or more")
    traps = _traps(value.get("traps", []))
    given: dict[str, Any] = {"id": number, **texts, **lists, "traps": traps, "answerable": answerable}
    return Question(value["question"], **given)


def _text(value: Mapping[str, Any], name: str) -> str:
    if not isinstance(value[name], str) or not value[name]:
        raise ValueError(f"{name} is a text")
    return str(value[name])


def _list(value: Mapping[str, Any], name: str) -> tuple[str, ...]:
    given = value[name]
    if not isinstance(given, list) or not all(isinstance(item, str) and item.strip() for item in given):
        raise ValueError(f'{name} is a list of symbols, such as ["src/app.py::main"]')
    return tuple(given)


def _traps(given: Any) -> tuple[tuple[str, str], ...]:  # noqa: ANN401 - whatever JSON has
    right = isinstance(given, list) and all(
        isinstance(trap, dict) and isinstance(trap.get("symbol"), str) and isinstance(trap.get("as"), str)
        for trap in given
    )
    if not right:
        raise ValueError('traps are objects such as {"symbol": "src/app.py::main", "as": "caller"}')
    return tuple((trap["symbol"], trap["as"]) for trap in given)


# -------------------------------------------------------------------------------------------------------------- grading


def grade(question: Question, answer: Answer) -> tuple[str, str]:
    """Return right, partly, wrong or abstained, and why it is not right.

    What has no answer is right if nothing is claimed.
    """
    if not question.answerable:
        right = answer.status == "abstained" or not answer.claims
        return ("right", "") if right else ("wrong", "answered what has no answer")
    if answer.status == "abstained":
        return "abstained", "abstained"
    missing = [symbol for symbol in question.must if not is_cited(answer, symbol)]
    reasons = [f"not cited: {', '.join(missing)}"] if missing else []
    met = len(question.must) - len(missing)
    if question.any:
        one = any(is_cited(answer, symbol) for symbol in question.any)
        met += one
        reasons += [] if one else [f"none is cited of {', '.join(question.any)}"]
    apart = [f"{a} → {b}" for a, b in pairwise(question.path_steps) if not leads(answer.walk, a, b)]
    met += max(0, len(question.path_steps) - 1) - len(apart)
    reasons += [f"the walk does not lead {', '.join(apart)}"] if apart else []
    return ("right" if not reasons else "partly" if met else "wrong"), "; ".join(reasons)


def is_cited(answer: Answer, symbol: str) -> bool:
    """Tell whether a symbol, or something nested in it, is cited; of a file or folder, anything in it."""
    path, inside, name = symbol.partition("::")
    if not inside:
        return any(f"{c.path}/".startswith(f"{path.rstrip('/')}/") for c in answer.citations)
    return any(c.path == path and f"{_plain(c.symbol)}.".startswith(f"{_plain(name)}.") for c in answer.citations)


def leads(walk: Iterable[Hop], source: str, target: str) -> bool:
    """Tell whether hops lead from one symbol, or something nested in it, to another."""
    steps: dict[str, list[str]] = defaultdict(list)
    for hop in walk:
        steps[hop.src].append(hop.dst)
    left = [key for key in steps if _within(key, source)]
    seen = set(left)
    while left:
        for key in steps.get(left.pop(), ()):
            if _within(key, target):
                return True
            if key not in seen:
                seen.add(key)
                left.append(key)
    return False


def trapped(question: Question, answer: Answer) -> list[str]:
    """Return what an answer that takes itself for one says of namesakes, and is not true of them."""
    if answer.status != "answered":  # one in part shows what lies around: that it passes by a namesake is no claim
        return []
    return [
        f"{end} is no {role} here"
        for symbol, role in question.traps
        if role in ROLES
        for end in claimed(answer, symbol, role)
    ]


def claimed(answer: Answer, symbol: str, role: str) -> list[str]:
    """Return the steps of the walk that say of a symbol that it has a role."""
    hops = [hop for hop in answer.walk if hop.edge in EDGES.get(role, {hop.edge})]
    ends: Sequence[str] = [hop.src for hop in hops] + ([hop.dst for hop in hops] if role == "step" else [])
    return [
        end
        for end in ends
        if end.split("#")[0] == symbol or end.startswith((f"{symbol}::", f"{symbol}.", f"{symbol}/"))
    ]


def _within(key: str, symbol: str) -> bool:
    return f"{_plain(key)}.".startswith((f"{_plain(symbol)}.", f"{_plain(symbol)}::"))


def _plain(name: str) -> str:
    """Return a qualified name without the numbers of twins."""
    return re.sub(r"#\d+(?=\.|$)", "", name)
