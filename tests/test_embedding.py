"""Another embedder: its vectors are made beside the old ones, in the background, and take their place when complete."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from codeqa import embed
from codeqa.domain import CodeqaError, Event, Indexed, ModelUnavailable, Notice
from codeqa.embed import static
from codeqa.index import embedding
from codeqa.project import Project
from codeqa.store import Store
from tests.conftest import ROOT, MakeRepo, RunCodeqa
from tests.ollama_server import Fault, OllamaServer

WORDS = "basket order refund voucher parcel courier invoice receipt ledger tariff".split()
FILES = {
    f"shop/{one}_{two}.py": f'def {one}_{two}():\n    """Turn {one} to {two} by {other}."""\n    return {other}\n'
    for one in WORDS
    for two, other in zip(WORDS[::2], WORDS[1::2], strict=True)
    if one != two
}
OLLAMA = "ollama:nomic-embed-text"
Spawned = list[embedding.Job]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[OllamaServer]:
    monkeypatch.setattr("codeqa.embed.ollama._PAUSE_SECONDS", 0.01)
    with OllamaServer() as running:
        yield running


@pytest.fixture
def root(make_repo: MakeRepo, server: OllamaServer, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository; OLLAMA_HOST says where the server is, and without a choice it is fitted on."""
    monkeypatch.setenv("OLLAMA_HOST", server.url)
    monkeypatch.setenv("CODEQA_INDEX_EMBEDDER", "lsa")
    return make_repo(FILES)


@pytest.fixture
def spawned(monkeypatch: pytest.MonkeyPatch) -> Spawned:
    """Keep the jobs that would be started in the background, instead of starting them."""
    jobs: Spawned = []

    def start(store: Store, job: embedding.Job) -> bool:
        jobs.append(job)
        return True

    monkeypatch.setattr(embedding, "start", start)
    monkeypatch.setattr(embedding, "fill_in_background", lambda directory, name: None)
    return jobs


@contextmanager
def project(root: Path, **settings: object) -> Iterator[Project]:
    overrides = {name.replace("__", "."): value for name, value in settings.items()}
    with Project.open(root, overrides=overrides) as opened:
        yield opened


def index(root: Path, embedder: str | None = None, **settings: object) -> list[Event]:
    with project(root, **settings) as opened:
        return list(opened.index(embedder=embedder))


def update(root: Path, **settings: object) -> list[Event]:
    with project(root, **settings) as opened:
        return list(opened.update())


def changed(events: Iterable[Event]) -> bool:
    """Whether a run found changed files; it may look again at those that were written a moment ago."""
    return any(event.changed for event in events if isinstance(event, Indexed))


def used(root: Path) -> str:
    with Store.open(root / ".codeqa") as store:
        return store.get_meta(embedding.USED) or ""


def spaces(root: Path) -> dict[str, int]:
    with Store.open(root / ".codeqa") as store:
        return {name: len(store.vectors(name)) for name in store.embedders()}


def missing(root: Path) -> set[str]:
    with Store.open(root / ".codeqa") as store:
        return store.vectors(used(root)).missing()


def job_of(root: Path) -> embedding.Job:
    with project(root) as opened:
        return opened._job(OLLAMA)


def files_of(root: Path) -> set[str]:
    return {path.name.partition("-")[0] for path in (root / ".codeqa").glob("[vl]*-*")}


# ------------------------------------------------------------------------------------------------------------ switching


def test_the_old_vectors_are_searched_until_the_new_are_complete(
    root: Path, server: OllamaServer, spawned: Spawned
) -> None:
    index(root)
    before = used(root)
    assert before.startswith("lsa-") and not spawned

    index(root, OLLAMA)
    assert used(root) == before and len(spawned) == 1 and spaces(root).keys() == {before}
    seen: set[tuple[str, int]] = set()

    def vector(text: str, dimensions: int) -> list[float]:
        if text.startswith("search_document: shop/order"):  # while vectors are made, somebody asks
            with project(root) as other:
                assert other.search("turn an order into a refund")
                seen.add((other._embedder().id, other._embedder().dimensions))  # type: ignore[union-attr]
        return embedding_of(text, dimensions)

    embedding_of, server.vector = server.vector, vector
    embedding.run(spawned[0])

    assert seen == {(before, 128)}
    assert used(root).startswith("ollama-nomic-embed-text-") and spaces(root) == {used(root): len(FILES)}
    assert missing(root) == set()
    assert len(list((root / ".codeqa").glob("lsa-*"))) == 0 and len(list((root / ".codeqa").glob("vectors-*.f16"))) == 1
    server.requests.clear()
    with project(root) as opened:
        hits = opened.search("turn an order into a refund")
        assert any("vector" in hit.why for hit in hits) and opened.notices() == []
    assert [body["input"] for body in server.asked("/api/embed")] == [["search_query: turn an order into a refund"]]


