"""Ollama's embedding models: what is asked of the server, and what becomes of its faults."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from codeqa import domain, embed
from codeqa.domain import CodeqaError, ModelUnavailable, UsageError
from codeqa.embed import ollama as module
from codeqa.embed.ollama import Ollama
from codeqa.hosts import address, is_this_machine
from tests.ollama_server import Fault, Model, OllamaServer

TEXTS = [f"text {n} about order {n % 3}" for n in range(70)]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[OllamaServer]:
    monkeypatch.setattr(module, "_PAUSE_SECONDS", 0.01)
    with OllamaServer() as running:
        yield running


def opened(server: OllamaServer, model: str = "nomic-embed-text", timeout: float = 5.0) -> Ollama:
    return Ollama(model, server.url, timeout)


def test_it_is_an_embedder(server: OllamaServer) -> None:
    embedder: domain.Embedder = opened(server)
    assert embedder.reads == "source" and embedder.dimensions == 16
    vectors = embedder.embed_chunks(TEXTS)
    assert vectors.shape == (70, 16) and vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert embedder.embed([]).shape == (0, 16)


def test_texts_go_in_batches_each_behind_the_prefix_of_its_model(server: OllamaServer) -> None:
    embedder = opened(server)
    embedder.embed_chunks(TEXTS)
    embedder.embed(["where are orders"])
    *batches, question = server.asked("/api/embed")
    assert [len(body["input"]) for body in batches] == [32, 32, 6]
    assert batches[0]["input"][0] == f"search_document: {TEXTS[0]}" and batches[0]["model"] == "nomic-embed-text"
    assert question["input"] == ["search_query: where are orders"]
    server.requests.clear()
    opened(server, "all-minilm:l6").embed(["where are orders"])
    assert server.asked("/api/embed")[-1]["input"] == ["where are orders"]


def test_the_id_names_the_space(server: OllamaServer) -> None:
    first = opened(server)
    assert embed.serves("ollama:nomic-embed-text", first.id) and first.id == opened(server).id
    assert not embed.serves("ollama:nomic-embed", first.id) and not embed.serves("ollama:all-minilm:l6", first.id)
    assert embed.load(None, first.id, embed.Server(server.url, 5)).id == first.id  # type: ignore[arg-type]
    server.models[0].digest = "0" * 64
    assert opened(server).id != first.id, "the model was pulled anew"
    with pytest.raises(CodeqaError, match="has become"):
        embed.load(None, first.id, embed.Server(server.url, 5))  # type: ignore[arg-type]


def test_without_a_digest_the_dimensions_tell_spaces_apart(server: OllamaServer) -> None:
    server.models = [Model("m:latest", dimensions=8), Model("m2:latest", dimensions=8)]
    for model in server.models:
        model.digest = ""
    small = opened(server, "m").id
    server.models[0].dimensions = 9
    assert opened(server, "m").id != small


def test_a_model_that_is_not_there_is_said_with_those_that_are(server: OllamaServer) -> None:
    with pytest.raises(CodeqaError, match="has no model bge-m3") as caught:
        opened(server, "bge-m3")
    assert "ollama pull bge-m3" in caught.value.hint and "all-minilm:l6" in caught.value.hint


BROKEN = [fault for fault in Fault if fault not in (Fault.ZERO, Fault.STALL)]


@pytest.mark.parametrize("fault", BROKEN)
def test_a_fault_that_stays_is_an_error_with_a_hint(server: OllamaServer, fault: Fault) -> None:
    embedder = opened(server)
    embedder.embed(["learn the dimensions"])
    server.fail("/api/embed", fault)
    with pytest.raises(ModelUnavailable) as caught:
        embedder.embed_chunks(TEXTS)
    assert caught.value.hint and caught.value.exit_code == 5


@pytest.mark.parametrize("path", ["/api/tags", "/api/embed"])
@pytest.mark.parametrize("fault", [Fault.ERROR, Fault.RESET, Fault.TRUNCATED, Fault.NO_JSON])
def test_a_fault_that_passes_costs_one_retry(server: OllamaServer, path: str, fault: Fault) -> None:
    server.fail(path, fault, times=1)
    assert opened(server).embed(["again"]).shape == (1, 16)
    assert len(server.asked(path)) >= 2


def test_a_server_that_stalls_is_left_after_the_timeout_and_not_asked_again(server: OllamaServer) -> None:
    embedder = opened(server, timeout=0.3)
    server.fail("/api/embed", Fault.STALL)
    with pytest.raises(ModelUnavailable, match="takes too long"):
        embedder.embed(["hello"])
    assert len(server.asked("/api/embed")) == 1


def test_a_server_that_is_down(server: OllamaServer) -> None:
    embedder = opened(server)
    server.stop()
    with pytest.raises(ModelUnavailable, match="does not answer"):
        embedder.embed(["hello"])
    with pytest.raises(ModelUnavailable, match="does not answer"):
        opened(server)
    server.restart()
    assert embedder.embed(["hello"]).shape == (1, 16)


@pytest.mark.parametrize("fault", [Fault.ERROR, Fault.NAN])
def test_one_text_that_the_server_makes_nothing_of_gets_no_direction(server: OllamaServer, fault: Fault) -> None:
    server.fail("/api/embed", fault, when=lambda body: any("text 5 " in text for text in body["input"]))
    vectors = opened(server).embed_chunks(TEXTS)
    assert vectors.shape == (70, 16) and not vectors[5].any() and np.delete(vectors, 5, 0).any(axis=1).all()


def test_zeros_stay_zeros(server: OllamaServer) -> None:
    embedder = opened(server)
    server.fail("/api/embed", Fault.ZERO)
    assert not embedder.embed(["nothing"]).any()


def test_no_redirect_and_no_proxy_is_followed(server: OllamaServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with OllamaServer() as elsewhere:
        monkeypatch.setenv("HTTP_PROXY", elsewhere.url)
        monkeypatch.setenv("ALL_PROXY", elsewhere.url)
        embedder = opened(server)
        server.redirect_to = elsewhere.url
        server.fail("/api/embed", Fault.REDIRECT)
        with pytest.raises(ModelUnavailable):
            embedder.embed(["a secret"])
        assert elsewhere.requests == []


# ------------------------------------------------------------------------------------------------------------- address


@pytest.mark.parametrize(
    ("host", "variable", "url"),
    [
        (None, "", "http://127.0.0.1:11434"),
        (None, "0.0.0.0", "http://127.0.0.1:11434"),
        (None, "0.0.0.0:8080", "http://127.0.0.1:8080"),
        (None, ":8080", "http://127.0.0.1:8080"),
        (None, "localhost:1", "http://localhost:1"),
        (None, "http://[::1]:5/base/", "http://[::1]:5/base"),
        (None, "https://127.0.0.2", "https://127.0.0.2:443"),
        ("http://127.0.0.1:9", "http://example.org", "http://127.0.0.1:9"),
    ],
)
def test_the_settings_name_the_server_or_else_the_environment(host: str | None, variable: str, url: str) -> None:
    assert address(host, {"OLLAMA_HOST": variable}) == url


@pytest.mark.parametrize(
    "host",
    [
        "example.org",
        "http://192.168.1.2:11434",
        "127.0.0.1.example.org",
        "http://127.0.0.1@example.org",
        "169.254.169.254",
    ],
)
def test_another_machine_is_refused_unless_it_is_allowed(host: str) -> None:
    for given, variable in ((host, ""), (None, host)):
        with pytest.raises(UsageError, match="not this machine") as caught:
            address(given, {"OLLAMA_HOST": variable})
        assert "model.remote" in caught.value.hint
        assert address(given, {"OLLAMA_HOST": variable}, remote=True).startswith("http://")


@pytest.mark.parametrize("host", ["file:///etc/passwd", "http://127.0.0.1:port", "127.0.0.1:99999"])
def test_what_is_no_address_is_said(host: str) -> None:
    with pytest.raises(UsageError, match="is no address"):
        address(host, {})


def test_a_name_server_is_not_asked_who_this_is() -> None:
    assert is_this_machine("127.8.9.1") and is_this_machine("::1") and not is_this_machine("localhost.example.org")
