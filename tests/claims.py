"""Fixtures claim in their comments what must resolve where; this reads the claims and holds them against the edges.

The forms are those of CONTRIBUTING.md, "Fixtures". Nothing here knows a language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from codeqa import languages, parse
from codeqa.config import FileSettings
from codeqa.domain import Definition, Edge, EdgeKind, Facts, Import, Reference, Strategy
from codeqa.files import role
from codeqa.index import detect
from codeqa.languages import Language
from codeqa.resolve import Environment, Resolution, Resolver, provided_keys, symbol_key

ROOT = Path(__file__).resolve().parent.parent / "fixtures"
SIDECAR = "claims.txt"

KINDS = {
    "call": {EdgeKind.CALLS},
    "instantiate": {EdgeKind.INSTANTIATES},
    "base": {EdgeKind.INHERITS, EdgeKind.IMPLEMENTS},
    "implements": {EdgeKind.IMPLEMENTS},
    "decorator": {EdgeKind.DECORATES},
    "type": {EdgeKind.TYPES},
    "read": {EdgeKind.READS, EdgeKind.REGISTERS},  # what hands a function on reads it
    "registers": {EdgeKind.REGISTERS},
    "refers": {EdgeKind.REFERS},
    "write": {EdgeKind.WRITES},
    "raise": {EdgeKind.RAISES},
    "mention": {EdgeKind.DOCUMENTS},
    "overrides": {EdgeKind.OVERRIDES},
}
ROLES = {*KINDS, "import", "definition", "doc"}
OWN = {"overrides", "registers", "refers"}  # `none` of these denies that kind of edge alone
SURE = {Strategy.EXACT, Strategy.INFERRED, Strategy.CALLBACK, Strategy.JOIN}

_MARKER = r"(?:\{/\*|/\*|//|#|<!--|\.\.|--|;)"
_LOOKS_LIKE = re.compile(rf"\s*{_MARKER}\s*(?:\^|<-)(?:\s|$)")
_FORM = re.compile(rf"(\s*)({_MARKER}\s*)(\^|<-)\s+(\w+):\s*(.+?)\s*(?:\*/\}}?|-->)?\s*$")
_SIDE = re.compile(r"(.+?):(\d+):(.+?) (\w+): (.+)$")
_WORD = re.compile(r"[$#~@]?[^\W\d][\w$]*")
_IDENTIFIER = re.compile(r"[^\W\d]\w*")


class BadClaim(Exception):
    """A claim that says nothing: malformed, or its arrow points at no identifier."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement of a fixture. `offset` is the byte it is about, `word` the identifier that stands there."""

    language: str
    path: str
    line: int  # of the claim itself
    where: str  # the file that makes it: `path`, or a sidecar
    offset: int
    word: str
    role: str
    target: str

    def __str__(self) -> str:
        return f"{self.language}/{self.where}:{self.line} {self.role}"

    @property
    def positive(self) -> bool:
        return self.target != "none"


@dataclass(frozen=True, slots=True)
class Fixture:
    """A folder of `fixtures/` as codeqa sees it: every file parsed, all of them resolved together."""

    facts: dict[str, Facts]
    resolutions: dict[str, Resolution]
    env: Environment

    def edges(self, path: str, offset: int, kinds: Iterable[EdgeKind] = EdgeKind) -> list[Edge]:
        wanted = set(kinds)
        found = self.resolutions[path].edges if path in self.resolutions else []
        return [e for e in found if e.start_byte == offset and e.kind in wanted and e.strategy is not Strategy.NAME]

    def definitions(self, path: str) -> list[Definition]:
        return self.facts[path].interface.definitions

    def reference(self, path: str, offset: int) -> Reference | None:
        return next((r for r in self.facts[path].references if r.start == offset), None)


def fixture_names() -> list[str]:
    """Return the languages that have a fixture and something to claim: plain text has no grammar."""
    return [name for name in sorted(path.name for path in ROOT.iterdir() if path.is_dir()) if _claimable(name)]


