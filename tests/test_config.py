"""Settings: who may set what, and what a mistake is told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeqa import config
from codeqa.config import Settings, keys, load
from codeqa.domain import UsageError


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    root = tmp_path / "repo"
    root.mkdir()
    return root


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment whose user file exists and says nothing."""
    path = tmp_path / "user.toml"
    path.touch()
    return {"CODEQA_CONFIG": str(path)}


def user_says(environ: dict[str, str], text: str) -> None:
    Path(environ["CODEQA_CONFIG"]).write_text(text)


def test_with_nothing_said_the_defaults_hold(repo: Path, environ: dict[str, str]) -> None:
    assert load(repo, {}, environ) == Settings()
    assert Settings().model.name is None


def test_each_source_beats_the_one_below(repo: Path, environ: dict[str, str]) -> None:
    (repo / "pyproject.toml").write_text("[tool.codeqa.search]\nlimit = 2\n")
    assert load(repo, {}, environ).search.limit == 2
    (repo / "codeqa.toml").write_text("[search]\nlimit = 3\n")
    assert load(repo, {}, environ).search.limit == 3
    user_says(environ, "[search]\nlimit = 4\n")
    assert load(repo, {}, environ).search.limit == 4
    environ["CODEQA_SEARCH_LIMIT"] = "5"
    assert load(repo, {}, environ).search.limit == 5
    assert load(repo, {"search.limit": 6}, environ).search.limit == 6
    assert load(repo, {"search.limit": None}, environ).search.limit == 5


def test_sources_merge_key_by_key(repo: Path, environ: dict[str, str]) -> None:
    (repo / "codeqa.toml").write_text('[files]\nhidden = true\nexclude = ["/gen/"]\n')
    user_says(environ, "cache = true\n[ask]\nmax_hops = 3\nevidence = 1\n")
    settings = load(repo, {"files.max_file_bytes": 5_000}, environ)
    assert settings.files == config.FileSettings(max_file_bytes=5_000, hidden=True, exclude=("/gen/",))
    assert settings.ask == config.AskSettings(max_hops=3, evidence=1.0)
    assert isinstance(settings.ask.evidence, float)
    assert settings.cache
    assert not settings.warnings


def test_the_users_file_lies_in_the_platforms_folder(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    assert load(repo, {}, {}) == Settings()
    path = config.user_file({})
    path.parent.mkdir(parents=True)
    path.write_text("[search]\nlimit = 7\n")
    assert load(repo, {}, {}).search.limit == 7


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('[model]\nname = "evil"', "model.name"),
        ('[model]\nhost = "http://example.org"', "model.host"),
        ("[model]\ntimeout_seconds = 1", "model.timeout_seconds"),
        ('[model]\nprompts = "prompts"', "model.prompts"),
        ("cache = true", "cache"),
        ("[index]\nworkers = 200", "index.workers"),
        ("[index]\nupdate_seconds = 3000", "index.update_seconds"),
        ('[files]\nexclude = ["../other/*"]', "files.exclude"),
        ('[files]\ninclude = ["a/../../b"]', "files.include"),
    ],
)
@pytest.mark.parametrize("where", ["codeqa.toml", "pyproject.toml"])
def test_a_repository_may_not_set_what_reaches_outside(
    repo: Path, environ: dict[str, str], where: str, line: str, name: str
) -> None:
    if where == "pyproject.toml":
        line = f"[tool.codeqa]\n{line}" if not line.startswith("[") else line.replace("[", "[tool.codeqa.", 1)
    (repo / where).write_text(line + "\n")
    settings = load(repo, {}, environ)
    assert settings == Settings(warnings=settings.warnings)
    assert len(settings.warnings) == 1
    assert settings.warnings[0].startswith(where)
    assert name in settings.warnings[0]


def test_the_user_may_set_all_of_that(repo: Path, environ: dict[str, str]) -> None:
    user_says(environ, 'cache = true\n[model]\nname = "m"\nhost = "http://127.0.0.1:1"\n[index]\nworkers = 2\n')
    settings = load(repo, {}, environ)
    assert (settings.cache, settings.model.name, settings.model.host) == (True, "m", "http://127.0.0.1:1")
    assert settings.index.workers == 2
    assert load(repo, {"model.name": ""}, environ).model.name is None


def test_an_unknown_key_is_the_users_error_and_the_repositorys_warning(repo: Path, environ: dict[str, str]) -> None:
    (repo / "codeqa.toml").write_text("[search]\nlimmit = 3\n[run]\ncommand = 'x'\n")
    settings = load(repo, {}, environ)
    assert settings.search.limit == Settings().search.limit
    assert "did you mean search.limit?" in settings.warnings[0]
    assert "run.command" in settings.warnings[1]
    user_says(environ, "[search]\nlimmit = 3\n")
    with pytest.raises(UsageError, match=r"user\.toml: unknown setting 'search\.limmit'") as caught:
        load(repo, {}, environ)
    assert "search.limit" in caught.value.hint
    with pytest.raises(UsageError, match="flag: unknown setting 'search'"):
        load(repo, {"search": 3}, {})


