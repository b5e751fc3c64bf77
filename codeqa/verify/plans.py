"""Plans that somebody else wrote down, looked at before they run: a count must not cost more than it is worth."""

from __future__ import annotations

import re

from codeqa.domain import CodeqaError
from codeqa.plan import Both, Call, Plan, Runner, parse
from codeqa.verify.recorded import speakable

MAX_STEPS = 80
MAX_STEP_NUMBER = 1_000_000
MAX_PATTERN = 200
_REPEAT = re.compile(r"(?<!\\)[*+{]")
_REPEATED_GROUP = re.compile(r"\)[*+{]")  # (a+)+ takes time that doubles with each character


def count(runner: Runner, text: str) -> tuple[int, str]:
    """Run a plan; return its number, and why there is none, "" if there is."""
    try:
        plan = parse(text)
        if trouble := _trouble(plan):
            return 0, f"the plan is not run: {trouble}"
        return runner.number(plan), ""
    except CodeqaError as error:
        return 0, f"the plan cannot be run: {error.message}"
    except RecursionError:
        return 0, "the plan is not run: it is nested too deeply"


def _trouble(plan: Plan) -> str:
    """Say why a plan is not run, "" if it may be. Looks at one step after another: a chain may be very long."""
    waiting: list[Plan] = [plan]
    steps = 0
    while waiting:
        here = waiting.pop()
        steps += 1
        if steps > MAX_STEPS:
            return f"it has more than {MAX_STEPS} steps"
        if isinstance(here, Both):
            waiting += [here.left, here.right]
            continue
        waiting += [here.source] if here.source is not None else []
        for value in (*here.values, *(given for _, given in here.options)):
            if isinstance(value, (Call, Both)):
                waiting.append(value)
            elif reason := _value(value):
                return reason
    return ""


def _value(value: str | int) -> str:
    if isinstance(value, int):
        return f"{value} is too large a number" if value > MAX_STEP_NUMBER else ""
    if not speakable(value):
        return "it names what no index can hold"
    pattern = len(value) > 2 and value[0] == value[-1] == "/"
    if pattern and (len(value) > MAX_PATTERN or len(_REPEAT.findall(value)) > 2 or _REPEATED_GROUP.search(value)):
        return "its regular expression may take for ever"
    return ""
