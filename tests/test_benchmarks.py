"""The benchmarks' own arithmetic: figures that decide what ships must be right."""

from __future__ import annotations

import json
import math
from pathlib import Path
from xml.etree import ElementTree

import click
import numpy as np
import pytest
from conftest import MakeRepo

from benchmarks import asking, curves, metrics, questions, retrieval, tables, tuning
from codeqa.domain import Answer, Citation, Claim, Dropped, Hit
from codeqa.project import Project
from codeqa.search import Weights


def hit(path: str, start: int = 1, end: int = 9, symbol: str = "", score: float = 1.0, **why: float) -> Hit:
    return Hit(path, start, end, symbol, f"{path}::{symbol}", score, why or {"text": score})


def asked(*gold: str, source: str = "semble", **more: object) -> dict[str, object]:
    return {"gold_files": list(gold), "source": source, "hop": "multi" if len(gold) > 1 else "single", **more}


def test_a_file_counts_where_it_first_comes() -> None:
    score = metrics.judge(asked("b", "c"), [hit("a"), hit("a"), hit("b"), hit("b"), hit("c")])
    best = 1 + 1 / math.log2(3)
    assert score.ndcg == pytest.approx((1 / math.log2(3) + 1 / math.log2(4)) / best)
    assert score.spans == pytest.approx((1 / math.log2(4) + 1 / math.log2(6)) / best)
    assert (score.hit, score.every, score.symbols) == (0.0, 1.0, None)


def test_only_the_first_ten_files_count() -> None:
    others = [hit(f"{number}") for number in range(10)]
    score = metrics.judge(asked("a", "b", source="commit"), [hit("a"), *others, hit("b")])
    assert (score.hit, score.every, score.spans) == (1.0, 0.0, None)
    assert metrics.judge(asked("a"), [*others, hit("a")]).ndcg == 0.0
    assert metrics.judge(asked("a"), []) == metrics.Score(0.0, 0.0, None, None, 0.0)


def test_a_definition_is_found_by_a_shared_line_or_by_its_name() -> None:
    gold = [
        {"path": "a", "start": 5, "end": 8, "symbol": "A.one"},
        {"path": "a", "start": 20, "end": 30, "symbol": "A.two"},
        {"path": "b", "start": 5, "end": 8, "symbol": "three"},
    ]
    assert metrics.symbols_found(gold, [hit("a", 8, 9)]) == pytest.approx(1 / 3)
    assert metrics.symbols_found(gold, [hit("a", 1, 4), hit("a", 9, 9, "B.two")]) == pytest.approx(1 / 3)
    assert metrics.symbols_found(gold, [hit("b", 9, 9, "two")]) == 0.0
    assert metrics.symbols_found(gold, [hit("c") for _ in range(10)] + [hit("a", 5, 6)]) == 0.0


def test_an_interval_holds_the_mean_and_is_the_same_every_time() -> None:
    values = [0.0, 1.0, None, 1.0, 0.5] * 8
    found = metrics.figure(values)
    assert found == metrics.figure(values)
    assert found and found.questions == 32 and found.mean == pytest.approx(0.625)
    assert 0.4 < found.low < found.mean < found.high < 0.8
    assert metrics.figure([None]) is None


def test_a_weighing_of_the_parts_gives_back_the_order_of_the_search() -> None:
    """Totals of files are 3 and 5: the reward of the first is smaller, and stands in `why`."""
    found = [
        hit("a", 1, score=3.3, text=3.0, file=0.3),
        hit("b", 1, score=2.0 * 0.5, text=1.5, file=0.5),
        hit("b", 5, score=1.0, text=1.0, name=0.0),
    ]
    (pool,) = tuning.pools([(asked("a"), found)], ["name", "text"])
    assert pool.role.tolist() == pytest.approx([1.0, 0.5, 1.0])
    assert tuning.ranked(pool, np.ones(3))[0].path == "a"
    assert tuning.ranked(pool, np.array([1.0, 0.0, 1.0]))[0].path == "a"  # all alike: by path


