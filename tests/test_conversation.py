"""What follow-ups mean: a table of them, those that must not be resolved, and questions that are none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from asking import SHOP
from conftest import MakeRepo
from hypothesis import given
from hypothesis import strategies as st

from codeqa.conversation import Conversation, Mention, Names, Turn, Understood, references, refers, understand
from codeqa.domain import Answer, Answered, Step
from codeqa.project import Project

PLACE = "shop/checkout.py::Checkout.place"
CHARGE = "shop/checkout.py::Checkout.charge"
CHECKOUT = "shop/checkout.py::Checkout"
MAKE = "shop/checkout.py::make_checkout"
GATEWAY = "shop/payment.py::Gateway"
CARD = "shop/payment.py::CardGateway"
VOUCHER = "shop/payment.py::VoucherGateway"
SEND = "shop/payment.py::send"
RETRY = "shop/retry.py::retry"
BACKOFF = "shop/retry.py::backoff"
TEST = "tests/test_checkout.py::test_place_charges_the_card"


@pytest.fixture(scope="module")
def shop(make_module_repo: MakeRepo) -> Iterator[Project]:
    with Project.open(make_module_repo(SHOP), environ={"CODEQA_TRACE_KEEP": "no"}) as project:
        list(project.update())
        yield project


@pytest.fixture(scope="module")
def names(shop: Project) -> Names:
    return Names(shop.tools.candidates, shop.tools.graph.symbols)


def turn(names: Names, question: str, focus: str = "", results: str = "", status: str = "answered") -> Turn:
    """A turn about these ids."""

    def mentions(ids: str) -> tuple[Mention, ...]:
        return tuple(Mention.of(symbol) for each in ids.split() if (symbol := names.symbol(each)))

    return Turn(question, status=status, focus=mentions(focus), results=mentions(results), generation=1)


def talk(names: Names, *turns: tuple[str, str, str]) -> Conversation:
    return Conversation("c", [turn(names, *each) for each in turns])


CALLERS = ("who calls `Checkout.charge`?", CHARGE, PLACE)
HEIRS = ("Which classes inherit from Gateway?", GATEWAY, f"{CARD} {VOUCHER}")
PATH = ("How does Checkout.place reach send?", f"{PLACE} {SEND}", f"{CHARGE} {CARD}.authorise")
CLASS = ("what does Checkout do?", CHECKOUT, "")
VAGUE = ("how do orders work?", "", f"{CHECKOUT} {PLACE}")
TESTS = ("which tests cover retry?", RETRY, TEST)
SEARCHED = ("where is the code that tries again?", "", RETRY)
FILE = ("what is in shop/payment.py?", "shop/payment.py", f"{GATEWAY} {CARD} {VOUCHER} {SEND}")


@pytest.mark.parametrize(
    ("before", "question", "understood"),
    [
        # pronouns
        (CALLERS, "who calls it?", f"who calls `{CHARGE}`?"),
        (CALLERS, "And who calls it?", f"who calls `{CHARGE}`?"),
        (CALLERS, "ok, and where is that defined?", f"where is `{CHARGE}` defined?"),
        (CALLERS, "what does this do?", f"what does `{CHARGE}` do?"),
        (CALLERS, "how does make_checkout reach it?", f"how does make_checkout reach `{CHARGE}`?"),
        (CALLERS, "what breaks if I rename it?", f"what breaks if I rename `{CHARGE}`?"),
        (CALLERS, "what happens when it fails?", f"what happens when `{CHARGE}` fails?"),
        (CALLERS, "does Router.add call it?", f"does Router.add call `{CHARGE}`?"),
        (CALLERS, "in tests, is it mocked?", f"in tests, is `{CHARGE}` mocked?"),
        (CALLERS, "what does it call, and what calls it?", f"what does `{CHARGE}` call, and what calls `{CHARGE}`?"),
        (CALLERS, "what's its timeout?", f"what's `{CHARGE}`'s timeout?"),
        (CALLERS, "how does it differ from Checkout.place?", f"how does `{CHARGE}` differ from Checkout.place?"),
        (CALLERS, "the difference between send and it?", f"the difference between send and `{CHARGE}`?"),
        (SEARCHED, "who calls it?", f"who calls `{RETRY}`?"),
        (CLASS, "who calls its charge?", f"who calls `{CHARGE}`?"),
        (CLASS, "what calls its constructor?", f"what calls the constructor of `{CHECKOUT}`?"),
        # several
        (HEIRS, "where are they defined?", f"where are `{CARD}` and `{VOUCHER}` defined?"),
        (HEIRS, "what do those do?", f"what do `{CARD}` and `{VOUCHER}` do?"),
        (HEIRS, "which of them are tested?", f"which of `{CARD}` and `{VOUCHER}` are tested?"),
        (HEIRS, "and their tests?", f"which tests cover `{CARD}` or `{VOUCHER}`?"),
        (FILE, "who uses these classes?", f"who uses `{GATEWAY}` or `{CARD}` or `{VOUCHER}`?"),
        (HEIRS, "and who calls them?", f"who calls `{CARD}` or `{VOUCHER}`?"),
        (HEIRS, "compare them", f"compare `{CARD}` and `{VOUCHER}`"),
        (HEIRS, "which one is tested?", f"which of `{CARD}` and `{VOUCHER}` is tested?"),
        (HEIRS, "which tests cover both?", f"which tests cover `{CARD}` and `{VOUCHER}`?"),
        (PATH, "where are they defined?", f"where are `{CHARGE}` and `{CARD}.authorise` defined?"),
        # agreement by kind
        (CALLERS, "what does that class do?", f"what does `{CHECKOUT}` do?"),
        (CALLERS, "what else is in that file?", "what else is in `shop/checkout.py`?"),
        (CALLERS, "what is in the same file?", "what is in `shop/checkout.py`?"),
        (TESTS, "what does that test do?", f"what does `{TEST}` do?"),
        (TESTS, "who calls this function?", f"who calls `{RETRY}`?"),
        (PATH, "when is the method called?", f"when is `{PLACE}` called?"),
        (PATH, "which tests cover the method?", f"which tests cover `{PLACE}`?"),
        (CALLERS, "and the class?", f"who calls `{CHECKOUT}`?"),
        (PATH, "what does that function call?", f"what does `{SEND}` call?"),
        # one of several
        (HEIRS, "and the second one?", f"Which classes inherit from `{VOUCHER}`?"),
        (HEIRS, "who calls the first one?", f"who calls `{CARD}`?"),
        (HEIRS, "what does the last one do?", f"what does `{VOUCHER}` do?"),
        (HEIRS, "who creates the second of those?", f"who creates `{VOUCHER}`?"),
        (FILE, "who calls the first function?", f"who calls `{SEND}`?"),
        (PATH, "what does the latter do?", f"what does `{SEND}` do?"),
        # what is left out
        (CALLERS, "and its tests?", f"which tests cover `{CHARGE}`?"),
        (CALLERS, "callers?", f"who calls `{CHARGE}`?"),
        (CALLERS, "show me its callers", f"who calls `{CHARGE}`?"),
        (("what does Gateway do?", GATEWAY, ""), "and the subclasses?", f"which classes inherit from `{GATEWAY}`?"),
        (HEIRS, "and the tests of the second one?", f"which tests cover `{VOUCHER}`?"),
        (CALLERS, "what about Checkout.place?", "who calls `Checkout.place`?"),
        (CALLERS, "and backoff?", "who calls `backoff`?"),
        (CALLERS, "And for send?", "who calls `send`?"),
        (CALLERS, "the same for Store.close", "who calls `Store.close`?"),
        (CALLERS, "what about that class?", f"who calls `{CHECKOUT}`?"),
        (TESTS, "how about send?", "which tests cover `send`?"),
        (PATH, "and from make_checkout?", "How does `make_checkout` reach send?"),
        (PATH, "and to backoff?", "How does Checkout.place reach `backoff`?"),
        (PATH, "the other way round?", "How does send reach Checkout.place?"),
        (PATH, "why?", f"how does `{PLACE}` reach `{SEND}`?"),
        (CALLERS, "why?", f"how does `{PLACE}` reach `{CHARGE}`?"),
        (HEIRS, "why the second one?", f"how does `{VOUCHER}` reach `{GATEWAY}`?"),
        (CALLERS, "show me more", f"what does `{CHARGE}` do?"),
        (CALLERS, "and in shop/payment.py?", "who calls `Checkout.charge` in `shop/payment.py`?"),
        (CALLERS, "explain that", f"explain `{CHARGE}`"),
    ],
)  # fmt: skip
def test_a_follow_up_stands_for_itself(
    names: Names, before: tuple[str, str, str], question: str, understood: str
) -> None:
    found = understand(question, talk(names, before), names)

    assert (found.question, found.trouble) == (understood, "")
    assert understand(found.question, talk(names, before), names) == Understood(found.question)  # nothing is left


@pytest.mark.parametrize(
    ("before", "question", "why"),
    [
        (PATH, "who calls it?", "`it` may mean `Checkout.place` or `send`"),
        (PATH, "and its tests?", "may mean `Checkout.place` or `send`"),
        (PATH, "what about backoff?", "may mean “How does `backoff` reach send?” or “How does Checkout.place reach"),
        (TESTS, "what does that class do?", "agrees with nothing that was spoken of: `retry` is a function"),
        (TESTS, "who reads that field?", "agrees with nothing"),
        (HEIRS, "which of those functions are tested?", "agrees with nothing"),
        (FILE, "what does that class do?", "may mean `Gateway`, `CardGateway` or `VoucherGateway`"),
        (HEIRS, "and the third one?", "the last answer has 2 results"),
        (CALLERS, "and the second one?", "the last answer has one result"),
        (("who calls nothing?", "", ""), "and its tests?", "which found nothing it could mean"),
        (VAGUE, "who calls it?", "may mean `Checkout` or `Checkout.place`"),
        (HEIRS, "why?", "can be asked of one result, and the last answer has 2"),
        (HEIRS, "the other way round?", "no two ends"),
        (CALLERS, "and from send?", "no two ends"),
        (("how do orders work?", "", ""), "what about send?", "nothing in the last question"),
    ],
)  # fmt: skip
def test_what_could_mean_two_things_or_nothing_is_not_guessed(
    names: Names, before: tuple[str, str, str], question: str, why: str
) -> None:
    found = understand(question, talk(names, before), names)

    assert why in found.trouble
    assert found.question == question


def test_a_turn_that_was_not_understood_changes_nothing(names: Names) -> None:
    conversation = talk(names, HEIRS)
    conversation.turns.append(Turn("and the fifth one?", status="abstained", trouble="there are two"))

    assert understand("and the second one?", conversation, names).question.endswith(f"`{VOUCHER}`?")


def test_a_list_can_be_gone_through(names: Names) -> None:
    conversation = talk(names, HEIRS, (f"who calls `{CARD}`?", CARD, MAKE))

    assert understand("and the second one?", conversation, names).question == f"who calls `{VOUCHER}`?"
    assert understand("and the other one?", conversation, names).question == f"who calls `{VOUCHER}`?"


def test_the_former_and_the_latter_are_of_the_same_two(names: Names) -> None:
    creates = ("who creates the former?", CHECKOUT, f"{MAKE} {TEST}")
    conversation = talk(names, ("how does Checkout differ from Gateway?", f"{CHECKOUT} {GATEWAY}", ""), creates)

    assert understand("and what does the latter do?", conversation, names).question == f"what does `{GATEWAY}` do?"


def test_what_may_be_meant_can_be_asked(names: Names) -> None:
    assert understand("who calls it?", talk(names, PATH), names).choices == (PLACE, SEND)


def test_a_noun_reaches_back_to_what_agrees_with_it(names: Names) -> None:
    conversation = talk(names, HEIRS, ("who calls send?", SEND, f"{CARD}.authorise"))

    assert understand("who uses those classes?", conversation, names).question == f"who uses `{CARD}` or `{VOUCHER}`?"


def test_what_is_gone_from_the_index_is_said(names: Names) -> None:
    gone = Mention("shop/old.py::Basket", "class", "Basket", "shop/old.py")
    conversation = talk(names, HEIRS)
    conversation.turns[0] = replace(
        conversation.turns[0], focus=(gone,), results=(gone, *conversation.turns[0].results)
    )

    lost = understand("who calls it?", conversation, names)
    some = understand("who calls them?", conversation, names)

    assert lost.trouble == "`Basket` of the last answer is gone from the index"
    assert some.question == f"who calls `{CARD}` or `{VOUCHER}`?"
    assert some.notes == ("`Basket` of the last answer is gone from the index",)


def test_nothing_was_asked_before(names: Names) -> None:
    assert "nothing was asked before" in understand("and its tests?", Conversation(), names).trouble
    assert understand("who calls retry?", Conversation(), names) == Understood("who calls retry?")


# ------------------------------------------------------------------------------------------------- ordinary questions

ORDINARY = """
is it possible to call Store.open twice?
Is it safe to call close without a lock?
how long does it take to index a repository?
does it matter whether Router.add is called first?
does it make sense to call close?
how does a request make it to the handler?
is it Store.close that releases the lock?
what is it that closes the connection?
is it true that send is never called?
what happens when it comes to errors?
does Router.add check its arguments?
does retry check its arguments?
What does Store.open do when it fails?
If Router.add fails, is it retried?
what happens to the request after it is parsed?
which function takes a lock and releases it?
what does `it` do?
what does it() register?
who calls the it function?
who reads iterator.it?
what does split_it return?
Where in IT do we use Store?
what does the describe block do before it runs?
how do Store.open and Store.close share their lock?
do tests clean up their files?
which test closes its connection?
does the list have duplicates in it?
how does the store know that it is stale?
how does the program decide that a file is binary?
where does the parser keep the tokens that it has read?
does codeqa follow links it finds?
where does the walker put the paths it found?
how is each handler told what its route is?
which functions that test parsing are slow?
the tests that file uploads rely on
what methods that class Foo defines are public?
which methods that function as hooks exist?
make sure that calls are counted
what does Router.add do that Store.open does not?
which classes are those that override m?
what happens to those who call close twice?
where is the code that handles this repository's settings?
what does this project do?
what is the purpose of this package?
what is the first argument of Router.add?
what is the last line of main?
which is the first function that main calls?
what is the first test in tests/test_x.py?
what does the first pass do and what does the second pass do?
who opens the file?
how does main read the file?
when is the file deleted?
how does the decorator wrap the function?
which parts of the cache are the same for reads and writes?
why does main call Store.open?
how does main work and why?
and if the index is locked, what happens?
so what does Router.add do?
show more than ten hits
what is the difference between Store.open and Store.close?
does main open the store to read it?
who opens the connection without closing it?
In shop/payment.py, who calls send?
when a request comes in, how does it reach the handler?
what is the definition of Router.add?
which tests cover Router.add?
list the callers of Store.open
callers of Router.add
tests for Store
what if two processes write at the same time?
is there a way to make it easy to test handlers?
What makes it hard to add a language?
what is the other way to open a store?
why is the cache cleared before it is filled?
what does the code do with files that it cannot read?
which functions call each other?
""".strip().splitlines()


@pytest.mark.parametrize("question", ORDINARY)
@pytest.mark.parametrize("before", [CALLERS, HEIRS])
def test_a_question_that_refers_to_nothing_stays_as_it_is(
    names: Names, question: str, before: tuple[str, str, str]
) -> None:
    assert understand(question, talk(names, before), names) == Understood(question)
    assert not refers(question)


THINGS = st.sampled_from(
    "Router.add|`Store.open`|retry|make_checkout|CardGateway|shop/payment.py|the_store|`a.py::F`|send()|the parser|"
    "a request|each handler|the index".split("|")
)
FRAMES = (
    "does {a} check its arguments?|what does {a} do when it fails?|how does {a} reach {b}?|who calls {a}?|"
    "which tests cover {a}?|if {a} fails, who handles it?|is it possible to call {a} before {b}?|{a} and {b}|"
    "does {a} need {b} to open its file?|is it {a} that calls {b}?|which classes override {a}?|compare {a} with {b}|"
    "how does {a} know what its caller wants?|where does {a} keep what it reads?|does {a} call {b} and close it?|"
    "how do {a} and {b} share their state?|what does {a} do that {b} does not?|what happens to {a} after it is closed?"
).split("|")


@given(st.sampled_from(FRAMES), THINGS, THINGS)
def test_what_a_question_names_itself_is_what_its_pronouns_mean(frame: str, a: str, b: str) -> None:
    question = frame.format(a=a, b=b)

    assert not references.find(question)
    assert not refers(question)


@given(
    st.text(max_size=120) | st.lists(st.sampled_from("and its it that the second one why what `x` ? , they".split()))
)
def test_any_text_is_understood_or_left(asked: str | list[str]) -> None:
    question = asked if isinstance(asked, str) else " ".join(asked)
    mention = Mention("a.py::f", "function", "f", "a.py")
    conversation = Conversation("c", [Turn("who calls f?", focus=(mention,), results=(mention, mention))])

    found = understand(question, conversation, Names(lambda _: [], lambda _: {}))

    assert found.question == question or found.changed


# ---------------------------------------------------------------------------------------------------- in conversation


def say(project: Project, conversation: Conversation, question: str) -> Answer:
    *_, last = project.ask(question, conversation=conversation)
    assert isinstance(last, Answered)
    return last.answer


def test_a_conversation(shop: Project) -> None:
    conversation = Conversation()
    first = say(shop, conversation, "Who calls retry?")
    tests = say(shop, conversation, "and its tests?")
    again = say(shop, conversation, "what about backoff?")
    holder = say(shop, conversation, "what is in that file?")

    assert (first.understood, first.question) == ("", "Who calls retry?")
    assert tests.understood == f"which tests cover `{RETRY}`?"
    assert tests.question == "and its tests?"
    assert any(citation.path == "tests/test_checkout.py" for citation in tests.citations)
    assert again.understood == "which tests cover `backoff`?"
    assert "`shop/retry.py`" in holder.understood
    assert [[m.id for m in turn.focus] for turn in conversation.turns[:3]] == [[RETRY], [RETRY], [BACKOFF]]


def test_what_is_understood_is_a_step_that_can_be_watched(shop: Project) -> None:
    conversation = Conversation()
    say(shop, conversation, "Who calls retry?")

    steps = [event for event in shop.ask("and its tests?", conversation=conversation) if isinstance(event, Step)]

    assert steps[0] == Step("understand", f"and its tests? → which tests cover `{RETRY}`?")


def test_a_reference_that_is_not_understood_is_said_and_no_question_is_answered(shop: Project) -> None:
    conversation = Conversation()
    say(shop, conversation, "How does Checkout.place reach send?")

    answer = say(shop, conversation, "who calls it?")

    assert (answer.status, answer.claims, answer.understood) == ("abstained", (), "")
    assert answer.unknowns == ("`it` may mean `Checkout.place` or `send`",)
    assert answer.unknowns[0] in answer.text


def test_without_a_conversation_nothing_is_rewritten(shop: Project) -> None:
    *events, last = shop.ask("who calls it?")

    assert isinstance(last, Answered)
    assert last.answer.understood == ""
    assert any("-c" in getattr(event, "text", "") for event in events)


def test_an_answer_that_names_nothing_is_about_what_it_found(shop: Project) -> None:
    conversation = Conversation()
    say(shop, conversation, "where is the code that runs an action again until it works?")

    assert say(shop, conversation, "who calls it?").understood == f"who calls `{RETRY}`?"


def test_of_what_a_search_found_the_first_is_meant_and_that_is_said(names: Names) -> None:
    conversation = talk(names, ("where is the code that tries again?", "", f"{RETRY} {BACKOFF}"))
    conversation.turns[0] = replace(conversation.turns[0], plan='search("tries again")')

    found = understand("who calls it?", conversation, names)

    assert found.question == f"who calls `{RETRY}`?"
    assert found.notes == ("`it` is taken for what was found first, `retry`",)


def test_a_turn_is_kept_whole(names: Names) -> None:
    kept = turn(names, *PATH)

    assert Turn.from_json(kept.to_json()) == kept


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=5)
            | st.dictionaries(
                st.sampled_from(["question", "focus", "results", "generation", "plan"]), inner, max_size=5
            )
        ),
    )
)
def test_a_kept_turn_may_hold_anything(values: object) -> None:
    found = Turn.from_json(values)

    assert found is None or isinstance(found.question, str)
