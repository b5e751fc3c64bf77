"""Each form of question, on a repository small enough to know every right answer by heart."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from asking import SHOP, ask, cited
from conftest import MakeRepo

from codeqa.domain import UsageError
from codeqa.planner import forms


@pytest.fixture
def shop(make_repo: MakeRepo) -> Path:
    return make_repo(SHOP)


def test_who_calls(shop: Path) -> None:
    answer = ask(shop, "Who calls retry?")

    assert answer.status == "answered"
    assert "shop/checkout.py::Checkout.place" in cited(answer)
    assert [(h.src, h.edge, h.dst) for h in answer.walk] == [
        ("shop/checkout.py::Checkout.place", "calls", "shop/retry.py::retry")
    ]


def test_what_a_function_calls(shop: Path) -> None:
    answer = ask(shop, "What does Checkout.place call?")

    assert {h.dst for h in answer.walk} >= {"shop/retry.py::retry", "shop/checkout.py::Checkout.charge"}


def test_a_path_crosses_files_and_says_how_each_step_was_resolved(shop: Path) -> None:
    answer = ask(shop, "How does Checkout.place reach send?")

    assert answer.status == "answered"
    assert [h.dst for h in answer.walk] == [
        "shop/checkout.py::Checkout.charge",
        "shop/payment.py::CardGateway.authorise",
        "shop/payment.py::send",
    ]
    assert answer.walk[1].strategy == "dispatch"
    assert {c.path for c in answer.citations} == {"shop/checkout.py", "shop/payment.py"}


def test_no_path_is_said_with_the_nearest_approach(shop: Path) -> None:
    answer = ask(shop, "How does backoff reach CardGateway.authorise?")

    assert answer.status != "answered"
    assert any("no chain of up to 12 resolved calls" in text for text in answer.unknowns)


def test_a_chain_the_other_way_is_not_passed_off_as_an_answer(shop: Path) -> None:
    answer = ask(shop, "How does send reach Checkout.charge?")

    assert answer.status == "partial"
    assert any("other way" in text for text in answer.unknowns)


def test_heirs_and_who_of_them_overrides(shop: Path) -> None:
    answer = ask(shop, "Which classes inherit from Gateway and override authorise?")

    assert answer.status == "answered"
    assert answer.results == ("shop/payment.py::CardGateway.authorise",)
    assert "`CardGateway.authorise` (shop/payment.py:7): overrides `Gateway.authorise`" in answer.text
    assert "VoucherGateway" not in answer.text


def test_impact_names_users_and_the_tests_that_would_tell(shop: Path) -> None:
    answer = ask(shop, "What breaks if I change Checkout.place, and which tests would tell me?")

    assert "tests/test_checkout.py::test_place_charges_the_card" in cited(answer)


def test_impact_reaches_further_than_one_step(shop: Path) -> None:
    answer = ask(shop, "What is affected if I rename CardGateway.authorise?")

    assert {"shop/checkout.py::Checkout.charge", "shop/checkout.py::Checkout.place"} <= cited(answer)


def test_which_tests_cover(shop: Path) -> None:
    answer = ask(shop, "Which tests cover Checkout?")

    assert cited(answer) >= {"tests/test_checkout.py::test_place_charges_the_card"}


def test_where_is_it_defined(shop: Path) -> None:
    answer = ask(shop, "Where is PaymentError defined?")

    assert answer.status == "answered"
    assert answer.citations[0].path == "shop/errors.py"
    assert answer.citations[0].start_line == 1


def test_spoken_names_link(shop: Path) -> None:
    assert "shop/checkout.py::DEFAULT_ATTEMPTS" in cited(ask(shop, "Where are the default attempts set?"))


def test_what_does_it_do_quotes_documentation_and_checks(shop: Path) -> None:
    answer = ask(shop, "What does Checkout.place do?")

    assert '"Charge the basket and return the order\'s number."' in answer.text
    assert "`if not basket`" in answer.text
    assert "`PaymentError`" in answer.text


def test_compare(shop: Path) -> None:
    answer = ask(shop, "How does CardGateway differ from VoucherGateway?")

    assert answer.kind == "comparison"
    assert {"shop/payment.py::CardGateway", "shop/payment.py::VoucherGateway"} <= cited(answer)
    assert "`refund`" in answer.text


def test_a_question_without_names_is_searched_and_stays_partial(shop: Path) -> None:
    answer = ask(shop, "run an action again until it works")

    assert answer.status == "partial"
    assert "shop/retry.py::retry" in cited(answer)


def test_an_unknown_name_abstains_with_the_nearest(shop: Path) -> None:
    answer = ask(shop, "Who calls make_chekout?")

    assert answer.status == "abstained"
    assert not answer.claims
    assert any("make_checkout" in text for text in answer.unknowns)


def test_what_the_repository_never_mentions_abstains(shop: Path) -> None:
    answer = ask(shop, "How does the Kubernetes operator restart the shop?")

    assert answer.status == "abstained"
    assert "Kubernetes" in answer.text


def test_absence_is_only_claimed_with_what_was_looked_at(shop: Path) -> None:
    answer = ask(shop, "Who calls VoucherGateway.refund?")

    assert "No call of `VoucherGateway.refund` was resolved, among" in answer.text


def test_an_unresolved_call_keeps_absence_from_being_claimed(make_repo: MakeRepo) -> None:
    root = make_repo(
        {"a.py": "class A:\n    def go(self):\n        pass\n", "b.py": "def run(thing):\n    thing.go()\n"}
    )
    answer = ask(root, "Who calls A.go?")

    assert answer.status == "partial"
    assert "b.py::run" in cited(answer)
    assert "which one is not known" in answer.text


def test_a_namesake_outside_is_not_a_caller(make_repo: MakeRepo) -> None:
    root = make_repo(
        {
            "own.py": "def get(url):\n    return url\n",
            "use.py": "import requests\n\n\ndef load():\n    return requests.get('x')\n",
        }
    )
    answer = ask(root, "Who calls get?")

    assert "use.py::load" not in cited(answer)
    assert not answer.walk


def test_every_quote_is_the_bytes_of_its_lines(shop: Path) -> None:
    for question in ("How does Checkout.place reach send?", "What does retry do?", "Who calls Checkout.charge?"):
        for citation in ask(shop, question).citations:
            lines = (shop / citation.path).read_bytes().split(b"\n")[citation.start_line - 1 : citation.end_line]
            assert citation.quote.encode() == b"\n".join(lines)
            assert citation.sha256 == hashlib.sha256(b"\n".join(lines)).hexdigest()


def test_an_edit_shows_in_the_next_answer(shop: Path) -> None:
    ask(shop, "Who calls retry?")
    path = shop / "shop/errors.py"
    path.write_text(path.read_text() + "\n\ndef again():\n    from .retry import retry\n\n    retry(print, 1)\n")

    assert "shop/errors.py::again" in cited(ask(shop, "Who calls retry?"))


def test_an_empty_question_teaches(shop: Path) -> None:
    with pytest.raises(UsageError, match="empty") as error:
        ask(shop, "  \n")
    assert "codeqa ask" in error.value.hint


@pytest.mark.parametrize(
    ("question", "form", "slots"),
    [
        ("who calls foo", "callers", {"a": "foo"}),
        ("Which functions invoke Foo.bar()?", "callers", {"a": "Foo.bar()"}),
        ("where is the parser used?", "uses", {"a": "parser"}),
        ("what does A.b call?", "callees", {"a": "A.b"}),
        ("how does A get to B?", "path", {"a": "A", "b": "B"}),
        ("trace the request from a.b to c.d", "path", {"a": "a.b", "b": "c.d"}),
        ("what breaks if I rename foo_bar?", "impact", {"a": "foo_bar"}),
        ("Which classes implement Reader?", "hierarchy", {"a": "Reader"}),
        ("tests for parse_date", "tests", {"a": "parse_date"}),
        ("What is the difference between A and B?", "compare", {"a": "A", "b": "B"}),
        ("how does X differ from Y", "compare", {"a": "X", "b": "Y"}),
        ("what are all the ways to open a file", "scattered", {"a": "open a file"}),
        ("where is Foo defined", "where", {"a": "Foo defined"}),
        ("what does parse do", "what", {"a": "parse"}),
        ("sessions and cookies", "search", {"a": "sessions and cookies"}),
    ],
)
def test_forms(question: str, form: str, slots: dict[str, str]) -> None:
    request = forms.readings(question)[0]

    assert request.form == form
    assert {name: value for name, value in request.slots.items() if name in ("a", "b")} == slots


# ------------------------------------------------------------------------------------- no claim beyond what was found


ZOO = {
    "zoo.py": (
        "import ssl\n"
        "class Animal:\n"
        "    def speak(self):\n"
        "        raise NotImplementedError\n"
        "    def feed(self):\n"
        "        if self.full:\n"
        "            return None\n"
        "        return self.speak()\n"
        "class Dog(Animal):\n"
        "    def speak(self):\n"
        "        return 'woof'\n"
        "class Robot:\n"
        "    def feed(self):\n"
        "        if self.full:\n"
        "            return None\n"
        "        return 1\n"
        "class Escaped(Exception): ...\n"
        "def check(animal):\n"
        '    """Look at an animal.\n'
        "\n"
        "    if it is hungry, feed it\n"
        '    """\n'
        "    raise Escaped(animal)\n"
        "def known() -> Escaped:\n"
        "    return Escaped(1)\n"
        "def context():\n"
        "    ssl.create_default_context()\n"
        "    return ssl.create_default_context(capath='x')\n"
        "class Door(ssl.SSLContext): ...\n"
    ),
    "tests/test_zoo.py": (
        "from zoo import Animal, check\n"
        "class Cat(Animal):\n"
        "    def speak(self):\n"
        "        return 'meow'\n"
        "def test_check():\n"
        "    check(1)\n"
        "    check(2)\n"
    ),
}