BAD = [
    ("search.limit", "'many'", "a whole number from 1 to 1,000"),
    ("search.limit", "true", "a whole number"),
    ("search.limit", "2.5", "a whole number"),
    ("search.limit", "0", "from 1 to 1,000"),
    ("search.limit", "{ a = 1 }", "a whole number"),
    ("files.hidden", "1", "true or false"),
    ("files.exclude", "'*.py'", "a list of texts"),
    ("files.exclude", "['a', 1]", "a list of texts"),
    ("files.max_file_bytes", "99999999999", "64,000,000"),
    ("ask.evidence", "nan", "a number from 0 to 1"),
    ("ask.evidence", "2", "a number from 0 to 1"),
]


@pytest.mark.parametrize(("name", "value", "expected"), BAD)
def test_a_wrong_value_is_told_with_file_key_and_what_is_expected(
    repo: Path, environ: dict[str, str], name: str, value: str, expected: str
) -> None:
    group, key = name.split(".")
    text = f"[{group}]\n{key} = {value}\n"
    (repo / "codeqa.toml").write_text(text)
    settings = load(repo, {}, environ)
    (warning,) = settings.warnings
    assert settings == Settings(warnings=(warning,))
    user_says(environ, text)
    with pytest.raises(UsageError) as caught:
        load(repo, {}, environ)
    for told, source in [(warning, "codeqa.toml"), (caught.value.message, "user.toml")]:
        assert source in told
        assert name in told
        assert expected in told


@pytest.mark.parametrize(("name", "value"), [("model.name", 3), ("model.host", ["a"]), ("cache", "yes")])
def test_a_flag_is_checked_too(repo: Path, environ: dict[str, str], name: str, value: object) -> None:
    with pytest.raises(UsageError, match=f"flag: {name}: "):
        load(repo, {name: value}, environ)


def test_variables_are_read_as_their_setting_asks(repo: Path, environ: dict[str, str]) -> None:
    environ |= {"CODEQA_FILES_HIDDEN": "yes", "CODEQA_FILES_EXCLUDE": "a/, b.py,", "CODEQA_ASK_EVIDENCE": "0.7"}
    environ |= {"CODEQA_INDEX_EMBEDDER": "none", "CODEQA_MODEL_NAME": "m:1", "CODEQA_FILES_MAX_FILE_BYTES": "3_000"}
    settings = load(repo, {}, environ)
    assert settings.files == config.FileSettings(max_file_bytes=3_000, hidden=True, exclude=("a/", "b.py"))
    assert (settings.index.embedder, settings.ask.evidence, settings.model.name) == ("none", 0.7, "m:1")


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("CODEQA_SEARCH_LIMIT", "x"),
        ("CODEQA_FILES_HIDDEN", "maybe"),
        ("CODEQA_ASK_EVIDENCE", "inf"),
        ("CODEQA_CACHE", ""),
    ],
)
def test_a_wrong_variable_is_named(repo: Path, environ: dict[str, str], variable: str, text: str) -> None:
    with pytest.raises(UsageError, match=f"{variable}: ") as caught:
        load(repo, {}, environ | {variable: text})
    assert variable in caught.value.hint


def test_an_unknown_variable_is_a_warning(repo: Path, environ: dict[str, str]) -> None:
    settings = load(repo, {}, environ | {"CODEQA_SEARCH_LIMT": "3", "OTHER": "x"})
    assert settings.warnings == ("CODEQA_SEARCH_LIMT sets nothing; did you mean CODEQA_SEARCH_LIMIT?",)


def test_every_setting_can_be_set_by_its_variable(repo: Path, environ: dict[str, str]) -> None:
    samples = {bool: "1", int: "7", float: "0.25", str: "x", tuple: "x", type(None): "x"}
    for name, key in keys().items():
        text = (
            "5000" if name in ("files.max_file_bytes", "model.context", "model.tokens") else samples[type(key.default)]
        )
        text = "3.5" if name in ("model.timeout_seconds", "model.seconds") else text
        text = "lsa" if name == "index.embedder" else text
        text = {"tui.theme": "dark", "tui.keymap": "vim", "tui.keys": "ask.edit=x"}.get(name, text)
        text = "0" if key.default is True else text
        assert load(repo, {}, environ | {key.variable: text}) != Settings(), name
        assert key.doc
        assert key.expects


