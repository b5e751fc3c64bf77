"""Every default, and where a user may change it.

Precedence: flags > environment (`CODEQA_SEARCH_LIMIT`) > the user's file > the repository's `codeqa.toml`, or else its
`[tool.codeqa]` in pyproject.toml. What a repository says is a stranger's wish: it may shape its own index, but never
name a model, a host or a place outside itself, and a mistake in it is a warning, not an error.
"""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from codeqa.domain import UsageError

_T = TypeVar("_T")

MAX_FILE_BYTES = 256_000
"""Largest settings file that is read from a repository."""

_MAX_WARNINGS = 20


def _setting(
    default: _T,
    doc: str,
    *,
    least: float | None = None,
    most: float | None = None,
    trusted: bool = False,
    choices: tuple[str, ...] = (),
    harmless: tuple[str, ...] = (),
) -> _T:
    """Declare one setting. A `trusted` one is never taken from a repository; bounds are inclusive.

    A choice in capitals behind a colon stands for a name. Of choices, a repository may make the `harmless` ones.
    """
    metadata = {
        "doc": doc,
        "least": least,
        "most": most,
        "trusted": trusted,
        "choices": choices,
        "harmless": harmless,
    }
    declared: _T = field(default=default, metadata=metadata)
    return declared


@dataclass(frozen=True, slots=True)
class FileSettings:
    """Which files are read."""

    max_file_bytes: int = _setting(2_000_000, "larger files are not parsed", least=1_000, most=64_000_000)
    hidden: bool = _setting(False, "enter hidden folders too (never .git, .hg, .svn, .codeqa)")
    exclude: tuple[str, ...] = _setting((), "patterns of files to leave out, as in .gitignore; stronger than include")
    include: tuple[str, ...] = _setting((), "patterns of files to read although an ignore file leaves them out")


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """How the index is made and kept."""

    workers: int = _setting(0, "parsing processes; 0 is one per core", least=0, most=256, trusted=True)
    embedder: str | None = _setting(
        None,
        "what makes the vectors; unset: what codeqa index --embedder chose, else static",
        choices=("static", "lsa", "minilm", "ollama:MODEL", "none"),
        harmless=("static", "lsa", "none"),
    )
    update_seconds: float = _setting(
        5.0, "time a question may spend on bringing the index up to date", least=0, most=3_600, trusted=True
    )


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """What a search returns."""

    limit: int = _setting(10, "hits", least=1, most=1_000)
    hyde: bool = _setting(
        False, "let a model that leads a walk write code as it might be found, and search for that too", trusted=True
    )
    expand: bool = _setting(False, "let a model that leads a walk add words to a search", trusted=True)


@dataclass(frozen=True, slots=True)
class AskSettings:
    """How far a walk goes, and how sure an answer must be."""

    max_hops: int = _setting(6, "longest chain of edges that a walk follows from one end", least=1, most=32)
    evidence: float = _setting(0.5, "confidence below which a walk abstains", least=0, most=1)


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """The language model that leads a walk. Without a name it is the planner, which needs none."""

    name: str | None = _setting(None, 'name at the server, such as "qwen3:8b"; unset: the planner', trusted=True)
    host: str | None = _setting(
        None, "address of the model server; unset: OLLAMA_HOST, else http://127.0.0.1:11434", trusted=True
    )
    remote: bool = _setting(False, "let that server be another machine, to which source text is sent", trusted=True)
    timeout_seconds: float = _setting(120.0, "longest wait for a reply", least=1, most=3_600, trusted=True)
    required: bool = _setting(False, "fail where the model gives no answer, rather than let the planner", trusted=True)
    context: int = _setting(
        8_192, "tokens of prompt and reply together, sent as num_ctx", least=4_096, most=2_000_000, trusted=True
    )
    calls: int = _setting(24, "requests of one walk", least=4, most=1_000, trusted=True)
    seconds: float = _setting(300.0, "time after which a walk has to finish", least=1, most=86_400, trusted=True)
    tokens: int = _setting(400_000, "of all prompts and replies of one walk", least=1_000, most=10**9, trusted=True)
    think: bool = _setting(False, "let a model think before it acts, where it can", trusted=True)
    check: bool = _setting(False, "let the model look once more whether its answer leaves something out", trusted=True)
    reuse: bool = _setting(
        True, "give an earlier answer to the same question, where all that it rests on still holds", trusted=True
    )
    prompts: str | None = _setting(
        None, "folder of prompt files that replace those of the same names which ship", trusted=True
    )