@pytest.fixture
def zoo(make_repo: MakeRepo) -> Path:
    return make_repo(ZOO)


def test_types_are_counted_not_methods_and_tests_are_told_apart(zoo: Path) -> None:
    answer = ask(zoo, "Which classes inherit from Animal and override speak?")

    heirs = ask(zoo, "Which classes inherit from Animal?")

    assert "2 types inherit from or implement `Animal` (zoo.py:2), 2 directly; 1 of them is in tests" in heirs.text
    assert answer.results == ("tests/test_zoo.py::Cat.speak", "zoo.py::Dog.speak")
    assert answer.text.index("`Dog.speak`") < answer.text.index("`Cat.speak`")


def test_dispatch_is_not_stated_as_a_call(zoo: Path) -> None:
    what = ask(zoo, "What does Animal.feed do?").text
    who = ask(zoo, "What does Dog.speak do?").text

    assert "`Animal.feed` calls `Animal.speak` [" in what
    assert "Dynamic dispatch may take its calls to `Dog.speak` [" in what
    assert "It may be called, by dynamic dispatch, by `Animal.feed` [" in who


def test_calls_are_counted_by_place(zoo: Path) -> None:
    assert "called from 0 places outside of tests and 2 places in tests" in ask(zoo, "Who calls check?").text