@pytest.mark.parametrize("text", ["= nonsense", "x = [" + "[" * 20_000, "a = 1\na = 2\n", b"\xff\xfe"])
def test_a_broken_file_of_a_repository_is_a_warning(repo: Path, environ: dict[str, str], text: str | bytes) -> None:
    data = text if isinstance(text, bytes) else text.encode()
    (repo / "codeqa.toml").write_bytes(data)
    (warning,) = load(repo, {}, environ).warnings
    assert warning.startswith("codeqa.toml is ignored")
    Path(environ["CODEQA_CONFIG"]).write_bytes(data)
    with pytest.raises(UsageError, match=r"user\.toml"):
        load(repo, {}, environ)


def test_a_pyproject_without_our_table_is_silent(repo: Path, environ: dict[str, str]) -> None:
    for text in ["", "[tool.other]\nx = 1\n", "tool = 3\n", "[tool]\ncodeqa = 3\n"]:
        (repo / "pyproject.toml").write_text(text)
        assert load(repo, {}, environ) == Settings()


def test_a_repositorys_file_is_read_only_if_it_is_one(repo: Path, environ: dict[str, str], tmp_path: Path) -> None:
    outside = tmp_path / "outside.toml"
    outside.write_text("[search]\nlimit = 9\n")
    (repo / "codeqa.toml").symlink_to(outside)
    os.mkfifo(repo / "pyproject.toml")
    settings = load(repo, {}, environ)
    assert settings.search.limit == Settings().search.limit
    assert settings.warnings == (
        "codeqa.toml is ignored: it is no regular file",
        "pyproject.toml is ignored: it is no regular file",
    )


def test_an_enormous_file_of_a_repository_is_not_read(repo: Path, environ: dict[str, str]) -> None:
    (repo / "codeqa.toml").write_text("[search]\nlimit = 9\n#" + "x" * config.MAX_FILE_BYTES)
    settings = load(repo, {}, environ)
    assert settings.search.limit == Settings().search.limit
    assert "larger than" in settings.warnings[0]


def test_a_repository_cannot_flood_the_warnings(repo: Path, environ: dict[str, str]) -> None:
    (repo / "codeqa.toml").write_text("".join(f"key{n} = 1\n" for n in range(5_000)))
    warnings = load(repo, {}, environ).warnings
    assert len(warnings) < 30
    assert max(map(len, warnings)) < 300


def test_a_user_file_that_is_named_must_exist(repo: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        load(repo, {}, {"CODEQA_CONFIG": str(tmp_path / "none.toml")})


def test_a_user_file_that_cannot_be_read_is_an_error(repo: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load(repo, {}, {"CODEQA_CONFIG": str(tmp_path)})


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text() | st.integers())


@given(name=st.sampled_from(sorted(keys())), value=VALUES)
def test_a_flag_is_taken_in_its_own_type_or_refused(name: str, value: object) -> None:
    defaults = keys()
    try:
        settings: object = load(Path("/nonexistent"), {name: value}, {"CODEQA_CONFIG": os.devnull})
    except UsageError:
        return
    for step in name.split("."):
        settings = getattr(settings, step)
    assert type(settings) in {type(defaults[name].default), str if defaults[name].default is None else type(settings)}


def test_keys_and_theme_are_the_users_alone(repo: Path, environ: dict[str, str]) -> None:
    (repo / "codeqa.toml").write_text('[tui]\nkeymap = "vim"\ntheme = "light"\n[tui.keys]\n"app.quit" = "e"\n')
    settings = load(repo, {}, environ)
    assert settings.tui == config.TuiSettings()
    assert [warning.split(" is ")[0] for warning in settings.warnings] == [
        f"codeqa.toml: tui.{name}" for name in ("keymap", "theme", "keys")
    ]

    user_says(environ, '[tui]\nkeymap = "vim"\n[tui.keys]\n"app.quit" = "x"\nask.copy = "c,y"\n')
    found = load(repo, {}, environ).tui
    assert (found.keymap, found.keys) == ("vim", (("app.quit", "x"), ("ask.copy", "c,y")))
    environ["CODEQA_TUI_KEYS"] = "app.quit=z ask.edit=ctrl+e,E"
    assert load(repo, {}, environ).tui.keys == (("app.quit", "z"), ("ask.edit", "ctrl+e,E"))


@pytest.mark.parametrize("said", ['[tui]\nkeys = "x"', '[tui.keys]\n"app.quit" = 3', '[tui]\nkeymap = "emacs"'])
def test_a_value_that_is_no_table_of_keys_is_refused(repo: Path, environ: dict[str, str], said: str) -> None:
    user_says(environ, said)
    with pytest.raises(UsageError, match="expected"):
        load(repo, {}, environ)
