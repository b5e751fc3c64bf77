"""Ignore files: which ones count, in which order, and what their patterns match."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

import ignore
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from codeqa.config import FileSettings
from codeqa.files import scan

DEFAULT = FileSettings()


def tree(root: Path, files: Mapping[str, str | bytes]) -> Path:
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text if isinstance(text, bytes) else text.encode())
    return root


def listed(root: Path, settings: FileSettings = DEFAULT) -> list[str]:
    return [file.path for file in scan(root, settings).files]


def sources(root: Path, settings: FileSettings = DEFAULT) -> list[str]:
    """The listed files, ignore files aside."""
    return [path for path in listed(root, settings) if not path.rpartition("/")[2].startswith(".")]


def test_gitignore_counts_without_a_repository_and_a_nested_one_puts_back(tmp_path: Path) -> None:
    tree(tmp_path, {".gitignore": "*.log\nbuild/\n/top.py\n", "a.log": "", "build/x.py": "", "top.py": ""})
    tree(tmp_path, {"sub/.gitignore": "!keep.log\n", "sub/keep.log": "", "sub/other.log": "", "sub/top.py": ""})
    assert sources(tmp_path) == ["sub/keep.log", "sub/top.py"]


def test_nothing_above_the_root_counts(tmp_path: Path) -> None:
    tree(tmp_path, {".gitignore": "*\n", ".ignore": "*\n", ".codeqaignore": "*\n", "root/a.py": ""})
    (tmp_path / ".git").mkdir()
    assert listed(tmp_path / "root") == ["a.py"]


def test_the_users_global_ignore_file_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, {"home/git/ignore": "*.py\n", "home/.gitconfig": "[core]\nexcludesFile = ~/git/ignore\n"})
    tree(tmp_path, {"repo/a.py": "", "repo/.git/config": ""})
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert listed(tmp_path / "repo") == ["a.py"]


def test_layers_are_codeqaignore_then_ignore_then_gitignore_then_exclude(tmp_path: Path) -> None:
    names = ["one.txt", "two.txt", "three.txt", "four.txt"]
    tree(tmp_path, dict.fromkeys(names, ""))
    tree(tmp_path, {".git/info/exclude": "*.txt\n"})
    assert sources(tmp_path) == []
    tree(tmp_path, {".gitignore": "!one.txt\n!two.txt\n!three.txt\n"})
    assert sources(tmp_path) == ["one.txt", "three.txt", "two.txt"]
    tree(tmp_path, {".ignore": "one.txt\ntwo.txt\n"})
    assert sources(tmp_path) == ["three.txt"]
    tree(tmp_path, {".codeqaignore": "!two.txt\n"})
    assert sources(tmp_path) == ["three.txt", "two.txt"]


def test_settings_beat_every_ignore_file_and_exclude_beats_include(tmp_path: Path) -> None:
    tree(tmp_path, {".codeqaignore": "gen/\n", "gen/a.py": "", "gen/b.py": "", "c.py": "", "node_modules/m.js": ""})
    assert sources(tmp_path) == ["c.py"]
    chosen = FileSettings(include=("gen/", "node_modules/", "*.py"), exclude=("gen/b.py", "/c.py"))
    assert sources(tmp_path, chosen) == ["gen/a.py", "node_modules/m.js"]


def test_exclude_of_a_worktree_is_that_of_its_repository(tmp_path: Path) -> None:
    tree(tmp_path, {"main/.git/info/exclude": "secret.py\n", "main/.git/worktrees/w/commondir": "../..\n"})
    tree(tmp_path, {"w/.git": f"gitdir: {tmp_path}/main/.git/worktrees/w\n", "w/secret.py": "", "w/a.py": ""})
    assert sources(tmp_path / "w") == ["a.py"]


def test_exclude_of_a_submodule_is_found_through_its_relative_link(tmp_path: Path) -> None:
    tree(tmp_path, {".git/modules/lib/info/exclude": "b.py\n", "lib/.git": "gitdir: ../.git/modules/lib\n"})
    tree(tmp_path, {"lib/a.py": "", "lib/b.py": "", "b.py": ""})
    assert sources(tmp_path) == ["b.py", "lib/a.py"]


@pytest.mark.parametrize("link", ["gitdir: /no/where", "gitdir: a\0b", "nonsense", "", "gitdir: ."])
def test_a_broken_git_link_is_no_hindrance(tmp_path: Path, link: str) -> None:
    tree(tmp_path, {".git": link, "a.py": ""})
    assert sources(tmp_path) == ["a.py"]


def test_rules_of_an_outer_repository_do_not_reach_into_an_inner_one(tmp_path: Path) -> None:
    tree(tmp_path, {".gitignore": "*.gen.py\n", "a.gen.py": "", "sub/.git/HEAD": "", "sub/a.gen.py": ""})
    assert sources(tmp_path) == ["sub/a.gen.py"]


def test_hidden_files_are_listed_and_hidden_folders_only_where_they_configure(tmp_path: Path) -> None:
    tree(tmp_path, {".gitlab-ci.yml": "", ".github/workflows/ci.yml": "", ".idea/x.xml": "", ".cache/y.py": ""})
    assert listed(tmp_path) == [".github/workflows/ci.yml", ".gitlab-ci.yml"]
    everything = FileSettings(hidden=True)
    assert listed(tmp_path, everything) == [".cache/y.py", ".github/workflows/ci.yml", ".gitlab-ci.yml", ".idea/x.xml"]
    tree(tmp_path, {".codeqaignore": "!.idea/\n"})
    assert ".idea/x.xml" in listed(tmp_path)


def test_some_folders_are_never_entered(tmp_path: Path) -> None:
    never = [".git", ".hg", ".svn", ".codeqa", "__pycache__"]
    tree(tmp_path, {f"{folder}/a.py": "" for folder in never} | {"a/b/__pycache__/c.py": "", "real.py": ""})
    tree(tmp_path, {"myenv/pyvenv.cfg": "", "myenv/lib/site.py": ""})
    asked_for = FileSettings(hidden=True, include=tuple(f"{folder}/" for folder in never))
    assert listed(tmp_path, asked_for) == ["real.py"]


def test_a_gitignore_that_allows_every_folder_does_not_open_node_modules(tmp_path: Path) -> None:
    tree(
        tmp_path,
        {".gitignore": "*\n!*/\n!*.py\n", "node_modules/a.py": "", ".venv/b.py": "", "src/c.py": "", "d.js": ""},
    )
    assert sources(tmp_path) == ["src/c.py"]


def test_vendored_code_is_listed(tmp_path: Path) -> None:
    tree(tmp_path, {"vendor/lib/a.go": ""})
    assert listed(tmp_path) == ["vendor/lib/a.go"]


@pytest.mark.parametrize("text", ["*\n", "*\n!.gitignore\n", "# all\n/*\n"])
def test_an_ignore_file_that_leaves_nothing_is_named(tmp_path: Path, text: str) -> None:
    tree(tmp_path, {".gitignore": text, "a.py": "", "b.py": "", "c/d.py": ""})
    found = scan(tmp_path, DEFAULT)
    assert not [file for file in found.files if file.path != ".gitignore"]
    assert any(".gitignore:" in warning for warning in found.warnings)


def test_an_empty_folder_is_no_ones_fault(tmp_path: Path) -> None:
    found = scan(tmp_path, DEFAULT)
    assert (found.files, found.skipped, found.warnings) == ([], {}, [])


@pytest.mark.parametrize(
    ("pattern", "hits", "misses"),
    [
        ("a.py", ["a.py", "d/a.py"], ["aXpy"]),
        ("/a.py", ["a.py"], ["d/a.py"]),
        ("d/a.py", ["d/a.py"], ["e/d/a.py"]),
        ("*.py", ["x.py", ".py", "d/e.py"], ["x.pyc"]),
        ("a*b*c", ["abc", "aXbYc", "aXbYcbc"], ["ab", "acb"]),
        ("**/t", ["t", "x/t", "x/y/t"], ["xt"]),
        ("a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["ab", "x/a/b"]),
        ("a/**/b/**/c", ["a/b/c", "a/x/b/y/b/c"], ["a/c", "a/x/c"]),
        ("a/**", ["a/b", "a/b/c"], ["b/a/c"]),
        ("?.py", ["a.py"], ["ab.py", ".py"]),
        ("[ab].py", ["a.py", "b.py"], ["c.py"]),
        ("[!ab].py", ["c.py"], ["a.py"]),
        ("a[!x]b", ["a-b"], ["axb", "a/b"]),
        ("[a-c]x", ["bx"], ["dx", "-x"]),
        ("[]-]x", ["]x", "-x"], ["ax"]),
        ("[[:digit:]]x", ["7x"], ["ax"]),
        ("a?b", ["a-b"], ["a/b"]),
        (r"\!a", ["!a"], ["a"]),
        (r"\#a", ["#a"], ["a"]),
        ("{a,b}", ["{a,b}"], ["a", "b"]),
        ("a ", ["a"], ["a "]),
        (r"a\ ", ["a "], ["a"]),
    ],
)
def test_patterns_match_as_in_git(tmp_path: Path, pattern: str, hits: list[str], misses: list[str]) -> None:
    for index, path in enumerate([*hits, *misses]):
        root = tree(tmp_path / str(index), {path: ""})
        expected = [] if path in hits else [path]
        chosen = FileSettings(exclude=(pattern,))
        assert [found for found in listed(root, chosen) if found == path] == expected, path


@pytest.mark.parametrize("pattern", ["a[", "[z-a]", "[[:nonsense:]]", "a\\", "*" * 5_000 + "[a]"])
def test_a_pattern_that_can_match_nothing_is_a_warning(tmp_path: Path, pattern: str) -> None:
    tree(tmp_path, {".gitignore": f"b.py\n{pattern}\n", "a.py": "", "b.py": ""})
    found = scan(tmp_path, DEFAULT)
    assert ".gitignore:2" in found.warnings[0]
    assert [file.path for file in found.files] == [".gitignore", "a.py"]


def test_byte_order_mark_and_carriage_returns_are_not_part_of_patterns(tmp_path: Path) -> None:
    tree(tmp_path, {".gitignore": b"\xef\xbb\xbfa.py\r\nb.py\r\n", "a.py": "", "b.py": "", "c.py": ""})
    assert sources(tmp_path) == ["c.py"]


NAMES = st.sampled_from(["a", "b", "ab", "aa", "a.py", "b.pyc", "c", "x y", "#d", "-"])
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
PIECES = st.sampled_from(
    ["a", "b", "ab", "*", "?", "*.py", "*.p*", "[ab]", "[!a]", "a*", "*b", "**", "-", "x y", "[a-c]"]
)
PATTERNS = st.builds(
    lambda negated, anchored, pieces, folder: negated + anchored + "/".join(pieces) + folder,
    st.sampled_from(["", "", "!"]),
    st.sampled_from(["", "", "/"]),
    st.lists(PIECES, min_size=1, max_size=4),
    st.sampled_from(["", "", "/"]),
)
IGNORE_FILES = st.dictionaries(
    st.tuples(st.sampled_from(["", "a/", "a/b/", "c/"]), st.sampled_from([".gitignore", ".ignore", ".codeqaignore"])),
    st.lists(PATTERNS, min_size=1, max_size=4),
    max_size=3,
)


def grow(root: Path, paths: set[str]) -> None:
    """Make the files that can be made: a name may already be a folder, or the other way round."""
    for path in sorted(paths):
        target = root / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.touch()
        except OSError:
            continue


@given(paths=st.sets(PATHS, min_size=1, max_size=12), rules=IGNORE_FILES)
@example(paths={"a/b/c", "a/c"}, rules={("", ".gitignore"): ["a/**/c", "!a/c"]})
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_rules_are_those_of_ripgrep(
    tmp_path_factory: pytest.TempPathFactory, paths: set[str], rules: dict[tuple[str, str], list[str]]
) -> None:
    root = tmp_path_factory.mktemp("tree")
    grow(root, paths)
    for (folder, name), lines in rules.items():
        if (root / folder).is_dir():
            (root / folder / name).write_text("\n".join(lines) + "\n")
    walk = ignore.WalkBuilder(root).hidden(False).parents(False).git_global(False).require_git(False)
    walk.add_custom_ignore_filename(".codeqaignore")
    theirs = {str(entry.path().relative_to(root)) for entry in walk.build() if entry.path().is_file()}
    assert set(listed(root, FileSettings(hidden=True))) == theirs


@pytest.mark.parametrize("pattern", ["*a" * 60 + "b", "**/*a" * 30 + "/b", "[a]*" * 60 + "b", "a/**/" * 40 + "b"])
def test_no_pattern_is_slow(tmp_path: Path, pattern: str) -> None:
    deep = "/".join(["a" * 20] * 40)
    tree(tmp_path, {".gitignore": f"{pattern}\n", "a" * 250: "", f"{deep}/{'a' * 250}": "", "/".join("a" * 80): ""})
    start = time.process_time()
    assert len(listed(tmp_path)) == 4
    assert time.process_time() - start < 1