def test_a_question_about_raising_lists_what_raises(zoo: Path) -> None:
    answer = ask(zoo, "Where is Escaped raised?")

    assert answer.status == "answered"
    assert cited(answer) == {"zoo.py::Escaped", "zoo.py::check"}


def test_prose_is_no_check(zoo: Path) -> None:
    assert "It checks" not in ask(zoo, "What does check do?").text


def test_what_both_check_is_said_of_both(zoo: Path) -> None:
    assert ask(zoo, "How does Animal differ from Robot?").text.count("It checks `if self.full`") == 2


def test_what_lies_outside_is_answered_by_its_uses(zoo: Path) -> None:
    used = ask(zoo, "Who calls ssl.create_default_context?")

    assert used.status == "answered"
    assert not used.dropped
    assert not used.stale
    assert "(outside of the repository) is used at 2 places" in used.text
    assert "lies outside of the repository" in ask(zoo, "What does ssl.create_default_context do?").text
    assert ask(zoo, "What does ssl.create_default_context call?").status != "answered"


def test_heirs_of_what_lies_outside(zoo: Path) -> None:
    assert "zoo.py::Door" in cited(ask(zoo, "Which classes inherit from ssl.SSLContext?"))


def test_nothing_inherits_from_a_function(zoo: Path) -> None:
    assert ask(zoo, "Which classes inherit from `check`?").status == "abstained"


@pytest.mark.parametrize("question", ["Who never calls check?", "Which tests don't use Dog?"])
def test_a_negation_is_not_ignored_silently(zoo: Path, question: str) -> None:
    answer = ask(zoo, question)

    assert answer.status != "answered"
    assert any("is not understood" in text for text in answer.unknowns)


def test_a_name_in_another_case_is_not_passed_off(zoo: Path) -> None:
    answer = ask(zoo, "Who calls CHECK()?")

    assert answer.status == "partial"
    assert "nothing is named CHECK here; check differs in case" in answer.unknowns


def test_how_many_is_no_path() -> None:
    assert forms.readings("How many functions call connect?")[0].form == "callers"