def test_a_file_gives_way_after_its_share_of_the_first_ten() -> None:
    share = Weights().per_file
    found = [hit("a", number, score=9.0 - number / 10) for number in range(share + 2)] + [hit("b", score=1.0)]
    (pool,) = tuning.pools([(asked("a"), found)], ["text"])
    assert [one.path for one in tuning.ranked(pool, np.ones(2))] == ["a"] * share + ["b", "a", "a"]


def test_ascent_moves_what_pays_and_leaves_the_rest() -> None:
    factors = tuning.ascend(lambda it: -abs(it[0] - 2.0), np.ones(3))
    assert factors.tolist() == [2.0, 1.0, 1.0]


def test_a_table_goes_between_its_markers(tmp_path: Path) -> None:
    document = tmp_path / "it.md"
    document.write_text("a\n<!-- one -->\nold\n<!-- /one -->\nb\n")
    tables.keep({"one": "new"}, document)
    assert document.read_text() == "a\n<!-- one -->\nnew\n<!-- /one -->\nb\n"
    with pytest.raises(click.ClickException):
        tables.keep({"two": "new"}, document)


def test_figures_are_short() -> None:
    assert retrieval.shown(metrics.Figure(0.8254, 0.79, 1.0, 9)) == ".825 [.790–1.000]"
    assert retrieval.shown(None) == "–"


def test_a_picture_is_whole_and_holds_every_point() -> None:
    speed = {"p50_ms": 9.0, "p95_ms": 31.0}
    points = [{"chunks": size, "index_cpu": 1.0, "embed_cpu": 0.0, "cpu": speed} for size in (500, 40_000)]
    mark = curves.Mark(0.5, 0.4, 0.6)
    drawn = ElementTree.fromstring(curves.picture(points, {"<one>": {"go": mark, "c": mark}, "two": {"c": mark}}))
    circles = [it for it in drawn.iter() if it.tag.endswith("circle")]
    assert len(circles) == 3 + 2 * 2 * 2 + 3 * 2  # marks, points of two panels, legends
    assert "<one>" in [it.text for it in drawn.iter()]


# ------------------------------------------------------------------------------------------------- questions of our own


@pytest.mark.parametrize(
    ("doc", "name", "sentence"),
    [
        ("Close returns the pages to the pool. It is safe.", "Close", "returns the pages to the pool"),
        ("Gives {@link Page} back to\nthe pool.\n@param a b", "x", "Gives Page back to the pool"),
        ("Too short.", "x", ""),
        ("Works as giveBack does, but for pages.", "giveBack", ""),
    ],
)
def test_the_first_sentence_is_the_question(doc: str, name: str, sentence: str) -> None:
    assert questions.first_sentence(doc, name) == sentence


@pytest.mark.parametrize(
    ("written", "subject"),
    [
        ("fix(pool): give pages back when closed (#12)", "give pages back when closed"),
        ("🐛 bug: give pages back when closed", "give pages back when closed"),
        ("docs: say how pages are given back", ""),
        ("Fix a typo in the name of a page", ""),
        ("Release 1.2", ""),
    ],
)
def test_a_subject_is_a_question_if_it_is_about_what_code_does(written: str, subject: str) -> None:
    assert questions.subject(written) == subject


@pytest.mark.parametrize(
    ("language", "name", "before", "after"),
    [
        ("python", "a.py", 'def f():\n    """Does it.\n\n    Well.\n    """\n    g()\n', "def f():\n\n\n\n\n    g()\n"),
        ("rust", "a.rs", "/// Does it.\n#[inline]\nfn f() {}\n", "\n#[inline]\nfn f() {}\n"),
        ("java", "A.java", "class A {\n /** Does\n  * it. */\n void f() {}\n}\n", "class A {\n\n\n void f() {}\n}\n"),
    ],
)
def test_a_doc_comment_is_blanked_and_lines_stay(
    tmp_path: Path, language: str, name: str, before: str, after: str
) -> None:
    (tmp_path / name).write_text(before)
    ((path, function),) = questions.Tree.read(tmp_path, language).functions()
    assert questions.blank(tmp_path, path, function, language)
    assert (tmp_path / name).read_text() == after
    ((path, function),) = questions.Tree.read(tmp_path, language).functions()
    assert not questions.blank(tmp_path, path, function, language)


