"""The floors of docs/architecture.md, held by machine."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from codeqa import languages

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted((ROOT / "codeqa").rglob("*.py"))
FACES = {"agent", "cli", "stdio", "tui"}  # where one handler may catch everything
LONGEST = 600  # lines; a module that outgrows about 500 becomes a folder


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def declared_languages() -> dict[str, dict[str, Any]]:
    """The tables of every language.toml, by folder; one without a grammar is plain text."""
    return {
        path.parent.name: tomllib.loads(path.read_text())
        for path in sorted((ROOT / "grammars").glob("*/language.toml"))
    }


def test_the_floors_and_the_owners_of_libraries_hold() -> None:
    lint = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert lint.returncode == 0, lint.stdout + lint.stderr


def test_the_vocabulary_imports_the_standard_library_only() -> None:
    imported = {
        name
        for path in (ROOT / "codeqa/domain").glob("*.py")
        for node in ast.parse(path.read_text()).body  # what stands under TYPE_CHECKING is no import
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }

    assert imported
    outside = {name.partition(".")[0] for name in imported if not name.startswith("codeqa.domain.")}
    assert outside <= sys.stdlib_module_names


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_stays_readable(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST, "is there a folder in it?"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_only_a_face_catches_everything(path: Path) -> None:
    if FACES & set(path.relative_to(ROOT / "codeqa").with_suffix("").parts):
        return
    caught = [
        handler.lineno
        for handler in ast.walk(ast.parse(path.read_text()))
        if isinstance(handler, ast.ExceptHandler)
        and (handler.type is None or ast.unparse(handler.type) in {"Exception", "BaseException"})
    ]

    assert caught == []


def test_no_language_is_named_in_the_code_that_serves_them_all() -> None:
    """A language is data: the extractor never asks which one it reads."""
    languages = {path.name for path in (ROOT / "grammars").iterdir()}
    compared = {
        f"{name(path)}:{node.lineno}"
        for path in MODULES
        if path.is_relative_to(ROOT / "codeqa/parse")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Compare)
        for side in [node.left, *node.comparators]
        if isinstance(side, ast.Constant) and side.value in languages
    }

    assert compared == set()


def test_every_language_has_a_fixture() -> None:
    languages = {name for name, table in declared_languages().items() if "grammar" in table}
    fixtures = {path.name for path in (ROOT / "fixtures").iterdir() if path.is_dir() and any(path.iterdir())}

    assert languages - fixtures == set()


def test_every_grammar_of_the_folders_is_a_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {requirement.partition(">")[0].strip() for requirement in project["dependencies"]}
    wheels = {table["grammar"]["wheel"] for table in declared_languages().values() if "grammar" in table}

    assert wheels <= declared


def test_the_guide_describes_every_word_of_the_vocabulary() -> None:
    guide = (ROOT / "CONTRIBUTING.md").read_text()
    tables = guide.split("### language.toml")[1].split("### Captures")[0].split("\n[")
    keys = {table.split("]")[0]: set(re.findall(r'(?m)^"?(\w+)"? = ', table)) for table in tables[1:]}
    queries = "".join(path.read_text() for path in (ROOT / "grammars").rglob("*.scm"))
    captures = set(re.findall(r"@([a-z][\w.]*)", re.sub(r'"(?:\\.|[^"\\])*"|;[^\n]*', " ", queries)))
    families = re.compile(r"(definition|reference|turns|flag|level)\.\w+")

    for table in ("grammar", "text", "scopes", "modules", "visibility", "inner", "tests"):
        named = {field.name for field in fields(getattr(languages, table.capitalize()))}
        assert named <= keys[table], table
    assert {name for name in captures if f"@{name}" not in guide and not families.fullmatch(name)} == set()


def test_versions_of_grammars_are_those_that_their_metadata_tell() -> None:
    from importlib.metadata import version

    installed = {language.grammar.wheel: language.installed for language in languages.load() if language.installed}
    assert installed == {wheel: version(wheel) for wheel in installed}


def test_a_question_about_an_index_that_is_up_to_date_imports_no_parser(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def retry():\n    return 1\n")
    script = (
        "import sys; from pathlib import Path; from codeqa.project import Project\n"
        f"project = Project.open(Path({str(tmp_path)!r}))\n"
        "list(project.update()); print(project.search('retry')[0].path)\n"
        "print(sorted({'codeqa.parse', 'codeqa.resolve', 'tree_sitter', 'importlib.metadata'} & sys.modules.keys()))"
    )

    def run() -> list[str]:
        return subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
        ).stdout.splitlines()

    assert run()[0] == "a.py"
    assert ["a.py", "[]"] in (run(), run())  # one of them may have to look again at a file that has just been written
