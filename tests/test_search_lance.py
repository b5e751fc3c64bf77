"""A process that stays searches many vectors through LanceDB, and finds what a scan of the matrix finds."""

from __future__ import annotations

from conftest import MakeRepo

from codeqa import embed
from codeqa.project import Project
from codeqa.search import Searcher
from codeqa.store import lance

WORDS = "basket order refund voucher parcel courier invoice receipt ledger tariff".split()


def test_lance_answers_as_the_matrix_does(make_repo: MakeRepo) -> None:
    files = {
        f"shop/{one}_{two}.py": f'def {one}_{two}():\n    """Turn {one} to {two} by {other}."""\n    return {other}\n'
        for one in WORDS
        for two, other in zip(WORDS[::2], WORDS[1::2], strict=True)
        if one != two
    }
    with Project.open(make_repo(files), environ={}) as project:
        for _ in project.index():
            pass
        name = str(project.store.get_meta("embedder"))
        assert lance.fill(project.directory, name) == len(project.store.vectors(name))
        project.close()
        embedder = embed.load(project.directory, name)
        scan = Searcher(project.store, embedder)
        table = Searcher(project.store, embedder, lance_rows=1)

        for question in ("turn a voucher into a refund", "parcel for the courier", "ledger"):
            assert isinstance(table._vectors, lance.Lance)
            near = [round(cosine, 2) for _, cosine in scan.near(question, 8)]
            assert [round(cosine, 2) for _, cosine in table.near(question, 8)] == near
            assert table.search(question, 5)
        assert not isinstance(Searcher(project.store, embedder, lance_rows=10**6)._vectors, lance.Lance)
