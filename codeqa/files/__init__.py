"""The tree below a root: which files there are, and their bytes.

`walk` lists what the ignore rules leave (`ignore` reads those rules), `access` opens a file without ever leaving the
root, `content` judges its bytes and blanks secrets, `roles` says what a path is for. Nothing else opens a repository's
files.
"""

from codeqa.files.access import read, read_lines, read_span
from codeqa.files.content import redact
from codeqa.files.roles import role
from codeqa.files.types import FileStat, Scan, Skip, Source
from codeqa.files.walk import find_root, scan

__all__ = [
    "FileStat",
    "Scan",
    "Skip",
    "Source",
    "find_root",
    "read",
    "read_lines",
    "read_span",
    "redact",
    "role",
    "scan",
]