def test_a_change_is_of_the_innermost_function() -> None:
    data = b"def f():\n    def g():\n        return 1\n    return g\n\n\ndef h():\n    pass\n"
    definitions = questions.facts_of(data, "python").interface.definitions
    assert list(questions.touched(definitions, 3, 3, inserted=False)) == ["f.g"]
    assert list(questions.touched(definitions, 4, 7, inserted=False)) == ["f", "h"]
    assert list(questions.touched(definitions, 4, 5, inserted=True)) == []
    assert list(questions.touched(definitions, 1, 2, inserted=True)) == ["f"]


def answered(*cited: tuple[str, int, str], status: str = "answered", text: str = "", dropped: int = 0) -> Answer:
    return Answer(
        question="q",
        kind="single fact",
        status=status,
        text=text,
        claims=(Claim("c", (1,), "verified", "edge"),) * (0 if status == "abstained" else 3),
        dropped=(Dropped("d", "no"),) * dropped,
        citations=tuple(
            Citation(n, path, line, line + 2, symbol, "0" * 64, 1, "")
            for n, (path, line, symbol) in enumerate(cited, 1)
        ),
    )


def test_an_answer_is_judged_by_what_it_cites_and_says() -> None:
    spans = [
        {"path": "a.py", "start": 3, "end": 9, "symbol": "A.run"},
        {"path": "b.py", "start": 1, "end": 2, "symbol": "go"},
    ]
    question = asked("a.py", "b.py", gold_secondary=["t.py"], gold_symbol_spans=spans)
    answer = answered(("a.py", 4, "A.run"), ("a.py", 40, "A"), ("t.py", 1, "t"), ("z.py", 1, "z"), text="`A.run` goes.")

    judged = asking.judge(question, asking.citations(answer), answer.text)

    assert judged.precision == pytest.approx(2 / 3)
    assert (judged.score.symbols, judged.named, judged.score.every) == (0.5, 0.5, 0.0)


def test_an_abstention_vouches_for_nothing() -> None:
    judged = asking.judge(asked("a.py"), asking.citations(answered(("a.py", 1, "x"), status="abstained")), "")

    assert judged.precision is None
    assert asking.figures([judged])["precision"] == metrics.Figure(0.0, 0.0, 0.0, 1)
    assert asking.figures([judged])["precision_answered"] is None


def test_search_is_compared_over_as_many_files() -> None:
    found = [hit("a.py"), hit("b.py"), hit("a.py", 30), hit("c.py")]

    assert [h.path for h in asking.first_files(found, 2)] == ["a.py", "b.py", "a.py"]
    assert asking.first_files(found, 0) == []


def test_how_answers_ended_is_told() -> None:
    answers = [answered(), answered(dropped=1), answered(status="partial"), answered(status="abstained")]

    found = asking.rates(answers)

    assert (found["answered"], found["abstained"], found["with_refuted"]) == (0.5, 0.25, 0.25)
    assert (found["claims"], found["refuted"]) == (10, 0.1)


def test_a_report_of_answers_has_every_way_and_group(make_repo: MakeRepo) -> None:
    with Project.open(make_repo({"a.py": "def run():\n    go()\n\ndef go():\n    pass\n"}), environ={}) as project:
        list(project.update())
        outcome = asking.Outcome()
        questions = [
            {"id": "1", "question": "who calls go", **asked("a.py")},
            {"id": "2", "question": "where is zorp", **asked("a.py")},
        ]
        asking.put(project, questions, outcome)

    table = asking.report(outcome, ["hop"])
    cells = {line.count(" | ") for line in table.splitlines() if line.startswith("|")}

    assert len(cells) == 1
    assert "| ask, hop: single | 2 |" in table
    assert "answered 50.0%, partial 0.0%, abstained 50.0%" in table
    assert json.loads(json.dumps(asking.numbers(outcome)))["rates"]["abstained"] == 0.5
    assert [each["status"] for each in asking.predicted(outcome)] == ["answered", "abstained"]
