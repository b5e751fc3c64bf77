"""Pinned source packages that questions are asked about: fetched by the client of their registry, checked by hash.

Debian's come through apt, with lists of its own in a scratch folder: neither root nor a `deb-src` line of the machine
is needed, and the mirror is the one that the machine has.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codeqa.domain import Answer, Answered
from codeqa.evals import written
from codeqa.evals.written import ROLES as ROLES
from codeqa.project import Project

Package = dict[str, str]
Question = dict[str, Any]

APT = Path("/etc/apt")
SUITE = "bookworm"  # unless a package says another
_LINE = re.compile(r"deb(?:-src)?\s+(?:\[(?P<options>[^]]*)\]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)\s+(?P<components>.+)")


@dataclass(frozen=True)
class Asked:
    """The answers by the id of their question, and the folder of each package."""

    answers: dict[str, Answer]
    roots: dict[str, Path]


def ask(packages: Iterable[Package], questions: Iterable[Question], scratch: Path) -> Asked:
    """Index each package once, and ask every question about it."""
    found = Asked({}, {})
    asked = list(questions)
    for package in packages:
        root = found.roots[package["name"]] = fetch(package, scratch)
        with Project.open(root, environ={}) as project:
            for _ in project.update():
                pass
            for question in asked:
                if question["package"] == package["name"]:
                    *_, last = project.ask(question["question"])
                    assert isinstance(last, Answered)
                    found.answers[question["id"]] = last.answer
    return found


def fetch(package: Package, scratch: Path) -> Path:
    """Download one package, check its hash and unpack it; return the folder that its questions are about."""
    into = scratch / package["name"]
    into.mkdir()
    {"pypi": _pypi, "npm": _npm, "debian": _debian}[package["registry"]](package, into)
    archive = into / package["file"]
    assert archive.is_file(), f"the registry no longer has {package['file']}"
    assert hashlib.sha256(archive.read_bytes()).hexdigest() == package["sha256"]
    content = archive.read_bytes()
    if archive.suffix == ".deb":
        content = _run(["dpkg-deb", "--fsys-tarfile", archive.name], into)
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        # Python before 3.11.4 has no filters; what is unpacked has the pinned hash in any case.
        tar.extractall(into / "tree", **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    return into / "tree" / package["root"]


def _pypi(package: Package, into: Path) -> None:
    name, version = package["name"], package["version"]
    options = ["-q", "--no-deps", "--no-binary", name, "-d", "."]
    _run([sys.executable, "-m", "pip", "download", *options, f"{name}=={version}"], into)


def _npm(package: Package, into: Path) -> None:
    _run(["npm", "pack", "--silent", f"{package['name']}@{package['version']}"], into)


def _debian(package: Package, into: Path) -> None:
    """Download a binary package, or the archive of upstream's that a source package was made from."""
    options = _lists(package.get("suite", SUITE), into.parent)
    pinned = f"{package['name']}={package['version']}"
    what = ["download"] if package["file"].endswith(".deb") else ["source", "--download-only"]
    _run(["apt-get", *options, *what, pinned], into)


def _lists(suite: str, scratch: Path) -> list[str]:
    """Return the options that make apt use lists of one suite, binary and source, which lie in the scratch folder."""
    own = scratch / f"apt-{suite}"
    settings = {
        "Dir::State::lists": own / "lists",
        "Dir::Cache": own / "cache",
        "Dir::Etc::sourcelist": own / "debian.sources",
        "Dir::Etc::sourceparts": "/dev/null",
        "APT::Sandbox::User": "root",  # the scratch folder is closed to apt's own user; without root, it is ignored
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
    }
    options = ["-q", *(f"-o{name}={value}" for name, value in settings.items())]
    if not own.exists():
        (own / "lists/partial").mkdir(parents=True)
        (own / "cache/archives/partial").mkdir(parents=True)
        (own / "debian.sources").write_text(stanza(_sources(), _codename(), suite))
        _run(["apt-get", *options, "update"], own)
    return options


def stanza(sources: Iterable[tuple[str, str]], codename: str, suite: str) -> str:
    """Return a source of apt's for one suite, from the mirror that serves this machine's own.

    `sources` are (name of the file, text) of the machine's sources, in either of the two formats.
    """
    for name, text in sources:
        entries = _deb822(text) if name.endswith(".sources") else _one_line(text)
        for entry in entries:
            if codename in entry["suites"].split() and "main" in entry["components"].split():
                signed = f"Signed-By: {entry['signed-by']}\n" if entry.get("signed-by") else ""
                uri = entry["uris"].split()[0]
                return f"Types: deb deb-src\nURIs: {uri}\nSuites: {suite}\nComponents: main\n{signed}"
    raise AssertionError(f"apt's sources name no mirror of {codename}: this lane needs a Debian system")


def _deb822(text: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for block in re.split(r"\n\s*\n", "\n".join(line for line in text.splitlines() if not line.startswith("#"))):
        fields = {
            key.lower(): value.strip() for key, value in re.findall(r"^([\w-]+):[ \t]*(.*(?:\n[ \t].*)*)", block, re.M)
        }
        if {"uris", "suites", "components"} <= fields.keys() and fields.get("enabled", "yes") != "no":
            found.append(fields)
    return found


def _one_line(text: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for line in text.splitlines():
        if match := _LINE.match(line.strip()):
            signed = re.search(r"signed-by=(\S+)", match["options"] or "")
            entry = {"uris": match["uri"], "suites": match["suite"], "components": match["components"].split("#")[0]}
            found.append(entry | ({"signed-by": signed[1]} if signed else {}))
    return found


def _sources() -> list[tuple[str, str]]:
    parts = (
        *sorted(APT.glob("sources.list.d/*.sources")),
        APT / "sources.list",
        *sorted(APT.glob("sources.list.d/*.list")),
    )
    return [(path.name, path.read_text()) for path in parts if path.is_file()]


def _codename() -> str:
    release = Path("/etc/os-release")
    found = re.search(r"^VERSION_CODENAME=(\S+)", release.read_text() if release.is_file() else "", re.M)
    return found[1] if found else SUITE


def _run(command: list[str], folder: Path) -> bytes:
    """Run a client in a folder; what it said is in the failure."""
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0, f"{command[0]} {command[-1]}: {done.stderr.decode(errors='replace')[-2000:]}"
    return done.stdout


# -------------------------------------------------------------------------------------------------------------- judging


def is_right(question: Question, answer: Answer) -> bool:
    return written.grade(written.read(line(question), "1"), answer)[0] == "right"


def claimed(answer: Answer, trap: dict[str, str]) -> list[str]:
    """Return the steps of the walk that say of a namesake what is only true of the other."""
    return written.claimed(answer, trap["symbol"], trap["as"])


def line(question: Question) -> dict[str, Any]:
    """Return a question as a line of `codeqa eval run --questions`."""
    needs = {"must": question["required"]} if question["answerable"] else {"answerable": False}
    traps = {"traps": question["forbidden"]} if question["forbidden"] else {}
    return {"id": question["id"], "kind": question["kind"], "question": question["question"], **needs, **traps}


def load(path: Path) -> tuple[list[Package], list[Question]]:
    """Return the packages and the questions of one set."""
    data = json.loads(path.read_text())
    return data["packages"], data["questions"]
