"""What parsing one file yields, with no knowledge of any other file."""

from __future__ import annotations

from typing import NamedTuple


class Definition(NamedTuple):
    """A named thing that a file defines. Offsets are bytes in that file."""

    name: str
    kind: str  # see KINDS
    qualname: str  # dotted, unique in its file ("Router.add", twins get "#2")
    parent: int  # index of the enclosing definition, -1 for the file itself
    start: int  # whole definition, decorators included
    end: int
    name_start: int
    start_line: int
    end_line: int
    name_line: int
    signature: str  # one line, white space collapsed, without the body
    doc: str  # docstring or leading comment, markers stripped
    type: str  # declared type, or declared return type; "" if none
    value: (
        str  # initialiser, or what a function returns, as a receiver chain ("Router()", "self.app.name"); "" if not one
    )
    # space-separated: static property abstract exported private test classmethod override, if=NAME and unless=NAME
    flags: str


class Scope(NamedTuple):
    """A region in which names are bound. Scope 0 is the file."""

    start: int
    end: int
    parent: int  # -1 for scope 0
    definition: int  # the definition whose body this is, else -1


class Binding(NamedTuple):
    """A parameter or local variable of a scope: a name that is not a definition a reader would jump to."""

    name: str
    scope: int
    start: int
    kind: str  # "parameter" | "local"
    type: str  # declared type text, "" if none
    value: str  # initialiser as a receiver chain, "" if not one
    after: int = 0  # byte behind the initialiser: inside of it the name still means what it meant before


class Import(NamedTuple):
    """One imported name: `from .app import Flask as F` has module ".app", name "Flask", local "F"."""

    module: str  # as written, quotes stripped
    name: str  # "" imports the module itself, "*" everything
    local: str  # the name bound here; "" binds none
    start: int
    line: int
    scope: int
    reexport: bool


class Reference(NamedTuple):
    """A use of a name. `definition` and `scope` index the enclosing ones of the same file (-1: the file itself)."""

    name: str
    role: str  # call | instantiate | base | implements | decorator | type | read | pass | write | raise | mention
    receiver: str  # normalised chain left of the name ("self.app", "foo()", ""), "?" where it is no chain
    start: int
    line: int
    scope: int
    definition: int
    arguments: str = (
        ""  # where a language overloads: "(a.b,=String,?)", chains, types of literals, or neither; "" if not known.
        # Behind a label and a colon where those are part of the name
    )


class Literal(NamedTuple):
    """A text, or the name of an object, that joins one place to another (`grammars/joins.toml`)."""

    text: str  # as written, quotes stripped, "*" for what is put into it
    domain: str
    role: str  # "provides" | "uses"
    receiver: str  # chain left of what is called, or of the object itself; "" if none
    value: str  # provided: chain of a value, "@" what is decorated, "" what is around; used: ""
    start: int
    line: int
    scope: int
    definition: int  # the enclosing one, or the one that is decorated; -1: the file itself


class Interface(NamedTuple):
    """What other files may need to know of a file."""

    language: str
    package: str  # declared package or namespace, "" if none
    definitions: list[Definition]
    scopes: list[Scope]
    bindings: list[Binding]
    imports: list[Import]
    bases: list[Reference]  # what the file's classes extend and implement
    literals: list[Literal] = []  # noqa: RUF012 - never changed: facts are made once


class Facts(NamedTuple):
    """Everything that parsing one file yields."""

    interface: Interface
    references: list[Reference]
    chunks: list[ChunkFact]
    errors: int  # syntax errors met; what could be had is here all the same


class ChunkFact(NamedTuple):
    """A retrievable piece of a file. `definition` is -1 for text outside any definition."""

    definition: int
    start: int
    end: int
    start_line: int
    end_line: int
    sha256: str  # of the chunk's bytes
    name: str  # the four fields below hold space-separated code-aware terms
    signature: str
    doc: str
    body: str
