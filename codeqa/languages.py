"""Load and check `grammars/`: a language is a folder of data, never a branch in code."""

from __future__ import annotations

import os
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from codeqa.domain import GrammarBroken

JOINS = "joins.toml"
QUERY_FILES = ("definitions.scm", "references.scm", "imports.scm", "scopes.scm", "inner.scm")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Grammar:
    """Where the compiled grammar comes from: a distribution, its import name and the function that returns it."""

    wheel: str = ""
    module: str = ""
    function: str = "language"


@dataclass(frozen=True, slots=True)
class Text:
    """Comment, string and documentation forms."""

    line_comment: tuple[str, ...] = ()
    block_comment: tuple[tuple[str, str], ...] = ()
    doc: str = "leading-comment"
    comment_nodes: tuple[str, ...] = ("comment",)
    skip_between: tuple[str, ...] = ()
    doc_type: str = ""  # a regular expression: its group 1 is the type that only a doc comment tells
    markup: str = ""  # a regular expression: what is no word of a doc comment
    string_nodes: tuple[str, ...] = ("string",)
    conditionals: tuple[str, ...] = ()  # regular expressions for the lines that open, switch and close conditional text
    switches: tuple[str, ...] = ()  # of those lines the ones that want a name (group 1) to be set, or not to be
    embedded: tuple[str, ...] = ()  # what goes before and behind @embedded code to make a file of it
    ends: tuple[str, ...] = ()  # patterns; where the syntax is broken, their group 1 is read as ends of statements
    blank: tuple[str, ...] = ()  # regular expressions; their group 1 is read as spaces: macros that hide the syntax
    foreign: tuple[str, ...] = ()  # regular expressions for what another program reads first: templates; spaces, too
    quotes: str = ""  # signs that may stand around a name and are no part of it
    letters: str = ""  # signs that may stand in a name beside what Unicode lets stand in identifiers
    endings: str = ""  # signs that a name may end with
    prose_nodes: tuple[str, ...] = ()  # node types, or "around/node", that are words to a reader as strings are
    holes: tuple[str, ...] = ("interpolation",)  # node types inside of these and of strings that are code again
    unparsed: tuple[str, ...] = ()  # node types of code that the grammar leaves as it is, with its strings and comments


@dataclass(frozen=True, slots=True)
class Scopes:
    """How names are bound and members reached."""

    members: str = "hidden"
    self: tuple[str, ...] = ()
    self_parameter: bool = False
    super: tuple[str, ...] = ()
    constructors: tuple[str, ...] = ()
    class_methods: tuple[str, ...] = ()  # methods that get the class first although nothing on them says so
    self_types: tuple[str, ...] = ()  # types that mean the class around
    answers: tuple[str, ...] = ()  # functions that a module answers with for names that it does not define
    own_constructors: bool = False  # a class that declares none does not have its base's
    enter: tuple[str, ...] = ()
    iterate: tuple[str, ...] = ()  # members that say what iterating over an object gives
    subscript: tuple[str, ...] = ()  # members that say what a subscript gives
    pointers: bool = False  # a subscript on an object is that of a pointer to it
    distinct: bool = False  # `type X Y` makes a type with methods of its own
    same: frozenset[str] = frozenset()  # methods that every object may have, which give the object itself
    tuples: frozenset[str] = frozenset()  # generic types whose arguments are the types of their items
    classes: frozenset[str] = frozenset()  # generic types of classes themselves
    functional: bool = False  # an interface with one method is the type of a function
    callables: frozenset[str] = frozenset()  # generic types of functions: the first argument lists the parameters
    separators: tuple[str, ...] = (".",)
    root: tuple[str, ...] = ()  # what a name begins with that starts in the outermost namespace
    builtins: frozenset[str] = frozenset()
    type_wrappers: frozenset[str] = frozenset()
    type_noise: frozenset[str] = frozenset()
    passed: frozenset[str] = frozenset({"function", "method"})  # kinds of definitions that are values to call
    makers: frozenset[str] = frozenset()  # functions that make what their type argument, or an argument, names
    bare_calls: bool = False  # to name a method is to call it
    applied: tuple[str, ...] = ()  # what calling an object calls
    labelled: bool = False  # arguments bear the labels that parameters declare: they are part of the name
    extensions: bool = False  # a function may say that it is called on its first parameter
    curried: bool = False  # argument lists that follow one another belong to one call
    choices: tuple[str, ...] = ()  # patterns of expressions that are one of several, their groups
    casts: tuple[str, ...] = ()  # patterns of casts that a chain begins with; group 1 is the type
    overloads: bool = False  # several callables of one name, told apart by their parameters
    clauses: bool = False  # callables of one name and number of parameters are clauses of one function: its first
    default: str = "="  # between a parameter and what it is when no argument is given
    decorator_suffix: str = ""  # that a decorator may leave out of the name of its class
    hides: bool = False  # a member hides all those of its name in the bases, whatever their parameters
    arity: bool = False  # what cannot take as many arguments as a call passes is not what it calls
    separate: bool = False  # functions have names of their own: no variable hides them, only calls mean them
    literals: tuple[tuple[str, str], ...] = ()  # node of an argument → its type: CONTRIBUTING.md
    aliases: bool = False  # a call of a variable that was given a name is one of what that name means
    type_parameters: bool = False  # those that the head of a definition declares hide other types in all of it
    blocks: bool = False  # what a block defines is seen in that block only
    constants: str = ""  # regular expression on names that are looked up in the classes around, then over all files
    implicit: bool = False  # a bare name that nothing binds is a message to self, and so is a call without parentheses
    makes: tuple[str, ...] = ()  # messages to a class that make an object of it
    held_in: str = ""  # sign before the name of the field that a property of that name shows
    fold: bool = False  # names that differ in case only are the same
    globals: bool = False  # what a file defines at its top, and is not static, the whole program sees
    constant: str = ""  # the word that makes an object, or the one that a method is called on, one that does not change
    numbers: frozenset[str] = frozenset()  # types that convert into one another, and into nothing else by themselves
    commands: bool = False  # bare calls are commands: no variable hides them, and who defines none runs a program


