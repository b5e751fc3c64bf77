"""Sentences that somebody else wrote: what is verified is true, and what is cleverly false is not."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from asking import SHOP
from conftest import MakeRepo
from hypothesis import given, settings
from hypothesis import strategies as st

from codeqa.domain import Answer, Answered, Citation, Claim
from codeqa.project import Project
from codeqa.verify import claims

STOCK = {
    "shop/stock.py": '''from .other import note
from .retry import backoff as wait, retry

LIMIT = 10


class Store:
    """Where goods lie, in rows."""

    def load(self):
        return reload_all()

    def save(self, thing):
        self.load()
        thing.flush()


class Shelf(Store):
    def load(self):
        wait(1)
        return super().load()


class Drawer(Shelf):
    pass


def reload_all():
    return LIMIT


def reload():
    return 1


def flush():
    return 2


def load():
    return retry(reload, LIMIT)


def idle():
    return None


@note
def noted():
    global LIMIT
    LIMIT = 11
    load()
    idle()
    return flush()
''',
    "shop/other.py": """def note(function):
    return function


def load():
    return Parcel()


class Parcel:
    def send(self):
        raise KeyError("no address")
""",
    "Recall.java": """interface Recall { void recall(); }
class Notice implements Recall { public void recall() { } }
""",
}


@pytest.fixture(scope="module")
def project(make_module_repo: MakeRepo) -> Iterator[Project]:
    with Project.open(make_module_repo({**SHOP, **STOCK}), environ={}) as project:
        for _ in project.update():
            pass
        yield project


def cite(*places: str) -> list[Citation]:
    """Make citations of places such as "shop/retry.py:1-2"."""
    made = []
    for n, place in enumerate(places, 1):
        path, _, lines = place.rpartition(":")
        start, _, end = lines.partition("-")
        made.append(Citation(n, path, int(start), int(end or start), "", "", 1, ""))
    return made


def verdict(project: Project, text: str, *places: str) -> str:
    found = claims.compile(text, cite(*places), project.tools)
    return f"{found.verdict}: {found.reason}" if found.reason else found.verdict


TRUE = [
    ("`Checkout.place` calls `retry` [1].", "shop/checkout.py:21"),
    ("`Checkout.place` calls `retry`.",),
    ("The `place` method of `Checkout` calls the function `retry`.",),
    ("**`Checkout.place`** directly calls `retry()` at shop/checkout.py:21 [1].", "shop/checkout.py:17-21"),
    ("Checkout.place calls `retry` in `shop/checkout.py`.",),
    ("`retry` is called by `Checkout.place` and `shop/stock.py::load`.", "shop/retry.py:1"),
    ("`Checkout.place` calls `retry` and `Checkout.charge`, and raises `PaymentError`.",),
    ("`Checkout.place` calls `retry`, which calls `backoff`.",),
    ("`load`, which calls `retry`, reads `LIMIT`.", "shop/stock.py:41"),
    ("`retry` calls `backoff` and `Checkout.place` calls `retry`.",),
    ("`make_checkout` creates `CardGateway`.",),
    ("`CardGateway` is created by `make_checkout` on line 28.",),
    ("`Checkout.place` raises `PaymentError` on line 20 of shop/checkout.py.", "shop/checkout.py:20"),
    ("`PaymentError` is raised by `Checkout.place`.",),
    ("`PaymentError` is thrown in 1 place.",),
    ("`CardGateway` inherits from `Gateway`.", "shop/payment.py:6"),
    ("The class `CardGateway` is a subclass of `Gateway`.",),
    ("`Drawer` inherits from `Store`.", "shop/stock.py:24"),
    ("`Drawer` directly inherits from `Shelf`.",),
    ("`Notice` implements `Recall`.", "Recall.java:2"),
    ("`CardGateway.authorise` overrides `Gateway.authorise`.",),
    ("`Gateway.authorise` is overridden by `CardGateway.authorise`.",),
    ("`Checkout.__init__` reads `DEFAULT_ATTEMPTS`.",),
    ("`noted` sets `LIMIT`.", "shop/stock.py:51"),
    ("`noted` is decorated by `note`.",),
    ("`retry` is defined in `shop/retry.py` at line 1.", "shop/retry.py:1"),
    ("`retry` is defined at shop/retry.py:1.",),
    ("`Gateway` has 2 subclasses.", "shop/payment.py:1"),
    ("`Gateway` has two subclasses.",),
    ("`Store` has 1 direct subclass.",),
    ("There are 2 subclasses of `Gateway`.",),
    ("2 classes inherit from `Gateway`.",),
    ("`backoff` has 2 callers.",),
    ("`Checkout.place` reaches `backoff` through `retry`.",),
    ("`Checkout.place` reaches `backoff` in 2 steps.",),
    ("`Checkout.place` calls `backoff` through `retry`.",),
    ("`Checkout.place` is tested by `test_place_charges_the_card`.",),
    ("`test_place_charges_the_card` covers `retry`.",),
    ("`retry` is not called by `backoff`.",),
    ("`backoff` does not call `retry`.",),
    ("`backoff` doesn't call `retry`.",),
    ("`backoff` never calls `retry`.",),
    ("`VoucherGateway.refund` has no callers.",),
    ("Nothing calls `VoucherGateway.refund`.",),
    ("No function calls `VoucherGateway.refund`.",),
    ("`VoucherGateway.refund` is never called.",),
    ("`Drawer` has no subclasses.",),
    ("`Checkout` is a class, and `Checkout.place` is a method of `Checkout`.",),
    ('The documentation of `retry` says: "Run an action again until it works" [1].', "shop/retry.py:2"),
    ('The line says "an empty basket".', "shop/checkout.py:20"),
    ("`load` hands on `reload`.", "shop/stock.py:40-41"),
    ("`Store` defines `save`.",),
    ("`note` decorates `noted`.",),
    ("`retry`, a function at shop/retry.py:1.", "shop/retry.py:1-9"),
    ("`CardGateway` (shop/payment.py:6): inherits from `Gateway` at shop/payment.py:6.",),
    ("`DEFAULT_ATTEMPTS` (shop/checkout.py:7) is used at 1 place in 1 file.", "shop/checkout.py:7"),
    ("`CardGateway` is created from 1 place outside of tests and 1 place in tests.",),
    ("`CardGateway` and `VoucherGateway` inherit from `Gateway`.",),
    ("`Gateway` is used by `Checkout.__init__`.",),
    ("- `retry` calls `backoff`.\n- `Checkout.place` calls `retry`.",),
]

NOT_VERIFIED = [  # unverified or refuted
    # the other way round
    ("`retry` calls `Checkout.place`.",),
    ("`backoff` calls `retry`.",),
    ("`Checkout.place` is called by `retry`.",),
    ("`Gateway` inherits from `CardGateway`.",),
    ("`Gateway.authorise` overrides `CardGateway.authorise`.",),
    ("`PaymentError` raises `Checkout.place`.",),
    ("`CardGateway` creates `make_checkout`.",),
    ("`backoff` reaches `Checkout.place`.",),
    ("`retry` tests `test_place_charges_the_card`.",),
    ("`note` is decorated by `noted`.",),
    # right names, wrong verb
    ("`Checkout.place` creates `retry`.",),
    ("`Checkout.place` inherits from `retry`.",),
    ("`Checkout.place` calls `PaymentError` and overrides `retry`.",),
    ("`make_checkout` inherits from `CardGateway`.",),
    ("`Checkout.place` sets `retry`.",),
    ("`Checkout.__init__` sets `DEFAULT_ATTEMPTS`.",),
    ("`noted` raises `LIMIT`.",),
    ("`CardGateway` implements `Gateway`.",),  # it inherits
    ("`load` calls `reload`.", "shop/stock.py:41"),  # it hands it on
    # a part of a name, another case, another script
    ("`Store.load` calls `reload`.",),
    ("`Checkout.place` calls `ret`.",),
    ("`Checkout.place` calls `Retry`.",),
    ("`Checkout.place` calls `rеtry`.",),  # a Cyrillic letter
    ("`heckout.place` calls `retry`.",),
    ("`place.Checkout` calls `retry`.",),
    # another file, another line, another citation
    ("`retry` is defined in `shop/checkout.py`.",),
    ("`retry` is defined in `shop/retry.py` at line 2.",),
    ("`retry` is defined at shop/retry.py:11.",),
    ("`Checkout.place` calls `retry` at shop/checkout.py:22.",),
    ("`Checkout.place` calls `retry` in `shop/retry.py`.",),
    ("`Checkout.place` calls `retry` [1].", "shop/errors.py:1"),
    ("`Checkout.place` calls `retry` [1].", "shop/nowhere.py:1"),
    ("`Checkout.place` calls `retry` [1].", "../../etc/passwd:1"),
    ("`load` calls `retry`.", "shop/other.py:5-6"),  # the other load
    ("`load` creates `Parcel`.", "shop/stock.py:40-41"),
    ("`load` reads `LIMIT`.",),  # one of two
    ("2 types inherit from `Gateway` (shop/payment.py:2).",),
    # negations
    ("`Checkout.place` does not call `retry`.",),
    ("`Checkout.place` never calls `retry`.",),
    ("`retry` has no callers.",),
    ("Nothing calls `retry`.",),
    ("`retry` is not called.",),
    ("`backoff` does not never call `retry`.",),
    ("`Checkout.place` does not fail to call `backoff`.",),
    ("It is not true that `backoff` does not call `retry`.",),
    ("Nothing does not call `backoff`.",),
    ("No function never calls `backoff`.",),
    ("`backoff` calls not only `retry`.",),
    ("`flush` has no callers.",),
    ("`idle` is never called.",),
    ("`Store.save` does not call `flush`.",),  # thing.flush() could be it
    ("`reload` is never called.",),  # it is handed on
    ("`Drawer` does not inherit from `Store`.",),
    ("`Gateway` has no subclasses.",),
    ("`Checkout.place` calls no `backoff`.",),
    ("`retry` does not call `idle` and calls `flush`.",),
    # numbers
    ("`Gateway` has 3 subclasses.",),
    ("`Gateway` has 1 subclass.",),
    ("`Gateway` has no 2 subclasses.",),
    ("`Store` has 2 direct subclasses.",),
    ("`backoff` has 3 callers.",),
    ("`Checkout.place` reaches `backoff` in 3 steps.",),
    ("About 2 classes inherit from `Gateway`.",),
    ("At least 1 class inherits from `Gateway`, and 3 at most.",),
    ("`flush` has 1 caller.",),  # an unresolved site names it
    ("2 functions inherit from `Gateway`.",),
    ("`DEFAULT_ATTEMPTS` is used at 1 place in 2 files.",),
    ("`CardGateway` is created from 1 place outside of tests and 2 places in tests.",),
    ("`retry`, a function at shop/retry.py:2.",),
    ("`retry`, a method at shop/retry.py:1.",),
    ("`CardGateway` (shop/payment.py:7): inherits from `Gateway`.",),
    # quotes
    ('The line says "an empty baskets".', "shop/checkout.py:20"),
    ('The line says "an empty baske".', "shop/checkout.py:20"),
    ('The line says "An empty basket".', "shop/checkout.py:20"),
    ('The line says "an empty basket".', "shop/checkout.py:19"),
    ('The line says "an empty basket".',),
    ('The documentation of `retry` says "for attempt in range".', "shop/retry.py:3"),
    # two claims of which one is false
    ("`Checkout.place` calls `retry` and `backoff`.",),
    ("`Checkout.place` calls `retry`. `retry` calls `send`.",),
    ("`Checkout.place` calls `retry` and `retry` calls `Checkout.place`.",),
    ("`Checkout.place` calls `retry`, which calls `Checkout.charge`.",),
    ("`Checkout.place` and `backoff` call `retry`.",),
    ("`Checkout.place` calls `backoff` through `send`.",),
    # vague, conditional, or about more than the graph
    ("`Checkout.place` may call `retry`.",),
    ("`Checkout.place` probably calls `retry`.",),
    ("For example, `Checkout.place` calls `retry`.",),
    ("`Checkout.place` calls `retry` if the basket is full.",),
    ("`Checkout.place` calls `retry` twice.",),
    ("`Checkout.place` only calls `retry`.",),
    ("`Checkout.place` calls `retry` before `Checkout.charge`.",),
    ("`Checkout.place` calls `retry` to launder money.",),
    ("`Checkout.place` calls `retry` or `backoff`.",),
    ("`Checkout.place` calls `retry`, unlike `backoff`.",),
    ("Does `Checkout.place` call `retry`?",),
    ("`Checkout.place` used to call `retry`.",),
    ("If `Checkout.place` calls `retry`.",),
    ("`Checkout.charge` calls `CardGateway.authorise`.",),  # only by dispatch
    ("All classes inherit from `Gateway`.",),
    ("it calls `retry`.",),
    ("`Checkout.place` calls the class `retry`.",),
    ("`retry` is a class.",),
    ("`Checkout.place` is a method of `Gateway`.",),
    # what is said by something else
    ('The code says "Charge the basket".', "shop/checkout.py:18"),
    ("`retry` is a function: `Run an action again`.", "shop/retry.py:1-2"),
    # markup
    ("`Checkout.place` ~~does not call~~ calls `retry`.",),
    ("~~`Checkout.place` calls `retry`.~~",),
    ("`Checkout.place` <!-- does not --> calls `retry`.",),
    ("[`Checkout.place` calls `retry`](https://example.org).",),
    ("`Checkout.place` calls\u200b `retry`.",),
    ("`Checkout.place` calls `retry\u202e`.",),
    ("`Checkout.place``calls``retry`",),
    ("```\n`Checkout.place` calls `retry`\n```",),
    ("| `Checkout.place` calls | `retry` |",),
    ('"`Checkout.place` calls `retry`" is a myth.',),
    ("\\`Checkout.place\\` calls \\`retry\\`.",),
    ("`Checkout.place calls retry`.",),
    ("",),
    (".",),
    ("`",),
    ("`retry`",),
    ("`Checkout.place` calls `retry`." + " " * 5000,),
    ("`" * 3000,),
    (", ".join(["`retry`"] * 180) + " and `retry` call " + ", ".join(["`backoff`"] * 180) + ".",),
    ("`a\0b` calls `retry`.",),
    ("`\udcff` calls `retry`.",),
    ("`" + "a." * 1500 + "b` calls `retry`.",),
]

REFUTED = [
    ("`retry` calls `Checkout.place`.",),
    ("`Checkout.place` calls `rety`.",),
    ("`Checkout.place` may call `no_such_thing` to be sure.",),
    ("The function `Checkout` calls `retry`.",),
    ("`Gateway` has 3 subclasses.",),
    ("`Checkout.place` does not call `retry`.",),
    ("`retry` has no callers.",),
    ("`Drawer` does not inherit from `Store`.",),
    ("`retry` is defined in `shop/retry.py` at line 2.",),
    ("`Checkout.place` calls `retry` at shop/checkout.py:22.",),
    ('It says "an empty baskets" [1], which may be so.', "shop/checkout.py:20"),
    ("`Checkout.place` calls `retry`. `backoff` calls `retry`.",),
    ("`Gateway` inherits from `CardGateway`.",),
    ("`shop/payment.py` is a file of 18 lines.",),
    ("No chain of resolved calls from `Checkout.place` to `backoff` was found.",),
]

NOT_REFUTED = [  # true, or not to be ruled out
    ("No test calls `retry`.",),
    ("`Parcel.send` raises `KeyError`.", "shop/other.py:11"),
    ("`Checkout.place` runs the action of `basket` again.", "shop/checkout.py:17-21"),
    ("`Store.save` calls `flush`.",),
    ("`Shelf.load` calls `backoff`.",),  # under another name
    ("`Checkout.charge` calls `CardGateway.authorise`.",),
    ("`retry` reaches `send`.",),
    ("There is no symbol `no_such_thing`.",),
    ("`VoucherGateway.authorise` is inherited.",),
    ("`Checkout.place` calls `retry` under `if not basket`.",),
    ("`flush` has 1 caller.",),
]


@pytest.mark.parametrize("case", TRUE, ids=lambda case: case[0][:70])
def test_what_is_true_and_plain_is_verified(project: Project, case: tuple[str, ...]) -> None:
    assert verdict(project, *case) == "verified"


def test_it_is_what_the_text_is_about(project: Project) -> None:
    def about(text: str, *places: str) -> str:
        return claims.compile(text, cite(*places), project.tools, about="shop/retry.py::retry").verdict

    assert about("It calls `backoff`.") == "verified"
    assert about("It is called by `Checkout.place`.") == "verified"
    assert about("It is called by `backoff`.") == "refuted"
    assert about('Its documentation says: "Run an action again until it works".', "shop/retry.py:2") == "verified"
    assert about("Its callers call `backoff`.") == "unverified"


@pytest.mark.parametrize("case", NOT_VERIFIED, ids=lambda case: ascii(case[0][:70]))
def test_what_is_false_or_vague_is_never_verified(project: Project, case: tuple[str, ...]) -> None:
    assert verdict(project, *case) != "verified"


@pytest.mark.parametrize("case", REFUTED, ids=lambda case: case[0][:70])
def test_what_is_plainly_false_is_refuted(project: Project, case: tuple[str, ...]) -> None:
    assert verdict(project, *case).startswith("refuted: ")


@pytest.mark.parametrize("case", NOT_REFUTED, ids=lambda case: case[0][:70])
def test_what_cannot_be_ruled_out_is_not_refuted(project: Project, case: tuple[str, ...]) -> None:
    assert not verdict(project, *case).startswith("refuted")


# --------------------------------------------------------------------------------------------- what the planner writes

QUESTIONS = [
    "who calls retry",
    "what does retry do",
    "what does Checkout.place do",
    "what does Checkout do",
    "what is shop/payment.py",
    "how does Checkout.place reach send",
    "does retry reach send",
    "which classes inherit from Gateway",
    "how many classes inherit from Gateway",
    "which classes implement Gateway and override authorise",
    "which methods override Gateway.authorise",
    "where is PaymentError raised",
    "where is PaymentError defined",
    "which tests cover Checkout.place",
    "which tests cover backoff",
    "what breaks if I change backoff",
    "what breaks if I change Gateway",
    "where is DEFAULT_ATTEMPTS used",
    "where is attempts set",
    "how does CardGateway differ from VoucherGateway",
    "who calls refund",
    "what does retry call",
    "what does make_checkout call",
    "who creates CardGateway",
    "all the places that use Gateway",
    "who uses Checkout",
    "how is an order paid",
]
_SKELETON = re.compile(r'`[^`]*`|"[^"]*"|[^`"]+')
_CODE = re.compile(r"`[^`]+`")
_NUMBER = re.compile(r"(?<![\w.])\d+(?![\w.]*\w)")
Written = list[tuple[str, list[Citation]]]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    root = tmp_path_factory.mktemp("shop")
    for name, text in SHOP.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)
    with Project.open(root, environ={}) as project:
        for _ in project.update():
            pass
        yield project


@pytest.fixture(scope="module")
def written(shop: Project) -> Written:
    """Every claim that the planner makes, with what it cites."""
    found: dict[str, list[Citation]] = {}
    for question in QUESTIONS:
        *_, last = shop.ask(question)
        assert isinstance(last, Answered)
        for claim in last.answer.claims:
            found[claim.text] = [c for c in last.answer.citations if c.n in claim.citations]
    return list(found.items())


def test_what_the_planner_writes_is_never_refuted(shop: Project, written: Written) -> None:
    verdicts = {text: claims.compile(text, cited, shop.tools) for text, cited in written}

    assert {text: found.reason for text, found in verdicts.items() if found.verdict == "refuted"} == {}
    assert sum(found.verdict == "verified" for found in verdicts.values()) >= 25


def swapped(text: str) -> str:
    """Let the first two names of a sentence change places, "" if it has only one, or denies something of both."""
    names = list(dict.fromkeys(_CODE.findall(text)))[:2]
    if len(names) < 2 or text.startswith("No chain"):
        return ""
    return _CODE.sub(lambda match: {names[0]: names[1], names[1]: names[0]}.get(match[0], match[0]), text)


def miscounted(text: str) -> Iterator[str]:
    """Change each number of a sentence, by one and by more."""
    pieces = _SKELETON.findall(text)
    for at, piece in enumerate(pieces):
        if piece[0] in '`"':
            continue
        for match in _NUMBER.finditer(piece):
            for other in (int(match[0]) + 1, max(int(match[0]) - 1, 0), int(match[0]) + 10):
                if other != int(match[0]):
                    changed = f"{piece[: match.start()]}{other}{piece[match.end() :]}"
                    yield "".join([*pieces[:at], changed, *pieces[at + 1 :]])


def test_what_the_planner_writes_with_its_ends_swapped_is_never_verified(shop: Project, written: Written) -> None:
    changed = [(swapped(text), cited) for text, cited in written if swapped(text)]
    verified = [text for text, cited in changed if claims.compile(text, cited, shop.tools).verdict == "verified"]

    assert verified == []
    assert len(changed) > 25


def test_what_the_planner_writes_with_a_number_changed_is_never_verified(shop: Project, written: Written) -> None:
    changed = [(other, cited) for text, cited in written for other in miscounted(text)]
    verified = [text for text, cited in changed if claims.compile(text, cited, shop.tools).verdict == "verified"]

    assert verified == []
    assert len(changed) > 60


_PIECES = [
    "`retry`",
    "`Checkout.place`",
    "`Gateway`",
    "calls",
    "is",
    "not",
    "by",
    "and",
    ",",
    ".",
    "(",
    ")",
    "2",
    "has",
]
_PIECES += [
    "subclasses",
    "which",
    "at",
    "shop/retry.py:1",
    '"def"',
    "in",
    "steps",
    ":",
    "→",
    "nothing",
    "no",
    "the",
    "`",
]


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=80), st.lists(st.sampled_from(_PIECES), max_size=12).map(" ".join)))
def test_any_text_ends_in_a_verdict(shop: Project, text: str) -> None:
    found = claims.compile(text, cite("shop/retry.py:1-9"), shop.tools)

    assert found.verdict in ("verified", "unverified", "refuted")
    assert (found.verdict == "verified") == (not found.reason)
    assert found.checks or found.verdict != "verified"


def test_what_was_verified_can_be_replayed(project: Project) -> None:
    written = []
    for text, *places in TRUE:
        cited = cite(*places)
        found = claims.compile(text, cited, project.tools)
        claim = Claim(text, tuple(c.n for c in cited), found.verdict, "", found.checks)
        written.append(Answer("", "", "answered", text, claims=(claim,), citations=tuple(cited)).to_json())

    assert [each["answer"] for each in written if not project.verify(each).holds] == []
