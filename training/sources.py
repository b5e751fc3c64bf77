"""Fetch and unpack the sources of `sources.tsv` with the registries' own clients, and check what arrives.

A row without a version takes the newest one, and `--pin` writes what came into the list: version and sha256. Debian
sources need `deb-src` lines (APT_CONFIG may name a configuration that has them). Nothing that is fetched is run.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

LIST = Path(__file__).with_name("sources.tsv")
HEADER = "# registry\tname\tversion\tlicence\tlanguages\tsplit\tsha256"


class Source(NamedTuple):
    """A row of the list."""

    registry: str  # pypi | npm | debian (sources) | deb (packages that hold sources)
    name: str
    version: str
    licence: str
    languages: str  # what is mined of it, comma-separated
    split: str  # train | held-out
    sha256: str  # of the archive

    @property
    def folder(self) -> str:
        return re.sub(r"\W+", "-", f"{self.registry}-{self.name}")


def read_list(path: Path = LIST) -> list[Source]:
    """Return the rows of the list."""
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return [Source(*(line.split("\t") + [""] * 7)[:7]) for line in lines]


def fetch(source: Source, into: Path) -> Path:
    """Download the archive of a source unless it is there, and return its path."""
    folder = into / "archives" / source.folder
    folder.mkdir(parents=True, exist_ok=True)
    if not any(folder.iterdir()):
        subprocess.run(_command(source), cwd=folder, check=True, capture_output=True)
    archives = sorted(path for path in folder.iterdir() if _is_source(path.name))
    if not archives:
        raise RuntimeError(f"{source.name}: no archive came")
    return archives[0]


def _command(source: Source) -> list[str]:
    named = {"pypi": "==", "npm": "@"}.get(source.registry, "=")
    name = source.name + (named + source.version if source.version else "")
    if source.registry == "pypi":
        flags = ["--no-deps", "--only-binary", ":all:", "--quiet"]  # a wheel: pip runs what builds an sdist
        return [sys.executable, "-m", "pip", "download", *flags, name]
    if source.registry == "npm":
        return ["npm", "pack", "--silent", name]
    if source.registry == "deb":
        return ["apt-get", "download", "-qq", name]
    return ["apt-get", "source", "--download-only", "-qq", name]


def _is_source(name: str) -> bool:
    return bool(re.search(r"(\.orig\.tar\.(gz|xz|bz2)|\.tgz|\.whl|\.deb)$", name))


def version_of(source: Source, archive: Path) -> str:
    """Return the version that an archive's name, or the Debian description beside it, tells."""
    if source.registry == "deb":
        return archive.name.split("_")[1].replace("%3a", ":")
    if source.registry == "debian":
        description = next(archive.parent.glob("*.dsc")).read_text()
        return re.findall(r"^Version: (\S+)", description, re.MULTILINE)[0]
    return re.findall(r"-v?(\d[^-]*?)(?:\.tgz|-[^-]+-[^-]+-[^-]+\.whl)$", archive.name)[0]


def unpack(archive: Path, target: Path) -> Path:
    """Unpack plain files of an archive, with nothing that leads outside of the target."""
    if not target.exists():
        partial = target.with_suffix(".partial")
        partial.mkdir(parents=True, exist_ok=True)
        if archive.suffix == ".deb":
            subprocess.run(["dpkg-deb", "-x", archive, partial], check=True)
        elif archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as file:
                file.extractall(partial)
        else:
            with tarfile.open(archive) as file:
                file.extractall(partial, members=_plain(file), filter="data")
        partial.rename(target)
    return target


def _plain(file: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    return (member for member in file if member.isfile() and member.size < 2_000_000)


def main() -> None:
    """Fetch everything, check the hashes, and pin what had none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path, help="folder for archives and sources: some GB, never in a commit")
    parser.add_argument("--pin", action="store_true", help="write versions and hashes into the list")
    arguments = parser.parse_args()
    rows: list[Source] = []
    failed = 0
    for source in read_list():
        try:
            archive = fetch(source, arguments.work)
            digest = hashlib.sha256(archive.read_bytes()).hexdigest()
            if source.sha256 not in ("", digest):
                raise RuntimeError(f"{source.name}: sha256 is {digest}, the list says {source.sha256}")
            unpack(archive, arguments.work / "sources" / source.folder)
            rows.append(source._replace(version=version_of(source, archive), sha256=digest))
        except (RuntimeError, OSError, IndexError, StopIteration, tarfile.TarError, subprocess.CalledProcessError) as e:
            detail = e.stderr.decode(errors="replace")[-300:] if isinstance(e, subprocess.CalledProcessError) else ""
            sys.stderr.write(f"{source.name}: {e} {detail}\n")
            rows.append(source)
            failed += 1
    if arguments.pin:
        LIST.write_text("\n".join([HEADER, *("\t".join(row) for row in rows)]) + "\n")
    sys.stderr.write(f"{len(rows) - failed} sources, {failed} failed\n")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