@dataclass(frozen=True, slots=True)
class Modules:
    """How an import's text becomes a file."""

    style: str = "none"
    index: tuple[str, ...] = ()
    separator: str = "."
    source_roots: tuple[str, ...] = ()
    resolve_extensions: tuple[str, ...] = ()
    manifest: tuple[tuple[str, str], ...] = ()  # (what it tells, name of the file)
    unshared: tuple[str, ...] = ()  # ends of the names of files that no importer of their module sees
    vendored: tuple[str, ...] = ()  # folders that hold copies of other modules
    compiled: tuple[tuple[str, str], ...] = ()  # (end of what is compiled, end of a source that it may be made of)
    outputs: tuple[str, ...] = ()  # folders that a build writes
    apart: tuple[str, ...] = ()  # folders whose packages are test data: nobody outside of them imports these
    stubs: tuple[str, ...] = ()  # ends of the names of files that only declare
    roots: tuple[str, ...] = ()  # stems of the root file of a crate, the library's first
    targets: tuple[str, ...] = ()  # folders among a crate's sources of which each file is the root of another crate
    anchors: tuple[str, ...] = ()  # what paths begin with: at the root, at the module itself, at the one around it
    settings: tuple[str, ...] = ()  # regular expressions on names that a compiler sets, or not, by itself
    headers: tuple[str, ...] = ()  # extensions of files that are made to be included
    value: bool = False  # a module may be one value: what it exports by default
    beside: bool = False  # a path may be one from the importer's folder, or from one around it, without saying so
    lead: str = ""  # regular expression: what may stand before a path and says only from where it leads
    family: str = ""  # languages of one family see one another's namespaces
    enclosing: bool = False  # names of the namespaces around one's own are visible
    relative_imports: bool = False  # an import's text may start in the namespace of its file
    shared: bool = False  # every file of the repository sees every other without an import
    absolute: str = ""  # regular expression on names: what nobody declares is a full name of elsewhere
    fallback: tuple[str, ...] = ()  # kinds that are looked up in the outermost namespace last

    def manifests(self, tells: str) -> tuple[str, ...]:
        """Return the names of the manifests that tell something: "package", "module", "aliases"..."""
        return tuple(name for told, name in self.manifest if told == tells)


