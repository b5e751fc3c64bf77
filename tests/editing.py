"""A hand that edits a repository at random, as people, tools and accidents do. The same seed does the same."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

IDENTIFIER = re.compile(rb"[A-Za-z_]\w{2,}")
IMPORT = re.compile(
    rb"^\s*(?:import|from|use|mod|using|namespace|#include|export .* from|const .*require|package)\b.*$", re.M
)
TEXT = re.compile(rb"""(["'])([\w/.:<>{}-]{2,60})\1""")
JOINS = {
    ".py": [
        b'\n\n@app.route("%s")\ndef %s(request):\n    return request\n',
        b'\n\nclient.get("%s")\n%s = url_for("show_user")\n',
        b'\n\nbus.on("%s", %s)\n',
        b'\n\nsaved.send("%s", %s)\n',
        b'\n\n@pytest.fixture(name="%s")\ndef %s(reader):\n    return reader\n',
        b'\n\nMIDDLEWARE = ["%s", %s, "portal.signals.Box"]\n',
        b'\n\nrender("%s", "portal/user.html", %s)\n',
    ],
    ".js": [b'\nrouter.get("%s", %s);\n', b'\nfetch("%s"); bus.emit("late", %s);\n'],
    ".go": [b'\nfunc init() { http.HandleFunc("%s", %s) }\n'],
}
COMMENT = {".py": b"# ", ".toml": b"# ", ".yaml": b"# "}
FUNCTION = {
    ".py": b"\n\ndef %s(self, other):\n    return %s(other)\n",
    ".go": b"\nfunc %s(n int) int { return %s(n) }\n",
    ".rs": b"\npub fn %s(n: u32) -> u32 { %s(n) }\n",
    ".java": b"\nclass %s { int go(int n) { return %s(n); } }\n",
    ".js": b"\nexport function %s(n) { return %s(n); }\n",
    ".ts": b"\nexport function %s(n: number) { return %s(n); }\n",
    ".c": b"\nint %s(int n) { return %s(n); }\n",
    ".cs": b"\npublic static class %s { static int Go(int n) { return %s(n); } }\n",
    ".kt": b"\nfun %s(n: Int): Int = %s(n)\n",
    ".php": b"\nfunction %s(int $n) { return %s($n); }\n",
    ".scala": b"\nobject %s { def go(n: Int): Int = %s(n) }\n",
    ".ex": b"\ndefmodule %s do\n  def go(n), do: %s(n)\nend\n",
    ".swift": b"\nfunc %s(n: Int) -> Int { %s(n) }\n",
}
LIKE = {".mjs": ".js", ".jsx": ".js", ".tsx": ".ts", ".cc": ".c", ".cpp": ".c", ".h": ".c"}
SWITCH = [
    (".c", ".cc"),
    (".js", ".ts"),
    (".ts", ".tsx"),
    (".h", ".hpp"),
    (".py", ".txt"),
    (".js", ".mjs"),
    (".py", ".pyi"),
]
NAMES = [b"run", b"add", b"total", b"Item", b"helper", b"load"]
NEW = ["__init__.py", "index.ts", "index.js", "mod.rs", "go.mod", "Cargo.toml", "util.py", "lib.rs", "log.h", "script"]
NEW_TEXT = [
    b"",
    b"module example.org/other\n",
    b"#!/usr/bin/env python3\ndef run():\n    pass\n",
    b"def total():\n    pass\n",
]


class Editor:
    """Edits the files below `root`; `step` does one thing and says what."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root = root
        self.random = Random(seed)
        self.originals = {path.relative_to(root): path.read_bytes() for path in self.files()}
        self.edits: list[Callable[[], str]] = [
            *[self.delete_line, self.duplicate_line, self.rename, self.append, self.comment_import] * 3,
            *[self.reword, self.join] * 2,
            *[self.swap, self.restore, self.remove, self.copy, self.move, self.switch_language, self.new] * 2,
            *[
                self.empty,
                self.touch,
                self.rewrite,
                self.make_binary,
                self.ignore,
                self.link,
                self.move_folder,
                self.shuffle,
            ],
        ]

    def step(self) -> str:
        """Do one random edit."""
        return self.random.choice(self.edits)()

    def files(self) -> list[Path]:
        found = [
            Path(folder) / name
            for folder, folders, names in os.walk(self.root)
            for name in names
            if ".codeqa" not in Path(folder).parts and ".git" not in Path(folder).parts
        ]
        return sorted(path for path in found if path.is_file() and not path.is_symlink())

    def any(self) -> Path:
        files = self.files()
        return self.random.choice(files) if files else self.put(self.root / "a.py", b"x = 1\n")

    def put(self, path: Path, data: bytes) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_symlink():
            path.unlink()
        path.write_bytes(data)
        return path

    def said(self, *what: object) -> str:
        return " ".join(str(w.relative_to(self.root)) if isinstance(w, Path) else str(w) for w in what)

    # ------------------------------------------------------------------------------------------------- in one file

    def delete_line(self) -> str:
        path = self.any()
        lines = path.read_bytes().splitlines(keepends=True)
        gone = lines.pop(self.random.randrange(len(lines))) if lines else b""
        self.put(path, b"".join(lines))
        return self.said("delete line of", path, gone)

    def duplicate_line(self) -> str:
        path = self.any()
        lines = path.read_bytes().splitlines(keepends=True) or [b"\n"]
        at = self.random.randrange(len(lines))
        self.put(path, b"".join([*lines[: at + 1], *lines[at:]]))
        return self.said("duplicate line of", path, lines[at])

    def rename(self) -> str:
        """Rename an identifier throughout one file, sometimes to a name that exists."""
        path = self.any()
        data = path.read_bytes()
        words = sorted(set(IDENTIFIER.findall(data)))
        if not words:
            return self.touch()
        old = self.random.choice(words)
        new = self.random.choice([old + b"_new", self.random.choice(NAMES), self.random.choice(words)])
        self.put(path, re.sub(rb"\b%s\b" % old, new, data))
        return self.said("rename in", path, old, "to", new)

    def append(self) -> str:
        path = self.any()
        suffix = LIKE.get(path.suffix, path.suffix)
        words = IDENTIFIER.findall(self.any().read_bytes()) or [b"nothing"]
        name = self.random.choice([*NAMES, self.random.choice(words)])
        text = FUNCTION.get(suffix, b"\n%s: %s\n") % (name, self.random.choice(words))
        self.put(path, path.read_bytes() + text)
        return self.said("append to", path, text)

    def comment_import(self) -> str:
        path = self.any()
        data = path.read_bytes()
        found = list(IMPORT.finditer(data))
        if not found:
            return self.delete_line()
        at = self.random.choice(found).start()
        at += data[at] == ord("\n")
        self.put(path, data[:at] + COMMENT.get(path.suffix, b"// ") + data[at:])
        return self.said("comment out an import of", path)

    def reword(self) -> str:
        """Give a short text of a file another one's words, or words of its own."""
        path = self.any()
        data = path.read_bytes()
        found = list(TEXT.finditer(data))
        if not found:
            return self.touch()
        at = self.random.choice(found).span(2)
        others = [m[2] for m in TEXT.finditer(self.any().read_bytes())] or [b"late"]
        new = self.random.choice([self.random.choice(others), data[at[0] : at[1]] + b"x", b"/users/12", b"late"])
        self.put(path, data[: at[0]] + new + data[at[1] :])
        return self.said("reword in", path, data[at[0] : at[1]], "to", new)

    def join(self) -> str:
        """Append what names something by a text, or provides it."""
        path = self.any()
        options = JOINS.get(LIKE.get(path.suffix, path.suffix))
        if not options:
            return self.append()
        data = self.any().read_bytes()
        texts = [m[2] for m in TEXT.finditer(data)] or [b"/users/new"]
        names = IDENTIFIER.findall(data) or [b"tidy"]
        text = self.random.choice(options) % (self.random.choice(texts), self.random.choice(names))
        self.put(path, path.read_bytes() + text)
        return self.said("append a join to", path, text)

    def shuffle(self) -> str:
        path = self.any()
        blocks = path.read_bytes().split(b"\n\n")
        self.random.shuffle(blocks)
        self.put(path, b"\n\n".join(blocks))
        return self.said("shuffle the blocks of", path)

    def empty(self) -> str:
        return self.said("empty", self.put(self.any(), b""))

    def make_binary(self) -> str:
        path = self.any()
        return self.said("make binary", self.put(path, b"\0\1" + path.read_bytes()))

    def touch(self) -> str:
        path = self.any()
        os.utime(path)
        return self.said("touch", path)

    def rewrite(self) -> str:
        """Write the same bytes into another file of the same name."""
        path = self.any()
        data = path.read_bytes()
        path.unlink()
        return self.said("write the same again", self.put(path, data))

    def restore(self) -> str:
        if not self.originals:
            return self.touch()
        name = self.random.choice(sorted(self.originals))
        for folder in (self.root / name).parents:
            if folder.is_symlink() or folder.is_file():
                folder.unlink()
        if (self.root / name).is_dir():
            shutil.rmtree(self.root / name)
        return self.said("restore", self.put(self.root / name, self.originals[name]))

    # ------------------------------------------------------------------------------------------------- whole files

    def swap(self) -> str:
        one, other = self.any(), self.any()
        data = one.read_bytes()
        self.put(one, other.read_bytes())
        return self.said("swap", one, self.put(other, data))

    def remove(self) -> str:
        path = self.any()
        path.unlink()
        return self.said("remove", path)

    def copy(self) -> str:
        path = self.any()
        return self.said("copy", path, "to", self.put(self.place(path), path.read_bytes()))

    def move(self) -> str:
        path = self.any()
        data = path.read_bytes()
        path.unlink()
        return self.said("move", path, "to", self.put(self.place(path), data))

    def place(self, path: Path) -> Path:
        """Return where a file may go: another folder, another name, or both."""
        folder = self.random.choice([path.parent, self.any().parent, self.any().parent / "more", self.root])
        name = self.random.choice([path.name, f"new_{path.name}", self.any().stem + path.suffix])
        return folder / name if not (folder / name).is_dir() else folder / f"{name}.{name}"

    def switch_language(self) -> str:
        path = self.any()
        options = [b if path.suffix == a else a for a, b in SWITCH if path.suffix in (a, b)] or [".py"]
        target = path.with_suffix(self.random.choice(options))
        if target.is_dir():
            return self.touch()
        data = path.read_bytes()
        path.unlink()
        return self.said("switch", path, "to", self.put(target, data))

    def new(self) -> str:
        folder = self.random.choice([self.any().parent, self.any().parent / "more", self.root])
        path = folder / self.random.choice(NEW)
        if path.is_dir():
            return self.touch()
        return self.said("new", self.put(path, self.random.choice([*NEW_TEXT, self.any().read_bytes()])))

    def move_folder(self) -> str:
        folders = sorted({path.parent for path in self.files()} - {self.root})
        if not folders:
            return self.touch()
        folder = self.random.choice(folders)
        target = folder.with_name(self.random.choice([f"{folder.name}_moved", "src", "lib", "include"]))
        if target.exists():
            return self.remove()
        folder.rename(target)
        return self.said("move folder", folder, "to", target)

    def ignore(self) -> str:
        path = self.root / ".gitignore"
        lines = path.read_text().splitlines() if path.is_file() else []
        if lines and self.random.random() < 0.6:
            lines.pop()
        else:
            lines.append(self.random.choice([f"/{self.any().parent.relative_to(self.root)}/", self.any().name, "*.h"]))
        self.put(path, "\n".join(line for line in lines if line != "/./").encode())
        return self.said("ignore", lines)

    def link(self) -> str:
        path, target = self.any(), self.any()
        path.unlink()
        path.symlink_to(target)
        return self.said("link", path, "to", target)
