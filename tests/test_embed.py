"""Terms, and the embedder that is fitted on them."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeqa import domain
from codeqa.domain import CodeqaError
from codeqa.embed import load
from codeqa.embed.lsa import Lsa, fit
from codeqa.terms import MAX_TERM, query_terms, spaced, split, stem

# --------------------------------------------------------------------------------------------------------------- terms


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("HTTPServer_v2", "httpserver_v2 http server"),
        ("getUserByID", "getuserbyid get user by id"),
        ("__init__ _private $store", "__init__ init _private privat $store store"),
        ("sha256 utf8 x1 42 7", "sha256 sha 256 utf8 utf x1 42"),
        ("i + j * (k) -> _ ... $ '' #!", ""),
        ("retries", "retries retry"),
        ("MAX_RETRIES", "max_retries max retry"),
        ("дом получитьДанные", "дом получитьданные получить данные"),
        ("日本語parser 語", "日本 本語 parser 語"),
        ("naïve Café", "naïve café"),
        ("ﬁle", "file"),
        ("f" * 100, "f" * MAX_TERM),
        ("a.b::c->d(e, 'two words')", "two words word"),
    ],
)
def test_terms_of_code(text: str, terms: str) -> None:
    assert split(text) == terms.split()
    assert spaced(text).split() == terms.split()


@pytest.mark.parametrize(
    "forms",
    [
        "retry retries retried retrying",
        "cache caches cached caching",
        "parse parses parsed parsing",
        "name names named naming",
        "class classes",
        "map maps mapped mapping",
        "query queries querying queried",
        "validate validates validated validating validation",
        "serialize serialized serializing serialization",
        "configure configured configuration",
        "install installs installed installing",
        "cancel cancelled canceled cancels",
        "status statuses",
        "index indexes indices",
        "write writes writing written wrote",
        "cookie cookies",
        "use uses used using",
        "authenticate authenticated authentication",
        "connect connection connections connecting",
        "format formatted formatting formats",
    ],
)
def test_forms_of_one_word_meet(forms: str) -> None:
    assert len({stem(form) for form in forms.split()}) == 1


@pytest.mark.parametrize(
    "pair", ["note not", "user use", "state stat", "mode mod", "seed see", "string str", "class clas"]
)
def test_different_words_do_not_meet(pair: str) -> None:
    one, other = pair.split()
    assert stem(one) != stem(other)


def test_a_question_loses_what_only_makes_it_one() -> None:
    assert query_terms("How does the HTTPServer handle retries?") == [
        "httpserver", "http", "server", "handle", "handl", "retries", "retry",
    ]  # fmt: skip
    assert query_terms("What is this?") == []
    assert query_terms("retry, retry, RETRY") == ["retry"]


@given(st.text(max_size=200))
def test_terms_are_words_that_full_text_takes(text: str) -> None:
    for term in split(text):
        assert 0 < len(term) <= MAX_TERM and not set(term) & set("\"' \t\n\0")
        assert all(char in "_$" or not char.isascii() or char.isalnum() for char in term)
    assert set(query_terms(text)) <= set(split(text))


@given(st.text(alphabet=st.characters(codec="ascii"), max_size=80))
def test_a_question_in_the_words_of_the_code_meets_it(text: str) -> None:
    assert set(query_terms(text.lower())) <= set(split(text.lower()))


# ----------------------------------------------------------------------------------------------------------------- LSA

TOPICS = {
    "cache": "cache evict expire ttl lookup hit miss store_entry",
    "auth": "password hash salt login session token verify_user",
    "route": "url path pattern match dispatch handler resolve_view",
    "query": "select where join table column row build_sql",
}


def corpus(count: int = 60) -> list[tuple[str, str]]:
    """Texts of four topics that share a few words with each other."""
    rng = np.random.default_rng(1)
    texts = []
    for number in range(count):
        words = list(TOPICS.values())[number % 4].split()
        picked = [*rng.choice(words, 5), *rng.choice(["def", "self", "return", "none"], 3), f"unique{number}"]
        texts.append((hashlib.sha256(str(number).encode()).hexdigest(), spaced(" ".join(map(str, picked)))))
    return texts


@pytest.fixture(scope="module")
def lsa() -> Lsa:
    return fit(corpus())


def test_it_is_an_embedder(lsa: Lsa) -> None:
    embedder: domain.Embedder = lsa
    assert embedder.id.startswith("lsa-128-") and embedder.dimensions == 128
    vectors = embedder.embed(["evict the cache", "zzzz", ""])
    assert vectors.shape == (3, 128) and vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), [1, 0, 0], atol=1e-5)
    assert embedder.embed([]).shape == (0, 128)


def test_texts_of_one_topic_are_near_without_a_common_word() -> None:
    vectors = fit(corpus(400), dimensions=8).embed(["evict", "expire", "salt", "login"])
    near = vectors @ vectors.T
    assert near[0, 1] > 0.5 and near[2, 3] > 0.5 and abs(near[0, 2]) < 0.3 and abs(near[1, 3]) < 0.3


def test_few_and_many_texts_give_the_same_vectors(lsa: Lsa) -> None:
    texts = [terms for _, terms in corpus(200)]
    many = lsa.embed_terms(texts)
    few = np.concatenate([lsa.embed_terms(texts[n : n + 10]) for n in range(0, 200, 10)])
    assert np.allclose(many, few, atol=2e-3)


def test_the_fit_does_not_depend_on_order_or_chance(lsa: Lsa) -> None:
    assert fit(reversed(corpus())).id == fit(corpus()).id == lsa.id
    assert fit(corpus()[1:]).id != lsa.id


def test_the_same_fit_serves_texts_that_came_later(lsa: Lsa, tmp_path: Path) -> None:
    lsa.save(tmp_path)
    again = load(tmp_path, lsa.id)
    assert again.id == lsa.id
    later = ["def expire_entry(self): return self.cache.lookup(key)"]
    assert np.array_equal(again.embed(later), lsa.embed(later))
    assert [path.name for path in tmp_path.iterdir()] == [lsa.id]


@pytest.mark.parametrize(
    "texts", [[], [("a" * 64, "")], [("a" * 64, "one two")], [("a" * 64, "one two"), ("b" * 64, "one two")]]
)
def test_little_to_fit_on_is_no_error(texts: Sequence[tuple[str, str]], tmp_path: Path) -> None:
    small = fit(texts)
    load(tmp_path, small.save(tmp_path).name)
    vectors = small.embed(["one two"] * 40)
    assert vectors.shape == (40, 128) and np.isfinite(vectors).all()


@pytest.mark.parametrize("name", ["../etc/passwd", "lsa-128-zz", "", "lsa-128-000000000000/../x"])
def test_only_a_fit_is_loaded(name: str, tmp_path: Path) -> None:
    with pytest.raises(CodeqaError):
        load(tmp_path, name)


@given(data=st.data())
def test_a_damaged_fit_is_said_in_words(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory, lsa: Lsa
) -> None:
    folder = tmp_path_factory.mktemp("fit")
    path = lsa.save(folder)
    whole = path.read_bytes()
    cut = data.draw(st.integers(0, len(whole) - 1))
    head = data.draw(st.binary(min_size=1, max_size=40))
    at = data.draw(st.integers(0, 250))
    for damaged in (whole[:cut], whole[:at] + head + whole[at + len(head) :]):
        path.write_bytes(damaged)
        try:
            load(folder, lsa.id)
        except CodeqaError as error:
            assert error.hint


def test_a_question_needs_no_scipy(lsa: Lsa, tmp_path: Path) -> None:
    lsa.save(tmp_path)
    script = f"""
import sys
from pathlib import Path
from codeqa.embed import load
assert not {{"numpy", "scipy"}} & set(sys.modules)
load(Path({str(tmp_path)!r}), {lsa.id!r}).embed(["how is the cache evicted"])
assert "scipy" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True, cwd=Path(__file__).parent.parent)