@dataclass(frozen=True, slots=True)
class Inner:
    """A program that lies in pieces inside of another format, and how these are written there."""

    language: str = ""  # of the program
    told: str = ""  # regular expression on the file; its group 1 names another language
    pieces: tuple[str, ...] = ()  # node types whose text is the program's
    escapes: tuple[tuple[str, str], ...] = ()  # text → what it stands for, padded to the same number of bytes
    code_point: str = ""  # regular expression; its group 1 is a character's number, in hexadecimal
    blank: tuple[str, ...] = ()  # regular expressions on one piece's text; their group 1 is no code


@dataclass(frozen=True, slots=True)
class Tests:
    """Which files and symbols are tests."""

    files: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Visibility:
    """Which names are private."""

    private: str = ""
    default: str = ""  # "package": what is not flagged as exported is seen in its package only
    enclosed: bool = False  # what is flagged as private is seen in the outermost type around it, and nowhere else


@dataclass(frozen=True, slots=True)
class Conversions:
    """Which arguments fit which parameters, of the types that the language and its library bring."""

    top: str = ""  # the type above all others that are no primitives
    boxes: Mapping[str, str] = field(default_factory=dict)  # primitive type → the class of its objects
    above: Mapping[str, str] = field(default_factory=dict)  # type → all that are directly above it but for `top`
    results: Mapping[str, str] = field(default_factory=dict)  # type -> "member member ..." from outside that give it
    final: frozenset[str] = frozenset()  # types from outside that no function is an object of


@dataclass(frozen=True, slots=True)
class Join:
    """One way in which code writes a text, or uses an object, that another place writes or uses too.

    A call is of interest by the last name of what is called, and by the chain left of it where `receiver` says so.
    """

    domain: str
    role: str = "uses"  # or "provides"
    calls: tuple[str, ...] = ()  # names of what is called, also as a decorator
    decorators: tuple[str, ...] = ()  # names that decorate, called or not
    indexes: tuple[str, ...] = ()  # names of what is indexed by the text
    members: tuple[str, ...] = ()  # chains whose member is the text: process.env
    assigned: tuple[str, ...] = ()  # names of variables and fields that are assigned the text, or several
    functions: tuple[str, ...] = ()  # regular expressions on names of functions whose parameters are the texts
    definitions: tuple[str, ...] = ()  # regular expressions that whole names of definitions fit; group 1 is the text
    tables: tuple[str, ...] = ()  # types of tables whose rows hold the text and what is provided
    externals: tuple[str, ...] = ()  # regular expressions on names outside, with groups `text` and, maybe, `space`
    written: tuple[str, ...] = ()  # regular expressions on the lines of a file; their group 1 is the text
    languages: tuple[str, ...] = ()  # all if empty
    receiver: str = ""  # regular expression that fits the whole chain left of the name
    text: str = "argument"  # or "definition", "receiver", "object", "member": CONTRIBUTING.md, joins
    argument: int = 0  # which argument is the text
    keyword: str = ""  # or what it is called
    pattern: str = ""  # regular expression that the text must match
    value: int = -1  # which argument is what is provided, -1: the definition that is decorated, or around it
    value_keyword: str = ""
    form: str = ""  # "tables": the text is a statement that names tables


@dataclass(frozen=True, slots=True)
class Domain:
    """What texts of one kind mean, and where else than in code they are provided."""

    name: str
    form: str = "plain"  # how a text becomes a key: "plain", "route", "last" (behind the last "." or ":")
    space: str = ""  # domain of what may stand before the key: it must be provided in the same folder
    every: bool = False  # all that provide it are meant; else several leave it open
    same: bool = False  # both sides must use the same object, or one of the same type
    nearest: tuple[str, ...] = ()  # only the own file provides, or else files of these names in folders around it
    member: bool = False  # the text names a member of an object
    module: str = ""  # the text is a module, or what is in one, of this language where the file's own has none
    files: bool = False  # the text is the end of a file's path
    kinds: tuple[str, ...] = ()  # of definitions that provide their name
    within: tuple[str, ...] = ()  # names of what must be around such a definition
    languages: tuple[str, ...] = ()  # of such a definition
    free: tuple[str, ...] = ()  # languages where nothing must be around it
    paths: str = ""  # regular expression on the path of such a definition
    fold: bool = False  # case says nothing