def _claimable(name: str) -> bool:
    language = languages.load().get(name)
    return language is not None and bool(language.grammar.module)


@cache
def build(name: str) -> Fixture:
    """Parse and resolve one folder of `fixtures/`, as the indexer would."""
    known = languages.load()
    root = ROOT / name
    found = {path: known[language] for path, language in _files(name).items() if language}
    facts = {
        path: parse.parse(language, (root / path).read_bytes())
        for path, language in found.items()
        if language.grammar.module
    }
    named: dict[str, list[tuple[str, str]]] = {}
    for path in sorted(facts):
        for definition in facts[path].interface.definitions:
            named.setdefault(definition.name, []).append((path, definition.qualname))
    env = Environment(
        known,
        found,
        lambda path: facts[path].interface if path in facts else None,
        lambda text: sorted(named.get(text, [])),
        lambda path: (root / path).read_text(encoding="utf-8"),
        lambda key: sorted(p for p in facts if key in provided_keys(facts[p].interface, known.joins)),
        lambda path: role(path, known.test_globs()) == "test",
    )
    resolver = Resolver(env)
    return Fixture(facts, {path: resolver.resolve(path, facts[path].references) for path in sorted(facts)}, env)


def _files(name: str) -> dict[str, str]:
    found = detect(ROOT / name, FileSettings(), languages.load(), None).read
    return {path: language or _by_shebang(ROOT / name / path) for path, language in found.items()}


def _by_shebang(path: Path) -> str:
    found = languages.load().of(path.name, path.read_bytes()[:256])
    return found.name if found else ""


# ------------------------------------------------------------------------------------------------------- reading claims


@cache
def claims(name: str) -> tuple[Claim, ...]:
    """Return every claim of a fixture.

    Raises:
        BadClaim: one is malformed, has a role nobody knows, or points at no identifier.
    """
    found: list[Claim] = []
    for path, language in sorted(_files(name).items()):
        text = (ROOT / name / path).read_text(encoding="utf-8")
        if path.rpartition("/")[2] == SIDECAR:
            found += _sidecar(name, path, text)
        elif language:
            found += from_comments(name, path, text, languages.load()[language])
    return tuple(found)


def from_comments(name: str, path: str, text: str, language: Language) -> Iterator[Claim]:
    """Yield the claims that the comments of one source make."""
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.encode()) + 1)
    code = -1
    for number, line in enumerate(lines):
        if not _LOOKS_LIKE.match(line):
            if line.strip() and not line.lstrip().startswith(language.text.line_comment or "\0"):
                code = number
            continue
        match = _FORM.match(line)
        at = f"{name}/{path}:{number + 1}"
        if match is None or code < 0:
            raise BadClaim(f"{at}: not a claim: {line.strip()}")
        indent, marker, arrow, role, target = match.groups()
        column = len(indent) if arrow == "<-" else len(indent) + len(marker)
        word = _word_at(lines[code], column, role, language.kind == "code", at)
        offset = starts[code] + len(lines[code][:column].encode())
        yield _checked(Claim(name, path, number + 1, path, offset, word, role, target))


def _word_at(line: str, column: int, role: str, code: bool, at: str) -> str:
    match = _WORD.match(line, column)
    inside = column > 0 and bool(re.match(r"\w", line[column - 1 : column])) and bool(match)
    if match and not inside:
        return match[0]
    if column < len(line) and line[column].strip() and not inside and (not code or role in ("import", "refers")):
        return line[column:].split()[0]
    raise BadClaim(f"{at}: the arrow points at no identifier of {line.strip()!r}: {line[column : column + 12]!r}")


