"""Texts and objects on two sides → edges: who uses one leads to what provides it (`grammars/joins.toml`).

A join needs one domain and one text. Where the table says that both sides must use the same object, their chains are
evaluated and must agree. What is provided nearest is meant; if several places provide it still, the edges are ambiguous
unless the domain says that all of them are meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from itertools import combinations
from posixpath import commonprefix, dirname
from typing import TYPE_CHECKING, NamedTuple

from codeqa.domain import CALLABLE, CLASS_LIKE, Edge, EdgeKind, Interface, Literal, Strategy
from codeqa.resolve.environment import Environment, Value

if TYPE_CHECKING:
    from codeqa.languages import Domain, Joins
    from codeqa.resolve.types import Types

MAX_PROVIDERS = 8  # of one text: more say nothing
MAX_SEGMENTS = 8  # of a route whose segments may be parameters
_PARAMETER = re.compile(r"<[^>]*>|\{[^}]*\}|:\w+(?:\{[^}]*\})?\??|\*\w*|\[[^\]]*\]")
_HOST = re.compile(r"\A(?:(?:https?:)?//[^/]*|\*(?=/))")
_VALUE = re.compile(r"\A(?:\d+|\*|[0-9a-f]{8}-[0-9a-f-]{27})\Z")


class Provided(NamedTuple):
    """One place that provides a text."""

    path: str
    target: str  # id of a symbol


def provided_keys(interface: Interface | None, joins: Joins) -> dict[str, list[Literal]]:
    """Return the keys that a file provides, as `Environment.provided` asks for them, with what provides each."""
    found: dict[str, list[Literal]] = {}
    for literal in interface.literals if interface else ():
        domain = joins.domains.get(literal.domain)
        if literal.role == "provides" and domain is not None and not (domain.form == "route" and "*" in literal.text):
            found.setdefault(f"{domain.name}:{_provided_key(domain, literal.text)}", []).append(literal)
    return found


@lru_cache(maxsize=64)
def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _provided_key(domain: Domain, text: str) -> str:
    if domain.form == "route":
        return _route(text)
    if domain.form == "last":
        return _last(text)
    return text


def _used_keys(domain: Domain, text: str) -> Iterator[str]:
    """Yield the keys that a use may mean, the likeliest first."""
    if domain.form == "route":
        yield from _routes(text)
    else:
        yield _last(text) if domain.form == "last" else text


def _last(text: str) -> str:
    return re.split(r"[.:]", text)[-1]


@lru_cache(maxsize=4096)
def _route(text: str) -> str:
    """Return a path with its parameters as `*`, without a slash at its end."""
    return "/" + _PARAMETER.sub("*", text).strip("/")


@lru_cache(maxsize=4096)
def _routes(text: str) -> tuple[str, ...]:
    """Return the paths that a request may match: as it is written, then with one and two segments as parameters."""
    path = re.split(r"[?#]", _HOST.sub("", text))[0].strip("/")
    parts = [("*" if "*" in part else part) for part in path.split("/")]
    if not path:
        return ("/",)
    if len(parts) > MAX_SEGMENTS:
        return ()
    free = sorted(range(len(parts)), key=lambda i: (not _VALUE.match(parts[i]), -i))  # the likeliest parameter first
    options = [(), *combinations(free, 1), *combinations(free, 2)]
    found = [["*" if i in chosen else part for i, part in enumerate(parts)] for chosen in options]
    sure = [keys for keys in found if set(keys) != {"*"} or all(map(_VALUE.match, parts))]
    return tuple(dict.fromkeys("/" + "/".join(keys) for keys in sure))


def _beside(path: str, targets: list[str]) -> list[str]:
    """Keep the targets in the folder that is nearest: a repository may hold several programs of one kind."""
    common = [len(commonprefix([dirname(path).split("/"), dirname(t.partition("::")[0]).split("/")])) for t in targets]
    return [target for target, size in zip(targets, common, strict=True) if size == max(common)]


class Matching:
    """Matches the literals of one file at a time with what provides them."""

    def __init__(self, environment: Environment, types: Types) -> None:
        self.env = environment
        self.types = types
        self.joins = environment.languages.joins

    def edges(self, path: str) -> Iterator[Edge]:
        """Yield the edges that the literals of a file make."""
        tables = self.env.tables(path)
        if tables is None:
            return
        for literal in tables.interface.literals:
            domain = self.joins.domains.get(literal.domain)
            if domain is None:
                continue
            if literal.role == "provides":
                yield from self._decorating(path, literal)
                continue
            targets = self._targets(path, domain, literal)
            if len(targets) > 1 and not domain.every:
                targets = _beside(path, targets)
            strategy = Strategy.JOIN if domain.every or len(targets) == 1 else Strategy.AMBIGUOUS
            src = self._id(path, literal.definition)
            for target in targets:
                if target != src:
                    count = len(targets) if strategy is Strategy.AMBIGUOUS else 1
                    yield Edge(
                        src, target, EdgeKind.REFERS, strategy, path, literal.line, literal.start, literal.text, count
                    )

    def beyond(self, path: str, edges: Iterable[Edge]) -> Iterator[Edge]:
        """Yield where uses of what lies outside lead after all: the repository holds the native code behind them."""
        language = self.env.language(path)
        rules = [rule for rule in self.joins.of(language.name if language else "") if rule.externals]
        for edge in edges if rules else ():
            if edge.kind not in (EdgeKind.CALLS, EdgeKind.READS, EdgeKind.INSTANTIATES, EdgeKind.IMPORTS):
                continue
            name = edge.dst.removeprefix("external::")
            for rule in rules if name != edge.dst else ():
                for match in filter(None, (_whole(each).fullmatch(name) for each in rule.externals)):
                    targets = self._native(path, self.joins.domains[rule.domain], match)
                    if len(targets) == 1:
                        yield edge._replace(dst=targets[0], kind=EdgeKind.REFERS, strategy=Strategy.JOIN, candidates=1)

    def _native(self, path: str, domain: Domain, match: re.Match[str]) -> list[str]:
        if domain.kinds:
            return self._defined(domain, match["text"])
        holders = [each for each in self.env.provided(f"{domain.space}:{match['space']}") if each != path]
        folders = {dirname(holder) for holder in holders}
        if not folders:
            return []
        name = f"{domain.name}:{match['text']}"
        near = [each for each in self.env.provided(name) if dirname(each) in folders]
        found = {
            t: None for each in near for literal in self._literals(each, name) for t in self._values(each, literal)
        }
        return list(found)

    def _decorating(self, path: str, literal: Literal) -> Iterator[Edge]:
        """What is decorated so is handed on to what the decorator belongs to."""
        if literal.value != "@" or literal.definition < 0:
            return
        tables = self.env.tables(path)
        assert tables is not None
        decorated = tables.interface.definitions[literal.definition]
        src, dst = self._id(path, decorated.parent), self._id(path, literal.definition)
        yield Edge(
            src,
            dst,
            EdgeKind.REGISTERS,
            Strategy.CALLBACK,
            path,
            decorated.name_line,
            decorated.name_start,
            decorated.name,
        )

    def _id(self, path: str, index: int) -> str:
        tables = self.env.tables(path)
        assert tables is not None
        return f"{path}::{tables.interface.definitions[index].qualname}" if index >= 0 else path

    # -------------------------------------------------------------------------------------------------------- targets

    def _targets(self, path: str, domain: Domain, literal: Literal) -> list[str]:
        """Return the ids of what a use means, [] if nothing or too much provides it."""
        if domain.files:
            found = self.env.modules.ending(literal.text)
            return found if len(found) <= MAX_PROVIDERS else []
        if domain.member:
            return self._members(path, literal)
        if domain.module:
            return self._dotted(path, domain, literal.text)
        if domain.kinds:
            return self._defined(domain, literal.text)
        keys = [self._qualified(path, literal)] if domain.form == "qualified" else _used_keys(domain, literal.text)
        for key in keys:
            found = self._provided(path, domain, key, literal)
            if found:
                return found if len(found) <= MAX_PROVIDERS else []
        return []

    def _qualified(self, path: str, literal: Literal) -> str:
        """Return the name of the definition around, with its package, as native code spells it."""
        tables = self.env.tables(path)
        assert tables is not None
        inside = tables.interface.definitions[literal.definition].qualname if literal.definition >= 0 else ""
        return "_".join(part for part in (*tables.interface.package.split("."), *inside.split(".")) if part)

    def _provided(self, path: str, domain: Domain, key: str, used: Literal) -> list[str]:
        """Return the ids of what a key means, of more than `MAX_PROVIDERS` files what comes first."""
        name = f"{domain.name}:{key}"
        holders = self.env.provided(name)
        if domain.nearest:
            return self._outwards(path, domain, name, holders, used)
        if domain.space and _last(used.text) != used.text:
            holders = self._spaced(path, domain, holders, used.text)
        if not self.env.testing(path):
            holders = [holder for holder in holders if not self.env.testing(holder)]
        if len(holders) > MAX_PROVIDERS and path in holders:
            holders = [path]
        found = [
            Provided(holder, target)
            for holder in holders
            for literal in self._literals(holder, name)
            if self._visible(path, used, holder, literal)
            and (not domain.same or self._agree(path, used, holder, literal))
            for target in self._values(holder, literal)
        ]
        nearest = found if domain.every else self._nearest(path, used, found)
        return list(dict.fromkeys(p.target for p in nearest))

    def _spaced(self, path: str, domain: Domain, holders: Sequence[str], text: str) -> list[str]:
        """Keep the files that lie where the name before the last is provided: `auth.login`, `polls:detail`."""
        space = _last(text[: -len(_last(text)) - 1])
        if not space:  # `.login`: of the blueprint at hand
            return [holder for holder in holders if holder == path]
        folders = {dirname(holder) for holder in self.env.provided(f"{domain.space}:{space}")}
        return [holder for holder in holders if dirname(holder) in folders]

    def _literals(self, path: str, key: str) -> list[Literal]:
        tables = self.env.tables(path)
        return provided_keys(tables.interface if tables else None, self.joins).get(key, [])

    def _outwards(self, path: str, domain: Domain, key: str, holders: Sequence[str], used: Literal) -> list[str]:
        """Return what the own file provides, or the nearest of the files that provide for a whole folder."""
        folder = dirname(path)
        order = [path, *(f"{folder}/{name}" if folder else name for name in domain.nearest)]
        while folder:
            folder = dirname(folder)
            order += [f"{folder}/{name}" if folder else name for name in domain.nearest]
        for near in dict.fromkeys(order):
            if near not in holders:
                continue
            literals = [each for each in self._literals(near, key) if self._within(path, used, near, each)]
            if targets := list(dict.fromkeys(t for each in literals for t in self._values(near, each))):
                return targets[-1:]  # a later definition takes the place of an earlier one
        return []

    def _within(self, path: str, used: Literal, other: str, provided: Literal) -> bool:
        """Tell whether a use stands where a definition that is no top-level one can be seen; it never means itself."""
        tables = self.env.tables(other)
        if tables is None or provided.definition < 0:
            return False
        if path == other and used.definition == provided.definition:
            return False
        parent = tables.interface.definitions[provided.definition].parent
        return parent < 0 or (path == other and parent in self._around(path, used.definition))

    def _around(self, path: str, index: int) -> list[int]:
        """Return a definition and those around it."""
        tables = self.env.tables(path)
        found = []
        while tables is not None and index >= 0:
            found.append(index)
            index = tables.interface.definitions[index].parent
        return found

    def _visible(self, path: str, used: Literal, other: str, provided: Literal) -> bool:
        """Tell whether a use can mean what is provided: what a test provides is for that test alone."""
        tables, language = self.env.tables(other), self.env.language(other)
        if path != other and (self._is_case(other) or (provided.definition < 0 and self.env.testing(other))):
            return False
        if tables is None or language is None or language.test_symbol is None:
            return True
        around = self._around(other, provided.definition)
        names = [(i, tables.interface.definitions[i]) for i in around]
        tests = [i for i, d in names if d.kind in CALLABLE and language.test_symbol.search(d.name)]
        return not tests or (path == other and not set(tests).isdisjoint(self._around(path, used.definition)))

    def _is_case(self, path: str) -> bool:
        """Tell whether a file holds tests by its name, not by its folder: what it sets up is its own."""
        language = self.env.language(path)
        globs = language.tests.files if language is not None else ()
        return any("*" in glob and "/" not in glob and fnmatchcase(path.rpartition("/")[2], glob) for glob in globs)

    def _nearest(self, path: str, used: Literal, found: Sequence[Provided]) -> list[Provided]:
        """Keep what is provided in the same function, else in the same file, else all."""
        same = [p for p in found if p.path == path]
        src = self._id(path, used.definition)
        inside = [p for p in same if used.definition >= 0 and p.target.startswith(f"{src}.")]
        return inside or same or list(found)

    def _values(self, path: str, literal: Literal) -> Iterator[str]:
        """Yield the ids of what a literal provides."""
        if literal.value in ("", "@"):
            yield self._id(path, literal.definition)
            return
        values = self.types.evaluate(path, literal.value, literal.scope, literal.definition, at=literal.start)
        for value in dict.fromkeys(v._replace(inferred=False, given=()) for v in values):
            if value.kind == "definition" and value.index >= 0:
                kind = self.env.definition(value).kind
                if kind in CALLABLE or kind in CLASS_LIKE:
                    yield self._id(value.path, value.index)

    def _members(self, path: str, literal: Literal) -> list[str]:
        values = self.types.evaluate(path, literal.receiver, literal.scope, literal.definition, at=literal.start)
        found = [v for value in values for v in self.types.attribute(value, literal.text)]
        ids = [self._id(v.path, v.index) for v in found if v.kind == "definition" and v.index >= 0]
        return list(dict.fromkeys(ids))[:MAX_PROVIDERS]

    def _dotted(self, path: str, domain: Domain, text: str) -> list[str]:
        """Return the module, or what is in it, that a dotted text names; the module's file must be there."""
        language = self.env.language(path)
        if language is None or language.modules.style == "none":
            language = self.env.languages.get(domain.module)
        if language is None:
            return []
        parts = re.split(r"[.:]", text)
        for size in range(len(parts), 0, -1):
            module = language.modules.separator.join(parts[:size])
            paths = self.env.modules.locate(language, path, module).paths
            if not paths:
                continue
            values = [Value("module", paths[0], name=module, paths=paths)]
            for name in parts[size:]:
                values = [v for value in values for v in self.types.attribute(value, name)]
            if size == len(parts):
                return list(paths[:1])
            ids = [self._id(v.path, v.index) for v in values if v.kind == "definition" and v.index >= 0]
            ids += [v.paths[0] for v in values if v.kind == "module" and v.paths]
            return list(dict.fromkeys(ids))[:MAX_PROVIDERS]
        return []

    def _defined(self, domain: Domain, text: str) -> list[str]:
        """Return the definitions of that name that the domain takes."""
        names = dict.fromkeys((text, text.lower(), text.upper())) if domain.fold else {text: None}
        ids: list[str] = []
        for name in names:
            for path, qualname in self.env.pairs(name):
                tables = self.env.tables(path)
                if tables is None or (domain.languages and tables.interface.language not in domain.languages):
                    continue
                if domain.paths and re.fullmatch(domain.paths, path) is None:
                    continue
                value = self.env.numbered(path, qualname)
                if value is not None and self._fits(domain, value):
                    ids.append(self._id(path, value.index))
        return ids if len(ids) <= MAX_PROVIDERS else []

    def _fits(self, domain: Domain, value: Value) -> bool:
        definition = self.env.definition(value)
        if definition.kind not in domain.kinds:
            return False
        language = self.env.language(value.path)
        if language is not None and language.name in domain.free:
            return "exported" in definition.flags.split()
        parts = definition.qualname.split(".")[:-1]
        return not domain.within or any(part in domain.within for part in parts)

    # ------------------------------------------------------------------------------------------------------ agreement

    def _agree(self, path: str, used: Literal, other: str, provided: Literal) -> bool:
        """Tell whether two chains mean the same object, or objects of one type."""
        here = self._object(path, used)
        there = self._object(other, provided)
        if here or there:
            return any(self._alike(a, b) for a in here for b in there)
        last, end = used.receiver.rpartition(".")[2], provided.receiver.rpartition(".")[2]
        return bool(last) and last == end and path == other

    def _object(self, path: str, literal: Literal) -> list[Value]:
        if literal.receiver in ("", "?"):
            return []
        values = self.types.evaluate(path, literal.receiver, literal.scope, literal.definition, at=literal.start)
        held = [v for value in values for v in self.types.typed(value)]
        return list(
            dict.fromkeys(v._replace(inferred=False, given=()) for v in [*values, *held] if v.kind != "unknown")
        )

    def _alike(self, one: Value, other: Value) -> bool:
        if one.kind == "external" or other.kind == "external":
            return one.kind == other.kind and one.name == other.name
        if one == other:
            return True
        if one.kind != "instance" or other.kind != "instance":
            return False
        return any(self._heir(a, b) for a, b in ((one, other), (other, one)))

    def _heir(self, value: Value, base: Value) -> bool:
        above = self.types.classes.ancestors(value._replace(kind="definition"))
        return base._replace(kind="definition") in [a._replace(inferred=False, given=()) for a in above]