@dataclass(frozen=True, slots=True, eq=False)
class Joins:
    """The table `grammars/joins.toml`."""

    domains: Mapping[str, Domain] = field(default_factory=dict)
    rules: tuple[Join, ...] = ()
    callables: frozenset[str] = frozenset()  # node types of functions without a name
    inserts: frozenset[str] = frozenset()  # node types of what is put into a string
    trims: tuple[str, ...] = ()  # what may end the chain of a value: `.as_view()`

    def of(self, language: str) -> tuple[Join, ...]:
        return tuple(rule for rule in self.rules if not rule.languages or language in rule.languages)


@dataclass(frozen=True)
class Language:
    """One folder of `grammars/`."""

    name: str
    title: str
    folder: Path
    kind: str = "code"
    extensions: tuple[str, ...] = ()
    shared_extensions: tuple[str, ...] = ()
    filenames: tuple[str, ...] = ()
    shebangs: tuple[str, ...] = ()
    queries: tuple[str, ...] = ()
    grammar: Grammar = field(default_factory=Grammar)
    text: Text = field(default_factory=Text)
    scopes: Scopes = field(default_factory=Scopes)
    modules: Modules = field(default_factory=Modules)
    inner: Inner = field(default_factory=Inner)
    tests: Tests = field(default_factory=Tests)
    visibility: Visibility = field(default_factory=Visibility)
    joins: Joins = field(default_factory=Joins)
    containers: Mapping[str, Mapping[str, str]] = field(default_factory=dict, compare=False)  # see `held`
    conversions: Conversions = field(default_factory=Conversions, compare=False)

    @cached_property
    def held(self) -> dict[str, dict[str, str]]:
        """Generic type from outside -> member -> the type of what it gives, where `$0` is the first type argument.

        Tables and keys may name several at once, with spaces between them.
        """
        found: dict[str, dict[str, str]] = {}
        for names, members in self.containers.items():
            table = {key: text for keys, text in members.items() for key in keys.split()}
            for name in names.split():
                found.setdefault(name, {}).update(table)
        return found

    @cached_property
    def query(self) -> str:
        """The concatenated queries of this language; its own folder's unless `queries` names others."""
        folders = [self.folder.parent / name for name in (self.queries or (self.name,))]
        files = [folder / name for folder in folders for name in QUERY_FILES]
        return "\n".join(path.read_text(encoding="utf-8") for path in files if path.is_file())

    @cached_property
    def test_symbol(self) -> re.Pattern[str] | None:
        return re.compile("|".join(self.tests.symbols)) if self.tests.symbols else None

    @cached_property
    def private(self) -> re.Pattern[str] | None:
        return re.compile(self.visibility.private) if self.visibility.private else None

    @cached_property
    def doc_type(self) -> re.Pattern[str] | None:
        return re.compile(self.text.doc_type) if self.text.doc_type else None

    @cached_property
    def blank(self) -> tuple[re.Pattern[bytes], ...]:
        """What a parser must not see, as patterns over bytes."""
        return tuple(re.compile(pattern.encode()) for pattern in self.text.blank)

    @cached_property
    def ends(self) -> tuple[re.Pattern[bytes], ...]:
        """Ends of statements that the parser misses, as patterns over bytes."""
        return tuple(re.compile(pattern.encode()) for pattern in self.text.ends)

    @cached_property
    def foreign(self) -> tuple[re.Pattern[bytes], ...]:
        return tuple(re.compile(pattern.encode()) for pattern in self.text.foreign)

    @cached_property
    def constants(self) -> re.Pattern[str] | None:
        return re.compile(self.scopes.constants) if self.scopes.constants else None

    @cached_property
    def absolute(self) -> re.Pattern[str] | None:
        return re.compile(self.modules.absolute) if self.modules.absolute else None

    @cached_property
    def lead(self) -> re.Pattern[str] | None:
        return re.compile(self.modules.lead) if self.modules.lead else None

    @cached_property
    def conditionals(self) -> tuple[re.Pattern[bytes], ...]:
        return tuple(re.compile(pattern.encode()) for pattern in self.text.conditionals)

    @cached_property
    def settings(self) -> re.Pattern[str] | None:
        return re.compile("|".join(self.modules.settings)) if self.modules.settings else None

    @cached_property
    def switches(self) -> tuple[re.Pattern[bytes], ...]:
        return tuple(re.compile(pattern.encode()) for pattern in self.text.switches)

    @cached_property
    def literals(self) -> dict[str, list[tuple[str, str]]]:
        """Node type of an argument → what must be in such a node, "" for nothing, and the type that it then has."""
        found: dict[str, list[tuple[str, str]]] = {}
        for key, text in self.scopes.literals:
            kind, _, inside = key.partition(" ")
            found.setdefault(kind, []).append((inside, text))
        return found

    @cached_property
    def above(self) -> dict[str, frozenset[str]]:
        """Type from outside -> all types above it, `top` left out."""
        direct = {name: names.split() for name, names in self.conversions.above.items()}
        found: dict[str, frozenset[str]] = {}
        for name in direct:
            reached: list[str] = []
            waiting = [name]
            while waiting:
                new = [n for n in direct.get(waiting.pop(), ()) if n not in reached]
                reached += new
                waiting += new
            found[name] = frozenset(reached)
        return found

    @cached_property
    def results(self) -> dict[str, str]:
        """Member from outside, as "Type.member" or "member" of any type -> the type of what its call gives."""
        return {name: text for text, names in self.conversions.results.items() for name in names.split()}

    @property
    def installed(self) -> str:
        """The version of its grammar's distribution, "" if that is not installed."""
        return _version(self.grammar.wheel) if self.grammar.wheel else ""


