"""A language whose grammar is not installed is searched as text and reported, never dropped in silence."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

import pytest
from conftest import MakeRepo

from codeqa.domain import Indexed, Notice
from codeqa.parse import grammar
from codeqa.project import Project


@pytest.fixture
def without_python(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    real = grammar.import_module

    def absent(name: str) -> ModuleType:
        if name == "tree_sitter_python":
            raise ImportError(name)
        return real(name)

    monkeypatch.setattr(grammar, "import_module", absent)
    grammar.get_language.cache_clear()
    grammar.get_parser.cache_clear()
    yield
    grammar.get_language.cache_clear()
    grammar.get_parser.cache_clear()


@pytest.mark.usefixtures("without_python")
def test_its_files_become_text_and_are_reported(make_repo: MakeRepo) -> None:
    root = make_repo({"shop.py": "def checkout_basket():\n    return 1\n", "a.js": "function pay() {}\n"})
    with Project.open(root, environ={}) as project:
        events = list(project.index())
        hits = project.search("checkout basket")
        report = next(r for r in project.languages() if r.name == "python")
        symbols = {s.id for s in project.store.all_symbols()}

    assert [e.text for e in events if isinstance(e, Notice)] == [
        "Python: tree-sitter-python is not installed: indexed as plain text (pip install tree-sitter-python)"
    ]
    assert isinstance(events[-1], Indexed)
    assert events[-1].languages == {"javascript": 1, "python": 1}
    assert hits[0].path == "shop.py"
    assert "not installed" in report.problem
    assert symbols == {"shop.py", "a.js", "a.js::pay"}
