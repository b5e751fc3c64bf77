"""What becomes of the sentences of a model: checked, judged or dropped, one by one."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from pathlib import Path

import pytest

from codeqa.agent.drafting import Draft, Drafting, render
from codeqa.agent.handles import Handles
from codeqa.agent.looking import Looking
from codeqa.domain import Event
from codeqa.notebook import Place
from codeqa.project import Project
from tests.asking import SHOP
from tests.conftest import MakeRepo

ASKED: list[tuple[str, tuple[Place, ...]]] = []


def judge(verdict: str) -> object:
    def asked(text: str, places: Sequence[Place]) -> Generator[Event, None, tuple[str, str]]:
        ASKED.append((text, tuple(places)))
        yield from ()
        return verdict, f"judged {verdict}"

    return asked


@pytest.fixture(scope="module")
def shop(make_module_repo: MakeRepo) -> Path:
    return make_module_repo(SHOP)


class Desk:
    """A project with what a model has seen of it."""

    def __init__(self, project: Project) -> None:
        self.handles = Handles(project.tools)
        self.looking = Looking(project.tools, self.handles, 6, 6_000)
        self.project = project

    def draft(self, *sentences: str, verdict: str = "unclear") -> Draft:
        ASKED.clear()
        drafting = Drafting(self.project.tools, self.handles, judge(verdict)).draft(sentences)  # type: ignore[arg-type]
        while True:
            try:
                next(drafting)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]

    def handle(self, name: str) -> str:
        self.looking.symbol(name)
        return self.handles.symbol(self.looking.find(name))

    def fact(self, found: Sequence[str], start: str) -> str:
        return next(line.partition(":")[0] for line in found if line.partition(": ")[2].startswith(start))


@pytest.fixture
def desk(shop: Path) -> Iterator[Desk]:
    with Project.open(shop) as project:
        list(project.update())
        yield Desk(project)


def test_what_a_fact_says_is_checked_as_the_fact_is(desk: Desk) -> None:
    found = desk.looking.expand("retry", "calls", "in")
    mark = desk.fact(found.facts, "`Checkout.place` calls `retry`")

    draft = desk.draft(f"Checkout.place calls retry at shop/checkout.py:21 [{mark}].")

    ((claim, item),) = draft.lines
    assert (claim.verdict, claim.check, item) == ("verified", "edge", False)
    assert claim.text == "`Checkout.place` calls `retry` at shop/checkout.py:21."
    assert [e.dst for e in draft.edges] == ["shop/retry.py::retry"]
    assert not ASKED


def test_other_words_are_checked_by_the_grammar(desk: Desk) -> None:
    draft = desk.draft(
        f"- `retry` is called by `Checkout.place` [{desk.handle('retry')}][{desk.handle('Checkout.place')}]."
    )

    ((claim, item),) = draft.lines
    assert (claim.verdict, claim.check, item) == ("verified", "edge", True)
    assert not ASKED


def test_without_marks_what_was_looked_up_is_cited(desk: Desk) -> None:
    draft = desk.draft("`Checkout.place` calls `retry`.")

    ((claim, _),) = draft.lines
    cited = [(c.path, c.start_line) for c in draft.result.citations if c.n in claim.citations]
    assert cited == [("shop/checkout.py", 21)]


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("`backoff` calls `Checkout.place`.", "no edge"),
        ("`Checkout.teleport` calls `retry`.", "teleport"),
        ("`Checkout.place` calls `retry` at shop/checkout.py:3.", "it is stated at"),
        ("It is all very well [F77].", "F77, which was never given"),
        ("`retry` is quick [S99:1-2].", "S99:1-2, which was never given"),
        ("The shop is well made.", "it cites nothing"),
    ],
)
def test_what_does_not_hold_is_dropped(desk: Desk, sentence: str, reason: str) -> None:
    desk.handle("Checkout.place")
    draft = desk.draft(sentence, verdict="supported")

    assert not draft.lines
    assert not ASKED
    (dropped,) = draft.result.dropped
    if reason != "no edge":
        assert reason in dropped.reason


@pytest.mark.parametrize("verdict", ["supported", "not", "unclear"])
def test_what_no_code_can_tell_is_judged_by_its_lines_alone(desk: Desk, verdict: str) -> None:
    found = desk.looking.read("Checkout.place")
    mark = found.summary.split()[0]

    draft = desk.draft(f"An empty basket is refused first [{mark}:19-20].", verdict=verdict)

    ((text, (place,)),) = ASKED
    assert text == "An empty basket is refused first."
    assert (place.path, place.start_line, place.end_line) == ("shop/checkout.py", 19, 20)
    if verdict == "supported":
        ((claim, _),) = draft.lines
        assert (claim.verdict, claim.check) == ("unverified", "entailment")
        assert render(draft.lines).endswith("refused first [1]. (not checked)")
        assert not draft.checked
    else:
        assert [d.reason for d in draft.result.dropped] == [f"judged {verdict}"]


def test_lines_outside_of_what_was_read_cannot_be_cited(desk: Desk) -> None:
    mark = desk.looking.read("Checkout.charge").summary.split()[0]

    for lines in ("1-9999", "5-6", "25-24", "0-1"):
        draft = desk.draft(f"It is so [{mark}:{lines}].", verdict="supported")
        assert not draft.lines, lines


def test_handles_in_a_sentence_become_names(desk: Desk) -> None:
    place, retry = desk.handle("Checkout.place"), desk.handle("retry")

    draft = desk.draft(f"{place} calls {retry}.")

    assert [claim.text for claim, _ in draft.lines] == ["`Checkout.place` calls `retry`."]


def test_a_quotation_is_checked_by_its_bytes(desk: Desk) -> None:
    mark = desk.handle("retry")

    draft = desk.draft(
        f'The documentation of `retry` says "Run an action again until it works" [{mark}].',
        f'The documentation of `retry` says "Run an action for ever" [{mark}].',
    )

    assert [(c.verdict, c.check) for c, _ in draft.lines] == [("verified", "quote")]
    assert "for ever" in draft.result.dropped[0].text


def test_no_answer_is_endless(desk: Desk) -> None:
    draft = desk.draft(*(f"Sentence {n}." for n in range(500)))

    assert len(draft.result.dropped) == 41


def test_lists_and_sentences_are_told_apart(desk: Desk) -> None:
    draft = desk.draft(
        "`Checkout.place` calls `retry`.",
        "- `retry` calls `backoff`.",
        "- `make_checkout` creates `Checkout`.",
        "`CardGateway` inherits from `Gateway`.",
        "`VoucherGateway` inherits from `Gateway`.",
    )

    lines = render(draft.lines).split("\n")
    assert [line[:2] for line in lines] == ["`C", "", "- ", "- ", "", "`C"]
    assert "`VoucherGateway`" in lines[-1]


def test_only_codeqa_numbers_citations(desk: Desk) -> None:
    draft = desk.draft("`Checkout.place` calls `retry` [7][1, 2].")

    ((claim, _),) = draft.lines
    assert claim.text == "`Checkout.place` calls `retry`."


def test_nothing_is_a_handle_within_a_quote(desk: Desk) -> None:
    mark = desk.handle("Checkout.place")

    (dropped,) = desk.draft(f'The lines say "{mark} and [1]" [{mark}].').result.dropped

    assert dropped.text == f'The lines say "{mark} and [1]".'


@pytest.mark.parametrize("sign", ["\u202e", "\u200b", "\u2066", "\ufeff"])
def test_a_sentence_with_what_nobody_sees_is_dropped_whoever_supports_it(desk: Desk, sign: str) -> None:
    mark = desk.handle("Checkout.place")

    draft = desk.draft(f"It charges the basket{sign} [{mark}].", verdict="supported")

    assert not draft.lines and not ASKED


def test_what_the_repository_calls_so_is_no_handle(make_repo: MakeRepo) -> None:
    root = make_repo({**SHOP, "shop/store.py": 'def keep(order):\n    """Put an order into S3."""\n    return order\n'})
    with Project.open(root) as project:
        list(project.update())
        desk = Desk(project)
        for name in ("Checkout.place", "retry", "backoff"):
            desk.handles.symbol(project.tools.find(name))

        text, _ = desk.handles.marks("S1 calls S2, and the order is put into S3.")

    assert text == "`Checkout.place` calls `retry`, and the order is put into S3."


@pytest.mark.parametrize("end", ["\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028"])
def test_a_sentence_of_a_model_is_one_line_and_cites_only_what_codeqa_cites(make_repo: MakeRepo, end: str) -> None:
    key = f"a{end}# Verified [1]."
    root = make_repo(
        {
            f"x{end}- `y` [2].py": "def odd():\n    return 1\n",
            "k.toml": f'["{key.encode("unicode_escape").decode()}"]\n',
        }
    )
    with Project.open(root, environ={}) as project:
        list(project.update())
        desk = Desk(project)
        draft = desk.draft(
            f"- `odd` is a{end}- function [{desk.handle('odd')}].",
            f'S1 says "see [1]" [{desk.handle("odd")}].',
            f"`gone` lies in x{end}- `y` [2].py.",
            verdict="supported",
        )

    assert draft.lines
    text = render(draft.lines)
    assert text.splitlines() == text.split("\n")
    assert all(line.startswith(("- `odd`", "`odd`")) for line in text.split("\n") if line)
    assert not any("[1]" in claim.text.replace("`", "") for claim, _ in draft.lines)
    assert all(len(each.splitlines()) == 1 for d in draft.result.dropped for each in (d.text, d.reason))