class Languages:
    """All languages, by name and by file."""

    def __init__(self, languages: Iterable[Language], joins: Joins | None = None) -> None:
        self.joins = joins or Joins()
        self.by_name = {language.name: language for language in languages}
        self._extensions = {ext: lang for lang in self for ext in lang.extensions}
        self._filenames = {name: lang for lang in self for name in lang.filenames}
        self._shebangs = {name: lang for lang in self for name in lang.shebangs}
        self._shared = {ext: lang for lang in self for ext in lang.shared_extensions}

    def __iter__(self) -> Iterator[Language]:
        return iter(self.by_name.values())

    def __getitem__(self, name: str) -> Language:
        return self.by_name[name]

    def get(self, name: str) -> Language | None:
        return self.by_name.get(name)

    def of(self, path: str, head: bytes = b"") -> Language | None:
        """Return the language of a file by its name, or by the shebang in `head`, its first bytes."""
        name = path.rpartition("/")[2]
        if found := self._filenames.get(name):
            return found
        stem, dot, _ = name.rpartition(".")
        if dot and stem:
            for start in (i for i, char in enumerate(name) if char == "." and i):  # ".d.ts" before ".ts"
                if found := self._extensions.get(name[start:].lower()):
                    return found
            return None
        return self._by_shebang(head) if head.startswith(b"#!") else None

    def _by_shebang(self, head: bytes) -> Language | None:
        line = head.split(b"\n", 1)[0].decode("utf-8", "replace")
        for word in reversed(line[2:].split()):
            program = re.sub(r"[\d.]+$", "", word.rpartition("/")[2])
            if found := self._shebangs.get(program):
                return found
        return None

    def shared(self, path: str) -> Language | None:
        """Return the second language that claims this extension (C++ for `.h`), if any."""
        dot = path.rfind(".")
        return self._shared.get(path[dot:].lower()) if dot > 0 else None

    @cached_property
    def fingerprint(self) -> str:
        """A hash of all that decides what is read out of a file: tables, queries, and the parsers' versions."""
        parts = [f"tree-sitter {_version('tree-sitter')}"]
        for language in self:
            table = (language.folder / "language.toml").read_text(encoding="utf-8")
            parts += [language.name, language.installed, table, language.query]
            joins = language.folder.parent / JOINS
            parts += [joins.read_text(encoding="utf-8")] if joins.is_file() and len(parts) < 6 else []
        return sha256("\0".join(parts).encode()).hexdigest()[:16]

    @cached_property
    def manifests(self) -> frozenset[str]:
        """The names of all files that some language reads to find its modules."""
        return frozenset(name for language in self for _, name in language.modules.manifest)

    def test_globs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(glob for language in self for glob in language.tests.files))

    def is_test_symbol(self, language: str, name: str) -> bool:
        found = self.by_name.get(language)
        return bool(found and found.test_symbol and found.test_symbol.search(name))