def _sidecar(name: str, path: str, text: str) -> Iterator[Claim]:
    """`path:line:name role: target`, for formats that have no comments."""
    folder = path.removesuffix(SIDECAR)
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        match = _SIDE.match(line)
        if match is None:
            raise BadClaim(f"{name}/{path}:{number}: not a claim: {line}")
        about, row, word, role, target = match.groups()
        lines = (ROOT / name / folder / about).read_text(encoding="utf-8").split("\n")
        column = lines[int(row) - 1].find(word) if int(row) <= len(lines) else -1
        if column < 0:
            raise BadClaim(f"{name}/{path}:{number}: {about}:{row} has no {word!r}")
        offset = len("\n".join([*lines[: int(row) - 1], lines[int(row) - 1][:column]]).encode())
        yield _checked(Claim(name, folder + about, number, path, offset, word, role, target))


def _checked(claim: Claim) -> Claim:
    if claim.role not in ROLES:
        raise BadClaim(f"{claim}: no such claim; there are {', '.join(sorted(ROLES))}")
    return claim


# ------------------------------------------------------------------------------------------------------ checking claims


def fault(claim: Claim) -> str:
    """Say what contradicts a claim, "" if nothing does."""
    fixture = build(claim.language)
    if claim.path not in fixture.facts:
        return f"{claim.path} was not parsed"
    if claim.role in ("definition", "doc"):
        return _definition_fault(claim, fixture)
    if claim.role == "import":
        return _import_fault(claim, fixture)
    return _edge_fault(claim, fixture)


def _definition_fault(claim: Claim, fixture: Fixture) -> str:
    found = [d for d in fixture.definitions(claim.path) if d.name_start == claim.offset]
    if claim.role == "doc":
        docs = [" ".join(d.doc.split()) for d in found]
        return "" if any(doc.startswith(claim.target) for doc in docs) else f"the documentation is {docs}"
    if not claim.positive:
        return f"it is a definition: {_listed(found)}" if found else ""
    if [f"{d.kind} {d.qualname}" for d in found] == [claim.target]:
        return ""
    code = (ROOT / claim.language / claim.path).read_bytes()
    line = code.count(b"\n", 0, claim.offset) + 1
    near = [d for d in fixture.definitions(claim.path) if d.name_line == line]
    return f"defined there: {_listed(found)}; on that line: {_listed(near)}"


def _listed(definitions: Iterable[Definition]) -> str:
    return ", ".join(f"{d.kind} {d.qualname}" for d in definitions) or "nothing"


def _edge_fault(claim: Claim, fixture: Fixture) -> str:
    if not claim.positive:
        kinds = KINDS[claim.role] if claim.role in OWN else EdgeKind
        sure = [e for e in fixture.edges(claim.path, claim.offset, kinds) if e.strategy is not Strategy.AMBIGUOUS]
        return f"it resolves: {_shown(sure)}" if any(_inside(e) for e in sure) else ""
    found = fixture.edges(claim.path, claim.offset, KINDS[claim.role])
    wanted, several = _wanted(claim.target)
    strategies = {e.strategy for e in found}
    sure = strategies == {Strategy.AMBIGUOUS} if several else strategies <= SURE
    if {e.dst for e in found} == wanted and sure:
        return ""
    return f"{_shown(fixture.edges(claim.path, claim.offset))}; {_reference_shown(claim, fixture)}"


def _wanted(target: str) -> tuple[set[str], bool]:
    """Return the ids a target text names, and whether it says that none of them is certain."""
    head, _, rest = target.partition(" ")
    if head.rstrip(":") == "ambiguous":
        return {_wanted(part.strip())[0].pop() for part in rest.split(",")}, True
    return {f"external::{rest.strip()}" if head == "external" else target}, False


def _inside(edge: Edge) -> bool:
    return not edge.dst.startswith("external::")


def _shown(edges: Iterable[Edge]) -> str:
    return "found: " + (", ".join(f"{e.kind} {e.dst} ({e.strategy})" for e in edges) or "no edge")


