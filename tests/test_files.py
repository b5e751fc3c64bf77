"""The tree below a root: real files, real links, real FIFOs."""

from __future__ import annotations

import os
import re
import socket
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codeqa.config import FileSettings
from codeqa.domain import CodeqaError, UnreadableRoot
from codeqa.files import Skip, Source, access, find_root, read, read_span, role, scan

DEFAULT = FileSettings()
NAMES = st.sampled_from(["a", "b", "ab", "aa", "a.py", "b.pyc", "c", "x y", "#d", "-"])
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)


def tree(root: Path, files: Mapping[str, str | bytes]) -> Path:
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text if isinstance(text, bytes) else text.encode())
    return root


def listed(root: Path, settings: FileSettings = DEFAULT) -> list[str]:
    return [file.path for file in scan(root, settings).files]


def data_of(root: Path, path: str, settings: FileSettings = DEFAULT) -> bytes:
    source = read(root, path, settings)
    assert isinstance(source, Source), source
    return source.data


def grow(root: Path, paths: set[str]) -> None:
    """Make the files that can be made: a name may already be a folder, or the other way round."""
    for path in sorted(paths):
        target = root / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.touch()
        except OSError:
            continue


def test_a_scan_lists_files_with_their_stat_in_order_of_path(tmp_path: Path) -> None:
    tree(tmp_path, {"b.py": "b", "a/z.py": "zz", "a.py": "a", "a/b/c.py": "ccc"})
    found = scan(tmp_path, DEFAULT)
    assert [file.path for file in found.files] == ["a.py", "a/b/c.py", "a/z.py", "b.py"]
    seen = (tmp_path / "a/b/c.py").lstat()
    assert found.files[1].size == 3
    assert (found.files[1].mtime_ns, found.files[1].inode) == (seen.st_mtime_ns, seen.st_ino)
    assert not found.skipped
    assert not found.warnings


# ------------------------------------------------------------------------------------------------------------ hostility


def test_links_are_neither_followed_nor_read(tmp_path: Path) -> None:
    tree(tmp_path, {"out/secret.py": "x", "root/a.py": "", "root/d/b.py": ""})
    root = tmp_path / "root"
    links = {"out.py": "../out/secret.py", "out": "../out", "in.py": "a.py", "in": "d", "loop": "loop"}
    for name, target in links.items():
        (root / name).symlink_to(target)
    (root / "d/up").symlink_to("..")
    found = scan(root, DEFAULT)
    assert [file.path for file in found.files] == ["a.py", "d/b.py"]
    assert found.skipped == dict.fromkeys([*links, "d/up"], Skip.SYMLINK)


