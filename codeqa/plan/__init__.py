"""Plans: walks written down, as compositions of typed steps over the graph.

A question compiles to one, `codeqa query` runs one that a user writes, and a count in an answer carries the one that
counts it again. `parse` and `str` are inverses; `check` finds what is wrong before anything runs.
"""

from codeqa.plan.language import Both, Call, Plan, find, parse, piped, render, search, united
from codeqa.plan.run import Result, Row, Runner
from codeqa.plan.steps import STEPS, Parameter, Signature, check

__all__ = [
    "STEPS",
    "Both",
    "Call",
    "Parameter",
    "Plan",
    "Result",
    "Row",
    "Runner",
    "Signature",
    "check",
    "find",
    "parse",
    "piped",
    "render",
    "search",
    "united",
]
