"""The wheel, installed into an empty environment, answers a question by itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
GRAMMARS = {path.relative_to(ROOT).as_posix() for path in ROOT.glob("grammars/*/*") if path.suffix in {".toml", ".scm"}}

REPOSITORY = {
    "shop/store.py": 'def connect(path: str) -> object:\n    """Open the database."""\n    return open(path)\n',
    "shop/app.py": "from shop.store import connect\n\n\ndef main() -> object:\n    return connect('shop.db')\n",
}


def run(command: Sequence[str | Path], cwd: Path) -> str:
    """Run a command that must succeed, with nothing of this checkout on its path; return its output."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel built from it."""
    folder = tmp_path_factory.mktemp("dist")
    run([sys.executable, "-m", "build", "--outdir", folder, ROOT], cwd=folder)
    return folder


def test_the_sdist_holds_what_the_project_is_made_of(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}

    assert names >= GRAMMARS
    assert {"LICENSE", "README.md", "codeqa/domain/__init__.py", "tests/test_wheel.py", ".ci/run"} <= names


def test_the_wheel_holds_the_package_and_its_grammars(built: Path) -> None:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as archive:
        names = set(archive.namelist())

    assert {f"codeqa/{name}" for name in GRAMMARS} <= names
    assert "codeqa/tui/tui.tcss" in names
    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == {"codeqa"}


def test_the_wheel_answers_a_question_in_an_empty_environment(built: Path, tmp_path: Path) -> None:
    environment = tmp_path / "environment"
    venv.create(environment)
    python = environment / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", python]  # what compiles all of scipy and the like is not tested
    run([*pip, "install", "--quiet", "--no-compile", next(built.glob("*.whl"))], cwd=tmp_path)
    repository = tmp_path / "repository"
    for name, text in REPOSITORY.items():
        (repository / name).parent.mkdir(parents=True, exist_ok=True)
        (repository / name).write_text(text)

    command = [environment / "bin" / "codeqa", "ask", "who calls connect", "--repo", repository, "--json"]
    answer = json.loads(run(command, cwd=tmp_path))
    grammars = run([python, "-c", "from codeqa.languages import grammar_root; print(grammar_root())"], cwd=tmp_path)

    assert answer["status"] == "answered"
    assert "shop/app.py" in {citation["path"] for citation in answer["citations"]}
    assert Path(grammars.strip()).is_relative_to(environment)