@dataclass(frozen=True, slots=True)
class TraceSettings:
    """What is kept of questions and answers, beside the index."""

    keep: bool = _setting(True, "keep questions and answers, so that a conversation can go on", trusted=True)
    conversations: int = _setting(200, "that are kept", least=1, most=100_000, trusted=True)
    days: int = _setting(30, "that a conversation is kept", least=1, most=3_650, trusted=True)
    megabytes: float = _setting(20.0, "of all that is kept", least=0.1, most=10_000, trusted=True)


@dataclass(frozen=True, slots=True)
class TuiSettings:
    """The full screen."""

    theme: str | None = _setting(
        None,
        "colours; unset: what was chosen in the palette, else dark",
        trusted=True,
        choices=("dark", "light", "contrast"),
    )
    keymap: str = _setting("default", "keys that ship", trusted=True, choices=("default", "vim"))
    keys: tuple[tuple[str, str], ...] = _setting(
        (), 'keys of your own: a table of id = "key,key"; codeqa tui --keys lists the ids', trusted=True
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one run. `warnings` are for the face to show."""

    files: FileSettings = FileSettings()
    index: IndexSettings = IndexSettings()
    search: SearchSettings = SearchSettings()
    ask: AskSettings = AskSettings()
    model: ModelSettings = ModelSettings()
    trace: TraceSettings = TraceSettings()
    tui: TuiSettings = TuiSettings()
    cache: bool = _setting(False, "keep the index in the user's cache folder, not in the repository", trusted=True)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Key:
    """One setting: its dotted name, default, type in words, and what it does."""

    name: str
    default: object
    expects: str
    doc: str
    trusted: bool  # never taken from a repository
    least: float | None
    most: float | None
    choices: tuple[str, ...] = ()
    harmless: tuple[str, ...] = ()  # the choices that a repository may make; if there are none, all

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return "CODEQA_" + self.name.upper().replace(".", "_")


class _BadValue(ValueError):
    """A value of the wrong type or size; the message says what is expected."""


def keys() -> dict[str, Key]:
    """Return every setting by its dotted name."""
    return {key.name: key for key in _keys(Settings(), "")}


def load(root: Path, overrides: Mapping[str, object], environ: Mapping[str, str]) -> Settings:
    """Merge all sources. `overrides` has dotted names; None stands for a flag that was not given.

    Raises UsageError for a mistake of the user's: in a flag, a variable or the user's file.
    """
    known = keys()
    warnings: list[str] = []
    values = _from_repository(root, known, warnings)
    values |= _from_user_file(user_file(environ), known, required="CODEQA_CONFIG" in environ)
    values |= _from_environment(environ, known, warnings)
    values |= _from_overrides(overrides, known)
    return replace(_build(values), warnings=tuple(warnings))


def user_file(environ: Mapping[str, str]) -> Path:
    """Return where the user's own settings are: `CODEQA_CONFIG`, else the platform's configuration folder."""
    named = environ.get("CODEQA_CONFIG")
    if named:
        return Path(named)
    import platformdirs  # only asked for here

    return Path(platformdirs.user_config_dir("codeqa")) / "config.toml"


def cache_directory(root: Path) -> Path:
    """Return the folder of a repository's index in the user's cache."""
    from hashlib import sha256

    from platformdirs import user_cache_dir

    return Path(user_cache_dir("codeqa")) / sha256(os.fsencode(root)).hexdigest()[:20]


def _keys(group: object, prefix: str) -> Iterator[Key]:
    for each in fields(group):  # type: ignore[arg-type]  # groups are dataclasses
        if each.metadata:
            about = each.metadata
            expects = _expects(each.type, about["least"], about["most"], about["choices"])
            yield Key(
                prefix + each.name,
                each.default,
                expects,
                about["doc"],
                about["trusted"],
                about["least"],
                about["most"],
                about["choices"],
                about["harmless"],
            )
        elif each.name != "warnings":
            yield from _keys(each.default, f"{each.name}.")


_WORDS = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "str": "a text",
    "str | None": "a text",
    "tuple[str, ...]": "a list of texts",
    "tuple[tuple[str, str], ...]": "a table of texts",
}


def _expects(kind: object, least: float | None, most: float | None, choices: tuple[str, ...]) -> str:
    if choices:
        return f"{', '.join(choices[:-1])} or {choices[-1]}"
    words = _WORDS[str(kind)]
    return words if least is None else f"{words} from {least:,} to {most:,}"


def _build(values: Mapping[str, Any]) -> Settings:
    groups: dict[str, dict[str, Any]] = {}
    top: dict[str, Any] = {}
    for name, value in values.items():
        group, _, key = name.rpartition(".")
        if group:
            groups.setdefault(group, {})[key] = value
        else:
            top[key] = value
    settings = Settings()
    changed = {group: replace(getattr(settings, group), **given) for group, given in groups.items()}
    return replace(settings, **changed, **top)


# -------------------------------------------------------------------------------------------------------------- sources


def _from_repository(root: Path, known: Mapping[str, Key], warnings: list[str]) -> dict[str, Any]:
    """Read the repository's own wishes; whatever is wrong with them is a warning."""
    table, source = _repository_table(root, warnings)
    values: dict[str, Any] = {}
    for name, value in _flatten(table):
        if len(warnings) >= _MAX_WARNINGS:
            warnings.append(f"{source}: the rest is not read")
            break
        key = known.get(name)
        if key is None:
            warnings.append(f"{source}: unknown setting {_short(name)} is ignored{_near(name, known)}")
        elif key.trusted:
            warnings.append(f"{source}: {name} is ignored; a repository may not set it")
        elif key.harmless and value not in key.harmless and _chosen(key, value):
            warnings.append(f"{source}: {name} is ignored; a repository may set it to {' or '.join(key.harmless)} only")
        else:
            try:
                values[name] = _inside(_check(key, value))
            except _BadValue as error:
                warnings.append(f"{source}: {name} is ignored; {error}")
    return values


def _repository_table(root: Path, warnings: list[str]) -> tuple[dict[str, Any], str]:
    """Return the table of `codeqa.toml`, else that of `[tool.codeqa]`, and the name of its source."""
    for name, path in (("codeqa.toml", ()), ("pyproject.toml", ("tool", "codeqa"))):
        text = _read_small(root / name, name, warnings)
        if text is None:
            continue
        try:
            table: Any = _toml(text)
        except ValueError as error:
            warnings.append(f"{name} is ignored: {error}")
            continue
        for step in path:
            table = table.get(step) if isinstance(table, dict) else None
        if isinstance(table, dict):
            return table, name if not path else f"{name} [tool.codeqa]"
    return {}, ""


def _read_small(path: Path, name: str, warnings: list[str]) -> str | None:
    """Read a settings file of a repository: a regular file, no link, of bounded size. None if there is none."""
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            warnings.append(f"{name} is ignored: it is no regular file")
            return None
        # Not to be held up, or led away, by what it may have become since.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    except OSError as error:
        warnings.append(f"{name} is ignored: {error.strerror}")
        return None
    with os.fdopen(descriptor, "rb") as file:
        data = file.read(MAX_FILE_BYTES + 1) if stat.S_ISREG(os.fstat(descriptor).st_mode) else b""
    if len(data) > MAX_FILE_BYTES:
        warnings.append(f"{name} is ignored: it is larger than {MAX_FILE_BYTES} bytes")
        return None
    return data.decode("utf-8", "replace")


def _toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _from_user_file(path: Path, known: Mapping[str, Key], *, required: bool) -> dict[str, Any]:
    try:
        table = _toml(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if required:
            raise UsageError(f"{path} does not exist", hint="CODEQA_CONFIG names it") from None
        return {}
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", hint="check its permissions") from error
    except ValueError as error:  # not TOML, or not UTF-8
        raise UsageError(f"{path}: {error}", hint="settings are TOML, such as: [search] limit = 5") from error
    return {name: _required(known, name, value, str(path)) for name, value in _flatten(table)}


def _from_environment(environ: Mapping[str, str], known: Mapping[str, Key], warnings: list[str]) -> dict[str, Any]:
    by_variable = {key.variable: key for key in known.values()}
    values: dict[str, Any] = {}
    for variable in sorted(environ):
        if not variable.startswith("CODEQA_") or variable == "CODEQA_CONFIG":
            continue
        key = by_variable.get(variable)
        if key is None:
            warnings.append(f"{variable} sets nothing{_near(variable, by_variable)}")
            continue
        try:
            values[key.name] = _check(key, _parse(key, environ[variable]))
        except _BadValue as error:
            raise UsageError(f"{variable}: {error}", hint=f"unset {variable}, or set it right") from None
    return values


def _from_overrides(overrides: Mapping[str, object], known: Mapping[str, Key]) -> dict[str, Any]:
    given = {name: value for name, value in overrides.items() if value is not None}
    return {name: _required(known, name, value, "flag") for name, value in given.items()}


# --------------------------------------------------------------------------------------------------------------- values


def _required(known: Mapping[str, Key], name: str, value: object, source: str) -> object:
    """Check a value that the user gave. Raises UsageError."""
    key = known.get(name)
    if key is None:
        near = _near(name, known).removeprefix("; ")
        raise UsageError(f"{source}: unknown setting {name!r}", hint=near or f"settings: {', '.join(known)}")
    try:
        return _check(key, value)
    except _BadValue as error:
        raise UsageError(f"{source}: {name}: {error}", hint=key.doc) from None


def _flatten(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Yield dotted names and values; only tables that are groups of settings are entered."""
    for name, value in table.items():
        if isinstance(value, dict) and not prefix:
            yield from _flatten(value, f"{name}.")
        else:
            yield prefix + name, value


def _check(key: Key, value: object) -> object:
    """Return the value in the setting's own type. Raises _BadValue."""
    default = key.default
    if key.expects == _WORDS["tuple[tuple[str, str], ...]"]:
        pairs = tuple(_flatten(value)) if isinstance(value, dict) else None  # TOML reads a.b = "x" as a table too
        if pairs is not None and all(isinstance(item, str) for _, item in pairs):
            return pairs
    elif isinstance(default, tuple) and isinstance(value, list | tuple):
        if all(isinstance(item, str) for item in value):
            return tuple(value)
    elif isinstance(default, bool) or isinstance(value, bool):
        if isinstance(default, bool) and isinstance(value, bool):
            return value
    elif isinstance(default, float) and isinstance(value, int | float):
        return float(_bounded(key, value))
    elif isinstance(default, int) and isinstance(value, int):
        return _bounded(key, value)
    elif isinstance(value, str) and (default is None or isinstance(default, str)) and _chosen(key, value):
        return value or None if default is None else value
    raise _BadValue(f"{_short(value)} is given where {key.expects} is expected")


_NAME = r"[A-Za-z0-9][\w./:-]{0,63}"  # of a model at a server


def _chosen(key: Key, value: object) -> bool:
    """Whether a value is one of the choices, if there are any, or leaves the choice to the default."""
    if not key.choices or not value:
        return True
    patterns = (re.sub(r":[A-Z]+$", lambda _: f":{_NAME}", choice) for choice in key.choices)
    return isinstance(value, str) and any(re.fullmatch(pattern, value, re.ASCII) for pattern in patterns)


def _bounded(key: Key, value: float) -> float:
    least, most = key.least or 0, key.most if key.most is not None else float("inf")
    if least <= value <= most:  # false for NaN
        return value
    raise _BadValue(f"{value} is given where {key.expects} is expected")


def _inside(value: object) -> object:
    """Refuse a repository's pattern that points above its root. Raises _BadValue."""
    for pattern in value if isinstance(value, tuple) else ():
        if ".." in pattern.split("/"):
            raise _BadValue(f"{_short(pattern)} points outside of the repository")
    return value


_BOOLEANS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


def _parse(key: Key, text: str) -> object:
    """Read a variable's text as the setting's type; text that cannot be is left to the check."""
    default = key.default
    if isinstance(default, bool):
        return _BOOLEANS.get(text.strip().lower(), text)
    if key.expects == _WORDS["tuple[tuple[str, str], ...]"]:
        pairs = [item.partition("=") for item in text.split()]
        return {name: value for name, _, value in pairs} if all(value for _, _, value in pairs) else text
    if isinstance(default, tuple):
        return [item.strip() for item in text.split(",") if item.strip()]
    if isinstance(default, int | float):
        try:
            return type(default)(text)
        except ValueError:
            return text
    return text


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."


def _near(name: str, known: Mapping[str, Key]) -> str:
    import difflib  # only for a mistake

    close = difflib.get_close_matches(name[:100], known, n=1)
    return f"; did you mean {close[0]}?" if close else ""
