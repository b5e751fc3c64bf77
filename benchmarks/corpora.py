"""The repositories that are measured: source packages from PyPI, pinned by hash, unpacked into a cache."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click


@dataclass(frozen=True, slots=True)
class Corpus:
    """A source package, and what is asked of it. `edited` is the file that the update measurements change."""

    name: str
    version: str
    sha256: str
    edited: str
    queries: tuple[str, ...]
    questions: tuple[str, ...]


CORPORA = {
    "flask": Corpus(
        name="flask",
        version="3.1.0",
        sha256="5f873c5184c897c8d9d1b05df1e3d01b14910ce69607a117bd3277098a5836ac",
        edited="src/flask/sessions.py",
        queries=("session cookie", "url_for", "register a blueprint", "teardown functions", "load config from file"),
        questions=(
            "who calls full_dispatch_request",
            "how does Flask.wsgi_app reach dispatch_request",
            "what breaks if I change get_send_file_max_age",
            "which classes inherit from SessionInterface",
            "where is url_for defined",
            "what does Blueprint.register do",
        ),
    ),
    "django": Corpus(
        name="django",
        version="5.2",
        sha256="1a47f7a7a3d43ce64570d350e008d2949abe8c7e21737b351b6a1611277c6d89",
        edited="django/utils/text.py",
        queries=("template loader cache", "QuerySet", "hash a password", "run migrations", "parse the cookie header"),
        questions=(
            "who calls get_wsgi_application",
            "how does QuerySet.get reach execute_sql",
            "what breaks if I change slugify",
            "which classes inherit from BaseCommand and override handle",
            "where is Paginator defined",
            "which tests cover make_password",
        ),
    ),
}


def fetch(corpus: Corpus, cache: Path) -> Path:
    """Return the folder of the unpacked source package, downloading it with pip if the cache lacks it.

    Raises:
        click.ClickException: pip could not get the package, or its bytes are not the pinned ones.
    """
    folder = cache / "sources" / f"{corpus.name}-{corpus.version}"
    if not folder.is_dir():
        with TemporaryDirectory(prefix="codeqa-benchmark-") as scratch:
            unpacked = _unpack(_download(corpus, Path(scratch)))
            folder.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(unpacked, folder)
    return folder


def fresh_copy(source: Path, work: Path) -> Path:
    """Copy a repository into `work`, without an index, so that the measurements may change it."""
    target = work / source.name
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns(".codeqa"))
    return target


def _download(corpus: Corpus, scratch: Path) -> Path:
    requirement = scratch / "requirement.txt"
    requirement.write_text(f"{corpus.name}=={corpus.version} --hash=sha256:{corpus.sha256}\n")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--require-hashes", "--no-deps"]
    command += ["--no-binary", corpus.name, "--dest", str(scratch), "--requirement", str(requirement)]
    if subprocess.run(command, check=False).returncode:
        raise click.ClickException(f"pip could not download the source package of {corpus.name} {corpus.version}")
    return next(scratch.glob("*.tar.gz"))


def _unpack(archive: Path) -> Path:
    target = archive.parent / "unpacked"
    with tarfile.open(archive) as members:
        members.extractall(target, filter="data")
    return next(target.iterdir())
