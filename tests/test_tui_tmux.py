"""The full screen in a real tmux: a session from start to end, and every way to end it. `pytest -m tmux` needs tmux."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.asking import SHOP, ask
from tests.conftest import MakeRepo
from tests.ollama_server import Fault, Model, OllamaServer
from tests.tmux import AS_BEFORE, Tmux, alive, gone

pytestmark = pytest.mark.tmux

SECONDS = 2.0  # within which it is gone, whatever it was at
STUB = """#!/bin/sh
printf '%s\\n' "$@" > "$RECORD"
"""
MANY = {
    f"lib/part{n}.py": "".join(f"def f{n}_{m}(x):\n    return f{n}_{m - 1}(x)\n" for m in range(60)) for n in range(300)
}


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    """A model server that takes every chat and never answers."""
    with OllamaServer([Model("leader:1b", capabilities=("completion", "tools"), context=16_384)]) as server:
        server.fail("/api/chat", Fault.STALL)
        yield server


def test_start_ask_follow_a_citation_open_the_editor_copy_and_quit(make_repo: MakeRepo, tmp_path: Path) -> None:
    root, record, editor = make_repo(SHOP), tmp_path / "arguments", tmp_path / "vim"
    editor.write_text(STUB)
    editor.chmod(0o755)

    with Tmux(tmp_path / "tmux", cwd=root, environ={"VISUAL": str(editor), "RECORD": str(record)}) as tmux:
        before = tmux.processes()
        tmux.type("codeqa; echo left=$?\n")
        tmux.wait_for("ready", "Ask about this repository")
        assert tmux.modes()[0] == "1"
        tmux.type("who calls retry?")
        tmux.press("Enter")
        tmux.wait_for("✓ answered", "1/2  shop/retry.py:1")
        tmux.press("n")
        tmux.wait_for("2/2  shop/checkout.py")
        shown = tmux.at_rest()
        tmux.press("e")
        wait_until(record.exists)
        tmux.wait_for("2/2  shop/checkout.py")
        assert tmux.at_rest() == shown  # back where it was
        assert tmux.modes()[0] == "1"
        tmux.press("Y")
        tmux.wait_for("copied the answer")
        tmux.press("q")
        tmux.wait_for("left=0")

        assert tmux.modes() == AS_BEFORE
        assert tmux.processes() == before
        tmux.type("stty -a | tr ' ;' '\\n\\n' | grep -cx -e echo -e icanon -e isig\n")
        tmux.wait_for("\n3\n")
        assert "✓ answered" not in tmux.screen

    source = (root / "shop/checkout.py").read_text().splitlines()
    line = 1 + next(number for number, text in enumerate(source) if "return retry(" in text)
    assert record.read_text().splitlines() == [f"+{line}", f"{root}/shop/checkout.py"]


@pytest.mark.parametrize("during", ["a walk", "the index"])
@pytest.mark.parametrize("how", ["ctrl+q", "SIGTERM", "SIGHUP", "the window is closed"])
def test_it_ends_at_once_and_the_index_is_whole(
    make_repo: MakeRepo, tmp_path: Path, server: OllamaServer, how: str, during: str
) -> None:
    root = make_repo({**SHOP, **(MANY if during == "the index" else {})})
    if during == "a walk":
        ask(root, "who calls retry?")
    environ = {"OLLAMA_HOST": server.url, "CODEQA_MODEL_NAME": "leader:1b"} if during == "a walk" else {}

    with Tmux(tmp_path / "tmux", cwd=root, environ=environ) as tmux:
        tmux.type("codeqa; echo left=$?\n")
        if during == "a walk":
            tmux.wait_for("ready")
            tmux.type("who calls retry?")
            tmux.press("Enter")
            tmux.wait_for("◒ walking")
            wait_until(lambda: any(request.path == "/api/chat" for request in server.requests))
        else:
            tmux.wait_for("index: parse")
        processes = tmux.processes()
        program = processes[0]
        if how == "ctrl+q":
            tmux.press("C-q")
        elif how == "the window is closed":
            tmux.run("new-session", "-d")  # the server lives on
            tmux.run("kill-pane", "-t", "0:0.0")
        else:
            os.kill(program, signal.Signals[how])

        assert gone(processes, SECONDS), [each for each in processes if alive(each)]
        if how != "the window is closed":
            code = 0 if how == "ctrl+q" else 128 + signal.Signals[how]
            tmux.wait_for(f"left={code}")
            assert tmux.modes() == AS_BEFORE

    assert "checkout.py" in str(ask(root, "who calls retry?").citations)


def wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)
