"""Plans and what they find, as a person reads them, and the table of their steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from codeqa.cli.jsonable import jsonable, record
from codeqa.cli.show_answer import chain
from codeqa.cli.show_cards import columns, hop_of, place_row, unresolved
from codeqa.cli.terminal import Terminal
from codeqa.domain import Edge, Hop
from codeqa.plan import STEPS, Both, Call, Parameter, Plan, Result, Row, Signature, parse
from codeqa.plan.language import Value
from codeqa.plan.wording import describe
from codeqa.wording import label

MAX_PLACES = 8  # further places of one row's last step
GROUPS = {  # steps by what they are for: in this order they are listed
    "where plans start": ("find", "search", "all"),
    "calls": ("callers", "callees", "instantiations", "creates", "registrations"),
    "hierarchy": ("subclasses", "implementers", "bases", "overriders", "overrides"),
    "data, errors, types, files": (
        *("readers", "writers", "reads", "writes", "raisers", "raises", "decorators", "decorated", "typed"),
        *("importers", "imports", "users", "members", "owner", "files", "tests", "documents"),
    ),
    "further away": ("impact", "reach", "reached_by", "path", "between"),
    "keep some": ("where", "defining", "calls_super", "having", "without", "rank", "first"),
    "numbers": ("count", "sites", "unresolved", "length"),
}
EXAMPLES = {  # over the small shop of docs/plans.md
    "find": 'find("Checkout.place")',
    "search": 'search("try an action again", limit=3)',
    "all": 'all(kind="class")',
    "callers": 'find("backoff") | callers(depth=2)',
    "callees": 'find("Checkout.place") | callees',
    "instantiations": 'find("CardGateway") | instantiations',
    "creates": 'find("make_checkout") | creates',
    "registrations": 'find("Checkout") | registrations',
    "subclasses": 'find("Gateway") | subclasses',
    "implementers": 'find("Gateway.authorise") | implementers',
    "bases": 'find("CardGateway") | bases',
    "overriders": 'find("Gateway.authorise") | overriders',
    "overrides": 'find("CardGateway.authorise") | overrides',
    "readers": 'find("DEFAULT_ATTEMPTS") | readers',
    "writers": 'find("Checkout.attempts") | writers',
    "reads": 'find("Checkout.place") | reads',
    "writes": 'find("Checkout.__init__") | writes',
    "raisers": 'find("PaymentError") | raisers',
    "raises": 'find("Checkout.place") | raises',
    "decorators": 'find("Checkout.place") | decorators',
    "decorated": 'find("retry") | decorated',
    "typed": 'find("Gateway") | typed',
    "importers": 'find("PaymentError") | files | importers',
    "imports": 'find("Checkout") | files | imports',
    "users": 'find("Gateway") | users',
    "members": 'find("Checkout") | members',
    "owner": 'find("Checkout.charge") | owner',
    "files": 'find("Gateway") | subclasses | files',
    "tests": 'find("backoff") | tests',
    "documents": 'find("Checkout.place") | documents',
    "impact": 'find("send") | impact',
    "reach": 'find("Checkout.place") | reach(depth=3)',
    "reached_by": 'find("backoff") | reached_by',
    "path": 'path(find("Checkout.place"), find("backoff"))',
    "between": 'between(find("Checkout.place"), find("backoff"))',
    "where": 'find("Checkout") | members | where(kind="method", text="basket")',
    "defining": 'find("Gateway") | subclasses | defining("authorise")',
    "calls_super": 'find("Gateway") | subclasses | members(name="authorise") | calls_super',
    "having": 'find("Checkout") | members | having("raises")',
    "without": 'all(kind="function") | without("callers")',
    "rank": 'all(kind="function") | rank("callers")',
    "first": 'all(kind="class") | rank("users") | first(1)',
    "count": 'find("Gateway") | subclasses | count',
    "sites": 'find("retry") | callers | sites',
    "unresolved": 'find("send") | unresolved',
    "length": 'path(find("Checkout.place"), find("backoff")) | length',
}


# ---------------------------------------------------------------------------------------------------------------- plans


def gives(text: str) -> str:
    """Return what a plan gives: set, number or path."""
    plan = parse(text)
    return STEPS[plan.name].gives if isinstance(plan, Call) and plan.name in STEPS else "set"


def in_words(text: str) -> str:
    """Return what a plan finds, in English."""
    return _words(parse(text))


def _words(plan: Plan) -> str:
    said = describe(plan, lambda name: f"`{label(name)}`")
    return f"the number of {said}" if isinstance(plan, Call) and STEPS[plan.name].gives == "number" else said


def names(text: str) -> list[str]:
    """Return what a plan finds by name, or by id, in the order of writing."""
    return list(dict.fromkeys(_found(parse(text))))


def _found(value: Value) -> Iterator[str]:
    if isinstance(value, Both):
        yield from _found(value.left)
        yield from _found(value.right)
    elif isinstance(value, Call):
        if value.name == "find":
            yield str(value.values[0])
        if value.source is not None:
            yield from _found(value.source)
        for each in (*value.values, *(given for _, given in value.options)):
            yield from _found(each)


def plans(
    described: Sequence[Mapping[str, str]],
    names: Mapping[str, str],
    notes: Sequence[str],
    out: Terminal,
    *,
    quiet: bool,
) -> None:
    """Write the plans of a question, each with what it finds, and what its names were linked to, with places."""
    for each in described:
        out.line((each["plan"], "code"))
        if not quiet:
            out.line("  ", each["words"])
    if not described and not quiet:
        out.line("this question compiles to no plan; codeqa ask may answer it in another way")
    if names and not quiet:
        out.heading("names")
        for row in columns([[(label(key), "name"), (place, "path"), (key, "dim")] for key, place in names.items()]):
            out.line("  ", *row)
    if notes and not quiet:
        out.heading("notes")
        for note in notes:
            out.prose(f"{out.glyphs['dot']} {note}", indent="  ")


# -------------------------------------------------------------------------------------------------------------- results


def result(found: Result, out: Terminal, limit: int) -> None:
    """Write what a plan found: a number, a chain, or rows with the steps that led to each."""
    if found.gives == "number":
        out.line((f"{found.number:,}", "name"), (f"  {_words(found.plan)}", "dim"))
    elif found.gives == "path":
        _path(found, out)
    else:
        _set(found, out, limit)
    for note in found.notes:
        out.line()
        out.line((f"{out.glyphs['dot']} {note}", "warn"))
    unresolved(found.unresolved, out)


def _path(found: Result, out: Terminal) -> None:
    if found.edges:
        chain([hop_of(edge) for edge in found.edges], out)
    else:
        out.line(f"no chain of edges was found; {found.searched:,} symbols were looked at")


def _set(found: Result, out: Terminal, limit: int) -> None:
    what = _words(found.plan)
    if not found.rows:
        out.line(f"nothing found: {what}")
        return
    out.line((f"{len(found.rows):,}", "name"), (f"  {what}", "dim"))
    shown = found.rows[:limit]
    for row, pieces in zip(shown, columns([place_row(row.symbol) for row in shown]), strict=True):
        out.line("  ", *pieces)
        chain(_in_order(row), out, indent="  ")
        _places(row, out)
    if len(found.rows) > limit:
        more = len(found.rows) - limit
        out.line((f"  {out.glyphs['more']} {more:,} more (--limit {len(found.rows)} shows them)", "dim"))


def _in_order(row: Row) -> list[Hop]:
    """Return the steps that led to a row, from its start or from its end: as they go on from one to the next."""
    hops = [hop_of(edge) for edge in row.edges]
    return hops if _breaks(hops) < _breaks(hops[::-1]) else hops[::-1]


def _breaks(hops: Sequence[Hop]) -> int:
    return sum(one.dst != other.src for one, other in pairwise(hops))


def _places(row: Row, out: Terminal) -> None:
    """Write where else the last step stands, beside the line that is shown."""
    shown = {edge.site for edge in row.edges}
    more = [site for site in dict.fromkeys(edge.site for edge in row.sites) if site not in shown]
    if more:
        rest = f" and {len(more) - MAX_PLACES} more" if len(more) > MAX_PLACES else ""
        out.line((f"      also at {', '.join(more[:MAX_PLACES])}{rest}", "dim"))


def as_json(found: Result, limit: int) -> dict[str, object]:
    """Return the object of docs/json.md."""
    is_number = found.gives == "number"
    edges: Sequence[Edge] = found.edges
    return {
        "plan": str(found.plan),
        "gives": found.gives,
        "number": found.number if is_number else None,
        "rows": [record(row) for row in found.rows[:limit]] if found.gives == "set" else [],
        "total": len(found.rows) if found.gives == "set" else 0,
        "edges": [jsonable(edge) for edge in edges],
        "symbols": [jsonable(row.symbol) for row in found.rows] if found.gives == "path" else [],
        "searched": found.searched,
        "unresolved": [jsonable(site) for site in found.unresolved],
        "notes": found.notes,
    }


# ---------------------------------------------------------------------------------------------------------------- steps


def signature(name: str) -> str:
    """Return a step as its table has it: `set | callers(depth=1) → set`."""
    step: Signature = STEPS[name]
    given = ", ".join(_parameter(parameter) for parameter in step.parameters)
    before = f"{step.takes} | " if step.takes else ""
    return f"{before}{name}{f'({given})' if given else ''} → {step.gives}"


def _parameter(parameter: Parameter) -> str:
    if parameter.default is None:
        return f"{parameter.name}: {parameter.type}"
    default = f'"{parameter.default}"' if isinstance(parameter.default, str) else parameter.default
    return f"{parameter.name}={default}"


def steps(out: Terminal) -> None:
    """Write the table of steps, with an example each."""
    arrow = f"{out.glyphs['line']}{out.glyphs['right']}"
    for title, names in GROUPS.items():
        out.heading(title)
        for name in names:
            out.line("  ", (signature(name).replace("→", arrow), "name"))
            out.line("      ", STEPS[name].about)
            out.line("      ", (EXAMPLES[name], "code"))
    out.line()
    out.line("joined by  A & B  in both,  A + B  in either,  A - B  in A only; parentheses group: (A + B) | callers")


def steps_as_json() -> list[dict[str, object]]:
    """Return the table of steps as docs/json.md has it."""
    return [
        {
            "name": name,
            "takes": STEPS[name].takes,
            "gives": STEPS[name].gives,
            "about": STEPS[name].about,
            "parameters": [record(parameter) for parameter in STEPS[name].parameters],
            "example": EXAMPLES[name],
        }
        for names in GROUPS.values()
        for name in names
    ]


def table() -> str:
    """Return the table of steps of docs/plans.md."""
    lines: list[str] = []
    for title, names in GROUPS.items():
        lines += [f"**{title[:1].upper()}{title[1:]}**", "", "| step | finds | for instance |", "|---|---|---|"]
        for name in names:
            cells = (f"`{signature(name)}`", STEPS[name].about, f"`{EXAMPLES[name]}`")
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        lines.append("")
    return "\n".join(lines)