def test_the_model_reads_symbols_and_source(root: Path, server: OllamaServer, spawned: Spawned) -> None:
    index(root, OLLAMA)
    embedding.run(spawned[0])
    sent = [text for body in server.asked("/api/embed") for text in body["input"]]
    path = "shop/order_basket.py"
    assert f"search_document: {path}::order_basket\n{FILES[path].rstrip()}" in [text.rstrip() for text in sent]


def test_a_process_that_is_killed_is_gone_on_with(root: Path, server: OllamaServer, spawned: Spawned) -> None:
    index(root)
    before = used(root)
    index(root, OLLAMA)
    server.fail("/api/embed", Fault.STALL, when=lambda body: any("voucher_refund" in text for text in body["input"]))
    command = [sys.executable, "-c", SMALL_BATCHES, json.dumps(spawned[0])]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, env=environment) as process:
        wait_for(lambda: sum(spaces(root).values()) > len(FILES) + 8)
        with project(root) as opened:
            state = opened.status().embedding
            assert state.running and state.used == before and state.next.startswith("ollama-")
            assert 8 < state.done < state.total == len(FILES)
        process.send_signal(signal.SIGKILL)
    server.mend()

    with project(root) as opened:
        state = opened.status().embedding
        assert not state.running and state.used == before and opened.search("turn an order into a refund")
        done = state.done
    server.requests.clear()
    assert not changed(update(root)) and len(spawned) == 2, "an update that finds no changed file starts it again"
    embedding.run(spawned[1])
    sent = [text for body in server.asked("/api/embed") for text in body["input"]]
    assert len(sent) == len(FILES) - done and missing(root) == set() and used(root).startswith("ollama-")


SMALL_BATCHES = """
import json, sys
from codeqa.index import embedding
embedding.SLOW_BATCH = 4
embedding.run(embedding.Job(*json.loads(sys.argv[1])))
"""


