"""Questions about public repositories that no set asks about, with places that nobody had to judge.

`python -m benchmarks.questions --clones FOLDER --out FOLDER` takes six repositories at pinned commits and writes
`questions.jsonl` and `checkouts/`, for `python -m benchmarks.retrieval`. There are two kinds of question:

- `doc`: the first sentence of a function's doc comment. That comment is blanked in the checkout, which keeps its lines.
- `commit`: the subject of a later commit that changed one to three of the functions which the checkout has.

Everything is drawn by hash, so the same commits give the same questions. None of these repositories is in an evaluation
set, none among the sources that the embedding was trained on.
"""

from __future__ import annotations

import ast
import io
import json
import re
import shutil
import subprocess
import tarfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import click

from codeqa import files, languages
from codeqa.domain import Definition, Facts
from codeqa.parse import parse

EACH = 40  # questions of each kind and repository, where there are so many
WORDS = range(5, 31)
MOST_CHANGED = 3  # functions of a commit


class Repository(NamedTuple):
    """One repository: what is searched is its tree at `commit`; the subjects are of what came after, up to `until`."""

    name: str
    language: str
    commit: str
    until: str

    @property
    def folder(self) -> str:
        return self.name.replace("/", "+")


REPOSITORIES = (
    Repository(
        "mkdocs/mkdocs",
        "python",
        "eb3264c63450f12a25677f8db6520771ca7d13e4",
        "2862536793b3c67d9d83c33e0dd6d50a791928f8",
    ),
    Repository(
        "typeorm/typeorm",
        "typescript",
        "3044e7a2333ab4ed08fea3c4d35c29a98e01cd37",
        "281bfba42a5813b106bcf5ba79bc7f7251bd1e73",
    ),
    Repository(
        "gofiber/fiber", "go", "8ec293b5dde5771675b8e954978df20bf7874164", "c344047e102861ac2b7f0259ea3dd3af4b03ad63"
    ),
    Repository(
        "rust-lang/mdBook",
        "rust",
        "c3ff4a512910d0acc9e9f1f63655442987445e4a",
        "0b577ebd7621372ea605956f852517bb2599b119",
    ),
    Repository(
        "google/guice", "java", "0a5b39b0ac8fb2d63134c333924c3901de2446b8", "621416a2408952eec8007e06e81f4dc21baa8ab0"
    ),
    Repository(
        "ninja-build/ninja",
        "cpp",
        "6c5e886aacd98766fe43539c2c8ae7f3ca2af2aa",
        "fc6bb98eee5a9710055cb9fe74375a6523831e28",
    ),
)

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z`'\"])|\n\s*\n|\n\s*(?=[@\\:*-])|<p>")
_INLINE = re.compile(r"\{@\w+\s+#?([^}]*)\}|\[`?([\w:.]+)`?\](?:\([^)]*\))?|</?\w+>")
_COMMENT = re.compile(r"\s*(?://|/\*|\*)")
_ATTRIBUTE = re.compile(r"\s*(?:@\w|#\[|template\s*<|\[\[)")
_TEST = re.compile(r"(?:^|\.)tests?\.")
_EMOJI = re.compile(r"^(?:[^\w\x00-\x7f]\s*)+")
_TYPE = re.compile(r"^\w+(?:\([^)]*\))?!?:\s+")  # of a conventional commit
_NUMBER = re.compile(r"\s*\(?(?:#\d+|gh-\d+)\)?\s*$", re.I)
_IDLE = re.compile(
    r"^(?:merge|revert|bump|release|chore|ci|build|style|prepare|update (?:the )?(?:dep|changelog|version))\b"
    r"|\b(?:typos?|changelogs?|lint\w*|formatt\w+|clippy|copyright|readme|docs?|documentation|comments?|tests?)\b",
    re.I,
)
_HUNK = re.compile(r"^@@ -(\d+)(?:,(\d+))? \+", re.M)


@dataclass(slots=True)
class Tree:
    """The sources of a repository's language in one checkout. A function is known by path and qualified name."""

    root: Path
    language: str
    facts: dict[str, Facts] = field(default_factory=dict)

    @classmethod
    def read(cls, root: Path, language: str) -> Tree:
        tree = cls(root, language)
        for path in sorted(root.rglob("*")):
            name = path.relative_to(root).as_posix()
            if path.is_file() and not path.is_symlink() and is_source(name, language):
                tree.facts[name] = facts_of(path.read_bytes(), language)
        return tree

    def functions(self) -> Iterator[tuple[str, Definition]]:
        """Yield every function and method, with its file."""
        for path, facts in self.facts.items():
            for definition in facts.interface.definitions:
                if definition.kind in ("function", "method") and not is_test(definition):
                    yield path, definition

    def bodies(self) -> dict[str, list[tuple[str, Definition]]]:
        """Return the functions that have a body, by qualified name."""
        found: defaultdict[str, list[tuple[str, Definition]]] = defaultdict(list)
        for path, function in self.functions():
            if "declaration" not in function.flags.split():
                found[plain(function.qualname)].append((path, function))
        return found


@click.command()
@click.option("--clones", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--each", default=EACH, show_default=True, help="Questions of each kind and repository.")
def main(clones: Path, out: Path, each: int) -> None:
    """Write the question set; what is not among the clones (OWNER+NAME) is cloned from GitHub."""
    lines: list[dict[str, Any]] = []
    for repository in REPOSITORIES:
        git = clone(repository, clones)
        root = out / "checkouts" / repository.folder
        unpack(git, repository.commit, root)
        tree = Tree.read(root, repository.language)
        made = [*from_docs(repository, tree, each), *from_commits(repository, tree, git, each)]
        lines += made
        click.echo(f"{repository.name}: {dict(Counter(line['source'] for line in made))}")
    (out / "questions.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")


def clone(repository: Repository, clones: Path) -> Path:
    """Return the git directory of a repository."""
    for known in (clones / repository.folder / "repo", clones / repository.folder):
        if known.is_dir():
            return known
    url = f"https://github.com/{repository.name}.git"
    subprocess.run(["git", "clone", "--quiet", "--bare", url, str(clones / repository.folder)], check=True)
    return clones / repository.folder


def unpack(git: Path, commit: str, root: Path) -> None:
    """Put the tree of a commit there, in place of what was there."""
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    with tarfile.open(fileobj=io.BytesIO(run(git, "archive", commit))) as members:
        members.extractall(root, filter="data")


def run(git: Path, *arguments: str) -> bytes:
    """Return what git prints."""
    return subprocess.run(["git", f"--git-dir={git}", *arguments], check=True, capture_output=True).stdout


def is_source(path: str, language: str) -> bool:
    """Whether this file is what runs: of the language, and no test, example, generated or vendored one."""
    known = languages.load()
    found = known.get(language)
    return found is not None and path.endswith(found.extensions) and not files.role(path, known.test_globs())


def is_test(function: Definition) -> bool:
    """Whether a function is of the tests that stand in the file they test."""
    return "test" in function.flags.split() or bool(_TEST.search(function.qualname))


def facts_of(data: bytes, language: str) -> Facts:
    """Return the facts of a file's bytes."""
    found = languages.load().get(language)
    assert found
    return parse(found, data)


def plain(qualname: str) -> str:
    """Return a qualified name without the numbers of twins."""
    return re.sub(r"#\d+", "", qualname)


def drawn(key: str) -> str:
    """Return what to sort by, to draw at random and always the same."""
    return sha256(key.encode()).hexdigest()


# ----------------------------------------------------------------------------------------------------------------- docs


def from_docs(repository: Repository, tree: Tree, most: int) -> list[dict[str, Any]]:
    """Make questions of doc comments, and blank those in the checkout."""
    bodies = tree.bodies()
    asked: dict[str, list[tuple[str, Definition]]] = defaultdict(list)
    for path, function in tree.functions():
        if sentence := first_sentence(function.doc, function.name):
            asked[sentence].append((path, function))
    made: list[dict[str, Any]] = []
    for sentence, at in sorted(asked.items(), key=lambda item: drawn(item[0])):
        meant = bodies.get(plain(at[0][1].qualname), [])
        if len(at) == len(meant) == 1 and blank(tree.root, *at[0], tree.language):
            made.append(question(repository, "doc", sentence, meant))
        if len(made) == most:
            break
    return made


def first_sentence(doc: str, name: str) -> str:
    """Return what a doc comment says first, without the function's own name before it; "" if that is no question."""
    text = _SENTENCE.split(doc.strip(), maxsplit=1)[0]
    text = _INLINE.sub(lambda match: match.group(1) or match.group(2) or "", text)
    text = " ".join(text.split()).strip(" .")
    first, _, rest = text.partition(" ")
    if first == name:
        text = rest
    named = re.search(rf"\b{re.escape(name)}\b", text) and not name.islower()
    return text if len(text.split()) in WORDS and not named else ""


def blank(root: Path, path: str, function: Definition, language: str) -> bool:
    """Blank the doc comment of a function, all of it or nothing; return whether it is gone."""
    data = (root / path).read_bytes()
    lines = data.decode(errors="surrogateescape").split("\n")
    before = list(lines)
    for index in docstring(data, function) if language == "python" else comment(lines, function.start_line - 1):
        lines[index] = ""
    changed = "\n".join(lines).encode(errors="surrogateescape")
    after = facts_of(changed, language).interface.definitions
    same = [one for one in after if one.qualname == function.qualname and one.start_line == function.start_line]
    if before == lines or not same or same[0].doc:
        return False
    (root / path).write_bytes(changed)
    return True


def comment(lines: Sequence[str], start: int) -> Iterator[int]:
    """Yield the comment lines right above a line, past attributes."""
    index = start - 1
    while index >= 0 and (_COMMENT.match(lines[index]) or _ATTRIBUTE.match(lines[index])):
        if _COMMENT.match(lines[index]):
            yield index
        index -= 1


def docstring(data: bytes, function: Definition) -> range:
    """Return the lines of a docstring, none if nothing else is in the body."""
    for node in ast.walk(ast.parse(data)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.lineno == function.name_line:
            first = node.body[0]
            text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            if text and len(node.body) > 1 and node.body[1].lineno > (first.end_lineno or 0):
                return range(first.lineno - 1, first.end_lineno or 0)
    return range(0)


# -------------------------------------------------------------------------------------------------------------- commits


def from_commits(repository: Repository, tree: Tree, git: Path, most: int) -> list[dict[str, Any]]:
    """Make questions of the subjects of later commits."""
    known = {(path, function.qualname): function for path, function in tree.functions()}
    span = f"{repository.commit}..{repository.until}"
    log = run(git, "log", "--no-merges", "--format=%H%x09%s", span).decode(errors="replace")
    made: dict[str, dict[str, Any]] = {}
    for line in sorted(log.splitlines(), key=drawn):
        sha, _, written = line.partition("\t")
        text = subject(written)
        if not text or text in made:
            continue
        changed = changed_functions(git, sha, repository.language)
        if 0 < len(changed) <= MOST_CHANGED and changed <= known.keys():
            places = [(path, known[path, name]) for path, name in sorted(changed)]
            made[text] = question(repository, "commit", text, places)
        if len(made) == most:
            break
    return list(made.values())


def subject(written: str) -> str:
    """Return what a commit's subject says, without its type and number; "" if it is not about what code does."""
    written = _EMOJI.sub("", written)
    if _IDLE.search(written):
        return ""
    text = _NUMBER.sub("", _TYPE.sub("", written)).strip(" .")
    return text if len(text.split()) in WORDS else ""


def changed_functions(git: Path, sha: str, language: str) -> set[tuple[str, str]]:
    """Return (path, qualified name) of the functions whose lines a commit changed; new ones are not among them."""
    patch = run(git, "show", "--format=", "-U0", "--no-renames", "--no-color", "--no-ext-diff", sha)
    found: set[tuple[str, str]] = set()
    for part in re.split(r"^diff --git ", patch.decode(errors="replace"), flags=re.M)[1:]:
        old = re.search(r"^--- a/(.*)$", part, re.M)
        if old is None or not is_source(old.group(1), language):
            continue
        definitions = facts_of(run(git, "show", f"{sha}^:{old.group(1)}"), language).interface.definitions
        for hunk in _HUNK.finditer(part):
            start, count = int(hunk.group(1)), int(hunk.group(2) or 1)
            lines = (start, start + count - 1) if count else (start, start + 1)  # nothing removed: between two lines
            found |= {(old.group(1), name) for name in touched(definitions, *lines, inserted=not count)}
    return found


def touched(definitions: Sequence[Definition], first: int, last: int, *, inserted: bool) -> Iterator[str]:
    """Yield the innermost functions that have one of these lines; an insertion must lie inside."""
    functions = [one for one in definitions if one.kind in ("function", "method")]
    if inserted:
        over = [one for one in functions if one.start_line <= first and one.end_line >= last]
    else:
        over = [one for one in functions if one.start_line <= last and one.end_line >= first]
    for one in over:
        if not any(one.start <= other.start and other.end <= one.end and other is not one for other in over):
            yield one.qualname


# ------------------------------------------------------------------------------------------------------------ questions


def question(
    repository: Repository, source: str, text: str, places: Sequence[tuple[str, Definition]]
) -> dict[str, Any]:
    """Return one line of the set."""
    paths = sorted({path for path, _ in places})
    return {
        "id": f"{repository.folder}-{source}-{drawn(text)[:10]}",
        "source": source,
        "repo": repository.name,
        "commit": repository.commit,
        "checkout": repository.folder,
        "lang": repository.language,
        "hop": "multi" if len(paths) > 1 else "single",
        "question": text,
        "gold_files": paths,
        "gold_symbol_spans": [
            {"path": path, "start": one.start_line, "end": one.end_line, "symbol": plain(one.qualname)}
            for path, one in places
        ],
    }


if __name__ == "__main__":
    main()