def _reference_shown(claim: Claim, fixture: Fixture) -> str:
    reference = fixture.reference(claim.path, claim.offset)
    if reference is None:
        return f"{claim.word!r} is not extracted as a reference"
    return f"{claim.word!r} is extracted as {reference.role} with receiver {reference.receiver!r}"


def _import_fault(claim: Claim, fixture: Fixture) -> str:
    item = _import_at(claim, fixture)
    if item is None:
        return (
            f"no import there; the file has {[(i.module, i.name) for i in fixture.facts[claim.path].interface.imports]}"
        )
    names = {item.module, item.name or item.local}
    edges = [e for e in fixture.edges(claim.path, item.start, {EdgeKind.IMPORTS}) if e.name in names]
    if not claim.positive:
        return f"it resolves: {_shown(edges)}" if any(_inside(e) for e in edges) else ""
    language = fixture.env.language(claim.path)
    modules = set(fixture.env.modules.locate(language, claim.path, item.module).paths) if language else set()
    found = {e.dst for e in edges}
    wanted, _ = _wanted(claim.target)
    modules |= {target.partition("::")[0] for target in wanted if "::" in target}
    if found == wanted or found - modules == wanted:
        return ""
    return f"{_shown(edges)}; imported: {item.name!r} of {item.module!r}"


def _import_at(claim: Claim, fixture: Fixture) -> Import | None:
    """Return the import a claim points at: at its byte, or the last one before it that has the word as a part."""
    items = fixture.facts[claim.path].interface.imports
    exact = [i for i in items if i.start == claim.offset]
    words = [i for i in items if i.start <= claim.offset and claim.word in _words(i)]
    best = [i for i in exact if claim.word in _words(i)] or exact[:1] or words[-1:]
    if best:
        return best[0]
    code = (ROOT / claim.language / claim.path).read_bytes()
    line = code.count(b"\n", 0, claim.offset) + 1
    return next((i for i in items if i.line == line), None)


def _words(item: Import) -> set[str]:
    return {item.name, item.local, *_IDENTIFIER.findall(item.module)[-1:]}


# ------------------------------------------------------------------------------------------------ what the claims prove


def proven(name: str) -> dict[str, bool]:
    """Return what the claims of a fixture prove of the table that `codeqa languages` shows."""
    made = [claim for claim in claims(name) if claim.positive]
    roles = {claim.role for claim in made}
    return {
        "definitions": "definition" in roles,
        "methods": any(c.role == "definition" and c.target.split()[0] in ("method", "constructor") for c in made),
        "docs": "doc" in roles,
        "imports": "import" in roles,
        "locals": any(map(_about_local, claims(name))),
        "calls": "call" in roles,
        "inheritance": bool(roles & {"base", "implements"}),
        "types": "type" in roles,
        "decorators": "decorator" in roles,
        "callbacks": "registers" in roles,
    }


def _about_local(claim: Claim) -> bool:
    """Tell whether a claim hangs on a parameter or local: the root of its reference is one."""
    if claim.role in ("import", "definition", "doc", "overrides"):
        return False
    fixture = build(claim.language)
    reference = fixture.reference(claim.path, claim.offset)
    if reference is None:
        return False
    interface = fixture.facts[claim.path].interface
    root = re.split(r"[.(\[]", reference.receiver or reference.name, maxsplit=1)[0]
    bound = {b.scope for b in interface.bindings if b.name == root}
    scope = reference.scope
    while scope >= 0 and scope not in bound:
        scope = interface.scopes[scope].parent
    return scope >= 0


def target_exists(claim: Claim) -> bool:
    """Tell whether the ids that a claim names are files or symbols of its fixture."""
    fixture = build(claim.language)
    if claim.role in ("definition", "doc") or not claim.positive:
        return True
    known = {symbol_key(path, d.qualname) for path in fixture.facts for d in fixture.definitions(path)}
    return all(
        i in known or i in _files(claim.language) or i.startswith("external::") for i in _wanted(claim.target)[0]
    )