def wait_for(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it does not come"
        time.sleep(0.05)


def test_it_goes_on_by_itself_in_a_process_of_its_own(root: Path, server: OllamaServer) -> None:
    index(root)
    index(root, OLLAMA)
    wait_for(lambda: used(root).startswith("ollama-"))
    wait_for(lambda: not embedding.running(root / ".codeqa"))
    assert missing(root) == set() and len(spaces(root)) == 1


def test_what_changes_meanwhile_gets_vectors_in_both(
    root: Path, server: OllamaServer, spawned: Spawned, monkeypatch: pytest.MonkeyPatch
) -> None:
    index(root)
    before = used(root)
    index(root, OLLAMA)
    monkeypatch.setattr(embedding, "SLOW_BATCH", 10)
    done: list[int] = []

    def vector(text: str, dimensions: int) -> list[float]:
        if len(server.requests) > 3 and not done:
            done.append(1)
            (root / "shop/order_basket.py").unlink()
            (root / "shop/zebra.py").write_text("def zebra(stripes):\n    return stripes\n")
            (root / "shop/ledger_order.py").write_text("def ledger_order(anew):\n    return anew\n")
            update(root)
            assert used(root) == before and missing(root) == set(), "the old space is kept up to date"
        return words(text, dimensions)

    words, server.vector = server.vector, vector
    embedding.run(spawned[0])
    assert done and used(root).startswith("ollama-") and missing(root) == set()


def test_a_slow_embedder_gets_what_changed_in_the_background(
    root: Path, server: OllamaServer, spawned: Spawned
) -> None:
    index(root, OLLAMA)
    embedding.run(spawned.pop())
    (root / "shop/zebra.py").write_text("def zebra(stripes):\n    return stripes\n")
    server.requests.clear()
    update(root)
    assert server.requests == [] and len(missing(root)) == 1 and len(spawned) == 1
    embedding.run(spawned.pop())
    assert missing(root) == set() and len(server.asked("/api/embed")) == 1


def test_a_file_that_has_changed_since_waits_for_its_update(root: Path, server: OllamaServer, spawned: Spawned) -> None:
    index(root, OLLAMA)
    path = root / "shop/order_basket.py"
    path.write_text("def unseen():\n    return 1\n")
    embedding.run(spawned.pop())
    sent = "".join(text for body in server.asked("/api/embed") for text in body["input"])
    assert "unseen" not in sent and "order_basket" not in sent
    assert used(root).startswith("ollama-") and len(missing(root)) == 1
    update(root)
    embedding.run(spawned.pop())
    assert missing(root) == set()


def test_a_tree_that_has_changed_altogether_is_no_space(root: Path, spawned: Spawned) -> None:
    index(root)
    before = used(root)
    index(root, OLLAMA)
    for path in root.glob("shop/*.py"):
        path.write_text("other = 1\n")
    with pytest.raises(CodeqaError, match="have changed since"):
        embedding.run(spawned[0])
    assert used(root) == before


def test_secrets_are_not_sent(root: Path, server: OllamaServer, spawned: Spawned) -> None:
    (root / "shop/key.py").write_text("def key():\n    return 'ghp_" + "a1B2" * 9 + "'\n")
    index(root, OLLAMA)
    embedding.run(spawned[0])
    sent = "".join(text for body in server.asked("/api/embed") for text in body["input"])
    assert "def key" in sent and "a1B2" not in sent and missing(root) == set()


def test_back_again_on_the_way_forgets_what_was_begun(root: Path, server: OllamaServer, spawned: Spawned) -> None:
    index(root)
    before = used(root)
    index(root, OLLAMA)
    server.fail("/api/embed", Fault.ERROR, when=lambda body: any("voucher_refund" in text for text in body["input"]))
    server.models[0].dimensions = 16
    job = spawned[0]
    with pytest.raises(ModelUnavailable):
        server.fail("/api/embed", Fault.ERROR, when=lambda body: len(server.requests) > 3)
        embedding.run(job)
    index(root, "default")
    assert used(root) == before and spaces(root).keys() == {before} and missing(root) == set()


def test_a_choice_that_changes_on_the_way_is_followed(root: Path, server: OllamaServer, spawned: Spawned) -> None:
    index(root, OLLAMA)
    done: list[int] = []

    def vector(text: str, dimensions: int) -> list[float]:
        if "shop/" in text and not done:
            done.append(1)
            index(root, "ollama:all-minilm:l6")
        return words(text, dimensions)

    words, server.vector = server.vector, vector
    embedding.run(spawned[0])
    assert done and used(root).startswith("ollama-all-minilm:l6-") and spaces(root).keys() == {used(root)}


def test_only_one_process_makes_vectors(root: Path, server: OllamaServer, spawned: Spawned) -> None:
    index(root, OLLAMA)

    def vector(text: str, dimensions: int) -> list[float]:
        assert embedding.running(root / ".codeqa")
        return words(text, dimensions)

    words, server.vector = server.vector, vector
    embedding.run(spawned[0])
    assert not embedding.running(root / ".codeqa") and used(root).startswith("ollama-")


def test_a_process_that_stays_searches_the_new_vectors_with_its_next_question(root: Path, spawned: Spawned) -> None:
    with project(root) as resident:
        list(resident.index())
        assert resident.search("turn an order into a refund")
        index(root, OLLAMA)
        embedding.run(spawned.pop())
        assert resident.search("turn an order into a refund") and resident._embedder().id.startswith("lsa-")  # type: ignore[union-attr]
        assert not changed(resident.update()) and spawned == []
        hits = resident.search("turn an order into a refund")
        assert resident._embedder().id == used(root)  # type: ignore[union-attr]
        assert any("vector" in hit.why for hit in hits) and resident.notices() == []


def test_a_new_fit_takes_the_place_of_the_old(root: Path, spawned: Spawned) -> None:
    index(root)
    before = used(root)
    (root / "shop/zebra.py").write_text("def zebra(stripes):\n    return stripes + order + stripes\n")
    update(root)
    assert used(root) == before and missing(root) == set()
    with project(root) as opened:
        list(opened.index(force=True))
    assert used(root) != before and missing(root) == set() and spaces(root).keys() == {used(root)}
    assert [path.name for path in (root / ".codeqa").glob("lsa-*")] == [used(root)]


def test_a_first_index_that_was_interrupted_is_not_searched_and_gone_on_with(
    root: Path, spawned: Spawned, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding, "QUICK_BATCH", 10)
    with project(root) as opened:
        for event in (events := opened.index()):
            if getattr(event, "stage", "") == "embed":
                events.close()  # type: ignore[attr-defined]
                break
    assert used(root) == ""
    (begun,) = spaces(root)
    with project(root) as opened:
        assert opened._embedder() is None
        list(opened.index())
    assert used(root) == begun and missing(root) == set()


# ------------------------------------------------------------------------------------------------------------- choosing


def test_the_choice_for_a_repository_outlives_the_command(root: Path, spawned: Spawned) -> None:
    index(root, OLLAMA)
    embedding.run(spawned.pop())
    update(root)
    (root / "shop/zebra.py").write_text("def zebra(stripes):\n    return stripes\n")
    update(root, index__embedder="lsa")
    embedding.run(spawned.pop())
    assert used(root).startswith("ollama-"), "it is stronger than settings"
    index(root, "default")
    assert len(spawned) == 1
    embedding.run(spawned.pop())
    assert used(root).startswith("lsa-") and missing(root) == set()


def test_a_setting_is_followed_without_a_changed_file(root: Path, spawned: Spawned) -> None:
    index(root)
    assert not changed(update(root)) and spawned == []
    update(root, index__embedder=OLLAMA)
    embedding.run(spawned.pop())
    assert used(root).startswith("ollama-")
    assert not changed(update(root, index__embedder=OLLAMA)) and spawned == []


def test_a_choice_of_another_version_is_no_choice(root: Path, spawned: Spawned) -> None:
    index(root)
    with Store.open(root / ".codeqa", write=True) as store, store.batch():
        store.set_meta("embedder_pinned", "word2vec")
    with project(root) as opened:
        assert not changed(opened.update()) and opened.status().embedding.chosen == "lsa"


def test_none_makes_and_searches_no_vectors(root: Path, spawned: Spawned) -> None:
    index(root)
    with project(root, index__embedder="none") as opened:
        list(opened.update())
        assert opened._embedder() is None and opened.search("order") and opened.notices() == []
    with project(root) as opened:
        assert opened._embedder() is not None
    assert spawned == []


def test_a_repository_may_not_choose_what_leaves_the_machine_or_takes_long(
    root: Path, server: OllamaServer, spawned: Spawned, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CODEQA_INDEX_EMBEDDER")
    for choice in (OLLAMA, "minilm"):
        (root / "codeqa.toml").write_text(f'[index]\nembedder = "{choice}"\n[model]\nhost = "{server.url}"\n')
        with project(root) as opened:
            told = [event.text for event in opened.index() if isinstance(event, Notice)]
        assert "codeqa.toml: index.embedder is ignored; a repository may set it to static or lsa or none only" in told
    (root / "codeqa.toml").write_text('[index]\nembedder = "none"\n')
    with project(root) as opened:
        assert opened.settings.index.embedder == "none" and opened.settings.warnings == ()
    assert server.requests == [] and used(root).startswith("static-") and spawned == []


def test_few_chunks_are_not_worth_a_fit(make_repo: MakeRepo, spawned: Spawned) -> None:
    root = make_repo({"a.py": "def a():\n    return 1\n"})
    index(root, "lsa")
    assert not changed(update(root)) and used(root) == "" and spawned == []


def test_what_ships_is_used_unless_another_is_chosen(make_repo: MakeRepo, spawned: Spawned) -> None:
    root = make_repo({"a.py": "def a():\n    return 1\n"})
    index(root)
    assert used(root) == static.shipped() == static.load().id and missing(root) == set()
    assert not changed(update(root)) and spawned == []


@pytest.mark.parametrize("in_the_background", [False, True])
def test_a_table_of_another_version_is_replaced(root: Path, spawned: Spawned, in_the_background: bool) -> None:
    index(root, "static")
    shipped = used(root)
    with Store.open(root / ".codeqa", write=True) as store, store.batch():
        store.set_meta(embedding.USED, "static-256-" + "0" * 12)
        store._execute("UPDATE embedders SET name = ?", ("static-256-" + "0" * 12,))
    with project(root) as opened:
        assert opened.search("order") and "has become" in opened.notices()[0].text
    spawned.clear()
    if in_the_background:
        update(root)
        if spawned:  # unless the clock made it look at files again
            embedding.run(spawned.pop())
    else:
        (root / "shop/zebra.py").write_text("def zebra(stripes):\n    return stripes\n")
        update(root)
    assert used(root) == shipped and missing(root) == set() and spaces(root).keys() == {shipped}


# -------------------------------------------------------------------------------------------------------------- failing


def test_a_server_that_is_down_costs_the_vectors_only(root: Path, server: OllamaServer, spawned: Spawned) -> None:
    index(root, OLLAMA)
    embedding.run(spawned.pop())
    server.stop()
    with project(root) as opened:
        hits = opened.search("turn an order into a refund")
        (notice,) = opened.notices()
        assert hits and all("vector" not in hit.why for hit in hits) and notice.level == "warning"
        assert "searched by words alone" in notice.text and "does not answer" in notice.text
        (told,) = [event.text for event in opened.ask("how do orders become refunds") if isinstance(event, Notice)]
        assert told == notice.text


@pytest.mark.parametrize("fault", [Fault.ERROR, Fault.NAN, Fault.FEWER, Fault.DIMENSIONS, Fault.TRUNCATED])
def test_a_question_survives_every_fault(root: Path, server: OllamaServer, spawned: Spawned, fault: Fault) -> None:
    index(root, OLLAMA)
    embedding.run(spawned.pop())
    server.fail("/api/embed", fault)
    with project(root) as opened:
        assert opened.search("turn an order into a refund") and len(opened.notices()) == 1
        server.mend()
        opened._late._retry_at = 0.0  # type: ignore[union-attr]
        assert any("vector" in hit.why for hit in opened.search("turn an order into a refund"))
        assert opened.notices() == []


def test_a_model_that_was_pulled_anew_makes_a_new_space(root: Path, server: OllamaServer, spawned: Spawned) -> None:
    index(root, OLLAMA)
    embedding.run(spawned.pop())
    before = used(root)
    server.models[0].digest = "f" * 64
    with project(root) as opened:
        hits = opened.search("turn an order into a refund")
        assert all("vector" not in hit.why for hit in hits) and "has become" in opened.notices()[0].text
    embedding.run(spawned.pop())
    assert used(root) != before and spaces(root).keys() == {used(root)}


def test_trouble_in_the_background_is_shown_and_not_repeated_at_once(
    root: Path, server: OllamaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[object] = []
    monkeypatch.setattr(embedding, "_spawn", calls.append)
    server.stop()
    index(root, index__embedder=OLLAMA)
    assert len(calls) == 1
    with pytest.raises(ModelUnavailable):
        embedding.run(job_of(root))
    with project(root, index__embedder=OLLAMA) as opened:
        assert "does not answer" in opened.status().embedding.trouble
        assert opened.search("order") and "does not answer" in opened.notices()[0].text
        assert not changed(opened.update()) and len(calls) == 1, "not before a minute has passed"
    server.restart()
    monkeypatch.setattr(embedding, "PAUSE_SECONDS", 0.0)
    update(root, index__embedder=OLLAMA)
    assert len(calls) == 2
    embedding.run(job_of(root))
    with project(root, index__embedder=OLLAMA) as opened:
        assert opened.status().embedding.trouble == ""


def test_an_index_that_is_gone_is_not_made_by_the_background(root: Path, spawned: Spawned) -> None:
    index(root, OLLAMA)
    for path in (root / ".codeqa").iterdir():
        path.unlink()
    with pytest.raises(CodeqaError):
        embedding.run(spawned[0])
    assert not (root / ".codeqa/index.db").exists()


# ----------------------------------------------------------------------------------------------------------- MiniLM


FAKE = """
import numpy as np

class Model:
    def encode(self, texts, batch_size, show_progress_bar, convert_to_numpy, normalize_embeddings):
        assert isinstance(texts, list) and not show_progress_bar and convert_to_numpy and normalize_embeddings
        rows = np.zeros((len(texts), 384), np.float32)
        for row, text in zip(rows, texts):
            row[len(text) % 384] = 1
        return rows

def load_model(device=None):
    assert device == "cpu"
    return Model()
"""


def test_minilm_is_used_where_its_extra_is_installed(
    root: Path, spawned: Spawned, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embed, "_MINILM", "gt_fake_minilm")
    monkeypatch.setattr("codeqa.embed.minilm.PACKAGE", "gt_fake_minilm")
    with pytest.raises(CodeqaError, match=r"needs the extra codeqa\[minilm\]") as caught:
        index(root, "minilm")
    assert "pip install 'codeqa[minilm]'" in caught.value.hint
    (tmp_path / "site").mkdir()
    (tmp_path / "site/gt_fake_minilm.py").write_text(textwrap.dedent(FAKE))
    monkeypatch.syspath_prepend(tmp_path / "site")

    index(root, "minilm")
    embedding.run(spawned[0])

    assert used(root) == "minilm-384-1" and missing(root) == set()
    with Store.open(root / ".codeqa") as store:
        assert np.allclose(np.linalg.norm(store.vectors("minilm-384-1").matrix(), axis=1), 1)
    with project(root) as opened:
        assert opened.search("turn an order into a refund") and opened.notices() == []


def test_the_fake_stands_for_the_package_that_the_extra_names() -> None:
    import tomllib

    from codeqa.embed import minilm

    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert extras["minilm"][0].startswith(minilm.PACKAGE.replace("_", "-"))


# --------------------------------------------------------------------------------------------------------- command line


def test_the_command_line_chooses_and_shows(root: Path, server: OllamaServer, codeqa: RunCodeqa) -> None:
    assert codeqa("index", "--repo", root).returncode == 0
    done = codeqa("index", "--repo", root, "--embedder", OLLAMA)
    assert done.returncode == 0, done.stderr
    wait_for(lambda: used(root).startswith("ollama-"))
    state = json.loads(codeqa("status", "--repo", root, "--json").stdout)["embedding"]
    assert state["chosen"] == OLLAMA and state["done"] == state["total"] == len(FILES) and state["next"] == ""
    assert "embedder   ollama:nomic-embed-text" in codeqa("status", "--repo", root).stdout
    assert "nomic-embed-text at http://127.0.0.1" in codeqa("doctor", "--repo", root).stdout

    server.stop()
    searched = codeqa("search", "turn an order into a refund", "--repo", root)
    assert searched.returncode == 0 and searched.stdout and "searched by words alone" in searched.stderr
    failed = codeqa("index", "--repo", root, "--embedder", "ollama:all-minilm:l6")
    assert failed.returncode == 5 and "does not answer" in failed.stderr and "hint" in failed.stderr
    assert codeqa("doctor", "--repo", root).returncode == 1
    wrong = codeqa("index", "--repo", root, "--embedder", "word2vec")
    assert wrong.returncode == 2 and "static, lsa, minilm, ollama:MODEL or none" in wrong.stderr


def test_a_remote_server_needs_the_users_own_word(
    root: Path, codeqa: RunCodeqa, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLLAMA_HOST", "http://192.0.2.1:11434")
    refused = codeqa("index", "--repo", root, "--embedder", OLLAMA)
    assert refused.returncode == 2 and "model.remote" in refused.stderr
    assert codeqa("index", "--repo", root).returncode == 0, "who uses no server need not set one right"
    monkeypatch.setenv("CODEQA_INDEX_EMBEDDER", OLLAMA)
    searched = codeqa("search", "order", "--repo", root)
    assert searched.returncode == 0 and searched.stdout and "not this machine" in searched.stderr