def _version(distribution: str) -> str:
    """Return the version of an installed distribution, "" if there is none of that name."""
    if known := _installed().get(_normalised(distribution)):
        return known
    from importlib.metadata import PackageNotFoundError, version  # slow to import: most are found without

    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


@lru_cache(maxsize=1)
def _installed() -> dict[str, str]:
    """Return versions by normalised name, as far as the names of folders tell them: what pip and its like install."""
    found: dict[str, str] = {}
    for folder in sys.path:
        try:
            names = os.listdir(folder or ".")
        except OSError:  # an archive, or gone
            continue
        for name in names:
            if name.endswith(".dist-info"):
                distribution, _, its = name.removesuffix(".dist-info").rpartition("-")
                found.setdefault(_normalised(distribution), its)
    return found


def _normalised(distribution: str) -> str:
    return re.sub(r"[-_.]+", "_", distribution).lower()


def grammar_root() -> Path:
    """Return the folder `grammars`: in the package when installed from a wheel, beside it in a checkout."""
    package = Path(__file__).resolve().parent
    for candidate in (package / "grammars", package.parent / "grammars"):
        if candidate.is_dir():
            return candidate
    raise GrammarBroken("the folder grammars/ is missing from this installation", hint="reinstall codeqa")


@lru_cache(maxsize=4)
def load(root: Path | None = None) -> Languages:
    """Load every folder of `root`, in name order.

    Raises:
        GrammarBroken: a `language.toml` is malformed; the message names the file and the key.
    """
    root = root or grammar_root()
    joins = _joins(root / JOINS)
    return Languages((_language(path.parent, joins) for path in sorted(root.glob("*/language.toml"))), joins)


def _joins(path: Path) -> Joins:
    if not path.is_file():
        return Joins()
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        rules = tuple(_section(Join, rule, path) for rule in data.pop("join", ()))
        domains = {
            name: _section(Domain, {"name": name, **table}, path) for name, table in data.pop("domain", {}).items()
        }
        if unknown := sorted({rule.domain for rule in rules} - domains.keys()):
            raise GrammarBroken(f"{path}: no [domain.{unknown[0]}]", hint="each join names a domain of the table")
        return _section(Joins, {**data, "rules": rules, "domains": domains}, path)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError) as error:
        raise GrammarBroken(f"{path}: {error}", hint="see CONTRIBUTING.md, joins") from error


def _language(folder: Path, joins: Joins) -> Language:
    path = folder / "language.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise GrammarBroken(f"{path}: {error}", hint="see CONTRIBUTING.md, adding a language") from error
    if data.get("name") != folder.name:
        raise GrammarBroken(f'{path}: name must be "{folder.name}", its folder', hint="rename one of them")
    parts: dict[str, Any] = {
        "grammar": _section(Grammar, data.pop("grammar", {}), path),
        "text": _section(Text, data.pop("text", {}), path),
        "scopes": _section(Scopes, data.pop("scopes", {}), path),
        "modules": _section(Modules, data.pop("modules", {}), path),
        "inner": _section(Inner, data.pop("inner", {}), path),
        "tests": _section(Tests, data.pop("tests", {}), path),
        "visibility": _section(Visibility, data.pop("visibility", {}), path),
        "conversions": _section(Conversions, data.pop("conversions", {}), path),
        "folder": folder,
        "joins": joins,
    }
    return _section(Language, {"title": folder.name, **data, **parts}, path)


def _section(cls: type[T], data: Mapping[str, Any], path: Path) -> T:
    known = {f.name: f for f in fields(cls)}  # type: ignore[arg-type]
    if unknown := sorted(set(data) - set(known)):
        raise GrammarBroken(
            f"{path}: unknown key {unknown[0]!r} in {cls.__name__.lower()}",
            hint=f"known keys: {', '.join(sorted(known))}",
        )
    return cls(**{key: _freeze(value, str(known[key].type)) for key, value in data.items()})


def _freeze(value: object, kind: str) -> object:
    if isinstance(value, list):
        frozen = tuple(_freeze(item, "") for item in value)
        return frozenset(frozen) if kind.startswith("frozenset") else frozen
    return value