@pytest.fixture(params=["kernel", "stepwise"])
def opener(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Both ways of opening: openat2 where there is one, and component by component."""
    if request.param == "stepwise":
        monkeypatch.setattr(access, "_has_openat2", lambda: False)
    yield request.param


@pytest.mark.usefixtures("opener")
def test_read_never_leaves_the_root(tmp_path: Path) -> None:
    tree(tmp_path, {"out/s.py": "x", "root/a.py": "a", "root/d/b.py": "b"})
    root = tmp_path / "root"
    (root / "up").symlink_to("..")
    (root / "d2").symlink_to("d")
    (root / "s.py").symlink_to("../out/s.py")
    (root / "abs").symlink_to(tmp_path / "out")
    assert data_of(root, "d/b.py") == b"b"
    for path in ["up/out/s.py", "d2/b.py", "abs/s.py"]:
        assert read(root, path, DEFAULT) is Skip.SYMLINK, path
    assert read(root, "s.py", DEFAULT) is Skip.SYMLINK
    outside = str(tmp_path / "out/s.py")
    for path in ["../out/s.py", "d/../../out/s.py", outside, "", ".", "./a.py", "d//b.py", "a.py\0", "d/"]:
        assert read(root, path, DEFAULT) is Skip.UNREADABLE, path
        with pytest.raises(CodeqaError):
            read_span(root, path, 0, 10)


@pytest.mark.usefixtures("opener")
def test_the_open_itself_refuses_links(tmp_path: Path) -> None:
    """The check before it can be overtaken by a change; the open cannot."""
    tree(tmp_path, {"out/s.py": "x", "root/d/b.py": "b"})
    (tmp_path / "root/s.py").symlink_to("../out/s.py")
    (tmp_path / "root/up").symlink_to("../out")
    for path in ["s.py", "up/s.py"]:
        with pytest.raises(OSError, match="symbolic links"):
            access.open_beneath(tmp_path / "root", path)
    os.close(access.open_beneath(tmp_path / "root", "d/b.py"))


@pytest.mark.usefixtures("opener")
def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    tree(tmp_path, {"a/b/c.py": "x", "big": "x" * 2_000})
    (tmp_path / "link").symlink_to("a")
    read(tmp_path, "a/b/c.py", DEFAULT)
    before = len(os.listdir("/dev/fd"))
    for path in ["a/b/c.py", "link/b/c.py", "a/none/c.py", "big", "a", "none"]:
        read(tmp_path, path, FileSettings(max_file_bytes=1_000))
    assert len(os.listdir("/dev/fd")) == before


def test_what_is_no_file_is_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    server = socket.socket(socket.AF_UNIX)
    here = os.getcwd()
    os.chdir(tmp_path)  # a socket's path is short
    try:
        server.bind("sock.py")
    finally:
        os.chdir(here)
        server.close()
    found = scan(tmp_path, DEFAULT)
    assert found.skipped == dict.fromkeys(["pipe.py", "sock.py"], Skip.NOT_REGULAR)
    assert read(tmp_path, "pipe.py", DEFAULT) is Skip.NOT_REGULAR
    assert read(tmp_path, "sock.py", DEFAULT) is Skip.NOT_REGULAR


def test_a_pipes_writer_is_left_waiting(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.py"
    os.mkfifo(pipe)
    met = threading.Event()

    def write() -> None:
        descriptor = os.open(pipe, os.O_WRONLY)  # returns once somebody opens the other end
        met.set()
        os.close(descriptor)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(20):
            read(tmp_path, "pipe.py", DEFAULT)
        assert not met.wait(0.1)
    finally:
        os.close(os.open(pipe, os.O_RDONLY))
        writer.join()


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "d.py").mkdir()
    assert read(tmp_path, "d.py", DEFAULT) is Skip.NOT_REGULAR


def test_an_ignore_file_that_is_a_pipe_or_a_link_does_not_stop_the_scan(tmp_path: Path) -> None:
    tree(tmp_path, {"a.py": "", "d/b.py": "", ".git/info/x": "", "e/c.py": ""})
    os.mkfifo(tmp_path / ".gitignore")
    os.mkfifo(tmp_path / ".git/info/exclude")
    os.mkfifo(tmp_path / "e/.git")
    (tmp_path / "d/.gitignore").symlink_to("/dev/zero")
    found = scan(tmp_path, DEFAULT)
    assert [file.path for file in found.files] == ["a.py", "d/b.py", "e/c.py"]
    told = " ".join(found.warnings)
    assert ".gitignore: not read (not a regular file)" in told
    assert "d/.gitignore: not read (symlink)" in told
    assert ".git/info/exclude: not read" in told


def test_an_enormous_ignore_file_is_not_read(tmp_path: Path) -> None:
    tree(tmp_path, {".gitignore": "a.py\n" + "#" * 300_000, "a.py": ""})
    found = scan(tmp_path, DEFAULT)
    assert [file.path for file in found.files] == [".gitignore", "a.py"]
    assert found.warnings == [".gitignore: not read (too large)"]


def test_names_that_are_not_utf8_are_told_and_never_stored(tmp_path: Path) -> None:
    (tmp_path / "good-é.py").touch()
    raw = os.fsencode(tmp_path)
    os.close(os.open(raw + b"/bad-\xff.py", os.O_CREAT))
    os.mkdir(raw + b"/dir-\xfe")
    os.close(os.open(raw + b"/dir-\xfe/a.py", os.O_CREAT))
    found = scan(tmp_path, DEFAULT)
    assert [file.path for file in found.files] == ["good-é.py"]
    assert set(found.skipped) == {"bad-\\xff.py", "dir-\\xfe"}
    assert set(found.skipped.values()) == {Skip.BAD_NAME}
    for path in [*found.skipped, *found.warnings]:
        path.encode()


def test_a_folder_that_cannot_be_read_is_a_warning_and_the_rest_goes_on(tmp_path: Path) -> None:
    """Permissions do not stop the superuser; a path longer than the system takes stops everyone."""
    tree(tmp_path, {"a.py": "", "z/b.py": ""})
    descriptor = os.open(tmp_path, os.O_RDONLY)
    for _ in range(25):
        os.mkdir("n" * 200, dir_fd=descriptor)
        below = os.open("n" * 200, os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = below
    os.close(descriptor)
    found = scan(tmp_path, DEFAULT)
    assert [file.path for file in found.files] == ["a.py", "z/b.py"]
    assert len(found.warnings) == 1
    assert re.search(r"not read \(File name too long\)", found.warnings[0])


def test_a_root_that_cannot_be_read_is_an_error_with_a_hint(tmp_path: Path) -> None:
    tree(tmp_path, {"file.py": ""})
    for root, words in [("none", "does not exist"), ("file.py", "is not a folder"), ("x" * 300, "cannot be read")]:
        with pytest.raises(UnreadableRoot, match=words) as caught:
            scan(tmp_path / root, DEFAULT)
        assert caught.value.hint


@given(paths=st.sets(PATHS, min_size=1, max_size=8), links=st.dictionaries(NAMES, PATHS | st.just(".."), max_size=4))
@settings(max_examples=50, deadline=None)
def test_every_path_of_a_scan_is_a_file_inside_the_root(
    tmp_path_factory: pytest.TempPathFactory, paths: set[str], links: dict[str, str]
) -> None:
    root = tmp_path_factory.mktemp("inside")
    for name, target in links.items():
        (root / name).symlink_to(target)
    grow(root, paths)
    for path in listed(root):
        assert (root / path).resolve() == root.resolve() / path
        assert isinstance(read(root, path, DEFAULT), Source)


# ---------------------------------------------------------------------------------------------------------------- roles


GLOBS = ["test_*.py", "*_test.py", "tests/**", "conftest.py"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("src/app.py", ""),
        ("test_app.py", "test"),
        ("pkg/app_test.py", "test"),
        ("pkg/tests/data/helper.py", "test"),
        ("pkg/tests.py", ""),
        ("latest/app.py", ""),
        ("a/conftest.py", "test"),
        ("examples/demo/tests/test_x.py", "test"),
        ("examples/run.py", "example"),
        ("docs/conf.py", "docs"),
        ("README.md", "docs"),
        ("vendor/github.com/x/tests/test_a.py", "vendored"),
        ("pkg/_vendor/six.py", "vendored"),
        ("third_party/a.c", "vendored"),
        ("vendor.py", ""),
        ("api/api_pb2.py", "generated"),
        ("src/generated/api.ts", "generated"),
    ],
)
def test_role_of_a_path(path: str, expected: str) -> None:
    assert role(path, GLOBS) == expected


def test_without_globs_a_folders_name_tells_tests() -> None:
    assert role("spec/a.rb") == "test"
    assert role("test_a.rb") == ""


# ----------------------------------------------------------------------------------------------------------------- root


def test_the_root_is_the_nearest_marked_folder(tmp_path: Path) -> None:
    tree(tmp_path, {"repo/.git/HEAD": "", "repo/a/b/c.py": "", "repo/sub/.codeqa/index.db": "", "repo/sub/x/y.py": ""})
    tree(tmp_path, {"worktree/.git": "gitdir: elsewhere\n", "worktree/a/b.py": ""})
    assert find_root(tmp_path / "repo/a/b") == tmp_path / "repo"
    assert find_root(tmp_path / "repo/a/b/c.py") == tmp_path / "repo"
    assert find_root(tmp_path / "repo/sub/x") == tmp_path / "repo/sub"
    assert find_root(tmp_path / "worktree/a") == tmp_path / "worktree"


def test_without_a_mark_the_root_is_where_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    assert find_root(tmp_path / "a/b") == tmp_path / "a/b"
    monkeypatch.chdir(tmp_path / "a")
    assert find_root(Path("b")) == tmp_path / "a/b"
