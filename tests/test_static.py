"""The embedder with a trained table: its arithmetic, its file, and what the file that ships knows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codeqa.domain import CodeqaError
from codeqa.embed import static
from codeqa.embed.static import Static
from codeqa.terms import spaced

DIMENSIONS = 8
TERMS = ["retry", "wait", "backoff", "csv", "row", "écrire", "日本", "get_user", "get", "user"]
TABLE = np.random.default_rng(1).integers(-127, 128, (len(TERMS), DIMENSIONS))
DATA = static.pack(list(zip(TERMS, TABLE.tolist(), strict=True)), DIMENSIONS)
TEXTS = st.lists(st.lists(st.sampled_from([*TERMS, "unknown"]), max_size=12).map(" ".join), max_size=40)


def naive(texts: list[str]) -> np.ndarray:
    """Compute the same in floats, term by term."""
    vectors = np.zeros((len(texts), DIMENSIONS))
    for vector, text in zip(vectors, texts, strict=True):
        words = text.split()
        for term in set(words) & set(TERMS):
            vector += (1 + np.log(words.count(term))) * TABLE[TERMS.index(term)]
        vector /= np.linalg.norm(vector) or 1
    return vectors


@settings(deadline=None)
@given(TEXTS)
def test_equals_a_naive_reference_and_has_unit_length(texts: list[str]) -> None:
    vectors = Static(DATA).embed_terms(texts)
    assert vectors.shape == (len(texts), DIMENSIONS) and vectors.dtype == np.float32
    expected = naive(texts)
    np.testing.assert_allclose(vectors, expected, atol=0.03)
    known = expected.any(axis=1)
    np.testing.assert_allclose(np.linalg.norm(vectors[known], axis=1), 1, atol=1e-6)
    assert not vectors[~known].any()


@settings(deadline=None)
@given(TEXTS)
def test_a_vector_does_not_depend_on_company(texts: list[str]) -> None:
    embedder = Static(DATA)
    alone = [embedder.embed_terms([text])[0] for text in texts]
    crowd = embedder.embed_terms([*texts, *["retry csv row wait"] * 300])
    for one, other in zip(alone, crowd, strict=False):
        assert one.tobytes() == other.tobytes()


def test_a_very_long_text_is_exact_too() -> None:
    embedder = Static(DATA)
    text = " ".join(TERMS * 5000)
    crowd = embedder.embed_terms([text] * 40)
    assert crowd[0].tobytes() == crowd[39].tobytes() == embedder.embed_terms([text])[0].tobytes()


def test_what_is_not_known_gives_zeros() -> None:
    embedder = Static(DATA)
    assert not embedder.embed(["", "xyzzy plugh", "?!"]).any()
    assert not embedder.embed(["xyzzy"] * 50).any()
    assert embedder.embed([]).shape == (0, DIMENSIONS)


def test_source_text_is_split_as_the_index_splits_it() -> None:
    embedder = Static(DATA)
    source = "def get_user(retry): ..."
    np.testing.assert_array_equal(embedder.embed([source]), embedder.embed_terms([spaced(source)]))


def test_the_file_does_not_depend_on_the_order_of_its_rows() -> None:
    rows = list(zip(TERMS, TABLE.tolist(), strict=True))
    assert static.pack(rows[::-1], DIMENSIONS) == DATA
    assert Static(DATA).id.startswith("static-8-")
    changed = [(term, [*row[:-1], 0]) for term, row in rows]
    assert Static(static.pack(changed, DIMENSIONS)).id != Static(DATA).id


def test_an_empty_table_knows_nothing() -> None:
    embedder = Static(static.pack([], DIMENSIONS))
    assert not embedder.embed(["retry"]).any() and not embedder.embed(["retry"] * 50).any()


@pytest.mark.parametrize(
    "data", [b"", b"codeqa", DATA[:-1], DATA + b"x", b"x" + DATA, DATA.replace(b'"terms": 10', b'"terms": -9', 1)]
)
def test_a_damaged_file_is_said_to_be_one(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "static.bin"
    path.write_bytes(data)
    with pytest.raises(CodeqaError, match="damaged") as raised:
        static.load(path)
    assert raised.value.hint
    with pytest.raises(CodeqaError, match="cannot read"):
        static.load(tmp_path / "none.bin")


BACKOFF = """
def call_with_backoff(send, attempts=5):
    delay = 0.1
    for attempt in range(attempts):
        try:
            return send()
        except ConnectionError:
            time.sleep(delay)
            delay *= 2
"""
WRITER = """
def write_csv(path, rows, delimiter=","):
    with open(path, "w", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(rows[0].keys())
        for row in rows:
            writer.writerow(row.values())
"""


def test_what_ships_knows_what_words_mean() -> None:
    embedder = static.load()
    assert static.SHIPPED.stat().st_size <= 16_000_000
    question, backoff, writer = embedder.embed(["retry a failed request after waiting", BACKOFF, WRITER])
    assert question @ backoff > question @ writer + 0.1
    question, backoff, writer = embedder.embed(["save a table to a file separated by commas", BACKOFF, WRITER])
    assert question @ writer > question @ backoff + 0.1


def test_a_question_needs_neither_scipy_nor_the_whole_table() -> None:
    program = (
        "import sys; from codeqa.embed import static; embedder = static.load();"
        "embedder.embed(['where do we retry']); assert embedder._vocabulary is None;"
        "embedder.embed(['where do we retry'] * 99);"
        "assert not [name for name in sys.modules if name.split('.')[0] in ('scipy', 'torch')]"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