def test_of_namesakes_the_one_with_heirs_is_meant(make_repo: MakeRepo) -> None:
    files = {
        "a.py": "class Channel: ...\n",
        "b.py": "class Channel:\n    def put(self): ...\n",
        "c.py": "from b import Channel\nclass Fast(Channel):\n    def put(self): ...\n",
    }
    answer = ask(make_repo(files), "Which classes inherit from Channel and override put?")

    assert answer.status == "answered"
    assert "`Fast.put`" in answer.text
    assert "Nothing" not in answer.text
    assert "nothing was found for other symbols of that name: a.py::Channel" in answer.unknowns


def test_a_file_is_used_by_what_imports_it(shop: Path) -> None:
    answer = ask(shop, "What breaks if I delete shop/retry.py?")

    assert "shop/checkout.py::Checkout.place" in cited(answer)
    assert "`retry` and `backoff`" in ask(shop, "What does shop/retry.py do?").text


def test_a_type_from_elsewhere_counts_as_an_implementation(make_repo: MakeRepo) -> None:
    source = "trait Area { fn area(&self) -> u32; }\nimpl Area for u8 {\n    fn area(&self) -> u32 { 1 }\n}\n"
    answer = ask(make_repo({"src/lib.rs": source + source[38:].replace("u8", "u16")}), "Which types implement Area?")

    assert "2 types inherit" in answer.text
    assert "A type from elsewhere implements `Area` at src/lib.rs:2: `impl Area for u8`" in answer.text


def test_no_chain_is_the_first_thing_said(shop: Path) -> None:
    text = ask(shop, "How does backoff reach CardGateway.authorise?").text

    assert text.startswith("No chain of resolved calls from `backoff` to `CardGateway.authorise` was found")


def test_a_file_in_the_question_tells_namesakes_apart(make_repo: MakeRepo) -> None:
    files = {"a.ts": "export interface Context { exports: any }\n", "package.json": '{"exports": "./a.js"}\n'}

    assert cited(ask(make_repo(files), 'Where is "exports" in package.json?')) == {"package.json::exports"}


def test_a_private_method_is_no_class(make_repo: MakeRepo) -> None:
    files = {"a.js": "class A {\n  #load() { find() }\n  run() { this.#load() }\n}\nfunction find() {}\n"}
    answer = ask(make_repo(files), "What does A.#load call?")

    assert [(h.src, h.dst) for h in answer.walk] == [("a.js::A.#load", "a.js::find")]


def test_the_tests_of_a_file_are_those_of_all_that_is_in_it(make_repo: MakeRepo) -> None:
    files = {
        "log.cc": "namespace db { namespace log {\nclass Reader { public: int read() { return 1; } };\n} }\n",
        "log_test.cc": '#include "log.cc"\nvoid TestRead() { db::log::Reader r; r.read(); }\n',
    }

    assert "log_test.cc::TestRead" in cited(ask(make_repo(files), "Which tests cover log.cc?"))


def test_of_namesakes_the_one_that_is_overridden_is_meant(make_repo: MakeRepo) -> None:
    files = {
        "a.py": "class Link:\n    def open(self): ...\nclass Wire(Link):\n    def open(self): ...\n",
        "b.py": "class Link:\n    def open(self): ...\n",
    }
    answer = ask(make_repo(files), "Which classes override Link.open?")

    assert answer.status == "answered"
    assert "Nothing" not in answer.text
    assert "nothing was found for other symbols of that name: b.py::Link.open" in answer.unknowns


def test_a_word_for_a_relation_that_is_written_as_a_name_is_one(make_repo: MakeRepo) -> None:
    root = make_repo(
        {
            "mux.go": "package mux\n\ntype Router struct{}\n\nfunc (r *Router) Use() {}\n\n"
            "func (r *Router) Handle() {}\n\n"
            "func both(r *Router) {\n\tr.Use()\n\tr.Handle()\n}\n\n"
            "func one(r *Router) {\n\tr.Handle()\n}\n"
        }
    )

    answer = ask(root, "Which functions call Handle of Router but not Use of Router?")

    assert answer.results == ("mux.go::one",)


def test_them_are_what_the_part_before_asked_for(shop: Path) -> None:
    answer = ask(shop, "Which classes inherit from Gateway, and which of them override authorise?")
    counted = ask(shop, "Which classes inherit from Gateway, and how many of those override authorise?")

    assert answer.status == counted.status == "answered"
    assert "subclasses | members(name=" in answer.plan
    assert "shop/payment.py::CardGateway.authorise" in answer.results
    assert "VoucherGateway.authorise" not in answer.text
    assert counted.plan.endswith("| count")
