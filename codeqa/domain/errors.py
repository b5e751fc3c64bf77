"""What a user can act on: one exception for each kind of trouble, each with its exit code."""

from __future__ import annotations

from collections.abc import Sequence


class CodeqaError(Exception):
    """Something a user can act on: what happened, where, and in `hint` what to do next."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(CodeqaError):
    """The request itself is malformed."""

    exit_code = 2


class NoIndex(CodeqaError):
    """There is no index, and none could be made."""

    exit_code = 4


class UnreadableRoot(NoIndex):
    """The root is missing, not a directory, or may not be read."""


class IndexLocked(CodeqaError):
    """Another process writes this index; the message names it."""


class SchemaTooNew(NoIndex):
    """The index was written by a later codeqa."""


class UnknownSymbol(CodeqaError):
    """No symbol has that name; the hint carries the nearest ones."""


class AmbiguousSymbol(CodeqaError):
    """Several symbols have that name; `candidates` are their ids."""

    def __init__(self, message: str, *, hint: str = "", candidates: Sequence[str] = ()) -> None:
        super().__init__(message, hint=hint)
        self.candidates = tuple(candidates)


class ModelUnavailable(CodeqaError):
    """The model server did not answer, and the user required it."""

    exit_code = 5


class NoSuchModel(ModelUnavailable):
    """The server is there and has no model of that name; the hint carries those it has."""


class ModelTimeout(ModelUnavailable):
    """The model was not loaded, fell silent, or was not done in its time."""


class ModelRefused(ModelUnavailable):
    """The server is there and refuses the request; the message has its words."""


class BrokenReply(ModelUnavailable):
    """What the server sent is no reply, is no whole one, or is too long to be one."""


class ContextFull(ModelUnavailable):
    """The prompt filled the context window, so that its head may have been cut."""


class ModelCancelled(CodeqaError):
    """Somebody told a running request to stop."""

    exit_code = 130


class GrammarBroken(CodeqaError):
    """A folder under `grammars/` is malformed; the message names the file."""
