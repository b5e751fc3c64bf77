"""Nothing of a repository, a model, a trace or an argument commands the terminal, whatever command shows it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest

from codeqa.cli import main
from codeqa.project import Project
from tests import hostile
from tests.conftest import ROOT
from tests.ollama_server import OllamaServer
from tests.payloads import MARKER, PAYLOADS
from tests.pseudo import Pseudo
from tests.strict import ENDS, LINES, foreign, shown

MANY = ROOT / "tests" / "many.py"
ENDED = re.compile(r"@@ (?:\d+|ended -?\d+) @@")
AT_ONCE = 24  # payloads in one argument


@dataclass(frozen=True)
class Scene:
    """What the commands meet."""

    root: Path
    server: OllamaServer
    folder: Path
    trace: str
    environ: dict[str, str]


def said(count: int = AT_ONCE) -> list[str]:
    """Return all payloads as arguments, several in each; no argument can hold a NUL or half of a pair."""
    texts = [payload.text.replace("\0", "") for payload in PAYLOADS]
    return [" ".join(texts[at : at + count]) for at in range(0, len(texts), count)]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("hostile")
    root = hostile.repository(folder)
    (root / "codeqa.toml").write_text(hostile.settings(PAYLOADS[90:96]))
    with Project.open(root, environ={}) as project:
        for _ in project.update():
            pass
        last: Any = None
        for question in ("who calls catalogue", "what does catalogue do"):
            *_, last = project.ask(question, conversation="newest" if last else None)
    answer = last.answer.to_json()
    trace = answer["trace"].partition(":")[0]
    _poison_trace(root / ".codeqa" / "traces" / f"{trace}.jsonl")
    one = json.loads(json.dumps(answer))
    (folder / "answer.json").write_text(json.dumps(hostile.poisoned(one, PAYLOADS)))
    records = [{"question": f"who calls catalogue {p.text}", "must": [p.text], "id": p.text} for p in PAYLOADS[60:61]]
    (folder / "questions.jsonl").write_text("".join(json.dumps(each) + "\n" for each in records))
    (folder / "config" / "codeqa").mkdir(parents=True)
    (folder / "config" / "codeqa" / "config.toml").write_text(hostile.settings(PAYLOADS[120:123]))
    (folder / "keys" / "codeqa").mkdir(parents=True)
    (folder / "keys" / "codeqa" / "config.toml").write_text(hostile.keys(PAYLOADS[123:126]))
    environ = {
        "XDG_CONFIG_HOME": str(folder / "none"),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "EDITOR": PAYLOADS[40].one_line,
        "PYTHONPATH": str(ROOT),
    }
    with hostile.server(models=PAYLOADS[::5]) as server:  # each that is listed is asked about
        yield Scene(root, server, folder, trace, environ)


def _poison_trace(path: Path) -> None:
    head, *turns = path.read_text().splitlines()
    turns = [json.dumps(hostile.poisoned(json.loads(turn), PAYLOADS[n:])) for n, turn in enumerate(turns)]
    path.write_text("\n".join([head, *turns]) + "\n")


Arguments = list[list[str]]
ONE = PAYLOADS[41].text
RUNS: dict[str, Callable[[Scene], Arguments]] = {
    "ask": lambda s: [
        ["ask", "who calls catalogue", "--steps", "--no-ask"],
        ["ask", "who calls catalogue", "--diagram", "text", "-c"],
        ["ask", "who calls catalogue", "--diagram", "mermaid", "--no-trace"],
        ["ask", "what does minified do"],
        *(["ask", "--no-ask", "--no-trace", f"who calls {each}"] for each in said()[:4]),
        ["ask", "how does run_EV010 reach catalogue", "--steps", "--model", "evil:1b", "--host", s.server.url],
        ["ask", "who calls catalogue", "--model", ONE, "--host", s.server.url],
        ["ask", "who calls catalogue", "--require-model", "--model", f"not {ONE}", "--host", s.server.url],
        ["ask", "who calls catalogue", "--model", "m", "--host", f"http://{ONE}"],
        ["ask", "--conversation", ONE, "who calls catalogue"],
    ],
    "tui": lambda s: [["tui", "--repo", f"/nowhere/{ONE}"], ["tui", "--keys"], ["tui", "--keys", "--theme", ONE]],
    "plan": lambda s: [["plan", f"who calls catalogue and {each}"] for each in said()[:3]],
    "query": lambda s: [
        ["query", 'find("catalogue") | callers', "--limit", "500"],
        *(["query", f"find({json.dumps(each)}) | {each}"] for each in said()[3:5]),
    ],
    "search": lambda s: [
        ["search", "catalogue", "--limit", "50", "--explain"],
        *(["search", each, "--limit", "30"] for each in said()[::3]),
    ],
    "symbol": lambda s: [
        ["symbol", "catalogue"],
        ["symbol", "minified"],
        *(["symbol", f"run_{payload.marker}"] for payload in PAYLOADS[30:40]),
        *(["symbol", each] for each in said()[:2]),
    ],
    "callers": lambda s: [["callers", "catalogue", "--limit", "500"], ["callers", ONE]],
    "callees": lambda s: [["callees", "run_EV050"], ["callees", f"users/{PAYLOADS[50].file_name}.py"]],
    "path": lambda s: [["path", "run_EV051", "catalogue"], ["path", ONE, "catalogue"]],
    "impact": lambda s: [["impact", "catalogue", "--limit", "500"]],
    "verify": lambda s: [
        ["verify", str(s.folder / "answer.json")],
        ["verify", str(s.folder / ONE)],
        ["verify", str(s.root / "docs" / "guide.md")],
    ],
    "graph export": lambda s: [
        ["graph", "export"],
        ["graph", "export", "--defs", "-", "--all"],
        ["graph", "export", "--edges", str(s.folder / ONE.replace("/", "")), "--defs", str(s.folder / "defs")],
        ["graph", "export", "--edges", f"/nowhere/{ONE}"],
    ],
    "trace list": lambda s: [["trace", "list"]],
    "trace show": lambda s: [["trace", "show"], ["trace", "show", s.trace, "--prompts"], ["trace", "show", ONE]],
    "trace label": lambda s: [
        ["trace", "label", f"{s.trace}:{1 + n % 2}", "bad", each] for n, each in enumerate(said())
    ],
    "trace export": lambda s: [
        ["trace", "export", "--all"],
        ["trace", "export", s.trace, "--output", f"/nowhere/{ONE}"],
    ],
    "trace replay": lambda s: [
        ["trace", "replay", f"{s.trace}:1", "--planner"],
        ["trace", "replay", s.trace, "--model", ONE],
        ["trace", "replay", ONE, "--prompts", f"/nowhere/{ONE}", "--keep"],
    ],
    "index": lambda s: [
        ["index", str(s.root), "--embedder", ONE],
        ["index", str(s.root)],
        ["index", f"/nowhere/{ONE}"],
    ],
    "enrich": lambda s: [["enrich", "--model", "evil:1b", "--limit", "4"], ["enrich", "--model", ONE, "--limit", "1"]],
    "status": lambda s: [["status"]],
    "exam": lambda s: [["exam", "--questions", "3", "--show-wrong"]],
    "eval run": lambda s: [
        [
            *("eval", "run", "--model", "evil:1b", "--host", s.server.url),
            *("--questions", str(s.folder / "questions.jsonl"), "--markdown", str(s.folder / "r.md")),
        ],
        ["eval", "run", "--questions", str(s.folder / "answer.json")],
    ],
    "languages": lambda s: [["languages"]],
    "doctor": lambda s: [["doctor"], ["doctor", "--model", ONE]],
    "completion": lambda s: [["completion", shell] for shell in ("bash", "zsh", "fish")] + [["completion", ONE]],
}


def commands(command: click.Command = main, name: str = "") -> Iterator[str]:
    """Yield the names of all commands that do something."""
    if isinstance(command, click.Group):
        for each in command.list_commands(click.Context(command)):
            below = command.get_command(click.Context(command), each)
            assert below is not None
            yield from commands(below, f"{name} {each}".strip())
    else:
        yield name


def runs(scene: Scene, *, as_json: bool) -> list[dict[str, Any]]:
    """Return all command lines, in an order in which none takes away what another shows."""
    found: list[dict[str, Any]] = []
    host = {"OLLAMA_HOST": scene.server.url}
    for each in (arguments for make in RUNS.values() for arguments in make(scene)):
        without = each[0] == "completion" or (each[0] == "tui" and "--keys" not in each)
        more = ["--json"] if as_json and not without else []
        quick = ["--no-update"] if each[0] in ("search", "symbol", "plan") else []
        found.append({"args": [*each, *quick, *more], "env": host})
    found += [{"args": [name, "--help"]} for name in ("ask", "trace", "eval")] + [{"args": ["--help"]}]
    found += [{"args": [ONE]}, {"args": ["ask", f"--{ONE}"]}, {"args": ["ask", "--context", ONE, "x"]}]
    found.append({"args": ["tui", "--keys"], "env": {"XDG_CONFIG_HOME": str(scene.folder / "keys")}})
    found.append({"args": ["status"], "env": {"XDG_CONFIG_HOME": str(scene.folder / "config")}})
    found.append({"args": ["status"], "env": {"CODEQA_SEARCH_LIMIT": ONE, f"CODEQA_{ONE}": ONE, "CODEQA_DEBUG": "1"}})
    found.append({"args": ["symbol", PAYLOADS[70].text], "env": {"CODEQA_DEBUG": "1"}})
    found.append({"args": ["search", "catalogue", "--color"]})
    found.append(
        {"args": [], "env": {"_CODEQA_COMPLETE": "bash_complete", "COMP_WORDS": f"codeqa ask {ONE}", "COMP_CWORD": "2"}}
    )
    return found


def test_every_command_is_run() -> None:
    assert set(RUNS) == set(commands())


def test_at_a_terminal_no_command_writes_what_is_not_ours(scene: Scene) -> None:
    """All that they write to both streams, and each payload is seen in it."""
    given = runs(scene, as_json=False)
    file = scene.folder / "runs.json"
    file.write_text(json.dumps(given))

    with Pseudo(str(file), program=MANY, cwd=scene.root, environ=scene.environ, size=(120, 40)) as screen:
        code = screen.ended(240)

    assert code == 0, screen.output[-2000:]
    assert foreign(screen.output, LINES) == []
    written = shown(screen.output, LINES)
    assert len(ENDED.findall(written)) == 2 * len(given)
    assert "@@ ended 99 @@" not in written
    seen = set(MARKER.findall(written))
    assert {payload.marker for payload in PAYLOADS} <= {f"EV{number}" for number in seen}


def test_json_is_json_and_neither_stream_of_a_pipe_has_what_is_not_ours(scene: Scene) -> None:
    given = runs(scene, as_json=True)
    file, folder = scene.folder / "runs.json", scene.folder / "written"
    folder.mkdir()
    file.write_text(json.dumps(given))

    subprocess.run(
        [sys.executable, str(MANY), str(file), str(folder)],
        cwd=scene.root,
        env={**os.environ, **scene.environ},
        stdin=subprocess.DEVNULL,
        check=True,
    )

    for number, run in enumerate(given):
        code, out, err = ((folder / f"{number}.{end}").read_bytes() for end in ("code", "out", "err"))
        assert (foreign(out, ENDS), foreign(err, ENDS)) == ([], []), run
        assert code in (b"0", b"1", b"2", b"3", b"4", b"5"), (code, run)
        if "--json" in run["args"]:
            assert out.isascii(), run
            for line in out.splitlines():
                json.loads(line)
        if "--color" not in run["args"]:
            assert b"\x1b" not in out + err
    assert foreign((scene.folder / "r.md").read_bytes(), ENDS) == []
